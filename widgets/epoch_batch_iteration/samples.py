"""Panel A of lesson 02: every training sample, the batch that it is in, and the counters."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.epoch_batch_iteration.batches import (
    batch_of_samples,
    sample_orders,
    sort_by_class,
)
from lessons.experiments.epoch_batch_iteration.counting import batches_per_epoch, updates, where
from lessons.numerals import count, percent, short
from lessons.verdict import outcome
from widgets.epoch_batch_iteration.cells import bar, grid, pixel
from widgets.epoch_batch_iteration.sheet import (
    BAR,
    BLOCKS,
    GRID,
    SIZE,
    batches_in_words,
    draw,
    update,
)
from widgets.knobs import choice, count_slider, int_slider, switch
from widgets.panel import Panel

MOST = 3000
NETWORK = {"hidden": (8, 8), "activation": "tanh", "learning_rate": 0.5}
FIRST = {"samples": 1200, "batch_size": 100, "epochs": 5, "drop_last": False}
# At first the third batch of the second epoch is shown.
FIRST_LOOK = 15


@dataclass(frozen=True, eq=False)
class Result:
    """A run, or None where no batch is complete; its data; and the order of every epoch."""

    config: TrainConfig
    split: data.Split
    run: Run | None
    orders: np.ndarray

    @property
    def outcome(self):
        """How it came out, for a comparison with another setting."""
        return outcome(self.run) if self.run else "no update"


@dataclass(frozen=True, eq=False)
class Moment:
    """How many updates are made; the epoch and the batch of the last, from 1; who is where."""

    update: int
    epoch: int
    batch: int
    batches: int
    batch_of: np.ndarray
    classes: np.ndarray


def panel(lang="en", **settings):
    """Watch every training sample being used once per epoch, batch by batch.

    A network of two hidden layers of 8 tanh units learns two rings, with plain SGD at rate 0.5.

    Parameters: settings, initial values of the knobs; `time` counts updates. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> samples = panel()
    >>> samples.run.updates
    60
    >>> samples
    1,200 samples in 12 batches of 100: 12 updates per epoch, 60 in 5 epochs. \
Shown: update 15, which is batch 3 of epoch 2.
    >>> samples.close()
    """
    knobs = [
        count_slider("samples", "samples N", "Training samples", 1, MOST, FIRST["samples"],
                     10, 0.125),
        count_slider("batch_size", "batch size", "Samples per update", 1, 4096,
                     FIRST["batch_size"]),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 50, FIRST["epochs"],
                     10, 0.25),
        switch("shuffle", "shuffle", "Draw a new order of the samples for every epoch", True),
        switch("drop_last", "drop_last", "Leave out the last batch if it is smaller", False),
        choice("order", "stored", "How the samples lie in the data set",
               {"mixed": "mixed", "sorted by class": "sorted"}, "mixed"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE,
        {"time": first_look(settings), "lang": lang} | settings,
        brief=brief, steps=steps, time_label="update", frame=frame,
        touch={"losses": to_update, "cells": to_its_batch, "epoch": to_batch_at},
        blocks=BLOCKS,
    )  # fmt: skip


def steps(settings):
    """Count the updates of these settings."""
    return updates(**{name: settings[name] for name in FIRST})


def first_look(settings):
    """Return a moment in the middle of an epoch, if the settings have one."""
    try:
        return min(FIRST_LOOK, steps(FIRST | settings))
    except ValueError:  # the panel will say what is wrong
        return None


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once, and note the order in which the samples were taken."""
    split = load(settings["samples"], settings["order"], settings["seed"])
    names = ("batch_size", "epochs", "shuffle", "drop_last", "seed")
    config = TrainConfig(**NETWORK, **{name: settings[name] for name in names})
    orders = sample_orders(replace(config, drop_last=False), split)
    complete = steps(settings) > 0
    run = train(config, split, engine_at_hand(), progress, "fit") if complete else None
    return Result(config, split, run, orders)


