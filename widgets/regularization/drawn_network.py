"""A network drawn: units as circles with their values, weights as lines, units left out as ×."""

from types import SimpleNamespace

import numpy as np

from lessons.numerals import fixed
from widgets.artists import words
from widgets.style import BLACK, BLUE, GRAY, LIGHT, ORANGE, SMALL

# As many layers, from the inputs to the outputs, and units as there is room for.
LAYERS, UNITS = 6, 8
# Lines come in so many widths, for weights of different size.
WIDTHS, EDGES = (0.9, 1.5, 2.6), (0.3, 0.8)
POSITIVE, NEGATIVE = BLUE, ORANGE


def draw_network(axes):
    """Make the artists on axes of their own, which show no ticks."""
    axes.set(xlim=(-0.06, 1.06), ylim=(-0.06, 1.06), xticks=[], yticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    lines = [
        axes.plot([], [], color=color, linewidth=width, zorder=1)[0]
        for color in (NEGATIVE, POSITIVE) for width in WIDTHS
    ]  # fmt: skip
    return SimpleNamespace(
        idle=axes.plot([], [], color=LIGHT, linewidth=0.6, zorder=0)[0],
        lines=lines,
        units=axes.plot([], [], "o", color=GRAY, mfc="white", ms=19, mew=1.2, zorder=3)[0],
        out=axes.plot([], [], "x", color=GRAY, ms=8, mew=1.6, zorder=3)[0],
        values=[words(axes, 0, 0, color=BLACK, fontsize=SMALL - 1, ha="center", va="center",
                      zorder=4) for _ in range(LAYERS * UNITS)],
        heads=[words(axes, 0, 1.09, color=GRAY, fontsize=SMALL, ha="center")
               for _ in range(LAYERS)],
    )  # fmt: skip


def show_network(artists, weights, values, kept, heads):
    """Show a network as it is for one sample.

    Parameters: weights, of every layer, (in, out); values, of the inputs, the hidden units after
    their mask, and the outputs, (units,) each; kept, of the same units whether they take part;
    heads, what to write above each column.
    """
    xs = np.linspace(0, 1, len(values))
    places = [
        np.column_stack([np.full(len(units), x), heights(len(units))])
        for x, units in zip(xs, values, strict=True)
    ]
    draw_weights(artists, weights, places, kept)
    everyone, there = np.concatenate(places), np.concatenate(kept)
    artists.units.set_data(*everyone[there].T)
    artists.out.set_data(*everyone[~there].T)
    numbers = np.concatenate(values)
    for text in (*artists.values, *artists.heads):
        text.set_text("")
    for k in np.flatnonzero(there):
        artists.values[k].set_position(everyone[k])
        artists.values[k].set_text(brief(numbers[k]))
    for text, x, head in zip(artists.heads, xs, heads, strict=False):
        text.set_position((x, 1.09))
        text.set_text(head)


def heights(units):
    """Return where the units of a column stand, the first on top."""
    return 0.5 + (np.arange(units)[::-1] - (units - 1) / 2) / (UNITS - 1)


def draw_weights(artists, weights, places, kept):
    """Draw a line for every weight, pale where one of its ends is left out."""
    strokes = [[] for _ in (*artists.lines, artists.idle)]
    for k, W in enumerate(weights):
        for (i, j), w in np.ndenumerate(W):
            used = kept[k][i] and kept[k + 1][j]
            width = int(np.searchsorted(EDGES, abs(w)))
            line = (w >= 0) * len(WIDTHS) + width if used else -1
            strokes[line] += [places[k][i], places[k + 1][j], (np.nan, np.nan)]
    for line, points in zip((*artists.lines, artists.idle), strokes, strict=True):
        line.set_data(*np.array(points).reshape(-1, 2).T)


def brief(value):
    """Write a value so that it fits into a circle.

    >>> brief(0.123), brief(-12.3), brief(0.0), brief(float("nan"))
    ('0.1', '−12', '0', '–')
    """
    if not np.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    text = fixed(value, 1) if abs(value) < 9.95 else fixed(value, 0)
    return text if len(text) < 5 else "…"
