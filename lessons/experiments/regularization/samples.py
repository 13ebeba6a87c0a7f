"""Few samples: some scanned digits, and some set aside."""

from dataclasses import replace

import numpy as np

from lessons import data


def some_scans(n, seed):
    """Return n scanned digits to train with; no validation, and all others for the test.

    >>> some_scans(100, 0)
    Split 'digits' (classification): 100 training, 0 validation, 1697 test samples; 64 features
    """
    return data.digits(seed=seed, val=0, test=(1797 - n) / 1797)


def mislabeled(split, share, seed):
    """Return the same data, with labels drawn at random for this share of the training samples.

    Some of those drawn are right by chance.

    >>> scans = some_scans(100, 0)
    >>> bool(0.2 < np.mean(mislabeled(scans, 0.3, 0).y_train != scans.y_train) < 0.3)
    True
    """
    rng = np.random.default_rng([seed, 3])
    labels = split.y_train.copy()
    chosen = rng.permutation(len(labels))[: round(share * len(labels))]
    labels[chosen] = rng.integers(0, labels.max() + 1, len(chosen))
    return replace(split, y_train=labels)


def set_aside(split, n):
    """Return the same data, its last n training samples now being the validation set.

    >>> from lessons.experiments.counted import draw
    >>> set_aside(draw("moons", 80, 0.5, 0), 20)
    Split 'moons' (classification): 60 training, 20 validation, 0 test samples; 2 features
    """
    return replace(
        split,
        X_train=split.X_train[:-n], y_train=split.y_train[:-n],
        X_val=split.X_train[-n:], y_val=split.y_train[-n:],
    )  # fmt: skip
