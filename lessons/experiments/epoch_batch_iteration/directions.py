"""How the gradients of batches differ from that of all samples."""

import numpy as np

from lessons.evaluation import gradient_at


def batch_gradients(params, config, split, batches):
    """Compute the gradient of each of some batches, all at the same parameters.

    Over a whole epoch, their mean, weighted by the sizes of the batches, is the full gradient.

    Parameters: params and config, of a run; split, its data; batches, a list of arrays of sample
    numbers, as `cut` returns. Returns: gradients, shape (batches, P).

    >>> from lessons import TrainConfig, data, train
    >>> from lessons.experiments.epoch_batch_iteration.batches import cut, sample_orders
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1, batch_size=20)
    >>> batches = cut(sample_orders(config, split)[0], config.batch_size)
    >>> batch_gradients(train(config, split).params, config, split, batches).shape
    (3, 354)
    """
    X, y, largest = split.X_train, split.y_train, max(map(len, batches))
    return np.array([
        gradient_at(params, config, X[batch], y[batch], alone=len(batch) == 1 < largest)
        for batch in batches
    ])  # fmt: skip


def compare(gradient, full):
    """Compare a gradient with the full gradient: the angle between them, and its relative length.

    `angle = arccos(g·f / (‖g‖‖f‖))` in degrees, and `‖g‖ / ‖f‖`.

    Parameters: gradient g, shape (..., P); full, f, shape (P,).
    Returns: angle 0 … 180 and ratio ≥ 0, shapes (...); NaN where a gradient is zero and the
    angle, or the ratio, has no meaning.

    >>> [float(x.round(3)) for x in compare(np.array([1.0, 1.0]), np.array([2.0, 0.0]))]
    [45.0, 0.707]
    """
    g, f = np.asarray(gradient, float), np.asarray(full, float)
    lengths, length = np.linalg.norm(g, axis=-1), np.linalg.norm(f)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.clip(g @ f / (lengths * length), -1, 1)
        return np.degrees(np.arccos(cosine)), np.where(length > 0, lengths / length, np.nan)
