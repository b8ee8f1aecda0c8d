#!/usr/bin/python3
"""Writes guidelines.json: an accord of two parties with the guidelines of guidelines/example, and copies of it that are
changed in one place. How a vector is written, the header of make_accord.py says.

usage: test/vectors/make_guidelines.py >test/vectors/guidelines.json
"""
import json
import pathlib
import sys

import accord_reader
from make_accord import keys_of

EXAMPLE = (pathlib.Path(__file__).parent / "guidelines/example").read_text(encoding="utf-8")

POSTS = ["desk", "duty", "leader", "press", "releaser"]
BASE = {
    "accord": 'founding\nmode live\npost-quantum preferred\nlanguages en ko\ntitle en "Example" ko "예시"\n',
    "parties": 'kor en "Republic of Korea" ko "대한민국"\nusa en "United States" ko "미국"\n',
    "posts": "".join(f'{post} en "{post}" ko "{post}" of kor usa\n' for post in POSTS),
    "keys": "\n".join(keys_of("kor", 1, 1) + keys_of("usa", 1, 1)) + "\n",
    "channels": "".join(
        f'{number} {plane.lower()} {plane} en "{plane}" ko "{plane}" parties kor usa write duty '
        "precedence FLASH ROUTINE\n" for number, plane in enumerate(["LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE"], 1))
    + "".join(f'{number} {party}-home HOME en "Home" ko "집" parties {party} write duty precedence ROUTINE\n'
              for number, party in ((901, "kor"), (902, "usa"))),
    "timers": (
        "timer FLASH receipt 30s read 8m query 3m alternate 5m\n"
        "timer IMMEDIATE receipt 5m read 45m query 10m doubling alternate 30m\n"
        "timer PRIORITY receipt 500ms read 4h query 1h alternate none\n"
        "timer ROUTINE receipt 2h read 3d query none alternate none\n"
        "line-check every 1h answer 2m\nflash length 1800\nclock offset 2s\nstart strict\n"
    ),
    "guidelines": EXAMPLE,
    "words.txt": "",
}

vectors = []


def line_of(text):
    """The line of the example that begins with this, or holds it."""
    lines = EXAMPLE.splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text) or text in line)


LAST = len(EXAMPLE.splitlines())


def good(name, old=None, new=None, **how):
    if old is not None:
        how["change"] = ["guidelines", old, new]
    vectors.append({"name": name, **how})


def bad(name, old, new, rule, line=None):
    """A copy of the example in which the first `old` is `new`; the line is that of `old`, if no other is named."""
    assert old in EXAMPLE, old
    if line is None:
        line = EXAMPLE[: EXAMPLE.index(old)].count("\n") + 1
    vectors.append({"name": name, "change": ["guidelines", old, new], "fault": ["guidelines", line, "guidelines." + rule]})


def add(name, text, rule, line=LAST + 1):
    vectors.append({"name": name, "files": {"guidelines": EXAMPLE + text},
                    "fault": ["guidelines", line, rule if "." in rule else "guidelines." + rule]})


good("the example as it stands")
good("an empty list of what is held", "holds topic.*\nplane", "holds\nplane")
good("an `any` category", "category topic all", "category topic any")
good("an agreement of all parties, which no one's hand need carry", " via USA", "")
good("levels as each party marks them at home", "map tlp R", "map home-usa S S\nmap home-usa TS TOP\nmap home-kor S TOP\nmap tlp R")
good("a version that is as high as may be", "version 3", "version 4294967295")
good("the 29th of February", "2027-06-30", "2028-02-29")
good("no words hold", "words hold words.txt\n", "", files={"words.txt": None})
good("words in the accord that no line asks for", "words hold words.txt\n", "")
good("a ceiling for what leaves no home", "plane SERVICE  ", "plane SERVICE HOME")
good("the most approvers", "erase by 2", "erase by 7")
good("values without topics in an agreement", " only topic DPRK-NUC DPRK-MSL", "")
good("nobody alone, by the line `within`", "release within  by 0                          # the author alone\n"
     "release above U by 1\nrelease above C by 2\nrelease plane LEADER by 2\nrelease precedence FLASH by 2\n",
     "release within by 2\n")
good("the accord of before, without guidelines", files={"guidelines": None})

