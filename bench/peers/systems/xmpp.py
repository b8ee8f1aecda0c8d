"""What Prosody and ejabberd share: accounts a0..a7 at server 1, b0..b7 at server 2, clients on plain TCP."""
import re
import socket

import system

PAIRS = 8


def register(address, name):
    """In-band registration (XEP-0077)."""
    with socket.create_connection((address, 5222), 5) as s:
        s.settimeout(5)
        s.sendall(f"<stream:stream to='{address}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
                  "version='1.0'>".encode())
        read_until(s, "</stream:features>")
        s.sendall("<iq type='set' id='reg'><query xmlns='jabber:iq:register'>"
                  f"<username>{name}</username><password>pw</password></query></iq>".encode())
        answer = read_until(s, "<iq[^>]*>")
    if not re.search("type=.result", answer):
        raise RuntimeError(f"{name} at {address}: {answer}")


def read_until(s, pattern):
    text = ""
    while not re.search(pattern, text):
        part = s.recv(4096)
        if not part:
            raise RuntimeError(f"closed after {text}")
        text += part.decode()
    return text


class Xmpp(system.System):
    client = "xmpp"
    line = "TLS"
    first_address = 0  # server n has 127.0.0.(first_address + n)

    def address(self, n):
        return f"127.0.0.{self.first_address + n}"

    @property
    def targets(self):
        return tuple(f"{self.address(n)}:5222 {self.address(n)} {self.address(3 - n)}" for n in (1, 2))

    @property
    def ready(self):
        return tuple(f"{self.address(n)}:5222" for n in (1, 2))

    def prepare(self):
        for i in range(PAIRS):
            register(self.address(1), f"a{i}")
            register(self.address(2), f"b{i}")
