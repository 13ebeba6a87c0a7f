"""The luck of a run: one stream for each purpose, and the orders in which samples are taken."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

# Orders of the samples are drawn for so many entries at once: few calls, little memory.
ORDER_ENTRIES = 1_000_000


def draw_orders(plan):
    """Yield the order of the samples for some epochs at a time, shape (epochs, N)."""
    n, epochs, seed = len(plan.train[0]), plan.config.epochs, plan.config.seed
    if not plan.config.shuffle:
        chunks = unshuffled(n, epochs)
    elif n * epochs <= ORDER_ENTRIES:
        chunks = [shuffled_once(seed, n, epochs)]
    else:
        chunks = shuffled(seed, n, epochs)
    for orders in chunks:
        # A schedule that follows the losses wants to see them after every epoch.
        yield from np.split(orders, len(orders)) if plan.schedule else [orders]


def unshuffled(n, epochs):
    """Yield the order of the data as it is, for some epochs at a time."""
    at_once = max(1, ORDER_ENTRIES // n)
    for first in range(0, epochs, at_once):
        yield np.tile(np.arange(n), (min(at_once, epochs - first), 1))


def shuffled(seed, n, epochs):
    """Yield random orders of n samples, for some epochs at a time."""
    rng = np.random.default_rng(random_streams(seed).order)
    at_once = max(1, ORDER_ENTRIES // n)
    for first in range(0, epochs, at_once):
        orders = np.tile(np.arange(n), (min(at_once, epochs - first), 1))
        yield rng.permuted(orders, axis=1)


@lru_cache(maxsize=2)
def shuffled_once(seed, n, epochs):
    """Return all orders of a small run, and keep them: most knobs leave them as they are."""
    return next(shuffled(seed, n, epochs))


class RandomStreams(NamedTuple):
    """One stream of randomness for each purpose, so that no knob reshuffles another's luck."""

    init: np.random.SeedSequence
    order: np.random.SeedSequence
    dropout: np.random.SeedSequence


@lru_cache
def random_streams(seed):
    """Derive the streams from a seed."""
    return RandomStreams(*np.random.SeedSequence(seed).spawn(3))
