"""What goes to the other party goes as its guidelines say: drafted by one, released by others, each by his own key."""
import base64
import json
import shutil
import time

import cbor2
import pytest

import nodes
import officers
from test_clock import faked

TEAM = {"watch": ["watch"], "head": ["head"], "shift": ["shift"], "deputy": ["deputy"], "policy": ["policy"]}


def world(stage, tmp_path, team, **more):
    accord = tmp_path / "accord"
    shutil.copytree(nodes.ROOT / "accords/rok-us", accord)
    shutil.copy(nodes.ROOT / "test/lib/guidelines", accord / "guidelines")
    return stage.world(accord=accord, officers_of={"kor": team, "usa": team}, label="OPEN", **more)


@pytest.fixture
def guided(stage, tmp_path):
    """KOR and USA under guidelines, five officers each."""
    return world(stage, tmp_path, TEAM)


def folder(tmp_path, name):
    """Where a session is kept: of nobody else."""
    (tmp_path / name).mkdir(mode=0o700)
    return tmp_path / name


def drafts(node):
    return {row["place"]: row for row in node.get("/drafts")}


def submit(node, text="Two launches expected.", level="CLOSED", channel="share", to="usa/watch", key="watch", more=()):
    said = node.say("send", channel, text, "--to", to, "--label", level, *more, key=key)
    assert said["step"] == "SUBMITTED", said
    return said


def approve(node, place, key, code=0, **more):
    return node.say("approve", place, "--sign", key=key, code=code, **more)


def test_who_only_reviews_is_told(guided):
    kor = guided["kor"]
    place = submit(kor)["place"]
    said = kor.run("approve", place, "--sign", key="policy").stdout
    assert "Yours is a review" in said and "approved by 0 of 1" in said
    kor.say("downgrade", kor.say("approve", place, "--sign", key="head")["released"], "--label", "OPEN", key="watch")


def test_one_approval_on_two_nodes(guided):
    kor, usa = guided["kor"], guided["usa"]
    said = submit(kor)
    assert said["needed"] == 1 and said["line"] > 0
    assert kor.entry(said["place"])["plane"] == "HOME"
    assert not usa.get("/inbox", channel="share")["messages"]

    shown = kor.run("approve", said["place"], key="head").stdout
    for words in ("Two launches expected.", "usa watch", "KOR: deputy, head", "0 of 1", "CLOSED"):
        assert words in shown, shown
    done = approve(kor, said["place"], "head")
    assert done["approved"] == done["needed"] == 1
    place = done["released"]
    usa.await_step(place, "STATION RECEIPT")
    there = usa.entry(place)
    assert there["verdict"] == "OK" and there["signatures"] == 2 and there["text"] == ["Two launches expected."]
    assert "signed by" in usa.run("read", place).stdout
    waiting = kor.get("/drafts", all=1)
    assert [row["state"] for row in waiting] == ["RELEASED"] and waiting[0]["released"] == place
    assert kor.get("/drafts") == []
    assert kor.run("approve", said["place"], "--sign", key="shift", code=4).stderr.count(place) == 1


def test_an_answer_to_a_flash_is_as_urgent(guided):
    """Nobody is alone at FLASH, whatever his answer says of itself; its draft says so before anybody signs."""
    kor, usa = guided["kor"], guided["usa"]
    flash = submit(kor, "Now.", "OPEN", "consult-urgent", more=("--precedence", "FLASH"))["place"]
    approve(kor, flash, "head")
    place = approve(kor, flash, "shift")["released"]
    usa.await_step(place, "STATION RECEIPT")
    usa.run("ack", place, key="watch")
    said = usa.say("reply", place, "We do too.", key="watch")
    assert said["step"] == "SUBMITTED" and said["needed"] == 2
    assert [row["needed"] for row in usa.get("/drafts")] == [2]
    assert "released" not in approve(usa, said["place"], "head")
    assert usa.get("/drafts")[0]["state"] == "SUBMITTED"
    assert approve(usa, said["place"], "shift")["released"]


def test_what_needs_nobody_goes_at_once(guided):
    said = guided["kor"].say("send", "share", "A lunch.", "--to", "usa/watch", "--label", "OPEN", key="watch")
    assert said["step"] == "QUEUED"


