"""The API at its edges: limits with their names, streams that are resumed, batches, strangers."""
import base64
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from urllib.parse import urlencode

import cbor2
import nodes
import officers
import pytest
import reader

sys.path.insert(0, str(nodes.ROOT / "docs"))
import openapi  # noqa: E402


STREAM_KIB_MAX = 32  # of memory for each client that watches: a thousand are 32 MiB


def connect(node):
    return nodes.UnixConnection(node.home / "socket", 10)


def messages(node, count, text="x"):
    """Signed statements for POST, all by the watch."""
    seen = node.get("/seen", channel="notify")
    channel = node.get("/channels")["channels"]
    number = next(row["number"] for row in channel if row["name"] == "notify")
    key = node.key("watch")
    out = []
    for index in range(count):
        body = officers.content(f"{text} {index}")
        raw = officers.statement(bytes.fromhex(seen["accord"]), number, node.party, "watch", rel=seen["parties"],
                                 to=[("usa", "watch", 0)], precedence=officers.ROUTINE, body=body,
                                 seen=[(row["party"], row["epoch"], row["size"]) for row in seen["seen"]])
        out.append(officers.item(raw, [key], body))
    return out


@pytest.mark.parametrize("method, target, body, status, err", [
    ("GET", "/nothing", None, 404, "NOT_FOUND"),
    ("DELETE", "/status", None, 405, "USAGE"),
    ("GET", "/entry?place=nonsense", None, 400, "USAGE"),
    ("GET", "/entry?place=KOR/NOTIFY-URGENT%201.999999", None, 404, "NOT_FOUND"),
    ("GET", "/entry?place=KOR/NOTIFY-URGENT%201.18446744073709551615", None, 404, "NOT_FOUND"),
    ("GET", "/entry", None, 400, "USAGE"),
    ("GET", "/inbox", None, 400, "USAGE"),
    ("GET", "/inbox?channel=notify&last=1001", None, 400, "USAGE"),
    ("GET", "/inbox?channel=notify&after=1-", None, 400, "USAGE"),
    ("GET", "/log?channel=notify&epoch=7", None, 404, "NOT_FOUND"),
    ("GET", "/attachments?hash=zz", None, 400, "USAGE"),
    ("GET", "/attachments?hash=" + 64 * "0", None, 404, "NOT_FOUND"),
    ("POST", "/statements", b"", 400, "USAGE"),
    ("POST", "/statements", b"\x80", 400, "USAGE"),
    ("POST", "/statements", b"\xf6", 400, "USAGE"),
    ("POST", "/statements", cbor2.dumps([[b"x", [b"y"], b""]]) + b"\0", 400, "USAGE"),
    ("POST", "/statements", cbor2.dumps([[b"x", [b"y"] * 9, b""]]), 400, "USAGE"),
    ("POST", "/statements", cbor2.dumps([[b"x", [b"y"]]]), 400, "USAGE"),
    ("POST", "/statements", b"x" * ((1 << 20) + 1), 413, "LIMIT"),
    ("POST", "/status", b"x", 405, "USAGE"),
    ("POST", "/attachments?hash=" + 64 * "0" + "&offset=1&total=1", b"x", 400, "USAGE"),
    ("POST", "/attachments?hash=" + 64 * "0" + "&offset=0&total=1", b"x", 422, "VERIFY"),
    ("POST", "/attachments?hash=" + 64 * "0" + "&offset=0&total=67108865", b"x", 413, "LIMIT"),
    ("POST", "/bundle?peer=usa", b"\0\0\0\x01\xff", 400, "USAGE"),
    ("POST", "/bundle?peer=kor", b"", 400, "USAGE"),
    ("POST", "/backup?to=/tmp/absolute", None, 400, "USAGE"),
    ("POST", "/backup?to=../keys", None, 400, "USAGE"),
    ("POST", "/backup?to=..", None, 400, "USAGE"),
])
def test_what_is_refused(lone, method, target, body, status, err):
    connection = connect(lone)
    connection.request(method, target, body)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    assert (answer.status, said["err"]) == (status, err) and said["text"]
    assert answer.getheader("Allow") == ("GET" if status == 405 else None)
    connection.request("GET", "/status")
    assert connection.getresponse().status == 200, "the connection goes on"
    connection.close()


