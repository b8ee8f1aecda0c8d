"""A full disk and a read-only one: refused with the limit named, the peer's entries still held, nothing lost after."""
import os
import shutil
import subprocess

import nodes
import pytest

MIB = 1 << 20


def as_root(*command):
    """A file system of a chosen size takes root; who runs the tests has it, or sudo, to install packages."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    subprocess.run([*prefix, *map(str, command)], check=True)


@pytest.fixture
def small(stage):
    """A world whose KOR node lives on a file system of 64 MiB."""
    world = stage.world(is_started=False)
    home, aside = world["kor"].home, world.folder / "aside"
    home.rename(aside)
    home.mkdir(mode=0o700)
    as_root("mount", "-t", "tmpfs", "-o", f"size=64m,mode=0700,uid={os.geteuid()}", "tmpfs", home)
    try:
        shutil.copytree(aside, home, dirs_exist_ok=True)
        yield world
    finally:
        world.stop()
        as_root("umount", "-l", home)


def fill(folder):
    """Leaves no byte free."""
    with open(folder / "ballast", "ab", buffering=0) as ballast:
        for piece in (MIB, 4096, 1):
            try:
                while True:
                    ballast.write(bytes(piece))
            except OSError:
                continue
    return folder / "ballast"


def notice(node, text, peer, code=0):
    return node.run("send", "notify", text, "--to", f"{peer}/watch", "--label", "OPEN", "--json", key="watch", code=code)


def test_full_disk(small):
    kor, usa = small.start()["kor"], small["usa"]
    notice(kor, "Before.", "usa")
    small.await_receipts()
    ballast = fill(kor.home)
    filed, refused = [], None
    for number in range(400):
        done = notice(kor, f"{number} " + "x" * 60000, "usa", code=None)
        if done.returncode != 0:
            refused = done
            break
        filed.append(number)
    assert refused is not None, "64 MiB took everything"
    assert refused.returncode == 1 and "disk" in refused.stderr and "full" in refused.stderr, refused.stderr
    assert kor.process.poll() is None, "the node goes on: it refuses, it does not stop"
    held = usa.say("send", "notify", "From the other side.", "--to", "kor/watch", "--label", "OPEN", key="watch")["place"]
    usa.await_step(held, "STATION RECEIPT")
    assert kor.entry(held)["text"] == ["From the other side."]
    ballast.unlink()
    kor.wait("there is room again", lambda: notice(kor, "After.", "usa", code=None).returncode == 0)
    small.await_receipts()
    said = [row["title"] for row in usa.get("/inbox", channel="notify", limit=1000)["messages"] if row["party"] == "kor"]
    assert [title.split()[0] for title in said if title[0].isdigit()] == [str(number) for number in filed]
    kor.stop()
    kor.run("verify")
    kor.start()
    kor.await_link()


def test_no_room_at_the_start(small):
    kor = small["kor"]
    fill(kor.home)
    kor.start(wait=False)
    assert kor.end() == 1
    assert "full" in kor.words()
    (kor.home / "ballast").unlink()
    kor.start()


def test_read_only_disk(small):
    kor = small["kor"].start()
    kor.stop()
    as_root("mount", "-o", "remount,ro", kor.home)
    done = nodes.run("serve", home=kor.home, code=1)
    assert "Read-only" in done.stderr or "read-only" in done.stderr
    as_root("mount", "-o", "remount,rw", kor.home)
    kor.start()
