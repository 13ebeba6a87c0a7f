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
    """Text that keeps the pixels of each word, for glyphs are slow to draw.

    It sits on whole pixels, so that the same words always give the same pixels. Only for one
    upright line, with `va` bottom, center or top.
    """

    KEPT = 300

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **{"va": "bottom"} | options)
        self.sprites = {}

    def draw(self, renderer):
        if not self.get_visible() or not self.get_text():
            return
        sprites = [self.sprite(word, renderer) for word in self.get_text().split(" ")]
        space = round(0.32 * self.get_fontsize() * renderer.dpi / 72)
        height = max(sprite.shape[0] for sprite in sprites)
        width = sum(sprite.shape[1] for sprite in sprites) + space * (len(sprites) - 1)
        x, y = self.get_transform().transform(self.get_unitless_position())
        left = round(x - {"left": 0, "center": width / 2, "right": width}[self.get_ha()])
        bottom = round(y - {"bottom": 0, "center": height / 2, "top": height}[self.get_va()])
        graphics = renderer.new_gc()
        for sprite in sprites:
            renderer.draw_image(graphics, left, bottom, sprite)
            left += sprite.shape[1] + space
        graphics.restore()

    def sprite(self, word, renderer):
        """Return the pixels of a word, lowest row first, as `draw_image` wants them."""
        content = word, self.get_color(), self.get_fontsize(), self.get_fontweight(), renderer.dpi
        if content not in self.sprites:
            if len(self.sprites) >= self.KEPT:
                self.sprites.clear()
            self.sprites[content] = self.rasterize(word, renderer)
        return self.sprites[content]

    def rasterize(self, word, renderer):
        """Draw one word alone, on a transparent sheet as large as it is."""
        alone = Text(0, 0, word, color=self.get_color(), va="bottom")
        alone.set_fontproperties(self.get_fontproperties())
        alone.set_figure(self.get_figure())
        box = alone.get_window_extent(renderer)
        alone.set_position((-box.x0, -box.y0))
        sheet = RendererAgg(math.ceil(box.width) or 1, math.ceil(box.height) or 1, renderer.dpi)
        alone.draw(sheet)
        return np.asarray(sheet.buffer_rgba())[::-1].copy()


def words(axes, x, y, text="", **options):
    """Put words on axes, as `axes.text` does."""
    label = Words(x, y, text, **{"transform": axes.transData} | options)
    axes.add_artist(label)
    label.set_clip_on(False)
    return label
