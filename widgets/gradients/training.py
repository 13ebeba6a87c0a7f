"""Panel B of lesson 09: the gradient of every layer at every update, and the autopsy."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.experiments.gradients import updates
from lessons.experiments.gradients.autopsy import entries
from lessons.experiments.settled import has_learned, learned_or_not
from lessons.initializers import INITIALIZERS
from lessons.numerals import count, finite, fixed, short
from lessons.verdict import guessing_loss, is_dead, where_it_diverged
from widgets.data_sets import load
from widgets.gradients.heat import BROKEN, draw_heat, show_heat
from widgets.gradients.record import draw_record, show_record
from widgets.knobs import choice, count_slider, int_slider, log_slider, switch
from widgets.options import menu, title
from widgets.panel import Panel
from widgets.touch import to_time

SIZE = 8.6, 4.5
BLOCKS = ((0, 0, 576, 450), (576, 0, 860, 228), (576, 228, 860, 450))
SETS = "circle", "spiral", "xor", "gaussians", "moons"
WIDTH, BATCH, DEEPEST = 16, 32, 32
# 0 stands for none: a menu shows nothing for None.
NORMS = {"off": 0.0, "10": 10.0, "1": 1.0, "0.1": 0.1, "0.01": 0.01}
VALUES = {"off": 0.0, "1": 1.0, "0.1": 0.1, "0.01": 0.01, "0.001": 0.001}


@dataclass(frozen=True, eq=False)
class Result:
    """A run with the parameters before every update, and what it takes to make one again.

    Attributes: run; split; orders, of the samples in every epoch; settings.
    """

    run: Run
    split: data.Split
    orders: np.ndarray
    settings: dict

    @property
    def outcome(self):
        return fate(self)

    @property
    def last(self):
        """The last update that was tried, counted from 0."""
        failure = self.run.failure
        in_update = failure is not None and failure.quantity != "training loss"
        return max(0, self.run.updates - (0 if in_update else 1))


@dataclass(frozen=True, eq=False)
class Moment:
    """An update, counted from 0, what was written down of it and those before, and its gradient.

    again: the Update, as it was computed again.
    """

    update: int
    entries: list
    again: updates.Update


def panel(lang="en", **settings):
    """Train a deep network, and look at the gradient of every layer at every update.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> deep = panel()
    >>> deep
    8 layers of sigmoid, Xavier normal, learning rate 0.1: has not learned.
    >>> deep.close()
    """
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-4, 1e2, 0.1, width=500),
        int_slider("depth", "hidden layers", f"How many layers of {WIDTH} units", 1, DEEPEST, 8,
                   width=300),
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "sigmoid"),
        choice("init", "first weights", "What they are drawn from",
               menu(INITIALIZERS), "xavier_normal", width=240),
        switch("batch_norm", "batch norm", "Normalize before every activation", False),
        choice("clip_norm", "clip the norm at", "The longest that the whole gradient may be",
               NORMS, 0.0, width=190),
        choice("clip_value", "clip values at", "The largest that a single component may be",
               VALUES, 0.0, width=190),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 100, 20, 10, 0.25),
        choice("data", "data", "What the network has to learn", SETS, "circle"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=updates_of, time_label="update", frame=frame,
        touch={"gradients": to_update, "losses": to_update_of_loss}, blocks=BLOCKS,
    )  # fmt: skip


def updates_of(settings):
    """Return how many updates a run has when nothing breaks it."""
    samples = len(load(settings["data"], settings["seed"]).X_train)
    return settings["epochs"] * -(-samples // BATCH)


def compute(settings, progress):
    """Train, and keep the parameters before every update."""
    split = load(settings["data"], settings["seed"])
    names = "learning_rate", "activation", "init", "batch_norm"
    config = TrainConfig(
        hidden=(WIDTH,) * settings["depth"], batch_size=BATCH, epochs=settings["epochs"],
        clip_norm=settings["clip_norm"] or None, clip_value=settings["clip_value"] or None,
        seed=settings["seed"], **{name: settings[name] for name in names},
    )  # fmt: skip
    run = train(config, split, engine_at_hand(), progress, "update")
    return Result(run, split, updates.orders_of(run, split), settings)


def frame(result, time):
    """Look at an update: after so many updates, the next one, or the last there was."""
    at = min(time, result.last)
    again = updates.look_at(result.run, result.split, result.orders, at)
    return Moment(at, entries(result.run, at), again)


def to_update(touch):
    """Go to this update; the knob update does the same."""
    return to_time(touch)


def to_update_of_loss(touch):
    """Go to this update; the knob update does the same."""
    return to_time(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the map and the losses on the left, the record on the right."""
    return SimpleNamespace(**vars(draw_heat(figure)), **vars(draw_record(figure)))


