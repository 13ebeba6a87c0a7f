"""One unit with the score z, whose right answer is 1: losses of it, and training by each.

With target 1 the score is the margin: how far it lies on the right side of 0.
"""

import math

import numpy as np

from lessons.losses import LOSSES

TARGET = np.array([1])


def losses_at(z):
    """Return the losses of scores z, one by one, by name, as the kit's functions compute them.

    >>> {name: round(float(loss[0]), 4) for name, loss in losses_at(np.array([-5.0])).items()}
    {'cross_entropy': 5.0067, 'hinge': 6.0, 'brier': 0.9867, 'zero_one': 1.0}
    """
    by_score = [[LOSSES[kit].function(np.array([[one]]), TARGET) for one in z]
                for kit in KIT.values()]  # fmt: skip
    return dict(zip(KIT, map(np.array, by_score), strict=True)) | {"zero_one": (z <= 0) + 0.0}


# The kit's name of each loss: with one score, cross-entropy is the binary one.
KIT = {"cross_entropy": "binary_cross_entropy", "hinge": "hinge", "brier": "brier"}


def sigmoid(z):
    """`1 / (1 + e^(-z))` of one number; below -700 the power would overflow."""
    return 1 / (1 + math.exp(min(-z, 700)))


def cross_entropy_pull(z):
    """`-∂L/∂z = 1 - p`, with `p = σ(z)`: as large as the error."""
    return sigmoid(-z)


def hinge_pull(z):
    """`-∂L/∂z`: 1 below a margin of 1, then nothing."""
    return 1.0 if z < 1 else 0.0


def brier_pull(z):
    """`-∂L/∂z = 2·(1 - p)·p·(1 - p)`: the error times the slope of the sigmoid."""
    return 2 * sigmoid(-z) * sigmoid(z) * sigmoid(-z)


def zero_one_pull(z):
    """0: a small step changes no answer. At z = 0 itself there is a jump, and no slope."""
    return 0.0


PULLS = {
    "cross_entropy": cross_entropy_pull,
    "hinge": hinge_pull,
    "brier": brier_pull,
    "zero_one": zero_one_pull,
}


def sgd(pull, z, rate, updates):
    """Train the unit: `z ← z + η·pull(z)`. Returns: z before and after each update.

    >>> [round(z, 2) for z in sgd(cross_entropy_pull, -5.0, 1.0, 6)]
    [-5.0, -4.01, -3.02, -2.07, -1.18, -0.42, 0.19]
    """
    path = [z]
    for _ in range(updates):
        z += rate * pull(z)
        path.append(z)
    return path


def adam(pull, z, rate, updates, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Train the unit by Adam, which divides each step by how large the pulls have been."""
    path, m, s = [z], 0.0, 0.0
    for t in range(1, updates + 1):
        g = pull(z)
        m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g
        z += rate * (m / (1 - beta1**t)) / (math.sqrt(s / (1 - beta2**t)) + epsilon)
        path.append(z)
    return path


OPTIMIZERS = {"sgd": sgd, "adam": adam}


def updates_until_right(path):
    """Return after how many updates the score is above 0, or None.

    >>> updates_until_right([-1.0, -0.5, 0.2]), updates_until_right([-1.0])
    (2, None)
    """
    return next((k for k, z in enumerate(path) if z > 0), None)
