#!/usr/bin/python3
"""Writes record.json: notes, lines, marks, proofs, forks and digests, made by libsodium's Python binding and RFC 6962's
definitions, after docs/spec/record.md and the C2SP texts. Shares no code with what reads them.
"""
import base64
import hashlib
import json
import os
import struct

import cbor2
from nacl.signing import SigningKey

ACCORD = "7827688030a59330cebfc23f9c8d5f02"
ORIGIN = ACCORD + "/1/borea/1"
OTHER_ORIGIN = ACCORD + "/1/borea/2"
MIRROR = ACCORD + "/alba/mirror"
LOG_KEY = SigningKey(bytes(range(32)))
MIRROR_KEY = SigningKey(bytes(range(32, 64)))
STRANGER = SigningKey(bytes(range(64, 96)))


def sha256(part):
    return hashlib.sha256(part).digest()


def b64(part):
    return base64.b64encode(part).decode()


# RFC 6962 section 2.1, word for word.

def leaf_of(entry):
    return sha256(b"\0" + entry)


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(entries):
    if not entries:
        return sha256(b"")
    if len(entries) == 1:
        return leaf_of(entries[0])
    k = split(len(entries))
    return sha256(b"\1" + mth(entries[:k]) + mth(entries[k:]))


def path(m, entries):
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return path(m, entries[:k]) + [mth(entries[k:])]
    return path(m - k, entries[k:]) + [mth(entries[:k])]


def subproof(m, entries, known):
    if m == len(entries):
        return [] if known else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return subproof(m, entries[:k], known) + [mth(entries[k:])]
    return subproof(m - k, entries[k:], False) + [mth(entries[:k])]


# C2SP signed-note, tlog-checkpoint, tlog-cosignature.

def key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + bytes(key.verify_key))[:4]


def text_of(origin, size, root):
    return f"{origin}\n{size}\n{b64(root)}\n"


def line_of(name, raw):
    return f"\u2014 {name} {b64(raw)}\n"


def log_line(text, key=LOG_KEY, name=None):
    name = name or text.split("\n")[0]
    return line_of(name, key_id(name, 1, key) + key.sign(text.encode()).signature)


def mirror_line(text, seconds, key=MIRROR_KEY, name=MIRROR):
    message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    return line_of(name, key_id(name, 4, key) + struct.pack(">Q", seconds) + key.sign(message).signature)


def note_of(origin, entries, key=LOG_KEY):
    text = text_of(origin, len(entries), mth(entries))
    return text + "\n" + log_line(text, key)


def flip(line, at):
    """The line with one bit of its base64's bytes turned over."""
    head, raw = line.rstrip("\n").rsplit(" ", 1)
    raw = bytearray(base64.b64decode(raw))
    raw[at] ^= 1
    return f"{head} {b64(bytes(raw))}\n"


ENTRIES = [b"entry %d" % i for i in range(9)]
FORKED = ENTRIES[:4] + [b"another past"] + ENTRIES[5:7]
TEXT = text_of(ORIGIN, 9, mth(ENTRIES))


def checkpoints():
    yield {"name": "nine entries", "seed": bytes(LOG_KEY).hex(), "text": TEXT, "line": log_line(TEXT)}
    empty = text_of(ORIGIN, 0, mth([]))
    yield {"name": "the empty log", "seed": bytes(LOG_KEY).hex(), "text": empty, "line": log_line(empty)}
    large = text_of(OTHER_ORIGIN, 2**53, mth(ENTRIES))
    yield {"name": "a large size", "seed": bytes(STRANGER).hex(), "text": large, "line": log_line(large, STRANGER)}


