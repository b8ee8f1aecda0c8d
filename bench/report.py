#!/usr/bin/python3
"""docs/performance.md and docs/plots/*.svg from what the benches left: build/bench/{latest,peers,scale}.json.

    bench/report.py [--into FOLDER]

Nothing is measured here, and nothing is written by hand there: the same files give the same document. A part of it whose bench
has left nothing here stays as the bench of another day wrote it.
"""
import argparse
import html
import json
import math
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "build/bench"
COLOURS = ("#1f6fb4", "#e0871a", "#3a923a", "#9b59b6")
WIDTH, LEFT, RIGHT, ROW = 860, 170, 110, 15


def read(name):
    path = BENCH / name
    return json.loads(path.read_text()) if path.exists() else {}


# Numbers


def short(value):
    """Three figures are enough: 1.23, 12.3, 123, 12,300."""
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    value = round(value, max(digits, 0)) if digits > 0 else int(round(value, digits))
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{max(digits, 0)}f}".rstrip("0").rstrip(".")


class Figure:
    """Median, least and most of the repeats, in the unit of the table."""

    def __init__(self, value, divisor=1):
        self.median, self.min, self.max = (value[name] / divisor for name in ("median", "min", "max"))
        self.count = value["of"]

    def __str__(self):
        if self.count == 1 or short(self.min) == short(self.max):
            return short(self.median)
        return f"{short(self.median)} ({short(self.min)} - {short(self.max)})"

    def of(self, repeats):
        """With how many there were, if not as many as of the others."""
        return str(self) if self.count == repeats else f"{self} of {self.count}"


def figure(row, name, divisor=1):
    value = row.get("figures", {}).get(name)
    return Figure(value, divisor) if isinstance(value, dict) else None


# Plots: plain SVG


def text(x, y, words, size=12, anchor="start", more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{more}>'
            f"{html.escape(str(words))}</text>")


def svg(width, height, title, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" role="img" '
        'font-family="sans-serif" fill="#222">', f"<title>{html.escape(title)}</title>",
        f'<rect width="{width}" height="{height:.0f}" fill="#fff"/>', text(12, 22, title, 15, more=' font-weight="bold"'),
        *parts, "</svg>", ""])


