#!/usr/bin/python3
"""Writes accord.json: one whole accord, and copies of it that are changed in one place.

usage: test/vectors/make_accord.py >test/vectors/accord.json
       test/vectors/make_accord.py test/fuzz/corpus/accord      the copies that are read, as inputs of test/fuzz/accord.c

"base" is the accord: its files by name. A vector makes its copy by, in this order,
  "change": [file, old, new]   replaces the first `old`, which must be there; a list of such lists does several
  "files": {name: text}        puts files, or with null takes them away; {name: {"hex": ...}} where it is not UTF-8
and then the MANIFEST is written; "manifest": [old, new] changes that, or with one word replaces all of it.
It is refused with "fault": [file, line, rule], or else read as "read" says (default: as the base).
"""
import base64
import hashlib
import json
import pathlib
import struct
import sys
import unicodedata

from nacl.signing import SigningKey


def seed(name):
    return hashlib.sha256(f"accord vectors {name}".encode()).digest()


def public(name):
    return bytes(SigningKey(seed(name)).verify_key)


def string(raw):
    return struct.pack(">I", len(raw)) + raw


def b64(raw):
    return base64.b64encode(raw).decode()


def ssh(name, kind=b"ssh-ed25519", more=b""):
    return b64(string(kind) + string(public(name)) + more)


def raw(name):
    return b64(public(name))


# The generator of P-256, uncompressed: a point that is on the curve.
P256 = bytes.fromhex(
    "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
    "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
)
ECDSA = b64(string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(P256))
TOKEN = ssh("elm root 1", b"sk-ssh-ed25519@openssh.com", string(b"ssh:"))


def keys_of(party, roots, quorum):
    lines = [f"{party} root ssh-ed25519 {ssh(f'{party} root {i}')} {quorum} of {roots}" for i in range(roots)]
    lines.append(f"{party} registrar ssh-ed25519 {ssh(f'{party} registrar')}")
    return lines + [f"{party} {use} ed25519 {raw(f'{party} {use}')}" for use in ("log", "mirror", "tls")]


BASE = {
    "accord": 'founding\nmode live\npost-quantum preferred\nlanguages en ko\ntitle en "Two trees" ko "두 나무" # note\n',
    "parties": 'ash en "Ash"  ko "물푸레"\n\n# and\nelm  ko "느릅" en "Elm \\# tree"\n',
    "posts": 'head en "Head" ko "대표" of ash elm\nscribe ko "서기" en "Scribe" of elm\nwatch en "Watch" ko "당직" of ash elm\n',
    "keys": "\n".join(keys_of("ash", 3, 2) + keys_of("elm", 1, 1)) + "\n",
    "channels": (
        '1 crown LEADER en "Crown" ko "으뜸" parties ash elm write head watch precedence FLASH PRIORITY\n'
        '7 roots SERVICE en "Roots" ko "뿌리" parties elm ash write watch precedence ROUTINE\n'
        '901 ash-home HOME en "Ash home" ko "물푸레 집" parties ash write head watch precedence ROUTINE\n'
        '902 elm-home HOME en "Elm home" ko "느릅 집" parties elm write head scribe watch precedence PRIORITY ROUTINE\n'
    ),
    "timers": (
        "timer FLASH receipt 30s read 8m query 3m alternate 5m\n"
        "timer IMMEDIATE receipt 5m read 45m query 10m doubling alternate 30m\n"
        "timer PRIORITY receipt 500ms read 4h query 1h alternate none\n"
        "timer ROUTINE receipt 2h read 3d query none alternate none\n"
        "line-check every 1h answer 2m\nflash length 1800\nclock offset 2s\nstart strict\n"
    ),
    "codes": (
        'list where # both forms name it\nvalue 1 north en "north" ko "북"\nvalue 7 south en "south" ko "남"\n'
        'list how\nvalue 0 slow en "slow" ko "느림"\n'
    ),
    "glossary": (
        "translate CERTIFIED by scribe\ntranslate DRAFT by watch scribe # either\n"
        'term bark en "bark" ko "껍질" contested\nterm root en "root" ko "뿌리"\n'
    ),
    "forms/N20": (
        'form N20 version 2 en "Leaf fall" ko "낙엽"\nplane LEADER SERVICE\nacts announce amend cancel close\n'
        'precedence PRIORITY FLASH\nbasis\nlimit answer 30m FLASH 10m\nlimit again 1h\n'
        'list colour\nvalue 1 red en "red" ko "빨강"\nvalue 2 blue en "blue" ko "파랑"\n'
        'field 1 colour code:colour statement en "Colour" ko "색"\n'
        'field 2 where code:where[]? statement en "Where" ko "어디"\n'
        'field 5 when span statement en "When" ko "언제"\n'
        'field 9 trees group[] content en "Trees" ko "나무"\n'
        'member name pair en "Name" ko "이름"\nmember age num en "Age" ko "나이"\n'
        'limit before when 2h where colour red\nlimit after when 3h where colour blue red\n'
    ),
    "forms/N20.1": (
        'form N20 version 1 en "Leaf fall" ko "낙엽"\nplane LEADER\nacts announce\nprecedence ROUTINE\n'
        'field 199 note text? content en "Note" ko "비고"\n'
    ),
    "forms/N31": (
        'form N31 version 1 en "Correction" ko "정정"\nplane LEADER SERVICE\nacts announce\nprecedence subject\ncorrects\n'
        'field 1 subject ref statement en "Subject" ko "대상"\n'
    ),
    "forms/R1": (
        'form R1 version 4294967295 en "Answer" ko "회신"\nplane LEADER\nacts amend announce\nprecedence FLASH\nreply\n'
        'after N20 N31\nfield 1 at time statement en "At" ko "시각"\nlimit after at 500ms\n'
    ),
}
BASE["parties"] = BASE["parties"].replace("\\#", "#")

vectors = []


def good(name, read=None, **how):
    vectors.append({"name": name, **how, **({"read": read} if read else {})})


def bad(name, file, line, rule, **how):
    vectors.append({"name": name, **how, "fault": [file, line, rule]})


def change(file, old, new, line, rule, name):
    bad(name, file, line, rule, change=[file, old, new])


