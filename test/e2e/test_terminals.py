"""Terminals on the network: TLS in a process of its own, which lets nobody's word through whose device is not known; and behind it the
same officer's session as on the machine itself."""
import http.client
import json
import os
import signal
import socket
import ssl
import time

import cbor2
import devices
import nodes
import pytest

NAME = "desk.kor.localhost"  # which is this machine, without a name server
PAGE = "<!doctype html><title>entente</title>"


class Terminal:
    def __init__(self, port, server, device=None):
        self.context = ssl.create_default_context(cafile=str(server))
        if device is not None:
            self.context.load_cert_chain(device)
        self.port, self.cookie, self.word = port, None, ""

    def connect(self):
        return self.context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=10), server_hostname=NAME)

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPSConnection(NAME, self.port)
        connection.sock = self.connect()
        host = f"{NAME}:{self.port}"
        said = {"Host": host, "Origin": f"https://{host}", "Sec-Fetch-Site": "same-origin", "Content-Type": "application/cbor"}
        if self.cookie:
            said |= {"Cookie": self.cookie, "Entente-Page": self.word}
        connection.request(method, path, body, {**said, **headers})
        answer = connection.getresponse()
        raw = answer.read()
        self.cookie = (answer.headers.get("Set-Cookie") or self.cookie or "").split(";")[0] or None
        connection.close()
        told = json.loads(raw) if answer.headers.get_content_type() == "application/json" else raw
        if method == "POST" and path == "/session" and answer.status == 200:
            self.word = told.get("page", self.word)
        return answer.status, told

    def sign_in(self, sign):
        _, told = self.ask("POST", "/session")
        text = told["challenge"].encode()
        return self.ask("POST", "/session", cbor2.dumps([text, sign(text, told["namespace"].encode())]))


@pytest.fixture
def place(stage, tmp_path, monkeypatch):
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text(PAGE)
    (page / "large.txt").write_text("0123456789abcdef" * 100_000)
    monkeypatch.setenv("ENTENTE_CONSOLE_DIR", str(page))
    world = stage.world(is_started=False)
    kor, port = world["kor"], nodes.free_ports(1)[0]
    server = devices.certificate(tmp_path, NAME, "-addext", f"subjectAltName=DNS:{NAME}")
    known, strange = devices.certificate(tmp_path, "desk-1"), devices.certificate(tmp_path, "desk-2")
    devices.serve(kor, port, NAME, server, {"desk-1": known})
    world.start()
    kor.await_link()
    return world, kor, port, server, known, strange


def refused(terminal):
    """Nothing comes back: TLS ends before HTTP is heard."""
    try:
        with terminal.connect() as line:
            line.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}:{terminal.port}\r\n\r\n".encode())
            return line.recv(100)
    except (ssl.SSLError, ConnectionError) as why:
        return str(why)


