"""What a warm-up does, for whom, how long it must be, and what it is not due to."""

from dataclasses import dataclass, replace

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.experiments.settled import settled_loss
from lessons.schedules import Constant, Warmup
from lessons.side_by_side import measure_side_by_side
from lessons.verdict import guessing_loss

LENGTHS = 0, 3, 10, 30, 100, 300


def bumps(seed):
    return data.bumps(noise=0.1, seed=seed)


def spiral(seed):
    return data.spiral(seed=seed)


# Rates beyond the best constant one, with which only some seeds learn; and two that need nothing.
CASES = {
    "bumps, SGD 0.32": (bumps, TrainConfig(learning_rate=0.32)),
    "bumps, momentum 0.18": (bumps, TrainConfig(optimizer="momentum", learning_rate=0.18)),
    "bumps, Adam 0.18": (bumps, TrainConfig(optimizer="adam", learning_rate=0.18)),
    "spiral, Adam 0.18": (spiral, TrainConfig(optimizer="adam", learning_rate=0.18)),
    "bumps, SGD 0.1": (bumps, TrainConfig(learning_rate=0.1)),
    "spiral, SGD 1.8": (spiral, TrainConfig(learning_rate=1.8)),
    "bumps, 6 layers, SGD 0.18": (bumps, TrainConfig(hidden=(16,) * 6, learning_rate=0.18)),
    "spiral, 6 layers, SGD 0.4": (spiral, TrainConfig(hidden=(16,) * 6, learning_rate=0.4)),
}
EPOCHS = 60


@dataclass(frozen=True)
class Dip:
    """A rate that is another for a while: `η·share` at the updates first ≤ u < last.

    >>> [Dip(1.0, 0.1, 1, 3)(u) for u in range(4)]
    [1.0, 0.1, 0.1, 1.0]
    """

    rate: float
    share: float
    first: int
    last: int

    def __call__(self, u):
        return self.rate * self.share if self.first <= u < self.last else self.rate


# Ways to spend a hundred updates: a rise, and others that would do as well for other reasons.
WAYS = {
    "none": lambda rate: Constant(rate),
    "rise": lambda rate: Warmup(100, Constant(rate)),
    "a tenth": lambda rate: Dip(rate, 0.1, 0, 100),
    "standing still": lambda rate: Dip(rate, 0.0, 0, 100),
    "a tenth, later": lambda rate: Dip(rate, 0.1, 300, 400),
}


def learned(case, schedules, seed, engine="auto"):
    """Train once per schedule; return whether each settled below half of guessing.

    >>> learned("bumps, SGD 0.32", [Warmup(100, Constant(0.32))], seed=0).tolist()
    [True]
    """
    load, config = CASES[case]
    split = load(seed)
    configs = [replace(config, schedule=s, epochs=EPOCHS, seed=seed) for s in schedules]
    finals = measure_side_by_side(finite_settled, configs, split, engine)
    return np.array(finals) < guessing_loss(split) / 2


def finite_settled(run):
    return settled_loss(run) if run.status == "finished" else np.inf


def by_length(case, seed, lengths=LENGTHS):
    """Return whether a run learns with a rise of each length."""
    rate = CASES[case][1].learning_rate
    return learned(case, [Warmup(length, Constant(rate)) for length in lengths], seed)


def by_way(case, seed, ways=tuple(WAYS)):
    """Return whether a run learns with each way to spend the first updates."""
    rate = CASES[case][1].learning_rate
    return learned(case, [WAYS[way](rate) for way in ways], seed)
