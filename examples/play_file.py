"""Reads and checks a play: who says what on which channel, in which order, and what the others do with it.

Format and rules: docs/spec/play.md. `read(path)` gives a Play or raises Refused with file, line and rule.

A demo goes through `play.steps`. Each Step is one command of `entente`: `step.arguments(places)` are its words,
where `places` maps the names of earlier steps to their places in the record; `step.names(places)` are the places
that must have come to the party's own node before. What `step.needed` others must approve has the place of its draft
until the last of them has, then that where it went out. While `step.is_cut` is true, no way between the nodes is up:
what both sides say then has crossed, and `play.crossed` lists the pairs.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ko", "en")
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
TOKEN = re.compile(r'[ \t]+|(?:#.*)|"(?P<text>[^"]*)"|(?P<word>[^\s"#]+)')
ARTICLE = re.compile(r"[0-9]{3}_[0-9a-f]{16}\.txt")
DATE = re.compile(r"20[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
SPAN = re.compile(r"[1-9][0-9]{0,5}[smhd]")
PRECEDENCES = ("FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE")
STATUSES = ("happened", "planned", "disputed")
TRANSLATIONS = ("MACHINE", "DRAFT")  # nobody reviews his own words
FIELD = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)*")
CAUSES = {"negative": ("cannot-decode", "wrong-addressee", "unknown-form", "incomplete"),
          "wrong": ("missing", "figures", "names", "sense", "unreadable")}
KEY_FILES = {"root", "registrar", "log", "mirror", "tls", "lines"}


class Refused(ValueError):
    def __init__(self, path, line, rule, why):
        super().__init__(f"{path}, line {line}: {rule}: {why}")
        self.path, self.line, self.rule = path, line, rule


@dataclass(frozen=True)
class Verb:
    """What a statement of this kind is about and what must stand before it."""

    # "" a message of one's own; "message" the other side's; "readback" of one's own message; "words" of one's own that wait
    # for approval; "either" a message of whichever side; "any"
    on: str
    text: bool
    needs_read: bool = False


VERBS = {
    "message": Verb("", True),
    "read": Verb("message", False),
    "readback": Verb("message", True, True),
    "correct": Verb("readback", False),
    "wrong": Verb("readback", False),
    "present": Verb("message", False, True),
    "reply": Verb("message", True, True),
    "decline": Verb("message", True, True),
    "defer": Verb("message", True, True),
    "query": Verb("any", True),
    "negative": Verb("message", True),
    "translate": Verb("either", True),
    "approve": Verb("words", False),
}
COMMANDS = {"message": "send", "read": "ack"}


@dataclass
class Step:
    verb: str
    name: str
    party: str
    officer: str
    line: int
    chapter: dict
    is_cut: bool
    about: "Step | None" = None  # what an act is on
    channel: str = ""
    precedence: str = ""
    to: list = field(default_factory=list)
    info: list = field(default_factory=list)
    refers: list = field(default_factory=list)
    corrects: "Step | None" = None
    sources: list = field(default_factory=list)
    status: str = ""
    date: str = ""
    points: list = field(default_factory=list)
    subject: dict = field(default_factory=dict)
    text: dict = field(default_factory=dict)
    until: str = ""
    cause: str = ""
    form: str = ""
    fields: list = field(default_factory=list)  # (name, value) of the form
    rank: str = ""  # how good a translation is
    needed: int = 0  # so many others approve it before it goes out
    by: list = field(default_factory=list)  # the names of those who have
    language: str = ""  # the authentic one
    label: str = ""

    @property
    def title(self):
        return self.subject.get("en") or (self.about.title if self.about else self.name)

    def message(self):
        """The message that it is or is about."""
        return self if self.about is None else self.about.message()

    def words(self):
        """The authentic text, then its translation, if it has one beside it."""
        order = [self.language, *(one for one in LANGUAGES if one != self.language)]
        return "\n\n".join(self.text[language] for language in order if language in self.text)

    def goes_out(self):
        """What the other party gets by it: itself, what it is the last to approve, or nothing."""
        if self.verb == "approve":
            return self.about if self.about.by[-1] == self.officer else None
        return None if self.needed else self

    @property
    def is_waiting(self):
        return len(self.by) < self.needed

    def named(self):
        return [*self.refers, *([self.corrects] if self.corrects else []), *([self.about] if self.about else [])]

    def names(self, places):
        return [places[step.name] for step in self.named()]

    def arguments(self, places):
        command = COMMANDS.get(self.verb, self.verb)
        if self.verb == "message":
            words = [command, self.channel, self.words(), "--precedence", self.precedence, "--label", self.label]
            words += ["--subject", self.subject[self.language], "--language", self.language]
            words += [word for one in self.to for word in ("--to", one)]
            words += [word for one in self.info for word in ("--info", one)]
            words += ["--form", self.form] if self.form else []
            for name, value in self.fields:
                words += ["--because", value] if name == "because" else ["--field", f"{name}={value}"]
            return words + [word for place in self.names(places) for word in ("--refers", place)]
        words = [command, places[self.about.name]]
        if self.verb == "approve":
            return [*words, "--sign"]
        if self.verb == "translate":
            return [*words, self.words(), "--to", self.language, "--status", self.rank]
        if self.text:
            words += [self.words(), "--language", self.language]
        if self.until:
            words += ["--until", self.until]
        if self.cause:
            words += ["--cause", self.cause]
        return words


@dataclass
class Play:
    path: Path
    accord: str = ""
    label: str = ""
    articles: dict = field(default_factory=dict)  # number: (file, date)
    officers: dict = field(default_factory=dict)  # party: {name: [roles]}
    languages: dict = field(default_factory=dict)  # party: its officers' language
    points: dict = field(default_factory=dict)  # "P1": [article numbers]
    steps: list = field(default_factory=list)
    crossed: list = field(default_factory=list)  # pairs of steps

    def messages(self):
        return [step for step in self.steps if step.verb == "message"]

    def acts_on(self, message):
        return [step for step in self.steps if step.about is not None and step.message() is message]


class Accord:
    """What a play must keep to: parties, posts, channels and so on of the accord's folder. The program checks the folder."""

    def __init__(self, folder):
        self.posts = {}  # role: parties
        self.levels, self.releases = [], []  # low to high; (condition, its value, how many others)
        self.releasers, self.translators = {}, {}  # role: up to that level; status: roles
        self.channels = {}  # name: {"parties", "write", "precedence"}
        self.parties = [words[0] for words in self.lines(folder / "parties")]
        for words in self.lines(folder / "posts"):
            self.posts[words[0]] = words[words.index("of") + 1 :]
        for words in self.lines(folder / "channels"):
            at = [words.index(word) for word in ("parties", "write", "precedence")] + [len(words)]
            lists = {words[a]: words[a + 1 : b] for a, b in zip(at, at[1:])}
            self.channels[words[1]] = {"plane": words[2], **lists}
        for words in self.lines(folder / "timers"):
            if words[:2] == ["flash", "length"]:
                self.flash_len_max = int(words[2])
        for words in self.lines(folder / "guidelines"):
            if words[0] == "level":
                self.levels.append(words[1])
            elif words[0] == "role" and words[-2:] == ["may", "release"]:
                self.releasers[words[1]] = words[words.index("up-to") + 1]
            elif words[0] == "release":
                at = words.index("by")
                self.releases.append((words[1], " ".join(words[2:at]), int(words[at + 1])))
        for words in self.lines(folder / "glossary"):
            if words[0] == "translate":
                self.translators[words[1]] = words[3:]
        self.forms = {path.name for path in (folder / "forms").iterdir()}

    def needed(self, step):
        """So many others approve it: the highest number of the lines that it meets."""
        if not step.text or step.verb == "readback":
            return 0
        plane = self.channels[step.message().channel]["plane"]
        # What is said of something is as urgent as that.
        urgent = min(PRECEDENCES.index(one.precedence or "ROUTINE") for one in (step, step.about or step))
        meets = {"within": lambda _: True, "outside": lambda _: False, "plane": lambda value: value == plane,
                 "above": lambda value: self.levels.index(step.label) > self.levels.index(value),
                 "precedence": lambda value: value == PRECEDENCES[urgent]}
        return max((count for name, value, count in self.releases if meets[name](value)), default=0)

    def may_release(self, role, label):
        return role in self.releasers and self.levels.index(label) <= self.levels.index(self.releasers[role])

    @staticmethod
    def lines(path):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = [match["word"] for match in TOKEN.finditer(line) if match["word"]]
            if words:
                yield words


