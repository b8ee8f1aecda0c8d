"""Redis streams. A node is two servers: "out", a primary for what its clients send, and "in", a replica of the
other node's "out" for what they read. default: the packaged configuration, snapshots and no append-only file."""
import system


class Redis(system.System):
    name = client = "redis"
    settings = {
        "default": ("in A's memory; a snapshot now and then", "in B's memory; a snapshot now and then"),
        "durable": ("appendfsync always: synced at A", "appendfsync always: synced at B"),
    }
    targets = ("127.0.0.1:26371 127.0.0.1:26381", "127.0.0.1:26372 127.0.0.1:26382")
    ready = ("127.0.0.1:26381", "127.0.0.1:26382")

    def check(self):
        system.needs("redis-server", "redis-cli")

    def configure(self, n, folder):
        for which in ("out", "in"):
            (folder / which).mkdir()
            lines = ["bind 127.0.0.1", f"dir {folder / which}", "save 3600 1 300 100 60 10000", "repl-diskless-sync yes"]
            lines += [f"port 2637{n}"] if which == "out" else [f"port 2638{n}", f"replicaof 127.0.0.1 2637{3 - n}"]
            if self.setting == "durable":
                lines += ["appendonly yes", "appendfsync always", "repl-diskless-sync-delay 0"]
            (folder / f"{which}.conf").write_text("\n".join(lines) + "\n")

    def command(self, n, folder):
        # one process for both, so that a kill of the node takes both
        return ["sh", "-c", 'redis-server "$1" & exec redis-server "$2"', "sh", folder / "out.conf",
                folder / "in.conf"], {}

    def stop(self, n):
        if n in self.processes:
            self.kill(n)

    def prepare(self):
        for n in (1, 2):
            system.wait_for("replicas are in step", lambda n=n: "master_link_status:up" in system.run(
                "redis-cli", "-p", f"2638{n}", "info", "replication"))