def notes():
    good = log_line(TEXT)
    for name, want, lines in [
        ("signed", "OK", good), ("signed and cosigned", "OK", good + mirror_line(TEXT, 1790000000)),
        ("a stranger's line first", "OK", log_line(TEXT, STRANGER) + good),
        ("by a stranger", "NOTE", log_line(TEXT, STRANGER)),
        ("a stranger under our key id", "NOTE", line_of(ORIGIN, key_id(ORIGIN, 1, LOG_KEY)
                                                       + STRANGER.sign(TEXT.encode()).signature)),
        ("a bit of the signature", "NOTE", flip(good, 20)), ("a bit of the key id", "NOTE", flip(good, 0)),
        ("the key id of another type", "NOTE", line_of(ORIGIN, key_id(ORIGIN, 4, LOG_KEY)
                                                      + LOG_KEY.sign(TEXT.encode()).signature)),
        ("of another size", "NOTE", log_line(text_of(ORIGIN, 8, mth(ENTRIES)))),
    ]:
        yield {"name": name, "want": want, "key": bytes(LOG_KEY.verify_key).hex(), "note": TEXT + "\n" + lines}


def cosignatures():
    for seconds in (0, 1790000000, 2**33):
        yield {"name": f"at {seconds}", "want": "OK", "seed": bytes(MIRROR_KEY).hex(), "mirror": MIRROR,
               "seconds": seconds, "text": TEXT, "line": mirror_line(TEXT, seconds)}
    good = mirror_line(TEXT, 1790000000)
    other = ACCORD + "/corda/mirror"
    for name, want, line in [("another time", "VERIFY", flip(good, 11)), ("a bit of the signature", "VERIFY", flip(good, 40)),
                             ("by a stranger", "NOT_FOUND", mirror_line(TEXT, 1790000000, STRANGER)),
                             ("for another note", "VERIFY", mirror_line(text_of(ORIGIN, 8, mth(ENTRIES[:8])), 1790000000)),
                             ("under another name", "NOT_FOUND", mirror_line(TEXT, 1790000000, MIRROR_KEY, other))]:
        yield {"name": name, "want": want, "seed": bytes(MIRROR_KEY).hex(), "mirror": MIRROR,
               "seconds": 1790000000, "text": TEXT, "line": line}


# The signer's file.

def marks_of(rows):
    text = "".join(f"{o} {s} {b64(r)}\n" for o, s, r in rows)
    return text + f"sha256 {hashlib.sha256(text.encode()).hexdigest()}\n"


ROWS = [(ACCORD + "/1/alba/1", 3, mth(ENTRIES[:3])), (ACCORD + "/1/alba/2", 0, mth([])), (ORIGIN, 6, mth(ENTRIES[:6])),
        (ACCORD + "/2/alba/1", 2**40, mth(ENTRIES)), (ACCORD + "/10/alba/1", 1, mth(ENTRIES[:1]))]


def mark_files():
    whole = marks_of(ROWS)
    yield {"name": "no mark", "file": marks_of([]), "rows": []}
    yield {"name": "five marks", "file": whole, "rows": [[o, s, r.hex()] for o, s, r in ROWS]}
    good = marks_of(ROWS[:1])
    for name, text in {
        "empty": "", "cut short": whole[:-1], "one line missing": whole.split("\n", 1)[1],
        "another size": whole.replace(" 6 ", " 7 "), "a line more": whole + "\n",
        "out of order": marks_of([ROWS[2], ROWS[0]]), "twice": marks_of([ROWS[0], ROWS[0]]),
        "leading zero": marks_of([(ORIGIN, "06", mth(ENTRIES))]), "negative": marks_of([(ORIGIN, -1, mth(ENTRIES))]),
        "short root": marks_of([(ORIGIN, 6, mth(ENTRIES)[:31])]), "no origin": marks_of([("x", 6, mth(ENTRIES))]),
        "a space more": good.replace(" 3 ", " 3  "), "upper-case hash": good[:-65] + good[-65:].upper(),
    }.items():
        yield {"name": name, "file": text, "want": "CORRUPT"}
    yield {"name": "more than there is room for", "file": marks_of([(f"{ACCORD}/{i}/alba/1", 1, mth(ENTRIES[:1]))
                                                                     for i in range(1, 10)]), "want": "LIMIT"}


