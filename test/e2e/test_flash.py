"""RECORD.md's first example: a FLASH climbs to READ BACK, and each step is proved on both sides."""
import json

import nodes
import pytest

import reader

STEPS = ["QUEUED", "SENT", "STATION RECEIPT", "WATCH READ", "READ BACK"]


def proved(node, place):
    return set(node.ladder(place)["steps"])


def settle(world, place, step):
    """Both sides show the step, and the same ladder from STATION RECEIPT on."""
    for node in world.nodes.values():
        node.await_step(place, step)
    world.await_receipts()
    ladders = [node.ladder(place)["steps"] for node in world.nodes.values()]
    shown = [{name: row.get("evidence") for name, row in ladder.items() if name not in ("QUEUED", "SENT")}
             for ladder in ladders]
    assert shown[0] == shown[1]
    assert step in shown[0]
    return ladders[0]


def flash(world, text="Aircraft are ours and return at 14:05."):
    return world["kor"].release("send", "notify-urgent", text, "--to", "usa/head", "--precedence", "FLASH", "--label", "U")


def key_of(world, party, use):
    """A key of the accord, read without our C."""
    export = reader.Export(world.folder)
    keys = export.read_keys("keys", (world.accord / "keys").read_text())
    return next(key["key"] for key in keys if key["party"] == party and key["use"] == use)


def check_receipt(world, place):
    """What KOR holds is USA's own signature over a size beyond the FLASH: checked here, not by the node."""
    note = world["kor"].get("/note", place=place)
    lines = reader.wire.read_note(note)
    assert int(lines[1].split()[1]) > int(place.rsplit(".", 1)[1])
    name, line_id, rest = next(line.split()[1:] for line in lines[3:] if "/mirror " in line)
    mirror = key_of(world, "usa", "mirror")
    assert name.split("/")[1] == "usa"
    assert bytes.fromhex(line_id) == reader.key_id(name, 4, mirror)
    text, rest = b"\n".join(note.split(b"\n")[:3]) + b"\n", bytes.fromhex(rest)
    message = f"cosignature/v1\ntime {int.from_bytes(rest[:8], 'big')}\n".encode() + text
    assert reader.is_signed(message, rest[8:], mirror)
    assert not reader.is_signed(message + b"x", rest[8:], mirror)


def test_flash_to_read_back(pair):
    kor, usa = pair["kor"], pair["usa"]
    events = kor.events()
    draft = kor.say("send", "notify-urgent", "Aircraft are ours and return at 14:05.", "--to", "usa/head", "--precedence", "FLASH", "--label",
                    "U", key="watch")
    assert (draft["step"], draft["needed"]) == ("SUBMITTED", 2), "nobody is alone on LEADER or at FLASH"
    assert kor.approve(draft["place"], ["head"]) is None
    assert not usa.get("/inbox", channel="notify-urgent")["messages"], "until then the other side has nothing"
    place = kor.approve(draft["place"], ["deputy"])
    usa.wait("it is there", lambda: usa.find("/entry", place=place))
    assert usa.entry(place)["signatures"] == 3
    log, index = place.rsplit(".", 1)
    receipt = events.next(lambda one: one["change"] == "RECEIPT" and one["log"] == log and one["size"] > int(index))
    assert receipt["peer"] == "usa"
    ladder = settle(pair, place, "STATION RECEIPT")
    assert "WATCH READ" not in ladder
    check_receipt(pair, place)
    owed = kor.ladder(place)["owed"]
    assert (owed["step"], owed["by"], owed["ours"]) == ("WATCH READ", "usa", False)
    assert owed["due_ms"] - owed["since_ms"] == 8 * 60000, "as the accord's timers say of FLASH"

    read = usa.say("ack", place, key="watch")["place"]
    step = settle(pair, place, "WATCH READ")["WATCH READ"]
    assert (step["evidence"], step["role"]) == (read, "watch")
    assert usa.ladder(place)["owed"]["step"] == "READ BACK"

    back = usa.say("readback", place, "Our aircraft, back at 14:05.", key="watch")["place"]
    pair.await_receipts()
    assert "READ BACK" not in proved(kor, place), "nobody has marked it yet"
    assert kor.ladder(place)["read_back_offered"]["evidence"] == back
    owed = kor.ladder(place)["owed"]
    assert (owed["step"], owed["by"], owed["ours"], "due_ms" in owed) == ("MARK", "kor", True, False)

    mark = kor.say("correct", place, key="head")["place"]
    ladder = settle(pair, place, "READ BACK")
    assert ladder["READ BACK"]["evidence"] in (mark, back)
    assert [step for step in STEPS if step in ladder] == STEPS
    assert kor.entry(read)["verdict"] == usa.entry(mark)["verdict"] == "OK"


