"""A setting over many seeds: quartiles of its losses and metrics, and what changes at the end."""

from dataclasses import replace

import numpy as np
import pytest

from lessons import Progress, TrainConfig, train
from lessons.experiments.loss_functions.seeds import (
    SEEDS,
    metric_at,
    metric_over_epochs,
    over_seeds,
    quartiles,
)
from lessons.experiments.loss_functions.shares import typical_error
from lessons.experiments.loss_functions.spoiled import spoiled
from lessons.prediction import run_through


def draw(seed):
    return spoiled("moons", 30, seed=seed)


def test_each_seed_counts_as_if_it_were_alone():
    config = TrainConfig(hidden=(4,), epochs=6, learning_rate=0.3)
    found = over_seeds(config, draw)
    runs = [train(replace(config, seed=seed), draw(seed)) for seed in range(SEEDS)]
    losses = np.sort([run.val_loss for run in runs], axis=0)
    assert np.isin(found.losses, losses).all()
    assert (np.mean(losses[:, None] <= found.losses, axis=0) > [[0.2], [0.7]]).all()
    assert (np.mean(losses[:, None] < found.losses, axis=0) < [[0.3], [0.8]]).all()
    for run, factor, change in zip(runs, found.factors, found.changes, strict=True):
        assert factor == run.val_loss[-1] / run.val_loss.min() >= 1
        assert change == run.val_accuracy[-1] - run.val_accuracy[run.best_epoch]


def test_a_run_that_diverged_counts_as_the_worst_and_changes_nothing_else():
    config = TrainConfig(hidden=(4,), loss="mse", epochs=5, learning_rate=1e3)
    found = over_seeds(config, lambda seed: spoiled("wave", 30, seed=seed))
    assert np.isinf(found.losses[:, -1]).all()
    assert np.isinf(found.metrics[:, -1]).all()
    assert len(found.factors) == 0


def test_what_is_stopped_is_nothing():
    progress = Progress()
    progress.cancel()
    assert over_seeds(TrainConfig(epochs=2), draw, "numpy", progress) is None


def test_the_typical_error_is_measured_at_some_epochs():
    split = spoiled("wave", 30)
    run = train(TrainConfig(hidden=(4,), epochs=100), split)
    epochs, errors = metric_over_epochs(run, split)
    assert (epochs[0], epochs[-1]) == (0, 100)
    for epoch, error in zip(epochs[::10], errors[::10], strict=True):
        outputs = run_through(run.snapshots[epoch], run.config, split.X_val, "numpy")
        assert error == typical_error(outputs, split.y_val) == metric_at(run, split, epoch)


def test_quartiles_are_values_that_occurred():
    rows = [[float(k)] for k in range(9)]
    assert quartiles(rows, np.inf).ravel() == pytest.approx([2, 6])
