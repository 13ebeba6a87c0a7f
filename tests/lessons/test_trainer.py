"""Training: the two engines against each other, randomness, divergence, progress."""

import math
import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from reference import (
    ENGINES,
    exact_line,
    orders_of,
    run_python,
    same_run,
    samples,
    settings_and_samples,
    with_rate,
)

from lessons import Progress, TrainConfig, data, randomness, train
from lessons.activations import ACTIVATIONS
from lessons.compiler import has_numba
from lessons.data import DATASETS
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
from lessons.network import forward
from lessons.optimizers import OPTIMIZERS
from lessons.parameters import flatten
from lessons.plan import make_plan
from lessons.randomness import random_streams
from lessons.run import Failure

every_set = pytest.mark.parametrize("name", DATASETS)
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_optimizer = pytest.mark.parametrize("optimizer", OPTIMIZERS)
every_engine = pytest.mark.parametrize("engine", ENGINES)
two_engines = pytest.mark.skipif(not has_numba(), reason="Numba is not installed")

HISTORIES = (
    "batch_loss", "grad_norm", "train_loss", "val_loss", "train_accuracy", "val_accuracy",
    "learning_rate", "activation_mean", "activation_std", "flat", "dead",
)  # fmt: skip
RATES = np.geomspace(1e-6, 1e3, 10)


def both(config, split):
    return train(config, split, engine="numba"), train(config, split, engine="numpy")


def assert_close(fast, slow, rtol, atol=1e-12, histories=HISTORIES):
    assert (fast.status, fast.stopped_at) == (slow.status, slow.stopped_at)
    assert len(fast.snapshots) == len(slow.snapshots)
    for name in histories:
        pair = getattr(fast, name), getattr(slow, name)
        assert np.allclose(*pair, rtol=rtol, atol=atol, equal_nan=True), name
    assert np.allclose(fast.snapshots.vectors, slow.snapshots.vectors, rtol=rtol, atol=atol)
    assert np.allclose(flatten(fast.params), flatten(slow.params), rtol=rtol, atol=atol)


# The two engines


@two_engines
@settings(max_examples=300)
@given(settings_and_samples())
def test_engines_agree_to_rounding(example):
    config, split = example
    # Of batches of one, batch norm leaves nothing but rounding; they have a test of their own. Of
    # two, it makes +1 and -1 whatever they were: their gradient is nothing but rounding.
    assume(not (config.batch_norm and min(make_plan(config, split).batch_sizes) <= 2))
    fast, slow = both(config, split)
    # A run that blows up magnifies every rounding; divergence has its own tests.
    assume(slow.status != "diverged" and slow.train_loss[slow.completed_epochs] < 1e3)
    # Where every unit is dead, scores can tie by symmetry, and rounding decides who is first.
    dead = slow.grad_norm[: slow.updates, 0].min() < 1e-12 or 1 in slow.dead
    names = tuple(name for name in HISTORIES if not (dead and "accuracy" in name))
    assert_close(fast, slow, rtol=1e-7, atol=1e-7, histories=names)


@two_engines
@every_activation
@every_set
def test_engines_agree_in_single_precision(name, activation):
    config = TrainConfig(activation=activation, learning_rate=0.01, epochs=10)
    fast, slow = both(config, DATASETS[name]())
    assert fast.status == "finished"
    assert_close(fast, slow, rtol=2e-3, atol=2e-4, histories=HISTORIES[:4])
    assert np.allclose(fast.train_accuracy, slow.train_accuracy, atol=0.005, equal_nan=True)


@pytest.mark.slow
@every_engine
@pytest.mark.parametrize(
    ("optimizer", "bound"), [("sgd", 1e-5), ("momentum", 1e-5), ("adam", 1e-2)]
)
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("name", [name for name in DATASETS if name != "digits"])
def test_single_precision_is_as_near_as_the_docstring_says(
    engine, optimizer, bound, activation, name
):
    split = DATASETS[name]()
    # Of a single input, batch norm keeps no more than the sign of its weight: rounding decides.
    for batch_norm in (False, True) if split.X_train.shape[1] > 1 else (False,):
        config = TrainConfig(
            activation=activation, optimizer=optimizer, learning_rate=0.003, epochs=5,
            batch_norm=batch_norm,
        )  # fmt: skip
        single = train(config, split, engine).train_loss
        double = train(replace(config, dtype="float64"), split, engine).train_loss
        assert np.max(np.abs(single - double) / double) < bound


