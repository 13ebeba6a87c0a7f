"""Samples in three parts, for training, validation and testing, and how they are shared out."""

from dataclasses import dataclass

import numpy as np

from lessons.checks import integer, require, share_below_one

# scikit-learn and pandas are imported inside the functions that need them: together they take
# about a second, which a learner who draws a spiral in a fresh kernel should not wait for.


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
        recipe: the arguments with which `data.<name>` draws or loads this set again, or None.

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
    recipe: dict | None = None

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


def check_shares(val, test, seed):
    """Check what every split is made by; return it as two floats and an int."""
    val, test = share_below_one("val", val), share_below_one("test", test)
    require(val + test < 1, "val + test", "be < 1", val + test)
    return val, test, integer(0)("seed", seed)


def make_split(X, y, val, test, seed, task, classes, standardize=()):
    """Share out checked samples, standardize if asked, and pack them.

    Parameters: standardize, the names of the features if they are to be standardized, and with
    them the target of a regression.
    """
    parts, notes = share_out(y, val, test, seed, classes)
    train = parts[0]
    scaler = target_scaler = None
    if standardize:
        X, scaler = in_deviations(X, train, [f"feature {name!r}" for name in standardize])
    if standardize and task == "regression":
        y, target_scaler = in_deviations(y[:, None], train, ["the target"])
        y = y[:, 0]
    y_type = np.int64 if classes else np.float32
    arrays = [a for rows in parts for a in (X[rows].astype(np.float32), y[rows].astype(y_type))]
    about = dict(notes=notes, scaler=scaler, target_scaler=target_scaler)
    return Split(*arrays, task=task, classes=classes, **about)


def in_deviations(values, train, names):
    """Return z = (x - μ) / σ of each column, with the training rows' μ and σ, and its scaler."""
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(values[train])
    with np.errstate(over="ignore"):
        z = scaler.transform(values)
    beyond = np.sum(~fits(z), axis=0)
    allowed = "be at most 3.4e38 standard deviations of the training rows from their mean"
    for name, count in zip(names, beyond, strict=True):
        require(count == 0, name, allowed, f"{count} further away")
    return z, scaler


def fits(values):
    """Return which values stay finite in float32."""
    return np.abs(values) <= np.finfo(np.float32).max


def share_out(y, val, test, seed, classes):
    """Return the row numbers of the three parts, and a note if a class is too small for that."""
    sizes = {"test": round(len(y) * test), "val": round(len(y) * val)}
    starved = [part for part, share in (("val", val), ("test", test)) if share and not sizes[part]]
    enough = len(y) > sum(sizes.values()) and not starved
    require(enough, "the data", f"be enough rows for val={val} and test={test}", len(y))
    if not classes:
        return draw_rows(y, sizes, seed, stratify=False), ()
    count = np.bincount(y)
    rarest = f"the rarest, {classes[count.argmin()]!r}, has {count.min()} of {len(y)} samples"
    note = f"A class with a single sample cannot be learned and tested ({rarest})."
    try:
        return draw_rows(y, sizes, seed, stratify=True), (note,) if count.min() == 1 else ()
    except ValueError:  # scikit-learn's way of saying that some class or part is too small
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
