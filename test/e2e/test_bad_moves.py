"""What a peer may not say in a procedure: kept where it stands, counted for nothing, and told to the officer in his language.

USA's own door files none of it, so USA is played here with its keys. What our own door refuses, what crosses and who is silent:
test_consult.py.
"""
import time

import nodes
import officers
import peer
import pytest
import reader
from test_consult import CHANNEL, KO, N20, OFFICERS, Play, proposed

REMARK, LAPSE, ATTEND, DONE, RESUME, END = 21, 23, 49, 51, 54, 56
DAY_MS = 86_400_000


def in_korean(sentence):
    translated = KO.gettext(sentence)
    assert translated != sentence, f"{sentence} has no Korean"
    return translated


@pytest.fixture
def play(stage):
    return Play(stage)


def test_moves_that_do_not_count(play):
    """Out of order, twice, by whom it is not given, of a closed instance, early, from the future: each with its sentence."""
    kor, usa = play.both()
    closed, opened = play.start(kor), play.start(usa)
    play.await_place(usa, closed)
    for node in play.both():
        play.say(node, "head", "stand-down", closed)
    ours = play.send(usa, *N20, place=opened)  # so that it is kor who owes
    place, proposal = proposed(play)
    play.world.await_receipts()
    liar = peer.Peer(play.world, "usa", "kor")
    liar.take_log(CHANNEL)
    key = {name: officers.Key(play.world.keys("usa") / name) for name in OFFICERS}
    in_closed, in_opened, begun, gate, message = (liar.place_of(kor.entry(one)) for one in (closed, opened, place, proposal, ours))
    seen = [("kor", 1, next(row["size"] for row in kor.logs().values() if row["log"] == proposal.rsplit(".", 1)[0]))]
    assert usa.stop() == 0
    owed = {row["level"]: row["due_ms"] for row in kor.get("/obligations")["obligations"] if row["ours"] and row["instance"] == opened}
    assert set(owed) == {"watch-read", "presented"}
    now = int(time.time() * 1000) + 1000 * play.leapt
    late = {"fields": {1: 0, 2: "indicator", 3: "watch-read", 4: "watch", 5: "kor"}, "refers": [message], "instance": in_opened}
    # (who, kind, what else, the sentence; None: it counts)
    cases = [
        ("head", DONE, {"instance": in_closed, "fields": {1: "consult"}}, "the procedure is closed"),
        ("watch", DONE, {"instance": begun, "fields": {1: "communicate"}}, "the step is not open"),
        ("head", ATTEND, {"instance": begun, "fields": {1: "convene"}}, "it was said before"),
        (["head", "watch"], ATTEND, {"instance": begun, "fields": {1: "convene"}}, "it was said before"),  # nor with another's name
        ("watch", DONE, {"instance": begun, "fields": {1: "other-means"}}, "the step does not give this to that party"),
        ("watch", ATTEND, {"instance": begun, "fields": {1: "convene"}}, "the step does not give this to that role"),
        ("watch", officers.START, {"precedence": officers.IMMEDIATE, "fields": {1: b"\x5a" * 32, 2: 3}},
         "the accord has no such procedure, or it has no such precedence"),
        ("head", officers.CONCUR, {"instance": begun, "refers": [begun]}, "what it is about is not in its past, or is something else"),
        ("head", RESUME, {"instance": begun, "refers": [gate]}, "what it is about is not in its past, or is something else"),
        ("head", ATTEND, {"instance": gate, "fields": {1: "convene"}}, "it belongs to no instance that is in its past"),
        ("node", officers.CONFIRM, {"instance": begun, "refers": [gate]}, "a node does not say this"),
        ("node", LAPSE, late, "its time is not over on its own clock"),
        # A clock that is three days ahead: what it says of its own party's time counts, in its own name, and decides nothing.
        ("node", LAPSE, {**late, "filed": now + 3 * DAY_MS}, None),
        ("node", LAPSE, {**late, "filed": now + 3 * DAY_MS}, "it has lapsed before"),
        ("head", officers.CONFIRM, {"instance": begun, "refers": [gate], "filed": now + 60_000}, None),
        ("head", officers.CONFIRM, {"instance": begun, "refers": [gate], "filed": now + 60_000}, "it was said before"),
        ("head", officers.WITHDRAW, {"instance": begun, "refers": [gate]}, "the party has confirmed: it cannot withdraw"),
        ("head", END, {"instance": in_opened}, None),
        ("head", ATTEND, {"instance": in_opened, "fields": {1: "convene"}}, "the party has ended its participation"),
    ]
    signers = [role if isinstance(role, list) else [role] for role, *_ in cases]  # who says it is the first of them
    places = [liar.move(CHANNEL, names[0], [key[name] for name in names if name in key], kind, seen=seen, **more)
              for names, (_, kind, more, _) in zip(signers, cases)]
    # And from another future: it has seen what kor has not said yet. It waits, and so does all that its author says behind it.
    waits = liar.move(CHANNEL, "head", key["head"], officers.WITHDRAW, instance=begun, refers=[gate], seen=[("kor", 1, seen[0][2] + 40)])
    liar.send(CHANNEL)
    kor.wait("they are folded", lambda: (kor.find("/entry", place=places[-1]) or {}).get("folded"))
    for at, (role, kind, _, sentence) in zip(places, cases):
        entry, said = kor.entry(at), [kor.run("read", at, env=env).stdout for env in ({}, nodes.KOREAN)]
        if sentence is None:
            assert entry["verdict"] == "OK", (at, entry)
        else:
            assert (entry["verdict"], entry["why"]) == ("PROCEDURE", sentence), (at, entry)
            assert f"VOID: {sentence} (PROCEDURE)" in said[0] and f"무효: {in_korean(sentence)} (PROCEDURE)" in said[1], said
            assert "자국" not in in_korean(sentence), "it is read of what the other side did"
        ahead = entry.get("ahead_ms", 0)
        assert (ahead > 0) == ("it was filed ahead of our clock: +" in said[0]) == (in_korean("  it was filed ahead of our clock: ") in said[1])
    # What is dated ahead is told as that; it moved none of our times, and nobody's silence is ours.
    misdated = places[next(n for n, (*_, more, sentence) in enumerate(cases) if sentence is None and "filed" in more)]
    assert "it was filed ahead of our clock: +3 d" in kor.run("read", misdated).stdout and "filed ahead +3 d" in kor.run("log", CHANNEL).stdout
    assert in_korean(" filed ahead ") in kor.run("log", CHANNEL, env=nodes.KOREAN).stdout
    rows = {row["level"]: row for row in play.show(kor, opened)["obligations"] if row["party"] == "kor"}
    assert {level: (row["state"], row["due_ms"]) for level, row in rows.items()} == {
        "watch-read": ("LAPSED", owed["watch-read"]), "presented": ("OWED", owed["presented"])}
    assert not any(row["move"] == "lapse" and row["party"] == "kor" for row in play.show(kor, opened)["moves"])
    for env, words in (({}, "waits for entries of others that it has seen"), (nodes.KOREAN, in_korean("waits for entries of others that it has seen"))):
        assert any(waits in line and words in line for line in kor.run("log", CHANNEL, env=env).stdout.splitlines())
    # All of that moved nothing but what counts: our CONFIRM beside theirs decides.
    liar.line.close()
    play.wait_s(31)
    kor.wait("the line is down", lambda: not kor.status()["peers"][0]["paths"][0]["up"])
    gate_row, = play.show(kor, place)["gates"]
    assert (gate_row["state"], gate_row["confirmed"]) == ("IN DOUBT", ["usa"])
    play.say(kor, "head", "confirm", proposal, code=5)
    assert play.show(kor, place)["gates"][0]["state"] == "DECIDED"
    assert kor.status()["void"] == sum(1 for *_, sentence in cases if sentence)


