"""Experiments on the learning rate, against curvatures that are known and runs made one by one."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import ENGINES, exact_line, samples, with_rate

from lessons import Progress, TrainConfig, data, evaluate, train
from lessons.experiments.curvature import hessian_product, largest_curvature
from lessons.experiments.learning_rate.rising_rate import (
    find_cliff,
    range_test,
    rising_rates,
    running_average,
)
from lessons.experiments.learning_rate.stability import largest_stable_learning_rate
from lessons.experiments.learning_rate.sweep import sweep
from lessons.parameters import flatten, sizes_of, unflatten
from lessons.verdict import guessing_loss

every_engine = pytest.mark.parametrize("engine", ENGINES)
LINEAR = TrainConfig(hidden=(), batch_size=10**6, epochs=300)


def bound(split):
    """`2/λ_max` of the MSE of a linear model; its Hessian is that of [X 1]."""
    A = np.column_stack([split.X_train, np.ones(len(split.X_train))]).astype(float)
    return 2 / np.linalg.eigvalsh(2 * A.T @ A / len(A)).max()


# The largest stable rate


@every_engine
@pytest.mark.parametrize("scale", [0.1, 0.3, 1.0, 3.0, 100.0])
def test_largest_stable_rate_of_a_line_is_two_over_the_curvature(engine, scale):
    split = exact_line(slope=-3, scale=scale, offset=2)
    assert bound(split) == pytest.approx(min(1 / scale**2, 1.0))
    found = largest_stable_learning_rate(LINEAR, split, engine)
    assert bound(split) / 1.1 < found < 1.1 * bound(split)


@pytest.mark.parametrize("seed", range(4))
def test_largest_stable_rate_of_a_plane_is_two_over_the_largest_curvature(seed):
    split = samples("regression", n=60, d=4, outputs=None, seed=seed)
    X = split.X_train * np.array([1, 2, 3, 4], "f4")
    stretched = replace(split, X_train=X, y_train=X @ np.ones(4, "f4"))
    found = largest_stable_learning_rate(LINEAR, stretched)
    assert bound(stretched) / 1.1 < found < 1.1 * bound(stretched)


def test_there_may_be_no_stable_rate():
    assert largest_stable_learning_rate(LINEAR, exact_line(scale=1e5)) is None


def settled(config, split, rate):
    """The median loss of the last quarter of the epochs, as a share of the loss of guessing."""
    losses = train(with_rate(config, rate), split).train_loss
    return np.median(losses[-(len(losses) // 4) :]) / guessing_loss(split)


@pytest.mark.parametrize("seed", range(4))
def test_a_passing_spike_is_no_failure(seed):
    # All 500 samples at once: the first long steps throw the loss up, and then it learns.
    config, split = TrainConfig(batch_size=500, seed=seed), data.moons(seed=seed)
    losses = train(with_rate(config, 1.5), split).train_loss
    assert losses[:10].max() > 1.25 * losses[0]
    assert settled(config, split, 1.5) < 0.05
    assert largest_stable_learning_rate(config, split) > 1.5


def test_a_rate_is_stable_though_the_loss_falls_unevenly():
    config, split = TrainConfig(activation="softplus"), data.spiral()
    assert settled(config, split, 0.1) < 0.7
    assert largest_stable_learning_rate(config, split) > 0.1


@pytest.mark.parametrize("seed", (0, 5, 8, 16))
def test_at_the_largest_stable_rate_it_learns_and_a_little_beyond_it_does_not(seed):
    config, split = TrainConfig(seed=seed), data.spiral(seed=seed)
    edge = largest_stable_learning_rate(config, split)
    assert settled(config, split, edge) < 0.5
    assert not settled(config, split, edge * 2**0.125) < 0.5


@pytest.mark.parametrize(
    "settings", [{"activation": "identity"}, {"activation": "sigmoid", "epochs": 2}]
)
def test_where_nothing_is_learned_no_rate_is_stable(settings):
    assert largest_stable_learning_rate(TrainConfig(**settings), data.spiral()) is None


def test_the_rate_of_the_config_does_not_matter():
    rates = {
        largest_stable_learning_rate(TrainConfig(epochs=10, learning_rate=rate), data.moons(n=100))
        for rate in (1e-6, 0.1, 1e3)
    }
    assert len(rates) == 1


@every_engine
def test_search_can_be_stopped(engine):
    progress = Progress()
    progress.cancel()
    assert largest_stable_learning_rate(LINEAR, exact_line(), engine, progress) is None


# Curvature


def exact_hessian(params, config, X, y, h=1e-4):
    """All second derivatives of the loss, one by one, from four losses each."""
    w, sizes = flatten(params).astype(float), sizes_of(params)
    X = X.astype(float)

    def loss(*steps):
        moved = w.copy()
        for i, step in steps:
            moved[i] += step
        return evaluate(unflatten(moved, sizes, params.loss), config, X, y)[0]

    return np.array(
        [
            [
                (
                    loss((i, h), (j, h))
                    - loss((i, h), (j, -h))
                    - loss((i, -h), (j, h))
                    + loss((i, -h), (j, -h))
                )
                / (4 * h * h)
                for j in range(len(w))
            ]
            for i in range(len(w))
        ]
    )


@pytest.mark.parametrize("name", ["moons", "bumps"])
@pytest.mark.parametrize("epochs", [1, 30])
def test_the_largest_curvature_is_that_of_the_exact_hessian(name, epochs):
    split = data.DATASETS[name](n=60)
    config = TrainConfig(hidden=(3,), activation="tanh", epochs=epochs)
    params = train(config, split).params
    where = params, config, split.X_train, split.y_train
    H = exact_hessian(*where)
    v = np.random.default_rng(0).normal(size=len(H))
    assert hessian_product(*where, v) == pytest.approx(H @ v, abs=1e-4 * np.linalg.norm(H @ v))
    assert largest_curvature(*where, 200) == pytest.approx(np.linalg.eigvalsh(H).max(), rel=1e-3)


def test_the_curvature_of_a_linear_model_is_that_of_its_valley():
    split = exact_line(scale=3.0)
    run = train(replace(LINEAR, learning_rate=0.01, epochs=2), split)
    assert largest_curvature(run.params, run.config, split.X_train, split.y_train) == (
        pytest.approx(2 / bound(split))
    )


# Sweep


@every_engine
def test_sweep_is_one_run_for_each_rate(engine):
    config, split = TrainConfig(epochs=5), data.spiral(n=100)
    rates = np.geomspace(1e-3, 1e6, 10)
    result = sweep(config, split, rates, engine)
    runs = [train(with_rate(config, rate), split, engine) for rate in rates]
    assert np.array_equal(result.rates, rates)
    for name in ("train_loss", "val_loss"):
        last = [getattr(run, name)[-1] for run in runs]
        assert np.array_equal(getattr(result, name), last, equal_nan=True)
    assert result.diverged.tolist() == [run.status == "diverged" for run in runs]
    assert 0 < result.diverged.sum() < 10
    assert result.best_rate == rates[np.nanargmin([run.train_loss[-1] for run in runs])]


def test_sweep_in_which_every_run_diverges_has_no_best_rate():
    result = sweep(TrainConfig(epochs=5), data.wave(n=50), [1e30, 1e31])
    assert result.diverged.all()
    assert result.best_rate is None


def test_sweep_reports_its_progress():
    progress = Progress()
    sweep(TrainConfig(epochs=2), data.moons(n=50), [0.1, 0.2, 0.3], progress=progress)
    assert progress.fraction == 1


@every_engine
def test_sweep_can_be_stopped_from_another_thread_and_keeps_what_is_complete(engine):
    progress = Progress()

    def cancel_after_the_first():
        while progress.fraction == 0:
            pass
        progress.cancel()

    threading.Thread(target=cancel_after_the_first, daemon=True).start()
    rates = np.geomspace(1e-3, 0.3, 300)
    config, split = TrainConfig(epochs=20), data.moons(n=100)
    result = sweep(config, split, rates, engine, progress)
    assert 0 < len(result.rates) < 300
    assert set(result.rates) <= set(rates)
    first = train(with_rate(config, result.rates[0]), split, engine)
    assert result.train_loss[0] == first.train_loss[-1]


def test_sweep_that_was_stopped_before_it_began_is_empty():
    progress = Progress()
    progress.cancel()
    result = sweep(TrainConfig(epochs=2), data.moons(n=50), [0.1, 0.2], progress=progress)
    assert len(result.rates) == len(result.train_loss) == len(result.diverged) == 0
    assert result.best_rate is None


# Range test


@every_engine
@pytest.mark.parametrize("batch_size", [7, 32, 1000])
@pytest.mark.parametrize("drop_last", [True, False])
def test_range_test_goes_from_the_low_rate_to_the_high_one(engine, batch_size, drop_last):
    split = data.moons(n=1000)
    config = TrainConfig(batch_size=batch_size, drop_last=drop_last)
    run = range_test(config, split, 1e-3, 0.5, epochs=4, engine=engine)
    rates = run.learning_rate
    assert (rates[0], rates[-1]) == (pytest.approx(1e-3), pytest.approx(0.5))
    assert np.allclose(rates[1:] / rates[:-1], rates[1] / rates[0])
    assert len(rates) == len(run.batch_loss)
    assert run.config.epochs == 4
    scheduled = replace(config, epochs=4, schedule=lambda update: rates[update])
    assert np.array_equal(run.batch_loss, train(scheduled, split, engine).batch_loss)


def test_range_test_can_be_stopped():
    progress = Progress()
    progress.cancel()
    assert range_test(TrainConfig(), data.moons(n=50), progress=progress).status == "cancelled"


def test_one_update_takes_the_low_rate():
    assert rising_rates(0.01, 1.0, 1)(0) == 0.01


# Smoothing


@given(
    values=st.lists(st.floats(-100, 100), min_size=1, max_size=20),
    beta=st.floats(0, 0.99),
)
def test_running_average_is_the_weighted_mean_of_all_before(values, beta):
    for t, average in enumerate(running_average(values, beta)):
        weights = [beta ** (t - j) for j in range(t + 1)]
        mean = np.average(values[: t + 1], weights=weights)
        assert average == pytest.approx(mean, rel=1e-6, abs=1e-9)


def test_running_average_of_nothing_and_of_a_constant():
    assert running_average([], 0.9).tolist() == []
    assert np.allclose(running_average([3.0] * 50, 0.98), 3)
    assert running_average([1.0, 5.0, 2.0], 0.0).tolist() == [1, 5, 2]


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=30))
def test_cliff_is_the_first_loss_over_twice_the_lowest_before_it(losses):
    found = find_cliff(np.array(losses))
    over = [t for t in range(len(losses)) if losses[t] > 2 * min(losses[: t + 1])]
    assert found == (over[0] if over else len(losses) - 1)
