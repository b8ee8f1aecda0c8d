#!/usr/bin/python3
"""usage: make_sshsig.py VECTORS-FOLDER CORPUS-FOLDER

Writes sshsig.json: signatures of every type of key, good and bad, by code that shares nothing with ours.

Ed25519 comes from python3-nacl; P-256 is spelled out here, because a library will not make what must be refused.
Nonces are derived from the key and the message, so the file is the same each time. `stock` is what
`ssh-keygen -Y verify` says where that is not what we say, VARIES where it depends on the Ed25519 that it was built
with (OpenSSH 9.2 accepts both). The corpora sshsig and ssh_key are what the fuzzers begin with.
"""
import base64
import hashlib
import hmac
import json
import os
import struct
import sys

import nacl.signing

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
L = 2**252 + 27742317777372353535851937790883648493

NAMESPACE = b"entente-statement-v1"
MESSAGE = b"the quick brown fox"
APPLICATION = b"ssh:entente"
ORIGIN = b"https://terminal.example"

ED, SK_ED = b"ssh-ed25519", b"sk-ssh-ed25519@openssh.com"
EC, SK_EC = b"ecdsa-sha2-nistp256", b"sk-ecdsa-sha2-nistp256@openssh.com"
WEB = b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com"


def add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(k, point):
    out = None
    while k:
        if k & 1:
            out = add(out, point)
        point = add(point, point)
        k >>= 1
    return out


def sha256(part):
    return hashlib.sha256(part).digest()


def string(part):
    return struct.pack(">I", len(part)) + part


