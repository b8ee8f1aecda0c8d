#!/usr/bin/python3
"""Holds the rules of CONTRIBUTING.md over the tree, one test a command.

usage: tidy.py rules | headers | format [--write] | clang-tidy BUILD [--paths | --deep] | cppcheck | words | scripts |
       manuals | catalogues

rules       what a line or a file may not do, src/LAYERS among it; then prints the ten longest functions
headers     each header compiles alone
format      C is laid out as .clang-format says; --write lays it out, and wraps comments that are too wide
clang-tidy  src with BUILD/compile_commands.json; a file is looked at again when it or a header of its has changed;
            --paths follows what a function does, too, and looks at tests, which takes three times as long; --deep
            calls and long functions to the end, twenty times
words       spelling           scripts     shell scripts            manuals     manual pages
catalogues  po/: the template is up to date, everything is translated and nothing is fuzzy
"""

import collections
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WARNINGS = (
    "-std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wstrict-prototypes "
    "-Wmissing-prototypes -Wswitch-enum -Wvla -Wformat=2 -Wundef -Wcast-qual"
).split()
COLUMNS = 110
TABLE_COLUMNS = 160  # where the layout is kept by hand
TAB = 8

# Layers whose memory is the caller's.
PURE = {"base", "crypto", "wire", "accord", "policy", "proc", "view"}

# Which system header may be included where; a name ends in / if it is a folder.
BORROWED = {
    "uv.h": ["src/sys/loop.c", "src/sys/socket.c"],
    "microhttpd.h": ["src/api/"],
    "sqlite3.h": ["src/record/"],
    "sodium.h": ["src/crypto/"],
    "openssl/": ["src/crypto/"],
    "jansson.h": ["src/api/feeds.c", "src/api/taxii.c", "src/border/", "src/terminal/", "src/show/", "src/compose/", "src/entente/", "test/"],
    "expat.h": ["src/border/xml_read.c"],
    "ini.h": ["src/accord/", "src/home/"],
    "threads.h": [],
    "pthread.h": ["src/sys/threads.c"],
}

BANNED_CALLS = {
    "sprintf": "snprintf, or a struct buf",
    "vsprintf": "vsnprintf",
    "strcpy": "a struct buf, or bytes_copy_str",
    "strcat": "a struct buf",
    "strncpy": "bytes_copy_str",
    "strncat": "a struct buf",
    "strtok": "bytes_take_until",
    "gets": "a read with a length",
    "atoi": "bytes_read_decimal",
    "atol": "bytes_read_decimal",
    "gmtime": "wall_write",
    "localtime": "wall_write",
    "time": "the clock of sys/clock.h",
    "rand": "struct prng, or sys/random.h",
    "random": "struct prng, or sys/random.h",
    "alloca": "memory of the caller",
}
# A TLS session outlives any message, and OpenSSL keeps a heap of its own beside it.
HEAP_USERS = ["src/base/alloc.c", "src/base/alloc.h", "src/crypto/library_memory.c", "src/crypto/tls.c",
              "src/crypto/tls_provider.c"]
HEAP_CALLS = "malloc calloc realloc free strdup strndup asprintf vasprintf xcalloc xrealloc".split()

BANNED_WORDS = set("data info ctx manager handler helper util misc common process obj tmp".split())
# A node is several processes: where they are run and shown the word names them, and nothing else.
WORD_EXCEPTIONS = {("process", f"src/{folder}/") for folder in ("process", "show", "entente")} | {("processes", "src/process/")}

LEFT_OPEN = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]) + r")\b")
MACHINE_PATH = re.compile(r"(?<!src)/(root|home)/\w|/work" + "/main")

Finding = collections.namedtuple("Finding", "rule path line text")


# --- reading C ---


