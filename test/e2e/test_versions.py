"""A version of the accord that both have signed: held, then in force from one place of each log on, while the nodes run."""
import json
import re
import shutil

import nodes
from test_alarm import Alarm

LABEL = ("--label", "U")


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
    nodes.run("accord", "diff", before, folder, "--opened")
    nodes.run("init", "accord", folder)
    assert nodes.run("accord", "check", folder, before, code=4).stderr.count("not in force") == 1
    for party in world.parties:
        nodes.run("accord", "sign", folder, "--key", world.keys(party) / "root")
    nodes.run("accord", "check", folder, before)
    return folder


def test_what_a_version_opens_is_signed(stage):
    """Nobody signs, and no node takes, a version whose file `opened` is not what it opens."""
    world = stage.world()
    folder = world.folder / "second"
    nodes.run("accord", "draft", folder, world.accord)
    edit(folder, "guidelines", "role legal    up-to S ", "role legal    up-to TS")
    edit(folder, "guidelines", "plane SERVICE        ceiling U", "plane SERVICE        ceiling R")
    shown = nodes.run("accord", "diff", world.accord, folder, code=1).stdout
    assert re.search(r"opens, from deny to allow: 32 labels of a reader; closes 0\n  legal of KOR, USA\n +KOR, USA +TS ", shown), shown
    assert "plane SERVICE carries R\n" in shown and "\n  watch" not in shown
    opened = nodes.run("accord", "diff", world.accord, folder, "--json", code=1).stdout
    opened = json.loads(opened)["opened"]
    assert opened["labels"] == 32 == sum(row["labels"] for row in opened["rows"]) and opened["carries"] == ["plane SERVICE level R"]

    def make(text):
        shutil.rmtree(folder / "SIGNED", ignore_errors=True)  # of the MANIFEST before
        (folder / "opened").unlink(missing_ok=True)
        if text is not None:
            write(folder, "opened", text)
        nodes.run("init", "accord", folder)
        for party in world.parties:
            nodes.run("accord", "sign", folder, "--key", world.keys(party) / "root")

    nodes.run("accord", "diff", world.accord, folder, "--opened")
    true = (folder / "opened").read_text()
    assert true.splitlines()[0] == "KOR legal from KOR level TS any DPRK-NUC,DPRK-MSL,SANCTIONS" and len(true.splitlines()) == 5
    for false in (None, "".join(true.splitlines(True)[1:]), true + "feed taxii level C\n"):
        make(false)
        assert "succession.opened" in nodes.run("accord", "check", folder, world.accord, code=4).stderr
        assert "succession.opened" in nodes.run("accord", "sign", folder, world.accord, "--key", world.keys("kor") / "root", code=4).stderr
        assert "succession.opened" in adopt(world, "kor", folder, code=4).stderr
        shutil.rmtree(world["kor"].home / "accord" / hash_of(folder), ignore_errors=True)
    make(true)
    signed = nodes.run("accord", "sign", folder, world.accord, "--key", world.keys("kor") / "root").stdout
    assert "opens, from deny to allow: 32 labels" in signed
    assert "KOR legal from KOR level TS" in nodes.run("accord", "sign", folder, "--key", world.keys("usa") / "root").stdout
    for party in world.parties:
        adopt(world, party, folder)
    assert not (world.folder / "third").exists()
    nodes.run("accord", "draft", world.folder / "third", folder)
    assert not (world.folder / "third" / "opened").exists(), "what that version opened is no concern of the next"


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
         ("posts", "watch    ko", "zeal ko \"열의\" en \"Zeal\" of kor usa\nwatch    ko"),
         ("guidelines", "role press", "role zeal up-to U holds topic.*\nrole press")]


