"""examples/rok-us/play keeps to the articles and to the accord; what breaks a rule is refused with its line."""
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "examples"))

import play_file  # noqa: E402

PLAY = ROOT / "examples/rok-us/play"
ARTICLES = {
    "000_c5b501ab1725d812.txt",
    "001_acf41af05c29fcb4.txt",
    "002_edf6d706cded0289.txt",
    "003_1714e7ca97a323ed.txt",
    "004_6b7532d90153cb06.txt",
}
REAL_PEOPLE = "Heo|Cho|Ratner|Mohandas|Winternitz|Narang|Kim Hong Kyun|Jenkins|Abercrombie|Campbell"


@pytest.fixture(scope="module")
def play():
    return play_file.read(PLAY)


def test_articles_and_points(play):
    assert {file for file, _ in play.articles.values()} == ARTICLES
    assert set(play.points) == {f"P{number}" for number in range(1, 22)}
    used = {number for message in play.messages() for number in message.sources}
    assert used == set(play.articles)
    # A point is said from an article that has it; the reader refuses else. Each is in both languages.
    for point, articles in play.points.items():
        said = [message for message in play.messages() if point in message.points]
        assert said and all(set(message.sources) & set(articles) for message in said), point


def test_every_fact_names_its_article(play):
    for message in play.messages():
        assert message.sources or message.channel == "service", message.name
    assert {message.status for message in play.messages()} == {"happened", "planned", "disputed", ""}
    # What 000 and 001 announced was not yet so: it is never said as if it had happened.
    for message in play.messages():
        if {"P7", "P8"} & set(message.points):
            assert message.status == "planned", message.name


def test_it_covers_the_ladder(play):
    verbs = {step.verb for step in play.steps}
    assert verbs == set(play_file.VERBS)
    assert {message.precedence for message in play.messages()} == set(play_file.PRECEDENCES)
    assert 40 <= len(play.messages()) <= 60
    assert play.crossed and any(message.corrects for message in play.messages())
    flashes = [message for message in play.messages() if message.precedence == "FLASH"]
    orders = [[step.verb for step in play.acts_on(flash) if step.verb in ("readback", "wrong", "correct")] for flash in flashes]
    assert ["readback", "correct"] in orders
    assert ["readback", "wrong", "readback", "correct"] in orders
    assert {message.channel for message in play.messages()} == {
        name for name, channel in play_file.Accord(ROOT / "accords/rok-us").channels.items() if channel["plane"] != "HOME"}


def test_both_languages(play):
    hangul, latin = re.compile("[가-힣]"), re.compile("[a-z]{3}")
    for step in play.steps:
        for text in (step.text, step.subject):
            if text:
                assert hangul.search(text["ko"]) and latin.search(text["en"]) and not hangul.search(text["en"]), step.name


def test_nobody_real_speaks(play):
    for people in play.officers.values():
        assert all(re.fullmatch(r"[a-z]+-[0-9]", name) for name in people)
    # Real people stand in a list of heads or signers, or were called upon; nobody is quoted.
    for step in play.steps:
        if re.search(REAL_PEOPLE, step.text.get("en", "")):
            assert re.search(r"[Hh]eads|signed|called on|spell", step.text["en"]), step.name
            assert "said" not in step.text["en"], step.name


def test_arguments_are_commands(play):
    places = {}
    for number, step in enumerate(play.steps):
        words = step.arguments(places)
        assert words[0] in {"send", "ack", "readback", "correct", "wrong", "present", "reply", "decline", "defer", "query",
                            "negative"}
        assert all(isinstance(word, str) and word for word in words)
        assert all(place in words for place in step.names(places))
        places[step.name] = f"KOR/X 1.{number}"
    launch = next(step for step in play.steps if step.name == "launch")
    words = launch.arguments({})
    assert words[:2] == ["send", "notify-urgent"] and words[2].startswith("북한이") and "\n\nThe DPRK" in words[2]
    assert words[words.index("--precedence") + 1] == "FLASH" and words[words.index("--to") + 1] == "usa/watch"
    defer = next(step for step in play.steps if step.verb == "defer")
    assert defer.arguments(places)[-2:] == ["--until", defer.until]


