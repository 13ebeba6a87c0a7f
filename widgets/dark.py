"""The dark style: one map of colors, from every picture as it is drawn to the same one on black.

A picture is ink on white paper. Ink takes light away: a pixel c, in red, green and blue from 0 to
1, lacks d = 1 − c. How much ink there is, and which, are two numbers and a direction:

    amount  s = (d₁ + d₂ + d₃) / 3        hue  u = d / (d₁ + d₂ + d₃)

On a dark ground the same ink gives light, in proportion to its amount:

    dark(c) = ground + s · light(u)

So whatever was mixed with white, be it the edge of a letter, a transparent band or the color of a
map where it fades, is mixed with the ground in the same proportion; no panel has to know of it.
And gray, always the same hue, goes over evenly: black to nearly white, white to the ground.

What light a hue gives is told for the colors of the style, by partners of the same hue that are as
easy to see on the ground as they are on white. Between them a thin-plate spline passes through all
of these, the smoothest surface that does: light(u) = a₀ + a₁u₁ + a₂u₂ + Σ wᵢ·φ(|u − uᵢ|), with
φ(r) = r² log r.
"""

from functools import cache

import numpy as np
from matplotlib.colors import to_rgb
from PIL import Image

from widgets.style import BLACK, BLUE, BROWN, GREEN, INK, ORANGE, PURPLE, RED, SKY

# What JupyterLab's dark theme shows behind outputs.
GROUND = "#111111"
# Contrast, color vision: tests/widgets/test_colors.py.
PARTNERS = {
    BLACK: "#e0e0e0",
    BLUE: "#4aaafb",
    ORANGE: "#f9b035",
    GREEN: "#55d09a",
    RED: "#e66934",
    PURPLE: "#d3adcf",
    SKY: "#3583c5",
    BROWN: "#d5ae82",
    INK[ORANGE]: "#e9ad4a",
    # The ends of what can be mixed.
    "#ff0000": "#ed5a5a",
    "#ffff00": "#9d961b",
    "#00ff00": "#2ccc2c",
    "#00ffff": "#1e929a",
    "#0000ff": "#7582ff",
    "#ff00ff": "#c468c4",
}
# Six bits of each color are looked up; the eye does not see the rest.
BITS = 6


def darken(image):
    """Return an image (RGBX) in the dark style.

    >>> darken(Image.new("RGBX", (1, 1), "white")).convert("RGB").getpixel((0, 0))
    (17, 17, 17)
    """
    pixels = np.frombuffer(image.tobytes(), "<u4")
    # Red is the lowest byte; of each byte the highest bits count.
    drop, ones = 8 - BITS, 2**BITS - 1
    place = (pixels >> drop) & ones
    place |= (pixels >> (2 * drop)) & (ones << BITS)
    place |= (pixels >> (3 * drop)) & (ones << 2 * BITS)
    return Image.frombuffer("RGBX", image.size, table()[place], "raw", "RGBX", 0, 1)


@cache
def table():
    """Compute the dark partner of every color once, as four bytes each."""
    levels = np.linspace(0, 1, 2**BITS)
    green, red = (plane.ravel() for plane in np.meshgrid(levels, levels, indexing="ij"))
    rgbx = np.full((len(levels), len(red), 4), 255, np.uint8)
    for blue, part in zip(levels, rgbx, strict=True):
        part[:, :3] = np.rint(255 * dark(np.column_stack([red, green, np.full_like(red, blue)])))
    return rgbx.view("<u4").ravel()


def dark(colors):
    """Return the dark partners of colors, both of shape (n, 3), from 0 to 1."""
    lacking = 1 - np.asarray(colors, float)
    amount = lacking.mean(axis=1, keepdims=True)
    # White has no ink, of whatever hue.
    hue = lacking / np.where(amount > 0, 3 * amount, 1)
    light, ground = amount * spline(hue), np.array(to_rgb(GROUND))
    # More light than a screen has would lose its hue.
    too_much = np.max(light / (1 - ground), axis=1, keepdims=True)
    return np.clip(ground + light / np.maximum(too_much, 1), 0, 1)


def spline(hue):
    """Return what light inks of these hues give, per amount."""
    known, weights = fit()
    return features(hue, known) @ weights


@cache
def fit():
    """Return the hues of the style's colors, and the weights of the spline through their light."""
    lacking = 1 - np.array([to_rgb(color) for color in PARTNERS])
    amount = lacking.mean(axis=1, keepdims=True)
    light = (np.array([to_rgb(color) for color in PARTNERS.values()]) - to_rgb(GROUND)) / amount
    hue = lacking / (3 * amount)
    # The weights of the bends are orthogonal to all planes: far away, nothing but a plane is left.
    n, planes = len(hue), features(hue, hue)[:, :3]
    system = np.zeros((n + 3, n + 3))
    system[:n] = features(hue, hue)
    system[n:, 3:] = planes.T
    return hue, np.linalg.solve(system, np.concatenate([light, np.zeros((3, 3))]))


def features(hue, known):
    """Return what the spline adds up: 1, two coordinates, and one bend for every known hue."""
    squares = np.sum((hue[:, None] - known) ** 2, axis=-1)
    bends = 0.5 * squares * np.log(np.where(squares > 0, squares, 1))
    return np.concatenate([np.ones((len(hue), 1)), hue[:, :2], bends], axis=1)
