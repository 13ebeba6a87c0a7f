"""What keeps a network from learning its training set by heart: penalties and dropout."""

import numpy as np


def penalty(w, l1, l2):
    """The penalties on the weights: `λ₁·Σ|w| + (λ₂/2)·Σw²`.

    Parameters: w, the weights (not the biases), any shape; l1 λ₁ and l2 λ₂, ≥ 0.
    Returns: a scalar, in the unit of the loss.

    >>> float(penalty(np.array([3.0, -4.0]), l1=1.0, l2=2.0))
    32.0
    """
    return l1 * np.sum(np.abs(w)) + l2 / 2 * np.sum(w**2)


def penalty_gradient(w, l1, l2):
    """`λ₁·sign(w) + λ₂·w`: L1 pulls at every weight equally hard, L2 in proportion.

    Parameters: as in `penalty`. Returns: the shape of w.

    >>> penalty_gradient(np.array([3.0, -4.0]), l1=1.0, l2=2.0).tolist()
    [7.0, -9.0]
    """
    return l1 * np.sign(w) + l2 * w


def dropout_mask(rng, shape, share):
    """Leave out units at random, and scale the others up: 0, or `1/(1 - p)`, whose mean is 1.

    Parameters: rng, a numpy Generator; shape, (samples, units); share p of units to leave out,
    0 ≤ p < 1. Returns: the mask to multiply the units with, in float64.

    Source: Srivastava et al., "Dropout" (2014), inverted, so that evaluation needs no scaling.

    >>> sorted(set(dropout_mask(np.random.default_rng(0), (4, 9), 0.5).ravel().tolist()))
    [0.0, 2.0]
    """
    return (rng.random(shape) >= share) / (1 - share)
