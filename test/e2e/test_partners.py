"""A third party beside two: one that hears and does not speak, and one that is told some matters and no others."""
import nodes

HARBOURS = nodes.ROOT / "accords/harbours"
TEAM = {"keeper": ["keeper"], "master": ["harbourmaster"]}
COUNCIL = ("write archivist harbourmaster keeper pilot", "write harbourmaster keeper pilot")
PACT = ('agreement pact parties AMBER BASALT CORAL ceiling M basis "Pact of the three harbours"',
        'agreement pact parties AMBER BASALT ceiling M\nagreement salvors parties AMBER BASALT CORAL ceiling H only matter SALVAGE')


def send(node, text, label, to, code=0, **more):
    return node.run("send", "council", text, *(word for one in to for word in ("--to", one)), "--label", label, "--json",
                    key="keeper", code=code, **more)


def test_an_observer_holds_and_proves_and_does_not_speak(stage):
    """Coral sends an archivist, whom the accord lets write nowhere on the council's line."""
    world = stage.world(accord=HARBOURS, edit={"channels": COUNCIL},
                        officers_of={"amber": TEAM, "basalt": TEAM, "coral": {"archivist": ["archivist"]}})
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
    done = coral.run("send", "council", "We saw it too.", "--to", "amber/keeper", "--label", "U", key="archivist", code=4)
    assert "(ROLE" in done.stderr and "next:" in done.stderr, done.stderr
    coral.run("reply", place, "Heard.", key="archivist", code=4)
    own = amber.get("/log", channel="council", party="coral", epoch=1)["entries"]
    assert {row["kind"] for row in own} <= {"open", "keys"}, "and nothing of it stands in its log"


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
