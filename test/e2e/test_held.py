"""Words that hold an item: nothing with one of them leaves until another person says why it may."""
import base64
import hashlib
import json
import shutil
import subprocess

import cbor2
import pytest

import nodes
import officers

TEAM = {"watch": ["watch"], "head": ["head"], "deputy": ["deputy"], "shift": ["shift"]}


@pytest.fixture
def world(stage, tmp_path):
    """Its accord holds what has one of two words."""
    accord = tmp_path / "accord"
    shutil.copytree(nodes.ROOT / "accords/rok-us", accord)
    with open(accord / "guidelines", "a", encoding="utf-8") as file:
        file.write("words hold words.txt\n")
    (accord / "words.txt").write_text("# Names that nobody writes by the way.\n작전계획\nIron Gate\n", encoding="utf-8")
    return stage.world(accord=accord, officers_of={"kor": TEAM, "usa": TEAM}, label="U")


def send(node, text, label="U", channel="notify"):
    return node.say("send", channel, text, "--to", f"{'usa' if node.party == 'kor' else 'kor'}/watch", "--label", label, key="watch")


def test_a_word_holds_until_another_lets_it_go(world):
    kor, usa = world["kor"], world["usa"]
    assert send(kor, "작전과 계획")["step"] == "QUEUED"
    held = []
    for text in ("작전계획을 보냄", "작 전 계 획", "wkrwjsrPghlr", "I\u200bron-Gate", "a \u041ePLAN", "\u0131ron gat\u0435"):
        said = send(kor, text)
        assert said["step"] == "SUBMITTED", text
        held.append(said["place"])
    rows = {row["place"]: row for row in kor.get("/drafts")}
    assert [rows[place]["held"] for place in held] == ["작전계획", "작전계획", "작전계획", "Iron Gate", "\u041ePLAN", "Iron Gate"]
    assert {row["state"] for row in rows.values()} == {"SUBMITTED"}, "nothing else is asked of them, and they wait"
    shown, banner = kor.run("approve", held[0]).stdout, kor.get("/drafts", place=held[0])["marking"]["banner"]
    assert "HELD by this word in it: 작전계획" in shown
    assert len(banner) == 2 and all(f"=== {text} ===" in shown for text in banner.values()), "the marking in words, not in codes"

    refused = kor.run("approve", held[0], "--sign", key="head", code=4)
    assert "held by the word 작전계획" in refused.stderr
    kor.run("approve", held[0], "--sign", "--override", "It is mine.", key="watch", code=4)  # not himself
    done = kor.say("approve", held[0], "--sign", "--override", "The name was published.", key="head")
    usa.await_step(done["released"], "STATION RECEIPT")
    there = usa.entry(done["released"])
    assert there["text"] == ["작전계획을 보냄"] and there["verdict"] == "OK"
    reason = kor.entry(done["place"])
    assert reason["text"] == ["The name was published."] and reason["label"] == there["label"], "under the item's own label"
    assert not usa.get("/drafts"), "why it was let go is the party's own"
    kor.run("refuse", held[1], "Not this.", key="head")
    world.await_receipts()
    assert [one["title"] for one in usa.get("/inbox", channel="notify")["messages"]] == ["작전과 계획", "작전계획을 보냄"]
    assert kor.run("approve", held[2], "--sign", "--override", "x", key="shift").stdout.count("goes out") == 1
    assert kor.status()["void"] == 0 and usa.status()["void"] == 0


def test_held_and_to_be_approved(world):
    """The one yes that the guidelines ask for and the reason may be the same person's; without a reason it waits."""
    kor, usa = world["kor"], world["usa"]
    said = send(kor, "Iron Gate opens at dawn.", "C")
    assert said["step"] == "SUBMITTED" and said["needed"] == 1
    kor.run("approve", said["place"], "--sign", key="head", code=4)
    done = kor.say("approve", said["place"], "--sign", "--override", "An exercise that both announced.", key="head")
    usa.await_step(done["released"], "STATION RECEIPT")
    assert usa.entry(done["released"])["signatures"] == 2
    plain = send(kor, "Gates open at dawn.", "C")
    assert "No word holds" in kor.run("approve", plain["place"], "--sign", "--override", "x", key="head", code=2).stderr


