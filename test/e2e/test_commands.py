"""What holds of every command: --json is JSON, wrong usage names the next command, and its exit codes stand in its page."""
import json
import re
import shutil

import nodes
import officers
import pytest
import test_watch
from test_cli import commands

PEOPLE = {"watch": ["watch"], "second": ["watch"], "head": ["head"], "deputy": ["deputy"], "policy": ["policy"], "linguist": ["linguist"]}
PROCEDURE = nodes.ROOT / "accords/rok-us/procedures/consult-urgent.json"
PAGE = nodes.ROOT / "docs/man/entente.1"
MAY_BE_NOTHING = ("send", "fork")  # --again, list: a line for each there is
FLASH = ("send", "notify-urgent", "Call.", "--to", "usa/watch", "--precedence", "FLASH", "--label", "U")


def read_json(text):
    """One value, or one a line; ValueError."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


class Table:
    """Runs a row with --json; what it says must be JSON, and its place has the row's name from then on."""

    def __init__(self, world, folder):
        self.world, self.node, self.folder, self.places, self.ran = world, world["kor"], folder, {}, set()

    def run(self, *words, key=None, code=0, node=None, name=None, env=None):
        words = [self.places.get(word, word) for word in map(str, words)]
        done = (node or self.node).run(*words, "--json", key=key, code=code, env={"XDG_RUNTIME_DIR": str(self.folder), **(env or {})})
        try:
            value = read_json(done.stdout)
        except ValueError:
            raise nodes.Failed(f"not JSON: {words}\n{done.stdout[:400]}") from None
        if done.returncode in (0, 1, 5, 6):
            assert done.stdout or done.stderr or words[0] in MAY_BE_NOTHING, f"{words} has no answer"
        elif code is not None:
            assert code == 7 or (done.stdout == "" and done.stderr), words  # what waits in vain may have shown something
        self.ran.add(words[0])
        if name:
            self.places[name] = value["place"]
        return value


def before_there_is_a_node(t):
    to, world = t.folder, t.world
    shutil.copytree(world.accord, to / "accord", ignore=shutil.ignore_patterns("MANIFEST", "SIGNED"))
    t.run("init", "keys", "usa", "--to", to / "keys")
    t.run("init", "accord", to / "accord", *(word for party in world.parties for word in ("--lines", world.keys(party) / "lines")))
    t.run("init", "home", "--home", to / "home", "--party", "usa", "--accord", world.accord, "--keys", world.keys("usa"), "--label", "U",
          "--officer", f"watch={world.keys('usa') / 'watch'}.pub")
    t.run("accord", "sign", to / "accord", "--key", world.keys("kor") / "root")
    t.run("accord", "check", world.accord)
    t.run("accord", "show", world.accord)
    t.run("accord", "draft", to / "next")
    assert t.run("accord", "diff", world.accord, world.accord)["same"]
    assert not t.run("accord", "diff", world.accord, to / "next", code=1)["same"]
    t.run("procedure", "check", PROCEDURE)
    t.run("procedure", "dry-run", PROCEDURE)
    t.run("procedure", "export", PROCEDURE, "--as", "cacao")
    t.run("keys", "--pair", to / "pair")
    t.run("keys", "--new-identity", to / "identity")
    officers.Key(to / "new")
    t.run("keys", "--aloud", to / "new.pub")
    t.run("console", "verify", f"http://127.0.0.1:{nodes.free_ports(1)[0]}/", code=None)
    t.run("open", PROCEDURE, code=6)


