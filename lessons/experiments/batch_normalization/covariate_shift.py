"""Covariate shift: how far what the layers are given moves while a network is trained.

Ioffe and Szegedy (2015) explained the success of batch norm by this: the inputs of a layer should
stay in place while it learns. Whether they do is measured here; what else may explain the success,
in `smoothness.py`.
"""

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.batch_norm import batch_norm_place, normalize


def activation_inputs(run, X, epochs):
    """Compute what the activations of every hidden layer are given, at several epochs of a run.

    `z_l = h_(l-1) W_l + b_l`, after batch norm where it sits before the activation; in training
    mode, with all of X as one batch.

    Parameters: run, a Run with hidden layers of equal width; X, inputs (N, d); epochs, shape (S,),
    whole numbers from 0 to `run.completed_epochs`.
    Returns: shape (layers, S, N, units).

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> run = train(TrainConfig(epochs=5, batch_norm=True), split)
    >>> activation_inputs(run, split.X_train, [0, 5]).shape
    (2, 2, 50, 16)
    """
    config, moments = run.config, [run.snapshots[epoch] for epoch in epochs]
    f, place = ACTIVATIONS[config.activation].function, batch_norm_place(config.batch_norm)
    X = np.asarray(X, moments[0][0].W.dtype)
    h, given = np.repeat(X[:, None], len(moments), axis=1), []
    # As `lessons.network.forward`, but for all moments at once: (N, S, units).
    with np.errstate(over="ignore", invalid="ignore"):
        for layers in list(zip(*moments, strict=True))[:-1]:
            W, b, *norm = (np.stack(p) for p in zip(*layers, strict=True) if p[0] is not None)
            z = (h.swapaxes(0, 1) @ W).swapaxes(0, 1) + b
            if place == "before":
                z, _ = normalize(z, *norm[:2], config.bn_eps)
            given.append(z.swapaxes(0, 1))
            h = f(z)
            if place == "after":
                h, _ = normalize(h, *norm[:2], config.bn_eps)
    return np.array(given)


def covariate_shift(before, after):
    """Measure how far the inputs of a layer have moved, in units of how wide they were.

    `(1/N) Σ_n |z_n(after) - z_n(before)| / σ(before)`, both in ascending order: the earth mover's
    distance between the two distributions of a unit, divided by the first one's standard
    deviation. 0 says that the distribution is the same; 1, that it moved by as much as it is wide.

    Parameters: before, after, values (N, units) for the same inputs at two times.
    Returns: a number ≥ 0, the median over the units.

    >>> z = np.random.default_rng(0).normal(size=(1000, 3))
    >>> covariate_shift(z, z), round(covariate_shift(z, z + z.std(axis=0)), 6)
    (0.0, 1.0)
    """
    before, after = (np.sort(np.asarray(z, float), axis=0) for z in (before, after))
    moved = np.abs(after - before).mean(axis=0)
    spread = np.maximum(before.std(axis=0), np.finfo(float).tiny)
    return float(np.median(moved / spread))


def movement(run, X):
    """Measure how far the inputs of the layers after the first move, once the first epoch is over.

    Parameters: run, of 2 or more epochs and hidden layers; X, inputs (N, d).
    Returns: the covariate shift from one epoch to the next, a mean over the epochs, and from the
    first epoch to the last; both are means over the layers.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> still = movement(train(TrainConfig(epochs=3, learning_rate=0), split), split.X_train)
    >>> [float(shift) for shift in still]
    [0.0, 0.0]
    """
    layers = activation_inputs(run, X, range(1, run.completed_epochs + 1))[1:]
    each = [covariate_shift(z[t], z[t + 1]) for z in layers for t in range(len(z) - 1)]
    return np.mean(each), np.mean([covariate_shift(z[0], z[-1]) for z in layers])
