"""Panel C of lesson 07: rate and momentum in a valley, an exact map, and a touched point's run."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons.experiments.optimizers import step_matrix
from lessons.numerals import count, fixed, short
from widgets.artists import PixelMap, words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import choice, float_slider, int_slider, log_slider
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
from widgets.touch import to_time

SIZE = 8.6, 3.9
BLOCKS = ((0, 0, 455, 390), (455, 0, 860, 200), (455, 200, 860, 390))
LAST, HIGHEST = 4.4, 0.99
COLUMNS, ROWS = 200, 120
DISTANCES = 1e-12, 1e4
FLAT, STEEP = ORANGE, BLUE
MEASURED_AS = 1e-6


@dataclass(frozen=True, eq=False)
class Result:
    """The run of one point of the map.

    Attributes: method; condition κ; product η·λ; momentum μ; path, (steps + 1, 2), of w1 along
    the valley and w2 across; computed, measured, the factor per step.
    """

    method: str
    condition: float
    product: float
    momentum: float
    path: np.ndarray
    computed: float
    measured: float

    @property
    def distances(self):
        with np.errstate(over="ignore", invalid="ignore"):
            return np.linalg.norm(self.path, axis=1)

    @property
    def outcome(self):
        return f"factor {fixed(self.computed, 3)}"


def momentum(lang="en", **settings):
    """Touch a point of the map of rate and momentum, and see its run in the valley.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = momentum(method="heavy ball", product=1.0, momentum=0.25, condition=1)
    >>> round(float(panel.result.computed), 3)
    0.5
    >>> panel.close()
    """
    knobs = [
        choice("method", "method", "Which of the two kinds of momentum",
               list(step_matrix.METHODS), "heavy ball"),
        log_slider("condition", "condition number κ", "How many times steeper across than along",
                   1, 1000, 100, 0.125, width=340),
        float_slider("product", "η·λ", "Rate times the larger curvature", 0.02, LAST, 1.9, 0.02,
                     width=440),
        float_slider("momentum", "momentum μ", "Share of the last step that is made again",
                     0, HIGHEST, 0.5, 0.01, width=340),
        int_slider("steps", "steps", "How many updates to make", 10, 300, 150),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        steps=lambda settings: settings["steps"], time_label="step",
        touch={"map": to_point, "weights": to_step, "distances": to_step_below}, blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Make the run, and hold it against the matrix."""
    method, condition = settings["method"], settings["condition"]
    product, momentum = settings["product"], settings["momentum"]
    curvatures = np.array([1.0, condition])
    path = step_matrix.descend(method, curvatures, product / condition, momentum, settings["steps"])
    computed = float(step_matrix.slowest(method, condition, product, momentum))
    return Result(method, condition, product, momentum, path, computed,
                  step_matrix.measured_factor(path))  # fmt: skip


# --- touch --------------------------------------------------------------------------------------


def to_point(touch):
    """Choose a rate and a momentum; the knobs η·λ, momentum μ do the same."""
    return {"product": touch.x, "momentum": touch.y}


def to_step(touch):
    """Go to this step; the knob step does the same."""
    return to_time(touch)


