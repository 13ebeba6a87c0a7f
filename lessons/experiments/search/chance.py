"""The counted tables of the lesson, which take minutes of trainings and are kept in chance.csv."""

import csv
from functools import cache
from pathlib import Path

import numpy as np

from lessons.experiments.search import halving, in_the_loop, many_knobs, pairs

TABLE = Path(__file__).with_name("chance.csv")
REPETITIONS, SPLITS = 100, 20


@cache
def stored():
    """Return all rows, by (experiment, row).

    >>> len(stored()["six knobs", "loss"])
    1000
    """
    with TABLE.open() as file:
        return {(name, row): np.array(values, float) for name, row, *values in csv.reader(file)}


def halved(case):
    """Return what 100 repetitions found in a case, by way, and "dropped at"."""
    return {row: values for (name, row), values in stored().items() if name == case}


def paired(name):
    """Return the losses of a pair of settings, (2, 200)."""
    return np.array([stored()[name, row] for row in ("better", "other")])


def tested():
    """Return the accuracies of thirty runs in each of 20 splits, (splits, 2, runs)."""
    rows = np.array([stored()["test in the loop", part] for part in ("test", "validation")])
    return rows.reshape(2, SPLITS, -1).transpose(1, 0, 2)


def tables():
    """Yield all rows: experiment, row, values."""
    for case in (halving.TWO, halving.SEVEN):
        made = [halving.one_repetition(case, seed) for seed in range(REPETITIONS)]
        for k, way in enumerate(halving.WAYS):
            yield case, way, [losses[k] for losses, _ in made]
        yield case, "dropped at", [dropped for _, dropped in made]
    for name in pairs.PAIRS:
        made = np.transpose([pairs.losses(name, seed) for seed in range(pairs.MADE)])
        yield from zip([name] * 2, ("better", "other"), made, strict=True)
    yield "six knobs", "loss", many_knobs.made(0, many_knobs.MADE)
    made = np.array([in_the_loop.scores(seed) for seed in range(SPLITS)])
    for k, part in enumerate(("test", "validation")):
        yield "test in the loop", part, made[:, k].ravel()


def make_table():
    """Train all that chance.csv holds, and write it."""
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for name, row, values in tables():
            writer.writerow([name, row, *(f"{value:.4g}" for value in values)])


if __name__ == "__main__":
    make_table()
