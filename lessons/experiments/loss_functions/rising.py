"""A validation loss that rises again: by how much, through whom, and what the answers do."""

from typing import NamedTuple

import numpy as np

from lessons.experiments.loss_functions.shares import losses_of_samples
from lessons.losses import LOSSES
from lessons.prediction import run_through

# What a run of cross-entropy is divided by to be less sure of itself, or more.
TEMPERATURES = np.geomspace(0.3, 30, 81)


class Rise(NamedTuple):
    """From the epoch of the lowest validation loss to the end of a run.

    Attributes: best, that epoch; factor, the loss at the end as a multiple of the lowest; accuracy,
    its change, as a share; worst_tenth, the share of the loss at the end that the tenth of the
    samples with the highest loss makes up; better, the share of samples whose loss has fallen.
    """

    best: int
    factor: float
    accuracy: float
    worst_tenth: float
    better: float


def rise(run, split):
    """Compare the end of a run with its best epoch, sample by sample.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50, noise=0.5)
    >>> rise(train(TrainConfig(epochs=5), split), split).factor >= 1
    True
    """
    best = run.best_epoch
    before, after = (
        losses_of_samples(run.snapshots[epoch], run.config, split.X_val, split.y_val)
        for epoch in (best, run.completed_epochs)
    )
    worst = np.sort(after)[-max(1, len(after) // 10) :]
    return Rise(
        best,
        float(run.val_loss[run.completed_epochs] / run.val_loss[best]),
        float(run.val_accuracy[run.completed_epochs] - run.val_accuracy[best]),
        float(worst.sum() / after.sum()),
        float(np.mean(after < before)),
    )


def tempered(run, split):
    """Divide all scores of a run by the one number that is best for the validation samples.

    No answer changes, as the highest score stays the highest: only how sure each is.

    Returns: that number, and the test loss without and with it.

    Source: Guo et al., "On calibration of modern neural networks" (2017).

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50, noise=0.5)
    >>> T, before, after = tempered(train(TrainConfig(epochs=5), split), split)
    >>> bool(T > 0)
    True
    """
    loss = LOSSES[run.config.loss].function
    on_val, on_test = (
        run_through(run.params, run.config, X, "numpy").astype(float)
        for X in (split.X_val, split.X_test)
    )
    T = TEMPERATURES[np.argmin([loss(on_val / t, split.y_val) for t in TEMPERATURES])]
    return float(T), float(loss(on_test, split.y_test)), float(loss(on_test / T, split.y_test))