@pytest.mark.slow
@two_engines
@every_optimizer
@every_activation
def test_engines_diverge_at_the_same_update(activation, optimizer):
    stopped = []
    for split in (data.wave(n=60), data.spiral(n=60), samples("regression", outputs=2)):
        for rate in (*RATES[::3], 30.0):
            config = TrainConfig(
                activation=activation, optimizer=optimizer, learning_rate=rate, epochs=30,
                dtype="float64",
            )  # fmt: skip
            fast, slow = both(config, split)
            assert (fast.status, fast.stopped_at) == (slow.status, slow.stopped_at), rate
            stopped.append(fast.stopped_at)
    assert None in stopped
    # Optimizers that divide by the size of the gradient take small steps, however steep it is.
    assert any(stopped) == (optimizer in ("sgd", "momentum", "nesterov"))


@two_engines
def test_a_saturated_unit_lets_nothing_through_in_either_engine():
    # Inputs of ±1e4 drive every unit of the first layer to its limit.
    split = exact_line(scale=1e4)
    for activation in ("tanh", "sigmoid"):
        config = TrainConfig(hidden=(8,), activation=activation, epochs=1)
        for run in both(config, split):
            assert not run.grad_norm[:, 0].any()
            assert run.grad_norm[:, 1].all()


@two_engines
def test_of_equal_scores_the_first_is_the_answer():
    # All inputs are 0, so that all scores stay at the biases, which begin at 0.
    y = np.arange(30) % 3
    split = data.from_arrays(np.zeros((30, 1)) + np.arange(2), y, val=0.2, test=0)
    for run in both(TrainConfig(hidden=(4,), learning_rate=0, epochs=1), zeroed(split)):
        assert run.train_accuracy[0] == np.mean(split.y_train == 0)
        assert run.val_accuracy[0] == np.mean(split.y_val == 0)


def zeroed(split):
    return replace(split, X_train=np.zeros_like(split.X_train), X_val=np.zeros_like(split.X_val))


@every_engine
def test_an_empty_validation_set_has_nan_histories(engine):
    for target in (np.arange(20) % 2, np.linspace(0, 1, 20), np.ones((20, 3))):
        X = np.random.default_rng(0).normal(size=(20, 2))
        split = data.from_arrays(X, target, val=0, test=0)
        run = train(TrainConfig(epochs=2), split, engine)
        assert np.isnan(run.val_loss).all()
        assert np.isnan(run.val_accuracy).all()
        assert np.isfinite(run.train_loss).all()


# One update, by hand


@every_engine
@pytest.mark.parametrize("loss", LOSSES)
def test_losses_and_accuracies_are_those_of_the_formulas(engine, loss):
    task = LOSSES[loss].task
    split = samples("classification", outputs=2) if task == "two classes" else samples(task)
    config = TrainConfig(loss=loss, epochs=2, dtype="float64")
    run = train(config, split, engine)
    for epoch in range(3):
        for part in ("train", "val"):
            X, y = getattr(split, f"X_{part}"), getattr(split, f"y_{part}")
            outputs = forward(run.snapshots[epoch], config, X.astype(float))[0]
            expected = LOSSES[loss].function(outputs, y)
            assert getattr(run, f"{part}_loss")[epoch] == pytest.approx(expected, rel=1e-9)
            if task != "regression":
                answers = outputs.argmax(axis=1) if task == "classification" else outputs[:, 0] > 0
                right = np.mean(answers == y)
                assert getattr(run, f"{part}_accuracy")[epoch] == pytest.approx(right)


