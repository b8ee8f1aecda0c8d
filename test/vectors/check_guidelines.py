#!/usr/bin/python3
"""Reads the vectors of the guidelines with the second reader, and holds docs/spec/guidelines.md against the code.
Prints TAP.

    check_guidelines.py SOURCE-FOLDER
"""
import json
import re
import sys
from pathlib import Path

import accord_reader
import check_accord
import make_guidelines

ROOT = Path(sys.argv[1])
RULE = r"guidelines\.[a-z-]+"
VECTORS = json.loads((ROOT / "test/vectors/guidelines.json").read_text(encoding="utf-8"))


def read(vector):
    try:
        manifest, files = check_accord.copy_of(vector, VECTORS)
        accord_reader.check_bundle(manifest, files)
        accord = accord_reader.Accord(files)
        return None, accord.guidelines.lines() if accord.guidelines else []
    except accord_reader.Refused as why:
        return list(why.args), None


def check_vectors():
    """Every vector: the same file, line and rule, or the same lines."""
    wrong = []
    for vector in VECTORS["vectors"]:
        fault, lines = read(vector)
        if fault != vector.get("fault") or fault is None and lines != vector["read"]:
            wrong.append(f"{vector['name']}: wanted {vector.get('fault')}, got {fault}")
    assert not wrong, "\n# ".join(wrong)


def check_made():
    """The stored vectors are what make_guidelines.py makes."""
    assert make_guidelines.everything() == VECTORS


def check_rules():
    """The table, the code and the vectors know the same rules."""
    page = (ROOT / "docs/spec/guidelines.md").read_text(encoding="utf-8").split("\n## 10. Rules", 1)[1]
    table = [rule for line in page.splitlines() if line.startswith("| `") for rule in re.findall(f"`({RULE})`", line.split("|")[1])]
    assert len(set(table)) == len(table), "a rule stands twice"
    code = set()
    for path in sorted((ROOT / "src/accord").glob("*.c")):
        code |= set(re.findall(f'"({RULE})"', path.read_text()))
    assert set(table) == code, f"docs/spec/guidelines.md section 10 and src/accord differ: {set(table) ^ code}"
    broken = {vector["fault"][2] for vector in VECTORS["vectors"] if "fault" in vector}
    assert not code - broken, f"no vector breaks {code - broken}"


def main():
    checks = [check_vectors, check_made, check_rules]
    failed = 0
    print(f"1..{len(checks)}")
    for number, check in enumerate(checks, 1):
        try:
            check()
            print(f"ok {number} - {check.__doc__}")
        except AssertionError as why:
            failed += 1
            print(f"not ok {number} - {check.__doc__}\n# {why}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
