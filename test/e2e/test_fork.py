"""A party's node writes two histories under the same keys: proved, kept, stopped there and nowhere else."""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import time

import nodes
import pytest
import reader



def notice(node, text, peer, channel="notify", key="watch", code=0, more=()):
    return node.say("send", channel, text, "--to", f"{peer}/watch", "--label", "U", *more, key=key, code=code)["place"]


def log_key(world, party):
    """The accord's log key, read without our C."""
    named = reader.Export(world.folder)
    keys = named.read_keys("keys", (world.accord / "keys").read_text())
    return next(key["key"] for key in keys if key["party"] == party and key["use"] == "log")


@pytest.fixture
def two(stage):
    """KOR, and USA's home twice: each has all that the other had when it was copied, keys and marks too."""
    # Without line checks the log of SERVICE is not forked as well: what goes on is seen the better.
    world = stage.world(edit={"timers": ("line-check every 1h answer 2m", "line-check every none answer 2m")})
    notice(world["usa"], "Before.", "kor")
    world.await_receipts()
    for node in world.nodes.values():
        assert node.stop() == 0
    copy = nodes.Node("usa", world.folder / "usa-copy", world.keys("usa"))
    nodes.copy_home(world["usa"], copy.home)
    world.nodes["copy"] = copy
    return world


def write_alone(node, texts):
    node.start()
    places = [notice(node, text, "kor", code=5) for text in texts]
    assert node.stop() == 0
    return places


@pytest.mark.parametrize("first, second", [(1, 1), (1, 3), (3, 1)], ids=["same-size", "second-longer", "second-shorter"])
def test_a_fork_is_proved_and_stops_its_log_alone(two, first, second):
    kor, usa, copy = two["kor"], two["usa"], two["copy"]
    one = write_alone(usa, [f"One history {number}." for number in range(first)])
    other = write_alone(copy, [f"Another history {number}." for number in range(second)])
    assert one[0] == other[0], "the same numbers, with other words behind them"
    kor.start()
    events = kor.events(patience=30)
    seen = two.folder / f"watched-{first}-{second}"
    with seen.open("w") as out:
        watch = subprocess.Popen([str(nodes.BINARY), "watch", "--home", kor.home], stdout=out, env={**os.environ, **nodes.KOREAN})
    usa.start()
    kor.await_link()
    usa.await_step(one[-1], "STATION RECEIPT")
    assert usa.stop() == 0
    copy.start()

    stopped = kor.wait("the log is stopped", lambda: [row for row in kor.status()["stopped"] if row["log"] == "USA/NOTIFY 1"])
    assert [(row["state"], row["rule"]) for row in stopped] == [("STOPPED", "record.fork")]
    assert len(kor.status()["stopped"]) == 1, "that log alone"
    assert events.next(lambda one: one["change"] == "LOG")["log"] == "USA/NOTIFY 1", "whoever watches is told at once"
    events.close()
    nodes.wait_for("the watch tells it", lambda: "USA/NOTIFY 1 기록이 멈추었거나" in seen.read_text())
    watch.terminate()
    watch.wait()
    for text in ("record.fork", "USA/NOTIFY 1"):
        assert text in kor.run("status", code=6).stdout
    english, korean = kor.run("status", code=6).stdout, kor.run("status", code=6, env=nodes.KOREAN).stdout
    assert "STOPPED" in english and "멈춤" in korean and "STOPPED" not in korean
    assert "two histories" in english and "두 갈래" in korean

    # What was first cosigned stands; nothing of the second history got in.
    titles = [row["title"] for row in kor.get("/inbox", channel="notify")["messages"]]
    assert [title for title in titles if title.startswith("One")] and not [title for title in titles if "Another" in title]

    # The proof stands in KOR's own log of that channel, and a second reader checks it.
    found = [row for row in kor.get("/log", channel="notify", party="kor", limit=1000)["entries"] if row["kind"] == "fork"]
    assert len(found) == 1 and found[0]["verdict"] == "OK"
    content = kor.get("/content", place=found[0]["place"])
    assert reader.fork_is_proved(content, [log_key(two, "usa")]) and not reader.fork_is_proved(content, [log_key(two, "kor")])
    for at in range(20, len(content), 37):
        spoilt = content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]
        assert not reader.fork_is_proved(spoilt, [log_key(two, "usa")]), at

    # Other logs and the link go on, in both directions.
    kor.await_link()
    for node, peer in ((kor, "usa"), (copy, "kor")):
        place = node.release("send", "notify-urgent", "Telephone us about your log.", "--to", f"{peer}/watch", "--precedence", "FLASH",
                             "--label", "U")
        node.await_step(place, "STATION RECEIPT")
    place = notice(kor, "On the channel of the stopped log.", "usa")
    kor.await_step(place, "STATION RECEIPT")
    assert kor.status()["void"] == 0

    # It is kept: after a restart, and in the export.
    kor.stop()
    kor.run("verify")
    kor.start()
    assert [row["rule"] for row in kor.status()["stopped"]] == ["record.fork"]
    kor.await_link()
    kor.run("export", "--to", two.folder / "export")
    summary = reader.Export(two.folder / "export").check().summary()
    assert summary["findings"] == [] and [fork.split("/", 1)[1] for fork in summary["forks"]] == ["5/usa/1"], summary
    done = subprocess.run(["/usr/bin/python3", nodes.ROOT / "test/lib/reader.py", two.folder / "export"], capture_output=True, text=True)
    assert done.returncode == 0 and "5/usa/1" in done.stdout, done.stdout + done.stderr


