"""Optimizers: naive recursions, closed forms, and that their state is all in their arguments."""

import copy
import dataclasses

import numpy as np
import pytest
from reference import samples

from lessons import TrainConfig, train
from lessons.optimizers import (
    OPTIMIZERS,
    SGD,
    AdaGrad,
    Adam,
    Momentum,
    Nesterov,
    RMSprop,
    decoupled,
)

every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)
every_beta = pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.999])
# Those that divide each parameter's gradient by its usual size.
ADAPTIVE = ["adagrad", "rmsprop", "adam", "adamw"]


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
    _, state = optimizer.update(w, g, optimizer.init(w), 0.1)
    before = copy.deepcopy(state)
    w1, state1 = optimizer.update(w, g, state, 0.1)
    assert (w1.dtype, w1.shape) == (dtype, (3,))
    assert (w.tolist(), g.tolist()) == ([1, 1, 1], [1, -2, 3])
    assert same(state, before)
    assert all(part.dtype == dtype for part in state1 if isinstance(part, np.ndarray))
    again, state2 = optimizer.update(w, g, state, 0.1)
    assert np.array_equal(w1, again)
    assert same(state1, state2)


def same(first, second):
    """Whether two states are: nothing, an array, or several things."""
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


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
    # AdaGrad's steps grow shorter and shorter.
    rate = 1.0 if name == "adagrad" else 0.05
    optimizer, w = make(name), np.array([3.0, -2.0])
    state = optimizer.init(w)
    for _ in range(500):
        w, state = optimizer.update(w, np.array([1.0, 4.0]) * w, state, rate)
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


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9, 0.99])
def test_nesterov_goes_where_momentum_would_go_with_the_same_slope_once_more(momentum):
    gradients = np.random.default_rng(1).normal(size=(7, 3))
    path = steps(Nesterov(momentum), np.zeros(3), gradients)
    w = np.zeros(3)
    for t in range(7):
        v = sum(momentum ** (t - j) * gradients[j] for j in range(t + 1))
        w = w - 0.1 * (gradients[t] + momentum * v)
        assert np.allclose(path[t + 1], w, rtol=1e-12)


@pytest.mark.parametrize("optimizer", [Momentum(0.0), Nesterov(0.0)])
def test_momentum_zero_is_sgd(optimizer):
    gradients = np.random.default_rng(2).normal(size=(5, 3))
    path = steps(optimizer, np.ones(3), gradients)
    assert np.array_equal(path, steps(SGD(), np.ones(3), gradients))


@pytest.mark.parametrize("optimizer", [Momentum(0.9), Nesterov(0.9)])
def test_under_a_constant_slope_momentum_goes_ten_times_as_fast(optimizer):
    path = steps(optimizer, np.zeros(1), np.ones((300, 1)), rate=0.1)
    assert path[-1] - path[-2] == pytest.approx(10 * -0.1)


# A rate for each parameter


def test_adagrad_divides_by_the_root_of_all_squares():
    gradients = np.random.default_rng(3).normal(size=(7, 3))
    path = steps(AdaGrad(0.01), np.zeros(3), gradients)
    w = np.zeros(3)
    for t in range(7):
        w = w - 0.1 * gradients[t] / (np.sqrt(sum(gradients[: t + 1] ** 2)) + 0.01)
        assert np.allclose(path[t + 1], w, rtol=1e-12)


@every_beta
def test_rmsprop_divides_by_the_root_of_the_decaying_squares(beta):
    gradients = np.random.default_rng(4).normal(size=(7, 3))
    path = steps(RMSprop(beta, 0.01), np.zeros(3), gradients)
    w = np.zeros(3)
    for t in range(7):
        s = (1 - beta) * sum(beta ** (t - j) * gradients[j] ** 2 for j in range(t + 1))
        w = w - 0.1 * gradients[t] / (np.sqrt(s) + 0.01)
        assert np.allclose(path[t + 1], w, rtol=1e-9)


