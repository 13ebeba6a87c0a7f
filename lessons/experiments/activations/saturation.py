"""Where an activation is flat, and which units of a network have no slope left to learn by."""

from functools import cache

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.network import forward
from lessons.readable import FLAT

# Normal numbers lie within 8 standard deviations, to the last digit.
NORMAL_RANGE = 8.0


def flat_ranges(name, low=-6.0, high=6.0, points=12001):
    """Find where the slope of an activation is flat, `|f'(z)| < 0.01`.

    Parameters: name, of an activation in `ACTIVATIONS`; low and high, the part of z to look at;
    points, how finely.
    Returns: a list of pairs (from, to), in order; empty where it is flat nowhere.

    >>> [(round(start, 1), round(end, 1)) for start, end in flat_ranges("tanh")]
    [(-6.0, -3.0), (3.0, 6.0)]
    >>> flat_ranges("identity")
    []
    """
    z = np.linspace(low, high, points)
    flat = np.abs(ACTIVATIONS[name].derivative(z)) < FLAT
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(int)))
    return [
        (float(z[first]), float(z[after - 1])) for first, after in edges.reshape(-1, 2).tolist()
    ]


@cache
def largest_slope(name, low=-6.0, high=6.0, points=12001):
    """Find the largest slope of an activation, and the z nearest to 0 that has it.

    Returns: the pair (z, f'(z)), to the fineness of the points.

    >>> largest_slope("sigmoid")
    (0.0, 0.25)
    """
    z = np.linspace(low, high, points)
    slopes = ACTIVATIONS[name].derivative(z)
    best = np.flatnonzero(slopes >= slopes.max() - 1e-12)
    at = best[np.argmin(np.abs(z[best]))]
    return float(z[at]), float(slopes[at])


@cache
def mean_output(name, points=16001):
    """Compute the mean output for normal inputs: `∫ f(z) φ(z) dz`, 0 if it is zero-centered.

    Parameters: name, of an activation. φ is the density of the normal distribution.

    >>> round(mean_output("sigmoid"), 6), round(mean_output("relu"), 3)
    (0.5, 0.399)
    """
    z = np.linspace(-NORMAL_RANGE, NORMAL_RANGE, points)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return float(np.sum(ACTIVATIONS[name].function(z) * density) * (z[1] - z[0]))


def flat_shares(params, config, X):
    """Compute for every hidden unit the share of samples for which its slope is flat.

    A unit whose share is 1 is dead, or saturated throughout: no sample gives it a gradient worth
    the name, so its weights hardly change any more.

    Parameters: params and config, of a run; X, inputs (N, d).
    Returns: a list with one array of shape (units,) for each hidden layer.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(hidden=(4, 3), epochs=1)
    >>> [len(s) for s in flat_shares(train(config, split).params, config, split.X_train)]
    [4, 3]
    """
    derivative = ACTIVATIONS[config.activation].derivative
    with np.errstate(over="ignore", invalid="ignore"):
        _, steps = forward(params, config, np.asarray(X, dtype=params[0].W.dtype))
        return [np.mean(np.abs(derivative(step.z)) < FLAT, axis=0) for step in steps[:-1]]


def count_dead(shares):
    """Count the units that are flat for every sample.

    Parameters: shares, as from `flat_shares`. Returns: how many are, and how many units there are.

    >>> count_dead([np.array([1.0, 0.5]), np.array([0.0])])
    (1, 3)
    """
    return sum(int(np.sum(share == 1)) for share in shares), sum(map(len, shares))
