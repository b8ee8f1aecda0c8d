"""What a peer with good keys may not write: his log stops there and nowhere else, he is told where and why, and his screen says it.

USA is played here, with its keys. What a log's root, place and signature may not be: test_strangers.py and the simulator's seeds.
"""
import json
import re
import time

import cbor2
import nodes
import officers
import peer
import pytest
import reader

REFUSE = 6
ABUSED, LEFT_ALONE = "share", "notify"


def head(major, value):
    raw = cbor2.dumps(value)
    return bytes([raw[0] | major << 5]) + raw[1:]


def text(words):
    return head(3, len(words)) + words


def blob(raw):
    return head(2, len(raw)) + raw


class Pieces:
    """An entry as the bytes of its keys and values, so that one of them can be something else: [(key, value)] in order."""

    def __init__(self, origin, statement, signature):
        self.origin = origin
        self.rows = [[b"\x01", b"\x01"], [b"\x02", text(origin.encode())], [b"\x03", b"\x00"],
                     [b"\x04", cbor2.dumps(int(time.time() * 1000))], [b"\x05", blob(statement)],
                     [b"\x06", head(4, 1) + blob(signature)]]

    def raw(self, rows=None):
        rows = self.rows if rows is None else rows
        return head(5, len(rows)) + b"".join(key + value for key, value in rows)

    def at(self, row, is_key=False):
        """Where the key or the value of a row begins."""
        return 1 + sum(len(key) + len(value) for key, value in self.rows[:row]) + (0 if is_key else len(self.rows[row][0]))

    def but(self, row, value=None, key=None):
        rows = [list(one) for one in self.rows]
        rows[row] = [key or rows[row][0], value or rows[row][1]]
        return self.raw(rows)


# (why, the rule that is named, entry and offset out of its pieces)
FAULTS = [
    ("a key twice", "cbor.order", lambda p: (p.raw(p.rows[:1] + p.rows), p.at(1, True))),
    ("keys unsorted", "entry.key", lambda p: (p.raw([p.rows[1], p.rows[0], *p.rows[2:]]), p.at(0, True))),
    ("a key that is a text", "cbor.key", lambda p: (p.but(0, key=b"\x61a"), p.at(0, True))),
    ("an integer longer than needed", "cbor.shortest", lambda p: (p.but(2, b"\x18\x00"), p.at(2))),
    ("a length longer than needed", "cbor.shortest", lambda p: (p.but(1, b"\x79\x00" + p.rows[1][1][1:]), p.at(1))),
    ("a float", "cbor.float", lambda p: (p.but(3, b"\xf9\x3c\x00"), p.at(3))),
    ("a tag", "cbor.tag", lambda p: (p.but(3, b"\xc1" + p.rows[3][1]), p.at(3))),
    ("null", "cbor.simple", lambda p: (p.but(3, b"\xf6"), p.at(3))),
    ("bytes of indefinite length", "cbor.indefinite", lambda p: (p.but(4, b"\x5f" + p.rows[4][1] + b"\xff"), p.at(4))),
    ("a map of indefinite length", "cbor.indefinite", lambda p: (b"\xbf" + p.raw()[1:] + b"\xff", 0)),
    ("a text that is not UTF-8", "cbor.utf8", lambda p: (p.but(1, p.rows[1][1][:-1] + b"\xff"), p.at(1))),
    ("bytes after the end", "cbor.trailing", lambda p: (p.raw() + b"\x00", len(p.raw()))),
    ("an end that comes early", "cbor.short", lambda p: (p.raw()[:-1], p.at(5) + 1)),
    ("over 60,000 bytes", "entry.limit", lambda p: (p.but(4, blob(bytes(60_000))), 0)),
    ("an unknown version", "entry.version", lambda p: (p.but(0, b"\x02"), p.at(0))),
    ("no signature", "entry.signatures", lambda p: (p.raw(p.rows[:5]), 0)),
    ("another place", "entry.open", lambda p: (p.but(2, b"\x01"), 0)),
    ("another log's", "entry.place", lambda p: (p.but(1, text(p.origin[:-1].encode() + (b"8" if p.origin[-1] == "9" else b"9"))), 0)),
    ("a statement of an unknown version", "statement.version",
     lambda p: (p.raw().replace(p.rows[4][1], p.rows[4][1].replace(b"\x01\x01\x02\x50", b"\x01\x02\x02\x50", 1)), p.at(4) + 4)),
]


