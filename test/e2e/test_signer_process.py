"""The signer process: it signs what carries on from what it signed before, whatever happens in between."""
import base64
import hashlib
import os
import signal
import struct

import pytest
from nacl.signing import SigningKey, VerifyKey

from processes import Process, Record, encode, make_home
import socket

ACCORD = "11" * 16
OWN, OTHER = f"{ACCORD}/1/alba/1", f"{ACCORD}/1/borea/1"
MIRROR = f"{ACCORD}/alba/mirror"
SEEDS = {"log": b"l" * 32, "mirror": b"m" * 32, "tls": b"t" * 32}


def leaf(i):
    return hashlib.sha256(b"\0" + b"entry %d" % i).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves):
    """RFC 6962 section 2.1."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(root(leaves[:k]), root(leaves[k:]))


def proof(old, leaves, is_whole=True):
    """RFC 6962 section 2.1.2."""
    if old == len(leaves):
        return [] if is_whole else [root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return proof(old, leaves[:k], is_whole) + [root(leaves[k:])]
    return proof(old - k, leaves[k:], False) + [root(leaves[:k])]


def text(origin, leaves):
    return f"{origin}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n".encode()


def public(use):
    return bytes(SigningKey(SEEDS[use]).verify_key)


class Signer:
    def __init__(self, home):
        self.handshakes, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs.setblocking(False)
        self.home = home if home.exists() else make_home(home, SEEDS)
        self.child = Process("signer", "--home", self.home, other=theirs)
        theirs.close()

    def remember(self):
        self.child.tell("MEMORY", name=MIRROR)
        memory = self.child.next("REMEMBERS")
        marks = [line.split(" ") for line in memory["rest"].decode().splitlines()[:-1]]
        return bool(memory["number"] & 1), bool(memory["number"] & 2), {mark[0]: int(mark[1]) for mark in marks}

    def ask(self, kind, origin, leaves, old=0, **more):
        steps = b"".join(proof(old, leaves)) if 0 < old < len(leaves) else b""
        key = more.pop("key", public("log" if kind == "SIGN" else "mirror"))
        self.child.tell(kind, number=len(leaves), key=key, name=origin, text=text(origin, leaves), rest=steps, **more)
        answer = self.child.next("SIGNED" if kind == "SIGN" else "COSIGNED")
        assert answer["number"] == len(leaves) and answer["name"].decode() == origin
        return answer["err"], answer["rest"]

    def end(self):
        self.handshakes.close()
        return self.child.end()


@pytest.fixture
def signers(tmp_path):
    made = []

    def start():
        made.append(Signer(tmp_path / "home"))
        return made[-1]

    yield start
    for one in made:
        one.child.process.kill()
        one.child.process.wait()


LEAVES = [leaf(i) for i in range(100)]


def signature(line):
    name, encoded = line.decode().rstrip("\n").split(" ")[1:]
    return name, base64.b64decode(encoded)


def test_a_line_is_what_the_specification_says(signers):
    s = signers()
    assert s.remember() == (False, False, {})
    err, line = s.ask("SIGN", OWN, LEAVES[:3])
    assert err == "OK" and line.startswith("\u2014 ".encode())
    name, made = signature(line)
    key = SigningKey(SEEDS["log"]).verify_key
    assert name == OWN and made[:4] == hashlib.sha256(OWN.encode() + b"\n\x01" + bytes(key)).digest()[:4]
    key.verify(text(OWN, LEAVES[:3]), made[4:])
    err, line = s.ask("COSIGN", OTHER, LEAVES[:5], time=1_700_000_000)
    name, made = signature(line)
    key = SigningKey(SEEDS["mirror"]).verify_key
    assert name == MIRROR and struct.unpack(">Q", made[4:12])[0] == 1_700_000_000
    key.verify(b"cosignature/v1\ntime 1700000000\n" + text(OTHER, LEAVES[:5]), made[12:])
    assert s.end() == 0


def test_only_what_carries_on(signers):
    s = signers()
    s.remember()
    assert s.ask("SIGN", OWN, LEAVES[:10])[0] == "OK"
    assert s.ask("SIGN", OWN, LEAVES[:20], old=10)[0] == "OK"
    same = s.ask("SIGN", OWN, LEAVES[:20])
    assert same[0] == "OK" and same == s.ask("SIGN", OWN, LEAVES[:20])
    assert s.ask("SIGN", OWN, LEAVES[:19]) == ("REFUSED", b"")
    forked = LEAVES[:19] + [leaf(999)]
    assert s.ask("SIGN", OWN, forked) == ("FORK", b"")
    assert s.ask("SIGN", OWN, forked + LEAVES[:10], old=20) == ("REFUSED", b"")
    assert s.ask("SIGN", OWN, LEAVES[:30]) == ("REFUSED", b"")          # no proof
    assert s.ask("SIGN", OWN, LEAVES[:30], old=20)[0] == "OK"


def test_each_key_for_its_logs_alone(signers):
    s = signers()
    s.remember()
    assert s.ask("SIGN", OTHER, LEAVES[:3]) == ("REFUSED", b"")
    assert s.ask("COSIGN", OWN, LEAVES[:3]) == ("REFUSED", b"")
    assert s.ask("SIGN", OWN.replace("11", "22", 1), LEAVES[:3]) == ("REFUSED", b"")
    s.child.tell("SIGN", number=3, key=public("log"), name=OWN, text=text(OTHER, LEAVES[:3]))
    assert s.child.next("SIGNED")["err"] == "USAGE"


@pytest.mark.parametrize("how, is_certain", [("in order", True), ("kill -9", True)])
def test_nothing_is_forgotten(signers, how, is_certain):
    for size in range(1, 8):
        s = signers()
        has_memory, certain, marks = s.remember()
        assert has_memory == (size > 2) and (size <= 2 or certain == is_certain), "doubts last until the node has settled them"
        assert marks == ({} if size == 1 else {OWN: size - 1, OTHER: 2 * (size - 1)})
        if size == 2:
            s.child.tell("SETTLED")
        for kind, origin, mine in (("SIGN", OWN, size), ("COSIGN", OTHER, 2 * size)):
            old = marks.get(origin, 0)
            assert s.ask(kind, origin, LEAVES[:mine], old=old)[0] == "OK"
            assert s.ask(kind, origin, LEAVES[:mine - 1] + [leaf(555)])[0] == "FORK"
        if how == "in order":
            assert s.end() == 0
        else:
            s.child.process.send_signal(signal.SIGKILL)
            s.child.process.wait()


def test_a_damaged_memory_is_put_aside_and_is_none(signers):
    s = signers()
    s.remember()
    s.ask("SIGN", OWN, LEAVES[:5])
    assert s.end() == 0
    path = s.home / "signer" / "marks"
    content = bytearray(path.read_bytes())
    for slot in (0, 256 << 10):
        content[slot + 60] ^= 1
    path.write_bytes(content)
    s = signers()
    assert s.remember() == (False, False, {})
    assert (s.home / "signer" / "marks.damaged").exists()


def test_many_at_once_are_one_group(signers):
    s = signers()
    s.remember()
    origins = [f"{ACCORD}/{channel}/alba/1" for channel in range(1, 201)]
    s.child.pipe.sendall(b"".join(encode("SIGN", number=2, key=public("log"), name=o, text=text(o, LEAVES[:2])) for o in origins))
    for o in origins:
        assert s.child.next("SIGNED", name=o.encode())["err"] == "OK"
    assert s.end() == 0
    assert len(signers().remember()[2]) == 200


def handshake(s, message, number=9):
    s.handshakes.settimeout(5)
    s.handshakes.sendall(encode("TLS_SIGN", number=number, key=public("tls"), rest=message))
    return Record(s.handshakes.recv(4096)[4:])


def test_the_tls_key_signs_handshakes_alone(signers):
    s = signers()
    good = b" " * 64 + b"TLS 1.3, client CertificateVerify\0" + bytes(32)
    answer = handshake(s, good)
    assert answer["err"] == "OK" and answer["number"] == 9
    VerifyKey(bytes(SigningKey(SEEDS["tls"]).verify_key)).verify(good, answer["rest"])
    for bad in (b"", good[1:], good[:-1], good + b"x", good.replace(b"client", b"Client"), text(OWN, LEAVES[:3])):
        answer = handshake(s, bad)
        assert (answer["err"], answer["rest"]) == ("REFUSED", b"")


@pytest.mark.parametrize("said", [encode("SIGN", number=1, name=OWN, text=text(OWN, LEAVES[:1])), b"", b"\xff" * 4096],
                         ids=["what only core may ask", "nothing", "no record"])
def test_a_link_that_breaks_the_table_is_told_of(signers, said):
    """Once, however often it says so; and the keys go on with what is theirs."""
    s = signers()
    s.remember()
    for _ in range(20):
        s.handshakes.send(said)
    assert s.child.next("LINK_BROKEN") == {}
    assert s.ask("SIGN", OWN, LEAVES[:3])[0] == "OK"
    assert handshake(s, b" " * 64 + b"TLS 1.3, client CertificateVerify\0" + bytes(32))["err"] == "OK"
    assert s.end() == 0


@pytest.mark.parametrize("said", [
    encode("SIGN", number=1, name=OWN, text=text(OWN, LEAVES[:1])),            # before it knows who we are
    encode("TLS_SIGN", number=1, rest=b"x"),                                   # what only link may ask
    b"\xff\xff\xff\xff",
], ids=["sign first", "not core's", "no record"])
def test_a_core_that_breaks_the_table_is_left(signers, said):
    s = signers()
    s.child.pipe.sendall(said)
    assert s.child.process.wait(5) == 1


def test_keys_that_others_can_read_are_refused(signers, tmp_path):
    home = make_home(tmp_path / "home", SEEDS)
    os.chmod(home / "keys" / "mirror", 0o644)
    s = signers()
    assert s.child.process.wait(5) == 1
    assert b"can be read by others" in s.child.process.stderr.read()
