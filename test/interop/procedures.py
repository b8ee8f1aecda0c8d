"""Procedures before others: two SCXML engines play our charts beside our own fold, and the published schemas read our playbooks.

What is compared is a party's view after every entry that its log shows: which steps are open, which are done, what each gate has
decided, and whether it is closed. The history is `entente procedure dry-run`'s, and so are the verdicts; the engine hears of moves
that count, in the order in which that party's log came to show them, and has to find the rest by itself.
"""
import json
import os
import subprocess
from pathlib import Path

import nodes

URGENT = nodes.ROOT / "test/vectors/procedures/consult-urgent.json"
QUICK = nodes.ROOT / "test/vectors/procedures/quick.json"
LEVELS = {"watch read": "watch-read", "read back": "read-back", "presented": "presented", "reply": "replied", "decline": "replied"}

# To the gate, by two parties; then on every way from there.
TO_THE_GATE = """day 2026-12-01
09:00 kor/duty start {precedence}
+0s kor/duty message indicator
+1s usa/duty ack indicator
+1s usa/duty message alert
+1s kor/duty ack alert
+1s kor/duty present alert
+1s kor/principal ack alert
+1s kor/principal reply alert
+1s usa/principal attend convene
+1s usa/principal leave convene
+1s kor/principal attend convene
+1s usa/principal done consult
+1s kor/principal done consult
"""
WITHDRAWN = """+1s kor/principal propose decide joint-measures
+1s usa/principal readback decide
+1s kor/principal correct decide
+1s kor/principal concur decide
+1s usa/principal withdraw decide
"""
DECIDED = """+1s usa/principal propose decide {option}
+1s kor/principal readback decide
+1s usa/principal correct decide
+1s kor/principal concur decide
+1s kor/witness concur decide
+1s usa/witness concur decide
+1s line down
+1s usa/principal concur decide
+1s line up
+40s kor/principal confirm decide
+1s usa/principal confirm decide
"""
RECORDED = """+1s kor/scribe propose record agreed
+1s kor/scribe concur record
+1s usa/scribe concur record
+1s usa/scribe confirm record
+1s kor/scribe confirm record
"""
NATIONAL = "+1s kor/principal decide national measures\n+1s usa/principal decide national {usa}\n"
SHORT = """day 2026-12-01
09:00 a/duty start ROUTINE
+0s a/duty message alert
+3m show
+1s a/duty done call
+1s c/duty ack alert
+1s line down c
+1s b/duty ack alert
+1s b/duty attend meet
+1s c/duty attend meet
+1s line up
+1s a/duty attend meet
+1s a/duty propose decide {option}
+1s a/duty concur decide
+1s b/duty concur decide
+1s c/duty concur decide
+1s a/duty confirm decide
+1s b/duty confirm decide
+1s c/duty confirm decide
+1s c/duty propose careful yes
"""
CAREFUL = "".join(f"+1s {party}/{role} {verb} careful\n" for verb, role in
                  (("readback", "duty"), ("concur", "duty"), ("concur", "second")) for party in "abc" if (verb, party) != ("readback", "c")) + \
          "+0s c/duty correct {0}\n+0s c/duty correct {1}\n+30s a/second confirm careful\n+0s b/second confirm careful\n+0s c/second confirm careful\n"


def careful(script):
    """The two read-backs are named by the numbers of their acts."""
    acts = sum(1 for line in script.splitlines() if not line.startswith("day"))
    return script + CAREFUL.format(acts + 1, acts + 2)


