"""Whoever takes a process over gets nowhere: escapes from each sandbox, tried by the program itself, planted in a build
of its own (test/contain), in a real node with real keys. Each is also tried without the sandbox, where it must get
further: otherwise it would show nothing.
"""
import array
import contextlib
import ctypes
import json
import multiprocessing
import os
import socket
import time

import devices
import nodes
import pytest

PIDFD_GETFD = 438
TERMINALS_IS_NEW = ord("T")  # src/process/terminals.h
HOSTILE = nodes.BUILD / "test/contain/entente_hostile"

# Escape: the system call at which the kernel ends the process.
LINK = {
    "open_store": "openat", "open_key": "openat", "create_file": "openat", "unlink_file": "unlink",
    "rename_file": "rename", "run_program": "execve", "split_off": "clone", "trace_other": "ptrace",
    "read_other_memory": "process_vm_readv", "open_other_memory": "openat", "kill_other": "kill",
    "connect_elsewhere": "connect", "connect_by_sending": "sendto", "bind_port": "bind", "listen_anywhere": "listen",
    "new_socket": "socket", "raw_socket": "socket", "netlink_socket": "socket", "mount_folder": "mount",
    "unshare_user": "unshare", "change_root": "chroot", "change_user": "setuid", "load_bpf": "bpf",
    "open_perf": "perf_event_open", "use_keyring": "keyctl", "fault_memory": "userfaultfd", "make_code": "mprotect",
    "map_code": "mmap", "heed_no_denial": "rt_sigaction", "say_to_anybody": "socketpair", "connect_by_message": "sendmsg",
    "memory_file": "memfd_create", "take_descriptor": "pidfd_getfd", "type_for_another": "ioctl", "read_is_code": "personality",
    "signal_by_descriptor": "fcntl",
}
TERMINALS = LINK  # it hears strangers of the network, and holds a key besides
SIGNER = {name: LINK[name] for name in (
    "open_store", "create_file", "unlink_file", "run_program", "split_off", "trace_other", "read_other_memory", "kill_other",
    "new_socket", "connect_elsewhere", "make_code", "heed_no_denial", "say_to_anybody", "connect_by_message", "signal_by_descriptor")}
CORE = {name: LINK[name] for name in (
    "rename_file", "run_program", "split_off", "trace_other", "kill_other", "new_socket", "connect_elsewhere", "bind_port",
    "raw_socket", "mount_folder", "load_bpf", "make_code", "map_code", "heed_no_denial", "say_to_anybody", "connect_by_message",
    "memory_file", "take_descriptor", "signal_by_descriptor")}
