"""What is done to the nodes: a table of faults, each begun, held for a while and healed, in an order that the seed gives.

Rounds: every fault but the last once, in two lanes side by side; then, all healed, a data directory is put back from an old
backup. Between two restores everything that was acknowledged is with a peer again: two disks that die at once lose what only
they had, and no record could say otherwise.
"""
import contextlib
import datetime
import os
import random
import signal
import subprocess
import threading
import time

import disks
import nodes

PROCESSES = ("core", "link", "signer")
PATIENCE_S = 60.0
TAKES_S = 10.0  # so long a fault may wait for something to happen to
OFFSET_LEN = 64  # the file is written over in place: a full disk must not keep a clock from changing
RESTORES_MAX = 8  # a party; each may open an epoch on every channel, and those are few


class Keeper(threading.Thread):
    """Starts a node again whenever it has ended, as an init would; says so in the history."""

    def __init__(self, world, node):
        super().__init__(name=f"{node.party}-keeper", daemon=True)
        self.world, self.node, self.lock, self.is_over = world, node, threading.RLock(), False
        self.failing = self.started_failing = ""  # what of libfiu a start begins with, and began with

    def run(self):
        while not self.is_over:
            with self.lock:
                if self.node.process.poll() is not None:
                    self.world.history.put(self.name, "ended", "seen", party=self.node.party,
                                           code=self.node.process.returncode)
                    self.start_node()
            time.sleep(0.1)

    def start_node(self):
        self.started_failing = self.failing
        self.node.start(wait=False, env=self.world.environment(self.node.party, self.failing), binary=self.world.binary)

    def pid(self, name):
        """Of a process of the node; waits until it is there."""
        def look():
            with self.lock, contextlib.suppress(OSError):
                return self.node.process.poll() is None and self.node.processes().get(name)
        return nodes.wait_for(f"{name} of {self.node.party} runs", look, PATIENCE_S, [self.node])


