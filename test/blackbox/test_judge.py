"""The judge is not blind: a calm run on real nodes, to which he has no objection; then its history, its exports or its
messages doctored in one place each, and he must object by the check that is for it."""
import copy
import pickle
import re

import judge
import officers
import pytest
import run


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    rows, channels, held, views, timer_s, _ = run.play(tmp_path_factory.mktemp("calm") / "world", 4, 1, is_calm=True, pause_s=0.08)
    return pickle.dumps((rows, channels, held, views, timer_s))


class Case:
    """A copy of the calm run, to doctor."""

    def __init__(self, calm):
        self.rows, self.channels, self.held, self.views, self.timer_s = pickle.loads(calm)

    def objections(self):
        return list(judge.Judge(self.rows, self.channels, self.held, self.views, self.timer_s).objections())

    def answers(self):
        """(row, answer) of what was acknowledged, in its order."""
        return [(row, one) for row in self.rows if row["do"] == "say" and row["state"] == "ok" for one in row["answers"]
                if one["err"] == "OK"]

    def op(self, number):
        return next(row for row in self.rows if row.get("op") == number)

    def first(self, do, is_wanted=lambda row: True):
        return next(row for row in self.rows if row["do"] == do and row["state"] in ("ok", "seen") and is_wanted(row))

    def drop(self, party, place):
        """This party's log ends before that place."""
        log, index = judge.log_of(place)
        del self.held[party].logs[log][index:]


def test_nothing_to_object(calm):
    assert Case(calm).objections() == []
    assert list(run.shortcomings(Case(calm).rows, [])) == []


# Doctors: each changes one thing; its name says what, and the check that has to see it.

def lost_acknowledged(case):
    place = case.answers()[-1][1]["place"]
    for party in case.held:
        case.drop(party, place)
    return "acknowledged"


def another_statement_at_the_number(case):
    row, answer = next(pair for pair in case.answers() if "id" in case.op(pair[0]["op"])["items"][0])
    log, index = judge.log_of(answer["place"])
    for held in case.held.values():
        held.logs[log][index] = held.logs[log][index]._replace(id="00" * 16, text="other words")
    return "acknowledged"


def another_number_the_second_time(case):
    row, answer = next(pair for pair in case.answers() if "id" in case.op(pair[0]["op"])["items"][0])
    log, index = judge.log_of(answer["place"])
    answer["place"] = f"{log}.{index + 1}"
    case.rows.append({**case.op(row["op"]), "op": 10 ** 6, "t": row["t"] + 100})
    case.rows.append({**row, "op": 10 ** 6, "t": row["t"] + 101, "answers": [{"err": "OK", "place": f"{log}.{index}"}]})
    return "acknowledged"


def refused_and_kept(case):
    row, _ = next(pair for pair in case.answers() if "id" in case.op(pair[0]["op"])["items"][0])
    row["answers"] = [{"err": "FULL"} for _ in row["answers"]]
    return "refused"


def swapped_order(case):
    """Of two that were said one after the other, each was answered the other's number."""
    for line in {judge.line_of(one["place"])[0] for _, one in case.answers()}:
        rows = [(row, one) for row, one in case.answers() if judge.line_of(one["place"])[0] == line]
        for (row, one), (later, other) in zip(rows, rows[1:]):
            if row["t"] < case.op(later["op"])["t"]:
                one["place"], other["place"] = other["place"], one["place"]
                return "real_time"
    raise AssertionError("no two that follow each other")


def receipt_without_cosignature(case):
    note = case.first("note")
    note["note"] = "\n".join(line for line in note["note"].split("\n") if "/mirror " not in line)
    return "receipts_signed"


def receipt_with_a_false_cosignature(case):
    note = case.first("note")
    note["note"] = re.sub(r"(/mirror .{30})(.)", lambda match: match[1] + ("A" if match[2] != "A" else "B"), note["note"])
    return "receipts_signed"


def receipt_over_another_tree(case):
    note = case.first("note", lambda row: case.op(row["op"])["peer"] == "usa")
    log, _ = judge.log_of(case.op(note["op"])["place"])
    entries = case.held["usa"].logs[log]
    entries[0] = entries[0]._replace(leaf=bytes(32))
    return "receipts_signed"


def receipt_that_the_peer_cannot_back(case):
    receipt = case.first("receipt", lambda row: row["peer"] == "usa")
    del case.held["usa"].logs[receipt["log"]][receipt["size"] - 1:]
    return "receipts_held"


