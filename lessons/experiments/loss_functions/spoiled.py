"""Data that is spoiled on purpose: labels that are wrong, a class that is rare."""

from dataclasses import replace

import numpy as np

from lessons import data

# Of each set, how much its classes overlap, or its values scatter.
NOISE = {"moons": 0.5, "gaussians": 0.8, "circle": 0.3, "spiral": 0.3, "wave": 0.3}
# As many validation samples as training samples, so that a few of them can be told from many.
VAL, TEST = 0.4, 0.2
# A spoiled value is this much too high.
TOO_HIGH = 5.0


def spoiled(name, n, wrong=0.0, rare=0.5, seed=0, noise=None):
    """Draw a set, thin out class 1, and spoil the labels of some training samples.

    Validation and test labels stay right: they say what training on wrong ones does.

    Parameters: name, of a set in NOISE; n, training samples; wrong, the share of them whose class
    is flipped, or whose value is 5 too high; rare, the share of class 1, at most 0.5, in all parts
    (values have none); seed; noise, of the set, where it is not the one in NOISE.
    Returns: a Split.

    >>> split = spoiled("moons", 100, rare=0.05)
    >>> split, int(split.y_train.sum()), int(split.y_val.sum())
    (Split 'moons' (classification): 100 training, 100 validation, 50 test samples; 2 features, \
5, 5)
    """
    drawn = NOISE[name] if noise is None else noise
    # Of twice as many samples there are enough of the common class, whatever the share.
    size = n if rare == 0.5 else 2 * n
    split = data.DATASETS[name](n=size, noise=drawn, seed=seed, val=VAL, test=TEST)
    if split.task == "classification" and rare < 0.5:
        split = thin_out(split, n / size, rare)
    if wrong:
        split = replace(split, y_train=with_errors(split, wrong, seed))
    return split


def thin_out(split, keep, rare):
    """Keep so large a part of a set, with so small a share of class 1."""
    parts = {}
    for part in ("train", "val", "test"):
        X, y = getattr(split, f"X_{part}"), getattr(split, f"y_{part}")
        total = round(keep * len(y))
        ones = max(1, round(rare * total))
        rows = np.sort(np.concatenate([np.flatnonzero(y == 0)[: total - ones],
                                       np.flatnonzero(y == 1)[:ones]]))  # fmt: skip
        parts |= {f"X_{part}": X[rows], f"y_{part}": y[rows]}
    return replace(split, **parts)


def with_errors(split, wrong, seed):
    """Return training labels of which a share is wrong: flipped classes, or values too high."""
    y = split.y_train.copy()
    rows = np.random.default_rng([seed, 5]).permutation(len(y))[: round(wrong * len(y))]
    y[rows] = 1 - y[rows] if split.task == "classification" else y[rows] + TOO_HIGH
    return y


def with_one_hot(split):
    """Return a set of classes as one of values: of each sample 1 for its class, 0 for the other.

    >>> with_one_hot(data.moons(n=4)).y_train.tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """
    parts = {f"y_{part}": np.eye(2, dtype=np.float32)[getattr(split, f"y_{part}")]
             for part in ("train", "val", "test")}  # fmt: skip
    return replace(split, task="regression", classes=(), **parts)
