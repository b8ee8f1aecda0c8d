#!/usr/bin/python3
"""A second reducer of procedures, from docs/spec/procedure.md alone: it shares no code and no shape with src/proc/.

usage: second.py SIM VECTORS [RUNS]    Plays RUNS random histories of `sim dump` again, and the verdict on every entry and
every state must be the same; of those in which a party runs out of room a tenth. Prints TAP.

Sets all the way: a fact is in a past or it is not, and a clock is read by walking through a log from its beginning.
"""

import json
import os
import pathlib
import subprocess
import sys

PRECEDENCES = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]
LEVELS = ["watch-read", "read-back", "presented", "replied", "attend", "position", "done"]
GIVES = {"watch read": "watch-read", "read back": "read-back", "presented": "presented", "reply": "replied", "decline": "replied",
         "attend": "attend", "done": "done", "concur": "position", "reserve": "position", "object": "position",
         "await instructions": "position", "decide": "position"}
GATE = {"propose", "concur", "withdraw", "confirm", "reserve", "object", "await instructions", "decide"}
ON_MESSAGE = {"watch read", "read back", "presented", "reply", "decline", "defer"}
LATER_TOO = ON_MESSAGE | {"mark", "leave", "end participation", "remark"}
LASTING = {"compensable", "irreversible"}
MOVES_MAX, SAID_MAX, CALLS_MAX = 128, 112, 48
CALLS = {"lapse", "escalated"}
WAYS_OUT = {"stand down": MOVES_MAX, "end participation": MOVES_MAX, "withdraw": MOVES_MAX - 2, "confirm": MOVES_MAX - 2}


def epoch(number):
    """Numbers below 2^32 are of the first, as is a log of which nothing was seen."""
    return max(number >> 32, 1)


def index(number):
    return (number & 0xffffffff) - 1


class Facts(list):
    """Those of an instance within a past; of which parties a later epoch is there, and of which all others show it."""

    def __init__(self, facts, left=(), lost=()):
        super().__init__(facts)
        self.left, self.lost = left, lost


class Entry:
    def __init__(self, line, parties):
        head, middle, self.said = (part.strip() for part in line.split("|"))
        self.party, self.number, *self.past = map(int, head.split()[1:])
        words = middle.split()
        self.filed = int(words.pop(0))
        *name, instance, about, step, role, node, person, which, whose, until = words
        self.kind = " ".join(name)
        self.instance, self.about = (tuple(map(int, place.split(":"))) for place in (instance, about))
        self.step = None if step == "255" else int(step)
        self.role, self.person, self.which, self.whose, self.until = map(int, (role, person, which, whose, until))
        self.node = node == "1"
        self.at = (self.party, self.number)
        assert len(self.past) == parties

    def shown(self):
        """Its past with itself."""
        return [self.number if party == self.party else size for party, size in enumerate(self.past)]


