#!/usr/bin/python3
"""Checks a Promela model with Spin: it holds in every state, each of its twins (`-DNAME`) fails, and nothing in it is idle.

usage: check.py [--define NAME] MODEL.pml [TWIN ...]      Prints TAP.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

DEPTH = 200000
IDLE = re.compile(r"\.pml:(\d+), state \d+, \"(.*)\"")


def run(*command, folder):
    return subprocess.run(command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)


def search(model, twin, defines):
    """(errors found, statements that no state reached, what it said)"""
    is_live = "ltl " in model.read_text()
    with tempfile.TemporaryDirectory() as folder:
        made = run("spin", *defines, *([f"-D{twin}"] if twin else []), "-a", str(model), folder=folder)
        # A twin ends at its first error: to optimize its search would take longer than the search.
        built = run("cc", "-O0" if twin else "-O2", "-w", "-o", "pan", "pan.c", folder=folder)
        if made.returncode != 0 or built.returncode != 0:
            sys.exit(f"Bail out! {model.name} {twin or ''}\n{made.stdout}{built.stdout}")
        said = run("./pan", f"-m{DEPTH}", *(["-a", "-f"] if is_live else []), folder=folder).stdout
    errors = re.search(r"errors: (\d+)", said)
    if errors is None or "max search depth too small" in said:
        sys.exit(f"Bail out! {model.name} {twin or ''}\n{said}")
    idle = [f"{line}: {text}" for line, text in IDLE.findall(said) if text != "-end-"]
    return int(errors.group(1)), idle, said


def main():
    defines = [f"-D{sys.argv[2]}"] if sys.argv[1] == "--define" else []
    model, *twins = sys.argv[1 + 2 * len(defines):]
    model = Path(model).resolve()
    print(f"1..{2 + len(twins)}")
    errors, idle, said = search(model, None, defines)
    print("ok" if errors == 0 else "not ok", 1, model.stem, "holds:", re.search(r"\d+ states, stored", said).group(0))
    print("ok" if not idle else "not ok", 2, "every statement is reached", *idle)
    for number, twin in enumerate(twins, 3):
        errors, _, _ = search(model, twin, defines)
        print("ok" if errors > 0 else "not ok", number, twin, "is found")


if __name__ == "__main__":
    main()
