"""The noisy curve of lesson 10, with as many samples in each part as are asked for."""

import numpy as np

from lessons.experiments import counted

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

    Parameters: as in `lessons.experiments.counted.draw`; if not told, the noisy curve.

    >>> draw(20, 0.3, 0, val=50, test=1000)
    Split 'wave' (regression): 20 training, 50 validation, 1000 test samples; 1 features
    """
    return counted.draw(name, n, noise, seed, val, test)
