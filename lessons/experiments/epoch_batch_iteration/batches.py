"""Which sample is in which batch, epoch by epoch."""

from dataclasses import replace

import numpy as np

from lessons.experiments.epoch_batch_iteration.counting import batches_per_epoch
from lessons.plan import make_plan
from lessons.randomness import draw_orders


def sample_orders(config, split):
    """Return the order in which the trainer takes the samples, epoch by epoch.

    Parameters: config, a TrainConfig; split, a data set of N training samples.
    Returns: sample numbers, shape (epochs, N). In epoch e, batch b is `orders[e, b*B : (b+1)*B]`.

    >>> from lessons import TrainConfig, data
    >>> config = TrainConfig(batch_size=2, epochs=2, shuffle=False)
    >>> sample_orders(config, data.moons(n=4)).tolist()
    [[0, 1, 2, 3], [0, 1, 2, 3]]
    """
    return np.concatenate(list(draw_orders(make_plan(config, split))))


def batch_of_samples(order, batch_size, drop_last=False):
    """Return which batch of an epoch each sample belongs to.

    Parameters, Raises: as `cut`. Returns: batch numbers from 0, shape (N,); -1 for those left out.

    >>> batch_of_samples([4, 0, 3, 1, 2], batch_size=2).tolist()
    [0, 1, 2, 1, 0]
    >>> batch_of_samples([4, 0, 3, 1, 2], batch_size=2, drop_last=True).tolist()
    [0, 1, -1, 1, 0]
    """
    count = batches_per_epoch(len(order), batch_size, drop_last)
    batch = np.arange(len(order)) // batch_size
    batch_of = np.empty(len(order), int)
    batch_of[order] = np.where(batch < count, batch, -1)
    return batch_of


def sort_by_class(split):
    """Return the same split with its training samples sorted by class, as many files are.

    >>> from lessons import data
    >>> sort_by_class(data.moons(n=6)).y_train.tolist()
    [0, 0, 0, 1, 1, 1]
    """
    order = np.argsort(split.y_train, kind="stable")
    return replace(split, X_train=split.X_train[order], y_train=split.y_train[order])


def cut(order, batch_size, drop_last=False):
    """Cut the order of an epoch into batches, as the trainer does.

    Parameters: order, the sample numbers of one epoch, shape (N,), as in `sample_orders`;
    batch_size and drop_last, as in `batches_per_epoch`, Raises too.
    Returns: a list of arrays of sample numbers, one for each batch.

    >>> [batch.tolist() for batch in cut(np.array([4, 0, 3, 1, 2]), batch_size=2)]
    [[4, 0], [3, 1], [2]]
    """
    count = batches_per_epoch(len(order), batch_size, drop_last)
    return [order[b * batch_size : (b + 1) * batch_size] for b in range(count)]
