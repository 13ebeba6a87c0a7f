"""Polynomials by least squares; beyond as many coefficients as samples, the smallest ones."""

from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import legvander

from lessons.experiments.overfitting.samples import HIGH

# What a basis function of degree k counts in the norm that is to be small: alike, or more and more.
NORMS = {"all degrees alike": 0, "high degrees costly": 1}


@dataclass(frozen=True, eq=False)
class Polynomial:
    """A sum of basis functions. Attributes: coefficients, (degree + 1,), and power, as in `basis`.

    >>> fit(np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0]), 1)(1.5).round(6)
    array([2.5])
    """

    coefficients: np.ndarray
    power: int = 0

    def __call__(self, x):
        return basis(x, len(self.coefficients) - 1, self.power) @ self.coefficients


def basis(x, degree, power=0):
    r"""Legendre's polynomials on −2 … 2, each with a mean square of 1 there, (N, degree + 1).

    Powers of x would do in theory. But x²⁰ and x²² look so alike that rounding mixes them up;
    these are at right angles to each other, `∫ P_j P_k dx = 0`.

    Parameters: power, by which degree k is divided, `(k + 1)^power`: its coefficient must then be
    so much larger for the same curve. It changes no fit that is the only best one.

    >>> x = np.linspace(-2, 2, 10001)
    >>> np.round(basis(x, 2).T @ basis(x, 2) / len(x), 2)
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    k = np.arange(degree + 1)
    return legvander(np.atleast_1d(x) / HIGH, degree) * np.sqrt(2 * k + 1) / (k + 1.0) ** power


def fit(x, y, degree, power=0):
    """Least squares by a QR decomposition: `A = QR`, then `R c = Qᵀy`.

    With more coefficients than samples many polynomials go through all of them. Of these the one
    with the smallest sum of squared coefficients is taken: `Aᵀ = QR`, then `c = Q R⁻ᵀ y`.

    Parameters: x, y, samples, (N,), no two at the same x; degree; power, as in `basis`.
    Returns: a Polynomial.

    >>> fit(np.array([-1.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0]), 2)(2.0).round(6)
    array([4.])
    """
    A = basis(x, degree, power)
    if degree < len(x):
        Q, R = np.linalg.qr(A)
        return Polynomial(np.linalg.solve(R, Q.T @ y), power)
    Q, R = np.linalg.qr(A.T)
    return Polynomial(Q @ np.linalg.solve(R.T, y), power)
