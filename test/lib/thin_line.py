"""A serial line between two pseudo-terminals: paced to so many bit/s, with frames lost and bits turned, in a thread."""
import os
import random
import select
import threading
import time
import tty


class Line:
    """ends: the devices of the two sides. Each direction has its own pace, faults and count.

    lose(number, frame) says of each frame that begins with the sync whether it is lost; turn is the chance of a
    byte to have a bit turned. A direction that is cut passes nothing.
    """

    def __init__(self, seed=1):
        self.pairs = [os.openpty() for _ in range(2)]
        for _, slave in self.pairs:
            tty.setraw(slave)
        self.ends = [os.ttyname(slave) for _, slave in self.pairs]
        self.byte_s = 0
        self.random, self.is_closed = random.Random(seed), False
        self.lose = [lambda number: False, lambda number: False]
        self.turn, self.is_cut = [0.0, 0.0], [False, False]
        self.passed, self.frames, self.lost = [0, 0], [0, 0], [0, 0]
        self.heard = [bytearray(), bytearray()]
        self.began = [None, None]  # when the first byte went, by the monotonic clock
        self.threads = [threading.Thread(target=self.carry, args=(side,), daemon=True) for side in range(2)]
        for thread in self.threads:
            thread.start()

    def carry(self, side):
        """From the device of `side` to the other one's."""
        source, sink = self.pairs[side][0], self.pairs[1 - side][0]
        free_at, is_lost, left = 0.0, False, 0
        while not self.is_closed:
            if not select.select([source], [], [], 0.05)[0]:
                continue
            try:
                piece = os.read(source, 64)
            except OSError:
                return
            self.began[side] = self.began[side] or time.monotonic()
            for byte in piece:
                free_at = max(free_at, time.monotonic()) + self.byte_s
                time.sleep(max(0.0, free_at - time.monotonic()))
                self.heard[side].append(byte)
                self.passed[side] += 1
                if left == 0:  # a frame begins
                    is_lost = self.lose[side](self.frames[side])
                    self.frames[side] += 1
                    self.lost[side] += is_lost
                    left = -3
                if left < 0:
                    left += 1
                    if left == 0:
                        left = (byte & 63) + 3
                else:
                    left -= 1
                if is_lost or self.is_cut[side]:
                    continue
                if self.random.random() < self.turn[side]:
                    byte ^= 1 << self.random.randrange(8)
                os.write(sink, bytes([byte]))

    def join(self, world, speed, modem=0, receive_only=()):
        """The path `radio` between KOR's home and USA's, under a pair's key of their own: a byte has ten bits on the device's wire,
        and eight behind a modem."""
        self.byte_s = max(10 / speed, 8 / modem if modem else 0)
        key = world.folder / "pair"
        world["kor"].run("keys", "--pair", key)
        for node, peer, device in (("kor", "usa", self.ends[0]), ("usa", "kor", self.ends[1])):
            (world[node].home / "keys" / "pair").write_bytes(key.read_bytes())
            (world[node].home / "keys" / "pair").chmod(0o600)
            with open(world[node].home / "settings", "a") as settings:
                settings.write(f"\n[path {peer}/radio]\nserial = {device}\nspeed = {speed}\nkey = keys/pair\n"
                               + (f"modem = {modem}\n" if modem else "") +
                               f"receive-only = {'yes' if node in receive_only else 'no'}\n")

    def close(self):
        self.is_closed = True
        for thread in self.threads:
            thread.join()
        for pair in self.pairs:
            for fd in pair:
                os.close(fd)
