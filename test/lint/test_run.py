#!/usr/bin/python3
"""test/run.py must not report a test as passed that did not pass."""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import run  # noqa: E402

# (why, what Meson says of one program, tests passed, tests failed)
PROGRAMS = [
    ("two that pass", ("OK", "1..2\nok 1 - a\nok 2 - b\n"), 2, 0),
    ("lines between", ("OK", "1..1\na case\nok 1 - a\n# ok - tests\n"), 1, 0),
    ("the plan at the end", ("OK", "ok 1 - a\nok 2 - b\n1..2\n"), 2, 0),
    ("one of two fails", ("FAIL", "1..2\nnot ok 1 - a\nok 2 - b\n"), 1, 1),
    ("died after the first", ("ERROR", "1..3\nok 1 - a\n"), 1, 2),
    ("died after the last", ("ERROR", "1..1\nok 1 - a\n"), 1, 1),
    ("ran none", ("OK", "1..0\n"), 0, 1),
    ("skipped one", ("OK", "1..2\nok 1 - a\nok 2 - b # SKIP no network\n"), 1, 1),
    ("not TAP, well", ("OK", "all fine\n"), 1, 0),
    ("not TAP, badly", ("FAIL", "all wrong\n"), 0, 1),
    ("not TAP, skipped", ("SKIP", ""), 0, 1),
    ("took too long", ("TIMEOUT", ""), 0, 1),
]

PLAYS = """<testsuites><testsuite>
<testcase classname="t" name="a"/>
<testcase classname="t" name="b"><failure message="no">trace</failure></testcase>
<testcase classname="t" name="c"><skipped message="why"/></testcase>
<testcase classname="t" name="d"><error message="x"/></testcase>
</testsuite></testsuites>"""


def main():
    rows = []
    for why, (result, stdout), passed, failed in PROGRAMS:
        got = run.count_meson_test({"name": "x", "result": result, "stdout": stdout})
        rows.append((why, (got[0], len(got[1])) == (passed, failed)))
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as report:
        report.write(PLAYS)
        report.flush()
        passed, failures = run.count_pytest(report.name)
    suites = [{"suite": [f"entente:{name}"]} for name in ("unit", "nobody", "policy", "nobody")]
    rows.append(("a suite that nobody runs", [name for name, _ in run.forgotten(suites)] == ["suite nobody"]))
    rows.append(("plays", (passed, [name for name, _ in failures]) == (1, ["t.b", "t.c", "t.d"])))

    print(f"1..{len(rows)}")
    for n, (why, holds) in enumerate(rows, 1):
        print(f"{'ok' if holds else 'not ok'} {n} - {why}")
    return 0 if all(holds for _, holds in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
