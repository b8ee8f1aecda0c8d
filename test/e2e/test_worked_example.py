"""The worked example of docs/spec/procedure.md section 9 on two real nodes, whose clock stands still at the time of each line of it.

TABLE is that example: what is said at which time, and then what each node is to say of it. K and U are statements of kor and usa, by
the numbers that the example gives them; those that a node makes by itself have a name where the example speaks of them.
"""
import time

import nodes
import pytest
from test_alarm import Alarm
from test_consult import CHANNEL, N10, N20, Play

WATCH = """post watch
zone UTC
from {day} 00:00
to {day} 24:00
person ames "Ames" "tel 1" ko en release
person bell "Bell" "tel 2" ko en release
person cole "Cole" "tel 3" ko en release
shift {day} 00:00 24:00 ames bell cole
"""
READ, PRESENTED, REPLIED, ATTEND = "watch-read", "presented", "replied", "attend"
ALL = ["kor", "usa"]

# (UTC, what is said, what stands at kor, what stands at usa). What stands: `open` steps; `kor` or `usa` owes {(of what, level): by
# when}; `was`: what became of an obligation; `reached` {message: (highest step, when)}; `called` {message: rung}; `bell`: who is
# called at which rung; `gate`: (state, who concurred, roles that concurred, who confirmed, whose CONFIRM is awaited); `line`; `lacks`: not here yet.
TABLE = [
    ("09:00:00", "begin",
     {"open": ["alert"], "reached": {"K2": ("STATION RECEIPT", None)},
      "usa": {("K2", READ): "09:08:00", ("K2", PRESENTED): "09:15:00"}},
     {"open": ["alert"], "bell": (0, "Ames <tel 1>")}),
    ("09:00:20", "read_indicator",
     {"reached": {"K2": ("WATCH READ", "09:00:20")}},
     {"usa": {("K2", PRESENTED): "09:15:00"}}),
    ("09:00:40", "ask",
     {"open": [], "usa": {("K3", READ): "09:08:40", ("K3", REPLIED): "09:10:40", ("K2", PRESENTED): "09:15:00", ("K3", PRESENTED): "09:15:40"}},
     {"open": [], "bell": (0, "Ames <tel 1>"),
      "usa": {("K3", READ): "09:08:40", ("K3", REPLIED): "09:10:40", ("K2", PRESENTED): "09:15:00", ("K3", PRESENTED): "09:15:40"}}),
    ("09:05:40", "call_alternate",
     {"called": {"K3": 1}},
     {"called": {"K3": 1}, "bell": (1, "Bell <tel 2>")}),
    # The table leaves these two out; the ladder of a FLASH is 300, 90 and 60 seconds.
    ("09:07:10", "call_second", {"called": {"K3": 2}}, {"called": {"K3": 2}, "bell": (2, "Cole <tel 3>")}),
    ("09:08:10", "call_all", {"called": {"K3": 4}}, {"called": {"K3": 4}, "bell": (4, "Ames <tel 1>, Bell <tel 2>, Cole <tel 3>")}),
    ("09:08:35", "read_request_slowly",
     {"lacks": ["U6"], "open": [], "reached": {"K3": ("STATION RECEIPT", None)}},
     {"open": ["convene"], "reached": {"K3": ("WATCH READ", "09:08:35")}}),
    ("09:08:41", "lapse",
     {"open": ["other-means"], "was": {("K3", READ): "LAPSED"}, "line": True},
     {"lacks": ["K4"], "open": ["convene"], "was": {("K3", READ): "MET"}}),
    ("09:08:45", "cross",
     {"open": ["other-means", "convene"], "was": {("K3", READ): "MET, CROSSED"}, "reached": {"K3": ("WATCH READ", "09:08:35")}},
     {"open": ["other-means", "convene"], "was": {("K3", READ): "MET, CROSSED"}, "reached": {"K3": ("WATCH READ", "09:08:35")}}),
    ("09:10:00", "answer",
     {"open": ["convene"], "reached": {"K3": ("REPLIED", "09:10:00"), "K2": ("PRESENTED", "09:10:00")}, "usa": {(None, ATTEND): "09:38:45"}},
     {"open": ["convene"], "usa": {(None, ATTEND): "09:38:35"}}),
    ("09:25:20", "consult", {"open": ["decide"]}, {"open": ["decide"]}),
    ("09:28:00", "propose",
     {"gate": ("PROPOSED", [], 0, [], None)},
     {"gate": ("PROPOSED", [], 0, [], None)}),
    ("09:28:45", "concur",
     {"gate": ("ALL CONCURRED", ALL, 4, [], None), "hold": True},
     {"gate": ("ALL CONCURRED", ALL, 4, [], None), "hold": True}),
    ("09:29:20", "confirm_and_lose_the_line",
     {"gate": ("IN DOUBT", ALL, 4, ["kor"], ["usa"]), "line": False},
     {"gate": ("ALL CONCURRED", ALL, 4, [], None), "line": False, "lacks": ["K16"]}),
    ("09:29:25", "confirm_there",
     {"gate": ("IN DOUBT", ALL, 4, ["kor"], ["usa"]), "lacks": ["U18"]},
     {"gate": ("IN DOUBT", ALL, 4, ["usa"], ["kor"])}),
    ("09:35:01", "mend_and_decide",
     {"gate": ("DECIDED", ALL, 4, ALL, None), "open": ["communicate"], "settled": ["K16", "U18"]},
     {"gate": ("DECIDED", ALL, 4, ALL, None), "open": ["communicate"], "settled": ["K16", "U18"]}),
    ("09:38:30", "publish", {"open": ["record"]}, {"open": ["record"]}),
    ("09:41:43", "agree_the_record", {"life": "CLOSED"}, {"life": "CLOSED"}),
]

