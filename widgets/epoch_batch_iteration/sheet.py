"""The picture of panel A of lesson 02: cells, the bar of an epoch, counters, losses."""

from types import SimpleNamespace

import numpy as np
from matplotlib.transforms import Bbox, TransformedBbox

from lessons.experiments.epoch_batch_iteration.counting import last_batch
from lessons.numerals import count, short
from lessons.verdict import guessing_loss
from widgets.artists import PixelMap, words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.epoch_batch_iteration.cells import bar, batch_colors, grid, paint
from widgets.loss_curves import draw_losses, update_losses
from widgets.picture import moving_artists
from widgets.style import CLASSES, GRAY, LARGE, LIGHT, NORMAL, RED, SMALL, USED

SIZE = 8.6, 4.0
BLOCKS = ((10, 0, 384, 400), (425, 0, 860, 400))
# In pixels of the page, so that each cell is as wide as the others.
GRID, BAR = (360, 270), (360, 20)
# More losses than this are drawn as the band that they fill, and as the medians of neighbors.
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
    # Dots at the first and the last epoch are whole.
    sides = TransformedBbox(Bbox([[-0.03, 0], [1.03, 1]]), losses.transAxes)
    for curve in curves.curves:
        curve.set(linestyle="", marker="o", markersize=3.5)
        curve.set_clip_box(sides)
    # Around those of training, which mostly lie on them.
    for marks, size in ((curves.curves[0], 7), (curves.dots[0], 9)):
        marks.set(markersize=size, markerfacecolor="white", markeredgewidth=1.2)
    maps = [PixelMap(axes) for axes in (cells, epoch)]
    for pixels in maps:
        pixels.smooth = False

    band, batches = (
        losses.plot([], [], color=color, linewidth=width, zorder=1)[0]
        for color, width in ((LIGHT, 0.6), (GRAY, 0.9))
    )

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
        out_text=text(cells, 266, 273, fontsize=SMALL),
        epoch_text=text(epoch, 0, 24),
        mix_text=text(mix, 0, 24),
        mix=[
            mix.barh(BAR[1] / 2, 0, height=BAR[1], color=color, linewidth=0)[0]
            for color in CLASSES[:2]
        ],
        band=band,
        batches=batches,
        exits=draw_exits(losses, [batches], values=False),
        this=losses.plot([], [], "o", ms=7, mec="white", zorder=7, clip_on=False)[0],
        losses=curves,
        nothing=text(losses, 0.5, 0.5, transform=losses.transAxes, color=RED, ha="center"),
    )


def draw_key(axes):
    """Say what the colors of the cells mean; return the square that takes the batch's color."""
    for x, name in ((15, "this batch"), (90, "faint: still to come"), (224, "used")):
        axes.text(x, 281, name, fontsize=SMALL, va="center_baseline")
    this, _ = (axes.plot(x, 281, "s", color=USED, ms=7, clip_on=False)[0] for x in (5, 214))
    return this


def update(artists, result, moment, pinned):
    """Move the artists to an update."""
    show_cells(artists, result, moment)
    run = result.run
    losses = [artists.losses, artists.batches, artists.band, artists.exits, artists.this]
    for artist in moving_artists(losses):
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
        if end.get_text().startswith("guessing") and guessing_loss(result.split) == 0:
            end.set_text("")  # with one class there is nothing to guess
    updates = f"{count(per_epoch)} update{'' if per_epoch == 1 else 's'}"
    artists.losses.x_label.set_text(
        f"epochs of {updates}, learning rate {short(run.config.learning_rate)}"
    )
    show_batch_losses(artists, run.batch_loss, per_epoch)
    artists.this.set_data([], [])
    artists.losses.now.set_xdata([0, 0])
    if moment.update:
        at = (moment.update - 0.5) / per_epoch
        artists.losses.now.set_xdata([at, at])
        show_point(artists.this, at, run.batch_loss[moment.update - 1])
        artists.this.set_color(batch_colors(per_epoch)[moment.batch - 1] / 255)


def show_batch_losses(artists, losses, per_epoch):
    """Draw all losses of batches; if there are very many, their band and the medians in it."""
    middles = (np.arange(len(losses)) + 0.5) / per_epoch
    each = len(losses) // POINTS
    if each < 2:
        artists.band.set_data([], [])
        show_curve(artists.batches, middles, losses)
        show_exits(artists.exits, [artists.batches])
        return
    each *= 4
    whole = len(losses) // each * each
    groups, places = losses[:whole].reshape(-1, each), middles[:whole].reshape(-1, each)
    ends = np.column_stack([groups.min(axis=1), groups.max(axis=1)]).ravel()
    show_curve(artists.band, np.repeat(places[:, 0], 2), ends)
    show_curve(artists.batches, places.mean(axis=1), np.median(groups, axis=1))
    show_exits(artists.exits, [artists.band])
