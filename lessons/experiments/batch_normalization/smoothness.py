"""How smooth the loss is where training goes: how far does a gradient stay true.

Santurkar et al. (2018) found that batch norm helps by making it smoother, not by keeping the
inputs of layers in place. A gradient is worth as much as the length over which it stays true.
"""

import numpy as np

from lessons.evaluation import gradient_at
from lessons.parameters import flatten, sizes_of, unflatten


def gradient_change(params, config, X, y, steps):
    """Go along the negative gradient, and see how much of it is no longer true.

    `‖g(w - s·g) - g(w)‖ / ‖g(w)‖`, `g = ∂L/∂w`, on one batch, in training mode: batch norm takes
    the batch's own mean and variance at every s, as an update would.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets; steps s, shape
    (K,), each a learning rate > 0.
    Returns: the change at every step, shape (K,); what is no longer finite is infinite.

    Source: Santurkar et al., "How does batch normalization help optimization?" (2018), figure 4.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> params = train(config, split).params
    >>> change = gradient_change(params, config, split.X_train, split.y_train, [1e-3, 1.0])
    >>> bool(change[0] < change[1])
    True
    """
    w, sizes = flatten(params), sizes_of(params)
    batch_norm = params[0].gamma is not None
    g = gradient_at(params, config, X, y)
    changes = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for step in steps:
            there = unflatten((w - step * g).astype(w.dtype), sizes, params.loss, batch_norm)
            changes.append(np.linalg.norm(gradient_at(there, config, X, y) - g))
        change = np.array(changes) / np.linalg.norm(g)
    return np.nan_to_num(change, nan=np.inf)


def reach(steps, change):
    """Return the shortest step at which the gradient has changed by as much as its own length.

    Up to there the slope that was measured tells something about where the step leads.

    Parameters: steps, shape (K,), rising; change, shape (K,), as `gradient_change` gives it.
    Returns: a step, or the longest one where the gradient does not change so much.

    >>> reach([0.1, 1.0, 10.0], [0.2, 1.5, 3.0])
    1.0
    """
    over = np.flatnonzero(np.asarray(change) > 1)
    return float(steps[over[0]] if len(over) else steps[-1])


def median_reach(run, X, y, epochs, steps):
    """Return the median of the reaches of the gradient at several epochs of a run.

    Parameters: run; X, inputs (N, d); y, their targets; epochs, whole numbers from 0 to
    `run.completed_epochs`; steps, as in `reach`. Returns: a step.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> run = train(TrainConfig(epochs=5), split)
    >>> median_reach(run, split.X_train, split.y_train, [0, 5], [1e-6, 1e3])
    1000.0
    """
    return float(np.median([
        reach(steps, gradient_change(run.snapshots[epoch], run.config, X, y, steps))
        for epoch in epochs
    ]))  # fmt: skip
