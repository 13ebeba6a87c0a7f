"""Activations: of the pre-activation z, the value h = f(z) and the derivative d = f'(z)."""

import math

from lessons.kernels.compiling import compiled, compiled_with
from lessons.kernels.elementary import exp, exp_and_less_1, log1p, normal, sigmoid
from lessons.kernels.lanes import LANES, load, sign, store, where


@compiled
def identity(z):
    return z, where(z == z, 1.0, z)


@compiled
def tanh(z):
    # With e = e^(-2|z|), tanh |z| = (1 - e)/(1 + e) and 1 - tanh² z = 4·e/(1 + e)².
    e, minus = exp_and_less_1(-2 * abs(z))
    share = 1 / (1 + e)
    return where(z > 0, -minus, minus) * share, 4 * e * share * share


@compiled
def relu(z):
    h = max(z, 0)
    return h, sign(h)


@compiled
def leaky_relu(z):
    d = where(z > 0, 1.0, z * 0 + 0.01)
    return z * d, d


@compiled
def elu(z):
    e, minus = exp_and_less_1(min(z, 0))
    return where(z > 0, z, minus), e


@compiled
def silu(z):
    p, slope = sigmoid(z)
    return z * p, p + z * slope


@compiled
def softplus(z):
    e = exp(-abs(z))
    return max(z, 0) + log1p(e), where(z > 0, 1, e) / (1 + e)


@compiled
def gelu(z):
    cdf, density = normal(z)
    return z * cdf, cdf + z * density


@compiled
def gelu_tanh(z):
    double = 2 * math.sqrt(2 / math.pi)
    near = max(min(z, 40), -40)  # beyond, the sigmoid is 0 or 1, and the cube might overflow
    share, slope = sigmoid(double * (near + 0.044715 * near * near * near))
    return z * share, share + near * slope * double * (1 + 3 * 0.044715 * near * near)


def activate_with(function):
    """Make the loop over all units and samples for one activation."""

    @compiled_with(function)
    def loop(Z, H, D, first, height, n, m):
        for s in range(0, m, LANES):
            start = first + s * height
            for a in range(start, start + n * LANES, LANES):
                h, d = function(load(Z, a))
                store(H, a, h)
                store(D, a, d)

    return loop


apply_identity = activate_with(identity)
apply_sigmoid = activate_with(sigmoid)
apply_tanh = activate_with(tanh)
apply_relu = activate_with(relu)
apply_leaky_relu = activate_with(leaky_relu)
apply_elu = activate_with(elu)
apply_silu = activate_with(silu)
apply_softplus = activate_with(softplus)
apply_gelu = activate_with(gelu)
apply_gelu_tanh = activate_with(gelu_tanh)
ACTIVATIONS = (
    "identity",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "silu",
    "softplus",
    "gelu",
    "gelu_tanh",
)
IDENTITY, SIGMOID, TANH, RELU, LEAKY_RELU, ELU, SILU, SOFTPLUS, GELU, GELU_TANH = range(
    len(ACTIVATIONS)
)


@compiled
def activate(code, Z, H, D, first, height, n, m):
    """Compute h and d of n rows of z."""
    if code == IDENTITY:
        apply_identity(Z, H, D, first, height, n, m)
    elif code == SIGMOID:
        apply_sigmoid(Z, H, D, first, height, n, m)
    elif code == TANH:
        apply_tanh(Z, H, D, first, height, n, m)
    elif code == RELU:
        apply_relu(Z, H, D, first, height, n, m)
    elif code == LEAKY_RELU:
        apply_leaky_relu(Z, H, D, first, height, n, m)
    elif code == ELU:
        apply_elu(Z, H, D, first, height, n, m)
    elif code == SILU:
        apply_silu(Z, H, D, first, height, n, m)
    elif code == SOFTPLUS:
        apply_softplus(Z, H, D, first, height, n, m)
    elif code == GELU:
        apply_gelu(Z, H, D, first, height, n, m)
    elif code == GELU_TANH:
        apply_gelu_tanh(Z, H, D, first, height, n, m)
