"""Panel D of lesson 11: every regularizer at every strength, and at its best, seed by seed."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons.experiments.regularization import strengths as table
from lessons.experiments.regularization.strengths import KINDS, NONE, STOPPING, STRENGTHS
from lessons.numerals import short
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import choice
from widgets.panel import Panel
from widgets.style import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    NORMAL,
    ORANGE,
    PINNED,
    PURPLE,
    RED,
    SMALL,
)

SIZE = 8.6, 4.2
BLOCKS = ((0, 0, 450, 420), (450, 0, 860, 420))
COLORS = {
    "L2": BLUE, "L1": PURPLE, "dropout": GREEN, "input noise": ORANGE, STOPPING: RED, NONE: BLACK,
}  # fmt: skip
LETTERS = {"L2": "λ", "L1": "λ", "dropout": "p", "input noise": "s"}
LOSSES = 0.05, 1.0
# Losses as shares of those that they are compared with.
SHARES = 0.4, 2.5


@dataclass(frozen=True, eq=False)
class Result:
    """What is stored of a task, and with what to compare.

    Attributes: task; made, a Comparison; against, the kind that the others are compared with.
    """

    task: str
    made: table.Comparison
    against: str

    @property
    def rows(self):
        """The kinds that are compared: all but the one that they are compared with."""
        return [kind for kind in KINDS if kind != self.against]

    @property
    def outcome(self):
        return f"{winner(self)} lowest"


def strengths(lang="en", **settings):
    """Compare four regularizers at all strengths, and at their best with none and stopping early.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = strengths(task="digits")
    >>> panel.result.against
    'none'
    >>> panel.close()
    """
    knobs = [
        choice("task", "data", "What the network has to learn", list(table.TASKS),
               "moons, noise 0.5", width=260),
        choice("against", "compare with", "Whose loss on the same samples counts as 1",
               [NONE, STOPPING], NONE, width=260),
    ]  # fmt: skip
    return Panel(knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
                 blocks=BLOCKS)  # fmt: skip


def compute(settings, progress):
    """Look up what is stored."""
    return Result(settings["task"], kept(settings["task"]), settings["against"])


@lru_cache(maxsize=4)
def kept(task):
    """Return the table of a task, read once."""
    return table.stored(task)


def shares(result, kind):
    """Return the losses of a kind as shares of those that they are compared with, (20,)."""
    return result.made.comparing[kind] / result.made.comparing[result.against]


def winner(result):
    """Return the kind with the lowest median over the seeds that chose nothing."""
    return min(KINDS, key=lambda kind: np.median(result.made.comparing[kind]))


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: on the left loss against strength, on the right seed by seed."""
    corners = [(left, bottom) for bottom in (0.545, 0.12) for left in (0.055, 0.29)]
    plots = [
        draw_plot(figure.add_axes([*corner, 0.185, 0.275]), kind)
        for kind, corner in zip(STRENGTHS, corners, strict=True)
    ]
    first = figure.axes[0]
    first.text(0, 1.38, "Loss on unseen samples against the strength", fontsize=NORMAL,
               transform=first.transAxes)  # fmt: skip
    first.text(0, 1.24, "┄ without any    ● chosen", fontsize=SMALL, transform=first.transAxes)
    pairs = figure.add_axes([0.655, 0.12, 0.225, 0.7])
    pairs.set(xscale="log", xlim=SHARES, ylim=(len(KINDS) - 1.4, -0.6), yticks=[],
              xticks=[0.5, 1, 2], label="pairs")  # fmt: skip
    pairs.set_xticklabels(["½", "1", "2"])
    pairs.minorticks_off()
    pairs.set_xlabel("loss, as a share of it", labelpad=1)
    pairs.axvline(1, color=GRAY, linewidth=0.9, zorder=0)
    pairs.spines["left"].set_visible(False)
    rows = [
        SimpleNamespace(
            dots=pairs.plot([], [], "o", color=BLACK, ms=4, mec="white", mew=0.4)[0],
            median=pairs.plot([], [], "|", color=BLACK, ms=20, mew=2.6, zorder=5)[0],
            name=words(pairs, -0.04, k, transform=pairs.get_yaxis_transform(), ha="right",
                       fontsize=NORMAL, va="center"),
            tally=words(pairs, 1.05, k, transform=pairs.get_yaxis_transform(), fontsize=SMALL,
                        va="center"),
        )
        for k in range(len(KINDS) - 1)
    ]  # fmt: skip
    return SimpleNamespace(
        plots=plots, rows=rows,
        heading=words(pairs, -0.4, 1.135, transform=pairs.transAxes, fontsize=NORMAL),
        lower=words(pairs, 1.05, 1.03, "lower", transform=pairs.transAxes, fontsize=SMALL,
                    color=GRAY),
        pinned_text=words(pairs, -0.4, 1.04, transform=pairs.transAxes, fontsize=SMALL,
                          color=PINNED),
    )  # fmt: skip