@pytest.fixture
def alone(stage):
    """KOR's node, and USA's logs in our hands."""
    world = stage.world()
    world["usa"].say("send", LEFT_ALONE, "Good.", "--to", "kor/watch", "--label", "U", key="watch")
    world.await_receipts()
    liar = peer.Peer(world, "usa", "kor")
    for name in (ABUSED, LEFT_ALONE):
        liar.take_log(name)
    assert world["usa"].stop() == 0
    return world, liar


def opening(liar, epoch):
    """The first entry of a later epoch of the log, in pieces."""
    old = liar.logs[ABUSED]
    levels = reader.tree_levels([reader.sha256(b"\0" + raw) for raw in old.entries])
    key = officers.Key(liar.world.keys("usa") / "registrar")
    raw = officers.statement(liar.accord, old.channel, "usa", "registrar", 0, rel=["usa", "kor"],
                             fields={1: reader.sha256(liar.manifest), 2: [1, len(old.entries), reader.tree_root(levels, len(old.entries))]})
    origin = f"{old.origin.rsplit('/', 1)[0]}/{epoch}"
    return peer.Log(origin, old.channel, ABUSED), Pieces(origin, raw, key.sign(raw))


def next_of(line, kind):
    """The next frame of this kind: what it says, and its bytes."""
    while True:
        found, payload = peer.read_frame(line)
        if found == kind:
            return cbor2.loads(payload), payload


