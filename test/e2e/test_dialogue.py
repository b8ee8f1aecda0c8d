"""Standing dialogues on two real nodes: a body, what was promised under it, who says that it is done and who says so too."""
import json
import re

import nodes

KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(nodes.BINARY.parent.parent.parent / "po")}
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


def test_what_was_promised_is_carried_until_closed(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Integrated Defense Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    stands(usa, "body", "kidd", "OPEN")
    # Who says that another owes something has not bound him.
    kor.run("commitments", "new", "kidd", "exercises", "Practical combined exercises", "--by", "KOR,USA", "--when", "2023",
            "--detail", "One was held by both sides", key="policy")
    one = stands(usa, "commitment", "exercises", "CLAIMED")
    assert [(part["party"], part["part"]) for part in one["parts"]] == [("KOR", "OPEN"), ("USA", "CLAIMED")]
    assert one["when"] == "2023" and one["end_ms"] == 1704067200000 and one["detail"] == {"en": "One was held by both sides"}
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
    before = {name: node.get("/dialogues") for name, node in world.nodes.items()}
    kor.run("body", "end", "kidd", key="policy")
    for node in (kor, usa):
        stands(node, "body", "kidd", "ENDED")
    world.stop()
    world.start()
    for name, node in world.nodes.items():
        after = node.get("/dialogues", kind="commitment")["things"]
        assert after == [one for one in before[name]["things"] if one["kind"] == "commitment"]


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
    usa.wait("the agenda is agreed at kor", lambda: "KOR" in things(usa, "session", "kidd-22")["said"].get("agenda agree", []))
    usa.run("session", "agree", "kidd-22", key="policy")
    usa.run("session", "agree-item", "goal", key="policy")
    stands(kor, "item", "goal", "AGREED")
    stands(kor, "session", "kidd-22", "AGENDA AGREED")
    for verb, standing in (("begin", "IN SESSION"), ("recess", "RECESS"), ("begin", "IN SESSION"), ("conclude", "CONCLUDED")):
        kor.run("session", verb, "kidd-22", key="policy")
        stands(usa, "session", "kidd-22", standing)
    kor.run("session", "defer", "goal", "no time was left", key="policy")
    stands(usa, "item", "goal", "DEFERRED")
    # What is not closed is on the next agenda by itself.
    assert "goal" in usa.run("session", "show", "kidd-99").stdout
    text = usa.run("session").stdout
    assert "kidd: next 2199, kidd-99" in text and "kidd: by turns KOR hosts" in text
    usa.run("session", "close-item", "goal", key="policy")
    stands(kor, "item", "goal", "CLOSED")
    assert "goal" not in kor.run("session", "show", "kidd-99").stdout
    refused(kor, "OVER", "session", "discussed", "goal")
    for node in (kor, usa):
        node.run("session", "record", "kidd-22", key="policy")
    stands(kor, "session", "kidd-22", "RECORD AGREED")
    refused(kor, "OVER", "session", "begin", "kidd-22")
    # A body is renamed, and what it was called before is still there.
    kor.run("body", "amend", "kidd", "--also", "ko=한미 통합국방협의체", key="policy")
    usa.wait("the new name is here", lambda: things(usa, "body", "kidd")["title"] == {"ko": "한미 통합국방협의체"})
    whole, = usa.get("/dialogues", place=things(usa, "body", "kidd")["place"])["things"]
    assert [one["act"] for one in whole["deeds"] if one["kind"] == "act"] == ["amend"]
    assert usa.run("log", "consult").stdout.count("act") > 5


def test_the_articles_stand_on_both_sides(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    file = nodes.ROOT / "examples/rok-us/dialogues.json"
    kinds = [one["kind"] for one in json.loads(file.read_text())["things"]]
    units = kinds.count("unit")
    count = len(kinds) - units - kinds.count("delegation") - kinds.count("conclude")
    done = kor.say("import", "dialogues", str(file), key="policy")
    assert done["stood"] == 0 and done["filed"] == count + units + 8, "four delegations, and four sessions that were held"
    usa.wait("all of it is at usa", lambda: len(usa.get("/dialogues")["things"]) == count)
    assert not usa.get("/dialogues")["more"] and usa.get("/dialogues", limit=3)["more"], "what is cut says so"
    assert things(usa, "commitment", "p12-rdp-a")["standing"] == "CLAIMED", "nobody is bound by another's word"
    done = usa.say("import", "dialogues", str(file), key="policy")
    owed = [one for one in things(usa, "commitment") if "USA" in one["parties"]]
    assert done["stood"] == count + units + 4 and done["filed"] == len(owed) + 4
    kor.wait("they are confirmed", lambda: all(one["standing"] == "OPEN" for one in things(kor, "commitment")))
    # Again it files nothing.
    for node in (kor, usa):
        done = node.say("import", "dialogues", str(file), key="policy")
        assert done["filed"] == 0
    assert kor.get("/dialogues")["things"] == usa.get("/dialogues")["things"]
    text = kor.run("session").stdout
    assert re.search("edscg: (next 2025, edscg-6|edscg-6 was set for 2025)", text) and "kidd: by turns KOR hosts" in text
    assert re.search("edscg-5 +CONCLUDED", text) and re.search("ncg-3 +SCHEDULED", text), "no article says when it met"
    assert "003" in json.dumps(things(usa, "commitment", "p15-defence")["doubt"]), "what the articles contradict is marked"
    whole = usa.get("/text", place=things(usa, "text", "statement-kidd-24")["place"])
    assert len(whole["units"]) == 5 and whole["state"] == "DRAFT" and {one["status"] for one in whole["units"]} == {"PROPOSED"}
    text = usa.run("commitments", env=KOREAN).stdout
    assert "국방상호조달협정" in text and "기한 지남" in text


def test_a_bad_file_files_nothing(stage, tmp_path):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    body = {"kind": "body", "name": "kidd", "title": {"en": "Dialogue"}}
    session = {"kind": "session", "of": "kidd", "name": "first", "title": {"en": "First"}}
    text = {"kind": "text", "of": "kidd", "name": "words", "title": {"en": "Words"}, "languages": ["ko", "en"]}
    unit = {"kind": "unit", "of": "words", "name": "goal", "languages": ["en"], "words": "The goal."}
    for things_, sentence in (
            ([body, {**session, "wheb": "2023"}], "session first: wheb is not known there."),
            ([body, {**session, "when": "2023-02-29"}], "session first: when is not as it is written."),
            ([body, {**session, "when": "2023-04-12/2023-04-11"}], "session first: when is not as it is written."),
            ([body, session, session], "session first is there twice."),
            ([body, {**session, "of": "kiddo"}], "session first: there is no kiddo before it."),
            ([session, body], "session first: there is no kidd before it."),
            ([body, {"kind": "commitment", "of": "kidd", "name": "c", "title": {"en": "C"}}], "commitment c: parties is missing."),
            ([body, {**session, "kind": "meeting"}], "meeting is no kind of thing."),
            ([body, {**text, "languages": []}], "text words: languages is not as it is written."),
            ([body, text, {**unit, "languages": ["fr"]}], "unit words/goal/fr: the text has no such language."),
            ([body, text, unit, unit], "unit words/goal/en is there twice."),
            ([body, text, {**unit, "words": "x" * 2401}], "unit words/goal/en: words is not as it is written."),
            ([{**body, "name": "KIDD"}], "body KIDD: name is not as it is written.")):
        file = tmp_path / "bad.json"
        file.write_text(json.dumps({"entente": "dialogues/1", "channel": "consult", "label": "U", "things": things_}))
        done = kor.run("import", "dialogues", str(file), key="policy", code=4)
        assert sentence in done.stderr and "nothing was filed" in done.stderr, done.stderr
        assert kor.get("/dialogues")["things"] == []
    for text in ('{"entente": "dialogues/1", "entente": 1}', "[", '{"entente": "dialogues/2", "things": []}'):
        file.write_text(text)
        kor.run("import", "dialogues", str(file), key="policy", code=4)
    kor.run("import", "dialogues", str(tmp_path / "none.json"), key="policy", code=3)
