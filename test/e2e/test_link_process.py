"""The link process among strangers: who is let in, what ends a connection and by which limit, what goes first.

This side plays core for two links (and a peer that does not play by the rules); keys are real, signers are real.
"""
import random
import resource
import socket
import ssl
import struct
import subprocess
import time

import cbor2
import pytest
from nacl.signing import SigningKey

from nodes import Relay, free_ports, wait_for
from processes import ADVANCE, ATTACHMENT, BATCH, HELLO, PART, Pair, frame

ALBA, BOREA = 0, 1
MIB = 1 << 20


def seeds(name):
    numbers = random.Random(name)
    return {use: numbers.randbytes(32) for use in ("log", "mirror", "tls")}


def public(seed):
    return bytes(SigningKey(seed).verify_key)


class Line:
    """Alba listens, borea calls, by as many paths as there are ports."""

    def __init__(self, folder, ports, alba_pins=None, borea_pins=None, borea_ports=None, is_first_called=True):
        self.seeds = {"alba": seeds("alba"), "borea": seeds("borea")}
        self.keys = {name: public(own["tls"]) for name, own in self.seeds.items()}
        self.ports = ports
        self.alba = Pair(folder / "alba", self.seeds["alba"])
        self.borea = Pair(folder / "borea", self.seeds["borea"])
        names = [f"path{i}" for i in range(len(ports))]
        self.alba.run(listens=[(name, f"127.0.0.1:{port}") for name, port in zip(names, ports)],
                      pins=[(BOREA, key) for key in (alba_pins or [self.keys["borea"]])],
                      paths=[(BOREA, i, name, name) for i, name in enumerate(names)])
        self.borea.run(pins=[(ALBA, key) for key in (borea_pins or [self.keys["alba"]])],
                       paths=[(ALBA, i, names[i], f"127.0.0.1:{port}") for i, port in enumerate(borea_ports or ports)
                              if i > 0 or is_first_called])

    def greet(self, path=0, patience=10.0):
        """Both say HELLO on this path, as core does when it comes up."""
        up = self.alba.link.next("PATH_UP", peer=BOREA, path=path, patience=patience)
        self.alba.link.tell("SEND", peer=BOREA, path=path, urgency=1, rest=frame(HELLO, b"alba"))
        self.borea.link.next("PATH_UP", peer=ALBA, path=path, patience=patience)
        # On a busy machine borea called before alba listened: that it came to nothing then is no end of this line.
        self.borea.link.seen = [one for one in self.borea.link.seen if (one.kind, one.get("path")) != ("PATH_DOWN", path)]
        self.borea.link.tell("SEND", peer=ALBA, path=path, urgency=1, rest=frame(HELLO, b"borea"))
        assert self.alba.link.next("RECEIVED", path=path)["rest"] == frame(HELLO, b"borea")
        assert self.borea.link.next("RECEIVED", path=path)["rest"] == frame(HELLO, b"alba")
        return up

    def passes(self, path, text):
        self.alba.link.tell("SEND", peer=BOREA, path=path, urgency=2, number=7, rest=frame(BATCH, text))
        assert self.borea.link.next("RECEIVED", peer=ALBA, path=path)["rest"] == frame(BATCH, text)
        assert self.alba.link.next("SENT", peer=BOREA, path=path)["number"] == 7

    def end(self):
        return self.alba.end() + self.borea.end()


@pytest.fixture
def lines(tmp_path):
    made = []

    def make(paths=1, **more):
        made.append(Line(tmp_path / f"line{len(made)}", free_ports(paths), **more))
        return made[-1]

    yield make
    for line in made:
        line.end()


@pytest.fixture(scope="module")
def credentials(tmp_path_factory):
    """A certificate and key for TLS by another library: (file, raw public key)."""
    folder = tmp_path_factory.mktemp("tls")

    def make(name):
        key, cert, both = folder / f"{name}.key", folder / f"{name}.crt", folder / f"{name}.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
        subprocess.run(["openssl", "req", "-new", "-x509", "-key", key, "-subj", "/CN=x", "-days", "2", "-out", cert],
                       check=True)
        both.write_text(key.read_text() + cert.read_text())
        der = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True,
                             capture_output=True).stdout
        return both, der[-32:]

    return make


