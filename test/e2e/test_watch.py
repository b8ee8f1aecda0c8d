"""The watch on two real nodes: who is on duty, who is called, who relieves whom; names never cross."""
import csv
import datetime
import io
import json
import subprocess
import time

import icalendar

import nodes
import officers
import reader
from test_alarm import Alarm
from test_bad_moves import in_korean
from test_consult import LEAPING, N20
from test_versions import draft, move

RUN = 'printf "%s|%s|%s|%s\\n" "$ENTENTE_ALARM_KIND" "$ENTENTE_ALARM_RUNG" "$ENTENTE_ALARM_WHO" "$ENTENTE_ALARM_KEY" >>"$RUNG"'
PEOPLE = {"watch": ["watch"], "second": ["watch"], "head": ["head"], "deputy": ["deputy"]}


def roster(folder, *lines, days=35):
    """Of the watch of kor, in Seoul's civil time, from yesterday on."""
    seoul = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
    first, last = seoul.date() - datetime.timedelta(days=1), seoul.date() + datetime.timedelta(days=days)
    file = folder / "roster"
    file.write_text("\n".join(["post watch", "zone Asia/Seoul", f"from {first} 00:00", f"to {last} 24:00",
                               'person kim "김민수" "tel +82-2-0000" ko en release', 'person lee "이서연" "pager 12" ko en',
                               'person park "박지훈" "pager 13" ko', *(line.format(first=first, last=last) for line in lines), ""]))
    return str(file)


def manned(node, party):
    return next(((one["state"], one["depth"]) for one in node.get("/watch")["manning"] if one["party"] == party), None)