# Every route of the table, with the words of its query. Of each word what it cannot be; what may be anything, or is named by nothing that the
# accord has, is said here, so that a word that comes to the table is asked of too.
ROUTES = [(method, path, [word for word in words.split(", ") if word]) for method, path, _who, words, *_ in openapi.rows()]
OWN = [row for row in ROUTES if not row[1].startswith("/taxii2/")]  # TAXII answers as TAXII: test_feeds in test/sim
NAMES = {word: ("atlantis", 404) for word in ("channel", "party", "peer")}
WRONG = {**{word: ("many", 400) for word in openapi.NUMBERS}, **NAMES, "place": ("nonsense", 400), "of": ("nonsense", 400), "until": ("nonsense", 400),
         "after": ("nowhere", 400), "before": ("nowhere", 400), "hash": ("zz", 400), "kind": ("nothing", 400), "format": ("nothing", 400), "to": ("../keys", 400)}
FREE = {"words", "name", "open", "all", "type", "outlets", "role", "form",
        ("/feed", "party"), ("/attachments", "place"),  # a name of the guidelines; read of an officer alone
        ("/events", "after")}  # what is no number is a reset: test_an_unknown_number_is_a_reset
PLACE = {"place": "KOR/NOTIFY 1.0"}
NEEDED = {**{path: {"channel": "notify"} for path in ("/inbox", "/log")}, **{path: PLACE for path in ("/note", "/proof", "/text")},
          "/search": {"words": "x"}, "/attachments": {"hash": 64 * "0"}, "/bundle": {"peer": "usa"}}


@pytest.mark.parametrize("method, path, word", [(method, path, word) for method, path, words in OWN for word in words
                                                if word not in FREE and (path, word) not in FREE])
def test_a_word_of_a_query_that_is_not_what_it_has_to_be(lone, method, path, word):
    wrong, status = WRONG[word]
    got, said = lone.ask(method, path, **{**NEEDED.get(path, {}), word: wrong})
    assert (got, said["err"], said.get("rule")) == (status, "USAGE" if status == 400 else "NOT_FOUND", word) and said["text"]


@pytest.mark.parametrize("method, path", [row[:2] for row in OWN])
def test_a_word_that_a_path_does_not_have(lone, method, path):
    connection = connect(lone)
    connection.request(method, f"{path}?{urlencode({**NEEDED.get(path, {}), 'channels': 'notify'})}")
    answer = connection.getresponse()
    assert answer.status == 400  # a stream that began would have no end to be read
    said = json.loads(answer.read())
    assert (said["err"], said["rule"]) == ("USAGE", "QUERY") and said["text"]
    connection.close()


def test_every_path_with_every_other_method(lone):
    taken = {}
    for method, path, _ in OWN:
        taken.setdefault(path, []).append(method)
    connection = connect(lone)
    for path, methods in taken.items():
        for method in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - {*methods}:
            connection.request(method, path)
            answer = connection.getresponse()
            answer.read()
            assert (answer.status, answer.getheader("Allow")) == (405, ", ".join(methods)), f"{method} {path}"
    connection.close()


@pytest.fixture(scope="module")
def lone(tmp_path_factory):
    """One KOR node, alone, for all that changes nothing."""
    world = nodes.World(tmp_path_factory.mktemp("lone") / "world", nodes.ROOT / "accords/rok-us",
                        {"kor": {"watch": ["watch"]}, "usa": {"watch": ["watch"]}})
    world.make()
    node = world["kor"].start()
    yield node
    world.stop()


def test_one_body_is_one_answer_in_its_order(lone):
    items = messages(lone, 300)
    broken = [*items[7]]
    broken[2] = b"other content"
    answers = lone.post([*items[:7], broken, *items[8:]])
    assert [answer["err"] for answer in answers] == ["OK"] * 7 + ["CONTENT"] + ["OK"] * 292
    numbers = [int(answer["place"].rsplit(".", 1)[1]) for answer in answers if answer["err"] == "OK"]
    assert numbers == list(range(numbers[0], numbers[0] + 299))
    again = lone.post(items[:7])
    assert all(answer["repeat"] for answer in again)
    assert [answer["place"] for answer in again] == [answer["place"] for answer in answers[:7]]


def test_lists_have_pages(lone):
    lone.post(messages(lone, 25, "page"))
    titles, after = [], {}
    while True:
        page = lone.get("/inbox", channel="notify", limit=10, **after)
        titles += [row["title"] for row in page["messages"]]
        if "next" not in page:
            break
        assert len(page["messages"]) == 10
        after = {"after": page["next"]}
    assert titles[-25:] == [f"page {index}" for index in range(25)]
    assert [row["title"] for row in lone.get("/inbox", channel="notify", last=4)["messages"]] == titles[-4:]
    # Backwards, page by page, without a hole and without one twice; the list ends before what it was asked to.
    rows, before = [], None
    while before is None or page:
        page = lone.get("/inbox", channel="notify", last=3, **({"before": before} if before else {}))["messages"]
        rows = page + rows
        before = f"{rows[0]['order']}-{rows[0]['place']}"
    assert [row["place"] for row in rows] == [row["place"] for row in lone.get("/inbox", channel="notify", limit=1000)["messages"]]
    log = lone.get("/log", channel="notify", last=3)
    assert [row["title"] for row in log["entries"]] == titles[-3:] and "next" not in log


