"""Learning curves: loss against the number of samples, and what they advise."""

from dataclasses import dataclass

import numpy as np

from lessons.experiments.overfitting.capacity import wave_config
from lessons.experiments.overfitting.samples import draw
from lessons.trainer import train

SIZES = 10, 20, 40, 80, 160, 320
SEEDS = 5
# Validation above training by more than this share of it: the samples are too few.
GAP = 1 / 3
MORE_DATA, LARGER_MODEL = "more data", "a larger model"
TIMES = 4


@dataclass(frozen=True, eq=False)
class LearningCurves:
    """Histories of networks of one width. Attributes: sizes, (S,); train and val, (S, seeds, E)."""

    sizes: np.ndarray
    train: np.ndarray
    val: np.ndarray

    def at(self, epoch):
        """Return the median training and validation loss of every size after an epoch, (2, S)."""
        return np.median([self.train[..., epoch], self.val[..., epoch]], axis=2)


def histories(units, n, noise, epochs, seeds, engine="auto", progress=None):
    """Return the training and validation losses of every seed, (2, seeds, epochs + 1), or None.

    >>> histories(2, 20, 0.3, 3, range(2)).shape
    (2, 2, 4)
    """
    rows = []
    for seed in seeds:
        part = progress.part() if progress else None
        config = wave_config(units, n, epochs, seed)
        run = train(config, draw(n, noise, seed), engine, part, "fit")
        if run.status == "cancelled":
            return None
        rows.append((run.train_loss, run.val_loss))
    return np.moveaxis(rows, 1, 0)


def learning_curves(units, noise, epochs, sizes=SIZES, seeds=range(SEEDS), engine="auto",
                    progress=None):  # fmt: skip
    """Train one network on ever more samples; return LearningCurves, or None if it was stopped.

    All samples are in one batch, so that each training makes as many updates.

    >>> learning_curves(2, 0.3, 3, sizes=(10, 20)).at(3).shape
    (2, 2)
    """
    found = []
    for n in sizes:
        found.append(histories(units, n, noise, epochs, seeds, engine, progress))
        if found[-1] is None:
            return None
        if progress:
            progress.report(len(found), len(sizes))
    train_losses, val_losses = np.moveaxis(found, 1, 0)
    return LearningCurves(np.array(sizes), train_losses, val_losses)


def advice(train_loss, val_loss):
    """Say what a gap between the losses advises: more data if it is wide, else a larger model.

    >>> advice(0.05, 0.13), advice(0.33, 0.36)
    ('more data', 'a larger model')
    """
    return MORE_DATA if val_loss - train_loss > GAP * val_loss else LARGER_MODEL


def remedies(units, n, noise, epochs, seeds=range(SEEDS), engine="auto", progress=None):
    """Try both: the validation loss as it is, with four times the data, and the units; or None.

    Returns: (3, seeds), the lowest of each run over its last half, which is what it settles at.
    """
    rows = []
    for width, size in ((units, n), (units, TIMES * n), (TIMES * units, n)):
        found = histories(width, size, noise, epochs, seeds, engine, progress)
        if found is None:
            return None
        rows.append(found[1, :, -1])
    return np.array(rows)
