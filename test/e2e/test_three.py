"""Three parties that nobody thought of when the code was written: other names, other channels, the same program."""
import re

import nodes
import officers
import peer
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
    return stage.world(accord=folder, officers_of={party: {name: roles[party] for name in ("duty", *nodes.RELEASERS)} for party in parties})


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


ACT, RECORD_AGREE = 94, 10


def thing(node, kind, name):
    return next((one for one in node.get("/dialogues", kind=kind)["things"] if one["name"] == name), None)


def texts_of_a_session(world, channel, role, names):
    """A session that is over, and texts of it that all three agree to."""
    a = world[world.parties[0]]
    said = ("--language", "en", "--as", role)
    a.run("body", "new", "body", "Body", *said, "--channel", channel, "--label", "U", key="duty")
    a.run("session", "new", "body", "first", "First", *said, key="duty")
    for verb in ("begin", "conclude"):
        a.run("session", verb, "first", "--as", role, key="duty")
    for name in names:
        a.run("text", "of", "first", name, name, "--languages", "en", *said, key="duty")
        a.run("text", "unit", name, "only", f"As {name} have it.", *said, key="duty")
    for node in world.nodes.values():
        node.wait("the units", lambda node=node: all((thing(node, "text", name) and node.get("/text", place=thing(node, "text", name)["place"])["units"]) for name in names))
        for name in names:
            node.run("text", "agree", name, "--as", role, key="duty")
    for node in world.nodes.values():
        node.wait("all agree", lambda node=node: all(node.get("/text", place=thing(node, "text", name)["place"])["units"][0]["status"] == "AGREED" for name in names))
    world.await_receipts()
    return {name: bytes.fromhex(a.get("/text", place=thing(a, "text", name)["place"])["hash"]) for name in names}


def test_a_peers_false_word_on_the_record_counts_nowhere(world):
    """Whoever holds C's keys says that the record is what nobody agreed to: A, who hears it, and B, to whom A passes it on, find each the same."""
    channel, role = common_channel(world)
    a, b, c = (world[party] for party in world.parties)
    hashes = texts_of_a_session(world, channel, role, ("minutes", "other"))
    session = peer.Peer.place_of(c.entry(thing(a, "session", "first")["place"]))
    liar, key = peer.Peer(world, c.party, a.party), officers.Key(world.keys(c.party) / "duty")
    liar.take_log(channel)
    assert c.stop() == 0
    seen = [(node.party, 1, node.logs()[f"{node.party.upper()}/{channel.upper()} 1"]["size"]) for node in (a, b)]

    def say(name, hash_):
        return liar.move(channel, role, key, ACT, refers=[session], seen=seen, rel=list(world.parties), fields={3: RECORD_AGREE, 13: name, 18: hash_})

    false = [say("minutes", hashes["other"]), say("other", hashes["minutes"]), say("minutes", bytes(32)), say("nothing", hashes["minutes"])]
    liar.send(channel)
    for node in (a, b):
        node.wait("it has them", lambda node=node: (node.find("/entry", place=false[-1]) or {}).get("folded"), patience=30)
        assert [node.entry(place)["verdict"] for place in false] == ["STALE", "STALE", "STALE", "REFERS"]
    for node in (a, b):
        node.run("session", "record", "first", "--text", "minutes", "--as", role, key="duty", code=None)
        node.wait("both agree", lambda node=node: len(thing(node, "session", "first")["said"].get("record agree", [])) >= 1)
    for node in (a, b):
        node.wait("the others' word", lambda node=node: len(thing(node, "session", "first")["said"]["record agree"]) == 2)
        assert thing(node, "session", "first")["standing"] == "CONCLUDED", "two of three, and one that counts nowhere"
    true = say("minutes", hashes["minutes"])
    liar.send(channel)
    for node in (a, b):
        node.wait("the true one", lambda node=node: (node.find("/entry", place=true) or {}).get("folded"), patience=30)
        assert node.entry(true)["verdict"] == "OK" and thing(node, "session", "first")["standing"] == "RECORD AGREED"


def copy_ahead(world, channel, role, sender, to, text):
    """A FLASH of sender's that comes to `to` ahead of its log, by hand."""
    seen = sender.get("/seen", channel=channel)
    body = officers.content(text)
    raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], sender.party, role, rel=list(world.parties), to=[(to.party, role, 0)],
                             precedence=officers.FLASH, body=body)
    item = officers.item(raw, [sender.key(name) for name in ("duty", *nodes.RELEASERS)], body)
    return peer.frame(peer.ADVANCE, [f"{seen['accord']}/{seen['channel']}/{sender.party}/1", *item[:2], body])


def test_whoever_sends_many_copies_hides_nobody_elses(world):
    """An answer ends at its limit: what one peer's copies would fill alone, the other's stand in too."""
    channel, role = common_channel(world, "FLASH")
    loud, quiet, node = (world[party] for party in world.parties)
    for text in [f"{number} " + "x" * 90_000 for number in range(60)]:
        status, said = node.ask("POST", "/bundle", copy_ahead(world, channel, role, loud, node, text), peer=loud.party)
        assert status == 200, said
    status, said = node.ask("POST", "/bundle", copy_ahead(world, channel, role, quiet, node, "Mine."), peer=quiet.party)
    assert status == 200, said
    copies = node.get("/advances")["advances"]
    assert len(copies) > 10, len(copies)
    assert copies[-1]["entry"]["text"] == ["Mine."], "behind all of the other's"
