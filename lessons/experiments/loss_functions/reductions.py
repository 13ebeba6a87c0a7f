"""Mean or sum over the batch: the same training with each, a few updates long."""

import numpy as np

from lessons.evaluation import evaluate, gradient_at
from lessons.optimizers import SGD, Adam, Momentum
from lessons.parameters import flatten, sizes_of, unflatten

OPTIMIZERS = {"sgd": SGD(), "momentum": Momentum(0.9), "adam": Adam(0.9, 0.999, 1e-8)}


def train_with(reduction, run, split, optimizer, rate, updates, batch_size=32):
    """Train on from the first weights of a run, with the mean over each batch or with its sum.

    Parameters: reduction, "mean" or "sum"; run, a Run, whose first weights and settings count;
    optimizer, a name in OPTIMIZERS; rate, updates, batch_size: the batches follow one another.
    Returns: the training loss after the last update.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=64)
    >>> run = train(TrainConfig(epochs=1, dtype="float64"), split)
    >>> mean, sum_ = (train_with(reduction, run, split, "sgd", rate, 3)
    ...               for reduction, rate in (("mean", 0.32), ("sum", 0.01)))
    >>> bool(abs(mean - sum_) < 1e-12)
    True
    """
    first, rule = run.snapshots[0], OPTIMIZERS[optimizer]
    sizes, w = sizes_of(first), flatten(first)
    state = rule.init(w)
    for update in range(updates):
        rows = np.arange(update * batch_size, (update + 1) * batch_size) % len(split.X_train)
        params = unflatten(w, sizes, first.loss)
        gradient = gradient_at(params, run.config, split.X_train[rows].astype(w.dtype),
                               split.y_train[rows])  # fmt: skip
        if reduction == "sum":
            gradient = gradient * batch_size
        w, state = rule.update(w, gradient, state, rate)
    params = unflatten(w, sizes, first.loss)
    return evaluate(params, run.config, split.X_train, split.y_train)[0]
