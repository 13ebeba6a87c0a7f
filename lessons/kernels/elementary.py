"""exp, log, sigmoid and the normal distribution for Lanes: plain arithmetic, all lanes at once.

The C library's versions take one number at a time. For float32 the functions below are quotients
of polynomials, which cost no more for all lanes than for one; their coefficients are those of the
Cephes library (exp, log) and a fit of our own (normal). float64 keeps the library's functions.

Far out they are exactly 0 or 1: a unit that is saturated must let nothing through, or a large
number behind it would count for something.
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
    where,
    with_lane,
)


def exp(x):
    """`e^x` for x ≤ 0; for float32 within 1 ulp, and from -104 on 0."""


def exp_and_less_1(x):
    """`e^x` and `e^x - 1` for x ≤ 0; for float32 each within 1 ulp."""


def log(x):
    """Natural logarithm; for float32 within 1 ulp from 1e-37 to 8e37, and of infinity."""


def log1p(x):
    """`log(1 + x)` for 0 ≤ x ≤ 1; for float32 within 2 ulp."""


def normal(x):
    """Distribution function Φ and density φ of the standard normal distribution.

    For float32 within 8 + x² ulp, far out as well: the error of e^(-x²/2) is that of x²/2.
    """


@register_jitable
def polynomial(x, coefficients):
    """Evaluate a polynomial by Horner's rule, highest power first."""
    value = x * coefficients[0] + coefficients[1]
    for c in coefficients[2:]:
        value = value * x + c
    return value


@register_jitable
def split_power(x):
    """Return n and rest so that `e^x = 2^n · (1 + rest)`, with √½ ≤ 1 + rest ≤ √2.

    2^n may lie below the normal numbers; 2^(n + 64) does not.
    """
    inside = max(x, EXP_LOW)
    n = nearest(inside * LOG2_E)
    r = inside - n * LN2_HIGH - n * LN2_LOW
    return n, polynomial(r, EXP) * r * r + r


@register_jitable
def sigmoid(x):
    """The sigmoid σ(x) and its derivative σ(x)·σ(-x): from e^(-|x|) neither loses digits."""
    e = exp(-abs(x))
    right = 1 / (1 + e)
    left = e * right
    return where(x > 0, right, left), left * right


@register_jitable
def density(x):
    """`φ(x) = e^(-x²/2) / √(2π)`."""
    return exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


@register_jitable
def log_near_one(r, n):
    """Compute `n·ln2 + log(1 + r)` with 1 + r between √½ and √2."""
    square = r * r
    rest = polynomial(r, LOG) * r * square + n * LN2_LOW - square * 0.5
    return r + rest + n * LN2_HIGH


def f32(*numbers):
    return tuple(np.float32(number) for number in numbers)


LOG2_E, LN2_HIGH, LN2_LOW = f32(1.44269504, 0.693359375, -2.12194440e-4)
EXP_LOW, LIFT, LOWER = f32(-105, 64, 2.0**-64)
EXP = f32(1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5)
ROOT_HALF, ROOT_TWO = f32(math.sqrt(0.5), math.sqrt(2))
LOG = f32(
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
    -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
# Mills' ratio Φ(-u)/φ(u) for u from 0 to 14, where φ ends.
MILLS_LIMIT = np.float32(14)
MILLS_TOP = f32(
    1.0119260433371217e-2, 1.0051095804344731e-1, 4.5531863029081504e-1, 1.0932565490150967,
    1.2533141437419293,
)  # fmt: skip
MILLS_BOTTOM = f32(
    1.0119121591556167e-2, 1.0051816786534394e-1, 4.6527528515314126e-1, 1.1958962610449897,
    1.6701774509105876, 1.0,
)  # fmt: skip


def one_by_one(function):
    """Return a version for float64: the library's function, lane by lane."""

    def apply(x):
        for k in range(LANES):
            x = with_lane(x, k, function(lane(x, k)))
        return x

    return apply


erfc = register_jitable(one_by_one(math.erfc))
expm1 = register_jitable(one_by_one(np.expm1))


@overload(exp)
def exp_lanes(x):
    if x.dtype == types.float64:
        return one_by_one(np.exp)

    def exp32(x):
        n, rest = split_power(x)
        return where(x == x, (rest + 1) * power_of_two(n + LIFT) * LOWER, x)

    return exp32


@overload(exp_and_less_1)
def exp_and_less_1_lanes(x):
    if x.dtype == types.float64:
        return lambda x: (exp(x), expm1(x))

    def both32(x):
        n, rest = split_power(x)
        scale = power_of_two(n + LIFT) * LOWER
        return (rest + 1) * scale, rest * scale + (scale - 1)

    return both32


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


@overload(normal)
def normal_lanes(x):
    if x.dtype == types.float64:
        return lambda x: (0.5 * erfc(-x * math.sqrt(0.5)), density(x))

    def normal32(x):
        phi, u = density(x), min(abs(x), MILLS_LIMIT)
        tail = phi * (polynomial(u, MILLS_TOP) / polynomial(u, MILLS_BOTTOM))
        return where(x > 0, 1 - tail, tail), phi

    return normal32
