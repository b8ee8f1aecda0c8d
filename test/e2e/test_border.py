"""What leaves in the formats of others: only what the evaluator lets a role read, and nothing tells of the rest."""
import json
import shutil
import time

import pytest

import nodes
import officers
from border import ROOT, TAXII, Taxii, of_type

FORMATS = ("stix", "atom", "cap", "misp", "geojson", "csv", "adatp-4774")
LABEL = "extension-definition--c23c520e-d0a1-4b4c-864e-ee2db47d1922"

FEEDS = ("feed taxii misp atom ics geojson csv ceiling R", "feed taxii misp atom ics geojson csv adatp-4774 ceiling R")
N20 = ["--form", "N20", "--field", "topic=launch", "--field", "basis-of=official", "--field", "span=-5m/now", "--field",
       "area=waters-east", "--field", "confidence=moderate", "--field", "known.ko=발사 1회 탐지", "--field",
       "known.en=one launch detected"]
N50 = ["--form", "N50", *(word for line in (
    "topic=launch", "span=2026-11-01T00:00Z/2026-11-20T00:00Z", "area=elsewhere", "review-by=30d", "claims.1.source=public",
    "claims.1.claim.ko=두 발", "claims.1.claim.en=two seen", "claims.1.confidence=high", "assessment.ko=가능성 높음",
    "assessment.en=likely") for word in ("--field", line))]


@pytest.fixture
def pair(stage):
    return stage.world()


def say(node, text, *more, level="U"):
    return node.say("send", "share", text, "--to", "usa/watch", "--label", level, *more, key="watch")


def said(node):
    """How much was said where; nodes themselves say things on SERVICE."""
    return {log: row["size"] for log, row in node.logs().items() if "SERVICE" not in log}


def shown(taxii, title="KOR/share"):
    return of_type(taxii.objects(title), "note")