def draw_plot(axes, kind):
    """Make the artists of one regularizer: median and quartiles at every strength."""
    values = STRENGTHS[kind]
    axes.set(xscale="log", yscale="log", ylim=LOSSES, label=kind,
             xlim=(values[0] / 1.4, values[-1] * 1.4), yticks=[0.1, 0.3, 1],
             xticks=[values[0], values[3], values[-1]])  # fmt: skip
    axes.set_xticklabels([short(value) for value in (values[0], values[3], values[-1])])
    axes.set_yticklabels(["0.1", "0.3", "1"])
    axes.minorticks_off()
    axes.set_title(f"{kind}, {LETTERS[kind]}")
    color = COLORS[kind]
    curve = axes.plot([], [], color=color, linewidth=1.8)[0]
    quartiles = [axes.plot([], [], color=color, linewidth=0.8)[0] for _ in range(2)]
    return SimpleNamespace(
        plain=axes.plot([], [], color=BLACK, linewidth=1, linestyle=(0, (2, 2)))[0],
        pinned=axes.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (4, 2)))[0],
        curve=curve, quartiles=quartiles,
        exits=draw_exits(axes, [curve], values=False),
        chosen=axes.plot([], [], "o", color=color, ms=7, mec="white", zorder=5)[0],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a task."""
    for kind, plot in zip(STRENGTHS, artists.plots, strict=True):
        low, middle, high = curve_of(result, kind)
        show_curve(plot.curve, STRENGTHS[kind], middle)
        for line, values in zip(plot.quartiles, (low, high), strict=True):
            show_curve(line, STRENGTHS[kind], values)
        plain = np.median(result.made.choosing[NONE, 0.0])
        ends = np.array(STRENGTHS[kind])[[0, -1]]
        plot.plain.set_data(ends, [plain, plain])
        best = result.made.best(kind)
        plot.chosen.set_data([best], [middle[STRENGTHS[kind].index(best)]])
        plot.pinned.set_data([], [])
        if pinned:
            show_curve(plot.pinned, STRENGTHS[kind], curve_of(pinned, kind)[1])
        show_exits(plot.exits, [plot.curve])
    for k, (row, kind) in enumerate(zip(artists.rows, result.rows, strict=True)):
        show_row(row, result, kind, k)
    artists.heading.set_text(f"20 other draws, each one's loss with {result.against} is 1")
    artists.pinned_text.set_text(pinned.label if pinned else "")


def curve_of(result, kind):
    """Return quartiles and median at every strength, over the seeds that chose: (3, 6)."""
    made = [result.made.choosing[kind, strength] for strength in STRENGTHS[kind]]
    return np.quantile(made, (0.25, 0.5, 0.75), axis=1)


def show_row(row, result, kind, k):
    """Show a kind seed by seed; what lies beyond the axis stands at its edge as an arrow."""
    found = shares(result, kind)
    inside = (found >= SHARES[0]) & (found <= SHARES[1])
    heights = k + 0.22 * np.sin(2.4 * np.arange(len(found)))
    row.dots.set_data(found[inside], heights[inside])
    row.dots.set_color(COLORS[kind])
    row.median.set_data([np.median(found)], [k])
    row.median.set_color(COLORS[kind])
    row.name.set_text(kind)
    row.name.set_color(COLORS[kind])
    beyond = len(found) - int(inside.sum())
    more = f"\n{beyond} beyond" if beyond else ""
    row.tally.set_text(f"{result.made.better(kind, result.against)} of {len(found)}{more}")
    row.tally.set_color(COLORS[kind])


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how every kind ends at its chosen strength, and how often below the other."""
    parts = []
    for kind in result.rows:
        middle = short(np.median(result.made.comparing[kind]))
        wins = result.made.better(kind, result.against)
        strength = f" {short(result.made.best(kind))}" if kind in STRENGTHS else ""
        parts.append(f"{kind}{strength}: {middle}, lower in {wins}")
    base = short(np.median(result.made.comparing[result.against]))
    return (
        f"{result.task}: median loss on unseen samples with {result.against} {base}. Of 20 draws, "
        f"with the same samples for all: {'; '.join(parts)}."
    )
