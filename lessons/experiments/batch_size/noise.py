"""Many batches at the same weights, and the direction in which their gradients differ most."""

import numpy as np


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
