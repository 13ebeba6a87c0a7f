"""Six knobs drawn at random: what so many trainings can tell about each of them."""

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.search.responses import losses

MADE, TRIES = 1000, 400
BUDGETS = 9, 27, 81
KNOBS = "learning rate", "batch size", "units", "β1", "L2", "dropout"
LOW, HIGH = np.array([(-4, -1), (2, 7), (2, 6), (0.8, 0.99), (-7, -3), (0, 0.3)]).T


def places(many=MADE):
    """Draw places on the scales of all knobs, (many, 6): powers, but for β1 and dropout.

    >>> places().shape
    (1000, 6)
    """
    return LOW + np.random.default_rng(13).random((MADE, len(KNOBS)))[:many] * (HIGH - LOW)


def config_at(place, seed):
    """Return the settings at a place.

    >>> config_at(places()[0], 0).optimizer
    'adam'
    """
    rate, size, units, beta1, l2, dropout = place
    return TrainConfig(
        optimizer="adam", epochs=30, seed=seed, learning_rate=float(10**rate),
        batch_size=round(2**size), hidden=(round(2**units),) * 2, beta1=float(beta1),
        l2=float(10**l2), dropout=float(dropout),
    )  # fmt: skip


def made(first, last):
    """Train from one place to another, each with a seed and data of its own; return losses.

    >>> made(0, 2).shape
    (2,)
    """
    drawn = places()
    return np.array([losses([config_at(drawn[k], k)], k)[0] for k in range(first, last)])


def told(drawn, loss):
    """Return the rank correlation of each knob with the loss, (6,).

    >>> told(np.array([[0.0, 3], [1, 2], [2, 1]]), np.array([0.1, 0.2, 5.0])).round(9).tolist()
    [1.0, -1.0]
    """
    ranks = [np.argsort(np.argsort(values)) for values in (*drawn.T, loss)]
    return np.corrcoef(ranks)[-1, :-1]


def right_answers(loss, many, tries=TRIES):
    """Try often with so many of all trainings; count what they say as all trainings say it.

    Returns: the share of tries that name the same knob as the one that matters most, and for each
    knob the share that say in the same direction, (6,).
    """
    drawn, rng = places(len(loss)), np.random.default_rng(many)
    truth, first, same = told(drawn, loss), 0, np.zeros(len(KNOBS))
    for _ in range(tries):
        rows = rng.choice(len(loss), many, replace=False)
        found = told(drawn[rows], loss[rows])
        first += np.abs(found).argmax() == np.abs(truth).argmax()
        same += np.sign(found) == np.sign(truth)
    return first / tries, same / tries
