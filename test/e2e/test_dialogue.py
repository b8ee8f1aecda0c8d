"""Standing dialogues on two real nodes: a body, what was promised under it, who says that it is done and who says so too."""
import nodes

PEOPLE = {"policy": ["policy"], "watch": ["watch"]}
TITLE = ["--language", "en", "--also", "ko=통합국방협의체"]


def things(node, kind, name=None):
    found = node.get("/dialogues", kind=kind)["things"]
    return found if name is None else next((one for one in found if one["name"] == name), None)


def stands(node, kind, name, standing):
    node.wait(f"{name} is {standing} at {node.party}", lambda: (things(node, kind, name) or {}).get("standing") == standing)
    return things(node, kind, name)


def refused(node, rule, *words):
    done = node.run(*words, key="policy", code=4)
    assert f"({rule}" in done.stderr, done.stderr
    return done


def test_what_was_promised_is_carried_until_closed(stage):
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor, usa = world["kor"], world["usa"]
    kor.run("body", "new", "kidd", "Integrated Defense Dialogue", *TITLE, "--channel", "consult", "--label", "U", key="policy")
    stands(usa, "body", "kidd", "OPEN")
    # Who says that another owes something has not bound him.
    kor.run("commitments", "new", "kidd", "exercises", "Practical combined exercises", "--by", "KOR,USA", "--when", "2023",
            "--detail", "One was held by both sides", key="policy")
    one = stands(usa, "commitment", "exercises", "CLAIMED")
    assert [(part["party"], part["part"]) for part in one["parts"]] == [("KOR", "OPEN"), ("USA", "CLAIMED")]
    assert one["when"] == "2023" and one["end_ms"] == 1704067200000 and one["detail"] == {"en": "One was held by both sides"}
    usa.run("commitments", "confirm", "exercises", key="policy")
    stands(kor, "commitment", "exercises", "OPEN")
    refused(kor, "NAMED", "body", "new", "kidd", "The same", "--channel", "consult", "--label", "U")
    refused(kor, "LEFT", "body", "end", "kidd")
    kor.run("commitments", "report", "exercises", "Held in August", key="policy")
    stands(usa, "commitment", "exercises", "OPEN")
    # Its own debtor accepts nothing.
    done = refused(kor, "OWN", "commitments", "accept", "exercises")
    assert "nobody accepts or disputes his own report" in done.stderr
    usa.run("commitments", "dispute", "exercises", "Not with us", key="policy")
    stands(kor, "commitment", "exercises", "DISPUTED")
    kor.run("commitments", "report", "exercises", "Held again in September", key="policy")
    nodes_wait = things(kor, "commitment", "exercises")["parts"][0]["report"]
    usa.wait("the second report is here", lambda: things(usa, "commitment", "exercises")["parts"][0].get("report") == nodes_wait)
    usa.run("commitments", "accept", "exercises", "--party", "KOR", key="policy")
    usa.run("commitments", "report", "exercises", key="policy")
    stands(kor, "commitment", "exercises", "ACCEPTED")
    assert "date past" in kor.run("commitments").stdout
    kor.run("commitments", "accept", "exercises", key="policy")
    for node in (kor, usa):
        stands(node, "commitment", "exercises", "CLOSED")
    refused(usa, "OVER", "commitments", "report", "exercises")
    before = {name: node.get("/dialogues") for name, node in world.nodes.items()}
    kor.run("body", "end", "kidd", key="policy")
    for node in (kor, usa):
        stands(node, "body", "kidd", "ENDED")
    world.stop()
    world.start()
    for name, node in world.nodes.items():
        after = node.get("/dialogues", kind="commitment")["things"]
        assert after == [one for one in before[name]["things"] if one["kind"] == "commitment"]
