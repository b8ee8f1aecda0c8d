"""The judge: reads a history and what each party holds at the end, and objects.

It shares nothing with the simulator or with our C: what is held comes from exports, read by test/lib/reader.py with stock
tools, and from the API's JSON; what was promised comes from the history. Each check is a generator of objections.
"""
import base64
import collections
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

import reader  # noqa: E402

OPEN, KEYS, ACCORD = 0, 1, 2  # kinds that a new epoch repeats
UNSURE = {"IO", "CORRUPT", "MEMORY", "SIGNER", "TIMEOUT", "DOWN"}
AFTERMATH_S = 10.0  # a node may still end of a fault that is healed
KILLED = -9
STOPPING = {"kill core": {KILLED}, "kill signer": {1}, "full disk": {1}, "sync fails": {1}, "write fails": {1},
            "write is full": {1}, "read fails": {1, 6}, "old backup": {KILLED}}  # fault: exit codes that it explains

Entry = collections.namedtuple("Entry", "id leaf kind text refers seen")
Ack = collections.namedtuple("Ack", "who party begin end item state place is_repeat")
Restore = collections.namedtuple("Restore", "party begin lost end")


def log_of(place):
    """("KOR/NOTIFY 1", 17) of "KOR/NOTIFY 1.17"."""
    log, _, index = place.rpartition(".")
    return log, int(index)


def line_of(place):
    """("KOR/NOTIFY", (1, 17)): places of one party on one channel rise so."""
    log, index = log_of(place)
    line, _, epoch = log.rpartition(" ")
    return line, (int(epoch), index)


def author_of(place):
    return place.partition("/")[0].lower()


class Held:
    """What one party's export holds, in the words of the API."""

    def __init__(self, export, channels):
        self.logs, self.findings, self.forks = {}, list(export.findings), list(export.forks)
        self.accord = export.logs[0].accord if export.logs else ""
        self.accord = self.accord.hex() if isinstance(self.accord, bytes) else self.accord
        self.mirrors = {key["party"]: key["key"] for version in export.versions.values() for key in version["keys"]
                        if key["use"] == "mirror"}
        self.channel_of = {}
        for log in export.logs:
            name = f"{log.party.upper()}/{channels[log.channel]['name'].upper()} {log.epoch}"
            self.channel_of[name] = log.channel
            self.logs[name] = [entry and self.entry(export, channels, entry) for entry in log.entries]

    @staticmethod
    def entry(export, channels, entry):
        value, text = entry.statement, None
        if 15 in value and value[15][0] in export.contents:
            text = "".join(reader.wire.decode(export.contents[value[15][0]]).get(4, [[""]])[0])
        refers = [f"{party.upper()}/{channels[channel]['name'].upper()} {epoch}.{index}"
                  for channel, party, epoch, index, _ in value.get(12, [])]
        seen = {party: (epoch, size) for party, epoch, size in value[8]}
        return Entry(value[4].hex(), entry.leaf, entry.kind, text, refers, seen)

    def at(self, place):
        log, index = log_of(place)
        entries = self.logs.get(log, ())
        return entries[index] if index < len(entries) else None

    def root(self, log, size):
        return reader.tree_root(reader.tree_levels([entry.leaf for entry in self.logs[log][:size]]), size)


