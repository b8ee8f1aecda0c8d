"""Forms: announced, amended, corrected, closed under one number; shown in the reader's language; refused by their rules."""
import json
import shutil

import nodes
import officers

N20 = ["--form", "N20", "--field", "topic=launch", "--field", "basis-of=official", "--field", "span=-5m/now", "--field",
       "area=waters-east", "--field", "confidence=moderate", "--field", "known.ko=발사 1회 탐지", "--field",
       "known.en=one launch detected"]
TO = ["--label", "U", "--to", "usa/watch"]


def send(node, *words, channel="notify", key="watch", code=0, **more):
    return node.say("send", channel, *TO, *words, key=key, code=code, **more)


def post(node, fields, form, precedence=officers.IMMEDIATE, channel="notify", body=b"", **more):
    """As another program would file it: nothing looks at the fields before the node does."""
    seen = node.get("/seen", channel=channel)
    raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], seen["party"], "watch", rel=seen["parties"],
                             seen=[(row["party"], row["epoch"], row["size"]) for row in seen["seen"]], to=[("usa", "watch", 0)],
                             precedence=precedence, form=form, fields=fields, body=body, **more)
    return node.post([officers.item(raw, [node.key("watch")], body)])[0]


def both(pair, place):
    for node in pair.nodes.values():
        node.wait(f"{place} is folded at {node.party}", lambda node=node: (node.find("/entry", place=place) or {}).get("folded"))
    return [node.entry(place) for node in pair.nodes.values()]


def values(filled):
    return {field["name"]: [one.get("value") for one in field["values"]] for field in filled["fields"]}


def test_one_lifecycle_under_one_number(pair):
    """N20 announced, amended, corrected by N31, closed: both sides show the same, each in its own language."""
    kor, usa = pair["kor"], pair["usa"]
    first = send(kor, *N20)["place"]
    for entry in both(pair, first):
        assert entry["verdict"] == "OK" and entry["precedence"] == "IMMEDIATE"
        assert entry["filled"]["title"] == {"ko": "우려 사안 통보", "en": "Incident of concern"}
        assert values(entry["filled"])["topic"] == ["launch"]
        assert values(entry["filled_content"])["known"] == [{"ko": "발사 1회 탐지", "en": "one launch detected"}]
        assert entry["life"]["state"] == "ANNOUNCED" and entry["life"]["again_by_ms"] == entry["filed_ms"] + 3_600_000
    text = usa.run("read", first).stdout
    assert "Incident of concern: launch" in text and "waters east of the peninsula" in text
    assert "one launch detected" in text and "words not agreed beforehand" in text
    text = usa.run("read", first, env=nodes.KOREAN).stdout
    assert "우려 사안 통보: 발사" in text and "한반도 동쪽 수역" in text and "발사 1회 탐지" in text

    amended = kor.say("amend", first, "--field", "confidence=high", key="watch")["place"]
    entries = both(pair, amended)
    assert values(entries[0]["filled"]) == {**values(kor.entry(first)["filled"]), "confidence": ["high"]}
    assert entries[1]["life"] == {**entries[1]["life"], "number": first, "last": amended, "state": "AMENDED"}
    # What is corrected is said right: without that it stays here, with the field's name.
    empty = kor.run("rectify", amended, "--field", "act-on=correct", key="watch", code=4)
    assert "a field is missing: right" in empty.stderr and "entente forms show N31" in empty.stderr, empty.stderr
    assert "it is needed where the field act-on is one of these:\n        correct" in kor.run("forms", "show", "N31").stdout
    right = kor.say("rectify", amended, "--field", "act-on=correct", "--field", "right.ko=발사 2회", "--field",
                    "right.en=two launches", key="watch")["place"]
    entry = both(pair, right)[1]
    assert entry["verdict"] == "OK" and entry["precedence"] == "IMMEDIATE" and entry["to"] == kor.entry(first)["to"]
    # Not to others, and not less urgently.
    wrong = ["--label", "U", "--form", "N31", "--field", f"subject={first}", "--field", "act-on=cancel"]
    for more in (["--to", "usa/head", "--precedence", "IMMEDIATE"], ["--to", "usa/watch", "--precedence", "ROUTINE"]):
        assert "goes where its subject went" in kor.run("send", "notify", *wrong, *more, key="watch", code=4).stderr
    closed = kor.say("close", first, "상황이 끝남", key="watch")["place"]
    both(pair, closed)
    for node in (kor, usa):
        life = node.entry(first)["life"]
        assert (life["state"], life["last"]) == ("CLOSED", amended)
        assert [(act["act"], act["place"]) for act in life["acts"]] == [
            ("amend", amended), ("close", closed), ("correction", right)]
        assert "again_by_ms" not in life
    assert "CLOSED" in usa.run("inbox", "notify").stdout
    assert "종료" in usa.run("inbox", "notify", env=nodes.KOREAN).stdout
    # What is closed is not amended, and can still be cancelled, once.
    assert kor.say("amend", first, key="watch", code=4) == {}
    cancelled = kor.say("cancel", closed, "잘못된 통보였음", key="watch")["place"]
    assert both(pair, cancelled)[0]["life"]["state"] == "CANCELLED"
    kor.say("cancel", first, "다시", key="watch", code=4)
    # Only whoever announced it goes on with it.
    usa.say("close", first, "not ours", key="watch", code=4)


