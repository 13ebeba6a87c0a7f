"""Weight decay beside L2, and what Adam's second average is: two weights with noisy gradients."""

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.optimizers.race import step_with
from lessons.optimizers import OPTIMIZERS, Adam


def shrunk(name, by_the_side, sizes, decay, rate, updates, seeds):
    """Return where two weights are that began at 1, while their gradients are noise around 0.

    Nothing but the decay moves them in the long run, so that it alone shows.

    Parameters: name, of an optimizer; by_the_side, whether the decay goes past the gradient;
    sizes, the standard deviation of each weight's gradient; decay λ; rate η; updates; seeds, each
    of which runs once more with the opposite noise, so that it cancels in their mean.
    Returns: shape (2, 2·seeds).

    >>> shrunk("sgd", True, (0.0, 0.0), 0.05, 0.1, 100, range(1)).round(2).tolist()
    [[0.61, 0.61], [0.61, 0.61]]
    """
    optimizer = OPTIMIZERS[name](TrainConfig())
    noise = [sign * np.random.default_rng(seed).normal(size=(updates, 2))
             for seed in seeds for sign in (1, -1)]  # fmt: skip
    gradients = np.moveaxis(noise, 0, -1) * np.array(sizes)[:, None]
    w = np.ones((2, len(noise)))
    state = optimizer.init(w)
    for g in gradients:
        w, state = step_with(optimizer, by_the_side, w, g, state, rate, decay)
    return w


def expected_with_l2(size, decay, rate, updates):
    """Return where Adam with L2 should be, if m is λw, and s the average of λ²w² + size².

    The noise itself falls out of m; to s, as its square, it adds size².

    >>> round(expected_with_l2(1.0, 0.05, 0.001, 1000), 2)
    0.95
    """
    w, s, beta2 = 1.0, 0.0, 0.999
    for t in range(1, updates + 1):
        s = beta2 * s + (1 - beta2) * ((decay * w) ** 2 + size**2)
        w -= rate * decay * w / (s / (1 - beta2**t)) ** 0.5
    return w


def root_mean_squares(curvatures, noise, seeds, updates=1000, rate=0.001):
    """Return Adam's √ŝ in a valley of known curvatures, with noise of known sizes on its gradient.

    Parameters: curvatures, noise, a number for each of d weights. Returns: shape (d, seeds).
    """
    adam, curvatures = Adam(0.9, 0.999, 1e-8), np.array(curvatures)[:, None]
    draws = np.moveaxis(
        [np.random.default_rng(seed).normal(size=(updates, len(noise))) for seed in seeds], 0, -1
    )
    w = np.ones((len(noise), len(seeds)))
    state = adam.init(w)
    for draw in draws:
        g = curvatures * w + np.array(noise)[:, None] * draw
        w, state = adam.update(w, g, state, rate)
    _, s, t = state
    return np.sqrt(s / (1 - adam.beta2**t))
