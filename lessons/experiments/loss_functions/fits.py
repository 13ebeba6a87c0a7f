"""Straight lines and constants fitted by three losses, each to its exact minimum."""

from itertools import combinations
from typing import NamedTuple

import numpy as np

# Halving an interval this often leaves nothing between two float64 numbers.
HALVINGS = 60
# What differs by less, in parts of itself, differs by rounding.
SAME = 1e-12
NAMES = "mse", "mae", "huber"


class Line(NamedTuple):
    """The line `y = slope·x + offset`."""

    slope: float
    offset: float

    def at(self, x):
        return self.slope * np.asarray(x) + self.offset


def huber(r, delta):
    """Huber's loss of residuals r: `r²/2` where |r| < δ, else `δ·(|r| - δ/2)`.

    >>> huber(np.array([0.5, 3.0]), 1.0).tolist()
    [0.125, 2.5]
    """
    size = np.abs(r)
    return np.where(size < delta, size**2 / 2, delta * (size - delta / 2))


def huber_slope(r, delta):
    """`r` held between -δ and δ: the pull of a sample grows no further.

    >>> huber_slope(np.array([0.5, -3.0]), 1.0).tolist()
    [0.5, -1.0]
    """
    return np.clip(r, -delta, delta)


def fit_mse(x, y):
    """Least squares in closed form: `slope = Σ(x - x̄)(y - ȳ) / Σ(x - x̄)²`, through the means.

    >>> fit_mse(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
    Line(slope=2.0, offset=1.0)
    """
    across = x - x.mean()
    slope = float(across @ (y - y.mean()) / (across @ across))
    return Line(slope, float(y.mean() - slope * x.mean()))


def fit_mae(x, y):
    """Least absolute error: of all lines through two samples the best one.

    The loss is made of flat pieces, so its minimum lies at a corner, where two residuals are 0.
    Where several lines are best, so is every line between them; their mean is returned.

    Parameters: x, y, samples, shape (N,), with at least two different x.
    Returns: a Line.

    Source: Boscovich (1757); Bloomfield & Steiger, "Least absolute deviations" (1983).

    >>> fit_mae(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 5.0, 100.0, 9.0]))
    Line(slope=2.0, offset=1.0)
    """
    i, j = np.array([(i, j) for i, j in combinations(range(len(x)), 2) if x[i] != x[j]]).T
    slopes = (y[j] - y[i]) / (x[j] - x[i])
    offsets = y[i] - slopes * x[i]
    losses = np.abs(slopes[:, None] * x + offsets[:, None] - y).mean(axis=1)
    best = losses <= losses.min() * (1 + SAME) + SAME
    return Line(float(slopes[best].mean()), float(offsets[best].mean()))


def fit_huber(x, y, delta):
    """The line of the least Huber loss, by halving an interval of slopes.

    For each slope the best offset is `center_huber` of what is left. With it, the derivative of the
    loss along the slope only rises, from below 0 to above.

    Parameters: x, y, samples, shape (N,), with at least two different x; delta, δ > 0.
    Returns: a Line.

    >>> line = fit_huber(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]), 1.0)
    >>> round(line.slope, 6), round(line.offset, 6)
    (2.0, 1.0)
    """
    between = np.diff(y) / np.diff(x)
    # Beyond the steepest line between neighbors none is better.
    low, high = between.min(), between.max()
    for _ in range(HALVINGS):
        slope = (low + high) / 2
        offset = center_huber(y - slope * x, delta)
        if huber_slope(slope * x + offset - y, delta) @ x > 0:
            high = slope
        else:
            low = slope
    return Line(float(slope), float(offset))


def center_huber(values, delta):
    """The constant of the least Huber loss: where the pulls of all values balance.

    Their sum is a broken line of the constant, whose corners are known: values ± δ.

    >>> center_huber(np.array([1.0, 2.0, 3.0, 4.0, 100.0]), 2.0)
    3.0
    """
    corners = np.sort(np.concatenate([values - delta, values + delta]))
    pulls = huber_slope(corners[:, None] - values, delta).sum(axis=1)
    zero = np.flatnonzero(np.abs(pulls) <= SAME * delta * len(values))
    if len(zero):
        return float((corners[zero[0]] + corners[zero[-1]]) / 2)
    return float(np.interp(0, pulls, corners))


def fit_constant(y, delta):
    """The best constants: the mean for MSE, the median for MAE, and Huber's between them.

    Of an even number of values every constant between the middle two is a best one for MAE.

    >>> [line.offset for line in fit_constant(np.array([1.0, 2.0, 3.0, 4.0, 100.0]), 1.0).values()]
    [22.0, 3.0, 3.0]
    """
    offsets = y.mean(), np.median(y), center_huber(y, delta)
    return {name: Line(0.0, float(offset)) for name, offset in zip(NAMES, offsets, strict=True)}


def fit_lines(x, y, delta):
    """Fit a straight line by each of the three losses; return a dict from their names."""
    lines = fit_mse(x, y), fit_mae(x, y), fit_huber(x, y, delta)
    return dict(zip(NAMES, lines, strict=True))


def loss_and_pull(name, above, delta):
    """Return of each sample, by how far it lies above the line, `y - ŷ`, its loss and its pull.

    The pull is `-∂L/∂ŷ`, before any mean is taken: how hard it wants the line to come up.

    >>> loss_and_pull("mse", np.array([3.0]), 1.0)
    (array([9.]), array([6.]))
    """
    if name == "mse":
        return above**2, 2 * above
    if name == "mae":
        return np.abs(above), np.sign(above)
    return huber(above, delta), huber_slope(above, delta)
