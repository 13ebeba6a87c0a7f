"""The panel of lesson 15: a network learns to read scans, and shows what it takes for what."""

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, predict, train
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.experiments.digits.mistakes import confusion, surest_first, worst_cell
from lessons.experiments.digits.standard import for_pixels, standardized
from lessons.initializers import INITIALIZERS
from lessons.numerals import count, percent, short
from lessons.optimizers import OPTIMIZERS
from lessons.schedules import SCHEDULES
from lessons.verdict import where_it_diverged
from widgets.data_sets import load
from widgets.digits.cells import draw_cell, draw_matrix, to_cell, update_cell, update_matrix
from widgets.digits.units import draw_units, update_units
from widgets.knobs import (
    choice,
    count_slider,
    float_slider,
    int_slider,
    log_slider,
    slider,
    switch,
)
from widgets.loss_curves import draw_losses, to_epoch, update_losses
from widgets.options import menu, title
from widgets.panel import Panel

SIZE = 8.6, 4.5
BLOCKS = (
    (0, 0, 385, 290), (385, 0, 622, 290), (622, 0, 860, 290),
    (0, 290, 430, 450), (430, 290, 860, 450),
)  # fmt: skip
DECAYS = 0.0, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1
GROUPS = {
    "data": ["standardize", "seed"], "network": ["activation", "init", "batch_norm"],
    "training": ["batch_size", "momentum", "schedule"], "regularization": ["dropout", "l2"],
}  # fmt: skip
FIELDS = (
    "learning_rate", "optimizer", "epochs", "activation", "init", "batch_norm", "batch_size",
    "momentum", "schedule", "dropout", "l2", "seed",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Result:
    """A run, its data, the settings, and what a weight of each pixel was divided by, (64,).

    The run takes pixels as they are, even if it learned from standardized ones.
    """

    run: Run
    split: data.Split
    settings: dict
    deviation: np.ndarray

    @property
    def outcome(self):
        """How it ended, for a comparison with other settings."""
        return f"validation accuracy {percent(self.run.val_accuracy[self.run.completed_epochs], 1)}"


@dataclass(frozen=True, eq=False)
class Moment:
    """What is to be seen after an epoch.

    Attributes: epoch, the last that was completed until then; probabilities of the validation
    scans, (N, 10); counts of answers, (10, 10); truth and answer, of the cell that is shown; cell,
    the rows of its scans, the surest answer first.
    """

    epoch: int
    probabilities: np.ndarray
    counts: np.ndarray
    truth: int
    answer: int
    cell: np.ndarray


def panel(lang="en", **settings):
    """Train a network on scanned digits, and look at its mistakes.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> reading = panel(layers=0)
    >>> reading
    No hidden layers, SGD at 0.03, 30 epochs: more than 89% of the validation scans are read right.
    >>> reading.close()
    """
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-5, 1e2, 0.03, width=500),
        choice("optimizer", "optimizer", "What turns gradients into steps", menu(OPTIMIZERS),
               "sgd"),
        choice("layers", "hidden layers", "How many there are",
               {"none": 0, "1": 1, "2": 2, "3": 3}, 1),
        count_slider("units", "units per layer", "Of each hidden layer", 1, 256, 32, 2, 0.5),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 100, 30, 10, 0.25),
        int_slider("truth", "digit", "Row of the cell whose scans are shown", 0, 9, 9, 190),
        int_slider("answer", "read as", "Column of the cell whose scans are shown", 0, 9, 5, 190),
        # data
        switch("standardize", "standardize pixels",
               "Give the network each pixel in standard deviations from its mean", False, 180),
        int_slider("seed", "seed", "Other parts of the data, first weights and batches", 0, 20, 0,
                   190),
        # network
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "relu"),
        choice("init", "first weights", "How the first weights are drawn", menu(INITIALIZERS),
               "he_normal", 240),
        switch("batch_norm", "batch norm", "Batch normalization of the hidden layers", False),
        # training
        count_slider("batch_size", "batch size", "Samples per update", 1, 1024, 32),
        float_slider("momentum", "momentum μ", "How much of the last step is kept", 0, 0.95, 0.9,
                     0.05, 230),
        choice("schedule", "schedule", "How the rate changes over the run", menu(SCHEDULES),
               "constant", 230),
        # regularization
        float_slider("dropout", "dropout p", "Share of hidden units left out in an update",
                     0, 0.9, 0, 0.1, 230),
        slider("l2", "L2", "Strength of the penalty on weights", list(DECAYS), 0.0,
               "one of " + ", ".join(f"{d:g}" for d in DECAYS), one_of_decays, 210),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame, blocks=BLOCKS,
        touch={"losses": to_epoch, "counts": to_cell}, idle=idle,
        groups=GROUPS,
    )  # fmt: skip


