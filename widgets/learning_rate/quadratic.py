"""Panel A of lesson 03: steps in a valley whose curvature is known."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons.experiments.learning_rate import quadratic
from lessons.numerals import number, short
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import float_slider, int_slider, log_slider
from widgets.marks import count_along, move_ruler, ruler
from widgets.panel import Panel
from widgets.style import BLACK, GRAY, HERE, LIGHT, MINIMUM, PATH, PINNED, RED, SMALL
from widgets.touch import to_time

SIZE = 8.6, 3.7
BLOCKS = ((0, 0, 255, 304), (255, 0, 535, 304), (535, 0, 860, 304), (0, 304, 860, 388))
RATES = 1e-3, 10.0
# Where the path starts at first; the lines of equal loss are those of its loss.
START = np.array([1.0, 0.7])
SPAN = 1.25
LOSSES = 1e-8, 1e8


@dataclass(frozen=True, eq=False)
class Result:
    """A path of steps, the rate and the curvatures that made it, and the loss at each point."""

    rate: float
    curvatures: np.ndarray
    path: np.ndarray
    losses: np.ndarray


def valley(lang="en", **settings):
    """Slide the learning rate on a quadratic valley, where the largest stable rate is known.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = valley(learning_rate=0.25, curvature=10)
    >>> print(panel)
    Learning rate 0.25, curvatures 1 and 10: stable below 2/10 = 0.2. Every step multiplies w1 by \
0.75 and w2 by −1.5. After 30 steps the loss is 9e10: it diverges, along w2.
    >>> panel.close()
    """
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   *RATES, 0.15, 0.01),
        float_slider("curvature", "curvature λ", "How steep the valley is across; along it, 1",
                     1, 50, 10, 0.5),
        int_slider("steps", "steps", "How many updates to make", 1, 200, 30),
        *(float_slider(f"start_{name}", f"start {name}", "Where the path starts",
                       -SPAN, SPAN, first, 0.05, width=360)
          for name, first in zip(("w1", "w2"), START.tolist(), strict=True)),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        steps=lambda settings: settings["steps"], time_label="step",
        touch={"across": to_start_across, "above": to_start, "losses": to_step},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Take all steps."""
    curvatures = np.array([1.0, settings["curvature"]])
    start = settings["start_w1"], settings["start_w2"]
    # Far beyond the bound the numbers end; the words say so, and NumPy need not.
    with np.errstate(over="ignore", invalid="ignore"):
        path = quadratic.descend(start, curvatures, settings["learning_rate"], settings["steps"])
        losses = quadratic.loss(path, curvatures)
    return Result(settings["learning_rate"], curvatures, path, losses)


# --- touch --------------------------------------------------------------------------------------


def to_start(touch):
    """Drag the start of the path; the knobs start w1, start w2 do the same."""
    return {"start_w1": touch.x, "start_w2": touch.y}


def to_start_across(touch):
    """Drag the start of the path across the valley; the knob start w2 does the same."""
    return {"start_w2": touch.x}


