"""Train a network: one call, one whole run.

`train` validates, draws and allocates; one of two engines then does the work. `readable.py` is
the textbook, `kernels.py` the fast one; they agree to rounding.
"""

from dataclasses import replace
from functools import cache, lru_cache
from itertools import pairwise
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from lessons.initializers import INITIALIZERS
from lessons.losses import loss_name
from lessons.network import Layer, count_parameters, flatten, layer_sizes, unflatten
from lessons.run import Progress, Run, Snapshots

ENGINES = ("auto", "numba", "numpy")
# Orders of the samples are drawn for so many entries at once: few calls, little memory.
ORDER_ENTRIES = 1_000_000


def train(config, split, engine="auto", progress=None):
    """Train a fully connected network from scratch and return the record of the run.

    Every update takes the next batch, computes its mean loss L and the gradient ∂L/∂w by the
    chain rule, and lets the optimizer step: for plain SGD `w ← w - η·∂L/∂w`.

    Parameters: config, a TrainConfig; split, a data set from `lessons.data`; engine, "numba"
    (fast), "numpy" (readable) or "auto", which is the fast one where Numba is installed;
    progress, a Progress through which another thread can watch and stop the run.
    Returns: a Run. A run that diverges is no error: its `status` says so.
    Raises: ValueError for an engine, loss or batch size that does not fit; ImportError for the
    fast engine where Numba is not installed.

    >>> from lessons import TrainConfig, data
    >>> run = train(TrainConfig(learning_rate=0.3), data.moons(n=200))
    >>> run.status, bool(run.train_loss[-1] < 0.1 * run.train_loss[0])
    ('finished', True)
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    if engine == "numba" and not has_numba():
        raise ImportError("engine 'numba' needs Numba, which is not installed; 'auto' does not")
    fast = engine == "numba" or (engine == "auto" and has_numba())
    progress = progress or Progress()
    plan = make_plan(config, split)
    record = make_record(plan)
    progress.total = len(plan.rates)
    train_epochs = fast_engine(plan) if fast else readable_engine(plan)

    first_epoch = 0
    # Divergence is looked for and recorded; NumPy's warnings would say it a second time.
    with np.errstate(all="ignore"):
        for orders in draw_orders(plan):
            status, stopped_at = train_epochs(orders, first_epoch, record, progress.shared)
            first_epoch += len(orders)
            if status != "finished":
                break
    return make_run(plan, record, status, stopped_at)


@cache
def has_numba():
    """Return whether Numba can be imported here."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


def make_plan(config, split):
    """Gather what a run needs: sizes, first weights, rates, and the data in the run's dtype."""
    config = replace(config, loss=loss_name(config.loss, split.task))
    n = len(split.X_train)
    if config.drop_last and config.batch_size > n:
        raise ValueError(
            f"batch_size must be at most {n} (all samples) with drop_last, got {config.batch_size}"
        )
    batches = batches_per_epoch(config, n)
    updates = config.epochs * batches
    sizes = layer_sizes(config, split)
    return SimpleNamespace(
        config=replace(config, batch_size=min(config.batch_size, n)),
        given=config,
        sizes=sizes,
        batches=batches,
        rates=schedule_rates(config, updates),
        w=first_weights(config, sizes),
        train=targets_of(split.X_train, split.y_train, config),
        val=targets_of(split.X_val, split.y_val, config),
        state=(),
    )


def batches_per_epoch(config, n):
    """Count the updates that n samples are good for."""
    size = min(config.batch_size, n)
    return n // size if config.drop_last else -(-n // size)


def schedule_rates(config, updates):
    """Return the learning rate of every update, shape (updates,)."""
    if config.schedule == "constant":
        return [config.learning_rate] * updates
    rates = [float(config.schedule(u)) for u in range(updates)]
    if not np.isfinite(rates).all() or min(rates) < 0:
        raise ValueError(f"schedule must give rates ≥ 0, got {min(rates)} … {max(rates)}")
    return rates


def first_weights(config, sizes):
    """Draw the first parameters, shape (P,), drawn in float64 for every dtype."""
    rng = np.random.default_rng(random_streams(config.seed).init)
    draw = INITIALIZERS[config.init]
    layers = [Layer(draw(rng, n_in, n_out), np.zeros(n_out)) for n_in, n_out in pairwise(sizes)]
    return flatten(layers).astype(config.dtype)


