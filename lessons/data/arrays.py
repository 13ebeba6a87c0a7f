"""A learner's own arrays become a `Split`."""

import reprlib
from dataclasses import replace

import numpy as np

from lessons.checks import one_of, or_none, require
from lessons.data.notation import is_number
from lessons.data.split import check_shares, fits, make_split

MAX_CLASSES = 100  # more labels than this look like measurements; the caller has to say so


def from_arrays(X, y, val=0.2, test=0.2, seed=0, task=None):
    """Split your own samples into training, validation and test parts.

    Of N samples, round(N·test) are for the test, round(N·val) for validation, the rest for
    training, all drawn at random. For classification each part gets its share of every class
    (stratified); if the rarest class is too small for that, a sentence in `notes` says so.

    Parameters: X, (N, d) finite numbers, used as they are (only turned into float32); y, (N,)
    labels or numbers, or (N, k) numbers; val and test, shares of all samples ≥ 0, together < 1,
    where 0 leaves that part empty; seed, an integer ≥ 0; task, "classification", "regression" or
    None to go by the type of y: int, bool and text are classes, float is a value to predict, even
    if every value is whole (`notes` says so).
    Returns: a Split. Labels become 0 … K-1 in sorted order, and `classes` holds the labels.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> from lessons import data
    >>> X = [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]
    >>> split = data.from_arrays(X, ["no", "no", "no", "yes", "yes", "yes"], val=0, test=1/3)
    >>> split.X_train.shape, split.y_train.dtype, split.classes
    ((4, 1), dtype('int64'), ('no', 'yes'))
    >>> sorted(split.y_test.tolist()), split.X_val.shape
    ([0, 1], (0, 1))

    Source: scikit-learn's train_test_split and LabelEncoder.
    """
    val, test, seed = check_shares(val, test, seed)
    X = check_features("X", as_array("X", X))
    y = as_labels(as_array("y", y), y)
    require(y.shape[:1] == X.shape[:1], "y", f"have {len(X)} rows, like X", f"shape {y.shape}")
    guess = note_guess("y", y) if task is None else ()
    task, y, classes = check_target("y", y, task)
    split = make_split(X, y, val, test, seed, task, classes)
    names = tuple(f"x{i + 1}" for i in range(X.shape[1]))
    return replace(split, feature_names=names, notes=guess + split.notes)


def as_array(name, values):
    """Return `values` as an array, if it has the form of one."""
    try:
        return np.asarray(values)
    except ValueError:
        given = reprlib.repr(values)
        raise ValueError(f"{name} must have rows of equal length, got {given}") from None


def as_labels(array, values):
    """Return the array, but of text only if each value is: NumPy makes 'nan' of a gap in text."""
    return np.asarray(values, dtype=object) if array.dtype.kind in "US" else array


def check_features(name, X, columns=None):
    """Return the features, if they are finite numbers, one row per sample."""
    require(X.dtype.kind in "biuf", name, "be numbers (or see from_table)", f"type {X.dtype}")
    hint = ": reshape one feature with X.reshape(-1, 1)" if X.ndim == 1 else ""
    ok = X.ndim == 2 and X.size > 0
    require(ok, name, "have shape (samples, features)", f"shape {X.shape}{hint}")
    bad = ~fits(X)
    where = [str(j if columns is None else columns[j]) for j in np.flatnonzero(bad.any(axis=0))]
    given = f"{bad.sum()} NaN, infinite or larger (column {', '.join(where[:5])})"
    require(not bad.any(), name, "be finite, at most 3.4e38", given)
    return X


def check_target(name, y, task):
    """Return the task, the labels as 0 … K-1 or the values as float64, and the classes."""
    import pandas as pd

    or_none(one_of(("classification", "regression")))("task", task)
    require(y.dtype.kind in "biufOUS", name, "be numbers or text", f"type {y.dtype}")
    missing = pd.isna(y).sum()
    require(missing == 0, name, "have no missing values", f"{missing} missing of {y.size}")
    if task == "regression" or (task is None and y.dtype.kind == "f"):
        ok = y.ndim == 1 or (y.ndim == 2 and y.shape[1] > 0)
        require(ok, name, "have shape (samples,) or (samples, targets)", f"shape {y.shape}")
        if y.dtype.kind not in "biuf":
            odd = next((label for label in y.flat if not is_number(str(label))), y.item(0))
            require(False, name, "be numbers for regression", repr(odd))
        bad = np.sum(~fits(y))
        require(bad == 0, name, "be finite, at most 3.4e38", f"{bad} infinite or larger")
        return "regression", y.astype(np.float64), ()
    require(y.ndim == 1, name, "have shape (samples,) for classification", f"shape {y.shape}")
    return "classification", *encode(name, y, limit=MAX_CLASSES if task is None else len(y))


def note_guess(name, y, whole=False):
    """Return a sentence where the type of y says one task and its values may mean the other.

    Parameters: whole, whether to say it of integers, too.
    """
    if y.ndim == 1 and y.dtype.kind == "f" and np.all(y == np.floor(y)):
        what, taken, other = "decimals that are all whole", "values to predict", "classification"
    elif whole and y.dtype.kind in "iu":
        what, taken, other = "whole numbers", "classes", "regression"
    else:
        return ()
    return (f"Took {name}, {what}, as {taken}: for {other} say task={other!r}.",)


def encode(name, y, limit):
    from sklearn.preprocessing import LabelEncoder

    try:
        encoder = LabelEncoder().fit(y)
    except TypeError:
        kinds = ", ".join(sorted({type(label).__name__ for label in y.tolist()}))
        raise ValueError(f"{name} must be labels of one type, got {kinds}") from None
    classes = tuple(encoder.classes_.tolist())
    require(len(classes) > 1, name, "have at least two classes", f"only {classes[0]!r}")
    hint = f"{len(classes)}: say task='regression' or task='classification'"
    require(len(classes) <= limit, name, f"have at most {limit} different labels", hint)
    return encoder.transform(y), classes
