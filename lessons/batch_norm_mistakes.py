"""Batch norm as it stands on some published pages: three slips, each of them written out.

None of these is used by the kit. They are here to be computed beside `batch_norm.normalize`, so
that one can see how far off each one is, and that the right formula is easy to check: what comes
out has mean β and standard deviation |γ|.
"""

import numpy as np


def wrong_variance(z):
    """Wrong: `σ² = (1/m) Σ (z_i - μ²)`, the square inside the bracket.

    That is `μ - μ²`, whatever the spread of the values: it does not measure spread at all, and
    is negative for μ < 0 and for μ > 1, where its root does not exist.

    Parameters: z, a batch, shape (m, units). Returns: shape (units,).

    >>> wrong_variance(np.array([[1.0], [3.0]])).tolist()
    [-2.0]
    """
    mean = z.mean(axis=0)
    return np.mean(z - mean**2, axis=0)


def wrong_scale_without_plus(z_hat, gamma, beta):
    """Wrong: `z̃ = γ ẑ β`, the plus before β lost.

    β no longer shifts: it scales. With the β = 0 that training begins with, all becomes 0.

    Parameters: z_hat, normalized values, shape (m, units); gamma, beta, shape (units,).
    Returns: shape (m, units).

    >>> wrong_scale_without_plus(np.array([[-1.0], [1.0]]), 2.0, 0.0).tolist()
    [[-0.0], [0.0]]
    """
    return gamma * z_hat * beta


def wrong_mean_of_all(z_all, m):
    """Wrong: `μ = (1/m) Σ_(i=1…n) z_i`, a sum over n samples, divided by the batch size m.

    n/m times the mean of those n samples: too large by the number of batches, where n is the
    size of the training set.

    Parameters: z_all, shape (n, units); m, an integer ≥ 1. Returns: shape (units,).

    >>> wrong_mean_of_all(np.full((100, 1), 3.0), 25).tolist()
    [12.0]
    """
    return z_all.sum(axis=0) / m
