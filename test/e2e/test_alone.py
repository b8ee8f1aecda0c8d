"""What one person does alone that takes two, played by hand on running nodes: refused here, and said why."""
import shutil

import nodes
import officers
import pytest

TEAM = {"watch": ["watch"], "head": ["head"], "shift": ["shift"], "deputy": ["deputy"], "press": ["press"], "legal": ["legal"]}
AUTHORITY = "post head by two\npost deputy until 2001-01-01\nclosed consult-urgent\nclosed notify-urgent\n"
KEYS, WATCH_READ, READ_BACK = 1, 9, 10


@pytest.fixture
def world(stage, tmp_path):
    accord = tmp_path / "accord"
    shutil.copytree(nodes.ROOT / "accords/rok-us", accord)
    shutil.copy(nodes.ROOT / "test/lib/guidelines", accord / "guidelines")
    (accord / "authority").write_text(AUTHORITY)
    return stage.world(accord=accord, officers_of={"kor": TEAM, "usa": TEAM}, label="OPEN")


def statement(node, channel, role, **more):
    seen = node.get("/seen", channel=channel)
    return officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], node.party, role, rel=seen["parties"], **more)


def place_of(node, place):
    entry = node.entry(place)
    return [entry["channel"], entry["party"], entry["epoch"], entry["index"], bytes.fromhex(entry["leaf"])]


def post(node, raw, body=b"", by=("watch",)):
    return node.post([officers.item(raw, [node.key(one) for one in by], body)])[0]


def test_words_that_nobody_approved(world):
    kor, usa = world["kor"], world["usa"]
    lunch = usa.say("send", "share", "A lunch.", "--to", "kor/watch", "--label", "OPEN", key="watch")["place"]
    world.await_receipts()
    kor.run("ack", lunch, key="watch")
    refers = {"refers": [place_of(kor, lunch)]}
    body = officers.content("What no releaser saw.")
    assert post(kor, statement(kor, "share", "watch", kind=READ_BACK, level="SECRET", body=body, **refers), body)["rule"] == "APPROVAL"
    back = post(kor, statement(kor, "share", "watch", kind=READ_BACK, level="OPEN", body=body, **refers), body)
    assert back["err"] == "OK", "where nobody is asked, a routine message may be read back"
    body = officers.encode({1: bytes(16), 2: "en", 4: [["Read back."]], 6: [[bytes(32), 1, "text/plain", "f.txt"]]})
    assert post(kor, statement(kor, "share", "watch", kind=READ_BACK, level="OPEN", body=body, **refers), body)["rule"] == "FIELDS"
    free = statement(kor, "share", "watch", kind=WATCH_READ, level="OPEN", fields={900: "free text"}, **refers)
    assert post(kor, free)["rule"] == "FIELDS" and post(kor, free, by=("watch", "head"))["rule"] == "FIELDS"


def test_a_post_that_has_ended(world):
    kor, usa = world["kor"], world["usa"]
    said = kor.say("send", "share", "Two launches.", "--to", "usa/watch", "--label", "CLOSED", key="watch")
    refused = kor.run("approve", said["place"], "--sign", key="deputy", code=4).stderr
    assert "(EXPIRED)" in refused and "--as ROLE" in refused and "the same command again" not in refused
    korean = kor.run("approve", said["place"], "--sign", key="deputy", code=4, env=nodes.KOREAN).stderr
    assert "--as" in korean and "next:" not in korean
    for name in ("deputy", "head"):
        kor.run("keys", "--new-identity", world.folder / name)
        kor.run("keys", "--add", world.folder / f"{name}.pub", "--roles", name, "--label", "OPEN", "--draft", world.folder / f"{name}.part",
                key="registrar")
        kor.run("keys", "--draft", world.folder / f"{name}.part", "--sign", key="shift")
    for_whom = [one["roles"] for one in kor.get("/recipients", channel="share")["recipients"]]
    assert for_whom == [["head"]], "nothing new is sealed for it"
    assert "Two launches." in kor.run("read", said["place"], "--key", world.keys("kor") / "head").stdout
    assert "(EXPIRED)" in kor.run("read", said["place"], "--key", world.keys("kor") / "deputy", code=4).stderr
    assert "(KEY)" in kor.run("read", said["place"], "--key", world.keys("usa") / "head", code=4).stderr
    body = officers.content("Two launches.")
    raw = statement(kor, "share", "watch", level="CLOSED", body=body, to=[("usa", "watch", 0)])
    assert post(kor, raw, body, by=("watch", "deputy"))["rule"] == "RELEASER"
    assert post(kor, raw, body, by=("watch", "shift"))["err"] == "OK"
    said = nodes.run("accord", "check", world.accord)
    assert "posts that release" not in said.stderr
    shown = nodes.run("accord", "show", world.accord).stdout
    assert "given by two persons" in shown and "speaks until 2001-01-02" in shown


def test_what_goes_to_an_ended_post(world):
    kor = world["kor"]
    send = ("send", "share", "For the deputy.", "--label", "OPEN")
    for env, words in (({}, "The authority of the post deputy ended at"), (nodes.KOREAN, "직위 deputy의 권한이")):
        done = kor.run(*send, "--to", "usa/deputy", "--info", "usa/head", key="watch", env=env)
        assert words in done.stderr and done.stdout.startswith("KOR/SHARE"), "it goes all the same"
    assert kor.run(*send, "--to", "usa/head", key="watch").stderr == "", "of a post that goes on nothing is said"
    until = {role["name"]: role.get("until_ms") for role in kor.get("/accord")["roles"]}
    assert until["deputy"] == 978393600000 and until["head"] is None


