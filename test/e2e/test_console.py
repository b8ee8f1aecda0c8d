"""Browsers: an officer in a session of his browser, on a contained node; and whether it serves the page that was released."""
import http.client
import json
import os
import re
import socket
import subprocess
import sys

import cbor2
import nodes
import officers
import pytest

sys.path.insert(0, str(nodes.ROOT / "test/vectors"))
import make_sshsig  # noqa: E402

PAGE = {"index.html": "<!doctype html><title>entente</title>", "lib/app.js": "1;", "fonts/a.woff2": "font"}


class Browser:
    """What a page can ask, with the cookies that a browser keeps."""

    def __init__(self, port, name="kor.localhost"):
        self.host, self.port, self.cookie, self.word = f"{name}:{port}", port, None, None

    def ask(self, method, path, body=None, kind="application/cbor", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        said = {"Host": self.host, "Origin": f"http://{self.host}", "Sec-Fetch-Site": "same-origin"}
        if self.cookie:
            said |= {"Cookie": f"__Host-entente={self.cookie}", "Entente-Page": self.word or ""}
        if body is not None:
            said["Content-Type"] = kind
        connection.request(method, path, body, {**said, **{key.replace("_", "-"): value for key, value in headers.items()}})
        answer = connection.getresponse()
        raw = answer.read()
        found = re.match(r"__Host-entente=([0-9a-f]*);", answer.headers.get("Set-Cookie", ""))
        if found:
            self.cookie = found[1] or None
        connection.close()
        told = json.loads(raw) if answer.headers.get_content_type() == "application/json" else raw
        if method == "POST" and path == "/session" and answer.status == 200:
            self.word = told.get("page", self.word)
        return answer.status, told

    def sign_in(self, sign):
        """sign(text, namespace) gives an SSHSIG."""
        status, told = self.ask("POST", "/session")
        assert status == 200
        text = told["challenge"].encode()
        return self.ask("POST", "/session", cbor2.dumps([text, sign(text, told["namespace"].encode())]))


@pytest.fixture
def page(tmp_path, monkeypatch):
    folder = tmp_path / "page"
    for name, text in PAGE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setenv("ENTENTE_CONSOLE_DIR", str(folder))
    return folder


@pytest.fixture
def world(stage, page):
    return stage.world(has_consoles=True)


def statement(node, key, kind, **more):
    seen = node.get("/seen", channel="share")
    told = [(row["party"], row["epoch"], row["size"]) for row in seen["seen"]]
    return officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "watch", kind, rel=("kor", "usa"), seen=told,
                              **more)


def test_an_officer_in_his_browser(world):
    kor, usa = world["kor"], world["usa"]
    browser, key = Browser(world.consoles["kor"]), kor.key("watch")
    assert browser.ask("GET", "/")[1].startswith(b"<!doctype html>")
    assert browser.ask("GET", "/status")[0] == 401
    status, told = browser.sign_in(key.sign)
    assert status == 200 and told["party"] == "kor" and "token" not in told and browser.cookie
    assert browser.ask("GET", "/status")[1]["console"]["files"] == len(PAGE)
    assert browser.ask("POST", "/backup?to=x")[0] == 403

    # What the other side said is read, and whether that is allowed is asked first.
    place = usa.say("send", "share", "Line 2 is tested at noon.", "--to", "kor/watch", "--label", "U", key="watch")["place"]
    kor.wait("it has come", lambda: (kor.find("/entry", place=place) or {}).get("folded"))
    owed = browser.ask("GET", "/owed")[1]["messages"]
    assert [row["place"] for row in owed if any(one.get("owed", {}).get("ours") for one in row["ladders"])] == [place]
    entry = kor.entry(place)
    refers = [(entry["channel"], "usa", entry["epoch"], entry["index"], bytes.fromhex(entry["leaf"]))]
    early = statement(kor, key, officers.PRESENTED, refers=refers)
    assert browser.ask("POST", "/may", cbor2.dumps([[early, [], b""]]))[1][0]["rule"] == "STEP"
    read = statement(kor, key, officers.WATCH_READ, refers=refers)
    assert browser.ask("POST", "/may", cbor2.dumps([[read, [], b""]]))[1] == [{"err": "OK"}]
    body = cbor2.dumps([officers.item(read, [key])])
    assert browser.ask("POST", "/statements", body, Origin="http://evil.example")[1]["rule"] == "ORIGIN"
    assert browser.ask("POST", "/statements", body, kind="text/plain")[1]["rule"] == "CONTENT_TYPE"
    first, again = (browser.ask("POST", "/statements", body)[1][0] for _ in range(2))
    assert not first["repeat"] and again == {**first, "repeat": True}
    usa.await_step(place, "WATCH READ")
    assert browser.ask("GET", "/search?words=line%20NOON")[1]["messages"][0]["place"] == place

    for officer in ([], ["--key", kor.keys / "watch"]):
        assert [row["place"] for row in json.loads(kor.run("inbox", "share", "--find", "noon LINE", "--json", *officer).stdout)] == [place]
        assert json.loads(kor.run("inbox", "--find", "midnight", "--json", *officer).stdout) == []
    kor.run("inbox", "share", "--find", " ", code=2)

    # Nothing of it outlives the node's run, and the node is contained with its door open.
    assert "NOT CONTAINED" not in kor.run("status").stdout and f"kor.localhost:{world.consoles['kor']}" in kor.run("status").stdout
    kor.stop()
    kor.start()
    assert browser.ask("GET", "/session")[1]["rule"] == "SESSION" and browser.cookie is None


