"""A thin path: a modem of 75 bit/s that loses a tenth, and a side that may only listen."""
import json
import os
import sys
import time
from pathlib import Path

import pytest

import nodes
import officers
from test_alarm import Alarm
from thin_line import Line

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "vectors"))

import thin_reader  # noqa: E402

FAST = 9600  # bit/s, where a play is about something else than the pace


@pytest.fixture
def line(stage):
    line = Line()
    stage.others.append(line)
    return line


def thin_world(stage, line, speed=FAST, modem=0, receive_only=(), is_tls=False, **more):
    """KOR and USA with a TLS path through a relay, which is cut at first, and a thin one."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port}, **more)
    relay.to = world.ports["kor", "usa", "north"]
    line.join(world, speed, modem, receive_only)
    if not is_tls:
        relay.cut()
    for node in world.nodes.values():
        node.start()
        node.wait("the thin path is open", lambda node=node: node.paths()["radio"]["up"])
    return world, relay


def copies(node):
    return node.get("/advances")["advances"]


def radio(node):
    return node.paths()["radio"]["thin"]


def flash(node, peer="usa", body=b"", precedence=officers.FLASH):
    """A coded message of three fields to one post, signed by the watch, in a version that nobody has yet: its place."""
    seen = node.get("/seen", channel=3)
    raw = officers.statement(bytes.fromhex(seen["accord"]), 3, node.party, "watch", rel=seen["parties"],
                             seen=[(row["party"], row["epoch"], row["size"]) for row in seen["seen"]],
                             to=[(peer, "watch", 0)], precedence=precedence, form=("N20", 9),
                             fields={1: 3, 2: [37, 127], 3: int(time.time())}, body=body)
    by = ("watch", *nodes.RELEASERS) if precedence == officers.FLASH else ("watch",)
    answer = node.post([officers.item(raw, [node.key(name) for name in by], body)])[0]
    assert answer["err"] == "OK", answer
    return answer["place"]


def forge(world, index, keys):
    """The frames of a FLASH of KOR's watch that only the pair's key has made."""
    accord = world["usa"].get("/accord")
    parties, roles = (sorted(row["name"] for row in accord[list_]) for list_ in ("parties", "roles"))
    codes = {row["name"]: row["code"] for row in accord["parties"]}
    words = [[["rel", sorted(codes.values())]], "rel", "node", "N01"]
    words += [word for party in parties for word in (party, codes[party])] + roles
    words += [row["form"] for row in world["usa"].get("/forms")["forms"] if row["form"] != "N01"]
    difference = {4: os.urandom(16), 6: "watch", **keys}
    difference = {key: thin_reader.shrink(value, words) for key, value in sorted(difference.items())}
    message = thin_reader.copy(int(time.time() * 1000), 3, 1, index, officers.encode(difference))
    line = thin_reader.Keys((world.folder / "pair").read_text(), accord["accord"], "kor", "usa")
    return b"".join(line.round(*message))


def flash_and_copy(line, kor, usa):
    """A FLASH and its copy at the other side, within 15 s of being filed: before the first byte goes, and then by the line's pace."""
    filed = time.monotonic()
    place = flash(kor)
    copy = usa.wait("the copy is there", lambda: copies(usa), patience=30)[0]
    idle, seconds = line.began[0] - filed, line.passed[0] * line.byte_s
    print(f"{idle:.2f} s until the line; {line.passed[0]} bytes, {seconds:.1f} s; of {line.frames[0]} frames {line.lost[0]} were lost")
    assert idle + seconds < 15
    return place, copy


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_flash_beside_an_attachment(stage, line, lost):
    """A path falls silent in the middle of an attachment of 1 MiB: the FLASH behind it waits a second for its receipt, and is there
    by radio within 15 s of being filed, whichever of its frames is lost."""
    line.lose[0] = lambda number: number == lost
    world, relay = thin_world(stage, line, modem=75, is_tls=True)
    kor, usa = world["kor"], world["usa"]
    for node in (kor, usa):
        node.await_link()
    relay.bytes_per_s = 50_000
    big, before = world.folder / "big.bin", relay.passed
    big.write_bytes(os.urandom(1 << 20))
    kor.say("send", "notify", "A map.", "--to", "usa/watch", "--label", "U", "--attach", big, key="watch", code=None)
    kor.wait("it is under way", lambda: relay.passed - before > 1 << 17, patience=30)
    relay.hold()
    assert relay.passed - before < 1 << 20 and line.passed == [0, 0]
    place, copy = flash_and_copy(line, kor, usa)
    assert line.lost[0] == (lost < 2), "the third is not waited for where the first two have come"
    assert (copy["state"], copy["place"]) == ("BY_LINE", place)
    relay.bytes_per_s = 0
    relay.let_go()
    kor.await_step(place, "STATION RECEIPT", patience=60)
    assert not copies(usa)


