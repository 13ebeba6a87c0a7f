"""Panel A of lesson 02: every training sample, the batch that it is in, and the counters."""

from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.epoch_batch_iteration import (
    batch_of_samples,
    batches_per_epoch,
    last_batch,
    sample_orders,
    sort_by_class,
    updates,
    where,
)
from lessons.verdict import count, short
from widgets.artists import PixelMap, words
from widgets.epoch_batch_iteration.cells import USED, bar, batch_colors, grid, paint, paler
from widgets.knobs import choice, count_slider, int_slider, switch
from widgets.loss_curves import LIMITS, draw_losses, update_losses
from widgets.panel import Panel
from widgets.picture import moving_artists
from widgets.style import CLASSES, GRAY, LARGE, LIGHT, NORMAL, RED, SMALL

SIZE = 8.6, 4.0
# In pixels of the page, so that each cell is as wide as the others.
GRID, BAR = (360, 270), (360, 20)
MOST = 3000
NETWORK = {"hidden": (8, 8), "activation": "tanh", "learning_rate": 0.5}
FIRST = {"samples": 1200, "batch_size": 100, "epochs": 5, "drop_last": False}
# At first the third batch of the second epoch is shown.
FIRST_LOOK = 15
# More points than this are drawn as the band that they fill.
POINTS = 1000


@dataclass(frozen=True, eq=False)
class Result:
    """A run, or None where no batch is complete; its data; and the order of every epoch."""

    config: TrainConfig
    split: data.Split
    run: Run | None
    orders: np.ndarray


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
    1 200 samples in 12 batches of 100: 12 updates per epoch, 60 in 5 epochs. \
Shown: update 15, which is batch 3 of epoch 2.
    >>> samples.close()
    """
    knobs = [
        count_slider("samples", "samples N", "Training samples", 1, MOST, FIRST["samples"],
                     10, 0.125),
        count_slider("batch_size", "batch size B", "Samples per update", 1, 4096,
                     FIRST["batch_size"]),
        count_slider("epochs", "epochs E", "Passes over the training set", 1, 50, FIRST["epochs"],
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
    run = train(config, split, engine_at_hand(), progress) if complete else None
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


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: cells and the bar of an epoch on the left, losses on the right."""

    def box(left, bottom, width, height):
        return figure.add_axes(
            [left / 860, bottom / 400, width / 860, height / 400], frameon=False, xticks=[],
            yticks=[], xlim=(0, width), ylim=(0, height),
        )  # fmt: skip

    cells, epoch, mix = box(20, 72, *GRID), box(20, 14, *BAR), box(462, 14, 250, BAR[1])
    losses = figure.add_axes([462 / 860, 122 / 400, 250 / 860, 212 / 400])
    key = draw_key(cells)
    curves = draw_losses(losses)
    losses.set_title("Loss of each batch (line) and after each epoch (dots)")
    for curve in curves.curves:
        curve.set(linestyle="", marker="o", markersize=3.5, clip_on=False)
    losses.xaxis.get_major_locator().set_params(integer=True)
    maps = [PixelMap(axes) for axes in (cells, epoch)]
    for pixels in maps:
        pixels.smooth = False

    def text(axes, x, y, **options):
        return words(axes, x, y, **{"fontsize": NORMAL} | options)

    counters = {"fontsize": LARGE, "fontweight": "bold"}
    return SimpleNamespace(
        maps=maps,
        key=key,
        counters=[text(cells, x, 302, **counters) for x in (0, 180, 442)],
        out_text=text(cells, 272, 273, fontsize=SMALL),
        epoch_text=text(epoch, 0, 24),
        mix_text=text(mix, 0, 24),
        mix=[
            mix.barh(BAR[1] / 2, 0, height=BAR[1], color=color, linewidth=0)[0]
            for color in CLASSES[:2]
        ],
        batches=losses.plot([], [], color=GRAY, linewidth=0.9, zorder=1)[0],
        this=losses.plot([], [], "o", ms=7, mec="white", zorder=7, clip_on=False)[0],
        losses=curves,
        # Moved with the rest: a new background at every tick would take too long.
        guess=curves.still.guess,
        nothing=text(losses, 0.5, 0.5, transform=losses.transAxes, color=RED, ha="center"),
    )


def draw_key(axes):
    """Say what the colors of the cells mean; return the two squares that take the batch's color."""
    names = ("this batch", 0), ("still to come", 100), ("used", 216)
    for name, x in names:
        axes.text(x + 15, 281, name, fontsize=SMALL, va="center_baseline")
    squares = [axes.plot(x + 5, 281, "s", color=USED, ms=7, clip_on=False)[0] for _, x in names]
    return squares[:2]