def blank(text):
    """The same text with what stands in comments and literals replaced by spaces, so that lines stay where they are."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def spaces(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found[0] + " " * (len(found) - 2) + found[0]
        return re.sub(r"[^\n]", " ", found)

    return pattern.sub(spaces, text)


def without_macros(code):
    """And with the lines of the preprocessor left empty."""
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code, flags=re.M)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


FUNCTION = re.compile(r"^(?!\s)([A-Za-z_][^;{}=]*?)\b([a-z_]\w*)\(([^;{}]*)\)[^;{}()]*\n\{\n(.*?)^\}", re.M | re.S)


def functions(code):
    """(name, is it static, offset, body) of each function that is defined; a body is closed by a brace in column 1."""
    for match in FUNCTION.finditer(code):
        yield match.group(2), "static" in match.group(1).split(), match.start(), match.group(4)


def outside_of_braces(code):
    """The declarations of a file: (offset, text) up to each semicolon that stands in no brace; bodies are cut out."""
    depth, start, kept = 0, 0, []
    for at, c in enumerate(code):
        if c == "{":
            depth += 1
            if depth == 1:
                kept.append(c)
        elif c == "}":
            depth -= 1
            if depth == 0:
                kept.append(c)
                # A function's body ends its declaration; that of a type or of a value goes on to the semicolon.
                if re.search(r"\)[\w\s]*\{\}$", "".join(kept)):
                    kept, start = [], at + 1
        elif depth == 0 and c == ";":
            yield start, "".join(kept)
            kept, start = [], at + 1
        elif depth == 0:
            if not kept and c.isspace():
                start = at + 1
            else:
                kept.append(c)


# --- the rules: each takes (path, text, code) and gives (line, text) ---


def rule_text(path, text, code):
    for n, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield n, "blanks at the end of the line"
    if text and not text.endswith("\n") or text.endswith("\n\n"):
        yield text.count("\n"), "a file ends with one newline"


def rule_columns(path, text, code):
    allowed = COLUMNS
    for n, line in enumerate(text.split("\n"), 1):
        if "clang-format off" in line:
            allowed = TABLE_COLUMNS
        if len(line.expandtabs(TAB)) > allowed:
            yield n, f"{len(line.expandtabs(TAB))} columns, {allowed} are allowed"
        if "clang-format on" in line:
            allowed = COLUMNS


def rule_left_open(path, text, code):
    for n, line in enumerate(text.split("\n"), 1):
        if LEFT_OPEN.search(line):
            yield n, "work is left open"


def rule_machine_path(path, text, code):
    for n, line in enumerate(text.split("\n"), 1):
        if MACHINE_PATH.search(line):
            yield n, "a path of one machine"


def rule_layers(path, text, code):
    inside = re.match(r"src/(\w+)/", path)
    for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', text, re.M):
        n, mark, name = line_of(text, match.start()), match.group(1), match.group(2)
        for header, places in BORROWED.items():
            if mark == "<" and (name == header or header.endswith("/") and name.startswith(header)):
                if path.startswith("src/") and not any(path.startswith(place) for place in places):
                    yield n, f"<{name}> may be included by {', '.join(places) or 'nobody'} only"
        if mark != '"' or not inside:
            continue
        named = name.split("/")
        if len(named) != 2 or named[0] not in layers():
            yield n, f'"{name}": includes are written "folder/file.h"'
        elif named[0] != inside.group(1) and named[0] not in layers().get(inside.group(1), set()):
            yield n, f"{inside.group(1)} may not include {named[0]}, says src/LAYERS"


def rule_header(path, text, code):
    if not path.endswith(".h"):
        return
    name, folder = pathlib.PurePath(path).name, pathlib.PurePath(path).parent.name
    first = re.match(r"/\*\n \* (\S+) - .*?\*/", text, re.S)
    if not first or first.group(1) != name:
        yield 1, f'a header begins with "/*", then " * {name} - what it is"'
    elif path.startswith("src/") and not re.search(rf"^ \* (.* )?Layer: {folder}\b", first.group(0), re.M):
        yield 1, f'the first comment says "Layer: {folder}"'
    guard = re.sub(r"\W", "_", f"{folder if path.startswith('src/') else 'test'}_{name}").upper()
    if path.startswith("src/") and not re.search(rf"^#ifndef {guard}\n#define {guard}\n", text, re.M):
        yield 1, f"the guard is {guard}"
    elif not re.search(r"^#ifndef (\w+)\n#define \1\n", text, re.M):
        yield 1, "there is no guard"
    if first:
        for named in re.findall(r"\b(?:docs|test)/[\w/.-]+\.(?:md|json)", first.group(0)):
            if not (ROOT / named).exists():
                yield 1, f"{named} does not exist"


def rule_must_check(path, text, code):
    if path.endswith(".h"):
        for match in re.finditer(r"^enum err (\w+)\([^;{]*\)([^;{]*);", without_macros(code), re.M):
            # A cbor_reader keeps its first fault; cbor_finish is where it is looked at.
            keeps_its_fault = "(struct cbor_reader *r" in match.group(0)
            if "MUST_CHECK" not in match.group(2) and not keeps_its_fault:
                yield line_of(code, match.start()), f"{match.group(1)} can fail: MUST_CHECK"


def rule_calls(path, text, code):
    for match in re.finditer(r"(?<![\w.>])(\w+)\s*\(", without_macros(code)):
        name = match.group(1)
        if name in BANNED_CALLS:
            yield line_of(code, match.start()), f"{name} is banned: use {BANNED_CALLS[name]}"


def rule_heap(path, text, code):
    inside = re.match(r"src/(\w+)/", path)
    if not inside or inside.group(1) not in PURE or path in HEAP_USERS:
        return
    for match in re.finditer(r"(?<![\w.>])(\w+)\s*\(", without_macros(code)):
        if match.group(1) in HEAP_CALLS:
            yield line_of(code, match.start()), f"{match.group(1)} in a pure layer: memory is the caller's"


def rule_names(path, text, code):
    if not path.startswith("src/"):
        return  # a test's name is a sentence
    stem = pathlib.PurePath(path).stem
    for match in re.finditer(r"(?<!\.)(?<!->)\b[a-z_][a-z0-9_]*\b", without_macros(code)):
        bad = BANNED_WORDS.intersection(match.group(0).split("_"))
        for word in bad:
            if not any(word == w and path.startswith(place) for w, place in WORD_EXCEPTIONS):
                yield line_of(code, match.start()), f'{match.group(0)}: "{word}" is no name'
    for word in BANNED_WORDS.intersection(stem.split("_")):
        if not any(word == w and path.startswith(place) for w, place in WORD_EXCEPTIONS):
            yield 1, f'a file named {stem}: "{word}" is no name'


def rule_typedef(path, text, code):
    for match in re.finditer(r"\btypedef\s+(struct|union|enum)\s*\w*\s*(\{|\w+\s*;)", code):
        yield line_of(code, match.start()), f"typedef of a {match.group(1)}: write it out"


def rule_file_scope(path, text, code):
    """A variable at file scope is const, or the one root struct of its process."""
    if not path.startswith("src/"):
        return
    for offset, text_of in outside_of_braces(without_macros(code)):
        flat = " ".join(text_of.split())
        if not flat or flat.startswith(("typedef", "extern", "_Static_assert", "static_assert")):
            continue
        before = flat.split("=")[0].strip()
        if re.fullmatch(r"(struct|union|enum)( \w+)?( \{\})?", before):
            continue  # a type alone
        # A prototype; but what begins with a parenthesis and a star is a pointer to functions, a variable.
        if "(" in before and not re.match(r"[^(]*\(\s*\*", before) or re.search(r"\bOSSL_FUNC_\w+_fn\b", before):
            continue
        if re.search(r"\*\s*const \w+(\[[^\]]*\])*\)\(", before):
            continue  # a table of functions
        if re.search(r"\bconst \w+(\[[^\]]*\])*( \{\})?$", before) or (
            re.search(r"\bconst\b", before) and "*" not in before
        ):
            continue
        if re.fullmatch(r"static struct( \w+)?( \{\})? root", before):
            continue
        yield line_of(code, offset), f"a variable at file scope that is not const: {before}"


def rule_next(path, text, code):
    """Who is told that something is wrong is told what to do next, before the function ends."""
    for name, _, offset, body in functions(code):
        start = code.index(body, offset)
        for match in re.finditer(r"\bsay_error\(", body):
            if "say_next(" not in body[match.end() :]:
                yield line_of(code, start + match.start()), f"{name}: say_error without a say_next behind it"


RULES = [
    rule_text,
    rule_columns,
    rule_left_open,
    rule_machine_path,
    rule_layers,
    rule_header,
    rule_must_check,
    rule_calls,
    rule_heap,
    rule_names,
    rule_typedef,
    rule_file_scope,
    rule_next,
]
# What is no C is held to these only.
TEXT_RULES = [rule_text, rule_left_open, rule_machine_path]


def name_of(rule):
    return rule.__name__[len("rule_") :]


def check_file(path, text):
    """The findings in one file; path is relative to the root."""
    is_c = path.endswith((".c", ".h"))
    code = blank(text) if is_c else ""
    return [
        Finding(name_of(rule), path, line, what)
        for rule in (RULES if is_c else TEXT_RULES)
        for line, what in rule(path, text, code)
    ]


# --- rules over several files ---


def parse_layers(text):
    """The folders that each may include, and what is wrong with the file itself."""
    out, findings = {}, []
    for n, line in enumerate(text.split("\n"), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        folder, _, names = line.partition(":")
        for name in names.split():
            if name not in out:
                findings.append(Finding("layers", "src/LAYERS", n, f"{name} does not stand above {folder}"))
        out[folder] = set(names.split())
    return out, findings


_layers = {}


def layers():
    if not _layers:
        _layers.update(parse_layers((ROOT / "src/LAYERS").read_text())[0])
    return _layers


def check_recursion(files):
    """Functions that reach themselves by calls that can be seen; files is a list of (path, text)."""
    bodies, public = {}, {}
    for path, text in files:
        for name, is_static, offset, body in functions(without_macros(blank(text))):
            bodies[path, name] = (line_of(text, offset), body)
            if not is_static:
                public[name] = (path, name)
    calls = {}
    for (path, name), (_, body) in bodies.items():
        named = set(re.findall(r"(?<![\w.>])([a-z_]\w*)\s*\(", body))
        calls[path, name] = [
            (path, callee) if (path, callee) in bodies else public[callee]
            for callee in named
            if (path, callee) in bodies or callee in public
        ]
    findings = []
    for start in calls:
        seen, waiting = set(), list(calls[start])
        while waiting:
            at = waiting.pop()
            if at == start:
                findings.append(Finding("recursion", start[0], bodies[start][0], f"{start[1]} reaches itself"))
                break
            if at not in seen:
                seen.add(at)
                waiting += calls[at]
    return findings


def check_built(paths, meson_of):
    """Every source is named in its folder's meson.build: a test that nobody builds cannot fail."""
    findings = []
    for path in paths:
        folder, _, name = path.rpartition("/")
        stem = name[: -len(".c")]
        named = re.findall(r"'([^']*)'", meson_of(folder))
        if not {name, stem, stem.removeprefix("test_")}.intersection(named):
            findings.append(Finding("built", path, 1, f"{folder}/meson.build does not name it"))
    return findings