def histories():
    yield "worked example", URGENT, "kor,usa", URGENT.with_suffix(".acts").read_text(encoding="utf-8")
    for option, more in (("no-action", ""), ("separate-measures", NATIONAL.format(usa="measures")),
                         ("separate-measures", NATIONAL.format(usa="none")), ("joint-measures", "+1s kor/duty done communicate\n+1s usa/duty done communicate\n")):
        yield option, URGENT, "kor,usa", TO_THE_GATE.format(precedence="IMMEDIATE") + WITHDRAWN + DECIDED.format(option=option) + more + RECORDED
    short = "+0s a/duty decide own go\n+0s b/duty decide own go\n+0s c/duty decide own go\n"
    yield "three, each", QUICK, "a,b,c", careful(SHORT.format(option="a")) + short
    yield "three, one", QUICK, "a,b,c", careful(SHORT.format(option="b")) + "+0s a/duty decide lead go\n"


def dry_run(definition, parties, acts):
    done = nodes.run("procedure", "dry-run", "--json", "--parties", parties, definition, input=acts, code=None)
    if done.returncode not in (0, 4):
        raise nodes.Failed(done.stderr)
    return json.loads(done.stdout)["acts"]


def events_of(move, moves, definition):
    """What the chart calls it."""
    party, step = move["party"], move.get("step")
    about = moves.get(move.get("about"), {})
    kind = {one["id"]: one["kind"] for one in definition["steps"]}
    if move["move"] == "start":
        return [f"start.{party}", f"precedence.{move['precedence']}"]
    if move["move"] == "message":
        return [f"message.{step}.{party}"]
    if move["move"] in LEVELS and about.get("move") == "message":
        return [f"{LEVELS[move['move']]}.{about['step']}.{party}.{move['role']}"]
    if move["move"] in ("attend", "leave", "done"):
        return [f"{move['move']}.{step}.{party}"]
    if move["move"] == "lapse":
        return [f"lapse.{step}.{move['level']}"]
    if move["move"] in ("concur", "confirm", "withdraw"):
        words = {"concur": [party, move.get("role")], "confirm": [party], "withdraw": []}[move["move"]]
        return [".".join([move["move"], about["step"], *words, about["option"]])]
    if move["move"] == "decide" and kind[step] == "gate":
        return [f"decide.{step}.{party}.{move['option']}"]
    return []


def decided(state, definition):
    found = {}
    for gate in state["gates"]:
        if gate["state"] == "DECIDED":
            found[gate["step"]] = gate["option"]
    rules = {step["id"]: step.get("rule") for step in definition["steps"]}
    for step in {row["step"] for row in state["decisions"]} & {row["id"] for row in state["done"]}:
        options = {row["option"] for row in state["decisions"] if row["step"] == step}
        found[step] = options.pop() if len(options) == 1 else "DIFFER"
        assert rules[step] in ("each", "one")
    return found


def told(definition, acts):
    """Of each party: rounds of events as its log came to show them, and what our fold finds after each."""
    moves = {}
    for act in acts:
        if act.get("ruling") == "OK":
            moves[act["place"]] = {**act, "precedence": next(iter(act["states"]), {}).get("precedence")}
    views = {}
    for act in acts:
        for state in act["states"]:
            view = views.setdefault(state["party"], {"shown": set(), "rounds": []})
            news = []
            for place, move in moves.items():  # in the order in which they were said
                index = int(place.rsplit(".", 1)[1])
                if place not in view["shown"] and index < state["held"][move["party"]]:
                    view["shown"].add(place)
                    news += events_of(move, moves, definition)
            view["rounds"].append({"events": news, "want": {
                "open": sorted(row["id"] for row in state["open"]), "done": sorted(row["id"] for row in state["done"]),
                "decided": decided(state, definition), "closed": state["life"] == "CLOSED"}})
    return {party: view["rounds"] for party, view in views.items()}


def found_in(configuration):
    """What a configuration of the chart says."""
    open_, done, gates = [], [], {}
    for name in configuration:
        words = name.split(".")
        if words[0] == "step" and words[-1] == "open" and len(words) == 3:
            open_.append(words[1])
        if words[0] == "step" and len(words) == 3 and words[2] == "done":
            done.append(words[1])
        if words[0] == "step" and len(words) == 4:
            gates[words[1]] = words[3]
    return {"open": sorted(open_), "done": sorted(done), "decided": gates, "closed": "life.closed" in configuration}


