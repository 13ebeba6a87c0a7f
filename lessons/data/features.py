"""Features made of the two coordinates of a plane: what a network is given in place of them."""

from dataclasses import replace

import numpy as np

# As TensorFlow Playground has them (Smilkov et al. 2017).
FEATURES = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1²": lambda x1, x2: x1**2,
    "x2²": lambda x1, x2: x2**2,
    "x1·x2": lambda x1, x2: x1 * x2,
    "sin x1": lambda x1, x2: np.sin(x1),
    "sin x2": lambda x1, x2: np.sin(x2),
}


def features_of(X, names):
    """Compute features of points, `φ(x) = (φ₁(x₁, x₂), φ₂(x₁, x₂), …)`, each by its formula.

    Parameters: X, points (N, 2); names, of `FEATURES`, at least one.
    Returns: shape (N, len(names)), of the dtype of X.
    Raises: ValueError for a name that there is not, and for none.

    >>> features_of(np.array([[2.0, 3.0]]), ["x1", "x1·x2"]).tolist()
    [[2.0, 6.0]]
    """
    unknown = [name for name in names if name not in FEATURES]
    if unknown or not names:
        raise ValueError(f"names must be some of {', '.join(FEATURES)}, got {list(names)}")
    return np.column_stack([FEATURES[name](*X.T) for name in names])


def with_features(split, names):
    """Give a data set in the plane other inputs: features of its coordinates.

    Parameters: split, a Split with two features; names, as in `features_of`.
    Returns: a Split.
    Raises: ValueError for a split that is not in the plane, and as `features_of`.

    >>> from lessons import data
    >>> with_features(data.circle(n=300), ["x1²", "x2²", "x1·x2"])
    Split 'circle' (classification): 300 training, 100 validation, 100 test samples; 3 features
    """
    if split.X_train.shape[1] != 2:
        raise ValueError(f"split must have 2 features, got {split.X_train.shape[1]}")
    parts = {
        part: features_of(getattr(split, part), names) for part in ("X_train", "X_val", "X_test")
    }
    return replace(split, feature_names=tuple(names), scaler=None, **parts)
