"""Few noisy samples: data sets with as many in each part as are asked for."""

from dataclasses import replace

from lessons import data


def draw(name, n, noise, seed, val=200, test=0):
    """Draw a generated set with n training samples, and so many for validation and the test.

    >>> draw("moons", 60, 0.5, 0, test=1000)
    Split 'moons' (classification): 60 training, 200 validation, 1000 test samples; 2 features
    """
    total = n + val + test
    return data.DATASETS[name](n=n, noise=noise, seed=seed, val=val / total, test=test / total)


def some_scans(n, seed):
    """Return n scanned digits to train with; no validation, and all others for the test.

    >>> some_scans(100, 0)
    Split 'digits' (classification): 100 training, 0 validation, 1697 test samples; 64 features
    """
    scans = data.digits(seed=seed, val=0, test=(1797 - n) / 1797)
    return scans


def set_aside(split, n):
    """Return the same data, its last n training samples now being the validation set.

    >>> set_aside(draw("moons", 80, 0.5, 0), 20)
    Split 'moons' (classification): 60 training, 20 validation, 0 test samples; 2 features
    """
    return replace(
        split,
        X_train=split.X_train[:-n], y_train=split.y_train[:-n],
        X_val=split.X_train[-n:], y_val=split.y_train[-n:],
    )  # fmt: skip
