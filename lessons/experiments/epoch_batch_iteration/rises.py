"""Epochs after which the loss of all samples is higher than before."""

from dataclasses import replace

import numpy as np

from lessons import data
from lessons.trainer import train


def epochs_that_rise(config, seeds, samples=1200):
    """Train once per seed on two rings, and look which epochs end higher than they began.

    Parameters: config, a TrainConfig, whose seed is replaced; seeds, of data, first weights and
    batches; samples, how many to train on.
    Returns: the training loss at the beginning of every epoch, and whether it was higher at the
    end, both of shape (seeds, epochs).

    >>> from lessons import TrainConfig
    >>> config = TrainConfig(learning_rate=0.0, epochs=3)
    >>> epochs_that_rise(config, seeds=[0, 1])[1].any()
    np.False_
    """
    losses = np.array([
        train(replace(config, seed=seed), data.circle(n=samples, seed=seed)).train_loss
        for seed in seeds
    ])  # fmt: skip
    return losses[:, :-1], np.diff(losses) > 0
