"""Step 6: train the parabola, and keep the arithmetic of every update."""

from dataclasses import dataclass

import numpy as np

from lessons.checks import integer, not_negative
from lessons.experiments.nine_steps.parabola import (
    features,
    initialize,
    loss,
    losses,
    predict,
    sample_gradients,
)


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

    >>> from lessons.experiments.nine_steps.thrown_ball import prepare, throw_ball
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


def last_weights(ready, seeds, learning_rate=0.1, batch_size=4, updates=60):
    """Train once per seed, all trainings side by side, and keep only where each ends.

    Parameters: ready and the others as in `train`; seeds, of first weights and batches; batch_size
    must divide the training samples, so that all batches are equally large.
    Returns: weights, shape (seeds, 3): the last ones that `train` finds, to rounding.

    >>> from lessons.experiments.nine_steps.thrown_ball import prepare, throw_ball
    >>> ready = prepare(*throw_ball())
    >>> bool(np.allclose(last_weights(ready, [7])[0], train(ready, seed=7).weights[-1]))
    True
    """
    n = len(ready.x_train)
    if n % batch_size:
        raise ValueError(f"batch_size must divide the {n} training samples, got {batch_size}")
    columns = features(ready.x_train)
    w = np.array([initialize(seed) for seed in seeds])
    deals = [batches(n, batch_size, np.random.default_rng([seed, 2])) for seed in seeds]
    for _ in range(updates):
        batch = np.array([next(deal) for deal in deals])
        X, y = columns[batch], ready.y_train[batch]
        residuals = np.einsum("kbi,ki->kb", X, w) - y
        w = w - learning_rate * 2 * np.einsum("kb,kbi->ki", residuals, X) / batch_size
    return w