def state_of(pid):
    """As the kernel says it: "Z", "T"; nothing of who is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return ""


def signalled(pid, what):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)


class Nemesis:
    def __init__(self, world, seconds_each, wanted=None):
        self.world, self.history, self.seconds_each = world, world.history, seconds_each
        self.wanted = list(FAULTS) if wanted is None else wanted
        self.random = random.Random(world.seed)
        self.backups = {party: [] for party in world.parties}

    # Faults: each begins when called and gives what heals it, and what is true once it has taken: a fault that does nothing
    # tests nothing. `chance` is the schedule's own.

    def kill(self, party, chance, name):
        pid = self.world.keepers[party].pid(name)
        signalled(pid, signal.SIGKILL)
        return lambda: None, lambda: state_of(pid) in ("Z", "")

    def pause(self, party, chance, name):
        pid = self.world.keepers[party].pid(name)
        signalled(pid, signal.SIGSTOP)
        return lambda: signalled(pid, signal.SIGCONT), lambda: state_of(pid) in ("T", "")

    def lines_of(self, party):
        return [line for key, line in sorted(self.world.lines.items()) if party in key]

    def cut(self, party, chance):
        lines = self.lines_of(party)
        lines = lines if chance.random() < 0.5 else [chance.choice(lines)]
        for line in lines:
            line.cut()
        return lambda: [line.mend() for line in lines], lambda: all(not line.pairs for line in lines)

    def one_way(self, party, chance):
        lines, direction = self.lines_of(party), chance.choice(["to the far side", "to the near side"])
        for line in lines:
            line.is_held[direction] = True
        return lambda: [line.mend() for line in lines], lambda: any(line.held for line in lines)

    def delay(self, party, chance):
        """Each line another delay: what is sent on one arrives behind what was sent later on another."""
        lines = self.lines_of(party)
        for line in lines:
            line.delay_s = chance.uniform(0.05, 0.6)
        return lambda: [line.mend() for line in lines], lambda: any(line.delayed for line in lines)

    def clock(self, party, chance, kind):
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
        frozen = now + datetime.timedelta(days=chance.choice([-1, 1]) * chance.randint(1, 15))
        self.world.set_clock(party, {"on": "+15d", "back": "-15d", "frozen": f"{frozen}", "2038": "@2040-02-29 23:59:58"}[kind])
        return lambda: self.world.set_clock(party, "+0d"), lambda: self.hours_off(party) > 12

    def hours_off(self, party):
        """By how much the clock that the node's core reads is wrong, as it says; 0 while it says nothing."""
        node = nodes.Node(party, self.world[party].home, self.world[party].keys)
        try:
            return abs(node.get("/obligations")["now_ms"] / 1000 - time.time()) / 3600
        except (*self.world.LOST, nodes.Failed):
            return 0
        finally:
            node.forget_connection()

    def is_met(self, party, *errors):
        """What gives whether anybody has met that fault since: a client who was told so, or the node itself, which ended."""
        def met():
            return sum(self.history.met[party, one] for one in (*errors, "ENDED"))
        before = met()
        return lambda: met() > before

    def full(self, party, chance):
        has_met = self.is_met(party, "FULL")
        ballast = disks.fill(self.world[party].home)
        return lambda: ballast.unlink(missing_ok=True), has_met

    def failing(self, party, chance, points, errno):
        """In core at run time, by fiu-ctrl; a node that is started meanwhile has it from the beginning, in its signer too."""
        keeper = self.world.keepers[party]
        how = "enable" if chance.random() < 0.5 else "enable_random"
        more = ",probability=0.2" if how == "enable_random" else ""
        command = f"{how} name={points},failinfo={errno}{more}"
        keeper.failing = command
        has_met = self.is_met(party, "IO", "FULL")
        is_told = self.tell(party, keeper.pid("core"), command)

        def heal():
            keeper.failing = ""
            with keeper.lock:  # whoever was started with it and still runs: its signer keeps it, so it is started again
                if "posix" in (keeper.started_failing or "") and keeper.node.process.poll() is None:
                    keeper.node.process.terminate()
                    keeper.node.process.wait()
                    keeper.start_node()
                elif keeper.node.process.poll() is None:
                    self.tell(party, keeper.node.process.pid, f"disable name={points}")
        # Much of what is read lies in the store's memory.
        return heal, has_met if "pread" not in points else lambda: is_told or keeper.started_failing == command

    def tell(self, party, pid, command):
        """fiu-ctrl waits for ever for a process that ended meanwhile: so not longer than for one that is slow."""
        done = subprocess.run(["timeout", "5", "fiu-ctrl", "-f", self.world.fifo(party), "-c", command, str(pid)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0

    # A backup comes back

    def back_up(self, party):
        path = self.world.folder / f"{party}.{len(self.backups[party])}.backup"
        self.world[party].run("export", "--backup", path, timeout=PATIENCE_S)
        self.backups[party].append(path)

    def restore(self, party, chance):
        world, node, keeper = self.world, self.world[party], self.world.keepers[party]
        world.await_held(PATIENCE_S)
        if chance.random() < 0.7:  # so that something is only QUEUED when the disk dies
            for line in self.lines_of(party):
                line.cut()
            time.sleep(chance.uniform(0.3, 1.0))
        with keeper.lock:
            node.process.kill()
            node.process.wait()
            self.history.put("nemesis", "disk lost", "seen", party=party)
            for path in node.home.glob("record.db*"):
                path.unlink()
            node.run("restore", chance.choice(self.backups[party]))
            world.restores[party] += 1
            keeper.start_node()
        for line in self.lines_of(party):
            line.mend()
        nodes.wait_for(f"{party} has recovered", lambda: self.has_recovered(party), PATIENCE_S, [node])
        world.await_held(PATIENCE_S)
        return lambda: None, lambda: True

    def has_recovered(self, party):
        """What the peers have is fetched by itself; where that is less than was signed, the registrar decides."""
        node = nodes.Node(party, self.world[party].home, self.world[party].keys)
        with contextlib.suppress(*self.world.LOST):
            if node.get("/status")["recovering"] is False:
                return True
            if all(node.is_linked(peer) for peer in self.world.parties if peer != party) and self.world.is_refilled(party):
                node.run("restore", "--open-epoch", "--label", "U", key="registrar", code=None)
        return False

    # The schedule

    def hold(self, name, party, seconds, chance):
        """Begins a fault, keeps it, heals it; both are in the history."""
        run, words = FAULTS[name]
        self.history.put("nemesis", name, "begun", party=party)
        heal, has_taken = run(self, party, chance, **words)
        until = time.monotonic() + TAKES_S
        while not (took := has_taken()) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(seconds)
        heal()
        self.history.put("nemesis", name, "ended", party=party, took=took)
        return took

    def lane(self, rows, failures, again):
        try:
            for row in rows:
                name, party, seconds, gap, seed = row
                if not self.hold(name, party, seconds, random.Random(seed)):
                    again.append(row)
                time.sleep(gap)
        except Exception as why:
            failures.append(why)

    def round(self):
        shortest, longest = self.seconds_each
        names = [name for name in self.wanted if name != "old backup"]
        self.random.shuffle(names)
        rows = [(name, self.random.choice(self.world.parties), self.random.uniform(shortest, longest),
                 self.random.uniform(0, shortest), self.random.random()) for name in names]
        failures, again = [], []
        lanes = [threading.Thread(target=self.lane, args=(rows[at::2], failures, again)) for at in range(2)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        if again:  # the other lane's fault stood in its way: now by itself
            self.world.await_answers(PATIENCE_S)
            self.lane(again, failures, [])
        if failures:
            raise failures[0]
        party = self.random.choice(self.world.parties)
        chance = random.Random(self.random.random())
        if "old backup" in self.wanted and self.world.restores[party] < RESTORES_MAX:
            self.hold("old backup", party, 0, chance)
        self.world.await_answers(PATIENCE_S)
        self.back_up(self.random.choice(self.world.parties))


# Not posix/io/rw/*/reduce: libfiu's short read may give 0 bytes where there are more, which no disk does.
FAULTS = {
    **{f"kill {name}": (Nemesis.kill, {"name": name}) for name in PROCESSES},
    **{f"pause {name}": (Nemesis.pause, {"name": name}) for name in PROCESSES},
    "cut": (Nemesis.cut, {}),
    "one way": (Nemesis.one_way, {}),
    "delay": (Nemesis.delay, {}),
    **{f"clock {kind}": (Nemesis.clock, {"kind": kind}) for kind in ("on", "back", "frozen", "2038")},
    "full disk": (Nemesis.full, {}),
    "sync fails": (Nemesis.failing, {"points": "posix/io/sync/*", "errno": 5}),
    "write fails": (Nemesis.failing, {"points": "posix/io/rw/pwrite", "errno": 5}),
    "write is full": (Nemesis.failing, {"points": "posix/io/rw/pwrite", "errno": 28}),
    "read fails": (Nemesis.failing, {"points": "posix/io/rw/pread", "errno": 5}),
    "old backup": (Nemesis.restore, {}),
}
