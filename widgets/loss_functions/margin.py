"""Panel B of lesson 05: one unit that is wrong, and what each loss does about it."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons.experiments.loss_functions.margins import (
    OPTIMIZERS,
    PULLS,
    losses_at,
    updates_until_right,
)
from lessons.numerals import count, fixed, number, short
from widgets.artists import words
from widgets.edges import show_curve
from widgets.knobs import choice, float_slider, log_slider
from widgets.loss_functions.names import COLORS, SHORT
from widgets.panel import Panel
from widgets.style import BLACK, GRAY, LIGHT, PINNED, SMALL

SIZE = 8.6, 4.2
BLOCKS = ((0, 0, 395, 206), (0, 206, 395, 420), (445, 0, 790, 96), (395, 96, 860, 420))
NAMES = tuple(PULLS)
Z, HEIGHTS = (-8.0, 8.0), (-9.0, 12.0)
UPDATES = 2000
GRID = np.linspace(*Z, 321)
LOSSES = losses_at(GRID)
STEPS = {"cross_entropy": "-", "hinge": (0, (6, 1.5)), "brier": "-", "zero_one": (0, (2, 1))}
# Of the table, in parts of the figure: the first column begins, the others end.
COLUMNS = 0.525, 0.695, 0.775, 0.905


@dataclass(frozen=True, eq=False)
class Result:
    """Losses and pulls at one score, and where training leads from there."""

    losses: dict
    pulls: dict
    paths: dict
    settings: dict

    def right_after(self, name):
        """Return after how many updates of this loss the answer is right, or None."""
        return updates_until_right(self.paths[name])

    @property
    def outcome(self):
        return "right after " + ", ".join(f"{SHORT[name]} {when(self, name)}" for name in NAMES)


def margin(lang="en", **settings):
    """Slide the score of one unit whose right answer is 1, and train it from there by each loss.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = margin(z=-2.0)
    >>> print(panel)
    Target 1, score z = −2, so σ(z) = 0.12. Pull: cross-entropy 0.88, hinge 1, squared error 0.18, \
0/1 loss 0. Right after so many updates: cross-entropy 3, hinge 3, squared error 8, 0/1 loss \
never. The 0/1 loss is flat on both sides of 0, so its updates are 0.
    >>> panel.close()
    """
    knobs = [
        float_slider("z", "z", "Score of the unit; its right answer is 1, so it should be above 0",
                     *Z, -5.0, 0.1, width=600),
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   0.01, 10, 1.0, 0.1, width=420),
        choice("optimizer", "optimizer", "How a pull becomes a step",
               {"plain SGD": "sgd", "Adam": "adam"}, "sgd"),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        touch={"loss": to_z, "pull": to_z, "path": to_start}, blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Train the unit by each loss, from the score on."""
    z, train = settings["z"], OPTIMIZERS[settings["optimizer"]]
    losses = {name: float(loss[0]) for name, loss in losses_at(np.array([z])).items()}
    pulls = {name: pull(z) for name, pull in PULLS.items()}
    paths = {
        name: np.array(train(pull, z, settings["learning_rate"], UPDATES))
        for name, pull in PULLS.items()
    }
    return Result(losses, pulls, paths, settings)


def to_z(touch):
    """Drag the score; the knob z does the same."""
    return {"z": touch.x}


