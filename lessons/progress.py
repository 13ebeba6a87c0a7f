"""The handle by which another thread watches a run, and stops it."""

import numpy as np


class Progress:
    """Watch a run from another thread, and stop it.

    >>> progress = Progress()
    >>> progress.fraction
    0.0
    """

    def __init__(self):
        self.shared = np.zeros(2, dtype=np.int64)
        self.total = 1
        self.parts = []

    @property
    def fraction(self):
        """Share of the updates that are made, 0 to 1."""
        return float(self.shared[0] / self.total)

    @property
    def cancelled(self):
        """Whether the work was asked to stop."""
        return bool(self.shared[1])

    def report(self, done, total):
        """Say that `done` of `total` pieces are done, for work that is more than one run."""
        self.shared[0], self.total = done, total

    def cancel(self):
        """Ask the run to stop before its next update."""
        self.shared[1] = 1
        for part in self.parts:
            part.cancel()

    def part(self):
        """Return a Progress for one run of many, which is stopped together with this one."""
        part = Progress()
        self.parts.append(part)
        if self.cancelled:
            part.cancel()
        return part
