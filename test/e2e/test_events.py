"""What happened, as each source has it, on two real nodes: claims beside claims, and what each side makes of it beside the other's."""
import csv
import io
import json
import re
import subprocess
import xml.etree.ElementTree as ET

import nodes

PEOPLE = {"policy": ["policy"], "head": ["head"]}
OPEN = ["--type", "launch", "--when", "2023-04", "--channel", "share", "--label", "U", "--language", "en"]


def events(node, name=None):
    found = node.get("/assessments")["events"]
    return found if name is None else next((one for one in found if one["name"] == name), None)


def both(world, what, is_so):
    for node in world.nodes.values():
        node.wait(f"{what}, at {node.party}", lambda node=node: is_so(node))


def say(node, *words, **more):
    return node.run("event", *words, key="policy", **more)


def refused(node, sentence, *words, code=4):
    done = say(node, *words, code=code)
    assert sentence in done.stderr, done.stderr
    assert "next:" in done.stderr or "(" in done.stderr


def test_two_sides_tell_of_one_event(stage):
    relay = stage.relay()
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.start()
    kor, usa = world["kor"], world["usa"]
    say(kor, "open", "launch-april", "Launch of a missile", "--also", "ko=미사일 발사", *OPEN)
    both(world, "it is open", lambda node: events(node, "launch-april"))
    # The line is lost: each side writes down what it has, and opens a second event of one name.
    relay.cut()
    both(world, "the line is down", lambda node: not node.status()["peers"][0]["paths"][0]["up"])
    say(kor, "claim", "launch-april", "press", "One missile, in the morning", "--source", "a newspaper", "--when", "2023-04-13",
        "--location", "east of the peninsula", "--language", "en", code=5)
    say(usa, "claim", "launch-april", "radar", "Two objects", "--source", "a station", "--confidence", "high", "--language", "en",
        "--when", "2023-04-13T07:20Z/2023-04-13T07:30Z", "--where", "39.5,128.25", code=5)
    say(kor, "assess", "launch-april", "One was launched", "--language", "en", "--confidence", "moderate", code=5)
    say(usa, "assess", "launch-april", "Two were launched", "--language", "en", "--confidence", "high", code=5)
    for node in (kor, usa):
        say(node, "open", "second", f"As {node.party} has it", *OPEN, code=5)
    relay.mend()
    both(world, "all of it is there", lambda node: len(events(node)) == 3 and len(events(node, "launch-april")["claims"]) == 2 and
         len(events(node, "launch-april")["assessments"]) == 2)
    assert kor.get("/assessments")["events"] == usa.get("/assessments")["events"], "both sides hold the same"
    one = events(kor, "launch-april")
    press, radar = sorted(one["claims"], key=lambda claim: claim["name"])
    assert press["when"] == "2023-04-13" and "where" not in press and "confidence" not in press, "what nobody said is not there"
    assert radar["where"] == "39.5,128.25" and radar["confidence"] == "high" and radar["party"] == "USA"
    # Of each side the last assessment stands, and beside it the other's: nothing is made of the two.
    say(usa, "assess", "launch-april", "Two were, one failed", "--language", "en", "--confidence", "low")
    both(world, "the last of each side stands", lambda node: [
        (said["party"], said["confidence"], said["detail"]["en"]) for said in events(node, "launch-april")["assessments"]] == [
            ("KOR", "moderate", "One was launched"), ("USA", "low", "Two were, one failed")])
    text = kor.run("event", "show", "launch-april").stdout
    for words in ("east of the peninsula", "39.5,128.25", "confidence: unknown", "moderate  One was launched", "low       Two were, one failed"):
        assert words in text, text
    text = kor.run("event", env=nodes.KOREAN).stdout
    assert "미사일 발사" in text and "주장 2건" in text and "KOR 보통  USA 낮음" in text
    # Two of one name: told apart by their places, and one only once both sides say so.
    theirs = {event["party"]: event["place"] for event in events(kor) if event["name"] == "second"}
    refused(kor, "both sides gave it at once", "claim", "second", "third", "Words", "--source", "x", code=3)
    say(kor, "same", theirs["KOR"], theirs["USA"])
    both(world, "one side says so", lambda node: [
        [(same["by"], same["one"]) for same in event["same"]] for event in events(node) if event["name"] == "second"] == [[(["KOR"], False)]] * 2)
    say(usa, "same", theirs["USA"], theirs["KOR"])
    both(world, "both do", lambda node: all(event["same"][0]["one"] for event in events(node) if event["name"] == "second"))
    assert "one with 1" in kor.run("event").stdout and "say all: KOR USA" in kor.run("event", "show", theirs["KOR"]).stdout
    say(kor, "apart", theirs["USA"], theirs["KOR"])
    both(world, "not any more", lambda node: not any(same["one"] for event in events(node) for same in event["same"]))
    # A claim is its party's to take back, and stays.
    refused(kor, "(AUTHOR", "withdraw", "radar", "It was not so")
    say(usa, "claim", "launch-april", "radar-2", "One object", "--source", "a station")
    say(usa, "withdraw", "radar", "A second look", "--to", "radar-2", "--language", "en")
    both(world, "it is withdrawn and stays", lambda node: [
        (claim["name"], claim["withdrawn"]["to"]) for claim in events(node, "launch-april")["claims"] if "withdrawn" in claim] == [("radar", "radar-2")])
    refused(usa, "(TWICE", "withdraw", "radar", "Again")
    assert "instead of it: radar-2" in kor.run("event", "show", "launch-april").stdout
    world.stop()
    world.start()
    assert events(kor) == events(usa) and len(events(kor, "launch-april")["claims"]) == 3


