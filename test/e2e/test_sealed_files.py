"""What is attached to a sealed message: each file sealed by itself, whole at both sides, and its name nobody's but the readers'."""
import os
import subprocess

import nodes
import officers
import pytest
import reader
from test_seal import PEOPLE, POSTS, RELEASERS, held_in

NAME = "order-of-battle.txt"
TEXT = "The convoy leaves at 04:10. " * 3


@pytest.fixture
def sealed(stage):
    """KOR and USA with secrets for their leader line."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    world.secrets = world.make_secrets(POSTS)
    return world


def send(world, *files):
    words = [word for file in files for word in ("--attach", file)]
    return world["kor"].release("send", "leader", "With files.", "--to", "usa/head", "--precedence", "IMMEDIATE", "--label", "U", *words,
                                key="head", by=RELEASERS, env=nodes.opens(world.secrets["kor", "staff"]))


def await_whole(node, place):
    entry = node.entry(place)
    for one in entry["attachments"]:
        node.wait("it is whole", lambda one=one: (node.find("/attachments", hash=one["hash"]) or {}).get("held") == one["len"])
    return entry


def test_sealed_files_to_their_reader(sealed, tmp_path):
    kor, usa, secrets = sealed["kor"], sealed["usa"], sealed.secrets
    note, big, edge = tmp_path / NAME, tmp_path / "지도.bin", tmp_path / "edge.bin"
    note.write_text(TEXT)
    big.write_bytes(os.urandom(3_000_000))
    edge.write_bytes(os.urandom(131_072))  # two chunks, exactly
    place = send(sealed, note, big, edge)
    usa.await_step(place, "STATION RECEIPT")
    entry = await_whole(usa, place)
    # A node knows how many there are and how long they are sealed; nothing else.
    assert all(set(one) == {"hash", "len"} for one in entry["attachments"]) and len(entry["attachments"]) == 3
    shown = usa.run("read", place).stdout
    assert shown.count("attachment") == 3 and NAME not in shown and "지도" not in shown

    saved = tmp_path / "saved"
    assert "No secret here" in usa.run("read", place, "--save", saved, code=4).stderr
    assert not saved.exists()
    shown = usa.run("read", place, "--save", saved, "--identity", secrets["usa", "head"]).stdout
    assert NAME in shown and "지도.bin" in shown and "3000000 bytes" in shown
    assert [(saved / f"{i}-{path.name}").read_bytes() for i, path in enumerate((note, big, edge), 1)] == \
        [path.read_bytes() for path in (note, big, edge)]

    # Who signs that he read it says which files were there, by what the node has.
    usa.say("ack", place, key="watch")
    kor.await_step(place, "WATCH READ")
    assert kor.run("ladder", place).stdout.count("with attachment: ") == 3

    # Stock age opens each; none has another's key.
    for one, path in zip(entry["attachments"], (note, big, edge)):
        blob = tmp_path / one["hash"]
        usa.run("export", "--to", tmp_path / "export") if not (tmp_path / "export").exists() else None
        blob.write_bytes((tmp_path / "export" / "blob" / one["hash"]).read_bytes())
        assert subprocess.run(["age", "-d", "-i", secrets["usa", "head"], blob], capture_output=True, check=True).stdout == path.read_bytes()
    counts = usa.run("verify").stdout
    assert "3 attachments" in counts, counts
    found = reader.Export(tmp_path / "export").check().summary()
    assert (found["attachments"], found["attachments_missing"], found["findings"]) == (3, 0, [])
    for words in (NAME, TEXT[:28], "지도"):
        assert not held_in(sealed.folder, words), "a node has it in clear"
        assert not held_in(tmp_path / "export", words)


def test_one_file_is_disclosed_and_no_other(sealed, tmp_path):
    kor, secrets = sealed["kor"], sealed.secrets
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_text("This file.")
    two.write_text("Not this file.")
    place = send(sealed, one, two)
    hashes = [row["hash"] for row in kor.entry(place)["attachments"]]
    assert "No secret here" in kor.run("disclose", place, "--attachment", "1", code=4).stderr
    assert "no attachment 3" in kor.run("disclose", place, "--attachment", "3", "--identity", secrets["kor", "head"], code=3).stderr
    keys = {}
    for i in (1, 2):
        done = kor.say("disclose", place, "--attachment", str(i), "--content", tmp_path / f"sealed{i}", "--identity", secrets["kor", "head"],
                       key="head")
        assert done["hash"] == hashes[i - 1]
        keys[i] = done["file_key"]
    content = kor.say("disclose", place, "--content", tmp_path / "content", "--identity", secrets["kor", "head"], key="head")["file_key"]
    assert len({*keys.values(), content}) == 3, "each has a key of its own"
    nodes.run("open", tmp_path / "sealed1", "--file-key", keys[1], "--to", tmp_path / "opened", home="/nowhere")
    assert (tmp_path / "opened").read_text() == "This file."
    for file, key in ((2, keys[1]), (1, keys[2]), (1, content)):
        assert "not the one" in nodes.run("open", tmp_path / f"sealed{file}", "--file-key", key, "--to", tmp_path / "no", home="/nowhere",
                                          code=6).stderr
        assert not (tmp_path / "no").exists()
    opened = nodes.run("open", tmp_path / "content", "--file-key", content, home="/nowhere").stdout
    assert "one.txt" in opened and "two.txt" in opened, "who has the message knows what was attached"
    torn = tmp_path / "torn"
    torn.write_bytes((tmp_path / "sealed1").read_bytes()[:-1])
    assert "age.payload" in nodes.run("open", torn, "--file-key", keys[1], "--to", tmp_path / "no", home="/nowhere", code=6).stderr


def test_a_new_holder_opens_old_files(sealed, tmp_path):
    usa, old = sealed["usa"], sealed.secrets["usa", "head"]
    plan = tmp_path / "plan.bin"
    plan.write_bytes(os.urandom(400_000))
    place = send(sealed, plan)
    usa.await_step(place, "STATION RECEIPT")
    blob = await_whole(usa, place)["attachments"][0]["hash"]
    new = usa.make_secrets("successor", "head")
    said = usa.run("rewrap", tmp_path / "wraps", "--for", f"{new}.pub", "--identity", old).stdout
    assert said.startswith("1 content can be opened") and "1 attachment" in said
    assert "No secret here" in usa.run("read", place, "--save", tmp_path / "no", "--identity", new, code=4).stderr
    usa.run("read", place, "--save", tmp_path / "saved", "--identity", new, "--wraps", tmp_path / "wraps")
    assert (tmp_path / "saved" / "1-plan.bin").read_bytes() == plan.read_bytes()
    wrap = tmp_path / "wraps" / f"{blob}.age"
    assert subprocess.run(["age", "-d", "-i", new, wrap], capture_output=True, check=True).stdout == plan.read_bytes()


def test_erased_with_its_files(sealed, tmp_path):
    kor, usa = sealed["kor"], sealed["usa"]
    plan = tmp_path / "plan.bin"
    plan.write_bytes(os.urandom(70_000))
    place = send(sealed, plan)
    usa.await_step(place, "STATION RECEIPT")
    blob = await_whole(usa, place)["attachments"][0]["hash"]
    draft = tmp_path / "erase"
    kor.say("erase", place, "--draft", draft, key="watch")
    kor.say("erase", "--draft", draft, "--sign", key="deputy")
    for node in sealed.nodes.values():
        node.wait("its file is gone", lambda node=node: (node.find("/attachments", hash=blob) or {}).get("held", 0) == 0)
    assert "erased" in usa.run("read", place, "--identity", sealed.secrets["usa", "head"]).stdout


def test_not_half(sealed, tmp_path):
    """The node is killed between a file and the message that names it: the same message, said again, finds it; or is refused whole."""
    kor, secrets = sealed["kor"], sealed.secrets
    plan = tmp_path / "plan.bin"
    plan.write_bytes(os.urandom(300_000))
    draft = kor.say("send", "leader", "With a file.", "--to", "usa/head", "--precedence", "IMMEDIATE", "--label", "U", "--attach", plan,
                    key="head")["place"]
    kor.kill()
    kor.end()
    kor.start()
    usa = sealed["usa"]
    usa.kill()  # while it fetches, or before
    place = kor.approve(draft, RELEASERS, None, env=nodes.opens(secrets["kor", "staff"]))
    usa.end()
    usa.start()
    usa.await_step(place, "STATION RECEIPT")
    await_whole(usa, place)
    usa.run("read", place, "--save", tmp_path / "saved", "--identity", secrets["usa", "watch"])
    assert (tmp_path / "saved" / "1-plan.bin").read_bytes() == plan.read_bytes()


def test_a_message_without_its_file_is_refused(sealed):
    """Whoever goes around the terminal: what is named is here whole, or nothing is filed; a clear message names none so."""
    kor, secrets = sealed["kor"], sealed.secrets
    names = [word for path in secrets.values() for word in ("-R", f"{path}.pub")]
    body = subprocess.run(["age", "-e", *names], input=officers.content("None."), capture_output=True, check=True).stdout
    for sealing, blobs, why in ((1, [[bytes(32), 5]], ("NOT_FOUND", "content.attachment")), (0, [[bytes(32), 5]], ("RULE", "statement.blobs"))):
        raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 1, "kor", "head", rel=["kor", "usa"], to=[("usa", "head", 0)],
                                 precedence=1, body=body, sealing=sealing, blobs=blobs)
        answer = kor.post([officers.item(raw, [kor.key(name) for name in ("head", *RELEASERS)], body)])[0]
        assert (answer["err"], answer.get("limit", answer.get("rule"))) == why, answer


def test_by_hand(stage, tmp_path):
    """Sealed files in a bundle: whole at the other side, and opened there."""
    relay = stage.relay()
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, is_started=False, through={("usa", "north"): relay.port})
    relay.to = world.ports["kor", "usa", "north"]
    kor, usa = world["kor"].start(), world["usa"].start()
    kor.await_link()
    usa.await_link()
    world.secrets = world.make_secrets(POSTS)
    relay.cut()
    plan = tmp_path / "plan.bin"
    plan.write_bytes(os.urandom(200_000))
    draft = kor.say("send", "leader", "By hand.", "--to", "usa/head", "--precedence", "IMMEDIATE", "--label", "U", "--attach", plan,
                    key="head")["place"]
    place = kor.approve(draft, RELEASERS, None, env=nodes.opens(world.secrets["kor", "staff"]))
    kor.wait("all of its own has a note", lambda: all(
        row["noted"] == row["size"] for row in kor.logs().values() if row["party"] == "kor"))
    kor.run("bundle", "write", "--peer", "usa", tmp_path / "bundle")
    usa.run("bundle", "read", tmp_path / "bundle")
    await_whole(usa, place)
    usa.run("read", place, "--save", tmp_path / "saved", "--identity", world.secrets["usa", "head"])
    assert (tmp_path / "saved" / "1-plan.bin").read_bytes() == plan.read_bytes()


def by_hand(world, files, attachments=None, to=None, blobs=None):
    """What a program that is not ours files: stock age seals, each file and the words; the draft's place, waiting for two approvals."""
    kor, names = world["kor"], [word for path in to or world.secrets.values() for word in ("-R", f"{path}.pub")]
    whole = [word for path in world.secrets.values() for word in ("-R", f"{path}.pub")]

    def seal(raw, keys):
        return subprocess.run(["age", "-e", *keys], input=raw, capture_output=True, check=True).stdout
    sealed = [seal(raw, names) for raw in files]
    for one in sealed:
        assert kor.ask("POST", "/attachments", one, hash=officers.hashlib.sha256(one).hexdigest(), offset=0, total=len(one))[0] == 200
    named = attachments or [[officers.hashlib.sha256(raw).digest(), len(raw), "text/plain", f"file{i}.txt"] for i, raw in enumerate(files)]
    body = seal(officers.encode({1: os.urandom(16), 2: "en", 4: [["By hand."]], 6: named}), whole)
    seen = kor.get("/seen", channel="leader")["seen"]
    raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 1, "kor", "head", rel=["kor", "usa"], to=[("usa", "head", 0)], precedence=1,
                             seen=[(one["party"], one["epoch"], one["size"]) for one in seen], body=body, sealing=1,
                             blobs=blobs or [[officers.hashlib.sha256(one).digest(), len(one)] for one in sealed])
    return raw, body


