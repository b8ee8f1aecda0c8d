"""What goes outside goes by RELEASE alone, with its consents, and is withdrawn with it: on two real nodes, as others read it."""
import re

import nodes
import pytest

from border import Taxii, of_type
from test_versions import adopt, draft, hold

TEAM = {name: [name] for name in ("watch", "head", "deputy", "policy")}
PUBLIC, PRESS = ("--party", "PUBLIC"), ("--role", "press")


@pytest.fixture
def pair(stage):
    return stage.world(officers_of={"kor": TEAM, "usa": TEAM})


def say(node, text="All is well.", to="usa/watch"):
    return node.say("send", "share", text, "--to", to, "--label", "U", key="watch")["place"]


def feed(node, name, reader):
    return node.run("feed", name, *reader).stdout


def cap(node, reader):
    """(scope, msgType, what it says) of each."""
    return [tuple(re.search(f"<{tag}>(.*?)</{tag}>", one)[1] if f"<{tag}>" in one else None
                  for tag in ("scope", "msgType", "description"))
            for one in feed(node, "cap", reader).split("</alert>") if "<alert" in one]


def release(pair, place, by="kor", to="PUBLIC"):
    """Its item goes outside: the other party consents, two more of the own approve."""
    own, other = (pair[by], pair["usa" if by == "kor" else "kor"])
    other.run("consent", place, "--to", to, key="head")
    pair.await_receipts()
    out = own.release("release", place, "--to", to, key="watch", by=("head", "deputy"))
    other.wait("it stands there too", lambda: other.find("/entry", place=out))
    assert other.entry(out)["verdict"] == "OK"
    return out


def both(pair, what, is_so):
    for node in pair.nodes.values():
        node.wait(f"{what}, at {node.party}", lambda node=node: is_so(node))


def test_nothing_names_an_outside_party_from_the_start(pair):
    kor = pair["kor"]
    rel = ("--rel", "kor,usa,public")
    say(kor)
    for words, key in ((("send", "share", "All is well.", "--to", "usa/watch", "--label", "U", *rel), "watch"),
                       (("event", "open", "quake", "A quake", "--type", "launch", "--when", "2023-04", "--channel", "share",
                         "--label", "U", "--language", "en", *rel), "policy")):
        done = kor.run(*words, key=key, code=4)
        assert "(OUTSIDE" in done.stderr and "entente release PLACE" in done.stderr, done.stderr
    assert cap(kor, PRESS) == [("Restricted", "Alert", "All is well.")] and not cap(kor, PUBLIC)


