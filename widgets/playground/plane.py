"""The plane: the answer of the network, or one of its units, large, with the samples on it."""

from types import SimpleNamespace

import numpy as np

from lessons.experiments.playground.painting import REACH
from widgets.artists import Layer, PixelMap, words
from widgets.beliefs import after
from widgets.playground.drawn import signed
from widgets.playground.knobs import MARKERS, unit_of
from widgets.style import BLACK, CLASSES, GRAY, NORMAL, SMALL

# Values of samples get one of so many colors; the first and the last are those of two classes.
BINS = 7
# Which of the colors classes have.
OF_CLASS = np.array([0, BINS - 1, BINS, BINS + 1])
# Where unseen samples are not shown.
NONE = np.empty((0, 2)), np.empty(0)


def draw_plane(axes):
    """Make the artists on axes that should be square; they show ±REACH of both coordinates."""
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    axes.set_label("plane")
    axes.set_xlabel("x1", labelpad=0)
    axes.set_ylabel("x2", labelpad=-4)
    colors = [*signed(np.linspace(-1, 1, BINS), 1.0) / 255, *CLASSES[2 : len(MARKERS)]]

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
        shown=SimpleNamespace(training=None, unseen=None),
    )


def update_plane(artists, result, moment):
    """Show the large map of a moment, and the samples."""
    settings, split = result.settings, result.samples
    artists.map.set_data(moment.large)
    artists.map.smooth = not settings["discrete"]
    show_dots(artists, "training", split.X_train, split.y_train)
    show_dots(artists, "unseen", *((split.X_val, split.y_val) if settings["val"] else NONE))
    chosen = unit_of(settings["shown"], moment.units)
    if chosen:
        layer, unit = chosen
        artists.title.set_text(f"Unit {unit + 1} of layer {layer + 1}, {after(moment.epoch)}")
    else:
        artists.title.set_text(f"The answer {after(moment.epoch)}")
    artists.right.set_text(moment.right)


def show_dots(artists, name, X, y):
    """Put samples where they lie, in the colors of their values; those there stay."""
    if getattr(artists.shown, name) is X:
        return
    setattr(artists.shown, name, X)
    classes = y.dtype.kind == "i"
    colors = OF_CLASS[y] if classes else bins_of(y)
    markers = dict(zip(OF_CLASS.tolist(), MARKERS, strict=True)) if classes else {}
    for k, dots in enumerate(getattr(artists, name)):
        dots.set_data(*X[colors == k].T)
        dots.set_marker(markers.get(k, "o"))
        # Values near 0 are white, and need an edge.
        if name == "training":
            dots.set_markeredgecolor("white" if classes else GRAY)


def bins_of(values):
    """Return which of the colors values get, from -1 to 1."""
    return np.round((np.clip(values, -1, 1) + 1) / 2 * (BINS - 1)).astype(int)
