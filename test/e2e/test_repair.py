"""A disk changes what was written: the node says so, its log alone halts, and the peer mends it."""
import sqlite3


def spoil(node, channel, back):
    """One bit of the entry of the node's own log that is so many from the end; its index."""
    with sqlite3.connect(f"{node.home}/record.db") as file:
        rows = file.execute("SELECT e.id, e.bytes FROM entry e JOIN log l ON l.number = e.id >> 40"
                            " WHERE l.origin LIKE ? ORDER BY e.id", (f"%/{channel}/kor/1",)).fetchall()
        number, entry = rows[-back]
        file.execute("UPDATE entry SET bytes = ? WHERE id = ?", (entry[:-3] + bytes([entry[-3] ^ 1]) + entry[-2:], number))
    file.close()
    return number & (1 << 40) - 1


def test_what_nobody_else_holds_is_given_up(stage):
    """The words of an entry that no peer has are gone: which, is said, with what to do; and it is done."""
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
    opened = kor.run("restore", "--open-epoch", "--channel", "notify", "--label", "U", key="registrar", code=None).stdout
    assert "KOR/NOTIFY 2.0" in opened, opened
    assert kor.status()["stopped"] == []
    kor.run("send", "--again", key="watch", code=None)
    usa.start()
    usa.wait("all three are there", lambda: {"First.", "Second.", "Third."} <=
             {row["title"] for row in usa.get("/inbox", channel="notify", limit=100)["messages"]})


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
