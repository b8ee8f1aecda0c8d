#!/usr/bin/python3
"""Real nodes, clients at work, faults, and a judge: Jepsen's way.

usage: run.py [--seconds N | --minutes N] [--seed N] [--parties 2|3] [--keep DIR]

The seed gives the order of the faults, whom they hit and for how long; what the clients do meanwhile is theirs. A failed
run keeps its history, exports and node logs, and says where. Exit status: 0 when the judge has nothing to object.
"""
import argparse
import collections
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]

import clients  # noqa: E402
import disks  # noqa: E402
import history  # noqa: E402
import judge  # noqa: E402
import line  # noqa: E402
import nemesis  # noqa: E402
import nodes  # noqa: E402
import reader  # noqa: E402

ACCORDS = {2: nodes.ROOT / "accords/rok-us", 3: nodes.ROOT / "accords/harbours"}
PATHS = ("north", "south")
DISK_MIB = 96
QUIET_S = 180.0  # after the last fault is healed; on a quiet machine it takes two or three seconds
CHANNELS_USED = 3
FLASH = 0
PRECEDENCES = ("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE")
FIU = ("/usr/lib/fiu/fiu_run_preload.so", "/usr/lib/fiu/fiu_posix_preload.so")
ALONE = nodes.BUILD / "test/blackbox/alone.so"
PLANTED = nodes.BUILD / "test/blackbox/entente_planted"  # with a fault of ours in it: $ENTENTE_PLANT names it

class Channel(collections.namedtuple("Channel", "number name plane parties role precedence precedence_name alone")):
    """With the precedence of its messages, and one at which words go out without anybody's approval; on LEADER there is none."""

    def asks(self, is_message=True):
        """Whether two others approve words on it."""
        return self.plane == "LEADER" or is_message and self.precedence == FLASH


def words_of(path):
    """The lines of one of the accord's files, as words."""
    return [words for words in (row.split("#")[0].split() for row in path.read_text().splitlines()) if words]


