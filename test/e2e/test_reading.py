"""An officer who signs in is shown what his roles may know of; of the rest the node says what it says of nothing."""
import json
import os

import pytest

TEAM = {"watch": ["watch"], "legal": ["legal"], "press": ["press"], "head": ["head"], "shift": ["shift"], "deputy": ["deputy"]}


@pytest.fixture
def pair(stage):
    return stage.world(officers_of={"kor": TEAM, "usa": TEAM})


def send(node, text, level):
    said = ["send", "share", text, "--to", "kor/watch", "--label", level]
    return node.say(*said, key="watch")["place"] if level == "U" else node.release(*said, by=("head",))


def titles(node, *more, **options):
    out = node.run("inbox", "share", "--json", *more, **options).stdout
    return [row["title"] for row in json.loads(out)]


def test_two_officers_see_two_inboxes(pair, tmp_path):
    kor, usa = pair["kor"], pair["usa"]
    low, high = send(usa, "Weather is fine.", "U"), send(usa, "Not for the press.", "C")
    usa.await_step(high, "STATION RECEIPT")
    press, watch = kor.keys / "press", kor.keys / "watch"
    everything = titles(kor)
    assert everything == ["Weather is fine.", "Not for the press."]
    assert titles(kor, "--key", watch) == everything
    assert titles(kor, "--key", press) == everything[:1]

    # One that is there and one that is not.
    refused = [kor.run("read", place, "--key", press, code=3).stderr.replace(place, "")
               for place in (high, high.rsplit(".", 1)[0] + ".900")]
    assert refused[0] == refused[1]
    assert "Weather" in kor.run("read", low, "--key", press).stdout
    assert "Not for the press" not in kor.run("log", "share", "--key", press).stdout
    kor.run("ladder", high, "--key", press, code=3)

    # A session that is kept, of this user alone.
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    env = {"XDG_RUNTIME_DIR": str(folder)}
    assert json.loads(kor.run("login", "--key", press, "--json", env=env).stdout)["party"] == "kor"
    (token,) = folder.iterdir()
    assert token.stat().st_mode & 0o777 == 0o600
    assert titles(kor, env=env) == everything[:1]
    os.chmod(token, 0o644)  # what others can read is nobody's
    assert titles(kor, env=env) == everything
    os.chmod(token, 0o600)
    kor.run("logout", env=env)
    assert titles(kor, env=env) == everything
    kor.run("logout", env=env, code=3)


def test_a_key_of_nobody(pair, tmp_path):
    pair["usa"].run("inbox", "--key", pair["kor"].keys / "watch", code=4)
