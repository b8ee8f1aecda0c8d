"""Procedures on two real nodes: each step said by officers, the same state on both sides, and what was not allowed with its sentence."""
import gettext
import json
import time
import xml.etree.ElementTree as ElementTree

import nodes
import officers
import peer
import pytest

KO = gettext.translation("entente", nodes.CATALOGUES, languages=["ko"])
LEAPING = nodes.BUILD / "test/lib/leaping.so"
CHANNEL = "consult-urgent"
OFFICERS = {name: [name] for name in ("watch", "head", "deputy", "policy", "shift")}
N20 = ["--form", "N20", "--field", "topic=launch", "--field", "basis-of=official", "--field", "span=-5m/now", "--field",
       "area=waters-east", "--field", "confidence=moderate", "--field", "known.ko=발사 1회 탐지", "--field",
       "known.en=one launch detected"]
N10 = ["--form", "N10", "--field", "depth=iii", "--field", "topic=incident", "--field", "span=now/30m", "--field",
       "means=video", "--field", "level=head", "--field", "reason-for.ko=긴급", "--field", "reason-for.en=urgent"]


class Play:
    """Two nodes with one clock that the play moves, usa's so many seconds ahead, and a line that it cuts."""

    def __init__(self, stage, clock="0", ahead_s=0, **more):
        self.clock = nodes.tell(stage.folder / "leap", clock)
        self.leapt = 0
        self.relay = stage.relay()
        self.world = stage.world(is_started=False, through={("usa", "north"): self.relay.port},
                                 officers_of={party: OFFICERS for party in ("kor", "usa")}, **more)
        self.relay.to = self.world.ports["kor", "usa", "north"]
        self.env = {"LD_PRELOAD": str(LEAPING), "LEAPING": str(self.clock)}
        self.kor, self.usa = self.world["kor"], self.world["usa"]
        self.ahead_s, self.ahead = ahead_s, nodes.tell(stage.folder / "ahead", str(ahead_s)) if ahead_s else self.clock
        for node, one in zip(self.both(), (self.clock, self.ahead)):
            node.start(env={**self.env, "LEAPING": str(one)})
        self.kor.await_link()

    def both(self):
        return self.kor, self.usa

    def wait_s(self, seconds):
        """The clock of both nodes goes on at once."""
        self.leapt += seconds
        nodes.tell(self.clock, str(self.leapt))
        if self.ahead_s:
            nodes.tell(self.ahead, str(self.leapt + self.ahead_s))

    def say(self, node, key, *words, code=0):
        return node.say("consult", *words, key=key, code=code, env=self.env).get("place")

    def refuse(self, node, key, *words):
        """What the officer reads: in English and in Korean."""
        said = node.run("consult", *words, key=key, code=4).stderr
        korean = node.run("consult", *words, key=key, code=4, env=nodes.KOREAN).stderr
        assert "다음: " in korean and korean != said
        return said

    def send(self, node, *words, place):
        peer = "usa" if node.party == "kor" else "kor"
        return node.say("send", CHANNEL, "--to", f"{peer}/watch", "--to", f"{peer}/head", "--precedence", "IMMEDIATE", "--label", "U",
                        "--instance", place, *words, key="watch", env=self.env)["place"]

    def ack(self, node, place):
        self.await_place(node, place)
        return node.say("ack", place, key="watch", env=self.env)["place"]

    def await_place(self, node, place):
        node.wait(f"{place} is folded at {node.party}", lambda: (node.find("/entry", place=place) or {}).get("folded"))

    def start(self, node, precedence="IMMEDIATE", code=0):
        return node.say("consult", "start", CHANNEL, "consult-urgent", "--precedence", precedence, "--label", "U", key="watch",
                        env=self.env, code=code).get("place")

    def lines(self, node, place):
        answer = node.find("/instances", place=place)
        return answer["lines"] if answer else None

    def agree(self, place):
        """Both nodes hold the same and say the same of it, once what their clocks make them write is there; the lines."""
        lines = []

        def is_same():
            self.world.await_receipts()
            lines[:] = [self.lines(node, place) for node in self.both()]
            return lines[0] == lines[1]
        nodes.wait_for(lambda: f"both say the same of {place}: {lines}", is_same, nodes=self.both())
        return lines[0]

    def show(self, node, place):
        return node.get("/instances", place=place)

    def steps(self, node, place, which="open"):
        return [step["id"] for step in self.show(node, place)[which]]