def update(artists, result, moment, pinned):
    """Move the artists to an update."""
    show_cells(artists, result, moment)
    shown, run = (
        moving_artists([artists.losses, artists.batches, artists.this, artists.guess]),
        result.run,
    )
    for artist in shown:
        artist.set_visible(run is not None)
    artists.nothing.set_text("" if run else "no complete batch, no update")
    if run:
        show_losses(artists, result, moment, pinned.run if pinned else None)


def show_cells(artists, result, moment):
    """Color cells and bar, and write the counters over them."""
    config, n = result.config, len(result.split.X_train)
    order = result.orders[moment.epoch - 1]
    now, batches = moment.batch - 1, moment.batches
    cells, epoch = artists.maps
    cells.set_data(paint(grid(n, *GRID), moment.batch_of, now, batches))
    epoch.set_data(
        paint(bar(n, min(config.batch_size, n), *BAR), moment.batch_of[order], now, batches)
    )
    color = batch_colors(max(1, batches))[max(0, now)]
    for square, shade in zip(artists.key, (color, paler(color)), strict=True):
        square.set_color(shade / 255)
    total = batches * config.epochs
    counters = (
        f"epoch {moment.epoch} of {config.epochs}",
        f"batch {count(moment.batch)} of {count(batches)}",
        f"update {count(moment.update)} of {count(total)}",
    )
    for label, text in zip(artists.counters, counters, strict=True):
        label.set_text(text)
    artists.out_text.set_text("hatched: left out" if moment.batch_of.min() < 0 else "")
    artists.epoch_text.set_text(f"one epoch: {batches_in_words(result)}")
    show_mix(artists, moment)


def batches_in_words(result):
    """Say how many batches an epoch has, of how many samples each."""
    config, n = result.config, len(result.split.X_train)
    size, last = config.batch_size, last_batch(n, config.batch_size)
    whole = n // size
    of_size = f"{count(whole)} batch{'es' if whole > 1 else ''} of {count(size)}"
    if last == size:
        return of_size
    if config.drop_last:
        kept = of_size if whole else "no complete batch"
        return f"{kept}, {count(last)} left out"
    if whole == 0:
        return f"1 batch of {count(n)}, all there {'are' if n > 1 else 'is'}"
    return f"{of_size} and one of {count(last)}"


def show_mix(artists, moment):
    """Show how many samples of each class the batch holds."""
    shares = moment.classes / max(1, moment.classes.sum())
    for bar_part, left, share in zip(artists.mix, (0, shares[0]), shares, strict=True):
        bar_part.set(x=250 * left, width=250 * share)
    inner, outer = moment.classes[::-1]
    text = f"this batch: {count(outer)} of the outer ring, {count(inner)} inner"
    artists.mix_text.set_text(text if moment.batch else "")


def show_losses(artists, result, moment, before):
    """Draw the loss of every batch at the middle of its update, and the losses of whole sets."""
    run, per_epoch = result.run, moment.batches
    label = f"B = {before.config.batch_size}" if before else ""
    update_losses(
        artists.losses, run, result.split, min(moment.update // per_epoch, run.completed_epochs),
        before, label,
    )  # fmt: skip
    for end in artists.losses.ends:
        end.set_x(1.04 * run.config.epochs)
    losses = np.clip(run.batch_loss, *LIMITS)
    middles = (np.arange(len(losses)) + 0.5) / per_epoch
    line = band(middles, losses)
    artists.batches.set_data(*line)
    artists.batches.set_color(GRAY if line[0] is middles else LIGHT)
    artists.this.set_data([], [])
    at = middles[moment.update - 1] if moment.update else 0
    artists.losses.now.set_xdata([at, at])
    if moment.update:
        artists.this.set_data([at], [losses[moment.update - 1]])
        artists.this.set_color(batch_colors(per_epoch)[moment.batch - 1] / 255)


def band(x, y):
    """Thin out a line of very many points, keeping the lowest and the highest of neighbors."""
    each = len(x) // POINTS
    if each < 2:
        return x, y
    whole = len(x) // each * each
    groups = y[:whole].reshape(-1, each)
    heights = np.column_stack([groups.min(axis=1), groups.max(axis=1)]).ravel()
    return np.repeat(x[:whole:each], 2), heights


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say what the picture shows: the counts, the moment, and how the training goes."""
    text, run = brief(result, moment), result.run
    if run is None:
        return text
    last = run.completed_epochs
    parts = [
        text,
        f"Training loss {short(run.train_loss[0])} → {short(run.train_loss[last])};",
        f"{100 * run.val_accuracy[last]:.0f} % of unseen samples right.",
    ]
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
