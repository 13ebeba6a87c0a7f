"""The mathematics of lesson 01."""

import numpy as np
import pytest
from sklearn.linear_model import SGDRegressor
from sklearn.preprocessing import StandardScaler

from lessons.experiments import nine_steps as lesson
from lessons.experiments.nine_steps import thrown_ball

SEEDS = range(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


def ready_for(seed, **settings):
    return lesson.prepare(*lesson.throw_ball(seed=seed, **settings), seed)


def whole(seed):
    ready = ready_for(seed)
    return ready, ready.x_train, ready.y_train


# Formulas


@seeds
def test_the_gradient_by_finite_differences(seed):
    _, x, y = whole(seed)
    rng = np.random.default_rng(seed)
    w = 2 * rng.normal(size=3)
    for i, nudge in enumerate(1e-5 * np.eye(3)):
        slope = (lesson.loss(w + nudge, x, y) - lesson.loss(w - nudge, x, y)) / 2e-5
        assert lesson.gradient(w, x, y)[i] == pytest.approx(slope, rel=1e-6, abs=1e-6)
        one = slice(3, 4)
        slope = lesson.loss(w + nudge, x[one], y[one]) - lesson.loss(w - nudge, x[one], y[one])
        sample = lesson.sample_gradients(w, x, y)[3, i]
        assert sample == pytest.approx(slope / 2e-5, rel=1e-6, abs=1e-6)


@seeds
def test_the_curvature_by_finite_differences(seed):
    _, x, y = whole(seed)
    w = np.random.default_rng(seed).normal(size=3)
    columns = [
        (lesson.gradient(w + nudge, x, y) - lesson.gradient(w - nudge, x, y)) / 2e-4
        for nudge in 1e-4 * np.eye(3)
    ]
    assert np.allclose(lesson.curvature(x), np.transpose(columns))


@seeds
def test_least_squares_is_the_one_lowest_point(seed):
    _, x, y = whole(seed)
    best = lesson.least_squares(x, y)
    assert np.allclose(lesson.gradient(best, x, y), 0, atol=1e-12)
    assert np.linalg.eigvalsh(lesson.curvature(x)).min() > 0
    assert best == pytest.approx(np.polyfit(x, y, 2))
    moved = best + np.random.default_rng(seed).normal(size=(50, 3))
    assert lesson.losses(moved, x, y).min() > lesson.loss(best, x, y)


@seeds
def test_level_lines_have_their_level(seed):
    _, x, y = whole(seed)
    for level in (0.5, 2.0, 16.0):
        w1, w3 = lesson.level_line(level, 0.3, x, y, points=9)
        values = [lesson.loss([a, 0.3, b], x, y) for a, b in zip(w1, w3, strict=True)]
        assert values == pytest.approx([level] * 9)
    lowest = lesson.loss(lesson.least_squares(x, y), x, y)
    assert lesson.level_line(0.9 * lowest, 0.3, x, y).shape == (2, 0)


@seeds
def test_losses_of_many_are_the_losses_of_each(seed):
    _, x, y = whole(seed)
    weights = np.random.default_rng(seed).normal(size=(5, 3))
    assert lesson.losses(weights, x, y) == pytest.approx([lesson.loss(w, x, y) for w in weights])


# Data


@seeds
def test_the_split_deals_out_every_sample_once(seed):
    t, h = lesson.throw_ball(seed=seed)
    ready = lesson.prepare(t, h, seed)
    xs = [ready.x_scale.undo(v) for v in (ready.x_train, ready.x_val, ready.x_test)]
    ys = [ready.y_scale.undo(v) for v in (ready.y_train, ready.y_val, ready.y_test)]
    pairs = sorted(zip(np.concatenate(xs), np.concatenate(ys), strict=True))
    assert np.allclose(pairs, sorted(zip(t, h, strict=True)))
    assert [len(v) for v in xs] == [24, 8, 8]


@seeds
def test_only_training_samples_set_the_scale(seed):
    ready = ready_for(seed)
    t_train = ready.x_scale.undo(ready.x_train)
    theirs = StandardScaler().fit(t_train[:, None])
    assert ready.x_scale.mean == pytest.approx(theirs.mean_[0])
    assert ready.x_scale.std == pytest.approx(theirs.scale_[0])
    assert np.allclose([ready.y_train.mean(), ready.y_train.std()], [0, 1])
    assert not np.isclose(ready.x_test.mean(), 0)


@seeds
def test_other_scales_hold_the_same_samples(seed):
    ready = ready_for(seed)
    other = ready.rescaled(lesson.Scale(1.0, 2.0), lesson.Scale(-3.0, 5.0))
    for part in ("train", "val", "test"):
        for axis in ("x", "y"):
            one, two = (
                getattr(p, f"{axis}_scale").undo(getattr(p, f"{axis}_{part}"))
                for p in (ready, other)
            )
            assert np.allclose(one, two)


def test_errors_of_the_measurements_have_the_size_that_is_said():
    t, h = lesson.throw_ball(n=20_000, noise=0.4, seed=3)
    assert np.std(h - (1.5 + 12 * t - 9.81 / 2 * t**2)) == pytest.approx(0.4, rel=0.03)
    assert t.min() >= 0
    assert t.max() <= thrown_ball.LONGEST


def test_one_sample_is_given_every_number_of_the_law():
    ready = ready_for(0, noise=0)
    best = lesson.least_squares(ready.x_train, ready.y_train)
    assert lesson.weights_in_units(best, ready) == pytest.approx((-9.81 / 2, 12, 1.5))
    t = np.linspace(0, 2, 7)
    assert lesson.predict_height(best, ready, t) == pytest.approx(1.5 + 12 * t - 9.81 / 2 * t**2)


# Training


@seeds
def test_every_update_is_kept_with_its_arithmetic(seed):
    ready, x, y = whole(seed)
    training = lesson.train(ready, 0.1, 5, 30, seed)
    assert len(training.updates) == 30
    w = lesson.initialize(seed)
    for k, update in enumerate(training.updates):
        assert np.array_equal(update.old, w)
        assert np.array_equal(update.x, x[update.batch])
        residual = w[0] * update.x**2 + w[1] * update.x + w[2] - y[update.batch]
        assert update.loss == pytest.approx(np.mean(residual**2))
        slopes = [np.mean(2 * residual * update.x**power) for power in (2, 1, 0)]
        assert update.gradient == pytest.approx(slopes)
        assert update.contributions.mean(axis=0) == pytest.approx(slopes)
        w = w - 0.1 * np.array(slopes)
        assert update.new == pytest.approx(w)
        w = update.new
        assert training.train_loss[k + 1] == pytest.approx(lesson.loss(w, x, y))
        assert training.val_loss[k + 1] == pytest.approx(lesson.loss(w, ready.x_val, ready.y_val))
    assert np.array_equal(training.weights[-1], w)


@seeds
def test_an_epoch_uses_every_sample_once(seed):
    training = lesson.train(ready_for(seed), 0.1, 7, 8, seed)
    for epoch in (training.updates[:4], training.updates[4:]):
        assert [len(update.batch) for update in epoch] == [7, 7, 7, 3]
        assert sorted(np.concatenate([update.batch for update in epoch])) == list(range(24))


@seeds
def test_stable_below_two_over_the_largest_curvature(seed):
    ready, x, y = whole(seed)
    bound = 2 / np.linalg.eigvalsh(lesson.curvature(x)).max()
    lowest = lesson.loss(lesson.least_squares(x, y), x, y)
    below, above = (
        lesson.train(ready, factor * bound, 24, 200, seed).train_loss for factor in (0.97, 1.03)
    )
    assert below[-1] < lowest + 0.01
    assert above[-1] > 10 * above[0]


def test_a_training_stops_where_the_numbers_end():
    training = lesson.train(ready_for(0), 3.0, 24, 200)
    assert training.diverged
    assert len(training.updates) < 200
    assert len(training.train_loss) == len(training.weights) == len(training.updates) + 1
    assert np.isfinite(training.weights).all()
    assert np.isfinite([update.loss for update in training.updates]).all()


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: lesson.train(ready_for(0), learning_rate=-1), "learning_rate must be a number"),
        (lambda: lesson.train(ready_for(0), batch_size=0), "batch_size must be an integer ≥ 1"),
        (lambda: lesson.train(ready_for(0), updates=1.5), "updates must be an integer ≥ 1"),
        (lambda: lesson.throw_ball(noise=-1), "noise must be a number ≥ 0"),
        (lambda: lesson.throw_ball(n=0), "n must be an integer ≥ 1"),
        (lambda: lesson.prepare(np.zeros(4), np.zeros(4)), "t and h must be"),
        (lambda: lesson.best_of("training"), "by must be one of validation, test"),
        (lambda: lesson.typical_error("mine"), "yardstick must be one of"),
        (lambda: lesson.typical_error("all samples", tests=1), "tests must be an integer ≥ 2"),
        (lambda: lesson.last_weights(ready_for(0), [0], batch_size=5), "batch_size must divide"),
    ],
)
def test_what_is_not_allowed_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# Several trainings at once, and what the notebook says of scikit-learn


@seeds
def test_trainings_side_by_side_end_where_each_alone_does(seed):
    ready = ready_for(seed)
    for settings in ({}, {"learning_rate": 0.02, "batch_size": 1, "updates": 30}):
        ends = lesson.last_weights(ready, range(3), **settings)
        alone = [lesson.train(ready, seed=luck, **settings).weights[-1] for luck in range(3)]
        assert np.allclose(ends, alone)


def test_scikit_learns_defaults():
    defaults = SGDRegressor().get_params()
    assert defaults["penalty"] == "l2"
    assert defaults["alpha"] > 0
    assert defaults["learning_rate"] == "invscaling"
