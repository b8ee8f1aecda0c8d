"""The marking is the decision: what the accord's guidelines do not allow is filed at no door, and counts at none."""
import json
import re

import nodes
import officers
import peer
import pytest

OFFICERS = {"watch": ["watch"], "head": ["head"]}

# (label, rel, channel, exit code, what the terminal says beside the rule)
SAID = [
    ("U", None, "notify", 0, ""),
    ("U topic:sanctions,dprk-nuc note:draft", None, "notify", 0, ""),
    ("S", None, "notify", 0, ""),
    ("S caveat:NCG", None, "consult", 0, ""),
    ("S topic:sanctions,dprk-nuc note:draft caveat:ncg", None, "consult", 0, ""),
    ("TS", None, "notify", 4, r"guidelines, line \d+: NOTIFY does not carry TS"),
    ("R", None, "service", 4, r"guidelines, line \d+: SERVICE does not carry R"),
    ("X", None, "notify", 4, r"guidelines: the guidelines have no level X"),
    ("S topics:SANCTIONS", None, "notify", 4, r"guidelines: the guidelines have no category topics"),
    ("S topic:NCG", None, "notify", 4, r"guidelines: the guidelines have no value NCG in that category"),
    ("C caveat:NCG", None, "notify", 4, r"guidelines, line \d+: NCG needs S or above"),
    ("S caveat:NCG topic:DPRK-NUC", "kor,usa,jpn", "consult", 4, r"guidelines, line \d+: NCG excludes JPN"),
    ("S topic:SANCTIONS", "kor,usa,jpn", "notify", 4, r"guidelines, line \d+: no agreement lets JPN see this from KOR"),
    ("S topic:DPRK-NUC", "kor,usa,jpn", "notify", 4, r"\(OUTSIDE\).*\n.*entente release"),
    ("S", "kor", "notify", 4, r"\(REL\)"),
    ("S", "kor,usa,prk", "notify", 4, r"guidelines: the guidelines have no party PRK"),
    ("S caveat", None, "notify", 2, "is no label"),
    ("S caveat:NCG caveat:LEADER", None, "consult", 2, "is no label"),
]


@pytest.fixture
def world(stage):
    return stage.world(officers_of={"kor": OFFICERS, "usa": OFFICERS})


def check_screens(node, place, banner):
    """Every screen of an item begins and ends with its marking in both languages, whatever the reader's is."""
    assert banner == {"ko": "평문//북한 핵/제재//초안//KOR, USA 제공",
                      "en": "UNCLASSIFIED//DPRK nuclear/Sanctions//DRAFT//REL TO KOR, USA"}
    for env in ({}, nodes.KOREAN):
        rule = [f"=== {banner[one]} ===" for one in ("ko", "en")]
        shown = node.run("read", place, env=env).stdout.splitlines()
        assert shown[1:3] == rule and shown[-2:] == rule, shown
        shown = node.run("ladder", place, env=env).stdout.splitlines()
        assert shown[:2] == rule and shown[-2:] == rule, shown


def check_home(kor, usa, place):
    """As the guidelines say that one party marks at home, beside the accord's own marking, on both sides."""
    home = {"party": "USA", "banner": "//KOR UNCLASSIFIED//DPRK nuclear/Sanctions//DRAFT//REL TO USA, KOR",
            "portion": "(//KOR U//DPRK-NUC/SANCTIONS//DRAFT//REL TO USA, KOR)"}
    for node in (kor, usa):
        assert node.entry(place)["marking"]["home"] == [home]
        assert f"as USA marks at home: {home['banner']}  {home['portion']}\n" in node.run("read", place).stdout
    restricted = kor.say("send", "notify", "x", "--to", "usa/watch", "--label", "R", key="watch")
    draft = kor.get("/drafts", place=restricted["place"])
    assert draft["marking"]["banner"]["en"].startswith("RESTRICTED") and draft["marking"]["home"] == []
    flash = kor.say("send", "notify-urgent", "x", "--to", "usa/watch", "--label", "U", "--precedence", "FLASH", "--language", "en", key="watch")
    [marked] = kor.get("/drafts", place=flash["place"])["marking"]["home"]
    shown = kor.run("approve", flash["place"]).stdout
    assert shown.count(f"as USA marks at home: {marked['banner']}  {marked['portion']}\n") == 1, shown
    assert "authentic language: en\n" in shown, "which words count, before they are signed"
    kor.say("cancel", flash["place"], key="watch")