def connection(port, source="127.0.0.1", receive_len=None):
    plain = socket.socket()
    if receive_len:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_len)
    plain.settimeout(20)
    plain.bind((source, 0))
    try:
        plain.connect(("127.0.0.1", port))
        return plain
    except ConnectionRefusedError:
        plain.close()
        return None


def tls_client(credential, port, source="127.0.0.1", receive_len=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(credential)
    plain = wait_for("the link listens", lambda: connection(port, source, receive_len))
    return context.wrap_socket(plain)


def test_two_paths_at_once_and_everything_ends_in_order(lines):
    line = lines(2)
    up = line.greet(0)
    line.greet(1)
    assert up["name"] in (b"X25519", b"X25519MLKEM768") and up["text"].startswith(b"127.0.0.1:")
    for path in (0, 1):
        line.passes(path, b"x" * 100)
    line.passes(0, b"y" * (MIB - 1))
    line.alba.link.tell("CLOSE", peer=BOREA, path=0, err="ACCORD_DIFFERS", name="hello")
    assert line.alba.link.next("PATH_DOWN", path=0)["err"] == "ACCORD_DIFFERS"
    assert line.borea.link.next("PATH_DOWN", path=0)["err"] == "DOWN"
    line.passes(1, b"the other path goes on")
    line.greet(0)
    assert line.end() == (0, 0, 0, 0)


@pytest.mark.parametrize("where", ["at the one who is called", "at the caller"])
def test_an_unpinned_key_is_named_on_both_sides(lines, where):
    other = public(seeds("cima")["tls"])
    line = lines(1, **({"alba_pins": [other]} if where == "at the one who is called" else {"borea_pins": [other]}))
    named = "borea" if where == "at the one who is called" else "alba"
    side = line.alba if where == "at the one who is called" else line.borea
    refused = side.link.next("REFUSED", err="NOT_PINNED")
    assert refused["key"] == line.keys[named] and refused["number"] >= 1
    line.borea.link.next("PATH_DOWN", err="NOT_PINNED")
    assert not line.alba.link.has("PATH_UP") and not line.borea.link.has("PATH_UP")


def test_a_path_is_tried_until_somebody_listens(tmp_path, lines):
    port, later = free_ports(2)
    line = Line(tmp_path / "late", [later], borea_ports=[port])
    assert line.borea.link.next("PATH_DOWN")["err"] == "DOWN"
    time.sleep(1)
    # An attempt that fails as the one before is no news.
    line.borea.link.read(0)
    assert not line.borea.link.has("PATH_DOWN")
    late = Pair(tmp_path / "late-alba", line.seeds["alba"])
    late.run(listens=[("path0", f"127.0.0.1:{port}")], pins=[(BOREA, line.keys["borea"])],
             paths=[(BOREA, 0, "path0", "path0")])
    late.link.next("PATH_UP", patience=5)
    late.end()
    line.end()


def test_who_comes_again_replaces_himself(lines, credentials):
    credential, key = credentials("again")
    line = lines(1, alba_pins=[key], is_first_called=False)
    first = tls_client(credential, line.ports[0])
    line.alba.link.next("PATH_UP")
    second = tls_client(credential, line.ports[0])
    line.alba.link.next("PATH_DOWN", err="EXISTS")
    line.alba.link.next("PATH_UP")
    assert first.recv(1) == b""
    second.sendall(frame(HELLO, b"x"))
    line.alba.link.next("RECEIVED")
    first.close()
    second.close()


def part(urgency, left, piece):
    return frame(PART, cbor2.dumps([urgency, left, piece]))


BROKEN = {
    "over 1 MiB": (frame(HELLO) + struct.pack(">IB", MIB + 1, BATCH), "FRAME", b"FRAME_LEN_MAX"),
    "of length 0": (frame(HELLO) + struct.pack(">I", 0), "FRAME", b""),
    "of an unknown kind": (frame(HELLO) + frame(99), "FRAME", b""),
    "no HELLO first": (frame(BATCH, b"x"), "FRAME", b""),
    "a part before HELLO": (frame(PART, bytes.fromhex("830300") + b"\x41x"), "FRAME", b""),
    "a part that is none": (frame(HELLO) + frame(PART, b"\x80"), "FRAME", b""),
    "a part that carries on nothing": (frame(HELLO) + part(3, 0, b"x"), "FRAME", b""),
    "a part of a frame of another length": (frame(HELLO) + part(3, 2000, frame(BATCH, bytes(2000))[:1024]), "FRAME", b""),
    "a part of a HELLO": (frame(HELLO) + part(3, 2000 - 1019, frame(HELLO, bytes(2000))[:1024]), "FRAME", b""),
    "a part of a part": (frame(HELLO) + part(3, 2000 - 1019, frame(PART, bytes(2000))[:1024]), "FRAME", b""),
    "parts that do not follow": (frame(HELLO) + part(3, 3000 - 1019, frame(BATCH, bytes(3000))[:1024]) +
                                 part(3, 100, bytes(1024)), "FRAME", b""),
    "a short part before the last": (frame(HELLO) + part(3, 2000 - 1018, frame(BATCH, bytes(2000))[:1023]), "FRAME", b""),
    "a PING that is none": (frame(HELLO) + frame(8, b"\xff"), "FRAME", b""),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_bad_frame_closes_its_path_alone(tmp_path, credentials, why):
    credential, key = credentials("bad")
    line = Line(tmp_path / "line", free_ports(2), alba_pins=[key, public(seeds("borea")["tls"])], is_first_called=False)
    line.greet(1)
    sent, err, name = BROKEN[why]
    bad = tls_client(credential, line.ports[0])
    bad.sendall(sent)
    down = line.alba.link.next("PATH_DOWN", path=0, err=err)
    assert down["name"] == name
    assert bad.recv(1) == b""
    bad.close()
    line.passes(1, b"the other path does not notice")
    line.end()


def test_parts_of_several_urgencies_are_put_together(lines, credentials):
    """Two frames cut by another hand, one between the parts of the other, and a whole one between them."""
    credential, key = credentials("parts")
    line = lines(1, alba_pins=[key], is_first_called=False)
    wait_for("the link listens", lambda: connection(line.ports[0]))
    peer = tls_client(credential, line.ports[0])
    batch, flash, whole = frame(BATCH, b"b" * 5000), frame(ADVANCE, b"a" * 1100), frame(ATTACHMENT, b"whole")
    peer.sendall(frame(HELLO, b"x") + part(4, 5005 - 2000, batch[:2000]) + part(1, 1105 - 1024, flash[:1024]) + whole +
                 part(1, 0, flash[1024:]) + part(4, 0, batch[2000:]))
    got = [line.alba.link.next("RECEIVED")["rest"] for _ in range(4)]
    assert got == [frame(HELLO, b"x"), whole, flash, batch]
    peer.close()


def test_a_flash_waits_for_one_part_on_a_thin_line(tmp_path):
    """A batch of 512 KiB takes half a minute on this line: the FLASH that comes meanwhile takes less than a second."""
    port, = free_ports(1)
    relay = Relay(to=port, buffer=2048)
    line = Line(tmp_path / "line", [port], borea_ports=[relay.port])
    try:
        line.greet()
        relay.bytes_per_s = 16384
        batch = random.Random(1).randbytes(512 << 10)
        line.borea.link.tell("SEND", peer=ALBA, path=0, urgency=4, number=1, rest=frame(BATCH, batch))

        def before_a_flash():
            """Bytes that pass from saying a FLASH to its arrival."""
            flash, passed = frame(ADVANCE, bytes(400)), relay.passed
            line.borea.link.tell("SEND", peer=ALBA, path=0, urgency=1, number=2, rest=flash)
            assert line.alba.link.next("RECEIVED", peer=BOREA, patience=30)["rest"] == flash
            return relay.passed - passed

        # A part, what the relay's sockets hold, and what it has taken and not given on. Until the line is known to be thin
        # it is given more, of which even the first FLASH waits for a tenth of the batch at most.
        assert before_a_flash() < 64 << 10
        wait_for("the line is known to be thin", lambda: before_a_flash() < 8 << 10, 10)
        assert max(before_a_flash() for _ in range(3)) < 12 << 10
        relay.bytes_per_s = 0
        assert line.alba.link.next("RECEIVED", peer=BOREA, patience=30)["rest"] == frame(BATCH, batch)
    finally:
        line.end()
        relay.close()


def test_slow_drip_half_open_and_silence_end_by_their_limits(lines, credentials):
    """All of them at once, because each takes as long as its limit."""
    credential, key = credentials("slow")
    line = lines(1, alba_pins=[key], is_first_called=False)
    port = line.ports[0]
    begun = time.monotonic()
    quiet = wait_for("the link listens", lambda: connection(port))             # says nothing
    dripping = connection(port)                                                 # noise, byte by byte
    cut = connection(port)                                                      # half of a ClientHello
    cut.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40))
    no_hello = tls_client(credential, port)                                     # TLS, and then a HELLO that drips
    line.alba.link.next("PATH_UP")
    hello, ended = frame(HELLO, bytes(100)), {}
    while len(ended) < 4 and time.monotonic() - begun < 14:
        line.alba.link.read(0.2)
        for name, one in (("quiet", quiet), ("dripping", dripping), ("cut", cut)):
            one.settimeout(0)
            try:
                if name == "dripping" and name not in ended:
                    one.send(b"\x16")
                if one.recv(1) == b"":
                    ended.setdefault(name, time.monotonic() - begun)
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                ended.setdefault(name, time.monotonic() - begun)
        try:
            no_hello.send(hello[:1])
            hello = hello[1:]
        except OSError:
            pass
        if line.alba.link.has("PATH_DOWN"):
            ended.setdefault("no hello", time.monotonic() - begun)
    # A stray byte is no TLS record and ends that one at once; the others have all of their time and no more.
    assert set(ended) == {"quiet", "dripping", "cut", "no hello"}, ended
    assert all(9 <= ended[name] <= 12.5 for name in ("quiet", "cut", "no hello")), ended
    assert line.alba.link.next("PATH_DOWN")["name"] == b"LINK_HANDSHAKE_MS_MAX"
    assert line.alba.link.next("REFUSED", err="TIMEOUT", name=b"LINK_HANDSHAKE_MS_MAX")["text"] == b"127.0.0.1"
    # A peer that is there and never answers a PING.
    mute = tls_client(credential, port)
    mute.sendall(frame(HELLO, b"x"))
    line.alba.link.next("RECEIVED")
    heard = time.monotonic()
    assert line.alba.link.next("PATH_DOWN", patience=20)["name"] == b"LINK_SILENCE_MS_MAX"
    assert 14 <= time.monotonic() - heard <= 17.5
    for one in (quiet, dripping, cut, no_hello, mute):
        one.close()


