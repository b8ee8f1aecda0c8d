"""A third party beside two: one that hears and does not speak, and one that is told some matters and no others."""
import datetime
import json
import re
import shutil

import nodes
import test_versions

HARBOURS = nodes.ROOT / "accords/harbours"
TEAM = {"keeper": ["keeper"], "master": ["harbourmaster"]}
KEEPERS = {party: TEAM for party in ("amber", "basalt", "coral")}
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


CALL = {
    "entente": "procedure/1", "id": "wreck", "version": 1, "title": {"en": "A wreck", "ko": "난파"}, "roles": {"keeper": {"alternates": 1}},
    "precedence": {"PRIORITY": {"reply": 3600}}, "steps": [
        {"id": "report", "kind": "notice", "title": {"en": "Report", "ko": "보고"}, "by": "any.keeper",
         "owe": [{"who": "others.keeper", "what": "replied", "within": "reply"}]},
        {"id": "tow", "kind": "act", "title": {"en": "Tow", "ko": "예인"}, "by": "each.keeper", "after": ["reached", "report", "replied"], "effect": "reversible"}],
    "close": ["done", "tow"]}
QUIET = '30 quiet SERVICE en "Quiet line" ko "조용한 회선" parties amber basalt observers coral write keeper precedence ROUTINE\n31 upkeep'


def test_the_node_of_an_observer_says_nothing_by_itself(stage, tmp_path):
    """No digest of a procedure, no line check and no manning where its party observes; where it speaks, all of them."""
    accord = tmp_path / "observed"
    shutil.copytree(HARBOURS, accord)
    test_versions.edit(accord, "channels", *OBSERVED)
    test_versions.edit(accord, "channels", "31 upkeep", QUIET)
    (accord / "procedures").mkdir()
    (accord / "procedures/wreck.json").write_text(json.dumps(CALL, ensure_ascii=False))
    world = stage.world(accord=accord, officers_of=KEEPERS)
    amber, basalt, coral = (world[party] for party in ("amber", "basalt", "coral"))

    def kinds(channel, node=amber, party="coral"):
        return [row["kind"] for row in node.get("/log", channel=channel, party=party, epoch=1, **{"from": 0})["entries"]]

    # Its lines are checked where it speaks: on the second SERVICE line; the two others may use the first.
    for node in world.nodes.values():
        for peer in set(world.parties) - {node.party}:
            node.wait(f"the line to {peer} was checked", lambda node=node, peer=peer: all(path.get("line_checked_ms") for path in node.paths(peer).values()))
    # Who is on duty it says there too.
    roster = tmp_path / "roster"
    today = datetime.datetime.now(datetime.timezone.utc).date()
    first, last = today - datetime.timedelta(days=1), today + datetime.timedelta(days=9)
    roster.write_text(f'post keeper\nzone UTC\nfrom {first} 00:00\nto {last} 24:00\nperson ann "Ann" "tel 1" en\nshift {first}/{last} 00:00 24:00 ann\n')
    coral.run("roster", "set", roster, "--label", "U", key="keeper")
    for node in (amber, basalt):
        node.wait("Coral says who is on duty", lambda node=node: any(row["party"] == "CORAL" for row in node.get("/watch")["manning"]))
    # A procedure of two: whoever takes part says what his fold holds.
    start = amber.say("consult", "start", "council", "wreck", "--precedence", "PRIORITY", "--label", "U", key="keeper")["place"]
    amber.wait("Basalt says what it holds of it", lambda: "digest" in kinds("council", party="basalt"))
    coral.wait("Coral has it too", lambda: coral.find("/instances", place=start))
    world.await_receipts()
    assert set(kinds("council")) <= {"open", "keys"} and set(kinds("quiet")) <= {"open", "keys"} and "manning" in kinds("upkeep")
    assert amber.status()["void"] == coral.status()["void"] == 0
    # Whoever looks at the logs is told who only observes.
    assert re.search(r"AMBER/COUNCIL.*receipts:.* coral \(observes\) \d", amber.run("status", "--logs").stdout)
    assert re.search(r"coral \(참관\) \d", amber.run("status", "--logs", env=nodes.KOREAN).stdout)
    assert "(observes)" not in "".join(line for line in amber.run("status", "--logs").stdout.splitlines() if "/UPKEEP" in line)


