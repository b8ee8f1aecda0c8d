"""Procedures on two real nodes: each step said by officers, the same state on both sides, and what was not allowed with its sentence."""
import json
import time

import nodes
import pytest

CATALOGUES = nodes.BINARY.parent.parent.parent / "po"
KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(CATALOGUES)}
LEAPING = nodes.ROOT / "build/test/lib/leaping.so"
CHANNEL = "consult-urgent"
OFFICERS = {name: [name] for name in ("watch", "head", "deputy", "policy")}
N20 = ["--form", "N20", "--field", "topic=launch", "--field", "basis-of=official", "--field", "span=-5m/now", "--field",
       "area=waters-east", "--field", "confidence=moderate", "--field", "known.ko=발사 1회 탐지", "--field",
       "known.en=one launch detected"]
N10 = ["--form", "N10", "--field", "depth=iii", "--field", "topic=incident", "--field", "span=now/30m", "--field",
       "means=video", "--field", "level=head", "--field", "reason-for.ko=긴급", "--field", "reason-for.en=urgent"]


class Play:
    """Two nodes with one clock that the play moves, and a line that it cuts."""

    def __init__(self, stage, **more):
        self.clock = nodes.tell(stage.folder / "leap", "0")
        self.leapt = 0
        self.relay = stage.relay()
        self.world = stage.world(is_started=False, through={("usa", "north"): self.relay.port},
                                 officers_of={party: OFFICERS for party in ("kor", "usa")}, **more)
        self.relay.to = self.world.ports["kor", "usa", "north"]
        self.env = {"LD_PRELOAD": str(LEAPING), "LEAPING": str(self.clock)}
        self.kor, self.usa = self.world["kor"], self.world["usa"]
        for node in self.both():
            node.start(env=self.env)
        self.kor.await_link()

    def both(self):
        return self.kor, self.usa

    def wait_s(self, seconds):
        """The clock of both nodes goes on at once."""
        self.leapt += seconds
        nodes.tell(self.clock, str(self.leapt))

    def say(self, node, key, *words, code=0):
        return node.say("consult", *words, key=key, code=code, env=self.env).get("place")

    def refuse(self, node, key, *words):
        """What the officer reads: in English and in Korean."""
        said = node.run("consult", *words, key=key, code=4).stderr
        korean = node.run("consult", *words, key=key, code=4, env=KOREAN).stderr
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
        """Both nodes hold the same and say the same of it; the lines."""
        self.world.await_receipts()
        one, two = (self.lines(node, place) for node in self.both())
        assert one == two
        return one

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
        assert "결정 여부 미확정" in node.run("consult", "show", place, env=KOREAN).stdout
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
