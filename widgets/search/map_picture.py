"""The picture of a map of trainings: cells, marks, and what single seeds say."""

from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons.experiments.search.maps import SIDE
from widgets.artists import PixelMap, words
from widgets.knobs import written
from widgets.style import BLACK, BLUE, GRAY, GREEN, LARGE, LIGHT, NORMAL, PINNED, RED, SMALL

LABELS = {
    "learning_rate": "learning rate η", "batch_size": "batch size", "units": "units per layer",
    "depth": "hidden layers", "l2": "L2 λ", "dropout": "dropout p", "epochs": "epochs",
}  # fmt: skip
# Edges of the map, and how to search further beyond them.
SIDES = {"left": "to the left", "right": "to the right", "down": "below", "up": "above"}
ARROWS = {"left": "◀", "right": "▶", "down": "▼", "up": "▲"}
# Where the map stands in the figure, and strips beside it that can be touched.
MAP = 0.105, 0.125, 0.385, 0.67
STRIPS = {
    "left": (0.002, 0.125, 0.024, 0.67), "right": (0.495, 0.125, 0.028, 0.67),
    "down": (0.105, 0.0, 0.385, 0.042), "up": (0.105, 0.799, 0.385, 0.045),
}  # fmt: skip
LEGEND = "★ best", "outline: as good"
SIGNS = (
    "● seeds differ by more than 1.3, 2, 5 times",
    "– no better than guessing",
    "✕ at least half of the seeds diverged",
    "number: seeds that would choose this cell",
)
# A dot says by which factor the seeds of a cell differ: from here on it has this size.
DOTS = {1.3: 2.5, 2.0: 4.5, 5.0: 7.0}
LOSSES = 1e-4, 10.0
MOST_SEEDS = 20


def draw_map(figure):
    """Make the artists of the map, in units of its width and height."""
    axes = figure.add_axes(MAP, label="map")
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    strips = SimpleNamespace(**{edge: draw_strip(figure, edge) for edge in SIDES})
    cells = PixelMap(axes)
    cells.smooth = False
    line = {"solid_joinstyle": "miter", "clip_on": False}
    return SimpleNamespace(
        cells=cells,
        gaps=axes.plot([], [], color="white", linewidth=2)[0],
        region=axes.plot([], [], color=GREEN, linewidth=1.6, clip_on=False)[0],
        pinned=axes.plot([], [], color=PINNED, linewidth=2, linestyle=(0, (2, 1)), **line)[0],
        touched=axes.plot([], [], color=BLACK, linewidth=2, **line)[0],
        best=axes.plot([], [], "*", color=BLACK, ms=11, mec="white", mew=0.8, zorder=5)[0],
        dots=[axes.plot([], [], "o", color=BLACK, ms=size, mec="white", mew=0.7)[0]
              for size in DOTS.values()],
        useless=axes.plot([], [], "_", color=GRAY, ms=7, mew=1.4)[0],
        diverged=axes.plot([], [], "x", color=RED, ms=6, mew=1.4)[0],
        chosen=[words(axes, 0, 0, fontsize=SMALL, ha="right", ground="white")
                for _ in range(MOST_SEEDS)],
        columns=[words(axes, 0, -0.012, fontsize=SMALL, ha="center", va="top")
                 for _ in range(SIDE)],
        rows=[words(axes, -0.015, 0, fontsize=SMALL, ha="right", va="center")
              for _ in range(SIDE)],
        across=words(axes, 1, -0.098, fontsize=NORMAL, ha="right", va="center"),
        up=words(axes, 0, 1.085, fontsize=NORMAL),
        title=words(axes, 0, 1.23, fontsize=NORMAL),
        legend=[words(axes, x, 1.165, fontsize=SMALL, color=color)
                for x, color in ((0, BLACK), (0.3, GREEN))],
        strips=strips,
    )  # fmt: skip


def draw_strip(figure, edge):
    """Make a strip beside the map that can be touched, with an arrow that lights up."""
    axes = figure.add_axes(STRIPS[edge], label=edge)
    axes.axis("off")
    return words(axes, 0.5, 0.5, ARROWS[edge], transform=axes.transAxes, fontsize=LARGE,
                 ha="center", va="center")  # fmt: skip