class Instance:
    def __init__(self, channel, definition, start, parties):
        self.channel = channel
        self.epochs = [epoch(number) for number in start.shown()]
        self.steps, self.close = definition["steps"], definition["close"]
        self.roles = list(definition["roles"])
        self.recess = definition.get("recess")
        self.timers = definition["precedence"][PRECEDENCES[start.which]]
        self.id, self.precedence = definition["id"], PRECEDENCES[start.which]
        self.start, self.all = start, set(range(parties))
        self.facts = [start]

    # --- what is true of a set of facts ---

    def of(self, facts, kind, **what):
        return [f for f in facts if f.kind == kind and all(getattr(f, key) == value for key, value in what.items())]

    def number(self, step):
        return next(number for number, s in enumerate(self.steps) if s["id"] == step)

    def whose(self, who):
        of, role = who.split(".")
        return of, self.roles.index(role)

    def owes(self, number, level, role):
        return any(o["what"] == level and self.whose(o["who"])[1] == role for o in self.steps[number].get("owe", []))

    def withdrawn(self, facts, proposal):
        if self.of(facts, "withdraw", about=proposal.at) or set(facts.lost) - self.confirmed(facts, proposal):
            return True
        for f in facts:
            saw = f.kind == "end participation" or (f.kind == "stand down" and proposal.number <= f.shown()[proposal.party])
            if saw and not any(c.party == f.party and c.number < f.number for c in self.of(self.facts, "confirm", about=proposal.at)):
                return True
        return False

    def concurred(self, facts, proposal):
        signers = {self.roles.index(role) for role in self.steps[proposal.step]["signers"]}
        return {party for party in self.all if signers <= {f.role for f in self.of(facts, "concur", about=proposal.at, party=party)}}

    def confirmed(self, facts, proposal):
        return {f.party for f in self.of(facts, "confirm", about=proposal.at)}

    def decision(self, facts, number):
        """(done, option or None)"""
        step = self.steps[number]
        if step["rule"] == "joint":
            options = [p.which for p in self.of(facts, "propose", step=number) if self.confirmed(facts, p) == self.all]
            return bool(options), options[0] if options else None
        said = {f.party: f.which for f in self.of(facts, "decide", step=number)}
        done = set(said) == self.all if step["rule"] == "each" else bool(said)
        return done, next(iter(said.values())) if done and len(set(said.values())) == 1 else None

    def done(self, facts, number):
        step = self.steps[number]
        if step["kind"] == "notice":
            return bool(self.of(facts, "message", step=number))
        if step["kind"] == "gate":
            return self.decision(facts, number)[0]
        if step["kind"] == "meet":
            return all(self.most(facts, number, party) >= step["quorum"] for party in self.all)
        said, of = {f.party for f in self.of(facts, "done", step=number)}, step["by"].split(".")[0]
        return self.start.party in said if of == "opener" else bool(said) if of == "any" else said == self.all

    def most(self, facts, number, party):
        there, most = 0, 0
        for f in sorted((f for f in facts if f.step == number and f.party == party), key=lambda f: f.number):
            there += {"attend": 1, "leave": -1}.get(f.kind, 0)
            most = max(most, there)
        return most

    def holds(self, facts, guard, standing):
        word, *rest = guard
        if word in ("all", "any", "at-least"):
            needed = {"all": len(rest), "any": 1}.get(word) or rest.pop(0)
            return sum(self.holds(facts, g, standing) for g in rest) >= needed
        if word == "precedence":
            return rest[0] == self.precedence
        number = self.number(rest[0])
        if word == "done":
            return number in standing and self.done(facts, number)
        if word == "decided":
            return self.decision(facts, number)[1] == list(self.steps[number]["options"]).index(rest[1])
        if word == "lapsed":
            return bool(self.of(facts, "lapse", step=number, which=LEVELS.index(rest[1])))
        return any({f.party for f in facts if f.about == m.at and GIVES.get(f.kind) == rest[1] and
                    self.owes(number, rest[1], f.role)} | {m.party} == self.all for m in self.of(facts, "message", step=number))

    def open(self, facts):
        standing = []
        for number, step in enumerate(self.steps):
            if "after" not in step or self.holds(facts, step["after"], standing):
                standing.append(number)
        return standing

    def life(self, facts):
        if self.holds(facts, self.close, self.open(facts)):
            return "CLOSED"
        if {f.party for f in self.of(facts, "stand down")} == self.all:
            return "STOOD DOWN"
        if self.of(facts, "end participation") or facts.left:
            return "ENDED"
        ended = {f.about for f in self.of(facts, "resume")}
        return "RECESS" if any(f.at not in ended for f in self.of(facts, "recess")) else "ACTIVE"

    # --- what is owed ---

    def owed(self, facts):
        """(step number, obligation, party, message or None)"""
        for number in self.open(facts):
            step = self.steps[number]
            for message in self.of(facts, "message", step=number) if step["kind"] == "notice" else [None]:
                for o in step.get("owe", []):
                    of = o["who"].split(".")[0]
                    for party in sorted(self.all):
                        if {"each": True, "opener": party == self.start.party, "others": message and party != message.party}[of]:
                            yield number, o, party, message

    def answers(self, facts, number, o, party, message):
        role = self.whose(o["who"])[1]
        return sorted((f for f in facts if f.party == party and not f.node and f.role == role and GIVES.get(f.kind) == o["what"] and
                       (f.about == message.at if message else f.step == number)), key=lambda f: f.number)

    def lapses(self, facts, number, o, party, message):
        return self.of(facts, "lapse", step=number, which=LEVELS.index(o["what"]), role=self.whose(o["who"])[1], whose=party,
                       about=message.at if message else (0, 0))

    def state_of(self, facts, *owed):
        answers, lapses = self.answers(facts, *owed), self.lapses(facts, *owed)
        if not answers:
            return "LAPSED" if lapses else "OWED"
        if not lapses:
            return "MET"
        shown = self.channel.shown_by(self, answers[0])
        return "MET LATE" if any(l in shown for l in lapses) else "MET, CROSSED"