def legend(names, y):
    parts, x = [], LEFT
    for name, colour in zip(names, COLOURS):
        parts += [f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{colour}"/>', text(x + 14, y, name, 11)]
        x += 30 + 7 * len(name)
    return parts


def ticks(low, high):
    return [10.0 ** n for n in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def bars(title, names, rows):
    """Horizontal bars on a logarithmic scale, the thin line from the least to the most: rows of (label, figures)."""
    rows = [(label, figures) for label, figures in rows if any(one and one.median > 0 for one in figures)]
    values = [value for _, figures in rows for one in figures if one for value in (one.min, one.max) if value > 0]
    if not values:
        return None
    marks = ticks(min(values) * 0.7, max(values))
    low, high = math.log10(marks[0]), math.log10(marks[-1])

    def at(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(max(value, marks[0])) - low) / max(high - low, 1)
    parts, y = legend(names, 44), 60
    height = y + sum(ROW * len(figures) + 8 for _, figures in rows) + 26
    for mark in marks:
        parts += [f'<line x1="{at(mark):.1f}" x2="{at(mark):.1f}" y1="52" y2="{height - 24}" stroke="#ddd"/>',
                  text(at(mark), height - 10, short(mark), 11, "middle")]
    for label, figures in rows:
        parts.append(text(LEFT - 8, y + ROW * len(figures) / 2 + 4, label, 12, "end",
                          ' font-weight="bold"' if label.startswith("entente") else ""))
        for one, colour in zip(figures, COLOURS):
            if one and one.median > 0:
                middle = y + ROW / 2 - 1
                parts += [f'<rect x="{LEFT}" y="{y + 1}" width="{at(one.median) - LEFT:.1f}" height="{ROW - 4}" '
                          f'fill="{colour}"/>',
                          f'<line x1="{at(one.min):.1f}" x2="{at(one.max):.1f}" y1="{middle}" y2="{middle}" '
                          'stroke="#222"/>', text(at(one.max) + 5, y + ROW - 4, short(one.median), 11)]
            y += ROW
        y += 8
    return svg(WIDTH, height, title, parts)


def lines(title, names, series, x_words):
    """Points joined by lines, both scales logarithmic: one list of (x, y) for each name."""
    points = [point for one in series for point in one if point[1] and point[1] > 0]
    if len({x for x, _ in points}) < 2:
        return None
    height, top, bottom, right = 380, 60, 330, 740
    x_marks, y_marks = ticks(min(x for x, _ in points), max(x for x, _ in points)), ticks(
        min(y for _, y in points) * 0.8, max(y for _, y in points) * 1.05)

    def share(value, marks):
        return (math.log10(value) - math.log10(marks[0])) / max(math.log10(marks[-1]) - math.log10(marks[0]), 1)

    def at(x, y):
        return 80 + (right - 80) * share(x, x_marks), bottom - (bottom - top) * share(y, y_marks)
    parts = legend(names, 44)
    for mark in x_marks:
        x, _ = at(mark, y_marks[0])
        parts += [f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" stroke="#ddd"/>',
                  text(x, bottom + 16, short(mark), 11, "middle")]
    for mark in y_marks:
        _, y = at(x_marks[0], mark)
        parts += [f'<line x1="80" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>',
                  text(72, y + 4, short(mark), 11, "end")]
    parts.append(text((80 + right) / 2, bottom + 36, x_words, 12, "middle"))
    for one, colour in zip(series, COLOURS):
        places = [at(x, y) for x, y in one if y and y > 0]
        if not places:
            continue
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        x, y = places[-1]
        parts.append(text(x + 8, y + 4, short([value for _, value in one if value][-1]), 11))
    return svg(WIDTH, height, title, parts)


# The document


def table(head, rows):
    cells = [[str("-" if cell is None else cell) for cell in row] for row in rows]
    return ["", "| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in cells),
            ""]


class Document:
    def __init__(self, folder):
        self.folder, self.out = folder, []
        (folder / "plots").mkdir(parents=True, exist_ok=True)

    def say(self, *lines_of):
        self.out += lines_of

    def plot(self, name, words, drawing):
        if drawing is not None:
            (self.folder / f"plots/{name}.svg").write_text(drawing)
            self.say(f"![{words}](plots/{name}.svg)", "")

    def write(self):
        path, new = self.folder / "performance.md", parts_of("\n".join(self.out))
        old = parts_of(path.read_text()) if path.exists() else {}
        parts = [new.get(title, old.get(title)) for title in PARTS]
        path.write_text("\n\n".join(part for part in parts if part) + "\n")


PARTS = ("# Performance", "## Alone, beside the floor of the same run", "## Procedures", "## Standing dialogues", "## Beside others",
         "## With the record's size")


def parts_of(body):
    """{heading: the text from it to the next one}, of headings of the first two orders."""
    parts, lines_of = {}, []
    for line in body.split("\n"):
        if line.startswith(("# ", "## ")):
            assert line in PARTS, line
            lines_of = parts[line] = []
        lines_of.append(line)
    return {title: re.sub("\n\n\n+", "\n\n", "\n".join(part)).strip() for title, part in parts.items()}


PEERS_TEXT = """\
One after another, on loopback, two servers of each on the same cores as the clients. Each system runs as packaged
by Debian (`default`) and with the most durable settings it has (`durable`); what that means in each case is the first table. A message
is 100 characters, an answer 32; the same client program does the same work to all, with the same number of clients and
of unfinished messages, and nothing is counted before a warm-up. Latency has one message in flight and is
counted from when the client hands it over; the receipt is the answer of B's client, back at A's client, which is a message
of its own with the same durability. Where the system itself says that the other server holds a message (entente's station receipt),
that time has a column of its own. Bytes on the wire are what the kernel counts between the two servers above TCP, both
ways: with what comes back, and with TLS where there is TLS. `kill -9` takes all processes of B's server and starts it again at
once, while A goes on sending; the time is until a client that tries to come back every few milliseconds has the first message. Not there
at the end is what A's server had accepted, nobody reported back, and B had not got when nothing had moved for three seconds: lost, or kept
by a server that tries again much later.

What is not equal, and cannot be made so: entente's clients sign each message (on the same cores, outside the clock of
latency, inside that of throughput), its servers verify it and prove it, and its line is TLS 1.3; its clients use a UNIX socket, the
others TCP. Each of entente's clients is told of everything on its node, of others only of its own. Rate limits of
the XMPP servers and of Synapse are lifted. The floor is no product: it writes, syncs and passes on, and keeps nothing."""


def peers(doc, found):
    rows = [(name, row) for name, row in found["systems"].items() if "figures" in row]
    if not rows:
        return
    doc.say("## Beside others", "", PEERS_TEXT, "")
    machine = found["machine"]
    times = sorted(row["when"] for _, row in rows if "when" in row)
    span = f" Measured from {times[0]} to {times[-1]}." if len(times) == len(rows) else ""
    doc.say(f"{machine['cores']} cores, {machine['cpu']}, Linux {machine['kernel']}; {found['repeats']} repeats: median "
            f"(least - most); of a kill that takes longer than six seconds no more, and then it says of how many.{span}", "")
    if found.get("quick"):
        doc.say("**This run had tiny counts: it shows that the bench works, and no more.**", "")
    doc.say(*table(["system", "version", "A is told that it is accepted", "B is told", "line", "load"],
                   [[name, row.get("version"), row["accepted"], row["told"], row["line"], row["load"]]
                    for name, row in rows]))
    kinds = ["accepted_p50_us", "one_way_p50_us", "one_way_p99_us", "held_p50_us", "receipt_p50_us"]
    doc.say("### Latency, ms", *table(
        ["system", "accepted p50", "one way p50", "one way p99", "held there p50", "receipt p50"],
        [[name, *(figure(row, kind, 1000) for kind in kinds)] for name, row in rows]))
    doc.plot("latency", "one way and receipt of each system", bars(
        "One message in flight, ms (median)", ["one way", "receipt"],
        [(name, [figure(row, "one_way_p50_us", 1000), figure(row, "receipt_p50_us", 1000)]) for name, row in rows]))
    doc.say("### Throughput, messages a second", *table(
        ["system", "1 pair", "8 pairs", "unfinished at once", "never delivered"],
        [[name, figure(row, "per_s_1"), figure(row, "per_s_8"), "{} / 8 x {}".format(*row["windows"]),
          missing(row)] for name, row in rows]))
    doc.plot("throughput", "messages a second of each system", bars(
        "Messages a second", ["1 pair", "8 pairs"],
        [(name, [figure(row, "per_s_1"), figure(row, "per_s_8")]) for name, row in rows]))
    doc.say("### Bytes on the wire for a message of 100 characters, and memory of one server", *table(
        ["system", "alone", "64 in flight", "idle, MiB", "under load, MiB"],
        [[name, figure(row, "wire_alone"), figure(row, "wire_batched"), figure(row, "idle_pss_kib", 1024),
          figure(row, "load_pss_kib", 1024)] for name, row in rows]))
    doc.plot("memory", "memory of each system", bars(
        "Memory of one server, PSS of all its processes, MiB", ["idle", "under load"],
        [(name, [figure(row, "idle_pss_kib", 1024), figure(row, "load_pss_kib", 1024)]) for name, row in rows]))
    crashed = [(name, row) for name, row in rows if "crash_accepted" in row["figures"]]
    doc.say("### kill -9 of B's server under a steady stream", *table(
        ["system", "kill to first message, ms", "accepted", "not there at the end", "returned to the sender", "twice"],
        [[name, killed(row, found["repeats"]), figure(row, "crash_accepted"),
          figure(row, "crash_lost"), figure(row, "crash_bounced"), figure(row, "crash_duplicates")]
         for name, row in crashed]))
    doc.plot("kill", "from the kill to the next message", bars(
        "From kill -9 to the first message, ms", ["kill to first"],
        [(name, [figure(row, "kill_to_first_ms")]) for name, row in crashed]))
    beside(doc, found)
    errors = [f"- {name}: {key[len('error_'):]}: {value}" for name, row in rows
              for key, value in row["figures"].items() if key.startswith("error_")]
    errors += [f"- {name}: {row.get('missing') or row.get('failed')}" for name, row in found["systems"].items()
               if "figures" not in row]
    if errors:
        doc.say("Not measured:", "", *errors, "")


def killed(row, repeats):
    value = figure(row, "kill_to_first_ms")
    return value.of(repeats) if value else "none in 20 s"


def beside(doc, found):
    """The two aims that name others, held against the durable settings of this run."""
    systems = {name: row for name, row in found["systems"].items() if "figures" in row}
    own = systems.get("entente-always")
    others = {name: figure(row, "one_way_p50_us", 1000) for name, row in systems.items()
              if name.endswith("-durable") and not name.startswith("floor")}
    others = {name: value.median for name, value in others.items() if value}
    if own is None or not others:
        return
    one_way = figure(own, "one_way_p50_us", 1000).median
    below = sorted(name for name, value in others.items() if one_way < value)
    rows = [["one way p50 below every durable system", f"{short(one_way)} ms: below {len(below)} of {len(others)}",
             reached(len(below) == len(others))]]
    if "nats-durable" in systems:
        ratio = figure(own, "per_s_1").median / figure(systems["nats-durable"], "per_s_1").median
        rows.append(["messages a second of one pair, at least 4 x durable NATS", f"{ratio:.1f} x", reached(ratio >= 4)])
    killed_ms = figure(own, "kill_to_first_ms")
    if killed_ms:
        rows.append([f"kill -9 to the first message, at most {AIMS['kill'][1]} ms", f"{short(killed_ms.median)} ms",
                     reached(is_met("kill", killed_ms.median))])
    doc.say("### Aims beside them", *table(["aim", "entente", ""], rows))
    if len(below) < len(others):
        quicker = sorted(set(others) - set(below))
        doc.say(f"Quicker one way: {', '.join(quicker)}. None of them has a signature to verify on either side, a proof to keep or a line to encrypt.", "")


def missing(row):
    values = [figure(row, name) for name in ("missing_1", "missing_8")]
    return short(max(value.max for value in values if value)) if any(values) else None


def machine_words(found):
    """What a part was measured on, and when."""
    m = found.get("machine", {})
    cpu = f", {m['cpu']}" if "cpu" in m else ""
    day = f", {m['date']}" if "date" in m else ""
    return f"{m.get('cores', '?')} cores{cpu}, Linux {m.get('kernel', '?')}, load {m.get('load', '?')} before it began{day}."


# What is aimed at: a ratio or a figure, whether it may be at most or is at least that; and why it falls short, said while it does.
AIMS = {
    "one way": ("at most", 1.5, "Of the way of one message, the two flushes and the line are the floor's too. The rest is what the floor does not do: two "
                "verifications of the officer's signature and one of the note's, the judgement on both sides, a signer that is asked only once the record has it, "
                "and four processes with TLS between them. A signer that is asked beside the flush would save its leg, and would have signed what a power cut takes "
                "away; so the next try is at B: verification while the batch is still read."),
    "entries": ("at least", 0.6, "An entry is verified twice, once on each side, so two cores have 1.33 verifications' time left for all else of both nodes. The tables take "
                "most of it: nine rows an entry on each side, one statement each. And both cores are idle for a quarter of the time, mostly while a node waits for its "
                "disk (by the kernel's scheduler, on the machine of 1 December). Next: a checkpoint beside the work; and rows of the views in the order of their keys, "
                "many a statement."),
    "catch-up": ("at least", 0.85, "One core verifies, the other folds, sends and receives: what the sender reads and what SQLite writes are on that one."),
    "verify": ("at least", 0.85, "Each entry and each content is looked up, a content by its hash, in a page of its own; each row of the views is read for its check. "
               "Next: contents in the order in which they lie."),
    "kill": ("at most", 50, "The start reads the log of what was not yet in the tables, writes it once more and opens the line; how long that is depends on the disk."),
    "idle": ("at most", 12 * 1024, "Pages of libraries that nobody else has are counted whole."),
    "alone": ("at most", 900, ""),
    "batched": ("at most", 400, ""),
}


def is_met(name, value):
    sense, aim, _ = AIMS[name]
    return value <= aim if sense == "at most" else value >= aim


def reached(is_so):
    return "reached" if is_so else "not reached"


def aim_of(name, value):
    sense, aim, _ = AIMS[name]
    return f"{sense} {short(aim)}: {reached(is_met(name, value))}"


def say_why(doc, measured):
    missed = [(name, AIMS[name][2]) for name, value in measured if not is_met(name, value) and AIMS[name][2]]
    if missed:
        doc.say("What falls short, and why:", "", *(f"- **{name}**: {why}" for name, why in missed), "")


def ours(doc, found):
    """What `make bench` found: entente beside the floor of the same run."""
    entente, least = found.get("entente", {}), found.get("floor", {})
    if "one_way_us" not in entente:
        return
    doc.say("## Alone, beside the floor of the same run", "",
            "Two nodes on loopback; statements signed beforehand. The floor writes the same bytes, syncs them on both sides and "
            "does nothing else. What is held against signatures that a core can verify has that measured before and behind it. " +
            machine_words(found), "")
    rows, measured = [], []
    for name, words in (("one_way_us", "one way, us"), ("receipt_us", "station receipt, us")):
        if name in entente:
            for part in ("p50", "p99"):
                ratio = entente[name][part] / least[name][part]
                aim = ""
                if name == "one_way_us" and part == "p50":
                    aim = aim_of("one way", ratio)
                    measured.append(("one way", ratio))
                rows.append([f"{words}, {part}", short(entente[name][part]), short(least[name][part]), f"{ratio:.2f}", aim])
    if "decision_ns" in entente:
        rows.append(["a decision on a label, ns, with the loop that asks", short(entente["decision_ns"]), short(least["decision_ns"]) + " (a loop without one)",
                     f"{entente['decision_ns'] / least['decision_ns']:.2f}", ""])
        rows.append(["the same without that loop", short(round(entente["decision_ns"] - least["decision_ns"], 2)), "", "", ""])
    for name, key, words, cores in (("entries", "entries_per_s", "entries a second, to the last receipt", "one core"),
                                    ("catch-up", "catchup_entries_per_s", "catch-up, entries a second", "one core"),
                                    ("verify", "verify_entries_per_s", "verify, entries a second", "all cores")):
        if key in entente and key in least:
            ratio = entente[key] / least[key]
            rows.append([words, short(entente[key]), f"{short(least[key])} (signatures that {cores} can verify)", f"{ratio:.2f}",
                         aim_of(name, ratio)])
            measured.append((name, ratio))
    doc.say(*table(["", "entente", "floor", "ratio", "aim"], rows))
    more = [("kill", "kill -9 to the next message, ms", entente.get("kill_to_first_ms")),
            ("idle", "idle, KiB of memory (PSS), with copies of the libraries that nobody else has", entente.get("pss_idle_kib")),
            *((name, f"bytes on the wire for a message of 100 characters, {name}", value)
              for name, value in entente.get("wire_bytes", {}).items())]
    measured += [(name, value) for name, _, value in more if value is not None]
    doc.say(*table(["", "entente", "aim"], [[words, short(value), aim_of(name, value)] for name, words, value in more if value is not None] + [
        [f"from the start to the first answer with {short(entente['restart']['entries'])} entries, ms", short(entente["restart"]["ms"]), ""]
        for _ in range("restart" in entente)]))
    say_why(doc, measured)
    if "legs_us" in entente:
        legs = entente["legs_us"]
        doc.say("Where the time of one message goes, from its first byte at A's core to its event at a client of B: the median of each "
                "leg, told apart by what the processes ask the kernel for, in a run of its own (`bench/calls.c`).", "")
        doc.say(*table(["leg", "us", "share"], [[words, value, f"{100 * value / sum(legs.values()):.0f} %"]
                                                for words, value in legs.items()]))


def procedures(doc, found):
    entente = found.get("entente", {})
    if "running_ms" not in entente:
        return
    folded = Figure(entente["procedure_fold_per_s"])
    doc.say("## Procedures", "",
            "The machine folds random histories of two and three parties in memory. A thousand consultations run on two nodes that both have a "
            "roster, each as far as its second message read and presented; one client asks the slower node, 21 times.", "")
    doc.say(*table(["", "entente", "aim"], [
        [f"entries judged and folded a second, median (least - most) of {folded.count} runs", folded, "500,000"],
        *([f"GET {path} while 1,000 run, ms, median", short(value), "50"] for path, value in entente["running_ms"].items())]))


def dialogues(doc, found):
    figures = found.get("entente", {}).get("dialogues_ms")
    if not figures:
        return
    aims = ("GET /dialogues", "50"), ("GET /text", "200"), ("an original", "2,000")
    doc.say("## Standing dialogues", "",
            "Ten thousand commitments under one body; a text of 500 units in two languages, each written twice by both sides in turn. One client asks "
            "the slower node, 21 times (a list 11, a first one behind each of 5 starts), until the last byte of the answer; an original is made by `entente text render`, from its start to its end.", "")
    doc.say(*table(["", "ms, median", "aim"], [
        [what, short(value), next((aim for begin, aim in aims if what.startswith(begin)), "")] for what, value in figures.items()]))


def grown_aims(doc, grown):
    least, most = grown[0], grown[-1]
    rows = []
    if most is not least:
        ratio = most["append_p50_us"] / least["append_p50_us"]
        rows.append(["append p50 at 10,000,000 entries at most 1.1 x that at 1,000", f"{ratio:.2f} x, at {short(most['entries'])}",
                     "not measured" if most["entries"] < 10 ** 7 else reached(ratio <= 1.1)])
    for row in grown:
        if row["entries"] != 10 ** 6:
            continue
        if "ceiling_per_s" in row:
            ratio = row["catchup_per_s"] / row["ceiling_per_s"]
            rows.append(["catch-up of 1,000,000 entries at least 0.85 of what one core can verify", f"{ratio:.2f}",
                         reached(is_met("catch-up", ratio))])
        if "watched_pss_kib" in row:
            rows.append(["memory with 1,000,000 entries and 1,000 clients at most 64 MiB", f"{short(row['watched_pss_kib'] / 1024)} MiB",
                         reached(row["watched_pss_kib"] <= 64 * 1024)])
    if rows:
        doc.say(*table(["aim", "entente", ""], rows))


def scale(doc, found):
    grown = found.get("entries", [])
    if not grown:
        return
    doc.say("## With the record's size", "", found["how"], "", machine_words(found), "")
    doc.say(*table(["entries", "append p50, us", "append p99, us", "filed a second", "restart, ms", "catch-up, a second",
                    "verify, a second", "bytes on disk an entry", "memory, MiB", "with 1,000 clients"],
                   [[short(row["entries"]), *(short(row[name]) if name in row else None for name in (
                       "append_p50_us", "append_p99_us", "filed_per_s", "restart_ms", "catchup_per_s", "verify_per_s",
                       "disk_bytes"))] + [short(row[name] / 1024) if name in row else None for name in ("pss_kib", "watched_pss_kib")]
                    for row in grown]))
    grown_aims(doc, grown)
    doc.plot("scale-latency", "append latency and restart by entries", lines(
        "Append one statement (us), and restart (us), by entries in the record", ["append p50", "append p99", "restart"],
        [[(row["entries"], row.get("append_p50_us")) for row in grown],
         [(row["entries"], row.get("append_p99_us")) for row in grown],
         [(row["entries"], row["restart_ms"] * 1000 if "restart_ms" in row else None) for row in grown]],
        "entries in the record"))
    doc.plot("scale-rate", "rates by entries", lines(
        "Entries a second, by entries in the record", ["filed", "catch-up", "verify"],
        [[(row["entries"], row.get(name)) for row in grown]
         for name in ("filed_per_s", "catchup_per_s", "verify_per_s")], "entries in the record"))
    doc.say("", "What is filed and caught up bends where pages are written at random. A content is found by its hash: each row of that table, of some 20 "
            "bytes, falls into another page, which is written whole into the WAL and once more by the checkpoint, and read first where it has left "
            "SQLite's cache of 8 MiB; a larger one would save the reading alone. Ids of statements were as scattered, in rows of 50 bytes, and begin "
            "with their time now (ADR 90).", "")
    parties, watchers = found.get("parties", []), found.get("watchers", [])
    if parties:
        doc.say("### Parties", *table(
            ["parties", "one way to the first, us p50", "to the last, us p50", "entries a second", "memory of a node, MiB"],
            [[row["parties"], short(row["one_way_p50_us"]), short(row["last_p50_us"]), short(row["per_s"]),
              short(row["pss_kib"] / 1024)] for row in parties]))
        doc.plot("scale-parties", "one way by parties", lines(
            "One way (us) and entries a second, by parties", ["first", "last", "entries a second"],
            [[(row["parties"], row[name]) for row in parties] for name in ("one_way_p50_us", "last_p50_us", "per_s")], "parties"))
    if watchers:
        doc.say("### Watching clients", *table(
            ["clients", "one way to the first, us p50", "to the last, us p50", "memory of the node, MiB"],
            [[row["clients"], short(row["first_p50_us"]), short(row["last_p50_us"]), short(row["pss_kib"] / 1024)]
             for row in watchers]))
        doc.plot("scale-watchers", "one way by watching clients", lines(
            "One way (us) and memory (KiB), by watching clients", ["first", "last", "memory"],
            [[(row["clients"], row[name]) for row in watchers] for name in ("first_p50_us", "last_p50_us", "pss_kib")], "watching clients"))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--into", type=Path, default=ROOT / "docs")
    given = options.parse_args()
    doc = Document(given.into)
    doc.say("# Performance", "",
            "Written by `bench/report.py` from what `make bench`, `make bench-peers` and `make bench-scale` measured; not edited by "
            "hand. Figures of other machines differ: the same commands give yours.", "")
    ours(doc, read("latest.json"))
    procedures(doc, read("latest.json"))
    dialogues(doc, read("latest.json"))
    if read("peers.json"):
        peers(doc, read("peers.json"))
    scale(doc, read("scale.json"))
    doc.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
