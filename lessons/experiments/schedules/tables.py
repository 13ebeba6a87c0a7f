"""The tables of the lesson, which take minutes of trainings and so are kept in tables.csv."""

import csv
from pathlib import Path

import numpy as np

from lessons.experiments.schedules import comparison, endings, floor, high_peaks, lengths, warm_up

TABLE = Path(__file__).with_name("tables.csv")
# The seeds of all tables, and others, by which peaks are chosen.
SEEDS, CHOOSING = range(20), range(100, 120)


def stored(experiment, task):
    """Return a stored table: by (row, column) the values of 20 seeds.

    >>> len(stored("judged, training", "wave")["constant", "0.032"])
    20
    """
    with TABLE.open() as file:
        rows = [row for row in csv.reader(file) if row[:2] == [experiment, task]]
    return {(row, column): np.array(values, float) for _, _, row, column, *values in rows}


def chosen(task):
    """Return the best peak of every schedule, as stored.

    >>> chosen("wave")["constant"]
    0.032
    """
    return {name: float(peak) for name, peak in stored("judged, training", task)}


def comparisons(task):
    """Yield the rows of a comparison: the sweep by which peaks are chosen, and the judgment."""
    swept = comparison.sweep(task, CHOOSING)
    for name, losses in zip(swept.names, swept.train, strict=True):
        for peak, row in zip(swept.peaks, losses, strict=True):
            yield "swept", task, name, peak, row
    best = {name: swept.best(name) for name in swept.names}
    for name, losses in comparison.judge(task, best, SEEDS).items():
        yield "judged, training", task, name, best[name], losses[:, 0]
        yield "judged, validation", task, name, best[name], losses[:, 1]


def floors(task):
    """Yield the rows of a task at all constant rates and batch sizes."""
    made = [floor.settled_losses(task, seed, floor.SIZES, floor.RATES, 5000) for seed in SEEDS]
    for k, size in enumerate(floor.SIZES):
        for r, rate in enumerate(floor.RATES):
            yield "floor", task, size, rate, [losses[k, r] for losses in made]


def counts():
    """Yield the rows of what is counted: who learns, and how runs end."""
    for case in warm_up.CASES:
        for row, names, measure in (
            ("length", warm_up.LENGTHS, warm_up.by_length), ("way", warm_up.WAYS, warm_up.by_way),
        ):  # fmt: skip
            made = np.array([measure(case, seed) for seed in SEEDS], int)
            for name, values in zip(names, made.T, strict=True):
                yield "warm-up", case, row, name, values
    for case in high_peaks.CASES:
        made = np.array([high_peaks.learned(case, seed) for seed in SEEDS], int)
        for name, values in zip(high_peaks.NAMES, made.T, strict=True):
            yield "high peak", case, name, "", values
    for task in endings.TASKS:
        made = np.array([endings.endings(task, seed) for seed in SEEDS])
        for name, values in zip(endings.ENDINGS, made.T, strict=True):
            yield "ending", task, name, "", values
    for table, rate in ((lengths.LENGTHS, 0.1), (lengths.SHAPES, 0.056)):
        runs = [pair if isinstance(pair, tuple) else (100, pair) for pair in table.values()]
        made = np.array([
            lengths.final_losses(lengths.wave(seed), seed, [(e, made(rate)) for e, made in runs])
            for seed in SEEDS
        ])  # fmt: skip
        for name, values in zip(table, made.T, strict=True):
            yield "length", "wave", name, rate, values


def make_tables():
    """Train all that tables.csv holds, and write it."""
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for rows in (
            *map(comparisons, comparison.TASKS), *map(floors, floor.TASKS), counts(),
        ):  # fmt: skip
            writer.writerows(
                [*names, *(f"{value:.4g}" for value in values)] for *names, values in rows
            )


if __name__ == "__main__":
    make_tables()
