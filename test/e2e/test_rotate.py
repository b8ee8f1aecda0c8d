"""A node's own keys change with a version of the accord: what is old is verified by the old ones for ever, and nothing new."""
import base64
import json
import os
import re
import shutil
import signal
import subprocess

import nodes
from test_versions import LABEL, adopt, hold


def rotate(node, uses):
    """The node's next keys, as lines for the accord; its signer has them from its next start."""
    return json.loads(node.run("keys", "--rotate", uses, "--json").stdout)["lines"]


def version(world, name, lines, before=None, roots=("root",)):
    """A version with these key lines, signed by every party."""
    folder, before = world.folder / name, before or world.accord
    fresh = world.folder / f"{name}.lines"
    fresh.write_text("".join(lines))
    nodes.run("accord", "draft", folder, before, "--lines", fresh)
    nodes.run("init", "accord", folder)
    for party in world.parties:
        for root in roots:
            nodes.run("accord", "sign", folder, "--key", world.keys(party) / root)
    nodes.run("accord", "check", folder, before)
    return folder


def restart(*those):
    for node in those:
        node.stop()
    for node in those:
        node.start()


def send(node, text, to, channel="notify"):
    return node.say("send", channel, text, "--to", to, "--precedence", "ROUTINE", *LABEL, "--as", "watch", key="watch")["place"]


def talk(world, count=2):
    for _ in range(count):
        send(world["kor"], "To USA.", "usa/watch")
        send(world["usa"], "To KOR.", "kor/watch")
    world.await_receipts()


def read_export(world, node, name):
    """The second reader, with stock tools alone."""
    folder = world.folder / name
    node.run("export", "--to", folder)
    done = subprocess.run(["/usr/bin/python3", nodes.ROOT / "test/lib/reader.py", folder, "--json"], capture_output=True, text=True)
    summary = json.loads(done.stdout)
    assert done.returncode == 0 and not summary["findings"] and not summary["void"], summary
    return summary


def public(node, name):
    return (node.home / "keys" / f"{name}.pub").read_text().strip()


def test_log_and_mirror_keys_change_under_traffic(stage):
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    talk(world)
    lines = rotate(kor, "log,mirror")
    assert re.fullmatch(r"kor log ed25519 \S+\nkor mirror ed25519 \S+\n", lines)
    assert "The next key for log is there already" in kor.run("keys", "--rotate", "log", code=4).stderr
    folder = version(world, "second", [lines])
    # Not yet in the signer: nothing moves before it has what it is to sign with.
    restart(kor)
    kor.await_link()
    hold(world, folder)
    talk(world)
    assert "not in force" in kor.run("keys", "--retire", "log", code=4).stderr
    adopt(world, "kor", folder, registrar=True)
    talk(world)
    adopt(world, "usa", folder, registrar=True)
    talk(world)
    for node in (kor, usa):
        node.run("verify")
    for node in (kor, usa):
        read_export(world, node, f"export-{node.party}")
    old, new = public(kor, "log"), public(kor, "log.next")
    kor.run("keys", "--retire", "log,mirror")
    assert old != new == public(kor, "log")
    restart(kor, usa)
    kor.await_link()
    talk(world)
    for node in (kor, usa):
        node.run("verify")
    read_export(world, usa, "export-again")


def peer_of(node, party):
    return next(row for row in node.status()["peers"] if row["party"] == party)


