"""A third party beside two: one that hears and does not speak, and one that is told some matters and no others."""
import nodes
import test_versions

HARBOURS = nodes.ROOT / "accords/harbours"
TEAM = {"keeper": ["keeper"], "master": ["harbourmaster"]}
COUNCIL = "parties amber basalt coral write archivist harbourmaster keeper pilot precedence "
OBSERVED = (COUNCIL, COUNCIL.replace("coral", "observers coral"))
FLASHED = (COUNCIL, OBSERVED[1] + "FLASH ")
PACT = ('agreement pact parties AMBER BASALT CORAL ceiling M basis "Pact of the three harbours"',
        'agreement pact parties AMBER BASALT ceiling M\nagreement salvors parties AMBER BASALT CORAL ceiling H only matter SALVAGE')


def send(node, text, label, to, code=0, **more):
    return node.run("send", "council", text, *(word for one in to for word in ("--to", one)), "--label", label, "--json",
                    key="keeper", code=code, **more)


def test_an_observer_holds_and_proves_and_does_not_speak(stage):
    """Coral observes on the council's line, with a keeper whom the accord lets write there, and an archivist."""
    world = stage.world(accord=HARBOURS, edit={"channels": OBSERVED},
                        officers_of={"amber": TEAM, "basalt": TEAM, "coral": TEAM | {"archivist": ["archivist"]}})
    amber, basalt, coral = (world[party] for party in ("amber", "basalt", "coral"))
    place = amber.say("send", "council", "The light is out.", "--to", "basalt/keeper", "--info", "coral/archivist",
                      "--label", "U", key="keeper")["place"]
    basalt.await_step(place, "STATION RECEIPT")
    basalt.say("ack", place, key="keeper")
    world.await_receipts()
    for node in (amber, basalt, coral):
        assert "STATION RECEIPT" in node.ladders(place)["coral/archivist"], "its node says that it holds it"
        assert "WATCH READ" in node.ladders(place)["basalt/keeper"]
    assert coral.entry(place)["text"] == ["The light is out."]
    assert place in coral.run("read", place).stdout
    for key in ("keeper", "archivist"):
        done = coral.run("send", "council", "We saw it too.", "--to", "amber/keeper", "--label", "U", key=key, code=4)
        assert "(OBSERVER" in done.stderr and "next: entente accord show" in done.stderr, done.stderr
        done = coral.run("reply", place, "Heard.", key=key, code=4, env=nodes.KOREAN)
        assert "참관국" in done.stderr and "(OBSERVER" in done.stderr, done.stderr
    coral.run("ack", place, key="keeper", code=4)
    own = amber.get("/log", channel="council", party="coral", epoch=1)["entries"]
    assert {row["kind"] for row in own} <= {"open", "keys"}, "and nothing of it stands in its log"
    # Who asks it something is told that it observes.
    done = amber.run("send", "council", "And you?", "--to", "coral/keeper", "--label", "U", key="keeper", code=4)
    assert "coral observes on channel 12" in done.stderr and "--info" in done.stderr, done.stderr
    assert "observes: coral" in coral.run("accord", "show").stdout and "참관: coral" in coral.run("accord", "show", env=nodes.KOREAN).stdout
    row = next(row for row in amber.get("/channels")["channels"] if row["name"] == "council")
    assert row["observers"] == ["coral"] and "coral" in row["parties"]


def all_see(world, what, condition):
    for node in world.nodes.values():
        node.wait(f"{what} at {node.party}", lambda node=node: condition(node))


def the_text(node):
    place = next(row["place"] for row in node.get("/dialogues", kind="text")["things"])
    return node.get("/text", place=place)


