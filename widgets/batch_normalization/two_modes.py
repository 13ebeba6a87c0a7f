"""Panel D of lesson 12: training mode and evaluation mode, and what the batch size has to do."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, predict, train
from lessons.engines import engine_at_hand
from lessons.experiments.batch_normalization.modes import answers_in_batches
from lessons.numerals import count, fixed, short
from widgets.artists import words
from widgets.batch_normalization.two_losses import show_batches
from widgets.beliefs import after
from widgets.data_sets import load
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.loss_curves import draw_scale, to_epoch, update_scale
from widgets.marks import label_ends
from widgets.panel import Panel
from widgets.style import BLUE, CLASSES, GRAY, LIGHT, NORMAL, PINNED, SMALL

SIZE = 8.6, 4.0
BLOCKS = ((10, 0, 441, 400), (441, 0, 860, 400))
SETS = ("moons", "circle", "spiral", "xor", "gaussians")
LOSSES = 1e-3, 1e3
# So many unseen points of each class.
POINTS = 4
EVALUATION, IN_BATCHES = BLUE, GRAY


@dataclass(frozen=True, eq=False)
class Result:
    """A run with batch norm, and its data."""

    run: Run
    split: data.Split


@dataclass(frozen=True, eq=False)
class Moment:
    """After some epochs: answers to a few points, in batches (K, D) and in evaluation mode (K,)."""

    epoch: int
    in_batches: np.ndarray
    evaluated: np.ndarray


def modes(lang="en", **settings):
    """Ask one network the same questions in both modes, and slide the batch size.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = modes(batch_size=2)
    >>> panel
    Batch size 2, 7,500 updates. Training mode: the answers depend on the companions. \
Evaluation mode: one answer per point.
    >>> panel.close()
    """
    knobs = [
        count_slider("batch_size", "batch size", "Samples per update, and per mean and variance",
                     1, 512, 8),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 100, 30, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
        log_slider("bn_momentum", "weight α of the new batch", "In the running averages",
                   1e-3, 1.0, 0.1, width=400),
        choice("data", "data", "What the network has to learn", SETS, "moons"),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
        touch={"losses": to_epoch},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Train once with batch norm."""
    split = load(settings["data"], settings["seed"])
    knobs = {name: value for name, value in settings.items() if name != "data"}
    config = TrainConfig(batch_norm=True, **knobs)
    return Result(train(config, split, engine_at_hand(), progress, "fit"), split)


