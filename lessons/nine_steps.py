"""The nine steps of training, with a model so small that every number can be looked at.

The data are the heights of a thrown ball, measured with an error (lessons/thrown_ball.py). The
model is the parabola `ŷ = w1·x² + w2·x + w3`, the loss its mean squared error.
"""

from dataclasses import dataclass

import numpy as np

from lessons.checks import integer, not_negative, one_of
from lessons.thrown_ball import Prepared, Scale, prepare, throw_ball, true_height

__all__ = [
    "Prepared",
    "Scale",
    "Training",
    "Update",
    "best_of",
    "curvature",
    "gradient",
    "initialize",
    "least_squares",
    "level_line",
    "loss",
    "losses",
    "make_update",
    "predict",
    "predict_height",
    "prepare",
    "sample_gradients",
    "throw_ball",
    "train",
    "true_height",
    "typical_error",
    "weights_in_units",
]


# --- steps 1 to 4: model, first weights, loss, optimizer ------------------------------------------


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


# --- step 6: train --------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Update:
    """The arithmetic of one update; B is the number of samples in its batch.

    Attributes: batch, their places in the training set, (B,); x, y, prediction, (B,); loss, the
    mean of their squared residuals; contributions, (B, 3); gradient, its mean (3,); old and new,
    the weights before and after, (3,).
    """

    batch: np.ndarray
    x: np.ndarray
    y: np.ndarray
    prediction: np.ndarray
    loss: float
    contributions: np.ndarray
    gradient: np.ndarray
    old: np.ndarray
    new: np.ndarray


@dataclass(frozen=True, eq=False)
class Training:
    """A training and all that was computed on the way.

    Attributes: updates, those that were completed; weights, (updates + 1, 3); train_loss, val_loss,
    (updates + 1,), before the first update and after each; diverged, whether the next update would
    have led to numbers too large to write down.
    """

    updates: list
    weights: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray
    diverged: bool


def batches(n, batch_size, rng):
    """Yield batches for ever: shuffle, deal out all n samples, shuffle again.

    >>> deal = batches(5, 2, np.random.default_rng(0))
    >>> epoch = [next(deal) for _ in range(3)]
    >>> [len(batch) for batch in epoch], sorted(np.concatenate(epoch).tolist())
    ([2, 2, 1], [0, 1, 2, 3, 4])
    """
    while True:
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            yield order[first : first + batch_size]


def make_update(w, x, y, batch, learning_rate):
    """Forward, loss, backward, update: once, for one batch. Returns: an Update."""
    x, y = x[batch], y[batch]
    prediction = predict(w, x)
    batch_loss = loss(w, x, y)
    contributions = sample_gradients(w, x, y)
    g = contributions.mean(axis=0)
    new = w - learning_rate * g
    return Update(batch, x, y, prediction, float(batch_loss), contributions, g, w, new)


def train(ready, learning_rate=0.1, batch_size=4, updates=60, seed=0, start=None):
    """Train by stochastic gradient descent, and keep the arithmetic of every update.

    Parameters: ready, a Prepared; learning_rate η ≥ 0; batch_size ≥ 1, samples per update; updates
    ≥ 1; seed of first weights and batches; start, first weights instead of drawn ones.
    Returns: a Training.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> training = train(prepare(*throw_ball()))
    >>> bool(training.train_loss[-1] < 0.1 * training.train_loss[0])
    True
    """
    learning_rate = not_negative("learning_rate", learning_rate)
    batch_size = integer(1)("batch_size", batch_size)
    updates = integer(1)("updates", updates)
    w = initialize(seed) if start is None else np.asarray(start, float)
    deal = batches(len(ready.x_train), batch_size, np.random.default_rng([seed, 2]))
    made, diverged = [], False
    # With steps too large the numbers end; the result says so, and NumPy need not.
    with np.errstate(over="ignore", invalid="ignore"):
        while len(made) < updates and not diverged:
            update = make_update(w, ready.x_train, ready.y_train, next(deal), learning_rate)
            diverged = not np.isfinite([update.loss, *update.new]).all()
            if not diverged:
                made.append(update)
                w = update.new
        weights = np.array([*(update.old for update in made), w])
        return Training(
            made, weights,
            losses(weights, ready.x_train, ready.y_train),
            losses(weights, ready.x_val, ready.y_val),
            diverged,
        )  # fmt: skip


