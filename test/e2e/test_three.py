"""Three parties that nobody thought of when the code was written: other names, other channels, the same program."""
import re

import nodes
import pytest

ACCORDS = nodes.ROOT / "accords"


def party_names(folder):
    lines = (folder / "parties").read_text().splitlines()
    return [line.split()[0] for line in lines if line.split("#")[0].split()]


def three():
    """The example accord with three parties."""
    return next(folder for folder in sorted(ACCORDS.iterdir()) if (folder / "parties").exists() and
                len(party_names(folder)) == 3)


@pytest.fixture
def world(stage):
    folder = three()
    parties = party_names(folder)
    posts = [line.split("#")[0].split() for line in (folder / "posts").read_text().splitlines()]
    roles = {party: [words[0] for words in posts if words and party in words[words.index("of"):]] for party in parties}
    return stage.world(accord=folder, officers_of={party: {"duty": roles[party]} for party in parties})


def common_channel(world, precedence="ROUTINE"):
    """A channel on which all three write, and a role that each of them has."""
    accord = next(iter(world.nodes.values())).get("/accord")
    channel = next(row for row in accord["channels"] if set(row["parties"]) == set(world.parties)
                   and precedence in row["precedences"] and row["plane"] != "SERVICE")
    role = next(row["name"] for row in accord["roles"] if set(row["parties"]) == set(world.parties)
                and row["name"] in channel["writers"])
    return channel["name"], role


def test_three_hold_one_record(world):
    channel, role = common_channel(world)
    a, b, c = (world[party] for party in world.parties)
    place = a.say("send", channel, "To both of you.", "--to", f"{b.party}/{role}", "--to", f"{c.party}/{role}",
                  "--label", "U", "--as", role, key="duty")["place"]
    for node in (a, b, c):
        node.await_step(place, "STATION RECEIPT")
    b.say("ack", place, "--as", role, key="duty")
    world.await_receipts()
    for node in (a, b, c):
        ladders = node.ladders(place)
        assert "WATCH READ" in ladders[f"{b.party}/{role}"]
        assert "WATCH READ" not in ladders[f"{c.party}/{role}"]
    c.say("ack", place, "--as", role, key="duty")
    c.say("reply", place, "Heard.", "--as", role, key="duty")
    world.await_receipts()
    shown = [{who: {step: row.get("evidence") for step, row in steps.items() if step not in ("QUEUED", "SENT")}
              for who, steps in node.ladders(place).items()} for node in (a, b, c)]
    assert shown[0] == shown[1] == shown[2]
    assert "REPLIED" in shown[0][f"{c.party}/{role}"]


def test_a_third_passes_a_log_on(world):
    """A's line to C is gone: C has A's entries from B, proved by A's own note."""
    channel, role = common_channel(world)
    a, b, c = (world[party] for party in world.parties)
    a.stop()
    c.stop()
    a.start()
    a.await_link(b.party)
    place = a.say("send", channel, "By way of another.", "--to", f"{c.party}/{role}", "--label", "U", "--as", role,
                  key="duty", code=None)["place"]
    b.wait("B holds it", lambda: b.find("/entry", place=place))
    a.stop()
    c.start()
    c.wait("C has it from B", lambda: c.find("/entry", place=place))
    assert c.entry(place)["text"] == ["By way of another."]
    a.start()
    a.await_step(place, "STATION RECEIPT")


def test_no_name_of_an_example_stands_in_the_code():
    """Parties and bodies are data: no string of the program is one of their names."""
    names = {name for folder in ACCORDS.iterdir() if (folder / "parties").exists() for name in party_names(folder)}
    names |= {"kidd", "spi", "dsc", "ncg", "edscg"}
    for path in (nodes.ROOT / "src").rglob("*.[ch]"):
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        words = {word.lower() for text in re.findall(r'"((?:[^"\\]|\\.)*)"', code) for word in re.findall(r"[A-Za-z]+", text)}
        if path.name == "tlp.c":
            words -= {"amber"}  # a colour of the Traffic Light Protocol, too
        assert not words & names, f"{path}: {words & names}"
