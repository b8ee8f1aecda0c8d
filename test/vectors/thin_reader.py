"""A second reader, and a writer, of docs/spec/thin.md, in another language: it shares no code with src/wire/thin.c.

read(line, keys) gives the lines that test/vectors/thin.json has. ChaCha20 is written out here, from RFC 8439
with the original's counter and nonce; BLAKE2b is Python's.
"""
import hashlib
import struct

import wire_reader

SYNC, PAYLOAD_MAX, PARTS_MAX, PARTIALS_MAX = 0xA5, 40, 15, 4
COPY, CONTENT, HEARD = range(3)


def quarter(s, a, b, c, d):
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xFFFFFFFF
        s[z] ^= s[x]
        s[z] = (s[z] << turn | s[z] >> (32 - turn)) & 0xFFFFFFFF


def chacha20(key, nonce, text):
    out = b""
    for block in range((len(text) + 63) // 64):
        state = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<Q", block) + nonce))
        work = list(state)
        for _ in range(10):
            for four in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                         (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
                quarter(work, *four)
        out += struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(work, state)))
    return bytes(a ^ b for a, b in zip(text, out))


class Keys:
    """What `sender` says to `receiver` under this accord."""

    def __init__(self, secret, accord, sender, receiver):
        use = f"entente-thin-v1\n{accord}\n{sender}\n{receiver}\n".encode()
        both = hashlib.blake2b(use, key=bytes.fromhex(secret.strip()), digest_size=64).digest()
        self.tag_key, self.hide_key = both[:32], both[32:]

    def digest(self, text):
        return hashlib.blake2b(text, key=self.tag_key, digest_size=32).digest()

    def seal(self, kind, plain):
        seal = self.digest(bytes([kind]) + plain)[:8]
        return seal + chacha20(self.hide_key, seal, plain)

    def open(self, kind, sealed):
        plain = chacha20(self.hide_key, sealed[:8], sealed[8:])
        return plain if len(sealed) >= 8 and self.digest(bytes([kind]) + plain)[:8] == sealed[:8] else None

    def frame(self, kind, parts, number, mark, payload):
        head = struct.pack(">BHB", SYNC, kind << 14 | parts << 10 | number << 6 | len(payload), mark)
        return head + payload + self.digest(head + payload)[:2]

    def round(self, kind, plain):
        """All frames of a message."""
        parts = max(1, -(-(8 + len(plain)) // PAYLOAD_MAX))
        part_len = -(-(8 + len(plain)) // parts)
        sealed = self.seal(kind, plain + bytes(parts * part_len - 8 - len(plain)))
        pieces = [sealed[at:at + part_len] for at in range(0, len(sealed), part_len)]
        if parts > 1:
            repair = bytes(part_len)
            for piece in pieces:
                repair = bytes(a ^ b for a, b in zip(repair, piece))
            pieces.append(repair)
        return [self.frame(kind, parts, number, sealed[0], piece) for number, piece in enumerate(pieces)]


def copy(time, channel, epoch, index, difference, content=None):
    """(kind, plain bytes): the difference in short values, encoded."""
    said = int.from_bytes(difference[3:9], "big")
    plain = b"".join(map(wire_reader.encode, (0 if said == time else time, channel, epoch, index)))
    if content is not None:
        plain += wire_reader.encode(content)
    return (COPY if content is None else CONTENT), plain + difference


def shrink(value, words):
    for number, word in enumerate(words):
        if type(value) is type(word) and value == word:
            return -1 - number
    if type(value) is list:
        return [shrink(inner, words) for inner in value]
    return value - len(words) if type(value) is int and value < 0 else value


# ---- Reading. ----

def cut(line, keys):
    """Good frames: (kind, parts, number, mark, payload)."""
    at = 0
    while at < len(line):
        frame = line[at:]
        if frame[0] == SYNC and len(frame) >= 4:
            head = int.from_bytes(frame[1:3], "big")
            kind, parts, number, length = head >> 14, head >> 10 & 15, head >> 6 & 15, head & 63
            is_head = kind < 3 and parts > 0 and 1 <= length <= PAYLOAD_MAX and number <= (parts if parts > 1 else 0)
            if is_head and len(frame) < 6 + length:
                return
            if is_head and keys.digest(frame[:4 + length])[:2] == frame[4 + length:6 + length]:
                yield kind, parts, number, frame[3], frame[4:4 + length]
                at += 6 + length
                continue
        elif frame[0] == SYNC:
            return
        at += 1


def join(frames, keys):
    """Whole messages: (kind, sealed, plain)."""
    partials = {}
    for kind, parts, number, mark, payload in frames:
        name = (mark, kind, parts, len(payload))
        have = partials.pop(name, {})
        if not have and len(partials) == PARTIALS_MAX:
            partials.pop(next(iter(partials)))
        have[number] = payload
        partials[name] = have
        missing = [i for i in range(parts) if i not in have]
        if len(missing) > 1 or (missing and parts not in have):
            continue
        if missing:
            lost = have[parts]
            for i in range(parts):
                if i != missing[0]:
                    lost = bytes(a ^ b for a, b in zip(lost, have[i]))
            have[missing[0]] = lost
        del partials[name]
        sealed = b"".join(have[i] for i in range(parts))
        plain = keys.open(kind, sealed)
        if plain is not None:
            yield kind, sealed, plain


def item_len(raw):
    """Bytes of the first CBOR item."""
    for length in range(1, len(raw) + 1):
        try:
            wire_reader.decode(raw[:length])
            return length
        except wire_reader.Refused:
            pass
    raise wire_reader.Refused("FRAME")


def copy_line(kind, plain, party):
    at, parts = 0, []
    for _ in range(5 if kind == COPY else 6):
        length = item_len(plain[at:])
        parts.append(plain[at:at + length])
        at += length
    wire_reader.need(len(plain) - at < PARTS_MAX and not any(plain[at:]), "FRAME")
    time, channel, epoch, index = (wire_reader.decode(part) for part in parts[:4])
    wire_reader.need(wire_reader.is_uint(time, 0, 2**48 - 1) and wire_reader.is_uint(channel, 0, 999) and wire_reader.is_uint(epoch, 0, wire_reader.U32) and
                     wire_reader.is_uint(index, 0, wire_reader.SIZE_MAX - 1), "FRAME")
    content = wire_reader.decode(parts[4]) if kind == CONTENT else None
    wire_reader.need(content is None or (type(content) is bytes and content), "FRAME")
    wire_reader.need(len(parts[-1]) >= 9 and parts[-1][1:3] == b"\x04\x50", "FRAME")
    said = int.from_bytes(parts[-1][3:9], "big")
    wire_reader.need(time == 0 or time != said, "FRAME")
    time = time or said
    statement = wire_reader.Shorts(channel, party).statement(parts[-1], time, content)
    return f"copy {channel}/{party}/{epoch} {index} {statement.hex()} {'-' if content is None else content.hex()}"


def read(line, keys, party):
    lines = []
    for kind, sealed, plain in join(cut(line, keys), keys):
        if kind == HEARD:
            lines.append(f"heard {plain.hex()}")
            continue
        try:
            lines.append(copy_line(kind, plain, party))
        except wire_reader.Refused:
            lines.append("refused")
    return lines
