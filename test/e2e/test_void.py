"""What counts for nothing: kept in its place, shown as VOID with the reason, and never said by the officer whom it names.

USA's own door would not file any of it. So USA is played here, with its keys, by TLS of another library and our bytes.
"""
import json
import os
import subprocess
import time

import nodes
import officers
import peer
import pytest
import reader

OFFICERS = {"watch": ["watch"], "head": ["head"], "linguist": ["linguist"]}


@pytest.fixture
def alone(stage):
    """KOR's node, and USA's log of NOTIFY in our hands, as its node left it when it stopped."""
    line = '"Notification line" parties kor usa write deputy head'
    world = stage.world(officers_of={"kor": OFFICERS, "usa": OFFICERS}, edit={"channels": (f"{line} linguist", line)})
    world["usa"].say("send", "notify", "Good.", "--to", "kor/watch", "--label", "U", key="watch")
    message = world["kor"].say("send", "notify", "Do you read this?", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    world.await_receipts()
    liar = peer.Peer(world, "usa", "kor")
    liar.take_log("notify")
    assert world["usa"].stop() == 0
    return world, liar, message


def test_void_is_kept_shown_and_never_counted(alone):
    world, liar, message = alone
    kor, key = world["kor"], {name: officers.Key(world.keys("usa") / name) for name in OFFICERS}
    stranger = officers.Key(world.folder / "stranger")
    asked = liar.place_of(kor.entry(message))

    def spoilt(raw, blob):
        return blob[:-1] + bytes([blob[-1] ^ 1])

    # (why, the key, the role that it claims, kind, the signature, the verdict, in Korean)
    cases = [
        ("a false signature", key["watch"], "watch", officers.MESSAGE, spoilt, "SIGNATURE", "서명"),
        ("no signature at all that can be read", key["watch"], "watch", officers.MESSAGE, lambda raw, blob: b"no SSHSIG", "SIGNATURE", "서명"),
        ("a signature over other words", key["watch"], "watch", officers.MESSAGE,
         lambda raw, blob: key["watch"].sign(raw + b"x"), "SIGNATURE", "서명"),
        ("a key that is not good here", stranger, "watch", officers.MESSAGE, None, "KEY", "키"),
        ("a role that the key has not", key["watch"], "head", officers.MESSAGE, None, "ROLE", "직책"),
        ("a role that may not write there", key["linguist"], "linguist", officers.MESSAGE, None, "ROLE", "직책"),
        ("WATCH READ by nobody", key["watch"], "watch", officers.WATCH_READ, spoilt, "SIGNATURE", "서명"),
        ("WATCH READ by a stranger", stranger, "watch", officers.WATCH_READ, None, "KEY", "키"),
    ]
    watch = subprocess.Popen([str(nodes.BINARY), "watch", "--home", kor.home], stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "LC_ALL": "C.UTF-8"})
    events = kor.events(patience=20)
    places = [liar.write("notify", role, signer, kind=kind, text=f"Obey: {why}." if kind == officers.MESSAGE else None,
                         refers=[asked] if kind == officers.WATCH_READ else (), change=change)
              for why, signer, role, kind, change, _, _ in cases]
    good = liar.write("notify", "watch", key["watch"], text="This one is mine.")
    liar.send("notify")
    kor.wait("KOR has them", lambda: kor.find("/entry", place=good) and kor.entry(good)["folded"])

    held = kor.status()
    assert held["void"] == len(cases) and held["stopped_logs"] == 0
    kor.wait("kept, and receipted as what it is", lambda: kor.logs()["USA/NOTIFY 1"]["cosigned"]["kor"] == liar.size("notify"))
    assert kor.entry(good)["verdict"] == "OK" and kor.entry(good)["signer"]["holder"] >= 1
    listed = {language: {command: kor.run(command, "notify", "--last", "100", env=env).stdout for command in ("inbox", "log")}
              for language, env in (("en", {}), ("ko", nodes.KOREAN))}
    for (why, _, role, kind, _, verdict, word), place in zip(cases, places):
        entry = kor.entry(place)
        assert (entry["verdict"], entry["folded"], "signer" in entry) == (verdict, True, verdict == "ROLE"), why
        for language, env, void in (("en", {}, "VOID"), ("ko", nodes.KOREAN, "무효")):
            lines = [line for line in kor.run("read", place, env=env).stdout.splitlines() if line]
            at = next(number for number, line in enumerate(lines) if line.startswith(void))
            assert verdict in lines[at] and (language == "en" or word in lines[at]), lines
            assert not any("Obey" in line for line in lines[:at]), "before its words"
            assert not any(line.startswith(("from ", "발신")) for line in lines), "nobody is said to have said it"
            if kind == officers.MESSAGE:
                lines = kor.run("ladder", place, env=env).stdout.splitlines()
                at = next(number for number, line in enumerate(lines) if line.startswith(void))
                queued = next(number for number, line in enumerate(lines) if place in line and number > at)
                assert verdict in lines[at] and lines[queued].endswith(place), "of nobody's, before its first step"
            row = next(line for line in listed[language]["log"].splitlines() if f"{place}  " in line)
            assert f"{void} {verdict}" in row, row
            if kind == officers.MESSAGE:
                row = next(line for line in listed[language]["inbox"].splitlines() if f"{place}  " in line)
                assert f"{void} {verdict}" in row, row
    assert "WATCH READ" not in kor.ladder(message)["steps"] and kor.ladder(message)["highest"] == "STATION RECEIPT"
    assert not kor.run("inbox", "--owed").stdout.count("Obey"), "nobody owes an answer to it"
    shown = json.loads(kor.run("ladder", places[0], "--json").stdout)
    assert shown["verdict"] == "SIGNATURE" and "role" not in shown["ladders"][0]["steps"][0]
    refused = kor.run("ack", places[0], "--key", kor.keys / "watch", code=4)
    assert "VOID SIGNATURE (REFERS)" in refused.stderr and f"entente read '{places[0]}'" in refused.stderr
    events.next(lambda one: one.get("place") == good)
    events.close()
    time.sleep(0.3)
    watch.terminate()
    seen = watch.communicate(timeout=10)[0].splitlines()
    for place, (_, _, _, _, _, verdict, _) in zip(places, cases):
        assert any(place in line and f"VOID {verdict}" in line for line in seen), (place, seen)

    # A second reader, who judges signatures, keys and roles but not who may write where, finds the same ones void.
    kor.run("export", "--to", world.folder / "export")
    summary = reader.Export(world.folder / "export").check().summary()
    assert summary["findings"] == []
    judged = [place for place, case in zip(places, cases) if case[0] != "a role that may not write there"]
    assert [row.split(":")[0] for row in summary["void"]] == [f"usa/5 {place.split()[1]}" for place in judged]
    kor.stop()
    assert f"{[case[5] for case in cases].count('SIGNATURE')} officers' signatures are false" in kor.run("verify").stdout
    counts = json.loads(kor.run("verify", "--json").stdout)
    assert (counts["findings"], counts["false"]) == (0, [case[5] for case in cases].count("SIGNATURE"))
    assert counts["signatures"] + counts["false"] > len(cases)
    kor.start()
    for place, case in zip(places, cases):
        assert kor.entry(place)["verdict"] == case[5]
    assert f"{0} VOID" in kor.run("status", code=5).stdout, "it counts what came since the start, and says so"


