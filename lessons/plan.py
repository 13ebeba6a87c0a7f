"""The plan of a run: all that follows from the settings and the data before training begins.

Both engines carry out the same plan.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from numbers import Integral, Real

import numpy as np

from lessons.config import TrainConfig
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES, loss_name
from lessons.memory import history_bytes, kept_places, require_room, work_bytes
from lessons.parameters import Layer, flatten, parts, unflatten
from lessons.randomness import random_streams
from lessons.schedules import SCHEDULES, Constant, ReduceOnPlateau

# What fills memory, and what to choose instead.
HISTORIES = "the histories", "fewer epochs or larger batches"
WORK = "the arrays of an update", "a smaller hidden or batch_size"


@dataclass(frozen=True, eq=False)
class Plan:
    """What an engine carries out.

    Attributes:
        config: the TrainConfig, with its loss named.
        sizes: units of every layer, from the inputs to the outputs.
        batch_sizes, starts: of every epoch the batch size, (epochs,), and the first update,
            (epochs + 1,), the last of which is the number of updates.
        rates: (updates,) the learning rate of each; NaN until `schedule` has chosen it.
        schedule: a ReduceOnPlateau, which follows the validation loss, or None.
        w: (P,) the first parameters, in the run's dtype.
        is_weight: (P,) 1 for weights, on which penalties act, and 0 for all else.
        layer_ends: (layers,) where each layer's parameters end in w.
        train, val: pairs of inputs and targets, in the run's dtype.
        rng: the Generator that dropout draws from.
        by_update: whether snapshots are counted in updates, and not in epochs.
        places: after which epochs (or updates) a snapshot is kept, in order, from 0 to the last.
        rows: of every epoch (or update) the number of its snapshot, or -1.
    """

    config: TrainConfig
    sizes: tuple
    batch_sizes: np.ndarray
    starts: np.ndarray
    rates: np.ndarray
    schedule: ReduceOnPlateau | None
    w: np.ndarray
    is_weight: np.ndarray
    layer_ends: np.ndarray
    train: tuple
    val: tuple
    rng: np.random.Generator
    by_update: bool
    places: np.ndarray
    rows: np.ndarray

    @property
    def lone_last_batch(self):
        """Whether batch norm will meet a last batch of a single sample, left over by others."""
        if not (self.config.batch_norm and self.config.hidden) or self.config.drop_last:
            return False
        left_over = len(self.train[0]) % self.batch_sizes == 1
        return bool(np.any(left_over & (self.batch_sizes > 1)))

    def unflatten(self, w):
        """View a vector of parameters as layers."""
        return unflatten(w, self.sizes, self.config.loss, bool(self.config.batch_norm))


def make_plan(config, split, snapshots="epoch", first=None):
    """Plan a run: sizes, first weights, rates, and the data in the run's dtype.

    Parameters: config, split, snapshots and first, as in `train`.
    Raises: ValueError for settings that do not fit each other or the data; MemoryError for
    a run, or snapshots, that do not fit into memory.
    """
    config = replace(config, loss=loss_name(config.loss, split.task, len(split.classes)))
    sizes = layer_sizes(config, split)
    shapes = parts(sizes, bool(config.batch_norm))
    layer_ends = np.cumsum([sum(map(math.prod, layer)) for layer in shapes])
    least = 1 if callable(config.batch_size) else batches_per_epoch(config, len(split.X_train))
    require_room(history_bytes(config.epochs, config.epochs * least, len(shapes)), *HISTORIES)
    batch_sizes, starts = batches(config, len(split.X_train))
    histories = history_bytes(config.epochs, int(starts[-1]), len(shapes))
    work = work_bytes(sizes, int(layer_ends[-1]), int(max(batch_sizes)), config.dtype)
    require_room(histories, *HISTORIES)
    require_room(work, *WORK)
    schedule = schedule_of(config, int(starts[-1]), int(starts[1]))
    follows = isinstance(schedule, ReduceOnPlateau)
    for name, needed in (("patience", config.patience), ("schedule", follows)):
        if needed and len(split.X_val) == 0:
            raise ValueError(
                f"{name} needs a validation set, got {getattr(config, name)!r} without one"
            )
    last = int(starts[-1]) if snapshots == "update" else config.epochs
    beside = histories + work
    places = kept_places(last, int(layer_ends[-1]), config.dtype, snapshots, beside)
    rows = np.full(last + 1, -1)
    rows[places] = np.arange(len(places))
    is_weight = [np.full(math.prod(shape), len(shape) == 2) for layer in shapes for shape in layer]
    return Plan(
        config=config,
        sizes=sizes,
        batch_sizes=batch_sizes,
        starts=starts,
        rates=np.full(starts[-1], np.nan) if follows else schedule_rates(schedule, starts[-1]),
        schedule=schedule if follows else None,
        w=first_weights(config, sizes) if first is None else given_weights(first, config, shapes),
        is_weight=np.concatenate(is_weight).astype(config.dtype),
        layer_ends=layer_ends,
        train=targets_of(split.X_train, split.y_train, config),
        val=targets_of(split.X_val, split.y_val, config),
        rng=np.random.default_rng(random_streams(config.seed).dropout),
        by_update=snapshots == "update",
        places=places,
        rows=rows,
    )


def layer_sizes(config, split):
    """Return the units that every layer will have, from the inputs to the outputs, as a tuple."""
    if split.task == "classification":
        two_classes = config.loss != "auto" and LOSSES[config.loss].task == "two classes"
        outputs = 1 if two_classes else len(split.classes)
    else:
        outputs = 1 if split.y_train.ndim == 1 else split.y_train.shape[1]
    return (split.X_train.shape[1], *config.hidden, outputs)


def batches(config, n):
    """Return the batch size of every epoch, (epochs,), and where its updates begin, (epochs + 1,).

    An epoch of n samples has ⌈n/B⌉ updates, or ⌊n/B⌋ with `drop_last`.
    """
    sizes = [config.batch_size]
    if callable(config.batch_size):
        sizes = [config.batch_size(epoch) for epoch in range(config.epochs)]
        if not all(isinstance(size, Integral) and size >= 1 for size in sizes):
            raise ValueError(f"batch_size must give integers ≥ 1, got {sizes}")
    if config.drop_last and max(sizes) > n:
        raise ValueError(
            f"batch_size must be at most {n} (all samples) with drop_last, got {max(sizes)}"
        )
    sizes = np.full(config.epochs, np.minimum(sizes, n), dtype=int)
    counts = n // sizes if config.drop_last else -(-n // sizes)
    return sizes, np.concatenate([[0], np.cumsum(counts)])


def batches_per_epoch(config, n):
    """Count the updates of the first epoch of n samples."""
    return int(batches(replace(config, epochs=1), n)[1][1])


def schedule_of(config, updates, per_epoch):
    """Return the schedule that the config names or holds."""
    if isinstance(config.schedule, str):
        return SCHEDULES[config.schedule](config.learning_rate, updates, per_epoch)
    return Constant(config.schedule) if isinstance(config.schedule, Real) else config.schedule


def schedule_rates(schedule, updates):
    """Return the learning rate of every update, shape (updates,)."""
    if isinstance(schedule, Constant):
        return np.full(updates, schedule.rate)
    rates = np.fromiter((float(schedule(u)) for u in range(updates)), float, updates)
    if not np.isfinite(rates).all() or rates.min() < 0:
        raise ValueError(f"schedule must give rates ≥ 0, got {rates.min()} … {rates.max()}")
    return rates


def first_weights(config, sizes):
    """Draw the first parameters, shape (P,), drawn in float64 for every dtype."""
    rng = np.random.default_rng(random_streams(config.seed).init)
    draw = INITIALIZERS[config.init]
    layers = [Layer(draw(rng, n_in, n_out), np.zeros(n_out)) for n_in, n_out in pairwise(sizes)]
    if config.batch_norm:
        layers[:-1] = [
            layer._replace(
                gamma=layer.b + 1, beta=layer.b, running_mean=layer.b, running_var=layer.b + 1
            )
            for layer in layers[:-1]
        ]
    return flatten(layers).astype(config.dtype)


def given_weights(first, config, shapes):
    """Return first parameters that were given, shape (P,), as a copy in the run's dtype."""
    given = [[np.shape(part) for part in layer if part is not None] for layer in first]
    if given != shapes:
        raise ValueError(f"first must be layers of the shapes {shapes}, got {given}")
    w = flatten(first).astype(config.dtype)
    if not np.isfinite(w).all():
        raise ValueError(f"first must be finite, got {np.sum(~np.isfinite(w))} that are not")
    return w


def targets_of(X, y, config):
    """Return inputs and targets in the run's dtype; values get one column per output."""
    X = np.require(X, config.dtype, ["C", "ALIGNED"])  # large data is not copied if it need not
    if LOSSES[config.loss].task != "regression":
        return X, np.array(y, dtype=np.int64)
    y = np.array(y, dtype=config.dtype, order="C")
    return X, y.reshape(len(y), -1) if y.size else y.reshape(0, 1)
