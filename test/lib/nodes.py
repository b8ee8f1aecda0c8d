"""Nodes for plays: makes accords, starts and stops `entente serve`, asks it over its socket, waits for what is to come.

Nothing here sleeps for a time that somebody guessed: whoever waits looks again at each event of the node, or
after a short while, until a deadline that fails the play with the node's own words.
"""
import contextlib
import http.client
import http.server
import json
import os
import random
import shutil
import signal
import socket
import socketserver
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import cbor2

import officers

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("ENTENTE", ROOT / "build/src/entente/entente"))
BUILD = BINARY.resolve().parent.parent.parent  # what is beside it was made with it
CATALOGUES = BUILD / "po"
KOREAN = {"LC_ALL": "ko_KR.UTF-8", "LANGUAGE": "ko", "ENTENTE_LOCALE_DIR": str(CATALOGUES)}
LOOK_AGAIN_S = 0.02
IDLE_S = 30  # below REQUEST_SILENCE_S_MAX
PATIENCE_S = 10.0
PORTS = 10_000, 32_000  # below net.ipv4.ip_local_port_range
RELEASERS = ("head", "deputy")  # they approve what the watch drafts


def opens(path):
    """The environment of a terminal that has these secrets."""
    return {"ENTENTE_IDENTITY": str(path)}


class Failed(AssertionError):
    pass


def wait_for(what, condition, patience=PATIENCE_S, nodes=()):
    """The first true value of condition(); fails with what was awaited (a text, or what gives it) and the nodes' logs."""
    until = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            what = what() if callable(what) else what
            raise Failed("\n".join([f"not within {patience:g} s: {what}", *(node.words() for node in nodes)]))
        time.sleep(LOOK_AGAIN_S)


def tell(path, words=""):
    """What test/lib/told.h reads, in its place: a node has the file mapped."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(words.encode().ljust(64, b"\0"))
    return path


def free_ports(count):
    """Ports that nobody listens on now, and that the kernel gives to nobody who only connects."""
    ports = set()
    while len(ports) < count:
        port = random.randrange(*PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            ports.add(port)
    return list(ports)


def run(*arguments, env=None, code=0, input=None, home=None, timeout=60, preexec_fn=None):
    """Runs entente; its exit status must be `code` (None: any)."""
    command = [str(BINARY), *map(str, arguments)]
    whole = {**os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1", **(env or {})}
    if home is not None:
        whole["ENTENTE_HOME"] = str(home)
    done = subprocess.run(command, env=whole, input=input, capture_output=True, text=True, timeout=timeout,
                          preexec_fn=preexec_fn)
    if code is not None and done.returncode != code:
        raise Failed(f"{' '.join(command)}\nended with {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
    return done


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("entente", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Events:
    """The node's event stream: for line in events gives each event as a dictionary."""

    def __init__(self, node, after=None, patience=PATIENCE_S):
        self.connection = UnixConnection(node.home / "socket", patience)
        headers = {"Authorization": f"Bearer {node.token}"} if node.token else {}
        self.connection.request("GET", "/events" + (f"?after={after}" if after else ""), headers=headers)
        self.answer = self.connection.getresponse()
        self.number = None
        self.greeting = self.block()

    def block(self):
        """The next block that has data: (event name, data)."""
        name, text = "", None
        while True:
            line = self.answer.readline()
            if not line:
                raise ConnectionError("the event stream ended")
            line = line.decode().rstrip("\n")
            if line.startswith("id: "):
                self.number = line[4:]
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                text = json.loads(line[6:])
            elif not line and text is not None:
                return name, text

    def __iter__(self):
        while True:
            yield self.block()[1]

    def next(self, is_wanted):
        return next(event for event in self if is_wanted(event))

    def close(self):
        self.connection.close()


