"""Standing dialogues on two real nodes: a body, what was promised under it, who says that it is done and who says so too."""
import json
import os
import re
import subprocess
import unicodedata
from datetime import datetime, timezone

import icalendar
import vobject

import nodes
import officers
import peer

PEOPLE = {"policy": ["policy"], "watch": ["watch"]}
TITLE = ["--language", "en", "--also", "ko=통합국방협의체"]


def things(node, kind, name=None):
    found = node.get("/dialogues", kind=kind)["things"]
    return found if name is None else next((one for one in found if one["name"] == name), None)


def stands(node, kind, name, standing):
    node.wait(f"{name} is {standing} at {node.party}", lambda: (things(node, kind, name) or {}).get("standing") == standing)
    return things(node, kind, name)


def refused(node, rule, *words):
    done = node.run(*words, key="policy", code=4)
    assert f"({rule}" in done.stderr, done.stderr
    return done


def taken_from(node, text, unit):
    """A text of the body, with that unit, for a commitment to be taken from."""
    node.run("text", "new", "kidd", text, "Statement", "--language", "en", "--languages", "ko,en", key="policy")
    node.run("text", "unit", text, unit, "So it is.", "--language", "en", key="policy")


def test_what_was_promised_is_carried_until_closed(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Integrated Defense Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    stands(usa, "body", "kidd", "OPEN")
    taken_from(kor, "statement", "exercises")
    # Who says that another owes something has not bound him.
    kor.run("commitments", "new", "kidd", "exercises", "Practical combined exercises", "--by", "KOR,USA", "--when", "2023",
            "--detail", "One was held by both sides", "--unit", "statement/exercises", key="policy")
    one = stands(usa, "commitment", "exercises", "UNCONFIRMED")
    assert [(part["party"], part["part"]) for part in one["parts"]] == [("KOR", "OPEN"), ("USA", "UNCONFIRMED")]
    assert one["unit"] == "statement/exercises" and one["when"] == "2023" and one["end_ms"] == 1704067200000 and one["detail"] == {"en": "One was held by both sides"}
    usa.run("commitments", "confirm", "exercises", key="policy")
    stands(kor, "commitment", "exercises", "OPEN")
    refused(kor, "NAMED", "body", "new", "kidd", "The same", "--channel", "consult", "--label", "U")
    refused(kor, "LEFT", "body", "end", "kidd")
    kor.run("commitments", "report", "exercises", "Held in August", key="policy")
    stands(usa, "commitment", "exercises", "OPEN")
    # Its own debtor accepts nothing.
    done = refused(kor, "OWN", "commitments", "accept", "exercises")
    assert "nobody accepts or disputes his own report" in done.stderr
    usa.run("commitments", "dispute", "exercises", "Not with us", key="policy")
    stands(kor, "commitment", "exercises", "DISPUTED")
    kor.run("commitments", "report", "exercises", "Held again in September", key="policy")
    nodes_wait = things(kor, "commitment", "exercises")["parts"][0]["report"]
    usa.wait("the second report is here", lambda: things(usa, "commitment", "exercises")["parts"][0].get("report") == nodes_wait)
    usa.run("commitments", "accept", "exercises", "--party", "KOR", key="policy")
    usa.run("commitments", "report", "exercises", key="policy")
    stands(kor, "commitment", "exercises", "ACCEPTED")
    assert "date past" in kor.run("commitments").stdout
    kor.run("commitments", "accept", "exercises", key="policy")
    for node in (kor, usa):
        stands(node, "commitment", "exercises", "CLOSED")
    refused(usa, "OVER", "commitments", "report", "exercises")
    # A body ends when both say so; who said so begins nothing in it, and the other may still.
    kor.run("body", "end", "kidd", key="policy")
    usa.wait("KOR ends it", lambda: "KOR" in things(usa, "body", "kidd")["said"].get("end", []))
    for words in (("commitments", "new", "kidd", "late", "Late", "--by", "USA"), ("session", "new", "kidd", "late", "Late")):
        refused(kor, "OVER", *words)
    usa.run("commitments", "new", "kidd", "late", "Late", "--by", "USA", "--language", "en", key="policy")
    stands(kor, "commitment", "late", "OPEN")
    refused(usa, "LEFT", "body", "end", "kidd")
    assert things(kor, "body", "kidd")["standing"] == "OPEN"
    for node in (usa, kor):
        node.run("commitments", "drop", "late", "Not any more", "--language", "en", key="policy")
    stands(usa, "commitment", "late", "DROPPED")
    usa.run("body", "end", "kidd", key="policy")
    before = {name: node.get("/dialogues") for name, node in world.nodes.items()}
    for node in (kor, usa):
        stands(node, "body", "kidd", "ENDED")
    world.stop()
    world.start()
    for name, node in world.nodes.items():
        after = node.get("/dialogues", kind="commitment")["things"]
        assert after == [one for one in before[name]["things"] if one["kind"] == "commitment"]


def agreed_by_both(kor, usa, name, versions):
    """Each agrees to all of a text's words as they stand at both."""
    def text(node):
        return node.get("/text", place=things(node, "text", name)["place"])

    usa.wait("the words", lambda: things(usa, "text", name) and text(usa)["versions"] == versions)
    for node in (kor, usa):
        node.run("text", "agree", name, "--party", "KOR", key="policy")
    for node in (kor, usa):
        node.wait("all is agreed", lambda node=node: {one["status"] for one in text(node)["units"]} == {"AGREED"})
    assert text(kor)["hash"] == text(usa)["hash"]


def test_a_record_is_of_the_whole(stage):
    """Who is shown a text in part has the hash of that part: at his own door he is told so, and who does it; what one side alone wrote is no record."""
    world = stage.world(officers_of={"kor": {**PEOPLE, "press": ["press"]}, "usa": PEOPLE}, edit={"guidelines": ("release above U by 1", "release above R by 1")})
    kor, usa = world["kor"], world["usa"]
    at, english = ("--channel", "notify", "--label", "U"), ("--language", "en")
    kor.run("body", "new", "kidd", "Dialogue", *at, *english, key="policy")
    kor.run("session", "new", "kidd", "first", "First", *english, key="policy")
    for verb in ("begin", "conclude"):
        kor.run("session", verb, "first", key="policy")
    kor.run("text", "of", "first", "minutes", "Minutes", "--languages", "en", *english, key="policy")
    kor.run("text", "unit", "minutes", "open", "For all.", *english, key="policy")
    done = kor.run("session", "record", "first", "--text", "minutes", key="policy", code=4).stderr
    assert "(CLEAN" in done and "entente text agree" in done, done
    kor.run("text", "unit", "minutes", "closed", "HIDDEN", *english, "--label", "R", key="policy")
    agreed_by_both(kor, usa, "minutes", 2)
    kor.stop()
    kor.forbid_owner()
    kor.start()
    kor.wait("the line is up", lambda: kor.is_linked("usa"))
    refusals = [kor.run("session", "record", "first", "--text", "minutes", key="press", code=4, env=env).stderr for env in ({}, nodes.KOREAN)]
    assert "as far as you may know of it, and its hash is not that of the whole (STALE)" in refusals[0] and "cleared for the whole channel" in refusals[0], refusals[0]
    assert "열람" in refusals[1] and "(STALE)" in refusals[1] and "HIDDEN" not in str(refusals), refusals[1]
    assert "(STALE)" in kor.run("text", "initial", "minutes", key="press", code=4).stderr, "nor does he vouch for it otherwise"
    for node in (kor, usa):
        node.run("session", "record", "first", "--text", "minutes", key="policy")
    stands(usa, "session", "first", "RECORD AGREED")


def test_no_option_is_passed_over(stage):
    """What is given and means nothing there is refused with a sentence, in both languages, and nothing is filed; also without any verb."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    kor.run("session", "new", "kidd", "first", "First", "--language", "en", key="policy")
    kor.run("text", "of", "first", "minutes", "Minutes", "--languages", "en", "--language", "en", key="policy")
    kor.run("event", "open", "launch", "A launch", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    before = kor.get("/dialogues")
    for *words, option, value in (
            ("session", "agree", "first", "text", "minutes"), ("session", "conclude", "first", "unit", "a/b"), ("session", "new", "kidd", "second", "Second", "chairs", "policy"),
            ("session", "show", "first", "text", "minutes"), ("session", "item", "first", "point", "Point", "party", "USA"), ("body", "end", "kidd", "to", "other"),
            ("body", "under", "kidd", "part", "Part", "channel", "notify"), ("commitments", "report", "first", "by", "KOR"), ("commitments", "board", "party", "KOR"),
            ("text", "sign", "minutes", "outlets", "atom"), ("text", "show", "minutes", "hash", "00"), ("event", "assess", "launch", "It was one", "type", "launch")):
        for env, sentence in (({}, f"entente {words[0]} {words[1]} takes no --{option}."), (nodes.KOREAN, f"--{option}")):
            done = kor.run(*words, f"--{option}", value, key="policy", code=2, env=env).stderr
            assert sentence in done and f"entente {words[0]} --help" in done, done
    for command in ("session", "body", "commitments", "text", "event"):
        assert f"entente {command} list takes no --label." in kor.run(command, "--label", "U", code=2).stderr
    assert {**kor.get("/dialogues"), "now_ms": 0} == {**before, "now_ms": 0}


def test_a_session_is_led_through(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "통합국방협의체", "--language", "ko", "--channel", "consult", "--label", "U", "--by", "KOR,USA", "--number", "6", key="policy")
    kor.run("session", "new", "kidd", "kidd-22", "22nd", "--when", "2023-04-11/2023-04-12", "--by", "USA", key="policy")
    kor.run("session", "new", "kidd", "kidd-99", "Next", "--when", "2199", key="policy")
    kor.run("session", "open", "kidd-22", key="policy")
    kor.run("session", "item", "kidd-22", "goal", "The goal stays", key="policy")
    stands(usa, "item", "goal", "PROPOSED")
    kor.run("session", "agree", "kidd-22", key="policy")
    refused(kor, "TWICE", "session", "agree", "kidd-22")
    refused(kor, "STEP", "session", "conclude", "kidd-22")
    usa.wait("the agenda is agreed at kor", lambda: "KOR" in things(usa, "session", "kidd-22")["said"].get("agenda agree", []))
    usa.run("session", "agree", "kidd-22", key="policy")
    usa.run("session", "agree-item", "goal", key="policy")
    stands(kor, "item", "goal", "AGREED")
    stands(kor, "session", "kidd-22", "AGENDA AGREED")
    # What is added later was agreed on by nobody yet: each agrees again.
    usa.run("session", "item", "kidd-22", "late", "A late one", "--language", "en", key="policy")
    for node in (kor, usa):
        stands(node, "session", "kidd-22", "AGENDA OPEN")
        stands(node, "item", "late", "PROPOSED")
    for node in (kor, usa):
        node.run("session", "agree", "kidd-22", key="policy")
    for node in (kor, usa):
        stands(node, "session", "kidd-22", "AGENDA AGREED")
    assert "detail is missing" in kor.run("session", "decline-item", "late", "", key="policy", code=2).stderr
    # One side alone closes nothing that was not talked about.
    kor.run("session", "close-item", "late", key="policy")
    usa.wait("KOR closes it", lambda: "KOR" in things(usa, "item", "late")["said"].get("close", []))
    assert things(usa, "item", "late")["standing"] == "PROPOSED"
    usa.run("session", "close-item", "late", key="policy")
    stands(kor, "item", "late", "CLOSED")
    # Who comes, and what empowers them.
    kor.run("session", "delegation", "kidd-22", "--head", "Hong Gil-dong=Deputy Minister", "--member", "Kim=Director", "--member", "Lee=Interpreter",
            "--credentials", "Letter 12 of 2023-04-01", "--language", "en", key="policy")
    usa.wait("the delegation", lambda: "Hong" in str(usa.get("/dialogues", place=things(usa, "session", "kidd-22")["place"])))
    shown = usa.run("session", "show", "kidd-22").stdout
    assert "Hong Gil-dong, Deputy Minister; Kim, Director; Lee, Interpreter" in shown and "credentials: Letter 12 of 2023-04-01" in shown
    assert "신임장: Letter 12" in usa.run("session", "show", "kidd-22", env=nodes.KOREAN).stdout
    assert "people is not" in kor.run("session", "delegation", "kidd-22", "--head", "Nobody", key="policy", code=2).stderr.replace("missing, or is not", "not")
    kor.run("session", "new", "kidd", "talk", "A talk", "--manner", "call", "--language", "en", key="policy")
    assert re.search("회의 방식 +통화", kor.run("session", "show", "talk", env=nodes.KOREAN).stdout)
    assert re.search("talk +SCHEDULED .* call +A talk", kor.run("session").stdout) and "통화" in kor.run("session", env=nodes.KOREAN).stdout
    # A side meeting is held beside a session, which says so; it is no session of the rhythm.
    kor.run("session", "new", "kidd", "margin", "In the margins", "--manner", "side-meeting", "--beside", "kidd-22", "--by", "KOR", "--when", "2023-04-12",
            "--language", "en", key="policy")
    assert "no session of the name nowhere" in kor.run("session", "new", "kidd", "other", "Other", "--beside", "nowhere", key="policy", code=3).stderr
    assert "beside is missing, or is not" in kor.run("session", "new", "kidd", "other", "Other", "--beside", "KIDD 22", key="policy", code=2).stderr
    assert stands(usa, "session", "margin", "SCHEDULED")["beside"] == "kidd-22"
    assert re.search("^margin .* side meeting beside kidd-22 +In the margins$", usa.run("session", "show", "kidd-22").stdout, re.M)
    assert "kidd-22 계기 별도 회동" in usa.run("session", env=nodes.KOREAN).stdout and re.search("beside the session +kidd-22", usa.run("session", "show", "margin").stdout)
    for verb, standing in (("begin", "IN SESSION"), ("recess", "RECESS"), ("begin", "IN SESSION"), ("conclude", "CONCLUDED")):
        kor.run("session", verb, "kidd-22", key="policy")
        stands(usa, "session", "kidd-22", standing)
    # What is concluded does not go on.
    refused(usa, "OVER", "session", "begin", "kidd-22")
    refused(kor, "OVER", "session", "recess", "kidd-22")
    kor.run("session", "defer", "goal", "no time was left", key="policy")
    stands(usa, "item", "goal", "DEFERRED")
    assert re.search("^goal  KOR  defer  no time was left$", usa.run("session", "show", "kidd-22").stdout, re.M), "with its reason"
    # What is not closed is on the next agenda by itself.
    assert "goal" in usa.run("session", "show", "kidd-99").stdout
    text = usa.run("session").stdout
    assert "kidd: next 2199, kidd-99" in text and "kidd: KOR hosts next, by turns" in text
    # Also on that of one without a day.
    kor.run("session", "new", "kidd", "some-day", "Some day", "--language", "en", key="policy")
    assert "goal" in kor.run("session", "show", "some-day").stdout
    usa.run("session", "discussed", "goal", key="policy")
    usa.run("session", "close-item", "goal", key="policy")
    stands(kor, "item", "goal", "CLOSED")
    assert "goal" not in kor.run("session", "show", "kidd-99").stdout
    refused(kor, "OVER", "session", "discussed", "goal")
    # The record is a text, and both name the same of it.
    assert "which text is the record" in kor.run("session", "record", "kidd-22", key="policy", code=2).stderr
    kor.run("text", "of", "kidd-22", "minutes", "Minutes", "--languages", "en", "--language", "en", key="policy")
    kor.run("text", "unit", "minutes", "goal", "It stays.", "--language", "en", key="policy")
    # What one side has written is nobody's record yet.
    refused(kor, "CLEAN", "session", "record", "kidd-22", "--text", "minutes")
    agreed_by_both(kor, usa, "minutes", 1)
    kor.run("session", "record", "kidd-22", "--text", "minutes", key="policy")
    refused(kor, "TWICE", "session", "record", "kidd-22", "--text", "minutes")
    kor.run("text", "unit", "minutes", "goal", "It stays so.", "--language", "en", key="policy")
    agreed_by_both(kor, usa, "minutes", 2)
    usa.run("session", "record", "kidd-22", "--text", "minutes", key="policy")
    usa.wait("both", lambda: len(things(usa, "session", "kidd-22")["said"]["record agree"]) == 2)
    assert things(usa, "session", "kidd-22")["standing"] == "CONCLUDED", "they agreed to two texts"
    kor.run("session", "record", "kidd-22", "--text", "minutes", key="policy")
    for node in (kor, usa):
        stands(node, "session", "kidd-22", "RECORD AGREED")
    assert usa.get("/text", place=things(usa, "text", "minutes")["place"])["hash"] in (shown := usa.run("session", "show", "kidd-22").stdout) and "minutes  SHA-256" in shown
    refused(kor, "OVER", "session", "begin", "kidd-22")
    bodies_feed_and_merge(kor, usa)
    # A body is renamed, and what it was called before is still there.
    kor.run("body", "amend", "kidd", "--also", "ko=한미 통합국방협의체", key="policy")
    usa.wait("the new name is here", lambda: things(usa, "body", "kidd")["title"] == {"ko": "한미 통합국방협의체"})
    whole, = usa.get("/dialogues", place=things(usa, "body", "kidd")["place"])["things"]
    assert [one["act"] for one in whole["deeds"] if one["kind"] == "act"] == ["amend"]
    assert usa.entry(whole["place"])["says"]["title"] == {"ko": "통합국방협의체"} and "한미 통합국방협의체" in usa.run("body", "show", "kidd").stdout
    assert usa.run("log", "consult").stdout.count("act") > 5


def bodies_feed_and_merge(kor, usa):
    """What a body feeds, who chairs it, and what it went into with all that was open on its agenda."""
    kor.run("body", "new", "spi", "Initiative", "Policy", "--language", "en", "--channel", "consult", "--label", "U", "--to", "kidd", "--chairs", "policy,watch",
            "--number", "6", "--by", "KOR,USA", key="policy")
    kor.run("session", "new", "spi", "spi-1", "First", "--when", "2020", "--by", "KOR", "--language", "en", key="policy")
    kor.run("session", "item", "spi-1", "pending", "Pending", "--language", "en", key="policy")
    for verb in ("begin", "conclude"):
        kor.run("session", verb, "spi-1", key="policy")
    stands(usa, "item", "pending", "PROPOSED")
    shown = usa.run("body", "show", "spi").stdout
    assert re.search(r"mandate +\[en\] Policy", shown) and re.search(r"feeds +.*\(kidd\)\n", shown) and re.search("chairs +policy, watch\n", shown), shown
    assert "every 6 months" in kor.run("session").stdout
    # Each amends something else: both stand.
    kor.run("body", "amend", "spi", "--also", "en=Renamed", key="policy")
    usa.wait("the name", lambda: things(usa, "body", "spi")["title"] == {"en": "Renamed"})
    usa.run("body", "amend", "spi", "--number", "3", key="policy")
    kor.wait("the cadence", lambda: things(kor, "body", "spi")["number"] == 3)
    assert things(kor, "body", "spi")["title"] == {"en": "Renamed"} and things(kor, "body", "spi")["chairs"] == ["policy", "watch"]
    assert "to is missing" in kor.run("body", "merge", "spi", key="policy", code=2).stderr
    for into in ("nowhere", "spi"):
        refused(kor, "REFERS", "body", "merge", "spi", "--to", into)
    for node in (kor, usa):
        node.run("body", "merge", "spi", "Now in it", "--to", "kidd", "--language", "en", key="policy")
        assert things(node, "body", "spi")["standing"] in ("OPEN", "ENDED")
    stands(kor, "body", "spi", "ENDED")
    assert things(kor, "body", "spi")["merged_into"] == "kidd" and "pending" in kor.run("session", "show", "kidd-99").stdout
    assert "spi:" not in kor.run("session").stdout, "nothing is due of what is ended"
    assert re.search("통합된 곳 +.*\\(kidd\\)", kor.run("body", "show", "spi", env=nodes.KOREAN).stdout)


def test_an_item_is_declined_with_a_reason(stage):
    """Who declines says why, which both sides read; what is declined is on no later agenda, and opens none that was agreed. What is closed is closed once."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    for name, when in (("first", "2023"), ("next", "2199")):
        kor.run("session", "new", "kidd", name, name, "--when", when, "--language", "en", key="policy")
    for name in ("unwanted", "wanted"):
        kor.run("session", "item", "first", name, name, "--language", "en", key="policy")
        stands(usa, "item", name, "PROPOSED")
    usa.run("session", "decline-item", "unwanted", "It is for the other body", "--language", "en", key="policy")
    usa.run("session", "agree-item", "wanted", key="policy")
    stands(kor, "item", "unwanted", "DECLINED")
    for node in (kor, usa):
        shown = {name: node.run("session", "show", name).stdout for name in ("first", "next")}
        assert re.search("^unwanted +DECLINED", shown["first"], re.M) and re.search("^unwanted  USA  decline  It is for the other body$", shown["first"], re.M), shown
        assert "unwanted" not in shown["next"] and "wanted" in shown["next"], shown
    assert "거절" in kor.run("session", "show", "first", env=nodes.KOREAN).stdout
    refused(kor, "OVER", "session", "agree-item", "unwanted")
    kor.run("session", "discussed", "wanted", key="policy")
    usa.wait("it was discussed", lambda: things(usa, "item", "wanted")["standing"] == "DISCUSSED")
    usa.run("session", "close-item", "wanted", key="policy")
    stands(kor, "item", "wanted", "CLOSED")
    assert "wanted" not in kor.run("session", "show", "next").stdout


def test_a_rhythm_is_past_and_a_part_becomes_a_body(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    found = ("--language", "en", "--channel", "consult", "--label", "U")
    kor.run("body", "new", "kidd", "Dialogue", *found, "--languages", "ko,en", "--by", "KOR,USA", key="policy")
    kor.run("body", "under", "kidd", "part", "Working group", "--language", "en", "--languages", "ko", "--number", "6", "--by", "KOR,USA", key="policy")
    for body in ("kidd", "part"):
        kor.run("session", "new", body, f"{body}-1", "First", "--when", "2020-03", "--by", "KOR", "--language", "en", key="policy")
    kor.run("session", "item", "part-1", "pending", "Pending", "--language", "en", key="policy")
    for session in ("kidd-1", "part-1"):
        for verb in ("begin", "conclude"):
            kor.run("session", verb, session, key="policy")
    usa.wait("all was said", lambda: [one["standing"] for one in things(usa, "session")] == ["CONCLUDED", "CONCLUDED"])
    # The months that were agreed have gone by, and none is set; of a body that agreed on none nothing is due.
    late = {"": "part: none is set, and the last was 2020-03; every 6 months is agreed\n", "ko": "part: 정해진 회의가 없고 지난 회의는 2020-03, 합의된 간격은 6개월\n"}

    def lists(node):
        return [(late[tag], node.run(command, env=env).stdout) for tag, env in (("", {}), ("ko", nodes.KOREAN)) for command in ("body", "session")]

    assert all(sentence in shown and "kidd: none" not in shown and "kidd: 정해진" not in shown for node in (kor, usa) for sentence, shown in lists(node))
    assert re.search("languages +ko, en\n", usa.run("body", "show", "kidd").stdout) and re.search("언어 +ko\n", usa.run("body", "show", "part", env=nodes.KOREAN).stdout)
    # One that is set far beyond them is the next, and no word that all is in time.
    kor.run("session", "new", "part", "part-far", "Far", "--when", "2199", "--language", "en", key="policy")
    stands(usa, "session", "part-far", "SCHEDULED")
    far = {"": "part: the last was 2020-03, every 6 months is agreed, and the next is set for later\n", "ko": "part: 지난 회의는 2020-03, 합의된 간격은 6개월이며 다음 회의는 그보다 늦게 정해짐\n"}
    assert all(far[tag] in node.run("session", env=env).stdout for node in (kor, usa) for tag, env in (("", {}), ("ko", nodes.KOREAN)))
    assert not any(sentence in shown for node in (kor, usa) for sentence, shown in lists(node))
    kor.run("session", "call-off", "part-far", "Too late", "--language", "en", key="policy")
    stands(usa, "session", "part-far", "CALLED OFF")
    kor.run("body", "amend", "part", "--number", "600", "--languages", "ko,en", key="policy")
    usa.wait("the amendment", lambda: things(usa, "body", "part")["languages"] == ["ko", "en"])
    assert not any(sentence in shown or "part: none" in shown for sentence, shown in lists(usa)), "fifty years have not gone by"
    # A part becomes a body of its own: that is founded, and the part goes into it with what is open; what it was a part of stays as it is.
    kor.run("body", "new", "own", "Group of its own", *found, "--languages", "ko,en", "--source", "Letter of both heads", key="policy")
    for body in ("kidd", "own"):
        kor.run("session", "new", body, f"{body}-2", "Next", "--when", "2199", "--language", "en", key="policy")
    stands(usa, "session", "own-2", "SCHEDULED")
    assert "pending" not in kor.run("session", "show", "own-2").stdout
    # What is open of a part is on the agenda of the whole too.
    assert all("pending" in node.run("session", "show", "kidd-2").stdout for node in (kor, usa)) and "pending" not in kor.run("session", "show", "kidd-1").stdout
    for node in (kor, usa):
        node.run("body", "merge", "part", "It grew", "--to", "own", "--language", "en", key="policy")
    for node in (kor, usa):
        stands(node, "body", "part", "ENDED")
        assert things(node, "body", "kidd")["standing"] == things(node, "body", "own")["standing"] == "OPEN"
        assert "pending" in node.run("session", "show", "own-2").stdout and "pending" not in node.run("session", "show", "kidd-2").stdout
        assert re.search(r"went into it +.*\(part\)\n", node.run("body", "show", "own").stdout) and re.search(r"통합된 협의체 +.*\(part\)\n", node.run("body", "show", "own", env=nodes.KOREAN).stdout)
        was = node.run("body", "show", "part").stdout
        assert re.search(r"under +.*\(kidd\)\n", was) and re.search(r"merged into +.*\(own\)\n", was) and "It grew" in was
    # One becomes two: both are founded, say what they come out of, and it goes into the one that takes what is open.
    for body in ("first-half", "second-half"):
        kor.run("body", "under", "kidd", body, "Half", *found[:2], "--source", "Out of own, by letter of both heads", key="policy")
    kor.run("session", "item", "own-2", "left", "Left open", "--language", "en", key="policy")
    kor.run("session", "new", "first-half", "half-1", "Next", "--when", "2199", "--language", "en", key="policy")
    stands(usa, "session", "half-1", "SCHEDULED")
    for node in (kor, usa):
        node.run("body", "merge", "own", "Two of it: first-half, second-half", "--to", "first-half", "--language", "en", key="policy")
    for node in (kor, usa):
        stands(node, "body", "own", "ENDED")
        shown = {body: node.run("body", "show", body).stdout for body in ("own", "first-half", "second-half", "kidd")}
        assert "Two of it: first-half, second-half" in shown["own"] and re.search(r"merged into +.*\(first-half\)\n", shown["own"])
        assert re.search(r"went into it +.*\(own\)\n", shown["first-half"]) and all(re.search("source +Out of own", shown[body]) for body in ("first-half", "second-half"))
        assert all(re.search(rf"has under it +.*\({body}\)\n", shown["kidd"]) for body in ("part", "first-half", "second-half"))
        assert "left" in node.run("session", "show", "half-1").stdout, "what is open goes along"


def marks(node, file):
    """What the file has as contradicted stands in what the node gives and shows, in both languages, where it hangs."""
    held, shown = node.get("/dialogues")["things"], {}
    for one in json.loads(file.read_text())["things"]:
        if "doubt" not in one:
            continue
        name = one["of"] if one["kind"] in ("condition", "delegation", "item") else one["name"]
        kind = {"condition": "commitment", "delegation": "session", "item": "session"}.get(one["kind"], one["kind"])
        if one["kind"] == "delegation":
            given = node.get("/dialogues", place=things(node, "session", name)["place"])["things"][0]["deeds"]
        else:
            given = [other for other in held if (other["kind"], other["name"]) == (one["kind"], one["name"])]
        assert one["doubt"] in [other.get("doubt") for other in given], one
        command = {"commitment": "commitments"}.get(kind, kind)
        for tag, env in (("en", {}), ("ko", nodes.KOREAN)):
            if (name, tag) not in shown:
                shown[name, tag] = node.run(command, "show", name, env=env).stdout
            assert one["doubt"][tag] in shown[name, tag], (one, shown[name, tag])
    return len(shown) // 2


def test_the_articles_stand_on_both_sides(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    file = nodes.ROOT / "examples/rok-us/dialogues.json"
    kinds = [one["kind"] for one in json.loads(file.read_text())["things"]]
    units = kinds.count("unit")
    settled = kinds.count("agree")
    # One item is what one side said before the meeting: nobody settles it for the other.
    assert settled == kinds.count("close") == kinds.count("item") - 1 == 5
    count = len(kinds) - units - kinds.count("delegation") - kinds.count("begin") - kinds.count("conclude") - 2 * settled
    done = kor.say("import", "dialogues", str(file), key="policy")
    assert done["stood"] == 0 and done["filed"] == count + units + 18 + settled, "four delegations, seven sessions that were begun and concluded, and items that were closed"
    usa.wait("all of it is at usa", lambda: len(usa.get("/dialogues")["things"]) == count)
    assert not usa.get("/dialogues")["more"] and usa.get("/dialogues", limit=3)["more"], "what is cut says so"
    assert things(usa, "commitment", "p12-rdp-a")["standing"] == "UNCONFIRMED", "nobody is bound by another's word"
    done = usa.say("import", "dialogues", str(file), key="policy")
    owed = [one for one in things(usa, "commitment") if "USA" in one["parties"]]
    assert done["stood"] == count + units + 14 and done["filed"] == len(owed) + 4 + 2 * settled
    # What both sides' articles say was dealt with is closed when both have said so, and no later agenda has it.
    kor.wait("the items are closed", lambda: {one["name"] for one in things(kor, "item") if one["standing"] != "CLOSED"} == {"p9-direction"})
    assert things(kor, "item", "p9-direction")["standing"] == "PROPOSED"
    assert "p3-attack" not in (next_one := kor.run("session", "show", "kidd-24").stdout)
    # What the parts of the 22nd met about stands in their own sessions, beside that; what is open of it is on the next agenda of the whole.
    beside = {one["name"]: one for one in things(usa, "session") if one.get("beside") == "kidd-22"}
    bodies = {one["place"]: one for one in things(usa, "body")}
    assert {name: (bodies[one["of"]]["name"], bodies[bodies[one["of"]]["of"]]["name"], one["standing"]) for name, one in beside.items()} == {
        f"kidd-22-{name}": (body, "kidd", "CONCLUDED") for name, body in (("executive", "kidd-executive"), ("spi", "spi"), ("dsc", "dsc"))}
    about = {one["name"]: one["of"] for kind in ("item", "commitment") for one in things(usa, kind)}
    for part, names in (("dsc", ("p1-deterrence-areas", "p2-rok-role")), ("spi", ("p3-attack", "p4-denuclearization", "p5-exercises")), ("executive", ("p6-regional-strategies",))):
        assert {about[name] for name in names} == {beside[f"kidd-22-{part}"]["place"]}
        assert all((name in next_one) == (name in {one["name"] for one in things(usa, "commitment")}) for name in names), next_one
    assert all(name in usa.run("session", "show", "kidd-22").stdout for name in beside)
    kor.wait("they are confirmed", lambda: all(one["standing"] == "OPEN" for one in things(kor, "commitment")))
    # Again it files nothing.
    for node in (kor, usa):
        done = node.say("import", "dialogues", str(file), key="policy")
        assert done["filed"] == 0
    assert kor.get("/dialogues")["things"] == usa.get("/dialogues")["things"]
    assert {one["source"] for one in things(kor, "condition")} == {"003_1714e7ca97a323ed.txt"}
    text = kor.run("session").stdout
    assert re.search("edscg: (next 2025, edscg-6|edscg-6 was set for 2025)", text) and "kidd: KOR hosts next, by turns" in text
    assert re.search("edscg-5 +CONCLUDED", text) and re.search("ncg-3 +SCHEDULED +2024-06, date past", text), "no article says when it met"
    assert all(f"ncg: {name} was set for" in text for name in ("ncg-heads-2024", "ncg-3")), "each of which nobody says that it was held"
    for one in things(usa, "commitment"):
        if "unit" in one:
            name, unit = one["unit"].split("/")
            assert any(other["name"] == unit for other in usa.get("/text", place=things(usa, "text", name)["place"])["units"]), "the unit that it is taken from is there"
    assert things(usa, "commitment", "p12-rdp-a")["unit"] == "statement-kidd-24/procurement"
    assert marks(kor, file) == marks(usa, file) == 19, "what the articles contradict is marked, and shown"
    whole = usa.get("/text", place=things(usa, "text", "statement-kidd-24")["place"])
    assert len(whole["units"]) == 7 and whole["state"] == "DRAFT" and {one["status"] for one in whole["units"]} == {"PROPOSED"}
    # A session says what was done and hangs on it, and once what is on its agenda; each in the reader's language.
    for env, words in (({}, ("delegation  Cho Chang-rae", "begin", "text statement-kidd-24")), (nodes.KOREAN, ("대표단  Cho Chang-rae", "개회", "문안 statement-kidd-24"))):
        shown = usa.run("session", "show", "kidd-24", env=env).stdout
        assert all(re.search(rf"^KOR/CONSULT \S+  KOR  {word}", shown, re.M) for word in words), shown
        assert shown.count(things(usa, "commitment", "p12-rdp-a")["place"]) == 1
        shown = usa.run("body", "show", "kidd", env=env).stdout
        assert re.findall(r"(?:has under it|산하 협의체) .*\((\S+)\)$", shown, re.M) == ["kidd-executive", "spi", "dsc"], shown
        assert re.search(r"(?:feeds|보고 대상) +(?:Security Consultative Meeting|한미안보협의회의) \(scm\)$", shown, re.M), shown
    text = usa.run("commitments", env=nodes.KOREAN).stdout
    assert "국방상호조달협정" in text and "기한 지남" in text
    # Each unit has words in both languages.
    for name in ("statement-kidd-22", "statement-kidd-24", "statement-edscg-5"):
        units = usa.get("/text", place=things(usa, "text", name)["place"])["units"]
        assert all(one["languages"][tag]["versions"][0]["words"] for one in units for tag in ("ko", "en"))
    board_and_time_line(usa)


def cells(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def board_and_time_line(node):
    """A column a standing, a bar a date: under each other in both languages, though Hangul is twice as wide."""
    node.run("commitments", "report", "p15-defence", "It was deployed", "--language", "en", key="policy")
    open_ones = [one["name"] for one in node.get("/dialogues", kind="commitment", open="1")["things"]]
    for env, heads, past in (({}, ("OPEN", "REPORTED"), "date past"), (nodes.KOREAN, ("진행 중", "이행 보고"), "기한 지남")):
        head, *lines = node.run("commitments", "board", env=env).stdout.splitlines()
        assert f"{heads[0]} {len(open_ones) - 1}" in head and f"{heads[1]} 1" in head, head
        row = next(line for line in lines if "p15-defence" in line)
        assert cells(head[:head.index(heads[1])]) == cells(row[:row.index("p15-defence")]), (head, row)
        assert len(lines) == 2 * (len(open_ones) - 1) and all(any(name in line for line in lines) for name in open_ones)
        assert any(past in line for line in lines[1::2]) and not any(past in line for line in lines[0::2])
        lines = node.run("commitments", "timeline", env=env).stdout.splitlines()
        dated = [line for line in lines if re.match(r"[.|#]{32}  ", line)]
        assert len(lines) == len(open_ones) and len(dated) == sum("when" in one for one in things(node, "commitment") if one["name"] in open_ones)
        assert dated == lines[:len(dated)] and all("|" in line or past in line or "#" in line for line in dated)
        ends = [line[:32].rindex("#") for line in dated]
        assert ends == sorted(ends) and all((line[:32].find("|") > end) == (past in line) for line, end in zip(dated, ends) if "|" in line[:32])
        assert len({cells(line[:line.index(name)]) for line in lines for name in open_ones if f" {name} " in line}) == 1


def test_a_bad_file_files_nothing(stage, tmp_path):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    body = {"kind": "body", "name": "kidd", "title": {"en": "Dialogue"}}
    session = {"kind": "session", "of": "kidd", "name": "first", "title": {"en": "First"}}
    text = {"kind": "text", "of": "kidd", "name": "words", "title": {"en": "Words"}, "languages": ["ko", "en"]}
    unit = {"kind": "unit", "of": "words", "name": "goal", "languages": ["en"], "words": "The goal."}
    promise = {"kind": "commitment", "of": "kidd", "name": "promise", "title": {"en": "Promise"}, "parties": ["KOR"]}
    for things_, sentence in (
            ([body, {**session, "wheb": "2023"}], "session first: wheb is not known there."),
            ([body, {**session, "when": "2023-02-29"}], "session first: when is not as it is written."),
            ([body, {**session, "when": "2023-04-12/2023-04-11"}], "session first: when is not as it is written."),
            ([body, session, session], "session first is there twice."),
            ([body, {**session, "beside": "none"}], "session first: there is no none before it."),
            ([body, {**session, "of": "kiddo"}], "session first: there is no kiddo before it."),
            ([session, body], "session first: there is no kidd before it."),
            ([body, {"kind": "commitment", "of": "kidd", "name": "c", "title": {"en": "C"}}], "commitment c: parties is missing."),
            ([body, {**session, "kind": "meeting"}], "things[1]: meeting is no kind of thing."),
            ([body, {**text, "languages": []}], "text words: languages is not as it is written."),
            ([body, text, {**unit, "languages": ["fr"]}], "unit words/goal/fr: the text has no such language."),
            ([body, text, unit, unit], "unit words/goal/en is there twice."),
            ([body, text, {**unit, "words": "x" * 2401}], "unit words/goal/en: words is not as it is written."),
            ([body, {**promise, "owed_to": ["KOR"]}], "commitment promise: what KOR owes is owed to nobody else, who could accept it."),
            ([body, text, unit, {**promise, "unit": "words/gaol"}], "commitment promise: there is no unit words/gaol."),
            ([body, {**promise, "parties": ["KOR", "XYZ"]}], "commitment promise: XYZ is no party of the channel."),
            ([body, {**promise, "owed_to": ["usa"]}], "commitment promise: usa is no party of the channel."),
            ([body, {**promise, "parties": ["KOR", "KOR"]}], "commitment promise: KOR is named twice in parties."),
            ([body, {**promise, "owed_to": ["USA", "KOR", "USA"]}], "commitment promise: USA is named twice in owed_to."),
            ([body, {**text, "languages": ["ko", "ko"]}], "text words: ko is named twice in languages."),
            ([{**body, "act": 3}], "body kidd: act is not known there."),
            ([body, {"name": "of-no-kind"}], "things[1]: kind is missing."),
            ([body, "body"], "things[1]: kind is missing."),
            ([{**body, "name": "KIDD"}], "body KIDD: name is not as it is written.")):
        file = tmp_path / "bad.json"
        file.write_text(json.dumps({"entente": "dialogues/1", "channel": "consult", "label": "U", "things": things_}))
        done = kor.run("import", "dialogues", str(file), key="policy", code=4)
        assert sentence in done.stderr and "nothing was filed" in done.stderr, done.stderr
        assert kor.get("/dialogues")["things"] == []
    whole = {"entente": "dialogues/1", "channel": "consult", "label": "U", "things": [body]}
    for head, code, sentence in (({**whole, "labels": "R"}, 4, "bad.json: labels is not known there."), ({**whole, "label": "U R"}, 4, "U R is no label."),
                                 ({**whole, "channel": "nowhere"}, 3, "There is no channel nowhere."),
                                 ({name: value for name, value in whole.items() if name != "channel"}, 4, "bad.json: channel is missing.")):
        file.write_text(json.dumps(head))
        assert sentence in (done := kor.run("import", "dialogues", str(file), key="policy", code=code)).stderr, done.stderr
    # What only the node can refuse is said with how far it went; what is over takes nothing in.
    file.write_text(json.dumps({**whole, "things": [body, session, {"kind": "conclude", "of": "first"}]}))
    done = kor.run("import", "dialogues", str(file), key="policy", code=4).stderr
    assert "(STEP" in done and "2 statements of" in done and "stand." in done and "not filed twice" in done, done
    assert {one["name"] for one in kor.get("/dialogues")["things"]} == {"kidd", "first"}
    kor.run("session", "call-off", "first", "Put off", "--language", "en", key="policy")
    file.write_text(json.dumps({**whole, "things": [body, session, {"kind": "item", "of": "first", "name": "late", "title": {"en": "Late"}}]}))
    assert "item late: session first is over." in kor.run("import", "dialogues", str(file), key="policy", code=4).stderr
    for text in ('{"entente": "dialogues/1", "entente": 1}', "[", '{"entente": "dialogues/2", "things": []}'):
        file.write_text(text)
        kor.run("import", "dialogues", str(file), key="policy", code=4)
    kor.run("import", "dialogues", str(tmp_path / "none.json"), key="policy", code=3)


def test_who_is_not_cleared_for_all_imports_a_file(stage, tmp_path):
    """A name that he is not shown is found before anything is filed. Above his clearance, or where others must approve, nothing is filed."""
    world = stage.world(officers_of={"kor": {**PEOPLE, "press": ["press"]}, "usa": PEOPLE}, edit={"guidelines": ("release above U by 1", "release above R by 1")})
    kor, file = world["kor"], tmp_path / "file.json"
    at, hidden = ("--channel", "notify", "--language", "en"), ("--label", "R", "--language", "en")
    kor.run("body", "new", "kidd", "Dialogue", *at, "--label", "U", key="policy")
    kor.run("body", "new", "closed", "CLOSED", *at, "--label", "R", key="policy")
    kor.run("session", "new", "kidd", "margin", "MARGIN", *hidden, key="policy")
    usa = world["usa"]
    stands(usa, "session", "margin", "SCHEDULED")
    usa.run("commitments", "new", "kidd", "promise", "Promise", "--by", "KOR,USA", "--language", "en", key="policy")
    stands(kor, "commitment", "promise", "UNCONFIRMED")
    kor.run("commitments", "confirm", "promise", "--label", "R", key="policy")
    kor.stop()
    kor.forbid_owner()
    kor.start()

    def imported(*rows, key="press", label="U", channel="notify", **more):
        file.write_text(json.dumps({"entente": "dialogues/1", "channel": channel, "label": label, "things": rows}))
        return kor.run("import", "dialogues", str(file), key=key, **more)

    first, last = ({"kind": "body", "name": name, "title": {"en": name}} for name in ("first", "last"))
    session = {"kind": "session", "of": "first", "name": "margin", "title": {"en": "A session"}}
    # A name that is taken by what he is not shown, below a body that is new itself, is found before anything is filed.
    for env, words in (({}, "session margin: the name is taken there by what you are not shown."), (nodes.KOREAN, "session margin: 열람 권한이 없는 항목에서 이미 쓰는 이름입니다.")):
        done = imported(first, session, last, code=4, env=env).stderr
        assert words in done and "MARGIN" not in done and "KOR/NOTIFY" not in done and "stand" not in done.replace("standing", ""), done
    assert "nothing was filed" in imported(first, session, last, code=4).stderr and not things(usa, "body", "first")
    assert "Filed: 3 statements; stood already: 0 things." in imported(first, {**session, "name": "margins"}, last).stdout
    assert "Filed: 0 statements; stood already: 3 things." in imported(first, {**session, "name": "margins"}, last).stdout
    # In another channel every name is free.
    other = {"kind": "item", "of": "margin", "name": "point", "title": {"en": "A point"}}
    settled = [{"kind": verb, "of": "point"} for verb in ("agree", "close")]
    assert "Filed: 4 statements; stood already: 0 things." in imported(first, session, other, *settled, channel="consult", key="policy").stdout
    usa.wait("it is there", lambda: [one["place"].split()[0] for one in usa.get("/dialogues", kind="session", channel="consult")["things"]] == ["KOR/CONSULT"])
    # What another of his party said where he is not shown it stands, and is no reason to stop.
    promise = {"kind": "commitment", "of": "kidd", "name": "promise", "title": {"en": "Promise"}, "parties": ["KOR", "USA"]}
    assert "Filed: 1 statement; stood already: 1 thing." in imported(promise, {"kind": "body", "name": "after", "title": {"en": "After"}}).stdout
    # What he would not be shown he files nothing of.
    above = {**first, "name": "above"}
    done = imported(above, {**session, "of": "above", "name": "over"}, label="R", code=4).stderr
    assert "You are not cleared for R there" in done and "nothing was filed" in done, done
    # A file is filed by one.
    done = imported(above, key="policy", label="C", code=4).stderr
    assert "Under C others must approve each statement (line" in done and "entente drafts" not in done and "It stopped at body above." in done, done
    # That a name is taken is told to whoever would find out by writing there, and to nobody else.
    kor.login("press", tmp_path)
    asked = [kor.get("/dialogues", kind=kind, name=name, channel=channel) for kind, name, channel in (
        ("session", "margin", "notify"), ("session", "nowhere", "notify"), ("session", "margin", "consult"))]
    assert [(one["things"], one.get("taken")) for one in asked[:2]] == [([], True), ([], False)] and "taken" not in asked[2]
    kor.login("policy", tmp_path)
    assert {one["name"] for one in kor.get("/dialogues")["things"]} == {"kidd", "closed", "margin", "promise", "first", "margins", "last", "after", "point"}


def printed(folder, file):
    """What khal makes of a calendar, under a configuration of its own."""
    (folder / "config").write_text(f"[calendars]\n[[own]]\npath = {folder}/own\ntype = calendar\n[default]\nprint_new = False\n"
                                   "[locale]\nlocal_timezone = UTC\ndefault_timezone = UTC\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\n"
                                   "longdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
                                   f"[sqlite]\npath = {folder}/khal.db\n")
    done = subprocess.run(["khal", "-c", folder / "config", "printics", "-f", "{start}|{end}|{title}|{status}|{location}", file], capture_output=True, text=True, check=True,
                          env={**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder), "LC_ALL": "C.UTF-8"})
    return [line.split("|") for line in done.stdout.splitlines() if "|" in line]


def test_the_calendars_of_bodies(stage, tmp_path):
    world = stage.world(officers_of={"kor": {**PEOPLE, "head": ["head"], "deputy": ["deputy"]}, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    (tmp_path / "khal").mkdir()

    def calendars(node, role, name):
        node.run("feed", "ics", "--role", role, "--to", tmp_path / name)
        return {path.stem: path for path in (tmp_path / name).iterdir()}

    kor.run("import", "dialogues", str(nodes.ROOT / "examples/rok-us/dialogues.json"), key="policy")
    kor.run("session", "new", "kidd", "kidd-call", "A call, between two sessions", "--when", "2024-05-02T13:00Z/2024-05-02T14:30Z", "--language", "en", key="policy")
    kor.release("session", "new", "kidd", "kidd-hidden", "HIDDEN", "--when", "2024-06-01", "--label", "R", key="policy", by=("head",))
    kor.run("session", "new", "kidd", "kidd-never", "No day yet", "--language", "en", key="policy")
    kor.run("session", "move", "kidd-24", "--when", "2024-04-12", key="policy")
    due = ("--by", "KOR", "--detail", "It is agreed", "--language", "en")
    kor.run("commitments", "of", "kidd-24", "plan", "A plan", "--also", "ko=계획", "--when", "2024-09-30", *due, key="policy")
    kor.run("commitments", "new", "kidd", "report", "A report", "--when", "2024-10", *due, key="policy")
    kor.run("commitments", "new", "kidd", "some-day", "No day yet", *due, key="policy")
    kor.release("commitments", "new", "kidd", "hidden", "HIDDEN DUE", "--when", "2024-09-30", "--label", "R", *due, key="policy", by=("head",))
    kor.run("session", "call-off", "ncg-3", "It was put off", "--language", "en", key="policy")
    usa.wait("all of it is at usa", lambda: usa.get("/dialogues")["things"] == kor.get("/dialogues")["things"])
    files = calendars(kor, "press", "press")
    assert set(files) == {"kidd", "kidd-executive", "spi", "dsc", "ncg", "edscg"} == set(calendars(usa, "press", "usa")), "a body without sessions has no calendar"
    for name, file in files.items():
        assert file.read_bytes() == (tmp_path / "usa" / file.name).read_bytes(), "both sides' calendars are the same bytes"
        assert b"HIDDEN" not in file.read_bytes() and b"No day yet" not in file.read_bytes()
        assert all(len(line) <= 75 for line in file.read_bytes().split(b"\r\n"))
    # What is made of a session and of what moved it is marked as both; who may not know of the move has the session as it was.
    kor.release("session", "move", "edscg-5", "--when", "2024-09-05", "--label", "R", key="policy", by=("head",))
    edscg = {role: next(one for one in icalendar.Calendar.from_ical(calendars(kor, role, f"moved-{role}")["edscg"].read_bytes()).walk("VEVENT") if "5th EDSCG" in one["SUMMARY"])
             for role in ("press", "policy")}
    assert [(str(one["DTSTART"].dt), str(one["SUMMARY"]).split("/")[0], str(one["X-ENTENTE-LABEL"])[:12]) for one in edscg.values()] == [
        ("2024-09-04", "UNCLASSIFIED", "KOR-USA 1 U "), ("2024-09-05", "RESTRICTED", "KOR-USA 1 R ")]
    for words in (b"HIDDEN", b"HIDDEN DUE  (KOR OPEN)"):
        assert words in calendars(kor, "policy", "policy")["kidd"].read_bytes().replace(b"\r\n ", b""), "each role has what it may read"
    # By two readers that share no parser, neither of them ours; khal reads by the first one's.
    by_title = {str(one["SUMMARY"]): one for one in icalendar.Calendar.from_ical(files["kidd"].read_bytes()).walk("VEVENT")}
    banner = "UNCLASSIFIED//REL TO KOR, USA//FROM KOR  "
    moved, call = by_title[banner + "24th KIDD / 제24차 통합국방협의체"], by_title[banner + "A call, between two sessions"]
    assert str(moved["DTSTART"].dt) == "2024-04-12" and moved["SEQUENCE"] >= 1 and str(moved["LOCATION"]) == "Washington / 워싱턴"
    assert call["DTSTART"].dt == datetime(2024, 5, 2, 13, tzinfo=timezone.utc) and call["DTEND"].dt == datetime(2024, 5, 2, 14, 30, tzinfo=timezone.utc)
    month = by_title[banner + "Dialogue of August 2022 / 2022년 8월 통합국방협의체  (2022-08)"]
    assert str(month["DTSTART"].dt) == "2022-08-01" and month["TRANSP"] == "TRANSPARENT", "a month is no day in it"
    plan, report = by_title[banner + "A plan / 계획  (KOR OPEN)"], by_title[banner + "A report  (2024-10)  (KOR OPEN)"]
    assert (str(plan["DTSTART"].dt), str(plan["DTEND"].dt), plan["TRANSP"], plan["STATUS"], plan["SEQUENCE"]) == ("2024-09-30", "2024-10-01", "TRANSPARENT", "CONFIRMED", 0)
    assert (str(report["DTSTART"].dt), str(report["DTEND"].dt)) == ("2024-10-01", "2024-11-01") and "LOCATION" not in report
    ncg = {one["STATUS"] for one in icalendar.Calendar.from_ical(files["ncg"].read_bytes()).walk("VEVENT") if not {"(KOR", "(USA"} & set(one["SUMMARY"].split())}
    assert ncg == {"CANCELLED", "TENTATIVE"} and all(one["CLASS"] == "CONFIDENTIAL" for one in by_title.values())
    assert {one["X-ENTENTE-LABEL"] for one in by_title.values()} == {"KOR-USA 1 U rel=KOR,USA origin=KOR"}
    others = {one.summary.value: one for one in vobject.readOne(files["kidd"].read_text()).vevent_list}
    assert set(others) == set(by_title) and all(one.uid.value == str(by_title[name]["UID"]) for name, one in others.items())
    for name, one in others.items():
        assert (one.dtstart.value, one.dtend.value) == (by_title[name]["DTSTART"].dt, by_title[name]["DTEND"].dt), name
    rows = printed(tmp_path / "khal", files["kidd"])
    assert sorted(row[2] for row in rows) == sorted(by_title) and ["2024-04-12", "Washington / 워싱턴"] in [[row[0], row[4]] for row in rows], rows
    assert ["2024-09-30", "A plan / 계획  (KOR OPEN)"] in [[row[0], row[2].removeprefix(banner)] for row in rows]
    # What was reported is due, and what was accepted is not; both sides' calendars say so.
    kor.run("commitments", "report", "plan", "Written", key="policy")
    usa.wait("the report", lambda: any(one["name"] == "plan" and one["standing"] == "REPORTED" for one in usa.get("/dialogues")["things"]))
    reported = next(one for one in icalendar.Calendar.from_ical(calendars(usa, "press", "later")["kidd"].read_bytes()).walk("VEVENT") if "A plan" in one["SUMMARY"])
    assert str(reported["SUMMARY"]).endswith("(KOR REPORTED)") and reported["SEQUENCE"] == 1 and reported["UID"] == plan["UID"]
    usa.run("commitments", "accept", "plan", key="policy")
    assert "A plan" not in calendars(usa, "press", "last")["kidd"].read_text() and "A report" in calendars(usa, "press", "last")["kidd"].read_text()
    assert "There is no format nope." in kor.run("feed", "nope", "--role", "watch", code=2).stderr
    twice = kor.run("commitments", "new", "kidd", "more", "More", "--by", "KOR,KOR", "--language", "en", key="policy", code=2).stderr
    assert "KOR is there twice." in twice
    done = kor.run("feed", "ics", "--role", "nobody", code=None)
    assert done.returncode != 0


def test_a_full_calendar_counts_what_its_reader_knows(stage):
    """As many sessions as a calendar holds, and one more that its reader may not know of: not a byte of it is another."""
    world = stage.world(officers_of={"kor": {**PEOPLE, "head": ["head"]}, "usa": PEOPLE})
    kor = world["kor"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    at, seen = peer.Peer.place_of(kor.entry(things(kor, "body", "kidd")["place"])), kor.get("/seen", channel="consult")

    def file(kind, name, **fields):
        items = [officers.item(officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "policy", kind, rel=seen["parties"],
                                                  seen=[(row["party"], row["epoch"], row["size"]) for row in seen["seen"]], refers=[at],
                                                  fields={1: f"{name}-{i}", 2: ["en", "Once"], 4: "2030-01-01", **{int(key[1:]): value for key, value in fields.items()}}),
                               [kor.key("policy")], b"") for i in range(500)]
        for first in range(0, len(items), 100):
            assert {answer["err"] for answer in kor.post(items[first:first + 100])} == {"OK"}

    file(81, "session")
    file(83, "promise", _5=["KOR"])
    before = kor.get("/feed", format="ics", role="press")
    assert before["items"] == 1000 and not before["older"]
    hidden = ("--when", "2031", "--label", "R", "--language", "en")
    kor.release("session", "new", "kidd", "hidden", "HIDDEN", *hidden, key="policy", by=("head",))
    kor.release("commitments", "new", "kidd", "hidden", "HIDDEN", "--by", "KOR", *hidden, key="policy", by=("head",))
    assert kor.get("/feed", format="ics", role="press") == before
    more = kor.get("/feed", format="ics", role="policy")
    assert more["older"] and "HIDDEN" in str(more)


def test_an_approver_sees_what_is_promised(stage):
    """What four eyes sign stands on both screens first: title, words and test of a statement whose words are its fields."""
    team = {**PEOPLE, "head": ["head"]}
    world = stage.world(officers_of={"kor": team, "usa": team})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    taken_from(kor, "st", "procurement")
    # Above U another releaser is asked.
    waits = kor.say("commitments", "new", "kidd", "rdp", "A procurement agreement", "--by", "KOR", "--when", "2027", "--detail", "It is signed", "--unit", "st/procurement",
                    "--language", "en", "--label", "R", key="policy")
    shown = kor.run("approve", waits["place"], key="head").stdout
    for words in ("rdp", "A procurement agreement", "It is signed", "2027", "by whom", "KOR", "what shows it done", "st/procurement", "Dialogue"):
        assert words in shown, words
    korean = kor.run("approve", waits["place"], key="head", env=nodes.KOREAN).stdout
    assert "이행 기준" in korean and "이행할 측" in korean and "이행과제" in korean
    assert "rdp A procurement agreement" in kor.run("drafts").stdout
    place = kor.approve(waits["place"], ["head"])
    stands(usa, "commitment", "rdp", "OPEN")
    assert "It is signed" in usa.run("read", place).stdout and usa.entry(place)["says"]["detail"] == {"en": "It is signed"}
    assert "rdp A procurement agreement" in usa.run("log", "consult").stdout
    # A report's words, and what it reports on.
    waits = kor.say("commitments", "report", "rdp", "Signed in May", "--language", "en", "--label", "R", key="policy")
    shown = kor.run("approve", waits["place"], key="head").stdout
    assert "Signed in May" in shown and re.search(r"> \S+ \S+ commitment rdp A procurement agreement", shown)


def test_no_debtor_closes_what_he_owes(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    stands(usa, "body", "kidd", "OPEN")
    # Of what nobody else is owed, nobody could say that it is done.
    said = refused(usa, "CREDITOR", "commitments", "new", "kidd", "alone", "Alone", "--by", "USA", "--to", "USA", "--language", "en")
    assert "nobody else is owed it" in said.stderr
    said = usa.run("commitments", "new", "kidd", "alone", "Alone", "--by", "USA", "--to", "USA", "--language", "en", key="policy", env=nodes.KOREAN, code=4)
    assert "이행 완료를 확인할 당사국이 없" in said.stderr
    refused(kor, "CREDITOR", "commitments", "new", "kidd", "half", "Half", "--by", "KOR,USA", "--to", "KOR", "--language", "en")
    # What was accepted is what its creditor saw.
    kor.run("commitments", "new", "kidd", "two", "Two", "--by", "KOR,USA", "--language", "en", key="policy")
    first = kor.say("commitments", "report", "two", "A good report", key="policy")["place"]
    usa.wait("the report is here", lambda: things(usa, "commitment", "two")["parts"][0].get("report") == first)
    usa.run("commitments", "accept", "two", key="policy")
    kor.wait("it is accepted", lambda: things(kor, "commitment", "two")["parts"][0]["part"] == "ACCEPTED")
    refused(kor, "OVER", "commitments", "report", "two", "Another that nobody saw")
    for node in (kor, usa):
        part = things(node, "commitment", "two")["parts"][0]
        assert part["report"] == first and part["answers"] == [{"party": "USA", "answer": "ACCEPTED", "report": first}]


def test_what_the_named_debtor_denies(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    kor.run("commitments", "new", "kidd", "claimed", "Claimed", "--by", "USA", "--when", "2020", "--language", "en", key="policy")
    stands(usa, "commitment", "claimed", "UNCONFIRMED")
    assert "date past" in kor.run("commitments").stdout
    usa.run("commitments", "drop", "claimed", "We never said so", key="policy")
    for node in (kor, usa):
        stands(node, "commitment", "claimed", "DENIED")
        shown = node.run("commitments").stdout
        assert "USA DENIED" in shown and "date past" not in shown
    assert "부인" in kor.run("commitments", env=nodes.KOREAN).stdout
    kor.run("commitments", "drop", "claimed", "It was a mistake", key="policy")
    stands(usa, "commitment", "claimed", "DROPPED")


def test_two_stages_of_one_condition_are_imported(stage, tmp_path):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    file = tmp_path / "stages.json"
    stages = [{"kind": "condition", "of": "opcon", "name": "capability", "title": {"en": "Capability"}, "stage": stage_, "when": when} for stage_, when in (("ioc", "2019"), ("foc", "2022"))]
    whole = {"entente": "dialogues/1", "channel": "consult", "label": "U", "things": [
        {"kind": "commitment", "of": "kidd", "name": "opcon", "title": {"en": "OPCON"}, "parties": ["KOR", "USA"]}, *stages]}
    file.write_text(json.dumps(whole))
    assert kor.say("import", "dialogues", str(file), key="policy")["filed"] == 3
    assert [(one["stage"], one["when"]) for one in things(kor, "condition")] == [("ioc", "2019"), ("foc", "2022")]
    assert kor.say("import", "dialogues", str(file), key="policy") == {"err": "OK", "filed": 0, "stood": 3}
    # One stage twice, and one that stands with another date.
    file.write_text(json.dumps({**whole, "things": [*whole["things"], stages[1]]}))
    assert "condition opcon/capability/foc is there twice" in kor.run("import", "dialogues", str(file), key="policy", code=4).stderr
    file.write_text(json.dumps({**whole, "things": [{**stages[0], "when": "2020"}]}))
    assert "with another when" in kor.run("import", "dialogues", str(file), key="policy", code=4).stderr


def test_a_list_is_told_page_by_page(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    for name in "abcde":
        kor.run("commitments", "new", "kidd", name, name, "--by", "KOR", "--language", "en", key="policy")
    told, after = [], {}
    while after is not None:
        page = kor.get("/dialogues", limit=2, **after)
        told += page["things"]
        after = {"after": page["next"]} if page["more"] else None
    assert told == kor.get("/dialogues")["things"] and [one["name"] for one in told] == ["kidd", *"abcde"]
    assert [one["name"] for one in kor.get("/dialogues", kind="commitment", name="d")["things"]] == ["d"]
    assert kor.get("/dialogues", name="nothing-of-it")["things"] == [] and kor.get("/dialogues", name="Not A Name")["things"] == []
    assert "There is no commitment of the name f" in kor.run("commitments", "report", "f", key="policy", code=3).stderr
    assert kor.get("/dialogues", kind="commitment", after=told[2]["place"])["things"] == told[3:]


def test_one_commitment_is_shown_whole(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    taken_from(kor, "st", "opcon")
    kor.run("commitments", "new", "kidd", "opcon", "Transition of control", "--by", "KOR", "--language", "en", "--detail", "All conditions are met", "--unit", "st/opcon",
            "--doubt", "No article names a year", "--source", "001.txt", key="policy")
    for stage_, when in (("ioc", "2019"), ("foc", "2022")):
        kor.run("commitments", "condition", "opcon", "capability", "Leading forces", stage_, "--when", when, "--language", "en", key="policy")
    report = kor.say("commitments", "report", "opcon", "Two stages are reached", "--language", "en", "--source", "57th communique, point 4", key="policy")["place"]
    stands(usa, "commitment", "opcon", "REPORTED")
    usa.run("commitments", "dispute", "opcon", "The third is not", "--language", "en", key="policy")
    stands(kor, "commitment", "opcon", "DISPUTED")
    shown = kor.run("commitments", "show", "opcon").stdout
    for words in ("All conditions are met", "st/opcon", "No article names a year", "001.txt", "ioc", "2019", "foc", "2022", "Two stages are reached", "57th communique, point 4", "The third is not"):
        assert words in shown, words
    korean = kor.run("commitments", "show", "opcon", env=nodes.KOREAN).stdout
    assert "이행 기준" in korean and "조건별 도달 단계" in korean and "이 과제에 관한 발언" in korean
    whole = json.loads(kor.run("commitments", "show", "opcon", "--json").stdout)
    assert [one["stage"] for one in whole["conditions"]] == ["ioc", "foc"]
    assert [(one["kind"], one.get("to")) for one in whole["deeds"] if one["kind"] != "condition"] == [("reported", None), ("disputed", report)]


def test_what_a_peer_had_not_seen(stage):
    """A peer that ends a body over a commitment that it had not seen ends nothing alone; and nobody gives a thing another lasting name."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("session", "new", "kidd", "first", "First", "--language", "en", key="policy")
    stands(usa, "session", "first", "SCHEDULED")
    usa.run("body", "new", "own", "Own", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    world.await_receipts()
    body, session = (peer.Peer.place_of(kor.entry(things(kor, kind, name)["place"])) for kind, name in (("body", "kidd"), ("session", "first")))
    liar = peer.Peer(world, "usa", "kor")
    liar.take_log("consult")
    assert usa.stop() == 0
    key = officers.Key(world.keys("usa") / "policy")
    seen = [("kor", 1, kor.logs()["KOR/CONSULT 1"]["size"])]
    kor.run("commitments", "new", "kidd", "promise", "Promise", "--by", "USA", "--language", "en", key="policy", code=5)
    said = [liar.move("consult", "policy", key, 94, refers=[about], seen=seen, fields=fields)
            for about, fields in ((body, {3: 4}), (session, {3: 11, 1: "second"}), (session, {3: 11, 2: ["en", "Second"]}), (body, {3: 3, 13: "nowhere"}))]
    liar.send("consult")
    kor.wait("KOR has them", lambda: (kor.find("/entry", place=said[-1]) or {}).get("folded"), patience=30)
    assert [kor.entry(one)["verdict"] for one in said] == ["OK", "RENAMES", "OK", "REFERS"]
    assert things(kor, "body", "kidd")["standing"] == "OPEN" and things(kor, "session", "first")["title"] == {"en": "Second"}
    kor.run("session", "new", "kidd", "next", "Next", "--language", "en", key="policy", code=None)
    assert things(kor, "session", "next")["standing"] == "SCHEDULED"
    assert "a lasting name is never changed" in kor.run("read", said[1], key="policy").stdout


def test_a_list_in_a_session_holds_what_it_may_and_asks_once(stage):
    """What is remembered of a statement's label is its own: each officer has the same list each time, after a deed too."""
    world = stage.world(officers_of={"kor": {**PEOPLE, "head": ["head"], "deputy": ["deputy"], "press": ["press"]}, "usa": {**PEOPLE, "head": ["head"]}})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    promise = ("--by", "USA", "--language", "en")
    kor.run("commitments", "new", "kidd", "open", "For all", *promise, key="policy")
    kor.release("commitments", "new", "kidd", "hidden", "HIDDEN", "--label", "R", *promise, key="policy", by=("head",))
    stands(usa, "commitment", "hidden", "UNCONFIRMED")

    def listed(key):
        lines = kor.run("commitments", "--key", kor.keys / key).stdout.splitlines()
        return sorted((line.split()[0], "USA OPEN" in line) for line in lines if line.strip())

    for _ in range(3):
        assert listed("policy") == [("hidden", False), ("open", False)] and listed("press") == [("open", False)]
    usa.run("commitments", "confirm", "open", key="policy")
    usa.release("commitments", "confirm", "hidden", key="policy", by=("head",))
    kor.wait("both are confirmed", lambda: all(one["standing"] == "OPEN" for one in things(kor, "commitment")))
    for _ in range(3):
        assert listed("policy") == [("hidden", True), ("open", True)] and listed("press") == [("open", True)]


def test_long_answers_that_wait_are_kept_apart(stage):
    """Three clients ask for one long list and read nothing yet; what is asked meanwhile is written over none of them."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    kor.run("body", "new", "kidd", "Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    at, seen = peer.Peer.place_of(kor.entry(things(kor, "body", "kidd")["place"])), kor.get("/seen", channel="consult")
    items = [officers.item(officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "policy", 83, rel=seen["parties"],
                                              seen=[(row["party"], row["epoch"], row["size"]) for row in seen["seen"]], refers=[at],
                                              fields={1: f"promise-{i}", 2: ["en", "Words " * 90], 5: ["KOR"]}), [kor.key("policy")], b"") for i in range(600)]
    for first in range(0, len(items), 100):
        assert {answer["err"] for answer in kor.post(items[first:first + 100])} == {"OK"}
    want = kor.get("/dialogues", kind="commitment")["things"]
    assert len(want) == 600
    waiting = [nodes.UnixConnection(kor.home / "socket", 30) for _ in range(3)]
    for line in waiting:
        line.request("GET", "/dialogues?kind=commitment")
    for _ in range(3):
        assert len(kor.get("/dialogues", kind="body")["things"]) == 1 and kor.get("/dialogues", kind="commitment")["things"] == want
    answers = [line.getresponse().read() for line in waiting]
    assert all(len(answer) > 300_000 and json.loads(answer)["things"] == want for answer in answers)
    for line in waiting:
        line.close()
