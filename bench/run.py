#!/usr/bin/python3
"""Figures of two nodes on this machine, beside the floor of the same run: build/bench/latest.json.

    make bench            or    /usr/bin/python3 bench/run.py [--entries N] [SECTION ...]

Sections: decision procedures dialogues latency legs throughput wire idle kill catchup restart; all without a word.
What a figure means stands beside the function that takes it. Nothing is repeated until it looks well: medians of one
run, load printed. What is held against a floor is measured between two of its runs: a machine that is shared is not the
same one a minute later.
"""
import argparse
import bisect
import concurrent.futures
import hashlib
import json
import multiprocessing
import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cbor2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "test/lib"))
import nodes  # noqa: E402
import officers  # noqa: E402

OUT = ROOT / "build/bench"
CHANNEL = "notify"
INSTANCES = 1000
COMMITMENTS, UNITS = 10000, 500
FOLDS = 7
MESSAGE_LEN = 1024  # of the floor's messages: about an entry with its content
WARNINGS = ["-O2", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def build(name, *options):
    OUT.mkdir(parents=True, exist_ok=True)
    subprocess.run([os.environ.get("CC", "cc"), *WARNINGS, "-o", str(OUT / name), str(ROOT / f"bench/{name}.c"),
                    *options], check=True)
    return str(OUT / name)


def quantiles(values):
    ordered = sorted(values)
    return {"p50": ordered[len(ordered) // 2], "p99": ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]}


# Statements, signed beforehand

def sign_some(task):
    accord, number, party, peers, seen, keyfile, text_len, count = task
    key, made = officers.Key(keyfile), []
    for _ in range(count):
        body = officers.content("x" * text_len)
        raw = officers.statement(accord, number, party, "watch", rel=[party, *peers], seen=seen,
                                 to=[(peer, "watch", 0) for peer in peers], precedence=officers.ROUTINE, body=body)
        made.append((raw, key.sign(raw), body))
    return made


def write_requests(world, party, path, count, a_request, text_len=200):
    """A file for bench/client.c: `count` statements of `party`, `a_request` in each request."""
    node = world[party]
    seen = node.get("/seen", channel=CHANNEL)
    rows = [(row["party"], row["epoch"], row["size"]) for row in seen["seen"]]
    peers = [name for name in seen["parties"] if name != party]
    task = (bytes.fromhex(seen["accord"]), seen["channel"], party, peers, rows, str(node.keys / "watch"), text_len)
    cores = os.cpu_count() or 1
    # Not multiprocessing.Pool, which ends its workers by a signal: one that has a lock then is waited for for ever.
    with concurrent.futures.ProcessPoolExecutor(cores) as pool, open(path, "wb") as out:
        parts = pool.map(sign_some, [(*task, min(1000, count - at)) for at in range(0, count, 1000)])
        waiting = []
        for part in parts:
            waiting += part
            while len(waiting) >= a_request:
                write_request(out, waiting[:a_request])
                del waiting[:a_request]
        if waiting:
            write_request(out, waiting)


def write_request(out, some):
    body = officers.encode([[raw, [signature], content] for raw, signature, content in some])
    out.write(len(body).to_bytes(4, "big") + cbor2.loads(some[0][0])[4] + body)


def load(world, party, path, connections=8):
    """Posts them all; (filed, seconds until the last answer)."""
    done = subprocess.run([str(OUT / "client"), "load", str(world[party].home / "socket"), str(path),
                           str(connections)], check=True, capture_output=True, text=True)
    filed, microseconds = map(int, done.stdout.split())
    return filed, microseconds / 1e6


def size_of(node, party):
    """(held, cosigned by the other party, folded) of a party's log on the channel."""
    rows = [row for row in node.get("/logs")["logs"] if row["party"] == party and row["channel"] == CHANNEL_NUMBER[0]]
    row = max(rows, key=lambda one: one["epoch"])
    return row["size"], min(row["cosigned"].values(), default=0), row["folded"]


CHANNEL_NUMBER = [0]


def make_world(folder, env=None):
    world = nodes.World(folder, ROOT / "accords/rok-us").make()
    for node in world.nodes.values():
        node.start(env=env)
    CHANNEL_NUMBER[0] = world.channel(CHANNEL)["number"]
    world.await_receipts()
    return world


# Sections

def floor(folder, count):
    """Microseconds of a message written, synced at A, passed on, synced at B; and of the way back."""
    done = subprocess.run([str(OUT / "floor"), folder, str(count), str(MESSAGE_LEN)], check=True,
                          capture_output=True, text=True)
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]


def latency(folder, figures, _):
    """One statement after another, floor before and after it in the same run."""
    a, b = "kor", "usa"
    world = make_world(f"{folder}/latency")
    try:
        path = f"{folder}/latency.requests"
        write_requests(world, a, path, 2000, 1)
        least = floor(folder, 1000)
        done = subprocess.run([str(OUT / "client"), "latency", str(world[a].home / "socket"),
                               str(world[b].home / "socket"), path], check=True, capture_output=True, text=True)
        rows = [tuple(map(int, line.split())) for line in done.stdout.splitlines()][200:]
        least += floor(folder, 1000)
    finally:
        world.stop()
    for name, values in (("floor", least), ("entente", rows)):
        figures[name]["one_way_us"] = quantiles([one for one, _ in values])
        figures[name]["receipt_us"] = quantiles([two for _, two in values])


class Calls:
    """What one process asked the kernel for (bench/calls.c), in order."""

    def __init__(self, lines, pid):
        self.rows = sorted((int(after), int(before), name, int(fd), int(result))
                           for _, of, before, after, name, fd, result in lines if int(of) == pid and int(result) >= 0)

    def next(self, name, time, fd=None, result=0):
        """(before, after, fd) of the first such call that ended behind `time`."""
        for row in self.rows[bisect.bisect(self.rows, (time, )):]:
            if row[2] == name and fd in (None, row[3]) and row[4] >= result:
                return row[1], row[0], row[3]
        raise LookupError


LEGS = ("at A: read, verified, judged, folded", "flush at A", "the line: to the signer and back", "the batch is built",
        "from core to core: four processes, TLS, loopback", "at B: verified, judged, folded", "flush at B",
        "to B's client")


def one_message(a, a_link, b_link, b, asked):
    """The times at which the message that A began to read then passed from leg to leg."""
    flushed = a.next("fdatasync", asked)
    signer = a.next("send", flushed[1])[2]
    signed = a.next("recv", flushed[1], signer, 1)
    sent = a.next("send", signed[1])
    a_link.next("recv", sent[0])
    sealed = a_link.next("send", sent[0])
    opened = b_link.next("recv", sealed[0])
    told = b_link.next("send", opened[1])
    came = b.next("recv", told[0], result=MESSAGE_LEN // 4)
    kept = b.next("fdatasync", came[1])
    shown = b.next("send", kept[1], result=MESSAGE_LEN // 2)
    # A call that wakes somebody may return after he has run: what he reads is there when it begins.
    return asked, flushed[0], flushed[1], signed[1], sent[0], came[1], kept[0], kept[1], shown[0]


def legs(folder, figures, _):
    """Where the time of one message goes: medians of each leg, by what the processes ask the kernel for."""
    a, b, count = "kor", "usa", 600
    shim = build("calls", "-shared", "-fPIC", "-ldl")
    world = make_world(f"{folder}/legs", env={"LD_PRELOAD": shim})
    pids = {party: world[party].processes() for party in (a, b)}
    try:
        path = f"{folder}/legs.requests"
        write_requests(world, a, path, count, 1)
        begin = time.monotonic_ns()
        subprocess.run([str(OUT / "client"), "latency", str(world[a].home / "socket"), str(world[b].home / "socket"),
                        path], check=True, capture_output=True)
    finally:
        world.stop()
    told = {party: [line.split() for line in world[party].log.read_text(errors="replace").splitlines()
                    if line.startswith("call ")] for party in (a, b)}
    rows = [Calls(told[party], pids[party][name]) for party, name in ((a, "core"), (a, "link"), (b, "link"), (b, "core"))]
    passed = []
    for _, asked, name, _, result in rows[0].rows:
        if name != "recv" or result < MESSAGE_LEN // 2 or asked < begin:
            continue
        try:
            times = one_message(*rows, asked)
        except LookupError:
            continue
        # Where something else came in between, a line check or a drain, it is not one message's way.
        if all(early < late for early, late in zip(times, times[1:])) and times[-1] - times[0] < 20e6:
            passed.append(times)
    if len(passed) < count // 2:
        raise SystemExit(f"legs: only {len(passed)} of {count} messages were found in what the processes did")
    figures["entente"]["legs_us"] = {
        words: round(quantiles([times[i + 1] - times[i] for times in passed])["p50"] / 1000)
        for i, words in enumerate(LEGS)}


def ceiling(cores):
    """Signatures a second that so many cores verify at once, and nothing else."""
    running = [subprocess.Popen([str(OUT / "ceiling"), "1"], stdout=subprocess.PIPE, text=True) for _ in range(cores)]
    return sum(int(one.communicate()[0]) for one in running)


def beside_ceiling(figures, name, cores, repeats, measure):
    """What `measure` gives a second, beside what those cores could verify before and behind it: the median ratio."""
    rows = []
    for _ in range(repeats):
        before, value = ceiling(cores), measure()
        rows.append((round(value), round((before + ceiling(cores)) / 2)))
    rows.sort(key=lambda row: row[0] / row[1])
    figures["entente"][name], figures["floor"][name] = rows[len(rows) // 2]


def throughput(folder, figures, _):
    """Entries a second until the last receipt, signed beforehand, 100 a request, 8 requests under way."""
    world, path = make_world(f"{folder}/throughput"), f"{folder}/throughput.requests"

    def through():
        begin = time.monotonic()
        filed, _ = load(world, "kor", path)
        goal = size_of(world["kor"], "kor")[0]
        nodes.wait_for("all are cosigned", lambda: size_of(world["kor"], "kor")[1] >= goal, 60)
        took = time.monotonic() - begin
        write_requests(world, "kor", path, 40000, 100)
        return filed / took

    try:
        write_requests(world, "kor", path, 40000, 100)
        beside_ceiling(figures, "entries_per_s", 1, 3, through)
    finally:
        world.stop()


def wire(folder, figures, _):
    """Bytes on the line both ways for each message of 100 characters: entry, content, proof, receipt and TLS."""
    relay = nodes.Relay()
    world = nodes.World(f"{folder}/wire", ROOT / "accords/rok-us", through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.make().start().await_receipts()
    CHANNEL_NUMBER[0] = world.channel(CHANNEL)["number"]
    measured = {}
    try:
        for name, count, a_request, connections in (("alone", 200, 1, 1), ("batched", 4000, 1000, 1)):
            path = f"{folder}/wire.{name}"
            write_requests(world, "kor", path, count, a_request, text_len=100)
            before = relay.passed
            filed, _ = load(world, "kor", path, connections)
            world.await_receipts(60)
            measured[name] = round((relay.passed - before) / filed)
    finally:
        world.stop()
        relay.close()
    figures["entente"]["wire_bytes"] = measured


def idle(folder, figures, _):
    """
    PSS of a node's processes together, linked and quiet. Of a page PSS counts what falls to each that has it, so with
    the machine's own libraries the figure hangs on what else runs: the nodes get copies, which they share with each
    other alone.
    """
    world, copies = make_world(f"{folder}/idle"), Path(folder) / "copies"
    try:
        copies.mkdir()
        for line in Path(f"/proc/{world['kor'].process.pid}/maps").read_text().splitlines():
            if ".so" in line:
                shutil.copy(line.split()[5], copies / re.sub(r"(\.so\.[0-9]+).*", r"\1", Path(line.split()[5]).name))
        shutil.copy(nodes.BINARY, copies / "entente")
        for node in world.nodes.values():
            assert node.stop() == 0
            node.start(binary=copies / "entente", env={"LD_LIBRARY_PATH": str(copies)})
        world.await_receipts()
        time.sleep(2)
        figures["entente"]["pss_idle_kib"] = world["kor"].pss_kib()
    finally:
        world.stop()


LOOK_S = 0.0005


def started(node):
    """Seconds from the start of `entente serve` to its first answer."""
    begin = time.monotonic()
    node.start(wait=False)
    while not node.is_answering():
        time.sleep(LOOK_S)
    return time.monotonic() - begin


def next_delivered(world):
    """kill -9 of B's core, started again at once: seconds until a client of B has the next message of A."""
    a, b = world["kor"], world["usa"]
    path = f"{world.folder}/next.requests"
    write_requests(world, "kor", path, 1, 1)
    raw = Path(path).read_bytes()[20:]
    goal = size_of(a, "kor")[0] + 1
    begin = time.monotonic()
    b.process.kill()
    b.process.wait()
    b.start(wait=False)
    a.ask("POST", "/statements", raw)
    while True:
        try:
            if size_of(b, "kor")[2] >= goal:
                return time.monotonic() - begin
        except (OSError, nodes.http.client.HTTPException):
            b.forget_connection()
        time.sleep(LOOK_S)


def kill(folder, figures, _):
    world = make_world(f"{folder}/kill")
    try:
        figures["entente"]["kill_to_first_ms"] = round(
            1000 * quantiles([next_delivered(world) for _ in range(11)])["p50"], 1)
    finally:
        world.stop()


def catchup(folder, figures, _):
    """Entries a second from the start of a node that was away until it holds and has folded all of them."""
    world, path = make_world(f"{folder}/catchup"), f"{folder}/catchup.requests"

    def go_away():
        write_requests(world, "kor", path, 40000, 100)
        world["usa"].stop()
        return load(world, "kor", path)[0]

    def catch_up():
        filed, goal = waiting.pop(), size_of(world["kor"], "kor")[0]
        begin = time.monotonic()
        world["usa"].start()
        nodes.wait_for("all has come", lambda: size_of(world["usa"], "kor")[2] >= goal, 120)
        took = time.monotonic() - begin
        waiting.append(go_away())
        return filed / took

    try:
        waiting = [go_away()]
        beside_ceiling(figures, "catchup_entries_per_s", 1, 3, catch_up)
    finally:
        world.stop()


def restart(folder, figures, entries):
    """From the start of `entente serve` to its first answer, with that many entries; then `entente verify` on them."""
    world = make_world(f"{folder}/restart")
    node, made, path = world["kor"], 0, f"{folder}/restart.requests"
    try:
        while made < entries:
            count = min(50000, entries - made)
            write_requests(world, "kor", path, count, 200, text_len=16)
            filed, seconds = load(world, "kor", path)
            made += filed
            say(f"  {made} entries, {filed / seconds:.0f} a second")
        world.await_receipts(600)
        node.stop()
        times = []
        for _ in range(5):
            times.append(started(node))
            held = node.status()["entries"]
            node.stop()
        figures["entente"]["restart"] = {"entries": held, "ms": round(1000 * quantiles(times)["p50"], 1)}
        verify_home(node, held, figures)
    finally:
        world.stop()


def verify_home(node, held, figures):
    def verify():
        begin = time.monotonic()
        nodes.run("verify", home=node.home, timeout=3600)
        return held / (time.monotonic() - begin)

    beside_ceiling(figures, "verify_entries_per_s", os.cpu_count() or 1, 1, verify)


def decision(folder, figures, _):
    """What the guidelines' evaluator takes for one label and reader, and the same loop that decides nothing."""
    built = ROOT / "build/test/policy"
    said = json.loads(subprocess.run([built / "speed", built / "bundles.json", "2"], check=True, capture_output=True).stdout)
    figures["entente"]["decision_ns"], figures["floor"]["decision_ns"] = said["decision_ns"], said["floor_ns"]


def say_all(world, party, channel, said, key="watch"):
    """Files statements, 100 a request: (role, kind, what else) each; where they stand."""
    node = world[party]
    seen = node.get("/seen", channel=channel)
    rows = [(row["party"], row["epoch"], row["size"]) for row in seen["seen"]]
    items = []
    for role, kind, more in said:
        raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], party, role, kind, rel=seen["parties"], seen=rows, **more)
        items.append(officers.item(raw, [node.key(key)], more.get("body", b"")))
    places = [answer["place"] for at in range(0, len(items), 100) for answer in node.post(items[at:at + 100])]
    world.await_receipts(120)
    return places


def refer_to(node, place):
    one = node.entry(place)
    return [one["channel"], one["party"], one["epoch"], one["index"], bytes.fromhex(one["leaf"])]


def say_moves(world, party, moves):
    """Files moves of an instance on the channel of urgent consultations: (instance, role, kind, what else); their entries."""
    said = [(role, kind, {"instance": instance, **more}) for instance, role, kind, more in moves]
    return [refer_to(world[party], place) for place in say_all(world, party, "consult-urgent", said)]


def set_roster(node):
    """One person is on watch all the time."""
    day, last = (time.strftime("%Y-%m-%d", time.gmtime(time.time() + days * 86400)) for days in (-1, 2))
    file = node.home.parent / f"{node.party}.roster"
    file.write_text(f'post watch\nzone UTC\nfrom {day} 00:00\nto {last} 24:00\nperson one "One" "tel 1" ko en release\n'
                    f"shift {day}/{last} 00:00 24:00 one\n")
    node.run("roster", "set", file, "--label", "U", key="watch")


def asked_ms(node, path, times=21):
    """The median of as many askings of one client, each until the last byte of the answer."""
    spent = []
    for _ in range(times):
        line = nodes.UnixConnection(node.home / "socket", 30)
        begin = time.monotonic()
        line.request("GET", path)
        line.getresponse().read()
        spent.append((time.monotonic() - begin) * 1000)
        line.close()
    return sorted(spent)[times // 2]


def procedures(folder, figures, _):
    """How fast the machine folds moves; what a screen of the watch waits for while a thousand consultations run, each as far as its
    second message read and presented."""
    runs = [subprocess.run([ROOT / "build/test/proc/sim_procedures", "speed"], check=True, capture_output=True,
                           env={**os.environ, "VECTORS": str(ROOT / "test/vectors")}) for _ in range(FOLDS)]
    folded = sorted(json.loads(done.stdout)["procedure_fold_per_s"] for done in runs)
    figures["entente"]["procedure_fold_per_s"] = {"median": folded[FOLDS // 2], "min": folded[0], "max": folded[-1],
                                                 "of": FOLDS}
    world = make_world(f"{folder}/procedures")
    try:
        kor, usa = world["kor"], world["usa"]
        for node in (kor, usa):
            set_roster(node)
        definition = bytes.fromhex(next(one["hash"] for one in kor.get("/procedures") if one["id"] == "consult-urgent"))
        start = {"precedence": officers.IMMEDIATE, "fields": {1: definition, 2: 3}}
        instances = say_moves(world, "kor", [(None, "watch", officers.START, start)] * INSTANCES)
        for step in ("indicator", "alert"):
            message = {"precedence": officers.IMMEDIATE, "fields": {1: step}, "to": [("usa", "watch", 0), ("usa", "head", 0)]}
            said = say_moves(world, "kor", [(one, "watch", officers.MESSAGE, {**message, "body": officers.content("Report.")})
                                            for one in instances])
            for kind in (officers.WATCH_READ, officers.PRESENTED):
                say_moves(world, "usa", [(one, "watch", kind, {"refers": [at]}) for one, at in zip(instances, said)])
        held = {node.party: node.get("/instances") for node in (kor, usa)}
        assert all(len(rows) == INSTANCES and rows[0]["open"][0]["id"] == "convene" for rows in held.values())
        figures["entente"]["running_ms"] = {path: max(asked_ms(node, path) for node in (kor, usa))
                                            for path in ("/watch", "/instances", "/obligations")}
    finally:
        world.stop()


def session_of(node, key="watch"):
    """What an officer of that key says to be shown what he may read."""
    signer = node.key(key)

    def ask(body=None):
        line = nodes.UnixConnection(node.home / "socket", 30)
        line.request("POST", "/session", body, {"Content-Type": "application/cbor"} if body else {})
        answer = json.loads(line.getresponse().read())
        line.close()
        return answer

    told = ask()
    text = told["challenge"].encode()
    return {"Authorization": f"Bearer {ask(cbor2.dumps([text, signer.sign(text, told['namespace'].encode())]))['token']}"}


def listed_ms(node, headers, times=11):
    """The median of as many lists of all commitments, page by page on one connection, and how many pages and rows."""
    spent = []
    for _ in range(times):
        line = nodes.UnixConnection(node.home / "socket", 30)
        line.connect()
        begin, taken, rows, pages, after = time.monotonic(), 0, 0, 0, ""
        while after is not None:
            line.request("GET", "/dialogues?kind=commitment" + after, headers=headers)
            raw = line.getresponse().read()
            taken += time.monotonic() - begin  # what the client makes of it is its own time
            page = json.loads(raw)
            rows, pages = rows + len(page["things"]), pages + 1
            after = "&after=" + page["next"].replace(" ", "%20") if page["more"] else None
            begin = time.monotonic()
        spent.append(taken * 1000)
        line.close()
    assert rows == COMMITMENTS
    return sorted(spent)[times // 2], pages


def bare_listed_ms(node, times=11):
    """The same pages from a server that only sends them: what of the figure is the client's and the socket's."""
    pages, after = [], ""
    line = nodes.UnixConnection(node.home / "socket", 30)
    while after is not None:
        line.request("GET", "/dialogues?kind=commitment" + after)
        pages.append(line.getresponse().read())
        page = json.loads(pages[-1])
        after = "&after=" + page["next"].replace(" ", "%20") if page["more"] else None
    line.close()
    path, spent = node.home / "bare", []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)

        def serve():
            while True:
                to, _ = listener.accept()
                with to:
                    for page in pages:
                        if not to.recv(65536):
                            break
                        to.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(page) + page)

        server = multiprocessing.get_context("fork").Process(target=serve, daemon=True)
        server.start()
        for _ in range(times):
            line, begin = nodes.UnixConnection(path, 30), time.monotonic()
            for _ in pages:
                line.request("GET", "/")
                line.getresponse().read()
            spent.append((time.monotonic() - begin) * 1000)
            line.close()
        server.kill()
        server.join()
    path.unlink()
    return sorted(spent)[times // 2]


def first_listed_ms(node, starts=5):
    """The first list of an officer after a start, which nothing that an earlier one has read makes shorter."""
    spent = []
    for _ in range(starts):
        node.stop()
        node.start()
        spent.append(listed_ms(node, session_of(node), 1)[0])
    return sorted(spent)[starts // 2]


def rendered_ms(node, path, *options):
    begin = time.monotonic()
    node.run("text", "render", "statement", "--output", path, *options)
    return (time.monotonic() - begin) * 1000


def dialogues(folder, figures, _):
    """What a list of ten thousand commitments takes, and a text of 500 units in two languages with 2,000 revisions: its answer with the
    canonical file, and its originals by `entente text render`."""
    world = make_world(f"{folder}/dialogues")
    try:
        kor, usa = world["kor"], world["usa"]

        def say_here(party, said):
            return say_all(world, party, "consult", [("watch", kind, {"refers": refers, "fields": fields}) for kind, refers, fields in said])

        body, = say_here("kor", [(80, [], {1: "kidd", 2: ["en", "A dialogue", "ko", "협의체"]})])
        body = refer_to(kor, body)
        # Worded as those of the articles are.
        promised = say_here("kor", [(83, [body], {
            1: f"promise-{i}", 2: ["en", f"Reciprocal procurement, no. {i}", "ko", f"국방상호조달협정 {i}호"], 4: "2027-06", 5: ["KOR", "USA"],
            6: "003_a63ea05c4c5ea52d.txt", 7: ["en", "The agreement is signed by both ministers and in force on both sides, and says whom it opens which tenders",
                                              "ko", "협정이 양국 장관의 서명을 거쳐 발효하고, 어느 입찰을 누구에게 여는지 정한다"],
            24: "statement-kidd-24/procurement"}) for i in range(COMMITMENTS)])
        named = f"GET /dialogues of {COMMITMENTS:,} commitments, all pages"
        lists = {f"{named}, the owner": max(listed_ms(node, {})[0] for node in (kor, usa)),
                 f"{named}, an officer's session": max(listed_ms(node, session_of(node))[0] for node in (kor, usa))}
        lists[f"{named}, an officer's session, the first after a start"] = max(map(first_listed_ms, (kor, usa)))
        lists["the same pages from a server that only sends them"] = bare_listed_ms(kor)
        # Each of them confirmed by the one and reported by the other.
        places = [refer_to(kor, place) for place in promised]
        say_here("usa", [(94, [at], {3: 0}) for at in places])
        say_here("kor", [(84, [at], {7: ["en", "It is signed"]}) for at in places])
        lists[f"{named}, an officer's session, two deeds on each"] = max(listed_ms(node, session_of(node))[0] for node in (kor, usa))
        text, = say_here("kor", [(89, [body], {1: "statement", 2: ["en", "Statement", "ko", "성명"], 11: ["ko", "en"]})])
        at = refer_to(kor, text)
        for round_ in range(2):  # each language of each unit twice, by both in turn
            for party in ("kor", "usa"):
                say_here(party, [(90, [at], {1: f"unit-{i}", 10: i, 11: [tag], 17: f"{words} {round_} {i}. " * 8})
                                 for i in range(UNITS) for tag, words in (("ko", "양측은 공조를 계속하기로 하였다"), ("en", "The sides go on together"))
                                 if (i + round_) % 2 == (party == "usa")])
        whole = kor.get("/text", place=text, file="0")
        assert whole["versions"] == 4 * UNITS and len(whole["units"]) == UNITS
        figures["entente"]["dialogues_ms"] = {
            **lists,
            f"GET /text of {UNITS} units, {4 * UNITS:,} revisions": max(asked_ms(node, f"/text?place={text.replace(' ', '%20')}") for node in (kor, usa)),
            **{f"an original of it as {form}": rendered_ms(kor, f"{folder}/original", *options)
               for form, options in (("HTML", ()), ("PDF", ("--pdf",)))}}
    finally:
        world.stop()


SECTIONS = {"decision": decision, "procedures": procedures, "dialogues": dialogues, "latency": latency, "legs": legs, "throughput": throughput,
            "wire": wire, "idle": idle, "kill": kill, "catchup": catchup, "restart": restart}


def machine():
    cpu = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {"cores": os.cpu_count(), "cpu": cpu[1] if cpu else "?", "load": round(os.getloadavg()[0], 2),
            "openssl": ssl.OPENSSL_VERSION, "sqlite": sqlite3.sqlite_version, "kernel": os.uname().release,
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "program": hashlib.sha256(nodes.BINARY.read_bytes()).hexdigest()[:16]}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("sections", nargs="*", choices=[[], *SECTIONS])
    options.add_argument("--entries", type=int, default=1000000)
    options.add_argument("--keep", action="store_true")
    given = options.parse_args()
    for name, options in (("floor", ()), ("client", ()), ("ceiling", ("-lsodium",))):
        build(name, *options)
    latest = OUT / "latest.json"
    figures = {"floor": {}, "entente": {}, "machine": machine()}
    if given.sections and latest.exists():
        figures = {**json.loads(latest.read_text()), "machine": machine()}
    folder = tempfile.mkdtemp(prefix="entente-bench-")
    try:
        for name in given.sections or SECTIONS:
            say(name)
            SECTIONS[name](folder, figures, given.entries)
            latest.write_text(json.dumps(figures, indent=1) + "\n")
    finally:
        if not given.keep:
            shutil.rmtree(folder)
    floor_us, ours = figures["floor"].get("one_way_us"), figures["entente"]
    print(json.dumps(figures, indent=1))
    if floor_us:
        say(f"one way {ours['one_way_us']['p50'] / floor_us['p50']:.2f} x floor, receipt "
            f"{ours['receipt_us']['p50'] / figures['floor']['receipt_us']['p50']:.2f} x floor")
    for name in ("entries_per_s", "catchup_entries_per_s", "verify_entries_per_s"):
        if name in ours:
            say(f"{name}: {ours[name] / figures['floor'][name]:.2f} of the verify ceiling")
    return 0


if __name__ == "__main__":
    sys.exit(main())
