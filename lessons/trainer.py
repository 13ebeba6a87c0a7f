"""Train a network: one call, one whole run.

`train` validates, draws and allocates; one of two engines then does the work. `readable.py` is
the textbook, `kernels/` the fast one; they agree to rounding.
"""

import math
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from numbers import Integral, Real
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from lessons.compiler import has_numba
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES, loss_name
from lessons.network import Layer, flatten, layer_sizes, parts, unflatten
from lessons.run import Failure, Progress, Run, Snapshots
from lessons.schedules import SCHEDULES, Constant, ReduceOnPlateau

ENGINES = ("auto", "numba", "numpy")
SNAPSHOTS = ("epoch", "update")
# Orders of the samples are drawn for so many entries at once: few calls, little memory.
ORDER_ENTRIES = 1_000_000


def train(config, split, engine="auto", progress=None, snapshots="epoch"):
    """Train a fully connected network from scratch and return the record of the run.

    Every update takes the next batch, computes its mean loss L and the gradient ∂L/∂w by the
    chain rule, and lets the optimizer step: for plain SGD `w ← w - η·∂L/∂w`.

    Parameters: config, a TrainConfig; split, a data set from `lessons.data`; engine, "numba"
    (fast), "numpy" (readable) or "auto", which is the fast one where Numba is installed;
    progress, a Progress through which another thread can watch and stop the run; snapshots,
    whether to keep the parameters of every "epoch" or of every "update".
    Returns: a Run. A run that diverges is no error: its `status` says so.
    Raises: ValueError for an engine, loss or batch size that does not fit, and for a patience or
    a schedule that needs a validation set where there is none; ImportError for the fast engine
    where Numba is not installed.

    >>> from lessons import TrainConfig, data
    >>> run = train(TrainConfig(learning_rate=0.3), data.moons(n=200))
    >>> run.status, bool(run.train_loss[-1] < 0.1 * run.train_loss[0])
    ('finished', True)
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    if snapshots not in SNAPSHOTS:
        raise ValueError(f"snapshots must be one of {', '.join(SNAPSHOTS)}, got {snapshots!r}")
    if engine == "numba" and not has_numba():
        raise ImportError("engine 'numba' needs Numba, which is not installed; 'auto' does not")
    fast = engine == "numba" or (engine == "auto" and has_numba())
    progress = progress or Progress()
    plan = make_plan(config, split, keep_updates=snapshots == "update")
    record = make_record(plan)
    progress.total = len(plan.rates)
    train_epochs = fast_engine(plan) if fast else readable_engine(plan)

    first_epoch = 0
    # Divergence is looked for and recorded; NumPy's warnings would say it a second time.
    with np.errstate(all="ignore"):
        for orders in draw_orders(plan):
            follow_losses(plan, record, first_epoch)
            status, stopped_at, wreck = train_epochs(orders, first_epoch, record, progress.shared)
            first_epoch += len(orders)
            if status != "finished":
                break
    return make_run(plan, record, status, stopped_at, wreck)


def make_plan(config, split, keep_updates=False):
    """Gather what a run needs: sizes, first weights, rates, and the data in the run's dtype."""
    config = replace(config, loss=loss_name(config.loss, split.task, len(split.classes)))
    sizes = layer_sizes(config, split)
    batch_norm = bool(config.batch_norm)
    batch_sizes, starts = batches(config, len(split.X_train))
    schedule = schedule_of(config, int(starts[-1]), int(starts[1]))
    follows = isinstance(schedule, ReduceOnPlateau)
    for name, needed in (("patience", config.patience), ("schedule", follows)):
        if needed and len(split.X_val) == 0:
            raise ValueError(
                f"{name} needs a validation set, got {getattr(config, name)!r} without one"
            )
    w = first_weights(config, sizes)
    is_weight = [
        np.full(math.prod(shape), len(shape) == 2)
        for shapes in parts(sizes, batch_norm)
        for shape in shapes
    ]
    lengths = [sum(map(math.prod, shapes)) for shapes in parts(sizes, batch_norm)]
    return SimpleNamespace(
        config=config,
        sizes=sizes,
        batch_sizes=batch_sizes,
        starts=starts,
        schedule=schedule if follows else None,
        rates=np.full(starts[-1], np.nan) if follows else schedule_rates(schedule, starts[-1]),
        w=w,
        unflatten=lambda w: unflatten(w, sizes, config.loss, batch_norm),
        is_weight=np.concatenate(is_weight).astype(config.dtype),
        layer_ends=np.cumsum(lengths),
        train=targets_of(split.X_train, split.y_train, config),
        val=targets_of(split.X_val, split.y_val, config),
        rng=np.random.default_rng(random_streams(config.seed).dropout),
        keep_updates=keep_updates,
        state=(),
    )