@every_engine
@pytest.mark.parametrize("rate", [0.01, 0.3, 0.9])
def test_a_line_is_fitted_in_the_steps_of_the_closed_form(engine, rate):
    # The error of the slope shrinks by the factor 1 - 2η·scale² at each full step.
    config = TrainConfig(
        hidden=(), learning_rate=rate, batch_size=20, epochs=8, dtype="float64", shuffle=False
    )
    run = train(config, exact_line(slope=2, scale=0.5), engine)
    error = np.array([params[0].W[0, 0] - 2 for params in run.snapshots])
    shrink = (1 - 2 * rate * 0.25) ** np.arange(9)
    assert np.allclose(error, error[0] * shrink, rtol=1e-12)
    assert np.allclose(run.train_loss, 0.25 * error**2, rtol=1e-12)
    assert np.allclose(run.batch_loss, run.train_loss[:-1], rtol=1e-12)
    assert np.allclose(run.grad_norm[:, 0], np.abs(0.5 * error[:-1]), rtol=1e-12)


# Batches and randomness


@every_engine
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("drop_last", [True, False])
@pytest.mark.parametrize("hidden", [(), (4,), (4, 3, 2)])
def test_batches_are_cut_from_the_order_of_the_epoch(engine, shuffle, drop_last, hidden):
    split = samples("regression", n=23, outputs=2)
    config = TrainConfig(
        hidden=hidden, learning_rate=0, batch_size=5, epochs=3, shuffle=shuffle,
        drop_last=drop_last, seed=4, dtype="float64",
    )  # fmt: skip
    run = train(config, split, engine)
    outputs = forward(run.params, config, split.X_train.astype(float))[0]
    each = np.mean((outputs - split.y_train) ** 2, axis=1)
    expected = [
        each[order[start : start + 5]].mean()
        for order in orders_of(config, 23)
        for start in range(0, 20 if drop_last else 23, 5)
    ]
    assert np.allclose(run.batch_loss, expected, rtol=1e-9)


def test_every_epoch_takes_every_sample_once_in_another_order():
    orders = orders_of(TrainConfig(epochs=4), 30)
    assert (np.sort(orders, axis=1) == np.arange(30)).all()
    assert len({tuple(order) for order in orders}) == 4
    assert (orders_of(TrainConfig(epochs=4, shuffle=False), 30) == np.arange(30)).all()
    assert not np.array_equal(orders, orders_of(TrainConfig(epochs=4, seed=1), 30))


def test_weights_order_and_dropout_have_streams_of_their_own():
    streams = random_streams(3)
    draws = {np.random.default_rng(stream).random() for stream in streams}
    assert len(draws) == len(streams) == 3
    natural = np.tile(np.arange(30), (4, 1))
    orders = np.random.default_rng(streams.order).permuted(natural, axis=1)
    assert np.array_equal(orders, orders_of(TrainConfig(epochs=4, seed=3), 30))
    W = INITIALIZERS["he_normal"](np.random.default_rng(streams.init), 2, 5)
    config = TrainConfig(hidden=(5,), epochs=1, seed=3, dtype="float64")
    assert np.array_equal(train(config, data.moons(n=20)).snapshots[0][0].W, W)


@every_engine
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_leaky_unit_counts_as_flat_or_dead(engine, dtype):
    """Its smaller slope is just what others have to fall below."""
    config = TrainConfig(activation="leaky_relu", epochs=10, dtype=dtype)
    run = train(config, data.moons(n=100), engine)
    assert np.all(run.flat == 0)
    assert np.all(run.dead == 0)


@every_engine
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_same_settings_same_bits(engine, dtype):
    config, split = TrainConfig(epochs=5, dtype=dtype), data.spiral()
    assert same_run(train(config, split, engine), train(config, split, engine))
    # However the numbers came to be in memory.
    copied = replace(
        split, X_train=np.asfortranarray(split.X_train), y_train=split.y_train.astype(np.int32)
    )
    assert same_run(train(config, split, engine), train(config, copied, engine))


FINGERPRINT = """
import hashlib
from lessons import TrainConfig, data, train
from lessons.parameters import flatten
for engine in {engines}:
    run = train(TrainConfig(epochs=5, activation="gelu"), data.moons(), engine)
    print(hashlib.sha256(run.batch_loss.tobytes() + flatten(run.params).tobytes()).hexdigest())
"""


