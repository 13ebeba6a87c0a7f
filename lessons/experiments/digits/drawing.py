"""From the strokes of a pen to the 64 numbers of a scan, as the data set was made.

The scans came as bitmaps of 32 × 32 dots, on or off, in which a digit fills the height and stands
in the middle. Each was cut into blocks of 4 × 4, and the dots that were on were counted: 8 × 8
numbers from 0 to 16.

Source: Alpaydin and Kaynak, "Cascading classifiers" (1998), and the description of the data set.
"""

import numpy as np

DOTS, BLOCK = 32, 4
# As thick as the lines of the scans are, in dots.
PEN = 5.0
PLACINGS = "boxed", "centered", "as drawn"
# A drawing on the pad is written as whole numbers from 0 to PAD.
PAD = 280


def to_text(strokes):
    """Write strokes as text: points "x y" of the pad, with a semicolon between two strokes.

    >>> to_text([np.array([[0.5, 0.25], [1.0, 0.0]]), np.array([[0.0, 1.0]])])
    '140 70 280 0;0 280'
    """
    return ";".join(
        " ".join(str(number) for number in np.rint(PAD * np.asarray(stroke)).astype(int).ravel())
        for stroke in strokes
    )


def from_text(text):
    """Return the strokes that a text writes down: arrays (n, 2), x and y from 0 to 1, y upwards.

    Raises: ValueError for what is no such text.

    >>> [stroke.tolist() for stroke in from_text("140 70 280 0;0 280")]
    [[[0.5, 0.25], [1.0, 0.0]], [[0.0, 1.0]]]
    """
    strokes = []
    for part in text.split(";") if text else []:
        numbers = [int(number) for number in part.split(" ")]
        if len(numbers) % 2 or not all(0 <= number <= PAD for number in numbers):
            raise ValueError(f"a stroke must be pairs of 0 to {PAD}, got {part[:40]!r}")
        strokes.append(np.reshape(numbers, (-1, 2)) / PAD)
    return strokes


def place(strokes, placing="boxed", pen=PEN):
    """Return strokes in dots of the bitmap.

    Parameters: strokes, arrays (n, 2) in 0 … 1; placing, "boxed": the longer side fills the bitmap,
    and the middle is its middle; "centered": as large as drawn; "as drawn": where it was, too;
    pen, how thick the line is, in dots.
    """
    strokes = [DOTS * np.asarray(stroke, float) for stroke in strokes]
    if placing == "as drawn" or not strokes:
        return strokes
    low, high = (side(np.concatenate(strokes), axis=0) for side in (np.min, np.max))
    longer = (high - low).max()
    factor = (DOTS - pen) / longer if placing == "boxed" and longer > 0 else 1.0
    return [factor * (stroke - (low + high) / 2) + DOTS / 2 for stroke in strokes]


def bitmap(strokes, pen=PEN):
    """Draw strokes with a round pen: which of the 32 × 32 dots are on; row 0 is at the top.

    A dot is on if its middle is at most half the pen's thickness from the line.

    >>> bitmap([np.array([[16.0, 4.0], [16.0, 28.0]])]).sum(axis=1)[[0, 16]].tolist()
    [0, 6]
    """
    on = np.zeros((DOTS, DOTS), bool)
    for stroke in strokes:
        ends = stroke if len(stroke) > 1 else np.repeat(stroke, 2, axis=0)
        on |= (squared_distances(ends[:-1], ends[1:]) <= (pen / 2) ** 2).any(axis=0)
    return on


def squared_distances(start, end):
    """Return how far every dot is from segments, squared: (segments, 32, 32).

    Parameters: start, end, of the segments, (segments, 2).
    """
    middles = np.arange(DOTS) + 0.5
    along = (end - start)[:, :, None, None]
    x = middles[None, None, :] - start[:, 0, None, None]
    y = DOTS - middles[None, :, None] - start[:, 1, None, None]
    length = (along**2).sum(axis=1)
    share = (x * along[:, 0] + y * along[:, 1]) / np.where(length > 0, length, 1)
    share = np.clip(share, 0, 1)
    return (x - share * along[:, 0]) ** 2 + (y - share * along[:, 1]) ** 2


def counted(dots):
    """Count the dots that are on in every block of 4 × 4: 64 numbers, as parts of 16.

    >>> counted(np.ones((32, 32), bool))[:3].tolist()
    [1.0, 1.0, 1.0]
    """
    blocks = dots.reshape(DOTS // BLOCK, BLOCK, DOTS // BLOCK, BLOCK)
    return (blocks.sum(axis=(1, 3)) / BLOCK**2).ravel().astype(np.float32)


def scan(strokes, placing="boxed", pen=PEN):
    """Return the 64 numbers of a drawing, shape (64,), 0 for paper and 1 for ink.

    >>> scan([]).max(), scan([np.array([[0.1, 0.1], [0.1, 0.9]])]).reshape(8, 8)[:, 4].min()
    (np.float32(0.0), np.float32(0.625))
    """
    return counted(bitmap(place(strokes, placing, pen), pen))
