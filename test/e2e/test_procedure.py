"""Procedures as files of an accord: each of the example's holds every rule; what does not is refused with line and sentence."""
import json
import shutil

import nodes
from test_bad_moves import in_korean

PROCEDURES = nodes.ROOT / "accords/rok-us/procedures"
EXAMPLE = nodes.ROOT / "test/vectors/procedures/consult-urgent.json"
SENTENCE = "what cannot be undone needs a joint gate"


# One broken copy of the example for each cause: number, what it is and what it becomes, the line, the sentence that is read.
WATCH_ROW = '{"who": "others.watch", "what": "presented", "within": "present"}'
BROKEN = [
    ("C1", '"read": 480', '"read": 4.8', 4, "a number is whole, has no sign and no leading zero, and is below 2^32"),
    ("C2", '"en": "Consult", ', "", 19, "a language of the accord is missing, or another stands here"),
    ("C3", '"after": ["done", "convene"]', '"after": ["done", "decide"]', 20, "a guard names a step that does not stand above it"),
    ("C4", '"after": ["lapsed", "alert", "watch-read"]', '"after": ["all", ["precedence", "FLASH"], ["precedence", "IMMEDIATE"]]', 14,
     "this step never opens, whatever is decided"),
    ("C5", ', ["decided", "decide", "no-action"]', "", 36, "there is a way of deciding on which the procedure never closes"),
    ("C6", '"watch": {"alternates": 2}', '"watch": {"alternates": 0}', 7, "who owes the watch read has no alternate"),
    ("C7", '"after": ["done", "consult"]', '"after": ["any", ["done", "consult"], ["lapsed", "alert", "replied"]]', 21,
     "somebody's silence would lead to a gate, a lasting effect or the end"),
    ("C8", '"hold": 30', '"hold": 9', 21, "what cannot be undone needs a joint gate, two signing roles, confirm, read-back and a hold of 10 seconds"),
    ("C9", ',\n     "undo": "N31"', "", 26, "what can be made good says by which form"),
    ("C10", '"convene": 14400, ', "", 16, "a timer is not set at each precedence"),
    ("C11", WATCH_ROW + "]},", WATCH_ROW + "".join(f', {{"who": "others.watch", "what": "{what}", "within": 600}}' for what in (
        "read-back", "replied")) + "]},", 7, "one role owes too much in one step"),
    ("C12", ",\n" + 46 * " " + WATCH_ROW, "", 7, "nothing is owed after the watch read"),
]


def test_one_of_each_cause_is_refused_with_its_line_and_sentence(tmp_path):
    good, files = (PROCEDURES / "consult-urgent.json").read_text(encoding="utf-8"), []
    for number, old, new, *_ in BROKEN:
        assert old in good, number
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(good.replace(old, new, 1), encoding="utf-8")
    said = {language: nodes.run("procedure", "check", *files, code=4, env=env).stderr.splitlines() for language, env in (("en", {}), ("ko", nodes.KOREAN))}
    for (number, *_, line, sentence), file in zip(BROKEN, files):
        assert [row for row in said["en"] if f"{file.name}, line {line}: {sentence} ({number}, " in row], (number, said["en"])
        assert [row for row in said["ko"] if f"{file.name} {line}행: {in_korean(sentence)} ({number}, " in row], (number, said["ko"])


def test_those_of_the_accord_hold(stage):
    world = stage.world(accord=nodes.ROOT / "accords/rok-us", is_started=False)
    files = sorted(PROCEDURES.iterdir())
    said = json.loads(nodes.run("procedure", "check", "--json", "--accord", world.accord, *files).stdout)
    assert [row["id"] for row in said] == ["alert-state", "consult-urgent", "line-check", "unusual-activity"]
    assert all(row["good"] and row["steps"] > 0 for row in said)
    # An exercise runs the same ones, byte for byte.
    for file in files:
        assert file.read_bytes() == (nodes.ROOT / "accords/rok-us-exercise/procedures" / file.name).read_bytes()
    for file in files:
        drawn = nodes.run("procedure", "draw", file).stdout
        assert drawn.startswith("<svg ") and drawn.rstrip().endswith("</svg>") and "marker-end" in drawn or file.stem == "line-check"


def test_what_breaks_a_rule_is_refused(stage):
    world = stage.world(accord=nodes.ROOT / "accords/rok-us", is_started=False)
    good = (PROCEDURES / "consult-urgent.json").read_text(encoding="utf-8")
    bad = world.folder / "bad.json"
    bad.write_text(good.replace('"hold": 30', '"hold": 3'), encoding="utf-8")
    said = nodes.run("procedure", "check", bad, code=4)
    assert f"bad.json, line 21: {SENTENCE}" in said.stderr and "C8, procedure.irreversible" in said.stderr
    korean = nodes.run("procedure", "check", bad, code=4, env=nodes.KOREAN).stderr
    assert "21행: 되돌릴 수 없는 일에는" in korean and "다음: " in korean
    row, = json.loads(nodes.run("procedure", "check", "--json", bad, code=4).stdout)
    assert (row["good"], row["line"], row["number"]) == (False, 21, "C8") and row["text"].startswith(SENTENCE)
    assert "There is no file" in nodes.run("procedure", "check", world.folder / "none", code=3).stderr
    # Its posts are not those of this accord.
    said = nodes.run("procedure", "check", "--accord", world.accord, EXAMPLE, code=4)
    assert "line 2: the role is not known (C2, procedure.role)" in said.stderr
    # And no accord with it holds.
    other = world.folder / "other"
    shutil.copytree(world.accord, other, ignore=shutil.ignore_patterns("MANIFEST", "SIGNED"))
    shutil.copy(bad, other / "procedures/consult-urgent.json")
    nodes.run("init", "accord", other)
    said = nodes.run("accord", "check", other, code=4)
    assert "procedures/consult-urgent.json, line 21: " in said.stderr and SENTENCE in said.stderr
    assert "(procedure.irreversible)" in said.stderr


def test_the_table_of_bad_input_names_tests_that_read_it():
    """docs/spec/procedure.md section 14: each test is there, and has the sentence of each of its rows."""
    section = (nodes.ROOT / "docs/spec/procedure.md").read_text(encoding="utf-8").split("## 14. Bad input\n")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    for what, sentence, test in rows:
        file, name = test.split(" ")
        source = (nodes.ROOT / "test/e2e" / file.strip("`")).read_text(encoding="utf-8")
        assert f"\ndef {name}(" in source, (what, test)
        body = source.split(f"\ndef {name}(")[1].split("\ndef ")[0]
        assert sentence in body or "C1 to C12" in sentence, (what, sentence)
