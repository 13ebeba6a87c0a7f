"""Samples as cells, and an epoch as a bar: pixels, colored by batch."""

import colorsys
from functools import lru_cache

import numpy as np
from matplotlib.colors import to_rgb

from widgets.style import GRAY, USED

LARGEST_CELL = 60
# How much of a batch's color shows before its turn.
PALE = 0.28
# How much light a batch's color gives, of that of white: all stand out from white, and from pale.
LUMINANCE, GAMMA = 0.2, 2.2


def rgb(color):
    """Return a color of the style as three bytes."""
    return np.array([round(255 * channel) for channel in to_rgb(color)], np.uint8)


@lru_cache(maxsize=8)
def batch_colors(count):
    """Return one color per batch, once round the wheel of hues, shape (count, 3)."""
    hues = 0.57 + 0.9 * np.arange(count) / count
    light = np.array([colorsys.hls_to_rgb(hue % 1, 0.42, 0.8) for hue in hues]) ** GAMMA
    given = light @ [[0.2126], [0.7152], [0.0722]]
    darker, whiter = LUMINANCE / given, (LUMINANCE - given) / (1 - given)
    light = np.where(given > LUMINANCE, darker * light, light + whiter * (1 - light))
    return np.round(255 * light ** (1 / GAMMA)).astype(np.uint8)


def paler(colors):
    """Mix colors with white."""
    return (255 - PALE * (255.0 - colors)).astype(np.uint8)


@lru_cache(maxsize=8)
def grid(samples, width, height):
    """Lay so many cells out in rows, as large as they fit, the first one at the top left.

    Returns: the number of the cell at every pixel, -1 between them, shape (height, width), first
    row at the bottom.
    """
    size = next(
        size for size in range(LARGEST_CELL, 0, -1) if (width // size) * (height // size) >= samples
    )
    y, x = np.mgrid[:height, :width]
    row, column, columns = y // size, x // size, width // size
    number = row * columns + column
    gap = (y % size == size - 1) | (x % size == size - 1) if size > 3 else False
    return np.where(gap | (column >= columns) | (number >= samples), -1, number)[::-1]


@lru_cache(maxsize=8)
def bar(samples, batch_size, width, height):
    """Lay the samples of an epoch out along a bar, in the order in which they are taken.

    Returns: the place in the epoch at every pixel, -1 between two batches, (height, width).
    """
    place = np.arange(width) * samples // width
    batch = place // batch_size
    wide = width * batch_size / samples > 3
    starts = np.append(False, np.diff(batch) > 0) if wide else np.zeros(width, bool)
    return np.tile(np.where(starts, -1, place), (height, 1))


def pixel(numbers, touch):
    """Return what is at the pixel that is touched, of what `grid` or `bar` made; -1 beyond it."""
    (height, width), (x, y) = numbers.shape, (int(touch.x // 1), int(touch.y // 1))
    return int(numbers[y, x]) if 0 <= x < width and 0 <= y < height else -1


def paint(cells, batch, now, count):
    """Color cells by their batch: pale while it is to come, full in its turn, gray when used.

    Parameters: cells, the number of the cell at every pixel, -1 for none; batch, the batch of
    every cell, (N,), -1 for those that are left out, which are hatched; now, the batch whose turn
    it is, from 0, or -1 before the first; count, the batches of the epoch.
    Returns: pixels, (height, width, 3).
    """
    full = batch_colors(max(1, count))
    colors = np.full((len(batch) + 1, 3), 255, np.uint8)  # the last one lies between cells
    colors[:-1] = paler(full[batch])
    colors[:-1][batch < now] = rgb(USED)
    colors[:-1][batch == now] = full[now]
    colors[:-1][batch < 0] = 255
    pixels = colors[cells]
    if batch.min() < 0:
        y, x = np.indices(cells.shape)
        hatched = (cells >= 0) & (batch[cells] < 0) & ((x + y) % 4 == 0)
        pixels[hatched] = rgb(GRAY)
    return pixels