def test_a_flash_by_a_bad_line(stage, line):
    """A tenth of the frames is lost, the first one among them, and the FLASH is there within 15 s; then its log takes its place.

    Meanwhile an attachment of 1 MiB waits for the other path: it takes nothing of this one.
    """
    line.lose[0] = lambda number: number % 10 == 0
    world, relay = thin_world(stage, line, modem=75)
    kor, usa = world["kor"], world["usa"]
    big = world.folder / "big.bin"
    big.write_bytes(os.urandom(1 << 20))
    kor.say("send", "notify", "A map.", "--to", "usa/watch", "--label", "U", "--attach", big, key="watch", code=None)
    assert line.passed == [0, 0], "who has nothing urgent to say says nothing"
    place, copy = flash_and_copy(line, kor, usa)
    assert line.lost[0] >= 1
    assert (copy["state"], copy["place"], copy["entry"]["form"]) == ("BY_LINE", place, "N20")
    relay.mend()
    usa.wait("the entry is there", lambda: usa.find("/entry", place=place), patience=40)
    assert not copies(usa)
    assert usa.entry(place)["verdict"] == "OK"
    kor.await_step(place, "STATION RECEIPT")


def test_a_flash_by_a_wire(stage, line):
    """A device at 75 bit/s without a modem carries 7.5 bytes in a second: a FLASH of which no frame is lost is there within 15 s."""
    world, _ = thin_world(stage, line, speed=75)
    place, copy = flash_and_copy(line, world["kor"], world["usa"])
    assert (copy["state"], copy["place"], line.lost[0]) == ("BY_LINE", place, 0)


def test_a_form_by_a_bad_line(stage, line):
    """N20 at FLASH, as the command line fills it: one message, its codes in both languages before its log has come."""
    world, relay = thin_world(stage, line, modem=75)
    kor, usa = world["kor"], world["usa"]
    place = kor.release("send", "notify-urgent", "--to", "usa/watch", "--label", "U", "--form", "N20", "--precedence", "FLASH",
                        "--field", "topic=launch", "--field", "basis-of=official", "--field", "span=-2m/now", "--field",
                        "area=waters-east", "--field", "confidence=high", "--field", "known.ko=발사 1회", "--field",
                        "known.en=one launch", code=None)
    copy = usa.wait("the copy is there", lambda: copies(usa), patience=60)[0]
    filled = {field["name"]: field["values"][0] for field in copy["entry"]["filled"]["fields"]}
    assert (copy["state"], copy["place"]) == ("BY_LINE", place)
    assert filled["topic"]["words"] == {"ko": "발사", "en": "launch"} and filled["area"]["value"] == "waters-east"
    print(f"{line.passed[0]} bytes, {line.passed[0] * line.byte_s:.1f} s")
    assert line.passed[0] <= 2 * 600, "two rounds of what one message may have"
    assert "Incident of concern: launch" in usa.run("read", place).stdout
    relay.mend()
    usa.wait("the entry is there", lambda: usa.find("/entry", place=place), patience=40)
    assert usa.entry(place)["verdict"] == "OK" and not copies(usa)


def test_who_only_listens(stage, line):
    """Not a byte comes back, the copies go on, and stop with the receipt that another path brings."""
    world, relay = thin_world(stage, line, receive_only=["usa"])
    kor, usa = world["kor"], world["usa"]
    place = flash(kor)
    usa.wait("the copy is there", lambda: copies(usa))
    assert radio(usa)["receive_only"] and radio(kor)["copies"] == 1
    usa.stop()
    usa.start()
    assert copies(usa)[0]["place"] == place, "what was shown is durable"
    kor.stop()
    said = line.frames[0]
    kor.start()
    usa.wait("a restart says it again, and it is known", lambda: radio(usa)["replays"] > 0)
    assert line.frames[0] > said and len(copies(usa)) == 1
    relay.mend()
    kor.await_step(place, "STATION RECEIPT", patience=40)
    assert kor.wait("nothing is said any more", lambda: radio(kor)["copies"] == 0) and not copies(usa)
    assert line.passed[1] == 0


def test_what_an_officer_sees(stage, line):
    world, _ = thin_world(stage, line)
    kor, usa = world["kor"], world["usa"]
    events = usa.events()
    place = flash(kor, body=officers.content("Missile launched."))
    event = events.next(lambda one: one["change"] == "ADVANCE")
    kor.wait("it was heard, and is said no more", lambda: radio(kor)["copies"] == 0)
    assert "SENT" in kor.ladder(place)["steps"] and "STATION RECEIPT" not in kor.ladder(place)["steps"]
    assert (event["state"], event["place"], event["entry"]["text"]) == ("BY_LINE", place, ["Missile launched."])
    for command in (["inbox"], ["read", place]):
        assert "authenticated by the line alone" in usa.run(*command).stdout
    assert "Missile launched." in usa.run("read", place).stdout
    for option in ("--ack", "--aloud"):
        assert "advance copy" in usa.run("read", place, option, key="watch", code=4).stderr
    status = usa.run("status", code=5).stdout
    assert f"thin, {FAST} bit/s, {line.ends[1]}" in status
    checks = {(row["check"], row["finding"]) for row in
              json.loads(usa.run("doctor", "--json", code=None).stdout)}
    assert {("serial device", "OK"), ("pair key", "OK")} <= checks


