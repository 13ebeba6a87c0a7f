"""The loss landscape of lesson 01: lines of equal loss over two weights, the path, the gradient."""

from types import SimpleNamespace

import numpy as np
from matplotlib.patches import Polygon

from lessons.experiments.nine_steps.parabola import level_line
from lessons.numerals import short
from widgets.artists import words
from widgets.nine_steps.plots import FAR, boxed_text, finite
from widgets.style import GRADIENT, GRAY, HERE, MINIMUM, PATH, PINNED, RED, SMALL

W1, W3 = (-2.05, 1.25), (-1.5, 2.06)
LEVELS = (0.06, 0.12, 0.25, 0.5, 1, 2, 4, 8, 16)
# The gradient is drawn on the largest of these scales on which it is not longer than this.
SCALES = {
    10: "10·g", 5: "5·g", 2: "2·g", 1: "g", 1 / 2: "g/2", 1 / 5: "g/5", 1 / 10: "g/10",
    1 / 20: "g/20", 1 / 50: "g/50", 1 / 100: "g/100",
}  # fmt: skip
LONGEST = 0.8


def draw_landscape(axes):
    """Make the artists: lines of equal loss over two weights, the path, the gradient."""
    axes.set_label("landscape")
    axes.set(xlim=W1, ylim=W3, xticks=[-2, -1, 0, 1], yticks=[-1, 0, 1, 2])
    axes.set_title("Loss over w1 and w3", y=1.085)
    axes.set_xlabel("w1", labelpad=1)
    axes.set_ylabel("w3", labelpad=-3)

    def arrow(color):
        outline = Polygon(np.zeros((7, 2)), facecolor=color, linewidth=0, zorder=5.5)
        return axes.add_patch(outline)

    return SimpleNamespace(
        held=words(axes, 0, 1.02, transform=axes.transAxes, color=GRAY, fontsize=SMALL),
        levels=[axes.plot([], [], color=GRAY, linewidth=0.7)[0] for _ in LEVELS],
        pinned=axes.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0],
        ahead=axes.plot([], [], "-", color=GRAY, linewidth=0.9)[0],
        path=axes.plot([], [], "o-", color=PATH, ms=2.6, linewidth=0.9)[0],
        best=axes.plot([], [], "+", color=MINIMUM, ms=11, mew=2.2, zorder=3)[0],
        gradient=arrow(GRADIENT), step=arrow(PATH),
        head=axes.plot([], [], "o", color=HERE, ms=7.5, mec="white", zorder=5)[0],
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
    artists.held.set_text(f"w2 held at {short(w[1])}")
    path = within(weights[:, [0, 2]])
    artists.path.set_data(*path[: done + 1].T)
    artists.ahead.set_data(*path[done:].T)
    artists.head.set_data(*path[done : done + 1].T)
    artists.best.set_data([best[0]], [best[2]])
    artists.pinned.set_data(([], []) if pinned is None else within(pinned[:, [0, 2]]).T)
    outside = not (W1[0] < path[done, 0] < W1[1] and W3[0] < path[done, 1] < W3[1])
    artists.gone.set_text(f"outside: w1 = {short(w[0])}" if outside else "")
    old, new = within(np.stack([update.old, update.new])[:, [0, 2]])
    g = within(update.gradient[None, [0, 2]])[0]
    scale = scale_for(np.hypot(*g))
    texts = {3: f"{SCALES[scale]}, uphill for this batch", 4: "the step − η·g"}
    artists.arrow_text.set_text("" if outside else texts.get(phase, ""))
    artists.arrow_text.set_color(GRADIENT if phase == 3 else PATH)
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
