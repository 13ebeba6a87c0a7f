"""The chain: what is measured is the chain rule, what is computed are the integrals."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.integrate import quad

from lessons.activations import ACTIVATIONS
from lessons.experiments.gradients.chain import (
    draw_chain,
    draw_ends,
    draw_weights,
    expected,
    gain_of,
    mean_square,
    measured,
)
from lessons.initializers import INITIALIZERS


@pytest.mark.parametrize("variance", [1e-4, 1.0, 400.0])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_mean_squares_are_the_integrals(activation, variance):
    for function in (ACTIVATIONS[activation].function, ACTIVATIONS[activation].derivative):

        def integrand(z, f=function):
            value = f(np.array([np.sqrt(variance) * z]))[0]
            return value**2 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

        # Steep activations change near 0.
        places = -10, -0.1, 0, 0.1, 10
        exact = sum(quad(integrand, *ends, limit=200)[0] for ends in pairwise(places))
        assert mean_square(function, variance) == pytest.approx(exact, rel=1e-5)


def test_closed_forms():
    relu = ACTIVATIONS["relu"]
    for variance in (1e-12, 1.0, 1e30):
        assert mean_square(relu.function, variance) == pytest.approx(variance / 2, rel=1e-6)
        assert mean_square(relu.derivative, variance) == pytest.approx(0.5)
    # erf' has a closed integral: E[exp(-z²)²] = 1/√5.
    assert mean_square(lambda z: np.exp(-(z**2)), 1.0) == pytest.approx(1 / np.sqrt(5))
    for gain in (1.0, 2.0, 0.25):
        chain = expected("identity", gain, 12)
        assert np.allclose(chain.gradient, gain ** (np.arange(13)[::-1] / 2))
        assert np.allclose(chain.signal, gain ** (np.arange(13) / 2))
        assert chain.factor == pytest.approx(np.sqrt(gain))


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu"])
def test_the_way_back_is_that_of_torch(activation, batch_norm):
    functions = {"relu": torch.relu, "sigmoid": torch.sigmoid, "gelu": torch.nn.functional.gelu}
    weights, (samples, errors) = draw_weights("he_normal", 8, 5, 3), draw_ends(8, 3)
    chain = measured(activation, weights, samples, errors, batch_norm)
    h, levels = torch.tensor(samples, requires_grad=True), []
    for W in torch.tensor(weights):
        levels.append(h)
        z = h @ W
        if batch_norm:
            z = torch.nn.functional.batch_norm(z, None, None, training=True)
        h = functions[activation](z)
    levels.append(h)
    for level in levels:
        level.retain_grad()
    (h * torch.tensor(errors)).sum().backward()
    sizes = [float(level.grad.square().mean().sqrt()) for level in levels]
    assert np.allclose(chain.gradient, sizes)
    assert np.allclose(
        chain.signal, [float(level.detach().square().mean().sqrt()) for level in levels]
    )


def test_the_gradient_of_weights_is_that_of_single_samples():
    weights, (samples, errors) = draw_weights("xavier_normal", 6, 3, 0), draw_ends(6, 0)
    chain = measured("tanh", weights, samples, errors)
    squares = []
    for x, e in zip(samples, errors, strict=True):
        parts = [torch.tensor(W, requires_grad=True) for W in weights]
        h = torch.tensor(x)
        for W in parts:
            h = torch.tanh(h @ W)
        (h @ torch.tensor(e)).backward()
        squares.append([float(W.grad.square().mean()) for W in parts])
    assert np.allclose(chain.weights, np.sqrt(np.mean(squares, axis=0)))


@pytest.mark.parametrize("init", INITIALIZERS)
def test_the_gain_is_the_variance_of_the_weights(init):
    gain = gain_of(init, 64, 1.5)
    W = 1.5 * draw_weights(init, 64, 20, 0)
    if gain is None:
        assert np.ptp(W) == 0
    else:
        assert np.mean(W**2) * 64 == pytest.approx(gain, rel=0.03)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.filterwarnings("error")
def test_every_end_of_the_knobs_gives_numbers(activation):
    for init in INITIALIZERS:
        for scale in (0.1, 10.0):
            made = draw_chain(activation, init, 8, 30, scale)
            assert np.isfinite([*made.signal, *made.gradient, *made.weights]).all()
            gain = gain_of(init, 256, scale)
            if gain is not None:
                computed = expected(activation, gain, 30)
                assert np.isfinite([*computed.signal, *computed.gradient]).all()


def test_the_same_draw_is_the_same_chain():
    one, two = (draw_chain("relu", "he_normal", 16, 4, seed=5) for _ in range(2))
    assert np.array_equal(one.gradient, two.gradient)
    assert not np.array_equal(one.gradient, draw_chain("relu", "he_normal", 16, 4).gradient)
