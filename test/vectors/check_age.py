#!/usr/bin/python3
"""docs/spec/seal.md against the code and age.json; age.json against what makes it."""
import json
import re
import sys
from pathlib import Path

import make_age

TOP = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])


def table(page, first):
    rows = page.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0].split("\n")[2:]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in rows]


def check_made():
    """vectors as made"""
    assert json.loads((TOP / "test/vectors/age.json").read_text()) == make_age.MADE


def check_rules():
    """rules"""
    page = (TOP / "docs/spec/seal.md").read_text()
    used = set(re.findall(r'"(age\.\w+)"', (TOP / "src/crypto/age.c").read_text()))
    named = {row[0] for row in table(page, "rule")}
    assert used == named, f"rules differ: {used ^ named}"
    broken = {want for case in make_age.cases for want in (case["want"], *case["looks"])} - {"OK", "NONE"}
    assert broken == named, f"no vector breaks {named ^ broken}"


def check_kinds():
    """kinds"""
    page = (TOP / "docs/spec/seal.md").read_text()
    limits = (TOP / "src/base/limits.h").read_text()
    code = (TOP / "src/crypto/age_x25519.c").read_text() + (TOP / "src/crypto/age_hybrid.c").read_text()
    for (name, length, public, secret, _), limit in zip(table(page, "kind"), ("X25519", "HYBRID")):
        assert re.search(rf"RECIPIENT_{limit}_LEN {length}u", limits), name
        assert f'.stanza = "{name}"' in code
        assert f'.public = "{public.removesuffix("1...")}"' in code, public
        assert f'.secret = "{secret.removesuffix("1...").lower()}"' in code, secret


def check_lengths():
    """lengths"""
    page = (TOP / "docs/spec/seal.md").read_text()
    more, each = map(int, re.search(r"has (\d+) bytes more and (\d+) for each X25519", page).groups())
    for case in make_age.cases:
        if case["want"] == "OK":
            data = bytes.fromhex(case["file"])
            count = len(make_age.age.read_header(data)[1])
            assert len(data) == more + count * each + len(case["plain"]) // 2, case["name"]


def main():
    checks = [check_made, check_rules, check_kinds, check_lengths]
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
