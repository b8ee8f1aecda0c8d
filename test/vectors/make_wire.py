#!/usr/bin/python3
"""Writes the vectors of src/wire and, from them, the corpora of its fuzz targets.

    make_wire.py VECTORS-FOLDER CORPUS-FOLDER

A vector has a name, its bytes, and either the lines that a reader must find in them or the rule that they
break. In "hex" a part (XX*N) is the byte XX N times. Without "read" and "rule" it is enough to accept it.
A refused one was made by hand to break one rule, and the second reader must name the same.
"""
import base64
import copy
import hashlib
import json
import os
import re
import sys

import nacl.signing

import wire_reader
from wire_reader import encode

ACCORD = bytes.fromhex("7827688030a59330cebfc23f9c8d5f02")
LEAF = bytes.fromhex("667b48011d4153d752d4825fcdda4e889de108b66071364fcbbfc4b71b8f7a2d")
HASH = hashlib.sha256(b"a content").digest()
SALT, ID = hashlib.sha256(b"salt").digest()[:16], hashlib.sha256(b"id").digest()[:16]
PLACE = [1, "alba", 1, 1, LEAF]
LABEL = ["S", [["rel", ["ALBA", "BOREA"]]]]
NOW = 1893456075000
TIME_END, SIZE_MAX = 1 << 53, (1 << 53) - 1
ORIGIN = ACCORD.hex() + "/1/borea/1"

# RECORD.md section 13: entry borea 1.1, leaf 0e76fb5d...
WORKED = bytes.fromhex("""
a6010102782a37383237363838303330613539333330636562666332336639633864356630322f312f626f7265612f310301041b000001b8dac6d902
055890aa010102507827688030a59330cebfc23f9c8d5f0203010450cac41ae98dc3e79cb291696aa9b800830509068265626f726561657761746368
071b000001b8dac6d8f808818364616c626101020b82615381826372656c8264414c424165424f5245410c81850164616c626101015820667b48011d
4153d752d4825fcdda4e889de108b66071364fcbbfc4b71b8f7a2d068158be53534853494700000001000000330000000b7373682d65643235353139
000000207bfc815bdd2697f31fce0ad21bcd7283be8d7240830956c95ca9da614f14c84f00000014656e74656e74652d73746174656d656e742d7631
0000000000000006736861353132000000530000000b7373682d6564323535313900000040aafccfe6bf475887df182b30eb792f015e1770cd72ffc0
a82a510439030da90156a0eb28520e1ec0873edbd7d67180737bd77f61a5719304cee4b95501b92f03""".replace("\n", ""))


def good(name, raw):
    return {"name": name, "raw": raw}


def bad(name, raw, rule):
    return {"name": name, "raw": raw, "rule": rule}


def changed(base, changes):
    """A copy of a map with other values; None takes the key away."""
    out = copy.deepcopy(base)
    for key, value in changes.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = value
    return dict(sorted(out.items()))


# CBOR: RECORD.md section 8, row by row, and what is beside each row

CBOR_GOOD = """
least integer: 00 | largest in one byte: 17 | least in two: 18 18 | largest in two: 18 ff | least in three: 19 01 00
largest in three: 19 ff ff | least in five: 1a 00 01 00 00 | largest in five: 1a ff ff ff ff
least in nine: 1b 00 00 00 01 00 00 00 00 | largest integer: 1b ff ff ff ff ff ff ff ff
minus one: 20 | least integer of all: 3b ff ff ff ff ff ff ff ff | false: f4 | true: f5
empty bytes: 40 | bytes: 43 00 ff 7f | empty text: 60 | text: 63 61 62 63 | tab and newline: 62 09 0a
text in Korean: 66 ed 95 9c ea b5 ad | four-byte text: 64 f0 9f 95 8a | last character: 64 f4 8f bf bf
first after C1: 62 c2 a0 | bidi control is kept: 63 e2 80 ae | empty array: 80 | empty map: a0
array: 83 01 20 f5 | map: a2 01 00 02 00 | map in array in map: a1 01 81 a1 00 f4
keys of all lengths: a5 00 00 17 00 18 18 00 19 01 00 00 1a 00 01 00 00 00
arrays to depth 6: 81 81 81 81 81 81 81 00 | maps to depth 6: a1 00 a1 00 a1 00 a1 00 a1 00 a1 00 a1 00 00
empty array at depth 6: 81 81 81 81 81 81 80 | siblings after depth: 82 81 81 81 81 81 81 00 81 81 81 81 81 81 00
"""

CBOR_BAD = """
cbor.shortest | integer in long form: 18 05 | length in long form: 58 01 61 | 23 in two bytes: 18 17 | 255 in three: 19 00 ff
cbor.shortest | 65535 in five: 1a 00 00 ff ff | 32 bits in nine: 1b 00 00 00 00 ff ff ff ff | nint in long form: 38 17
cbor.shortest | text length in long form: 78 01 61 | array count in long form: 98 01 00 | map count in long form: b8 01 00 00
cbor.shortest | key in long form: a1 18 01 00
cbor.indefinite | indefinite array: 9f 01 ff | indefinite bytes: 5f 41 61 ff | indefinite text: 7f 61 61 ff
cbor.indefinite | indefinite map: bf 01 00 ff | break alone: ff
cbor.order | keys unsorted: a2 02 00 01 00 | key twice: a2 01 00 01 01 | inner keys unsorted: 81 a2 02 00 01 00
cbor.key | text key: a1 61 61 00 | negative key: a1 20 00 | bytes key: a1 41 00 00 | array key: a1 80 00
cbor.float | half float: f9 3c 00 | single float: fa 3f 80 00 00 | double float: fb 3f f0 00 00 00 00 00 00 | inner float: 81 f9 3c 00
cbor.tag | tag: c0 00 | bignum: c2 41 01 | large bignum: c2 49 01 00 00 00 00 00 00 00 00 | self-described: d9 d9 f7 00
cbor.simple | null: f6 | undefined: f7 | other simple: e0 | simple in two bytes: f8 ff | inner null: 81 f6
cbor.reserved | reserved head 28: 1c | reserved head 30: 5e 00 | reserved simple: fc | indefinite integer: 1f
cbor.utf8 | not UTF-8: 61 ff | overlong: 62 c0 80 | surrogate: 63 ed a0 80 | above the last character: 64 f4 90 80 80
cbor.utf8 | ends in a character: 62 e2 80 | continuation alone: 61 80
cbor.control | NUL: 61 00 | carriage return: 61 0d | escape: 61 1b | DEL: 61 7f | C1: 62 c2 85 | last C1: 62 c2 9f
cbor.short | ends early: 82 01 | nothing: | length beyond what is left: 5b ff ff ff ff ff ff ff ff | text ends early: 62 61
cbor.short | integer ends early: 19 01 | map ends early: a1 01 | array of 2^64-1: 9b ff ff ff ff ff ff ff ff
cbor.short | map of 2^63: bb 80 00 00 00 00 00 00 00 | array in array ends early: 82 81 00
cbor.trailing | bytes after the end: 01 00 | a second array: 80 80
cbor.depth | arrays to depth 7: 81 81 81 81 81 81 81 80 | maps to depth 7: a1 00 a1 00 a1 00 a1 00 a1 00 a1 00 a1 00 a0
"""


def cbor_vectors():
    for part in CBOR_GOOD.replace("\n", "|").split("|"):
        if part.strip():
            name, raw = part.strip().split(":")
            yield good(name, bytes.fromhex(raw))
    for line in CBOR_BAD.strip().split("\n"):
        rule, *parts = line.split("|")
        for part in parts:
            name, raw = part.strip().split(":")
            yield bad(name, bytes.fromhex(raw), rule.strip())
    yield bad("arrays far too deep", b"\x81" * 5000, "cbor.depth")


# Label

def label_vectors():
    for name, value in {
        "level alone": ["S", []], "released to two": LABEL,
        "two categories": ["S", [["eyes", ["A"]], ["rel", ["ALBA", "BOREA"]]]],
        "level in Korean": ["2급", [["rel", ["KOR"]]]],
        "prefix before longer": ["S", [["a", ["x"]], ["aa", ["x", "xx"]]]],
        "sixteen categories, 64 values": ["S", [[f"c{i:02}", ["a", "b", "c", "d"]] for i in range(16)]],
    }.items():
        yield good(name, encode(value))
    for name, (value, rule) in {
        "no level": (["", []], "label.level"),
        "level alone without a list": (["S"], "label.form"),
        "three members": (["S", [], []], "label.form"),
        "category without values": (["S", [["rel"]]], "label.form"),
        "category with no value": (["S", [["rel", []]]], "label.category"),
        "category without a name": (["S", [["", ["A"]]]], "label.category"),
        "empty value": (["S", [["rel", [""]]]], "label.category"),
        "categories unsorted": (["S", [["rel", ["A"]], ["eyes", ["A"]]]], "label.order"),
        "category twice": (["S", [["rel", ["A"]], ["rel", ["B"]]]], "label.order"),
        "values unsorted": (["S", [["rel", ["BOREA", "ALBA"]]]], "label.order"),
        "value twice": (["S", [["rel", ["ALBA", "ALBA"]]]], "label.order"),
        "seventeen categories": (["S", [[f"c{i:02}", ["a"]] for i in range(17)]], "label.limit"),
        "sixty-five values": (["S", [["rel", [f"V{i:02}" for i in range(65)]]]], "label.limit"),
        "level is a number": ([1, []], "cbor.type"),
        "label is a text": ("S", "cbor.type"),
    }.items():
        yield bad(name, encode(value), rule)


# Statement

WATCH_READ = {1: 1, 2: ACCORD, 3: 1, 4: ID, 5: 9, 6: ["borea", "watch"], 7: NOW, 8: [["alba", 1, 2]], 11: LABEL,
              12: [PLACE]}
MESSAGE = {1: 1, 2: ACCORD, 3: 1, 4: ID, 5: 8, 6: ["alba", "head"], 7: NOW, 8: [["borea", 1, 1]],
           9: [["borea", "head", 0]], 10: 0, 11: LABEL, 15: [HASH, 1518, 0]}
