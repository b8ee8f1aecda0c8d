"""The link and the signer by themselves: this side plays core (and, where it must, a peer) and speaks their records.

docs/ARCHITECTURE.md and src/link/pipe.h have the table; it is written here a second time on purpose.
"""
import contextlib
import fcntl
import os
import re
import select
import socket
import struct
import subprocess
import threading
import time
from pathlib import Path

from nacl.signing import SigningKey
from nodes import BINARY, ROOT, Failed

PATIENCE_S = 10.0

KINDS = {
    "LISTEN": "nt", "PIN": "pk", "PATH": "phint", "RUN": "i", "SEND": "phuir", "CLOSE": "phen",
    "PATH_UP": "phiknt", "PATH_DOWN": "phen", "RECEIVED": "phr", "SENT": "phi", "MEASURED": "phi", "REFUSED": "eiknt",
    "TLS_SHOW": "ik", "TLS_SHOWN": "eir", "TLS_SIGN": "ikr", "TLS_SIGNED": "eir",
    "MEMORY": "n", "REMEMBERS": "itr", "SIGN": "ikntr", "COSIGN": "iwkntr", "SIGNED": "einr", "COSIGNED": "einr",
    "LINK_CONTAINED": "i", "SIGNER_CONTAINED": "i",
    "DOOR": "it", "SHUT": "", "START": "", "END": "", "OPEN": "i", "OPENED": "eit",
    "WRITE": "phir", "READ": "phr", "SETTLED": "", "LINK_BROKEN": "", "OWN": "k", "UNPIN": "pk",
    "LINK_ALIVE": "", "SIGNER_ALIVE": "", "WARD": "",
}
NUMBERS = {name: number for number, name in enumerate(KINDS, 1)}
NAMES = dict(enumerate(KINDS, 1))
FIELDS = {"p": "peer", "h": "path", "u": "urgency", "e": "err", "i": "number", "w": "time", "k": "key", "n": "name",
          "t": "text", "r": "rest"}
# The processes of one build alone speak with each other: these numbers are nobody else's.
ERRORS = re.findall(r"^\tX\((\w+), ", (ROOT / "src/base/err.h").read_text(), re.M)


def as_bytes(value):
    return value.encode() if isinstance(value, str) else value


def encode(kind, **given):
    out = bytes([NUMBERS[kind]])
    for letter in KINDS[kind]:
        value = given.pop(FIELDS[letter], b"" if letter in "ntr" else bytes(32) if letter == "k" else 0)
        if letter in "phue":
            out += bytes([ERRORS.index(value) if isinstance(value, str) else value])
        elif letter in "iw":
            out += struct.pack(">Q", value)
        elif letter == "n":
            out += bytes([len(as_bytes(value))]) + as_bytes(value)
        elif letter == "t":
            out += struct.pack(">H", len(as_bytes(value))) + as_bytes(value)
        else:
            out += as_bytes(value)
    assert not given, f"{kind} has no {list(given)}"
    return struct.pack(">I", len(out)) + out


class Record(dict):
    def __init__(self, body):
        self.kind = NAMES[body[0]]
        at = 1
        for letter in KINDS[self.kind]:
            if letter in "phue":
                value, at = body[at], at + 1
            elif letter in "iw":
                value, at = struct.unpack_from(">Q", body, at)[0], at + 8
            elif letter == "k":
                value, at = body[at:at + 32], at + 32
            elif letter in "nt":
                digits = 1 if letter == "n" else 2
                length = int.from_bytes(body[at:at + digits], "big")
                value, at = body[at + digits:at + digits + length], at + digits + length
            else:
                value, at = body[at:], len(body)
            self[FIELDS[letter]] = ERRORS[value] if letter == "e" else value
        assert at == len(body)

    def __repr__(self):
        return f"{self.kind} {dict(self)}"


def frame(kind, payload=b""):
    return struct.pack(">IB", len(payload) + 1, kind) + payload


HELLO, BATCH, ADVANCE, ATTACHMENT, PING, PART = 1, 3, 5, 7, 8, 10


LISTENERS_MAX, PATHS_MAX = 8, 8


class Doors:
    """Makes a link's sockets, as the starter does."""

    def __init__(self):
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.theirs.setblocking(False)
        self.addresses = {}
        threading.Thread(target=self.run, daemon=True).start()

    def make(self, number):
        host, _, port = self.addresses[number].rpartition(":")
        one = socket.socket()
        one.setblocking(False)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if number < LISTENERS_MAX:
            one.bind((host, int(port)))
            one.listen(1024)
        else:
            with contextlib.suppress(BlockingIOError):
                one.connect((host, int(port)))
        return one

    def run(self):
        while question := self.ours.recv(4096):
            number = Record(question[4:])["number"]
            try:
                one = self.make(number)
            except OSError as why:
                self.ours.send(encode("OPENED", number=number, err="IO", text=why.strerror))
            else:
                socket.send_fds(self.ours, [encode("OPENED", number=number)], [one.fileno()])
                one.close()
        self.ours.close()


