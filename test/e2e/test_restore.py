"""RECORD.md's second example: a disk dies, an old backup comes back, and the record tells the truth about it.

alba and borea of the example are KOR and USA here; what is at 50, 57 and 60 there is so here too.
"""
import shutil

import officers
import pytest

CHANNEL = "notify"


class Tuesday:
    """KOR's log has 50 entries at the backup, USA has cosigned 57, and three more are QUEUED when the disk dies."""

    def __init__(self, stage):
        self.relay = stage.relay()
        self.world = stage.world(is_started=False, through={("usa", "north"): self.relay.port})
        self.relay.to = self.world.ports["kor", "usa", "north"]
        self.world.start()
        self.kor, self.usa = self.world["kor"], self.world["usa"]
        self.number = self.world.channel(CHANNEL)["number"]
        self.backup = self.world.folder / "tuesday.db"
        # What nodes say of the line by themselves stands at both before the backup: no other log lacks anything then.
        for node in (self.kor, self.usa):
            node.wait("the line is checked", lambda node=node: all(path["line_checked_ms"] for path in node.paths().values()))
        self.world.await_receipts()
        self.fill(50)
        self.kor.run("export", "--backup", self.backup)
        self.fill(57)
        self.relay.cut()
        self.kor.wait("the line is down", lambda: not self.kor.is_linked())
        self.queued = [self.say(f"Queued {number}.", code=5) for number in range(3)]
        self.kor.wait("the signer has signed 60", lambda: self.log(self.kor)["noted"] == 60)
        self.root_57 = self.note_root(self.usa, 57)

    def fill(self, size):
        """Statements as many as it takes, until USA has cosigned that size."""
        seen = self.kor.get("/seen", channel=CHANNEL)
        items = []
        for number in range(self.log(self.kor)["size"], size):
            body = officers.content(f"Notice {number}.")
            raw = officers.statement(bytes.fromhex(seen["accord"]), self.number, "kor", "watch", rel=["kor", "usa"],
                                     to=[("usa", "watch", 0)], precedence=officers.ROUTINE, body=body)
            items.append(officers.item(raw, [self.kor.key("watch")], body))
        assert all(answer["err"] == "OK" for answer in self.kor.post(items))
        self.kor.wait(f"USA has cosigned {size}", lambda: self.log(self.kor)["cosigned"]["usa"] == size)

    def say(self, text, code=0):
        return self.kor.say("send", CHANNEL, text, "--to", "usa/watch", "--label", "U", key="watch", code=code)["place"]

    def log(self, node, party="kor"):
        """The newest epoch of a party's log on the channel."""
        rows = [row for row in node.logs().values() if row["party"] == party and row["channel"] == self.number]
        return max(rows, key=lambda row: row["epoch"])

    def old_log(self, node):
        return next(row for row in node.logs().values()
                    if row["party"] == "kor" and row["channel"] == self.number and row["epoch"] == 1)

    def note_root(self, node, size):
        note = node.get("/note", place=f"KOR/{CHANNEL} 1.{size - 1}").decode().split("\n")
        assert note[1] == str(size)
        return note[2]

    def lose_disk(self, is_signer_lost=False):
        self.kor.kill()
        self.kor.end()
        for path in self.kor.home.glob("record.db*"):
            path.unlink()
        if is_signer_lost:
            shutil.rmtree(self.kor.home / "signer")
        self.kor.run("restore", self.backup)
        self.kor.start()

    def is_closed(self):
        """Nothing is filed under a number that may be in use."""
        done = self.kor.run("send", CHANNEL, "Too soon.", "--to", "usa/watch", "--label", "U", "--json", key="watch",
                            code=None)
        assert done.returncode in (1, 4), done.stdout + done.stderr
        assert "the node is recovering its own log" in done.stderr and "--open-epoch" in done.stderr, done.stderr
        return True

    def open_epoch(self, *words):
        done = self.kor.run("restore", "--open-epoch", *words, "--label", "U", key="registrar",
                            code=None)
        assert done.returncode in (0, 5), done.stderr  # 5: in the record, and the line is down

    def opened(self):
        """The `open` of epoch 2: (old log, head given up)."""
        entry = self.kor.get("/log", channel=CHANNEL, party="kor", epoch=2)["entries"][0]
        assert entry["kind"] == "open"
        fields = {row["key"]: row["value"] for row in entry["fields"]}
        return fields[2], fields.get(3)


