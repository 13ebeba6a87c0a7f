"""Far out, where textbook formulas lose their digits: every activation, every loss, both engines.

The truth is the textbook formula in decimal numbers of 400 digits, where nothing cancels that a
float64 could hold.
"""

import importlib
from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest

from lessons.activations import ACTIVATIONS, softmax
from lessons.compiler import has_numba
from lessons.experiments.activations.softmax import jacobian
from lessons.losses import LOSSES

ENGINES = ["numpy", "numba"] if has_numba() else ["numpy"]
both_types = pytest.mark.parametrize("dtype", [np.float32, np.float64])
both_engines = pytest.mark.parametrize("engine", ENGINES)

SIZES = (1e-6, 1e-3, 0.1, 0.5, 1, 2, 4, 5, 5.5, 6, 8, 10, 13, 13.3, 17, 25, 30, 37, 44, 87, 90, 91,
         104, 355, 700, 745, 1000)  # fmt: skip
Z = np.array([sign * size for size in SIZES for sign in (-1, 1)])

DIGITS = 400
LEAK, CUBIC, HALF = Decimal("0.01"), Decimal("0.044715"), Decimal("0.5")


@cache
def exp(z):
    return z.exp()


def sigma(z):
    return 1 / (1 + exp(-z))


def tanh(z):
    return (exp(z) - exp(-z)) / (exp(z) + exp(-z))


@cache
def pi():
    """Machin: `π/4 = 4·arctan(1/5) - arctan(1/239)`."""

    def arctan_of_one_over(x):
        return sum((-1) ** k / Decimal((2 * k + 1) * x ** (2 * k + 1)) for k in range(300))

    return 16 * arctan_of_one_over(5) - 4 * arctan_of_one_over(239)


def phi(z):
    return exp(-z * z / 2) / (2 * pi()).sqrt()


def normal(z):
    """`Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …)`; beyond 40, 0 or 1 to more than 340 digits."""
    if abs(z) > 40:
        return Decimal(int(z > 0))
    term = total = z
    for n in range(3, 10_001, 2):
        term *= z * z / n
        if total + term == total:
            break
        total += term
    return HALF + phi(z) * total


def inner(z):
    return (2 / pi()).sqrt() * (z + CUBIC * z**3)


def gelu_tanh(z):
    return z * sigma(2 * inner(z))  # (1 + tanh x)/2 = σ(2x)


def gelu_tanh_slope(z):
    x, slope = 2 * inner(z), (2 / pi()).sqrt() * (1 + 3 * CUBIC * z**2)
    return sigma(x) + 2 * z * sigma(x) * sigma(-x) * slope


ZERO, ONE = Decimal(0), Decimal(1)
# One more activation needs its formula and its derivative here as well.
FORMULAS = {
    "identity": (lambda z: z, lambda z: ONE),
    "sigmoid": (sigma, lambda z: sigma(z) * sigma(-z)),
    "tanh": (tanh, lambda z: 1 - tanh(z) ** 2),
    "relu": (lambda z: max(z, ZERO), lambda z: ONE if z > 0 else ZERO),
    "leaky_relu": (lambda z: z if z > 0 else LEAK * z, lambda z: ONE if z > 0 else LEAK),
    "elu": (lambda z: z if z > 0 else exp(z) - 1, lambda z: ONE if z > 0 else exp(z)),
    "silu": (lambda z: z * sigma(z), lambda z: sigma(z) + z * sigma(z) * sigma(-z)),
    "softplus": (lambda z: (1 + exp(z)).ln(), sigma),
    "gelu": (lambda z: z * normal(z), lambda z: normal(z) + z * phi(z)),
    "gelu_tanh": (gelu_tanh, gelu_tanh_slope),
}


def mean_of(powers, answer):
    return (sum(powers) / powers[answer]).ln()


def softmax_slopes(z, t):
    powers = [exp(x) for x in z]
    return [power / sum(powers) - (k == t) for k, power in enumerate(powers)]