def test_two_at_flash_and_on_leader(guided):
    kor, usa = guided["kor"], guided["usa"]
    env = nodes.opens(guided.make_secrets({"desk": "head,watch,shift"}, label="OPEN")["kor", "desk"])  # on LEADER nobody approves what he cannot open
    for channel, precedence in (("leader", "IMMEDIATE"), ("notify-urgent", "FLASH")):
        said = submit(kor, "Ours.", "OPEN", channel, more=("--precedence", precedence))
        assert said["needed"] == 2
        assert "released" not in approve(kor, said["place"], "head", env=env)
        assert [row["approved"] for row in kor.get("/drafts")] == [1]
        place = approve(kor, said["place"], "shift", env=env)["released"]
        usa.await_step(place, "STATION RECEIPT")
        assert usa.entry(place)["signatures"] == 3


def test_an_approver_whose_card_is_lost(guided):
    """His approval counts no more, and the draft still goes out: by others, and by himself with his spare."""
    kor = guided["kor"]
    places = [submit(kor, text, "SECRET")["place"] for text in ("One.", "Two.")]
    for place in places:
        assert "released" not in approve(kor, place, "head")
    officers.Key(kor.keys / "spare")
    kor.run("keys", "--withdraw", kor.keys / "head.pub", "--add", kor.keys / "spare.pub", "--label", "OPEN", key="registrar")
    assert [(row["state"], row["approved"]) for row in kor.get("/drafts")] == [("SUBMITTED", 0)] * 2
    for place, others in zip(places, (("deputy", "shift"), ("spare", "deputy"))):
        assert "released" not in approve(kor, place, others[0])
        out = approve(kor, place, others[1])["released"]
        guided["usa"].await_step(out, "STATION RECEIPT")
        assert guided["usa"].entry(out)["verdict"] == "OK" and guided["usa"].entry(out)["signatures"] == 3
    place = submit(kor)["place"]
    assert "was withdrawn" in kor.run("approve", place, "--sign", key="head", code=4).stderr
    kor.run("keys", "--withdraw", kor.keys / "watch.pub", "--label", "OPEN", key="registrar")
    assert kor.get("/drafts") == [] and next(row for row in kor.get("/drafts", all=1) if row["place"] == place)["state"] == "LAPSED"
    assert "its author signs it anew" in kor.run("approve", place, "--sign", key="deputy", code=4).stderr


def test_who_may_not_approve(guided):
    kor = guided["kor"]
    place = submit(kor)["place"]
    for key, rule in (("watch", "PERSON"), ("policy", None)):
        done = kor.run("approve", place, "--sign", key=key, code=4 if rule else 0)
        assert rule is None or f"({rule}" in done.stderr
    assert kor.get("/drafts")[0]["approved"] == 0, "a reviewer's yes is no release"
    kor.run("refuse", place, "Not yet.", key="policy")
    assert "refused or cancelled" in kor.run("approve", place, "--sign", key="head", code=4).stderr
    other = submit(kor)["place"]
    assert "(RELEASER" in kor.run("cancel", other, key="policy", code=4).stderr
    kor.run("cancel", other, key="watch")
    assert [row["state"] for row in kor.get("/drafts", all=1)].count("CANCELLED") == 1
    assert kor.get("/drafts") == []


def forge(kor, place):
    """The parts of an approved draft, as an attacker at this node has them."""
    waiting = kor.get("/drafts", place=place)
    raw = base64.b64decode(waiting["statement"])
    return raw, [base64.b64decode(one) for one in waiting["sshsigs"]], base64.b64decode(waiting["content_bytes"])


def test_signatures_are_of_exactly_this(guided):
    kor, usa = guided["kor"], guided["usa"]
    first, second = submit(kor, "One.", "SECRET")["place"], submit(kor, "Two.", "SECRET")["place"]
    approve(kor, first, "head")
    approve(kor, second, "shift")
    raw, sigs, body = forge(kor, first)
    other = forge(kor, second)
    author, approval = sigs
    mine = kor.key("watch").sign(raw)
    changed = raw.replace(b"watch", b"watcg", 1)
    for why, statement, signatures, rule in (
            ("too few", raw, [author, approval], "APPROVAL"),
            ("the same key twice", raw, [author, approval, approval], "PERSON"),
            ("the author approves", raw, [author, approval, mine], "PERSON"),
            ("another item's approval", raw, [author, approval, other[1][1]], "SIGNATURE"),
            ("one byte changed", changed, [author, approval, approval], "SIGNATURE"),
            ("who may not release", raw, [author, approval, kor.key("policy").sign(raw)], "RELEASER")):
        answer = kor.post([[statement, signatures, body]])[0]
        assert answer.get("rule") == rule or (why == "one byte changed" and answer["err"] != "OK"), (why, answer)
    assert kor.post([[raw, [author, approval, kor.key("deputy").sign(raw)], body]])[0]["err"] == "OK"
    again = kor.post([[raw, [author, approval, kor.key("deputy").sign(raw)], body]])[0]
    assert again["repeat"] is True
    usa.await_step(again["place"], "STATION RECEIPT")


