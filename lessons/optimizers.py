"""Optimizers: how a gradient becomes a step.

Each is a small frozen dataclass without hidden state: `state = optimizer.init(w)`, then
`w, state = optimizer.update(w, gradient, state, rate)` at every update. `w` holds all parameters
of the network in one vector, so the code reads like the equation.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SGD:
    """Gradient descent on one batch after the other: `w ← w - η·g`.

    >>> w, state = SGD().update(np.array([1.0]), np.array([2.0]), (), 0.1)
    >>> w.tolist()
    [0.8]
    """

    def init(self, w):
        """Return the state before the first update: nothing to remember."""
        return ()

    def update(self, w, g, state, rate):
        """Return the parameters after one step, and the new state; all arrays have shape (P,)."""
        return w - rate * g, state


@dataclass(frozen=True)
class Momentum:
    """Heavy ball: `v ← μ·v + g; w ← w - η·v`, a step that remembers the ones before.

    Parameters: momentum μ, 0 ≤ μ < 1.

    Source: Polyak (1964), in the form that PyTorch uses.

    >>> ball = Momentum(0.9)
    >>> w = np.array([1.0])
    >>> w, v = ball.update(w, np.array([2.0]), ball.init(w), 0.1)
    >>> w, v = ball.update(w, np.array([2.0]), v, 0.1)
    >>> w.round(2).tolist()
    [0.42]
    """

    momentum: float

    def init(self, w):
        """Return the velocity before the first update: zeros, shape (P,)."""
        return np.zeros_like(w)

    def update(self, w, g, v, rate):
        """Return the parameters after one step, and the new velocity; shapes (P,)."""
        v = self.momentum * v + g
        return w - rate * v, v


OPTIMIZERS = {
    "sgd": lambda config: SGD(),
    "momentum": lambda config: Momentum(config.momentum),
}
