"""Two mosquitto brokers; server 1 keeps a bridge to server 2: ab/# out, ba/# in, QoS 2. durable: the whole store is
saved and synced after every change, no limit on queues, the bridge comes back after 1 s (packaged: 5 to 30 s), and
TCP_NODELAY on the bridge too, for which mosquitto has no setting. Even so it answers before it saves."""
import system


class Mosquitto(system.System):
    name = client = "mosquitto"
    flags = ("-lmosquitto",)
    settings = {
        "default": ("in A's memory; saved every 30 minutes", "in B's memory; saved every 30 minutes"),
        "durable": ("in A's memory; saved and synced right after", "in B's memory; saved and synced right after"),
    }
    targets = ready = ("127.0.0.1:21883", "127.0.0.1:21884")

    def check(self):
        system.needs("mosquitto")
        self.nodelay = system.build("nodelay.so", ["nodelay.c"], "-shared", "-fPIC", "-ldl")

    def configure(self, n, folder):
        lines = [f"listener {21882 + n} 127.0.0.1", "allow_anonymous true", "persistence true",
                 f"persistence_location {folder}/"]
        if self.as_root():
            lines += ["user root"]
        if self.setting == "durable":
            lines += ["autosave_on_changes true", "autosave_interval 1", "max_queued_messages 0",
                      "max_inflight_messages 0", "set_tcp_nodelay true"]
        if n == 1:
            lines += ["connection to-2", "address 127.0.0.1:21884", "cleansession false", "topic ab/# out 2",
                      "topic ba/# in 2"]
            lines += ["restart_timeout 1"] if self.setting == "durable" else []
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def command(self, n, folder):
        more = {"LD_PRELOAD": self.nodelay} if self.setting == "durable" else {}
        return [system.shutil.which("mosquitto"), "-c", folder / "mosquitto.conf"], more

    @staticmethod
    def as_root():
        return system.os.getuid() == 0

    def prepare(self):
        system.wait_for("the bridge is connected", lambda: "New bridge connected" in (self.dir(2) / "log").read_text())
