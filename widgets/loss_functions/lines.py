"""Panel A of lesson 05: three losses, three lines, and how hard every sample pulls."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons.experiments.loss_functions.fits import (
    NAMES,
    fit_constant,
    fit_lines,
    loss_and_pull,
)
from lessons.experiments.loss_functions.samples import (
    TRUTHS,
    Samples,
    distance,
    draw_samples,
)
from lessons.numerals import count, fixed, short
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import choice, float_slider, int_slider, log_slider
from widgets.loss_functions.names import COLORS, SHORT
from widgets.loss_functions.pulls import draw_pulls, update_pulls
from widgets.panel import Panel
from widgets.style import BLACK, GRAY, PINNED, SMALL

SIZE = 8.6, 4.6
BLOCKS = ((38, 0, 388, 104), (0, 104, 520, 460), (520, 0, 860, 460))
SAMPLES = 24
X, Y = (-2.5, 7.5), (-6.0, 11.0)
# Of the table above the samples, in parts of the figure: the first column begins, others end.
COLUMNS = 0.05, 0.21, 0.325, 0.44
STYLES = {"mse": "-", "mae": (0, (6, 1.5)), "huber": (0, (2, 1))}


@dataclass(frozen=True, eq=False)
class Result:
    """Samples, the best line of each loss, and the settings."""

    samples: Samples
    lines: dict
    settings: dict

    def off(self, name):
        """Return how far the line of a loss is from the truth."""
        return distance(self.lines[name], self.settings["model"])

    def above(self, name):
        """Return how far all samples lie above the line of a loss."""
        return self.samples.y - self.lines[name].at(self.samples.x)

    @property
    def outcome(self):
        return "off by " + ", ".join(f"{SHORT[name]} {short(self.off(name))}" for name in NAMES)


def lines(lang="en", **settings):
    """Fit the same samples by three losses, each to its minimum, and drag the outliers.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = lines(outliers=0)
    >>> print(panel)
    24 samples on a line, no outliers. Off the true line: MSE 0.077, MAE 0.047, Huber 0.077.
    >>> panel.close()
    """
    knobs = [
        float_slider("out", "how far out", "How far up the outliers are moved; below 0, down",
                     -5, 8, 6.0, 0.25, width=420),
        int_slider("outliers", "outliers", f"How many of the {SAMPLES} samples are moved",
                   0, 12, 3, width=300),
        log_slider("delta", "Huber's δ", "Where Huber's loss goes over from a square to a line",
                   0.01, 100, 1.0, 0.1, width=420),
        float_slider("aside", "aside", "How far to the right the outliers are moved",
                     0, 6, 0.0, 0.25, width=300),
        choice("model", "model", "What is fitted", {"a line": "line", "a constant": "constant"},
               "line"),
        int_slider("seed", "seed", "Another draw of the samples", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        touch={"samples": drag}, blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Draw the samples and find the minimum of every loss."""
    names = "model", "outliers", "out", "aside", "seed"
    model, *moves = (settings[name] for name in names)
    samples = draw_samples(model, SAMPLES, *moves)
    if model == "constant":
        return Result(samples, fit_constant(samples.y, settings["delta"]), settings)
    return Result(samples, fit_lines(samples.x, samples.y, settings["delta"]), settings)


