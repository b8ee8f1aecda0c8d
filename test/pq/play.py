#!/usr/bin/python3
"""Runs in the Debian 13 root: two nodes whose accord requires post-quantum, with a sealed leader line.

play.py FOLDER JUDGES: $ENTENTE is the program, JUDGES has typage.mjs and its packages. Prints TAP.
"""
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "test/lib"))

import nodes  # noqa: E402
import officers  # noqa: E402

TEXT = "Aircraft are ours and return at 14:05."
FOLDER, JUDGES = Path(sys.argv[1]), Path(sys.argv[2])
EDITS = {"channels": ("sealed deputy head shift watch\n2 consult", "sealed watch\n2 consult"),
         "accord": ("post-quantum preferred", "post-quantum required")}
PEOPLE = {"watch": ["watch"], "head": ["head"], "shift": ["shift"], "deputy": ["deputy"]}
RELEASERS = ("shift", "deputy")


def typage(*words):
    return subprocess.run(["node", JUDGES / "typage.mjs", *words], check=True, capture_output=True, text=True).stdout.split()


def world_of(folder, edits):
    world = nodes.World(folder, SOURCE / "accords/rok-us", {"kor": PEOPLE, "usa": PEOPLE})
    for file, (old, new) in edits.items():
        text = (world.accord / file).read_text()
        assert old in text
        (world.accord / file).write_text(text.replace(old, new))
    return world.make().start() or world


def make(node, name):
    path = node.keys / f"{name}.age"
    node.run("keys", "--new-identity", path)
    return path


def enrol(node, name, roles):
    path = make(node, name)
    node.run("keys", "--add", f"{path}.pub", "--roles", roles, "--label", "U", key="registrar")
    return path


def enrol_old(node, name, roles):
    """The X25519 key of new secrets alone, as of a machine that has no other."""
    public = FOLDER / f"{name}.pub"
    public.write_text(Path(f"{make(node, name)}.pub").read_text().splitlines()[0] + "\n")
    node.run("keys", "--add", public, "--roles", roles, "--label", "U", key="registrar")
    return public


def settle(world):
    """Each node has folded all that the other has."""
    for node in world.nodes.values():
        for other in world.nodes.values():
            size = other.logs()[f"{other.party.upper()}/LEADER 1"]["size"]
            node.wait("the other's keys are here", lambda n=node, o=other, s=size:
                      n.logs()[f"{o.party.upper()}/LEADER 1"]["folded"] >= s)


def send(world, to="usa/head", code=0):
    """Where it went out, if others could approve it, and what the terminal said of the sealing."""
    kor = world["kor"]
    done = kor.run("send", "leader", TEXT, "--to", to, "--precedence", "FLASH", "--label", "U", key="head", code=code)
    env = {"ENTENTE_IDENTITY": str(kor.keys / "head.age")}  # whoever approves has read it
    return kor.approve(done.stdout.split("  ")[0], RELEASERS, env=env) if code == 0 else None, done.stderr


def play_required(world):
    """hybrid where the accord requires it"""
    kor, usa = world["kor"], world["usa"]
    secrets = {(party, role): enrol(node, role, role) for party, node in world.nodes.items() for role in ("head", "watch")}
    settle(world)
    place, said = send(world)
    assert "mlkem768x25519" in said, said
    usa.await_step(place, "STATION RECEIPT")
    assert usa.entry(place)["content"]["sealing"] == 2
    assert usa.entry(place)["content"]["len"] == 1024 + 102 + 4 * 1557
    assert TEXT in usa.run("read", place, "--identity", secrets["usa", "watch"]).stdout
    usa.say("ack", place, key="watch")
    back = usa.say("readback", place, "Ours, back at 14:05.", key="watch")["place"]
    settle(world)
    assert kor.entry(back)["content"]["sealing"] == 2 and kor.entry(back)["verdict"] == "OK"

    # The other implementation opens it, and what it seals is opened here.
    content = FOLDER / "content"
    content.write_bytes(usa.get("/content", place=place))
    secret = [line for line in secrets["usa", "head"].read_text().splitlines() if line.startswith("AGE-SECRET-KEY-PQ-")][0]
    typage("open", content, FOLDER / "opened", secret)
    assert TEXT.encode() in (FOLDER / "opened").read_bytes()
    (FOLDER / "plain").write_bytes(officers.content(TEXT))
    key = [line for line in Path(f"{secrets['usa', 'head']}.pub").read_text().splitlines() if line.startswith("age1pq1")][0]
    typage("seal", FOLDER / "plain", FOLDER / "theirs", key)
    assert TEXT in usa.run("open", FOLDER / "theirs", "--identity", secrets["usa", "head"]).stdout
    key = typage("make")
    (FOLDER / "made").write_text(key[0] + "\n")
    typage("seal", FOLDER / "plain", FOLDER / "theirs", key[1])
    assert TEXT in usa.run("open", FOLDER / "theirs", "--identity", FOLDER / "made").stdout

    # X25519 alone: the terminal refuses, and whoever goes around it is void.
    public = enrol_old(usa, "shift", "shift")
    settle(world)
    assert "post-quantum" in send(world, to="usa/shift", code=4)[1]
    body = subprocess.run(["age", "-e", "-R", public], input=officers.content(TEXT), capture_output=True, check=True).stdout
    raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 1, "kor", "head", rel=["kor", "usa"], to=[("usa", "shift", 0)],
                             precedence=0, body=body, sealing=1)
    keys = [kor.key(name) for name in ("head", *RELEASERS)]
    assert kor.post([officers.item(raw, keys, body)])[0].get("rule") == "SEALING"


def play_preferred(world):
    """one post without a hybrid key makes all of a file X25519, and the terminal says so"""
    usa = world["usa"]
    enrol(world["kor"], "head", "head")
    enrol_old(usa, "head", "head")
    settle(world)
    place, said = send(world)
    assert "not post-quantum" in said and "usa/head" in said, said
    assert world["kor"].entry(place)["content"]["sealing"] == 1


def main():
    failed = 0
    print("1..2")
    for number, (play, edits) in enumerate(((play_required, EDITS), (play_preferred, {"channels": EDITS["channels"]})), 1):
        world = world_of(FOLDER / f"world{number}", edits)
        try:
            play(world)
            print(f"ok {number} - {play.__doc__}")
        except AssertionError as why:
            failed += 1
            print(f"not ok {number} - {play.__doc__}\n# " + str(why).replace("\n", "\n# "))
        finally:
            world.stop()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
