"""Sealed words: a FLASH on a sealed LEADER line climbs to READ BACK, no node can read it, and stock age opens it."""
import base64
import os
import shutil
import subprocess

import cbor2
import pytest

import nodes
import officers
import peer

TEXT = "Aircraft are ours and return at 14:05."
BACK = "Our aircraft, back at 14:05."
PEOPLE = {"watch": ["watch"], "head": ["head"], "deputy": ["deputy"], "shift": ["shift"]}
RELEASERS = ("deputy", "shift")  # what the head of the delegation says
POSTS = {"head": "head", "watch": "watch", "staff": "deputy,shift"}  # a terminal for each, and one for who releases


@pytest.fixture
def sealed(stage):
    """KOR and USA with secrets for their leader line."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    world.secrets = world.make_secrets(POSTS)
    return world


def flash(world, text=TEXT):
    return world["kor"].release("send", "leader", text, "--to", "usa/head", "--precedence", "FLASH", "--label", "U", key="head",
                                by=RELEASERS, env=nodes.opens(world.secrets["kor", "staff"]))


def held_in(folder, words):
    """Files under a folder that hold the words in clear."""
    return [path for path in folder.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]


def test_sealed_flash_to_read_back(sealed, tmp_path):
    kor, usa, secrets = sealed["kor"], sealed["usa"], sealed.secrets
    place = flash(sealed)
    usa.await_step(place, "STATION RECEIPT")
    entry = usa.entry(place)
    assert entry["content"]["sealing"] == 1 and entry["content"]["len"] == 1024 + 102 + 6 * 98
    assert entry["sealed_for"] == [{"party": party, "roles": ["deputy", "head", "shift", "watch"]} for party in ("KOR", "USA")]
    assert "text" not in entry and "unreadable" not in entry

    shown = usa.run("read", place).stdout
    assert "SEALED (age X25519) for KOR: deputy, head, shift, watch; USA: deputy, head, shift, watch\n" in shown and TEXT not in shown, "the administrator has no secret"
    assert TEXT in usa.run("read", place, env=nodes.opens(secrets["usa", "head"])).stdout
    assert TEXT in usa.run("read", place, "--identity", secrets["usa", "watch"]).stdout
    assert TEXT in kor.run("read", place, env=nodes.opens(secrets["kor", "watch"])).stdout
    assert TEXT in usa.run("inbox", env=nodes.opens(secrets["usa", "watch"])).stdout
    assert TEXT not in usa.run("inbox").stdout

    usa.say("ack", place, key="watch")
    back = usa.say("readback", place, BACK, key="watch")["place"]
    sealed.await_receipts()
    assert kor.entry(back)["content"]["sealing"] == 1
    assert BACK in kor.run("read", back, env=nodes.opens(secrets["kor", "head"])).stdout, "whoever wrote it reads the answer"
    for more in ([], ["--json"]):
        refused = kor.run("correct", place, *more, key="head", code=4)
        assert "nobody marks what he has not read" in refused.stderr
    assert BACK in kor.run("correct", place, key="head", env=nodes.opens(secrets["kor", "head"])).stdout, "he sees what he marks"
    for node in sealed.nodes.values():
        node.await_step(place, "READ BACK")

    content = tmp_path / "content"
    content.write_bytes(usa.get("/content", place=place))
    opened = subprocess.run(["age", "-d", "-i", secrets["usa", "head"], content], capture_output=True, check=True).stdout
    assert TEXT.encode() in opened and len(opened) == 1024

    usa.run("export", "--to", tmp_path / "export")
    for words in (TEXT, BACK):
        assert not held_in(sealed.folder, words), "a node has it in clear"
        assert not held_in(tmp_path / "export", words)
    sealed.stop()
    for words in (TEXT, BACK):
        assert not held_in(sealed.folder, words), "a stopped node has it in clear"


def read(node, place, secrets, *more):
    return node.run("read", place, "--identity", secrets, *more).stdout


def test_one_message_is_disclosed_and_no_other(sealed, tmp_path):
    kor, secrets = sealed["kor"], sealed.secrets
    shown, kept = flash(sealed, "This one."), flash(sealed, "Not this one.")
    assert kor.run("disclose", shown, code=4).stderr.count("No secret here") == 1
    done = kor.say("disclose", shown, "--content", tmp_path / "shown", "--identity", secrets["kor", "head"], key="head")
    assert done["hash"] == kor.entry(shown)["content"]["hash"]
    (tmp_path / "kept").write_bytes(kor.get("/content", place=kept))

    opened = nodes.run("open", tmp_path / "shown", "--file-key", done["file_key"], home="/nowhere")
    assert opened.stdout == "This one.\n"
    assert kor.run("open", tmp_path / "kept", "--file-key", done["file_key"], code=6).stdout == ""
    assert kor.run("open", tmp_path / "shown", "--file-key", "00" * 16, code=6).stdout == ""
    assert kor.run("open", tmp_path / "shown", code=4).stdout == ""
    torn = tmp_path / "torn"
    torn.write_bytes((tmp_path / "shown").read_bytes()[:-1])
    assert "age.payload" in kor.run("open", torn, "--file-key", done["file_key"], code=6).stderr


def test_a_change_of_holder(sealed, tmp_path):
    """The old secret goes, the new holder reads what came before him; nothing in the record changes."""
    kor, usa, old = sealed["kor"], sealed["usa"], sealed.secrets["usa", "head"]
    before = flash(sealed, "Before.")
    usa.await_step(before, "STATION RECEIPT")
    new = usa.make_secrets("successor", "head")
    usa.run("keys", "--withdraw", f"{old}.pub", "--label", "U", key="registrar")
    sealed.await_receipts()
    assert len([one for one in kor.get("/recipients", channel="leader")["recipients"] if one["party"] == "usa"]) == 3
    assert "withdrawn" in usa.run("keys").stdout
    after = flash(sealed, "After.")
    usa.await_step(after, "STATION RECEIPT")
    assert "After." in read(usa, after, new) and "After." not in read(usa, after, old)
    assert "Before." not in read(usa, before, new)

    assert usa.run("rewrap", tmp_path / "wraps", "--for", f"{new}.pub", "--identity", old).stdout.startswith("1 content can be opened")
    assert "Before." in read(usa, before, new, "--wraps", tmp_path / "wraps")
    wrap = tmp_path / "wraps" / (usa.entry(before)["content"]["hash"] + ".age")
    assert b"Before." in subprocess.run(["age", "-d", "-i", new, wrap], capture_output=True, check=True).stdout
    # A header for another file gives a key that is not this file's.
    wrap.write_bytes(usa.get("/content", place=after))
    assert "Before." not in read(usa, before, new, "--wraps", tmp_path / "wraps")


def test_who_cannot_be_sealed_for(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    words = ("send", "leader", TEXT, "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    assert "kor/head has no key" in kor.run(*words, key="head", code=4).stderr
    head = kor.make_secrets("head", "head")
    assert "usa/head has no key" in kor.run(*words, key="head", code=4).stderr
    usa.make_secrets("head", "head,watch")
    usa_log = usa.logs()["USA/LEADER 1"]["size"]
    kor.wait("USA's keys are here", lambda: kor.logs()["USA/LEADER 1"]["folded"] == usa_log)
    place = kor.release(*words, key="head", by=RELEASERS, env=nodes.opens(head))
    assert kor.entry(place)["content"]["len"] == 1024 + 102 + 2 * 98, "a key of two posts counts once"
    long = kor.run("send", "leader", "x" * 1801, *words[3:], key="head", code=4)
    assert "brief" in long.stderr
    assert "at most" in kor.run("send", "leader", "x" * 50000, *words[3:5], "--precedence", "IMMEDIATE", *words[7:], key="head",
                                code=4).stderr


def test_nobody_approves_what_he_has_not_read(sealed):
    """Sealed words are opened at the terminal of whoever lets them go."""
    kor, secrets = sealed["kor"], sealed.secrets
    draft = kor.say("send", "leader", TEXT, "--to", "usa/head", "--precedence", "FLASH", "--label", "U", key="head")["place"]
    shown = kor.run("approve", draft, key="deputy").stdout
    assert TEXT not in shown and "sealed" in shown
    for more in ([], ["--json"]):
        refused = kor.run("approve", draft, "--sign", *more, key="deputy", code=4)
        assert "nobody approves what he has not read" in refused.stderr
    assert kor.get("/drafts")[0]["approved"] == 0
    assert TEXT in kor.run("approve", draft, "--sign", "--identity", secrets["kor", "staff"], key="deputy").stdout
    assert kor.get("/drafts")[0]["approved"] == 1


def test_clear_words_on_a_sealed_line_do_not_count(sealed):
    """Whoever goes around the terminal is refused by his own node, and void at a peer's."""
    kor = sealed["kor"]
    body = officers.content(TEXT)
    raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 1, "kor", "head", rel=["kor", "usa"],
                             to=[("usa", "head", 0)], precedence=0, body=body)
    answer = kor.post([officers.item(raw, [kor.key(name) for name in ("head", *RELEASERS)], body)])[0]
    assert (answer["err"], answer["rule"]) == ("REFUSED", "SEALING")
    refused = kor.run("body", "new", "talks", "Talks", "--language", "en", "--channel", "leader", "--label", "U", key="watch", code=4)
    assert "unsealed on channel 1" in refused.stderr and "next: say it on a channel that is not sealed" in refused.stderr


