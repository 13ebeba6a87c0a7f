"""Lesson 02: the counts, who is in which batch, gradients, and the stages of a fit."""

import inspect
import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from lessons import TrainConfig, data, evaluate, gradient_at, train
from lessons.experiments import epoch_batch_iteration as counting
from lessons.parameters import count_parameters, flatten, unflatten
from lessons.plan import batches
from widgets.epoch_batch_iteration.samples import NETWORK, load

pytestmark = pytest.mark.usefixtures("compiled")

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)
PAIRS = [(n, b) for n in (1, 2, 7, 64, 100, 1000, 1200) for b in (1, 2, 3, 64, 100, 999, 1200)]


def trained(seed=0, order="mixed", samples=1200, snapshots="epoch", **settings):
    """The panel's network, on the panel's data."""
    split = load(samples, order, seed)
    config = TrainConfig(**NETWORK | {"batch_size": 100, "epochs": 5, "seed": seed} | settings)
    return train(config, split, snapshots=snapshots), split


# The counts


@pytest.mark.parametrize(("n", "b"), PAIRS)
def test_counts_are_what_counting_one_by_one_gives(n, b):
    groups = [range(n)[start : start + b] for start in range(0, n, b)]
    assert counting.batches_per_epoch(n, b) == len(groups) == math.ceil(n / b)
    assert counting.last_batch(n, b) == len(groups[-1])
    assert counting.batches_per_epoch(n, b, drop_last=True) == sum(len(g) == b for g in groups)
    assert counting.updates(n, b, 3) == 3 * len(groups)
    assert counting.epochs_for(3 * len(groups), n, b) == 3


@pytest.mark.parametrize(("n", "b"), PAIRS)
@pytest.mark.parametrize("drop_last", [False, True])
def test_counts_are_those_of_the_trainer(n, b, drop_last):
    config = TrainConfig(batch_size=b, epochs=3, drop_last=drop_last)
    count = counting.updates(n, b, 3, drop_last)
    if drop_last and b > n:
        assert count == 0
        with pytest.raises(ValueError, match="batch_size must be at most"):
            batches(config, n)
        with pytest.raises(ValueError, match=f"batch_size must be at most {n} with drop_last"):
            counting.where(1, n, b, drop_last)
    else:
        assert batches(config, n)[1][-1] == count
        assert counting.where(count, n, b, drop_last) == (3, count // 3)
        assert counting.where(1, n, b, drop_last) == (1, 1)


def test_the_worked_examples():
    assert (counting.batches_per_epoch(1200, 100), counting.updates(1200, 100, 5)) == (12, 60)
    assert counting.batches_per_epoch(60_000, 100) == 600
    assert counting.updates(60_000, 100, 10) == 6_000
    assert counting.epochs_for(30_000, 60_000, 100) == 50
    assert (counting.batches_per_epoch(1000, 64), counting.last_batch(1000, 64)) == (16, 40)


def test_n_over_b_plus_one_is_wrong_exactly_where_b_divides_n():
    for n in (60, 97, 1000, 1200):
        for b in range(1, n + 1):
            assert (counting.batches_per_epoch(n, b) != n // b + 1) == (n % b == 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: counting.batches_per_epoch(0, 1), "samples must be an integer ≥ 1, got 0"),
        (lambda: counting.batches_per_epoch(9, 2.5), "batch_size must be an integer ≥ 1, got 2.5"),
        (lambda: counting.batches_per_epoch(9, 2, 1), "drop_last must be True or False, got 1"),
        (lambda: counting.updates(9, 2, 0), "epochs must be an integer ≥ 1, got 0"),
        (lambda: counting.where(0, 9, 2), "update must be an integer ≥ 1, got 0"),
        (lambda: counting.epochs_for(0, 9, 2), "iterations must be an integer ≥ 1, got 0"),
        (lambda: counting.few_samples(n=0), "n must be an integer ≥ 1, got 0"),
        (lambda: counting.few_samples(noise=-1), "noise must be a number ≥ 0, got -1"),
    ],
)
def test_nonsense_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# Who is in which batch


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(("samples", "batch_size"), [(100, 30), (90, 30), (20, 30), (5, 1)])
def test_the_batches_shown_are_those_that_were_trained_on(shuffle, samples, batch_size):
    run, split = trained(
        samples=samples, batch_size=batch_size, epochs=3, shuffle=shuffle, snapshots="update"
    )
    orders = counting.sample_orders(run.config, split)
    for update, loss in enumerate(run.batch_loss):
        epoch, batch = counting.where(update + 1, samples, batch_size)
        members = counting.batch_of_samples(orders[epoch - 1], batch_size) == batch - 1
        X, y = split.X_train[members], split.y_train[members]
        assert evaluate(run.snapshots[update], run.config, X, y)[0] == pytest.approx(loss, rel=1e-4)


