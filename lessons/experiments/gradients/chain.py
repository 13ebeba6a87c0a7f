"""The chain: a signal through many layers and its gradient back, at the first weights.

What a layer multiplies them by is computed, too: its sums are, in wide networks, normal with mean
0, and then the mean squares follow from integrals over one normal number (Poole et al.,
"Exponential expressivity in deep neural networks through transient chaos", 2016; Schoenholz et
al., "Deep information propagation", 2017).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.batch_norm import normalize, normalize_backward
from lessons.initializers import INITIALIZERS

SAMPLES = 64
EPSILON = 1e-5
# Variance of a weight times n, in a square layer of n units; None where weights are not random.
GAINS = {
    "he_normal": lambda n: 2.0,
    "he_uniform": lambda n: 2.0,
    "xavier_normal": lambda n: 1.0,
    "xavier_uniform": lambda n: 1.0,
    "orthogonal": lambda n: 1.0,
    "small_normal": lambda n: 0.01**2 * n,
    "large_normal": lambda n: float(n),
    "constant": None,
    "zeros": lambda n: 0.0,
}
# A normal number is summed over sizes that are evenly spaced on a log scale: thin layers around 0,
# where steep activations change, count as they should.
SIZES = np.exp(np.linspace(np.log(1e-8), np.log(9), 600))
NODES = np.concatenate([-SIZES[::-1], SIZES])
WEIGHTS = np.abs(NODES) * np.exp(-(NODES**2) / 2)
WEIGHTS /= WEIGHTS.sum()


@dataclass(frozen=True, eq=False)
class Chain:
    """Root mean squares along a chain of L layers.

    Attributes: signal, of the layers' outputs, the inputs first, (L + 1,); gradient, of the
    gradient with respect to them, (L + 1,); weights, of the gradient of each layer's weights, for
    single samples, (L,).
    """

    signal: np.ndarray
    gradient: np.ndarray
    weights: np.ndarray

    @property
    def factor(self):
        """By how much a layer multiplies the gradient on its way back: the geometric mean."""
        first, last = self.gradient[[0, -1]]
        return float((first / last) ** (1 / len(self.weights)))


def mean_square(function, variance):
    """Compute `E[function(z)²]` for z ~ Normal(0, variance).

    >>> from lessons.activations import relu
    >>> round(float(mean_square(relu, 4.0)), 6)
    2.0
    """
    return float(WEIGHTS @ function(np.sqrt(variance) * NODES) ** 2)


def expected(activation, gain, depth):
    """Compute the chain that is to be expected in wide layers, for inputs of root mean square 1.

    With `gain = σ_w²·n`, and q for the mean square of a layer's sums z:
    `q ← gain·E[f(z)²]` going forward, and going back the mean square of the gradient is multiplied
    by `gain·E[f'(z)²]`.

    Parameters: activation, a name; gain, of every layer; depth, how many layers.
    Returns: Chain.

    >>> chain = expected("relu", 2.0, 10)
    >>> chain.gradient.round(6).tolist() == [1.0] * 11
    True
    """
    f = ACTIVATIONS[activation]
    squares, slopes = [1.0], []
    for _ in range(depth):
        q = gain * squares[-1]
        squares.append(mean_square(f.function, q))
        slopes.append(mean_square(f.derivative, q))
    back = [1.0]
    for slope in slopes[::-1]:
        back.append(gain * slope * back[-1])
    gradient = np.array(back[::-1])
    return Chain(
        np.sqrt(squares),
        np.sqrt(gradient),
        np.sqrt(np.array(squares[:-1]) * np.array(slopes) * gradient[1:]),
    )


def measured(activation, weights, samples, errors, batch_norm=False):
    """Send a signal through the layers, and a gradient back.

    Parameters: activation, a name; weights, (L, n, n); samples, the inputs, (N, n); errors, the
    gradient with respect to the last outputs, (N, n); batch_norm, whether there is one before each
    activation. Returns: Chain.

    >>> chain = measured("identity", 0.5 * np.eye(3)[None].repeat(2, 0), np.eye(3), np.eye(3))
    >>> chain.gradient.round(3).tolist()
    [0.144, 0.289, 0.577]
    """
    f, n = ACTIVATIONS[activation], samples.shape[1]
    one, zero = np.ones(n), np.zeros(n)
    h, hs, zs, normalized = samples, [samples], [], []
    for W in weights:
        z = h @ W
        if batch_norm:
            z, how = normalize(z, one, zero, EPSILON)
            normalized.append(how)
        h = f.function(z)
        zs.append(z)
        hs.append(h)
    g, back, products = errors, [root_mean_square(errors)], []
    for layer in reversed(range(len(weights))):
        g = g * f.derivative(zs[layer])
        if batch_norm:
            g, *_ = normalize_backward(g, one, normalized[layer], EPSILON)
        # The gradient h gᵀ of a single sample has the mean square h²·g².
        square = np.mean(np.mean(hs[layer] ** 2, axis=1) * np.mean(g**2, axis=1))
        products.append(np.sqrt(square))
        g = g @ weights[layer].T
        back.append(root_mean_square(g))
    signal = np.array([root_mean_square(h) for h in hs])
    return Chain(signal, np.array(back[::-1]), np.array(products[::-1]))


def root_mean_square(values):
    return float(np.sqrt(np.mean(values**2)))


@lru_cache(maxsize=4)
def draw_weights(init, width, depth, seed):
    """Draw the weights of square layers, (depth, width, width)."""
    rng = np.random.default_rng([seed, width])
    return np.array([INITIALIZERS[init](rng, width, width) for _ in range(depth)])


@lru_cache(maxsize=4)
def draw_ends(width, seed):
    """Draw inputs, each of root mean square 1, and gradients at the output, (SAMPLES, width)."""
    rng = np.random.default_rng([seed, width, 1])
    samples, errors = rng.standard_normal((2, SAMPLES, width))
    samples /= np.sqrt(np.mean(samples**2, axis=1, keepdims=True))
    return samples, errors / root_mean_square(errors)


def gain_of(init, width, scale=1.0):
    """Return `σ_w²·n` of first weights that are multiplied by a scale, or None if not random.

    >>> gain_of("xavier_normal", 64, 2.0), gain_of("constant", 64)
    (4.0, None)
    """
    gain = GAINS[init]
    return None if gain is None else scale**2 * gain(width)


def draw_chain(activation, init, width, depth, scale=1.0, seed=0, batch_norm=False):
    """Draw a chain and measure it; the ends are those of any other chain of this width and seed.

    >>> chain = draw_chain("relu", "he_normal", 64, 10)
    >>> len(chain.signal), len(chain.weights)
    (11, 10)
    """
    weights = scale * draw_weights(init, width, depth, seed)
    return measured(activation, weights, *draw_ends(width, seed), batch_norm)
