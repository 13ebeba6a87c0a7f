"""Spreads that are small beside the mean: what a run records, and what batch norm divides by.

Inputs of 1000 ± 0.01 go through layers of one unit without bias, so that every engine multiplies
the same numbers and rounds once: what each unit gives is known to the last bit.
"""

import numpy as np
import pytest
from reference import ENGINES

from lessons import TrainConfig, data, train
from lessons.batch_norm import normalize
from lessons.verdict import guessing_loss

every_engine = pytest.mark.parametrize("engine", ENGINES)
both_types = pytest.mark.parametrize(("dtype", "rel"), [("float32", 2e-6), ("float64", 1e-9)])


def far_from_zero(n, mean=1000.0, width=0.01):
    """Samples with one feature, and targets that have nothing to do with it."""
    rng = np.random.default_rng(n)
    X = mean + width * rng.uniform(-1, 1, (n, 1))
    return data.from_arrays(X, rng.normal(size=n), val=0, test=0)


def hidden_values(run, X):
    """What the layers of one unit give, rounded as both engines round, but without batch norm."""
    h, values = X.astype(run.config.dtype), []
    for layer in run.snapshots[0][:-1]:
        assert not layer.b.any()
        h = h * layer.W[0, 0]
        values.append(h.astype(np.float64))
    return values


# The sums of the fast engine are in the type of the run, within a block of samples.
@every_engine
@both_types
@pytest.mark.parametrize("n", [1, 5, 128, 500])
@pytest.mark.parametrize(("mean", "width"), [(1000, 0.01), (-1e6, 1), (0, 1), (0, 1e-12)])
def test_the_recorded_spread_is_that_of_the_outputs(engine, dtype, rel, n, mean, width):
    split = far_from_zero(n, mean, width)
    config = TrainConfig(
        hidden=(1, 1), activation="identity", learning_rate=0, epochs=1, dtype=dtype
    )
    run = train(config, split, engine)
    for layer, h in enumerate(hidden_values(run, split.X_train)):
        assert run.activation_mean[1, layer] == pytest.approx(h.mean(), rel=1e-9, abs=rel * h.std())
        assert run.activation_std[1, layer] == pytest.approx(h.std(), rel=rel)
        assert n == 1 or h.std() > 0


@every_engine
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mean", [0.1, 1000, 1e6])
@pytest.mark.parametrize("n", [1, 33, 129, 500])
def test_equal_outputs_have_no_spread(engine, dtype, mean, n):
    config = TrainConfig(hidden=(1,), activation="identity", epochs=1, dtype=dtype)
    run = train(config, far_from_zero(n, mean, width=0), engine)
    assert run.activation_mean[0, 0] == pytest.approx(mean * run.snapshots[0][0].W[0, 0], rel=1e-6)
    assert run.activation_std[0, 0] == 0


@every_engine
@both_types
def test_the_recorded_spread_is_that_of_all_units_together(engine, dtype, rel):
    split = far_from_zero(300)
    config = TrainConfig(
        hidden=(19,), activation="identity", learning_rate=0, epochs=1, dtype=dtype
    )
    run = train(config, split, engine)
    h = (split.X_train.astype(dtype) * run.snapshots[0][0].W[0]).astype(np.float64)
    assert run.activation_mean[1, 0] == pytest.approx(h.mean(), rel=rel)
    assert run.activation_std[1, 0] == pytest.approx(h.std(), rel=rel)


@every_engine
@both_types
@pytest.mark.parametrize("n", [2, 32, 100, 500])
def test_batch_norm_divides_by_the_spread_of_the_batch(engine, dtype, rel, n):
    split = far_from_zero(n)
    config = TrainConfig(
        hidden=(1,), activation="identity", batch_norm=True, bn_momentum=1, bn_eps=1e-9,
        learning_rate=0, epochs=1, batch_size=n, shuffle=False, dtype=dtype,
    )  # fmt: skip
    run = train(config, split, engine)
    z, layer, last = hidden_values(run, split.X_train)[0], *run.params
    # Both are kept as numbers of the type, however well they were known; the variance began at 1.
    rounding = float(np.finfo(dtype).eps)
    assert layer.running_mean[0] == pytest.approx(z.mean(), rel=2 * rounding)
    assert layer.running_var[0] == pytest.approx(z.var(ddof=1), rel=rel, abs=rounding)
    outputs = (z - z.mean()) / np.sqrt(z.var() + 1e-9) * last.W[0, 0] + last.b[0]
    loss = np.mean((outputs[:, 0] - split.y_train.astype(dtype)) ** 2)
    assert run.batch_loss[0] == pytest.approx(loss, rel=rel)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float32, 1e-5), (np.float64, 1e-9)])
def test_normalized_values_have_mean_0_and_spread_1_far_from_zero(dtype, rtol):
    z = (1000 + 0.01 * np.random.default_rng(0).uniform(-1, 1, (500, 3))).astype(dtype)
    _, normalized = normalize(z, np.ones(3, dtype), np.zeros(3, dtype), 1e-12)
    wide = z.astype(np.float64)
    expected = (wide - wide.mean(axis=0)) / np.sqrt(wide.var(axis=0) + 1e-12)
    assert {array.dtype for array in normalized[:3]} == {np.dtype(dtype)}
    assert np.allclose(normalized.z_hat, expected, rtol=rtol, atol=rtol)
    assert np.allclose(normalized.var, wide.var(axis=0), rtol=rtol, atol=0)


@every_engine
def test_batch_norm_of_equal_numbers_gives_0(engine):
    split = data.from_arrays(np.full((100, 1), 1000.01), np.arange(100.0), val=0, test=0)
    config = TrainConfig(
        hidden=(3,), activation="identity", batch_norm=True, bn_eps=1e-9, learning_rate=0,
        epochs=1, batch_size=100, shuffle=False,
    )  # fmt: skip
    run = train(config, split, engine)
    assert run.batch_loss[0] == pytest.approx(np.mean(np.arange(100.0) ** 2), rel=1e-5)


def test_the_loss_of_guessing_is_the_variance_far_from_zero_too():
    y = 1000 + 0.01 * np.random.default_rng(0).uniform(-1, 1, (5000, 2))
    split = data.from_arrays(np.ones((5000, 1)), y, val=0, test=0)
    exact = np.mean(np.var(split.y_train.astype(np.float64), axis=0))
    assert guessing_loss(split) == pytest.approx(exact, rel=1e-9)