@every_beta
@pytest.mark.parametrize("beta2", [0.0, 0.99])
def test_adam_divides_a_weighted_mean_by_the_root_of_a_weighted_mean_square(beta, beta2):
    gradients = np.random.default_rng(5).normal(size=(7, 3))
    path = steps(Adam(beta, beta2, 0.01), np.zeros(3), gradients)
    w = np.zeros(3)
    for t in range(7):
        # With weights that sum to 1, which is what the bias correction does.
        mean = np.average(gradients[: t + 1], axis=0, weights=decay(beta, t))
        square = np.average(gradients[: t + 1] ** 2, axis=0, weights=decay(beta2, t))
        w = w - 0.1 * mean / (np.sqrt(square) + 0.01)
        assert np.allclose(path[t + 1], w, rtol=1e-9)


def decay(beta, t):
    return [beta ** (t - j) for j in range(t + 1)]


def test_under_a_constant_slope_the_length_of_each_adaptive_step_is_known():
    slope, t = np.full((9, 1), -7.0), np.arange(1, 10)
    expected = {
        "adagrad": 0.1 / np.sqrt(t),
        "rmsprop": 0.1 / np.sqrt(1 - 0.999**t),
        "adam": np.full(9, 0.1),
        "adamw": np.full(9, 0.1),
    }
    for name in ADAPTIVE:
        path = steps(make(name), np.zeros(1), slope)[:, 0]
        assert np.allclose(np.diff(path), expected[name], rtol=1e-6)


@pytest.mark.parametrize("name", ADAPTIVE)
def test_adaptive_steps_do_not_see_the_unit_of_the_loss(name):
    gradients = np.random.default_rng(6).normal(size=(7, 3))
    path = steps(make(name), np.zeros(3), gradients)
    assert np.allclose(steps(make(name), np.zeros(3), 1000 * gradients), path, rtol=1e-6)


@pytest.mark.parametrize(
    "optimizer", [AdaGrad(0.01), RMSprop(0.0, 0.01), Adam(0.0, 0.0, 0.01), Adam(0.9, 0.9, 0.01)]
)
def test_epsilon_is_added_outside_the_root(optimizer):
    # A slope as small as ε: half a step. Inside the root it would be a tenth of one.
    path = steps(optimizer, np.zeros(1), np.array([[0.01]]))
    assert path[1] == pytest.approx(-0.1 / 2)


@pytest.mark.parametrize("name", ADAPTIVE)
def test_where_there_was_never_a_slope_nothing_moves(name):
    assert not steps(make(name), np.zeros(2), np.zeros((3, 2))).any()


# The registry


def test_the_registry_reads_its_settings_from_the_config():
    config = TrainConfig(momentum=0.7, beta1=0.6, beta2=0.5, epsilon=0.01)
    assert {name: make(config) for name, make in OPTIMIZERS.items()} == {
        "sgd": SGD(),
        "momentum": Momentum(0.7),
        "nesterov": Nesterov(0.7),
        "adagrad": AdaGrad(0.01),
        "rmsprop": RMSprop(0.5, 0.01),
        "adam": Adam(0.6, 0.5, 0.01),
        "adamw": Adam(0.6, 0.5, 0.01),
    }


def test_only_adamw_decays_its_weights_past_the_gradient():
    assert [name for name in OPTIMIZERS if decoupled(name)] == ["adamw"]


def test_adamw_shrinks_weights_by_a_factor_and_adam_by_a_step():
    split = samples("regression", n=8)
    split = dataclasses.replace(split, X_train=0 * split.X_train)  # so that W has no other slope
    config = TrainConfig(
        hidden=(), optimizer="adamw", l2=0.5, learning_rate=0.01, batch_size=8, epochs=5,
        dtype="float64",
    )  # fmt: skip
    run = train(config, split, engine="numpy")
    first, w = run.snapshots[0][0].W, run.params[0].W
    assert np.allclose(w, first * (1 - 0.01 * 0.5) ** 5, rtol=1e-12)
    run = train(dataclasses.replace(config, optimizer="adam", epochs=1), split, engine="numpy")
    assert np.allclose(run.params[0].W, first - 0.01 * np.sign(first), rtol=1e-5)
