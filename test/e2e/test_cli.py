"""The command line: exit codes, wrong usage, and sentences that name the next command."""
import base64
import functools
import os
import re
import subprocess
import sys

import devices
import nodes
import pytest

sys.path.insert(0, str(nodes.ROOT / "test/vectors"))
import agents  # noqa: E402
import make_sshsig  # noqa: E402


def commands():
    """What `entente --help` lists."""
    lines = nodes.run("--help").stdout.splitlines()
    return [line.split()[0] for line in lines if re.match(r"  [a-z]", line)]


LISTED = ["init", "accord", "keys", "serve", "send", "inbox", "read", "ack", "readback", "correct", "wrong", "present",
          "reply", "decline", "defer", "query", "negative", "ladder", "watch", "status", "log", "verify", "export",
          "bundle", "restore", "doctor"]


def test_every_command_is_listed_and_helps():
    assert set(LISTED) <= set(commands())
    for name in commands():
        done = nodes.run(name, "--help")
        assert done.stdout.startswith("usage: entente ") and "--json" in done.stdout and done.stderr == ""
        korean = nodes.run(name, "--help", env={"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko"})
        assert korean.stdout


@pytest.mark.parametrize("arguments, says", [
    ([], "usage"),
    (["sned"], "entente --help"),
    (["send"], "entente send"),
    (["send", "--nonsense"], "entente send --help"),
    (["ack"], "entente ack --help"),
    (["ladder", "one", "two"], "entente ladder --help"),
    (["accord", "sing", "x"], "entente accord --help"),
    (["init", "keys"], "entente init keys"),
    (["init", "home"], "entente init home"),
    (["bundle", "wrote", "x"], "write"),
])
def test_wrong_usage(arguments, says):
    done = nodes.run(*arguments, code=2)
    assert says in done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [["status"], ["inbox"], ["ladder", "KOR/LEADER 1.1"], ["watch", "--timeout", "1s"], ["log"]])
def test_no_node_runs(tmp_path, arguments):
    (tmp_path / "settings").touch()
    done = nodes.run(*arguments, home=tmp_path, code=1)
    assert f"entente serve --home {tmp_path}" in done.stderr


def test_missing_files(tmp_path):
    assert "entente init --help" in nodes.run("serve", home=tmp_path, code=3).stderr
    nodes.run("accord", "check", tmp_path / "none", code=3)
    done = nodes.run("init", "keys", "kor", "--to", tmp_path / "keys")
    assert "keys" in done.stdout
    again = nodes.run("init", "keys", "kor", "--to", tmp_path / "keys", code=4)
    assert "nothing is written over" in again.stderr


@pytest.mark.parametrize("options, code, says", [
    (["--keys", "kor"], 4, "not the key that the accord has for USA"),
    (["--registrar", "kor/registrar"], 4, "not the registrar's key"),
    (["--officer", "wacht=usa/watch.pub"], 3, "no post wacht"),
    (["--officer", "watch=usa/none.pub"], 3, "none.pub"),
    (["--label", "ZZZ"], 4, "ZZZ"),
    (["--label", ""], 2, "--label"),
    (["--listen", "north=nowhere"], 2, "listen.north"),
    (["--path", "kor/north=listen:nobody"], 2, "no such [listen] line"),
    (["--path", "jpn/north=connect:192.0.2.7:7400"], 3, "jpn"),
    (["--home", "h" * 101], 4, "at most"),
])
def test_a_home_is_made_whole_or_not_at_all(stage, options, code, says):
    """What its node could not run with, or would keep for good, is told before anything is written."""
    world = stage.world(is_started=False)
    made = ["init", "home", "--home", "made", "--party", "usa", "--accord", world.accord, "--keys", "usa", "--officer",
            "watch=usa/watch.pub", "--label", "U"]
    folder = world.folder / "keys"
    done = nodes.run(*made, *options, code=code, preexec_fn=lambda: os.chdir(folder))
    assert says in done.stderr and "next: " in done.stderr
    assert not (folder / "made").exists()
    nodes.run(*made, preexec_fn=lambda: os.chdir(folder))
    assert "nothing is written over" in nodes.run(*made, code=4, preexec_fn=lambda: os.chdir(folder)).stderr


