"""Each regularizer at its best strength, against none and against early stopping, on equal terms.

Equal terms: everyone has the same samples. Early stopping sets a quarter of them aside, to know
when to stop; all others train with all of them. Strengths were chosen on 20 draws of the data, and
are compared on 20 others, by the loss on samples that no one has seen.
"""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lessons.config import TrainConfig
from lessons.evaluation import evaluate
from lessons.experiments.counted import draw
from lessons.experiments.regularization.input_noise import train_with_noise
from lessons.experiments.regularization.samples import set_aside, some_scans

NONE, STOPPING = "none", "early stopping"
STRENGTHS = {
    "L2": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
    "L1": (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03),
    "dropout": (0.05, 0.1, 0.2, 0.3, 0.5, 0.7),
    "input noise": (0.03, 0.1, 0.2, 0.3, 0.5, 0.7),
}
FIELDS = {"L2": "l2", "L1": "l1", "dropout": "dropout"}
KINDS = (NONE, *STRENGTHS, STOPPING)
TABLE = Path(__file__).with_name("strengths.csv")
CHOOSING, COMPARING = range(100, 120), range(20)


@dataclass(frozen=True)
class Task:
    """Data and network. Attributes: n, samples in all; load, from a seed to a Split; config."""

    n: int
    load: object
    config: TrainConfig


TASKS = {
    "moons, noise 0.5": Task(
        80, lambda seed: draw("moons", 80, 0.5, seed, val=0, test=1000),
        TrainConfig(hidden=(32, 32), epochs=300),
    ),
    "spiral": Task(
        120, lambda seed: draw("spiral", 120, 0.1, seed, val=0, test=1000),
        TrainConfig(hidden=(32, 32), epochs=300),
    ),
    "wave, noise 0.3": Task(
        24, lambda seed: draw("wave", 24, 0.3, seed, val=0, test=1000),
        TrainConfig(hidden=(64,), activation="tanh", optimizer="adam", learning_rate=0.01,
                    epochs=1000),
    ),
    "digits": Task(
        100, lambda seed: some_scans(100, seed), TrainConfig(hidden=(64,), epochs=100),
    ),
}  # fmt: skip


def final_loss(task, kind, strength, seed, engine="auto", progress=None):
    """Train once, and return the loss on the test samples; NaN if it was stopped.

    Parameters: task, a Task; kind, one of KINDS; strength, for all but none and early stopping.

    >>> round(final_loss(TASKS["moons, noise 0.5"], "L2", 0.03, 0), 1)
    0.3
    """
    split, config = task.load(seed), replace(task.config, seed=seed)
    if kind == STOPPING:
        # So patient that it never stops: its parameters are those of the best epoch of all.
        split, config = set_aside(split, task.n // 4), replace(config, patience=config.epochs)
    if kind in FIELDS:
        config = replace(config, **{FIELDS[kind]: strength})
    run = train_with_noise(
        config, split, strength if kind == "input noise" else 0.0, engine, progress
    )
    if run.status == "cancelled":
        return np.nan
    return float(evaluate(run.params, run.config, split.X_test, split.y_test)[0])


def cells():
    """List every kind with every strength: (kind, strength) pairs, 0 where there is none."""
    pairs = [(kind, strength) for kind, values in STRENGTHS.items() for strength in values]
    return [(NONE, 0.0), *pairs, (STOPPING, 0.0)]


# --- the stored table ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Comparison:
    """Losses on unseen samples of one task.

    Attributes: choosing, from (kind, strength) to losses over the seeds that chose, (20,);
    comparing, from the kind to losses at its chosen strength over the other seeds, (20,).
    """

    choosing: dict
    comparing: dict

    def best(self, kind):
        """Return the strength with the lowest median loss over the seeds that chose."""
        return best_strength(self.choosing, kind)

    def better(self, kind, other):
        """Count the seeds in which one kind ends below another."""
        return int(np.sum(self.comparing[kind] < self.comparing[other]))


def best_strength(choosing, kind):
    """Return the strength of a kind with the lowest median; 0 for kinds that have none."""
    medians = {
        strength: np.median(losses) for (name, strength), losses in choosing.items() if name == kind
    }
    return min(medians, key=medians.get)


def compare(task, engine="auto"):
    """Choose every strength with twenty seeds, and compare with twenty others."""
    choosing = {
        (kind, strength): losses(task, kind, strength, CHOOSING, engine)
        for kind, strength in cells()
    }
    comparing = {
        kind: losses(task, kind, best_strength(choosing, kind), COMPARING, engine) for kind in KINDS
    }
    return Comparison(choosing, comparing)


def losses(task, kind, strength, seeds, engine="auto"):
    """Return the losses on unseen samples over some seeds."""
    return np.array([final_loss(task, kind, strength, seed, engine) for seed in seeds])


def stored(task):
    """Return the Comparison of a task as strengths.csv has it.

    >>> stored("moons, noise 0.5").comparing["L2"].shape
    (20,)
    """
    choosing, comparing = {}, {}
    with TABLE.open() as file:
        for name, purpose, kind, strength, *values in csv.reader(file):
            if name == task:
                made = np.array(values, float)
                if purpose == "choosing":
                    choosing[kind, float(strength)] = made
                else:
                    comparing[kind] = made
    return Comparison(choosing, comparing)


def make_table():
    """Train all that strengths.csv holds, and write it."""
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for name, task in TASKS.items():
            made = compare(task)
            rows = [("choosing", *cell, made.choosing[cell]) for cell in cells()]
            rows += [("comparing", kind, made.best(kind), made.comparing[kind]) for kind in KINDS]
            for *head, values in rows:
                writer.writerow([name, *head, *(f"{value:.4g}" for value in values)])


if __name__ == "__main__":
    make_table()
