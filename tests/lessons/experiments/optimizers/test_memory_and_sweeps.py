"""Averages, Adam's steps, badly scaled inputs, and the stored table of sweeps."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from lessons import Progress, TrainConfig, data, train
from lessons.experiments.optimizers import decay, memory, sweeps
from lessons.experiments.optimizers.in_common import settled_with
from lessons.experiments.optimizers.inputs import INPUTS, rescaled
from lessons.optimizers import Adam

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.9999])
@pytest.mark.parametrize("corrected", [False, True])
def test_an_average_is_the_sum_of_its_weights_times_the_values(beta, corrected):
    values = np.random.default_rng(0).normal(size=50)
    found = memory.averages(values, beta, corrected)
    for t in (1, 2, 10, 50):
        weights = memory.weights(beta, t, corrected)
        assert found[t - 1] == pytest.approx(weights @ values[:t][::-1])
        assert weights.sum() == pytest.approx(1 if corrected else 1 - beta**t)


def test_windows_are_those_of_the_worked_example():
    assert [round(memory.window(beta), 2) for beta in (0.9, 0.9005)] == [10, 10.05]
    assert [round(memory.window(beta)) for beta in (0.999, 0.9995)] == [1000, 2000]


def test_corrected_steps_are_those_of_the_textbooks_adam():
    adam, w, lengths = Adam(0.9, 0.999, 1e-12), np.zeros(1), []
    state = adam.init(w)
    for _ in range(50):
        after, state = adam.update(w, np.full(1, 3.0), state, 1.0)
        lengths.append((w - after).item())
        w = after
    assert np.allclose(lengths, memory.adam_steps(0.9, 0.999, 50, corrected=True))
    # Without its divisions, Adam's averages are m and s as they stand.
    m, s, t = state
    uncorrected = (m / np.sqrt(s)).item()
    assert memory.adam_steps(0.9, 0.999, 50, corrected=False)[t - 1] == pytest.approx(uncorrected)


def test_turned_inputs_hold_the_same_numbers_in_other_columns():
    split = data.moons(n=100)
    scaled, turned = (rescaled(split, inputs) for inputs in INPUTS[1:])
    assert rescaled(split, INPUTS[0]) is split
    assert np.allclose(scaled.X_val, split.X_val * [0.1, 10], rtol=1e-6)
    assert np.allclose(np.linalg.norm(turned.X_train, axis=1),
                       np.linalg.norm(scaled.X_train, axis=1), rtol=1e-5)  # fmt: skip
    assert np.allclose(turned.X_train.std(axis=0), scaled.X_train[:, 1].std() / 2**0.5, rtol=0.05)
    assert np.array_equal(turned.y_train, split.y_train)


def test_the_stored_table_is_complete():
    with sweeps.TABLE.open() as file:
        rows = list(csv.reader(file))
    expected = [(task, name, rate) for task in sweeps.TASKS for name in sweeps.NAMES
                for rate in sweeps.RATES]  # fmt: skip
    assert [(task, name, float(rate)) for task, name, rate, *_ in rows] == expected
    assert all(len(row) == 23 and "nan" not in row for row in rows)


@pytest.mark.parametrize("task", sweeps.TASKS)
def test_the_stored_table_is_what_trainings_give(task):
    """Some cells anew; far from the cliff, where runs on other machines stay close, too."""
    table, (load, config) = sweeps.stored(task), sweeps.TASKS[task]
    places = [2, 6, 8]
    rates = [sweeps.RATES[place] for place in places]
    for seed in (0, 7, 19):
        losses = sweeps.sweep_seed(replace(config, seed=seed), load(seed), sweeps.NAMES, rates)
        stored = table.loss[:, places, seed]
        close = np.abs(losses / stored - 1) < 0.05
        assert close.mean() > 0.6
        assert np.median(np.abs(losses / stored - 1)) < 0.02


def test_ranges_are_unbroken_and_around_the_best():
    loss = np.array([[5.0, 1.05, 3.0, 1.08, 1.0, 1.1, 9.0, np.inf]])[:, :, None]
    table = sweeps.Sweeps(("sgd",), np.geomspace(1e-3, 1e4, 8), loss)
    assert table.best("sgd") == 4
    assert table.as_good("sgd") == (3, 5)
    assert table.span("sgd", 4.0) == (1, 5)
    assert table.span("sgd", 0.5) is None
    assert sweeps.decades(table.rates, (3, 5)) == pytest.approx(2)


def test_what_is_stopped_is_not_made():
    progress = Progress()
    progress.cancel()
    losses = sweeps.sweep_seed(TrainConfig(), data.moons(n=50), ("sgd",), [0.1], progress=progress)
    table = sweeps.Sweeps(("sgd",), np.array([0.1]), losses[:, :, None])
    assert np.isnan(losses).all()
    assert np.isnan(table.median).all()


@pytest.mark.parametrize("size", [1.0, 0.1, 0.01])
def test_adam_with_l2_ends_where_its_averages_say(size):
    w = decay.shrunk("adam", False, (size, size), 0.05, 0.001, 1000, range(100))
    assert w.mean() == pytest.approx(decay.expected_with_l2(size, 0.05, 0.001, 1000), abs=0.02)


def test_the_noise_cancels_in_the_mean_of_a_rule_that_is_linear():
    for name, by_the_side in (("sgd", False), ("momentum", True)):
        quiet, loud = (
            decay.shrunk(name, by_the_side, (size, size), 0.5, 0.001, 200, range(3)).mean(axis=1)
            for size in (0.0, 10.0)
        )
        assert np.allclose(quiet, loud)


def test_without_a_common_s_it_is_rmsprop():
    split, rate = data.moons(n=64), 0.01
    run = train(TrainConfig(epochs=8, batch_size=64, dtype="float64"), split, engine="numpy")
    config = replace(run.config, optimizer="rmsprop", beta2=0.99, learning_rate=rate)
    # The batch is all of the samples, so that their order is nothing.
    expected = sweeps.settled(train(config, split, engine="numpy"))
    assert settled_with(False, run, split, rate) == pytest.approx(expected)
    assert settled_with(True, run, split, rate) != pytest.approx(expected, rel=1e-3)


def test_decay_by_the_side_shrinks_every_weight_by_the_same_share():
    # Without noise nothing but the decay moves them.
    for name in ("sgd", "momentum", "adam"):
        w = decay.shrunk(name, True, (0.0, 0.0), 0.05, 0.01, 100, range(2))
        assert np.allclose(w, (1 - 0.01 * 0.05) ** 100)