# Had U18 been a WITHDRAW: both count, nothing is decided, and kor is free. The same as far as that, without the lapse.
WITHDRAWN = [
    ("10:00:00", "begin_anew", {"open": ["convene"]}, {"open": ["convene"]}),
    ("10:25:20", "consult", {"open": ["decide"]}, {"open": ["decide"]}),
    ("10:28:00", "propose", {"gate": ("PROPOSED", [], 0, [], None)}, {"gate": ("PROPOSED", [], 0, [], None)}),
    ("10:28:45", "concur", {"gate": ("ALL CONCURRED", ALL, 4, [], None)}, {"gate": ("ALL CONCURRED", ALL, 4, [], None)}),
    ("10:29:20", "confirm_and_lose_the_line", {"gate": ("IN DOUBT", ALL, 4, ["kor"], ["usa"])}, {"lacks": ["K16"]}),
    ("10:29:25", "withdraw_there",
     {"gate": ("IN DOUBT", ALL, 4, ["kor"], ["usa"]), "lacks": ["U18"]},
     {"gate": ("WITHDRAWN", ALL, 4, [], None)}),
    ("10:35:01", "mend",
     {"gate": ("WITHDRAWN", ALL, 4, ["kor"], None), "open": ["decide"], "settled": ["K16", "U18"]},
     {"gate": ("WITHDRAWN", ALL, 4, ["kor"], None), "open": ["decide"], "settled": ["K16", "U18"]}),
    ("10:36:00", "propose_anew", {"gate": ("PROPOSED", [], 1, [], None)}, {"gate": ("PROPOSED", [], 1, [], None)}),
]