def test_what_is_not_as_it_must_be_is_refused(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    say(kor, "open", "launch-april", "A launch", *OPEN)
    refused(kor, "another thing of its kind has this name (NAMED)", "open", "launch-april", "The same", *OPEN)
    refused(kor, "it names a type or a confidence that the accord does not list (CODE)", "open", "other", "Words", "--type", "earthquake", "--channel", "share", "--label", "U")
    refused(kor, "(CODE", "claim", "launch-april", "sure", "Words", "--source", "x", "--confidence", "certain")
    refused(kor, "There is no event of the name nothing", "claim", "nothing", "first", "Words", "--source", "x", code=3)
    for option, value in (("when", "2023-02-30"), ("when", "soon"), ("where", "91,0"), ("where", "38.5"), ("where", "1,1 1,2 1,3")):
        refused(kor, f"{option} is missing, or is not as it is written", "claim", "launch-april", "first", "Words", "--source", "x", f"--{option}", value, code=2)
    refused(kor, "source is missing", "claim", "launch-april", "first", "Words", code=2)
    refused(kor, "SHARE does not carry TS", "claim", "launch-april", "first", "Words", "--source", "x", "--label", "TS")
    assert "The claim stands as KOR/SHARE" in say(kor, "claim", "launch-april", "first", "Words", "--source", "x").stdout
    refused(kor, "(REFERS", "same", "launch-april", "launch-april")
    assert [claim["name"] for claim in events(kor, "launch-april")["claims"]] == ["first"]


def test_a_file_of_events_is_good_or_files_nothing(stage, tmp_path):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    event = {"kind": "event", "name": "launch", "title": {"en": "Launch"}, "type": "launch"}
    claim = {"kind": "claim", "of": "launch", "name": "press", "source": "a newspaper", "detail": {"en": "One"}}
    file = tmp_path / "events.json"
    for sentence, things in {
            "event launch: when is not as it is written": [{**event, "when": "2023-13"}],
            "event launch is there twice": [event, event], "claim press is there twice": [event, claim, claim],
            "event launch: colour is not known there": [{**event, "colour": "red"}],
            "event launch: the accord has no type earthquake": [{**event, "type": "earthquake"}],
            "claim press: the accord has no confidence certain": [event, {**claim, "confidence": "certain"}],
            "claim press: there is no launch before it": [claim, event],
            "claim press: source is missing": [event, {key: claim[key] for key in claim if key != "source"}],
            "claim press: where is not as it is written": [event, {**claim, "where": "127.5,38.5"}],
            "same launch/later/KOR: there is no later before it": [event, {"kind": "same", "of": "launch", "with": "later", "party": "KOR"}],
            "same launch/launch/: party is missing": [event, {"kind": "same", "of": "launch", "with": "launch"}],
            "event launch: with is not known there": [{**event, "with": "launch"}],
            "assess launch: detail is missing": [event, {"kind": "assess", "of": "launch", "party": "KOR", "confidence": "low"}]}.items():
        file.write_text(json.dumps({"entente": "dialogues/1", "channel": "share", "label": "U", "things": things}))
        done = kor.run("import", "dialogues", str(file), key="policy", code=4)
        assert sentence in done.stderr and events(kor) == [], done.stderr
    # Each side files its own word that two are one, once.
    things = [event, {**event, "name": "later"}, *({"kind": "same", "of": "launch", "with": "later", "party": code} for code in ("KOR", "USA"))]
    file.write_text(json.dumps({"entente": "dialogues/1", "channel": "share", "label": "U", "things": things}))
    assert kor.say("import", "dialogues", str(file), key="policy")["filed"] == 3
    usa = world["usa"]
    usa.wait("it is there", lambda: len(events(usa)) == 2 and events(usa)[0]["same"])
    assert usa.say("import", "dialogues", str(file), key="policy") == {"err": "OK", "filed": 1, "stood": 2}
    both(world, "both say so", lambda node: all(one["same"][0]["one"] for one in events(node)))
    assert kor.say("import", "dialogues", str(file), key="policy")["filed"] == 0


SVG = "{http://www.w3.org/2000/svg}"


def feed(node, name, folder):
    node.run("feed", name, "--role", "press", "--to", folder)
    file, = folder.iterdir()
    return file


def test_events_leave_under_their_labels(stage, tmp_path):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    say(kor, "open", "launch-april", "Launch of a missile", *OPEN)
    both(world, "it is open", lambda node: events(node, "launch-april"))
    say(kor, "claim", "launch-april", "press", "=One missile", "--source", "a newspaper", "--when", "2023-04", "--language", "en")
    say(kor, "claim", "launch-april", "first", "Ten", "--source", "a rumour", "--where", "10,20")
    say(kor, "withdraw", "first", "A rumour")
    say(usa, "claim", "launch-april", "radar", "Two objects", "--source", "a station", "--where", "39.12345,128.5", "--confidence", "high", "--language", "en")
    say(usa, "claim", "launch-april", "zone", "Fell there", "--source", "a station", "--where", "38,130 39,130 39,131 38,131 38,130", "--language", "en")
    say(usa, "assess", "launch-april", "One", "--language", "en")
    say(usa, "assess", "launch-april", "Two", "--language", "en", "--confidence", "low")
    both(world, "all of it is there", lambda node: len(events(node)[0]["claims"]) == 4 and events(node)[0]["assessments"][0]["detail"]["en"] == "Two")
    # Each side's word that two events are one is its own relationship in STIX, and in nothing else.
    say(usa, "open", "launch-2", "The same launch", *OPEN)
    both(world, "a second event", lambda node: len(events(node)) == 2)
    for node, verb in ((kor, "same"), (usa, "same"), (usa, "apart")):
        say(node, verb, "launch-april", "launch-2")
        both(world, verb, lambda node_, node=node, verb=verb: any(node.party.upper() in one["by"] for one in events(node_)[0]["same"]) == (verb == "same"))
    before = {name: feed(kor, name, tmp_path / name).read_bytes() for name in ("geojson", "stix", "csv")}
    # What is above the reader changes no byte of what he is sent.
    kor.release("event", "claim", "launch-april", "hidden", "SECRET WORDS", "--source", "a source", "--where", "40,127", "--label", "R", key="policy", by=("head",))
    usa.wait("it is there", lambda: len(events(usa)[0]["claims"]) == 5)
    for name, was in before.items():
        assert feed(kor, name, tmp_path / f"{name} again").read_bytes() == was
    told = json.loads(before["geojson"])["features"]
    of = {feature["properties"].get("name"): feature for feature in told}
    assert of["radar"]["geometry"] == {"type": "Point", "coordinates": [128.5, 39.12345]}, "longitude first, as exact as it was said"
    ring = of["zone"]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1] and sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:])) > 0, "against the clock"
    assert of["press"]["geometry"] is None and of["press"]["properties"]["when"] == "2023-04" and "confidence" not in of["press"]["properties"]
    assert all(of[name]["properties"]["of"] == of["launch-april"]["id"] for name in ("radar", "zone", "press"))
    assert [(one["properties"]["withdrawn"], one["properties"].get("text")) for one in told if one["properties"].get("kind") == "assessment" or one["properties"]["withdrawn"]].count((True, None)) == 2
    done = subprocess.run(["ogrinfo", "-ro", "-al", "-q", tmp_path / "geojson/items.geojson"], capture_output=True, text=True, check=True)
    assert "POINT (128.5 39.12345)" in done.stdout and "POLYGON ((" in done.stdout and "Rumour" not in done.stdout
    objects = json.loads(before["stix"])["objects"]
    extension = next(one["id"] for one in objects if one["type"] == "extension-definition")
    incident, second = sorted((one for one in objects if one["type"] == "incident"), key=lambda one: one["name"])
    said, = (one for one in objects if one["type"] == "relationship" and not one.get("revoked"))
    assert (said["relationship_type"], said["source_ref"], said["target_ref"]) == ("duplicate-of", incident["id"], second["id"])
    assert said["created_by_ref"] == incident["created_by_ref"] and [one["relationship_type"] for one in objects if one.get("revoked") and "relationship_type" in one] == ["duplicate-of"]
    location, = (one for one in objects if one["type"] == "location")
    notes = [one for one in objects if one["type"] == "note" and not one.get("revoked")]
    assert incident["name"] == "Launch of a missile" and incident["extensions"][extension]["event"]["when"] == "2023-04"
    assert (location["latitude"], location["longitude"]) == (39.12345, 128.5) and len(location["object_marking_refs"]) == 3
    assert len(notes) == 4 and all(incident["id"] in note["object_refs"] and "confidence" not in note for note in notes), "no number is made of a word"
    assert {one["id"] for one in objects} >= {reference for note in notes for reference in note["object_refs"]}
    assert sum(one.get("revoked", False) for one in objects) == 3 and b"rumour" not in before["stix"]
    # The picture has what is known, and the table beside it all of it under the same numbers.
    text = say(kor, "map", tmp_path / "map.svg").stdout
    picture = ET.parse(tmp_path / "map.svg")
    assert len(picture.findall(f".//{SVG}circle")) == 2 and len(picture.findall(f".//{SVG}polygon")) == 1
    words = [one.text for one in picture.iter(f"{SVG}text")]
    assert "39°N" in words and "130°E" in words and "1" in words and "2" in words and words.count("(U//REL KOR, USA)") == words.count("(R//REL KOR, USA)") == 2
    assert re.search("^- .* press ", text, re.M) and re.search("^[123] .* radar ", text, re.M) and re.search("^- .* first ", text, re.M)
    assert b"class=\"base\"" not in (tmp_path / "map.svg").read_bytes(), "no line of a land or a border unless somebody brings it"
    base = tmp_path / "base.json"
    base.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "A SEA"}, "geometry": {"type": "LineString", "coordinates": [[128, 38], [129, 39], [999, 39], [130, 39]]}},
        {"type": "Feature", "properties": None, "geometry": {"type": "MultiPolygon", "coordinates": [[[[129, 38], [130, 38], [130, 39], [129, 38]]]]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [128, 38]}}]}))
    say(kor, "map", tmp_path / "on.svg", "--base", base)
    line, = (one for one in ET.parse(tmp_path / "on.svg").iter(f"{SVG}path") if one.get("class") == "base")
    assert line.get("d").count("M") == 3 and line.get("d").count("L") == 4 and "SEA" not in (tmp_path / "on.svg").read_text()
    for words, sentence in (("{", "is no map"), ("{}", "it has no features")):
        base.write_text(words)
        refused(kor, sentence, "map", tmp_path / "on.svg", "--base", base)
    text = say(kor, "timeline", tmp_path / "time.svg").stdout
    assert len(ET.parse(tmp_path / "time.svg").findall(f".//{SVG}rect")) == 1 and re.search("^1 .* press ", text, re.M) and re.search("^- .* radar ", text, re.M)
    refused(kor, "was not written", "map", tmp_path / "none" / "map.svg", code=1)
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(before["csv"].decode())) if row["name"]}
    assert (rows["radar"]["latitude"], rows["radar"]["longitude"], rows["radar"]["confidence"]) == ("39.12345", "128.50000", "high")
    assert rows["press"]["text"] == "'=One missile" and rows["press"]["latitude"] == "" and rows["launch-april"]["type"] == "launch"


