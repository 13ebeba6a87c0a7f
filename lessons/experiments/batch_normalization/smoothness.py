"""How smooth the loss is where training goes: how far does a gradient stay true.

Santurkar et al. (2018) found that batch norm helps by making it smoother, not by keeping the
inputs of layers in place. A gradient is worth as much as the length over which it stays true.
"""

import numpy as np

from lessons.evaluation import gradient_at
from lessons.parameters import flatten, sizes_of, unflatten

# Where the search for the reach begins and ends, learning rates.
SHORTEST, LONGEST = 1e-3, 1e3
# Low and high end of the reach are brought together to within this share.
PRECISION = 0.05


def gradient_change(params, config, X, y, along=1.0):
    """Prepare to go along the negative gradient, and see how much of it is no longer true.

    `‖g(w - s·g) - g(w)‖ / ‖g(w)‖`, `g = ∂L/∂w`, on one batch, in training mode: batch norm takes
    the batch's own mean and variance at every s, as an update would.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets; along, a vector
    (P,) that is 1 for parameters which move and count, else 0.
    Returns: a function of the step s, a learning rate, which returns the change; infinite where it
    is no longer finite.

    Source: Santurkar et al., "How does batch normalization help optimization?" (2018), figure 4.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> change = gradient_change(train(config, split).params, config, split.X_train, split.y_train)
    >>> change(0.0) < change(1e-3) < change(1.0)
    True
    """
    w, sizes = flatten(params), sizes_of(params)
    batch_norm = params[0].gamma is not None
    g = along * gradient_at(params, config, X, y)
    length = np.linalg.norm(g)

    def change(step):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            there = unflatten((w - step * g).astype(w.dtype), sizes, params.loss, batch_norm)
            turned = along * gradient_at(there, config, X, y) - g
            return float(np.nan_to_num(np.linalg.norm(turned) / length, nan=np.inf))

    return change


def reach(change):
    """Find the shortest step at which the gradient has changed by as much as its own length.

    Up to there the slope that was measured tells something about where the step leads. Steps are
    doubled until the gradient has changed so much, and the last doubling is then bisected.

    Parameters: change, a function of the step, as from `gradient_change`.
    Returns: a learning rate, or `LONGEST` where the gradient does not change so much.

    >>> round(reach(lambda step: 4 * step), 2)
    0.25
    """
    high = SHORTEST
    while change(high) <= 1:
        high *= 2
        if high > LONGEST:
            return LONGEST
    low = high / 2
    while high > (1 + PRECISION) * low:
        middle = np.sqrt(low * high)
        low, high = (low, middle) if change(middle) > 1 else (middle, high)
    return float(np.sqrt(low * high))


def reach_over_training(run, X, y, epochs):
    """Find how far the gradient reaches, at several epochs of a run: as a rate, and as a distance.

    The distance is the length of that step, in units of the length of all parameters:
    `s·‖g‖ / ‖w‖`. Unlike the rate, it stays the same when the weights before batch norm are scaled.

    Parameters: run; X, inputs (N, d); y, their targets; epochs, whole numbers from 0 to
    `run.completed_epochs`. Returns: the medians of the rates and of the distances.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> run = train(TrainConfig(epochs=5), split)
    >>> rate, distance = reach_over_training(run, split.X_train, split.y_train, [0, 5])
    >>> 0 < distance < rate
    True
    """
    found = []
    for epoch in epochs:
        place = run.snapshots[epoch], run.config, X, y
        rate = reach(gradient_change(*place))
        distance = rate * np.linalg.norm(gradient_at(*place)) / np.linalg.norm(flatten(place[0]))
        found.append((rate, distance))
    return tuple(float(median) for median in np.median(found, axis=0))