def on_the_ladder(t):
    usa = t.world["usa"]
    t.run(*FLASH[:3], "--to", "kor/watch", *FLASH[5:], key="watch", node=usa, name="CALL")
    for by in nodes.RELEASERS:
        said = t.run("approve", "CALL", "--sign", key=by, node=usa)
    t.places["CALL"] = said["released"]
    for name in ("THEIRS", "OTHER"):
        t.run("send", "notify", name, "--to", "kor/watch", "--label", "U", key="watch", node=usa, name=name)
    t.run("send", "notify", "Ours.", "--to", "usa/watch", "--label", "U", key="watch", name="OURS")
    t.world.await_receipts()
    t.run("send", "--again")
    for options in ([], ["--ack"], ["--save", t.folder / "saved"], ["--proof", t.folder / "proof"]):
        t.run("read", "THEIRS", *options, key="watch")
    for place in ("OTHER", "CALL"):
        t.run("ack", place, key="watch")
    for command, more in (("correct", []), ("wrong", ["No."])):
        t.run("readback", "CALL", "Call.", key="watch", name="BACK")
        t.world.await_receipts()
        t.run(command, "BACK", *more, key="watch", node=usa)
    t.run("present", "CALL", key="watch")
    t.run("defer", "CALL", "Later.", "--until", "2h", key="watch")
    t.run("reply", "THEIRS", "Good.", key="watch")
    t.run("query", "OURS", key="watch")
    t.run("decline", "OTHER", "No.", key="watch")
    t.run("negative", "OTHER", "--cause", "incomplete", key="watch")
    t.run("translate", "OURS", "우리 것", "--to", "ko", key="linguist")
    for words in (["inbox"], ["inbox", "notify"], ["inbox", "--owed"], ["inbox", "--find", "Ours"], ["log"], ["log", "notify"],
                  ["ladder", "OURS"], ["keys"], ["keys", "--party", "usa"], ["accord", "show"], ["status"], ["status", "--logs"]):
        t.run(*words)


def in_forms_and_drafts(t):
    topic = ("--field", "topic=launch", "--because", "a test")
    t.run("forms")
    t.run("forms", "show", "N20")
    t.run("send", "notify", "--to", "usa/watch", "--label", "U", "--form", "N20", *topic, key="watch", name="FORM")
    t.run("amend", "FORM", "--field", "topic=sea", "--because", "a test", key="watch")
    t.run("cancel", "FORM", "No.", *topic, key="watch")
    t.run("send", "notify", "--to", "usa/watch", "--label", "U", "--form", "N20", *topic, key="watch", name="FORM")
    t.run("close", "FORM", "Over.", *topic, key="watch")
    t.run("rectify", "OURS", "--field", "nonsense=1", key="watch", code=None)
    for name in ("DRAFT", "REFUSED", "TAKEN"):
        t.run(*FLASH, key="watch", name=name)
    t.run("approve", "DRAFT")
    t.run("approve", "DRAFT", "--sign", key="head")
    t.run("refuse", "REFUSED", "No.", key="head")
    t.run("cancel", "TAKEN", "No.", key="watch")
    t.run("drafts")
    t.run("release", "OURS", "--to", "JPN", key="watch", code=4)
    t.run("consent", "THEIRS", "--to", "JPN", key="watch", code=4)
    t.run("request", "THEIRS", "More?", key="watch")
    t.run("recall", "OURS", key="watch")
    t.run("recalled", "THEIRS", "--erased", key="watch", code=3)
    t.run("downgrade", "OURS", "--label", "U", key="watch")
    t.run("relabel", "OURS", "--label", "R", key="watch")
    t.run("disclose", "OURS", code=4)
    t.run("rewrap", t.folder / "wraps", "--for", t.folder / "identity.pub")


def in_dialogue(t):
    title = ("--language", "en", "--also", "ko=공동")
    t.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    t.run("session", "new", "kidd", "one", "First", "--language", "en", key="policy")
    t.run("event", "open", "one", "Event", "--language", "en", "--channel", "notify", "--label", "U", key="policy")
    t.run("event", "show", "one")
    for what in ("map", "timeline"):
        t.run("event", what, t.folder / what)
    t.run("text", "new", "kidd", "joint", "Joint", *title, "--languages", "ko,en", key="policy")
    t.run("text", "unit", "joint", "goal", "Words", "--language", "en", key="policy")
    t.run("text", "show", "joint")
    t.run("text", "render", "joint", "--output", t.folder / "page.html")
    for list_of in ("body", "session", "commitments", "event", "text"):
        t.run(list_of)
    t.run("consult", "list")
    t.run("consult", "start", "consult-urgent", "consult-urgent", "--label", "U", key="head", name="PROCEDURE")
    t.run("consult", "show", "PROCEDURE")
    t.run("measure", "PROCEDURE")
    t.run("owed")


