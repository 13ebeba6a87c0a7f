"""What the knobs of training do: snapshots, patience, schedules, batches, dropout, failures."""

from dataclasses import replace

import numpy as np
import pytest
from reference import ENGINES, central_difference, exact_line, same_run, samples

from lessons import Progress, TrainConfig, data, evaluate, gradient_at, readable, train
from lessons.activations import ACTIVATIONS
from lessons.losses import LOSSES
from lessons.network import backward, forward
from lessons.parameters import flatten, sizes_of, unflatten
from lessons.run import Failure
from lessons.schedules import ReduceOnPlateau
from lessons.verdict import describe_losses, remarks

every_engine = pytest.mark.parametrize("engine", ENGINES)
OUT_OF_PATIENCE = [readable.out_of_patience]
if "numba" in ENGINES:
    from lessons.kernels import out_of_patience

    OUT_OF_PATIENCE.append(out_of_patience)


# Snapshots


@every_engine
def test_a_snapshot_of_every_update_shows_every_step(engine):
    split = samples(n=20)
    config = TrainConfig(
        hidden=(4,), batch_size=8, epochs=3, shuffle=False, activation="tanh", dtype="float64"
    )
    run = train(config, split, engine, snapshots="update")
    assert len(run.snapshots) == run.updates + 1 == 10
    for u in range(9):
        rows = slice(8 * (u % 3), 8 * (u % 3) + 8)
        g = gradient_at(run.snapshots[u], config, split.X_train[rows], split.y_train[rows])
        step = run.snapshots.vectors[u + 1] - run.snapshots.vectors[u]
        assert np.allclose(step, -0.1 * g, atol=1e-8)
    by_epoch = train(config, split, engine)
    assert np.array_equal(run.snapshots.vectors[run.epoch_starts], by_epoch.snapshots.vectors)
    assert np.array_equal(run.batch_loss, by_epoch.batch_loss)


@every_engine
def test_after_a_divergence_there_are_snapshots_of_what_was_finite(engine):
    config = TrainConfig(hidden=(), learning_rate=1e10, epochs=9, batch_size=5)
    run = train(config, exact_line(), engine, snapshots="update")
    assert run.status == "diverged"
    assert len(run.snapshots) == run.updates + 1
    assert np.isfinite(run.snapshots.vectors).all()
    assert np.array_equal(run.snapshots.vectors[-1], flatten(run.params))


def test_snapshots_are_of_epochs_or_of_updates():
    with pytest.raises(
        ValueError, match="snapshots must be one of epoch, update, fit, ends, got 'batch'"
    ):
        train(TrainConfig(), data.moons(n=20), snapshots="batch")


# Early stopping


@every_engine
@pytest.mark.parametrize("snapshots", ["epoch", "update"])
@pytest.mark.parametrize("patience", [1, 3])
def test_a_run_out_of_patience_goes_back_to_its_best_epoch(engine, patience, snapshots):
    split = samples(n=12, n_val=200)  # few samples of noise: it overfits at once
    config = TrainConfig(patience=patience, epochs=200, dtype="float64")
    run = train(config, split, engine, snapshots=snapshots)
    best, last = run.best_epoch, run.completed_epochs
    assert run.status == "stopped_early"
    assert last == best + patience
    assert run.val_loss[best] == np.nanmin(run.val_loss) < run.val_loss[last]
    assert (run.updates, run.stopped_at) == (run.epoch_starts[last],) * 2
    loss, _ = evaluate(run.params, config, split.X_val, split.y_val)
    assert loss == pytest.approx(run.val_loss[best], rel=1e-9)
    assert np.isnan(run.train_loss[last + 1 :]).all()
    # Up to there it is the run without patience.
    whole = train(replace(config, patience=None), split, engine)
    assert np.array_equal(whole.batch_loss[: run.updates], run.batch_loss[: run.updates])


@every_engine
def test_a_run_that_improves_to_the_end_keeps_its_last_parameters(engine):
    split = data.moons(n=60)
    run = train(TrainConfig(patience=30, epochs=20), split, engine)
    assert run.status == "finished"
    assert same_run(run, train(TrainConfig(epochs=20), split, engine))


