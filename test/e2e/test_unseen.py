"""What an author puts where nobody looks: whoever lets it go is shown all that he signs, or it does not go."""
import hashlib
import shutil

import nodes
import officers
import pytest
import test_seal

PEOPLE = {"watch": ["watch"], "head": ["head"], "deputy": ["deputy"], "shift": ["shift"]}
HIDDEN = "Meet at the north gate."
SUBMIT, REPLY, ATTACHED = 32, 13, b"A menu."


@pytest.fixture
def world(stage, tmp_path):
    """A word holds, and the deputy answers for the head."""
    accord = tmp_path / "accord"
    shutil.copytree(nodes.ROOT / "accords/rok-us", accord)
    (accord / "authority").write_text("acts deputy for head\n")
    with open(accord / "guidelines", "a", encoding="utf-8") as file:
        file.write("words hold words.txt\n")
    (accord / "words.txt").write_text("Iron Gate\n", encoding="utf-8")
    return stage.world(accord=accord, officers_of={"kor": PEOPLE, "usa": PEOPLE})


def statement(node, channel, role, **more):
    seen = node.get("/seen", channel=channel)
    return officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], node.party, role, rel=["kor", "usa"],
                              seen=[(one["party"], one["epoch"], one["size"]) for one in seen["seen"]], **more)


def content(fields):
    return officers.encode({1: bytes(16), 2: "en", 4: [["Lunch is at noon."]], 5: fields})


def submit(node, raw, key, body, sealing):
    """What a program of his own files at home, for others to approve."""
    outer = officers.statement(bytes.fromhex(node.status()["accord"]), 901, node.party, key, SUBMIT, rel=["kor", "usa"],
                               fields={1: raw, 2: node.key(key).sign(raw)}, body=body, sealing=sealing)
    return node.post([officers.item(outer, [node.key(key)], body)])[0]


def check_nobody_signs(node, draft, secrets, why):
    for more in ([], ["--json"]):
        refused = node.run("approve", draft, "--sign", "--identity", secrets["kor", "staff"], *more, key="deputy", code=4)
        assert why in refused.stderr and "do not sign it" in refused.stderr, refused.stderr
    assert node.get("/drafts", place=draft)["approved"] == 0


def test_fields_of_no_form(world):
    """A message that says one thing in its text, and another among fields that no form names."""
    kor, usa = world["kor"], world["usa"]
    body = content({900: HIDDEN})
    raw = statement(kor, "notify", "watch", to=[("usa", "watch", 0)], body=body)
    assert kor.post([officers.item(raw, [kor.key("watch")], body)])[0]["rule"] == "FIELDS"
    clear = submit(kor, raw, "watch", body, 0)["place"]
    assert HIDDEN in kor.run("approve", clear, key="head").stdout
    # Sealed, no node looks: whoever opens it does.
    secrets = world.make_secrets(test_seal.POSTS)
    sealed = test_seal.age(secrets.values(), content=body)
    raw = statement(kor, "leader", "head", to=[("usa", "head", 0)], precedence=1, body=sealed, sealing=1)
    draft = submit(kor, raw, "head", sealed, 1)["place"]
    assert HIDDEN in kor.run("approve", draft, "--identity", secrets["kor", "staff"], key="deputy").stdout
    check_nobody_signs(kor, draft, secrets, "is of no form")
    # By programs of their own all three let it go: whoever reads it sees it.
    raw = statement(kor, "leader", "head", to=[("usa", "head", 0)], precedence=1, body=sealed, sealing=1)
    place = kor.post([officers.item(raw, [kor.key(name) for name in ("head", "deputy", "shift")], sealed)])[0]["place"]
    usa.await_step(place, "STATION RECEIPT")
    assert HIDDEN in test_seal.read(usa, place, secrets["usa", "head"])


def test_a_field_that_its_form_has_not(world):
    """Of a sealed form the fields that it has not are shown beside what it says."""
    kor, secrets = world["kor"], world.make_secrets(test_seal.POSTS)
    sealed = test_seal.age(secrets.values(), content=content({5: ["조건", "Terms."], 900: HIDDEN}))
    raw = statement(kor, "leader", "head", to=[("usa", "head", 0)], precedence=1, body=sealed, sealing=1, form=("N17", 1),
                    fields={1: ["head"], 2: 2, 3: [1, 2], 4: 3})
    draft = submit(kor, raw, "head", sealed, 1)["place"]
    shown = kor.run("approve", draft, "--identity", secrets["kor", "staff"], key="deputy").stdout
    assert HIDDEN in shown and "Terms." in shown and "not as its form says" in shown, shown
    check_nobody_signs(kor, draft, secrets, "not as its form says")


