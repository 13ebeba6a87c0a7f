"""Softmax with a temperature, without its shift, and its Jacobian."""

import numpy as np
import pytest

from lessons.activations import softmax
from lessons.experiments.activations.softmax import direct_softmax, jacobian, with_temperature
from lessons.losses import cross_entropy, cross_entropy_gradient

seeds = pytest.mark.parametrize("seed", range(5))


def logits(seed, classes=4):
    return np.random.default_rng(seed).normal(size=classes) * 3


@seeds
@pytest.mark.parametrize("temperature", [0.01, 0.5, 1.0, 7.0, 100.0])
def test_probabilities_sum_to_one_whatever_the_temperature(seed, temperature):
    p = with_temperature(logits(seed), temperature)
    assert (p >= 0).all()
    assert p.sum() == pytest.approx(1)


@seeds
def test_temperature_divides_the_logits(seed):
    z = logits(seed)
    powers = [np.exp(value / 2.5) for value in z]
    assert with_temperature(z, 2.5) == pytest.approx(np.array(powers) / sum(powers))
    assert np.array_equal(with_temperature(z, 1.0), softmax(z))


@seeds
def test_cold_is_one_hot_and_hot_is_uniform(seed):
    z = logits(seed)
    assert with_temperature(z, 1e-4) == pytest.approx(np.eye(4)[z.argmax()], abs=1e-6)
    assert with_temperature(z, 1e6) == pytest.approx(np.full(4, 0.25), abs=1e-4)


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.nan])
def test_a_temperature_must_be_positive(temperature):
    with pytest.raises(ValueError, match="temperature must be > 0, got"):
        with_temperature(np.zeros(2), temperature)


@seeds
@pytest.mark.parametrize("shift", [-80.0, -1.0, 3.0, 80.0])
def test_a_constant_cancels(seed, shift):
    z = logits(seed)
    assert softmax(z + shift) == pytest.approx(softmax(z))
    assert direct_softmax(z + shift) == pytest.approx(softmax(z))


def test_the_direct_way_breaks_where_the_lesson_says():
    assert np.isfinite(direct_softmax(np.full(2, 88.7, np.float32))).all()
    assert np.isnan(direct_softmax(np.full(2, 88.73, np.float32))).all()
    assert np.isnan(direct_softmax(np.full(2, -104.0, np.float32))).all()
    for z in (88.73, -104.0, 1e30):
        assert softmax(np.full(2, z, np.float32)).tolist() == [0.5, 0.5]


@seeds
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_jacobian_against_finite_differences(seed, temperature):
    z, step = logits(seed), 1e-6
    columns = [
        with_temperature(z + step * e, temperature) - with_temperature(z - step * e, temperature)
        for e in np.eye(4)
    ]
    found = jacobian(with_temperature(z, temperature), temperature)
    assert found == pytest.approx(np.transpose(columns) / (2 * step), abs=1e-8)
    assert found.sum(axis=0) == pytest.approx(np.zeros(4), abs=1e-12)
    assert found.sum(axis=1) == pytest.approx(np.zeros(4), abs=1e-12)


@seeds
def test_the_gradient_through_softmax_applied_twice(seed):
    z, target, step = logits(seed, 3), np.array([1]), 1e-6

    def loss(z):
        return cross_entropy(softmax(z[None]), target)

    slopes = [(loss(z + step * e) - loss(z - step * e)) / (2 * step) for e in np.eye(3)]
    p = softmax(z)
    chained = cross_entropy_gradient(p[None], target)[0] @ jacobian(p)
    assert chained == pytest.approx(slopes, abs=1e-8)
