"""Panel A of lesson 12: one batch of one unit's values, through batch norm step by step."""

from dataclasses import dataclass
from itertools import chain, pairwise
from types import SimpleNamespace

import numpy as np

from lessons.activations import sigmoid
from lessons.experiments.batch_normalization import one_batch
from lessons.experiments.batch_normalization.one_batch import Walk
from lessons.numerals import fixed, short
from widgets.artists import words
from widgets.knobs import between, count_slider, float_slider, int_slider, log_slider, slider
from widgets.panel import Panel
from widgets.style import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    LIGHT,
    NORMAL,
    ORANGE,
    PINNED,
    PURPLE,
    RED,
    SMALL,
)

SIZE = 8.6, 4.7
# Of each row the strip, and below it its line of the table, whose head comes before the first.
STRIPS = [(0, top, 505, bottom) for top, bottom in pairwise((0, 94, 171, 249, 327, 470))]
LINES = [(505, middle - 14, 860, middle + 14) for middle in (67, 145, 222, 300, 390)]
HEAD = (505, 0, 860, 26)
BLOCKS = [STRIPS[0], HEAD, LINES[0], *chain(*zip(STRIPS[1:], LINES[1:], strict=True))]
REACH = 12
SPREADS = (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4)
FOLLOWED = BLUE, ORANGE, GREEN, PURPLE
HEADS = "┃ mean", "▬ std", "●", "▲", "■", "◆"
ROWS = (
    "z: the values of one unit, for all samples of a batch",
    "z − μ: minus their mean",
    "ẑ = (z − μ) / √(σ² + ε): divided by their standard deviation",
    "γẑ + β: scaled and shifted as has been learned",
    "sigmoid(γẑ + β): what the activation makes of it",
)


@dataclass(frozen=True, eq=False)
class Result:
    """The values at every step, shape (m,), what comes out of a sigmoid, and the settings."""

    walk: Walk
    out: np.ndarray
    settings: dict