KILLS = ("kill_other", "signal_by_descriptor")  # core, where they are let
# These reach the kernel, which core may ask to open files: Landlock refuses them.
CORE_FILES = ["open_key", "create_file", "unlink_file", "open_other_memory"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A node's home that all of these share; its peer never comes."""
    world = nodes.World(tmp_path_factory.mktemp("escapes") / "world", nodes.ROOT / "accords/rok-us",
                        {"kor": {"watch": ["watch"]}, "usa": {"watch": ["watch"]}})
    kor = world.make()["kor"]
    folder = tmp_path_factory.mktemp("devices")
    server, device = (devices.certificate(folder, name) for name in ("console.kor.example", "desk-1"))
    kor.door, = nodes.free_ports(1)
    devices.serve(kor, kor.door, "console.kor.example", server, {"desk-1": device})
    return kor


def is_free(port):
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture
def attacked(home):
    def start(escape):
        # What is left of the one before may still say something.
        home.log = home.home.parent / f"{escape.replace('/', '.')}.log"
        return home.start(wait=False, binary=HOSTILE,
                          env={"ENTENTE_ESCAPE": escape, "ENTENTE_ESCAPE_HOME": str(home.home)})

    yield start
    home.process.kill()
    home.process.wait()
    home.forget_connection()
    nodes.wait_for("whoever begins the terminals anew has seen that core is gone", lambda: is_free(home.door))


def await_words(node, words):
    nodes.wait_for(lambda: f"{words!r} in\n{node.words()}", lambda: words in node.log.read_text(errors="replace"))
    return node.log.read_text(errors="replace")


def reported(node, escape):
    """What the escape came to: "done", or the name of an error."""
    begin = f"escape {escape}: "
    return await_words(node, begin).split(begin)[1].split("\n")[0]


@pytest.mark.parametrize("escape", LINK)
def test_link_is_contained(attacked, escape):
    node = attacked(f"link/{escape}")
    words = await_words(node, "link asked the kernel for what it may not have")
    assert f"entente link: ended by the kernel: it asked for the system call {LINK[escape]} (" in words
    assert f"escape {escape}" not in words
    node.wait("the node goes on", node.is_answering)
    assert (node.home / "escape.victim").exists() and not (node.home / "escape.fresh").exists()


@pytest.mark.parametrize("escape", LINK)
def test_without_its_sandbox_link_would_not_be(attacked, escape):
    node = attacked(f"link/{escape}/free")
    if escape in KILLS:
        assert node.end() == -9
    else:
        # Whatever the kernel answers, it was asked; what any user may, is done.
        what = reported(node, escape)
        assert what == "done" or escape in ("connect_elsewhere", "connect_by_sending", "raw_socket", "mount_folder",
                                            "unshare_user", "change_root", "change_user", "load_bpf", "open_perf",
                                            "fault_memory", "trace_other", "read_other_memory", "open_other_memory",
                                            "connect_by_message", "take_descriptor", "type_for_another"), what
        assert "ended by the kernel" not in node.words()


@pytest.mark.parametrize("escape", TERMINALS)
def test_terminals_is_contained(attacked, escape):
    node = attacked(f"terminals/{escape}")
    words = await_words(node, "the process of the terminals was ended by signal 31")
    assert f"entente terminals: ended by the kernel: it asked for the system call {TERMINALS[escape]} (" in words
    assert f"escape {escape}" not in words
    node.wait("the node goes on", node.is_answering)
    assert (node.home / "escape.victim").exists() and not (node.home / "escape.fresh").exists()


@pytest.mark.parametrize("escape", ["open_key", "new_socket", "kill_other", "say_to_anybody"])  # that they are escapes, link's twins show
def test_without_its_sandbox_terminals_would_not_be(attacked, escape):
    node = attacked(f"terminals/{escape}/free")
    if escape == "kill_other":
        assert node.end() == -9
    else:
        assert reported(node, escape) == "done"
        assert "ended by the kernel" not in node.words()


def test_link_cannot_speak_as_the_signer(attacked):
    node = attacked("link/forge_signature")
    await_words(node, "link said what it may not say")
    await_words(node, "the link process is gone")
    node.wait("the node goes on", node.is_answering)


@pytest.mark.parametrize("lie", ["ask_for_a_note", "end_without_ending"])
def test_link_that_lies_to_the_signer_ends_alone(attacked, lie):
    node = attacked(f"link/{lie}")
    await_words(node, "link said to the signer what it may not say")
    await_words(node, "the link process is gone")
    node.wait("the node goes on", node.is_answering)
    assert "signer" in node.processes()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_link_may_say_what_it_likes(attacked, monkeypatch, seed):
    """Thousands of records that the table allows, none of them true: core goes on, or ends link; never itself."""
    monkeypatch.setenv("ENTENTE_ESCAPE_SEED", str(seed))
    node = attacked("link/say_anything")
    reported(node, "say_anything")
    node.wait("the node goes on", node.is_answering)
    assert node.stop() == 0


def test_link_fills_no_turn(attacked):
    """Paths that go down and come up in thousands at once: core has room for what it says to them."""
    node = attacked("link/flood_paths")
    reported(node, "flood_paths")
    node.wait("the node goes on", node.is_answering)
    assert node.stop() == 0


def talk(pipe):
    """Descriptors without end, until it is ended."""
    head, along = [bytes([TERMINALS_IS_NEW])], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [pipe.fileno()]))]
    while True:
        with contextlib.suppress(BlockingIOError):
            pipe.sendmsg(head, along)


def test_terminals_hold_no_turn(home):
    """What core hears of the terminals' process comes quicker than core takes it: everybody else is served."""
    node, talkers = home.start(), []
    try:
        node.wait("the node answers", node.is_answering)
        theirs = os.pidfd_open(node.processes()["terminals"[:7]])
        taken = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, theirs, 3, 0)
        assert taken >= 0, os.strerror(ctypes.get_errno())
        os.close(theirs)
        with socket.socket(fileno=taken) as pipe:
            for _ in range(3):
                talkers.append(multiprocessing.get_context("fork").Process(target=talk, args=(pipe,), daemon=True))
                talkers[-1].start()
            time.sleep(0.5)
            for _ in range(20):
                assert node.get("/status") is not None
    finally:
        for one in talkers:
            one.kill()
            one.join()
        assert node.stop() == 0


@pytest.mark.parametrize("process", ["link", "terminals"])
def test_nobody_stays_behind(attacked, process):
    """A process that hears of no end ends with those that it belongs to, however they end; what it held is free."""
    node = attacked(f"{process}/stay_behind")
    reported(node, "stay_behind")
    node.wait("the node answers", node.is_answering)
    pid = node.processes()[process[:7]]  # of "entente-terminals" the kernel keeps fifteen letters
    if process == "link":
        node.kill("starter")
        assert node.end() == 1, "without its starter it stops, and says so"
    else:
        assert node.stop() == 0
    nodes.wait_for("it is gone", lambda: not os.path.exists(f"/proc/{pid}"))


