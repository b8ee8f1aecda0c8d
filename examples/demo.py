#!/usr/bin/python3
"""Two nodes, one record: KOR and USA under accords/rok-us, linked by TLS over two paths, playing examples/rok-us/play.

    make demo             leaves both nodes running, for you to try the commands that it prints, until Ctrl-C
    make demo ONCE=1      checks itself and ends: exit status 0 or 1

    /usr/bin/python3 examples/demo.py [--once] [--keep]

All that a party does is a command of `entente` that you could type; every check of the record is done by stock
tools: sha256sum, ssh-keygen, and test/lib/reader.py, which shares no code with the program.
"""
import argparse
import http.client
import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "test/lib"), str(ROOT / "examples")]
import consultation  # noqa: E402
import nodes  # noqa: E402
import play_file  # noqa: E402
import reader  # noqa: E402

PLAY = ROOT / "examples/rok-us/play"
PATHS = ("north", "south")
STEPS = ["QUEUED", "SENT", "STATION RECEIPT", "WATCH READ", "READ BACK", "PRESENTED", "REPLIED", "DECLINED", "DEFERRED"]
# A place for each step, so that a row shows a ladder: lit when it is proved.
SIGNS = {"QUEUED": "Q", "SENT": "S", "STATION RECEIPT": "R", "WATCH READ": "W", "READ BACK": "B", "PRESENTED": "P",
         "REPLIED": "A", "DECLINED": "D", "DEFERRED": "L"}
# What a statement of the play must bring its message to.
REACHES = {"message": "STATION RECEIPT", "read": "WATCH READ", "correct": "READ BACK", "present": "PRESENTED",
           "reply": "REPLIED", "decline": "DECLINED", "defer": "DEFERRED"}


SAMPLE = ["send", "share", "공개 보도에 관한 우리 측 평가임.", "--language", "ko", "--to", "usa/watch"]


def say(*words):
    print(*words, flush=True)


def head(text):
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("", "")
    say(f"\n{bold}{text}{plain}")


def width(text):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def cell(text, columns):
    """Exactly so many columns; Hangul takes two each."""
    if width(text) > columns:
        while width(text) > columns - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (columns - width(text))