def lines_of_base():
    """What C prints of the base."""
    out = ["founding", "live", "preferred", "start strict", "language en", "language ko", "title en Two trees",
           "title ko 두 나무"]
    out += ["party ash ASH", "name en Ash", "name ko 물푸레", "party elm ELM", "name en Elm # tree", "name ko 느릅"]
    for name, en, ko, mask in (("head", "Head", "대표", 3), ("scribe", "Scribe", "서기", 2), ("watch", "Watch", "당직", 3)):
        out += [f"post {name} of {mask}", f"name en {en}", f"name ko {ko}"]
    for line in BASE["keys"].splitlines():
        out.append(f"key {line}")
    for number, name, plane, en, ko, parties, writers, precedences in (
        (1, "crown", "LEADER", "Crown", "으뜸", 3, 5, 5), (7, "roots", "SERVICE", "Roots", "뿌리", 3, 4, 8),
        (901, "ash-home", "HOME", "Ash home", "물푸레 집", 1, 5, 8), (902, "elm-home", "HOME", "Elm home", "느릅 집", 2, 7, 12),
    ):
        out += [f"channel {number} {name} {plane} parties {parties} write {writers} precedence {precedences}",
                f"name en {en}", f"name ko {ko}"]
    out += ["timer FLASH 30000 480000 180000 300000", "timer IMMEDIATE 300000 2700000 600000 1800000 doubling",
            "timer PRIORITY 500 14400000 3600000 0", "timer ROUTINE 7200000 259200000 0 0"]
    out += ["line-check 3600000 120000", "flash 1800", "clock 2000"]
    out += ["list where", "value 1 north", "name en north", "name ko 북", "value 7 south", "name en south", "name ko 남",
            "list how", "value 0 slow", "name en slow", "name ko 느림"]
    out += ["form N20 2", "name en Leaf fall", "name ko 낙엽", "plane 17 acts 15 precedence 2 of 5", "basis", "limit answer 1800000",
            "limit answer FLASH 600000", "limit again 3600000", "limit before when 7200000", "where colour red",
            "limit after when 10800000", "where colour blue", "where colour red", "list colour", "value 1 red",
            "name en red", "name ko 빨강", "value 2 blue", "name en blue", "name ko 파랑"]
    for head, en, ko in (("field 1 colour code:colour statement", "Colour", "색"), ("field 2 where code:where[]? statement", "Where", "어디"),
                         ("field 5 when span statement", "When", "언제"), ("field 9 trees group[] content", "Trees", "나무"),
                         ("member name pair content", "Name", "이름"), ("member age num content", "Age", "나이")):
        out += [head, f"name en {en}", f"name ko {ko}"]
    out += ["form N20 1", "name en Leaf fall", "name ko 낙엽", "plane 1 acts 1 precedence 3 of 8",
            "field 199 note text? content", "name en Note", "name ko 비고"]
    out += ["form N31 1", "name en Correction", "name ko 정정", "plane 17 acts 1 precedence 0 of 0", "corrects",
            "field 1 subject ref statement", "name en Subject", "name ko 대상"]
    out += ["form R1 4294967295", "name en Answer", "name ko 회신", "plane 1 acts 3 precedence 0 of 1", "reply", "after N20",
                  "after N31", "limit after at 500", "field 1 at time statement", "name en At", "name ko 시각"]
    return out + ["translate DRAFT 6", "translate CERTIFIED 2", "term bark contested", "name en bark", "name ko 껍질", "term root",
                  "name en root", "name ko 뿌리"]


def replaced(old, new):
    lines = lines_of_base()
    assert old in lines, old
    return [new if line == old else line for line in lines]


LATER = f"previous {'0123456789abcdef' * 4} id {'fedcba98' * 4}"

# What is read
good("the base", lines_of_base())
good("a later version names the one before and the id", replaced("founding", LATER), change=["accord", "founding", LATER])
good("a later version adds a post behind the others", [LATER if line == "founding" else line for line in lines_of_base() for line in
     ([line, "post ahead of 2", "name en Ahead", "name ko 앞"] if line == "name ko 당직" else [line])],
     change=[["accord", "founding", LATER], ["posts", 'ko "당직" of ash elm\n', 'ko "당직" of ash elm\nahead en "Ahead" ko "앞" of elm\n']])
good("a post that has to be able to something", [line for line in lines_of_base() for line in
     ([line, "able release ko"] if line == "post watch of 3" else [line])],
     change=["posts", 'ko "당직" of ash elm\n', 'ko "당직" of ash elm able release ko # each\n'])
AUTHORITY = "post head by two until 2027-06-30\nclosed roots # its writers\n"
good("an authority", [line for line in lines_of_base() for line in
     ([line] + {"post head of 3": ["authority 1 1814400000000"], "post watch of 3": ["authority 1 0"]}.get(line, []))],
     files={"authority": AUTHORITY})
LAST_OF_POSTS = "name ko 당직"
for name, line, printed in (
    ("who acts for a post", "acts watch for head", "acts watch for head planes 63 precedences 15"),
    ("on a plane", "acts watch for head plane NOTIFY SHARE", "acts watch for head planes 12 precedences 15"),
    ("of a precedence", "acts watch for head precedence ROUTINE", "acts watch for head planes 63 precedences 8"),
    ("on a plane and of a precedence", "acts head for watch plane HOME precedence FLASH PRIORITY",
     "acts head for watch planes 32 precedences 5")):
    good(f"an authority that says {name}", [part for one in lines_of_base() for part in ([one, printed] if one == LAST_OF_POSTS else [one])],
         files={"authority": line + "\n"})
for name, line, number, rule in (
    ("that lets a post act for none", "acts watch", 1, "authority.acts"), ("that lets it act for itself", "acts watch for watch", 1, "authority.acts"),
    ("that lets no post act", "acts nobody for watch", 1, "authority.acts"), ("on no plane", "acts watch for head plane", 1, "authority.acts"),
    ("that says a pair twice", "acts watch for head\nacts watch for head plane HOME", 2, "authority.acts"),
    ("of no post", "post heads by two", 1, "authority.post"), ("of a post twice", "post head by two\npost head until 2027-01-01", 2, "authority.post"),
    ("by three", "post head by three", 1, "authority.by"), ("that says nothing", "post head", 1, "authority.by"),
    ("until no day", "post head until 2027-02-29", 1, "authority.until"), ("until no date", "post head until 30-06-2027", 1, "authority.until"),
    ("until a month", "post head until 2027-06", 1, "authority.until"), ("until 1969", "post head until 1969-12-31", 1, "authority.until"),
    ("until nothing", "post head until", 1, "authority.until"),
    ("of no channel", "closed root", 1, "authority.closed"),
):
    bad(f"an authority {name}", "authority", number, rule, files={"authority": line + "\n"})
good("an exercise", replaced("live", "exercise"), change=["accord", "live", "exercise"])
good("post-quantum required", replaced("preferred", "required"), change=["accord", "preferred", "required"])
good("the lines of accord in another order", files={
    "accord": 'languages en ko\ntitle ko "두 나무" en "Two trees"\npost-quantum preferred\nmode live\nfounding\n'})