def test_a_number_is_as_urgent_as_what_stands_under_it(pair):
    """Nobody is alone at FLASH: neither who amends, cancels or closes one, nor who says that it is ROUTINE by now."""
    kor, usa = pair["kor"], pair["usa"]
    first = kor.release("send", "notify-urgent", *TO, *N20, "--precedence", "FLASH")
    both(pair, first)

    def under(place, act, precedence):
        there = kor.entry(place)
        fields = {0: act, 202: "said by one"} | ({1: 4, 2: 2, 3: [1, 2], 4: 3, 5: 2} if act == 1 else {})
        body = b"" if act == 1 else officers.encode({1: bytes(16), 2: "en", 5: {203: "it is over"}})
        return post(kor, fields, ["N20", 1], precedence=precedence, channel="notify-urgent", body=body,
                    refers=[[there["channel"], there["party"], there["epoch"], there["index"], bytes.fromhex(there["leaf"])]])
    for act in (1, 2, 3):
        slow, alone = under(first, act, officers.IMMEDIATE), under(first, act, officers.FLASH)
        assert (slow["rule"], slow.get("fault", {}).get("name")) == ("FORM", "REACH"), slow
        assert alone["rule"] == "APPROVAL", alone
    amended = kor.release("amend", first, "--field", "confidence=high")
    assert [entry["precedence"] for entry in both(pair, amended)] == ["FLASH", "FLASH"]
    closed = kor.release("close", first, "상황이 끝남")
    assert both(pair, closed)[1]["verdict"] == "OK" and usa.entry(first)["life"]["state"] == "CLOSED"
    # What became a FLASH is one, and is cancelled as such.
    second = send(kor, *N20, channel="notify-urgent")["place"]
    assert both(pair, kor.release("amend", second, "--precedence", "FLASH"))[1]["verdict"] == "OK"
    assert under(second, 2, officers.IMMEDIATE)["fault"]["name"] == "REACH"
    kor.say("amend", second, "--precedence", "IMMEDIATE", key="watch", code=4)
    entry = both(pair, kor.release("cancel", second, "잘못된 통보였음"))[1]
    assert (entry["verdict"], entry["precedence"], usa.entry(second)["life"]["state"]) == ("OK", "FLASH", "CANCELLED")


