"""Two settings compared: at one rate for both, or each at a rate that was chosen for it."""

import numpy as np

from lessons import data
from lessons.experiments.search.maps import config_of, scores

RATES = 0.0032, 0.01, 0.032, 0.1, 0.32, 1.0
OTHERS = {"batch_size": 32, "units": 16, "depth": 2, "l2": 0.0, "dropout": 0.0, "epochs": 30}
# By the first seeds a rate is chosen; others judge.
CHOOSING = range(100, 105)


def losses(seeds, rates=RATES, optimizer="sgd", engine="auto", **settings):
    """Train on the spiral at every rate with every seed; return validation losses (seeds, rates).

    >>> losses([0, 1], rates=(0.1,), epochs=2).shape
    (2, 1)
    """
    rows = []
    for seed in seeds:
        configs = [
            config_of(OTHERS | settings | {"learning_rate": rate}, optimizer, seed)
            for rate in rates
        ]
        rows.append([loss for loss, _ in scores(configs, data.spiral(seed=seed), engine)])
    return np.array(rows)


def tuned(optimizer="sgd", engine="auto", rates=RATES, **settings):
    """Return the rate with the lowest median over the seeds that choose.

    >>> tuned("adam", epochs=5) in RATES
    True
    """
    made = losses(CHOOSING, rates, optimizer, engine, **settings)
    return rates[int(np.median(made, axis=0).argmin())]


def adopted(old, new):
    """Return whether a change is adopted: by the medians, and if all new losses are below all old.

    Parameters: old, new, losses of a few seeds each.

    >>> adopted([0.3, 0.4, 0.5], [0.2, 0.35, 0.6]), adopted([0.3, 0.4, 0.5], [0.1, 0.2, 0.25])
    ((True, False), (True, True))
    """
    return bool(np.median(new) < np.median(old)), bool(np.max(new) < np.min(old))