def test_a_node_speaks_for_nobody(alone):
    """USA's node, without any officer's key, answers KOR's message, and orders something: neither is said."""
    world, liar, message = alone
    kor = world["kor"]
    asked = liar.place_of(kor.entry(message))
    seen = [(asked[1], asked[2], asked[3] + 1)]
    said = {"refers": [asked], "seen": seen}
    # (kind, what else, the verdict)
    cases = [
        (13, {**said}, "ROLE"),
        (13, {**said, "form": ("N01", 1)}, "ROLE"),
        (8, {"to": [("kor", "watch", 0)], "precedence": officers.ROUTINE, "body": officers.content("Obey at once.")}, "ROLE"),
        (8, {"to": [("kor", "node", 0)], "precedence": officers.ROUTINE, "form": ("N01", 1)}, "ROLE"),
        (16, said, "REFERS"),
        (17, {**said, "fields": {1: 0}, "body": officers.content("Obey at once.")}, "ROLE"),
        (17, {**said, "fields": {1: 0}}, "OK"),
    ]
    places = [liar.move("notify", "node", None, kind, **more) for kind, more, _ in cases]
    liar.send("notify")
    kor.wait("KOR has them", lambda: kor.find("/entry", place=places[-1]) and kor.entry(places[-1])["folded"])
    for place, (kind, more, verdict) in zip(places, cases):
        assert kor.entry(place)["verdict"] == verdict, (kind, more)
    ladder = kor.ladder(message)
    assert ladder["highest"] == "STATION RECEIPT" and "REPLIED" not in ladder["steps"]
    assert (ladder["negative"]["role"], ladder["owed"]["step"]) == ("node", "WATCH READ")
    lines = kor.run("read", places[2]).stdout.splitlines()
    assert next(n for n, line in enumerate(lines) if line.startswith("VOID")) < next(n for n, line in enumerate(lines) if "Obey" in line)
    assert "an answer" in kor.run("send", "notify", "And now?", "--to", "usa/watch", "--label", "U", "--wait", "reply", "--timeout", "1s",
                                  key="watch", code=None).stderr


def test_a_path_that_flaps_fills_nothing(alone):
    """USA's key makes and breaks a path forty times: KOR asks once how the line is, and its text log says so ten times."""
    world, liar, _ = alone
    kor = world["kor"]
    kor.wait("KOR has seen it go", lambda: not kor.is_linked())
    before, said = kor.logs()["KOR/SERVICE 1"]["size"], kor.words().count("path usa/north is ")
    for _ in range(40):
        liar.connect()
        kor.wait("it is up", kor.is_linked)
        liar.line.close()
        kor.wait("it is down", lambda: not kor.is_linked())
    assert kor.logs()["KOR/SERVICE 1"]["size"] - before <= 1
    assert kor.words().count("path usa/north is ") - said <= 10
    assert len(kor.words().splitlines()) < 40