def test_what_amends_is_marked_as_it_stands(pair):
    """An AMEND says the form anew, whatever program writes it: not under a lower label than its number has."""
    kor = pair["kor"]
    first = kor.release("send", "notify", "--label", "C", "--to", "usa/watch", *N20, by=["head"])
    both(pair, first)

    def amend(level):
        there = kor.entry(first)
        return post(kor, {0: 1, 202: "x", 1: 4, 2: 2, 3: [1, 2], 4: 3, 5: 2}, ["N20", 1], level=level,
                    refers=[[there["channel"], there["party"], there["epoch"], there["index"], bytes.fromhex(there["leaf"])]])
    assert [amend(level)["rule"] for level in ("U", "C")] == ["BELOW", "APPROVAL"]
    amended = kor.release("amend", first, "--field", "confidence=high", by=["head"])
    assert kor.entry(amended)["label"] == kor.entry(first)["label"]
    kor.release("downgrade", amended, "--label", "U", by=["head"])
    done = amend("U")
    assert done["err"] == "OK", done


def test_what_stands_in_clear_on_a_sealed_line_is_named(stage, tmp_path):
    """A text of the statement is sealed by no terminal: whoever signs the accord is told so."""
    accord = tmp_path / "accord"
    shutil.copytree(nodes.ROOT / "accords/rok-us", accord)
    form = accord / "forms/N17"
    form.write_text(form.read_text().replace("pair?             content", "pair?             statement"))
    world = stage.world(accord=accord, is_started=False)
    checked = nodes.run("accord", "check", world.accord).stderr
    assert "the field terms of forms/N17 says stands in clear on the sealed channel leader" in checked and "write content instead of statement" in checked
    korean = nodes.run("accord", "check", world.accord, env=nodes.KOREAN).stderr
    assert "forms/N17의 항목 terms" in korean and "in clear" not in korean, korean
    assert json.loads(nodes.run("accord", "check", world.accord, "--json").stdout)["in_clear"] == [
        {"form": "N17", "version": 1, "field": "terms", "channel": "leader"}]


def test_what_only_a_form_says_is_not_lost_without_one(pair):
    """An officer who sets a time for the answer is not left to believe that it stands there."""
    kor, usa = pair["kor"], pair["usa"]
    place = kor.say("send", "notify", "Text.", *TO, "--label", "U", key="watch")["place"]
    usa.await_step(place, "STATION RECEIPT")
    usa.say("ack", place, key="watch")
    for option in ("--reply-by", "--basis", "--because", "--field", "--fields"):
        for node, said in ((kor, ["send", "notify", "Text.", *TO, "--label", "U"]), (usa, ["reply", place, "Text."])):
            done = node.run(*said, option, "2h", key="watch", code=2)
            assert option in done.stderr and "next: the same command with --form NAME" in done.stderr
    assert len(kor.get("/inbox", channel="notify")["messages"]) == 1


def test_errors_name_the_field_and_what_it_may_be(pair):
    kor = pair["kor"]
    done = kor.run("send", "notify", *TO, *N20, "--field", "ask=shout", key="watch", code=2)
    assert "ask" in done.stderr and "explain (please explain), consult (please consult)" in done.stderr
    done = kor.run("send", "notify", *TO, *N20, "--field", "ask=shout", key="watch", code=2, env=nodes.KOREAN)
    assert "요청 사항" in done.stderr and "explain (설명 요청)" in done.stderr
    done = kor.run("send", "notify", *TO, *N20[:-2], key="watch", code=2)
    assert "N20 needs the field known.en" in done.stderr
    done = kor.run("send", "notify", *TO, *N20, "--field", "colour=red", key="watch", code=2)
    assert "no field colour" in done.stderr and "topic, basis-of" in done.stderr
    done = kor.run("send", "share", *TO, *N20, key="watch", code=4)
    assert "does not go on this plane" in done.stderr
    done = kor.run("send", "notify", *TO, *N20, "--precedence", "ROUTINE", key="watch", code=4)
    assert "does not have this precedence" in done.stderr
    assert kor.run("send", "notify", *TO, "--form", "N99", key="watch", code=3).stderr.startswith("entente: This accord has no form N99")
    # Words of the accord in either language are as good as its names.
    place = send(kor, *N20, "--field", "ask=설명 요청")["place"]
    assert values(kor.entry(place)["filled"])["ask"] == ["explain"]


