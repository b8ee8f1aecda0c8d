#!/usr/bin/python3
"""Searches with libFuzzer or AFL++: test/fuzz/run.py BUILD [--minutes N | --until COUNT [--quick BUILD]] [--targets TARGET...]

All targets at once share the minutes; with --until, one a core and the quickest first, each runs on until it was
executed so often in all: by the programs of the quick build, if one is given, and what they reached is then replayed by
BUILD's, which see more. Both engines read the corpus of the sources and BUILD/corpus/TARGET/, and what is new goes
there; what is found lies in BUILD/found/TARGET/. A crash is copied to the corpus by hand, with the fix.

Every run is counted in BUILD/report.json, from the engine's own figures, until --write adds it to the table of docs/fuzzing.md,
which is the sum of all runs; --report prints that sum, --keep takes over into the sources what little reaches what they did not.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "fuzzing.md"
MARKS = ("<!-- table: test/fuzz/run.py --write -->", "<!-- end of table -->")
LEN_MAX = 65536  # of an input, where there is time
LEN_MAX_COUNTED = 4096  # where executions are counted: longer ones say little that is new and take long
SLICE_S = 120  # of a run with --until: what was counted is not lost if it is ended
REPLAY_S = 600  # of a corpus
TASTE_S = 5  # of the first run of a target, whose speed nobody knows
KEEP_LEN_MAX = 4096  # of a corpus file in the sources
KEEP_COUNT_MAX = 40  # new ones a target
ROW = ("target", "engine", "executions", "seconds", "date")
ENV = {
    **os.environ,
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "ASAN_OPTIONS": "abort_on_error=1:symbolize=0:detect_leaks=0",
    "AFL_SKIP_CPUFREQ": "1",
    "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    "AFL_NO_UI": "1",
    "AFL_NO_AFFINITY": "1",
    "AFL_AUTORESUME": "1",
    "AFL_QUIET": "1",
}
ENV_LIBFUZZER = {**ENV, "ASAN_OPTIONS": "strict_string_checks=1", "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19"}


class Run:
    """One engine at work on one target."""

    def __init__(self, build, name, seconds, len_max, runs=None, programs=None):
        self.build, self.name, self.programs = build, name, programs or build
        self.new, self.found = build / "corpus" / name, build / "found" / name
        for folder in (self.new, self.found):
            folder.mkdir(parents=True, exist_ok=True)
        self.before = self.artefacts()
        self.output = tempfile.TemporaryFile("w+")
        self.start(seconds, len_max, runs)

    def artefacts(self):
        return {p.name for p in self.found.iterdir()}

    def spawn(self, command, env):
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT, text=True, env=env)

    def wait(self):
        """The row for the report: executions, what was found."""
        self.process.wait()
        self.output.seek(0)
        self.said = self.output.read()
        executions, seconds = self.count()
        found = sorted(self.artefacts() - self.before)
        return {
            "target": self.name,
            "engine": self.engine,
            "executions": executions,
            "seconds": seconds,
            "found": found,
            "is_bad": self.process.returncode != 0 and self.process.returncode != -signal.SIGINT or bool(found) or executions == 0,
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
        }

    def program(self):
        return str(self.programs / "test/fuzz" / f"fuzz_{self.name}")

    def words(self):
        words = HERE / f"{self.name}.dict"
        return words if words.exists() else None


class LibFuzzer(Run):
    engine = "libFuzzer"

    def start(self, seconds, len_max, runs):
        self.spawn(
            [
                self.program(),
                f"-max_total_time={seconds}",
                *([f"-runs={runs}"] if runs is not None else []),
                f"-max_len={len_max}",
                f"-artifact_prefix={self.found}/",
                "-print_final_stats=1",
                "-rss_limit_mb=2048",
                *([f"-dict={self.words()}"] if self.words() else []),
                str(self.new),
                str(HERE / "corpus" / self.name),
            ],
            ENV_LIBFUZZER,
        )

    def count(self):
        runs = re.findall(r"^stat::number_of_executed_units:\s*(\d+)", self.said, re.M)
        done = re.findall(r"^Done \d+ runs in (\d+) second", self.said, re.M)
        return int(runs[-1]) if runs else 0, int(done[-1]) if done else 0


class Afl(Run):
    engine = "AFL++"

    def start(self, seconds, len_max, runs):
        self.out = self.build / "afl" / self.name
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.parent.mkdir(exist_ok=True)
        first = self.build / "afl-in" / self.name
        shutil.rmtree(first, ignore_errors=True)
        first.mkdir(parents=True)
        for folder in (HERE / "corpus" / self.name, self.new):
            for file in folder.iterdir():
                if file.stat().st_size <= len_max:
                    keep(file, first)
        self.spawn(
            [
                *("afl-fuzz", "-i", str(first), "-o", str(self.out), "-V", str(seconds), "-m", "none"),
                *("-t", "2000+", "-G", str(len_max)),
                *(["-E", str(runs)] if runs is not None else []),
                *(["-x", str(self.words())] if self.words() else []),
                self.program(),
            ],
            ENV,
        )

    def count(self):
        out = self.out / "default"
        for folder, to in (("queue", self.new), ("crashes", self.found), ("hangs", self.found)):
            for file in (out / folder).glob("id:*") if (out / folder).exists() else []:
                if ",orig:" not in file.name:
                    keep(file, to, "" if folder == "queue" else folder + "-")
        stats = (out / "fuzzer_stats").read_text() if (out / "fuzzer_stats").exists() else ""
        rows = dict(re.findall(r"^(\w+)\s*: (.*)$", stats, re.M))
        return int(rows.get("execs_done", 0)), int(rows.get("run_time", 0))


ENGINES = {"libfuzzer": LibFuzzer, "afl": Afl}


def keep(file, folder, prefix=""):
    """Under a name that its bytes give, so that engines and runs do not keep it twice."""
    data = file.read_bytes()
    (folder / (prefix + hashlib.sha1(data).hexdigest())).write_bytes(data)


# ---- The report: one row a target and engine, over all runs: the page's, and what a build counted since. ----


def report_load(build):
    path = build / "report.json"
    return json.loads(path.read_text()) if path.exists() else {}


def page_load():
    rows = {}
    for line in PAGE.read_text().split(MARKS[0])[1].split(MARKS[1])[0].splitlines()[4:]:
        if line:
            target, engine, executions, speed, found, date = (cell.strip() for cell in line.strip("|").split("|"))
            executions, speed = (int(cell.replace(",", "")) for cell in (executions, speed))
            rows[f"{target} {engine}"] = {
                "target": target,
                "engine": engine,
                "executions": executions,
                "seconds": executions // max(1, speed),
                "found": int(found),
                "date": date,
            }
    return rows


def add(rows, more):
    for key, row in more.items():
        sum_ = rows.setdefault(key, {**row, "executions": 0, "seconds": 0, "found": 0})
        for what in ("executions", "seconds", "found"):
            sum_[what] += row[what]
        sum_["date"] = max(sum_["date"], row["date"])


def report_add(build, row):
    if row["executions"] == 0:
        return
    report = report_load(build)
    add(report, {f"{row['target']} {row['engine']}": {**{what: row[what] for what in ROW}, "found": len(row["found"])}})
    path = build / "report.json"
    path.with_suffix(".new").write_text(json.dumps(report, indent=1, sort_keys=True) + "\n")
    path.with_suffix(".new").replace(path)


def counted(builds):
    rows = page_load()
    for build in builds:
        add(rows, report_load(build))
    return rows


def table(builds):
    """A finding stays in the table, mended or not."""
    lines = ["| target | engine | executions | a second | found | last run |", "|---|---|---|---|---|---|"]
    for _, row in sorted(counted(builds).items()):
        speed = row["executions"] // max(1, row["seconds"])
        lines.append(
            f"| {row['target']} | {row['engine']} | {row['executions']:,} | {speed:,} | {row['found']} | {row['date']} |"
        )
    return "\n".join(lines)


def page_write(builds):
    """What the page holds, a build counts no more."""
    text = PAGE.read_text()
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    PAGE.write_text(f"{before}{MARKS[0]}\n\n{table(builds)}\n\n{MARKS[1]}{after}")
    for build in builds:
        (build / "report.json").unlink(missing_ok=True)


# ---- Runs. ----


def tell(run, row):
    speed = row["executions"] // max(1, row["seconds"])
    print(f"{row['target']}: {row['executions']:,} executions, {speed:,} a second", end="")
    print(f", FAILED {' '.join(row['found'])}" if row["is_bad"] else "", flush=True)
    if row["is_bad"]:
        print(run.said[-8000:], flush=True)


def for_minutes(engine, build, targets, minutes):
    """One at a time a core, so that each gets its share of the minutes whole."""
    cores = os.cpu_count() or 1
    seconds = max(1, int(minutes * 60 * min(cores, len(targets)) / len(targets)))
    bad = 0
    for at in range(0, len(targets), cores):
        running = [engine(build, name, seconds, LEN_MAX) for name in targets[at : at + cores]]
        for run in running:
            row = run.wait()
            report_add(build, row)
            tell(run, row)
            bad += row["is_bad"]
    print(f"{len(targets) - bad} passed, {bad} failed")
    return 1 if bad else 0


class Until:
    """Targets that are executed until each was so often: one a core, always the one that will be done first, by its own speed here."""

    def __init__(self, engine, build, quick, targets, goal):
        self.engine, self.build, self.quick, self.targets, self.goal = engine, build, quick, targets, goal
        self.lock, self.busy, self.bad, self.speed = threading.Lock(), set(), set(), {}

    def row(self, name):
        return counted([self.build]).get(f"{name} {self.engine.engine}")

    def left(self, name):
        row = self.row(name)
        return self.goal - (row["executions"] if row else 0)

    def left_s(self, name):
        return self.left(name) / self.speed[name] if name in self.speed else 0.0

    def take(self):
        """A target; None if nothing is left. One that found something waits until it was mended."""
        with self.lock:
            open_ = [name for name in self.targets if name not in self.bad | self.busy and self.left(name) > 0]
            if not open_:
                return None
            name = min(open_, key=self.left_s)
            self.busy.add(name)
            return name

    def keep(self, run):
        row = run.wait()
        with self.lock:
            report_add(self.build, row)
            tell(run, row)
            if row["is_bad"]:
                self.bad.add(run.name)
        return row

    def replay(self, name):
        """What was reached without the address sanitizer, under it."""
        run = self.engine(self.build, name, REPLAY_S, LEN_MAX_COUNTED, 0)
        self.keep(run)

    def work(self):
        while name := self.take():
            seconds = SLICE_S if name in self.speed else TASTE_S
            row = self.keep(self.engine(self.build, name, seconds, LEN_MAX_COUNTED, self.left(name), self.quick))
            self.speed[name] = max(1, row["executions"]) / max(1, row["seconds"])
            if self.quick and not row["is_bad"] and self.left(name) <= 0:
                self.replay(name)
            with self.lock:
                self.busy.discard(name)

    def all(self):
        workers = [threading.Thread(target=self.work) for _ in range(os.cpu_count() or 1)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        print(f"{len(self.targets) - len(self.bad)} passed, {len(self.bad)} failed")
        return 1 if self.bad else 0


def take_over(build, name):
    """The fewest inputs that reach what the corpus of the sources does not, beside it."""
    corpus = HERE / "corpus" / name
    if not (build / "corpus" / name).is_dir():
        return  # it was not run
    with tempfile.TemporaryDirectory() as scratch:
        merged, short = pathlib.Path(scratch) / "merged", pathlib.Path(scratch) / "short"
        merged.mkdir()
        short.mkdir()
        for file in sorted((build / "corpus" / name).iterdir(), key=lambda p: (p.stat().st_size, p.name)):
            if file.stat().st_size <= KEEP_LEN_MAX:
                shutil.copy(file, short)
        for file in corpus.iterdir():
            shutil.copy(file, merged)
        kept = {p.name for p in merged.iterdir()}
        subprocess.run(
            [str(build / "test/fuzz" / f"fuzz_{name}"), "-merge=1", f"-max_len={KEEP_LEN_MAX}", str(merged), str(short)],
            check=True,
            capture_output=True,
            env=ENV_LIBFUZZER,
        )
        new = sorted((p for p in merged.iterdir() if p.name not in kept), key=lambda p: (p.stat().st_size, p.name))
        for file in new[:KEEP_COUNT_MAX]:
            shutil.copy(file, corpus / file.name[:12])
        print(f"{name}: {len(new[:KEEP_COUNT_MAX])} of {len(new)} inputs taken over")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=pathlib.Path, nargs="+", help="of the sources; more than one with --report only")
    parser.add_argument("--engine", choices=ENGINES, default="libfuzzer")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--until", type=int, metavar="COUNT", help="executions of each target, over all runs")
    parser.add_argument("--quick", type=pathlib.Path, metavar="BUILD", help="with --until: whose programs are executed")
    parser.add_argument("--targets", nargs="*", default=[], metavar="TARGET")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    if given.report:
        print(table(given.build))
        return 0
    if given.write:
        page_write(given.build)
        return 0
    build = given.build[0].resolve()
    known = sorted(p.name[len("fuzz_") :] for p in (build / "test/fuzz").glob("fuzz_*") if p.is_file())
    unknown = sorted(set(given.targets) - set(known))
    if unknown:
        print(f"no target {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    targets = given.targets or known
    if given.keep:
        for name in targets:
            take_over(build, name)
        return 0
    engine = ENGINES[given.engine]
    if given.until:
        return Until(engine, build, given.quick and given.quick.resolve(), targets, given.until).all()
    return for_minutes(engine, build, targets, given.minutes)


if __name__ == "__main__":
    sys.exit(main())