@every_engine
@pytest.mark.parametrize("snapshots", ["epoch", "update"])
@pytest.mark.parametrize("ending", ["finished", "diverged", "cancelled"])
def test_with_patience_the_best_parameters_are_kept_however_the_run_ends(engine, ending, snapshots):
    split = data.moons(n=30, noise=0.5)
    config = TrainConfig(patience=500, epochs=40, learning_rate=0.3, batch_size=8, dtype="float64")
    best = train(config, split, engine).best_epoch
    assert 0 < best < 35
    progress = Progress()
    schedules = {
        "finished": "constant",
        "diverged": lambda u: 0.3 if u < 4 * best + 10 else 1e300,
        "cancelled": cancel_after(best + 3, progress, 0.3),
    }
    config = replace(config, epochs=best + 5, schedule=schedules[ending])
    run = train(config, split, engine, progress, snapshots)
    assert (run.status, run.best_epoch) == (ending, best)
    loss, _ = evaluate(run.params, config, split.X_val, split.y_val)
    assert loss == pytest.approx(np.nanmin(run.val_loss), rel=1e-9)
    assert not np.array_equal(flatten(run.params), run.snapshots.vectors[-1])


def cancel_after(epochs, progress, rate):
    """A schedule that leaves the rate as it is, and stops the run after so many epochs."""

    class Cancel(ReduceOnPlateau):
        def after(self, losses):
            if len(losses) == epochs:
                progress.cancel()
            return rate

    return Cancel(rate)


@every_engine
def test_where_nothing_learned_is_better_than_the_start_words_say_so(engine):
    split = data.spiral(n=30, noise=0.4, seed=2)
    run = train(TrainConfig(patience=3, epochs=20), split, engine)
    assert run.best_epoch == 0
    assert np.array_equal(flatten(run.params), run.snapshots.vectors[0])
    words = describe_losses(run, split)
    assert "nothing learned was better on validation than the start, which was kept" in words


# What is not finite is never the best


def with_enormous_row(split):
    """The same data, but one validation sample is hardly a number any more."""
    X = split.X_val.copy()
    X[0] = 3e38
    return replace(split, X_val=X)


@every_engine
@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("patience", [None, 2])
@pytest.mark.parametrize("schedule", ["constant", "reduce_on_plateau"])
def test_an_enormous_validation_row_ends_in_words(engine, loss, patience, schedule):
    two = LOSSES[loss].task != "regression"
    split = with_enormous_row(data.moons(n=40) if two else data.wave(n=40))
    config = TrainConfig(loss=loss, patience=patience, schedule=schedule, epochs=12)
    run = train(config, split, engine)
    words = describe_losses(run, split)
    if not np.isfinite(run.val_loss).any():
        assert run.best_epoch is None
        assert np.array_equal(flatten(run.params), run.snapshots.vectors[-1])
        assert "validation not finite" in words
    else:
        assert np.isfinite(run.val_loss[run.best_epoch])


