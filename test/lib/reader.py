#!/usr/bin/python3
"""The second reader: checks an `entente export --to DIR` without any of our C.

    python3 test/lib/reader.py DIR [--json]

It needs python3-cbor2 (CBOR), python3-nacl (Ed25519 of notes) and ssh-keygen (officers' signatures), and was
written from docs/spec/. Checked are: the accord's manifest, files and roots' signatures; every entry's strictness
and rules; every leaf, tile and root; every line under every checkpoint; every content and attachment by its hash;
every officer's signature against the keys in force at its place. Each file of the export must be accounted for.

A finding is something that is not as it was signed: exit status 1. An entry that stands as signed but counts for
nothing (a key not good there) is VOID: reported, no finding, because the order never depends on it.
"""
import argparse
import base64
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import nacl.bindings
import nacl.exceptions

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "vectors"))
import wire_reader as wire  # noqa: E402

TILE = 256
STATEMENT_NAMESPACE, ACCORD_NAMESPACE = "entente-statement-v1", "entente-accord-v1"
OPEN, KEYS, ACCORD, ERASE, FORK, DIGEST = 0, 1, 2, 3, 4, 5
LOG, MIRROR, TLS, OFFICER = range(4)


def sha256(raw):
    return hashlib.sha256(raw).digest()


# ssh-keygen: one call a signature, a few shells that make the calls

