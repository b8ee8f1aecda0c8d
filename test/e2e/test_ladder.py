"""What a screen says of a message, and of who said it, is so for good: plays that once made it say something else."""
import json

import officers

LABEL = ("--label", "U")


def said(node, *arguments, code):
    """What it is told on standard error, with the codes that each sentence has."""
    return node.run(*arguments, *LABEL, code=code).stderr


def test_keys_keep_their_times(pair):
    kor, usa = pair["kor"], pair["usa"]
    watch, new = f"{kor.keys}/watch.pub", officers.Key(pair.folder / "new")
    registrar = ("--key", kor.keys / "registrar")
    place = kor.say("send", "notify", "Who says this?", "--to", "usa/watch", *LABEL, key="watch")["place"]
    signer = {"holder": kor.entry(place)["signer"]["holder"], "roles": ["watch"], "withdrawn": False}
    assert signer["holder"] != 9
    sizes = {name: log["size"] for name, log in kor.logs().items() if name.startswith("KOR/") and "SERVICE" not in name}
    add = ("keys", "--add", watch, "--roles", "watch", "--holder", "9")
    assert "keys.key" in said(kor, *add, *registrar, code=4) and "nobody else had" in said(kor, *add, *registrar, code=4)
    again = kor.run("keys", "--add", watch, "--roles", "watch", "--holder", str(signer["holder"]), *LABEL, *registrar).stdout
    assert again.startswith("It was said before: KOR/"), "the same of the same key is nothing new"
    assert "REGISTRAR" in said(kor, "keys", "--add", watch, "--roles", "watch", "--holder", "1", "--key", kor.keys / "watch", code=4)
    # A role that the accord lacks: by the command, and by the door for whoever asks it without the command.
    missing = said(kor, "keys", "--add", f"{new.path}.none", "--roles", "watch", "--holder", "9", *registrar, code=3)
    assert "There is no file" in missing
    refused = said(kor, "keys", "--add", f"{new.path}.pub", "--roles", "watch,wach", "--holder", "9", *registrar, code=2)
    assert "wach" in refused and "head" in refused.partition("It has:")[2]
    raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 0, "kor", "registrar", 1, rel=["kor", "usa"],
                             fields={1: 0, 2: 3, 3: new.wire, 4: 9, 5: ["watch", "wach"]})
    answer = kor.post([officers.item(raw, [kor.key("registrar")])])[0]
    assert (answer["err"], answer["rule"]) == ("NOT_FOUND", "keys.roles")
    assert {name: kor.logs()[name]["size"] for name in sizes} == sizes, "nothing of it stands in any log"
    # With other posts it begins anew, for the same holder: what was said stays said in those that he had.
    holder = str(signer["holder"])
    kor.run("keys", "--add", watch, "--roles", "watch,shift", "--holder", holder, *LABEL, *registrar)
    now = kor.say("send", "notify", "And this?", "--to", "usa/watch", "--as", "watch", *LABEL, key="watch")["place"]
    pair.await_receipts()
    for node in (kor, usa):
        assert node.entry(place)["signer"]["roles"] == ["watch"] and node.entry(now)["signer"]["roles"] == ["shift", "watch"]
        assert {node.entry(one)["signer"]["holder"] for one in (place, now)} == {signer["holder"]}
    # Withdrawn, it comes back for nobody: not for another, and not for him whose it was.
    kor.run("keys", "--withdraw", watch, *LABEL, *registrar)
    for whose in ("9", holder):
        refused = said(kor, "keys", "--add", watch, "--roles", "watch", "--holder", whose, *registrar, code=4)
        assert "(WITHDRAWN)" in refused and "ssh-keygen" in refused
    kor.run("send", "notify", "I again?", "--to", "usa/watch", "--as", "watch", *LABEL, key="watch", code=4)
    pair.await_receipts()
    for node in (kor, usa):
        assert node.entry(now)["signer"] == {"holder": signer["holder"], "roles": ["shift", "watch"], "withdrawn": True}
        rows = [row for row in node.get("/keys", party="kor")["keys"] if row["fingerprint"] == kor.key("watch").fingerprint]
        assert [(row["holder"], "withdrawn" in row) for row in rows] == [(signer["holder"], True)]


