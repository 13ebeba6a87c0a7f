"""A learner's own samples: arrays, a pandas DataFrame or a CSV file become a `Split`.

`lessons.data` shows everything here as `data.Split`, `data.from_arrays` and `data.from_table`.
"""

import reprlib
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

import numpy as np

from lessons.checks import integer, one_of, or_none, share_below_one

# scikit-learn and pandas are imported inside the functions that need them: together they take
# about a second, which a learner who draws a spiral in a fresh kernel should not wait for.

MAX_CLASSES = 100  # more labels than this look like measurements; the caller has to say so
MAX_CATEGORIES = 10  # a text column with more values than this is a name or a remark


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """Samples for training, validation and testing, and what they mean.

    Fit on the training part, choose knobs by the validation part, look at the test part once.

    Attributes:
        X_train, X_val, X_test: (N, d) float32 features, one row per sample.
        y_train, y_val, y_test: (N,) int64 classes 0 … K-1, or (N,) or (N, k) float32 values.
        task: "classification" or "regression".
        classes: the label behind each class number, `classes[k]`; () for regression.
        name: of the data set.
        feature_names: d words, one per column of X.
        notes: sentences about what was done to the data, for a reader.
        scaler, target_scaler: the fitted StandardScaler of X and of y, or None where the numbers
            were left as they are.

    The arrays are read-only, so that no cell can change what another one is shown.

    >>> from lessons import data
    >>> data.spiral(n=300)
    Split 'spiral' (classification): 300 training, 100 validation, 100 test samples; 2 features
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    task: str
    classes: tuple = ()
    name: str = "arrays"
    feature_names: tuple = ()
    notes: tuple = ()
    scaler: object = None
    target_scaler: object = None

    def __post_init__(self):
        for part in ("train", "val", "test"):
            getattr(self, f"X_{part}").flags.writeable = False
            getattr(self, f"y_{part}").flags.writeable = False

    def __repr__(self):
        return (
            f"Split {self.name!r} ({self.task}): {len(self.X_train)} training, "
            f"{len(self.X_val)} validation, {len(self.X_test)} test samples; "
            f"{self.X_train.shape[1]} features"
        )


def require(ok, name, allowed, given):
    """Raise an error that says which argument, what is allowed, and what came, unless `ok`."""
    if not ok:
        raise ValueError(f"{name} must {allowed}, got {given}")


def check_shares(val, test, seed):
    """Check what every split is made by; return it as two floats and an int."""
    val, test = share_below_one("val", val), share_below_one("test", test)
    require(val + test < 1, "val + test", "be < 1", val + test)
    return val, test, integer(0)("seed", seed)


def from_arrays(X, y, val=0.2, test=0.2, seed=0, task=None):
    """Split your own samples into training, validation and test parts.

    Of N samples, round(N·test) are for the test, round(N·val) for validation, the rest for
    training, all drawn at random. For classification each part gets its share of every class
    (stratified); if the rarest class is too small for that, a sentence in `notes` says so.

    Parameters: X, (N, d) finite numbers, used as they are (only turned into float32); y, (N,)
    labels or numbers, or (N, k) numbers; val and test, shares of all samples ≥ 0, together < 1,
    where 0 leaves that part empty; seed, an integer ≥ 0; task, "classification", "regression" or
    None to go by the type of y: int, bool and text are classes, float is a value to predict, even
    if every value is whole.
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
    y = as_array("y", y)
    require(y.shape[:1] == X.shape[:1], "y", f"have {len(X)} rows, like X", f"shape {y.shape}")
    task, y, classes = check_target("y", y, task)
    split = make_split(X, y, val, test, seed, task, classes)
    return replace(split, feature_names=tuple(f"x{i + 1}" for i in range(X.shape[1])))


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


def as_array(name, values):
    """Return `values` as an array, if it has the form of one."""
    try:
        return np.asarray(values)
    except ValueError:
        given = reprlib.repr(values)
        raise ValueError(f"{name} must have rows of equal length, got {given}") from None


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


def fits(values):
    """Return which values stay finite in float32."""
    return np.abs(values) <= np.finfo(np.float32).max


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
        require(y.dtype.kind in "biuf", name, "be numbers for regression", repr(y.item(0)))
        bad = np.sum(~fits(y))
        require(bad == 0, name, "be finite, at most 3.4e38", f"{bad} infinite or larger")
        return "regression", y.astype(np.float64), ()
    require(y.ndim == 1, name, "have shape (samples,) for classification", f"shape {y.shape}")
    return "classification", *encode(name, y, limit=MAX_CLASSES if task is None else len(y))


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


def make_split(X, y, val, test, seed, task, classes, standardize=False):
    """Share out checked samples, standardize if asked, and pack them."""
    from sklearn.preprocessing import StandardScaler

    parts, notes = share_out(y, val, test, seed, classes)
    train = parts[0]
    scaler = target_scaler = None
    if standardize:
        scaler = StandardScaler().fit(X[train])
        X = scaler.transform(X)
    if standardize and task == "regression":
        target_scaler = StandardScaler().fit(y[train, None])
        y = target_scaler.transform(y[:, None])[:, 0]
    y_type = np.int64 if classes else np.float32
    arrays = [a for rows in parts for a in (X[rows].astype(np.float32), y[rows].astype(y_type))]
    about = dict(notes=notes, scaler=scaler, target_scaler=target_scaler)
    return Split(*arrays, task=task, classes=classes, **about)


