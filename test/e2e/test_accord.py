"""What the two nodes did not agree to is refused before any entry is read, and both sides say what differs."""
import shutil

import nodes


CATALOGUES = nodes.BINARY.parent.parent.parent / "po"
KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(CATALOGUES)}


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
        shown = node.run("status", code=5, env=KOREAN).stdout
        assert "거부됨: 상대 약정의 timers 파일이 자국 것과 다름" in shown and "다음: " in shown and "differs" not in shown
        assert "timers 파일" in node.run("doctor", code=1, env=KOREAN).stdout
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
    assert "not pinned" in kor.run("status", code=5).stdout
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
