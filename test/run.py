#!/usr/bin/python3
"""Runs the tests of all runners, adds them up and closes with one line: `N passed, N failed`.

usage: test/run.py [lint | check | e2e]... [-k WORDS]

check  builds with gcc and with clang and its sanitizers, and runs every suite of Meson
lint   what reads sources, analyzers too; e2e  the plays on running nodes, by pytest

A suite that ran nothing has failed, and so has a test that was skipped.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
OUTPUT_SHOWN = 60  # lines of a test that failed

BUILDS = {
    "gcc": ("build", "gcc", ["-Dc_args=-g1"]),
    "clang and sanitizers": (
        "build-clang",
        "clang-19",
        ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=0", "-Dc_args=-gline-tables-only"],
    ),
}
LINKERS = {"clang-19": {"CC_LD": "lld"}}  # a third of the time of the other, a hundred and fifty times
# What runs where. The simulator itself runs fewer seeds where sanitizers make it slow.
LINT = ("lint", "analyzers")
IDLE = ["chrt", "--idle", "0"]  # takes what nobody else wants
SUITES = {
    "gcc": ["unit", "vectors", "policy", "conformance", "sim", "crash", "proc", "models", "console", "lint", "analyzers"],
    "clang and sanitizers": ["unit", "conformance", "sim", "crash", "proc", "fuzz"],
}

TAP_LINE = re.compile(r"^(not )?ok\b(?!.*# SKIP)", re.M)
TAP_PLAN = re.compile(r"^1\.\.(\d+)", re.M)


class Tally:
    def __init__(self):
        self.passed = 0
        self.failures = []  # (name, output)

    def add(self, passed, failures):
        self.passed += passed
        self.failures += failures

    def fail(self, name, output):
        self.add(0, [(name, output)])


def count_meson_test(row):
    """What one program of Meson's says: how many tests passed, and those that failed."""
    output = row.get("stdout", "") + row.get("stderr", "")
    plans = [int(n) for n in TAP_PLAN.findall(row.get("stdout", ""))]
    if not plans:
        return (1, []) if row["result"] == "OK" else (0, [(row["name"], f"{row['result']}\n{output}")])
    verdicts = TAP_LINE.findall(row["stdout"])
    bad = sum(1 for verdict in verdicts if verdict)
    passed = len(verdicts) - bad
    missing = sum(plans) - len(verdicts)
    if row["result"] == "OK" and bad == 0 and missing == 0 and passed > 0:
        return passed, []
    # A program that died in the middle has failed in all that it did not come to.
    return passed, [(row["name"], f"{row['result']}\n{output}")] * max(1, bad + max(0, missing))


def count_pytest(path):
    passed, failures = 0, []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        wrong = [child for child in case if child.tag in ("failure", "error", "skipped")]
        if wrong:
            texts = [f"{child.tag}: {child.get('message', '')}\n{child.text or ''}" for child in wrong]
            failures.append((f"{case.get('classname')}.{case.get('name')}", "\n".join(texts)))
        else:
            passed += 1
    return passed, failures


def run(command, **more):
    return subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def say(what, passed, failures, seconds):
    print(f"{what}: {passed} passed, {len(failures)} failed ({seconds:.1f} s)", flush=True)
    shown = set()
    for name, output in failures:
        if name not in shown:
            lines = output.rstrip().split("\n")
            left = len(lines) - OUTPUT_SHOWN
            print(f"--- {name}" + (f" (the last {OUTPUT_SHOWN} of {len(lines)} lines)" if left > 0 else ""))
            print("\n".join("    " + line for line in lines[-OUTPUT_SHOWN:]), flush=True)
        shown.add(name)


def build(which, tally, is_beside=False):
    folder, compiler, options = BUILDS[which]
    start = time.monotonic()
    done = None
    beside = IDLE if is_beside else []
    if not (ROOT / folder / "build.ninja").exists():
        done = run([*beside, "meson", "setup", folder, *options], env={**os.environ, "CC": compiler, **LINKERS.get(compiler, {})})
    if done is None or done.returncode == 0:
        done = run([*beside, "ninja", "-C", folder, "--quiet"])
    failures = [] if done.returncode == 0 else [(f"build with {which}", done.stdout)]
    passed = 1 - len(failures)
    say(f"build with {which}", passed, failures, time.monotonic() - start)
    tally.add(passed, failures)
    return not failures


def suite_of(test):
    """Of a row of `meson introspect --tests`: "entente:unit" is unit."""
    return test["suite"][0].split(":")[-1]


def forgotten(tests):
    """A suite that Meson knows and that nothing here runs: its tests would never fail."""
    listed = {suite for suites in SUITES.values() for suite in suites}
    return [(f"suite {suite}", "test/run.py runs it nowhere")
            for suite in sorted({suite_of(test) for test in tests} - listed)]


