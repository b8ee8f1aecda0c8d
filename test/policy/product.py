#!/usr/bin/python3
"""Every label and every reader, under the example's guidelines and fifty made ones: what src/policy decides is what the
second evaluator decides, with reason and line.

    product.py DECIDE [COUNT]
"""
import itertools
import json
import random
import subprocess
import sys
import tempfile

import make_bundles
import second
from accord_reader import Accord

COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 50
PLANES = ["LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE", "HOME"]


def subsets(these, least=0):
    these = list(these)
    return [frozenset(one) for n in range(least, len(these) + 1) for one in itertools.combinations(these, n)]


def readers_of(accord, owns):
    """In the order of bundles_readers: a party as such, then with each role; nowhere, on each plane, in each feed."""
    g = accord.guidelines
    places = [None] + [("plane", one) for one in PLANES] + [("feed", one) for one in g.feeds]
    return [(party, role, place, own) for own in [None, *owns] for party in g.parties()
            for role in [None, *sorted(accord.posts)] for place in places]


def labels_of(g, is_example):
    """All of them, valid or not. What is shown only is tried with few of the example's others."""
    info = [code for code, value in g.values.items() if g.rules[value["category"]] == "info"]
    rels = subsets(g.parties(), 1)
    for values in subsets(g.values):
        few = is_example and values & set(info)
        for level in g.levels:
            for rel in rels[-1:] if few else rels:
                for origin in rels:
                    yield second.Label(level, values, rel, origin)


def line_of(g, label, r):
    """The label for the other evaluator, its words in any order, one of them perhaps twice."""
    categories = {"rel": list(label.rel), "origin": list(label.origin)}
    for code in label.values:
        categories.setdefault(g.values[code]["category"], []).append(code)
    words = []
    for name, codes in categories.items():
        r.shuffle(codes)
        words.append(f"{name}:{','.join(codes + codes[:1] * r.randint(0, 1))}")
    r.shuffle(words)
    return f"label {g.members[0]} {label.level} {' '.join(words)} \n"


def nearby(label, g, r):
    """A label that differs in little."""
    values, level, rel, origin = set(label.values), label.level, set(label.rel), set(label.origin)
    for _ in range(r.randint(0, 2)):
        values ^= {r.choice(sorted(g.values))}
    if r.random() < 0.3:
        level = r.choice(g.levels)
    for parties in (rel, origin):
        if r.random() < 0.2:
            parties ^= {r.choice(g.parties())}
    return second.Label(level, values, rel or label.rel, origin or label.origin)


class Rows:
    """What the second evaluator says, a label a row. Whom a label is for decides whether a party is asked at all, and nothing
    of what is then said: that is asked once."""

    def __init__(self, judge, readers):
        self.judge, self.known = judge, {}
        self.groups = [(party, list(those)) for party, those in itertools.groupby(readers, lambda reader: reader[0])]

    def of_group(self, number, label):
        party, those = self.groups[number]
        if party not in label.rel:
            return " ".join([self.judge.evaluate(label, *those[0])] * len(those))
        key = number, label.level, label.values, label.origin
        if key not in self.known:
            self.known[key] = " ".join([self.judge.evaluate(label, *reader) for reader in those])
        return self.known[key]

    def of(self, label):
        return " ".join(["", self.judge.check(label), *(self.of_group(number, label) for number in range(len(self.groups)))])


def main():
    bundles = make_bundles.every(COUNT)
    decided = labels = wrong = 0
    allowed = pairs = within = 0
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(bundles, file)
        file.flush()
        for index, vector in enumerate(bundles["vectors"]):
            files = {**bundles["base"], **vector["files"]}
            accord = Accord({name: text.encode() for name, text in files.items()})
            g, r = accord.guidelines, random.Random(index)
            owns = [] if index % 4 != 1 else [(r.choice(g.levels), frozenset(one for one in g.values if r.random() < 0.6))]
            readers, judge = readers_of(accord, owns), second.Second(g)
            asked = list(labels_of(g, index == 0))
            lines = [f"bundle {index}\n"] + [f"own {level} {','.join(holds)}\n" for level, holds in owns]
            lines += [line_of(g, label, r) for label in asked]
            some = [r.choice(asked) for _ in range(200)]
            some = [(nearby(label, g, r), label) for label in some]
            for label, of in some:
                lines += [line_of(g, of, r).replace("label", "of", 1), line_of(g, label, r).replace("label", "within", 1)]
            said = subprocess.run([sys.argv[1], file.name], input="".join(lines), capture_output=True, text=True, check=True)
            rows = said.stdout.splitlines()
            assert len(rows) == len(asked) + len(some), f"{vector['name']}: {len(rows)} of {len(asked)} labels and {len(some)} pairs"
            for (label, of), row in zip(some, rows[len(asked):]):
                if row != str(int(judge.within(label, of))):
                    wrong += 1
                    print(f"{vector['name']}: {vars(label)} within {vars(of)}: {row}")
                within += row == "1"
            pairs += len(some)
            second_rows = Rows(judge, readers)
            for label, row in zip(asked, rows):
                wanted = second_rows.of(label)
                allowed += wanted.count("+")
                if row != wanted:
                    wrong += 1
                    if wrong < 5:
                        explain(vector["name"], label, readers, row.split(), wanted.split())
            decided += len(asked) * len(readers)
            labels += len(asked)
    print(f"{COUNT + 1} guidelines, {labels} labels, {decided} decisions, {allowed} of them to allow; "
          f"{pairs} pairs, {within} within; {wrong} differ")
    return wrong > 0 or allowed * 50 < decided or not pairs < 5 * within < 4 * pairs


def explain(name, label, readers, got, wanted):
    print(f"{name}: {label.level} {sorted(label.values)} rel {sorted(label.rel)} origin {sorted(label.origin)}")
    for reader, one, other in zip(["check", *readers], got, wanted):
        if one != other:
            print(f"  {reader}: {one}, the second says {other}")


if __name__ == "__main__":
    sys.exit(main())
