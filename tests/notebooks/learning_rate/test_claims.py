"""What the lessons say and no cell shows: each sentence tried, with several seeds."""

import inspect

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from lessons import TrainConfig, data, predict, train
from lessons.experiments.learning_rate import quadratic
from lessons.experiments.learning_rate.rising_rate import range_test, running_average
from lessons.experiments.learning_rate.stability import largest_stable_learning_rate
from lessons.experiments.learning_rate.sweep import sweep
from lessons.parameters import count_parameters
from lessons.plan import layer_sizes
from lessons.verdict import guessing_loss, is_dead, verdict
from widgets.learning_rate import rates

pytestmark = pytest.mark.usefixtures("compiled")

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


def spiral_run(seed=0, **settings):
    return train(TrainConfig(seed=seed, **settings), data.spiral(seed=seed))


# 00


def test_same_settings_same_picture():
    first, second = (spiral_run(learning_rate=0.01) for _ in range(2))
    assert np.array_equal(first.train_loss, second.train_loss)


# 03, the valley


@seeds
def test_the_compromise_is_best_whatever_the_start(seed):
    rng = np.random.default_rng(seed)
    curvatures = np.sort(rng.uniform(1, 50, 2))
    best = quadratic.best_rate(curvatures)

    def slowest(rate):
        return np.abs(quadratic.shrink_factors(curvatures, rate)).max()

    assert all(slowest(best) < slowest(best * factor) for factor in (0.5, 0.9, 0.99, 1.01, 1.1))
    both = np.abs(quadratic.shrink_factors(curvatures, best))
    assert both[0] == pytest.approx(both[1])