def release(node, **more):
    said = submit(node, **more)
    done = approve(node, said["place"], "head")
    return done.get("released") or approve(node, said["place"], "shift")["released"]


def in_log(node, place):
    rows = node.get("/log", channel="share", party="usa", last=50)["entries"]
    return next((row for row in rows if row["place"] == place), {})


def test_a_recall_is_shown_on_both_sides_and_ends(guided):
    kor, usa = guided["kor"], guided["usa"]
    place = release(kor)
    usa.await_step(place, "STATION RECEIPT")
    usa.run("ack", place, key="watch")
    other = usa.release("translate", place, "발사 2회 예상.", "--to", "ko", "--status", "MACHINE", by=("head",))
    kor.wait("the translation is there", lambda: "title" in in_log(kor, other))
    asked = kor.say("recall", place, key="watch")["place"]
    for node in guided.nodes.values():
        node.wait("RECALL ASKED is shown", lambda node=node: node.entry(place).get("became", {}).get("recall") == "RECALL ASKED")
        assert "RECALL ASKED" in node.run("read", place).stdout
        # Who asks for it itself reads it; no list and no search has its words.
        row = next(row for row in node.get("/inbox", channel="share")["messages"] if row["place"] == place)
        words = node.entry(place)["text"][0]
        assert "title" not in row and words in node.run("read", place).stdout
        for language, shown in (({}, "(RECALL ASKED)"), (nodes.KOREAN, "(회수 요청")):
            listed = node.run("inbox", "share", env=language).stdout
            assert shown in listed and words not in listed, listed
        assert not node.get("/search", words=words.split()[0])["messages"]
        row = in_log(node, other)
        assert "title" not in row and row["became"] == {**node.entry(place)["became"]}, "nor of its translation"
        assert "발사 2회" not in node.run("log", "share").stdout
        assert "RECALL ASKED" in node.run("read", other).stdout
    assert "was asked back before" in kor.run("recall", place, key="watch", code=4).stderr
    usa.run("recalled", place, "--reader", "watch", key="watch")
    for node in guided.nodes.values():
        node.wait("it ends", lambda node=node: node.entry(place)["became"]["recall"] == "RECALLED")
        assert node.entry(place)["became"]["done"] == ["usa"]
    assert usa.entry(asked)["kind"] == "recall"


def test_a_downgrade_takes_two_and_its_originators(guided):
    kor, usa = guided["kor"], guided["usa"]
    place = release(kor, level="CLOSED")
    said = kor.say("downgrade", place, "--label", "OPEN", key="watch")
    assert said["step"] == "SUBMITTED"
    label = approve(kor, said["place"], "head")["released"]
    usa.wait("the new label is shown", lambda: usa.entry(place).get("became", {}).get("label_place") == label)
    assert usa.entry(label)["verdict"] == "OK" and usa.entry(label)["label"]["level"] == "OPEN"
    other = release(kor, level="CLOSED")
    assert "(OPENS" in kor.run("relabel", other, "--label", "OPEN", key="watch", code=4).stderr
    said = kor.say("relabel", other, "--label", "SECRET", key="watch")
    assert said["needed"] == 2
    stricter = release(kor, level="CLOSED")
    said = kor.say("relabel", stricter, "--label", "SECRET", key="watch")
    approve(kor, said["place"], "head")
    given = approve(kor, said["place"], "deputy")["released"]
    for node in (kor, usa):
        node.wait("the label that stands is the item's", lambda node=node: node.entry(stricter)["label"]["level"] == "SECRET")
        assert node.entry(stricter)["became"]["label_place"] == given
        row = next(row for row in node.get("/log", channel="share", party="kor", last=50)["entries"] if row["place"] == stricter)
        assert row["label"]["level"] == "SECRET" and row["marking"] == node.entry(given)["marking"]
        assert "=== SECRET" in (read := node.run("read", stricter, key="watch").stdout) and "CLOSED" not in read