@pytest.fixture
def play(stage):
    return Play(stage)


def test_from_indicator_to_record(play):
    """An urgent consultation step by step; every step on both nodes, and what is out of turn refused with its sentence."""
    kor, usa = play.both()
    place = play.start(kor)
    assert play.steps(kor, place) == ["indicator"]
    assert "the step is not open" in play.refuse(kor, "head", "attend", place, "convene")
    indicator = play.send(kor, *N20, place=place)
    play.ack(usa, indicator)
    alert = play.send(kor, *N10, place=place)
    # Nobody has acknowledged it: that is no time on either clock, and is said to be open since ours showed it.
    play.world.await_receipts()
    answer = kor.get("/measures", place=place)
    asked = next(row["at_ms"] for row in answer["marks"] if row["mark"] == "T1")["kor"]
    unread = next(row for row in answer["intervals"] if row["to"] == "T3")
    assert unread["ms"] == {"kor": None, "usa": None} and unread["open_ms"] == answer["now_ms"] - asked > 0
    row = next(line for line in kor.run("measure", place).stdout.splitlines() if line.startswith("request to WATCH READ"))
    assert row.split()[4:8] == ["-", "-", "open", "for"], row
    play.ack(usa, alert)
    play.world.await_receipts()
    assert play.steps(usa, place) == ["convene"]
    assert play.show(kor, place)["depth_given"] == 1
    assert "the step does not give this to that role" in play.refuse(usa, "watch", "attend", place, "convene")
    for node in play.both():
        play.say(node, "head", "attend", place, "convene")
    play.world.await_receipts()
    for node in play.both():
        play.say(node, "head", "done", place, "consult")
    play.world.await_receipts()
    assert play.steps(kor, place) == ["decide"] == play.steps(usa, place)

    proposal = play.say(kor, "head", "propose", place, "decide", "joint-measures", "We act together.")
    play.await_place(usa, proposal)
    back = usa.say("readback", proposal, "joint measures: we act together", key="watch", env=play.env)["place"]
    play.await_place(kor, back)
    kor.say("correct", back, key="watch", env=play.env)
    for node in play.both():
        for who in ("head", "deputy"):
            play.await_place(node, proposal)
            play.say(node, who, "concur", proposal)
    play.world.await_receipts()
    assert play.show(kor, place)["gates"][0]["state"] == "ALL CONCURRED"
    assert "the hold is not over" in play.refuse(kor, "head", "confirm", proposal)
    play.wait_s(31)
    # The line is lost between the two CONFIRMs: both are in doubt, nothing is decided, and it ends when the line is back.
    play.relay.cut()
    for node in play.both():
        node.wait("the line is down", lambda node=node: not node.status()["peers"][0]["paths"][0]["up"])
        play.say(node, "head", "confirm", proposal, code=5)
        gate, = play.show(node, place)["gates"]
        assert (gate["state"], gate["in_doubt"]) == ("IN DOUBT", True)
        assert "!! IN DOUBT" in node.run("consult", "show", place).stdout
        assert "!! IN DOUBT" in node.run("consult", "list").stdout
        assert "결정 여부 미확정" in node.run("consult", "show", place, env=nodes.KOREAN).stdout
        assert "it cannot withdraw" in play.refuse(node, "head", "withdraw", proposal)
    play.relay.mend()
    kor.await_link()
    assert f" DECIDED concurred kor usa confirmed kor usa" in play.agree(place)
    for node in play.both():
        play.say(node, "watch", "done", place, "communicate")
    play.world.await_receipts()
    record = play.say(usa, "policy", "propose", place, "record", "agreed", "The record.")
    play.await_place(kor, record)
    for node in (usa, kor):
        play.say(node, "policy", "concur", record)
    play.world.await_receipts()
    for node in (usa, kor):
        play.say(node, "policy", "confirm", record)
    assert "consult-urgent IMMEDIATE CLOSED" in play.agree(place)
    assert kor.get("/instances") == [] == usa.get("/instances")
    assert "the procedure is closed" in play.refuse(kor, "head", "attend", place, "convene")
    assert kor.get("/obligations")["obligations"] == []
    # A restart, and all of it folded anew, finds the same.
    before = play.lines(kor, place)
    kor.stop()
    kor.start(env=play.env)
    assert play.lines(kor, place) == before
    measured(play, place)


