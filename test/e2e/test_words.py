"""What stands on a duty officer's screen: the marking in front, words of his language, and a next step that there is."""
import json
import re
import subprocess
import unicodedata
from pathlib import Path

import nodes
import officers
import pytest
import terminal

ENGLISH = {}
SOURCES = nodes.ROOT / "src"
HANGUL = re.compile("[가-힣]")


def notice(node, text, *more, code=0, key="watch", to="usa/watch", channel="notify"):
    return node.say("send", channel, text, "--to", to, "--label", "U", *more, key=key, code=code)


def cells(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


# The marking


LABEL = "(U//REL KOR, USA)"  # before each item of a list
BANNER = "=== 평문//KOR, USA 제공 ===\n=== UNCLASSIFIED//REL TO KOR, USA ===\n"  # above and below what is shown whole


@pytest.mark.parametrize("language", [ENGLISH, nodes.KOREAN], ids=["en", "ko"])
def test_no_item_is_shown_without_its_label(pair, language):
    kor, usa = pair["kor"], pair["usa"]
    events = subprocess.Popen([str(nodes.BINARY), "watch", "--home", usa.home, "--count", "40", "--timeout", "2s"], text=True,
                              stdout=subprocess.PIPE, env={**nodes.os.environ, "LC_ALL": "C.UTF-8", **language})
    usa.wait("the stream is open", lambda: events.poll() is None and is_streaming(usa))
    titles = ["한글 제목의 통보", "A title in English", "mixed 혼합 title"]
    places = [notice(kor, title)["place"] for title in titles]
    for place in places:
        usa.await_step(place, "STATION RECEIPT")
    usa.say("ack", places[0], key="watch")
    for command in (["inbox", "notify"], ["log", "notify"]):
        lines = usa.run(*command, env=language).stdout.splitlines()
        for title in titles:
            shown = [line for line in lines if title in line]
            assert shown and all(line.startswith(LABEL) for line in shown), (command, lines)
        rows = [line for line in lines if line.startswith(LABEL)]
        assert all("/NOTIFY 1." in row for row in rows)
        starts = {cells(row[:row.index("/NOTIFY 1.")]) for row in rows}
        titled = {cells(row[:row.index(title)]) for row in rows for title in titles if title in row}
        assert len(starts) == 1 and len(titled) == 1, f"columns stand under each other: {rows}"
    shown = usa.run("ladder", places[0], env=language).stdout
    assert shown.startswith(BANNER) and shown.endswith(f"\n{BANNER}"), shown
    shown = usa.run("read", places[0], env=language).stdout
    assert shown.partition("\n")[2].startswith(BANNER) and shown.rstrip("\n").endswith(f"\n{BANNER.rstrip()}"), shown
    seen = events.communicate(timeout=20)[0].splitlines()
    for title in titles:
        assert [line for line in seen if title in line and LABEL in line.split(title)[0]], seen
        assert not [line for line in seen if title in line and LABEL not in line]


def is_streaming(node):
    """Somebody else than this test holds a connection to its socket."""
    path = str(node.home / "socket")
    return sum(line.split()[-1] == path for line in Path("/proc/net/unix").read_text().splitlines()[1:]) > 2


def test_a_title_that_turns_is_shown_as_what_it_is(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = notice(kor, "safe\u202eesrever\u202c no\u200bt\u3164 end\tof it")["place"]
    usa.await_step(place, "STATION RECEIPT")
    # The terminal shows UTF-8 whatever the locale says: none of these signs reaches it in any.
    for locale in ("C.UTF-8", "C", "ko_KR.UTF-8"):
        for command in (["inbox", "notify"], ["log", "notify"], ["read", place]):
            shown = usa.run(*command, env={"LC_ALL": locale}).stdout
            assert "<U+202E>" in shown and "<U+200B>" in shown and "<U+3164>" in shown and "of it" in shown
            assert not set(shown) & set("\u202e\u202c\u200b\u3164")


ISOLATE, ISOLATE_END = "\u2068", "\u2069"


def test_words_from_right_to_left_turn_nothing_beside_them(pair):
    """Each run of them has an isolate of its own, also in a sentence that was put together before; what is not written so has none."""
    kor, usa = pair["kor"], pair["usa"]
    words = "\u05d0\u05d1\u05d2 1\u2069\u202e"
    place = notice(kor, f"{words}\nplain\n{words}")["place"]
    usa.await_step(place, "STATION RECEIPT")
    shown = f"{ISOLATE}\u05d0\u05d1\u05d2{ISOLATE_END} 1<U+2069><U+202E>"
    for locale in ("C.UTF-8", "C"):
        for command in (["inbox", "notify"], ["log", "notify"], ["read", place]):
            lines = usa.run(*command, env={"LC_ALL": locale}).stdout.splitlines()
            turned = [line for line in lines if "\u05d0" in line]
            assert turned and all(shown in line for line in turned), turned
            assert all(line.count(ISOLATE) == line.count(ISOLATE_END) == 1 for line in turned), turned
            assert not [line for line in lines if ISOLATE in line and line not in turned]
    # What is cut has its end too, and is as wide as it looks: the signs take no cell.
    usa.await_step(notice(kor, "\u05d0" * 150)["place"], "STATION RECEIPT")
    inbox = terminal.Terminal([str(nodes.BINARY), "inbox", "notify", "--home", str(usa.home)], {"LC_ALL": "C.UTF-8"})
    assert inbox.end() == 0
    cut = next(line for line in inbox.lines() if "~" in line)
    assert len(cut) == 140 and cut.endswith("\u05d0~"), cut
    assert f"\u05d0{ISOLATE_END}~" in inbox.raw.decode()
    refusal = usa.run("read", "\u05d0\u05d1 7 \u05d2  \u05d0 1", code=None).stderr
    assert f"{ISOLATE}\u05d0\u05d1 7 \u05d2{ISOLATE_END}  {ISOLATE}\u05d0{ISOLATE_END} 1 is no place" in refusal, refusal


def test_a_label_is_never_cut(pair):
    kor = pair["kor"]
    long = "U note:DRAFT,EXERCISE topic:DPRK-MSL,DPRK-NUC,SANCTIONS"
    place = kor.say("send", "notify", "Text.", "--to", "usa/watch", "--label", long, key="watch")["place"]
    notice(kor, "Beside it.")
    rows = [line for line in kor.run("inbox", "notify").stdout.splitlines() if "/NOTIFY" in line]
    assert any(row.startswith(f"(U//DPRK-NUC/DPRK-MSL/SANCTIONS//EXERCISE/DRAFT//REL KOR, USA)  {place}") for row in rows), rows
    assert any(row.startswith(f"{LABEL}  KOR/") for row in rows), "a long one moves its own row alone"


# Hints


def commands():
    """{command: its options, as --help has them}"""
    names = [line.split()[0] for line in nodes.run("--help").stdout.splitlines() if line.startswith("  ")]
    return {name: set(re.findall(r"^  --([a-z-]+)", nodes.run(name, "--help").stdout, re.M)) for name in names}


def literals(path):
    """The strings of a C file, those that stand beside each other joined."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    for run in re.finditer(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*', text):
        yield "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', run[0])).replace('\\"', '"')


def translations():
    for block in (nodes.ROOT / "po/ko.po").read_text().split("\n\n"):
        if not block.startswith("#~"):
            yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', block.partition("\nmsgstr ")[2]))


VERBS = {"accord": {"draft", "check", "sign", "show", "diff", "adopt", "spif", "propose"}, "init": {"keys", "accord", "home"}, "bundle": {"write", "read"}}
# Words behind the program's name that are no command in a sentence about it.
NO_COMMANDS = {"says", "link", "signer", "terminals"}
NO_VERBS = {"takes"}


def mistakes(text, known):
    """What a hint says to type that the program does not have."""
    for name, rest in re.findall(r"\bentente ([a-z]+)\b((?:(?!\bentente\b)[^;:,.])*)", text):
        if name in NO_COMMANDS:
            continue
        if name not in known:
            yield f"no command {name}: {text}"
            continue
        for option in re.findall(r"--([a-z][a-z-]*)", rest):
            if option not in known[name]:
                yield f"{name} has no --{option}: {text}"
        verb = re.match(r" ([a-z]+)\b", rest)
        if name in VERBS and verb and verb[1] not in VERBS[name] | NO_VERBS:
            yield f"{name} has no {verb[1]}: {text}"


def test_each_hint_names_what_there_is():
    known = commands()
    assert {"send", "accord", "restore"} <= set(known) and "open-epoch" in known["restore"]
    assert list(mistakes("then entente sned --to X", known)) and list(mistakes("entente send --two X", known))
    assert list(mistakes("entente accord sing DIR", known)) and not list(mistakes("entente accord sign DIR --key ROOT", known))
    rooms = ("home", "terminal", "show", "compose", "entente")  # what speaks to a person
    texts = [text for room in rooms for path in sorted((SOURCES / room).glob("*.c")) for text in literals(path)] + list(translations())
    hints = [text for text in texts if re.search(r"\bentente [a-z]", text)]
    assert len(hints) > 100
    wrong = [one for text in hints for one in mistakes(text, known)]
    assert not wrong, "\n".join(wrong)


def test_both_languages_name_the_same_commands():
    """Who reads the hint in Korean types what the other one types."""
    for block in (nodes.ROOT / "po/ko.po").read_text().split("\n\n"):
        block = block[block.find("msgid "):]
        if not block.startswith("msgid ") or block.startswith('msgid ""\nmsgstr') or "\n#~ " in block:
            continue
        one, *_, korean = re.split(r"\nmsg(?:id_plural|str(?:\[0\])?) ", block)  # of two English forms, the first
        english, korean = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part)) for part in (one, korean))
        said = [set(re.findall(r"\bentente [a-z]+|--[a-z][a-z-]+|\$[A-Z_]+", text)) - {"entente says"} for text in (english, korean)]
        assert said[0] == said[1], (english, korean)


def test_what_the_api_says_is_in_the_catalogue():
    """A refusal crosses the API as a name and an English sentence, and the reader's catalogue has each."""
    known = set(literals(SOURCES / "home/sentences.c"))
    for path in (SOURCES / "api").glob("*.c"):
        for call in re.findall(r"request_fail\(([^;]*)\);", path.read_text()):
            assert set(re.findall(r'"([^"]+)"', call)) <= known, (path.name, call)


# A row: the command, its exit status, what the refusal and the hint under it must name.
REFUSALS = [
    (["read", "nonsense"], 2, "nonsense", "entente log"),
    (["read", "KOR/NOTIFY 1.999"], 3, "KOR/NOTIFY 1.999", "entente log"),
    (["send", "nowhere", "T.", "--to", "usa/watch"], 3, "nowhere", "entente accord show"),
    (["keys", "--party", "nobody"], 3, "nobody", "entente accord show"),
    (["bundle", "write", "FILE", "--peer", "kor"], 2, "kor is the party of this node itself", "entente status"),
    (["bundle", "write", "FILE", "--peer", "nobody"], 3, "nobody is no party of this accord", "entente status"),
    (["inbox", "--last", "none"], 2, "--last", "entente inbox --help"),
    (["log", "--last", "0"], 2, "--last", "entente log --help"),
    (["log", "notify", "--party", "nobody"], 3, "nobody", "entente accord show"),
    (["ladder", "KOR/NOTIFY 1.1"], 3, "KOR/NOTIFY 1.1", "entente read 'KOR/NOTIFY 1.1'"),
    (["send", "notify", "T.", "--to", "usa/watch", "--precedence", "FLASH"], 4, "(PRECEDENCE)", "entente accord show"),
    (["send", "notify", "T.", "--to", "usa/watch", "--rel", "KOR"], 4, "(REL)", "--rel"),
    (["send", "notify", "T.", "--to", "cuba/watch"], 4, "(ADDRESSEE)", "entente accord show"),
    (["send", "notify-urgent", "T" * 2000, "--to", "usa/head", "--precedence", "FLASH"], 4, "(LENGTH)", "--attach"),
    (["ack", "KOR/NOTIFY 1.1"], 4, "(REFERS)", "entente inbox"),
    (["readback", "MESSAGE", "T."], 4, "(REFERS)", "entente inbox"),
    (["keys", "--add", "KEY.pub", "--roles", "watch", "--holder", "9", "--label", "U"], 4, "(REGISTRAR)", "--key"),
    (["send", "notify", "T.", "--to", "usa/watch", "--as", "press-none"], 4, "(ROLE)", "--as"),
    (["restore", "FILE"], 4, "", "entente serve"),
    (["restore", "--open-epoch"], 4, "RECOVERING", "entente status"),
    (["bundle", "wrote", "FILE"], 2, "write", "entente bundle --help"),
    (["bundle", "read", "FILE", "--limit", "3"], 2, "--limit", "entente bundle --help"),
    (["init", "keys", "kor", "--party", "kor"], 2, "--party", "entente init --help"),
    (["keys", "--roles", "watch"], 2, "--roles", "entente keys --help"),
    (["restore", "FILE", "--channel", "notify"], 2, "--channel", "entente restore --help"),
    (["approve", "KOR/NOTIFY 1.1", "--override", "It is harmless."], 2, "--override", "entente approve --help"),
]


@pytest.fixture(scope="module")
def lone(tmp_path_factory):
    world = nodes.World(tmp_path_factory.mktemp("lone"), nodes.ROOT / "accords/rok-us", {"kor": {"watch": ["watch"]}, "usa": {}})
    world.make()
    kor = world["kor"].start()
    notice(kor, "A message.", code=5)
    yield kor
    world.stop()


@pytest.mark.parametrize("arguments, code, named, hint", REFUSALS, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_refusals_name_the_fault_and_the_next_step(lone, tmp_path, arguments, code, named, hint):
    new = officers.Key(tmp_path / "new")
    message = next(row["place"] for row in lone.get("/inbox", channel="notify")["messages"])
    words = {"FILE": str(tmp_path / "file"), "KEY.pub": f"{new.path}.pub", "MESSAGE": message}
    typed = [words.get(word, word) for word in arguments] + (["--label", "U"] if arguments[0] == "send" else [])
    for language in (ENGLISH, nodes.KOREAN):
        said = lone.run(*typed, key="watch", code=code, env=language).stderr
        first, next_ = said.splitlines()[:2]
        # What is named is a place, a path or a rule's name, or a word that each language has of its own.
        assert hint in next_ and (named in first or (language and not named.startswith(("(", "-", "KOR")))), said
        assert next_.startswith("다음: " if language else "next: "), said
        if language:
            assert HANGUL.search(first) and HANGUL.search(next_.partition("다음: ")[2] + "가"), said
    assert not list(tmp_path.glob("file*")), "nothing is left behind"


def test_a_home_that_is_none_is_said_so(tmp_path):
    for command in (["status"], ["verify"], ["export", "--to", tmp_path / "out"], ["send", "--again"], ["serve"], ["inbox"],
                    ["drafts"], ["accord", "show"], ["keys"], ["approve", "KOR/NOTIFY 1.1"], ["bundle", "write", "x", "--peer", "usa"]):
        done = nodes.run(*command, home=tmp_path / "none", code=3)
        assert str(tmp_path / "none") in done.stderr
        assert "entente init --help" in done.stderr and "--home" in done.stderr


def test_json_is_the_same_in_each_language(lone):
    """A program reads it: its names do not follow the reader's language."""
    one, other = ([{key: row[key] for key in ("check", "finding")} for row in json.loads(
        lone.run("doctor", "--json", env=language, code=None).stdout)] for language in (ENGLISH, nodes.KOREAN))
    assert one == other
    for command in (["status"], ["inbox"], ["log"], ["keys"], ["accord", "show"]):
        one, other = (re.sub(r"_(ms|us)\":\d+", "", lone.run(*command, "--json", env=language, code=None).stdout)
                      for language in (ENGLISH, nodes.KOREAN))
        assert one == other, command
