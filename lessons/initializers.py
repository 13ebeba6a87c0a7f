"""Initializers: where the weights start.

Random, so that units differ and can learn different things; scaled, so that signals keep their
size from layer to layer. Biases start at 0.
"""

import numpy as np


def he_normal(rng, n_in, n_out):
    """He: `W ~ Normal(0, 2/n_in)`, keeps the size of signals through ReLU layers.

    Parameters: rng, a numpy Generator; n_in, n_out, units before and after, ≥ 1.
    Returns: W, shape (n_in, n_out).

    Source: He et al., "Delving deep into rectifiers" (2015), equation 10.

    >>> he_normal(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    return rng.standard_normal((n_in, n_out)) * np.sqrt(2 / n_in)


def he_uniform(rng, n_in, n_out):
    """He with a flat distribution of the same variance: `W ~ Uniform(-a, a)`, `a = √(6/n_in)`.

    Source: He et al. (2015); PyTorch's `kaiming_uniform_` with `a=0`.

    >>> bool(abs(he_uniform(np.random.default_rng(0), 6, 50)).max() <= 1)
    True
    """
    return rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(6 / n_in)


def xavier_normal(rng, n_in, n_out):
    """Xavier (Glorot): `W ~ Normal(0, 2/(n_in + n_out))`, for activations like tanh.

    Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010), section 4.2.

    >>> xavier_normal(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    return rng.standard_normal((n_in, n_out)) * np.sqrt(2 / (n_in + n_out))


def xavier_uniform(rng, n_in, n_out):
    """Xavier with a flat distribution: `W ~ Uniform(-a, a)`, `a = √(6/(n_in + n_out))`.

    Source: Glorot & Bengio (2010), equation 16.

    >>> bool(abs(xavier_uniform(np.random.default_rng(0), 3, 3)).max() <= 1)
    True
    """
    return rng.uniform(-1, 1, (n_in, n_out)) * np.sqrt(6 / (n_in + n_out))


INITIALIZERS = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
}