def check_letters(files):
    """Rows of the views share one map: two kinds that begin with one letter would be each other's."""
    findings, taken = [], {}
    for path, text in files:
        for match in re.finditer(r"\b(ROW_\w+) = '(.)'", text):
            other = taken.setdefault(match[2], match[1])
            if other != match[1]:
                findings.append(Finding("letters", path, line_of(text, match.start()), f"{match[1]} begins as {other} does"))
    return findings


def check_documents(files, exists, targets):
    """Links lead somewhere, and a `make target` that is named is one."""
    findings = []
    for path, text in files:
        folder = pathlib.PurePosixPath(path).parent
        for n, line in enumerate(text.split("\n"), 1):
            for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", line):
                if "://" not in link and not exists(os.path.normpath(folder / link)):
                    findings.append(Finding("documents", path, n, f"{link} does not exist"))
            for target in re.findall(r"`make ([a-z][a-z0-9-]*)", line):
                if target not in targets:
                    findings.append(Finding("documents", path, n, f"there is no `make {target}`"))
    return findings


def check_architecture(text, folders, names):
    """Its table of layers has every folder of LAYERS, in their order, and what it names in backquotes is there."""
    path, findings = "docs/ARCHITECTURE.md", []
    rows = re.findall(r"^\| `([a-z]+)` \|", text.split("\n## Layers", 1)[-1].split("\n## ", 1)[0], re.M)
    if rows != list(folders):
        findings.append(Finding("architecture", path, 1, f"its layers are {rows}, those of src/LAYERS {list(folders)}"))
    for n, line in enumerate(text.split("\n"), 1):
        for name in re.findall(r"`([a-z_/]+\.(?:c|h|md|py|pml))`", line):
            if not any(known == name or known.endswith("/" + name) for known in names):
                findings.append(Finding("architecture", path, n, f"there is no {name}"))
    return findings


