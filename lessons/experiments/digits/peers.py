"""Other methods at the same work: who reads the scans better, and how long that takes."""

import time
import warnings
from dataclasses import replace

import numpy as np

from lessons import data
from lessons.experiments.digits.varied import NETWORK
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
    started = time.perf_counter()
    if kind == OURS:
        run = train(replace(NETWORK, seed=seed), split, engine, None, "fit")
        answers = predict(run.params, run.config, split.X_val, engine).argmax(axis=1)
    else:
        method = PEERS[kind](seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged: so it was told
            answers = method.fit(split.X_train, split.y_train).predict(split.X_val)
    seconds = time.perf_counter() - started
    return float(np.mean(answers == split.y_val)), seconds