HEAD = """accord rok-us
label U
article 001 001_acf41af05c29fcb4.txt from 2024-04-08
article 002 002_edf6d706cded0289.txt from 2023-04-13
point P9 001
writes kor ko
officer kor watch-1 watch
officer kor policy-1 policy
officer kor press-1 press
writes usa en
officer usa watch-1 watch
officer usa policy-1 policy
"""
M1 = """message m1 kor policy-1 consult PRIORITY to usa/policy
	source 001 happened 2024-04-08 point P9
	subject ko "가" en "A" text ko "나" en "B"
"""
TEXT = ' text ko "가" en "A"\n'
GOOD = HEAD + M1 + "read r1 usa watch-1 m1\n"


def flash(length=10, more=""):
    return (f'message f1 kor watch-1 notify-urgent FLASH to usa/watch source 002 happened 2023-04-13 subject ko "가" en "A" '
            f'text ko "{"x" * length}" en "y"\nread fr usa watch-1 f1\n{more}')


CROSSED = """cut
message k1 kor policy-1 consult ROUTINE to usa/policy source 001 happened 2024-04 subject ko "가" en "A" text ko "나" en "B"
message u1 usa policy-1 consult ROUTINE to kor/policy source 001 happened 2024-04 subject ko "가" en "A" text ko "나" en "B"
mend
crossed k1 u1
read kr usa watch-1 k1
read ur kor watch-1 u1
"""

REFUSED = [
    ("a text without an end", GOOD.replace('"B"', '"B'), 15, "line.text"),
    ("an empty text", GOOD.replace('"나"', '" "'), 15, "line.text"),
    ("words that touch", GOOD.replace('"나" en', '"나"en'), 15, "line.space"),
    ("a last line without an end", GOOD[:-1], 16, "line.newline"),
    ("a continuation of nothing", "\tsource 001\n", 1, "line.continued"),
    ("an unknown statement", GOOD + "shout s1 kor watch-1 m1\n", 17, "play.statement"),
    ("a word too many", GOOD + "read r2 usa watch-1 m1 twice\n", 17, "act.twice"),
    ("another word too many", GOOD.replace("label U", "label U S"), 2, "play.end"),
    ("an accord that is not there", GOOD.replace("rok-us", "nowhere"), 1, "play.accord"),
    ("a file that is no article", GOOD.replace("001_acf41", "001_xyz"), 3, "play.article"),
    ("another number than the file's", GOOD.replace("article 001", "article 003"), 3, "play.article"),
    ("a point of an unknown article", GOOD.replace("P9 001", "P9 004"), 5, "play.point"),
    ("a point twice", GOOD.replace("writes kor", "point P9 001\nwrites kor"), 6, "play.point"),
    ("a point that nobody says", GOOD.replace("writes kor", "point P8 001\nwrites kor"), 17, "play.points"),
    ("a point of another article", GOOD.replace("source 001 happened 2024-04-08", "source 002 happened 2023-04-13"), 13,
     "message.point"),
    ("a point on what is disputed", GOOD.replace("happened", "disputed"), 13, "message.point"),
    ("an officer twice", GOOD.replace("policy-1 policy\nofficer kor press-1", "watch-1 policy\nofficer kor press-1"), 8,
     "play.officer"),
    ("an officer named like a node key", GOOD.replace("press-1 press", "mirror press"), 9, "play.officer"),
    ("an officer of another post", GOOD.replace("press-1 press", "press-1 poet"), 9, "play.officer"),
    ("a name twice", GOOD + "read r1 usa watch-1 m1\n", 17, "step.name"),
    ("somebody else's officer", GOOD.replace("usa watch-1 m1", "usa press-1 m1"), 16, "step.officer"),
    ("a post that may not write there", GOOD.replace("kor policy-1 consult", "kor press-1 consult"), 13, "step.role"),
    ("a channel that is not there", GOOD.replace("consult", "cellar"), 13, "message.channel"),
    ("a precedence not allowed there", GOOD.replace("PRIORITY", "FLASH"), 13, "message.precedence"),
    ("to one's own side", GOOD.replace("to usa/policy", "to kor/policy"), 13, "message.to"),
    ("to a post that is not there", GOOD.replace("to usa/policy", "to usa/poet"), 13, "message.to"),
    ("no source", GOOD.replace("source 001 ", ""), 13, "message.source"),
    ("an unknown source", GOOD.replace("source 001", "source 005"), 13, "message.source"),
    ("what had not happened yet", GOOD.replace("happened 2024-04-08", "happened 2024-04-11"), 13, "message.status"),
    ("what had happened already", GOOD.replace("happened 2024-04-08", "planned 2024-04-08"), 13, "message.status"),
    ("one language", GOOD.replace(' en "B"', ""), 13, "message.text"),
    ("a reference to what comes later", GOOD.replace("usa/policy\n", "usa/policy refers r1\n"), 13, "message.refers"),
    ("a correction by another way", GOOD + M1.replace("m1", "m2").replace("PRIORITY", "ROUTINE").replace(
        "usa/policy\n", "usa/policy corrects m1\n"), 17, "message.corrects"),
    ("a FLASH too long", GOOD + flash(1798), 17, "message.flash"),
    ("a FLASH that is not read back", GOOD + flash(), 17, "play.flash"),
    ("a read back before reading", HEAD + M1 + "readback b1 usa watch-1 m1" + TEXT, 16, "act.read"),
    ("a message that nobody reads", HEAD + M1, 13, "play.read"),
    ("an act on one's own message", GOOD.replace("r1 usa", "r1 kor"), 16, "act.party"),
    ("CORRECT on a message", GOOD + "correct c1 kor policy-1 m1\n", 17, "act.about"),
    ("CORRECT by who read back", GOOD + "readback b1 usa watch-1 m1" + TEXT + "correct c1 usa watch-1 b1\n", 18, "act.party"),
    ("deferred until nobody knows", GOOD + "defer d1 usa policy-1 m1" + TEXT, 17, "act.until"),
    ("NEGATIVE without a cause", GOOD + "negative n1 usa watch-1 m1 cause tired" + TEXT, 17, "act.cause"),
    ("a reply without words", GOOD + "reply a1 usa policy-1 m1\n", 17, "act.text"),
    ("a line never mended", GOOD + "cut\n", 17, "play.cut"),
    ("mended and not cut", GOOD + "mend\n", 17, "play.cut"),
    ("an answer while the line is cut", GOOD + CROSSED.replace("mend\n", "read early usa watch-1 k1\nmend\n"), 20, "play.cut"),
    ("crossed without a cut", GOOD + CROSSED.replace("cut\n", "").replace("mend\n", ""), 19, "play.crossed"),
]


