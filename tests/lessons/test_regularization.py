"""Penalties by their sums and slopes, dropout by its distribution."""

import math
from dataclasses import replace

import numpy as np
import pytest
from reference import central_difference, samples

from lessons import TrainConfig, train
from lessons.regularization import dropout_mask, penalty, penalty_gradient

strengths = pytest.mark.parametrize(("l1", "l2"), [(0, 0), (0.3, 0), (0, 0.7), (0.3, 0.7)])
shares = pytest.mark.parametrize("share", [0.1, 0.5, 0.9])

W = np.random.default_rng(0).normal(size=(3, 4))


@strengths
def test_penalty_against_a_loop(l1, l2):
    expected = sum(l1 * abs(w) + l2 * w**2 / 2 for w in W.ravel())
    assert penalty(W, l1, l2) == pytest.approx(expected, rel=1e-12)


@strengths
def test_gradient_is_the_slope(l1, l2):
    slope = central_difference(lambda w: penalty(w, l1, l2), W)
    assert np.allclose(penalty_gradient(W, l1, l2), slope, rtol=1e-7, atol=1e-9)


def test_at_zero_no_penalty_pulls():
    assert penalty_gradient(np.array([0.0, -0.0]), 0.3, 0.7).tolist() == [0, 0]


def test_l1_pulls_at_all_weights_equally_and_l2_in_proportion():
    w = np.array([-100.0, -0.01, 0.01, 100.0])
    assert penalty_gradient(w, 0.5, 0).tolist() == [-0.5, -0.5, 0.5, 0.5]
    assert penalty_gradient(w, 0, 0.5).tolist() == [-50, -0.005, 0.005, 50]


def test_float32_stays_and_so_do_the_weights():
    w = W.astype(np.float32)
    assert penalty(w, 0.3, 0.7).dtype == penalty_gradient(w, 0.3, 0.7).dtype == np.float32
    assert np.array_equal(w, W.astype(np.float32))


def test_in_a_run_weights_are_penalized_and_biases_are_not():
    split = samples("regression", n=8)
    split = replace(split, X_train=0 * split.X_train)  # so that W has no other slope
    config = TrainConfig(hidden=(), learning_rate=0.1, batch_size=8, epochs=4, dtype="float64")
    free = train(config, split, engine="numpy")
    w, b = free.params[0].W, free.params[0].b
    by_l2 = train(replace(config, l2=0.5), split, engine="numpy").params[0]
    by_l1 = train(replace(config, l1=0.01), split, engine="numpy").params[0]
    assert np.allclose(by_l2.W, w * (1 - 0.1 * 0.5) ** 4)
    assert np.allclose(by_l1.W, w - 4 * 0.1 * 0.01 * np.sign(w))
    assert b.all()
    assert by_l2.b.tolist() == by_l1.b.tolist() == b.tolist()


def test_the_recorded_loss_is_without_penalties_and_the_gradient_norm_with_them():
    split = samples("regression", n=8)
    config = TrainConfig(hidden=(), batch_size=8, epochs=1, dtype="float64")
    free = train(config, split, engine="numpy")
    held = train(replace(config, l1=10.0, l2=10.0), split, engine="numpy")
    assert held.batch_loss[0] == free.batch_loss[0]
    assert held.grad_norm[0, 0] > 2 * free.grad_norm[0, 0]


# Dropout


@shares
def test_a_mask_leaves_out_its_share_and_has_the_mean_one(share):
    mask = dropout_mask(np.random.default_rng(0), (300, 200), share)
    assert mask.shape == (300, 200)
    assert set(mask.ravel()) == {0.0, 1 / (1 - share)}
    error = math.sqrt(share * (1 - share) / mask.size)
    assert abs(np.mean(mask == 0) - share) < 5 * error
    assert abs(mask.mean() - 1) < 5 * error / (1 - share)


@shares
@pytest.mark.parametrize("axis", [0, 1])
def test_every_sample_and_every_unit_draws_by_itself(share, axis):
    left_out = dropout_mask(np.random.default_rng(1), (400, 400), share) == 0
    counts = left_out.sum(axis=axis)
    # Binomial: mean and variance of 400 counts of 400 draws.
    variance = 400 * share * (1 - share)
    assert counts.mean() == pytest.approx(400 * share, abs=5 * math.sqrt(variance / 400))
    assert counts.var() == pytest.approx(variance, rel=5 * math.sqrt(2 / 400))


def test_without_dropout_the_mask_is_one():
    assert np.array_equal(dropout_mask(np.random.default_rng(0), (3, 4), 0.0), np.ones((3, 4)))


def test_masks_come_from_the_generator_alone_and_follow_each_other():
    first, second = np.random.default_rng(0), np.random.default_rng(0)
    a, b = (dropout_mask(rng, (9, 9), 0.5) for rng in (first, second))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, dropout_mask(first, (9, 9), 0.5))