NODE = changed(WATCH_READ, {5: 23, 6: ["borea", "node"], 11: None, 14: {1: 0}})
OPEN = {1: 1, 2: ACCORD, 3: 0, 4: ID, 5: 0, 6: ["borea", "node"], 7: NOW, 8: [], 14: {1: HASH}}
KEYS = {1: 1, 2: ACCORD, 3: 0, 4: ID, 5: 1, 6: ["borea", "registrar"], 7: NOW, 8: [], 11: LABEL,
        14: {1: 0, 2: 3, 3: b"a key in SSH wire form", 4: 17, 5: ["head", "watch"]}}
OLD, HEAD = [1, 57, LEAF], [60, LEAF]


def of_kind(kind, fields=None, role="watch"):
    one = wire_reader.KINDS[kind][2] == "1"
    return changed(WATCH_READ, {5: kind, 6: ["borea", role], 11: None if role == "node" else LABEL,
                                12: [PLACE] if one else None, 14: fields})


def with_fields(base, changes):
    return changed(base, {14: changed(base[14], changes)})


RELEASE_FIELDS = {32: {1: b"statement", 2: b"signature"}, 33: {1: b"signature"}, 36: {1: HASH, 2: "JPN"}, 37: {1: HASH, 2: ["JPN"]},
                  39: {1: ["watch"], 2: 1}, 40: {1: 2}, 41: {1: HASH}, 42: {1: HASH}, 43: {1: TIME_END - 1}}
PROCEDURE_FIELDS = {48: {1: HASH, 2: 3}, 49: {1: "convene"}, 50: {1: "convene"}, 51: {1: "consult"}, 52: {1: "alert", 2: 4},
                    57: {1: "decide", 2: "no-action", 3: HASH}, 64: {1: "national", 2: "none"}}
LAPSE_FIELDS = {1: 0, 2: "alert", 3: "watch-read", 4: "watch", 5: "alba"}
ROSTER_FIELDS = {1: "watch", 2: 1796083200000, 3: 1796169600000, 4: ["김민수", "tel 1", "ko en release", "이서연", "", ""],
                 5: [0, 43200, 0, 0, 0, 43200, 1, 1, 43200, 82800, 0, 1], 6: [82800, 86400]}
WATCH_FIELDS = {65: ROSTER_FIELDS, 66: {1: "watch", 2: 2, 3: 1796166000000, 4: 1796169600000, 5: 1},
                67: {1: "watch", 2: [1, "borea", 1, 4, "WATCH READ"], 3: "the second reads it"}}
TITLE = ["en", "Integrated Defense Dialogue", "ko", "통합국방협의체"]
DIALOGUE_FIELDS = {80: {1: "kidd", 2: TITLE, 5: ["ALBA", "BOREA"], 7: TITLE, 10: 6, 11: ["ko", "en"], 12: ["head"], 13: "scm"},
                   81: {1: "kidd-22", 2: TITLE, 4: "2023-04-11/2023-04-12", 6: "an article", 10: 22}, 82: {1: "opening", 2: TITLE},
                   83: {1: "exercises", 2: TITLE, 4: "2023", 5: ["ALBA"], 8: TITLE, 9: ["BOREA"], 24: "statement/goal"}, 84: {7: TITLE},
                   86: {7: TITLE}, 87: {1: "first", 2: TITLE, 4: "2024-06", 16: "foc"},
                   88: {1: "launch", 2: TITLE, 4: "2023-04-13T07:23Z"}, 89: {1: "statement", 2: TITLE, 11: ["ko", "en"]},
                   90: {1: "goal", 10: 1, 11: ["ko"], 17: "양측은 계속한다."}, 91: {3: 1}, 93: {3: 2, 4: "2024-04-12T09:00Z", 18: HASH, 19: ["atom"]},
                   94: {3: 13, 15: ["A person", "An office"]},
                   95: {1: "press", 4: "2023-04", 6: "a newspaper", 7: TITLE, 20: "launch", 21: "high", 22: "38.5,127.25", 23: TITLE}, 96: {3: 1}}


def statement_good():
    yield "watch read", WATCH_READ
    yield "worked example", wire_reader.decode(wire_reader.decode(WORKED)[5])
    yield "FLASH message", MESSAGE
    yield "everything", changed(MESSAGE, {
        8: [["borea", 1, 1], ["cassia", 3, 70000]], 9: [["borea", "head", 0], ["borea", "watch", 1], ["cassia", "watch", 0]],
        10: 3, 11: ["S", [["eyes", ["ALBA"]], ["rel", ["ALBA", "BOREA", "CASSIA"]]]],
        12: [PLACE, [2, "cassia", 2, 0, HASH]], 13: ["A07", 2],
        14: {0: 1, 1: -1, 2: "글", 3: b"\0\xff", 4: True, 5: [1, ["a", [False]]], 1 << 40: 0},
        15: [HASH, 98304, 2], 16: [1, "borea", 1, 5, HASH], 17: "deputy"})
    yield "sealed, with sixteen blobs", changed(MESSAGE, {15: [HASH, 1518, 1], 18: [[HASH, 1], [LEAF, 64 << 20]] * 8})
    yield "sealed with ML-KEM, acting, with a blob", changed(MESSAGE, {15: [HASH, 3000, 2], 17: "deputy", 18: [[HASH, 1700]]})
    yield "node needs no label", NODE
    yield "node with a label", changed(NODE, {11: LABEL})
    yield "nothing seen", changed(WATCH_READ, {8: []})
    yield "seven parties seen", changed(WATCH_READ, {8: [[f"p{i}", 1, 1] for i in range(7)]})
    yield "largest numbers", changed(WATCH_READ, {3: 999, 7: TIME_END - 1, 8: [["alba", (1 << 32) - 1, SIZE_MAX]],
                                                  12: [[999, "alba", (1 << 32) - 1, SIZE_MAX - 1, LEAF]]})
    yield "longest names", changed(WATCH_READ, {6: ["b234567890123-56", "r" * 32]})
    yield "one role, both ways", changed(MESSAGE, {9: [["borea", "head", 0], ["borea", "head", 1]]})
    yield "thirty-two addressees", changed(MESSAGE, {9: [["borea", f"r{i:02}", 0] for i in range(32)]})
    yield "thirty-two references", changed(MESSAGE, {12: [PLACE] * 32})
    yield "sixty-four fields", changed(MESSAGE, {13: ["A01", 1], 14: {i: i for i in range(64)}})
    yield "field at depth 6", changed(MESSAGE, {14: {1: [[[[[1]]]]]}})
    yield "unknown kind by an officer", changed(MESSAGE, {5: 99})
    yield "unknown kind by a node", changed(NODE, {5: 1 << 63, 12: None, 14: None})
    yield "unknown form", changed(MESSAGE, {13: ["Z" * 32, (1 << 64) - 1]})
    yield "open of a first epoch", OPEN
    yield "open of a later epoch", with_fields(changed(OPEN, {3: 1, 6: ["borea", "registrar"], 11: LABEL}), {2: OLD})
    yield "open where nothing is left", with_fields(changed(OPEN, {3: 1}), {2: [1, 0, LEAF], 3: HEAD})
    yield "open with a head given up", with_fields(changed(OPEN, {3: 1}), {2: OLD, 3: HEAD})
    yield "key of an officer", KEYS
    yield "key withdrawn", changed(KEYS, {14: {1: 1, 2: 3, 3: b"key"}})
    yield "key of a node", changed(KEYS, {14: {1: 0, 2: 2, 3: HASH}})
    yield "role recipient", changed(KEYS, {14: {1: 0, 2: 4, 3: b"k" * 1216, 5: ["head"]}})
    yield "role recipient without ML-KEM", changed(KEYS, {14: {1: 0, 2: 4, 3: b"k" * 32, 4: 7, 5: ["head", "watch"]}})
    yield "role recipient withdrawn", changed(KEYS, {14: {1: 1, 2: 4, 3: b"k" * 32}})
    yield "keys with a later field", with_fields(KEYS, {6: "later"})
    yield "watch read with no attachment here", of_kind(9, {1: []})
    yield "watch read with sixteen attachments", of_kind(9, {1: [bytes([i]) * 32 for i in range(16)]})
    yield "accord", changed(KEYS, {5: 2, 14: {1: HASH}})
    for when in ("2024-02-29", "1900", "2199-12-31T23:59Z", "1969-07", "2023-04-11/2023-04-11"):
        yield f"session at {when}", of_kind(81, changed(DIALOGUE_FIELDS[81], {4: when}))
    for where in ("0,0", "-90,-180", "90,180.00000", "38.12345,127.5", "38,127 38,128 39,128 38,127", " ".join(["1,1", "1,2", "2,2"] + ["2,1"] * 29 + ["1,1"])):
        yield f"claim at {where[:40]}", of_kind(95, changed(DIALOGUE_FIELDS[95], {22: where}))
    yield "claim from one minute to another", of_kind(95, changed(DIALOGUE_FIELDS[95], {4: "2023-04-13T07:20Z/2023-04-13T07:30Z"}))
    yield "claim of a source alone", of_kind(95, {key: DIALOGUE_FIELDS[95][key] for key in (1, 6, 7)})
    yield "same, without an act", of_kind(96, None)
    yield "assessment", of_kind(94, {3: 19, 7: TITLE, 21: "moderate"})
    yield "body with a later field", of_kind(80, changed(DIALOGUE_FIELDS[80], {40: ["later"]}))
    yield "unit that is left out", of_kind(90, {**DIALOGUE_FIELDS[90], 17: ""})
    yield "merge", of_kind(94, {3: 3, 13: "scm"})
    yield "record agree", of_kind(94, {3: 10, 18: HASH})
    yield "decline of an item", of_kind(94, {3: 15, 7: TITLE})
    yield "delegation with credentials", of_kind(94, {**DIALOGUE_FIELDS[94], 25: TITLE})
    for manner in ("meeting", "side-meeting", "call"):
        yield f"session as a {manner}", of_kind(81, changed(DIALOGUE_FIELDS[81], {26: manner}))
    yield "side meeting beside a session", of_kind(81, changed(DIALOGUE_FIELDS[81], {26: "side-meeting", 27: "kidd-22"}))
    yield "act of a later version", of_kind(94, {3: 255})
    yield "downgrade signed beforehand", of_kind(41, {1: HASH, 2: NOW + 86400000})
    yield "downgrade from the time at which it was signed", of_kind(41, {1: HASH, 2: NOW})
    yield "mark WRONG that says what is", of_kind(11, {1: 1, 2: 4})
    yield "mark WRONG for a cause of a later version", of_kind(11, {1: 1, 2: 5})
    yield "lapse in an instance", changed(of_kind(23, LAPSE_FIELDS, "node"), {16: PLACE})
    yield "attempt with its way, its result and whom", of_kind(22, {1: "telephone, line 2", 2: 3, 3: "duty officer"})
    for kind, (name, authors, _) in wire_reader.KINDS.items():
        fields = {0: {1: HASH}, 1: KEYS[14], 2: {1: HASH}, 11: {1: 1}, 15: {1: TIME_END - 1}, 17: {1: 3}, 23: {1: 1}, 24: {1: 4, 2: "ko"},
                  **RELEASE_FIELDS, **PROCEDURE_FIELDS, **WATCH_FIELDS, **DIALOGUE_FIELDS}.get(kind)
        for author in authors:
            role = "node" if author == "n" else "watch"
            yield f"{name} by {'a node' if author == 'n' else 'an officer'}", of_kind(kind, fields, role)