bad("no head", "guidelines KOR-USA version 3 review-by 2027-06-30\n", "\n", "head", LAST)
add("two heads", "guidelines KOR-USA version 3 review-by 2027-06-30\n", "head")
bad("a version 0", "version 3", "version 0", "head")
bad("a day that no calendar has", "2027-06-30", "2027-06-31", "head")
bad("the 29th of February of another year", "2027-06-30", "2027-02-29", "head")
bad("the 29th of February of 2100", "2027-06-30", "2100-02-29", "head")
bad("a day in another form", "2027-06-30", "2027-6-30", "head")
bad("month 13", "2027-06-30", "2027-13-30", "head")
bad("a month and no day", "2027-06-30", "2027-06", "head")
bad("two years, as long as a day", "2027-06-30", "2027/02027", "head")
bad("a day before 1970", "2027-06-30", "1969-12-31", "head")
bad("a day after 2199", "2027-06-30", "2200-01-01", "head")
good("the first day", "2027-06-30", "1970-01-01")
good("the last day", "2027-06-30", "2199-12-31")
bad("no review-by", "review-by 2027-06-30", "", "head")
bad("a party that is none", "party   USA", "party   JPN", "party")
bad("a party in small letters", "party   USA", "party   usa", "party")
bad("a party twice", "party   USA en", "party   KOR en", "party")
bad("a party without its line", 'party   USA en "United States"     ko "미국"\n', "\n", "party", LAST)
bad("an outside party that is inside", "outside JPN", "outside KOR", "outside")
bad("an outside party twice", "outside PUBLIC", "outside JPN", "outside")
bad("an outside party in small letters", "outside PUBLIC", "outside Public", "outside")
bad("an outside party whose code is too long", "outside PUBLIC", "outside " + "P" * 17, "outside")
bad("a level twice", "level R ", "level U ", "level")
bad("a level whose code begins with a digit", "level R ", "level 1R", "level")
bad("a value from a level that is none", "from S excludes", "from X excludes", "level")
bad("a value from a level that stands below it", "level R ", "value caveat", "category")
bad("release above a level that is none", "release above C", "release above X", "level")
bad("a category named rel", "category topic all", "category rel all", "category")
bad("a category named origin", "category topic all", "category origin all", "category")
bad("a category twice", "category topic all", "category caveat all", "category")
bad("a category without a rule", "category topic all", "category topic", "category")
bad("a category with another rule", "category topic all", "category topic some", "category")
bad("a value of a category that is none", "value topic SANCTIONS", "value topics SANCTIONS", "category")
bad("a value twice", "value topic SANCTIONS", "value topic DPRK-MSL", "value")
bad("a value of two categories", "value note DRAFT", "value note DPRK-MSL", "value")
bad("a value in small letters", "value topic SANCTIONS", "value topic Sanctions", "value")
bad("excludes nobody", "excludes JPN", "excludes", "excludes")
bad("excludes a party that is none", "excludes JPN", "excludes PRK", "excludes")
bad("excludes a party twice", "excludes JPN", "excludes JPN JPN", "excludes")
bad("control by somebody else", "control originator", "control receiver", "control")
bad("an agreement twice", "agreement press ", "agreement bilateral ", "agreement")
bad("an agreement in capitals", "agreement press ", "agreement PRESS ", "agreement")
bad("an agreement of one", "parties KOR USA PUBLIC", "parties KOR", "parties")
bad("an agreement of a party twice", "parties KOR USA PUBLIC", "parties KOR KOR", "parties")
bad("an agreement of outside parties only", "parties KOR USA PUBLIC", "parties JPN PUBLIC", "parties")
bad("an agreement of a party that is none", "parties KOR USA PUBLIC", "parties PRK USA", "parties")
bad("an agreement without a ceiling", "PUBLIC ceiling U", "PUBLIC", "ceiling")
bad("an agreement up to a level that is none", "PUBLIC ceiling U", "PUBLIC ceiling X", "ceiling")
bad("an agreement on no basis", 'basis "2014 arrangement"', "basis 2014", "basis")
bad("only values of another category", "only topic DPRK-NUC DPRK-MSL", "only topic DPRK-NUC NCG", "only")
bad("only values of no category", "only topic DPRK-NUC DPRK-MSL", "only topics DPRK-NUC DPRK-MSL", "only")
bad("only no values", "only topic DPRK-NUC DPRK-MSL", "only topic", "only")
bad("only a value twice", "only topic DPRK-NUC DPRK-MSL", "only topic DPRK-NUC DPRK-NUC", "only")
bad("only what is shown", "only topic DPRK-NUC DPRK-MSL", "only note EXERCISE", "only")
bad("by the hand of an outside party", "via USA", "via JPN", "via")
bad("by the hand of one who is not in it", "parties KOR USA JPN ceiling S ", "parties KOR JPN ceiling S ", "via")
bad("a node of a party that is none", "node JPN ", "node PRK ", "node")
bad("a node twice", "node PUBLIC ", "node JPN ", "node")
bad("a party without a node", "node JPN up-to S  holds DPRK-NUC DPRK-MSL\n", "\n", "node", line_of("outside JPN"))
bad("a role that is no post", "role desk", "role desks", "role")
bad("a role twice", "role desk", "role duty", "role")
bad("a post without a role", "role desk     up-to S  holds topic.*\n", "\n", "role", LAST)
bad("no up-to", "role desk     up-to S ", "role desk S", "up-to")
bad("up to a level that is none", "role desk     up-to S ", "role desk up-to X", "up-to")
bad("no word holds", "role desk     up-to S  holds", "role desk up-to S", "holds")
bad("holds a value that is none", "holds NCG topic.*", "holds NCX topic.*", "holds")
bad("holds a value twice", "holds NCG topic.*", "holds SANCTIONS topic.*", "holds")
bad("holds a category that is none", "holds NCG topic.*", "holds NCG topics.*", "holds")
bad("holds everything", "holds NCG topic.*", "holds .*", "holds")
bad("holds what is shown only", "holds NCG topic.*", "holds NCG note.*", "holds")
bad("may do something else", "may release", "may read", "may")
bad("a node that releases", "node USA up-to TS holds caveat.* topic.*", "node USA up-to TS holds caveat.* topic.* may release", "may")
bad("a plane that is none", "plane SERVICE", "plane SERVICES", "plane")
bad("a plane twice", "plane SERVICE", "plane SHARE", "plane")
bad("a channel's plane without a ceiling", "plane SERVICE        ceiling U\n", "\n", "plane", LAST)
bad("a plane without a ceiling", "plane SERVICE        ceiling U", "plane SERVICE", "ceiling")
bad("a feed twice", "feed cap ", "feed ics ", "feed")
bad("a feed in capitals", "feed cap ", "feed CAP ", "feed")
bad("a feed without a ceiling", "feed cap                 ceiling U", "feed cap", "ceiling")
bad("a release on no condition", "release within ", "release inside ", "release")
bad("a release line twice", "release above C by 2", "release above U by 2", "release")
bad("a release at no precedence", "precedence FLASH", "precedence FLASHY", "release")
bad("a release on no plane", "release plane LEADER", "release plane LEADERS", "plane")
bad("no release within", "release within  by 0 ", "# ", "release", LAST)
bad("no release outside", "release outside by 2 consent each-party", "", "release", LAST)
bad("a release by nobody", "release above C by 2", "release above C", "by")
bad("a release by eight", "release above C by 2", "release above C by 8", "by")
bad("consent of somebody", "consent each-party", "consent any-party", "consent")
bad("no downgrade", "downgrade by 2\n", "\n", "downgrade", LAST)
add("two downgrades", "downgrade by 2\n", "downgrade")
bad("no recall", "recall by 1\n", "\n", "recall", LAST)
bad("no erase", "erase by 2\n", "\n", "erase", LAST)
bad("no approval", "approval lasts 24h\n", "\n", "approval", LAST)
bad("an approval that lasts for ever", "lasts 24h", "lasts none", "approval")
bad("an approval in years", "lasts 24h", "lasts 1y", "approval")
bad("an approval without lasts", "approval lasts 24h", "approval 24h", "approval")
bad("approvals of a plane twice", "approval lasts 24h", "approval lasts 24h plane LEADER", "approval", line_of("approval lasts 15m"))
bad("no fate", "fate review 5y\n", "\n", "fate", LAST)
bad("a fate after hours", "review 5y", "review 5h", "fate")
bad("a fate at once", "review 5y", "review 0d", "fate")
bad("a fate after 101 years", "review 5y", "review 101y", "fate")
bad("a fate of what is no note", "90d note EXERCISE", "90d note NCG", "fate")
bad("a fate of a note twice", "review 5y", "review 5y note EXERCISE", "fate", line_of("fate review 90d"))
bad("words that stop", "words hold", "words stop", "words")
bad("words of another file", "words.txt", "other.txt", "words")
add("words twice", "words hold words.txt\n", "words")
bad("a map of no level", "map tlp R", "map tlp X", "map")
bad("a level twice in a format", "map tlp R", "map tlp U", "map")
bad("a map to nothing", "map tlp R amber+strict", "map tlp R", "map")
bad("a map of no party at home", "map tlp R", "map home-jpn R", "map")
bad("a level at home by no code", "map tlp R amber", "map home-usa R (R)", "map")
bad("a level at home by the code of another", "map tlp R amber+strict", "map home-usa R S", "map")
add("two levels of one code at home", "map home-usa R X\nmap home-usa S X\n", "map", LAST + 2)
bad("LEADER by one", "release plane LEADER by 2", "release plane LEADER by 1", "alone")
bad("FLASH by one", "release precedence FLASH by 2", "release precedence FLASH by 1", "alone")
bad("LEADER by no line", "release plane LEADER by 2\n", "\n", "alone", LAST)
bad("a value that no role holds", "value note DRAFT", "value topic DRAFT en \"D\" ko \"D\"\nvalue note DRAFT2", "held")
vectors[-1]["change"] = [vectors[-1]["change"], ["guidelines", "role leader   up-to TS holds caveat.* topic.*", "role leader up-to TS holds NCG"],
                         ["guidelines", "role releaser up-to TS holds caveat.* topic.*", "role releaser up-to TS holds caveat.* DPRK-NUC DPRK-MSL SANCTIONS"],
                         ["guidelines", "role duty     up-to TS holds NCG topic.*", "role duty up-to TS holds NCG LEADER"],
                         ["guidelines", "role desk     up-to S  holds topic.*", "role desk up-to S holds"],
                         ["guidelines", "role press    up-to U  holds topic.*", "role press up-to U holds"]]
