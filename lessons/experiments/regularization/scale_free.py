"""Weight decay meets batch norm: of weights before it only the direction counts.

L2 pulls a layer's weights W towards 0, and batch norm does not care how long they are. But k times
shorter weights have a k times larger gradient, so that a step turns them k² times as far: what
counts is the effective rate `η/‖W‖²` (van Laarhoven, 2017). Each step of gradient descent makes W
longer, `‖W‖² ← ‖W‖² + η²‖g‖²`, because g is at right angles to W, and L2 makes it shorter; in the
end both hold each other.
"""

from functools import lru_cache

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.counted import draw
from lessons.trainer import train


def first_lengths(run):
    """Return the length of the first layer's weights after every epoch, (epochs + 1,).

    >>> run = run_with(0.1, 0.0, 0, epochs=2)
    >>> first_lengths(run).shape
    (3,)
    """
    return np.array([np.linalg.norm(params[0].W.astype(float)) for params in run.snapshots])


def effective_rates(run):
    """Return the effective rate `η/‖W‖²` of the first layer after every epoch, (epochs + 1,)."""
    return effective(run.config.learning_rate, first_lengths(run))


def effective(rate, lengths):
    """Return the effective rate `η/‖W‖²`; infinite where nothing is left of W.

    >>> effective(0.1, np.array([1.0, 2.0, 0.0])).tolist()
    [0.1, 0.025, inf]
    """
    with np.errstate(divide="ignore"):
        return rate / lengths**2


def settled_rate(run):
    """Return the median effective rate of the last quarter of the epochs."""
    rates = effective_rates(run)
    return float(np.median(rates[-(len(rates) // 4) :]))


def run_with(rate, l2, seed, batch_norm=True, epochs=200, engine="auto", progress=None):
    """Train two layers of 16 ReLU units on the noisy spiral; return a Run.

    >>> run_with(0.1, 0.1, 0, epochs=1).config.batch_norm
    True
    """
    split = noisy_spiral(seed)
    config = TrainConfig(learning_rate=rate, l2=l2, batch_norm=batch_norm, epochs=epochs, seed=seed)
    return train(config, split, engine, progress)


@lru_cache(maxsize=32)
def noisy_spiral(seed):
    """Draw 500 samples of the spiral with noise 0.2.

    >>> noisy_spiral(0)
    Split 'spiral' (classification): 500 training, 500 validation, 0 test samples; 2 features
    """
    return draw("spiral", 500, 0.2, seed, val=500)
