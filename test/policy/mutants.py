#!/usr/bin/python3
"""Turns over each comparison, mask and answer of a source, one at a time, and runs a unit test on each such mutant: all
must be killed. EVERY: each n-th of them.

    mutants.py [EVERY=n] SOURCE-FOLDER CC OBJECT... LIBRARY... -- SOURCE...
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOKEN = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"])*\"|'(?:\\.|[^'])*'|#[^\n]*|[A-Za-z_]\w*|\d\w*|->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\|"
                   r"|&=|\|=|\S", re.S)
TURNED = {"==": ["!="], "!=": ["=="], "<=": ["<", ">"], ">=": [">", "<"], "<": ["<=", ">="], ">": [">=", "<="],
          "&&": ["||"], "||": ["&&"], "&": ["|"], "|": ["&"], "&=": ["|="], "|=": ["&="], "~": [""], "!": [""],
          "<<": [">>"], ">>": ["<<"], "true": ["false"], "false": ["true"]}

# What makes no difference, and why.
EQUAL = {("a->level > b->level", ">"): "of equals it does not matter which is taken"}


def is_equal(source, at, token, new):
    return any(kept == token and new == token + "=" and source.startswith(text, at - text.index(f" {token} ") - 1) for text, kept in EQUAL)


def mutants(source):
    """(line, what, text): assertions are left alone, and a loop's bound is only turned over, never moved by one."""
    before, depth, in_assert, in_for = "", 0, None, None
    for match in TOKEN.finditer(source):
        token = match[0]
        if token.startswith(("/*", "#", '"')):
            continue
        depth += (token == "(") - (token == ")")
        if token in ("assert", "for"):
            in_assert, in_for = (depth, in_for) if token == "assert" else (in_assert, depth)
        elif token == ")" and depth == in_assert:
            in_assert = None
        elif token == ")" and depth == in_for:
            in_for = None
        is_unary = token == "&" and (before == "return" or not re.fullmatch(r"[\w\])]+", before))
        before = token
        if in_assert is not None or is_unary:
            continue
        for new in TURNED.get(token, [])[-1 if in_for is not None else 0 :]:
            if is_equal(source, match.start(), token, new):
                continue
            line = source.count("\n", 0, match.start()) + 1
            yield line, f"{token} is {new or 'left out'}", source[: match.start()] + new + source[match.end() :]


def kill(root, compiler, linked, line, what, text):
    """None if it was killed; otherwise what survived."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.c"
        path.write_text(text)
        built = subprocess.run([*compiler, "-std=c17", "-D_GNU_SOURCE", "-O0", "-w", "-iquote", f"{root}/src", str(path), *linked,
                                "-o", f"{folder}/mutant"], capture_output=True, text=True)
        assert built.returncode == 0, f"line {line}, {what}: {built.stderr}"
        try:
            run = subprocess.run([f"{folder}/mutant"], capture_output=True, timeout=10)
        except subprocess.TimeoutExpired:
            return None
        return None if run.returncode != 0 else f"line {line}: {what}"


def main():
    words = sys.argv[1:]
    every = int(words.pop(0)[len("EVERY=") :]) if words[0].startswith("EVERY=") else 1
    root, rest = words[0], words[1:]
    linked, sources = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    compiler = [one for one in linked if not one.endswith((".o", ".a")) and not one.startswith("-l")]
    linked = [one for one in linked if one not in compiler]
    count, survived = 0, []
    for source in sources:
        all_of_it = list(mutants(Path(source).read_text()))[::every]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as crew:
            found = crew.map(lambda one: kill(root, compiler, linked, *one), all_of_it)
            survived += [f"{Path(source).name} {one}" for one in found if one]
        count += len(all_of_it)
    print(f"{count} mutants, {count - len(survived)} killed")
    for one in survived:
        print(f"  {one}")
    return bool(survived) or count * every < 50


if __name__ == "__main__":
    sys.exit(main())