bad("a value that no releasing role holds", "role releaser up-to TS holds caveat.* topic.* may", "role releaser up-to TS holds NCG topic.* may",
    "reached", line_of("value caveat LEADER"))
bad("a value from a level that its releasing role does not reach", "role releaser up-to TS holds caveat.*", "role releaser up-to TS holds LEADER",
    "reached", line_of("value caveat NCG"))
vectors[-1]["change"] = [vectors[-1]["change"], ["guidelines", "role desk     up-to S  holds topic.*", "role desk up-to C holds NCG may release"]]
bad("a level that no releasing role reaches", "role releaser up-to TS", "role releaser up-to S", "reached", line_of("level TS"))
bad("a file of 257 lines", "map tlp R amber+strict\n", "map tlp R amber+strict\n" + "\n" * (257 - LAST), "lines", 257)
bad("17 levels", "level TS", "".join(f'level L{i} en "L" ko "L"\n' for i in range(12)) + "level TS", "count", line_of("level TS") + 12)
bad("15 categories", "category topic all", "".join(f"category c{i} info\n" for i in range(14)) + "category topic all", "count",
    line_of("category topic") + 13)
bad("65 values", "value note DRAFT", "".join(f'value note N{i} en "N" ko "N"\n' for i in range(59)) + "value note DRAFT", "count",
    line_of("value note DRAFT") + 58)
