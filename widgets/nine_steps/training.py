"""The panel of lesson 01: a training whose every update can be read, number by number."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons.experiments import nine_steps
from lessons.experiments.nine_steps import Prepared
from lessons.experiments.nine_steps.training import Training, Update
from lessons.numerals import finite as size_of
from lessons.numerals import percent, short
from widgets.knobs import count_slider, float_slider, int_slider, log_slider
from widgets.nine_steps.arithmetic import (
    PHASES,
    SHOWN,
    draw_arithmetic,
    update_arithmetic,
)
from widgets.nine_steps.landscape import draw_landscape, update_landscape
from widgets.nine_steps.plots import draw_fit, draw_losses, update_fit, update_losses
from widgets.panel import Panel

SIZE = 8.6, 4.6
BLOCKS = (
    (0, 0, 296, 286), (296, 0, 620, 286), (620, 0, 860, 286),
    (0, 294, 180, 460), (180, 294, 338, 460), (338, 294, 582, 460), (582, 294, 860, 460),
)  # fmt: skip
RATES = 1e-3, 3.0
# From any first weights that are drawn to any that are seen in the landscape.
SHIFT = 4.0
# A loss that has grown so much has left for good, even where the numbers still have a name.
GROWN = 1000


@dataclass(frozen=True, eq=False)
class Result:
    """A training, its data and knobs, and what least squares finds for them in one go."""

    settings: dict
    ready: Prepared
    training: Training
    best: np.ndarray
    best_loss: float

    @property
    def outcome(self):
        """How it came out, for a comparison with another setting."""
        return f"training loss {size_of(self.training.train_loss[-1])}"


@dataclass(frozen=True, eq=False)
class Moment:
    """One phase of one update: 1 forward, 2 loss, 3 backward, 4 update; 0 before the first."""

    number: int
    phase: int
    update: Update
    done: int


def panel(lang="en", **settings):
    """Slide through a training phase by phase, and see the arithmetic of each update.

    Parameters: settings, initial values of the knobs; the time knob counts phases, four to an
    update. Returns: a Panel. Raises: ValueError that names the setting, what is allowed, what came.

    >>> learning = panel(time=4)
    >>> learning
    Learning rate 0.1, batches of 4. Update 1 of 60, phase 4 update: loss of the batch 3.4. \
Validation loss 1.6 → 0.046, training loss 2.1 → 0.052: 99.8% of the way down to least squares, \
0.049.
    >>> learning.close()
    """
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   *RATES, 0.1),
        count_slider("batch_size", "batch size", "Samples per update; 24 is all of them",
                     1, 24, 4),
        count_slider("updates", "updates", "How many updates to make", 1, 200, 60),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
        *(float_slider(f"shift_{name}", f"start {name} moved by",
                       "Added to the first weight that was drawn", -SHIFT, SHIFT, 0, 0.05,
                       width=360)
          for name in ("w1", "w3")),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"time": 7, "lang": lang} | settings,
        steps=lambda settings: 4 * settings["updates"], time_label="phase", frame=frame,
        touch={"losses": to_end_of_update, "landscape": to_start},
        blocks=BLOCKS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Make all updates."""
    ready, best = load(settings["seed"])
    start = nine_steps.initialize(settings["seed"]) + shift(settings)
    names = ("learning_rate", "batch_size", "updates", "seed")
    training = nine_steps.train(ready, **{name: settings[name] for name in names}, start=start)
    best_loss = float(nine_steps.loss(best, ready.x_train, ready.y_train))
    return Result(settings, ready, training, best, best_loss)


def shift(settings):
    """Return by how much the first weights are moved from where they were drawn, (3,)."""
    return np.array([settings["shift_w1"], 0, settings["shift_w3"]])


@lru_cache(maxsize=8)
def load(seed):
    """Return prepared data and their least-squares weights, and keep them."""
    ready = nine_steps.prepare(*nine_steps.throw_ball(seed=seed), seed)
    return ready, nine_steps.least_squares(ready.x_train, ready.y_train)


