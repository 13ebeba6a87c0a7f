"""Train a network: one call, one whole run.

`plan.py` says what is to be done, one of two engines does it, `record.py` writes down how it went.
`readable.py` is the textbook, `fast.py` drives the compiled `kernels/`; they agree to rounding.
"""

import threading

import numpy as np

from lessons.compiler import has_numba, works
from lessons.plan import make_plan
from lessons.progress import Progress
from lessons.randomness import draw_orders
from lessons.record import make_record, make_run
from lessons.trouble import trouble

ENGINES = ("auto", "numba", "numpy")
SNAPSHOTS = ("epoch", "update", "fit", "ends")
# One at a time: of runs side by side, each sees how much memory the others have left.
planning = threading.Lock()


def train(config, split, engine="auto", progress=None, snapshots="epoch", first=None):
    """Train a fully connected network from scratch and return the record of the run.

    Every update takes the next batch, computes its mean loss L and the gradient ∂L/∂w by the
    chain rule, and lets the optimizer step: for plain SGD `w ← w - η·∂L/∂w`.

    Parameters: config, a TrainConfig; split, a data set from `lessons.data`; engine, "numba"
    (fast), "numpy" (readable) or "auto", which is the fast one where Numba works;
    progress, a Progress through which another thread can watch and stop the run; snapshots,
    whether to keep the parameters of every "epoch", of every "update", of as many epochs as "fit"
    into memory, or only those of its "ends"; first, parameters to start from, a list of Layer as in
    `run.snapshots`, in place of drawn ones. Only they are taken over: the optimizer's memory is
    empty, the schedule begins at update 0, and order and dropout are those of the seed.
    Returns: a Run. A run that diverges is no error: its `status` says so.
    Raises: ValueError for an engine, loss, batch size or first parameters that do not fit, and for
    a patience or a schedule that needs a validation set where there is none; ImportError for the
    fast engine where Numba is not installed or does not work; MemoryError for a run that does not
    fit.

    >>> from lessons import TrainConfig, data
    >>> run = train(TrainConfig(learning_rate=0.3), data.moons(n=200))
    >>> run.status, bool(run.train_loss[-1] < 0.1 * run.train_loss[0])
    ('finished', True)
    >>> on = train(TrainConfig(epochs=5), data.moons(n=200), first=run.snapshots[-1])
    >>> bool(on.train_loss[0] == run.train_loss[-1])
    True
    """
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    if snapshots not in SNAPSHOTS:
        raise ValueError(f"snapshots must be one of {', '.join(SNAPSHOTS)}, got {snapshots!r}")
    progress = progress or Progress()
    with planning:
        plan = make_plan(config, split, snapshots, first)
        record = make_record(plan)
    progress.total = len(plan.rates)
    engine = choose_engine(engine, plan, record, progress.shared)

    first_epoch = 0
    # Divergence is looked for and recorded; NumPy's warnings would say it a second time.
    with np.errstate(all="ignore"):
        for orders in draw_orders(plan):
            follow_losses(plan, record, first_epoch)
            status, stopped_at, wreck = engine.train_epochs(
                orders, first_epoch, record, progress.shared
            )
            first_epoch += len(orders)
            if status != "finished":
                break
    return make_run(plan, record, engine.w, status, stopped_at, wreck)


def follow_losses(plan, record, epoch):
    """Let a schedule that follows the validation loss choose the rate of the next epoch."""
    if plan.schedule:
        rate = plan.schedule.after(record.loss[1, 1 : epoch + 1])
        plan.rates[plan.starts[epoch] : plan.starts[epoch + 1]] = rate


def choose_engine(engine, plan, record, shared):
    """Return an engine that works here, compiled if it has to be."""
    if engine != "numpy" and has_numba():
        fast = fast_engine(plan)
        # To train for no epoch is only to compile.
        no_orders = np.empty((0, len(plan.train[0])), int)
        if works(fast.train_epochs, no_orders, 1, record, shared):
            return fast
    if engine == "numba":
        why = trouble() or "Numba is not installed."
        raise ImportError(f"engine 'numba' needs a Numba that works; 'auto' does not. {why}")
    return readable_engine(plan)


def readable_engine(plan):
    """Return the readable engine for this plan."""
    from lessons import readable

    return readable.Engine(plan)


def fast_engine(plan):
    """Return the fast engine for this plan, with its workspace; only this needs Numba."""
    from lessons import fast

    return fast.Engine(plan)
