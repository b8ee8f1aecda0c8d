"""A message that is read before all of what is attached to it has come: its author sees what was not there."""
import hashlib
import json
import os

import nodes
import officers
import pytest

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
            korean = node.run(*words, env=nodes.KOREAN).stdout
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


def carry(world, author, peer, name, *words):
    """A bundle from node to node that never hear each other; how many attachments it says it has left out."""
    file = world.folder / name
    # What was answered is in the record; a bundle has it once the signer has put his line under it.
    author.wait("all of its own has a note", lambda: all(
        row["noted"] == row["size"] for row in author.logs().values() if row["party"] == author.party))
    left = json.loads(author.run("bundle", "write", "--peer", peer.party, file, "--json", *words).stdout)["left"]
    peer.run("bundle", "read", file)
    return left


def test_by_hand_alone(stage):
    """No line at all: files both ways bring a message and what is attached to it to READ BACK."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.cut()
    kor, usa = world["kor"].start(), world["usa"].start()
    big, small = world.folder / "big.bin", world.folder / "small.txt"
    big.write_bytes(os.urandom(1_500_000))
    small.write_bytes(b"small")
    words = [word for file in (small, big) for word in ("--attach", file)]
    place = kor.say("send", "notify", "By hand.", "--to", "usa/watch", "--label", "U", *words, key="watch", code=5)["place"]

    assert carry(world, kor, usa, "1", "--limit", "1") == 1
    attached = {one["name"]: one for one in usa.entry(place)["attachments"]}
    assert is_whole(usa, attached["small.txt"]) and not is_whole(usa, attached["big.bin"]), "what fits goes"
    assert 0 < usa.find("/attachments", hash=attached["big.bin"]["hash"])["held"] <= 1 << 20
    # Nothing that is held goes again: the record is cosigned, and of the big one the rest is asked for.
    assert carry(world, usa, kor, "2") == 0
    assert kor.has_step(place, "STATION RECEIPT")
    assert carry(world, kor, usa, "3", "--limit", "1") == 0
    assert (world.folder / "3").stat().st_size < 600_000
    saved = world.folder / "saved"
    usa.run("read", place, "--save", saved)
    assert sorted(path.read_bytes() for path in saved.iterdir()) == sorted([big.read_bytes(), small.read_bytes()])

    usa.say("ack", place, key="watch", code=5)
    said = usa.say("readback", place, "By hand.", key="watch", code=5)["place"]
    carry(world, usa, kor, "4")
    kor.say("correct", said, key="watch", code=5)
    assert carry(world, kor, usa, "5") == 0
    assert (world.folder / "5").stat().st_size < 100_000, "what is held is left out"
    for node in (kor, usa):
        assert {"WATCH READ", "READ BACK"} <= set(node.ladder(place)["steps"])


def test_a_false_piece_by_hand_takes_nothing(stage):
    """A carried file may be anybody's: a false attachment in it is not kept, and the line brings the true one."""
    relay = stage.relay()
    world = stage.world(is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    relay.cut()
    kor, usa = world["kor"].start(), world["usa"].start()
    true = world.folder / "true.bin"
    true.write_bytes(bytes(40_000))
    place = kor.say("send", "notify", "By hand.", "--to", "usa/watch", "--label", "U", "--attach", true, key="watch", code=5)["place"]
    kor.run("bundle", "write", "--peer", "usa", world.folder / "one")
    false = bytearray((world.folder / "one").read_bytes())
    false[-100] ^= 1  # of the last piece, before the END
    (world.folder / "one").write_bytes(false)
    assert usa.run("bundle", "read", world.folder / "one", code=None).returncode != 0
    one = usa.entry(place)["attachments"][0]
    assert not is_whole(usa, one)
    relay.mend()
    usa.wait("the true one came", lambda: is_whole(usa, one))


def test_a_wrong_length_is_in_nobodys_way(stage):
    """What somebody began under a hash with another length, and never ended, kept that file from everybody."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    for wrong in (9, -9):
        file = world.folder / f"file{wrong}"
        file.write_text(f"What another began, of {wrong}.")
        raw = file.read_bytes()
        assert kor.ask("POST", "/attachments", b"x" * 4, hash=hashlib.sha256(raw).hexdigest(), offset=0, total=len(raw) + wrong)[0] == 200
        place = kor.say("send", "notify", "The file.", "--to", "usa/watch", "--label", "U", "--attach", file, key="watch")["place"]
        usa.await_step(place, "STATION RECEIPT")
        usa.wait("it is whole", lambda place=place: is_whole(usa, usa.entry(place)["attachments"][0]))


def test_a_hash_opens_no_file(stage):
    """An officer who may not read what names a file is answered of it as of one that does not exist, and has it only by giving it himself."""
    people = {"watch": ["watch"], "press": ["press"], "head": ["head"], "shift": ["shift"]}
    world = stage.world(officers_of={"kor": people, "usa": people})
    kor, usa = world["kor"], world["usa"]
    secret, none = b"The press may not know of this.", b"Nobody has given this."
    file = world.folder / "secret.txt"
    file.write_bytes(secret)

    def name(raw, key, node=kor):
        body = officers.encode({1: bytes(16), 2: "en", 4: [["See the file."]], 6: [[hashlib.sha256(raw).digest(), len(raw), "text/plain", "f.txt"]]})
        seen = node.get("/seen", channel="notify")
        made = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], node.party, key, rel=seen["parties"], body=body, level="U",
                                  to=[("usa" if node is kor else "kor", "watch", 0)])
        return node.post([officers.item(made, [node.key(key)], body)])[0]
    draft = kor.say("send", "notify", "The file.", "--to", "usa/watch", "--label", "C", "--attach", file, key="watch")
    assert draft["step"] == "SUBMITTED"
    refused = [name(raw, "press") for raw in (secret, none)]
    assert refused[0] == refused[1] and (refused[0]["err"], refused[0]["rule"]) == ("NOT_FOUND", "content.attachment"), refused
    place = kor.approve(draft["place"], ("head",))
    usa.await_step(place, "STATION RECEIPT")
    usa.wait("it is whole", lambda: is_whole(usa, usa.entry(place)["attachments"][0]))
    for node in (kor, usa):
        refused = [name(raw, "press", node) for raw in (secret, none)]
        assert refused[0] == refused[1], "whoever gave it, and wherever it came to"
    # A piece that is none gives nothing, though the file is held whole.
    digest = hashlib.sha256(secret).hexdigest()
    kor.ask("POST", "/attachments", b"x", hash=digest, offset=len(secret) - 1, total=len(secret))
    kor.ask("POST", "/attachments", b"x" * len(secret), hash=digest, offset=0, total=len(secret))
    assert name(secret, "press") == name(none, "press")
    assert kor.ask("POST", "/attachments", secret, hash=digest, offset=0, total=len(secret))[0] == 200
    assert name(secret, "press")["err"] == "OK", "who has the file himself may give it"
    assert name(secret, "watch", usa)["err"] == "OK", "who may read it may name it"
    # A piece whose answer was lost is said again: it was given in order all the same.
    other = b"Another file.\n"
    for at, end in ((0, 4), (4, 8), (4, 8), (8, len(other))):
        assert kor.ask("POST", "/attachments", other[at:end], hash=hashlib.sha256(other).hexdigest(), offset=at, total=len(other))[0] == 200
    assert name(other, "press")["err"] == "OK", "said again is no disorder"
    # One officer is signed in, another's key signs: the file is given in the name of who signs.
    folder, other = world.folder / "runtime", world.folder / "other.txt"
    folder.mkdir(mode=0o700)
    kor.stop()
    kor.forbid_owner()
    kor.start()
    kor.wait("the line is up", lambda: kor.is_linked("usa"))
    env = {"XDG_RUNTIME_DIR": str(folder)}
    other.write_bytes(b"Given by another.")
    send = ("send", "notify", "The file.", "--to", "usa/watch", "--label", "U", "--attach", other)
    kor.run("login", key="press", env=env)
    kor.run(*send, key="watch", env=env)
