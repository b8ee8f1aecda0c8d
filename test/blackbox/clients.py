"""Officers at work on one node each, all at once: over HTTP on the UNIX socket, at the command line, at the event stream.

Every question is written into the history before it is asked, and its answer when it came. Who got none says the same
statement again under its id until he knows; who had an answer keeps a copy until every peer's receipt, and says it again
when his node came back from a backup (docs/spec/record.md section 12).
"""
import http.client
import json
import random
import subprocess
import threading
import time

import cbor2
import nodes
import officers

PATIENCE_S = 5.0
UNSURE = {"IO", "CORRUPT", "MEMORY", "SIGNER", "TIMEOUT", "DOWN"}  # errors that leave open what was kept
LOST = (OSError, http.client.HTTPException, ValueError)  # also half an answer of what was killed
KEPT_MAX, READ_LAST = 64, 30
CORRECT = {1: 0}
RELEASERS = ("second", "third")  # who sign what nobody says alone


class Client(threading.Thread):
    def __init__(self, world, party, name, pause_s):
        super().__init__(name=f"{party}-{name}", daemon=True)
        self.world, self.history, self.pause_s = world, world.history, pause_s
        self.node = nodes.Node(party, world[party].home, world[party].keys, world.folder / f"{self.name}.outbox")
        self.random, self.number = random.Random(f"{world.seed} {self.name}"), 0
        self.is_over, self.is_done, self.failure = False, False, None

    def run(self):
        try:
            while not self.is_done:
                self.turn()
                time.sleep(self.random.uniform(0, 2 * self.pause_s))
        except Exception as why:  # a fault of the test itself: the run must not pass by it
            self.failure = why

    def attempt(self, do, ask, **row):
        """ask() gives (state, what was answered); a line that breaks leaves it unknown."""
        op = self.history.invoke(self.name, do, party=self.node.party, **row)
        try:
            state, answer = ask()
        except LOST as why:
            self.node.forget_connection()
            state, answer = "unknown", {"why": f"{type(why).__name__}: {why}"}
        self.history.put(self.name, do, state, op=op, **answer)
        return state, answer

    def get(self, do, path, keep, row=(), **words):
        """A question that changes nothing: the body of the answer, or None. keep(body) is what the history is told."""
        body = None

        def ask():
            nonlocal body
            status, got = self.node.ask("GET", path, patience=PATIENCE_S, **words)
            if status != 200:
                return "failed", {"status": status, **(got if isinstance(got, dict) else {})}
            body = got
            return "ok", keep(got)
        self.attempt(do, ask, **dict(row))
        return body

    def text(self):
        self.number += 1
        return f"{self.name} {self.number}"


