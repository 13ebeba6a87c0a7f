"""The picture: a matplotlib figure that is drawn once and then only retouched.

Axes, ticks and labels are drawn once and kept as a background. A frame puts the moving artists on
top and encodes the pixels. No pyplot: nothing here depends on the thread that it runs on.
"""

import io
from types import SimpleNamespace

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from widgets.style import style_ticks, styled

# Pixels per unit of the page, so that the picture is sharp on high-density screens.
DENSITY = 2
DPI = 100 * DENSITY


class Picture:
    """A figure of fixed size, some of whose artists move.

    Parameters: size, width and height in units of 100 CSS pixels; draw, a function that gets the
    figure, fills it, and returns the artists that will move in a namespace. What stands under
    `still` there belongs to the background.
    """

    def __init__(self, size, draw):
        self.figure = Figure(figsize=size, dpi=DPI)
        self.canvas = FigureCanvasAgg(self.figure)
        with styled():
            self.artists = draw(self.figure)
            style_ticks(self.figure)
        self.moving = sorted(moving_artists(self.artists), key=Artist.get_zorder)
        for artist in self.moving:
            artist.set_animated(True)
        self.background = None

    def render(self):
        """Draw a frame. The background is drawn again only where something in it has changed."""
        # Moving artists do not make the figure stale; ticks, limits and titles do.
        if self.background is None or self.figure.stale:
            self.canvas.draw()
            self.background = self.canvas.copy_from_bbox(self.figure.bbox)
            self.figure.stale = False
        self.canvas.restore_region(self.background)
        renderer = self.canvas.get_renderer()
        for artist in self.moving:
            artist.draw(renderer)

    def jpeg(self):
        """Encode the last frame for the screen: many times faster than PNG, and as sharp."""
        return self.encode("jpeg", quality=92, subsampling=0)

    def png(self):
        """Encode the last frame for storage, at one pixel per unit of the page."""
        return self.encode("png", reduce=DENSITY, optimize=True)

    def encode(self, kind, reduce=1, **options):
        """Encode the last frame with Pillow, made smaller by the factor `reduce`."""
        pixels = self.canvas.buffer_rgba()
        height, width = pixels.shape[:2]
        image = Image.frombuffer("RGBX", (width, height), pixels, "raw", "RGBX", 0, 1)
        image = image.convert("RGB")
        if reduce > 1:
            image = image.reduce(reduce)
        file = io.BytesIO()
        image.save(file, kind, **options)
        return file.getvalue()


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
