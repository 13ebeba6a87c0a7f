"""Dropout: which units were left out in an update, and the mean over many masks.

An average passes through a linear layer: the mean over masks of `z = (h·m) W + b` is `h W + b`,
since the mean of a mask m is 1. Through an activation that bends it does not: the mean of f(z) is
not f of the mean of z.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.evaluation import evaluate
from lessons.network import forward
from lessons.randomness import random_streams, shuffled_once
from lessons.regularization import dropout_mask


@lru_cache(maxsize=8)
def masks_of(hidden, share, seed, sizes):
    """Return the masks of a run, update by update: tuples of (samples, units), one per layer.

    They are those of the training itself, drawn again from the same stream.

    Parameters: hidden, units per layer, a tuple; share p; seed, of the run; sizes, a tuple of how
    many samples each update has.

    >>> [mask.shape for mask in masks_of((8, 4), 0.5, 0, (32, 28))[1]]
    [(28, 8), (28, 4)]
    """
    rng = np.random.default_rng(random_streams(seed).dropout)
    return [
        tuple(dropout_mask(rng, (samples, units), share) for units in hidden) for samples in sizes
    ]


def batches_of(config, n):
    """Return which of n training samples each update has: a list of row numbers.

    >>> from lessons import TrainConfig
    >>> [len(rows) for rows in batches_of(TrainConfig(batch_size=32, epochs=1), 60)]
    [32, 28]
    """
    orders = shuffled_once(config.seed, n, config.epochs)
    size = config.batch_size
    return [order[start : start + size] for order in orders for start in range(0, n, size)]


def nothing_passes(hidden, share):
    """Return in what share of masks a layer is left without any unit: `1 − Π(1 − pⁿ)`.

    Then what the network answers is the same for all samples: its biases speak alone.

    Parameters: hidden, units n per layer, a tuple; share p, with which each is left out.

    >>> nothing_passes((2,), 0.5), nothing_passes((1, 1), 0.5)
    (0.25, 0.75)
    """
    return float(1 - np.prod([1 - share**units for units in hidden]))


class Given:
    """Stands in for a Generator, and brings masks that are already drawn."""

    def __init__(self, masks):
        self.masks = iter(masks)

    def random(self, shape):
        """Return numbers that `dropout_mask` makes the next mask of: 1 where it lets through."""
        return (next(self.masks) > 0).astype(float)


@dataclass(frozen=True, eq=False)
class Averages:
    """One sample's values without masks, and their mean over many.

    Attributes: without, means, of every layer's z, (units,); without_f, means_f, of f(z) in every
    hidden layer, before the mask; outputs, (draws, K), of the single masks.
    """

    without: list
    means: list
    without_f: list
    means_f: list
    outputs: np.ndarray


def average(params, config, x, draws=1000, seed=0):
    """Send one sample x (d,) through a network without dropout, and under many masks.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(hidden=(8,), dropout=0.5, epochs=5)
    >>> found = average(train(config, split).params, config, split.X_train[0])
    >>> bool(np.abs(found.means[1] - found.without[1]).max() < 0.5)
    True
    """
    rng = np.random.default_rng(seed)
    many = np.repeat(np.asarray(x, params[0].W.dtype)[None], draws, axis=0)
    _, steps = forward(params, config, many, True, rng)
    _, plain = forward(params, config, many[:1])
    f = ACTIVATIONS[config.activation].function
    return Averages(
        [step.z[0] for step in plain],
        [step.z.mean(axis=0, dtype=float) for step in steps],
        [f(step.z[0]) for step in plain[:-1]],
        [f(step.z).mean(axis=0, dtype=float) for step in steps[:-1]],
        steps[-1].z,
    )


def outputs_apart(params, config, X, draws=1000, seed=0):
    """Return how far the mean outputs over masks lie from those without, as a share of the latter.

    Root mean squares over all samples and outputs. Returns: the share, and in how many samples
    the larger output is the same.
    """
    rng = np.random.default_rng(seed)
    without, _ = forward(params, config, X)
    total = np.zeros(without.shape)
    for _ in range(draws):
        total += forward(params, config, X, True, rng)[0]
    mean = total / draws
    apart = np.sqrt(np.mean((mean - without) ** 2) / np.mean(without**2))
    return float(apart), float(np.mean(mean.argmax(axis=1) == without.argmax(axis=1)))


def left_on(params, config, X, y, seed=0):
    """Return the accuracy of a network, and of the same with dropout left on, one mask a sample."""
    outputs, _ = forward(params, config, X, True, np.random.default_rng(seed))
    return evaluate(params, config, X, y)[1], float(np.mean(outputs.argmax(axis=1) == y))