def lies_of(kor):
    """What whoever runs KOR's node may answer its terminals, and what the terminal says to it."""
    def add(path, answer):  # a key that nobody enrolled
        if path.startswith("/recipients"):
            one = next(row for row in answer["recipients"] if row["party"] == "usa" and "head" in row["roles"])
            answer["recipients"].append({**one, "key": base64.b64encode(os.urandom(32)).decode()})

    def swap(path, answer):  # one that a post of the other side has
        if path.startswith("/recipients"):
            one = next(row for row in answer["recipients"] if row["party"] == "usa" and "head" in row["roles"])
            answer["recipients"].append({**one, "party": "kor"})

    def lend(path, answer):  # a post that nobody gave it
        if path.startswith("/recipients"):
            next(row for row in answer["recipients"] if row["party"] == "usa" and "deputy" in row["roles"])["roles"].append("head")

    def invent(path, answer):  # a statement that says so, by somebody's own key
        if path.startswith("/recipients"):
            row = answer["recipients"][0]
            row["sshsigs"] = [base64.b64encode(kor.key("watch").sign(base64.b64decode(row["statement"]))).decode()]

    def read(path, answer):  # a post that reads each of them, though the accord does not say so
        if path.startswith("/recipients"):
            answer["readers"].append("linguist")

    def turn(path, answer):  # to a line that is not sealed
        if path.startswith("/seen"):
            answer["channel"] = 3

    return {add: "no registrar", swap: "no registrar", lend: "no registrar", invent: "no registrar", read: "linguist reads",
            turn: "elsewhere"}


