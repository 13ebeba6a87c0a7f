"""The noisy curve of lesson 10, with as many samples in each part as are asked for."""

import numpy as np

from lessons import data

# Where x is, and the curve that is to be found.
LOW, HIGH = -2.0, 2.0


def truth(x):
    """The curve without noise, `sin 2x`.

    >>> round(float(truth(np.pi / 4)), 6)
    1.0
    """
    return np.sin(2 * np.asarray(x))


def draw(n, noise, seed, val=200, test=0, name="wave"):
    """Draw a set with n training samples, and so many for validation and for the test.

    More training samples are added to those of a smaller n; the other parts stay the same.

    Parameters: name, of a generated set; the others as in `lessons.data.wave`, but that val and
    test are counts.

    >>> draw(20, 0.3, 0, val=50, test=1000)
    Split 'wave' (regression): 20 training, 50 validation, 1000 test samples; 1 features
    """
    total = n + val + test
    return data.DATASETS[name](n=n, noise=noise, seed=seed, val=val / total, test=test / total)