def test_codes_of_a_running_node(stage):
    world = stage.world(is_started=False)
    kor = world["kor"].start()
    said = ["send", "notify", "Text.", "--to", "usa/watch", "--label", "U"]
    assert "entente bundle write" in kor.run(*said, key="watch", code=5).stderr
    assert kor.run("read", "KOR/NOTIFY 1.999", code=3).stderr
    assert kor.run("ladder", "nonsense", code=2).stderr
    assert kor.run(*said, "--wait", "receipt", "--timeout", "200ms", key="watch", code=None).returncode in (5, 7)
    assert "--label" in kor.run(*said[:-2], key="watch", code=2, env={"ENTENTE_LABEL": ""}).stderr
    assert "--to" in kor.run("send", "notify", "Text.", "--label", "U", key="watch", code=2).stderr
    assert kor.run("send", "nowhere", "Text.", "--to", "usa/watch", "--label", "U", key="watch", code=3).stderr
    assert re.search(r"FLASH has at most \d+ bytes", kor.run("accord", "show").stdout)
    assert "nobody" in kor.run("log", "--party", "nobody", code=3).stderr
    assert kor.run(*said, "--attach", world.folder / "none", key="watch", code=3).stderr
    empty = world.folder / "empty"
    empty.touch()
    assert "ATTACHMENT_LEN_MAX" in kor.run(*said, "--attach", empty, key="watch", code=4).stderr
    refused = kor.run(*said, "--rel", "KOR", key="watch", code=4)
    assert "the label does not release it to every party of the channel (REL)" in refused.stderr
    stranger = nodes.officers.Key(world.folder / "stranger")
    done = kor.run(*said, "--key", stranger.path, code=4)
    assert stranger.fingerprint in done.stderr and "entente keys" in done.stderr
    done = kor.run(*said, "--as", "watch", "--key", stranger.path, code=4)
    assert "KEY" in done.stderr or "key" in done.stderr
    assert kor.run("watch", "--timeout", "100ms", code=7).returncode == 7
    done = nodes.run("serve", home=kor.home, code=1)
    assert "entente status" in done.stderr and "another process" in done.stderr


def test_wait_and_watch(pair):
    kor, usa = pair["kor"], pair["usa"]
    done = kor.run("send", "notify", "Text.", "--to", "usa/watch", "--label", "U", "--wait", "receipt", "--timeout",
                   "5s", key="watch")
    place = done.stdout.split("  ")[0]
    assert "STATION RECEIPT" in usa.ladder(place)["steps"]
    late = kor.run("send", "notify", "Text.", "--to", "usa/watch", "--label", "U", "--wait", "read", "--timeout",
                   "100ms", key="watch", code=7)
    assert late.stderr
    events = usa.events()
    kor.say("send", "notify", "Seen as it comes.", "--to", "usa/watch", "--label", "U", key="watch")
    event = events.next(lambda one: one["change"] == "ENTRY" and "text" in one["entry"])
    assert event["entry"]["text"] == ["Seen as it comes."]


