"""Lesson 12's measurements against independent ones, and what it claims, with several seeds."""

import inspect
from dataclasses import replace

import numpy as np
import pytest
from reference import naive_batch_norm
from scipy.stats import wasserstein_distance
from sklearn.neural_network import MLPClassifier

from lessons import Progress, TrainConfig, data, predict, train
from lessons.activations import sigmoid
from lessons.batch_norm import normalize
from lessons.evaluation import gradient_at
from lessons.experiments.batch_normalization import one_batch
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
from lessons.experiments.batch_normalization.rate_map import map_rates, settled_loss
from lessons.experiments.batch_normalization.smoothness import gradient_change, median_reach, reach
from lessons.network import forward
from lessons.verdict import guessing_loss
from widgets.batch_normalization import rate_map, training

pytestmark = [pytest.mark.usefixtures("compiled"), pytest.mark.slow]

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)
DEEP = (16,) * 4
STEPS = np.geomspace(0.001, 10, 17)


def deep_run(data_set, seed=0, **settings):
    split = data.DATASETS[data_set](seed=seed)
    return train(TrainConfig(hidden=DEEP, seed=seed, **settings), split), split


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
    found = gradient_change(run.params, run.config, *inputs, [0.01, 0.1, 1.0])
    # The Hessian of the mean squared error, weights and bias.
    ones = np.column_stack([inputs[0], np.ones(40)])
    g = gradient_at(run.params, run.config, *inputs)
    expected = np.linalg.norm(2 * ones.T @ ones / 40 @ g) / np.linalg.norm(g)
    assert np.allclose(found, expected * np.array([0.01, 0.1, 1.0]))


@pytest.mark.parametrize("place", [False, "before", "after"])
def test_the_change_is_that_of_a_real_update(place):
    split = data.moons(n=100)
    config = TrainConfig(batch_norm=place, batch_size=100, shuffle=False, epochs=1, dtype="float64")
    run = train(config, split, engine="numpy")
    inputs = split.X_train.astype(float), split.y_train
    before, after = (gradient_at(run.snapshots[k], run.config, *inputs) for k in (0, 1))
    found = gradient_change(run.snapshots[0], run.config, *inputs, [config.learning_rate])
    assert found == pytest.approx(np.linalg.norm(after - before) / np.linalg.norm(before))


def test_the_reach_is_the_first_step_where_the_gradient_is_another():
    assert reach([0.1, 1.0, 10.0], [0.2, 0.9, 3.0]) == 10.0
    assert reach([0.1, 1.0, 10.0], [np.inf] * 3) == 0.1
    assert reach([0.1, 1.0], [0.2, 0.9]) == 1.0


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


# What it buys


@seeds
def test_a_deep_sigmoid_network_trains_with_it_only_for_without_it_the_signal_fades(seed):
    without, split = deep_run("circle", seed, activation="sigmoid", epochs=60)
    with_it, after = (
        deep_run("circle", seed, activation="sigmoid", epochs=60, batch_norm=place)[0]
        for place in ("before", "after")
    )
    assert training.fate(without, split) == "no better than guessing"
    assert training.fate(with_it, split) == training.fate(after, split) == "has learned"
    spreads = [
        np.median(activation_inputs(run, split.X_train, [60])[:, 0].std(axis=1), axis=1)
        for run in (without, with_it)
    ]
    assert (np.diff(spreads[0]) < 0).all()
    assert spreads[0][3] < 0.1
    assert (spreads[1] > 0.4).all()


@seeds
def test_more_rates_work_with_it_whatever_the_first_weights_and_these_matter_less(seed):
    relu = works("relu", rate_map.FIRST_WEIGHTS, seed)
    assert (relu[:, 1] > relu[:, 0]).all()
    assert np.ptp(relu[:, 1]) < np.ptp(relu[:, 0])
    # With the first weights that suit such networks.
    sigmoid = works("sigmoid", rate_map.FIRST_WEIGHTS[1:4], seed)
    assert (sigmoid[:, 0] == 0).all()
    assert (sigmoid[:, 1] >= 5).all()


def works(activation, inits, seed):
    """How many rates work on the panel's map, per row, without and with batch norm."""
    split = data.circle(seed=seed)
    common = {"hidden": DEEP, "activation": activation, "epochs": 30, "seed": seed}
    configs = [TrainConfig(init=init, **common) for init in inits]
    return map_rates(configs, split, rate_map.RATES).works(guessing_loss(split) / 2)


@seeds
def test_far_too_large_is_far_too_large_with_or_without(seed):
    for place in (False, True):
        run, split = deep_run("circle", seed, batch_norm=place, learning_rate=30.0, epochs=20)
        assert training.fate(run, split) in ("diverged", "worse than guessing")