def test_a_stream_is_resumed_by_number(lone):
    events = lone.events()
    places = [answer["place"] for answer in lone.post(messages(lone, 5, "seen"))]
    seen, numbers = [], []
    while len(seen) < 5:
        event = next(iter(events))
        if event["change"] == "ENTRY":
            seen.append(event["place"])
            numbers.append(events.number)
            assert event["entry"]["text"] == [f"seen {len(seen) - 1}"]
    assert seen == places
    events.close()
    later = lone.post(messages(lone, 1, "later"))[0]["place"]
    again = lone.events(after=numbers[2])
    assert again.greeting[0] == "hello"
    back = [again.next(lambda event: event["change"] == "ENTRY")["place"] for _ in range(3)]
    assert back == [*places[3:], later], "what nobody listened to is told as well"
    again.close()


@pytest.mark.parametrize("after", ["1-1", "nonsense", "0", "-", "18446744073709551615-18446744073709551615"])
def test_an_unknown_number_is_a_reset(lone, after):
    events = lone.events(after=after)
    assert events.greeting[0] == "reset"
    events.close()


def test_a_number_that_left_the_ring_is_a_reset(lone):
    events = lone.events()
    first = events.number
    events.close()
    for _ in range(3):
        lone.post(messages(lone, 500, "many"))
    events = lone.events(after=first)
    assert events.greeting[0] == "reset"
    events.close()


def test_a_reader_that_does_not_read_holds_nobody_up(lone):
    """It is told to begin anew; the node's memory does not grow with what it did not read."""
    slow = connect(lone)
    slow.request("GET", "/events")
    slow.getresponse()
    began = time.monotonic()
    for _ in range(6):
        lone.post(messages(lone, 400, "y" * 500))
    assert time.monotonic() - began < 20
    assert lone.post(messages(lone, 1))[0]["err"] == "OK"
    slow.close()


def test_who_listens_first_misses_nothing(tmp_path):
    world = nodes.World(tmp_path / "world", nodes.ROOT / "accords/rok-us", {"kor": {"watch": ["watch"]}, "usa": {}}).make()
    node = world["kor"].start()  # whose own logs are opened, and told of, before anybody can listen
    try:
        events = node.events()
        place = node.post(messages(node, 1, "first"))[0]["place"]
        assert events.next(lambda event: event["change"] == "ENTRY")["place"] == place
        events.close()
    finally:
        world.stop()


def test_streams_and_connections_are_bounded(lone):
    lone.stop()  # streams that were closed are noticed at the next beat only
    lone.start()
    before, streams = lone.pss_kib(), [lone.events() for _ in range(1024)]
    assert (lone.pss_kib() - before) / 1024 < STREAM_KIB_MAX
    with pytest.raises(Exception):
        lone.events()
    connection = connect(lone)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.status == 413 and json.loads(answer.read())["err"] == "LIMIT"
    held = []
    try:
        for _ in range(400):
            one = socket.socket(socket.AF_UNIX)
            one.settimeout(5)
            one.connect(str(lone.home / "socket"))
            held.append(one)
    except OSError:
        pass
    connection.request("GET", "/status")
    assert connection.getresponse().status == 200, "who was there before is still served"
    for one in (*held, *streams, connection):
        one.close()
    lone.forget_connection()
    lone.wait("there is room again", lambda: lone.is_answering())


@pytest.mark.parametrize("raw", [
    b"\0" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /status HTTP/1.1\r\n" + b"A: " + b"b" * 70000 + b"\r\n\r\n",
    b"POST /statements HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /statements HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /statements HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    b"GET /status?%00=%ff&place=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
])
def test_bytes_that_are_no_request(lone, raw):
    one = socket.socket(socket.AF_UNIX)
    one.settimeout(5)
    one.connect(str(lone.home / "socket"))
    try:
        one.sendall(raw)
        one.shutdown(socket.SHUT_WR)
        while one.recv(65536):
            pass
    except OSError:
        pass
    one.close()
    assert lone.is_answering()


