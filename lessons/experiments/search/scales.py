"""A logarithmic scale against a linear one: where the points of a search of the rate fall."""

import numpy as np

from lessons.experiments.search.grids import REPETITIONS
from lessons.experiments.search.responses import EXPONENTS, response

POINTS = 9


def drawn_rates(low, high, logarithmic, repetitions=REPETITIONS, seed=0):
    """Draw rates between low and high, evenly on one scale, (repetitions, POINTS).

    >>> rates = drawn_rates(1e-4, 10, logarithmic=False)
    >>> bool(np.mean(rates > 1) > 0.85)
    True
    """
    u = np.random.default_rng([seed, int(logarithmic)]).random((repetitions, POINTS))
    return low * (high / low) ** u if logarithmic else low + u * (high - low)


def lowest(name, rates):
    """Return the lowest loss that the rates of each repetition find on a stored map, (R,).

    The second knob, which hardly matters there, stays in its middle.
    """
    first, last = EXPONENTS[[0, -1]]
    places = (np.log10(rates) - first) / (last - first)
    points = np.stack([places, np.full_like(places, 0.5)], axis=-1)
    return response(name).losses(points).min(axis=1)


def log_against_linear(name, low, high):
    """Return the lowest losses of both scales on a stored map, (2, repetitions), log first.

    >>> log, linear = log_against_linear("SGD: rate and L2", 1e-4, 0.1)
    >>> bool(np.mean(log < linear) < 0.5)
    True
    """
    return np.array([lowest(name, drawn_rates(low, high, log)) for log in (True, False)])
