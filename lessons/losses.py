"""Loss functions: what training makes small, each with its gradient beside it.

A loss compares the raw outputs of the last layer with the targets and is a mean over the batch.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lessons.activations import identity, sigmoid, sigmoid_derivative, softmax, softplus


class Loss(NamedTuple):
    """A loss, its gradient with respect to the outputs, and what turns outputs into predictions.

    `task` is "classification", "regression", or "two classes", which one output tells apart.
    """

    task: str
    function: Callable
    gradient: Callable
    prediction: Callable


def cross_entropy(outputs, targets):
    """Softmax cross-entropy: `L = -(1/N) Σ_n log p_n[t_n]`, with `p_n = softmax(z_n)`.

    Computed as `log(1 + Σ' e^(z_k - z_max)) + z_max - z_t`, where Σ' leaves out the highest score:
    that stays exact when a probability is almost 0 or almost 1.

    Parameters: outputs z, scores, shape (N, K); targets t, class numbers 0..K-1, shape (N,).
    Returns: the mean loss, a scalar in nats (natural logarithm).

    >>> float(cross_entropy(np.array([[0.0, 0.0]]), np.array([1])).round(4))
    0.6931
    """
    rows, highest = np.arange(len(targets)), outputs.argmax(axis=1)
    shifted = outputs - outputs[rows, highest][:, None]
    others = np.exp(shifted)
    others[rows, highest] = 0
    losses = np.log1p(others.sum(axis=1)) - shifted[rows, targets]
    return losses.sum() / len(targets)


def cross_entropy_gradient(outputs, targets):
    """`∂L/∂z = (p - onehot(t)) / N`: how far each probability is from the truth.

    Of the right class that is `p_t - 1 = -Σ_{k≠t} p_k`, exact when p_t is almost 1.

    >>> cross_entropy_gradient(np.array([[0.0, 0.0]]), np.array([1])).tolist()
    [[0.5, -0.5]]
    """
    gradient, rows = softmax(outputs), np.arange(len(targets))
    gradient[rows, targets] = 0
    gradient[rows, targets] = -gradient.sum(axis=1)
    return gradient / len(targets)


def mse(outputs, targets):
    """Mean squared error: `L = (1/(N·K)) Σ_n Σ_k (ŷ_nk - y_nk)²`.

    Parameters: outputs ŷ, shape (N, K); targets y, shape (N, K).
    Returns: the mean over samples and outputs, a scalar in squared units of the target.

    >>> float(mse(np.array([[3.0]]), np.array([[1.0]])))
    4.0
    """
    return np.mean((outputs - targets) ** 2)


def mse_gradient(outputs, targets):
    """`∂L/∂ŷ = 2(ŷ - y) / (N·K)`.

    >>> mse_gradient(np.array([[3.0]]), np.array([[1.0]])).tolist()
    [[4.0]]
    """
    return 2 * (outputs - targets) / outputs.size


def mae(outputs, targets):
    """Mean absolute error: `L = (1/(N·K)) Σ_n Σ_k |ŷ_nk - y_nk|`; an outlier counts only once.

    Parameters: outputs ŷ, shape (N, K); targets y, shape (N, K).
    Returns: the mean over samples and outputs, a scalar in units of the target.

    >>> float(mae(np.array([[3.0]]), np.array([[1.0]])))
    2.0
    """
    return np.mean(np.abs(outputs - targets))


def mae_gradient(outputs, targets):
    """`∂L/∂ŷ = sign(ŷ - y) / (N·K)`, and 0 at the corner.

    >>> mae_gradient(np.array([[3.0]]), np.array([[1.0]])).tolist()
    [[1.0]]
    """
    return np.sign(outputs - targets) / outputs.size


def huber(outputs, targets):
    """Huber's loss: with `r = ŷ - y`, `r²/2` where |r| < 1, else `|r| - 1/2`; the mean of these.

    Parameters: outputs ŷ, shape (N, K); targets y, shape (N, K).
    Returns: the mean over samples and outputs, a scalar.

    Source: Huber, "Robust estimation of a location parameter" (1964), with δ = 1.

    >>> float(huber(np.array([[3.0]]), np.array([[1.0]])))
    1.5
    """
    r = np.abs(outputs - targets)
    return np.mean(np.where(r < 1, r**2 / 2, r - 0.5))


def huber_gradient(outputs, targets):
    """`∂L/∂ŷ = r / (N·K)` with r held between -1 and 1.

    >>> huber_gradient(np.array([[3.0]]), np.array([[1.0]])).tolist()
    [[1.0]]
    """
    return np.clip(outputs - targets, -1, 1) / outputs.size


def binary_cross_entropy(outputs, targets):
    """Cross-entropy of two classes that one score z tells apart.

    `L = -(1/N) Σ_n (t_n·log p_n + (1 - t_n)·log(1 - p_n))` with `p = σ(z)`. With s = 1 - 2t, which
    is 1 or -1, that is `(1/N) Σ_n log(1 + e^(s_n·z_n))`: no overflow, and no digit lost.

    Parameters: outputs z, scores, shape (N, 1); targets t, class numbers 0 or 1, shape (N,).
    Returns: the mean loss, a scalar in nats.

    >>> float(binary_cross_entropy(np.array([[0.0]]), np.array([1])).round(4))
    0.6931
    """
    s = 1 - 2 * column(targets, outputs)
    return np.mean(softplus(s * outputs))


def binary_cross_entropy_gradient(outputs, targets):
    """`∂L/∂z = (p - t) / N`.

    >>> binary_cross_entropy_gradient(np.array([[0.0]]), np.array([1])).tolist()
    [[-0.5]]
    """
    return error(outputs, targets) / len(targets)


def hinge(outputs, targets):
    """Hinge loss of one score z: `L = (1/N) Σ_n max(0, 1 - t_n·z_n)`, with t = ±1.

    It asks for a margin of 1 on the right side, and for nothing beyond.

    Parameters: outputs z, scores, shape (N, 1); targets, class numbers 0 or 1, shape (N,).
    Returns: the mean loss, a scalar.

    Source: Cortes & Vapnik, "Support-vector networks" (1995).

    >>> float(hinge(np.array([[0.25]]), np.array([1])))
    0.75
    """
    t = 2 * column(targets, outputs) - 1
    return np.mean(np.maximum(0, 1 - t * outputs))


def hinge_gradient(outputs, targets):
    """`∂L/∂z = -t / N` inside the margin, else 0.

    >>> hinge_gradient(np.array([[0.25]]), np.array([1])).tolist()
    [[-1.0]]
    """
    t = 2 * column(targets, outputs) - 1
    return np.where(t * outputs < 1, -t, 0) / len(targets)


def brier(outputs, targets):
    """Squared error of a probability: with `p = σ(z)`, `L = (1/N) Σ_n (p_n - t_n)²`.

    Its gradient vanishes where the answer is badly wrong and sure: compare cross-entropy.

    Parameters: outputs z, scores, shape (N, 1); targets t, class numbers 0 or 1, shape (N,).
    Returns: the mean loss, a scalar.

    Source: Brier, "Verification of forecasts expressed in terms of probability" (1950).

    >>> float(brier(np.array([[0.0]]), np.array([1])))
    0.25
    """
    return np.mean(error(outputs, targets) ** 2)


def brier_gradient(outputs, targets):
    """`∂L/∂z = 2·(p - t)·p·(1 - p) / N`.

    >>> brier_gradient(np.array([[0.0]]), np.array([1])).tolist()
    [[-0.25]]
    """
    return 2 * error(outputs, targets) * sigmoid_derivative(outputs) / len(targets)


def error(outputs, targets):
    """What the probability of one score is off by: `p - t = s·σ(s·z)`, with `s = 1 - 2t = ±1`.

    The second form keeps its digits when p is almost the 1 that it should be.

    >>> error(np.array([[0.0], [0.0]]), np.array([1, 0])).tolist()
    [[-0.5], [0.5]]
    """
    s = 1 - 2 * column(targets, outputs)
    return s * sigmoid(s * outputs)


def column(targets, outputs):
    """Give class numbers the shape and type of the one score: integers would make it float64.

    >>> column(np.array([1, 0]), np.zeros((2, 1))).tolist()
    [[1.0], [0.0]]
    """
    return targets[:, None].astype(outputs.dtype)


def two_probabilities(outputs):
    """Of one score z, the probabilities of both classes: `1 - σ(z)` and `σ(z)`.

    >>> two_probabilities(np.array([[0.0]])).tolist()
    [[0.5, 0.5]]
    """
    return np.concatenate([sigmoid(-outputs), sigmoid(outputs)], axis=1)


def decision(outputs):
    """Of one score z, 1 for the class on its side and 0 for the other: hinge knows no more.

    >>> decision(np.array([[-0.2]])).tolist()
    [[1.0, 0.0]]
    """
    return np.concatenate([outputs <= 0, outputs > 0], axis=1).astype(outputs.dtype)


def answers(outputs, task):
    """Turn scores into class numbers: the highest score, or the side of zero of a single one.

    Parameters: outputs, shape (N, K); task, of the loss, "classification" or "two classes".
    Returns: shape (N,).

    >>> answers(np.array([[0.1, 0.7]]), "classification").tolist()
    [1]
    >>> answers(np.array([[-0.3]]), "two classes").tolist()
    [0]
    """
    if task == "two classes":
        return (outputs[:, 0] > 0).astype(int)
    return outputs.argmax(axis=1)


LOSSES = {
    "cross_entropy": Loss("classification", cross_entropy, cross_entropy_gradient, softmax),
    "binary_cross_entropy": Loss(
        "two classes", binary_cross_entropy, binary_cross_entropy_gradient, two_probabilities
    ),
    "hinge": Loss("two classes", hinge, hinge_gradient, decision),
    "brier": Loss("two classes", brier, brier_gradient, two_probabilities),
    "mse": Loss("regression", mse, mse_gradient, identity),
    "mae": Loss("regression", mae, mae_gradient, identity),
    "huber": Loss("regression", huber, huber_gradient, identity),
}


def loss_name(name, task, classes=2):
    """Choose the loss of a task where `name` is "auto", and check that a named one fits it.

    Parameters: name, as in `TrainConfig`; task, "classification" or "regression"; classes, how
    many. Returns: a name in LOSSES. Raises: ValueError for a loss of another task.

    >>> loss_name("auto", "classification")
    'cross_entropy'
    """
    tasks = [task, "two classes"] if (task, classes) == ("classification", 2) else [task]
    fitting = [key for key, loss in LOSSES.items() if loss.task in tasks]
    if name == "auto":
        return fitting[0]
    if name not in fitting:
        what = f"{classes} class{'es' * (classes != 1)}" if task == "classification" else task
        raise ValueError(f"loss must be one of {', '.join(fitting)} for {what}, got {name!r}")
    return name


def like(outputs, y, loss):
    """Give values one column per output: (N,) and (N, 1) would be compared all with all."""
    return np.asarray(y).reshape(outputs.shape) if LOSSES[loss].task == "regression" else y


def score(outputs, y, loss):
    """Compare outputs with targets: the mean loss, and the share of right answers, or NaN.

    >>> score(np.array([[0.0, 0.0]]), np.array([0]), "cross_entropy")
    (0.6931471805599453, 1.0)
    """
    if len(outputs) == 0:
        return np.nan, np.nan
    y, task = like(outputs, y, loss), LOSSES[loss].task
    right = np.nan if task == "regression" else np.mean(answers(outputs, task) == y)
    return float(LOSSES[loss].function(outputs, y)), float(right)