PYTHON_ENGINE = """
import json, sys
from statemachine.io.scxml.processor import SCXMLProcessor
chart, rounds = sys.argv[1], json.load(sys.stdin)
processor = SCXMLProcessor()
processor.parse_scxml("procedure", open(chart, encoding="utf-8").read())
machine = processor.start()
for events in rounds:
    for event in events:
        machine.send(event)
    print(json.dumps(sorted(state.id for state in machine.configuration)))
"""
NODE_ENGINE = """
const scxml = require('@scion-scxml/scxml');
const rounds = JSON.parse(require('fs').readFileSync(0, 'utf8'));
scxml.pathToModel(process.argv[2], (err, model) => {
  if (err) throw err;
  model.prepare((fault, made) => {
    if (fault) throw fault;
    const machine = new scxml.core.Statechart(made);
    machine.start();
    for (const events of rounds) {
      for (const event of events) machine.gen({ name: event });
      console.log(JSON.stringify(machine.getFullConfiguration()));
    }
  });
});
"""


def compare(command, folder, kept=None):
    """Every history before one engine: (places compared, what differs). `kept`: events of that kind are not told."""
    compared, wrong = 0, []
    for number, (name, file, parties, script) in enumerate(histories()):
        definition = json.loads(file.read_text(encoding="utf-8"))
        chart = Path(folder) / f"{number}.scxml"
        chart.write_text(nodes.run("procedure", "export", file, "--as", "scxml", "--parties", parties).stdout, encoding="utf-8")
        acts = dry_run(file, parties, script)
        assert all(state["life"] == "CLOSED" for state in acts[-1]["states"]), name
        for party, rounds in told(definition, acts).items():
            heard = [[event for event in one["events"] if event.split(".")[0] != kept] for one in rounds]
            done = subprocess.run([*map(str, command), str(chart)], input=json.dumps(heard), capture_output=True, text=True,
                                  timeout=120, check=False)
            lines = done.stdout.splitlines()
            if done.returncode != 0 or len(lines) != len(rounds):
                wrong.append(f"{name}, {party}: {done.stderr[-400:]}")
                continue
            for at, (line, one) in enumerate(zip(lines, rounds)):
                compared += 1
                if found_in(json.loads(line)) != one["want"]:
                    wrong.append(f"{name}, {party}, after {at}: {one['events']}\n  ours   {one['want']}\n  theirs {found_in(json.loads(line))}")
    return compared, wrong


# The published schemas declare draft 7.
SCHEMAS = """
import json, pathlib, sys
import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
place = pathlib.Path(sys.argv[1])
read = {str(path.relative_to(place)): json.loads(path.read_text(encoding="utf-8")) for path in place.rglob("*.json")}
registry = Registry().with_resources([(one["$id"], Resource(one, specification=DRAFT7)) for one in read.values() if "$id" in one])
validator = jsonschema.Draft7Validator(read["playbook.json"], registry=registry)
books = [json.loads(pathlib.Path(name).read_text(encoding="utf-8")) for name in sys.argv[2:]]
for book in books:
    validator.validate(book)
    for bad in ({**book, "id": "x"}, {**book, "workflow": 1}, {key: book[key] for key in book if key != "created"}):
        assert list(validator.iter_errors(bad))
print(len(books), "playbooks,", len(read), "schemas")
"""


def schemas():
    """Their folder, from a checkout of oasis-open/cacao-json-schemas; None: not said."""
    place = os.environ.get("CACAO_SCHEMAS")
    return Path(place) / "schemas" if place else None


def playbooks(folder):
    for number, file in enumerate(sorted((nodes.ROOT / "accords/rok-us/procedures").iterdir()) + [URGENT, QUICK]):
        path = Path(folder) / f"{number}.json"
        path.write_text(nodes.run("procedure", "export", file, "--as", "cacao").stdout, encoding="utf-8")
        yield path
