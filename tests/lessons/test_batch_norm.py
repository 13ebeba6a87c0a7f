"""Batch normalization: naive loops, the chain rule, and what the running averages settle at."""

import numpy as np
import pytest
from reference import central_difference, naive_batch_norm, samples

from lessons import TrainConfig, train
from lessons.batch_norm import (
    Normalized,
    normalize,
    normalize_backward,
    normalize_for_evaluation,
    update_running,
)
from lessons.parameters import Layer

EPS = 1e-3

sizes = pytest.mark.parametrize(("m", "units"), [(1, 1), (1, 3), (2, 1), (5, 3), (40, 2)])


def example(m, units, seed=0):
    """A batch, γ and β."""
    rng = np.random.default_rng(seed)
    return rng.normal(2, 3, size=(m, units)), rng.normal(size=units), rng.normal(size=units)


def running(mean, var):
    """A layer of which only the running averages and γ = 1, β = 0 count."""
    mean, var = np.array(mean, float), np.array(var, float)
    return Layer(None, None, np.ones_like(mean), np.zeros_like(mean), mean, var)


@sizes
def test_values_against_loops(m, units):
    z, gamma, beta = example(m, units)
    found, normalized = normalize(z, gamma, beta, EPS)
    assert np.allclose(found, naive_batch_norm(z, gamma, beta, EPS), rtol=1e-12, atol=1e-12)
    z_hat = naive_batch_norm(z, np.ones(units), np.zeros(units), EPS)
    assert np.allclose(normalized.z_hat, z_hat, rtol=1e-12, atol=1e-12)
    assert np.allclose(normalized.mean, [np.mean(column) for column in z.T])
    assert np.allclose(normalized.var, [np.var(column) for column in z.T])


@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (100, 0), (0.1, 7), (3, -1000)])
def test_whatever_comes_in_mean_beta_and_deviation_gamma_come_out(scale, shift):
    z, gamma, beta = example(40, 2)
    found, _ = normalize(scale * z + shift, gamma, beta, 1e-12)
    assert np.allclose(found.mean(axis=0), beta)
    assert np.allclose(found.std(axis=0), np.abs(gamma))
    assert np.allclose(found, normalize(z, gamma, beta, 1e-12)[0])


def test_a_unit_that_is_the_same_for_all_samples_gives_beta():
    z, beta = np.full((4, 2), 3.0), np.array([0.5, -0.5])
    found, _ = normalize(z, np.ones(2), beta, 1e-5)
    assert found.tolist() == [[0.5, -0.5]] * 4
    found, _ = normalize(example(1, 2)[0], np.ones(2), beta, 1e-5)
    assert found.tolist() == [[0.5, -0.5]]


@sizes
def test_backward_is_the_slope(m, units):
    z, gamma, beta = example(m, units)
    g = np.random.default_rng(1).normal(size=(m, units))
    _, normalized = normalize(z, gamma, beta, EPS)
    d_z, d_gamma, d_beta = normalize_backward(g, gamma, normalized, EPS)
    slopes = [
        central_difference(lambda z: np.sum(g * normalize(z, gamma, beta, EPS)[0]), z),
        central_difference(lambda gamma: np.sum(g * normalize(z, gamma, beta, EPS)[0]), gamma),
        central_difference(lambda beta: np.sum(g * normalize(z, gamma, beta, EPS)[0]), beta),
    ]
    for found, slope in zip((d_z, d_gamma, d_beta), slopes, strict=True):
        assert found.shape == slope.shape
        assert np.allclose(found, slope, rtol=1e-6, atol=1e-7)


def test_no_gradient_comes_through_in_the_directions_that_are_normalized_away():
    z, gamma, beta = example(9, 3)
    _, normalized = normalize(z, gamma, beta, 1e-12)
    g = np.random.default_rng(1).normal(size=(9, 3))
    d_z, *_ = normalize_backward(g, gamma, normalized, 1e-12)
    assert np.allclose(d_z.sum(axis=0), 0)
    assert np.allclose(np.sum(d_z * normalized.z_hat, axis=0), 0)


