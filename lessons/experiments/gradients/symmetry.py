"""Symmetry: units that begin alike get the same gradient, and so remain alike, bit for bit."""

import numpy as np


def distinct_units(params, layer):
    """Count the units of a hidden layer that differ: in a weight or bias, by a bit at least.

    A unit is what comes in, its bias, and what goes out.

    Parameters: params, a list of Layer; layer, its number, counted from 0.

    >>> from lessons.parameters import Layer
    >>> first = Layer(np.array([[1.0, 1.0, 2.0]]), np.zeros(3))
    >>> distinct_units([first, Layer(np.ones((3, 1)), np.zeros(1))], 0)
    2
    """
    here, after = params[layer], params[layer + 1]
    # + 0.0 makes a 0 of -0, which is the same number in other bits.
    units = np.vstack([here.W, here.b, after.W.T]).T + 0.0
    return len({unit.tobytes() for unit in units})


def history(run, layer):
    """Count the units of a layer that differ at every snapshot, shape (snapshots,).

    >>> from lessons import TrainConfig, data, train
    >>> run = train(TrainConfig(hidden=(4,), init="constant", epochs=3), data.moons(n=50))
    >>> history(run, 0).tolist()
    [1, 1, 1, 1]
    """
    return np.array([distinct_units(params, layer) for params in run.snapshots])


def incoming(run, layer):
    """Return the weights into a layer at every snapshot, (snapshots, in, units)."""
    return np.array([params[layer].W for params in run.snapshots])


def has_moved(run, layer):
    """Say whether any weight into a layer differs from what it was at first.

    >>> from lessons import TrainConfig, data, train
    >>> run = train(TrainConfig(hidden=(4,), init="zeros", epochs=3), data.moons(n=50))
    >>> has_moved(run, 0)
    False
    """
    return bool(np.any(run.snapshots[-1][layer].W != run.snapshots[0][layer].W))
