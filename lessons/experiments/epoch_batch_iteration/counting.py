"""Epoch, batch, iteration: how many there are of each, and which is which."""

import math

from lessons.checks import boolean, integer


def batches_per_epoch(samples, batch_size, drop_last=False):
    """Count the batches, and so the updates, of one epoch: ⌈N/B⌉, or ⌊N/B⌋ with `drop_last`.

    Parameters: samples N, an integer ≥ 1; batch_size B, an integer ≥ 1; drop_last, whether to
    leave out the last batch where it is smaller than the others.
    Returns: an integer; 0 if B > N and the only batch is left out.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> batches_per_epoch(1200, 100), batches_per_epoch(1000, 64)
    (12, 16)
    >>> batches_per_epoch(1000, 64, drop_last=True)
    15
    """
    n, b = integer(1)("samples", samples), integer(1)("batch_size", batch_size)
    return math.floor(n / b) if boolean("drop_last", drop_last) else math.ceil(n / b)


def last_batch(samples, batch_size):
    """Size of the last batch of an epoch: N - B·⌊N/B⌋, or B where that is 0.

    Parameters, Raises: as `batches_per_epoch`. Returns: an integer from 1 to B.

    >>> last_batch(1000, 64), last_batch(1200, 100), last_batch(50, 64)
    (40, 100, 50)
    """
    n, b = integer(1)("samples", samples), integer(1)("batch_size", batch_size)
    return n - b * (n // b) or b


def updates(samples, batch_size, epochs, drop_last=False):
    """Count the updates of a whole training: epochs times batches per epoch.

    Parameters: epochs, an integer ≥ 1; the others as in `batches_per_epoch`, Raises too.

    >>> updates(1200, 100, epochs=5), updates(60_000, 100, epochs=10)
    (60, 6000)
    """
    return integer(1)("epochs", epochs) * batches_per_epoch(samples, batch_size, drop_last)


def epochs_for(iterations, samples, batch_size, drop_last=False):
    """Count the epochs that so many iterations make, the last one perhaps in part.

    Parameters: iterations, an integer ≥ 1; the others as in `batches_per_epoch`, Raises too; with
    `drop_last`, B must not be larger than N.
    Returns: a float.

    >>> epochs_for(30_000, 60_000, 100)
    50.0
    """
    per_epoch = batches_per_epoch(samples, batch_size, drop_last)
    if per_epoch == 0:
        raise ValueError(f"batch_size must be at most {samples} with drop_last, got {batch_size}")
    return integer(1)("iterations", iterations) / per_epoch


def where(update, samples, batch_size, drop_last=False):
    """Find the epoch and the batch that an update belongs to; all three are counted from 1.

    Parameters: update, an integer ≥ 1; the others as in `epochs_for`, Raises too.
    Returns: the number of the epoch, and the number of the batch within it.

    >>> where(1, 1200, 100), where(12, 1200, 100), where(13, 1200, 100)
    ((1, 1), (1, 12), (2, 1))
    """
    before = integer(1)("update", update) - 1
    epochs_for(1, samples, batch_size, drop_last)
    epoch, batch = divmod(before, batches_per_epoch(samples, batch_size, drop_last))
    return epoch + 1, batch + 1
