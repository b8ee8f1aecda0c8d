#!/usr/bin/python3
"""Turns over each comparison, mask and answer of a source, one at a time, and runs a unit test on each such mutant: all
must be killed, but those that a list has with a reason, of which a whole run finds none killed. EVERY: each n-th of them.

    mutants.py [EVERY=n] [ALIVE=FILE] SOURCE-FOLDER CC OBJECT... LIBRARY... -- SOURCE...
"""
import concurrent.futures
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

TOKEN = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"])*\"|'(?:\\.|[^'])*'|#[^\n]*|[A-Za-z_]\w*|\d\w*|->|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\|"
                   r"|&=|\|=|\S", re.S)
TURNED = {"==": ["!="], "!=": ["=="], "<=": ["<", ">"], ">=": [">", "<"], "<": ["<=", ">="], ">": [">=", "<="],
          "&&": ["||"], "||": ["&&"], "&": ["|"], "|": ["&"], "&=": ["|="], "|=": ["&="], "~": [""], "!": [""],
          "<<": [">>"], ">>": ["<<"], "true": ["false"], "false": ["true"]}

ENDLESS_S = 2  # of the processor: the test takes a small part of it

# What makes no difference, and why.
EQUAL = {("a->level > b->level", ">"): "of equals it does not matter which is taken"}


def is_equal(source, at, token, new):
    return any(kept == token and new == token + "=" and source.startswith(text, at - text.index(f" {token} ") - 1) for text, kept in EQUAL)


def is_of_error(source, match):
    """Whether it passes on what a call came to: every call of the map is made to fail elsewhere (test_no_fault_is_swallowed)."""
    around = source[max(match.start() - 30, 0) : match.start()], source[match.end() : match.end() + 30]
    return bool(re.match(r"\s*ERR_", around[1]) or re.search(r"\be [!=]= ERR_\w+\s*$", around[0]) or re.match(r"\s*\(?e [!=]= ERR_", around[1]))


def mutants(source):
    """(line, what, text): assertions are left alone, and a loop's bound is only turned over, never moved by one."""
    before, depth, in_assert, in_for = "", 0, None, None
    for match in TOKEN.finditer(source):
        token = match[0]
        if token.startswith(("/*", "#", '"')):
            continue
        depth += (token == "(") - (token == ")")
        if token in ("assert", "static_assert", "for"):
            in_assert, in_for = (depth, in_for) if token != "for" else (in_assert, depth)
        elif token == ")" and depth == in_assert:
            in_assert = None
        elif token == ")" and depth == in_for:
            in_for = None
        is_unary = token == "&" and (before == "return" or not re.fullmatch(r"[\w\])]+", before))
        before = token
        if in_assert is not None or is_unary or is_of_error(source, match):
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
        with subprocess.Popen([f"{folder}/mutant"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env={**os.environ, "CMOCKA_TEST_ABORT": "1"}) as run:
            # Of its own time: how long it waits for the processor says nothing.
            resource.prlimit(run.pid, resource.RLIMIT_CPU, (ENDLESS_S, ENDLESS_S))
            return None if run.wait() != 0 else (line, what)


def main():
    words = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a test that fails ends the program
    every = int(words.pop(0)[len("EVERY=") :]) if words[0].startswith("EVERY=") else 1
    alive = set()
    if words[0].startswith("ALIVE="):
        listed = Path(words.pop(0)[len("ALIVE=") :]).read_text().splitlines()
        for one in listed:
            mutant, dash, why = one.partition(" -- ")
            if one and not one.startswith("#"):
                assert why.strip(), f"no reason is given: {one}"
                alive.add(mutant)
    root, rest = words[0], words[1:]
    linked, sources = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    compiler = [one for one in linked if not one.endswith((".o", ".a")) and not one.startswith("-l")]
    linked = [one for one in linked if one not in compiler]
    count, survived, found_alive = 0, [], set()
    for source in sources:
        text = Path(source).read_text().splitlines()
        assert kill(root, compiler, linked, 0, "nothing", "\n".join(text) + "\n"), f"{source} as it stands fails"
        all_of_it = list(mutants("\n".join(text) + "\n"))[::every]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as crew:
            found = crew.map(lambda one: kill(root, compiler, linked, *one), all_of_it)
            for line, what in filter(None, found):
                name = f"{Path(source).name}: {what}: {text[line - 1].strip()}"
                found_alive.add(name)
                survived += [f"line {line}: {name}"] if name not in alive else []
        count += len(all_of_it)
    dead = alive - found_alive if every == 1 else set()
    print(f"{count} mutants, {len(found_alive)} places of survivors, {len(found_alive & alive)} of them listed")
    for one in survived:
        print(f"  survives: {one}")
    for one in dead:
        print(f"  is killed now, and listed: {one}")
    return bool(survived or dead) or count * every < 50


if __name__ == "__main__":
    sys.exit(main())
