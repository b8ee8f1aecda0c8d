#!/usr/bin/python3
"""Figures by the record's size, by the number of parties and by that of watching clients: build/bench/scale.json.

    make bench-scale [MAX=1e6]    or    bench/scale.py [--max N] [entries] [parties] [watchers]

Every entry is a message of 16 characters, signed by an officer beforehand, 200 in a request, and comes through the
same door as any other: nothing is put into the store behind the node's back. Signing is not in any figure.
"""
import argparse
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import run  # noqa: E402
from run import nodes, quantiles, say  # noqa: E402

RESULT = run.OUT / "scale.json"
SLICE = 50000
APPENDS = 300
WATCHERS = 1000
HOW = """\
One node (of two) holds so many entries: messages of 16 characters, each signed by an officer beforehand, filed 200 a request
over 8 connections while the peer is away, so that verification, tree, views and store of one node have both cores. At each size:
300 statements one after another, from the request's first byte to the answer (append); the peer comes and takes what it lacks
(catch-up), and a thousand clients watch it (its memory then); both end; the node starts three times, until its first answer (restart, median); `entente verify` reads
and checks everything, on both cores; the files' length; the memory (PSS) of all of the node's processes after the last start."""


def client(*words):
    done = subprocess.run([str(run.OUT / "client"), *map(str, words)], check=True, capture_output=True, text=True)
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]


def fill(world, path, count):
    """Files so many at the first party; entries a second, signing left out."""
    filed, seconds = 0, 0.0
    while filed < count:
        run.write_requests(world, "kor", path, min(SLICE, count - filed), 200, text_len=16)
        some, took = run.load(world, "kor", path)
        filed, seconds = filed + some, seconds + took
        say(f"  {filed} filed, {some / took:.0f} a second")
    return round(filed / seconds)


def append(world, path):
    run.write_requests(world, "kor", path, APPENDS, 1, text_len=16)
    values = [one for one, in client("append", world["kor"].home / "socket", path)]
    return quantiles(values)


def disk_len(home):
    return sum(path.stat().st_size for path in Path(home).glob("record.db*"))


def restart_ms(node):
    times = []
    for _ in range(3):
        node.stop()
        times.append(1000 * run.started(node))
    return round(quantiles(times)["p50"], 1)


def catch_up(world, row):
    """Entries a second from the start of the peer's node until it holds and has folded all; what one core can verify."""
    a, b = world["kor"], world["usa"]
    goal = run.size_of(a, "kor")[0]
    ceiling = run.ceiling(1)
    begin = time.monotonic()
    b.start()
    before = run.size_of(b, "kor")[2]
    nodes.wait_for("all has come", lambda: run.size_of(b, "kor")[2] >= goal, 3600)
    row["catchup_per_s"] = round((goal - before) / (time.monotonic() - begin))
    row["ceiling_per_s"] = round((ceiling + run.ceiling(1)) / 2)
    world.await_receipts(120)
    # What its node takes with so many entries and a thousand clients that watch.
    run.write_requests(world, "kor", f"{world.folder}/watched", 40, 1)
    row["watched_pss_kib"] = spread(world, f"{world.folder}/watched", WATCHERS, ["usa"])[2]
    b.stop()


def entries(folder, found, most):
    world, path, rows = run.make_world(f"{folder}/entries"), f"{folder}/requests", []
    node = world["kor"]
    try:
        world["usa"].stop()
        size = 10 ** 3
        while size <= most:
            held = run.size_of(node, "kor")[0]
            row = {"entries": size, "filed_per_s": fill(world, path, size - held - APPENDS)}
            row.update({f"append_{name}_us": value for name, value in append(world, path).items()})
            catch_up(world, row)
            node.stop()
            row["disk_bytes"] = round(disk_len(node.home) / size)
            begin = time.monotonic()
            nodes.run("verify", home=node.home, timeout=3600)
            row["verify_per_s"] = round(size / (time.monotonic() - begin))
            node.start()
            row["restart_ms"] = restart_ms(node)
            row["pss_kib"] = node.pss_kib()
            rows.append(row)
            say(f"  {row}")
            found["entries"] = rows
            yield
            size *= 10
    finally:
        world.stop()


