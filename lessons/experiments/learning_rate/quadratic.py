"""Gradient descent on a quadratic valley, where everything about the step size is known.

`L(w) = ½ Σ_i λ_i w_i²` has gradient `λ_i w_i` and its minimum at 0. One step
`w ← w - η·λ·w` multiplies each coordinate by `1 - η·λ_i`: it shrinks iff `|1 - η·λ_i| < 1`.
"""

import numpy as np


def loss(w, curvatures):
    """`L(w) = ½ Σ_i λ_i w_i²`.

    Parameters: w, points, shape (..., d); curvatures, λ > 0, shape (d,). Returns: shape (...,).

    >>> float(loss(np.array([1.0, 2.0]), np.array([1.0, 10.0])))
    20.5
    """
    return 0.5 * np.sum(curvatures * w**2, axis=-1)


def gradient(w, curvatures):
    """`∂L/∂w_i = λ_i w_i`.

    >>> gradient(np.array([1.0, 2.0]), np.array([1.0, 10.0])).tolist()
    [1.0, 20.0]
    """
    return curvatures * w


def descend(start, curvatures, learning_rate, steps):
    """Take gradient steps `w ← w - η·∂L/∂w` and keep every point.

    Parameters: start, shape (d,); curvatures, shape (d,); learning_rate η ≥ 0; steps ≥ 0.
    Returns: the path, shape (steps + 1, d).

    >>> descend([1.0], [10.0], 0.05, 2).round(3).tolist()
    [[1.0], [0.5], [0.25]]
    """
    path = np.empty((steps + 1, len(start)))
    path[0] = start
    for step in range(steps):
        path[step + 1] = path[step] - learning_rate * gradient(path[step], np.asarray(curvatures))
    return path


def stability_bound(curvatures):
    """Largest rate that does not diverge: `η < 2/λ_max`.

    >>> stability_bound([1.0, 10.0])
    0.2
    """
    return 2 / max(curvatures)


def best_rate(curvatures):
    """Rate that shrinks the slowest coordinate fastest: `η = 2/(λ_min + λ_max)`.

    There the flattest and the steepest direction shrink by the same factor
    `(λ_max - λ_min)/(λ_max + λ_min)`.

    >>> round(best_rate([1.0, 10.0]), 4)
    0.1818
    """
    return 2 / (min(curvatures) + max(curvatures))


def shrink_factors(curvatures, learning_rate):
    """Factor `1 - η·λ_i` by which one step multiplies each coordinate.

    Negative: the step jumps to the other side. Beyond ±1: it grows.

    >>> shrink_factors([1.0, 10.0], 0.15).round(2).tolist()
    [0.85, -0.5]
    """
    return 1 - learning_rate * np.asarray(curvatures)
