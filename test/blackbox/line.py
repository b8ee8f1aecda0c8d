"""A line between two nodes that a nemesis holds in its hands: cut, held in one direction, slowed."""
import random
import time

import nodes

LOOK_AGAIN_S = 0.01


class Line(nodes.Relay):
    """near is the side that connected. Bytes of one TCP connection stay in order; those of two lines need not."""

    def __init__(self, to, seed):
        self.is_held = {"to the far side": False, "to the near side": False}
        self.delay_s, self.random = 0.0, random.Random(seed)
        self.held = self.delayed = 0  # pieces, since it was mended
        super().__init__(to)

    def carry(self, source, sink, way):
        direction = {"there": "to the far side", "back": "to the near side"}[way]
        try:
            while piece := source.recv(1 << 16):
                if self.delay_s:
                    self.delayed += 1
                    time.sleep(self.random.uniform(0, self.delay_s))
                self.held += self.is_held[direction]
                while self.is_held[direction] and not self.is_cut:
                    time.sleep(LOOK_AGAIN_S)
                sink.sendall(piece)
        except OSError:
            pass
        self.end(source, sink)

    def end(self, *pair):
        for one in pair:
            try:
                one.shutdown(2)
            except OSError:
                continue

    def mend(self):
        self.delay_s = 0.0
        self.held = self.delayed = 0
        for direction in self.is_held:
            self.is_held[direction] = False
        super().mend()