def test_a_downgrade_signed_beforehand(guided):
    """Its node files it on its day, over a restart, and not what was taken back, what one alone signed, or what another label overtook."""
    kor, usa = guided["kor"], guided["usa"]
    place, kept, alone, closed = (release(kor, level="CLOSED") for _ in range(4))

    def sign(of, span, is_approved=True):
        said = kor.say("downgrade", of, "--label", "OPEN", "--from", span, key="watch")
        assert said["step"] == "SUBMITTED" and said["needed"] == 1
        if is_approved:
            assert "signed for" in kor.run("approve", said["place"], key="head").stdout
            assert "released" not in approve(kor, said["place"], "head")
        return said["place"]

    assert "is over already" in kor.run("downgrade", place, "--label", "OPEN", "--from", "0s", key="watch", code=2).stderr
    for far in ("36526d", "99999d", "2999-01-01T00:00Z"):
        assert "is further away than 36525 days (TIME_AHEAD_MAX)" in kor.run("downgrade", place, "--label", "OPEN", "--from", far, key="watch", code=2).stderr
    day = time.time() + 3600
    due, cancelled, late = sign(place, "1h"), sign(kept, "1h"), sign(closed, "1h")
    lonely = sign(alone, "1h", is_approved=False)
    rows = {row["place"]: row for row in kor.get("/drafts")}
    assert rows[due]["state"] == "DATED" and rows[lonely]["state"] == "SUBMITTED" and abs(rows[due]["from_ms"] / 1000 - day) < 600
    assert "the node files it on its day" in kor.run("drafts").stdout
    # Whoever has all signatures cannot file it before: not at this door, not as the peer judges it.
    waiting = kor.get("/drafts", place=due)
    raw, sigs = base64.b64decode(waiting["statement"]), [base64.b64decode(one) for one in waiting["sshsigs"]]
    assert kor.post([[raw, sigs, b""]])[0]["rule"] == "EARLY"
    assert all(kor.entry(one).get("became", {}).get("label_place", "") == "" for one in (place, kept, alone, closed))
    kor.run("cancel", cancelled, key="watch")
    approve(kor, kor.say("relabel", closed, "--label", "SECRET", key="watch")["place"], "head")
    relabel = next(row for row in kor.get("/drafts") if row["kind"] == "relabel")
    up = approve(kor, relabel["place"], "shift")["released"]
    kor.stop()
    kor.start(env=faked("+70m")).await_link()
    usa.wait("its day has come", lambda: usa.entry(place).get("became", {}).get("label_place"), 20)
    label = usa.entry(place)["became"]["label_place"]
    there = usa.entry(label)
    assert there["verdict"] == "OK" and there["signatures"] == 2 and there["label"]["level"] == "OPEN"
    kor.wait("each was looked at", lambda: kor.log.read_text().count("cannot be filed: ") == 2)
    assert usa.entry(kept).get("became", {}).get("label_place", "") == "" == usa.entry(alone).get("became", {}).get("label_place", "")
    assert usa.entry(closed)["became"]["label_place"] == up == kor.entry(closed)["became"]["label_place"]
    states = {row["place"]: row["state"] for row in kor.get("/drafts", all=1)}
    assert (states[due], states[cancelled], states[lonely], states[late]) == ("RELEASED", "CANCELLED", "SUBMITTED", "APPROVED")
    assert all(kor.log.read_text().count(f"cannot be filed: {why}") == 1 for why in ("STEP", "APPROVAL"))
    # It stays in sight until somebody ends it, and says what to do.
    kor.wait("status counts it", lambda: kor.get("/status")["unfiled"] == 2)
    assert "NOT FILED 2 downgrades whose day has come; next: entente drafts" in kor.run("status").stdout
    row = next(row for row in kor.get("/drafts") if row["place"] == late)
    assert (row["unfiled"], row["unfiled_by"]) == ("LABEL", up)
    assert f"{up} is the item's label now" in kor.run("drafts").stdout
    refused = kor.run("approve", late, "--sign", key="deputy", code=4).stderr
    assert f"{up} has taken the place of the label" in refused and f"entente cancel '{late}'" in refused, refused
    kor.run("cancel", late, key="watch")
    assert "released" in approve(kor, lonely, "head")
    kor.wait("nothing is left", lambda: kor.get("/status")["unfiled"] == 0)


