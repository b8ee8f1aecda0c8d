#!/usr/bin/python3
"""docs/spec/record.md against record.json and the headers; record.json against what makes it."""
import json
import re
import sys
from pathlib import Path

import make_record

TOP = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])


def blocks(page):
    """Fenced examples without a language."""
    parts = re.split(r"^```", page, flags=re.M)[1::2]
    return [part[1:] for part in parts if part.startswith("\n")]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from strings(one)


def rows(page, first):
    """Rows of the table whose first heading is `first`."""
    table = page.split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n")[2:]]


def check_made(vectors):
    made = json.loads(json.dumps({name: list(make()) for name, make in make_record.SECTIONS.items()}))
    assert made == vectors, "record.json is not what make_record.py makes"


def check_examples(vectors, page):
    held = list(strings(vectors))
    for block in blocks(page):
        text = block.rstrip("\n")
        found = any(text in one for one in held)
        assert found, f"an example of the page is in no vector:\n{block}"


def check_findings(page):
    header = (TOP / "src/record/verify.h").read_text()
    want = re.findall(r'X\((\w+), +"(.*?)"\)', header)
    assert [tuple(row) for row in rows(page, "finding")] == want, "findings differ from verify.h"


def check_rules(page):
    code = "".join((TOP / "src/record" / name).read_text() for name in ("proof.c", "fork.c"))
    used = set(re.findall(r'"((?:proof|fork)\.\w+)"', code))
    named = set(re.findall(r"^\| ((?:proof|fork)\.\w+) \|", page, flags=re.MULTILINE)) | {"fork.fields"}
    assert "`fork.fields`" in page
    assert used == named, f"rules differ: {used ^ named}"


def check_schema(page):
    code = (TOP / "src/record/store_sqlite.c").read_text()
    want = re.findall(r"CREATE TABLE (\w+)\(", code)
    assert [row[0] for row in rows(page, "table")] == want, "tables differ from store_sqlite.c"
    for word in ("trusted_schema=OFF", "cell_size_check=ON", "locking_mode=EXCLUSIVE", "synchronous=FULL"):
        assert word in code and word in page, word


def main():
    vectors = json.loads((TOP / "test/vectors/record.json").read_text())
    page = (TOP / "docs/spec/record.md").read_text()
    checks = [lambda: check_made(vectors), lambda: check_examples(vectors, page), lambda: check_findings(page),
              lambda: check_rules(page), lambda: check_schema(page)]
    names = ["vectors as made", "examples of the page", "findings", "rules", "schema"]
    print(f"1..{len(checks)}")
    failed = 0
    for number, (check, name) in enumerate(zip(checks, names), 1):
        try:
            check()
            print(f"ok {number} - {name}")
        except AssertionError as why:
            failed += 1
            print(f"not ok {number} - {name}")
            print("# " + str(why).replace("\n", "\n# "))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
