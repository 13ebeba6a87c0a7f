"""What the tests of data sets share: looking at a split, catching an error, bad shares."""

import numpy as np
import pytest

CLASSIFIED = ("spiral", "circle", "xor", "gaussians", "moons")
GENERATED = (*CLASSIFIED, "wave", "bumps", "plane")
PARTS = ("train", "val", "test")

SHARES = [
    ({"seed": -1}, "seed must be an integer ≥ 0, got -1"),
    ({"seed": 1.5}, "seed must be an integer ≥ 0, got 1.5"),
    ({"seed": True}, "seed must be an integer ≥ 0, got True"),
    ({"seed": None}, "seed must be an integer ≥ 0, got None"),
    ({"seed": [1]}, "seed must be an integer ≥ 0, got [1]"),
    ({"val": 1}, "val must be a number ≥ 0 and < 1, got 1"),
    ({"val": -0.1}, "val must be a number ≥ 0 and < 1, got -0.1"),
    ({"test": float("nan")}, "test must be a number ≥ 0 and < 1, got nan"),
    ({"test": "0.2"}, "test must be a number ≥ 0 and < 1, got '0.2'"),
    ({"test": False}, "test must be a number ≥ 0 and < 1, got False"),
    ({"val": 0.5, "test": 0.5}, "val + test must be < 1, got 1.0"),
]


def arrays_of(split):
    return [getattr(split, f"{letter}_{part}") for part in PARTS for letter in "Xy"]


def same(first, second):
    pairs = zip(arrays_of(first), arrays_of(second), strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def message(function, *args, error=ValueError, **kwargs):
    with pytest.raises(error) as caught:
        function(*args, **kwargs)
    return str(caught.value)
