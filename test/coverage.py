#!/usr/bin/python3
"""Line and branch coverage by clang, of the sources from base to node and of each file of the core under its aim.

usage: test/coverage.py BUILD [--write]

Runs what BUILD (made by `make coverage`, with clang's counters in it) has of the suites below, adds up what they reached
and writes BUILD/coverage.txt, coverage.json and lines/, each file with its counts. --write puts the table into docs/coverage.md.

The core is base to node. EXCLUDED says what is left out of its figure, and why; nothing else is. A figure beside it leaves out
the sides of branches that only an assertion takes when it fails: a fault of ours, which ends the process.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "coverage.md"
MARKS = ("<!-- table: test/coverage.py --write -->", "<!-- end of table -->")
SUITES = ["unit", "vectors", "conformance", "crash", "fuzz"]
STORIES = ["door", "erase", "fork_found", "found", "hostile_attachments", "hostile_copies", "hostile_erasures", "hostile_thin",
           "hostile_waiting", "knot", "line", "remind", "silence"]  # that of rot is long: the crash suite fails at some of its places
WORLDS = [[], ["MOVES=1"], ["ROT=1"], ["PAPERS=1"], ["BLOBS=1"], ["WATCH=1"]]
HISTORIES = [
    ["sim/sim", "SEEDS=40"],
    ["sim/sim_hostile", "SEEDS=40"],
    ["sim/sim_hostile", "MOVES=1", "SEEDS=30"],
    ["sim/sim_consult", "SEEDS=60"],
    ["sim/restores", "N=60"],
    ["proc/sim_procedures", "RUNS=200"],
    ["proc/sim_procedures", "RUNS=200", "losses"],
    ["proc/sim_procedures", "RUNS=200", "havoc"],
    *(["crash/places", "SEEDS=2", *world] for world in WORLDS),
    *(["crash/places", "SHORT=1", "DEPTH=8", "SEED=3", *world] for world in WORLDS),
    *([f"crash/story_{name}"] for name in STORIES),
    ["crash/story_rot", "ONLY=*given_up*"],
]
AIM = 95.0  # per cent of branches
CORE = ["base", "sys", "crypto", "wire", "accord", "policy", "proc", "dialogue", "view", "record", "node"]
# Of a core file's branches; by its path below src/.
EXCLUDED = {
    "base/plant.h": "faults planted on purpose, which no right program has",
    "sys/sim_disk.c": "the simulated disk: linked into tests only",
    "record/vfs.c": "SQLite on the simulated disk: linked into tests only",
}


failed = []  # what was let go on behind its failure


def run(command, may_fail=False, **more):
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        print(done.stdout[-6000:])
        print(f"{' '.join(map(str, command[:5]))} ... failed")
        if not may_fail:
            sys.exit(1)
        failed.append(command)
    return done.stdout


def measure(build):
    """Runs the suites; gives the profile."""
    raw = build / "profiles"
    shutil.rmtree(raw, ignore_errors=True)
    raw.mkdir()
    # %m: one file a program; %c: counts are the file itself, mapped before a sandbox closes and whole after a kill.
    env = {**os.environ, "LLVM_PROFILE_FILE": str(raw / "%c%m.profraw"), "VECTORS": str(ROOT / "test/vectors")}
    choice = [word for suite in SUITES for word in ("--suite", suite)]
    # What fails is said, and what it reached until then counts; the run ends with 1.
    run(["meson", "test", "-C", str(build), "--no-rebuild", "--timeout-multiplier", "10", *choice], may_fail=True, env=env)
    for program, *words in HISTORIES:
        said = dict(word.split("=", 1) for word in words if "=" in word)  # a story has no arguments
        run([str(build / "test" / program), *words], may_fail=True, env={**env, **said})
    run(["meson", "test", "-C", str(build), "--no-rebuild", "--timeout-multiplier", "10", *tests_of_sim(build)], env=env)
    play(build, env)
    profile = build / "coverage.profdata"
    run(["llvm-profdata-19", "merge", "-sparse", "-o", str(profile), *map(str, sorted(raw.glob("*.profraw")))])
    return profile


def play(build, env):
    """On real processes. Slowed by counters some come too late, which `make test` judges, not this."""
    env = {**env, "ENTENTE": str(build / "src/entente/entente"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "4", "--dist", "loadfile", "-p", "no:cacheprovider", "test/e2e"]
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    print(*[line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))], sep="\n")
    print(done.stdout.splitlines()[-1])


def tests_of_sim(build):
    """Those with a story of their own: the seeds are run above, and planted twins are other programs."""
    known = json.loads(subprocess.run(["meson", "introspect", "--tests", str(build)], capture_output=True, text=True).stdout)
    names = [test["name"] for test in known if test["suite"][0].endswith(":sim")]
    return [name for name in names if "seeds" not in name and "planted" not in name]


def programs(build):
    yield build / "src/entente/entente"
    for path in sorted((build / "test").rglob("*")):
        if path.is_file() and os.access(path, os.X_OK) and path.suffix == "" and path.read_bytes()[:4] == b"\x7fELF":
            if "planted" not in path.name:
                yield path


def export(build, profile):
    """Counts by file below src/: {"node/node.c": {"lines": (covered, count), "branches": ...}}."""
    first, *others = programs(build)
    objects = [str(first), *(word for other in others for word in ("-object", str(other)))]
    common = [f"-instr-profile={profile}", *objects]
    sources = str(ROOT / "src")
    said = subprocess.run(["llvm-cov-19", "export", "-summary-only", *common, sources], text=True, capture_output=True)
    if said.returncode != 0:
        sys.exit(said.stderr[-3000:])
    (build / "coverage.json").write_text(said.stdout)
    files = {}
    for row in json.loads(said.stdout)["data"][0]["files"]:
        name = os.path.relpath(row["filename"], sources)
        if not name.startswith(".."):
            files[name] = {
                what: (row["summary"][what]["covered"], row["summary"][what]["count"])
                for what in ("lines", "branches")
            }
    shutil.rmtree(build / "lines", ignore_errors=True)
    core = [f"{sources}/{name}" for name in files if name.split("/")[0] in CORE]
    shown = ["llvm-cov-19", "show", "-format=text", f"-output-dir={build / 'lines'}", "-show-branches=count", *common]
    subprocess.run([*shown, *core], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name, row in files.items():
        covered, count = row["branches"]
        row["sound"] = (covered, count - held(build / "lines/coverage" / f"{sources}/{name}.txt".lstrip("/")))
    return files


def held(shown):
    """How many sides of a file's branches only an assertion that fails would take."""
    if not shown.is_file():
        return 0
    is_assertion, count = {}, 0
    for line in shown.read_text().splitlines():
        if source := re.match(r" *(\d+)\|[^|]*\|(.*)", line):
            is_assertion[source[1]] = "assert(" in source[2]
        elif branch := re.search(r"Branch \((\d+):\d+\): \[True: [^,]*, False: 0\]", line):
            count += is_assertion.get(branch[1], False)
    return count