# Of the scores of one sample and its target, the loss and its slopes. One more loss needs them too.
LOSS_FORMULAS = {
    "cross_entropy": (lambda z, t: mean_of([exp(x) for x in z], t), softmax_slopes),
    "binary_cross_entropy": (
        lambda z, t: (1 + exp(z[0] if t == 0 else -z[0])).ln(),
        lambda z, t: [sigma(z[0]) - t],
    ),
    "hinge": (
        lambda z, t: max(ZERO, 1 - (2 * t - 1) * z[0]),
        lambda z, t: [Decimal(1 - 2 * t) if (2 * t - 1) * z[0] < 1 else ZERO],
    ),
    "brier": (
        lambda z, t: (sigma(z[0]) - t) ** 2,
        lambda z, t: [2 * (sigma(z[0]) - t) * sigma(z[0]) * sigma(-z[0])],
    ),
    "mse": (lambda z, t: z[0] ** 2, lambda z, t: [2 * z[0]]),
    "mae": (lambda z, t: abs(z[0]), lambda z, t: [ONE.copy_sign(z[0])]),
    "huber": (
        lambda z, t: z[0] ** 2 / 2 if abs(z[0]) < 1 else abs(z[0]) - HALF,
        lambda z, t: [max(-ONE, min(ONE, z[0]))],
    ),
}


def in_decimals(formula, *numbers):
    with localcontext(prec=DIGITS, Emax=MAX_EMAX, Emin=MIN_EMIN):
        return formula(*numbers)


@cache
def truth(formula, z):
    """The exact value, and how many times its relative error is that of z."""
    value = in_decimals(formula, Decimal(z))
    moved = in_decimals(lambda x: formula(x * (1 + Decimal("1e-9"))), Decimal(z))
    return value, float(abs(moved / value - 1) * 10**9) if value else 0.0


def assert_close(found, exact, sensitivity, dtype, what):
    """Within 8 ulp, and twice what one ulp of z changes.

    What is smaller than the normal numbers of the type may have lost digits, or be 0.
    """
    limits = np.finfo(dtype)
    allowed = float(limits.eps) * (8 + 2 * sensitivity) * float(abs(exact)) + float(limits.tiny)
    error = float(abs(Decimal(float(found)) - exact))
    assert error <= allowed, f"{what}: {found} instead of {exact:.9e}"


# --- activations ---------------------------------------------------------------------------------


def of_numpy(name, z):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return ACTIVATIONS[name].function(z), ACTIVATIONS[name].derivative(z)


@cache
def compiled_activate():
    activations, compiling, lanes = (
        importlib.import_module(f"lessons.kernels.{name}")
        for name in ("activations", "compiling", "lanes")
    )
    activate, address = activations.activate, lanes.address

    @compiling.compiled
    def call(code, z, h, d):
        activate(code, address(z), address(h), address(d), 0, 1, 1, len(z))

    return call, activations.ACTIVATIONS, lanes.LANES


