"""Panel A of lesson 06: one activation function, its slope, and where it is flat."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons.activations import ACTIVATIONS
from lessons.experiments.activations.saturation import FLAT, flat_ranges, largest_slope, mean_output
from lessons.numerals import fixed, number
from widgets.activations.formulas import FORMULAS
from widgets.artists import words
from widgets.edges import show_point
from widgets.knobs import choice, float_slider
from widgets.options import menu, title
from widgets.panel import Panel
from widgets.style import BLACK, GRADIENT, GRAY, LARGE, LIGHT, NORMAL, PINNED, SMALL

SIZE = 8.6, 3.5
BLOCKS = (
    (0, 0, 220, 42), (220, 0, 340, 42), (317, 20, 620, 42), (0, 42, 620, 350), (620, 0, 860, 300),
)  # fmt: skip
# A unit of z is as long as one of f, so that slope 1 looks like 45 degrees.
Z, HEIGHTS = (-6.0, 6.0), (-1.5, 4.0)
TANGENT = 1.6
# Closer to 0 than this, a mean output is rounding.
CENTERED = 1e-6


@dataclass(frozen=True, eq=False)
class Result:
    """An activation over a range of z, and at one z."""

    name: str
    z: float
    value: float
    slope: float
    grid: np.ndarray
    values: np.ndarray
    slopes: np.ndarray
    flat: list
    steepest: tuple
    mean: float


def functions(lang="en", **settings):
    """Slide z along an activation function, and watch its slope.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = functions(activation="sigmoid", z=0.0)
    >>> print(panel)
    sigmoid at z = 0: value 0.5, slope 0.25. Its largest slope is 0.25, at z = 0. Flat (slope \
nearer to 0 than 0.01): z < −4.6, z > 4.6. Mean output for normal z: 0.5, not zero-centered.
    >>> panel.close()
    """
    knobs = [
        choice("activation", "activation", "The function that a hidden unit applies to its z",
               menu(ACTIVATIONS), "sigmoid"),
        float_slider("z", "z", "Pre-activation: what the unit is given", *Z, 2.0, 0.05,
                     width=600),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        touch={"function": to_z},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Evaluate the function and its derivative over the range, and at z."""
    name, z = settings["activation"], np.array([settings["z"]])
    function, derivative = ACTIVATIONS[name]
    grid = np.linspace(*Z, 481)
    return Result(
        name, float(z[0]), float(function(z)[0]), float(derivative(z)[0]),
        grid, function(grid), derivative(grid),
        flat_ranges(name, *Z), largest_slope(name, *Z), mean_output(name),
    )  # fmt: skip


def to_z(touch):
    """Drag the point along the function; the knob z does the same."""
    return {"z": touch.x}


