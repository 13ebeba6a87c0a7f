"""The brush: a stroke on the plane leaves samples, with which the network is trained meanwhile."""

from types import SimpleNamespace

import numpy as np

from lessons.experiments.playground.painting import (
    ERASER,
    MOST,
    REACH,
    SPRAY,
    Stroke,
    painted,
    smile,
    split_of,
    to_text,
)
from widgets.playground.knobs import BRUSHES, MARKERS, PAINTED
from widgets.style import BLACK, CLASSES, GRAY, LIGHT, SMALL
from widgets.touch import thinned

# Points of a stroke that are closer than this, in units of the coordinates, are one.
APART = 0.12
EXAMPLE = smile()
# An eraser as large as the plane, so that what was cleared comes back with undo.
CLEARED = to_text(Stroke(ERASER, 3 * REACH, np.zeros((1, 2))))
# Where the palette stands, and how high its parts are, in pixels of the page.
LEFT, TOP, WIDTH, ROW = 819, 62, 38, 24


# --- what the hand does -------------------------------------------------------------------------


def to_stroke(touch):
    """Paint samples here, or take some away with the eraser; the knob data does the same."""
    settings = touch.settings
    before = own_strokes(settings)
    points = np.clip(thinned(touch.path, APART), -REACH, REACH)
    if settings["brush"] != ERASER:
        points = points[: room_after(";".join(before))]
    if not len(points) or (settings["brush"] == ERASER and not before):
        return {}
    stroke = Stroke(settings["brush"], settings["size"], points)
    return {"data": PAINTED, "paint": ";".join([*before, to_text(stroke)])}


def to_nothing(touch):
    """Take all painted samples away; the knob data does the same."""
    return {"data": PAINTED, "paint": ";".join([*own_strokes(touch.settings), CLEARED])}


def to_one_less(touch):
    """Take the last stroke back; the knob data does the same."""
    settings = touch.settings
    if settings["data"] != PAINTED:
        return {}
    return {"paint": ";".join(settings["paint"].split(";")[:-1])}


def to_brush(touch):
    """Choose what a stroke leaves; the knob brush does the same."""
    kinds = list(BRUSHES.values())
    return {"brush": kinds[int(np.clip(touch.start[1], 0, len(kinds) - 1))]}


def own_strokes(settings):
    """Return the strokes so far, each as text; none where all was cleared."""
    strokes = settings["paint"].split(";") if settings["paint"] else []
    return [] if strokes[-1:] == [CLEARED] else strokes


def room_after(text):
    """Return how many points more may be painted."""
    strokes = [part for part in text.split(";") if part and part[0] != str(ERASER)]
    return MOST // SPRAY - sum(part.count(" ") // 2 for part in strokes)


# --- samples ------------------------------------------------------------------------------------


def painted_samples(settings):
    """Return the data set that is painted, or the example."""
    return split_of(EXAMPLE if is_example(settings) else settings["paint"], settings["share"])


def is_example(settings):
    """Return whether nothing is painted, so that an example stands there."""
    return settings["data"] == PAINTED and not len(painted(settings["paint"])[0])


def describe_painted(result):
    """Say how many samples are painted, and what the hand may do; nothing about other data."""
    settings, split = result.settings, result.samples
    if settings["data"] != PAINTED:
        return ""
    if is_example(settings):
        return "These points are an example: paint your own on the map."
    words = f"Your points: {len(split.X_train)} to train with, {len(split.X_val)} unseen."
    full = not room_after(settings["paint"])
    return f"{words} More than {MOST:,} cannot be painted." if full else words


# --- picture ------------------------------------------------------------------------------------


def draw_palette(figure):
    """Make the artists of what can be touched beside the plane: brushes, undo, clear."""
    axes = button(figure, "brush", TOP, len(BRUSHES) * ROW)
    axes.set(xlim=(0, 1), ylim=(len(BRUSHES), 0))
    axes.text(0.5, -0.15, "paint", ha="center", va="bottom", fontsize=SMALL, color=GRAY)
    axes.text(0.5, ERASER + 0.5, "erase", ha="center", va="center", fontsize=SMALL)
    for k in range(1, len(BRUSHES)):
        axes.axhline(k, color=LIGHT, linewidth=0.8)
    for k, name in enumerate(("undo", "clear")):
        below = button(figure, name, TOP + (len(BRUSHES) + k) * ROW + 6 * (k + 1), ROW)
        below.text(0.5, 0.5, name, ha="center", va="center", fontsize=SMALL)
    return SimpleNamespace(
        dots=[
            axes.plot([0.5], [k + 0.5], marker, color=color, mec="white", mew=0.7)[0]
            for k, (marker, color) in enumerate(zip(MARKERS, CLASSES, strict=False))
        ],
        chosen=axes.plot([], [], color=BLACK, linewidth=2.2, clip_on=False)[0],
    )  # fmt: skip


def button(figure, name, top, height):
    """Make axes with an edge, at a place of the palette."""
    width, whole = 100 * figure.get_size_inches()
    place = [LEFT / width, 1 - (top + height) / whole, WIDTH / width, height / whole]
    axes = figure.add_axes(place, label=name)
    axes.set(xticks=[], yticks=[])
    for side in axes.spines.values():
        side.set(visible=True, color=LIGHT)
    return axes


def update_palette(artists, settings):
    """Show which brush is chosen, and how large it is."""
    row = settings["brush"]
    artists.chosen.set_data([0, 1, 1, 0, 0], [row, row, row + 1, row + 1, row])
    for dots in artists.dots:
        dots.set_markersize(5 + 7 * settings["size"])
