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
    """Beside each other, or the other one as a translation of its own."""
    hangul, latin = re.compile("[가-힣]"), re.compile("[a-z]{3}")
    for step in play.steps:
        translated = [one for one in play.steps if one.verb == "translate" and step in (one, one.about)]
        for text in (step.text, step.subject):
            if text:
                assert len(text) == 2 or translated, step.name
                assert "ko" not in text or hangul.search(text["ko"]), step.name
                assert "en" not in text or latin.search(text["en"]) and not hangul.search(text["en"]), step.name


def test_nobody_is_alone_on_leader_or_at_flash(play):
    """Two other persons who may release it, before anything else is said of it; nothing else waits for anybody."""
    planes = {name: channel["plane"] for name, channel in play_file.Accord(ROOT / "accords/rok-us").channels.items()}
    for at, step in enumerate(play.steps):
        is_grave = "FLASH" in (step.precedence, step.about and step.about.precedence) or planes[step.message().channel] == "LEADER"
        if step.text and step.verb != "readback" and is_grave:
            approvals = play.steps[at + 1:at + 3]
            assert [(one.verb, one.about, one.party) for one in approvals] == [("approve", step, step.party)] * 2, step.name
            assert len({step.officer, *(one.officer for one in approvals)}) == 3
            assert [one.goes_out() for one in (step, *approvals)] == [None, None, step]
        elif step.verb != "approve":
            assert step.needed == 0 and step.goes_out() is step, step.name
    assert sum(step.verb == "approve" for step in play.steps) == 2 * sum(step.needed > 0 for step in play.steps) > 8


def test_a_form_and_a_translation(play):
    filled = [step for step in play.messages() if step.form]
    assert filled and all({"--form", "--field"} < set(step.arguments({one.name: "KOR/X 1.1" for one in play.steps})) for step in filled)
    assert [step.rank for step in play.steps if step.verb == "translate"] == ["DRAFT"]


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
                            "negative", "approve", "translate"}
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
officer kor shift-1 shift
officer kor head-1 head
officer usa shift-1 shift
officer usa linguist-1 linguist
"""
M1 = """message m1 kor policy-1 consult PRIORITY to usa/policy
	source 001 happened 2024-04-08 point P9
	subject ko "가" en "A" text ko "나" en "B"