def to_start(touch):
    """Drag the start up and down; the knob z does the same."""
    return {"z": touch.settings["z"] + touch.y - touch.start[1]}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: loss and pull against the score, and the score against updates."""
    loss = figure.add_axes([0.05, 0.55, 0.39, 0.38])
    pull = figure.add_axes([0.05, 0.105, 0.39, 0.33])
    path = figure.add_axes([0.525, 0.105, 0.46, 0.58])
    loss.set(xlim=Z, ylim=(0, 9.4), title="Loss", label="loss")
    pull.set(xlim=Z, ylim=(-0.06, 1.12), yticks=[0, 0.5, 1], label="pull",
             title="Pull towards the right side")  # fmt: skip
    pull.set_xlabel("score z: above 0 the answer is right", labelpad=0)
    path.set(ylim=HEIGHTS, yticks=range(-8, 13, 4), label="path",
             title="The score as the unit is trained")  # fmt: skip
    path.set_xscale("symlog", linthresh=1, linscale=0.3)
    path.set(xlim=(0, UPDATES), xticks=[0, 1, 10, 100, 1000],
             xticklabels=["0", "1", "10", "100", "1,000"])  # fmt: skip
    path.minorticks_off()
    path.set_xlabel("updates", labelpad=0)
    for axes in (loss, pull):
        axes.axvline(0, color=LIGHT, linewidth=0.8, zorder=0)
    path.axhline(0, color=GRAY, linewidth=0.8)
    for name in NAMES:
        loss.plot(GRID, LOSSES[name], color=COLORS[name], linestyle=STEPS[name])
        pull.plot(GRID, [PULLS[name](z) for z in GRID], color=COLORS[name], linestyle=STEPS[name])
    return SimpleNamespace(
        now=[axes.plot([], [], color=GRAY, linewidth=0.8)[0] for axes in (loss, pull)],
        dots=[
            [axes.plot([], [], "o", color=COLORS[name], ms=7, mec="white", clip_on=False)[0]
             for name in NAMES]
            for axes in (loss, pull)
        ],
        pinned=[path.plot([], [], color=PINNED, linewidth=1.2, linestyle=STEPS[name])[0]
                for name in NAMES],
        paths=[path.plot([], [], color=COLORS[name], linestyle=STEPS[name])[0] for name in NAMES],
        start=path.plot([], [], "o", color=BLACK, ms=8, mec="white", clip_on=False, zorder=5)[0],
        table=draw_table(figure, path),
        pinned_text=words(path, 0.98, 0.03, transform=path.transAxes, color=PINNED,
                          fontsize=SMALL, ha="right"),
    )  # fmt: skip


def draw_table(figure, axes):
    """Make a table: a row for each loss, with loss, pull, and how long until the answer is right.

    Returns: rows of three words that change.
    """

    def text(column, row, told="", color=GRAY, **style):
        x, y = COLUMNS[column], 0.975 - 0.045 * row
        return words(axes, x, y, told, transform=figure.transFigure, color=color, fontsize=SMALL,
                     va="top", ha="left" if column == 0 else "right", **style)  # fmt: skip

    for column, head in enumerate(("at this z", "loss", "pull", "right after")):
        text(column, 0, head)
    rows = []
    for k, name in enumerate(NAMES, 1):
        text(0, k, SHORT[name], COLORS[name], fontweight="bold")
        rows.append([text(column, k, color=COLORS[name]) for column in (1, 2, 3)])
    return rows


def update(artists, result, moment, pinned):
    """Move the artists to a score."""
    z = result.settings["z"]
    for line, dots, values in zip(
        artists.now, artists.dots, (result.losses, result.pulls), strict=True
    ):
        line.set_data([z, z], line.axes.get_ylim())
        for dot, name in zip(dots, NAMES, strict=True):
            dot.set_data([z], [values[name]])
    artists.start.set_data([0], [z])
    shown = np.arange(UPDATES + 1)
    for k, name in enumerate(NAMES):
        show_curve(artists.paths[k], shown, result.paths[name])
        show_curve(artists.pinned[k], *((shown, pinned.paths[name]) if pinned else ([], [])))
        n = result.right_after(name)
        updates = f"{when(result, name)} update{'' if n == 1 else 's'}" if n else when(result, name)
        told = fixed(result.losses[name], 2), fixed(result.pulls[name], 4), updates
        for cell, text in zip(artists.table[k], told, strict=True):
            cell.set_text(text)
    artists.pinned_text.set_text(pinned.label if pinned else "")


def when(result, name):
    """Say after how many updates the answer is right."""
    n = result.right_after(name)
    if n is not None:
        return count(n) if n else "at once"
    return "never" if result.pulls[name] == 0 else f"> {count(UPDATES)}"


def describe(result, moment):
    """Say how hard each loss pulls, and how long each takes until the answer is right."""
    z = result.settings["z"]
    pulls = ", ".join(f"{SHORT[name]} {short(result.pulls[name])}" for name in NAMES)
    updates = ", ".join(f"{SHORT[name]} {when(result, name)}" for name in NAMES)
    parts = [
        f"Target 1, score z = {number(z, 3)}, so σ(z) = {short(1 / (1 + np.exp(-z)))}.",
        f"Pull: {pulls}.",
    ]
    if z > 0:
        parts.append("The answer is right already.")
    else:
        parts.append(f"Right after so many updates: {updates}.")
    parts.append("The 0/1 loss is flat on both sides of 0, so its updates are 0.")
    return " ".join(parts)