def test_what_is_answered_is_not_deferred(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = kor.say("send", "notify", "When?", "--to", "usa/watch", *LABEL, key="watch")["place"]
    usa.await_step(place, "STATION RECEIPT")
    usa.say("ack", place, key="watch")
    usa.say("defer", place, "In a hundred years.", "--until", "36525d", key="watch")
    usa.await_step(place, "DEFERRED")
    usa.say("defer", place, "Later.", "--until", "2h", key="watch")
    for node in (kor, usa):
        node.await_step(place, "DEFERRED")
        assert node.ladder(place)["highest"] == "DEFERRED"
        lines = node.run("ladder", place).stdout.splitlines()
        assert lines[next(n for n, line in enumerate(lines) if "DEFERRED" in line) + 1].startswith("    until ")
    usa.say("reply", place, "Now.", key="watch")
    for node in (kor, usa):
        node.await_step(place, "REPLIED")
        ladder = node.ladder(place)
        assert ladder["highest"] == "REPLIED" and "DEFERRED" in ladder["steps"] and "deferred_until_ms" not in ladder
        row = next(line for line in node.run("inbox", "notify").stdout.splitlines() if place in line)
        assert "REPLIED" in row and "DEFERRED" not in row
        shown = node.run("ladder", place).stdout
        assert "until" not in shown
        assert [line.split()[0] for line in shown.splitlines() if line.endswith("  answered since")] == ["DEFERRED"]
        assert "DEFERRED" not in node.run("read", place).stdout


def test_nobody_owes_to_his_own_party(pair):
    kor = pair["kor"]
    for more in ((), ("--to", "usa/watch")):
        refused = said(kor, "send", "notify", "To ourselves.", "--to", "kor/watch", *more, "--key", kor.keys / "watch", code=4)
        assert "(ADDRESSEE)" in refused and "own party" in refused and "home channel" in refused
    home = next(row["name"] for row in kor.get("/channels")["channels"] if row["plane"] == "HOME")
    place = kor.say("send", home, "A note.", "--to", "kor/head", *LABEL, "--rel", "KOR", key="watch")["place"]
    assert "owed" not in kor.ladder(place)
    assert place not in json.dumps(json.loads(kor.run("inbox", "--owed", "--json").stdout))


def test_what_is_said_twice_stands_once(pair):
    """A script that does not know whether it was heard says it again: the log has it once, and says where."""
    kor, usa = pair["kor"], pair["usa"]
    place = kor.release("send", "notify-urgent", "At once.", "--to", "usa/head", "--precedence", "FLASH", *LABEL)
    usa.await_step(place, "STATION RECEIPT")

    def twice(node, *arguments, key):
        first = node.say(*arguments, key=key)
        again = node.say(*arguments, key=key)
        assert (first["said"], again["said"]) == (False, True) and again["place"] == first["place"], arguments
        shown = node.run(*arguments, key=key).stdout
        assert shown.splitlines()[-1] == f"It was said before: {first['place']}. Nothing was filed.", shown
        return first["place"]

    def size(node):
        return node.logs()[f"{node.party.upper()}/NOTIFY-URGENT 1"]["size"]

    before = size(usa)
    read = twice(usa, "ack", place, key="watch")
    twice(usa, "present", place, key="watch")
    assert size(usa) == before + 2
    assert usa.say("ack", place, key="head")["place"] != read, "another officer has opened it too"
    assert usa.say("ack", place, key="watch")["place"] == read, "the first of this officer"
    back = usa.say("readback", place, "At once.", key="watch")["place"]
    kor.wait("it came", lambda: kor.find("/entry", place=back))
    before = size(kor)
    wrong = twice(kor, "wrong", back, key="head")
    correct = twice(kor, "correct", back, key="head")
    # What takes the last mark back is new, though it was said before that one.
    assert kor.say("wrong", back, key="head")["place"] not in (wrong, correct)
    last = kor.say("correct", back, key="head")["place"]
    assert last not in (wrong, correct)
    assert size(kor) == before + 4
    pair.await_receipts()
    # What was taken back proves nothing any more.
    assert usa.ladder(place)["steps"]["READ BACK"]["evidence"] == last
    notice = kor.say("send", "notify", "Soon.", "--to", "usa/watch", *LABEL, key="watch")["place"]
    usa.await_step(notice, "STATION RECEIPT")
    usa.say("ack", notice, key="watch")
    # Words are new each time, but those of a mark, whose last word stands.
    assert len({usa.say("present", notice, "At 14:05.", key="watch")["place"] for _ in range(2)}) == 2
    heard = usa.say("readback", notice, "Soon.", key="watch")["place"]
    kor.wait("it came", lambda: kor.find("/entry", place=heard))
    caused = twice(kor, "wrong", heard, "--cause", "missing", key="head")
    other = kor.say("wrong", heard, "--cause", "names", key="head")["place"]
    assert len({caused, other, kor.say("wrong", heard, "--cause", "missing", key="head")["place"]}) == 3
    # Two in one request: nothing is flushed between them.
    raw = [officers.statement(bytes.fromhex(usa.status()["accord"]), usa.entry(place)["channel"], "usa", "deputy", 12, rel=["kor", "usa"],
                              refers=[place_of(usa.entry(place))], seen=[("kor", 1, size(kor))]) for _ in range(2)]
    usa.say("ack", place, key="deputy")
    answers = usa.post([officers.item(one, [usa.key("deputy")]) for one in raw])
    assert [(one["err"], one["said"]) for one in answers] == [("OK", False), ("OK", True)] and answers[0]["place"] == answers[1]["place"]


def place_of(entry):
    return [entry["channel"], entry["party"], entry["epoch"], entry["index"], bytes.fromhex(entry["leaf"])]


def test_sent_of_long_ago_has_no_path(pair):
    kor = pair["kor"]
    places = [kor.say("send", "notify", f"{n}.", "--to", "usa/watch", *LABEL, key="watch")["place"] for n in (1, 2)]
    pair.await_receipts()
    for place in places:
        assert next(line for line in kor.run("ladder", place).stdout.splitlines() if "SENT" in line).endswith(" path north, by our link's word")
    kor.stop()
    kor.start()
    kor.await_link()
    later = kor.say("send", "notify", "3.", "--to", "usa/watch", *LABEL, key="watch")["place"]
    kor.await_step(later, "SENT")
    line = next(line for line in kor.run("ladder", places[0]).stdout.splitlines() if "SENT" in line)
    assert line.endswith(" by our link's word; when, and by which path, is longer ago than it remembers"), line
    assert " path ," not in kor.run("ladder", places[0]).stdout
