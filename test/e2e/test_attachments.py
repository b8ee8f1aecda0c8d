"""A message that is read before all of what is attached to it has come: its author sees what was not there."""
import os

import nodes
import pytest

CATALOGUES = nodes.BINARY.parent.parent.parent / "po"
KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(CATALOGUES)}
SLOW = 40_000


@pytest.fixture
def world(stage):
    """KOR and USA on a line that can be slowed."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    world.relay = relay
    return world.start()


def is_whole(node, one):
    found = node.find("/attachments", hash=one["hash"])
    return bool(found) and found["held"] == one["len"]


def send(world, *files):
    words = [word for file in files for word in ("--attach", file)]
    return world["kor"].say("send", "notify", "With files.", "--to", "usa/watch", "--label", "U", *words, key="watch")["place"]


def had(node, place):
    """The names that the WATCH READ has, and all names."""
    names = {one["hash"]: one["name"] for one in node.entry(place)["attachments"]}
    return {names[hash_] for hash_ in node.ladder(place)["steps"]["WATCH READ"]["attachments"]}, set(names.values())


def test_read_before_its_attachment_came(world):
    kor, usa = world["kor"], world["usa"]
    note, plan = world.folder / "note.txt", world.folder / "plan.bin"
    note.write_text("Short.")
    plan.write_bytes(os.urandom(2 << 20))
    world.relay.bytes_per_s = SLOW
    place = send(world, note, plan)
    usa.await_step(place, "STATION RECEIPT", 20)
    attachments = {one["name"]: one for one in usa.entry(place)["attachments"]}
    usa.wait("the note is whole", lambda: is_whole(usa, attachments["note.txt"]), 20)
    assert not is_whole(usa, attachments["plan.bin"])
    shown = usa.run("read", place).stdout
    assert shown.count("INCOMPLETE") == 1
    read = usa.say("ack", place, key="watch")["place"]
    kor.await_step(place, "WATCH READ", 20)
    for node in (kor, usa):
        assert had(node, place) == ({"note.txt"}, {"note.txt", "plan.bin"})
        for words in (("ladder", place), ("read", place)):
            shown = node.run(*words).stdout
            assert "with attachment: note.txt" in shown and "without attachment: plan.bin" in shown, shown
            korean = node.run(*words, env=KOREAN).stdout
            assert "첨부와 함께 열람: note.txt" in korean and "첨부 없이 열람: plan.bin" in korean and "attachment" not in korean, korean
    # It comes, and nothing is made up of that: who read it had not got it.
    world.relay.bytes_per_s = 0
    world.relay.cut()
    world.relay.mend()
    usa.wait("the plan is whole", lambda: is_whole(usa, attachments["plan.bin"]), 30)
    assert "INCOMPLETE" not in usa.run("read", place).stdout
    assert had(kor, place)[0] == {"note.txt"}
    fields = kor.entry(read)["fields"]
    assert fields == [{"key": 1, "value": [attachments["note.txt"]["hash"]]}]


def test_all_were_there_or_none_was_named(world):
    kor, usa = world["kor"], world["usa"]
    one, same = world.folder / "one", world.folder / "same"
    one.write_text("Twice the same.")
    same.write_text("Twice the same.")
    place, bare = send(world, one, same), send(world)
    for attachment in kor.entry(place)["attachments"]:
        usa.wait("it is whole", lambda attachment=attachment: is_whole(usa, attachment))
    usa.wait("both came", lambda: usa.find("/entry", place=bare))
    usa.say("ack", place, key="watch")
    usa.say("ack", bare, key="watch")
    world.await_receipts()
    assert len(kor.ladder(place)["steps"]["WATCH READ"]["attachments"]) == 1
    shown = kor.run("ladder", place).stdout
    assert shown.count("with attachment: ") == 2 and "without" not in shown
    assert "attachments" not in kor.ladder(bare)["steps"]["WATCH READ"]
    assert "attachment" not in kor.run("ladder", bare).stdout
