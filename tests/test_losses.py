"""Losses: naive loops, gradients against finite differences, behavior far out."""

import math

import numpy as np
import pytest
from reference import central_difference, naive_cross_entropy, naive_mse, naive_softmax

from lessons.losses import LOSSES, loss_name

every_loss = pytest.mark.parametrize("name", LOSSES)
shapes = pytest.mark.parametrize(("n", "k"), [(1, 1), (1, 3), (5, 2), (8, 4)])

# One more loss needs its loop in reference.py as well.
NAIVE = {"cross_entropy": naive_cross_entropy, "mse": naive_mse}


def example(name, n, k, dtype=np.float64, scale=2.0):
    """Outputs and targets that fit a loss."""
    rng = np.random.default_rng(n + 10 * k)
    outputs = (scale * rng.normal(size=(n, k))).astype(dtype)
    if LOSSES[name].task == "classification":
        return outputs, rng.integers(0, k, n)
    return outputs, rng.normal(size=(n, k)).astype(dtype)


@every_loss
@shapes
def test_values_against_a_loop(name, n, k):
    outputs, targets = example(name, n, k)
    expected = NAIVE[name](outputs, targets)
    assert LOSSES[name].function(outputs, targets) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@every_loss
@shapes
def test_gradient_is_the_slope(name, n, k):
    outputs, targets = example(name, n, k)
    loss = LOSSES[name]
    slope = central_difference(lambda z: loss.function(z, targets), outputs)
    assert np.allclose(loss.gradient(outputs, targets), slope, rtol=1e-7, atol=1e-9)


@every_loss
def test_losses_are_means_over_the_batch(name):
    outputs, targets = example(name, 5, 3)
    loss = LOSSES[name]
    twice = np.concatenate([outputs, outputs]), np.concatenate([targets, targets])
    assert loss.function(*twice) == pytest.approx(loss.function(outputs, targets))
    assert np.allclose(2 * loss.gradient(*twice)[:5], loss.gradient(outputs, targets))


@every_loss
def test_float32_gives_float32_and_the_arguments_stay(name):
    outputs, targets = example(name, 5, 3, np.float32)
    before = outputs.copy(), targets.copy()
    loss = LOSSES[name]
    assert loss.function(outputs, targets).dtype == np.float32
    assert loss.gradient(outputs, targets).dtype == np.float32
    assert loss.prediction(outputs).dtype == np.float32
    assert np.array_equal(outputs, before[0])
    assert np.array_equal(targets, before[1])


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_outputs_give_finite_losses(name, dtype):
    outputs, targets = example(name, 6, 3, dtype, scale=1000.0)
    loss = LOSSES[name]
    assert np.isfinite(loss.function(outputs, targets))
    assert np.isfinite(loss.gradient(outputs, targets)).all()


def test_cross_entropy_is_exact_where_the_probability_is_almost_zero():
    scores = np.array([[1000.0, 0.0], [0.0, 800.0]])
    loss = LOSSES["cross_entropy"]
    assert loss.function(scores, np.array([1, 1])) == pytest.approx((1000 + 0) / 2)
    assert loss.gradient(scores, np.array([1, 0])).tolist() == [[0.5, -0.5], [-0.5, 0.5]]


def test_cross_entropy_of_equal_scores_is_the_logarithm_of_their_number():
    loss = LOSSES["cross_entropy"].function(np.full((2, 7), 3.0), np.array([0, 6]))
    assert loss == pytest.approx(math.log(7))


def test_gradient_of_cross_entropy_sums_to_zero_for_each_sample():
    outputs, targets = example("cross_entropy", 8, 4)
    assert np.allclose(LOSSES["cross_entropy"].gradient(outputs, targets).sum(axis=1), 0)


def test_mse_at_its_minimum():
    _, targets = example("mse", 5, 2)
    assert LOSSES["mse"].function(targets, targets) == 0
    assert not LOSSES["mse"].gradient(targets, targets).any()


def test_predictions_are_probabilities_or_the_outputs_themselves():
    outputs, _ = example("cross_entropy", 4, 3)
    probabilities = LOSSES["cross_entropy"].prediction(outputs)
    assert np.allclose(probabilities, [naive_softmax(row) for row in outputs])
    assert np.array_equal(LOSSES["mse"].prediction(outputs), outputs)


def test_auto_means_the_loss_of_the_task():
    assert loss_name("auto", "classification") == "cross_entropy"
    assert loss_name("auto", "regression") == "mse"


@every_loss
def test_a_named_loss_must_fit_the_task(name):
    task = LOSSES[name].task
    other = {"classification": "regression", "regression": "classification"}[task]
    assert loss_name(name, task) == name
    with pytest.raises(ValueError, match=rf"loss must be one of \w+ for {other}, got '{name}'"):
        loss_name(name, other)
