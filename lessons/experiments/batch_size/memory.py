"""What an update must keep in memory."""

import numpy as np

from lessons.parameters import count_parameters


def activation_bytes(sizes, batch_size, dtype="float32"):
    """Count the bytes that an update must keep between forward and backward.

    Every layer keeps its inputs h and its pre-activations z, for every sample of the batch:
    `B · Σ_l (in_l + out_l) · bytes per number`.

    Parameters: sizes, units of every layer, from inputs to outputs; batch_size B; dtype.

    >>> activation_bytes((2, 16, 16, 2), 32)
    8704
    """
    return batch_size * (sum(sizes[:-1]) + sum(sizes[1:])) * np.dtype(dtype).itemsize


def parameter_bytes(sizes, dtype="float32"):
    """Count the bytes of the parameters and of their gradient, which no batch size changes.

    >>> parameter_bytes((2, 16, 16, 2))
    2832
    """
    return 2 * count_parameters(sizes) * np.dtype(dtype).itemsize