def statement_keys():
    for key in range(1, 9):
        yield f"without key {key}", changed(WATCH_READ, {key: None}), "statement.key"
    yield "key 0", changed(WATCH_READ, {0: 0}), "statement.key"
    yield "key 19", changed(WATCH_READ, {19: 0}), "statement.key"
    yield "no key at all", {}, "statement.key"
    yield "version 2", changed(WATCH_READ, {1: 2}), "statement.version"
    yield "version 0", changed(WATCH_READ, {1: 0}), "statement.version"
    yield "accord id of 15 bytes", changed(WATCH_READ, {2: ACCORD[1:]}), "cbor.type"
    yield "accord id as text", changed(WATCH_READ, {2: "a" * 16}), "cbor.type"
    yield "channel 1000", changed(WATCH_READ, {3: 1000}), "statement.channel"
    yield "channel 0 with another kind", changed(WATCH_READ, {3: 0, 8: []}), "statement.channel"
    yield "channel 0 with an unknown kind", changed(MESSAGE, {3: 0, 5: 99, 8: []}), "statement.channel"
    yield "statement id of 17 bytes", changed(WATCH_READ, {4: ID + b"a"}), "cbor.type"
    yield "kind is negative", changed(WATCH_READ, {5: -1}), "cbor.type"
    yield "author is a text", changed(WATCH_READ, {6: "borea"}), "cbor.type"
    yield "author of one name", changed(WATCH_READ, {6: ["borea"]}), "statement.author"
    yield "officer writes a lapse", changed(NODE, {6: ["borea", "watch"], 11: LABEL}), "statement.author"
    yield "node writes a watch read", changed(WATCH_READ, {6: ["borea", "node"]}), "statement.author"
    for name in ("", "Borea", "2borea", "bo_rea", "b2345678901234567", "böea"):
        yield f"party {name!r}", changed(WATCH_READ, {6: [name, "watch"]}), "statement.party"
    for name in ("", "Watch", "-watch", "wa tch", "r" * 33):
        yield f"role {name!r}", changed(WATCH_READ, {6: ["borea", name]}), "statement.role"
    yield "time of 2^53", changed(WATCH_READ, {7: TIME_END}), "statement.time"
    yield "time is negative", changed(WATCH_READ, {7: -1}), "cbor.type"
    yield "officer without a label", changed(WATCH_READ, {11: None}), "statement.label"
    yield "keys without a label", changed(KEYS, {11: None}), "statement.label"
    yield "label is no label", changed(WATCH_READ, {11: ["S"]}), "label.form"
    yield "rel unsorted", changed(WATCH_READ, {11: ["S", [["rel", ["BOREA", "ALBA"]]]]}), "label.order"
    yield "precedence 4", changed(MESSAGE, {10: 4}), "statement.precedence"


def statement_lists():
    rule = "statement.seen"
    for name, seen in {
        "last-seen unsorted": [["cassia", 1, 1], ["alba", 1, 1]], "last-seen twice": [["alba", 1, 1], ["alba", 2, 1]],
        "last-seen of itself": [["borea", 1, 1]], "last-seen of epoch 0": [["alba", 0, 1]],
        "last-seen of nothing": [["alba", 1, 0]], "last-seen size of 2^53": [["alba", 1, TIME_END]],
        "last-seen epoch of 2^32": [["alba", 1 << 32, 1]], "last-seen of two members": [["alba", 1]],
        "last-seen of a bad name": [["Alba", 1, 1]], "eight parties seen": [[f"p{i}", 1, 1] for i in range(8)],
    }.items():
        yield name, changed(WATCH_READ, {8: seen}), rule
    yield "last-seen on channel 0", changed(KEYS, {8: [["alba", 1, 1]]}), rule
    rule = "statement.addressees"
    for name, addressees in {
        "no addressee": [], "addressees unsorted by party": [["borea", "head", 0], ["alba", "head", 0]],
        "addressees unsorted by role": [["borea", "watch", 0], ["borea", "head", 0]],
        "addressees unsorted by flag": [["borea", "head", 1], ["borea", "head", 0]],
        "addressee twice": [["borea", "head", 0], ["borea", "head", 0]], "addressee with flag 2": [["borea", "head", 2]],
        "addressee of a bad party": [["Borea", "head", 0]], "addressee of a bad role": [["borea", "", 0]],
        "addressee of four members": [["borea", "head", 0, 0]],
        "thirty-three addressees": [["borea", f"r{i:02}", 0] for i in range(33)],
    }.items():
        yield name, changed(MESSAGE, {9: addressees}), rule
    rule = "statement.refers"
    yield "no reference in the list", changed(MESSAGE, {12: []}), rule
    yield "thirty-three references", changed(MESSAGE, {12: [PLACE] * 33}), rule
    yield "watch read of nothing", changed(WATCH_READ, {12: None}), rule
    yield "watch read of two", changed(WATCH_READ, {12: [PLACE, PLACE]}), rule
    yield "keys that refer", changed(KEYS, {12: [PLACE]}), rule
    rule = "statement.place"
    for name, place in {
        "place of four members": PLACE[:4], "place on channel 0": [0] + PLACE[1:], "place on channel 1000": [1000] + PLACE[1:],
        "place of a bad party": [1, "ALBA", 1, 1, LEAF], "place in epoch 0": [1, "alba", 0, 1, LEAF],
        "place at 2^53 - 1": [1, "alba", 1, SIZE_MAX, LEAF],
    }.items():
        yield name, changed(WATCH_READ, {12: [place]}), rule
        yield "instance: " + name, changed(WATCH_READ, {16: place}), rule
    yield "leaf of 31 bytes", changed(WATCH_READ, {12: [PLACE[:4] + [LEAF[1:]]]}), "cbor.type"
    yield "form without a version", changed(MESSAGE, {13: ["A01"]}), "statement.form"
    yield "form without a name", changed(MESSAGE, {13: ["", 1]}), "statement.form"
    yield "form with a long name", changed(MESSAGE, {13: ["A" * 33, 1]}), "statement.form"
    yield "no field in the map", changed(MESSAGE, {14: {}}), "statement.fields"
    yield "sixty-five fields", changed(MESSAGE, {14: {i: i for i in range(65)}}), "statement.fields"
    yield "field that is a map", changed(MESSAGE, {14: {1: {1: 1}}}), "cbor.type"
    yield "field with a map inside", changed(MESSAGE, {14: {1: [[{}]]}}), "cbor.type"
    yield "field at depth 7", changed(MESSAGE, {14: {1: [[[[[[]]]]]]}}), "cbor.depth"
    rule = "statement.content"
    yield "content of two members", changed(MESSAGE, {15: [HASH, 1]}), rule
    yield "content of no bytes", changed(MESSAGE, {15: [HASH, 0, 0]}), rule
    yield "content over the limit", changed(MESSAGE, {15: [HASH, 98305, 0]}), rule
    yield "content of sealing 3", changed(MESSAGE, {15: [HASH, 1, 3]}), rule
    yield "content hash of 20 bytes", changed(MESSAGE, {15: [HASH[:20], 1, 0]}), "cbor.type"
    rule = "statement.blobs"
    for name, blobs in {"no blob in the list": [], "seventeen blobs": [[HASH, 1]] * 17, "blob of no bytes": [[HASH, 0]],
                        "blob over 64 MiB": [[HASH, (64 << 20) + 1]], "blob without a length": [[HASH]],
                        "blob with a name": [[HASH, 1, "map.png"]]}.items():
        yield name, changed(MESSAGE, {15: [HASH, 1518, 1], 18: blobs}), rule
    yield "blob hash of 20 bytes", changed(MESSAGE, {15: [HASH, 1518, 1], 18: [[HASH[:20], 1]]}), "cbor.type"
    yield "blobs beside a clear content", changed(MESSAGE, {15: [HASH, 1518, 0], 18: [[HASH, 1]]}), rule
    yield "blobs beside no content", changed(MESSAGE, {15: None, 18: [[HASH, 1]]}), rule
    yield "acting for nobody", changed(MESSAGE, {17: ""}), "statement.acting"