good("no channel need be asked after a restore", replaced("start strict", "start free"), change=["timers", "strict", "free"])
good("texts are held before they are signed", [part for line in lines_of_base() for part in
     ([line, "text hold 30000"] if line == "clock 2000" else [line])], change=["timers", "start strict\n", "start strict\ntext hold 30s\n"])
good("a comment behind a word", change=["timers", "start strict", "start strict#er than free"])
good("no line checks", replaced("line-check 3600000 120000", "line-check 0 0"),
     change=["timers", "every 1h answer 2m", "every none answer none"])
good("files of a later version are kept", files={"bodies/council.2": "\u0001", "bodies/P-1_a": "",
                                                "REVIEW": "please\n"})
for name, zone in (("a zone", "Asia/Seoul"), ("the longest zone", "Etc/GMT+9/" + "z" * 38)):
    good(f"a party with {name}", [part for one in lines_of_base() for part in ([one, f"zone {zone}"] if one == "name ko 물푸레" else [one])],
         change=["parties", 'ko "물푸레"', f'ko "물푸레" zone {zone}'])
good("marks that no one letter has", replaced("name en Ash", "name en x\u0300\u0315\u00c9sh"), change=["parties", '"Ash"', '"x\u0300\u0315\u00c9sh"'])
SEALED = "channel 1 crown LEADER parties 3 write 5 precedence 5"
for name, more, line in (("a sealed channel", "sealed", "sealed 0"), ("a sealed channel that two posts read", "sealed watch head", "sealed 5")):
    good(name, [part for one in lines_of_base() for part in ([one, line] if one == SEALED else [one])],
         change=["channels", "FLASH PRIORITY", "FLASH PRIORITY " + more])
good("longest text", [line.replace("Two trees", "x" * 200) for line in lines_of_base()], change=["accord", "Two trees", "x" * 200])
good("a registrar on a P-256 token's curve", [
    f"key ash registrar ecdsa-sha2-nistp256 {ECDSA}" if line.startswith("key ash registrar") else line
    for line in lines_of_base()], change=["keys", f"ssh-ed25519 {ssh('ash registrar')}", f"ecdsa-sha2-nistp256 {ECDSA}"])
good("a root on a token", [
    f"key elm root sk-ssh-ed25519@openssh.com {TOKEN} 1 of 1" if line.startswith("key elm root") else line
    for line in lines_of_base()],
    change=["keys", f"ssh-ed25519 {ssh('elm root 0')}", f"sk-ssh-ed25519@openssh.com {TOKEN}"])

# Lines
change("timers", "start strict\n", "start strict", 8, "line.newline", "last line not ended")
change("timers", "flash length 1800", "flash\tlength 1800", 6, "line.control", "a tab between words")
change("timers", "flash length 1800\n", "flash length 1800\r\n", 6, "line.control", "a carriage return")
change("parties", '"Ash"', '"Ash', 1, "line.space", "a text whose end is the next one's begin")
change("parties", '"물푸레"', '"물푸레', 1, "line.text", "a text without an end")
change("parties", '"Ash"', '""', 1, "line.text", "an empty text")
change("parties", '"Ash"  ko', '"Ash"ko', 1, "line.space", "a word right behind a text")
change("parties", 'en "Ash"', 'en"Ash"', 1, "line.space", "a text right behind a word")
change("parties", '"Ash"', '"A\u200bsh"', 1, "line.hidden", "a zero-width space in a name")
change("parties", '"Ash"', '"A\u202esh"', 1, "line.hidden", "a change of direction in a name")
change("parties", '"Ash"', '"A\u0085sh"', 1, "line.hidden", "a C1 control in a name")
change("parties", '"물푸레"', '"' + unicodedata.normalize("NFD", "물푸레") + '"', 1, "line.nfc", "Hangul in its parts")
change("parties", '"물푸레"', '"물푸\u1105\u1166"', 1, "line.nfc", "the last syllable in its parts")
change("parties", '"물푸레"', '"\ubb34\u11af"', 1, "line.nfc", "a syllable and the final that belongs to it")
change("parties", '"Ash"', '"Ase\u0301"', 1, "line.nfc", "an accent beside its letter")
change("parties", '"Ash"', '"\u212bsh"', 1, "line.nfc", "a sign that is a letter with another name")
change("parties", '"Ash"', '"x\u0315\u0300sh"', 1, "line.nfc", "two marks in the wrong order")
change("parties", '"Ash"', '"\u0958"', 1, "line.nfc", "a letter that normal form C takes apart")
change("parties", '"Ash"', '"' + "\U0001d160" * 50 + '"', 1, "line.nfc", "the longest text, of signs that come apart")
change("parties", '"Ash"', f'"{"x" * 201}"', 1, "line.text-length", "a text too long")
change("parties", "# and", "#" * 4097, 3, "line.length", "a line too long")
bad("not UTF-8", "timers", 1, "line.utf8", files={"timers": {"hex": "23ff0a"}})
bad("an overlong slash, in a comment", "timers", 1, "line.utf8", files={"timers": {"hex": "23c0af0a"}})
change("timers", "clock offset", "watch offset", 7, "line.keyword", "a line that no file has")
change("timers", "start strict", "start strict now", 8, "line.end", "a word too many")
bad("a zero byte", "posts", 1, "line.control", files={"posts": {"hex": "000a"}})

# accord
change("accord", "founding\n", "", 4, "accord.founding", "neither founding nor previous")
change("accord", "founding\n", f"founding\n{LATER}\n", 6, "accord.founding", "founding and previous")
change("accord", "founding\n", "founding\nfounding\n", 2, "accord.founding", "founding twice")
change("accord", "founding", LATER.replace("0123", "012G", 1), 1, "accord.previous", "previous is no hash")
change("accord", "founding", f"previous {'0' * 64} id {'1' * 32}", 1, "accord.previous", "previous is nothing")
change("accord", "founding", LATER[:-1], 1, "accord.id", "id too short")
change("accord", "founding", LATER.split(" id")[0], 1, "accord.id", "no id in a later version")
change("accord", "mode live", "mode drill", 2, "accord.mode", "another mode")
change("accord", "mode live\n", "", 4, "accord.mode", "no mode")
change("accord", "mode live\n", "mode live\nmode live\n", 3, "accord.mode", "mode twice")
change("accord", "quantum preferred", "quantum never", 3, "accord.post-quantum", "another post-quantum")
change("accord", "languages en ko", "languages en en", 4, "accord.languages", "a language twice")
change("accord", "languages en ko", "languages EN ko", 4, "accord.languages", "no language tag")
change("accord", "languages en ko", "languages en ko-", 4, "accord.languages", "a tag that ends with a hyphen")
change("accord", "languages en ko", "languages en ko-abcdefgh-abcd", 4, "accord.languages", "a tag of sixteen characters")
change("accord", "languages en ko", "languages en ko fr de ja", 4, "accord.languages", "five languages")
change("accord", "languages en ko\n", "", 4, "accord.languages", "title before the languages")
change("accord", ' ko "두 나무"', "", 5, "names.language", "a title in one language")
change("accord", 'ko "두 나무"', 'en "두 나무"', 5, "names.language", "a language twice in a title")
change("accord", 'title en "Two trees"', 'title fr "Two trees"', 5, "names.language", "a language that the accord has not")
change("accord", '"Two trees"', "Two trees", 5, "names.text", "a title without quotes")