class World(nodes.World):
    """Nodes each on a small disk of its own, with a line of ours under every path, and a keeper who starts them again."""

    LOST = clients.LOST

    def __init__(self, folder, parties, seed, planted=None):
        self.planted, self.binary = planted, PLANTED if planted else None
        accord = ACCORDS[parties]
        names = [words[0] for words in words_of(accord / "parties")]
        posts = [(words[0], words[words.index("of") + 1:]) for words in words_of(accord / "posts")]
        officers_of = {party: {name: [role for role, of in posts if party in of] for name in ("duty", *clients.RELEASERS)}
                       for party in names}
        super().__init__(folder, accord, officers_of, PATHS)
        self.seed, self.history = seed, history.History(self.folder / "history")
        self.restores, self.lines, self.keepers, self.mounted = {party: 0 for party in names}, {}, {}, []
        self.channels_used = []

    def make(self):
        super().make()
        for party, node in self.nodes.items():
            self.put_on_small_disk(node.home)
            self.put_lines_under(party, node.home / "settings")
            self.set_clock(party, "+0d")
        return self

    def put_on_small_disk(self, home):
        aside = home.with_name(home.name + ".made")
        home.rename(aside)
        home.mkdir(mode=0o700)
        disks.mount(home, DISK_MIB)
        self.mounted.append(home)
        shutil.copytree(aside, home, dirs_exist_ok=True)

    def put_lines_under(self, party, settings):
        text = settings.read_text()
        for peer in self.parties:
            for path in PATHS if peer < party else ():
                port = self.ports[peer, party, path]
                self.lines[party, peer, path] = line.Line(port, f"{self.seed} {party} {peer} {path}")
                text = text.replace(f"connect = 127.0.0.1:{port}\n",
                                    f"connect = 127.0.0.1:{self.lines[party, peer, path].port}\n")
        settings.write_text(text)

    def set_clock(self, party, offset):
        """Where core may look while it runs (Landlock); always of one length."""
        self.clock(party).parent.mkdir(mode=0o700, exist_ok=True)
        with open(os.open(self.clock(party), os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(offset.encode().ljust(nemesis.OFFSET_LEN, b"\n"))

    def clock(self, party):
        return self[party].home / "copies/clock"

    def fifo(self, party):
        """Where libfiu listens: in the node's own folder, too."""
        return str(self[party].home / "fiu")

    def environment(self, party, failing=""):
        """libfaketime in core alone, libfiu in each process; what of it fails from the start on is the same in all."""
        planted = {"ENTENTE_PLANT": self.planted} if self.planted else {}
        faketime = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        return {"LD_PRELOAD": " ".join([str(ALONE), str(faketime), *FIU]), "PRELOAD_OF_OTHERS": " ".join(FIU),
                "FAKETIME_TIMESTAMP_FILE": str(self.clock(party)), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FIU_ENABLE": failing, "FIU_CTRL_FIFO": self.fifo(party), **planted}

    def start(self):
        for party, node in self.nodes.items():
            self.keepers[party] = nemesis.Keeper(self, node)
            self.keepers[party].start_node()
        for keeper in self.keepers.values():
            keeper.start()
        self.await_answers(nemesis.PATIENCE_S)
        self.channels_used = list(self.choose_channels())[:CHANNELS_USED]
        return self

    def choose_channels(self):
        """Clear channels on which all may write, the most urgent one first, each with a role that all have."""
        accord = next(iter(self.nodes.values())).get("/accord")
        roles = {row["name"] for row in accord["roles"] if set(row["parties"]) == set(self.parties)}
        rows = [row for row in accord["channels"] if set(row["parties"]) == set(self.parties) and not row["sealed"]]  # its clients seal nothing
        for row in sorted(rows, key=lambda row: min(map(PRECEDENCES.index, row["precedences"]))):
            name = max(row["precedences"], key=PRECEDENCES.index) if "FLASH" not in row["precedences"] else "FLASH"
            slowest = max(row["precedences"], key=PRECEDENCES.index)
            yield Channel(row["number"], row["name"], row["plane"], row["parties"], sorted(roles & set(row["writers"]))[0],
                          PRECEDENCES.index(name), name, None if row["plane"] == "LEADER" or slowest == "FLASH" else slowest)

    # What can be awaited; who asks has a connection of his own

    def fresh(self, party):
        return nodes.Node(party, self[party].home, self[party].keys)

    def each(self, ask):
        """What ask(node) gives for each node, or None where one does not answer."""
        try:
            return {party: ask(self.fresh(party)) for party in self.parties}
        except self.LOST:
            return None

    def await_answers(self, patience):
        nodes.wait_for("every node answers and has a line to each peer", self.are_linked, patience, list(self.nodes.values()))

    def are_linked(self):
        linked = self.each(lambda node: all(node.is_linked(peer) for peer in self.parties if peer != node.party))
        return linked and all(linked.values())

    def own_sizes(self):
        return self.each(lambda node: {name: row["size"] for name, row in node.logs().items() if row["party"] == node.party})

    def await_held(self, patience):
        """What each party has now, all its peers hold; each statement was receipted by then."""
        sizes = nodes.wait_for("every node answers", self.own_sizes, patience, list(self.nodes.values()))

        def is_held():
            logs = self.each(lambda node: node.logs())
            return logs and all(row["size"] >= sizes[row["party"]].get(name, 0)
                                and all(size >= sizes[row["party"]].get(name, 0) for size in row["cosigned"].values())
                                for rows in logs.values() for name, row in rows.items())
        nodes.wait_for("each party has what the others had", is_held, patience, list(self.nodes.values()))

    def is_refilled(self, party):
        """This party has of its own logs what any peer has."""
        logs = self.each(lambda node: node.logs())
        mine = logs and logs[party]
        return bool(mine) and all(mine.get(name, {"size": 0})["size"] >= row["size"] for rows in logs.values()
                                  for name, row in rows.items() if row["party"] == party)

    def heal(self):
        for one in self.lines.values():
            one.mend()

    def close(self):
        for keeper in self.keepers.values():
            keeper.is_over = True
        for keeper in self.keepers.values():
            keeper.join(nemesis.PATIENCE_S)
        self.history.close()
        with contextlib.suppress(nodes.Failed):
            self.stop()
        for one in self.lines.values():
            one.close()

    def unmount(self):
        for home in self.mounted:
            disks.unmount(home)


# A run

def troupe(world, pause_s):
    rows = [("first", clients.Terminal, pause_s), ("second", clients.Terminal, pause_s), ("shell", clients.CommandLine,
            2 * pause_s), ("eyes", clients.Eyes, 0.01)]
    return [kind(world, party, name, pause) for party in world.parties for name, kind, pause in rows]


def await_quiet(world, cast, quiet_s):
    """The clients finish what they had begun, then everything comes everywhere; the history is told how that went."""
    begin = time.monotonic()
    try:
        talkers = [one for one in cast if not isinstance(one, clients.Eyes)]
        for one in talkers:
            one.is_over = True
        nodes.wait_for(lambda: f"clients are done: {[one.name for one in talkers if one.is_alive()]}",
                       lambda: not any(one.is_alive() for one in talkers), quiet_s, list(world.nodes.values()))
        nodes.wait_for("every node answers", lambda: world.each(lambda node: node.status()), quiet_s)
        for node in world.nodes.values():
            node.forget_connection()
        world.await_receipts(quiet_s)
        world.history.put("run", "quiet", "ok", seconds=round(time.monotonic() - begin, 3))
    except nodes.Failed as why:
        world.history.put("run", "quiet", "failed", why=str(why))
    for one in cast:
        one.is_over = True
    for one in cast:
        one.join(10)


def gather(world):
    """Each party's export and messages, when nothing moves any more."""
    shared = {row["number"]: {"name": row["name"], "parties": row["parties"]} for party in world.parties
              for row in world[party].get("/channels")["channels"]}
    sizes, views = None, {}
    while sizes != world.own_sizes():  # a node's own reminders come when they are due
        world.await_receipts(QUIET_S)
        sizes = world.own_sizes()
        for party, node in world.nodes.items():
            shutil.rmtree(world.folder / f"{party}.export", ignore_errors=True)
            node.run("export", "--to", world.folder / f"{party}.export")
            views[party] = {number: messages(node, number) for number, row in shared.items() if party in row["parties"]}
    answered = {}
    exports = {party: reader.Export(world.folder / f"{party}.export", answered).check() for party in world.nodes}
    held = {party: judge.Held(export, shared) for party, export in exports.items()}
    channels = {number: row for number, row in shared.items() if len(row["parties"]) > 1}
    (world.folder / "views").write_text(json.dumps(views, ensure_ascii=False, indent=1))
    shared_views = {party: {number: rows for number, rows in of.items() if number in channels} for party, of in views.items()}
    return channels, held, shared_views, first_timer_s(world)


def first_timer_s(world):
    """The shortest time after which a node of this accord reminds or gives up, in seconds."""
    rows = [row for row in world[world.parties[0]].get("/accord")["timers"]]
    return min(row[name] for row in rows for name in ("query_ms", "read_ms") if row.get(name)) / 1000


def messages(node, channel):
    rows, words = [], {}
    while True:
        page = node.get("/inbox", channel=channel, limit=1000, **words)
        rows += page["messages"]
        if "next" not in page:
            return rows
        words["after"] = page["next"]


def play(folder, seconds, seed, parties=2, is_calm=False, seconds_each=None, pause_s=0.25, wanted=None, planted=None,
         quiet_s=QUIET_S):
    """Runs it all; gives (history rows, channels, held, views, shortest timer, faults that were to come)."""
    world = World(folder, parties, seed, planted)
    wanted = [] if is_calm else list(nemesis.FAULTS) if wanted is None else wanted
    cast = []
    try:
        world.make().start()
        cast = troupe(world, pause_s)
        bad = nemesis.Nemesis(world, seconds_each or ((0.3, 1.2) if seconds < 60 else (0.3, 5.0)), wanted)
        for party in world.parties:
            bad.back_up(party)
        for one in cast:
            one.start()
        until = time.monotonic() + seconds
        if is_calm:
            time.sleep(seconds)
        while not is_calm:
            bad.round()
            if time.monotonic() > until:
                break
        world.heal()
        await_quiet(world, cast, quiet_s)
        broken = [f"{one.name}: {one.failure!r}" for one in cast if one.failure]
        if broken:
            raise nodes.Failed("clients of the test broke: " + "; ".join(broken))
        return history.read(world.folder / "history"), *gather(world), wanted
    finally:
        for one in cast:
            one.is_over = one.is_done = True
        world.close()
        world.unmount()


# What it comes to

def tally(rows):
    """(faults that took and were healed, outcomes of operations, errors answered)."""
    faults, outcomes, errors = collections.Counter(), collections.Counter(), collections.Counter()
    for row in rows:
        if row["who"] == "nemesis" and row["state"] == "ended":
            faults[row["do"]] += row["took"]
        elif row["who"] != "nemesis":
            outcomes[row["do"], row["state"]] += 1
            errors.update(one["err"] for one in row.get("answers", ()))
            if "err" in row:
                errors[row["err"]] += 1
    return faults, outcomes, errors


def print_tally(rows):
    faults, outcomes, errors = tally(rows)
    print("faults:     " + ", ".join(f"{name} {count}" for name, count in sorted(faults.items())))
    for do in sorted({do for do, _ in outcomes}):
        print(f"{do + ':':11} " + ", ".join(f"{state} {outcomes[do, state]}" for state in
                                             ("invoked", "ok", "failed", "unknown", "seen") if outcomes[do, state]))
    print("answers:    " + ", ".join(f"{name} {count}" for name, count in sorted(errors.items())))
    quiet = [row["seconds"] for row in rows if row["do"] == "quiet" and row["state"] == "ok"]
    print("quiet:      " + (f"{quiet[0]} s after the last fault was healed" if quiet else "never"))


def shortcomings(rows, wanted):
    """A run that did not do what it is for shows nothing."""
    faults, outcomes, _ = tally(rows)
    yield from (f"the fault never took: {name}" for name in wanted if not faults[name])
    yield from (f"nothing of this kind succeeded: {do}" for do in ("say", "draft", "approve", "read", "look", "note", "sizes", "seen")
                if not outcomes[do, "ok"])
    yield from (f"nothing was {do}" for do in ("shown", "receipt") if not outcomes[do, "seen"])


def judged(rows, channels, held, views, timer_s, wanted):
    return [*judge.Judge(rows, channels, held, views, timer_s).objections(), *shortcomings(rows, wanted)]


def keep(folder, to):
    """History, views, logs of the nodes, exports: what is needed to see what happened."""
    to.mkdir(parents=True, exist_ok=True)
    for name in ("history", "views", *[path.name for path in folder.glob("*.log")], *[path.name for path in folder.glob("*.export")]):
        if (folder / name).is_dir():
            shutil.copytree(folder / name, to / name, dirs_exist_ok=True)
        elif (folder / name).exists():
            shutil.copy(folder / name, to / name)
    return to


def main():
    options = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][len("usage: "):])
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--minutes", type=float)
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options.add_argument("--parties", type=int, choices=(2, 3))
    options.add_argument("--keep", type=Path, default=nodes.ROOT / "build/blackbox")
    given = options.parse_args()
    seconds = given.minutes * 60 if given.minutes else given.seconds
    parties = given.parties or 2 + given.seed % 2
    print(f"blackbox: SEED={given.seed}, {parties} parties, {seconds:g} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="entente-blackbox-") as folder:
        folder = Path(folder) / "world"
        try:
            found = play(folder, seconds, given.seed, parties)
            objections = judged(*found)
            print_tally(found[0])
        except nodes.Failed as why:
            objections = [str(why)]
        for objection in objections[:40]:
            print(f"objection: {objection}")
        if objections:
            print(f"{len(objections)} objections; history, exports and node logs: {keep(folder, given.keep / str(given.seed))}")
        else:
            print("the judge has no objection")
    return 1 if objections else 0


if __name__ == "__main__":
    threading.stack_size(1 << 20)
    sys.exit(main())
