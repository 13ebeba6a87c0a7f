"""Complete trainings at many learning rates."""

from dataclasses import dataclass, replace

import numpy as np

from lessons.run import lowest
from lessons.side_by_side import measure_side_by_side


@dataclass(frozen=True, eq=False)
class Sweep:
    """Complete trainings at many rates: rates (R,), and the last losses of each run, (R,)."""

    rates: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray
    diverged: np.ndarray

    @property
    def best_rate(self):
        """Rate of the lowest training loss, or None if every run diverged."""
        best = lowest(self.train_loss)
        return None if best is None else float(self.rates[best])

    def useful_range(self, loss):
        """Return the ends of the unbroken range around the best rate that ends below `loss`."""
        good = np.nan_to_num(self.train_loss, nan=np.inf) < loss
        best = int(np.flatnonzero(self.rates == self.best_rate)[0]) if good.any() else 0
        if not good[best : best + 1].any():
            return None
        bad = np.flatnonzero(~good)
        low = bad[bad < best].max(initial=-1) + 1
        high = bad[bad > best].min(initial=len(good)) - 1
        return float(self.rates[low]), float(self.rates[high])


def sweep(config, split, rates, engine="auto", progress=None):
    """Train once per rate, side by side on all cores, and keep the last losses.

    Parameters: config, a TrainConfig, whose own rate is ignored; split, a data set; rates, shape
    (R,); engine and progress, as in `train`.
    Returns: a Sweep; if it was stopped, of those rates whose runs were complete by then.

    >>> from lessons import TrainConfig, data
    >>> result = sweep(TrainConfig(epochs=5), data.moons(n=100), [0.01, 0.1, 1e4])
    >>> result.diverged.tolist()
    [False, False, True]
    """
    configs = [replace(config, learning_rate=float(rate)) for rate in rates]
    finals = measure_side_by_side(last_losses, configs, split, engine, progress)
    complete = np.array([final is not None for final in finals])
    finals = [final for final in finals if final is not None]
    train_loss, val_loss = np.array(finals).reshape(-1, 2).T
    return Sweep(np.asarray(rates, float)[complete], train_loss, val_loss, ~np.isfinite(train_loss))


def last_losses(run):
    """Return the losses on the training and the validation set, NaN after a divergence."""
    return run.train_loss[-1], run.val_loss[-1]
