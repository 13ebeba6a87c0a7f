"""The record of the update that is shown and of those before it, and what clipping does to it."""

from types import SimpleNamespace

import numpy as np

from lessons.experiments.gradients.autopsy import BEFORE
from lessons.numerals import count, finite, fixed, short
from widgets.artists import words
from widgets.style import BLACK, GRAY, GREEN, NORMAL, PURPLE, RED, SMALL

HEADS = "update", "loss", "gradient", "longest in"
PLACES = 0.17, 0.4, 0.68, 1.0
ROW = 0.165


def draw_record(figure):
    """Make the artists: a table of four updates, and two arrows."""
    table = figure.add_axes([0.68, 0.575, 0.305, 0.33])
    arrows = figure.add_axes([0.68, 0.115, 0.305, 0.31])
    for axes in (table, arrows):
        axes.axis("off")
    table.set(xlim=(0, 1), ylim=(0, 1))
    table.text(0, 1.06, "The record of four updates", transform=table.transAxes, fontsize=NORMAL)
    for x, head in zip(PLACES, HEADS, strict=True):
        table.text(x, 0.86, head, color=GRAY, fontsize=SMALL, ha="right")
    arrows.set(xlim=(-0.35, 1.15), ylim=(-0.1, 1.05), aspect="equal", anchor="SW")
    arrows.set_label("clipping")
    arrows.text(0, 1.05, "Direction of the gradient", transform=arrows.transAxes,
                fontsize=NORMAL)  # fmt: skip
    return SimpleNamespace(
        rows=[[words(table, x, 0.68 - ROW * k, fontsize=SMALL, ha="right") for x in PLACES]
              for k in range(BEFORE + 1)],
        cause=words(table, 0, 0.0, color=RED, fontsize=SMALL),
        true=[arrows.plot([], [], color=PURPLE, linewidth=2)[0],
              arrows.plot([], [], marker=(3, 0, -90), color=PURPLE, ms=9)[0]],
        clipped=[arrows.plot([], [], color=GREEN, linewidth=2, linestyle=(0, (3, 1)))[0],
                 arrows.plot([], [], marker=(3, 0, -90), color=GREEN, ms=9)[0]],
        arc=arrows.plot([], [], color=GRAY, linewidth=1)[0],
        angle=words(arrows, 0, 0, color=BLACK, fontsize=NORMAL),
        lengths=[words(arrows, 0, y, transform=arrows.transAxes, color=color, fontsize=SMALL)
                 for y, color in ((-0.12, PURPLE), (-0.27, GREEN))],
    )  # fmt: skip


def show_record(artists, result, moment):
    """Write the record of the update that is shown, and turn the arrows."""
    run, layers = result.run, len(result.run.config.hidden)
    blank = BEFORE + 1 - len(moment.entries)
    for k, texts in enumerate(artists.rows):
        values = ("",) * len(HEADS)
        if k >= blank:
            values = row_of(moment.entries[k - blank], layers)
        for text, value in zip(texts, values, strict=True):
            text.set_text(value)
            text.set_color(RED if value == "not finite" else BLACK)
    broken = run.failure is not None and moment.update == result.last
    artists.cause.set_text(told_cause(run.failure, layers) if broken else "")
    show_arrows(artists, result, moment.again)


def row_of(entry, layers):
    """Write down one update; the output layer is the last.

    >>> from lessons.experiments.gradients.autopsy import Entry
    >>> row_of(Entry(0, 0.693, 1234.0, 8), 8)
    ('1', '0.69', '1,200', 'output')
    """
    longest = "" if entry.largest is None else name_of(entry.largest, layers)
    return count(entry.update + 1), finite(entry.loss), finite(entry.norm), longest


def name_of(layer, layers):
    return "output" if layer == layers else f"layer {layer + 1}"


def told_cause(failure, layers):
    """Say what first ceased to be finite, briefly."""
    where = "" if failure.layer is None else f", {name_of(failure.layer, layers)}"
    return f"first not finite: {failure.quantity}{where}"


def show_arrows(artists, result, again):
    """Draw the gradient, and what clipping leaves of it, both of one length: angles are true."""
    config = result.run.config
    lost = not np.isfinite(again.norm)
    shapes = [*artists.true, *artists.clipped, artists.arc]
    for shape in shapes:
        shape.set_data([], [])
    artists.angle.set_text("")
    for text in artists.lengths:
        text.set_text("")
    if lost:
        artists.lengths[0].set_text("no longer finite")
        return
    point(artists.true, 0.0)
    artists.lengths[0].set_text(f"as computed: norm {short(again.norm)}")
    if not (config.clip_norm or config.clip_value):
        artists.lengths[1].set_text("not clipped")
        return
    artists.lengths[1].set_text(f"clipped: norm {short(again.clipped)}")
    if np.isnan(again.angle):
        return
    turn = np.radians(again.angle)
    point(artists.clipped, turn)
    bend = np.linspace(0, turn, 30)
    artists.arc.set_data(0.45 * np.cos(bend), 0.45 * np.sin(bend))
    artists.angle.set_text(f"{fixed(again.angle, 0)}°")
    artists.angle.set_position((0.52 * np.cos(turn / 2), 0.52 * np.sin(turn / 2) + 0.02))


def point(arrow, turn):
    """Turn an arrow, a shaft and a head, around the origin."""
    shaft, head = arrow
    x, y = np.cos(turn), np.sin(turn)
    shaft.set_data([0, x], [0, y])
    head.set_data([x], [y])
    head.set_marker((3, 0, np.degrees(turn) - 90))
