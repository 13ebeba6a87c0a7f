"""Schedules compared fairly: equal updates, each at its own best peak, judged by other seeds."""

from dataclasses import dataclass, replace

import numpy as np

from lessons import data
from lessons.config import TrainConfig
from lessons.schedules import ReduceOnPlateau
from lessons.side_by_side import measure_side_by_side

NAMES = (
    "constant", "step", "exponential", "cosine", "warmup_cosine", "one_cycle", "cyclical",
    "reduce_on_plateau",
)  # fmt: skip
# Four per power of ten.
PEAKS = tuple(float(f"{10**k:.2g}") for k in np.arange(-2, 0.26, 0.25))

TASKS = {
    "wave": (lambda seed: data.wave(noise=0.3, seed=seed), TrainConfig(batch_size=10)),
    "bumps": (lambda seed: data.bumps(noise=0.3, seed=seed), TrainConfig(batch_size=10)),
    "moons": (lambda seed: data.moons(noise=0.3, seed=seed), TrainConfig(batch_size=10, epochs=50)),
    "moons that can be fitted": (
        lambda seed: data.moons(noise=0.1, seed=seed), TrainConfig(batch_size=10),
    ),
    "bumps, full batch": (
        lambda seed: data.bumps(noise=0.3, seed=seed), TrainConfig(batch_size=500, epochs=1000),
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Ends:
    """Losses at the end of complete trainings, by schedule (K), peak (R) and seed (S).

    Attributes: names, (K,); peaks, (R,); train, (K, R, S), infinity after a divergence.
    """

    names: tuple
    peaks: tuple
    train: np.ndarray

    def best(self, name):
        """Return the peak with the lowest mean loss: a peak that fails once is no good one."""
        return self.peaks[int(self.train[self.names.index(name)].mean(axis=1).argmin())]


def with_schedule(config, name, peak):
    """Return the settings of a run with a named schedule.

    A plateau is awaited for a tenth of the epochs, as the lengths of the others are shares, too.

    >>> with_schedule(TrainConfig(epochs=50), "reduce_on_plateau", 0.1).schedule.patience
    5
    """
    schedule = name
    if name == "reduce_on_plateau":
        schedule = ReduceOnPlateau(peak, patience=max(1, config.epochs // 10))
    return replace(config, schedule=schedule, learning_rate=float(peak))


def ends(config, split, pairs, engine="auto", progress=None):
    """Train once per pair of a schedule and a peak.

    Returns: training and validation loss at the end, (pairs, 2): infinity after a divergence, NaN
    for what was stopped.

    >>> ends(TrainConfig(epochs=2), data.moons(n=50), [("cosine", 0.1), ("step", 0.1)]).shape
    (2, 2)
    """
    configs = [with_schedule(config, name, peak) for name, peak in pairs]
    found = measure_side_by_side(at_end, configs, split, engine, progress)
    return np.array([(np.nan, np.nan) if pair is None else pair for pair in found], float)


def at_end(run):
    """Return training and validation loss after the last epoch; infinity if it diverged.

    >>> from lessons import train
    >>> at_end(train(TrainConfig(learning_rate=1e6, epochs=2), data.moons(n=50)))
    (inf, inf)
    """
    if run.status == "diverged":
        return np.inf, np.inf
    return float(run.train_loss[-1]), float(run.val_loss[-1])


def sweep(task, seeds, names=NAMES, peaks=PEAKS):
    """Train with every schedule at every peak and seed; return the Ends."""
    load, config = TASKS[task]
    pairs = [(name, peak) for name in names for peak in peaks]
    made = [ends(replace(config, seed=seed), load(seed), pairs)[:, 0] for seed in seeds]
    return Ends(names, peaks, np.array(made).T.reshape(len(names), len(peaks), -1))


def judge(task, chosen, seeds):
    """Train with every schedule at its chosen peak.

    Parameters: chosen, peaks by name. Returns: training and validation losses, by name, (S, 2).
    """
    load, config = TASKS[task]
    made = [ends(replace(config, seed=seed), load(seed), list(chosen.items())) for seed in seeds]
    return dict(zip(chosen, np.swapaxes(made, 0, 1), strict=True))


def below(one, other):
    """Count the seeds in which one loss is lower than the other: a pair for each seed.

    >>> below([1.0, 2.0, 3.0], [2.0, 1.0, 4.0])
    2
    """
    return int(np.sum(np.asarray(one) < np.asarray(other)))
