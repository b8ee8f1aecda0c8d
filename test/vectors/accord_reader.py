"""A second reading of docs/spec/accord.md, in another language: it shares no code with src/accord.

read(manifest, files) gives the lines that test/vectors/accord.json has, or raises Refused(file, line, rule).
"""
import base64
import datetime
import binascii
import hashlib
import re
import unicodedata

from nacl.bindings import crypto_core_ed25519_is_valid_point

NEEDED = ("accord", "parties", "posts", "channels", "timers")  # in the order in which they are read; then codes, forms, keys
BUNDLE_NAME = re.compile(
    r"(accord|authority|parties|posts|keys|channels|codes|timers|guidelines|opened|words\.txt|glossary|REVIEW"
    r"|(bodies|forms|procedures)/[A-Za-z0-9_][A-Za-z0-9._-]{0,63})")
PARTY = re.compile(r"[a-z][a-z0-9-]{0,15}")
ROLE = re.compile(r"[a-z][a-z0-9-]{0,31}")
ZONE = re.compile(r"(?=.{1,48}$)[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
GRAMMAR = {"of", "parties", "observers", "write", "precedence", "able"}
HIDDEN = re.compile("[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
                    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]")
PLANES = ["LEADER", "CONSULT", "NOTIFY", "SHARE", "SERVICE", "HOME"]
PRECEDENCES = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]
ACTS = ["announce", "amend", "cancel", "close"]
FORM = re.compile("[A-Z][A-Z0-9]{0,15}")
TYPE = re.compile(r"(?:(text|pair|time|span|ref|num|role|party|hash|path|form|group)|code:([^:?\[\]]+))(\[\])?(\?)?")
COMMON = ("act", "basis", "reply-by", "because", "reason")
USES = ["root", "registrar", "log", "mirror", "tls"]
UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class Refused(Exception):
    pass


class Text(str):
    """What stood in quotes."""


class File:
    """The lines of one file: self.words of the line that is at hand."""

    def __init__(self, name, raw):
        self.name, self.rest, self.number, self.words = name, raw, 0, []

    def refuse(self, rule):
        raise Refused(self.name, max(self.number, 1), rule)

    def expect(self, holds, rule):
        if not holds:
            self.refuse(rule)

    def lines(self):
        while self.rest:
            raw, newline, self.rest = self.rest.partition(b"\n")
            self.number += 1
            self.expect(newline, "line.newline")
            self.expect(len(raw) <= 4096, "line.length")
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError:
                self.refuse("line.utf8")
            self.expect(not re.search("[\u0000-\u001f\u007f]", line), "line.control")
            self.words = self.tokens(line)
            if self.words:
                yield self.words[0]
                self.expect(not self.words, "line.end")

    def tokens(self, line):
        out, at, was_token = [], 0, False
        while at < len(line) and line[at] != "#":
            if line[at] == " ":
                at, was_token = at + 1, False
                continue
            self.expect(not was_token, "line.space")
            if line[at] == '"':
                end = line.find('"', at + 1)
                self.expect(end > at + 1, "line.text")
                text = line[at + 1 : end]
                self.expect(len(text.encode()) <= 200, "line.text-length")
                self.expect(not HIDDEN.search(text), "line.hidden")
                self.expect(unicodedata.is_normalized("NFC", text), "line.nfc")
                out.append(Text(text))
                at = end + 1
            else:
                word = re.compile('[^ "#]+').match(line, at)
                out.append(word[0])
                at = word.end()
            was_token = True
        return out

    def take(self, rule, wanted=None):
        """The next word; wanted: a pattern, or the words that may stand here."""
        self.expect(self.words and not isinstance(self.words[0], Text), rule)
        word = self.words.pop(0)
        if isinstance(wanted, re.Pattern):
            self.expect(wanted.fullmatch(word), rule)
        elif wanted is not None:
            self.expect(word in wanted, rule)
        return word

    def names(self, languages):
        out = {}
        for _ in languages:
            language = self.take("names.language")
            self.expect(self.words and isinstance(self.words[0], Text), "names.text")
            self.expect(language in languages and language not in out, "names.language")
            out[language] = self.words.pop(0)
        return [f"{language} {out[language]}" for language in languages]

    def members(self, known, rule):
        """Words of `known`, each once and at least one; as a mask."""
        mask = 0
        while self.words and not isinstance(self.words[0], Text) and self.words[0] in known:
            bit = 1 << known.index(self.words.pop(0))
            self.expect(not mask & bit, rule)
            mask |= bit
        self.expect(mask, rule)
        return mask

    def span(self, rule):
        word = self.take(rule)
        match = re.fullmatch("([1-9][0-9]*)(ms|s|m|h|d)", word)
        self.expect(word == "none" or match, rule)
        value = 0 if word == "none" else int(match[1]) * UNITS[match[2]]
        self.expect(value <= 366 * UNITS["d"], rule)
        return value

    def named_span(self, name):
        self.take(f"timers.{name}", [name])
        return self.span(f"timers.{name}")


