"""Several ways at once: a cut one loses and doubles nothing, a bundle is a way too, and a FLASH waits for nothing."""
import json
import os
import random
import time

import nodes
import pytest

MIB = 1 << 20


def notice(node, text, peer, code=0, **more):
    return node.say("send", "notify", text, "--to", f"{peer}/watch", "--label", "U", key="watch", code=code, **more)["place"]


def titles(node, channel="notify"):
    """What stands in the channel, in the order of the record: (place, title)."""
    return [(row["place"], row.get("title")) for row in node.get("/inbox", channel=channel, limit=1000)["messages"]]


def two_paths(stage):
    """Two nodes, and the relays that USA's calls go through."""
    north, south = stage.relay(), stage.relay()
    world = stage.world(is_started=False, paths=("north", "south"),
                        through={("usa", "north"): north.port, ("usa", "south"): south.port})
    north.to, south.to = (world.ports["kor", "usa", path] for path in ("north", "south"))
    world.start()
    return world, north, south


def test_two_paths_and_one_is_cut(stage):
    world, north, south = two_paths(stage)
    kor, usa = world["kor"], world["usa"]
    said = []
    for number in range(12):
        if number == 4:
            north.cut()
        if number == 8:
            kor.wait("the cut path is seen", lambda: not kor.paths()["north"]["up"])
            north.mend()
            south.cut()
        said.append((notice(kor, f"Notice {number}.", "usa", code=None), f"Notice {number}."))
    south.mend()
    for node in world.nodes.values():
        node.await_link(paths=2, patience=15)
    world.await_receipts()
    for node in world.nodes.values():
        assert titles(node) == said
    assert usa.status()["stopped_logs"] == 0


@pytest.mark.parametrize("ways", [("there", "back"), ("there",), ("back",)], ids=" and ".join)
def test_a_flash_goes_round_a_path_that_falls_silent(stage, ways):
    """Nothing is closed and nobody is told: bytes just do not arrive, in both directions or in one. USA has called."""
    world, north, south = two_paths(stage)
    kor, usa = world["kor"], world["usa"]
    for node in world.nodes.values():
        node.await_link(paths=2)
    drafts = [kor.say("send", "notify-urgent", f"Now {number}.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U",
                      key="watch")["place"] for number in range(3)]
    for draft in drafts:
        kor.approve(draft, ["head"])
    first = kor.approve(drafts[0], ["deputy"])
    kor.await_step(first, "STATION RECEIPT")
    assert "path north" in kor.run("ladder", first).stdout, "it is the one that goes first"
    north.hold(*ways)
    for draft in drafts[1:]:
        begin = time.monotonic()
        place = kor.approve(draft, ["deputy"], code=None)
        usa.wait("the FLASH is shown", lambda: usa.find("/entry", place=place))
        shown = time.monotonic() - begin
        kor.await_step(place, "STATION RECEIPT")
        received = time.monotonic() - begin
        assert kor.paths()["north"]["up"] and usa.paths()["north"]["up"], "nobody knows yet that it is dead"
        assert shown < 2.5 and received < 2.5, f"shown after {shown:.2f} s, acknowledged after {received:.2f} s"
    read = usa.say("ack", place, key="head", code=None)["place"]
    begin = time.monotonic()
    kor.await_step(place, "WATCH READ")
    assert time.monotonic() - begin < 2.5
    north.let_go()
    world.await_receipts()
    assert len([row for row in usa.get("/inbox", channel="notify-urgent")["messages"] if row["place"] == place]) == 1
    assert kor.entry(read)["kind"] == "watch read"


def test_down_is_told_and_what_waits_goes_out(stage):
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.start()
    kor, usa = world["kor"], world["usa"]
    relay.cut()
    kor.wait("the line is down", lambda: not kor.is_linked())
    place = notice(kor, "Queued.", "usa", code=5)
    assert set(kor.ladder(place)["steps"]) == {"QUEUED"}
    assert kor.run("status", code=5).stdout
    relay.mend()
    kor.await_step(place, "STATION RECEIPT")
    usa.await_step(place, "STATION RECEIPT")
    assert kor.run("status", code=0).stdout


