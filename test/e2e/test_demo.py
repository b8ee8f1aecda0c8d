"""What is printed to be typed works as printed: the demonstration's lines, the README's, the tour's."""
import http.client
import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import nodes
import pytest


class Shown:
    """examples/demo.py, running, and all that it has said."""

    def __init__(self, page):
        (page / "index.html").write_text("<!doctype html><title>entente</title>")
        self.process = subprocess.Popen(["/usr/bin/python3", "-u", "examples/demo.py"], cwd=nodes.ROOT, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C.UTF-8", "ENTENTE_CONSOLE_DIR": str(page)})
        self.lines = []
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def await_line(self, pattern, patience=60, after=0):
        return nodes.wait_for(lambda: f"{pattern!r} in\n" + "\n".join(self.lines[-30:]), lambda: next(
            (found for found in (re.search(pattern, line) for line in self.lines[after:]) if found), None), patience)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        self.reader.join(5)
        return code


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    shown = Shown(tmp_path_factory.mktemp("page"))
    shown.await_line("^Ctrl-C ends both nodes", 120)
    yield shown
    shown.end()


def functions(shown):
    """The lines that define a command for each party."""
    found = [line for line in shown.lines if re.match(r"  (kor|usa)\(\) \{", line)]
    assert len(found) == 2
    return "\n".join(found)


def run_lines(shown, lines, cwd, timeout=120):
    """As a person types them: one shell, one after another, the first that fails ends it."""
    script = "set -e\n" + functions(shown) + "\n" + "\n".join(lines)
    done = subprocess.run(["bash", "-c", script], cwd=cwd, capture_output=True, text=True, timeout=timeout,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, script + done.stdout + done.stderr
    return done.stdout


def home_of(shown, party):
    return re.search(rf"{party}\(\) \{{ ENTENTE_HOME=(\S+)", functions(shown))[1]


def test_the_lines_that_the_demo_prints(shown, tmp_path):
    at = shown.lines.index("then, one after another:")
    lines = [line for line in shown.lines[at + 1:] if line.startswith("  ")]
    assert len(lines) >= 12
    said = run_lines(shown, lines, tmp_path)
    for words in ("READ BACK", "0 findings", "1 of 2", "goes out as", "refused, as agreed", "is recalled here"):
        assert words in said, words


def test_the_consoles_and_how_their_keys_are_enrolled(shown, tmp_path):
    ports = [re.match(r"  http://(?:kor|usa)\.localhost:(\d+)/$", line) for line in shown.lines]
    ports = [found[1] for found in ports if found]
    assert len(ports) == 2
    for port in ports:
        connection = http.client.HTTPConnection("localhost", int(port), timeout=10)
        connection.request("POST", "/session", headers={"Origin": f"http://localhost:{port}"})
        assert b"entente-session-v1" in connection.getresponse().read()
        connection.close()
    enrol = [line for line in shown.lines if re.search(r"; (kor|usa) keys --add", line)]
    assert len(enrol) == 2
    for number, line in enumerate(enrol):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "console", "-f", tmp_path / f"key{number}"], check=True)
        run_lines(shown, [line.replace("LINE", (tmp_path / f"key{number}.pub").read_text().strip()),
                          f"{('kor', 'usa')[number]} inbox notify --key {tmp_path / f'key{number}'}"], tmp_path)


def test_a_page_that_is_not_built_is_not_offered(tmp_path):
    """What to do stands there in place of an address at which nothing is."""
    done = subprocess.run(["/usr/bin/python3", "-c", "import demo; demo.Demo.invite_browsers(None)"], cwd=nodes.ROOT / "examples", text=True, check=True,
                          capture_output=True, env={**os.environ, "ENTENTE_CONSOLE_DIR": str(tmp_path)})
    assert "make console" in done.stdout and "http://" not in done.stdout


