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
    assert "keys.key" in said(kor, *add, *registrar, code=4) and "--withdraw" in said(kor, *add, *registrar, code=4)
    # A role that the accord lacks: by the command, and by the door for whoever asks it without the command.
    refused = said(kor, "keys", "--add", f"{new.path}.pub", "--roles", "watch,wach", "--holder", "9", *registrar, code=2)
    assert "wach" in refused and "head" in refused.partition("It has:")[2]
    raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 0, "kor", "registrar", 1, rel=["kor", "usa"],
                             fields={1: 0, 2: 3, 3: new.wire, 4: 9, 5: ["watch", "wach"]})
    answer = kor.post([officers.item(raw, [kor.key("registrar")])])[0]
    assert (answer["err"], answer["rule"]) == ("NOT_FOUND", "keys.roles")
    assert {name: kor.logs()[name]["size"] for name in sizes} == sizes, "nothing of it stands in any log"
    # Withdrawn, and added for another: what was said stays whose it was, and that its key was withdrawn.
    kor.run("keys", "--withdraw", watch, *LABEL, *registrar)
    kor.run(*add, *LABEL, *registrar)
    now = kor.say("send", "notify", "And this?", "--to", "usa/watch", *LABEL, key="watch")["place"]
    pair.await_receipts()
    for node in (kor, usa):
        assert node.entry(place)["signer"] == {**signer, "withdrawn": True}
        assert node.entry(now)["signer"] == {**signer, "holder": 9}
        rows = [row for row in node.get("/keys", party="kor")["keys"] if row["fingerprint"] == kor.key("watch").fingerprint]
        assert [(row["holder"], "withdrawn" in row) for row in rows] == [(9, False)]


def test_what_is_answered_is_not_deferred(pair):
    kor, usa = pair["kor"], pair["usa"]
    place = kor.say("send", "notify", "When?", "--to", "usa/watch", *LABEL, key="watch")["place"]
    usa.await_step(place, "STATION RECEIPT")
    usa.say("ack", place, key="watch")
    usa.say("defer", place, "Later.", "--until", "2h", key="watch")
    for node in (kor, usa):
        node.await_step(place, "DEFERRED")
        assert node.ladder(place)["highest"] == "DEFERRED" and "until" in node.run("ladder", place).stdout
    usa.say("reply", place, "Now.", key="watch")
    for node in (kor, usa):
        node.await_step(place, "REPLIED")
        ladder = node.ladder(place)
        assert ladder["highest"] == "REPLIED" and "DEFERRED" in ladder["steps"] and "deferred_until_ms" not in ladder
        row = next(line for line in node.run("inbox", "notify").stdout.splitlines() if place in line)
        assert "REPLIED" in row and "DEFERRED" not in row
        assert "until" not in node.run("ladder", place).stdout


def test_nobody_owes_to_his_own_party(pair):
    kor = pair["kor"]
    for more in ((), ("--to", "usa/watch")):
        refused = said(kor, "send", "notify", "To ourselves.", "--to", "kor/watch", *more, "--key", kor.keys / "watch", code=4)
        assert "(ADDRESSEE)" in refused and "own party" in refused and "home channel" in refused
    home = next(row["name"] for row in kor.get("/channels")["channels"] if row["plane"] == "HOME")
    place = kor.say("send", home, "A note.", "--to", "kor/head", *LABEL, "--rel", "KOR", key="watch")["place"]
    assert "owed" not in kor.ladder(place)
    assert place not in json.dumps(json.loads(kor.run("inbox", "--owed", "--json").stdout))