def test_two_downgrades_signed_for_one_label(guided):
    """Each says of the other which is filed first, and what to do; the first is filed, the other ends."""
    kor, usa = guided["kor"], guided["usa"]
    place = release(kor, level="CLOSED")
    later, sooner = (kor.say("downgrade", place, "--label", "OPEN", "--from", span, key="watch")["place"] for span in ("2h", "1h"))
    approve(kor, later, "head")
    shown = kor.run("approve", sooner, key="head").stdout
    assert f"{later}, for the same label on " in shown and "is not filed once this one is" in shown, shown
    approve(kor, sooner, "head")
    rows = {row["place"]: row for row in kor.get("/drafts")}
    assert [(one["place"], one["is_first"]) for one in rows[later]["same_label"]] == [(sooner, True)]
    assert [(one["place"], one["is_first"]) for one in rows[sooner]["same_label"]] == [(later, False)]
    shown = kor.run("drafts").stdout
    assert f"{sooner}, for the same label, is filed first if it is approved" in shown and "entente cancel ends one of the two" in shown
    kor.stop()
    kor.start(env=faked("+70m")).await_link()
    usa.wait("the first is filed", lambda: usa.entry(place).get("became", {}).get("label_place"), 20)
    rows = {row["place"]: row for row in kor.get("/drafts")}
    assert sooner not in rows and rows[later]["same_label"] == [] and rows[later]["unfiled"] == "LABEL"


def test_a_downgrade_signed_beforehand_waits_where_it_is_in_doubt(guided, tmp_path):
    """Not of what was asked back; not once the home channel's end is lost, until somebody says yes anew; without who releases no more."""
    kor, usa = guided["kor"], guided["usa"]
    place, back, moved = (release(kor, level="CLOSED") for _ in range(3))
    due, asked, mixed = (kor.say("downgrade", of, "--label", "OPEN", "--from", "1h", key="watch")["place"] for of in (place, back, moved))
    for of, names in ((due, ["head"]), (asked, ["head"]), (mixed, ["shift", "head"])):
        for name in names:
            approve(kor, of, name)
    approve(kor, kor.say("recall", back, "Asked back.", key="watch")["place"], "head")
    assert "(RECALL ASKED)" in kor.run("approve", asked, key="deputy").stdout
    shift = kor.key("shift")
    holder = next(one["holder"] for one in kor.get("/keys")["keys"] if one["fingerprint"] == shift.fingerprint)
    kor.run("keys", "--add", f"{shift.path}.pub", "--roles", "policy", "--holder", str(holder), "--label", "OPEN", key="registrar")
    rows = {row["place"]: row for row in kor.get("/drafts")}
    assert rows[mixed]["approved"] == 1 and rows[mixed]["state"] == "DATED"
    kor.run("export", "--backup", tmp_path / "backup")
    kor.run("cancel", due, key="watch")
    guided.await_receipts()
    kor.stop()
    kor.start(env=faked("+70m")).await_link()
    usa.wait("its day has come", lambda: usa.entry(moved).get("became", {}).get("label_place"), 20)
    kor.wait("the other was looked at", lambda: kor.log.read_text().count("cannot be filed: its item was asked back") == 1)
    assert next(row for row in kor.get("/drafts") if row["place"] == asked)["unfiled"] == "RECALLED"
    assert "the item was asked back: the node does not file this by itself" in kor.run("drafts").stdout
    kor.stop()
    kor.lose_record()
    kor.run("restore", tmp_path / "backup")
    kor.start(env=faked("+70m")).await_link()
    kor.wait("all but the home channel is back", lambda: len([row for row in kor.get("/logs")["logs"] if row["state"] == "RECOVERING"]) == 1)
    kor.run("restore", "--open-epoch", "--label", "OPEN", key="registrar")
    kor.stop()
    kor.start(env=faked("+70m")).await_link()
    kor.wait("it was looked at", lambda: kor.log.read_text().count("cannot be filed: it stands in a log that has ended") == 1)
    assert all(kor.entry(of).get("became", {}).get("label_place", "") == "" for of in (back, place))
    assert next(row for row in kor.get("/drafts") if row["place"] == due)["unfiled"] == "ENDED LOG"
    assert "it stands in a log that has ended" in kor.run("drafts").stdout
    kor.wait("status counts them", lambda: kor.get("/status")["unfiled"] == 2)
    assert "released" in approve(kor, due, "deputy")