def test_what_is_not_strict_stops_its_log_alone(alone):
    world, liar = alone
    kor = world["kor"]
    liar.connect().settimeout(20)
    # One that is as it should be, so that it is each fault that stops, and nothing else of these.
    for epoch, (why, rule, spoil) in enumerate([("nothing", None, lambda p: (p.raw(), None)), *FAULTS], 2):
        log, pieces = opening(liar, epoch)
        raw, offset = spoil(pieces)
        log.entries, log.contents = [raw], [b""]
        liar.logs["later"] = log
        liar.send("later")
        if rule is None:
            kor.wait("it is receipted", lambda: kor.logs().get(f"USA/{ABUSED.upper()} 2", {}).get("cosigned") == {"kor": 1})
            up = kor.paths()["north"]["since_ms"]
            continue
        told, _ = next_of(liar.line, REFUSE)
        assert told == [log.origin, 0, offset, rule], (why, told, offset)
        row = kor.logs()[f"USA/{ABUSED.upper()} {epoch}"]
        assert (row["state"], row["rule"], row["offset"], row["size"]) == ("STOPPED", rule, offset, 0), why

    # The other logs and the link go on, both ways.
    place = liar.write(LEFT_ALONE, "watch", officers.Key(world.keys("usa") / "watch"), text="This one is mine.")
    liar.send(LEFT_ALONE)
    kor.wait("KOR has it", lambda: kor.logs()["USA/NOTIFY 1"]["cosigned"]["kor"] == liar.size(LEFT_ALONE))
    assert kor.entry(place)["verdict"] == "OK"
    ours = kor.say("send", LEFT_ALONE, "Ours.", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    while b"Ours." not in next_of(liar.line, peer.BATCH)[1]:
        pass
    path = kor.paths()["north"]
    assert path["up"] and path["since_ms"] == up, "it is the same line that all of it came by"

    # Who holds it sees what stopped, where and why; and so does whoever wrote such a thing, on his own screen.
    log = f"{liar.accord.hex()}/{world.channel(LEFT_ALONE)['number']}/kor/1"
    liar.line.sendall(peer.frame(REFUSE, [log, int(ours.rsplit(".", 1)[1]), 44, "cbor.order"]))
    kor.wait("KOR is told", lambda: "refused" in kor.status()["peers"][0])
    for is_again in (False, True):
        status = kor.status()
        assert (status["stopped_logs"], len(status["stopped"]), status["void"]) == (len(FAULTS), len(FAULTS), 0)
        shown = kor.run("status", code=None).stdout
        assert shown.count("STOPPED  USA/SHARE") == len(FAULTS)
        assert all(f"byte {row['offset']}: " in line and f" ({row['rule']}); next: " in line
                   for row in status["stopped"] for line in shown.splitlines() if f"STOPPED  {row['log']} " in line)
        korean = kor.run("status", env=nodes.KOREAN, code=None).stdout.splitlines()
        for row in status["stopped"]:
            english = re.search(rf" {row['log']} .*byte \d+: (.*) \({row['rule']}\)", shown)[1]
            told = next(line for line in korean if re.search(rf"{row['log']}(?!\d)", line))
            assert english not in told and re.search(rf"[가-힣].* \({row['rule']}\)", told) and "다음: " in told, told
        found = {row["check"]: row for row in json.loads(kor.run("doctor", "--json", code=1).stdout)}
        assert found["logs"]["finding"] == "BAD"
        if is_again:
            break
        told = status["peers"][0]["refused"]
        assert (told["why"], told["name"], told["place"], told["offset"]) == ("LOG_STOPPED", "cbor.order", ours, 44)
        line = next(line for line in shown.splitlines() if "REFUSED" in line)
        assert f"{ours}, byte 44: its bytes are not strict deterministic CBOR (cbor.order)" in line and "next: " in line
        assert found["peer"]["finding"] == "BAD" and ours in found["peer"]["why"]
        assert ours in kor.run("status", env=nodes.KOREAN, code=None).stdout
        assert kor.stop() == 0
        kor.start()


def test_what_a_note_may_not_be(alone):
    """A root that is not the entries' stops that log; a signature that is not the log key's closes the line, and stops nothing."""
    world, liar = alone
    kor, key = world["kor"], officers.Key(world.keys("usa") / "watch")

    def spoilt(name, note):
        """What is not sent yet of the log, under this note."""
        log = liar.logs[name]
        return peer.frame(peer.BATCH, [log.origin, log.sent, [[one for one in (log.entries[-1], log.contents[-1]) if one]], note])

    # Behind entries that are held another root may be a fork, which is looked for first: here it is a log's first.
    log, pieces = opening(liar, 2)
    other = peer.Log(log.origin, log.channel, ABUSED)
    log.entries, log.contents, other.entries = [pieces.raw()], [b""], [b"another entry"]
    liar.logs["later"] = log
    liar.connect().settimeout(20)
    liar.line.sendall(spoilt("later", liar.note(other)))
    told, _ = next_of(liar.line, REFUSE)
    assert told == [log.origin, 0, 0, "record.root"]
    status = kor.status()
    assert (status["stopped_logs"], [row["log"] for row in status["stopped"]]) == (1, ["USA/SHARE 2"])
    assert kor.logs()["USA/SHARE 2"]["size"] == 0
    for env, words, comes_next in (({}, "the entries do not give the root that the log key signed (record.root)", "next: "),
                                   (nodes.KOREAN, "항목들의 루트가 기록 키로 서명한 것과 다름 (record.root)", "다음: ")):
        line = next(one for one in kor.run("status", env=env, code=6).stdout.splitlines() if "USA/SHARE 2" in one)
        assert words in line and comes_next in line, line

    place = liar.write(LEFT_ALONE, "watch", key, text="Of nobody.")
    good = liar.note(liar.logs[LEFT_ALONE])
    at = good.rindex(" ") + 20
    liar.line.sendall(spoilt(LEFT_ALONE, good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1:]))
    assert peer.is_closed(liar.line)
    kor.wait("it is said of the path", lambda: not kor.paths()["north"]["up"])
    line = next(one for one in kor.run("status", code=None).stdout.splitlines() if one.split()[:1] == ["north"])
    assert "DOWN" in line and "note" in line, line
    assert kor.find("/entry", place=place) is None and kor.status()["stopped_logs"] == 1

    # Whoever comes with a good one is heard.
    liar.connect().settimeout(20)
    liar.send(LEFT_ALONE)
    kor.wait("KOR has it", lambda: kor.find("/entry", place=place))
    assert kor.entry(place)["verdict"] == "OK"


