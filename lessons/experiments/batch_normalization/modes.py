"""Training mode and evaluation mode: whose mean and variance batch norm takes.

In training those of the batch, so that the answer for a sample depends on the company it is in;
in evaluation the running averages, so that it does not.
"""

import numpy as np

from lessons.losses import LOSSES, like
from lessons.network import forward


def answers_in_batches(params, config, points, X, batch_size, draws, seed=0):
    """Answer for some points in training mode, each in several batches with other companions.

    All batches at once: forward takes mean and variance over the first axis, so the batch is the
    first axis and its number the second.

    Parameters: params and config, of a run on two classes; points, (K, d); X, (N, d), from which
    the B - 1 companions are drawn; batch_size B ≥ 1; draws D, batches per point; seed.
    Returns: probabilities of class 1, shape (K, D).

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5, batch_norm=True)
    >>> params = train(config, split).params
    >>> inputs = split.X_val[:3], split.X_train
    >>> answers_in_batches(params, config, *inputs, batch_size=8, draws=10).shape
    (3, 10)
    """
    rng = np.random.default_rng(seed)
    batches = X[rng.integers(0, len(X), (batch_size, len(points), draws))]
    batches[0] = points[:, None]
    shape = batches.shape
    with np.errstate(over="ignore", invalid="ignore"):
        outputs, _ = forward(params, config, batches.reshape(batch_size, -1, shape[-1]), True)
        answers = LOSSES[params.loss].prediction(outputs[0])
    return answers[:, 1].reshape(len(points), draws)


def batch_loss(params, config, X, y, alone=False):
    """Compute the mean loss of a batch in training mode, as an update sees it.

    Parameters: params and config, of a run; X, (N, d); y, their targets; alone, as in `forward`,
    whether X is a single sample that was left over.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1, batch_size=50, shuffle=False)
    >>> run = train(config, split)
    >>> first = batch_loss(run.snapshots[0], config, split.X_train, split.y_train)
    >>> bool(abs(first - run.batch_loss[0]) < 1e-5)
    True
    """
    X = np.asarray(X, params[0].W.dtype)
    outputs, _ = forward(params, config, X, training=True, alone=alone)
    loss = LOSSES[params.loss].function
    return float(loss(outputs, like(outputs, y, params.loss)))


def loss_in_batches(params, config, X, y, batch_size, seed=0):
    """Compute the mean loss in training mode, over shuffled batches, without a step.

    Parameters: params and config, of a run; X, (N, d); y, their targets; batch_size B ≥ 1, of
    which the last batch may have fewer; seed.
    Returns: the loss, a mean over all samples.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5, batch_norm=True)
    >>> params = train(config, split).params
    >>> loss = loss_in_batches(params, config, split.X_train, split.y_train, batch_size=50)
    >>> bool(abs(loss - batch_loss(params, config, split.X_train, split.y_train)) < 1e-5)
    True
    """
    order = np.random.default_rng(seed).permutation(len(X))
    batches = np.split(order, range(batch_size, len(X), batch_size))
    losses = [
        batch_loss(params, config, X[batch], y[batch], alone=len(batch) == 1 < batch_size)
        for batch in batches
    ]
    return float(np.average(losses, weights=[len(batch) for batch in batches]))
