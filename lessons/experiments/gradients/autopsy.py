"""The autopsy of a run that broke: where it first ceased to be finite, and what came before."""

from typing import NamedTuple

import numpy as np

# The update in question, and so many before it.
BEFORE = 3


class Entry(NamedTuple):
    """What a run wrote down of one update, counted from 0.

    loss: of its batch, before the update; norm: of the whole gradient; largest: the layer, counted
    from 0, whose gradient is the longest, or None where that is not known.
    """

    update: int
    loss: float
    norm: float
    largest: int | None


def entries(run, update):
    """Return what was written down of an update and of those before it, at most four.

    Parameters: run, a Run; update, counted from 0, at most the one that could not be made.

    >>> from lessons import TrainConfig, data, train
    >>> run = train(TrainConfig(learning_rate=1e30), data.wave())
    >>> [entry.update for entry in entries(run, run.failure.update)]
    [0, 1]
    """
    return [entry(run, u) for u in range(max(0, update - BEFORE), update + 1)]


def entry(run, update):
    """Return what was written down of one update."""
    norms = run.grad_norm[update]
    known = np.isfinite(norms).all()
    whole = float(np.sqrt(np.sum(norms**2)))
    return Entry(
        update, float(run.batch_loss[update]), whole, int(norms.argmax()) if known else None
    )


def steepest_rise(run):
    """Return the largest factor between the losses of two batches in a row before a run broke.

    >>> from lessons import TrainConfig, data, train
    >>> run = train(TrainConfig(hidden=(16,) * 16, activation="identity"), data.circle())
    >>> steepest_rise(run) > 100
    True
    """
    losses = run.batch_loss[: run.stopped_at + 1]
    losses = losses[np.isfinite(losses)]
    return float(np.max(losses[1:] / losses[:-1])) if len(losses) > 1 else float("nan")
