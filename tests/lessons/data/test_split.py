"""A split: what it holds, and how samples are shared out."""

import dataclasses
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from splits import same

from lessons import data

X = np.arange(80.0).reshape(40, 2)
Y = np.arange(40) % 2


def test_split_is_frozen_and_survives_pickling():
    split = data.spiral(n=20)
    with pytest.raises(dataclasses.FrozenInstanceError):
        split.name = "other"
    assert same(pickle.loads(pickle.dumps(split)), split)


def test_repr_is_one_line_without_arrays():
    assert repr(data.wave()) == (
        "Split 'wave' (regression): 500 training, 167 validation, 167 test samples; 1 features"
    )


@given(
    count=st.integers(10, 200),
    val=st.sampled_from([0, 0.1, 0.2, 1 / 3]),
    test=st.sampled_from([0, 0.1, 0.25, 0.5]),
    seed=st.integers(0, 2**70),
    task=st.sampled_from(["classification", "regression"]),
)
def test_from_arrays_gives_every_row_to_one_part(count, val, test, seed, task):
    features = np.arange(count)[:, None]
    split = data.from_arrays(features, np.arange(count) // (count // 2), val, test, seed, task)
    assert (len(split.y_val), len(split.y_test)) == (round(count * val), round(count * test))
    rows = np.concatenate([split.X_train, split.X_val, split.X_test])[:, 0]
    assert sorted(rows.tolist()) == list(range(count))
    labels = np.concatenate([split.y_train, split.y_val, split.y_test])
    assert np.array_equal(labels, rows // (count // 2))


def test_from_arrays_depends_on_its_seed():
    assert same(data.from_arrays(X, Y, seed=1), data.from_arrays(X, Y, seed=1))
    assert not same(data.from_arrays(X, Y, seed=1), data.from_arrays(X, Y, seed=2))


def test_classes_are_stratified():
    labels = np.repeat([0, 1, 2], [100, 60, 40])
    split = data.from_arrays(np.arange(200)[:, None], labels)
    assert np.bincount(split.y_train).tolist() == [60, 36, 24]
    assert np.bincount(split.y_val).tolist() == [20, 12, 8]
    assert np.bincount(split.y_test).tolist() == [20, 12, 8]
    assert split.notes == ()


def test_a_class_too_small_to_stratify_is_noted():
    split = data.from_arrays(X, ["often"] * 39 + ["once"])
    assert split.notes == (
        "Not stratified: too few samples for every class in every part "
        "(the rarest, 'once', has 1 of 40 samples).",
    )
    assert [len(split.y_train), len(split.y_val), len(split.y_test)] == [24, 8, 8]
