#!/usr/bin/python3
"""Every reader of bytes that a header declares stands in test/fuzz/readers, and his target calls him.

A reader is a function that may fail, takes bytes, JSON or a CBOR reader, and is named as one. Only the core's own inner
functions are left out (src/node/core.h): what they take was read.
"""

import fnmatch
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "src"
DECLARED = re.compile(r"^(?:static inline )?enum err (\w+)\(([^;{]*)\)\s*(?:MUST_CHECK)?;", re.M | re.S)
NAMED = re.compile(r"_(read|take|open|check|verify|feed|load|receive|put_wire|get_fields)(_|$)")
TAKES = re.compile(r"struct bytes\b|struct cbor_reader\b|const json_t|const char \*text|struct arrival")


def declared():
    for header in sorted(set(SOURCES.glob("*/*.h")) - {SOURCES / "node/core.h"}):
        text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.S)
        for name, arguments in DECLARED.findall(text):
            if NAMED.search(name) and TAKES.search(arguments):
                yield name


def every_name():
    for header in SOURCES.glob("*/*.h"):
        yield from re.findall(r"\b(\w+)\(", header.read_text())


def is_called(name, text):
    """Some targets make the calls of a noun by a macro: AGAIN(hello)."""
    noun = re.escape(name.rstrip("*").removesuffix("_read"))
    return re.search(rf"\b{re.escape(name.rstrip('*'))}|\bAGAIN\({noun}\)", text) is not None


def table():
    for line in (HERE / "readers").read_text().splitlines():
        if line and not line.startswith("#"):
            name, *by = line.split()
            yield name, by


def main():
    wrong = []
    rows = dict(table())
    found, names = set(declared()), set(every_name())
    for name in sorted(found):
        if not any(fnmatch.fnmatch(name, row) for row in rows):
            wrong.append(f"{name} reads outside bytes and has no target: add a row to test/fuzz/readers")
    for name, by in rows.items():
        if not any(fnmatch.fnmatch(one, name) for one in names):
            wrong.append(f"test/fuzz/readers has {name}, which no header of src/ declares")
        if by[0] == "<":
            if by[1] not in rows:
                wrong.append(f"{name} is said to be reached by {by[1]}, which is no reader")
            continue
        for target in by:
            source = HERE / f"{target}.c"
            if not source.exists() or not is_called(name, source.read_text()):
                wrong.append(f"target {target} does not call {name}")
    page = (SOURCES.parent / "docs/fuzzing.md").read_text()
    for target in sorted(p.stem for p in HERE.glob("*.c") if p.stem != "replay"):
        if f"\n| {target} | " not in page:
            wrong.append(f"target {target} has no row in docs/fuzzing.md: run it, then test/fuzz/run.py BUILD --write")
        corpus = HERE / "corpus" / target
        if not corpus.is_dir() or not any(corpus.iterdir()):
            wrong.append(f"target {target} has no corpus")
    print("\n".join(wrong) or f"{len(rows)} readers have their target")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