change("accord", 'title en "Two trees" ko "두 나무" # note\n', "", 4, "accord.title", "no title")
change("accord", "mode live", 'mode live\nlanguages en ko\ntitle en "A" ko "가"', 6, "accord.languages", "languages twice")
change("accord", "# note\n", '\ntitle en "A" ko "가"\n', 6, "accord.title", "a title twice")

# parties, posts
change("parties", "ash en", "Ash en", 1, "parties.name", "a party's name with a capital")
change("parties", "elm  ko", "write ko", 4, "parties.name", "a party named as a word of the grammar")
change("parties", "elm  ko", "observers ko", 4, "parties.name", "a party named as the word in front of observers")
change("parties", "elm  ko", "ash ko", 4, "parties.order", "a party twice")
change("parties", "ash en", "fir en", 4, "parties.order", "parties not in order")
for name, more in (("no zone", "zone"), ("a zone in quotes", 'zone "Asia/Seoul"'), ("a zone that begins with a slash", "zone /Seoul"), ("a zone that ends with one", "zone Asia/"),
                   ("two slashes", "zone Asia//Seoul"), ("a zone with a point", "zone ../Seoul"), ("a zone too long", "zone " + "z" * 49), ("a zone of other letters", "zone 서울")):
    change("parties", 'ko "물푸레"', f'ko "물푸레" {more}', 1, "parties.zone", name)
change("parties", 'ko "물푸레"', 'ko "물푸레" zone UTC UTC', 1, "line.end", "two zones")
change("parties", 'ko "물푸레"', 'zone UTC ko "물푸레"', 1, "names.text", "a zone between the names")
bad("one party", "parties", 1, "parties.count", files={"parties": 'ash en "Ash" ko "물푸레"\n'})
bad("no party", "parties", 1, "parties.count", files={"parties": ""})
bad("nine parties", "parties", 9, "parties.count", files={"parties": "".join(f'p{i} en "P" ko "P"\n' for i in range(9))})
change("posts", "watch en", "node en", 3, "posts.name", "a post named node")
change("posts", "watch en", "w" * 33 + " en", 3, "posts.name", "a post's name too long")
change("posts", "watch en", "head en", 3, "posts.order", "a post twice")
change("posts", 'of ash elm\n', 'of ash elm\nahead en "A" ko "가" of elm\n', 2, "posts.order", "a founding version's posts not in order")
bad("a post twice in a later version", "posts", 3, "posts.order", change=[["accord", "founding", LATER], ["posts", "watch en", "head en"]])
bad("a party twice in a later version", "parties", 4, "parties.order", change=[["accord", "founding", LATER], ["parties", "elm  ko", "ash ko"]])
change("posts", "of elm", "of oak", 2, "posts.of", "a post of a party that is none")
change("posts", "of ash elm\nscribe", "of ash ash\nscribe", 1, "posts.of", "a post of a party twice")
change("posts", "of ash elm\nscribe", "ash elm\nscribe", 1, "posts.of", "a post without of")
for name, more in (("nothing that a post has to be able to", " able"), ("able to what is no word", " able Release"), ("able to one thing twice", " able en en"),
                   ("able to too much", " able " + " ".join(f"w{i:029}" for i in range(6)))):
    change("posts", 'en "Watch" ko "당직" of ash elm', 'en "Watch" ko "당직" of ash elm' + more, 3, "posts.able", name)
change("posts", "watch en", "able en", 3, "posts.name", "a post named able")
bad("no posts", "posts", 1, "posts.count", files={"posts": "# none\n"})
bad("65 posts", "posts", 65, "posts.count", files={"posts": "".join(f'p{i:02} en "P" ko "P" of ash\n' for i in range(65))})

# keys
change("keys", "ash registrar", "oak registrar", 4, "keys.party", "a key of a party that is none")
change("keys", "ash registrar", "ash officer", 4, "keys.use", "a use that is none")
change("keys", f"registrar ssh-ed25519 {ssh('ash registrar')}", f"registrar ssh-rsa {ssh('ash registrar')}", 4, "keys.algorithm",
       "another algorithm than the key's")
change("keys", "ash log ed25519", "ash log ssh-ed25519", 5, "keys.algorithm", "SSH's name for a raw key")
change("keys", raw("ash log"), raw("ash log")[:-2], 5, "keys.key", "base64 without its padding")
change("keys", raw("ash log"), b64(bytes(32)), 5, "keys.key", "a key of low order")
change("keys", raw("ash log"), ssh("ash log"), 5, "keys.key", "wire form where raw bytes belong")
change("keys", ssh("ash registrar"), raw("ash registrar"), 4, "keys.key", "raw bytes where wire form belongs")
bad("a point that is not on the curve", "keys", 4, "keys.key", change=[
    "keys", f"ssh-ed25519 {ssh('ash registrar')}",
    f"ecdsa-sha2-nistp256 {b64(string(b'ecdsa-sha2-nistp256') + string(b'nistp256') + string(P256[:-1] + b'x'))}"])