def test_a_registrar_alone(world):
    """He lets a puppet in, and the puppet is no second person; nobody without a writer's post reads a closed channel."""
    kor, usa = world["kor"], world["usa"]
    place = usa.say("send", "consult-urgent", "In the closed room.", "--to", "kor/watch", "--label", "OPEN", "--precedence", "IMMEDIATE",
                    key="watch")["place"]
    usa.await_step(place, "STATION RECEIPT")
    kor.run("ack", place, key="watch")
    for name in ("puppet", "mole"):
        officers.Key(world.keys("kor") / name)
    registrar, label = ("--key", world.keys("kor") / "registrar"), ("--label", "OPEN")

    def add(name, roles, holder):
        return ("keys", "--add", f"{world.keys('kor')}/{name}.pub", "--roles", roles, "--holder", holder, *label)

    assert "TWO" in kor.run(*add("mole", "head", "901"), *registrar, "--json", code=4).stderr
    kor.run(*add("puppet", "press", "900"), *registrar)
    part = world.folder / "part"
    kor.run(*add("mole", "head", "901"), *registrar, "--draft", part)
    assert "TWO" in kor.run("keys", "--draft", part, "--sign", "--key", world.keys("kor") / "puppet", "--json", code=4).stderr
    kor.run("keys", "--draft", part, "--sign", key="head")
    assert "In the closed room." in kor.run("read", place, key="watch").stdout
    assert "In the closed room." not in kor.run("read", place, "--key", world.keys("kor") / "puppet", code=None).stdout
    assert "In the closed room." in kor.run("read", place, "--key", world.keys("kor") / "mole").stdout


def test_a_silent_log_lets_nobody_in(world):
    """He who may not let anybody in where we have spoken may not where we only listen, nor on a closed channel that came later."""
    kor = world["kor"]
    kor.say("send", "share", "We speak.", "--to", "usa/watch", "--label", "OPEN", key="watch")
    later = world.folder / "later"
    nodes.run("accord", "draft", later, world.accord)
    lines = (later / "channels").read_text().splitlines(True)
    cell = ('8 cell CONSULT ko "별실" en "Cell" parties kor usa write deputy head precedence IMMEDIATE ROUTINE\n')
    (later / "channels").write_text("".join(lines[:-2]) + cell + "".join(lines[-2:]))
    (later / "authority").write_text(AUTHORITY + "closed cell\n")
    nodes.run("accord", "diff", world.accord, later, "--opened")
    nodes.run("init", "accord", later)
    for party in world.parties:
        nodes.run("accord", "sign", later, "--key", world.keys(party) / "root")
    mole, registrar = officers.Key(world.keys("kor") / "mole"), kor.key("registrar")

    def has(channel):
        return mole.fingerprint in [row["fingerprint"] for row in kor.get("/keys", channel=channel)["keys"]]

    def alone(channel):
        raw = officers.statement(bytes.fromhex(kor.status()["accord"]), channel, "kor", "registrar", KEYS, level="OPEN", rel=["kor", "usa"],
                                 fields={1: 0, 2: 3, 3: mole.wire, 4: 901, 5: ["head"]})
        return kor.post([officers.item(raw, [registrar])])[0]["rule"]

    def everywhere(*numbers):
        assert [alone(number) for number in (0, *numbers)] == ["TWO"] * (1 + len(numbers))
        assert not [name for name in ("leader", "share", "kor-home") if has(name)]

    everywhere(1, 6, 901)
    for party in world.parties:
        world[party].run("accord", "adopt", later)
    for party in world.parties:
        world[party].wait("all hold it", lambda node=world[party]: all(len(row["held_by"]) == 2 for row in node.get("/versions")["versions"]))
        world[party].run("accord", "adopt", later, "--key", world.keys(party) / "registrar", "--label", "OPEN")
    assert kor.key("head").fingerprint in [row["fingerprint"] for row in kor.get("/keys", channel="cell")["keys"]]
    everywhere(1, 8, 901)
    assert not has("cell")
    # Two let him in everywhere, and there too.
    part = world.folder / "part"
    kor.run("keys", "--add", f"{mole.path}.pub", "--roles", "head", "--holder", "901", "--label", "OPEN", "--draft", part, key="registrar")
    kor.run("keys", "--draft", part, "--sign", key="head")
    assert has("cell") and has("leader")


def test_a_closed_room_is_closed_at_home_too(world):
    """What is drafted for it is read by who is let in there: a cleared post beside it is answered as if there were no draft."""
    kor = world["kor"]
    place = kor.say("send", "notify-urgent", "For the room alone.", "--to", "usa/watch", "--label", "CLOSED", "--precedence", "IMMEDIATE",
                    key="watch")["place"]
    for name, is_let_in in (("watch", True), ("head", True), ("legal", False)):
        key = ("--key", world.keys("kor") / name)
        said = kor.run("drafts", *key).stdout + kor.run("read", place, *key, code=None).stdout
        assert ("For the room alone." in kor.run("approve", place, *key, code=None).stdout) == is_let_in, "who approves reads as himself"
        assert ("For the room alone." in said) == is_let_in, (name, said)
    readers = next(row for row in kor.get("/drafts") if row["place"] == place)["readers"]
    assert all("legal" not in row["roles"] and "watch" in row["roles"] for row in readers), readers