class Process:
    """One child with its pipe to us, as core has it."""

    def __init__(self, *arguments, other=None, doors=None):
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)
        core = fcntl.fcntl(theirs, fcntl.F_DUPFD_CLOEXEC, 20)
        other = fcntl.fcntl(other if other is not None else theirs, fcntl.F_DUPFD_CLOEXEC, 20)
        starter = fcntl.fcntl(doors.theirs if doors else theirs, fcntl.F_DUPFD_CLOEXEC, 20)

        def place():
            os.dup2(core, 3)
            os.dup2(other, 4)
            os.dup2(starter, 5)

        self.process = subprocess.Popen([str(BINARY), *map(str, arguments)], preexec_fn=place, close_fds=False,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        theirs.close()
        for one in (core, other, starter):
            os.close(one)
        if doors:
            doors.theirs.close()
        self.pipe, self.got, self.seen, self.is_over = ours, b"", [], False

    def tell(self, kind, **given):
        self.pipe.sendall(encode(kind, **given))

    def read(self, seconds):
        """Reads what comes within so long, once; True if something did."""
        if self.is_over or not select.select([self.pipe], [], [], max(0, seconds))[0]:
            return False
        try:
            part = self.pipe.recv(1 << 20)
        except ConnectionError:
            part = b""
        if not part:
            self.is_over = True
            return False
        self.got += part
        at = 0
        while len(self.got) - at >= 4:
            length = int.from_bytes(self.got[at:at + 4], "big")
            if len(self.got) - at - 4 < length:
                break
            self.seen.append(Record(self.got[at + 4:at + 4 + length]))
            at += 4 + length
        self.got = self.got[at:]
        return True

    def next(self, kind, patience=PATIENCE_S, **wanted):
        """Takes the first record of this kind with these values out of what has come or comes; others stay."""
        until = time.monotonic() + patience
        while True:
            for at, one in enumerate(self.seen):
                if one.kind == kind and all(one[name] == value for name, value in wanted.items()):
                    return self.seen.pop(at)
            if self.is_over or time.monotonic() > until:
                raise Failed(f"no {kind} {wanted} within {patience:g} s; seen {self.seen[-20:]}")
            self.read(min(0.05, until - time.monotonic()))

    def has(self, kind, **wanted):
        return any(one.kind == kind and all(one[name] == value for name, value in wanted.items()) for one in self.seen)

    def rss_kib(self):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise Failed("the process is gone")

    def end(self):
        """Closes our end; its exit status."""
        self.pipe.close()
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            self.process.kill()
            self.process.stderr.close()


def make_home(path, seeds):
    """A home with node keys alone: {"log": 32 bytes, ...}."""
    (path / "keys").mkdir(parents=True)
    for name, seed in seeds.items():
        (path / "keys" / name).write_text(seed.hex() + "\n")
        (path / "keys" / name).chmod(0o600)
    return path


class Pair:
    """A signer and the link that asks it."""

    def __init__(self, home, seeds):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, theirs):
            end.setblocking(False)
        self.home = home if home.exists() else make_home(home, seeds)
        self.signer = Process("signer", "--home", self.home, other=theirs)
        self.doors = Doors()
        self.link = Process("link", other=ours, doors=self.doors)
        ours.close()
        theirs.close()

    def run(self, listens=(), pins=(), paths=(), only_post_quantum=False):
        for index, (name, address) in enumerate(listens):
            self.doors.addresses[index] = address
            self.link.tell("LISTEN", name=name, text=address)
        self.link.tell("OWN", key=bytes(SigningKey(bytes.fromhex((self.home / "keys/tls").read_text())).verify_key))
        for peer, key in pins:
            self.link.tell("PIN", peer=peer, key=key)
        for peer, path, name, way in paths:
            is_listen = ":" not in way
            if not is_listen:
                self.doors.addresses[LISTENERS_MAX + peer * PATHS_MAX + path] = way
            self.link.tell("PATH", peer=peer, path=path, number=int(is_listen), name=name, text=way)
        self.link.tell("RUN", number=int(only_post_quantum))

    def end(self):
        return self.link.end(), self.signer.end()
