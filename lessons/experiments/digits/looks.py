"""The test set, and what it is worth when one looks at it more than once."""

import math
from dataclasses import dataclass, replace

import numpy as np

from lessons.experiments.digits.varied import NETWORK, right
from lessons.trainer import train


def interval(share, n):
    """Return between which shares the true one lies, with 95% confidence, if n were looked at.

    Wilson's interval, which stays between 0 and 1. Source: Wilson, "Probable inference" (1927).

    >>> [round(end, 3) for end in interval(0.97, 359)]
    [0.947, 0.983]
    """
    z = 1.96
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return middle - half, middle + half


class TestSet:
    """A test set that counts how often it was looked at.

    >>> from lessons import data
    >>> test = TestSet(data.digits())
    >>> test.looks
    0
    """

    __test__ = False  # pytest takes every class of such a name for a test

    def __init__(self, split):
        self.X, self.y = split.X_test, split.y_test
        self.looks = 0

    def look(self, run):
        """Return what came out of a look at it: a Look."""
        self.looks += 1
        return Look(self.looks, right(run, self.X, self.y), len(self.y))


@dataclass(frozen=True)
class Look:
    """A look at a test set. Attributes: number, from 1; accuracy; n, how many samples it has."""

    number: int
    accuracy: float
    n: int

    @property
    def interval(self):
        """Between which accuracies the true one lies, with 95% confidence."""
        return interval(self.accuracy, self.n)


def best_of(seeds, split, engine="auto"):
    """Train networks that differ in nothing but luck, and keep the one with the best first half.

    Halves of the test set: one that was looked at, and one that nobody has seen.

    Returns: by how much the best one is above the mean of all, on each of the two.

    >>> from lessons import data
    >>> looked_at, unseen = best_of(range(3), data.digits())
    >>> bool(looked_at >= 0)
    True
    """
    half = len(split.y_test) // 2
    runs = [train(replace(NETWORK, seed=seed), split, engine, None, "fit") for seed in seeds]
    halves = slice(None, half), slice(half, None)
    shares = np.array(
        [[right(run, split.X_test[part], split.y_test[part]) for part in halves] for run in runs]
    )
    return shares[shares[:, 0].argmax()] - shares.mean(axis=0)