def test_same_settings_same_bits_in_another_process():
    code = FINGERPRINT.format(engines=ENGINES)
    first, second = run_python(code), run_python(code, PYTHONHASHSEED="7")
    assert first == second
    assert len(set(first.split())) == len(ENGINES)


@every_engine
def test_another_seed_is_another_run(engine):
    split = data.spiral(n=50)
    first, second = (train(TrainConfig(epochs=2, seed=seed), split, engine) for seed in (0, 1))
    assert not np.array_equal(first.snapshots[0][0].W, second.snapshots[0][0].W)
    assert not np.array_equal(first.batch_loss, second.batch_loss)


OTHER_KNOBS = [
    {"batch_size": 7},
    {"learning_rate": 0.7},
    {"activation": "tanh"},
    {"optimizer": "momentum"},
    {"epochs": 3},
    {"shuffle": False},
    {"drop_last": True},
]


@every_engine
@pytest.mark.parametrize("knob", OTHER_KNOBS, ids=str)
def test_no_other_knob_changes_the_first_weights(engine, knob):
    config, split = TrainConfig(epochs=1), data.spiral(n=50)
    first = train(config, split, engine).snapshots.vectors[0]
    other = train(replace(config, **knob), split, engine).snapshots.vectors[0]
    assert np.array_equal(first, other)
    assert np.any(other)


def test_float32_starts_from_the_rounded_weights_of_float64():
    split = data.spiral(n=50)
    single, double = (train(TrainConfig(epochs=1, dtype=f"float{b}"), split) for b in (32, 64))
    vectors = single.snapshots.vectors[0], double.snapshots.vectors[0]
    assert [v.dtype for v in vectors] == [np.float32, np.float64]
    assert np.array_equal(vectors[0], vectors[1].astype(np.float32))


@every_engine
def test_a_longer_run_begins_like_a_shorter_one(engine):
    split = data.spiral(n=50)
    short, long = (train(TrainConfig(epochs=epochs), split, engine) for epochs in (3, 7))
    assert np.array_equal(short.batch_loss, long.batch_loss[: len(short.batch_loss)])
    assert np.array_equal(short.train_loss, long.train_loss[:4])
    assert np.array_equal(short.snapshots.vectors, long.snapshots.vectors[:4])


@every_engine
@pytest.mark.parametrize("batch_norm", [False, True])
def test_from_its_own_first_parameters_a_run_is_the_same(engine, batch_norm):
    config, split = TrainConfig(epochs=3, batch_norm=batch_norm), data.spiral(n=50)
    run = train(config, split, engine)
    assert same_run(train(config, split, engine, first=run.snapshots[0]), run)


@every_engine
def test_a_run_goes_on_from_where_another_was(engine):
    """Plain descent with all samples in every batch has no memory and no luck: it is one run."""
    config, split = TrainConfig(batch_size=50, epochs=7), data.spiral(n=50)
    whole = train(config, split, engine)
    rest = train(replace(config, epochs=4, seed=1), split, engine, first=whole.snapshots[3])
    assert np.allclose(rest.train_loss, whole.train_loss[3:], rtol=1e-5)
    assert np.array_equal(rest.snapshots.vectors[0], whole.snapshots.vectors[3])


@two_engines
@every_optimizer
def test_of_a_run_that_goes_on_engines_agree(optimizer):
    config = TrainConfig(optimizer=optimizer, learning_rate=0.01, epochs=2, dtype="float64")
    split, other = data.moons(n=50), replace(config, seed=1)
    first = train(other, split).params
    fast, slow = (train(config, split, engine, first=first) for engine in ENGINES)
    assert_close(fast, slow, 1e-9)


@every_engine
def test_a_run_that_goes_on_has_an_optimizer_without_memory(engine):
    """The first step of Adam is the rate for each weight, whatever it would have remembered."""
    config, split = TrainConfig(optimizer="adam", batch_size=50, epochs=3), data.moons(n=50)
    first = train(config, split, engine).snapshots[3]
    on = train(replace(config, epochs=1), split, engine, first=first)
    steps = np.abs(np.diff(on.snapshots.vectors, axis=0))[0]
    assert np.isclose(np.median(steps[steps > 0]), config.learning_rate, rtol=1e-3)