def moves():
    def move(name, old, new, want, proof=None, origin=ORIGIN, entries=None):
        entries = ENTRIES if entries is None else entries
        if proof is None:
            proof = subproof(old, ENTRIES[:new], True) if old not in (None, 0) and old < new else []
        rows = [] if old is None else [(ORIGIN, old, mth(ENTRIES[:old]))]
        return {"name": name, "marks": marks_of(rows), "text": text_of(origin, new, mth(entries[:new])),
                "proof": [p.hex() for p in proof], "want": want}

    yield move("the first note", None, 5, "OK")
    yield move("the first note is the empty one", None, 0, "OK")
    yield move("a first note that carries on from something", None, 5, "REFUSED", [mth(ENTRIES)])
    yield move("the same again", 5, 5, "OK")
    yield move("another root for the same size", 5, 5, "FORK", entries=FORKED)
    yield move("a smaller size", 6, 5, "REFUSED")
    for old in range(0, 9):
        yield move(f"from {old} to 9", old, 9, "OK")
    yield move("without its proof", 5, 9, "REFUSED", [])
    yield move("a hash too many", 5, 9, "REFUSED", subproof(5, ENTRIES, True) + [mth([])])
    yield move("another past", 5, 7, "REFUSED", subproof(5, FORKED, True), entries=FORKED)
    yield move("another log", 5, 2, "OK", origin=OTHER_ORIGIN)
    for name, text in {"two lines": "a\n1\n", "no root": f"{ORIGIN}\n1\n\n", "a fourth line": TEXT + "x\n",
                       "no newline": TEXT[:-1], "nothing": "", "size with a sign": TEXT.replace("\n9\n", "\n+9\n")}.items():
        yield {"name": name, "marks": marks_of([]), "text": text, "proof": [], "want": "USAGE"}


# tlog-proof.

def proof_of(index, entries, note=None, size=None):
    size = size or len(entries)
    lines = "".join(b64(p) + "\n" for p in path(index, entries[:size]))
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{lines}\n" + (note or note_of(ORIGIN, entries[:size]))


def proofs():
    key = bytes(LOG_KEY.verify_key).hex()
    for index in range(9):
        yield {"name": f"entry {index} of 9", "want": "OK", "key": key, "entry": ENTRIES[index].hex(),
               "file": proof_of(index, ENTRIES)}
    yield {"name": "the only entry", "want": "OK", "key": key, "entry": ENTRIES[0].hex(), "file": proof_of(0, ENTRIES[:1])}
    good = proof_of(4, ENTRIES)
    for name, entry, text in [("another entry", 3, good), ("another index", 4, good.replace("index 4", "index 5")),
                              ("an index beyond", 4, good.replace("index 4", "index 9")),
                              ("a hash less", 4, good.replace(b64(path(4, ENTRIES)[0]) + "\n", "")),
                              ("signed by a stranger", 4, proof_of(4, ENTRIES, note_of(ORIGIN, ENTRIES, STRANGER))),
                              ("another tree", 4, proof_of(4, ENTRIES, note_of(ORIGIN, FORKED)))]:
        yield {"name": name, "want": "VERIFY", "key": key, "entry": ENTRIES[entry].hex(), "file": text}
    for name, rule, text in [
        ("nothing", "proof.head", ""), ("another version", "proof.head", good.replace("@v1", "@v2")),
        ("extra", "proof.index", good.replace("index", "extra YWE=\nindex", 1)),
        ("index with a zero", "proof.index", good.replace("index 4", "index 04")),
        ("no index", "proof.index", good.replace("index 4\n", "")),
        ("a short hash", "proof.path", good.replace(b64(path(4, ENTRIES)[0]), b64(b"x" * 31))),
        ("ends in the path", "proof.path", "c2sp.org/tlog-proof@v1\nindex 4\n"),
        ("65 hashes", "proof.path", good.replace("\n\n", "\n" + (b64(mth([])) + "\n") * 65 + "\n", 1)),
        ("no note", "note.text", good.split("\n\n")[0] + "\n\n"),
        ("a note without lines", "note.line", good.rsplit("\n\n", 1)[0] + "\n\n"),
    ]:
        yield {"name": name, "want": "READ", "rule": rule, "file": text}


# Fork evidence: the content of a FORK statement.

SALT = bytes(range(16))