def statement_fields():
    """Fields of known kinds."""
    opened = changed(OPEN, {3: 1})
    for name, fields in {
        "open without a manifest": {2: OLD}, "open with a short manifest hash": {1: HASH[1:]},
        "open with an old log of two": {1: HASH, 2: OLD[1:]}, "open with an old epoch 0": {1: HASH, 2: [0, 57, LEAF]},
        "open with a short root": {1: HASH, 2: [1, 57, LEAF[1:]]},
        "open with a head given up of nothing": {1: HASH, 3: HEAD}, "open with a head of three": {1: HASH, 2: OLD, 3: OLD},
        "open with a head given up of size 0": {1: HASH, 2: OLD, 3: [0, LEAF]},
    }.items():
        yield name, changed(opened, {14: fields})
    yield "open of all channels with an old log", with_fields(OPEN, {2: OLD})
    yield "open without fields", changed(OPEN, {14: None})
    for name, changes in {
        "keys without an act": {1: None}, "keys with act 2": {1: 2}, "keys without a use": {2: None}, "keys with use 5": {2: 5},
        "keys without a key": {3: None}, "keys with an empty key": {3: b""}, "keys with a long key": {3: bytes(2049)},
        "keys with a key as text": {3: "key"}, "log key of 31 bytes": {2: 0, 3: bytes(31)},
        "officer without a number": {4: None}, "officer without roles": {5: None}, "officer with no role": {5: []},
        "role recipient of 31 bytes": {2: 4, 3: bytes(31)}, "role recipient of 1,217 bytes": {2: 4, 3: bytes(1217)},
        "role recipient without a role": {2: 4, 3: bytes(32), 5: []}, "role recipient with no roles": {2: 4, 3: bytes(32), 5: None},
        "holder is a text": {4: "Kim"}, "roles with a bad name": {5: ["Head"]}, "roles with a number": {5: [1]},
        "sixty-five roles": {5: [f"r{i}" for i in range(65)]}, "roles as text": {5: "head"},
    }.items():
        yield name, with_fields(KEYS, changes)
    yield "accord without a manifest", changed(KEYS, {5: 2, 14: {2: HASH}})
    for name, hashes in {
        "unsorted": [b"\2" * 32, b"\1" * 32], "twice": [HASH, HASH], "short": [HASH[1:]], "as a text": ["attachment"],
        "too many": [bytes([i]) * 32 for i in range(17)], "alone": HASH,
    }.items():
        yield f"watch read with attachments {name}", of_kind(9, {1: hashes})
    for name, kind, fields in (
            ("submit without a signature", 32, {1: b"s"}), ("submit of nothing", 32, {1: b"", 2: b"g"}),
            ("approve with a signature of 4097 bytes", 33, {1: bytes(4097)}), ("approve without a signature", 33, None),
            ("consent to half a hash", 36, {1: HASH[:16], 2: "JPN"}), ("consent for many", 36, {1: HASH, 2: ["JPN"]}),
            ("release to nobody outside", 37, {1: HASH, 2: []}), ("release to a party without a name", 37, {1: HASH, 2: [""]}),
            ("recall done in a third way", 39, {2: 2}), ("recall done by whom it is not known", 39, {1: ["Head"], 2: 0}),
            ("recall refused for a fourth cause", 40, {1: 3}), ("downgrade of nothing", 41, {2: HASH}),
            ("downgrade from before it was signed", 41, {1: HASH, 2: NOW - 1}), ("downgrade from a text", 41, {1: HASH, 2: "2031"}),
            ("downgrade from after 2^53", 41, {1: HASH, 2: TIME_END}), ("mark that is neither", 11, {1: 2}),
            ("mark CORRECT for a cause", 11, {1: 0, 2: 1}), ("mark WRONG in free words", 11, {1: 1, 2: "no"}), ("relabel of a text", 42, {1: "item"})):
        yield name, of_kind(kind, fields)
    for kind, fields in PROCEDURE_FIELDS.items():
        name, role = wire_reader.KINDS[kind][0], "node" if kind == 52 else "watch"
        for key in fields:
            yield f"{name} without field {key}", of_kind(kind, changed(fields, {key: None}) or None, role)
            yield f"{name} with field {key} of another type", of_kind(kind, changed(fields, {key: ["x"]}), role)
    yield "start of depth 4", of_kind(48, {1: HASH, 2: 4})
    yield "done of a step in capitals", of_kind(51, {1: "Consult"})
    yield "propose of half a hash", of_kind(57, {1: "decide", 2: "no-action", 3: HASH[:16]})
    yield "escalated past a rung that is none", of_kind(52, {1: "alert", 2: 4, 3: 16}, "node")
    for why, changes in {
        "without a post": {1: None}, "without a beginning": {2: None}, "without an end": {3: None}, "that ends as it begins": {3: ROSTER_FIELDS[2]},
        "that ends before it begins": {3: ROSTER_FIELDS[2] - 1000}, "with half a second": {3: ROSTER_FIELDS[3] + 500},
        "of 63 days": {3: ROSTER_FIELDS[2] + 63 * 86400000}, "with half a person": {4: ["Kim"]}, "with a person without a name": {4: ["", "", ""], 5: None},
        "with a long name": {4: ["n" * 61, "", ""], 5: None}, "with a long number": {4: ["n", "9" * 161, ""], 5: None},
        "with too many people": {4: ["n", "", ""] * 33, 5: None}, "with a third of a shift": {5: [0, 1, 0]}, "with a shift of nobody": {5: [0, 1, 0, 2]},
        "with a shift at no rung": {5: [0, 1, 4, 0]}, "with a shift of no time": {5: [1, 1, 0, 0]}, "with a shift beyond its end": {5: [0, 86401, 0, 0]},
        "with shifts unsorted": {5: [10, 20, 0, 0, 0, 10, 0, 0]}, "with two at one rung": {5: [0, 10, 0, 0, 0, 20, 0, 1]},
        "with gaps unsorted": {6: [10, 20, 0, 10]}, "with half a gap": {6: [10]}, "with a gap as a text": {6: ["10", "20"]},
    }.items():
        yield f"roster {why}", of_kind(65, changed(ROSTER_FIELDS, changes))
    for key in range(1, 6):
        yield f"manning without field {key}", of_kind(66, changed(WATCH_FIELDS[66], {key: None}), "node")
    yield "manning 33 deep", of_kind(66, changed(WATCH_FIELDS[66], {2: 33}), "node")
    for why, changes in {"without a post": {1: None}, "without items": {2: None}, "with a part of an item": {2: [1, "borea", 1]},
                         "with 65 items": {2: [1, "borea", 1, 4, "WATCH READ"] * 65}, "with an item that nothing is owed of": {2: [1, "borea", 1, 4, ""]},
                         "with an empty note": {3: ""}, "with a long note": {3: "n" * 601}}.items():
        yield f"relief {why}", of_kind(67, changed(WATCH_FIELDS[67], changes))
    yield "escalated to a fifth rung", of_kind(52, {1: "alert", 2: 5}, "node")
    for key in range(2, 6):
        yield f"lapse in an instance with field {key} as a number", of_kind(23, changed(LAPSE_FIELDS, {key: 1}), "node")
    for name, fields in {"by no way": {1: ""}, "with a fifth result": {2: 4}, "of somebody with a long name": {3: "n" * 201}}.items():
        yield f"attempt {name}", of_kind(22, fields)
    yield "fate after 2^53", of_kind(43, {1: TIME_END}, "node")
    for kind, most in {11: 1, 15: TIME_END - 1, 17: 3, 23: 1}.items():
        role, name = "node" if kind == 23 else "watch", wire_reader.KINDS[kind][0]
        yield f"{name} without field 1", of_kind(kind, None, role)
        yield f"{name} with {most + 1}", of_kind(kind, {1: most + 1}, role)
        yield f"{name} with a text", of_kind(kind, {1: "0"}, role)
    for why, fields in (("of no status", {2: "ko"}), ("of a status too far", {1: 5, 2: "ko"}), ("into no language", {1: 2}),
                        ("into what is no tag", {1: 2, 2: "k o"}), ("into a number", {1: 2, 2: 7}), ("into an empty tag", {1: 2, 2: ""})):
        yield f"translation {why}", of_kind(24, fields)


    for kind, fields in DIALOGUE_FIELDS.items():
        for key in sorted(wire_reader.DIALOGUE_NEEDS.get(kind, ())):
            yield f"{wire_reader.KINDS[kind][0]} without field {key}", of_kind(kind, changed(fields, {key: None}) or None)
    session = DIALOGUE_FIELDS[81]
    for why, value in (("an impossible day", "2023-02-29"), ("a month 13", "2023-13"), ("one digit", "2023-4"), ("an hour 24", "2023-04-11T24:00Z"),
                       ("no zone", "2023-04-11T10:00"), ("an end before its begin", "2023-04-12/2023-04-11"), ("three ends", "2023/2024/2025"),
                       ("a year 2200", "2200"), ("nothing", ""), ("a space", "2023-04-11 "), ("a number", 2023), ("an open end", "2023/"), ("a day, to the year that it is in", "2023-04-11/2023")):
        yield f"session on {why}", of_kind(81, changed(session, {4: value}))
    for why, changes in {"in capitals": {1: "KIDD"}, "of 49 letters": {1: "k" * 49}, "with a title in no language": {2: ["e n", "x"]},
                         "with a title of an odd count": {2: ["en"]}, "with an empty title": {2: ["en", ""]}, "with 601 bytes": {2: ["en", "x" * 601]},
                         "with no title": {2: []}, "of nobody": {5: []}, "of a party without a name": {5: [""]}, "of nine parties": {5: ["P"] * 9},
                         "with a long source": {6: "s" * 256}, "with a number of a person": {10: "6"}, "with a role in capitals": {12: ["Head"]},
                         "with a person of no office": {15: ["A", ""]}, "with half a person": {15: ["A"]},
                         "with more keys than a row holds": {(1 << 40) + i: "x" * 48 for i in range(50)},
                         "with more than a row holds": {25 + i: "x" * 600 for i in range(6)}}.items():
        yield f"body {why}", of_kind(80, changed(DIALOGUE_FIELDS[80], changes))
    yield "act 256", of_kind(94, {3: 256})
    yield "merge into nothing", of_kind(94, {3: 3})
    yield "record agree to no text", of_kind(94, {3: 10, 7: TITLE})
    yield "record agree to half a hash", of_kind(94, {3: 10, 18: HASH[:16]})
    yield "decline of an item without a reason", of_kind(94, {3: 15})
    yield "credentials in no language", of_kind(94, {**DIALOGUE_FIELDS[94], 25: ["e n", "x"]})
    yield "session in no known manner", of_kind(81, changed(DIALOGUE_FIELDS[81], {26: "dinner"}))
    yield "session beside no name", of_kind(81, changed(DIALOGUE_FIELDS[81], {27: "KIDD 22"}))
    yield "assessment without a word", of_kind(94, {3: 19, 21: "high"})
    for why, where in (("nowhere", ""), ("a latitude alone", "38.5"), ("a pole beyond", "90.00001,0"), ("a meridian beyond", "0,180.00001"), ("a sign too many", "--1,0"),
                       ("a plus", "+1,0"), ("six decimals", "1.000001,0"), ("no decimals", "1.,0"), ("no degrees", ".5,0"), ("four digits", "0001,0"), ("a blank at the end", "1,1 "),
                       ("two blanks", "1,1  1,2"), ("a line", "1,1 1,2 1,1"), ("an open ring", "38,127 38,128 39,128"), ("a ring that encloses nothing", "1,1 1,2 1,3 1,1"),
                       ("34 points", " ".join(["1,1", "1,2", "2,2"] + ["2,1"] * 30 + ["1,1"])), ("a number", 38), ("three parts", "1,2,3")):
        yield f"claim at {why}", of_kind(95, changed(DIALOGUE_FIELDS[95], {22: where}))
    for why, changes in {"of a type in capitals": {20: "Launch"}, "with a confidence of a number": {21: 90}, "in a place of no language": {23: ["", "x"]}}.items():
        yield f"claim {why}", of_kind(95, changed(DIALOGUE_FIELDS[95], changes))
    for why, unit in (("of a text alone", "statement"), ("of no unit", "statement/"), ("of no text", "/goal"), ("of three names", "a/b/c"), ("in capitals", "Statement/goal"), ("of a list", ["a/b"])):
        yield f"commitment {why}", of_kind(83, changed(DIALOGUE_FIELDS[83], {24: unit}))
    for why, changes in {"with 2,401 bytes": {17: "x" * 2401}, "with words of bytes": {17: b"x"}, "in no language": {11: []}}.items():
        yield f"unit {why}", of_kind(90, changed(DIALOGUE_FIELDS[90], changes))
    for why, changes in {"of a short hash": {18: HASH[1:]}, "with an outlet in capitals": {19: ["Press"]}, "at no time": {4: "noon"}, "that releases some time": {4: None}}.items():
        yield f"endorse {why}", of_kind(93, changed(DIALOGUE_FIELDS[93], changes))


