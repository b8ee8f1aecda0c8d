"""A second reader of age files for X25519 keys: on Python's hmac and on PyNaCl, and on no line of ours.

It is stricter than age, as docs/spec/seal.md section 5 is: 1 to 16 stanzas of one known kind.
"""
import base64
import hashlib
import hmac

import nacl.bindings as sodium

VERSION = b"age-encryption.org/v1\n"
SHARES = {"X25519": 32, "mlkem768x25519": 1120}
CHUNK = 65536
DIGITS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


class Refused(Exception):
    """Its text is the rule that is broken."""


def expect(rule, is_met):
    if not is_met:
        raise Refused(rule)


def hkdf(salt, secret, use):
    extracted = hmac.new(salt or bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(extracted, use + b"\1", hashlib.sha256).digest()


def read_base64(text, length):
    """Without padding, canonical."""
    try:
        raw = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Refused("age.base64") from None
    expect("age.base64", len(raw) == length and base64.b64encode(raw).rstrip(b"=") == text)
    return raw


def line(data, at, rule):
    end = data.find(b"\n", at)
    expect(rule, end >= 0)
    return data[at:end], end + 1


def read_header(data):
    """(kind, [(share, body)], what is authenticated, code, where the payload begins)"""
    expect("age.version", data.startswith(VERSION))
    at, kind, stanzas = len(VERSION), None, []
    while data[at:at + 3] == b"-> ":
        arguments, at = line(data, at + 3, "age.stanza")
        body, at = line(data, at, "age.stanza")
        name, space, share = arguments.partition(b" ")
        expect("age.stanza", space)
        expect("age.kind", name.decode("latin-1") in SHARES)
        expect("age.mixed", kind in (None, name.decode()))
        kind = name.decode()
        expect("age.count", len(stanzas) < 16)
        stanzas.append((read_base64(share, SHARES[kind]), read_base64(body, 32)))
    expect("age.end", stanzas and data[at:at + 3] == b"---")
    covered = data[:at + 3]
    code, at = line(data, at + 3, "age.end")
    expect("age.end", len(code) == 44 and code[:1] == b" ")
    return kind, stanzas, covered, read_base64(code[1:], 32), at


def look(data, said):
    """What is seen without a secret: a header for keys of that kind, and as many bytes behind it as chunks have."""
    kind, _, _, _, at = read_header(data)
    expect("age.said", list(SHARES).index(kind) + 1 == said)
    chunks = len(data) - at - 16
    last = chunks % (CHUNK + 16)
    expect("age.payload", chunks == 16 or chunks > 16 and (last == 0 or last > 16))


def opened(key, nonce, sealed):
    try:
        return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(sealed, None, nonce, key)
    except Exception:
        return None


def unwrap(secret, share, body):
    public = sodium.crypto_scalarmult_base(secret)
    try:
        shared = sodium.crypto_scalarmult(secret, share)
    except Exception:
        raise Refused("age.mac") from None
    return opened(hkdf(share + public, shared, b"age-encryption.org/v1/X25519"), bytes(12), body)


def read_payload(key, payload):
    expect("age.payload", len(payload) >= 32)
    key = hkdf(payload[:16], key, b"payload")
    chunks = [payload[at:at + CHUNK + 16] for at in range(16, len(payload), CHUNK + 16)]
    plain = b""
    for number, chunk in enumerate(chunks):
        is_last = number == len(chunks) - 1
        expect("age.payload", not (is_last and number > 0 and len(chunk) == 16))
        part = opened(key, number.to_bytes(11, "big") + bytes([is_last]), chunk)
        expect("age.payload", part is not None)
        plain += part
    return plain


def code_of(file_key, covered):
    return hmac.new(hkdf(b"", file_key, b"header"), covered, hashlib.sha256).digest()


def read(data, secrets):
    """(text, file key); Refused; LookupError: it is for none of the secrets."""
    kind, stanzas, covered, code, at = read_header(data)
    for secret in secrets:
        for share, body in stanzas if kind == "X25519" else []:
            file_key = unwrap(secret, share, body)
            if file_key is not None:
                expect("age.mac", hmac.compare_digest(code_of(file_key, covered), code))
                return read_payload(file_key, data[at:]), file_key
    raise LookupError("none of the keys")


# The same in the other direction, for the vectors' maker: everything random is given.

def text(raw):
    return base64.b64encode(raw).rstrip(b"=")


def stanza(public, scalar, file_key):
    share = sodium.crypto_scalarmult_base(scalar)
    key = hkdf(share + public, sodium.crypto_scalarmult(scalar, public), b"age-encryption.org/v1/X25519")
    body = sodium.crypto_aead_chacha20poly1305_ietf_encrypt(file_key, None, bytes(12), key)
    return b"-> X25519 " + text(share) + b"\n" + text(body) + b"\n"


def end(file_key, begun):
    covered = begun + b"---"
    return covered + b" " + text(code_of(file_key, covered)) + b"\n"


def payload(file_key, nonce, chunks, last=None):
    """The last of the chunks is said to be the last, unless `last` says another number (None at no place: -1)."""
    key = hkdf(nonce, file_key, b"payload")
    last = len(chunks) - 1 if last is None else last
    return nonce + b"".join(
        sodium.crypto_aead_chacha20poly1305_ietf_encrypt(chunk, None, number.to_bytes(11, "big") + bytes([number == last]),
                                                         key) for number, chunk in enumerate(chunks))


def bech32(name, raw):
    bits = "".join(f"{byte:08b}" for byte in raw)
    bits += "0" * (-len(bits) % 5)
    values = [int(bits[at:at + 5], 2) for at in range(0, len(bits), 5)]

    def polymod(values):
        sum_ = 1
        for value in values:
            top, sum_ = sum_ >> 25, (sum_ & 0x1ffffff) << 5 ^ value
            for bit, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
                sum_ ^= generator if top >> bit & 1 else 0
        return sum_
    expanded = [ord(c) >> 5 for c in name] + [0] + [ord(c) & 31 for c in name]
    check = polymod(expanded + values + [0] * 6) ^ 1
    values += [check >> 5 * (5 - i) & 31 for i in range(6)]
    return name + "1" + "".join(DIGITS[value] for value in values)
