"""The gradient and its noise along a run: how long the one, how long the other."""

import numpy as np

from lessons.experiments.gradient_noise import expected_noise, length_and_deviation


def noise_along(run, split, epochs):
    """Return the length of the full gradient, and the noise of a batch, after these epochs.

    Parameters: run, without batch norm, with a snapshot of every epoch; split, its data; epochs, a
    list of those that were completed. Returns: (2, epochs).

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=50)
    >>> noise_along(train(TrainConfig(epochs=2), split), split, [0, 1, 2]).shape
    (2, 3)
    """
    n, size = len(split.X_train), min(run.config.batch_size, len(split.X_train))
    found = []
    for epoch in epochs:
        params = run.snapshots[epoch]
        length, sigma = length_and_deviation(params, run.config, split.X_train, split.y_train)
        found.append((length, expected_noise(sigma, n, size)))
    return np.array(found, float).T
