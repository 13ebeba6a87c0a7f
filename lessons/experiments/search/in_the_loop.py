"""The test set in the loop: chosen by the test, its own score is no test any more."""

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.prediction import predict
from lessons.side_by_side import measure_side_by_side

RUNS = 30


def configs(seed):
    """Return thirty settings for the digits: units and rate drawn at random.

    >>> len(configs(0))
    30
    """
    rng = np.random.default_rng([seed, 30])
    return [
        TrainConfig(hidden=(int(rng.integers(32, 129)),), optimizer="adam", epochs=15,
                    learning_rate=float(10 ** rng.uniform(-2.3, -1.7)), seed=RUNS * seed + k)
        for k in range(RUNS)
    ]  # fmt: skip


def scores(seed, engine="auto"):
    """Train all; return accuracies on the test and on the validation set, (2, RUNS)."""
    split = data.digits(seed=seed)

    def measure(run):
        right = predict(run.params, run.config, split.X_test, engine).argmax(axis=1) == split.y_test
        return float(right.mean()), float(run.val_accuracy[-1])

    return np.array(measure_side_by_side(measure, configs(seed), split, engine)).T


def promised_and_true(table):
    """Choose the best by one set; return its score there, and on the other set, the means of both.

    Both sets are as large and drawn alike, so each has the part of the test once: what sets one
    apart from the other is then no difference between promise and truth.

    Parameters: table, (2, runs).

    >>> promised_and_true(np.array([[0.9, 0.8], [0.7, 0.8]]))
    (0.85, 0.75)
    """
    best = table.argmax(axis=1)
    promised = table[[0, 1], best].mean()
    return round(float(promised), 12), round(float(table[[1, 0], best].mean()), 12)
