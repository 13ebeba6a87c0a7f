"""The winner's curse: the best of n runs by a validation set is less good than it was measured.

The score of a run on m validation points misses the true one by luck. Two runs meet the same
points, so what counts is where they differ: with a share d of points on which two of them
disagree, and equal true scores, the luck that a run has for itself has a variance of d/(2m). Who
takes the best of n then takes, on average,

    E[max of n normals] · √(d/2m)

of luck with it. Source: the expectation of order statistics; H. A. David, "Order Statistics".
"""

import math
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import numpy as np

from lessons.config import TrainConfig
from lessons.experiments.counted import draw
from lessons.losses import LOSSES, answers
from lessons.prediction import run_through
from lessons.side_by_side import measure_side_by_side

RUNS, POOL, SEARCHES = 100, 20_000, 200
ONLY_SEED, RATES_TOO = "only the seed", "the learning rate, too"
# Data, noise, and between which powers of ten the rates lie.
SETS = {ONLY_SEED: ("moons", 0.6, (-2, -2)), RATES_TOO: ("spiral", 0.3, (-3, -1))}
BASE = TrainConfig(optimizer="adam", epochs=30)


@cache
def expected_maximum(n):
    """Return the expected largest of n draws from the standard normal: `∫ z·n·φ(z)·Φ(z)ⁿ⁻¹ dz`.

    >>> round(expected_maximum(2) * math.sqrt(math.pi), 6)
    1.0
    """
    z, density, below = normal()
    return float(np.sum(z * n * density * below ** (n - 1)) * (z[1] - z[0]))


@lru_cache(maxsize=1)
def normal():
    """Return places, and the density and the distribution of the standard normal there."""
    z = np.linspace(-9, 9, 1801)
    below = np.array([(1 + math.erf(x / math.sqrt(2))) / 2 for x in z])
    return z, np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi), below


def disagreement(right):
    """Return d: the share of points on which one of two runs is right and one wrong.

    Parameters: right, which run is right on which point, (runs, points).

    >>> disagreement(np.array([[True, True], [True, False]]))
    0.5
    """
    runs, share = len(right), right.mean(axis=0)
    return float(np.mean(2 * share * (1 - share)) * runs / (runs - 1))


def expected_luck(n, d, m):
    """Return by how much the best of n is expected to be too good.

    >>> round(expected_luck(100, 0.036, 200), 3)
    0.024
    """
    return expected_maximum(n) * math.sqrt(d / (2 * m))


def independent_luck(n, accuracy, m):
    """Return what it would be if every run met other points: E[max] · √(p(1 − p)/m).

    >>> round(independent_luck(100, 0.85, 200), 3)
    0.063
    """
    return expected_maximum(n) * math.sqrt(accuracy * (1 - accuracy) / m)


@dataclass(frozen=True, eq=False)
class Searches:
    """Many searches among the same runs, each with its own validation set and its own order.

    Attributes: scores on the validation set, in the order in which the runs come, and truth, on
    all other points of the pool, (S, R).
    """

    scores: np.ndarray
    truth: np.ndarray

    @cached_property
    def best(self):
        """The place of the best of the first n, for n from 1 to R, (S, R); of equals the first."""
        before = np.maximum.accumulate(self.scores, axis=1)
        new = np.ones_like(self.scores, bool)
        new[:, 1:] = self.scores[:, 1:] > before[:, :-1]
        return np.maximum.accumulate(np.where(new, np.arange(self.scores.shape[1]), 0), axis=1)

    @cached_property
    def promised(self):
        """The mean validation score of the best of n, (R,)."""
        return np.take_along_axis(self.scores, self.best, axis=1).mean(axis=0)

    @cached_property
    def kept(self):
        """The mean true score of the same runs, (R,)."""
        return np.take_along_axis(self.truth, self.best, axis=1).mean(axis=0)

    @property
    def luck(self):
        """By how much the best of n is too good, (R,)."""
        return self.promised - self.kept


def search_often(sums, m, searches=SEARCHES):
    """Search among runs many times, with m validation points.

    The validation sets are stretches of the pool; where they are large, they overlap.
    Parameters: sums, as `running_sums` makes them.

    >>> sums = running_sums(np.array([[True] * 8, [True, False] * 4]))
    >>> found = search_often(sums, 2, searches=3)
    >>> found.promised.tolist()[-1], found.kept.tolist()[-1]
    (1.0, 1.0)
    """
    (runs, pool), rng = (len(sums), sums.shape[1] - 1), np.random.default_rng(0)
    starts = np.linspace(0, pool - m, searches).astype(int)[:, None]
    order = np.argsort(rng.random((searches, runs)), axis=1)
    inside = sums[order, starts + m] - sums[order, starts]
    return Searches(inside / m, (sums[order, -1] - inside) / (pool - m))


def running_sums(right):
    """Return how often each run is right on the first points of the pool, (runs, points + 1)."""
    sums = np.zeros((len(right), right.shape[1] + 1), np.int32)
    np.cumsum(right, axis=1, out=sums[:, 1:])
    return sums


# --- the runs -----------------------------------------------------------------------------------


def configs(kind, seed, runs=RUNS):
    """Return the settings of the runs; the first ones are the same however many there are.

    >>> configs(RATES_TOO, 0, 3) == configs(RATES_TOO, 0, 9)[:3]
    True
    """
    low, high = SETS[kind][2]
    exponents = np.random.default_rng([seed, 13]).uniform(low, high, RUNS)
    return [
        replace(BASE, learning_rate=float(10 ** exponents[k]), seed=RUNS * seed + k)
        for k in range(runs)
    ]


def data_of(kind, seed, pool=POOL):
    """Return 200 training samples, and a pool of new ones as the test set."""
    name, noise, _ = SETS[kind]
    return draw(name, 200, noise, seed, val=0, test=pool)


def right_on_pool(run, split, engine="auto"):
    """Return on which points of the pool a run is right, (pool,)."""
    outputs = run_through(run.params, run.config, split.X_test, engine)
    loss = run.params.loss if run.config.loss == "auto" else run.config.loss
    return answers(outputs, LOSSES[loss].task) == split.y_test


def train_all(kind, seed, runs=RUNS, engine="auto", progress=None, keep=None, pool=POOL):
    """Train all runs; return on which points each is right, (runs, pool), or None if stopped.

    Parameters: keep, a dict that has the rows of the runs that are made, by their seed: they are
    not made again, and each new one is added.

    >>> train_all(ONLY_SEED, 0, runs=3, pool=1000).shape
    (3, 1000)
    """
    keep = {} if keep is None else keep
    split, wanted = data_of(kind, seed, pool), configs(kind, seed, runs)

    def measure(run):
        keep[run.config.seed] = right_on_pool(run, split, engine)
        return True

    missing = [config for config in wanted if config.seed not in keep]
    made = measure_side_by_side(measure, missing, split, engine, progress)
    return None if None in made else np.array([keep[config.seed] for config in wanted])
