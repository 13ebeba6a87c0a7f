"""What else lesson 10 measures: parts of an error, stopping, folds, leaks, advice."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import KFold

from lessons import Progress, train
from lessons.experiments.overfitting import (
    below,
    best_of_many,
    capacity,
    folds,
    leakage,
    learning_curves,
    stopping,
    variance,
)
from lessons.experiments.overfitting.samples import draw

pytestmark = pytest.mark.usefixtures("compiled")


# Bias and variance


def test_bias_and_variance_are_found_where_they_are_known():
    """Constants drawn around 1, the truth is 0: bias² 1, variance 0.25; mean of 400 repeats."""
    rng = np.random.default_rng(0)
    found = [
        variance.decompose(1 + 0.5 * rng.standard_normal((30, 1)) * np.ones(7), np.zeros(7), 0.3)
        for _ in range(400)
    ]
    assert np.mean([parts.bias2 for parts in found]) == pytest.approx(1, abs=0.03)
    assert np.mean([parts.variance for parts in found]) == pytest.approx(0.25, abs=0.01)
    assert found[0].noise == pytest.approx(0.09)


def test_without_bias_the_correction_leaves_nothing_on_average():
    rng = np.random.default_rng(1)
    fits = rng.standard_normal((400, 30, 5))
    corrected = [variance.decompose(each, np.zeros(5), 0.0).bias2 for each in fits]
    uncorrected = [np.mean(each.mean(axis=0) ** 2) for each in fits]
    assert abs(np.mean(corrected)) < 0.005
    assert np.mean(uncorrected) == pytest.approx(1 / 30, rel=0.1)


def test_the_sum_is_the_mean_squared_distance_plus_noise():
    rng = np.random.default_rng(2)
    fits, target = rng.standard_normal((30, 11)), rng.standard_normal(11)
    parts = variance.decompose(fits, target, 0.4)
    distances = np.mean((fits - target) ** 2, axis=1)
    assert parts.total == pytest.approx(distances.mean() + 0.16)
    assert parts.se == pytest.approx(distances.std(ddof=1) / np.sqrt(30))


def test_the_standard_error_is_how_far_means_scatter():
    rng = np.random.default_rng(3)
    draws = rng.standard_normal((4000, 25))
    mean_of_errors = np.mean([variance.standard_error(values) for values in draws])
    assert mean_of_errors == pytest.approx(draws.mean(axis=1).std(), rel=0.05)


# Stopping


@pytest.mark.parametrize("patience", [1, 3, 10, 40])
@pytest.mark.parametrize("name", stopping.TASKS)
def test_a_stop_read_off_the_history_is_where_the_trainer_stops(name, patience):
    for seed in range(4):
        split, config = stopping.data_for(name, seed), stopping.config_for(name, 0.01, 200, seed)
        whole = train(config, split)
        stopped, chosen = stopping.stop(whole.val_loss, patience)
        run = train(replace(config, patience=patience), split)
        assert run.completed_epochs == stopped
        assert run.best_epoch == chosen
        assert (run.status == "stopped_early") == (stopped < 200 or stopped - chosen >= patience)


def test_a_history_has_the_test_losses_of_its_epochs():
    history = stopping.history("wave", 0.01, 50, 3)
    split = stopping.data_for("wave", 3)
    run = train(stopping.config_for("wave", 0.01, 50, 3), split)
    from lessons import evaluate

    loss, _ = evaluate(run.snapshots[17], run.config, split.X_test, split.y_test)
    assert history.test_at(17) == pytest.approx(loss, rel=1e-4)
    assert np.array_equal(history.val_loss, run.val_loss)


def test_scatter_counts_what_each_seed_missed():
    falls = stopping.History(np.array([3.0, 2.0, 2.5, 1.0]), np.arange(4), np.arange(4.0))
    rises = stopping.History(np.array([3.0, 2.0, 2.5, 2.6]), np.arange(4), np.arange(4.0))
    found = stopping.scatter([falls, rises], 1)
    assert found.chosen.tolist() == [1, 1]
    assert found.best.tolist() == [3, 1]
    assert found.missed.tolist() == [True, False]
    assert found.test.tolist() == [1, 1]
    assert found.at_end.tolist() == [3, 3]
    patient = stopping.scatter([falls, rises], 2)
    assert patient.chosen.tolist() == [3, 1]


# Capacity and learning curves


def test_curves_of_networks_are_those_of_single_runs():
    curves = capacity.of_networks(12, 0.3, 20, units=(2, 5), seeds=(3, 4))
    run = train(capacity.wave_config(5, 12, 20, 4), draw(12, 0.3, 4))
    assert curves.val[1, 1] == run.val_loss[-1]
    assert curves.train[1, 1] == run.train_loss[-1]


def test_learning_curves_are_those_of_single_runs():
    curves = learning_curves.learning_curves(2, 0.3, 15, sizes=(10, 20), seeds=(1, 2, 3))
    run = train(capacity.wave_config(2, 20, 15, 2), draw(20, 0.3, 2))
    assert np.array_equal(curves.val[1, 1], run.val_loss)
    assert curves.at(7)[0, 1] == np.median(curves.train[1, :, 7])


def test_remedies_are_four_times_the_samples_and_four_times_the_units():
    found = learning_curves.remedies(2, 10, 0.3, 15, seeds=(5,))
    for value, (units, n) in zip(found[:, 0], ((2, 10), (2, 40), (8, 10)), strict=True):
        assert value == train(capacity.wave_config(units, n, 15, 5), draw(n, 0.3, 5)).val_loss[-1]


@pytest.mark.parametrize(
    "work",
    [
        lambda progress: capacity.of_polynomials(15, 0.3, progress=progress),
        lambda progress: capacity.of_networks(15, 0.3, 1000, progress=progress),
        lambda progress: learning_curves.learning_curves(8, 0.3, 1000, progress=progress),
        lambda progress: learning_curves.remedies(8, 20, 0.3, 1000, progress=progress),
        lambda progress: stopping.histories("wave", 0.01, 1000, progress=progress),
    ],
)
def test_what_takes_long_can_be_stopped(work):
    progress = Progress()
    progress.cancel()
    assert work(progress) is None


def test_means_of_batches_weigh_every_batch_alike():
    run = train(stopping.config_for("moons", 0.01, 4, 0), stopping.data_for("moons", 0))
    losses = below.three_losses(run)
    assert losses.batches == pytest.approx(run.batch_loss.reshape(4, -1).mean(axis=1))
    assert np.array_equal(losses.val, run.val_loss[1:])


# Folds, leaks, the best of many


def test_folds_are_those_of_scikit_learn_and_every_degree_is_fitted_anew():
    choice = folds.choose(20, 0.3, 7, degrees=(1, 2), k=4)
    split = draw(20, 0.3, 7)
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    for row, (kept, out) in enumerate(KFold(4, shuffle=True, random_state=7).split(x)):
        for column, degree in enumerate((1, 2)):
            line = np.polynomial.Polynomial.fit(x[kept], y[kept], degree)
            assert choice.folds[row, column] == pytest.approx(np.mean((line(x[out]) - y[out]) ** 2))
    assert choice.single == choice.folds[0].argmin()
    assert choice.cost(choice.right) == 1
    assert choice.cost(1 - choice.right) > 1


def test_the_true_error_is_the_loss_on_a_great_many_new_samples():
    choice = folds.choose(30, 0.3, 2)
    many, split = draw(30, 0.3, 2, val=200_000), draw(30, 0.3, 2)
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    for degree, expected in zip(folds.DEGREES[:3], choice.true, strict=False):
        line = np.polynomial.Polynomial.fit(x, y, degree)
        loss = np.mean((line(many.X_val[:, 0].astype(float)) - many.y_val) ** 2)
        assert expected == pytest.approx(loss, rel=0.05)


def test_noise_tells_nothing_of_its_labels_and_the_classes_are_balanced():
    X, y = leakage.noise_only(400, 50, seed=0)
    assert y.mean() == 0.5
    correlations = [np.corrcoef(column, y)[0, 1] for column in X.T]
    assert np.abs(correlations).max() < 0.2


def test_where_no_feature_is_chosen_nothing_leaks():
    before, inside = leakage.accuracies(40, 3, features=10, chosen=10)
    assert before == inside


def test_the_best_of_many_is_the_lowest_of_all_settings_and_epochs():
    val_loss, test_loss = best_of_many.optimism(3, 20, 5)
    split = draw(60, 0.5, 5, val=20, test=2000, name="moons")
    lows = [train(config, split).val_loss.min() for config in best_of_many.settings(3, 5)]
    assert val_loss == pytest.approx(min(lows))
    assert 0.1 < test_loss < 10
    assert best_of_many.settings(3, 5) == best_of_many.settings(5, 5)[:3]
