"""A clock that is wrong by days: accepted, flagged by how much, and nothing that waits or is signed depends on it."""
import time
from pathlib import Path

import nodes
import pytest

DAY_MS = 86_400_000
LEAPING = nodes.BUILD / "test/lib/leaping.so"
# So short that a play sees them run out; the last message below is not read.
TIMERS = {"timers": ("timer IMMEDIATE receipt 5m  read 45m query 10m doubling alternate 30m",
                     "timer IMMEDIATE receipt 1s  read 45m query 2s           alternate 30m")}
CHANNEL = "consult-urgent"


def faked(offset):
    """The environment of a process whose wall clock is off."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return {"LD_PRELOAD": str(library), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME": offset}


def urgent(node, text, peer, **more):
    return node.say("send", CHANNEL, text, "--to", f"{peer}/watch", "--precedence", "IMMEDIATE", "--label", "U", key="watch",
                    **more)["place"]


def order(node):
    """The places of the channel as the record orders them."""
    rows = [row.split() for row in node.run("log", CHANNEL).stdout.splitlines()]
    return [f"{row[3]} {row[4]}" for row in rows if f"/{CHANNEL.upper()}" in row[3]]


def clock_of(node):
    return node.status()["peers"][0]["clock_offset_ms"]


@pytest.mark.parametrize("offset, days", [("+3d", 3), ("-3d", -3)])
def test_a_node_whose_clock_is_days_off(stage, offset, days):
    world = stage.world(is_started=False, edit=TIMERS)
    kor, usa = world["kor"], world["usa"]
    kor.start()
    usa.start(env=faked(offset))
    for node in (kor, usa):
        node.await_link()
    for node, off in ((kor, days), (usa, -days)):
        assert abs(clock_of(node) - off * DAY_MS) < 60_000
        assert f"their clock {off:+d} d against ours" in node.run("status").stdout
        assert f"상대 시계 {off:+d}일(자국 기준)" in node.run("status", env=nodes.KOREAN).stdout

    # Each officer's terminal has the right time: what USA's node files is claimed days from its filing.
    place = urgent(kor, "Is your clock right?", "usa")
    kor.await_step(place, "STATION RECEIPT")
    acts = [usa.say("ack", place, key="watch")["place"], usa.say("readback", place, "Your clock?", key="watch")["place"]]
    kor.wait("it is read back", lambda: kor.find("/entry", place=acts[-1]))
    acts.append(kor.say("correct", place, key="head")["place"])
    theirs = urgent(usa, "It is not.", "kor")
    usa.await_step(theirs, "STATION RECEIPT")
    for node in (kor, usa):
        node.await_step(place, "READ BACK")
        for one in (acts[0], acts[1], theirs):
            entry = node.entry(one)
            assert entry["verdict"] == "OK" and entry["flagged"] and abs(entry["offset_ms"] + days * DAY_MS) < 60_000
        assert not node.entry(place)["flagged"]
        assert f"clock {-days:+d} d" in node.run("log", CHANNEL).stdout
        assert f"시계 {-days:+d}일" in node.run("log", CHANNEL, env=nodes.KOREAN).stdout
        assert f"{-days:+d} d" in node.run("read", theirs).stdout
        shown = order(node)
        assert [one for one in shown if one in (place, *acts, theirs)] == [place, *acts, theirs], "what was seen stays before"
        assert node.status()["void"] == 0
    assert order(kor) == order(usa)

    # What others approve is at most a day old when it goes out, by its own node's clock: there it waits for a right one.
    draft = usa.say("send", CHANNEL, "Now.", "--to", "kor/watch", "--precedence", "FLASH", "--label", "U", key="watch")["place"]
    said = [usa.run("approve", draft, "--sign", key=name, code=None) for name in nodes.RELEASERS][-1]
    assert said.returncode == 4 and ("has lapsed" if days > 0 else "a clock is wrong") in said.stderr, said.stderr

    # Each side's timers run by its own clock: QUERY comes when it is due, not at once and not in three days.
    for node, peer in ((usa, "kor"), (kor, "usa")):
        begun = time.monotonic()
        unread = urgent(node, "Nobody reads this.", peer)
        node.wait("its author's node asks", lambda: node.ladder(unread).get("query"), 30)
        assert 1.5 <= time.monotonic() - begun < 25

    # TLS and the marks are no matter of time: with the right clock again all goes on behind what stands.
    assert usa.stop() == 0
    usa.start()
    usa.await_link()
    last = urgent(usa, "Now it is.", "kor")
    usa.await_step(last, "STATION RECEIPT")
    kor.wait("it is folded", lambda: kor.entry(last)["folded"])
    for node in (kor, usa):
        assert order(node).index(last) > order(node).index(theirs)
        assert node.status()["void"] == 0 and node.status()["stopped_logs"] == 0
    assert not usa.entry(last)["flagged"] and abs(clock_of(usa)) < 60_000
    world.await_receipts()


def test_a_terminal_whose_clock_is_days_off(pair):
    """The node's clock is right: the statement is filed, and both sides see how far its claim was off."""
    kor, usa = pair["kor"], pair["usa"]
    place = urgent(kor, "By a wrong terminal.", "usa", env=faked("+5d"))
    kor.await_step(place, "STATION RECEIPT")
    for node in (kor, usa):
        entry = node.entry(place)
        assert entry["verdict"] == "OK" and entry["flagged"] and abs(entry["offset_ms"] - 5 * DAY_MS) < 60_000
        assert "clock +5 d" in node.run("log", CHANNEL).stdout and "+5 d" in node.run("read", place).stdout


def test_a_clock_that_leaps_while_the_line_is_up(stage):
    """Three days on, then back: no path ends, and receipts come as before."""
    world = stage.world(is_started=False)
    kor, usa = world["kor"], world["usa"]
    kor.start()
    told = nodes.tell(world.folder / "offset")
    usa.start(env={"LD_PRELOAD": str(LEAPING), "LEAPING": str(told)})
    for node in (kor, usa):
        node.await_link()
    since = usa.paths()["north"]["since_ms"]
    for number, days in enumerate((3, -3, 0)):
        nodes.tell(told, str(days * DAY_MS // 1000))
        usa.wait("it has leapt", lambda off=days * DAY_MS: abs(usa.status()["now_ms"] - kor.status()["now_ms"] - off) < 60_000)
        for node, peer in ((kor, "usa"), (usa, "kor")):
            place = urgent(node, f"Leap {number}.", peer)
            node.await_step(place, "STATION RECEIPT")
            node.wait("both have it", lambda place=place: all(one.find("/entry", place=place) for one in world.nodes.values()))
        assert usa.paths()["north"]["up"] and usa.paths()["north"]["since_ms"] == since, "the path was not closed"
    world.await_receipts()
    assert order(kor) == order(usa)
    assert kor.status()["void"] == usa.status()["void"] == 0