SPANS = [("T1", "T2"), ("T1", "T3"), ("T1", "T5"), ("T1", "T7"), ("T1", "T8"), ("T8", "T9"), ("T1", "T11")]


def measured(play, place):
    """Marks and intervals on both clocks, what never came among them, targets; as JSON, table and drawing."""
    kor, _ = play.both()
    kor.wait("kor has seen the other's clock", lambda: kor.get("/measures", place=place)["clock_offset_ms"])
    answer = kor.get("/measures", place=place)
    marks = {row["mark"]: row["at_ms"] for row in answer["marks"]}
    assert list(marks) == [f"T{i}" for i in range(12)]
    for party in ("kor", "usa"):
        times = [marks[f"T{i}"][party] for i in (0, 1, 3, 5, 6, 7, 8, 9, 10, 11)]
        assert times == sorted(times) and marks["T4"][party] is None  # nobody presented it: it has no time
        # Each decided by its own clock when it held the other's CONFIRM, at least the hold after all had concurred.
        assert marks["T8"][party] - marks["T7"][party] >= 30_000
    assert marks["T2"]["kor"] + 999 >= marks["T1"]["kor"] and "usa" not in marks["T2"]
    # An interval is a difference on one clock; that of the receipt is its author's alone.
    spans = {(row["from"], row["to"]): row["ms"] for row in answer["intervals"]}
    assert list(spans) == SPANS and set(spans["T1", "T2"]) == {"kor"}
    assert all(spans[span] == {party: marks[span[1]][party] - marks[span[0]][party] for party in ("kor", "usa")} for span in SPANS[1:])
    # What was never given is counted, and is in no interval; the oldest of it is named.
    never = [row["since_ms"] for row in kor.get("/instances", place=place)["obligations"] if row["state"] in ("OWED", "LAPSED")]
    counted = answer["obligations"]
    assert counted["OWED"] + counted["LAPSED"] == len(never) > 0 and answer["oldest_open_ms"] == min(never)
    assert "open_ms" not in answer["intervals"][1] and set(answer["clock_offset_ms"]) == {"usa"}
    definition = json.loads((play.world.accord / "procedures/consult-urgent.json").read_text(encoding="utf-8"))
    targets = [(step["id"], owed["who"].split(".")[1], owed["what"]) for step in definition["steps"] for owed in step.get("owe", [])]
    assert [(row["step"], row["role"], row["level"]) for row in answer["targets"]] == targets
    within = definition["precedence"][answer["precedence"]]
    assert [row["seconds"] for row in answer["targets"]] == [within.get(owed["within"], owed["within"]) for step in definition["steps"]
                                                             for owed in step.get("owe", [])]
    shown = json.loads(kor.run("measure", place, "--json").stdout)
    assert [{**one, "now_ms": 0, "clock_offset_ms": 0} for one in (shown, answer)][0] == {**answer, "now_ms": 0, "clock_offset_ms": 0}
    said = kor.run("measure", place).stdout
    for words in ("request to decision", "request to all having signed", "not met and not counted in any time: ", "the oldest that is not met: since ",
                  "their clock (usa) against ours: ", "what the definition allows", "each time is on that party's own clock", "not yet"):
        assert words in said, words
    # A line a party, a dot a mark that has come.
    drawn = ElementTree.fromstring(kor.run("measure", place, "--svg").stdout)
    dots = list(drawn.iter("{http://www.w3.org/2000/svg}circle"))
    assert len(dots) == sum(1 for row in marks.values() for ms in row.values() if ms)
    assert len({dot.get("cy") for dot in dots}) == 2
    assert "협의 요청에서 결정까지" in kor.run("measure", place, env=nodes.KOREAN).stdout


