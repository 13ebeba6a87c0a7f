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


@dataclass(frozen=True)
class Nesterov:
    """Momentum that looks ahead: `v ← μ·v + g; w ← w - η·(g + μ·v)`.

    Parameters: momentum μ, 0 ≤ μ < 1.

    Source: Nesterov (1983), in the form that PyTorch uses.

    >>> ahead = Nesterov(0.9)
    >>> w = np.array([1.0])
    >>> ahead.update(w, np.array([2.0]), ahead.init(w), 0.1)[0].round(2).tolist()
    [0.62]
    """

    momentum: float

    def init(self, w):
        """Return the velocity before the first update: zeros, shape (P,)."""
        return np.zeros_like(w)

    def update(self, w, g, v, rate):
        """Return the parameters after one step, and the new velocity; shapes (P,)."""
        v = self.momentum * v + g
        return w - rate * (g + self.momentum * v), v


@dataclass(frozen=True)
class AdaGrad:
    """A rate for each parameter, which shrinks with all its gradients so far.

    `s ← s + g²; w ← w - η·g / (√s + ε)`.

    Parameters: epsilon ε > 0.

    Source: Duchi et al., "Adaptive subgradient methods" (2011).

    >>> steps = AdaGrad(1e-8)
    >>> w = np.array([1.0])
    >>> steps.update(w, np.array([2.0]), steps.init(w), 0.1)[0].round(2).tolist()
    [0.9]
    """

    epsilon: float

    def init(self, w):
        """Return the sum of squares before the first update: zeros, shape (P,)."""
        return np.zeros_like(w)

    def update(self, w, g, s, rate):
        """Return the parameters after one step, and the new sum of squares; shapes (P,)."""
        s = s + g**2
        return w - rate * g / (np.sqrt(s) + self.epsilon), s


@dataclass(frozen=True)
class RMSprop:
    """AdaGrad that forgets: `s ← β₂·s + (1 - β₂)·g²; w ← w - η·g / (√s + ε)`.

    Parameters: beta2 β₂, 0 ≤ β₂ < 1; epsilon ε > 0.

    Source: Tieleman & Hinton, Coursera lecture 6.5 (2012), ε outside the root as in PyTorch.

    >>> steps = RMSprop(0.99, 1e-8)
    >>> w = np.array([1.0])
    >>> steps.update(w, np.array([2.0]), steps.init(w), 0.1)[0].round(2).tolist()
    [0.0]
    """

    beta2: float
    epsilon: float

    def init(self, w):
        """Return the mean square before the first update: zeros, shape (P,)."""
        return np.zeros_like(w)

    def update(self, w, g, s, rate):
        """Return the parameters after one step, and the new mean square; shapes (P,)."""
        s = self.beta2 * s + (1 - self.beta2) * g**2
        return w - rate * g / (np.sqrt(s) + self.epsilon), s


@dataclass(frozen=True)
class Adam:
    """Momentum, and RMSprop's rate for each parameter, both corrected for how they start.

    `m ← β₁·m + (1 - β₁)·g; s ← β₂·s + (1 - β₂)·g²; w ← w - η·m̂ / (√ŝ + ε)`.

    Both averages start at 0, and the t-th update corrects for that: `m̂ = m / (1 - β₁ᵗ)` and
    `ŝ = s / (1 - β₂ᵗ)`. They are averages of g and of g², not of curvature.

    Parameters: beta1 β₁ and beta2 β₂, 0 ≤ β < 1; epsilon ε > 0.

    Source: Kingma & Ba, "Adam: a method for stochastic optimization" (2014), algorithm 1.

    >>> adam = Adam(0.9, 0.999, 1e-8)
    >>> w = np.array([1.0])
    >>> adam.update(w, np.array([2.0]), adam.init(w), 0.1)[0].round(2).tolist()
    [0.9]
    """

    beta1: float
    beta2: float
    epsilon: float

    def init(self, w):
        """Return both averages and the number of updates before the first: zeros."""
        return np.zeros_like(w), np.zeros_like(w), 0

    def update(self, w, g, state, rate):
        """Return the parameters after one step, and the new state (m, s, t)."""
        m, s, t = state
        t = t + 1
        m = self.beta1 * m + (1 - self.beta1) * g
        s = self.beta2 * s + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.beta1**t)
        s_hat = s / (1 - self.beta2**t)
        return w - rate * m_hat / (np.sqrt(s_hat) + self.epsilon), (m, s, t)


# AdamW is Adam with the weights shrunk by the side, `w ← w - η·λ·w`, and not through the gradient:
# see `decoupled`.
OPTIMIZERS = {
    "sgd": lambda config: SGD(),
    "momentum": lambda config: Momentum(config.momentum),
    "nesterov": lambda config: Nesterov(config.momentum),
    "adagrad": lambda config: AdaGrad(config.epsilon),
    "rmsprop": lambda config: RMSprop(config.beta2, config.epsilon),
    "adam": lambda config: Adam(config.beta1, config.beta2, config.epsilon),
    "adamw": lambda config: Adam(config.beta1, config.beta2, config.epsilon),
}


def decoupled(optimizer):
    """Whether `l2` shrinks the weights directly, rather than through the gradient.

    Source: Loshchilov & Hutter, "Decoupled weight decay regularization" (2017).

    >>> decoupled("adamw"), decoupled("adam")
    (True, False)
    """
    return optimizer == "adamw"
