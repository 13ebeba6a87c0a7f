"""Batch normalization: every unit's values, shifted and scaled to mean 0 and variance 1.

In training the mean and variance are those of the batch; in evaluation, running averages of them.
"""

from typing import NamedTuple

import numpy as np


def batch_norm_place(batch_norm):
    """Return where batch norm sits: "before" or "after" the activation, or None.

    >>> batch_norm_place(True), batch_norm_place("after"), batch_norm_place(False)
    ('before', 'after', None)
    """
    return {True: "before", False: None}.get(batch_norm, batch_norm)


class Normalized(NamedTuple):
    """What `normalize` found: the normalized values ẑ (m, units), and the μ and σ² it took.

    own: whether these are the batch's own, or running averages, which no sample of it changes.
    """

    z_hat: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    own: bool = True


def normalize(z, gamma, beta, eps):
    """Normalize a batch, unit by unit, and let γ and β give it any other mean and scale.

    `μ = (1/m) Σ z_i`, `σ² = (1/m) Σ (z_i - μ)²`, `ẑ = (z - μ) / √(σ² + ε)`, `z̃ = γ·ẑ + β`.

    Parameters: z, a batch, shape (m, units); gamma γ and beta β, shape (units,); eps ε > 0.
    Returns: z̃, shape (m, units), and a Normalized. Of a batch of one, ẑ is 0.

    Source: Ioffe & Szegedy, "Batch normalization" (2015), algorithm 1.

    >>> z, _ = normalize(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), 1e-12)
    >>> z.round(6).tolist()
    [[-1.0], [1.0]]
    """
    # Far from 0, a mean in single precision would be off by much of the spread.
    mean = z.sum(axis=0, dtype=np.float64) / len(z)
    centered = (z - mean).astype(z.dtype)
    var = (centered**2).sum(axis=0) / len(z)
    z_hat = centered / np.sqrt(var + eps)
    return gamma * z_hat + beta, Normalized(z_hat, mean.astype(z.dtype), var)


def normalize_backward(g, gamma, normalized, eps):
    """The chain rule through `normalize`, where μ and σ² depend on every sample of the batch.

    `∂L/∂γ = Σ g·ẑ`, `∂L/∂β = Σ g`, `∂L/∂z = γ/√(σ² + ε) · (g - ∂L/∂β/m - ẑ·∂L/∂γ/m)`.

    Where μ and σ² were running averages, which stay what they are, `∂L/∂z = γ/√(σ² + ε) · g`.

    Parameters: g, ∂L/∂z̃, shape (m, units); the others as in `normalize`.
    Returns: ∂L/∂z, shape (m, units); ∂L/∂γ and ∂L/∂β, shape (units,).

    Source: Ioffe & Szegedy (2015), section 3, simplified.

    >>> z, one = np.array([[1.0], [3.0]]), np.ones(1)
    >>> _, normalized = normalize(z, one, one, 1e-5)
    >>> normalize_backward(np.array([[5.0], [5.0]]), one, normalized, 1e-5)[0].tolist()
    [[0.0], [0.0]]
    """
    z_hat, _, var, own = normalized
    d_gamma, d_beta = (g * z_hat).sum(axis=0), g.sum(axis=0)
    m = len(g)
    centered = g - d_beta / m - z_hat * (d_gamma / m) if own else g
    return gamma / np.sqrt(var + eps) * centered, d_gamma, d_beta


def normalize_for_evaluation(z, layer, eps):
    """Normalize with the running averages: each sample by itself, whatever batch it is in.

    So it is in evaluation, and in training for a last batch of one sample, which has no variance.

    Parameters: z, shape (m, units); layer, with gamma, beta, running_mean and running_var, shape
    (units,); eps ε > 0. Returns: z̃, shape (m, units), and a Normalized.

    >>> from lessons.parameters import Layer
    >>> one = np.ones(1)
    >>> normalize_for_evaluation(np.array([[3.0]]), Layer(None, None, one, one, one, one), 0.0)[0]
    array([[3.]])
    """
    z_hat = (z - layer.running_mean) / np.sqrt(layer.running_var + eps)
    normalized = Normalized(z_hat, layer.running_mean, layer.running_var, own=False)
    return layer.gamma * z_hat + layer.beta, normalized


def update_running(layer, normalized, momentum):
    """Let the running averages follow the batch: `r ← (1 - momentum)·r + momentum·batch`.

    The variance enters with the divisor m - 1, without bias, as in PyTorch; of a batch of one it
    is 0. The layer's arrays change in place; a batch that took the averages leaves them alone.

    Parameters: layer, as above; normalized, of the batch; momentum, between 0 and 1.

    >>> from lessons.parameters import Layer
    >>> layer = Layer(None, None, None, None, np.zeros(1), np.ones(1))
    >>> z = np.array([[1.0], [3.0]])
    >>> update_running(layer, normalize(z, np.ones(1), np.zeros(1), 1e-5)[1], 0.5)
    >>> layer.running_mean.tolist(), layer.running_var.tolist()
    ([1.0], [1.5])
    """
    if not normalized.own:
        return
    m = len(normalized.z_hat)
    unbiased = normalized.var * (m / (m - 1) if m > 1 else 1)
    layer.running_mean[...] += momentum * (normalized.mean - layer.running_mean)
    layer.running_var[...] += momentum * (unbiased - layer.running_var)
