"""Loss and metric of a setting over many seeds, each of which draws data and first weights anew."""

from dataclasses import dataclass, replace

import numpy as np

from lessons.experiments.loss_functions.shares import typical_error
from lessons.prediction import run_through
from lessons.trainer import train

SEEDS = 20
QUARTILES = 0.25, 0.75
# The typical error is measured at so many epochs; accuracy, which costs nothing, at all.
MOMENTS = 41


@dataclass(frozen=True, eq=False)
class Seeds:
    """How a setting goes with 20 seeds.

    Attributes: losses, quartiles of the validation losses, (2, epochs + 1); epochs, where the
    metric was measured, (M,), and metrics, its quartiles there, (2, M); factors, of every seed the
    last loss as a multiple of its lowest; changes, of every seed how the metric differs between
    these two epochs.
    """

    losses: np.ndarray
    epochs: np.ndarray
    metrics: np.ndarray
    factors: np.ndarray
    changes: np.ndarray


def over_seeds(config, draw, engine="auto", progress=None):
    """Train with every seed, and compare the end with the lowest validation loss.

    Parameters: config, a TrainConfig, whose seed does not count; draw, a function seed -> Split;
    engine and progress, as in `train`.
    Returns: Seeds, or None if it was stopped.

    >>> from lessons import TrainConfig, data
    >>> seeds = over_seeds(TrainConfig(epochs=2), lambda seed: data.moons(n=20, seed=seed))
    >>> seeds.losses.shape, len(seeds.factors)
    ((2, 3), 20)
    """
    losses, metrics, factors, changes = [], [], [], []
    for seed in range(SEEDS):
        split = draw(seed)
        part = progress.part() if progress else None
        run = train(replace(config, seed=seed), split, engine, part, "fit")
        if run.status == "cancelled":
            return None
        epochs, values = metric_over_epochs(run, split, engine)
        losses.append(run.val_loss)
        metrics.append(values)
        if run.status == "finished":
            best = run.best_epoch
            factors.append(run.val_loss[-1] / run.val_loss[best])
            changes.append(values[-1] - metric_at(run, split, best, engine))
        if progress:
            progress.report(seed + 1, SEEDS)
    worst = 0 if split.task == "classification" else np.inf
    return Seeds(quartiles(losses, np.inf), epochs, quartiles(metrics, worst),
                 np.array(factors), np.array(changes))  # fmt: skip


def quartiles(rows, worst):
    """Return the quartiles of each column; what is missing, after a divergence, counts as worst.

    >>> quartiles([[1.0], [2.0], [3.0], [np.nan]], np.inf).tolist()
    [[2.0], [3.0]]
    """
    rows = np.where(np.isfinite(rows), rows, worst)
    return np.quantile(rows, QUARTILES, axis=0, method="nearest")


def metric_over_epochs(run, split, engine="numpy"):
    """Return epochs, and there the validation accuracy, or the typical error in y's own unit.

    After a run stopped it is NaN.
    """
    if split.task == "classification":
        return np.arange(len(run.val_accuracy)), run.val_accuracy
    epochs = np.unique(np.rint(np.linspace(0, run.config.epochs, MOMENTS)).astype(int))
    return epochs, np.array([
        metric_at(run, split, epoch, engine) if epoch <= run.completed_epochs else np.nan
        for epoch in epochs
    ])  # fmt: skip


def metric_at(run, split, epoch, engine="numpy"):
    """Return the validation accuracy or the typical error at an epoch."""
    if split.task == "classification":
        return float(run.val_accuracy[epoch])
    outputs = run_through(run.snapshots[epoch], run.config, split.X_val, engine)
    return typical_error(outputs, split.y_val)