@seeds
def test_an_epoch_uses_every_sample_once_and_drop_last_leaves_the_rest_out(seed):
    config = TrainConfig(batch_size=64, epochs=4, seed=seed)
    split = load(1000, "mixed", seed)
    orders = counting.sample_orders(config, split)
    left_out = set()
    for order in orders:
        assert np.array_equal(np.sort(order), np.arange(1000))
        batch_of = counting.batch_of_samples(order, 64)
        assert np.bincount(batch_of).tolist() == [64] * 15 + [40]
        pieces = counting.cut(order, 64)
        assert all((batch_of[piece] == b).all() for b, piece in enumerate(pieces))
        assert np.array_equal(np.concatenate(pieces), order)
        kept = counting.batch_of_samples(order, 64, drop_last=True)
        assert np.bincount(kept[kept >= 0]).tolist() == [64] * 15
        left_out.add(tuple(np.flatnonzero(kept < 0)))
    # "It is not always the same samples that miss out; without shuffling it would be."
    assert len(left_out) == 4
    plain = counting.sample_orders(replace(config, shuffle=False), split)
    assert (plain == np.arange(1000)).all()


def test_sorting_keeps_the_samples():
    split = data.moons(n=50)
    ordered = counting.sort_by_class(split)
    assert (np.diff(ordered.y_train) >= 0).all()
    together = [np.column_stack([s.X_train, s.y_train]) for s in (split, ordered)]
    assert np.array_equal(*(np.sort(t.view("f8,f8,f8"), axis=0) for t in together))


# Gradients of batches


@seeds
def test_the_weighted_mean_of_the_batch_gradients_is_the_full_gradient(seed):
    run, split = trained(seed, dtype="float64", batch_size=64, epochs=1)
    order = counting.sample_orders(run.config, split)[0]
    pieces = counting.cut(order, 64)
    for params in run.snapshots:
        each = counting.batch_gradients(params, run.config, split, pieces)
        full = gradient_at(params, run.config, split.X_train, split.y_train)
        assert np.allclose(np.average(each, axis=0, weights=[len(p) for p in pieces]), full)
        assert not np.allclose(each.mean(axis=0), full)


def test_the_gradient_of_a_lone_last_batch_is_that_of_its_update():
    split = data.moons(n=33)
    config = TrainConfig(batch_norm=True, batch_size=32, epochs=1, dtype="float64")
    run = train(config, split, snapshots="update")
    batches = counting.cut(counting.sample_orders(config, split)[0], 32)
    for update, params in enumerate(list(run.snapshots)[:-1]):
        g = counting.batch_gradients(params, config, split, batches)[update]
        layers = unflatten(g, (2, 16, 16, 2), params.loss, batch_norm=True)
        norms = [np.sqrt(sum(np.sum(p**2) for p in layer if p is not None)) for layer in layers]
        assert np.allclose(norms, run.grad_norm[update], rtol=1e-6)


def test_a_batch_gradient_is_the_slope_of_that_batchs_loss():
    run, split = trained(dtype="float64", epochs=1)
    batch = counting.cut(counting.sample_orders(run.config, split)[0], 100)[:1]
    params, (gradient,) = run.params, counting.batch_gradients(run.params, run.config, split, batch)
    X, y = split.X_train[batch[0]], split.y_train[batch[0]]
    w = flatten(params)
    for k in np.random.default_rng(0).choice(len(w), 10, replace=False):
        losses = []
        for step in (1e-5, -1e-5):
            moved = w.copy()
            moved[k] += step
            layers = unflatten(moved, (2, 8, 8, 2), params.loss)
            losses.append(evaluate(layers, run.config, X, y)[0])
        assert (losses[0] - losses[1]) / 2e-5 == pytest.approx(gradient[k], abs=1e-7)


@seeds
def test_angle_and_ratio_are_those_of_the_law_of_cosines(seed):
    rng = np.random.default_rng(seed)
    g, f = rng.normal(size=(4, 7)), rng.normal(size=7)
    angle, ratio = counting.compare(g, f)
    a, b, c = np.linalg.norm(g, axis=1), np.linalg.norm(f), np.linalg.norm(g - f, axis=1)
    assert np.allclose(c**2, a**2 + b**2 - 2 * a * b * np.cos(np.radians(angle)))
    assert np.allclose(ratio, a / b)
    assert np.allclose(counting.compare(np.array([f, -2 * f]), f), [[0, 180], [1, 2]], atol=1e-5)


def test_a_gradient_of_zero_has_no_angle():
    angle, ratio = counting.compare(np.zeros(3), np.ones(3))
    assert np.isnan(angle)
    assert ratio == 0
    assert np.isnan(counting.compare(np.ones(3), np.zeros(3))).all()


def test_the_network_has_114_numbers():
    assert count_parameters((2, *NETWORK["hidden"], 2)) == 114


# Sorted data


