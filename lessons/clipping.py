"""Clipping: how long a gradient may be, so that one steep place does not throw the weights off."""

import numpy as np

# PyTorch adds it to the norm, so as never to divide by zero.
TINY = 1e-6


def clip_by_norm(g, limit):
    """Shorten the gradient to the norm c where it is longer: `g ← g·min(1, c/(‖g‖ + 10⁻⁶))`.

    The direction stays. Parameters: g, all gradients in one vector, shape (P,); limit c > 0, or
    None. Returns: shape (P,).

    Source: Pascanu et al., "On the difficulty of training recurrent neural networks" (2013).

    >>> clip_by_norm(np.array([3.0, 4.0]), 1.0).round(3).tolist()
    [0.6, 0.8]
    """
    if limit is None:
        return g
    return g * min(1.0, limit / (np.sqrt(g @ g) + TINY))


def clip_by_value(g, limit):
    """Hold every component between -c and c, which may turn the direction.

    Parameters: g, any shape; limit c > 0, or None. Returns: the shape of g.

    >>> clip_by_value(np.array([3.0, -0.5]), 1.0).tolist()
    [1.0, -0.5]
    """
    return g if limit is None else np.clip(g, -limit, limit)