def test_who_begins_many_hides_nobody_elses(play):
    """A flood of procedures with a flood of notices: what others began is told, and its time is watched, as if there were none."""
    kor, usa = play.both()
    begin = ("consult-urgent", "--precedence", "IMMEDIATE", "--label", "U")
    place = kor.say("consult", "start", "notify-urgent", *begin, key="watch", env=play.env)["place"]  # a channel behind that of the flood
    kor.say("send", "notify-urgent", "--to", "usa/watch", "--precedence", "IMMEDIATE", "--label", "U", "--instance", place, *N20, key="watch",
            env=play.env)
    play.start(usa)
    play.world.await_receipts()
    liar = peer.Peer(play.world, "usa", "kor")
    log, key = liar.take_log(CHANNEL), officers.Key(play.world.keys("usa") / "watch")
    definition = bytes.fromhex(next(one["hash"] for one in usa.get("/procedures") if one["id"] == "consult-urgent"))
    assert usa.stop() == 0
    said = {"precedence": officers.IMMEDIATE, "to": [("kor", "watch", 0)], "fields": {1: "indicator"}, "body": officers.content("R.")}
    for _ in range(2100):
        at = len(log.entries)
        liar.move(CHANNEL, "watch", key, officers.START, precedence=officers.IMMEDIATE, fields={1: definition, 2: 3})
        begun = [log.channel, "usa", 1, at, reader.sha256(b"\0" + log.entries[at])]
        for _ in range(2):
            last = liar.move(CHANNEL, "watch", key, officers.MESSAGE, instance=begun, **said)
        if liar.size(CHANNEL) - log.sent > 1000:
            liar.send(CHANNEL)
    liar.send(CHANNEL)
    kor.wait("the flood is folded", lambda: (kor.find("/entry", place=last) or {}).get("folded"), 60)
    answer = kor.get("/obligations")
    assert answer["more"] and [row["party"] for row in answer["obligations"] if row["instance"] == place] == ["usa"] * 2
    assert [row for row in kor.get("/instances") if row["place"] == place]
    for env, words in (({}, "This list is full"), (nodes.KOREAN, in_korean("This list is full: there are more than it can hold."))):
        assert words in kor.run("owed", env=env).stderr
    liar.line.close()
    play.wait_s(86_400)
    kor.wait("USA's silence is written down", lambda: {"LAPSED"} == {row["state"] for row in play.show(kor, place)["obligations"]})