def batches(config, n):
    """Return the batch size of every epoch, (epochs,), and where its updates begin, (epochs + 1,).

    An epoch of n samples has ⌈n/B⌉ updates, or ⌊n/B⌋ with `drop_last`.
    """
    sizes = [config.batch_size] * config.epochs
    if callable(config.batch_size):
        sizes = [config.batch_size(epoch) for epoch in range(config.epochs)]
        if not all(isinstance(size, Integral) and size >= 1 for size in sizes):
            raise ValueError(f"batch_size must give integers ≥ 1, got {sizes}")
    if config.drop_last and max(sizes) > n:
        raise ValueError(
            f"batch_size must be at most {n} (all samples) with drop_last, got {max(sizes)}"
        )
    sizes = np.minimum(sizes, n)
    counts = n // sizes if config.drop_last else -(-n // sizes)
    return sizes, np.concatenate([[0], np.cumsum(counts)])


def batches_per_epoch(config, n):
    """Count the updates of the first epoch of n samples."""
    return int(batches(config, n)[1][1])


def schedule_of(config, updates, per_epoch):
    """Return the schedule that the config names or holds."""
    if isinstance(config.schedule, str):
        return SCHEDULES[config.schedule](config.learning_rate, updates, per_epoch)
    return Constant(config.schedule) if isinstance(config.schedule, Real) else config.schedule


def schedule_rates(schedule, updates):
    """Return the learning rate of every update, shape (updates,)."""
    if isinstance(schedule, Constant):
        return np.full(updates, schedule.rate)
    rates = np.array([float(schedule(u)) for u in range(updates)])
    if not np.isfinite(rates).all() or rates.min() < 0:
        raise ValueError(f"schedule must give rates ≥ 0, got {rates.min()} … {rates.max()}")
    return rates


def follow_losses(plan, record, epoch):
    """Let a schedule that follows the validation loss choose the rate of the next epoch."""
    if plan.schedule:
        rate = plan.schedule.after(record.loss[1, 1 : epoch + 1])
        plan.rates[plan.starts[epoch] : plan.starts[epoch + 1]] = rate


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


def targets_of(X, y, config):
    """Return inputs and targets in the run's dtype; values get one column per output."""
    X = np.require(X, config.dtype, ["C", "ALIGNED"])  # large data is not copied if it need not
    if LOSSES[config.loss].task != "regression":
        return X, np.array(y, dtype=np.int64)
    y = np.array(y, dtype=config.dtype, order="C")
    return X, y.reshape(len(y), -1) if y.size else y.reshape(0, 1)


def draw_orders(plan):
    """Yield the order of the samples for some epochs at a time, shape (epochs, N)."""
    n, epochs, seed = len(plan.train[0]), plan.config.epochs, plan.config.seed
    if not plan.config.shuffle:
        chunks = unshuffled(n, epochs)
    elif n * epochs <= ORDER_ENTRIES:
        chunks = [shuffled_once(seed, n, epochs)]
    else:
        chunks = shuffled(seed, n, epochs)
    for orders in chunks:
        # A schedule that follows the losses wants to see them after every epoch.
        yield from np.split(orders, len(orders)) if plan.schedule else [orders]


