"""The range test: one short run, in which the learning rate rises at every update."""

from dataclasses import replace

import numpy as np

from lessons.plan import batches_per_epoch
from lessons.run import Run
from lessons.trainer import train


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
    config = replace(config, epochs=epochs, schedule=schedule)
    return train(config, split, engine, progress, "fit")


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
