"""A process of a node that runs and does nothing: it is found by its silence, and never shown as what it was."""
import os
import signal
import time

SILENT_S = 20  # CHILD_SILENT_MS


def test_a_link_that_hangs_is_started_again_and_a_node_whose_signer_hangs_stops(pair):
    kor, usa = pair["kor"], pair["usa"]
    kor.await_link()
    link, signer = kor.processes()["link"], usa.processes()["signer"]
    for pid in (link, signer):
        os.kill(pid, signal.SIGSTOP)
    place = kor.say("send", "notify", "Good morning.", "--to", "usa/watch", "--label", "U", key="watch")["place"]
    assert usa.end(patience=3 * SILENT_S) == 1
    assert "the signer hangs, and without it nothing can be proved: the node stops; start it again" in usa.words()
    assert "the signer does not end and is killed" in usa.words() and not os.path.exists(f"/proc/{signer}")
    usa.start()
    kor.wait("another link runs", lambda: kor.processes().get("link") not in (None, link), patience=3 * SILENT_S)
    assert "the link process hangs: it has said nothing for CHILD_SILENT_MS" in kor.words() and not os.path.exists(f"/proc/{link}")
    kor.await_step(place, "STATION RECEIPT", patience=3 * SILENT_S)


def test_a_node_that_was_stopped_whole_calls_nobody_silent(pair):
    """As a machine that slept: none of its processes ran, and the clock went on."""
    kor = pair["kor"]
    kor.await_link()
    processes = kor.processes()
    for pid in processes.values():
        os.kill(pid, signal.SIGSTOP)
    time.sleep(1.2 * SILENT_S)
    for pid in processes.values():
        os.kill(pid, signal.SIGCONT)
    kor.await_link(patience=40)
    assert kor.processes() == processes
