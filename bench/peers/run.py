#!/usr/bin/python3
"""The same work by entente and by systems that people use today, on loopback: build/bench/peers.json.

    make bench-peers [PEERS="nats redis"]    or    bench/peers/run.py [--repeats N] [--quick] [NAME | NAME-SETTING ...]

Each system runs with its packaged settings and with the most durable ones it has, as temporary instances in a
temporary folder. What was measured before stays in the file until it is measured again, so that a run can be cut off
and gone on with. bench/report.py makes docs/performance.md of it.
"""
import argparse
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import system  # noqa: E402

NAMES = ["floor", "entente", "redis", "nats", "postgres", "mosquitto", "rabbitmq", "prosody", "ejabberd", "synapse"]
RESULT = system.OUT / "peers.json"
LIMIT_S = 60
LONG_MS = 6000  # a kill that takes so long to mend is not repeated


def say(text):
    print(text, file=sys.stderr, flush=True)


def median(values):
    return sorted(values)[len(values) // 2]


def class_of(name):
    module = importlib.import_module(f"systems.{name}")
    return getattr(module, name.capitalize())


class Bench:
    """The client program against two running servers."""

    def __init__(self, servers, sizes):
        self.servers, self.sizes = servers, sizes
        self.program = str(system.OUT / f"bench-{servers.client}")

    def run(self, *words, on=()):
        """Its one line of JSON. `on`: what is done when it says a word."""
        command = [self.program, words[0], *self.servers.targets, *map(str, words[1:])]
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  cwd=self.servers.folder)
        clock = threading.Timer(LIMIT_S, client.kill)
        clock.start()
        try:
            for line in client.stdout:
                if line.startswith("{"):
                    return json.loads(line)
                dict(on)[line.strip()]()
                client.stdin.write("done\n")
                client.stdin.flush()
            return {"error": f"no answer in {LIMIT_S} s"}
        finally:
            clock.cancel()
            client.kill()
            client.wait()

    def count(self, name):
        return max(10, round(self.sizes[name] * self.servers.share))

    def memory(self):
        time.sleep(self.sizes["settle_s"])
        return {"idle_pss_kib": max(system.pss_kib(self.servers.pid(n)) for n in (1, 2))}

    def latency(self):
        return self.run("latency", self.count("latency"))

    def rate(self):
        out, peak, done = {}, [0], threading.Event()

        def watch():
            while not done.wait(0.2):
                peak[0] = max(peak[0], *(system.pss_kib(self.servers.pid(n)) for n in (1, 2)))
        thread = threading.Thread(target=watch)
        thread.start()
        try:
            for pairs, window in zip((1, 8), self.servers.windows):
                found = self.run("rate", pairs, window, self.sizes["rate_ms"])
                out.update({f"{name}_{pairs}": value for name, value in found.items()})
        finally:
            done.set()
            thread.join()
        return {**out, "load_pss_kib": peak[0]}

    def wire(self):
        out = {}
        for name, window in (("alone", 1), ("batched", 64)):
            seen = {}

            def look(when, seen=seen):
                seen[when] = self.servers.line_bytes()
            found = self.run("wire", window, self.count("wire"),
                             on={"begin": lambda: look("begin"), "end": lambda: look("end")})
            if "error" in found:
                out[f"error_wire_{name}"] = found["error"]
            else:
                out[f"wire_{name}"] = round((seen["end"] - seen["begin"]) / found["count"])
        return out

    def crash(self):
        found = self.run("crash", self.servers.crash_rate, on={"kill": lambda: self.servers.restart(2)})
        return {name if name in ("error", "kill_to_first_ms") else f"crash_{name}": value
                for name, value in found.items()}


def summary(rows):
    """Of the repeats, by name: the median, the least and the most; an error stays as it is."""
    out = {}
    for name in sorted({name for row in rows for name in row}):
        values = [row[name] for row in rows if name in row]
        numbers = [value for value in values if isinstance(value, (int, float))]
        other = [value for value in values if not isinstance(value, (int, float))]
        if numbers:
            out[name] = {"median": median(numbers), "min": min(numbers), "max": max(numbers),
                         "of": len(numbers)}
        else:
            out[name] = other[0]
    return out


