"""A definition is played before anybody signs it: what each party's node would say after each act, with no node at all."""
import json

import nodes
from terminal import Terminal

EXAMPLE = nodes.ROOT / "test/vectors/procedures/consult-urgent.json"
ACTS = EXAMPLE.with_suffix(".acts")
PARTIES = ("--parties", "kor,usa")


def play(*words, code=0, **more):
    return nodes.run("procedure", "dry-run", *PARTIES, *words, code=code, **more)


def owed(state, step, party, level):
    found = [row["state"] for row in state["obligations"] if (row["step"], row["party"], row["level"]) == (step, party, level)]
    return found[-1] if found else None


def steps(state, key):
    return [row["id"] for row in state[key]]


def test_the_worked_example():
    """docs/spec/procedure.md section 9: a crossing, a doubt at both, a close."""
    said = json.loads(play("--json", EXAMPLE, ACTS, code=4).stdout)
    acts = {row["number"]: row for row in said["acts"] if row["number"]}
    at = {number: {state["party"]: state for state in row["states"]} for number, row in acts.items()}
    assert steps(at[1]["kor"], "open") == ["indicator"] and steps(at[4]["kor"], "done") == ["indicator", "alert"]
    assert [(row["party"], row["level"], row["due_ms"] - acts[4]["at_ms"]) for row in at[4]["usa"]["obligations"]
            if row["step"] == "alert"] == [("usa", "watch-read", 480000), ("usa", "presented", 900000), ("usa", "replied", 600000)]
    # The node says the lapse by itself at its second; the answer had not seen it.
    lapse, = [row for row in said["acts"] if row["move"] == "lapse"]
    assert (lapse["number"], lapse["party"], lapse["whose"], lapse["cause"]) == (0, "kor", "usa", "NO ANSWER")
    assert lapse["at_ms"] == acts[4]["at_ms"] + 480000
    assert steps(at[7]["usa"], "open") == ["convene"] and steps(at[7]["kor"], "open") == []
    there = {state["party"]: state for state in lapse["states"]}
    assert steps(there["kor"], "open") == ["other-means"] and owed(there["kor"], "alert", "usa", "watch-read") == "LAPSED"
    for party in ("kor", "usa"):
        assert steps(at[8][party], "open") == ["other-means", "convene"]
        assert owed(at[8][party], "alert", "usa", "watch-read") == "MET, CROSSED"
    # The gate: hold, doubt at both, and no way back.
    assert at[21]["kor"]["gates"][0]["concurred"] == ["kor"] and at[21]["kor"]["gates"][0]["state"] == "PROPOSED"
    refused = [(row["number"], row["ruling"]) for row in acts.values() if row.get("ruling", "OK") != "OK"]
    assert refused == [(24, "HOLD"), (27, "CONFIRMED")] and said["void"] == 2
    assert acts[24]["why"] == "the hold is not over on its own clock" and "place" not in acts[24]
    assert [at[28][party]["gates"][0]["state"] for party in ("kor", "usa")] == ["IN DOUBT", "IN DOUBT"]
    assert at[28]["kor"]["gates"][0]["awaiting"] == ["usa"] and at[28]["usa"]["gates"][0]["awaiting"] == ["kor"]
    assert at[29]["kor"]["gates"][0]["state"] == "DECIDED" and steps(at[29]["usa"], "open") == ["communicate"]
    last = said["acts"][-1]["states"]
    assert [state["life"] for state in last] == ["CLOSED", "CLOSED"] and last[0]["lines"] == last[1]["lines"]
    assert "instance kor 4294967297 consult-urgent FLASH CLOSED\n" in last[0]["lines"]


def test_words_of_it():
    said = play(EXAMPLE, ACTS, code=4).stdout
    assert "kor/duty  message alert  KOR/DRY 1.2  counts" in said and "MET, CROSSED   usa/duty  watch-read of KOR/DRY 1.2" in said
    assert "  gate decide (joint): signed by principal witness; confirmed by principal; hold 30 s; read back" in said
    assert "  VOID: the hold is not over on its own clock" in said and "\n  kor = usa  CLOSED  open: none\n" in said
    korean = play(EXAMPLE, ACTS, code=4, env=nodes.KOREAN).stdout
    assert "  무효: " in korean and "긴급" not in korean.split("\n", 1)[0] and "상황 보고 (indicator)" in korean