class Reader:
    """One pass: statements in the order of the file; a name is defined before it is used."""

    def __init__(self, path):
        self.play = Play(Path(path))
        self.accord, self.steps, self.chapter = None, {}, {}
        self.is_cut, self.number, self.tokens = False, 0, []

    def refuse(self, rule, why):
        raise Refused(self.play.path, self.number, rule, why)

    # Lines: one that begins with a blank goes on with the statement before it

    def statements(self):
        try:
            text = self.play.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as why:
            self.refuse("line.utf8", str(why))
        if not text.endswith("\n"):
            self.number = text.count("\n") + 1
            self.refuse("line.newline", "the last line is not ended")
        waiting, first = [], 0
        for number, line in enumerate(text.split("\n")[:-1], 1):
            self.number = number
            tokens = self.tokenize(line)
            if tokens and line[0] not in " \t":
                if waiting:
                    yield first, waiting
                waiting, first = tokens, number
            elif tokens:
                if not waiting:
                    self.refuse("line.continued", "nothing stands before it")
                waiting += tokens
        if waiting:
            yield first, waiting

    def tokenize(self, line):
        tokens, at = [], 0
        while at < len(line):
            match = TOKEN.match(line, at)
            if match is None:
                self.refuse("line.text", "a text is not closed")
            if match.end() < len(line) and (match["word"] or match["text"] is not None) and line[match.end()] not in " \t#":
                self.refuse("line.space", "words and texts stand apart")
            if match["text"] is not None:
                if not match["text"].strip():
                    self.refuse("line.text", "an empty text")
                if re.search(r"[\x00-\x1f\x7f-\x9f]", match["text"]):
                    self.refuse("line.text", "a control character")
                tokens.append(("text", match["text"]))
            elif match["word"]:
                tokens.append(("word", match["word"]))
            at = match.end()
        return tokens

    # Words of a statement

    def is_word(self, *words):
        return bool(self.tokens) and self.tokens[0][0] == "word" and (not words or self.tokens[0][1] in words)

    def word(self, rule, allowed=None):
        if not self.is_word():
            self.refuse(rule, "a word is missing")
        word = self.tokens.pop(0)[1]
        if allowed is not None and not (allowed.fullmatch(word) if isinstance(allowed, re.Pattern) else word in allowed):
            self.refuse(rule, f"{word} is not one of those")
        return word

    def names(self, rule, count=len(LANGUAGES)):
        """(LANG TEXT)+ in so many languages, each once."""
        out = {}
        for _ in range(count):
            language = self.word(rule, LANGUAGES)
            if language in out or not self.tokens or self.tokens[0][0] != "text":
                self.refuse(rule, "each language once, with its text")
            out[language] = self.tokens.pop(0)[1]
        return out

    def words_of(self, rule, allowed):
        out = []
        while self.is_word() and (allowed.fullmatch(self.tokens[0][1]) if isinstance(allowed, re.Pattern) else self.tokens[0][1] in allowed):
            out.append(self.tokens.pop(0)[1])
        if not out or len(set(out)) != len(out):
            self.refuse(rule, "at least one, and each once")
        return out

    # Statements

    def read(self):
        for number, tokens in self.statements():
            self.number, self.tokens = number, tokens
            first = self.word("play.statement")
            if first in VERBS:
                self.read_step(first)
            elif first in self.HEADS:
                self.HEADS[first](self)
            else:
                self.refuse("play.statement", f"{first} begins no statement")
            if self.tokens:
                self.refuse("play.end", f"{self.tokens[0][1]} is too much")
        self.check_whole()
        return self.play

    def read_accord(self):
        folder = ROOT / "accords" / self.word("play.accord", NAME)
        if self.accord is not None or not (folder / "channels").is_file():
            self.refuse("play.accord", f"{folder} is no accord, or not the first")
        self.play.accord, self.accord = folder.name, Accord(folder)

    def read_label(self):
        if self.accord is None:
            self.refuse("play.accord", "the accord comes first")
        self.play.label = self.word("play.label", self.accord.levels)

    def read_article(self):
        number = self.word("play.article")
        file = self.word("play.article", ARTICLE)
        self.word("play.article", ["from"])
        date = self.word("play.article", DATE)
        if file[:3] != number or number in self.play.articles:
            self.refuse("play.article", f"{number} is not the number of {file}, or stands there twice")
        self.play.articles[number] = (file, date)

    def read_point(self):
        name = self.word("play.point", re.compile(r"P[1-9][0-9]?"))
        if name in self.play.points:
            self.refuse("play.point", f"{name} stands there twice")
        self.play.points[name] = self.words_of("play.point", self.play.articles)

    def read_writes(self):
        party = self.word("play.writes", self.accord.parties)
        self.play.languages[party] = self.word("play.writes", LANGUAGES)

    def read_officer(self):
        party = self.word("play.officer", self.accord.parties)
        name = self.word("play.officer", NAME)
        role = self.word("play.officer", self.accord.posts)
        people = self.play.officers.setdefault(party, {})
        if party not in self.accord.posts[role] or name in people or name in KEY_FILES:
            self.refuse("play.officer", f"{party} {name} {role}")
        people[name] = [role]

    def read_chapter(self):
        self.chapter = self.names("play.chapter")

    def read_cut(self):
        if self.is_cut:
            self.refuse("play.cut", "it is cut already")
        self.check_waiting()
        self.is_cut = True

    def read_mend(self):
        if not self.is_cut:
            self.refuse("play.cut", "it is not cut")
        self.check_waiting()
        self.is_cut = False

    def read_crossed(self):
        pair = [self.step("play.crossed"), self.step("play.crossed")]
        if not all(one.verb == "message" and one.is_cut for one in pair) or pair[0].party == pair[1].party:
            self.refuse("play.crossed", "messages of two parties, both said while the line was cut")
        if pair[0].channel != pair[1].channel:
            self.refuse("play.crossed", "messages cross on one channel")
        self.play.crossed.append(tuple(pair))

    HEADS = {"accord": read_accord, "label": read_label, "article": read_article, "point": read_point,
             "writes": read_writes, "officer": read_officer, "chapter": read_chapter, "cut": read_cut,
             "mend": read_mend, "crossed": read_crossed}

    def step(self, rule, is_out=True):
        name = self.word(rule)
        if name not in self.steps:
            self.refuse(rule, f"{name} does not stand before it")
        if is_out and self.steps[name].is_waiting:
            self.refuse("act.waits", f"{name} waits for approval")
        return self.steps[name]

    def check_waiting(self):
        for step in self.play.steps:
            if step.is_waiting:
                self.refuse("play.waits", f"{step.name} is approved by {len(step.by)} of {step.needed}")

    def read_step(self, verb):
        if self.accord is None or not self.play.label:
            self.refuse("play.accord", "accord and label come first")
        name = self.word("step.name", NAME)
        if name in self.steps:
            self.refuse("step.name", f"{name} stands there twice")
        party = self.word("step.party", self.play.officers)
        officer = self.word("step.officer", self.play.officers[party])
        if party not in self.play.languages:
            self.refuse("play.writes", f"the language of {party} is not said")
        step = Step(verb, name, party, officer, self.number, self.chapter, self.is_cut, label=self.play.label,
                    language=self.play.languages[party])
        if verb == "message":
            self.read_message(step)
        elif verb == "approve":
            self.read_approval(step)
        else:
            self.read_act(step)
        self.check_role(step)
        step.needed = self.accord.needed(step)
        self.steps[name] = step
        self.play.steps.append(step)

    def addressees(self, step, rule):
        out = self.words_of(rule, re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*"))
        for one in out:
            party, role = one.split("/")
            if party == step.party or party not in self.accord.posts.get(role, ()):
                self.refuse(rule, f"{one} is no post of another party")
        return out

    def read_message(self, step):
        step.channel = self.word("message.channel", self.accord.channels)
        step.precedence = self.word("message.precedence", PRECEDENCES)
        channel = self.accord.channels[step.channel]
        if step.precedence not in channel["precedence"]:
            self.refuse("message.precedence", f"{step.channel} does not take {step.precedence}")
        self.word("message.to", ["to"])
        step.to = self.addressees(step, "message.to")
        if self.is_word("info"):
            self.word("message.info")
            step.info = self.addressees(step, "message.info")
        if any(one.split("/")[0] not in channel["parties"] for one in [*step.to, *step.info]):
            self.refuse("message.to", "an addressee is not on the channel")
        if self.is_word("refers"):
            self.word("message.refers")
            while self.is_word() and self.tokens[0][1] in self.steps:
                step.refers.append(self.step("message.refers"))
            if not step.refers:
                self.refuse("message.refers", "what it refers to does not stand before it")
        if self.is_word("corrects"):
            self.word("message.corrects")
            step.corrects = self.step("message.corrects")
            self.check_correction(step)
        self.read_facts(step)
        self.word("message.subject", ["subject"])
        step.subject = self.names("message.subject")
        self.word("message.text", ["text"])
        step.text = self.names("message.text", 1)
        if self.is_word(*LANGUAGES):
            step.text |= self.names("message.text", 1)
        if step.language not in step.text:
            self.refuse("message.text", f"{step.language} is the authentic one")
        if self.is_word("form"):
            self.read_form(step)
        if step.precedence == "FLASH" and len(step.words().encode()) > self.accord.flash_len_max:
            self.refuse("message.flash", f"{len(step.words().encode())} bytes, {self.accord.flash_len_max} are allowed")

    def read_form(self, step):
        self.word("message.form")
        step.form = self.word("message.form", self.accord.forms)
        while self.tokens:
            name = self.word("message.form", FIELD)
            if not self.tokens or self.tokens[0][0] != "text":
                self.refuse("message.form", f"{name} has no text")
            step.fields.append((name, self.tokens.pop(0)[1]))
        if not step.fields:
            self.refuse("message.form", "no field")

    def check_correction(self, step):
        """A correction has the reach and the precedence of what it corrects."""
        old = step.corrects
        if old.verb != "message" or old.party != step.party:
            self.refuse("message.corrects", f"{old.name} is no message of {step.party}")
        if (old.channel, old.precedence, old.to, old.info) != (step.channel, step.precedence, step.to, step.info):
            self.refuse("message.corrects", f"{old.name} went another way")

    def read_facts(self, step):
        """Where a fact is from, and whether it had happened when that was written."""
        if self.accord.channels[step.channel]["plane"] == "SERVICE" and not self.is_word("source"):
            return
        self.word("message.source", ["source"])
        step.sources = self.words_of("message.source", self.play.articles)
        step.status = self.word("message.status", STATUSES)
        step.date = self.word("message.status", DATE)
        for number in step.sources:
            date = self.play.articles[number][1][: len(step.date)]
            if step.status == "happened" and step.date > date or step.status == "planned" and step.date <= date:
                self.refuse("message.status", f"{step.date} is not {step.status} for an article of {date}")
        if self.is_word("point"):
            self.word("message.point")
            step.points = self.words_of("message.point", self.play.points)
        for point in step.points:
            if step.status == "disputed" or not set(step.sources) & set(self.play.points[point]):
                self.refuse("message.point", f"{point} is not in these articles, or not settled there")

    def read_approval(self, step):
        draft = step.about = self.step("act.about", is_out=False)
        if draft.party != step.party or not draft.is_waiting:
            self.refuse("act.approve", f"{draft.name} waits for no approval of {step.party}")
        role, = self.play.officers[step.party][step.officer]
        if step.officer in (draft.officer, *draft.by) or not self.accord.may_release(role, draft.label):
            self.refuse("act.approver", f"{step.officer} may not approve {draft.name}, or has spoken for it already")
        draft.by.append(step.officer)

    def read_act(self, step):
        verb = VERBS[step.verb]
        step.about = self.step("act.about")
        message = step.message()
        if step.about.verb != {"message": "message", "either": "message", "readback": "readback"}.get(verb.on, step.about.verb):
            self.refuse("act.about", f"{step.verb} is not said of a {step.about.verb}")
        if verb.on == "message" and message.party == step.party or verb.on == "readback" and message.party != step.party:
            self.refuse("act.party", f"{step.party} does not say that of {step.about.name}")
        if step.is_cut and any(one.is_cut and one.party != step.party for one in step.named()):
            self.refuse("play.cut", f"{step.about.name} has not come yet")
        before = [one for one in self.play.steps if one.about is step.about]
        if verb.needs_read and not any(one.verb == "read" and one.party == step.party for one in before):
            self.refuse("act.read", f"{step.party} has not read {step.about.name}")
        if any(one.verb == step.verb and one.party == step.party for one in before) and step.verb not in ("readback", "query"):
            self.refuse("act.twice", f"{step.verb} was said of {step.about.name}")
        if step.verb == "defer":
            self.word("act.until", ["until"])
            step.until = self.word("act.until", SPAN)
        if step.verb in CAUSES:
            self.word("act.cause", ["cause"])
            step.cause = self.word("act.cause", CAUSES[step.verb])
        if step.verb == "translate":
            self.read_translation(step)
        elif verb.text:
            self.word("act.text", ["text"])
            step.text = self.names("act.text")

    def read_translation(self, step):
        step.rank = self.word("act.rank", TRANSLATIONS)
        if self.play.officers[step.party][step.officer][0] not in self.accord.translators.get(step.rank, ()):
            self.refuse("act.rank", f"{step.officer} may not say {step.rank}")
        self.word("act.text", ["text"])
        step.text = self.names("act.text", 1)
        step.language, = step.text
        if step.language in step.about.text:
            self.refuse("act.text", f"{step.about.name} is in {step.language} already")

    def check_role(self, step):
        channel = self.accord.channels[step.message().channel]
        role = self.play.officers[step.party][step.officer][0]
        if step.party not in channel["parties"] or role not in channel["write"]:
            self.refuse("step.role", f"{role} of {step.party} does not write on {step.message().channel}")

    # The whole

    def check_whole(self):
        if self.is_cut:
            self.refuse("play.cut", "it is never mended")
        self.check_waiting()
        covered = {point for message in self.play.messages() for point in message.points}
        if set(self.play.points) - covered:
            self.refuse("play.points", f"nobody says {', '.join(sorted(set(self.play.points) - covered))}")
        for message in self.play.messages():
            acts = self.play.acts_on(message)
            verbs = [step.verb for step in acts]
            self.number = message.line
            languages = {*message.text, *(step.language for step in acts if step.verb == "translate")}
            if languages != set(LANGUAGES):
                self.refuse("message.text", f"{message.name} is in {' and '.join(sorted(languages))} alone")
            if not {"read", "negative"} & set(verbs):
                self.refuse("play.read", f"nobody reads {message.name}")
            if message.precedence == "FLASH" and "correct" not in verbs:
                self.refuse("play.flash", f"{message.name} is not read back CORRECT")


def read(path):
    return Reader(path).read()


if __name__ == "__main__":
    for one in sys.argv[1:] or [ROOT / "examples/rok-us/play"]:
        play = read(one)
        print(f"{one}: {len(play.messages())} messages, {len(play.steps)} statements, {len(play.points)} points")