def write(folder, text):
    path = folder / "play"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_good_is_read(tmp_path):
    for text in (GOOD, GOOD + CROSSED, GOOD + flash(1797, f"readback fb usa watch-1 f1{TEXT}correct fc kor watch-1 fb\n"),
                 GOOD + M1.replace("m1", "m2").replace("usa/policy\n", "usa/policy corrects m1\n") + "read r2 usa watch-1 m2\n"):
        assert play_file.read(write(tmp_path, text)).messages()


@pytest.mark.parametrize("why, text, line, rule", REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(tmp_path, why, text, line, rule):
    with pytest.raises(play_file.Refused) as refusal:
        play_file.read(write(tmp_path, text))
    assert (refusal.value.rule, refusal.value.line) == (rule, line)
    assert f"line {line}: {rule}" in str(refusal.value)


def test_rules_are_written_down():
    """docs/spec/play.md section 5 and the reader know the same rules."""
    page = (ROOT / "docs/spec/play.md").read_text(encoding="utf-8").split("\n## 5. Rules", 1)[1]
    written = re.findall(r"`((?:line|play|step|message|act)\.[a-z]+)`", page)
    source = (ROOT / "examples/play_file.py").read_text(encoding="utf-8")
    assert len(set(written)) == len(written)
    assert set(written) == set(re.findall(r'"((?:line|play|step|message|act)\.[a-z]+)"', source))


def test_statements_are_written_down():
    page = (ROOT / "docs/spec/play.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `([a-z]+) [^`]*` \| `entente ([a-z]+)", page, re.M)
    assert dict(table) == {verb: play_file.COMMANDS.get(verb, "send" if verb == "message" else verb) for verb in play_file.VERBS}
    heads = set(re.findall(r"^\| `([a-z]+) [A-Za-z]", page.split("## 2.")[1].split("## 3.")[0], re.M))
    assert heads | {"cut", "mend", "crossed"} == set(play_file.Reader.HEADS)
