"""How a set is drawn: its parts independent of each other, its noise apart from its shape."""

import reprlib

import numpy as np

from lessons.checks import integer, not_negative, require
from lessons.data.split import Split, check_shares

MAX_SAMPLES = 10_000_000


def alternate(n):
    """Return classes 0, 1, 0, 1, …, shape (n,) int64: balanced wherever one stops."""
    return np.arange(n) % 2


def sign(y):
    """Return +1 for class 0 and -1 for class 1, shape (n, 1)."""
    return 1 - 2 * y[:, None]


def generate(name, draw, n, noise, seed, val, test):
    """Check the arguments of a generated set and draw its three parts.

    Parameters: draw, a function `(n, rng) -> X (n, d), y (n,)` of the clean samples, y of an
    integer type for classes; the others as in `spiral`.
    Returns: a Split.
    """
    n = integer(2)("n", n)
    noise = not_negative("noise", noise)
    require(noise <= 1e6, "noise", "be a number ≥ 0 and at most 1e6", noise)
    val, test, seed = check_shares(val, test, seed)
    rest = 1 - val - test
    most = int(MAX_SAMPLES * rest)
    require(n <= most, "n", f"be at most {most} with val={val} and test={test}", reprlib.repr(n))
    sizes = n, round(n * val / rest), round(n * test / rest)
    arrays = []
    for size, part_seed in zip(sizes, np.random.SeedSequence(seed).spawn(3), strict=True):
        arrays += draw_part(draw, size, noise, part_seed)
    names = tuple(f"x{j + 1}" for j in range(arrays[0].shape[1]))
    recipe = {"n": n, "noise": noise, "seed": seed, "val": val, "test": test}
    if has_classes(arrays[1]):
        return Split(*arrays, "classification", (0, 1), name, names, recipe=recipe)
    return Split(*arrays, "regression", (), name, names, recipe=recipe)


def draw_part(draw, n, noise, seed):
    """Draw n samples, and their errors from a stream of their own."""
    shape_rng, noise_rng = (np.random.default_rng(child) for child in seed.spawn(2))
    X, y = draw(n, shape_rng)
    if has_classes(y):
        X = X + noise * noise_rng.standard_normal(X.shape)
        return X.astype(np.float32), y
    y = y + noise * noise_rng.standard_normal(y.shape)
    return X.astype(np.float32), y.astype(np.float32)


def has_classes(y):
    """Return whether y holds class numbers, not values."""
    return y.dtype.kind == "i"