def file_out(world, raw, body):
    kor = world["kor"]
    return kor.post([officers.item(raw, [kor.key(name) for name in ("head", *RELEASERS)], body)])[0]["place"]


def test_stock_age_seals_files_for_a_terminal(sealed, tmp_path):
    usa = sealed["usa"]
    place = file_out(sealed, *by_hand(sealed, [b"One.", b"Two." * 40_000]))
    usa.await_step(place, "STATION RECEIPT")
    await_whole(usa, place)
    usa.run("read", place, "--save", tmp_path / "saved", "--identity", sealed.secrets["usa", "head"])
    assert (tmp_path / "saved" / "2-file1.txt").read_bytes() == b"Two." * 40_000


def test_files_that_are_not_what_was_said(sealed, tmp_path):
    """Another file under the name, another number of them, one for other keys: seen at the reader's terminal, and nothing is left of it."""
    usa, secrets = sealed["usa"], sealed.secrets
    other = [officers.hashlib.sha256(b"Another.").digest(), 8, "text/plain", "note.txt"]
    for files, more, code, words in (([b"One file."], {"attachments": [other]}, 6, "is not what its message says"),
                                     ([b"For others."], {"to": [secrets["kor", "head"]]}, 4, "No secret here")):
        place = file_out(sealed, *by_hand(sealed, files, **more))
        usa.await_step(place, "STATION RECEIPT")
        await_whole(usa, place)
        refused = usa.run("read", place, "--save", tmp_path / "saved", "--identity", secrets["usa", "head"], code=code)
        assert words in refused.stderr and not list((tmp_path / "saved").iterdir())
    place = file_out(sealed, *by_hand(sealed, [b"One."], attachments=[other, other]))
    usa.await_step(place, "STATION RECEIPT")
    assert "answer NEGATIVE" in usa.run("read", place, "--identity", secrets["usa", "head"]).stdout
