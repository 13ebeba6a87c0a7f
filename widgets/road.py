"""The road from the kernel to the page: how much may be under way on it at once.

What is sent without being asked for must not stand in the way of what is. So the page says what it
has got, and no more is under way than the road carries in a moment. What was sent while something
else was still under way tells how fast the road is: it came as much later as its bytes needed.
"""

import time

MOMENT = 0.1  # seconds
FIRST = 64_000, 1_000_000  # bytes, on far roads and near, as long as nothing is known
FAR = 0.06  # seconds there and back, from which on bytes matter more than work


class Road:
    """What is under way, and how fast it goes.

    Parameters: trip, seconds to the server and back, as the page has seen it; now, a clock in
    seconds. Attributes: under_way, number -> (bytes, when it was sent); rate, bytes per second, or
    None.

    >>> seconds = [0.0]
    >>> road = Road(trip=0.12, now=lambda: seconds[0])
    >>> road.sent(1, 40_000); road.is_free
    True
    >>> road.sent(2, 40_000); road.is_free
    False
    >>> seconds[0] = 0.20; road.arrived(1)
    >>> seconds[0] = 0.24; road.arrived(2)
    >>> round(road.rate), road.is_far
    (1000000, True)
    """

    def __init__(self, trip=0.0, now=time.monotonic):
        self.is_far = trip > FAR
        self.first = FIRST[0] if self.is_far else FIRST[1]
        self.now = now
        self.under_way = {}
        self.rate, self.last = None, 0.0

    @property
    def is_free(self):
        """Whether one more frame would be there within a moment; a single one always may go."""
        size = sum(size for size, _ in self.under_way.values())
        return size == 0 or size < (self.rate * MOMENT if self.rate else self.first)

    def sent(self, number, size):
        """Note that something goes."""
        self.under_way[number] = size, self.now()

    def arrived(self, number):
        """Note that the page has got it, and what was sent before it."""
        now, there = self.now(), [k for k in self.under_way if k <= number]
        size = sum(self.under_way[k][0] for k in there)
        # Between two words of the page the road was busy all the time, if there was enough for it.
        if size and self.under_way[there[0]][1] < self.last < now:
            rate = size / (now - self.last)
            self.rate = rate if self.rate is None else 0.7 * self.rate + 0.3 * rate
        self.last = now
        for k in there:
            del self.under_way[k]
