"""The three processes of a node: started, restarted, ended; and what keeps them from starting."""
import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import nodes
import pytest


def test_only_one_process_runs_a_home(pair):
    done = nodes.run("serve", home=pair["kor"].home, code=1)
    assert "runs already" in done.stderr and "entente status" in done.stderr
    pair["kor"].await_link()


def test_the_link_is_started_again(pair):
    kor, usa = pair["kor"], pair["usa"]
    first = kor.processes()["link"]
    kor.kill("link")
    usa.wait("the path went down", lambda: "path kor/north is down" in usa.words())
    place = kor.say("send", "notify", "Said while it was away.", "--to", "usa/watch", "--label", "U", key="watch",
                    code=None)["place"]
    kor.await_link(patience=5)
    kor.await_step(place, "STATION RECEIPT")
    assert kor.processes()["link"] != first and kor.process.poll() is None


def test_what_core_alone_needs_is_loaded_by_core_alone(pair):
    """The library of HTTP, and GnuTLS that comes with it: who meets strangers and who holds keys is without them."""
    loaded = {name: {Path(line.split()[5]).name for line in Path(f"/proc/{pid}/maps").read_text().splitlines()
                     if ".so" in line}
              for name, pid in pair["kor"].processes().items()}
    foreign = {name: sorted(file for file in files if file.startswith(("libmicrohttpd", "libgnutls", "libp11-kit")))
               for name, files in loaded.items()}
    assert set(loaded) == {"core", "starter", "signer", "link"} and foreign.pop("core")
    assert not any(foreign.values()), foreign


def test_a_process_that_starts_is_not_said_to_be_uncontained(pair):
    """Nobody is alarmed by a link that has just been started; nor is it said to be held before it has said so."""
    kor = pair["kor"]
    starter = kor.processes()["starter"]
    os.kill(starter, signal.SIGSTOP)
    try:
        kor.kill("link")
        shown = kor.wait("link starts", lambda: [line for line in kor.run("status", code=None).stdout.splitlines()
                                                 if line.split()[:2] == ["link", "STARTING"]])
        assert len(shown) == 1 and "NOT CONTAINED" not in kor.run("status", code=None).stdout
        rows = json.loads(kor.run("doctor", "--json", code=None).stdout)
        assert [row["finding"] for row in rows if row["check"] == "sandbox"].count("WARN") == 1
    finally:
        os.kill(starter, signal.SIGCONT)
    kor.wait("it is contained", lambda: "link           CONTAINED" in kor.run("status", code=None).stdout)


def first_status(node):
    """What the node says of itself to whoever asked before its first turn, as soon as there is a socket."""
    request = b"GET /status HTTP/1.1\r\nHost: entente\r\nConnection: close\r\n\r\n"
    while node.process.poll() is None:
        with socket.socket(socket.AF_UNIX) as line, contextlib.suppress(OSError):
            line.connect(str(node.home / "socket"))
            line.sendall(request)
            return json.loads(b"".join(iter(lambda: line.recv(1 << 16), b"")).split(b"\r\n\r\n", 1)[1])
    raise AssertionError(node.words())


def test_a_start_serves_before_it_looks_through_the_record(pair):
    """What can wait for a quiet moment waits for it. A busy machine may have one before it runs us: one start of some is enough."""
    kor = pair["kor"]
    for _ in range(10):
        kor.process.kill()
        kor.end()
        kor.start(wait=False)
        if first_status(kor)["scrub"]["started_ms"] == 0:
            break
    else:
        raise AssertionError("each start looked through the record first")
    kor.wait("the record is looked through", lambda: kor.status()["scrub"]["started_ms"] > 0)


def test_without_its_signer_the_node_stops(pair):
    kor = pair["kor"]
    kor.kill("signer")
    assert kor.end() == 1
    assert "the signer is gone" in kor.words()
    kor.start().await_link()
    pair.await_receipts()
    assert not kor.status()["recovering"]


