"""Panel B of lesson 11: L1 by the usual gradient step and by the proximal step, and the path."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons.experiments.regularization import linear
from lessons.numerals import count, short
from widgets.artists import words
from widgets.knobs import int_slider, log_slider
from widgets.marks import count_along
from widgets.panel import Panel
from widgets.style import BLUE, GRAY, LIGHT, NORMAL, ORANGE, PINNED, RED, SMALL
from widgets.touch import to_time

SIZE = 8.6, 4.0
BLOCKS = ((0, 0, 325, 400), (325, 0, 600, 400), (600, 0, 860, 400))
REACH = 2.6
# Of the descents only what is close to 0 is drawn.
CLOSE, GONE = 0.12, 10.0
# Sizes of weights; what is exactly 0 stands to the left of the broken axis.
SIZES, ZERO = (1e-6, 10.0), 1.6e-7
STEPS = {"usual step": linear.sign_step, "proximal step": linear.proximal_step}
COLORS = {"usual step": ORANGE, "proximal step": BLUE}
MARKERS = {
    "usual step": {"marker": "o", "color": ORANGE, "ls": "", "ms": 8, "mfc": "none", "mew": 1.6},
    "proximal step": {"marker": "D", "color": BLUE, "ls": "", "ms": 5, "mec": "white", "mew": 0.5},
}


@dataclass(frozen=True, eq=False)
class Result:
    """Descents with both kinds of step, and the regularization path of the same problem.

    Attributes: task; l1 λ; rate η; largest, the rate at which steps diverge; paths, by kind,
    (steps + 1, 20); lasso, (L, 20), the ends for all strengths.
    """

    task: linear.Problem
    l1: float
    rate: float
    largest: float
    paths: dict
    lasso: np.ndarray

    @property
    def outcome(self):
        usual, proximal = (exact_zeros(path[-1]) for path in self.paths.values())
        return f"exact zeros {usual} and {proximal}"


def zeros(lang="en", **settings):
    """Watch 20 weights under L1, and which become exactly 0 with which kind of step.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = zeros(l1=0.5)
    >>> panel.result.paths["usual step"].shape
    (301, 20)
    >>> panel.close()
    """
    knobs = [
        log_slider("l1", "strength λ", "How much the penalty counts",
                   linear.STRENGTHS[0], linear.STRENGTHS[-1], 0.4),
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-3, 1.0, 0.05, width=420),
        int_slider("steps", "steps", "How many updates to make", 10, 1000, 300),
        int_slider("seed", "seed", "Another draw of the data", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=lambda settings: settings["steps"], time_label="step",
        touch={"usual step": to_step, "proximal step": to_step_below, "lasso": to_strength},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Descend twice from the same weights."""
    task = linear.problem(settings["seed"])
    knobs = settings["l1"], settings["learning_rate"], settings["steps"]
    paths = {name: linear.descend(task, step, *knobs) for name, step in STEPS.items()}
    return Result(task, *knobs[:2], linear.largest_rate(task), paths, path_of(settings["seed"]))


@lru_cache(maxsize=32)
def path_of(seed):
    """Return the regularization path of a problem, (L, 20); only the seed changes it."""
    return linear.lasso(linear.problem(seed), linear.STRENGTHS)


def exact_zeros(w):
    """Count the weights that are 0, to the last bit."""
    return int(np.sum(w == 0))


# --- touch --------------------------------------------------------------------------------------


def to_step(touch):
    """Go to this step; the knob step does the same."""
    return to_time(touch)


def to_step_below(touch):
    """Go to this step of the proximal one; the knob step does the same."""
    return to_time(touch)


