"""Two pictures of lesson 01: the data with the model, and the losses."""

from types import SimpleNamespace

import numpy as np

from lessons.experiments.nine_steps.parabola import predict
from lessons.numerals import finite as size_of
from lessons.numerals import short
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.marks import count_along, label_ends
from widgets.style import (
    BLACK,
    BLUE,
    GRAY,
    LIGHT,
    ORANGE,
    PINNED,
    RED,
    SMALL,
    TRAINING,
    VALIDATION,
)

X, Y = (-2.35, 2.35), (-4.0, 2.6)
LOSSES = 1e-2, 1e2
# Labels need about this much room, in powers of ten.
LINE = 0.30
FAR = 1e6


def finite(values):
    """Return what can be drawn: far outside, a line still shows where it goes."""
    return np.clip(np.nan_to_num(values, nan=FAR), -FAR, FAR)


# --- the data and the model -----------------------------------------------------------------------


def draw_fit(axes):
    """Make the artists: samples, the parabola of the model, and the one of least squares."""
    axes.set(xlim=X, ylim=Y, xticks=[-2, -1, 0, 1, 2], yticks=[-2, 0, 2])
    axes.set_xlabel("time x, standardized", labelpad=1)
    axes.set_ylabel("height y, standardized", labelpad=0)
    axes.set_title("Data", y=1.085)
    style = {"transform": axes.transAxes, "fontsize": SMALL, "va": "baseline"}
    for x, y, name, color in (
        (0.24, 1.129, "— model", BLUE), (0.555, 1.129, "– – least squares", BLUE),
        (0.0, 1.03, "○ training", GRAY), (0.31, 1.03, "● this batch", TRAINING),
        (0.67, 1.03, "◇ validation", VALIDATION),
    ):  # fmt: skip
        axes.text(x, y, name, color=color, **style)
    return SimpleNamespace(
        best=axes.plot([], [], color=BLUE, linewidth=1.2, linestyle=(0, (4, 2)))[0],
        validation=axes.plot([], [], "D", color=VALIDATION, ms=4, mfc="white", mew=1, ls="")[0],
        training=axes.plot([], [], "o", color=GRAY, ms=4, mfc="white", mew=1, ls="")[0],
        residuals=axes.plot([], [], color=ORANGE, linewidth=1.5)[0],
        curve=axes.plot([], [], color=BLUE)[0],
        guesses=axes.plot([], [], "o", color=BLUE, ms=3.5, ls="", zorder=3)[0],
        batch=axes.plot([], [], "o", color=TRAINING, ms=5, ls="", zorder=4)[0],
        gone=boxed_text(axes, 0.93, color=RED),
    )  # fmt: skip


def update_fit(artists, ready, best, update, phase, w):
    """Show the model with weights w, and how far it is from each sample of the batch."""
    x = np.linspace(*X, 61)
    artists.best.set_data(x, predict(best, x))
    artists.validation.set_data(ready.x_val, ready.y_val)
    artists.training.set_data(ready.x_train, ready.y_train)
    artists.batch.set_data(update.x, update.y)
    curve, guesses = finite(predict(w, x)), finite(predict(w, update.x))
    artists.curve.set_data(x, curve)
    artists.guesses.set_data(update.x, guesses)
    artists.guesses.set_visible(phase >= 1)
    # A gap after each line, where the pen is lifted.
    gap = np.full(len(update.x), np.nan)
    lines = np.stack([update.x, update.x, gap]), np.stack([update.y, guesses, gap])
    artists.residuals.set_data(*(line.T.ravel() for line in lines))
    artists.residuals.set_visible(phase >= 2)
    artists.residuals.set_linewidth(0.8 if phase == 4 else 1.5)
    outside = not ((curve > Y[0]) & (curve < Y[1])).any()
    artists.gone.set_text("the model has left the picture" if outside else "")


def boxed_text(axes, y, x=0.5, ha="center", color=BLACK):
    """Make a label that stays readable on top of lines."""
    return words(
        axes, x, y, transform=axes.transAxes, color=color, fontsize=SMALL, ha=ha, va="center",
        ground="white", zorder=6,
    )  # fmt: skip


# --- the losses -----------------------------------------------------------------------------------


def draw_losses(axes):
    """Make the artists: losses of the training and the validation set, after each update."""
    axes.set(yscale="log", ylim=LOSSES, label="losses")
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    axes.set_title("Loss: mean squared error", y=1.085)
    axes.set_xlabel("updates", labelpad=1)
    count_along(axes)
    curves = [
        axes.plot([], [], color=color, linestyle=style)[0]
        for color, style in ((VALIDATION, (0, (5, 1))), (TRAINING, "-"))
    ]
    dots = [
        axes.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)[0]
        for color in (VALIDATION, TRAINING, ORANGE)
    ]
    pinned = axes.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0]
    return SimpleNamespace(
        now=axes.axvline(0, color=GRAY, linewidth=0.8, clip_on=False),
        best=axes.plot([], [], color=BLUE, linewidth=1, linestyle=(0, (1, 2)))[0],
        pinned=pinned, curves=curves, dots=dots,
        exits=draw_exits(axes, [*curves, pinned], values=False),
        broken=axes.plot([], [], "X", color=RED, ms=10, mec="white", clip_on=False, zorder=6)[0],
        warning=words(axes, 0, 1.02, transform=axes.transAxes, color=RED, fontsize=SMALL),
        ends=[
            words(axes, 0, 1, color=color, fontsize=SMALL, va="center")
            for color in (VALIDATION, TRAINING, ORANGE, BLUE, PINNED)
        ],
        still=SimpleNamespace(axes=axes),
    )  # fmt: skip


def update_losses(artists, training, planned, best, done, batch, pinned, warning):
    """Draw the losses of the whole training, and mark the moment that is shown.

    Parameters: planned, updates; best, the least-squares loss; done, updates completed by now;
    batch, (update, loss) of the batch that is shown; pinned, a pinned result or None.
    """
    axes = artists.still.axes
    if axes.get_xlim() != (0, planned):
        axes.set_xlim(0, planned)
    artists.now.set_xdata([done, done])
    artists.best.set_data([0, planned], [best, best])
    heights, texts = [], []
    histories = ("validation", training.val_loss), ("training", training.train_loss)
    for (name, history), curve, dot in zip(
        histories, artists.curves, artists.dots[:2], strict=True
    ):
        show_curve(curve, np.arange(len(history)), history)
        show_point(dot, done, history[done])
        heights.append(history[done])
        texts.append(f"{name} {size_of(history[done])}")
    show_point(artists.dots[2], *batch)
    heights += [batch[1], best]
    texts += [f"this batch {size_of(batch[1])}", f"least squares {short(best)}"]
    artists.pinned.set_data([], [])
    if pinned:
        losses = pinned.training.train_loss
        show_curve(artists.pinned, np.arange(len(losses)), losses)
        heights.append(losses[-1])
        texts.append(pinned.label)
    show_exits(artists.exits, [*artists.curves, artists.pinned])
    label_ends(artists.ends, heights, texts, 1.04 * planned, LOSSES, LINE)
    artists.warning.set_text(warning)
    last = len(training.train_loss) - 1
    artists.broken.set_data(*(([last], [LOSSES[1]]) if training.diverged else ([], [])))
