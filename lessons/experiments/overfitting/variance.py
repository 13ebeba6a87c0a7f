"""Bias and variance: many trainings on many draws of the data, and the error they add up to."""

from dataclasses import dataclass

import numpy as np

from lessons.experiments.overfitting.samples import HIGH, LOW, truth

DRAWS = 30
GRID = np.linspace(LOW, HIGH, 101)


@dataclass(frozen=True)
class Parts:
    """Bias², variance and noise, all in units of y²; se, the standard error of their sum."""

    bias2: float
    variance: float
    noise: float
    se: float

    @property
    def total(self):
        return self.bias2 + self.variance + self.noise


def decompose(fits, target, noise):
    """Split the expected error of fits to many draws into its three parts.

    Variance is the mean square of what sets the fits apart from their mean, over n − 1 of them.
    Bias² is the square of what sets their mean apart from the truth. But the mean of n fits still
    has a variance of its own, variance/n, which is subtracted.

    Parameters: fits, (draws, grid); target, the truth there, (grid,); noise, its standard
    deviation.
    Returns: Parts. Bias² and variance add up to the mean squared distance between fit and truth,
    exactly; from its spread over the fits comes the standard error.

    >>> parts = decompose(np.array([[1.0, 1.0], [3.0, 3.0]]), np.array([0.0, 0.0]), 0.5)
    >>> parts.variance, parts.bias2, parts.total
    (2.0, 3.0, 5.25)
    """
    n = len(fits)
    mean = fits.mean(axis=0)
    variance = float(np.sum((fits - mean) ** 2) / (n - 1) / fits.shape[1])
    bias2 = float(np.mean((mean - target) ** 2) - variance / n)
    distances = np.mean((fits - target) ** 2, axis=1)
    return Parts(bias2, variance, noise**2, standard_error(distances))


def standard_error(values):
    """Return the standard error of a mean, `s / √n`.

    >>> standard_error(np.array([1.0, 3.0]))
    1.0
    """
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def measured_error(errors):
    """Return the mean of the fits' errors on new samples of their own, and its standard error."""
    return float(np.mean(errors)), standard_error(errors)


def target():
    """Return the truth on the grid."""
    return truth(GRID)
