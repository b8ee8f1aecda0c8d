"""Plays on real nodes: real processes, real TLS, real SQLite. A play that fails shows what the nodes said."""
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "test/lib"))

import nodes  # noqa: E402

# The accord that the plays run under, and who is there to play.
PLAY_ACCORD = ROOT / "accords/rok-us"
OFFICERS = {"watch": ["watch"], "head": ["head"], "deputy": ["deputy"]}


class Stage:
    """Makes worlds and clears them away; ends only what it started."""

    def __init__(self, folder):
        self.folder, self.worlds, self.others = folder, [], []

    def world(self, name="world", accord=PLAY_ACCORD, officers_of=None, is_started=True, edit=None, **more):
        """edit: {file: (old, new)} changes to the accord before it is signed."""
        world = nodes.World(self.folder / name, accord, officers_of or {"kor": OFFICERS, "usa": OFFICERS}, **more)
        self.worlds.append(world)
        for file, (old, new) in (edit or {}).items():
            text = (world.accord / file).read_text()
            assert old in text, f"{file} has no {old!r}"
            (world.accord / file).write_text(text.replace(old, new))
        world.make()
        if is_started:
            world.start()
        return world

    def relay(self):
        self.others.append(nodes.Relay())
        return self.others[-1]

    def clear(self):
        failures = []
        for world in self.worlds:
            try:
                world.stop()
            except nodes.Failed as why:
                failures.append(str(why))
        for other in self.others:
            other.close()
        assert not failures, "\n".join(failures)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    stage = item.funcargs.get("stage")
    if report.when == "call" and report.failed and stage is not None:
        words = [node.words() for world in stage.worlds for node in world.nodes.values()]
        report.sections.append(("nodes", "\n".join(words)))


@pytest.fixture
def stage(tmp_path):
    assert os.access(nodes.BINARY, os.X_OK), f"{nodes.BINARY} is not built: make"
    stage = Stage(tmp_path)
    yield stage
    stage.clear()


@pytest.fixture
def pair(stage):
    """KOR and USA, linked by one path, both answering."""
    return stage.world()