def test_a_reason_is_for_exactly_these_bytes(world):
    """The node asks for it itself, whatever client says yes, and again for other words under the same id."""
    kor = world["kor"]
    place = send(kor, "Iron Gate opens at dawn.")["place"]
    waiting, there = kor.get("/drafts", place=place), kor.entry(place)
    raw, body = base64.b64decode(waiting["statement"]), base64.b64decode(waiting["content_bytes"])
    at = [there["channel"], "kor", there["epoch"], there["index"], bytes.fromhex(there["leaf"])]
    rel = next(one["values"] for one in there["label"]["categories"] if one["name"] == "rel")

    def approve(name, reason):
        seen, key = kor.get("/seen", channel="kor-home"), kor.key(name)
        yes = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", name, kind=33, rel=rel, refers=[at],
                                 fields={1: key.sign(raw)}, body=reason)
        assert kor.post([officers.item(yes, [key], reason)])[0]["err"] == "OK"
        return [raw, [base64.b64decode(waiting["sshsigs"][0]), key.sign(raw)], body]
    assert kor.post([approve("head", b"")])[0]["rule"] == "HELD", "a yes is no reason"
    signed = approve("shift", officers.content("It was published."))
    seen, other = kor.get("/seen", channel="notify"), officers.content("Iron Gate is closed.")
    changed = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "watch", rel=seen["parties"], to=[("usa", "watch", 0)],
                                 body=other, statement_id=cbor2.loads(raw)[4])
    assert kor.post([officers.item(changed, [kor.key("watch")], other)])[0]["rule"] == "HELD"
    assert kor.post([signed])[0]["err"] == "OK"


def test_a_reason_counts_as_long_as_its_officer(world):
    """Who let a word go and lost his card since let nothing go: another gives a reason."""
    kor = world["kor"]
    draft = send(kor, "Iron Gate opens at dawn.", "S")["place"]
    assert "released" not in kor.say("approve", draft, "--sign", "--override", "It is known.", key="head")
    assert kor.get("/drafts", place=draft).get("held") is None
    kor.run("keys", "--withdraw", kor.keys / "head.pub", "--label", "U", key="registrar")
    assert kor.get("/drafts", place=draft)["held"] == "Iron Gate"
    assert "held by the word" in kor.run("approve", draft, "--sign", key="shift", code=4).stderr
    kor.run("approve", draft, "--sign", "--override", "It was published.", key="shift")
    assert kor.say("approve", draft, "--sign", key="deputy")["released"]


def test_a_peers_word_is_read(world):
    """What a peer lets go is no affair of ours: his entry counts, and is shown."""
    kor, usa = world["kor"], world["usa"]
    said = send(usa, "Iron Gate.")
    done = usa.say("approve", said["place"], "--sign", "--override", "Agreed on the telephone.", key="head")
    kor.await_step(done["released"], "STATION RECEIPT")
    assert kor.entry(done["released"])["verdict"] == "OK"


def test_sealed_words_are_held_at_the_terminals(world, tmp_path):
    """The node cannot look into them: the author's terminal keeps it at home, and whoever opens it there finds the word again."""
    kor, usa = world["kor"], world["usa"]
    secrets = {}
    for party, node in world.nodes.items():
        secrets[party] = node.keys / "words.age"
        node.run("keys", "--new-identity", secrets[party])
        node.run("keys", "--add", f"{secrets[party]}.pub", "--roles", "watch,head,shift", "--label", "U", key="registrar")
    world.await_receipts()
    opens = {"ENTENTE_IDENTITY": str(secrets["kor"])}
    words = ("--to", "usa/watch", "--label", "U", "--seal")
    clean = kor.say("send", "notify", "작전과 계획", *words, key="watch")
    assert clean["step"] == "SUBMITTED", "the node cannot look: whoever signs beside its author has"
    assert "No word holds" in kor.run("approve", clean["place"], "--sign", "--override", "None.", key="head", env=opens, code=2).stderr
    assert kor.say("approve", clean["place"], "--sign", key="head", env=opens)["released"]
    said = kor.say("send", "notify", "작 전계획을 보냄", *words, key="watch")
    assert said["step"] == "SUBMITTED"
    place = said["place"]
    assert "held" not in kor.get("/drafts", place=place), "the node knows of no word"
    assert "HELD by this word in it: 작전계획" in kor.run("approve", place, key="head", env=opens).stdout
    assert "nobody approves what he has not read" in kor.run("approve", place, "--sign", key="head", code=4).stderr
    assert "held by the word 작전계획" in kor.run("approve", place, "--sign", key="head", env=opens, code=4).stderr
    kor.run("approve", place, "--sign", "--override", "Mine.", key="watch", env=opens, code=4)  # not himself
    done = kor.say("approve", place, "--sign", "--override", "It was published.", key="head", env=opens)
    usa.await_step(done["released"], "STATION RECEIPT")
    there = usa.run("read", done["released"], "--identity", secrets["usa"]).stdout
    assert "작 전계획을 보냄" in there
    read = usa.say("send", "notify", "Now.", "--to", "kor/watch", "--label", "U", "--seal", "--precedence", "IMMEDIATE", key="watch")["place"]
    read = usa.say("approve", read, "--sign", key="head", env=nodes.opens(secrets["usa"]))["released"]
    kor.await_step(read, "STATION RECEIPT")
    kor.say("ack", read, key="watch")
    assert kor.say("readback", read, "작전계획", key="watch", env=opens)["step"] == "SUBMITTED"


