"""A text in two languages on two real nodes: written together, signed, and made public by both or by nobody."""
import datetime
import gettext
import hashlib
import http.server
import json
import os
import re
import socketserver
import subprocess
import threading
import xml.etree.ElementTree as ElementTree

import feedparser

import nodes
import officers
import peer

PEOPLE = {"policy": ["policy"], "linguist": ["linguist"]}
KO, EN = "양측은 훈련을 계속하기로 하였다.", "The two sides decided to go on with the exercise."


def text(node, name="statement", **words):
    found = next((one for one in node.get("/dialogues", kind="text")["things"] if one["name"] == name), None)
    return found and node.get("/text", place=found["place"], **words)


def both(world, what, condition, name="statement"):
    for node in world.nodes.values():
        node.wait(f"{what} at {node.party}", lambda node=node: condition(text(node, name) or {}))


def refused(node, sentence, *words, key="policy", code=4):
    done = node.run("text", *words, key=key, code=code)
    assert sentence in done.stderr, done.stderr


HELD = {"timers": ("text hold 30s", "text hold 1s")}  # between the initials that are read back and a signature


def read_back(world, name="statement"):
    """Both read the other's initial back, both mark that, and the hold goes by."""
    for verb, is_done in (("readback", lambda one: all(by["read_back"] for by in one["initialled"]["by"])), ("mark", lambda one: one.get("sign_from_ms"))):
        for node in world.nodes.values():
            node.run("text", verb, name, key="policy")
        both(world, verb, is_done, name)
    both(world, "the hold is over", lambda one: one["sign_from_ms"] <= one["now_ms"], name)


def endorsed(world, what, key, *options, name="statement"):
    """Both, each behind the other."""
    if what == "sign":
        read_back(world, name)
    for node in world.nodes.values():
        node.run("text", what, name, *options, key="policy")
        both(world, what, lambda one, node=node: node.party in str([by["party"].lower() for by in one[key]["by"]]), name)


def clean(world, name="statement"):
    """Both agree to all that stands, and both linguists find that it matches."""
    for node in world.nodes.values():
        node.run("text", "agree", name, key="policy")
        node.run("text", "concord", name, key="linguist")
    both(world, "clean", lambda one: one["state"] == "CLEAN", name)
    one, other = (text(node, name)["hash"] for node in world.nodes.values())
    assert one == other


def files(folder):
    return {one.name: one.read_text() for one in folder.iterdir()}


def test_a_text_is_written_signed_and_made_public(stage, tmp_path):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, edit=HELD)
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--also", "ko=공동성명", "--languages", "ko,en", key="policy")
    kor.run("text", "unit", "statement", "goal", KO, "--language", "ko", key="policy")
    both(world, "a unit", lambda one: one.get("units"))
    refused(kor, "not all of the text is agreed", "initial", "statement")
    refused(kor, "the text has no such language", "unit", "statement", "goal", "Les deux", "--language", "fr")
    # What two sides write at once both stays.
    kor.run("text", "unit", "statement", "goal", "The two sides decided.", "--language", "en", key="policy")
    usa.run("text", "unit", "statement", "goal", EN, "--language", "en", key="policy")
    both(world, "brackets", lambda one: one["units"][0]["status"] == "BRACKETED")
    assert text(usa)["brackets"] == {"KOR": {"ko": 0, "en": 1}, "USA": {"ko": 0, "en": 1}}
    shown = kor.run("text", "show", "statement").stdout
    assert EN in shown and "The two sides decided." in shown and "KOR, en: 1 in brackets" in shown
    refused(usa, "goal is not clear", "agree", "statement", "goal", code=2)
    refused(usa, "There is no unit aim in the text.", "agree", "statement", "aim", code=3)
    kor.run("text", "agree", "statement", "goal", "--party", "USA", "--ad-referendum", key="policy")
    both(world, "one English", lambda one: one["units"][0]["languages"]["en"]["status"] == "PROPOSED")
    at = text(kor)["units"][0]["languages"]["en"]["versions"][0]["place"]
    clean(world)
    # Any change in one language reopens the concordance; only a linguist closes it, of both languages at once.
    usa.run("text", "unit", "statement", "goal", EN + " It is open.", "--language", "en", key="policy")
    both(world, "a change", lambda one: one["state"] == "DRAFT" and one["units"][0]["concordance"] == [])
    refused(kor, "goal is not clear", "concord", "statement", "goal", key="linguist", code=2)
    assert f"  - The two sides decided.\n  + {EN}\n" in usa.run("text", "diff", "statement", "--since", at).stdout
    kor.run("text", "agree", "statement", "goal", "--party", "USA", key="policy")
    both(world, "one English", lambda one: one["units"][0]["status"] == "PROPOSED")
    refused(kor, "the role may not write this", "concord", "statement", "goal")
    old = text(kor)["hash"]
    clean(world)
    refused(kor, "its hash is not that of the text as it stands", "initial", "statement", "--hash", old)
    refused(kor, "the step before it was not taken", "sign", "statement")
    endorsed(world, "initial", "initialled")
    assert text(usa)["state"] == "INITIALLED"
    read_back(world)
    kor.run("text", "sign", "statement", key="policy")
    both(world, "one signature", lambda one: len(one["signed"]["by"]) == 1)
    refused(kor, "its party has signed the text as it stands", "unit", "statement", "goal", "Anders.", "--language", "en")
    for verb in ("in-force", "terminate"):  # one signature is none
        refused(kor, "the step before it was not taken", verb, "statement")
    refused(kor, "the step before it was not taken", "release", "statement", "--when", "2026-04-11T14:30Z")
    usa.run("text", "sign", "statement", key="policy")
    both(world, "signed", lambda one: one["state"] == "SIGNED")
    refused(usa, "its party has signed the text as it stands", "unit", "statement", "goal", "Anders.", "--language", "en")
    # Nothing goes out one-sided, or before its time.
    out = tmp_path / "out"
    out.mkdir()
    refused(kor, "statement is released by nobody yet", "publish", "statement", out, key=None)
    kor.run("text", "release", "statement", "--when", "2199-01-01T00:00Z", key="policy")
    both(world, "one release", lambda one: len(one["released"]["by"]) == 1)
    for node in (kor, usa):
        refused(node, "statement is released by one side only", "publish", "statement", out, key=None)
    usa.run("text", "release", "statement", "--when", "2199-01-01T00:00Z", key="policy")
    both(world, "embargo", lambda one: one["released"]["all"])
    refused(usa, "statement is under embargo until 2199-01-01T00:00Z", "publish", "statement", out, key=None)
    assert files(out) == {}
    endorsed(world, "release", "released", "--when", "2023-04-12T00:00Z")
    both(world, "its time", lambda one: one["released"]["all"])
    kor.run("text", "note", "statement", "They would not say more.", key="policy")
    assert "OWN NOTE, not sent" in (shown := kor.run("text", "show", "statement").stdout) and "They would not say more." in shown
    assert text(usa)["notes"] == [] and "would not say" not in usa.run("log", "consult").stdout
    before = {name: text(node, file="0") for name, node in world.nodes.items()}
    of_own = {"now_ms": 0, "sign_from_ms": 0}  # each by its own clock
    assert {**before["kor"], **of_own, "notes": []} == {**before["usa"], **of_own}
    world.stop()
    world.start()
    for name, node in world.nodes.items():
        assert {**text(node, file="0"), "now_ms": 0} == {**before[name], "now_ms": 0}
    whatever_the_node_says(kor, out, tmp_path)
    kor.run("text", "publish", "statement", out)
    made = files(out)
    assert sorted(made) == ["atom.xml", "statement.atom", "statement.en.html", "statement.ko.html", "statement.txt"]
    assert hashlib.sha256(made["statement.txt"].encode()).hexdigest() == before["usa"]["hash"] in made["statement.ko.html"]
    assert all(made[name].startswith("<!DOCTYPE html>\n<html") for name in made if name.endswith(".html"))
    assert KO in made["statement.ko.html"] and EN in made["statement.en.html"] and KO not in made["statement.en.html"]
    told = subprocess.run(["sfeed"], input=made["statement.atom"], capture_output=True, text=True, check=True).stdout.splitlines()
    read = feedparser.parse(made["statement.atom"])
    assert not read.bozo and [line.split("\t")[1] for line in told] == [one.title for one in read.entries] == ["Joint statement / 공동성명"]
    assert read.entries[0].published == "2023-04-12T00:00:00.000Z" and told[0].split("\t")[0] == "1681257600"
    feed = ElementTree.fromstring(made["statement.atom"])
    assert [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}name")] == ["KOR", "USA"]
    corrected(world, out, made)


