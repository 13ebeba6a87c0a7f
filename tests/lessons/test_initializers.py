"""Initializers: mean, variance and bounds against the formulas, and what they are for."""

import math

import numpy as np
import pytest
from reference import samples

from lessons import TrainConfig, train
from lessons.initializers import INITIALIZERS

# What is not random: the value of all weights.
FIXED = {"constant": lambda n_in, n_out: 1 / n_in, "zeros": lambda n_in, n_out: 0}

every_initializer = pytest.mark.parametrize("name", INITIALIZERS)
every_random_one = pytest.mark.parametrize("name", [n for n in INITIALIZERS if n not in FIXED])
every_size = pytest.mark.parametrize(("n_in", "n_out"), [(1, 1), (1, 5), (7, 1), (3, 4), (5, 5)])

# One more initializer needs its variance here as well, or its value above.
VARIANCE = {
    "he_normal": lambda n_in, n_out: 2 / n_in,
    "he_uniform": lambda n_in, n_out: 2 / n_in,
    "xavier_normal": lambda n_in, n_out: 2 / (n_in + n_out),
    "xavier_uniform": lambda n_in, n_out: 2 / (n_in + n_out),
    "orthogonal": lambda n_in, n_out: 1 / max(n_in, n_out),
    "small_normal": lambda n_in, n_out: 1e-4,
    "large_normal": lambda n_in, n_out: 1,
}


def draw(name, n_in, n_out, seed=0):
    return INITIALIZERS[name](np.random.default_rng(seed), n_in, n_out)


@every_initializer
@every_size
def test_shape_and_type(name, n_in, n_out):
    assert draw(name, n_in, n_out).shape == (n_in, n_out)
    assert draw(name, n_in, n_out).dtype == np.float64


@every_random_one
@pytest.mark.parametrize(("n_in", "n_out"), [(400, 400), (1000, 100), (100, 1000)])
def test_mean_and_variance(name, n_in, n_out):
    W = draw(name, n_in, n_out)
    variance = VARIANCE[name](n_in, n_out)
    # Of 100,000 draws or more: 5 standard errors of the mean, and of the normal variance.
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)
    assert W.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / W.size))


@every_random_one
def test_uniform_ones_fill_their_bounds_and_normal_ones_exceed_them(name):
    W = draw(name, 300, 300)
    bound = np.sqrt(3 * VARIANCE[name](300, 300))
    if "uniform" in name:
        assert 0.999 * bound < np.abs(W).max() <= bound
    else:
        share = np.mean(np.abs(W) > bound)
        assert share == pytest.approx(0.0833, abs=0.005)  # of a normal population beyond √3 σ


@every_random_one
def test_weights_come_from_the_generator_alone(name):
    assert np.array_equal(draw(name, 4, 5, seed=1), draw(name, 4, 5, seed=1))
    assert not np.array_equal(draw(name, 4, 5, seed=1), draw(name, 4, 5, seed=2))


@pytest.mark.parametrize("name", FIXED)
@every_size
def test_what_is_not_random_has_one_value_and_draws_nothing(name, n_in, n_out):
    W = INITIALIZERS[name](None, n_in, n_out)
    assert np.array_equal(W, np.full((n_in, n_out), FIXED[name](n_in, n_out)))


@every_size
def test_orthogonal_rows_or_columns_have_length_one_and_right_angles(n_in, n_out):
    W = draw("orthogonal", n_in, n_out)
    products = W.T @ W if n_in >= n_out else W @ W.T
    assert np.allclose(products, np.eye(min(n_in, n_out)), atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_orthogonal_prefers_no_direction(size):
    rng = np.random.default_rng(0)
    Ws = np.array([INITIALIZERS["orthogonal"](rng, size, size) for _ in range(1000)])
    # Every entry has mean 0 and variance 1/size, and mirror images are as likely as rotations.
    assert np.abs(Ws.mean(axis=0)).max() < 5 / math.sqrt(size * 1000)
    assert np.allclose(np.mean(Ws**2, axis=0), 1 / size, atol=5 * math.sqrt(1 / 1000))
    assert abs(np.mean(np.linalg.det(Ws))) < 5 / math.sqrt(1000)


# What they are for


@pytest.mark.slow
@every_random_one
def test_each_linear_layer_multiplies_a_signal_by_its_width_times_the_variance(name):
    rng = np.random.default_rng(0)
    H = rng.standard_normal((100, 256))
    size = np.mean(H**2)
    for _ in range(20):
        H = H @ INITIALIZERS[name](rng, 256, 256)
    expected = 20 * math.log(256 * VARIANCE[name](256, 256))
    assert math.log(np.mean(H**2) / size) == pytest.approx(expected, abs=math.log(2))


@pytest.mark.parametrize("name", ["he_normal", "he_uniform"])
def test_he_keeps_signals_alive_through_20_relu_layers(name):
    rng = np.random.default_rng(0)
    H = rng.standard_normal((100, 256))
    size = np.mean(H**2)
    for _ in range(20):
        H = np.maximum(H @ INITIALIZERS[name](rng, 256, 256), 0)
    # Half of the squares are cut off, which the factor 2 makes up for.
    assert 0.3 < np.mean(H**2) / size < 3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["xavier_normal", "xavier_uniform", "orthogonal"])
def test_xavier_keeps_signals_alive_through_20_linear_layers(name):
    rng = np.random.default_rng(0)
    H = rng.standard_normal((100, 256))
    size = np.mean(H**2)
    for _ in range(20):
        H = H @ INITIALIZERS[name](rng, 256, 256)
    assert 0.5 < np.mean(H**2) / size < 2


def test_from_zeros_a_deep_relu_network_learns_nothing_but_its_last_biases():
    params = train_from("zeros", "relu").params
    assert not any(layer.W.any() for layer in params)
    assert not any(layer.b.any() for layer in params[:-1])
    assert params[-1].b.all()


def test_units_that_start_alike_stay_copies_of_one():
    run = train_from("constant", "tanh")
    assert run.train_loss[-1] < run.train_loss[0]
    for layer, following in zip(run.params[:-1], run.params[1:], strict=True):
        assert np.allclose(layer.W, layer.W[:, :1], rtol=1e-9)
        assert np.allclose(layer.b, layer.b[0], rtol=1e-9)
        assert np.allclose(following.W, following.W[0], rtol=1e-9)


def train_from(init, activation):
    config = TrainConfig(hidden=(4, 4), init=init, activation=activation, epochs=5, dtype="float64")
    return train(config, samples(), engine="numpy")
