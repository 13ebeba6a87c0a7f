"""Which samples make up a loss, and what a metric says beside it."""

import numpy as np

from lessons.experiments.loss_functions.fits import center_huber
from lessons.losses import LOSSES, answers
from lessons.prediction import run_through


def losses_of_samples(params, config, X, y, engine="numpy"):
    """Return the loss of every sample alone, shape (N,): their mean is the loss.

    Parameters: params and config, of a run; X, y, samples.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> run = train(config, split)
    >>> losses = losses_of_samples(run.params, run.config, split.X_val, split.y_val)
    >>> bool(abs(losses.mean() - run.val_loss[-1]) < 1e-5)
    True
    """
    outputs = run_through(params, config, X, engine).astype(float)
    function, targets = LOSSES[config.loss].function, y
    if LOSSES[config.loss].task == "regression":
        targets = np.asarray(y).reshape(outputs.shape)
    return np.array([function(outputs[k : k + 1], targets[k : k + 1]) for k in range(len(X))])


def heaviest(losses, share=0.5):
    """Return the fewest samples that together make up this share of the loss: their row numbers.

    >>> heaviest(np.array([0.1, 5.0, 0.2, 3.0])).tolist()
    [1]
    >>> heaviest(np.zeros(3)).tolist()
    []
    """
    order = np.argsort(-losses, kind="stable")
    so_far = np.cumsum(losses[order])
    if not (np.isfinite(so_far).all() and so_far[-1:].sum() > 0):
        return order[:0]
    return order[: int(np.searchsorted(so_far, share * so_far[-1])) + 1]


def loss_of_guessing(name, y):
    """Return the loss of the best constant output, whatever the inputs.

    >>> [round(float(loss_of_guessing(name, np.array([0, 1]))), 3)
    ...  for name in ("cross_entropy", "brier", "hinge")]
    [0.693, 0.25, 1.0]
    """
    if LOSSES[name].task == "regression":
        best = {"mse": np.mean, "mae": np.median, "huber": lambda y: center_huber(y, 1.0)}[name](y)
        return float(LOSSES[name].function(np.full_like(y, best), y))
    share = np.mean(y)
    if name == "hinge":
        return 2 * min(share, 1 - share)
    if name == "brier":
        return share * (1 - share)
    shares = np.array([p for p in (share, 1 - share) if p > 0])
    return float(-np.sum(shares * np.log(shares)))


def recall(outputs, y, loss, of=1):
    """Return which share of the samples of a class is answered right; NaN where there are none.

    >>> recall(np.array([[-1.0], [2.0], [3.0]]), np.array([1, 1, 0]), "hinge")
    0.5
    """
    rows = y == of
    if not rows.any():
        return np.nan
    return float(np.mean(answers(outputs[rows], LOSSES[loss].task) == of))


def typical_error(outputs, y):
    """Return the median distance of answers from values: half of them are closer.

    >>> typical_error(np.array([[1.0], [2.0], [9.0]]), np.array([1.5, 2.0, 3.0]))
    0.5
    """
    return float(np.median(np.abs(outputs[:, 0] - y)))
