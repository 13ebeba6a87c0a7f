"""Lesson 12's measurements against independent ones."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
from reference import naive_batch_norm
from scipy.stats import wasserstein_distance
from sklearn.neural_network import MLPClassifier

from lessons import Progress, TrainConfig, data, train
from lessons.activations import sigmoid
from lessons.batch_norm import normalize
from lessons.evaluation import gradient_at
from lessons.experiments.batch_normalization import one_batch, scale, smoothness
from lessons.experiments.batch_normalization.covariate_shift import (
    activation_inputs,
    covariate_shift,
    movement,
)
from lessons.experiments.batch_normalization.modes import (
    answers_in_batches,
    batch_loss,
    loss_in_batches,
)
from lessons.experiments.batch_normalization.rate_map import map_rates
from lessons.experiments.batch_normalization.smoothness import (
    gradient_change,
    reach,
    reach_over_training,
)
from lessons.experiments.settled import settled_loss
from lessons.network import forward
from lessons.parameters import flatten

pytestmark = [pytest.mark.usefixtures("compiled"), pytest.mark.slow]

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)
DEEP = (16,) * 4


def deep_run(data_set, seed=0, engine="auto", **settings):
    split = data.DATASETS[data_set](seed=seed)
    return train(TrainConfig(hidden=DEEP, seed=seed, **settings), split, engine), split


# One batch


def test_a_larger_batch_adds_samples():
    small, large = (one_batch.skewed_batch(m, 3.0, 2.0, seed=4) for m in (5, 50))
    assert np.array_equal(small, large[:5])


@seeds
def test_a_walk_is_what_loops_give(seed):
    z = one_batch.skewed_batch(9, 1.0, 2.0, seed)
    walk = one_batch.walk(z, -1.5, 0.25, 1e-3)
    expected = naive_batch_norm(z[:, None], np.array([-1.5]), np.array([0.25]), 1e-3)
    assert np.allclose(walk.scaled, np.ravel(expected))
    assert np.allclose(walk.centered, z - sum(z) / 9)
    assert walk.var == pytest.approx(sum((z - sum(z) / 9) ** 2) / 9)


@seeds
@pytest.mark.parametrize("eps", [1e-8, 1e-3, 1.0])
def test_gamma_and_beta_can_undo_it(seed, eps):
    z = one_batch.skewed_batch(7, 3.0, 2.0, seed)
    gamma, beta = one_batch.undo(z, eps)
    assert np.allclose(one_batch.walk(z, gamma, beta, eps).scaled, z)


@seeds
def test_of_two_samples_only_the_order_is_left_and_of_one_nothing(seed):
    two, one = (one_batch.skewed_batch(m, 3.0, 2.0, seed) for m in (2, 1))
    assert sorted(one_batch.walk(two, 1.0, 0.0, 1e-5).z_hat.round(2)) == [-1, 1]
    assert one_batch.walk(one, 1.0, 0.0, 1e-5).z_hat == [0]


def test_between_minus_one_and_one_a_sigmoid_is_nearly_straight():
    z = np.linspace(-1, 1, 201)
    assert np.abs(sigmoid(z) - (0.5 + z / 4)).max() < 0.02


@seeds
def test_ten_times_larger_weights_give_the_same_normalized_values(seed):
    rng = np.random.default_rng(seed)
    X, W, b = rng.normal(size=(40, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    one, zero = np.ones(4), np.zeros(4)
    expected, _ = normalize(X @ W + b, one, zero, 1e-12)
    assert np.allclose(normalize(10 * (X @ W) + b, one, zero, 1e-12)[0], expected)


@seeds
def test_formulas_with_a_slip_are_far_off_and_a_quick_check_tells(seed):
    z = one_batch.skewed_batch(32, 3.0, 2.0, seed)
    walk = one_batch.walk(z, 1.5, 0.5, 1e-5)
    assert walk.scaled.mean() == pytest.approx(0.5)
    assert walk.scaled.std() == pytest.approx(1.5, abs=1e-4)
    # The square in the wrong place; the plus lost, which makes 0.5 a scale.
    assert np.mean(z - z.mean() ** 2) < 0
    assert np.std(1.5 * walk.z_hat * 0.5) == pytest.approx(0.75, abs=1e-4)


# What the layers are given


@pytest.mark.parametrize("place", [False, "before", "after"])
def test_the_inputs_of_activations_layer_by_layer(place):
    split = data.moons(n=60)
    config = TrainConfig(hidden=(5, 5), activation="tanh", batch_norm=place, epochs=3)
    run = train(config, split)
    found = activation_inputs(run, split.X_train, [0, 3])
    assert found.shape == (2, 2, 60, 5)
    for at, epoch in enumerate((0, 3)):
        h = split.X_train
        for depth, layer in enumerate(run.snapshots[epoch][:-1]):
            z = h @ layer.W + layer.b
            if place == "before":
                z, _ = normalize(z, layer.gamma, layer.beta, config.bn_eps)
            assert np.allclose(found[depth, at], z, atol=1e-5)
            h = np.tanh(z)
            if place == "after":
                h, _ = normalize(h, layer.gamma, layer.beta, config.bn_eps)


def test_with_batch_norm_their_mean_is_beta_and_their_deviation_gamma():
    run, split = deep_run("moons", activation="sigmoid", batch_norm=True, epochs=10)
    found = activation_inputs(run, split.X_train, [10])[:, 0]
    for z, layer in zip(found, run.params[:-1], strict=True):
        assert np.allclose(z.mean(axis=0), layer.beta, atol=1e-4)
        assert np.allclose(z.std(axis=0), np.abs(layer.gamma), rtol=0.02)


@seeds
def test_the_shift_is_the_earth_movers_distance_over_the_spread(seed):
    rng = np.random.default_rng(seed)
    before, after = rng.normal(size=(50, 3)), rng.gamma(2.0, size=(50, 3))
    each = [wasserstein_distance(a, b) / a.std() for a, b in zip(before.T, after.T, strict=True)]
    assert covariate_shift(before, after) == pytest.approx(np.median(each))
    assert covariate_shift(7 * before + 1, 7 * after + 1) == pytest.approx(np.median(each))
    assert covariate_shift(before, before[::-1]) == 0


def test_a_unit_without_any_spread_can_shift_by_any_multiple():
    still = np.ones((5, 2))
    assert covariate_shift(still, still) == 0
    assert covariate_shift(still, still + 1) > 1e9


def test_movement_is_the_shift_of_the_layers_after_the_first():
    run, split = deep_run("moons", epochs=4)
    z = activation_inputs(run, split.X_train, [1, 2, 3, 4])[1:]
    once, in_all = movement(run, split.X_train)
    assert in_all == pytest.approx(np.mean([covariate_shift(layer[0], layer[3]) for layer in z]))
    each = [[covariate_shift(layer[t], layer[t + 1]) for t in range(3)] for layer in z]
    assert once == pytest.approx(np.mean(each))


# The map of rates


def test_every_cell_is_a_complete_training():
    split, found = data.xor(), [0.01, 0.1, 1e3]
    configs = [TrainConfig(epochs=3, init=init) for init in ("he_normal", "zeros")]
    made = map_rates(configs, split, found)
    assert made.made.all()
    for row, config in enumerate(configs):
        for k, place in enumerate((False, "before")):
            for column, rate in enumerate(found):
                run = train(replace(config, batch_norm=place, learning_rate=rate), split)
                expected = np.nan if run.status == "diverged" else settled_loss(run)
                assert np.array_equal(made.loss[row, k, column], expected, equal_nan=True)
    counts = made.works(0.69)
    assert counts.tolist() == np.sum(made.loss < 0.69, axis=2).tolist()
    after = map_rates([replace(configs[0], batch_norm="after")], split, [0.1])
    run = train(replace(configs[0], batch_norm="after"), split)
    assert after.loss[0, 1, 0] == settled_loss(run)


def test_a_map_that_was_stopped_says_what_is_missing():
    progress = Progress()
    progress.cancel()
    made = map_rates([TrainConfig(epochs=2)], data.moons(n=50), [0.1, 1.0], progress=progress)
    assert not made.made.any()
    assert made.works(1e9).tolist() == [[0, 0]]


# Smoothness


def test_along_a_line_through_a_quadratic_the_gradient_changes_evenly():
    X = np.random.default_rng(0).normal(size=(40, 3))
    split = data.from_arrays(X, X @ [1.0, -2.0, 0.5], val=0, test=0)
    config = TrainConfig(hidden=(), epochs=1, dtype="float64")
    run = train(config, split, engine="numpy")
    inputs = split.X_train.astype(float), split.y_train.astype(float)
    change = gradient_change(run.params, run.config, *inputs)
    # The Hessian of the mean squared error, weights and bias.
    ones = np.column_stack([inputs[0], np.ones(40)])
    g = gradient_at(run.params, run.config, *inputs)
    expected = np.linalg.norm(2 * ones.T @ ones / 40 @ g) / np.linalg.norm(g)
    assert np.allclose([change(s) for s in (0.01, 0.1, 1.0)], expected * np.array([0.01, 0.1, 1.0]))
    # It reaches to where that is 1.
    assert reach(change) == pytest.approx(1 / expected, rel=0.03)


@pytest.mark.parametrize("place", [False, "before", "after"])
def test_the_change_is_that_of_a_real_update(place):
    split = data.moons(n=100)
    config = TrainConfig(batch_norm=place, batch_size=100, shuffle=False, epochs=1, dtype="float64")
    run = train(config, split, engine="numpy")
    inputs = split.X_train.astype(float), split.y_train
    before, after = (gradient_at(run.snapshots[k], run.config, *inputs) for k in (0, 1))
    found = gradient_change(run.snapshots[0], run.config, *inputs)(config.learning_rate)
    assert found == pytest.approx(np.linalg.norm(after - before) / np.linalg.norm(before))


def test_the_reach_is_the_first_step_where_the_gradient_is_another():
    for first in (0.0123, 0.5, 77.0):
        # Further on it comes back, for a while.
        def change(step, first=first):
            return 2.0 if first < step < 2.5 * first or step > 5 * first else 0.5

        assert reach(change) == pytest.approx(first, rel=0.03)
    assert reach(lambda step: 0.5) == smoothness.LONGEST
    assert reach(lambda step: np.inf) < smoothness.SHORTEST


def test_the_reach_over_training_is_a_rate_and_a_way():
    split = data.moons(n=60)
    run = train(TrainConfig(epochs=4), split)
    inputs = run.config, split.X_train, split.y_train
    rates, ways = [], []
    for epoch in (0, 2, 4):
        params = run.snapshots[epoch]
        rates.append(reach(gradient_change(params, *inputs)))
        step = rates[-1] * np.linalg.norm(gradient_at(params, *inputs))
        ways.append(step / np.linalg.norm(flatten(params)))
    found = reach_over_training(run, split.X_train, split.y_train, [0, 2, 4])
    assert found == pytest.approx((np.median(rates), np.median(ways)))


# Scale


@pytest.mark.parametrize("place", [True, "after"])
@seeds
def test_scaled_weights_give_the_same_loss_a_smaller_gradient_and_a_longer_reach(seed, place):
    # After the activation the scale drops out for ReLU, where f(kz) = k·f(z).
    run, split = deep_run(
        "moons", seed, "numpy", batch_norm=place, bn_eps=1e-14, epochs=2, dtype="float64"
    )
    batch = run.config, split.X_train.astype(float), split.y_train
    large = scale.scaled(run.params, 8.0)
    assert batch_loss(large, *batch) == pytest.approx(batch_loss(run.params, *batch), abs=1e-9)
    g, smaller = (scale.weight_gradient(params, *batch) for params in (run.params, large))
    assert smaller == pytest.approx(g / 8, abs=1e-7)
    along = scale.hidden_weights(large)
    here, there = (gradient_change(params, *batch, along) for params in (run.params, large))
    assert reach(there) == pytest.approx(64 * reach(here), rel=1e-6)


def test_only_hidden_layers_are_scaled_and_marked():
    run, _ = deep_run("moons", batch_norm=True, epochs=1)
    large = scale.scaled(run.params, 3.0)
    for one, other in zip(run.params[:-1], large[:-1], strict=True):
        assert np.allclose(other.W, 3 * one.W)
        assert np.allclose(other.b, 3 * one.b)
        assert other.gamma is one.gamma
    assert large[-1] is run.params[-1]
    moved = flatten(large) != flatten(run.params)
    assert (scale.hidden_weights(run.params)[moved] == 1).all()
    assert scale.weight_length(large) == pytest.approx(3 * scale.weight_length(run.params))
    norms = [np.linalg.norm(layer.W) for layer in run.params[:-1]]
    assert scale.weight_length(run.params) == pytest.approx(np.linalg.norm(norms))


# Modes


def test_answers_in_batches_are_those_of_one_batch_after_the_other():
    split = data.moons(n=50)
    config = TrainConfig(batch_norm=True, epochs=3)
    params = train(config, split).params
    points = split.X_val[:3]
    found = answers_in_batches(params, config, points, split.X_train, 4, 5, seed=1)
    drawn = np.random.default_rng(1).integers(0, 50, (4, 3, 5))
    for k, d in np.ndindex(3, 5):
        batch = np.concatenate([points[k : k + 1], split.X_train[drawn[1:, k, d]]])
        outputs, _ = forward(params, config, batch, training=True)
        shares = np.exp(outputs[0]) / np.exp(outputs[0]).sum()
        assert found[k, d] == pytest.approx(shares[1], abs=1e-5)


def test_alone_in_its_batch_every_point_gets_the_same_answer():
    split, config = data.moons(n=50), TrainConfig(batch_norm=True, epochs=3)
    params = train(config, split).params
    found = answers_in_batches(params, config, split.X_val, split.X_train, 1, 3)
    assert np.ptp(found) < 1e-6


def test_the_loss_in_batches_is_the_mean_over_samples():
    split, config = data.moons(n=50), TrainConfig(batch_norm=True, epochs=3)
    params = train(config, split).params
    X, y = split.X_train, split.y_train
    found = loss_in_batches(params, config, X, y, batch_size=20, seed=2)
    order = np.random.default_rng(2).permutation(50)
    parts = order[:20], order[20:40], order[40:]
    sums = [len(part) * batch_loss(params, config, X[part], y[part]) for part in parts]
    assert found == pytest.approx(sum(sums) / 50)


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_loss_in_batches_is_that_of_the_updates_also_of_a_lone_last_sample(place):
    split = data.moons(n=33)
    config = TrainConfig(batch_norm=place, epochs=1, batch_size=32, learning_rate=0, shuffle=False)
    order = np.random.default_rng(5).permutation(33)
    shuffled = replace(split, X_train=split.X_train[order], y_train=split.y_train[order])
    run = train(config, shuffled, engine="numpy", snapshots="update")
    found = loss_in_batches(
        run.snapshots[1], config, split.X_train, split.y_train, batch_size=32, seed=5
    )
    assert run.lone_last_batch
    assert found == pytest.approx(np.average(run.batch_loss, weights=[32, 1]), rel=1e-6)


# The same knob elsewhere


def test_scikit_learns_network_has_no_batch_norm():
    names = inspect.signature(MLPClassifier).parameters
    assert not any("norm" in name for name in names)