def test_a_note_that_the_peer_signed(stage):
    """What came together was cosigned once, by the last note: that one proves the receipt of each."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.start()
    kor, usa = world["kor"], world["usa"]
    relay.cut()
    kor.wait("the line is down", lambda: not kor.is_linked())
    places = [notice(kor, f"Queued {number}.", "usa", code=5) for number in range(3)]
    relay.mend()
    for place in places:
        kor.await_step(place, "STATION RECEIPT")
        for words in ({}, {"peer": "usa"}):
            assert "/usa/mirror " in kor.get("/note", place=place, **words).decode()
            assert "/usa/mirror " in kor.get("/proof", place=place, **words).decode()
    assert kor.ask("GET", "/note", place=places[0], peer="nobody")[0] == 404


def test_a_bundle_is_a_path(stage):
    world = stage.world(is_started=False)
    kor, usa = world["kor"].start(), world["usa"]
    place = notice(kor, "By hand.", "usa", code=5)
    kor.run("bundle", "write", "--peer", "usa", world.folder / "one")
    kor.stop()
    usa.start()
    usa.run("bundle", "read", world.folder / "one")
    usa.wait("the message is there", lambda: usa.find("/entry", place=place))
    assert usa.entry(place)["text"] == ["By hand."]
    usa.run("bundle", "read", world.folder / "one")
    assert len(titles(usa)) == 1, "read twice, it stands there once"
    usa.run("bundle", "write", "--peer", "kor", world.folder / "two")
    usa.stop()
    kor.start()
    assert "STATION RECEIPT" not in kor.ladder(place)["steps"]
    kor.run("bundle", "read", world.folder / "two")
    kor.await_step(place, "STATION RECEIPT")

    whole = (world.folder / "one").read_bytes()
    usa.start()
    ends, at = [], 0
    while at < len(whole):
        at += 4 + int.from_bytes(whole[at:at + 4], "big")
        ends.append(at)
    assert len(ends) > 2 and ends[-1] == len(whole)
    for cut in (*ends[:-1], len(whole) // 2, len(whole) - 1):
        (world.folder / "part").write_bytes(whole[:cut])
        said = usa.run("bundle", "read", world.folder / "part", code=6).stderr
        assert f"breaks off, or is damaged, at byte {max([0, *(end for end in ends if end <= cut)])}" in said, said
    for wrong in (whole[:ends[0]] + whole[ends[1]:], whole + whole[:1], whole + whole[ends[-2]:]):
        (world.folder / "part").write_bytes(wrong)
        usa.run("bundle", "read", world.folder / "part", code=6)
    said = usa.run("bundle", "read", world.folder / "one", "--peer", "k" * 40, code=3).stderr
    assert "is no party of this accord" in said
    (world.folder / "other").write_bytes(b"no bundle at all\n")
    said = usa.run("bundle", "read", world.folder / "other", code=6).stderr
    assert "is no bundle: nothing of it was taken" in said and "bundle write FILE" in said
    # A byte of a note is wrong: it belongs to nobody's log.
    whole = bytearray((world.folder / "one").read_bytes())
    whole[whole.rindex(b"\xe2\x80\x94 ") + 60] ^= 1
    (world.folder / "bent").write_bytes(whole)
    said = usa.run("bundle", "read", world.folder / "bent", code=6).stderr
    assert "have it written again" in said


def test_flash_overtakes_an_attachment(stage):
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.start()
    kor, usa = world["kor"], world["usa"]
    rate = relay.bytes_per_s = 2 * MIB
    big = world.folder / "big.bin"
    big.write_bytes(os.urandom(MIB) * 64)
    message = kor.say("send", "notify", "A large map.", "--to", "usa/watch", "--label", "U", "--attach", big,
                      key="watch")["place"]
    hash_ = kor.wait("the message is filed", lambda: kor.find("/entry", place=message))["attachments"][0]["hash"]
    draft = kor.say("send", "notify-urgent", "Now.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U", key="watch")["place"]
    kor.approve(draft, ["head"])

    def held():
        answer = usa.find("/attachments", hash=hash_)
        return answer["held"] if answer else 0

    usa.wait("the attachment is under way", lambda: held() > MIB)
    begin, before = time.monotonic(), held()
    place = kor.approve(draft, ["deputy"], code=None)
    usa.wait("the FLASH is there", lambda: usa.find("/entry", place=place))
    passed, seconds = held() - before, time.monotonic() - begin
    assert held() < 64 * MIB, "the attachment was through already: nothing was overtaken"
    # One frame of 16 KiB may stand before it, and what the relay and the sockets hold already.
    assert seconds < 1.5 + 4 * (256 << 10) / rate, f"{seconds:.2f} s, {passed} bytes of the attachment went first"
    assert usa.entry(place)["text"] == ["Now."]
    relay.bytes_per_s = 0


def test_an_attachment_arrives_whole(pair):
    file = pair.folder / "map.bin"
    file.write_bytes(os.urandom(3 * MIB + 17))
    place = pair["kor"].say("send", "notify", "A map.", "--to", "usa/watch", "--label", "U", "--attach", file,
                            key="watch")["place"]
    usa = pair["usa"]
    usa.await_step(place, "STATION RECEIPT")
    attached = usa.entry(place)["attachments"][0]

    def held():
        return (usa.find("/attachments", hash=attached["hash"]) or {"held": 0})["held"]

    usa.wait("the attachment is whole", lambda: held() == attached["len"])
    (pair.folder / "saved").mkdir()
    usa.run("read", place, "--save", pair.folder / "saved")
    saved = list((pair.folder / "saved").iterdir())
    assert len(saved) == 1 and saved[0].read_bytes() == file.read_bytes()


def test_an_address_that_is_not_there_yet(stage):
    """A peer that starts later is found by itself, soon."""
    world = stage.world(is_started=False)
    world["usa"].start()
    time.sleep(0.3)
    world["kor"].start()
    begin = time.monotonic()
    world["usa"].await_link()
    assert time.monotonic() - begin < 5
    assert world["usa"].paths()["north"]["group"].startswith("X25519")


def test_a_range_that_is_missing_is_shown(stage):
    """What is known elsewhere and has not come: in every list that an officer reads, in both languages, until it is there."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    kor, usa = world["kor"], world["usa"]
    world.start()
    world.await_receipts()
    relay.cut()
    begun, count = kor.logs()["KOR/NOTIFY 1"]["size"], 12
    for number in range(count):
        kor.say("send", "notify", f"Message {number}: " + random.randbytes(15000).hex(), "--to", "usa/watch", "--label", "U",
                key="watch", code=None)
    assert usa.status()["missing"] == [], "nobody has told it yet"
    relay.bytes_per_s = 10_000
    relay.mend()
    usa.wait("KOR's HELLO tells", lambda: usa.status()["missing"], 40)
    first, end = f"KOR/NOTIFY 1.{usa.logs()['KOR/NOTIFY 1']['size']}", f"KOR/NOTIFY 1.{begun + count - 1}"
    for command in (("inbox",), ("log", "notify"), ("status",)):
        for env, word in (({}, "MISSING: "), (nodes.KOREAN, "미수신: ")):
            lines = [line for line in usa.run(*command, env=env, code=None).stdout.splitlines() if line.startswith(word)]
            assert len(lines) == 1 and first in lines[0] and end in lines[0], (command, lines)
    assert "MISSING" not in usa.run("inbox", "leader").stdout
    rows = [json.loads(usa.run("inbox", "--json").stdout), [json.loads(line) for line in usa.run("log", "--json").stdout.splitlines()],
            json.loads(usa.run("status", "--json").stdout)["missing"]]
    for row in ([one for one in some if "missing" in one] for some in rows):
        assert [(one["log"], one["first"], one["missing"]) for one in row] == [("KOR/NOTIFY 1", begun, count)]
    assert "entente status" in usa.run("read", end, code=3).stderr, "says what is known elsewhere"
    relay.bytes_per_s = 0
    usa.wait("all of it is there", lambda: usa.logs()["KOR/NOTIFY 1"]["size"] == begun + count)
    for command in (("inbox",), ("log", "notify"), ("status",)):
        assert "MISSING" not in usa.run(*command).stdout
    assert usa.status()["missing"] == [] and f"Message {count - 1}" in usa.run("read", end).stdout
