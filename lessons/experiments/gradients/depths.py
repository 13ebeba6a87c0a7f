"""How deep a network still trains: activation, first weights and batch norm, at the best rate."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.experiments.settled import has_learned
from lessons.side_by_side import measure_side_by_side

DEPTHS = 2, 4, 8, 16, 32
RATES = 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0
WIDTH, EPOCHS = 16, 60
# Rates are chosen with the first seeds, and tried with others.
CHOOSING, FRESH = range(20), range(20, 40)
KINDS = (
    ("sigmoid", "xavier_normal"), ("sigmoid", "he_normal"), ("sigmoid", "large_normal"),
    ("tanh", "xavier_normal"), ("tanh", "he_normal"), ("tanh", "orthogonal"),
    ("tanh", "small_normal"), ("tanh", "large_normal"),
    ("gelu", "xavier_normal"), ("gelu", "he_normal"),
    ("relu", "xavier_normal"), ("relu", "he_normal"),
    ("relu", "small_normal"), ("relu", "large_normal"),
)  # fmt: skip
# A depth trains where nearly all of the fresh seeds learn.
NEARLY_ALL = 16
TABLE = Path(__file__).with_name("depths.csv")


@dataclass(frozen=True)
class Row:
    """How many of 20 seeds learn, of networks of one depth.

    Attributes: activation, init, batch_norm, depth; at_rates, counts at each of RATES with the
    seeds that choose; rate, the best of them; learned, the count at it with fresh seeds.
    """

    activation: str
    init: str
    batch_norm: bool
    depth: int
    at_rates: tuple
    rate: float
    learned: int


def config_of(activation, init, batch_norm, depth, rate):
    """Return the settings of one training: layers of 16 units, batches of 32, 60 epochs.

    >>> len(config_of("relu", "he_normal", False, 8, 0.1).hidden)
    8
    """
    return TrainConfig(
        hidden=(WIDTH,) * depth, activation=activation, init=init, batch_norm=batch_norm,
        learning_rate=rate, epochs=EPOCHS,
    )  # fmt: skip


def count_learned(config, seeds, load=data.circle):
    """Count the seeds that learn; each draws data, first weights and batches anew.

    Parameters: config, a TrainConfig; seeds; load, what draws the data from a seed.

    >>> count_learned(config_of("relu", "he_normal", False, 2, 0.1), range(2))
    2
    """
    count = 0
    for seed in seeds:
        split = load(seed=seed)
        (learned,) = measure_side_by_side(
            lambda run, split=split: has_learned(run, split), [replace(config, seed=seed)], split
        )
        count += learned
    return count


def stored():
    """Return the rows that are kept in depths.csv: ten minutes of trainings.

    >>> len(stored()) == len(KINDS) * 2 * len(DEPTHS)
    True
    """
    with TABLE.open() as file:
        return [parsed(line) for line in csv.reader(file)]


def parsed(line):
    activation, init, batch_norm, depth, rate, learned, *counts = line
    return Row(
        activation, init, batch_norm == "True", int(depth), tuple(map(int, counts)), float(rate),
        int(learned),
    )  # fmt: skip


def deepest(rows):
    """Return the deepest of some networks that trains, all shallower ones training, too, or 0.

    >>> sigmoid = [row for row in stored() if (row.activation, row.init) == KINDS[0]]
    >>> deepest([row for row in sigmoid if not row.batch_norm])
    0
    """
    depth = 0
    for row in sorted(rows, key=lambda row: row.depth):
        if row.learned < NEARLY_ALL:
            break
        depth = row.depth
    return depth


def measure_row(activation, init, batch_norm, depth):
    """Count at every rate, choose the best, and try it with fresh seeds."""
    settings = activation, init, batch_norm, depth
    counts = np.zeros(len(RATES), int)
    for seed in CHOOSING:
        split = data.circle(seed=seed)
        configs = [replace(config_of(*settings, rate), seed=seed) for rate in RATES]
        counts += np.array(measure_side_by_side(
            lambda run, split=split: has_learned(run, split), configs, split
        ), int)  # fmt: skip
    rate = RATES[best_place(counts)]
    learned = count_learned(config_of(*settings, rate), FRESH)
    return Row(*settings, tuple(counts.tolist()), rate, learned)


def best_place(counts):
    """Return the place of the highest count; of several next to each other, the middle.

    >>> best_place([0, 20, 20, 20, 3])
    2
    """
    places = np.flatnonzero(np.asarray(counts) == max(counts))
    return int(places[(len(places) - 1) // 2])


def make_table():
    """Train all that depths.csv holds, and write it."""
    rows = [
        measure_row(activation, init, batch_norm, depth)
        for activation, init in KINDS
        for batch_norm in (False, True)
        for depth in DEPTHS
    ]
    with TABLE.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [r.activation, r.init, r.batch_norm, r.depth, r.rate, r.learned, *r.at_rates]
            for r in rows
        )


if __name__ == "__main__":
    make_table()
