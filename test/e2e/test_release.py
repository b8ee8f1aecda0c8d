"""What goes to the other party goes as its guidelines say: drafted by one, released by others, each by his own key."""
import shutil

import pytest

import conftest
import nodes

TEAM = {"watch": ["watch"], "head": ["head"], "shift": ["shift"], "deputy": ["deputy"], "policy": ["policy"]}


@pytest.fixture
def guided(stage, tmp_path):
    """KOR and USA under guidelines, five officers each."""
    accord = tmp_path / "accord"
    shutil.copytree(conftest.PLAY_ACCORD, accord)
    shutil.copy(nodes.ROOT / "test/lib/guidelines", accord / "guidelines")
    return stage.world(accord=accord, officers_of={"kor": TEAM, "usa": TEAM})


def submit(node, text="Two launches expected.", level="CLOSED", channel="share", to="usa/watch", key="watch", more=()):
    said = node.say("send", channel, text, "--to", to, "--label", level, *more, key=key)
    assert said["step"] == "SUBMITTED", said
    return said


def approve(node, place, key, code=0):
    return node.say("approve", place, "--sign", key=key, code=code)


def test_one_approval_on_two_nodes(guided):
    kor, usa = guided["kor"], guided["usa"]
    said = submit(kor)
    assert said["needed"] == 1 and said["line"] > 0
    assert kor.entry(said["place"])["plane"] == "HOME"
    assert not usa.get("/inbox", channel="share")["messages"]

    shown = kor.run("approve", said["place"], key="head").stdout
    for words in ("Two launches expected.", "usa watch", "KOR: deputy, head", "0 of 1", "CLOSED"):
        assert words in shown, shown
    done = approve(kor, said["place"], "head")
    assert done["approved"] == done["needed"] == 1
    place = done["released"]
    usa.await_step(place, "STATION RECEIPT")
    there = usa.entry(place)
    assert there["verdict"] == "OK" and there["signatures"] == 2 and there["text"] == ["Two launches expected."]
    assert "signed by" in usa.run("read", place).stdout
    waiting = kor.get("/drafts", all=1)
    assert [row["state"] for row in waiting] == ["RELEASED"] and waiting[0]["released"] == place
    assert kor.get("/drafts") == []
    assert kor.run("approve", said["place"], "--sign", key="shift", code=4).stderr.count(place) == 1


def test_what_needs_nobody_goes_at_once(guided):
    said = guided["kor"].say("send", "share", "A lunch.", "--to", "usa/watch", "--label", "OPEN", key="watch")
    assert said["step"] == "QUEUED"