class Judge:
    """channels: {number: {"name", "parties"}} of those that more than one party shares; held, views: by party; timer_s: the
    shortest time after which the accord lets a node remind."""

    def __init__(self, rows, channels, held, views, timer_s=0):
        self.rows, self.channels, self.held, self.views, self.timer_s = rows, channels, held, views, timer_s
        self.parties = {row["name"].upper(): row["parties"] for row in channels.values()}
        self.ops, self.acks, self.restores = {}, [], []
        self.receipts = collections.defaultdict(list)  # (log, peer): (t, size, where)
        self.elsewhere = set()  # places that another party than their author has seen
        self.gather()

    # What the history says

    def gather(self):
        begun, lost = {}, {}
        for row in self.rows:
            if row["state"] == "invoked":
                self.ops[row["op"]] = {**row, "begin": row["t"], "end": float("inf"), "state": "unknown"}
            elif "op" in row:
                self.ops[row["op"]].update(row, end=row["t"])
            elif row["do"] == "old backup":
                if row["state"] == "begun":
                    begun[row["party"]] = row["t"]
                else:
                    party = row["party"]
                    self.restores.append(Restore(party, begun.pop(party), lost.pop(party), row["t"]))
            elif row["do"] == "disk lost":
                lost[row["party"]] = row["t"]
            elif row["do"] == "receipt":
                self.receipts[row["log"], row["peer"]].append((row["t"], row["size"], row["party"]))
            elif row["do"] == "shown":
                self.note_place(row["party"], row["place"])
        self.restores += [Restore(party, begin, lost.get(party, begin), float("inf")) for party, begin in begun.items()]
        for op in self.ops.values():
            if op["do"] == "say":
                self.acks += self.acks_of(op)
            elif op["state"] == "ok":
                self.gather_answer(op)

    def gather_answer(self, op):
        if op["do"] == "read":
            for place in op["places"]:
                self.note_place(op["party"], place)
        elif op["do"] == "look":
            log, index = log_of(op["place"])
            for addressee, steps in op["ladders"].items():
                if "STATION RECEIPT" in steps:
                    self.receipts[log, addressee.partition("/")[0]].append((op["end"], index + 1, op["party"]))
                for place in filter(None, steps.values()):
                    self.note_place(op["party"], place)
        elif op["do"] == "sizes":
            for log, (_, cosigned) in op["logs"].items():
                for peer, size in cosigned.items():
                    self.receipts[log, peer].append((op["end"], size, op["party"]))

    def note_place(self, party, place):
        if author_of(place) != party:
            self.elsewhere.add(place)

    @staticmethod
    def acks_of(op):
        """Who says what his colleague at the other terminal has just said is given that one's place, and files nothing."""
        answers = op.get("answers") or [{"err": op["state"]}] * len(op["items"])
        for item, answer in zip(op["items"], answers):
            is_said = answer.get("said", False)
            if is_said:
                item = {name: value for name, value in item.items() if name != "id"}
            state = {"OK": "ok", "failed": "failed"}.get(answer["err"], "unknown" if answer["err"] in UNSURE | {"unknown"} else
                                                         "failed")
            yield Ack(op["who"], op["party"], op["begin"], op["end"], item, state, answer.get("place"),
                      is_said or answer.get("repeat", False))

    def is_excused(self, place, t):
        """Its author's disk was lost after that, and nobody else had it: it was only QUEUED, and never said to be more."""
        log, index = log_of(place)
        if place in self.elsewhere:
            return False
        return any(restore.party == author_of(place) and t <= restore.end and not self.had_receipt(log, index, restore.lost)
                   for restore in self.restores)

    def had_receipt(self, log, index, until):
        return any(t <= until and size > index for (of, _), seen in self.receipts.items() if of == log for t, size, _ in seen)

    def is_restoring(self, party, begin, end):
        return any(one.party == party and begin <= one.end and end >= one.begin for one in self.restores)

    def parties_of(self, place):
        """Who is to hold it: the parties of its channel."""
        return self.parties[place.partition("/")[2].rpartition(" ")[0]]

    # The checks

    def objections(self):
        for check in (self.sound, self.same_logs, self.acknowledged, self.refused, self.twice, self.receipts_signed,
                      self.receipts_held, self.ladders, self.durable, self.real_time, self.seen, self.same_views, self.unhurried,
                      self.quiet, self.stops):
            for objection in check():
                yield f"{check.__name__}: {objection}"

    def sound(self):
        for party, held in self.held.items():
            yield from (f"the export of {party}: {finding}" for finding in held.findings)
            yield from (f"the export of {party} proves a fork of {origin}" for origin in held.forks)

    def same_logs(self):
        """Each log of one party is the same on all sides; of two that differ one may be the other's beginning: then it lags."""
        names = {name for held in self.held.values() for name, channel in held.channel_of.items() if channel in self.channels}
        for name in sorted(names):
            parties = self.parties_of(name + ".0")
            leaves = {party: [entry and entry.leaf for entry in self.held[party].logs.get(name, [])] for party in parties}
            first = leaves[parties[0]]
            for party in parties[1:]:
                common = min(len(first), len(leaves[party]))
                if first[:common] != leaves[party][:common]:
                    yield f"{name} has two histories, at {parties[0]} and at {party}"
                elif len(first) != len(leaves[party]):
                    yield f"{name} has {len(first)} entries at {parties[0]} and {len(leaves[party])} at {party}"

    @staticmethod
    def is_it(entry, item):
        """Is this entry the statement that was said?"""
        return entry is not None and entry.kind == item["kind"] and all(
            item.get(name) in (None, [], getattr(entry, name)) for name in ("id", "text", "refers"))

    def acknowledged(self):
        """What was answered with a number stands there, at every party of the channel."""
        last = {}
        for ack in self.acks:
            if ack.state == "ok":
                last[ack.item.get("id") or ack.place] = ack
        for ack in self.acks:
            if ack.state != "ok":
                continue
            final = last[ack.item.get("id") or ack.place]
            if ack.place != final.place and not self.is_excused(ack.place, ack.end):
                yield f"{ack.who} was answered {ack.place}, later {final.place} for the same statement"
            if ack is not final:
                continue
            for party in self.parties_of(ack.place):
                if not self.is_it(self.held[party].at(ack.place), ack.item) and not self.is_excused(ack.place, ack.end):
                    yield f"{party} has not at {ack.place} what {ack.who} was told stands there: {ack.item}"

    def refused(self):
        """What was refused each time it was said stands nowhere."""
        states = collections.defaultdict(set)
        for ack in self.acks:
            if "id" in ack.item:
                states[ack.item["id"]].add(ack.state)
        ids = {entry.id: log for held in self.held.values() for log, entries in held.logs.items() for entry in filter(None, entries)}
        for id_, seen in states.items():
            if seen == {"failed"} and id_ in ids:
                yield f"{id_} was refused and stands in {ids[id_]}"

    def twice(self):
        """One id stands once in a log, and is shown once; kinds that a new epoch repeats are no statements of theirs."""
        for party, held in self.held.items():
            for log, entries in held.logs.items():
                count = collections.Counter(entry.id for entry in entries if entry and entry.kind not in (OPEN, KEYS, ACCORD))
                yield from (f"{id_} stands {n} times in {log} at {party}" for id_, n in count.items() if n > 1)
        for party, views in self.views.items():
            for channel, rows in views.items():
                for name in ("id", "title"):
                    count = collections.Counter(row.get(name) for row in rows if row.get(name))
                    yield from (f"{party} shows {n} messages of {name} {what} on channel {channel}" for what, n in count.items()
                                if n > 1)

    def receipts_signed(self):
        """A ladder said STATION RECEIPT: the note that the node then gave has a line of that peer, over what the peer has."""
        for op in self.ops.values():
            if op["do"] != "note" or self.is_restoring(op["party"], op["begin"], op["end"]):
                continue
            if op["state"] == "failed" and op["party"] in (author_of(op["place"]), op["peer"]):
                yield f"{op['party']} shows {op['peer']}'s receipt of {op['place']} and has no note: {op.get('err')}"
            elif op["state"] == "ok":
                why = self.wrong_with(op["place"], op["note"], op["peer"])
                if why:
                    yield f"{op['party']} shows {op['peer']}'s receipt of {op['place']}: {why}"

    def wrong_with(self, place, note, peer):
        log, index = log_of(place)
        text, _, lines = note.partition("\n\n")
        origin, size, root = text.split("\n")
        name = f"{self.held[peer].accord}/{peer}/mirror"
        line = next((line.split(" ")[2] for line in lines.split("\n") if line.split(" ")[1:2] == [name]), None)
        if line is None:
            return f"its note of {size} has no line of {name}"
        raw, public = base64.b64decode(line), self.held[peer].mirrors[peer]
        message = f"cosignature/v1\ntime {int.from_bytes(raw[4:12], 'big')}\n{text}\n".encode()
        if raw[:4] != reader.key_id(name, 4, public) or not reader.is_signed(message, raw[12:], public):
            return "the cosignature is false"
        if int(size) <= index:
            return f"it is over {size} entries, not over this one"
        if self.held[peer].channel_of.get(log) is None or len(self.held[peer].logs[log]) < int(size):
            return f"{peer} does not hold {size} entries of {log}"
        if None in self.held[peer].logs[log][:int(size)] or self.held[peer].root(log, int(size)) != base64.b64decode(root):
            return f"it is over another root than that of {peer}'s entries, of {origin}"
        return None

    def receipts_held(self):
        """Who asks the peer after a receipt was seen is told of no smaller log; restores are judged when they are over."""
        seen = {key: sorted(rows) for key, rows in self.receipts.items()}
        for (log, peer), rows in seen.items():
            most = max(size for _, size, _ in rows)
            if len(self.held[peer].logs.get(log, [])) < most and peer in self.parties_of(log + ".0"):
                yield f"{peer} cosigned {most} of {log} and holds {len(self.held[peer].logs.get(log, []))}"
        for op in self.ops.values():
            if op["do"] != "sizes" or op["state"] != "ok" or self.is_restoring(op["party"], op["begin"], op["end"]):
                continue
            for log, (size, _) in op["logs"].items():
                for t, receipt, where in seen.get((log, op["party"]), ()):
                    if t >= op["begin"]:
                        break
                    if receipt > size:
                        yield f"{where} had {op['party']}'s receipt over {receipt} of {log}, and it has {size} afterwards"
                        break

    def ladders(self):
        """No step that was shown is gone later, and its evidence stays; SENT is the link's word, said again after a restart."""
        looks = collections.defaultdict(list)
        for op in self.ops.values():
            if op["do"] == "look" and op["state"] == "ok":
                looks[op["party"], op["place"]].append(op)
        for (party, place), ops in looks.items():
            final = self.final_ladders(party, place)
            for op in ops:
                later = [one["ladders"] for one in ops if one["begin"] >= op["end"]
                         and not self.is_restoring(party, one["begin"], one["end"])]
                for ladders in later + ([final] if final is not None else []):
                    yield from self.fallen(party, place, op, ladders)
            if final is None and not self.is_excused(place, ops[-1]["end"]):
                yield f"{party} shows {place} no more"

    def final_ladders(self, party, place):
        for rows in self.views[party].values():
            for row in rows:
                if row["place"] == place:
                    return {f"{one['party']}/{one['role']}": {step["step"]: step.get("evidence") for step in one["steps"]}
                            for one in row["ladders"]}
        return None

    def fallen(self, party, place, op, ladders):
        for addressee, steps in op["ladders"].items():
            now = ladders.get(addressee, {})
            for step, evidence in steps.items():
                if step == "SENT" or (step in now and now[step] == evidence):
                    continue
                if not self.is_excused(evidence or place, op["end"]):
                    yield f"{party} showed {step} of {place} by {evidence} for {addressee}, then {now.get(step, 'no such step')}"

    def durable(self):
        """What a reader or watcher was shown stands there afterwards, under the same id."""
        shown = [(row["t"], row["party"], {row["place"]: row["id"]}) for row in self.rows if row["do"] == "shown"]
        shown += [(op["end"], op["party"], op["places"]) for op in self.ops.values() if op["do"] == "read" and op["state"] == "ok"]
        told = set()
        for t, party, places in shown:
            for place, id_ in places.items():
                entry = self.held[party].at(place)
                if (entry is None or entry.id != id_) and (party, place) not in told and not self.is_excused(place, t):
                    told.add((party, place))
                    yield f"{party} showed {id_} at {place} and does not have it"

    def real_time(self):
        """Who was answered before another asked has the lower number."""
        lines = collections.defaultdict(list)
        for ack in self.acks:
            if ack.state == "ok" and not ack.is_repeat:
                lines[line_of(ack.place)[0]].append(ack)
        for acks in lines.values():
            ended = sorted(acks, key=lambda ack: ack.end)
            best, at = None, 0
            for ack in sorted(acks, key=lambda ack: ack.begin):
                while ended[at].end < ack.begin:
                    if best is None or line_of(ended[at].place)[1] > line_of(best.place)[1]:
                        best = ended[at]
                    at += 1
                if best is not None and line_of(best.place)[1] >= line_of(ack.place)[1]:
                    yield f"{ack.who} got {ack.place}, asked after {best.who} had been given {best.place}"

    def seen(self):
        """What a node says that it has seen, for a statement made now, covers what it had shown to whoever asked before; and
        the statement then stands with that past."""
        reads = sorted((op for op in self.ops.values() if op["do"] == "read" and op["state"] == "ok"), key=lambda op: op["end"])
        for op in self.ops.values():
            if op["do"] != "seen" or op["state"] != "ok" or self.is_restoring(op["party"], op["begin"], op["end"]):
                continue
            seen = {row["party"]: (row["epoch"], row["size"]) for row in op["seen"]}
            for read in reads:
                if read["end"] >= op["begin"]:
                    break
                if read["party"] == op["party"]:
                    yield from self.unseen(op, read["places"], seen)
        yield from self.past_of_clients()

    def unseen(self, op, places, seen):
        for place in places:
            line, (epoch, index) = line_of(place)
            author, channel = line.split("/")
            if channel == op["channel"].upper() and author.lower() != op["party"]:
                if seen.get(author.lower(), (0, 0)) < (epoch, index + 1):
                    yield f"{op['party']} had shown {place} and has seen {seen.get(author.lower())}"

    def past_of_clients(self):
        """The statement's own last-seen covers what its client had read when he asked for the past to name."""
        acked = {ack.item["id"]: ack.place for ack in self.acks if ack.state == "ok" and "id" in ack.item}
        mine, asked, said = collections.defaultdict(dict), collections.defaultdict(dict), set()
        for op in sorted(self.ops.values(), key=lambda op: op["end"]):
            who = op["who"]
            if op["do"] == "read" and op["state"] == "ok":
                for place in op["places"]:
                    line, at = line_of(place)
                    mine[who][line] = max(at, mine[who].get(line, at))
            elif op["do"] == "seen" and op["state"] == "ok":
                is_old = self.is_restoring(op["party"], op["begin"], op["end"])  # it knows less for a while
                asked[who].setdefault(op["channel"], {} if is_old else dict(mine[who]))
            elif op["do"] == "say":
                for item in op["items"]:
                    if item.get("id") in acked and item["id"] not in said:
                        said.add(item["id"])
                        yield from self.uncovered(op, acked[item["id"]], asked[who].get(item["channel"], {}))
                asked[who].clear()

    def uncovered(self, op, place, read):
        entry = self.held[op["party"]].at(place)
        for line, (epoch, index) in read.items():
            author, channel = line.split("/")
            if entry and author.lower() != op["party"] and line_of(place)[0].endswith("/" + channel):
                if entry.seen.get(author.lower(), (0, 0)) < (epoch, index + 1):
                    yield f"{op['who']} had read {line} {epoch}.{index} and said {place}, which has seen {entry.seen}"

    def same_views(self):
        """Once it is quiet all parties show the same messages, in the same order, with the same ladders."""
        for number, channel in self.channels.items():
            first, *others = channel["parties"]
            rows = [plain(row) for row in self.views[first][number]]
            for party in others:
                theirs = [plain(row) for row in self.views[party][number]]
                if [row["place"] for row in rows] != [row["place"] for row in theirs]:
                    yield f"{first} and {party} show other messages, or in another order, on {channel['name']}"
                    continue
                for mine, other in zip(rows, theirs):
                    for name in sorted(set(mine) | set(other)):
                        if mine.get(name) != other.get(name):
                            yield f"{mine['place']}: {name} is {mine.get(name)} at {first}, {other.get(name)} at {party}"
            yield from self.disorder(first, number)

    def disorder(self, party, number):
        """A message stands behind all that its author had seen."""
        shown = set()
        places = {row["place"] for row in self.views[party][number]}
        for row in self.views[party][number]:
            line = row["place"].partition("/")[2].rpartition(".")[0].rpartition(" ")[0]
            for past in row.get("seen", ()):
                for index in range(past["size"]):
                    place = f"{past['party'].upper()}/{line} {past['epoch']}.{index}"
                    if place in places and place not in shown:
                        yield f"{party} shows {row['place']} before {place}, which its author had seen"
            shown.add(row["place"])

    def unhurried(self):
        """No clock makes anything due: a node's QUERY or NO ANSWER comes when so long has passed by ours."""
        said = {ack.place: ack.begin for ack in reversed(self.acks) if ack.state == "ok"}
        for row in self.rows:
            if row["do"] != "shown" or row["kind"] not in ("query", "lapse") or row["role"] != "node":
                continue
            place = row["refers"][0]
            if author_of(row["place"]) == row["party"] and place in said and row["t"] - said[place] < self.timer_s:
                yield f"{row['place']} is a {row['kind']} about {place}, {row['t'] - said[place]:.1f} s after that was said"

    def quiet(self):
        """Healed, everything comes everywhere within the time that was set, and every client is done."""
        rows = [row for row in self.rows if row["do"] == "quiet"]
        if not rows:
            yield "it was never quiet"
        yield from (row["why"] for row in rows if row["state"] != "ok")

    def stops(self):
        """A node ends when something was done to it, and as that makes it end."""
        for row in self.rows:
            if row["do"] != "ended" or row["who"] == "nemesis":
                continue
            codes = set()
            for name, party, begin, end in self.faults():
                if party == row["party"] and begin <= row["t"] <= end + AFTERMATH_S:
                    codes |= STOPPING.get(name, set())
            if row["code"] not in codes:
                yield f"the node of {row['party']} ended with {row['code']} at {row['t']} s, which nothing explains"

    def faults(self):
        """(name, party, begin, end) of each."""
        begun, found = {}, []
        for row in self.rows:
            if row["who"] == "nemesis" and row["state"] == "begun":
                begun.setdefault((row["do"], row["party"]), []).append(row["t"])
            elif row["who"] == "nemesis" and row["state"] == "ended":
                found.append((row["do"], row["party"], begun[row["do"], row["party"]].pop(), row["t"]))
        return found + [(*key, t, float("inf")) for key, times in begun.items() for t in times]


def plain(row):
    """A message as both sides must show it: without what is this node's own, as its line and its clock."""
    ladders = []
    for one in row["ladders"]:
        steps = [{key: value for key, value in step.items() if key != "at_ms"} for step in one["steps"] if step["step"] != "SENT"]
        owed = {key: value for key, value in one.get("owed", {}).items() if key != "ours"}
        highest = "QUEUED" if one["highest"] == "SENT" else one["highest"]
        ladders.append({**one, "steps": steps, "owed": owed, "highest": highest})
    return {**{key: value for key, value in row.items() if key != "ahead_ms"}, "ladders": ladders}
