"""The picture of panel B of lesson 02: gradients as arrows, and one batch's through the epochs."""

from types import SimpleNamespace

import numpy as np

from lessons.numerals import count, short
from widgets.artists import words
from widgets.marks import count_along
from widgets.style import BLACK, GRADIENT, GRAY, LIGHT, PINNED, SMALL

SIZE = 8.6, 3.8
BLOCKS = (
    (0, 0, 200, 66), (154, 46, 462, 66), (0, 66, 462, 346), (0, 346, 300, 380), (462, -8, 860, 380),
)  # fmt: skip
# The largest relative length that the scale shows.
LONGEST = 10.0
# What is seen along the full gradient, in its lengths.
ALONG = -2, 3.5
UPHILL = "shaded: a step by these raises the loss"


def draw(figure):
    """Make the artists: arrows on the left; on the right one batch, followed through the epochs."""
    fan = figure.add_axes([0.06, 0.18, 0.465, 0.635])
    angle = figure.add_axes([0.625, 0.51, 0.355, 0.305])
    length = figure.add_axes([0.625, 0.165, 0.355, 0.28])
    fan.set(xlim=ALONG, xticks=[-2, -1, 0, 1, 2, 3], yticks=[-1, 0, 1])
    # As many units per pixel upward as sideways, so that angles are true.
    reach = (ALONG[1] - ALONG[0]) / 2 * fan.bbox.height / fan.bbox.width
    fan.set(ylim=(-reach, reach), aspect="equal")
    fan.set_xlabel("along the full gradient", labelpad=1, loc="right")
    fan.set_ylabel("across it", labelpad=-4)
    fan.axvspan(ALONG[0], 0, color=LIGHT, alpha=0.35, linewidth=0)
    keys = ("thin: other batches, on alternate sides", 0.084, GRADIENT), (UPHILL, 0.042, GRAY)
    for key, y, color in keys:
        figure.text(0.06, y, key, color=color, fontsize=SMALL, va="top")
    angle.text(
        0, 1.06, "their gradient against what it was before training", transform=angle.transAxes,
        color=GRADIENT, fontsize=SMALL,
    )  # fmt: skip
    angle.set(ylim=(0, 180), yticks=[0, 90, 180])
    angle.tick_params(labelbottom=False)
    angle.set_ylabel("angle, degrees")
    length.set(yscale="log", ylim=(1 / LONGEST, LONGEST), yticks=[0.1, 1, 10])
    length.set_yticklabels(["≤ 1/10", "1", "≥ 10"])
    length.set_ylabel("relative length")
    length.set_xlabel("epochs", labelpad=1)
    for axes, label in ((angle, "angle"), (length, "length")):
        axes.set_label(label)
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
        count_along(axes)
    origin = np.zeros((2, 2))

    def arrows(color, width, zorder):
        return fan.quiver(
            *origin, *origin, color=color, angles="xy", scale_units="xy", scale=1, width=width,
            zorder=zorder,
        )  # fmt: skip

    def curve(axes):
        return axes.plot([], [], "o-", color=GRADIENT, ms=4, linewidth=1.2, clip_on=False)[0]

    return SimpleNamespace(
        others=fan.plot([], [], color=GRADIENT, linewidth=0.8)[0],
        full=arrows(BLACK, 0.009, 4),
        this=arrows(GRADIENT, 0.009, 5),
        title=words(fan, 0.06, 0.892, transform=figure.transFigure),
        full_text=words(
            fan, 0.06, 0.8325, "all samples: length 1", transform=figure.transFigure, color=BLACK,
            fontsize=SMALL, fontweight="bold",
        ),
        this_text=words(
            fan, 0.239, 0.8325, transform=figure.transFigure, color=GRADIENT, fontweight="bold",
            fontsize=SMALL,
        ),
        beyond=words(
            fan, 1, 0.02, transform=fan.transAxes, color=GRADIENT, fontsize=SMALL, ha="right",
            va="bottom", ground="white",
        ),
        right_title=words(angle, 0, 1.26, transform=angle.transAxes),
        now=[
            axes.axvline(0, color=GRAY, linewidth=0.8, clip_on=False) for axes in (angle, length)
        ],
        angles=curve(angle),
        ratios=curve(length),
        pinned=[
            axes.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0]
            for axes in (angle, length)
        ],
        pinned_text=words(
            length, 1, 0.87, transform=length.transAxes, color=PINNED, fontsize=SMALL, ha="right"
        ),
        reach=reach, still=SimpleNamespace(axes=(angle, length)),
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
    artists.pinned_text.set_text(pinned.label if pinned else "")


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
    outside = int(np.sum((x > ALONG[1]) | (x < ALONG[0]) | (np.abs(y) > artists.reach)))
    artists.beyond.set_text(f"{outside} beyond this frame" if outside else "")
    artists.title.set_text(
        f"Update {count(moment.update)}: batch {count(moment.batch)} of {count(moment.batches)}, "
        f"epoch {moment.epoch} of {result.run.config.epochs}"
    )
    compared = f"{moment.angles[0]:.0f}° off, {times(moment.ratios[0])}"
    artists.this_text.set_text(f"this batch: {'all samples' if moment.batches == 1 else compared}")


def times(ratio):
    """Say how long a gradient is, beside another.

    >>> times(0.25), times(1.004)
    ('0.25 times as long', 'as long')
    """
    return "as long" if short(ratio) == "1" else f"{short(ratio)} times as long"


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
