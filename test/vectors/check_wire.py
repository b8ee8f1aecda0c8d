#!/usr/bin/python3
"""Reads the vectors of src/wire with the second reader, and holds docs/spec/ against the code. Prints TAP.

    check_wire.py SOURCE-FOLDER
"""
import hashlib
import json
import os
import re
import sys

import thin_reader
import wire_reader

ROOT = sys.argv[1]
WORKED_LEAF = "0e76fb5d047109778d367cfb7f9f1b024e9f86f7e6afc0ffaf1d67d91e3fcd49"
REFERS = {"none": "0", "one": "1", "any": "*"}
AUTHORS = {"officer": "o", "node": "n", "either": "on"}


def text_of(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as source:
        return source.read()


def vectors_of(name):
    return json.loads(text_of("test", "vectors", name + ".json"))["vectors"]


def bytes_of(text):
    """Hexadecimal in which (XX*N) is the byte XX N times."""
    out = b""
    for part in re.findall(r"\((..)\*(\d+)\)|([0-9a-f]+)", text):
        out += bytes.fromhex(part[2]) if part[2] else bytes.fromhex(part[0]) * int(part[1])
    return out


def verdict(name, raw):
    try:
        return None, wire_reader.READERS[name](raw)
    except wire_reader.Refused as why:
        return why.args[0], None


def check_vectors(name):
    """Every vector: the same rule, or the same lines."""
    for vector in vectors_of(name):
        rule, lines = verdict(name, bytes_of(vector["hex"]))
        wanted = vector.get("rule")
        if wanted is not None and wanted.startswith("cbor."):
            wanted = "cbor"
        assert rule == wanted, f"{vector['name']}: wanted {wanted}, read {rule}"
        assert "read" not in vector or lines == vector["read"], f"{vector['name']}: {lines}"


def check_worked_example():
    """RECORD's entry borea 1.1: its leaf, and the statement inside it."""
    raw, = (bytes_of(v["hex"]) for v in vectors_of("entry") if v["name"] == "worked example")
    assert hashlib.sha256(b"\0" + raw).hexdigest() == WORKED_LEAF
    assert verdict("statement", wire_reader.decode(raw)[5])[0] is None


def rows_of(page, heading):
    """The cells of the first table after a heading."""
    section = text_of("docs", "spec", page).split("\n## " + heading, 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def rules_of_code():
    folder = os.path.join(ROOT, "src", "wire")
    source = "".join(text_of("src", "wire", name) for name in sorted(os.listdir(folder)) if name.endswith(".c"))
    return set(re.findall(r'"((?:cbor|label|statement|entry|content|note)\.[a-z0-9-]+)"', source))


def check_rules():
    """The table, the code and the vectors know the same rules."""
    table = [row[0] for row in rows_of("entry.md", "8. Rules")]
    assert len(set(table)) == len(table), "a rule stands twice"
    code = rules_of_code()
    assert set(table) == code, f"docs/spec/entry.md section 8 and src/wire differ: {set(table) ^ code}"
    broken = {vector.get("rule") for name in wire_reader.READERS for vector in vectors_of(name)}
    # What a reader asks for is its caller's: no format of ours has a byte limit of its own in CBOR.
    unbroken = code - broken - {"cbor.limit"}
    assert not unbroken, f"no vector breaks {unbroken}"


def check_stops():
    """What stops a log though its entries' bytes are good: the table under REFUSE, and the node. Rot is one's own and told to nobody."""
    folder = os.path.join(ROOT, "src", "node")
    source = "".join(text_of("src", "node", name) for name in sorted(os.listdir(folder)) if name.endswith(".c"))
    known = set(re.findall(r'\{ "((?:entry|record)\.[a-z]+)", 0 \}', source)) - {"record.rot"}
    refuse = text_of("docs", "spec", "link.md").split("**REFUSE** goes", 1)[1].split("\n###", 1)[0]
    table = re.findall(r"^\| ((?:entry|record)\.[a-z]+) \|", refuse, re.M)
    assert set(table) == known and len(table) == len(known), set(table) ^ known


def check_kinds():
    """The table of kinds is KIND_LIST, and what the second reader knows."""
    listed = re.findall(r"X\([A-Z_]+, +(\d+), +KIND_([A-Z]+), +KIND_REFERS_([A-Z]+), +\"([a-z ]+)\"\)",
                        text_of("src", "wire", "kinds.h"))
    listed = [(int(number), name, author.lower(), refers.lower()) for number, author, refers, name in listed]
    table = [(int(row[0]), row[1], row[2], row[3]) for row in rows_of("entry.md", "4. Kinds")]
    assert table == listed, set(table) ^ set(listed)
    known = {number: (name, AUTHORS[author], REFERS[refers]) for number, name, author, refers in table}
    assert known == wire_reader.KINDS


def check_limits():
    """The tables of limits are what limits.h says."""
    values = {}
    for name, value in re.findall(r"#define (\w+)[ \t]+([^/\n]+)", text_of("src", "base", "limits.h")):
        value = re.sub(r"(\d)u?l*\b", r"\1", value)
        if re.fullmatch(r"[\d ()<\t-]+", value):
            values[name] = eval(value)  # numbers, shifts and differences alone
    rows = rows_of("entry.md", "7. Limits") + rows_of("link.md", "5. Limits")
    assert len(rows) > 30
    for what, value, name in rows:
        assert values.get(name) == int(value), f"{what}: {name} is {values.get(name)}, not {value}"


def check_frames():
    """The table of frames is FRAME_LIST."""
    listed = re.findall(r"X\(([A-Z]+), +(\d+)\)", text_of("src", "wire", "frame.h"))
    table = [(row[1], row[0]) for row in rows_of("link.md", "3. Frames")]
    assert table == listed, set(table) ^ set(listed)
    assert {int(number): name for name, number in listed} == {n: row[0] for n, row in wire_reader.FRAMES.items()}


def check_examples():
    """What stands in hexadecimal in the pages is accepted; what stands there as refused is refused."""
    count = 0
    for page in ("entry.md", "link.md"):
        for name, text in re.findall(r"```hex (\w+)\n(.*?)```", text_of("docs", "spec", page), flags=re.S):
            rule, _ = verdict(name, bytes.fromhex(text.replace("\n", "")))
            assert rule is None, f"{page}, {name}: {rule}"
            count += 1
    assert count >= 5 + len(wire_reader.FRAMES), count
    vectors = {vector["hex"] for vector in vectors_of("cbor") if "rule" in vector}
    for row in rows_of("entry.md", "1. Strict CBOR"):
        for text in re.findall("`([0-9a-f ]+)`", row[3]):
            assert text.replace(" ", "") in vectors, f"no vector has {text}"


def check_thin():
    """A thin line: what is heard of it, and the frames of thin.md section 4."""
    file = json.loads(text_of("test", "vectors", "thin.json"))
    keys = thin_reader.Keys(file["secret"], wire_reader.ACCORD.hex(), file["from"], file["to"])
    for vector in file["vectors"]:
        lines = thin_reader.read(bytes.fromhex(vector["hex"]), keys, file["from"])
        assert lines == vector["read"], f"{vector['name']}: {lines}"
    shown, = re.findall(r"```hex\n(.*?)```", text_of("docs", "spec", "thin.md"), flags=re.S)
    assert shown.replace("\n", "") == file["vectors"][0]["hex"], "the example of thin.md"


def main():
    checks = [(f"vectors of {name}", lambda name=name: check_vectors(name)) for name in wire_reader.READERS]
    checks += [(check.__doc__, check) for check in (check_worked_example, check_rules, check_stops, check_kinds,
                                                    check_limits, check_frames, check_examples, check_thin)]
    failed = 0
    print(f"1..{len(checks)}")
    for number, (name, check) in enumerate(checks, 1):
        try:
            check()
            print(f"ok {number} - {name}")
        except AssertionError as why:
            failed += 1
            print(f"not ok {number} - {name}\n# {why}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