def receipt_before_the_peer_had_it(case):
    sizes = [row for row in case.rows if row["do"] == "sizes" and row["state"] == "ok" and case.op(row["op"])["party"] == "usa"]
    log = case.first("receipt", lambda row: row["peer"] == "usa")["log"]
    sizes[-1]["logs"][log][0] = 1
    return "receipts_held"


def ladder_that_fell(case):
    """A step that was seen twice is missing the second time."""
    seen = {}
    for row in case.rows:
        if row["do"] == "look" and row["state"] == "ok":
            key = case.op(row["op"])["party"], case.op(row["op"])["place"]
            if key in seen and seen[key]["t"] < case.op(row["op"])["t"]:
                for steps in row["ladders"].values():
                    steps.pop("QUEUED")
                return "ladders"
            seen[key] = row
    raise AssertionError("no message was looked at twice")


def ladder_that_fell_in_the_end(case):
    look = case.first("look", lambda row: any("STATION RECEIPT" in steps for steps in row["ladders"].values()))
    row = next(row for rows in case.views[case.op(look["op"])["party"]].values() for row in rows
               if row["place"] == case.op(look["op"])["place"])
    for one in row["ladders"]:
        one["steps"] = [step for step in one["steps"] if step["step"] != "STATION RECEIPT"]
    return "ladders"


def evidence_that_changed(case):
    look = case.first("look", lambda row: any(any(steps.values()) for steps in row["ladders"].values()))
    for steps in look["ladders"].values():
        steps.update({step: "KOR/LEADER 9.9" for step, place in steps.items() if place})
    return "ladders"


def shown_twice(case):
    rows = next(rows for rows in case.views["usa"].values() if rows)
    rows.append(copy.deepcopy(rows[0]))
    return "twice"


def filed_twice(case):
    place = case.answers()[0][1]["place"]
    for held in case.held.values():
        held.logs[judge.log_of(place)[0]].append(held.at(place))
    return "twice"


def read_and_lost(case):
    shown = case.first("shown", lambda row: row["kind"] == "message")
    case.drop(shown["party"], shown["place"])
    return "durable"


def two_histories(case):
    log = judge.log_of(case.answers()[0][1]["place"])[0]
    entries = case.held["usa"].logs[log]
    entries[-1] = entries[-1]._replace(leaf=bytes(32))
    return "same_logs"


def one_side_lags(case):
    case.held["usa"].logs[judge.log_of(case.answers()[0][1]["place"])[0]].pop()
    return "same_logs"


def export_that_is_not_sound(case):
    case.held["kor"].findings.append("its first line is not signed by kor's log key")
    return "sound"


def fork(case):
    case.held["kor"].forks.append("00/1/usa/1")
    return "sound"


def seen_less_than_was_shown(case):
    reads = [row for row in case.rows if row["do"] == "read" and row["state"] == "ok"]
    for row in reversed([row for row in case.rows if row["do"] == "seen" and row["state"] == "ok"]):
        op = case.op(row["op"])
        line = f"/{op['channel'].upper()} "
        if any(case.op(read["op"])["party"] == op["party"] and read["t"] < op["t"] and
               any(line in place and judge.author_of(place) != op["party"] for place in read["places"]) for read in reads):
            row["seen"] = []
            return "seen"
    raise AssertionError("nobody asked after he had read")


def said_without_the_past(case):
    """What the statement names as its past is less than its author's terminal had read."""
    for held in case.held.values():
        for entries in held.logs.values():
            entries[:] = [entry._replace(seen={}) for entry in entries]
    return "seen"


def other_order_on_one_side(case):
    next(rows for rows in case.views["usa"].values() if len(rows) > 1).reverse()
    return "same_views"


def other_words_on_one_side(case):
    next(rows for rows in case.views["usa"].values() if rows)[0]["title"] = "other words"
    return "same_views"


def shown_before_its_past(case):
    rows = next(rows for rows in case.views["kor"].values()
                if any(row["seen"] and row["seen"][0]["size"] > 3 for row in rows))
    for views in case.views.values():
        for of in views.values():
            if of[:1] and of[0]["channel"] == rows[0]["channel"]:
                of.reverse()
    return "same_views"


def reminded_too_soon(case):
    row, answer = case.answers()[0]
    party = case.op(row["op"])["party"]
    case.rows.append({"t": row["t"] + 3, "who": "x-eyes", "do": "shown", "state": "seen", "party": party, "id": "00",
                      "place": answer["place"], "kind": "lapse", "role": "node", "refers": [answer["place"]]})
    return "unhurried"


