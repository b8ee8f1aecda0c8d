#!/usr/bin/python3
"""Other programs' own clients and validators on a node's feeds: `make interop`.

Each judge is a package of a registry, installed into build/interop; what a registry does not give is named and SKIPPED, in
capitals, and the run says at its end how many. A judge that was reached and finds fault fails the run.
"""
import contextlib
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "test/lib"), str(ROOT / "test/e2e")]

import nodes  # noqa: E402
from conftest import Stage  # noqa: E402

PLACE = ROOT / "build/interop"
FEEDS = ("feed taxii misp atom ics ceiling R", "feed taxii misp atom ics geojson csv adatp-4774 ceiling R")
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
assert count == 2, count
print(count, "events")
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


def play(kor):
    def say(text, *more):
        return kor.say("send", "share", text, "--to", "usa/watch", "--label", "U", *more, key="watch")["place"]

    first = say("Two launches expected.\n둘째 줄", "--subject", "Launches")
    say("Second.", "--refers", first)
    kor.run("recall", say("Taken back."), key="watch")


def judge(name, *command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    words = (done.stdout + done.stderr).strip().splitlines()
    print(f"{'ok' if done.returncode == 0 else 'FAILED'}      {name}: {words[-1] if words else ''}")
    if done.returncode != 0:
        print("\n".join(words))
    return done.returncode == 0


def run(kor, folder):
    folder.mkdir()
    for name in ("stix", "misp"):
        kor.run("feed", name, "--role", "press", "--to", folder / name)
    with relay(kor, "press") as address:
        commands = {
            "taxii2-client": lambda python: [python, "-c", TAXII, f"{address}/taxii2/"],
            "stix2-validator": lambda python: [python.parent / "stix2_validator", "--version", "2.1", "--disable", "202",
                                               folder / "stix/bundle.json"],
            "pymisp": lambda python: [python, "-c", MISP, folder / "misp"],
        }
        passed, failed, skipped = 0, 0, 0
        for name in JUDGES:
            python = install(name)
            if python is None:
                print(f"SKIPPED {name}: THE REGISTRY DID NOT GIVE IT")
                skipped += 1
            elif judge(name, *commands[name](python)):
                passed += 1
            else:
                failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} SKIPPED")
    return 1 if failed or not passed else 0


def main():
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        stage = Stage(Path(place))
        try:
            kor = stage.world(edit={"guidelines": FEEDS})["kor"]
            play(kor)
            return run(kor, Path(place) / "out")
        finally:
            stage.clear()


if __name__ == "__main__":
    sys.exit(main())