def hex_of(root):
    return officers.base64.b64decode(root).hex()


def titles(node):
    return [row["title"] for row in node.get("/inbox", channel=CHANNEL, limit=1000)["messages"]]


@pytest.fixture
def tuesday(stage):
    return Tuesday(stage)


def finish(tuesday):
    """The terminal still has the three statements: they become 2.x, and both sides hold the same."""
    tuesday.kor.run("send", "--again", code=None)
    tuesday.world.await_receipts(15)
    for node in tuesday.world.nodes.values():
        assert titles(node)[-3:] == ["Queued 0.", "Queued 1.", "Queued 2."]
        assert len(titles(node)) == len(set(titles(node)))
        status = node.status()
        assert status["stopped_logs"] == 0 and status["recovering"] is False, f"{status}\n{node.words()}"
    again = [row["place"] for row in tuesday.usa.get("/inbox", channel=CHANNEL, limit=1000)["messages"]][-3:]
    assert all(place.startswith(f"KOR/{CHANNEL.upper()} 2.") for place in again)
    assert tuesday.usa.ladder(again[0])["highest"] == "STATION RECEIPT"


def test_restore_with_the_signers_file(tuesday):
    tuesday.lose_disk()
    assert tuesday.log(tuesday.kor)["size"] == 50
    assert tuesday.kor.status()["recovering"] is True
    assert tuesday.is_closed()
    tuesday.relay.mend()
    tuesday.kor.wait("57 are back", lambda: tuesday.log(tuesday.kor)["size"] == 57)
    assert tuesday.is_closed(), "60 were signed, and nobody has them"
    tuesday.open_epoch("--channel", CHANNEL)
    old, given_up = tuesday.opened()
    assert old == [1, 57, hex_of(tuesday.root_57)]
    assert given_up[0] == 60
    finish(tuesday)
    # Channels without loss go on in epoch 1.
    other = tuesday.kor.say("send", "notify-urgent", "Still the first epoch.", "--to", "usa/head", "--label", "U",
                            "--precedence", "IMMEDIATE", key="watch")["place"]
    assert other.startswith("KOR/NOTIFY-URGENT 1.")


def test_restore_without_the_signers_file(tuesday):
    tuesday.lose_disk(is_signer_lost=True)
    assert tuesday.is_closed()
    tuesday.relay.mend()
    tuesday.kor.wait("57 are back", lambda: tuesday.log(tuesday.kor)["size"] == 57)
    tuesday.open_epoch()  # of every log: none of them has a memory
    old, given_up = tuesday.opened()
    assert old == [1, 57, hex_of(tuesday.root_57)] and given_up is None
    finish(tuesday)


def test_restore_out_of_reach(tuesday):
    root_50 = tuesday.note_root(tuesday.usa, 50)
    tuesday.lose_disk()
    assert tuesday.is_closed()
    assert f"channel {CHANNEL}: our signer has signed 60 entries of our log, the store has 50: it is closed" in tuesday.kor.words()
    # A key that may not do it changes nothing: who may still can, also when the node was started again meanwhile.
    wrong = ["restore", "--open-epoch", "--channel", CHANNEL, "--label", "U"]
    for _ in range(2):
        assert "(KEY)" in tuesday.kor.run(*wrong, key="watch", code=4).stderr
    tuesday.kor.stop()
    tuesday.kor.start()
    assert tuesday.log(tuesday.kor)["epoch"] == 1 and tuesday.is_closed()
    tuesday.open_epoch("--channel", CHANNEL)
    old, given_up = tuesday.opened()
    assert old == [1, 50, hex_of(root_50)] and given_up[0] == 60
    assert titles(tuesday.kor)[-1] == "Notice 49."
    tuesday.relay.mend()
    tuesday.kor.wait("50 to 56 fill the first epoch", lambda: tuesday.old_log(tuesday.kor)["size"] == 57)
    assert tuesday.note_root(tuesday.kor, 57) == tuesday.root_57
    finish(tuesday)


