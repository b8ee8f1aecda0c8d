"""What was asked, answered and done to the nodes, in the order of one monotonic clock: a file of JSON lines.

Every row has `t` (seconds since the run began) and `who`. An operation of a client has `op` (its number), `do` and
`state`: it is `invoked` once and ends once, `ok`, `failed` (nothing of it is kept) or `unknown` (either). What the
nemesis does is `begun` and `ended`; what nobody asked for (a process that ended, an event that was shown) is `seen`.
"""
import collections
import itertools
import json
import threading
import time


class History:
    def __init__(self, path):
        self.file, self.lock, self.start = open(path, "w", encoding="utf-8"), threading.Lock(), time.monotonic()
        self.numbers, self.counts = itertools.count(1), collections.Counter()
        self.met = collections.Counter()  # by party: errors that its clients were answered, and "ENDED"

    def put(self, who, do, state, **more):
        with self.lock:
            row = {"t": round(time.monotonic() - self.start, 6), "who": who, "do": do, "state": state, **more}
            self.file.write(json.dumps(row, ensure_ascii=False) + "\n")
            self.file.flush()
            self.counts[do, state] += 1
            party = who.partition("-")[0]
            self.met.update((party, err) for err in {more.get("err"), *(one["err"] for one in more.get("answers", ()))})
            self.met[party, "ENDED"] += do == "ended"

    def invoke(self, who, do, **more):
        op = next(self.numbers)
        self.put(who, do, "invoked", op=op, **more)
        return op

    def close(self):
        self.file.close()


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
