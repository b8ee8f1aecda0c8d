#!/usr/bin/python3
"""Makes test/vectors/thin.json with the second writer: bytes of a thin line, and what is heard of them.

    make_thin.py > thin.json
"""
import json
import random

import make_wire
import thin_reader
import wire_reader
from make_wire import ID, NOW, SHORT_MESSAGE, changed, encode

SECRET, PARTY, PEER = "30313233343536373839616263646566" * 2, "borea", "alba"
ACCORD = wire_reader.ACCORD.hex()
KEYS = thin_reader.Keys(SECRET, ACCORD, PARTY, PEER)
NOTICE = changed(SHORT_MESSAGE, {4: NOW.to_bytes(6, "big") + ID[6:]})
CONTENT = b"\xa3" + b"c" * 120


def message(number=7, difference=None, content=None):
    return thin_reader.copy(NOW, 1, 1, number, encode(difference or NOTICE), content)


def lines_of(kind, plain, lost=(), order=None):
    frames = KEYS.round(kind, plain)
    return b"".join(frames[i] for i in (order or range(len(frames))) if i not in lost)


def named():
    one, noise = message(), random.Random(7).randbytes(300)
    frames = KEYS.round(*one)
    whole = b"".join(frames)
    yield "a copy", whole
    for lost in range(3):
        yield f"a copy without its frame {lost}", lines_of(*one, lost=[lost])
    yield "a copy in one frame alone", frames[0]
    yield "two rounds, a frame of each", frames[0] + frames[1]
    yield "frames in another order", lines_of(*one, order=[2, 0])
    yield "a copy with content", lines_of(*message(content=CONTENT))
    yield "a copy with content without its third", lines_of(*message(content=CONTENT), lost=[2])
    yield "a copy with content without two", lines_of(*message(content=CONTENT), lost=[0, 2])
    yield "a large index", lines_of(*message(number=2**53 - 2))
    yield "an index too large", lines_of(*message(number=2**53 - 1))
    yield "heard", lines_of(thin_reader.HEARD, bytes(range(8)))
    yield "noise before", noise + whole
    yield "a sync before", bytes([0xA5]) + whole
    yield "a head before", bytes([0xA5, 0x08, 0x28, 0x01]) + whole
    yield "half a frame before", frames[0][:20] + whole
    yield "a bit turned", bytes([whole[0]]) + bytes([whole[1] ^ 1]) + whole[2:len(frames[0])] + frames[1]
    yield "the tag of another", frames[0][:-2] + frames[1][-2:] + frames[1]
    yield "another direction", b"".join(thin_reader.Keys(SECRET, ACCORD, PEER, PARTY).round(*one))
    yield "another accord", b"".join(thin_reader.Keys(SECRET, "00" * 16, PARTY, PEER).round(*one))
    yield "another secret", b"".join(thin_reader.Keys("00" * 32, ACCORD, PARTY, PEER).round(*one))
    yield "another kind", b"".join(KEYS.frame(1, 2, i, frames[0][3], frame[4:-2]) for i, frame in enumerate(frames[:2]))
    yield "kind 3", KEYS.frame(3, 1, 0, 1, bytes(20))
    yield "no parts", KEYS.frame(0, 0, 0, 1, bytes(20))
    yield "a number above its parts", KEYS.frame(0, 2, 3, 1, bytes(20))
    yield "a second of one", KEYS.frame(2, 1, 1, 1, bytes(16))
    yield "no payload", KEYS.frame(0, 1, 0, 1, b"")
    yield "a payload of 41", KEYS.frame(0, 1, 0, 1, bytes(41))
    yield "a seal alone", lines_of(thin_reader.HEARD, b"")
    yield "no copy", lines_of(thin_reader.COPY, bytes(40))
    kind, plain = one
    yield "zeros behind", lines_of(kind, plain + bytes(12))
    yield "too many zeros behind", lines_of(kind, plain + bytes(16))
    yield "something behind", lines_of(kind, plain + b"\1")
    yield "a content of no bytes", lines_of(*message(content=b""))
    yield "its key 10 as it was", lines_of(*message(difference=changed(NOTICE, {10: 0})))
    yield "an id that does not begin with its time", lines_of(*message(difference=SHORT_MESSAGE))
    yield "a time that the id has", lines_of(kind, encode(NOW) + plain[1:])
    yield "a time of 2^48 - 1", lines_of(kind, encode(2**48 - 1) + plain[1:])
    yield "a time of 2^48", lines_of(kind, encode(2**48) + plain[1:])
    yield "a difference that begins with another key", lines_of(*message(difference={3: 2, **NOTICE}))
    five = [KEYS.round(*message(number=number)) for number in range(5)]
    yield "five at once", b"".join(frames[0] for frames in five) + b"".join(frames[1] for frames in five)


def main():
    vectors = [{"name": name, "hex": line.hex(), "read": thin_reader.read(line, KEYS, PARTY)} for name, line in named()]
    print(json.dumps({"secret": SECRET, "from": PARTY, "to": PEER, "vectors": vectors}, indent=1))


if __name__ == "__main__":
    assert make_wire
    main()
