"""A second reading of docs/spec/guidelines.md, in another language: it shares no code with src/accord.

Guidelines(file, accord) reads the lines of an accord_reader.File; .lines() is what test/vectors/guidelines.json has, and
the sets and tables are strings, for policy_second.py.
"""
import datetime
import re

from accord_reader import Text

CODE = re.compile("[A-Z][A-Z0-9-]{0,31}")
PARTY_CODE = re.compile("[A-Z][A-Z0-9-]{0,15}")
NAME = re.compile("[a-z][a-z0-9-]{0,31}")
FILE_NAME = re.compile("[A-Za-z][A-Za-z0-9-]{0,31}")
PLANES = ["LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE", "HOME"]
PRECEDENCES = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]
HEADS = ["guidelines", "party", "outside", "level", "category", "value", "agreement", "node", "role", "plane", "feed",
         "release", "downgrade", "recall", "erase", "approval", "fate", "words", "map"]


class Guidelines:
    def __init__(self, f, accord):
        self.f, self.accord = f, accord
        self.head = None
        self.members = [name.upper() for name in accord.parties]
        self.names, self.party_line = {}, {}
        self.outside, self.levels, self.rules, self.values = [], [], {}, {}
        self.level_line, self.category_line = {}, {}
        self.agreements, self.nodes, self.roles, self.planes, self.feeds = {}, {}, {}, {}, {}
        self.releases, self.acts, self.approvals, self.reviews = {}, {}, {}, {}
        self.words, self.maps = None, {}
        for word in f.lines():
            f.expect(f.number <= 256, "guidelines.lines")
            f.expect(word in HEADS, "line.keyword")
            f.words.pop(0)
            getattr(self, f"read_{word}")()
        f.expect(f.number <= 256, "guidelines.lines")
        self.check()

    # ---- Words

    def more(self):
        return bool(self.f.words) and not isinstance(self.f.words[0], Text)

    def accept(self, word):
        if self.more() and self.f.words[0] == word:
            self.f.words.pop(0)
            return True
        return False

    def need(self, word, rule):
        self.f.expect(self.accept(word), rule)

    def level(self, rule):
        return self.f.take(rule, self.levels)

    def several(self, known, rule):
        out = []
        while self.more() and self.f.words[0] in known:
            out.append(self.f.words.pop(0))
        self.f.expect(out and len(set(out)) == len(out), rule)
        return [one for one in known if one in out]

    def by(self):
        self.need("by", "guidelines.by")
        return int(self.f.take("guidelines.by", re.compile("[0-7]")))

    def span(self, rule):
        value = self.f.span(rule)
        self.f.expect(value, rule)
        return value

    # ---- Lines

    def read_guidelines(self):
        f, rule = self.f, "guidelines.head"
        f.expect(self.head is None, rule)
        name = f.take(rule, FILE_NAME)
        self.need("version", rule)
        version = int(f.take(rule, re.compile("[1-9][0-9]{0,9}")))
        f.expect(version < 2**32, rule)
        self.need("review-by", rule)
        day = f.take(rule, re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"))
        try:
            year = datetime.date.fromisoformat(day).year
        except ValueError:
            f.refuse(rule)
        f.expect(1970 <= year <= 2199, rule)
        self.head = f.number, name, version, day

    def read_party(self):
        code = self.f.take("guidelines.party", self.members)
        self.f.expect(code not in self.party_line, "guidelines.party")
        self.party_line[code] = self.f.number
        self.names["party", code] = self.f.names(self.accord.languages)

    def parties(self):
        return self.members + self.outside

    def read_outside(self):
        code = self.f.take("guidelines.outside", PARTY_CODE)
        self.f.expect(code not in self.parties(), "guidelines.outside")
        self.f.expect(len(self.parties()) < 32, "guidelines.count")
        self.names["party", code] = self.f.names(self.accord.languages)
        self.outside.append(code)
        self.party_line[code] = self.f.number

    def read_level(self):
        code = self.f.take("guidelines.level", CODE)
        self.f.expect(code not in self.levels, "guidelines.level")
        self.f.expect(len(self.levels) < 16, "guidelines.count")
        self.names["level", code] = self.f.names(self.accord.languages)
        self.levels.append(code)
        self.level_line[code] = self.f.number

    def read_category(self):
        name = self.f.take("guidelines.category", NAME)
        self.f.expect(name not in self.rules and name not in ("rel", "origin"), "guidelines.category")
        self.f.expect(len(self.rules) < 14, "guidelines.count")
        self.rules[name] = self.f.take("guidelines.category", ["all", "any", "info"])
        self.category_line[name] = self.f.number

    def read_value(self):
        f = self.f
        category = f.take("guidelines.category", list(self.rules))
        code = f.take("guidelines.value", CODE)
        f.expect(code not in self.values, "guidelines.value")
        f.expect(len(self.values) < 64, "guidelines.count")
        self.names["value", code] = f.names(self.accord.languages)
        lowest = self.level("guidelines.level") if self.accept("from") else None
        excludes = self.several(self.parties(), "guidelines.excludes") if self.accept("excludes") else []
        controlled = self.accept("control")
        if controlled:
            self.need("originator", "guidelines.control")
        self.values[code] = {"category": category, "from": lowest, "excludes": excludes, "controlled": controlled,
                             "line": f.number}

    def read_agreement(self):
        f = self.f
        name = f.take("guidelines.agreement", NAME)
        f.expect(name not in self.agreements, "guidelines.agreement")
        f.expect(len(self.agreements) < 32, "guidelines.count")
        self.need("parties", "guidelines.parties")
        parties = self.several(self.parties(), "guidelines.parties")
        f.expect(len(parties) > 1 and set(parties) & set(self.members), "guidelines.parties")
        self.need("ceiling", "guidelines.ceiling")
        ceiling = self.level("guidelines.ceiling")
        basis, category, only, via = "", None, [], None
        if self.accept("basis"):
            f.expect(f.words and not self.more(), "guidelines.basis")
            basis = f.words.pop(0)
        if self.accept("only"):
            category = f.take("guidelines.only", [one for one in self.rules if self.rules[one] != "info"])
            only = self.several(list(self.values), "guidelines.only")
            f.expect(all(self.values[one]["category"] == category for one in only), "guidelines.only")
        if self.accept("via"):
            via = f.take("guidelines.via", [one for one in self.members if one in parties])
        self.agreements[name] = {"parties": parties, "ceiling": ceiling, "basis": basis, "category": category,
                                 "only": only, "via": via, "line": f.number}

    def read_reader(self):
        f = self.f
        self.need("up-to", "guidelines.up-to")
        up_to = self.level("guidelines.up-to")
        self.need("holds", "guidelines.holds")
        held = []
        while self.more() and f.words[0] != "may":
            word = f.words.pop(0)
            if word.endswith(".*") and word[:-2] in self.rules:
                these = [one for one in self.values if self.values[one]["category"] == word[:-2]]
            else:
                these = [word] if word in self.values else []
            f.expect(these and not set(these) & set(held), "guidelines.holds")
            f.expect(self.rules[self.values[these[0]]["category"]] != "info", "guidelines.holds")
            held += these
        f.expect(not f.words or self.more(), "guidelines.holds")
        releases = self.accept("may")
        if releases:
            self.need("release", "guidelines.may")
        return {"up-to": up_to, "holds": [one for one in self.values if one in held], "releases": releases,
                "line": f.number}

    def read_node(self):
        code = self.f.take("guidelines.node", self.parties())
        self.f.expect(code not in self.nodes, "guidelines.node")
        self.nodes[code] = self.read_reader()
        self.f.expect(not self.nodes[code]["releases"], "guidelines.may")

    def read_role(self):
        name = self.f.take("guidelines.role", list(self.accord.posts))
        self.f.expect(name not in self.roles, "guidelines.role")
        self.roles[name] = self.read_reader()

    def read_plane(self):
        planes = self.several(PLANES, "guidelines.plane")
        self.need("ceiling", "guidelines.ceiling")
        level = self.level("guidelines.ceiling")
        for plane in planes:
            self.f.expect(plane not in self.planes, "guidelines.plane")
            self.planes[plane] = level, self.f.number

    def read_feed(self):
        names = []
        while not names or self.more() and self.f.words[0] != "ceiling":
            names.append(self.f.take("guidelines.feed", NAME))
            self.f.expect(names[-1] not in self.feeds and len(set(names)) == len(names), "guidelines.feed")
            self.f.expect(len(self.feeds) + len(names) <= 16, "guidelines.count")
        self.need("ceiling", "guidelines.ceiling")
        level = self.level("guidelines.ceiling")
        for name in names:
            self.feeds[name] = level, self.f.number

    def read_release(self):
        f = self.f
        when = f.take("guidelines.release", ["within", "outside", "above", "plane", "precedence"])
        of = ""
        if when == "above":
            of = self.level("guidelines.level")
        elif when == "plane":
            of = f.take("guidelines.plane", PLANES)
        elif when == "precedence":
            of = f.take("guidelines.release", PRECEDENCES)
        f.expect((when, of) not in self.releases, "guidelines.release")
        f.expect(len(self.releases) < 32, "guidelines.count")
        by = self.by()
        consent = self.accept("consent")
        if consent:
            self.need("each-party", "guidelines.consent")
        self.releases[when, of] = {"by": by, "consent": consent, "line": f.number}

    def read_act(self, word):
        self.f.expect(word not in self.acts, f"guidelines.{word}")
        self.acts[word] = self.by(), self.f.number

    def read_downgrade(self):
        self.read_act("downgrade")

    def read_recall(self):
        self.read_act("recall")

    def read_erase(self):
        self.read_act("erase")

    def read_approval(self):
        self.need("lasts", "guidelines.approval")
        span = self.span("guidelines.approval")
        plane = self.f.take("guidelines.plane", PLANES) if self.accept("plane") else None
        self.f.expect(plane not in self.approvals, "guidelines.approval")
        self.approvals[plane] = span, self.f.number

    def read_fate(self):
        self.need("review", "guidelines.fate")
        word = self.f.take("guidelines.fate", re.compile("[1-9][0-9]{0,9}[dy]"))
        days = int(word[:-1]) * (365 if word[-1] == "y" else 1)
        self.f.expect(days <= 36500, "guidelines.fate")
        note = None
        if self.accept("note"):
            notes = [one for one in self.values if self.rules[self.values[one]["category"]] == "info"]
            note = self.f.take("guidelines.fate", notes)
        self.f.expect(note not in self.reviews, "guidelines.fate")
        self.reviews[note] = days, self.f.number

    def read_words(self):
        self.need("hold", "guidelines.words")
        self.need("words.txt", "guidelines.words")
        self.f.expect(self.words is None, "guidelines.words")
        self.words = self.f.number

    def read_map(self):
        kind = self.f.take("guidelines.map", NAME)
        level, value = self.f.take("guidelines.map", self.levels), self.f.take("guidelines.map")
        self.f.expect((kind, level) not in self.maps, "guidelines.map")
        self.f.expect(len(self.maps) < 128, "guidelines.count")
        if kind.startswith("home-"):
            others = [said for (name, _), (said, _) in self.maps.items() if name == kind] + [one for one in self.levels if one != level]
            self.f.expect(kind[5:].upper() in self.members and CODE.fullmatch(value) and value not in others, "guidelines.map")
        self.maps[kind, level] = value, self.f.number

    # ---- The whole

    def check(self):
        f, end = self.f, max(self.f.number, 1)

        def hold(holds, rule, line=end):
            f.number = line
            f.expect(holds, rule)

        hold(self.head, "guidelines.head")
        for act in ("downgrade", "recall", "erase"):
            hold(act in self.acts, f"guidelines.{act}")
        hold(all(one in self.party_line for one in self.members), "guidelines.party")
        hold(self.levels, "guidelines.level")
        for party in self.parties():
            hold(party in self.nodes, "guidelines.node", self.party_line[party])
        hold(all(one in self.roles for one in self.accord.posts), "guidelines.role")
        used = {channel["plane"] for channel in self.accord.channels} - {"HOME"}
        hold(used <= set(self.planes), "guidelines.plane")
        hold(("within", "") in self.releases and (not self.outside or ("outside", "") in self.releases),
             "guidelines.release")
        hold(None in self.approvals, "guidelines.approval")
        hold(None in self.reviews, "guidelines.fate")
        within = self.releases["within", ""]["by"]
        for one in (("plane", "LEADER"), ("precedence", "FLASH")):
            own = self.releases.get(one, {"by": 0, "line": end})
            hold(max(own["by"], within) >= 2, "guidelines.alone", own["line"])
        releasers = [one for one in self.roles.values() if one["releases"]]
        for level in self.levels:
            hold(any(self.rank(level) <= self.rank(one["up-to"]) for one in releasers), "guidelines.reached",
                 self.level_line[level])
        for code, value in self.values.items():
            if self.rules[value["category"]] == "info":
                continue
            hold(any(code in one["holds"] for one in self.roles.values()), "guidelines.held", value["line"])
            hold(any(code in one["holds"] and self.rank(value["from"]) <= self.rank(one["up-to"]) for one in releasers),
                 "guidelines.reached", value["line"])

    def rank(self, level):
        return 0 if level is None else self.levels.index(level)

    # ---- As lines

    def lines(self):
        def names(kind, code):
            return [f"name {one}" for one in self.names[kind, code]]

        def clearance(one):
            return f"up-to {one['up-to']} holds {','.join(one['holds'])}{' release' * one['releases']}"

        line, name, version, day = self.head
        out = [f"guidelines {name} {version} {day}"]
        for code in self.parties():
            out += [f"party {self.party_line[code]} {code}{' outside' * (code in self.outside)}", *names("party", code)]
        for code in self.levels:
            out += [f"level {self.level_line[code]} {code}", *names("level", code)]
        for name, rule in self.rules.items():
            out.append(f"category {self.category_line[name]} {name} {rule}")
        for code, one in self.values.items():
            out += [f"value {one['line']} {one['category']} {code} from {one['from'] or self.levels[0]} excludes "
                    f"{','.join(one['excludes'])}{' control' * one['controlled']}", *names("value", code)]
        for name, one in self.agreements.items():
            others = [code for code, value in self.values.items()
                      if value["category"] == one["category"] and code not in one["only"]]
            out.append(f"agreement {one['line']} {name} parties {','.join(one['parties'])} ceiling {one['ceiling']} only "
                       f"{','.join(one['only'])} outside {','.join(others)} via {one['via'] or ''}")
            out += [f"basis {one['basis']}"] if one["basis"] else []
        out += [f"node {self.nodes[code]['line']} {code} {clearance(self.nodes[code])}" for code in self.parties()]
        out += [f"role {self.roles[name]['line']} {name} {clearance(self.roles[name])}" for name in sorted(self.roles)]
        out += [f"plane {self.planes[one][1]} {one} {self.planes[one][0]}" for one in PLANES if one in self.planes]
        out += [f"feed {number} {name} {level}" for name, (level, number) in self.feeds.items()]
        for (when, of), one in self.releases.items():
            out.append(f"release {one['line']} {when} {of} by {one['by']}{' consent' * one['consent']}")
        out += [f"{act} {self.acts[act][1]} by {self.acts[act][0]}" for act in ("downgrade", "recall", "erase")]
        for plane in [None, *PLANES]:
            if plane in self.approvals:
                out.append(f"approval {self.approvals[plane][1]} {plane or ''} {self.approvals[plane][0]}")
        for note in [None, *self.values]:
            if note in self.reviews:
                out.append(f"review {self.reviews[note][1]} {note or ''} {self.reviews[note][0]}")
        out += [f"words {self.words}"] if self.words else []
        return out + [f"map {number} {kind} {level} {value}" for (kind, level), (value, number) in self.maps.items()]
