"""A person's terminal: a program under a pseudo-terminal, and the screen that it has drawn."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

PATIENCE_S = 20.0
ISOLATES = "\u2068".encode(), "\u2069".encode()


class Terminal:
    def __init__(self, arguments, env, rows=40, columns=140):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""  # all that was written
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.execve(arguments[0], arguments, {**os.environ, "TERM": "linux", **env})
            finally:
                os._exit(127)
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, patience):
        """What has come by then; False: the program has ended."""
        if not select.select([self.fd], [], [], patience)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.raw += data
        for sign in ISOLATES:  # they take no cell, and pyte draws nothing behind one
            data = data.replace(sign, b"")
        self.stream.feed(data)
        return data != b""

    def read_all(self):
        """Until nothing comes for a moment: what stands there then is no half of two screens."""
        while select.select([self.fd], [], [], 0.3)[0] and self.read(0.3):
            pass

    def lines(self):
        """The rows as a person sees them: a wide letter stands in two cells, the second of them empty."""
        return ["".join(self.screen.buffer[row][column].data for column in range(self.screen.columns)).rstrip()
                for row in range(self.screen.lines)]

    def text(self):
        return "\n".join(self.lines())

    def await_text(self, *wanted, patience=PATIENCE_S):
        end = time.monotonic() + patience
        while not all(text in self.text() for text in wanted):
            is_there = self.read(0.2)
            assert is_there and time.monotonic() < end, f"{wanted} does not stand on the screen:\n{self.text()}"
        return self.text()

    def type(self, text):
        os.write(self.fd, text.encode())

    def row_of(self, text):
        return next(row for row, line in enumerate(self.lines()) if text in line)

    def is_marked(self, row):
        return self.screen.buffer[row][0].reverse

    def end(self, patience=PATIENCE_S):
        """Its exit status, having read what it still wrote."""
        stop = time.monotonic() + patience
        while self.read(0.2):
            if time.monotonic() > stop:
                os.kill(self.pid, signal.SIGKILL)
                break
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return code
