"""How smooth the loss is where training goes: how far does a gradient stay true.

Santurkar et al. (2018) found that batch norm helps by making it smoother, not by keeping the
inputs of layers in place. A gradient is worth as much as the length over which it stays true.
"""

from typing import NamedTuple

import numpy as np

from lessons.losses import LOSSES
from lessons.network import flatten, forward, gradient_at, like, unflatten


class Along(NamedTuple):
    """What `along_the_gradient` found at each step length, shape (K,).

    loss, of the batch; change, `‖g(w - s·g) - g(w)‖ / ‖g(w)‖`, how much of the gradient is no
    longer true; smoothness, `‖g(w - s·g) - g(w)‖ / (s·‖g(w)‖)`, the gradient's change per unit of
    length, whose largest value is an effective β.
    """

    loss: np.ndarray
    change: np.ndarray
    smoothness: np.ndarray


def along_the_gradient(params, config, X, y, steps):
    """Go along the negative gradient, and look at loss and gradient at each step length.

    `w(s) = w - s·g`, `g = ∂L/∂w` at s = 0, on one batch, in training mode: batch norm takes the
    batch's own mean and variance at every s, as an update would.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets; steps s, shape
    (K,), each a learning rate > 0.
    Returns: Along; what is no longer finite is infinite.

    Source: Santurkar et al., "How does batch normalization help optimization?" (2018), figure 4.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> params = train(config, split).params
    >>> found = along_the_gradient(params, config, split.X_train, split.y_train, [1e-3, 1.0])
    >>> bool(found.change[0] < found.change[1])
    True
    """
    w, sizes = flatten(params), [len(params[0].W), *(len(layer.b) for layer in params)]
    batch_norm = params[0].gamma is not None
    g = gradient_at(params, config, X, y)
    length = np.linalg.norm(g)
    losses, changes = [], []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for step in steps:
            moved = (w - step * g).astype(w.dtype)
            there = unflatten(moved, sizes, params.loss, batch_norm)
            losses.append(batch_loss(there, config, X, y))
            changes.append(np.linalg.norm(gradient_at(there, config, X, y) - g) / length)
    change = np.nan_to_num(np.array(changes, float), nan=np.inf)
    loss = np.nan_to_num(np.array(losses, float), nan=np.inf)
    return Along(loss, change, change / np.asarray(steps, float))


def reach(steps, change):
    """Return the shortest step at which the gradient has changed by as much as its own length.

    Up to there the slope that was measured tells something about where the step leads.

    Parameters: steps, shape (K,), rising; change, shape (K,), as in `Along`.
    Returns: a step, or the longest one where the gradient does not change so much.

    >>> reach([0.1, 1.0, 10.0], [0.2, 1.5, 3.0])
    1.0
    """
    over = np.flatnonzero(np.asarray(change) > 1)
    return float(steps[over[0]] if len(over) else steps[-1])


def batch_loss(params, config, X, y):
    """Compute the mean loss of a batch in training mode, as an update sees it.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1, batch_size=50, shuffle=False)
    >>> run = train(config, split)
    >>> first = batch_loss(run.snapshots[0], config, split.X_train, split.y_train)
    >>> bool(abs(first - run.batch_loss[0]) < 1e-5)
    True
    """
    outputs, _ = forward(params, config, np.asarray(X, params[0].W.dtype), training=True)
    loss = LOSSES[params.loss].function
    return float(loss(outputs, like(outputs, y, params.loss)))
