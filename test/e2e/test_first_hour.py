"""The first hour, as a person types it: from a folder beside the homes, with relative paths, following what is printed."""
import re
import shlex
import shutil
import subprocess

import nodes
import officers
import pytest

NEXT = re.compile(r"entente [a-z][^;\n]*")
ROLES = {"watch": "watch", "head": "head", "deputy": "deputy"}


class Desk:
    """A terminal in a folder of its own; everything is typed with relative paths."""

    def __init__(self, folder, party, language):
        self.folder, self.party = folder, party
        self.env = {**nodes.os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "ENTENTE_HOME": f"../homes/{party}",
                    "ENTENTE_OUTBOX": f"{folder.parent}/homes/{party}.outbox", "ENTENTE_LABEL": "U",
                    "PATH": f"{nodes.BINARY.parent}:{nodes.os.environ['PATH']}", **language}
        self.serving = None

    def type(self, line, key=None, code=0):
        """What is shown; the program must end with `code`."""
        env = {**self.env, **({"ENTENTE_KEY": f"../keys/{self.party}/{key}"} if key else {})}
        done = subprocess.run(shlex.split(line), cwd=self.folder, env=env, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, f"{line}\n{done.returncode}, not {code}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def serve(self, line):
        with open(self.folder / f"{self.party}.log", "w") as log:
            self.serving = subprocess.Popen(shlex.split(line), cwd=self.folder, env=self.env, stdout=log, stderr=log)

    def see(self, line, words, key=None):
        """Typed again until it shows that."""
        def look():
            env = {**self.env, **({"ENTENTE_KEY": f"../keys/{self.party}/{key}"} if key else {})}
            shown = subprocess.run(shlex.split(line), cwd=self.folder, env=env, capture_output=True, text=True, timeout=60).stdout
            return shown if words in shown else None
        return nodes.wait_for(f"{line} shows {words}", look)


def printed(shown, command):
    """The command of this name that the program printed as what to do next."""
    found = [one for one in NEXT.findall(shown) if one.startswith(f"entente {command}")]
    assert found, f"no entente {command} in what was printed:\n{shown}"
    return found[0].strip()


@pytest.mark.parametrize("language", [{}, nodes.KOREAN], ids=["en", "ko"])
def test_the_first_hour(tmp_path, language):
    (tmp_path / "desk").mkdir()
    (tmp_path / "keys").mkdir()
    (tmp_path / "homes").mkdir()
    shutil.copytree(nodes.ROOT / "accords/rok-us", tmp_path / "accord")
    kor, usa = (Desk(tmp_path / "desk", party, language) for party in ("kor", "usa"))
    port = nodes.free_ports(1)[0]
    try:
        play(tmp_path, kor, usa, port, language)
    finally:
        for desk in (kor, usa):
            if desk.serving is not None:
                desk.serving.terminate()
                desk.serving.wait(30)


def make_homes(tmp_path, kor, usa, port):
    for desk in (kor, usa):
        desk.type(f"entente init keys {desk.party} --to ../keys/{desk.party}")
        for name in ROLES:
            officers.Key(tmp_path / "keys" / desk.party / name)
    shown = kor.type("entente init accord ../accord --lines ../keys/kor/lines --lines ../keys/usa/lines")
    for desk in (kor, usa):
        desk.type(printed(shown, "accord sign").replace("ROOT", f"../keys/{desk.party}/root"))
    kor.type("entente accord check ../accord")
    ways = {"kor": f"--listen north=127.0.0.1:{port} --path usa/north=listen:north", "usa": f"--path kor/north=connect:127.0.0.1:{port}"}
    people = {desk.party: " ".join(f"--officer {role}=../keys/{desk.party}/{name}.pub" for name, role in ROLES.items()) for desk in (kor, usa)}
    for desk in (kor, usa):
        shown = desk.type(f"entente init home --party {desk.party} --accord ../accord --keys ../keys/{desk.party} {ways[desk.party]} {people[desk.party]}")
        desk.serve(printed(shown, "serve"))


def play(tmp_path, kor, usa, port, language):
    make_homes(tmp_path, kor, usa, port)
    for desk in (kor, usa):
        desk.see("entente status", "north")
    nodes.wait_for("the line is up", lambda: subprocess.run(["entente", "status"], cwd=kor.folder, env=kor.env, capture_output=True).returncode == 0)

    # A terminal's own copies lie in one place, wherever one stands.
    own, kor.env["ENTENTE_OUTBOX"] = kor.env["ENTENTE_OUTBOX"], "../homes/outbox"
    refused = kor.type("entente send notify Nowhere. --to usa/watch", key="watch", code=2)
    assert "$ENTENTE_OUTBOX" in refused and "../homes/outbox" in refused
    kor.env["ENTENTE_OUTBOX"] = own

    # Nobody says a FLASH alone: drafted, and approved by two others as it is printed.
    shown = kor.type('entente send notify-urgent "한 시간 뒤에 통화하자 / Call in an hour." --to usa/watch --precedence FLASH', key="watch")
    for name in ("head", "deputy"):
        look = kor.type(printed(shown, "approve"), key=name)
        assert "Call in an hour." in look
        shown = kor.type(printed(look, "approve"), key=name)
    place = re.search(r"KOR/NOTIFY-URGENT \d+\.\d+", shown).group()

    usa.see("entente inbox", place)
    assert "Call in an hour." in usa.type(f"entente read '{place}'")
    usa.type(f"entente ack '{place}'", key="watch")
    usa.type(f"entente readback '{place}' 'Call in an hour.'", key="watch")
    nodes.wait_for("the READ BACK came", lambda: "Call in an hour." in kor.type("entente log notify-urgent --party usa"))
    assert "Call in an hour." in kor.type(f"entente correct '{place}'", key="watch"), "what is marked is seen before"
    for desk in (kor, usa):
        desk.see(f"entente ladder '{place}' --json", '"READ BACK"')
        assert ("복창" if language else "READ BACK") in desk.type(f"entente ladder '{place}'")

    # Each proves it alone, from what it holds and from a copy of that.
    for desk in (kor, usa):
        desk.type("entente verify")
        desk.type(f"entente export --backup {desk.party}.backup")
        desk.type(f"entente verify {desk.party}.backup")