def steps(lang="en", **settings):
    """Take one batch through the four formulas, and slide γ, β, ε and the batch itself.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = steps(batch_size=2, seed=1)
    >>> print(panel)
    A batch of 2: mean μ 2.5, standard deviation σ 0.57. Normalized: mean 0, standard deviation 1. \
After γ = 1 and β = 0: mean 0, standard deviation 1. With two samples ẑ is −1 and 1, \
whatever the numbers were.
    >>> panel.close()
    """
    knobs = [
        float_slider("mean", "mean of z", "Mean of what the values are drawn from", -5, 5, 3, 0.1),
        slider("spread", "spread of z", "Standard deviation of what the values are drawn from",
               [float(s) for s in SPREADS], 1.5, "a number from 0 to 4", between(0, 4), 260),
        count_slider("batch_size", "batch size", "Samples in the batch", 1, 64, 32),
        float_slider("gamma", "γ", "Scale after normalizing; learned in training", -4, 4, 1, 0.05),
        float_slider("beta", "β", "Shift after normalizing; learned in training", -5, 5, 0, 0.05),
        int_slider("seed", "seed", "Another batch", 0, 20, 0),
        log_slider("eps", "ε", "Keeps the root from being 0", 1e-8, 1.0, 1e-5, 0.25),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        touch={"z": to_mean, "scaled": to_beta},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Draw the batch and normalize it."""
    drawn = (settings[name] for name in ("batch_size", "mean", "spread", "seed"))
    learned = (settings[name] for name in ("gamma", "beta", "eps"))
    walk = one_batch.walk(one_batch.skewed_batch(*drawn), *learned)
    return Result(walk, sigmoid(walk.scaled), settings)


def to_mean(touch):
    """Drag the whole batch along; the knob mean of z does the same."""
    return {"mean": touch.settings["mean"] + touch.x - touch.start[0]}


def to_beta(touch):
    """Drag what has been normalized along; the knob β does the same."""
    return {"beta": touch.settings["beta"] + touch.x - touch.start[0]}


def rows(result):
    """Return what the five rows show: the values, and where they stand on the axis."""
    walk = result.walk
    values = walk.z, walk.centered, walk.z_hat, walk.scaled, result.out
    return list(zip(values, (*values[:4], walk.scaled), strict=True))


def draw(figure):
    """Make the artists: strips on one axis below each other, and beside them a table."""
    bottoms = 0.815, 0.65, 0.485, 0.32, 0.105
    heights = 0.085, 0.085, 0.085, 0.085, 0.13
    strips = []
    for title, bottom, height in zip(ROWS, bottoms, heights, strict=True):
        axes = figure.add_axes([0.03, bottom, 0.545, height])
        axes.set(xlim=(-REACH, REACH), ylim=(0, 1), yticks=[], xticks=range(-REACH, REACH + 1, 2))
        axes.spines["left"].set_visible(False)
        axes.text(0, 1.12, title, transform=axes.transAxes, fontsize=NORMAL)
        axes.axvline(0, color=LIGHT, linewidth=1, zorder=0)
        strips.append(axes)
        if axes is not strips[0] and bottom > bottoms[-1]:
            axes.tick_params(labelbottom=False)
    strips[0].tick_params(labelbottom=False)
    strips[0].set_label("z")
    strips[3].set_label("scaled")
    grid = np.linspace(-REACH, REACH, 121)
    strips[-1].plot(grid, sigmoid(grid), color=GRAY, linewidth=1)
    strips[-1].set(ylim=(-0.08, 1.08), yticks=[0, 1])
    strips[-1].set_xlabel("value", labelpad=0)
    columns = 0.655, 0.725, 0.795, 0.86, 0.925, 0.99
    colors = BLACK, GRAY, *FOLLOWED
    return SimpleNamespace(
        heads=[words(strips[0], x, 0.965, transform=figure.transFigure, color=color,
                     fontsize=NORMAL, ha="right", va="top")
               for x, color in zip(columns, colors, strict=True)],
        pinned=[strip.plot([], [], "o", color=PINNED, ms=6, mfc="none", mew=0.9, clip_on=False)[0]
                for strip in strips],
        pinned_means=[strip.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0]
                      for strip in strips[:4]],
        pinned_text=words(strips[-1], 1, -0.64, transform=strips[-1].transAxes, color=PINNED,
                          fontsize=SMALL, ha="right"),
        bars=[strip.plot([], [], color=GRAY, linewidth=2.5, solid_capstyle="butt")[0]
              for strip in strips[:4]],
        means=[strip.plot([], [], color=BLACK, linewidth=1.6)[0] for strip in strips[:4]],
        dots=[strip.plot([], [], "o", color=GRAY, ms=4, mec="white", mew=0.5, clip_on=False)[0]
              for strip in strips],
        followed=[
            [strip.plot([], [], marker, color=color, ms=7, mec="white", clip_on=False)[0]
             for marker, color in zip("o^sD", FOLLOWED, strict=True)]
            for strip in strips
        ],
        beyond=[words(strip, 1, 1.12, transform=strip.transAxes, color=RED, fontsize=SMALL,
                      ha="right") for strip in strips],
        table=[
            [words(strip, x, bottom + height / 2, transform=figure.transFigure, color=color,
                   fontsize=NORMAL, ha="right", va="center")
             for x, color in zip(columns, colors, strict=True)]
            for strip, bottom, height in zip(strips, bottoms, heights, strict=True)
        ],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a batch."""
    m = len(result.walk.z)
    heights = heights_of(m)
    for k, text in enumerate(artists.heads):
        text.set_text(HEADS[k] if k < 2 + m else "")
    for row, (values, places) in enumerate(rows(result)):
        at = np.clip(places, -REACH, REACH)
        y = heights if row < 4 else values
        artists.dots[row].set_data(at[4:], y[4:])
        for i, dot in enumerate(artists.followed[row]):
            dot.set_data(at[i : i + 1], y[i : i + 1])
        outside = int(np.sum(np.abs(places) > REACH))
        artists.beyond[row].set_text(f"{outside} beyond this axis" if outside else "")
        mean, std = values.mean(), values.std()
        if row < 4:
            ends = np.clip([mean - std, mean + std], -REACH, REACH)
            artists.bars[row].set_data(ends, [0.5, 0.5])
            artists.means[row].set_data([np.clip(mean, -REACH, REACH)] * 2, [0, 1])
        numbers = mean, std, *values[:4]
        for k, text in enumerate(artists.table[row]):
            text.set_text(plain(numbers[k]) if k < len(numbers) else "")
    show_pinned(artists, pinned)


def heights_of(m):
    """Return where samples stand in a strip: in all strips alike, so that each can be followed."""
    return 0.12 + 0.76 * (np.arange(m) * 0.618 % 1)


def show_pinned(artists, pinned):
    """Draw a pinned batch as rings behind the present one, and its means as dashes."""
    for line in (*artists.pinned, *artists.pinned_means):
        line.set_data([], [])
    artists.pinned_text.set_text(f"○ {pinned.label}" if pinned else "")
    for row, (values, places) in enumerate(rows(pinned) if pinned else []):
        shown = np.abs(places) <= REACH
        y = heights_of(len(values)) if row < 4 else values
        artists.pinned[row].set_data(places[shown], y[shown])
        if row < 4 and abs(values.mean()) <= REACH:
            artists.pinned_means[row].set_data([values.mean()] * 2, [0, 1])


def plain(value):
    """Write a number with two digits after the point, or three where it is small.

    >>> [plain(x) for x in (-1.0, 0.0, 0.004, 1e-9)]
    ['−1.00', '0.00', '0.004', '0.00']
    """
    digits = 3 if 5e-4 < abs(value) < 0.05 else 2
    return fixed(value, digits)


def describe(result, moment):
    """Say what goes in and what comes out."""
    walk, knobs = result.walk, result.settings
    m = len(walk.z)
    parts = [
        f"A batch of {m}: mean μ {signed(walk.mean)}, standard deviation σ "
        f"{signed(np.sqrt(walk.var))}.",
        f"Normalized: {moments(walk.z_hat)}.",
        f"After γ = {signed(knobs['gamma'])} and β = {signed(knobs['beta'])}: "
        f"{moments(walk.scaled)}.",
    ]
    if m == 1:
        parts.append("A single sample is its own mean: ẑ is 0, whatever the number was.")
    elif walk.var == 0:
        parts.append("All values are the same: ẑ is 0, and only ε keeps it from being 0/0.")
    elif walk.z_hat.std() < 0.99:
        parts.append(
            f"ε = {short(knobs['eps'])} is not small beside σ² = {short(walk.var)}: the standard "
            "deviation falls short of 1."
        )
    elif m == 2:
        parts.append("With two samples ẑ is −1 and 1, whatever the numbers were.")
    if undone(result) and walk.var > 0:
        parts.append("γ and β undo the normalization: what comes out is what went in.")
    return " ".join(parts)


def undone(result):
    """Return whether γ and β restore the values, to within a tenth of their spread."""
    walk = result.walk
    return bool(np.abs(walk.scaled - walk.z).max() <= 0.1 * np.sqrt(walk.var))


def moments(values):
    return f"mean {signed(values.mean())}, standard deviation {signed(values.std())}"


def signed(value):
    """Write a number with two significant digits, a proper minus sign, and no -0."""
    text = f"{value:.2g}" if abs(value) >= 5e-4 else f"{value:.1g}"
    if abs(value) < 1e-9:
        return "0"
    return text.replace("-", "−")