def to_strength(touch):
    """Go to this strength; the knob strength λ does the same."""
    return {"l1": touch.x}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the descents on the left, the sizes of all weights, the path."""
    descents = [figure.add_axes([0.05, bottom, 0.305, 0.315]) for bottom in (0.575, 0.115)]
    sizes = figure.add_axes([0.405, 0.115, 0.275, 0.735])
    lasso = figure.add_axes([0.75, 0.115, 0.235, 0.775])
    rows = [draw_descent(axes, name) for name, axes in zip(STEPS, descents, strict=True)]
    sizes.set(xscale="log", xlim=(7e-8, SIZES[1]), ylim=(linear.WEIGHTS - 0.4, -0.6), yticks=[],
              label="sizes", xticks=[ZERO, 1e-6, 1e-4, 1e-2, 1])  # fmt: skip
    sizes.set_xticklabels(["0", "$10^{-6}$", "$10^{-4}$", "0.01", "1"])
    sizes.minorticks_off()
    sizes.set_xlabel("size |w| of each weight", labelpad=0)
    sizes.axvline(4e-7, color=LIGHT, linewidth=1.2)
    lasso.set(xscale="log", xlim=(linear.STRENGTHS[0], linear.STRENGTHS[-1]),
              ylim=(-REACH, REACH), yticks=[-2, -1, 0, 1, 2], label="lasso")  # fmt: skip
    lasso.minorticks_off()
    lasso.set_title("Regularization path")
    lasso.set_xlabel("λ", labelpad=-1)
    lasso.axhline(0, color=LIGHT, linewidth=1, zorder=0)
    order = [*range(linear.COUNT, linear.WEIGHTS), *range(linear.COUNT)]
    return SimpleNamespace(
        rows=rows,
        swing=sizes.plot([], [], color=RED, linewidth=1.2, linestyle=(0, (4, 2)))[0],
        swing_text=words(sizes, 1e-2, -0.9, color=RED, fontsize=SMALL, ha="center"),
        sizes=[sizes.plot([], [], **MARKERS[name], zorder=4)[0] for name in STEPS],
        tally=[
            words(sizes, 0, y, transform=sizes.transAxes, color=COLORS[name], fontsize=NORMAL)
            for name, y in zip(STEPS, (1.13, 1.065), strict=True)
        ],
        now=lasso.axvline(1, color=GRAY, linewidth=0.8),
        lasso=[lasso.plot([], [], color=color_of(k), linewidth=width_of(k))[0] for k in order],
        order=order,
        pinned=lasso.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0],
        pinned_text=words(lasso, 0.98, 0.97, transform=lasso.transAxes, color=PINNED,
                          fontsize=SMALL, ha="right", va="top", ground="white"),
    )  # fmt: skip


def color_of(weight):
    """Return the color of a weight: the five that made the data stand out."""
    return BLUE if weight < linear.COUNT else GRAY


def width_of(weight):
    return 1.6 if weight < linear.COUNT else 1.1


def draw_descent(axes, name):
    """Make the artists of one descent: 20 weights against steps."""
    axes.set(ylim=(-CLOSE, CLOSE), yticks=[-0.1, 0, 0.1], label=name)
    axes.set_title(f"Close to 0, {name}")
    axes.title.set_color("#85540a" if name == "usual step" else BLUE)
    axes.axhline(0, color=LIGHT, linewidth=1, zorder=0)
    count_along(axes)
    axes.set_xlabel("steps", labelpad=0)
    lines = [
        axes.plot([], [], color=color_of(k), linewidth=width_of(k))[0]
        for k in reversed(range(linear.WEIGHTS))
    ]
    return SimpleNamespace(
        lines=lines,
        now=axes.axvline(0, color=GRAY, linewidth=0.9, clip_on=False),
        still=SimpleNamespace(axes=axes),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to both descents, as they are after some steps."""
    for k, (name, path) in enumerate(result.paths.items()):
        show_descent(artists.rows[k], path, moment)
        now = np.abs(path[moment])
        shown = np.where(now == 0, ZERO, np.clip(np.nan_to_num(now, nan=np.inf), *SIZES))
        artists.sizes[k].set_data(shown, np.arange(linear.WEIGHTS))
        artists.tally[k].set_text(
            f"{name}: {exact_zeros(path[moment])} of {linear.WEIGHTS} exactly 0"
        )
    swing = result.rate * result.l1
    artists.swing.set_data([swing, swing], [-0.6, linear.WEIGHTS])
    artists.swing_text.set_text("ηλ")
    artists.swing_text.set_position((swing, -0.85))
    artists.now.set_xdata([result.l1] * 2)
    for k, line in zip(artists.order, artists.lasso, strict=True):
        line.set_data(linear.STRENGTHS, result.lasso[:, k])
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text(pinned.label if pinned else "")
    if pinned:
        artists.pinned.set_data([pinned.l1] * 2, [-REACH, REACH])


def show_descent(row, path, moment):
    """Draw all weights up to the step that is shown."""
    if row.still.axes.get_xlim() != (0, len(path) - 1):
        row.still.axes.set_xlim(0, len(path) - 1)
    row.now.set_xdata([moment, moment])
    # What diverges swings ever farther; what has left for good need not be drawn.
    shown = np.where(np.abs(path[: moment + 1]) < GONE, path[: moment + 1], np.nan)
    for k, line in zip(reversed(range(linear.WEIGHTS)), row.lines, strict=True):
        line.set_data(np.arange(moment + 1), shown[:, k])


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how many weights are 0 with either step, and how far the others swing."""
    usual, proximal = (path[moment] for path in result.paths.values())
    heading = f"λ = {short(result.l1)}, learning rate {short(result.rate)}, {count(moment)} steps."
    if not np.isfinite(usual).all() or result.rate > result.largest:
        return (
            f"{heading} Beyond 2/{short(2 / result.largest)} = {short(result.largest)} both kinds "
            "of step diverge: the loss is too steep for them."
        )
    swing = result.l1 * result.rate
    near = int(np.sum(np.abs(usual) <= 2 * swing))
    return (
        f"{heading} Exactly 0 with the usual step: {exact_zeros(usual)} of {linear.WEIGHTS} "
        f"weights; within 2ηλ = {short(2 * swing)} of 0: {near}. Exactly 0 with the proximal step: "
        f"{exact_zeros(proximal)}; at the end of all steps it would be {at_the_end(result)}."
    )


def at_the_end(result):
    """Count the exact zeros of the lasso at this strength."""
    return exact_zeros(linear.lasso(result.task, [result.l1])[0])


def brief(result, moment):
    """Say only the exact zeros: how far the others swing depends on the last digits."""
    usual, proximal = (exact_zeros(path[moment]) for path in result.paths.values())
    return (
        f"λ = {short(result.l1)}, learning rate {short(result.rate)}, {count(moment)} steps. "
        f"Exactly 0 of {linear.WEIGHTS} weights: {usual} with the usual step, {proximal} with the "
        "proximal step."
    )