class Channel:
    def __init__(self, definition, parties):
        self.definition, self.names = definition, parties
        self.logs = {}
        self.instances = {}

    # --- epochs ---

    def carried(self, party, number, back_to):
        """How far the epoch of that entry carries on an earlier one of its party."""
        while epoch(number) > back_to:
            first = self.logs.get((party, epoch(number)))
            before = first[0].past[party] if first else 0
            number = before if epoch(before) < epoch(number) else 0
        return number if epoch(number) == back_to else 0

    def reaches(self, i, past, party, number):
        """Whether that entry of the party's log of the instance is there by its number, or carried on."""
        return number <= self.carried(party, past[party], i.epochs[party]) if epoch(past[party]) > i.epochs[party] else number <= past[party]

    def log_of(self, i, past, party):
        return [e for e in self.logs.get((party, i.epochs[party]), []) if self.reaches(i, past, party, e.number)]

    def later(self, i, party):
        return [number for who, number in self.logs if who == party and number > i.epochs[party]]

    def known_to_all(self, i, past, party, number):
        return all(any(epoch(e.past[party]) == number for e in self.log_of(i, past, other)) for other in i.all - {party})

    def is_inside(self, i, past, f):
        if epoch(past[f.party]) <= i.epochs[f.party]:
            return f.number <= past[f.party]
        if any(epoch(e.past[f.party]) <= i.epochs[f.party] and f.number <= e.past[f.party]
               for other in i.all - {f.party} for e in self.log_of(i, past, other)):
            return True
        dropped = any(f.number > self.carried(f.party, number << 32 | 1, i.epochs[f.party]) and self.known_to_all(i, past, f.party, number)
                      for number in self.later(i, f.party))
        return not dropped and self.reaches(i, past, f.party, f.number)

    def inside(self, i, past):
        lost = [p for p in i.all if any(self.known_to_all(i, past, p, number) for number in self.later(i, p))]
        return Facts([f for f in i.facts if self.is_inside(i, past, f)], [p for p in i.all if epoch(past[p]) > i.epochs[p]], lost)

    def shown_by(self, i, entry):
        """What the log of entry's party has shown up to it, entry itself not included."""
        log = self.logs[entry.party, epoch(entry.number)][:index(entry.number)]
        pasts = [e.shown() for e in log] + [entry.past]
        return Facts(f for f in i.facts if any(self.reaches(i, past, f.party, f.number) for past in pasts))

    # --- clocks ---

    def clock(self, i, entry, holds):
        """When the log of entry's party first showed it, up to entry itself."""
        shown = set()
        for e in self.logs.get((entry.party, epoch(entry.number)), [])[:index(entry.number)] + [entry]:
            past = e.shown() if e is not entry else e.past
            shown |= {f.at for f in i.facts if self.reaches(i, past, f.party, f.number)}
            if holds(Facts(f for f in i.facts if f.at in shown)):
                return e.filed
        return entry.filed  # only others showed it: nothing has begun on this clock

    def until_over(self, i, facts, entry, number, o, party, message):
        """Milliseconds that are left on that clock; negative or 0: it is over."""
        begin = self.clock(i, entry, lambda s: message in s if message else number in i.open(s))
        if entry.filed < begin:
            return 1
        gone = [False] * 0
        spans = []
        for r in i.of(facts, "recess"):
            at = self.clock(i, entry, lambda s, r=r: r in s)
            ends = [self.clock(i, entry, lambda s, x=x: x in s) for x in i.of(facts, "resume", about=r.at)]
            spans.append((at, min(ends[0] if ends else entry.filed, at + 1000 * i.recess["max"])))
        del gone
        allowed = 1000 * (o["within"] if isinstance(o["within"], int) else i.timers[o["within"]])
        deferred = [(f.filed, f.until) for f in i.of(facts, "defer", party=party, about=message.at)] if message else []
        paused = 0 if i.steps[number].get("runs-in-recess") else union(spans, begin, entry.filed)
        return allowed + union(deferred, 0, 1 << 63) - (entry.filed - begin - paused)

    # --- verdicts ---

    def judge(self, e):
        if e.kind == "none":
            return "OK"
        if e.kind == "start":
            return "OK" if PRECEDENCES[e.which] in self.definition["precedence"] else "DEFINITION"
        i = self.instances.get(e.instance)
        if i is None or e.instance[1] > e.past[e.instance[0]] or not self.is_inside(i, e.past, i.start):
            return "INSTANCE"
        if epoch(e.number) != i.epochs[e.party]:
            return "EPOCH"
        facts = self.inside(i, e.past)
        own = [f.kind for f in facts if f.party == e.party]
        if len(own) >= WAYS_OUT.get(e.kind, SAID_MAX) or (e.kind in CALLS and sum(kind in CALLS for kind in own) >= CALLS_MAX):
            return "LIMIT"
        if e.kind not in LATER_TOO:
            if i.of(facts, "end participation", party=e.party):
                return "ENDED"
            if i.life(facts) in ("CLOSED", "STOOD DOWN"):
                return "CLOSED"
        by_kind = {"message": self.on_step, "done": self.on_step, "attend": self.on_step, "leave": self.on_step, "mark": self.mark,
                   "lapse": self.lapse, "escalated": self.escalated, "recess": self.recess, "resume": self.recess}
        if e.kind in ON_MESSAGE:
            return self.on_message(i, facts, e)
        if e.kind in GATE:
            return self.gate(i, facts, e)
        if e.kind in by_kind:
            return by_kind[e.kind](i, facts, e)
        if e.node:
            return "NODE"
        return "TWICE" if e.kind != "remark" and i.of(facts, e.kind, party=e.party) else "OK"

    def by(self, i, e, who):
        of, role = i.whose(who)
        if e.node:
            return "NODE"
        return "ROLE" if e.role != role else "PARTY" if of == "opener" and e.party != i.start.party else None

    def on_step(self, i, facts, e):
        kinds = {"message": ["notice"], "done": ["exchange", "act"], "attend": ["meet"], "leave": ["meet"]}[e.kind]
        if e.step is None or i.steps[e.step]["kind"] not in kinds:
            return "REFERS"
        why = self.by(i, e, i.steps[e.step]["by"])
        if why or e.step not in i.open(facts):
            return why or "STEP"
        if e.kind == "done":
            return "TWICE" if i.of(facts, "done", step=e.step, party=e.party) else "OK"
        if e.kind == "message":
            return "OK"
        moves = [f for f in facts if f.kind in ("attend", "leave") and f.step == e.step and f.party == e.party and f.person == e.person]
        there = bool(moves) and max(moves, key=lambda f: f.number).kind == "attend"
        return "OK" if there == (e.kind == "leave") else "TWICE" if e.kind == "attend" else "REFERS"

    def on_message(self, i, facts, e):
        about = [f for f in facts if f.at == e.about]
        if e.node:
            return "NODE"
        if not about or about[0].party == e.party:
            return "REFERS"
        if about[0].kind == "propose" and e.kind == "read back":
            return "OK"
        if about[0].kind != "message":
            return "REFERS"
        return "OK" if e.kind == "watch read" or i.of(facts, "watch read", party=e.party, about=e.about) else "READ"

    def mark(self, i, facts, e):
        back = [f for f in facts if f.at == e.about]
        own = [f for f in facts if back and f.at == back[0].about]
        if e.node:
            return "NODE"
        if not own or back[0].kind != "read back" or own[0].party != e.party:
            return "REFERS"
        return "TWICE" if i.of(facts, "mark", about=e.about) else "OK"

    def lapse(self, i, facts, e):
        if e.step is None:
            return "REFERS"
        if not e.node:
            return "NODE"
        for number, o, party, message in i.owed(facts):
            if (number, LEVELS.index(o["what"]), i.whose(o["who"])[1], party, message.at if message else (0, 0)) != (
                    e.step, e.which, e.role, e.whose, e.about):
                continue
            if party == e.party:
                return "PARTY"
            state = i.state_of(facts, number, o, party, message)
            if state != "OWED":
                return "LAPSED" if state == "LAPSED" else "MET"
            return "OK" if self.until_over(i, facts, e, number, o, party, message) <= 0 else "EARLY"
        return "OWED"

    def escalated(self, i, facts, e):
        if not e.node:
            return "NODE"
        return "OK" if any(x[2] == e.party and i.state_of(facts, *x) == "OWED" for x in i.owed(facts)) else "OWED"

    def recess(self, i, facts, e):
        if not i.recess:
            return "RECESS"
        why = self.by(i, e, i.recess["by"])
        if why:
            return why
        if e.kind == "recess":
            return "RECESS" if i.life(facts) == "RECESS" else "OK"
        if not any(f.at == e.about and f.kind == "recess" for f in facts):
            return "REFERS"
        return "RECESS" if i.of(facts, "resume", about=e.about) else "OK"

    def gate(self, i, facts, e):
        if e.step is None or i.steps[e.step]["kind"] != "gate":
            return "REFERS"
        step = i.steps[e.step]
        if e.step not in i.open(facts):
            return "STEP"
        role = i.roles[e.role]
        if not e.node and role not in step["signers"] and not (e.kind == "confirm" and role == step.get("confirm")):
            return "ROLE"
        if e.node and e.kind != "confirm":
            return "NODE"
        if e.kind in ("propose", "decide"):
            if (step["rule"] == "joint") != (e.kind == "propose") or e.which >= len(step["options"]):
                return "REFERS"
            if e.kind == "propose":
                return "DECIDED" if i.decision(facts, e.step)[0] else "OK"
            if step["rule"] == "one" and step["by"].startswith("opener") and e.party != i.start.party:
                return "PARTY"
            if step["rule"] == "one" and i.decision(facts, e.step)[0]:
                return "DECIDED"
            return "TWICE" if i.of(facts, "decide", step=e.step, party=e.party) else "OK"
        proposal = [f for f in facts if f.at == e.about and f.kind == "propose" and f.step == e.step]
        if not proposal:
            return "REFERS"
        return self.on_proposal(i, facts, e, step, proposal[0])

    def on_proposal(self, i, facts, e, step, proposal):
        gone, bound = i.withdrawn(facts, proposal), e.party in i.confirmed(facts, proposal)
        if e.kind == "withdraw":
            return "CONFIRMED" if bound else "WITHDRAWN" if gone else "OK"
        if e.kind == "concur":
            if any(e.role == f.role or e.person == f.person for f in i.of(facts, "concur", about=proposal.at, party=e.party)):
                return "PERSON"
            others = {f.about for f in i.of(facts, "concur", step=e.step, party=e.party)} - {proposal.at}
            live = any(not i.withdrawn(facts, p) for p in facts if p.at in others)
            return "WITHDRAWN" if gone else "LIVE" if live else "OK"
        if e.kind != "confirm":
            return "WITHDRAWN" if gone else "OK"
        if e.node and step.get("effect") in LASTING:
            return "NODE"
        if not e.node and "confirm" in step and i.roles[e.role] != step["confirm"]:
            return "ROLE"
        if bound:
            return "TWICE"
        if i.concurred(facts, proposal) != i.all:
            return "CONCURRED"
        if gone:
            return "WITHDRAWN"
        correct = {f.about for f in i.of(facts, "mark", which=0)}
        read = {f.party for f in i.of(facts, "read back", about=proposal.at) if f.at in correct} | {proposal.party}
        if step.get("read-back") and read != i.all:
            return "READ_BACK"
        since = self.clock(i, e, lambda s: i.concurred(s, proposal) == i.all)
        hold = 1000 * step.get("hold", 0)
        return "HOLD" if hold and e.filed - since < hold else "OK"

    def take(self, e):
        ruling = self.judge(e)
        self.logs.setdefault((e.party, epoch(e.number)), []).append(e)
        if ruling == "OK" and e.kind == "start":
            self.instances[e.at] = Instance(self, self.definition, e, len(self.names))
        elif ruling == "OK" and e.kind != "none":
            self.instances[e.instance].facts.append(e)
            self.instances[e.instance].facts.sort(key=lambda f: f.at)
        return ruling

    # --- the state in lines ---

    def name(self, at):
        return f"{self.names[at[0]]} {at[1]}"

    def state(self, past):
        lines = []
        for at in sorted(self.instances):
            i = self.instances[at]
            if not self.is_inside(i, past, i.start):
                continue
            facts = self.inside(i, past)
            standing = i.open(facts)
            done = [number for number in standing if i.done(facts, number)]
            lines.append(f"instance {self.name(at)} {i.id} {i.precedence} {i.life(facts)}")
            for word, numbers in (("open", [n for n in standing if n not in done]), ("done", done)):
                lines.append(" ".join([word, *(i.steps[number]["id"] for number in numbers)]))
            for f in facts:
                lines += self.at_gate(i, facts, f)
            for number, o, party, message in i.owed(facts):
                about = [self.name(message.at)] if message else []
                lines.append(" ".join(["owed", i.steps[number]["id"], *about, self.names[party], o["who"].split(".")[1], o["what"],
                                       i.state_of(facts, number, o, party, message)]))
        return lines

    def at_gate(self, i, facts, f):
        if f.kind not in ("propose", "decide"):
            return []
        step = i.steps[f.step]
        option = list(step["options"])[f.which]
        if f.kind == "decide":
            return [f"decision {self.name(f.at)} {step['id']} {option}"]
        concurred, confirmed = i.concurred(facts, f), i.confirmed(facts, f)
        words = ["proposal", self.name(f.at), step["id"], option]
        words += ["DECIDED"] * (confirmed == i.all) + ["WITHDRAWN"] * i.withdrawn(facts, f)
        words += ["concurred", *(self.names[p] for p in sorted(concurred)), "confirmed", *(self.names[p] for p in sorted(confirmed))]
        return [" ".join(words)]


