"""Hostile lines into a real node: each ends by a limit that is named, the other path does not notice, memory is bounded."""
import os
import socket
import ssl
import struct
import time

import nodes
import peer
import pytest
from processes import HELLO, frame

MIB = 1 << 20
GROWTH_KIB_MAX = 32 * 1024


@pytest.fixture
def two_paths(stage):
    """USA's node comes by north alone; south's door is open for whoever else comes."""
    dead = stage.relay()
    dead.cut()
    world = stage.world(is_started=False, paths=("north", "south"), through={("usa", "south"): dead.port})
    for node in world.nodes.values():
        node.start()
    for node in world.nodes.values():
        node.await_link()
    return world


def flash(node, text, within=5.0):
    """Its STATION RECEIPT comes, whatever else happens; how long it took."""
    begun = time.monotonic()
    place = node.release("send", "notify-urgent", text, "--to", "usa/watch", "--precedence", "FLASH", "--label", "U")
    node.await_step(place, "STATION RECEIPT", within)
    return time.monotonic() - begun


def connected(port, source="127.0.0.1"):
    plain = socket.socket()
    plain.settimeout(20)
    plain.bind((source, 0))
    plain.connect(("127.0.0.1", port))
    return plain


def test_ten_thousand_connections(two_paths):
    """From many hosts to both doors, none of which says who it is."""
    kor = two_paths["kor"]
    flash(kor, "Before.")
    before, since, crowd, came = kor.pss_kib(), kor.paths()["north"]["since_ms"], [], 0
    for number in range(10_000):
        port = two_paths.ports["kor", "usa", "south" if number % 2 else "north"]
        one = socket.socket()
        one.settimeout(2)
        try:
            one.bind((f"127.0.{number % 40}.{2 + number % 7}", 0))
            one.connect(("127.0.0.1", port))
            crowd.append(one)
            came += 1
        except OSError:
            one.close()
        if len(crowd) > 400:
            crowd.pop(0).close()
        if number % 2500 == 1249:
            flash(kor, f"Among {number}.")
    assert came > 9_500
    assert kor.pss_kib() - before < GROWTH_KIB_MAX
    assert kor.paths()["north"]["up"] and kor.paths()["north"]["since_ms"] == since, "who is known stays"
    kor.wait("the limit is named", lambda: "LINK_STRANGERS_MAX" in kor.words())
    for one in crowd:
        one.close()
    kor.wait("who is known and was away comes in", lambda: flash(kor, "After."))
    assert set(kor.processes()) == {"core", "link", "signer", "starter"} and kor.pss_kib() - before < GROWTH_KIB_MAX


def test_slow_drip_and_half_open(two_paths):
    kor = two_paths["kor"]
    port, before, begun = two_paths.ports["kor", "usa", "south"], kor.pss_kib(), time.monotonic()
    quiet, half, drip = (connected(port) for _ in range(3))
    half.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40))
    hello = peer.tls_as(two_paths, "usa", port)
    text, ended = frame(HELLO, bytes(4000)), {}
    # A handshake of another library, a byte at a time: whole it would be welcome.
    opening = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(400)
    while len(ended) < 4 and time.monotonic() - begun < 15:
        for name, one in (("quiet", quiet), ("half", half), ("drip", drip), ("hello", hello)):
            one.settimeout(0)
            try:
                if name == "drip" and name not in ended:
                    opening = opening[one.send(opening[:1]):]
                if name == "hello" and name not in ended:
                    text = text[one.send(text[:1]):]
                if one.recv(1) == b"":
                    ended.setdefault(name, time.monotonic() - begun)
            except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
                pass
            except OSError:
                ended.setdefault(name, time.monotonic() - begun)
        time.sleep(0.05)
    assert set(ended) == {"quiet", "half", "drip", "hello"} and all(9 <= at <= 13 for at in ended.values()), ended
    kor.wait("the limit is named", lambda: "LINK_HANDSHAKE_MS_MAX" in kor.words())
    shown = kor.run("status", code=0)
    assert re_path(shown.stdout, "south") and "LINK_HANDSHAKE_MS_MAX" in re_path(shown.stdout, "south")
    korean = re_path(kor.run("status", env=nodes.KOREAN).stdout, "south")
    assert "LINK_HANDSHAKE_MS_MAX" in korean and "it took" not in korean
    assert flash(kor, "The other path does not notice.") < 5 and kor.pss_kib() - before < GROWTH_KIB_MAX
    for one in (quiet, half, drip, hello):
        one.close()


def re_path(text, name):
    """The line of a path in `entente status`."""
    return next((line for line in text.splitlines() if line.split()[:1] == [name]), "")


@pytest.mark.parametrize("tail", ["a length over the limit", "a megabyte that never ends"])
def test_a_frame_that_is_too_long(two_paths, tail):
    """By who has USA's own key: the path that it came by closes, USA's true path goes on."""
    kor = two_paths["kor"]
    flash(kor, "Before.")
    before, since = kor.pss_kib(), kor.paths()["north"]["since_ms"]
    for _ in range(20):
        one = peer.tls_as(two_paths, "usa", two_paths.ports["kor", "usa", "south"])
        try:
            if tail.startswith("a length"):
                one.sendall(struct.pack(">IB", MIB + 1, HELLO))
            else:
                one.sendall(struct.pack(">IB", 0xffffffff, HELLO) + bytes(MIB))
        except OSError:
            pass  # it has closed already
        assert peer.is_closed(one), "the path is closed"
        one.close()
    line = kor.wait("the limit is named", lambda: next((text for text in [re_path(kor.run("status").stdout, "south")]
                                                        if "FRAME_LEN_MAX" in text), None))
    assert "a frame breaks the format" in line
    assert "프레임" in re_path(kor.run("status", env=nodes.KOREAN).stdout, "south")
    assert kor.paths()["north"]["up"] and kor.paths()["north"]["since_ms"] == since
    assert flash(kor, "After.") < 5 and kor.pss_kib() - before < GROWTH_KIB_MAX