def test_tls_keys_change_with_an_overlap(stage):
    """Both keys are good until the version is in force and the new one was shown; the line never stays down; then the old one is refused."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    old = {party: public(world[party], "tls") for party in world.parties}
    lines = [rotate(node, "tls") for node in (kor, usa)]
    new = {party: public(world[party], "tls.next") for party in world.parties}
    folder = version(world, "second", lines)
    restart(kor, usa)
    kor.await_link()
    assert peer_of(kor, "usa")["tls_keys"] == [old["usa"]]

    # One holds it: it takes both keys of the other, who shows what the other side lets in.
    adopt(world, "kor", folder)
    assert peer_of(kor, "usa")["tls_keys"] == [old["usa"], new["usa"]]
    for down in ((kor,), (usa,), (kor, usa)):
        for node in down:
            node.kill("core")
            node.end()
        for node in down:
            node.start()
        kor.await_link()
    assert kor.paths()["north"]["tls_key"] == new["usa"] and usa.paths()["north"]["tls_key"] == old["kor"]

    # Both hold it, one is under it: its line is made anew with the key in force, and the old one is good no more.
    hold(world, folder)
    assert "Not every peer" not in kor.run("keys", "--retire", "tls", code=4).stderr  # it is not in force yet
    adopt(world, "kor", folder, registrar=True)
    usa.wait("KOR comes with its new key, and no other is good", lambda: usa.is_linked() and
             usa.paths()["north"].get("tls_key") == new["kor"] and peer_of(usa, "kor")["tls_keys"] == [new["kor"]])
    adopt(world, "usa", folder, registrar=True)
    kor.wait("USA's old one neither", lambda: peer_of(kor, "usa")["tls_keys"] == [new["usa"]])
    talk(world)
    usa.kill("core")
    usa.end()
    usa.start()
    kor.await_link()
    assert peer_of(usa, "kor")["tls_keys"] == [new["kor"]], "through a restart"
    for node in (kor, usa):
        node.run("keys", "--retire", "tls")
    restart(kor, usa)
    kor.await_link()
    talk(world)

    # Whoever has KOR's old key is nobody.
    kor.stop()
    seed = kor.home / "keys/tls"
    kept = seed.read_text()
    seed.write_text((world.folder / "keys/kor/tls").read_text())
    (kor.home / "keys/tls.pub").write_text(old["kor"] + "\n")
    kor.start()
    usa.wait("it is not let in", lambda: usa.paths()["north"]["why"] and not usa.is_linked())
    kor.stop()
    seed.write_text(kept)
    kor.start()
    kor.await_link()


def test_a_tls_key_is_kept_until_each_peer_knows_the_next(stage):
    """Under it by its own decision, KOR may not do away with the key that USA knows; when USA has taken the version from a file, it may."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    folder = make_second(world, "tls")
    adopt(world, "kor", folder, "--anyway", registrar=True)
    refused = kor.run("keys", "--retire", "tls", code=4).stderr
    assert "Not every peer is known to hold the version with the next TLS key." in refused and "--anyway" in refused
    old = public(kor, "tls")
    hold(world, folder)
    kor.wait("USA's file is told", lambda: kor.run("keys", "--retire", "tls", code=None).returncode == 0)
    assert public(kor, "tls") != old
    restart(kor)
    kor.await_link()
    talk(world)


def make_second(world, uses="log,mirror,tls", parties=("kor",), **more):
    """The next keys of these, in a signed version, and in their signers."""
    lines = [rotate(world[party], uses) for party in parties]
    folder = version(world, "second", lines, **more)
    restart(*(world[party] for party in parties))
    world["kor"].await_link()
    return folder


def kill(node):
    node.kill("core")
    node.end()
    node.start()


