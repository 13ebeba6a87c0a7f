"""Samples that are painted: strokes of a brush, as text, and what they leave on the plane."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from lessons.data.split import Split

# How far the plane goes, both ways; and samples that each point of a stroke leaves.
REACH, SPRAY = 2.7, 3
# What a stroke leaves: samples of a class, or none where some were.
CLASSES, ERASER = 4, 4
KINDS = (*range(CLASSES), ERASER)
# In hundredths of a coordinate points are written; more samples than this are too many.
UNIT, MOST = 100, 1000


class Stroke(NamedTuple):
    """One stroke. kind: a class, or ERASER; size: of the brush; points: (n, 2), coordinates."""

    kind: int
    size: float
    points: np.ndarray


def to_text(stroke):
    """Write a stroke as text: its kind, its size and its points, all but the kind in hundredths.

    >>> to_text(Stroke(1, 0.2, np.array([[0.5, -1.0]])))
    '1 20 50 -100'
    """
    points = np.clip(stroke.points, -REACH, REACH)
    numbers = np.rint(UNIT * np.concatenate([[stroke.size], np.ravel(points)])).astype(int)
    return " ".join(map(str, [stroke.kind, *numbers]))


def strokes_of(text):
    """Return the strokes that a text writes down, with a semicolon between two of them.

    Raises: ValueError for what is no such text.

    >>> [stroke.points.tolist() for stroke in strokes_of("1 20 50 -100;4 30 0 0")]
    [[[0.5, -1.0]], [[0.0, 0.0]]]
    """
    strokes = []
    for part in text.split(";") if text else []:
        kind, size, *numbers = (int(number) for number in part.split(" "))
        points = np.array(numbers, float) / UNIT
        if kind not in KINDS or size < 0 or len(numbers) % 2 or not numbers:
            raise ValueError(f"a stroke must be a kind, a size and points, got {part[:40]!r}")
        if np.abs(points).max() > REACH:
            raise ValueError(f"points must be within ±{REACH}, got {part[:40]!r}")
        strokes.append(Stroke(kind, size / UNIT, points.reshape(-1, 2)))
    if SPRAY * sum(len(s.points) for s in strokes if s.kind != ERASER) > MOST:
        raise ValueError(f"strokes must leave at most {MOST} samples")
    return strokes


@lru_cache(maxsize=8)
def painted(text):
    """Return the samples that strokes have left: X (N, 2), classes y (N,), luck u (N,).

    Each point of a stroke leaves three samples around it, x + size/2·ε with ε ~ N(0, I). An eraser
    takes away what lies within its size of one of its points. What a stroke has left stays where it
    is while the stroke goes on. u ~ U(0, 1) decides who is trained with.

    >>> X, y, u = painted("1 20 50 -100")
    >>> X.shape, y.tolist()
    ((3, 2), [1, 1, 1])
    """
    X, y, u = np.empty((0, 2)), np.empty(0, int), np.empty(0)
    for k, stroke in enumerate(strokes_of(text)):
        if stroke.kind == ERASER:
            away = np.linalg.norm(X[:, None] - stroke.points, axis=2) > stroke.size
            keep = away.all(axis=1)
            X, y, u = X[keep], y[keep], u[keep]
            continue
        # A stream for each stroke, from which it takes more as it grows.
        luck = np.random.default_rng([k, 1]).random(SPRAY * len(stroke.points))
        noise = np.random.default_rng([k, 0]).standard_normal((len(stroke.points), SPRAY, 2))
        sprayed = stroke.points[:, None] + stroke.size / 2 * noise
        X = np.concatenate([X, np.clip(sprayed.reshape(-1, 2), -REACH, REACH)])
        y = np.concatenate([y, np.full(SPRAY * len(stroke.points), stroke.kind)])
        u = np.concatenate([u, luck])
    for array in (X, y, u):
        array.setflags(write=False)
    return X, y, u


@lru_cache(maxsize=8)
def split_of(text, share=0.5):
    """Make a data set of painted samples; the share is trained with, the others are unseen.

    It has as many classes as are painted, and at least two.

    Raises: ValueError for what is no text of strokes, or leaves no sample.

    >>> split_of("1 20 50 -100;0 20 -50 100", 0.9)
    Split 'painted' (classification): 6 training, 0 validation, 0 test samples; 2 features
    """
    X, y, u = painted(text)
    if not len(u):
        raise ValueError("nothing is painted: paint samples on the plane")
    # There is always one to train with.
    first = (u < share) | (u == u.min())
    X, y = X.astype(np.float32), y.astype(np.int64)
    none = X[:0], y[:0]
    return Split(
        X[first], y[first], X[~first], y[~first], *none, task="classification",
        classes=tuple(range(max(2, y.max() + 1))), name="painted", feature_names=("x1", "x2"),
    )  # fmt: skip


def smile():
    """Return an example: two eyes of class 0, a mouth of class 1.

    >>> [stroke.kind for stroke in strokes_of(smile())]
    [0, 0, 1]
    """
    angle = np.linspace(np.pi + 0.4, 2 * np.pi - 0.4, 16)
    mouth = np.column_stack([1.6 * np.cos(angle), 1.6 * np.sin(angle)])
    eyes = [np.repeat([[x, 1.0]], 8, axis=0) for x in (-0.9, 0.9)]
    drawn = [Stroke(0, 0.4, eyes[0]), Stroke(0, 0.4, eyes[1]), Stroke(1, 0.25, mouth)]
    return ";".join(map(to_text, drawn))
