"""Panel A of lesson 11: two weights, their loss and a penalty; the minimum walks as λ grows."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons.experiments.regularization import two_weights
from lessons.numerals import fixed, short
from widgets.artists import words
from widgets.knobs import float_slider, log_slider
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
    SMALL,
    ink,
)

SIZE = 8.6, 3.55
BLOCKS = ((0, 0, 309, 355), (309, 0, 612, 355), (612, 0, 860, 355))
REACH = 2.2
STRENGTHS = 0.01, 30.0
# The walk of the minimum is drawn through so many strengths.
GRID = np.geomspace(*STRENGTHS, 120)
NAMES = "L2", "L1"
FORMULAS = {"L2": "penalty (λ/2)·(w1² + w2²)", "L1": "penalty λ·(|w1| + |w2|)"}
WALK, PENALTY = GREEN, PURPLE
COLORS = ORANGE, BLUE
LEVELS = 0.05, 0.25, 0.75, 1.75, 3.5, 7.0, 14.0
TURN = np.linspace(0, 2 * np.pi, 121)


@dataclass(frozen=True, eq=False)
class Result:
    """The minimum of the loss, and by penalty where it has gone.

    Attributes: minimum w*, (2,); H, the Hessian, (2, 2); strength λ; at, by the name of a penalty
    the minimum of the sum, (2,); walks, by name the same along GRID, (120, 2).
    """

    minimum: np.ndarray
    H: np.ndarray
    strength: float
    at: dict
    walks: dict

    @property
    def outcome(self):
        return f"L2 at {pair(self.at['L2'])}, L1 at {pair(self.at['L1'])}"


def minimum(lang="en", **settings):
    """Slide λ and watch the minimum of loss and penalty walk, with L2 and with L1.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = minimum(strength=1.0, condition=1.0, minimum_w1=1.5, minimum_w2=0.8)
    >>> print(panel)
    λ = 1. The loss alone is least at (1.50, 0.80). With L2 the minimum is at (0.75, 0.40): the \
length falls from 1.70 to 0.85. With L1 it is at (0.50, 0.00): w2 is exactly 0.
    >>> panel.close()
    """
    knobs = [
        log_slider("strength", "strength λ", "How much the penalty counts", *STRENGTHS, 1.3),
        float_slider("minimum_w1", "minimum w1", "Where the loss alone is least",
                     -2, 2, 1.3, 0.05, width=350),
        float_slider("minimum_w2", "minimum w2", "Where the loss alone is least",
                     -2, 2, 0.5, 0.05, width=350),
        float_slider("condition", "condition number κ", "How many times steeper across than along",
                     1, 20, 5, 0.5, width=350),
        float_slider("angle", "angle", "Of the valley against the w1 axis, in degrees",
                     0, 175, 120, 5, width=350),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        touch={"L2": to_minimum, "L1": to_minimum_beside,
               "L2 path": to_strength, "L1 path": to_strength_below},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Solve for the minimum at this strength and at all others."""
    place = np.array([settings["minimum_w1"], settings["minimum_w2"]])
    H = two_weights.hessian(settings["condition"], settings["angle"])
    strengths = np.append(GRID, settings["strength"])
    both = {
        "L2": two_weights.with_l2(place, H, strengths),
        "L1": two_weights.with_l1(place, H, strengths),
    }
    at = {name: points[-1] for name, points in both.items()}
    walks = {name: points[:-1] for name, points in both.items()}
    return Result(place, H, settings["strength"], at, walks)


# --- touch --------------------------------------------------------------------------------------


def to_minimum(touch):
    """Drag the minimum of the loss; the knobs minimum w1, minimum w2 do the same."""
    return {"minimum_w1": touch.x, "minimum_w2": touch.y}


def to_minimum_beside(touch):
    """Drag the minimum of the loss, here too; the knobs minimum w1, minimum w2 do the same."""
    return to_minimum(touch)


def to_strength(touch):
    """Go to this strength; the knob strength λ does the same."""
    return {"strength": touch.x}