# Evaluation


def test_evaluation_against_loops_sample_by_sample():
    z, gamma, beta = example(6, 3)
    mean, var = np.array([1.0, 2.0, 3.0]), np.array([4.0, 0.25, 0.0])
    layer = Layer(None, None, gamma, beta, mean, var)
    found, _ = normalize_for_evaluation(z, layer, EPS)
    assert np.allclose(found, naive_batch_norm(z, gamma, beta, EPS, mean, var), rtol=1e-12)
    alone = [normalize_for_evaluation(z[i : i + 1], layer, EPS)[0][0] for i in range(6)]
    assert np.array_equal(found, alone)


@pytest.mark.parametrize("momentum", [0.0, 0.1, 0.5, 1.0])
def test_running_averages_are_decaying_means_of_the_batches(momentum):
    layer = running([5.0, 5.0], [7.0, 7.0])
    batches = [example(m, 2, seed)[0] for seed, m in enumerate((4, 2, 9, 5))]
    for z in batches:
        update_running(layer, normalize(z, np.ones(2), np.zeros(2), EPS)[1], momentum)
    shares = [momentum * (1 - momentum) ** (3 - t) for t in range(4)]
    left = (1 - momentum) ** 4
    means = [z.mean(axis=0) for z in batches]
    variances = [z.var(axis=0, ddof=1) for z in batches]
    assert np.allclose(layer.running_mean, left * 5 + np.dot(shares, means))
    assert np.allclose(layer.running_var, left * 7 + np.dot(shares, variances))


def test_of_a_batch_of_one_the_variance_is_0():
    layer = running([0.0], [1.0])
    update_running(layer, normalize(np.array([[3.0]]), np.ones(1), np.zeros(1), EPS)[1], 0.5)
    assert (layer.running_mean.tolist(), layer.running_var.tolist()) == ([1.5], [0.5])


def test_evaluation_of_one_known_batch_differs_only_by_the_divisor():
    z, gamma, beta = example(5, 2)
    mean, var = np.zeros(2), np.ones(2)
    layer = Layer(None, None, gamma, beta, mean, var)
    found, normalized = normalize(z, gamma, beta, 0.0)
    update_running(layer, normalized, 1.0)
    evaluated, _ = normalize_for_evaluation(z, layer, 0.0)
    assert np.allclose(evaluated - beta, (found - beta) * np.sqrt(4 / 5))


def test_float32_stays_and_so_do_the_arguments():
    arrays = [array.astype(np.float32) for array in example(5, 3)]
    before = [array.copy() for array in arrays]
    found, normalized = normalize(*arrays, EPS)
    back = normalize_backward(found, arrays[1], normalized, EPS)
    layer = Layer(None, None, *arrays[1:], np.zeros(3, np.float32), np.ones(3, np.float32))
    update_running(layer, Normalized(*normalized), 0.1)
    after, _ = normalize_for_evaluation(arrays[0], layer, EPS)
    for array in (found, *normalized[:3], *back, *layer[4:], after):
        assert array.dtype == np.float32
    for array, old in zip(arrays, before, strict=True):
        assert np.array_equal(array, old)


# In a run


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_run_that_does_not_learn_learns_its_running_averages(place):
    split = samples(n=40)
    config = TrainConfig(
        hidden=(4,), activation="tanh", batch_norm=place, bn_momentum=0.3, learning_rate=0,
        batch_size=40, epochs=6, dtype="float64",
    )  # fmt: skip
    layer = train(config, split, engine="numpy").params[0]
    z = split.X_train @ layer.W + layer.b
    values = z if place == "before" else np.tanh(z)
    left = 0.7**6
    assert np.allclose(layer.running_mean, (1 - left) * values.mean(axis=0))
    assert np.allclose(layer.running_var, left + (1 - left) * values.var(axis=0, ddof=1))
    assert (layer.gamma.tolist(), layer.beta.tolist()) == ([1] * 4, [0] * 4)
