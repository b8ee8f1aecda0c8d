"""An ssh-agent with one FIDO2 token in it: the agent's protocol (draft-miller-ssh-agent) and OpenSSH's PROTOCOL.u2f."""
import socket
import struct
import threading

import make_sshsig
from make_sshsig import integer, sha256, string


class Token:
    """Listens at `path` until closed; `flags` is what the token says of its user, `asked` how often it has signed."""

    def __init__(self, path, kind):
        self.path, self.kind, self.flags, self.asked = path, kind, 1, 0
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()

    def serve(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as stream:
                while head := stream.read(4):
                    stream.write(string(self.answer(stream.read(struct.unpack(">I", head)[0]))))
                    stream.flush()

    def answer(self, request):
        if request[:1] == b"\x0b":  # which keys are there
            return b"\x0c" + struct.pack(">I", 1) + string(make_sshsig.public(self.kind)) + string(b"token")
        message, at = [], 1
        for _ in range(2):  # the key, and what to sign with it
            size = struct.unpack(">I", request[at:at + 4])[0]
            message.append(request[at + 4:at + 4 + size])
            at += 4 + size
        if request[:1] != b"\x0d" or message[0] != make_sshsig.public(self.kind):
            return b"\x05"
        self.asked += 1
        said = bytes([self.flags]) + struct.pack(">I", self.asked)
        over = sha256(make_sshsig.APPLICATION) + said + sha256(message[1])
        body = make_sshsig.sign_ed(over) if self.kind == make_sshsig.SK_ED else b"".join(map(integer, make_sshsig.sign_ec(over)))
        return b"\x0e" + string(string(self.kind) + string(body) + said)
