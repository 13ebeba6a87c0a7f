"""Panel B of lesson 06: softmax, from logits to probabilities, with its overflow and its slopes."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons.experiments.activations.softmax import (
    direct_softmax,
    jacobian,
    logit_for,
    with_temperature,
)
from lessons.numerals import number, with_power
from widgets.artists import PixelMap, words
from widgets.knobs import float_slider, log_slider
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRAY, LIGHT, NORMAL, ORANGE, PINNED, RED, SMALL

SIZE = 8.6, 4.0
BLOCKS = ((10, 0, 522, 400), (570, 0, 860, 370))
CLASSES = 4
# The largest that p_i (δ_ij - p_j) can be; at temperatures below 1 slopes can be larger.
STEEPEST = 0.25
UP, DOWN = BLUE, ORANGE
# Numbers stand on the colors: even the deepest leaves them legible.
DEEPEST = 0.5
# What is smaller differs from 0 by nothing that matters here.
TINY = 1e-9
# From here on a slope has room without a power of ten.
SHORT = 1e-3
# The room that the number above a bar takes, as a probability.
NUMBER = 0.1
# A hand cannot ask for 0 or 1, which no logit gives.
PROBABILITIES = 1e-6, 1 - 1e-6


@dataclass(frozen=True, eq=False)
class Result:
    """Logits on their way to probabilities, and what computing them directly gives."""

    temperature: float
    shift: float
    logits: np.ndarray
    scaled: np.ndarray
    powers: np.ndarray
    shifted: np.ndarray
    p: np.ndarray
    direct: np.ndarray
    slopes: np.ndarray


def softmax(lang="en", **settings):
    """Slide four logits, a temperature, and a constant that is added to all of them.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = softmax(z1=2.0, z2=1.0, z3=0.0, z4=-1.0)
    >>> print(panel)
    Probabilities 0.644, 0.237, 0.0871, 0.0321; they sum to 1. Computed directly: the same.
    >>> panel.set(shift=100.0)
    >>> print(panel)
    Probabilities 0.644, 0.237, 0.0871, 0.0321; they sum to 1. Computed directly: not a number, \
because e^a overflows in float32.
    >>> panel.close()
    """
    two_in_a_row = 400
    knobs = [
        *(float_slider(f"z{k + 1}", f"logit z{k + 1}", f"Score of class {k + 1}",
                       -10, 10, first, 0.5, two_in_a_row)
          for k, first in enumerate((2.0, 1.0, 0.0, -1.0))),
        log_slider("temperature", "temperature T", "Divides all logits", 0.01, 100, 1.0,
                   width=two_in_a_row),
        float_slider("shift", "constant c", "Added to all logits", -150, 150, 0, 1, two_in_a_row),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        touch={"bars": to_height},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Go from logits to probabilities, directly in float32 as networks do."""
    temperature, shift = settings["temperature"], settings["shift"]
    z = np.array([settings[f"z{k + 1}"] for k in range(CLASSES)])
    scaled = (z + shift) / temperature
    single = scaled.astype(np.float32)
    with np.errstate(over="ignore", under="ignore"):
        powers, shifted = np.exp(single), np.exp(scaled - scaled.max())
    p = with_temperature(z + shift, temperature)
    return Result(
        temperature, shift, z, scaled, powers, shifted, p, direct_softmax(single),
        jacobian(p, temperature),
    )  # fmt: skip


def to_height(touch):
    """Drag the top of a bar; the knobs logit z1, logit z2, logit z3, logit z4 do the same."""
    k = int(np.clip(np.rint(touch.start[0]), 1, CLASSES)) - 1
    p = np.clip(touch.y, *PROBABILITIES)
    return {f"z{k + 1}": logit_for(p, np.delete(touch.result.logits, k), touch.result.temperature)}


