"""Slow and obvious versions of what lessons/ computes, and small data sets to compare on."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from lessons import TrainConfig, train
from lessons.data import Split
from lessons.network import flatten
from lessons.trainer import has_numba

ROOT = Path(__file__).resolve().parents[1]
ENGINES = ("numba", "numpy") if has_numba() else ("numpy",)


def central_difference(function, x, step=1e-6):
    """Slope of a function of an array in each of its entries: `(f(x + h) - f(x - h)) / 2h`."""
    slope = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] -= step
        slope[i] = (function(up) - function(down)) / (2 * step)
    return slope


def naive_softmax(scores):
    """Probabilities of one sample; by the formula, without a shift."""
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def naive_cross_entropy(outputs, targets):
    logs = [math.log(naive_softmax(row)[t]) for row, t in zip(outputs, targets, strict=True)]
    return -sum(logs) / len(logs)


def naive_mse(outputs, targets):
    squares = [
        (a - b) ** 2
        for row, target in zip(outputs, targets, strict=True)
        for a, b in zip(row, target, strict=True)
    ]
    return sum(squares) / len(squares)


def samples(task="classification", n=40, d=3, outputs=3, n_val=10, seed=0):
    """Random samples of any shape; regression with `outputs=None` has targets of shape (n,)."""
    rng = np.random.default_rng(seed)
    arrays = []
    for size in (n, n_val, 0):
        arrays.append(rng.standard_normal((size, d)).astype(np.float32))
        if task == "classification":
            arrays.append(rng.integers(0, outputs, size))
        else:
            shape = size if outputs is None else (size, outputs)
            arrays.append(rng.standard_normal(shape).astype(np.float32))
    classes = tuple(range(outputs)) if task == "classification" else ()
    return Split(*arrays, task=task, classes=classes)


def exact_line(slope=2.0, scale=1.0, n=20, offset=0.0):
    """`y = slope·x + offset` at x = ±scale: the MSE has curvatures 2·scale² along w, 2 along b."""
    x = scale * np.resize([1.0, -1.0], n)
    X, y = x[:, None].astype(np.float32), (slope * x + offset).astype(np.float32)
    none = np.empty((0, 1), np.float32), np.empty(0, np.float32)
    return Split(X, y, *none, *none, task="regression")


def orders_of(config, n):
    """Which sample each update of each epoch takes, read off a run that does not learn.

    With the rate 0 and batches of one, the loss of sample i is i²: its inputs are 0, its target i.
    """
    X, y = np.zeros((n, 1), np.float32), np.arange(n, dtype=np.float32)
    split = Split(X, y, X[:0], y[:0], X[:0], y[:0], task="regression")
    watch = TrainConfig(
        hidden=(), learning_rate=0, batch_size=1, epochs=config.epochs,
        shuffle=config.shuffle, seed=config.seed, dtype="float64",
    )  # fmt: skip
    losses = train(watch, split, engine="numpy").batch_loss
    return np.rint(np.sqrt(losses)).astype(int).reshape(config.epochs, n)


def same_run(first, second):
    """Whether two runs recorded the same bits."""
    names = ("batch_loss", "grad_norm", "learning_rate", "train_loss", "val_loss",
             "train_accuracy", "val_accuracy")  # fmt: skip
    return (
        (first.status, first.stopped_at) == (second.status, second.stopped_at)
        and all(getattr(first, n).tobytes() == getattr(second, n).tobytes() for n in names)
        and flatten(first.params).tobytes() == flatten(second.params).tobytes()
        and first.snapshots.vectors.tobytes() == second.snapshots.vectors.tobytes()
    )


def with_rate(config, rate):
    return replace(config, learning_rate=float(rate))


def run_python(code, **environment):
    """Run code in a new Python, every warning an error; return what it printed."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    return result.stdout.strip()