change("keys", ssh("ash root 1"), ssh("ash root 0"), 2, "keys.twice", "a root twice")
change("keys", raw("ash mirror"), raw("ash log"), 6, "keys.twice", "one key for log and mirror")
change("keys", raw("ash tls"), raw("ash registrar"), 7, "keys.twice", "a registrar's point as a node key")
change("keys", raw("elm log"), raw("ash log"), 10, "keys.twice", "two parties with one key")
change("keys", f"ash tls ed25519 {raw('ash tls')}", f"ash log ed25519 {raw('ash tls')}", 7, "keys.twice", "two log keys")
change("keys", f"ash tls ed25519 {raw('ash tls')}\n", "", 11, "keys.missing", "no TLS key")
change("keys", f"elm root ssh-ed25519 {ssh('elm root 0')} 1 of 1\n", "", 11, "keys.missing", "no root")
change("keys", "2 of 3", "4 of 3", 1, "keys.quorum", "more than all roots")
change("keys", "2 of 3", "0 of 3", 1, "keys.quorum", "a quorum of none")
change("keys", "2 of 3", "2 from 3", 1, "keys.quorum", "no word of")
change("keys", " 1 of 1", "", 8, "keys.quorum", "a root without a quorum")
change("keys", "2 of 3", "3 of 3", 2, "keys.quorum", "roots that differ on the quorum")
change("keys", "1 of 1", "1 of 2", 12, "keys.quorum", "fewer roots than said")
change("keys", raw("ash log"), raw("ash log") + " 1 of 1", 5, "line.end", "a quorum for a log key")

bad("129 keys", "keys", 129, "keys.count", files={
    "keys": "".join(f"ash root ssh-ed25519 {ssh(f'root {i}')} 1 of 128\n" for i in range(129))})

# channels
bad("65 channels", "channels", 65, "channels.count", files={"channels": "".join(
    f'{i} c{i} SERVICE en "C" ko "C" parties ash elm write watch precedence ROUTINE\n' for i in range(1, 66))})
change("channels", "1 crown", "0 crown", 1, "channels.number", "channel 0")
change("channels", "902 elm", "1000 elm", 4, "channels.number", "channel 1000")
change("channels", "7 roots", "07 roots", 2, "channels.number", "a leading zero")
change("channels", "7 roots", "1 roots", 2, "channels.order", "a number twice")
change("channels", "roots SERVICE", "crown SERVICE", 2, "channels.name", "a channel's name twice")
change("channels", "roots SERVICE", "Roots SERVICE", 2, "channels.name", "a channel's name with a capital")
change("channels", "LEADER", "LADDER", 1, "channels.plane", "a plane that is none")
change("channels", 'parties ash elm write head', 'parties ash oak write head', 1, "channels.write", "a party that is none")
change("channels", "parties ash elm", "of ash elm", 1, "channels.parties", "no word parties")
change("channels", "parties ash elm", "parties", 1, "channels.parties", "a channel of nobody")
change("channels", "write head watch precedence FLASH", "write precedence FLASH", 1, "channels.write", "no writer")
change("channels", "write head watch precedence FLASH", "write head cook precedence FLASH", 1, "channels.precedence",
       "a writer that is no post")
change("channels", "write head watch precedence FLASH", "write scribe precedence FLASH", 1, "channels.write",
       "a party of the channel has nobody who may write")
change("channels", "write head watch precedence ROUTINE", "write head scribe watch precedence ROUTINE", 3, "channels.write",
       "a writer whom no party of the channel has")
change("channels", "FLASH PRIORITY", "FLASH URGENT", 1, "channels.precedence", "a precedence that is none")
change("channels", "FLASH PRIORITY", "FLASH FLASH", 1, "channels.precedence", "a precedence twice")
change("channels", "FLASH PRIORITY", "FLASH PRIORITY seal", 1, "channels.precedence", "a word that is none behind the precedences")
change("channels", "FLASH PRIORITY", 'FLASH PRIORITY "sealed"', 1, "channels.precedence", "sealed as a text")
change("channels", "FLASH PRIORITY", "sealed FLASH PRIORITY", 1, "channels.precedence", "sealed in front of the precedences")
change("channels", "FLASH PRIORITY", "FLASH PRIORITY sealed cook", 1, "channels.sealed", "sealed for a post that is none")
change("channels", "FLASH PRIORITY", "FLASH PRIORITY sealed watch watch", 1, "channels.sealed", "sealed for a post twice")
change("channels", "FLASH PRIORITY", "FLASH PRIORITY sealed watch sealed", 1, "channels.sealed", "sealed twice")
change("channels", "head watch precedence ROUTINE", "head watch precedence ROUTINE sealed scribe", 3, "channels.sealed",
       "sealed for a post of other parties")
change("channels", "crown LEADER", "crown HOME", 1, "channels.home", "a home channel of two")
change("channels", "parties elm ash", "parties elm", 2, "channels.home", "a channel of one that is no home")
change("channels", "elm-home HOME", "elm-home SHARE", 4, "channels.home", "a party's home of another plane")
bad("no home channel", "channels", 3, "channels.home", change=["channels", BASE["channels"].splitlines()[3] + "\n", ""])
bad("two home channels", "channels", 5, "channels.home", change=[
    "channels", "902 elm-home", '902 ash-two HOME en "2" ko "2" parties ash write head precedence ROUTINE\n903 elm-home'])
change("channels", "roots SERVICE", "roots SHARE", 4, "channels.service", "no channel for line checks")
change("channels", "write watch precedence ROUTINE", "write watch precedence PRIORITY", 4, "channels.service",
       "a line check is ROUTINE")
bad("a party that is on no channel with others", "channels", 5, "channels.alone", change=[
    ["parties", 'tree"\n', 'tree"\nfir en "Fir" ko "전"\n'],
    ["posts", "watch en \"Watch\" ko \"당직\" of ash elm", "watch en \"Watch\" ko \"당직\" of ash elm fir"],
    ["keys", "ash root", "\n".join(keys_of("fir", 1, 1)) + "\nash root"],
    ["channels", "902 elm-home", '902 fir-home HOME en "F" ko "F" parties fir write watch precedence ROUTINE\n903 elm-home'],
])

# A third party, which observes on channel 1 and speaks on the others.
FIR = [
    ["parties", 'tree"\n', 'tree"\nfir en "Fir" ko "전"\n'],
    ["posts", "watch en \"Watch\" ko \"당직\" of ash elm", "watch en \"Watch\" ko \"당직\" of ash elm fir"],
    ["keys", "ash root", "\n".join(keys_of("fir", 1, 1)) + "\nash root"],
    ["channels", "parties elm ash", "parties elm ash fir"],
    ["channels", "902 elm-home", '902 fir-home HOME en "F" ko "F" parties fir write watch precedence ROUTINE\n903 elm-home'],
]
SEES = ["channels", "parties ash elm write", "parties ash elm observers fir write"]