def test_a_disk_without_a_backup(pair):
    """The peer gives back what is shared; the home channel, which nobody else has, begins anew with the keys of the others."""
    kor = pair["kor"]
    words = ("send", "notify-urgent", "By two others.", "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    kor.say(*words, key="watch")
    pair.await_receipts()
    kor.kill()
    kor.end()
    kor.lose_record()
    kor.start()
    kor.wait("the shared logs are back", lambda: {row["log"] for row in kor.get("/logs")["logs"]
                                                  if row["party"] == "kor" and row["state"] == "RECOVERING"} == {"KOR/KOR-HOME 1"})
    assert kor.say(*words, key="watch", code=4) == {}, "nothing is drafted on a log that is not whole"
    assert "KOR/KOR-HOME 2.0" in kor.run("restore", "--open-epoch", "--label", "U", key="registrar").stdout
    assert kor.status()["recovering"] is False
    place = kor.release(*words)
    pair["usa"].await_step(place, "STATION RECEIPT")
    assert place.startswith("KOR/NOTIFY-URGENT 1.") and kor.get("/drafts", all=1)[0]["place"] == "KOR/KOR-HOME 2.4"
    assert kor.run("verify").returncode == 0


def test_a_lost_card_stays_lost(pair):
    """In the next epoch of every log, for its holder and for another; the epoch repeats what is in force, and nothing in vain."""
    kor, usa = pair["kor"], pair["usa"]
    lost = kor.key("spare")
    words = ("keys", "--add", f"{lost.path}.pub", "--roles", "watch", "--label", "U")
    kor.run(*words, "--holder", "9", key="registrar")
    kor.run("keys", "--withdraw", f"{lost.path}.pub", "--label", "U", key="registrar")
    pair.await_receipts()
    kor.kill()
    kor.end()
    kor.lose_record()
    shutil.rmtree(kor.home / "signer")
    kor.start()
    kor.wait("the shared logs are back", lambda: all(row["size"] > 3 for row in kor.get("/logs")["logs"] if row["party"] == "kor" and "HOME" not in row["log"]))
    kor.await_link()
    kor.run("restore", "--open-epoch", "--label", "U", key="registrar")
    pair.await_receipts()
    for holder in ("9", "10"):
        assert "(WITHDRAWN)" in kor.run(*words, "--holder", holder, key="registrar", code=4).stderr
    for node in (kor, usa):
        assert lost.fingerprint not in {row["fingerprint"] for row in node.get("/keys", party="kor", channel=CHANNEL)["keys"] if "withdrawn" not in row}
        assert not [row for row in node.get("/log", channel=CHANNEL, party="kor", last=50)["entries"] if row["verdict"] != "OK"], "nothing is repeated in vain"
    assert kor.say("send", CHANNEL, "By the lost card.", "--to", "usa/watch", "--label", "U", key="spare", code=4) == {}


def test_a_withdrawal_that_came_back_too_late(stage):
    """The next epoch had not seen it, so the lost card signs there: the doctor says so until it is withdrawn again."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.start()
    kor, backup = world["kor"], world.folder / "before.db"
    lost = kor.key("spare")
    kor.run("keys", "--add", f"{lost.path}.pub", "--roles", "watch", "--label", "U", "--holder", "9", key="registrar")
    world.await_receipts()
    kor.run("export", "--backup", backup)
    kor.run("keys", "--withdraw", f"{lost.path}.pub", "--label", "U", key="registrar")
    world.await_receipts()
    relay.cut()
    kor.wait("the line is down", lambda: not kor.is_linked())
    kor.kill()
    kor.end()
    for path in kor.home.glob("record.db*"):
        path.unlink()
    kor.run("restore", backup)
    kor.start()
    kor.run("restore", "--open-epoch", "--label", "U", key="registrar", code=None)
    assert kor.status()["unheeded"] == [] and "withdrew" not in kor.run("doctor", code=None).stdout
    relay.mend()
    shared = {row["log"] for row in kor.get("/logs")["logs"] if row["party"] == "kor" and "HOME" not in row["log"] and row["log"].endswith(" 2")}
    kor.wait("the withdrawal is back in each of them", lambda: len(kor.status()["unheeded"]) == min(len(shared), 8))
    kor.say("send", CHANNEL, "By the lost card.", "--to", "usa/watch", "--label", "U", key="spare")
    place = kor.status()["unheeded"][0]
    assert kor.entry(place)["kind"] == "keys" and place.split(" ")[1].startswith("1.")
    told = kor.run("doctor", code=None).stdout
    assert f"{place} withdrew a key" in told and "entente keys --withdraw FILE" in told
    kor.run("keys", "--withdraw", f"{lost.path}.pub", "--label", "U", key="registrar")
    assert kor.status()["unheeded"] == [] and "withdrew" not in kor.run("doctor", code=None).stdout
    assert kor.say("send", CHANNEL, "By the lost card.", "--to", "usa/watch", "--label", "U", key="spare", code=4) == {}


def test_a_node_restarted_in_order_does_not_recover(pair):
    kor = pair["kor"]
    pair.await_receipts()
    for how in ("stop", "kill"):
        if how == "stop":
            kor.stop()
        else:
            kor.kill()
            kor.end()
        kor.start()
        assert kor.status()["recovering"] is False
        kor.await_link()
        assert kor.say("send", CHANNEL, how, "--to", "usa/watch", "--label", "U", key="watch")["place"].startswith(
            f"KOR/{CHANNEL.upper()} 1.")


def test_standing_dialogues_come_back(stage):
    """An old backup comes back: what was promised, reported and signed meanwhile stands as on the other side, and goes on."""
    people = {"policy": ["policy"], "linguist": ["linguist"]}
    world = stage.world(officers_of={"kor": people, "usa": people})
    kor, usa = world["kor"], world["usa"]
    backup = world.folder / "tuesday.db"

    def state(node):
        found = node.get("/dialogues")["things"]
        text = node.get("/text", place=next(one["place"] for one in found if one["kind"] == "text"), file="0")
        return found, {**text, "now_ms": 0, "sign_from_ms": 0}

    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("commitments", "new", "kidd", "plan", "A plan", "--by", "KOR", "--detail", "It is agreed", "--language", "en", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--languages", "en", key="policy")
    world.await_receipts()
    kor.run("export", "--backup", backup)
    kor.run("commitments", "report", "plan", "Written", "--language", "en", key="policy")
    kor.run("text", "unit", "statement", "goal", "They go on.", "--language", "en", key="policy")
    world.await_receipts()
    usa.run("commitments", "accept", "plan", key="policy")
    for node in (usa, kor):
        node.run("text", "agree", "statement", key="policy")
        node.run("text", "concord", "statement", key="linguist")
        world.await_receipts()
    for node in (usa, kor):
        node.run("text", "initial", "statement", key="policy")
        world.await_receipts()
    for verb in ("readback", "mark"):
        for node in (usa, kor):
            node.run("text", verb, "statement", key="policy")
        world.await_receipts()
    before = state(kor)
    assert before == state(usa) and before[1]["state"] == "INITIALLED" and "CORRECT" in str(before[1]["initialled"])
    kor.kill()
    kor.end()
    kor.lose_record()
    kor.run("restore", backup)
    kor.start()
    kor.wait("its log is whole again", lambda: not kor.status()["recovering"] and state(kor) == before)
    assert state(usa) == before
    usa.run("commitments", "new", "kidd", "next", "Another", "--by", "USA", "--detail", "It is held", "--language", "en", key="policy")
    kor.wait("it goes on", lambda: state(kor) == state(usa) and len(state(kor)[0]) == len(before[0]) + 1)