def test_what_leaves_an_observed_channel(stage):
    """Its voices consent, and the observer is not asked; but what is the observer's goes outside from where it speaks, with its own consent."""
    world = stage.world(accord=HARBOURS, edit={"channels": OBSERVED}, officers_of=KEEPERS)
    amber, basalt, coral = (world[party] for party in ("amber", "basalt", "coral"))

    def told(channel, text, *more):
        place = amber.say("send", channel, text, "--to", "basalt/keeper", *more, key="keeper")["place"]
        world.await_receipts()
        return place

    fine = told("council", "Fine weather.", "--label", "U")
    assert "(CONSENT" in amber.run("release", fine, "--to", "SHIPS", key="keeper", code=4).stderr
    basalt.run("consent", fine, "--to", "SHIPS", key="keeper")
    assert "(OBSERVER" in coral.run("consent", fine, "--to", "SHIPS", key="keeper", code=4).stderr
    world.await_receipts()
    out = amber.release("release", fine, "--to", "SHIPS", key="keeper", by=("master",))
    basalt.wait("it has gone out", lambda: basalt.find("/entry", place=out))
    assert basalt.entry(out)["verdict"] == "OK"
    # Of Coral's own information nothing leaves there: it could not say yes.
    corals = told("council", "Coral sees a squall.", "--label", "U origin:AMBER,CORAL")
    basalt.run("consent", corals, "--to", "SHIPS", key="keeper")
    world.await_receipts()
    assert "(CONSENT" in amber.run("release", corals, "--to", "SHIPS", key="keeper", code=4).stderr
    # On the storm line it speaks, and consents.
    there = amber.say("send", "storm", "Coral sees a squall.", "--to", "basalt/keeper", "--to", "coral/keeper", "--precedence", "IMMEDIATE", "--label", "U origin:AMBER,CORAL",
                      key="keeper")["place"]
    world.await_receipts()
    basalt.run("consent", there, "--to", "SHIPS", key="keeper")
    world.await_receipts()
    assert "(CONSENT" in amber.run("release", there, "--to", "SHIPS", key="keeper", code=4).stderr
    coral.run("consent", there, "--to", "SHIPS", key="keeper")
    world.await_receipts()
    out = amber.release("release", there, "--to", "SHIPS", key="keeper", by=("master",))
    coral.wait("it has gone out", lambda: coral.find("/entry", place=out))
    assert coral.entry(out)["verdict"] == "OK"


def test_what_two_of_three_say_goes_outside(stage):
    """Who is not on a channel is asked for no consent to what is said there, unless it is his."""
    world = stage.world(accord=HARBOURS, officers_of=KEEPERS)
    basalt, coral = world["basalt"], world["coral"]
    place = coral.say("send", "reef", "Six fathoms.", "--to", "basalt/keeper", "--label", "H matter:SALVAGE", key="keeper")["place"]
    world.await_receipts()
    basalt.run("consent", place, "--to", "SHIPS", key="keeper")
    world.await_receipts()
    out = coral.release("release", place, "--to", "SHIPS", key="keeper", by=("master",))
    basalt.wait("it has gone out", lambda: basalt.find("/entry", place=out))
    assert basalt.entry(out)["verdict"] == "OK"


def test_an_observer_owes_nothing(stage, tmp_path):
    """Nor does a file of dialogues, or a command, make it owe or be owed."""
    world = stage.world(accord=HARBOURS, edit={"channels": OBSERVED}, officers_of=KEEPERS)
    amber, file = world["amber"], tmp_path / "file.json"
    body = {"kind": "body", "name": "talks", "title": {"en": "Talks"}}
    promise = {"kind": "commitment", "of": "talks", "name": "lamp", "title": {"en": "A lamp"}}
    for more in ({"parties": ["CORAL"]}, {"parties": ["AMBER"], "owed_to": ["CORAL"]}):
        file.write_text(json.dumps({"entente": "dialogues/1", "channel": "council", "label": "U", "things": [body, {**promise, **more}]}))
        done = amber.run("import", "dialogues", str(file), key="keeper", code=4)
        assert "commitment lamp: CORAL observes on the channel" in done.stderr and "nothing was filed" in done.stderr, done.stderr
        assert "참관" in amber.run("import", "dialogues", str(file), key="keeper", code=4, env=nodes.KOREAN).stderr
        assert amber.get("/dialogues")["things"] == []
    amber.run("body", "new", "talks", "Talks", "--language", "en", "--channel", "council", "--label", "U", key="keeper")
    done = amber.run("commitments", "new", "talks", "lamp", "A lamp", "--language", "en", "--by", "AMBER", "--to", "CORAL", key="keeper", code=3)
    assert "CORAL observes on the channel" in done.stderr, done.stderr


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


# ---- Who leaves, who comes back, and who signs nothing more ----