def test_a_node_reads_nothing_by_what_it_answers(sealed, tmp_path, stage):
    """Whoever runs the node is none of those whom words are sealed for: nothing that it answers opens them to him, or has them sent in clear."""
    kor, secrets = sealed["kor"], sealed.secrets
    words = ("send", "leader", TEXT, "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    terminal = nodes.Between(kor, tmp_path / "terminal")
    stage.others.append(terminal)
    assert "SUBMITTED" in terminal.run(*words, key="head").stdout, "as long as it says what is so"
    count = len(kor.get("/drafts"))
    for lie, said in lies_of(kor).items():
        terminal.change = lie
        refused = terminal.run(*words, key="head", code=6)
        assert said in refused.stderr and "next:" in refused.stderr, (lie, refused.stderr)

    def open_line(path, answer):
        if path.startswith("/recipients"):
            answer["sealed"] = False

    terminal.change = open_line
    assert "SUBMITTED" in terminal.run(*words, key="head").stdout
    drafts = kor.get("/drafts")
    assert len(drafts) == count + 1 and not any(TEXT.encode() in body for _, body in terminal.asked), "sealed all the same"
    assert all(TEXT in kor.run("approve", one["place"], key="deputy", env=nodes.opens(secrets["kor", "staff"])).stdout for one in drafts)


AUTHORITY = "post head by two\npost deputy by two\n"


def enrol(node, key, use, registrar, *seconds, roles=("head",), holder=901, act=0, channel=0):
    """A `keys` statement, signed by these: what the registrar of its party says of a key."""
    raw = officers.statement(bytes.fromhex(node.status()["accord"]), channel, node.party, "registrar", 1, level="U", rel=["kor", "usa"],
                             fields={1: act, 2: use, 3: key, **({4: holder, 5: list(roles)} if act == 0 else {})})
    return {"party": node.party, "statement": base64.b64encode(raw).decode(),
            "sshsigs": [base64.b64encode(one.sign(raw)).decode() for one in (registrar, *seconds)]}


def test_a_post_that_two_persons_give_is_not_sealed_for_by_one(stage, tmp_path):
    """A registrar who runs his node lets a key of his own in at his terminals: by himself, by a puppet, by a beginning that nobody else has."""
    accord = tmp_path / "accord"
    shutil.copytree(nodes.ROOT / "accords/rok-us", accord)
    (accord / "authority").write_text(AUTHORITY)
    world = stage.world(accord=accord, officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, registrar = world["kor"], world["kor"].key("registrar")
    for party in world.parties:
        for name, roles in POSTS.items():
            path, part, add = world.keys(party) / name, world.folder / f"{party}-{name}", ("--roles", roles, "--label", "U")
            world[party].run("keys", "--new-identity", f"{path}.age")
            world[party].run("keys", "--add", f"{path}.age.pub", *add, "--draft", part, key="registrar")
            world[party].run("keys", "--draft", part, "--sign", key="deputy")
    world.await_receipts()
    flash_words = ("send", "leader", TEXT, "--to", "usa/head", "--precedence", "FLASH", "--label", "U")
    kor.release(*flash_words, key="head", by=RELEASERS, env=nodes.opens(world.keys("kor") / "staff.age"))
    terminal = nodes.Between(kor, tmp_path / "terminal")
    stage.others.append(terminal)
    assert "sealed for 6 keys" in terminal.run(*flash_words, key="head").stderr, "who began the log"
    new, part, add = world.keys("kor") / "new.age", world.folder / "part", ("--roles", "head", "--label", "U")
    kor.run("keys", "--new-identity", new)
    assert "(TWO)" in kor.run("keys", "--add", f"{new}.pub", *add, key="registrar", code=4).stderr
    kor.run("keys", "--add", f"{new}.pub", *add, "--draft", part, key="registrar")
    kor.run("keys", "--draft", part, "--sign", key="deputy")
    assert "sealed for 7 keys" in terminal.run(*flash_words, key="head").stderr, "and whom two gave it since"
    mine, puppet = os.urandom(32), officers.Key(tmp_path / "puppet")
    real = kor.get("/recipients", channel="leader")

    def show(answer, said, officers_=()):
        answer["recipients"].append({"sealing": 1, "key": base64.b64encode(mine).decode(), "holder": 901, "roles": ["head"], "added": 9, **said})
        answer.setdefault("officers", []).extend(officers_)

    def alone(path, answer):
        if path.startswith("/recipients"):
            show(answer, enrol(kor, mine, 4, registrar))

    def with_a_puppet(path, answer):
        if path.startswith("/recipients"):
            show(answer, enrol(kor, mine, 4, registrar, puppet), [enrol(kor, puppet.wire, 3, registrar, holder=902)])

    def with_himself(path, answer):  # who is named is not the second
        if path.startswith("/recipients"):
            mole = enrol(kor, puppet.wire, 3, registrar, puppet, holder=901)
            show(answer, enrol(kor, mine, 4, registrar, puppet), [mole])

    def with_a_watch(path, answer):  # an officer, of a post that one person gives
        if path.startswith("/recipients"):
            watch = enrol(kor, kor.key("watch").wire, 3, registrar, roles=("watch",), holder=902)
            show(answer, enrol(kor, mine, 4, registrar, kor.key("watch")), [watch])

    def by_a_beginning(path, answer):  # in no tree that anybody has signed
        if path.startswith("/recipients"):
            said = enrol(kor, mine, 4, registrar)
            show(answer, said)
            row = next(one for one in answer["founded"] if one["party"] == "kor")
            entry = cbor2.loads(base64.b64decode(row["entries"][-1]))
            entry[3] += 1
            entry[5], entry[6] = base64.b64decode(said["statement"]), [base64.b64decode(one) for one in said["sshsigs"]]
            row["entries"].append(base64.b64encode(officers.encode(entry)).decode())

    def without_its_note(path, answer):  # cosigned by nobody else
        if path.startswith("/recipients"):
            for row in answer["founded"]:
                lines = row["note"].split("\n")
                row["note"] = "\n".join(lines[:5]) + "\n"

    def without_a_second(path, answer):
        if path.startswith("/recipients"):
            answer["officers"] = []

    assert real["officers"] and len(real["founded"]) == 2
    for lie in (alone, with_a_puppet, with_himself, with_a_watch, by_a_beginning, without_its_note, without_a_second):
        terminal.change = lie
        refused = terminal.run(*flash_words, key="head", code=6)
        assert "two persons" in refused.stderr and "next:" in refused.stderr, (lie, refused.stderr)


def test_what_was_seen_withdrawn_stays_so(sealed, tmp_path, stage):
    """A node that keeps a withdrawal back from a terminal which has seen it finds nothing forgotten there."""
    kor, usa, lost = sealed["kor"], sealed["usa"], sealed.secrets["usa", "head"]
    words = ("send", "leader", TEXT, "--to", "usa/watch", "--precedence", "IMMEDIATE", "--label", "U")
    terminal = nodes.Between(kor, tmp_path / "terminal")
    stage.others.append(terminal)
    before = kor.get("/recipients", channel="leader")
    usa.run("keys", "--withdraw", f"{lost}.pub", "--label", "U", key="registrar")
    sealed.await_receipts()

    def roll_back(path, answer):
        if path.startswith("/recipients"):
            answer.clear()
            answer.update(before)

    def show_both(path, answer):
        if path.startswith("/recipients"):
            answer["recipients"] = before["recipients"]

    def invent(path, answer):  # nobody but its registrar withdraws a key
        if path.startswith("/recipients"):
            key = base64.b64decode(next(one["key"] for one in before["recipients"] if one["party"] == "usa" and "watch" in one["roles"]))
            answer["withdrawn"].append({**enrol(usa, key, 4, kor.key("registrar"), act=1)})

    terminal.change = roll_back
    assert "sealed for 6 keys" in terminal.run(*words, key="head").stderr, "what it never saw it cannot know"
    def check(change, is_told):
        terminal.change = change
        said = terminal.run(*words, key="head").stderr
        assert "sealed for 5 keys" in said and ("has withdrawn" in said) == is_told == ("next: entente doctor" in said), (change, said)

    check(show_both, True)
    check(invent, False)
    check(roll_back, True)
    assert "철회한 것입니다" in terminal.run(*words, key="head", env=nodes.KOREAN).stderr
    assert "usa/head has no key" in terminal.run(*words[:4], "usa/head", *words[5:], key="head", code=4).stderr
    check(lambda path, answer: None, False)


def test_an_ended_post_is_not_sealed_for_whatever_the_clock_of_the_node(stage, tmp_path):
    accord = tmp_path / "accord"
    shutil.copytree(nodes.ROOT / "accords/rok-us", accord)
    (accord / "authority").write_text("post deputy until 2001-01-01\n")
    world = stage.world(accord=accord, officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    world.make_secrets({"head": "head", "watch": "watch", "old": "deputy"})
    terminal = nodes.Between(kor, tmp_path / "terminal")
    stage.others.append(terminal)
    old = [one for one in kor.get("/keys", channel="leader")["recipients"] if one["roles"] == ["deputy"]]
    add = next(row for row in kor.get("/log", channel="leader", party="kor")["entries"] if row["index"] == old[0]["added"] - 1)
    entry = kor.entry(add["place"])

    def revive(path, answer):
        if path.startswith("/recipients"):
            answer["recipients"].append({**old[0], "statement": entry["statement"], "sshsigs": entry["sshsigs"]})

    words = ("send", "leader", TEXT, "--to", "usa/watch", "--precedence", "IMMEDIATE", "--label", "U")
    for change in (lambda path, answer: None, revive):
        terminal.change = change
        assert "sealed for 4 keys" in terminal.run(*words, key="head").stderr
    assert "usa/deputy has no key" in terminal.run(*words[:4], "usa/deputy", *words[5:], key="head", code=4).stderr


FIELDS = ("--field", "roles=head", "--field", "means=voice", "--field", "span=2027-01-01T10:00Z/2027-01-01T11:00Z", "--field",
          "interpreters=none", "--field", "terms.ko=배석자 없음", "--field", "terms.en=Nobody else in the room.")


def test_a_forms_words_are_sealed_with_it(sealed):
    """Its basis and its because stood in the statement, for every node to read; its fields were shown to nobody who approved it."""
    kor, usa, secrets = sealed["kor"], sealed["usa"], sealed.secrets
    words = ("Because the hotline is watched.", "Article 3 of the secret minute.")
    draft = kor.say("send", "leader", "--form", "N17", *FIELDS, "--because", words[0], "--basis", words[1], "--to", "usa/head",
                    "--precedence", "IMMEDIATE", "--label", "U", key="head")["place"]
    shown = kor.run("approve", draft, "--identity", secrets["kor", "staff"], key="deputy").stdout
    assert all(one in shown for one in (*words, "Nobody else in the room.", "배석자 없음")), shown
    place = kor.approve(draft, RELEASERS, env=nodes.opens(secrets["kor", "staff"]))
    usa.await_step(place, "STATION RECEIPT")
    entry = usa.entry(place)
    assert entry["verdict"] == "OK" and "fault" not in entry["filled"]
    assert {row["key"]: row["value"] for row in entry["fields"]}[200] is True
    shown = read(usa, place, secrets["usa", "head"])
    assert all(one in shown for one in (*words, "Nobody else in the room.")) and "not as its form says" not in shown, shown
    assert not any(one in usa.run("read", place).stdout for one in words)
    assert not [path for one in words for node in (kor, usa) for path in held_in(node.home, one)]
    # With no field that is only read, its words are sealed all the same.
    usa.run("ack", place, key="head")
    reply = usa.say("reply", place, "--form", "N11", "--field", "answer=accept", "--basis", words[1], key="head")["place"]
    assert words[1] in usa.run("approve", reply, "--identity", secrets["usa", "staff"], key="deputy").stdout


def test_a_forms_words_in_clear_beside_sealed_ones_do_not_count(sealed):
    kor = sealed["kor"]
    seen = kor.get("/seen", channel="leader")
    real = kor.say("send", "leader", "Something sealed.", "--to", "usa/head", "--precedence", "IMMEDIATE", "--label", "U", key="head")["place"]
    body = base64.b64decode(kor.get("/drafts", place=real)["content_bytes"])
    for number in (200, 202):
        for sealing, fields in ((1, {1: ["head"], 2: 1, 3: [1, 2], 4: 3, number: "In clear."}), (0, {1: ["head"], 2: 1, 3: [1, 2], 4: 3, number: "In clear."})):
            raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "head", to=[("usa", "head", 0)], rel=["kor", "usa"],
                                     precedence=1, form=("N17", 1), fields=fields, **({"body": body, "sealing": 1} if sealing else {}))
            answer = kor.post([officers.item(raw, [kor.key("head")], body if sealing else b"")])[0]
            assert (answer["err"], answer["rule"]) == ("REFUSED", "SEALING"), answer


def test_the_readers_of_a_sealed_draft_are_those_who_have_a_key(stage):
    """Its list had every post that its label lets read, with a key or without."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    kor.make_secrets("staff", "head,deputy")
    world["usa"].make_secrets("head", "head")
    world.await_receipts()
    staff = nodes.opens(world.keys("kor") / "staff.age")
    send = ("send", "leader", TEXT, "--to", "usa/head", "--precedence", "IMMEDIATE", "--label", "U")
    draft = kor.say(*send, key="head")["place"]
    assert kor.get("/drafts", place=draft)["readers"] == [{"party": "KOR", "roles": ["deputy", "head"]}, {"party": "USA", "roles": ["head"]}]
    shown = kor.run("approve", draft, key="deputy", env=staff).stdout
    assert "can be read by USA: head\n" in shown and "watch" not in shown, shown
    world["usa"].run("keys", "--withdraw", world.keys("usa") / "head.age.pub", "--label", "U", key="registrar")
    kor.wait("it is withdrawn here", lambda: not any(one["party"] == "usa" for one in kor.get("/recipients", channel="leader")["recipients"]))
    assert "can be read by nobody of USA" in kor.run("approve", draft, key="deputy", env=staff).stdout


def test_sealed_for_is_who_had_a_key_then(stage):
    """It named every post that must be able to open it, of no party in particular, with a key or without."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.make_secrets("staff", "head,deputy")
    usa.make_secrets("head", "head")
    world.await_receipts()
    send = ("send", "leader", TEXT, "--to", "usa/head", "--precedence", "IMMEDIATE", "--label", "U")
    assert "sealed for 2 keys of KOR: head, deputy; USA: head (age X25519)" in kor.run(*send, key="head").stderr
    place = kor.release(*send, key="head", by=RELEASERS, env=nodes.opens(world.keys("kor") / "staff.age"))
    usa.await_step(place, "STATION RECEIPT")
    meant = [{"party": "KOR", "roles": ["deputy", "head"]}, {"party": "USA", "roles": ["head"]}]
    assert [node.entry(place)["sealed_for"] for node in (kor, usa)] == [meant, meant]
    # Whoever comes and goes later was not there, or was.
    usa.make_secrets("watch", "watch")
    usa.run("keys", "--withdraw", world.keys("usa") / "head.age.pub", "--label", "U", key="registrar")
    world.await_receipts()
    assert [node.entry(place)["sealed_for"] for node in (kor, usa)] == [meant, meant]
    assert "for KOR: deputy, head; USA: head\n" in usa.run("read", place).stdout


def test_whom_the_label_keeps_out_has_no_key(stage, tmp_path):
    """A post that stands behind `sealed`, and may not read this: its terminal opens nothing of it, whoever gives it the bytes."""
    people = {**PEOPLE, "vice": ["deputy"]}
    world = stage.world(officers_of={"kor": people, "usa": people})
    kor, usa, secrets = world["kor"], world["usa"], world.make_secrets(POSTS)
    place = kor.release("send", "leader", TEXT, "--to", "usa/head", "--precedence", "IMMEDIATE", "--label", "S caveat:LEADER", key="head",
                        by=("deputy", "vice"), env=nodes.opens(secrets["kor", "staff"]))
    usa.await_step(place, "STATION RECEIPT")
    entry = usa.entry(place)
    assert entry["sealed_for"] == [{"party": party, "roles": ["deputy", "head"]} for party in ("KOR", "USA")] and entry["content"]["len"] == 1024 + 102 + 4 * 98, "no key of a watch"
    assert TEXT in read(usa, place, secrets["usa", "head"]) and TEXT not in read(usa, place, secrets["usa", "watch"])
    (tmp_path / "annex.txt").write_text(TEXT)
    parts = ("send", "leader", "--portion", f"S caveat:LEADER | {TEXT}", "--attach", tmp_path / "annex.txt", "--to", "usa/head", "--precedence", "IMMEDIATE")
    refused = kor.run(*parts, key="head", code=2, env=nodes.opens(secrets["kor", "staff"]))
    assert "--label" in refused.stderr, "a file is sealed before its parts say whom they keep out"
    assert "sealed for 4 keys of KOR: head, deputy; USA: head, deputy" in kor.run(*parts, "--label", "S caveat:LEADER", key="head", env=nodes.opens(secrets["kor", "staff"])).stderr


def test_a_node_has_the_key_of_nothing_else_disclosed(sealed, tmp_path, stage):
    """Whoever runs the node shows one message and gives the sealed words of another: no key of those comes out unseen."""
    kor, opened = sealed["kor"], ("--identity", sealed.secrets["kor", "head"])
    shown, kept = flash(sealed, "This one."), flash(sealed, "Not this one.")
    other = kor.entry(kept)
    terminal = nodes.Between(kor, tmp_path / "terminal")
    stage.others.append(terminal)
    terminal.change = lambda path, answer: path.startswith("/entry") and answer.update(content_bytes=other["content_bytes"])
    refused = terminal.run("disclose", shown, *opened, key="head", code=6)
    assert "not what was signed" in refused.stderr and not refused.stdout
    terminal.change = lambda path, answer: path.startswith("/entry") and (answer.clear(), answer.update(other))
    assert "it opens: Not this one." in terminal.run("disclose", shown, *opened, key="head").stderr, "and he sees what he would give"


def test_sealed_by_choice_on_a_clear_line(sealed):
    kor, usa, secrets = sealed["kor"], sealed["usa"], sealed.secrets
    words = ("--to", "usa/watch", "--label", "U")
    clear = kor.say("send", "notify", "In clear.", *words, key="watch")["place"]
    place = kor.say("send", "notify", "By choice.", *words, "--seal", key="watch")["place"]
    assert kor.entry(clear)["content"]["sealing"] == 0 and kor.entry(place)["content"]["sealing"] == 1
    usa.await_step(place, "STATION RECEIPT")
    assert "By choice." in read(usa, place, secrets["usa", "watch"])
    usa.say("ack", place, key="watch")
    answer = usa.say("reply", place, "And so is this.", key="watch")["place"]
    assert usa.entry(answer)["content"]["sealing"] == 1, "what answers something sealed is sealed"
    assert "(sealed)" in usa.run("log", "notify").stdout


def test_stock_age_seals_for_a_terminal(sealed):
    """What `age -r` makes, filed by a program that is not ours, is opened and answered like any other."""
    kor, usa, secrets = sealed["kor"], sealed["usa"], sealed.secrets
    names = [word for path in secrets.values() for word in ("-R", f"{path}.pub")]
    body = subprocess.run(["age", "-e", *names], input=officers.content(TEXT), capture_output=True, check=True).stdout
    seen = kor.get("/seen", channel="leader")["seen"]
    raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 1, "kor", "head", rel=["kor", "usa"],
                             seen=[(one["party"], one["epoch"], one["size"]) for one in seen],
                             to=[("usa", "head", 0)], precedence=0, body=body, sealing=1)
    place = kor.post([officers.item(raw, [kor.key(name) for name in ("head", *RELEASERS)], body)])[0]["place"]
    usa.await_step(place, "STATION RECEIPT")
    assert TEXT in read(usa, place, secrets["usa", "head"])


def age(secrets, text=TEXT, content=None):
    """What stock age makes of it for the keys of these secrets."""
    names = [word for path in secrets for word in ("-R", f"{path}.pub")]
    return subprocess.run(["age", "-e", *names], input=content or officers.content(text), capture_output=True, check=True).stdout


def test_what_only_says_that_it_is_sealed_is_refused(sealed):
    """Clear bytes, and a file for other keys than field 15 says, pass no door: neither as words nor as a file, by whoever signs."""
    kor, file = sealed["kor"], age(sealed.secrets.values())
    header = file[:file.index(b"\n--- ") + 49]
    clear = officers.content(TEXT)
    blob = [officers.hashlib.sha256(clear).digest(), len(clear)]
    assert kor.ask("POST", "/attachments", clear, hash=blob[0].hex(), offset=0, total=blob[1])[0] == 200
    for sealing, body, blobs, rule in ((1, clear, (), "age.version"), (2, clear, (), "age.version"), (2, file, (), "age.said"),
                                       (1, header + clear[:20], (), "age.payload"), (1, file, [blob], "age.version"), (1, file, (), None)):
        raw = officers.statement(bytes.fromhex(kor.status()["accord"]), 1, "kor", "head", rel=["kor", "usa"], to=[("usa", "head", 0)],
                                 precedence=0, body=body, sealing=sealing, blobs=blobs)
        answer = kor.post([officers.item(raw, [kor.key(name) for name in ("head", *RELEASERS)], body)])[0]
        assert (answer["err"], answer.get("rule")) == (("RULE", rule) if rule else ("OK", None)), answer
    assert not held_in(kor.home, TEXT) or not held_in(sealed["usa"].home, TEXT)


def test_a_peers_false_seal_is_shown_as_what_it_is(sealed):
    """A node that lets it pass: the other side shows no such item as sealed, in neither language, nor opens it as sealed for better keys."""
    kor, usa = sealed["kor"], sealed["usa"]
    liar = peer.Peer(sealed, "usa", "kor")
    liar.take_log("notify")
    usa.kill()
    key = usa.key("watch")
    places = [liar.move("notify", "watch", key, officers.MESSAGE, to=[("kor", "watch", 0)], precedence=3, body=body, sealing=sealing)
              for sealing, body in ((1, officers.content(TEXT)), (2, age(sealed.secrets.values())))]
    liar.send("notify")
    secret = nodes.opens(sealed.secrets["kor", "watch"])
    for place, rule in zip(places, ("age.version", "age.said")):
        kor.wait("it came", lambda place=place: (kor.find("/entry", place=place) or {}).get("content_bytes"))
        assert kor.entry(place)["unreadable"] == rule
        for language, words in (({}, "cannot be decoded; answer NEGATIVE"), (nodes.KOREAN, "해독할 수 없으니")):
            shown = kor.run("read", place, env={**secret, **language}).stdout
            assert words in shown and "age " not in shown and TEXT not in shown, shown
    assert kor.run("inbox", "notify", env=secret).stdout.count("(unreadable)") == 2
    assert "판독 불가" in kor.run("inbox", "notify", env=nodes.KOREAN).stdout
