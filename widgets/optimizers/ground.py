"""The ground of the race: a surface from above, in bands of gray."""

from functools import lru_cache

import numpy as np

from lessons.experiments.optimizers.surfaces import surface
from lessons.numerals import number

# The map reaches from -SPAN to SPAN both ways.
SPAN = 2.0
PIXELS, BANDS = 322, 12


def title(settings):
    """Return the heading of the map."""
    if settings["surface"] != "ravine":
        return settings["surface"].capitalize()
    return f"Ravine, κ = {number(settings['condition'], 3)}, turned by {settings['angle']:g}°"


@lru_cache(maxsize=8)
def pixels(name, condition, angle):
    """Return the surface as bands of gray, each a third of a power of ten of loss.

    Lighter is lower, and a darker line lies between two bands.
    """
    grid = np.linspace(-SPAN, SPAN, PIXELS)
    loss = surface(name, condition, angle).loss(np.array(np.meshgrid(grid, grid)))
    band = np.maximum(np.floor(BANDS + 3 * np.log10(np.maximum(loss / loss.max(), 1e-9))), 0)
    gray = 252 - 18 * band / BANDS
    gray[1:] -= 40 * (band[1:] != band[:-1])
    gray[:, 1:] -= 40 * ((band[:, 1:] != band[:, :-1]) & (gray[:, 1:] > 225))
    return np.repeat(gray[..., None], 3, axis=2).astype(np.uint8)
