"""What does a fit cost: of `train` itself, of the kit's Classifier, of scikit-learn's?

    python benchmarks/estimators.py [--rounds 15] [--check]

Moons, 1,000 samples, two hidden layers of 16 units, 100 epochs of batches of 32. They take turns;
prints medians in milliseconds. The Classifier should add at most 2 ms to `train`, and take at most
a tenth of scikit-learn's MLPClassifier.
"""

import argparse
import sys
import time
import warnings
from functools import partial

import numpy as np
from sklearn.datasets import make_moons
from sklearn.neural_network import MLPClassifier

from lessons import Classifier, TrainConfig, train
from lessons.data.split import Split

ADDS, TIMES = 2.0, 10


def ways():
    X, y = make_moons(1000, noise=0.2, random_state=0)
    split = Split(X, y, X[:0], y[:0], X[:0], y[:0], task="classification", classes=(0, 1))
    mlp = MLPClassifier(
        (16, 16), solver="sgd", alpha=0, momentum=0, learning_rate_init=0.1, batch_size=32,
        max_iter=100, n_iter_no_change=100, random_state=0,
    )  # fmt: skip
    return {
        "train": partial(train, TrainConfig(), split, snapshots="ends"),
        "Classifier": partial(Classifier(random_state=0).fit, X, y),
        "MLPClassifier": partial(mlp.fit, X, y),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    arguments = parser.parse_args()
    times = {name: [] for name in ways()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for way in ways().values():
            way()
        for _ in range(arguments.rounds):
            for name, way in ways().items():
                start = time.perf_counter()
                way()
                times[name].append(1e3 * (time.perf_counter() - start))
    medians = {name: np.median(each) for name, each in times.items()}
    for name, median in medians.items():
        print(f"{name:15}{median:8.1f} ms")
    added = medians["Classifier"] - medians["train"]
    ratio = medians["MLPClassifier"] / medians["Classifier"]
    print(f"added to train: {added:.1f} ms; MLPClassifier takes {ratio:.0f} times as long")
    if arguments.check and (added > ADDS or ratio < TIMES):
        sys.exit(1)


if __name__ == "__main__":
    main()
