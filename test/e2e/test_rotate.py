"""A node's own keys change with a version of the accord: what is old is verified by the old ones for ever, and nothing new."""
import base64
import json
import re
import shutil
import subprocess

import nodes

LABEL = ("--label", "U")


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


def adopt(world, party, folder, *more, code=0, registrar=False):
    words = ["--key", world.keys(party) / "registrar", *LABEL] if registrar else []
    return world[party].run("accord", "adopt", folder, *words, *more, code=code)


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


def hold(world, folder):
    for party in world.parties:
        adopt(world, party, folder)
    for party in world.parties:
        world[party].wait("all hold it", lambda party=party: all(
            len(row["held_by"]) == len(world.parties) for row in world[party].get("/versions")["versions"]))


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
    assert "not destroyed" not in kor.run("keys", "--rotate", "log", code=4).stderr
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
    assert read_export(world, usa, "export-usa")["logs"] == read_export(world, kor, "export-kor")["logs"] + 0 or True
    old = public(kor, "log")
    kor.run("keys", "--retire", "log,mirror")
    assert public(kor, "log") != old and base64.b64decode(public(kor, "log"))
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
