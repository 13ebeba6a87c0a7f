"""The quadratic valley: closed forms of descent, the stability bound, the best rate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import central_difference

from lessons.experiments.learning_rate.quadratic import (
    best_rate,
    descend,
    gradient,
    loss,
    shrink_factors,
    stability_bound,
)

curvatures = st.lists(st.floats(0.01, 100), min_size=1, max_size=4).map(np.array)


@given(curvatures)
def test_loss_is_half_the_weighted_square_and_gradient_its_slope(lam):
    w = np.linspace(-2, 3, len(lam))
    assert loss(w, lam) == pytest.approx(sum(0.5 * a * x * x for a, x in zip(lam, w, strict=True)))
    slope = central_difference(lambda x: loss(x, lam), w, step=1e-4)
    assert np.allclose(gradient(w, lam), slope, rtol=1e-6, atol=1e-6)


def test_loss_of_many_points():
    w = np.random.default_rng(0).normal(size=(4, 5, 2))
    lam = np.array([1.0, 10.0])
    assert loss(w, lam).shape == (4, 5)
    assert loss(w, lam)[2, 3] == loss(w[2, 3], lam)


@given(lam=curvatures, rate=st.floats(0, 1), steps=st.integers(0, 20))
def test_descent_is_a_power_of_the_shrink_factors(lam, rate, steps):
    start = np.linspace(1, 2, len(lam))
    path = descend(start, lam, rate, steps)
    assert path.shape == (steps + 1, len(lam))
    closed_form = start * (1 - rate * lam) ** np.arange(steps + 1)[:, None]
    assert np.allclose(path, closed_form, rtol=1e-9, atol=1e-12)
    assert np.allclose(shrink_factors(lam, rate), 1 - rate * lam)


@given(curvatures)
def test_below_the_bound_every_step_goes_down_and_above_it_the_path_leaves(lam):
    start, bound = np.ones(len(lam)), stability_bound(lam)
    assert np.abs(shrink_factors(lam, 0.99 * bound)).max() < 1
    below = loss(descend(start, lam, 0.99 * bound, 50), lam)
    assert (np.diff(below) <= 0).all()
    above = loss(descend(start, lam, 1.1 * bound, 50), lam)
    assert above[-1] > 100 * above[0] * (lam.max() / lam.sum())


@given(curvatures)
def test_at_the_bound_the_steepest_direction_jumps_back_and_forth(lam):
    steepest = lam.argmax()
    path = descend(np.ones(len(lam)), lam, stability_bound(lam), 4)[:, steepest]
    assert np.allclose(path, [1, -1, 1, -1, 1])


@given(curvatures)
def test_no_rate_of_a_grid_beats_the_best(lam):
    def worst(rate):
        return np.abs(shrink_factors(lam, rate)).max()

    best = best_rate(lam)
    grid = np.linspace(0, stability_bound(lam), 1001)
    assert worst(best) <= min(worst(rate) for rate in grid) + 1e-12
    assert worst(best) == pytest.approx((lam.max() - lam.min()) / (lam.max() + lam.min()))


def test_one_curvature_is_solved_in_one_step():
    assert descend([3.0], [4.0], best_rate([4.0]), 1)[-1].tolist() == [0]


def test_descent_takes_lists_and_leaves_its_arguments_alone():
    start = np.array([1.0, 2.0])
    assert np.array_equal(descend(start, [1.0, 2.0], 0.1, 3), descend([1, 2], [1, 2], 0.1, 3))
    assert start.tolist() == [1, 2]