def test_an_item_leaves_with_its_three_markings(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = say(kor, "Two launches expected.", "--subject", "Launches")["place"]
    usa.await_step(place, "STATION RECEIPT")
    for node in (kor, usa):
        taxii = Taxii(node, "press")
        assert taxii.ask("/taxii2/").json["api_roots"] == [ROOT]
        root = taxii.ask(ROOT).json
        assert root["versions"] == [TAXII] and root["max_content_length"] == 1 << 20
        objects = taxii.objects("KOR/share")
        by_id = {one["id"]: one for one in objects}
        note = of_type(objects, "note")[0]
        assert note["content"] == "Two launches expected." and note["abstract"] == "Launches"
        tlp, banner, label = (by_id[one] for one in note["object_marking_refs"])
        assert tlp["definition"] == {"tlp": "amber"}
        assert banner["definition"]["statement"] == "UNCLASSIFIED//REL TO KOR, USA//FROM KOR"
        assert label["extensions"][LABEL]["label"] == "KOR-USA 1 U rel=KOR,USA origin=KOR"
        assert all(one in by_id for one in note["object_refs"]) and note["created_by_ref"] in by_id
        order = [one["id"] for one in objects]
        assert order.index(note["id"]) == len(order) - 1, "what it needs stands before it"
    assert taxii.objects("USA/share") == []


def test_pages_and_their_errors(pair):
    kor = pair["kor"]
    for text in ("One.", "Two.", "Three."):
        say(kor, text)
    taxii = Taxii(kor, "press")
    whole = taxii.ask(taxii.path("KOR/share"))
    manifest = taxii.ask(taxii.path("KOR/share", "manifest/")).json["objects"]
    assert [one["id"] for one in manifest] == [one["id"] for one in whole.json["objects"]]
    dates = [one["date_added"] for one in manifest]
    assert dates == sorted(set(dates)) and all(len(one) == 27 and one.endswith("Z") for one in dates)
    assert whole.headers["X-TAXII-Date-Added-First"] == dates[0]
    assert whole.headers["X-TAXII-Date-Added-Last"] == dates[-1]
    assert "more" not in whole.json

    read, words = [], "?limit=2"
    while True:
        page = taxii.ask(taxii.path("KOR/share", f"objects/{words}")).json
        read += [one["id"] for one in page["objects"]]
        assert len(page["objects"]) <= 2
        if not page.get("more"):
            assert "next" not in page
            break
        words = f"?limit=2&next={page['next']}"
    assert read == [one["id"] for one in manifest]
    cursor = taxii.ask(taxii.path("KOR/share", "objects/?limit=1")).json["next"]

    for at, date in enumerate(dates):
        later = taxii.ask(taxii.path("KOR/share", f"objects/?added_after={date}")).json
        assert [one["id"] for one in later.get("objects", [])] == read[at + 1:]
    assert taxii.ask(taxii.path("KOR/share", f"objects/?added_after={dates[-1]}")).raw == b"{}"
    assert len(shown(taxii)) == 3
    only = taxii.ask(taxii.path("KOR/share", "objects/?match[type]=note,report")).json["objects"]
    assert [one["content"] for one in only] == ["One.", "Two.", "Three."]
    one = taxii.ask(taxii.path("KOR/share", f"objects/{only[1]['id']}/")).json["objects"]
    assert one == [only[1]]
    versions = taxii.ask(taxii.path("KOR/share", f"objects/{only[1]['id']}/versions/")).json["versions"]
    assert versions == [only[1]["modified"]]
    nowhere = [taxii.ask(taxii.path("KOR/share", f"objects/note--00000000-0000-4000-8000-00000000000{n}/{more}"), code=404).raw
               for n in (1, 2) for more in ("", "versions/")]
    assert len(set(nowhere)) == 1
    assert taxii.ask(taxii.path("KOR/share", f"objects/{only[1]['id']}/?added_after={dates[-1]}")).raw == b"{}", "it is there"
    for method, path, allowed in (("DELETE", taxii.path("KOR/share", f"objects/{only[1]['id']}/"), "GET"),
                                  ("DELETE", taxii.path("KOR/share"), "GET, POST"), ("POST", "/taxii2/", "GET"),
                                  ("POST", f"{ROOT}collections/", "GET"), ("PUT", f"{ROOT}status/x/", "GET")):
        fault = taxii.ask(path, method, code=405)
        assert fault.json["http_status"] == "405" and fault.headers["Allow"] == allowed, path
    taxii.ask("/taxii2/nowhere/", "DELETE", code=404)
    for words, code in (("limit=0", 400), ("limit=-1", 400), ("limit=99999999999999999999", 400), ("limit=1001", 400),
                        ("limit=x", 400), ("match[colour]=red", 400), ("next=", 400), ("next=1-2", 400),
                        (f"next={cursor[:-1]}x", 400), ("added_after=yesterday", 400),
                        ("added_after=2026-11-28T00:00:00%2B09:00", 400)):
        fault = taxii.ask(taxii.path("KOR/share", f"objects/?{words}"), code=code).json
        assert fault["title"] and fault["http_status"] == str(code), words
    taxii.ask(taxii.path("KOR/notify", f"objects/?next={cursor}"), code=400)
    Taxii(kor, "watch").ask(taxii.path("KOR/share", f"objects/?next={cursor}"), code=400)
    for accept in (None, "application/json", "*/*", "application/taxii+json;version=2.0", "application/stix+json"):
        taxii.ask("/taxii2/", accept=accept, code=406)
    for accept in ("application/taxii+json", "text/html, application/taxii+json; version=2.1"):
        taxii.ask("/taxii2/", accept=accept)
    for path in ("nowhere/", "record", "record/collections/nothing/", "record/collections/x/y/z/a/b/c/d/"):
        taxii.ask(f"/taxii2/{path}", code=404)
    Taxii(kor, None).ask("/taxii2/", code=401)
    Taxii(kor, "admiral").ask("/taxii2/", code=404)


def test_what_a_role_may_not_read_changes_no_byte(pair):
    kor, usa = pair["kor"], pair["usa"]
    first = say(kor, "For all.")["place"]
    usa.await_step(first, "STATION RECEIPT")
    readers = [Taxii(node, "press") for node in (kor, usa)]
    before = [one.everything() for one in readers]
    feeds = [node.run("feed", "stix", "--role", "press").stdout for node in (kor, usa)]
    nowhere = readers[1].ask(readers[1].path("KOR/share", "objects/note--00000000-0000-4000-8000-000000000001/"), code=404).raw
    hidden = kor.release("send", "share", "Not for the press.", "--to", "usa/watch", "--label", "R", by=("head",))
    usa.await_step(hidden, "STATION RECEIPT")
    seen = shown(Taxii(usa, "watch"))
    assert len(seen) == 2, "the watch is sent it"
    unread = readers[1].ask(readers[1].path("KOR/share", f"objects/{seen[1]['id']}/"), code=404).raw
    assert unread == nowhere, "and nobody else is told that it is there"
    secret = kor.release("send", "share", "Above the feed.", "--to", "usa/watch", "--label", "S")
    usa.await_step(secret, "STATION RECEIPT")
    assert len(shown(Taxii(usa, "watch"))) == 2, "the feed carries up to R"
    kor.run("recall", hidden, key="watch")
    assert [one.everything() for one in readers] == before
    assert [node.run("feed", "stix", "--role", "press").stdout for node in (kor, usa)] == feeds

    say(kor, "Seen.", "--refers", secret, "--refers", first)
    note = shown(Taxii(kor, "press"))[-1]
    assert note["content"] == "Seen." and len(note["object_refs"]) == 2, "only what the press has too is named"
    assert note["object_refs"][1] == shown(Taxii(kor, "press"))[0]["id"]
    told = kor.run("feed", "stix", "--role", "press")
    assert "1 reference was removed" in told.stderr and "removed" not in told.stdout


def test_a_part_keeps_its_marking_where_the_whole_is_lowered(wide):
    """A lower label opens the item, and not the part in it that is marked higher."""
    kor, usa = wide["kor"], wide["usa"]
    place = kor.release("send", "share", "--to", "usa/watch", "--portion", "U | For all.", "--portion", "R | Not for the press.", by=("head",),
                        env={"ENTENTE_LABEL": ""})
    low = kor.release("downgrade", place, "--label", "U", key="watch", by=("head",))
    usa.wait("its label is there", lambda: usa.find("/entry", place=low))
    for node in (kor, usa):
        for role, whole in (("press", ()), ("watch", set(FORMATS) - {"cap"})):
            for name, text in feeds(node, role).items():
                assert "For all." in str(text) and ("Not for the press." in str(text)) == (name in whole), (node.party, name, role)


def test_a_form_leaves_with_what_it_says(wide):
    """Other programs know nothing of forms: its title and its fields are words for them."""
    kor, usa = wide["kor"], wide["usa"]
    to = ("--to", "usa/watch", "--label", "U")
    first = kor.say("send", "notify", *to, *N20, key="watch")["place"]
    kor.say("send", "share", *to, *N50, key="watch")
    closed = kor.say("close", first, "It is over.", key="watch")["place"]
    usa.await_step(closed, "STATION RECEIPT")
    for name, text in feeds(usa, "press").items():
        for words in ("N20 Incident of concern: launch", "What is known: one launch detected", "Area: waters east of the peninsula",
                      "N20 Incident of concern, CLOSED", "It is over."):
            assert words in str(text), (name, words)
        assert "KOR/NOTIFY" not in str(text), "and no number of the record"
    item = next(one for one in shown(Taxii(kor, "press"), "KOR/notify") if "What is known" in one["content"])
    kor.say("send", "consult", *to, "--form", "N61", "--field", f"commitment={first}", "--field", "owners=kor", "--field", "state=open",
            "--field", "due=30d", key="watch")
    note, = shown(Taxii(kor, "press"), "KOR/consult")
    assert note["abstract"].startswith("N61 Commitment status") and "\nOwners: kor\n" in note["content"], "without any content"
    assert f"\nCommitment: urn:uuid:{item['id'].removeprefix('note--')}\n" in note["content"] and item["id"] in note["object_refs"]
    note, = shown(Taxii(kor, "press"))
    assert note["abstract"] == "N50 Shared assessment: launch" and note["lang"] == "en"
    assert "\nClaims 1\n  Source: public\n  Claim: two seen\n" in note["content"] and "\nAssessment: likely" in note["content"]
    more = {one["object_ref"]: one["contents"] for one in of_type(Taxii(kor, "press").objects("KOR/share"), "language-content")}
    assert list(more[note["id"]]) == ["ko"] and more[note["id"]]["ko"]["abstract"].startswith("N50 ")
    assert "가능성 높음" in more[note["id"]]["ko"]["content"] and "likely" not in more[note["id"]]["ko"]["content"]
    closed = next(one for one in shown(Taxii(kor, "press"), "KOR/notify") if "It is over." in one["content"])
    assert closed["lang"] in ("en", "ko") and ("CLOSED" in closed["content"]) == (closed["lang"] == "en")
    other, = (one["contents"] for one in of_type(Taxii(kor, "press").objects("KOR/notify"), "language-content") if one["object_ref"] == closed["id"])
    (tag, said), = other.items()
    assert ("종결됨" in said["content"]) == (tag == "ko") and tag != closed["lang"], "and in the other language"
    alert = next(one["text"] for one in kor.get("/feed", format="cap", role="press")["files"] if "waters east" in one["text"])
    assert "<event>N20 Incident of concern: launch</event>" in alert and "<urgency>Immediate</urgency>" in alert
    english, korean = alert.split("<language>ko</language>")
    assert "<language>en</language>" in english and "one launch detected" in english and "발사 1회 탐지" in korean and "one launch" not in korean
    kor.run("recall", first, key="watch")
    gone, = (one for one in of_type(Taxii(kor, "press").objects("KOR/notify"), "language-content") if one.get("revoked"))
    assert "발사" not in str(gone) and gone["object_ref"] == item["id"], "what was recalled is taken back in each language"


def test_large_words_stop_no_feed(pair):
    """A character may be six in XML; words stand twice in a format with an index. What is older is left out, and that is told."""
    kor = pair["kor"]
    for _ in range(7):
        say(kor, "&" * 90_000)
    for name in ("stix", "atom", "cap", "misp", "geojson", "csv"):
        told = kor.run("feed", name, "--role", "press", *(() if name == "stix" else ("--to", kor.home.parent / f"feed {name}")))
        assert "only the newest" in told.stderr, (name, told.stderr)


def test_an_item_of_an_exercise_is_no_actual_alert(pair):
    kor = pair["kor"]
    say(kor, "In play.", level="U note:EXERCISE")
    say(kor, "In earnest.")
    alerts = [one["text"] for one in kor.get("/feed", format="cap", role="press")["files"] if "<alert" in one["text"]]
    assert {("In play." in one, "<status>Exercise<" in one, "<status>Actual<" in one) for one in alerts} == {
        (True, True, False), (False, False, True)}


def feeds(node, role):
    """The files of every format that the role is sent."""
    return {name: node.get("/feed", format=name, role=role)["files"] for name in FORMATS}


@pytest.fixture
def wide(stage):
    return stage.world(edit={"guidelines": FEEDS})


@pytest.fixture
def closed(stage, tmp_path):
    shutil.copytree(nodes.ROOT / "accords/rok-us", tmp_path / "accord")
    (tmp_path / "accord/authority").write_text("closed consult\npost deputy until 2001-01-01\n")
    return stage.world(accord=tmp_path / "accord", edit={"guidelines": FEEDS})


def test_a_closed_channel_is_closed_in_a_feed_too(closed):
    """Who does not write there is sent nothing of it, in no format, nor a reference to it; a post that has ended is sent nothing at all."""
    kor, usa = closed["kor"], closed["usa"]
    usa.await_step(say(kor, "For all.")["place"], "STATION RECEIPT")
    before = [(feeds(node, "press"), Taxii(node, "press").everything()) for node in (kor, usa)]
    inside = kor.say("send", "consult", "In the room.", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    high = kor.release("send", "share", "Above the press.", "--to", "usa/watch", "--label", "R", by=("head",))
    for place in (inside, high):
        usa.await_step(place, "STATION RECEIPT")
    assert [(feeds(node, "press"), Taxii(node, "press").everything()) for node in (kor, usa)] == before
    usa.await_step(say(kor, "Of it.", "--refers", inside)["place"], "STATION RECEIPT")
    for node in (kor, usa):
        sent = {role: feeds(node, role) for role in ("watch", "press", "deputy")}
        assert all("In the room." in str(sent["watch"][name]) and "Of it." in str(sent["press"][name]) for name in FORMATS)
        assert "In the room." not in str(sent["press"]) and "For all." not in str(sent["deputy"])
        assert of_type(Taxii(node, "deputy").objects("KOR/share"), "note") == []
        assert len(shown(Taxii(node, "press"))[-1]["object_refs"]) == 1, "nor is it named"


def test_a_recalled_item_is_revoked(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = say(kor, "A mistake.")["place"]
    usa.await_step(place, "STATION RECEIPT")
    was = shown(Taxii(usa, "press"))[0]
    asked = kor.say("recall", place, key="watch")["place"]
    usa.wait("the recall is there", lambda: usa.find("/entry", place=asked))
    for node in (kor, usa):
        node.wait("it is revoked", lambda node=node: shown(Taxii(node, "press"))[0].get("revoked"))
        now = shown(Taxii(node, "press"))[0]
        assert now["id"] == was["id"] and now["created"] == was["created"] and now["modified"] > was["modified"]
        assert "A mistake." not in json.dumps(Taxii(node, "press").objects("KOR/share"))
        page = Taxii(node, "press")
        dates = {one["id"]: one["date_added"] for one in
                 page.ask(page.path("KOR/share", "manifest/")).json["objects"]}
        assert max(dates.values()) == dates[was["id"]], "whoever reads on by date is told"


def test_a_recall_is_told_though_its_review_has_come(pair):
    """A FATE holds an item from feeds; that it was asked back is told to whoever had it."""
    kor = pair["kor"]
    seen, body = kor.get("/seen", channel="share"), officers.content("Of long ago.")
    raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "watch", rel=seen["parties"], body=body, level="U",
                             to=[("usa", "watch", 0)], claimed=int((time.time() - 6 * 365 * 86400) * 1000))
    place = kor.post([officers.item(raw, [kor.key("watch")], body)])[0]["place"]
    kor.wait("its review has come", lambda: kor.entry(place).get("became", {}).get("fate_place"))
    taxii = Taxii(kor, "press")
    assert not of_type(taxii.objects("KOR/share"), "note"), "held"
    kor.run("recall", place, key="watch")
    notes = of_type(taxii.objects("KOR/share"), "note")
    assert [note.get("revoked") for note in notes] == [True] and "Of long ago." not in json.dumps(notes)


def test_what_is_pushed_waits_in_quarantine(pair):
    kor = pair["kor"]
    taxii = Taxii(kor, "watch")
    path = taxii.path("quarantine")
    body = json.dumps({"objects": [{"type": "note", "spec_version": "2.1", "id": "note--1", "content": "Hello"}]}).encode()
    before = said(kor)
    status = taxii.ask(path, "POST", body, code=202, Content_Type=TAXII).json
    assert status["status"] == "pending" and status["pending_count"] == status["total_count"] == 1
    assert status["pendings"][0]["id"] == "note--1"
    again = taxii.ask(f"{ROOT}status/{status['id']}/").json
    assert again == status, "what was pushed is counted and named as long as it waits"
    taxii.ask(f"{ROOT}status/00000000-0000-4000-8000-000000000000/", code=404)
    assert taxii.ask(path, "POST", body, code=202, Content_Type=TAXII).json["id"] == status["id"]
    taxii.ask(path, "POST", body, code=415, Content_Type="application/json")
    taxii.ask(taxii.path("KOR/share"), "POST", body, code=403, Content_Type=TAXII)
    taxii.ask(path, code=404)
    for bad in (b"", b"{}", b"[]", b'{"objects":[]}', b'{"objects":[{}]}', b'{"objects":[{"id":"a","id":"b"}]}',
                b'{"objects":' + b"[" * 100 + b"]" * 100 + b"}", b'{"objects":[{"id":"\xff","type":"note"}]}'):
        taxii.ask(path, "POST", bad, code=422, Content_Type=TAXII)
    unseen = {"type": "marking-definition", "id": "marking-definition--1", "extensions": {LABEL: {"label": "KOR-USA 1 U rel=KOR\u200b"}}}
    bad = json.dumps({"objects": [unseen]}, ensure_ascii=False).encode()
    title = taxii.ask(path, "POST", bad, code=422, Content_Type=TAXII).json["title"]
    assert title == f"label.unseen at byte {bad.index(chr(0x200b).encode())}"
    taxii.ask(path, "POST", b" " * ((1 << 20) + 1), code=413, Content_Type=TAXII)
    assert (kor.home / "quarantine" / f"{status['id']}.stix").read_bytes() == body
    assert len(list((kor.home / "quarantine").iterdir())) == 1
    assert said(kor) == before, "nothing enters the record by itself"


def test_what_was_cut_off_in_quarantine(pair, tmp_path):
    """The node was killed, or the power went, in the middle: nobody takes half for all of it, and the same bytes make it whole."""
    kor = pair["kor"]
    taxii = Taxii(kor, "watch")
    body = json.dumps({"objects": [{"type": "note", "spec_version": "2.1", "id": "note--1", "content": "Hello"}]}).encode()
    pushed = kor.home / "quarantine" / (taxii.ask(taxii.path("quarantine"), "POST", body, code=202, Content_Type=TAXII).json["id"] + ".stix")
    pushed.write_bytes(body[:20])
    taxii.ask(taxii.path("quarantine"), "POST", body, code=202, Content_Type=TAXII)
    assert pushed.read_bytes() == body
    file = tmp_path / "in.csv"
    file.write_text("title,text,label\nA,B,KOR-USA 1 R rel=KOR origin=KOR\nC,D,\n")
    name = json.loads(kor.run("import", "csv", file, "--json").stdout)["name"]
    (kor.home / "quarantine" / name).write_text("title,text,label\nA,B,KOR-USA 1 R rel=KOR origin=KOR\n")
    assert {"name": name, "mark": "UNREADABLE", "items": 0} in json.loads(kor.run("quarantine", "list", "--json").stdout)
    assert "not whole any more" in kor.run("quarantine", "show", name, code=6).stderr
    kor.run("import", "csv", file)
    assert len(json.loads(kor.run("quarantine", "show", name, "--json").stdout)) == 2


def test_a_person_decides_on_what_was_imported(pair, tmp_path):
    kor = pair["kor"]
    before = said(kor)
    file = tmp_path / "in.csv"
    file.write_text("title,text,label\nA,B,KOR-USA 1 R rel=KOR origin=KOR\nC,D,\n")
    name = json.loads(kor.run("import", "csv", file, "--json").stdout)["name"]
    assert json.loads(kor.run("import", "csv", file, "--json").stdout)["name"] == name, "the same twice is there once"
    assert json.loads(kor.run("quarantine", "list", "--json").stdout) == [{"name": name, "mark": "UNLABELLED", "items": 2}]
    one, two = json.loads(kor.run("quarantine", "show", name, "--json").stdout)
    assert one["mark"] == "LABELLED" and one["label"] == "KOR-USA 1 R rel=KOR origin=KOR" and two["mark"] == "UNLABELLED"
    assert "it has no label" in kor.run("quarantine", "show", name).stdout
    file.write_text("<!DOCTYPE a><a/>")
    refused = kor.run("import", "cap", file, code=4).stderr
    assert "xml.dtd" in refused and "at byte" in refused, "the offset is named"
    file.write_text("title,text\nA ship,It was IMO 9074728.\n")
    ship = json.loads(kor.run("import", "csv", file, "--json").stdout)["name"]
    assert "the check digit of this IMO number is wrong: 9074728" in kor.run("quarantine", "show", ship).stdout
    kor.run("quarantine", "drop", ship)
    kor.run("import", "nothing", file, code=2)
    kor.run("import", "csv", tmp_path / "nowhere", code=3)
    kor.run("quarantine", "show", "../accord", code=3)
    kor.run("quarantine", "drop", name)
    kor.run("quarantine", "drop", name, code=3)
    assert "Nothing waits" in kor.run("quarantine", "list").stdout
    assert said(kor) == before, "nothing enters the record by itself"


def test_a_marking_is_proposed_and_a_person_confirms_it(pair, tmp_path):
    """What comes with a banner and no label is not believed: how its label would be typed is shown, and a person types it."""
    kor = pair["kor"]
    file = tmp_path / "in.csv"
    file.write_text('marking,text\n"UNCLASSIFIED//REL TO USA, KOR",One.\nSECRET//NOFORN,Two.\n"S//SI//REL TO USA, KOR",Three.\n,"(U//REL TO KOR, USA) Four."\n')
    name = json.loads(kor.run("import", "csv", file, "--json").stdout)["name"]
    items = json.loads(kor.run("quarantine", "show", name, "--json").stdout)
    assert {one["mark"] for one in items} == {"UNLABELLED"}
    assert [one["proposed"] for one in items] == ["U rel:KOR,USA", "", "", "U rel:KOR,USA"]
    assert [one["unknown"] for one in items] == ["", "", "SI", ""]
    shown = kor.run("quarantine", "show", name).stdout
    assert shown.count("--label 'U rel:KOR,USA'") == 2
    assert shown.count("not known here, and may bind more: SI") == shown.count("does not say whose it is") == 1
    place = say(kor, items[0]["text"], level=items[0]["proposed"])["place"]
    assert kor.entry(place)["label"]["level"] == "U"
    file.write_text("<doc xmlns:ism='urn:us:gov:ic:ism' ism:classification='S' ism:ownerProducer='USA' ism:releasableTo='USA KOR'><p>Five.</p></doc>")
    name = json.loads(kor.run("import", "ic-ism", file, "--json").stdout)["name"]
    item, = json.loads(kor.run("quarantine", "show", name, "--json").stdout)
    assert (item["mark"], item["text"], item["proposed"]) == ("UNLABELLED", "Five.", "S rel:KOR,USA origin:USA")
    file.write_text("<doc/>")
    assert "ism.none" in kor.run("import", "ic-ism", file, code=4).stderr


def test_what_leaves_one_node_is_read_by_another(pair, tmp_path):
    kor, usa = pair["kor"], pair["usa"]
    say(kor, "Two launches expected.")
    for name, folder in (("stix", "bundle.json"), ("cap", "*-*.xml"), ("atom", "feed.atom"), ("geojson", "items.geojson")):
        kor.run("feed", name, "--role", "press", "--to", tmp_path / name)
        for file in (tmp_path / name).glob(folder):
            got = json.loads(usa.run("import", name, file, "--json").stdout)["name"]
            item, = json.loads(usa.run("quarantine", "show", got, "--json").stdout)
            assert item["mark"] == "LABELLED" and item["label"] == "KOR-USA 1 U rel=KOR,USA origin=KOR"
            assert item["text"] == "Two launches expected."
