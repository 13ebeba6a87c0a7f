"""The network drawn: each unit as the map of what it gives over the plane, weights as lines.

Orange is positive, and speaks for class 1; blue is negative, and speaks for class 0. With more than
two classes each has an output of its own. All places are in pixels of the page, from the top left.
"""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from lessons.numerals import short
from widgets.artists import PixelMap, words
from widgets.playground.knobs import (
    FEATURE_FIELDS,
    LAYERS,
    MARKERS,
    OUTPUT,
    UNIT_FIELDS,
    UNITS,
    features_on,
    unit_of,
)
from widgets.style import BLACK, BLUE, CLASSES, GRAY, ORANGE, SMALL

LEFT, WIDTH, HEIGHT, EDGE = 50, 570, 420, 2
# Where the inputs stand, and the edge at which the large map begins; the first row, and the next.
INPUTS, END, FIRST, PITCH, SIDE = 80, 562, 74, 39, 32
HEADING, COUNTS, LENGTHS = 14, 43, 383
# Where the controls for layers are, and how far from their middle − and + stand.
LAYER_CONTROL, LAYERS_APART, APART, BUTTON = 321, 104, 20, 12
MAP_END, OUTPUTS_APART = 145, 40
# Lines come in so many widths, for weights of different size.
WIDTHS, EDGES = (0.4, 1.0, 1.8, 3.0), (0.3, 0.8, 1.6)
NEGATIVE, POSITIVE = BLUE, ORANGE
RGB = [255 * np.array(to_rgb(color)) for color in (NEGATIVE, POSITIVE)]


class Tiles(PixelMap):
    """Small square maps at places of their axes."""

    zorder = 3
    places, images = (), ()

    def set_data(self, places, images):
        """Show images, (rows, columns, 3) of uint8 with the first row below, around places."""
        self.places, self.images = places, images

    def draw(self, renderer):
        side = round(SIDE * renderer.dpi / 100)
        corners = self.axes.transData.transform(np.reshape(self.places, (-1, 2))) - side / 2
        graphics = renderer.new_gc()
        for (left, bottom), image in zip(corners, self.images, strict=True):
            tile = Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR)
            renderer.draw_image(
                graphics, round(left), round(bottom), np.array(tile.convert("RGBA"))
            )
        graphics.restore()


def column(layer, layers):
    """Return where a hidden layer stands, counted from 1, of so many."""
    return INPUTS + (END - INPUTS) * layer / (layers + 1)


def row(unit):
    """Return the height of a unit, counted from 0."""
    return FIRST + PITCH * unit


def draw_network(axes):
    """Make the artists on axes that fill the left of the picture."""
    axes.set(xlim=(LEFT, WIDTH), ylim=(HEIGHT - EDGE, EDGE), xticks=[], yticks=[], label="network")
    axes.spines[:].set_visible(False)

    def text(x, y, content="", color=BLACK, size=SMALL):
        return words(
            axes, x, y, content, color=color, ha="center", va="center", fontsize=size, zorder=6
        )

    for k, name in enumerate(FEATURE_FIELDS.values()):
        axes.text(LEFT - 2, row(k), name, ha="right", va="center", fontsize=SMALL)
    axes.text(INPUTS, COUNTS, "inputs", color=GRAY, ha="center", va="center", fontsize=SMALL)
    axes.text(INPUTS + 16, LENGTHS, "gradient", color=GRAY, ha="right", va="center",
              fontsize=SMALL)  # fmt: skip
    columns = range(LAYERS)
    lines = [
        axes.plot([], [], color=color, linewidth=width, zorder=1, solid_capstyle="round")[0]
        for color in (NEGATIVE, POSITIVE) for width in WIDTHS
    ]  # fmt: skip
    return SimpleNamespace(
        lines=lines,
        outputs=[
            axes.plot([], [], marker, color=color, mec="white", mew=0.7, ms=9, zorder=4)[0]
            for marker, color in zip(MARKERS, CLASSES, strict=False)
        ],
        off=Tiles(axes), tiles=Tiles(axes),
        frames=axes.plot([], [], "s", mfc="none", color=GRAY, ms=0.72 * SIDE + 1, mew=0.8,
                         zorder=4)[0],
        chosen=axes.plot([], [], "s", mfc="none", color=BLACK, ms=0.72 * SIDE + 5, mew=2.2,
                         zorder=5)[0],
        buttons=axes.plot([], [], "o", mfc="none", color=GRAY, ms=12, mew=0.8, zorder=4)[0],
        layers=text(LAYER_CONTROL, HEADING),
        ends=[
            text(LAYER_CONTROL + aside, HEADING, size=SMALL + 1, content=sign)
            for aside, sign in zip((-LAYERS_APART, LAYERS_APART), "−+", strict=True)
        ],
        counts=[text(0, COUNTS) for _ in columns],
        signs=[[text(0, COUNTS, size=SMALL + 1) for _ in "−+"] for _ in columns],
        lengths=[text(0, LENGTHS, color=GRAY) for _ in range(LAYERS + 1)],
    )  # fmt: skip