def lines_with_fir():
    out = []
    for line in lines_of_base():
        if line == "post head of 3":
            out += ["party fir FIR", "name en Fir", "name ko 전"]
        if line.startswith("key ash root") and not any(one.startswith("key fir") for one in out):
            out += [f"key {one}" for one in keys_of("fir", 1, 1)]
        if line.startswith("channel 902"):
            out += ["channel 902 fir-home HOME parties 4 write 4 precedence 8", "name en F", "name ko F"]
        line = line.replace("post watch of 3", "post watch of 7").replace("channel 902", "channel 903")
        line = line.replace("roots SERVICE parties 3", "roots SERVICE parties 7")
        out += [line.replace("crown LEADER parties 3", "crown LEADER parties 7"), *(["observers 4"] if line.startswith("channel 1 ") else [])]
    return out


def observed(old, new, line, rule, name):
    bad(name, "channels", line, rule, change=[*FIR, ["channels", old, new]])


good("a party that observes", lines_with_fir(), change=[*FIR, SEES])
observed("parties ash elm write", "parties ash elm observers write", 1, "channels.observers", "observers that are none")
observed("parties ash elm write", "parties ash elm observers fir fir write", 1, "channels.observers", "an observer twice")
observed("parties ash elm write", "parties ash elm observers elm write", 1, "channels.observers", "it speaks there, and observes")
observed("parties ash elm write", "parties ash observers elm fir write", 1, "channels.observers", "one alone speaks to those who observe")
observed("parties ash write head watch", "parties ash observers elm write head watch", 3, "channels.observers", "a home channel is observed")
observed("parties ash elm write", "parties ash elm oversees fir write", 1, "channels.write", "another word than observers")
observed("parties ash elm write", 'parties ash elm "observers" fir write', 1, "channels.write", "observers as a text")
observed("elm ash fir", "elm ash observers fir", 5, "channels.service", "who observes answers no line check")
bad("nobody of a party that observes is let into a closed channel", "authority", 1, "authority.closed",
    change=[*FIR, ["channels", "parties ash elm write head watch", "parties ash elm observers fir write head"]], files={"authority": "closed crown\n"})

# timers
change("timers", "timer PRIORITY", "timer ROUTINE", 4, "timers.precedence", "a precedence twice, another missing")
change("timers", "timer PRIORITY receipt 500ms read 4h query 1h alternate none\n", "", 7, "timers.precedence", "no PRIORITY")
change("timers", "receipt 30s", "receipt 30", 1, "timers.receipt", "a span without a unit")
change("timers", "receipt 30s", "receipt 0s", 1, "timers.receipt", "a span of nothing")
change("timers", "receipt 30s", "receipt none", 1, "timers.receipt", "a receipt is always awaited")
change("timers", "receipt 30s", "receipt 030s", 1, "timers.receipt", "a leading zero in a span")
change("timers", "read 3d", "read 367d", 4, "timers.read", "a span of more than a year")
change("timers", "query none", "query 99999999999999999999ms", 4, "timers.query", "a span beyond all integers")
change("timers", "query 3m alternate", "query 3m twice alternate", 1, "timers.alternate", "another word than doubling")
change("timers", "read 8m query 3m", "read 2m query 3m", 1, "timers.order", "NO ANSWER before the QUERY")
change("timers", "every 1h answer 2m", "every 1m answer 2m", 5, "timers.order", "asked again before it may be answered")
change("timers", "every 1h answer 2m", "every 1h answer none", 5, "timers.order", "a line check that need not be answered")
change("timers", "line-check every 1h answer 2m\n", "", 7, "timers.line-check", "no line checks said")
change("timers", "flash length 1800\n", "flash length 1800\nflash length 1801\n", 7, "timers.flash", "two lengths of a FLASH")
change("timers", "flash length 1800", "flash length 98305", 6, "timers.flash", "a FLASH longer than any content")
change("timers", "flash length 1800", "flash length 0", 6, "timers.flash", "a FLASH of nothing")
change("timers", "offset 2s", "offset none", 7, "timers.clock", "no clock is ever wrong")
change("timers", "start strict\n", "start strict\ntext hold none\n", 9, "timers.text", "a hold of nothing")
change("timers", "start strict\n", "start strict\ntext hold 30s\ntext hold 30s\n", 10, "timers.text", "two holds of texts")
change("timers", "start strict\n", "start strict\ntext held 30s\n", 9, "timers.text", "another word than hold")
change("timers", "start strict\n", "", 7, "timers.start", "no start")
change("timers", "start strict", "start slow", 8, "timers.start", "another start")

# codes, forms
HEAD = 'form N40 version 1 en "A" ko "가"\nplane SERVICE\nacts announce\nprecedence ROUTINE\n'
FIELD = 'field {} {} {} {} en "A" ko "가"\n'


def form(tail, line, rule, name, head=HEAD):
    bad(name, "forms/N40", line, rule, files={"forms/N40": head + tail})


def form_is(tail, lines, name):
    at = lines_of_base().index("form R1 4294967295")
    good(name, lines_of_base()[:at] + ["form N40 1", "name en A", "name ko 가", "plane 16 acts 1 precedence 3 of 8"] + lines +
         lines_of_base()[at:], files={"forms/N40": HEAD + tail})


TYPES = ["text", "pair", "time", "span", "ref", "num", "role", "party", "hash", "path", "form", "code:how"]
form_is("", [], "a form without fields")
form_is("".join(FIELD.format(i, f"f{i}", one + "[]?", "statement") for i, one in enumerate(TYPES, 1)),
        [line for i, one in enumerate(TYPES, 1) for line in (f"field {i} f{i} {one}[]? statement", "name en A", "name ko 가")],
        "a field of each type")
good("no codes and no forms",
     lines_of_base()[: lines_of_base().index("list where")] + lines_of_base()[lines_of_base().index("translate DRAFT 6"):],
     files={"codes": None, "forms/N20": None, "forms/N20.1": None, "forms/N31": None, "forms/R1": None})
