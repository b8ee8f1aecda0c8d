"""A definition in the formats of others: whole, by its own structure; what it decides is judged by foreign engines (test/interop)."""
import hashlib
import json
import xml.etree.ElementTree as ElementTree

import nodes
from playbook import faults

PROCEDURES = sorted((nodes.ROOT / "accords/rok-us/procedures").iterdir()) + sorted((nodes.ROOT / "test/vectors/procedures").glob("*.json"))
URGENT = nodes.ROOT / "test/vectors/procedures/consult-urgent.json"
OURS = "extension-definition--6b0f7f0e-6a4b-4f0c-9d53-2f5c8b1d0a37"
SCXML = "{http://www.w3.org/2005/07/scxml}"


def export(file, form, *more):
    return nodes.run("procedure", "export", file, "--as", form, *more).stdout


def test_playbooks():
    for file in PROCEDURES:
        book, ours = json.loads(export(file, "cacao")), json.loads(file.read_text(encoding="utf-8"))
        assert faults(book) == [], (file, faults(book))
        # The definition goes along byte for byte, and each step says what the playbook cannot.
        kept = book["playbook_extensions"][OURS]
        assert kept["definition"] == file.read_text(encoding="utf-8")
        assert kept["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        said = {row["step_extensions"][OURS]["step_id"]: row for row in book["workflow"].values() if row["type"] == "action"}
        assert list(said) == [step["id"] for step in ours["steps"]]
        again = json.loads(export(file, "cacao"))
        assert {**again, "created": 0, "modified": 0} == {**book, "created": 0, "modified": 0}
    row = json.loads(export(URGENT, "cacao"))
    gate, = [step["step_extensions"][OURS] for step in row["workflow"].values() if step.get("name") == "Decide"]
    assert (gate["gate_rule"], gate["signers"], gate["confirmed_by"], gate["hold_seconds"]) == ("joint", ["principal", "witness"], "principal", 30)
    assert gate["owed"] == [{"who": "each.principal", "what": "position", "FLASH": 3600, "IMMEDIATE": 3600}]
    condition, = [step["condition"] for step in row["workflow"].values() if "national" in step.get("condition", "")]
    assert condition == ("(__done_communicate__:value = 'true' OR __done_national__:value = 'true' OR "
                         "__decided_decide_no_action__:value = 'true')")


def test_a_fault_of_a_playbook_is_found():
    good = json.loads(export(URGENT, "cacao"))
    breaks = [lambda b: b.pop("created_by"), lambda b: b.update(spec_version="1.1"), lambda b: b["workflow"].pop(b["workflow_start"]),
              lambda b: b["agent_definitions"].clear(), lambda b: b["playbook_variables"].clear(),
              lambda b: next(s for s in b["workflow"].values() if s["type"] == "action").pop("on_completion"),
              lambda b: next(s for s in b["workflow"].values() if s["type"] == "action").pop("commands"),
              lambda b: next(s for s in b["workflow"].values() if s["type"] == "end").update(on_completion=b["workflow_start"]),
              lambda b: b.update(id="playbook--1"), lambda b: b["extension_definitions"].clear(), lambda b: b.update(made="here")]
    for number, one in enumerate(breaks):
        bad = json.loads(json.dumps(good))
        one(bad)
        assert faults(bad) != [], number


def test_charts():
    for file in PROCEDURES:
        for parties in ("kor,usa", "a,b,c"):
            root = ElementTree.fromstring(export(file, "scxml", "--parties", parties))
            assert root.tag == SCXML + "scxml" and root.get("datamodel") == "ecmascript" and root.get("initial") == "procedure"
            ids = [node.get("id") for node in root.iter() if node.get("id")]
            assert len(ids) == len(set(ids))
            moves = list(root.iter(SCXML + "transition"))
            assert all(move.get("target") in ids and (move.get("event") or move.get("cond")) for move in moves)
            asked = {name.split("'")[1] for move in moves for name in (move.get("cond") or "").split("In(")[1:]}
            assert asked and asked <= set(ids), asked - set(ids)
            for step in json.loads(file.read_text(encoding="utf-8"))["steps"]:
                assert {f"step.{step['id']}.open", f"step.{step['id']}.done"} <= set(ids)


def test_sums(tmp_path):
    """A guard that counts is one sum in a chart; a playbook has no sums and says so in a variable."""
    text = URGENT.read_text(encoding="utf-8").replace('"after": ["any", ["done", "communicate"]', '"after": ["at-least", 1, ["done", "communicate"]')
    file = tmp_path / "sums.json"
    file.write_text(text, encoding="utf-8")
    book = json.loads(export(file, "cacao"))
    assert "__guard_record__:value = 'true'" in [step.get("condition") for step in book["workflow"].values()] and faults(book) == []
    assert ("((In('step.communicate.done') ? 1 : 0) + (In('step.national.done') ? 1 : 0) + (In('step.decide.done.no-action') ? 1 : 0)) &gt;= 1)"
            in export(file, "scxml"))


def test_refused(tmp_path):
    assert "It is not said in which format." in nodes.run("procedure", "export", URGENT, code=2).stderr
    said = nodes.run("procedure", "export", URGENT, "--as", "bpmn", code=2).stderr
    assert "next: say --as cacao or --as scxml" in said.lower()
    bad = tmp_path / "bad.json"
    bad.write_text(URGENT.read_text(encoding="utf-8").replace('"hold": 30', '"hold": 3'), encoding="utf-8")
    assert "C8, procedure.irreversible" in nodes.run("procedure", "export", bad, "--as", "cacao", code=4).stderr
    assert "are not two to eight names" in nodes.run("procedure", "export", URGENT, "--as", "scxml", "--parties", "one", code=2).stderr
