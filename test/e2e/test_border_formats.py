"""Each format by a reader that is not ours, of one record: an item, one with a reference, a withdrawn one."""
import csv
import hashlib
import io
import json
import re
import subprocess
import xml.etree.ElementTree as ET

import feedparser
import pytest

import nodes

FEEDS = ("feed taxii misp atom ics geojson csv ceiling R", "feed taxii misp atom ics geojson csv adatp-4774 ceiling R")
LINE = "KOR-USA 1 U rel=KOR,USA origin=KOR"
BANNER = "UNCLASSIFIED//REL TO KOR, USA//FROM KOR"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
WORDS = "=SUM(A1) & <b>\"two\"</b>\n둘째 줄"


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """A node whose role press may read three items, one of them recalled; what is above it is not to be found."""
    team = {name: [name] for name in ("watch", "head", "deputy")}
    world = nodes.World(tmp_path_factory.mktemp("formats") / "world", nodes.ROOT / "accords/rok-us", {"kor": team, "usa": team})
    guidelines = world.accord / "guidelines"
    guidelines.write_text(guidelines.read_text().replace(*FEEDS))
    kor = world.make().start()["kor"]

    def say(text, *more):
        return kor.say("send", "share", text, "--to", "usa/watch", "--label", "U", *more, key="watch")["place"]

    first = say(WORDS, "--subject", "Launches, \"two\"")
    hidden = kor.release("send", "share", "HIDDEN", "--to", "usa/watch", "--label", "R", by=("head",))
    say("Second.", "--refers", hidden, "--refers", first)
    kor.run("recall", say("TAKEN BACK"), key="watch")
    yield kor
    world.stop()


def feed(record, name, folder):
    told = record.run("feed", name, "--role", "press", "--to", folder)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert not any(b"HIDDEN" in raw or b"TAKEN BACK" in raw for raw in files.values()), "neither leaves"
    assert "1 reference was removed" in told.stderr
    again = folder.parent / f"{name} again"
    record.run("feed", name, "--role", "press", "--to", again)
    assert {path.name: path.read_bytes() for path in again.iterdir()} == files, "the same items are the same bytes"
    return files


def test_atom(record, tmp_path):
    raw = feed(record, "atom", tmp_path / "feed")["feed.atom"]
    read = feedparser.parse(raw)
    assert not read.bozo and len(read.entries) == 2
    newest, first = read.entries
    assert first.title.startswith("(U//REL KOR, USA//FROM KOR) Launches") and first.content[0].value == WORDS
    assert first.tags[0].term == LINE and first.tags[0].label == BANNER and first.author == "KOR watch"
    assert [one.href for one in newest.links if one.rel == "related"] == [first.id]
    told = subprocess.run(["sfeed"], input=raw, capture_output=True, check=True).stdout.decode().splitlines()
    assert [line.split("\t")[1] for line in told] == [newest.title, first.title], "a second reader finds the same"
    gone = ET.fromstring(raw).findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert len(gone) == 1 and gone[0].get("ref").startswith("urn:uuid:")


def test_cap(record, tmp_path):
    files = feed(record, "cap", tmp_path / "feed")
    index = feedparser.parse(files.pop("index.atom"))
    assert not index.bozo and sorted(link.href for entry in index.entries for link in entry.links
                                     if link.rel == "alternate") == sorted(files)
    alerts = {name: ET.fromstring(raw) for name, raw in files.items()}
    kinds = sorted(alert.findtext(f"{CAP}msgType") for alert in alerts.values())
    assert kinds == ["Alert", "Alert", "Cancel"]
    sent = {}
    for alert in alerts.values():
        get = {child.tag.removeprefix(CAP): child.text for child in alert}
        assert list(get)[:5] == ["identifier", "sender", "sent", "status", "msgType"]
        assert get["scope"] == "Restricted" and get["restriction"] == BANNER and get["code"] == LINE
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-00:00", get["sent"]) and get["status"] == "Actual"
        sent[",".join((get["sender"], get["identifier"], get["sent"]))] = get["msgType"]
        assert (alert.find(f"{CAP}info") is None) == (get["msgType"] == "Cancel")
        times = {name: [one.text for one in alert.iter(f"{CAP}{name}")] for name in ("sent", "effective", "onset", "expires")}
        assert times == {"sent": [get["sent"]], "effective": [get["sent"]] * len(alert.findall(f"{CAP}info")), "onset": [], "expires": []}
        assert not [one for shape in ("polygon", "circle") for one in alert.iter(f"{CAP}{shape}")], "nothing is drawn that could be open"
    for alert in alerts.values():
        names = (alert.findtext(f"{CAP}references") or "").split()
        if alert.findtext(f"{CAP}msgType") == "Cancel":
            assert len(names) == 1 and names[0] not in sent, "what is taken back is not sent any more"
        else:
            assert all(name in sent for name in names)


