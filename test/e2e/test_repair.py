"""A disk changes what was written: the node says so, its log alone halts, and the peer mends it."""
import sqlite3


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