def test_what_is_late_or_missing_goes_with_a_reason(pair):
    kor = pair["kor"]
    late = ["--form", "N24", "--field", "kind=visit", "--field", "span=1d/2d", "--field", "area=land", "--field", "contact=watch",
            "--field", "name.ko=방문", "--field", "name.en=visit"]
    assert "later than the form allows: span" in kor.run("send", "notify", *TO, *late, key="watch", code=4).stderr
    place = send(kor, *late, "--because", "어제 결정됨")["place"]
    assert values(both(pair, place)[1]["filled"])["because"] == ["어제 결정됨"]
    place = send(kor, *N20[:-4], "--because", "아직 파악 중")["place"]
    assert both(pair, place)[1]["verdict"] == "OK"


def test_a_time_limit_for_some_values(pair):
    """An outage is said a day before where it is planned, else right after it was noticed; a suspension before it holds."""
    kor = pair["kor"]

    def outage(cause, span, **more):
        words = ["--form", "N02", "--field", "paths=north", "--field", f"cause={cause}", "--field", f"span={span}"]
        return kor.run("send", "service", *TO, *words, key="watch", **more)
    for cause, span, code in (("planned", "25h/26h", 0), ("planned", "23h/26h", 4), ("cable", "-5m/now", 0), ("cable", "1h/2h", 0),
                              ("unknown", "-11m/now", 4)):
        assert code == 0 or "later than the form allows: span" in outage(cause, span, code=code).stderr, (cause, span)
        assert code == 4 or outage(cause, span), (cause, span)
    kept = ["--form", "N40", "--field", "act-on=suspend", "--field", "instrument.ko=공동 문안", "--field", "instrument.en=a joint text",
            "--field", "reason-for.ko=사유", "--field", "reason-for.en=a reason", "--basis", "text 1", "--field"]
    assert "later than the form allows: effect" in kor.run("send", "notify", *TO, *kept, "effect=-1m", key="watch", code=4).stderr
    send(kor, *kept, "effect=1h")
    shown = kor.run("forms", "show", "N02").stdout
    assert "it is said 24 h before the field span\n    where the field cause is one of these:\n        planned" in shown
    assert "다음 가운데" in kor.run("forms", "show", "N02", env=nodes.KOREAN).stdout


def test_a_request_and_its_answer(pair):
    """N10 is answered by N11, and by nothing that has not read it."""
    kor, usa = pair["kor"], pair["usa"]
    asked = kor.release("send", "consult-urgent", *TO, "--form", "N10", "--field", "depth=ii", "--field", "topic=incident",
                        "--field", "span=1h/2h", "--field", "means=voice", "--field", "level=head", "--field", "reason-for.ko=발사",
                        "--field", "reason-for.en=a launch", "--precedence", "FLASH")
    entry = both(pair, asked)[1]
    assert entry["life"]["answer_by_ms"] == entry["filed_ms"] + 600_000
    # Amended, it is due when it was.
    due = send(kor, "--form", "N10", "--field", "depth=ii", "--field", "topic=incident", "--field", "span=8h/9h", "--field", "means=voice",
               "--field", "level=head", "--field", "reason-for.ko=발사", "--field", "reason-for.en=a launch", "--reply-by", "5h",
               channel="consult")["place"]
    text = kor.say("amend", due, "--field", "means=text", key="watch")["place"]
    was, now = (both(pair, place)[1]["life"]["answer_by_ms"] for place in (due, text))
    assert was == now
    later = kor.say("amend", due, "--reply-by", "6h", key="watch")["place"]
    assert both(pair, later)[1]["life"]["answer_by_ms"] > now
    answer = ["reply", asked, "--form", "N11", "--field", "answer=accept"]
    usa.say(*answer, key="watch", code=4)
    usa.say("ack", asked, key="watch")
    done = usa.release(*answer)
    assert values(both(pair, done)[0]["filled"])["answer"] == ["accept"]
    kor.await_step(asked, "REPLIED")
    # An answer is a reply, and comes after what it answers.
    assert "announced by a reply" in kor.run("send", "consult", *TO, "--form", "N11", "--field", "answer=accept", key="watch",
                                             code=4).stderr
    # Nobody gives a FLASH another answer alone.
    changed = usa.release("amend", done, "--field", "answer=other-time", "--field", "span=3h/4h")
    assert both(pair, changed)[0]["life"]["number"] == done


