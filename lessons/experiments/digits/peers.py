"""Other methods at the same work: who reads the scans better, and how long that takes.

What 20 ways to share the scans out gave is stored: times are another machine's every time. It was
made by this script, on one core:

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m lessons.experiments.digits.peers
"""

import csv
import time
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from lessons import data
from lessons.experiments.digits.looks import interval
from lessons.experiments.digits.varied import NETWORK, SEEDS
from lessons.prediction import predict
from lessons.trainer import train

OURS = "this kit, 64 units"
PEERS = {
    "logistic regression": lambda seed: sklearn("linear_model", "LogisticRegression")(
        max_iter=100
    ),
    "nearest neighbor": lambda seed: sklearn("neighbors", "KNeighborsClassifier")(n_neighbors=1),
    "support-vector machine": lambda seed: sklearn("svm", "SVC")(C=10),
    "MLPClassifier, the same settings": lambda seed: sklearn("neural_network", "MLPClassifier")(
        NETWORK.hidden, solver="adam", learning_rate_init=NETWORK.learning_rate, alpha=0.0,
        batch_size=NETWORK.batch_size, max_iter=NETWORK.epochs, n_iter_no_change=NETWORK.epochs,
        random_state=seed,
    ),
}  # fmt: skip
KINDS = OURS, *PEERS
TABLE = Path(__file__).with_name("peers.csv")


def sklearn(module, name):
    """Return a class of scikit-learn, which takes a second to load."""
    from importlib import import_module

    return getattr(import_module(f"sklearn.{module}"), name)


def at_work(kind, seed, engine="auto"):
    """Let a method learn the training scans of a split, and read the validation scans.

    Returns: the share that it reads right, and the seconds for learning and reading.

    >>> accuracy, seconds = at_work("nearest neighbor", 0)
    >>> accuracy > 0.95
    True
    """
    split = data.digits(seed)
    if kind == OURS:
        config = replace(NETWORK, seed=seed)
        started = time.perf_counter()
        run = train(config, split, engine, None, "fit")
        answers = predict(run.params, run.config, split.X_val, engine).argmax(axis=1)
    else:
        method = PEERS[kind](seed)
        started = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged: so it was told
            answers = method.fit(split.X_train, split.y_train).predict(split.X_val)
    seconds = time.perf_counter() - started
    return float(np.mean(answers == split.y_val)), seconds


@lru_cache
def stored_table():
    """Return accuracies and seconds as peers.csv has them: by kind, (20 seeds, 2).

    >>> stored_table()["nearest neighbor"].shape
    (20, 2)
    """
    made = {}
    with TABLE.open() as file:
        for kind, _, *values in csv.reader(file):
            made.setdefault(kind, []).append([float(value) for value in values])
    return {kind: np.array(rows) for kind, rows in made.items()}


def compared():
    """Return what the stored table says of every method: a list of Compared, in order of KINDS."""
    table, n = stored_table(), len(data.digits().y_val)
    ours = table[OURS]
    rows = []
    for kind in KINDS:
        accuracy = table[kind][:, 0]
        better = int(np.sum(accuracy > ours[:, 0]))
        longer = float(np.median(table[kind][:, 1] / ours[:, 1]))
        rows.append(Compared(kind, accuracy.mean(), interval(accuracy.mean(), n), better, longer))
    return rows


@dataclass(frozen=True)
class Compared:
    """A method beside ours, over 20 ways to share the scans out.

    Attributes: kind; accuracy, the mean share of validation scans that it reads right; interval,
    where the true share lies with 95% confidence if one way gave that accuracy; better, in how many
    ways it reads more than ours; longer, how many times as long as ours it takes, median.
    """

    kind: str
    accuracy: float
    interval: tuple
    better: int
    longer: float


def make_table():
    """Measure all that peers.csv holds, and write it."""
    for kind in KINDS:
        at_work(kind, 0)  # loads and compiles what it needs
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        # In turn, so that whatever else the machine does slows all down alike.
        for seed in SEEDS:
            for kind in KINDS:
                accuracy, seconds = at_work(kind, seed)
                writer.writerow([kind, seed, f"{accuracy:.4g}", f"{seconds:.3g}"])


if __name__ == "__main__":
    make_table()
