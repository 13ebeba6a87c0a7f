"""The brush: a stroke on the plane leaves samples, with which the network is trained meanwhile."""

from lessons.experiments.playground.painting import (
    MOST,
    REACH,
    SPRAY,
    Stroke,
    smile,
    split_of,
    to_text,
)
from widgets.playground.knobs import PAINTED
from widgets.style import LIGHT, SMALL
from widgets.touch import thinned

# Points of a stroke that are closer than this, in units of the coordinates, are one.
APART = 0.12
EXAMPLE = smile()


def to_stroke(touch):
    """Paint samples here, or take some away with the eraser; the knob data does the same."""
    settings = touch.settings
    points = thinned(touch.path, APART)
    inside = [point for point in points if max(map(abs, point)) <= REACH]
    stroke = Stroke(settings["brush"], settings["size"], inside or points[:1])
    text = ";".join([*own_strokes(settings), to_text(stroke)])
    if not leaves_something(text):
        return {}
    return {"data": PAINTED, "paint": text}


def leaves_something(text):
    """Return whether there are samples after these strokes, and no more than can be."""
    strokes = [stroke for stroke in text.split(";") if stroke]
    points = sum(part.count(" ") // 2 for part in strokes)
    if SPRAY * points > MOST:
        return False
    try:
        split_of(text)
    except ValueError:
        return False
    return True


def to_nothing(touch):
    """Take all painted samples away; the knob data does the same."""
    return {"data": PAINTED, "paint": ""}


def to_one_less(touch):
    """Take the last stroke back; the knob data does the same."""
    return {"data": PAINTED, "paint": ";".join(own_strokes(touch.settings)[:-1])}


def own_strokes(settings):
    """Return the strokes of the hand, each as text, if it is they that are shown."""
    own = settings["data"] == PAINTED and settings["paint"]
    return settings["paint"].split(";") if own else []


def is_example(settings):
    """Return whether nothing is painted, so that an example stands there."""
    return settings["data"] == PAINTED and not settings["paint"]


def painted_samples(settings):
    """Return the data set that is painted, or the example."""
    return split_of(settings["paint"] or EXAMPLE, settings["share"])


def draw_buttons(figure, left, top):
    """Make the words that can be touched beside the plane; places are in parts of the picture."""
    for k, name in enumerate(("undo", "clear")):
        axes = figure.add_axes([left, top - 0.065 * (k + 1), 0.05, 0.055], label=name)
        axes.set(xticks=[], yticks=[])
        for side in axes.spines.values():
            side.set(visible=True, color=LIGHT)
        axes.text(0.5, 0.5, name, ha="center", va="center", fontsize=SMALL)
