"""512 settings on the spiral, every one trained with 20 seeds, kept in settings512.csv."""

import csv
from functools import lru_cache
from itertools import product
from math import comb
from pathlib import Path

import numpy as np

from lessons import data
from lessons.experiments.search.maps import config_of, scores, window

TABLE = Path(__file__).with_name("settings512.csv")
SEEDS = range(20)
# Eight values of each of three knobs; all others stay where they are.
GRID = {
    "learning_rate": window("learning_rate", 5),
    "batch_size": window("batch_size", 1),
    "units": window("units", 0),
}
OTHERS = {"depth": 2, "l2": 0.0, "dropout": 0.0, "epochs": 30}
# As good as the best: at most so much accuracy below it.
WITHIN = 0.02


def settings():
    """Return all 512 settings, in the order of the table.

    >>> len(settings()), settings()[0]["units"]
    (512, 1)
    """
    return [OTHERS | dict(zip(GRID, values, strict=True)) for values in product(*GRID.values())]


@lru_cache(maxsize=1)
def stored():
    """Return the validation accuracies that are kept, (512, 20): one row per setting.

    >>> stored().shape
    (512, 20)
    """
    with TABLE.open() as file:
        return np.array([row[3:] for row in csv.reader(file)], float)


def best(seed):
    """Return the accuracy of the best of the 512, with this seed.

    >>> best(0) > 0.9
    True
    """
    return float(stored()[:, seed].max())


def accuracies(seed):
    """Train all 512 with one seed; return their validation accuracies, (512,)."""
    configs = [config_of(one, seed=seed) for one in settings()]
    return np.array([right for _, right in scores(configs, data.spiral(seed=seed))])


def chance(seed, draws):
    """Return how probable it is that `draws` random ones of the 512 hold one as good as the best.

    >>> chance(0, 512), chance(0, 0)
    (1.0, 0.0)
    """
    bad = int(np.sum(stored()[:, seed] < best(seed) - WITHIN))
    return 1 - comb(bad, draws) / comb(len(stored()), draws)


def make_table():
    """Train all that settings512.csv holds, and write it."""
    made = np.stack([accuracies(seed) for seed in SEEDS], axis=1)
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for one, row in zip(settings(), made, strict=True):
            writer.writerow([*(one[name] for name in GRID), *(f"{value:.4g}" for value in row)])


if __name__ == "__main__":
    make_table()
