"""A disk changes what was written: the node says so, its log alone halts, and the peer mends it."""
import json
import sqlite3

from test_alarm import Alarm


def spoil(node, channel, back):
    """One bit of the entry of the node's own log that is so many from the end; its index."""
    with sqlite3.connect(f"{node.home}/record.db") as file:
        rows = file.execute("SELECT e.id, e.bytes FROM entry e JOIN log l ON l.number = e.id >> 40"
                            " WHERE l.origin LIKE ? ORDER BY e.id", (f"%/{channel}/kor/1",)).fetchall()
        number, entry = rows[-back]
        file.execute("UPDATE entry SET bytes = ? WHERE id = ?", (entry[:-3] + bytes([entry[-3] ^ 1]) + entry[-2:], number))
    file.close()
    return number & (1 << 40) - 1


def logs_of(node):
    return [row for row in json.loads(node.run("doctor", "--json", code=None).stdout) if row["check"] == "logs"]


def withdrawn(node, role):
    """The channels in whose log of ours a key of that post alone is withdrawn."""
    logs = {name.split("/")[1].split(" ")[0].lower() for name in node.logs() if name.startswith("KOR/")}
    return {row["name"] for row in node.get("/channels")["channels"] if row["name"] in logs and any(
        "withdrawn" in key and key["roles"] == [role] for key in node.get("/keys", channel=row["number"])["keys"])}