def test_a_relief_ends_the_browsers_of_who_goes(stage, page):
    """At the node, whether or not a page of his is open."""
    world = stage.world(has_consoles=True, officers_of={"kor": {"watch": ["watch"], "second": ["watch"]}, "usa": {"watch": ["watch"]}})
    kor = world["kor"]
    goes, comes, desk = (Browser(world.consoles["kor"]) for _ in range(3))
    for browser, name in ((goes, "watch"), (comes, "second"), (desk, "watch")):
        assert browser.sign_in(kor.key(name).sign)[0] == 200
    kor.run("relief", "offer", "watch", "--label", "U", key="watch")
    assert goes.ask("GET", "/session")[0] == 200
    kor.run("relief", "accept", "watch", key="second")
    for browser in (goes, desk):
        assert browser.ask("GET", "/session")[1]["rule"] == "SESSION"
    assert comes.ask("GET", "/session")[0] == 200
    assert goes.sign_in(kor.key("watch").sign)[0] == 200 and goes.ask("GET", "/session")[0] == 200


def test_a_token_of_the_browser(world):
    """A passkey's signatures, as a browser makes them, once its key is enrolled like any other."""
    kor = world["kor"]
    line = kor.keys / "token.pub"
    line.write_bytes(b"sk-ecdsa-sha2-nistp256@openssh.com " + make_sshsig.base64.b64encode(
        make_sshsig.public(make_sshsig.SK_EC)) + b"\n")

    def sign(text, namespace, **more):
        challenge = make_sshsig.url64(make_sshsig.signed(namespace, text))
        blob = make_sshsig.browser(challenge=challenge, origin=b"http://kor.localhost:7480", **more)
        return blob.replace(make_sshsig.string(make_sshsig.NAMESPACE), make_sshsig.string(namespace))

    browser = Browser(world.consoles["kor"])
    assert browser.sign_in(sign)[1]["rule"] == "KEY"
    kor.run("keys", "--add", line, "--roles", "watch", "--holder", "7", "--label", "U", "--key", kor.keys / "registrar")
    assert browser.sign_in(lambda text, namespace: sign(text, namespace, flags=0))[1]["rule"] == "SIGNATURE"
    assert browser.sign_in(lambda text, namespace: sign(text, b"entente-statement-v1"))[1]["rule"] == "SIGNATURE"
    assert browser.sign_in(lambda text, namespace: sign(text + b" ", namespace))[1]["rule"] == "SIGNATURE"
    status, told = browser.sign_in(sign)
    assert status == 200 and told["holder"] == 7
    place = world["usa"].say("send", "share", "A test.", "--to", "kor/watch", "--label", "U", key="watch")["place"]
    kor.wait("it has come", lambda: (kor.find("/entry", place=place) or {}).get("folded"))
    entry = kor.entry(place)
    refers = [(entry["channel"], "usa", entry["epoch"], entry["index"], bytes.fromhex(entry["leaf"]))]
    read = statement(kor, None, officers.WATCH_READ, refers=refers)
    item = [read, [sign(read, officers.NAMESPACE)], b""]
    assert browser.ask("POST", "/statements", cbor2.dumps([item]))[1][0]["err"] == "OK"
    kor.await_step(place, "WATCH READ")


def test_a_taken_port_stops_no_node(stage, page):
    world = stage.world(has_consoles=True, is_started=False)
    with socket.create_server(("127.0.0.1", world.consoles["kor"])):
        world["kor"].start()
        assert not world["kor"].status()["console"]["open"]
        assert "CONSOLE NOT OPEN" in world["kor"].run("status", code=5).stdout
        rows = json.loads(world["kor"].run("doctor", "--json", code=1).stdout)
        assert any(row["check"] == "console" and row["finding"] == "BAD" for row in rows)


def loopback_6():
    """A socket for ::1; None where the machine has no such address."""
    made = socket.socket(socket.AF_INET6)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("::1", 0))
    except OSError:
        return None
    made.close()
    made = socket.socket(socket.AF_INET6)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


