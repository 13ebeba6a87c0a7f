"""Experiments on the learning rate: the largest stable one, a sweep, and the range test."""

from dataclasses import dataclass, replace

import numpy as np

from lessons.run import Progress, Run
from lessons.side_by_side import measure_side_by_side
from lessons.trainer import batches_per_epoch, train
from lessons.verdict import guessing_loss

# A loss a quarter above the first one (or above guessing) is no longer noise around a fall.
THROWN_OFF = 1.25
# Ending at three times the lowest loss, and not close to 0, a run has lost what it had learned.
LOST_AGAIN, CLOSE_TO_ZERO = 3, 0.1
# Between these shares of the loss of guessing, a run counts neither as learning nor as lost.
LEARNING, LOST = 0.95, 0.98
SMALLEST, LARGEST = 1e-7, 1e3


def largest_stable_learning_rate(config, split, engine="auto", progress=None):
    """Find the largest learning rate that keeps training on course, by trying.

    A rate is stable here if the complete run with it stays finite, never ends an epoch with a loss
    a quarter above the first one, does not end at three times its lowest loss (unless that is
    close to 0), and does not end at guessing where a smaller rate learned. Starting at 1/64, rates
    are raised by a factor of √2 until one fails; two bisections then narrow the gap to 9 %.

    Parameters: config, a TrainConfig, whose own rate is ignored; split, a data set; engine, as in
    `train`; progress, through which the search can be watched and stopped.
    Returns: the rate, or None if even 1e-7 is not stable, or if the search was stopped.

    >>> from lessons import TrainConfig, data
    >>> 0.3 < largest_stable_learning_rate(TrainConfig(), data.spiral()) < 3
    True
    """
    guess = guessing_loss(split)
    progress = progress or Progress()
    learned = False

    def stable(rate):
        nonlocal learned
        run = train(replace(config, learning_rate=rate), split, engine, progress.part())
        loss = run.train_loss
        if run.status != "finished" or loss.max() > THROWN_OFF * max(loss[0], guess):
            return False
        if loss[-1] > max(LOST_AGAIN * loss.min(), CLOSE_TO_ZERO * guess):
            return False
        learned = learned or loss[-1] < LEARNING * guess
        return not (learned and loss[-1] > LOST * guess)

    low = 2.0**-6
    while not stable(low):
        low /= 4
        if progress.cancelled or low < SMALLEST:
            return None
    high = low * 2**0.5
    while high < LARGEST and stable(high):
        low, high = high, high * 2**0.5
    for _ in range(2):
        middle = (low * high) ** 0.5
        if stable(middle):
            low = middle
        else:
            high = middle
    return None if progress.cancelled else low


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
        if self.diverged.all():
            return None
        return float(self.rates[np.nanargmin(self.train_loss)])

    def useful_range(self, loss):
        """Return the ends of the unbroken range round the best rate that ends below `loss`."""
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


def rising_rates(low, high, updates):
    """Return a schedule that multiplies the rate by the same factor at every update.

    `η_u = low · (high/low)^(u/(U-1))`, from low to high over U updates.

    >>> schedule = rising_rates(0.01, 1.0, 3)
    >>> [round(schedule(u), 6) for u in range(3)]
    [0.01, 0.1, 1.0]
    """
    return lambda update: low * (high / low) ** (update / max(1, updates - 1))


def range_test(config, split, low=1e-4, high=10.0, epochs=10, engine="auto", progress=None) -> Run:
    """Raise the rate at every update of one short run, and watch where the loss falls and breaks.

    Parameters: config, a TrainConfig; split, a data set; low and high, the first and the last
    rate; epochs, length of the run; engine and progress, as in `train`.
    Returns: a Run, whose `learning_rate` rises and whose `batch_loss` tells the story.
    Source: Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3.

    >>> from lessons import TrainConfig, data
    >>> run = range_test(TrainConfig(), data.moons(n=100), 1e-3, 1.0)
    >>> [round(float(rate), 3) for rate in run.learning_rate[[0, -1]]]
    [0.001, 1.0]
    """
    updates = epochs * batches_per_epoch(config, len(split.X_train))
    schedule = rising_rates(low, high, updates)
    return train(replace(config, epochs=epochs, schedule=schedule), split, engine, progress)


def running_average(values, beta):
    """Smooth noisy values: `a_t = β·a_(t-1) + (1 - β)·v_t`, divided by `1 - β^t`.

    The division makes up for starting at 0, so that the first average is the first value.

    Parameters: values, shape (T,); beta, 0 ≤ β < 1. Returns: shape (T,).

    >>> running_average([4.0, 2.0], 0.5).round(3).tolist()
    [4.0, 2.667]
    """
    averages, average = np.empty(len(values)), 0.0
    for t, value in enumerate(values):
        average = beta * average + (1 - beta) * value
        averages[t] = average / (1 - beta ** (t + 1))
    return averages


def find_cliff(losses, factor=2.0):
    """Find where a smoothed loss first rises to `factor` times its lowest value so far.

    Parameters: losses, shape (T,), positive; factor > 1.
    Returns: the index, or T - 1 if it never does.

    >>> find_cliff(np.array([4.0, 2.0, 1.0, 1.5, 3.0, 9.0]))
    4
    """
    lowest = np.minimum.accumulate(losses)
    over = np.flatnonzero(losses > factor * lowest)
    return int(over[0]) if len(over) else len(losses) - 1
