"""Handwritten digits: the one set of the kit that was measured, not drawn."""

from dataclasses import replace
from functools import lru_cache

from lessons.data.arrays import from_arrays
from lessons.data.split import check_shares


def digits(seed=0, val=0.2, test=0.2):
    """Handwritten digits: 1797 real scans of 8 × 8 pixels.

    Pixels are divided by 16, the most they can be: 0 is paper, 1 is ink. They are not
    standardized, because then they would no longer be pictures (`x.reshape(8, 8)`), and a pixel
    that holds ink in one scan of a thousand would count as much as the middle of the page.

    Parameters: seed, an integer ≥ 0; val, test, shares ≥ 0 of the scans, together < 1. Every part
    gets its share of every digit.
    Returns: a Split with X (N, 64) float32 in 0 … 1 and y (N,) int64, 0 … 9.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> split = digits()
    >>> split.X_train.shape, split.X_val.shape, split.X_test.shape
    ((1079, 64), (359, 64), (359, 64))

    Source: scikit-learn's load_digits, from Alpaydin and Kaynak, UCI (1998).
    """
    return split_scans(*check_shares(val, test, seed))


@lru_cache(maxsize=8)
def split_scans(val, test, seed):
    """Return the digits, split once: a panel asks for them at every move of a slider."""
    # imported here: it takes about a second, for which the generated sets should not wait
    from sklearn.datasets import load_digits

    scans = load_digits()
    split = from_arrays(scans.data / 16, scans.target, val, test, seed, "classification")
    recipe = {"seed": seed, "val": val, "test": test}
    names = tuple(scans.feature_names)
    return replace(split, name="digits", feature_names=names, recipe=recipe)
