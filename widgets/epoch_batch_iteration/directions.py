"""Panel B of lesson 02: the gradient of a batch beside the gradient of all samples."""

from dataclasses import dataclass

import numpy as np

from lessons import Run, TrainConfig, data, gradient_at, train
from lessons.engines import engine_at_hand
from lessons.experiments.epoch_batch_iteration.batches import cut, sample_orders
from lessons.experiments.epoch_batch_iteration.counting import updates, where
from lessons.experiments.epoch_batch_iteration.directions import batch_gradients, compare
from lessons.numerals import count
from widgets.epoch_batch_iteration.fan import BLOCKS, SIZE, draw, times, update
from widgets.epoch_batch_iteration.samples import NETWORK, first_look, load
from widgets.knobs import count_slider, int_slider
from widgets.panel import Panel

SAMPLES = 1200
# At most so many batches of an epoch are drawn beside the one shown; each costs a gradient.
SHOWN = 24


@dataclass(frozen=True, eq=False)
class Result:
    """A run with its data, and how the first batch's gradient changes from epoch to epoch."""

    run: Run
    split: data.Split
    orders: np.ndarray
    angles: np.ndarray
    ratios: np.ndarray


@dataclass(frozen=True, eq=False)
class Moment:
    """An update, its epoch and batch, from 1, how many batches there are, and how large its own is.

    Angles and relative lengths are those of some batch gradients, its own first.
    """

    update: int
    epoch: int
    batch: int
    batches: int
    size: int
    angles: np.ndarray
    ratios: np.ndarray


def gradients(lang="en", **settings):
    """Compare the gradients of single batches with the gradient of all samples.

    Parameters: settings, initial values of the knobs; `time` counts updates. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = gradients(batch_size=1200)
    >>> panel.moment.angles.round(1).tolist(), panel.moment.ratios.round(3).tolist()
    ([0.0], [1.0])
    >>> panel.close()
    """
    knobs = [
        count_slider("batch_size", "batch size", "Samples per update", 1, SAMPLES, 100),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 20, 5, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]
    return Panel(
        knobs, compute, draw, update, describe, SIZE,
        {"time": first_look(settings), "lang": lang} | settings,
        brief=brief, steps=steps, time_label="update", frame=frame,
        touch={"angle": to_update, "length": to_update},
        blocks=BLOCKS,
    )  # fmt: skip


def steps(settings):
    """Count the updates of these settings."""
    return updates(SAMPLES, settings["batch_size"], settings["epochs"])


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once, keeping the weights of every update; follow one batch through the epochs."""
    split = load(SAMPLES, "mixed", settings["seed"])
    config = TrainConfig(**NETWORK, **settings)
    run = train(config, split, engine_at_hand(), progress, snapshots="update")
    orders = sample_orders(config, split)
    first = cut(orders[0], config.batch_size)[:1]
    starts = run.epoch_starts[run.epoch_starts < len(run.snapshots)]
    later = [batch_gradients(run.snapshots[u], config, split, first)[0] for u in starts]
    return Result(run, split, orders, *compare(later, later[0]))


def frame(result, time):
    """Compare the gradients of some batches with the full one, at the weights before an update."""
    run, split = result.run, result.split
    config, made = run.config, max(1, min(time, run.updates))
    epoch, batch = where(made, SAMPLES, config.batch_size)
    params = run.snapshots[made - 1]
    all_batches = cut(result.orders[epoch - 1], config.batch_size)
    others = np.unique(np.linspace(0, len(all_batches) - 1, SHOWN).astype(int))
    chosen = [batch - 1, *others[others != batch - 1]]
    each = batch_gradients(params, config, split, [all_batches[b] for b in chosen])
    full = gradient_at(params, config, split.X_train, split.y_train)
    angles, ratios = compare(each, full)
    size = len(all_batches[batch - 1])
    return Moment(made, epoch, batch, len(all_batches), size, angles, ratios)


# --- touch --------------------------------------------------------------------------------------


def to_update(touch):
    """Go to the update that begins here; the knob update does the same."""
    return {"time": touch.x * touch.moment.batches + 1}


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how far this batch and the others are from the full gradient."""
    shown, uphill = len(moment.angles), int(np.sum(moment.angles > 90))
    parts = [brief(result, moment)]
    if shown == 1:
        parts.append("The batch is all samples, its gradient the full gradient.")
    else:
        parts.append(
            f"This batch's gradient is {moment.angles[0]:.0f}° off the full gradient and "
            f"{times(moment.ratios[0])}."
        )
        how_many = f"{uphill} point" if uphill > 1 else ("none points", "1 points")[uphill]
        meaning = ": a short step by such a batch raises the loss of all" if uphill else ""
        parts.append(f"Of the {shown} batches drawn, {how_many} more than 90° away{meaning}.")
    last = len(result.angles) - 1
    if last:
        parts.append(
            f"After {last} epoch{'' if last == 1 else 's'} the gradient of the same samples is "
            f"turned by {result.angles[-1]:.0f}°."
        )
    if result.run.status == "cancelled":
        parts.append("Stopped by hand.")
    return " ".join(parts)


def brief(result, moment):
    """Say which update is shown."""
    size = result.run.config.batch_size
    smaller = f", of {count(moment.size)} samples," if moment.size < size else ""
    return (
        f"Batches of {count(size)}, update {count(moment.update)} of "
        f"{count(len(result.run.batch_loss))}: batch {count(moment.batch)} of "
        f"{count(moment.batches)}{smaller} in epoch {moment.epoch}."
    )
