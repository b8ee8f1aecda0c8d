#!/usr/bin/python3
"""C2SP's age vectors against `entente open`: judge_age.py VECTORS-FOLDER; $ENTENTE is the program.

A vector says whether a file opens, with which secret, and what comes out. We are stricter than age in one thing
(docs/spec/seal.md section 5): a file with a stanza of a kind that we do not know is refused. Armour and passphrases are
not for us.
"""
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

ENTENTE = os.environ["ENTENTE"]
STANZA = re.compile(rb"^-> (\S*)", re.M)
KINDS = {b"X25519", b"mlkem768x25519"}


def read(path):
    head, body = path.read_bytes().split(b"\n\n", 1)
    rows = [line.split(": ", 1) for line in head.decode().splitlines()]
    if dict(rows).get("compressed") == "zlib":
        body = zlib.decompress(body)
    return {name: value for name, value in rows if name != "identity"}, [v for n, v in rows if n == "identity"], body


def judge(head, secrets, body, folder):
    """What is wrong with our verdict, or None."""
    (folder / "secrets").write_text("\n".join(secrets) + "\n")
    (folder / "file").write_bytes(body)
    out = folder / "out"
    out.unlink(missing_ok=True)
    done = subprocess.run([ENTENTE, "open", folder / "file", "--identity", folder / "secrets", "--to", out], capture_output=True,
                          text=True, timeout=60)
    if done.returncode < 0 or done.returncode == 1:
        return f"ended with {done.returncode}: {done.stderr}"
    kinds = set(STANZA.findall(body.split(b"\n---", 1)[0]))
    must_open = head["expect"] == "success" and kinds <= KINDS and len(kinds) == 1
    if must_open != (done.returncode == 0):
        return f"expect {head['expect']}, kinds {kinds}, ended with {done.returncode}: {done.stderr}"
    if must_open and hashlib.sha256(out.read_bytes()).hexdigest() != head["payload"]:
        return "another text"
    return None if must_open or not out.exists() else "something of it was written"


def main():
    counts = {"open": 0, "refused": 0, "left out": 0, "other kinds": 0}
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(Path(sys.argv[1]).iterdir()):
            head, secrets, body = read(path)
            if "armored" in head or "passphrase" in head or not secrets:
                counts["left out"] += 1
                continue
            why = judge(head, secrets, body, Path(folder))
            if why:
                wrong.append(f"{path.name}: {why}")
                continue
            counts["refused" if head["expect"] != "success" else "open"] += 1
    print("age vectors: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    print("\n".join(wrong))
    return 1 if wrong or counts["open"] < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
