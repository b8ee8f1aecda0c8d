"""What the two nodes did not agree to is refused before any entry is read, and both sides say what differs."""
import shutil

import cbor2
import nodes
import peer




def refusal(node, peer="kor"):
    return next(row.get("refused", {}) for row in node.status()["peers"] if row["party"] == peer)


def test_different_accords_name_the_file(stage):
    world = stage.world(is_started=False)
    other = world.folder / "other"
    shutil.copytree(world.accord, other, ignore=shutil.ignore_patterns("MANIFEST", "SIGNED"))
    with open(other / "timers", "a") as timers:
        timers.write("# a line that the other side has not\n")
    world.sign(other)
    shutil.rmtree(world["usa"].home)
    world.make_home("usa", accord=other)
    for node in world.nodes.values():
        node.start()
    for node, peer in ((world["kor"], "usa"), (world["usa"], "kor")):
        node.wait("the refusal is shown", lambda node=node, peer=peer: refusal(node, peer))
        assert refusal(node, peer) == {"why": "ACCORD_FILE", "name": "timers"}
        assert not node.is_linked()
        shown = node.run("status", code=5).stdout
        assert "REFUSED: the file timers of its accord differs from ours" in shown and "entente accord diff" in shown
        shown = node.run("status", code=5, env=nodes.KOREAN).stdout
        assert "거부됨: 상대 약정의 timers 파일이 자국 것과 다름" in shown and "다음: " in shown and "differs" not in shown
        assert "timers 파일" in node.run("doctor", code=1, env=nodes.KOREAN).stdout
    assert all(row["party"] == "kor" or row["size"] == 0 for row in world["kor"].logs().values())
    done = nodes.run("accord", "diff", world.accord, other, code=1)
    assert "timers" in done.stdout


def test_a_key_that_is_not_pinned(stage):
    """USA's node comes with another TLS key than the accord has: both sides' status names it."""
    world = stage.world(is_started=False)
    stranger = world.folder / "stranger"
    nodes.run("init", "keys", "usa", "--to", stranger)
    for name in ("tls", "tls.pub"):
        shutil.copy(stranger / name, world["usa"].home / "keys" / name)
    kor, usa = world["kor"].start(), world["usa"].start()

    def why(node):
        path = node.paths()["north"]
        return path.get("err") == "NOT_PINNED" or "NOT_PINNED" in str(node.status())

    for node in (kor, usa):
        node.wait("the key that is not pinned is named", lambda node=node: why(node))
        assert not node.is_linked()
    for node in (kor, usa):
        assert "not pinned" in node.run("status", code=5).stdout
        korean = node.run("status", code=5, env=nodes.KOREAN).stdout
        assert "약정에 적힌 키가 아님" in korean and "not pinned" not in korean
    assert sum(row["size"] for row in kor.logs().values() if row["party"] == "usa") == 0


def test_an_accord_that_is_not_signed_does_not_run(stage):
    world = stage.world(is_started=False)
    home = world["kor"].home
    for signature in home.glob("accord/*/SIGNED/usa.*"):
        signature.unlink()
    done = nodes.run("serve", home=home, code=4)
    assert "USA" in done.stderr and "accord sign" in done.stderr


def test_a_changed_file_is_named(stage):
    world = stage.world(is_started=False)
    path = next(world["kor"].home.glob("accord/*/channels"))
    path.write_text(path.read_text() + "# one more line\n")
    done = nodes.run("serve", home=world["kor"].home, code=1)
    assert "channels" in done.stderr
    assert nodes.run("accord", "check", path.parent, code=4).stderr.count("channels") >= 1


def test_another_protocol_is_refused_before_anything_is_read(stage):
    """A peer with the right key, accord and name, and an older or a newer protocol: both sides have both numbers."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    usa.say("send", "notify", "Before.", "--to", "kor/watch", "--label", "U", key="watch")
    world.await_receipts()
    old = peer.Peer(world, "usa", "kor")
    old.take_log("notify")
    key = nodes.officers.Key(world.keys("usa") / "watch")
    assert usa.stop() == 0
    size = kor.logs()["USA/NOTIFY 1"]["size"]
    for protocol in (0, 1, 1 << 40):
        old.write("notify", "watch", key, text="Never read.")
        batch = old.batch("notify")
        line = old.connect(hello=old.hello(protocol) + batch)
        theirs = peer.read_frame(line)
        assert theirs[0] == peer.HELLO and cbor2.loads(theirs[1])[0] == 2, "its people can see both numbers too"
        assert peer.is_closed(line)
        kor.wait("it is told", lambda protocol=protocol: refusal(kor, "usa") == {"why": "PROTOCOL", "theirs": protocol, "ours": 2})
        assert not kor.is_linked() and kor.logs()["USA/NOTIFY 1"]["size"] == size
        shown = kor.run("status", code=5).stdout
        assert f"REFUSED: its protocol has version {protocol}, ours version 2" in shown and "entente --version" in shown
        assert f"프로토콜 버전 불일치: 상대 {protocol}, 자국 2" in kor.run("status", code=5, env=nodes.KOREAN).stdout
        assert "is down: the protocol version is not supported, PROTOCOL" in kor.words()
        # The same by hand.
        file = world.folder / str(protocol)
        file.write_bytes(old.hello(protocol) + batch)
        read = kor.run("bundle", "read", file, code=4).stderr
        assert f"is of protocol {protocol} and this node speaks 2: nothing of it was taken" in read and "entente --version" in read
        assert f"프로토콜 {protocol}" in kor.run("bundle", "read", file, code=4, env=nodes.KOREAN).stderr
        assert kor.logs()["USA/NOTIFY 1"]["size"] == size
    # The same peer with our protocol is welcome, and what it says of the refusal is over.
    old.connect()
    old.send("notify")
    kor.wait("it is taken", lambda: kor.logs()["USA/NOTIFY 1"]["size"] == size + 3)
    assert refusal(kor, "usa") == {}


def test_another_name_or_accord_is_refused_before_anything_is_read(stage):
    """By the key that the accord pins for USA, so that the HELLO alone is at fault."""
    world = stage.world()
    kor = world["kor"]
    liar = peer.Peer(world, "usa", "kor")
    liar.take_log("notify")
    assert world["usa"].stop() == 0
    size = kor.logs()["USA/NOTIFY 1"]["size"]
    liar.write("notify", "watch", nodes.officers.Key(world.keys("usa") / "watch"), text="Never read.")
    other = liar.manifest.replace(liar.manifest[:8], b"00000000", 1)
    for hello, why in ((liar.hello(party="kor"), "PARTY"), (liar.hello(manifest=other), "ACCORD_FILE")):
        line = liar.connect(hello=hello + liar.batch("notify"))
        kor.wait(f"{why} is told", lambda why=why: refusal(kor, "usa").get("why") == why)
        assert peer.is_closed(line) and not kor.is_linked() and kor.logs()["USA/NOTIFY 1"]["size"] == size
        for env in ({}, nodes.KOREAN):
            assert refusal(kor, "usa")["name"] in kor.run("status", code=5, env=env).stdout
