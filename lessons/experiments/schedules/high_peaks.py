"""Peaks that a constant rate cannot stand, and whether cycles get out of where others stay."""

from dataclasses import replace

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.experiments.schedules.warm_up import finite_settled
from lessons.side_by_side import measure_side_by_side
from lessons.verdict import guessing_loss

NAMES = "constant", "warmup", "cosine", "warmup_cosine", "one_cycle"
CASES = {
    "spiral, SGD 1.8": (lambda seed: data.spiral(seed=seed), TrainConfig(learning_rate=1.8)),
    "bumps, SGD 0.56": (
        lambda seed: data.bumps(noise=0.1, seed=seed), TrainConfig(learning_rate=0.56),
    ),
    "spiral, Adam 0.18": (
        lambda seed: data.spiral(seed=seed), TrainConfig(optimizer="adam", learning_rate=0.18),
    ),
    "spiral, SGD 3.2": (lambda seed: data.spiral(seed=seed), TrainConfig(learning_rate=3.2)),
}  # fmt: skip


def learned(case, seed, names=NAMES):
    """Return whether a run of 100 epochs settles below half of guessing, with each schedule.

    >>> learned("bumps, SGD 0.56", 0, ["constant", "one_cycle"]).tolist()
    [False, True]
    """
    load, config = CASES[case]
    split = load(seed)
    configs = [replace(config, schedule=name, seed=seed) for name in names]
    finals = measure_side_by_side(finite_settled, configs, split)
    return np.array(finals) < guessing_loss(split) / 2


# --- local minima -------------------------------------------------------------------------------

# With three units xor has bad minima, in which many runs stay.
TRAP = TrainConfig(hidden=(3,), activation="tanh", init="xavier_normal", epochs=200)
RATES = 0.1, 0.32, 1.0
ESCAPES = "constant", "cyclical", "cosine", "one_cycle"


def solved(seed, names=ESCAPES, rates=RATES):
    """Return whether xor is solved, 95% right at the end, with each schedule at each peak.

    >>> solved(0, ["constant"], [0.1]).shape
    (1, 1)
    """
    split = data.xor(seed=seed)
    configs = [
        replace(TRAP, schedule=name, learning_rate=rate, seed=seed)
        for name in names for rate in rates
    ]  # fmt: skip
    found = measure_side_by_side(lambda run: bool(run.train_accuracy[-1] > 0.95), configs, split)
    return np.array(found).reshape(len(names), len(rates))
