"""Curves that leave their axes: the line goes out, and an arrow at the edge says how far.

A value beyond an axis is never drawn on its edge, where it would look like one that was measured.
Lines hold the values as they are; `show_exits` then marks where they leave.
"""

from types import SimpleNamespace

import numpy as np

from lessons.numerals import short
from widgets.artists import words
from widgets.style import SMALL

# A line to infinity could not be drawn; to here it can.
FAR = 1e300
# More crossings of an edge than this, and than half of the steps, make a block of a line.
MANY, PALE = 20, 0.6
# The room that a line of text needs, in its font size, and that beside an arrow, in pixels.
LINE, BESIDE = 1.4, 7


def show_curve(line, x, y):
    """Draw a curve, out of its axes where the values are beyond them, infinity included.

    One that leaves them and comes back all the time covers a block: it is drawn pale.
    """
    y = np.nan_to_num(np.asarray(y, float), nan=np.nan, posinf=FAR, neginf=-FAR)
    line.set_data(x, y)
    low, high = line.axes.get_ylim()
    side = (y > high).astype(int) - (y < low)
    crossings = np.count_nonzero(np.diff(side))
    line.set_alpha(PALE if crossings > max(MANY, len(y) / 2) else None)


def show_point(dot, x, y):
    """Put a dot on a value of a curve; an arrow on the edge, if the value is beyond the axis."""
    low, high = dot.axes.get_ylim()
    dot.set_marker("^" if y > high else "v" if y < low else "o")
    dot.set_data(([], []) if np.isnan(y) else ([x], [min(max(y, low), high)]))


def draw_exits(axes, lines, values=True):
    """Make what marks where lines leave their axes at the top and at the bottom.

    Parameters: values, whether to write the farthest value of each as well; not needed where a
    label at the end of the line says it.
    Returns: a list, one for each line, for `show_exits`.
    """
    return [
        SimpleNamespace(
            arrows=[
                axes.plot([], [], arrow, color=line.get_color(), ms=7, clip_on=False, zorder=5)[0]
                for arrow in "^v"
            ],
            values=[
                words(
                    axes, 0, 0, transform=axes.transAxes, color=line.get_color(), fontsize=SMALL,
                    va=va, ground="white", zorder=5,
                )
                for va in ("top", "bottom")
            ] if values else [],
        )
        for line in lines
    ]  # fmt: skip


def show_exits(exits, lines):
    """Mark where the lines, as they are now, leave their axes: for each edge the first place."""
    written = [0, 0]
    for exit, line in zip(exits, lines, strict=True):
        for edge, arrow in enumerate(exit.arrows):
            at, farthest = where_it_leaves(line, upwards=edge == 0)
            if at is not None:
                arrow.set_data([at], [line.axes.get_ylim()[1 - edge]])
            elif len(arrow.get_xdata(orig=False)):  # what is emptied anew takes its time anew
                arrow.set_data([], [])
            if exit.values:
                told = at is not None and 0 < abs(farthest) < FAR
                exit.values[edge].set_text(f"to {short(farthest)}" if told else "")
                if told:
                    put_beside(exit.values[edge], at, edge, written[edge])
                    written[edge] += 1


def where_it_leaves(line, upwards):
    """Return where a line first leaves its axes by an edge, and its farthest value beyond that.

    Returns: (None, None) if it stays inside.
    """
    axes, (x, y) = line.axes, line.get_data(orig=False)
    low, high = axes.get_ylim()
    beyond = np.flatnonzero(y > high if upwards else y < low)
    if not len(beyond):
        return None, None
    k = beyond[0]
    farthest = y[beyond].max() if upwards else y[beyond].min()
    if not k or not np.isfinite(y[k - 1]):
        return x[k], farthest
    # As the axes scale them, the line between two values is straight.
    across, along = axes.xaxis.get_transform(), axes.yaxis.get_transform()
    before, after, edge = along.transform(np.array([y[k - 1], y[k], high if upwards else low]))
    start, end = across.transform(np.array([x[k - 1], x[k]], float))
    share = (edge - before) / (after - before)
    return across.inverted().transform(start + share * (end - start)), farthest


def put_beside(text, at, edge, line):
    """Write a value inside the axes, on the side of the arrow that has more room.

    Parameters: edge, 0 at the top, 1 at the bottom; line, of how many lines before it to keep off.
    """
    axes, size = text.axes, text.axes.bbox.size
    x, _ = axes.transAxes.inverted().transform(axes.transData.transform((at, axes.get_ylim()[0])))
    left = x < 0.5
    text.set_ha("left" if left else "right")
    pixels = text.get_figure().dpi / 100
    height = (line * LINE * SMALL * 100 / 72 + 2) * pixels / size[1]
    x += (BESIDE if left else -BESIDE) * pixels / size[0]
    text.set_position((x, height if edge else 1 - height))