def proposed(play):
    """As far as a proposal that has been read back and that all have concurred with: the instance, the proposal."""
    kor, usa = play.both()
    place = play.start(kor)
    for form in (N20, N10):
        play.ack(usa, play.send(kor, *form, place=place))
    for verb, step in (("attend", "convene"), ("done", "consult")):
        play.world.await_receipts()
        for node in play.both():
            play.say(node, "head", verb, place, step)
    play.world.await_receipts()
    return place, decide(play, place)


def decide(play, place):
    """A proposal at the gate that is open, read back, and that all have concurred with."""
    kor, usa = play.both()
    proposal = play.say(kor, "head", "propose", place, "decide", "joint-measures", "We act together.")
    play.await_place(usa, proposal)
    back = usa.say("readback", proposal, "joint measures: we act together", key="watch", env=play.env)["place"]
    play.await_place(kor, back)
    kor.say("correct", back, key="watch", env=play.env)
    for node in play.both():
        for who in ("head", "deputy"):
            play.say(node, who, "concur", proposal)
    play.world.await_receipts()
    return proposal


def test_a_log_begins_anew(play):
    """KOR's disk dies after its CONFIRM, and it comes back without: what USA holds of it counts on, and KOR is out."""
    kor, usa = play.both()
    place, proposal = proposed(play)
    backup = play.world.folder / "before.db"
    kor.run("export", "--backup", backup)
    play.wait_s(31)
    play.say(kor, "head", "confirm", proposal)
    play.world.await_receipts()
    assert "DECIDED" not in play.lines(usa, place)
    assert usa.stop() == 0
    kor.kill()
    kor.end()
    kor.lose_record()
    kor.run("restore", backup, env=play.env)
    kor.start(env=play.env)
    done = kor.run("restore", "--open-epoch", "--channel", CHANNEL, "--label", "U", key="registrar", code=None, env=play.env)
    assert done.returncode in (0, 5), done.stderr
    # It does not know that it confirmed, and may say nothing that could contradict it.
    refused = play.refuse(kor, "head", "withdraw", proposal)
    assert "the party's log began anew after this procedure did" in refused, refused
    usa.start(env=play.env)
    kor.await_link()
    opened = kor.get("/log", channel=CHANNEL, party="kor", epoch=2)["entries"][0]["place"]
    play.await_place(usa, opened)
    assert play.show(usa, place)["life"] == "ENDED"
    play.say(usa, "head", "confirm", proposal)
    assert " DECIDED concurred" in play.agree(place)
    # It goes on in another one, which refers to it.
    again = play.start(kor)
    play.await_place(usa, again)
    assert play.steps(usa, again) == ["indicator"]


def test_a_peer_forges_and_lies(play):
    """Its moves out of turn are VOID with the sentence, its false DIGEST rings, and our CONFIRM waits for a word from people.

    USA's own door would file none of it: USA is played here with its keys.
    """
    kor, usa = play.both()
    place, proposal = proposed(play)
    liar = peer.Peer(play.world, "usa", "kor")
    liar.take_log(CHANNEL)
    key = {name: officers.Key(play.world.keys("usa") / name) for name in OFFICERS}
    begun, about = (liar.place_of(kor.entry(one)) for one in (place, proposal))
    size = next(row["size"] for row in kor.logs().values() if row["log"] == proposal.rsplit(".", 1)[0])
    seen = [("kor", 1, size)]
    before = play.lines(kor, place)
    assert usa.stop() == 0
    said_before = len([one for one in kor.get("/log", channel=CHANNEL, party="kor")["entries"] if one["kind"] == "digest"])
    now = int(time.time() * 1000) + 1000 * play.leapt
    gate = {"instance": begun, "refers": [about], "seen": seen}
    # (role, who signs, kind, what else, the verdict, the machine's sentence)
    cases = [("watch", "watch", officers.CONFIRM, gate, "PROCEDURE", "the step does not give this to that role"),
             ("head", "watch", officers.CONFIRM, gate, "ROLE", ""),
             ("head", "head", officers.CONFIRM, {**gate, "filed": now - 86_400_000}, "PROCEDURE", "the hold is not over"),
             ("head", "head", officers.CONCUR, gate, "PROCEDURE", "this role or this person has concurred before"),
             ("watch", "watch", officers.START, {"precedence": officers.IMMEDIATE, "fields": {1: bytes(32), 2: 3}}, "PROCEDURE",
              "the accord has no such procedure")]
    places = [liar.move(CHANNEL, role, key[signer], kind, **more) for role, signer, kind, more, _, _ in cases]
    lie = liar.move(CHANNEL, "node", None, officers.DIGEST, instance=begun, seen=seen, fields={1: 1, 2: bytes(32)})
    liar.send(CHANNEL)
    kor.wait(lambda: f"{lie} is folded: {kor.status()}", lambda: (kor.find("/entry", place=lie) or {}).get("folded"))
    for at, (*_, verdict, sentence) in zip(places, cases):
        assert kor.entry(at)["verdict"] == verdict, (at, kor.entry(at))
        said = kor.run("read", at).stdout, kor.run("read", at, env=nodes.KOREAN).stdout
        assert sentence in said[0] and "VOID" in said[0] and "무효" in said[1], said
        assert not sentence or KO.gettext(kor.entry(at)["why"]) in said[1], said
    assert play.lines(kor, place) == before, "nothing of it counts"
    # It rings, and our own DIGEST says what we hold, so that it rings there too.
    assert play.show(kor, place)["diverged"] == [lie] and play.show(kor, place)["differs"]
    kor.wait("ours answers", lambda: said_before < len(
        [one for one in kor.get("/log", channel=CHANNEL, party="kor")["entries"] if one["kind"] == "digest"]))
    assert kor.status()["diverged"] == 1
    for words, env, sentence, code in ((("status",), {}, "THE STATES DIFFER", 6), (("consult", "list"), {}, "!! THE STATES DIFFER", 0),
                                       (("consult", "show", place), {}, "!! THE STATES DIFFER", 0),
                                       (("consult", "show", place), nodes.KOREAN, "!! 상태 불일치", 0)):
        assert sentence in kor.run(*words, env=env, code=code).stdout, words
    liar.line.close()
    kor.wait("the line is down", lambda: not kor.status()["peers"][0]["paths"][0]["up"])
    play.wait_s(31)
    assert "a remark must first say why" in play.refuse(kor, "head", "confirm", proposal)
    play.say(kor, "head", "remark", place, "USA read its lines to us by telephone: they are ours.", code=5)
    assert kor.status()["diverged"] == 0 and not play.show(kor, place)["differs"] and play.show(kor, place)["diverged"] == [lie]
    play.say(kor, "head", "confirm", proposal, code=5)
    assert play.show(kor, place)["gates"][0]["state"] == "IN DOUBT"


