"""A store that another version of the program folded: its views are made anew, once, and are what they were."""
import hashlib
import json
import re
import shutil
import sqlite3

import nodes

FOLDED, MESSAGE = b"f", b"m"
CHECK_LEN, FORMAT_LEN = 8, 4


def check(key, value):
    return hashlib.sha256(len(key).to_bytes(4, "big") + key + value).digest()[:CHECK_LEN]


def rows(node):
    with sqlite3.connect(f"{node.home}/record.db") as file:
        found = {key: value[:-CHECK_LEN] for key, value in file.execute("SELECT key, value FROM view")}
    file.close()
    return found


def put(node, changed):
    with sqlite3.connect(f"{node.home}/record.db") as file:
        for key, value in changed.items():
            file.execute("UPDATE view SET value = ? WHERE key = ?", (value + check(key, value), key))
    file.close()


def spoil(value):
    return bytes([value[0] ^ 1]) + value[1:]


def restarted(node):
    node.start()
    status = node.status()
    assert not status["stopped"] and not status["recovering"]
    assert node.stop() == 0
    return status


def test_views_of_another_version_are_made_anew(stage):
    world = stage.world(is_started=False)
    kor = world["kor"].start()
    place = kor.say("send", "notify", "Words.", "--to", "usa/watch", "--label", "U", key="watch", code=5)["place"]
    ladder = kor.ladder(place)
    assert kor.stop() == 0
    before = rows(kor)
    folded = {key: value for key, value in before.items() if key[:1] == FOLDED}
    entry = next(key for key, value in before.items() if key[:1] == b"e" and key[-1:] != b"\0")
    assert folded

    # Of this version: nothing is made anew, so what was changed in them stays (nobody but a version may change them).
    put(kor, {entry: spoil(before[entry])})
    assert restarted(kor)["remade"] == 0
    assert rows(kor)[entry] == spoil(before[entry])

    # Of another one, and of the program before there was a number: all of it is, and is what it was.
    for other in ((lambda value: value[:-1] + bytes([value[-1] + 1])), (lambda value: value[:-FORMAT_LEN])):
        put(kor, {key: other(value) for key, value in folded.items()} | {entry: spoil(before[entry])})
        assert restarted(kor)["remade"] > 0
        assert rows(kor) == before
        assert re.search(r"\d+ of \d+ entries are folded anew", kor.words()), "whoever waits for the node sees that it goes on"

    # Once: the next start says nothing of it; the one that did says it to whoever asks.
    assert restarted(kor)["remade"] == 0
    put(kor, {key: value[:-FORMAT_LEN] for key, value in folded.items()})
    kor.start()
    assert "folded anew" in kor.run("status", code=None).stdout
    assert any(row["check"] == "views" for row in json.loads(kor.run("doctor", "--json", code=None).stdout))
    assert kor.ladder(place) == ladder
    assert kor.stop() == 0
    assert rows(kor) == before


FAILING = nodes.BUILD / "test/lib/failing.so"
REMADE = "the views cannot be made anew"


def test_a_disk_that_fails_while_views_are_made_anew(stage):
    """At each call that writes: the node says what it could not do and why, ends, and the next start has everything."""
    world = stage.world(is_started=False)
    kor, told, aside = world["kor"].start(), nodes.tell(world.folder / "told"), world.folder / "aside"
    place = kor.say("send", "notify", "Words.", "--to", "usa/watch", "--label", "U", key="watch", code=5)["place"]
    assert kor.stop() == 0
    before = rows(kor)
    put(kor, {key: value[:-FORMAT_LEN] for key, value in before.items() if key[:1] == FOLDED})
    shutil.copytree(kor.home, aside, ignore=shutil.ignore_patterns("socket"))
    remaking = 0
    for call, file in (("pwrite EIO", "record.db-redo"), ("fdatasync EIO", "record.db-redo"), ("pwrite EIO", "record.db-wal"),
                       ("fdatasync EIO", "record.db-wal")):
        for turn in range(1, 40):
            kor.lose_record()
            for path in aside.glob("record.db*"):
                shutil.copy(path, kor.home)
            nodes.tell(told, f"{call} {file} {turn}")
            said = len(kor.log.read_text())
            kor.start(env={"LD_PRELOAD": str(FAILING), "FAILING": str(told)}, wait=False)
            try:
                kor.wait("it answers, or ends", kor.is_answering)
                kor.process.kill()
                kor.end()
                break
            except nodes.Failed:
                assert kor.end() == 1
            words = kor.log.read_text()[said:]
            if "could not be tidied" in words:
                break  # the views were made: what failed is a quiet moment behind that
            assert (REMADE in words or f"The record {kor.home}/record.db cannot be opened" in words) and "the disk" in words, words
            if REMADE in words:
                remaking += 1
                nodes.tell(told)
                kor.start()
                assert kor.entry(place)["text"] == ["Words."]
                assert kor.stop() == 0 and rows(kor) == before
        else:
            raise AssertionError(f"no start came through {call} {file}")
    assert remaking > 1
    nodes.tell(told)
    kor.start()
    assert kor.entry(place)["text"] == ["Words."]
    assert kor.stop() == 0 and rows(kor) == before
    kor.run("verify")
