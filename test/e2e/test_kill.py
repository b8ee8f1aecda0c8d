"""kill -9 of each process at random moments under load: nothing that was acknowledged is lost, nothing is twice."""
import http.client
import random
import threading
import time

import officers
import pytest


class Load:
    """An officer who files as fast as one is answered, and goes on where the node breaks off."""

    def __init__(self, node, peer, seed):
        self.node, self.peer, self.random = node, peer, random.Random(seed)
        self.filed, self.said, self.is_over = {}, 0, False
        self.key = node.key("watch")
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def items(self):
        seen = self.node.get("/seen", channel="notify")
        rows = [(row["party"], row["epoch"], row["size"]) for row in seen["seen"]]
        made = {}
        for _ in range(self.random.randint(1, 8)):
            body = officers.content(f"{self.node.party} {self.said}")
            self.said += 1
            raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], self.node.party, "watch",
                                     rel=[self.node.party, self.peer], seen=rows, to=[(self.peer, "watch", 0)],
                                     precedence=officers.ROUTINE, body=body)
            made[officers.cbor2.loads(raw)[4].hex()] = officers.item(raw, [self.key], body)
        return made

    def run(self):
        waiting = {}
        while not self.is_over or waiting:
            try:
                waiting = waiting or self.items()
                for id_, answer in zip(waiting, self.node.post(list(waiting.values()))):
                    assert answer["err"] == "OK", answer
                    self.filed[id_] = answer["place"]
                waiting = {}
            except (OSError, http.client.HTTPException):
                self.node.forget_connection()
                time.sleep(0.005)  # the node is being started again: nobody tells when its socket is there

    def end(self):
        self.is_over = True
        self.thread.join(20)
        assert not self.thread.is_alive()


def keep_running(node):
    """Starts it again if its core has gone."""
    if node.process.poll() is not None:
        node.start()


def places(node):
    found, words = {}, {"limit": 1000}
    for party in ("kor", "usa"):
        words["from"] = 0
        while words["from"] is not None:
            page = node.get("/log", channel="notify", party=party, **words)
            for entry in page["entries"]:
                assert entry["id"] not in found or entry["kind"] == "keys", f"{entry['id']} stands twice"
                found[entry["id"]] = entry["place"]
            words["from"] = page.get("next")
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_kill_any_process_under_load(pair, seed):
    chance = random.Random(seed)
    # The load has connections of its own: http.client's are for one thread.
    loads = [Load(type(node)(node.party, node.home, node.keys), peer, seed)
             for node, peer in ((pair["kor"], "usa"), (pair["usa"], "kor"))]
    killed = []
    for name in ("core", "link", "signer", "core", "link", "signer"):
        time.sleep(chance.uniform(0.02, 0.25))
        node = chance.choice(list(pair.nodes.values()))
        node.kill(name)
        killed.append((node.party, name))
        if name == "link":
            node.wait("the link is there again", lambda node=node: "link" in node.processes())
        else:
            node.end()
        keep_running(node)
    for load in loads:
        load.end()
    for node in pair.nodes.values():
        node.forget_connection()
        node.await_link(patience=15)
    pair.await_receipts(20)
    filed = {id_: place for load in loads for id_, place in load.filed.items()}
    assert len(filed) > 20, f"no load: {killed}"
    for node in pair.nodes.values():
        held = places(node)
        lost = {id_: place for id_, place in filed.items() if held.get(id_) != place}
        assert not lost, f"{node.party} lost {lost} after {killed}"
        assert node.status()["stopped_logs"] == 0 and node.status()["void"] == 0
    for node in pair.nodes.values():
        node.stop()
        node.run("verify")
