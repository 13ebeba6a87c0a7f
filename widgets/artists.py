"""Artists that are drawn at every tick of a slider, made for speed."""

import math

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text
from PIL import Image


class PixelMap(Artist):
    """A small RGB image stretched smoothly over its axes; far cheaper than `imshow`.

    Parameters: axes. `set_data(pixels)` takes an array (rows, columns, 3) of uint8, first row at
    the bottom; `smooth` says whether to blend neighbors or to show pixels as squares.
    """

    smooth = True

    def __init__(self, axes):
        super().__init__()
        self.set_figure(axes.get_figure())
        self.axes = axes
        self.pixels = np.full((2, 2, 3), 255, np.uint8)

    def set_data(self, pixels):
        self.pixels = pixels

    def get_array(self):
        return self.pixels

    def draw(self, renderer):
        if not self.get_visible():
            return
        box = self.axes.bbox
        left, bottom = round(box.x0), round(box.y0)
        size = round(box.x1) - left, round(box.y1) - bottom
        how = Image.Resampling.BILINEAR if self.smooth else Image.Resampling.NEAREST
        rgba = np.array(Image.fromarray(self.pixels).resize(size, how).convert("RGBA"))
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, left, bottom, rgba)
        graphics.restore()


class Words(Text):
    """Text that keeps its pixels once it stays the same, for glyphs are slow to draw."""

    content = sprite = None

    def draw(self, renderer):
        if not self.get_visible() or not self.get_text():
            return
        box = self.get_window_extent(renderer).padded(2)
        content = (
            self.get_text(), self.get_color(), self.get_fontsize(), self.get_fontweight(),
            box.bounds,
        )  # fmt: skip
        if content != self.content:
            self.content, self.sprite = content, None
            super().draw(renderer)
            return
        left, bottom = math.floor(box.x0), math.floor(box.y0)
        if self.sprite is None:
            sheet = RendererAgg(int(renderer.width), int(renderer.height), renderer.dpi)
            super().draw(sheet)
            top, right = int(renderer.height) - math.ceil(box.y1), math.ceil(box.x1)
            pixels = np.asarray(sheet.buffer_rgba())
            rows = slice(max(top, 0), int(renderer.height) - max(bottom, 0))
            # draw_image wants the lowest row first.
            self.sprite = pixels[rows, max(left, 0) : right][::-1].copy()
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, max(left, 0), max(bottom, 0), self.sprite)
        graphics.restore()


def words(axes, x, y, text="", **options):
    """Put words on axes, as `axes.text` does."""
    label = Words(x, y, text, **{"transform": axes.transData} | options)
    axes.add_artist(label)
    label.set_clip_on(False)
    return label
