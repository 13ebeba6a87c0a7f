"""Where the parts of a picture stand: as they were drawn, or below each other on a narrow page.

A picture is drawn once, for a wide page. Its panel says in which blocks it may be cut. On a narrow
page the blocks flow as words do in a text: beside each other while there is room, then below. A
block that is wider than the page has its axes made narrower; letters, and the room that labels
take beside axes, stay as they are.
"""

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.transforms import BboxTransformTo, Transform

# Where the page has less room than this for a picture that was drawn 860 pixels wide, its letters
# would become too small to read.
NARROW = 0.85
# With less room than this, pictures become smaller, whatever the letters.
LEAST = 340
# Axes become no narrower than this share of what they were.
LEAST_SHARE = 0.1


@dataclass(frozen=True, eq=False)
class Block:
    """A rectangle of the wide picture and where it stands now; all in pixels from the top left.

    Parameters: x and y, pairs of places along the wide picture and along the block as it is now,
    between which all others are found by interpolation; at, where its corner stands.
    """

    x: tuple
    y: tuple
    at: tuple

    def distance(self, x, y):
        """Return how far points of the wide picture are outside, 0 for those inside."""
        beyond = [
            np.maximum(edges[0] - places, places - edges[-1])
            for places, (edges, _) in ((x, self.x), (y, self.y))
        ]
        return np.maximum(np.maximum(*beyond), 0)

    def move(self, x, y):
        """Return where points stand now, shape (2, n)."""
        return np.array([along(x, *self.x) + self.at[0], along(y, *self.y) + self.at[1]])

    @property
    def size(self):
        """Width and height, as it is now."""
        return self.x[1][-1], self.y[1][-1]


class Arrangement(Transform):
    """The places of a figure's parts: from parts of the wide picture to parts of the present one.

    Parameters: figure, a new one, all of whose parts will stand in it; size, of the wide picture,
    in units of 100 CSS pixels; blocks, rectangles (left, top, right, bottom) in CSS pixels. Where
    they overlap, what is there belongs to the first.

    Attributes: width, height, of the picture as it is now, in CSS pixels; narrow, whether it is not
    as it was drawn.
    """

    input_dims = output_dims = 2
    # It keeps nothing, so what depends on it hears of every change.
    pass_through = True

    def __init__(self, figure, size, blocks):
        super().__init__()
        self.figure, self.blocks, self.placed = figure, blocks, []
        self.wide = self.width, self.height = tuple(round(100 * length) for length in size)
        # Axes and texts of the figure take their places from these.
        figure.transFigure = figure.transSubfigure = self + BboxTransformTo(figure.bbox)

    @property
    def narrow(self):
        return bool(self.placed)

    def fit(self, room):
        """Arrange the parts for a page with so many pixels of room; return whether they moved."""
        before = self.width, self.height
        if self.blocks and room < NARROW * self.wide[0]:
            self.width = max(room, LEAST)
            self.placed, self.height = flow(self.blocks, self.drawn_axes(), self.width)
        else:
            self.placed, (self.width, self.height) = [], self.wide
        if (self.width, self.height) == before:
            return False
        self.figure.set_size_inches(self.width / 100, self.height / 100)
        self.invalidate()
        return True

    def drawn_axes(self):
        """Return the axes that are seen: where they are in the wide picture, and if in true shape.

        Returns: a list of ((left, right), (top, bottom), true shape).
        """
        width, height = self.wide
        seen = [axes for axes in self.figure.axes if axes.axison]
        boxes = [(axes.get_position(original=True), axes.get_aspect() != "auto") for axes in seen]
        return [
            ((width * box.x0, width * box.x1), (height * (1 - box.y1), height * (1 - box.y0)), true)
            for box, true in boxes
        ]

    def transform_non_affine(self, values):
        """Return the present places of points, both in parts of the picture from the lower left."""
        values = np.asarray(values, float)
        if not self.placed:
            return values
        x, y = values[:, 0] * self.wide[0], (1 - values[:, 1]) * self.wide[1]
        nearest = np.argmin([block.distance(x, y) for block in self.placed], axis=0)
        moved = np.array([block.move(x, y) for block in self.placed])
        x, y = moved[nearest, :, np.arange(len(x))].T
        places = np.column_stack([x / self.width, 1 - y / self.height])
        # By its corners matplotlib finds out how wide the picture is, to keep axes in true shape.
        corners = np.isin(values, (0, 1)).all(axis=1)
        return np.where(corners[:, None], values * self.wide / [self.width, self.height], places)


