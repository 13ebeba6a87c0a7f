"""Lesson 08: the floor of a constant rate, derived, computed and measured."""

import numpy as np
import pytest

from lessons import data
from lessons.experiments.schedules import floor as floors
from lessons.schedules import Cosine, OneCycle

CASES = [(0.01, 10.0, 1.0, 1), (0.5, 1.0, 2.0, 4), (1.5, 1.0, 0.3, 10), (0.19, 10.0, 1.0, 50)]


@pytest.mark.parametrize(("rate", "curvature", "sigma", "size"), CASES)
def test_the_floor_is_where_the_expected_loss_stays(rate, curvature, sigma, size):
    level = floors.floor(rate, curvature, sigma, size)
    at = np.sqrt(2 * level / curvature)
    stays = floors.expected_losses([rate] * 50, curvature, sigma, size, at)
    assert stays == pytest.approx(np.full(51, level))
    for start in (0.0, 10 * at):
        comes = floors.expected_losses([rate] * 2000, curvature, sigma, size, start)
        assert comes[-1] == pytest.approx(level)


@pytest.mark.parametrize(("rate", "curvature", "sigma", "size"), CASES)
def test_it_is_an_infinite_sum_of_old_noise(rate, curvature, sigma, size):
    # w is the sum of all noise so far, each shrunk since: independent of the recursion.
    shrunk = (1 - rate * curvature) ** np.arange(5000)
    variance = np.sum((rate * sigma * shrunk) ** 2) / size
    level = floors.floor(rate, curvature, sigma, size)
    assert level == pytest.approx(curvature / 2 * variance)


@pytest.mark.parametrize("schedule", [lambda u: 0.3, Cosine(0.8, 300), OneCycle(1.5, 300)])
def test_runs_have_the_expected_loss_under_any_schedule(schedule):
    rates = [schedule(u) for u in range(300)]
    losses = floors.descend(rates, 1.2, 0.7, 5, 2.0, range(4000)).mean(axis=1)
    expected = floors.expected_losses(rates, 1.2, 0.7, 5, 2.0)
    # The mean of 4,000 squares of normal numbers scatters by 2.2%.
    assert losses == pytest.approx(expected, rel=0.1)


def test_columns_are_runs_of_their_own():
    rates = np.array([[0.1, 0.5]] * 20)
    both = floors.descend(rates, 1.0, 1.0, 4, 2.0, range(3))
    for k in range(2):
        alone = floors.descend(rates[:, k], 1.0, 1.0, 4, 2.0, range(3))
        assert both[:, k] == pytest.approx(alone)


def test_measured_floors_are_the_computed_ones():
    rates, sizes = [0.1, 0.32, 1.0], [4, 10, 50, 100]
    measured = floors.measured_floors(rates, 1.0, 2.0, sizes, 0.0, 4000, 200)
    exact = [[floors.floor(rate, 1.0, 2.0, size) for rate in rates] for size in sizes]
    assert measured == pytest.approx(np.array(exact), rel=0.03)


def test_beyond_two_over_the_curvature_there_is_no_floor():
    assert floors.floor(0.2, 10.0, 1.0, 4) == np.inf
    assert floors.floor(1.999, 1.0, 1.0, 4) > 100
    assert floors.expected_losses([2.5] * 3000, 1.0, 1.0, 1, 1.0)[-1] == np.inf
    assert floors.measured_floors([3.0], 1.0, 1.0, [4], 1.0, 3000, 2) == np.inf


def test_least_squares_is_the_best_line_and_losses_are_above_it():
    split = data.wave(n=100, noise=0.3, seed=3)
    X = np.column_stack([split.X_train, np.ones(100)]).astype(float)
    line = np.linalg.solve(X.T @ X, X.T @ split.y_train)
    assert floors.least_squares(split) == pytest.approx(np.mean((X @ line - split.y_train) ** 2))
    history = floors.histories("a straight line", 0, 500, 0.1, 300, ["constant"])[0]
    assert history[-1] == pytest.approx(0, abs=1e-6)
    settled = floors.settled_losses("a straight line", 0, (500,), [0.1], 300)
    assert settled.item() == pytest.approx(np.mean(history[-75:]), abs=1e-6)


def test_all_batch_sizes_make_the_same_number_of_updates():
    for size in floors.SIZES:
        assert 500 % size == 0
        config = floors.with_updates(floors.TASKS["a straight line"][1], size, 1000, 500)
        assert config.epochs * 500 // size == 1000