def test_pings_measure_the_line(lines):
    line = lines(1)
    line.greet()
    for side in (line.alba, line.borea):
        assert 0 < side.link.next("MEASURED", patience=8)["number"] < 1_000_000


def connect_many(port, source, count):
    """As many as will be had: the link throws them out as they come."""
    made = []
    for _ in range(count):
        one = socket.socket()
        try:
            one.settimeout(2)
            one.bind((source, 0))
            one.connect(("127.0.0.1", port))
            made.append(one)
        except OSError:
            one.close()
        if len(made) > 400:
            made.pop(0).close()
    return made


def test_ten_thousand_strangers_keep_nobody_out(lines):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    try:
        line = lines(1)
        line.greet()
        before = line.alba.link.rss_kib()
        crowd = connect_many(line.ports[0], "127.0.0.2", 5000)
        line.passes(0, b"who is known stays")
        crowd += connect_many(line.ports[0], "127.0.0.1", 5000)
        line.passes(0, b"and goes on")
        # He who is known and was away gets in again, from the very host that the crowd comes from.
        line.alba.link.tell("CLOSE", peer=BOREA, path=0, err="DOWN")
        line.borea.link.next("PATH_DOWN")
        line.alba.link.next("PATH_DOWN")
        line.greet(patience=10)
        line.passes(0, b"and comes back")
        refused = line.alba.link.next("REFUSED", err="LIMIT")
        assert refused["name"] == b"LINK_STRANGERS_MAX"
        assert line.alba.link.rss_kib() - before < 24 * 1024
        for one in crowd:
            one.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_flash_overtakes_what_the_line_has_not_taken(lines, credentials):
    """A peer behind a thin line reads slowly: 3 MiB of attachment wait, and the FLASH is among the next frames."""
    credential, key = credentials("thin")
    line = lines(1, alba_pins=[key], is_first_called=False)
    peer = tls_client(credential, line.ports[0], receive_len=4096)
    line.alba.link.next("PATH_UP")
    line.alba.link.tell("SEND", peer=BOREA, path=0, urgency=1, rest=frame(HELLO, b"alba"))
    peer.sendall(frame(HELLO, b"x"))
    line.alba.link.next("RECEIVED")
    count = 192
    for tag in range(1, count + 1):
        line.alba.link.tell("SEND", peer=BOREA, path=0, urgency=5, number=tag, rest=frame(ATTACHMENT, bytes(16000)))
    time.sleep(0.3)
    line.alba.link.read(0)
    sent = sum(one.kind == "SENT" for one in line.alba.link.seen)
    assert 0 < sent < count / 2
    line.alba.link.tell("SEND", peer=BOREA, path=0, urgency=1, number=1000, rest=frame(ADVANCE, b"flash"))
    got, attachments, flash_after = b"", 0, None
    while attachments < count:
        part = peer.recv(65536)
        assert part
        got += part
        while len(got) >= 4 and len(got) >= 4 + int.from_bytes(got[:4], "big"):
            kind, length = got[4], int.from_bytes(got[:4], "big")
            left = cbor2.loads(got[5:4 + length])[1] if kind == PART else 0
            attachments += kind == ATTACHMENT or (kind == PART and left == 0)
            if kind == ADVANCE:
                flash_after = attachments
            got = got[4 + length:]
        line.alba.link.read(0)
    # Behind what the socket had taken, what TLS had (one frame over LINK_UNSENT_LEN_MAX), and the one under way.
    assert flash_after <= sent + 3, (flash_after, sent)
    line.alba.link.next("SENT", number=count)
    peer.close()