def to_strength_below(touch):
    """Go to this strength of L1; the knob strength λ does the same."""
    return to_strength(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: two maps side by side, and both weights against λ, twice."""
    maps = {
        name: figure.add_axes([left, 0.125, 0.305, 0.739])
        for name, left in zip(NAMES, (0.047, 0.397), strict=True)
    }
    paths = {
        name: figure.add_axes([0.755, bottom, 0.19, 0.29])
        for name, bottom in zip(NAMES, (0.6, 0.125), strict=True)
    }
    return SimpleNamespace(
        maps=[draw_map(axes, name) for name, axes in maps.items()],
        paths=[draw_path(axes, name) for name, axes in paths.items()],
        pinned_text=words(maps["L1"], 0.98, 0.03, transform=maps["L1"].transAxes, color=PINNED,
                          fontsize=SMALL, ha="right", ground="white", zorder=7),
    )  # fmt: skip


def draw_map(axes, name):
    """Make the artists of one map: lines of equal loss, of equal penalty, and the walk."""
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[-2, -1, 0, 1, 2],
             yticks=[-2, -1, 0, 1, 2], label=name)  # fmt: skip
    axes.set_xlabel("w1", labelpad=0)
    axes.set_ylabel("w2", labelpad=-6)
    axes.text(0, 1.08, f"Loss, and {name} around 0", transform=axes.transAxes, fontsize=NORMAL)
    axes.text(0, 1.02, FORMULAS[name], transform=axes.transAxes, fontsize=SMALL,
              color=ink(PENALTY))  # fmt: skip
    axes.axhline(0, color=LIGHT, linewidth=1, zorder=0)
    axes.axvline(0, color=LIGHT, linewidth=1, zorder=0)
    return SimpleNamespace(
        levels=[axes.plot([], [], color=GRAY, linewidth=0.7)[0] for _ in LEVELS],
        touching=axes.plot([], [], color=BLACK, linewidth=1.3)[0],
        penalty=axes.plot([], [], color=PENALTY, linewidth=1.8)[0],
        walk=axes.plot([], [], color=WALK, linewidth=2.6)[0],
        minimum=axes.plot([], [], "+", color=BLACK, ms=12, mew=2.2, zorder=5)[0],
        pinned=axes.plot([], [], "s", color=PINNED, ms=7, mec="white", zorder=5)[0],
        here=axes.plot([], [], "o", color=BLACK, ms=9, mec="white", zorder=6)[0],
    )


def draw_path(axes, name):
    """Make the artists of one regularization path: both weights against λ."""
    axes.set(xscale="log", xlim=STRENGTHS, ylim=(-REACH, REACH), yticks=[-2, 0, 2],
             label=f"{name} path")  # fmt: skip
    axes.minorticks_off()
    axes.set_title(f"{name}: weights against λ")
    axes.set_xlabel("λ", labelpad=-1)
    axes.axhline(0, color=LIGHT, linewidth=1, zorder=0)
    return SimpleNamespace(
        now=axes.axvline(1, color=GRAY, linewidth=0.8),
        weights=[axes.plot([], [], color=color, linewidth=1.8)[0] for color in COLORS],
        dots=[axes.plot([], [], "o", color=color, ms=6, mec="white", zorder=5)[0]
              for color in COLORS],
        labels=[words(axes, 1.03, 0, f"w{k + 1}", transform=axes.get_yaxis_transform(),
                      color=color, fontsize=SMALL, va="center")
                for k, color in enumerate(COLORS)],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a strength and a valley."""
    for name, plane, path in zip(NAMES, artists.maps, artists.paths, strict=True):
        show_map(plane, result, name)
        show_path(path, result, name)
        plane.pinned.set_data(*([[w] for w in pinned.at[name]] if pinned else ([], [])))
    artists.pinned_text.set_text(f"■ {pinned.label}" if pinned else "")


def show_map(artists, result, name):
    """Draw lines of equal loss, and those of loss and penalty that touch at the minimum."""
    here = result.at[name]
    for level, line in zip(LEVELS, artists.levels, strict=True):
        line.set_data(*ellipse(result, level))
    artists.touching.set_data(*ellipse(result, two_weights.loss(here, result.minimum, result.H)))
    artists.penalty.set_data(*penalty_line(name, here))
    walk = np.vstack([result.minimum, result.walks[name]])
    artists.walk.set_data(*walk.T)
    artists.minimum.set_data([result.minimum[0]], [result.minimum[1]])
    artists.here.set_data([here[0]], [here[1]])


def ellipse(result, level):
    """Return the line on which the loss has this value, (2, 121)."""
    curvatures, directions = np.linalg.eigh(result.H)
    radii = np.sqrt(2 * level / curvatures)
    circle = np.array([np.cos(TURN), np.sin(TURN)]) * radii[:, None]
    return directions @ circle + result.minimum[:, None]


def penalty_line(name, here):
    """Return the line through a point on which the penalty is the same."""
    if name == "L2":
        radius = np.linalg.norm(here)
        return radius * np.cos(TURN), radius * np.sin(TURN)
    size = np.abs(here).sum()
    return size * np.array([1, 0, -1, 0, 1]), size * np.array([0, 1, 0, -1, 0])


def show_path(artists, result, name):
    """Draw both weights against λ, and where they are now."""
    artists.now.set_xdata([result.strength] * 2)
    walk, here = result.walks[name], result.at[name]
    ends = walk[-1]
    apart = 0.35 if abs(ends[0] - ends[1]) < 0.7 else 0
    above = 1 if ends[0] >= ends[1] else -1
    for k, label in enumerate(artists.labels):
        artists.weights[k].set_data(GRID, walk[:, k])
        artists.dots[k].set_data([result.strength], [here[k]])
        label.set_position((1.03, ends[k] + (apart * above if k == 0 else -apart * above)))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say where both minima are, and what has become of each weight."""
    l2, l1 = result.at["L2"], result.at["L1"]
    lengths = [fixed(np.linalg.norm(w), 2) for w in (result.minimum, l2)]
    return (
        f"λ = {short(result.strength)}. The loss alone is least at {pair(result.minimum)}. With L2 "
        f"the minimum is at {pair(l2)}: the length falls from {lengths[0]} to {lengths[1]}"
        f"{remarks(result, 'L2')}. With L1 it is at {pair(l1)}: {zeros(l1)}"
        f"{remarks(result, 'L1')}."
    )


def zeros(w):
    """Say which weights are exactly 0.

    >>> zeros(np.array([0.0, 0.0])), zeros(np.array([0.3, 0.0]))
    ('both weights are exactly 0', 'w2 is exactly 0')
    """
    names = [f"w{k + 1}" for k in (0, 1) if w[k] == 0]
    if len(names) == 2:
        return "both weights are exactly 0"
    return f"{names[0]} is exactly 0" if names else "no weight is 0"


def remarks(result, name):
    """Say of single weights that they are larger than without a penalty, or have another sign."""
    here, parts = result.at[name], []
    for k, (now, before) in enumerate(zip(here, result.minimum, strict=True)):
        if now * before < 0:
            parts.append(f"w{k + 1} has changed its sign")
        elif abs(now) > abs(before) + 0.005:
            parts.append(f"w{k + 1} has grown")
    return "".join(f", {part}" for part in parts)


def pair(w):
    """Write a point.

    >>> pair((1.0, -0.254))
    '(1.00, −0.25)'
    """
    return f"({fixed(w[0], 2)}, {fixed(w[1], 2)})"
