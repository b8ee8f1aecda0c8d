#!/usr/bin/python3
"""Each rule of tidy.py fires on a bad sample, and on nothing in a good one."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tidy  # noqa: E402

GOOD_HEADER = """/*
 * good.h - a sample that no rule minds.
 *
 * Layer: wire (may use base). Pure.
 */
#ifndef WIRE_GOOD_H
#define WIRE_GOOD_H

#include "base/bytes.h"

enum err good_read(struct bytes *in, struct good *out) MUST_CHECK;

#endif
"""

GOOD_SOURCE = """#include "wire/good.h"

#include <string.h>

struct row {
	const char *name;
	enum err (*read)(struct bytes *in);
};

static const struct row rows[] = {
	{ "sprintf(", NULL }, /* a call in a literal, and in a comment: strcpy(a, b) */
};
static void (*const acts[3])(struct row *row) = { NULL };
static const char *const names[] = { "data", "info" };

static int count(const uint8_t (*proof)[32], size_t len)
{
	static const int steps[] = { 1, 2 };

	return handle->data == NULL ? steps[0] : read_time(proof, len);
}

int good(void)
{
	return count(NULL, 0);
}
"""


def after(text, old, new):
    assert old in text
    return text.replace(old, new)


# (rule, path, text): the rule, and no other, must fire.
BAD = [
    ("text", "docs/a.md", "blanks \n"),
    ("text", "docs/a.md", "no newline"),
    ("columns", "src/wire/good.c", "/* " + "x" * 110 + " */\n"),
    ("columns", "src/wire/good.c", "\t" * 13 + "extern int seven;\n"),
    ("columns", "src/wire/good.c", "/* clang-format off */\n/* clang-format on */\n/* " + "x" * 110 + " */\n"),
    ("columns", "src/wire/good.c", "/* clang-format off */\n/* " + "x" * 160 + " */\n"),
    ("left_open", "src/wire/good.c", "/* " + "TO" + "DO: the rest */\n"),
    ("machine_path", "test/a.py", 'open("/ho' + 'me/someone/a")\n'),
    ("layers", "src/wire/good.c", '#include "record/record.h"\n'),
    ("layers", "src/wire/good.c", '#include "good.h"\n'),
    ("layers", "src/wire/good.c", '#include "../base/buf.h"\n'),
    ("layers", "src/wire/good.c", "#include <uv.h>\n"),
    ("layers", "src/node/good.c", "#include <openssl/evp.h>\n"),
    ("header", "src/wire/good.h", after(GOOD_HEADER, " * good.h - ", " * other.h - ")),
    ("header", "src/wire/good.h", after(GOOD_HEADER, "Layer: wire", "Layer: view")),
    ("header", "src/wire/good.h", after(GOOD_HEADER, "WIRE_GOOD_H", "GOOD_H")),
    ("header", "src/wire/good.h", after(GOOD_HEADER, "Pure.", "Spec: docs/spec/no-such-page.md.")),
    ("must_check", "src/wire/good.h", after(GOOD_HEADER, " MUST_CHECK;", ";")),
    ("heap", "src/wire/good.c", "void f(void)\n{\n\tg(malloc(3));\n}\n"),
    ("heap", "src/base/good.c", "void f(void)\n{\n\tg(xcalloc(1, 3));\n}\n"),
    ("names", "src/wire/good.c", "int entry_helper(void);\n"),
    ("names", "src/wire/good.c", "int f(struct entry *info);\n"),
    ("names", "src/wire/common.c", "int f(struct entry *e);\n"),
    ("names", "src/node/good.c", "int process_entry(struct entry *e);\n"),
    ("typedef", "src/wire/good.h", after(GOOD_HEADER, "enum err good", "typedef struct good good;\nenum err good")),
    ("file_scope", "src/node/good.c", "static int count;\n"),
    ("file_scope", "src/node/good.c", "int count = 3;\n"),
    ("file_scope", "src/node/good.c", "static const char *name;\n"),
    ("file_scope", "src/node/good.c", "static struct {\n\tint count;\n} state;\n"),
    ("file_scope", "src/node/good.c", "static struct node *root;\n"),
    ("file_scope", "src/node/good.c", "static enum err (*read)(struct bytes in);\n"),
    ("file_scope", "src/node/good.c", "int f(void)\n{\n\treturn 0;\n}\n\nstatic uint8_t kept[3];\n"),
    ("next", "src/entente/good.c", 'int f(void)\n{\n\tsay_next("a");\n\tsay_error("b");\n\treturn 1;\n}\n'),
] + [("calls", "src/node/good.c", f"void f(void)\n{{\n\t{name}(a);\n}}\n") for name in tidy.BANNED_CALLS]

GOOD = [
    ("src/wire/good.h", GOOD_HEADER),
    ("src/wire/good.c", GOOD_SOURCE),
    ("src/base/good.c", "static struct {\n\tconst char *name;\n} root = { NULL };\n"),
    ("src/process/link.c", "int process_link(void);\n"),
    ("src/sys/loop.c", "#include <uv.h>\n"),
    ("src/wire/good.c", "/* clang-format off */\n/* " + "x" * 150 + " */\n"),
    ("docs/a.md", "words\n"),
    ("src/entente/good.c", 'int f(void)\n{\n\tsay_error("a");\n\tsay_next("b");\n\treturn 1;\n}\n'),
]

BAD_RECURSION = [
    [("src/a/a.c", "static int f(int n)\n{\n\treturn f(n - 1);\n}\n")],
    [("src/a/a.c", "int f(int n)\n{\n\treturn g(n);\n}\n"), ("src/a/b.c", "int g(int n)\n{\n\treturn f(n);\n}\n")],
]
# Two static functions of one name do not call each other.
GOOD_RECURSION = [
    ("src/a/a.c", "static int f(int n)\n{\n\treturn n;\n}\n\nint g(int n)\n{\n\treturn f(n);\n}\n"),
    ("src/a/b.c", "static int f(int n)\n{\n\treturn g(n);\n}\n\nint h(int n)\n{\n\treturn f(n);\n}\n"),
]

W = "word " * 21  # 105 columns
# (why, before, after)
WRAPPED = [
    ("narrow", "/* a */\n", "/* a */\n"),
    ("code is clang-format's", "\tint x = " + "y + " * 30 + "1;\n", None),
    ("alone", f"/* {W}last */", f"/*\n * {W.strip()}\n * last\n */"),
    ("behind code", f"\tint a; /* {'word ' * 18}last */", f"\t/* {'word ' * 18}last */\n\tint a;"),
    (
        "behind code, and too wide by itself",
        f"\tint a; /* {W}last */",
        f"\t/*\n\t * {'word ' * 19}word\n\t * word last\n\t */\n\tint a;",
    ),
    (
        "a paragraph flows on, a table behind it does not",
        f" * {W}last\n * next.\n *\n *\tu32 length\n */",
        f" * {W.strip()}\n * last next.\n *\n *\tu32 length\n */",
    ),
    ("the end of the block", f" * {W}last */", f" * {W.strip()}\n * last */"),
    ("opened with its first words", f"\t/* {W}last\n\t * next. */", f"\t/*\n\t * {'word ' * 19}word\n\t * word last next. */"),
    ("by hand", f"/* clang-format off */\n/* {W}last */\n/* clang-format on */", None),
]

POT = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n#: a.c:1\nmsgid "Sent {1}."\nmsgstr ""\n'
SOURCE_WITH_WORDS = 'void f(void)\n{\n\tsay(_("Sent {1}."), where);\n}\n'
TRANSLATION = '"{1} 보냄."'


def catalogue_sample(folder, pot=POT, translation=TRANSLATION, flags="", files="a.c"):
    (folder / "a.c").write_text(SOURCE_WITH_WORDS)
    (folder / "POTFILES").write_text(f"{folder / files}\n")
    (folder / "entente.pot").write_text(pot)
    (folder / "ko.po").write_text(after(POT, 'msgid "Sent {1}."\nmsgstr ""', f'{flags}msgid "Sent {{1}}."\nmsgstr {translation}'))
    return tidy.catalogue_findings(folder, [str(folder / "a.c")])


class Report:
    def __init__(self):
        self.count = 0
        self.bad = 0

    def check(self, what, holds):
        self.count += 1
        self.bad += not holds
        print(f"{'ok' if holds else 'not ok'} {self.count} - {what}")


def main():
    report = Report()
    fired = set()
    for rule, path, text in BAD:
        found = {f.rule for f in tidy.check_file(path, text)}
        fired |= found
        report.check(f"{rule} fires alone on {path}: {text.splitlines()[-1].strip()!r}", found == {rule})
    for path, text in GOOD:
        found = tidy.check_file(path, text)
        report.check(f"nothing to say about {path} {[f.text for f in found]}", found == [])
    for rule in tidy.RULES:
        report.check(f"a sample fires {tidy.name_of(rule)}", tidy.name_of(rule) in fired)

    report.check("LAYERS names what stands below", tidy.parse_layers("a: b\nb:\n")[1] != [])
    report.check("LAYERS in order", tidy.parse_layers("b:\na: b # why\n") == ({"b": set(), "a": {"b"}}, []))
    page, known = "## Layers\n| `a` | x | `x.h` |\n| `b` | y | `b/y.c` |\n## More\n", ["src/a/x.h", "src/b/y.c"]
    report.check("layers as they are", tidy.check_architecture(page, ["a", "b"], known) == [])
    report.check("a layer that is not told of", tidy.check_architecture(page, ["a", "b", "c"], known) != [])
    report.check("layers out of order", tidy.check_architecture(page, ["b", "a"], known) != [])
    report.check("a file that is gone", tidy.check_architecture(page, ["a", "b"], known[:1]) != [])
    for files in BAD_RECURSION:
        report.check("recursion is seen", tidy.check_recursion(files) != [])
    report.check("no recursion", tidy.check_recursion(GOOD_RECURSION) == [])

    meson = "tests = { 'good': ['base'] }\nx = executable('sim', 'main.c')\n"
    rows = [("a.h", "ROW_A = 'a',\nROW_B = 'b',\n"), ("b.h", "ROW_B = 'b',\n")]
    report.check("letters of rows", tidy.check_letters(rows) == [])
    report.check("a letter twice", len(tidy.check_letters([*rows, ("c.h", "ROW_C = 'a',\n")])) == 1)
    report.check("what is built", tidy.check_built(["t/test_good.c", "t/main.c"], lambda folder: meson) == [])
    report.check("what is not built", len(tidy.check_built(["t/test_bad.c"], lambda folder: meson)) == 1)
    for why, before, want in WRAPPED:
        report.check(f"wrapped: {why}", tidy.wrap_comments(before) == (before if want is None else want))

    def exists(path):
        return path == "docs/there.md"

    page = [("docs/a.md", "[x](there.md) [y](https://example.org/) `make test`\n")]
    report.check("a good page", tidy.check_documents(page, exists, {"test"}) == [])
    report.check("a target that is none", tidy.check_documents(page, exists, {"demo"}) != [])
    report.check("a link to nowhere", tidy.check_documents([("a.md", "[x](there.md)\n")], exists, set()) != [])

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        report.check("a good catalogue", catalogue_sample(folder) == [])
        report.check("an old template", catalogue_sample(folder, pot=POT.replace("Sent", "Gone")) != [])
        report.check("not translated", catalogue_sample(folder, translation='""') != [])
        report.check("fuzzy", catalogue_sample(folder, flags="#, fuzzy\n") != [])
        report.check("another thing filled in", catalogue_sample(folder, translation='"{2} 보냄."') != [])
        report.check("a file that POTFILES misses", catalogue_sample(folder, files="b.c") != [])

    print(f"1..{report.count}")
    return 1 if report.bad else 0


if __name__ == "__main__":
    sys.exit(main())
