"""How a training has settled: the one criterion of the lessons for "it has learned"."""

import numpy as np

from lessons.numerals import short
from lessons.verdict import guessing_loss


def settled_loss(run):
    """Return the median training loss of the last quarter of a run's epochs.

    A single epoch says little: near the largest rates, and with batch norm in evaluation mode, the
    loss jumps.

    >>> from lessons import TrainConfig, data, train
    >>> run = train(TrainConfig(epochs=7), data.moons(n=100))
    >>> bool(settled_loss(run) == np.median(run.train_loss[-2:]))
    True
    """
    return float(np.median(run.train_loss[-(len(run.train_loss) // 4 or 1) :]))


def has_learned(run, split):
    """Return whether a run was made to its end, and settled below half the loss of guessing.

    Parameters: run, a Run; split, the data that it was trained on.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=200)
    >>> [has_learned(train(TrainConfig(learning_rate=r), split), split) for r in (1e-6, 0.1, 1e3)]
    [False, True, False]
    """
    return run.status == "finished" and settled_loss(run) < guessing_loss(split) / 2


def learned_or_not(run, split):
    """Say whether a run has learned and where its training loss ends.

    Where the end alone would say otherwise, also where it settled: in its last quarter of epochs.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=200)
    >>> learned_or_not(train(TrainConfig(learning_rate=1e-6), split), split).split(",")[0]
    'has not learned'
    """
    learned, loss = has_learned(run, split), run.train_loss[run.completed_epochs]
    said = f"has{'' if learned else ' not'} learned, training loss {short(loss)} at the end"
    if learned == (loss < guessing_loss(split) / 2):
        return said
    return f"{said}, {short(settled_loss(run))} in the median of the last quarter of epochs"