def attach(node, *files, more=()):
    words = [word for file in files for word in ("--attach", file)]
    return node.say("send", "notify", "With a file.", "--to", "usa/watch", "--label", "U", *words, *more, key="watch")


def test_words_in_a_file_hold_its_message(world, tmp_path):
    """Looked through as it comes, over the edges of pieces, in markup and references; the node's own door says HELD."""
    kor, usa = world["kor"], world["usa"]
    clean, edge, page = tmp_path / "clean.csv", tmp_path / "edge.txt", tmp_path / "page.html"
    clean.write_text("name,note\r\nKim,the talks go on\r\n")
    edge.write_bytes(b"x" * ((256 << 10) - 5) + "작전계획".encode())  # a piece ends within a syllable
    page.write_text("<p>I<b>r</b>on &#71;at&#x65;</p>")
    assert attach(kor, clean)["step"] == "QUEUED"
    for file, word in ((edge, "작전계획"), (page, "Iron Gate")):
        said = attach(kor, clean, file)
        assert said["step"] == "SUBMITTED", file
        assert kor.get("/drafts", place=said["place"])["held"] == word
        assert f"held by the word {word}" in kor.run("approve", said["place"], "--sign", key="head", code=4).stderr
        done = kor.say("approve", said["place"], "--sign", "--override", "It was published.", key="head")
        usa.await_step(done["released"], "STATION RECEIPT")
    # The same file again, its pieces given otherwise: what counts is what is kept.
    raw = edge.read_bytes()
    for at in range(0, len(raw), 256 << 10):
        piece = b"y" * len(raw[at:at + (256 << 10)])
        kor.ask("POST", "/attachments", piece, hash=hashlib.sha256(raw).hexdigest(), offset=at, total=len(raw))
    assert attach(kor, edge)["step"] == "SUBMITTED"


def test_what_cannot_be_looked_into_is_named(world, tmp_path):
    kor, usa = world["kor"], world["usa"]
    scan, old = tmp_path / "scan.txt", tmp_path / "old.txt"
    scan.write_bytes(b"%PDF-1.7\nIron Gate")  # its name says nothing
    old.write_bytes("작전계획".encode("euc-kr"))
    said = attach(kor, scan, old)
    assert said["step"] == "SUBMITTED"
    row = kor.get("/drafts", place=said["place"])
    assert "held" not in row and row["unseen"] == [{"name": "scan.txt", "kind": "PDF"}, {"name": "old.txt", "kind": "no text in UTF-8"}]
    shown = kor.run("approve", said["place"], key="head").stdout
    assert "old.txt (UTF-8 텍스트가 아님)" in kor.run("approve", said["place"], key="head", env=nodes.KOREAN).stdout
    assert "NOT LOOKED INTO: scan.txt (PDF)" in shown and "NOT LOOKED INTO: old.txt" in shown
    assert "see it yourself" in kor.run("approve", said["place"], "--sign", key="head", code=4).stderr
    kor.run("read", said["place"], "--save", tmp_path / "saved")
    assert (tmp_path / "saved" / "1-scan.txt").read_bytes() == scan.read_bytes()
    kor.run("approve", said["place"], "--sign", "--override", "x", key="watch", code=4)  # not its author
    done = kor.say("approve", said["place"], "--sign", "--override", "I have read it.", key="head")
    usa.await_step(done["released"], "STATION RECEIPT")