def one_of_decays(given):
    """Return a strength of the menu; raise ValueError for any other."""
    if isinstance(given, bool) or given not in DECAYS:
        raise ValueError
    return float(given)


def idle(settings):
    """Without hidden layers, what is said of them changes nothing; nor does another's momentum."""
    hidden = () if settings["layers"] else ("units", "activation", "batch_norm", "dropout")
    return hidden if settings["optimizer"] in ("momentum", "nesterov") else (*hidden, "momentum")


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once."""
    config = TrainConfig(
        hidden=(settings["units"],) * settings["layers"],
        **{field: settings[field] for field in FIELDS},
    )  # fmt: skip
    split, deviation = load("digits", settings["seed"]), np.ones(64, np.float32)
    if not settings["standardize"]:
        return Result(train(config, split, engine_at_hand(), progress), split, settings, deviation)
    learned, mean, deviation = standardized(settings["seed"])
    run = for_pixels(train(config, learned, engine_at_hand(), progress), mean, deviation)
    return Result(run, split, settings, deviation)


def frame(result, epoch):
    """Ask the network of that epoch about all validation scans."""
    run, split = result.run, result.split
    epoch = min(epoch, len(run.snapshots) - 1)
    probabilities = predict(run.snapshots[epoch], run.config, split.X_val, engine_at_hand())
    answers = probabilities.argmax(axis=1)
    truth, answer = result.settings["truth"], result.settings["answer"]
    cell = np.flatnonzero((split.y_val == truth) & (answers == answer))
    counts = confusion(split.y_val, answers)
    return Moment(epoch, probabilities, counts, truth, answer, surest_first(probabilities, cell))


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: losses, counts of answers, the scans of a cell; below, the first layer."""
    return SimpleNamespace(
        losses=draw_losses(figure.add_axes([0.055, 0.46, 0.24, 0.46])),
        matrix=draw_matrix(figure.add_axes([0.465, 0.42, 0.2558, 0.4889])),
        cell=draw_cell(figure),
        units=draw_units(figure),
    )


def update(artists, result, moment, pinned):
    """Move the artists to a moment of a run."""
    update_losses(
        artists.losses, result.run, result.split, moment.epoch,
        pinned and pinned.run, pinned and pinned.label,
    )  # fmt: skip
    update_matrix(artists.matrix, moment)
    update_cell(artists.cell, result.split, moment)
    update_units(artists.units, result.run, moment.epoch, result.deviation)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how many scans are read right, what the common mistake is, and which scans are shown."""
    run, epoch = result.run, moment.epoch
    right, n = int(np.trace(moment.counts)), int(moment.counts.sum())
    parts = [f"{heading(result)}."]
    if run.status == "diverged":
        parts.append(f"{where_it_diverged(run).capitalize()}.")
    parts.append(
        f"After epoch {epoch}: training loss {short(run.train_loss[epoch])}, validation "
        f"{short(run.val_loss[epoch])}; {right} of {n} validation scans are read right "
        f"({percent(right / n, 1)})."
    )
    worst = worst_cell(moment.counts)
    if worst:
        times = moment.counts[worst]
        parts.append(
            f"Most common mistake: {worst[0]} read as {worst[1]}, "
            f"{'once' if times == 1 else f'{count(times)} times'}."
        )
    return " ".join([*parts, in_the_cell(moment)])


def in_the_cell(moment):
    """Say how many scans the chosen cell holds, and how sure the network is of them."""
    what = f"{moment.truth} read as {moment.answer}"
    if not len(moment.cell):
        return f"Shown: {what}, which did not happen."
    surest = moment.probabilities[moment.cell[0]].max()
    n = len(moment.cell)
    return f"Shown: {what}, {n} scan{'' if n == 1 else 's'}; the surest with {percent(surest)}."


def brief(result, moment):
    """Say only how many are read right, at least: single scans depend on the last digits."""
    share = np.trace(moment.counts) / moment.counts.sum()
    least = max(math.floor(100 * share - 1), 0)
    return f"{heading(result)}: more than {least}% of the validation scans are read right."


def heading(result):
    knobs, config = result.settings, result.run.config
    units = f"{knobs['units']} unit{'' if knobs['units'] == 1 else 's'}"
    layers = {0: "No hidden layers", 1: units.replace(" ", " hidden ")}.get(
        knobs["layers"], f"{knobs['layers']} layers of {units}"
    )
    name = title(config.optimizer)
    epochs = f"{config.epochs} epoch{'' if config.epochs == 1 else 's'}"
    pixels = ", standardized pixels" if knobs["standardize"] else ""
    return f"{layers}, {name} at {short(config.learning_rate)}, {epochs}{pixels}"