def share_out(y, val, test, seed, classes):
    """Return the row numbers of the three parts, and a note if they are not stratified."""
    sizes = {"test": round(len(y) * test), "val": round(len(y) * val)}
    starved = [part for part, share in (("val", val), ("test", test)) if share and not sizes[part]]
    enough = len(y) > sum(sizes.values()) and not starved
    require(enough, "the data", f"be enough rows for val={val} and test={test}", len(y))
    if not classes:
        return draw_rows(y, sizes, seed, stratify=False), ()
    try:
        return draw_rows(y, sizes, seed, stratify=True), ()
    except ValueError:  # scikit-learn's way of saying that some class or part is too small
        count = np.bincount(y)
        rarest = f"the rarest, {classes[count.argmin()]!r}, has {count.min()} of {len(y)} samples"
        note = f"Not stratified: too few samples for every class in every part ({rarest})."
        return draw_rows(y, sizes, seed, stratify=False), (note,)


def draw_rows(y, sizes, seed, stratify):
    from sklearn.model_selection import train_test_split

    rows = np.arange(len(y))
    taken = {}
    states = np.random.SeedSequence(seed).generate_state(len(sizes)).tolist()
    for (part, size), state in zip(sizes.items(), states, strict=True):
        taken[part] = rows[:0]
        if size:
            labels = y[rows] if stratify else None
            rows, taken[part] = train_test_split(
                rows, test_size=size, random_state=state, stratify=labels
            )
    return rows, taken["val"], taken["test"]


def read_table(table):
    """Return name and DataFrame of a DataFrame or of a CSV file."""
    import pandas as pd

    if isinstance(table, pd.DataFrame):
        return "table", table
    ok = isinstance(table, (str, PathLike))
    require(ok, "table", "be a pandas DataFrame or the path of a CSV file", reprlib.repr(table))
    path = Path(table)
    if not path.is_file():
        raise FileNotFoundError(f"table must be an existing CSV file, got {path} (in {Path.cwd()})")
    try:
        # pandas renames the second of two equal column names without a word: look first
        header = pd.read_csv(path, header=None, nrows=1, dtype=str).iloc[0].dropna()
        check_unique(header)
        # whole columns at once, so that the type of one never depends on where a chunk ends
        return path.stem, pd.read_csv(path, low_memory=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        allowed = "a comma-separated file in UTF-8"
        raise ValueError(f"table must be {allowed}, got {path}: {str(error).strip()}") from None


def check_unique(names):
    twice = ", ".join(sorted({str(name) for name in names[names.duplicated()]}))
    require(not twice, "table", "have no repeated column names", f"{twice} more than once")


def check_columns(table, target):
    require(table.columns.nlevels == 1, "table", "have one row of column names", "several")
    check_unique(table.columns.to_series())
    columns = list(table.columns)
    ok = isinstance(target, (str, int)) and target in columns
    require(ok, "target", f"be one of the columns {columns}", reprlib.repr(target))
    require(len(columns) > 1, "table", "have a feature column beside the target", "none")
    require(len(table) > 0, "table", "have at least one row", "none")


def drop_missing(table, target):
    """Leave out empty columns, then the rows that still miss a value; return the notes too."""
    empty = table.columns[table.isna().all()].drop(target, errors="ignore")
    notes = (f"Dropped empty columns: {', '.join(map(str, empty))}.",) if len(empty) else ()
    table = table.drop(columns=empty)
    missing = table.isna().sum()
    gaps = ", ".join(f"{name}: {count}" for name, count in missing[missing > 0].items())
    if not gaps:
        return table, notes
    rows = table.dropna()
    require(len(rows) > 0, "table", "have rows that miss no value", f"none ({gaps})")
    dropped = len(table) - len(rows)
    return rows, (*notes, f"Dropped {dropped} of {len(table)} rows with missing values ({gaps}).")


def read_numbers(column):
    """Return the column as numbers if every value is one or spells one, otherwise None."""
    import pandas as pd

    if column.dtype.kind not in "biuf":
        column = pd.to_numeric(column.astype(str), errors="coerce")
    return None if column.isna().any() else column


def numeric_columns(table):
    """Return the features as columns of numbers, and the notes."""
    import pandas as pd

    kept, constant, refused, notes = [], [], [], ()
    for name, column in table.items():
        kind = column.dtype.kind
        if kind in "mMc":
            refused.append(f"{name!r} ({column.dtype})")
            continue
        column = column if kind in "biuf" else column.astype(str)
        numbers, values = read_numbers(column), column.nunique()
        if values == 1:
            constant.append(str(name))
        elif numbers is not None:
            kept.append(numbers)
            if kind == "O":
                notes += (f"Read the text in column {name!r} as numbers.",)
        elif values <= MAX_CATEGORIES:
            kept.append(pd.get_dummies(column, prefix=str(name), prefix_sep="="))
            notes += (f"Turned column {name!r} into {values} columns of 0 and 1, one per value.",)
        else:
            refused.append(f"{name!r} ({values} different texts, such as {column.iloc[0]!r})")
    if constant:
        notes += (f"Dropped columns with a single value: {', '.join(constant)}.",)
    usable = f"be numbers, or text with at most {MAX_CATEGORIES} different values"
    hint = ": leave such columns out (table.drop(columns=[...])) or make numbers of them"
    require(not refused, "feature columns", usable, ", ".join(refused) + hint)
    require(kept, "table", "have a feature column that varies", "none")
    return pd.concat(kept, axis=1), notes