def test_misp(record, tmp_path):
    files = feed(record, "misp", tmp_path / "feed")
    manifest = json.loads(files.pop("manifest.json"))
    hashes = [line.split(",") for line in files.pop("hashes.csv").decode().splitlines()]
    assert sorted(f"{uuid}.json" for uuid in manifest) == sorted(files) and len(files) == 2
    for uuid, row in manifest.items():
        raw = files[f"{uuid}.json"]
        assert row["integrity:sha256"] == hashlib.sha256(raw).hexdigest()
        event = json.loads(raw)["Event"]
        assert event["uuid"] == uuid and event["distribution"] == "0"
        assert [tag["name"] for tag in event["Tag"]] == ["tlp:amber", f'entente:label="{LINE}"']
        for one in event["Attribute"]:
            assert [hashlib.md5(one["value"].encode()).hexdigest(), uuid] in hashes


def test_geojson_and_csv(record, tmp_path):
    path = tmp_path / "feed" / "items.geojson"
    feed(record, "geojson", tmp_path / "feed")
    rows = [one["properties"] for one in json.loads(path.read_bytes())["features"]]
    assert [row["withdrawn"] for row in rows] == [True, False, False]
    assert rows[2]["text"] == WORDS and all(row["marking"] == BANNER and row["label"] == LINE for row in rows)
    told = subprocess.run(["ogrinfo", "-q", "-al", str(path)], capture_output=True, text=True, check=True)
    assert told.stdout.count("OGRFeature") == 3 and BANNER in told.stdout

    raw = feed(record, "csv", tmp_path / "csv")["items.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    assert rows[2]["text"] == "'" + WORDS, "a formula is text"
    assert rows[2]["title"] == "Launches, \"two\"" and rows[0]["withdrawn"] == "yes"
    assert all(row["marking"] == BANNER and row["label"] == LINE for row in rows)


def test_adatp_4774(record, tmp_path):
    files = feed(record, "adatp-4774", tmp_path / "feed")
    names = {"slab": "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0",
             "mb": "urn:nato:stanag:4778:bindinginformation:1:0"}
    bindings = [ET.fromstring(raw) for name, raw in files.items() if name.endswith(".xml")]
    assert len(bindings) == 2 and len(files) == 4
    for one in bindings:
        assert one.find(".//mb:DataReference", names).get("URI") in files
        assert one.findtext(".//slab:PolicyIdentifier", None, names) == "KOR-USA 1"
        assert one.findtext(".//slab:Classification", None, names) == "U"
        values = {row.get("TagName"): (row.get("Type"), [value.text for value in row])
                  for row in one.findall(".//slab:Category", names)}
        assert values == {"rel": ("PERMISSIVE", ["KOR", "USA"]), "origin": ("INFORMATIVE", ["KOR"])}
        assert one.find(".//slab:originatorConfidentialityLabel", names).get("ReviewDateTime") > "2030"


def test_what_is_not_named_is_not_sent(record, tmp_path):
    for name, code in (("misp", 2), ("nothing", 2)):
        record.run("feed", name, *(["--role", "press"] if name == "nothing" else []), code=code)
    record.run("feed", "atom", "--role", "admiral", code=3)