def test_a_flash_under_a_version_that_is_not_held(stage, tmp_path):
    """It has its receipt and waits here unread: whoever looks sees it, the alarm rings, and each says what mends it."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    folder = draft(world, "second", EDITS[:1])
    adopt(world, "kor", folder)
    adopt(world, "kor", folder, "--anyway", registrar=True)
    alarm = Alarm(usa, tmp_path / "rung")
    quiet = kor.say("send", "notify", "Later.", "--to", "usa/watch", *LABEL, key="watch")["place"]
    rung = alarm.await_said("ALARM", kind="VERSION")[1]
    assert rung["cause"] == "VERSION KOR" and rung["precedence"] in ("", "ROUTINE")
    place = kor.release("send", "notify-urgent", "Now.", "--to", "usa/head", "--precedence", "FLASH", *LABEL)
    kor.await_step(place, "STATION RECEIPT")
    assert alarm.await_said("ALARM", kind="VERSION", precedence="FLASH")[1]["place"] == place
    status = usa.status()
    assert status["waiting_urgent"] == 1 and status["waiting_version"] == status["waiting"] > 3
    for env, says, next_ in (({}, "UNDER A VERSION OF THE ACCORD THAT WE DO NOT HOLD", "entries of KOR wait for it"),
                             (nodes.KOREAN, "자국에 없는 약정 판에 따름", "KOR 기록")):
        shown = usa.run("status", code=6, env=env).stdout
        assert says in shown and next_ in shown and "entente accord adopt" in shown, shown
    assert usa.run("status", "--json", code=6).stdout
    lines = usa.run("inbox").stdout.splitlines()
    assert [line for line in lines if place in line] and [line for line in lines if quiet in line]
    assert sum("WAITING: its log is under a version of the accord" in line for line in lines) == 2
    assert "WAITING" not in usa.run("inbox", "share").stdout
    assert "대기" in usa.run("inbox", env=nodes.KOREAN).stdout
    assert "under a version of the accord" in usa.run("log", "notify-urgent").stdout
    refused = usa.run("ack", place, key="head", code=4).stderr
    assert "(refers.version)" in refused and "entente accord adopt" in refused
    adopt(world, "usa", folder)
    alarm.await_said("ENDED", kind="VERSION")
    alarm.await_said("ALARM", kind="OWED", place=place)
    alarm.end()
    assert usa.status()["waiting"] == usa.status()["waiting_version"] == 0
    assert "WAITING" not in usa.run("inbox").stdout
    usa.run("ack", place, key="head")
    usa.run("status")


def test_a_bundle_is_no_word_that_a_version_is_held(stage):
    """Nobody signs what a file says of its writer: until the line has told it, a version counts as held here alone."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    folder, file = draft(world, "second", EDITS[:1]), world.folder / "file"
    second = hash_of(folder)[:8]
    kor.stop()
    adopt(world, "usa", folder)
    usa.run("bundle", "write", "--peer", "kor", file)
    usa.stop()
    kor.start()
    adopt(world, "kor", folder)
    kor.run("bundle", "read", file)
    assert states(kor)[second] == ("HELD", ["kor"])
    assert "USA" in adopt(world, "kor", folder, registrar=True, code=4).stderr
    # Who moves all the same is told that it waits.
    assert "the line to USA is down" in adopt(world, "kor", folder, "--anyway", registrar=True, code=5).stderr
    usa.start()
    kor.wait("the line has told it", lambda: states(kor)[second][1] == ["kor", "usa"])
    adopt(world, "usa", folder, registrar=True)


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


AUTHORITY = "post head by two until 2100-01-01\nclosed leader\n"


def write(folder, name, text):
    (folder / name).write_text(text)


def second(world, name, edits=(), files=(), before=None):
    """As draft, with whole files put in."""
    folder, before = world.folder / name, before or world.accord
    nodes.run("accord", "draft", folder, before)
    for one in edits:
        edit(folder, *one)
    for file, text in dict(files).items():
        write(folder, file, text)
    nodes.run("accord", "diff", before, folder, "--opened")
    nodes.run("init", "accord", folder)
    for party in world.parties:
        nodes.run("accord", "sign", folder, "--key", world.keys(party) / "root")
    return folder


def hold(world, folder):
    for party in world.parties:
        adopt(world, party, folder)
    for party in world.parties:
        world[party].wait("all hold it", lambda party=party: all(
            len(row["held_by"]) == len(world.parties) for row in world[party].get("/versions")["versions"]))


def move(world, folder, code=0):
    hold(world, folder)
    for party in world.parties:
        adopt(world, party, folder, registrar=True, code=code)