class Example(Play):
    def __init__(self, stage):
        self.day = int(time.time()) // 86_400 * 86_400 + 86_400
        super().__init__(stage, clock=f"={self.day + 8 * 3600}")
        self.at, self.stage, self.bells = {}, stage, {}

    # Its clock, and the names of what is said

    def moment(self, clock):
        hours, minutes, seconds = map(int, clock.split(":"))
        return self.day + hours * 3600 + minutes * 60 + seconds

    def clock_of(self, ms):
        assert ms % 1000 == 0, "the clock stands still at each line"
        return time.strftime("%H:%M:%S", time.gmtime(ms // 1000))

    def name_of(self, place):
        return next((name for name, at in self.at.items() if at == place), place)

    def node_of(self, name):
        return self.kor if name[0] == "K" else self.usa

    def said(self, name, place):
        assert place, name
        self.at[name] = place
        return place

    def by_node(self, name, kind, seen=None):
        """The next statement of that kind that a node has made by itself; the first that has seen something."""
        node = self.node_of(name)

        def find():
            rows = node.get("/log", channel=CHANNEL, party=node.party, last=200)["entries"]
            return next((row["place"] for row in rows if row["kind"] == kind and row["place"] not in self.at.values() and
                         (seen is None or self.shows(node.entry(row["place"]), seen))), None)
        return self.said(name, nodes.wait_for(f"{name} {kind}", find, nodes=self.both()))

    def shows(self, entry, name):
        party, index = self.node_of(name).party, int(self.at[name].rsplit(".", 1)[1])
        return any(row["party"] == party and row["size"] > index for row in entry["seen"])

    def has_seen(self, name, seen, not_seen=None):
        """In its past is the one, and the other is not."""
        entry = self.node_of(name).entry(self.at[name])
        assert self.shows(entry, seen) and not (not_seen and self.shows(entry, not_seen)), (name, entry["seen"], self.at)

    def officer(self, name, who, *words, code=0):
        node = self.node_of(name)
        return self.said(name, node.say(*words, key=who, code=code, env=self.env)["place"])

    def move(self, name, who, *words, code=0):
        return self.officer(name, who, "consult", *words, code=code)

    def send(self, name, *form):
        """A FLASH is drafted by the watch and released by two others."""
        return self.said(name, self.kor.release("send", CHANNEL, "--to", "usa/watch", "--to", "usa/head", "--precedence", "FLASH", "--label", "U",
                                                "--instance", self.at["K1"], *form, env=self.env))

    # The lines

    def begin(self):
        self.usa.run("roster", "set", self.roster(), "--label", "U", key="watch", env=self.env)
        self.bells["usa"] = Alarm(self.usa, self.stage.folder / "bell", command=":", env=self.env)
        self.said("K1", self.start(self.kor, "FLASH"))
        self.send("K2", *N20)

    def begin_anew(self):
        self.said("K1", self.start(self.kor, "FLASH"))
        for name, form, answer in (("K2", N20, "U3"), ("K3", N10, "U6")):
            self.send(name, *form)
            self.await_place(self.usa, self.at[name])
            self.officer(answer, "watch", "ack", self.at[name])
            self.await_place(self.kor, self.at[answer])

    def roster(self):
        file = self.stage.folder / "roster"
        file.write_text(WATCH.format(day=time.strftime("%Y-%m-%d", time.gmtime(self.day))))
        return str(file)

    def read_indicator(self):
        self.officer("U3", "watch", "ack", self.at["K2"])
        self.has_seen("U3", "K2")

    def ask(self):
        self.send("K3", *N10)
        self.has_seen("K3", "U3")

    def call_alternate(self):
        self.by_node("U5", "escalated")

    def call_second(self):
        self.by_node("U5b", "escalated")

    def call_all(self):
        self.by_node("U5c", "escalated")

    def read_request_slowly(self):
        self.relay.hold()
        self.officer("U6", "watch", "ack", self.at["K3"])
        self.has_seen("U6", "K3")

    def lapse(self):
        self.by_node("K4", "lapse")
        self.has_seen("K4", "U5c", not_seen="U6")
        fact = next(row for row in self.show(self.kor, self.at["K1"])["moves"] if row["move"] == "lapse")
        assert (fact["cause"], fact["whose"], self.name_of(fact["about"])) == ("NO ANSWER", "usa", "K3")

    def cross(self):
        self.relay.let_go()

    def answer(self):
        self.move("K6", "watch", "done", self.at["K1"], "other-means")
        self.officer("U9", "watch", "present", self.at["K2"])
        self.officer("U10", "watch", "present", self.at["K3"])
        self.said("U11", self.usa.release("reply", self.at["K3"], "We come.", key="head", by=("deputy", "shift"), env=self.env))

    def consult(self):
        for step, verb, names in (("convene", "attend", ("K7", "U12")), ("consult", "done", ("K9", "U13"))):
            for name in names:
                self.move(name, "head", verb, self.at["K1"], step)
            self.world.await_receipts()

    def propose(self):
        self.move("K11", "head", "propose", self.at["K1"], "decide", "joint-measures", "We act together.")
        self.await_place(self.usa, self.at["K11"])
        self.officer("U15", "watch", "readback", self.at["K11"], "joint measures: we act together")
        self.await_place(self.kor, self.at["U15"])
        self.officer("K12", "watch", "correct", self.at["U15"])

    def concur(self):
        for name, who in (("K13", "head"), ("K14", "deputy"), ("U16", "head"), ("U17", "deputy")):
            self.move(name, who, "concur", self.at["K11"])

    def confirm_and_lose_the_line(self):
        self.by_node("K15", "digest", seen="U17")
        self.world.await_receipts()
        self.relay.hold()
        self.move("K16", "head", "confirm", self.at["K11"])
        self.has_seen("K16", "U17")
        self.relay.cut()

    def confirm_there(self):
        self.move("U18", "head", "confirm", self.at["K11"], code=5)
        self.has_seen("U18", "K15", not_seen="K16")

    def withdraw_there(self):
        self.move("U18", "head", "withdraw", self.at["K11"], code=5)
        self.has_seen("U18", "K15", not_seen="K16")

    def mend(self):
        self.relay.let_go()
        self.relay.mend()
        self.kor.await_link()

    def mend_and_decide(self):
        self.mend()
        self.by_node("K17", "digest", seen="U18")
        self.by_node("U19", "digest", seen="K16")

    def propose_anew(self):
        self.move("K11", "head", "propose", self.at["K1"], "decide", "no-action", "Nothing is done.")
        self.move("K18", "head", "concur", self.at["K11"])

    def publish(self):
        for name in ("K18", "U20"):
            self.move(name, "watch", "done", self.at["K1"], "communicate")

    def agree_the_record(self):
        self.move("U21", "policy", "propose", self.at["K1"], "record", "agreed", "The record.")
        self.await_place(self.kor, self.at["U21"])
        for verb, names in (("concur", ("U22", "K21")), ("confirm", ("U24", "K22"))):
            for name in names:
                self.move(name, "policy", verb, self.at["U21"])
            self.world.await_receipts()

    # The cells

    def owed_by(self, node, party):
        rows = node.get("/obligations")["obligations"]
        return {(self.name_of(row["about"]) if "about" in row else None, row["level"]): self.clock_of(row["due_ms"]) for row in rows
                if row["instance"] == self.at["K1"] and row["party"] == party and row["state"] == "OWED"}

    def cell(self, node, what, wanted):
        place = self.at["K1"]
        if what in ("kor", "usa"):
            return self.owed_by(node, what)
        if what == "open":
            return self.steps(node, place)
        if what == "life":
            return self.show(node, place)["life"]
        if what == "was":
            rows = self.show(node, place)["obligations"]
            return {(self.name_of(row.get("about")), row["level"]): row["state"] for row in rows
                    if (self.name_of(row.get("about")), row["level"]) in wanted}
        if what == "reached":
            ladders = {name: node.get("/ladder", place=self.at[name])["ladders"] for name in wanted}
            return {name: next((one["highest"], self.clock_of(step["at_ms"]) if one["highest"] != "STATION RECEIPT" else None)
                               for one in rows for step in one["steps"] if step["step"] == one["highest"] and one["highest"] == top(rows))
                    for name, rows in ladders.items()}
        if what == "called":
            return {name: next(one.get("rung") for one in node.get("/ladder", place=self.at[name])["ladders"] if one["role"] == "watch")
                    for name in wanted}
        if what == "bell":
            rung = [one for _, one in self.bells[node.party].said if one["alarm"] == "ALARM"]
            return (rung[-1]["rung"], rung[-1]["who"]) if rung else None
        if what == "gate":
            gates = self.show(node, place)["gates"]
            gate = next(one for one in gates if one["place"] == self.at["K11"])
            roles = [row for row in self.show(node, place)["moves"] if row["move"] == "concur" and row.get("about") == self.at["K11"]]
            return gate["state"], gate["concurred"], len(roles), gate["confirmed"], gate.get("awaiting")
        if what == "hold":
            said = node.run("consult", "confirm", self.at["K11"], key="head", code=4, env=self.env).stderr
            return "the hold is not over" in said
        if what == "line":
            return node.status()["peers"][0]["paths"][0]["up"]
        if what == "lacks":
            return [name for name in wanted if node.find("/entry", place=self.at[name]) is None]
        assert what == "settled", what
        return [name for name in wanted if (node.find("/entry", place=self.at[name]) or {}).get("folded")]

    def play(self, table):
        for clock, line, *cells in table:
            nodes.tell(self.clock, f"={self.moment(clock)}")
            getattr(self, line)()
            for node, wanted in zip(self.both(), cells):
                for what, value in wanted.items():
                    found = []

                    def is_so(node=node, what=what, value=value):
                        found[:] = [self.cell(node, what, value)]
                        return found[0] == value
                    nodes.wait_for(lambda: f"{clock} at {node.party}: {what} is {value}, not {found}", is_so, nodes=self.both())


def top(rows):
    order = ["QUEUED", "SENT", "STATION RECEIPT", "WATCH READ", "READ BACK", "PRESENTED", "REPLIED"]
    return max((one["highest"] for one in rows), key=order.index)


@pytest.fixture
def example(stage):
    example = Example(stage)
    yield example
    for bell in example.bells.values():
        bell.end()


def test_line_by_line(example):
    example.play(TABLE)
    assert " CLOSED" in example.agree(example.at["K1"])
    example.play(WITHDRAWN)
    lines = example.agree(example.at["K1"])
    assert " WITHDRAWN concurred kor usa confirmed kor\n" in lines and " DECIDED" not in lines
    for node in example.both():
        assert node.status()["void"] == 0 == node.status()["diverged"], "each move counts, and each DIGEST is what the other finds"
