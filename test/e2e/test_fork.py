"""A party's node writes two histories under the same keys: proved, kept, stopped there and nowhere else."""
import os
import shutil
import subprocess

import nodes
import pytest
import reader

CATALOGUES = nodes.BINARY.parent.parent.parent / "po"
KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(CATALOGUES)}


def notice(node, text, peer, channel="notify", key="watch", code=0, more=()):
    return node.say("send", channel, text, "--to", f"{peer}/watch", "--label", "OPEN", *more, key=key, code=code)["place"]


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
        watch = subprocess.Popen([str(nodes.BINARY), "watch", "--home", kor.home], stdout=out, env={**os.environ, **KOREAN})
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
    english, korean = kor.run("status", code=6).stdout, kor.run("status", code=6, env=KOREAN).stdout
    assert "STOPPED" in english and "멈춤" in korean and "STOPPED" not in korean
    assert "two histories" in english and "두 갈래" in korean

    # What was first cosigned stands; nothing of the second history got in.
    titles = [row["title"] for row in kor.get("/inbox", channel="notify")["messages"]]
    assert [title for title in titles if title.startswith("One")] and not [title for title in titles if "Another" in title]

    # The proof stands in KOR's own log of that channel, and a second reader checks it.
    found = [row for row in kor.get("/log", channel="notify", party="kor", limit=1000)["entries"] if row["kind"] == "fork"]
    assert len(found) == 1 and found[0]["verdict"] == "OK"
    content = kor.get("/content", place=found[0]["place"])
    assert reader.fork_is_proved(content, log_key(two, "usa")) and not reader.fork_is_proved(content, log_key(two, "kor"))
    for at in range(20, len(content), 37):
        spoilt = content[:at] + bytes([content[at] ^ 1]) + content[at + 1:]
        assert not reader.fork_is_proved(spoilt, log_key(two, "usa")), at

    # Other logs and the link go on, in both directions.
    kor.await_link()
    for node, peer in ((kor, "usa"), (copy, "kor")):
        place = notice(node, "Telephone us about your log.", peer, "leader", "head", more=["--precedence", "FLASH"])
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
    assert copy.run("send", "notify", "No more.", "--to", "kor/watch", "--label", "OPEN", key="watch", code=None).returncode in (4, 6)
    shutil.rmtree(copy.outbox, ignore_errors=True)
