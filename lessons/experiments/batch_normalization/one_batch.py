"""One unit's values for one batch, taken through batch norm step by step."""

from typing import NamedTuple

import numpy as np

from lessons.batch_norm import normalize


class Walk(NamedTuple):
    """One unit's values at every step, each of shape (m,), and the batch's μ and σ²."""

    z: np.ndarray
    centered: np.ndarray
    z_hat: np.ndarray
    scaled: np.ndarray
    mean: float
    var: float


def skewed_batch(m, mean, spread, seed):
    """Draw a batch with a long tail to the right: `z_i = mean + spread·(e_i - 1)`, `e_i ~ Exp(1)`.

    Over many samples their mean is `mean` and their standard deviation `spread`; those of one
    batch differ from that, the more the smaller it is. A larger m adds samples.

    Parameters: m ≥ 1; mean; spread ≥ 0; seed. Returns: shape (m,).

    >>> z = skewed_batch(10_000, 3.0, 2.0, seed=0)
    >>> round(float(z.mean()), 1), round(float(z.std()), 1)
    (3.0, 2.0)
    """
    return mean + spread * (np.random.default_rng(seed).exponential(size=m) - 1)


def walk(z, gamma, beta, eps):
    """Take a batch through `z - μ`, `ẑ = (z - μ)/√(σ² + ε)` and `z̃ = γ·ẑ + β`.

    Parameters: z, shape (m,); gamma, beta, numbers; eps > 0. Returns: a Walk.

    >>> steps = walk(np.array([1.0, 3.0, 8.0]), 2.0, 10.0, 1e-5)
    >>> steps.centered.tolist(), round(float(steps.var), 2)
    ([-3.0, -1.0, 4.0], 8.67)
    """
    scaled, normalized = normalize(z[:, None], np.array([gamma]), np.array([beta]), eps)
    mean, var = float(normalized.mean[0]), float(normalized.var[0])
    return Walk(z, z - mean, normalized.z_hat[:, 0], scaled[:, 0], mean, var)


def undo(z, eps):
    """Return the γ and β with which batch norm changes nothing: `γ = √(σ² + ε)`, `β = μ`.

    Parameters: z, a batch, shape (m,) or (m, units); eps > 0. Returns: γ and β.

    Source: Ioffe & Szegedy (2015), section 3.

    >>> z = np.array([1.0, 3.0, 8.0])
    >>> gamma, beta = undo(z, 1e-5)
    >>> walk(z, gamma, beta, 1e-5).scaled.round(9).tolist()
    [1.0, 3.0, 8.0]
    """
    return np.sqrt(z.var(axis=0) + eps), z.mean(axis=0)