def test_an_unknown_version_is_shown_raw(pair):
    """The peer upgraded first: kept, counted, shown raw with a warning, never VOID."""
    kor, usa = pair["kor"], pair["usa"]
    place = post(kor, {1: 2**64 - 1, 99: "새 필드", 2**64 - 1: [4]}, ["N20", 7])["place"]
    entry = both(pair, place)[1]
    assert entry["verdict"] == "OK" and entry["filled"] == {"form": "N20", "version": 7, "known": False}
    text = usa.run("read", place).stdout
    assert "FORM NOT KNOWN HERE: N20 version 7" in text and '99: "새 필드"' in text and '"18446744073709551615"' in text
    assert "form not known here" in usa.run("inbox", "notify").stdout


def test_a_false_one_is_refused_here_and_void_there(pair):
    kor = pair["kor"]
    for fields, fault in (({1: 4, 2: 2, 3: [1, 2], 4: 3, 5: 9}, "CODE"), ({1: 4}, "MISSING"), ({1: "x"}, "TYPE"),
                          ({0: 1, 1: 4}, None), ({77: 1}, "UNKNOWN"), ({0: 9}, "ACT")):
        answer = post(kor, fields, ["N20", 1])
        assert answer["err"] == "REFUSED", answer
        assert fault is None or (answer["rule"], answer["fault"]["name"]) == ("FORM", fault), answer


def test_forms_are_listed_and_shown(pair):
    kor = pair["kor"]
    listed = kor.run("forms").stdout
    assert "N20" in listed and "Incident of concern" in listed and "N61" in listed
    shown = kor.run("forms", "show", "N20", env=nodes.KOREAN).stdout
    assert "우려 사안 통보 / Incident of concern" in shown and "confidence" in shown and "확신도" in shown
    assert len(kor.get("/forms")["forms"]) == len(list((nodes.ROOT / "accords/rok-us/forms").iterdir()))
    assert kor.run("forms", "show", "N99", code=3).stderr


def test_fields_from_a_file_and_claims_that_stay_apart(pair, tmp_path):
    kor = pair["kor"]
    lines = tmp_path / "fields"
    lines.write_text("# a shared assessment\ntopic=transfer\nspan=2026-11-01T00:00Z/2026-11-20T00:00Z\narea=elsewhere\n"
                     "review-by=30d\nclaims.1.source=public\nclaims.1.claim.ko=선박 이동\nclaims.1.claim.en=a ship moved\n"
                     "claims.1.confidence=high\nclaims.2.source=partner\nclaims.2.claim.ko=하역\nclaims.2.claim.en=unloading\n"
                     "claims.2.confidence=low\nassessment.ko=이전 가능성\nassessment.en=a transfer is possible\n")
    place = send(kor, "--form", "N50", "--fields", str(lines), channel="share")["place"]
    entry = both(pair, place)[1]
    claims = next(field for field in entry["filled_content"]["fields"] if field["name"] == "claims")
    assert len(claims["values"]) == 2
    assert "unloading" in pair["usa"].run("read", place).stdout


def test_line_checks_are_as_their_form_says(stage):
    """A node asks, answers and closes N01 by itself: all of it counts under the form's own file."""
    pair = stage.world(edit={"timers": ("line-check every 1h answer 2m", "line-check every 1s answer 500ms")})
    kor, usa = pair["kor"], pair["usa"]

    def closed():
        rows = kor.get("/inbox", channel="service", limit=50)["messages"]
        return [row for row in rows if row.get("filled", {}).get("act") == "close"]
    row = usa.wait("a line check is closed", closed)[0]
    assert row["verdict"] == "OK" and row["life"]["state"] == "CLOSED"
    assert set(values(row["filled"])) == {"path", "answered-by", "ms"}
    assert kor.status()["void"] == 0 and usa.status()["void"] == 0