@lru_cache(maxsize=8)
def load(samples, order, seed):
    """Return the first of the samples, as they are or sorted by class; the unseen stay the same."""
    split = all_samples(seed)
    split = replace(split, X_train=split.X_train[:samples], y_train=split.y_train[:samples])
    return sort_by_class(split) if order == "sorted" else split


@lru_cache(maxsize=4)
def all_samples(seed):
    """Draw as many samples as the panel ever shows."""
    return data.circle(n=MOST, seed=seed, val=0.1, test=0)


def frame(result, time):
    """Find the epoch and the batch of an update, and the batch that every sample is in."""
    config, split = result.config, result.split
    knobs = len(split.X_train), config.batch_size, config.drop_last
    made = min(time, result.run.updates) if result.run else 0
    epoch, batch = where(made, *knobs) if made else (1, 0)
    order = result.orders[epoch - 1]
    batch_of = batch_of_samples(order, config.batch_size, config.drop_last)
    classes = np.bincount(split.y_train[batch_of == batch - 1], minlength=2) * (batch > 0)
    return Moment(made, epoch, batch, batches_per_epoch(*knobs), batch_of, classes)


# --- touch --------------------------------------------------------------------------------------


def to_update(touch):
    """Go to the update that is made here; the knob update does the same."""
    # An update takes the whole way to the next, and its loss is drawn at the middle.
    return {"time": np.ceil(touch.x * touch.moment.batches)}


def to_its_batch(touch):
    """Go to the update that uses this sample, in this epoch; the knob update does the same."""
    samples = grid(len(touch.result.split.X_train), *GRID)
    return to_batch_of(pixel(samples, touch), touch)


def to_batch_at(touch):
    """Go to the batch at this place of the epoch; the knob update does the same."""
    config, n = touch.result.config, len(touch.result.split.X_train)
    places = bar(n, min(config.batch_size, n), *BAR)
    place = pixel(places, touch)
    order = touch.result.orders[touch.moment.epoch - 1]
    return {} if place < 0 else to_batch_of(order[place], touch)


def to_batch_of(sample, touch):
    """Return the time at which a sample is used; nothing if there is none, or if it is left out."""
    moment = touch.moment
    if sample < 0 or moment.batch_of[sample] < 0:
        return {}
    return {"time": (moment.epoch - 1) * moment.batches + moment.batch_of[sample] + 1}


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say what the picture shows: the counts, the moment, and how the training goes."""
    text, run = brief(result, moment), result.run
    if run is None:
        return text
    first, last = run.train_loss[[0, run.completed_epochs]]
    right, parts = run.val_accuracy[run.completed_epochs], [text]
    if np.isfinite(first):
        worse = ", higher than it began" if last > first else ""
        parts.append(
            f"By the end, at a learning rate of {short(result.config.learning_rate)}: training "
            f"loss {short(first)} → {short(last)}{worse}, {percent(right)} of unseen samples right."
        )
    if run.status == "cancelled":
        parts.append("Stopped by hand.")
    return " ".join(parts)


def brief(result, moment):
    """Say how many updates there are, and which one is shown."""
    config, n = result.config, len(result.split.X_train)
    if result.run is None:
        return (
            f"The batch is to have {count(config.batch_size)} samples, but there are only "
            f"{count(n)}: with drop_last no batch is left and nothing is trained. "
            "(lessons.train refuses such settings; PyTorch's DataLoader would give no batch, and "
            "say nothing.)"
        )
    per_epoch, total = moment.batches, moment.batches * config.epochs
    first = f"{count(n)} sample{'s' if n > 1 else ''} in {batches_in_words(result)}"
    return (
        f"{first}: {count(per_epoch)} update{'s' if per_epoch > 1 else ''} per epoch, "
        f"{count(total)} in {config.epochs} epoch{'s' if config.epochs > 1 else ''}. "
        f"Shown: {shown(moment)}."
    )


def shown(moment):
    """Say which moment it is."""
    if not moment.update:
        return "before training"
    which = f"batch {count(moment.batch)} of epoch {moment.epoch}"
    return f"update {count(moment.update)}, which is {which}"