def test_our_own_door(world):
    kor, usa = world["kor"], world["usa"]
    for label, rel, channel, code, why in SAID:
        words = ["send", channel, label, "--to", "usa/watch", "--label", label, *(["--rel", rel] if rel else [])]
        done = kor.run(*words, key="watch", code=code)
        assert re.search(why, done.stderr), (label, done.stderr)
    world.await_receipts()
    shown = usa.run("inbox").stdout
    assert "(U//DPRK-NUC/SANCTIONS//DRAFT//REL KOR, USA)" in shown, shown
    marked = next(one for one in usa.get("/inbox", channel="notify")["messages"] if one["marking"]["portion"].startswith("(U//DPRK-NUC"))
    check_screens(usa, marked["place"], marked["marking"]["banner"])
    check_home(kor, usa, marked["place"])
    assert "NCG" not in shown, "what may be said there waits at home for its releasers"
    assert len(kor.get("/drafts")) == 4
    korean = kor.run("send", "notify", "x", "--to", "usa/watch", "--label", "TS", key="watch", code=4, env=nodes.KOREAN)
    assert re.search(r"지침 \d+행: NOTIFY", korean.stderr), korean.stderr
    assert kor.status()["void"] == 0 and usa.status()["void"] == 0


def test_a_peers_is_void(world):
    """USA's own door would not file it, so its log is written here."""
    kor = world["kor"]
    world["usa"].say("send", "notify", "Good.", "--to", "kor/watch", "--label", "U", key="watch")
    world.await_receipts()
    liar = peer.Peer(world, "usa", "kor")
    liar.take_log("notify")
    assert world["usa"].stop() == 0
    key = officers.Key(world.keys("usa") / "watch")
    levels = {"TS": "NOTIFY does not carry TS", "X": "the guidelines have no level X", "U": None}
    places = {level: liar.write("notify", "watch", key, text=f"At {level}.", level=level) for level in levels}
    liar.send("notify")
    kor.wait("KOR has them", lambda: kor.find("/entry", place=places["U"]) and kor.entry(places["U"])["folded"])
    for level, why in levels.items():
        entry = kor.entry(places[level])
        assert entry["verdict"] == ("OK" if why is None else "LABEL"), level
        shown = kor.run("read", places[level]).stdout
        assert why is None or "VOID: the guidelines do not allow its label here (LABEL)" in shown and why in shown, shown
        assert (why is None) == ("guidelines" not in entry)
    assert kor.entry(places["TS"])["guidelines"]["reason"] == "CEILING"
    assert kor.status()["void"] == 2


def test_a_day_of_review_warns_and_stops_nothing(stage):
    world = stage.world(officers_of={"kor": OFFICERS, "usa": OFFICERS}, label="U", edit={"guidelines": ("2027-06-30", "2024-02-29")})
    kor = world["kor"]
    about = kor.get("/accord")["guidelines"]
    assert (about["review_by"], about["review_due"]) == ("2024-02-29", True)
    assert [one["code"] for one in about["levels"]] == ["U", "R", "C", "S", "TS"]
    assert [(one["name"], one["rule"], [value["code"] for value in one["values"]]) for one in about["categories"]] == [
        ("caveat", "all", ["NCG", "LEADER"]), ("topic", "all", ["DPRK-NUC", "DPRK-MSL", "SANCTIONS"]), ("note", "info", ["EXERCISE", "DRAFT"])]
    assert "to be reviewed by 2024-02-29" in kor.run("status").stdout
    checked = nodes.run("accord", "check", world.accord).stderr
    assert "to be reviewed by 2024-02-29" in checked and "posts that release: deputy, head, shift" in checked
    assert json.loads(nodes.run("accord", "check", world.accord, "--json").stdout)["given_alone"] == ["deputy", "head", "shift"]
    assert "in clear" not in checked and json.loads(nodes.run("accord", "check", world.accord, "--json").stdout)["in_clear"] == []
    assert {"check": "guidelines", "finding": "WARN"}.items() <= next(
        row for row in json.loads(kor.run("doctor", "--json", code=None).stdout) if row["check"] == "guidelines").items()
    assert kor.say("send", "notify", "Good.", "--to", "usa/watch", "--label", "U", key="watch")["step"] == "QUEUED"


def test_the_table_of_bad_input_names_tests_that_are_there():
    """docs/spec/guidelines.md section 11: each of a row's tests has the words that the row names."""
    section = (nodes.ROOT / "docs/spec/guidelines.md").read_text(encoding="utf-8").split("## 11. Bad input\n")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 45
    for what, _, tests in rows:
        for test in tests.split("; "):
            file, words = re.fullmatch(r"`([\w/.]+)` (.+)", test).groups()
            assert words in (nodes.ROOT / "test" / file).read_text(encoding="utf-8"), (what, test)
