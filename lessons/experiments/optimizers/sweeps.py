"""How complete trainings end: every optimizer, at many rates, with several seeds."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.side_by_side import measure_side_by_side

# AdamW is Adam where there is no weight decay, and none is here.
NAMES = "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"
# RMSprop as in PyTorch; at Adam's 0.999 its first step would be 31.6 η.
RMSPROP_BETA2 = 0.99
# As good as the best is what ends at most 10% higher.
AS_GOOD = 1.1

TASKS = {
    "spiral": (lambda seed: data.spiral(seed=seed), TrainConfig()),
    "bumps": (lambda seed: data.bumps(noise=0.1, seed=seed), TrainConfig()),
    "moons": (lambda seed: data.moons(noise=0.3, seed=seed), TrainConfig(epochs=50)),
}
TABLE = Path(__file__).with_name("sweeps.csv")
RATES = tuple(float(f"{10**k:.2g}") for k in np.arange(-4, 1.01, 0.25))


@dataclass(frozen=True, eq=False)
class Sweeps:
    """Settled losses of complete trainings, by optimizer (K), rate (R) and seed (S).

    Attributes: names, (K,); rates, (R,); loss, (K, R, S), infinity after a divergence, NaN for
    trainings that are not made.
    """

    names: tuple
    rates: np.ndarray
    loss: np.ndarray

    @property
    def median(self):
        """The median over the seeds that are made, (K, R); NaN where there are none."""
        made = ~np.isnan(self.loss)
        # Where no seed is made, an infinity keeps NumPy from warning of an empty median.
        whole = np.where(made.any(axis=2, keepdims=True), self.loss, np.inf)
        return np.where(made.any(axis=2), np.nanmedian(whole, axis=2), np.nan)

    def best(self, name):
        """Return the place of the best rate of an optimizer, by its median."""
        row = np.nan_to_num(self.median[self.names.index(name)], nan=np.inf)
        return int(row.argmin())

    def span(self, name, limit):
        """Return the places of the lowest and highest rate that end below a limit, or None.

        Only of the unbroken range around the best.
        """
        good = np.nan_to_num(self.median[self.names.index(name)], nan=np.inf) < limit
        best = self.best(name)
        if not good[best]:
            return None
        bad = np.flatnonzero(~good)
        low, high = bad[bad < best].max(initial=-1) + 1, bad[bad > best].min(initial=len(good)) - 1
        return int(low), int(high)

    def as_good(self, name):
        """Return the ends of the rates that end within 10% of the best: two places."""
        lowest = self.median[self.names.index(name)][self.best(name)]
        return self.span(name, AS_GOOD * lowest * (1 + 1e-9))

    def at_best(self, name):
        """Return the losses of all seeds at an optimizer's best rate, (S,)."""
        return self.loss[self.names.index(name), self.best(name)]


def decades(rates, ends):
    """Return how many powers of ten a range of rates spans.

    >>> decades([0.01, 0.1, 1.0], (0, 2))
    2.0
    """
    return float(np.log10(rates[ends[1]] / rates[ends[0]])) if ends else 0.0


def below(one, other):
    """Count the seeds in which one loss is lower than the other: a pair for each seed.

    >>> below(np.array([1.0, 2.0, 3.0]), np.array([2.0, 1.0, 4.0]))
    2
    """
    return int(np.sum(np.asarray(one) < np.asarray(other)))


def configs_of(config, name, rates):
    """Return the settings of one optimizer at every rate."""
    own = replace(config, optimizer=name)
    if name == "rmsprop":
        own = replace(own, beta2=RMSPROP_BETA2)
    return [replace(own, learning_rate=float(rate)) for rate in rates]


def sweep_seed(config, split, names, rates, engine="auto", progress=None):
    """Train with every optimizer at every rate; return settled losses (K, R), NaN if stopped.

    >>> losses = sweep_seed(TrainConfig(epochs=2), data.moons(n=50), ("sgd", "adam"), [0.01, 0.1])
    >>> losses.shape
    (2, 2)
    """
    cells = [one for name in names for one in configs_of(config, name, rates)]
    finals = measure_side_by_side(settled, cells, split, engine, progress)
    return np.array(finals, float).reshape(len(names), len(rates))


def settled(run):
    """Return the median training loss of the last quarter of the epochs; infinity if it diverged.

    At large rates the loss jumps from epoch to epoch, so that the last one says little.
    """
    if run.status == "diverged":
        return np.inf
    return float(np.median(run.train_loss[-(len(run.train_loss) // 4 or 1) :]))


def at_rates(task, chosen, seeds, engine="auto"):
    """Train every optimizer at its chosen rate; return settled losses by name, (S,) each."""
    load, config = TASKS[task]
    found = {name: [] for name in chosen}
    for seed in seeds:
        cells = [
            configs_of(replace(config, seed=seed), name, [rate])[0] for name, rate in chosen.items()
        ]
        finals = measure_side_by_side(settled, cells, load(seed), engine)
        for name, loss in zip(chosen, finals, strict=True):
            found[name].append(loss)
    return {name: np.array(losses) for name, losses in found.items()}


# --- the stored table ---------------------------------------------------------------------------


def stored(task):
    """Return the sweeps over 20 seeds that are kept in sweeps.csv: two minutes of trainings.

    >>> stored("spiral").loss.shape
    (6, 21, 20)
    """
    with TABLE.open() as file:
        rows = [row for row in csv.reader(file) if row[0] == task]
    loss = np.array([row[3:] for row in rows], float)
    return Sweeps(NAMES, np.array(RATES), loss.reshape(len(NAMES), len(RATES), -1))


def make_table(seeds=range(20)):
    """Train all that sweeps.csv holds, and write it: a row for every task, optimizer and rate."""
    rows = []
    for task, (load, config) in TASKS.items():
        made = [sweep_seed(replace(config, seed=s), load(s), NAMES, RATES) for s in seeds]
        for k, name in enumerate(NAMES):
            for r, rate in enumerate(RATES):
                rows.append([task, name, rate, *(f"{losses[k, r]:.4g}" for losses in made)])
    with TABLE.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    make_table()
