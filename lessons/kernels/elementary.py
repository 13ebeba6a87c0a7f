"""exp, log, tanh and erf for Lanes: plain arithmetic, all lanes at once.

The C library's versions take one number at a time. For float32 the functions below are quotients
of polynomials, which cost no more for all lanes than for one; their coefficients are those of the
Cephes library (exp, log) and of Eigen (tanh, erf). float64 keeps the library's functions.

Far out they are exactly 0, ±1 and infinity: a unit that is saturated must let nothing through, or
a large number behind it would count for something.
"""

import math

import numpy as np
from numba import types
from numba.extending import overload, register_jitable

from lessons.kernels.lanes import (
    LANES,
    exponent,
    lane,
    nearest,
    power_of_two,
    sign,
    where,
    with_lane,
)


def exp(x):
    """`e^x`; for float32 within 1 ulp from -87.3 to 88.3, beyond that 0 and infinity."""


def log(x):
    """Natural logarithm; for float32 within 1 ulp from 1e-37 to 8e37, and of infinity."""


def log1p(x):
    """`log(1 + x)` for 0 ≤ x ≤ 1; for float32 within 2 ulp."""


def tanh(x):
    """Hyperbolic tangent; for float32 within 5 ulp, where it is above 1e-35."""


def erf(x):
    """Error function; for float32 within 6 ulp, where it is above 1e-35."""


@register_jitable
def polynomial(x, coefficients):
    """Evaluate a polynomial by Horner's rule, highest power first."""
    value = x * coefficients[0] + coefficients[1]
    for c in coefficients[2:]:
        value = value * x + c
    return value


@register_jitable
def log_near_one(r, n):
    """Compute `n·ln2 + log(1 + r)` with 1 + r between √½ and √2."""
    square = r * r
    rest = polynomial(r, LOG) * r * square + n * LN2_LOW - square * 0.5
    return r + rest + n * LN2_HIGH


def f32(*numbers):
    return tuple(np.float32(number) for number in numbers)


LOG2_E, LN2_HIGH, LN2_LOW = f32(1.44269504, 0.693359375, -2.12194440e-4)
EXP_LOW, EXP_HIGH = f32(-87.33654, 88.37626)
EXP = f32(1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5)
ROOT_HALF, ROOT_TWO = f32(math.sqrt(0.5), math.sqrt(2))
LOG = f32(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
TANH_LIMIT = np.float32(7.90531110763549805)
TANH_TOP = f32(
    -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-08,
    1.48572235717979e-05, 6.37261928875436e-04, 4.89352455891786e-03,
)  # fmt: skip
TANH_BOTTOM = f32(
    1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03
)
ERF_LIMIT = np.float32(4.0)
ERF_TOP = f32(
    -2.72614225801306e-10, 2.77068142495902e-08, -2.10102402082508e-06, -5.69250639462346e-05,
    -7.34990630326855e-04, -2.95459980854025e-03, -1.60960333262415e-02,
)  # fmt: skip
ERF_BOTTOM = f32(
    -1.45660718464996e-05, -2.13374055278905e-04, -1.68282697438203e-03, -7.37332916720468e-03,
    -1.42647390514189e-02,
)  # fmt: skip


def one_by_one(function):
    """Return a version for float64: the library's function, lane by lane."""

    def apply(x):
        for k in range(LANES):
            x = with_lane(x, k, function(lane(x, k)))
        return x

    return apply


@overload(exp)
def exp_lanes(x):
    if x.dtype == types.float64:
        return one_by_one(np.exp)

    def exp32(x):
        # e^x = 2^n · e^r with r within ±ln2/2.
        inside = min(max(x, EXP_LOW), EXP_HIGH)
        n = nearest(inside * LOG2_E)
        r = inside - n * LN2_HIGH - n * LN2_LOW
        e_r = polynomial(r, EXP) * r * r + r + 1
        power = where(x > EXP_LOW, e_r * power_of_two(n), 0)
        power = where(x < EXP_HIGH, power, np.inf)
        return where(x == x, power, x)

    return exp32


@overload(log)
def log_lanes(x):
    if x.dtype == types.float64:
        return one_by_one(np.log)

    def log32(x):
        # log x = n·ln2 + log(1 + r) with 1 + r between √½ and √2.
        n = exponent(x)
        f = x * power_of_two(-n)
        low = f < ROOT_HALF
        n = where(low, n - 1, n)
        r = where(low, f + f, f) - 1
        return where(x < np.inf, log_near_one(r, n), x)

    return log32


@overload(log1p)
def log1p_lanes(x):
    if x.dtype == types.float64:
        return one_by_one(np.log1p)

    def log1p32(x):
        # 1 + x = 2^n·(1 + r) with n of 0 or 1.
        high = x > ROOT_TWO - 1
        r = where(high, 0.5 * x - 0.5, x)
        return log_near_one(r, where(high, x * 0 + 1, 0))

    return log1p32


@overload(tanh)
def tanh_lanes(x):
    if x.dtype == types.float64:
        return one_by_one(np.tanh)

    def tanh32(x):
        inside = min(max(x, -TANH_LIMIT), TANH_LIMIT)
        square = inside * inside
        ratio = polynomial(square, TANH_TOP) / polynomial(square, TANH_BOTTOM)
        value = where(abs(x) < TANH_LIMIT, inside * ratio, sign(x))
        return where(x == x, value, x)

    return tanh32


@overload(erf)
def erf_lanes(x):
    if x.dtype == types.float64:
        return one_by_one(math.erf)

    def erf32(x):
        inside = min(max(x, -ERF_LIMIT), ERF_LIMIT)
        square = inside * inside
        ratio = polynomial(square, ERF_TOP) / polynomial(square, ERF_BOTTOM)
        value = where(abs(x) < ERF_LIMIT, inside * ratio, sign(x))
        return where(x == x, value, x)

    return erf32