def test_killed_at_each_step_and_the_signer_asks_for_its_key(stage):
    """kill -9 between any two steps of a rotation of all keys; a version whose keys the signer lacks moves nothing."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    talk(world, 1)
    lines = rotate(kor, "log,mirror,tls")
    kill(kor)
    # Made again elsewhere: these the signer does not have.
    other = world.folder / "other"
    shutil.copytree(kor.home / "keys", other)
    folder = version(world, "second", [lines])
    for name in ("log", "mirror", "tls"):
        (kor.home / "keys" / f"{name}.next").rename(other / f"{name}.next")
    restart(kor)
    kor.await_link()
    hold(world, folder)
    assert "keys.signer" in kor.run("accord", "adopt", folder, "--key", world.keys("kor") / "registrar", *LABEL, "--json", code=4).stdout \
        or "signer" in adopt(world, "kor", folder, registrar=True, code=4).stderr
    for name in ("log", "mirror", "tls"):
        (other / f"{name}.next").rename(kor.home / "keys" / f"{name}.next")
    for step in (lambda: None, lambda: adopt(world, "kor", folder, registrar=True), lambda: adopt(world, "usa", folder, registrar=True),
                 lambda: kor.run("keys", "--retire", "log,mirror,tls")):
        step()
        kill(kor)
        kill(usa)
        kor.await_link()
        talk(world, 1)
    assert not list((kor.home / "keys").glob("*.next")) and not list((kor.home / "keys").glob("*.old"))
    for node in (kor, usa):
        node.run("verify")
    assert read_export(world, usa, "export")["accords"] == 2


def test_k_of_n_roots_sign_the_change(tmp_path):
    """Two of three roots of each party, as for its first keys; one is not enough."""
    keys = {party: tmp_path / party for party in ("kor", "usa", "again")}
    for party, folder in keys.items():
        nodes.run("init", "keys", "kor" if party == "again" else party, "--to", folder, "--roots", "3", "--quorum", "2")
    first, second, lines = tmp_path / "first", tmp_path / "second", tmp_path / "lines"
    shutil.copytree(nodes.ROOT / "accords/rok-us", first)
    nodes.run("init", "accord", first, "--lines", keys["kor"] / "lines", "--lines", keys["usa"] / "lines")
    fresh = [line for line in (keys["again"] / "lines").read_text().splitlines(True) if line.split()[1] in ("log", "mirror", "tls")]
    lines.write_text("".join(fresh))
    for folder in (first, second):
        if folder is second:
            nodes.run("accord", "draft", second, first, "--lines", lines)
            nodes.run("init", "accord", second)
        for number in (1, 2):
            assert "not in force" in nodes.run("accord", "check", folder, code=4).stderr
            for party in ("kor", "usa"):
                nodes.run("accord", "sign", folder, "--key", keys[party] / f"root-{number}")
    nodes.run("accord", "check", second, first)
    assert [line for line in (second / "keys").read_text().splitlines(True) if line in fresh] == fresh
    # A key that stood for another use, or for another party, is nobody's next one.
    third = tmp_path / "third"
    for was, use, owner in ((("kor", "mirror"), "tls", "kor"), (("usa", "tls"), "tls", "kor")):
        shutil.rmtree(third, ignore_errors=True)
        key = next(line.split()[3] for line in (second / "keys").read_text().splitlines() if tuple(line.split()[:2]) == was)
        free = next(line for line in (keys["again"] / "lines").read_text().splitlines() if line.split()[1] == "registrar")
        lines.write_text(f"{owner} {use} ed25519 {key}\n{was[0]} {was[1]} ed25519 {ssh_point(free)}\n")
        nodes.run("accord", "draft", third, second, "--lines", lines)
        nodes.run("init", "accord", third)
        assert "succession.keys" in nodes.run("accord", "check", third, second, code=4).stderr


def ssh_point(line):
    """The point of a registrar's key that nobody else has, as a node key stands in `keys`."""
    return base64.b64encode(base64.b64decode(line.split()[3])[-32:]).decode()


def test_a_record_of_both_keys_by_bundle_backup_and_repair(stage):
    """What spans a rotation is carried by hand, comes back from a peer over an old backup, and is proved by both keys."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    talk(world, 1)
    backup = world.folder / "old.db"
    kor.run("export", "--backup", backup)
    folder = make_second(world, "log,mirror")
    hold(world, folder)
    usa.stop()
    adopt(world, "kor", folder, "--anyway", registrar=True, code=5)
    places = [kor.say("send", "notify", f"Carried {number}.", "--to", "usa/watch", *LABEL, "--as", "watch", key="watch", code=5)["place"] for number in range(2)]
    kor.run("bundle", "write", "--peer", "usa", world.folder / "one")
    kor.stop()
    usa.start()
    usa.run("bundle", "read", world.folder / "one")
    for place in places:
        assert usa.entry(place)["verdict"] == "OK"
    kor.start()
    kor.await_link()
    world.await_receipts()
    # What the old key may still have to sign.
    signer = kor.processes()["signer"]
    os.kill(signer, signal.SIGSTOP)
    try:
        send(kor, "Not signed yet.", "usa/watch")
        assert "are not signed yet" in kor.run("keys", "--retire", "log,mirror", code=4).stderr
    finally:
        os.kill(signer, signal.SIGCONT)
    kor.wait("the last line is signed", lambda: kor.run("keys", "--retire", "log,mirror", code=None).returncode == 0)

    # The old backup comes back; the old private keys are gone for good.
    kor.kill()
    kor.end()
    kor.lose_record()
    kor.run("restore", backup)
    kor.start()
    kor.await_link()
    kor.wait("our shared logs are whole", lambda: all(kor.find("/entry", place=place) for place in places) and all(
        row["state"] == "RUNS" for row in kor.logs().values() if row["party"] == "kor" and "home" not in row["log"].lower()))
    talk(world, 1)
    for node in (kor, usa):
        node.run("verify")
        node.run("repair", code=None)
    read_export(world, usa, "export-usa")
    read_export(world, kor, "export-kor")
