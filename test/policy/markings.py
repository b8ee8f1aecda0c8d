#!/usr/bin/python3
"""Every valid label of the example and of made guidelines: src/policy writes what the second renderer writes, no two
labels have the same text, and nothing in it is hidden or can be written in another way.

    markings.py DECIDE [COUNT]
"""
import json
import subprocess
import sys
import tempfile
import unicodedata

import make_bundles
import second
import second_marking
from accord_reader import Accord, HIDDEN
from product import subsets

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 50
# Titles that are equal, or would read like something else.
ODD = ["East", "EAST", "A/B", "B [X]", "REL TO X0", "from ASH", "출처", "ELM 제공"]


def with_odd_titles(files, index):
    """Each made bundle's values take titles of the list, the more of them the later it comes."""
    lines, n = [], index
    for line in files["guidelines"].splitlines():
        words = line.split()
        if words[0] in ("value", "level") and index % 2:
            before, _, after = line.partition(' en "')
            rest = after.partition('" ko "')[2].partition('"')[2]
            line = f'{before} en "{ODD[n % len(ODD)]}" ko "{ODD[(n * 5 + 1) % len(ODD)]}"{rest}'
            n += 1
        lines.append(line)
    return {**files, "guidelines": "\n".join(lines) + "\n"}


def labels_of(g):
    """All of them; each value that is shown only with the widest rel."""
    info = {code for code, value in g.values.items() if g.rules[value["category"]] == "info"}
    rels = subsets(g.parties(), 1)
    for values in subsets(g.values):
        for level in g.levels:
            for rel in rels[-1:] if len(values & info) > 1 else rels:
                for origin in subsets(g.members, 1):
                    yield second.Label(level, values, rel, origin)


def line_of(g, label):
    categories = {"rel": sorted(label.rel), "origin": sorted(label.origin)}
    for code in label.values:
        categories.setdefault(g.values[code]["category"], []).append(code)
    words = [f"{name}:{','.join(codes)}" for name, codes in categories.items()]
    return f"mark {g.members[0]} {label.level} {' '.join(words)} \n"


def wanted(accord, label):
    g, out = accord.guidelines, [""]
    for author in (g.members[0], None):
        out += [second_marking.banner(g, accord.languages, one, label, author) for one in accord.languages]
        out.append(second_marking.portion(g, label, author))
    return out


def main():
    bundles = make_bundles.every(COUNT)
    for index, vector in enumerate(bundles["vectors"][1:]):
        vector["files"] = with_odd_titles(vector["files"], index)
    count = wrong = 0
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(bundles, file)
        file.flush()
        for index, vector in enumerate(bundles["vectors"]):
            accord = Accord({name: text.encode() for name, text in {**bundles["base"], **vector["files"]}.items()})
            g = accord.guidelines
            judge, seen = second.Second(g), {}
            asked = [one for one in labels_of(g) if judge.check(one) == "+0"]
            said = subprocess.run([sys.argv[1], file.name], text=True, capture_output=True, check=True,
                                  input=f"bundle {index}\n" + "".join(line_of(g, label) for label in asked))
            rows = [row.split("\t") for row in said.stdout.split("\n")[:-1]]
            assert len(rows) == len(asked)
            for number, (label, row) in enumerate(zip(asked, rows)):
                bad = [f"{text!r}, the second says {want!r}" for text, want in zip(row, wanted(accord, label)) if text != want]
                bad += [f"{text!r} was another label" for at, text in enumerate(row[1:])
                        if seen.setdefault((at, text), number) != number]
                bad += [f"{text!r} is not plain" for text in row if HIDDEN.search(text) or unicodedata.normalize("NFC", text) != text]
                wrong += bool(bad)
                if bad and wrong < 5:
                    print(vector["name"], bad)
            count += len(asked)
    print(f"{COUNT + 1} guidelines, {count} labels, {wrong} of them wrong")
    return wrong > 0 or count < 100 * COUNT


if __name__ == "__main__":
    sys.exit(main())