def test_words_in_a_sealed_file_hold_at_the_terminals(world, tmp_path):
    kor, usa = world["kor"], world["usa"]
    secrets = world.make_secrets({"words": "watch,head,shift"})
    clean, note, scan = tmp_path / "clean.txt", tmp_path / "note.json", tmp_path / "scan.pdf"
    clean.write_text("The talks go on.")
    note.write_text(json.dumps({"t": "작전계획"}))
    scan.write_bytes(b"%PDF-1.7\n")
    env = nodes.opens(secrets["kor", "words"])
    said = attach(kor, clean, more=["--seal"])
    assert kor.say("approve", said["place"], "--sign", key="head", env=env)["released"]
    for file, shown, told in ((note, "HELD by this word in it: 작전계획", "held by the word"), (scan, "NOT LOOKED INTO: scan.pdf (PDF)", "see it yourself")):
        said = attach(kor, clean, file, more=["--seal"])
        assert said["step"] == "SUBMITTED", file
        assert not {"held", "unseen"} & set(kor.get("/drafts", place=said["place"])), "the node knows of nothing"
        assert shown in kor.run("approve", said["place"], key="head", env=env).stdout
        assert told in kor.run("approve", said["place"], "--sign", key="head", env=env, code=4).stderr
        done = kor.say("approve", said["place"], "--sign", "--override", "I have seen it.", key="head", env=env)
        usa.await_step(done["released"], "STATION RECEIPT")


def test_sealed_words_do_not_pass_the_node_alone(world):
    """Whoever writes his own client, without a look at the list: another's terminal looks first, whatever is asked of the label."""
    kor, usa = world["kor"], world["usa"]
    secrets = world.make_secrets({"words": "watch,head"})
    names = [word for path in secrets.values() for word in ("-R", f"{path}.pub")]

    def file(text, *signers):
        body = subprocess.run(["age", "-e", *names], input=officers.content(text), capture_output=True, check=True).stdout
        seen = kor.get("/seen", channel="notify")
        raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "watch", rel=seen["parties"],
                                 to=[("usa", "watch", 0)], body=body, sealing=1)
        return kor.post([officers.item(raw, [kor.key(name) for name in signers], body)])[0]
    answer = file("작전계획", "watch")
    assert (answer["err"], answer["rule"]) == ("REFUSED", "HELD"), answer
    assert file("작전계획", "watch", "head")["err"] == "OK", "by hand too, but then another has signed it"
    env = nodes.opens(secrets["kor", "words"])
    said = kor.say("send", "notify", "Nothing in it.", "--to", "usa/watch", "--label", "U", "--seal", key="watch", env=env)
    assert said["step"] == "SUBMITTED" and kor.get("/drafts", place=said["place"])["needed"] == 1
    done = kor.say("approve", said["place"], "--sign", key="head", env=env)
    usa.await_step(done["released"], "STATION RECEIPT")
    # What gives the other side its own words waits for nobody.
    usa.say("ack", done["released"], key="watch")
    usa.say("readback", done["released"], "Nothing.", key="watch", env=nodes.opens(secrets["usa", "words"]))


def test_what_was_let_go_within_is_held_again_outside(world):
    """The reason was one for the other party; that it may be published is another question, to be answered by another yes."""
    kor, usa = world["kor"], world["usa"]
    place = kor.say("approve", send(kor, "Iron Gate opens.")["place"], "--sign", "--override", "They know.", key="head")["released"]
    plain = send(kor, "A lunch.")["place"]
    for one in (place, plain):
        usa.await_step(one, "STATION RECEIPT")
        usa.run("consent", one, "--to", "PUBLIC", key="head")
    world.await_receipts()
    draft = kor.say("release", place, "--to", "PUBLIC", key="watch")["place"]
    row, = [row for row in kor.get("/drafts") if row["place"] == draft]
    assert row["held"] == "Iron Gate"
    kor.run("approve", draft, "--sign", key="head", code=4)
    kor.run("approve", draft, "--sign", "--override", "It was in the papers.", key="head")
    assert kor.say("approve", draft, "--sign", key="shift")["released"]
    assert kor.release("release", plain, "--to", "PUBLIC", key="watch", by=("head", "shift"))
