"""What batch norm does to a training: what the layers are given over time, and which rates work.

Ioffe and Szegedy (2015) explained its success by the first: the inputs of a layer should not
wander while it learns (covariate shift). Whether they do is measured here; what else may explain
it, in `smoothness.py`.
"""

from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from lessons.network import forward
from lessons.run import Progress
from lessons.trainer import train


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
    given = []
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in epochs:
            _, steps = forward(run.snapshots[epoch], replace(run.config, dropout=0.0), X, True)
            given.append([step.z for step in steps[:-1]])
    return np.array(given).swapaxes(0, 1)


def percentiles(values, shares):
    """Return the values below which the given shares of the samples lie, along the last axis.

    The nearest sample counts, so that every number is one that occurred.

    Parameters: values, shape (…, N); shares, shape (Q,), 0 to 1. Returns: shape (Q, …).

    >>> percentiles(np.arange(101.0), [0.05, 0.5]).tolist()
    [5.0, 50.0]
    """
    ordered = np.sort(values, axis=-1)
    at = np.rint(np.asarray(shares) * (ordered.shape[-1] - 1)).astype(int)
    return np.moveaxis(ordered[..., at], -1, 0)


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


@dataclass(frozen=True, eq=False)
class RateMap:
    """Complete trainings: their settled losses (rows, 2, R), first without, then with batch norm.

    NaN where a run diverged; `made`, of the same shape, says which were complete when the work
    ended or was stopped.
    """

    rates: np.ndarray
    loss: np.ndarray
    made: np.ndarray

    def works(self, loss):
        """Count the rates that end below `loss`: shape (rows, 2)."""
        return np.sum(np.nan_to_num(self.loss, nan=np.inf) < loss, axis=2)


def map_rates(configs, split, rates, engine="auto", progress=None):
    """Train with every rate, without and with batch norm, for each of some configs.

    Parameters: configs, a list of TrainConfig, one per row of the map, whose own rates are
    ignored, and of whose batch_norm only counts whether it is "after"; split, a data set; rates,
    shape (R,); engine and progress, as in `train`.
    Returns: a RateMap.

    >>> from lessons import TrainConfig, data
    >>> rates = map_rates([TrainConfig(epochs=20)], data.moons(n=100), [1e-4, 0.1, 100.0])
    >>> rates.works(0.3).tolist()
    [[1, 1]]
    """
    progress = progress or Progress()
    cells = [
        replace(config, batch_norm=place, learning_rate=float(rate))
        for config in configs
        for place in (False, config.batch_norm or "before")
        for rate in rates
    ]
    # Threads suffice, for the fast engine lets go of Python's lock while it trains.
    finals, made = np.full(len(cells), np.nan), np.zeros(len(cells), bool)
    results = Parallel(n_jobs=-1, prefer="threads", return_as="generator")(
        delayed(try_cell)(cell, split, engine, progress) for cell in cells
    )
    for i, final in enumerate(results):
        if final is not None:
            finals[i], made[i] = final, True
        progress.report(i + 1, len(cells))
    shape = len(configs), 2, len(rates)
    return RateMap(np.asarray(rates, float), finals.reshape(shape), made.reshape(shape))


def try_cell(config, split, engine, progress):
    """Train, and return the settled loss, NaN after a divergence; None if it was stopped."""
    if progress.cancelled:
        return None
    run = train(config, split, engine, progress.part())
    if run.status == "cancelled":
        return None
    return np.nan if run.status == "diverged" else settled_loss(run)


def settled_loss(run):
    """Return the median training loss of the last quarter of a run's epochs.

    With batch norm the loss in evaluation mode jumps, so that a single epoch says little.

    >>> from lessons import TrainConfig, data, train
    >>> run = train(TrainConfig(epochs=7), data.moons(n=100))
    >>> bool(settled_loss(run) == np.median(run.train_loss[-2:]))
    True
    """
    return float(np.median(run.train_loss[-(len(run.train_loss) // 4 or 1) :]))
