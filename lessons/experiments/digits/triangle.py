"""Whether a drawing is a triangle, more or less: no digit, whatever a network takes it for."""

from itertools import combinations

import numpy as np

POINTS = 48
# How far the line may be from the sides, and how flat the triangle, in parts of the longest side.
WAY_OFF, FLATTEST = 0.09, 0.3
PARTS = 8  # of each side, all of which must be drawn


def is_triangle(strokes):
    """Return whether strokes, arrays (n, 2), follow the three sides of a triangle.

    >>> is_triangle([np.array([[0, 0], [1, 0], [0.5, 0.9], [0, 0]])])
    True
    >>> is_triangle([np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]])])
    False
    """
    points = spaced(strokes)
    if points is None:
        return False
    corners = largest_triangle(points)
    sides = corners[[1, 2, 0]] - corners
    lengths = np.hypot(*sides.T)
    longest = lengths.max()
    if abs(cross(sides[0], sides[1])) < FLATTEST * longest**2 or longest == 0:
        return False
    away = points[:, None, :] - corners
    share = (away * sides).sum(axis=2) / lengths**2
    distance = np.hypot(*(away - np.clip(share, 0, 1)[:, :, None] * sides).transpose(2, 0, 1))
    near = distance <= WAY_OFF * longest
    drawn = [
        len(np.unique(np.clip(share[near[:, k], k] * PARTS, 0, PARTS - 1).astype(int))) == PARTS
        for k in range(3)
    ]
    return bool(near.any(axis=1).all() and all(drawn))


def spaced(strokes):
    """Return points at equal distances along all strokes, (48, 2); None if there is no line."""
    starts = [stroke[:-1] for stroke in strokes]
    steps = [np.diff(stroke, axis=0) for stroke in strokes]
    if not sum(map(len, steps)):
        return None
    starts, steps = np.concatenate(starts), np.concatenate(steps)
    ends = np.cumsum(np.hypot(*steps.T))
    if not ends[-1] > 0:
        return None
    at = np.linspace(0, ends[-1], POINTS)
    k = np.minimum(np.searchsorted(ends, at), len(ends) - 1)
    before = np.concatenate([[0], ends[:-1]])[k]
    share = (at - before) / np.maximum(ends[k] - before, 1e-12)
    return starts[k] + share[:, None] * steps[k]


def largest_triangle(points):
    """Return those three of the points that span the largest triangle, (3, 2)."""
    triples = np.array(list(combinations(range(len(points)), 3)))
    a, b, c = points[triples].transpose(1, 0, 2)
    return points[triples[np.abs(cross(b - a, c - a)).argmax()]]


def cross(u, v):
    """Return u₁v₂ − u₂v₁, twice the area that two vectors span."""
    return u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