def test_a_release_is_what_the_public_reads_until_it_is_recalled(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = say(kor)
    usa.await_step(place, "STATION RECEIPT")
    names = ("cap", "atom", "stix", "csv", "geojson")
    empty = {name: feed(kor, name, PUBLIC) for name in names}
    assert not cap(kor, PUBLIC) and not any("All is well." in text for text in empty.values())
    seen = Taxii(kor, None, party="PUBLIC").everything()
    say(kor, "Of ours alone.")
    assert {name: feed(kor, name, PUBLIC) for name in names} == empty and Taxii(kor, None, party="PUBLIC").everything() == seen
    assert "(CONSENT" in kor.run("release", place, "--to", "PUBLIC", key="watch", code=4).stderr
    out = release(pair, place)
    for node in (kor, usa):
        assert cap(node, PUBLIC) == [("Public", "Alert", "All is well.")], node.party
        assert sorted(cap(node, PRESS)) == [("Public", "Alert", "All is well."), ("Restricted", "Alert", "All is well."),
                                            ("Restricted", "Alert", "Of ours alone.")], "the item itself is as it was"
        for name in names:
            text = feed(node, name, PUBLIC)
            assert "All is well." in text and "Of ours" not in text and "rel=KOR,USA,PUBLIC" in text, (node.party, name)
        objects = Taxii(node, None, party="PUBLIC").objects("KOR/share")
        reports = of_type(objects, "report")
        assert [one["description"] for one in reports] == ["All is well."] and len(reports[0]["object_refs"]) == 1, "it tells of nothing else"
        assert reports[0]["published"] == reports[0]["created"] and not of_type(objects, "note")
        objects = Taxii(node, "press").objects("KOR/share")
        assert (len(of_type(objects, "note")), len(of_type(objects, "report"))) == (2, 1)
        ids, (report,) = {one["id"] for one in objects}, of_type(objects, "report")
        assert len(report["object_refs"]) == 2 and ids >= set(report["object_refs"]), "who has the item too is told which"
        assert not cap(node, ("--party", "JPN"))
    dates = [one["date_added"] for one in Taxii(kor, None, party="PUBLIC").manifest("KOR/share")]
    kor.run("recall", place, key="watch")
    both(pair, "it is gone", lambda node: cap(node, PUBLIC) == [("Public", "Cancel", None)])
    for node in (kor, usa):
        assert not any("All is well." in feed(node, name, PUBLIC) for name in names)
        reports = of_type(Taxii(node, None, party="PUBLIC").objects("KOR/share"), "report")
        assert [report["revoked"] for report in reports] == [True]
    later = Taxii(kor, None, party="PUBLIC").ask(Taxii(kor, None, party="PUBLIC").path("KOR/share", f"objects/?added_after={dates[-1]}"))
    assert of_type(later.json["objects"], "report"), "whoever reads on by date is told"
    assert "(STEP" in kor.run("release", place, "--to", "PUBLIC", key="watch", code=4).stderr, "nor again"
    assert kor.entry(out)["verdict"] == "OK"
    for node in (kor, usa):
        assert node.entry(place)["outside"] == [{"place": out, "to": ["PUBLIC"]}]
        assert f"released outside, to PUBLIC: {out}" in node.run("read", place).stdout
    assert f"외부 제공(PUBLIC): {out}" in kor.run("read", place, env=nodes.KOREAN).stdout
    assert "outside" not in kor.entry(out) or kor.entry(out)["outside"] == []


def test_a_form_that_was_released_is_read_by_the_public(pair):
    kor = pair["kor"]
    place = kor.say("send", "notify", "--form", "N20", *(word for line in (
        "topic=launch", "basis-of=official", "span=-5m/now", "area=waters-east", "confidence=moderate", "known.ko=발사 1회",
        "known.en=one launch") for word in ("--field", line)), "--to", "usa/watch", "--label", "U", key="watch")["place"]
    release(pair, place)
    both(pair, "the public reads it", lambda node: "<alert" in feed(node, "cap", PUBLIC))
    for node in pair.nodes.values():
        text = feed(node, "cap", PUBLIC)
        assert "<event>N20 Incident of concern: launch</event>" in text and "What is known: one launch" in text, text


def test_what_a_release_said_ends_with_it(pair):
    """The RELEASE itself is recalled; the item stays what it was."""
    kor = pair["kor"]
    place = say(kor)
    pair["usa"].await_step(place, "STATION RECEIPT")
    out = release(pair, place)
    asked = kor.say("recall", out, key="watch")["place"]
    pair["usa"].wait("it is asked back there", lambda: pair["usa"].find("/entry", place=asked))
    pair["usa"].run("recalled", out, "--reader", "watch", key="watch")
    both(pair, "it is gone", lambda node: cap(node, PUBLIC) == [("Public", "Cancel", None)])
    assert ("Restricted", "Alert", "All is well.") in cap(kor, PRESS)
    kor.run("release", place, "--to", "PUBLIC", key="watch")


def test_another_label_of_the_item_ends_it(pair):
    """A consent is to exactly one label; under the new one it takes new ones, and by which hand."""
    kor, usa = pair["kor"], pair["usa"]
    place = kor.release("send", "share", "Two launches.", "--to", "usa/watch", "--label", "C topic:DPRK-MSL", key="watch", by=("head",))
    usa.await_step(place, "STATION RECEIPT")
    usa.run("consent", place, "--to", "JPN", key="head")
    low = kor.release("downgrade", place, "--label", "R", key="watch", by=("head",))
    usa.wait("its new label is there", lambda: usa.find("/entry", place=low))
    assert "(VIA" in kor.run("release", place, "--to", "JPN", key="watch", code=4).stderr
    assert "(CONSENT" in usa.run("release", place, "--to", "JPN", key="watch", code=4).stderr
    for _ in range(4):  # so that no number of one log is by chance behind one of the other
        say(usa, "Nothing new.", to="kor/watch")
    out = release(pair, place, by="usa", to="JPN")
    jpn = ("--party", "JPN")
    assert "Two launches." in feed(usa, "atom", jpn) and "rel=KOR,USA,JPN" in feed(usa, "atom", jpn)
    assert "Two launches." not in feed(kor, "atom", jpn), "it goes by another's hand"
    assert "Two launches." not in feed(usa, "atom", PUBLIC)
    seen = Taxii(usa, None, party="JPN")
    dates = [one["date_added"] for one in seen.manifest("USA/share")]
    new = kor.release("relabel", place, "--label", "C", key="watch", by=("head",))
    usa.wait("its newest label is there", lambda: usa.find("/entry", place=new))
    assert "Two launches." not in feed(usa, "atom", jpn) and "deleted-entry" in feed(usa, "atom", jpn)
    assert usa.entry(out)["verdict"] == "OK"
    say(usa, "Heard.", to="kor/watch")
    later = seen.ask(seen.path("USA/share", f"objects/?added_after={dates[-1]}")).json["objects"]
    assert [report["revoked"] for report in of_type(later, "report")] == [True], "told behind what its log had seen of it"


def test_who_reads_outside_is_said(pair):
    kor = pair["kor"]
    for words, code in (((), 2), (("--party", "USA"), 3), (("--party", "NOBODY"), 3), (("--party", "JPN", "--role", "press"), 2)):
        kor.run("feed", "cap", *words, code=code)
    kor.run("feed", "ics", *PUBLIC, "--to", kor.home / "out", code=2)


def test_a_consent_stays_what_it_was_in_a_later_version(pair):
    """Where a party stands in the guidelines says nothing: a version that only puts two lines in another order changes no consent."""
    kor, usa = pair["kor"], pair["usa"]
    place = kor.say("send", "share", "All is well.", "--to", "usa/watch", "--label", "U topic:DPRK-MSL", key="watch")["place"]
    usa.await_step(place, "STATION RECEIPT")
    usa.run("consent", place, "--to", "JPN", key="head")
    other = say(kor, "To all.")
    usa.await_step(other, "STATION RECEIPT")
    usa.run("consent", other, "--to", "PUBLIC", key="head")
    pair.await_receipts()
    lines = re.findall(r"^outside .*\n", (pair.accord / "guidelines").read_text(), re.M)
    assert [line.split()[1] for line in lines] == ["JPN", "PUBLIC"]
    folder = draft(pair, "second", [("guidelines", "".join(lines), "".join(lines[::-1]))])
    hold(pair, folder)
    for party in pair.parties:
        adopt(pair, party, folder, registrar=True)
    both(pair, "it is in force", lambda node: all(row["state"] == "IN FORCE" for row in node.get("/versions")["versions"][-1:]))
    assert "(CONSENT" in kor.run("release", place, "--to", "PUBLIC", key="watch", code=4).stderr
    out = kor.release("release", other, "--to", "PUBLIC", key="watch", by=("head", "deputy"))
    usa.wait("it stands there too", lambda: usa.find("/entry", place=out))
    assert usa.entry(out)["verdict"] == kor.entry(out)["verdict"] == "OK"
