"""A learner's own table, a pandas DataFrame or a CSV file, becomes a `Split`."""

import reprlib
from dataclasses import replace

import numpy as np

from lessons.checks import require
from lessons.data.arrays import check_features, check_target
from lessons.data.columns import drop_missing, numeric_columns, read_numbers
from lessons.data.reading import check_unique, read_table
from lessons.data.split import check_shares, make_split


def from_table(table, target, val=0.2, test=0.2, seed=0, task=None):
    """Split a table of your own: one column is the target, all others are features.

    Columns of a table come in any unit (years, kilograms, francs), and one learning rate cannot
    suit them all, so every feature is standardized, z = (x - μ) / σ, and so is the target of a
    regression. μ and σ are those of the *training* rows: the others play the unseen data. To get
    the old unit back: `split.target_scaler.inverse_transform`.

    What happens to columns that are not plain numbers (each time a sentence in `notes` says so):
    rows with missing values, empty columns and columns with a single value are dropped; numbers
    stored as text are read as numbers; text with at most 10 different values becomes one 0/1
    column per value (one-hot). Other text and dates are refused: only you know what they mean.

    Parameters: table, a pandas DataFrame (left unchanged) or the path of a comma-separated file
    with one line of column names (for others use pandas' readers first); target, the name of a
    column; val, test, seed and task as in `from_arrays`: whole numbers are classes, so say
    task="regression" to predict a count.
    Returns: a Split with the names of the columns in `feature_names`, and the fitted scalers.
    Raises: FileNotFoundError; ValueError that names the argument or column, what is allowed, and
    what came.

    >>> import pandas
    >>> from lessons import data
    >>> trees = pandas.DataFrame({
    ...     "height": [4.0, 5.0, 6.0, 20.0, 22.0, None], "leaf": ["flat"] * 3 + ["needle"] * 3,
    ...     "kind": ["pear", "pear", "pear", "fir", "fir", "fir"]})
    >>> split = data.from_table(trees, target="kind", val=0, test=0)
    >>> split.feature_names, split.classes
    (('height', 'leaf=flat', 'leaf=needle'), ('fir', 'pear'))
    >>> split.notes[0]
    'Dropped 1 of 6 rows with missing values (height: 1).'

    Source: scikit-learn's StandardScaler; pandas' to_numeric and get_dummies.
    """
    val, test, seed = check_shares(val, test, seed)
    name, table = read_table(table)
    check_columns(table, target)
    rows, notes = drop_missing(table, target)
    y = rows[target]
    if table[target].isna().any():
        # pandas reads whole numbers with gaps as float; without the gaps they are whole again
        y = y.convert_dtypes()
    if y.dtype.kind == "O" and (numbers := read_numbers(y)) is not None:
        y = numbers
        notes += (f"Read the text in column {target!r} as numbers.",)
    label = f"target {target!r}"
    task, y, classes = check_target(label, y.to_numpy(), task)
    if task == "regression":
        require(np.ptp(y) > 0, label, "have more than one value", f"only {y[0]}")
    features, feature_notes = numeric_columns(rows.drop(columns=target))
    X = check_features("features", features.to_numpy(dtype=np.float64), features.columns)
    split = make_split(X, y, val, test, seed, task, classes, standardize=True)
    notes += feature_notes + split.notes
    if task == "regression":
        mean, spread = split.target_scaler.mean_[0], split.target_scaler.scale_[0]
        notes += (f"Target {target!r} is shown as ({target} - {mean:.4g}) / {spread:.4g}.",)
    return replace(split, name=name, feature_names=tuple(map(str, features.columns)), notes=notes)


def check_columns(table, target):
    require(table.columns.nlevels == 1, "table", "have one row of column names", "several")
    check_unique(table.columns.to_series())
    columns = list(table.columns)
    ok = isinstance(target, (str, int)) and target in columns
    require(ok, "target", f"be one of the columns {columns}", reprlib.repr(target))
    require(len(columns) > 1, "table", "have a feature column beside the target", "none")
    require(len(table) > 0, "table", "have at least one row", "none")
