"""TrainConfig: every knob of a training run, checked when it is made."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Integral, Real

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS

# Named here so that a config can already say them; the mechanism is not built yet.
OPTIMIZERS_TO_COME = ("nesterov", "adagrad", "rmsprop", "adam", "adamw")
OFF = {"l1": 0, "l2": 0, "dropout": 0, "batch_norm": False, "clip_norm": None, "patience": None}


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
        schedule: "constant", or a function `update -> rate` that replaces `learning_rate`.
        batch_size: samples per update, an integer ≥ 1; larger than the data means all of it.
        epochs: passes over the training set, an integer ≥ 1.
        drop_last: leave out the smaller last batch of an epoch.
        shuffle: draw a new order of the samples for every epoch.
        l1, l2: strength of the weight penalties, ≥ 0.
        dropout: share of hidden units left out in an update, 0 ≤ p < 1.
        batch_norm, bn_eps, bn_momentum: batch normalization, its ε > 0 and 0 ≤ momentum ≤ 1.
        clip_norm: largest norm of the whole gradient, > 0, or None.
        patience: epochs without improvement before stopping, an integer ≥ 1, or None.
        dtype: "float32" or "float64".
        seed: an integer ≥ 0, from which all randomness comes.

    Raises:
        ValueError: names the field, what is allowed, and what came.
        NotImplementedError: names a field whose mechanism is not built yet.

    >>> TrainConfig(learning_rate=0.3).learning_rate
    0.3
    >>> TrainConfig(batch_size=0)
    Traceback (most recent call last):
    ValueError: batch_size must be an integer ≥ 1, got 0
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
    schedule: str | Callable = "constant"
    batch_size: int = 32
    epochs: int = 100
    drop_last: bool = False
    shuffle: bool = True
    l1: float = 0.0
    l2: float = 0.0
    dropout: float = 0.0
    batch_norm: bool = False
    bn_eps: float = 1e-5
    bn_momentum: float = 0.1
    clip_norm: float | None = None
    patience: int | None = None
    dtype: str = "float32"
    seed: int = 0

    def __post_init__(self):
        for field in fields(self):
            value = CHECKS[field.name](field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, value)
        for name, off in OFF.items():
            if getattr(self, name) != off:
                raise NotImplementedError(
                    f"{name} is not built yet, leave it at {off!r}, got {getattr(self, name)!r}"
                )


def integer(low):
    """Return a check for integers ≥ low."""

    def check(name, value):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
            raise ValueError(f"{name} must be an integer ≥ {low}, got {value!r}")
        return int(value)

    return check


def number(allowed, inside):
    """Return a check for finite numbers for which `inside(value)` holds."""

    def check(name, value):
        try:
            x = float(value) if isinstance(value, Real) else math.nan
        except OverflowError:  # an integer of more than 308 digits
            x = math.inf
        if isinstance(value, bool) or not (math.isfinite(x) and inside(x)):
            raise ValueError(f"{name} must be a number {allowed}, got {value!r}")
        return x

    return check


def one_of(options, to_come=()):
    """Return a check for one of the names in `options`; names in `to_come` are not built yet."""

    def check(name, value):
        if isinstance(value, str) and value in to_come:
            raise NotImplementedError(f"{name}={value!r} is not built yet")
        if not isinstance(value, str) or value not in options:
            raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")
        return str(value)

    return check


def or_none(check_value):
    """Return a check that also allows None, for knobs that can be off."""

    def check(name, value):
        if value is None:
            return None
        try:
            return check_value(name, value)
        except ValueError as error:
            raise ValueError(str(error).replace(", got", " or None, got")) from None

    return check


def boolean(name, value):
    """Check for True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def widths(name, value):
    """Check for a tuple of layer widths."""
    try:
        if isinstance(value, list | tuple | range | np.ndarray):  # and not text, say
            return tuple(integer(1)(name, width) for width in value)
    except (TypeError, ValueError):
        pass
    raise ValueError(f"{name} must be a tuple of integers ≥ 1, got {value!r}")


def schedule(name, value):
    """Check for "constant" or a function of the update number."""
    if callable(value):
        return value
    if isinstance(value, str):
        if value == "constant":
            return str(value)
        raise NotImplementedError(f"{name}={value!r} is not built yet")
    raise ValueError(f"{name} must be 'constant' or a function update -> rate, got {value!r}")


not_negative = number("≥ 0", lambda x: x >= 0)
positive = number("> 0", lambda x: x > 0)
share_below_one = number("≥ 0 and < 1", lambda x: 0 <= x < 1)
share = number("between 0 and 1", lambda x: 0 <= x <= 1)

CHECKS = {
    "hidden": widths,
    "activation": one_of(ACTIVATIONS),
    "init": one_of(INITIALIZERS),
    "loss": one_of(("auto", *LOSSES)),
    "optimizer": one_of(OPTIMIZERS, OPTIMIZERS_TO_COME),
    "learning_rate": not_negative,
    "momentum": share_below_one,
    "beta1": share_below_one,
    "beta2": share_below_one,
    "epsilon": positive,
    "schedule": schedule,
    "batch_size": integer(1),
    "epochs": integer(1),
    "drop_last": boolean,
    "shuffle": boolean,
    "l1": not_negative,
    "l2": not_negative,
    "dropout": share_below_one,
    "batch_norm": boolean,
    "bn_eps": positive,
    "bn_momentum": share,
    "clip_norm": or_none(positive),
    "patience": or_none(integer(1)),
    "dtype": one_of(("float32", "float64")),
    "seed": integer(0),
}
