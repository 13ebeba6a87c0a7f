"""Use a trained network: for samples, or on a grid of points."""

import numpy as np

from lessons.compiler import has_numba
from lessons.losses import LOSSES
from lessons.network import forward


def predict(params, config, X, engine="numpy"):
    """Use a trained network: class probabilities, or values.

    Parameters: params, as in `Run.params`; config, the TrainConfig of that run; X, inputs,
    shape (N, d); engine, "numpy" (readable) or "auto", which is faster where Numba works.
    Returns: probabilities, shape (N, classes), whose rows sum to 1; for regression
    values, shape (N,), or (N, k) for several outputs.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=5)
    >>> predict(train(config, split).params, config, split.X_test).shape
    (17, 2)
    """
    X = np.asarray(X, dtype=params[0].W.dtype)
    d = len(params[0].W)
    if X.ndim != 2 or X.shape[1] != d:
        raise ValueError(f"X must have shape (N, {d}), as in training, got shape {X.shape}")
    loss = params.loss if config.loss == "auto" else config.loss
    with np.errstate(over="ignore", invalid="ignore"):
        prediction = LOSSES[loss].prediction(run_through(params, config, X, engine))
    single_value = LOSSES[loss].task == "regression" and prediction.shape[1] == 1
    return prediction[:, 0] if single_value else prediction


def run_through(params, config, X, engine):
    """Compute the outputs for X, (N, K); the fast engine does it for single precision."""
    if engine != "numpy" and has_numba() and X.dtype == np.float32:
        from lessons.fast import outputs

        computed = outputs(params, config, X)
        if computed is not None:
            return computed
    # In pieces so small that NumPy computes them on one core: sharing them out takes longer,
    # most of all while a browser draws on the other core.
    pieces = np.array_split(X, -(-len(X) // 500) or 1)
    return np.concatenate([forward(params, config, piece)[0] for piece in pieces])


def decision_map(params, config, x_range, y_range, size=60, engine="numpy"):
    """Predict on a grid of points, to draw what a network with two inputs believes.

    Parameters: params, config and engine, as for `predict`; x_range and y_range, pairs (low, high)
    of the two features; size, points along each side.
    Returns: the predictions, shape (size, size) or (size, size, classes); the first index is y.

    >>> from lessons import TrainConfig, data, train
    >>> config = TrainConfig(epochs=1)
    >>> params = train(config, data.moons(n=50)).params
    >>> decision_map(params, config, (-2, 2), (-1, 1), size=3).shape
    (3, 3, 2)
    """
    x, y = np.meshgrid(np.linspace(*x_range, size), np.linspace(*y_range, size))
    points = np.column_stack([x.ravel(), y.ravel()])
    prediction = predict(params, config, points, engine)
    return prediction.reshape(size, size, *prediction.shape[1:])