change("codes", "list where", "list Where", 1, "codes.list", "a list's name with a capital")
change("codes", "list how", "list where", 4, "codes.list", "a list twice")
change("codes", "list where # both forms name it\n", "", 1, "codes.value", "a value of no list")
change("codes", "value 0 slow", "value 65536 slow", 5, "codes.value", "a value too large")
change("codes", "value 7 south", "value 7 north", 3, "codes.value", "a value's name twice")
change("codes", "value 7 south", "value 1 south", 3, "codes.order", "a value's number twice")
change("codes", 'value 0 slow en "slow" ko "느림"\n', "", 4, "codes.value", "a list without values")
change("codes", "list how", "field how", 4, "line.keyword", "a field among the codes")
change("forms/N20", "list colour", "list where", 8, "codes.list", "a form's list named as one of all forms")
change("forms/N20", "value 1 red", "value red", 9, "codes.value", "a form's value without a number")
bad("a value before its form's list", "forms/N40", 5, "codes.value", files={"forms/N40": HEAD + 'value 1 a en "A" ko "가"\n'})
bad("a list of a form without values", "forms/N40", 5, "codes.value", files={"forms/N40": HEAD + "list a\n"})
form("", 1, "forms.form", "a form's number in small letters", HEAD.replace("N40", "n40"))
form("", 1, "forms.form", "a form's number too long", HEAD.replace("N40", "N4000000000000000"))
form("", 1, "forms.form", "a plane before the form", "\n".join(HEAD.split("\n")[1::-1]) + "\n")
form("", 4, "forms.form", "a form twice", HEAD.split("\n")[0] + "\n" + "\n".join(HEAD.split("\n")[1:3] + HEAD.split("\n")[:1]) + "\n")
bad("an empty form", "forms/N40", 1, "forms.form", files={"forms/N40": ""})
form("", 1, "forms.version", "version 0", HEAD.replace("version 1", "version 0"))
form("", 1, "forms.version", "a version too large", HEAD.replace("version 1", "version 4294967296"))
form("", 1, "forms.version", "no version", HEAD.replace("version 1 ", ""))
form("", 1, "forms.file", "a form in another one's file", HEAD.replace("N40", "N41"))
bad("a version in another one's file", "forms/N40.2", 1, "forms.file", files={"forms/N40.2": HEAD})
bad("a version in two files", "forms/N40.1", 1, "forms.file", files={"forms/N40": HEAD, "forms/N40.1": HEAD})
form("", 2, "forms.plane", "a form for a plane that is none", HEAD.replace("SERVICE", "SERVICES"))
form("", 3, "forms.plane", "a form for no plane", HEAD.replace("plane SERVICE\n", ""))
form("", 3, "forms.acts", "an act that is none", HEAD.replace("announce", "announce rename"))
form("", 3, "forms.acts", "a form that cannot be announced", HEAD.replace("announce", "amend"))
form("", 4, "forms.precedence", "a form's precedence that is none", HEAD.replace("ROUTINE", "SLOW"))
form("", 4, "forms.precedence", "a form's precedence twice", HEAD.replace("ROUTINE", "ROUTINE ROUTINE"))
form("reply\n", 5, "forms.precedence", "an answer as urgent as its subject", HEAD.replace("ROUTINE", "subject"))
form("reply\nreply\n", 6, "forms.twice", "an answer twice")
form("basis\nbasis\n", 6, "forms.twice", "a basis twice")
form("after N20\nafter N31\n", 6, "forms.twice", "two lines of what comes before")
form("limit again 1m\nlimit again 2m\n", 6, "forms.twice", "a limit twice")
form("limit answer 1m FLASH 2m FLASH 3m\n", 5, "forms.twice", "a precedence's limit twice")
form("limit answer none\n", 5, "forms.limit", "a limit of nothing")
form("limit soon 1m\n", 5, "forms.limit", "a limit that is none")
form(FIELD.format(1, "a", "num", "statement") + "limit after a 1m\n", 6, "forms.limit", "a limit on a number")
form(FIELD.format(1, "a", "time[]", "statement") + "limit before a 1m\n", 6, "forms.limit", "a limit on many times")
form("limit before a 1m\n", 5, "forms.limit", "a limit on a field that is not there yet")
SOME = "list hue\n" + "".join(f'value {i} v{i} en "v" ko "v"\n' for i in range(17))
TIMED = SOME + FIELD.format(1, "a", "time", "statement") + FIELD.format(2, "b", "code:hue", "statement") + \
    FIELD.format(3, "c", "code:hue[]", "statement") + "limit before a 1m where "
for name, words in (("no field", ""), ("a field that is not there", "d v1"), ("a field that is no code", "a v1"),
                    ("many codes", "c v1"), ("no value", "b"), ("a value that is not listed", "b v1 v17"),
                    ("a value twice", "b v1 v2 v1"), ("seventeen values", "b " + " ".join(f"v{i}" for i in range(17)))):
    form(TIMED + words + "\n", 26, "forms.where", f"a limit where {name}")
form("limit again 1m where b v1\n", 5, "line.end", "a limit without a field, where")
NEEDS = SOME + FIELD.format(1, "a", "num?", "statement") + FIELD.format(2, "b", "code:hue", "statement") + \
    FIELD.format(3, "c", "code:hue", "content") + FIELD.format(4, "d", "num?", "content") + FIELD.format(5, "e", "num", "content")
form_is(NEEDS + "need a where b v1 v16\nneed d where c v0\n",
        ["list hue", *(line for i in range(17) for line in (f"value {i} v{i}", "name en v", "name ko v")),
         "field 1 a num? statement", "name en A", "name ko 가", "need", "where b v1", "where b v16",
         "field 2 b code:hue statement", "name en A", "name ko 가", "field 3 c code:hue content", "name en A", "name ko 가",
         "field 4 d num? content", "name en A", "name ko 가", "need", "where c v0", "field 5 e num content", "name en A", "name ko 가"],
        "fields that are needed for some values")
for name, words in (("nothing", ""), ("a field that is not there", "f where b v1"), ("always", "a"), ("what is never missing", "e where b v1"),
                    ("what a fold sees, by what it does not see", "a where c v1"), ("without the word where", "a when b v1")):
    form(NEEDS + f"need {words}\n", 28, "forms.need", f"needed: {name}")
form(NEEDS + "need a where b v1\nneed a where b v2\n", 29, "forms.need", "needed: twice")
form(NEEDS + "need a where b v17\n", 28, "forms.where", "needed: for a value that is not listed")
form("need a where b v1\n" + NEEDS, 5, "forms.need", "needed: before it stands there")
form("corrects\n", 5, "forms.corrects", "a correction of nothing", HEAD.replace("ROUTINE", "subject"))
form("corrects\n" + FIELD.format(1, "a", "ref", "statement"), 6, "forms.corrects", "a correction with a precedence of its own")
form("corrects\n" + FIELD.format(1, "a", "ref?", "statement"), 6, "forms.corrects", "a correction that may not say of what",
     HEAD.replace("ROUTINE", "subject"))
