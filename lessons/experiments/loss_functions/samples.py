"""Noisy samples around a line or a constant, some of which are moved away."""

from typing import NamedTuple

import numpy as np

from lessons.experiments.loss_functions.fits import Line

# What is true of a line, and of one quantity that is measured again and again.
TRUTHS = {"line": Line(0.8, 0.5), "constant": Line(0.0, 0.5)}
REACH, NOISE = 2.0, 0.3
# Outliers are the samples whose x is nearest to this.
PLACE = 1.2


class Samples(NamedTuple):
    """x and y of all samples, shape (N,), in the order of their x, and which are outliers."""

    x: np.ndarray
    y: np.ndarray
    moved: np.ndarray


def draw_samples(model, n, outliers, out, aside, seed, noise=NOISE):
    """Draw samples around the truth, and move some of them.

    Parameters: model, "line" or "constant"; n, how many; outliers, how many of them are moved;
    out, how far up; aside, how far to the right; seed; noise, the standard deviation of the errors.
    Returns: Samples. The same seed gives the same samples, wherever the outliers are.

    >>> samples = draw_samples("line", 24, 3, 6.0, 0.0, seed=0)
    >>> len(samples.x), int(samples.moved.sum())
    (24, 3)
    """
    rng = np.random.default_rng(seed)
    x = rng.uniform(-REACH, REACH, n)
    y = TRUTHS[model].at(x) + noise * rng.standard_normal(n)
    moved = np.zeros(n, bool)
    moved[np.argsort(np.abs(x - PLACE))[:outliers]] = True
    x, y = x + aside * moved, y + out * moved
    order = np.argsort(x)
    return Samples(x[order], y[order], moved[order])


def distance(line, model):
    """Return how far a fit is from the truth: root mean square over where the samples are.

    >>> round(distance(Line(0.8, 1.5), "line"), 3)
    1.0
    """
    truth = TRUTHS[model]
    slope, offset = line.slope - truth.slope, line.offset - truth.offset
    return float(np.sqrt(offset**2 + slope**2 * REACH**2 / 3))