def to_step_below(touch):
    """Go to this step of the distances; the knob step does the same."""
    return to_time(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the map, beside it both weights and their distance from the minimum."""
    plane = figure.add_axes([0.07, 0.125, 0.425, 0.73])
    weights = figure.add_axes([0.6, 0.6, 0.375, 0.305])
    distances = figure.add_axes([0.6, 0.125, 0.375, 0.305])
    plane.set(xlim=(0, LAST), ylim=(0, 1), xticks=range(5), yticks=[0, 0.2, 0.4, 0.6, 0.8, 1])
    plane.set_xlabel("η·λ, rate times the larger curvature", labelpad=1)
    plane.set_ylabel("momentum μ", labelpad=2)
    weights.set(ylim=(-1.6, 1.6), yticks=[-1, 0, 1])
    weights.axhline(0, color=LIGHT, linewidth=0.8)
    weights.set_xlabel("steps", labelpad=0)
    for x, name, color in ((0, "w1 along the valley", FLAT), (0.5, "w2 across it", STEEP)):
        weights.text(x, 1.04, name, transform=weights.transAxes, color=color, fontsize=NORMAL)
    distances.set(yscale="log", ylim=DISTANCES, yticks=[1e-12, 1e-8, 1e-4, 1, 1e4])
    distances.set_title("Distance from the minimum")
    distances.grid(axis="y", color=LIGHT, linewidth=0.6)
    distances.set_xlabel("steps", labelpad=1)
    for axes, label in ((plane, "map"), (weights, "weights"), (distances, "distances")):
        axes.set_label(label)
        axes.minorticks_off()
    lines = [weights.plot([], [], color=color, linewidth=1.3)[0] for color in (FLAT, STEEP)]
    distance = distances.plot([], [], color=BLACK, linewidth=1.5)[0]
    pinned = distances.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))[0]
    note = {"fontsize": SMALL, "ground": "white"}
    return SimpleNamespace(
        ground=PixelMap(plane),
        edge=plane.plot([], [], color=RED, linewidth=1.6)[0],
        borders=[plane.plot([], [], color=BLACK, linewidth=1, linestyle=(0, (1, 2)))[0]
                 for _ in range(2)],
        best=plane.plot([], [], "*", color=PURPLE, ms=13, mec="white", zorder=4)[0],
        pinned_at=plane.plot(
            [], [], "s", color=PINNED, ms=7, mec="white", zorder=4, clip_on=False
        )[0],
        here=plane.plot([], [], "o", color=BLACK, ms=9, mec="white", zorder=5, clip_on=False)[0],
        heading=words(plane, 0, 1.105, transform=plane.transAxes, fontsize=NORMAL),
        legend=[
            words(plane, x, 1.03, name, transform=plane.transAxes, color=color, fontsize=SMALL)
            for x, name, color in ((0, "— edge", RED), (0.19, "★ best", PURPLE),
                                   (0.37, "··· between: w2 swings", GRAY))
        ],
        lines=lines,
        distance=distance,
        computed=distances.plot([], [], color=GREEN, linewidth=1.3, linestyle=(0, (5, 3)))[0],
        computed_text=words(distances, 0.98, 0.97, transform=distances.transAxes, color=GREEN,
                            ha="right", va="top", **note),
        dots=[axes.plot([], [], "o", color=color, ms=6, mec="white", clip_on=False, zorder=5)[0]
              for axes, color in ((weights, FLAT), (weights, STEEP), (distances, BLACK))],
        pinned=pinned,
        pinned_text=words(distances, 0.02, 0.04, transform=distances.transAxes, color=PINNED,
                          **note),
        exits=draw_exits(weights, lines) + draw_exits(distances, [distance]),
        still=SimpleNamespace(weights=weights, distances=distances),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the touched point, and its run up to the step that is shown."""
    steps = len(result.path) - 1
    for axes in (artists.still.weights, artists.still.distances):
        if axes.get_xlim() != (0, steps):
            axes.set_xlim(0, steps)
    show_map(artists, result)
    so_far = np.arange(moment + 1)
    curves = [*artists.lines, artists.distance]
    values = [*np.nan_to_num(result.path, nan=np.inf).T,
              np.maximum(np.nan_to_num(result.distances, nan=np.inf), 1e-300)]  # fmt: skip
    for curve, dot, value in zip(curves, artists.dots, values, strict=True):
        show_curve(curve, so_far, value[so_far])
        show_point(dot, moment, value[moment])
    powers = np.clip(np.arange(steps + 1) * np.log10(max(result.computed, 1e-30)), -290, 290)
    artists.computed.set_data(np.arange(steps + 1), 2**0.5 * 10**powers)
    artists.computed_text.set_text(f"dashed: computed, times {fixed(result.computed, 3)} a step")
    artists.pinned.set_data([], [])
    artists.pinned_at.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        before = np.maximum(np.nan_to_num(pinned.distances, nan=np.inf), 1e-300)
        show_curve(artists.pinned, np.arange(len(before)), before)
        artists.pinned_at.set_data([pinned.product], [pinned.momentum])
        artists.pinned_text.set_text(pinned.label)
    show_exits(artists.exits, curves)


def show_map(artists, result):
    """Draw the map of a method and a condition number, its lines, and the point."""
    method, condition = result.method, result.condition
    artists.ground.set_data(pixels(method, condition))
    heights = np.linspace(0, 1, 101)
    artists.edge.set_data(step_matrix.edge(method, heights), heights)
    for border, line in zip(artists.borders, borders(method, heights), strict=True):
        border.set_data(line, heights)
    product, momentum = step_matrix.best(method, condition)
    artists.best.set_data([product], [momentum])
    artists.here.set_data([result.product], [result.momentum])
    fewest = float(step_matrix.slowest(method, condition, product, momentum))
    artists.heading.set_text(
        f"Factor per step, κ = {short(condition)}: full color {fixed(fewest, 3)}"
    )


def borders(method, momentum):
    """Return the two η·λ between which w2 swings, for each momentum."""
    if method == "heavy ball":
        return (1 - momentum**0.5) ** 2, (1 + momentum**0.5) ** 2
    return ((1 - momentum) / (1 + momentum)) ** 2, np.ones_like(momentum)


@lru_cache(maxsize=8)
def pixels(method, condition):
    """Return the map: the more color, the smaller the factor; gray where the distance grows."""
    product = (np.arange(COLUMNS) + 0.5) / COLUMNS * LAST
    momentum = (np.arange(ROWS) + 0.5)[:, None] / ROWS
    factors = step_matrix.slowest(method, condition, product, momentum)
    fastest = float(step_matrix.slowest(method, condition, *step_matrix.best(method, condition)))
    strength = np.log(np.clip(factors, 1e-3, 1)) / np.log(np.clip(fastest, 1e-3, 0.9999))
    color = 1 - 0.6 * np.clip(strength, 0, 1)[..., None] * (1 - np.array(to_rgb(GREEN)))
    color[factors >= 1] = to_rgb(LIGHT)
    return (255 * color).astype(np.uint8)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say what the matrix says, what the run says, and how far it came."""
    agree = abs(result.measured - result.computed) <= MEASURED_AS * max(result.computed, 1e-300)
    measured = "the same" if agree else short(result.measured)
    rho = result.computed
    if rho < 1:
        tenth = f", a tenth in {count(int(np.ceil(-1 / np.log10(rho))))} steps" if rho > 0.1 else ""
        fate = f"It converges{tenth}"
    else:
        fate = "It neither shrinks nor grows" if np.isclose(rho, 1) else "It diverges"
    distance = result.distances[moment]
    size = short(distance) if np.isfinite(distance) else "no longer a finite number"
    plural = "" if moment == 1 else "s"
    return (
        f"{result.method.capitalize()}, η·λ = {short(result.product)}, μ = {result.momentum:g}, "
        f"κ = {short(result.condition)}: {swinging(result)}. Factor per step in the long run: "
        f"computed {fixed(rho, 4)}, measured in this run {measured}. {fate}; distance "
        f"{size} after {moment} step{plural}. The edge for this momentum: η·λ = "
        f"{short(float(step_matrix.edge(result.method, result.momentum)))}."
    )


def swinging(result):
    """Say which of the two weights swing around the minimum, or jump across it at every step."""
    products = {"w1": result.product / result.condition, "w2": result.product}

    def those(kind):
        return [name for name, product in products.items()
                if kind(result.method, product, result.momentum)]  # fmt: skip

    swing, jump = those(step_matrix.swings), those(step_matrix.jumps)
    parts = []
    if swing:
        parts.append(f"{' and '.join(swing)} swing{'' if len(swing) > 1 else 's'}")
    if jump:
        parts.append(f"{' and '.join(jump)} jump{'' if len(jump) > 1 else 's'} across the minimum "
                     "at every step")  # fmt: skip
    return ", ".join(parts) or "no weight swings"