LEAVES = [("guidelines", "agreement pact parties AMBER BASALT CORAL", "agreement pact parties AMBER BASALT"),
          ("guidelines", "agreement pilots parties BASALT CORAL SHIPS ceiling H only matter SALVAGE via CORAL\n", ""),
          ("guidelines", "agreement weather parties AMBER BASALT CORAL SHIPS", "agreement weather parties AMBER BASALT SHIPS"),
          ("channels", "21 reef", '14 pair CONSULT en "Two harbours" ko "두 항구" parties amber basalt write harbourmaster keeper precedence PRIORITY ROUTINE\n21 reef')]
COMES_BACK = [(file, new, old) for file, old, new in LEAVES[:1]]


def reads(node, place):
    """What the keeper of that party is shown of it: its words, or that there is none."""
    done = node.run("read", place, "--key", node.keys / "keeper", code=None)
    assert done.returncode == 0 or "Nothing stands at" in done.stderr, done.stderr
    return done.returncode == 0


def in_force(node):
    return next(row["hash"] for row in node.get("/versions")["versions"] if row["state"] == "IN FORCE")


def test_a_partner_leaves_and_comes_back(stage):
    """By a version that it signs too: it keeps what it holds, is shown none of it, and the two go on where it never was."""
    world = stage.world(accord=HARBOURS, officers_of=KEEPERS)
    amber, basalt, coral = (world[party] for party in ("amber", "basalt", "coral"))
    everybody = ("basalt/keeper", "coral/keeper")
    ours = amber.say("send", "council", "Of the three.", "--to", "basalt/keeper", "--to", "coral/keeper", "--label", "H", key="keeper")["place"]
    theirs = coral.say("send", "council", "Of Coral.", "--to", "amber/keeper", "--label", "H", key="keeper")["place"]
    world.await_receipts()
    assert all(reads(node, place) for node in world.nodes.values() for place in (ours, theirs))
    away = test_versions.draft(world, "away", LEAVES)
    assert not (away / "opened").exists(), "it opens nothing"
    assert "closes" in nodes.run("accord", "diff", world.accord, away, code=1).stdout
    test_versions.hold(world, away)
    # The two move first. Coral is still under the version before, speaks by it and reads by it; they count what it says and are not shown it.
    for node in (amber, basalt):
        test_versions.adopt(world, node.party, away, registrar=True)
    late = coral.say("send", "council", "Before I go.", "--to", "amber/keeper", "--label", "H", key="keeper")["place"]
    for node in (amber, basalt):
        node.wait("it came", lambda node=node: (node.find("/entry", place=late) or {}).get("folded"))
        assert node.entry(late)["verdict"] == "OK" and not reads(node, late) and not reads(node, theirs)
    assert reads(basalt, ours) and reads(coral, ours) and reads(coral, late)
    done = send(amber, "Not for Coral.", "H", everybody, code=4)
    assert "no agreement lets CORAL see this from AMBER" in done.stderr, done.stderr
    test_versions.adopt(world, "coral", away, registrar=True)
    world.await_receipts()
    # Now nobody says anything where Coral is, and Coral is shown of the others nothing, on a list or in a feed; its own words are its own.
    assert reads(coral, theirs) and reads(coral, late) and not reads(coral, ours)
    assert "Of the three." not in coral.run("inbox", "council", "--key", coral.keys / "keeper").stdout + coral.run("feed", "atom", "--role", "keeper").stdout
    assert "no agreement lets AMBER see this from CORAL" in send(coral, "A word.", "U", ("amber/keeper",), code=4).stderr
    # Nobody can take back what it holds: its log and its disk are whole, and it says so on its receipts.
    assert coral.entry(ours)["text"] == ["Of the three."]
    pair = amber.say("send", "pair", "Between us.", "--to", "basalt/keeper", "--label", "H", key="keeper")["place"]
    basalt.await_step(pair, "STATION RECEIPT")
    assert coral.ask("GET", "/entry", place=pair)[0] == 404 and not any(row["channel"] == 14 for row in coral.logs().values())
    assert next(row for row in amber.get("/channels")["channels"] if row["name"] == "pair")["parties"] == ["amber", "basalt"]
    # By a third version it is back: all that the three had said is read again, which stands in what all sign; and nothing of what two said.
    back = test_versions.draft(world, "back", COMES_BACK, before=away)
    opened = (back / "opened").read_text().splitlines()
    for line in ("AMBER keeper from CORAL level H,M some SALVAGE any NORTH,SOUTH", "CORAL keeper from AMBER level H,M some SALVAGE any NORTH,SOUTH"):
        assert any(one.startswith(line.split(" level")[0]) for one in opened), opened
    assert not any(line.startswith("AMBER keeper from BASALT") for line in opened)
    test_versions.move(world, back)
    world.await_receipts()
    assert all(reads(node, place) for node in world.nodes.values() for place in (ours, theirs, late))
    assert coral.ask("GET", "/entry", place=pair)[0] == 404
    again = amber.say("send", "council", "Welcome.", "--to", "coral/keeper", "--label", "H", key="keeper")["place"]
    coral.await_step(again, "STATION RECEIPT")
    assert reads(coral, again) and {in_force(node) for node in world.nodes.values()} == {test_versions.hash_of(back)}
    for node in world.nodes.values():
        assert node.status()["void"] == 0
        node.run("verify")


