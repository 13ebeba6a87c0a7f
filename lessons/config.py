"""TrainConfig: every knob of a training run, checked when it is made."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Real

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.checks import (
    boolean,
    integer,
    not_negative,
    one_of,
    or_none,
    positive,
    share,
    share_below_one,
)
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS
from lessons.schedules import SCHEDULES, ReduceOnPlateau


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The settings of one training run. Same config and data, same result.

    Parameters:
        hidden: units of each hidden layer, a tuple of integers ≥ 1; `()` is a linear model.
        activation: of the hidden layers, a name in `ACTIVATIONS`.
        init: of the weights, a name in `INITIALIZERS`.
        loss: "auto" (cross_entropy for classification, mse for regression) or a name in `LOSSES`.
        optimizer: a name in `OPTIMIZERS`.
        learning_rate: η, the length of a step per unit of gradient, ≥ 0.
        momentum: μ of the optimizers momentum and nesterov, 0 ≤ μ < 1.
        beta1, beta2: decay of the running averages in rmsprop, adam and adamw, 0 ≤ β < 1.
        epsilon: the small number that keeps those optimizers from dividing by zero, > 0.
        schedule: a name in `SCHEDULES`, which says how the rate changes from `learning_rate` on; or
            what replaces it: a schedule from `lessons.schedules`, any function `update -> rate`, or
            a number ≥ 0.
        batch_size: samples per update, an integer ≥ 1; larger than the data means all of it. Or a
            function `epoch -> batch size`, epochs counted from 0, for batches that grow.
        epochs: passes over the training set, an integer ≥ 1.
        drop_last: leave out the smaller last batch of an epoch.
        shuffle: draw a new order of the samples for every epoch.
        l1, l2: strength of the penalties on weights (not biases), ≥ 0: `l1·Σ|w| + l2/2·Σw²`. The
            optimizer adamw takes l2 as its decoupled weight decay.
        dropout: share of hidden units left out in an update, 0 ≤ p < 1.
        batch_norm: batch normalization of hidden layers, False, True or "before" (the activation),
            or "after".
        bn_eps, bn_momentum: its ε > 0, and how fast its running averages follow, 0 to 1.
        clip_norm: largest norm of the whole gradient, penalties included, > 0, or None.
        clip_value: largest size of each component, clipped before the norm is, > 0, or None.
        patience: epochs without a lower validation loss before stopping, an integer ≥ 1, or None.
            The parameters of the run are then those of its best epoch, however it ended.
        dtype: "float32" or "float64". At a rate of 0.003 their losses differ over five epochs by at
            most 1e-5 of their size with sgd and momentum, and by 1% with adam; where training is
            chaotic, at the edge of stability say, they part sooner or later.
        seed: an integer ≥ 0, from which all randomness comes.

    Raises:
        ValueError: names the field, what is allowed, and what came.

    >>> TrainConfig(learning_rate=0.3).learning_rate
    0.3
    >>> TrainConfig(batch_size=0)
    Traceback (most recent call last):
    ValueError: batch_size must be an integer ≥ 1 or a function epoch -> batch size, got 0
    """

    hidden: tuple = (16, 16)
    activation: str = "relu"
    init: str = "he_normal"
    loss: str = "auto"
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    schedule: str | float | Callable = "constant"
    batch_size: int | Callable = 32
    epochs: int = 100
    drop_last: bool = False
    shuffle: bool = True
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    batch_norm: bool | str = False
    bn_eps: float = 1e-5
    bn_momentum: float = 0.1
    clip_norm: float | None = None
    clip_value: float | None = None
    patience: int | None = None
    dtype: str = "float32"
    seed: int = 0

    def __post_init__(self):
        for field in fields(self):
            value = CHECKS[field.name](field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, value)


def widths(name, value):
    """Check for a tuple of layer widths."""
    try:
        if isinstance(value, list | tuple | range | np.ndarray):  # and not text, say
            return tuple(integer(1)(name, width) for width in value)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{name} must be a tuple of integers ≥ 1, got {value!r}")


def schedule(name, value):
    """Check for the name of a schedule, a schedule, a function of the update number, or a rate."""
    if callable(value) or isinstance(value, ReduceOnPlateau):
        return value
    try:
        return (
            not_negative(name, value) if isinstance(value, Real) else one_of(SCHEDULES)(name, value)
        )
    except ValueError:
        names = ", ".join(SCHEDULES)
        raise ValueError(
            f"{name} must be one of {names}, a function update -> rate, or a number ≥ 0, "
            f"got {value!r}"
        ) from None


def batch_size(name, value):
    """Check for an integer ≥ 1 or a function of the epoch."""
    if callable(value):
        return value
    try:
        return integer(1)(name, value)
    except ValueError:
        raise ValueError(
            f"{name} must be an integer ≥ 1 or a function epoch -> batch size, got {value!r}"
        ) from None


def place(name, value):
    """Check for False, True, or the side of the activation that batch norm sits on."""
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str) and value in ("before", "after"):
        return str(value)
    raise ValueError(f"{name} must be False, True, 'before' or 'after', got {value!r}")


CHECKS = {
    "hidden": widths,
    "activation": one_of(ACTIVATIONS),
    "init": one_of(INITIALIZERS),
    "loss": one_of(("auto", *LOSSES)),
    "optimizer": one_of(OPTIMIZERS),
    "learning_rate": not_negative,
    "momentum": share_below_one,
    "beta1": share_below_one,
    "beta2": share_below_one,
    "epsilon": positive,
    "schedule": schedule,
    "batch_size": batch_size,
    "epochs": integer(1),
    "drop_last": boolean,
    "shuffle": boolean,
    "l1": not_negative,
    "l2": not_negative,
    "dropout": share_below_one,
    "batch_norm": place,
    "bn_eps": positive,
    "bn_momentum": share,
    "clip_norm": or_none(positive),
    "clip_value": or_none(positive),
    "patience": or_none(integer(1)),
    "dtype": one_of(("float32", "float64")),
    "seed": integer(0),
}
