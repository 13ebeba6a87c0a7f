"""The arithmetic of one update as a table: forward, loss, backward, update light up in turn."""

from types import SimpleNamespace

from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from lessons.numerals import short
from widgets.artists import words
from widgets.style import BLACK, BLUE, GRADIENT, GRAY, LIGHT, NORMAL, ORANGE, SMALL

PHASES = ("forward", "loss", "backward", "update")
TITLES = (
    "1 forward: predict", "2 loss: how wrong", "3 backward: the gradient g", "4 update: one step",
)  # fmt: skip
COLORS = (BLUE, ORANGE, GRADIENT, BLACK)
# What is not computed yet.
PALE = GRAY
SHOWN = 4

# All places are in pixels of the page, counted from the left and from the top of the table.
WIDTH, HEIGHT = 860, 166
BANDS = ((12, 168), (188, 146), (342, 236), (586, 262))
HEADING, TITLE, NAMES, FIRST, PITCH, MEAN = 10, 33, 53, 71, 16.5, 142
COLUMNS = (
    ("x", "y", "ŷ"), ("ŷ − y", "(ŷ − y)²"), ("2(ŷ − y)·x²", "2(ŷ − y)·x", "2(ŷ − y)"),
    ("w", "− η·g", "new w"),
)  # fmt: skip
RIGHTS = ((61, 113, 174), (256, 322), (432, 504, 570), (684, 760, 836))


def draw_arithmetic(figure):
    """Make the table at the lower edge of a figure; what never changes stands still."""
    axes = figure.add_axes([0, 0, 1, 1])
    axes.axis("off")
    height = 100 * figure.get_figheight()
    in_pixels = Affine2D().translate(0, -HEIGHT).scale(1 / WIDTH, -1 / height) + figure.transFigure
    line = {"color": LIGHT, "linewidth": 0.8, "transform": in_pixels, "clip_on": False}
    style = {"fontsize": SMALL, "va": "center", "transform": in_pixels}
    for (left, width), rights, names in zip(BANDS, RIGHTS, COLUMNS, strict=True):
        axes.plot([left, left + width], [TITLE + 10] * 2, **line)
        for right, name in zip(rights, names, strict=True):
            axes.text(right, NAMES, name, color=GRAY, ha="right", **style)
    for band in BANDS[:3]:
        axes.plot([band[0], sum(band)], [MEAN - 11] * 2, **line)
    axes.text(RIGHTS[1][0], MEAN, "L =", color=GRAY, ha="right", **style)
    axes.text(BANDS[2][0] + 8, MEAN, "g =", color=GRAY, **style)
    for row in range(3):
        axes.text(BANDS[3][0] + 8, at_row(row), f"w{row + 1}", color=GRAY, **style)

    def column(right, rows):
        return [words(axes, right, at_row(row), ha="right", zorder=3, **style) for row in rows]

    samples, with_mean = range(SHOWN), range(SHOWN + 1)
    rows = ((samples,) * 3, (samples, with_mean), (with_mean,) * 3, (range(3),) * 3)
    return SimpleNamespace(
        bands=[
            draw_band(axes, *band, color, in_pixels)
            for band, color in zip(BANDS, COLORS, strict=True)
        ],
        titles=[
            words(axes, left + 8, TITLE, title, zorder=3, **style | {"fontsize": NORMAL})
            for (left, _), title in zip(BANDS, TITLES, strict=True)
        ],
        heading=words(
            axes, BANDS[0][0] + 8, HEADING, zorder=3, fontweight="bold",
            **style | {"fontsize": NORMAL},
        ),
        # The row below the samples holds their means.
        sections=[
            [column(*place) for place in zip(*section, strict=True)]
            for section in zip(RIGHTS, rows, strict=True)
        ],
        mean=words(axes, RIGHTS[0][-1], MEAN, ha="right", zorder=3, **style),
        rate=words(axes, RIGHTS[3][-1], MEAN, ha="right", zorder=3, **style),
    )  # fmt: skip


def draw_band(axes, left, width, color, in_pixels):
    """Make the ground that lights up a section."""
    band = Rectangle((left, TITLE - 11), width, MEAN + 26 - TITLE, color=color, linewidth=0)
    band.set(alpha=0.07 if color == BLACK else 0.14, zorder=1)
    band.set(transform=in_pixels, clip_on=False)
    return axes.add_artist(band)


def at_row(row):
    """Return the height of a row of samples, or of the row with their means."""
    return MEAN if row == SHOWN else FIRST + PITCH * row


def update_arithmetic(artists, update, phase, rate, heading):
    """Fill the table with one lessons.nine_steps.Update.

    Parameters: phase, 0 before the first, 1 to 4; rate, η; heading, a text.
    """
    artists.heading.set_text(heading)
    for k, (band, title) in enumerate(zip(artists.bands, artists.titles, strict=True), start=1):
        band.set_visible(k == phase)
        title.set_color(COLORS[k - 1] if k <= phase else GRAY)
        title.set_fontweight("bold" if k == phase else "normal")
    size = len(update.batch)
    residual = update.prediction - update.y
    step = update.new - update.old
    forward, (residuals, squares), backward, moved = artists.sections
    for column, values in zip(forward, (update.x, update.y, update.prediction), strict=True):
        fill(column, values[:SHOWN])
    fill(residuals, residual[:SHOWN])
    fill_with_mean(squares, residual**2, update.loss)
    for column, values, mean in zip(backward, update.contributions.T, update.gradient, strict=True):
        fill_with_mean(column, values, mean)
    for column, values in zip(moved, (update.old, step, update.new), strict=True):
        fill(column, values)
    artists.mean.set_text("this one sample" if size == 1 else f"mean of all {size}")
    artists.rate.set_text(f"new w = w − η·g,   η = {short(rate)}")
    color(artists, phase)


def fill(column, values):
    """Write values below each other; rows without a value stay empty."""
    for row, cell in enumerate(column):
        cell.set_text(number(values[row]) if row < len(values) else "")


def fill_with_mean(column, values, mean):
    """Write the first values, and below them the mean of all."""
    fill(column[:-1], values[:SHOWN])
    column[-1].set_text(number(mean))


def color(artists, phase):
    """Make pale what is not computed yet in this update."""
    for k, section in enumerate(artists.sections, start=1):
        for column in section:
            for cell in column:
                cell.set_color(BLACK if k <= phase else PALE)
    # What is there before the update begins: the samples and the weights.
    for column in (*artists.sections[0][:2], artists.sections[3][0]):
        for cell in column:
            cell.set_color(BLACK)
    artists.mean.set_color(BLACK if phase >= 2 else PALE)
    artists.rate.set_color(BLACK if phase == 4 else PALE)


def number(value):
    """Write a number in at most seven characters: three digits, or fewer where it is large.

    >>> number(-1.2345), number(-0.0001), number(-123.45), number(12345678.0)
    ('−1.234', '0.000', '−123.5', '1e+07')
    """
    size = abs(value)
    text = f"{value:.3f}" if size < 99.9995 else f"{value:.1f}" if size < 999.95 else f"{value:.0e}"
    return text.lstrip("-") if not float(text) else text.replace("-", "−", 1)