"""
TEXT = ' text ko "가" en "A"\n'
GOOD = HEAD + M1 + "read r1 usa watch-1 m1\n"


BY = "approve fa kor shift-1 f1\napprove fb kor head-1 f1\n"


def flash(length=10, more="", by=BY):
    return (f'message f1 kor watch-1 notify-urgent FLASH to usa/watch source 002 happened 2023-04-13 subject ko "가" en "A" '
            f'text ko "{"x" * length}" en "y"\n{by}read fr usa watch-1 f1\n{more}')


ALONE = GOOD.replace(' en "B"', "")
TRANSLATED = 'translate t1 usa linguist-1 m1 DRAFT text en "B"\n'
FORM = GOOD.replace('en "B"', 'en "B" form N60 body "kidd" place.ko "가"')


CROSSED = """cut
message k1 kor policy-1 consult ROUTINE to usa/policy source 001 happened 2024-04 subject ko "가" en "A" text ko "나" en "B"
message u1 usa policy-1 consult ROUTINE to kor/policy source 001 happened 2024-04 subject ko "가" en "A" text ko "나" en "B"
mend
crossed k1 u1
read kr usa watch-1 k1
read ur kor watch-1 u1
"""

REFUSED = [
    ("a text without an end", GOOD.replace('"B"', '"B'), 19, "line.text"),
    ("an empty text", GOOD.replace('"나"', '" "'), 19, "line.text"),
    ("words that touch", GOOD.replace('"나" en', '"나"en'), 19, "line.space"),
    ("a last line without an end", GOOD[:-1], 20, "line.newline"),
    ("a continuation of nothing", "\tsource 001\n", 1, "line.continued"),
    ("an unknown statement", GOOD + "shout s1 kor watch-1 m1\n", 21, "play.statement"),
    ("a word too many", GOOD + "read r2 usa watch-1 m1 twice\n", 21, "act.twice"),
    ("another word too many", GOOD.replace("label U", "label U S"), 2, "play.end"),
    ("an accord that is not there", GOOD.replace("rok-us", "nowhere"), 1, "play.accord"),
    ("a file that is no article", GOOD.replace("001_acf41", "001_xyz"), 3, "play.article"),
    ("another number than the file's", GOOD.replace("article 001", "article 003"), 3, "play.article"),
    ("a point of an unknown article", GOOD.replace("P9 001", "P9 004"), 5, "play.point"),
    ("a point twice", GOOD.replace("writes kor", "point P9 001\nwrites kor"), 6, "play.point"),
    ("a point that nobody says", GOOD.replace("writes kor", "point P8 001\nwrites kor"), 21, "play.points"),
    ("a point of another article", GOOD.replace("source 001 happened 2024-04-08", "source 002 happened 2023-04-13"), 17,
     "message.point"),
    ("a point on what is disputed", GOOD.replace("happened", "disputed"), 17, "message.point"),
    ("an officer twice", GOOD.replace("policy-1 policy\nofficer kor press-1", "watch-1 policy\nofficer kor press-1"), 8,
     "play.officer"),
    ("an officer named like a node key", GOOD.replace("press-1 press", "mirror press"), 9, "play.officer"),
    ("an officer of another post", GOOD.replace("press-1 press", "press-1 poet"), 9, "play.officer"),
    ("a name twice", GOOD + "read r1 usa watch-1 m1\n", 21, "step.name"),
    ("somebody else's officer", GOOD.replace("usa watch-1 m1", "usa press-1 m1"), 20, "step.officer"),
    ("a post that may not write there", GOOD.replace("kor policy-1 consult", "kor press-1 consult"), 17, "step.role"),
    ("a channel that is not there", GOOD.replace("consult", "cellar"), 17, "message.channel"),
    ("a precedence not allowed there", GOOD.replace("PRIORITY", "FLASH"), 17, "message.precedence"),
    ("to one's own side", GOOD.replace("to usa/policy", "to kor/policy"), 17, "message.to"),
    ("to a post that is not there", GOOD.replace("to usa/policy", "to usa/poet"), 17, "message.to"),
    ("no source", GOOD.replace("source 001 ", ""), 17, "message.source"),
    ("an unknown source", GOOD.replace("source 001", "source 005"), 17, "message.source"),
    ("what had not happened yet", GOOD.replace("happened 2024-04-08", "happened 2024-04-11"), 17, "message.status"),
    ("what had happened already", GOOD.replace("happened 2024-04-08", "planned 2024-04-08"), 17, "message.status"),
    ("one language", GOOD.replace(' en "B"', ""), 17, "message.text"),
    ("a reference to what comes later", GOOD.replace("usa/policy\n", "usa/policy refers r1\n"), 17, "message.refers"),
    ("a correction by another way", GOOD + M1.replace("m1", "m2").replace("PRIORITY", "ROUTINE").replace(
        "usa/policy\n", "usa/policy corrects m1\n"), 21, "message.corrects"),
    ("a FLASH too long", GOOD + flash(1798), 21, "message.flash"),
    ("a FLASH that is not read back", GOOD + flash(), 21, "play.flash"),
    ("a read back before reading", HEAD + M1 + "readback b1 usa watch-1 m1" + TEXT, 20, "act.read"),
    ("a message that nobody reads", HEAD + M1, 17, "play.read"),
    ("an act on one's own message", GOOD.replace("r1 usa", "r1 kor"), 20, "act.party"),
    ("CORRECT on a message", GOOD + "correct c1 kor policy-1 m1\n", 21, "act.about"),
    ("CORRECT by who read back", GOOD + "readback b1 usa watch-1 m1" + TEXT + "correct c1 usa watch-1 b1\n", 22, "act.party"),
    ("deferred until nobody knows", GOOD + "defer d1 usa policy-1 m1" + TEXT, 21, "act.until"),
    ("WRONG without a cause", GOOD + "readback b1 usa watch-1 m1" + TEXT + "wrong w1 kor watch-1 b1 cause tired\n", 22, "act.cause"),
    ("NEGATIVE without a cause", GOOD + "negative n1 usa watch-1 m1 cause tired" + TEXT, 21, "act.cause"),
    ("a reply without words", GOOD + "reply a1 usa policy-1 m1\n", 21, "act.text"),
    ("a FLASH by one alone", GOOD + flash(by=""), 22, "act.waits"),
    ("a FLASH approved by one", GOOD + flash(by=BY.splitlines()[0] + "\n"), 23, "act.waits"),
    ("approved by its author", GOOD + flash(by=BY.replace("shift-1", "watch-1")), 22, "act.approver"),
    ("approved by one twice", GOOD + flash(by=BY.replace("head-1", "shift-1")), 23, "act.approver"),
    ("approved by who may not release", GOOD + flash(by=BY.replace("shift-1", "policy-1")), 22, "act.approver"),
    ("approved by the other side", GOOD + flash(by=BY.replace("kor shift-1", "usa shift-1")), 22, "act.approve"),
    ("approved once more", GOOD + flash(more="approve fc kor shift-1 f1\n"), 25, "act.approve"),
    ("approved without need", GOOD + "approve a1 kor shift-1 m1\n", 21, "act.approve"),
    ("never approved", GOOD + flash(by="").splitlines()[0] + "\n", 21, "play.waits"),
    ("cut while it waits", GOOD + flash(by="").splitlines()[0] + "\ncut\nmend\n", 22, "play.waits"),
    ("a level that is not there", GOOD.replace("label U", "label X"), 2, "play.label"),
    ("translated by who may not say how well", ALONE + TRANSLATED.replace("linguist-1", "shift-1"), 21, "act.rank"),
    ("certified by who wrote it", ALONE + TRANSLATED.replace("DRAFT", "CERTIFIED"), 21, "act.rank"),
    ("translated into its own language", GOOD + TRANSLATED, 21, "act.text"),
    ("a translation alone", GOOD.replace('ko "나" ', ""), 17, "message.text"),
    ("a form that is not there", FORM.replace("N60", "N99"), 17, "message.form"),
    ("a form without fields", FORM.replace(' body "kidd" place.ko "가"', ""), 17, "message.form"),
    ("a field without a text", FORM.replace(' "가"\n', "\n"), 17, "message.form"),
    ("a line never mended", GOOD + "cut\n", 21, "play.cut"),
    ("mended and not cut", GOOD + "mend\n", 21, "play.cut"),
    ("an answer while the line is cut", GOOD + CROSSED.replace("mend\n", "read early usa watch-1 k1\nmend\n"), 24, "play.cut"),
    ("crossed without a cut", GOOD + CROSSED.replace("cut\n", "").replace("mend\n", ""), 23, "play.crossed"),
]


def write(folder, text):
    path = folder / "play"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_good_is_read(tmp_path):
    for text in (GOOD, GOOD + CROSSED, ALONE + TRANSLATED, FORM,
                 GOOD + flash(1797, f"readback f2 usa watch-1 f1{TEXT}correct f3 kor watch-1 f2\n"),
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
