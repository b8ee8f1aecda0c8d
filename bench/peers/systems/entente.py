"""Two entente nodes under the example accord, one officer of each party on one channel. There is one setting: nothing
is shown or acknowledged before the disk has it."""
import os
import sys

import system

sys.path.insert(0, str(system.ROOT / "test/lib"))
import nodes  # noqa: E402
import officers  # noqa: E402

CHANNEL = "notify"
TEXTS = (100, 32)  # of bench.c: a message, an answer
ID, NONCE, HASH = b"<statement id..>", b"<content nonce.>", b"<the content's hash comes here.>"
TIME = 0x0011223344556677


class Entente(system.System):
    name = client = "entente"
    flags = ("-lsodium",)
    settings = {"always": ("synced at A", "verified, synced and read back at B")}
    line = "TLS 1.3"

    def check(self):
        if not nodes.BINARY.exists():
            raise system.Missing(f"{nodes.BINARY} is not built")

    def open(self):
        self.world = nodes.World(self.folder, system.ROOT / "accords/rok-us").make().start()
        self.world.await_receipts()
        self.node = {1: self.world["kor"], 2: self.world["usa"]}
        for n in (1, 2):
            self.write_officer(n)

    def write_officer(self, n):
        """What peer_entente.c reads: a key, and an example of each length whose parts it replaces."""
        node, peer = self.node[n], self.node[3 - n]
        key, channel = node.key("watch"), self.world.channel(CHANNEL)["number"]
        seen = node.get("/seen", channel=channel)
        rows = [(row["party"], row["epoch"], row["size"]) for row in seen["seen"]]
        tail = (officers.ssh_string(officers.NAMESPACE) + officers.ssh_string(b"") + officers.ssh_string(b"sha512"))
        # a signature's own head: the length of what is in it, its kind, its length
        blob = officers.ssh_string(b"ssh-ed25519") + (64).to_bytes(4, "big")
        lines = [f"secret {key.secret.hex()}",
                 f"signed_head {(b'SSHSIG' + tail + (64).to_bytes(4, 'big')).hex()}",
                 "sshsig_head " + (b"SSHSIG" + (1).to_bytes(4, "big") + officers.ssh_string(key.wire) + tail
                                   + (len(blob) + 64).to_bytes(4, "big") + blob).hex()]
        for i, length in enumerate(TEXTS):
            content = officers.encode({1: NONCE, 2: "en", 4: [["T" * length]]})
            raw = officers.statement(bytes.fromhex(seen["accord"]), channel, node.party, "watch",
                                     rel=[node.party, peer.party], seen=rows, to=[(peer.party, "watch", 0)],
                                     precedence=officers.ROUTINE, body=content, statement_id=ID, claimed=TIME)
            raw = raw.replace(officers.hashlib.sha256(content).digest(), HASH)
            lines += [f"statement_{i} {raw.hex()}", f"content_{i} {content.hex()}"]
        lines += [f"own {node.party.upper()}/{CHANNEL.upper()} 1", f"theirs {peer.party.upper()}/{CHANNEL.upper()} 1",
                  f"their_log /log?channel={channel}&party={peer.party}&epoch=1"]
        path = self.folder / f"officer.{n}"
        path.write_text("\n".join(lines) + "\n")
        os.chmod(path, 0o600)

    @property
    def targets(self):
        return tuple(f"{self.node[n].home}/socket {self.folder}/officer.{n}" for n in (1, 2))

    def pid(self, n):
        return self.node[n].process.pid

    def kill(self, n):
        pids = system.tree(self.pid(n))
        for pid in pids:
            os.kill(pid, system.signal.SIGKILL)
        self.node[n].process.wait()

    def restart(self, n):
        self.kill(n)
        self.node[n].start(wait=False)

    def close(self):
        self.world.stop()
