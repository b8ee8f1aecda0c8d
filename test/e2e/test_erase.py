"""An erasure by two persons, from the first signature to the bytes on the disk of both."""
import json
import os
import subprocess
import sys
import threading
import time

import cbor2
import nodes
import officers
import pytest
import reader

ERASE = 3
SECRET = "PLUM-BLOSSOM-4711"
# Three keys act as watch: they are three holders' all the same. One of them releases too.
OFFICERS = {"watch": ["watch"], "relief": ["watch", "shift"], "third": ["watch"], "head": ["head"]}


@pytest.fixture
def pair(stage):
    return stage.world(officers_of={"kor": OFFICERS, "usa": OFFICERS})


def say(node, text, *more, code=0):
    other = "usa" if node.party == "kor" else "kor"
    return node.say("send", "notify", text, "--to", f"{other}/watch", "--label", "U", *more, key="watch", code=code)["place"]


def erase(node, place, code=0):
    """Both steps; the place of the eraser."""
    draft = node.home.parent / f"erase-{place.replace('/', '-').replace(' ', '-')}"
    node.say("erase", place, "--draft", draft, key="watch")
    return node.say("erase", "--draft", draft, "--sign", key="relief", code=code)["place"]


def is_on_disk(node, text):
    return any(text.encode() in path.read_bytes() for path in node.home.rglob("record*") if path.is_file())


def await_gone(node, text):
    node.wait(f"{text} has left the disk of {node.party}", lambda: not is_on_disk(node, text))


def is_erased(node, place):
    entry = node.find("/entry", place=place)
    return bool(entry) and entry.get("erased") is True


def exported(node, name):
    """(summary of the second reader, folder)"""
    folder = node.home.parent / name
    node.run("export", "--to", folder)
    done = subprocess.run([sys.executable, reader.__file__, folder, "--json"], capture_output=True, text=True)
    summary = json.loads(done.stdout)
    assert summary["findings"] == [] and done.returncode == 0, summary
    return summary, folder


def test_what_is_dated_ahead_is_not_signed_beside(pair):
    """A signature has no time of its own: given today under tomorrow's date it would be good tomorrow."""
    kor, draft = pair["kor"], pair.folder / "ahead"
    place = say(kor, "Not for tomorrow.")
    entry = kor.entry(place)
    at = [entry["channel"], "kor", entry["epoch"], entry["index"], bytes.fromhex(entry["leaf"])]
    for minutes, code in ((60, 4), (4, 0)):
        raw = officers.statement(bytes.fromhex(kor.status()["accord"]), entry["channel"], "kor", "watch", ERASE, refers=[at],
                                 rel=["kor", "usa"], claimed=int(time.time() * 1000) + minutes * 60_000)
        draft.write_bytes(officers.encode([officers.item(raw, [kor.key("watch")])]))
        done = kor.run("erase", "--draft", draft, "--sign", key="relief", code=code, env=nodes.KOREAN)
        assert bool(code) == ("서명하지 않았습니다" in done.stderr) != is_erased(kor, place)


# Two persons at two terminals


