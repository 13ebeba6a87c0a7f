"""Loss functions: what training makes small, each with its gradient beside it.

A loss compares the raw outputs of the last layer with the targets and is a mean over the batch.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lessons.activations import identity, softmax


class Loss(NamedTuple):
    """A loss, its gradient with respect to the outputs, and what turns outputs into predictions."""

    task: str
    function: Callable
    gradient: Callable
    prediction: Callable


def cross_entropy(outputs, targets):
    """Softmax cross-entropy: `L = -(1/N) Σ_n log p_n[t_n]`, with `p_n = softmax(z_n)`.

    Computed as `log Σ_k e^(z_k) - z_t`, which stays exact when a probability is almost 0.

    Parameters: outputs z, scores, shape (N, K); targets t, class numbers 0..K-1, shape (N,).
    Returns: the mean loss, a scalar in nats (natural logarithm).

    >>> float(cross_entropy(np.array([[0.0, 0.0]]), np.array([1])).round(4))
    0.6931
    """
    shifted = outputs - outputs.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(log_sum - shifted[np.arange(len(targets)), targets])


def cross_entropy_gradient(outputs, targets):
    """`∂L/∂z = (p - onehot(t)) / N`: how far each probability is from the truth.

    >>> cross_entropy_gradient(np.array([[0.0, 0.0]]), np.array([1])).tolist()
    [[0.5, -0.5]]
    """
    gradient = softmax(outputs)
    gradient[np.arange(len(targets)), targets] -= 1
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


LOSSES = {
    "cross_entropy": Loss("classification", cross_entropy, cross_entropy_gradient, softmax),
    "mse": Loss("regression", mse, mse_gradient, identity),
}


def loss_name(name, task):
    """Choose the loss of a task where `name` is "auto", and check that a named one fits it.

    >>> loss_name("auto", "classification")
    'cross_entropy'
    """
    fitting = [key for key, loss in LOSSES.items() if loss.task == task]
    if name == "auto":
        return fitting[0]
    if name not in fitting:
        raise ValueError(f"loss must be one of {', '.join(fitting)} for {task}, got {name!r}")
    return name