class Node:
    """One party's node: its home, its officers' keys, its process while it runs."""

    def __init__(self, party, home, keys, outbox=None):
        self.party, self.home, self.keys = party, Path(home), Path(keys)
        self.outbox = Path(outbox or self.home.parent / f"{self.home.name}.outbox")
        self.env = {}  # of every command here: a terminal's own
        self.process, self.log, self.connection = None, self.home.parent / f"{self.home.name}.log", None
        self.asked, self.token = 0.0, None

    # Life

    def start(self, wait=True, preexec=None, env=None, arguments=(), binary=None, stdout=None):
        self.forget_connection()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(binary or BINARY), "serve", "--home", str(self.home), *arguments],
                                            stdin=subprocess.DEVNULL, stdout=stdout or log, stderr=log, preexec_fn=preexec,
                                            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})
        if wait:
            self.wait(f"{self.party}'s node answers", self.is_answering)
        return self

    def lose_record(self):
        """Of a node that does not run, as a broken disk leaves its home."""
        for path in self.home.glob("record.db*"):
            path.unlink()

    def is_answering(self):
        if self.process.poll() is not None:
            raise Failed(f"the node of {self.party} ended with {self.process.returncode}\n{self.words()}")
        try:
            return self.get("/status") is not None
        except (OSError, http.client.HTTPException):
            return False

    def processes(self):
        """{"core": pid, "starter": pid, "link": pid, "signer": pid} of those that run."""
        parents, names = {}, {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                name, fields = path.read_text().split("(", 1)[1].rsplit(")", 1)
                if fields.split()[0] != "Z":
                    parents[int(path.parent.name)], names[int(path.parent.name)] = int(fields.split()[1]), name
        found = {"core": self.process.pid}
        for pid, parent in parents.items():
            if names[pid].startswith("entente-") and self.process.pid in (parent, parents.get(parent)):
                name = names[pid].removeprefix("entente-")
                if name not in found or parent != self.process.pid:  # of a process that is begun anew by its parent: the child
                    found[name] = pid
        return found

    def pss_kib(self):
        """What all of its processes take, shared pages counted once."""
        rows = (row for pid in self.processes().values() for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines())
        return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:"))

    def kill(self, name="core"):
        os.kill(self.processes()[name], signal.SIGKILL)

    def end(self, patience=PATIENCE_S):
        """Waits until the process is gone; its exit status."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise Failed(f"{self.party}'s node did not end in {patience:g} s\n{self.words()}") from None
        finally:
            self.forget_connection()

    def stop(self):
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Failed(f"{self.party}'s node did not stop when asked to\n{self.words()}") from None
        self.forget_connection()
        return self.process.returncode

    def words(self):
        """What the node said, for a failure."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-40:]
        except OSError:
            lines = []
        return "\n".join([f"--- {self.party}: {self.log}", *lines])

    # Asking

    def forbid_owner(self):
        """Before it starts: its owner does not read."""
        settings = self.home / "settings"
        settings.write_text(settings.read_text().replace("[node]\n", "[node]\nowner-reads = no\n", 1))

    def login(self, name, folder):
        """The session is kept for the commands that are given this folder, and what is asked here is asked in it."""
        self.run("login", key=name, env={"XDG_RUNTIME_DIR": str(folder)})
        self.token = next(Path(folder).glob("entente-*.token")).read_text().strip()

    def forget_connection(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, patience=30.0, **words):
        """(status, body); the body is read as JSON where it is."""
        if self.connection is not None and time.monotonic() - self.asked > IDLE_S:
            self.forget_connection()  # the node ends what nobody uses
        self.asked = time.monotonic()
        if self.connection is None:
            self.connection = UnixConnection(self.home / "socket", patience)
        target = path + ("?" + urlencode(words, quote_via=quote) if words else "")
        try:
            self.connection.request(method, target, body, {"Authorization": f"Bearer {self.token}"} if self.token else {})
            answer = self.connection.getresponse()
            raw = answer.read()
        except (OSError, http.client.HTTPException):
            self.forget_connection()
            raise
        if answer.headers.get_content_type() == "application/json":
            return answer.status, json.loads(raw)
        return answer.status, raw

    def get(self, path, **words):
        status, answer = self.ask("GET", path, **words)
        if status != 200:
            raise Failed(f"{self.party}: GET {path} {words}: {status} {answer}")
        return answer

    def find(self, path, **words):
        """The answer, or None if there is no such thing yet."""
        status, answer = self.ask("GET", path, **words)
        return answer if status == 200 else None

    def wait(self, what, condition, patience=PATIENCE_S):
        return wait_for(what, condition, patience, [self])

    def events(self, after=None, patience=PATIENCE_S):
        return Events(self, after, patience)

    # The command line, as an officer of this party

    def key(self, name):
        return officers.Key(self.keys / name)

    def run(self, *arguments, key=None, code=0, **more):
        env = {"ENTENTE_OUTBOX": str(self.outbox), **self.env, **more.pop("env", {})}
        if key is not None:
            env["ENTENTE_KEY"] = str(self.keys / key)
        return run(*arguments, env=env, code=code, home=self.home, **more)

    def make_secrets(self, name, roles, label="U"):
        """New secrets of a terminal; their keys are enrolled for the roles. The path of the secrets."""
        path = self.keys / f"{name}.age"
        self.run("keys", "--new-identity", path)
        self.run("keys", "--add", f"{path}.pub", "--roles", roles, "--label", label, key="registrar")
        return path

    def say(self, *arguments, key, code=0, **more):
        """Runs a command that files something; gives its JSON (the place in "place")."""
        done = self.run(*arguments, "--json", key=key, code=code, **more)
        return json.loads(done.stdout.splitlines()[0]) if done.stdout.strip() else {}

    def release(self, *arguments, key="watch", by=RELEASERS, code=0, **more):
        """Says what nobody may say alone: drafted by one officer, approved by others. The place where it went out."""
        draft = self.say(*arguments, key=key, **more)
        if draft.get("step") != "SUBMITTED":
            raise Failed(f"this waits for nobody's approval: {arguments}: {draft}")
        return self.approve(draft["place"], by, code, **more)

    def approve(self, draft, by=RELEASERS, code=0, **more):
        """Each of them signs it; the place where it went out, or None while more of them are asked."""
        for name in by:
            done = self.say("approve", draft, "--sign", key=name, code=code if name == by[-1] else 0, **more)
        return done.get("released")

    # What stands where

    def post(self, items, patience=30.0):
        """Statements as officers.item makes them; the list of answers."""
        status, answer = self.ask("POST", "/statements", cbor2.dumps(items), patience)
        if status != 200:
            raise Failed(f"{self.party}: POST /statements: {status} {answer}")
        return answer

    def status(self):
        return self.get("/status")

    def logs(self):
        return {row["log"]: row for row in self.get("/logs")["logs"]}

    def entry(self, place):
        return self.get("/entry", place=place)

    def ladders(self, place):
        """{party/role: {step: row}} of a message."""
        answer = self.get("/ladder", place=place)
        return {f"{row['party']}/{row['role']}": {step["step"]: step for step in row["steps"]}
                for row in answer["ladders"]}

    def ladder(self, place):
        """The only ladder of the message, with its steps by name."""
        answer = self.get("/ladder", place=place)
        if len(answer["ladders"]) != 1:
            raise Failed(f"{place} has {len(answer['ladders'])} ladders")
        return {**answer["ladders"][0], "steps": {step["step"]: step for step in answer["ladders"][0]["steps"]}}

    def has_step(self, place, step):
        answer = self.find("/ladder", place=place)
        rows = [row for row in answer["ladders"] if not row["information"]] if answer else []
        return bool(rows) and all(step in [one["step"] for one in row["steps"]] for row in rows)

    def await_step(self, place, step, patience=PATIENCE_S):
        self.wait(f"{place} comes to {step} at {self.party}", lambda: self.has_step(place, step), patience)

    def paths(self, peer=None):
        return {path["name"]: path for row in self.status()["peers"] if peer in (None, row["party"])
                for path in row["paths"]}

    def is_linked(self, peer=None, paths=1):
        return sum(path["up"] for path in self.paths(peer).values()) >= paths

    def await_link(self, peer=None, paths=1, patience=PATIENCE_S):
        self.wait(f"{self.party} is linked by {paths} paths", lambda: self.is_linked(peer, paths), patience)


class World:
    """An accord in a folder of its own, its parties' keys, and a home for each party's node.

    paths: names of the ways between each two parties; of two, the later by name opens the connection. `through`
    gives the port to connect to instead of the listener's own: {(connecting party, path name): port}. has_consoles:
    browsers are served too, at consoles[party], a port of 127.0.0.1; ENTENTE_CONSOLE_DIR says which files.
    """

    def __init__(self, folder, accord, officers_of=None, paths=("north",), through=None, label="U", has_consoles=False):
        self.folder, self.accord, self.label = Path(folder), Path(folder) / "accord", label
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.accord.exists():
            shutil.copytree(accord, self.accord, ignore=shutil.ignore_patterns("MANIFEST", "SIGNED", "README*"))
        self.parties = self.read_names("parties")
        self.paths, self.through, self.nodes = paths, through or {}, {}
        ports = iter(free_ports(len(self.parties) * len(self.parties) * len(paths)))
        self.ports = {(a, b, path): next(ports) for a in self.parties for b in self.parties for path in paths}
        self.consoles = dict(zip(self.parties, free_ports(len(self.parties)))) if has_consoles else {}
        self.officers_of = officers_of or {party: {"watch": ["watch"]} for party in self.parties}

    def read_names(self, name):
        """The first word of each line, as most of the accord's files have it."""
        lines = (self.accord / name).read_text().splitlines()
        return [words[0] for words in (line.split("#")[0].split() for line in lines) if words]

    def keys(self, party):
        return self.folder / "keys" / party

    def make_keys(self):
        (self.folder / "keys").mkdir(exist_ok=True)
        for party in self.parties:
            run("init", "keys", party, "--to", self.keys(party))
            for name in self.officers_of.get(party, {}):
                officers.Key(self.keys(party) / name)
        return self

    def sign(self, accord=None):
        accord = accord or self.accord
        lines = [word for party in self.parties for word in ("--lines", self.keys(party) / "lines")]
        run("init", "accord", accord, *lines)
        for party in self.parties:
            run("accord", "sign", accord, "--key", self.keys(party) / "root")
        return self

    def ways(self, party):
        """The --listen and --path options of a party's home."""
        words = []
        for peer in self.parties:
            for path in self.paths:
                if peer > party:
                    name = f"{peer}-{path}"[:16]
                    words += ["--listen", f"{name}=127.0.0.1:{self.ports[party, peer, path]}"]
                    words += ["--path", f"{peer}/{path}=listen:{name}"]
                elif peer < party:
                    port = self.through.get((party, path), self.ports[peer, party, path])
                    words += ["--path", f"{peer}/{path}=connect:127.0.0.1:{port}"]
        return words

    def make_home(self, party, accord=None, home=None):
        home = home or self.folder / party
        people = [word for name, roles in self.officers_of.get(party, {}).items()
                  for word in ("--officer", f"{','.join(roles)}={self.keys(party) / name}.pub")]
        run("init", "home", "--home", home, "--party", party, "--accord", accord or self.accord,
            "--keys", self.keys(party), "--label", self.label, *people, *self.ways(party),
            *(["--console", f"127.0.0.1:{self.consoles[party]}"] if party in self.consoles else []))
        self.nodes[party] = Node(party, home, self.keys(party))
        return self.nodes[party]

    def make(self):
        self.make_keys().sign()
        for party in self.parties:
            self.make_home(party)
        return self

    def start(self):
        for node in self.nodes.values():
            node.start(wait=False)
        for node in self.nodes.values():
            node.wait(f"{node.party}'s node answers", node.is_answering)
        for node in self.nodes.values():
            for peer in self.parties:
                if peer != node.party:
                    node.await_link(peer, len(self.paths))
        return self

    def stop(self):
        failures = []
        for node in self.nodes.values():
            try:
                node.stop()
            except Failed as why:
                failures.append(str(why))
        if failures:
            raise Failed("\n".join(failures))

    def __getitem__(self, party):
        return self.nodes[party]

    def make_secrets(self, posts, label="U"):
        """Each party's terminals get secrets: {name: roles} as `keys --roles` takes them. {(party, name): path of the secrets}."""
        made = {(party, name): node.make_secrets(name, roles, label) for party, node in self.nodes.items() for name, roles in posts.items()}
        self.await_receipts()
        return made

    def await_receipts(self, patience=PATIENCE_S):
        """Every log is held and folded by every party that is to hold it, and cosigned by each."""
        parties = {row["number"]: row["parties"] for row in self.channels() if row["plane"] != "HOME"}

        missing = []

        def is_quiet():
            held = {party: {name: row for name, row in node.logs().items() if row["channel"] in parties}
                    for party, node in self.nodes.items()}
            missing[:] = [line for party, rows in held.items() for row in rows.values()
                          for line in self.what_is_missing(party, row, parties[row["channel"]], held)]
            return not missing
        wait_for(lambda: f"all logs are the same and cosigned everywhere: {missing}", is_quiet, patience,
                 list(self.nodes.values()))

    @staticmethod
    def what_is_missing(party, row, parties, held):
        """Of one log, as `party` has it."""
        log, size = row["log"], row["size"]
        if row["folded"] < size:
            yield f"{party} has folded {row['folded']} of {size} of {log}"
        for peer in parties:
            there = held[peer].get(log, {}).get("size", 0)
            if there != size:
                yield f"{log}: {party} has {size}, {peer} {there}"
            if peer != party == row["party"] and row["cosigned"][peer] < size:
                yield f"{log}: {party} has {peer}'s cosignature of {row['cosigned'][peer]}, not of {size}"

    def channels(self):
        node = next(node for node in self.nodes.values() if node.process and node.process.poll() is None)
        return node.get("/channels")["channels"]

    def channel(self, number_or_name):
        return next(row for row in self.channels() if number_or_name in (row["number"], row["name"]))


class Between:
    """A terminal on a machine of its own: its party's accord in its home, and between it and its node one who changes answers.

    change(path, answer) may change what the node says, in place; asked has each request's path and body.
    """

    def __init__(self, node, home, change=lambda path, answer: None):
        self.home, self.node, self.change, self.asked = Path(home), node, change, []
        self.home.mkdir()
        shutil.copytree(node.home / "accord", self.home / "accord")
        shutil.copy(node.home / "settings", self.home)
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                between.asked.append((self.path, body))
                connection = UnixConnection(node.home / "socket", 30)
                connection.request(self.command, self.path, body, {name: self.headers[name] for name in ("Authorization",) if name in self.headers})
                answer = connection.getresponse()
                kind = answer.headers.get("Content-Type", "")
                if kind == "text/event-stream":
                    return self.stream(connection, answer)
                raw = answer.read()
                connection.close()
                if kind == "application/json" and answer.status == 200:
                    said = json.loads(raw)
                    between.change(self.path, said)
                    raw = json.dumps(said).encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def stream(self, connection, answer):
                self.close_connection = True
                with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                    self.send_response(answer.status)
                    self.send_header("Content-Type", "text/event-stream")
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    while some := answer.read1():
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(some), some))

            do_GET = do_POST = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.server = socketserver.ThreadingUnixStreamServer(str(self.home / "socket"), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def run(self, *arguments, key=None, code=0, env=None, **more):
        env = {"ENTENTE_OUTBOX": str(self.home / "outbox"), **(env or {})}
        if key is not None:
            env["ENTENTE_KEY"] = str(self.node.keys / key)
        return run(*arguments, env=env, code=code, home=self.home, **more)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Relay:
    """A way between two nodes that can be cut, held up, slowed and mended: TCP on loopback, in a thread."""

    def __init__(self, to=None, buffer=1 << 16):
        self.buffer = buffer  # bytes that each socket of it may hold: a line holds hardly any
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)  # before the first window is offered
        self.port, self.to = self.listener.getsockname()[1], to
        self.bytes_per_s, self.is_cut, self.is_closed = 0, False, False
        self.pairs, self.passed, self.lock = set(), 0, threading.Lock()
        self.flows = {"there": threading.Event(), "back": threading.Event()}  # not set: what is said stays on its way
        self.let_go()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.is_closed:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.buffer)
            with self.lock:
                self.pairs.add((near, far))
            for way, pair in (("there", (near, far)), ("back", (far, near))):
                threading.Thread(target=self.carry, args=(*pair, way), daemon=True).start()

    def carry(self, source, sink, way):
        try:
            while True:
                piece = source.recv(min(4096, self.buffer) if self.bytes_per_s else 1 << 16)
                self.flows[way].wait()
                if not piece:
                    break
                sink.sendall(piece)
                self.passed += len(piece)
                if self.bytes_per_s:
                    time.sleep(len(piece) / self.bytes_per_s)
        except OSError:
            pass
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Ends every connection and takes no new one until mend()."""
        self.is_cut = True
        with self.lock:
            for pair in self.pairs:
                for one in pair:
                    with contextlib.suppress(OSError):
                        one.shutdown(socket.SHUT_RDWR)
                    one.close()
            self.pairs.clear()

    def mend(self):
        self.is_cut = False

    def hold(self, *ways):
        """The line is up and falls silent, for those who called ("there"), those who were called ("back"), or both."""
        for way in ways or self.flows:
            self.flows[way].clear()

    def let_go(self):
        for flows in self.flows.values():
            flows.set()

    def close(self):
        self.is_closed = True
        self.let_go()
        self.cut()
        self.listener.close()


def copy_home(node, to):
    """A copy of a node that does not run, as a backup of everything would be."""
    shutil.copytree(node.home, to, ignore=shutil.ignore_patterns("socket", "lock"))