def flow(blocks, axes, width):
    """Place blocks on a page of this width, in rows; return them, and the height that they need.

    A block stands beside the one before if it did so in the wide picture, or is as large.

    Parameters: blocks, rectangles; axes, as from `drawn_axes`.
    """
    placed, x, y, row, first, last = [], 0, 0, 0, None, None
    for rectangle in blocks:
        block = narrowed(rectangle, axes, width)
        if last and (x + block.size[0] > width or not goes_beside(last, rectangle)):
            x, y, row, last = 0, y + row, 0, None
        # Where it was lower than the first of its row, it still is.
        first = first if last else rectangle
        lower = rectangle[1] - first[1] if same_row(first, rectangle) else 0
        placed.append(replace(block, at=(x, y + lower)))
        x, row, last = x + block.size[0], max(row, lower + block.size[1]), rectangle
    return placed, round(y + row)


def narrowed(rectangle, axes, width):
    """Return a block, in the corner, whose axes are as narrow as is needed."""
    left, top, right, bottom = rectangle
    inside = [part for part in axes if holds((left, right), part[0])
              and holds((top, bottom), part[1])]  # fmt: skip
    columns, rows = [part[0] for part in inside], [part[1] for part in inside]
    share = squeeze(left, right, columns, width)
    true = any(shape for _, _, shape in inside)
    lines = squeezed(top, bottom, rows, share if true else 1)
    return Block(squeezed(left, right, columns, share), lines, (0, 0))


def goes_beside(before, rectangle):
    """Return whether a rectangle may stand beside the one before it."""
    (left, top, right, bottom), (left2, top2, right2, bottom2) = before, rectangle
    alike = np.allclose([right - left, bottom - top], [right2 - left2, bottom2 - top2])
    return alike or (left < left2 and same_row(before, rectangle))


def same_row(first, rectangle):
    return first[1] <= rectangle[1] < first[3]


def holds(side, part):
    """Return whether the middle of a part lies between the ends of a side."""
    return side[0] <= sum(part) / 2 <= side[1]


def covered(places, parts):
    """Return which of the stretches between places lie in one of the parts."""
    middles = (places[1:] + places[:-1]) / 2
    return np.array([any(start < middle < end for start, end in parts) for middle in middles])


def cuts(start, end, parts):
    """Return both ends of a side, and those of the parts that lie on it, in order."""
    ends = [float(np.clip(place, start, end)) for part in parts for place in part]
    return np.unique([float(start), float(end), *ends])


def squeeze(start, end, parts, room):
    """Return how long the parts may stay for all of the side to have room: a share of at most 1.

    >>> squeeze(0, 500, [(100, 400)], 350)
    0.5
    """
    places = cuts(start, end, parts)
    flexible = np.diff(places)[covered(places, parts)].sum()
    excess = max(end - start - room, 0)
    return max(1 - excess / float(flexible), LEAST_SHARE) if flexible else 1


def squeezed(start, end, parts, share):
    """Return places along a side, and where they are when its parts keep this share of theirs.

    >>> [places.tolist() for places in squeezed(0, 500, [(100, 400)], 0.5)]
    [[0.0, 100.0, 400.0, 500.0], [0.0, 100.0, 250.0, 350.0]]
    """
    places = cuts(start, end, parts)
    steps = np.diff(places) * np.where(covered(places, parts), share, 1)
    return places, np.concatenate([[0.0], np.cumsum(steps)])


def along(places, before, after):
    """Interpolate; beyond the ends it goes on as it is."""
    inside = np.interp(places, before, after)
    return inside + np.minimum(places - before[0], 0) + np.maximum(places - before[-1], 0)