@seeds
def test_it_makes_up_for_inputs_a_hundred_times_too_large(seed):
    split = data.moons(seed=seed)
    large = replace(split, X_train=100 * split.X_train, X_val=100 * split.X_val)
    good = [
        settled_loss(train(TrainConfig(batch_norm=place, epochs=30, seed=seed), large))
        < guessing_loss(split) / 2
        for place in (False, True)
    ]
    assert good == [False, True]
    # … as does standardizing them: these are the inputs as they were.
    assert settled_loss(train(TrainConfig(epochs=30, seed=seed), split)) < 0.1


@seeds
def test_it_does_not_always_help(seed):
    for activation, rate, helps in (("relu", 0.01, True), ("tanh", 0.1, False)):
        settings = {"activation": activation, "learning_rate": rate, "epochs": 60}
        without, _ = deep_run("spiral", seed, **settings)
        with_it, _ = deep_run("spiral", seed, batch_norm=True, **settings)
        assert (settled_loss(with_it) < settled_loss(without)) == helps


# Training and evaluation


@seeds
def test_tiny_batches_break_it_and_only_it(seed):
    split = data.moons(seed=seed)
    half = guessing_loss(split) / 2
    for size, works in ((1, False), (2, False), (8, True), (32, True)):
        config = TrainConfig(batch_norm=True, batch_size=size, epochs=10, seed=seed)
        run = train(config, split)
        in_batches = loss_in_batches(
            run.params, run.config, split.X_train, split.y_train, batch_size=size
        )
        assert (in_batches < half) == (run.train_loss[-1] < half) == works
        assert (run.train_loss[-1] > 100) == (size == 1)
        assert train(replace(config, batch_norm=False), split).train_loss[-1] < half


@seeds
def test_the_answer_depends_on_the_companions_less_in_larger_batches(seed):
    split, widths = data.moons(seed=seed), []
    for size in (8, 128):
        run = train(TrainConfig(batch_norm=True, batch_size=size, epochs=30, seed=seed), split)
        inputs = split.X_val[:40], split.X_train
        answers = answers_in_batches(run.params, run.config, *inputs, size, 20)
        widths.append(np.ptp(answers, axis=1).max())
    assert widths[1] < widths[0]
    assert widths[0] > 0.3


@seeds
def test_after_few_updates_the_running_averages_lag_behind(seed):
    split = data.moons(seed=seed)
    run = train(TrainConfig(batch_norm=True, batch_size=512, epochs=5, seed=seed), split)
    first = run.params[0]
    z = split.X_train @ first.W + first.b
    # After five updates with weight 0.1 more than half of what they hold is how they began.
    assert np.allclose(first.running_mean, 0.41 * z.mean(axis=0), atol=0.2)
    assert np.allclose(first.running_var - 1, 0.41 * (z.var(axis=0) - 1), rtol=0.2, atol=0.1)


@seeds
def test_in_evaluation_mode_a_sample_has_one_answer(seed):
    split = data.moons(seed=seed)
    run = train(TrainConfig(batch_norm=True, epochs=10, seed=seed), split)
    together = predict(run.params, run.config, split.X_val)
    alone = [predict(run.params, run.config, x[None])[0] for x in split.X_val]
    assert np.allclose(together, alone, atol=1e-6)


# Why it works


def measured(data_set, seed, place, **settings):
    """How far inputs move in one epoch and in all, and how far the gradient reaches."""
    run, split = deep_run(data_set, seed, batch_norm=place, epochs=30, **settings)
    far = median_reach(run, split.X_train, split.y_train, range(0, 30, 5), STEPS)
    return *movement(run, split.X_train), far


@seeds
def test_inputs_move_less_in_all_and_the_gradient_reaches_further(seed):
    without, with_it = (measured("spiral", seed, place) for place in (False, True))
    assert 0.4 < with_it[0] / without[0] < 1.2
    assert with_it[1] / without[1] < 0.55
    assert with_it[2] / without[2] > 3


@seeds
def test_where_it_did_not_help_the_gradient_does_not_reach_further(seed):
    tanh = [measured("spiral", seed, place, activation="tanh")[2] for place in (False, True)]
    assert 0.5 < tanh[1] / tanh[0] < 2
    # Stuck: smooth because it is flat.
    stuck = [measured("circle", seed, place, activation="sigmoid")[2] for place in (False, True)]
    assert stuck[0] > stuck[1]


# The same knob elsewhere


def test_scikit_learns_network_has_no_batch_norm():
    names = inspect.signature(MLPClassifier).parameters
    assert not any("norm" in name for name in names)