def test_a_fork_stops_gates_until_people_decide(play):
    """USA signs two histories of its log: at our own gates nothing goes on but with a word why; who leaves or objects needs none."""
    kor, usa = play.both()
    place, proposal = proposed(play)
    liar = peer.Peer(play.world, "usa", "kor")
    log, key = liar.take_log(CHANNEL), officers.Key(play.world.keys("usa") / "watch")
    begun = liar.place_of(kor.entry(place))
    assert usa.stop() == 0
    log.entries.pop()
    log.contents.pop()
    liar.move(CHANNEL, "watch", key, 21, instance=begun)
    log.sent = len(log.entries) - 1
    liar.send(CHANNEL)
    kor.wait("the fork is kept", lambda: any(one["kind"] == "fork" for one in kor.get("/log", channel=CHANNEL, party="kor")["entries"]))
    play.wait_s(31)
    for words in (("confirm", proposal), ("propose", place, "decide", "no-action", "Nothing.")):
        assert "a party has signed two histories of its log here" in play.refuse(kor, "head", *words)
    play.say(kor, "head", "object", proposal)
    play.say(kor, "head", "remark", place, "USA explains its second history by telephone: a restored disk.")
    play.say(kor, "head", "confirm", proposal)
    assert play.show(kor, place)["gates"][0]["state"] == "IN DOUBT"


def lapse_and_answer_cross(play, place):
    """KOR's LAPSE and USA's WATCH READ pass each other on the line; the alert's place."""
    kor, usa = play.both()
    play.ack(usa, play.send(kor, *N20, place=place))
    alert = play.send(kor, *N10, place=place)
    play.await_place(usa, alert)
    play.world.await_receipts()
    play.relay.cut()
    for node in play.both():
        node.wait("the line is down", lambda node=node: not node.status()["peers"][0]["paths"][0]["up"])
    usa.say("ack", alert, key="watch", env=play.env, code=5)
    play.wait_s(2701)  # IMMEDIATE: read within 2,700 s
    kor.wait("the lapse is said", lambda: "means" in str(play.steps(kor, place)))
    return alert


def test_a_lapse_and_its_answer_cross(play):
    """Section 7: both entries stand, MET, CROSSED on both nodes; the line was down, and that is the cause; nothing was decided by it."""
    kor, usa = play.both()
    place = play.start(kor)
    alert = lapse_and_answer_cross(play, place)
    assert play.steps(kor, place) == ["other-means"] and play.steps(usa, place) == ["convene"]
    assert "LINE DOWN" in kor.run("consult", "show", place).stdout
    lapsed = [row for row in play.show(kor, place)["obligations"] if row["state"] == "LAPSED" and row["about"] == alert]
    assert [row["level"] for row in lapsed] == ["watch-read"]
    play.relay.mend()
    kor.await_link()
    lines = play.agree(place)
    assert " usa watch watch-read MET, CROSSED" in lines and "open other-means convene" in lines
    # Every effort to reach somebody is kept, and told on demand on both sides.
    said = play.say(kor, "watch", "attempt", place, "USA duty officer", "--path", "telephone, line 2", "--result", "no-answer")
    play.await_place(usa, said)
    for node in play.both():
        row, = json.loads(node.run("consult", "attempts", place, "--json").stdout)
        assert (row["path"], row["whom"], row["result"], row["place"]) == ("telephone, line 2", "USA duty officer", "NO ANSWER", said)
    # The node says what it holds; what it says is what the other finds.
    assert play.show(kor, place)["diverged"] == [] == play.show(usa, place)["diverged"]
    assert any(entry["kind"] == "digest" for entry in usa.get("/log", channel=CHANNEL, party="usa")["entries"])