def test_a_device_first_then_an_officer(place):
    world, kor, port, server, known, strange = place
    # No certificate, and one that is not known: neither page nor word.
    assert "CERTIFICATE_REQUIRED" in refused(Terminal(port, server)).upper().replace(" ", "_")
    assert "alert" in refused(Terminal(port, server, strange)).lower()
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in plain.recv(100)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        old = Terminal(port, server, known)
        old.context.maximum_version = ssl.TLSVersion.TLSv1_2
        old.connect()
    # The device that is known: the page, the same doors as on the machine, and nobody without a session.
    desk = Terminal(port, server, known)
    assert desk.ask("GET", "/") == (200, PAGE.encode())
    assert desk.ask("GET", "/large.txt")[1] == (b"0123456789abcdef" * 100_000)
    assert desk.ask("GET", "/status")[1]["rule"] == "SESSION"
    assert desk.ask("GET", "/", Host=f"evil.example:{port}")[1]["rule"] == "HOST"
    assert desk.ask("GET", "/", Host=f"kor.localhost:{port}")[1]["rule"] == "HOST"
    assert desk.ask("POST", "/session", Origin=f"http://{NAME}:{port}")[1]["rule"] == "ORIGIN"
    status, told = desk.sign_in(kor.key("watch").sign)
    assert status == 200 and told["party"] == "kor" and desk.cookie.startswith("__Host-entente=")
    assert desk.ask("POST", "/backup?to=x")[0] == 403, "nobody is the owner"
    told = desk.ask("GET", "/status")[1]
    assert told["terminals"] == {"url": f"https://{NAME}:{port}/", "open": True}
    assert f"https://{NAME}:{port}/" in kor.run("status").stdout and f"https://{NAME}:{port}/" in kor.run("status", env=nodes.KOREAN).stdout
    # The stream comes as it is said.
    line = desk.connect()
    line.sendall(f"GET /events HTTP/1.1\r\nHost: {NAME}:{port}\r\nCookie: {desk.cookie}\r\nEntente-Page: {desk.word}\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode())
    heard = b""
    while b"hello" not in heard:
        heard += line.recv(65536)
    place = kor.say("send", "share", "Heard at once.", "--language", "en", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    until = time.monotonic() + 10
    while place.encode() not in heard:
        heard += line.recv(65536)
        assert time.monotonic() < until, heard
    line.close()


def test_the_page_is_verified_through_the_devices_door(place, tmp_path):
    _, kor, port, server, known, strange = place
    url, pin = f"https://{NAME}:{port}/", devices.device_line(server, "x").split()[0]
    verify = ["console", "verify", url, "--device", known]
    assert "3 files" in nodes.run(*verify, "--pin", pin).stdout
    manifest = tmp_path / "MANIFEST"
    manifest.write_text(nodes.run("console", "manifest").stdout.replace("index.html", "other.html"))
    assert "NOT THERE" in nodes.run(*verify, "--pin", pin, "--manifest", manifest, code=6).stdout
    # Another server's key, a device that is not known, no device, no key, no certificate.
    assert pin in nodes.run(*verify, "--pin", "0" * 64, code=6).stderr
    assert "does not know this device" in nodes.run("console", "verify", url, "--device", strange, "--pin", pin, code=4).stderr
    for words in (["--pin", pin], ["--device", known], ["--device", known, "--pin", "12"]):
        assert "--device" in nodes.run("console", "verify", url, *words, code=2).stderr
    nodes.run("console", "verify", url, "--device", manifest, "--pin", pin, code=2)
    nodes.run("console", "verify", url, "--device", tmp_path / "none", "--pin", pin, code=3)
    nodes.run("console", "verify", f"https://{NAME}:{nodes.free_ports(1)[0]}/", "--device", known, "--pin", pin, code=1)
    nodes.run("console", "verify", url.replace("https", "http"), code=1)


def page_on(line, port):
    """On a connection that stands already."""
    line.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}:{port}\r\nSec-Fetch-Site: same-origin\r\n\r\n".encode())
    heard = piece = line.recv(65536)
    while piece and PAGE.encode() not in heard:
        heard += (piece := line.recv(65536))
    return PAGE.encode() in heard


def test_whoever_fills_the_door_is_let_go_and_it_begins_anew(place):
    _, kor, port, server, known, _ = place
    desk = Terminal(port, server, known)
    line = desk.connect()
    assert page_on(line, port)
    # More than there are places for, none of whom proves himself: the oldest leave for one who does, and nobody who did.
    begun = time.monotonic()
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(300)]
    assert desk.ask("GET", "/")[0] == 200 and time.monotonic() - begun < 5
    assert page_on(line, port)
    line.close()
    # And whoever says nothing has five seconds.
    idle[-1].settimeout(10)
    assert idle[-1].recv(1) == b""
    for one in idle:
        one.close()
    # The process is ended, as by a fault that a stranger found: another follows, and the node knows nothing of it.
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit() and is_ours(int(name), kor)]
    child = max(pids, key=lambda pid: os.stat(f"/proc/{pid}").st_mtime)
    assert "Seccomp:\t2" in open(f"/proc/{child}/status").read()
    os.kill(child, signal.SIGSEGV)
    def is_back():
        try:
            return desk.ask("GET", "/")[0] == 200
        except OSError:
            return False
    nodes.wait_for(lambda: "the door is open again", is_back)
    kor.stop()
    assert not [pid for pid in pids if os.path.exists(f"/proc/{pid}") and is_ours(pid, kor)]


def is_ours(pid, node):
    try:
        words = open(f"/proc/{pid}/cmdline").read().split("\0")
        return "terminals" in words and str(node.home) in words
    except OSError:
        return False


def test_what_is_wrong_is_said_and_stops_no_node(place):
    _, kor, port, server, known, _ = place
    kor.stop()
    (kor.home / "devices").write_text("no hash\n")
    kor.start()
    nodes.wait_for(lambda: "it is not open", lambda: not kor.status()["terminals"]["open"])
    assert "devices" in kor.words() and "TERMINALS NOT OPEN" in kor.run("status", code=None).stdout
    found = json.loads(kor.run("doctor", "--json", code=None).stdout)
    assert [row["finding"] for row in found if row["check"] == "terminals"] == ["BAD"]
    with pytest.raises(OSError):
        Terminal(port, server, known).ask("GET", "/")
    kor.stop()
    settings = kor.home / "settings"
    text = settings.read_text()
    for line, why in ((f"terminals-name = {NAME}\n", "terminals and terminals-name"), ("terminals-name = EVIL/\n", "a host name is")):
        settings.write_text(text.replace(f"terminals-name = {NAME}\n", "" if line.endswith(f"{NAME}\n") else line))
        assert why in kor.run("serve", code=1).stderr
    settings.write_text(text)
