"""A second evaluator, written from docs/spec/guidelines.md sections 2 and 3: over strings and sets, sharing no code with
src/policy. It judges what test/vectors/guidelines_reader.py has read.

A decision is the letter of its reason and the line: "+33", "v34".
"""
import functools

LETTERS = {"allowed": "+", "level unknown": "L", "category unknown": "C", "value unknown": "V", "party unknown": "P",
           "origin": "O", "rel": "r", "no line": "N", "level": "l", "values": "v", "own level": "o", "own values": "w",
           "ceiling": "c", "no agreement": "a", "from": "e", "excludes": "f", "nobody": "n"}


def say(reason, line=0):
    return f"{LETTERS[reason]}{line}"


class Label:
    """level; values: a set of codes; rel and origin: sets of parties."""

    def __init__(self, level, values, rel, origin):
        self.level, self.values, self.rel, self.origin = level, frozenset(values), frozenset(rel), frozenset(origin)


class Second:
    def __init__(self, guidelines):
        self.g = guidelines
        self.place = {("plane", name): where for name, where in self.g.planes.items()}
        self.place |= {("feed", name): where for name, where in self.g.feeds.items()}
        for name in ("lacks", "agreed", "cleared"):  # asked again and again of the same
            setattr(self, name, functools.cache(getattr(self, name)))

    def above(self, one, other):
        return self.g.levels.index(one) > self.g.levels.index(other)

    def lacks(self, values, holds):
        """What is missing of the values of a label."""
        out = set()
        for category, rule in self.g.rules.items():
            named = {one for one in values if self.g.values[one]["category"] == category}
            if rule == "all":
                out |= named - set(holds)
            elif rule == "any" and named and not named & set(holds):
                out |= named
        return out

    def agreed(self, level, values, party, origin):
        """None where no other party's information is in it; otherwise the last agreement's line, or the denial."""
        last = None
        for other in [one for one in self.g.parties() if one in origin and one != party]:
            between = [one for one in self.g.agreements.values() if party in one["parties"] and other in one["parties"]]
            good = [one for one in between if not self.above(level, one["ceiling"]) and self.is_topic(one, values)]
            if not good:
                return say("no agreement", between[0]["line"] if between else 0)
            last = good[0]["line"]
        return last

    def is_topic(self, agreement, values):
        if not agreement["only"]:
            return True
        named = {one for one in values if self.g.values[one]["category"] == agreement["category"]}
        return bool(named) and named <= set(agreement["only"])

    def cleared(self, level, values, party, role, own):
        """The denial, or None."""
        node = self.g.nodes[party]
        if self.above(level, node["up-to"]):
            return say("level", node["line"])
        if self.lacks(values, frozenset(node["holds"])):
            return say("values", node["line"])
        if role is not None:
            if party in self.g.outside:
                return say("no line")
            one = self.g.roles[role]
            if self.above(level, one["up-to"]):
                return say("level", one["line"])
            if self.lacks(values, frozenset(one["holds"])):
                return say("values", one["line"])
        if own is not None:
            if self.above(level, own[0]):
                return say("own level")
            if self.lacks(values, own[1]):
                return say("own values")
        return None

    def evaluate(self, label, party, role, place, own):
        if party not in label.rel:
            return "r0"
        if not label.origin:
            return say("origin")
        denied = self.cleared(label.level, label.values, party, role, own)
        if denied:
            return denied
        if place is not None and place != ("plane", "HOME") or place in self.place:
            if place not in self.place:
                return say("ceiling")
            level, line = self.place[place]
            if self.above(label.level, level):
                return say("ceiling", line)
        agreed = self.agreed(label.level, label.values, party, label.origin)
        if isinstance(agreed, str):
            return agreed
        line = self.g.roles[role]["line"] if role is not None else agreed or self.g.nodes[party]["line"]
        return f"+{line}"

    def check(self, label):
        for code, value in self.g.values.items():
            if code not in label.values:
                continue
            if value["from"] and self.above(value["from"], label.level):
                return say("from", value["line"])
            if set(value["excludes"]) & label.rel:
                return say("excludes", value["line"])
        for party in self.g.parties():
            if party in label.rel:
                agreed = self.agreed(label.level, label.values, party, label.origin)
                if isinstance(agreed, str):
                    return agreed
        readers = [(party, None) for party in self.g.outside]
        readers += [(party, role) for party in self.g.members for role in self.g.roles]
        if not any(self.evaluate(label, *reader, None, None).startswith("+") for reader in readers):
            return say("nobody")
        return say("allowed")

    def within(self, label, of):
        """Whether whoever may read the one may read the other, by what they say; guidelines.md section 5, law 7."""
        if self.above(of.level, label.level) or label.rel - of.rel or of.origin - label.origin:
            return False
        for category, rule in self.g.rules.items():
            mine, its = ({one for one in values if self.g.values[one]["category"] == category}
                         for values in (label.values, of.values))
            if rule == "all" and its - mine or rule == "any" and its and (not mine or mine - its):
                return False
        return not any(isinstance(self.agreed(of.level, of.values, party, of.origin), str) and
                       not isinstance(self.agreed(label.level, label.values, party, label.origin), str) for party in label.rel)
