"""What the units of the first layer look for: how their weights have changed, as pictures."""

from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons.experiments.digits.mistakes import first_layer_change
from lessons.numerals import short
from widgets.artists import PixelMap, words
from widgets.style import BLUE, GRAY, NORMAL, ORANGE, SMALL

ROWS, COLUMNS = 4, 8  # of pictures, on either side two rows of eight
SIDE, GAP = 8, 1  # pixels of a picture, and between two


def draw_units(figure):
    """Make the artists: two sheets of pictures, and a heading."""
    sheets = []
    for left in (0.012, 0.512):
        axes = figure.add_axes([left, 0.05, 0.476, 0.218])
        axes.set(xticks=[], yticks=[], xlim=(0, 71), ylim=(0, 17), aspect="equal")
        axes.spines[["left", "bottom"]].set_visible(False)
        sheet = PixelMap(axes)
        sheet.smooth = False
        sheets.append(sheet)
    first, second = (sheet.axes for sheet in sheets)
    return SimpleNamespace(
        sheets=sheets,
        title=words(first, 0, 1.05, transform=first.transAxes, fontsize=NORMAL),
        scale=words(second, 0, 1.07, transform=second.transAxes, fontsize=SMALL, color=GRAY),
    )


def update_units(artists, run, epoch, deviation):
    """Show how the weights of the first units have changed since the first epoch began.

    Parameters: deviation, what the weights of each pixel were divided by, (64,): the weights that
    are shown are those that were trained.
    """
    change = first_layer_change(run, epoch) * deviation
    shown, n = change[: ROWS * COLUMNS], len(change)
    largest = float(np.abs(shown).max())
    colored = shade(shown / (largest or 1))
    for k, sheet in enumerate(artists.sheets):
        half = colored[k * ROWS * COLUMNS // 2 : (k + 1) * ROWS * COLUMNS // 2]
        sheet.set_data(on_a_sheet(half)[::-1])
    whose = "units" if run.config.hidden else "outputs"
    of = f"the first {len(shown)} of {n} {whose}" if n > len(shown) else f"all {n} {whose}"
    artists.title.set_text(f"What training added to the weights: {of if n > 1 else 'one unit'}")
    artists.scale.set_text(f"blue: ink speaks for it; orange: against; largest {short(largest)}")


def shade(change):
    """Return colors of changes from −1 to 1: (units, 8, 8, 3).

    >>> shade(np.zeros((1, 64)))[0, 0, 0].tolist()
    [245, 245, 245]
    """
    sign = np.where(change[..., None] > 0, to_rgb(BLUE), to_rgb(ORANGE))
    colors = 245 * (1 - np.abs(change[..., None]) * (1 - sign))
    return colors.reshape(-1, SIDE, SIDE, 3).astype(np.uint8)


def on_a_sheet(pictures):
    """Put pictures beside and below each other, on white."""
    rows = ROWS // 2
    step = SIDE + GAP
    sheet = np.full((rows * step - GAP, COLUMNS * step - GAP, 3), 255, np.uint8)
    for k, picture in enumerate(pictures):
        row, column = divmod(k, COLUMNS)
        sheet[row * step : row * step + SIDE, column * step : column * step + SIDE] = picture
    return sheet
