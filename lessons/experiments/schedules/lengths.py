"""Schedules made for another length: cut short, over too early, or counted in other units."""

from dataclasses import replace

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.schedules import Constant, Cosine, Cyclical, Warmup
from lessons.side_by_side import measure_side_by_side

EPOCHS, PER_EPOCH, RISE = 100, 50, 100
UPDATES = EPOCHS * PER_EPOCH
CONFIG = TrainConfig(batch_size=10, epochs=EPOCHS)


def cosine(rate, updates):
    """Return a short warm-up and a cosine of so many updates in all."""
    return Warmup(RISE, Cosine(rate, updates - RISE))


def by_epoch(schedule):
    """Return a schedule that changes only when an epoch begins.

    >>> by_epoch(Cosine(1.0, 100))(49), by_epoch(Cosine(1.0, 100))(50)
    (1.0, 0.5)
    """
    return lambda u: schedule(u // PER_EPOCH * PER_EPOCH)


# By name: for how many epochs it trains, and its schedule.
LENGTHS = {
    "made for 60 epochs, run for 60": (60, lambda rate: cosine(rate, 60 * PER_EPOCH)),
    "made for 100, cut at 60": (60, lambda rate: cosine(rate, UPDATES)),
    "made for 60, run for 100": (100, lambda rate: cosine(rate, 60 * PER_EPOCH)),
    "made for 100, run for 100": (100, lambda rate: cosine(rate, UPDATES)),
    "the same, a stair per epoch": (100, lambda rate: by_epoch(cosine(rate, UPDATES))),
    "100 epochs taken as 100 updates": (100, lambda rate: Cosine(rate, EPOCHS)),
}
SHAPES = {
    "constant": lambda rate: Constant(rate),
    "cosine": lambda rate: Cosine(rate, UPDATES),
    "cyclical, 5 cycles": lambda rate: Cyclical(rate / 10, rate, UPDATES // 10),
    "cyclical, 4.5 cycles": lambda rate: Cyclical(rate / 10, rate, UPDATES // 9),
    "constant at its mean": lambda rate: Constant(0.55 * rate),
    "the same, last fifth at a tenth": lambda rate: tail(0.55 * rate, rate / 10),
}


def tail(rate, low):
    """Return a constant rate with a lower one in the last fifth."""
    return lambda u: rate if u < 0.8 * UPDATES else low


def wave(seed):
    return data.wave(noise=0.3, seed=seed)


def final_losses(split, seed, runs):
    """Train once for each pair of epochs and a schedule; return training losses at the end."""
    configs = [replace(CONFIG, epochs=epochs, schedule=s, seed=seed) for epochs, s in runs]
    return np.array(measure_side_by_side(last, configs, split))


def last(run):
    return np.inf if run.status == "diverged" else float(run.train_loss[-1])