def follow(process, what, total):
    """Passes the time until Meson ends, with a count on a terminal; gives what it said."""
    said, done = [], 0
    for line in process.stdout:
        said.append(line)
        done += re.match(r" *\d+/\d+ ", line) is not None
        if sys.stdout.isatty():
            print(f"\r{what}: {done} of {total} programs ", end="", flush=True)
    if sys.stdout.isatty():
        print("\r\033[K", end="")
    process.wait()
    return "".join(said)


def run_suites(which, suites, tally, is_beside=False):
    """All suites of one build at once: a long test of one fills the time that another leaves."""
    folder = BUILDS[which][0]
    base = "lint" if suites[0] in LINT else "run"
    log = ROOT / folder / "meson-logs" / f"{base}.json"
    log.unlink(missing_ok=True)
    start = time.monotonic()
    known = json.loads(subprocess.run(["meson", "introspect", "--tests", folder], cwd=ROOT, capture_output=True).stdout)
    wanted = {suite: [test["name"] for test in known if suite_of(test) == suite] for suite in suites}
    choice = [word for suite in suites for word in ("--suite", suite)]
    # Meson would fill what malloc gives and free takes, which is half of a crash's time; sanitizers watch that.
    env = {**os.environ, "MALLOC_PERTURB_": "0"}
    process = subprocess.Popen(
        [*(IDLE if is_beside else []), "meson", "test", "-C", folder, "--no-rebuild", "--logbase", base,
         "--timeout-multiplier", "5" if is_beside else "1", *choice],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = follow(process, which, sum(map(len, wanted.values())))
    rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    for suite, names in wanted.items():
        passed, failures, ran = 0, [], []
        for row in rows:
            place, _, name = row["name"].rpartition(" / ")
            if name in names and place.split(":")[-1] in (suite, ""):
                ran.append(name)
                more, bad = count_meson_test(row)
                passed += more
                failures += bad
        if sorted(ran) != sorted(names) or not names:
            failures.append((f"{suite}, {which}", f"ran {len(ran)} programs of {len(names)}\n{said}"))
        seconds = sum(row["duration"] for row in rows if row["name"].rpartition(" / ")[0].split(":")[-1] == suite)
        say(f"{suite}, {which}", passed, failures, seconds)
        tally.add(passed, failures)
    left = forgotten(known)
    if left:
        say("suites", 0, left, 0)
        tally.add(0, left)
    print(f"{which}: {time.monotonic() - start:.0f} s in all", flush=True)


def check_rest(suites, lint, is_checked, tally, is_beside):
    """What waits for no node; lint has something to say about what does not build, too."""
    which = "clang and sanitizers"
    if suites:
        run_suites("gcc", suites, tally, is_beside)
    if lint:
        if build(which, tally, is_beside) and is_checked:
            run_suites(which, SUITES[which], tally, is_beside)
        run_suites("gcc", lint, tally, is_beside)


def run_plays(words, tally):
    report = ROOT / "build" / "e2e.xml"
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    start = time.monotonic()
    # Most of a play is waiting: four at once, each file in one process.
    command = [PYTHON, "-m", "pytest", "-q", "-n", "4", "--dist", "loadfile", "-p", "no:cacheprovider",
               f"--junitxml={report}", "test/e2e", "test/blackbox"]
    env = {**os.environ, "ENTENTE": str(ROOT / "build/src/entente/entente"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = run(command + (["-k", words] if words else []), env=env)
    passed, failures = count_pytest(report) if report.exists() else (0, [])
    if passed + len(failures) == 0:
        failures.append(("e2e", f"no test ran\n{done.stdout}"))
    elif done.returncode != 0 and not failures:
        failures.append(("e2e", done.stdout))
    say("e2e", passed, failures, time.monotonic() - start)
    tally.add(passed, failures)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][len("usage: ") :])
    parser.add_argument("stages", nargs="*", choices=["lint", "check", "e2e", []])
    parser.add_argument("-k", metavar="WORDS", default="")
    given = parser.parse_args()
    stages = given.stages or ["check", "e2e"]
    tally = Tally()

    is_built = build("gcc", tally)
    is_played = "e2e" in stages and is_built
    lint = [suite for suite in LINT if "lint" in stages or ("check" in stages and suite == "lint")]
    suites = [suite for suite in SUITES["gcc"] if suite not in LINT] if "check" in stages and is_built else []
    # Plays leave most of the time.
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        rest = beside.submit(check_rest, suites, lint, "check" in stages, tally, is_played)
        if is_played:
            run_plays(given.k, tally)
    rest.result()

    print(f"{tally.passed} passed, {len(tally.failures)} failed")
    return 1 if tally.failures or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
