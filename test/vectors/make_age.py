#!/usr/bin/python3
"""usage: make_age.py [CORPUS-FOLDER]

Writes age.json: age files that open, and files that break one rule of docs/spec/seal.md section 5 each. The corpus is
what the fuzzers begin with.

Everything that is random elsewhere is fixed here, so it gives the same bytes each time.
"""
import hashlib
import json
import sys
from pathlib import Path

import age_reader as age

SECRETS = {name: hashlib.sha256(f"age vector {name}".encode()).digest() for name in ("alba", "borea", "coral")}
PUBLIC = {name: age.sodium.crypto_scalarmult_base(secret) for name, secret in SECRETS.items()}
FILE_KEY, NONCE = bytes(range(16)), bytes(range(16, 32))
TEXT = "Aircraft are ours and return at 14:05.".encode()
cases = []


def scalar(number):
    return hashlib.sha256(b"scalar %d" % number).digest()


def header(*names, key=FILE_KEY, extra=b""):
    return age.VERSION + b"".join(age.stanza(PUBLIC[name], scalar(i), key) for i, name in enumerate(names)) + extra


def whole(*names, chunks=(TEXT,), last=None):
    return age.end(FILE_KEY, header(*names)) + age.payload(FILE_KEY, NONCE, list(chunks), last)


def look(data, kind):
    """As field 15 says 1 or 2 of it."""
    try:
        age.look(data, kind)
        return "OK"
    except age.Refused as why:
        return str(why)


def add(name, data, want, secrets=("alba",)):
    """Both this page and the reader must agree, or there is no vector."""
    try:
        plain, key = age.read(data, [SECRETS[one] for one in secrets])
        found = "OK"
    except age.Refused as why:
        found = str(why)
    except LookupError:
        found = "NONE"
    assert found == want, (name, found, want)
    case = {"name": name, "secrets": list(secrets), "file": data.hex(), "want": want, "looks": [look(data, kind) for kind in (1, 2)]}
    if want == "OK":
        case |= {"plain": plain.hex(), "file_key": key.hex()}
    cases.append(case)


def change(data, old, new):
    assert data.count(old) >= 1, old
    return data.replace(old, new, 1)


GOOD = whole("alba", "borea")
HEAD_LEN = len(age.end(FILE_KEY, header("alba", "borea")))
HEAD, PAYLOAD = GOOD[:HEAD_LEN], GOOD[HEAD_LEN:]
SHARE = GOOD.split(b"\n")[1].split(b" ")[2]
BODY = GOOD.split(b"\n")[2]
CODE = HEAD.split(b"--- ")[1].rstrip()

add("one key", whole("alba"), "OK")
add("two keys, the first opens", GOOD, "OK")
add("two keys, the second opens", GOOD, "OK", ["borea"])
add("two secrets, one fits", GOOD, "OK", ["coral", "borea"])
add("no text", whole("alba", chunks=(b"",)), "OK")
add("sixteen keys", whole(*["borea"] * 15, "alba"), "OK")
add("the same key twice", whole("alba", "alba"), "OK")
add("for others", GOOD, "NONE", ["coral"])
add("no secret", GOOD, "NONE", [])
add("hybrid, which this secret is not for", age.end(FILE_KEY, age.VERSION + b"-> mlkem768x25519 " + age.text(bytes(1120))
    + b"\n" + age.text(bytes(32)) + b"\n") + PAYLOAD, "NONE")

add("empty", b"", "age.version")
add("version 2", change(GOOD, b"/v1", b"/v2"), "age.version")
add("carriage return behind the version", change(GOOD, b"/v1\n", b"/v1\r\n"), "age.version")
add("armoured", b"-----BEGIN AGE ENCRYPTED FILE-----\n", "age.version")
add("only the version", age.VERSION, "age.end")
add("no stanza", age.end(FILE_KEY, age.VERSION) + PAYLOAD, "age.end")
add("no space behind the arrow", change(GOOD, b"-> X", b"->X"), "age.end")
add("a stanza cut short", GOOD[:60], "age.stanza")
add("one argument", change(GOOD, b"X25519 " + SHARE, b"X25519"), "age.stanza")
add("a kind in small letters", change(GOOD, b"X25519", b"x25519"), "age.kind")
add("an empty argument first", change(GOOD, b"-> X", b"->  X"), "age.kind")
add("a passphrase", age.end(FILE_KEY, age.VERSION + b"-> scrypt rF0/NwblUHHTpgQgRpe5CQ 10\n" + BODY + b"\n"), "age.kind")
add("a stanza of another's", age.end(FILE_KEY, header("alba", extra=b"-> example.com/grease word\n\n")) + PAYLOAD, "age.kind")
add("a third argument", change(GOOD, SHARE, SHARE + b" word"), "age.base64")
add("two spaces", change(GOOD, b"X25519 ", b"X25519  "), "age.base64")
add("a share of 31 bytes", change(GOOD, SHARE, age.text(bytes(31))), "age.base64")
add("a share of 33 bytes", change(GOOD, SHARE, age.text(bytes(33))), "age.base64")
add("a share with padding", change(GOOD, SHARE, SHARE + b"="), "age.base64")
add("padding in place of a letter", change(GOOD, SHARE, SHARE[:-1] + b"="), "age.base64")
add("a share with bits left over", change(GOOD, SHARE, SHARE[:-1] + bytes([SHARE[-1] + 1])), "age.base64")
add("letters of URLs", change(GOOD, SHARE, b"-" + SHARE[1:]), "age.base64")
add("a carriage return behind a share", change(GOOD, SHARE, SHARE + b"\r"), "age.base64")
add("no body", change(GOOD, BODY, b""), "age.base64")
add("a body of 31 bytes", change(GOOD, BODY, age.text(bytes(31))), "age.base64")
add("a body of two lines", change(GOOD, BODY, BODY[:20] + b"\n" + BODY[20:]), "age.base64")
add("a body with bits left over", change(GOOD, BODY, BODY[:-1] + bytes([BODY[-1] + 1])), "age.base64")
add("kinds mixed", age.end(FILE_KEY, header("alba", extra=b"-> mlkem768x25519 " + age.text(bytes(1120)) + b"\n"
    + age.text(bytes(32)) + b"\n")) + PAYLOAD, "age.mixed")
