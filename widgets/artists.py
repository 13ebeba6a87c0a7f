"""Artists that are drawn at every tick of a slider, made for speed."""

import math
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from PIL import Image, ImageDraw

from widgets.fonts import in_faces, load_font, own_face
from widgets.style import BLACK, ink


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
        how = Image.Resampling.BILINEAR if self.smooth else Image.Resampling.BOX
        rgba = np.array(Image.fromarray(self.pixels).resize(size, how).convert("RGBA"))
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, left, bottom, rgba)
        graphics.restore()


class Layer(Artist):
    """Artists that seldom change, kept as pixels: drawn again only when one of them has changed.

    Parameters: axes, outside which nothing is drawn; artists, a list, which the layer passes for.
    """

    sprite = place = None

    def __init__(self, axes, artists):
        super().__init__()
        self.set_figure(axes.get_figure())
        self.axes, self.artists = axes, artists

    def __iter__(self):
        return iter(self.artists)

    def set_animated(self, animated):
        super().set_animated(animated)
        for artist in self.artists:
            artist.set_animated(animated)

    def draw(self, renderer):
        box = self.axes.bbox
        # Artists that are cut off at the edge may reach a pixel beyond it.
        left, bottom = max(0, math.floor(box.x0) - 1), max(0, math.floor(box.y0) - 1)
        right, top = math.ceil(box.x1) + 1, math.ceil(box.y1) + 1
        place = left, right, bottom, top, renderer.dpi, *self.axes.viewLim.extents
        if place != self.place or any(artist.stale for artist in self.artists):
            paper = RendererAgg(renderer.width, renderer.height, renderer.dpi)
            for artist in self.artists:
                artist.draw(paper)
            self.place = place
            # The renderer's first row is at the top, that of an image at the bottom.
            self.sprite = np.array(paper.buffer_rgba())[::-1][bottom:top, left:right]
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, left, bottom, self.sprite)
        graphics.restore()


class Words(Text):
    """Text drawn by Pillow, many times faster than matplotlib draws its glyphs.

    It sits on whole pixels, so that the same words always give the same pixels. Only for one
    upright line, with `va` bottom, center or top. `ground` is a color to write on, or None.
    """

    content = sprite = None

    def __init__(self, *arguments, ground=None, **options):
        super().__init__(*arguments, **{"va": "bottom"} | options)
        self.ground = ground

    def draw(self, renderer):
        if not self.get_visible() or not self.get_text():
            return
        font = self.get_fontproperties().get_weight(), self.get_fontsize(), renderer.dpi
        x, y = self.get_transform().transform(self.get_unitless_position())
        text = self.get_text()
        if self.get_wrap():
            text = broken(text, font, self.room(x, renderer.width))
        content = text, ink(self.get_color()), font, self.ground
        if content != self.content:
            self.content, self.sprite = content, rasterize(*content)
        height, width = self.sprite.shape[:2]
        left = x - {"left": 0, "center": width / 2, "right": width}[self.get_ha()]
        bottom = y - {"bottom": 0, "center": height / 2, "top": height}[self.get_va()]
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, round(left), round(bottom), self.sprite)
        graphics.restore()

    def room(self, x, width):
        """Return how wide it may be at x, in a picture of this width, all in pixels."""
        side = self.get_ha()
        return {"left": width - x, "center": 2 * min(x, width - x), "right": x}[side]


def broken(text, font, room):
    r"""Return a text with line breaks where it is wider than there is room, in pixels.

    >>> broken("one two three", ("normal", 10, 100), 60)
    'one two\nthree'
    """
    if rasterize(text, BLACK, font).shape[1] <= room:
        return text
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and rasterize(longer, BLACK, font).shape[1] > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


@lru_cache(maxsize=1000)  # numbers come back: percentages, and losses of a setting seen before
def rasterize(text, color, font, ground=None):
    """Return the pixels of a text, lowest row first; without a ground it is transparent.

    Parameters: font, a weight, a size in points, and dots per inch.
    """
    if "\n" in text:
        return below_each_other([rasterize(line, color, font, ground) for line in text.split("\n")])
    weight, size, dpi = font
    pieces = [(part, load_font(face, size, dpi)) for part, face in in_faces(text, weight)]
    ends = np.cumsum([0, *(face.getlength(part) for part, face in pieces)])
    ascent, descent = load_font(own_face(weight), size, dpi).getmetrics()
    mask = Image.new("L", (math.ceil(ends[-1]) or 1, ascent + descent))
    for (part, face), left in zip(pieces, ends[:-1], strict=True):
        ImageDraw.Draw(mask).text((left, ascent), part, fill=255, font=face, anchor="ls")
    pixels = np.empty((mask.height, mask.width, 4), np.uint8)
    pixels[..., :3] = [round(255 * channel) for channel in to_rgb(color)]
    pixels[..., 3] = np.asarray(mask)
    if ground:
        share = pixels[..., 3:] / 255
        pixels[..., :3] = share * pixels[..., :3] + (1 - share) * 255 * np.array(to_rgb(ground))
        pixels[..., 3] = 255
    return pixels[::-1].copy()


def below_each_other(sprites):
    """Return the pixels of lines of text, the first on top."""
    width = max(sprite.shape[1] for sprite in sprites)
    return np.concatenate([
        np.pad(sprite, ((0, 0), (0, width - sprite.shape[1]), (0, 0))) for sprite in sprites[::-1]
    ])  # fmt: skip


def words(axes, x, y, text="", **options):
    """Put words on axes, as `axes.text` does."""
    label = Words(x, y, text, **{"transform": axes.transData} | options)
    axes.add_artist(label)
    label.set_clip_on(False)
    return label
