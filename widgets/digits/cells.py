"""What a network takes for what: counts of its answers, and the scans of one cell."""

from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons.numerals import count, percent
from widgets.artists import PixelMap, words
from widgets.style import BLACK, GRAY, GREEN, NORMAL, RED, SMALL

SHOWN = 6  # scans of a cell
ANSWERS = 3  # of each, the most probable ones


def to_cell(touch):
    """Touch a cell to see its scans; the knobs digit, read as do the same."""
    return {"truth": float(np.floor(touch.y)), "answer": float(np.floor(touch.x))}


def draw_matrix(axes):
    """Make the artists of the counts: a row for each digit, a column for each answer."""
    axes.set(xlim=(0, 10), ylim=(10, 0), label="counts", aspect="equal")
    axes.set_xticks(np.arange(10) + 0.5, [str(k) for k in range(10)])
    axes.set_yticks(np.arange(10) + 0.5, [str(k) for k in range(10)])
    axes.tick_params(length=0, pad=2)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.text(0, 1.045, "Validation: digit (row), read as …", transform=axes.transAxes)
    cells = PixelMap(axes)
    cells.smooth = False
    return SimpleNamespace(
        cells=cells,
        lines=[axes.axhline(k, color="white", linewidth=1) for k in range(11)]
        + [axes.axvline(k, color="white", linewidth=1) for k in range(11)],
        numbers=[
            words(axes, k % 10 + 0.5, k // 10 + 0.5, fontsize=SMALL, ha="center", va="center")
            for k in range(100)
        ],
        chosen=axes.plot([], [], color=BLACK, linewidth=1.8, clip_on=False, zorder=5)[0],
    )


def update_matrix(artists, moment):
    """Show the counts, and frame the cell whose scans are shown."""
    artists.cells.set_data(shade(moment.counts)[::-1])
    for number, (k, n) in zip(artists.numbers, np.ndenumerate(moment.counts), strict=True):
        number.set_text(count(int(n)) if n else "")
        number.set_fontweight("normal" if k[0] == k[1] else "bold")
    x, y = moment.answer, moment.truth
    artists.chosen.set_data([x, x + 1, x + 1, x, x], [y, y, y + 1, y + 1, y])


def shade(counts):
    """Return pixels (10, 10, 3): what is right in green, what is wrong in red, by its share.

    >>> shade(np.array([[1, 0], [0, 0]]))[1].tolist()
    [[247, 247, 247], [247, 247, 247]]
    """
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    diagonal = np.eye(len(counts), dtype=bool)
    strength = np.where(diagonal, 0.45 * shares, 0.75 * np.sqrt(shares))
    colors = np.where(diagonal[..., None], to_rgb(GREEN), to_rgb(RED))
    pixels = 1 - strength[..., None] * (1 - colors)
    empty = (counts == 0)[..., None]
    return np.where(empty, 247, 255 * pixels).astype(np.uint8)


def draw_cell(figure):
    """Make the artists of the scans of a cell: each with its most probable answers beside it."""
    slots = []
    for k in range(SHOWN):
        row, column = divmod(k, 2)
        axes = figure.add_axes([0.735 + 0.126 * column, 0.8 - 0.145 * row, 0.0535, 0.1022])
        axes.set(xticks=[], yticks=[])
        axes.spines[["left", "bottom"]].set_visible(False)
        image = PixelMap(axes)
        image.smooth = False
        slots.append(
            SimpleNamespace(
                image=image,
                answers=[
                    words(axes, 1.08, 0.8 - 0.31 * k, transform=axes.transAxes, fontsize=SMALL,
                          va="center")
                    for k in range(ANSWERS)
                ],
            )
        )  # fmt: skip
    first = slots[0].image.axes
    return SimpleNamespace(
        slots=slots,
        title=words(first, 0, 1.1, transform=first.transAxes, fontsize=NORMAL),
        more=words(slots[-2].image.axes, 0, -0.1, transform=slots[-2].image.axes.transAxes,
                   fontsize=SMALL, color=GRAY, va="top"),
    )  # fmt: skip


def update_cell(artists, split, moment):
    """Show the surest scans of the cell, with the probabilities of the answers."""
    n = len(moment.cell)
    artists.title.set_text(f"{moment.truth} read as {moment.answer}")
    artists.more.set_text(f"and {n - SHOWN} more, less sure" if n > SHOWN else
                          "" if n else "no such scan now")  # fmt: skip
    for k, slot in enumerate(artists.slots):
        slot.image.set_visible(k < n)
        for answer in slot.answers:
            answer.set_text("")
        if k >= n:
            continue
        slot.image.set_data(pixels(split.X_val[moment.cell[k]]))
        probabilities = moment.probabilities[moment.cell[k]]
        most = np.argsort(-probabilities, kind="stable")[:ANSWERS]
        for answer, digit in zip(slot.answers, most, strict=True):
            answer.set_text(f"{digit}: {percent(probabilities[digit])}")
            answer.set_color(BLACK if digit == moment.truth else RED if digit == most[0] else GRAY)


def pixels(image):
    """Return the pixels of a scan, the lowest row first: ink is black.

    >>> pixels(np.eye(64)[0])[7, :2].tolist()
    [[34, 34, 34], [244, 244, 244]]
    """
    gray = 244 - 210 * np.clip(image.reshape(-1, round(image.size**0.5)), 0, 1)
    return np.repeat(gray[::-1, :, None], 3, axis=2).astype(np.uint8)