class Liar(socketserver.UnixStreamServer):
    """A node that says of a text what it likes, and all else as the real one has it."""

    def __init__(self, node, folder, change):
        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                status, body = node.ask("GET", self.path)
                if self.path.startswith("/text"):
                    change(body)
                raw = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *words):
                pass

            def address_string(self):
                return ""

        folder.mkdir()
        super().__init__(str(folder / "socket"), Answer)
        self.home = folder


def whatever_the_node_says(kor, out, folder):
    """What goes out has the hash that every party has released and signed: that is looked at here, and not believed."""
    def hash_of_one(said, key):
        said[key]["by"][1]["hash"] = "00" * 32

    def file(said):
        said["file"] += " "

    for i, (change, sentence, code) in enumerate((
            (lambda said: hash_of_one(said, "released"), "is another text than the one that was released", 4),
            (lambda said: hash_of_one(said, "signed"), "is another text than the one that was released", 4),
            (lambda said: said["released"]["by"].pop(), "is another text than the one that was released", 4),
            (file, "does not have the hash that it says", None))):
        liar = Liar(kor, folder / f"liar-{i}", change)
        threading.Thread(target=liar.serve_forever, daemon=True).start()
        done = nodes.run("text", "publish", "statement", out, home=liar.home, code=code)
        liar.shutdown()
        liar.server_close()
        assert done.returncode != 0 and sentence in done.stderr, done.stderr
        assert files(out) == {}


