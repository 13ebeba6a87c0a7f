"""What is nearly L2: noise on the inputs of a linear model, and stopping early.

Noise of deviation s on the inputs adds `s²·Σw²` to the expected squared error of a linear model,
which is the penalty `(λ/2)·Σw²` with `λ = 2s²` (Bishop, "Training with noise is equivalent to
Tikhonov regularization", 1995). Gradient descent from 0 has taken, after t steps at rate η, the
share `1 − (1 − ηh)^t` of the way to the minimum in a direction of curvature h, where L2 leaves the
share `h/(h + λ)`.
"""

import numpy as np

from lessons.experiments.regularization.linear import mean_squared_error


def added_by_noise(w, X, y, noise, draws, seed=0):
    """Return by how much noise on the inputs raises the mean squared error: mean of many draws.

    Returns: the measured mean, and what is expected, `s²·Σw²`.

    >>> measured, expected = added_by_noise([1.0, -2.0], np.zeros((10, 2)), np.zeros(10), 0.5, 999)
    >>> expected, abs(measured - expected) < 0.1
    (1.25, True)
    """
    rng = np.random.default_rng(seed)
    w = np.asarray(w, float)
    clean = mean_squared_error(w, X, y)
    noisy = [mean_squared_error(w, X + noise * rng.normal(size=X.shape), y) for _ in range(draws)]
    return float(np.mean(noisy) - clean), float(noise**2 * np.sum(w**2))


def fit_on_copies(task, noise, copies, seed=0):
    """Return the weights fitted to so many copies of the data, each with noise of its own, (d,).

    >>> from lessons.experiments.regularization.linear import problem
    >>> fit_on_copies(problem(0), 0.5, 3).shape
    (20,)
    """
    rng = np.random.default_rng(seed)
    H, pull = np.zeros_like(task.hessian), np.zeros_like(task.pull)
    for _ in range(copies):
        X = task.X + noise * rng.normal(size=task.X.shape)
        H += X.T @ X
        pull += X.T @ task.y
    return np.linalg.solve(H, pull)


def share_after(curvatures, rate, steps):
    """Share of the way to the minimum after t steps from 0: `1 − (1 − ηh)^t`.

    >>> share_after([1.0, 10.0], 0.1, 2).round(2).tolist()
    [0.19, 1.0]
    """
    return 1 - (1 - rate * np.asarray(curvatures, float)) ** steps


def share_with_l2(curvatures, l2):
    """Share of the way to the minimum that L2 leaves: `h/(h + λ)`.

    >>> share_with_l2([1.0, 10.0], 1.0).round(2).tolist()
    [0.5, 0.91]
    """
    curvatures = np.asarray(curvatures, float)
    return curvatures / (curvatures + l2)


def closest_l2(curvatures, rate, steps):
    """Return the λ whose shares come closest to those of t steps, and how far off they are.

    Of a fine grid around 1/(ηt). Returns: λ; the largest difference of the shares.

    >>> l2, apart = closest_l2(np.geomspace(0.1, 10, 50), 0.01, 100)
    >>> 0.3 < l2 < 0.7, apart < 0.15
    (True, True)
    """
    strengths = np.geomspace(0.05, 5, 400) / (rate * steps)
    stopped = share_after(curvatures, rate, steps)
    apart = [np.abs(share_with_l2(curvatures, l2) - stopped).max() for l2 in strengths]
    return float(strengths[np.argmin(apart)]), float(min(apart))


def descend_from_zero(task, rate, steps):
    """Return the weights of plain gradient descent on the loss of a Problem, (steps + 1, d)."""
    path = np.zeros((steps + 1, len(task.pull)))
    for k in range(steps):
        path[k + 1] = path[k] - rate * (task.hessian @ path[k] - task.pull)
    return path