def test_the_forking_side_learns_it(two):
    """The people of the forked log see on their own screen that and where it was stopped."""
    kor, usa, copy = two["kor"], two["usa"], two["copy"]
    write_alone(usa, ["One history."])
    write_alone(copy, ["Another.", "And more of it."])
    kor.start()
    usa.start()
    kor.await_link()
    two_logs = kor.wait("KOR has it", lambda: kor.logs()["USA/NOTIFY 1"]["size"])
    assert two_logs
    usa.stop()
    copy.start()
    kor.wait("the log is stopped", lambda: kor.status()["stopped"])
    shown = copy.wait("it is told", lambda: [text for text in [copy.run("status", code=None).stdout]
                                            if "RECOVERING" in text or "REFUSED" in text])[0]
    assert "NOTIFY" in shown
    assert copy.run("send", "notify", "No more.", "--to", "kor/watch", "--label", "U", key="watch", code=None).returncode in (4, 6)
    shutil.rmtree(copy.outbox, ignore_errors=True)


# The proof as a file: whoever has the log's key is convinced by stock tools alone.

NO_PROOF = 6


def stock_cbor(raw, at=0):
    """The value at a place, and the place behind it: what a proof's file needs of CBOR, and no more."""
    major, length = raw[at] >> 5, raw[at] & 31
    at += 1
    if length >= 24:
        width = 1 << (length - 24)
        length, at = int.from_bytes(raw[at:at + width], "big"), at + width
    if major == 0:
        return length, at
    if major in (2, 3):
        return raw[at:at + length], at + length
    if major == 4:
        items = []
        for _ in range(length):
            item, at = stock_cbor(raw, at)
            items.append(item)
        return items, at
    pairs = {}
    for _ in range(length):
        key, at = stock_cbor(raw, at)
        pairs[key], at = stock_cbor(raw, at)
    return pairs, at


def stock_sha256(raw):
    """By coreutils."""
    return bytes.fromhex(subprocess.run(["sha256sum"], input=raw, capture_output=True, check=True).stdout.split()[0].decode())


