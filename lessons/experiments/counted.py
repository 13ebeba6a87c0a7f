"""Data sets with as many samples in each part as are asked for, where few are the point."""

from lessons import data


def draw(name, n, noise, seed, val=200, test=0):
    """Draw a generated set with n training samples, and so many for validation and the test.

    More training samples are added to those of a smaller n; the other parts stay the same.

    Parameters: name, in `lessons.data.DATASETS`; noise and seed, as there; n, val, test, counts.
    Returns: a Split.

    >>> draw("moons", 60, 0.5, 0, test=1000)
    Split 'moons' (classification): 60 training, 200 validation, 1000 test samples; 2 features
    """
    total = n + val + test
    return data.DATASETS[name](n=n, noise=noise, seed=seed, val=val / total, test=test / total)