def test_the_watch(stage, tmp_path):
    clock, leapt = nodes.tell(tmp_path / "leap", "0"), 0
    env = {"LD_PRELOAD": str(LEAPING), "LEAPING": str(clock)}
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, is_started=False)
    kor, usa = world["kor"], world["usa"]
    for node in (kor, usa):
        node.start(env=env)
    kor.await_link()

    # A roster whose first rung nobody has; what is wrong in the file is said with its line.
    done = kor.run("roster", "set", roster(tmp_path, "shift {first} 00:00 24:00 choi"), "--label", "U", key="watch", code=2, env=nodes.KOREAN)
    assert "8행: 그 약칭의 사람이 위에 없음" in done.stderr, done.stderr
    kor.run("roster", "set", roster(tmp_path, "shift {first}/{last} 00:00 24:00 - lee park"), "--label", "U", key="watch")
    usa.wait("usa knows that kor's watch is manned", lambda: manned(usa, "KOR") == ("MANNED", 2))
    assert "이서연" in kor.run("roster").stdout
    # An officer is told of the other side's manning too: it names nothing that he may not know of.
    theirs, = [row for row in json.loads(usa.run("roster", "--json", key="watch").stdout)["manning"] if row["party"] == "KOR"]
    assert (theirs["state"], theirs["depth"]) == ("MANNED", 2)
    found = kor.run("roster", "check", code=1).stdout
    assert "an alternate is missing" in found and "not able" not in found
    # The calendar, read by another program, says the same.
    events = icalendar.Calendar.from_ical(kor.run("roster", "export", "--ics").stdout).walk("VEVENT")
    told = {(one["from_ms"] // 1000, one["to_ms"] // 1000, f"watch: {who['name']} (alternate {who['rung']})", who["reach"])
            for one in kor.get("/roster")["segments"] for who in one["on"]}
    days = {(int(one["DTSTART"].dt.timestamp()), int(one["DTEND"].dt.timestamp()), str(one["SUMMARY"]), str(one["DESCRIPTION"])) for one in events}
    # What has begun already begins now, and both were asked a moment apart.
    assert len(events) == len(days) > 70 and len(days & told) >= len(days) - 4

    # Nobody is primary: the alternate is called at once, then the next, then all; both sides see it.
    place = usa.release("send", "notify-urgent", "--to", "kor/watch", "--precedence", "FLASH", "--label", "U", "--language", "en", "Call back")
    alarm = Alarm(kor, tmp_path / "rung", command=RUN)
    called = lambda node: [(one.get("rung"), one.get("empty")) for one in (node.find("/ladder", place=place) or {"ladders": []})["ladders"]]
    for seconds, rung in ((0, 1), (365, 2), (60, 4)):
        leapt += seconds
        nodes.tell(clock, str(leapt))
        for node in (kor, usa):
            node.wait(f"rung {rung} is called", lambda: called(node) == [(rung, 1)])
    nodes.wait_for("all are paged", lambda: len(alarm.rings("OWED|whole post")) >= 1)
    pages = {line.split("|")[1]: line.split("|")[2:] for line in alarm.rings("OWED")}
    assert pages["whole post"][0] == "이서연 <pager 12>, 박지훈 <pager 13>" and len({key for _, key in pages.values()}) == len(pages)
    words = usa.run("ladder", place).stdout
    assert "NOBODY as primary" in words and "whole post called" in words

    # It is not read: the watch is not handed over without a word, nor to oneself.
    done = kor.run("relief", "offer", "watch", "--label", "U", key="watch", code=4, env=nodes.KOREAN)
    assert "미해결" in done.stderr and "해결되지 않았는데 이유가 없음 (UNRESOLVED" in done.stderr and place in done.stderr
    kor.run("relief", "offer", "watch", "--note", "The second reads it", "--label", "U", key="watch")
    assert "(PERSON" in kor.run("relief", "accept", "watch", key="watch", code=4).stderr
    assert "(ROLE" in kor.run("relief", "accept", "watch", key="head", code=4).stderr
    kor.run("relief", "accept", "watch", key="second")
    assert kor.get("/watch")["posts"][0]["again"] == [place]
    kor.run("ack", place, key="second")
    assert kor.get("/watch")["posts"][0]["again"] == []
    # Handed back and forth within minutes: who has it again reads it again, and is not told that he has.
    for offers, accepts in (("second", "watch"), ("watch", "second")):
        kor.run("relief", "offer", "watch", "--note", "A word with the head", "--label", "U", key=offers)
        kor.run("relief", "accept", "watch", key=accepts)
    assert kor.get("/watch")["posts"][0]["again"] == [place]
    assert not kor.say("ack", place, key="second")["said"] and kor.get("/watch")["posts"][0]["again"] == []
    assert kor.say("ack", place, key="second")["said"]

    nodes.wait_for("the page is over", lambda: any(one["alarm"] == "ENDED" and one["cause"] == f"{place} WATCH READ" for _, one in alarm.said))

    # An override is a short roster; a post at which nobody is rings here and is shown there, and stands after a restart.
    kor.run("roster", "set", roster(tmp_path, days=1), "--label", "U", key="watch")
    alarm.await_said("ALARM", kind="POST")
    usa.wait("usa knows that nobody is on watch", lambda: manned(usa, "KOR") == ("EMPTY", 0))
    assert "근무자 없음" in usa.run("status", env=nodes.KOREAN).stdout and "EMPTY" in usa.run("owed").stdout
    said = usa.run("log", "service").stdout.count("manning")
    alarm.end()
    kor.stop()
    kor.start(env=env)
    kor.await_link()
    kor.run("roster", "set", roster(tmp_path, "gap {first}/{last} 00:00 24:00", days=1), "--label", "U", key="watch")
    usa.wait("and that this is planned", lambda: manned(usa, "KOR") == ("GAP", 0))
    assert usa.run("log", "service").stdout.count("manning") == said + 1, "a start says nothing again"

    # In a procedure too, by its own ladder: nobody at all is on watch, so the whole post is called at once, as a move that counts on both sides.
    start = usa.say("consult", "start", "consult-urgent", "consult-urgent", "--precedence", "IMMEDIATE", "--label", "U", key="watch", env=env)["place"]
    place = usa.say("send", "consult-urgent", "--to", "kor/watch", "--to", "kor/head", "--precedence", "IMMEDIATE", "--label", "U", "--instance", start, *N20,
                    key="watch", env=env)["place"]
    for node in (kor, usa):
        node.wait("the whole post is called", lambda: (4, 7) in called(node))
        assert [one["move"] for one in node.get("/instances", place=start)["moves"]].count("escalated") == 1

    # A mark that is repeated is the same mark, whenever that is: a roster makes another reading of a relief's, and no other mark.
    notice = kor.say("send", "notify", "Soon.", "--to", "usa/watch", "--label", "U", key="watch", env=env)["place"]
    usa.await_step(notice, "STATION RECEIPT")
    usa.run("ack", notice, key="watch", env=env)
    heard = usa.say("readback", notice, "Soon.", key="watch", env=env)["place"]
    kor.wait("it came", lambda: kor.find("/entry", place=heard))
    mark = kor.say("correct", heard, key="watch", env=env)["place"]
    leapt += 700
    nodes.tell(clock, str(leapt))
    kor.wait("the node has seen its clock", lambda: kor.status()["now_ms"] > kor.entry(mark)["filed_ms"] + 600_000)
    again = kor.say("correct", heard, key="watch", env=env)
    assert again["said"] and again["place"] == mark

    # No name has crossed: not in what usa holds, not in its store.
    held = subprocess.run(["grep", "-rl", "이서연", str(usa.home)], capture_output=True, text=True).stdout
    assert held == "", held


def test_a_table_and_what_a_post_asks(stage, tmp_path):
    """A roster as CSV, in and out; and what the accord asks of a post is asked of each who has a shift there, by the line and by the door."""
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE})
    kor = world["kor"]
    hour = lambda number: time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(time.time() // 3600 * 3600 + number * 3600))
    rows = [["watch", "primary", hour(-2), hour(40), "김민수, 소령", "'+82-2-0000", "ko en release"],
            ["watch", "alternate 1", hour(-2), hour(20), "이서연", "pager 12", "ko en"],
            ["watch", "gap", hour(40), hour(44), "", "", ""],
            ["watch", "primary", hour(44), hour(60), "이서연", "pager 12", "ko en"]]

    def table(*rows):
        with (tmp_path / "roster.csv").open("w", newline="") as file:
            csv.writer(file).writerows([["post", "rung", "begin", "end", "name", "reach", "able"], *rows])
        return str(tmp_path / "roster.csv")

    def put(file, **how):
        return kor.run("roster", "set", file, "--csv", "--label", "U", key="watch", **how)

    def given():
        return list(csv.reader(io.StringIO(kor.run("roster", "export", "--csv", "--post", "watch").stdout)))

    # What is wrong is said with its line, and nothing is filed.
    said = put(table(rows[0], [*rows[1][:2], "2026-12-01 08:00", *rows[1][3:]]), code=2).stderr
    assert "line 3: a moment is in UTC and written 2026-12-01T08:00Z" in said and "roster.csv" in said
    assert "3행: 시각은 UTC이며" in put(table(rows[0], [*rows[1][:2], "2026-12-01 08:00", *rows[1][3:]]), code=2, env=nodes.KOREAN).stderr
    assert kor.get("/watch")["posts"] == []
    # In, and out again as it was: what has begun is told from its roster's beginning.
    put(table(*rows))
    out = given()
    assert out[1:] == rows and len(out[0]) == 7
    put(table(*out[1:]))
    assert given() == out
    checked = lambda: json.loads(kor.run("roster", "check", "--json", code=1).stdout)
    assert not [one for one in checked() if one["able"]], "the accord asks nothing of the watch"

    # A version that does.
    folder = draft(world, "second", [("posts", '"Watch officer" of kor usa', '"Watch officer" of kor usa able ko release')])
    move(world, folder)
    kor.wait("it is in force", lambda: next(one for one in kor.get("/accord")["roles"] if one["name"] == "watch")["able"] == "ko release")
    assert {(one["what"], one["able"]) for one in checked() if one["able"]} == {
        ("somebody on duty is not able to {1}, which the accord asks", "release")}
    assert "not able to release, which the accord asks" in kor.run("roster", "check", code=1).stdout
    for where in ((), (folder,)):  # the version in force, and the files before they are signed
        shown, korean = kor.run("accord", "show", *where).stdout, kor.run("accord", "show", *where, env=nodes.KOREAN).stdout
        assert "able to: ko release" in shown and "자격: ko release" in korean, (shown, korean)
    before = kor.get("/watch")
    said = put(table(*rows), code=4).stderr
    assert "line 3: 이서연 is not able to release, which the accord asks of whoever is on duty at watch." in said and "roster.csv" in said
    said = put(table(*rows), code=4, env=nodes.KOREAN).stderr
    assert "3행: 이서연" in said and "release" in said and "약정" in said, said
    file = roster(tmp_path, "shift {first} 08:00 20:00 kim", "shift {first} 20:00 08:00 kim park", days=1)
    assert "line 9: 박지훈 is not able to release" in kor.run("roster", "set", file, "--label", "U", key="watch", code=4).stderr
    # A client that does not look is refused at the door.
    own, now = officers.Key(world.keys("kor") / "watch"), int(time.time()) * 1000
    home = next(one for one in kor.get("/accord")["channels"] if one["plane"] == "HOME" and one["parties"] == ["kor"])
    fields = {1: "watch", 2: now, 3: now + 3_600_000, 4: ["Park", "tel", "ko en"], 5: [0, 3600, 0, 0]}
    raw = officers.statement(reader.sha256((world.accord / "MANIFEST").read_bytes())[:16], home["number"], "kor", "watch", 65, rel=["kor"], fields=fields)
    refused, = kor.post([officers.item(raw, [own])])
    assert refused["rule"] == "ABLE" and in_korean(refused["text"]), refused
    assert kor.get("/watch")["posts"] == before["posts"]
    # With somebody who is, it stands.
    put(table(rows[0], [*rows[1][:6], "ko en release"]))


def test_a_shift_ends_without_relief(stage, tmp_path):
    """What it has read and not answered is read again by the next one; what was handed over, answered or is not urgent is not."""
    day = int(time.time()) // 86_400 * 86_400 + 86_400
    clock = nodes.tell(tmp_path / "leap", f"={day + 15 * 3600}")
    env = {"LD_PRELOAD": str(LEAPING), "LEAPING": str(clock)}
    world = stage.world(officers_of={"kor": PEOPLE, "usa": PEOPLE}, is_started=False)
    kor, usa = world["kor"], world["usa"]
    for node in (kor, usa):
        node.start(env=env)
    kor.await_link()
    date = time.strftime("%Y-%m-%d", time.gmtime(day))
    file = tmp_path / "roster"
    file.write_text("\n".join(["post watch", "zone UTC", f"from {date} 00:00", f"to {date} 24:00", 'person kim "김민수" "tel 1" ko en release',
                               'person lee "이서연" "tel 2" ko en release', 'person park "박지훈" "tel 3" ko en release',
                               f"shift {date} 08:00 16:00 kim", f"shift {date} 16:00 20:00 lee", f"shift {date} 20:00 24:00 park lee", ""]))
    kor.run("roster", "set", str(file), "--label", "U", key="watch", env=env)

    def at(hours):
        nodes.tell(clock, f"={day + int(hours * 3600)}")
        told[:] = [(day + int(hours * 3600)) * 1000]

    def await_clock():
        kor.wait("the node has seen its clock", lambda: kor.get("/watch")["now_ms"] == told[0])

    def send(text, precedence="IMMEDIATE"):
        place = usa.say("send", "consult", text, "--to", "kor/watch", "--precedence", precedence, "--label", "U", key="watch", env=env)["place"]
        kor.wait("it is here", lambda: (kor.find("/entry", place=place) or {}).get("folded"))
        kor.run("ack", place, key="watch", env=env)
        return place

    told = []
    again = lambda: next(post["again"] for post in kor.get("/watch")["posts"] if post["post"] == "watch")
    still, answered, _ = send("Hold this."), send("Answer this."), send("No hurry.", "PRIORITY")
    kor.say("reply", answered, "Answered.", key="watch", env=env)
    alarm = Alarm(kor, tmp_path / "rung", command=RUN, env=env)
    assert again() == []
    at(16)
    kor.wait("it is to be read again, and nothing else", lambda: again() == [still])
    alarm.await_said("ALARM", kind="AGAIN", place=still)
    nodes.wait_for("who is on duty now is called", lambda: any("이서연" in line for line in alarm.rings("AGAIN")))
    kor.run("ack", still, key="second", env=env)
    alarm.await_said("ENDED", kind="AGAIN")
    assert again() == []
    at(20)  # an alternate of now has been there all the time
    await_clock()
    assert again() == []
    # Handed over: who accepts is of the next shift, though its time has not begun.
    at(32)
    file.write_text(file.read_text().replace(date, time.strftime("%Y-%m-%d", time.gmtime(day + 86_400))))
    kor.run("roster", "set", str(file), "--label", "U", key="watch", env=env)
    kor.wait("nobody of the day before is there", lambda: again() == [still])
    kor.run("ack", still, key="watch", env=env)
    at(39)
    kor.run("relief", "offer", "watch", "--note", "to the evening", "--label", "U", key="watch", env=env)
    kor.run("relief", "accept", "watch", key="second", env=env)
    assert again() == [still]
    kor.run("ack", still, key="second", env=env)
    for hours in (15.5, 16, 20):
        at(24 + hours)
        await_clock()
        assert again() == [], hours
    alarm.end()
