"""The smallest deep network: L layers of one unit without activation, `y = w_1·w_2·…·w_L·x`."""

import numpy as np

# A start arrives if it ends so near to the target.
NEAR = 0.01


def output(w, depth):
    """Return `y = w^L` for x = 1 and equal weights.

    >>> float(output(2.0, 10))
    1024.0
    """
    return np.asarray(w, float) ** depth


def gradient(w, depth, target=1.0):
    """Return the gradient of `½(y - target)²` for each of the equal weights: `(y - t)·w^(L-1)`.

    >>> float(gradient(0.5, 3, 0.0))
    0.03125
    """
    w = np.asarray(w, float)
    return (w**depth - target) * w ** (depth - 1)


def descend(start, depth, rate, steps, target=1.0):
    """Walk down from equal weights, which stay equal, and return them at the end.

    Parameters: start and rate, numbers or arrays that go together; steps, how many.
    Returns: w, in the shape of both together; NaN where it has diverged.

    >>> abs(float(descend(0.8, 5, 0.05, 1000)) - 1) < 1e-6
    True
    """
    w, rate = np.broadcast_arrays(np.asarray(start, float), np.asarray(rate, float))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            w = w - rate * gradient(w, depth, target)
    return w


def arrives(starts, depth, rates, steps=1000):
    """Say of each start whether any of the rates takes y to the target 1.

    Parameters: starts, (S,); rates, (R,). Returns: shape (S,), bool.

    >>> arrives([0.3, 0.9], 20, [0.001, 0.01], steps=500).tolist()
    [False, True]
    """
    ends = descend(np.asarray(starts, float)[:, None], depth, np.asarray(rates), steps)
    with np.errstate(over="ignore", invalid="ignore"):
        return (np.abs(ends**depth - 1) < NEAR).any(axis=1)
