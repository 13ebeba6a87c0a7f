"""Drawings of digits by a hand that is a program: splines through points that tremble.

No person drew them. The 100 of strokes.txt were made by this script for the lesson:

    python -m lessons.experiments.digits.hand

Each digit has a few ways in which it may be drawn: points in a square, which a smooth line passes
in this order, or straight lines. For every drawing the points tremble, and the whole is slanted,
turned, made narrower or wider, smaller, and put anywhere in the square.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np

from lessons.experiments.digits.drawing import from_text, scan, to_text

FILE = Path(__file__).with_name("strokes.txt")
EACH = 10
POINTS = 7  # of the line, from one point that it passes to the next

# Of every digit the ways to draw it, each a list of strokes; x to the right, y upwards.
ROUND = [(0.5, 1), (0.12, 0.75), (0.1, 0.3), (0.5, 0), (0.9, 0.3), (0.88, 0.75), (0.5, 1)]
WAYS = {
    0: [[ROUND]],
    1: [[[(0.5, 1), (0.5, 0.5), (0.5, 0)]], [[(0.25, 0.75), (0.55, 1)], [(0.55, 1), (0.55, 0)]]],
    2: [
        [[(0.1, 0.75), (0.45, 1), (0.85, 0.75), (0.5, 0.4), (0.1, 0.03)], [(0.1, 0.03), (0.95, 0)]],
        [[(0.1, 0.8), (0.5, 1), (0.8, 0.7), (0.4, 0.25), (0.15, 0.05), (0.35, 0.12), (0.95, 0)]],
    ],
    3: [
        [[(0.1, 0.87), (0.5, 1), (0.8, 0.77), (0.4, 0.53)],
         [(0.4, 0.53), (0.87, 0.28), (0.5, 0), (0.08, 0.13)]],
    ],
    4: [
        [[(0.55, 1), (0.05, 0.38)], [(0.05, 0.38), (0.95, 0.38)], [(0.65, 0.7), (0.65, 0)]],
        [[(0.2, 1), (0.12, 0.5)], [(0.12, 0.5), (0.9, 0.5)], [(0.78, 0.95), (0.78, 0)]],
    ],
    5: [
        [[(0.85, 1), (0.2, 1)], [(0.2, 1), (0.15, 0.55)],
         [(0.15, 0.55), (0.6, 0.62), (0.88, 0.3), (0.5, 0), (0.1, 0.1)]],
    ],
    6: [
        [[(0.75, 1), (0.3, 0.7), (0.12, 0.3), (0.45, 0), (0.85, 0.22), (0.6, 0.47), (0.17, 0.27)]],
    ],
    7: [
        [[(0.08, 1), (0.92, 1)], [(0.92, 1), (0.6, 0.5), (0.4, 0)]],
        [[(0.08, 1), (0.92, 1)], [(0.92, 1), (0.6, 0.5), (0.4, 0)], [(0.3, 0.5), (0.85, 0.5)]],
    ],
    8: [
        [[(0.8, 0.83), (0.45, 1), (0.15, 0.77), (0.5, 0.52), (0.85, 0.22), (0.5, 0), (0.13, 0.22),
          (0.5, 0.52), (0.85, 0.83)]],
    ],
    9: [
        [[(0.85, 0.72), (0.45, 0.52), (0.13, 0.75), (0.5, 1), (0.85, 0.72), (0.8, 0.35),
          (0.6, 0)]],
        [[(0.85, 0.75), (0.45, 0.52), (0.13, 0.75), (0.5, 1), (0.85, 0.75)],
         [(0.85, 0.85), (0.8, 0)]],
    ],
}  # fmt: skip


def smooth(points):
    """Return a line through all points, (n, 2): of the Catmull-Rom spline, or a straight one."""
    points = np.asarray(points, float)
    if len(points) == 2:
        return points
    around = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    t = np.linspace(0, 1, POINTS, endpoint=False)[:, None]
    before, start, end, after = (around[k : len(around) - 3 + k, None] for k in range(4))
    pieces = start + 0.5 * t * (
        end - before
        + t * (2 * before - 5 * start + 4 * end - after + t * (3 * (start - end) + after - before))
    )  # fmt: skip
    return np.concatenate([pieces.reshape(-1, 2), points[-1:]])


def draw(digit, rng, tremble=0.035, lean=1.0):
    """Draw one digit: a list of strokes, arrays (n, 2) in 0 … 1.

    Parameters: tremble, of the points; lean, how much of slant and turn there is: 0 is upright.

    >>> strokes = draw(0, np.random.default_rng(0))
    >>> len(strokes), bool(min(stroke.min() for stroke in strokes) >= 0)
    (1, True)
    """
    way = WAYS[digit][rng.integers(len(WAYS[digit]))]
    # What begins where another stroke ended still does: points that are one tremble as one.
    moved = {point: np.array(point) + rng.normal(0, tremble, 2) for line in way for point in line}
    strokes = [smooth([moved[point] for point in line]) - 0.5 for line in way]
    slant, turn = lean * rng.uniform(-0.05, 0.35), lean * rng.uniform(-0.1, 0.1)
    wide, high = rng.uniform(0.55, 0.85), 1.0
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = turned @ np.array([[wide, slant], [0, high]])
    strokes = [stroke @ shape.T for stroke in strokes]
    low, high = (side(np.concatenate(strokes), axis=0) for side in (np.min, np.max))
    size = rng.uniform(0.45, 0.85)
    extent = size * (high - low) / (high - low).max()
    corner = rng.uniform(0.02, 0.98 - extent)
    return [corner + size * (stroke - low) / (high - low).max() for stroke in strokes]


def draw_many(each, seed, lean=1.0):
    """Draw every digit so often: a list of (digit, strokes)."""
    rng = np.random.default_rng(seed)
    return [(digit, draw(digit, rng, lean=lean)) for digit in range(10) for _ in range(each)]


def scans_of(drawings, placing="boxed"):
    """Return drawings as the network gets them: X (N, 64) and the digits (N,).

    >>> [part.shape for part in scans_of(draw_many(2, seed=0))]
    [(20, 64), (20,)]
    """
    X = np.array([scan(strokes, placing) for _, strokes in drawings])
    return X, np.array([digit for digit, _ in drawings])


@lru_cache
def stored():
    """Return the 100 stored drawings, ten of each digit: a tuple of (digit, text of its strokes).

    >>> len(stored()), stored()[0][0], stored()[99][0]
    (100, 0, 9)
    """
    lines = FILE.read_text("utf-8").splitlines()
    pairs = [line.split(":") for line in lines if not line.startswith("#")]
    return tuple((int(digit), text) for digit, text in pairs)


def stored_drawings():
    """Return the 100 stored drawings: a list of (digit, strokes)."""
    return [(digit, from_text(text)) for digit, text in stored()]


def write():
    """Make the 100 drawings that are stored."""
    head = "# Made by hand.py, from splines that tremble; no person drew them.\n"
    lines = [f"{digit}:{to_text(strokes)}\n" for digit, strokes in draw_many(EACH, seed=0)]
    FILE.write_text(head + "".join(lines), "utf-8")


if __name__ == "__main__":
    write()
