"""Lines and constants at the minimum of their loss: against other methods, and the trainer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import central_difference
from sklearn.linear_model import HuberRegressor, QuantileRegressor

from lessons import TrainConfig, data, train
from lessons.experiments.loss_functions.fits import (
    NAMES,
    center_huber,
    fit_constant,
    fit_huber,
    fit_lines,
    fit_mae,
    fit_mse,
    huber,
    huber_slope,
    loss_and_pull,
)
from lessons.experiments.loss_functions.samples import TRUTHS, Line, distance, draw_samples
from lessons.losses import LOSSES

DELTAS = 0.01, 0.2, 1.0, 3.0, 100.0
seeds = pytest.mark.parametrize("seed", range(10))


def drawn(seed, outliers=4, out=6.0, aside=0.0, n=24):
    samples = draw_samples("line", n, outliers, out, aside, seed)
    return samples.x, samples.y


def mean_loss(name, line, x, y, delta=1.0):
    return loss_and_pull(name, y - line.at(x), delta)[0].mean()


@seeds
def test_least_squares_is_numpys(seed):
    x, y = drawn(seed)
    slope, offset = np.polyfit(x, y, 1)
    assert fit_mse(x, y) == pytest.approx((slope, offset))


@seeds
@pytest.mark.parametrize("aside", [0.0, 5.0])
def test_least_absolute_error_is_a_linear_programs(seed, aside):
    x, y = drawn(seed, aside=aside)
    program = QuantileRegressor(quantile=0.5, alpha=0, solver="highs").fit(x[:, None], y)
    theirs = Line(float(program.coef_[0]), float(program.intercept_))
    ours = fit_mae(x, y)
    assert mean_loss("mae", ours, x, y) == pytest.approx(mean_loss("mae", theirs, x, y), rel=1e-8)


@seeds
@pytest.mark.parametrize("delta", DELTAS)
def test_at_hubers_minimum_all_pulls_balance(seed, delta):
    x, y = drawn(seed, aside=float(seed % 3))
    line = fit_huber(x, y, delta)
    pulls = huber_slope(y - line.at(x), delta)
    scale = np.abs(pulls).sum() + delta
    assert abs(pulls.sum()) < 1e-8 * scale
    assert abs(pulls @ x) < 1e-8 * scale * np.abs(x).max()


@seeds
def test_hubers_line_is_scikit_learns_where_its_scale_is_one(seed):
    x, y = drawn(seed)
    # Theirs estimates a scale σ of the noise as well, and is ours for δ = 1.35 σ.
    theirs = HuberRegressor(epsilon=1.35, alpha=0, tol=1e-10, max_iter=10_000).fit(x[:, None], y)
    ours = fit_huber(x, y, 1.35 * theirs.scale_)
    assert (ours.slope, ours.offset) == pytest.approx(
        (theirs.coef_[0], theirs.intercept_), abs=1e-3
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_the_trainer_comes_to_the_same_line(seed, name, compiled):
    x, y = drawn(seed)
    split = data.from_arrays(x[:, None], y, val=0, test=0)
    config = TrainConfig(
        hidden=(), loss=name, learning_rate=0.1, schedule="exponential", batch_size=24,
        epochs=6000, dtype="float64",
    )  # fmt: skip
    layer = train(config, split).params[0]
    trained, ours = Line(layer.W.item(), layer.b.item()), fit_lines(x, y, 1.0)[name]
    best = mean_loss(name, ours, x, y)
    assert best <= mean_loss(name, trained, x, y) + 1e-9
    assert mean_loss(name, trained, x, y) == pytest.approx(best, rel=1e-3)
    assert trained == pytest.approx(ours, abs=0.05)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=9), st.floats(0.01, 200))
def test_constants_are_mean_median_and_a_balance_between(values, delta):
    y = np.array(values)
    lines = fit_constant(y, delta)
    assert lines["mse"].offset == pytest.approx(y.mean())
    assert lines["mae"].offset == pytest.approx(np.median(y))
    pulls = huber_slope(y - lines["huber"].offset, delta)
    assert abs(pulls.sum()) < 1e-7 * (delta * len(y) + 1)


def test_hubers_constant_goes_from_the_median_to_the_mean():
    y = np.array([1.0, 2.0, 3.0, 4.0, 100.0])
    assert [center_huber(y, delta) for delta in (0.1, 2, 10, 50, 100, 1e4)] == pytest.approx(
        [3, 3, 5, 15, 22, 22]
    )
    # Between two middle values every constant balances: the middle of them, as the median is.
    assert center_huber(np.array([0.0, 1.0]), 0.1) == 0.5


def test_a_huge_delta_is_mse_and_a_tiny_one_is_mae():
    x, y = drawn(0)
    assert fit_huber(x, y, 1e4) == pytest.approx(fit_mse(x, y))
    assert fit_huber(x, y, 1e-4) == pytest.approx(fit_mae(x, y), abs=1e-3)


def test_outlying_pairs_with_the_same_x_are_no_line():
    line = fit_mae(np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0]))
    assert np.isfinite([*line]).all()


@pytest.mark.parametrize("name", NAMES)
def test_losses_are_the_kits_and_pulls_their_slopes(name):
    above = np.array([-3.0, -0.4, 0.2, 1.7])
    loss, pull = loss_and_pull(name, above, 1.0)
    kit, nothing = LOSSES[name], np.zeros((4, 1))
    assert loss.mean() == pytest.approx(kit.function(-above[:, None], nothing))
    assert -pull / 4 == pytest.approx(kit.gradient(-above[:, None], nothing)[:, 0])


@pytest.mark.parametrize("delta", DELTAS)
def test_hubers_slope_is_the_slope_of_hubers_loss(delta):
    r = np.array([-7.0, -0.5, -0.003, 0.15, 2.0, 60.0])
    slope = central_difference(lambda r: huber(r, delta).sum(), r, step=1e-5)
    assert huber_slope(r, delta) == pytest.approx(slope, rel=1e-4, abs=1e-8)


@pytest.mark.parametrize("model", TRUTHS)
def test_moving_outliers_moves_nothing_else(model):
    before = draw_samples(model, 24, 0, 0, 0, 3)
    after = draw_samples(model, 24, 5, 4.0, 2.0, 3)
    assert after.moved.sum() == 5
    assert sorted(after.x - 2 * after.moved) == pytest.approx(sorted(before.x))
    assert sorted(after.y - 4 * after.moved) == pytest.approx(sorted(before.y))
    assert (np.diff(after.x) >= 0).all()


def test_distance_is_root_mean_square_over_where_the_samples_are():
    line, x = Line(0.3, 1.4), np.linspace(-2, 2, 100_001)
    exact = np.sqrt(np.mean((line.at(x) - TRUTHS["line"].at(x)) ** 2))
    assert distance(line, "line") == pytest.approx(exact, rel=1e-4)
