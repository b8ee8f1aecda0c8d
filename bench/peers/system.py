"""Two servers of one system beside each other on loopback: started, killed, looked at. Each script in systems/ is one."""
import glob
import grp
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OUT = ROOT / "build/bench"
PATIENCE_S = 60
WARNINGS = ["-O2", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror"]


class Missing(Exception):
    """This machine cannot run it; says what is not there."""


def build(name, sources, *flags):
    """A program from C files of this folder; its path."""
    OUT.mkdir(parents=True, exist_ok=True)
    paths = [str(ROOT / "bench/peers" / source) for source in sources]
    subprocess.run([os.environ.get("CC", "cc"), *WARNINGS, "-o", str(OUT / name), *paths, "-pthread", *flags],
                   check=True)
    return str(OUT / name)


def newest(pattern):
    """The path that fits, of several the last by number: /usr/lib/postgresql/*/bin."""
    def number(path):
        return [int(word) for word in re.findall(r"\d+", path)]
    found = sorted(glob.glob(pattern), key=number)
    if not found:
        raise Missing(f"{pattern} is not installed")
    return found[-1]


def needs(*programs):
    for name in programs:
        if shutil.which(name) is None:
            raise Missing(f"{name} is not installed")


def run(*command, **more):
    """Runs it; what it printed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def certificate(folder, address):
    """key.pem and cert.pem of a server that is known by its address."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
        "30", "-subj", f"/CN={address}", "-addext", f"subjectAltName=IP:{address},DNS:{address}",
        "-keyout", folder / "key.pem", "-out", folder / "cert.pem")


def answers(address):
    """Whether somebody listens at ADDRESS:PORT."""
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 1).close()
    except OSError:
        return False
    return True


def wait_for(what, condition, patience=PATIENCE_S):
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            raise RuntimeError(f"not within {patience} s: {what}")
        time.sleep(0.005)


def tree(pid):
    """The process and everything below it."""
    found, at = [pid], 0
    while at < len(found):
        for path in glob.glob(f"/proc/{found[at]}/task/*/children"):
            try:
                found += map(int, Path(path).read_text().split())
            except OSError:
                pass
        at += 1
    return found


def is_running(pid):
    try:
        return re.search(r"^State:\s+Z", Path(f"/proc/{pid}/status").read_text(), re.M) is None
    except OSError:
        return False


def pss_kib(pid):
    total = 0
    for one in tree(pid):
        try:
            found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{one}/smaps_rollup").read_text(), re.M)
        except OSError:
            continue
        total += int(found.group(1)) if found else 0
    return total


class System:
    """What a script in systems/ says of its system, and may do otherwise."""

    name = ""
    client = ""  # the adapter: peer_CLIENT.c
    sources = ("wire.c",)
    flags = ()
    settings = {}  # name: (when "accepted" is said, when B is told), for the document
    measures = ("memory", "latency", "rate", "wire", "crash")
    line = "plain TCP"  # between the servers
    user = None  # the system's own user, who runs the servers if we are root
    targets = ("", "")  # of the clients, A's and B's
    ready = ("", "")  # ADDRESS:PORT that answers when server 1, 2 is up
    stop_signal = signal.SIGTERM
    windows = (256, 64)  # unfinished messages: of one pair, of each of eight
    crash_rate = 100
    share = 1.0  # of the messages that others get in latency and wire: some take a tenth of a second for one

    def __init__(self, setting, folder):
        self.setting, self.folder = setting, Path(folder)
        self.processes = {}

    # What scripts define

    def check(self):
        """Raises Missing when this machine cannot run this setting."""

    def configure(self, n, folder):
        """Writes what server n needs into its empty folder."""

    def command(self, n, folder):
        """(words, more of the environment) of server n in the foreground."""
        raise NotImplementedError

    def prepare(self):
        """Once both are up for the first time: queues, users."""

    def before_start(self, n, folder):
        """Before each start of server n, after a kill too."""

    def finish(self):
        """After both have ended."""

    # The life of servers

    def dir(self, n):
        return self.folder / str(n)

    def as_user(self, user=None):
        """What stands in front of a command so that it runs as the system's user."""
        user = user or self.user
        if user is None or os.getuid() != 0:
            return []
        return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]

    def give(self, path, user=None):
        """Lets the system's user have a folder."""
        user = user or self.user
        if os.getuid() == 0 and user is not None:
            owner, group = pwd.getpwnam(user).pw_uid, grp.getgrnam(user).gr_gid
            for one in [path, *Path(path).rglob("*")]:
                os.chown(one, owner, group, follow_symlinks=False)

    def launch(self, n, words, more=None, folder=None):
        log = open(self.dir(n) / "log", "ab")
        with log:
            return subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    cwd=folder or self.dir(n), env={**os.environ, "LC_ALL": "C.UTF-8", **(more or {})})

    def start(self, n, waits=True):
        self.before_start(n, self.dir(n))
        words, more = self.command(n, self.dir(n))
        self.processes[n] = self.launch(n, words, more)
        if waits:
            wait_for(f"server {n} answers, see {self.dir(n)}/log", lambda: self.is_up(n))

    def is_up(self, n):
        if self.processes[n].poll() is not None:
            log = (self.dir(n) / "log").read_text(errors="replace")
            raise RuntimeError(f"server {n} ended with {self.processes[n].returncode}\n{log[-2000:]}")
        return answers(self.ready[n - 1])

    def pid(self, n):
        return self.processes[n].pid

    def kill(self, n):
        """kill -9 of all of server n, and no wait for anything that is not gone at once."""
        pids = tree(self.pid(n))
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.processes.pop(n).wait()
        wait_for("killed processes are gone", lambda: not any(map(is_running, pids)))

    def restart(self, n):
        self.kill(n)
        self.start(n, waits=False)

    def stop(self, n):
        if n not in self.processes:
            return
        process = self.processes[n]
        pids = tree(process.pid)
        process.send_signal(self.stop_signal)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            pass
        for pid in pids:
            if is_running(pid):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        self.processes.pop(n).wait()

    def open(self):
        for n in (1, 2):
            self.dir(n).mkdir(parents=True)
            self.dir(n).chmod(0o755)
            self.configure(n, self.dir(n))
        for n in (2, 1):
            self.start(n)
        self.prepare()

    def close(self):
        for n in (1, 2):
            self.stop(n)
        self.finish()

    # What is looked at

    def line_bytes(self):
        """Bytes that have passed between the two servers, both ways, above TCP: the kernel counts them."""
        ours, theirs = set(tree(self.pid(1))), set(tree(self.pid(2)))
        ends, total = {}, 0
        text = run("ss", "-tinHp")
        for row in re.findall(r"^\S+ +\d+ +\d+ +(\S+) +(\S+)(.*\n(?:\s.*\n?)*)", text, re.M):
            ends[row[0], row[1]] = (set(map(int, re.findall(r"pid=(\d+)", row[2]))), row[2])
        for (here, there), (pids, words) in ends.items():
            if pids & ours and ends.get((there, here), (set(),))[0] & theirs:
                total += sum(map(int, re.findall(r"bytes_(?:sent|received):(\d+)", words)))
        return total