def children(node):
    return {name: pid for name, pid in node.processes().items() if name != "core"}


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nobody_outlives_core(pair, how):
    kor = pair["kor"]
    others = children(kor)
    assert set(others) == {"link", "signer", "starter"}
    kor.process.send_signal(how)
    assert kor.end() == (0 if how != signal.SIGKILL else -9)
    nodes.wait_for("link and signer are gone", lambda: all(is_gone(pid) for pid in others.values()))
    marks = (kor.home / "signer/marks").read_bytes()
    states = {marks[at + 36:at + 200].split(b"\n")[0].split(b" ")[-1] for at in (0, 256 << 10)}
    assert b"closed" in states, states
    kor.start().await_link()


def test_signals_to_all_processes_end_in_order(pair):
    """As a terminal and a service manager send them."""
    kor = pair["kor"]
    for pid in [*children(kor).values(), kor.process.pid]:
        os.kill(pid, signal.SIGTERM)
    assert kor.end() == 0
    assert "the node ends" in kor.words() and "signer is gone" not in kor.words()


@pytest.mark.parametrize("old, new, says, code", [
    ("party = ", "party = ATLANTIS ; ", ["settings, line 2", "node.party"], 1),
    ("party = kor", "party = atlantis", ["no such party"], 1),
    ("[path usa/", "[path atlantis/", ["atlantis", "no such party"], 1),
    ("accord = ", "accord = f", ["line 3", "node.accord"], 1),
    ("[listen]", "[listens]", ["listens", "no such section"], 1),
])
def test_wrong_settings_name_their_place(stage, old, new, says, code):
    kor = stage.world(is_started=False)["kor"]
    path = kor.home / "settings"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    done = nodes.run("serve", home=kor.home, code=code)
    assert all(word in done.stderr for word in says), done.stderr


def test_what_is_missing_is_named(stage, tmp_path):
    done = nodes.run("serve", home=tmp_path / "nowhere", code=3)
    assert "entente init" in done.stderr
    kor = stage.world(is_started=False)["kor"]
    (kor.home / "keys/log").rename(kor.home / "keys/log.away")
    kor.start(wait=False)
    assert kor.end() == 1
    assert "keys/log" in kor.words()
    (kor.home / "keys/log.away").rename(kor.home / "keys/log")
    kor.start()


def test_keys_of_another_do_not_sign_for_it(stage):
    """Notes by a key that the accord has not are read by nobody: the node says so before it makes one."""
    world = stage.world(is_started=False)
    kor = world["kor"]
    for name in ("log", "mirror"):
        whose = kor.home / "keys" / name
        own = whose.read_bytes()
        whose.write_bytes((world.keys("usa") / name).read_bytes())
        done = nodes.run("serve", home=kor.home, code=4)
        assert f"keys/{name} is not the key that the accord has for KOR" in done.stderr and "next: " in done.stderr
        whose.write_bytes(own)
    kor.start()


def test_a_home_may_be_named_from_where_one_is(stage):
    """A contained process cannot ask where it is."""
    kor = stage.world(is_started=False)["kor"]
    kor.start(preexec=lambda: os.chdir(kor.home.parent), arguments=["--home", kor.home.name])
    kor.run("verify")
    kor.run("export", "--backup", kor.home.parent / "backup")
    assert kor.process.poll() is None


def test_an_idle_node_rests(pair):
    """What it costs to wait: processor time of all three over some seconds."""
    ticks = os.sysconf("SC_CLK_TCK")

    def used(node):
        total = 0
        for pid in node.processes().values():
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / ticks

    pair.await_receipts()
    time.sleep(0.5)
    before, begun = used(pair["kor"]), time.monotonic()
    time.sleep(3)
    assert (used(pair["kor"]) - before) / (time.monotonic() - begun) < 0.02


def test_a_line_on_which_nothing_is_said_is_heard(pair):
    """Its PINGs are answered: nobody reads that a line which is up was heard an hour ago."""
    kor = pair["kor"]
    pair.await_receipts()
    before = kor.paths()["north"]["heard_ms"]
    kor.wait("it is heard again", lambda: kor.paths()["north"]["heard_ms"] > before + 1000)


def test_children_cannot_be_started_by_hand(tmp_path):
    """Without their pipes they end at once and say so by their status."""
    for name in ("link", "signer"):
        done = subprocess.run([nodes.BINARY, name, "--home", tmp_path], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=10)
        assert done.returncode != 0
