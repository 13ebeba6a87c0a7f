"""Digits: scikit-learn's scans, in the range of ink on paper."""

import numpy as np
from sklearn.datasets import load_digits
from splits import PARTS

from lessons import data


def test_digits_are_scikit_learns_scaled_to_one():
    split = data.digits()
    scans = load_digits()
    theirs = {
        (x.astype(np.float32) / 16).tobytes(): t for x, t in zip(*scans_of(scans), strict=True)
    }
    ours = [(x.tobytes(), y) for part in PARTS for x, y in zip(*part_of(split, part), strict=True)]
    assert len(ours) == 1797
    assert all(theirs[x] == y for x, y in ours)
    assert len(set(x for x, _ in ours)) == len(theirs)
    assert (split.X_train.min(), split.X_train.max()) == (0, 1)
    assert split.classes == tuple(range(10))
    assert split.feature_names == tuple(scans.feature_names)


def scans_of(scans):
    return scans.data, scans.target


def part_of(split, part):
    return getattr(split, f"X_{part}"), getattr(split, f"y_{part}")


def test_digits_are_stratified_and_split_once():
    split = data.digits()
    share = np.bincount(load_digits().target) / 1797
    for part in PARTS:
        count = np.bincount(getattr(split, f"y_{part}"))
        assert np.abs(count - share * count.sum()).max() < 1.5
    assert data.digits() is data.digits(val=np.float64(0.2), seed=np.int64(0))
