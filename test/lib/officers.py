"""Officers in Python: keys, statements and SSHSIG made without our C, for plays that need many of them quickly.

A statement is made as docs/spec/entry.md has it; a key is an ordinary OpenSSH Ed25519 file, so that the same
officer can also use the command line.
"""
import base64
import hashlib
import os
import struct
import subprocess
import time

import cbor2
import nacl.bindings

NAMESPACE = b"entente-statement-v1"
FLASH, IMMEDIATE, PRIORITY, ROUTINE = range(4)
KEYS, DIGEST, MESSAGE, WATCH_READ, READ_BACK, MARK, PRESENTED, REPLY = 1, 5, 8, 9, 10, 11, 12, 13
START, PROPOSE, CONCUR, WITHDRAW, CONFIRM = 48, 57, 58, 59, 60


def encode(value):
    return cbor2.dumps(value, canonical=True)


def ssh_string(raw):
    return struct.pack(">I", len(raw)) + raw


def take_string(raw, at):
    length = struct.unpack_from(">I", raw, at)[0]
    return raw[at + 4:at + 4 + length], at + 4 + length


class Key:
    """An Ed25519 key in an OpenSSH file without passphrase."""

    def __init__(self, path):
        self.path = str(path)
        if not os.path.exists(self.path):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", self.path], check=True)
        with open(self.path) as file:
            raw = base64.b64decode("".join(file.read().split("\n")[1:-2]))
        at = len(b"openssh-key-v1\0")
        for _ in range(3):
            _, at = take_string(raw, at)
        self.wire, at = take_string(raw, at + 4)
        secret, _ = take_string(raw, at)
        at = 8
        for _ in range(2):
            _, at = take_string(secret, at)
        self.secret, _ = take_string(secret, at)

    @property
    def fingerprint(self):
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.wire).digest()).decode().rstrip("=")

    def sign(self, message, namespace=NAMESPACE):
        tail = ssh_string(namespace) + ssh_string(b"") + ssh_string(b"sha512")
        signed = b"SSHSIG" + tail + ssh_string(hashlib.sha512(message).digest())
        signature = nacl.bindings.crypto_sign(signed, self.secret)[:64]
        blob = ssh_string(b"ssh-ed25519") + ssh_string(signature)
        return b"SSHSIG" + struct.pack(">I", 1) + ssh_string(self.wire) + tail + ssh_string(blob)


def content(text, language="en", **more):
    return encode({1: os.urandom(16), 2: language, 4: [[text]], **more})


def statement(accord, channel, party, role, kind=MESSAGE, *, rel, seen=(), to=(), refers=(), precedence=None,
              form=None, fields=None, body=b"", sealing=0, level="U", statement_id=None, claimed=None, instance=None,
              blobs=()):
    """The exact bytes. `to`: (party, role, 0 or 1) each; `refers`: places; `body`: the content's bytes."""
    claimed = claimed or int(time.time() * 1000)
    value = {1: 1, 2: accord, 3: channel, 4: statement_id or claimed.to_bytes(6, "big") + os.urandom(10), 5: kind, 6: [party, role],
             7: claimed, 8: [list(one) for one in sorted(seen)],
             11: [level, [["rel", sorted(name.upper() for name in rel)]]]}
    if to:
        value[9] = [list(one) for one in sorted(to)]
    if precedence is not None:
        value[10] = precedence
    if refers:
        value[12] = [list(place) for place in refers]
    if form:
        value[13] = list(form)
    if fields:
        value[14] = fields
    if instance:
        value[16] = list(instance)
    if body:
        value[15] = [hashlib.sha256(body).digest(), len(body), sealing]
    if blobs:
        value[18] = [list(one) for one in blobs]
    return encode(value)


def item(raw, keys, body=b""):
    """One element of a POST /statements."""
    return [raw, [key.sign(raw) for key in keys], body]