def test_a_reader_that_stops_bounds_what_is_kept(lines):
    """Core does not read: the link stops reading from the peer, and its memory stays where it was."""
    line = lines(1)
    line.greet()
    sent = 0

    def send():
        nonlocal sent
        sent += 1
        line.borea.link.tell("SEND", peer=ALBA, path=0, urgency=4, number=sent, rest=frame(BATCH, bytes(500_000)))

    while sent < 5:
        send()
        line.borea.link.next("SENT", number=sent)
    while not line.borea.link.has("PATH_DOWN"):
        assert sent < 100
        send()
        line.borea.link.read(0)
    # What alba's core did not take is in bounded hands: its link's pipe, the two sockets, borea's queue, whose
    # limit is then named.
    assert line.borea.link.next("PATH_DOWN")["name"] == b"LINK_QUEUE_LEN_MAX"
    assert line.alba.link.rss_kib() < 40 * 1024
    line.alba.link.next("PATH_DOWN")
    received = sum(one.kind == "RECEIVED" for one in line.alba.link.seen)
    assert 5 <= received <= sent


@pytest.mark.parametrize("why, said", [
    ("what only link says", struct.pack(">IBBBQ", 11, 10, 0, 0, 1)),
    ("nothing that there is", struct.pack(">IB", 1, 77)),
    ("a length that there is not", b"\xff\xff\xff\xff"),
    ("RUN twice", struct.pack(">IBQ", 9, 4, 0) * 2),
])
def test_a_core_that_breaks_the_table_is_left(lines, why, said):
    line = lines(1)
    line.greet()
    line.alba.link.pipe.sendall(said)
    assert line.alba.link.process.wait(5) == 1
    assert line.borea.link.next("PATH_DOWN")["err"] == "DOWN"
