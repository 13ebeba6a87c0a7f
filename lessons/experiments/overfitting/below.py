"""Why a validation loss can lie below the training loss, with nothing wrong."""

from typing import NamedTuple

import numpy as np


class Losses(NamedTuple):
    """After each epoch, (epochs,): the mean over its batches, training loss, validation loss."""

    batches: np.ndarray
    train: np.ndarray
    val: np.ndarray


def three_losses(run):
    """Return the loss as most programs report it, and both as they are after each epoch.

    The mean over the batches of an epoch is made with the weights as they were in between, and
    with dropout on.

    >>> from lessons import TrainConfig, data, train
    >>> losses = three_losses(train(TrainConfig(epochs=3, dropout=0.5), data.moons()))
    >>> losses.batches.shape, bool((losses.batches > losses.train).all())
    ((3,), True)
    """
    starts = run.epoch_starts
    means = np.add.reduceat(run.batch_loss, starts[:-1]) / np.diff(starts)
    return Losses(means, run.train_loss[1:], run.val_loss[1:])
