"""True maps of the trainer, over the learning rate and a second knob, kept in responses.csv."""

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.counted import draw
from lessons.experiments.search.grids import Trained
from lessons.side_by_side import measure_side_by_side

TABLE = Path(__file__).with_name("responses.csv")
SEEDS = range(20)
# What is larger, or no number, counts as this, so that there is something to read between.
FAR = 10.0
# Ten rates per power of ten.
EXPONENTS = np.round(np.arange(-4, 1.05, 0.1), 1)


@dataclass(frozen=True)
class Map:
    """What is trained, and the second knob: its field, its name, and its values, evenly spaced."""

    optimizer: str
    field: str
    name: str
    values: tuple


SGD_L2, ADAM_L2 = "SGD: rate and L2", "Adam: rate and L2"
MOMENTUM, BATCHES = "momentum: rate and β", "SGD: rate and batch size"
IDLE = "l2", "L2 λ", (1e-7, 1e-6, 1e-5)
MAPS = {
    SGD_L2: Map("sgd", *IDLE),
    ADAM_L2: Map("adam", *IDLE),
    MOMENTUM: Map("momentum", "momentum", "momentum β", (0.8, 0.85, 0.9)),
    BATCHES: Map("sgd", "batch_size", "batch size", (4, 16, 64, 256)),
}


def configs(name, seed):
    """Return the settings of all cells of a map, row by row.

    >>> len(configs(SGD_L2, 0))
    153
    """
    about, base = MAPS[name], TrainConfig(epochs=30, seed=seed)
    return [
        replace(base, optimizer=about.optimizer, learning_rate=float(10**exponent),
                **{about.field: value})
        for value in about.values for exponent in EXPONENTS
    ]  # fmt: skip


def losses(configs, seed, engine="auto"):
    """Train on the spiral; return the loss of each on 1,000 new samples, settled.

    >>> found = losses([TrainConfig(learning_rate=r, epochs=30) for r in (0.5, 1e-4)], 0)
    >>> bool(found[0] < 0.3 < found[1])
    True
    """
    split = draw("spiral", 300, 0.1, seed, val=1000)
    return np.array(measure_side_by_side(settled, configs, split, engine))


def settled(run):
    """Return the median validation loss of the last quarter of the epochs, FAR if it diverged."""
    loss = float(np.median(run.val_loss[-(len(run.val_loss) // 4) :]))
    return FAR if run.status == "diverged" else min(loss, FAR)


@cache
def stored(name):
    """Return a map as stored, (seeds, rows, columns).

    >>> stored(SGD_L2).shape
    (20, 3, 51)
    """
    with TABLE.open() as file:
        rows = [row[3:] for row in csv.reader(file) if row[0] == name]
    return np.array(rows, float).reshape(len(SEEDS), len(MAPS[name].values), len(EXPONENTS))


def response(name, low=1e-4, high=10.0):
    """Return a map as a response to search, with rates from low to high.

    >>> response(SGD_L2, 0.001, 10).low.round(3)
    np.float64(0.2)
    """
    first, last = EXPONENTS[[0, -1]]
    ends = ((np.log10(rate) - first) / (last - first) for rate in (low, high))
    return Trained(stored(name), *ends)


def make_table():
    """Train all that responses.csv holds, and write it."""
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for name, about in MAPS.items():
            for seed in SEEDS:
                made = losses(configs(name, seed), seed).reshape(len(about.values), -1)
                for value, row in zip(about.values, made, strict=True):
                    writer.writerow([name, seed, value, *(f"{loss:.3g}" for loss in row)])


if __name__ == "__main__":
    make_table()