@seeds
def test_with_all_samples_in_one_batch_the_order_does_not_matter(seed):
    ends = [
        trained(seed, "sorted", shuffle=shuffle, batch_size=1200, epochs=40)[0].train_loss[-1]
        for shuffle in (False, True)
    ]
    assert ends[0] == pytest.approx(ends[1], rel=1e-3)


# Three moments of one run


def few_run(seed, n=16):
    config = TrainConfig(
        hidden=(32, 32, 32), activation="tanh", optimizer="adam", learning_rate=0.002,
        batch_size=16, epochs=1000, seed=seed,
    )  # fmt: skip
    return train(config, counting.few_samples(n, seed=seed))


def test_a_few_samples_lie_in_strips_round_the_wave():
    split = counting.few_samples(n=1000, noise=0.5, seed=3, val=40)
    x, y = split.X_train[:, 0], split.y_train
    assert np.array_equal(np.floor((x + 4) / 8 * 1000), np.arange(1000))
    assert np.std(y - np.sin(x)) == pytest.approx(0.5, rel=0.1)
    assert (len(split.X_val), len(split.X_test)) == (40, 0)
    clean = counting.few_samples(noise=0)
    assert np.allclose(clean.y_train, np.sin(clean.X_train[:, 0]), atol=1e-6)


@pytest.mark.parametrize("seed", range(21))
def test_every_seed_underfits_fits_and_overfits(seed):
    run = few_run(seed)
    early, best, last = counting.three_moments(run.val_loss)
    assert early < best < last == 1000
    assert best == run.best_epoch
    assert run.val_loss[last] > 1.2 * run.val_loss[best]
    assert run.train_loss[early] > run.train_loss[best] > 1.5 * run.train_loss[last]
    # "One pass over the data leaves the fit unfinished."
    assert run.train_loss[1] > 1.3 * run.train_loss[best]
    names = [counting.stage(run.train_loss, run.val_loss, epoch) for epoch in (0, best, last)]
    assert names == ["underfit", "at its best", "overfit"]


def test_stages_of_losses_that_were_made_up():
    def stages(train_loss, val_loss):
        return [counting.stage(train_loss, val_loss, epoch) for epoch in range(len(val_loss))]

    rising, falling = [1.0, 2.0, 3.0], [3.0, 2.0, 1.0]
    assert counting.three_moments([1.0]) == (0, 0, 0)
    assert stages([1.0], [1.0]) == ["underfit"]
    assert stages(falling, falling) == ["underfit", "underfit", "best yet"]
    assert stages(falling, rising) == ["underfit", "overfit", "overfit"]
    # Where the training loss does not fall, it is not the training samples that are fitted better.
    assert stages(rising, rising) == ["underfit", "past its best", "past its best"]
    # A short dip below the limit, with a hill after it, is not yet the valley.
    assert stages([1.0] * 5, [5.0, 1.1, 3.0, 1.0, 2.0])[1] == "underfit"
    # What is hardly better than before training is not good, even if it never gets better.
    assert stages([1.0, 0.9, 0.8], [1.0, 0.95, 1.0]) == ["underfit"] * 3
    # From a start that was worse than any number, everything is hardly better than nothing.
    for start in (np.inf, np.nan):
        assert stages([9.0, 1.0, 0.4, 0.1], [start, 1.0, 0.5, 2.0]) == [
            "underfit", "underfit", "at its best", "overfit",
        ]  # fmt: skip
    # A run that was cancelled before its first evaluation.
    assert stages([np.nan], [np.nan]) == ["underfit"]


# The traps


def test_epochs_that_rise_are_those_of_the_runs():
    config = TrainConfig(**NETWORK, batch_size=10, epochs=4)
    starts, rises = counting.epochs_that_rise(config, seeds=(3, 5), samples=60)
    for row, seed in enumerate((3, 5)):
        losses = train(replace(config, seed=seed), data.circle(n=60, seed=seed)).train_loss
        assert np.array_equal(starts[row], losses[:-1])
        assert np.array_equal(rises[row], losses[1:] > losses[:-1])


@seeds
def test_scikit_learns_iterations_are_epochs(seed):
    split = load(1000, "mixed", seed)
    for solver in ("sgd", "adam"):
        model = MLPClassifier((4,), solver=solver, batch_size=64, max_iter=3, random_state=seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(split.X_train, split.y_train)
        assert (model.n_iter_, model.t_, len(model.loss_curve_)) == (3, 3000, 3)
        # Adam counts its updates: the smaller last batch is one of them.
        if solver == "adam":
            assert model._optimizer.t == counting.updates(1000, 64, 3)


def test_scikit_learns_defaults():
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(MLPClassifier).parameters.items()
    }
    assert (defaults["batch_size"], defaults["max_iter"], defaults["shuffle"]) == (
        "auto",
        200,
        True,
    )
    assert "min(200, n_samples)" in MLPClassifier.__doc__