def test_link_gets_no_socket_that_the_settings_do_not_have(attacked):
    node = attacked("link/ask_for_a_door")
    await_words(node, "link asked for door")
    node.wait("the node goes on", node.is_answering)


def test_link_may_try_io_uring_and_has_none(attacked):
    node = attacked("link/use_io_uring")
    assert reported(node, "use_io_uring") == "ENOSYS"
    assert "ended by the kernel" not in node.words()


@pytest.mark.parametrize("escape", SIGNER)
def test_signer_is_contained(attacked, escape):
    node = attacked(f"signer/{escape}")
    assert node.end() == 1, "without its signer it stops, and says so"
    words = node.words()
    assert f"entente signer: ended by the kernel: it asked for the system call {SIGNER[escape]} (" in words
    assert f"escape {escape}" not in words and "does not end" not in words


@pytest.mark.parametrize("escape", SIGNER)
def test_without_its_sandbox_signer_would_not_be(attacked, escape):
    node = attacked(f"signer/{escape}/free")
    if escape in KILLS:
        assert node.end() == -9
    else:
        reported(node, escape)
        assert "ended by the kernel" not in node.words()


@pytest.mark.parametrize("escape", CORE)
def test_core_is_contained(attacked, escape):
    node = attacked(f"core/{escape}")
    assert node.end() == -31, "SIGSYS"
    words = node.words()
    assert f"entente core: ended by the kernel: it asked for the system call {CORE[escape]} (" in words
    assert f"escape {escape}" not in words


@pytest.mark.parametrize("escape", CORE_FILES)
def test_core_opens_nothing_but_the_record(attacked, escape):
    assert reported(attacked(f"core/{escape}"), escape) == "EACCES"


@pytest.mark.parametrize("escape", [*CORE_FILES, *CORE])
def test_without_its_sandbox_core_would_not_be(attacked, escape):
    node = attacked(f"core/{escape}/free")
    reported(node, escape)
    assert "ended by the kernel" not in node.words()


def test_status_and_doctor_say_what_the_kernel_gave(home):
    home.start()
    try:
        home.wait("all have said it", lambda: all(row["calls"] > 0 for row in home.status()["processes"]))
        given = {row["name"]: row for row in home.status()["processes"]}
        assert set(given) == {"core", "link", "signer", "terminals"}
        assert all(given[name]["calls"] <= 30 for name in ("link", "signer", "terminals"))
        for name, pid in home.processes().items():
            rows = dict(line.split(":\t", 1) for line in open(f"/proc/{pid}/status").read().splitlines() if ":\t" in line)
            assert rows["NoNewPrivs"] == "1" and (name == "starter" or rows["Seccomp"] == "2"), (name, rows)
        assert home.run("status", code=None).stdout.count("CONTAINED") == 4
        findings = json.loads(home.run("doctor", "--json", code=None).stdout)
        assert [row["finding"] for row in findings if row["check"] == "sandbox"] == ["OK"] * 4
    finally:
        home.stop()


@pytest.mark.parametrize("process", ["core", "link", "signer", "terminals"])
def test_a_process_without_a_sandbox_is_no_secret(attacked, process):
    node = attacked(f"{process}/none/free")
    node.wait("the node answers", node.is_answering)

    def uncontained():
        said = node.run("status", code=None).stdout
        return [line.split()[0] for line in said.splitlines() if "NOT CONTAINED" in line]

    node.wait("the others are contained", lambda: uncontained() == [process])
    findings = json.loads(node.run("doctor", "--json", code=1).stdout)
    assert [row["finding"] for row in findings if row["check"] == "sandbox"].count("BAD") == 1


@pytest.mark.parametrize("process, finding", [("core", "BAD"), ("link", "OK"), ("signer", "OK"), ("terminals", "OK")])
def test_a_kernel_without_landlock_is_no_secret(attacked, process, finding):
    """Link and signer have no system call that opens a file; core has, and the keys lie in its home."""
    node = attacked(f"{process}/no_landlock")
    node.wait("the node answers", node.is_answering)
    node.wait("all have said it", lambda: all(row["calls"] > 0 for row in node.status()["processes"]))
    row = next(row for row in node.status()["processes"] if row["name"] == process)
    assert (row["landlock"], row["files"], row["ports"], row["signals"]) == (0, False, False, False)
    line = next(line for line in node.run("status", code=None).stdout.splitlines() if line.split()[:1] == [process])
    assert "no Landlock" in line and ("NOT CONTAINED" in line) == (finding == "BAD")
    findings = json.loads(node.run("doctor", "--json", code=None).stdout)
    assert [one["finding"] for one in findings if one["why"].startswith(f"{process}: ")] == [finding]
