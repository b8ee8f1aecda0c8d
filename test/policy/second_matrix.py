"""The role x label matrix by the second evaluator: written from docs/spec/guidelines.md sections 7 and 8, label by label.

A label is (level, values, origin); what a reader (party, role or None) has is a set of them.
"""
import datetime
import itertools

import second


def deciding(g):
    return [code for code, value in g.values.items() if g.rules[value["category"]] != "info"]


def subsets(these):
    return [frozenset(one) for n in range(len(these) + 1) for one in itertools.combinations(these, n)]


def readers_of(accord):
    g = accord.guidelines
    members = [(party, role) for role in sorted(accord.posts) for party in g.members if accord.posts[role] >> accord.parties.index(party.lower()) & 1]
    return members + [(party, None) for party in g.outside]


def matrix(accord):
    """{reader: set of labels}: each label names the reader's party alone in rel, and one origin."""
    g = accord.guidelines
    judge, out = second.Second(g), {}
    for party, role in readers_of(accord):
        out[party, role] = set()
        for origin, level, values in itertools.product(g.parties(), g.levels, subsets(deciding(g))):
            label = second.Label(level, values, {party}, {origin})
            if reads(judge, label, party, role):
                out[party, role].add((level, values, origin))
    return out


def carried(g):
    places = {("plane", name): level for name, (level, _) in g.planes.items()}
    places |= {("plane", "HOME"): g.levels[-1]} if ("plane", "HOME") not in places else {}
    places |= {("feed", name): level for name, (level, _) in g.feeds.items()}
    return {place: set(g.levels[: g.levels.index(level) + 1]) for place, level in places.items()}


def rules_of(text):
    """What a file `opened` says was given once: its lines, and {(category, value): [(level, excluded)]}; None: everything."""
    lines, rules = [line for line in text.splitlines() if line.split(" ")[0] == "once"], {}
    if "once everything" in lines:
        return ["once everything"], None
    for line in lines:
        words = line.split(" ")
        if len(words) > 4 and words[3] == "from":
            rules.setdefault((words[1], words[2]), []).append((words[4], set(words[6:]) if words[5:6] == ["excludes"] else set()))
    return [line for line in lines if len(line.split(" ")) > 4 and line.split(" ")[3] == "from"], rules


def lowest(g, code):
    return g.values[code]["from"] or g.levels[0]


def levels_of(g, code):
    return g.levels[g.levels.index(lowest(g, code)):]


def given(g, code, level, party):
    """Whether these guidelines let the value be given at that level to that party; a party that they do not know is excluded by nothing."""
    return code in g.values and level in levels_of(g, code) and party not in g.values[code]["excludes"]


def once_lines(g, was, text):
    """What the next file says was given once: what the one before says, and each value's rule that is stricter now, or gone."""
    lines, rules = rules_of(text)
    if rules is None:
        return lines
    for code, value in was.values.items():
        is_kept = code in g.values and g.values[code]["category"] == value["category"]
        if not is_kept or set(levels_of(was, code)) - set(levels_of(g, code)) or \
                (set(g.values[code]["excludes"]) - set(value["excludes"])) & set(was.parties()):
            excluded = [party for party in was.parties() if party in value["excludes"]]
            line = " ".join(["once", value["category"], code, "from", lowest(was, code), *(["excludes", *excluded] if excluded else [])])
            lines += [] if line in lines else [line]
    return lines


