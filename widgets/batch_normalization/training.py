"""Panel B of lesson 12: the same training without and with batch norm."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.experiments.batch_normalization.covariate_shift import activation_inputs
from lessons.experiments.settled import settled_loss
from lessons.initializers import INITIALIZERS
from lessons.numerals import count, short
from lessons.side_by_side import train_side_by_side
from lessons.verdict import guessing_loss, where_it_diverged
from widgets.batch_normalization.layers import (
    DEEPEST,
    draw_layers,
    to_epoch_of_layer,
    update_layers,
)
from widgets.batch_normalization.two_losses import NAMES, draw_losses, update_losses
from widgets.data_sets import load
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.loss_curves import to_epoch
from widgets.options import menu, title
from widgets.panel import Panel

SIZE = 8.6, 4.3
BLOCKS = ((0, 0, 385, 430), (385, 0, 860, 430))
SETS = ("circle", "spiral", "xor", "gaussians", "moons")
WIDTH = 16
SHARES = 0.05, 0.25, 0.5, 0.75, 0.95
# Of each layer this unit is shown, at so many epochs, with so many training samples.
UNIT, MOMENTS, SAMPLES = 0, 25, 100


@dataclass(frozen=True, eq=False)
class Result:
    """Two runs, without and with batch norm, and the inputs of one unit of every layer.

    inputs: of each run, the epochs where they were measured, (S,), and their percentiles,
    (5, layers, S).
    """

    runs: tuple
    inputs: tuple
    split: data.Split
    settings: dict

    @property
    def run(self) -> Run:
        return self.runs[1]

    @property
    def outcome(self):
        """How both ended, for a comparison with other settings."""
        ends = [fate(run, self.split) for run in self.runs]
        return f"without batch norm {ends[0]}, with it {ends[1]}"


def panel(lang="en", **settings):
    """Train without and with batch norm, all else the same, and watch what the layers are given.

    Parameters: settings, initial values of the knobs. Returns: a Panel, whose `run` is the one
    with batch norm.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> normalizing = panel()
    >>> normalizing
    4 layers of sigmoid, learning rate 0.1. Without batch norm: no better than guessing. \
With it: has learned.
    >>> normalizing.close()
    """
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-4, 1e2, 0.1, width=560),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
        count_slider("batch_size", "batch size", "Samples per update, and per mean and variance",
                     1, 512, 32),
        int_slider("depth", "hidden layers", f"How many layers of {WIDTH} units", 1, DEEPEST, 4),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 300, 60, 10, 0.25),
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "sigmoid"),
        choice("init", "first weights", "What they are drawn from",
               menu(INITIALIZERS), "he_normal"),
        choice("data", "data", "What the network has to learn", SETS, "circle"),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"],
        touch={"losses": to_epoch} | dict.fromkeys(NAMES, to_epoch_of_layer),
        blocks=BLOCKS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train twice, and measure what one unit of every layer is given."""
    split = load(settings["data"], settings["seed"])
    names = "learning_rate", "batch_size", "epochs", "activation", "init", "seed"
    config = TrainConfig(
        hidden=(WIDTH,) * settings["depth"], **{name: settings[name] for name in names}
    )
    configs = [replace(config, batch_norm=on) for on in (False, True)]
    runs = train_side_by_side(configs, split, engine_at_hand(), progress, "fit")
    inputs = [measure(run, split) for run in runs]
    return Result(tuple(runs), tuple(inputs), split, settings)


def measure(run, split):
    """Return some epochs of a run, and the percentiles of one unit's inputs in every layer.

    The nearest sample counts, so that every number is one that occurred.
    """
    epochs = np.unique(np.rint(np.linspace(0, run.completed_epochs, MOMENTS)).astype(int))
    z = activation_inputs(run, split.X_train[:SAMPLES], epochs)
    return epochs, np.quantile(z[..., UNIT], SHARES, axis=-1, method="nearest")


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: losses on the left, on the right the inputs of every layer, twice."""
    rows = [figure.add_axes([0.485, bottom, 0.505, 0.33]) for bottom in (0.57, 0.13)]
    return SimpleNamespace(
        losses=draw_losses(figure.add_axes([0.055, 0.13, 0.26, 0.77])), layers=draw_layers(rows)
    )


def update(artists, result, epoch, pinned):
    """Move the artists to two runs."""
    config = result.run.config
    update_losses(artists.losses, result, epoch, pinned)
    update_layers(artists.layers, result.inputs, epoch, config.epochs, config.activation)


# --- words --------------------------------------------------------------------------------------


def describe(result, epoch):
    """Say how both trainings ended, and what the last layer was given in each.

    The loss in words is the median of the last quarter of the epochs, by which `fate` judges; those
    in the picture are of one epoch.
    """
    parts = [f"{heading(result)}."]
    for run, (_, values), name in zip(result.runs, result.inputs, NAMES, strict=True):
        if run.status == "cancelled":
            ended = "stopped by hand"
        elif run.status == "diverged":
            ended = where_it_diverged(run)
        else:
            low, high = (short(values[k, -1, -1]) for k in (0, -1))
            ended = (
                f"{fate(run, result.split)}, {settled(run)}; in the last layer 90% of the values "
                f"shown lie between {low} and {high}"
            )
        parts.append(f"{name.capitalize()} batch norm: {ended}.")
    if all(run.status != "cancelled" for run in result.runs):
        losses = [short(run.train_loss[min(epoch, run.completed_epochs)]) for run in result.runs]
        parts.append(f"Shown: epoch {epoch}, loss {losses[0]} without and {losses[1]} with.")
    return " ".join(parts)


def brief(result, epoch):
    """Say only how both ended: the numbers of a deep network depend on the last digits."""
    ends = [fate(run, result.split) for run in result.runs]
    return f"{heading(result)}. Without batch norm: {ends[0]}. With it: {ends[1]}."


def heading(result):
    knobs = result.settings
    layers = f"{knobs['depth']} layer{'' if knobs['depth'] == 1 else 's'}"
    rate = short(knobs["learning_rate"])
    samples = len(result.split.X_train)
    batch = f", all {count(samples)} samples in a batch" if knobs["batch_size"] >= samples else ""
    return f"{layers} of {title(knobs['activation'])}, learning rate {rate}{batch}"


def settled(run):
    """Say the loss that a run has settled at, and of how many epochs that is the median."""
    epochs = len(run.train_loss) // 4
    whose = f"the last {epochs} epochs' median loss" if epochs > 1 else "last loss"
    return f"{whose} {short(settled_loss(run))}"


def fate(run, split):
    """Say in a few words what became of a training, by the median of its last quarter of epochs.

    A single epoch says little: with batch norm the loss in evaluation mode jumps.

    >>> from lessons import train
    >>> split = data.moons()
    >>> fate(train(TrainConfig(), split), split)
    'has learned'
    """
    if run.status == "diverged":
        return "diverged"
    if run.status == "cancelled":
        return "stopped by hand"
    share = settled_loss(run) / guessing_loss(split)
    if share > 1.1:
        return "worse than guessing"
    if share > 0.95:
        return "no better than guessing"
    return "has learned little" if share > 0.5 else "has learned"