def frame(result, time):
    """Return the phase at a time, or the last one before a training diverged."""
    made = result.training.updates
    time = min(time, 4 * len(made))
    number = max(1, -(-time // 4))
    phase = time - 4 * (number - 1)
    return Moment(number, phase, made[number - 1], number if phase == 4 else number - 1)


# --- touch --------------------------------------------------------------------------------------


def to_end_of_update(touch):
    """Go to where this update is complete; the knob phase does the same, four phases to an update.

    Between two updates the weights, and with them the losses of all samples, stay the same.
    """
    return {"time": 4 * np.rint(touch.x)}


def to_start(touch):
    """Drag the start of the path; the knobs start w1 moved by, start w3 moved by do the same."""
    drawn = nine_steps.initialize(touch.settings["seed"])
    return {"shift_w1": touch.x - drawn[0], "shift_w3": touch.y - drawn[2]}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: data, losses and landscape above, the arithmetic below."""
    return SimpleNamespace(
        fit=draw_fit(figure.add_axes([0.06, 0.475, 0.275, 0.415])),
        losses=draw_losses(figure.add_axes([0.395, 0.475, 0.18, 0.415])),
        landscape=draw_landscape(figure.add_axes([0.77, 0.475, 0.2059, 0.415])),
        arithmetic=draw_arithmetic(figure),
    )


def update(artists, result, moment, pinned):
    """Move the artists to a training, as it stands in one phase of one update."""
    training, made = result.training, moment.update
    weights = training.weights
    update_fit(artists.fit, result.ready, result.best, made, moment.phase, weights[moment.done])
    update_losses(
        artists.losses, training, result.settings["updates"], result.best_loss, moment.done,
        (moment.number - 1, made.loss), pinned, fate(result),
    )  # fmt: skip
    update_landscape(
        artists.landscape, result.ready, result.best, weights, moment.done, made, moment.phase,
        pinned and pinned.training.weights,
    )  # fmt: skip
    update_arithmetic(
        artists.arithmetic, made, moment.phase, result.settings["learning_rate"],
        heading(result, moment),
    )  # fmt: skip


def heading(result, moment):
    """Say which update is shown."""
    size = len(moment.update.batch)
    shown = f", {SHOWN} of them shown" if size > SHOWN else ""
    samples = "1 sample" if size == 1 else f"{size} samples{shown}"
    return f"Update {moment.number} of {result.settings['updates']}: a batch of {samples}"


def fate(result):
    """Say it, if the training diverged, or if it ended higher than it began."""
    losses = result.training.train_loss
    if result.training.diverged:
        return f"diverged at update {len(losses)}"
    if losses[-1] > GROWN * losses[0]:
        return "diverged"
    return "higher than it began" if losses[-1] > losses[0] else ""


def describe(result, moment):
    """Say what the picture shows: knobs, the phase, losses, and how far they came."""
    settings, training = result.settings, result.training
    size = settings["batch_size"]
    batches = "batches of 1 sample" if size == 1 else f"batches of {size}"
    at = f"Update {moment.number} of {settings['updates']}"
    doing = f"phase {moment.phase} {PHASES[moment.phase - 1]}" if moment.phase else "not begun"
    return (
        f"Learning rate {short(settings['learning_rate'])}, {batches}. {moved(result)}{at}, "
        f"{doing}: loss of the batch {size_of(moment.update.loss)}. "
        f"Validation loss {from_to(training.val_loss)}, "
        f"training loss {from_to(training.train_loss)}: {outcome(result)}."
    )


def moved(result):
    """Say where the path starts, if not where it was drawn."""
    w1, _, w3 = result.training.weights[0]
    return (
        f"Start moved to w1 {short(w1)}, w3 {short(w3)}. " if shift(result.settings).any() else ""
    )


def from_to(losses):
    return f"{size_of(losses[0])} → {size_of(losses[-1])}"


def outcome(result):
    """Say how the training ended."""
    end, whole = fate(result), result.settings["batch_size"] >= len(result.ready.x_train)
    # One step for one sample can raise the loss of all, however short it is.
    if end.startswith("diverged") or (end and whole):
        return f"{end}, the steps are too large"
    if end:
        return end
    lowest = short(result.best_loss)
    return f"{percent(way_down(result), 1)} of the way down to least squares, {lowest}"


def way_down(result):
    """Return the share of the way from the first loss down to that of least squares."""
    losses = result.training.train_loss
    return (losses[0] - losses[-1]) / (losses[0] - result.best_loss)
