"""A version of the accord that both have signed: held, then in force from one place of each log on, while the nodes run."""
import shutil

import nodes

LABEL = ("--label", "OPEN")


def edit(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text, f"{file} has no {old!r}"
    (folder / file).write_text(text.replace(old, new))


def draft(world, name, edits, before=None):
    """A version after `before`, checked against it and signed by every party."""
    folder, before = world.folder / name, before or world.accord
    nodes.run("accord", "draft", folder, before)
    for file, old, new in edits:
        edit(folder, file, old, new)
    nodes.run("init", "accord", folder)
    assert nodes.run("accord", "check", folder, before, code=4).stderr.count("not in force") == 1
    for party in world.parties:
        nodes.run("accord", "sign", folder, "--key", world.keys(party) / "root")
    nodes.run("accord", "check", folder, before)
    return folder


def hash_of(folder):
    import hashlib
    return hashlib.sha256((folder / "MANIFEST").read_bytes()).hexdigest()


def adopt(world, party, folder, *more, code=0, registrar=False):
    words = ["--key", world.keys(party) / "registrar", *LABEL] if registrar else []
    return world[party].run("accord", "adopt", folder, *words, *more, code=code)


def states(node):
    return {row["hash"][:8]: (row["state"], sorted(row["held_by"])) for row in node.get("/versions")["versions"]}


def send(node, channel, text, to, precedence="ROUTINE", code=0, role="watch"):
    return node.say("send", channel, text, "--to", to, "--precedence", precedence, *LABEL, "--as", role,
                    key=role, code=code)


# The new version: PRIORITY goes from the notification line, and the press officer may write to the leaders.
EDITS = [("channels", "policy press shift watch precedence IMMEDIATE PRIORITY ROUTINE\n6", "policy press shift watch precedence IMMEDIATE ROUTINE\n6"),
         ("posts", "watch    ko", "zeal ko \"열의\" en \"Zeal\" of kor usa\nwatch    ko"),]


def test_both_move_while_they_run(stage):
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    before = send(kor, "notify", "Before.", "usa/watch", "PRIORITY")["place"]
    world.await_receipts()
    # A post in the middle would give the others other numbers: it stands at the end.
    wrong = world.folder / "wrong"
    nodes.run("accord", "draft", wrong, world.accord)
    for one in EDITS:
        edit(wrong, *one)
    nodes.run("init", "accord", wrong)
    assert "succession.posts" in nodes.run("accord", "check", wrong, world.accord, code=4).stderr
    folder = draft(world, "second", [EDITS[0], ("posts", "watch    ko", "watch ko"),
                                     ("posts", "of kor usa\n", "of kor usa\n")][:1])
    shown = nodes.run("accord", "diff", world.accord, folder, code=1).stdout
    assert "differs: channels" in shown and "- 5 notify" in shown and "+ 5 notify" in shown
    first, second = hash_of(world.accord)[:8], hash_of(folder)[:8]
    links = {node: node.paths()["north"]["since_ms"] for node in (kor, usa)}

    # Held by one; who moves before the other holds it is told.
    adopt(world, "kor", folder)
    assert states(kor)[second] == ("HELD", ["kor"]) and states(kor)[first][0] == "IN FORCE"
    assert "USA" in adopt(world, "kor", folder, registrar=True, code=4).stderr
    adopt(world, "usa", folder)
    kor.wait("it knows that USA holds it", lambda: states(kor)[second][1] == ["kor", "usa"])
    assert send(kor, "notify", "Still.", "usa/watch", "PRIORITY")["place"]

    # KOR moves alone: its entries are judged by the new one, USA's by the old.
    adopt(world, "kor", folder, registrar=True)
    assert states(kor)[second][0] == "IN FORCE" and states(usa)[second][0] == "HELD"
    assert send(kor, "notify", "No more.", "usa/watch", "PRIORITY", code=4) is not None
    late = send(usa, "notify", "USA may yet.", "kor/watch", "PRIORITY")["place"]
    world.await_receipts()
    assert kor.entry(late)["verdict"] == "OK" and usa.entry(before)["verdict"] == "OK"
    adopt(world, "usa", folder, registrar=True)
    world.await_receipts()
    assert states(usa) == {first: ("SUPERSEDED", ["kor", "usa"]), second: ("IN FORCE", ["kor", "usa"])}
    assert {node: node.paths()["north"]["since_ms"] for node in (kor, usa)} == links, "the line never went down"

    # After a restart, and folded anew, nothing is judged otherwise.
    for node in (kor, usa):
        node.stop()
    for node in (kor, usa):
        node.start()
    kor.await_link()
    assert states(kor)[second][0] == "IN FORCE"
    for node in (kor, usa):
        assert node.entry(before)["verdict"] == node.entry(late)["verdict"] == "OK"
    after = send(kor, "notify", "After.", "usa/watch")["place"]
    usa.wait("it arrives", lambda: usa.find("/entry", place=after))
    for node in (kor, usa):
        node.run("verify")