def test_given_parameters_are_left_alone_and_rounded_for_single_precision():
    config, split = TrainConfig(epochs=2, dtype="float64"), data.moons(n=50)
    first = train(config, split).snapshots[0]
    before = flatten(first).copy()
    single = train(replace(config, dtype="float32"), split, first=first)
    assert single.snapshots.vectors.dtype == np.float32
    assert np.array_equal(flatten(first), before)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda layers: layers[1:], "first must be layers of the shapes"),
        (lambda layers: [layers[0]._replace(b=np.zeros(3)), *layers[1:]], r"\(3,\)"),
        (lambda layers: [layers[0]._replace(gamma=np.zeros(16)), *layers[1:]], "first must be"),
        (lambda layers: [layers[0]._replace(b=np.full(16, np.nan)), *layers[1:]], "got 16 that"),
    ],
)
def test_first_parameters_that_do_not_fit_are_refused(change, words):
    config, split = TrainConfig(epochs=1), data.moons(n=50)
    layers = list(train(config, split).params)
    with pytest.raises(ValueError, match=words):
        train(config, split, first=change(layers))


@every_engine
@pytest.mark.parametrize("shuffle", [True, False])
def test_orders_drawn_in_pieces_make_the_same_run(monkeypatch, engine, shuffle):
    config = TrainConfig(epochs=7, shuffle=shuffle, optimizer="momentum")
    whole = train(config, data.spiral(n=50), engine)
    monkeypatch.setattr(randomness, "ORDER_ENTRIES", 120)
    assert same_run(train(config, data.spiral(n=50), engine), whole)


def test_training_leaves_the_data_alone_and_needs_no_writable_arrays():
    split = data.moons(n=50)
    before = split.X_train.copy(), split.y_train.copy()
    train(TrainConfig(epochs=2), split)
    assert not split.X_train.flags.writeable
    assert np.array_equal(split.X_train, before[0])
    assert np.array_equal(split.y_train, before[1])


# Divergence