def test_why_a_downgrade_is_not_filed_is_told_to_who_may_know_of_it(stage, tmp_path):
    """That an item was asked back is not said above its label, not even by what becomes of a draft that is open to more."""
    pair = world(stage, tmp_path, {**TEAM, "linguist": ["linguist"]})
    kor = pair["kor"]
    place = submit(kor, level="SECRET")["place"]
    approve(kor, place, "head")
    place = approve(kor, place, "shift")["released"]
    back = kor.say("recall", place, "Asked back.", key="watch")["place"]
    approve(kor, back, "head")
    back = approve(kor, back, "shift")["released"]
    lower = kor.say("downgrade", place, "--label", "CLOSED", key="watch")["place"]
    approve(kor, lower, "head")
    draft = kor.say("downgrade", place, "--label", "OPEN", "--from", "1h", key="watch")["place"]
    approve(kor, draft, "head")
    rows = {}
    for name in ("linguist", "deputy"):
        kor.login(name, folder(tmp_path, name))
        rows[name] = drafts(kor).get(draft)
    kor.token = None
    assert kor.entry(back)["label"]["level"] == "SECRET"
    assert (rows["deputy"]["unfiled"], rows["deputy"]["unfiled_by"]) == ("RECALLED", back)
    assert rows["linguist"]["state"] == "DATED" and not {"unfiled", "unfiled_by"} & set(rows["linguist"])
    assert back not in json.dumps(rows["linguist"])
    shown = {name: kor.run("drafts", "--key", kor.keys / name).stdout for name in rows}
    assert "was asked back" in shown["deputy"] and draft in shown["linguist"] and "asked back" not in shown["linguist"]


def test_a_downgrade_waits_until_its_log_is_open(guided, tmp_path):
    kor, usa = guided["kor"], guided["usa"]
    place = release(kor, level="CLOSED")
    draft = kor.say("downgrade", place, "--label", "OPEN", "--from", "1h", key="watch")["place"]
    approve(kor, draft, "head")
    guided.await_receipts()
    kor.run("export", "--backup", tmp_path / "backup")
    usa.await_step(kor.say("send", "share", "A lunch.", "--to", "usa/watch", "--label", "OPEN", key="watch")["place"], "STATION RECEIPT")
    for node in (usa, kor):
        node.stop()
    kor.lose_record()
    kor.run("restore", tmp_path / "backup")
    kor.start(env=faked("+70m"))
    row = drafts(kor)[draft]
    assert row["unfiled"] == "RECOVERING" and "unfiled_by" not in row
    assert "the log that it goes to is not open yet" in kor.run("drafts").stdout
    kor.wait("status counts it", lambda: kor.get("/status")["unfiled"] == 1)
    usa.start(env=faked("+70m"))
    usa.wait("it is filed once the log is open", lambda: usa.entry(place).get("became", {}).get("label_place"), 30)
    kor.wait("and nothing is left", lambda: not drafts(kor) and kor.get("/status")["unfiled"] == 0, 30)


def test_outside_needs_consent_and_the_named_hand(guided):
    kor, usa = guided["kor"], guided["usa"]
    place = release(kor, level="CLOSED")
    usa.await_step(place, "STATION RECEIPT")
    assert "(CONSENT" in kor.run("release", place, "--to", "JPN", key="watch", code=4).stderr
    assert "(VIA" in usa.run("release", place, "--to", "JPN", key="watch", code=4).stderr
    usa.run("consent", place, "--to", "JPN", key="head")
    guided.await_receipts()
    said = kor.say("release", place, "--to", "JPN", key="watch")
    assert said["needed"] == 2
    approve(kor, said["place"], "head")
    out = approve(kor, said["place"], "shift")["released"]
    usa.wait("it stands there too", lambda: usa.find("/entry", place=out))
    assert usa.entry(out)["verdict"] == "OK"


def test_said_again_it_waits_as_it_would_have(guided):
    """The node died over the first POST: the terminal's copy has one signature, and was never submitted."""
    kor = guided["kor"]
    seen = kor.get("/seen", channel="share")
    body = officers.content("Who has this?")
    raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "watch", rel=seen["parties"], level="CLOSED",
                             to=[("usa", "watch", 0)], precedence=officers.ROUTINE, body=body)
    value = cbor2.loads(raw)
    copy = kor.outbox / f"{value[7]:016}-{value[4].hex()}"
    kor.outbox.mkdir(exist_ok=True)
    for times in range(2):  # the second time as if the answer to the SUBMIT had been lost as well
        copy.write_bytes(officers.encode([officers.item(raw, [kor.key("watch")], body)]))
        assert "--key" in kor.run("send", "--again", key="head", code=4).stderr and copy.exists()
        said = kor.run("send", "--again", key="watch").stdout
        assert ("SUBMITTED" in said) == (times == 0) and not copy.exists()
    waiting, = kor.get("/drafts")
    place = approve(kor, waiting["place"], "head")["released"]
    guided["usa"].await_step(place, "STATION RECEIPT")
    assert guided["usa"].entry(place)["text"] == ["Who has this?"]