form("after N40 n31\n", 5, "forms.after", "after a form that can be none")
form("after" + 9 * " N20" + "\n", 5, "forms.after", "after nine forms")
form("after N99\n", 1, "forms.after", "after a form that the accord has not")
form(FIELD.format(0, "a", "num", "content"), 5, "forms.number", "field 0")
form(FIELD.format(200, "a", "num", "content"), 5, "forms.number", "field 200")
form(FIELD.format(2, "a", "num", "content") + FIELD.format(2, "b", "num", "content"), 6, "forms.number", "a field's number twice")
form(FIELD.format(1, "a", "num", "content") + FIELD.format(2, "a", "num", "content"), 6, "forms.name", "a field's name twice")
form(FIELD.format(1, "reason", "num", "content"), 5, "forms.name", "a field named as one that every form has")
form(FIELD.format(1, "a", "number", "content"), 5, "forms.type", "a type that is none")
form(FIELD.format(1, "a", "num?[]", "content"), 5, "forms.type", "a type's marks in the wrong order")
form(FIELD.format(1, "a", "num:how", "content"), 5, "forms.type", "a list for a number")
form(FIELD.format(1, "a", "code", "content"), 5, "forms.type", "a code of no list")
form(FIELD.format(1, "a", "code:what", "content"), 5, "forms.list", "a code of a list that is not there")
form(FIELD.format(1, "a", "num", "entry"), 5, "forms.place", "a field that stands nowhere")
form(FIELD.format(1, "a", "ref", "content"), 5, "forms.place", "a reference in the content")
form(FIELD.format(1, "a", "group", "statement"), 5, "forms.place", "a group in the statement")
form(FIELD.format(1, "a", "group", "content"), 5, "forms.group", "a group of nothing")
form('member a num en "A" ko "가"\n', 5, "forms.group", "a member of no group")
form(FIELD.format(1, "a", "group", "content") + 'member a num[] en "A" ko "가"\n', 6, "forms.group", "a list in a group")
form(FIELD.format(1, "a", "group", "content") + 2 * 'member a num en "A" ko "가"\n', 7, "forms.name", "a member twice")
bad("65 forms", "forms/R1", 1, "forms.count", files={f"forms/N{i}": HEAD.replace("N40", f"N{i}") for i in range(100, 161)})
bad("more words than all forms may have", "forms/N43", 170, "forms.words", files={
    f"forms/N4{n}": HEAD.replace("N40", f"N4{n}") + "list a\n" + "".join(f'value {i} v{i} en "A" ko "A"\n' for i in range(280))
    for n in range(4)})

# glossary
change("glossary", "translate CERTIFIED", "translate PERFECT", 1, "glossary.translate", "a status that is none")
change("glossary", "translate CERTIFIED", "translate NONE", 1, "glossary.translate", "nobody says that there is none")
change("glossary", "translate DRAFT", "translate CERTIFIED", 2, "glossary.translate", "a status twice")
change("glossary", "by scribe", "by cook", 1, "glossary.translate", "a translator's post that is none")
change("glossary", "DRAFT by", "DRAFT of", 2, "glossary.translate", "no word by")
change("glossary", "term bark", "term Bark", 3, "glossary.term", "a term's name with a capital")
change("glossary", "term root", "term bark", 4, "glossary.order", "a term twice")
change("glossary", "contested", "disputed", 3, "line.end", "another word behind a term")
change("glossary", ' ko "뿌리"', "", 4, "names.language", "a term in one language")
bad("257 terms", "glossary", 257, "glossary.count", files={
    "glossary": "".join(f'term t{i:03} en "T" ko "T"\n' for i in range(257))})
good("no glossary", lines_of_base()[: lines_of_base().index("translate DRAFT 6")], files={"glossary": None})

# The bundle
for missing in ("accord", "parties", "posts", "keys", "channels", "timers"):
    bad(f"no file {missing}", missing, 1, "bundle.missing", files={missing: None})
bad("a file of an unknown name", "MANIFEST", 10, "manifest.name", files={"lines": "?\n"})
bad("a file in a folder of a folder", "MANIFEST", 8, "manifest.name", files={"forms/a/b": "?\n"})
bad("a hidden file", "MANIFEST", 4, "manifest.name", files={"forms/..": "?\n"})
bad("a folder's name alone", "MANIFEST", 2, "manifest.name", files={"bodies/": "?\n"})
bad("a file too long", "posts", 1, "bundle.length", files={"posts": "#" * 65536 + "\n"})
sha = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in BASE.items()}
bad("a file that is not listed", "posts", 1, "bundle.listed", manifest=[f"{sha['posts']}  posts\n", ""])
bad("the last file is not listed", "timers", 1, "bundle.listed", manifest=[f"{sha['timers']}  timers\n", ""])
bad("a file that is not there", "guidelines", 1, "bundle.missing", manifest=[f"{sha['keys']}  keys", f"{sha['keys']}  guidelines\n{sha['keys']}  keys"])
bad("another hash", "posts", 1, "bundle.hash", manifest=[sha["posts"], sha["timers"]])
bad("a file listed twice", "MANIFEST", 2, "manifest.order", manifest=["  accord\n", f"  accord\n{sha['accord']}  accord\n"])
bad("hash in capitals", "MANIFEST", 1, "manifest.form", manifest=[sha["accord"], sha["accord"].upper()])
bad("one blank before a name", "MANIFEST", 1, "manifest.form", manifest=["  accord", " accord"])
bad("the star of a binary file", "MANIFEST", 1, "manifest.form", manifest=["  accord", " *accord"])
bad("last line of the manifest not ended", "MANIFEST", 12, "manifest.form", manifest=["  timers\n", "  timers"])
bad("257 files", "MANIFEST", 1, "manifest.length", files={f"forms/N{i}": "" for i in range(100, 357 - len(BASE))})
bad("an empty manifest", "accord", 1, "bundle.listed", manifest=[""])



def everything():
    names = [vector["name"] for vector in vectors]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    signers = ["ash root 0", "ash root 1", "ash root 2", "elm root 0", "ash registrar"]
    return {"about": "see the header of make_accord.py", "base": BASE,
            "seeds": {name: seed(name).hex() for name in signers}, "vectors": vectors}


def write_corpus(folder):
    """The changes of accord.json are made by its readers; here only files are put or taken away."""
    folder.mkdir(parents=True, exist_ok=True)
    for vector in vectors:
        if "fault" in vector or "files" not in vector and "change" not in vector and vector["name"] != "the base":
            continue
        files = {**BASE, **vector.get("files", {})}
        changes = vector.get("change", [])
        for name, old, new in changes if changes and isinstance(changes[0], list) else [changes] if changes else []:
            files[name] = files[name].replace(old, new, 1)
        text = "".join(f"@{name}\n{files[name]}" for name in sorted(files))
        (folder / vector["name"].replace(" ", "-").replace("'", "")).write_text(text, encoding="utf-8")


if len(sys.argv) > 1 and __name__ == "__main__":
    write_corpus(pathlib.Path(sys.argv[1]))
elif __name__ == "__main__":
    json.dump(everything(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
