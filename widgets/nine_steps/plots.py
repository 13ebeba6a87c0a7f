"""The three pictures of lesson 01: the data with the model, the losses, the loss landscape."""

from types import SimpleNamespace

import numpy as np
from matplotlib.patches import Polygon

from lessons.nine_steps import level_line, predict
from lessons.verdict import short
from widgets.artists import words
from widgets.marks import spread
from widgets.style import (
    BLACK,
    BLUE,
    GRADIENT,
    GRAY,
    INK,
    LIGHT,
    ORANGE,
    PATH,
    PINNED,
    RED,
    SMALL,
    TRAINING,
    VALIDATION,
)

X, Y = (-2.35, 2.35), (-4.0, 2.6)
LOSSES = 1e-2, 1e2
W1, W3 = (-2.05, 1.25), (-1.5, 2.06)
LEVELS = (0.06, 0.12, 0.25, 0.5, 1, 2, 4, 8, 16)
# The gradient is drawn on the largest of these scales on which it is not longer than this.
SCALES = {
    10: "10·g", 5: "5·g", 2: "2·g", 1: "g", 1 / 2: "g/2", 1 / 5: "g/5", 1 / 10: "g/10",
    1 / 20: "g/20", 1 / 50: "g/50", 1 / 100: "g/100",
}  # fmt: skip
LONGEST = 0.8
# Labels need about this much room, in powers of ten.
LINE = 0.30
FAR = 1e6


def finite(values, low=-FAR, high=FAR):
    """Return what can be drawn: far outside, a line still shows where it goes."""
    return np.clip(np.nan_to_num(values, nan=high), low, high)


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
    artists.residuals.set_alpha(0.4 if phase == 4 else 1.0)
    outside = not ((curve > Y[0]) & (curve < Y[1])).any()
    artists.gone.set_text("the model has left the picture" if outside else "")


def boxed_text(axes, y, x=0.5, ha="center", color=BLACK):
    """Make a label that stays readable on top of lines."""
    return axes.text(
        x, y, "", transform=axes.transAxes, color=color, fontsize=SMALL, ha=ha, va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 2}, zorder=6,
    )  # fmt: skip


# --- the losses -----------------------------------------------------------------------------------


def draw_losses(axes):
    """Make the artists: losses of the training and the validation set, after each update."""
    axes.set(yscale="log", ylim=LOSSES)
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    axes.set_title("Loss", y=1.085)
    axes.set_xlabel("updates", labelpad=1)
    curves = [
        axes.plot([], [], color=color, linestyle=style)[0]
        for color, style in ((VALIDATION, (0, (5, 1))), (TRAINING, "-"))
    ]
    dots = [
        axes.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)[0]
        for color in (VALIDATION, TRAINING, ORANGE)
    ]
    return SimpleNamespace(
        now=axes.axvline(0, color=GRAY, linewidth=0.8),
        best=axes.plot([], [], color=BLUE, linewidth=1, linestyle=(0, (1, 2)))[0],
        pinned=axes.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0],
        curves=curves, dots=dots,
        broken=axes.plot([], [], "X", color=RED, ms=10, mec="white", clip_on=False, zorder=6)[0],
        warning=words(axes, 0, 1.02, transform=axes.transAxes, color=RED, fontsize=SMALL),
        ends=[
            words(axes, 0, 1, color=color, fontsize=SMALL, va="center")
            for color in (VALIDATION, TRAINING, INK[ORANGE], BLUE, PINNED)
        ],
        still=SimpleNamespace(axes=axes),
    )  # fmt: skip


