"""Two RabbitMQ servers, no cluster; a shovel on each takes what stands in its queue "out" to the other server and
acknowledges only what that has confirmed. default: classic durable queues, persistent messages, publisher confirms.
durable: quorum queues, a write-ahead log that is synced before the confirm."""
import base64
import hashlib
import json
import subprocess
import time

import system
from systems import erlang

EPMD_PORT = 25299


def password(text):
    return base64.b64encode(b"salt" + hashlib.sha256(b"salt" + text).digest()).decode()


class Rabbitmq(system.System):
    name = client = "rabbitmq"
    sources = ()
    flags = ("-lrabbitmq",)
    settings = {
        "default": ("written at A, synced now and then", "written at B, synced now and then"),
        "durable": ("synced at A", "synced at B"),
    }
    user = "rabbitmq"
    targets = ready = ("127.0.0.1:25675", "127.0.0.1:25676")

    def check(self):
        self.server = system.newest("/usr/lib/rabbitmq/bin/rabbitmq-server")

    def definitions(self, n):
        kind = {"x-queue-type": "quorum" if self.setting == "durable" else "classic"}
        at = {"vhost": "/"}

        def exchange(name, which):
            return {"name": name, "type": which, "durable": True, "auto_delete": False, "internal": False,
                    "arguments": {}, **at}

        def binding(source, queue, key):
            return {"source": source, "destination": queue, "destination_type": "queue", "routing_key": key,
                    "arguments": {}, **at}
        queues = ["out", *(f"in.{i}" for i in range(8))]
        return {
            "vhosts": [{"name": "/"}],
            "users": [{"name": "guest", "password_hash": password(b"guest"), "tags": "administrator",
                       "hashing_algorithm": "rabbit_password_hashing_sha256"}],
            "permissions": [{"user": "guest", "configure": ".*", "write": ".*", "read": ".*", **at}],
            "exchanges": [exchange("out", "fanout"), exchange("in", "direct")],
            "queues": [{"name": name, "durable": True, "auto_delete": False, "arguments": kind, **at}
                       for name in queues],
            "bindings": [binding("out", "out", ""), *(binding("in", f"in.{i}", str(i)) for i in range(8))],
            "parameters": [{"component": "shovel", "name": "forward", **at, "value": {
                "src-protocol": "amqp091", "src-uri": f"amqp://127.0.0.1:{25674 + n}", "src-queue": "out",
                "dest-protocol": "amqp091", "dest-uri": f"amqp://127.0.0.1:{25677 - n}", "dest-exchange": "in",
                "ack-mode": "on-confirm", "src-prefetch-count": 1000, "reconnect-delay": 1}}]}

    def configure(self, n, folder):
        for name in ("base", "logs"):
            (folder / name).mkdir()
        (folder / "definitions.json").write_text(json.dumps(self.definitions(n)))
        (folder / "plugins").write_text("[rabbitmq_shovel].\n")
        (folder / "env.conf").write_text("")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.local = 127.0.0.1:{25674 + n}\n"
                                              f"load_definitions = {folder}/definitions.json\n")
        self.give(folder)

    def command(self, n, folder):
        arguments = " ".join(map(str, erlang.arguments(n, 25200)))
        return [*self.as_user(), self.server], {
            "HOME": str(folder), "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(EPMD_PORT),
            "RABBITMQ_NODENAME": f"rb{n}@localhost", "RABBITMQ_DIST_PORT": str(25200 + n),
            "RABBITMQ_MNESIA_BASE": str(folder / "base"), "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "env.conf"), "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": arguments}

    def prepare(self):
        def is_linked():
            return self.line_bytes() > 0
        system.wait_for("the shovels are connected", is_linked)
        time.sleep(1)  # both ways

    def finish(self):
        # its start script starts the port mapper, though it is not needed here
        subprocess.run(["epmd", "-port", str(EPMD_PORT), "-kill"], capture_output=True, check=False)