@every_engine
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [0.6, 3.0, 10.0, 99.0, 1e3, 1e6])
def test_divergence_is_found_at_its_update(engine, dtype, rate):
    # Of the same sample again and again, x = 1 and y = 0, each update multiplies the prediction p
    # by 1 - 4η. The first that overflows is the squared norm of the gradient, 2·(2p)².
    same = replace(exact_line(0), X_train=np.ones((47, 1), "f4"), y_train=np.zeros(47, "f4"))
    config = TrainConfig(hidden=(), learning_rate=rate, batch_size=1, epochs=30, dtype=dtype)
    run = train(config, same, engine)
    first = abs(float(run.snapshots[0][0].W[0, 0]))
    growth = 4 * rate - 1
    at = math.ceil(math.log(math.sqrt(np.finfo(dtype).max / 8) / first) / math.log(growth))
    assert (run.status, run.stopped_at) == ("diverged", at)
    assert run.updates == at
    assert at % 47 != 0
    assert len(run.snapshots) == at // 47 + 1
    # The parameters are those from before that update.
    prediction = abs(float(run.params[0].W[0, 0] + run.params[0].b[0]))
    assert prediction == pytest.approx(first * growth**at, rel=1e-4)
    assert np.isfinite(run.batch_loss[:at]).all()
    assert np.isnan(run.batch_loss[at + 1 :]).all()
    assert np.isnan(run.train_loss[at // 47 + 1 :]).all()


@every_engine
def test_a_step_to_infinity_is_not_made(engine):
    # Loss and gradient are finite; the rate times the gradient is not.
    config = TrainConfig(hidden=(), learning_rate=1e300, epochs=3, batch_size=64)
    run = train(config, exact_line(), engine)
    assert (run.status, run.stopped_at) == ("diverged", 0)
    assert np.array_equal(flatten(run.params), run.snapshots.vectors[0])
    assert np.isfinite(run.batch_loss[0])
    assert np.isnan(run.batch_loss[1:]).all()


@every_engine
def test_a_loss_that_overflows_after_the_last_update_is_a_divergence(engine):
    config = TrainConfig(hidden=(), learning_rate=1e22, epochs=1, batch_size=64)
    run = train(config, exact_line(), engine)
    assert (run.status, run.stopped_at, run.updates) == ("diverged", 1, 1)
    assert run.failure == Failure(1, "training loss", None)
    assert np.isfinite(run.batch_loss).all()
    assert np.isfinite(flatten(run.params)).all()
    assert len(run.snapshots) == 1


@every_engine
@every_set
def test_no_rate_raises_or_warns_and_the_record_is_whole(engine, name):
    split = DATASETS[name](**({} if name == "digits" else {"n": 60}))
    config = TrainConfig(epochs=2 if name == "digits" else 10, optimizer="momentum")
    for rate in RATES:
        run = train(with_rate(config, rate), split, engine)
        assert run.status in ("finished", "diverged")
        kept = len(run.snapshots)
        assert np.isfinite(run.train_loss[:kept]).all()
        assert np.isfinite(run.batch_loss[: run.updates]).all()
        assert np.isfinite(run.grad_norm[: run.updates]).all()
        assert np.isfinite(run.snapshots.vectors).all()
        assert np.isfinite(flatten(run.params)).all()
        if run.status == "finished":
            assert np.isfinite(run.train_loss).all()
            assert kept == config.epochs + 1


def test_nothing_is_written_to_stderr():
    code = f"""
from lessons import TrainConfig, data, predict, train
for engine in {ENGINES}:
    for rate in (1e-6, 30, 1e3):
        for split in (data.spiral(n=60), data.wave(n=60)):
            config = TrainConfig(learning_rate=rate, epochs=5)
            predict(train(config, split, engine).params, config, split.X_test)
"""
    assert run_python(code) == ""


# Progress


def cancel_when(progress, condition):
    """Cancel from another thread as soon as the condition holds."""

    def watch():
        while not condition():
            pass
        progress.cancel()

    threading.Thread(target=watch, daemon=True).start()


@every_engine
@pytest.mark.parametrize("shuffle", [True, False])
def test_progress_ends_at_one(engine, shuffle):
    progress = Progress()
    assert progress.fraction == 0
    train(TrainConfig(epochs=3, shuffle=shuffle), data.moons(n=50), engine, progress)
    assert progress.fraction == 1
    assert not progress.cancelled


@every_engine
def test_a_run_can_be_cancelled_from_another_thread(engine):
    progress = Progress()
    cancel_when(progress, lambda: progress.fraction > 0)
    config = TrainConfig(epochs=20_000, learning_rate=0.01)  # minutes, if it ran to its end
    run = train(config, data.spiral(), engine, progress)
    assert run.status == "cancelled"
    assert progress.cancelled
    assert 0 < run.updates == run.stopped_at < len(run.batch_loss)
    assert progress.fraction == run.updates / len(run.batch_loss)
    assert np.isfinite(run.batch_loss[: run.updates]).all()
    assert np.isnan(run.batch_loss[run.updates :]).all()
    assert np.isfinite(run.train_loss[: len(run.snapshots)]).all()
    assert np.isnan(run.train_loss[len(run.snapshots) :]).all()
    # Up to there it is the run that nobody stopped.
    epochs = len(run.snapshots) - 1
    if epochs:
        shorter = train(replace(config, epochs=epochs), data.spiral(), engine)
        assert np.array_equal(run.train_loss[: epochs + 1], shorter.train_loss)
        assert np.array_equal(run.snapshots.vectors, shorter.snapshots.vectors)


@two_engines
def test_a_run_cancelled_in_its_last_evaluation_did_not_finish():
    # One update, and then so many validation samples that there is time to cancel among them.
    split = samples("regression", n=10, d=1, outputs=1, n_val=200_000)
    progress = Progress()
    cancel_when(progress, lambda: progress.fraction == 1)
    run = train(TrainConfig(hidden=(128, 128), epochs=1), split, "numba", progress)
    assert (run.status, run.updates, len(run.snapshots)) == ("cancelled", 1, 1)
    assert np.isnan([run.train_loss[1], run.val_loss[1]]).all()
    assert np.isfinite([run.train_loss[0], run.val_loss[0]]).all()


@every_engine
def test_a_run_cancelled_before_it_starts_makes_no_update(engine):
    progress = Progress()
    progress.cancel()
    run = train(TrainConfig(epochs=3), data.moons(n=50), engine, progress)
    assert (run.status, run.updates, len(run.snapshots)) == ("cancelled", 0, 1)
    assert np.isnan(run.batch_loss).all()
    untouched = train(TrainConfig(epochs=3), data.moons(n=50), engine)
    assert np.array_equal(flatten(run.params), untouched.snapshots.vectors[0])


# Arguments


@pytest.mark.parametrize("engine", ["Numba", "torch", "", None, 1])
def test_unknown_engine(engine):
    with pytest.raises(ValueError, match="engine must be one of auto, numba, numpy, got"):
        train(TrainConfig(), data.moons(n=20), engine)


def test_auto_is_the_fast_engine_where_there_is_one():
    config, split = TrainConfig(epochs=3), data.spiral(n=50)
    assert same_run(train(config, split), train(config, split, ENGINES[0]))


@every_engine
def test_batch_size_beyond_the_data_means_all_of_it(engine):
    split = data.moons(n=20)
    all_of_it = train(TrainConfig(batch_size=20, epochs=2), split, engine)
    more = train(TrainConfig(batch_size=10**9, epochs=2), split, engine)
    assert same_run(all_of_it, more)
    assert more.config.batch_size == 10**9
    with pytest.raises(ValueError, match=r"batch_size must be at most 20 .* drop_last, got 21"):
        train(TrainConfig(batch_size=21, drop_last=True), split, engine)


def test_loss_must_fit_the_data():
    with pytest.raises(ValueError, match=r"loss must be one of cross_entropy, .* for 2 classes"):
        train(TrainConfig(loss="mse"), data.moons(n=20))


@every_engine
def test_schedule_sets_the_rate_of_every_update(engine):
    def schedule(update):
        return 0.5 / (1 + update)

    config = TrainConfig(
        schedule=schedule, epochs=2, batch_size=10, hidden=(), shuffle=False, dtype="float64"
    )
    run = train(config, exact_line(), engine)
    assert run.learning_rate.tolist() == [schedule(u) for u in range(4)]
    error = np.array([params[0].W[0, 0] - 2 for params in run.snapshots])
    # Two batches an epoch, each with the same curvature 2.
    expected = [1.0]
    for epoch in range(2):
        first, second = (1 - 2 * schedule(2 * epoch + batch) for batch in range(2))
        expected.append(expected[-1] * first * second)
    assert np.allclose(error / error[0], expected, atol=1e-6)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_schedule_must_give_rates(rate):
    config = TrainConfig(schedule=lambda u: rate if u == 3 else 0.1, epochs=5)
    with pytest.raises(ValueError, match="schedule must give rates ≥ 0, got"):
        train(config, data.moons(n=20))


# Without Numba


def test_everything_works_without_numba(tmp_path):
    (tmp_path / "numba.py").write_text("raise ModuleNotFoundError('no numba here', name='numba')\n")
    code = """
import sys
from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.learning_rate.rising_rate import range_test
from lessons.experiments.learning_rate.stability import largest_stable_learning_rate
from lessons.experiments.learning_rate.sweep import sweep
config, split = TrainConfig(epochs=3), data.moons(n=50)
print(train(config, split).status, engine_at_hand())
range_test(config, split, epochs=2)
sweep(config, split, [0.1, 0.2])
largest_stable_learning_rate(config, split)
try:
    train(config, split, engine="numba")
except ImportError as error:
    print(error)
print("lessons.kernels" in sys.modules)
"""
    assert run_python(code, PYTHONPATH=str(tmp_path)).splitlines() == [
        "finished auto",
        "engine 'numba' needs a Numba that works; 'auto' does not. Numba is not installed.",
        "False",
    ]


def test_the_readable_engine_does_not_import_numba():
    code = """
import sys
from lessons import TrainConfig, data, train
train(TrainConfig(epochs=1), data.moons(n=20), engine="numpy")
print("numba" in sys.modules)
"""
    assert run_python(code) == "False"