def stock_note(note, key, folder):
    """(log, size, root) of a note whose author's line openssl has found good."""
    text, lines = note.decode().split("\n\n", 1)
    log, size, root = text.split("\n")
    signature = base64.b64decode(lines.split("\n")[0].split(" ")[2])
    assert signature[:4] == stock_sha256(log.encode() + b"\n\x01" + key)[:4], "the line is of another key"
    # RFC 8410: an Ed25519 key as a certificate's has it.
    (folder / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
    (folder / "text").write_bytes(text.encode() + b"\n")
    (folder / "signature").write_bytes(signature[4:])
    done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", folder / "key.der", "-rawin",
                           "-in", folder / "text", "-sigfile", folder / "signature"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return log, int(size), base64.b64decode(root)


def stock_root(leaf, index, size, path):
    """RFC 9162 section 2.1.3.2, hashed by coreutils."""
    root, last = leaf, size - 1
    for part in path:
        if index & 1 or index == last:
            root = stock_sha256(b"\1" + part + root)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            root = stock_sha256(b"\1" + root + part)
        index, last = index >> 1, last >> 1
    assert last == 0, "the path is of another place"
    return root


def stock_check(proof, key, folder):
    """docs/spec/record.md section 10, without a line of ours; the log that has two histories."""
    content, end = stock_cbor(proof)
    assert end == len(proof)
    fields = content[5]
    one, other = (stock_note(fields[number], key, folder) for number in (1, 2))
    assert one[0] == other[0], "two logs"
    if 3 not in fields:
        assert one[1] == other[1] and one[2] != other[2]
        return one[0]
    (leaf, path), (other_leaf, other_path) = fields[4], fields[5]
    assert leaf != other_leaf
    assert stock_root(leaf, fields[3], one[1], path) == one[2]
    assert stock_root(other_leaf, fields[3], other[1], other_path) == other[2]
    return one[0]


@pytest.mark.parametrize("first, second", [(1, 1), (1, 3)], ids=["same-size", "second-longer"])
def test_the_proof_convinces_a_stranger(two, tmp_path, first, second):
    kor, usa, copy = two["kor"], two["usa"], two["copy"]
    one = write_alone(usa, [f"One history {number}." for number in range(first)])
    write_alone(copy, [f"Another history {number}." for number in range(second)])
    kor.start()
    usa.start()
    kor.await_link()
    usa.await_step(one[-1], "STATION RECEIPT")
    assert usa.stop() == 0
    assert kor.run("fork", "list").stdout.startswith("No log was forked")
    copy.start()
    kor.wait("the log is stopped", lambda: kor.status()["stopped"])

    found = [json.loads(line) for line in kor.run("fork", "list", "--json").stdout.splitlines()]
    assert len(found) == 1 and found[0]["proved"] and found[0]["log"].endswith("/5/usa/1"), found
    assert "PROVED" in kor.run("fork", "list").stdout and "입증됨" in kor.run("fork", "list", env=nodes.KOREAN).stdout
    file, key = tmp_path / "fork", log_key(two, "usa")
    kor.run("fork", "export", found[0]["place"], file)
    kor.run("fork", "export", found[0]["place"], file, code=4)
    kor.run("fork", "export", "KOR/NOTIFY 1.0", tmp_path / "none", code=3)
    proof = file.read_bytes()
    assert proof == kor.get("/content", place=found[0]["place"]), "byte for byte what the statement names"

    # What it proves, with the home's accord, with the accord's folder, and with the key alone.
    english, korean = kor.run("fork", "show", file).stdout, kor.run("fork", "show", file, env=nodes.KOREAN).stdout
    assert "two histories" in english and "PROVED" in english and "두 갈래" in korean and "PROVED" not in korean
    stranger = tmp_path / "stranger"
    said = json.loads(nodes.run("fork", "show", file, "--accord", two.accord, "--json", home=stranger).stdout)
    assert said["proved"] and said["log"] == found[0]["log"] and said["sha256"] == hashlib.sha256(proof).hexdigest()
    nodes.run("fork", "show", file, "--log-key", base64.b64encode(key).decode(), home=stranger)
    nodes.run("fork", "show", file, "--log-key", base64.b64encode(log_key(two, "kor")).decode(), home=stranger, code=NO_PROOF)
    nodes.run("fork", "show", file, "--log-key", "none", home=stranger, code=2)
    nodes.run("fork", "show", file, home=stranger, code=3)
    nodes.run("fork", "show", tmp_path / "nothing", home=stranger, code=3)

    # A stranger's tools say the same.
    assert stock_check(proof, key, tmp_path) == found[0]["log"]
    # The salt alone is free: it keeps the content's hash from being guessed, and proves nothing.
    broken = tmp_path / "broken"
    rules = set()
    for at in [*range(0, 3), *range(19, len(proof), 11)]:
        broken.write_bytes(proof[:at] + bytes([proof[at] ^ 1]) + proof[at + 1:])
        said = nodes.run("fork", "show", broken, "--log-key", base64.b64encode(key).decode(), home=stranger, code=NO_PROOF).stderr
        rule = re.search(r"rule ([a-z0-9.]+) is broken", said)
        assert rule, (at, said)
        rules.add(rule[1])
    assert "fork.signature" in rules and len(rules) > 3, rules
    for cut in (0, 1, len(proof) // 2, len(proof) - 1):
        broken.write_bytes(proof[:cut])
        nodes.run("fork", "show", broken, "--accord", two.accord, home=stranger, code=NO_PROOF)
    kor.stop()
    assert len(kor.run("fork", "list", "--json").stdout.splitlines()) == 1, "of a home whose node is off, too"


def keep_path(node, peer):
    """This home calls that peer and nobody else."""
    settings = node.home / "settings"
    parts = re.split(r"(?m)^(?=\[)", settings.read_text())
    settings.write_text("".join(part for part in parts if not part.startswith("[path ") or part.startswith(f"[path {peer}/")))


def test_every_honest_party_learns_it_within_a_minute(stage, tmp_path):
    """Each of two peers is shown a history of its own; what they say of their heads to each other tells both."""
    folder = nodes.ROOT / "accords" / "harbours"
    posts = [line.split("#")[0].split() for line in (folder / "posts").read_text().splitlines()]
    parties = ("amber", "basalt", "coral")
    roles = {party: [words[0] for words in posts if words and party in words[words.index("of"):]] for party in parties}
    world = stage.world(accord=folder, officers_of={party: {"duty": roles[party]} for party in parties})
    amber, basalt, coral = (world[party] for party in parties)
    coral.stop()
    copy = nodes.Node("coral", world.folder / "coral-copy", world.keys("coral"))
    nodes.copy_home(coral, copy.home)
    world.nodes["copy"] = copy
    keep_path(coral, "amber")
    keep_path(copy, "basalt")
    for node, peer in ((coral, "amber"), (copy, "basalt")):
        node.start()
        node.await_link(peer)
    began = time.monotonic()
    for node, peer, text in ((coral, "amber", "One history."), (copy, "basalt", "Another history.")):
        node.say("send", "council", text, "--to", f"{peer}/harbourmaster", "--to", f"{'basalt' if peer == 'amber' else 'amber'}/harbourmaster",
                 "--as", "harbourmaster", "--label", world.label, key="duty", code=5)
    for node in (amber, basalt):
        rows = node.wait("the log is stopped", lambda node=node: [row for row in node.status()["stopped"]
                                                                  if row["log"] == "CORAL/COUNCIL 1"], patience=90)
        assert [row["rule"] for row in rows] == ["record.fork"]
    assert time.monotonic() - began < 63, "a minute, and what the machine is late"
    for node in (amber, basalt):
        found = node.wait("it tells of it", lambda node=node: [row for row in map(json.loads, node.run("fork", "list", "--json").stdout.splitlines())
                                                               if "/12/coral/" in row["log"]])
        file = tmp_path / f"{node.party}.fork"
        node.run("fork", "export", found[0]["place"], file)
        node.run("fork", "show", file)
        assert stock_check(file.read_bytes(), log_key(world, "coral"), tmp_path) == found[0]["log"]
