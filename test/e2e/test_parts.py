"""A message of parts with labels of their own: quoted, redacted, shown with their marks, and never marked below them."""
import json
import re

import pytest

import nodes
import officers

TEAM = {"watch": ["watch"], "head": ["head"], "deputy": ["deputy"], "policy": ["policy"]}
UNMARKED = {"ENTENTE_LABEL": ""}
TO = ("--to", "usa/watch")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    world = nodes.World(tmp_path_factory.mktemp("parts") / "world", nodes.ROOT / "accords/rok-us", {"kor": TEAM, "usa": TEAM})
    world.make()
    world.start()
    yield world
    world.stop()


@pytest.fixture(scope="module")
def source(world):
    """On the consultation line: an open part, one up to S for the NCG, and one that only that line carries."""
    return world["kor"].release("send", "consult", *TO, "--portion", "U | The talks go on.",
                                "--portion", "S caveat:NCG | What the group said.",
                                "--portion", "TS topic:DPRK-NUC | What we saw.", env=UNMARKED)


def text(entry):
    return {category["name"]: category["values"] for category in entry["label"]["categories"]}


def test_the_whole_is_marked_as_all_of_them(world, source):
    kor, usa = world["kor"], world["usa"]
    usa.await_step(source, "STATION RECEIPT")
    there = usa.entry(source)
    assert there["label"]["level"] == "TS"
    assert text(there) == {"caveat": ["NCG"], "origin": ["KOR"], "rel": ["KOR", "USA"], "topic": ["DPRK-NUC"]}
    assert [part["marking"]["portion"] for part in there["portions"]] == [
        "(U//REL KOR, USA)", "(S//NCG//REL KOR, USA)", "(TS//DPRK-NUC//REL KOR, USA)"]
    for node in (kor, usa):
        shown = node.run("read", source).stdout
        assert "\n(U//REL KOR, USA) The talks go on.\n(S//NCG//REL KOR, USA) What the group said.\n" in shown, shown


def test_an_approver_sees_what_each_part_is_marked(world):
    kor = world["kor"]
    draft = kor.say("send", "share", "Beside it.", *TO, "--label", "S caveat:NCG", "--portion", "S caveat:NCG | Theirs.",
                    key="watch")["place"]
    shown = kor.run("approve", draft, key="head").stdout
    assert re.search(r"\nBeside it\.\n\(S CAVEAT NCG REL KOR,USA\) Theirs\.\n", shown), shown


@pytest.mark.parametrize("label, portion, why", [
    ("U", "S | x", "the whole is marked below its part, which is S"),
    ("S", "S caveat:NCG | x", "the whole is marked below its part, which is S"),
    ("S", "S rel:KOR | x", "the whole is marked below its part, which is S"),
    ("S", "S origin:USA | x", "the whole is marked below its part, which is S"),
    ("S", "X | x", "the guidelines have no level X"),
    ("S caveat:NCG", "C caveat:NCG | x", "NCG needs S or above"),
])
def test_never_below_a_part(world, label, portion, why):
    done = world["kor"].run("send", "share", *TO, "--label", label, "--portion", portion, key="watch", code=4)
    assert why in done.stderr, done.stderr


def test_redacted_for_a_line_that_carries_less(world, source):
    kor, usa = world["kor"], world["usa"]
    said = kor.run("send", "share", "Of our meeting:", *TO, "--redact", source, "--json", key="watch", env=UNMARKED)
    assert f"2 of 3 parts of {source} are taken over" in said.stderr
    draft = json.loads(said.stdout)["place"]
    assert kor.entry(draft)["refers"] == [source], "its link to the item stays at home"
    place = kor.approve(draft)
    usa.await_step(place, "STATION RECEIPT")
    there = usa.entry(place)
    assert there["text"] == ["Of our meeting:", "The talks go on.", "What the group said."]
    assert there["label"]["level"] == "S" and text(there)["caveat"] == ["NCG"] and not there.get("refers")
    assert "What we saw" not in str(usa.ask("GET", "/content", place=place))


def test_a_quotation_is_whole_or_none(world, source):
    kor, usa = world["kor"], world["usa"]
    done = kor.run("send", "share", *TO, "--quote", source, key="watch", code=4, env=UNMARKED)
    assert "SHARE does not carry TS" in done.stderr and "--redact" in done.stderr, done.stderr
    place = usa.release("send", "consult", "You said:", "--to", "kor/watch", "--quote", source, env=UNMARKED)
    there = usa.entry(place)
    assert there["text"][1:] == kor.entry(source)["text"] and there["refers"] == [source]
    assert there["label"]["level"] == "TS" and text(there)["origin"] == ["KOR"], "what KOR said stays KOR's"


def test_files_are_redacted_too(world, tmp_path):
    kor = world["kor"]
    (tmp_path / "chart.txt").write_text("a chart")
    place = kor.release("send", "consult", "All of it.", *TO, "--label", "TS", "--attach", tmp_path / "chart.txt",
                        "--portion", "R | A part of it.")
    said = kor.say("send", "share", *TO, "--redact", place, key="watch", env=UNMARKED)
    waiting = kor.get("/drafts", place=said["place"])
    assert waiting["text"] == ["A part of it."] and not waiting.get("attachments")
    only = kor.release("send", "consult", "All of it.", *TO, "--label", "TS")
    assert "none of its parts may go" in kor.run("send", "share", *TO, "--redact", only, key="watch", code=4,
                                                 env=UNMARKED).stderr


@pytest.mark.parametrize("words, code, why", [
    (("--portion", "no bar"), 2, "is no portion"),
    (("--portion", "S |"), 2, "is no portion"),
    (("--portion", "S caveat | x"), 2, "is no portion"),
    (("--quote", "KOR/SHARE 1.999"), 3, ""),
    (("--quote", "KOR/SHARE 1.1", "--redact", "KOR/SHARE 1.1"), 2, "quotes an item or redacts one"),
    (("--quote", "KOR/SHARE 1.0"), 4, "can be taken over"),
])
def test_what_is_no_part(world, words, code, why):
    done = world["kor"].run("send", "share", *TO, *words, key="watch", code=code, env=UNMARKED)
    assert why in done.stderr, done.stderr


def test_the_node_asks_too(world):
    """A terminal that marks the whole too low is refused by the node: it is no matter of its own good will."""
    kor = world["kor"]
    part = ["x", ["S", [["rel", ["KOR", "USA"]]]]]
    body = officers.encode({1: bytes(16), 2: "en", 4: [part]})
    raw = officers.statement(bytes.fromhex(kor.get("/seen", channel="share")["accord"]), 6, "kor", "watch", rel=("kor", "usa"),
                             to=[("usa", "watch", 0)], precedence=officers.ROUTINE, body=body)
    assert kor.post([officers.item(raw, [kor.key("watch")], body)])[0]["rule"] == "LABEL"