def targets_of(X, y, config):
    """Return copies of inputs and targets in the run's dtype; values get one column per output."""
    X = np.array(X, dtype=config.dtype, order="C")
    if config.loss == "cross_entropy":
        return X, np.array(y, dtype=np.int64)
    y = np.array(y, dtype=config.dtype, order="C")
    return X, y.reshape(len(y), -1) if y.size else y.reshape(0, 1)


def draw_orders(plan):
    """Yield the order of the samples for some epochs at a time, shape (epochs, N)."""
    n, epochs, seed = len(plan.train[0]), plan.config.epochs, plan.config.seed
    if not plan.config.shuffle:
        at_once = max(1, ORDER_ENTRIES // n)
        for first in range(0, epochs, at_once):
            yield np.tile(np.arange(n), (min(at_once, epochs - first), 1))
    elif n * epochs <= ORDER_ENTRIES:
        yield shuffled_once(seed, n, epochs)
    else:
        yield from shuffled(seed, n, epochs)


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


def random_streams(seed):
    """Derive the streams from a seed."""
    return RandomStreams(*np.random.SeedSequence(seed).spawn(3))


def make_record(plan):
    """Allocate the histories of a run, NaN where nothing happened yet."""
    epochs, updates = plan.config.epochs, len(plan.rates)
    shapes = {
        "batch_loss": updates,
        "grad_norm": (updates, len(plan.sizes) - 1),
        "train_loss": epochs + 1,
        "train_accuracy": epochs + 1,
        "val_loss": epochs + 1,
        "val_accuracy": epochs + 1,
    }
    record = {name: np.full(shape, np.nan) for name, shape in shapes.items()}
    snapshots = np.empty((epochs + 1, count_parameters(plan.sizes)), plan.w.dtype)
    return SimpleNamespace(**record, snapshots=snapshots)


def make_run(plan, record, status, stopped_at):
    """Freeze plan and record into a Run."""
    finished = status == "finished"
    histories = vars(record)
    kept = max(1, np.count_nonzero(np.isfinite(record.train_loss)))
    snapshots = Snapshots(histories.pop("snapshots")[:kept], plan.sizes, plan.config.loss)
    return Run(
        config=plan.given,
        learning_rate=np.array(plan.rates),
        status=status,
        stopped_at=None if finished else stopped_at,
        params=unflatten(plan.w, plan.sizes, plan.config.loss),
        snapshots=snapshots,
        **histories,
    )


def readable_engine(plan):
    """Return the readable engine's training function for this plan."""
    from lessons import readable

    return lambda *arguments: readable.train_epochs(plan, *arguments)


def fast_engine(plan):
    """Return the fast engine's training function for this plan, with its workspace."""
    from lessons import kernels

    config, dtype = plan.config, plan.w.dtype

    def examples(X, y):
        if config.loss == "cross_entropy":
            return kernels.Examples(X, y, np.empty((len(X), 0), dtype))
        return kernels.Examples(X, np.zeros(len(X), np.int64), y)

    train_set, val_set = examples(*plan.train), examples(*plan.val)
    width = max(config.batch_size, kernels.BLOCK)
    shape = len(plan.sizes) - 1, max(plan.sizes), width
    layers = [np.zeros(shape, dtype) for _ in range(4)]
    targets = np.zeros(width, np.int64), np.zeros((plan.sizes[-1], width), dtype)
    work = kernels.Workspace(*layers, *targets, np.zeros(width, dtype), np.zeros(width, dtype))
    natural = np.arange(max(len(plan.train[0]), len(plan.val[0])))
    velocity = np.zeros_like(plan.w)
    momentum = config.momentum if config.optimizer == "momentum" else 0.0
    rates, sizes = np.array(plan.rates), np.array(plan.sizes)

    def train_epochs(orders, first_epoch, record, shared):
        code, stopped_at = kernels.train(
            plan.w, velocity, sizes, kernels.ACTIVATION_CODES[config.activation],
            kernels.LOSS_CODES[config.loss], momentum, rates, train_set, val_set, natural, orders,
            config.batch_size, config.drop_last, first_epoch, kernels.Record(**vars(record)), work,
            shared,
        )  # fmt: skip
        return kernels.STATUS[code], stopped_at

    return train_epochs