add("seventeen keys", whole(*["borea"] * 16, "alba"), "age.count")
add("a hybrid share too short", age.end(FILE_KEY, age.VERSION + b"-> mlkem768x25519 " + age.text(bytes(1119)) + b"\n"
    + age.text(bytes(32)) + b"\n"), "age.base64")
add("no end", change(GOOD, b"--- " + CODE + b"\n", b""), "age.end")
add("no code", change(GOOD, b"--- " + CODE, b"---"), "age.end")
add("a short code", change(GOOD, CODE, CODE[:-1]), "age.end")
add("a code behind two spaces", change(GOOD, b"--- ", b"---  "), "age.end")
add("a code with padding", change(GOOD, CODE, CODE + b"="), "age.end")
add("a code with bits left over", change(GOOD, CODE, CODE[:-1] + bytes([CODE[-1] + 1])), "age.base64")
add("a false code", change(GOOD, CODE, age.text(bytes(32))), "age.mac")
add("a stanza taken away", GOOD.replace(age.stanza(PUBLIC["borea"], scalar(1), FILE_KEY), b""), "age.mac")
add("a share of low order", change(GOOD, SHARE, age.text(bytes(32))), "age.mac")
add("a header of another file", age.end(bytes(16), header("alba", key=bytes(16))) + PAYLOAD, "age.payload")
add("text in clear behind a header", HEAD + b"What is not sealed at all, and says that it is.", "age.payload")
add("nothing behind a whole chunk", HEAD + NONCE + bytes(65536 + 16 + 16), "age.payload")
add("no payload", HEAD, "age.payload")
add("a nonce alone", HEAD + NONCE, "age.payload")
add("a nonce cut short", HEAD + NONCE[:15], "age.payload")
add("another nonce", HEAD + bytes(16) + PAYLOAD[16:], "age.payload")
add("a tag cut short", GOOD[:-1], "age.payload")
add("a byte more", GOOD + b"\0", "age.payload")
add("a bit turned", GOOD[:-1] + bytes([GOOD[-1] ^ 1]), "age.payload")
add("the last chunk is not said to be the last", HEAD + age.payload(FILE_KEY, NONCE, [TEXT], -1), "age.payload")
add("a short chunk in front of another", HEAD + age.payload(FILE_KEY, NONCE, [TEXT, TEXT]), "age.payload")

keys = [{"name": name, "secret": age.bech32("age-secret-key-", secret).upper(), "public": age.bech32("age", PUBLIC[name])}
        for name, secret in SECRETS.items()]
good = keys[0]["public"]
BAD_KEYS = {
    "empty": "", "no digit one": "agezvk", "another name": age.bech32("ag", PUBLIC["alba"]),
    "a letter changed": good[:-1] + ("q" if good[-1] != "q" else "p"), "mixed letters": "A" + good[1:],
    "31 bytes": age.bech32("age", PUBLIC["alba"][:31]), "33 bytes": age.bech32("age", PUBLIC["alba"] + b"\0"),
    "a letter that is none": good[:20] + "b" + good[21:], "a space behind": good + " ", "cut short": good[:8],
    "nothing behind the one": "age1", "a secret": keys[0]["secret"], "of SSH": "ssh-ed25519 AAAA",
}
MADE = {"keys": keys, "bad_keys": [{"name": name, "public": text} for name, text in BAD_KEYS.items()], "files": cases}


def write_corpus(folder):
    parts = {case["name"]: bytes.fromhex(case["file"]) for case in cases if case["want"] in ("OK", "NONE")}
    parts |= {f"{name} of {key['name']}": key[name].encode() for key in keys for name in ("secret", "public")}
    parts["a short word"] = age.bech32("a", bytes(range(10))).encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in parts.items():
        (folder / "".join(c if c.isalnum() else "-" for c in name)).write_bytes(part)


if __name__ == "__main__":
    Path(__file__).with_name("age.json").write_text(json.dumps(MADE, indent=1) + "\n")
    if len(sys.argv) > 1:
        write_corpus(Path(sys.argv[1]))