def corrected(world, out, made):
    """A correction is a text of its own: both stay readable, and each names the other."""
    kor, usa = world["kor"], world["usa"]
    kor.run("text", "correct", "statement", "statement-2", "Corrected", "--language", "en", "--languages", "ko,en", key="policy")
    for words, language in ((KO + " 끝.", "ko"), (EN + " End.", "en")):
        kor.run("text", "unit", "statement-2", "goal", words, "--language", language, key="policy")
    usa.wait("both are at usa", lambda: (text(usa, "statement-2") or {}).get("versions") == 2)
    assert "  - " + EN in usa.run("text", "diff", "statement-2", "--against", "statement").stdout
    clean(world, "statement-2")
    both(world, "a correction that nobody signed changes nothing", lambda one: one["state"] == "SIGNED" and one["corrected_by"] == ["statement-2"])
    for what, key, options in (("initial", "initialled", ()), ("sign", "signed", ()), ("release", "released", ("--when", "2023-05-01T00:00Z"))):
        endorsed(world, what, key, *options, name="statement-2")
    both(world, "corrected", lambda one: one["state"] == "CORRECTED")
    assert "정정됨" in usa.run("text", "show", "statement", env=nodes.KOREAN).stdout and "CORRECTED" in kor.run("text").stdout
    usa.run("text", "publish", "statement-2", out, env={**nodes.KOREAN, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"})
    now = files(out)
    assert "statement-2.ko.html" in now["statement.ko.html"] and "statement.ko.html" in now["statement-2.ko.html"]
    assert KO in now["statement.ko.html"] and now["statement.txt"] == made["statement.txt"]
    assert len(list(ElementTree.fromstring(now["statement-2.atom"]).iter("{http://www.w3.org/2005/Atom}entry"))) == 2
    # What a reader subscribes to: all that went out into this folder, the newest first, by two readers that share nothing.
    read = feedparser.parse(now["atom.xml"])
    told = subprocess.run(["sfeed"], input=now["atom.xml"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert not read.bozo and [one.title for one in read.entries] == ["Corrected", "Joint statement / 공동성명"] and read.feed.updated == "2023-05-01T00:00:00.000Z"
    assert [line.split("\t")[1] for line in told] == ["Corrected", "Joint statement / 공동성명"] and {name.name for one in read.entries for name in one.authors} == {"KOR", "USA"}
    assert [one.title for one in feedparser.parse(made["atom.xml"]).entries] == ["Joint statement / 공동성명"] and read.feed.id == feedparser.parse(made["atom.xml"]).feed.id
    # Both sides' pages and feeds are the same bytes, each page in its own language, whichever language a terminal has.
    seoul = out.parent / "seoul"
    seoul.mkdir()
    for name in ("statement", "statement-2"):
        kor.run("text", "publish", name, seoul, env=nodes.KOREAN)
    assert files(seoul) == now
    for language, title, corrects, corrected_by in (("ko", "공동성명", "다음을 정정함: ", "다음으로 정정됨: "), ("en", "Joint statement", "This corrects: ", "This was corrected: ")):
        page, correction = now[f"statement.{language}.html"], now[f"statement-2.{language}.html"]
        assert f"<title>{title}</title>" in page and f">{corrected_by}<" in page and f">{corrects}<" in correction
    held_back(world, out.parent)
    in_force(world)
    # Two originals of one file: each names its own party first.
    one, other = (ElementTree.fromstring(node.run("text", "render", "statement").stdout) for node in (kor, usa))
    parties = [[part.text for part in page.iter("{http://www.w3.org/1999/xhtml}p") if part.get("class") == "parties"] for page in (one, other)]
    assert [part[0] for part in parties] == ["대한민국 · 미합중국", "미합중국 · 대한민국"]
    cells = [[cell.text for cell in page.iter("{http://www.w3.org/1999/xhtml}td")] for page in (one, other)]
    assert cells[0] == cells[1] and KO in cells[0]
    assert "정정됨" in kor.run("text", env=nodes.KOREAN).stdout
    originals(world, out)


def held_back(world, folder):
    """What is corrected came under embargo again: the correction names it, and none of its words go out."""
    kor = world["kor"]
    endorsed(world, "release", "released", "--when", "2199-01-01T00:00Z")
    both(world, "embargo", lambda one: one["released"]["all"])
    out = folder / "held"
    out.mkdir()
    kor.run("text", "publish", "statement-2", out)
    made = files(out)
    assert sorted(made) == ["atom.xml", "statement-2.atom", "statement-2.en.html", "statement-2.ko.html", "statement-2.txt"]
    assert "This corrects: statement<" in made["statement-2.en.html"] and "<a href" not in made["statement-2.en.html"]
    assert all(EN + "<" not in page and KO + "<" not in page for page in made.values())
    assert len(list(ElementTree.fromstring(made["statement-2.atom"]).iter("{http://www.w3.org/2005/Atom}entry"))) == 1


def in_force(world):
    """A text is in force, and is so no more, when every party says so of what all signed."""
    def said(node, act):
        return next(one["said"].get(act, []) for one in node.get("/dialogues", kind="text")["things"] if one["name"] == "statement-2")

    for verb, state in (("in-force", "IN FORCE"), ("terminate", "TERMINATED")):
        states = (text(world["kor"], "statement-2")["state"], state)
        for count, node in enumerate(world.nodes.values(), 1):
            node.run("text", verb, "statement-2", key="policy")
            for other in world.nodes.values():
                other.wait(f"{verb} by {node.party} at {other.party}", lambda other=other: len(said(other, verb.replace("-", " "))) == count)
                assert text(other, "statement-2")["state"] == states[count - 1]
        if verb == "in-force":
            amended(world)
    assert text(world["kor"], "statement-2")["signed"]["all"] and "종료" in world["usa"].run("text", env=nodes.KOREAN).stdout


def amended(world):
    """What amends a text names it, and it is AMENDED once that is in force; each is shown with the other."""
    kor, usa = world["kor"], world["usa"]
    kor.run("text", "amend", "statement-2", "change", "A change", "--language", "en", "--languages", "en", key="policy")
    kor.run("text", "unit", "change", "goal", "Twice a year.", "--language", "en", key="policy")
    both(world, "the change", lambda one: one.get("versions") == 1, "change")
    assert text(usa, "change")["amends"] and text(usa, "statement-2")["amended_by"] == ["change"] and text(usa)["corrected_by"] == ["statement-2"]
    clean(world, "change")
    for what, key in (("initial", "initialled"), ("sign", "signed")):
        endorsed(world, what, key, name="change")
    for node in (kor, usa):
        both(world, "signed, in force by one", lambda one: one["state"] == "IN FORCE", "statement-2")
        node.run("text", "in-force", "change", key="policy")
    both(world, "amended", lambda one: one["state"] == "AMENDED", "statement-2")
    assert "It amends statement-2." in usa.run("text", "show", "change").stdout and "개정됨" in usa.run("text", "show", "statement-2", env=nodes.KOREAN).stdout
    assert "It corrects statement." in kor.run("text", "show", "statement-2").stdout and "change amends it." in kor.run("text", "show", "statement-2").stdout


def words_of(pdf):
    """What stands in a PDF, by another program; where its lines end says nothing."""
    return "".join(subprocess.run(["pdftotext", "-raw", pdf, "-"], check=True, capture_output=True, text=True).stdout.split())


def originals(world, out):
    """The same file as PDF, read back by another program: every word of it, each side's own first, its hash and its marking."""
    hash_ = text(world["kor"])["hash"]
    for node, first in ((world["kor"], "대한민국·미합중국"), (world["usa"], "미합중국·대한민국")):
        pdf = out / f"{node.party}.pdf"
        node.run("text", "render", "statement", "--pdf", "--output", pdf)
        read = words_of(pdf)
        for words in (KO, EN, "공동성명", "Jointstatement", first, hash_, "UNCLASSIFIED//RELTOKOR,USA", "평문//KOR,USA제공"):
            assert "".join(words.split()) in read, (words, read)
        again = out / "again.pdf"
        node.run("text", "render", "statement", "--pdf", "--output", again)
        assert again.read_bytes() == pdf.read_bytes(), "one file, one original"
    world["kor"].run("text", "render", "statement", "--pdf", "--language", "ko", "--output", again)
    read = words_of(again)
    assert "".join(KO.split()) in read and "".join(EN.split()) not in read


def test_a_correction_of_what_was_not_released(stage, tmp_path):
    """It goes out as a text that nobody has read before, without the name of the other, and whoever releases and publishes it is told so."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, edit=HELD)
    kor, usa = world["kor"], world["usa"]
    english = ("--language", "en", "--languages", "en")
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "inner", "Joint statement", *english, key="policy")
    kor.run("text", "unit", "inner", "goal", EN, "--language", "en", key="policy")
    both(world, "a unit", lambda one: one.get("units"), "inner")
    # What nobody has signed yet is changed by its units: nothing corrects it, and nothing amends it.
    for verb in ("correct", "amend"):
        refused(kor, "the step before it was not taken", verb, "inner", "early", "Joint statement", *english)
    clean(world, "inner")
    for what, key in (("initial", "initialled"), ("sign", "signed")):
        endorsed(world, what, key, name="inner")
    for verb, name in (("correct", "outer"), ("amend", "change")):
        kor.run("text", verb, "inner", name, "Joint statement", *english, key="policy")
        kor.run("text", "unit", name, "goal", EN, "--language", "en", key="policy")
        both(world, "a unit", lambda one: one.get("units"), name)
        clean(world, name)
        for what, key in (("initial", "initialled"), ("sign", "signed")):
            endorsed(world, what, key, name=name)
        assert text(usa, name)["unreleased"] == "inner"
    out = tmp_path / "out"
    out.mkdir()
    for name, sentence, korean in (("outer", "outer corrects inner, which not every party has released", "아직 모든 당사국의 공개 승인을 받지 못한 inner의 정정본입니다(outer)"),
                                   ("change", "change amends inner, which not every party has released", "아직 모든 당사국의 공개 승인을 받지 못한 inner의 개정본입니다(change)")):
        release = ("text", "release", name, "--when", "2023-04-12T00:00Z")
        assert sentence in kor.run(*release, key="policy").stdout
        assert korean in usa.run(*release, key="policy", env=nodes.KOREAN).stdout
        both(world, "released", lambda one: one["released"]["all"], name)
        assert sentence in kor.run("text", "publish", name, out).stdout
        assert korean in kor.run("text", "publish", name, out, env=nodes.KOREAN).stdout
        assert EN in files(out)[f"{name}.en.html"]
    assert all("inner" not in page for page in files(out).values())


def test_no_label_goes_out_above_its_outlet(stage, tmp_path):
    """Both released it, and it is marked above what the outlet carries: the line of the guidelines says so, and nothing is written."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, edit={**HELD, "guidelines": ("release above U by 1", "release above R by 1")})
    kor = world["kor"]
    line = next(i for i, one in enumerate((world.accord / "guidelines").read_text().splitlines(), 1) if one.startswith("feed cap press"))
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--languages", "en", "--label", "R", key="policy")
    kor.run("text", "unit", "statement", "goal", EN, "--language", "en", key="policy")
    both(world, "a unit", lambda one: one.get("units"))
    clean(world)
    for what, key, options in (("initial", "initialled", ()), ("sign", "signed", ()), ("release", "released", ("--when", "2023-04-12T00:00Z"))):
        endorsed(world, what, key, *options)
    both(world, "its time", lambda one: one["released"]["all"])
    # Without outlets all are meant; each says by which line it does not carry it.
    for outlets in (), ("--outlets", "atom,press"), ("--outlets", "leaflet"):
        if outlets:
            endorsed(world, "release", "released", "--when", "2023-04-12T00:00Z", *outlets)
            both(world, "its outlets", lambda one, outlets=outlets: one["released"]["all"] and ",".join(one["released"]["by"][0]["outlets"]) == outlets[1])
        for node in world.nodes.values():
            said = node.run("text", "publish", "statement", tmp_path, code=4).stderr
            assert ("does not go out by leaflet: guidelines: leaflet does not carry R." if "leaflet" in outlets
                    else f"does not go out by press: guidelines, line {line}: press does not carry R.") in said, said
    assert "leaflet: R 등급은 실을 수 없음" in kor.run("text", "publish", "statement", tmp_path, code=4, env=nodes.KOREAN).stderr
    assert not list(tmp_path.glob("statement*"))
    # Each is asked of all that stands in the text: of no more than a release may have.
    place = next(one for one in kor.get("/dialogues", kind="text")["things"] if one["name"] == "statement")["place"]
    for outlets, status in ("press," * 8, 200), ("press," * 9, 400):
        assert kor.ask("GET", "/text", place=place, outlets=outlets)[0] == status
    endorsed(world, "release", "released", "--when", "2023-04-12T00:00Z", "--outlets", "atom")
    both(world, "its outlets", lambda one: one["released"]["all"] and one["released"]["by"][0]["outlets"] == ["atom"])
    kor.run("text", "publish", "statement", tmp_path)
    assert sorted(one.name for one in tmp_path.glob("statement*")) == ["statement.atom", "statement.txt"]
    # A unit has the label that its author gives it, and goes to no more than he says.
    kor.run("text", "correct", "statement", "open", "Corrected", "--language", "en", "--languages", "en", "--label", "U", key="policy")
    kor.run("text", "unit", "open", "goal", "Marked above.", "--language", "en", "--label", "R", key="policy")
    version = text(kor, "open")["units"][0]["languages"]["en"]["versions"][0]
    thing = next(one for one in kor.get("/dialogues", kind="text")["things"] if one["name"] == "open")
    assert [kor.entry(one["place"])["label"]["level"] for one in (version, thing)] == ["R", "U"] == [one["label"]["level"] for one in (version, thing)]
    assert "none was given" in kor.run("text", "unit", "open", "goal", "To few.", "--language", "en", "--rel", "KOR", key="policy", code=2).stderr
    # A page of somebody else's is not written over, nor is anything beside it written.
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    for name in ("statement.txt", "statement.atom", "atom.xml"):
        (foreign / name).write_text("Somebody else's.")
        refused(kor, f"{foreign / name} is there already; nothing is written over.", "publish", "statement", foreign, key=None)
        assert files(foreign) == {name: "Somebody else's."}
        (foreign / name).unlink()
    for _ in range(2):
        kor.run("text", "publish", "statement", foreign)
    # What is corrected is marked above the page of its correction: nothing of it stands there, not even its name.
    kor.run("text", "unit", "open", "goal", "Open words.", "--language", "en", "--label", "U", key="policy")
    both(world, "the correction", lambda one: one.get("versions") == 2, "open")
    clean(world, "open")
    for what, key, options in (("initial", "initialled", ()), ("sign", "signed", ()), ("release", "released", ("--when", "2023-04-12T00:00Z"))):
        endorsed(world, what, key, *options, name="open")
    both(world, "its time", lambda one: one["released"]["all"], "open")
    out = tmp_path / "open"
    out.mkdir()
    kor.run("text", "publish", "open", out)
    made = files(out)
    assert sorted(made) == ["atom.xml", "open.atom", "open.en.html", "open.txt"] and "Open words." in made["open.en.html"]
    assert "statement" not in made["open.en.html"] and not any(EN in words for words in made.values())
    assert len(list(ElementTree.fromstring(made["open.atom"]).iter("{http://www.w3.org/2005/Atom}entry"))) == 2, "what the feed carries is in it"
    # A year is over when all of it is: nobody meant its first of January.
    year = str(datetime.datetime.now(datetime.timezone.utc).year)
    endorsed(world, "release", "released", "--when", year, name="open")
    both(world, "its year", lambda one: one["released"]["all"], "open")
    refused(kor, f"open is under embargo until {year}", "publish", "open", out, key=None)


def test_a_note_has_the_label_of_its_text(stage, tmp_path):
    """What stands about a text in the own home channel is marked as the text unless its author says otherwise; it is never sent, and shown to nobody who may not know of the text."""
    world = stage.world(officers_of={"kor": {**PEOPLE, "press": ["press"]}, "usa": PEOPLE}, edit={"guidelines": ("release above U by 1", "release above R by 1")})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "notify", "--label", "U", key="policy")
    labels = {}
    for name, level in (("open", "U"), ("closed", "R")):
        kor.run("text", "new", "kidd", name, name, "--language", "en", "--languages", "en", "--label", level, key="policy")
        noted = kor.say("text", "note", name, f"OWN WORDS of {name}", "--language", "en", key="policy")["place"]
        assert noted.startswith("KOR/") and noted in text(kor, name)["notes"]
        labels[name] = kor.entry(noted)["label"]
    about = {name: kor.entry(text(kor, name)["place"])["label"] for name in labels}
    assert labels == about and [labels[name]["level"] for name in ("open", "closed")] == ["U", "R"]
    # They are its author's words: he may mark them otherwise.
    kor.run("text", "note", "open", "OWN WORDS, closed", "--language", "en", "--label", "R", key="policy")
    assert [kor.entry(one)["label"]["level"] for one in text(kor, "open")["notes"]] == ["U", "R"]
    for done in (kor.run("text", "show", "closed"), kor.run("text", "show", "closed", env=nodes.KOREAN)):
        assert "OWN WORDS of closed" in done.stdout
    both(world, "both texts", lambda one: one, "closed")
    assert all(text(usa, name)["notes"] == [] for name in labels) and "OWN WORDS" not in usa.run("log", "notify").stdout
    kor.stop()
    kor.forbid_owner()
    kor.start()
    kor.login("press", tmp_path)
    shown = kor.run("text", "show", "open", env={"XDG_RUNTIME_DIR": str(tmp_path)}).stdout
    assert "OWN WORDS, closed" not in shown and "closed" not in shown, shown


def test_whoever_is_not_cleared_for_all_writes_a_text(stage, tmp_path):
    """The owner does not read, and the officers' clearance is below the channel's: each is shown the text as far as he may know of it, and it goes on."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.stop()
    kor.forbid_owner()
    kor.start()
    kor.wait("the line is up", lambda: kor.is_linked("usa"))
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--languages", "en", key="policy")
    kor.run("text", "unit", "statement", "goal", EN, "--language", "en", key="policy")
    kor.login("policy", tmp_path)
    session, reach = {"XDG_RUNTIME_DIR": str(tmp_path)}, "as far as you may know of it"
    shown = kor.run("text", "show", "statement", env=session).stdout
    assert EN in shown and reach in shown, "it says so to whoever is not cleared for the channel, whether or not there is more"
    assert reach in kor.run("text", "render", "statement", "--output", tmp_path / "original.html", env=session).stderr
    assert "열람 권한" in kor.run("text", "show", "statement", env={**session, **nodes.KOREAN}).stdout
    usa.wait("the text", lambda: usa.get("/dialogues", kind="text")["things"])
    assert reach not in usa.run("text", "show", "statement").stdout, "the owner is shown all that the node holds"
    both(world, "a unit", lambda one: one.get("units"))
    clean(world)
    endorsed(world, "initial", "initialled")
    assert text(kor)["state"] == text(usa)["state"] == "INITIALLED"
    kor.token = None
    assert kor.find("/text", place=text_place(usa)) is None


def test_a_peer_that_signs_at_random(stage):
    """Each false signature costs every node a walk through the text: after so many the door looks at nothing more, and the text goes on."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--languages", "en", key="policy")
    kor.run("text", "unit", "statement", "goal", EN, "--language", "en", key="policy")
    both(world, "a unit", lambda one: one.get("units"))
    usa.run("text", "note", "statement", "Nothing.", key="policy")
    world.await_receipts()
    place = peer.Peer.place_of(kor.entry(text(kor)["place"]))
    liar = peer.Peer(world, "usa", "kor")
    liar.take_log("consult")
    assert usa.stop() == 0
    key = officers.Key(world.keys("usa") / "policy")
    seen = [("kor", 1, kor.logs()["KOR/CONSULT 1"]["size"])]
    said = [liar.move("consult", "policy", key, 93, refers=[place], seen=seen, fields={3: 0, 18: bytes(32)}) for _ in range(258)]
    said.append(liar.move("consult", "policy", key, 90, refers=[place], seen=seen, fields={1: "goal", 10: 1, 11: ["en"], 17: "Words."}))
    liar.send("consult")
    kor.wait("KOR has them", lambda: (kor.find("/entry", place=said[-1]) or {}).get("folded"), patience=30)
    assert [kor.entry(said[i])["verdict"] for i in (0, 255, 256, 257, 258)] == ["STALE", "STALE", "FULL", "FULL", "FULL"]
    kor.run("text", "unit", "statement", "goal", "Still ours.", "--language", "en", key="policy")
    assert text(kor)["units"][0]["languages"]["en"]["versions"][0]["words"] == "Still ours."


def begin_alone(world):
    """KOR's node, the place of its text, and who goes on for USA in place of its node: thousands of words at once."""
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--languages", "ko,en", key="policy")
    usa.wait("the text is there", lambda: text(usa))
    usa.run("text", "note", "statement", "Nothing.", key="policy")
    world.await_receipts()
    place = peer.Peer.place_of(kor.entry(text(kor)["place"]))
    liar = peer.Peer(world, "usa", "kor")
    liar.take_log("consult")
    assert usa.stop() == 0
    liar.stay()
    return kor, place, liar


def test_a_text_at_the_limit(stage, tmp_path):
    """As many words as one party may say, each as long as may be: more than one answer holds. It opens, page by page, and is rendered whole."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, place, liar = begin_alone(world)
    key = officers.Key(world.keys("usa") / "policy")
    seen = [("kor", 1, kor.logs()["KOR/CONSULT 1"]["size"])]
    words = {tag: {n: f"{n:04}" + letter * ((2400 - 4) // len(letter.encode())) for n in range(2048)} for tag, letter in (("ko", "한"), ("en", '"'))}
    for n in range(2048):
        if n > 0 and n % 128 == 0:
            liar.send("consult")  # a frame has an end
        for tag in words:
            last = liar.move("consult", "policy", key, 90, refers=[place], seen=seen, fields={1: f"u{n:04}", 10: n, 11: [tag], 17: words[tag][n]})
    liar.send("consult")
    kor.wait("KOR has them", lambda: (kor.find("/entry", place=last) or {}).get("folded"), patience=120)
    # Asked for whole, the answer names its limit; nothing is given in its place.
    status, answer = kor.ask("GET", "/text", place=text_place(kor))
    assert status != 200 and answer["rule"] == "REPLY_LEN_MAX", answer
    shown = json.loads(kor.run("text", "show", "statement", "--json").stdout)
    assert [one["name"] for one in shown["units"]] == [f"u{n:04}" for n in range(2048)]
    assert all(shown["units"][n]["languages"][tag]["versions"][0]["words"] == words[tag][n] for n in (0, 1, 1000, 2047) for tag in words)
    assert len(shown["file"].encode()) > 2 * 4 << 20 and hashlib.sha256(shown["file"].encode()).hexdigest() == shown["hash"]
    page = tmp_path / "statement.html"
    kor.run("text", "render", "statement", "--output", page)
    cells = [cell.text for cell in ElementTree.parse(page).iter("{http://www.w3.org/1999/xhtml}td")]
    assert len(cells) == 4096 and set(cells) == {one for of in words.values() for one in of.values()}


def test_a_text_at_the_limit_goes_out(stage, tmp_path):
    """As long as one that both sides agree to, sign and release can be: of what a party may say its agreements and concordances take their part."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, edit={"timers": ("text hold 30s", "")})
    kor, place, liar = begin_alone(world)
    keys = {role: officers.Key(world.keys("usa") / role) for role in ("policy", "linguist")}
    log = liar.logs["consult"]

    def seen():
        return [("kor", 1, kor.logs()["KOR/CONSULT 1"]["size"])]

    def say(role, kind, refers, fields, seen):
        """Where it stands, as a text and as what another names."""
        made = liar.move("consult", role, keys[role], kind, refers=refers, seen=seen, fields=fields)
        return made, [log.channel, "usa", 1, len(log.entries) - 1, hashlib.sha256(b"\0" + log.entries[-1]).digest()]

    def sent(what):
        liar.send("consult")
        kor.wait("KOR has them", lambda: (kor.find("/entry", place=what) or {}).get("folded"), patience=120)

    before = seen()
    units = (4096 - 2 * 124) // 2 - 24
    words = {tag: [f"{n:04}" + letter * ((2400 - 4) // len(letter.encode())) for n in range(units)] for tag, letter in (("ko", "한"), ("en", "e"))}
    versions = []
    for n in range(units):
        if n > 0 and n % 128 == 0:
            liar.send("consult")  # a frame has an end
        for tag in words:
            last, at = say("policy", 90, [place], {1: f"u{n:04}", 10: n, 11: [tag], 17: words[tag][n]}, before)
            versions.append(at)
    for role, kind in (("policy", 91), ("linguist", 92)):
        for begin in range(0, len(versions), 30):
            last, _ = say(role, kind, [place, *versions[begin:begin + 30]], {}, before)
    sent(last)
    kor.run("text", "agree", "statement", key="policy", timeout=120)
    kor.run("text", "concord", "statement", key="linguist", timeout=120)
    assert text_head(kor)["state"] == "CLEAN"
    for number, (verb, options, fields) in enumerate((("initial", (), {}), ("sign", (), {}), ("release", ("--when", "2023-05-01T00:00Z"), {4: "2023-05-01T00:00Z"}))):
        kor.run("text", verb, "statement", *options, key="policy")
        last, _ = say("policy", 93, [place], {3: number, 18: bytes.fromhex(text_head(kor)["hash"]), **fields}, seen())
        sent(last)
    out = tmp_path / "out"
    out.mkdir()
    kor.run("text", "publish", "statement", out)
    made = files(out)
    assert sorted(made) == ["atom.xml", "statement.atom", "statement.en.html", "statement.ko.html", "statement.txt"]
    assert hashlib.sha256(made["statement.txt"].encode()).hexdigest() == text_head(kor)["hash"]
    for tag in words:
        cells = [cell.text for cell in ElementTree.fromstring(made[f"statement.{tag}.html"]).iter() if cell.text in set(words[tag])]
        assert cells == words[tag]
    read = feedparser.parse(made["statement.atom"])
    assert not read.bozo and [one.title for one in read.entries] == ["Joint statement"] and text_head(kor)["hash"] in read.entries[0].id


def text_head(node):
    return node.get("/text", place=text_place(node), unit="0")


def text_place(node):
    return next(one["place"] for one in node.get("/dialogues", kind="text")["things"])


def sentence_of(done, msgid):
    """What a person reads is that sentence, whatever stands in its gaps, in the language of the terminal."""
    rest = done.stderr
    for part in re.split(r"\{\d\}", msgid):
        assert part in rest, (msgid, done.stderr)
        rest = rest[rest.index(part) + len(part):]


def signed_too_early(world, wrong):
    """Each initial is read back by the other and marked, and then the hold holds: the door says what is missing, and how long still."""
    kor, usa = world["kor"], world["usa"]
    not_back = "not every initial was read back by every other party and marked correct"
    wrong(not_back, "text", "sign", "statement")
    shown = kor.run("text", "show", "statement").stdout
    assert "USA has not read back KOR's initial." in shown and "KOR has not read back USA's initial." in shown
    # Nobody reads his own back; a mark is of what was read back.
    own = next(one["place"] for one in text(kor)["initialled"]["by"] if one["party"] == "KOR")
    assert "(REFERS)" in kor.run("readback", own, "Ours.", key="policy", code=4).stderr
    assert "waits to be marked" in kor.run("text", "mark", "statement", key="policy").stdout
    usa.run("readback", own, "Something else.", "--language", "en", key="policy")
    both(world, "read back", lambda one: any(by["read_back"] for by in one["initialled"]["by"]))
    wrong("{1} read back other words than the hash of {2}: {3}", "text", "mark", "statement")
    assert "KOR has not marked what USA read back of its initial." in kor.run("text", "show", "statement").stdout
    back = next(by["read_back"][0]["place"] for by in text(kor)["initialled"]["by"] if by["read_back"])
    kor.run("wrong", back, "--cause", "figures", key="policy")
    both(world, "wrong", lambda one: "WRONG" in str(one["initialled"]))
    assert "KOR marked what USA read back of its initial as WRONG." in usa.run("text", "show", "statement").stdout
    # The line is down: it is queued, and says so though the next initial needs nothing.
    kor.stop()
    usa.wait("the line is down", lambda: not usa.is_linked("kor"))
    usa.run("text", "readback", "statement", key="policy", code=5)
    kor.start()
    both(world, "again", lambda one: "WRONG" not in str(one["initialled"]))
    kor.run("text", "mark", "statement", key="policy")
    wrong(not_back, "text", "sign", "statement")
    # What is said names what it is about: the initial, and then what was read back of it.
    initial = next(one["place"] for one in text(kor)["initialled"]["by"] if one["party"] == "USA")
    assert f"READ BACK of {initial} stands as" in kor.run("text", "readback", "statement", key="policy").stdout
    both(world, "both", lambda one: all(by["read_back"] for by in one["initialled"]["by"]))
    back = next(one["read_back"][0]["place"] for one in text(usa)["initialled"]["by"] if one["party"] == "USA")
    assert f"{back} is marked CORRECT by" in usa.run("text", "mark", "statement", key="policy").stdout
    both(world, "marked", lambda one: "sign_from_ms" in one)
    # The hold is that of the own clock since the own side read back: USA's is over sooner.
    sooner, later = text(usa)["sign_from_ms"], text(kor)["sign_from_ms"]
    assert sooner < later
    wrong("The hold is not over on its own clock: it goes on for {1} (HOLD).", "text", "sign", "statement")
    assert "It may be signed from" in kor.run("text", "show", "statement").stdout
    assert "waits to be read back" in kor.run("text", "readback", "statement", key="policy").stdout


def test_the_sentences_of_what_goes_wrong(stage, tmp_path):
    """Each bad input of the dialogues, with the sentence that a person reads, in both languages; and nothing of it is lost or filed."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, edit={"timers": ("text hold 30s", "text hold 3s")})
    kor, usa = world["kor"], world["usa"]
    korean = gettext.GNUTranslations(next(nodes.BUILD.glob("po/ko/LC_MESSAGES/entente.mo")).open("rb"))

    def wrong(msgid, *words, key="policy", code=4):
        for env, sentence in (({}, msgid), (nodes.KOREAN, korean.gettext(msgid))):
            assert env == {} or sentence != msgid, f"in Korean too: {msgid}"
            sentence_of(kor.run(*words, key=key, code=code, env=env), sentence)

    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--languages", "ko,en", key="policy")
    usa.wait("the text is there", lambda: text(usa))
    # A language is missing.
    kor.run("text", "unit", "statement", "goal", KO, "--language", "ko", key="policy")
    wrong("{1} is not clear: a language has no words, or those of several parties.", "text", "concord", "statement", "goal", key="linguist", code=2)
    wrong("not all of the text is agreed, or its languages are not found to match", "text", "initial", "statement")
    # The same words typed by both are one alternative.
    usa.run("text", "unit", "statement", "goal", KO, "--language", "ko", key="policy")
    both(world, "the same words", lambda one: one["versions"] == 2)
    same = text(kor)["units"][0]["languages"]["ko"]
    assert same["status"] == "PROPOSED" and [one["by"] for one in same["versions"]] == [{"KOR": "proposes", "USA": "proposes"}]
    # Two sides edit one unit at once: both stay, in brackets.
    kor.run("text", "unit", "statement", "goal", "Ours.", "--language", "en", key="policy")
    usa.run("text", "unit", "statement", "goal", EN, "--language", "en", key="policy")
    both(world, "brackets", lambda one: one["units"][0]["status"] == "BRACKETED")
    done = kor.run("text", "agree", "statement", key="policy").stderr
    assert "1 unit stands in brackets" in done and "entente text agree statement UNIT --party CODE" in done, done
    wrong("{1} is not clear: a language has no words, or those of several parties.", "text", "agree", "statement", "goal", code=2)
    assert {one["words"] for one in text(kor)["units"][0]["languages"]["en"]["versions"]} == {"Ours.", EN}
    # A signature on a stale hash.
    kor.run("text", "agree", "statement", "goal", "--party", "USA", key="policy")
    both(world, "one English", lambda one: one["units"][0]["status"] == "PROPOSED")
    old = text(kor)["hash"]
    clean(world)
    wrong("its hash is not that of the text as it stands", "text", "initial", "statement", "--hash", old)
    # A release by one side only.
    endorsed(world, "initial", "initialled")
    signed_too_early(world, wrong)
    endorsed(world, "sign", "signed")
    usa.run("text", "release", "statement", "--when", "2023-04-12T00:00Z", key="policy")
    both(world, "one release", lambda one: len(one["released"]["by"]) == 1)
    wrong("{1} is released by one side only, or for another time, or by other outlets: it does not go out.", "text", "publish", "statement", tmp_path, key=None)
    kor.run("text", "release", "statement", "--when", "2023-04-13T00:00Z", key="policy")
    both(world, "two times", lambda one: len(one["released"]["by"]) == 2)
    wrong("{1} is released by one side only, or for another time, or by other outlets: it does not go out.", "text", "publish", "statement", tmp_path, key=None)
    kor.run("text", "release", "statement", "--when", "2023-04-12T00:00Z", "--outlets", "atom", key="policy")
    both(world, "other outlets", lambda one: any(by.get("outlets") == ["atom"] for by in one["released"]["by"]))
    wrong("{1} is released by one side only, or for another time, or by other outlets: it does not go out.", "text", "publish", "statement", tmp_path, key=None)
    assert "Not before 2023-04-12T00:00Z. By atom.\n" in kor.run("text", "show", "statement").stdout
    assert not list(tmp_path.glob("statement.*"))
    # An agenda that is agreed to twice, a session that is concluded twice, or before it began.
    kor.run("session", "new", "kidd", "first", "First", "--when", "2023-04-11", key="policy")
    kor.run("session", "open", "first", key="policy")
    kor.run("session", "agree", "first", key="policy")
    wrong("the step before it was not taken", "session", "conclude", "first")
    for verb in ("begin", "conclude"):
        kor.run("session", verb, "first", key="policy")
    for verb in ("open", "agree", "conclude"):
        wrong("its party said it before", "session", verb, "first")
    # An item of it that is closed twice, by one side and by both.
    kor.run("session", "new", "kidd", "second", "Second", "--when", "2023-05-11", "--language", "en", key="policy")
    kor.run("session", "item", "second", "point", "Point", "--language", "en", key="policy")
    kor.run("session", "close-item", "point", key="policy")
    wrong("its party said it before", "session", "close-item", "point")
    usa.wait("the item is there", lambda: any(one["name"] == "point" for one in usa.get("/dialogues", kind="item")["things"]))
    usa.run("session", "close-item", "point", key="policy")
    kor.wait("it is closed", lambda: any(one["standing"] == "CLOSED" for one in kor.get("/dialogues", kind="item")["things"]))
    wrong("its party said it before", "session", "close-item", "point")
    wrong("what it is about is closed", "session", "discussed", "point")
    # A commitment that its own debtor accepts; a body that is ended over it.
    kor.run("commitments", "new", "kidd", "exercise", "Exercise", "--by", "KOR", "--detail", "One was held", "--language", "en", key="policy")
    kor.run("commitments", "report", "exercise", "Held", key="policy")
    wrong("nobody accepts or disputes his own report", "commitments", "accept", "exercise")
    wrong("commitments of the body are still open", "body", "end", "kidd")
    assert {one["name"]: one["standing"] for one in kor.get("/dialogues")["things"] if one["kind"] in ("body", "commitment")} == {"kidd": "OPEN", "exercise": "REPORTED"}
    # Each says what to do then; and who has nothing left to say is told so.
    for said, words, key in (("each is reported and accepted first", ("body", "end", "kidd"), "policy"), ("one to whom it is owed", ("commitments", "accept", "exercise"), "policy"),
                             ("where it stands", ("session", "agree", "first"), "policy"), ("entente text correct or entente text amend", ("text", "unit", "statement", "goal", "Other", "--language", "en"), "policy"),
                             ("--to CODES", ("commitments", "new", "kidd", "own", "Own", "--by", "KOR", "--to", "KOR", "--language", "en"), "policy")):
        assert said in kor.run(*words, key=key, code=4).stderr.split("next: ")[1], words
    assert "agrees to all of that already" in kor.run("text", "agree", "statement", key="policy").stderr
    assert "found all of that to match already" in kor.run("text", "concord", "statement", key="linguist").stderr
    kor.run("text", "correct", "statement", "corrected", "Correction", "--language", "en", key="policy")
    assert text(kor, "corrected")["languages"] == ["ko", "en"], "those of what it corrects"
    wrong("No report on {1} waits for an answer.", "commitments", "accept", "exercise", "--party", "USA", code=3)
    # A commitment is taken from a unit that is there, of a text that is there.
    for unit, msgid in (("statement/nowhere", "There is no unit {1} in the text."), ("nothing/goal", "There is no {1} of the name {2}.")):
        wrong(msgid, "commitments", "new", "kidd", "taken", "Taken", "--by", "USA", "--unit", unit, code=3)
    for options in (("--by", "XYZ"), ("--by", "KOR,kor"), ("--by", "KOR", "--to", "XYZ")):
        wrong("{1} is no party of the channel.", "commitments", "new", "kidd", "taken", "Taken", *options, code=3)
    for number in ("six", "6x", "-1", "4294967296"):
        assert "number is missing, or is not as it is written" in kor.run("body", "amend", "kidd", "--number", number, key="policy", code=2).stderr
    # A file with an unknown field, a wrong date, an id twice: nothing of it is filed.
    count = len(kor.get("/dialogues")["things"])
    body = {"kind": "body", "name": "spi", "title": {"en": "Initiative"}}
    file = tmp_path / "bad.json"
    for msgid, things in (("{1}: {2} is not known there.", [{**body, "chair": "x"}]), ("{1} is there twice.", [body, body]),
                          ("{1}: {2} is not as it is written.", [body, {"kind": "session", "of": "spi", "name": "one", "title": {"en": "One"}, "when": "2023-02-30"}])):
        file.write_text(json.dumps({"entente": "dialogues/1", "channel": "consult", "label": "U", "things": things}))
        wrong(msgid, "import", "dialogues", file)
    assert len(kor.get("/dialogues")["things"]) == count


def drawn(file, *arguments, code=0, env=None):
    done = subprocess.run([nodes.BINARY.parent / "entente-page", "-s", hashlib.sha256(file).hexdigest(), *arguments], input=file, capture_output=True,
                          env={**os.environ, **(env or {})})
    assert done.returncode == code, done.stderr
    return done.stdout


def test_long_texts_go_over_pages(tmp_path):
    """Nothing of a unit is lost where a page ends, however long it is; and what no font here can draw is not drawn as boxes."""
    def part(name, language, words):
        return f"{name} {language} {len(words.encode())}\n{words}\n".encode()

    long = {"ko": [f"{i}항. " + KO * (1 + 11 * (i % 3)) for i in range(40)], "en": [f"Unit {i}. " + EN * (1 + 7 * (i % 4)) for i in range(40)]}
    file = b"entente text/1\naccord 00\nname x\n" + part("title", "ko", "공동성명") + b"".join(
        part(f"unit u{i}", tag, long[tag][i]) for i in range(40) for tag in ("ko", "en"))
    pdf = tmp_path / "long.pdf"
    pdf.write_bytes(drawn(file, "-m", "en=SECRET"))
    pages = subprocess.run(["pdftotext", "-raw", pdf, "-"], check=True, capture_output=True, text=True).stdout.split("\f")[:-1]
    assert len(pages) > 5 and all(page.count("SECRET") == 2 and f"{n}/{len(pages)} " in page for n, page in enumerate(pages, 1))
    for tag, units in long.items():
        alone = tmp_path / f"{tag}.pdf"
        alone.write_bytes(drawn(file, "-l", tag))
        read = "".join("".join(re.sub(r"\d+/\d+ +SHA-256 [0-9a-f]{64}", "", page).split()) for page in subprocess.run(
            ["pdftotext", "-raw", alone, "-"], check=True, capture_output=True, text=True).stdout.split("\f"))
        for words in units:
            assert "".join(words.split()) in read, words[:40]
    # A file of more than an answer holds is drawn to its end; the other language is not what takes long.
    file = b"entente text/1\naccord 00\nname x\n" + b"".join(part(f"unit u{i}", tag, words) for i in range(2048) for tag, words in (("ko", "한" * 800), ("en", f"No. {i}")))
    assert len(file) > 4 << 20
    alone.write_bytes(drawn(file, "-l", "en"))
    assert "No. 2047" in subprocess.run(["pdftotext", "-raw", alone, "-"], check=True, capture_output=True, text=True).stdout
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    drawn(file, code=3, env={"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "XDG_CACHE_HOME": str(tmp_path)})
    drawn(file, "-l", "fr", code=2)
    drawn(b"", code=2)
