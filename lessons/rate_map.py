"""Which learning rates work, without and with batch norm: a map of complete trainings."""

from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from lessons.run import Progress
from lessons.trainer import train


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