def test_nobody_waits_for_an_observer(stage):
    """Two voices agree a text, put it in force and acknowledge a FLASH; a recall is told to the observer, and waits for it. Then it is a voice."""
    team = TEAM | {"mate": ["harbourmaster"]}
    world = stage.world(accord=HARBOURS, edit={"channels": FLASHED, "glossary": ("CERTIFIED by archivist", "CERTIFIED by archivist keeper")},
                        officers_of={party: team for party in ("amber", "basalt", "coral")})
    amber, basalt, coral = (world[party] for party in ("amber", "basalt", "coral"))
    voices, label = (amber, basalt), ("--label", "U")
    flash = amber.release("send", "council", "Wreck on the reef.", "--to", "basalt/keeper", "--info", "coral/keeper", "--precedence", "FLASH",
                          *label, key="keeper", by=("master", "mate"))
    basalt.await_step(flash, "STATION RECEIPT")
    basalt.say("ack", flash, key="keeper")
    back = basalt.say("readback", flash, "Wreck on the reef.", key="keeper")["place"]
    amber.wait("it is read back", lambda: amber.find("/entry", place=back))
    amber.say("correct", flash, key="keeper")
    all_see(world, "the FLASH is done", lambda node: "READ BACK" in node.ladders(flash).get("basalt/keeper", {}))
    assert "WATCH READ" not in amber.ladders(flash)["coral/keeper"]
    for node in world.nodes.values():
        owed = [row["owed"]["by"] for row in node.get("/ladder", place=flash)["ladders"] if "owed" in row]
        assert owed == ["basalt"], "a voice has still to put it before somebody, and nothing is owed by who observes"
    done = coral.run("send", "council", "A light.", "--to", "amber/keeper", "--precedence", "FLASH", *label, key="keeper", code=4)
    assert "(OBSERVER" in done.stderr, "nor is it drafted"
    # A text of two.
    amber.run("body", "new", "talks", "Talks", "--language", "en", "--channel", "council", *label, key="keeper")
    amber.run("text", "new", "talks", "pact", "Pact", "--language", "en", "--languages", "en", key="keeper")
    amber.run("text", "unit", "pact", "one", "Lights stay lit.", "--language", "en", key="keeper")
    all_see(world, "a unit", lambda node: the_text(node).get("units"))
    for verb in ("agree", "concord", "initial", "sign", "in-force"):
        assert "(OBSERVER" in coral.run("text", verb, "pact", key="keeper", code=4).stderr
        for node in voices:
            node.run("text", verb, "pact", key="keeper")
            world.await_receipts()
    all_see(world, "it is in force", lambda node: the_text(node)["state"] == "IN FORCE")
    # A recall reaches whoever holds the words.
    place = amber.say("send", "council", "Not meant for you.", "--to", "basalt/keeper", "--info", "coral/keeper", *label, key="keeper")["place"]
    world.await_receipts()
    amber.say("recall", place, key="keeper")
    all_see(world, "it is asked back", lambda node: node.entry(place).get("became", {}).get("recall") == "RECALL ASKED")
    basalt.run("recalled", place, "--reader", "keeper", key="keeper")
    world.await_receipts()
    assert amber.entry(place)["became"]["recall"] == "RECALL ASKED", "the observer has it yet"
    coral.run("recalled", place, "--reader", "keeper", key="keeper")
    all_see(world, "it is back", lambda node: node.entry(place)["became"]["recall"] == "RECALLED" and
            node.entry(place)["became"]["done"] == ["basalt", "coral"])
    # A version gives it a voice, and none takes one away.
    speaks = test_versions.draft(world, "speaks", [("channels", "amber basalt observers coral", "amber basalt coral")])
    test_versions.move(world, speaks)
    all_see(world, "it speaks", lambda node: all(row["accord_hash"] == test_versions.hash_of(speaks) for row in node.logs().values()))
    said = coral.say("send", "council", "We may speak.", "--to", "amber/keeper", *label, key="keeper")["place"]
    amber.wait("it is heard", lambda: amber.find("/entry", place=said))
    assert amber.entry(said)["verdict"] == "OK"
    assert the_text(coral)["state"] == "IN FORCE", "what two agreed stays theirs"
    silent = world.folder / "silent"
    nodes.run("accord", "draft", silent, speaks)
    test_versions.edit(silent, "channels", "council CONSULT en \"Council of harbours\" ko \"항구 평의회\" parties amber basalt coral",
                       "council CONSULT en \"Council of harbours\" ko \"항구 평의회\" parties amber basalt observers coral")
    nodes.run("accord", "diff", speaks, silent, "--opened")
    nodes.run("init", "accord", silent)
    assert "succession.channels" in nodes.run("accord", "check", silent, speaks, code=4).stderr


def test_a_scoped_agreement(stage):
    """Coral is told of salvage, up to H, and of nothing else; the two others go on by themselves."""
    world = stage.world(accord=HARBOURS, edit={"guidelines": PACT},
                        officers_of={party: TEAM for party in ("amber", "basalt", "coral")})
    amber, coral = world["amber"], world["coral"]
    everybody = ("basalt/keeper", "coral/keeper")
    for label in ("H", "H flag:RUMOUR", "M matter:SALVAGE", "M matter:SALVAGE,PRIZE"):
        done = send(amber, "Not for Coral.", label, everybody, code=4)
        assert "no agreement lets CORAL see this from AMBER" in done.stderr, (label, done.stderr)
    send(amber, "A wreck on the reef.", "H matter:SALVAGE", everybody)
    send(amber, "Fine weather.", "U", everybody)
    world.await_receipts()
    heard = [row["title"] for row in coral.get("/inbox", channel="council")["messages"]]
    assert heard == ["A wreck on the reef.", "Fine weather."]


def test_what_goes_by_another_hand(stage):
    """Of salvage Coral hears by Basalt's hand: Amber tells Basalt, and Basalt says it to both, as Amber's."""
    by_basalt = (PACT[0], PACT[1] + " via BASALT")
    world = stage.world(accord=HARBOURS, edit={"guidelines": by_basalt},
                        officers_of={party: TEAM for party in ("amber", "basalt", "coral")})
    amber, basalt, coral = (world[party] for party in ("amber", "basalt", "coral"))
    done = send(amber, "A wreck on the reef.", "H matter:SALVAGE", ("basalt/keeper", "coral/keeper"), code=4)
    assert "another party's hand" in done.stderr and "(VIA" in done.stderr and "next:" in done.stderr, done.stderr
    done = send(coral, "We saw it too.", "H matter:SALVAGE", ("amber/keeper", "basalt/keeper"), code=4)
    assert "(VIA" in done.stderr, done.stderr
    assert not coral.get("/inbox", channel="council")["messages"]
    send(basalt, "Amber has a wreck.", "H matter:SALVAGE origin:AMBER", ("amber/keeper", "coral/keeper"))
    world.await_receipts()
    heard = coral.get("/inbox", channel="council")["messages"]
    assert [row["title"] for row in heard] == ["Amber has a wreck."]
    for node in (amber, coral):
        node.say("ack", heard[0]["place"], key="keeper")