def test_an_exercise_stays_out_of_the_live_record(play, stage):
    """By line, by log, by statement, by an officer's own client: what is of an exercise does not enter, and it is said why."""
    kor, usa = play.both()
    exercise = stage.world("exercise", accord=nodes.ROOT / "accords/rok-us-exercise", is_started=False)
    place = play.start(kor)
    play.await_place(usa, place)
    play.world.await_receipts()
    liar = peer.Peer(play.world, "usa", "kor")
    liar.take_log(CHANNEL)
    manifest = (exercise.accord / "MANIFEST").read_bytes()
    live, other = liar.accord, reader.sha256(manifest)[:16]
    assert reader.sha256(liar.manifest)[:16] == live != other
    key = officers.Key(play.world.keys("usa") / "watch")
    begun = liar.place_of(kor.entry(place))
    before = play.lines(kor, place)
    assert usa.stop() == 0

    # An officer's client that signs under the exercise: nothing of it is kept.
    own = officers.Key(play.world.keys("kor") / "watch")
    raw = officers.statement(other, begun[0], "kor", "watch", REMARK, rel=["kor", "usa"], instance=begun)
    refused, = kor.post([officers.item(raw, [own])])
    assert refused["err"] == "ACCORD_DIFFERS" and in_korean(refused["text"])

    def both(sentence, *more):
        """What the officer reads of it in either language."""
        for env, words in (({}, sentence), (nodes.KOREAN, in_korean(sentence))):
            words = words.split("({1})")[0]
            said = kor.run("status", code=None, env=env).stdout
            assert all(part in said for part in (words, *more)), (words, said)

    # The exercise's node, by the live line's key: no line.
    liar.accord, liar.manifest = other, manifest
    assert peer.is_closed(liar.connect(hello=liar.hello()))
    both("the two sides hold different accords", "ACCORD_DIFFERS")

    # Its log, on a live line.
    liar.accord, liar.manifest = live, (play.world.accord / "MANIFEST").read_bytes()
    log, origin = liar.logs[CHANNEL], liar.logs[CHANNEL].origin
    log.origin = origin.replace(live.hex(), other.hex())
    line = liar.connect()
    line.sendall(peer.frame(peer.BATCH, [log.origin, 0, [[log.entries[0]]], liar.note(log)]))
    assert peer.is_closed(line)
    both("a frame breaks the format of the link", "FRAME")

    # Its statement, in a live log: the log stops there, for it is its author's word that this was said here.
    log.origin, liar.line, liar.accord = origin, None, other
    stray = liar.move(CHANNEL, "watch", key, REMARK, instance=begun, seen=[("kor", 1, begun[3] + 1)])
    liar.accord = live
    liar.send(CHANNEL)
    kor.wait("the log is stopped", lambda: kor.status()["stopped_logs"] == 1)
    both(": its next statement is of another accord, perhaps of an exercise ({1}); next: {2}", "entry.accord")
    assert kor.find("/entry", place=stray) is None and play.lines(kor, place) == before
    liar.line.close()