def unshuffled(n, epochs):
    """Yield the order of the data as it is, for some epochs at a time."""
    at_once = max(1, ORDER_ENTRIES // n)
    for first in range(0, epochs, at_once):
        yield np.tile(np.arange(n), (min(at_once, epochs - first), 1))


def shuffled(seed, n, epochs):
    """Yield random orders of n samples, for some epochs at a time."""
    rng = np.random.default_rng(random_streams(seed).order)
    at_once = max(1, ORDER_ENTRIES // n)
    for first in range(0, epochs, at_once):
        orders = np.tile(np.arange(n), (min(at_once, epochs - first), 1))
        yield rng.permuted(orders, axis=1)


@lru_cache(maxsize=2)
def shuffled_once(seed, n, epochs):
    """Return all orders of a small run, and keep them: most knobs leave them as they are."""
    return next(shuffled(seed, n, epochs))


class RandomStreams(NamedTuple):
    """One stream of randomness for each purpose, so that no knob reshuffles another's luck."""

    init: np.random.SeedSequence
    order: np.random.SeedSequence
    dropout: np.random.SeedSequence


@lru_cache
def random_streams(seed):
    """Derive the streams from a seed."""
    return RandomStreams(*np.random.SeedSequence(seed).spawn(3))


def make_record(plan):
    """Allocate the histories of a run, NaN where nothing happened yet."""
    epochs, updates, layers = plan.config.epochs, len(plan.rates), len(plan.sizes) - 1
    shapes = {
        "batch_loss": updates,
        "grad_norm": (updates, layers),
        "loss": (2, epochs + 1),  # of the training and of the validation set
        "accuracy": (2, epochs + 1),
        "activation_mean": (epochs + 1, layers - 1),
        "activation_std": (epochs + 1, layers - 1),
        "flat": (epochs + 1, layers - 1),
        "dead": (epochs + 1, layers - 1),
    }
    record = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
    rows = (updates if plan.keep_updates else epochs) + 1
    return SimpleNamespace(**record, snapshots=np.empty((rows, len(plan.w)), plan.w.dtype))


def make_run(plan, record, status, stopped_at, wreck):
    """Freeze plan and record into a Run."""
    histories = vars(record)
    (train_loss, val_loss), (train_accuracy, val_accuracy) = (
        histories.pop(name) for name in ("loss", "accuracy")
    )
    stopped_at = None if status == "finished" else int(stopped_at)
    completed = max(1, np.count_nonzero(np.isfinite(train_loss)))
    kept = completed
    if plan.keep_updates:
        kept = (len(plan.rates) if stopped_at is None else stopped_at) + 1
    vectors = histories.pop("snapshots")[:kept]
    snapshots = Snapshots(vectors, plan.sizes, plan.config.loss, bool(plan.config.batch_norm))
    params = plan.unflatten(plan.w)
    if status == "stopped_early":
        best = int(np.nanargmin(val_loss))
        params = snapshots[plan.starts[best] if plan.keep_updates else best]
    return Run(
        config=plan.config,
        learning_rate=plan.rates,
        epoch_starts=plan.starts,
        train_loss=train_loss,
        val_loss=val_loss,
        train_accuracy=train_accuracy,
        val_accuracy=val_accuracy,
        status=status,
        stopped_at=stopped_at,
        failure=find_failure(plan, record, stopped_at, wreck) if status == "diverged" else None,
        params=params,
        snapshots=snapshots,
        **histories,
    )


def find_failure(plan, record, update, wreck):
    """Find what first ceased to be finite in the update that broke a run: going forward, then back.

    Parameters: wreck, with `zs`, the pre-activations of every layer, the `gradient` and the next
    `w`, both of shape (P,); None where the update went well and the training loss did not.
    """
    if wreck is None:
        return Failure(update, "training loss", None)
    gradients, parameters = (np.split(v, plan.layer_ends[:-1]) for v in (wreck.gradient, wreck.w))
    forwards = [("pre-activation", layer, z) for layer, z in enumerate(wreck.zs)]
    loss = [("batch loss", None, record.batch_loss[update])]
    back = [("gradient", layer, g) for layer, g in reversed(list(enumerate(gradients)))]
    steps = [("parameter", layer, w) for layer, w in enumerate(parameters)]
    for quantity, layer, values in forwards + loss + back + steps:
        if not np.isfinite(values).all():
            return Failure(update, quantity, layer)
    # Each number is finite, but not the sum of their squares.
    return Failure(update, "gradient", int(np.argmax(~np.isfinite(record.grad_norm[update]))))


def readable_engine(plan):
    """Return the readable engine's training function for this plan."""
    from lessons import readable

    return lambda *arguments: readable.train_epochs(plan, *arguments)


def fast_engine(plan):
    """Return the fast engine's training function for this plan, with its workspace."""
    from lessons.kernels.glue import engine

    return engine(plan)
