"""A linear model of 20 weights, of which five count: L1 and L2, step by step and at their ends.

Loss and penalties are the kit's: `(1/n)·Σ(Xw − y)²`, `λ·Σ|w|` and `(λ/2)·Σw²`. Libraries count
otherwise: scikit-learn's Lasso halves the loss, so its α is λ/2, and its Ridge adds up instead of
averaging, so its α is nλ/2.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lessons.experiments.regularization.two_weights import soft_threshold

SAMPLES, WEIGHTS, COUNT = 50, 20, 5
# Strengths of a regularization path, from nearly nothing to more than all weights stand.
STRENGTHS = tuple(float(f"{10**k:.3g}") for k in np.arange(-2.5, 1.51, 0.05))


@dataclass(frozen=True, eq=False)
class Problem:
    """A regression. Attributes: X, (n, d); y, (n,); truth, the weights that made y, (d,)."""

    X: np.ndarray
    y: np.ndarray
    truth: np.ndarray

    @property
    def hessian(self):
        """`H = (2/n)·XᵀX`, the curvatures of the loss."""
        return 2 * self.X.T @ self.X / len(self.X)

    @property
    def pull(self):
        """`(2/n)·Xᵀy`, minus the gradient at 0; beyond its largest size L1 leaves no weight."""
        return 2 * self.X.T @ self.y / len(self.X)

    @property
    def unpenalized(self):
        """The weights with the least loss, `H⁻¹ (2/n) Xᵀy`."""
        return np.linalg.solve(self.hessian, self.pull)


@lru_cache(maxsize=64)
def problem(seed, samples=SAMPLES, weights=WEIGHTS, noise=1.0):
    """Draw a problem in which five weights are not 0, between 0.5 and 2 in size.

    >>> int(np.count_nonzero(problem(0).truth)), problem(0).X.shape
    (5, (50, 20))
    """
    rng = np.random.default_rng(seed)
    truth = np.zeros(weights)
    truth[:COUNT] = rng.uniform(0.5, 2, COUNT) * rng.choice([-1, 1], COUNT)
    X = rng.normal(size=(samples, weights))
    return Problem(X, X @ truth + noise * rng.normal(size=samples), truth)


def mean_squared_error(w, X, y):
    """`(1/n)·Σ(Xw − y)²`, for weights of shape (..., d)."""
    return np.mean((np.asarray(w) @ X.T - y) ** 2, axis=-1)


# --- steps --------------------------------------------------------------------------------------


def sign_step(w, gradient, rate, l1):
    """The usual gradient step, as all optimizers make it: `w ← w − η·(∂L/∂w + λ·sign(w))`.

    >>> sign_step(np.array([0.01]), np.array([0.0]), 0.1, 1.0).round(6).tolist()
    [-0.09]
    """
    return w - rate * (gradient + l1 * np.sign(w))


def proximal_step(w, gradient, rate, l1):
    """A step down the loss, then towards 0 by ηλ, and no farther: `w ← S(w − η·∂L/∂w, ηλ)`.

    >>> proximal_step(np.array([0.01]), np.array([0.0]), 0.1, 1.0).tolist()
    [0.0]

    Source: iterative soft thresholding, Daubechies, Defrise and De Mol (2004).
    """
    return soft_threshold(w - rate * gradient, rate * l1)


def descend(task, step, l1, rate, steps):
    """Make steps from small random weights and keep all; shape (steps + 1, d).

    Parameters: task, a Problem; step, `sign_step` or `proximal_step`; l1 λ; rate η.

    >>> path = descend(problem(0), proximal_step, 0.4, 0.05, 300)
    >>> int(np.sum(path[-1] == 0)) > 10
    True
    """
    H, pull = task.hessian, task.pull
    path = np.empty((steps + 1, len(pull)))
    path[0] = 0.3 * np.random.default_rng(0).normal(size=len(pull))
    with np.errstate(over="ignore", invalid="ignore"):
        for k in range(steps):
            path[k + 1] = step(path[k], H @ path[k] - pull, rate, l1)
    return path


def largest_rate(task):
    """Return the rate up to which steps converge: 2 over the largest curvature.

    >>> 0.1 < largest_rate(problem(0)) < 1
    True
    """
    return 2 / float(np.linalg.eigvalsh(task.hessian)[-1])


# --- ends ---------------------------------------------------------------------------------------


def ridge(task, strengths):
    """Return the weights with the least loss and L2, in closed form, shape (L, d).

    >>> bool(np.allclose(ridge(problem(0), [0.0])[0], problem(0).unpenalized))
    True
    """
    both = task.hessian + np.asarray(strengths, float)[:, None, None] * np.eye(len(task.pull))
    return np.linalg.solve(both, task.pull[:, None])[..., 0]


def lasso(task, strengths, steps=4000):
    """Return the weights with the least loss and L1, by proximal steps for all strengths at once.

    Parameters: strengths λ, (L,). Returns: shape (L, d).

    >>> task = problem(0)
    >>> lasso(task, [np.abs(task.pull).max()]).any()
    np.False_
    """
    H, strengths = task.hessian, np.asarray(strengths, float)[:, None]
    rate = largest_rate(task) / 2
    w = np.zeros((len(strengths), len(task.pull)))
    for _ in range(steps):
        before, w = w, soft_threshold(w - rate * (w @ H - task.pull), rate * strengths)
        if np.abs(w - before).max() < 1e-13:
            break
    return w


# --- penalized biases ---------------------------------------------------------------------------


def ridge_with_bias(X, y, l2, on_bias):
    """Return weights and bias of ridge regression, with the bias penalized or not.

    >>> X = np.array([[-1.0], [1.0]])
    >>> ridge_with_bias(X, np.array([9.0, 11.0]), 0.0, on_bias=True).round(6).tolist()
    [1.0, 10.0]
    """
    columns = np.column_stack([X, np.ones(len(X))])
    penalty = l2 * np.eye(columns.shape[1])
    penalty[-1, -1] *= on_bias
    n = len(X)
    return np.linalg.solve(2 * columns.T @ columns / n + penalty, 2 * columns.T @ y / n)
