"""What the networks of panel C answer, and the few samples that make up half of the loss."""

from types import SimpleNamespace

import numpy as np

from lessons.numerals import count
from widgets.artists import Layer, PixelMap, words
from widgets.beliefs import mix_colors
from widgets.loss_functions.names import COLORS, SHORT
from widgets.style import BLACK, CLASSES, GRAY, NORMAL, SMALL

BOX = {
    "classification": ((-3.0, 3.0), (-3.0, 3.0)),
    "regression": ((-2.1, 2.1), (-2.2, 7.0)),
}
VALUES = "mse", "mae", "huber"


def draw_answers(figure):
    """Make the artists: a plane for classes, and curves for values, on the same axes."""
    axes = figure.add_axes([0.045, 0.1, 0.385, 0.385 * 860 / 460])
    axes.set_label("answers")
    axes.locator_params(nbins=7, steps=[1, 2, 5, 10])
    return SimpleNamespace(
        map=PixelMap(axes),
        truth=axes.plot([], [], color=GRAY, linewidth=1)[0],
        lines=[axes.plot([], [], color=COLORS[name])[0] for name in VALUES],
        classes=Layer(axes, [
            axes.plot([], [], marker, ms=5, mec="white", mew=0.7, color=color, ls="")[0]
            for marker, color in zip("osD", (*CLASSES[:2], BLACK), strict=True)
        ]),
        rings=axes.plot([], [], "o", ms=12, mfc="none", mec=BLACK, mew=1.6, ls="", zorder=5)[0],
        title=words(axes, 0, 1.09, transform=axes.transAxes, fontsize=NORMAL),
        ringed=words(axes, 0, 1.02, transform=axes.transAxes, fontsize=SMALL),
        still=SimpleNamespace(axes=axes),
    )  # fmt: skip


def update_answers(artists, result, moment, X, y):
    """Show the answers at a moment, and the samples that are chosen."""
    task = result.split.task
    fit_axes(artists.still.axes, task)
    if task == "classification":
        show_plane(artists, moment, X, y)
    else:
        show_curves(artists, result, moment, X, y)
    points = X if task == "classification" else np.column_stack([X, y])
    artists.rings.set_data(*points[moment.heavy].T)
    part, n = result.settings["samples"], len(moment.heavy)
    artists.title.set_text(f"Trained with {SHORT[result.shown]}; {part} samples")
    artists.ringed.set_text(
        f"ringed: {count(n)} of {count(len(y))} make up half of the {part} loss" if n else ""
    )


def fit_axes(axes, task):
    """Fit the axes to the task; only another one makes the background be drawn again."""
    x, y = BOX[task]
    if (axes.get_xlim(), axes.get_ylim()) != (x, y):
        axes.set(xlim=x, ylim=y)


def show_plane(artists, moment, X, y):
    """Color the plane by the probabilities, and put samples on it."""
    artists.map.set_data(mix_colors(moment.answers))
    for line in (artists.truth, *artists.lines):
        line.set_data([], [])
    values = [X[y == 0].T, X[y == 1].T, np.empty((2, 0))]
    put(artists.classes, values)


def show_curves(artists, result, moment, X, y):
    """Draw the curve of every loss, the true one, and samples."""
    artists.map.set_data(np.full((2, 2, 3), 255, np.uint8))
    grid = np.linspace(*BOX["regression"][0], len(next(iter(moment.answers.values()))))
    artists.truth.set_data(grid, np.sin(2 * grid))
    for name, line in zip(VALUES, artists.lines, strict=True):
        line.set_data(grid, np.clip(np.nan_to_num(moment.answers[name]), -1e6, 1e6))
        line.set_linewidth(2.6 if name == result.shown else 1.4)
    put(artists.classes, [np.empty((2, 0)), np.empty((2, 0)), np.array([X[:, 0], y])])


def put(layer, values):
    """Move samples, but only where they are others than before."""
    for points, (x, y) in zip(layer, values, strict=True):
        if not (np.array_equal(points.get_xdata(), x) and np.array_equal(points.get_ydata(), y)):
            points.set_data(x, y)
