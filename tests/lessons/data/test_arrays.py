"""A learner's own arrays: labels, tasks, and every error in words."""

import numpy as np
import pandas as pd
import pytest
from splits import SHARES, message

from lessons import data

X = np.arange(80.0).reshape(40, 2)
Y = np.arange(40) % 2


def test_from_arrays_leaves_the_callers_arrays_alone():
    features = X.astype(np.float32)
    target = Y.astype(np.float32)
    split = data.from_arrays(features, target, val=0, test=0)
    assert np.array_equal(split.X_train, X)
    features[0] = target[0] = 99
    assert split.X_train.max() < 99
    assert split.y_train.max() < 99
    assert split.X_val.shape == split.X_test.shape == (0, 2)
    assert split.feature_names == ("x1", "x2")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([7, -2], (-2, 7)),
        ([True, False], (False, True)),
        (["pear", "fir"], ("fir", "pear")),
        ([10**30, 1], (1, 10**30)),
        (pd.Series(["b", "a"] * 20), ("a", "b")),
        (pd.Series(["b", "a"] * 20, dtype="category"), ("a", "b")),
    ],
)
def test_labels_become_class_numbers(labels, classes):
    labels = labels if len(labels) == 40 else labels * 20
    split = data.from_arrays(X, labels)
    assert (split.task, split.classes) == ("classification", classes)
    original = {row.tobytes(): label for row, label in zip(X.astype("f4"), labels, strict=True)}
    for row, k in zip(split.X_val, split.y_val, strict=True):
        assert split.classes[k] == original[row.tobytes()]


@pytest.mark.parametrize(
    ("target", "task", "expected"),
    [
        (Y, None, "classification"),
        (Y.astype(float), None, "regression"),
        (Y.astype(float), "classification", "classification"),
        (Y, "regression", "regression"),
        (np.arange(40), "regression", "regression"),
        (np.ones((40, 3)), None, "regression"),
    ],
)
def test_task_goes_by_the_type_unless_it_is_said(target, task, expected):
    split = data.from_arrays(X, target, task=task)
    assert split.task == expected
    assert split.y_train.dtype == (np.int64 if expected == "classification" else np.float32)
    assert split.y_train.shape[1:] == target.shape[1:]
    assert bool(split.classes) == (expected == "classification")


def replaced(array, index, value):
    array = array.copy()
    array[index] = value
    return array


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        *((({"X": X, "y": Y} | arguments), text) for arguments, text in SHARES),
        (
            {"X": X[:, 0], "y": Y},
            "X must have shape (samples, features), got shape (40,): "
            "reshape one feature with X.reshape(-1, 1)",
        ),
        ({"X": X[:0], "y": Y[:0]}, "X must have shape (samples, features), got shape (0, 2)"),
        ({"X": [[1], [1, 2]], "y": Y}, "X must have rows of equal length, got [[1], [1, 2]]"),
        ({"X": X.astype(str), "y": Y}, "X must be numbers (or see from_table), got type <U32"),
        (
            {"X": replaced(X, (3, 1), np.nan), "y": Y},
            "X must be finite, at most 3.4e38, got 1 NaN, infinite or larger (column 1)",
        ),
        (
            {"X": replaced(X, (slice(4), 0), 1e39), "y": Y},
            "X must be finite, at most 3.4e38, got 4 NaN, infinite or larger (column 0)",
        ),
        ({"X": X, "y": Y[:5]}, "y must have 40 rows, like X, got shape (5,)"),
        ({"X": X, "y": 5}, "y must have 40 rows, like X, got shape ()"),
        (
            {"X": X, "y": np.column_stack([Y, Y])},
            "y must have shape (samples,) for classification, got shape (40, 2)",
        ),
        (
            {"X": X, "y": np.ones((40, 0))},
            "y must have shape (samples,) or (samples, targets), got shape (40, 0)",
        ),
        ({"X": X, "y": ["a", None] * 20}, "y must have no missing values, got 20 missing of 40"),
        ({"X": X, "y": ["a", np.nan] * 20}, "y must have no missing values, got 20 missing of 40"),
        ({"X": X, "y": [0.5, np.nan] * 20}, "y must have no missing values, got 20 missing of 40"),
        (
            {"X": X, "y": [0.5, np.inf] * 20},
            "y must be finite, at most 3.4e38, got 20 infinite or larger",
        ),
        ({"X": X, "y": Y.astype(complex)}, "y must be numbers or text, got type complex128"),
        ({"X": X, "y": Y.astype("M8[D]")}, "y must be numbers or text, got type datetime64[D]"),
        (
            {"X": X, "y": ["a", "b"] * 20, "task": "regression"},
            "y must be numbers for regression, got 'a'",
        ),
        (
            {"X": X, "y": ["1.5", "about 2"] * 20, "task": "regression"},
            "y must be numbers for regression, got 'about 2'",
        ),
        ({"X": X, "y": np.zeros(40, int)}, "y must have at least two classes, got only 0"),
        (
            {"X": X, "y": np.array(["a", 1] * 20, dtype=object)},
            "y must be labels of one type, got int, str",
        ),
        ({"X": X, "y": ["a", 1] * 20}, "y must be labels of one type, got int, str"),
        (
            {"X": np.ones((300, 2)), "y": np.arange(300)},
            "y must have at most 100 different labels, "
            "got 300: say task='regression' or task='classification'",
        ),
        (
            {"X": X, "y": Y, "task": "clustering"},
            "task must be one of classification, regression or None, got 'clustering'",
        ),
        ({"X": X[:2], "y": Y[:2]}, "the data must be enough rows for val=0.2 and test=0.2, got 2"),
    ],
)
def test_bad_arrays(arguments, text):
    assert message(data.from_arrays, **arguments) == text


def test_arrays_are_not_standardized():
    split = data.from_arrays(X, Y)
    assert split.scaler is split.target_scaler is None


def test_whole_floats_are_values_and_the_split_says_so():
    assert data.from_arrays(X, Y.astype(float)).notes == (
        "Took y, decimals that are all whole, as values to predict: "
        "for classification say task='classification'.",
    )
    for y, task in ((Y + 0.5, None), (Y.astype(float), "regression"), (np.ones((40, 2)), None)):
        assert data.from_arrays(X, y, task=task).notes == ()