# --- comments that are too wide: clang-format can wrap them too, but tears tables and examples apart ---


def width(line):
    return len(line.expandtabs(TAB))


def fold(words, margin):
    """Lines that begin with the margin and hold the words."""
    out, line = [], margin
    for word in words:
        if line != margin and width(f"{line} {word}") > COLUMNS:
            out.append(line)
            line = margin
        line += word if line == margin else " " + word
    return out + [line]


def block(indent, words):
    return [indent + "/*", *fold(words, indent + " * "), indent + " */"]


def wrap_comments(text):
    """The same text with comments in COLUMNS; a paragraph of a block flows on, other comments become blocks."""
    lines, out, at, is_by_hand = text.split("\n"), [], 0, False
    while at < len(lines):
        line = lines[at]
        at += 1
        is_by_hand = ("clang-format off" in line or is_by_hand) and "clang-format on" not in line
        alone = re.match(r"^(\s*)/\* (.*) \*/$", line)
        behind = re.match(r"^(\s*)([^\s#].*[;,{)])\s+/\* (.*) \*/$", line)
        inside = re.match(r"^(\s*\* )(\S.*)$", line)
        opened = re.match(r"^(\s*)/\* ((?:(?!\*/).)*)$", line)
        if width(line) <= COLUMNS or is_by_hand or not (alone or behind or inside or opened):
            out.append(line)
        elif opened:
            out.append(opened.group(1) + "/*")
            at -= 1
            lines[at] = f"{opened.group(1)} * {opened.group(2)}"
        elif alone:
            out += block(alone.group(1), alone.group(2).split())
        elif behind:
            indent, code, words = behind.group(1), behind.group(2), behind.group(3).split()
            one = f"{indent}/* {' '.join(words)} */"
            out += [one] if width(one) <= COLUMNS else block(indent, words)
            out.append(indent + code)
        else:
            margin, words = inside.group(1), inside.group(2).split()
            while at < len(lines) and (more := re.match(rf"^{re.escape(margin)}([^\s*/][^\t]*)$", lines[at])):
                words += more.group(1).split()
                at += 1
                if words[-1] == "*/":
                    break
            is_end = words[-1] == "*/"
            folded = fold(words[:-1] if is_end else words, margin)
            if is_end and width(folded[-1]) + 3 <= COLUMNS:
                folded[-1] += " */"
            elif is_end:
                folded.append(margin[:-2] + "*/")
            out += folded
    return "\n".join(out)