def losses(weights, x, y):
    """The loss for each row of weights, shape (K, 3). Returns: shape (K,)."""
    return np.mean((weights @ features(x).T - y) ** 2, axis=1)


# --- the target, and the landscape ----------------------------------------------------------------


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


# --- steps 7 and 8: choose by validation, test once -----------------------------------------------


def best_of(by, seed=0, candidates=20):
    """Train several times with other luck, and keep the one with the lowest loss on one part.

    Each candidate makes 24 updates with one sample each, at rate 0.1, from first weights and with
    an order of its own.

    Parameters: by, "validation" or "test", the part that decides; seed of data and split;
    candidates ≥ 1. Returns: the test loss of the one that was kept, and its loss on 1 000 new
    measurements.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> best_of("test")[0] <= best_of("validation")[0]
    True
    """
    by = one_of(("validation", "test"))("by", by)
    ready = prepare(*throw_ball(seed=seed), seed)
    lucks = range(100, 100 + integer(1)("candidates", candidates))
    weights = np.array([train(ready, 0.1, 1, 24, luck).weights[-1] for luck in lucks])
    t, h = throw_ball(1000, seed=seed + 1000)
    test = losses(weights, ready.x_test, ready.y_test)
    new = losses(weights, ready.x_scale.apply(t), ready.y_scale.apply(h))
    decides = test if by == "test" else losses(weights, ready.x_val, ready.y_val)
    kept = decides.argmin()
    return float(test[kept]), float(new[kept])


def typical_error(yardstick, seed=0):
    """Fit by least squares, and measure the error on the test samples, in meters.

    Parameters: yardstick, by which samples to standardize: "training samples", as one should;
    "all samples", test samples included; or "test samples' own", for the times of the test samples
    only. Returns: the root of the mean squared error of the predicted heights.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> typical_error("test samples' own") > 2 * typical_error("training samples")
    True
    """
    choices = ("training samples", "all samples", "test samples' own")
    yardstick = one_of(choices)("yardstick", yardstick)
    t, h = throw_ball(seed=seed)
    ready = prepare(t, h, seed)
    t_test, h_test = ready.x_scale.undo(ready.x_test), ready.y_scale.undo(ready.y_test)
    if yardstick == "all samples":
        ready = ready.rescaled(Scale.of(t), Scale.of(h))
    w = least_squares(ready.x_train, ready.y_train)
    own = yardstick == "test samples' own"
    scale = Scale.of(t_test) if own else ready.x_scale
    predicted = ready.y_scale.undo(predict(w, scale.apply(t_test)))
    return float(np.sqrt(np.mean((predicted - h_test) ** 2)))


# --- step 9: use the model ------------------------------------------------------------------------


def predict_height(w, ready, t):
    """Predict heights in m at times in s: standardize, apply the model, undo it.

    >>> ready = prepare(*throw_ball(noise=0))
    >>> w = least_squares(ready.x_train, ready.y_train)
    >>> round(float(predict_height(w, ready, 1.0)), 3)
    8.595
    """
    return ready.y_scale.undo(predict(w, ready.x_scale.apply(t)))


def weights_in_units(w, ready):
    """The same parabola as `h = a·t² + b·t + c`, in m and s. Returns: a, b, c.

    >>> ready = prepare(*throw_ball(noise=0))
    >>> w = least_squares(ready.x_train, ready.y_train)
    >>> [round(float(value), 3) for value in weights_in_units(w, ready)]
    [-4.905, 12.0, 1.5]
    """
    w1, w2, w3 = w
    mean, std = ready.x_scale.mean, ready.x_scale.std
    a = w1 / std**2
    b = w2 / std - 2 * a * mean
    c = w3 - w2 * mean / std + a * mean**2
    unit = ready.y_scale.std
    return unit * a, unit * b, unit * c + ready.y_scale.mean
