"""Momentum in a valley of known curvature: one step is a matrix, and its eigenvalues say it all."""

import numpy as np

from lessons.optimizers import Momentum, Nesterov

METHODS = {"heavy ball": Momentum, "Nesterov": Nesterov}
# Numbers beyond these are too near to where floating point ends.
TINY, HUGE = 1e-200, 1e200


def step_matrix(method, curvature, rate, momentum):
    """Return the matrix M of one step in one direction: `(w, v) ← M·(w, v)`.

    Put g = λw into the update. Heavy ball: `v ← μv + λw; w ← w - ηv`. Nesterov:
    `v ← μv + λw; w ← w - η(λw + μv)`.

    Parameters: method, a name in METHODS; curvature λ; rate η; momentum μ. Returns: shape (2, 2).

    >>> step_matrix("heavy ball", 1.0, 0.5, 0.5).tolist()
    [[0.5, -0.25], [1.0, 0.5]]
    """
    h = rate * curvature
    if method == "heavy ball":
        return np.array([[1 - h, -rate * momentum], [curvature, momentum]])
    return np.array([[1 - h * (1 + momentum), -rate * momentum**2], [curvature, momentum]])


def factor(method, product, momentum):
    """Return by how much the distance shrinks in a step, in the long run: the larger eigenvalue.

    The eigenvalues z of M solve `z² - tr·z + det = 0`. Where tr² < 4·det they are complex: then w
    swings, and |z| = √det.

    Parameters: method; product η·λ and momentum μ, numbers or arrays. Returns: |z|, at least 0.

    >>> float(factor("heavy ball", 1.0, 0.25)), float(factor("heavy ball", 3.0, 0.0))
    (0.5, 2.0)
    """
    trace, determinant = trace_and_determinant(method, product, momentum)
    root = trace**2 - 4 * determinant
    real = (np.abs(trace) + np.sqrt(np.maximum(root, 0))) / 2
    return np.where(root < 0, np.sqrt(np.maximum(determinant, 0)), real)


def trace_and_determinant(method, product, momentum):
    """Return `1 + μ - ηλ` and `μ`, or for Nesterov `(1 + μ)(1 - ηλ)` and `μ(1 - ηλ)`."""
    product, momentum = np.asarray(product, float), np.asarray(momentum, float)
    if method == "heavy ball":
        return 1 + momentum - product, momentum + 0 * product
    return (1 + momentum) * (1 - product), momentum * (1 - product)


def swings(method, product, momentum):
    """Return where the eigenvalues are complex, so that w swings around the minimum.

    >>> bool(swings("heavy ball", 1.0, 0.5)), bool(swings("heavy ball", 1.0, 0.0))
    (True, False)
    """
    trace, determinant = trace_and_determinant(method, product, momentum)
    return trace**2 < 4 * determinant


def jumps(method, product, momentum):
    """Return where the larger eigenvalue is below 0: then w changes sides at every step.

    >>> bool(jumps("heavy ball", 1.9, 0.0)), bool(jumps("heavy ball", 0.5, 0.0))
    (True, False)
    """
    trace, _ = trace_and_determinant(method, product, momentum)
    return ~swings(method, product, momentum) & (trace < 0)


def slowest(method, condition, product, momentum):
    """Return the factor of the slower of two directions, of curvatures λ/κ and λ; product is η·λ.

    >>> float(slowest("heavy ball", 10.0, 1.0, 0.0))
    0.9
    """
    flat = factor(method, np.asarray(product, float) / condition, momentum)
    return np.maximum(flat, factor(method, product, momentum))


def edge(method, momentum):
    """Return the largest stable η·λ: `2(1 + μ)`, or `2(1 + μ)/(1 + 2μ)` for Nesterov.

    There z = -1 solves the equation above.

    >>> edge("heavy ball", 0.9), round(edge("Nesterov", 0.9), 3)
    (3.8, 1.357)
    """
    return 2 * (1 + momentum) / (1 + 2 * momentum if method == "Nesterov" else 1)


def best(method, condition):
    """Return the η·λ and the μ with the smallest factor; λ is the larger curvature.

    Heavy ball: `μ = ((√κ - 1)/(√κ + 1))²`, `η = (2/(√λ₁ + √λ_n))²`. Nesterov:
    `μ = (√(3κ + 1) - 2)/(√(3κ + 1) + 2)`, `η = 4/(3λ_n + λ₁)`.

    Source: Polyak (1964); Lessard, Recht & Packard, "Analysis and design of optimization
    algorithms via integral quadratic constraints" (2016), proposition 1.

    >>> product, momentum = best("heavy ball", 100.0)
    >>> round(product, 3), round(momentum, 3)
    (3.306, 0.669)
    >>> round(float(slowest("heavy ball", 100.0, product, momentum)), 3)
    0.818
    """
    if method == "heavy ball":
        root = condition**0.5
        return (2 / (1 / root + 1)) ** 2, ((root - 1) / (root + 1)) ** 2
    root = (3 * condition + 1) ** 0.5
    return 4 / (3 + 1 / condition), (root - 2) / (root + 2)


def descend(method, curvatures, rate, momentum, steps, start=(1.0, 1.0)):
    """Let the textbook's optimizer run in a valley; return all points, shape (steps + 1, d).

    >>> descend("heavy ball", [1.0], 0.5, 0.5, 2, [1.0])[:, 0].tolist()
    [1.0, 0.5, 0.0]
    """
    optimizer, curvatures = METHODS[method](momentum), np.asarray(curvatures, float)
    path = np.empty((steps + 1, len(start)))
    path[0] = start
    state = optimizer.init(path[0])
    # Far beyond the edge the numbers end, which is an answer, too.
    with np.errstate(over="ignore", invalid="ignore"):
        for step in range(steps):
            gradient = curvatures * path[step]
            path[step + 1], state = optimizer.update(path[step], gradient, state, rate)
    return path


def measured_factor(path):
    """Measure the factor per step of a run, from its points alone.

    Where w swings, the ratio of two distances says little. But in each direction any three points
    in a row obey one rule, `w_(k+2) = a·w_(k+1) + b·w_k`, whatever the method: a and b are fitted
    to the run, and the larger solution of `z² = a·z + b` is the factor.

    Parameters: path, shape (steps + 1, d). Returns: a number, NaN if there are too few points.

    >>> round(measured_factor(descend("heavy ball", [1.0], 1.0, 0.5, 50, [1.0])), 6)
    0.707107
    """
    return max(measured_root(w) for w in np.asarray(path, float).T)


def measured_root(w):
    """Fit the rule to one direction of a run, each triple in units of its largest."""
    triples = np.column_stack([w[:-2], w[1:-1], w[2:]])
    size = np.abs(triples).max(axis=1)
    usable = (size > TINY) & (size < HUGE)
    if not usable.any():
        return np.nan
    first, second, third = (triples[usable] / size[usable, None]).T
    a, b = np.linalg.lstsq(np.column_stack([second, first]), third, rcond=None)[0]
    return float(np.abs(np.roots([1, -a, -b])).max())
