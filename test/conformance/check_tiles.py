#!/usr/bin/python3
"""Reads an export as C2SP tlog-tiles has it, by nothing but that text: checks each tile, root, line and content.

    check_tiles.py DIR LOG_KEY MIRROR_NAME MIRROR_KEY      keys in hexadecimal

Every file of DIR must be accounted for. Prints one line a log.
"""
import base64
import hashlib
import struct
import sys
from pathlib import Path

import nacl.signing


def sha256(part):
    return hashlib.sha256(part).digest()


def number_path(number, width):
    name = f"{number % 1000:03}"
    while number >= 1000:
        number //= 1000
        name = f"x{number % 1000:03}/{name}"
    return name if width == 256 else f"{name}.p/{width}"


def entries_of(folder, size, used):
    entries = []
    for tile in range((size + 255) // 256):
        width = min(256, size - tile * 256)
        name = folder / "tile/entries" / number_path(tile, width)
        raw, at = name.read_bytes(), 0
        for _ in range(width):
            length, = struct.unpack_from(">H", raw, at)
            entries.append(raw[at + 2:at + 2 + length])
            at += 2 + length
        assert at == len(raw), f"{name}: bytes are left over"
        used.add(name)
    return entries


def levels_of(entries):
    levels = [[sha256(b"\0" + e) for e in entries]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([sha256(b"\1" + below[i] + below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return levels


def root_of(levels, size):
    root = None
    for level, hashes in enumerate(levels):
        if size >> level & 1:
            root = hashes[(size >> level) - 1] if root is None else sha256(b"\1" + hashes[(size >> level) - 1] + root)
    return root


def check_tiles(folder, size, levels, used):
    level = 0
    while size >> 8 * level:
        count = size >> 8 * level
        for tile in range((count + 255) // 256):
            width = min(256, count - tile * 256)
            name = folder / "tile" / str(level) / number_path(tile, width)
            want = b"".join(levels[8 * level][tile * 256:tile * 256 + width])
            assert name.read_bytes() == want, f"{name}: not the hashes of the entries"
            used.add(name)
        level += 1


def key_id(name, kind, key):
    return sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def check_lines(folder, text, lines, log_key, mirror_name, mirror_key):
    origin = text.split("\n")[0]
    assert str(folder).endswith(origin), f"{folder}: the checkpoint is of {origin}"
    kinds = []
    for line in lines:
        dash, name, raw = line.split(" ")
        raw = base64.b64decode(raw, validate=True)
        assert dash == "\u2014", line
        if name == origin and raw[:4] == key_id(name, 1, log_key):
            nacl.signing.VerifyKey(log_key).verify(text.encode(), raw[4:])
            kinds.append("log")
        elif name == mirror_name and raw[:4] == key_id(name, 4, mirror_key):
            seconds, = struct.unpack(">Q", raw[4:12])
            nacl.signing.VerifyKey(mirror_key).verify(f"cosignature/v1\ntime {seconds}\n{text}".encode(), raw[12:])
            kinds.append("mirror")
        else:
            raise AssertionError(f"a line of nobody: {line}")
    return kinds


def main():
    top, log_key, mirror_name, mirror_key = sys.argv[1:]
    top, used = Path(top), set()
    for checkpoint in sorted(top.glob("*/*/*/*/checkpoint")):
        folder = checkpoint.parent
        text, lines = checkpoint.read_text().split("\n\n")
        text += "\n"
        size = int(text.split("\n")[1])
        kinds = check_lines(folder, text, lines.splitlines(), bytes.fromhex(log_key), mirror_name,
                            bytes.fromhex(mirror_key))
        entries = entries_of(folder, size, used)
        levels = levels_of(entries)
        check_tiles(folder, size, levels, used)
        assert base64.b64encode(root_of(levels, size)).decode() == text.split("\n")[2], f"{folder}: another root"
        used.add(checkpoint)
        print(f"{folder.relative_to(top)} {size} {'+'.join(kinds)}")
    for kind in ("content", "blob"):
        for name in top.glob(f"{kind}/*"):
            assert sha256(name.read_bytes()).hex() == name.name, f"{name}: another hash"
            used.add(name)
    rest = [str(p) for p in top.rglob("*") if p.is_file() and p not in used]
    print("rest " + " ".join(sorted(str(Path(p).relative_to(top)) for p in rest)))


if __name__ == "__main__":
    main()
