"""The picture: a matplotlib figure that is drawn once and then only retouched.

Axes, ticks and labels are drawn once and kept as a background. A frame puts the moving artists on
top and encodes the pixels. No pyplot: nothing here depends on the thread that it runs on.
"""

import io
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from PIL import Image

from widgets.arrangement import Arrangement
from widgets.dark import darken
from widgets.fonts import families
from widgets.style import ink, style_ticks, styled


class Picture:
    """A figure of fixed size, some of whose artists move.

    Parameters: size, width and height in units of 100 CSS pixels; draw, a function that gets the
    figure, fills it, and returns the artists that will move in a namespace; what stands under
    `still` there belongs to the background; blocks, in which it is cut on a narrow page, see
    widgets.arrangement.

    `density` is the number of pixels per hundredth of those units: more than 1 on a screen of high
    density, less on a narrow page. Where `dark`, the screen gets the dark style; what is stored is
    light always.
    """

    density = 1
    dark = False

    def __init__(self, size, draw, blocks=()):
        with styled():
            self.figure = Figure(figsize=size, dpi=100)
            self.canvas = FigureCanvasAgg(self.figure)
            self.arrangement = Arrangement(self.figure, size, blocks)
            self.artists = draw(self.figure)
            style_ticks(self.figure)
        for text in texts(self.figure):
            text.set_color(ink(text.get_color()))
        self.mend_texts()
        self.moving = sorted(moving_artists(self.artists), key=Artist.get_zorder)
        for artist in self.moving:
            artist.set_animated(True)
        self.background = self.side = None

    @property
    def shape(self):
        """How it stands on the page: width and height in CSS pixels, and whether it is narrow."""
        part = self.arrangement
        return {"width": part.width, "height": part.height, "narrow": part.narrow}

    def fit(self, room, ratio, dark=False):
        """Draw for a page from now on; return whether that changes anything.

        Parameters: room, for the picture, in CSS pixels; ratio, pixels of the screen for each;
        dark, whether the page is.
        """
        before = self.shape, self.density, self.dark
        if self.arrangement.fit(room):
            self.background = self.side = None
            self.mend_texts()
        width = self.arrangement.width
        # Whole pixels keep it sharp.
        self.set_density(float(np.clip(round(min(room, width) * ratio) / width, 0.1, 2)))
        self.dark = dark
        return before != (self.shape, self.density, self.dark)

    def mend_texts(self):
        """Break long lines on a narrow page, and show what is for it, or for others, by its gid."""
        narrow = self.arrangement.narrow
        for text in texts(self.figure):
            text.set_wrap(narrow)
            if text.get_gid() in ("narrow", "wide"):
                text.set_visible((text.get_gid() == "narrow") == narrow)

    def set_density(self, density):
        """Draw with so many pixels per hundredth of a unit from now on."""
        if density != self.density:
            self.density = density
            # The canvas drops fractions of a pixel: a whole width must not fall short by rounding.
            self.figure.set_dpi(100 * density * (1 + 1e-9 if density % 1 else 1))
            self.background = self.side = None

    def render(self):
        """Draw a frame. The background is drawn again only where something in it has changed."""
        # Moving artists do not make the figure stale; ticks, limits and titles do.
        if self.background is None or self.figure.stale:
            self.find_fonts()
            self.canvas.draw()
            self.background = self.canvas.copy_from_bbox(self.figure.bbox)
            self.figure.stale = False
        self.retouch(self.canvas.get_renderer())

    def retouch(self, renderer):
        """Draw the moving artists over the background."""
        renderer.restore_region(self.background)
        self.draw_moving(renderer)

    def draw_moving(self, renderer):
        for artist in self.moving:
            if not is_empty(artist):
                artist.draw(renderer)

    def aside(self, there, back):
        """Draw another frame, slice by slice, and leave this one and its artists as they are.

        Parameters: there, back, functions that move the artists to the other frame and to this.
        Yields: after each slice, None; at last the other frame, as an image.
        """
        if self.background is None:
            self.render()
        width, height = self.canvas.get_width_height(physical=True)
        renderer = self.side = self.side or RendererAgg(width, height, self.figure.dpi)
        with self.moved(there, back):
            redrawn = self.figure.stale
            if not redrawn:
                self.retouch(renderer)
        if redrawn:
            for draw in self.parts(renderer):
                yield
                with self.moved(there, back):
                    draw()
        yield image_of(renderer)

    @contextmanager
    def moved(self, there, back):
        """Have the artists elsewhere for a while. The background is still right afterwards."""
        stale = self.figure.stale
        self.figure.stale = False
        try:
            there()
            yield
        finally:
            back()
            self.figure.stale = stale

    def parts(self, renderer):
        """Yield functions that draw one part of the figure after the other: all that it has."""
        figure = self.figure

        def start():
            renderer.clear()
            self.find_fonts()
            figure.patch.draw(renderer)

        yield start
        children = [child for child in figure.get_children() if child is not figure.patch]
        for child in sorted(children, key=Artist.get_zorder):
            if not child.get_animated():
                yield partial(child.draw, renderer)
        yield partial(self.draw_moving, renderer)

    def find_fonts(self):
        """Give texts with characters that the kit's font lacks another one as well."""
        for text in texts(self.figure):
            if len(needed := families(text.get_text())) > 1:
                text.set_fontfamily(needed)

    def encoded(self, frame=None, far=False):
        """Encode a frame for the screen, the last one if not told; return bytes and kind of image.

        JPEG is many times faster than PNG, and as sharp. Colors, not lightness, are kept at half
        the fineness, which eyes do not notice, and which saves browsers milliseconds. WebP takes
        milliseconds more for half the bytes: where the page is far away, bytes take longer.
        """
        frame = self.shown(frame)
        if far:
            return encode(frame.convert("RGB"), "webp", quality=80, method=0), "webp"
        return encode(frame, "jpeg", quality=92, subsampling="4:2:0"), "jpeg"

    def png(self):
        """Encode the last frame for storage, in the same size whatever the screen."""
        density = self.density
        if density == 1:
            return encode(self.pixels().convert("RGB"), "png", optimize=True)
        self.set_density(1)
        self.render()
        stored = self.png()
        self.set_density(density)
        self.render()
        return stored

    def compact(self, frame):
        """Encode a copy of a frame for storage, no larger than `png` does, and much faster."""
        image = frame.convert("RGB")
        image.thumbnail(100 * self.figure.get_size_inches())
        return encode(image, "png")

    def shown(self, frame=None):
        """Return a frame, the last one if not told, in the style of the screen."""
        frame = frame or self.pixels()
        return darken(frame) if self.dark else frame

    def pixels(self):
        """View the last frame as an image."""
        return image_of(self.canvas)


def image_of(buffer):
    """View what was drawn as an image; the fourth byte of each pixel is padding."""
    pixels = buffer.buffer_rgba()
    height, width = pixels.shape[:2]
    return Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)


def encode(image, kind, **options):
    """Encode an image with Pillow."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def texts(figure):
    """Yield all texts but those at ticks, which are many."""
    for part in (figure, *figure.axes):
        yield from (artist for artist in part.get_children() if isinstance(artist, Text))
    for axes in figure.axes:
        yield from (axes.xaxis.label, axes.yaxis.label)


def is_empty(artist):
    """Return whether there is nothing to draw, which would take its time all the same."""
    if isinstance(artist, Line2D):
        return len(artist.get_xdata(orig=False)) == 0
    return isinstance(artist, Text) and not artist.get_text()


def moving_artists(item):
    """Yield the artists in a structure of namespaces, lists and tuples, except those `still`."""
    if isinstance(item, Artist):
        yield item
    elif isinstance(item, SimpleNamespace):
        for name, part in vars(item).items():
            if name != "still":
                yield from moving_artists(part)
    elif isinstance(item, list | tuple):
        for part in item:
            yield from moving_artists(part)
