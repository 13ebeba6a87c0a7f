"""The picture of panel A of lesson 02: cells, the bar of an epoch, counters, losses."""

from types import SimpleNamespace

import numpy as np

from lessons.experiments.epoch_batch_iteration.counting import last_batch
from lessons.verdict import count
from widgets.artists import PixelMap, words
from widgets.epoch_batch_iteration.cells import bar, batch_colors, grid, paint
from widgets.loss_curves import LIMITS, draw_losses, update_losses
from widgets.picture import moving_artists
from widgets.style import CLASSES, GRAY, LARGE, NORMAL, RED, SMALL, USED

SIZE = 8.6, 4.0
BLOCKS = ((10, 0, 384, 400), (425, 0, 860, 400))
# In pixels of the page, so that each cell is as wide as the others.
GRID, BAR = (360, 270), (360, 20)
# More points than this are drawn as the band that they fill.
POINTS = 1000


def draw(figure):
    """Make the artists: cells and the bar of an epoch on the left, losses on the right."""

    def box(left, bottom, width, height):
        return figure.add_axes(
            [left / 860, bottom / 400, width / 860, height / 400], frameon=False, xticks=[],
            yticks=[], xlim=(0, width), ylim=(0, height),
        )  # fmt: skip

    cells, epoch, mix = box(20, 72, *GRID), box(20, 14, *BAR), box(462, 14, 250, BAR[1])
    losses = figure.add_axes([462 / 860, 122 / 400, 250 / 860, 212 / 400])
    for axes, label in ((cells, "cells"), (epoch, "epoch")):
        axes.set_label(label)
    key = draw_key(cells)
    curves = draw_losses(losses)
    losses.set_title("Loss of each batch (gray) and after each epoch (dots)")
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
        counters=[
            text(cells, x / 860, 374 / 400, transform=figure.transFigure, **counters)
            for x in (20, 200, 462)
        ],
        out_text=text(cells, 278, 273, fontsize=SMALL),
        epoch_text=text(epoch, 0, 24),
        mix_text=text(mix, 0, 24),
        mix=[
            mix.barh(BAR[1] / 2, 0, height=BAR[1], color=color, linewidth=0)[0]
            for color in CLASSES[:2]
        ],
        batches=losses.plot([], [], color=GRAY, linewidth=0.9, zorder=1)[0],
        this=losses.plot([], [], "o", ms=7, mec="white", zorder=7, clip_on=False)[0],
        losses=curves,
        nothing=text(losses, 0.5, 0.5, transform=losses.transAxes, color=RED, ha="center"),
    )


def draw_key(axes):
    """Say what the colors of the cells mean; return the square that takes the batch's color."""
    for x, name in ((15, "this batch"), (98, "faint: still to come"), (250, "used")):
        axes.text(x, 281, name, fontsize=SMALL, va="center_baseline")
    this, _ = (axes.plot(x, 281, "s", color=USED, ms=7, clip_on=False)[0] for x in (5, 240))
    return this


def update(artists, result, moment, pinned):
    """Move the artists to an update."""
    show_cells(artists, result, moment)
    run = result.run
    for artist in moving_artists([artists.losses, artists.batches, artists.this]):
        artist.set_visible(run is not None)
    artists.nothing.set_text("" if run else "no complete batch, no update")
    if run:
        show_losses(artists, result, moment, pinned)


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
    artists.key.set_color(batch_colors(max(1, batches))[max(0, now)] / 255)
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
        return of_size + (", none left out" if config.drop_last else "")
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


def show_losses(artists, result, moment, pinned):
    """Draw the loss of every batch at the middle of its update, and the losses of whole sets."""
    run, per_epoch = result.run, moment.batches
    before, label = (pinned.run, pinned.label) if pinned else (None, "")
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
    artists.batches.set_linewidth(0.9 if line[0] is middles else 0.4)
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