def update_losses(artists, training, planned, best, done, batch, pinned, warning):
    """Draw the losses of the whole training, and mark the moment that is shown.

    Parameters: planned, updates; best, the least-squares loss; done, updates completed by now;
    batch, (update, loss) of the batch that is shown; pinned, its training losses or None.
    """
    axes = artists.still.axes
    if axes.get_xlim() != (0, planned):
        axes.set_xlim(0, planned)
        axes.set_xticks(range(0, planned + 1, max(1, planned // 4)))
    artists.now.set_xdata([done, done])
    artists.best.set_data([0, planned], [best, best])
    heights, texts = [], []
    histories = ("validation", training.val_loss), ("training", training.train_loss)
    for (name, history), curve, dot in zip(
        histories, artists.curves, artists.dots[:2], strict=True
    ):
        curve.set_data(np.arange(len(history)), finite(history, *LOSSES))
        dot.set_data([done], finite(history[done : done + 1], *LOSSES))
        heights.append(history[done])
        texts.append(f"{name} {size_of(history[done])}")
    artists.dots[2].set_data([batch[0]], finite([batch[1]], *LOSSES))
    heights += [batch[1], best]
    texts += [f"this batch {size_of(batch[1])}", f"least squares {short(best)}"]
    artists.pinned.set_data([], [])
    if pinned is not None:
        artists.pinned.set_data(np.arange(len(pinned)), finite(pinned, *LOSSES))
        heights.append(pinned[-1])
        texts.append(f"pinned {size_of(pinned[-1])}")
    label_ends(artists.ends, heights, texts, 1.04 * planned)
    artists.warning.set_text(warning)
    last = len(training.train_loss) - 1
    artists.broken.set_data(*(([last], [LOSSES[1]]) if training.diverged else ([], [])))


def size_of(loss):
    """Write a loss, also one that is too large for a number."""
    return short(loss) if np.isfinite(loss) else "not finite"


def label_ends(ends, heights, texts, x):
    """Write the texts beside the curves, apart from each other."""
    low, high = np.log10(LOSSES)
    heights = np.log10(finite(heights, *LOSSES))
    apart = spread(heights, LINE)
    apart += max(0, low - apart.min()) - max(0, apart.max() - high)
    for end in ends:
        end.set_text("")
    for end, text, height in zip(ends, texts, apart, strict=False):
        end.set_text(text)
        end.set_position((x, 10**height))


# --- the landscape --------------------------------------------------------------------------------


def draw_landscape(axes):
    """Make the artists: lines of equal loss over two weights, the path, the gradient."""
    axes.set(xlim=W1, ylim=W3, xticks=[-2, -1, 0, 1], yticks=[-1, 0, 1, 2])
    axes.set_title("Loss over w1 and w3", y=1.085)
    axes.set_xlabel("w1", labelpad=1)
    axes.set_ylabel("w3", labelpad=-3)

    def arrow(color):
        outline = Polygon(np.zeros((7, 2)), facecolor=color, linewidth=0, zorder=5.5)
        return axes.add_patch(outline)

    return SimpleNamespace(
        held=words(axes, 0, 1.02, transform=axes.transAxes, color=GRAY, fontsize=SMALL),
        levels=[axes.plot([], [], color="#c4c4c4", linewidth=0.9)[0] for _ in LEVELS],
        pinned=axes.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0],
        ahead=axes.plot([], [], "-", color=GRAY, linewidth=0.9)[0],
        path=axes.plot([], [], "o-", color=PATH, ms=2.6, linewidth=0.9)[0],
        best=axes.plot([], [], "+", color=BLUE, ms=11, mew=2.2, zorder=3)[0],
        gradient=arrow(GRADIENT), step=arrow(BLACK),
        head=axes.plot([], [], "o", color=BLUE, ms=7.5, mec="white", zorder=5)[0],
        arrow_text=boxed_text(axes, 0.07, ha="left", x=0.03),
        gone=boxed_text(axes, 0.93, color=RED),
    )  # fmt: skip


def update_landscape(artists, ready, best, weights, done, update, phase, pinned):
    """Show the plane of w1 and w3 at the present w2, and the path up to this moment.

    Parameters: weights, (updates + 1, 3); done, updates completed; pinned, its weights or None.
    """
    w = weights[done]
    w2 = float(finite(w[1]))
    for line, level in zip(artists.levels, LEVELS, strict=True):
        line.set_data(*level_line(level, w2, ready.x_train, ready.y_train, points=61))
    artists.held.set_text(f"w2 held at {short(w[1]).replace('-', '−')}")
    path = within(weights[:, [0, 2]])
    artists.path.set_data(*path[: done + 1].T)
    artists.ahead.set_data(*path[done:].T)
    artists.head.set_data(*path[done : done + 1].T)
    artists.best.set_data([best[0]], [best[2]])
    artists.pinned.set_data(([], []) if pinned is None else within(pinned[:, [0, 2]]).T)
    outside = not (W1[0] < path[done, 0] < W1[1] and W3[0] < path[done, 1] < W3[1])
    artists.gone.set_text(f"gone: w1 = {short(w[0]).replace('-', '−')}" if outside else "")
    old, new = within(np.stack([update.old, update.new])[:, [0, 2]])
    g = within(update.gradient[None, [0, 2]])[0]
    scale = scale_for(np.hypot(*g))
    texts = {3: f"{SCALES[scale]}, uphill for this batch", 4: "the step − η·g"}
    artists.arrow_text.set_text("" if outside else texts.get(phase, ""))
    artists.arrow_text.set_color(INK[GRADIENT] if phase == 3 else PATH)
    show_arrow(artists.gradient, old, scale * g, phase == 3)
    show_arrow(artists.step, old, new - old, phase == 4)


def scale_for(length):
    """Return on which scale to draw a gradient, so that it can be seen and fits."""
    return next((scale for scale in SCALES if scale * length <= LONGEST), min(SCALES))


def within(points):
    """Pull points that are far away closer, in the direction in which they lie; shape (K, 2)."""
    size = np.abs(points).max(axis=1, keepdims=True)
    return points * (FAR / np.maximum(size, FAR))


def show_arrow(arrow, start, vector, shown):
    """Draw a vector from a point."""
    length = np.hypot(*vector)
    arrow.set_visible(bool(shown and length > 0))
    if arrow.get_visible():
        arrow.set_xy(start + outline(vector))


def outline(vector, shaft=0.022, head=0.085, tip=0.2):
    """Return the seven corners of an arrow from the origin; a short one is all head."""
    length = np.hypot(*vector)
    size = min(1, length / tip)
    neck, shaft, head = length - size * tip, size * shaft, size * head
    along = np.array([0, neck, neck, length, neck, neck, 0])
    across = np.array([shaft, shaft, head, 0, -head, -shaft, -shaft])
    u = vector / length
    return along[:, None] * u + across[:, None] * np.array([-u[1], u[0]])