def to_step(touch):
    """Go to this step; the knob step does the same."""
    return to_time(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: a section across the valley, the valley from above, loss, and rates."""
    across = figure.add_axes([0.05, 0.27, 0.235, 0.635])
    above = figure.add_axes([0.335, 0.27, 0.273, 0.635])
    losses = figure.add_axes([0.70, 0.27, 0.285, 0.635])
    rates = figure.add_axes([0.05, 0.125, 0.935, 0.033])

    across.set(xlim=(-SPAN, SPAN), xticks=[-1, 0, 1])
    across.set_title("Loss across the valley")
    across.set_xlabel("w2", labelpad=1)

    above.set(xlim=(-SPAN, SPAN), ylim=(-SPAN, SPAN), yticks=[-1, 0, 1], xticks=[-1, 0, 1])
    above.set_title("From above: lines of equal loss")
    above.set_xlabel("w1", labelpad=1)
    above.set_ylabel("w2", labelpad=-6)
    above.plot(0, 0, "+", color=MINIMUM, ms=10, mew=2)

    losses.set(yscale="log", ylim=LOSSES, title="Loss after each step")
    losses.set_xlabel("steps", labelpad=1)
    count_along(losses)
    losses.grid(axis="y", color=LIGHT, linewidth=0.6)
    for axes, label in ((across, "across"), (above, "above"), (losses, "losses")):
        axes.set_label(label)

    def path(axes, color=PATH):
        return axes.plot([], [], "o-", color=color, ms=3.5, linewidth=1.1)[0]

    way = path(losses)
    pinned = losses.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))[0]
    return SimpleNamespace(
        sections=[
            across.plot([], [], color=GRAY, linewidth=width, label=label)[0]
            for width, label in ((0.8, "along"), (1.4, "across"))
        ],
        along_text=words(across, -1.2, 0, color=GRAY, fontsize=SMALL),
        contours=[above.plot([], [], color=GRAY, linewidth=0.8)[0] for _ in range(6)],
        paths=[path(across), path(above), way],
        heads=[
            axes.plot([], [], "o", color=HERE, ms=9, mec="white", clip_on=clip, zorder=5)[0]
            for axes, clip in ((across, True), (above, True), (losses, False))
        ],
        gone=[
            words(
                axes, 0.5, 0.9, transform=axes.transAxes, color=RED, fontsize=SMALL, ha="center",
                ground="white",
            )
            for axes in (across, above)
        ],
        pinned=pinned, exits=draw_exits(losses, [way, pinned]),
        pinned_text=words(
            losses, 0.98, 0.96, transform=losses.transAxes, color=PINNED, fontsize=SMALL,
            ha="right", va="top",
        ),
        ruler=ruler(rates, *RATES),
        best=rates.plot([], [], color=BLACK, linewidth=1)[0],
        still=SimpleNamespace(across=across, losses=losses),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the path, up to the step that is shown."""
    steps = len(result.path) - 1
    if artists.still.losses.get_xlim() != (0, steps):
        artists.still.losses.set_xlim(0, steps)
    angle = np.linspace(0, 2 * np.pi, 121)
    top = quadratic.loss(START, result.curvatures)
    for level, contour in zip((0.02, 0.1, 0.3, 0.6, 1.0, 1.6), artists.contours, strict=True):
        radii = np.sqrt(2 * level * top / result.curvatures)
        contour.set_data(radii[0] * np.cos(angle), radii[1] * np.sin(angle))

    # Far outside, a line still shows where it goes; infinity it could not be drawn to.
    path = np.clip(np.nan_to_num(result.path[: moment + 1], nan=np.inf), -1e6, 1e6)
    losses = np.nan_to_num(result.losses, nan=np.inf)
    section = 0.5 * result.curvatures[1] * path[:, 1] ** 2
    show_sections(artists, result)
    so_far = np.arange(moment + 1)
    tracks = (path[:, 1], section), (path[:, 0], path[:, 1]), (so_far, losses[so_far])
    for line, head, (x, y) in zip(artists.paths, artists.heads, tracks, strict=True):
        show_curve(line, x, y)
        head.set_data(x[-1:], y[-1:])
    show_point(artists.heads[2], moment, losses[moment])
    outside = np.abs(path[-1]).max() > SPAN
    w2 = result.path[moment, 1]
    gone = f"gone: w2 = {short(w2)}" if np.isfinite(w2) else "gone"
    for text in artists.gone:
        text.set_text(gone if outside else "")

    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        show_curve(artists.pinned, np.arange(len(pinned.losses)), pinned.losses)
        artists.pinned_text.set_text(pinned.label)
    show_exits(artists.exits, [artists.paths[2], artists.pinned])
    bound, best = (
        quadratic.stability_bound(result.curvatures),
        quadratic.best_rate(result.curvatures),
    )
    label = (
        f"learning rate η   (green: stable, below 2/λ = {short(bound)};  "
        f"line in the green: 2/(1 + λ) = {short(best)})"
    )
    move_ruler(artists.ruler, result.rate, bound, label, pinned.rate if pinned else None)
    artists.best.set_data([best, best], [0, 1])


def show_sections(artists, result):
    """Draw the loss across the valley and, for comparison, along it."""
    # One change of the axis is enough for all starts: each draws the background anew.
    highest = START[1] if abs(result.path[0, 1]) <= START[1] else SPAN
    axes, curvatures = artists.still.across, result.curvatures
    top = 0.5 * curvatures[1] * highest**2
    if axes.get_ylim() != (-0.05 * top, 1.25 * top):
        axes.set(ylim=(-0.05 * top, 1.25 * top), yticks=[0, top], yticklabels=["0", short(top)])
    w = np.linspace(-SPAN, SPAN, 201)
    for line, curvature in zip(artists.sections, curvatures, strict=True):
        line.set_data(w, 0.5 * curvature * w**2)
    height = 0.5 * SPAN**2 + 0.03 * top
    artists.along_text.set_text("along w1" if height < top else "")
    artists.along_text.set_y(height)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say the factors of a step, and where they lead."""
    bound = quadratic.stability_bound(result.curvatures)
    factors = quadratic.shrink_factors(result.curvatures, result.rate)
    steep = f"{result.curvatures[1]:g}"
    loss = result.losses[moment]
    size = short(loss) if np.isfinite(loss) else "no longer a finite number"
    return (
        f"Learning rate {short(result.rate)}, curvatures 1 and {steep}: stable below 2/{steep} = "
        f"{short(bound)}.{moved(result.path[0])} Every step multiplies w1 by "
        f"{number(factors[0], 3)} and w2 by {number(factors[1], 3)}. After {moment} "
        f"step{'' if moment == 1 else 's'} the loss is {size}: {fate(result.path[0], factors)}."
    )


def moved(start):
    """Say where the path starts, if that is not where it did at first."""
    return "" if np.array_equal(start, START) else f" It starts at ({start[0]:g}, {start[1]:g})."


def fate(start, factors):
    """Say what repeated multiplication by these factors does to a start.

    >>> fate((1.0, 0.7), (0.75, -1.5)), fate((1.0, 0.0), (0.75, -1.5))
    ('it diverges, along w2', 'it converges')
    """
    # What is 0 stays 0, whatever it is multiplied by.
    first = np.asarray(start, float)
    moving = np.where(first == 0, 0, factors)
    sizes = np.abs(moving)
    if not first.any():
        return "it starts at the minimum and stays there"
    if np.isclose(sizes.max(), 1):
        return f"it neither shrinks nor grows, along {'w2' if first[1] else 'w1'}"
    names = [name for name, size in zip(("w1", "w2"), sizes, strict=True) if size > 1]
    if names:
        return f"it diverges, along {' and '.join(names)}"
    if moving[1] < 0:
        return "it converges, zigzagging across the valley"
    return "it converges, very slowly along w1" if moving[0] > 0.98 else "it converges"
