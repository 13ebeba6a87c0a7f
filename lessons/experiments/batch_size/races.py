"""Fair races between batch sizes: the same epochs, the same updates, or the same seconds.

What is fair depends on what is scarce, and each of the three has another winner.
"""

import time
from dataclasses import dataclass, replace

import numpy as np

from lessons.evaluation import evaluate
from lessons.experiments.batch_size.scaling import BASE
from lessons.plan import batches_per_epoch
from lessons.run import Run, lowest
from lessons.side_by_side import train_side_by_side
from lessons.trainer import train

# What can be made equal when batch sizes are compared.
BUDGETS = ("epochs", "updates", "seconds")
# Timing ends after so many repeats or seconds; the shortest time counts.
REPEATS, ENOUGH_SECONDS = 5, 0.1
# A run that is timed has about so many updates, if these are between 4 and 40 epochs: long enough
# for the clock, and short enough that other programs seldom cut in.
TIMED_UPDATES, FEWEST_EPOCHS, MOST_EPOCHS = 1000, 4, 40
# An epoch that takes so long is timed by itself: setting up a run is little beside it.
SLOW = 0.001
# Lines within so many epochs of a racer are led up to by so many measurements of its loss.
FEW_EPOCHS, POINTS = 3, 10


def seconds_per_epoch(config, split, engine="auto", repeats=REPEATS):
    """Measure how long an epoch takes here, with the evaluation that follows it.

    Whatever else the machine does only adds to a time: of several runs, the shortest counts.

    >>> from lessons import TrainConfig, data
    >>> seconds_per_epoch(TrainConfig(), data.moons(n=50)) > 0
    True
    """
    one = shortest_time(replace(config, epochs=1), split, engine, repeats)
    if one > SLOW:
        return one
    epochs = TIMED_UPDATES // batches_per_epoch(config, len(split.X_train))
    epochs = min(max(epochs, FEWEST_EPOCHS), MOST_EPOCHS)
    return shortest_time(replace(config, epochs=epochs), split, engine, repeats) / epochs


def shortest_time(config, split, engine, repeats):
    """Time complete runs, and return the shortest."""
    times = []
    while len(times) < repeats and sum(times) < ENOUGH_SECONDS:
        started = time.perf_counter()
        train(config, split, engine)
        times.append(time.perf_counter() - started)
    return min(times)


@dataclass(frozen=True, eq=False)
class Racer:
    """One batch size in the races: its run, updates per epoch, and seconds per epoch.

    `at` says after which updates its training loss was measured, `loss` what it was, both (M,).
    """

    batch_size: int
    run: Run
    updates: int
    seconds: float
    at: np.ndarray
    loss: np.ndarray

    @property
    def rate(self):
        """Learning rate of the run."""
        return self.run.config.learning_rate

    def epoch_costs(self, budget):
        """How much of a budget an epoch spends."""
        return {"epochs": 1, "updates": self.updates, "seconds": self.seconds}[budget]

    def spent(self, budget):
        """How much of a budget was spent when each loss was measured, shape (M,)."""
        return self.epoch_costs(budget) * self.at / self.updates

    def loss_at(self, budget, line):
        """Training loss when a budget is spent, on the straight line between two measurements."""
        return float(np.interp(line, self.spent(budget), self.loss))


def finish_lines(config, split, epochs, base_seconds):
    """Return what the races give to everyone: what a batch of `BASE` spends in so many epochs.

    Returns: a dict from each of `BUDGETS` to a number.
    """
    updates = epochs * batches_per_epoch(replace(config, batch_size=BASE), len(split.X_train))
    return {"epochs": epochs, "updates": updates, "seconds": epochs * base_seconds}


def epochs_needed(lines, updates, seconds):
    """Count the epochs that a racer needs to cross all three lines.

    >>> epochs_needed({"epochs": 20, "updates": 320, "seconds": 1.0}, updates=1, seconds=0.04)
    320
    """
    needed = lines["epochs"], lines["updates"] / updates, lines["seconds"] / seconds
    return int(np.ceil(max(needed)))


def race(configs, split, lines, seconds, engine="auto", progress=None):
    """Train each of several batch sizes until it has crossed all three lines, two at a time.

    Parameters: configs, a list of TrainConfig, whose epochs are ignored; split, a data set; lines,
    from `finish_lines`; seconds, per epoch, one for each config; engine and progress, as in
    `train`.
    Returns: a list of Racer.
    """
    updates = [batches_per_epoch(config, len(split.X_train)) for config in configs]
    paces = [*zip(updates, seconds, strict=True)]
    epochs = [epochs_needed(lines, *pace) for pace in paces]
    configs = [replace(c, epochs=e) for c, e in zip(configs, epochs, strict=True)]
    runs = train_side_by_side(configs, split, engine, progress, "fit")
    return [
        Racer(run.config.batch_size, run, *pace, *measurements(run, split, lines, *pace, engine))
        for run, pace in zip(runs, paces, strict=True)
    ]


def measurements(run, split, lines, updates, seconds, engine="auto"):
    """Return after which updates the training loss is known, and what it is: two arrays (M,).

    It is measured after every epoch. A line that a racer crosses within its first `FEW_EPOCHS` lies
    between two of these, where a straight line would be far from the truth: there it is measured at
    `POINTS` equal distances up to the line.
    """
    ends = lines["updates"], lines["seconds"] / seconds * updates
    early = [end for end in ends if end < FEW_EPOCHS * updates]
    at = updates * np.arange(len(run.train_loss))
    if not early or run.status == "cancelled":
        return at, run.train_loss
    more = np.ceil([np.linspace(0, end, POINTS + 1) for end in early]).astype(int)
    more = np.setdiff1d(more, at)
    again = replace(run.config, epochs=int(np.ceil(max(early) / updates)))
    snapshots = train(again, split, engine, snapshots="update").snapshots
    losses = np.full(len(more), np.nan)
    with np.errstate(over="ignore", invalid="ignore"):
        for k in np.flatnonzero(more < len(snapshots)):
            losses[k] = evaluate(snapshots[more[k]], again, split.X_train, split.y_train)[0]
    losses[~np.isfinite(losses)] = np.nan
    order = np.argsort(np.append(at, more))
    return np.append(at, more)[order], np.append(run.train_loss, losses)[order]


def winner(racers, lines, budget):
    """Return the racer with the lowest training loss at a line, or None if all have diverged."""
    best = lowest([racer.loss_at(budget, lines[budget]) for racer in racers])
    return None if best is None else racers[best]
