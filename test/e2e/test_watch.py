"""The watch on two real nodes: who is on duty, who is called, who relieves whom; names never cross."""
import datetime
import subprocess

import nodes
from test_consult import LEAPING

KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(nodes.BINARY.parent.parent.parent / "po")}
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
    done = kor.run("roster", "set", roster(tmp_path, "shift {first} 00:00 24:00 choi"), "--label", "U", key="watch", code=2, env=KOREAN)
    assert "8행: 그 약칭의 사람이 위에 없음" in done.stderr, done.stderr
    kor.run("roster", "set", roster(tmp_path, "shift {first}/{last} 00:00 24:00 - lee park"), "--label", "U", key="watch")
    usa.wait("usa knows that kor's watch is manned", lambda: manned(usa, "KOR") == ("MANNED", 2))
    assert "이서연" in kor.run("roster").stdout
    found = kor.run("roster", "check", code=1).stdout
    assert "an alternate is missing" in found and "nobody on duty may release" in found and "language" not in found
    calendar = kor.run("roster", "export", "--ics").stdout
    assert "watch: 이서연 (alternate 1)" in calendar

    # Nobody is primary: the alternate is called at once, then the next, then all; both sides see it.
    place = usa.release("send", "leader", "--to", "kor/watch", "--precedence", "FLASH", "--label", "U", "--language", "en", "Call back")
    called = lambda node: [(one.get("rung"), one.get("empty")) for one in node.get("/ladder", place=place)["ladders"]]
    for seconds, rung in ((0, 1), (365, 2), (60, 4)):
        leapt += seconds
        nodes.tell(clock, str(leapt))
        for node in (kor, usa):
            node.wait(f"rung {rung} is called", lambda: called(node) == [(rung, 1)])
    words = usa.run("ladder", place).stdout
    assert "NOBODY as primary" in words and "whole post called" in words

    # It is not read: the watch is not handed over without a word, nor to oneself.
    done = kor.run("relief", "offer", "watch", "--label", "U", key="watch", code=4, env=KOREAN)
    assert "미해결" in done.stderr and "1건이 해결되지 않음" in done.stderr and place in done.stderr
    kor.run("relief", "offer", "watch", "--note", "The second reads it", "--label", "U", key="watch")
    assert "(PERSON" in kor.run("relief", "accept", "watch", key="watch", code=4).stderr
    kor.run("relief", "accept", "watch", key="second")
    assert kor.get("/watch")["posts"][0]["again"] == [place]
    kor.run("ack", place, key="second")
    assert kor.get("/watch")["posts"][0]["again"] == []

    # No name has crossed: not in what usa holds, not in its store.
    held = subprocess.run(["grep", "-rl", "이서연", str(usa.home)], capture_output=True, text=True).stdout
    assert held == "", held