def test_both_begin_the_same_at_once(stage):
    """Two instances, each whole on both sides; neither is the other's, and one is stood down by both. Two clocks, told as two."""
    play = Play(stage, ahead_s=7)
    kor, usa = play.both()
    play.relay.cut()
    places = []
    for node in play.both():
        node.wait("the line is down", lambda node=node: not node.status()["peers"][0]["paths"][0]["up"])
        places.append(play.start(node, code=5))
    play.relay.mend()
    kor.await_link()
    play.world.await_receipts()
    for node in play.both():
        assert sorted(row["place"] for row in node.get("/instances")) == sorted(places)
    for node in play.both():
        play.say(node, "head", "stand-down", places[1])
    assert "STOOD DOWN" in play.agree(places[1]) and "ACTIVE" in play.agree(places[0])
    # usa's clock is seven seconds ahead of kor's, and each side is told so with the sign that it has there.
    for node, other, sign in ((kor, "usa", 1), (usa, "kor", -1)):
        node.wait("it has seen the other's clock", lambda node=node: node.get("/measures", place=places[0])["clock_offset_ms"])
        assert abs(node.get("/measures", place=places[0])["clock_offset_ms"][other] - sign * 7000) < 3000
    assert [row["place"] for row in kor.get("/instances")] == [places[0]]
    assert "the procedure is closed" in play.refuse(kor, "watch", "done", places[1], "communicate")
    # To go on later is a new one that refers to it; a party can always leave, with its reason.
    again = usa.say("consult", "start", CHANNEL, "consult-urgent", "--label", "U", "--precedence", "IMMEDIATE", "--refers", places[1],
                    key="watch", env=play.env)["place"]
    assert usa.entry(again)["refers"] == [places[1]]
    play.await_place(kor, again)
    assert play.say(kor, "head", "end", again, "우리는 더 이상 참여하지 않는다.")
    assert "ENDED" in play.agree(again)
    assert "the party has ended its participation" in play.refuse(kor, "head", "attend", again, "convene")


def test_a_party_is_silent_for_a_day(play):
    """At each step: what it owes lapses, on the other's clock and in the other's name; nothing opens, closes or is decided by it."""
    kor, usa = play.both()
    place = play.start(kor)
    play.await_place(usa, place)

    def day(step, levels, owing=("usa",)):
        before = play.steps(kor, place), play.steps(kor, place, "done")
        lapsed = {row["level"] for row in play.show(kor, place)["obligations"] if row["state"] == "LAPSED" and row["party"] == "usa"}
        assert not lapsed & levels or step == "alert"
        play.wait_s(86_400)
        silent = {(party, level) for party in owing for level in levels}
        for node in play.both():  # who answers next has seen it: MET LATE, and nothing crosses
            node.wait(f"the silence at {step} is written down and known at {node.party}", lambda node=node: silent <= {
                (row["party"], row["level"]) for row in play.show(node, place)["obligations"] if row["state"] == "LAPSED" and
                row["step"] == step})
        after = play.steps(kor, place), play.steps(kor, place, "done")
        assert [s for s in after[0] if s != "other-means"] == [s for s in before[0] if s != "other-means"] and after[1] == before[1]
        assert play.show(kor, place)["life"] == "ACTIVE"
        # What the officer reads, on both sides, of who has not done what and that the line was there.
        for env, cause, words in (({}, "NO ANSWER", str), (nodes.KOREAN, "무응답", KO.gettext)):
            said = [line for line in kor.run("consult", "show", place, env=env).stdout.splitlines() if f" {step} " in line]
            assert all(any(f"usa, {words(level)}: {cause}" in line for line in said) for level in levels), said

    def both(who, *words):
        for node in play.both():
            play.say(node, who, *words)
        play.world.await_receipts()

    day("the start", set())
    indicator = play.send(kor, *N20, place=place)
    play.await_place(usa, indicator)
    day("indicator", {"watch-read", "presented"})
    play.ack(usa, indicator)
    alert = play.send(kor, *N10, place=place)
    play.await_place(usa, alert)
    day("alert", {"watch-read", "presented", "replied"})
    play.say(kor, "watch", "done", place, "other-means")
    play.ack(usa, alert)
    play.world.await_receipts()
    assert "usa watch watch-read MET LATE" in play.lines(kor, place)
    day("convene", {"attend"}, ("kor", "usa"))
    both("head", "attend", place, "convene")
    day("consult", {"done"}, ("kor", "usa"))
    both("head", "done", place, "consult")
    day("decide", {"position"}, ("kor", "usa"))
    proposal = decide(play, place)
    play.wait_s(31)
    both("head", "confirm", proposal)
    day("communicate", {"done"}, ("kor", "usa"))
    both("watch", "done", place, "communicate")
    day("record", {"position"}, ("kor", "usa"))
    record = play.say(usa, "policy", "propose", place, "record", "agreed", "The record.")
    play.await_place(kor, record)
    both("policy", "concur", record)
    both("policy", "confirm", record)
    lines = play.agree(place)
    assert " CLOSED" in lines and lines.count("MET LATE") == 12 and "CROSSED" not in lines, lines
    assert "NO ANSWER" in usa.run("consult", "show", place).stdout