def update(artists, result, moment, pinned):
    """Move the artists to a run, and to the update that is shown."""
    show_heat(artists, result, moment.update, pinned, guessing_loss(result.split))
    show_record(artists, result, moment)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how it ended, and what the gradient of the update that is shown looks like."""
    run = result.run
    if run.status == "cancelled":
        return f"{heading(result)}: stopped by hand."
    parts = [f"{heading(result)}: {fate(result)}."]
    if run.failure:
        losses = [finite(entry.loss) for entry in entries(run, result.last)]
        parts.append(f"{cause(run)} Losses of the last batches: {', '.join(losses)}.")
    again = moment.again
    if np.isfinite(again.norm):
        first, last = short(again.weight_norms[0]), short(again.weight_norms[-1])
        parts.append(
            f"Update {count(moment.update + 1)}: the gradient has the norm {short(again.norm)}; "
            f"of the weights alone, {first} in the first layer and {last} in the output layer."
        )
        if clips(result):
            parts.append(clipping(again))
    else:
        parts.append(f"Update {count(moment.update + 1)}: the gradient is no longer finite.")
    return " ".join(parts)


def clips(result):
    config = result.run.config
    return bool(config.clip_norm or config.clip_value)


def clipping(again):
    """Say what clipping does to a gradient."""
    if again.clipped >= again.norm * (1 - 1e-5):
        return "Clipping leaves it as it is."
    turned = f"{fixed(again.angle, 0)}°" if again.angle >= 0.5 else "0°"
    return f"Clipping makes {short(again.clipped)} of it and turns it by {turned}."


def cause(run):
    """Say what first ceased to be finite in a run that diverged.

    >>> deep = TrainConfig(hidden=(16,) * 16, activation="identity", learning_rate=10.0)
    >>> cause(train(deep, data.circle())).startswith("First not finite: ")
    True
    """
    what = BROKEN.get(run.failure.quantity, run.failure.quantity)
    layer = run.failure.layer
    if layer is None:
        return f"First not finite: the {what}."
    where = "the output layer" if layer == len(run.config.hidden) else f"layer {layer + 1}"
    return f"First not finite: {what} {where}."


def heading(result):
    settings = result.settings
    layers = f"{settings['depth']} layer{'' if settings['depth'] == 1 else 's'}"
    norm = ", batch norm" if settings["batch_norm"] else ""
    limits = [
        f", {name} clipped at {short(settings[field])}"
        for name, field in (("norm", "clip_norm"), ("values", "clip_value"))
        if settings[field]
    ]
    return (
        f"{layers} of {title(settings['activation'])}, {title(settings['init'])}{norm}, learning "
        f"rate {short(settings['learning_rate'])}{''.join(limits)}"
    )


def fate(result):
    """Say in a few words what became of a training."""
    run = result.run
    if run.status == "diverged":
        return where_it_diverged(run)
    if run.status == "cancelled":
        return "stopped by hand"
    dead = "; no gradient at all reaches layer 1" if is_dead(run) else ""
    return f"{learned_or_not(run, result.split)}{dead}"


def brief(result, moment):
    """Say only whether it has learned: at large rates the rest depends on the last digits."""
    if result.run.status == "cancelled":
        return describe(result, moment)
    learned = has_learned(result.run, result.split)
    return f"{heading(result)}: has{'' if learned else ' not'} learned."
