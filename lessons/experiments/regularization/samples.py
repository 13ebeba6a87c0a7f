"""Few samples: some scanned digits, and some set aside."""

from dataclasses import replace

from lessons import data


def some_scans(n, seed):
    """Return n scanned digits to train with; no validation, and all others for the test.

    >>> some_scans(100, 0)
    Split 'digits' (classification): 100 training, 0 validation, 1697 test samples; 64 features
    """
    scans = data.digits(seed=seed, val=0, test=(1797 - n) / 1797)
    return scans


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