def check_bundle(manifest, files):
    listed, last = [], ""
    if len(files) > 256 or len(manifest) > 65536:
        raise Refused("MANIFEST", 1, "manifest.length")
    for number, line in enumerate(manifest.split(b"\n"), 1):
        if not line and number == manifest.count(b"\n") + 1:
            break
        match = re.fullmatch(rb"([0-9a-f]{64})  (.+)", line, re.S)
        if match is None or number > manifest.count(b"\n"):
            raise Refused("MANIFEST", number, "manifest.form")
        name = match[2].decode("latin-1")
        if name <= last:
            raise Refused("MANIFEST", number, "manifest.order")
        if not BUNDLE_NAME.fullmatch(name):
            raise Refused("MANIFEST", number, "manifest.name")
        before = [other for other in sorted(files) if other < name and other not in listed]
        if before:
            raise Refused(before[0], 1, "bundle.listed")
        if name not in files:
            raise Refused(name, 1, "bundle.missing")
        if len(files[name]) > 65536:
            raise Refused(name, 1, "bundle.length")
        if hashlib.sha256(files[name]).hexdigest().encode() != match[1]:
            raise Refused(name, 1, "bundle.hash")
        listed.append(name)
        last = name
    for name in sorted(set(files) - set(listed)):
        raise Refused(name, 1, "bundle.listed")


