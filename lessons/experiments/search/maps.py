"""Maps of complete trainings: two knobs, every cell several seeds, and what such a map says."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lessons.config import TrainConfig
from lessons.side_by_side import measure_side_by_side
from lessons.verdict import guessing_loss

# The values that a search goes through, knob by knob: where the ratio matters, by equal factors.
RATES = tuple(float(f"{10**k:.2g}") for k in np.arange(-5, 2.01, 0.5))
LADDERS = {
    "learning_rate": RATES,
    "batch_size": tuple(2**k for k in range(10)),
    "units": tuple(2**k for k in range(9)),
    "depth": tuple(range(1, 9)),
    "l2": (0.0, *(float(f"{10**k:.2g}") for k in np.arange(-5, 0.01, 0.5))),
    "dropout": tuple(round(0.1 * k, 1) for k in range(9)),
    "epochs": (1, 2, 3, 5, 10, 20, 30, 50, 100),
}
SIDE = 8
# What ends above this share of the loss of guessing is no better than guessing.
NO_BETTER = 0.98


def config_of(settings, optimizer="sgd", seed=0):
    """Return the TrainConfig of a value for every knob of LADDERS.

    >>> config_of({name: values[3] for name, values in LADDERS.items()}).hidden
    (8, 8, 8, 8)
    """
    own = {name: settings[name] for name in LADDERS if name not in ("units", "depth")}
    hidden = (settings["units"],) * settings["depth"]
    return TrainConfig(hidden=hidden, optimizer=optimizer, seed=seed, **own)


def window(name, start):
    """Return the values of a knob that a map shows: eight neighbors, from place `start` on.

    >>> window("units", 1)
    (2, 4, 8, 16, 32, 64, 128, 256)
    """
    start = min(max(start, 0), last_start(name))
    return LADDERS[name][start : start + SIDE]


def last_start(name):
    """Return the last place at which a window can begin."""
    return max(0, len(LADDERS[name]) - SIDE)


def score(run):
    """Return the settled validation loss, infinity after a divergence, and the accuracy with it.

    Settled: the median of the last quarter of the epochs, since single ones jump.
    """
    if run.status == "diverged":
        return np.inf, 0.0
    last = -(len(run.val_loss) // 4 or 1)
    return float(np.median(run.val_loss[last:])), float(np.median(run.val_accuracy[last:]))


def scores(configs, split, engine="auto", progress=None, keep=None):
    """Train all configs side by side; return their scores, None for each that was stopped.

    Parameters: keep, `keep(config, score)`, is told of every training as soon as it is made.

    >>> from lessons import data
    >>> [(loss, right)] = scores([TrainConfig(epochs=20)], data.moons(n=100))
    >>> loss < 0.5 < right
    True
    """

    def measure(run):
        found = score(run)
        if keep:
            keep(run.config, found)
        return found

    return measure_side_by_side(measure, configs, split, engine, progress)


def map_of(across, up, settings, split, seed, optimizer="sgd"):
    """Train every cell of a map with one seed; return losses (rows, columns).

    Parameters: across, up, pairs of a knob's name and its values; settings, of the other knobs.

    >>> from lessons import data
    >>> settings = {name: values[4] for name, values in LADDERS.items()} | {"epochs": 2}
    >>> sizes, rates = ("batch_size", (8, 32)), ("learning_rate", (0.01, 0.1, 1.0))
    >>> map_of(rates, sizes, settings, data.moons(n=100), 0).shape
    (2, 3)
    """
    cells = [
        config_of(settings | {up[0]: y, across[0]: x}, optimizer, seed)
        for y in up[1] for x in across[1]
    ]  # fmt: skip
    losses = [loss for loss, _ in scores(cells, split)]
    return np.reshape(losses, (len(up[1]), len(across[1])))


@dataclass(frozen=True, eq=False)
class ScoreMap:
    """Losses of complete trainings by row, column and seed, (R, C, S).

    Infinity after a divergence, NaN where nothing is trained yet. `guess` is the loss of guessing.
    """

    loss: np.ndarray
    guess: float

    @property
    def made(self):
        """How many trainings are there."""
        return int(np.sum(~np.isnan(self.loss)))

    @cached_property
    def median(self):
        """The median over the seeds that are made, (R, C); NaN where there is none."""
        none = np.isnan(self.loss).all(axis=2, keepdims=True)
        with np.errstate(invalid="ignore"):
            return np.where(none[..., 0], np.nan, np.nanmedian(np.where(none, 0, self.loss), 2))

    @property
    def best(self):
        """Row and column of the lowest median, or None before anything is trained."""
        return lowest(self.median)

    @property
    def chosen(self):
        """Count for every cell the seeds that would choose it, each by its own map, (R, C)."""
        counts = np.zeros(self.loss.shape[:2], int)
        for k in range(self.loss.shape[2]):
            one = self.loss[..., k]
            if not np.isnan(one).any() and (cell := lowest(one)):
                counts[cell] += 1
        return counts

    @property
    def region(self):
        """Which cells are as good as the best: median below the worst seed of the best, (R, C)."""
        if self.best is None:
            return np.zeros(self.median.shape, bool)
        limit = np.nanmax(self.loss[self.best])
        return np.nan_to_num(self.median, nan=np.inf) <= limit

    @property
    def diverged(self):
        """In which cells at least half of the seeds diverged, (R, C)."""
        return np.isinf(self.median)

    @property
    def useless(self):
        """Which cells end no better than guessing, (R, C)."""
        with np.errstate(invalid="ignore"):
            return np.isfinite(self.median) & (self.median > NO_BETTER * self.guess)

    @property
    def spread(self):
        """By which factor the seeds of a cell differ, (R, C); 1 for a single one."""
        finite = np.isfinite(self.loss)
        high = np.where(finite, self.loss, -np.inf).max(axis=2)
        low = np.where(finite, self.loss, np.inf).min(axis=2)
        some = finite.any(axis=2)
        return np.where(some, high, 1.0) / np.maximum(np.where(some, low, 1.0), 1e-12)

    @property
    def edges(self):
        """At which edges of the map the best lies: of "left", "right", "down" and "up"."""
        if self.best is None:
            return ()
        (row, column), (rows, columns) = self.best, self.median.shape
        at = {
            "left": column == 0, "right": column == columns - 1,
            "down": row == 0, "up": row == rows - 1,
        }  # fmt: skip
        # Of a single row or column nothing is an edge.
        many = {"left": columns > 1, "right": columns > 1, "down": rows > 1, "up": rows > 1}
        return tuple(edge for edge in at if at[edge] and many[edge])


def lowest(losses):
    """Return row and column of the lowest finite loss, or None.

    >>> lowest(np.array([[np.nan, 2.0], [1.0, np.inf]]))
    (1, 0)
    """
    there = np.where(np.isfinite(losses), losses, np.inf)
    if not np.isfinite(there).any():
        return None
    return tuple(int(k) for k in np.unravel_index(there.argmin(), there.shape))


def score_map(losses, split):
    """Return a ScoreMap of the maps of several seeds.

    >>> from lessons import data
    >>> score_map([np.ones((2, 2)), np.zeros((2, 2))], data.moons()).median.tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    return ScoreMap(np.stack(losses, axis=2), guessing_loss(split))