def test_the_articles_stand_on_both_sides(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    file = nodes.ROOT / "examples/rok-us/events.json"
    things = json.loads(file.read_text())["things"]
    assert all(one["source"].split("_")[0] in ("000", "001", "002", "003", "004") for one in things), "each names its article"
    ours = [one for one in things if one.get("party") != "USA"]
    done = kor.say("import", "dialogues", str(file), key="policy")
    assert (done["filed"], done["stood"]) == (len(ours), 0)
    both(world, "it is there", lambda node: len(events(node)) == 8)
    usa.wait("all of it", lambda: events(kor) == events(usa))
    done = usa.say("import", "dialogues", str(file), key="policy")
    assert done["filed"] == len(things) - len(ours), "each side's assessments are its own to file"
    kor.wait("both sides' assessments", lambda: events(kor) == events(usa) and len(events(kor, "dmz-2024")["assessments"]) == 2)
    assert kor.say("import", "dialogues", str(file), key="policy")["filed"] == 0
    transfers = events(usa, "dprk-russia-transfers")
    assert {one["source"][:3] for one in transfers["claims"]} == {"003", "004"} and "when" not in transfers and "where" not in transfers["claims"][0]
    assert all({"003": "004", "004": "003"}[one["source"][:3]] in one["doubt"]["en"] for one in transfers["claims"]), "each says what the other contradicts"
    assert events(usa, "ballistic-2023-04-13")["claims"][0]["doubt"]["en"].startswith("The article names the weekday alone")