def per_cent(pair):
    return 100.0 if pair[1] == 0 else 100.0 * pair[0] / pair[1]


def add(rows):
    total = collections.defaultdict(lambda: [0, 0])
    for row in rows:
        for what, (covered, count) in row.items():
            total[what][0] += covered
            total[what][1] += count
    return total


def table(files):
    lines = ["| folder | lines | branches | of so many | of those that sound code can take |", "|---|---|---|---|---|"]
    counted = {name: row for name, row in files.items() if name not in EXCLUDED and name.split("/")[0] in CORE}
    for folder in [*CORE, "the core"]:
        total = add(row for name, row in counted.items() if folder in (name.split("/")[0], "the core"))
        if total["lines"][1]:
            lines.append(
                f"| {folder} | {per_cent(total['lines']):.1f} % | {per_cent(total['branches']):.1f} % "
                f"| {total['branches'][1]:,} | {per_cent(total['sound']):.1f} % |"
            )
    under = sorted((per_cent(row["branches"]), name, row) for name, row in counted.items())
    lines += ["", f"Files whose branches are under {AIM:.0f} %:", "", "| file | lines | branches | not reached |", "|---|---|---|---|"]
    for share, name, row in under:
        if share < AIM:
            left = row["branches"][1] - row["branches"][0]
            lines.append(f"| {name} | {per_cent(row['lines']):.1f} % | {share:.1f} % | {left} |")
    lines += ["", "Left out:", ""]
    lines += [f"- `{name}`: {why}." for name, why in EXCLUDED.items()]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][len("usage: ") :])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--again", action="store_true", help="from the profile of the last run")
    given = parser.parse_args()
    build = given.build.resolve()
    profile = build / "coverage.profdata" if given.again else measure(build)
    text = table(export(build, profile))
    (build / "coverage.txt").write_text(text + "\n")
    print(text)
    if given.write:
        page = PAGE.read_text()
        before, rest = page.split(MARKS[0])
        PAGE.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{rest.split(MARKS[1])[1]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
