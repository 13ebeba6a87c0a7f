"""Optimizers: naive recursions, closed forms, and that their state is all in their arguments."""

import dataclasses

import numpy as np
import pytest

from lessons import TrainConfig
from lessons.optimizers import OPTIMIZERS, SGD, Momentum

every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def make(name):
    return OPTIMIZERS[name](TrainConfig(optimizer=name))


def steps(optimizer, w, gradients, rate=0.1):
    """Every w along the way."""
    path, state = [w], optimizer.init(w)
    for g in gradients:
        w, state = optimizer.update(w, g, state, rate)
        path.append(w)
    return np.array(path)


@every_optimizer
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_update_keeps_type_and_shape_and_changes_nothing_in_place(name, dtype):
    optimizer = make(name)
    w, g = np.ones(3, dtype), np.array([1, -2, 3], dtype)
    state = optimizer.init(w)
    w1, state1 = optimizer.update(w, g, state, 0.1)
    assert (w1.dtype, w1.shape) == (dtype, (3,))
    assert (w.tolist(), g.tolist()) == ([1, 1, 1], [1, -2, 3])
    again, state2 = optimizer.update(w, g, state, 0.1)
    assert np.array_equal(w1, again)
    assert np.array_equal(state1, state2)


@every_optimizer
def test_optimizers_are_frozen_and_equal_by_their_settings(name):
    assert dataclasses.is_dataclass(make(name))
    assert make(name) == make(name)
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        make(name).anything = 1


@every_optimizer
def test_rate_zero_moves_nothing_and_the_first_step_goes_downhill(name):
    w, g = np.ones(3), np.array([1.0, -2.0, 3.0])
    assert steps(make(name), w, [g, g], rate=0)[-1].tolist() == [1, 1, 1]
    step = steps(make(name), w, [g])[1] - w
    assert (np.sign(step) == -np.sign(g)).all()


@every_optimizer
def test_every_optimizer_finds_the_bottom_of_a_bowl(name):
    optimizer, w = make(name), np.array([3.0, -2.0])
    state = optimizer.init(w)
    for _ in range(500):
        w, state = optimizer.update(w, np.array([1.0, 4.0]) * w, state, 0.05)
    assert np.abs(w).max() < 1e-3


def test_sgd_subtracts_the_sum_of_its_gradients():
    gradients = np.random.default_rng(0).normal(size=(6, 4))
    path = steps(SGD(), np.zeros(4), gradients)
    assert np.allclose(path[-1], -0.1 * gradients.sum(axis=0))


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
def test_velocity_is_the_decaying_sum_of_all_gradients(momentum):
    gradients = np.random.default_rng(1).normal(size=(7, 3))
    path = steps(Momentum(momentum), np.zeros(3), gradients)
    w = np.zeros(3)
    for t in range(7):
        w = w - 0.1 * sum(momentum ** (t - j) * gradients[j] for j in range(t + 1))
        assert np.allclose(path[t + 1], w, rtol=1e-12)


def test_momentum_zero_is_sgd():
    gradients = np.random.default_rng(2).normal(size=(5, 3))
    assert np.array_equal(
        steps(Momentum(0.0), np.ones(3), gradients), steps(SGD(), np.ones(3), gradients)
    )


def test_under_a_constant_slope_momentum_goes_ten_times_as_fast():
    path = steps(Momentum(0.9), np.zeros(1), np.ones((300, 1)), rate=0.1)
    assert path[-1] - path[-2] == pytest.approx(10 * -0.1)


def test_the_registry_reads_its_settings_from_the_config():
    assert OPTIMIZERS["momentum"](TrainConfig(momentum=0.7)) == Momentum(0.7)
    assert OPTIMIZERS["sgd"](TrainConfig(momentum=0.7)) == SGD()
