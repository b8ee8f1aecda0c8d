"""Two nodes of which one holds another state of a procedure: it rings on both, by what each of them says."""
import hashlib
import sqlite3
import struct

import nodes
import pytest
from test_alarm import Alarm
from test_consult import N10, N20, Play, proposed
from test_screen import ENGLISH, screen_of

KOR, STEP = 0, 1  # the place of a party in the accord; of the step's number in a fact's row


@pytest.fixture
def play(stage):
    return Play(stage)


def change_fact(node, start, place, at, byte):
    """As a fault of its fold would: one byte of what it holds of a move is another, and the row is otherwise sound."""
    spot = lambda one: struct.pack(">BQ", KOR, (one["epoch"] << 32) + one["index"] + 1)
    key = b"F" + struct.pack(">H", start["channel"]) + spot(start) + spot(place)
    with sqlite3.connect(node.home / "record.db") as store:
        (value,), = store.execute("SELECT value FROM view WHERE key = ?", (key,))
        check = lambda body: hashlib.sha256(struct.pack(">I", len(key)) + key + body).digest()[:8]
        body = bytearray(value[:-8])
        assert check(bytes(body)) == value[-8:] and body[at] != byte
        body[at] = byte
        store.execute("UPDATE view SET value = ? WHERE key = ?", (bytes(body) + check(bytes(body)), key))
    store.close()


def test_it_rings_on_both_sides(play, tmp_path):
    kor, usa = play.both()
    place = play.start(kor)
    indicator = play.send(kor, *N20, place=place)
    play.ack(usa, indicator)
    play.agree(place)
    start, message = kor.entry(place), kor.entry(indicator)
    assert usa.stop() == 0
    change_fact(usa, start, message, STEP, 1)  # usa takes the report for the request
    usa.start(env=play.env)
    kor.await_link()
    alarms = [Alarm(node, tmp_path / node.party) for node in play.both()]
    assert not any(node.status()["diverged"] for node in play.both()), "neither has said what it holds"
    # What kor says next makes usa's node say its state; kor's answers with its own.
    play.send(kor, *N10, place=place)
    for node, alarm, env, words in zip(play.both(), alarms, (ENGLISH, nodes.KOREAN), ("THE STATES DIFFER", "상태 불일치")):
        node.wait("it is known", lambda node=node: node.status()["diverged"] == 1)
        told = play.show(node, place)
        assert told["differs"] and all(node.entry(one)["kind"] == "digest" for one in told["diverged"]), "the evidence is kept"
        alarm.await_said("ALARM", kind="STATE")
        for said, code in ((("status",), 6), (("consult", "list"), 0), (("consult", "show", place), 0)):
            assert words in node.run(*said, env=env, code=code).stdout, said
        screen_of(node, env).await_text(words)
        alarm.end()
        # An officer is told of those that he may know: his page calls by it.
        for name, count in (("head", 1), ("watch", 0)):
            folder = tmp_path / f"{node.party}-{name}"
            folder.mkdir(mode=0o700)
            node.login(name, folder)
            assert node.status()["diverged"] == count, name
            node.token = None
    assert play.lines(kor, place) != play.lines(usa, place)
    # Each has said its state, and that is all: two that differ do not answer each other for ever.
    play.world.await_receipts()
    said = [len(play.show(node, place)["diverged"]) for node in play.both()]
    assert max(said) <= 3, said
    # Not of this procedure alone: another one, of which both hold the same, is decided as ever.
    _, proposal = proposed(play)
    play.wait_s(31)
    for node in play.both():
        play.say(node, "head", "confirm", proposal)
    # Each side's people say in the procedure why they go on; the evidence stays.
    for node in play.both():
        play.say(node, "head", "remark", place, "We compared by telephone.")
        assert node.status()["diverged"] == 0 and play.show(node, place)["diverged"]