def test_a_yes_to_a_draft_that_is_lost_is_dropped(guided):
    """Nobody else holds a draft: when the node's disk has lost it, the terminal's copy of an approval would be said for ever."""
    kor = guided["kor"]
    seen = kor.get("/seen", channel="kor-home")
    raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "head", kind=33, rel=["kor"], level="CLOSED",
                             refers=[[seen["channel"], "kor", 1, 999, bytes(32)]], fields={1: b"no signature of anything"})
    value = cbor2.loads(raw)
    kor.outbox.mkdir(exist_ok=True)
    (kor.outbox / f"{value[7]:016}-{value[4].hex()}").write_bytes(officers.encode([officers.item(raw, [kor.key("head")])]))
    assert "lost" in kor.run("send", "--again", key="head").stdout and not list(kor.outbox.iterdir())


def test_what_came_meanwhile_is_shown_before_signing(guided):
    kor, usa = guided["kor"], guided["usa"]
    place = submit(kor)["place"]
    came = usa.say("send", "share", "Wait.", "--to", "kor/watch", "--label", "OPEN", key="watch")["place"]
    guided.await_receipts()
    assert came in kor.run("approve", place, key="head").stdout
    assert "came since" in kor.run("approve", place, key="head").stdout


def test_a_reference_that_may_not_go_never_leaves(guided):
    kor = guided["kor"]
    place = submit(kor)["place"]
    done = kor.run("send", "share", "See there.", "--to", "usa/watch", "--label", "OPEN", "--refers", place, key="watch", code=4)
    assert "(REFERS" in done.stderr


def test_erasing_what_went_out_erases_its_draft(guided, tmp_path):
    kor = guided["kor"]
    place = release(kor)
    draft = tmp_path / "draft"
    kor.run("erase", place, "--draft", draft, key="watch")
    kor.run("erase", "--draft", draft, "--sign", key="head")
    assert kor.entry(place)["erased"] is True
    assert "text" not in kor.get("/drafts", place=kor.get("/drafts", all=1)[0]["place"])


def test_a_request_is_a_message(guided):
    """It goes to whoever said the item, stands in his inbox, and is answered there."""
    kor, usa = guided["kor"], guided["usa"]
    item = usa.release("send", "share", "Two launches.", "--to", "kor/watch", "--label", "CLOSED", by=("head",))
    kor.await_step(item, "STATION RECEIPT")
    place = kor.release("request", item, "May we have it at OPEN?", key="watch", by=("head",))
    usa.await_step(place, "STATION RECEIPT")
    there = usa.entry(place)
    assert there["kind"] == "request" and there["refers"] == [item] and there["to"][0]["role"] == "watch"
    assert place in [row["place"] for row in usa.get("/inbox", channel="share")["messages"]]
    assert kor.ladder(place)["owed"]["step"] == "WATCH READ"
    usa.say("ack", place, key="watch")
    usa.release("decline", place, "It stays as it is.", by=("head",))
    kor.await_step(place, "DECLINED")


def test_a_translation_is_marked_as_its_original(guided):
    """Words in another language go out under no lower label, with no fewer signatures, than the words."""
    kor, usa = guided["kor"], guided["usa"]
    place = kor.say("send", "share", "Lunch at noon.", "--to", "usa/watch", "--label", "OPEN", key="watch")["place"]
    first = kor.say("translate", place, "정오에 오찬.", "--to", "ko", key="watch")
    assert kor.entry(first["place"])["kind"] == "translation", "it needed nobody"
    approve(kor, kor.say("relabel", place, "--label", "CLOSED", key="watch")["place"], "head")
    usa.wait("the new label is there", lambda: (usa.find("/entry", place=place) or {}).get("label", {}).get("level") == "CLOSED")
    later = kor.say("translate", first["place"], "정오에 오찬함.", key="watch")
    assert later["step"] == "SUBMITTED" and later["needed"] == 1, "as a new translation of it"
    assert kor.entry(approve(kor, later["place"], "head")["released"])["label"]["level"] == "CLOSED"

    def raw(node, on, level):
        seen, there = node.get("/seen", channel="share"), node.entry(on)
        body = officers.content("정오에", "ko")
        return node.post([officers.item(officers.statement(
            bytes.fromhex(seen["accord"]), seen["channel"], node.party, "watch", kind=24, rel=seen["parties"], level=level,
            fields={1: 2, 2: "ko"}, body=body,
            refers=[[there["channel"], there["party"], there["epoch"], there["index"], bytes.fromhex(there["leaf"])]]),
            [node.key("watch")], body)])[0]

    for node in (kor, usa):
        assert raw(node, place, "OPEN")["rule"] == "BELOW"
        assert raw(node, place, "CLOSED")["rule"] == "APPROVAL"
    assert raw(kor, first["place"], "OPEN")["rule"] == "BELOW"