def statement_vectors():
    for name, value in statement_good():
        yield good(name, encode(value))
    for source in (statement_keys(), statement_lists()):
        for name, value, rule in source:
            yield bad(name, encode(value), rule)
    for name, value in statement_fields():
        yield bad(name, encode(value), "statement.field")
    raw = encode(WATCH_READ)
    yield bad("bytes after the end", raw + b"\0", "cbor.trailing")
    yield bad("ends early", raw[:-1], "cbor.short")
    *first, label, refers = (encode({key: value})[1:] for key, value in WATCH_READ.items())
    yield bad("keys unsorted", raw[:1] + b"".join(first) + refers + label, "cbor.order")
    yield bad("key twice", b"\xa2\x01\x01\x01\x01", "cbor.order")
    yield bad("an array", encode(list(WATCH_READ.values())), "cbor.type")
    yield bad("control in a text", encode(changed(MESSAGE, {14: {1: "a\x07"}})), "cbor.control")


# Entry

SIGNATURE = wire_reader.decode(WORKED)[6][0]


def entry(statement=WATCH_READ, **changes):
    """An entry of borea on channel 1; changes by key: k2=..., None takes it away."""
    base = {1: 1, 2: ORIGIN, 3: 1, 4: NOW + 10, 5: statement if type(statement) is bytes else encode(statement), 6: [SIGNATURE]}
    return encode(changed(base, {int(key[1:]): value for key, value in changes.items()}))


def entry_of_length(length):
    """Its statement has a field of zero bytes that makes it so long."""
    size = length
    for _ in range(4):
        raw = entry(changed(WATCH_READ, {14: {2: bytes(size)}}))
        size += length - len(raw)
    return raw


def entry_vectors():
    node = {"k6": None}
    yield good("worked example", WORKED)
    yield good("officer", entry())
    yield good("eight officers", entry(k6=[bytes([i]) for i in range(8)]))
    yield good("longest signature", entry(k6=[bytes(4096)]))
    yield good("node", entry(NODE, **node))
    yield good("open of a first epoch", entry(OPEN, k3=0, **node))
    later = with_fields(changed(OPEN, {3: 1, 6: ["borea", "registrar"], 11: LABEL}), {2: OLD})
    yield good("open of a later epoch", entry(later, k2=ACCORD.hex() + "/1/borea/2", k3=0))
    yield good("keys on every channel", entry(KEYS, k2=ACCORD.hex() + "/7/borea/1"))
    yield good("unknown kind", entry(changed(WATCH_READ, {5: 99})))
    yield good("largest origin and index", entry(changed(WATCH_READ, {3: 999, 6: ["b234567890123456", "watch"]}),
                                                 k2=ACCORD.hex() + "/999/b234567890123456/4294967295", k3=SIZE_MAX - 1,
                                                 k4=TIME_END - 1))
    yield dict(good("60,000 bytes", entry_of_length(60000)), read=None)
    yield bad("60,001 bytes", entry_of_length(60001), "entry.limit")
    for key in range(1, 6):
        yield bad(f"without key {key}", entry(**{f"k{key}": None}), "entry.key")
    yield bad("key 7", entry(k7=0), "entry.key")
    yield bad("version 2", entry(k1=2), "entry.version")
    accord = ACCORD.hex()
    for origin in ("", "/1/borea/1", accord, accord + "/1/borea", accord + "/1/borea/1/", accord.upper() + "/1/borea/1",
                   accord[1:] + "/1/borea/1", accord + "/01/borea/1", accord + "/0/borea/1", accord + "/1000/borea/1",
                   accord + "/1/Borea/1", accord + "/1//1", accord + "/1/borea/0", accord + "/1/borea/01",
                   accord + "/1/borea/4294967296", accord + "/1/borea/1 ", accord + "/+1/borea/1"):
        yield bad(f"origin {origin!r}", entry(k2=origin), "entry.origin")
    yield bad("origin as bytes", entry(k2=ORIGIN.encode()), "cbor.type")
    yield bad("index of 2^53 - 1", entry(k3=SIZE_MAX), "entry.index")
    yield bad("filed at 2^53", entry(k4=TIME_END), "entry.time")
    yield bad("another accord", entry(k2="f" * 32 + "/1/borea/1"), "entry.accord")
    yield bad("another channel", entry(k2=accord + "/2/borea/1"), "entry.channel")
    yield bad("another party", entry(k2=accord + "/1/alba/1"), "entry.party")
    yield bad("officer without a signature", entry(k6=None), "entry.signatures")
    yield bad("node with a signature", entry(NODE), "entry.signatures")
    yield bad("no signature in the list", entry(k6=[]), "entry.signatures")
    yield bad("nine signatures", entry(k6=[b"a"] * 9), "entry.signatures")
    yield bad("empty signature", entry(k6=[b""]), "entry.signatures")
    yield bad("signature of 4,097 bytes", entry(k6=[bytes(4097)]), "entry.signatures")
    yield bad("signature as text", entry(k6=["a"]), "cbor.type")
    yield bad("entry 0 that opens nothing", entry(k3=0), "entry.open")
    yield bad("open that is not entry 0", entry(OPEN, **node), "entry.open")
    yield bad("later epoch without an old log", entry(OPEN, k2=accord + "/1/borea/2", k3=0, **node), "entry.open")
    yield bad("old log of the same epoch", entry(later, k3=0), "entry.open")
    yield bad("statement that is not strict", entry(encode(WATCH_READ) + b"\0"), "cbor.trailing")
    yield bad("statement without a label", entry(changed(WATCH_READ, {11: None})), "statement.label")
    yield bad("statement as a map", encode(changed(wire_reader.decode(entry()), {5: WATCH_READ})), "cbor.type")
    yield bad("empty statement", entry(b""), "cbor.short")
    yield bad("bytes after the end", entry() + b"\0", "cbor.trailing")


# Content

PLAIN = {1: SALT, 2: "en"}
ATTACHMENT = [HASH, 1 << 20, "text/plain; charset=utf-8", "지도.txt"]


