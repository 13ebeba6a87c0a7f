"""Slow and obvious versions of what lessons/ computes, and small data sets to compare on."""

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from lessons import TrainConfig, train
from lessons.activations import ACTIVATIONS
from lessons.compiler import has_numba
from lessons.data import Split
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS
from lessons.parameters import flatten
from lessons.schedules import SCHEDULES

ROOT = Path(__file__).resolve().parents[2]
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


def naive_mae(outputs, targets):
    sizes = [abs(residual) for residual in naive_residuals(outputs, targets)]
    return sum(sizes) / len(sizes)


def naive_huber(outputs, targets):
    sizes = [abs(residual) for residual in naive_residuals(outputs, targets)]
    return sum(r**2 / 2 if r < 1 else r - 1 / 2 for r in sizes) / len(sizes)


def naive_residuals(outputs, targets):
    rows = zip(outputs, targets, strict=True)
    return [a - b for row, target in rows for a, b in zip(row, target, strict=True)]


def naive_binary_cross_entropy(outputs, targets):
    ps = [1 / (1 + math.exp(-z)) for (z,) in outputs]
    logs = [math.log(p if t == 1 else 1 - p) for p, t in zip(ps, targets, strict=True)]
    return -sum(logs) / len(logs)


def naive_hinge(outputs, targets):
    margins = [z if t == 1 else -z for (z,), t in zip(outputs, targets, strict=True)]
    return sum(max(0, 1 - margin) for margin in margins) / len(margins)


def naive_brier(outputs, targets):
    ps = [1 / (1 + math.exp(-z)) for (z,) in outputs]
    return sum((p - t) ** 2 for p, t in zip(ps, targets, strict=True)) / len(ps)


# One more loss needs its loop here as well.
NAIVE_LOSSES = {
    "cross_entropy": naive_cross_entropy,
    "binary_cross_entropy": naive_binary_cross_entropy,
    "hinge": naive_hinge,
    "brier": naive_brier,
    "mse": naive_mse,
    "mae": naive_mae,
    "huber": naive_huber,
}


def naive_batch_norm(rows, gamma, beta, eps, mean=None, var=None):
    """Normalize unit by unit, with the mean and variance of the batch where none are given."""
    columns = []
    for j, values in enumerate(zip(*rows, strict=True)):
        mu = sum(values) / len(values) if mean is None else mean[j]
        square = sum((v - mu) ** 2 for v in values) / len(values) if var is None else var[j]
        columns.append([gamma[j] * (v - mu) / math.sqrt(square + eps) + beta[j] for v in values])
    return [list(row) for row in zip(*columns, strict=True)]


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


@st.composite
def settings_and_samples(draw, dropout=True):
    """Any small run: every knob of the config at once, in double precision, and data that fit."""
    task = draw(st.sampled_from(["classification", "two classes", "regression"]))
    outputs = {
        "classification": st.integers(1, 5),
        "two classes": st.just(2),
        "regression": st.sampled_from([None, 1, 3]),
    }[task]
    losses = [name for name, loss in LOSSES.items() if loss.task == task]
    split = samples(
        "regression" if task == "regression" else "classification",
        n=draw(st.integers(2, 60)),
        d=draw(st.integers(1, 9) | st.sampled_from([16, 19, 35])),  # more than fill the lanes
        outputs=draw(outputs),
        n_val=draw(st.sampled_from([1, 7, 150])),
        seed=draw(st.integers(0, 99)),
    )
    n, drop_last = len(split.X_train), draw(st.booleans())
    size = draw(st.integers(1, n if drop_last else 80))
    growing = not drop_last and draw(st.booleans())
    epochs = draw(st.integers(1, 4))
    penalty = st.sampled_from([0.0, 1e-3, 0.1])
    clip = st.sampled_from([None, 0.01, 0.5])
    # Where weights start alike, the scores do, and rounding decides which is the highest.
    unlike = [name for name in INITIALIZERS if name not in ("zeros", "constant")]
    config = TrainConfig(
        hidden=draw(st.lists(st.integers(1, 12), max_size=4)),
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        init=draw(st.sampled_from(unlike)),
        loss=draw(st.sampled_from(losses)),
        optimizer=draw(st.sampled_from(list(OPTIMIZERS))),
        learning_rate=draw(st.floats(0.001, 0.03)),
        momentum=draw(st.floats(0, 0.9)),
        beta1=draw(st.floats(0, 0.95)),
        beta2=draw(st.floats(0.5, 0.999)),
        # Large, for a gradient that is 0 but for rounding is divided by its own size plus this.
        epsilon=draw(st.sampled_from([1e-4, 1e-2])),
        schedule=draw(st.sampled_from(list(SCHEDULES))),
        batch_size=(lambda epoch: size + 3 * epoch) if growing else size,
        epochs=epochs,
        drop_last=drop_last,
        shuffle=draw(st.booleans()),
        l1=draw(penalty),
        l2=draw(penalty),
        dropout=draw(st.sampled_from([0.0, 0.3])) if dropout else 0.0,
        batch_norm=draw(st.sampled_from([False, True, "before", "after"])),
        bn_eps=draw(st.sampled_from([1e-5, 1e-3])),
        bn_momentum=draw(st.sampled_from([0.1, 0.9])),
        clip_norm=draw(clip),
        clip_value=draw(clip),
        patience=draw(st.sampled_from([None, 1, 2])),
        dtype="float64",
        seed=draw(st.integers(0, 2**40)),
    )
    return config, split


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
             "train_accuracy", "val_accuracy", "activation_mean", "activation_std", "flat",
             "dead")  # fmt: skip
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
