"""Two nats-servers with JetStream, each its own domain; server 2 is a leaf of server 1. Stream AB at server 1 is the
source of AB_IN at server 2, BA at server 2 that of BA_IN at server 1. durable: `sync_interval: always` from 2.10 on;
2.9 has no such setting, there the folder gets the file system's synchronous attribute (chattr +S), as root."""
import json
import os
import re
import socket

import system

ALWAYS = (2, 10)


class Nats(system.System):
    name = client = "nats"
    settings = {
        "default": ("in A's page cache; synced every two minutes", "in B's page cache; synced every two minutes"),
        "durable": ("each write synced at A", "each write synced at B"),
    }
    targets = ready = ("127.0.0.1:24222", "127.0.0.1:24223")

    def check(self):
        system.needs("nats-server")
        found = re.search(r"v(\d+)\.(\d+)", system.run("nats-server", "--version"))
        self.version = tuple(map(int, found.groups()))
        if self.setting == "durable" and self.version < ALWAYS:
            system.needs("chattr")
            if os.getuid() != 0:
                raise system.Missing("before 2.10 each write is synced by chattr +S, which needs root")

    def configure(self, n, folder):
        store = folder / "store"
        store.mkdir()
        always = ""
        if self.setting == "durable" and self.version >= ALWAYS:
            always = ", sync_interval: always"
        elif self.setting == "durable":
            system.run("chattr", "+S", store)
        leaf = ('listen: "127.0.0.1:27422"' if n == 1 else
                'remotes: [ { url: "nats-leaf://127.0.0.1:27422", no_randomize: true } ]')
        if n == 2:
            leaf = 'reconnect: 1\n  remotes: [ { url: "nats-leaf://127.0.0.1:27422" } ]'
        (folder / "nats.conf").write_text(
            f'server_name: n{n}\nlisten: "127.0.0.1:{24221 + n}"\n'
            f'jetstream {{ store_dir: "{store}", domain: n{n}{always} }}\nleafnodes {{ {leaf} }}\n')

    def command(self, n, folder):
        return ["nats-server", "-c", folder / "nats.conf"], {}

    def ask(self, n, subject, value):
        text = json.dumps(value)
        with socket.create_connection(("127.0.0.1", 24221 + n), 5) as s, s.makefile("rb") as answer:
            s.sendall(f'CONNECT {{"verbose":false}}\r\nSUB answer 1\r\nPUB {subject} answer {len(text)}\r\n{text}\r\n'
                      .encode())
            for line in answer:
                if line.startswith(b"{"):
                    break
        if b'"error"' in line:
            raise RuntimeError(line.decode())

    def prepare(self):
        system.wait_for("the leaf is connected", lambda: "Leafnode connection created" in
                        (self.dir(1) / "log").read_text())

        def stream(n, name, **more):
            self.ask(n, f"$JS.API.STREAM.CREATE.{name}", {"name": name, "storage": "file", "retention": "limits", **more})

        def source(name, domain):
            return [{"name": name, "external": {"api": f"$JS.{domain}.API", "deliver": ""}}]
        stream(1, "AB", subjects=["ab.>"])
        stream(2, "BA", subjects=["ba.>"])
        stream(2, "AB_IN", sources=source("AB", "n1"))
        stream(1, "BA_IN", sources=source("BA", "n2"))
