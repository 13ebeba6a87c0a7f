"""The handle by which another thread watches a run, and stops it."""

import numpy as np


class Progress:
    """Watch a run from another thread, and stop it.

    >>> progress = Progress()
    >>> progress.fraction
    0.0
    """

    # Of work that brings its result little by little: a function that returns what is there.
    so_far = None

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


class Stretch(Progress):
    """The progress of one stretch of some work, told as a part of the whole.

    Parameters: whole, the Progress of all; before, how many pieces come before it; total, of all.

    >>> whole = Progress()
    >>> Stretch(whole, 10, 40).report(10, 15)
    >>> whole.fraction
    0.5
    """

    def __init__(self, whole, before, total):
        super().__init__()
        self.whole, self.before, self.all = whole, before, total
        whole.parts.append(self)
        if whole.cancelled:
            self.cancel()

    def report(self, done, total):
        self.whole.report(self.before + done, self.all)