class Demo:
    def __init__(self, folder):
        self.folder, self.began, self.wrong = Path(folder), time.monotonic(), []
        self.play = play_file.read(PLAY)
        self.relays = {path: nodes.Relay() for path in PATHS}
        self.world = nodes.World(self.folder, ROOT / "accords" / self.play.accord, officers_of=self.play.officers,
                                 paths=PATHS, label=self.play.label, has_consoles=True)
        os.environ.setdefault("ENTENTE_CONSOLE_DIR", str(nodes.BINARY.resolve().parents[2] / "console"))
        self.first, self.second = self.world.parties
        for path, relay in self.relays.items():
            relay.to = self.world.ports[self.first, self.second, path]
            self.world.through[self.second, path] = relay.port
        self.places, self.is_cut = {}, False  # the name of a step in the play: its place in the record
        self.by_hand = set()  # parties whose node somebody started again

    def note(self, text):
        say(f"  {time.monotonic() - self.began:6.2f} s  {text}")

    def check(self, is_good, text):
        self.note(f"{'ok   ' if is_good else 'WRONG'} {text}")
        if not is_good:
            self.wrong.append(text)

    # Two nodes

    def start(self):
        head("Keys; the accord, signed by both; a home for each node")
        consultation.shorten_hold(self.world)
        self.world.make()
        self.note(f"entente init keys, init accord, accord sign, init home; all of it in {self.folder}")
        self.note(nodes.run("accord", "check", self.world.accord).stdout.splitlines()[0])
        head("Two nodes, linked by TLS 1.3 over two paths")
        self.world.start()
        for node in self.world.nodes.values():
            for name, path in sorted(node.paths().items()):
                self.note(f"{node.party.upper()} {cell(name, 6)} UP  {path['group']}  {path['address']}")

    def make_secrets(self):
        """What is said on the leader line is sealed: each party has a terminal with the secrets of the posts that may read it."""
        head("Secrets for the leader line, one file a party here; on each terminal its own")
        for (party, _), path in self.world.make_secrets({"terminal": "deputy,head,shift,watch"}).items():
            self.world[party].env = nodes.opens(path)
            self.note(f"{party.upper()}: entente keys --new-identity, its key enrolled by the registrar: {path.name}")

    # The play: each statement one command, signed by that officer's key

    def run_play(self):
        head(f"The play: {len(self.play.messages())} messages, {len(self.play.steps)} statements of what five articles made public")
        say("  Behind each statement: how far its message has come, as " + " and as ".join(
            party.upper() for party in self.world.parties) + " shows it.")
        say("  " + "  ".join(f"{SIGNS[step]} {step}" for step in STEPS))
        chapter = None
        for step in self.play.steps:
            if step.chapter is not chapter:
                chapter = step.chapter
                say(f"\n  {chapter.get('en', '')} · {chapter.get('ko', '')}")
            self.set_cut(step.is_cut)
            self.run_step(step)
        self.set_cut(False)
        self.world.await_receipts()

    def set_cut(self, is_cut):
        if is_cut == self.is_cut:
            return
        self.is_cut = is_cut
        for relay in self.relays.values():
            if is_cut:
                relay.cut()
            else:
                relay.mend()
        for node in self.world.nodes.values():
            if is_cut:
                node.wait("the line is down", lambda node=node: not node.is_linked())
            else:
                node.await_link(paths=len(PATHS))
        self.note("--- both paths are cut: what is said now crosses" if is_cut else "--- both paths are up again")

    def run_step(self, step):
        node = self.world[step.party]
        for place in step.names(self.places):
            node.wait(f"{place} is at {step.party}", lambda place=place: self.is_folded(node, place))
        out = step.goes_out()
        answer = node.say(*step.arguments(self.places), key=step.officer, code=5 if step.is_cut and out else 0)
        place = self.places[step.name] = answer["place"]
        what = f"on {self.places[step.about.name]}" if step.about else f"{step.precedence}"
        if out is not None:
            place = self.places[out.name] = answer.get("released", place)
            if not step.is_cut:
                self.await_everywhere(node, place)
            shown = "  ".join(self.lit(other, self.places[step.message().name]) for other in self.world.nodes.values())
        else:
            shown = self.waiting(answer)
        self.note(f"{cell(place, 23)}{cell(step.verb, 10)}{cell(step.officer, 12)}{cell(what, 27)}{shown}")

    def await_everywhere(self, node, place):
        for other in self.world.nodes.values():
            other.wait(f"{place} is at {other.party}", lambda other=other: self.is_folded(other, place))
        node.wait(f"{place} is cosigned", lambda: self.is_received(node, place))

    @staticmethod
    def waiting(answer):
        return f"waits, approved by {answer.get('approved', 0)} of {answer['needed']}"

    @staticmethod
    def is_folded(node, place):
        entry = node.find("/entry", place=place)
        return entry is not None and entry["folded"]

    @staticmethod
    def is_received(node, place):
        """The other side's node has cosigned our log beyond this place."""
        log, index = place.rsplit(".", 1)
        return min(node.logs()[log]["cosigned"].values()) > int(index)

    def lit(self, node, place):
        """The ladders of a message as one word: the steps that every action addressee has reached."""
        answer = node.find("/ladder", place=place)
        rows = [{step["step"] for step in row["steps"]} for row in answer["ladders"] if not row["information"]] if answer else []
        return "".join(SIGNS[step] if rows and all(step in row for row in rows) else "·" for step in STEPS)

    # The ladders, as each side shows them

    def shown(self, node, place):
        """{addressee: {step: evidence}} of a message."""
        return {who: {step: row.get("evidence", "") for step, row in steps.items()}
                for who, steps in node.ladders(place).items()}

    def show_ladders(self):
        head("How far each message came, as each side shows it")
        say(f"  {cell('place', 24)}{cell('to', 14)}{cell(self.first.upper(), 12)}{cell(self.second.upper(), 12)}title")
        for message in self.play.messages():
            place = self.places[message.name]
            sides = [self.shown(node, place) for node in self.world.nodes.values()]
            for row, who in enumerate(sides[0]):
                lit = ["".join(SIGNS[step] if step in side[who] else "·" for step in STEPS) for side in sides]
                titles = " · ".join(message.subject[one] for one in ("en", "ko") if one in message.subject)
                say(f"  {cell(place if row == 0 else '', 24)}{cell(who, 14)}{cell(lit[0], 12)}{cell(lit[1], 12)}"
                    f"{cell(f'({self.play.label}) {titles}', 72).rstrip() if row == 0 else ''}")

    def check_ladders(self):
        head("Checks")
        unequal, short = [], []
        for message in self.play.messages():
            place = self.places[message.name]
            sides = [{who: {step: row for step, row in steps.items() if step not in ("QUEUED", "SENT")}
                      for who, steps in self.shown(node, place).items()} for node in self.world.nodes.values()]
            if sides[0] != sides[1]:
                unequal.append(place)
            for step in [message, *self.play.acts_on(message)]:
                wanted = REACHES.get(step.verb)
                if wanted and not any(wanted in steps for steps in sides[0].values()):
                    short.append(f"{place} {wanted}")
        self.check(not unequal, f"both sides show the same ladder from STATION RECEIPT on {' '.join(unequal)}".rstrip())
        self.check(not short, f"each message came as far as the play has it {' '.join(short)}".rstrip())
        for one, other in self.play.crossed:
            a, b = self.places[one.name], self.places[other.name]
            marked = all(b in node.get("/ladder", place=a)["crossed"] and a in node.get("/ladder", place=b)["crossed"]
                         for node in self.world.nodes.values())
            self.check(marked, f"{a} and {b} crossed, and both sides say so")
        self.check_sealed()
        for node in self.world.nodes.values():
            status = node.status()
            self.check(status["void"] == 0 and status["stopped_logs"] == 0,
                       f"{node.party.upper()}: {status['entries']} entries, none VOID, no log stopped")

    def check_sealed(self):
        """A node has of the leader line what it cannot read; the other side's terminal opens it."""
        for message in (one for one in self.play.messages() if "/LEADER " in self.places[one.name]):
            place, node = self.places[message.name], self.world[self.second if message.party == self.first else self.first]
            entry, words = node.entry(place), next(iter(message.text.values()))
            readers = "; ".join(f"{one['party']}: {', '.join(one['roles'])}" for one in entry["sealed_for"])
            shown = node.run("read", place).stdout
            self.check("text" not in entry and words in shown and words not in node.run("read", place, env=nodes.opens("")).stdout,
                       f"{place}: sealed for {readers}; {node.party.upper()}'s terminal opens it, its node cannot")

    # What goes to the other party goes as both have agreed

    def guideline(self, number):
        """A line of the accord's guidelines, without its comment and its names."""
        line = (self.world.accord / "guidelines").read_text().splitlines()[number - 1]
        return f"line {number}: {' '.join(line.split('#')[0].split())}"

    def show_release(self):
        ours, theirs = self.world[self.first], self.world[self.second]
        head("What goes out, by whose hands: the guidelines that both have signed")
        self.show_denials(ours)
        place = self.show_one_released(ours, theirs)
        self.show_recall(ours, theirs, place)
        self.world.await_receipts()

    def show_denials(self, ours):
        for label, rel in (("R caveat:NCG", None), ("S topic:SANCTIONS", "kor,usa,jpn")):
            words = [*SAMPLE, "--label", label, *(["--rel", rel] if rel else [])]
            done = ours.run(*words, key="policy-1", code=None)
            why = re.search(r"guidelines, line (\d+): (.*)", done.stderr)
            self.check(done.returncode == 4 and why is not None,
                       f"{label}{f' for {rel}' if rel else ''}: refused at our own door. {why[2] if why else done.stderr}")
            if why:
                self.note(f"      {self.guideline(int(why[1]))}")

    def show_one_released(self, ours, theirs):
        """Submitted by one, approved by two others, released; each sees what he may."""
        before = {row["place"] for row in theirs.get("/inbox", channel=SAMPLE[1], last=1000)["messages"]}
        draft = ours.say(*SAMPLE, "--label", "S topic:DPRK-MSL", key="policy-1")
        self.check(draft.get("needed") == 2 and not self.came(theirs, before),
                   f"S topic:DPRK-MSL by policy-1: waits as {draft['place']}, two others must approve it, {theirs.party.upper()} has nothing")
        self.note(f"      {self.guideline(draft['line'])}")
        done = ours.run("approve", draft["place"], "--sign", key="policy-1", code=None)
        self.check(done.returncode == 4 and "PERSON" in done.stderr, "its author approves it himself: refused")
        first = ours.say("approve", draft["place"], "--sign", key="shift-1")
        self.check("released" not in first and not self.came(theirs, before), f"shift-1 approves: {self.waiting(first)}")
        place = ours.say("approve", draft["place"], "--sign", key="deputy-1")["released"]
        self.await_everywhere(ours, place)
        entry = theirs.entry(place)
        self.check(entry["verdict"] == "OK" and entry["signatures"] == 3 and self.came(theirs, before) == {place},
                   f"deputy-1 approves: released as {place}, {theirs.party.upper()} checks three signatures over the same bytes")
        self.note(f"      {theirs.party.upper()} shows it under {' and '.join(entry['marking']['banner'].values())}")
        return place

    @staticmethod
    def came(node, before):
        return {row["place"] for row in node.get("/inbox", channel=SAMPLE[1], last=1000)["messages"]} - before

    def show_recall(self, ours, theirs, place):
        theirs.say("ack", place, key="watch-1")
        asked = ours.say("recall", place, key="policy-1")["place"]
        for node in self.world.nodes.values():
            node.wait("RECALL ASKED is shown", lambda node=node: self.recall(node, place) == "RECALL ASKED")
        self.check(True, f"{asked}: RECALL ASKED is shown on both sides, and {theirs.party.upper()} still holds it: nobody can take it away")
        theirs.say("recalled", place, "--reader", "watch", key="watch-1")
        for node in self.world.nodes.values():
            node.wait("the answer is shown", lambda node=node: self.recall(node, place) == "RECALLED")
        became = ours.entry(place)["became"]
        self.check(became["done"] == [theirs.party], f"{place}: RECALLED; {theirs.party.upper()} says that its watch had read it")

    @staticmethod
    def recall(node, place):
        return node.entry(place).get("became", {}).get("recall")

    # The record, proved with stock tools

    def show_dialogues(self):
        """What five articles say was promised, as both sides hold it."""
        head("Standing dialogues: what was said and promised")
        file = ROOT / "examples/rok-us/dialogues.json"
        first, second = (self.world[party] for party in self.play.officers)
        for node in (first, second):
            done = node.say("import", "dialogues", str(file), key="policy-1")
            self.check(done["filed"] > 0, f"{node.party.upper()}: {done['filed']} statements from {file.name}, {done['stood']} things stood already")
            if node is first:
                second.wait("the file is there", lambda: len(second.get("/dialogues")["things"]) == len(first.get("/dialogues")["things"]))
        same = lambda: first.get("/dialogues")["things"] == second.get("/dialogues")["things"]  # noqa: E731
        first.wait("both sides have it", same)
        # An article says that the guidelines are complete: each reports so, and the other accepts.
        for ours, theirs in ((first, second), (second, first)):
            ours.say("commitments", "report", "p8-ncg-guidelines", "Complete by 4 September 2024.", key="policy-1")
            theirs.wait("the report is there", lambda: any(
                part["part"] == "REPORTED" for thing in theirs.get("/dialogues", kind="commitment")["things"]
                if thing["name"] == "p8-ncg-guidelines" for part in thing["parts"]))
            theirs.say("commitments", "accept", "p8-ncg-guidelines", "--party", ours.party.upper(), key="policy-1")
        first.wait("both sides have that too", same)
        say(first.run("text", "show", "statement-kidd-24").stdout.rstrip("\n"))

    def show_promises(self):
        """How every commitment of the articles stands in the end, and which meeting is due next."""
        first, second = (self.world[party] for party in self.play.officers)
        head("In the end: what was promised, and the next meeting")
        promised = first.run("commitments", "--all").stdout.rstrip("\n")
        say(promised)
        say("\nThe sessions of each body: how each stands, when, who hosts it; and what is due next.")
        meetings = first.run("session").stdout.rstrip("\n")
        say(meetings)
        said = [thing for thing in json.loads((ROOT / "examples/rok-us/dialogues.json").read_text())["things"] if thing["kind"] == "commitment"]
        standings = {thing["name"]: thing["standing"] for thing in second.get("/dialogues", kind="commitment")["things"]}
        self.check(all(thing["name"] in promised and thing["name"] in standings for thing in said), f"all {len(said)} commitments of the articles")
        self.check(standings.pop("p8-ncg-guidelines") == "CLOSED" and set(standings.values()) == {"OPEN"},
                   f"the guidelines are CLOSED, {len(standings)} commitments OPEN, the same on both sides")
        items = {thing["name"] for thing in second.get("/dialogues", kind="item")["things"] if thing["standing"] != "CLOSED"}
        self.check(items == {"p9-direction"}, "what the articles say was dealt with is on no later agenda; what one side said alone stays open")
        self.check("edscg-6" in meetings, "the next meeting that is due: edscg-6, in 2025")

    def show_events(self):
        """What five articles say happened: a claim an article, and what is not known left open."""
        head("Shared assessments: what happened, as each source has it")
        file = ROOT / "examples/rok-us/events.json"
        first, second = (self.world[party] for party in self.play.officers)
        for node, other in ((first, second), (second, first)):
            done = node.say("import", "dialogues", str(file), key="policy-1")
            self.check(done["filed"] > 0, f"{node.party.upper()}: {done['filed']} statements from {file.name}, {done['stood']} things stood already")
            other.wait("the other side has it", lambda: first.get("/assessments")["events"] == second.get("/assessments")["events"])
        say(first.run("event").stdout.rstrip("\n"))
        say(second.run("event", "show", "dmz-2024").stdout.rstrip("\n"))
        events = {event["name"]: event for event in second.get("/assessments")["events"]}
        self.check([one["party"] for one in events["dmz-2024"]["assessments"]] == ["KOR", "USA"] and len(events["dprk-russia-transfers"]["claims"]) == 2,
                   "two articles on one event stay two claims, and each side's assessment stands beside the other's")

    def prove(self):
        head("The record, proved without entente")
        export = self.folder / "export"
        self.world[self.first].run("export", "--to", export)
        self.note(f"entente export --to {export}")
        accord = next((export / "accord").iterdir())
        done = subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "MANIFEST"], cwd=accord, capture_output=True)
        self.check(done.returncode == 0, "sha256sum -c MANIFEST: the accord's files are those that were signed")
        self.check_roots(accord)
        answered = {}
        found = reader.Export(export, answered).check()
        summary = found.summary()
        for line in summary["findings"] + summary["void"]:
            self.note(f"      {line}")
        self.check(not summary["findings"] and not summary["void"],
                   f"the second reader (cbor2, nacl): {summary['entries']} entries in {summary['logs']} logs, every leaf, "
                   f"tile and root, {summary['cosignatures']} cosignatures, {summary['contents']} contents")
        self.check(summary["signatures"] > 0, f"ssh-keygen -Y verify: {summary['signatures']} officers' signatures are good")
        self.flip(export, answered)

    def check_roots(self, accord):
        keys = reader.Export(self.folder).read_keys("keys", (accord / "keys").read_text())
        signers = self.folder / "roots"
        signers.write_text("".join(f"{key['party']} {reader.key_line(key['key'])}\n" for key in keys if key["use"] == "root"))
        for party in self.world.parties:
            with open(accord / "MANIFEST") as manifest:
                done = subprocess.run(["ssh-keygen", "-Y", "verify", "-n", reader.ACCORD_NAMESPACE, "-I", party, "-f", signers,
                                       "-s", accord / "SIGNED" / f"{party}.1.sig"], stdin=manifest, capture_output=True)
            self.check(done.returncode == 0, f"ssh-keygen -Y verify: {party.upper()} has signed the accord")

    def flip(self, export, answered):
        """One bit, anywhere."""
        path = random.choice(sorted(path for path in export.rglob("*") if path.is_file()))
        whole, at = path.read_bytes(), random.randrange(path.stat().st_size)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1:])
        findings = reader.Export(export, answered).check().findings
        path.write_bytes(whole)
        self.check(bool(findings), f"one bit of {path.relative_to(export)} turned over, byte {at}: found")

    # For you

    def invite(self):
        head("Both nodes run. In another terminal, first these lines:")
        for party in self.world.parties:
            watch = next(name for name, roles in self.play.officers[party].items() if "watch" in roles)
            world = {"ENTENTE_HOME": self.world[party].home, "ENTENTE_KEY": self.world[party].keys / watch,
                     "ENTENTE_OUTBOX": self.world[party].outbox, "ENTENTE_LABEL": self.play.label, **self.world[party].env}
            words = nodes.BINARY.resolve().parents[2] / "po"
            if words.is_dir():  # not installed: the Korean catalogue is in the build folder
                world["ENTENTE_LOCALE_DIR"] = words
            world["ENTENTE_CONSOLE_DIR"] = os.environ["ENTENTE_CONSOLE_DIR"]
            words = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in world.items())
            say(f'  {party}() {{ {words} {nodes.BINARY} "$@"; }}')
        self.invite_browsers()
        ours, theirs = self.first, self.second
        draft, place = (f"'{log}.{self.world[ours].logs()[log]['size']}'" for log in (
            f"{ours.upper()}/{ours.upper()}-HOME 1", f"{ours.upper()}/LEADER 1"))
        keys = self.world[ours].keys
        head("then, one after another:")
        for line in (f"{ours} status", f"{ours} inbox notify", f"{theirs} inbox --owed",
                     f"{ours} send leader 'Our aircraft, back at 14:05.' --to {theirs}/head --precedence FLASH",
                     f"{ours} approve {draft}", f"{ours} approve {draft} --sign --key {keys}/shift-1",
                     f"{ours} approve {draft} --sign --key {keys}/deputy-1",
                     f"{theirs} read {place}", f"{theirs} ack {place}",
                     f"{theirs} readback {place} 'Yours, back at 14:05.'", f"{ours} correct {place}",
                     f"{ours} ladder {place}",
                     f"{ours} send consult 'Between us.' --to {theirs}/policy --label 'R caveat:NCG' || echo 'refused, as agreed'",
                     f"{ours} recall {place}", f"{theirs} recalled {place} --reader watch", f"{ours} drafts --all",
                     f"{ours} verify", f"{ours} export --to {self.folder / 'again'}",
                     f"{sys.executable} {ROOT / 'test/lib/reader.py'} {self.folder / 'again'}"):
            say(f"  {line}")
        say("\nCtrl-C ends both nodes.")
        ended = set()
        while True:
            for node in self.world.nodes.values():
                self.look_after(node, ended)
            time.sleep(0.5)

    def invite_browsers(self):
        """Where each console is, and how the key that a page makes is enrolled: by the registrar, as any other."""
        head("The consoles, in a browser of this machine:")
        if not (Path(os.environ["ENTENTE_CONSOLE_DIR"]) / "index.html").is_file():
            say("  their page is not built yet, so there is nothing to open: make console (it needs npm), then make demo")
            return
        for party in self.world.parties:
            say(f"  {self.world[party].status()['console']['url']}")
        say("Each page shows the line of its key. So that it may sign in, type, with that line, and of the roles "
            + ", ".join(sorted({role for roles in self.play.officers[self.first].values() for role in roles})) + " those you want:")
        for number, party in enumerate(self.world.parties):
            keys = self.world[party].keys
            say(f"  echo 'LINE' >{keys}/browser.pub; {party} keys --add {keys}/browser.pub --roles watch --holder {90 + number} "
                f"--key {keys}/registrar")

    def look_after(self, node, ended):
        """A node that ends is told with its own last words, and how to have it again; the other one goes on."""
        name, code = node.party.upper(), node.process.poll()
        if node.party in ended:
            if self.is_answering(node):
                ended.remove(node.party)
                self.by_hand.add(node.party)
                say(f"\n{name}'s node answers again.")
        elif code is not None and not (node.party in self.by_hand and self.is_answering(node)):
            ended.add(node.party)
            self.by_hand.discard(node.party)
            how = f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit status {code}"
            lines = node.words().splitlines()[1:] or ["nothing"]
            say(f"\n{name}'s node ended {how}. The last that it said, in {node.log}:\n    {lines[-1]}"
                f"\nThe other node goes on. Start it again in another terminal; there, Ctrl-C ends it:\n  {node.party} serve")

    @staticmethod
    def is_answering(node):
        try:
            return node.get("/status") is not None
        except (OSError, http.client.HTTPException, nodes.Failed):
            node.forget_connection()
            return False

    def run(self, is_once):
        try:
            self.start()
            self.make_secrets()
            self.run_play()
            self.show_ladders()
            self.check_ladders()
            self.show_release()
            head("An urgent consultation: a procedure of the accord, in the same state on both nodes")
            consultation.Consultation(self).run()
            self.show_dialogues()
            self.show_events()
            self.prove()
            self.show_promises()
            if not is_once and not self.wrong:
                self.invite()
        finally:
            self.world.stop()
            for relay in self.relays.values():
                relay.close()
        return 1 if self.wrong else 0


def main():
    options = argparse.ArgumentParser(description="Plays the example record on two nodes.")
    options.add_argument("--once", action="store_true", default=os.environ.get("ONCE", "") not in ("", "0"))
    options.add_argument("--keep", action="store_true", help="leave the scratch folder behind")
    given = options.parse_args()
    if not nodes.BINARY.exists():
        say(f"{nodes.BINARY} is not there; next: make")
        return 2
    folder = tempfile.mkdtemp(prefix="entente-demo-")
    for number in (signal.SIGINT, signal.SIGTERM):  # the first too: a shell's background job ignores it
        signal.signal(number, signal.default_int_handler)
    demo = None
    try:
        demo = Demo(folder)
        code = demo.run(given.once)
        say("\nAll of it holds." if code == 0 else "\nSomething is wrong; see above.")
    except KeyboardInterrupt:
        code = 0
    except nodes.Failed as why:
        say(f"\n{why}")
        code = 1
    finally:
        left = [node.home for node in demo.world.nodes.values() if demo.is_answering(node)] if demo else []
        if left:
            say("A node that you started still runs, so this stays: " + " ".join(map(str, left)))
        elif given.keep:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