def content_vectors():
    for name, changes in {
        "least": {}, "subject": {2: "ko-KR", 3: "회의 일정"}, "portions": {4: [["One.\n\tTwo."], ["Three.", LABEL], [""]]},
        "fields": {5: {1: "text", 9: [1, [True]]}}, "attachments": {6: [ATTACHMENT, ATTACHMENT + [LABEL]]},
        "padding": {7: bytes(40)}, "padding of nothing": {7: b""},
        "everything": {3: "Subject", 4: [["Text", LABEL]], 5: {1: 1}, 6: [ATTACHMENT], 7: bytes(3)},
        "sixty-four portions": {4: [["p"]] * 64}, "sixteen attachments": {6: [ATTACHMENT] * 16},
        "longest tag": {2: "abcdefgh-abcdefgh-abcdefgh-abcdefgh"}, "private tag": {2: "x-a1"},
        "largest attachment": {6: [[HASH, 64 << 20, "a/b", "n" * 255]]},
    }.items():
        yield good(name, encode(changed(PLAIN, changes)))
    full = bytes(98304 - len(encode(PLAIN)) - 6)
    yield dict(good("98,304 bytes", encode(changed(PLAIN, {7: full}))), read=None)
    yield bad("98,305 bytes", encode(changed(PLAIN, {7: full + b"\0"})), "content.limit")
    for name, (changes, rule) in {
        "without a salt": ({1: None}, "content.key"), "without a language": ({2: None}, "content.key"),
        "key 8": ({8: 0}, "content.key"), "salt of 15 bytes": ({1: SALT[1:]}, "cbor.type"),
        "empty tag": ({2: ""}, "content.language"), "tag with an underscore": ({2: "en_US"}, "content.language"),
        "tag with two hyphens": ({2: "en--US"}, "content.language"), "tag that ends in a hyphen": ({2: "en-"}, "content.language"),
        "tag of nine letters": ({2: "abcdefghi"}, "content.language"),
        "tag of 36 characters": ({2: "abcdefgh-abcdefgh-abcdefgh-abcdef-ab"}, "content.language"),
        "empty subject": ({3: ""}, "content.subject"), "subject as bytes": ({3: b"s"}, "cbor.type"),
        "no portion": ({4: []}, "content.portions"), "portion of nothing": ({4: [[]]}, "content.portions"),
        "portion of three": ({4: [["p", LABEL, 1]]}, "content.portions"), "sixty-five portions": ({4: [["p"]] * 65}, "content.portions"),
        "portion with a bad label": ({4: [["p", ["", []]]]}, "label.level"), "no field": ({5: {}}, "content.fields"),
        "field that is a map": ({5: {1: {}}}, "cbor.type"), "no attachment": ({6: []}, "content.attachments"),
        "seventeen attachments": ({6: [ATTACHMENT] * 17}, "content.attachments"),
        "attachment of three": ({6: [ATTACHMENT[:3]]}, "content.attachment"),
        "attachment of no bytes": ({6: [[HASH, 0, "a/b", "n"]]}, "content.attachment"),
        "attachment over 64 MiB": ({6: [[HASH, (64 << 20) + 1, "a/b", "n"]]}, "content.attachment"),
        "media type without a slash": ({6: [[HASH, 1, "text", "n"]]}, "content.attachment"),
        "media type in Korean": ({6: [[HASH, 1, "글/글", "n"]]}, "content.attachment"),
        "long media type": ({6: [[HASH, 1, "a/" + "b" * 126, "n"]]}, "content.attachment"),
        "name is a path": ({6: [[HASH, 1, "a/b", "a/n"]]}, "content.attachment"),
        "name is the folder above": ({6: [[HASH, 1, "a/b", ".."]]}, "content.attachment"),
        "name of two lines": ({6: [[HASH, 1, "a/b", "a\nb"]]}, "content.attachment"),
        "empty name": ({6: [[HASH, 1, "a/b", ""]]}, "content.attachment"),
        "long name": ({6: [[HASH, 1, "a/b", "n" * 256]]}, "content.attachment"),
        "padding that is not zero": ({7: b"\0\1"}, "content.padding"),
        "escape in a text": ({4: [["\x1b[2J"]]}, "cbor.control"),
    }.items():
        yield bad(name, encode(changed(PLAIN, changes)), rule)


# Note

def b64encode(raw):
    return base64.b64encode(raw).decode()


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


LOG_KEY = nacl.signing.SigningKey(hashlib.sha256(b"log key of borea").digest())
MIRROR_KEY = nacl.signing.SigningKey(hashlib.sha256(b"mirror key of alba").digest())
MIRROR = ACCORD.hex() + "/alba/mirror"


def note_text(size=2, origin=ORIGIN, root=LEAF):
    return f"{origin}\n{size}\n{b64encode(root)}\n"


def line(name, blob):
    return f"— {name} {b64encode(blob)}\n"


def log_line(text, origin=ORIGIN):
    signature = LOG_KEY.sign(text.encode()).signature
    return line(origin, key_id(origin, 1, bytes(LOG_KEY.verify_key)) + signature)


def mirror_line(text, name=MIRROR, seconds=NOW // 1000):
    signed = MIRROR_KEY.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode()).signature
    return line(name, key_id(name, 4, bytes(MIRROR_KEY.verify_key)) + seconds.to_bytes(8, "big") + signed)


def note(size=2, origin=ORIGIN, lines=None):
    text = note_text(size, origin)
    return (text + "\n" + (log_line(text, origin) if lines is None else lines)).encode()


def note_vectors():
    text = note_text()
    author, mirror = log_line(text), mirror_line(text)
    yield good("checkpoint", note())
    yield good("cosigned", note(lines=author + mirror))
    yield good("old and new log key, old and new mirror key", note(lines=author * 2 + mirror * 2))
    yield good("seventeen lines", note(lines=author + mirror * 16))
    yield good("empty log", note(0))
    yield good("largest log", note(SIZE_MAX))
    start = "\n" + author
    for name, (raw, rule) in {
        "nothing": ("", "note.text"), "three lines": (text, "note.text"), "no line of the author": (text + "\n", "note.line"),
        "no newline at the end": (text + start[:-1], "note.line"),
        "extension line": (text + "more\n\n" + author, "note.text"),
        "no empty line": (text + author, "note.text"),
        "origin with a bad epoch": (note_text(origin=ORIGIN[:-1] + "0") + start, "note.origin"),
        "origin with a space": (note_text(origin=ORIGIN + " ") + start, "note.origin"),
        "size with a leading zero": (note_text("02") + start, "note.size"), "size with a sign": (note_text("+2") + start, "note.size"),
        "no size": (note_text("") + start, "note.size"), "size of 2^53": (note_text(TIME_END) + start, "note.size"),
        "size of 2^64": (note_text(1 << 64) + start, "note.size"), "size in hexadecimal": (note_text("0x2") + start, "note.size"),
        "root of 31 bytes": (note_text(root=LEAF[1:]) + start, "note.root"),
        "root of 33 bytes": (note_text(root=LEAF + b"a") + start, "note.root"),
        "root without padding": (text.replace("=", "") + start, "note.root"),
        "root with spare bits": (text.replace("ei0=", "ei1=") + start, "note.root"),
        "root in the alphabet of URLs": (text.replace("/", "_").replace("_1_borea_1", "/1/borea/1") + start, "note.root"),
        "carriage returns": ((text + start).replace("\n", "\r\n"), "note.origin"),
        "hyphen in place of the dash": (text + start.replace("—", "-"), "note.line"),
        "two spaces": (text + start.replace("— ", "—  "), "note.line"),
        "line without a key": (text + "\n" + line(ORIGIN, b""), "note.line"),
        "signature of 63 bytes": (text + "\n" + line(ORIGIN, bytes(67)), "note.line"),
        "signature of 65 bytes": (text + "\n" + line(ORIGIN, bytes(69)), "note.line"),
        "mirror without its time": (text + start + line(MIRROR, bytes(68)), "note.line"),
        "mirror first": (text + "\n" + mirror, "note.line"),
        "author is another log": (text + "\n" + log_line(text, ORIGIN[:-1] + "2"), "note.line"),
        "mirror of another accord": (text + start + mirror_line(text, "f" * 32 + "/alba/mirror"), "note.line"),
        "line of a stranger": (text + start + line("example.org/witness", bytes(76)), "note.line"),
        "mirror of nobody": (text + start + line(ACCORD.hex() + "//mirror", bytes(76)), "note.line"),
        "empty line after": (text + start + "\n", "note.line"), "text after": (text + start + "more", "note.line"),
        "eighteen lines": (text + start + mirror * 17, "note.limit"), "over 16,384 bytes": (text + start + "a" * 16384, "note.limit"),
    }.items():
        yield bad(name, raw.encode(), rule)


# Frame

def frame(kind, payload):
    raw = payload if type(payload) is bytes else encode(payload)
    return (len(raw) + 1).to_bytes(4, "big") + bytes([kind]) + raw


def frame_payloads():
    """Good payloads by kind."""
    manifest = b"0" * 64 + b"  accord\n"
    batch = [ORIGIN, 1, [[entry()], [entry(k3=2), b"content"], [entry(k3=3), PLACE]], note(4).decode()]
    return {
        "hello": (1, [2, ACCORD, HASH, manifest, "borea", NOW, [note().decode()]]),
        "hello without notes": (1, [2, ACCORD, HASH, manifest, "borea", 0, []]),
        "hello with versions": (1, [2, ACCORD, HASH, manifest, "borea", 0, [], [HASH, LEAF]]),
        "want": (2, [ORIGIN, 7, 70000]), "want the last": (2, [ORIGIN, SIZE_MAX - 1, SIZE_MAX]),
        "batch": (3, batch), "batch of one": (3, [ORIGIN, 1, [[entry()]], note(2).decode()]),
        "cosignature": (4, [ORIGIN, 2, mirror_line(note_text())]),
        "advance": (5, [ORIGIN, encode(changed(MESSAGE, {6: ["borea", "head"]})), [SIGNATURE, SIGNATURE], b"content"]),
        "advance without content": (5, [ORIGIN, encode(WATCH_READ), [SIGNATURE]]),
        "refuse": (6, [ORIGIN, 12, 345, "statement.seen"]),
        "piece": (7, [HASH, 16384, 1 << 20, b"a piece"]), "whole in one piece": (7, [HASH, 0, 1, b"a"]),
        "ping": (8, [False, (1 << 64) - 1]), "answer": (8, [True, 0]), "fetch": (9, [HASH, 16384]), "end": (12, [27]),
        "part": (10, [4, 1 << 20, b"p" * 1024]), "last part": (10, [1, 0, b"p"]), "longest part": (10, [5, 1, b"p" * 16640]),
        "heads": (11, [[note().decode(), note(4).decode()]]), "heads without a new one": (11, [[]]),
        "heads with versions": (11, [[], [HASH] * 16]),
    }


# Short codes, written by hand. Words: -1 all of rel, -2 "rel", -3 "node", -4 "N01", -5 "alba", -6 "ALBA", -7 "borea",
# -8 "BOREA", -9 "head", -10 "watch".

KEY, REST = wire_reader.ssh_strings(SIGNATURE[10:])[0][0], SIGNATURE[-64:]
BESIDE = b"content"
BESIDE_REF = [hashlib.sha256(BESIDE).digest(), len(BESIDE), 0]
SHORT_ORIGIN, SHORT_NOTE = [1, -7, 1], b"r" * 32 + b"keyi" + bytes(64)
SHORT_LABEL = ["S", -1]
# WATCH_READ, filed ten milliseconds later.
SHORT_READ = {4: ID, 5: 9, 6: -10, 7: 10, 8: [[-5, 1, 2]], 10: False, 11: SHORT_LABEL, 12: [[1, -5, 1, 1, LEAF]]}
SHORT_MESSAGE = {4: ID, 6: -9, 8: [[-5, 1, 1]], 9: [[-5, -9, 0]], 11: SHORT_LABEL}