def frame(result, time):
    """Answer for a few unseen points of either class, in both modes."""
    run, split = result.run, result.split
    epoch = min(time, run.completed_epochs)
    params, size = run.snapshots[epoch], min(run.config.batch_size, len(split.X_train))
    points = np.concatenate([split.X_val[split.y_val == k][:POINTS] for k in (0, 1)])
    draws = int(np.clip(2000 // size, 8, 40))
    together = answers_in_batches(params, run.config, points, split.X_train, size, draws)
    alone = predict(params, run.config, points)[:, 1]
    return Moment(epoch, together, alone)


def draw(figure):
    """Make the artists: losses in both modes on the left, answers to a few points on the right."""
    losses = figure.add_axes([0.06, 0.14, 0.33, 0.74])
    scale = draw_scale(losses, LOSSES)
    losses.set_title("Training loss, in both modes")
    answers = figure.add_axes([0.595, 0.14, 0.385, 0.74])
    answers.set(xlim=(-0.02, 1.02), ylim=(-0.6, 2 * POINTS - 0.4))
    answers.set_yticks(range(2 * POINTS), [""] * (2 * POINTS))
    for k in (0, 1):
        answers.text(-0.02, (k + 0.5) / 2, f"samples of class {k}", transform=answers.transAxes,
                     color=CLASSES[k], ha="right", va="center", rotation=90)  # fmt: skip
    answers.axhline(POINTS - 0.5, color=GRAY, linewidth=0.8)
    answers.set_xlabel("answer: probability of class 1", labelpad=1)
    answers.grid(axis="y", color=LIGHT, linewidth=0.6)
    answers.text(0, 1.1, "One network, eight unseen samples", transform=answers.transAxes,
                 fontsize=NORMAL)  # fmt: skip
    answers.text(0, 1.03, "● in many batches", color=IN_BATCHES, fontsize=SMALL,
                 transform=answers.transAxes)  # fmt: skip
    answers.text(1, 1.03, "┃ in evaluation mode", color=EVALUATION, fontsize=SMALL, ha="right",
                 transform=answers.transAxes)  # fmt: skip
    pinned = losses.plot([], [], color=PINNED, linewidth=1.3, linestyle=(0, (2, 2)))[0]
    batches = losses.plot([], [], color=IN_BATCHES, linewidth=1.4)[0]
    evaluated = losses.plot([], [], color=EVALUATION)[0]
    return SimpleNamespace(
        **vars(scale),
        pinned=pinned, batches=batches, evaluated=evaluated,
        exits=draw_exits(losses, [pinned, batches, evaluated], values=False),
        dot=losses.plot([], [], "o", color=EVALUATION, ms=5, clip_on=False, zorder=4)[0],
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (EVALUATION, IN_BATCHES, GRAY, PINNED)],
        answers=answers.plot([], [], "o", color=IN_BATCHES, ms=4, alpha=0.75, clip_on=False)[0],
        alone=answers.plot([], [], "|", color=EVALUATION, ms=16, mew=3, clip_on=False)[0],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a run, as it stands at a moment."""
    run, epochs = result.run, result.run.config.epochs
    guess = update_scale(artists, run, result.split, moment.epoch)
    show_curve(artists.evaluated, np.arange(epochs + 1), run.train_loss)
    loss = run.train_loss[moment.epoch]
    show_point(artists.dot, moment.epoch, loss)
    met, text = show_batches(artists.batches, run, moment.epoch)
    # A run that was stopped at once has no losses at all.
    heights = [loss, met, guess]
    texts = [f"evaluation {short(loss)}" if np.isfinite(loss) else "", text, "guessing"]
    artists.pinned.set_data([], [])
    if pinned:
        before = pinned.run.train_loss
        show_curve(artists.pinned, np.arange(len(before)), before)
        heights.append(before[min(pinned.run.completed_epochs, epochs)])
        texts.append(pinned.label)
    show_exits(artists.exits, [artists.pinned, artists.batches, artists.evaluated])
    label_ends(artists.ends, heights, texts, 1.03 * epochs, LOSSES, 0.32)
    rows = np.repeat(np.arange(len(moment.evaluated)), moment.in_batches.shape[1])
    artists.answers.set_data(moment.in_batches.ravel(), rows)
    artists.alone.set_data(moment.evaluated, np.arange(len(moment.evaluated)))


def describe(result, moment):
    """Say how both modes answer, and how far apart they are."""
    run, swing = result.run, np.ptp(moment.in_batches, axis=1).max()
    if run.status == "cancelled":
        return "Stopped by hand."
    loss = run.train_loss[moment.epoch]
    parts = [
        f"{batches_of(result)}. {after(moment.epoch).capitalize()} the loss is {short(loss)} in "
        "evaluation mode.",
    ]
    if run.config.batch_size == 1:
        parts.append(
            "A batch of one is its own mean: in training mode every unit gives β, whatever comes "
            "in, and all answers are the same."
        )
    else:
        parts.append(
            f"In training mode the answer for one and the same point differs by up to "
            f"{fixed(swing, 2)}, depending on its companions."
        )
    return " ".join(parts)


def batches_of(result):
    """Say how large the batches are, no more than there are samples, and how many updates."""
    size, samples = result.run.config.batch_size, len(result.split.X_train)
    words = f"All {count(samples)} samples in a batch" if size >= samples else f"Batch size {size}"
    updates = result.run.updates
    return f"{words}, {count(updates)} update{'' if updates == 1 else 's'}"


def brief(result, moment):
    """Say only what does not depend on the last digits."""
    swing = np.ptp(moment.in_batches, axis=1).max()
    training = "depend on the companions" if swing > 0.02 else "hardly depend on the companions"
    return (
        f"{batches_of(result)}. Training mode: "
        f"the answers {training}. Evaluation mode: one answer per point."
    )
