"""Panel B of lesson 02: the gradient of a batch beside the gradient of all samples."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, gradient_at, train
from lessons.engines import engine_at_hand
from lessons.epoch_batch_iteration import (
    batch_gradients,
    compare,
    cut,
    sample_orders,
    updates,
    where,
)
from lessons.verdict import count, short
from widgets.artists import words
from widgets.epoch_batch_iteration.samples import NETWORK, first_look, load
from widgets.knobs import count_slider, int_slider
from widgets.panel import Panel
from widgets.style import BLACK, GRADIENT, GRAY, LIGHT, SMALL

SIZE = 8.6, 3.8
SAMPLES = 1200
# So many batches of an epoch are compared at most; each costs a gradient.
SHOWN = 24
# The largest relative length that the scale shows.
LONGEST = 10.0


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
    """An update, its epoch and batch, from 1, and how many batches there are.

    Angles and relative lengths are those of some batch gradients, its own first.
    """

    update: int
    epoch: int
    batch: int
    batches: int
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
        count_slider("batch_size", "batch size B", "Samples per update", 1, SAMPLES, 100),
        count_slider("epochs", "epochs E", "Passes over the training set", 1, 20, 5, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]
    return Panel(
        knobs, compute, draw, update, describe, SIZE,
        {"time": first_look(settings), "lang": lang} | settings,
        brief=brief, steps=steps, time_label="update", frame=frame,
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
    return Moment(made, epoch, batch, len(all_batches), angles, ratios)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: arrows on the left; on the right one batch, followed through the epochs."""
    fan = figure.add_axes([0.06, 0.115, 0.465, 0.70])
    angle = figure.add_axes([0.625, 0.51, 0.355, 0.305])
    length = figure.add_axes([0.625, 0.115, 0.355, 0.305])
    fan.set(xlim=(-2, 3.5), xticks=[-2, -1, 0, 1, 2, 3], yticks=[-1, 0, 1])
    # As many units per pixel upward as sideways, so that angles are true.
    reach = 5.5 / 2 * fan.bbox.height / fan.bbox.width
    fan.set_ylim(-reach, reach)
    fan.set_xlabel("along the full gradient   (pale: other batches)", labelpad=1, loc="right")
    fan.set_ylabel("across it", labelpad=-4)
    fan.axvspan(-2, 0, color=LIGHT, alpha=0.35, linewidth=0)
    fan.text(0, -0.095, "shaded: uphill", transform=fan.transAxes, color=GRAY, va="top")
    angle.text(
        0, 1.06, "their gradient against what it was before training", transform=angle.transAxes,
        color=GRADIENT, fontsize=SMALL,
    )  # fmt: skip
    angle.set(ylim=(0, 180), yticks=[0, 90, 180], xticklabels=[])
    angle.set_ylabel("angle, degrees")
    length.set(yscale="log", ylim=(1 / LONGEST, LONGEST), yticks=[0.1, 1, 10])
    length.set_yticklabels(["≤ 1/10", "1", "≥ 10"])
    length.set_ylabel("relative length")
    length.set_xlabel("epochs", labelpad=1)
    for axes in (angle, length):
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
        axes.xaxis.get_major_locator().set_params(integer=True)
    origin = np.zeros((2, 2))

    def arrows(color, width, zorder):
        return fan.quiver(
            *origin, *origin, color=color, angles="xy", scale_units="xy", scale=1, width=width,
            zorder=zorder,
        )  # fmt: skip

    def curve(axes):
        return axes.plot([], [], "o-", color=GRADIENT, ms=4, linewidth=1.2, clip_on=False)[0]

    return SimpleNamespace(
        others=fan.plot([], [], color=GRADIENT, linewidth=0.8, alpha=0.45)[0],
        full=arrows(BLACK, 0.009, 4),
        this=arrows(GRADIENT, 0.009, 5),
        title=words(fan, 0, 1.11, transform=fan.transAxes),
        full_text=words(
            fan, 0, 1.025, "all samples: length 1", transform=fan.transAxes, color=BLACK,
            fontsize=SMALL, fontweight="bold",
        ),
        this_text=words(
            fan, 0.385, 1.025, transform=fan.transAxes, color=GRADIENT, fontweight="bold",
            fontsize=SMALL,
        ),
        right_title=words(angle, 0, 1.26, transform=angle.transAxes),
        now=[axes.axvline(0, color=GRAY, linewidth=0.8) for axes in (angle, length)],
        angles=curve(angle),
        ratios=curve(length),
        pinned=[
            axes.plot([], [], color=GRAY, linewidth=1.2, linestyle=(0, (2, 2)))[0]
            for axes in (angle, length)
        ],
        still=SimpleNamespace(axes=(angle, length)),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to an update."""
    show_arrows(artists, result, moment)
    epochs = result.run.config.epochs
    for axes in artists.still.axes:
        if axes.get_xlim() != (0, epochs):
            axes.set_xlim(0, epochs)
    for line in artists.now:
        at = (moment.update - 1) / moment.batches
        line.set_xdata([at, at])
    size = result.run.config.batch_size
    artists.right_title.set_text(
        f"The same {count(size)} sample{'s' if size > 1 else ''}, epoch after epoch"
    )
    show_later(artists.angles, artists.ratios, result)
    show_later(*artists.pinned, pinned)


def show_arrows(artists, result, moment):
    """Draw every gradient in the plane that it spans with the full one, whose length is 1."""
    turns = np.radians(np.nan_to_num(moment.angles))
    # Up or down is free in a plane of one's own: neighbors take turns.
    signs = np.where(np.arange(len(turns)) % 2, -1, 1)
    x, y = moment.ratios * np.cos(turns), moment.ratios * np.sin(turns) * signs
    x, y = np.nan_to_num(x), np.nan_to_num(y)
    artists.others.set_data(fan_line(x[1:]), fan_line(y[1:]))
    artists.full.set_UVC([1, 0], [0, 0])
    artists.this.set_UVC([x[0], 0], [y[0], 0])
    artists.title.set_text(
        f"Update {count(moment.update)}: batch {count(moment.batch)} of {count(moment.batches)}, "
        f"epoch {moment.epoch} of {result.run.config.epochs}"
    )
    compared = f"{moment.angles[0]:.0f}° off, {short(moment.ratios[0])} times as long"
    artists.this_text.set_text(f"this batch: {'all samples' if moment.batches == 1 else compared}")


def fan_line(ends):
    """Return a line that goes from 0 to each of the ends, one after the other."""
    return np.column_stack([np.zeros(len(ends)), ends, np.full(len(ends), np.nan)]).ravel()


def show_later(angles, ratios, result):
    """Draw how the gradient of the same samples turns and grows or shrinks, epoch by epoch."""
    if result is None:
        angles.set_data([], [])
        ratios.set_data([], [])
        return
    epochs = np.arange(len(result.angles))
    angles.set_data(epochs, result.angles)
    ratios.set_data(epochs, np.clip(result.ratios, 1 / LONGEST, LONGEST))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how far this batch and the others are from the full gradient."""
    shown, uphill = len(moment.angles), int(np.sum(moment.angles > 90))
    parts = [
        brief(result, moment),
        f"This batch's gradient is {moment.angles[0]:.0f}° off the full gradient and "
        f"{short(moment.ratios[0])} times as long.",
    ]
    if shown > 1:
        how_many = f"{uphill} point" if uphill > 1 else ("none points", "1 points")[uphill]
        parts.append(f"Of the {shown} batches drawn, {how_many} more than 90° away.")
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
    return (
        f"Batches of {count(size)}, update {count(moment.update)} of "
        f"{count(len(result.run.batch_loss))}: batch {count(moment.batch)} of "
        f"{count(moment.batches)} in epoch {moment.epoch}."
    )