def short_item(difference, step=NOW + 10, signatures=((KEY, REST),), *beside):
    return [encode(difference), step, [list(s) if type(s) is tuple else s for s in signatures], *beside]


def short_batch(*items, origin=None, first=1, note_code=SHORT_NOTE):
    return [SHORT_ORIGIN if origin is None else origin, first, list(items), note_code]


def short_advance(difference, claimed=NOW, beside=(), signatures=((KEY, REST),)):
    return [SHORT_ORIGIN, [claimed, encode(difference)], [list(s) for s in signatures], *beside]


def token(name):
    return b"".join(map(wire_reader.ssh_string, (name, bytes(32), b"ssh:")))


def short_payloads():
    read, lead = short_item(SHORT_READ), {7: 10}
    again = short_item({4: SALT}, 250, [(0, REST)])
    said = short_item({4: HASH[:16], 5: 8, 10: 3, 12: False}, 0, [(0, REST)], BESIDE)
    erased = changed(SHORT_READ, {15: BESIDE_REF})
    line_check = {4: ID, 6: -3, 10: 3, 13: [-4, 1], 14: {1: "direct"}}
    return {
        "short batch": (3, short_batch(read)), "short entry after a short entry": (3, short_batch(read, again)),
        "short entry with content": (3, short_batch(read, again, said)),
        "short entry of an erased content": (3, short_batch(short_item(erased, NOW + 10, [(KEY, REST)], PLACE))),
        "short entry of a content that is held": (3, short_batch(short_item(erased))),
        "short entry with a sealed content": (3, short_batch(short_item(changed(SHORT_READ, {15: 1}), NOW, [(KEY, REST)], BESIDE))),
        "short entry with a content that it does not name":
            (3, short_batch(short_item(changed(SHORT_READ, {15: False}), NOW, [(KEY, REST)], BESIDE))),
        "short entry with another content": (3, short_batch(short_item(erased, NOW, [(KEY, REST)], b"another"))),
        "short entry of the node": (3, short_batch(short_item(changed(line_check, lead), NOW, []))),
        "short entry of a clock that went back": (3, short_batch(read, short_item({4: SALT, 7: -5}, -15, [(0, REST)]))),
        "short entry beside a whole one": (3, short_batch(read, [b"no entry"], short_item({4: SALT}, 0, [(0, REST)]))),
        "short entry on every channel": (3, short_batch(short_item(changed(SHORT_READ, {3: 0, 5: 1, 8: None, 12: None, 14: KEYS[14] | {5: [-9, -10]}}), NOW))),
        "short entry of words in full": (3, short_batch(short_item(changed(SHORT_READ, {11: ["S", [[-2, [-8, "NEBEL"]]]]})))),
        "short entry with negative numbers": (3, short_batch(short_item(changed(SHORT_READ, {14: {1: -11, 2: -10, 3: -1000}})))),
        "short entry of two officers": (3, short_batch(short_item(SHORT_READ, NOW, [(KEY, REST), (0, bytes(64))]))),
        "short entry with a token's signature":
            (3, short_batch(short_item(SHORT_READ, NOW, [(token(b"sk-ssh-ed25519@openssh.com"), bytes(69))]))),
        "short entry with a whole signature": (3, short_batch(short_item(SHORT_READ, NOW, [b"none of ours"]))),
        "short batch with a whole note": (3, short_batch(read, note_code=note(2, lines=log_line(note_text()) + mirror_line(note_text())).decode())),
        "short batch of another accord": (3, [ORIGIN.replace("7", "8"), 1, [[entry()]], note(2, ORIGIN.replace("7", "8")).decode()]),
        "short cosignature": (4, [SHORT_ORIGIN, 2, [-5, b"keyi" + bytes(72)]]),
        "short cosignature of a party without a number": (4, [[1, "nebel", 4294967295], 2, ["nebel", b"keyi" + bytes(72)]]),
        "short advance": (5, short_advance(SHORT_MESSAGE, beside=[BESIDE])),
        "short advance without content": (5, short_advance(SHORT_MESSAGE)),
    }


def short_bad_payloads():
    read = short_item(SHORT_READ)

    def item(changes, *more):
        return short_batch(short_item(changed(SHORT_READ, changes), NOW, [(KEY, REST)], *more))

    for name, batch in {
        "key 1": item({1: 1}), "key 2": item({2: ACCORD}), "key 19": item({19: 1}), "a key that is true": item({12: True}),
        "the channel as it was": item({3: 1}), "the kind as it was": item({5: 8}), "no precedence, said twice":
        short_batch(read, short_item({4: SALT, 10: False}, 0, [(0, REST)])), "the time as it was":
        short_batch(read, short_item({4: SALT, 7: 10}, 0, [(0, REST)])), "the label as it was":
        short_batch(read, short_item({4: SALT, 11: SHORT_LABEL}, 0, [(0, REST)])), "a time before 1970": item({7: NOW + 1}),
        "a time of 2^53": item({7: NOW - TIME_END}), "a lead beyond 2^53": item({7: TIME_END}), "a lead as text": item({7: "now"}),
        "a word in full": item({6: "watch"}), "a word of a word in full": item({11: ["S", [[-2, [-6, -8]]]]}),
        "words in an array that is one": item({11: ["S", [["rel", ["ALBA", "BOREA"]]]]}),
        "a content that stands beside in full": item({15: BESIDE_REF}, BESIDE),
        "its sealing in full": item({15: BESIDE_REF[:2] + [2]}, BESIDE), "a sealing that is said for nothing": item({15: 0}, BESIDE),
        "an unknown sealing": item({15: 3}, BESIDE), "a sealing of nothing": item({15: 1}), "no content, said for nothing": item({15: False}),
        "a difference that is an array": short_batch([encode([1]), NOW, [[KEY, REST]]]),
        "a difference that is not strict": short_batch([b"\xa1\x04\x18\x05", NOW, [[KEY, REST]]]),
        "a difference with bytes after it": short_batch([encode(SHORT_READ) + b"\0", NOW, [[KEY, REST]]]),
        "an empty difference": short_batch([b"", NOW, [[KEY, REST]]]),
        "a difference as text": short_batch(["difference", NOW, [[KEY, REST]]]),
        "filed before 1970": short_batch(short_item(SHORT_READ, -1)), "filed at 2^53": short_batch(short_item(SHORT_READ, TIME_END)),
        "filed after 2^53": short_batch(read, short_item({4: SALT}, TIME_END - NOW, [(0, REST)])),
        "nine signatures": short_batch(short_item(SHORT_READ, NOW, [(KEY, REST)] + [(0, REST)] * 8)),
        "a key without a number": short_batch(short_item(SHORT_READ, NOW, [(0, REST)])),
        "a key that has a number": short_batch(read, short_item({4: SALT}, 0, [(KEY, REST)])),
        "a key that is none": short_batch(short_item(SHORT_READ, NOW, [(KEY[:-1], REST)])),
        "a token's signature without its end": short_batch(short_item(SHORT_READ, NOW, [(token(b"sk-ssh-ed25519@openssh.com"), bytes(4))])),
        "a signature of three parts": short_batch(short_item(SHORT_READ, NOW, [(KEY, REST, REST)])),
        "an empty signature": short_batch(short_item(SHORT_READ, NOW, [b""])),
        "a signature that is too long": short_batch(short_item(SHORT_READ, NOW, [(KEY, bytes(4096))])),
        "an item of five": short_batch(read + [BESIDE, BESIDE]), "an empty content": short_batch(read + [b""]),
        "an entry of 60,001 bytes": item({14: {1: bytes(60000)}}),
        "over 1 MiB of entries": short_batch(short_item(changed(SHORT_READ, {14: {1: bytes(59000)}})),
                                             *[short_item({4: SALT}, 0, [(0, REST)])] + [short_item({}, 0, [(0, REST)])] * 20),
        "a note of 99 bytes": short_batch(read, note_code=SHORT_NOTE[1:]), "a note that is a number": short_batch(read, note_code=1),
        "an origin on channel 0": short_batch(read, origin=[0, -7, 1]), "an origin of epoch 0": short_batch(read, origin=[1, -7, 0]),
        "an origin whose party is in full": short_batch(read, origin=[1, "borea", 1]),
        "an origin of no party": short_batch(read, origin=[1, -8, 1]), "an origin of two": short_batch(read, origin=[1, -7]),
    }.items():
        yield "short batch: " + name, 3, batch
    for name, payload in {"a line of 75 bytes": [SHORT_ORIGIN, 2, [-5, bytes(75)]], "a line of a party in full": [SHORT_ORIGIN, 2, ["alba", bytes(76)]],
                          "a line of no party": [SHORT_ORIGIN, 2, [-6, bytes(76)]], "a line of three": [SHORT_ORIGIN, 2, [-5, bytes(76), 1]]}.items():
        yield "short cosignature: " + name, 4, payload
    for name, payload in {
        "a lead": short_advance(changed(SHORT_MESSAGE, {7: 1})), "no time": [SHORT_ORIGIN, [encode(SHORT_MESSAGE)], [[KEY, REST]]],
        "a time of 2^53": short_advance(SHORT_MESSAGE, TIME_END), "no signature": short_advance(SHORT_MESSAGE, signatures=()),
        "the precedence that it has": short_advance(changed(SHORT_MESSAGE, {10: 0})),
    }.items():
        yield "short advance: " + name, 5, payload


