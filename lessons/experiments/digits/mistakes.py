"""What a network takes for what: counts of answers, and the images behind them."""

import numpy as np


def confusion(truth, answers, classes=10):
    """Count the answers given for every true class: (classes, classes), a row for each truth.

    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (truth, answers), 1)
    return counts


def worst_cell(counts):
    """Return truth and answer of the most common mistake; None where there is none.

    >>> worst_cell(np.array([[5, 1], [3, 2]])), worst_cell(np.eye(2, dtype=int))
    ((1, 0), None)
    """
    wrong = counts * ~np.eye(len(counts), dtype=bool)
    if not wrong.any():
        return None
    truth, answer = np.unravel_index(wrong.argmax(), wrong.shape)
    return int(truth), int(answer)


def surest_first(probabilities, rows):
    """Return rows in the order of how sure the network was of its answer."""
    return rows[np.argsort(-probabilities[rows].max(axis=1), kind="stable")]


def first_layer_change(run, epoch):
    """Return how much the first layer's weights have moved since the first epoch: (units, 64).

    The first weights are drawn at random, and those of pixels that are never inked stay what they
    were: the change is what was learned.
    """
    before, now = run.snapshots[0][0].W, run.snapshots[epoch][0].W
    return (now - before).T
