"""Which learning rates work, without and with batch norm: a map of complete trainings."""

from dataclasses import dataclass, replace

import numpy as np

from lessons.experiments.settled import settled_loss
from lessons.side_by_side import measure_side_by_side


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
    cells = [
        replace(config, batch_norm=place, learning_rate=float(rate))
        for config in configs
        for place in (False, config.batch_norm or "before")
        for rate in rates
    ]
    finals = measure_side_by_side(final_loss, cells, split, engine, progress)
    shape = len(configs), 2, len(rates)
    made = np.array([final is not None for final in finals]).reshape(shape)
    return RateMap(np.asarray(rates, float), np.array(finals, float).reshape(shape), made)


def final_loss(run):
    """Return the settled loss, NaN after a divergence."""
    return np.nan if run.status == "diverged" else settled_loss(run)
