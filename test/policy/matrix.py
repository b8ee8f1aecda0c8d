#!/usr/bin/python3
"""The role x label matrix and what a version opens: of the example, of the shipped accords and of made guidelines, each
alone and against the one before. What src/policy writes in few lines is, label by label, what the second evaluator reads;
and of the shipped ones it is what stands in golden/.

    matrix.py DECIDE [COUNT]    matrix.py --write
"""
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import make_bundles
import second
import second_matrix
from accord_reader import Accord
from make_accord import keys_of

ROOT = Path(__file__).resolve().parent.parent.parent
GOLDEN = Path(__file__).parent / "golden"
SHIPPED = ["rok-us", "rok-us-exercise", "harbours"]
COUNT = int(sys.argv[2]) if len(sys.argv) > 2 else 50


def shipped(name):
    """Its files, and keys, which are made when it is founded."""
    files = {str(path.relative_to(ROOT / "accords" / name)): path.read_text(encoding="utf-8")
             for path in sorted((ROOT / "accords" / name).rglob("*")) if path.is_file()}
    parties = [line.split()[0] for line in files["parties"].splitlines() if line[:1].isalpha()]
    return files | {"keys": "".join(line + "\n" for party in parties for line in keys_of(party, 1, 1))}


def read(files):
    return Accord({name: text.encode() for name, text in files.items() if text is not None})


def check_origins(accord, rows, r):
    """A label with several origins, and more in rel, is read by who reads it from each."""
    g, judge = accord.guidelines, second.Second(accord.guidelines)
    values, wrong = second_matrix.deciding(g), 0
    for _ in range(400):
        label = second.Label(r.choice(g.levels), {one for one in values if r.random() < 0.4},
                             {one for one in g.parties() if r.random() < 0.7}, {one for one in g.parties() if r.random() < 0.5})
        if not label.origin or judge.check(label) != "+0":
            continue
        for (party, role), labels in rows.items():
            is_read = judge.evaluate(label, party, role, None, None).startswith("+")
            from_each = party in label.rel and all((label.level, label.values, origin) in labels for origin in label.origin)
            wrong += is_read != from_each
    return wrong


def ask(decide, path, indexes):
    """The matrix of each, and what each opens over the one before it."""
    lines = [f"bundle {index}\nmatrix {'-' if old is None else old}\n" for index, old in indexes]
    said = subprocess.run([decide, path], input="".join(lines), capture_output=True, text=True, check=True).stdout
    return [part.splitlines() for part in said.split(".\n")[:-1]]


def main():
    if sys.argv[1] == "--write":
        for name in SHIPPED:
            accord = read(shipped(name))
            (GOLDEN / name).write_text(second_matrix.written(accord, second_matrix.matrix(accord)), encoding="utf-8")
        return 0
    bundles = make_bundles.every(COUNT)
    everything = {name: None for name in bundles["base"]}
    bundles["vectors"] += [{"name": name, "files": {**everything, **shipped(name)}} for name in SHIPPED]
    accords = [read({**bundles["base"], **vector["files"]}) for vector in bundles["vectors"]]
    indexes = [(i, old) for i in range(len(accords)) for old in (None, i - 1 if i else None, i)][1:]
    wrong = labels = doors = once = 0
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(bundles, file)
        file.flush()
        parts = ask(sys.argv[1], file.name, indexes)
    assert len(parts) == len(indexes)
    rows = [second_matrix.matrix(accord) for accord in accords]
    for (index, old), lines in zip(indexes, parts):
        name, accord = bundles["vectors"][index]["name"], accords[index]
        got = second_matrix.expand(lines, accord)
        if old is None:
            want = rows[index], {}, second_matrix.carried(accord.guidelines), []
        else:
            want = second_matrix.opened(accord, accords[old], bundles["vectors"][old]["files"].get("opened") or "")
        labels += sum(len(one) for one in want[0].values())
        doors += len(want[1])
        once += len(want[3])
        if got != want or old == index and got != (*second_matrix.expand([], accord)[:3], want[3]):
            wrong += 1
            print(f"{name} over {old}: the second evaluator says another matrix")
        if old is None and name in SHIPPED and second_matrix.written(accord, got[0]) != (GOLDEN / name).read_text(encoding="utf-8"):
            wrong += 1
            print(f"{name}: not what test/policy/golden/{name} has")
    several = sum(check_origins(accord, one, random.Random(i)) for i, (accord, one) in enumerate(zip(accords, rows)))
    print(f"{len(parts)} matrices, {labels} labels read, {doors} doors opened, {once} rules of before kept, {wrong} differ; {several} labels of several origins read otherwise")
    return wrong + several > 0 or labels < 200 * COUNT or doors < COUNT // 2 or once < COUNT


if __name__ == "__main__":
    sys.exit(main())
