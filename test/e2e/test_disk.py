"""A full disk and a read-only one: refused with the limit named, the peer's entries still held, nothing lost after."""
import shutil
import time

import disks
import nodes
import officers
import pytest

FAILING = nodes.BUILD / "test/lib/failing.so"


@pytest.fixture
def small(stage):
    """A world whose KOR node lives on a file system of 96 MiB."""
    world = stage.world(is_started=False)
    home, aside = world["kor"].home, world.folder / "aside"
    home.rename(aside)
    home.mkdir(mode=0o700)
    disks.mount(home, 96)
    try:
        shutil.copytree(aside, home, dirs_exist_ok=True)
        yield world
    finally:
        world.stop()
        disks.unmount(home)


def notice(node, text, peer, code=0):
    return node.run("send", "notify", text, "--to", f"{peer}/watch", "--label", "U", "--json", key="watch", code=code)


def many(node, peer, count):
    """Long statements that are filed at once; their places."""
    seen, key, items = node.get("/seen", channel="notify"), node.key("watch"), []
    for _ in range(count):
        body = officers.content("Many. " + "x" * 60000)
        raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], node.party, "watch", rel=[node.party, peer],
                                 to=[(peer, "watch", 0)], precedence=officers.ROUTINE, body=body)
        items.append(officers.item(raw, [key], body))
    return [answer["place"] for answer in node.post(items)]


def test_full_disk(small):
    kor, usa = small.start()["kor"], small["usa"]
    notice(kor, "Before.", "usa")
    small.await_receipts()
    ballast = disks.fill(kor.home)
    filed, refused = [], None
    for number in range(400):
        done = notice(kor, f"{number} " + "x" * 60000, "usa", code=None)
        if done.returncode != 0:
            refused = done
            break
        filed.append(number)
    assert refused is not None, "96 MiB took everything"
    assert refused.returncode == 1 and "disk" in refused.stderr and "full" in refused.stderr, refused.stderr
    assert kor.process.poll() is None, "the node goes on: it refuses, it does not stop"
    held = usa.say("send", "notify", "From the other side.", "--to", "kor/watch", "--label", "U", key="watch")["place"]
    usa.await_step(held, "STATION RECEIPT")
    assert kor.entry(held)["text"] == ["From the other side."]
    # The reserve lasts: a hundred of theirs. It has an end too: what it has no room for waits at its author, and nobody stops.
    theirs = [held, *(place for _ in range(10) for place in many(usa, "kor", 10))]
    usa.await_step(theirs[-1], "STATION RECEIPT")
    assert kor.entry(theirs[-1])["text"][0].startswith("Many.")
    theirs += [place for _ in range(30) for place in many(usa, "kor", 10)]
    time.sleep(1)
    assert not usa.has_step(theirs[-1], "STATION RECEIPT"), "16 MiB took 24"
    assert kor.process.poll() is None and notice(kor, "Not yet.", "usa", code=1).returncode == 1
    assert kor.log.read_text().count("the store failed") < 10, "a log on the same disk is not what fills it"
    ballast.unlink()
    usa.await_step(theirs[-1], "STATION RECEIPT", 20)
    kor.wait("there is room again", lambda: notice(kor, "After.", "usa", code=None).returncode == 0)
    small.await_receipts()
    said = [row["title"] for row in usa.get("/inbox", channel="notify", limit=1000)["messages"] if row["party"] == "kor"]
    assert [title.split()[0] for title in said if title[0].isdigit()] == [str(number) for number in filed]
    kor.stop()
    kor.run("verify")
    kor.start()
    kor.await_link()


def test_no_room_for_an_epoch(stage):
    """Its opening is taken back whole, and can be asked for again when there is room."""
    world = stage.world()
    kor, told, backup = world["kor"], nodes.tell(world.folder / "told"), world.folder / "backup"
    kor.run("export", "--backup", backup)
    notice(kor, "Forgotten by the backup.", "usa")
    world.await_receipts()
    world.stop()
    kor.run("restore", backup)
    kor.start(env={"LD_PRELOAD": str(FAILING), "FAILING": str(told)})
    begin = ["restore", "--open-epoch", "--channel", "notify", "--label", "U", "--json"]
    nodes.tell(told, "pwrite ENOSPC record.db-redo")  # the marks of the signer have their place already
    refused = kor.run(*begin, key="registrar", code=1)
    assert "full" in refused.stderr and "next: " in refused.stderr, refused.stderr
    nodes.tell(told)
    kor.wait("there is room again", lambda: kor.run(*begin, key="registrar", code=None).returncode == 5)
    assert "KOR/NOTIFY 2." in notice(kor, "In the second epoch.", "usa", code=5).stdout