def test_wrong_does_not_reach_the_step(pair):
    place = flash(pair)
    pair["usa"].await_step(place, "STATION RECEIPT")
    pair["usa"].say("ack", place, key="watch")
    pair["usa"].say("readback", place, "Back at 15:05.", key="watch")
    pair.await_receipts()
    pair["kor"].say("wrong", place, "--cause", "figures", key="watch")
    pair.await_receipts()
    for node in pair.nodes.values():
        assert "READ BACK" not in proved(node, place)
        assert (node.ladder(place)["wrong"], node.ladder(place)["wrong_cause"]) == (True, 1)
        assert "a number, a time or a place is another" in node.run("ladder", place).stdout
    # Free words beside it are no watch officer's alone.
    assert pair["kor"].say("wrong", place, "14:05, not 15:05.", key="watch")["needed"] == 2
    assert "READ BACK" == pair["kor"].ladder(place)["owed"]["step"]
    again = pair["usa"].say("readback", place, "Back at 14:05.", key="watch")["place"]
    pair.await_receipts()
    for node in pair.nodes.values():
        ladder = node.ladder(place)
        assert ladder["read_back_offered"]["evidence"] == again and ladder["wrong"] is False
        assert (ladder["owed"]["step"], ladder["owed"]["by"]) == ("MARK", "kor"), "nobody waits for the other"
        assert f"{again}  by watch" in node.run("ladder", place).stdout
    pair["kor"].say("correct", place, key="head")
    settle(pair, place, "READ BACK")
    # Its author sees too late that it was not: his last mark decides, and nobody is shown more than that.
    said = pair["kor"].run("wrong", place, key="watch", code=None).stdout
    assert "the step is not reached until it is read back again" in said
    pair.await_receipts()
    pair["usa"].stop()
    pair["usa"].start().await_link()
    for node in pair.nodes.values():
        ladder = node.ladder(place)
        assert (ladder["highest"], ladder["wrong"]) == ("WATCH READ", True)
        assert (ladder["owed"]["step"], ladder["owed"]["by"]) == ("READ BACK", "usa")
        assert "read back, and marked WRONG: " + again in node.run("ladder", place).stdout
    assert place in pair["usa"].run("inbox", "--owed").stdout
    pair["usa"].say("readback", place, "Back at 14:05, as said.", key="watch")
    pair.await_receipts()
    pair["kor"].say("correct", place, key="head")
    settle(pair, place, "READ BACK")


def test_flash_is_brief(pair):
    limit = pair["kor"].get("/accord")["flash_len_max"]
    done = pair["kor"].run("send", "notify-urgent", "x" * (limit + 1), "--to", "usa/head", "--precedence", "FLASH",
                           "--label", "U", key="head", code=4)
    assert "FLASH" in done.stderr
    assert flash(pair, "x" * limit)


def test_crossed_messages_are_marked_on_both_sides(stage):
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.start()
    relay.cut()
    for node in world.nodes.values():
        node.wait("the line is down", lambda node=node: not node.is_linked())
    ours = world["kor"].say("send", "notify", "One.", "--to", "usa/watch", "--label", "U", key="watch", code=5)["place"]
    theirs = world["usa"].say("send", "notify", "Two.", "--to", "kor/watch", "--label", "U", key="watch", code=5)["place"]
    relay.mend()
    for node in world.nodes.values():
        node.await_link()
    world.await_receipts()
    for node in world.nodes.values():
        assert node.get("/ladder", place=ours)["crossed"] == [theirs]
        assert node.get("/ladder", place=theirs)["crossed"] == [ours]
        for one, other in ((ours, theirs), (theirs, ours)):
            for env, word in (({}, "crossed in transit"), (nodes.KOREAN, "전송 중 교차")):
                for command in ("ladder", "read"):
                    shown = [line for line in node.run(command, one, env=env).stdout.splitlines() if word in line]
                    assert len(shown) == 1 and other in shown[0], shown
            assert json.loads(node.run("read", one, "--json").stdout)["crossed"] == [other]
        assert node.run("inbox", "notify").stdout.count(" crossed") == 2


@pytest.mark.parametrize("act, step", [("present", "PRESENTED"), ("reply", "REPLIED"), ("decline", "DECLINED"),
                                       ("defer", "DEFERRED")])
def test_further_steps(pair, act, step):
    place = pair["kor"].say("send", "notify", "A notice.", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    pair["usa"].await_step(place, "STATION RECEIPT")
    pair["usa"].say("ack", place, key="watch")
    more = {"present": [], "reply": ["Understood."], "decline": ["Not ours to answer."],
            "defer": ["Tomorrow.", "--until", "2h"]}[act]
    pair["usa"].say(act, place, *more, key="watch")
    settle(pair, place, step)