def refusals(tmp_path, *lines, before="day 2026-12-01\n"):
    for line, rule in lines:
        file = tmp_path / "acts"
        file.write_text(before + line + "\n", encoding="utf-8")
        said = play(EXAMPLE, file, code=2).stderr
        yield said, rule, before.count("\n") + 1


def test_what_a_line_is_refused_for(tmp_path):
    bad = [("09:00 kor/duty dance", "script.move"), ("09:77 kor/duty start", "script.time"), ("09:00 fra/duty start", "script.who"),
           ("09:00 kor/cook start", "script.who"), ("09:00 kor/duty start ROUTINE", "script.precedence"),
           ("09:00 kor/duty start FLASH IV", "script.depth"), ("09:00 kor/duty message nothing", "script.step"),
           ("09:00 kor/duty propose decide perhaps", "script.option"), ("09:00 kor/duty ack", "script.about"),
           ("09:00 kor/duty ack alert", "script.about"), ("09:00 kor/duty recess now", "script.more"),
           ("09:00 line down fra", "script.party"), ("09:00 kor/duty defer alert soon", "script.until")]
    for said, rule, line in refusals(tmp_path, *bad):
        assert f"acts, line {line}: " in said and f"({rule})." in said and "next: " in said.lower(), (rule, said)
    for said, rule, line in refusals(tmp_path, ("09:59 kor/duty message indicator", "script.time"),
                                     before="10:00 kor/duty start FLASH\n"):
        assert f"line {line}: that is no time, or it is before the line above (script.time)." in said
    file = tmp_path / "acts"
    file.write_text("10:00 kor/duty start", encoding="utf-8")
    assert "(line.newline)." in play(EXAMPLE, file, code=2).stderr
    assert "다음: " in play(EXAMPLE, file, code=2, env=nodes.KOREAN).stderr


def test_what_is_played(tmp_path):
    """Nothing is played of a definition that fails, or without parties; with three, and from standard input."""
    bad = tmp_path / "bad.json"
    bad.write_text(EXAMPLE.read_text(encoding="utf-8").replace('"hold": 30', '"hold": 3'), encoding="utf-8")
    assert "C8, procedure.irreversible" in play(bad, ACTS, code=4).stderr
    assert "There is no file" in play(tmp_path / "none", ACTS, code=3).stderr
    assert "There is no file" in play(EXAMPLE, tmp_path / "none", code=3).stderr
    assert "are not two to eight names" in nodes.run("procedure", "dry-run", "--parties", "kor,kor", EXAMPLE, ACTS, code=2).stderr
    acts = "10:00 a/duty start FLASH\n+0s a/duty message indicator\n+1s b/duty ack indicator\n+8m show\n+1m line down c\n+1m show\n"
    said = json.loads(nodes.run("procedure", "dry-run", "--parties", "a,b,c", "--json", EXAMPLE, input=acts, timeout=60).stdout)
    lapses = [(row["party"], row["level"], row["whose"], row["cause"]) for row in said["acts"] if row["move"] == "lapse"]
    assert lapses == [("a", "watch-read", "c", "NO ANSWER")] and said["void"] == 0
    acts += "+10m show\n"
    said = json.loads(nodes.run("procedure", "dry-run", "--parties", "a,b,c", "--json", EXAMPLE, input=acts, timeout=60).stdout)
    lapses = [(row["party"], row["level"], row["whose"], row["cause"]) for row in said["acts"] if row["move"] == "lapse"]
    assert lapses[1:] == [("a", "presented", "b", "NO ANSWER"), ("a", "presented", "c", "LINE DOWN"), ("c", "presented", "b", "LINE DOWN")]


def test_step_by_step():
    """On a terminal an act is asked for after the other; what is no act is explained, and the play goes on."""
    terminal = Terminal([str(nodes.BINARY), "procedure", "dry-run", *PARTIES, str(EXAMPLE)], {"LC_ALL": "C.UTF-8", "NO_COLOR": "1"})
    terminal.await_text("an act, as `09:00:00 kor/duty start`; ^D ends it")
    terminal.type("23:00 kor/duty start\n")
    terminal.await_text("1  23:00:00Z  kor/duty  start", "open: Report of an incident (indicator)")
    terminal.type("23:00 kor/duty dance\n")
    terminal.await_text("-, line 2: there is no such act (script.move).")
    terminal.type("+1s kor/duty message indicator\n")
    terminal.await_text("2  23:00:01Z  kor/duty  message indicator  KOR/DRY 1.1  counts", "OWED           usa/duty  watch-read")
    terminal.type("\x04")
    assert terminal.end() == 0