def draw(figure):
    """Make the artists: probabilities over the arithmetic that leads to them, and the Jacobian."""
    bars = figure.add_axes([0.205, 0.43, 0.40, 0.45])
    bars.set_label("bars")
    bars.set(xlim=(0.5, CLASSES + 0.5), ylim=(0, 1.0), xticks=[], yticks=[0, 0.5, 1])
    bars.grid(axis="y", color=LIGHT, linewidth=0.6)
    bars.set_ylabel("probability p", labelpad=2)
    matrix = figure.add_axes([0.70, 0.235, 0.275, 0.275 * SIZE[0] / SIZE[1]])
    matrix.set(xlim=(0, CLASSES), ylim=(0, CLASSES), xticks=[], yticks=[])
    matrix.spines[:].set(visible=True, color=LIGHT)
    for k in range(CLASSES):
        matrix.text(k + 0.5, CLASSES + 0.12, f"z{k + 1}", ha="center", fontsize=SMALL)
        matrix.text(-0.12, CLASSES - k - 0.5, f"p{k + 1}", ha="right", va="center", fontsize=SMALL)
    figure.text(0.70, 0.935, "Jacobian: slope of each p in each z", fontsize=NORMAL, va="bottom")
    figure.text(0.70, 0.175, "Every row and every column sums to 0.", fontsize=SMALL, color=GRAY)
    figure.text(0.70, 0.115, "Blue: up. Orange: down. Full at ±0.25.", fontsize=SMALL,
                color=GRAY)  # fmt: skip

    rows = (
        ("logit z", GRAY), ("a = (z + c) / T", BLACK), ("directly: e^a", GRAY),
        ("directly: p = e^a / sum", GRAY), ("shifted: e^(a − max a)", BLACK),
        ("shifted: p", BLACK),
    )  # fmt: skip
    heights = [0.365 - 0.066 * k for k in range(len(rows))]
    for (name, color), height in zip(rows, heights, strict=True):
        figure.text(0.185, height, name, fontsize=SMALL, color=color, ha="right", va="center")

    def cell(axes, x, y, transform, **style):
        return words(axes, x, y, transform=transform, fontsize=SMALL, ha="center", va="center",
                     **style)  # fmt: skip

    columns = [0.205 + 0.40 * (k + 0.5) / CLASSES for k in range(CLASSES)]
    return SimpleNamespace(
        title=words(bars, 0.02, 0.935, transform=figure.transFigure, fontsize=NORMAL),
        bars=list(bars.bar(range(1, CLASSES + 1), 0, 0.62, color=BLUE)),
        tops=[words(bars, k + 1, 0, fontsize=NORMAL, ha="center") for k in range(CLASSES)],
        pinned=bars.plot([], [], "_", color=PINNED, ms=44, mew=1.6)[0],
        pinned_text=words(
            bars, 0.605, 0.935, transform=figure.transFigure, color=PINNED, fontsize=SMALL,
            ha="right",
        ),
        table=[
            [cell(bars, x, height, figure.transFigure, color=color) for x in columns]
            for (_, color), height in zip(rows, heights, strict=True)
        ],
        map=PixelMap(matrix),
        slopes=[
            [cell(matrix, j + 0.5, CLASSES - i - 0.5, matrix.transData) for j in range(CLASSES)]
            for i in range(CLASSES)
        ],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the probabilities."""
    artists.title.set_text(f"p = softmax((z + c) / T): the bars sum to {result.p.sum():.3g}")
    for k, (bar, top) in enumerate(zip(artists.bars, artists.tops, strict=True)):
        bar.set_height(result.p[k])
        top.set_text(write(result.p[k]))
        top.set_y(above(result.p[k], pinned.p[k] if pinned else 0) + 0.01)
    artists.pinned.set_data(([], []) if not pinned else (range(1, CLASSES + 1), pinned.p))
    artists.pinned_text.set_text(pinned.label if pinned else "")
    table = result.logits, result.scaled, result.powers, result.direct, result.shifted, result.p
    for texts, numbers in zip(artists.table, table, strict=True):
        for text, value in zip(texts, numbers, strict=True):
            text.set_text(write(value))
    for texts, color in ((artists.table[2], GRAY), (artists.table[3], GRAY)):
        for text in texts:
            broken = text.get_text() in ("inf", "nan")
            text.set_color(RED if broken else color)
    show_jacobian(artists, result)


def above(p, pinned):
    """Return where the number above a bar may stand, so that no pinned mark strikes it out."""
    return pinned if p - NUMBER / 4 < pinned < p + NUMBER else p


def write(value):
    """Write a number in three digits."""
    return "≈ 0" if 0 < abs(value) < TINY else number(value, 3)


def show_jacobian(artists, result):
    """Write the slopes, on the deeper color the larger they are."""
    artists.map.set_data(slope_colors(result.slopes))
    artists.map.smooth = False
    for texts, numbers in zip(artists.slopes, result.slopes, strict=True):
        for text, slope in zip(texts, numbers, strict=True):
            text.set_text(write_slope(slope))


def slope_colors(slopes):
    """Turn slopes into pixels, first row on top: one color up, another down."""
    slopes = slopes[::-1, :, None]
    depth = DEEPEST * np.clip(np.abs(slopes) / STEEPEST, 0, 1)
    color = np.where(slopes > 0, to_rgb(UP), to_rgb(DOWN))
    return (255 * (1 - depth * (1 - color))).astype(np.uint8)


def write_slope(slope):
    """Write a slope in two digits with its sign, and 0 for what is nearly 0."""
    if abs(slope) < TINY:
        return "≈ 0"
    text = number(slope, 2) if abs(slope) >= SHORT else with_power(slope, 2)
    return f"+{text}" if slope > 0 else text


def describe(result, moment):
    """Say the probabilities, and what the direct way gives."""
    numbers = ", ".join(write(p) for p in result.p)
    return f"Probabilities {numbers}; they sum to 1. Computed directly: {directly(result)}."


def directly(result):
    """Say what becomes of the formula when it is computed just as it is written."""
    if np.isfinite(result.direct).all():
        return "the same" if np.allclose(result.direct, result.p, atol=1e-3) else "not the same"
    cause = "overflows" if np.isinf(result.powers).any() else "is 0 for every logit"
    return f"not a number, because e^a {cause} in float32"