def union(spans, begin, end):
    """How much of begin..end the spans cover."""
    covered, at = 0, begin
    for start, stop in sorted(spans):
        start, stop = max(start, at), min(stop, end)
        if stop > start:
            covered, at = covered + stop - start, stop
    return covered


def replay(lines, folder):
    """Plays one history; (entries, states, first difference or None)."""
    words = lines[0].split()
    definition = json.loads((folder / f"procedures/{words[1]}.json").read_text(encoding="utf-8"))
    channel, entries, states, at = Channel(definition, words[3:]), 0, 0, 1
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith("entry"):
            entry = Entry(line, len(channel.names))
            ruling = channel.take(entry)
            entries += 1
            if ruling != entry.said:
                return entries, states, f"{line}: {ruling}"
            continue
        end = lines.index("end", at)
        state = channel.state(list(map(int, line.split()[1:])))
        states += 1
        if state != lines[at:end]:
            wrong = next((pair for pair in zip(state, lines[at:end]) if pair[0] != pair[1]), ("lengths", "differ"))
            return entries, states, f"{line}: {wrong}"
        at = end + 1
    return entries, states, None


def main():
    sim, folder, runs = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 40
    print("1..6")
    for number, how in enumerate(([], ["unchecked"], ["ahead"], ["losses"], ["havoc", "unchecked"], ["crowded", "unchecked"]), 1):
        entries = states = 0
        wrong = None
        count = -(-runs // 10) if "crowded" in how else runs
        said = subprocess.run([sim, f"RUNS={count}", "dump", *how], env={**os.environ, "VECTORS": str(folder)}, check=True,
                              capture_output=True, text=True).stdout
        histories = ["procedure " + text for text in said.split("procedure ")[1:]]
        for seed, history in enumerate(histories, 1):
            more, other, wrong = replay(history.splitlines(), folder)
            entries, states = entries + more, states + other
            if wrong:
                wrong = f"seed {seed}: {wrong}"
                break
        if "crowded" in how and "| LIMIT\n" not in said:
            wrong = wrong or "no party ran out of room"
        print("ok" if not wrong and len(histories) == count else "not ok", number, f"{entries} entries and {states} states", *how, wrong or "")


if __name__ == "__main__":
    main()