def write_accord(folder, count):
    """An accord of so many parties with one channel for all; the world of tests signs it."""
    names = [f"p{i}" for i in range(1, count + 1)]
    every = " ".join(names)
    home = "".join(f'{100 + i} {name}-home HOME en "Own" parties {name} write watch precedence ROUTINE\n'
                   for i, name in enumerate(names))
    folder.mkdir(parents=True)
    (folder / "accord").write_text(f'founding\nmode live\npost-quantum preferred\nlanguages en ko\n'
                                   f'title en "Accord of {count}" ko "{count}자 협약"\n')
    (folder / "parties").write_text("".join(f'{name} en "Party {name}" ko "당사자 {name}"\n' for name in names))
    (folder / "posts").write_text(f'watch en "Watch" ko "당직관" of {every}\n')
    (folder / "channels").write_text(f'1 notify NOTIFY en "Notices" ko "통보" parties {every} write watch precedence '
                                     f'PRIORITY ROUTINE\n7 service SERVICE en "Service" ko "업무" parties {every} '
                                     f'write watch precedence ROUTINE\n' + home.replace('en "Own"', 'en "Own" ko "내부"'))
    shutil.copy(run.ROOT / "accords/rok-us/timers", folder / "timers")
    return folder


def spread(world, path, count, to):
    """(first, last) in microseconds of each statement, and the memory while all still listen."""
    command = [str(run.OUT / "client"), "spread", str(world[world.parties[0]].home / "socket"), str(path), str(count),
               *(str(world[party].home / "socket") for party in to)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as done:
        rows = []
        for line in done.stdout:
            if line in ("listening\n", "done\n"):
                pss = world[to[-1]].pss_kib()
                done.stdin.write("\n")
                done.stdin.flush()
            else:
                rows.append(tuple(map(int, line.split())))
    if done.returncode != 0:
        raise RuntimeError(f"spread to {count} clients ended with {done.returncode}")
    rows = rows[20:]
    return [one for one, _ in rows], [two for _, two in rows], pss


def parties(folder, found, _):
    """One way to the first and the last of the others, and entries a second until all have cosigned all."""
    rows = []
    for count in (2, 3, 4, 6, 8):
        accord = write_accord(Path(folder) / f"accord-{count}", count)
        world = nodes.World(f"{folder}/parties-{count}", accord).make().start()
        try:
            run.CHANNEL_NUMBER[0] = world.channel(run.CHANNEL)["number"]
            world.await_receipts(60)
            path, first = f"{folder}/parties", world.parties[0]
            run.write_requests(world, first, path, 220, 1)
            one, last, pss = spread(world, path, 1, world.parties[1:])
            run.write_requests(world, first, path, 8000, 100)
            begin = time.monotonic()
            filed, _ = run.load(world, first, path)
            world.await_receipts(120)
            rows.append({"parties": count, "one_way_p50_us": quantiles(one)["p50"], "last_p50_us": quantiles(last)["p50"],
                         "per_s": round(filed / (time.monotonic() - begin)), "pss_kib": pss})
        finally:
            world.stop()
        say(f"  {rows[-1]}")
        found["parties"] = rows
        yield


def watchers(folder, found, _):
    """One way to the first and to the last of so many clients of the peer, and its node's memory while they listen."""
    rows, path = [], f"{folder}/watchers.requests"
    world = run.make_world(f"{folder}/watchers")
    try:
        for count in (1, 10, 100, 1000):
            world["usa"].stop()  # who has gone away is noticed at the next beat only
            world["usa"].start()
            world.await_receipts(60)
            run.write_requests(world, "kor", path, 120, 1)
            first, last, pss = spread(world, path, count, ["usa"])
            rows.append({"clients": count, "first_p50_us": quantiles(first)["p50"],
                         "last_p50_us": quantiles(last)["p50"], "pss_kib": pss})
            say(f"  {rows[-1]}")
            found["watchers"] = rows
            yield
    finally:
        world.stop()


SECTIONS = {"entries": entries, "parties": parties, "watchers": watchers}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("sections", nargs="*", choices=[[], *SECTIONS])
    options.add_argument("--max", type=lambda word: int(float(word)), default=10 ** 6)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    run.build("client")
    run.build("ceiling", "-lsodium")
    found = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    found.update(machine=run.machine(), how=HOW)
    folder = tempfile.mkdtemp(prefix="entente-scale-")
    try:
        for name in given.sections or SECTIONS:
            say(name)
            for _ in SECTIONS[name](folder, found, given.max):
                RESULT.write_text(json.dumps(found, indent=1) + "\n")
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