def test_half_sent_bodies_hold_so_much_and_no_more(lone):
    """Each sends half of the largest body and waits: beyond BODIES_LEN_MAX it is read past and refused by that name, and the node answers the others."""
    def memory():
        text = open(f"/proc/{lone.process.pid}/smaps_rollup").read()
        return int(re.search(r"^Anonymous: +(\d+) kB", text, re.M)[1]) >> 10

    half, before, lines = (1 << 20) - 1000, memory(), []
    for _ in range(150):
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(lone.home / "socket"))
        line.sendall(f"POST /statements HTTP/1.1\r\nHost: x\r\nContent-Length: {1 << 20}\r\n\r\n".encode() + bytes(half))
        lines.append(line)
    lone.get("/status")
    assert memory() - before < 64 + 24, "MiB: the bodies, and 150 connections"
    for line in lines:
        line.sendall(bytes((1 << 20) - half))
    answers = [line.recv(65536) for line in lines]
    refused = [one for one in answers if b"BODIES_LEN_MAX" in one]
    assert refused and all(one.startswith(b"HTTP/1.1 413") for one in refused) and b"HTTP/1.1 400" in answers[0]
    for line in lines:
        line.close()
    lone.say("send", "notify", "There is room again.", "--to", "usa/watch", "--label", "U", "--language", "en", key="watch", code=5)


