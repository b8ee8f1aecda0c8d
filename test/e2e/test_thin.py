"""A thin path: a serial line at 75 bit/s that loses a tenth, and a side that may only listen."""
import secrets
import time

import pytest

import officers

from thin_line import Line


@pytest.fixture
def line(stage):
    line = Line()
    stage.others.append(line)
    return line


def thin_world(stage, line, speed=75, receive_only=(), is_tls=True):
    """KOR and USA with a TLS path through a relay, and a thin one."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    key = secrets.token_hex(32)
    for node, peer, device in (("kor", "usa", line.ends[0]), ("usa", "kor", line.ends[1])):
        (world[node].home / "keys" / "pair").write_text(key + "\n")
        with open(world[node].home / "settings", "a") as settings:
            settings.write(f"\n[path {peer}/radio]\nserial = {device}\nspeed = {speed}\nkey = keys/pair\n"
                           f"receive-only = {'yes' if node in receive_only else 'no'}\n")
    if not is_tls:
        relay.cut()
        for node in world.nodes.values():
            node.start()
            node.wait("the thin path is open", lambda node=node: node.paths()["radio"]["up"])
    return world, relay


def copies(node):
    return node.get("/advances")["advances"]


def flash(node, peer="usa", fields=None, body=b""):
    """A coded FLASH of three fields to one post, signed by the watch: its place."""
    seen = node.get("/seen", channel=3)
    raw = officers.statement(bytes.fromhex(seen["accord"]), 3, node.party, "watch", rel=seen["parties"],
                             seen=[(row["party"], row["epoch"], row["size"]) for row in seen["seen"]],
                             to=[(peer, "watch", 0)], precedence=officers.FLASH, form=("N01", 1),
                             fields=fields or {1: 3, 2: [37, 127], 3: int(time.time())}, body=body)
    answer = node.post([officers.item(raw, [node.key("watch")], body)])[0]
    assert answer["err"] == "OK", answer
    return answer["place"]


def test_a_flash_by_a_bad_line(stage, line):
    line.lose[0] = lambda number: number % 10 == 0
    world, relay = thin_world(stage, line, is_tls=False)
    kor, usa = world["kor"], world["usa"]
    begin = time.monotonic()
    place = flash(kor)
    copy = usa.wait("the copy is there", lambda: copies(usa), patience=30)[0]
    seconds, carried = time.monotonic() - begin, line.passed[0]
    print(f"{seconds:.2f} s, {carried} bytes, {line.lost[0]} frames of {line.frames[0]} lost")
    assert (copy["state"], copy["place"]) == ("BY_LINE", place)
    assert carried * 8 / 75 < 15
    relay.mend()
    usa.wait("the entry is there", lambda: usa.find("/entry", place=place), patience=40)
    assert not copies(usa)