def test_watch_ends_though_its_node_is_gone(pair):
    kor, events = pair["kor"], pair["kor"].events()
    for text in ("One.", "Two."):
        kor.say("send", "notify", text, "--to", "usa/watch", "--label", "U", key="watch")
    events.next(lambda one: one["change"] == "ENTRY")
    watch = subprocess.Popen([nodes.BINARY, "watch", "--home", kor.home, "--after", events.number, "--timeout", "2s", "--json"],
                             text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert watch.stdout.readline(), "it follows"
    kor.stop()
    words = watch.communicate(timeout=15)[1]
    assert watch.returncode == 7 and "trying again" in words, words


def test_a_sent_of_before_has_no_time(pair):
    """A node that was started again knows that the line took it, and not when: no time is made up."""
    kor = pair["kor"]
    said = ["send", "notify", "Text.", "--to", "usa/watch", "--label", "U"]
    place = kor.say(*said, key="watch")["place"]
    kor.await_step(place, "STATION RECEIPT")
    kor.stop()
    kor.start().await_link()
    kor.await_step(kor.say(*said, key="watch")["place"], "STATION RECEIPT")
    for command in ("ladder", "read"):
        shown = kor.run(command, place).stdout
        assert "SENT" in shown and "1970" not in shown


def test_a_resend_is_filed_once(pair):
    """The terminal says again what has no receipt: the same statement is never filed twice."""
    kor = pair["kor"]
    pair["usa"].stop()
    kor.wait("the line is down", lambda: not kor.is_linked())
    place = kor.say("send", "notify", "Once.", "--to", "usa/watch", "--label", "U", key="watch", code=5)["place"]
    done = kor.run("send", "--again", code=5)
    assert place in done.stdout
    assert len(kor.get("/inbox", channel="notify")["messages"]) == 1
    pair["usa"].start()
    kor.await_step(place, "STATION RECEIPT")
    assert "STATION RECEIPT" in kor.run("send", "--again").stdout
    assert os.listdir(kor.outbox) == []


def test_an_id_begins_with_its_time(pair):
    """What a person says by the command and what a node says by itself: docs/spec/entry.md section 3."""
    kor = pair["kor"]
    said = kor.entry(kor.say("send", "notify", "When.", "--to", "usa/watch", "--label", "U", key="watch")["place"])
    nodes.wait_for("the node has said something", lambda: any(
        row["kind"] == "message" for row in kor.get("/log", channel="service", party="kor")["entries"]))
    by_node = next(row for row in kor.get("/log", channel="service", party="kor")["entries"] if row["kind"] == "message")
    for entry in (said, kor.entry(by_node["place"])):
        assert entry["id"].startswith(f"{entry['claimed_ms']:012x}"), entry


def test_an_agent_signs(pair):
    """A key that only the ssh-agent has open signs as a file does."""
    kor = pair["kor"]
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", pair.folder / "agent"], stdout=subprocess.DEVNULL)
    try:
        env = {"SSH_AUTH_SOCK": str(pair.folder / "agent")}
        nodes.wait_for("the agent answers", lambda: (pair.folder / "agent").exists())
        subprocess.run(["ssh-add", "-q", kor.keys / "watch"], env={**os.environ, **env}, check=True)
        place = kor.say("send", "notify", "By the agent.", "--to", "usa/watch", "--label", "U", key=None,
                        env={**env, "ENTENTE_KEY": ""})["place"]
        assert kor.entry(place)["verdict"] == "OK"
        place = kor.say("send", "notify", "By its .pub.", "--to", "usa/watch", "--label", "U", key="watch.pub",
                        env=env)["place"]
        assert kor.entry(place)["verdict"] == "OK"
        # Enrolled, and no file that the program signs with by itself: it asks the agent, whichever half is named.
        key = pair.folder / "p256"
        subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-b", "256", "-N", "", "-f", key], check=True)
        kor.run("keys", "--add", f"{key}.pub", "--roles", "watch", "--holder", "77", "--label", "U", key="registrar")
        send = ("send", "notify", "On P-256.", "--to", "usa/watch", "--label", "U")
        said = kor.run(*send, "--key", key, code=1, env=env).stderr
        assert "did not sign" in said and "ssh-add -l" in said, said
        subprocess.run(["ssh-add", "-q", key], env={**os.environ, **env}, check=True)
        for half in (key, f"{key}.pub"):
            assert kor.entry(kor.say(*send, "--key", half, key=None, env=env)["place"])["verdict"] == "OK"
        os.remove(f"{key}.pub")
        said = kor.run(*send, "--key", key, code=2, env=env).stderr
        assert f"ssh-add {key}, then --key {key}.pub" in said, said
    finally:
        agent.terminate()
        agent.wait()


def test_a_card_signs(pair):
    """A key on a smart card, by its PKCS #11 module through the ssh-agent and its PIN; taken out of the reader it signs nothing."""
    kor, folder = pair["kor"], pair.folder / "card"
    card = {**os.environ, **devices.card(folder)}
    asks, key, line = folder / "asks", folder / "key", folder / "card.pub"
    asks.write_text(f"#!/bin/sh\necho {devices.PIN}\n")
    asks.chmod(0o700)
    key.write_bytes(devices.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))
    subprocess.run(["softhsm2-util", "--import", key, "--token", "card", "--label", "officer", "--id", "01", "--pin", devices.PIN], env=card,
                   check=True, capture_output=True)
    key.unlink()
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", folder / "agent"], env=card, stdout=subprocess.DEVNULL)
    try:
        env = {"SSH_AUTH_SOCK": str(folder / "agent"), "SSH_ASKPASS": str(asks), "SSH_ASKPASS_REQUIRE": "force"}
        nodes.wait_for("the agent answers", lambda: (folder / "agent").exists())
        add = functools.partial(subprocess.run, env={**card, **env}, check=True, capture_output=True)
        add(["ssh-add", "-s", devices.CARDS])
        line.write_bytes(add(["ssh-add", "-L"]).stdout)
        kor.run("keys", "--add", line, "--roles", "watch", "--holder", "79", "--label", "U", key="registrar")
        send = ("send", "notify", "By a card.", "--to", "usa/watch", "--label", "U", "--key", line)
        place = kor.say(*send, key=None, env=env)["place"]
        assert kor.entry(place)["verdict"] == "OK"
        pair.await_receipts()
        assert pair["usa"].entry(place)["verdict"] == "OK"
        add(["ssh-add", "-e", devices.CARDS])
        said = kor.run(*send, code=1, env=env).stderr
        assert "did not sign" in said, said
    finally:
        agent.terminate()
        agent.wait()


@pytest.mark.parametrize("kind", [make_sshsig.SK_ED, make_sshsig.SK_EC], ids=["ed25519", "p256"])
def test_a_token_signs(pair, kind):
    """A FIDO2 key through an agent: what it signs counts when a person touched it, and is found good by ssh-keygen."""
    kor, path = pair["kor"], pair.folder / f"token-{kind.decode()[:9]}"
    path.with_suffix(".pub").write_text(f"{kind.decode()} {base64.b64encode(make_sshsig.public(kind)).decode()} token\n")
    with agents.Token(pair.folder / "token-agent", kind) as token:
        env = {"SSH_AUTH_SOCK": str(token.path)}
        kor.run("keys", "--add", path.with_suffix(".pub"), "--roles", "watch", "--holder", "78", "--label", "U", key="registrar")
        send = ("send", "notify", "By a token.", "--to", "usa/watch", "--label", "U", "--key", path.with_suffix(".pub"))
        place = kor.say(*send, key=None, env=env)["place"]
        assert kor.entry(place)["verdict"] == "OK" and token.asked == 1
        pair.await_receipts()
        assert pair["usa"].entry(place)["verdict"] == "OK"
        token.flags = 0  # nobody touched it
        said = kor.run(*send, code=4, env=env).stderr
        assert "signature" in said, said