@pytest.mark.parametrize("head, body, want", [
    (b"GET /status HTTP/1.1\r\nHost: x\r\n\r\n", b"", b"now_ms"),
    (b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n", b"", b"event: hello"),
    (b"POST /statements HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n", b"\x81\x80\x00", b'"err":"USAGE"'),
    (b"POST /repair HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", b"", b'"err":"OK"'),
])
def test_who_says_no_more_is_answered_all_the_same(lone, head, body, want):
    """A client that has shut its writing side waits for its answer and gets it; what it left half said is ended."""
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(10)
    line.connect(str(lone.home / "socket"))
    line.sendall(head + body)
    line.shutdown(socket.SHUT_WR)
    heard = b""
    while want not in heard:
        piece = line.recv(65536)
        assert piece, heard
        heard += piece
    line.close()


def test_a_client_that_goes_away_with_a_request(lone):
    """Nobody knows whether it was read: said again, each statement stands once."""
    items = messages(lone, 50, "gone")
    body = cbor2.dumps(items)
    for part in (len(body), len(body) // 2):
        one = socket.socket(socket.AF_UNIX)
        one.connect(str(lone.home / "socket"))
        one.sendall((b"POST /statements HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)[:part])
        one.close()
    assert all(answer["err"] == "OK" for answer in lone.post(items))
    titles = [row["title"] for row in lone.get("/inbox", channel="notify", last=200)["messages"]]
    assert [title for title in titles if title.startswith("gone")] == [f"gone {index}" for index in range(50)]


STRANGER = """
import socket, sys
one = socket.socket(socket.AF_UNIX)
one.connect(sys.argv[1])
one.sendall(b"GET /status HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
print(one.recv(65536).split()[1].decode())
"""


def test_another_user_is_refused(lone):
    """Should the socket ever be reachable for others, the kernel's word on who asks still stands."""
    path = lone.home / "socket"
    assert path.stat().st_mode & 0o777 == 0o600
    for folder in (lone.home, *lone.home.parents):
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(folder.stat().st_mode | 0o001)
    path.chmod(0o666)
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else \
        ["sudo", "-n", "-u", "nobody"]
    done = subprocess.run([*become, sys.executable, "-c", STRANGER, str(path)], capture_output=True, text=True)
    path.chmod(0o600)
    assert done.stdout.strip() == "403", done.stderr


def test_an_advance_copy_is_told_before_it_has_a_number(stage):
    """A FLASH that came ahead of its log, carried by hand here: words and author, no place."""
    world = stage.world(is_started=False)
    kor, usa = world["kor"].start(), world["usa"].start()
    world.nodes["usa"].await_link()
    world.await_receipts()
    number = kor.get("/seen", channel="notify-urgent")["channel"]
    accord = kor.get("/seen", channel="notify-urgent")["accord"]
    body = officers.content("Ahead of its log.")
    raw = officers.statement(bytes.fromhex(accord), number, "kor", "watch", rel=["kor", "usa"], to=[("usa", "watch", 0)],
                             precedence=officers.FLASH, body=body)
    item = officers.item(raw, [kor.key(name) for name in ("watch", *nodes.RELEASERS)], body)
    payload = cbor2.dumps([f"{accord}/{number}/kor/1", item[0], item[1], body], canonical=True)
    events = usa.events()
    frame = (len(payload) + 1).to_bytes(4, "big") + b"\x05" + payload
    status, said = usa.ask("POST", "/bundle", frame, peer="kor")
    assert status == 200, said
    event = events.next(lambda one: one["change"] == "ADVANCE")
    assert event["log"] == "KOR/NOTIFY-URGENT 1" and "place" not in event
    assert event["entry"]["text"] == ["Ahead of its log."] and event["entry"]["precedence"] == "FLASH"
    assert "index" not in event["entry"] and "verdict" not in event["entry"]
    place = kor.post([item])[0]["place"]
    event = events.next(lambda one: one["change"] == "ENTRY" and one["place"] == place)
    assert event["entry"]["text"] == ["Ahead of its log."]
    events.close()


def test_who_missed_a_copy_is_told_so(stage, tmp_path):
    """A copy that is in no log, and whose words the node has no room for any more: his stream says that he missed something."""
    world = stage.world()
    kor, usa = world["kor"], world["usa"]
    seen = kor.get("/seen", channel="notify-urgent")
    body = officers.content("Ahead of its log.")
    raw = officers.statement(bytes.fromhex(seen["accord"]), seen["channel"], "kor", "watch", rel=["kor", "usa"],
                             to=[("usa", "watch", 0)], precedence=officers.FLASH, body=body)
    item = officers.item(raw, [kor.key(name) for name in ("watch", *nodes.RELEASERS)], body)
    payload = cbor2.dumps([f"{seen['accord']}/{seen['channel']}/kor/1", item[0], item[1], body], canonical=True)
    usa.login("watch", tmp_path)
    token = usa.token
    events = usa.events()
    after = events.number
    events.close()
    usa.token = None
    all_of_it = usa.events()
    assert usa.ask("POST", "/bundle", (len(payload) + 1).to_bytes(4, "big") + b"\x05" + payload, peer="kor")[0] == 200
    assert all_of_it.next(lambda one: one["change"] == "ADVANCE")
    for _ in range(80):
        usa.say("send", "notify", "x" * 60000, "--to", "kor/watch", "--label", "U", key="watch")
    all_of_it.close()
    usa.token = token
    events = usa.events(after=after)
    assert events.greeting[0] == "hello" and events.block()[0] == "reset"
    events.close()


def root_of(index, size, leaf, path):
    """RFC 9162 section 2.1.3.2, read once more here."""
    at, last, root, path = index, size - 1, leaf, list(path)
    while path:
        if at & 1 or at == last:
            root = reader.node_hash(path.pop(0), root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = reader.node_hash(root, path.pop(0))
        at, last = at >> 1, last >> 1
    assert last == 0
    return root


def test_the_proof_of_one_entry_needs_no_node(pair):
    kor, usa = pair["kor"], pair["usa"]
    places = [answer["place"] for answer in kor.post(messages(kor, 21, "proved"))]
    pair.await_receipts()
    keys = reader.Export(pair.folder).read_keys("keys", (pair.accord / "keys").read_text())
    log_key = next(key["key"] for key in keys if (key["party"], key["use"]) == ("kor", "log"))
    mirror_key = next(key["key"] for key in keys if (key["party"], key["use"]) == ("usa", "mirror"))
    for node in (kor, usa):
        for place in (places[0], places[7], places[-1]):
            file = pair.folder / f"{node.party}-{place.replace('/', '-')}.proof"
            node.run("read", place, "--proof", file)
            text = file.read_text()
            assert text == node.get("/proof", place=place).decode()
            head, note = text.split("\n\n", 1)
            lines = head.split("\n")
            assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[1] == f"index {place.rsplit('.', 1)[1]}"
            body, under = note.split("\n\n", 1)
            origin, size, root = body.split("\n")
            assert origin.endswith("/kor/1")
            index, leaf = int(lines[1][6:]), bytes.fromhex(node.entry(place)["leaf"])
            path = [base64.b64decode(line) for line in lines[2:]]
            assert root_of(index, int(size), leaf, path) == base64.b64decode(root)
            rows = {line.split(" ")[1]: base64.b64decode(line.split(" ")[2]) for line in under.splitlines()}
            author = next(raw for name, raw in rows.items() if name == origin)
            assert reader.is_signed((body + "\n").encode(), author[4:], log_key)
            receipt = next(raw for name, raw in rows.items() if name.endswith("/usa/mirror"))
            signed = f"cosignature/v1\ntime {int.from_bytes(receipt[4:12], 'big')}\n{body}\n".encode()
            assert reader.is_signed(signed, receipt[12:], mirror_key)
            entry = node.entry(place)
            assert hashlib.sha256(node.get("/content", place=place)).hexdigest() == entry["content"]["hash"]
    assert kor.run("read", places[0], "--proof", file, code=4).stderr, "nothing is written over"