def frame_bad_payloads():
    p = {name: payload for name, (_, payload) in frame_payloads().items()}

    def put(name, at, value):
        out = copy.deepcopy(p[name])
        out[at] = value
        return out

    hello = {"hello with a short accord id": (1, ACCORD[1:]), "hello with a short hash": (2, HASH[1:]),
             "hello without a manifest": (3, b""), "hello with a long manifest": (3, bytes((64 << 10) + 1)),
             "hello of a bad party": (4, "Borea"), "hello at 2^53": (5, TIME_END), "hello with an empty note": (6, [""]),
             "hello with 513 notes": (6, ["n"] * 513), "hello with a note as bytes": (6, [b"n"]),
             "hello with a protocol as text": (0, "1")}
    for name, (at, value) in hello.items():
        yield name, 1, put("hello", at, value)
    yield "hello of six members", 1, p["hello"][:6]
    yield "hello that is a map", 1, {1: 1}
    yield "hello of nothing", 1, []
    yield "hello of no strict other protocol", 1, b"\x82\x03\x18\x05"
    for name, (at, value) in {"want of a bad origin": (0, "borea"), "want of nothing": (2, 7), "want backwards": (2, 6),
                              "want to 2^53": (2, TIME_END), "want from 2^53": (1, TIME_END)}.items():
        yield name, 2, put("want", at, value)
    for name, (at, value) in {
        "batch of a bad origin": (0, "borea"), "batch of nothing": (2, []), "batch item of nothing": (2, [[]]),
        "batch item of three": (2, [[entry(), b"content", b"more"]]), "batch item with no content": (2, [[entry(), b""]]),
        "batch item with an empty entry": (2, [[b""]]), "batch item with text": (2, [[entry(), "content"]]),
        "batch with a bad eraser": (2, [[entry(), PLACE[:4]]]), "batch with a long entry": (2, [[bytes(60001)]]),
        "batch with a long content": (2, [[entry(), bytes(98305)]]), "batch with a note too large": (3, note(5).decode()),
        "batch with a note too small": (3, note(3).decode()), "batch with another log's note":
        (3, note(4, ORIGIN[:-1] + "2").decode()), "batch without a note": (3, ""), "batch with no note": (3, "note"),
        "batch from 2^53": (1, TIME_END),
    }.items():
        yield name, 3, put("batch", at, value)
    for name, (at, value) in {"cosignature of nothing": (1, 0), "cosignature without a newline":
                              (2, mirror_line(note_text())[:-1]), "cosignature of two lines": (2, mirror_line(note_text()) * 2),
                              "cosignature of a bad origin": (0, "")}.items():
        yield name, 4, put("cosignature", at, value)
    for name, (at, value) in {"advance without a signature": (2, []), "advance with nine": (2, [b"a"] * 9),
                              "advance with an empty one": (2, [b""]), "advance without a statement": (1, b""),
                              "advance with no content": (3, b"")}.items():
        yield name, 5, put("advance", at, value)
    for name, (at, value) in {"refuse with a bad name": (3, "Statement"), "refuse without a name": (3, ""), "refuse with a long name":
                              (3, "a" * 65), "refuse beyond a frame": (2, (1 << 20) + 1), "refuse at 2^53": (1, TIME_END)}.items():
        yield name, 6, put("refuse", at, value)
    for name, (at, value) in {"piece of nothing": (3, b""), "piece beyond the end": (2, 16390), "piece after the end": (2, 16384),
                              "piece of 16,385 bytes": (3, bytes(16385)), "piece of over 64 MiB": (2, (64 << 20) + 1),
                              "piece of a short hash": (0, HASH[1:])}.items():
        yield name, 7, put("piece", at, value)
    yield "ping of a number", 8, [0, 0]
    yield "ping of one member", 8, [False]
    yield "end of nothing", 12, []
    yield "end with a hash", 12, [27, HASH]
    yield "fetch beyond 64 MiB", 9, [HASH, 64 << 20]
    yield "fetch of a short hash", 9, [HASH[1:], 0]
    for name, (at, value) in {"part of urgency 0": (0, 0), "part of urgency 6": (0, 6), "part that leaves over 1 MiB": (1, (1 << 20) + 1),
                              "part of 1,023 bytes before the last": (2, b"p" * 1023), "part of 16,641 bytes": (2, b"p" * 16641),
                              "part of text": (2, "p" * 1024)}.items():
        yield name, 10, put("part", at, value)
    yield "part of nothing", 10, [1, 0, b""]
    yield "part of two members", 10, [1, 0]
    yield "heads with an empty note", 11, [[""]]
    yield "heads with 513 notes", 11, [["n"] * 513]
    yield "heads with a note as bytes", 11, [[b"n"]]
    yield "heads without a list", 11, []
    yield "heads with one version", 11, [[], [HASH]]
    yield "heads with 17 versions", 11, [[], [HASH] * 17]
    yield "heads with a version cut short", 11, [[], [HASH, HASH[:31]]]
    yield "heads with a third member", 11, [[], [HASH, HASH], 1]


def frame_vectors():
    for name, (kind, payload) in (frame_payloads() | short_payloads()).items():
        yield good(name, frame(kind, payload))
    for name, kind, payload in [*frame_bad_payloads(), *short_bad_payloads()]:
        yield bad(name, frame(kind, payload), "FRAME")
    ping = frame(8, [False, 1])
    yield good("bytes of the next frame", ping + b"\0\0")
    yield bad("another protocol", frame(1, [1, "whatever", {1: 1}]), "PROTOCOL")
    yield bad("protocol 0", frame(1, [0]), "PROTOCOL")
    yield bad("payload not strict", frame(8, b"\x82\xf4\x18\x01"), "FRAME")
    yield bad("bytes after the payload", frame(8, encode([False, 1]) + b"\0"), "FRAME")
    yield bad("no payload", frame(8, b""), "FRAME")
    yield bad("length 0", bytes(5), "FRAME")
    yield bad("length over 1 MiB", b"\x00\x10\x00\x01\x08", "FRAME")
    yield bad("length of 4 GiB", b"\xff\xff\xff\xff", "FRAME")
    yield bad("kind 0", b"\0\0\0\1\0", "FRAME")
    yield bad("kind 13", b"\0\0\0\1\x0d", "FRAME")
    yield bad("nothing", b"", "SHORT")
    yield bad("three bytes of length", b"\0\0\0", "SHORT")
    yield bad("length alone", b"\0\0\0\1", "SHORT")
    yield bad("part of a payload", ping[:-1], "SHORT")
    yield bad("head of the largest", b"\x00\x10\x00\x00\x03", "SHORT")


SOURCES = {"cbor": cbor_vectors, "label": label_vectors, "statement": statement_vectors, "entry": entry_vectors,
           "content": content_vectors, "note": note_vectors, "frame": frame_vectors}
FUZZED = ("cbor", "statement", "entry", "content", "note", "frame")


def shortened(raw):
    """Hexadecimal with (XX*N) for runs of a hundred or more."""
    return "".join(runs(raw))


def runs(raw):
    at = 0
    for match in re.finditer(rb"(.)\1{99,}", raw, flags=re.S):
        yield raw[at:match.start()].hex()
        yield f"({match[1].hex()}*{len(match[0])})"
        at = match.end()
    yield raw[at:].hex()


def finished(name, vector):
    """The vector as it stands in the file, once the second reader agrees with what its maker meant."""
    raw = vector.pop("raw")
    out = {"name": vector["name"], "hex": shortened(raw)}
    try:
        lines = wire_reader.READERS[name](raw)
        rule = None
    except wire_reader.Refused as why:
        rule = why.args[0]
    wanted = vector.get("rule")
    if rule != (None if wanted is None else "cbor" if wanted.startswith("cbor.") else wanted):
        sys.exit(f"{name}: {vector['name']}: wanted {wanted}, the second reader says {rule}")
    if wanted is not None:
        out["rule"] = wanted
    elif "read" not in vector:
        out["read"] = lines
    return out


def write_corpus(folder, name, vectors):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    for vector in vectors:
        if len(vector["raw"]) > 4096:
            continue
        slug = re.sub("[^a-z0-9]+", "-", vector["name"].lower()).strip("-")
        with open(os.path.join(folder, name, slug), "wb") as out:
            out.write(vector["raw"])


def write_differences(folder):
    """Seeds of test/fuzz/short.c: how long the content is, a difference, the content."""
    os.makedirs(os.path.join(folder, "short"), exist_ok=True)
    for number, (_, payload) in enumerate(short_payloads().values()):
        items = [item for item in payload[2] if len(item) > 2] if len(payload[2:]) > 1 and type(payload[2]) is list else []
        parts = [(item[0], item[3] if len(item) == 4 and type(item[3]) is bytes else b"") for item in items if type(item[0]) is bytes]
        for at, (difference, beside) in enumerate(parts):
            with open(os.path.join(folder, "short", f"{number}-{at}"), "wb") as out:
                out.write(bytes([len(beside)]) + difference + beside)


def write_parts(folder):
    """Seeds of test/fuzz/part.c: a frame in three parts, with one of another urgency between."""
    os.makedirs(os.path.join(folder, "part"), exist_ok=True)
    whole = frame(3, b"b" * 2500)
    parts = [frame(10, [4, len(whole) - end, whole[start:end]]) for start, end in ((0, 1024), (1024, 2048), (2048, len(whole)))]
    other = frame(5, b"a" * 1100)
    others = [frame(10, [1, len(other) - 1024, other[:1024]]), frame(10, [1, 0, other[1024:]])]
    for name, raw in {"in-a-row": b"".join(parts), "between": parts[0] + others[0] + parts[1] + others[1] + parts[2],
                      "interleaved": parts[0] + parts[2], "whole": whole, "ping-between": parts[0] + frame(8, [False, 1]) + parts[1]}.items():
        with open(os.path.join(folder, "part", name), "wb") as out:
            out.write(raw)


def main():
    vectors_folder, corpus_folder = sys.argv[1:]
    for name, source in SOURCES.items():
        vectors = list(source())
        names = [vector["name"] for vector in vectors]
        if len(set(names)) != len(names):
            sys.exit(f"{name}: two vectors of one name: {sorted(n for n in names if names.count(n) > 1)}")
        if name in FUZZED:
            write_corpus(corpus_folder, name, [v for v in vectors if "rule" not in v])
        if name == "frame":
            write_differences(corpus_folder)
            write_parts(corpus_folder)
        vectors = [finished(name, vector) for vector in vectors]
        with open(os.path.join(vectors_folder, name + ".json"), "w", encoding="utf-8") as out:
            out.write('{\n "about": "docs/spec/: see the header of make_wire.py",\n "vectors": [\n')
            out.write(",\n".join("  " + json.dumps(vector, ensure_ascii=False) for vector in vectors))
            out.write("\n ]\n}\n")


if __name__ == "__main__":
    main()
