"""Activation functions: each with its derivative beside it.

A layer computes `h = f(z)` from its pre-activations `z`; backpropagation needs `f'(z)`.
Add a function here, and its kernel in `kernels/activations.py`, and it appears in every menu and
in every test.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# SciPy is imported where it is needed: it takes as long as all of NumPy, and a first picture
# seldom needs it.
LEAK = 0.01
CUBIC = 0.044715
# Beyond ±40 both GELUs are straight lines to the last digit, and a power of z might overflow.
FAR = 40
ROOT_2_OVER_PI = math.sqrt(2 / math.pi)


class Activation(NamedTuple):
    """An activation function `f` and its derivative `f'`, both elementwise in `z`."""

    function: Callable
    derivative: Callable


def identity(z):
    """The straight line `f(z) = z`: a layer without a non-linearity.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    >>> identity(np.array([-2.0, 3.0])).tolist()
    [-2.0, 3.0]
    """
    return z


def identity_derivative(z):
    """`f'(z) = 1`.

    >>> identity_derivative(np.array([-2.0, 3.0])).tolist()
    [1.0, 1.0]
    """
    return np.ones_like(z)


def sigmoid(z):
    """The logistic sigmoid `f(z) = 1 / (1 + e^(-z)) = e^z / (1 + e^z)`, with values in (0, 1).

    The first form where z > 0, else the second: no power overflows.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    >>> sigmoid(np.array([0.0, 100.0])).tolist()
    [0.5, 1.0]
    """
    power = np.exp(-np.abs(z))
    return np.where(z > 0, 1, power) / (1 + power)


def sigmoid_derivative(z):
    """`f'(z) = f(z)·(1 - f(z)) = f(z)·f(-z)`, at most 1/4.

    Far to the right f is almost 1, and 1 - f would keep few digits or none; f(-z) has them all.

    >>> sigmoid_derivative(np.array([0.0])).tolist()
    [0.25]
    """
    return sigmoid(z) * sigmoid(-z)


def tanh(z):
    """The hyperbolic tangent `f(z) = (e^z - e^(-z)) / (e^z + e^(-z))`, with values in (-1, 1).

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    >>> tanh(np.array([0.0, 100.0])).tolist()
    [0.0, 1.0]
    """
    return np.tanh(z)


def tanh_derivative(z):
    """`f'(z) = 1 - f(z)² = 1/cosh²(z)`, at most 1, with `1/cosh(z) = 2·e^(-|z|) / (1 + e^(-2|z|))`.

    Far out f is almost ±1, and 1 - f² would keep few digits or none.

    >>> tanh_derivative(np.array([0.0])).tolist()
    [1.0]
    """
    power = np.exp(-np.abs(z))
    return (2 * power / (1 + power**2)) ** 2


def relu(z):
    """The rectified linear unit `f(z) = max(0, z)`.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    Source: Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines" (2010).

    >>> relu(np.array([-2.0, 3.0])).tolist()
    [0.0, 3.0]
    """
    return np.maximum(z, 0)


def relu_derivative(z):
    """`f'(z) = 1` where z > 0, else 0 (at the corner z = 0 we choose 0, as PyTorch does).

    >>> relu_derivative(np.array([-2.0, 0.0, 3.0])).tolist()
    [0.0, 0.0, 1.0]
    """
    return (z > 0).astype(z.dtype)


def gelu(z):
    """The Gaussian error linear unit `f(z) = z·Φ(z)`, where Φ is the normal distribution function.

    `Φ(z) = erfc(-z/√2) / 2`: z is weighted by the share of a normal population below it.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    Source: Hendrycks & Gimpel, "Gaussian error linear units" (2016), the exact form.

    >>> gelu(np.array([-1.0, 0.0, 1.0])).round(4).tolist()
    [-0.1587, 0.0, 0.8413]
    """
    return z * normal_cdf(z)


def gelu_derivative(z):
    """`f'(z) = Φ(z) + z·φ(z)`, where φ is the normal density.

    >>> gelu_derivative(np.array([0.0])).tolist()
    [0.5]
    """
    return normal_cdf(z) + z * normal_density(z)


def normal_cdf(z):
    """The normal distribution function `Φ(z) = erfc(-z/√2) / 2`.

    That is (1 + erf(z/√2)) / 2, of which far to the left the sum would keep few digits or none.

    >>> normal_cdf(np.array([0.0])).tolist()
    [0.5]
    """
    from scipy.special import erfc

    return erfc(-z / np.sqrt(2, dtype=z.dtype)) / 2


def normal_density(z):
    """The normal density `φ(z) = e^(-z²/2) / √(2π)`.

    >>> normal_density(np.array([0.0])).round(4).tolist()
    [0.3989]
    """
    z = np.clip(z, -FAR, FAR)
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi, dtype=z.dtype)


def leaky_relu(z):
    """ReLU that leaks: `f(z) = z` where z > 0, else `0.01·z`, so that no unit can die.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    Source: Maas et al., "Rectifier nonlinearities improve neural network acoustic models" (2013).

    >>> leaky_relu(np.array([-2.0, 3.0])).tolist()
    [-0.02, 3.0]
    """
    return np.where(z > 0, z, LEAK * z)


def leaky_relu_derivative(z):
    """`f'(z) = 1` where z > 0, else `0.01`.

    >>> leaky_relu_derivative(np.array([-2.0, 3.0])).tolist()
    [0.01, 1.0]
    """
    return np.where(z > 0, 1, LEAK).astype(z.dtype)


def elu(z):
    """The exponential linear unit `f(z) = z` where z > 0, else `e^z - 1`: smooth, down to -1.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    Source: Clevert et al., "Fast and accurate deep network learning by exponential linear units"
    (2015), with α = 1.

    >>> elu(np.array([-100.0, 0.0, 3.0])).tolist()
    [-1.0, 0.0, 3.0]
    """
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def elu_derivative(z):
    """`f'(z) = 1` where z > 0, else `e^z`.

    >>> elu_derivative(np.array([0.0, 3.0])).tolist()
    [1.0, 1.0]
    """
    return np.exp(np.minimum(z, 0))


def silu(z):
    """The sigmoid linear unit, also called swish: `f(z) = z·σ(z)`, with the sigmoid σ.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    Source: Elfwing et al., "Sigmoid-weighted linear units" (2017).

    >>> silu(np.array([0.0, 100.0])).tolist()
    [0.0, 100.0]
    """
    return z * sigmoid(z)


def silu_derivative(z):
    """`f'(z) = σ(z) + z·σ(z)·(1 - σ(z))`.

    >>> silu_derivative(np.array([0.0])).tolist()
    [0.5]
    """
    return sigmoid(z) + z * sigmoid_derivative(z)


def softplus(z):
    """A smooth ReLU: `f(z) = log(1 + e^z)`, computed so that no power overflows.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    Source: Dugas et al., "Incorporating second-order functional knowledge" (2000).

    >>> softplus(np.array([0.0, 100.0])).round(4).tolist()
    [0.6931, 100.0]
    """
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softplus_derivative(z):
    """`f'(z) = σ(z)`, the sigmoid.

    >>> softplus_derivative(np.array([0.0])).tolist()
    [0.5]
    """
    return sigmoid(z)


def gelu_tanh(z):
    """GELU with tanh in place of erf: `f(z) = z·(1 + tanh(√(2/π)·(z + 0.044715·z³)))/2`.

    Computed as `z·σ(2x)` with x what tanh is taken of: `(1 + tanh x)/2 = σ(2x)`, with all digits.

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    Source: Hendrycks & Gimpel (2016), the approximation that GPT-2 uses.

    >>> gelu_tanh(np.array([-1.0, 0.0, 1.0])).round(4).tolist()
    [-0.1588, 0.0, 0.8412]
    """
    return z * sigmoid(2 * inner(z))


def gelu_tanh_derivative(z):
    """`f'(z) = σ(2x) + z·σ'(2x)·2x'`, with x as above and `x' = √(2/π)·(1 + 3·0.044715·z²)`.

    >>> gelu_tanh_derivative(np.array([0.0])).tolist()
    [0.5]
    """
    z = np.clip(z, -FAR, FAR)
    x, slope = inner(z), ROOT_2_OVER_PI * (1 + 3 * CUBIC * z**2)
    return sigmoid(2 * x) + z * sigmoid_derivative(2 * x) * 2 * slope


def inner(z):
    """What GELU's tanh form takes the tanh of.

    >>> inner(np.array([0.0])).tolist()
    [0.0]
    """
    z = np.clip(z, -FAR, FAR)
    return ROOT_2_OVER_PI * (z + CUBIC * z * z * z)


def softmax(z):
    """Turn scores into probabilities: `p_k = e^(z_k) / Σ_j e^(z_j)`.

    The largest score is subtracted first. That changes nothing in the result,
    because the common factor cancels, and no power can overflow.

    Parameters: z, scores (logits), shape (N, K). Returns: shape (N, K), rows that sum to 1.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ACTIVATIONS = {
    "identity": Activation(identity, identity_derivative),
    "sigmoid": Activation(sigmoid, sigmoid_derivative),
    "tanh": Activation(tanh, tanh_derivative),
    "relu": Activation(relu, relu_derivative),
    "leaky_relu": Activation(leaky_relu, leaky_relu_derivative),
    "elu": Activation(elu, elu_derivative),
    "silu": Activation(silu, silu_derivative),
    "softplus": Activation(softplus, softplus_derivative),
    "gelu": Activation(gelu, gelu_derivative),
    "gelu_tanh": Activation(gelu_tanh, gelu_tanh_derivative),
}
