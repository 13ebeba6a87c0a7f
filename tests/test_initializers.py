"""Initializers: mean, variance and bounds against the formulas, and what they are for."""

import numpy as np
import pytest

from lessons.initializers import INITIALIZERS

every_initializer = pytest.mark.parametrize("name", INITIALIZERS)

# One more initializer needs its variance here as well.
VARIANCE = {
    "he_normal": lambda n_in, n_out: 2 / n_in,
    "he_uniform": lambda n_in, n_out: 2 / n_in,
    "xavier_normal": lambda n_in, n_out: 2 / (n_in + n_out),
    "xavier_uniform": lambda n_in, n_out: 2 / (n_in + n_out),
}


def draw(name, n_in, n_out, seed=0):
    return INITIALIZERS[name](np.random.default_rng(seed), n_in, n_out)


@every_initializer
@pytest.mark.parametrize(("n_in", "n_out"), [(1, 1), (1, 5), (7, 1), (3, 4)])
def test_shape_and_type(name, n_in, n_out):
    assert draw(name, n_in, n_out).shape == (n_in, n_out)
    assert draw(name, n_in, n_out).dtype == np.float64


@every_initializer
@pytest.mark.parametrize(("n_in", "n_out"), [(400, 400), (1000, 100), (100, 1000)])
def test_mean_and_variance(name, n_in, n_out):
    W = draw(name, n_in, n_out)
    variance = VARIANCE[name](n_in, n_out)
    # Of 100 000 draws or more: 5 standard errors of the mean, and of the normal variance.
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)
    assert W.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / W.size))


@every_initializer
def test_uniform_ones_fill_their_bounds_and_normal_ones_exceed_them(name):
    W = draw(name, 300, 300)
    bound = np.sqrt(3 * VARIANCE[name](300, 300))
    if "uniform" in name:
        assert 0.999 * bound < np.abs(W).max() <= bound
    else:
        share = np.mean(np.abs(W) > bound)
        assert share == pytest.approx(0.0833, abs=0.005)  # of a normal population beyond √3 σ


@every_initializer
def test_weights_come_from_the_generator_alone(name):
    assert np.array_equal(draw(name, 4, 5, seed=1), draw(name, 4, 5, seed=1))
    assert not np.array_equal(draw(name, 4, 5, seed=1), draw(name, 4, 5, seed=2))


@pytest.mark.parametrize("name", ["he_normal", "he_uniform"])
def test_he_keeps_signals_alive_through_20_relu_layers(name):
    rng = np.random.default_rng(0)
    H = rng.standard_normal((100, 256))
    size = np.mean(H**2)
    for _ in range(20):
        H = np.maximum(H @ INITIALIZERS[name](rng, 256, 256), 0)
    # Half of the squares are cut off, which the factor 2 makes up for.
    assert 0.3 < np.mean(H**2) / size < 3


@pytest.mark.parametrize("name", ["xavier_normal", "xavier_uniform"])
def test_xavier_keeps_signals_alive_through_20_linear_layers(name):
    rng = np.random.default_rng(0)
    H = rng.standard_normal((100, 256))
    size = np.mean(H**2)
    for _ in range(20):
        H = H @ INITIALIZERS[name](rng, 256, 256)
    assert 0.5 < np.mean(H**2) / size < 2