def test_the_second_sees_what_he_signs(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = say(kor, SECRET)
    draft = pair.folder / "draft"
    first = kor.run("erase", place, "--draft", draft, key="watch")
    assert "Nothing is erased yet" in first.stdout and f"entente erase --draft {draft}" in first.stderr
    assert draft.stat().st_mode & 0o777 == 0o600
    assert not is_erased(kor, place) and kor.entry(place)["text"] == [SECRET]
    # Who looks needs no key, sees the words and who signed, and signs nothing.
    seen = kor.run("erase", "--draft", draft)
    assert place in seen.stdout and SECRET in seen.stdout and kor.key("watch").fingerprint in seen.stdout
    assert "entente erase --draft" in seen.stderr and "--sign" in seen.stderr
    shown = json.loads(kor.run("erase", "--draft", draft, "--json").stdout)
    assert shown["refers"] == place and shown["signed"] == [kor.key("watch").fingerprint]
    assert shown["entry"]["text"] == [SECRET] and not is_erased(kor, place)
    # The same key, or another key of the same holder, is the same person.
    assert "second person" in kor.run("erase", "--draft", draft, "--sign", key="watch", code=4).stderr
    again = officers.Key(pair.folder / "again")
    kor.say("keys", "--add", f"{again.path}.pub", "--roles", "watch", "--holder", "1", "--label", "U", key="registrar")
    holder = {row["fingerprint"]: row["holder"] for row in kor.get("/keys")["keys"]}
    assert holder[again.fingerprint] == holder[kor.key("watch").fingerprint]
    assert "TWO" in kor.run("erase", "--draft", draft, "--sign", "--key", again.path, code=4).stderr
    # Two who release nothing do not do away with it.
    refused = kor.run("erase", "--draft", draft, "--sign", key="third", code=4).stderr
    assert "a signer may not read this, or not release it (RELEASER)" in refused
    assert not is_erased(kor, place)
    filed = kor.say("erase", "--draft", draft, "--sign", key="relief")
    assert filed["refers"] == place
    eraser = kor.entry(filed["place"])
    assert eraser["kind"] == "erase" and eraser["signatures"] == 2 and eraser["verdict"] == "OK"
    both = kor.run("read", filed["place"]).stdout
    assert kor.key("watch").fingerprint in both and kor.key("relief").fingerprint in both
    usa.wait("it is erased there", lambda: is_erased(usa, place))
    pair.await_receipts()
    assert "erased already" in kor.run("erase", "--draft", draft, "--sign", key="relief", code=4).stderr


def test_what_cannot_be_erased(pair):
    kor, usa = pair["kor"], pair["usa"]
    ours, theirs = say(kor, "Ours."), say(usa, "Theirs.")
    kor.wait("theirs came", lambda: kor.find("/entry", place=theirs))
    usa.wait("ours came", lambda: usa.find("/entry", place=ours))
    draft = pair.folder / "draft"
    for words, code, why in ((("erase", ours), 2, "two persons"),
                             (("erase",), 2, "two persons"),
                             (("erase", ours, "--draft", draft, "--sign"), 2, "two persons"),
                             (("erase", theirs, "--draft", draft), 4, "only be asked"),
                             (("erase", "KOR/NOTIFY 1.99", "--draft", draft), 3, ""),
                             (("erase", "KOR/NOTIFY 1.0", "--draft", draft), 4, "no text"),
                             (("erase", "--draft", pair.folder / "none"), 3, "no file"),
                             (("erase", "--draft", kor.home / "settings"), 2, "no draft")):
        done = kor.run(*words, key="watch", code=code)
        assert why in done.stderr, done.stderr
    assert not draft.exists()
    kor.run("erase", ours, "--draft", draft, key="watch")
    assert "nothing is written over" in kor.run("erase", ours, "--draft", draft, key="watch", code=4).stderr
    # A draft that was tampered with, or that another party's officers would sign.
    [[statement, [signature], content]] = cbor2.loads(draft.read_bytes())
    (pair.folder / "false").write_bytes(cbor2.dumps([[statement, [signature[:-1] + bytes([signature[-1] ^ 1])], content]]))
    kor.run("erase", "--draft", pair.folder / "false", "--sign", key="relief", code=6)
    usa.run("erase", "--draft", draft, "--sign", key="relief", code=4)
    assert not is_erased(kor, ours)


def test_one_signature_is_refused_at_the_door(pair):
    kor = pair["kor"]
    place = say(kor, SECRET)
    draft = pair.folder / "draft"
    kor.run("erase", place, "--draft", draft, key="watch")
    items = cbor2.loads(draft.read_bytes())
    assert len(items) == 1 and len(items[0][1]) == 1
    assert [answer["rule"] for answer in kor.post(items)] == ["TWO"]
    # The same one twice is one person; the registrar is none.
    items[0][1] *= 2
    assert [answer["rule"] for answer in kor.post(items)] == ["TWO"]
    items[0][1][1] = kor.key("registrar").sign(items[0][0])
    assert [answer["rule"] for answer in kor.post(items)] == ["TWO"]
    # With another person it stands.
    items[0][1][1] = kor.key("relief").sign(items[0][0])
    assert [answer["err"] for answer in kor.post(items)] == ["OK"]
    assert is_erased(kor, place)


def test_nobody_erases_what_another_said(pair):
    """Made by hand, around our command: the node judges it."""
    kor, usa = pair["kor"], pair["usa"]
    place, other = say(kor, SECRET), say(kor, "On the same channel.")
    usa.wait("it came", lambda: usa.find("/entry", place=other))
    entry, seen = usa.entry(place), usa.get("/seen", channel="notify")
    refers = [(entry["channel"], "kor", entry["epoch"], entry["index"], bytes.fromhex(entry["leaf"]))]
    raw = officers.statement(bytes.fromhex(seen["accord"]), entry["channel"], "usa", "watch", kind=ERASE, rel=["kor", "usa"],
                             seen=[("kor", 1, row["size"]) for row in seen["seen"]], refers=refers)
    answers = usa.post([officers.item(raw, [usa.key("watch"), usa.key("relief")])])
    assert [answer["rule"] for answer in answers] == ["REFERS"]
    leader = kor.get("/seen", channel="leader")
    raw = officers.statement(bytes.fromhex(leader["accord"]), kor.get("/entry", place="KOR/LEADER 1.0")["channel"], "kor", "watch",
                             kind=ERASE, rel=["kor", "usa"], refers=refers)
    answers = kor.post([officers.item(raw, [kor.key("watch"), kor.key("relief")])])
    assert answers[0]["err"] == "REFUSED", "from another channel"
    assert not is_erased(kor, place)


# What is gone, and what stays


def test_gone_from_both_and_proved_all_the_same(pair):
    kor, usa = pair["kor"], pair["usa"]
    file, shared = pair.folder / "file", pair.folder / "shared"
    file.write_text("ATTACHED-" + SECRET * 3000)
    shared.write_text("SHARED-" + SECRET)
    place = say(kor, f"{SECRET} in a text.", "--subject", f"{SECRET} in the subject", "--attach", file, "--attach", shared)
    other = say(kor, "Keeps one of the files.", "--attach", shared)
    for node in (kor, usa):
        node.await_step(other, "STATION RECEIPT")
    names = {one["name"]: one["hash"] for one in kor.entry(place)["attachments"]}
    for hash_ in names.values():
        usa.wait("the attachments are whole", lambda hash_=hash_: is_whole(usa, hash_))
    usa.say("ack", place, key="watch")
    usa.say("reply", place, "Understood.", key="watch")
    pair.await_receipts()
    before, stream = kor.entry(place), usa.events()
    number = stream.number
    stream.close()
    eraser = erase(kor, place)
    usa.wait("it is erased there", lambda: is_erased(usa, place))
    pair.await_receipts()
    for node in (kor, usa):
        entry = node.entry(place)
        assert entry["eraser"] == eraser and entry["leaf"] == before["leaf"] and entry["content"] == before["content"]
        assert "text" not in entry and "content_bytes" not in entry and entry["verdict"] == "OK"
        assert node.ask("GET", "/content", place=place)[0] == 403
        # Its ladder says what it said before.
        assert node.ladder(place)["highest"] == "REPLIED"
        # The file that another message has too stays, the other goes.
        assert node.ask("GET", "/attachments", hash=names["file"])[0] == 404
        assert is_whole(node, names["shared"])
        assert SECRET not in json.dumps(node.get("/inbox", channel="notify")) + json.dumps(node.get("/log", channel="notify", party="kor"))
        await_gone(node, "ATTACHED-")
        await_gone(node, f"{SECRET} in")
        counts = json.loads(node.run("verify", "--json").stdout)
        assert counts["findings"] == 0 and counts["erased"] == 1
        summary, folder = exported(node, f"export-{node.party}")
        assert summary["erased"] == 1 and summary["void"] == []
        assert not [path for path in folder.rglob("*") if path.is_file() and f"{SECRET} in".encode() in path.read_bytes()]
        proof = folder / "proof"
        node.run("read", place, "--proof", proof)
        assert proof.read_text().startswith("c2sp.org/tlog-proof@v1\n")
    late = usa.events(after=number)
    told = late.next(lambda event: event.get("place") == eraser)
    assert told["entry"]["kind"] == "erase"
    late.close()
    assert "OK" in usa.get("/entry", place=eraser)["verdict"]


def is_whole(node, hash_):
    found = node.find("/attachments", hash=hash_)
    return bool(found) and 0 < found["held"] == found["total"]


def test_gone_from_a_node_that_is_never_idle(pair):
    """Whoever asks it all the time keeps no erased text on its disk: it tidies up as if it were idle, now and then."""
    kor = pair["kor"]
    place, is_over = say(kor, SECRET), threading.Event()

    def ask():
        connection = nodes.UnixConnection(kor.home / "socket", 10)
        while not is_over.is_set():
            connection.request("GET", "/seen?channel=notify")
            connection.getresponse().read()

    busy = threading.Thread(target=ask)
    busy.start()
    try:
        erase(kor, place)
        await_gone(kor, SECRET)
    finally:
        is_over.set()
        busy.join()


def test_events_of_before_have_no_words(pair):
    usa = pair["usa"]
    stream = usa.events()
    number = stream.number
    place = say(pair["kor"], SECRET)
    assert stream.next(lambda event: event.get("place") == place)["entry"]["text"] == [SECRET]
    eraser = erase(pair["kor"], place)
    stream.next(lambda event: event.get("place") == eraser)
    stream.close()
    again = usa.events(after=number)
    told = again.next(lambda event: event.get("place") == place)
    assert "text" not in told["entry"]
    again.close()


def test_screens_say_so_in_both_languages(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = say(kor, SECRET)
    eraser = erase(kor, place)
    usa.wait("it is erased there", lambda: is_erased(usa, place))
    for node in (kor, usa):
        for words in (("read", place), ("inbox", "notify"), ("log", "notify")):
            shown = node.run(*words).stdout
            assert f"erased by {eraser}" in shown and SECRET not in shown, words
            korean = node.run(*words, env=nodes.KOREAN).stdout
            assert "erased" not in korean and f"{eraser} 항목으로 삭제" in korean, (words, korean)


def test_a_kill_leaves_nothing_behind(pair):
    kor = pair["kor"]
    place = say(kor, SECRET)
    erase(kor, place)
    kor.kill()
    kor.end()
    kor.start()
    assert is_erased(kor, place)
    await_gone(kor, SECRET)


# Who was not there


def test_an_away_node_catches_up(pair):
    kor, usa = pair["kor"], pair["usa"]
    pair.await_receipts()
    usa.stop()
    place = say(kor, SECRET, code=5)
    eraser = erase(kor, place, code=5)
    assert is_erased(kor, place)
    usa.start()
    pair.await_receipts()
    assert usa.entry(place)["eraser"] == eraser
    assert not is_on_disk(usa, SECRET), "it never came"
    assert json.loads(usa.run("verify", "--json").stdout)["findings"] == 0


def test_a_bundle_carries_the_erasers_place(pair):
    kor, usa = pair["kor"], pair["usa"]
    pair.await_receipts()
    usa.stop()
    place = say(kor, SECRET, code=5)
    eraser = erase(kor, place, code=5)
    carried = pair.folder / "bundle"
    kor.run("bundle", "write", "--peer", "usa", carried)
    assert SECRET.encode() not in carried.read_bytes()
    kor.stop()
    usa.start()
    usa.run("bundle", "read", carried)
    usa.wait("it is erased there", lambda: is_erased(usa, place))
    assert usa.entry(place)["eraser"] == eraser


def test_a_restored_node_erases_again(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = say(kor, SECRET)
    pair.await_receipts()
    backup = pair.folder / "before.db"
    usa.run("export", "--backup", backup)
    erase(kor, place)
    usa.wait("it is erased there", lambda: is_erased(usa, place))
    pair.await_receipts()
    usa.stop()
    usa.run("restore", backup)
    for path in usa.home.glob("record.db.before*"):
        path.unlink()
    usa.start()
    usa.wait("it is erased again", lambda: is_erased(usa, place))
    await_gone(usa, SECRET)


def test_a_third_party_hears_it_from_another(stage):
    accord = nodes.ROOT / "accords/harbours"
    posts = [line.split("#")[0].split() for line in (accord / "posts").read_text().splitlines()]
    parties = [line.split()[0] for line in (accord / "parties").read_text().splitlines() if line.split("#")[0].split()]
    roles = {party: [words[0] for words in posts if words and party in words[words.index("of"):]] for party in parties}
    world = stage.world(accord=accord, officers_of={party: {"duty": roles[party], "mate": roles[party]} for party in parties})
    a, b, c = (world[party] for party in world.parties)
    about = a.get("/accord")
    channel = next(row for row in about["channels"] if set(row["parties"]) == set(parties)
                   and "ROUTINE" in row["precedences"] and row["plane"] != "SERVICE")
    role = next(row["name"] for row in about["roles"] if set(row["parties"]) == set(parties) and row["name"] in channel["writers"])
    world.await_receipts()
    c.stop()
    place = a.say("send", channel["name"], SECRET, "--to", f"{b.party}/{role}", "--label", "U", "--as", role, key="duty",
                  code=None)["place"]
    b.wait("B holds it", lambda: b.find("/entry", place=place))
    draft = world.folder / "draft"
    a.run("erase", place, "--draft", draft, "--as", role, key="duty")
    a.run("erase", "--draft", draft, "--sign", key="mate", code=None)
    b.wait("it is erased at B", lambda: is_erased(b, place))
    a.stop()
    c.start()
    c.wait("C has it from B, erased", lambda: is_erased(c, place))
    assert not is_on_disk(c, SECRET)
    a.start()
    world.await_receipts(20)