@pytest.mark.parametrize("out_of_patience", OUT_OF_PATIENCE)
def test_patience_counts_from_the_lowest_finite_loss(out_of_patience):
    losses = np.array([np.nan, 5.0, np.inf, 4.0, np.nan, 6.0])
    found = [bool(out_of_patience(losses, epoch, 2)) for epoch in range(6)]
    assert found == [False, False, False, False, False, True]
    assert [bool(out_of_patience(np.full(4, np.nan), epoch, 2)) for epoch in range(4)] == [
        False, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("knob", [{"patience": 2}, {"schedule": "reduce_on_plateau"}])
def test_what_follows_the_validation_loss_needs_one(knob):
    split = data.moons(n=40, val=0)
    with pytest.raises(ValueError, match=f"{next(iter(knob))} needs a validation set, got"):
        train(TrainConfig(**knob), split)


# Schedules and batches


@every_engine
def test_reduce_on_plateau_follows_the_losses_of_its_own_run(engine):
    split = samples(n=12, n_val=200)
    schedule = ReduceOnPlateau(0.1, factor=0.5, patience=1)
    run = train(TrainConfig(schedule=schedule, epochs=30), split, engine)
    rates = run.learning_rate[run.epoch_starts[:-1]]
    expected = [schedule.after(run.val_loss[1 : epoch + 1]) for epoch in range(30)]
    assert rates.tolist() == expected
    assert len(set(expected)) > 2


@every_engine
@pytest.mark.parametrize("schedule", [0.03, lambda update: 0.03])
def test_a_number_or_a_function_takes_the_place_of_the_rate(engine, schedule):
    split = data.moons(n=40)
    config = TrainConfig(schedule=schedule, learning_rate=9.0, epochs=3)
    expected = train(TrainConfig(learning_rate=0.03, epochs=3), split, engine)
    assert np.array_equal(train(config, split, engine).batch_loss, expected.batch_loss)


@every_engine
def test_batches_can_grow(engine):
    config = TrainConfig(batch_size=lambda epoch: 4 * 2**epoch, epochs=5, dtype="float64")
    run = train(config, samples(n=40), engine)
    assert run.epoch_starts.tolist() == [0, 10, 15, 18, 20, 21]
    assert run.updates == len(run.batch_loss) == 21
    dropped = train(replace(config, epochs=4, drop_last=True), samples(n=40), engine)
    assert np.diff(dropped.epoch_starts).tolist() == [10, 5, 2, 1]


@pytest.mark.parametrize("size", [0, -3, 2.5, "8"])
def test_batch_sizes_must_be_counts(size):
    config = TrainConfig(batch_size=lambda epoch: size if epoch == 1 else 8, epochs=3)
    with pytest.raises(ValueError, match="batch_size must give integers ≥ 1, got"):
        train(config, data.moons(n=40))


# Dropout


@every_engine
def test_dropout_adds_the_variance_of_the_formula(engine):
    # In a linear network of one hidden layer, leaving out units with probability p adds noise of
    # variance p/(1-p)·Σ_j (h_j·v_j)² to the output, and so to the squared error.
    split, p = samples("regression", n=30, outputs=None), 0.4
    config = TrainConfig(
        hidden=(6,), activation="identity", dropout=p, learning_rate=0, batch_size=30,
        epochs=1000, dtype="float64",
    )  # fmt: skip
    run = train(config, split, engine)
    first, last = run.params
    h = split.X_train @ first.W + first.b
    residual = (h @ last.W + last.b)[:, 0] - split.y_train
    noise = p / (1 - p) * np.sum((h * last.W[:, 0]) ** 2, axis=1)
    expected = np.mean(residual**2 + noise)
    error = run.batch_loss.std() / np.sqrt(run.updates)
    assert abs(run.batch_loss.mean() - expected) < 5 * error
    # Evaluation leaves nothing out.
    assert np.allclose(run.train_loss, np.mean(residual**2), rtol=1e-6)


@every_engine
def test_dropout_leaves_first_weights_and_batches_as_they_are(engine):
    config, split = TrainConfig(hidden=(), epochs=3), data.moons(n=40)
    # Without hidden units there is nothing to leave out.
    assert same_run(
        train(replace(config, dropout=0.5), split, engine), train(config, split, engine)
    )
    deep = TrainConfig(epochs=1)
    with_it, without = (train(replace(deep, dropout=p), split, engine) for p in (0.5, 0.0))
    assert np.array_equal(with_it.snapshots.vectors[0], without.snapshots.vectors[0])
    assert with_it.batch_loss[0] != without.batch_loss[0]


# What the hidden layers do


@every_engine
@pytest.mark.parametrize("batch_norm", [False, "before", "after"])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu"])
def test_statistics_of_hidden_layers_against_numpy(engine, activation, batch_norm):
    split = samples(n=37)
    config = TrainConfig(
        hidden=(9, 5), activation=activation, batch_norm=batch_norm, learning_rate=0.5, epochs=6,
        dtype="float64",
    )  # fmt: skip
    run = train(config, split, engine)
    for epoch, params in enumerate(run.snapshots):
        _, steps = forward(params, config, split.X_train.astype(float))
        for layer in (0, 1):
            h = steps[layer + 1].h
            flat = np.abs(ACTIVATIONS[activation].derivative(steps[layer].z)) < 0.01
            assert run.activation_mean[epoch, layer] == pytest.approx(h.mean(), rel=1e-6)
            assert run.activation_std[epoch, layer] == pytest.approx(h.std(), rel=1e-6)
            assert run.flat[epoch, layer] == pytest.approx(flat.mean())
            assert run.dead[epoch, layer] == pytest.approx(flat.all(axis=0).mean())


@every_engine
def test_units_that_no_sample_reaches_are_dead(engine):
    # One long step against the gradient pushes ReLU units below 0 for good.
    run = train(TrainConfig(learning_rate=100, epochs=20), data.circle(), engine)
    assert run.dead[0].max() < 0.5
    assert run.dead[-1].max() == 1
    assert run.flat[-1].max() == 1


# What first ceased to be finite


def line(scale, slope=1.0):
    return exact_line(slope=slope, scale=scale, n=4)


@every_engine
@pytest.mark.parametrize(
    ("split", "settings", "failure"),
    [
        (line(3e38), {"hidden": (64,)}, ("pre-activation", 0)),
        (line(1e30), {"hidden": (2,), "schedule": 1e15}, ("batch loss", None)),
        (line(1e18), {"hidden": ()}, ("gradient", 0)),
        (line(1e3), {"hidden": (), "schedule": 1e38}, ("parameter", 0)),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_failure_is_located(engine, split, settings, failure):
    config = TrainConfig(activation="identity", batch_size=4, epochs=5, **settings)
    run = train(config, split, engine)
    assert run.status == "diverged"
    assert run.failure == Failure(run.stopped_at, *failure)


@every_engine
def test_a_run_that_is_finite_has_no_failure(engine):
    assert train(TrainConfig(epochs=2), data.moons(n=40), engine).failure is None


# A last batch of one sample, with batch norm


@every_engine
@pytest.mark.parametrize("batch_norm", ["before", "after"])
@pytest.mark.parametrize("n", [33, 65])
def test_a_lone_last_batch_leaves_the_running_averages_alone(engine, batch_norm, n):
    split = samples(n=n, n_val=100)
    config = TrainConfig(batch_size=32, epochs=3, batch_norm=batch_norm, dtype="float64", l2=0.01)
    run = train(config, split, engine, snapshots="update")
    per_epoch = n // 32 + 1
    assert run.updates == 3 * per_epoch
    for u in range(run.updates):
        alone = u % per_epoch == n // 32
        for before, after in zip(run.snapshots[u][:-1], run.snapshots[u + 1][:-1], strict=True):
            for name in ("running_mean", "running_var"):
                same = np.array_equal(getattr(before, name), getattr(after, name))
                assert same == alone, name
            assert not np.array_equal(before.W, after.W)
            assert not np.array_equal(before.beta, after.beta)


@every_engine
def test_one_sample_more_than_a_batch_does_not_spoil_the_evaluation(engine):
    """The losses of 33 samples lie among those of 32 and 34, of which no batch is a single one."""
    config = TrainConfig(batch_size=32, epochs=20, batch_norm=True)
    losses = {
        n: [
            train(replace(config, seed=seed), data.moons(n=n, seed=seed), engine).val_loss[-1]
            for seed in range(10)
        ]
        for n in (32, 33, 34)
    }
    medians = {n: np.median(values) for n, values in losses.items()}
    assert medians[33] < 1.25 * max(medians[32], medians[34])


def test_the_gradient_of_a_lone_batch_is_that_of_fixed_averages():
    split = samples(n=40)
    for place in ("before", "after"):
        config = TrainConfig(hidden=(5, 4), activation="tanh", batch_norm=place, dtype="float64")
        params = train(replace(config, epochs=2), split, "numpy").params
        X, y = split.X_train[:1].astype(float), split.y_train[:1]
        loss = LOSSES[params.loss]

        def value(w, config=config, params=params, X=X, y=y, loss=loss):
            layers = unflatten(w, sizes_of(params), params.loss, True)
            return loss.function(forward(layers, config, X, training=True, alone=True)[0], y)

        outputs, steps = forward(params, config, X, training=True, alone=True)
        found = flatten(backward(params, config, steps, loss.gradient(outputs, y)))
        expected = central_difference(value, flatten(params))
        names = [
            np.full(part.size, field.startswith("running"))
            for layer in params
            for field, part in zip(layer._fields, layer, strict=True)
            if part is not None
        ]
        trained = ~np.concatenate(names)
        assert np.allclose(found[trained], expected[trained], rtol=1e-6, atol=1e-9)
        assert (found[~trained] == 0).all()


@every_engine
def test_batches_of_one_by_choice_normalize_as_ever(engine):
    split = data.moons(n=20)
    run = train(TrainConfig(batch_size=1, epochs=2, batch_norm=True), split, engine)
    assert run.status == "finished"
    # Of one sample the variance is 0: after many, the running one nearly is.
    assert (run.params[0].running_var < 0.02).all()
    assert not run.lone_last_batch
    slow = train(run.config, split, "numpy")
    assert np.allclose(run.batch_loss, slow.batch_loss, rtol=1e-4)
    assert np.allclose(flatten(run.params), flatten(slow.params), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "n", "expected"),
    [
        ({}, 33, True),
        ({}, 34, False),
        ({}, 32, False),
        ({"batch_norm": False}, 33, False),
        ({"hidden": ()}, 33, False),
        ({"drop_last": True}, 33, False),
        ({"batch_size": 1}, 33, False),
        ({"batch_size": 64}, 1, False),
        ({"batch_size": lambda epoch: 8 * 2**epoch}, 17, True),
    ],
)
def test_a_run_knows_whether_there_was_a_lone_last_batch(settings, n, expected):
    config = TrainConfig(**{"batch_size": 32, "batch_norm": True, "epochs": 2} | settings)
    run = train(config, samples(n=n))
    assert run.lone_last_batch == expected
    assert ("single sample" in " ".join(remarks(run))) == expected
