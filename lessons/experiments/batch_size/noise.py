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
    if config.batch_norm:
        raise ValueError(f"batch_norm must be False, got {config.batch_norm!r}")
    derivative = ACTIVATIONS[config.activation].derivative
    outputs, steps = forward(params, config, X)
    loss = LOSSES[params.loss]
    # The loss is a mean over the N samples; each one's own is N times its share.
    g = len(X) * loss.gradient(outputs, like(outputs, y, params.loss))
    parts = []
    for depth in reversed(range(len(params))):
        h = steps[depth].h
        weights = h[:, :, None] * g[:, None, :]
        parts.append(np.hstack([weights.reshape(len(X), -1), g]))
        if depth > 0:
            g = (g @ params[depth].W.T) * derivative(steps[depth - 1].z)
    return np.hstack(parts[::-1])


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


def draw_batches(n, batch_size, batches, replacement=False, seed=0):
    """Draw many batches: how often each of n samples is in each of them, divided by B.

    Returns: shape (batches, n) float32, rows sum to 1; times the gradients of the samples, (n, P),
    they are the gradients of the batches, (batches, P).
    Raises: ValueError if the batch would have to hold a sample twice.

    >>> (4 * draw_batches(n=8, batch_size=4, batches=1)).tolist()
    [[0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0]]
    """
    if batch_size > n and not replacement:
        raise ValueError(
            f"batch_size must be at most {n} (all samples) without replacement, got {batch_size}"
        )
    rng = np.random.default_rng([seed, batch_size])
    if replacement:
        times = rng.multinomial(batch_size, np.full(n, 1 / n), size=batches)
    else:
        times = rng.permuted(np.tile(np.arange(n) < batch_size, (batches, 1)), axis=1)
    return (times / batch_size).astype(np.float32)


def main_direction(vectors, rounds=10):
    """Return the direction in which vectors differ most from 0, by power iteration.

    Parameters: vectors, shape (N, P). Returns: a unit vector, shape (P,), or zeros.

    >>> main_direction(np.array([[0.0, 3.0], [1.0, 0.0]])).round(3).tolist()
    [0.0, 1.0]
    """
    direction = vectors[np.argmax(np.sum(vectors**2, axis=1))]
    for _ in range(rounds):
        direction = vectors.T @ (vectors @ unit(direction))
    return unit(direction)


def unit(vector):
    """Return the vector with length 1; the zero vector stays as it is."""
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector
