"""Loss against epochs: training and validation, a pinned run, the moment that is shown."""

from types import SimpleNamespace

import numpy as np
from matplotlib.transforms import Bbox, TransformedBbox

from lessons.numerals import count, short
from lessons.verdict import guessing_loss, where_it_diverged
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.marks import count_along, label_ends
from widgets.style import GRAY, LIGHT, NORMAL, PINNED, RED, SMALL, TRAINING, VALIDATION
from widgets.touch import to_time

# What the axis shows; curves leave it for what lies beyond, with an arrow.
LIMITS = 1e-3, 10.0
# Labels need about this much room, in powers of ten.
LINE = 0.24


def draw_scale(axes, limits):
    """Make what all losses over epochs stand on: the epoch that is shown, the loss of guessing.

    For who touches the axes, its label is "losses".
    """
    axes.set(yscale="log", ylim=limits, label="losses")
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    count_along(axes)
    return SimpleNamespace(
        now=axes.axvline(0, color=GRAY, linewidth=0.8, clip_on=False),
        # It moves with the data, and with it the background would be drawn anew.
        guess=axes.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))),
        x_label=words(
            axes, 0.5, -0.09, transform=axes.transAxes, fontsize=NORMAL, ha="center", va="top"
        ),
        still=SimpleNamespace(axes=axes),
    )


def update_scale(artists, run, split, epoch):
    """Fit the axis to a run, mark an epoch, and return the loss of guessing, which has a line."""
    epochs, guess = run.config.epochs, guessing_loss(split)
    if artists.still.axes.get_xlim() != (0, epochs):
        artists.still.axes.set_xlim(0, epochs)
    artists.now.set_xdata([epoch, epoch])
    artists.guess.set_ydata([guess, guess])
    per_epoch = len(run.batch_loss) // epochs
    artists.x_label.set_text(f"epochs, of {count(per_epoch)} update{'' if per_epoch == 1 else 's'}")
    return guess


def to_epoch(touch):
    """Go to this epoch; the knob epoch does the same."""
    return to_time(touch)


def draw_losses(axes):
    """Make the artists on axes with room for labels at their right."""
    scale = draw_scale(axes, LIMITS)
    axes.set_title("Loss")
    curves, dots, ends = [], [], []
    for color, style in ((VALIDATION, (0, (5, 1))), (TRAINING, "-")):
        curves += axes.plot([], [], color=color, linestyle=style)
        dots += axes.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)
    for color in (VALIDATION, TRAINING, GRAY, PINNED):
        ends.append(words(axes, 0, 1, color=color, fontsize=SMALL, va="center"))
    pinned = axes.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0]
    lost = axes.plot([], [], color=RED, linewidth=1.6)[0]
    # A run that diverges at once goes up along the left edge, where half of the line would be cut.
    lost.set_clip_box(TransformedBbox(Bbox([[-0.01, 0], [1, 1]]), axes.transAxes))
    return SimpleNamespace(
        **vars(scale),
        pinned=pinned, curves=curves, dots=dots, ends=ends,
        exits=draw_exits(axes, [*curves, pinned], values=False),
        lost=lost,
        broken=axes.plot([], [], "X", color=RED, ms=10, mec="white", clip_on=False, zorder=6)[0],
        warning=words(
            axes, 1, 1.03, transform=axes.transAxes, color=RED, fontsize=SMALL, ha="right"
        ),
    )  # fmt: skip


def update_losses(artists, run, split, epoch, pinned=None, pinned_label="", line=LINE):
    """Draw the losses up to the end of the run, and mark the moment that is shown.

    Parameters: line, the room that a label needs, in powers of ten.
    """
    epochs, guess = run.config.epochs, update_scale(artists, run, split, epoch)
    heights, texts = [], []
    histories = ("validation", run.val_loss), ("training", run.train_loss)
    for (name, losses), curve, dot in zip(histories, artists.curves, artists.dots, strict=True):
        show_curve(curve, np.arange(epochs + 1), losses)
        show_point(dot, epoch, losses[epoch])
        heights.append(losses[epoch])
        texts.append(f"{name} {short(losses[epoch])}" if np.isfinite(losses[epoch]) else "")
    heights.append(guess)
    texts.append("guessing")
    artists.pinned.set_data([], [])
    if pinned:
        losses = pinned.train_loss[: pinned.completed_epochs + 1]
        show_curve(artists.pinned, np.arange(len(losses)), losses)
        heights.append(losses[-1])
    texts.append(pinned_label if pinned else "")
    show_exits(artists.exits, [*artists.curves, artists.pinned])
    label_ends(artists.ends, heights, texts, 1.02 * epochs, LIMITS, line)
    show_divergence(artists, run)


def show_divergence(artists, run):
    """Draw the way out of a run that diverged, or say how far the loss rose beyond the axis."""
    artists.lost.set_data([], [])
    artists.broken.set_data([], [])
    artists.warning.set_text("")
    highest = np.nanmax(run.train_loss, initial=0)  # all NaN before the first update
    if run.status == "diverged":
        per_epoch = len(run.batch_loss) / run.config.epochs
        first = int(run.completed_epochs * per_epoch)
        updates = np.arange(first, min(run.stopped_at + 1, len(run.batch_loss)))
        losses = np.nan_to_num(run.batch_loss[updates], nan=np.inf)
        show_curve(artists.lost, updates / per_epoch, losses)
        artists.broken.set_data([updates[-1] / per_epoch], [LIMITS[1]])
        artists.warning.set_text(where_it_diverged(run))
    elif highest > LIMITS[1]:
        artists.warning.set_text(f"beyond this axis: up to {short(highest)}")