def measure(kind, setting, repeats, sizes):
    """All of one setting of one system: its row for the file."""
    folder = tempfile.mkdtemp(prefix="entente-peers-")
    os.chmod(folder, 0o755)
    servers, rows = kind(setting, f"{folder}/{kind.name}"), []
    servers.check()
    servers.folder.mkdir(exist_ok=True)
    try:
        servers.open()
        bench = Bench(servers, sizes)
        for _ in range(repeats):
            row = {}
            for name in kind.measures:
                if name == "crash" and rows and rows[-1].get("kill_to_first_ms", LONG_MS) >= LONG_MS:
                    continue
                found = getattr(bench, name)()
                row.update({"error_" + name if key == "error" else key: value for key, value in found.items()})
            rows.append(row)
            say(f"  {json.dumps(row)}")
    finally:
        try:
            servers.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    accepted, told = kind.settings[setting]
    return {"accepted": accepted, "told": told, "line": kind.line, "windows": kind.windows,
            "crash_rate": kind.crash_rate, "load": round(os.getloadavg()[0], 2),
            "when": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "figures": summary(rows)}


def versions(name):
    """The Debian package and its version, or what stands in its place."""
    packages = {"redis": "redis-server", "nats": "nats-server", "postgres": "postgresql-[0-9]*",
                "rabbitmq": "rabbitmq-server"}
    package = packages.get(name, name)
    done = subprocess.run(["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}\n", package], capture_output=True,
                          text=True, check=False)
    found = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("installed ")]
    if found:
        return found[-1]
    if name == "synapse":
        return system.run(system.OUT / "synapse/bin/python", "-c",
                          "from importlib.metadata import version; print(version('matrix-synapse'))").strip()
    return "this tree" if name in ("entente", "floor") else "?"


def wanted(words):
    """(name, setting) of each that is asked for; all without a word."""
    for name in NAMES:
        kind = class_of(name)
        for setting in kind.settings:
            if not words or name in words or f"{name}-{setting}" in words:
                yield kind, setting


def machine():
    cpu = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
           if line.startswith("model name")]
    return {"cores": os.cpu_count(), "cpu": cpu[0] if cpu else "?", "kernel": os.uname().release,
            "load": round(os.getloadavg()[0], 2)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("words", nargs="*")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--quick", action="store_true", help="tiny counts: whether it works, no figures")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    sizes = ({"latency": 50, "rate_ms": 300, "wire": 50, "settle_s": 0.2} if given.quick else
             {"latency": 400, "rate_ms": 1000, "wire": 200, "settle_s": 1})
    all_of_it = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    all_of_it = {"systems": {}, **all_of_it, "machine": machine(), "repeats": given.repeats, "quick": given.quick}
    chosen = list(wanted(given.words))
    unknown = set(given.words) - {kind.name for kind, _ in chosen} - {f"{kind.name}-{s}" for kind, s in chosen}
    if unknown:
        options.error(f"unknown: {' '.join(sorted(unknown))}; there are {' '.join(NAMES)}")
    failed = 0
    for kind, setting in chosen:
        begin = time.monotonic()
        name = f"{kind.name}-{setting}"
        try:
            system.build(f"bench-{kind.client}", ["bench.c", f"peer_{kind.client}.c", *kind.sources], *kind.flags)
            row = measure(kind, setting, given.repeats, sizes)
            row["version"] = versions(kind.name)
        except system.Missing as why:
            row = {"missing": str(why)}
        except (RuntimeError, subprocess.SubprocessError, OSError) as why:
            row = {"failed": str(why)[-500:]}
            failed += 1
        all_of_it["systems"][name] = row
        RESULT.write_text(json.dumps(all_of_it, indent=1) + "\n")
        say(f"{name}: {row.get('missing') or row.get('failed') or 'done'}, {time.monotonic() - begin:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
