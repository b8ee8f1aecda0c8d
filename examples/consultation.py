"""One urgent consultation on two nodes, from indicator to closed: a crossing, a line that is lost between two CONFIRMs, and
what both nodes show at each step. The facts are those of the article of 13 April 2023: a ballistic missile that morning;
who says what when is our invention, and no officer here is a real person.
"""
import json

CHANNEL, PROCEDURE, PRECEDENCE = "consult-urgent", "consult-urgent", "IMMEDIATE"
HOLD_S = 10  # as short as the checker lets what cannot be undone be held; the accord of the example says 30
REPORT = ["--form", "N20", "--field", "topic=launch", "--field", "basis-of=public", "--field", "span=-10m/now", "--field",
          "area=waters-east", "--field", "confidence=moderate", "--field", "known.ko=탄도미사일 발사가 공개 보도됨", "--field",
          "known.en=launch of a ballistic missile, as publicly reported"]
REQUEST = ["--form", "N10", "--field", "depth=iii", "--field", "topic=incident", "--field", "span=now/30m", "--field", "means=video",
           "--field", "level=head", "--field", "reason-for.ko=확장억제 공조 협의", "--field",
           "reason-for.en=to consult on extended deterrence"]
TEXT = "Both sides share information, plan together and answer as they have agreed."


def shorten_hold(world):
    """In the demonstration's own copy of the accord, before anybody has signed it."""
    file = world.accord / "procedures" / f"{PROCEDURE}.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"hold": 30', f'"hold": {HOLD_S}'), encoding="utf-8")


class Consultation:
    def __init__(self, demo):
        self.demo, self.world = demo, demo.world
        self.nodes = list(demo.world.nodes.values())
        self.first, self.second = self.nodes
        self.who = {party: {role: name for name, roles in officers.items() for role in roles}
                    for party, officers in demo.world.officers_of.items()}

    def say(self, node, role, *words, code=0):
        return node.say(*words, key=self.who[node.party][role], code=code)["place"]

    def move(self, node, role, *words, code=0):
        return self.say(node, role, "consult", *words, code=code)

    def send(self, *words):
        peer = self.second.party
        return self.say(self.first, "watch", "send", CHANNEL, "--to", f"{peer}/watch", "--to", f"{peer}/head", "--precedence", PRECEDENCE,
                        "--label", "U", "--instance", self.place, *words)

    def arrive(self, node, place):
        node.wait(f"{place} is at {node.party}", lambda: self.demo.is_folded(node, place))

    def state(self, node):
        """As a line: life, open steps, and what a gate has come to."""
        shown = node.find("/instances", place=self.place)
        if shown is None:
            return "not here yet"
        gates = " ".join(f"[{gate['step']}: {gate['state']}]" for gate in shown["gates"])
        return f"{shown['life']} open: {' '.join(step['id'] for step in shown['open']) or 'none'} {gates}"

    def show(self, what):
        self.demo.note(what)
        for node in self.nodes:
            print(f"             {node.party.upper()}  {self.state(node)}", flush=True)

    def settled(self, what):
        self.world.await_receipts()
        self.show(what)
        lines = {node.get("/instances", place=self.place)["lines"] for node in self.nodes}
        if len(lines) != 1:
            self.demo.check(False, "both nodes are in the same state")

    def run(self):
        self.place = self.move(self.first, "watch", "start", CHANNEL, PROCEDURE, "--precedence", PRECEDENCE, "--label", "U")
        report = self.send(*REPORT)
        self.settled(f"{self.place}: begun; a ballistic missile is reported")
        self.arrive(self.second, report)
        self.say(self.second, "watch", "ack", report)
        request = self.send(*REQUEST)
        self.arrive(self.second, request)
        self.settled("the watch has read it; consultation is asked for")
        self.cross(request)
        for node in self.nodes:
            self.move(node, "head", "attend", self.place, "convene")
        self.world.await_receipts()
        for node in self.nodes:
            self.move(node, "head", "done", self.place, "consult")
        self.settled("the heads have met and consulted")
        self.decide()
        self.close()
        self.measure()

    def cross(self, request):
        """What each says while the line is down passes the other's on the way; nothing of it is wrong."""
        self.demo.set_cut(True)
        self.say(self.second, "watch", "ack", request, code=5)
        self.move(self.first, "watch", "attempt", self.place, "the other duty officer", "--path", "telephone", "--result", "no-answer", code=5)
        self.show("the line is down: WATCH READ there, an attempt by telephone here")
        self.demo.set_cut(False)
        self.settled("both have arrived: they crossed, and both stand")

    def decide(self):
        proposal = self.move(self.first, "head", "propose", self.place, "decide", "joint-measures", TEXT)
        self.arrive(self.second, proposal)
        back = self.say(self.second, "head", "readback", proposal, TEXT)
        self.arrive(self.first, back)
        self.say(self.first, "head", "correct", back)
        for node in self.nodes:
            for role in ("head", "deputy"):
                self.move(node, role, "concur", proposal)
        self.settled("two persons of each side concur: nothing is decided yet")
        for node in self.nodes:
            node.wait(f"{HOLD_S} s of hold are over", lambda node=node: self.is_held(node, proposal), HOLD_S + 10)
        self.demo.set_cut(True)
        for node in self.nodes:
            self.move(node, "head", "confirm", proposal, code=5)
        self.show("the line is lost between the two CONFIRMs")
        self.demo.check(all(node.get("/instances", place=self.place)["gates"][0]["in_doubt"] for node in self.nodes),
                        "each is IN DOUBT, and shows it")
        self.demo.set_cut(False)
        self.settled("the line is back: both CONFIRMs are held")

    def is_held(self, node, proposal):
        gate, = node.get("/instances", place=self.place)["gates"]
        marks = {row["mark"]: row["at_ms"] for row in node.get("/measures", place=self.place)["marks"]}
        since = marks["T7"][node.party]
        return gate["state"] == "ALL CONCURRED" and since and node.get("/obligations")["now_ms"] - since >= 1000 * HOLD_S

    def close(self):
        for node in self.nodes:
            self.move(node, "watch", "done", self.place, "communicate")
        self.world.await_receipts()
        record = self.move(self.second, "policy", "propose", self.place, "record", "agreed", "The record of the consultation.")
        self.arrive(self.first, record)
        for node in self.nodes:
            self.move(node, "policy", "concur", record)
        self.world.await_receipts()
        for node in self.nodes:
            self.move(node, "policy", "confirm", record)
        self.settled("published by each; the record is agreed")
        self.demo.check(all(self.state(node).startswith("CLOSED") for node in self.nodes), "closed on both nodes, in the same state")

    def measure(self):
        print(self.first.run("measure", self.place).stdout, flush=True)
        attempts = json.loads(self.first.run("consult", "attempts", self.place, "--json").stdout)
        self.demo.check([one["result"] for one in attempts] == ["NO ANSWER"], "every effort to consult is written down")