def test_the_lines_of_the_readme(shown, tmp_path):
    text = (nodes.ROOT / "README.md").read_text()
    lines = re.search(r"## A message, by hand\n.*?```\n(.*?)```", text, re.S)[1].splitlines()
    assert len(lines) >= 6 and lines[0].startswith("export ")
    folder = home_of(shown, "kor").removesuffix("/kor")
    key = re.search(r"kor\(\) .*ENTENTE_KEY=(\S+)", functions(shown))[1]
    lines[0] = lines[0].replace(".../kor", f"{folder}/kor").replace(".../watch", key).replace(".../terminal.age", f"{folder}/keys/kor/terminal.age")
    lines[0] = lines[0].replace("   #", f" ENTENTE_OUTBOX={folder}/kor.outbox   #")
    assert "..." not in lines[0]
    (tmp_path / "test").symlink_to(nodes.ROOT / "test")
    # Following ends when nothing comes for a while, which the person at the terminal does by Ctrl-C.
    lines = [line.replace("entente watch ", "entente watch --timeout 300ms || [ $? = 7 ] ") for line in lines]
    said = run_lines(shown, [f'entente() {{ {nodes.BINARY} "$@"; }}', *lines], tmp_path)
    assert "QUEUED" in said and "USA" in said


def test_the_commands_of_the_tour(shown, tmp_path):
    text = (nodes.ROOT / "docs/tour.md").read_text()
    typed = re.search(r"`entente (send leader .*?)` at KOR", text)[1]
    draft = run_lines(shown, [f"kor {typed}"], tmp_path).split("  ")[0]
    commands = re.findall(r"^\| \d+ \| (?:(?:KOR|USA) terminal)? ?\| `entente ([a-z]+)`", text, re.M)
    assert commands == ["approve", "read", "readback", "correct"]
    keys = f"{home_of(shown, 'kor').removesuffix('/kor')}/keys/kor"
    said = run_lines(shown, [f"kor approve '{draft}' --sign --key {keys}/{name}" for name in ("shift-1", "deputy-1")], tmp_path)
    place = re.search(r"goes out as (KOR/LEADER 1\.\d+)", said)[1]
    wait = f"until usa read '{place}' >/dev/null 2>&1; do sleep 0.1; done"
    back = f"until kor ladder '{place}' | grep -q 'MARK'; do sleep 0.1; done"
    lines = [wait, f"usa read '{place}' --ack", f"usa readback '{place}' 'As it was said.'", back, f"kor correct '{place}'",
             f"kor ladder '{place}'"]
    assert "READ BACK" in run_lines(shown, lines, tmp_path)


def test_a_node_that_ends_is_told_and_the_other_goes_on(shown, tmp_path):
    home = home_of(shown, "usa")
    at = len(shown.lines)
    os.kill(core_of(home), signal.SIGKILL)
    shown.await_line("USA's node ended by signal SIGKILL.* in .*/usa.log:", 10, at)
    again = shown.await_line("^  (usa serve)$", 5, at)[1]
    told = "\n".join(shown.lines[at:])
    assert re.search(r":\n    \S", told), f"its own last line: {told}"
    assert shown.process.poll() is None
    assert "entries held" in run_lines(shown, ["kor status || [ $? = 5 ]"], tmp_path)
    started = subprocess.Popen(["bash", "-c", functions(shown) + f"\n{again} & echo $!; wait"], stdout=subprocess.PIPE, text=True,
                               stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        shown.await_line("^USA's node answers again", 15, at)
        run_lines(shown, ["until kor status; do sleep 0.2; done"], tmp_path, 20)
    finally:
        if core_of(home):
            os.kill(core_of(home), signal.SIGTERM)
        started.wait(10)
    assert nodes.wait_for("the second end is told too", lambda: sum("USA's node ended" in line for line in shown.lines[at:]) == 2)


def core_of(home):
    """The process that serves this home, by its arguments or its environment; None."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"serve" in words and (home.encode() in words or
                                      f"ENTENTE_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0")):
                return int(folder.name)
        except OSError:
            continue
    return None


def test_it_ends_by_one_interrupt(shown):
    assert shown.end() == 0


def test_it_ends_with_what_was_promised(shown):
    """The last that it says before a person's turn: each commitment of the articles, and the meeting that is due next."""
    end = next(i for i, line in enumerate(shown.lines) if line.strip(" =").startswith("In the end: what was promised"))
    assert end > max(i for i, line in enumerate(shown.lines) if "sha256sum -c MANIFEST" in line)
    said = "\n".join(shown.lines[end:])
    things = json.loads((nodes.ROOT / "examples/rok-us/dialogues.json").read_text())["things"]
    names = [one["name"] for one in things if one["kind"] == "commitment"]
    assert len(names) >= 10 and all(re.search(rf"^ *{name} +(OPEN|CLOSED)", said, re.M) for name in names), said
    assert "edscg: next 2025, edscg-6" in said or "edscg-6 was set for 2025" in said