def on_watch(t):
    t.run("roster", "set", test_watch.roster(t.folder, "shift {first}/{last} 00:00 24:00 kim lee park"), "--label", "U", key="watch")
    t.run("roster")
    t.run("roster", "check")
    t.run("relief")
    t.run("relief", "offer", "watch", "--label", "U", key="watch")
    t.run("relief", "accept", "watch", key="second")
    t.run("alarm", "--test", "--run", "true")
    t.run("watch", "--timeout", "50ms", code=7)
    t.run("login", key="watch")
    t.run("logout")


def changes_keys(t):
    """A registrar is no officer: what his command reads is asked in the session that an officer has begun, if he is needed."""
    lost, spare = officers.Key(t.node.keys / "lost"), officers.Key(t.node.keys / "spare")
    t.run("keys", "--add", f"{lost.path}.pub", "--roles", "legal", "--holder", "77", "--label", "U", key="registrar")
    t.run("keys", "--withdraw", f"{lost.path}.pub", "--add", f"{spare.path}.pub", "--label", "U", key="registrar")
    for key, is_gone in ((lost, True), (spare, False)):
        rows = [row for row in t.run("keys")["keys"] if row["fingerprint"] == key.fingerprint]
        assert [(row["holder"], row["roles"], "withdrawn" in row) for row in rows] == [(77, ["legal"], is_gone)]


def over_the_border(t):
    to = t.folder
    (to / "csv").write_text("id,title,text\n1,A,B\n")
    t.run("feed", "stix", "--role", "watch", "--to", to / "feed")
    name = t.run("import", "csv", to / "csv")["name"]
    for verb in ("show", "drop"):
        t.run("quarantine", "list")
        t.run("quarantine", verb, name)


def with_the_record(t):
    to, kor = t.folder, t.node
    t.run("keys", "--add", to / "new.pub", "--roles", "watch", "--holder", "9", "--label", "U", key="registrar")
    t.run("keys", "--withdraw", to / "new.pub", "--label", "U", key="registrar")
    t.run("erase", "OURS", "--draft", to / "erase", key="watch")
    t.run("erase", "--draft", to / "erase")
    t.run("erase", "--draft", to / "erase", "--sign", key="head")
    t.run("accord", "adopt", to / "accord", "--label", "U", key="registrar")
    t.run("export", "--to", to / "export")
    t.run("export", "--backup", to / "backup")
    t.run("bundle", "write", to / "bundle", "--peer", "usa")
    t.run("bundle", "read", to / "bundle", node=t.world["usa"])
    t.run("repair")
    t.run("fork", "list")
    t.run("doctor", code=None)
    assert kor.stop() == 0
    t.run("verify")
    t.run("verify", to / "backup")
    kor.lose_record()
    t.run("restore", to / "backup")
    kor.start()
    t.run("restore", "--open-epoch", "--label", "U", key="registrar", code=None)  # 4 when the peer has filled it up meanwhile


def test_json_of_every_command(stage, tmp_path):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    t = Table(world, tmp_path)
    for part in (before_there_is_a_node, on_the_ladder, in_forms_and_drafts, in_dialogue, on_watch, over_the_border, with_the_record):
        part(t)
    assert t.ran | {"serve"} == set(commands()), "a new command has a row here"
    # What is a document of its own is not that and JSON too.
    for words in (["procedure", "draw", PROCEDURE], ["procedure", "export", PROCEDURE, "--as", "scxml"], ["text", "render", "joint"],
                  ["roster", "export", "--ics"], ["console", "manifest", tmp_path / "accord"], ["feed", "stix", "--role", "watch"]):
        refused = world["kor"].run(*words, "--json", code=2)
        assert refused.stdout == "" and "the same command without --json" in refused.stderr
        assert world["kor"].run(*words).stdout
    plain = world["kor"].run("inbox").stdout
    assert plain and "\x1b" not in plain, "NO_COLOR was set, and this is no terminal"
    # The node says that it is ready, and then it is.
    assert world["usa"].stop() == 0
    with open(tmp_path / "ready", "w+") as said:
        world["usa"].start(arguments=["--json"], stdout=said)
        said.seek(0)
        row = json.loads(said.read())
    assert (row["err"], row["party"], row["pid"]) == ("OK", "usa", world["usa"].process.pid)


