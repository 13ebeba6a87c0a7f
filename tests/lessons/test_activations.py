"""Activations: closed forms, derivatives against finite differences, behavior far out."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from reference import central_difference, naive_softmax

from lessons.activations import ACTIVATIONS, normal_cdf, softmax

every_activation = pytest.mark.parametrize("name", ACTIVATIONS)

GRID = np.arange(-8, 8, 0.37)  # does not contain 0, where ReLU has a corner
EXTREME = np.array([-1000.0, -100.0, -20.0, 0.0, 20.0, 100.0, 1000.0])

# One more activation needs its formula here as well, written with Python's own math.
FORMULAS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": lambda z: (math.exp(z) - math.exp(-z)) / (math.exp(z) + math.exp(-z)),
    "relu": lambda z: z if z > 0 else 0.0,
    "leaky_relu": lambda z: z if z > 0 else 0.01 * z,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
    "silu": lambda z: z / (1 + math.exp(-z)),
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "gelu": lambda z: z * NormalDist().cdf(z),
    "gelu_tanh": lambda z: (
        0.5 * z * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
    ),
}
# f(-1000), f(1000) and the slopes there.
FAR_OUT = {
    "identity": (-1000, 1000, 1, 1),
    "sigmoid": (0, 1, 0, 0),
    "tanh": (-1, 1, 0, 0),
    "relu": (0, 1000, 0, 1),
    "leaky_relu": (-10, 1000, 0.01, 1),
    "elu": (-1, 1000, 0, 1),
    "silu": (0, 1000, 0, 1),
    "softplus": (0, 1000, 0, 1),
    "gelu": (0, 1000, 0, 1),
    "gelu_tanh": (0, 1000, 0, 1),
}


@every_activation
def test_values_follow_the_formula(name):
    expected = [FORMULAS[name](z) for z in GRID]
    assert np.allclose(ACTIVATIONS[name].function(GRID), expected, rtol=1e-9, atol=1e-14)


@every_activation
def test_derivative_is_the_slope(name):
    function, derivative = ACTIVATIONS[name]
    slope = (function(GRID + 1e-5) - function(GRID - 1e-5)) / 2e-5
    assert np.allclose(derivative(GRID), slope, rtol=1e-7, atol=1e-9)


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_out_values_and_slopes_are_the_limits(name, dtype):
    function, derivative = ACTIVATIONS[name]
    z = EXTREME.astype(dtype)
    assert np.isfinite(function(z)).all()
    assert np.isfinite(derivative(z)).all()
    ends = np.array([-1000, 1000], dtype)
    found = np.array([*function(ends), *derivative(ends)])
    assert np.array_equal(found, np.array(FAR_OUT[name], dtype))


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_type_and_shape_stay_and_the_input_too(name, dtype):
    z = np.linspace(-3, 3, 12, dtype=dtype).reshape(3, 4)
    before = z.copy()
    for function in ACTIVATIONS[name]:
        assert function(z).dtype == dtype
        assert function(z).shape == (3, 4)
        assert function(z[:0]).shape == (0, 4)
    assert np.array_equal(z, before)


@every_activation
def test_float32_is_float64_rounded(name):
    for function in ACTIVATIONS[name]:
        exact = function(GRID.astype(np.float32).astype(float))
        assert np.allclose(function(GRID.astype(np.float32)), exact, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(("name", "slope"), [("relu", 0), ("leaky_relu", 0.01), ("elu", 1)])
def test_at_a_corner_the_slope_is_the_one_from_the_left(name, slope):
    function, derivative = ACTIVATIONS[name]
    assert function(np.array([-0.0, 0.0])).tolist() == [0, 0]
    assert derivative(np.array([-0.0, 0.0])).tolist() == [slope, slope]


def test_softplus_is_smooth_above_relu_and_its_slope_is_the_sigmoid():
    softplus, slope = ACTIVATIONS["softplus"]
    assert np.array_equal(slope(GRID), ACTIVATIONS["sigmoid"].function(GRID))
    assert np.allclose(softplus(GRID) - softplus(-GRID), GRID, rtol=1e-12)
    gap = softplus(GRID) - ACTIVATIONS["relu"].function(GRID)
    assert ((gap > 0) & (gap < math.log(2))).all()
    assert softplus(np.array([0.0])) == pytest.approx(math.log(2))


def test_softplus_and_elu_keep_their_digits_where_they_are_tiny():
    z = np.array([-30.0, -1e-12])
    assert ACTIVATIONS["softplus"].function(z)[0] == pytest.approx(math.exp(-30), rel=1e-12)
    assert ACTIVATIONS["elu"].function(z)[1] == pytest.approx(-1e-12, rel=1e-9)


def test_silu_and_both_gelus_are_odd_up_to_the_straight_line():
    for name in ("silu", "gelu", "gelu_tanh"):
        f = ACTIVATIONS[name].function
        assert np.allclose(f(GRID) - f(-GRID), GRID, rtol=1e-12)


def test_the_tanh_form_of_gelu_is_close_to_the_exact_one():
    z = np.linspace(-8, 8, 1601)
    gap = np.abs(ACTIVATIONS["gelu_tanh"].function(z) - ACTIVATIONS["gelu"].function(z))
    assert 1e-4 < gap.max() < 5e-4


def test_normal_cdf_is_that_of_the_standard_library():
    assert np.allclose(normal_cdf(GRID), [NormalDist().cdf(z) for z in GRID], rtol=1e-9, atol=1e-15)


# Softmax


def test_softmax_of_rows_against_a_loop():
    scores = np.random.default_rng(0).normal(size=(7, 5), scale=3)
    assert np.allclose(softmax(scores), [naive_softmax(row) for row in scores], rtol=1e-12)


def test_softmax_slope():
    z = np.array([0.3, -1.2, 0.8])
    for k in range(3):
        slope = central_difference(lambda scores, k=k: softmax(scores)[k], z)
        p = softmax(z)
        assert np.allclose(slope, p[k] * (np.eye(3)[k] - p), atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_is_a_distribution_however_large_the_scores(dtype):
    scores = np.array([[1000, 0, -1000], [-1000, -1000, -1000], [1e30, 1e30, 0]], dtype)
    p = softmax(scores)
    assert p.dtype == dtype
    assert np.allclose(p, [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0]])


def test_softmax_does_not_see_a_common_shift():
    scores = np.random.default_rng(1).normal(size=(4, 3))
    assert np.allclose(softmax(scores + 500), softmax(scores), rtol=1e-12)
