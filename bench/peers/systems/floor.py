"""No product: the least that a durable relay of two nodes can do, see floor_node.c. It keeps nothing for who is away."""
import system


class Floor(system.System):
    name = client = "floor"
    settings = {
        "default": ("written, not synced", "after B's node has it, not synced"),
        "durable": ("synced by A's node", "after it is synced by B's node"),
    }
    measures = ("memory", "latency", "rate", "wire")
    targets = ready = ("127.0.0.1:28001", "127.0.0.1:28002")

    def check(self):
        self.node = system.build("floor_node", ["floor_node.c"])

    def command(self, n, folder):
        return [self.node, 28000 + n, 28003 - n, folder / "store", int(self.setting == "durable")], {}
