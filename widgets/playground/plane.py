"""The plane: the answer of the network, or one of its units, large, with the samples on it."""

from types import SimpleNamespace

import numpy as np

from widgets.artists import Layer, PixelMap, words
from widgets.beliefs import after
from widgets.playground.drawn import signed
from widgets.playground.knobs import OUTPUT
from widgets.style import BLACK, GRAY, NORMAL, SMALL

# Values of samples get one of so many colors.
BINS = 7
# How far the plane goes, both ways, in units of the coordinates.
REACH = 2.7


def draw_plane(axes):
    """Make the artists on axes that should be square; they show ±REACH of both coordinates."""
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    axes.set_label("plane")
    axes.set_xlabel("x1", labelpad=0)
    axes.set_ylabel("x2", labelpad=-4)
    colors = signed(np.linspace(-1, 1, BINS), 1.0) / 255

    def dots(size, edge, width, zorder):
        return Layer(axes, [
            axes.plot([], [], "o", ms=size, mec=edge, mew=width, color=color, ls="",
                      zorder=zorder)[0]
            for color in colors
        ])  # fmt: skip

    return SimpleNamespace(
        map=PixelMap(axes),
        training=dots(4.8, "white", 0.7, 3),
        unseen=dots(4.4, BLACK, 0.9, 4),
        title=words(axes, 0, 1.09, transform=axes.transAxes, fontsize=NORMAL),
        right=words(axes, 0, 1.02, transform=axes.transAxes, fontsize=SMALL, color=GRAY),
        shown=SimpleNamespace(samples=None, unseen=None),
    )


def update_plane(artists, result, moment):
    """Show the large map of a moment, and the samples."""
    settings, split = result.settings, result.samples
    artists.map.set_data(moment.large)
    artists.map.smooth = not settings["discrete"]
    show_dots(artists, "training", split, split.X_train, split.y_train)
    X, y = (split.X_val, split.y_val) if settings["val"] else (split.X_val[:0], split.y_val[:0])
    show_dots(artists, "unseen", (split, settings["val"]), X, y)
    unit = settings["shown"]
    if unit == OUTPUT or not moment.has_unit:
        artists.title.set_text(f"The answer {after(moment.epoch)}")
    else:
        layer, number = unit.split(".")
        artists.title.set_text(f"Unit {number} of layer {layer}, {after(moment.epoch)}")
    artists.right.set_text(moment.right)


def show_dots(artists, name, kind, X, y):
    """Put samples where they lie, in the colors of their values; those there stay."""
    if same(getattr(artists.shown, name, None), kind):
        return
    setattr(artists.shown, name, kind)
    bins = np.clip(np.round((level(y) + 1) / 2 * (BINS - 1)), 0, BINS - 1).astype(int)
    for k, dots in enumerate(getattr(artists, name)):
        dots.set_data(*X[bins == k].T)
        # Two classes differ in shape, too; values near 0 are white, and need an edge.
        classes = y.dtype.kind == "i"
        dots.set_marker("s" if k == BINS - 1 and classes else "o")
        if name == "training":
            dots.set_markeredgecolor("white" if classes else GRAY)


def same(before, now):
    """Return whether two kinds of samples are the very same."""
    if isinstance(now, tuple):
        return isinstance(before, tuple) and before[0] is now[0] and before[1] == now[1]
    return before is now


def level(y):
    """Return classes and values on a scale from -1 to 1."""
    return 2.0 * y - 1 if y.dtype.kind == "i" else np.clip(y, -1, 1)