def integer(n):
    """An mpint in shortest form."""
    return string(n.to_bytes(n.bit_length() // 8 + 1, "big") if n else b"")


SECRET_ED = nacl.signing.SigningKey(sha256(b"an Ed25519 key of the vectors"))
SECRET_EC = int.from_bytes(sha256(b"a P-256 key of the vectors"), "big") % N
X, Y = times(SECRET_EC, G)
POINT = b"\4" + X.to_bytes(32, "big") + Y.to_bytes(32, "big")


def public(kind, point=None, application=APPLICATION, curve=b"nistp256"):
    out = string(kind)
    if kind in (EC, SK_EC, WEB):
        out += string(curve) + string(POINT if point is None else point)
    else:
        out += string(bytes(SECRET_ED.verify_key) if point is None else point)
    return out + (string(application) if kind in (SK_ED, SK_EC, WEB) else b"")


def sign_ed(message):
    return SECRET_ED.sign(message).signature


def sign_ec(message):
    e = int.from_bytes(sha256(message), "big")
    nonce = hmac.new(SECRET_EC.to_bytes(32, "big"), message, hashlib.sha512).digest()
    k = int.from_bytes(nonce, "big") % (N - 1) + 1
    r = times(k, G)[0] % N
    return r, (e + r * SECRET_EC) * pow(k, -1, N) % N


def signed(namespace=NAMESPACE, message=MESSAGE, reserved=b"", digest=b"sha512"):
    hashed = hashlib.new(digest.decode(), message).digest()
    return b"SSHSIG" + string(namespace) + string(reserved) + string(digest) + string(hashed)


def wrap(key, sig, namespace=NAMESPACE, reserved=b"", digest=b"sha512", version=1, magic=b"SSHSIG"):
    return (
        magic + struct.pack(">I", version) + string(key) + string(namespace) + string(reserved) + string(digest)
        + string(sig)
    )


def ed(key=None, kind=ED, sig=None, **more):
    over = {k: v for k, v in more.items() if k in ("namespace", "digest")}
    body = sign_ed(signed(**over)) if sig is None else sig
    return wrap(public(ED) if key is None else key, string(kind) + string(body), **more)


def ec(key=None, change=lambda r, s: integer(r) + integer(s), kind=EC, **more):
    return wrap(public(EC) if key is None else key, string(kind) + string(change(*sign_ec(signed()))), **more)


def token(kind, flags=1, counter=7, said_flags=None, said_counter=None, application=APPLICATION, key=None, tail=b"",
          extensions=b"", change=lambda r, s: integer(r) + integer(s)):
    over = sha256(application) + bytes([flags]) + struct.pack(">I", counter) + extensions + sha256(signed())
    body = sign_ed(over) if kind == SK_ED else change(*sign_ec(over))
    flags = flags if said_flags is None else said_flags
    counter = counter if said_counter is None else said_counter
    sig = string(kind) + string(body) + bytes([flags]) + struct.pack(">I", counter) + tail
    return wrap(public(kind) if key is None else key, sig)


def url64(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def browser(flags=1, origin=ORIGIN, json_origin=None, challenge=None, extensions=b"", said_extensions=None,
            end=b"}", kind=b"webauthn.get", key=None, form=None, application=APPLICATION, tail=b""):
    challenge = url64(signed()) if challenge is None else challenge
    json_origin = origin if json_origin is None else json_origin
    form = b'{"type":"%b","challenge":"%b","origin":"%b"%b' if form is None else form
    client = form % (kind, challenge, json_origin, end)
    counter = struct.pack(">I", 9)
    over = sha256(application) + bytes([flags]) + counter + extensions + sha256(client)
    r, s = sign_ec(over)
    extensions = extensions if said_extensions is None else said_extensions
    sig = string(WEB) + string(integer(r) + integer(s)) + bytes([flags]) + counter
    sig += string(origin) + string(client) + string(extensions) + tail
    return wrap(public(SK_EC) if key is None else key, sig)


def flip(blob, at):
    return blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1:]


def second_spelling(sig):
    return sig[:32] + (int.from_bytes(sig[32:], "little") + L).to_bytes(32, "little")


def odd_public(kind):
    """The point of the key in forms that are not the uncompressed one."""
    x, y = X.to_bytes(32, "big"), Y.to_bytes(32, "big")
    return {
        "compressed": public(kind, bytes([2 + (Y & 1)]) + x),
        "hybrid": public(kind, bytes([6 + (Y & 1)]) + x + y),
        "off the curve": public(kind, b"\4" + x + ((Y + 1) % P).to_bytes(32, "big")),
        "at infinity": public(kind, b"\0"),
        "x beyond the field": public(kind, b"\4" + b"\xff" * 32 + y),
    }


def cases():
    good, bad = [], []
    good += [("ssh-ed25519", ed()), ("ecdsa", ec()), ("ecdsa, s the other way", ec(change=lambda r, s: integer(r)
             + integer(N - s)))]
    good += [("token Ed25519", token(SK_ED)), ("token P-256", token(SK_EC)),
             ("token Ed25519, verified user", token(SK_ED, flags=5)), ("token P-256, verified user",
             token(SK_EC, flags=5)), ("token, counter 0", token(SK_ED, counter=0)),
             ("token, largest counter", token(SK_EC, counter=2**32 - 1))]
    good += [("browser", browser()), ("browser, more JSON", browser(end=b',"crossOrigin":false}')),
             ("browser, extensions", browser(flags=0x81, extensions=b"\xa1\x61\x61\x01")),
             ("browser, verified user", browser(flags=5))]

    plain = ed()
    bad += [("empty", b""), ("magic alone", b"SSHSIG"), ("cut short", plain[:-1]), ("a byte more", plain + b"\0"),
            ("other magic", ed(magic=b"SSHSIX")), ("version 2", ed(version=2)),
            ("namespace empty", ed(namespace=b"")), ("namespace of the accord", ed(namespace=b"entente-accord-v1")),
            ("namespace longer", ed(namespace=NAMESPACE + b"1")), ("unknown hash", wrap(public(ED), string(ED)
             + string(sign_ed(signed())), digest=b"sha384")), ("key empty", ed(key=b"")),
            ("length beyond the end", b"SSHSIG" + struct.pack(">II", 1, 0xFFFFFFFF) + plain[14:])]
    bad += [("Ed25519, bit of R", ed(sig=flip(sign_ed(signed()), 3))),
            ("Ed25519, bit of S", ed(sig=flip(sign_ed(signed()), 40))),
            ("Ed25519, 63 bytes", ed(sig=sign_ed(signed())[:63])), ("Ed25519, 65 bytes", ed(sig=sign_ed(signed())
             + b"\0")), ("Ed25519, other key", ed(key=public(ED, bytes(nacl.signing.SigningKey(b"\1" * 32).verify_key)))),
            ("Ed25519, key of 31 bytes", ed(key=public(ED, b"\1" * 31))),
            ("Ed25519, key and a byte", ed(key=public(ED) + b"\0")),
            ("Ed25519, sig says P-256", ed(kind=EC)), ("Ed25519, sig says token", ed(kind=SK_ED)),
            ("Ed25519, message itself signed", ed(sig=sign_ed(MESSAGE))),
            ("RSA", wrap(string(b"ssh-rsa") + integer(65537) + integer(N), string(b"rsa-sha2-512") + string(b"x" * 128)))]
    bad += [("ecdsa, r 0", ec(change=lambda r, s: integer(0) + integer(s))),
            ("ecdsa, s 0", ec(change=lambda r, s: integer(r) + integer(0))),
            ("ecdsa, s n", ec(change=lambda r, s: integer(r) + integer(N))),
            ("ecdsa, r and n", ec(change=lambda r, s: integer(r + N) + integer(s))),
            ("ecdsa, s and n", ec(change=lambda r, s: integer(r) + integer(s + N))),
            ("ecdsa, r negative", ec(change=lambda r, s: string(b"\x80" + r.to_bytes(32, "big")[1:]) + integer(s))),
            ("ecdsa, one number", ec(change=lambda r, s: integer(r))),
            ("ecdsa, three numbers", ec(change=lambda r, s: integer(r) + integer(s) + integer(1))),
            ("ecdsa, numbers swapped", ec(change=lambda r, s: integer(s) + integer(r))),
            ("ecdsa, r 33 bytes", ec(change=lambda r, s: string(b"\1" + r.to_bytes(32, "big")) + integer(s))),
            ("ecdsa, other curve", ec(key=public(EC, curve=b"nistp384"))),
            ("ecdsa, key has an application", ec(key=public(EC) + string(APPLICATION))),
            ("ecdsa, browser's type", ec(kind=WEB))]
    bad += [("ecdsa, point " + why, ec(key=key)) for why, key in odd_public(EC).items()]
    bad += [("token P-256, point " + why, token(SK_EC, key=key)) for why, key in odd_public(SK_EC).items()]
    for kind, name in ((SK_ED, "token Ed25519"), (SK_EC, "token P-256")):
        bad += [(name + ", other flags said", token(kind, said_flags=5)),
                (name + ", other counter said", token(kind, said_counter=8)),
                (name + ", other application", token(kind, application=b"ssh:")),
                (name + ", without application", token(kind, key=public(kind, application=b""))),
                (name + ", zero in application", token(kind, key=public(kind, application=b"ssh:\0entente"))),
                (name + ", extensions that nobody says", token(kind, flags=0x81, extensions=b"\xa0")),
                (name + ", a byte more", token(kind, tail=b"\0")),
                (name + ", type of the other", token(kind, key=public(SK_EC if kind == SK_ED else SK_ED)))]
    bad += [("browser, other origin in JSON", browser(json_origin=b"https://elsewhere.example")),
            ("browser, longer origin in JSON", browser(json_origin=ORIGIN + b".evil")),
            ("browser, quote in origin", browser(origin=b'https://a","x":"')),
            ("browser, zero in origin", browser(origin=b"https://a\0b")),
            ("browser, challenge padded", browser(challenge=base64.urlsafe_b64encode(signed()))),
            ("browser, other challenge", browser(challenge=url64(signed(message=b"another")))),
            ("browser, challenge shorter", browser(challenge=url64(signed())[:-4])),
            ("browser, registration", browser(kind=b"webauthn.create")),
            ("browser, JSON with spaces", browser(form=b'{"type": "%b","challenge":"%b","origin":"%b"%b')),
            ("browser, JSON cut short", browser(form=b'{"type":"%b","challenge":"%b","origin":"%b%b', end=b"")),
            ("browser, attested", browser(flags=0x41)),
            ("browser, extensions without flag", browser(extensions=b"\xa0")),
            ("browser, flag without extensions", browser(flags=0x81)),
            ("browser, other extensions said", browser(flags=0x81, extensions=b"\xa0", said_extensions=b"\xa1")),
            ("browser, other application", browser(application=b"terminal.example")),
            ("browser, a byte more", browser(tail=b"\0")),
            ("browser, key of a plain type", browser(key=public(EC))),
            ("browser, key of an Ed25519 token", browser(key=public(SK_ED)))]
    varies = [("Ed25519, S and the order", ed(sig=second_spelling(sign_ed(signed())))),
              ("Ed25519, key of low order", ed(key=public(ED, b"\1" + bytes(31)), sig=b"\1" + bytes(63)))]
    # What OpenSSH takes and the record does not.
    lax = [("token Ed25519, nobody there", token(SK_ED, flags=0)), ("token P-256, nobody there", token(SK_EC, flags=4)),
           ("browser, nobody there", browser(flags=0)),
           ("reserved is not empty", wrap(public(ED), string(ED) + string(sign_ed(signed())), reserved=b"x")),
           ("version 0", ed(version=0)), ("sha256", ed(digest=b"sha256")),
           ("ecdsa, r with a zero in front", ec(change=lambda r, s: string(b"\0\0" + r.to_bytes(32, "big"))
              + integer(s)))]
    out = [(name, blob, "OK", None) for name, blob in good] + [(name, blob, "VERIFY", None) for name, blob in bad]
    out += [(name, blob, "VERIFY", "VARIES") for name, blob in varies]
    return out + [(name, blob, "VERIFY", "OK") for name, blob in lax]


def private_file(comment, secret=None, cipher=b"none", kdf=b"none", check=b"\1\2\3\4" * 2, padding=b"\1\2\3\4\5\6\7"):
    """An OpenSSH private key file (PROTOCOL.key)."""
    seed, point = bytes(SECRET_ED), bytes(SECRET_ED.verify_key)
    part = check + public(ED) + string(seed + point if secret is None else secret) + string(comment)
    part += padding[: -len(part) % 8]
    out = b"openssh-key-v1\0" + string(cipher) + string(kdf) + string(b"") + struct.pack(">I", 1)
    return armour(b"OPENSSH PRIVATE KEY", out + string(public(ED)) + string(part))


def armour(kind, part):
    text = base64.b64encode(part)
    lines = [text[i:i + 70] for i in range(0, len(text), 70)]
    return b"\n".join([b"-----BEGIN " + kind + b"-----"] + lines + [b"-----END " + kind + b"-----", b""])


def answer(kind, part):
    return struct.pack(">IB", len(part) + 1, kind) + part


def key_corpus():
    """Key lines, key files and agents' answers, for the fuzzer to begin with."""
    out = {}
    for kind in (ED, SK_ED, EC, SK_EC):
        out["public " + kind.decode()] = public(kind)
        out["line " + kind.decode()] = kind + b" " + base64.b64encode(public(kind)) + b" duty@watch\n"
    out["file"] = private_file(b"duty@watch")
    out["file without comment"] = private_file(b"")
    out["file encrypted"] = private_file(b"c", cipher=b"aes256-ctr", kdf=b"bcrypt")
    out["file of another seed"] = private_file(b"c", secret=b"\5" * 64)
    out["file with other padding"] = private_file(b"c", padding=b"\1\1\1\1\1\1\1")
    out["file of two checks"] = private_file(b"c", check=b"\1\2\3\4\1\2\3\5")
    out["agent failure"] = answer(5, b"")
    out["agent signature"] = answer(14, string(string(ED) + string(sign_ed(signed()))))
    out["agent list empty"] = answer(12, struct.pack(">I", 0))
    keys = string(public(ED)) + string(b"a") + string(public(SK_EC)) + string(b"b")
    out["agent list"] = answer(12, struct.pack(">I", 2) + keys)
    return out


def write_corpus(folder, parts):
    os.makedirs(folder, exist_ok=True)
    for name, part in parts.items():
        with open(os.path.join(folder, "".join(c if c.isalnum() else "-" for c in name)), "wb") as file:
            file.write(part)


def main():
    vectors_folder, corpus_folder = sys.argv[1:]
    rows = []
    for name, blob, want, stock in cases():
        row = {"name": name, "blob": blob.hex(), "want": want}
        if stock is not None:
            row["stock"] = stock
        rows.append(row)
    assert len({row["name"] for row in rows}) == len(rows)
    out = {"namespace": NAMESPACE.decode(), "message": MESSAGE.hex(), "signatures": rows}
    with open(os.path.join(vectors_folder, "sshsig.json"), "w", encoding="ascii") as file:
        json.dump(out, file, indent=1)
        file.write("\n")
    good = {row["name"]: bytes.fromhex(row["blob"]) for row in rows if row["want"] == "OK"}
    good["armour"] = armour(b"SSH SIGNATURE", ed())
    write_corpus(os.path.join(corpus_folder, "sshsig"), good)
    write_corpus(os.path.join(corpus_folder, "ssh_key"), key_corpus())


if __name__ == "__main__":
    main()
