"""A peer that is no node: its party's keys, TLS by another library, and frames and entries made from docs/spec/ alone.

What it writes need not be what a node would let through its door.
"""
import base64
import contextlib
import socket
import ssl
import struct
import subprocess
import threading
import time

import cbor2
import nacl.bindings

import officers
import reader

HELLO, BATCH, ADVANCE, PING = 1, 3, 5, 8
ALIVE_S = 4  # a node ends a line on which it has heard nothing for 15 s (LINK_SILENCE_MS_MAX)
ED25519_DER = bytes.fromhex("302e020100300506032b657004220420")  # PKCS #8 in front of the 32 bytes of a seed


def frame(kind, value):
    payload = cbor2.dumps(value, canonical=True)
    return struct.pack(">IB", len(payload) + 1, kind) + payload


def tls_as(world, party, port):
    """Connects with the key that the accord pins for the party."""
    folder = world.folder / f"tls-{party}"
    folder.mkdir(exist_ok=True)
    key, both = folder / "key.pem", folder / "both.pem"
    if not both.exists():
        (folder / "key.der").write_bytes(ED25519_DER + bytes.fromhex((world.keys(party) / "tls").read_text().strip()))
        subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", folder / "key.der", "-out", key], check=True)
        subprocess.run(["openssl", "req", "-new", "-x509", "-key", key, "-subj", "/CN=x", "-days", "2", "-out", both], check=True)
        with open(both, "a") as file:
            file.write(key.read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(both)
    plain = socket.create_connection(("127.0.0.1", port), 20)
    return context.wrap_socket(plain)


def read_frame(line):
    """(kind, payload) of the next frame; ConnectionError at the end of the line."""
    def exactly(length):
        got = b""
        while len(got) < length:
            part = line.recv(length - len(got))
            if not part:
                raise ConnectionError("the line ended")
            got += part
        return got

    whole = exactly(struct.unpack(">I", exactly(4))[0])
    return whole[0], whole[1:]


def is_closed(line, patience=15.0):
    """Reads on until the other side has ended the line."""
    line.settimeout(patience)
    try:
        while line.recv(65536):
            pass
        return True
    except TimeoutError:
        return False
    except OSError:
        return True


class Log:
    def __init__(self, origin, channel, name):
        self.origin, self.channel, self.name, self.entries, self.contents, self.sent = origin, channel, name, [], [], 0


class Peer:
    def __init__(self, world, party, to):
        self.world, self.party, self.to, self.logs, self.line = world, party, to, {}, None
        self.turn = threading.Lock()
        status = world[party].status()
        self.accord = bytes.fromhex(status["accord"])
        self.manifest = (world.accord / "MANIFEST").read_bytes()
        seed = bytes.fromhex((world.keys(party) / "log").read_text().strip())
        self.public, self.secret = nacl.bindings.crypto_sign_seed_keypair(seed)

    # Its log

    def take_log(self, name):
        """What its node has written, byte for byte."""
        node = self.world[self.party]
        row = node.logs()[f"{self.party.upper()}/{name.upper()} 1"]
        log = self.logs[name] = Log(f"{self.accord.hex()}/{row['channel']}/{self.party}/1", row["channel"], name)
        for index in range(row["size"]):
            answer = node.entry(f"{row['log']}.{index}")
            raw = self.entry(log, answer["filed_ms"], base64.b64decode(answer["statement"]),
                             [base64.b64decode(one) for one in answer["sshsigs"]])
            assert reader.sha256(b"\0" + raw).hex() == answer["leaf"], "the entry's bytes are those of the node"
            log.entries.append(raw)
            log.contents.append(base64.b64decode(answer.get("content_bytes", "")))
        log.sent = row["size"]
        return log

    def entry(self, log, filed, statement, signatures):
        value = {1: 1, 2: log.origin, 3: len(log.entries), 4: filed, 5: statement}
        return cbor2.dumps({**value, 6: signatures} if signatures else value, canonical=True)

    def size(self, name):
        return len(self.logs[name].entries)

    @staticmethod
    def place_of(entry):
        """An entry of the API as a place of docs/spec/entry.md section 3."""
        return [entry["channel"], entry["party"], entry["epoch"], entry["index"], bytes.fromhex(entry["leaf"])]

    def write(self, name, role, key, kind=officers.MESSAGE, text=None, refers=(), change=None, level="U"):
        """Appends a statement; change(statement, signature) makes another signature of it. Its place as a text."""
        log = self.logs[name]
        body = officers.content(text) if text else b""
        raw = officers.statement(self.accord, log.channel, self.party, role, kind, rel=[self.party, self.to], refers=refers,
                                 to=[(self.to, "watch", 0)] if kind == officers.MESSAGE else (),
                                 seen=[(place[1], place[2], place[3] + 1) for place in refers],
                                 precedence=officers.ROUTINE if kind == officers.MESSAGE else None, body=body, level=level)
        blob = key.sign(raw)
        log.entries.append(self.entry(log, int(time.time() * 1000), raw, [change(raw, blob) if change else blob]))
        log.contents.append(body)
        return f"{self.party.upper()}/{name.upper()} 1.{len(log.entries) - 1}"

    def move(self, name, role, key, kind, *, instance=None, refers=(), seen=(), filed=None, rel=None, **more):
        """Appends a statement in a procedure; by several keys, or without one the node's own. Its place as a text."""
        log = self.logs[name]
        raw = officers.statement(self.accord, log.channel, self.party, role, kind, rel=rel or [self.party, self.to], refers=refers,
                                 seen=seen, instance=instance, **more)
        log.entries.append(self.entry(log, filed or int(time.time() * 1000), raw, [one.sign(raw) for one in (key if isinstance(key, list) else [key] if key else [])]))
        log.contents.append(more.get("body", b""))
        return f"{self.party.upper()}/{name.upper()} 1.{len(log.entries) - 1}"

    def note(self, log):
        levels = reader.tree_levels([reader.sha256(b"\0" + raw) for raw in log.entries])
        root = base64.b64encode(reader.tree_root(levels, len(log.entries))).decode()
        text = f"{log.origin}\n{len(log.entries)}\n{root}\n"
        signature = nacl.bindings.crypto_sign(text.encode(), self.secret)[:64]
        line = base64.b64encode(reader.key_id(log.origin, 1, self.public) + signature).decode()
        return f"{text}\n— {log.origin} {line}\n"

    # Its line

    def hello(self, protocol=2, manifest=None, party=None):
        manifest = self.manifest if manifest is None else manifest
        return frame(HELLO, [protocol, self.accord, reader.sha256(manifest), manifest, party or self.party,
                             int(time.time() * 1000), []])

    def connect(self, path="north", hello=None):
        self.line = tls_as(self.world, self.party, self.world.ports[self.to, self.party, path])
        self.line.sendall(hello or self.hello())
        return self.line

    def batch(self, name):
        """The frame with all that the other side has not yet of this log."""
        log = self.logs[name]
        items = [[raw, content] if content else [raw] for raw, content in
                 list(zip(log.entries, log.contents))[log.sent:]]
        return frame(BATCH, [log.origin, log.sent, items, self.note(log)])

    def send(self, name):
        if self.line is None:
            self.connect()
        with self.turn:
            self.line.sendall(self.batch(name))
        self.logs[name].sent = self.size(name)

    def stay(self):
        """Its line stays up while it makes what it will say, and while others work: what goes into one that has ended is lost."""
        self.connect()
        threading.Thread(target=self.ping, args=(self.line,), daemon=True).start()

    def ping(self, line):
        with contextlib.suppress(OSError):
            while True:
                time.sleep(ALIVE_S)
                with self.turn:
                    line.sendall(frame(PING, [True, 1]))