def drag(touch):
    """Drag the outliers, all at once; the knobs how far out, aside do the same."""
    return {
        "out": touch.settings["out"] + touch.y - touch.start[1],
        "aside": touch.settings["aside"] + touch.x - touch.start[0],
    }


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: samples with three lines, a table above, losses and pulls beside."""
    axes = figure.add_axes([0.05, 0.1, 0.535, 0.66])
    axes.set(xlim=X, ylim=Y, yticks=range(-4, 11, 2), xticks=range(-2, 8, 2), label="samples")
    axes.set_xlabel("x", labelpad=0)
    axes.set_ylabel("y", labelpad=-4)

    def text(column, row, color=BLACK, **style):
        x, y = COLUMNS[column], 0.965 - 0.043 * row
        return words(axes, x, y, transform=figure.transFigure, color=color, fontsize=SMALL,
                     va="top", ha="left" if column == 0 else "right", **style)  # fmt: skip

    for column, head in enumerate(("minimum of", "the line", "off the true one",
                                   "an outlier's pull")):  # fmt: skip
        text(column, 0, GRAY).set_text(head)
    pinned = [axes.plot([], [], color=PINNED, linewidth=1.2, linestyle=STYLES[name])[0]
              for name in NAMES]  # fmt: skip
    drawn = [axes.plot([], [], color=COLORS[name], linestyle=STYLES[name], zorder=3)[0]
             for name in NAMES]  # fmt: skip
    return SimpleNamespace(
        truth=axes.plot([], [], color=GRAY, linewidth=1)[0],
        pinned=pinned, lines=drawn, exits=draw_exits(axes, drawn, values=False),
        samples=axes.plot([], [], "o", color=BLACK, ms=4.5, mec="white", mew=0.6, zorder=4)[0],
        outliers=axes.plot([], [], "D", color=BLACK, ms=6.5, mec="white", mew=0.8, zorder=5)[0],
        beyond=axes.plot([], [], "^", color=BLACK, ms=6.5, mec="white", mew=0.8, clip_on=False,
                         zorder=5)[0],
        names=[text(0, k + 1, COLORS[name], fontweight="bold") for k, name in enumerate(NAMES)],
        table=[[text(column, k + 1, COLORS[name]) for column in (1, 2, 3)]
               for k, name in enumerate(NAMES)],
        key=words(axes, 0.02, 0.975, transform=axes.transAxes, color=GRAY, fontsize=SMALL,
                  va="top"),
        pinned_text=words(axes, 0.98, 0.03, transform=axes.transAxes, color=PINNED,
                          fontsize=SMALL, ha="right"),
        pulls=draw_pulls(figure),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the samples and their lines."""
    x, y, moved = result.samples
    inside = (Y[0] < y) & (y < Y[1]) & (x < X[1])
    artists.samples.set_data(x[~moved], y[~moved])
    artists.outliers.set_data(x[moved & inside], y[moved & inside])
    outside = moved & ~inside
    artists.beyond.set_data(np.minimum(x[outside], X[1]), np.clip(y[outside], *Y))
    artists.truth.set_data(X, TRUTHS[result.settings["model"]].at(X))
    for k, name in enumerate(NAMES):
        line = result.lines[name]
        show_curve(artists.lines[k], np.array(X), line.at(X))
        artists.names[k].set_text(SHORT[name])
        for cell, told in zip(artists.table[k], row(result, name), strict=True):
            cell.set_text(told)
        artists.pinned[k].set_data(([], []) if not pinned else (X, pinned.lines[name].at(X)))
    show_exits(artists.exits, artists.lines)
    outliers = "   ◆ outliers: drag them" if moved.any() else ""
    artists.key.set_text(f"thin gray: the truth{outliers}")
    artists.pinned_text.set_text(pinned.label if pinned else "")
    update_pulls(artists.pulls, result)


def row(result, name):
    """Return what the table says of a loss: its line, how far it is off, an outlier's pull."""
    line, moved = result.lines[name], result.samples.moved
    pull = loss_and_pull(name, result.above(name), result.settings["delta"])[1][moved]
    slope = f"{fixed(line.slope, 2)}·x {'−' if line.offset < 0 else '+'} "
    equation = slope if result.settings["model"] == "line" else ""
    offset = fixed(abs(line.offset) if equation else line.offset, 2)
    return (
        f"{equation}{offset}", fixed(result.off(name), 2),
        fixed(pull.mean(), 2) if len(pull) else "–",
    )  # fmt: skip


def describe(result, moment):
    """Say what was fitted, and how far each loss's answer is from the truth."""
    knobs = result.settings
    n, what = knobs["outliers"], "on a line" if knobs["model"] == "line" else "of one quantity"
    parts = [f"{count(SAMPLES)} samples {what}, {outliers_in_words(knobs)}."]
    offs = ", ".join(f"{SHORT[name]} {short(result.off(name))}" for name in NAMES)
    parts.append(f"Off the true {knobs['model']}: {offs}.")
    if n:
        pulls = ", ".join(f"{SHORT[name]} {row(result, name)[2]}" for name in NAMES)
        parts.append(f"Mean pull of an outlier: {pulls}.")
    return " ".join(parts)


def outliers_in_words(knobs):
    """Say how many outliers there are, and where."""
    n, out, aside = knobs["outliers"], knobs["out"], knobs["aside"]
    if n == 0:
        return "no outliers"
    where = [f"{short(abs(out))} {'up' if out > 0 else 'down'}"] if out else []
    where += [f"{short(aside)} to the right"] if aside else []
    return f"{n} of them moved {' and '.join(where) or 'by nothing'}"