def test_no_room_at_the_start(small):
    kor = small["kor"]
    disks.fill(kor.home)
    kor.start(wait=False)
    assert kor.end() == 1
    assert "full" in kor.words()
    (kor.home / "ballast").unlink()
    kor.start()


def test_read_only_disk(small):
    kor = small["kor"].start()
    kor.stop()
    disks.as_root("mount", "-o", "remount,ro", kor.home)
    done = nodes.run("serve", home=kor.home, code=1)
    assert "Read-only" in done.stderr or "read-only" in done.stderr
    disks.as_root("mount", "-o", "remount,rw", kor.home)
    kor.start()


@pytest.mark.parametrize("call", ["fdatasync EIO", "pwrite EROFS"])
def test_a_disk_that_fails_under_load(stage, call):
    """Nobody knows what of it is on the disk: the node refuses, stops, says why, and the restart reads what there is."""
    world = stage.world(is_started=False)
    kor, usa, told = world["kor"], world["usa"], nodes.tell(world.folder / "told")
    kor.start(env={"LD_PRELOAD": str(FAILING), "FAILING": str(told)})
    usa.start()
    for node in world.nodes.values():
        node.await_link()
    said = [notice(kor, f"Good {number}.", "usa").stdout for number in range(5)]
    world.await_receipts()
    time.sleep(0.5)  # the quiet moment after the receipts is past: what fails is the statement's own turn
    events = kor.events()
    nodes.tell(told, call)
    refused = notice(kor, "Into the failing disk.", "usa", code=1)
    assert refused.stdout == "" and "may or may not" in refused.stderr and "entente send --again" in refused.stderr
    assert kor.end() == 1, "the node stops rather than go on unsure"
    with pytest.raises((OSError, nodes.http.client.HTTPException, ValueError)):
        event = events.next(lambda one: one["change"] == "ENTRY")
        raise AssertionError(f"shown, and not durable: {event}")
    words = kor.words()
    assert "disk" in words and "failed" in words, words
    assert usa.process.poll() is None and usa.run("status", code=5).stdout

    kor.start(env={"LD_PRELOAD": str(FAILING), "FAILING": str(told)}, wait=False)
    assert kor.end() == 1, "not before the disk is good again"
    told.unlink()
    kor.start()
    kor.await_link()
    world.await_receipts()
    held = [row["place"] for row in usa.get("/inbox", channel="notify")["messages"]]
    assert len(said) == 5 and all(any(place in line for line in said) for place in held[:5])
    # What was not acknowledged is said again by its terminal, and stands once whether or not the disk had it.
    kor.run("send", "--again")
    kor.wait("it is there", lambda: "Into the failing disk." in [row["title"] for row in kor.get("/inbox", channel="notify")["messages"]])
    world.await_receipts()
    titles = [row["title"] for row in usa.get("/inbox", channel="notify")["messages"]]
    assert titles.count("Into the failing disk.") == 1
    kor.stop()
    kor.run("verify")


def test_files_that_cannot_be_opened(stage):
    """No descriptor left, or a disk that gives none: what asked for it is refused, and nothing else changes."""
    world = stage.world(is_started=False)
    kor, told = world["kor"], nodes.tell(world.folder / "told")
    failing = {"LD_PRELOAD": str(FAILING), "FAILING": str(told)}
    kor.start(env=failing)
    place = kor.say("send", "notify", "Before.", "--to", "usa/watch", "--label", "U", key="watch", code=5)["place"]
    nodes.tell(told, "open EMFILE")
    refused = kor.run("export", "--backup", world.folder / "copy.db", code=1)
    assert refused.stderr.count("\n") >= 1 and not (world.folder / "copy.db").exists(), refused.stderr
    notice(kor, "Meanwhile.", "usa", code=5)
    assert kor.stop() == 0
    kor.start(env=failing, wait=False)
    assert kor.end() == 1
    words = kor.words()
    assert f"The record {kor.home}/record.db cannot be opened" in words and "next: entente doctor" in words, words
    told.unlink()
    kor.start()
    kor.run("export", "--backup", world.folder / "copy.db")
    assert [row["title"] for row in kor.get("/inbox", channel="notify")["messages"]] == ["Before.", "Meanwhile."]
    assert kor.entry(place)["verdict"] == "OK"