bad("33 parties", "outside PUBLIC", "".join(f'outside P{i} en "P" ko "P"\n' for i in range(30)) + "outside PUBLIC", "count",
    line_of("outside PUBLIC") + 29)
bad("33 agreements", "agreement press", "".join(f"agreement a{i} parties KOR USA ceiling U\n" for i in range(31)) + "agreement press",
    "count", line_of("agreement press") + 30)
bad("17 feeds", "feed cap ", "feed " + " ".join(f"f{i}" for i in range(12)) + " cap ", "count")
bad("129 maps", "map tlp R amber+strict\n", "".join(f"map f{i} U x\n" for i in range(128)), "count", LAST + 127)
add("a line of another file", "timer FLASH receipt 1m\n", "line.keyword")
add("a word too many", "map tlp C red green\n", "line.end")
vectors.append({"name": "words that are not there", "files": {"words.txt": None},
                "fault": ["guidelines", line_of("words hold"), "guidelines.words"]})
vectors.append({"name": "an empty file", "files": {"guidelines": ""}, "fault": ["guidelines", 1, "guidelines.head"]})


def changed(vector):
    files = {"guidelines": EXAMPLE.replace(*vector["change"][1:], 1)} if "change" in vector else {}
    return {**files, **vector.get("files", {})}


def accord_of(files):
    return accord_reader.Accord({name: text.encode() for name, text in files.items() if text is not None})


def everything():
    """Each good one with its lines, by the second reader."""
    names = [vector["name"] for vector in vectors]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    for vector in vectors:
        if "fault" not in vector:
            guidelines = accord_of({**BASE, **changed(vector)}).guidelines
            vector["read"] = guidelines.lines() if guidelines else []
    return {"about": "see the header of make_guidelines.py", "base": BASE, "vectors": vectors}


if __name__ == "__main__":
    json.dump(everything(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
