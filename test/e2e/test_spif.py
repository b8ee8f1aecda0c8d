"""Guidelines as an SPIF and back: the same lines, for every example and made file; and what others write is read or refused by rule."""
import json
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import nodes
import pytest

sys.path.insert(0, str(nodes.ROOT / "test/policy"))
import make_bundles  # noqa: E402
from make_accord import keys_of  # noqa: E402

NS = "http://www.xmlspif.org/spif"
S = f"{{{NS}}}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
OID = re.compile(r"[0-2](\.[0-9]+)+")
EXAMPLES = ["rok-us", "rok-us-exercise", "harbours"]
KINDS = {"all": "restrictive", "any": "permissive", "info": "tagType7"}
# The order in which the schema has what stands below an element.
ORDER = {"SPIF": ["securityPolicyId", "securityClassifications", "securityCategoryTagSets", "extensions"],
         "securityClassification": ["markingData"], "securityCategoryTag": ["tagCategory"],
         "tagCategory": ["markingData", "excludedClass", "excludedCategory"], "securityCategoryTagSet": ["securityCategoryTag"]}


def make(folder, files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    nodes.run("init", "accord", folder)
    return folder


def example(tmp_path, name):
    folder = tmp_path / name
    shutil.copytree(nodes.ROOT / "accords" / name, folder)
    parties = [line.split()[0] for line in (folder / "parties").read_text().splitlines() if line.strip() and line[0] != "#"]
    (folder / "keys").write_text("".join(f"{line}\n" for one in parties for line in keys_of(one, 1, 1)))
    nodes.run("init", "accord", folder)
    return folder


def said(lines):
    """Each line of these kinds as its words, names by language in order: what the file says, however it is written."""
    out = []
    lowest = next(line.split()[1] for line in lines if line.startswith("level"))
    for line in lines:
        words = shlex.split(f"{line} ".replace(f" from {lowest} ", " "), comments=True)  # which says nothing
        if words and words[0] == "guidelines":
            out.append(words[:4])
        if not words or words[0] not in ("party", "outside", "level", "category", "value"):
            continue
        at = {"category": 3, "value": 3}.get(words[0], 2)
        end = at
        while words[0] != "category" and end + 1 < len(words) and words[end] in ("ko", "en"):
            end += 2
        names = sorted(zip(words[at:end:2], words[at + 1:end:2]))
        out.append(words[:at] + names + words[end:])
    return sorted(out, key=lambda row: ["guidelines", "party", "outside", "level", "category", "value"].index(row[0]))


def by_category(rows):
    """Values may stand anywhere behind their category; their order counts within it alone."""
    return [row for row in rows if row[0] != "value"], sorted((row for row in rows if row[0] == "value"), key=lambda row: row[1])


def propose(tmp_path, text, code=0):
    file = tmp_path / "in.xml"
    file.write_text(text, encoding="utf-8")
    done = nodes.run("accord", "propose", file, "--json", code=code)
    return json.loads(done.stdout) if code == 0 else done.stderr


def look(text, guidelines):
    """What a program that knows the schema looks for."""
    root = ElementTree.fromstring(text.encode())
    rows = said(guidelines)
    head, = [row for row in rows if row[0] == "guidelines"]
    assert root.tag == S + "SPIF" and root.get("schemaVersion") == "2.1" and root.get("version") == head[3]
    assert re.fullmatch(r"\d{14}Z", root.get("creationDate")) and root.get("keyIdentifier") == "" and root.get("originatorDN")
    assert all(OID.fullmatch(root.get(name)) for name in ("privilegeId", "rbacId"))
    policy, = root.findall(f"{S}securityPolicyId")
    assert policy.get("name") == f"{head[1]} {head[3]}" and OID.fullmatch(policy.get("id"))
    for node in root.iter():
        if node.tag.startswith(S) and node.tag[len(S):] in ORDER:
            places = [ORDER[node.tag[len(S):]].index(child.tag[len(S):]) for child in node]
            assert places == sorted(places)
    levels = [row for row in rows if row[0] == "level"]
    found = sorted(root.findall(f"{S}securityClassifications/{S}securityClassification"), key=lambda n: int(n.get("hierarchy")))
    assert [n.get("name") for n in found] == [row[1] for row in levels] and len({n.get("lacv") for n in found}) == len(found)
    for node, row in zip(found, levels):
        phrases = {n.get(XML_LANG): (n.get("phrase"), [c.text for c in n]) for n in node.findall(f"{S}markingData")}
        assert phrases.pop(None) == (row[1], ["portionMarking"])
        assert phrases == {language: (text, ["pageTopBottom"]) for language, text in row[2:]}
    sets = {n.get("name"): n for n in root.findall(f"{S}securityCategoryTagSets/{S}securityCategoryTagSet")}
    assert len({n.get("id") for n in sets.values()}) == len(sets) and all(OID.fullmatch(n.get("id")) for n in sets.values())
    kinds = {row[1]: KINDS[row[2]] for row in rows if row[0] == "category"}
    assert {name: n.find(f"{S}securityCategoryTag").get("tagType") for name, n in sets.items()} == {
        **kinds, "rel": "permissive", "origin": "tagType7"}
    for name, node in sets.items():
        values = [n.get("name") for n in node.findall(f"{S}securityCategoryTag/{S}tagCategory")]
        assert values == ([row[1] for row in rows if row[0] in ("party", "outside")] if name in ("rel", "origin") else
                          [row[2] for row in rows if row[0] == "value" and row[1] == name])


def is_valid(text):
    """By xmllint and the closed grammar of what is written: spif.rng."""
    done = subprocess.run(["xmllint", "--noout", "--nonet", "--relaxng", str(nodes.ROOT / "test/e2e/spif.rng"), "-"],
                          input=text.encode(), capture_output=True)
    assert done.returncode in (0, 3), done.stderr.decode()
    return done.returncode == 0


def round_trip(tmp_path, folder):
    guidelines = (folder / "guidelines").read_text(encoding="utf-8").splitlines()
    text = nodes.run("accord", "spif", folder).stdout
    assert is_valid(text), text
    look(text, guidelines)
    back = propose(tmp_path, text)
    assert by_category(said(back["lines"])) == by_category(said(guidelines)) and back["left"] == [], folder
    return text


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples(tmp_path, name):
    folder = example(tmp_path, name)
    text = round_trip(tmp_path, folder)
    again = nodes.run("accord", "spif", folder).stdout
    assert re.sub(r'creationDate="\w+"', "", again) == re.sub(r'creationDate="\w+"', "", text)


def test_the_grammar_is_closed(tmp_path):
    """Whatever is left out, doubled or added anywhere is not what the grammar has: it can say no."""
    text = nodes.run("accord", "spif", example(tmp_path, "harbours")).stdout
    root = ElementTree.fromstring(text.encode())
    head, rest = text.split("?>", 1)
    changed = [f"{head}?>{rest.replace(f' {name}=', f' un{name}=', 1)}" for name in sorted({name for node in root.iter() for name in node.keys() if name[0] != "{"})]
    changed += [text.replace("<spif:extensions>", "<spif:extensions/><spif:extensions>"), text.replace("</spif:SPIF>", "<spif:privacyMarks/></spif:SPIF>"),
                text.replace("pageTopBottom", "pageTop", 1), text.replace('lacv="0"', 'lacv="-1"', 1), text.replace("2.25.", "2.26.", 1),
                text.replace('xml:lang="en"', 'xml:lang=""', 1), text.replace('tagType="tagType7"', 'tagType="permissive"', 1)]
    for one in changed:
        assert one != text and not is_valid(one), one


def test_of_two_extensions_neither_is_left_out(tmp_path):
    """What only an originator may open, and who is outside, stands in extensions: in a second one too."""
    text = nodes.run("accord", "spif", example(tmp_path, "rok-us")).stdout
    assert "control" in text
    assert propose(tmp_path, text.replace("<spif:extensions>", "<spif:extensions/><spif:extensions>"))["lines"] == propose(tmp_path, text)["lines"]


def test_made_files(tmp_path):
    for seed in range(30):
        round_trip(tmp_path, make(tmp_path / str(seed), make_bundles.make(seed)))


def test_without_guidelines(tmp_path):
    files = make_bundles.make(0)
    del files["guidelines"]
    assert "has no guidelines" in nodes.run("accord", "spif", make(tmp_path / "none", files), code=3).stderr


# Of somebody else: the default namespace, values with integers, and all that guidelines have no word for.
OTHERS = """<?xml version="1.0"?>
<SPIF xmlns="http://www.xmlspif.org/spif" schemaVersion="2.0" creationDate="20150101000000Z" originatorDN="" keyIdentifier=""
      privilegeId="1.2.3" rbacId="1.2.3" userRefURI="http://example.org/">
 <securityPolicyId name="Sea Trade" id="1.2.3.4"/>
 <securityClassifications>
  <securityClassification name="Deep" lacv="9" hierarchy="20" color="red">
   <markingData phrase="DEEP WATER" xml:lang="en"><code>pageTop</code></markingData>
   <markingData phrase="깊음" xml:lang="ko"><code>pageTop</code></markingData>
   <markingData phrase="D"><code>portionMarking</code></markingData>
   <requiredCategory operation="oneOrMore"><categoryGroup tagSetRef="Cargo" tagType="restrictive" lacv="1"/></requiredCategory>
  </securityClassification>
  <securityClassification name="SHORE" lacv="1" hierarchy="-1"/>
  <securityClassification name="SHOAL" lacv="2" hierarchy="20"/>
  <securityClassification name="OLD" lacv="3" hierarchy="5" obsolete="true"/>
 </securityClassifications>
 <securityCategoryTagSets>
  <securityCategoryTagSet name="Cargo" id="1.2.3.5">
   <securityCategoryTag name="Cargo" tagType="enumerated" enumType="restrictive" minSelection="1">
    <tagCategory name="RUM" lacv="1"><excludedClass>SHORE</excludedClass><excludedClass>SHOAL</excludedClass></tagCategory>
    <tagCategory name="rum" lacv="2" requiredClass="SHORE"/>
    <tagCategory name="TEA" lacv="3" obsolete="1"/>
    <tagCategory name="WEIGHT" lacv="4" userInput="integer"/>
    <tagCategory name="ICE" lacv="5" requiredClass="OLD"/>
    <tagCategory name="SALT" lacv="6"><markingData phrase="a &quot;b&quot;"><code>pageTop</code></markingData>
     <excludedCategory tagSetRef="Ports" tagType="permissive" lacv="1"/></tagCategory>
   </securityCategoryTag>
   <securityCategoryTag name="rel" tagType="permissive"/>
   <securityCategoryTag tagType="enumerated"/>
   <securityCategoryTag name="remark" tagType="notApplicable"/>
  </securityCategoryTagSet>
 </securityCategoryTagSets>
 <privacyMarks><privacyMark name="BY HAND"/></privacyMarks>
</SPIF>
"""
LINES = """guidelines SEA-TRADE version 1
level SHORE en "SHORE" ko "SHORE"
level DEEP en "DEEP WATER" ko "깊음"
level SHOAL en "SHOAL" ko "SHOAL"
category cargo all
value cargo RUM en "RUM" ko "RUM" from DEEP
value cargo RUM-2 en "rum" ko "rum"
value cargo SALT en "SALT" ko "SALT"
category rel-2 any
category cargo-2 all
category remark all
"""
LEFT = """RENAMED Sea Trade SEA-TRADE
RENAMED Deep DEEP
RENAMED Cargo cargo
RENAMED rum RUM-2
RENAMED rel rel-2
RENAMED Cargo cargo-2
OBSOLETE OLD
OBSOLETE TEA
TYPED WEIGHT
NOWHERE ICE
PORTION DEEP D
EQUAL SHOAL DEEP
ABOVE RUM DEEP
ABOVE RUM-2 SHORE
NAME SALT en
NAME SALT ko
EXCLUDED SALT Ports
KIND Cargo enumerated
KIND remark notApplicable
OTHER SPIF@userRefURI 1
OTHER securityClassification@color 1
OTHER requiredCategory 1
OTHER categoryGroup 1
OTHER securityCategoryTag@minSelection 1
OTHER privacyMarks 1
OTHER privacyMark 1
"""


def test_of_somebody_else(tmp_path):
    got = propose(tmp_path, OTHERS)
    assert "".join(f"{line}\n" for line in got["lines"]) == LINES
    assert sorted(" ".join(filter(None, (row["why"], row["of"], row["as"]))) for row in got["left"]) == sorted(LEFT.splitlines())
    shown = nodes.run("accord", "propose", tmp_path / "in.xml").stdout.splitlines()
    told = [line for line in shown if line.startswith("#")]
    assert shown[len(told):] == LINES.splitlines() and len(told) == 2 + len(got["left"])
    assert '# "TEA" is obsolete there and is left out' in told and "# not read: privacyMark (1)" in told
    korean = nodes.run("accord", "propose", tmp_path / "in.xml", env=nodes.KOREAN).stdout
    assert "원본에서 폐지된 항목이므로 제외함" in korean and "left out" not in korean


def test_what_is_proposed_can_be_signed(tmp_path):
    """Its lines, with those that only a person can add, are a file that the accord's reader takes."""
    lines = propose(tmp_path, OTHERS)["lines"]
    files = make_bundles.make(1)
    members = [line.split()[0].upper() for line in files["parties"].splitlines()]
    values = " ".join(line.split()[2] for line in lines if line.startswith("value"))
    files["guidelines"] = "\n".join([
        lines[0] + " review-by 2027-01-01", *[f"party {one} {make_bundles.names(one)}" for one in members], *lines[1:],
        f"agreement all parties {' '.join(members)} ceiling SHOAL", *[f"node {one} up-to SHOAL holds {values}" for one in members],
        *[f"role {post} up-to SHOAL holds {values} may release" for post in make_bundles.POSTS],
        *[f"plane {plane} ceiling SHOAL" for plane in make_bundles.PLANES], "release within by 2", "release outside by 2",
        "downgrade by 2", "recall by 1", "erase by 2", "approval lasts 1h", "fate review 1y", ""])
    round_trip(tmp_path, make(tmp_path / "signed", files))


def test_more_than_a_file_holds(tmp_path):
    values = "".join(f'<tagCategory name="V{i}" lacv="{i}"/>' for i in range(70))
    got = propose(tmp_path, OTHERS.replace("<tagCategory", values + "<tagCategory", 1))
    assert sum(line.startswith("value") for line in got["lines"]) == 64
    assert sum(row["why"] == "FULL" for row in got["left"]) == 9
    words = "".join(f'<markingData phrase="x" xml:lang="{one}"><code>pageTop</code></markingData>' for one in ("de", "fr", "it", "no"))
    got = propose(tmp_path, OTHERS.replace("<requiredCategory", words + "<requiredCategory", 1))
    assert [row["of"] for row in got["left"] if row["why"] == "LANGUAGE"] == ["it"]
    assert got["lines"][1].count('"SHORE"') == 4


LEVEL = '<securityClassification name="SHORE" lacv="1" hierarchy="-1"/>'
BAD = [
    ("xml.dtd", '<SPIF xmlns', '<!DOCTYPE SPIF [<!ENTITY a "b">]><SPIF xmlns'),
    ("xml.form", "</SPIF>", ""),
    ("xml.depth", "<privacyMark name", "<a>" * 30 + "</a>" * 30 + "<privacyMark name"),
    ("spif.root", 'xmlns="http://www.xmlspif.org/spif"', 'xmlns="http://www.xmlspif.org/other"'),
    ("spif.version", 'schemaVersion="2.0"', 'schemaVersion="3.0"'),
    ("spif.version", 'schemaVersion="2.0"', ""),
    ("spif.policy", '<securityPolicyId name="Sea Trade" id="1.2.3.4"/>', ""),
    ("spif.policy", '<securityPolicyId name="Sea Trade"', '<securityPolicyId name="A" id="1.2"/><securityPolicyId name="Sea Trade"'),
    ("spif.policy", 'name="Sea Trade"', 'name=""'),
    ("spif.policy", 'schemaVersion="2.0"', 'schemaVersion="2.0" version="0"'),
    ("spif.level", "securityClassifications", "securityClassificationz"),
    ("spif.level", 'name="SHORE" lacv="1"', 'lacv="1"'),
    ("spif.level", 'lacv="1" hierarchy="-1"', 'lacv="2" hierarchy="-1"'),
    ("spif.level", 'lacv="1" hierarchy="-1"', 'lacv="1"'),
    ("spif.level", 'lacv="1" hierarchy="-1"', 'lacv="one" hierarchy="-1"'),
    ("spif.level", 'hierarchy="-1"', 'hierarchy="9999999999999999999"'),
    ("spif.level", 'name="SHORE"', 'name="OLD"'),
    ("spif.level", 'obsolete="true"', 'obsolete="yes"'),
    ("spif.set", '<securityCategoryTagSet name="Cargo"', '<securityCategoryTagSet name="Cargo" id="1.1"/><securityCategoryTagSet name="Cargo"'),
    ("spif.set", '<securityCategoryTagSet name="Cargo"', "<securityCategoryTagSet"),
    ("spif.tag", 'tagType="notApplicable"', 'tagType="open"'),
    ("spif.tag", 'tagType="notApplicable"', ""),
    ("spif.value", 'name="rum" lacv="2"', 'lacv="2"'),
    ("spif.value", 'name="rum" lacv="2"', 'name="rum"'),
    ("spif.value", 'obsolete="1"', 'obsolete="2"'),
    ("spif.class", 'requiredClass="SHORE"', 'requiredClass="SHARE"'),
    ("spif.class", "<excludedClass>SHOAL", "<excludedClass>SHALL"),
    ("spif.count", LEVEL, LEVEL + "".join(f'<securityClassification name="L{i}" lacv="1{i}" hierarchy="{i}"/>' for i in range(13))),
    ("spif.count", "<securityCategoryTagSet ", "".join(f'<securityCategoryTagSet name="s{i}" id="1.{i}"/>' for i in range(256)) +
     "<securityCategoryTagSet "),
    ("spif.count", "<tagCategory", "".join(f'<tagCategory name="v{i}" lacv="{i}" obsolete="true"/>' for i in range(4100)) + "<tagCategory"),
]


def test_refused(tmp_path):
    for rule, old, new in BAD:
        assert old in OTHERS, old
        bad = OTHERS.replace(old, new) if old == "securityClassifications" else OTHERS.replace(old, new, 1)
        assert f"rule {rule}, " in propose(tmp_path, bad, code=4), (rule, new)
    assert "longer than what is taken" in propose(tmp_path, OTHERS + " " * (1 << 20), code=4)
    assert "cannot be read" in nodes.run("accord", "propose", tmp_path / "absent", code=3).stderr