def test_what_came_ahead_rings(stage, line, tmp_path):
    """An advance copy pages the post that it is for, once, and ends when its entry stands in the log."""
    world, relay = thin_world(stage, line)
    kor, usa = world["kor"], world["usa"]
    alarm = Alarm(usa, tmp_path / "rung")
    place = flash(kor)
    rung = alarm.await_said("ALARM", kind="ADVANCE", place=place, precedence="FLASH")[1]
    relay.mend()
    alarm.await_said("ENDED", patience=40, kind="ADVANCE", cause=rung["cause"])
    alarm.await_said("ALARM", kind="OWED", place=place)
    alarm.end()
    assert len(alarm.rings("ADVANCE")) == 1


def test_a_flash_overtakes(stage, line):
    """A FLASH takes the line in the middle of another's frame."""
    world, _ = thin_world(stage, line, speed=600)
    kor, usa = world["kor"], world["usa"]
    flash(kor, body=officers.content("x" * 300), precedence=officers.IMMEDIATE)
    kor.wait("it is being said", lambda: line.passed[0] > 8)
    before = line.passed[0]
    place = flash(kor)
    usa.wait("the FLASH is there", lambda: [one for one in copies(usa) if one["place"] == place], patience=30)
    # Two of its three frames, and the rest of what the device had.
    assert line.passed[0] - before < 110


def test_noise_and_old_frames(stage, line):
    """Bits turn, and somebody says again what he has recorded: nothing is shown twice, and nothing false."""
    line.turn[0] = 0.005
    world, relay = thin_world(stage, line)
    kor, usa = world["kor"], world["usa"]
    place = flash(kor)
    usa.wait("the copy is there", lambda: copies(usa), patience=60)
    line.turn[0] = 0
    relay.mend()
    usa.wait("the entry is there", lambda: usa.find("/entry", place=place), patience=40)
    known = radio(usa)["replays"]
    for _ in range(3):
        os.write(line.pairs[1][0], bytes(line.heard[0]) + os.urandom(200))
    usa.wait("old frames are known", lambda: radio(usa)["replays"] > known)
    assert not copies(usa) and len(usa.get("/inbox", channel=3)["messages"]) == 1


def test_a_copy_that_the_log_contradicts(stage, line):
    """Whoever has the pair's key can say what no officer signed. When the log comes, that is seen, and stays."""
    world, relay = thin_world(stage, line)
    kor, usa = world["kor"], world["usa"]
    line.is_cut[0] = True
    genuine = flash(kor)
    index = int(genuine.rsplit(".", 1)[1])
    forged = forge(world, index, {9: [["usa", "watch", 0]], 11: ["U", [["rel", ["KOR", "USA"]]]]})
    os.write(line.pairs[1][0], forged + forge(world, index, {8: [["usa", 1, 1]], 11: ["U", [["rel", ["KOR", "USA"]]]]}))
    usa.wait("the false copies are shown", lambda: [copy["state"] for copy in copies(usa)] == ["BY_LINE"] * 2)
    relay.mend()
    usa.wait("the log came", lambda: usa.find("/entry", place=genuine), patience=40)
    assert [(copy["state"], copy["place"]) for copy in copies(usa)] == [("FALSE", genuine)] * 2
    assert "the log holds something else" in usa.run("inbox").stdout
    assert "the log holds something else" in usa.run("read", genuine).stdout
    usa.stop()
    usa.start()
    assert copies(usa)[0]["state"] == "FALSE"


def test_erased_words_are_said_no_more(stage, line):
    """What two officers erase leaves the line too, and the peer's copy goes when the log comes without it."""
    people = {"watch": ["watch"], "head": ["head"], "deputy": ["deputy"]}
    world, relay = thin_world(stage, line, receive_only=["usa"], officers_of={"kor": people, "usa": people})
    kor, usa = world["kor"], world["usa"]
    place = flash(kor, body=officers.content("Words that are to go."))
    usa.wait("the copy is there", lambda: copies(usa))
    assert radio(kor)["copies"] == 1
    kor.say("erase", place, "--draft", world.folder / "erasure", key="watch", code=None)
    kor.say("erase", "--draft", world.folder / "erasure", "--sign", key="head", code=None)
    kor.wait("it is said no more", lambda: radio(kor)["copies"] == 0)
    relay.mend()
    usa.wait("the log came", lambda: usa.find("/entry", place=place), patience=40)
    assert not copies(usa) and usa.wait("without the words", lambda: usa.entry(place).get("erased"))
