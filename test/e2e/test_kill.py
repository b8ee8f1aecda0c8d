"""kill -9 of each process of each node at random moments under load: nothing that was acknowledged, shown or receipted
is lost, nothing is twice."""
import http.client
import random
import threading
import time
from pathlib import Path

import officers
import pytest


class Worker:
    """Something that goes on beside the play, with a connection of its own; what went wrong in it fails the play."""

    def __init__(self, node):
        self.node, self.is_over, self.failure = node, False, None
        self.thread = threading.Thread(target=self.watched, daemon=True)
        self.thread.start()

    def watched(self):
        try:
            self.run()
        except Exception as failure:
            self.failure = failure

    def end(self):
        self.is_over = True
        self.thread.join(20)
        assert not self.thread.is_alive()
        if self.failure is not None:
            raise self.failure


class Load(Worker):
    """An officer who files as fast as one is answered, and goes on where the node breaks off."""

    def __init__(self, node, peer, seed):
        self.peer, self.random = peer, random.Random(seed)
        self.filed, self.said = {}, 0
        self.key = node.key("watch")
        super().__init__(node)

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


class Eyes(Worker):
    """Somebody who watches a node's events: what he was shown must stand afterwards, in the same place."""

    def __init__(self, node):
        self.shown, self.receipts = {}, {}
        super().__init__(node)

    def run(self):
        while not self.is_over:
            try:
                events = self.node.events(patience=0.5)
                for event in events:
                    self.see(event)
                    if self.is_over:
                        break
                events.close()
            except (OSError, http.client.HTTPException, ValueError):  # also half a line of what was killed
                time.sleep(0.005)

    def see(self, event):
        entry = event.get("entry")
        if event["change"] == "ENTRY" and entry["channel_name"] == "notify" and entry["kind"] == "message":
            self.shown[entry["id"]] = event["place"]
        elif event["change"] == "RECEIPT":
            key = event["log"], event["peer"]
            self.receipts[key] = max(event["size"], self.receipts.get(key, 0))


def runs(process):
    """Whether this process of a node's is still there; what nobody has waited for is not."""
    name, pid = process
    try:
        said, fields = Path(f"/proc/{pid}/stat").read_text().split("(", 1)[1].rsplit(")", 1)
    except OSError:
        return False
    return fields.split()[0] != "Z" and said in (f"entente-{name}", "entente")


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


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kill_any_process_under_load(pair, seed):
    chance = random.Random(seed)
    # The load has connections of its own: http.client's are for one thread.
    loads = [Load(type(node)(node.party, node.home, node.keys), peer, seed)
             for node, peer in ((pair["kor"], "usa"), (pair["usa"], "kor"))]
    eyes = [Eyes(type(node)(node.party, node.home, node.keys)) for node in pair.nodes.values()]
    killed = []
    victims = [(node, name) for node in pair.nodes.values() for name in ("core", "starter", "link", "signer")]
    chance.shuffle(victims)
    for node, name in victims:
        time.sleep(chance.uniform(0.02, 0.25))
        had = node.processes()
        assert name in had and all(map(runs, had.items())), had
        node.kill(name)
        killed.append((node.party, name))
        if name == "link":
            node.wait("the link is there again", lambda node=node: "link" in node.processes())
        else:
            node.end()
            node.wait(f"what {name} leaves behind ends", lambda had=had: not any(map(runs, had.items())))
        keep_running(node)
    for load in loads:
        load.end()
    for node in pair.nodes.values():
        node.forget_connection()
        node.await_link(patience=15)
    pair.await_receipts(20)
    for one in eyes:
        one.end()
    filed = {id_: place for load in loads for id_, place in load.filed.items()}
    assert len(filed) > 20, f"no load: {killed}"
    for node in pair.nodes.values():
        held = places(node)
        lost = {id_: place for id_, place in filed.items() if held.get(id_) != place}
        assert not lost, f"{node.party} lost {lost} after {killed}"
        unsaid = {id_: place for one in eyes for id_, place in one.shown.items() if held.get(id_) != place}
        assert not unsaid, f"{node.party} has not what was shown: {unsaid} after {killed}"
        assert node.status()["stopped_logs"] == 0 and node.status()["void"] == 0
    for one in eyes:
        assert len(one.shown) > 10 and one.receipts, f"nothing was watched: {killed}"
        logs = next(node for node in pair.nodes.values() if node.party == one.node.party).logs()
        for (log, peer), size in one.receipts.items():
            assert logs[log]["cosigned"].get(peer, size) >= size, f"a receipt of {peer} over {size} of {log} is gone"
    for node in pair.nodes.values():
        node.stop()
        node.run("verify")


def test_kill_while_it_starts(stage):
    """Whichever moment of its start it is: nothing is left running, and the next start finds what there was."""
    world = stage.world(is_started=False)
    kor, chance, moments = world["kor"].start(), random.Random(1), []
    place = kor.say("send", "notify", "There.", "--to", "usa/watch", "--label", "U", key="watch", code=5)["place"]
    for name in ("core", "starter", "signer", "link") * 3:
        assert kor.stop() == 0 or moments
        kor.start(wait=False)
        time.sleep(chance.uniform(0, 0.06))
        had = kor.processes()
        name = name if name in had else "core"
        moments.append((name, sorted(had)))
        kor.kill(name)
        if name != "link":
            kor.end()
            kor.wait(f"what {name} leaves behind ends", lambda had=had: not any(map(runs, had.items())))
    assert len({tuple(had) for _, had in moments}) > 1, f"each was killed at the same moment: {moments}"
    keep_running(kor)
    kor.wait("it answers", kor.is_answering)
    kor.wait("its link is there", lambda: "link" in kor.processes())
    assert kor.entry(place)["text"] == ["There."] and kor.status()["stopped_logs"] == 0
    assert kor.stop() == 0
    kor.run("verify")
