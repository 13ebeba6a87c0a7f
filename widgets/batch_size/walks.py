"""Panel D of lesson 04: the paths of the weights, with small batches and with large ones."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import TrainConfig
from lessons.engines import engine_at_hand
from lessons.experiments.batch_size.paths import detours, flatten_paths, walk
from lessons.verdict import count, short
from widgets.artists import words
from widgets.batch_size.races import ALL, ONE, YOURS, line_of
from widgets.data_sets import load
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.learning_rate.network import SETS
from widgets.marks import label_ends
from widgets.panel import Panel
from widgets.style import GRAY, LIGHT, PINNED, SMALL
from widgets.touch import to_time

SIZE = 8.6, 3.6
BLOCKS = ((0, 0, 440, 360), (455, 0, 860, 360))
UPDATES = 160
DETOURS = 0.9, 40.0
# What is shown of the plane; the unit is the largest distance from the start.
ALONG, ACROSS = (-0.3, 1.25), (-0.35, 1.05)


@dataclass(frozen=True, eq=False)
class Path:
    """The way of one batch size: points in the plane, and detours, after every update.

    Those of the weights, and those of the points that are seen.
    """

    batch_size: int
    color: str
    points: np.ndarray
    detours: np.ndarray
    seen: np.ndarray
    everyone: bool

    @property
    def name(self):
        return "all" if self.everyone else str(self.batch_size)


@dataclass(frozen=True, eq=False)
class Result:
    """Paths by batch size, yours among them."""

    paths: list[Path]
    yours: Path
    rate: float
    parameters: int


def paths(lang="en", **settings):
    """Slide the batch size, and see its weights wander or go straight, beside 1 and all.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = paths(batch_size=8)
    >>> [path.batch_size for path in panel.result.paths]
    [1, 8, 500]
    >>> panel.close()
    """
    knobs = [
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 32),
        log_slider("learning_rate", "learning rate η of all",
                   "Length of a step per unit of gradient", 1e-3, 0.3, 0.1),
        choice("data", "data", "What the network has to learn", SETS, "circle"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        steps=lambda settings: UPDATES, time_label="update", touch={"detours": to_update},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Walk with a batch of one, with yours, and with all samples, at the same rate."""
    split = load(settings["data"], settings["seed"])
    n = len(split.X_train)
    mine, rate = min(settings["batch_size"], n), settings["learning_rate"]
    sizes = sorted({1, mine, n})
    colors = {1: ONE, n: ALL} | {mine: YOURS}
    walked = []
    for size in sizes:
        config = TrainConfig(batch_size=size, learning_rate=rate, seed=settings["seed"])
        walked.append(walk(config, split, UPDATES, engine_at_hand(), progress.part()))
        progress.report(len(walked), len(sizes))
    made = [
        Path(size, colors[size], points, detours(path), detours(points), size == n)
        for size, path, points in zip(sizes, walked, flatten_paths(walked), strict=True)
    ]
    yours = next(path for path in made if path.batch_size == mine)
    return Result(made, yours, rate, walked[0].shape[1])


# --- touch --------------------------------------------------------------------------------------


