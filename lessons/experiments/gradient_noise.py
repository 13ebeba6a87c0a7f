"""The noise of the gradient, which the batch size changes.

The gradient of a batch is the mean of the gradients of its samples. The noise is what that mean
misses of the mean over all N samples.
"""

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.losses import LOSSES, like
from lessons.network import forward


def sample_gradients(params, config, X, y):
    """Compute the gradient of every sample's own loss, `∂L_n/∂w`; their mean is `gradient_at`.

    `∂L_n/∂W_l = h_(l-1,n) g_(l,n)ᵀ` and `∂L_n/∂b_l = g_(l,n)`, with `g_(l,n) = ∂L_n/∂z_l`.

    Parameters: params and config, of a run; X, inputs (N, d); y, their targets.
    Returns: shape (N, P), parameters in the order of `flatten`.
    Raises: ValueError with batch norm, which lets the samples of a batch change each other's
    outputs, so that no sample has a gradient of its own.

    >>> from lessons import TrainConfig, data, gradient_at, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1)
    >>> params = train(config, split).params
    >>> gradients = sample_gradients(params, config, split.X_train, split.y_train)
    >>> whole = gradient_at(params, config, split.X_train, split.y_train)
    >>> gradients.shape, bool(np.allclose(gradients.mean(axis=0), whole, atol=1e-6))
    ((50, 354), True)
    """
    parts = [
        np.hstack([(h[:, :, None] * g[:, None, :]).reshape(len(X), -1), g])
        for h, g in layer_by_layer(params, config, X, y)
    ]
    return np.hstack(parts)


def layer_by_layer(params, config, X, y):
    """Return of every layer its inputs h, (N, in), and `∂L_n/∂z` of all samples, (N, out)."""
    if config.batch_norm:
        raise ValueError(f"batch_norm must be False, got {config.batch_norm!r}")
    derivative = ACTIVATIONS[config.activation].derivative
    outputs, steps = forward(params, config, X)
    loss = LOSSES[params.loss]
    # The loss is a mean over the N samples; each one's own is N times its share.
    g = len(X) * loss.gradient(outputs, like(outputs, y, params.loss))
    pairs = []
    for depth in reversed(range(len(params))):
        pairs.append((steps[depth].h, g))
        if depth > 0:
            g = (g @ params[depth].W.T) * derivative(steps[depth - 1].z)
    return pairs[::-1]


def length_and_deviation(params, config, X, y):
    """Return the length of the mean gradient, and the deviation of the samples' around it.

    The same as from `sample_gradients`, without writing them down: a layer's share of a sample's
    squared length is `(‖h‖² + 1)·‖g‖²`, and `σ² = mean ‖g_n‖² - ‖ḡ‖²`.

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1)
    >>> where = train(config, split).params, config, split.X_train, split.y_train
    >>> bool(np.isclose(length_and_deviation(*where)[1], deviation(sample_gradients(*where))))
    True
    """
    whole = each = 0.0
    for h, g in layer_by_layer(params, config, X, y):
        # In double precision, since the difference below can be small.
        h, g = h.astype(np.float64), g.astype(np.float64)
        whole += np.sum((h.T @ g / len(X)) ** 2) + np.sum(g.mean(axis=0) ** 2)
        each += np.mean((np.sum(h**2, axis=1) + 1) * np.sum(g**2, axis=1))
    return float(np.sqrt(whole)), float(np.sqrt(max(each - whole, 0)))


def deviation(gradients):
    """Standard deviation of gradients around their mean: `σ = √((1/N) Σ_n ‖g_n - ḡ‖²)`.

    Parameters: gradients, shape (N, P). Returns: a number, the length of a typical error.

    >>> deviation(np.array([[1.0, 0.0], [-1.0, 0.0]]))
    1.0
    """
    return float(np.sqrt(np.mean(np.sum((gradients - gradients.mean(axis=0)) ** 2, axis=1))))


def expected_noise(sigma, n, batch_size, replacement=False):
    """Standard deviation of the gradient of a batch: `σ/√B`, or less if no sample comes twice.

    Without replacement, as in an epoch, it is `σ/√B · √((N - B)/(N - 1))`: the batch that is all
    N samples misses nothing.

    Parameters: sigma, the deviation of the samples' gradients; n, samples N; batch_size B, an
    integer or an array, at most N; replacement, whether a sample can be drawn twice.
    Returns: of the shape of batch_size.
    Source: Cochran, Sampling Techniques (1977), theorem 2.2.

    >>> expected_noise(1.0, 500, np.array([1, 100, 400, 500])).round(3).tolist()
    [1.0, 0.09, 0.022, 0.0]
    >>> expected_noise(1.0, 500, np.array([1, 100, 400]), replacement=True).round(3).tolist()
    [1.0, 0.1, 0.05]
    """
    correction = 1 if replacement else np.sqrt((n - batch_size) / max(1, n - 1))
    return sigma / np.sqrt(batch_size) * correction
