"""A learner's own table, a pandas DataFrame or a CSV file, becomes a `Split`."""

import reprlib
from collections.abc import Hashable
from dataclasses import replace

import numpy as np

from lessons.checks import require
from lessons.data.arrays import check_features, check_target, note_guess
from lessons.data.columns import drop_missing, numeric_columns
from lessons.data.reading import read_table
from lessons.data.split import check_shares, make_split
from lessons.data.text import read_text


def from_table(table, target, val=0.2, test=0.2, seed=0, task=None):
    """Split a table of your own: one column is the target, all others are features.

    Columns of a table come in any unit (years, kilograms, francs), and one learning rate cannot
    suit them all, so every feature is standardized, z = (x - μ) / σ, and so is the target of a
    regression. μ and σ are those of the *training* rows: the others play the unseen data. To get
    the old unit back: `split.target_scaler.inverse_transform`.

    What is done to the table (each time a sentence in `notes` says so):

    - Text is read as what it spells: numbers (1,234.5 and 1.234,5 too, where the table shows which
      of the two it is), True and False, or words. Blanks around names and words are cut off.
    - Empty columns and columns with a single value are dropped, then rows with missing values. A
      cell is missing if it is empty; ? - . NA NULL unknown and the like are missing among numbers,
      but words among words.
    - Words with at most 10 different values become one 0/1 column per value (one-hot). Other
      words and dates are refused: only you know what they mean.
    - Of a target, words, truth values and whole numbers are classes, decimals (1.0, too) are
      values to predict, with or without gaps: say task="regression" to predict a count.

    Parameters: table, a pandas DataFrame (left unchanged) or the path of a file with one line of
    column names and a comma, semicolon, tab or | between the columns, in UTF-8 or with the mark of
    UTF-16 (for others use pandas' readers first); target, the name of a column; val, test, seed
    and task as in `from_arrays`.
    Returns: a Split with the names of the columns in `feature_names`, and the fitted scalers.
    Raises: FileNotFoundError; ValueError that names the argument, column or line, what is allowed,
    and what came: also where a file can be read in two ways.

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
    name, table, separator, notes = read_table(table)
    table, target, name_notes = check_columns(table, target)
    target_first = sorted(table.columns, key=lambda column: column != target)
    read, text_notes = read_text(table.reindex(columns=target_first), separator)
    rows, gap_notes = drop_missing(read.reindex(columns=table.columns), target)
    label = f"target {target!r}"
    values = rows[target].to_numpy()
    guess = note_guess(label, values, whole=True) if task is None else ()
    task, y, classes = check_target(label, values, task)
    if task == "regression":
        require(np.ptp(y) > 0, label, "have more than one value", f"only {y[0]}")
    features, feature_notes = numeric_columns(rows.drop(columns=target))
    X = check_features("features", features.to_numpy(dtype=np.float64), features.columns)
    names = tuple(map(str, features.columns))
    split = make_split(X, y, val, test, seed, task, classes, standardize=names)
    notes += name_notes + text_notes + gap_notes + guess + feature_notes + split.notes
    if task == "regression":
        mean, spread = split.target_scaler.mean_[0], split.target_scaler.scale_[0]
        notes += (f"Target {target!r} is shown as ({target} - {mean:.4g}) / {spread:.4g}.",)
    return replace(split, name=name, feature_names=names, notes=notes)


def check_columns(table, target):
    """Return table and target, names without blanks around them, and a note if there were any."""
    require(table.columns.nlevels == 1, "table", "have one row of column names", "several")
    columns = [without_blanks(column) for column in table.columns]
    names = list(map(str, columns))
    twice = ", ".join(sorted({name for name in names if names.count(name) > 1}))
    require(not twice, "table", "have no repeated column names", f"{twice} more than once")
    ok = isinstance(target, Hashable) and without_blanks(target) in set(columns)
    require(ok, "target", f"be one of the columns {columns}", reprlib.repr(target))
    require(len(columns) > 1, "table", "have a feature column beside the target", "none")
    require(len(table) > 0, "table", "have at least one row", "none")
    padded = ", ".join(repr(n) for n in table.columns if isinstance(n, str) and n != n.strip())
    notes = (f"Cut off the blanks around column names: {padded}.",) if padded else ()
    return table.set_axis(columns, axis=1).reset_index(drop=True), without_blanks(target), notes


def without_blanks(name):
    return name.strip() if isinstance(name, str) else name
