"""Two settings, few seeds: how often the better one has the lower mean."""

from dataclasses import replace

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.experiments.counted import draw
from lessons.side_by_side import measure_side_by_side

MADE, TRIES = 200, 2000
COUNTS = 1, 3, 5, 10, 20
SGD_ADAM, WIDTHS = "Adam 0.03 or momentum 0.1, spiral", "64 or 32 units, digits"
SPIRAL = TrainConfig(epochs=30)
DIGITS = TrainConfig(hidden=(32,), optimizer="adam", learning_rate=0.01, epochs=10)
# The first of each is the better one, by all seeds.
PAIRS = {
    SGD_ADAM: (
        replace(SPIRAL, optimizer="adam", learning_rate=0.03),
        replace(SPIRAL, optimizer="momentum", learning_rate=0.1),
    ),
    WIDTHS: (replace(DIGITS, hidden=(64,)), DIGITS),
}


def losses(name, seed, engine="auto"):
    """Train both settings on the same data, from the same seed; return their validation losses.

    >>> adam, momentum = losses(SGD_ADAM, 0)
    >>> adam < 0.5 and momentum < 0.5
    True
    """
    split = data.digits(seed=seed) if name == WIDTHS else draw("spiral", 300, 0.1, seed, val=1000)
    configs = [replace(config, seed=seed) for config in PAIRS[name]]
    return measure_side_by_side(lambda run: float(run.val_loss[-1]), configs, split, engine)


def right_order(table, many, paired, tries=TRIES):
    """Return in what share of the tries the means of so many seeds say which setting is better.

    Parameters: table, losses of the better setting and of the other, (2, seeds), by seed; paired,
    whether both get the same seeds.

    >>> right_order(np.array([[1.0, 2.0, 3.0, 4.0], [1.1, 2.1, 3.1, 4.1]]), 1, paired=True)
    1.0
    """
    rng = np.random.default_rng(many)
    drawn = np.argsort(rng.random((tries, table.shape[1])), axis=1)
    ours, others = drawn[:, :many], drawn[:, many : 2 * many]
    better = table[0, ours].mean(axis=1)
    other = table[1, ours if paired else others].mean(axis=1)
    return float(np.mean(better < other))
