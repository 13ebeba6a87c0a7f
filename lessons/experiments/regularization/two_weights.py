"""Two weights, a quadratic loss, and a penalty: where the minimum of their sum lies.

`L(w) = ½ (w − w*)ᵀ H (w − w*)` has its minimum at w*. With a penalty of strength λ it moves:

- L2, `L(w) + (λ/2)·Σw²`: the gradient `H (w − w*) + λw` is 0 at `w = (H + λI)⁻¹ H w*`.
- L1, `L(w) + λ·Σ|w|`: where both weights keep a sign s, `w = w* − λ H⁻¹ s`; on an axis the other
  weight is found alone; and from `λ = max |H w*|` on both are 0.
"""

from itertools import product

import numpy as np


def hessian(condition, angle):
    """Return H of a valley with curvature 1 along and `condition` across, turned by an angle.

    Parameters: condition κ ≥ 1; angle, in degrees, of the flat direction against the w1 axis.

    >>> hessian(4.0, 90.0).diagonal().round(6).tolist()
    [4.0, 1.0]
    """
    turn = np.radians(angle)
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    return np.outer(along, along) + condition * np.outer(across, across)


def loss(w, minimum, H):
    """`L(w) = ½ (w − w*)ᵀ H (w − w*)`.

    Parameters: w, points, (..., 2); minimum w*, (2,); H, (2, 2). Returns: shape (...,).
    """
    away = np.asarray(w, float) - minimum
    return 0.5 * np.einsum("...i,ij,...j", away, H, away)


def with_l2(minimum, H, strengths):
    """Return where the sum of loss and L2 is least, for every strength: `(H + λI)⁻¹ H w*`.

    Parameters: strengths λ ≥ 0, (L,). Returns: shape (L, 2).

    >>> with_l2([1.0, 2.0], np.eye(2), [0.0, 1.0]).tolist()
    [[1.0, 2.0], [0.5, 1.0]]
    """
    both = H + np.asarray(strengths, float)[:, None, None] * np.eye(2)
    return np.linalg.solve(both, (H @ np.asarray(minimum, float))[:, None])[..., 0]


def with_l1(minimum, H, strengths):
    """Return where the sum of loss and L1 is least, for every strength.

    Of the points that can be the minimum, seven, the one with the least sum is.

    Parameters: strengths λ ≥ 0, (L,). Returns: shape (L, 2).

    >>> with_l1([1.0, 2.0], np.eye(2), [0.0, 0.5, 1.5, 2.5]).tolist()
    [[1.0, 2.0], [0.5, 1.5], [0.0, 0.5], [0.0, 0.0]]
    """
    strengths = np.asarray(strengths, float)[:, None]
    points = np.array(list(candidates(np.asarray(minimum, float), H, strengths)))
    sums = loss(points, minimum, H) + strengths[:, 0] * np.abs(points).sum(axis=-1)
    return points[sums.argmin(axis=0), np.arange(len(strengths))]


def candidates(minimum, H, strengths):
    """Yield the points that can be the minimum, (L, 2) each: inside a quarter, on an axis, at 0."""
    pull = H @ minimum
    for signs in product((-1.0, 1.0), repeat=2):
        inside = minimum - strengths * np.linalg.solve(H, signs)
        # Outside its quarter of the plane another formula holds; clipped, it is only not better.
        yield np.where(inside * signs > 0, inside, 0.0)
    for k in (0, 1):
        on_axis = np.zeros((len(strengths), 2))
        on_axis[:, k] = soft_threshold(pull[k], strengths[:, 0]) / H[k, k]
        yield on_axis
    yield np.zeros((len(strengths), 2))


def soft_threshold(w, amount):
    """Move numbers towards 0 by an amount, and stop there: `sign(w)·max(|w| − a, 0)`.

    >>> soft_threshold(np.array([-2.0, 0.3, 1.0]), 0.5).tolist()
    [-1.5, 0.0, 0.5]
    """
    # + 0.0 makes a 0 of -0.
    return np.sign(w) * np.maximum(np.abs(w) - amount, 0) + 0.0


def grows(path):
    """Return whether a weight is larger somewhere on a path (L, 2) than at its start.

    >>> grows(np.array([[1.0, 1.0], [0.5, 1.1], [0.0, 0.0]]))
    True
    """
    sizes = np.abs(path)
    return bool(np.any(sizes > sizes[0] * (1 + 1e-9) + 1e-12))


def changes_sign(path):
    """Return whether a weight is positive somewhere on a path (L, 2), and negative elsewhere.

    >>> changes_sign(np.array([[1.0, 1.0], [0.5, -0.1], [0.0, 0.0]]))
    True
    """
    return bool(np.any((path.max(axis=0) > 1e-9) & (path.min(axis=0) < -1e-9)))


def random_problem(seed, samples=3):
    """Draw a minimum and a Hessian: `H = AᵀA` of random samples A, correlated as they come.

    >>> minimum, H = random_problem(0)
    >>> minimum.shape, H.shape
    ((2,), (2, 2))
    """
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(samples, 2))
    return rng.normal(size=2), A.T @ A
