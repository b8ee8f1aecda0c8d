#!/usr/bin/python3
"""Two real nodes for the browser's plays, driven by lines of JSON on standard input; each is answered by one line.

    {"do": "enrol", "party": "kor", "line": "ssh-ed25519 ...", "roles": "watch", "holder": 11}
    {"do": "say", "party": "kor", "key": "watch", "words": ["send", ...]}     {"do": "get", "party": "kor", "path": "/status"}
    {"do": "secrets"}     {"do": "read", "party": "kor", "place": "KOR/LEADER 1.7"}
    {"do": "kill" | "start" | "stop", "party": "kor"}     {"do": "cut" | "mend"}     {"do": "end"}
"""
import datetime
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "test/lib"), str(ROOT / "bench")]
import devices  # noqa: E402
import nodes  # noqa: E402
import run  # noqa: E402
from thin_line import Line  # noqa: E402

HOLD_S = 2
RADIO = 9600  # bit/s
TEAM = {name: [name] for name in ("watch", "head", "deputy", "shift", "policy")}


NAME = "console.kor.example"


class Stage:
    def __init__(self, folder, has_terminals, has_words, has_radio, has_acting):
        self.relay = nodes.Relay()
        self.world = nodes.World(folder, ROOT / "accords/rok-us", {"kor": TEAM, "usa": TEAM}, has_consoles=True)
        self.relay.to = self.world.ports["kor", "usa", "north"]
        self.world.through["usa", "north"] = self.relay.port
        hold = self.world.accord / "procedures/alert-state.json"  # a play does not wait half a minute at a gate
        hold.write_text(hold.read_text().replace('"hold": 30', f'"hold": {HOLD_S}'))
        timers = self.world.accord / "timers"
        timers.write_text(timers.read_text().replace("text hold 30s", f"text hold {HOLD_S}s"))
        if has_acting:
            (self.world.accord / "authority").write_text("acts deputy for head\n")
        if has_words:
            with (self.world.accord / "guidelines").open("a", encoding="utf-8") as guidelines:
                guidelines.write("words hold words.txt\n")
            (self.world.accord / "words.txt").write_text("Iron Gate\n", encoding="utf-8")
        self.world.make()
        os.environ["ENTENTE_CONSOLE_DIR"] = str(ROOT / "build/console")
        self.terminals = self.open_terminals(folder) if has_terminals else {}
        self.radio = Line() if has_radio else None
        if has_radio:
            self.radio.join(self.world, RADIO)
        self.world.start()

    def open_terminals(self, folder):
        """The network's door of kor, and three devices of which it knows two: PKCS #12, as a browser imports it, and a card."""
        port, = nodes.free_ports(1)
        server = devices.certificate(folder.parent, NAME, "-addext", f"subjectAltName=DNS:{NAME}")
        pems = {name: devices.certificate(folder.parent, name) for name in ("desk-1", "desk-2")}
        card = devices.card_certificate(folder.parent, "desk-3")
        devices.serve(self.world["kor"], port, NAME, server, {"desk-1": pems["desk-1"], "desk-3": folder.parent / "desk-3.pem"})
        for name, pem in pems.items():
            devices.openssl("pkcs12", "-export", "-in", pem, "-out", pem.with_suffix(".p12"), "-passout", "pass:")
        return {"address": f"https://{NAME}:{port}", "name": NAME, "server": str(server.with_suffix(".crt")),
                "card": {"env": card, "module": devices.CARDS, "pin": devices.PIN}}

    def addresses(self):
        return {party: f"http://{party}.localhost:{port}" for party, port in self.world.consoles.items()}

    def do_enrol(self, party, line, roles, holder):
        node = self.world[party]
        path = Path(node.keys) / f"browser-{holder}.pub"
        path.write_text(line + "\n")
        return node.say("keys", "--add", path, "--roles", roles, "--holder", str(holder), "--label", "U", key="registrar")

    def do_say(self, party, key, words):
        return self.world[party].say(*words, key=key)

    def do_release(self, party, words, key="watch"):
        return self.world[party].release(*words, key=key)

    def do_secrets(self):
        """A terminal with secrets for the leader line at each party."""
        for (party, _), path in self.world.make_secrets({"terminal": "deputy,head,shift,watch"}).items():
            self.world[party].env = nodes.opens(path)

    def do_read(self, party, place, *words):
        return self.world[party].run("read", place, *words).stdout

    def do_get(self, party, path, **query):
        return self.world[party].get(path, **query)

    def do_held(self, party, place):
        """Until it is folded there."""
        node = self.world[party]
        node.wait(f"{place} is folded at {party}", lambda: (node.find("/entry", place=place) or {}).get("folded"))

    def do_roster(self, party, post, name, days=3):
        """One person at the post, day and night, from yesterday on; of 0 days: nobody, for two days, and nobody planned it."""
        first = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
        last = first + datetime.timedelta(days=days or 3)
        shift = f"shift {first}/{last} 00:00 24:00 one" if days else f"shift {first} 00:00 01:00 one"
        file = Path(self.world.folder) / f"roster-{party}-{post}"
        file.write_text("\n".join([f"post {post}", "zone Etc/UTC", f"from {first} 00:00", f"to {last} 24:00",
                                   f'person one "{name}" "tel 1" ko en release', shift, ""]))
        self.world[party].run("roster", "set", file, "--label", "U", key=post)

    def do_fill(self, party, count):
        """So many messages of an officer, by the door, in requests of 200; gives the channel's name."""
        path, filed = Path(self.world.folder) / "requests", 0
        run.write_requests(self.world, party, path, count, 200, text_len=16)
        connection = nodes.UnixConnection(self.world[party].home / "socket", 60)
        with path.open("rb") as requests:
            while len(length := requests.read(4)) == 4:
                requests.read(16)
                connection.request("POST", "/statements", requests.read(int.from_bytes(length, "big")))
                filed += sum(answer["err"] == "OK" for answer in json.loads(connection.getresponse().read()))
        connection.close()
        path.unlink()
        return {"channel": run.CHANNEL, "filed": filed}

    def do_kill(self, party):
        os.kill(self.world[party].process.pid, signal.SIGKILL)
        return self.world[party].end()

    def do_freeze(self, party):
        os.kill(self.world[party].process.pid, signal.SIGSTOP)

    def do_thaw(self, party):
        os.kill(self.world[party].process.pid, signal.SIGCONT)

    def do_start(self, party):
        self.world[party].start()
        return True

    def do_stop(self, party):
        return self.world[party].stop()

    def do_cut(self):
        self.relay.cut()

    def do_mend(self, bytes_per_s=0):
        self.relay.bytes_per_s = bytes_per_s
        self.relay.mend()

    def end(self):
        self.world.stop()
        self.relay.close()
        if self.radio:
            self.radio.close()


def main():
    folder = tempfile.mkdtemp(prefix="entente-browser-")
    stage = Stage(Path(folder) / "world", "terminals" in sys.argv, "words" in sys.argv, "radio" in sys.argv, "acting" in sys.argv)
    try:
        print(json.dumps({"addresses": stage.addresses(), "folder": folder, "terminals": stage.terminals}), flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            name = asked.pop("do")
            if name == "end":
                break
            try:
                answer = {"is": getattr(stage, f"do_{name}")(**asked)}
            except Exception as why:  # pylint: disable=broad-except
                answer = {"failed": f"{type(why).__name__}: {why}"}
            print(json.dumps(answer), flush=True)
    finally:
        stage.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
