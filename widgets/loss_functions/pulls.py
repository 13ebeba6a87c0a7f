"""Loss and pull of every sample, by how far it lies above the line."""

from types import SimpleNamespace

import numpy as np

from lessons.experiments.loss_functions.fits import NAMES, loss_and_pull
from lessons.numerals import short
from widgets.artists import words
from widgets.edges import show_curve
from widgets.loss_functions.names import COLORS, SHORT
from widgets.style import LIGHT, SMALL

ABOVE = -10.0, 10.0
LIMITS = {"loss": (0.0, 12.0), "pull": (-6.0, 6.0)}
GRID = np.linspace(*ABOVE, 401)


def draw_pulls(figure):
    """Make two axes: losses above, pulls below, with a dot for every sample and loss."""
    artists = {}
    for name, bottom, title in (
        ("loss", 0.565, "Loss of each sample"), ("pull", 0.1, "Its pull on the line"),
    ):  # fmt: skip
        axes = figure.add_axes([0.655, bottom, 0.325, 0.355])
        axes.set(xlim=ABOVE, ylim=LIMITS[name], xticks=[-10, -5, 0, 5, 10])
        axes.set_title(title)
        axes.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
        axes.axvline(0, color=LIGHT, linewidth=0.8, zorder=0)
        if name == "pull":
            axes.set_xlabel("how far it lies above the line, y − ŷ", labelpad=0)
        artists[name] = draw_one(axes)
    return SimpleNamespace(**artists)


def draw_one(axes):
    """Make curves and dots of all three losses; triangles are dots that lie beyond the edge."""
    curves = [axes.plot([], [], color=COLORS[name], linewidth=1.4)[0] for name in NAMES]

    def marks(marker):
        return [axes.plot([], [], marker, color=COLORS[name], ms=5.5, mec="white", mew=0.7,
                          clip_on=False, zorder=4)[0] for name in NAMES]  # fmt: skip

    return SimpleNamespace(
        curves=curves, dots=marks("o"),
        higher=marks("^"), lower=marks("v"),
        farthest=words(axes, 1, 1.03, transform=axes.transAxes, color=COLORS["mse"],
                       fontsize=SMALL, ha="right"),
    )  # fmt: skip


def update_pulls(artists, result):
    """Move curves and dots to the samples of a result."""
    delta = result.settings["delta"]
    for k, name in enumerate(NAMES):
        above = result.above(name)
        curves, dots = loss_and_pull(name, GRID, delta), loss_and_pull(name, above, delta)
        for part, curve, values in zip((artists.loss, artists.pull), curves, dots, strict=True):
            show_curve(part.curves[k], GRID, curve)
            place(part, k, above, values)
    for part, kind in ((artists.loss, 0), (artists.pull, 1)):
        say_farthest(part, kind, result)


def place(part, k, above, values):
    """Put dots on a curve, and triangles on the edge for what lies beyond it."""
    low, high = part.dots[k].axes.get_ylim()
    inside = (low <= values) & (values <= high)
    part.dots[k].set_data(above[inside], values[inside])
    for marks, out, edge in ((part.higher, values > high, high), (part.lower, values < low, low)):
        marks[k].set_data(above[out], np.full(out.sum(), edge))


def say_farthest(part, kind, result):
    """Write the largest value of MSE, where it lies beyond the axis."""
    values = loss_and_pull("mse", result.above("mse"), 1.0)[kind]
    farthest = values[np.abs(values).argmax()]
    beyond = abs(farthest) > part.dots[0].axes.get_ylim()[1]
    part.farthest.set_text(f"{SHORT['mse']}: to {short(farthest)}" if beyond else "")