def test_nobody_stands_at_the_other_loopback(stage, page):
    """A browser asks ::1 first for a name below localhost: who stood there would be the console's origin."""
    world = stage.world(has_consoles=True, is_started=False)
    kor, other = world["kor"], loopback_6()
    port = world.consoles["kor"]
    if other is None:  # then nobody can stand there
        kor.start()
        assert kor.status()["console"]["open"]
        return
    with other:
        other.bind(("::1", port))
        other.listen()
        kor.start()
        assert not kor.status()["console"]["open"]
        kor.stop()
    with loopback_6() as other:
        kor.start()
        assert kor.status()["console"]["open"]
        with pytest.raises(OSError):
            other.bind(("::1", port))
        with pytest.raises(ConnectionRefusedError):
            other.connect(("::1", port))


def test_verify(world, page, tmp_path):
    url, port = f"http://kor.localhost:{world.consoles['kor']}/", nodes.free_ports(1)[0]
    manifest, key, other = tmp_path / "MANIFEST", officers.Key(tmp_path / "release"), officers.Key(tmp_path / "other")
    manifest.write_text(nodes.run("console", "manifest").stdout)
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", manifest], cwd=page, check=True)
    assert "4 files" in nodes.run("console", "verify", url).stdout
    assert "파일" in nodes.run("console", "verify", url, env=nodes.KOREAN).stdout
    assert json.loads(nodes.run("console", "verify", url, "--json", "--manifest", manifest).stdout) == {
        "url": url, "files": 4, "same": True, "wrong": []}

    # Signed by whom it must be.
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key.path, "-n", "entente-console-v1", manifest], check=True,
                   capture_output=True)
    signers = tmp_path / "signers"
    signed = ["console", "verify", url, "--manifest", manifest, "--signature", f"{manifest}.sig", "--allowed-signers", signers]
    line = open(f"{key.path}.pub").read()
    for text, code in ((f"release@entente {line}", 0), (f'a,b namespaces="entente-console-v1" {line}', 0),
                       (f'a namespaces="file" {line}', 6), (f"# {line}", 6), ("", 6),
                       (f'a valid-before="20200101" {line}', 6), ("a " + open(f"{other.path}.pub").read(), 6)):
        signers.write_text(text)
        nodes.run(*signed, code=code)
    signers.write_text(f"a {line}")
    nodes.run(*signed[:-2], code=2)
    nodes.run(*signed, "--signature", manifest, code=6)
    longer = tmp_path / "longer"
    longer.write_text(manifest.read_text() + f"{'0' * 64}  more.js\n")
    assert "no signature" in nodes.run(*signed, "--manifest", longer, code=6).stderr

    # As a release signs it.
    subprocess.run([nodes.ROOT / "packaging/sign_console.sh", nodes.BINARY, page, key.path], check=True, capture_output=True)
    signers.write_text(f"release {line}")
    nodes.run("console", "verify", url, "--manifest", f"{page}.manifest", "--signature", f"{page}.manifest.sig", "--allowed-signers", signers)
    assert subprocess.run([nodes.ROOT / "packaging/sign_console.sh", nodes.BINARY, page, ""], capture_output=True, check=False).returncode == 2

    # Another page, a file that is not there, no manifest, nobody.
    done = nodes.run("console", "verify", url, "--manifest", longer, code=6)
    assert "NOT THERE" in done.stdout and "more.js" in done.stdout
    (page / "lib/app.js").write_text("2;")
    done = nodes.run("console", "verify", url, code=6)
    assert "DIFFERS" in done.stdout and "lib/app.js" in done.stdout and "index.html" not in done.stdout
    assert json.loads(nodes.run("console", "verify", url, "--json", code=6).stdout)["wrong"] == [
        {"name": "lib/app.js", "why": "DIFFERS"}]
    nodes.run("console", "verify", url, "--manifest", page / "index.html", code=2)
    nodes.run("console", "verify", url, "--manifest", tmp_path / "none", code=3)
    nodes.run("console", "verify", "kor.localhost", code=2)
    nodes.run("console", "verify", f"http://kor.localhost:{port}/", code=1)


def test_an_installed_console_is_of_one_version(tmp_path):
    for version in ("0123456789abcdef", "fedcba9876543210"):
        built = tmp_path / version
        (built / version).mkdir(parents=True)
        (built / version / "main.js").write_text("1;")
        (built / "index.html").write_text(version)
        subprocess.run([nodes.ROOT / "packaging/install_console.sh", built, "share/console", "enabled"], check=True,
                       env={**os.environ, "MESON_INSTALL_DESTDIR_PREFIX": str(tmp_path / "to")})
    installed = tmp_path / "to/share/console"
    assert {str(file.relative_to(installed)) for file in installed.rglob("*") if file.is_file()} == {
        "index.html", "fedcba9876543210/main.js"}