def armour(blob):
    text = base64.b64encode(blob).decode()
    lines = [text[at:at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


def ssh_string(raw, at):
    length = struct.unpack_from(">I", raw, at)[0]
    if length > len(raw) - at - 4:
        raise ValueError("a string reaches beyond the end")
    return raw[at + 4:at + 4 + length], at + 4 + length


def signing_key(blob):
    """The public key that an SSHSIG blob says it was made with; None if it is no such blob."""
    try:
        if blob[:6] != b"SSHSIG" or struct.unpack_from(">I", blob, 6)[0] != 1:
            return None
        return ssh_string(blob, 10)[0]
    except (ValueError, struct.error):
        return None


def key_line(key):
    kind = ssh_string(key, 0)[0].decode("ascii")
    return f"{kind} {base64.b64encode(key).decode()}"


class Signatures:
    """Collects signatures to be judged and has ssh-keygen judge them; the same question is asked once."""

    def __init__(self, namespace, answered=None):
        """answered: verdicts of earlier runs by question, for who reads many exports that hardly differ."""
        self.namespace, self.questions = namespace, {}
        self.answered = {} if answered is None else answered

    def ask(self, message, blob, signers):
        """signers: {principal: key}; the one whose key the blob names has to have made it."""
        key = signing_key(blob)
        principal = next((name for name, one in signers.items() if one == key), None)
        if principal is None:
            return None
        question = (sha256(message), blob, principal, key)
        self.questions.setdefault(question, [message, self.answered.get((self.namespace, question))])
        return question

    def judge(self):
        with tempfile.TemporaryDirectory(prefix="entente-reader-") as folder:
            left = [(question, row) for question, row in self.questions.items() if row[1] is None]
            shells, signers = max(1, os.cpu_count() or 1), {}
            orders = [[] for _ in range(shells)]
            for number, (question, row) in enumerate(left):
                _, blob, principal, key = question
                if (principal, key) not in signers:
                    signers[principal, key] = f"{folder}/signers.{len(signers)}"
                    Path(signers[principal, key]).write_text(
                        f'{principal} namespaces="{self.namespace}" {key_line(key)}\n')
                Path(f"{folder}/{number}.message").write_bytes(row[0])
                Path(f"{folder}/{number}.sig").write_text(armour(blob))
                orders[number % shells].append(f"{number} {principal} {signers[principal, key]}\n")
            loop = (f'while read -r n who f; do if ssh-keygen -Y verify -n {self.namespace} -I "$who" -f "$f" '
                    f'-s "{folder}/$n.sig" <"{folder}/$n.message" >/dev/null 2>&1; then echo "$n"; fi; done')
            running = []
            for order in filter(None, orders):
                lines = Path(f"{folder}/order.{len(running)}")
                lines.write_text("".join(order))
                with lines.open() as stdin:
                    running.append(subprocess.Popen(["/bin/sh", "-c", loop], stdin=stdin, stdout=subprocess.PIPE))
            good = {int(line) for shell in running for line in shell.communicate()[0].split()}
            for number, (question, row) in enumerate(left):
                row[1] = self.answered[self.namespace, question] = number in good

    def is_good(self, question):
        return question is not None and self.questions[question][1] is True

    def __len__(self):
        return sum(1 for row in self.questions.values() if row[1])


# The tree (RFC 6962) and its tiles (C2SP tlog-tiles)

def node_hash(left, right):
    return sha256(b"\1" + left + right)


def tree_levels(leaves):
    """Level 0 are the leaves; above it the complete nodes only."""
    levels = [leaves]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return levels


def tree_root(levels, size):
    if size == 0:
        return sha256(b"")
    root, at = None, size
    for level in range(len(levels)):
        if at & 1:
            node = levels[level][at - 1]
            root = node if root is None else node_hash(node, root)
        at >>= 1
    return root


def tile_name(number):
    digits = f"{number % 1000:03d}"
    while number >= 1000:
        number //= 1000
        digits = f"x{number % 1000:03d}/{digits}"
    return digits


def tile_names(size, prefix):
    """(path, first, count) of the tiles that a level of `size` nodes has; the last one may be partial."""
    full, rest = divmod(size, TILE)
    rows = [(f"{prefix}/{tile_name(number)}", number * TILE, TILE) for number in range(full)]
    if rest:
        rows.append((f"{prefix}/{tile_name(full)}.p/{rest}", full * TILE, rest))
    return rows


def bundle_entries(raw, count):
    entries, at = [], 0
    for _ in range(count):
        if len(raw) - at < 2:
            raise ValueError(f"ends after {len(entries)} of {count} entries")
        length = int.from_bytes(raw[at:at + 2], "big")
        if length > len(raw) - at - 2:
            raise ValueError(f"entry {len(entries)} of it reaches beyond the end")
        entries.append(raw[at + 2:at + 2 + length])
        at += 2 + length
    if at != len(raw):
        raise ValueError(f"has {len(raw) - at} bytes after its last entry")
    return entries


# Notes

def key_id(name, kind, public):
    return sha256(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def is_signed(message, signature, public):
    try:
        return len(public) == 32 and nacl.bindings.crypto_sign_open(signature + message, public) == message
    except nacl.exceptions.BadSignatureError:
        return False


# Forks: two notes of one log that one key has signed and that contradict each other

def signed_head(raw, public):
    """(origin, size, root) of a note with its author's line alone, which this key has signed; None otherwise."""
    try:
        lines = wire.read_note(raw)
    except wire.Refused:
        return None
    origin, (_, name, id_text, signature) = lines[0].split(" ")[1], lines[3].split(" ")
    text = b"".join(line + b"\n" for line in raw.split(b"\n")[:3])
    if (len(lines) != 4 or name != origin or bytes.fromhex(id_text) != key_id(name, 1, public)
            or not is_signed(text, bytes.fromhex(signature), public)):
        return None
    return origin, int(lines[1].split()[1]), bytes.fromhex(lines[2].split()[1])


def root_of_inclusion(leaf, index, size, path):
    """RFC 9162 section 2.1.3.2; None if the path is not of this place."""
    place, last, root = index, size - 1, leaf
    if index >= size:
        return None
    for part in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(part, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, part)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def fork_is_proved(content, publics):
    """docs/spec/record.md section 10, judged with the log's keys alone."""
    try:
        whole = wire.decode(content)
        if set(whole) != {1, 2, 5} or whole[2] != "zxx":
            return False
        fields = whole[5]
        heads = [next(filter(None, (signed_head(fields[number], public) for public in publics)), None) for number in (1, 2)]
        leaves = [fields[number] for number in (4, 5)] if 3 in fields else []
    except (wire.Refused, KeyError, TypeError):
        return False
    if None in heads or heads[0][0] != heads[1][0] or heads[0][1:] >= heads[1][1:]:
        return False
    if 3 not in fields:
        return heads[0][1] == heads[1][1] and heads[0][2] != heads[1][2]
    return leaves[0][0] != leaves[1][0] and all(
        root_of_inclusion(leaf, fields[3], head[1], path) == head[2] for head, (leaf, path) in zip(heads, leaves))


class Log:
    def __init__(self, folder, origin):
        self.folder, self.origin = folder, origin
        self.accord, self.channel, self.party, self.epoch = wire.read_origin(origin)
        self.size, self.root, self.entries, self.leaves, self.cosigned = 0, b"", [], [], {}
        self.places = []  # (index, version): from which entry on which version of the accord judges

    def __str__(self):
        return f"{self.party} {self.channel} {self.epoch}"


class Entry:
    def __init__(self, log, index, raw):
        value = wire.decode(raw)
        self.log, self.index, self.leaf = log, index, sha256(b"\0" + raw)
        self.filed, self.bytes, self.signatures = value[4], value[5], value.get(6, [])
        self.statement = wire.decode(self.bytes)
        self.kind, self.fields = self.statement[5], self.statement.get(14, {})
        self.why_void, self.questions = None, []

    @property
    def place(self):
        return self.log.channel, self.log.party, self.log.epoch, self.index

    def __str__(self):
        return f"{self.log.party}/{self.log.channel} {self.log.epoch}.{self.index}"


class Export:
    def __init__(self, folder, answered=None):
        answered = {} if answered is None else answered
        self.folder, self.findings, self.read = Path(folder), [], set()
        self.versions, self.logs, self.contents, self.blobs = {}, [], {}, {}
        self.statements = Signatures(STATEMENT_NAMESPACE, answered)
        self.roots = Signatures(ACCORD_NAMESPACE, answered)
        self.cosignatures, self.erased, self.missing, self.forks = 0, 0, 0, []

    def find(self, where, what):
        self.findings.append(f"{where}: {what}")

    def bytes_of(self, path):
        """A file of the export, by its path in it; None and a finding if it is not there."""
        self.read.add(path)
        try:
            return (self.folder / path).read_bytes()
        except OSError as why:
            self.find(path, why.strerror)
            return None

    def names_under(self, folder):
        root = self.folder / folder
        return sorted(str(path.relative_to(self.folder)) for path in root.rglob("*") if path.is_file())

    # The accord

    def check_accords(self):
        for folder in sorted(self.folder.glob("accord/*")):
            self.check_accord(f"accord/{folder.name}", folder.name)
        self.roots.judge()
        for version in self.versions.values():
            self.check_quorum(version)
        if not self.versions:
            self.find("accord", "there is none")

    def check_accord(self, folder, name):
        manifest = self.bytes_of(f"{folder}/MANIFEST")
        if manifest is None:
            return
        if sha256(manifest).hex() != name:
            return self.find(f"{folder}/MANIFEST", "does not have the hash that its folder is named by")
        version = {"folder": folder, "hash": sha256(manifest), "previous": None, "keys": [], "signed": []}
        for number, line in enumerate(manifest.decode().splitlines(), 1):
            match = re.fullmatch(r"([0-9a-f]{64})  ([A-Za-z0-9._/-]+)", line)
            if match is None or ".." in match[2].split("/"):
                self.find(f"{folder}/MANIFEST", f"line {number} is not of sha256sum's form")
                continue
            raw = self.bytes_of(f"{folder}/{match[2]}")
            if raw is not None and sha256(raw).hex() != match[1]:
                self.find(f"{folder}/{match[2]}", "does not have the hash that MANIFEST gives")
            elif raw is not None and match[2] == "accord":
                line = re.search(r"^ *previous +([0-9a-f]{64})", raw.decode(), re.MULTILINE)
                version["previous"] = line[1] if line else None
            elif raw is not None and match[2] == "keys":
                version["keys"] = self.read_keys(f"{folder}/keys", raw.decode())
        self.versions[name] = version
        for path in self.names_under(f"{folder}/SIGNED"):
            self.ask_root(version, path, manifest)

    def read_keys(self, path, text):
        keys = []
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            quorum = 1
            if len(words) == 7 and words[5] == "of":
                quorum, words = int(words[4]), words[:4]
            if len(words) != 4:
                self.find(path, f"line {number} has {len(words)} words")
                continue
            keys.append({"party": words[0], "use": words[1], "key": base64.b64decode(words[3]), "quorum": quorum})
        return keys

    def chain(self):
        """The versions, each behind the one that it names."""
        after = {version.get("previous"): version for version in self.versions.values()}
        version = next((one for one in self.versions.values() if one.get("previous") not in self.versions), None)
        chain = []
        while version is not None and version not in chain:
            chain.append(version)
            version = after.get(version["hash"].hex())
        return chain

    def keys_of(self, party, use):
        """Of every version, oldest first."""
        return [key["key"] for version in self.chain() for key in version["keys"] if key["party"] == party and key["use"] == use]

    def key_of(self, party, use, version):
        keys = self.versions[version]["keys"] if version in self.versions else []
        return next((key["key"] for key in keys if key["party"] == party and key["use"] == use), b"")

    @staticmethod
    def version_at(log, index):
        """That judges the entry of that index."""
        return next((version for first, version in reversed(log.places) if first <= index), "")

    def find_places(self, log):
        """What the log says itself: its first entry, then ACCORD statements of the registrar in force, one version at a time."""
        chain = [version["hash"].hex() for version in self.chain()]
        for entry in filter(None, log.entries):
            named = entry.fields.get(1) if entry.kind in (OPEN, ACCORD) else None
            if entry.index == 0:
                log.places = [(0, named.hex() if named else (chain or [""])[0])]
            elif named is not None and entry.kind == ACCORD:
                version = self.version_at(log, entry.index)
                registrar = {f"{log.party}/registrar": self.key_of(log.party, "registrar", version)}
                asked = [self.statements.ask(entry.bytes, blob, registrar) for blob in entry.signatures]
                self.statements.judge()
                follows = version in chain and chain[chain.index(version) + 1:][:1] == [named.hex()]
                if follows and asked and all(map(self.statements.is_good, asked)):
                    log.places.append((entry.index + 1, named.hex()))

    def ask_root(self, version, path, manifest):
        text = self.bytes_of(path)
        match = re.fullmatch(r".*/SIGNED/([a-z][a-z0-9-]{0,15})\.([1-9][0-9]*)\.sig", path)
        lines = text.decode("latin-1").split("\n")
        blob = wire.decode_base64("".join(lines[1:-2]).encode("latin-1"))
        if match is None or blob is None or armour(blob) != "\n".join(lines):
            return self.find(path, "is no armoured SSHSIG of a party")
        roots = [key["key"] for key in version["keys"] if key["party"] == match[1] and key["use"] == "root"]
        signers = {f"{match[1]}/root{number}": key for number, key in enumerate(roots)}
        question = self.roots.ask(manifest, blob, signers)
        version["signed"].append((match[1], path, question))

    def check_quorum(self, version):
        good = {}
        for party, path, question in version["signed"]:
            if self.roots.is_good(question):
                good.setdefault(party, set()).add(question[3])
            else:
                self.find(path, f"no root of {party} made this signature of the MANIFEST")
        for key in version["keys"]:
            if key["use"] == "root" and len(good.get(key["party"], ())) < key["quorum"]:
                self.find(version["folder"], f"{key['party']} has not signed it with {key['quorum']} of its roots")

    # Contents and attachments

    def check_blobs(self):
        for folder, what in (("content", "content"), ("blob", "attachment")):
            for path in self.names_under(folder):
                raw = self.bytes_of(path)
                if sha256(raw).hex() != path.split("/", 1)[1]:
                    self.find(path, f"{what} does not have the hash that is its name")
                elif folder == "content":
                    self.contents[sha256(raw)] = raw
                else:
                    self.blobs[sha256(raw)] = len(raw)

    # Notes and tiles

    def check_logs(self):
        for path in sorted(self.folder.glob("*/*/*/*/checkpoint")):
            folder = str(path.parent.relative_to(self.folder))
            if wire.read_origin(folder) is None:
                self.find(folder, "is not the origin of a log")
                continue
            log = Log(folder, folder)
            self.logs.append(log)
            self.check_log(log)
        for log in self.logs:
            self.check_head(log)

    def check_note(self, log, path):
        """(size, root) of a note of this log, all of whose lines are good; None otherwise."""
        raw = self.bytes_of(path)
        if raw is None:
            return None
        try:
            lines = wire.read_note(raw)
        except wire.Refused as why:
            return self.find(path, f"is no note: {why}")
        if lines[0] != f"origin {log.origin}":
            return self.find(path, "is a note of another log")
        text = b"".join(line + b"\n" for line in raw.split(b"\n")[:3])
        for place, line in enumerate(lines[3:]):
            _, name, id_text, rest = line.split(" ")
            is_good = self.check_line(log, path, text, name, bytes.fromhex(id_text), bytes.fromhex(rest), place)
            if place == 0 and not is_good:
                return None  # an unsigned size is nothing to go by
        return int(lines[1].split()[1]), bytes.fromhex(lines[2].split()[1])

    def check_line(self, log, path, text, name, line_id, rest, place):
        if place == 0:
            size = int(text.split(b"\n")[1])
            public = self.key_of(log.party, "log", self.version_at(log, size - 1))
            is_good = name == log.origin and line_id == key_id(name, 1, public) and is_signed(text, rest, public)
            if not is_good:
                self.find(path, f"its first line is not signed by {log.party}'s log key")
            return is_good
        party = name.split("/")[1]
        seconds = int.from_bytes(rest[:8], "big")
        message = f"cosignature/v1\ntime {seconds}\n".encode() + text
        if not any(line_id == key_id(name, 4, public) and is_signed(message, rest[8:], public)
                   for public in self.mirror_keys(log, party, int(text.split(b"\n")[1]))):
            self.find(path, f"the cosignature of {party} is false")
            return False
        self.cosignatures += 1
        log.cosigned[party] = seconds
        return True

    def mirror_keys(self, log, party, size):
        """Those of the version that the log's first entries had seen the party's own log come to, and of later ones."""
        seen = {}
        for entry in filter(None, log.entries[:size]):
            for name, epoch, count in entry.statement[8]:
                if name == party:
                    seen[epoch] = max(seen.get(epoch, 0), count)
        own = {one.epoch: one for one in self.logs if (one.channel, one.party) == (log.channel, party)}
        chain = [version["hash"].hex() for version in self.chain()]
        reached = [self.version_at(own[epoch], count) for epoch, count in seen.items() if epoch in own and count]
        first = max([chain.index(version) for version in reached if version in chain], default=0)
        return [self.key_of(party, "mirror", version) for version in chain[first:]]

    def check_head(self, log):
        head = self.check_note(log, f"{log.folder}/checkpoint")
        if head is not None and (log.size, log.root) != head:
            self.find(f"{log.folder}/checkpoint", "the entries do not give the root that is signed")
        for path in self.names_under(f"{log.folder}/head"):
            given_up = self.check_note(log, path)
            if given_up is not None and path.rsplit("/", 1)[1] != str(given_up[0]):
                self.find(path, "is named by another size than its note has")

    def check_log(self, log):
        """The entries first: they say whose key has signed what is above them."""
        raw = self.bytes_of(f"{log.folder}/checkpoint") or b""
        match = re.match(rb"[^\n]*\n(0|[1-9][0-9]{0,15})\n", raw)
        log.size = int(match[1]) if match else 0
        for path, first, count in tile_names(log.size, f"{log.folder}/tile/entries"):
            if raw and not (self.folder / path).exists():
                self.find(path, "is not there")
                break
            self.read_bundle(log, path, first, count)
        levels = tree_levels([entry.leaf if entry else b"" for entry in log.entries])
        log.root = tree_root(levels, log.size) if len(log.entries) == log.size else b""
        for level in range(0, len(levels), 8):
            for path, first, count in tile_names(log.size >> level, f"{log.folder}/tile/{level // 8}"):
                raw = self.bytes_of(path)
                if raw is not None and raw != b"".join(levels[level][first:first + count]):
                    self.find(path, "is not the tile that the entries give")
        self.find_places(log)

    def read_bundle(self, log, path, first, count):
        raw = self.bytes_of(path)
        try:
            entries = bundle_entries(raw, count) if raw is not None else []
        except ValueError as why:
            self.find(path, str(why))
            entries = []
        for index, entry in enumerate(entries, first):
            try:
                lines = wire.read_entry(entry)
                if lines[:2] != [f"origin {log.origin}", f"index {index}"]:
                    raise wire.Refused("it says that it stands elsewhere")
                log.entries.append(Entry(log, index, entry))
            except wire.Refused as why:
                self.find(path, f"entry {index}: {why}")
                log.entries.append(None)
        log.entries += [None] * (first + count - len(log.entries))

    # What stands in the entries

    def check_entries(self):
        held = {entry.place: entry for log in self.logs for entry in log.entries if entry}
        for entry in held.values():
            for place in entry.statement.get(12, []):
                named = held.get(tuple(place[:4]))
                if named is not None and named.leaf != place[4]:
                    entry.why_void = "refers to a leaf that is not there"
                elif entry.kind == ERASE and not self.is_erasable(named, entry):
                    entry.why_void = "cannot erase that"
            if entry.kind == FORK:
                self.check_fork(entry)

    @staticmethod
    def is_erasable(named, eraser):
        """The same party's words on the same channel; not the evidence of a fork."""
        return named is None or (named.kind not in (FORK, DIGEST) and
                                 (named.log.channel, named.log.party) == (eraser.log.channel, eraser.log.party))

    def check_contents(self):
        """Only an erasure that counts excuses a content that is missing."""
        erased = {tuple(entry.statement[12][0][:4]) for entry in self.entries()
                  if entry.kind == ERASE and entry.why_void is None}
        hashes = {entry.statement[15][0] for entry in self.entries() if entry.place in erased and 15 in entry.statement}
        for entry in self.entries():
            if 15 in entry.statement:
                self.check_content(entry, entry.statement[15][0] in hashes)

    def check_fork(self, entry):
        raw = self.contents.get(entry.statement[15][0], b"") if 15 in entry.statement else b""
        try:
            origin = wire.decode(raw)[5][1].split(b"\n")[0].decode()
            party = origin.split("/")[2]
        except (wire.Refused, KeyError, TypeError, IndexError, UnicodeDecodeError, AttributeError):
            return
        if fork_is_proved(raw, self.keys_of(party, "log")):
            self.forks.append(origin)

    def check_content(self, entry, is_erased):
        hash_, length, sealing = entry.statement[15]
        raw = self.contents.get(hash_)
        if raw is None and is_erased:
            self.erased += 1
            return
        if raw is None:
            return self.find(f"content/{hash_.hex()}", f"the content of {entry} is missing")
        if len(raw) != length:
            self.find(f"content/{hash_.hex()}", f"is not of the length that {entry} gives")
        for hash_, length in self.blobs_of(entry, raw):
            if hash_ not in self.blobs:
                self.missing += 1
            elif self.blobs[hash_] != length:
                self.find(f"blob/{hash_.hex()}", f"is not of the length that {entry} gives")

    @staticmethod
    def blobs_of(entry, raw):
        """What is attached: a sealed content's stands in its statement. One that is not strict is kept, and answered with NEGATIVE."""
        if entry.statement[15][2]:
            return entry.statement.get(18, [])
        try:
            wire.read_content(raw)
        except wire.Refused:
            return []
        return [attachment[:2] for attachment in wire.decode(raw).get(6, [])]

    def check_orphans(self):
        named = {entry.statement[15][0] for log in self.logs for entry in log.entries if entry and 15 in entry.statement}
        for hash_ in self.contents:
            if hash_ not in named:
                self.find(f"content/{hash_.hex()}", "no entry names it")
        attached = set()
        for entry in self.entries():
            raw = self.contents.get(entry.statement[15][0]) if 15 in entry.statement else None
            if raw is not None:
                attached |= {hash_ for hash_, _ in self.blobs_of(entry, raw)}
        for hash_ in set(self.blobs) - attached:
            self.find(f"blob/{hash_.hex()}", "no entry names it")
        for path in self.names_under("."):
            if path not in self.read:
                self.find(path, "is no part of an export")

    # Officers' signatures, against the keys in force at their place

    def check_signatures(self):
        for log in self.logs:
            for entry in filter(None, log.entries):
                if entry.kind in (OPEN, KEYS, ACCORD):
                    version = self.version_at(log, entry.index)
                    registrar = {f"{log.party}/registrar": self.key_of(log.party, "registrar", version)}
                    entry.questions = [self.statements.ask(entry.bytes, blob, registrar) for blob in entry.signatures]
        self.statements.judge()
        for log in self.logs:
            self.ask_officers(log)
        self.statements.judge()
        for log in self.logs:
            for entry in filter(None, log.entries):
                if entry.why_void is None and not all(map(self.statements.is_good, entry.questions)):
                    entry.why_void = "a signature is false, or its key is not good here"

    def ask_officers(self, log):
        keys = {}
        for entry in filter(None, log.entries):
            author, role = entry.statement[6]
            if entry.kind in (OPEN, KEYS, ACCORD):
                if entry.signatures and not all(map(self.statements.is_good, entry.questions)):
                    entry.why_void = "not signed by the registrar"
                elif entry.kind == KEYS and entry.fields.get(2) == OFFICER:
                    if entry.fields[1] == 0:
                        keys[entry.fields[3]] = entry.fields[4], set(entry.fields[5])
                    else:
                        keys.pop(entry.fields[3], None)
                continue
            signers = {f"{author}/{holder}.{sha256(key).hex()[:8]}": key for key, (holder, _) in keys.items()}
            entry.questions = [self.statements.ask(entry.bytes, blob, signers) for blob in entry.signatures]
            people = {keys[question[3]][0] for question in entry.questions if question}
            if entry.signatures and all(entry.questions) and role not in keys[entry.questions[0][3]][1]:
                entry.why_void = f"who signed first does not hold the role {role}"
            elif entry.kind == ERASE and len(people) < 2:
                entry.why_void = "it takes two persons"

    def check(self):
        self.check_accords()
        self.check_blobs()
        self.check_logs()
        self.check_entries()
        self.check_signatures()
        self.check_contents()
        self.check_orphans()
        return self

    def entries(self):
        return [entry for log in self.logs for entry in log.entries if entry]

    def void(self):
        return [f"{entry}: {entry.why_void}" for entry in self.entries() if entry.why_void]

    def summary(self):
        return {"accords": len(self.versions), "logs": len(self.logs), "entries": len(self.entries()),
                "contents": len(self.contents), "attachments": len(self.blobs), "attachments_missing": self.missing,
                "erased": self.erased, "cosignatures": self.cosignatures, "signatures": len(self.statements),
                "accord_signatures": len(self.roots), "forks": self.forks, "void": self.void(), "findings": self.findings}


def main():
    options = argparse.ArgumentParser(description="Checks an export of the record with stock tools alone.")
    options.add_argument("folder", type=Path)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    if not given.folder.is_dir():
        print(f"reader: {given.folder} is no folder; entente export --to {given.folder}", file=sys.stderr)
        return 2
    summary = Export(given.folder).check().summary()
    if given.json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        for name, value in summary.items():
            if not isinstance(value, list):
                print(f"{name.replace('_', ' '):22} {value}")
        for word in ("forks", "void", "findings"):
            for line in summary[word]:
                print(f"{word}: {line}")
        print("good" if not summary["findings"] else f"{len(summary['findings'])} findings")
    return 1 if summary["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
