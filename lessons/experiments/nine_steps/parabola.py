"""Steps 1 to 4: model, first weights and loss; and where that loss is lowest.

The data are the heights of a thrown ball, measured with an error (`thrown_ball.py`). The model is
the parabola `ŷ = w1·x² + w2·x + w3`, the loss its mean squared error.
"""

import numpy as np


def predict(w, x):
    """The model, a parabola: `ŷ = w1·x² + w2·x + w3`.

    Parameters: w, the three weights; x, shape (N,). Returns: ŷ, shape (N,).

    >>> predict([1.0, 2.0, 3.0], np.array([0.0, 1.0, 2.0])).tolist()
    [3.0, 6.0, 11.0]
    """
    w1, w2, w3 = w
    return w1 * x**2 + w2 * x + w3


def initialize(seed=0):
    """Draw the first weights: small random numbers, `w ~ N(0, 0.5²)`, shape (3,)."""
    return 0.5 * np.random.default_rng([seed, 1]).standard_normal(3)


def loss(w, x, y):
    """Mean squared error `L(w) = mean of (ŷ - y)²`: a function of the weights.

    >>> float(loss([0.0, 0.0, 1.0], np.array([5.0, 7.0]), np.array([1.0, 4.0])))
    4.5
    """
    return np.mean((predict(w, x) - y) ** 2)


def sample_gradients(w, x, y):
    """What each sample says about each weight: its `∂(ŷ - y)²/∂w`, by the chain rule.

    `2(ŷ - y)·x²` for w1, `2(ŷ - y)·x` for w2, `2(ŷ - y)·1` for w3.

    Parameters: w, shape (3,); x, y, shape (B,). Returns: shape (B, 3).

    >>> sample_gradients([0.0, 0.0, 1.0], np.array([3.0]), np.array([0.0])).tolist()
    [[18.0, 6.0, 2.0]]
    """
    residual = predict(w, x) - y
    return np.stack([2 * residual * x**2, 2 * residual * x, 2 * residual], axis=1)


def gradient(w, x, y):
    """`∂L/∂w`, the mean over the batch of what its samples say: a vector, shape (3,)."""
    return sample_gradients(w, x, y).mean(axis=0)


def losses(weights, x, y):
    """The loss for each row of weights, shape (K, 3). Returns: shape (K,)."""
    return np.mean((weights @ features(x).T - y) ** 2, axis=1)


def features(x):
    """Return the columns x², x, 1, shape (N, 3): in them the model is linear, `ŷ = Xw`."""
    return np.stack([x**2, x, np.ones_like(x)], axis=1)


def least_squares(x, y):
    """The weights of the lowest loss there is, in one go, without any steps; shape (3,).

    A loss that is quadratic in the weights is convex: a bowl with one lowest point. Here it can be
    solved for. For networks with hidden units it cannot, and that is why one takes steps.

    >>> x = np.array([-1.0, 0.0, 1.0, 2.0])
    >>> least_squares(x, predict([1.0, 2.0, 3.0], x)).round(6).tolist()
    [1.0, 2.0, 3.0]
    """
    return np.linalg.lstsq(features(x), y, rcond=None)[0]


def curvature(x):
    """The second derivatives of the loss, `2/N·Σ (x², x, 1)ᵀ(x², x, 1)`, shape (3, 3).

    Its largest eigenvalue λ decides which rates are stable for the whole training set as one
    batch: `η < 2/λ` (lesson 03).

    >>> curvature(np.array([1.0, -1.0])).tolist()
    [[2.0, 0.0, 2.0], [0.0, 2.0, 0.0], [2.0, 0.0, 2.0]]
    """
    return 2 * features(x).T @ features(x) / len(x)


def level_line(level, w2, x, y, points=121):
    """Where in the plane of w1 and w3, at this w2, the loss has this level: an ellipse.

    Parameters: level; w2; x, y, the samples, shape (N,); points on the line.
    Returns: w1 and w3, shape (2, points); without points where the loss is higher everywhere.

    >>> x = np.array([-1.0, 0.0, 1.0, 2.0])
    >>> y = predict([1.0, 2.0, 3.0], x)
    >>> line = level_line(0.5, 2.0, x, y)
    >>> bool(np.allclose([loss([w1, 2.0, w3], x, y) for w1, w3 in line.T], 0.5))
    True
    """
    columns = features(x)[:, [0, 2]]
    center = np.linalg.lstsq(columns, y - w2 * x, rcond=None)[0]
    lowest = loss([center[0], w2, center[1]], x, y)
    if not lowest < level:
        return np.empty((2, 0))
    # L = lowest + ½ dᵀHd with H = CCᵀ: where Cᵀd has the length √(2(level - lowest)).
    C = np.linalg.cholesky(curvature(x)[np.ix_([0, 2], [0, 2])])
    angle = np.linspace(0, 2 * np.pi, points)
    circle = np.sqrt(2 * (level - lowest)) * np.stack([np.cos(angle), np.sin(angle)])
    return center[:, None] + np.linalg.solve(C.T, circle)
