"""Grid against random, in lesson 13: as many trainings, placed in two ways, 200 times."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons.experiments.search.grids import (
    AT_THE_ENDS,
    IN_THE_MIDDLES,
    REPETITIONS,
    Contest,
    Valley,
    contest,
)
from lessons.experiments.search.responses import MAPS, SGD_L2, response
from lessons.numerals import count, number, short
from widgets.artists import PixelMap, words
from widgets.knobs import choice, float_slider, int_slider, log_slider
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRAY, LIGHT, NORMAL, ORANGE, PINNED, SMALL, ink

SIZE = 8.6, 4.0
BLOCKS = ((0, 0, 295, 400), (295, 0, 565, 400), (565, 0, 860, 400))
IDEAL = "an idealized valley"
# Which losses have a place in the pictures, and which of them are named.
TRAINED, IN_VALLEY = (0.03, 2.0), (1e-5, 2.0)
TICKS = {TRAINED: (0.03, 0.1, 0.3, 1), IN_VALLEY: (1e-5, 1e-4, 1e-3, 0.01, 0.1, 1)}
COLORS, MARKS = (BLUE, ORANGE), "so"
BEST, WORST = np.array([255, 255, 255]), np.array([150, 150, 150])
MOST = 5
RATE = "learning rate η"


@dataclass(frozen=True, eq=False)
class Result:
    """A contest of 200 repetitions.

    Attributes: losses, of the whole map in the repetition that is shown; ends, between which shares
    of it knob 1 is searched.
    """

    settings: dict
    contest: Contest
    losses: np.ndarray
    ends: tuple = (0.0, 1.0)

    @property
    def shown(self):
        """Places of knob 1 and knob 2, and losses, of the grid and of the random points."""
        k, made = self.settings["repetition"] - 1, self.contest
        low, high = self.ends
        return [
            (low + points[:, 0] * (high - low), points[:, 1], losses)
            for points, losses in (
                (made.grid, made.on_grid[k]),
                (made.random[k], made.at_random[k]),
            )
        ]

    @property
    def ideal(self):
        return self.settings["response"] == IDEAL

    @property
    def limits(self):
        return IN_VALLEY if self.ideal else TRAINED

    @property
    def outcome(self):
        return f"random lower in {self.contest.wins[0]} of {REPETITIONS}"


def grids(lang="en", **settings):
    """Place as many trainings on a grid and at random, and count who finds a lower loss.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = grids(response="an idealized valley", weight=1.0)
    >>> panel.result.contest.best.shape
    (2, 200)
    >>> panel.close()
    """
    knobs = [
        choice("response", "searched", "What is trained, and over which two knobs",
               [*MAPS, IDEAL], SGD_L2, width=270),
        choice("place", "grid", "Where its outer points stand", [AT_THE_ENDS, IN_THE_MIDDLES],
               AT_THE_ENDS, width=180),
        int_slider("side", "points per side", "The grid has its square, random as many", 2, MOST,
                   3, width=260),
        log_slider("low", "lowest rate", "Where the range of rates begins", 1e-4, 0.01, 1e-3, 0.1,
                   width=260),
        log_slider("high", "highest rate", "Where the range of rates ends", 0.1, 10, 10, 0.1,
                   width=260),
        float_slider("weight", "how much knob 2 matters", "0: not at all, 1: as much as knob 1",
                     0, 1, 0.0, 0.05, width=340),
        int_slider("repetition", "repetition", "Other random points, on the map of another seed",
                   1, REPETITIONS, 1, width=260),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, blocks=BLOCKS,
        idle=idle, touch={"contest": to_repetition},
    )  # fmt: skip


def idle(settings):
    """Return the knobs of the one when the other is searched."""
    return ("low", "high") if settings["response"] == IDEAL else ("weight",)


def compute(settings, progress):
    """Search 200 times in both ways; nothing is trained for it, the maps are stored."""
    name = settings["response"]
    knobs = ("weight",) if name == IDEAL else ("low", "high")
    key = name, *(settings[knob] for knob in knobs)
    searched = searched_by(*key)
    made = contested(key, settings["side"], settings["place"])
    ends = (0.0, 1.0) if name == IDEAL else (searched.low, searched.high)
    return Result(settings, made, searched.map(settings["repetition"] - 1), ends)


def searched_by(name, *numbers):
    """Return what is searched: a valley of some weight, or a map between two rates."""
    return Valley(*numbers) if name == IDEAL else response(name, *numbers)


@lru_cache(maxsize=8)
def contested(key, side, place):
    """Search 200 times; which repetition is shown changes nothing of it."""
    return contest(searched_by(*key), side, place)


def to_repetition(touch):
    """Show the repetition whose dot is nearest; the knob repetition does the same."""
    best = np.log(np.clip(touch.result.contest.best, *touch.result.limits))
    here = np.log(np.clip([[touch.x], [touch.y]], *touch.result.limits))
    return {"repetition": int(np.argmin(np.sum((best - here) ** 2, axis=0))) + 1}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the map with its points, losses by the first knob, and all repetitions."""
    square = figure.add_axes([0.082, 0.13, 0.235, 0.63])
    profile = figure.add_axes([0.405, 0.13, 0.235, 0.63])
    both = figure.add_axes([0.74, 0.13, 0.245, 0.63])
    square.set(xlim=(0, 1), ylim=(0, 1))
    profile.set(xlim=(0, 1), yscale="log")
    both.set(xscale="log", yscale="log", label="contest")
    both.set_xlabel("grid: lowest loss", labelpad=1)
    square.set_title("One repetition", pad=47)
    profile.set_title("Loss by knob 1", pad=47)
    for axes in (profile, both):
        axes.minorticks_off()
        axes.grid(color=LIGHT, linewidth=0.6)
    points, columns, edges, tops, sides = [], [], [], [], []
    for k, (color, mark) in enumerate(zip(COLORS, MARKS, strict=True)):
        points += square.plot([], [], mark, color=color, ms=6, mec="white", clip_on=False)
        columns += profile.plot([], [], mark, color=color, ms=5, mec="white", clip_on=False)
        edges += profile.plot([], [], mark, color=color, ms=9, mec=BLACK, mew=1.4, clip_on=False)
        # What of the points is seen from above and from the side: how many values of each knob.
        tops += square.plot([], [], "|", color=color, ms=8, mew=2, clip_on=False,
                            transform=square.get_xaxis_transform())  # fmt: skip
        sides += square.plot([], [], "_", color=color, ms=8, mew=2, clip_on=False,
                             transform=square.get_yaxis_transform())  # fmt: skip
        tops[k].height, sides[k].height = 1.03 + 0.042 * k, 1.04 + 0.055 * k

    def counted(axes, row, color):
        return words(axes, 0, 1.205 - 0.065 * row, transform=axes.transAxes, color=ink(color),
                     fontsize=SMALL, va="center")  # fmt: skip

    return SimpleNamespace(
        map=square.add_artist(PixelMap(square)),
        frame=square.plot([], [], color=BLACK, linewidth=1, clip_on=False)[0],
        lowest=square.plot([], [], "x", color=BLACK, ms=8, mew=2)[0],
        points=points, columns=columns, edges=edges, tops=tops, sides=sides,
        seen=[counted(square, row, color) for row, color in enumerate(COLORS)],
        found=[counted(profile, row, color) for row, color in enumerate(COLORS)],
        curve=profile.plot([], [], color=GRAY, linewidth=1.2)[0],
        equal=both.plot([1e-6, 10], [1e-6, 10], color=GRAY, linewidth=0.8)[0],
        dots=both.plot([], [], "o", color=GRAY, ms=3.5, mew=0, alpha=0.6, clip_on=False)[0],
        here=both.plot([], [], "o", color=BLACK, ms=7, clip_on=False)[0],
        won=[words(both, 0, 1.205 - 0.065 * row, transform=both.transAxes, color=ink(color),
                   fontsize=SMALL, va="center") for row, color in enumerate(COLORS)],
        title=words(both, 0, 1.262, "Random: lowest loss",
                    transform=both.transAxes, fontsize=NORMAL),
        pinned_text=words(both, 0, 1.075, transform=both.transAxes, color=PINNED, fontsize=SMALL,
                          va="center"),
        still=SimpleNamespace(square=square, profile=profile, both=both),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to one repetition and to the outcome of all."""
    fit_axes(artists.still, result)
    show_map(artists, result)
    profile = result.losses.min(axis=0)
    places = (np.arange(len(profile)) + 0.5) / len(profile)
    artists.curve.set_data(places, np.clip(profile, *result.limits))
    low, high = result.ends
    artists.frame.set_data([low, high, high, low, low], [0, 0, 1, 1, 0])
    for k, (x, y, losses) in enumerate(result.shown):
        artists.points[k].set_data(x, y)
        artists.tops[k].set_data(x, np.full(len(x), artists.tops[k].height))
        artists.sides[k].set_data(np.full(len(y), artists.sides[k].height), y)
        held = np.clip(losses, *result.limits)
        artists.columns[k].set_data(x, held)
        best = losses.argmin()
        artists.edges[k].set_data([x[best]], [held[best]])
        artists.seen[k].set_text(f"{('grid', 'random')[k]}: {values_in(x)} × {values_in(y)} values")
        artists.found[k].set_text(f"{('grid', 'random')[k]}: lowest {short(losses.min())}")
    show_contest(artists, result)
    artists.pinned_text.set_text(f"{pinned.label}: {pinned.contest.wins[0]}" if pinned else "")


def values_in(places):
    """Count the values of a knob that are tried."""
    return len(np.unique(places.round(9)))


def fit_axes(still, result):
    """Name the values of both knobs, and limit the losses, where something else is searched."""
    along, up, names = ticks_of(result.settings["response"])
    if (still.square.get_xlabel(), still.square.get_ylabel()) == names:
        return
    for axes in (still.square, still.profile):
        axes.set_xticks(*along)
        axes.set_xlabel(names[0], labelpad=1)
    still.square.set_yticks(*up)
    still.square.set_ylabel(names[1], labelpad=1)
    named = TICKS[result.limits]
    labels = [number(tick, 1) for tick in named]
    still.profile.set_ylim(result.limits)
    still.both.set(xlim=result.limits, ylim=result.limits)
    few = len(named) // 3
    still.both.set_xticks(named[::few], labels[::few])
    for axes in (still.profile, still.both):
        axes.set_yticks(named, labels)
        axes.minorticks_off()


def ticks_of(searched):
    """Return places and names of ticks along and up, and the names of both knobs."""
    if searched == IDEAL:
        return ([0, 1], ["0", "1"]), ([0, 1], ["0", "1"]), ("knob 1", "knob 2")
    about, powers = MAPS[searched], [-4, -3, -2, -1, 0, 1]
    along = [(k - powers[0]) / (powers[-1] - powers[0]) for k in powers]
    up = np.linspace(0, 1, len(about.values))
    named = ["", *(f"{10.0**k:g}" for k in powers[1:])]
    return (along, named), (up, [number(v, 3) for v in about.values]), (RATE, about.name)


def show_map(artists, result):
    """Shade the square by the logarithm of the loss, and mark where it is least."""
    low, high = np.log(result.limits)
    share = (np.log(np.clip(result.losses, *result.limits)) - low) / (high - low)
    artists.map.set_data((BEST + share[..., None] * (WORST - BEST)).astype(np.uint8))
    row, column = np.unravel_index(result.losses.argmin(), result.losses.shape)
    size = len(result.losses)
    artists.lowest.set_data([(column + 0.5) / size], [(row + 0.5) / size])


def show_contest(artists, result):
    """Show the lowest losses of all repetitions, and who is lower how often."""
    best = np.clip(result.contest.best, *result.limits)
    artists.dots.set_data(*best)
    artists.here.set_data(*best[:, [result.settings["repetition"] - 1]])
    for text, who, wins in zip(
        artists.won, ("grid", "random"), result.contest.wins[::-1], strict=True
    ):
        text.set_text(f"{who} lower in {wins}")


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say what both found in this repetition, and who is lower in how many."""
    settings, made = result.settings, result.contest
    grid, random = (losses.min() for _, _, losses in result.shown)
    where = (
        f"Idealized valley, knob 2 matters {number(settings['weight'], 2)}" if result.ideal
        else f"{settings['response']}, rates {short(settings['low'])} … {short(settings['high'])}"
    )  # fmt: skip
    wins, losses = made.wins
    return (
        f"{where}. {count(settings['side'] ** 2)} trainings on a grid {settings['place']}, as many "
        f"at random. Repetition {settings['repetition']}: the grid's lowest loss {short(grid)}, "
        f"at random {short(random)}. In {REPETITIONS} repetitions random is lower in {wins}, the "
        f"grid in {losses}; the loss found at random is {short(made.ratio)} times the grid's "
        "(median)."
    )
