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


def orthogonal(rng, n_in, n_out):
    """Orthogonal: rows or columns, whichever are fewer, of length 1 and at right angles.

    The Q of the QR decomposition of a random matrix, its signs set by R's diagonal so that all
    such matrices are equally likely.

    Source: Saxe et al., "Exact solutions to the nonlinear dynamics of learning" (2013).

    >>> W = orthogonal(np.random.default_rng(0), 3, 3)
    >>> bool(np.allclose(W.T @ W, np.eye(3)))
    True
    """
    tall = rng.standard_normal((max(n_in, n_out), min(n_in, n_out)))
    Q, R = np.linalg.qr(tall)
    Q = Q * np.where(np.diag(R) < 0, -1, 1)
    return Q if n_in >= n_out else Q.T


def small_normal(rng, n_in, n_out):
    """Too small: `W ~ Normal(0, 0.01²)`, whatever the width; signals fade from layer to layer.

    >>> bool(abs(small_normal(np.random.default_rng(0), 9, 9)).max() < 0.05)
    True
    """
    return rng.standard_normal((n_in, n_out)) * 0.01


def large_normal(rng, n_in, n_out):
    """Too large: `W ~ Normal(0, 1)`, whatever the width; signals grow from layer to layer.

    >>> large_normal(np.random.default_rng(0), 2, 3).shape
    (2, 3)
    """
    return rng.standard_normal((n_in, n_out))


def zeros(rng, n_in, n_out):
    """All weights 0: every unit is like every other, and a deep network cannot start to learn.

    >>> zeros(None, 1, 2).tolist()
    [[0.0, 0.0]]
    """
    return np.zeros((n_in, n_out))


def constant(rng, n_in, n_out):
    """All weights `1/n_in`: the layer learns, but all its units remain copies of one.

    >>> constant(None, 2, 1).tolist()
    [[0.5], [0.5]]
    """
    return np.full((n_in, n_out), 1 / n_in)


INITIALIZERS = {
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "orthogonal": orthogonal,
    "small_normal": small_normal,
    "large_normal": large_normal,
    "constant": constant,
    "zeros": zeros,
}
