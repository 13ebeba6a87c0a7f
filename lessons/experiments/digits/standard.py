"""Standardizing each pixel, and a network that has learned so, rewritten for pixels as they are."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from lessons import data
from lessons.parameters import flatten, unflatten
from lessons.run import Snapshots


@lru_cache(maxsize=8)
def standardized(seed):
    """Return the scans with every pixel in standard deviations, and how that was done.

    Returns: a Split; and mean and deviation, (64,), of the training scans. A pixel that never has
    ink has no deviation, and is divided by 1.

    >>> split, mean, deviation = standardized(0)
    >>> bool(abs(split.X_train.mean(axis=0)).max() < 1e-5)
    True
    """
    split = data.digits(seed)
    mean, deviation = split.X_train.mean(axis=0), split.X_train.std(axis=0)
    deviation[deviation == 0] = 1
    parts = ("X_train", "X_val", "X_test")
    changed = {part: (getattr(split, part) - mean) / deviation for part in parts}
    return replace(split, **changed), mean, deviation


def for_pixels(run, mean, deviation):
    """Return a run on standardized pixels as one that takes pixels as they are.

    Standardizing is a scale and a shift, which the first layer can do itself:
    W·(x − μ)/σ + b = (W/σ)·x + (b − (W/σ)·μ). So the answers are the same up to rounding, whoever
    asks: the test set, the pad, or a file.
    """
    shots = run.snapshots
    again = Snapshots(
        rewritten(shots.vectors, shots.sizes, mean, deviation), shots.sizes, shots.loss,
        shots.batch_norm, shots.places, shots.last,
    )  # fmt: skip
    (last,) = rewritten(flatten(run.params)[None], shots.sizes, mean, deviation)
    params = unflatten(last, shots.sizes, shots.loss, shots.batch_norm)
    return replace(run, snapshots=again, params=params)


def rewritten(vectors, sizes, mean, deviation):
    """Return parameter vectors, (times, P), whose first layer takes pixels as they are."""
    vectors = vectors.copy()
    inputs, units = sizes[:2]
    weights = vectors[:, : inputs * units].reshape(-1, inputs, units)
    biases = vectors[:, inputs * units : (inputs + 1) * units]
    # Where a run diverges, numbers near the largest are divided by small ones.
    with np.errstate(over="ignore", invalid="ignore"):
        weights /= deviation[:, None]
        biases -= np.einsum("i,eij->ej", mean, weights)
    return vectors
