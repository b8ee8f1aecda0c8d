"""A text in two languages on two real nodes: written together, signed, and made public by both or by nobody."""
import nodes

KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(nodes.BINARY.parent.parent.parent / "po")}
PEOPLE = {"policy": ["policy"], "linguist": ["linguist"], "watch": ["watch"]}
KO, EN = "양측은 훈련을 계속하기로 하였다.", "The two sides decided to go on with the exercise."


def text(node, name="statement", **words):
    found = next((one for one in node.get("/dialogues", kind="text")["things"] if one["name"] == name), None)
    return found and node.get("/text", place=found["place"], **words)


def both(world, what, condition):
    for node in world.nodes.values():
        node.wait(f"{what} at {node.party}", lambda node=node: condition(text(node)))


def refused(node, rule, *words, key="policy", code=4):
    done = node.run("text", *words, key=key, code=code)
    assert rule in done.stderr, done.stderr
    return done


def clean(world, name="statement"):
    """Both agree to all that stands, and both linguists find that it matches."""
    for node in world.nodes.values():
        node.run("text", "agree", name, key="policy")
        node.run("text", "concord", name, key="linguist")
    for node in world.nodes.values():
        node.wait(f"{name} is clean", lambda node=node: text(node, name)["state"] == "CLEAN")
    one, other = (text(node, name)["hash"] for node in world.nodes.values())
    assert one == other


def begun(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Dialogue", "--language", "en", "--channel", "consult", "--label", "U", key="policy")
    kor.run("text", "new", "kidd", "statement", "Joint statement", "--language", "en", "--also", "ko=공동성명", "--languages", "ko,en",
            key="policy")
    kor.run("text", "unit", "statement", "goal", KO, "--language", "ko", key="policy")
    usa.wait("the unit is at usa", lambda: (text(usa) or {}).get("units"))
    return world, kor, usa


def test_a_text_is_written_signed_and_made_public(stage, tmp_path):
    world, kor, usa = begun(stage)
    refused(kor, "(CLEAN", "initial", "statement")
    refused(kor, "(LANGUAGE", "unit", "statement", "goal", "Les deux", "--language", "fr")
    usa.run("text", "unit", "statement", "goal", EN, "--language", "en", key="policy")
    kor.wait("its English is at kor", lambda: text(kor)["versions"] == 2)
    # Both write at once: both stay, in brackets, and nobody's words are lost.
    world["kor"].run("text", "unit", "statement", "goal", "The two sides decided.", "--language", "en", key="policy")
    both(world, "brackets", lambda one: one["units"][0]["status"] == "BRACKETED")
    assert text(usa)["brackets"] == {"KOR": {"ko": 0, "en": 1}, "USA": {"ko": 0, "en": 1}}
    shown = kor.run("text", "show", "statement").stdout
    assert EN in shown and "The two sides decided." in shown and "KOR, en: 1 in brackets" in shown
    refused(usa, "goal is not clear", "agree", "statement", "goal", code=2)
    refused(usa, "There is no unit aim in the text.", "agree", "statement", "aim", code=3)
    kor.run("text", "agree", "statement", "--party", "USA", "--ad-referendum", key="policy", code=None)
    kor.run("text", "agree", "statement", "goal", "--party", "USA", key="policy", code=None)
    world.stop()
    world.start()
    kor.run("text", "show", "statement", env=KOREAN)