def opened(accord, old, text=""):
    """What is read, and carried, that is not under the other. A value counts that decides under one of them, or that was given once (text: the file of old)."""
    g, was = accord.guidelines, old.guidelines
    judge, before, readers = second.Second(g), second.Second(was), readers_of(old)
    rules = rules_of(text)[1]

    def is_once(code, level, party):
        of = None if rules is None else rules.get((g.values[code]["category"], code), [])
        return of is None or any((one not in g.levels or g.levels.index(level) >= g.levels.index(one)) and party not in excluded for one, excluded in of)

    def is_same(code):
        return code in was.values and was.values[code]["category"] == g.values[code]["category"]

    def count(level, party):
        return [code for code in g.values if code in deciding(g) or (code in deciding(was) if is_same(code) else is_once(code, level, party))]

    out = {}
    for party, role in readers_of(accord):
        out[party, role] = set()
        for origin, level, some in ((origin, level, some) for origin in g.parties() for level in g.levels for some in subsets(count(level, party))):
            label = second.Label(level, some, {party}, {origin})
            if not may(judge, label, party, role):
                continue
            is_known = (party, role) in readers and origin in was.parties() and level in was.levels and all(map(is_same, some))
            was_given = all(is_once(one, level, party) or is_same(one) and given(was, one, level, party) for one in some)
            if was_given and not (is_known and may(before, label, party, role)) or not was_given and judge.check(label) == "+0":
                out[party, role].add((level, some, origin))
    places = carried(was)
    return out, let_in(accord, old), {place: levels - places.get(place, set()) for place, levels in carried(g).items()}, once_lines(g, was, text)


def members(accord, mask):
    return {post for i, post in enumerate(accord.posts) if mask >> i & 1}


def let_in(accord, old):
    """{(what, name): posts, or the day of a post}: closed channels, seals and terms that let more read."""
    out = {}
    for was, now in ((was, now) for was in old.channels for now in accord.channels if was["number"] == now["number"]):
        there = {post for post, parties in accord.posts.items() if parties & now["parties"]}
        for what, limit, these in (("closed", "closed", "writers"), ("sealed", "sealed", "readers")):
            if not was.get(limit):
                continue
            more = (members(accord, now[these]) if now.get(limit) else there) & there - members(old, was[these])
            out |= {(what, now["name"]): more} if more else {}
    for post, ms in old.until.items():
        if post in accord.posts and (post not in accord.until or accord.until[post] > ms):
            day = datetime.datetime.fromtimestamp(accord.until[post] / 1000 - 1, datetime.timezone.utc).date() if post in accord.until else "-"
            out["post", post] = {str(day)}
    return out


def may(judge, label, party, role):
    return judge.evaluate(label, party, role, None, None).startswith("+")


def reads(judge, label, party, role):
    return may(judge, label, party, role) and judge.check(label) == "+0"


def expand(lines, accord):
    """The same from the lines of an `opened` file. No label stands in two lines of a reader and origin."""
    readers, places, doors = {reader: set() for reader in readers_of(accord)}, {place: set() for place in carried(accord.guidelines)}, {}
    for line in (line for line in lines if not line.startswith("once ")):
        words = line.split(" ")
        if words[0] in ("closed", "sealed", "post"):
            assert words[2] == {"closed": "post", "sealed": "post", "post": "until"}[words[0]] and len(words) == 4, line
            doors[words[0], words[1]] = set(words[3].split(","))
            continue
        if words[0] in ("plane", "feed"):
            kind, name, word, levels = words
            assert word == "level" and not places[kind, name], line
            places[kind, name] = set(levels.split(","))
            continue
        party, role, _, origin, _, levels, *rest = words
        assert words[2] == "from" and words[4] == "level", line
        some = [set(codes.split(",")) for word, codes in zip(rest[::2], rest[1::2]) if word == "some"]
        free = [set(codes.split(",")) for word, codes in zip(rest[::2], rest[1::2]) if word == "any"]
        parts = [[one for one in subsets(sorted(codes)) if one] for codes in some] + [subsets(sorted(codes)) for codes in free]
        these = {(level, frozenset().union(*picked), origin) for level in levels.split(",") for picked in itertools.product(*parts)}
        had = readers[party, None if role == "-" else role]
        assert not these & had, f"twice: {line}"
        had |= these
    return readers, doors, places, [line for line in lines if line.startswith("once ")]


def written(accord, rows):
    """Who reads which label: a line each, for people to look through."""
    g, out = accord.guidelines, []
    for origin, level, values in itertools.product(g.parties(), g.levels, subsets(deciding(g))):
        who = [party if role is None else f"{party} {role}" for (party, role), labels in rows.items() if (level, values, origin) in labels]
        out.append(f"{level} {','.join(one for one in g.values if one in values) or '-'} from {origin}: {', '.join(who) or 'nobody'}\n")
    return "".join(out)