def without_coral(file, text):
    """A file of the three harbours as two of them have it."""
    gone = {"parties": r"^coral .*\n", "channels": r"^(21 reef|703 coral-book) .*\n", "guidelines": r"^(party CORAL|node CORAL|agreement pilots) .*\n", "posts": r"$^"}
    return re.sub(r" coral\b" if file != "guidelines" else r" CORAL\b", "", re.sub(gone[file], "", text, flags=re.M))


def test_two_go_on_without_a_third(stage, tmp_path):
    """Coral signs nothing more. No version of theirs is one without it; the accord goes on as it was, and the two found another beside it."""
    world = stage.world(accord=HARBOURS, officers_of=KEEPERS)
    amber, basalt, coral = (world[party] for party in ("amber", "basalt", "coral"))
    first = test_versions.hash_of(world.accord)
    ours = amber.say("send", "council", "Of the three.", "--to", "coral/keeper", "--label", "H", key="keeper")["place"]
    world.await_receipts()
    two = world.folder / "two"
    nodes.run("accord", "draft", two, world.accord)
    for edit in LEAVES:
        test_versions.edit(two, *edit)
    nodes.run("accord", "diff", world.accord, two, "--opened")
    nodes.run("init", "accord", two)
    for party in ("amber", "basalt"):
        nodes.run("accord", "sign", two, world.accord, "--key", world.keys(party) / "root")
    for env, shown, said in (({}, "CORAL  not signed", "not every party has signed"), (nodes.KOREAN, "CORAL  서명하지 않음", "entente accord sign")):
        done = nodes.run("accord", "check", two, world.accord, code=4, env=env)
        assert shown in done.stdout and said in done.stderr, done.stdout + done.stderr
    for node in world.nodes.values():
        done = test_versions.adopt(world, node.party, two, code=4)
        assert "CORAL" in done.stderr, done.stderr
        # Whoever copies the folder into a home by hand does not have it held either.
        assert not (node.home / "accord" / test_versions.hash_of(two)).exists() or in_force(node) == first
        assert {row["hash"] for row in node.get("/versions")["versions"]} == {first}
    # Nor is it one without Coral among its parties.
    fewer = world.folder / "fewer"
    nodes.run("accord", "draft", fewer, world.accord)
    for file in ("parties", "posts", "channels", "guidelines"):
        (fewer / file).write_text(without_coral(file, (fewer / file).read_text()))
    (fewer / "keys").write_text("".join(line for line in (fewer / "keys").read_text().splitlines(True) if not line.startswith("coral ")))
    nodes.run("init", "accord", fewer)
    assert "succession.parties" in nodes.run("accord", "check", fewer, world.accord, code=4).stderr
    # Meanwhile all is as it was, for all three.
    still = amber.say("send", "council", "Still of the three.", "--to", "coral/keeper", "--label", "H", key="keeper")["place"]
    coral.await_step(still, "STATION RECEIPT")
    assert reads(coral, ours) and reads(coral, still) and {in_force(node) for node in world.nodes.values()} == {first}
    # An accord of two: its own id, keys, homes and lines, beside the other, which both go on holding.
    template = tmp_path / "two-harbours"
    shutil.copytree(HARBOURS, template)
    for file in ("parties", "posts", "channels", "guidelines"):
        (template / file).write_text(without_coral(file, (template / file).read_text()))
    pact = stage.world(name="pact", accord=template, officers_of={party: TEAM for party in ("amber", "basalt")})
    alone = pact["amber"].say("send", "council", "Of two.", "--to", "basalt/keeper", "--label", "H", key="keeper")["place"]
    pact["basalt"].await_step(alone, "STATION RECEIPT")
    assert pact["amber"].status()["accord"] != amber.status()["accord"]
    assert all(node.status()["accord"] != pact["amber"].status()["accord"] for node in world.nodes.values())
    # Nothing of the one is taken for the other: not a version, not a bundle that is carried.
    assert test_versions.adopt(world, "coral", pact.accord, code=4).stderr
    file = tmp_path / "carried"
    pact["amber"].run("bundle", "write", "--peer", "basalt", file)
    assert coral.run("bundle", "read", file, code=None).returncode != 0
    for node in (*world.nodes.values(), *pact.nodes.values()):
        node.run("verify")