class Terminal(Client):
    """An officer with a program of his own: reads, says, acts on what is owed, looks at ladders and receipts."""

    def __init__(self, *words):
        super().__init__(*words)
        self.waiting, self.kept, self.known = [], [], []  # drafts; (draft, place); places that were read
        self.restores, self.accord = 0, None

    def turn(self):
        restores = self.world.restores[self.node.party]
        if restores != self.restores:
            self.restores = restores
            self.waiting, self.kept = [draft for draft, _ in self.kept] + self.waiting, []
        if self.waiting:
            self.post()
        elif self.is_over:
            self.is_done = True
        else:
            self.random.choice([self.say, self.say, self.read, self.act, self.act, self.look, self.look, self.sizes])()

    # Asking

    def read(self):
        channel = self.random.choice(self.world.channels_used)
        got = self.get("read", "/inbox", lambda got: {"places": {row["place"]: row["id"] for row in got["messages"]}},
                       channel=channel.number, last=READ_LAST)
        rows = got["messages"] if got else []
        self.known = (self.known + [row["place"] for row in rows])[-4 * READ_LAST:]
        return channel, rows

    def look(self):
        if not self.known:
            return
        place = self.random.choice(self.known)
        got = self.get("look", "/ladder", lambda got: {"ladders": steps_of(got["ladders"])}, {"place": place}, place=place)
        peers = sorted({row["party"] for row in got["ladders"] if "STATION RECEIPT" in [step["step"] for step in row["steps"]]}
                       if got else ())
        for peer in peers:
            self.get("note", "/note", lambda got: {"note": got.decode()}, {"place": place, "peer": peer}, place=place, peer=peer)

    def sizes(self):
        got = self.get("sizes", "/logs", lambda got: {"logs": {row["log"]: [row["size"], row["cosigned"]]
                                                               for row in got["logs"]}})
        if got:
            rows = {row["log"]: row for row in got["logs"]}
            self.kept = [(draft, place) for draft, place in self.kept if not is_held(place, rows)][-KEPT_MAX:]

    # Saying

    def seen(self, channel):
        got = self.get("seen", "/seen", lambda got: {"seen": got["seen"]}, {"channel": channel.name}, channel=channel.number)
        return got and {"accord": bytes.fromhex(got["accord"]),
                        "seen": [(row["party"], row["epoch"], row["size"]) for row in got["seen"]]}

    def draft(self, channel, kind, text=None, refers=(), leaves=(), **more):
        past = self.seen(channel)
        if past is None:
            return
        role = channel.role
        body = officers.content(text) if text else b""
        others = [party for party in channel.parties if party != self.node.party]
        to = [(party, role, 0) for party in others] if kind == officers.MESSAGE else ()
        raw = officers.statement(past["accord"], channel.number, self.node.party, role, kind, rel=channel.parties,
                                 seen=past["seen"], to=to, refers=leaves, body=body,
                                 precedence=channel.precedence if kind == officers.MESSAGE else None, **more)
        by = RELEASERS if kind in (officers.MESSAGE, officers.REPLY) and channel.asks(kind == officers.MESSAGE) else ()
        self.waiting.append({"item": officers.item(raw, [self.node.key(name) for name in ("duty", *by)], body), "text": text, "kind": kind,
                             "id": cbor2.loads(raw)[4].hex(), "channel": channel.name, "refers": list(refers)})

    def say(self):
        channel = self.random.choice(self.world.channels_used)
        for _ in range(self.random.choice([1, 1, 1, 3])):
            self.draft(channel, officers.MESSAGE, self.text())
        if self.waiting:
            self.post()

    def act(self):
        """The first thing that this side owes on a message: to have read it, to read it back, to mark that, to answer."""
        channel, rows = self.read()
        self.random.shuffle(rows)
        for row in rows:
            ladder = next((one for one in row["ladders"] if one.get("owed", {}).get("ours")), None)
            if ladder is None:
                continue
            step, place = ladder["owed"]["step"], row["place"]
            if row["party"] == self.node.party:
                place = (ladder.get("read_back_offered") or {}).get("evidence")
                if place is not None:
                    entry = self.get("entry", "/entry", lambda got: {"id": got["id"]}, {"place": place}, place=place)
                    if entry:
                        self.draft(channel, officers.MARK, None, [place], [place_of(entry)], fields=CORRECT)
            elif step == "WATCH READ":
                self.draft(channel, officers.WATCH_READ, None, [place], [place_of(row)])
            elif step == "READ BACK":
                self.draft(channel, officers.READ_BACK, self.text(), [place], [place_of(row)])
            elif step == "PRESENTED":
                self.draft(channel, officers.PRESENTED, None, [place], [place_of(row)])
            else:
                self.draft(channel, officers.REPLY, self.text(), [place], [place_of(row)])
            break
        if self.waiting:
            self.post()

    def post(self):
        drafts, answers = self.waiting, []

        def ask():
            status, got = self.node.ask("POST", "/statements", cbor2.dumps([draft["item"] for draft in drafts]), PATIENCE_S)
            if status == 200:
                answers[:] = got
                return "ok", {"answers": [{key: one[key] for key in ("err", "place", "repeat", "said", "rule") if key in one}
                                          for one in got]}
            return "unknown" if got["err"] in UNSURE else "failed", {"err": got["err"], "rule": got.get("rule")}
        told = [{key: draft[key] for key in ("id", "text", "kind", "channel", "refers")} for draft in drafts]
        self.attempt("say", ask, items=told)
        if answers:
            self.kept += [(draft, one["place"]) for draft, one in zip(drafts, answers) if one["err"] == "OK"]
            self.waiting = [draft for draft, one in zip(drafts, answers)
                            if one["err"] in UNSURE or one["err"] in ("FULL", "RECOVERING")]


def place_of(row):
    return [row["channel"], row["party"], row["epoch"], row["index"], bytes.fromhex(row["leaf"])]


def log_of(place):
    """("KOR/NOTIFY 1", 17) of "KOR/NOTIFY 1.17"."""
    log, _, index = place.rpartition(".")
    return log, int(index)


def is_held(place, rows):
    log, index = log_of(place)
    row = rows.get(log)
    return row is not None and all(size > index for size in row["cosigned"].values())


def steps_of(ladders):
    return {f"{row['party']}/{row['role']}": {step["step"]: step.get("evidence") for step in row["steps"]} for row in ladders}