def test_where_the_owner_does_not_read(stage, tmp_path):
    """Each command that signs asks as him who signs or has signed in; before, it asked as the owner, and was refused."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, is_started=False)
    kor = world["kor"]
    kor.forbid_owner()
    world.start()
    kor.login("head", tmp_path)
    # What is attached is given by whoever signs, whosever session is kept here.
    (tmp_path / "map.txt").write_text("A map.")
    kor.run("send", "notify", "See the file.", "--to", "usa/watch", "--label", "U", "--attach", tmp_path / "map.txt", key="watch", env={"XDG_RUNTIME_DIR": str(tmp_path)})
    t = Table(world, tmp_path)
    before_there_is_a_node(t)
    for part in (on_the_ladder, in_forms_and_drafts, in_dialogue, on_watch):
        part(t)
    assert not list(tmp_path.glob("entente-*.token")), "signed out"
    t.run("send", "notify", "Nobody signed in.", "--to", "usa/watch", "--label", "U", "--wait", "receipt", key="watch", name="ALONE")
    t.run("query", "ALONE", key="watch")
    assert "entente login --key FILE" in kor.run("inbox", code=4).stderr
    assert "owner-reads" in kor.run("feed", "stix", "--role", "watch", code=4).stderr


@pytest.mark.parametrize("locale", [{}, nodes.KOREAN], ids=["en", "ko"])
def test_wrong_usage_of_every_command(locale):
    for name in commands():
        wrong = "--nonsense" if locale else "--home"  # there is none, and it has no value
        done = nodes.run(name, wrong, code=2, env=locale)
        assert done.stdout == "" and f"entente {name} --help" in done.stderr, (name, done.stderr)
        usage = nodes.run(name, "--help").stdout.splitlines()[0]
        if "PLACE" in usage and "[PLACE" not in usage:
            assert f"entente {name} --help" in nodes.run(name, code=2, env=locale).stderr


def sections():
    """{command: the words of its parts of the page}"""
    found = {}
    for part in re.split(r"^\.Ss ", PAGE.read_text(), flags=re.M)[1:]:
        heading, _, words = part.partition("\n")
        if heading.startswith("entente "):
            found[heading.split()[1]] = found.get(heading.split()[1], "") + words.split("\n.Sh ")[0]
    return found


def test_exit_codes_stand_in_the_page():
    """Of all commands once; of one, what its help says of it too, and nothing that the help does not."""
    page = sections()
    for name in commands():
        assert name in page, f"{name} has no section"
        helped = set(re.findall(r"^ +exit code (\d)  ", nodes.run(name, "--help").stdout, re.M))
        words = page[name].replace("\n", " ")
        told = {code for one in re.findall(r"[Ee]xit status ([^.;]*)", words) for code in re.findall(r"\b([1-7])\b(?! [a-z]+s\b)", one)}
        assert helped <= told, f"{name}: the page does not say what {helped - told} means"
    general = PAGE.read_text().split(".Sh EXIT STATUS")[1].split(".Sh ")[0]
    assert re.findall(r"^\.It (\d)$", general, re.M) == list("01234567")


# Nothing of theirs stands on a channel with others: they read, make files, or speak of this node and its home channel alone.
FILE_NOTHING = {"alarm", "approve", "bundle", "console", "disclose", "doctor", "drafts", "export", "feed", "fork", "forms", "inbox",
                "init", "ladder", "log", "login", "logout", "measure", "open", "owed", "procedure", "quarantine", "read", "refuse", "repair",
                "rewrap", "serve", "status", "verify", "watch"}
# Filed in the home channel until others approve, or refused here before they file; of adopt and open-epoch see test_versions, test_disk.
FILE_ELSEWHERE = {"accord", "cancel", "consent", "downgrade", "recalled", "relabel", "release", "relief", "restore", "roster"}


def test_what_is_filed_with_the_line_down(stage, tmp_path):
    """Every command that files something on a channel with others ends with 5, and says that it waits and how it goes on."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    t, kor, usa = Table(world, tmp_path), world["kor"], world["usa"]
    t.run(*FLASH[:3], "--to", "kor/watch", *FLASH[5:], key="watch", node=usa, name="CALL")
    for by in nodes.RELEASERS:
        said = t.run("approve", "CALL", "--sign", key=by, node=usa)
    t.places["CALL"] = said["released"]
    for name in ("THEIRS", "OTHER", "LATER", "THIRD"):
        t.run("send", "notify", name, "--to", "kor/watch", "--label", "U", key="watch", node=usa, name=name)
    for name in ("OURS", "OURS2"):
        t.run("send", "notify", name, "--to", "usa/watch", "--label", "U", key="watch", name=name)
    world.await_receipts()
    for name in ("OURS", "OURS2"):
        t.run("ack", name, key="watch", node=usa)
    t.run("readback", "OURS", "Ours.", key="watch", node=usa, name="BACK")
    t.run("readback", "OURS2", "Other.", key="watch", node=usa, name="BAD")
    topic = ("--field", "topic=launch", "--because", "a test")
    for name in ("FORM", "FORM2"):
        t.run("send", "notify", "--to", "usa/watch", "--label", "U", "--form", "N20", *topic, key="watch", name=name)
    t.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    t.run("erase", "OURS2", "--draft", tmp_path / "erase", key="watch")
    world.await_receipts()
    officers.Key(tmp_path / "new")
    (tmp_path / "things.json").write_text(json.dumps(
        {"channel": "consult", "label": "U", "entente": "dialogues/1", "things": [{"kind": "session", "of": "kidd", "name": "two", "title": {"en": "Second"}}]}))
    usa.stop()
    kor.wait("the line is down", lambda: not any(path["up"] for path in kor.paths().values()))
    rows = [(["ack", "CALL"], "watch"), (["ack", "THEIRS"], "watch"), (["ack", "OTHER"], "watch"), (["ack", "LATER"], "watch"),
            (["readback", "CALL", "Call."], "watch"), (["correct", "BACK"], "watch"), (["wrong", "BAD", "--cause", "names"], "watch"),
            (["present", "CALL"], "watch"), (["reply", "THEIRS", "Good."], "watch"), (["decline", "OTHER", "No."], "watch"),
            (["defer", "LATER", "Later.", "--until", "2h"], "watch"), (["query", "OURS"], "watch"),
            (["negative", "THIRD", "--cause", "incomplete"], "watch"), (["translate", "OURS", "우리 것", "--to", "ko"], "linguist"),
            (["send", "notify", "More.", "--to", "usa/watch", "--label", "U"], "watch"),
            (["amend", "FORM", "--field", "topic=sea", "--because", "a test"], "watch"), (["close", "FORM", "Over.", *topic], "watch"),
            (["rectify", "FORM2", "--field", "act-on=correct", "--field", "right.en=So.", "--field", "right.ko=예."], "watch"),
            (["request", "THEIRS", "More?"], "watch"), (["recall", "OURS"], "watch"),
            (["session", "new", "kidd", "one", "First", "--language", "en"], "policy"),
            (["event", "open", "one", "Event", "--language", "en", "--channel", "notify", "--label", "U"], "policy"),
            (["text", "new", "kidd", "joint", "Joint", "--language", "en", "--also", "ko=공동", "--languages", "ko,en"], "policy"),
            (["body", "amend", "kidd", "Its mandate."], "policy"), (["commitments", "new", "kidd", "first", "Promise", "--by", "KOR", "--language", "en"], "policy"),
            (["consult", "start", "consult-urgent", "consult-urgent", "--label", "U"], "head"),
            (["keys", "--add", tmp_path / "new.pub", "--roles", "watch", "--holder", "9", "--label", "U"], "registrar"),
            (["keys", "--withdraw", tmp_path / "new.pub", "--label", "U"], "registrar"),
            (["import", "dialogues", tmp_path / "things.json"], "policy"),
            (["erase", "--draft", tmp_path / "erase", "--sign"], "head"), (["send", "--again"], "watch")]
    for words, key in rows:
        words = [t.places.get(word, word) for word in map(str, words)]
        done = kor.run(*words, key=key, code=None)
        assert done.returncode == 5, (words, done.stdout, done.stderr)
        assert "the line to USA is down" in done.stderr and "safe here as KOR/" in done.stderr and "bundle write --peer usa" in done.stderr, words
        assert done.stderr.count("is down") == 1, words
    said = {row[0][0] for row in rows}
    assert said | FILE_NOTHING | FILE_ELSEWHERE == set(commands()), "a new command has a row here"