def show_map(artists, result, pinned):
    """Show the cells that are trained, and mark the best, the touched and the bad ones."""
    scores = result.map
    rows, columns = scores.median.shape
    artists.cells.set_data(shade(scores))
    artists.gaps.set_data(*lines(rows, columns))
    show_names(artists, result)
    show_marks(artists, scores)
    whole = result.only_touched
    best = None if whole else scores.best
    artists.best.set_data(*([], []) if best is None else corner(best, rows, columns))
    artists.touched.set_data(*frame(result.cell, rows, columns))
    same = pinned and pinned.across == result.across and pinned.up == result.up
    artists.pinned.set_data(*frame(pinned.cell if same else None, rows, columns))
    # A single seed cannot say which cells are as good.
    seeds = scores.loss.shape[2]
    artists.region.set_data(*outline(scores.region & (seeds > 1)))
    for text, sign, counts in zip(artists.legend, LEGEND, (not whole, seeds > 1), strict=True):
        text.set_text(sign if counts else "")
    show_chosen(artists.chosen, scores)
    artists.title.set_text(
        "Validation loss of the touched cell" if whole
        else f"Validation loss, {'one seed' if seeds == 1 else f'median of {seeds} seeds'}"
    )  # fmt: skip
    for edge, arrow in vars(artists.strips).items():
        lit = not whole and edge in result.further
        arrow.set_text(ARROWS[edge] * (3 if lit else 1) if result.can_go(edge) else "")
        if lit and edge in ("left", "right"):
            arrow.set_text(ARROWS[edge])
        arrow.set_color(RED if lit else GRAY)


def show_names(artists, result):
    """Write the values beside columns and rows, and the names of the knobs."""
    for texts, (name, values), along in (
        (artists.columns, result.across, 0), (artists.rows, result.up, 1),
    ):  # fmt: skip
        for k, text in enumerate(texts):
            there = k < len(values) and not (along and len(values) == 1)
            text.set_text(tick(name, values[k]) if there else "")
            place = (k + 0.5) / len(values)
            text.set_position((-0.015, place) if along else (place, -0.012))
    artists.across.set_text(f"{LABELS[result.across[0]]} →")
    artists.up.set_text(f"↑ {LABELS[result.up[0]]}" if len(result.up[1]) > 1 else "")


def tick(name, value):
    """Write a value below its column; of half decades only the whole ones.

    >>> tick("learning_rate", 0.1), tick("learning_rate", 0.32), tick("dropout", 0.3)
    ('0.1', '', '0.3')
    """
    between = name in ("learning_rate", "l2") and f"{value:e}".startswith("3")
    return "" if between else written(value)


def show_marks(artists, scores):
    """Mark cells whose seeds differ, that are no better than guessing, or that diverged."""
    works = np.isfinite(scores.median) & ~scores.useless
    edges = [*DOTS, np.inf]
    for k, dots in enumerate(artists.dots):
        some = works & (scores.spread >= edges[k]) & (scores.spread < edges[k + 1])
        dots.set_data(*middles(some))
    artists.useless.set_data(*middles(scores.useless))
    artists.diverged.set_data(*middles(scores.diverged))


def show_chosen(texts, scores):
    """Write into the cells how many seeds would choose them, each by its own map."""
    several = scores.loss.shape[2] > 1
    found = np.argwhere(scores.chosen) if several else []
    rows, columns = scores.median.shape
    for k, text in enumerate(texts):
        text.set_text("")
        if k < len(found):
            row, column = found[k]
            text.set_text(str(scores.chosen[row, column]))
            text.set_position(((column + 0.96) / columns, (row + 0.06) / rows))


def shade(scores):
    """Return pixels (R, C, 3): white for guessing, full color for the lowest loss of the map."""
    share = np.nan_to_num(scores.median / (scores.guess or 1.0), nan=1.0, posinf=1.0)
    lowest = min(share.min(), 0.5)
    strength = np.clip(np.log(np.maximum(share, 1e-9)) / np.log(max(lowest, 1e-9)), 0, 1)
    # Even a cell without success is a cell.
    strength = np.where(np.isnan(scores.median), 0.03, 0.06 + 0.8 * strength)
    pixels = 1 - strength[..., None] * (1 - np.array(to_rgb(BLUE)))
    return (255 * pixels).astype(np.uint8)


def middles(cells):
    """Return x and y of the middles of some cells, (R, C) of booleans."""
    rows, columns = cells.shape
    row, column = np.nonzero(cells)
    return (column + 0.5) / columns, (row + 0.5) / rows


def lines(rows, columns):
    """Return one broken line of all lines between cells.

    >>> [len(part) for part in lines(8, 8)]
    [42, 42]
    """
    gap = [np.nan]
    x, y = [], []
    for k in range(1, rows):
        x += [0, 1, *gap]
        y += [k / rows, k / rows, *gap]
    for k in range(1, columns):
        x += [k / columns, k / columns, *gap]
        y += [0, 1, *gap]
    return np.array(x), np.array(y)


