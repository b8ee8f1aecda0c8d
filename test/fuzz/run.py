#!/usr/bin/python3
"""Searches with libFuzzer: test/fuzz/run.py BUILD [--minutes N] [TARGET]...

All targets at once share the minutes. What is found lies in BUILD/found/TARGET/; a crash is copied to the corpus by hand,
with the fix. The corpus in the sources is read and not written; what is new is kept in BUILD/corpus/TARGET/.
"""

import argparse
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("targets", nargs="*")
    given = parser.parse_intermixed_args()
    known = sorted(p.name[len("fuzz_") :] for p in (given.build / "test/fuzz").glob("fuzz_*") if p.is_file())
    unknown = sorted(set(given.targets) - set(known))
    if unknown:
        print(f"no target {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    targets = given.targets or known
    # One at a time a core, so that each gets its share of the minutes whole.
    cores = os.cpu_count() or 1
    seconds = max(1, int(given.minutes * 60 * min(cores, len(targets)) / len(targets)))
    bad = 0
    for at in range(0, len(targets), cores):
        running = [(name, start(given.build.resolve(), name, seconds)) for name in targets[at : at + cores]]
        for name, process in running:
            output = process.communicate()[0]
            runs = [line for line in output.splitlines() if line.startswith("Done ")]
            print(f"{name}: {runs[-1] if runs else 'FOUND SOMETHING'}", flush=True)
            if process.returncode != 0:
                print(output[-8000:])
                bad += 1
    print(f"{len(targets) - bad} passed, {bad} failed")
    return 1 if bad else 0


def start(build, name, seconds):
    new, found = build / "corpus" / name, build / "found" / name
    for folder in (new, found):
        folder.mkdir(parents=True, exist_ok=True)
    words = HERE / f"{name}.dict"
    command = [
        str(build / "test/fuzz" / f"fuzz_{name}"),
        f"-max_total_time={seconds}",
        "-max_len=65536",
        f"-artifact_prefix={found}/",
        *([f"-dict={words}"] if words.exists() else []),
        str(new),
        str(HERE / "corpus" / name),
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


if __name__ == "__main__":
    sys.exit(main())