class Eyes(Client):
    """Somebody who watches the node's events."""

    def turn(self):
        try:
            events = self.node.events(patience=1.0)
            for event in events:
                self.see(event)
                if self.is_over:
                    break
            events.close()
        except LOST:
            pass
        self.is_done = self.is_over

    def see(self, event):
        if event.get("change") == "ENTRY":
            entry = event["entry"]
            self.history.put(self.name, "shown", "seen", party=self.node.party, place=event["place"], id=entry["id"],
                             kind=entry["kind"], role=entry["role"], refers=entry.get("refers", []))
        elif event.get("change") == "RECEIPT":
            self.history.put(self.name, "receipt", "seen", party=self.node.party, log=event["log"], size=event["size"],
                             peer=event["peer"])


class CommandLine(Client):
    """An officer at the command line, whose outbox keeps what has no receipt."""

    def __init__(self, *words):
        super().__init__(*words)
        self.is_unsure, self.restores = False, 0

    def turn(self):
        restores = self.world.restores[self.node.party]
        if self.is_unsure or restores != self.restores:
            self.is_unsure, self.restores = False, restores
            self.again()
        elif self.is_over:
            self.is_done = True
        else:
            self.random.choice([self.send, self.send, self.release, self.ack])()

    def run_it(self, *arguments, key="duty"):
        try:
            return self.node.run(*arguments, key=key, code=None, timeout=2 * PATIENCE_S)
        except subprocess.TimeoutExpired as why:
            raise ConnectionError("the command did not end") from why

    def filed(self, done, where="place"):
        """5: it is in the record, and the line is down."""
        said = json.loads(done.stdout.splitlines()[0]) if done.returncode in (0, 5) and done.stdout.strip() else {}
        if where in said:
            return "ok", {"answers": [{"err": "OK", "place": said[where], "said": said.get("said", False)}]}
        self.is_unsure = True
        return "unknown", {"code": done.returncode, "why": done.stderr[-300:]}

    def send(self):
        channel = self.random.choice([one for one in self.world.channels_used if one.alone])
        text = self.text()
        state, _ = self.attempt("say", lambda: self.filed(self.run_it(*self.words(channel, text, channel.alone))),
                                items=[{"text": text, "kind": officers.MESSAGE, "channel": channel.name}])
        self.is_unsure |= state == "unknown"

    def words(self, channel, text, precedence):
        to = [word for party in channel.parties if party != self.node.party for word in ("--to", f"{party}/{channel.role}")]
        return ["send", channel.name, text, *to, "--label", "U", "--precedence", precedence, "--as", channel.role, "--json"]

    def release(self):
        """What nobody says alone: drafted by one, approved by two others at the same terminal; the last of them says it."""
        channel, text = self.random.choice([one for one in self.world.channels_used if one.asks()]), self.text()
        state, got = self.attempt("draft", lambda: self.filed(self.run_it(*self.words(channel, text, channel.precedence_name))))
        for name in RELEASERS:
            if state != "ok":
                break
            words = ["approve", got["answers"][0]["place"], "--sign", "--as", channel.role, "--json"]
            if name == RELEASERS[-1]:
                state, _ = self.attempt("say", lambda: self.filed(self.run_it(*words, key=name), "released"),
                                        items=[{"text": text, "kind": officers.MESSAGE, "channel": channel.name}])
            else:
                state, _ = self.attempt("approve", lambda: self.filed(self.run_it(*words, key=name)))
        self.is_unsure |= state == "unknown"

    def again(self):
        def ask():
            done = self.run_it("send", "--again")
            self.is_unsure = done.returncode not in (0, 5)
            return ("unknown" if self.is_unsure else "ok"), {"code": done.returncode, "why": done.stderr[-300:]}
        state, _ = self.attempt("again", ask)
        self.is_unsure |= state == "unknown"

    def ack(self):
        channel, place, peer = self.random.choice(self.world.channels_used), None, None
        got = self.get("read", "/inbox", lambda got: {"places": {row["place"]: row["id"] for row in got["messages"]}},
                       channel=channel.number, last=READ_LAST)
        for row in got["messages"] if got else []:
            if any(one.get("owed", {}).get("ours") and one["owed"]["step"] == "WATCH READ" for one in row["ladders"]):
                place, peer = row["place"], row["party"]
        if place is not None and peer != self.node.party:
            self.attempt("say", lambda: self.filed(self.run_it("ack", place, "--as", channel.role, "--json")),
                         items=[{"kind": officers.WATCH_READ, "channel": channel.name, "refers": [place]}])