def test_what_is_out_of_turn(play):
    """By the wrong role, of another definition, twice, about what is none: each with the sentence that the officer reads."""
    kor, usa = play.both()
    place = play.start(kor)
    play.await_place(usa, place)
    said = kor.run("consult", "start", CHANNEL, "none", "--label", "U", key="watch", code=3, env=play.env).stderr
    assert "The accord has no procedure none." in said
    said = kor.run("consult", "start", CHANNEL, "consult-urgent", "--precedence", "ROUTINE", "--label", "U", key="watch", code=4).stderr
    assert "the channel does not allow this precedence" in said
    for words, why in ((("decide", place, "national", "none"), "the step is not open"),
                       (("decide", place, "nowhere", "none"), "what it is about is not in its past, or is something else"),
                       (("done", place, "indicator"), "what it is about is not in its past, or is something else"),
                       (("resume", place), "what it is about is not in its past, or is something else"),
                       (("concur", place), "what it is about is not in its past, or is something else"),
                       (("propose", place, "decide", "no-action", "text"), "the step is not open")):
        assert why in play.refuse(usa, "head", *words), words
    assert "the step does not give this to that role" in play.refuse(usa, "watch", "recess", place)
    recess = play.say(usa, "head", "recess", place)
    play.await_place(kor, recess)
    assert "RECESS" in play.agree(place)
    assert "there is no recess to begin or to end" in play.refuse(kor, "head", "recess", place)
    play.say(kor, "head", "resume", recess)
    assert "there is no recess to begin or to end" in play.refuse(kor, "head", "resume", recess)
    assert kor.get("/instances")[0]["life"] == "ACTIVE"
    # Our own door refused all of it: nothing stands in the record, and both find the same.
    before = play.agree(place)
    assert kor.status()["void"] == 0 == usa.status()["void"] and before == play.lines(usa, place)


def test_many_run_at_once(play):
    """What is owed in all of them comes in one list, FLASH first, of one precedence the soonest."""
    kor, usa = play.both()
    places = [play.start(kor) for _ in range(8)]
    for place in places:
        play.await_place(usa, play.send(kor, *N20, place=place))
    play.world.await_receipts()
    for node in play.both():
        owed = node.get("/obligations")["obligations"]
        assert len(owed) == 16 and {row["instance"] for row in owed} == set(places)
        assert [row["due_ms"] for row in owed] == sorted(row["due_ms"] for row in owed)
        assert all(row["ours"] == (node is usa) for row in owed)
    # A FLASH that has hours stands before an IMMEDIATE that has minutes all the same.
    flash = play.start(kor, "FLASH")
    for form in (N20, N10):
        play.ack(usa, kor.release("send", CHANNEL, "--to", "usa/watch", "--to", "usa/head", "--precedence", "FLASH", "--label", "U", "--instance", flash, *form, env=play.env))
    play.world.await_receipts()
    for node in play.both():
        play.say(node, "head", "attend", flash, "convene")
    play.world.await_receipts()
    owed, order = usa.get("/obligations")["obligations"], ["FLASH", "IMMEDIATE"]
    rows = [(order.index(row["precedence"]), row["due_ms"]) for row in owed if "due_ms" in row]
    assert rows == sorted(rows) and max(due for rank, due in rows if rank == 0) > min(due for rank, due in rows if rank == 1)
    assert f"FLASH  {flash}" in usa.run("owed").stdout.split("we owe\n")[1].splitlines()[0]
    assert "we owe" in usa.run("owed").stdout and "자국이 이행할 사항" in usa.run("owed", env=nodes.KOREAN).stdout