def draw(figure):
    """Make the artists: both curves on one pair of axes, what they say at the right."""
    axes = figure.add_axes([0.05, 0.13, 0.655, 0.739])
    axes.set_label("function")
    axes.set(xlim=Z, ylim=HEIGHTS, yticks=range(-1, 5), xticks=range(-6, 7, 2))
    axes.set_xlabel("z, what the unit is given", labelpad=1)
    axes.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
    axes.axvline(0, color=LIGHT, linewidth=0.8, zorder=0)
    keys = (
        (0.05, BLACK, "f(z), what the unit gives"), (0.27, GRADIENT, "f′(z), its slope"),
        (0.42, GRAY, f"shaded: flat, |slope| < {FLAT:g}"),
    )  # fmt: skip
    for x, color, text in keys:
        figure.text(x, 0.925, text, color=color, fontsize=NORMAL)

    def line(color, **style):
        return axes.plot([], [], color=color, **style)[0]

    def dot(color, **style):
        return axes.plot([], [], "o", color=color, ms=8, mec="white", clip_on=False, **style)[0]

    def row(y, color=BLACK, size=NORMAL, **style):
        return words(
            axes, 0.735, y, transform=figure.transFigure, color=color, fontsize=size, **style
        )

    return SimpleNamespace(
        flat=[
            axes.bar(0, HEIGHTS[1] - HEIGHTS[0], 0, HEIGHTS[0], color=LIGHT, alpha=0.6, zorder=0)[0]
            for _ in range(3)
        ],
        pinned=[line(PINNED, linewidth=width, linestyle=(0, (4, 2))) for width in (1.8, 1.0)],
        slopes=line(GRADIENT, linestyle=(0, (6, 1))),
        values=line(BLACK, linewidth=2.2),
        tangent=line(GRADIENT, linewidth=1.6),
        steepest=line(GRADIENT, marker="|", ms=12, mew=2),
        now=line(GRAY, linewidth=0.8, clip_on=False),
        slope=dot(GRADIENT, zorder=5),
        value=dot(BLACK, zorder=6),
        name=row(0.905, size=LARGE, fontweight="bold"),
        formula=[row(0.835, GRAY, SMALL), row(0.775, GRAY, SMALL)],
        texts=[
            row(0.675), row(0.605, GRADIENT), row(0.535, GRADIENT, SMALL),
            row(0.445, GRAY, SMALL), row(0.39, GRAY, SMALL),
            row(0.30, BLACK, SMALL), row(0.245, BLACK, SMALL),
        ],
        compared=[row(0.145, PINNED, SMALL), row(0.09, PINNED, SMALL)],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to an activation and a z."""
    artists.values.set_data(result.grid, result.values)
    artists.slopes.set_data(result.grid, result.slopes)
    for k, bar in enumerate(artists.flat):
        start, end = result.flat[k] if k < len(result.flat) else (0, 0)
        bar.set(x=start, width=end - start)
    z, value, slope = result.z, result.value, result.slope
    step = TANGENT / np.hypot(1, slope)
    artists.tangent.set_data([z - step, z + step], [value - step * slope, value + step * slope])
    artists.now.set_data([z, z], np.clip([0, value], *HEIGHTS))
    show_point(artists.value, z, value)
    artists.slope.set_data([z], [slope])
    at, largest = result.steepest
    artists.steepest.set_data([at], [largest])
    artists.name.set_text(title(result.name))
    formula = FORMULAS.get(result.name, "").split("\n")
    for text, part in zip(artists.formula, [*formula, ""], strict=False):
        text.set_text(part)
    lines = (
        f"f({number(z, 4)}) = {fixed(value, 4)}", f"slope f′({number(z, 4)}) = {fixed(slope, 4)}",
        f"largest slope {number(largest, 4)}, {where_steepest(result)}",
        "flat:", where_flat(result.flat),
        f"mean output for normal z: {center(result.mean)}", centering(result.mean),
    )  # fmt: skip
    for text, line in zip(artists.texts, lines, strict=True):
        text.set_text(line)
    compare(artists, result, pinned)


def compare(artists, result, pinned):
    """Draw the pinned activation, and say how far the two are apart."""
    for curve, name in zip(artists.pinned, ("values", "slopes"), strict=True):
        curve.set_data(*((pinned.grid, getattr(pinned, name)) if pinned else ([], [])))
    for text in artists.compared:
        text.set_text("")
    if pinned:
        apart = np.abs(result.values - pinned.values)
        at = result.grid[apart.argmax()]
        artists.compared[0].set_text(f"dashed gray: pinned, {title(pinned.name)}")
        artists.compared[1].set_text(
            f"at most {number(apart.max(), 2)} apart, at z = {number(at, 3)}"
            if apart.max() > 0
            else "the same"
        )


def where_flat(ranges):
    """Say where a function is flat, as ranges of z."""
    parts = []
    for start, end in ranges:
        if start == Z[0]:
            parts.append(f"z < {number(end, 2)}")
        elif end == Z[1]:
            parts.append(f"z > {number(start, 2)}")
        else:
            parts.append(f"z from {number(start, 2)} to {number(end, 2)}")
    return ", ".join(parts) or "nowhere in this range"


def where_steepest(result):
    """Say where the slope is largest: at one z, over a range, or further on than is shown."""
    at, largest = result.steepest
    same = np.isclose(result.slopes, largest)
    if same.all():
        return "everywhere"
    if at == Z[1]:
        return "still rising"
    return "for z > 0" if same[-1] else f"at z = {number(at, 3)}"


def center(mean):
    """Write a mean output, with 0 for what is only rounding."""
    return "0" if abs(mean) < CENTERED else number(mean, 2)


def centering(mean):
    """Say whether a mean output is 0."""
    return "zero-centered" if abs(mean) < CENTERED else "not zero-centered"


def describe(result, moment):
    """Say value and slope, where the slope is largest, and where it is flat."""
    return (
        f"{title(result.name)} at z = {number(result.z, 4)}: value {number(result.value, 4)}, "
        f"slope {number(result.slope, 4)}. Its largest slope is {number(result.steepest[1], 4)}, "
        f"{where_steepest(result)}. Flat "
        f"(slope nearer to 0 than {FLAT:g}): {where_flat(result.flat)}. "
        f"Mean output for normal z: {center(result.mean)}, {centering(result.mean)}."
    )
