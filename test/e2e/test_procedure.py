"""Procedures as files of an accord: each of the example's holds every rule; what does not is refused with line and sentence."""
import json
import shutil

import nodes
from test_accord import KOREAN

PROCEDURES = nodes.ROOT / "accords/rok-us/procedures"
EXAMPLE = nodes.ROOT / "test/vectors/procedures/consult-urgent.json"
SENTENCE = "what cannot be undone needs a joint gate"


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
    korean = nodes.run("procedure", "check", bad, code=4, env=KOREAN).stderr
    assert "21행: 되돌릴 수 없는 일에는" in korean and "다음: " in korean
    row, = json.loads(nodes.run("procedure", "check", "--json", bad, code=4).stdout)
    assert (row["good"], row["line"], row["number"]) == (False, 21, "C8") and row["text"].startswith(SENTENCE)
    assert "there is no such thing" in nodes.run("procedure", "check", world.folder / "none", code=3).stderr
    # Its posts are not those of this accord.
    said = nodes.run("procedure", "check", "--accord", world.accord, EXAMPLE, code=4)
    assert "line 2: the role is not known (C2, procedure.role)" in said.stderr
    # And no accord with it holds.
    other = world.folder / "other"
    shutil.copytree(world.accord, other, ignore=shutil.ignore_patterns("MANIFEST", "SIGNED"))
    shutil.copy(bad, other / "procedures/consult-urgent.json")
    nodes.run("init", "accord", other)
    said = nodes.run("accord", "check", other, code=4)
    assert "procedures/consult-urgent.json, line 21: the rule procedure.irreversible" in said.stderr and SENTENCE in said.stderr