# --- commands ---


def tracked(pattern):
    """Files of the project, those that are about to be added too."""
    done = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode == 0:
        names = [n for n in done.stdout.split("\0") if n]
    else:  # an unpacked archive
        names = [p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*") if p.is_file()]
        names = [n for n in names if not n.startswith(("build", ".git/"))]
    return sorted(n for n in names if re.search(pattern, n) and (ROOT / n).is_file())


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def report(findings):
    for f in sorted(set(findings), key=lambda f: (f.path, f.line)):
        print(f"{f.path}:{f.line}: {f.rule}: {f.text}")
    return 1 if findings else 0


def run_rules():
    paths = tracked(r"\.(c|h|py|sh|md|build|txt|json|po|[1-8])$|^Makefile$|LAYERS$")
    texts = [(path, read(path)) for path in paths]
    findings = list(parse_layers(read("src/LAYERS"))[1])
    for path, text in texts:
        if not path.endswith(".json"):
            findings += check_file(path, text)
    findings += check_recursion([(p, t) for p, t in texts if p.endswith(".c") and p.startswith("src/")])
    sources = [path for path, _ in texts if re.match(r"(src|test)/.*\.c$", path)]
    findings += check_letters([(path, read(path)) for path in tracked(r"^src/.*\.h$")])
    findings += check_built(sources, lambda folder: read(f"{folder}/meson.build"))
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", read("Makefile"), re.M))
    findings += check_documents(
        [(p, t) for p, t in texts if p.endswith(".md")], lambda p: (ROOT / p).exists(), targets
    )
    findings += check_architecture(read("docs/ARCHITECTURE.md"), layers(), tracked(r"."))
    longest = subprocess.run(["pmccabe", *tracked(r"^src/.*\.c$")], cwd=ROOT, capture_output=True, text=True).stdout
    rows = sorted((line.split("\t") for line in longest.splitlines()), key=lambda row: -int(row[4]))
    print("the ten longest functions: lines, complexity, name")
    for row in rows[:10]:
        print(f"{row[4]:>6} {row[0]:>4}  {row[5]}")
    return report(findings)


def together(jobs):
    """Runs commands, as many at a time as there are cores; gives 1 and prints the output of each that fails."""
    def one(job):
        return subprocess.run(job, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(one, jobs):
            if done.returncode != 0:
                print(done.stdout)
                bad = 1
    return bad


def run_headers():
    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for header in tracked(r"^src/.*\.h$"):
            source = pathlib.Path(folder) / (header.replace("/", "-") + ".c")
            source.write_text(f'#include "{header[len("src/"):]}"\nextern int alone;\n')
            jobs.append(["gcc", *WARNINGS, "-iquote", "src", "-fsyntax-only", str(source)])
        return together(jobs)


def run_format(write):
    sources = tracked(r"^(src|test|bench|examples)/.*\.[ch]$")
    for path in sources if write else []:
        before = read(path)
        after = wrap_comments(before)
        if after != before:
            (ROOT / path).write_text(after)
    # Many at a time: most of what one takes is the start.
    return together([["clang-format-19", *(["-i"] if write else ["--dry-run", "-Werror"]), *sources[at : at + 40]]
                     for at in range(0, len(sources), 40)])


def read_by(build):
    """Of each object the files that its compiler read, as ninja noted them."""
    out, name = {}, None
    for line in subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True).stdout.splitlines():
        if line.startswith("    "):
            if not line.startswith("    /usr/"):
                out[name].append(line.strip())
        elif ":" in line:
            name = line.split(":")[0]
            out[name] = []
    return out


def stamp_of(command_row, files):
    """None: it was not compiled, and nobody knows what it reads."""
    if not files:
        return None
    total = hashlib.sha256((read(".clang-tidy") + read("test/.clang-tidy")).encode() + command_row["command"].encode())
    for name in files:
        total.update((pathlib.Path(command_row["directory"]) / name).read_bytes())
    return total.hexdigest()


SHALLOW = "-Xclang -analyzer-config -Xclang mode=shallow,max-nodes=30000".split()
TIDY_AT_ONCE = 12
TIDY_DEPTHS = {"": ["--checks=-clang-analyzer-*"], "--paths": [f"--extra-arg={word}" for word in SHALLOW], "--deep": []}


def run_clang_tidy(build, depth=""):
    build = pathlib.Path(build).resolve()
    stamps = build / f"clang-tidy{depth}-stamps"
    mode = TIDY_DEPTHS[depth]
    stamps.mkdir(exist_ok=True)
    rows = {}
    for row in json.loads((build / "compile_commands.json").read_text()):
        if depth or row["file"].startswith("../src/"):
            rows.setdefault(row["file"], row)

    files = read_by(build)

    todo = []  # (path, stamp or None)
    for row in rows.values():
        total = stamp_of(row, files.get(row["output"]))
        if total is None or not (stamps / total).exists():
            todo.append((os.path.normpath(os.path.join(row["directory"], row["file"])), total))

    def look(some):
        done = subprocess.run(
            ["clang-tidy-19", "-p", str(build), "--quiet", "--warnings-as-errors=*", *mode, *(path for path, _ in some)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _, total in some if done.returncode == 0 else []:
            if total is not None:
                (stamps / total).touch()
        return done.returncode, done.stdout

    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        # Some at a time: a third of what one takes is the start.
        for code, output in pool.map(look, [todo[at : at + TIDY_AT_ONCE] for at in range(0, len(todo), TIDY_AT_ONCE)]):
            if code != 0:
                print(output)
                bad = 1
    print(f"{len(rows)} files")
    return bad or (0 if rows else 1)


# What it believes of memory that a callee fills is wrong too often, and clang's analyzer looks at the same; a cast
# before a brace is more than its parser takes.
CPPCHECK_OFF = (
    "missingIncludeSystem normalCheckLevelMaxBranches uninitvar legacyUninitvar uninitStructMember "
    "internalAstError unknownMacro"
)


def run_cppcheck():
    command = "cppcheck --quiet --std=c11 --language=c --error-exitcode=1 --inline-suppr -D_GNU_SOURCE -Isrc"
    command += " --enable=warning,portability --template=gcc"
    options = [f"--suppress={name}" for name in CPPCHECK_OFF.split()]
    options += [f"-j{os.cpu_count()}"]
    return together([[*command.split(), *options, *tracked(r"^src/.*\.c$")]])


def run_words():
    paths = tracked(r"\.(c|h|py|sh|md|build|ts|tsx|mjs|css|html|[1-8])$|^Makefile$")
    return together([["codespell", "--ignore-words", "test/lint/words.txt", *paths]])


def run_scripts():
    scripts = tracked(r"\.sh$|^\.ci/run$")
    return together([["shellcheck", *scripts]])


def run_manuals():
    pages = tracked(r"^docs/man/.*\.[1-8]$")
    return together([["mandoc", "-T", "lint", "-W", "warning", page] for page in pages])


def catalogue_findings(folder, sources):
    """What is wrong with po/: sources are the files that POTFILES should name."""
    listed = [line for line in (folder / "POTFILES").read_text().splitlines() if line and line[0] != "#"]
    out = [f"POTFILES does not name {name}" for name in sources if name not in listed]
    out += [f"POTFILES names {name}, which has no string" for name in listed if name not in sources]
    made = subprocess.run(
        ["xgettext", *XGETTEXT, "-o", "-", *sources], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    wanted = messages(made)
    have = messages((folder / "entente.pot").read_text())
    if set(wanted) != set(have):
        out.append("entente.pot is not up to date: `make po`")
    for catalogue in sorted(folder.glob("*.po")):
        rows = messages(catalogue.read_text())
        for text in wanted:
            if text not in rows:
                out.append(f"{catalogue.name}: not there: {text}")
            elif rows[text].is_fuzzy:
                out.append(f"{catalogue.name}: fuzzy: {text}")
            elif not all(rows[text].translations):
                out.append(f"{catalogue.name}: not translated: {text}")
            elif any(sorted(fills(t)) != sorted(fills(text)) for t in rows[text].translations):
                out.append(f"{catalogue.name}: other things are filled in: {text}")
        done = subprocess.run(["msgfmt", "-c", "-o", "/dev/null", str(catalogue)], capture_output=True, text=True)
        if done.returncode != 0:
            out.append(done.stderr)
    return out


XGETTEXT = "--language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=n_:2,3 --keyword=say_counted:2,3 --no-wrap".split()
Message = collections.namedtuple("Message", "translations is_fuzzy")


def fills(text):
    return re.findall(r"\{\d\}|%[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|j|z|t)?[a-zA-Z]", text.replace("%%", ""))


def messages(text):
    """msgid to Message; what is struck out (#~) and the header are left out."""
    out = {}
    for block in re.split(r"\n\s*\n", text):
        lines = [line for line in block.split("\n") if not line.startswith("#~")]
        flags = " ".join(line for line in lines if line.startswith("#,"))
        fields, name = {}, None
        for line in lines:
            match = re.match(r'(msg\w+(?:\[\d\])?) (".*")$', line)
            if match:
                name = match.group(1)
                fields[name] = match.group(2)[1:-1]
            elif line.startswith('"') and name:
                fields[name] += line[1:-1]
        if fields.get("msgid"):
            found = [value for key, value in fields.items() if key.startswith("msgstr")]
            out[fields["msgid"]] = Message(found, "fuzzy" in flags)
    return out


def run_catalogues():
    sources = [p for p in tracked(r"^src/.*\.c$|^console/src/.*\.tsx?$") if re.search(r"\bN?_\(\"", read(p))]
    findings = catalogue_findings(ROOT / "po", sources)
    print("\n".join(findings))
    return 1 if findings else 0


def main(words):
    commands = {
        "rules": run_rules,
        "headers": run_headers,
        "format": lambda: run_format("--write" in words),
        "clang-tidy": lambda: run_clang_tidy(*words[1:]),
        "cppcheck": run_cppcheck,
        "words": run_words,
        "scripts": run_scripts,
        "manuals": run_manuals,
        "catalogues": run_catalogues,
    }
    is_tidy = words[:1] == ["clang-tidy"]
    if not words or words[0] not in commands or (is_tidy and (len(words) not in (2, 3) or (words + [""])[2] not in TIDY_DEPTHS)):
        print(__doc__, file=sys.stderr)
        return 2
    return commands[words[0]]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