def test_two_persons_change_who_may_speak(stage):
    """A closed channel, and a post that two give: under the second version the registrar alone lets nobody in."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    move(world, second(world, "second", files={"authority": AUTHORITY}))
    new = nodes.officers.Key(world.keys("kor") / "kim")
    add = ("keys", "--add", f"{world.keys('kor')}/kim.pub", "--roles", "head", "--holder", "7", *LABEL)
    registrar = ("--key", world.keys("kor") / "registrar")
    assert "TWO" in kor.run(*add, *registrar, "--json", code=4).stderr + kor.run(*add, *registrar, code=4).stderr
    part = world.folder / "part"
    kor.run(*add, *registrar, "--draft", part)
    shown = kor.run("keys", "--draft", part).stdout
    assert new.fingerprint in shown and " head" in shown
    kor.run("keys", "--draft", part, "--sign", "--key", world.keys("kor") / "kim", code=4)  # not himself
    kor.run("keys", "--draft", part, "--sign", "--key", world.keys("kor") / "watch")
    world.await_receipts()
    for node in (kor, usa):
        rows = node.get("/keys", party="kor", channel="leader")["keys"]
        assert any(row["fingerprint"] == new.fingerprint and row["roles"] == ["head"] for row in rows), "both sides know"
    # What is lost is revoked by one.
    kor.run("keys", "--withdraw", f"{world.keys('kor')}/kim.pub", *registrar, *LABEL)
    assert kor.say("send", "consult", "Still here?", "--to", "usa/watch", *LABEL, "--as", "head", key="kim", code=4) is not None
    # The day after, nobody speaks for that post.
    third = second(world, "third", files={"authority": "post head until 2001-01-01\n"}, before=world.folder / "second")
    assert "closed leader post " in (third / "opened").read_text(), "the channel is closed no more, and that is signed"
    shown = nodes.run("accord", "diff", world.folder / "second", third, code=1).stdout
    assert "closed channel leader is read by" in shown and "linguist" in shown
    says = json.loads(nodes.run("accord", "diff", world.folder / "second", third, "--json", code=1).stdout)["opened"]["lets_in"]
    assert says == (third / "opened").read_text().splitlines()
    move(world, third)
    refused = kor.run("send", "consult", "Late.", "--to", "usa/watch", *LABEL, "--as", "head", key="head", code=4)
    assert "EXPIRED" in refused.stderr or "ended" in refused.stderr
    assert send(kor, "consult", "The watch may.", "usa/watch")["place"]


def test_a_version_that_is_held_opens_nothing(stage):
    """Who may read is said by the version in force: one that nodes hold and have not moved to lets nobody read, on a screen or in a feed."""
    people = {party: {name: [name] for name in ("head", "watch", "press")} for party in ("kor", "usa")}
    world = stage.world(edit={"guidelines": ("release above U by 1", "release above TS by 1")}, officers_of=people)
    kor, usa = world["kor"], world["usa"]
    place = usa.say("send", "notify", "Not for the press.", "--to", "kor/watch", "--label", "R", key="watch")["place"]
    usa.await_step(place, "STATION RECEIPT")

    def reads():
        shown = kor.run("read", place, "--key", kor.keys / "press", code=None).stdout
        feed = kor.run("feed", "atom", "--role", "press").stdout
        return ["Not for the press." in text for text in (shown, feed)]

    assert reads() == [False, False]
    folder = second(world, "second", [("guidelines", "role press    up-to U ", "role press    up-to TS")])
    assert "press from" in (folder / "opened").read_text()
    hold(world, folder)
    assert reads() == [False, False], "no log of ours has moved"
    for party in world.parties:
        adopt(world, party, folder, registrar=True)
    assert reads() == [True, True]


def test_a_version_of_many_files(stage):
    """More than the C library sorts without asking the kernel for the memory there is, which a contained core may not."""
    world = stage.world()
    form = (nodes.ROOT / "accords/rok-us/forms/N05").read_text()
    folder = second(world, "many", files={f"forms/N{number}": form.replace("N05", f"N{number}", 1) for number in range(62, 92)})
    assert sum(path.is_file() for path in folder.rglob("*")) > 64
    hold(world, folder)
    assert all(node.is_answering() for node in world.nodes.values())


def test_what_a_version_gave_first_is_signed_when_a_third_opens_it(stage):
    """A value is raised by a second version and given to a post by a third: what the first let be marked so is opened, and all sign it."""
    people = {party: {name: [name] for name in ("head", "watch", "press")} for party in ("kor", "usa")}
    world = stage.world(edit={"guidelines": ("role press    up-to U  holds topic.*", "role press    up-to U  holds DPRK-NUC DPRK-MSL")}, officers_of=people)
    kor, usa = world["kor"], world["usa"]
    place = usa.say("send", "notify", "Not for the press.", "--to", "kor/watch", "--label", "U topic:SANCTIONS", key="watch")["place"]
    usa.await_step(place, "STATION RECEIPT")

    def reads():
        return "Not for the press." in kor.run("read", place, "--key", kor.keys / "press", code=None).stdout

    assert not reads()
    raised = second(world, "raised", [("guidelines", 'ko "제재"        en "Sanctions"', 'ko "제재"        en "Sanctions" from R')])
    assert (raised / "opened").read_text() == "once topic SANCTIONS from U\n"
    move(world, raised)
    given = second(world, "given", [("guidelines", "role press    up-to U  holds DPRK-NUC DPRK-MSL", "role press    up-to U  holds topic.*")], before=raised)
    opened = (given / "opened").read_text()
    assert re.search(r"^KOR press from USA level U some SANCTIONS", opened, re.M) and opened.endswith("once topic SANCTIONS from U\n"), opened
    assert not reads()
    move(world, given)
    assert reads()


def test_roots_that_are_replaced_let_go(stage):
    """2 of 3 roots sign; a version with another registrar needs the old roots too."""
    world = nodes.World(stage.folder / "world", nodes.ROOT / "accords/rok-us", None)
    (world.folder / "keys").mkdir()
    nodes.run("init", "keys", "kor", "--to", world.keys("kor"), "--roots", "3", "--quorum", "2")
    nodes.run("init", "keys", "usa", "--to", world.keys("usa"))
    nodes.run("init", "accord", world.accord, "--lines", world.keys("kor") / "lines", "--lines", world.keys("usa") / "lines")
    nodes.run("accord", "sign", world.accord, "--key", world.keys("usa") / "root")
    nodes.run("accord", "sign", world.accord, "--key", world.keys("kor") / "root-1")
    assert "KOR" in nodes.run("accord", "check", world.accord, code=4).stdout, "one of three is not enough"
    nodes.run("accord", "sign", world.accord, "--key", world.keys("kor") / "root-3")
    nodes.run("accord", "check", world.accord)
    # What is signed stays as it is signed.
    signed = (world.accord / "MANIFEST").read_bytes()
    write(world.accord, "notes", "One more file.\n")
    refused = nodes.run("init", "accord", world.accord, code=4)
    assert "entente accord draft" in refused.stderr and (world.accord / "MANIFEST").read_bytes() == signed
    (world.accord / "notes").unlink()
    # Read aloud in both languages, from the key's own hash.
    import hashlib
    root = world.keys("kor") / "root-1.pub"
    groups = [f"{int.from_bytes(hashlib.sha256(nodes.officers.Key(root.with_suffix('')).wire).digest()[i:i + 4], 'big') % 100000:05}"
              for i in range(0, 32, 4)]
    shown = nodes.run("keys", "--aloud", root).stdout.splitlines()[1:]
    assert [line.split()[0] for line in shown] == groups
    ko, en = ("공 하나 둘 삼 넷 오 여섯 칠 팔 아홉".split(), "zero one two three four five six seven eight nine".split())
    assert [line.split()[1:] for line in shown] == [[ko[int(d)] for d in one] + [en[int(d)] for d in one] for one in groups]
    assert " ".join(groups) in nodes.run("keys", "--aloud", root, "--json").stdout

    # Root 2 is lost: another takes its place.
    later = world.folder / "later"
    nodes.run("init", "keys", "kor", "--to", world.folder / "spare", "--roots", "3", "--quorum", "2")
    nodes.run("accord", "draft", later, world.accord)
    lost = (world.keys("kor") / "root-2.pub").read_text().split()[1]
    spare = (world.folder / "spare/root-1.pub").read_text().split()[1]
    edit(later, "keys", lost, spare)
    nodes.run("init", "accord", later)
    for key in (world.keys("usa") / "root", world.folder / "spare/root-1", world.keys("kor") / "root-1"):
        nodes.run("accord", "sign", later, "--key", key)
    nodes.run("accord", "check", later)
    assert "KOR" in nodes.run("accord", "check", later, world.accord, code=4).stdout
    assert "no root key" in nodes.run("accord", "sign", later, "--key", world.keys("kor") / "root-2", code=4).stderr
    nodes.run("accord", "sign", later, world.accord, "--key", world.keys("kor") / "root-3")
    nodes.run("accord", "check", later, world.accord)


THIRD = {
    "parties": 'chi ko "제삼국" en "Third party"\n',
    "channels": '8 three CONSULT ko "삼자 협의" en "Three together" parties kor usa chi write watch precedence PRIORITY ROUTINE\n'
                '9 three-service SERVICE ko "삼자 업무" en "Service of three" parties kor usa chi write watch precedence ROUTINE\n'
                '10 observed NOTIFY ko "참관" en "Observed" parties kor usa write watch precedence ROUTINE\n',
    "guidelines": (("outside JPN", 'party CHI ko "제삼국" en "Third party"\noutside JPN'),
                   ("agreement bilateral", "agreement three parties KOR USA CHI ceiling R\nagreement bilateral"),
                   ("node JPN", "node CHI up-to R holds\nnode JPN")),
    "home": '903 chi-home HOME ko "제삼국 내부" en "Home of the third" parties chi write watch precedence ROUTINE\n',
}


def test_a_third_party_joins(stage):
    """Two run, the third comes by a new version: it gets the channels of its own, and nothing from before."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    secret = send(kor, "consult", "Between us.", "usa/watch")["place"]
    world.await_receipts()
    nodes.run("init", "keys", "chi", "--to", world.keys("chi"))
    nodes.officers.Key(world.keys("chi") / "watch")
    folder = world.folder / "three"
    nodes.run("accord", "draft", folder, world.accord)
    write(folder, "parties", (folder / "parties").read_text() + THIRD["parties"])
    text = (folder / "channels").read_text()
    at = text.index("901 kor-home")
    write(folder, "channels", text[:at] + THIRD["channels"] + text[at:] + THIRD["home"])
    edit(folder, "posts", '"Watch officer" of kor usa', '"Watch officer" of kor usa chi')
    for old, new in THIRD["guidelines"]:
        edit(folder, "guidelines", old, new)
    write(folder, "lines", (folder / "keys").read_text())
    (folder / "lines").rename(world.folder / "lines")
    nodes.run("init", "accord", folder, "--lines", world.folder / "lines", "--lines", world.keys("chi") / "lines")
    nodes.run("accord", "diff", world.accord, folder, "--opened")
    assert "CHI watch from KOR level U,R\n" in (folder / "opened").read_text(), "who joins reads what he could not"
    nodes.run("init", "accord", folder)
    for party in ("kor", "usa", "chi"):
        nodes.run("accord", "sign", folder, "--key", world.keys(party) / "root")
    nodes.run("accord", "check", folder, world.accord)
    move(world, folder, code=5)  # the third has no line yet
    # An address that was never known comes with a restart.
    ports = nodes.free_ports(2)
    for (party, port) in (("kor", ports[0]), ("usa", ports[1])):
        world[party].stop()
        settings = world[party].home / "settings"
        settings.write_text(settings.read_text() + f"\n[path chi/north]\nlisten = chi-north\n\n[listen]\nchi-north = 127.0.0.1:{port}\n"
                            if "[listen]" not in settings.read_text() else
                            settings.read_text().replace("[listen]\n", f"[listen]\nchi-north = 127.0.0.1:{port}\n") +
                            "\n[path chi/north]\nlisten = chi-north\n")
    nodes.run("init", "home", "--home", world.folder / "chi", "--party", "chi", "--accord", folder, "--keys", world.keys("chi"), *LABEL,
              "--officer", f"watch={world.keys('chi')}/watch.pub", "--path", f"kor/north=connect:127.0.0.1:{ports[0]}",
              "--path", f"usa/north=connect:127.0.0.1:{ports[1]}")
    chi = world.nodes["chi"] = nodes.Node("chi", world.folder / "chi", world.keys("chi"))
    for node in (kor, usa, chi):
        node.start()
    for node in (kor, usa):
        node.await_link("chi")
    place = kor.say("send", "three", "To all three.", "--to", "usa/watch", "--to", "chi/watch", *LABEL, "--as", "watch", key="watch")["place"]
    chi.wait("it has it", lambda: chi.find("/entry", place=place))
    chi.say("ack", place, "--as", "watch", key="watch")
    world.await_receipts()
    assert all(row["channel"] in (8, 9, 903) for row in chi.logs().values()), "nothing of what was not for it"
    assert chi.ask("GET", "/entry", place=secret)[0] == 404
    views = [node.get("/log", channel=8, party="kor", epoch=1, **{"from": 0})["entries"] for node in (kor, usa, chi)]
    assert [[row["verdict"] for row in one] for one in views] == [[row["verdict"] for row in views[0]]] * 3
    assert "WATCH READ" in usa.ladders(place)["chi/watch"]
