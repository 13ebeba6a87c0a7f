"""Early stopping: when it stops, which epoch it goes back to, and what it would have missed."""

from dataclasses import dataclass

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.overfitting.samples import draw
from lessons.losses import score
from lessons.prediction import run_through
from lessons.trainer import train

SEEDS = 30
TEST = 1000


@dataclass(frozen=True)
class Task:
    """Data and network: n training and val validation samples, with noise; layers of units."""

    n: int
    val: int
    noise: float
    hidden: tuple
    activation: str
    batch_size: int


TASKS = {
    "wave": Task(20, 20, 0.3, (64,), "tanh", 20),
    "moons": Task(60, 30, 0.5, (32, 32), "relu", 32),
}


def stop(val_loss, patience):
    """Return where a run would stop and the epoch that it goes back to, from its whole history.

    It stops after `patience` epochs in a row without a new lowest validation loss, and goes back to
    that of the lowest so far, as `TrainConfig(patience=…)` does.

    >>> stop(np.array([3.0, 2.0, 2.5, 2.4, 1.0]), 2), stop(np.array([3.0, 2.0, 2.5, 2.4, 1.0]), 3)
    ((3, 1), (4, 4))
    """
    best = 0
    for epoch in range(1, len(val_loss)):
        if val_loss[epoch] < val_loss[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(val_loss) - 1, best


def config_for(name, learning_rate, epochs, seed):
    """Return the TrainConfig of a task: Adam, without early stopping."""
    task = TASKS[name]
    return TrainConfig(
        hidden=task.hidden, activation=task.activation, optimizer="adam", epochs=epochs,
        learning_rate=learning_rate, batch_size=task.batch_size, seed=seed,
    )  # fmt: skip


def data_for(name, seed):
    """Draw the data of a task, with many test samples."""
    task = TASKS[name]
    return draw(task.n, task.noise, seed, val=task.val, test=TEST, name=name)


def loss_on_test(run, split, epoch, engine="numpy"):
    """Return the loss on the test part of the network as it was after an epoch."""
    outputs = run_through(run.snapshots[epoch], run.config, split.X_test, engine)
    return float(score(outputs, split.y_test, run.config.loss)[0])


@dataclass(frozen=True, eq=False)
class History:
    """One seed's whole run. Attributes: val_loss, (E + 1,); test, of some epochs the test loss."""

    val_loss: np.ndarray
    epochs: np.ndarray
    test: np.ndarray

    def test_at(self, epoch):
        """Return the test loss after an epoch, between the measured ones by interpolation."""
        return float(np.interp(epoch, self.epochs, self.test))


def history(name, learning_rate, epochs, seed, engine="auto", progress=None):
    """Train to the end, and measure the test loss at 60 epochs; return History, or None."""
    split = data_for(name, seed)
    config = config_for(name, learning_rate, epochs, seed)
    run = train(config, split, engine, progress, "fit")
    if run.status == "cancelled":
        return None
    at = np.unique(np.rint(np.geomspace(1, run.completed_epochs + 1, 60)).astype(int)) - 1
    return History(run.val_loss, at, np.array([loss_on_test(run, split, e, engine) for e in at]))


def histories(name, learning_rate, epochs, seeds=range(SEEDS), engine="auto", progress=None):
    """Return a History for every seed, or None if it was stopped."""
    found = []
    for seed in seeds:
        part = progress.part() if progress else None
        found.append(history(name, learning_rate, epochs, seed, engine, part))
        if found[-1] is None:
            return None
        if progress:
            progress.report(len(found), len(seeds))
    return found


@dataclass(frozen=True, eq=False)
class Scatter:
    """What a patience does to many seeds: arrays, one entry per seed.

    Attributes: chosen, best, epochs; test, at_best, at_end, test losses; missed, booleans.
    """

    chosen: np.ndarray
    best: np.ndarray
    test: np.ndarray
    at_best: np.ndarray
    at_end: np.ndarray
    missed: np.ndarray


def scatter(histories, patience):
    """Return what a patience does to many seeds.

    >>> history = History(np.array([2.0, 1.0, 1.5, 0.5]), np.array([0, 3]), np.array([2.0, 0.5]))
    >>> found = scatter([history], 1)
    >>> found.chosen.item(), found.best.item(), found.test.item(), found.missed.item()
    (1, 3, 1.5, True)
    """
    rows = []
    for history in histories:
        losses = history.val_loss[np.isfinite(history.val_loss)]
        (stopped, chosen), best = stop(losses, patience), int(losses.argmin())
        tests = [history.test_at(epoch) for epoch in (chosen, best, len(losses) - 1)]
        rows.append((chosen, best, *tests, best > stopped))
    chosen, best, *tests, missed = np.transpose(rows)
    return Scatter(chosen.astype(int), best.astype(int), *tests, missed.astype(bool))