def to_update(touch):
    """Go to this update; the knob update does the same."""
    return to_time(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the plane on the left, the detours on the right."""
    plane = figure.add_axes([0.03, 0.12, 0.47, 0.76])
    ways = figure.add_axes([0.63, 0.155, 0.3, 0.725])
    plane.set(xlim=ALONG, ylim=ACROSS, xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], aspect="equal")
    plane.set_xlabel("along the line from start to end of “all”", labelpad=1)
    plane.set_ylabel("across it", labelpad=1)
    plane.set_title("Paths of the weights, in 2 of their directions")
    plane.plot([0], [0], "s", color=GRAY, ms=6, zorder=4)
    plane.text(-0.03, -0.02, "start", color=GRAY, fontsize=SMALL, ha="right", va="top")
    ways.set(xlim=(0, UPDATES), ylim=DETOURS, yscale="log", xticks=[0, 40, 80, 120, 160])
    ways.set(yticks=[1, 2, 5, 10, 20], yticklabels=["straight: 1", "2", "5", "10", "20"])
    ways.set_label("detours")
    ways.minorticks_off()
    ways.grid(axis="y", color=LIGHT, linewidth=0.6)
    ways.set_xlabel("updates", labelpad=1)
    ways.set_title("Length of the path / distance from the start")
    colors = ONE, ALL, YOURS
    dashed = {"color": PINNED, "linewidth": 1.2, "linestyle": (0, (2, 2))}
    return SimpleNamespace(
        pinned=[axes.plot([], [], **dashed)[0] for axes in (plane, ways)],
        ways=[plane.plot([], [], color=color, linewidth=1.2)[0] for color in colors],
        tips=[plane.plot([], [], "o", color=color, ms=6, mec="white")[0] for color in colors],
        curves=[ways.plot([], [], color=color)[0] for color in colors],
        now=[ways.plot([], [], "o", color=color, ms=5, clip_on=False)[0] for color in colors],
        hidden=[
            words(plane, 0.03, height, transform=plane.transAxes, color=GRAY, fontsize=SMALL)
            for height in (0.09, 0.02)
        ],
        names=[words(ways, 0, 1, color=color, fontsize=SMALL, va="center") for color in colors],
    )


def update(artists, result, moment, pinned):
    """Move the artists to the paths as they are after an update."""
    by_color = {path.color: path for path in result.paths}
    in_order = [by_color.get(color) for color in (ONE, ALL, YOURS)]
    unit = reach(result)
    for k, path in enumerate(in_order):
        lines = artists.ways[k], artists.tips[k], artists.curves[k], artists.now[k]
        if not path:
            for line in lines:
                line.set_data([], [])
            continue
        points = path.points[: moment + 1] / unit
        ratio = np.clip(path.detours[: moment + 1], *DETOURS)
        artists.ways[k].set_data(*points.T)
        artists.tips[k].set_data(*points[-1:].T)
        artists.curves[k].set_data(np.arange(len(ratio)), ratio)
        artists.now[k].set_data([len(ratio) - 1], ratio[-1:])
    heights = [path.detours[: moment + 1][-1] if path else 1 for path in in_order]
    titles = [path and path.name for path in in_order]
    x = moment + 0.04 * UPDATES
    label_ends(artists.names, heights, titles, x, DETOURS, line_of(DETOURS))
    small = result.paths[0]
    here = min(moment, len(small.seen) - 1)
    seen, all_of_it = short(small.seen[here]), short(small.detours[here])
    artists.hidden[0].set_text(f"path of {small.batch_size}: {seen} as seen here,")
    artists.hidden[1].set_text(f"{all_of_it} in all {result.parameters} directions")
    for line in artists.pinned:
        line.set_data([], [])
    if pinned:
        artists.pinned[0].set_data(*pinned.yours.points.T / reach(pinned))
        artists.pinned[1].set_data(np.arange(len(pinned.yours.detours)), pinned.yours.detours)


def reach(result):
    """Return the largest distance from the start that is seen in the plane, the unit of both."""
    far = max(np.linalg.norm(path.points, axis=1).max() for path in result.paths)
    return far if far > 0 else 1.0


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how much longer than the straight line each path is."""
    parts = [
        f"{short(path.detours[: moment + 1][-1])} "
        f"({'all samples' if path.everyone else f'batch of {path.batch_size}'})"
        for path in result.paths
    ]
    after = f"after {count(moment)} update{'' if moment == 1 else 's'}"
    return (
        f"Learning rate {short(result.rate)} for all. How many times as long as the straight line "
        f"from its start each path is, {after}: {', '.join(parts)}."
        if moment
        else f"Learning rate {short(result.rate)} for all. All paths begin at the same weights."
    )