def test_what_nobody_else_holds_is_given_up(stage):
    """The words of an entry that no peer has are gone: which, is said, with what to do; and it is done.

    Meanwhile a lost key is withdrawn in each log that takes anything, the other one is named, and takes it alone when it is said again."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    channel = next(row["number"] for row in kor.get("/channels")["channels"] if row["name"] == "notify")
    usa.stop()
    for words in ("First.", "Second.", "Third."):
        kor.say("send", "notify", words, "--to", "usa/watch", "--label", "U", key="watch", code=5)
    kor.stop()
    index = spoil(kor, channel, 2)
    kor.start()
    shown = kor.run("repair", code=6)
    assert f"{index}  the leaf" in shown.stdout and "nobody else holds it" in shown.stdout, shown.stdout
    assert f"--open-epoch --channel {channel}" in shown.stdout and "with what to do" in shown.stderr, shown
    told = kor.run("status", code=None).stdout
    assert "nobody else holds it" in told and "next: entente restore" in told and "next: entente repair" not in told, told
    rots = kor.status()["stopped"][0]["rots"]
    assert [(rot["index"], rot["what"], rot["held_by"]) for rot in rots] == [(index, "NODE", [])]
    withdraw = ["keys", "--withdraw", kor.keys / "head.pub", "--label", "U"]
    told = kor.run(*withdraw, key="registrar", code=6)
    assert "take nothing now: notify." in told.stderr and "entente doctor" in told.stderr, told
    others = withdrawn(kor, "head")
    assert {"kor-home", "leader"} <= others and "notify" not in others, others
    opened = kor.run("restore", "--open-epoch", "--channel", "notify", "--label", "U", key="registrar", code=None).stdout
    assert "KOR/NOTIFY 2.0" in opened, opened
    assert kor.status()["stopped"] == []
    sizes = {name: row["size"] for name, row in kor.logs().items() if "SERVICE" not in name}
    kor.run(*withdraw, key="registrar", code=5)
    assert withdrawn(kor, "head") == others | {"notify"}
    assert {name for name, size in sizes.items() if kor.logs()[name]["size"] != size} == {"KOR/NOTIFY 2"}
    kor.run("send", "--again", key="watch", code=None)
    usa.start()
    usa.wait("all three are there", lambda: {"First.", "Second.", "Third."} <=
             {row["title"] for row in usa.get("/inbox", channel="notify", limit=100)["messages"]})


def test_a_log_that_was_given_up_calls_nobody(stage, tmp_path):
    """A home channel ends as it is, and a later epoch goes on: nothing is left to do, and nothing says that something is."""
    world = stage.world()
    kor = world["kor"]
    channel = next(row["number"] for row in kor.get("/channels")["channels"] if row["name"] == "kor-home")
    for words in ("First.", "Second."):
        kor.say("send", "kor-home", words, "--to", "kor/watch", "--label", "U", key="watch")
    kor.stop()
    spoil(kor, channel, 1)
    kor.start()
    kor.await_link()
    kor.run("repair", code=6)
    assert [(row["finding"], row["why"], row["next"]) for row in logs_of(kor)] == [("BAD", "KOR/KOR-HOME 1 is stopped", "entente status")]
    alarm, cause = Alarm(kor, tmp_path / "rung"), {"kind": "LOG", "cause": "LOG KOR/KOR-HOME 1"}
    alarm.await_said("ALARM", **cause)
    kor.run("restore", "--open-epoch", "--channel", "kor-home", "--label", "U", key="registrar", code=None)
    alarm.await_said("ENDED", **cause)
    alarm.end()
    assert [(row["log"], row["ended"]) for row in kor.status()["stopped"]] == [("KOR/KOR-HOME 1", True)]
    assert [(row["finding"], row["why"], row["next"]) for row in logs_of(kor)] == [("OK", "KOR/KOR-HOME 1 was given up; a later epoch goes on", "")]
    kor.run("status", code=0)


def test_a_peer_mends_an_entry(stage):
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    kor.say("send", "notify", "Words.", "--to", "usa/watch", "--label", "U", key="watch")
    world.await_receipts()
    assert "read again" in kor.run("status").stdout
    assert '"found":0' in usa.run("repair", "--json").stdout
    assert usa.stop() == 0
    with sqlite3.connect(f"{usa.home}/record.db") as file:
        rows = file.execute("SELECT e.id, e.bytes FROM entry e JOIN log l ON l.number = e.id >> 40"
                            " WHERE l.origin LIKE '%/kor/1' ORDER BY e.id").fetchall()
        number, entry = rows[-1]
        file.execute("UPDATE entry SET bytes = ? WHERE id = ?", (entry[:-3] + bytes([entry[-3] ^ 1]) + entry[-2:], number))
    file.close()
    usa.run("verify", code=6)
    usa.start()
    usa.await_link()
    shown = usa.run("repair", "--json").stdout
    assert '"found":1' in shown and '"left":0' in shown, shown
    assert usa.status()["stopped"] == []
    usa.run("verify")


def spoil_row(node, kind):
    """One bit of the first row of that kind in the views."""
    with sqlite3.connect(f"{node.home}/record.db") as file:
        key, value = file.execute("SELECT key, value FROM view WHERE substr(key, 1, 1) = ? ORDER BY key", (kind,)).fetchone()
        file.execute("UPDATE view SET value = ? WHERE key = ?", (bytes([value[0] ^ 1]) + value[1:], key))
    file.close()


def test_a_row_of_the_views_that_each_start_reads(stage):
    """It keeps no node from starting: whoever stopped over one begins with the views made anew, and so does who cannot open them."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    kor.say("send", "notify", "First.", "--to", "usa/watch", "--label", "U", key="watch")
    kor.stop()
    spoil_row(kor, b"o")  # what a message is owed, which every tick walks over
    kor.start(wait=False)
    assert kor.end() == 1 and "the node stops" in kor.words()
    kor.start()
    kor.stop()
    assert kor.words().count("a row of the views has changed on this disk") == 1
    spoil_row(kor, b"f")  # how much of a log is folded: read before anything else
    kor.start()
    kor.await_link()
    assert kor.words().count("a row of the views has changed on this disk") == 2
    kor.say("send", "notify", "Second.", "--to", "usa/watch", "--label", "U", key="watch")
    for node in (kor, usa):
        node.wait("both are there", lambda: {"First.", "Second."} <= {row["title"] for row in node.get("/inbox", channel="notify")["messages"]})
    assert len(kor.get("/owed")["messages"]) == 2, "made anew with the others"