def test_what_may_be_of_tomorrow_is_kept(alone):
    """An unknown kind, an id again, a content that is not strict, and one that has seen of us what we have not said."""
    world, liar = alone
    kor, key = world["kor"], officers.Key(world.keys("usa") / "watch")
    log, rel = liar.logs[LEFT_ALONE], ["usa", "kor"]

    def put(body=b"", **more):
        raw = officers.statement(liar.accord, log.channel, "usa", "watch", rel=rel, body=body, **more)
        log.entries.append(liar.entry(log, int(time.time() * 1000), raw, [key.sign(raw)]))
        log.contents.append(body)
        return f"USA/{LEFT_ALONE.upper()} 1.{len(log.entries) - 1}"

    message = {"to": [("kor", "watch", 0)], "precedence": officers.ROUTINE}
    bad = officers.content("Words.")
    bad = bytes([bad[0] + 1]) + bad[1:] + bad[1:18]  # the salt's row again, at the end
    held = kor.logs()[f"KOR/{LEFT_ALONE.upper()} 1"]["size"]
    unknown = put(kind=700)
    first = put(officers.content("Once."), statement_id=b"i" * 16, **message)
    again = put(officers.content("Twice."), statement_id=b"i" * 16, **message)
    spoilt = put(bad, **message)
    ahead = put(officers.content("I have seen it."), seen=[("kor", 1, held + 1)], **message)
    liar.send(LEFT_ALONE)
    kor.wait("KOR has them", lambda: kor.logs()["USA/NOTIFY 1"]["cosigned"]["kor"] == liar.size(LEFT_ALONE))
    assert all(kor.entry(place)["folded"] for place in (unknown, first, again, spoilt)) and not kor.entry(ahead)["folded"]
    status = kor.status()
    assert (status["void"], status["waiting"], status["stopped_logs"]) == (1, 1, 0)
    listed = {place: next(line for line in kor.run("log", LEFT_ALONE).stdout.splitlines() if f"{place} " in line)
              for place in (unknown, first, again, spoilt, ahead)}

    # A kind of tomorrow is raw, which is not VOID: nobody has said that it is wrong, and nobody that its author said it.
    shown = kor.run("read", unknown).stdout
    assert kor.entry(unknown)["verdict"] == "RAW" and kor.entry(unknown)["kind_number"] == 700
    assert "kept and shown raw (RAW)" in shown and "names as its author USA watch" in shown
    assert "RAW" in listed[unknown] and "VOID" not in shown + listed[unknown] and "kind 700, not known here" in listed[unknown]
    assert "알 수 없는 종류 700" in kor.run("log", LEFT_ALONE, env=nodes.KOREAN).stdout

    assert kor.entry(first)["verdict"] == "OK" and kor.entry(again)["verdict"] == "REPEATED"
    assert "VOID REPEATED" in listed[again]
    inbox = kor.run("inbox", LEFT_ALONE).stdout
    assert first in inbox and again not in inbox, "it is one message, and stands there once"

    # What cannot be decoded says so, and is answered as that.
    assert kor.entry(spoilt)["unreadable"] == "cbor.order"
    assert "cannot be decoded; answer NEGATIVE" in kor.run("read", spoilt).stdout
    assert kor.entry(spoilt)["verdict"] == "OK" and "STATION RECEIPT" in kor.ladder(spoilt)["steps"]
    assert "waits for entries of others that it has seen" in listed[ahead]
    assert "WAITING: waits for entries of others" in kor.run("inbox", LEFT_ALONE).stdout

    # Ours goes on; and when we have said what it claims to have seen, it has.
    kor.say("negative", spoilt, "--cause", "cannot-decode", key="watch")
    assert kor.entry(ahead)["folded"] and kor.entry(ahead)["verdict"] == "OK"
    assert kor.status()["waiting"] == 0 and "NEGATIVE" in kor.run("ladder", spoilt).stdout
