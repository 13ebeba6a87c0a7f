"""The best of many settings, and the best epoch of a run: on validation, and on a test."""

from dataclasses import replace

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.overfitting.samples import draw
from lessons.experiments.overfitting.stopping import loss_on_test
from lessons.trainer import train


def settings(many, seed):
    """Draw settings at random: units, rate and L2."""
    rng = np.random.default_rng(seed)
    base = TrainConfig(optimizer="adam", epochs=30)
    return [
        replace(base, hidden=(int(rng.integers(2, 33)),) * 2, l2=float(10 ** rng.uniform(-4, -1)),
                learning_rate=float(10 ** rng.uniform(-3, -1)), seed=int(rng.integers(10**6)))
        for _ in range(many)
    ]  # fmt: skip


def optimism(many, val, seed, engine="auto"):
    """Choose setting and epoch by the validation loss; return that loss and the test loss.

    Moons, 60 training samples, noise 0.5.
    """
    split = draw(60, 0.5, seed, val=val, test=2000, name="moons")
    runs = [train(config, split, engine) for config in settings(many, seed)]
    best = min(runs, key=lambda run: np.nanmin(run.val_loss))
    epoch = best.best_epoch
    return float(best.val_loss[epoch]), loss_on_test(best, split, epoch, engine)