class Accord:
    def __init__(self, files):
        self.out, self.languages, self.parties, self.posts = {}, [], [], {}
        self.keys, self.channels, self.until = [], [], {}
        self.words, self.lists, self.forms = 0, {}, []
        self.guidelines = None
        for name in NEEDED:
            self.read_needed(name, files)
        if "guidelines" in files:
            self.read_guidelines(files)
        if "authority" in files:
            self.read_authority(File("authority", files["authority"]))
        self.out["codes"] = self.at = []
        if "codes" in files:
            self.read_codes(File("codes", files["codes"]))
        self.out["forms"] = self.at = []
        for name in sorted(name for name in files if name.startswith("forms/")):
            self.read_form(File(name, files[name]))
        for form in self.forms:
            if not set(form["after"]) <= {other["name"] for other in self.forms}:
                raise Refused(form["file"], 1, "forms.after")
        self.out["glossary"] = self.at = []
        if "glossary" in files:
            self.read_glossary(File("glossary", files["glossary"]))
        self.read_needed("keys", files)
        if self.guidelines and self.guidelines.words and "words.txt" not in files:
            raise Refused("guidelines", self.guidelines.words, "guidelines.words")

    def read_needed(self, name, files):
        if name not in files:
            raise Refused(name, 1, "bundle.missing")
        self.out[name] = self.at = []
        getattr(self, f"read_{name}")(File(name, files[name]))

    def put(self, *lines):
        self.at += lines

    def lines(self):
        return [line for name in ("accord", "parties", "posts", "keys", "channels", "timers", "codes", "forms", "glossary") for line in self.out[name]]

    def read_guidelines(self, files):
        from guidelines_reader import Guidelines  # it reads lines as this file does

        self.guidelines = Guidelines(File("guidelines", files["guidelines"]), self)

    def read_accord(self, f):
        had, title = {}, []
        for word in f.lines():
            f.expect(word in ("founding", "previous", "mode", "post-quantum", "languages", "title"), "line.keyword")
            f.words.pop(0)
            rule = "accord.founding" if word in ("founding", "previous") else f"accord.{word}"
            f.expect(word not in had, rule)
            if word == "founding":
                had[word] = word
            elif word == "previous":
                digits = f.take("accord.previous", re.compile("[0-9a-f]{64}"))
                f.expect(int(digits, 16) != 0, "accord.previous")
                f.take("accord.id", ["id"])
                had[word] = f"previous {digits} id " + f.take("accord.id", re.compile("[0-9a-f]{32}"))
            elif word == "mode":
                had[word] = f.take(rule, ["live", "exercise"])
            elif word == "post-quantum":
                had[word] = f.take(rule, ["preferred", "required"])
            elif word == "languages":
                while f.words or not self.languages:
                    tag = f.take(rule, LANGUAGE)
                    f.expect(tag not in self.languages and len(self.languages) < 4 and len(tag) <= 15, rule)
                    self.languages.append(tag)
                had[word] = self.languages
            else:
                f.expect(self.languages, "accord.languages")
                had[word] = title = f.names(self.languages)
        for word in ("mode", "post-quantum", "languages", "title"):
            f.expect(word in had, f"accord.{word}")
        f.expect(("founding" in had) != ("previous" in had), "accord.founding")
        self.is_founding = "founding" in had
        self.put(had.get("founding") or had["previous"], had["mode"], had["post-quantum"], None)
        self.put(*(f"language {tag}" for tag in self.languages), *(f"title {name}" for name in title))

    def read_parties(self, f):
        for _ in f.lines():
            name = f.take("parties.name", PARTY)
            f.expect(name not in GRAMMAR, "parties.name")
            f.expect(len(self.parties) < 8, "parties.count")
            f.expect(name not in self.parties, "parties.order")
            f.expect(not self.is_founding or not self.parties or self.parties[-1] < name, "parties.order")
            self.parties.append(name)
            names = [f"name {one}" for one in f.names(self.languages)]
            if f.words[:1] == ["zone"] and not isinstance(f.words[0], Text):
                f.take("parties.zone")
                names.append(f"zone {f.take('parties.zone', ZONE)}")
            self.put(f"party {name} {name.upper()}", *names)
        f.expect(len(self.parties) >= 2, "parties.count")

    def able(self, f):
        words = []
        if f.words and f.words[0] == "able":
            f.take("posts.able")
            f.expect(f.words, "posts.able")
            while f.words:
                words.append(f.take("posts.able", ROLE))
                f.expect(words.count(words[-1]) == 1 and len(" ".join(words)) <= 160, "posts.able")
        return words

    def read_posts(self, f):
        for _ in f.lines():
            name = f.take("posts.name", ROLE)
            f.expect(name not in GRAMMAR and name != "node", "posts.name")
            f.expect(len(self.posts) < 64, "posts.count")
            f.expect(name not in self.posts, "posts.order")
            f.expect(not self.is_founding or all(other < name for other in self.posts), "posts.order")
            names = f.names(self.languages)
            f.take("posts.of", ["of"])
            self.posts[name] = f.members(self.parties, "posts.of")
            able = self.able(f)
            self.put(f"post {name} of {self.posts[name]}", *([f"able {' '.join(able)}"] if able else []), *(f"name {one}" for one in names))
        f.expect(self.posts, "posts.count")

    # codes, forms

    def word(self, f):
        f.expect(self.words < 1024, "forms.words")
        self.words += 1

    def take_list(self, f, lists):
        self.word(f)
        name = f.take("codes.list", ROLE)
        f.expect(name not in lists and name not in self.lists, "codes.list")
        lists[name] = []
        return name

    def take_value(self, f, lists, name):
        self.word(f)
        f.expect(name is not None, "codes.value")
        number = int(f.take("codes.value", re.compile("0|[1-9][0-9]{0,4}")))
        f.expect(number <= 65535, "codes.value")
        value = f.take("codes.value", ROLE)
        names = f.names(self.languages)
        f.expect(not lists[name] or lists[name][-1][0] < number, "codes.order")
        f.expect(value not in [other[1] for other in lists[name]], "codes.value")
        lists[name].append((number, value, names))

    def put_lists(self, lists):
        for name, values in lists.items():
            self.put(f"list {name}")
            for number, value, names in values:
                self.put(f"value {number} {value}", *(f"name {one}" for one in names))

    def read_codes(self, f):
        name = None
        for word in f.lines():
            f.expect(word in ("list", "value"), "line.keyword")
            f.words.pop(0)
            if word == "list":
                name = self.take_list(f, self.lists)
            else:
                self.take_value(f, self.lists, name)
        f.expect(all(self.lists.values()), "codes.value")
        self.put_lists(self.lists)

    def read_glossary(self, f):
        statuses, terms = {}, []
        for word in f.lines():
            f.expect(word in ("translate", "term"), "line.keyword")
            f.words.pop(0)
            if word == "translate":
                status = f.take("glossary.translate", ["MACHINE", "DRAFT", "REVIEWED", "CERTIFIED"])
                f.expect(status not in statuses, "glossary.translate")
                f.take("glossary.translate", ["by"])
                statuses[status] = f.members(list(self.posts), "glossary.translate")
                f.expect(not f.words, "glossary.translate")
                continue
            name = f.take("glossary.term", ROLE)
            f.expect(not terms or terms[-1][0] < name, "glossary.order")
            f.expect(len(terms) < 256, "glossary.count")
            names = f.names(self.languages)
            is_contested = f.words[:1] == ["contested"]
            if is_contested:
                f.words.pop(0)
            terms.append((name, names, is_contested))
        self.put(*(f"translate {one} {statuses[one]}" for one in ("MACHINE", "DRAFT", "REVIEWED", "CERTIFIED") if one in statuses))
        for name, names, is_contested in terms:
            self.put(f"term {name}{' contested' * is_contested}", *(f"name {one}" for one in names))

    def take_type(self, f, form):
        match = TYPE.fullmatch(f.take("forms.type"))
        f.expect(match, "forms.type")
        kind, name, is_list, is_optional = match.groups()
        f.expect(name is None or name in form["lists"] or name in self.lists, "forms.list")
        return kind or "code", f"code:{name}" if name else kind, bool(is_list), bool(is_optional)

    def read_form(self, f):
        form = {"file": f.name, "after": [], "limits": {}, "where": {}, "flags": set(), "lists": {}, "fields": [], "name": None}
        had, name = set(), None
        if len(self.forms) == 64:
            raise Refused(f.name, 1, "forms.count")
        for word in f.lines():
            f.expect(word in ("form", "plane", "acts", "precedence", "reply", "corrects", "basis", "after", "limit", "list",
                              "value", "field", "member", "need"), "line.keyword")
            f.expect(word not in ("form", "plane", "acts", "precedence") or word not in had, f"forms.{word}")
            f.words.pop(0)
            f.expect(word == "form" or "form" in had, "forms.form")
            had.add(word)
            if word in ("reply", "corrects", "basis"):
                f.expect(word not in form["flags"], "forms.twice")
                form["flags"].add(word)
            elif word == "list":
                name = self.take_list(f, form["lists"])
            elif word == "value":
                self.take_value(f, form["lists"], name)
            else:
                getattr(self, f"form_{word}")(f, form)
        for word in ("form", "plane", "acts", "precedence"):
            f.expect(word in had, f"forms.{word}")
        f.expect(all(form["lists"].values()), "codes.value")
        f.expect(all(field["members"] for field in form["fields"] if field["kind"] == "group"), "forms.group")
        has_ref = any(field["type"] == ("ref", "ref", False, False) for field in form["fields"])
        f.expect("corrects" not in form["flags"] or has_ref and not form["precedences"] and "reply" not in form["flags"],
                 "forms.corrects")
        f.expect("reply" not in form["flags"] or form["precedences"], "forms.precedence")
        self.forms.append(form)
        self.put_form(form)

    def form_form(self, f, form):
        form["name"] = f.take("forms.form", FORM)
        f.take("forms.version", ["version"])
        form["version"] = int(f.take("forms.version", re.compile("[1-9][0-9]{0,9}")))
        f.expect(form["version"] < 2**32, "forms.version")
        form["names"] = f.names(self.languages)
        files = [f"forms/{form['name']}", f"forms/{form['name']}.{form['version']}"]
        f.expect(form["file"] in files, "forms.file")
        f.expect(all((other["name"], other["version"]) != (form["name"], form["version"]) for other in self.forms), "forms.file")

    def form_plane(self, f, form):
        form["planes"] = f.members(PLANES, "forms.plane")
        f.expect(not f.words, "forms.plane")

    def form_acts(self, f, form):
        form["acts"] = f.members(ACTS, "forms.acts")
        f.expect(form["acts"] & 1 and not f.words, "forms.acts")

    def form_precedence(self, f, form):
        form["precedences"], form["precedence"] = 0, 0
        if f.words[:1] == ["subject"]:
            f.words.pop(0)
            return
        f.expect(f.words and f.words[0] in PRECEDENCES, "forms.precedence")
        form["precedence"] = PRECEDENCES.index(f.words[0])
        form["precedences"] = f.members(PRECEDENCES, "forms.precedence")
        f.expect(not f.words, "forms.precedence")

    def form_after(self, f, form):
        f.expect(not form["after"], "forms.twice")
        while not form["after"] or f.words:
            form["after"].append(f.take("forms.after", FORM))
            f.expect(len(form["after"]) <= 8, "forms.after")

    def form_limit(self, f, form):
        word = f.take("forms.limit", ["answer", "again", "before", "after"])
        key = word
        if word in ("before", "after"):
            field = f.take("forms.limit")
            kinds = [one["kind"] for one in form["fields"] if one["name"] == field and not one["type"][2]]
            f.expect(kinds in (["time"], ["span"]), "forms.limit")
            key = f"{word} {field}"
        spans = form["limits"]
        f.expect(all(other.split()[0] != word or other.startswith("answer ") for other in spans), "forms.twice")
        spans[key] = f.span("forms.limit")
        f.expect(spans[key], "forms.limit")
        if word in ("before", "after") and f.words and f.words[0] == "where":
            f.words.pop(0)
            form["where"][key] = self.form_where(f, form)
        while word == "answer" and f.words and f.words[0] in PRECEDENCES:
            key = f"answer {f.words.pop(0)}"
            f.expect(key not in spans, "forms.twice")
            spans[key] = f.span("forms.limit")
            f.expect(spans[key], "forms.limit")

    def form_where(self, f, form):
        """For which values of which field a limit holds."""
        rule, name, values = "forms.where", f.take("forms.where"), []
        lists = [one["type"][1] for one in form["fields"] if one["name"] == name and one["kind"] == "code" and not one["type"][2]]
        f.expect(len(lists) == 1, rule)
        known = [value for _, value, _ in {**self.lists, **form["lists"]}[lists[0].removeprefix("code:")]]
        while not values or f.words:
            values.append(f.take(rule, known))
            f.expect(values.count(values[-1]) == 1 and len(values) <= 16, rule)
        return [f"where {name} {value}" for value in values]

    def form_field(self, f, form):
        self.word(f)
        number = int(f.take("forms.number", re.compile("[1-9][0-9]{0,2}")))
        f.expect(number <= 199, "forms.number")
        name = f.take("forms.name", ROLE)
        f.expect(name not in COMMON and name not in [other["name"] for other in form["fields"]], "forms.name")
        kind = self.take_type(f, form)
        place = f.take("forms.place", ["statement", "content"])
        f.expect((kind[0], place) not in (("ref", "content"), ("group", "statement")), "forms.place")
        names = f.names(self.languages)
        f.expect(all(other["number"] < number for other in form["fields"]), "forms.number")
        form["fields"].append({"number": number, "name": name, "kind": kind[0], "type": kind, "place": place, "names": names,
                               "members": [], "need": []})

    def form_need(self, f, form):
        name = f.take("forms.need")
        field = next((one for one in form["fields"] if one["name"] == name), None)
        f.expect(field and field["type"][3] and not field["need"], "forms.need")
        f.take("forms.need", ["where"])
        field["need"] = self.form_where(f, form)
        of = field["need"][0].split()[1]
        places = {one["name"]: one["place"] for one in form["fields"]}
        f.expect((field["place"], places[of]) != ("statement", "content"), "forms.need")

    def form_member(self, f, form):
        self.word(f)
        f.expect(form["fields"] and form["fields"][-1]["kind"] == "group", "forms.group")
        members = form["fields"][-1]["members"]
        name = f.take("forms.name", ROLE)
        f.expect(name not in [other["name"] for other in members], "forms.name")
        kind = self.take_type(f, form)
        f.expect(not kind[2] and not kind[3] and kind[0] not in ("group", "ref"), "forms.group")
        members.append({"name": name, "type": kind, "names": f.names(self.languages)})

    def put_form(self, form):
        self.put(f"form {form['name']} {form['version']}", *(f"name {one}" for one in form["names"]))
        self.put(f"plane {form['planes']} acts {form['acts']} precedence {form['precedence']} of {form['precedences']}")
        self.put(*(word for word in ("reply", "corrects", "basis") if word in form["flags"]))
        self.put(*(f"after {name}" for name in form["after"]))
        order = ["answer", *(f"answer {one}" for one in PRECEDENCES), "again", "before", "after"]
        keys = sorted(form["limits"], key=lambda key: order.index(key if key.startswith("answer") else key.split()[0]))
        for key in keys:
            self.put(f"limit {key} {form['limits'][key]}", *form["where"].get(key, []))
        self.put_lists(form["lists"])
        for field in form["fields"]:
            self.put_field(f"field {field['number']} {field['name']}", field, field["place"])
            for member in field["members"]:
                self.put_field(f"member {member['name']}", member, "content")
            self.put(*["need"][: len(field["need"])], *field["need"])

    def put_field(self, head, field, place):
        _, name, is_list, is_optional = field["type"]
        self.put(f"{head} {name}{'[]' * is_list}{'?' * is_optional} {place}", *(f"name {one}" for one in field["names"]))

    def read_authority(self, f):
        """Which posts take two, until when; printed behind their posts."""
        posts, two, until, acting = list(self.posts), set(), {}, []
        for word in f.lines():
            f.expect(word in ("post", "acts", "closed"), "line.keyword")
            f.take("line.keyword", ["post", "acts", "closed"])
            if word == "acts":
                acting.append(self.read_acts(f, posts, [one[:2] for one in acting]))
                continue
            if word == "closed":
                name = f.take("authority.closed", ROLE)
                channel = next((one for one in self.channels if one["name"] == name), None)
                f.expect(channel, "authority.closed")
                f.expect(not channel["parties"] & ~union([self.posts[post] for i, post in enumerate(posts) if channel["writers"] >> i & 1]),
                         "authority.closed")
                channel["closed"] = True
                two |= {post for i, post in enumerate(posts) if channel["writers"] >> i & 1}
                continue
            post = f.take("authority.post", ROLE)
            f.expect(post in posts and post not in until, "authority.post")
            until[post] = 0
            is_two = bool(f.words) and f.words[0] == "by"
            if is_two:
                f.take("authority.by", ["by"])
                f.take("authority.by", ["two"])
                two.add(post)
            if f.words and f.words[0] == "until":
                f.take("authority.until", ["until"])
                try:
                    day = datetime.date.fromisoformat(f.take("authority.until", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")))
                except ValueError:
                    f.refuse("authority.until")
                f.expect(1970 <= day.year <= 2199, "authority.until")
                until[post] = ((day - datetime.date(1970, 1, 1)).days + 1) * 86_400_000
            f.expect(is_two or until[post], "authority.by")
        self.until = {post: ms for post, ms in until.items() if ms}
        for post in posts:
            if post in two or until.get(post):
                at = next(i for i, line in enumerate(self.out["posts"]) if line.startswith(f"post {post} "))
                self.out["posts"].insert(at + 1, f"authority {int(post in two)} {until.get(post, 0)}")

        self.out["posts"] += [f"acts {post} for {other} planes {planes} precedences {precedences}"
                              for post, other, planes, precedences in acting]

    @staticmethod
    def read_acts(f, posts, pairs):
        """Who acts for whom; everywhere and however urgent, unless it says where or how urgently."""
        post = f.take("authority.acts", ROLE)
        f.take("authority.acts", ["for"])
        other = f.take("authority.acts", ROLE)
        f.expect(post in posts and other in posts and post != other and (post, other) not in pairs, "authority.acts")
        limits = [(1 << len(PLANES)) - 1, (1 << len(PRECEDENCES)) - 1]
        for at, (word, known) in enumerate((("plane", PLANES), ("precedence", PRECEDENCES))):
            if f.words and f.words[0] == word:
                f.take("authority.acts", [word])
                limits[at] = f.members(known, "authority.acts")
        return post, other, *limits

    def read_keys(self, f):
        for _ in f.lines():
            line = " ".join(f.words)
            party = f.take("keys.party", self.parties)
            use = f.take("keys.use", USES)
            f.expect(len(self.keys) < 128, "keys.count")
            algorithm, text = f.take("keys.algorithm"), f.take("keys.key")
            try:
                raw = base64.b64decode(text, validate=True)
            except binascii.Error:
                f.refuse("keys.key")
            f.expect(base64.b64encode(raw).decode() == text, "keys.key")
            kind, point = ssh_key(raw) if use in ("root", "registrar") else ("ed25519", raw)
            f.expect(kind is not None and is_point(kind, point), "keys.key")
            f.expect(algorithm == kind, "keys.algorithm")
            quorum = None
            if use == "root":
                quorum = f.take("keys.quorum", re.compile("[1-9][0-9]{0,2}"))
                f.take("keys.quorum", ["of"])
                quorum = int(quorum), int(f.take("keys.quorum", re.compile("[1-9][0-9]{0,2}")))
                f.expect(quorum[0] <= quorum[1] <= 128, "keys.quorum")
            for other in self.keys:
                f.expect(other["point"] != point and (use == "root" or (other["party"], other["use"]) != (party, use)),
                         "keys.twice")
                f.expect((other["party"], other["use"]) != (party, use) or other["quorum"] == quorum, "keys.quorum")
            self.keys.append({"party": party, "use": use, "point": point, "quorum": quorum})
            self.put(f"key {line}")
        for party in self.parties:
            uses = [key["use"] for key in self.keys if key["party"] == party]
            f.expect(set(uses) == set(USES), "keys.missing")
            root = next(key for key in self.keys if (key["party"], key["use"]) == (party, "root"))
            f.expect(uses.count("root") == root["quorum"][1], "keys.quorum")

    def read_channels(self, f):
        posts = list(self.posts)
        for _ in f.lines():
            f.expect(len(self.channels) < 64, "channels.count")
            number = int(f.take("channels.number", re.compile("[1-9][0-9]{0,2}")))
            f.expect(not self.channels or self.channels[-1]["number"] < number, "channels.order")
            name = f.take("channels.name", ROLE)
            f.expect(name not in [other["name"] for other in self.channels], "channels.name")
            plane = f.take("channels.plane", PLANES)
            names = f.names(self.languages)
            f.take("channels.parties", ["parties"])
            parties = f.members(self.parties, "channels.parties")
            voices, observers = parties, 0
            if f.words[:1] == ["observers"] and not isinstance(f.words[0], Text):
                f.take("channels.observers", ["observers"])
                observers = f.members(self.parties, "channels.observers")
                f.expect(not observers & parties and bin(parties).count("1") > 1, "channels.observers")
                parties |= observers
            f.take("channels.write", ["write"])
            writers = f.members(posts, "channels.write")
            f.take("channels.precedence", ["precedence"])
            precedences = f.members(PRECEDENCES, "channels.precedence")
            sealed = f.words[:1] == ["sealed"] and not isinstance(f.words[0], Text)
            rule = "channels.sealed" if sealed else "channels.precedence"
            del f.words[:sealed]
            readers = f.members(posts, rule) if sealed and f.words else 0
            f.expect(not f.words, rule)
            f.expect(all(self.posts[post] & parties for i, post in enumerate(posts) if readers >> i & 1), rule)
            f.expect((bin(parties).count("1") == 1) == (plane == "HOME"), "channels.home")
            able = [self.posts[post] for i, post in enumerate(posts) if writers >> i & 1]
            f.expect(all(one & voices for one in able), "channels.write")
            f.expect(not voices & ~union(able), "channels.write")
            self.channels.append({"number": number, "name": name, "plane": plane, "parties": parties, "voices": voices,
                                  "precedences": precedences, "writers": writers, "sealed": sealed, "readers": readers})
            self.put(f"channel {number} {name} {plane} parties {parties} write {writers} precedence {precedences}",
                     *([f"observers {observers}"] if observers else []), *([f"sealed {readers}"] if sealed else []), *(f"name {one}" for one in names))
        for i in range(len(self.parties)):
            mine = [one for one in self.channels if one["parties"] >> i & 1]
            f.expect(sum(one["plane"] == "HOME" for one in mine) == 1, "channels.home")
            f.expect(len(mine) > 1, "channels.alone")
            for other in range(i):
                both = [one for one in mine if one["parties"] >> other & 1]
                f.expect(not both or any(one["plane"] == "SERVICE" and one["precedences"] & 8
                                             and one["voices"] >> i & one["voices"] >> other & 1 for one in both),
                         "channels.service")

    def read_timers(self, f):
        had, timers, held = set(), {}, []
        for word in f.lines():
            f.expect(word in ("timer", "line-check", "flash", "clock", "start", "text"), "line.keyword")
            f.words.pop(0)
            f.expect(word == "timer" or word not in had, f"timers.{word}")
            had.add(word)
            if word == "timer":
                name = f.take("timers.precedence", PRECEDENCES)
                f.expect(name not in timers, "timers.precedence")
                spans = [f.named_span("receipt"), f.named_span("read"), f.named_span("query")]
                f.expect(spans[0], "timers.receipt")
                doubling = bool(spans[2]) and f.words[:1] == ["doubling"] and bool(f.take("timers.query"))
                spans.append(f.named_span("alternate"))
                f.expect(not spans[1] or max(spans) <= spans[1], "timers.order")
                timers[name] = f"timer {name} {' '.join(map(str, spans))}{' doubling' * doubling}"
            elif word == "line-check":
                f.take("timers.line-check", ["every"])
                every = f.span("timers.line-check")
                f.take("timers.line-check", ["answer"])
                answer = f.span("timers.line-check")
                f.expect(not every or 0 < answer <= every, "timers.order")
            elif word == "flash":
                f.take("timers.flash", ["length"])
                length = int(f.take("timers.flash", re.compile("[1-9][0-9]{0,4}")))
                f.expect(length <= 98304, "timers.flash")
            elif word == "clock":
                f.take("timers.clock", ["offset"])
                offset = f.span("timers.clock")
                f.expect(offset, "timers.clock")
            elif word == "text":
                f.take("timers.text", ["hold"])
                held.append(f"text hold {f.span('timers.text')}")
                f.expect(not held[-1].endswith(" 0"), "timers.text")
            else:
                self.out["accord"][3] = "start " + f.take("timers.start", ["strict", "free"])
        for word in ("line-check", "flash", "clock", "start"):
            f.expect(word in had, f"timers.{word}")
        f.expect(len(timers) == 4, "timers.precedence")
        self.put(*(timers[name] for name in PRECEDENCES), f"line-check {every} {answer}", f"flash {length}",
                 f"clock {offset}", *held)


def union(masks):
    out = 0
    for mask in masks:
        out |= mask
    return out


def ssh_key(raw):
    """(type, point) of a public key in wire form; (None, None) if it is none that may sign."""
    strings = []
    while raw:
        if len(raw) < 4 or int.from_bytes(raw[:4], "big") > len(raw) - 4:
            return None, None
        end = 4 + int.from_bytes(raw[:4], "big")
        strings.append(raw[4:end])
        raw = raw[end:]
    kind = strings[0].decode("latin-1") if strings else ""
    shapes = {"ssh-ed25519": 2, "sk-ssh-ed25519@openssh.com": 3, "ecdsa-sha2-nistp256": 3,
              "sk-ecdsa-sha2-nistp256@openssh.com": 4}
    if shapes.get(kind) != len(strings) or "nistp256" in kind and strings[1] != b"nistp256":
        return None, None
    return kind, strings[2 if "nistp256" in kind else 1]


def is_point(kind, point):
    if "nistp256" not in kind:
        return len(point) == 32 and crypto_core_ed25519_is_valid_point(point)
    if len(point) != 65 or point[0] != 4:
        return False
    x, y = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
    return x < P and y < P and (y * y - x * x * x + 3 * x - B) % P == 0


def read(manifest, files):
    """files: {name: bytes}."""
    check_bundle(manifest, files)
    return Accord(files).lines()