def never_quiet(case):
    case.rows.remove(case.first("quiet"))
    return "quiet"


def not_healed(case):
    case.first("quiet").update(state="failed", why="not within 180 s: all logs are the same")
    return "quiet"


def stopped_by_itself(case):
    case.rows.append({"t": 3.0, "who": "kor-keeper", "do": "ended", "state": "seen", "party": "kor", "code": 1})
    return "stops"


def crashed_when_killed(case):
    case.rows += [{"t": 3.0, "who": "nemesis", "do": "kill core", "state": "begun", "party": "kor"},
                  {"t": 3.1, "who": "kor-keeper", "do": "ended", "state": "seen", "party": "kor", "code": -6},
                  {"t": 3.2, "who": "nemesis", "do": "kill core", "state": "ended", "party": "kor"}]
    return "stops"


DOCTORS = [lost_acknowledged, another_statement_at_the_number, another_number_the_second_time, refused_and_kept, swapped_order,
           receipt_without_cosignature, receipt_with_a_false_cosignature, receipt_over_another_tree,
           receipt_that_the_peer_cannot_back, receipt_before_the_peer_had_it, ladder_that_fell, ladder_that_fell_in_the_end,
           evidence_that_changed, shown_twice, filed_twice, read_and_lost, two_histories, one_side_lags,
           export_that_is_not_sound, fork, seen_less_than_was_shown, said_without_the_past, other_order_on_one_side,
           other_words_on_one_side, shown_before_its_past, reminded_too_soon, never_quiet, not_healed, stopped_by_itself,
           crashed_when_killed]


@pytest.mark.parametrize("doctor", DOCTORS, ids=lambda doctor: doctor.__name__)
def test_the_judge_objects(calm, doctor):
    case = Case(calm)
    check = doctor(case)
    objections = case.objections()
    assert any(objection.startswith(f"{check}: ") for objection in objections), objections


def test_a_fault_that_never_took_fails(calm):
    case = Case(calm)
    assert list(run.shortcomings(case.rows, ["cut"])) == ["the fault never took: cut"]
    row = {"t": 3.0, "who": "nemesis", "do": "cut", "state": "ended", "party": "kor", "took": False}
    case.rows.append(row)
    assert list(run.shortcomings(case.rows, ["cut"])) == ["the fault never took: cut"]
    row["took"] = True
    assert list(run.shortcomings(case.rows, ["cut"])) == []


def said_again(case, kind):
    """An officer's colleague says the same a moment later, and is given the place where it stands."""
    row = next(row for row, _ in case.answers() if [item["kind"] for item in case.op(row["op"])["items"]] == [kind])
    items, answer = [{**case.op(row["op"])["items"][0], "id": "00" * 16}], row["answers"][0]
    case.rows += [{**case.op(row["op"]), "op": 10 ** 6, "items": items, "t": row["t"] + 100},
                  {**row, "op": 10 ** 6, "t": row["t"] + 101, "answers": [{"err": "OK", "place": answer["place"], "said": True}]}]
    return items[0], answer["place"]


def test_what_a_colleague_has_said_stands_where_he_said_it(calm):
    case = Case(calm)
    said_again(case, officers.WATCH_READ)
    assert case.objections() == []


def test_what_nobody_has_said_was_not_said_before(calm):
    case = Case(calm)
    item, place = said_again(case, officers.WATCH_READ)
    item["refers"] = ["KOR/NOTIFY 1.99999"]
    assert any(line.startswith("acknowledged: ") and place in line for line in case.objections())


def test_a_queued_statement_goes_with_its_only_disk(calm):
    """What nobody but its author had, and was never said to be received, may be lost with his disk, and only then."""
    case = Case(calm)
    lost_acknowledged(case)
    place = case.answers()[-1][1]["place"]
    log, index = judge.log_of(place)
    party = judge.author_of(place)
    case.rows = [row for row in case.rows if row["do"] in ("say", "quiet")]
    end = case.rows[-1]["t"]
    for at, (do, state) in enumerate([("old backup", "begun"), ("disk lost", "seen"), ("old backup", "ended")]):
        case.rows.append({"t": end + at, "who": "nemesis", "do": do, "state": state, "party": party})
    assert not any(place in line for line in case.objections() if line.startswith("acknowledged: "))
    case.rows.insert(-3, {"t": end, "who": "x-eyes", "do": "receipt", "state": "seen", "party": party, "log": log,
                          "size": index + 1, "peer": "usa" if party == "kor" else "kor"})
    assert any(place in line for line in case.objections() if line.startswith("acknowledged: "))
