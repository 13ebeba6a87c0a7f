"""Softmax turned about: with a temperature, without its shift, and its derivatives."""

import numpy as np

from lessons.activations import softmax


def with_temperature(z, temperature):
    """Divide the logits by a temperature first: `p_k = e^(z_k/T) / Σ_j e^(z_j/T)`.

    T below 1 sharpens, towards 1 for the largest logit and 0 for the others; T above 1 levels
    out, towards 1/K for each of K classes.

    Parameters: z, logits, shape (..., K); temperature T > 0.
    Returns: probabilities, shape (..., K), which sum to 1.
    Raises: ValueError for a temperature that is not positive.

    Source: Hinton et al., "Distilling the knowledge in a neural network" (2015), equation 1.

    >>> with_temperature(np.array([1.0, 0.0]), 0.01).round(4).tolist()
    [1.0, 0.0]
    >>> with_temperature(np.array([1.0, 0.0]), 100.0).round(4).tolist()
    [0.5025, 0.4975]
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be > 0, got {temperature!r}")
    return softmax(z / temperature)


def direct_softmax(z):
    """Compute softmax just as it is written, `e^(z_k) / Σ_j e^(z_j)`, with its overflow.

    In float32, `e^z` is infinite from z = 88.73 on and 0 below z = -104, and then infinity is
    divided by infinity, or 0 by 0. `softmax` subtracts the largest logit first, and is safe.

    Parameters: z, logits, shape (..., K). Returns: probabilities, shape (..., K), or NaN.

    >>> direct_softmax(np.array([1.0, 1.0], np.float32)).tolist()
    [0.5, 0.5]
    >>> direct_softmax(np.array([89.0, 89.0], np.float32)).tolist()
    [nan, nan]
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        powers = np.exp(z)
        return powers / powers.sum(axis=-1, keepdims=True)


def logit_for(p, others, temperature=1.0):
    """Return the logit of a class that has probability p beside others.

    `z = T·(ln(p / (1 - p)) + ln Σ_j e^(z_j/T))`, the sum over the others.

    Parameters: p, between 0 and 1; others, the logits z_j of the other classes, shape (K - 1,);
    temperature T > 0.

    >>> others = np.array([1.0, 0.0])
    >>> z = logit_for(0.75, others, 2.0)
    >>> with_temperature(np.append(z, others), 2.0).round(6).tolist()[0]
    0.75
    """
    return temperature * (np.log(p / (1 - p)) + np.logaddexp.reduce(others / temperature))


def jacobian(p, temperature=1.0):
    """Compute how each probability answers to each logit: `∂p_i/∂z_j = p_i (δ_ij - p_j) / T`.

    δ_ij is 1 where i = j, else 0. The probabilities sum to 1 whatever the logits, so every column
    sums to 0; a constant added to all logits changes nothing, so every row does too. From the
    others of its row follows `p_i (1 - p_i)`, with all digits when p_i is almost 1.

    Parameters: p, the probabilities that softmax gave, shape (K,); temperature T > 0.
    Returns: shape (K, K); row i, column j.

    >>> jacobian(np.array([0.5, 0.5])).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    slopes = -np.outer(p, p)
    np.fill_diagonal(slopes, 0)
    return (slopes - np.diag(slopes.sum(axis=1))) / temperature
