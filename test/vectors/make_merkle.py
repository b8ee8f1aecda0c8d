#!/usr/bin/python3
"""Writes merkle.json: RFC 6962's recursive definitions, word for word and slow, over trees of 0 to 130 leaves.

Leaf i is the hash of the 8 bytes of i, big-endian. The proofs of one size are given as one hash each: over
all old sizes 1..size (indexes 0..size-1), the number of hashes in a byte and then the hashes.
"""
import hashlib
import json
import os
import sys

SIZES = 131


def sha256(part):
    return hashlib.sha256(part).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


ROOTS = {}


def mth(low, high):
    if (low, high) not in ROOTS:
        if low == high:
            ROOTS[low, high] = sha256(b"")
        elif high - low == 1:
            ROOTS[low, high] = sha256(b"\0" + low.to_bytes(8, "big"))
        else:
            k = low + split(high - low)
            ROOTS[low, high] = sha256(b"\1" + mth(low, k) + mth(k, high))
    return ROOTS[low, high]


def path(m, low, high):
    n = high - low
    if n == 1:
        return []
    k = split(n)
    if m < k:
        return path(m, low, low + k) + [mth(low + k, high)]
    return path(m - k, low + k, high) + [mth(low, low + k)]


def subproof(m, low, high, known):
    n = high - low
    if m == n:
        return [] if known else [mth(low, high)]
    k = split(n)
    if m <= k:
        return subproof(m, low, low + k, known) + [mth(low + k, high)]
    return subproof(m - k, low + k, high, False) + [mth(low, low + k)]


def one(proofs):
    return sha256(b"".join(bytes([len(p)]) + b"".join(p) for p in proofs)).hex()


def main():
    sizes = [
        {
            "size": n,
            "root": mth(0, n).hex(),
            "consistency": one(subproof(m, 0, n, True) for m in range(1, n + 1)),
            "inclusion": one(path(i, 0, n) for i in range(n)),
        }
        for n in range(SIZES)
    ]
    spelled = [
        {"kind": "consistency", "old": m, "size": n, "proof": [h.hex() for h in subproof(m, 0, n, True)]}
        for m, n in ((1, 2), (3, 7), (4, 7), (6, 7), (64, 130), (100, 129))
    ] + [
        {"kind": "inclusion", "index": i, "size": n, "proof": [h.hex() for h in path(i, 0, n)]}
        for i, n in ((0, 1), (0, 7), (3, 7), (6, 7), (129, 130), (77, 100))
    ]
    out = {"leaf": "SHA-256(0x00 and the 8 bytes of its index)", "sizes": sizes, "proofs": spelled}
    target = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "merkle.json")
    with open(target, "w", encoding="ascii") as file:
        json.dump(out, file, indent=1)
        file.write("\n")


main()