def test_words_that_are_marked_higher_stand_by_themselves(guided):
    """The original is opened, and its translation is not: its words do not stand between the lower markings."""
    kor = guided["kor"]
    said = kor.say("send", "share", "Lunch at noon.", "--to", "usa/watch", "--label", "CLOSED", key="watch")["place"]
    place = approve(kor, said, "head")["released"]
    made = approve(kor, kor.say("translate", place, "정오에 오찬.", "--to", "ko", key="watch")["place"], "head")["released"]
    assert "정오에 오찬." in kor.run("read", place).stdout, "as high as the original"
    done = kor.say("downgrade", place, "--label", "OPEN", key="watch")
    while "released" not in done:
        done = approve(kor, done["place"], "head")
    shown = kor.run("read", place).stdout
    assert "Lunch at noon." in shown and "CLOSED ===" not in shown
    assert "정오에 오찬." not in shown and f"entente read '{made}'" in shown, shown
    row = kor.entry(place)["translations"][0]
    assert row["apart"] == made and row["label"]["level"] == "CLOSED" and "text" not in row
    alone = kor.run("read", made).stdout
    assert "정오에 오찬." in alone and alone.count("CLOSED") >= 2


def test_quarantine_is_read_by_releasers(guided, tmp_path):
    """Where the owner does not read, the words of what waits are for who may release and read them."""
    kor = guided["kor"]
    kor.stop()
    kor.forbid_owner()
    kor.start()
    one = tmp_path / "in.csv"
    one.write_text('id,title,text,label\n1,Title,The words of it.,"PLAY 1 SECRET rel=KOR,USA origin=USA"\n')
    name = json.loads(kor.run("import", "csv", one, "--json").stdout)["name"]
    done = kor.run("quarantine", "show", name, code=4, env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert "OWNER_READS" in done.stderr and "The words" not in done.stdout + done.stderr
    for who, code in (("watch", 4), ("head", 0)):
        done = kor.run("quarantine", "show", name, "--key", kor.keys / who, code=code)
        assert ("The words of it." in done.stdout) == (code == 0) and ("RELEASER" in done.stderr) == (code == 4)


def test_quarantine_is_read_as_every_mark_allows(stage, tmp_path):
    """What may be meant by two labels, or by one that nobody may give, is for whoever may read it either way."""
    held = ("role shift    up-to SECRET holds caveat.* may release", "role shift    up-to CLOSED holds may release")
    kor = world(stage, tmp_path, TEAM, edit={"guidelines": held})["kor"]
    kor.stop()
    kor.forbid_owner()
    kor.start()
    both = "PLAY 1 CLOSED rel=KOR,USA origin=USA"
    for number, (labels, mark, shift, head) in enumerate((
            ((both, "PLAY 1 OPEN rel=KOR,USA origin=USA"), "CONTRADICTORY", 0, 0),
            (("PLAY 1 OPEN caveat=NCG rel=KOR,USA origin=USA", ""), "UNKNOWN", 4, 0),
            ((both, "PLAY 1 OPEN caveat=NCG rel=KOR,USA origin=USA"), "UNKNOWN", 4, 0),
            (("PLAY 1 SECRET rel=KOR origin=KOR", "PLAY 1 SECRET rel=USA origin=USA"), "UNKNOWN", 4, 4),
            (("PLAY 2 SECRET rel=KOR,USA origin=USA", ""), "UNKNOWN", 0, 0))):
        one = tmp_path / f"{number}.csv"
        one.write_text('id,text,label,label\n1,The words of it.,"{}","{}"\n'.format(*labels))
        name = json.loads(kor.run("import", "csv", one, "--json").stdout)["name"]
        assert {"name": name, "mark": mark, "items": 1} in json.loads(kor.run("quarantine", "list", "--json").stdout)
        for who, code in (("watch", 4), ("shift", shift), ("head", head)):
            done = kor.run("quarantine", "show", name, "--key", kor.keys / who, code=code)
            assert ("The words of it." in done.stdout) == (code == 0), (labels, who, done.stderr)
            assert code == 0 or ("NOBODY" if head else "RELEASER") in done.stderr, (labels, who, done.stderr)