def test_what_a_node_asks_of_clear_words(world):
    """Of sealed ones it cannot: whoever opens them to approve them does."""
    kor, secrets = world["kor"], world.make_secrets(test_seal.POSTS)
    above = officers.encode({1: bytes(16), 2: "en", 4: [["Lunch."], ["The plan.", ["S", [["rel", ["KOR", "USA"]]]]]]})
    long = officers.content("x" * 1801)
    for precedence, body, why in ((1, above, "marked above the whole"), (0, long, "lets a FLASH be")):
        sealed = test_seal.age(secrets.values(), content=body)
        raw = statement(kor, "leader", "head", to=[("usa", "head", 0)], precedence=precedence, body=sealed, sealing=1)
        draft = submit(kor, raw, "head", sealed, 1)["place"]
        check_nobody_signs(kor, draft, secrets, why)
        korean = kor.run("approve", draft, "--sign", key="deputy", code=4, env={**nodes.opens(secrets["kor", "staff"]), **nodes.KOREAN}).stderr
        assert "서명하지 마십시오" in korean, korean


def test_which_key_two_persons_add(world):
    """Of a key that words are sealed for its draft said the same as of one that signs."""
    kor, part = world["kor"], world.folder / "part"
    kor.run("keys", "--new-identity", world.keys("kor") / "new.age")
    kor.run("keys", "--add", world.keys("kor") / "new.age.pub", "--roles", "head", "--label", "U", "--draft", part, key="registrar")
    shown = kor.run("keys", "--draft", part).stdout
    assert "has words sealed for the key" in shown and "gives the key" not in shown
    officers.Key(world.keys("kor") / "mole")
    other = world.folder / "other"
    kor.run("keys", "--add", f"{world.keys('kor')}/mole.pub", "--holder", "900", "--roles", "head", "--label", "U", "--draft", other, key="registrar")
    assert "gives the key" in kor.run("keys", "--draft", other).stdout


def test_a_word_in_the_type_of_a_file(world):
    """Its name was looked through, and shown; its media type is as free, and was neither."""
    kor = world["kor"]
    digest = hashlib.sha256(ATTACHED).digest()
    assert kor.ask("POST", f"/attachments?hash={digest.hex()}&offset=0&total={len(ATTACHED)}", ATTACHED)[0] == 200
    answers = []
    for kind in ("text/plain", "text/iron-gate"):
        body = officers.encode({1: bytes(16), 2: "en", 4: [["See the file."]], 6: [[digest, len(ATTACHED), kind, "menu.txt"]]})
        raw = statement(kor, "notify", "watch", to=[("usa", "watch", 0)], body=body)
        answers.append(kor.post([officers.item(raw, [kor.key("watch")], body)])[0].get("rule"))
    assert answers == [None, "HELD"]
    draft = submit(kor, raw, "watch", body, 0)["place"]
    assert "menu.txt, 7 bytes, text/iron-gate" in kor.run("approve", draft, key="head").stdout


def test_for_whom_he_acts(world, stage, tmp_path):
    """Who approves, and who reads, is told that its author speaks for another post."""
    kor, usa = world["kor"], world["usa"]
    asked = usa.say("send", "consult", "Do you agree?", "--to", "kor/head", "--label", "C", key="head")
    asked = usa.approve(asked["place"], ("deputy",)) if asked.get("step") == "SUBMITTED" else asked["place"]
    usa.await_step(asked, "STATION RECEIPT")
    kor.run("ack", asked, key="deputy")
    said = kor.say("reply", asked, "We do.", "--for", "head", key="deputy")
    assert said["step"] == "SUBMITTED"
    assert "acting for head" in kor.run("approve", said["place"], key="shift").stdout
    place = kor.approve(said["place"], ("shift",))
    world.await_receipts()
    assert "acting for head" in usa.run("read", place).stdout
    # What comes ahead of its log says it too, and that its words are sealed.
    terminal = nodes.Between(kor, tmp_path / "terminal")
    stage.others.append(terminal)
    ahead = {"state": "BY_LINE", "place": "USA/CONSULT 1.99", "log": "USA/CONSULT 1", "channel": 1, "entry": {**kor.entry(place), "content": {"sealing": 1}, "text": []}}
    terminal.change = lambda path, answer: path.startswith("/advances") and answer.update(advances=[ahead])
    shown = terminal.run("read", "USA/CONSULT 1.99").stdout
    assert "ADVANCE" in shown and "acting for head" in shown and "SEALED" in shown, shown