@pytest.mark.claim("learning_rate", "So a step is stable if and only if $\\eta < 2/\\lambda$")
def test_stable_if_and_only_if_below_two_over_the_largest_curvature(seeds, measured):
    """From random starts in random valleys, 300 steps below and above the bound."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        curvatures, start = rng.uniform(0.5, 50, 2), rng.normal(size=2)
        for factor in (0.3, 0.99, 1.01, 3):
            rate = factor * 2 / curvatures.max()
            path = quadratic.descend(start, curvatures, rate, 300)
            assert (abs(path[-1]).max() < abs(path[0]).max()) == (factor < 1)
    measured(f"at 0.3 and 0.99 of 2/λ nearer in all {len(seeds)}, at 1.01 and 3 farther in all")


# 03, the network


def test_the_network_has_354_weights_and_biases():
    sizes = layer_sizes(TrainConfig(), data.spiral())
    assert tuple(sizes) == (2, 16, 16, 2)
    assert count_parameters(sizes) == 354


def test_what_is_seen_from_the_left_end_to_the_right_end():
    # The panel shows seed 0; elsewhere the right end may find a dead network instead.
    sentences = [
        verdict(spiral_run(learning_rate=rate), data.spiral())
        for rate in (1e-6, 0.01, 0.5, 10.0, 1e3)
    ]
    expected = ["barely moved", "still falling", "jumping up and down", "guessing", "diverged"]
    for words, sentence in zip(expected, sentences, strict=True):
        assert words in sentence


@seeds
def test_long_steps_kill_a_whole_layer_of_relu_units(seed):
    run, split = spiral_run(seed, learning_rate=5.0), data.spiral(seed=seed)
    assert run.status == "finished"
    h, dead = split.X_train, False
    for layer in run.params[:-1]:
        h = np.maximum(h @ layer.W + layer.b, 0)
        dead = dead or not h.any()
    assert dead
    assert is_dead(run)
    # "Only what lies above still moves, so the answer is the same everywhere, …
    answers = predict(run.params, run.config, split.X_train)
    assert np.ptp(answers, axis=0).max() < 1e-6
    assert run.grad_norm[-1, -1] > 0
    # … and the loss jumps with every batch."
    assert np.std(run.batch_loss[-50:]) > 0.01


@seeds
def test_a_divergence_is_noticed_at_its_update(seed):
    run = spiral_run(seed, learning_rate=1e3, activation="identity")
    assert run.status == "diverged"
    assert np.isfinite(run.batch_loss[: run.stopped_at]).all()
    assert all(np.isfinite(layer.W).all() for layer in run.params)


@seeds
def test_another_seed_has_an_edge_of_its_own_near_one(seed):
    edge = largest_stable_learning_rate(TrainConfig(seed=seed), data.spiral(seed=seed))
    assert 0.2 < edge < 5


# 03, the trap


@seeds
def test_rate_times_epochs_is_the_distance(seed):
    slow = spiral_run(seed, learning_rate=0.001, epochs=3000).train_loss[-1]
    middle = spiral_run(seed, learning_rate=0.003, epochs=1000).train_loss[-1]
    fast = spiral_run(seed, learning_rate=0.03, epochs=100).train_loss[-1]
    short = spiral_run(seed, learning_rate=0.001, epochs=100).train_loss[-1]
    assert abs(slow - middle) < 0.02
    assert abs(slow - fast) < 0.06
    assert short > 1.5 * slow


@seeds
def test_a_sigmoid_network_crosses_a_plateau(seed):
    split = data.spiral(seed=seed)
    loss = spiral_run(seed, learning_rate=0.1, activation="sigmoid", epochs=1000).train_loss
    guess = guessing_loss(split)
    # For a hundred epochs hardly better than guessing, then far below.
    assert (loss[20:100] > 0.9 * guess).all()
    assert loss[-1] < 0.3 * guess


# 03, which rate


@pytest.fixture(scope="module")
def sweeps(compiled):
    return [
        sweep(
            TrainConfig(seed=seed, epochs=32),
            data.moons(seed=seed),
            np.geomspace(rates.LOW, rates.HIGH, rates.POINTS),
        )
        for seed in SEEDS
    ]


def test_good_rates_span_a_factor_of_ten_or_more_and_end_in_a_cliff(sweeps):
    for seed, swept in enumerate(sweeps):
        guess = guessing_loss(data.moons(seed=seed))
        low, high = swept.useful_range(0.05 * guess)
        assert high / low > 10
        # Four steps of the sweep, a factor of 4.6, beyond the last good rate all is lost.
        at = int(np.flatnonzero(swept.rates == high)[0])
        assert not swept.train_loss[at + 1 : at + 4].min() < 0.05 * guess
        assert not swept.train_loss[at + 4] < 0.9 * guess


def test_the_best_rate_often_stands_at_the_edge_and_a_third_of_it_costs_little(sweeps):
    at_edge = 0
    for seed, swept in enumerate(sweeps):
        guess = guessing_loss(data.moons(seed=seed))
        _, high = swept.useful_range(0.05 * guess)
        at_edge += high / swept.best_rate < 1.6
        third = np.argmin(np.abs(np.log(3 * swept.rates / swept.best_rate)))
        assert swept.train_loss[third] < 0.01 * guess
    assert at_edge >= 3


def test_the_range_test_mostly_finds_roughly_where_the_cliff_is(sweeps):
    found = 0
    for seed, swept in enumerate(sweeps):
        run = range_test(
            TrainConfig(seed=seed), data.moons(seed=seed), rates.LOW, rates.HIGH, epochs=32
        )
        losses = run.batch_loss[: run.updates]
        smooth = running_average(losses, 1 - 1 / max(5, rates.SMOOTHING * len(losses)))
        cliff = run.learning_rate[rates.find_cliff(smooth)]
        _, high = swept.useful_range(0.05 * guessing_loss(data.moons(seed=seed)))
        found += 0.2 < cliff / high < 5
    # With seed 3 the loss rises slowly over the cliff, and is found twenty times further on.
    assert found >= 4


def test_a_larger_batch_bears_a_larger_rate_up_to_a_point():
    def edge(batch_size):
        configs = [TrainConfig(seed=seed, batch_size=batch_size) for seed in SEEDS]
        return np.median(
            [largest_stable_learning_rate(c, data.spiral(seed=c.seed)) for c in configs]
        )

    four, default, full = (edge(size) for size in (4, 32, 512))
    assert four < default
    assert full < 1.5 * default


@seeds
def test_inputs_ten_times_larger_make_a_linear_valley_a_hundred_times_steeper(seed):
    X = data.bumps(seed=seed).X_train.astype(float)

    def curvature(X):
        return np.linalg.eigvalsh(2 * X.T @ X / len(X)).max()

    assert curvature(10 * X) == pytest.approx(100 * curvature(X))
    # A linear network shows it in training: its largest stable rate is a hundred times smaller.
    edges = []
    for scale in (1, 10):
        split = data.from_arrays(scale * X, X @ [1.0, -2.0], val=0, test=0)
        config = TrainConfig(hidden=(), batch_size=500, epochs=50, dtype="float64")
        edges.append(largest_stable_learning_rate(config, split))
    assert 50 < edges[0] / edges[1] < 200


# 03, the same knob elsewhere


def test_scikit_learns_defaults():
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(MLPClassifier).parameters.items()
    }
    assert defaults["learning_rate_init"] == 0.001
    assert defaults["solver"] == "adam"
    assert defaults["learning_rate"] == "constant"
    assert defaults["momentum"] == 0.9
    assert defaults["alpha"] > 0


def test_scikit_learn_means_the_same_by_a_rate():
    # The loss is a mean over the batch there, too: the same rate comes equally far.
    split, rate = data.moons(), 0.01
    ours = train(TrainConfig(learning_rate=rate, epochs=30, hidden=(16, 16)), split)
    theirs = MLPClassifier(
        (16, 16), solver="sgd", learning_rate_init=rate, momentum=0, alpha=0, batch_size=32,
        max_iter=30, n_iter_no_change=1000, random_state=0, tol=0,
    )  # fmt: skip
    with pytest.warns(match="Maximum iterations"):
        theirs.fit(split.X_train, split.y_train)
    assert theirs.loss_curve_[-1] == pytest.approx(ours.train_loss[-1], rel=0.5)
