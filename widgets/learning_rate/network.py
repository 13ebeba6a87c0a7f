"""Panel B of lesson 03: a whole training run, done again at every tick of the slider."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.learning_rate.stability import largest_stable_learning_rate
from lessons.experiments.settled import has_learned
from lessons.verdict import count, describe_losses, outcome, short
from widgets.beliefs import after, draw_beliefs, look, names_shown, update_beliefs
from widgets.data_sets import load
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.loss_curves import draw_losses, to_epoch, update_losses
from widgets.marks import move_ruler, ruler
from widgets.names import about_stand_ins
from widgets.options import menu
from widgets.panel import Panel
from widgets.style import BLACK, CLASSES

SETS = ("spiral", "circle", "xor", "gaussians", "moons", "digits")
RATES = 1e-6, 1e3
SIZE = 8.6, 4.1
BLOCKS = ((0, 0, 345, 345), (345, 0, 860, 345), (0, 345, 745, 428))


@dataclass(frozen=True, eq=False)
class Result:
    """A run, its data, and the largest rate that would have learned, once it was searched."""

    run: Run
    split: data.Split
    stable: float | None = None
    searched: bool = False
    rest: Callable | None = None

    @property
    def outcome(self):
        return outcome(self.run)


@dataclass(frozen=True, eq=False)
class Moment:
    """What the network believes after some epochs."""

    epoch: int
    beliefs: np.ndarray


def panel(data="spiral", lang="en", **settings):
    """Slide the learning rate of a real network; the whole run follows.

    Parameters: data, a name in the menu, or your own `lessons.data.Split` with two features, or
    with 8 x 8 images; settings, initial values of the knobs.
    Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> learning = panel(learning_rate=1e-6)
    >>> learning.run.updates
    1600
    >>> learning
    Learning rate 1e−6. Training loss 0.77 → 0.77, validation 0.77 → 0.77; 1,600 updates; \
has barely moved, the steps are too small. 56% of unseen samples right.
    >>> learning.close()
    """
    sets = {name: name for name in SETS}
    if not isinstance(data, str):
        sets["your data"] = check_own(data)
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   *RATES, 0.1),
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 32),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 1000, 100, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "relu"),
        choice("data", "data", "What the network has to learn", sets, "spiral"),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"data": data, "lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
        touch={"losses": to_epoch},
        blocks=BLOCKS,
    )  # fmt: skip


def check_own(split):
    """Return the split if this panel can draw it."""
    if not isinstance(split, data.Split) or split.task != "classification":
        allowed = ", ".join(SETS)
        raise ValueError(f"data must be one of {allowed} or a Split with classes, got {split!r}")
    features, classes = split.X_train.shape[1], len(split.classes)
    if features not in (2, 64):
        raise ValueError(f"data must have 2 features, or 64 for images of 8 x 8, got {features}")
    if features == 2 and classes > len(CLASSES):
        raise ValueError(f"data must have at most {len(CLASSES)} classes, got {classes}")
    return split


# --- compute ------------------------------------------------------------------------------------

stable_rates = {}


def compute(settings, progress):
    """Train once; how large a rate would still learn is searched afterwards, and kept."""
    split = load(settings["data"], settings["seed"])
    knobs = {name: value for name, value in settings.items() if name != "data"}
    config = TrainConfig(**knobs)
    result = Result(train(config, split, engine_at_hand(), progress, "fit"), split)
    # It does not depend on the rate, so that sliding the rate finds it here.
    key = replace(config, learning_rate=0.0), settings["data"]

    def search(progress):
        engine = engine_for_long_work(progress)
        stable = largest_stable_learning_rate(config, split, engine, progress)
        if progress.cancelled:
            return result
        stable_rates[key] = stable
        return replace(result, stable=stable, searched=True)

    if key in stable_rates:
        return replace(result, stable=stable_rates[key], searched=True)
    return result if progress.cancelled else replace(result, rest=search)


def frame(result, time):
    """Return the beliefs at an epoch, or at the last epoch before a run stopped."""
    epoch = min(time, result.run.completed_epochs)
    beliefs = look(result.run.snapshots[epoch], result.run.config, result.split)
    return Moment(epoch, beliefs)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: beliefs on the left, losses on the right, the scale of rates below."""
    return SimpleNamespace(
        beliefs=draw_beliefs(figure.add_axes([0.055, 0.26, 0.315, 0.66])),
        losses=draw_losses(figure.add_axes([0.445, 0.26, 0.41, 0.66])),
        ruler=ruler(figure.add_axes([0.055, 0.112, 0.8, 0.03]), *RATES),
    )


def update(artists, result, moment, pinned):
    """Move the artists to a run, as it stands at a moment."""
    run, rate = result.run, result.run.config.learning_rate
    update_beliefs(artists.beliefs, result.split, moment.beliefs, moment.epoch)
    before, label, pinned_rate = None, "", None
    if pinned:
        before, label, pinned_rate = pinned.run, pinned.label, pinned.run.config.learning_rate
    update_losses(artists.losses, run, result.split, moment.epoch, before, label)
    move_ruler(artists.ruler, rate, result.stable, ruler_label(result), pinned_rate)
    if has_learned(run, result.split):
        # Beyond the edge a run can still learn, by luck: then its rate is no failure.
        artists.ruler.here.set(color=BLACK, marker="v")


def ruler_label(result):
    """Say what the scale of rates shows."""
    if result.rest:
        return "learning rate η   (searching the largest that learns …)"
    if not result.searched:
        return "learning rate η"
    if result.stable is None:
        return f"learning rate η   (none learns within {within(result)})"
    return f"learning rate η   (green: up to {short(result.stable)}, the largest that learns here)"


def within(result):
    """Say how many epochs the run has."""
    epochs = result.run.config.epochs
    return f"{count(epochs)} epoch{'' if epochs == 1 else 's'}"


def describe(result, moment):
    """Say what the picture shows: rate, losses, updates, verdict, accuracy, largest useful rate."""
    text = brief(result, moment)
    if result.searched and result.stable is None:
        text += f" No learning rate learns within {within(result)}."
    elif result.searched:
        text += f" The largest rate that learns here is about {short(result.stable)}."
    return " ".join([text, about_stand_ins(names_shown(result.split))]).strip()


def brief(result, moment):
    """Say all but the largest rate that learns, because that depends on the last digits."""
    run, split = result.run, result.split
    last = run.completed_epochs
    parts = [f"Learning rate {short(run.config.learning_rate)}.", describe_losses(run, split)]
    if len(split.X_val) and run.status != "diverged":
        parts.append(f"{100 * run.val_accuracy[last]:.0f}% of unseen samples right.")
    if moment.epoch < last:
        loss = run.train_loss[moment.epoch]
        parts.append(f"Shown {after(moment.epoch)}: training loss {short(loss)}.")
    if len(split.X_train) < run.config.batch_size:
        parts.append(f"The batch is all {len(split.X_train)} samples.")
    return " ".join(parts)