def corner(cell, rows, columns):
    """Return x and y in the upper left corner of a cell."""
    row, column = cell
    return [(column + 0.22) / columns], [(row + 0.74) / rows]


def frame(cell, rows, columns):
    """Return the line around a cell, empty for None."""
    if cell is None:
        return [], []
    row, column = cell
    x, y = np.array([0, 1, 1, 0, 0]) + column, np.array([0, 0, 1, 1, 0]) + row
    return x / columns, y / rows


def outline(cells):
    """Return the line around a region of cells, in pieces.

    >>> len(outline(np.array([[True, True], [False, False]]))[0])
    18
    """
    rows, columns = cells.shape
    padded = np.pad(cells, 1)
    x, y = [], []
    for row, column in np.argwhere(cells):
        for dr, dc, ends in (
            (-1, 0, ((0, 1), (0, 0))), (1, 0, ((0, 1), (1, 1))),
            (0, -1, ((0, 0), (0, 1))), (0, 1, ((1, 1), (0, 1))),
        ):  # fmt: skip
            if not padded[row + 1 + dr, column + 1 + dc]:
                x += [(column + step) / columns for step in ends[0]] + [np.nan]
                y += [(row + step) / rows for step in ends[1]] + [np.nan]
    return np.array(x), np.array(y)


# --- seeds --------------------------------------------------------------------------------------


def draw_seeds(figure):
    """Make the artists of what single seeds say: of the best cell, the touched and the pinned."""
    axes = figure.add_axes([0.64, 0.25, 0.335, 0.13], label="seeds")
    axes.set(xscale="log", xlim=LOSSES, ylim=(-0.6, 2.6), yticks=[])
    axes.set_xticks([1e-4, 1e-3, 1e-2, 0.1, 1, 10], ["0.0001", "0.001", "0.01", "0.1", "1", "10"])
    axes.minorticks_off()
    axes.grid(axis="x", color=LIGHT, linewidth=0.6)
    axes.spines["left"].set_visible(False)
    axes.set_title("Validation loss, seed by seed")
    for k, sign in enumerate(SIGNS):
        axes.text(-0.2, -0.62 - 0.26 * k, sign, transform=axes.transAxes, fontsize=SMALL,
                  color=GRAY, va="center")  # fmt: skip
    colors = {"pinned": PINNED, "touched": BLACK, "best": BLUE}
    rows = [
        SimpleNamespace(
            dots=axes.plot([], [], "o", color=color, ms=5, mec="white", mew=0.6)[0],
            beyond=axes.plot([], [], ">", color=color, ms=7, clip_on=False)[0],
            below=axes.plot([], [], "<", color=color, ms=7, clip_on=False)[0],
            median=axes.plot([], [], "|", color=color, ms=17, mew=2.4)[0],
            name=words(axes, -0.03, k, name, transform=axes.get_yaxis_transform(), color=color,
                       fontsize=SMALL, ha="right", va="center"),
        )
        for k, (name, color) in enumerate(colors.items())
    ]  # fmt: skip
    return SimpleNamespace(rows=rows)


def show_seeds(artists, result, pinned):
    """Show the losses of all seeds of three cells."""
    best = None if result.only_touched else result.map.best
    shown = (
        losses_of(pinned, pinned.cell) if pinned else [],
        losses_of(result, result.cell),
        [] if best is None else result.map.loss[best],
    )
    for k, (row, losses) in enumerate(zip(artists.rows, shown, strict=True)):
        losses = np.asarray(losses, float)
        losses = losses[~np.isnan(losses)]
        low, high = LOSSES
        inside = losses[(losses >= low) & (losses <= high)]
        row.dots.set_data(inside, np.full(len(inside), k))
        row.beyond.set_data(([high], [k]) if (losses > high).any() else ([], []))
        row.below.set_data(([low], [k]) if (losses < low).any() else ([], []))
        middle = np.median(losses) if len(losses) > 1 else np.nan
        row.median.set_data(([middle], [k]) if low <= middle <= high else ([], []))
        row.name.set_text(("pinned", "touched", "best")[k] if len(losses) else "")


def losses_of(result, cell):
    """Return the losses of a cell; of its first seed at least, which is its run's."""
    made = [] if cell is None else result.map.loss[cell]
    made = np.asarray(made)[~np.isnan(made)] if len(made) else made
    return made if len(made) else [result.own[0]]
