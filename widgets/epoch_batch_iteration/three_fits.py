"""The picture of panel C of lesson 02: the fit at a moment, the losses, and three fits."""

from types import SimpleNamespace

import numpy as np

from lessons.numerals import count, fixed
from lessons.verdict import guessing_loss
from widgets import style
from widgets.artists import words
from widgets.edges import show_point
from widgets.loss_curves import draw_losses, update_losses
from widgets.style import GRAY, NORMAL, SMALL, TRAINING, VALIDATION

SIZE = 8.6, 4.4
BLOCKS = (
    (0, 0, 418, 24), (0, 24, 166, 44), (166, 24, 282, 44), (241, 24, 418, 44), (0, 44, 418, 440),
    (418, 0, 860, 285), (455, 285, 860, 440),
)  # fmt: skip
X_GRID = np.linspace(-4, 4, 161, dtype=np.float32)[:, None]
HEIGHTS = -2.6, 2.6
COLORS = {
    "underfit": style.BLUE,
    "at its best": style.GREEN,
    "best yet": style.GREEN,
    "past its best": style.ORANGE,
    "overfit": style.RED,
}


def draw(figure):
    """Make the artists: the fit at this moment, the losses, and the fits at three moments."""
    now = figure.add_axes([0.05, 0.10, 0.40, 0.79])
    losses = figure.add_axes([0.535, 0.44, 0.305, 0.485])
    small = [figure.add_axes([left, 0.07, 0.135, 0.205]) for left in (0.535, 0.69, 0.845)]
    curves = draw_losses(losses)
    losses.set_title("Loss: mean squared error")
    curves.x_label.set_position((0.5, -0.115))
    for end in curves.ends:  # beside the axes, whatever the scale of epochs
        end.set_transform(losses.get_yaxis_transform())
    losses.set_xscale("symlog", linthresh=1, linscale=0.5)
    losses.xaxis.set_major_formatter("{x:,.0f}")
    now.set(xlim=(-4, 4), ylim=HEIGHTS, yticks=[-2, -1, 0, 1, 2])
    now.set_xlabel("x", labelpad=1)
    now.set_ylabel("y", labelpad=-4)
    for axes in small:
        axes.set(xlim=(-4, 4), ylim=HEIGHTS, xticks=[], yticks=[])
    pictures = [now, *small]
    for axes in pictures:
        axes.plot(X_GRID, np.sin(X_GRID), color=GRAY, linewidth=1.4, zorder=0)
    key = (0.05, "● training samples", TRAINING), (0.195, "● unseen samples", VALIDATION)
    for x, name, color in (*key, (0.33, "— the true curve", GRAY)):
        figure.text(x, 0.902, name, color=color, fontsize=SMALL)
    return SimpleNamespace(
        unseen=now.plot([], [], "o", color=VALIDATION, ms=2, mew=0)[0],
        samples=[
            axes.plot([], [], "o", color=TRAINING, mew=0)[0] for axes in pictures
        ],
        fits=[axes.plot([], [], color=style.BLUE, linewidth=width)[0]
              for axes, width in zip(pictures, (2.2, 1.3, 1.3, 1.3), strict=True)],
        titles=[
            words(now, 0.05, 0.949, transform=figure.transFigure, fontsize=NORMAL),
            *(words(axes, 0, 1.03, transform=axes.transAxes, fontsize=SMALL) for axes in small),
        ],
        epochs=[
            words(axes, 0, -0.04, transform=axes.transAxes, fontsize=SMALL, va="top")
            for axes in small
        ],
        beyond=words(
            now, 3.95, 0.97 * HEIGHTS[0], fontsize=SMALL, ha="right", va="bottom", ground="white"
        ),
        losses=curves,
        moments=[
            losses.plot([], [], "o", ms=8, mec="white", zorder=8, clip_on=False)[0]
            for _ in range(3)
        ],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a run, as it stands at a moment."""
    run, split = result.run, result.split
    artists.unseen.set_data(split.X_val[:, 0], split.y_val)
    many = len(split.X_train) > 64
    for samples, size in zip(artists.samples, (5, 2.2, 2.2, 2.2), strict=True):
        samples.set_data(split.X_train[:, 0], split.y_train)
        samples.set_markersize(size / 2 if many else size)
    show_fit(artists.fits[0], moment)
    artists.titles[0].set_text(f"The fit after epoch {count(moment.epoch)}: {moment.stage}")
    before, label = (pinned.run, pinned.label) if pinned else (None, "")
    update_losses(artists.losses, run, split, moment.epoch, before, label)
    for end in artists.losses.ends:
        end.set_x(1.03)
        if end.get_text().startswith("guessing") and guessing_loss(split) == 0:
            end.set_text("")  # with one sample there is nothing to guess
    updates = len(run.batch_loss) // run.config.epochs
    each = f"{updates} update{'' if updates == 1 else 's'} each"
    artists.losses.x_label.set_text(f"epochs ({each})")
    low, high = moment.fit.min(), moment.fit.max()
    beyond = [fixed(end, 1) for end in (low, high) if not HEIGHTS[0] < end < HEIGHTS[1]]
    artists.beyond.set_text(f"beyond this frame: to {' and '.join(beyond)}" if beyond else "")
    show_moments(artists, result)


def show_moments(artists, result):
    """Mark three moments on the curve of validation, and show the fits there."""
    shown = zip(
        result.moments, artists.moments, artists.fits[1:], artists.samples[1:], artists.titles[1:],
        artists.epochs, strict=True,
    )  # fmt: skip
    before = None
    for moment, mark, line, samples, title, epoch in shown:
        show_point(mark, moment.epoch, result.run.val_loss[moment.epoch])
        mark.set_color(COLORS[moment.stage])
        show_fit(line, moment)
        # A fit is shown once.
        again = moment.epoch == before
        for artist in (line, samples):
            artist.set_visible(not again)
        title.set_text("" if again else moment.stage)
        epoch.set_text("the same" if again else f"epoch {count(moment.epoch)}")
        before = moment.epoch


def show_fit(line, moment):
    """Draw the fit of a moment, in the color of its stage."""
    line.set_data(X_GRID[:, 0], np.clip(moment.fit, -10, 10))
    line.set_color(COLORS[moment.stage])