def update_network(artists, settings, moment, lengths):
    """Show the network at a moment.

    Parameters: settings, of the knobs; moment, with the images of inputs and units and the
    parameters; lengths, of each layer's gradient.
    """
    layers = settings["layers"]
    given = features_on(settings)
    on = [k for k, name in enumerate(FEATURE_FIELDS.values()) if name in given]
    off = [k for k in range(len(FEATURE_FIELDS)) if k not in on]
    artists.off.set_data([(INPUTS, row(k)) for k in off], [pale(moment.inputs[k]) for k in off])
    places = [[(INPUTS, row(k)) for k in on]]
    for layer, units in enumerate(moment.units, start=1):
        places.append([(column(layer, layers), row(unit)) for unit in range(len(units))])
    images = [moment.inputs[k] for k in on] + [image for units in moment.units for image in units]
    at = [place for level in places for place in level]
    artists.tiles.set_data(at, images)
    artists.frames.set_data(*np.transpose(at))
    chosen = unit_of(settings["shown"], moment.units)
    at = [places[chosen[0] + 1][chosen[1]]] if chosen else np.empty((0, 2))
    artists.chosen.set_data(*np.transpose(at))
    ends = output_places(len(moment.params[-1].b))
    for k, dot in enumerate(artists.outputs):
        at = ends[k : k + 1] if len(ends) > 1 else []
        dot.set_data(*np.reshape(at, (-1, 2)).T)
    show_weights(artists.lines, [*places, ends], moment.params)
    show_counts(artists, settings, lengths)


def output_places(outputs):
    """Return where outputs stand: one beside the other, or one place for what tells two apart."""
    if outputs <= 2:
        return [(END, MAP_END)]
    return [(END, MAP_END + OUTPUTS_APART * (k - (outputs - 1) / 2)) for k in range(outputs)]


def show_weights(lines, places, params):
    """Draw a line for each weight, as wide as its size; of two outputs, class 1 minus class 0."""
    segments = [[] for _ in lines]
    for (before, after), layer in zip(pairwise(places), params, strict=True):
        W = layer.W if layer.W.shape[1] == len(after) else layer.W[:, 1:] - layer.W[:, :1]
        kinds = np.digitize(np.abs(W), EDGES) + len(WIDTHS) * (W > 0)
        for (i, start), (j, end) in ((a, b) for a in enumerate(before) for b in enumerate(after)):
            segments[kinds[i, j]] += [start, end, (np.nan, np.nan)]
    for line, points in zip(lines, segments, strict=True):
        line.set_data(*np.reshape(points, (-1, 2)).T)


def show_counts(artists, settings, lengths):
    """Write how many layers and units there are, with the signs to touch, and the gradients."""
    layers = settings["layers"]
    artists.layers.set_text(f"{layers} hidden layer{'' if layers == 1 else 's'}")
    for k, (number, signs) in enumerate(zip(artists.counts, artists.signs, strict=True)):
        there = k < layers
        x = column(k + 1, layers)
        number.set_text(str(settings[UNIT_FIELDS[k]]) if there else "")
        number.set_position((x, COUNTS))
        for sign, word, aside in zip(signs, "−+", (-APART, APART), strict=True):
            sign.set_text(word if there else "")
            sign.set_position((x + aside, COUNTS))
    middles = [column(k, layers) for k in range(1, layers + 1)]
    artists.buttons.set_data(
        [LAYER_CONTROL - LAYERS_APART, LAYER_CONTROL + LAYERS_APART]
        + [x + aside for x in middles for aside in (-APART, APART)],
        [HEADING] * 2 + [COUNTS] * 2 * layers,
    )
    for k, text in enumerate(artists.lengths):
        there = k < len(lengths) and np.isfinite(lengths[k])
        text.set_text(short(lengths[k]) if there else "")
        text.set_position((min(column(k + 1, layers), END - 18), LENGTHS))


def pale(image):
    """Make an image so pale that it is seen to be out of use."""
    return (255 - 0.3 * (255.0 - image)).astype(np.uint8)


def signed(values, strength=0.8):
    """Turn values from -1 to 1 into pixels: blue below 0, orange above, white at 0.

    Parameters: values, of any shape; strength, of the color at its ends, from 0 to 1.
    Returns: uint8, of the same shape and 3 more.

    >>> signed(np.array([[0.0]])).tolist()
    [[[255, 255, 255]]]
    """
    values = np.clip(np.nan_to_num(values), -1, 1)[..., None]
    colors = np.where(values > 0, RGB[1], RGB[0])
    return (255 - strength * np.abs(values) * (255 - colors)).astype(np.uint8)


def touched(x, y, settings):
    """Return the settings that a touch at a place of the network asks for, by what is there."""
    layers = settings["layers"]
    if abs(y - HEADING) <= BUTTON:
        step = int(np.sign(x - LAYER_CONTROL)) if abs(x - LAYER_CONTROL) <= 2 * LAYERS_APART else 0
        return {"layers": int(np.clip(layers + step, 0, LAYERS))}
    for layer in range(1, layers + 1):
        aside = x - column(layer, layers)
        if abs(aside) > APART + BUTTON:
            continue
        if abs(y - COUNTS) <= BUTTON:
            field = UNIT_FIELDS[layer - 1]
            return {field: int(np.clip(settings[field] + np.sign(aside), 1, UNITS))}
        unit = round((y - FIRST) / PITCH)
        if abs(aside) <= PITCH / 2 and 0 <= unit < settings[UNIT_FIELDS[layer - 1]]:
            name = f"{layer}.{unit + 1}"
            return {"shown": OUTPUT if settings["shown"] == name else name}
    unit = round((y - FIRST) / PITCH)
    if x <= INPUTS + SIDE / 2 and 0 <= unit < len(FEATURE_FIELDS):
        field = list(FEATURE_FIELDS)[unit]
        return {field: not settings[field]}
    return {}
