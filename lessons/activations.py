"""Activation functions: each with its derivative beside it.

A layer computes `h = f(z)` from its pre-activations `z`; backpropagation needs `f'(z)`.
Add a function here (and its kernel in `kernels.py`) and it appears in every menu and every test.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import erf, expit


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
    """The logistic sigmoid `f(z) = 1 / (1 + e^(-z))`, with values in (0, 1).

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    >>> sigmoid(np.array([0.0, 100.0])).tolist()
    [0.5, 1.0]
    """
    return expit(z)


def sigmoid_derivative(z):
    """`f'(z) = f(z)·(1 - f(z))`, at most 1/4.

    >>> sigmoid_derivative(np.array([0.0])).tolist()
    [0.25]
    """
    f = sigmoid(z)
    return f * (1 - f)


def tanh(z):
    """The hyperbolic tangent `f(z) = (e^z - e^(-z)) / (e^z + e^(-z))`, with values in (-1, 1).

    Parameters: z, an array of any shape. Returns: an array of the same shape.

    >>> tanh(np.array([0.0, 100.0])).tolist()
    [0.0, 1.0]
    """
    return np.tanh(z)


def tanh_derivative(z):
    """`f'(z) = 1 - f(z)²`, at most 1.

    >>> tanh_derivative(np.array([0.0])).tolist()
    [1.0]
    """
    return 1 - np.tanh(z) ** 2


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

    `Φ(z) = (1 + erf(z/√2)) / 2`: z is weighted by the share of a normal population below it.

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
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi, dtype=z.dtype)
    return normal_cdf(z) + z * density


def normal_cdf(z):
    """The normal distribution function `Φ(z) = (1 + erf(z/√2)) / 2`.

    >>> normal_cdf(np.array([0.0])).tolist()
    [0.5]
    """
    return (1 + erf(z / np.sqrt(2, dtype=z.dtype))) / 2


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
    "gelu": Activation(gelu, gelu_derivative),
}