def fork_of(first, second, index=None, sides=()):
    fields = {1: first.encode(), 2: second.encode()}
    if index is not None:
        fields.update({3: index, 4: [leaf_of(sides[0][index]), path(index, sides[0])],
                       5: [leaf_of(sides[1][index]), path(index, sides[1])]})
    return {1: SALT, 2: "zxx", 5: fields}


def forks():
    key = bytes(LOG_KEY.verify_key).hex()
    seven, forked = note_of(ORIGIN, ENTRIES[:7]), note_of(ORIGIN, FORKED)
    pair = sorted([(mth(ENTRIES[:7]), seven), (mth(FORKED), forked)])
    nine = note_of(ORIGIN, ENTRIES)

    def case(name, want, content, rule=None):
        out = {"name": name, "want": want, "key": key, "content": cbor2.dumps(content, canonical=True).hex()}
        return out | ({"rule": rule} if rule else {})

    same_size = fork_of(pair[0][1], pair[1][1])
    two_sizes = fork_of(forked, nine, 4, (FORKED, ENTRIES))
    yield case("one size, two roots", "OK", same_size)
    yield case("two sizes, one index", "OK", two_sizes)
    yield case("the notes out of order", "VERIFY", fork_of(pair[1][1], pair[0][1]))
    yield case("the same note twice", "VERIFY", fork_of(seven, seven))
    yield case("two sizes without an index", "VERIFY", fork_of(seven, nine))
    yield case("a log that only grew", "VERIFY", fork_of(seven, nine, 4, (ENTRIES[:7], ENTRIES)))
    yield case("an index where both agree", "VERIFY", fork_of(forked, nine, 3, (FORKED, ENTRIES)))
    yield case("a stranger's note", "VERIFY", fork_of(note_of(ORIGIN, FORKED, STRANGER), nine, 4, (FORKED, ENTRIES)))
    yield case("notes of two logs", "VERIFY", fork_of(note_of(OTHER_ORIGIN, FORKED), nine, 4, (FORKED, ENTRIES)))
    yield case("no fields", "READ", {1: SALT, 2: "zxx"}, "fork.fields")
    yield case("a message", "READ", {1: SALT, 2: "en", 4: [["words"]]}, "fork.fields")
    for key_missing in (1, 2, 3, 4, 5):
        fields = {k: v for k, v in two_sizes[5].items() if k != key_missing}
        yield case(f"field {key_missing} missing", "READ", {1: SALT, 2: "zxx", 5: fields}, "fork.fields")
    yield case("a field more", "READ", {1: SALT, 2: "zxx", 5: two_sizes[5] | {6: 0}}, "fork.fields")
    yield case("a note that is text", "READ", {1: SALT, 2: "zxx", 5: {1: seven, 2: forked}}, "fork.fields")
    short = two_sizes[5] | {4: [two_sizes[5][4][0][:31], two_sizes[5][4][1]]}
    yield case("a short leaf", "READ", {1: SALT, 2: "zxx", 5: short}, "fork.fields")
    yield case("a path of three parts", "READ", {1: SALT, 2: "zxx", 5: two_sizes[5] | {4: [bytes(32), [], 1]}}, "fork.fields")


def digests():
    for name, rows in {"no row": [], "one row": [(b"k", b"v")], "empty value": [(b"k", b"")],
                       "three rows": [(b"a", b"1"), (b"a\0", b"22"), (b"b", b"x" * 300)]}.items():
        stream = b"".join(struct.pack(">I", len(k)) + k + struct.pack(">I", len(v)) + v for k, v in rows)
        yield {"name": name, "rows": [[k.hex(), v.hex()] for k, v in rows], "hash": sha256(stream).hex()}


SECTIONS = {"checkpoint": checkpoints, "note": notes, "cosignature": cosignatures, "marks": mark_files,
            "move": moves, "proof": proofs, "fork": forks, "digest": digests}


def main():
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "record.json")
    with open(target, "w", encoding="utf-8") as out:
        json.dump({name: list(make()) for name, make in SECTIONS.items()}, out, indent=0, ensure_ascii=True)
        out.write("\n")


if __name__ == "__main__":
    main()
