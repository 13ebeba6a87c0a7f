"""Features of points in the plane: each by its formula, and the data set otherwise as it was."""

import math

import numpy as np
import pytest

from lessons import data
from lessons.data.features import FEATURES, features_of, with_features

FORMULAS = {
    "x1": lambda a, b: a, "x2": lambda a, b: b, "x1²": lambda a, b: a * a,
    "x2²": lambda a, b: b * b, "x1·x2": lambda a, b: a * b, "sin x1": lambda a, b: math.sin(a),
    "sin x2": lambda a, b: math.sin(b),
}  # fmt: skip


def test_each_feature_is_its_formula():
    assert FEATURES.keys() == FORMULAS.keys()
    X = np.random.default_rng(0).normal(size=(20, 2))
    for name, values in zip(FEATURES, features_of(X, list(FEATURES)).T, strict=True):
        assert np.allclose(values, [FORMULAS[name](a, b) for a, b in X.tolist()])


def test_a_set_with_features_has_the_same_samples():
    split = data.bumps(n=50, val=0.2, test=0.0)
    other = with_features(split, ["x2", "x1²"])
    for part in ("train", "val", "test"):
        X, y = getattr(split, f"X_{part}"), getattr(split, f"y_{part}")
        assert np.array_equal(getattr(other, f"X_{part}"), np.stack([X[:, 1], X[:, 0] ** 2], 1))
        assert getattr(other, f"X_{part}").dtype == np.float32
        assert getattr(other, f"y_{part}") is y
    assert other.feature_names == ("x2", "x1²") and other.task == "regression"


def test_the_two_coordinates_are_the_set_itself():
    split = data.spiral(n=50)
    assert np.array_equal(with_features(split, ["x1", "x2"]).X_val, split.X_val)


@pytest.mark.parametrize("names", [[], ["x3"], ["x1", "cos x1"]])
def test_features_that_there_are_not_are_refused(names):
    with pytest.raises(ValueError, match="names must be some of x1, x2"):
        features_of(np.zeros((3, 2)), names)


def test_only_a_plane_has_these_features():
    with pytest.raises(ValueError, match="split must have 2 features, got 1"):
        with_features(data.wave(n=50), ["x1"])