def of_numba(name, z):
    call, names, lanes = compiled_activate()
    full = np.zeros(-(-len(z) // lanes) * lanes, z.dtype)
    full[: len(z)] = z
    h, d = np.empty_like(full), np.empty_like(full)
    call(names.index(name), full, h, d)
    return h[: len(z)], d[: len(z)]


VALUES = {"numpy": of_numpy, "numba": of_numba}


def test_every_entry_of_a_registry_has_its_formula():
    assert set(FORMULAS) == set(ACTIVATIONS)
    assert set(LOSS_FORMULAS) == set(LOSSES)


@pytest.mark.slow
@both_types
@both_engines
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_slopes_keep_their_digits(name, engine, dtype):
    z = Z.astype(dtype)
    found = VALUES[engine](name, z)
    for what, formula, values in zip(("f", "f'"), FORMULAS[name], found, strict=True):
        assert values.dtype == dtype
        for x, value in zip(z.tolist(), values, strict=True):
            assert_close(value, *truth(formula, x), dtype, f"{what}({x})")


@both_types
@both_engines
def test_gelu_at_a_few_places(engine, dtype):
    z = np.array([-4, -5, -5.5, -6], dtype)
    value, slope = VALUES[engine]("gelu", z)
    assert np.allclose(value, [-1.26685e-4, -1.43326e-6, -1.04443e-7, -5.91953e-9], rtol=1e-5)
    assert np.allclose(slope, [-5.03650e-4, -7.14695e-6, -5.73347e-7, -3.54687e-8], rtol=1e-5)


@both_types
@both_engines
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_largest_numbers_there_are_give_neither_nan_nor_a_warning(name, engine, dtype):
    z = np.finfo(dtype).max * np.array([-1, -0.5, 0.5, 1], dtype)
    value, slope = VALUES[engine](name, z)
    assert np.isfinite(value).all()
    assert np.isfinite(slope).all()


# --- losses --------------------------------------------------------------------------------------


class Net(NamedTuple):
    size: np.ndarray
    row: np.ndarray
    last: int
    height: int


class Work(NamedTuple):
    Z: np.ndarray
    Y: np.ndarray
    G: np.ndarray
    live: np.ndarray


@cache
def compiled_measure():
    losses, compiling, lanes = (
        importlib.import_module(f"lessons.kernels.{name}")
        for name in ("losses", "compiling", "lanes")
    )
    measure, address = losses.measure, lanes.address

    @compiling.compiled
    def call(code, net, work):
        work = Work(address(work.Z), address(work.Y), address(work.G), address(work.live))
        return measure(code, net, work, 1)[0]

    return call, losses.LOSSES, lanes.LANES


def loss_of_numba(name, z, t):
    call, names, lanes = compiled_measure()
    outputs, targets, gradient, live = (np.zeros((len(z), lanes), z.dtype) for _ in range(4))
    outputs[:], targets[0], live[0, 0] = z[:, None], t, 1
    net = Net(np.array([len(z)]), np.zeros(1, int), 0, len(z))
    loss = call(names.index(name), net, Work(outputs, targets, gradient, live))
    return loss, gradient[:, 0]


def loss_of_numpy(name, z, t):
    loss = LOSSES[name]
    targets = np.zeros((1, 1), z.dtype) if loss.task == "regression" else np.array([t])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return loss.function(z[None], targets), loss.gradient(z[None], targets)[0]


MEASURED = {"numpy": loss_of_numpy, "numba": loss_of_numba}


def samples_of(name):
    """Scores of one sample, and its target."""
    task = LOSSES[name].task
    if task == "classification":
        return product([(z, 0.0, -2.0) for z in Z], range(3))
    return product([(z,) for z in Z], (0, 1) if task == "two classes" else (0,))


@pytest.mark.slow
@both_types
@both_engines
@pytest.mark.parametrize("name", LOSSES)
def test_losses_and_gradients_keep_their_digits(name, engine, dtype):
    function, gradient = LOSS_FORMULAS[name]
    for scores, t in samples_of(name):
        z = np.array(scores, dtype)
        value, slopes = MEASURED[engine](name, z, t)
        exact = tuple(z.tolist())
        assert_close(value, *truth(along(function, exact, t), 1.0), dtype, f"L({exact}, {t})")
        for k, slope in enumerate(slopes):
            one = along(lambda z, t, k=k: gradient(z, t)[k], exact, t)
            assert_close(slope, *truth(one, 1.0), dtype, f"slope {k} of L({exact}, {t})")


def along(formula, scores, t):
    """Make a function of one number of a formula: all scores are stretched alike."""
    return lambda stretch: formula([Decimal(z) * stretch for z in scores], t)


@both_types
def test_probabilities_and_their_slopes_keep_their_digits(dtype):
    for z in (17, 30, 87):
        p = softmax(np.array([z, 0], dtype))
        rest, close = sigma(Decimal(-z)), {"rtol": 100 * np.finfo(dtype).eps, "atol": 0}
        assert np.allclose(p[1], float(rest), **close)
        expected = float(rest * (1 - rest)) * np.array([[1, -1], [-1, 1]])
        assert np.allclose(jacobian(p), expected, **close)
