"""Panel A of lesson 13, the map: any two knobs, every cell complete trainings, and one touched."""

from types import SimpleNamespace

from lessons.experiments.search.maps import LADDERS
from lessons.numerals import count, percent, short
from lessons.optimizers import OPTIMIZERS
from widgets.knobs import between, choice, int_slider, slider, whole, written
from widgets.loss_curves import draw_losses, update_losses
from widgets.options import menu
from widgets.panel import Panel
from widgets.search.cells import TOUCHED, compute
from widgets.search.map_picture import LABELS, SIDES, draw_map, draw_seeds, show_map, show_seeds

SIZE = 8.6, 4.7
BLOCKS = ((0, 0, 462, 470), (462, 0, 860, 262), (462, 262, 860, 470))
SETS = "spiral", "moons", "xor", "circle", "bumps", "digits"
FIRST = {
    "learning_rate": 0.032, "batch_size": 32, "units": 16, "depth": 2, "l2": 0.0, "dropout": 0.0,
    "epochs": 30,
}  # fmt: skip
WHAT = {
    "all cells, 1 seed": 1, "all cells, 3 seeds": 3, "all cells, 20 seeds": 20,
    "only the cell I touch": TOUCHED,
}  # fmt: skip
# So many cells a search goes further at one touch.
FURTHER = 4


def panel(lang="en", **settings):
    """Train every cell of a map of two knobs, with several seeds; touch a cell to see its run.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> search = panel(epochs=2, seeds=3)
    >>> search.result.map.loss.shape
    (8, 8, 3)
    >>> search.close()
    """
    axes = {label: name for name, label in LABELS.items()}
    knobs = [
        choice("data", "data", "What the network has to learn", SETS, "spiral", width=190),
        choice("across", "across", "The knob of the columns", axes, "learning_rate",
               width=190),
        choice("up", "up", "The knob of the rows", axes, "batch_size", width=190),
        choice("optimizer", "optimizer", "Of all cells", menu(OPTIMIZERS), "sgd", width=190),
        choice("seeds", "train", "Which cells, and with how many seeds", WHAT, 1, width=230),
        int_slider("right", "further right", "Columns that the map is moved by", -8, 8, 0,
                   width=270),
        int_slider("upward", "further up", "Rows that the map is moved by", -8, 8, 0, width=270),
        int_slider("seed", "seed", "The first of the seeds: data, first weights, batches", 0, 19,
                   0),
        *(ladder(name) for name in LADDERS),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        touch={"map": to_cell, **dict(zip(SIDES, MOVES, strict=True))}, blocks=BLOCKS,
        idle=idle,
    )  # fmt: skip


def idle(settings):
    """Return what does nothing where there is one row only."""
    return ("upward",) if settings["across"] == settings["up"] else ()


def ladder(name):
    """Make the knob that goes through all values of a search: where the touched cell is."""
    values = LADDERS[name]
    kind = whole if isinstance(values[-1], int) else between
    allowed = f"a {'whole ' if kind is whole else ''}number from {values[0]} to {values[-1]}"
    return slider(name, LABELS[name], "Of the touched cell", values, FIRST[name], allowed,
                  kind(values[0], values[-1]), 275)  # fmt: skip


# --- touch --------------------------------------------------------------------------------------


def to_cell(touch):
    """Choose a cell."""
    (x_name, xs), (y_name, ys) = touch.result.across, touch.result.up
    row, column = (
        min(max(int(place * len(values)), 0), len(values) - 1)
        for place, values in ((touch.y, ys), (touch.x, xs))
    )
    return {x_name: xs[column]} if x_name == y_name else {x_name: xs[column], y_name: ys[row]}


# Any two of them can be the axes, so that the pointer is told all.
to_cell.__doc__ = f"Choose a cell; the knobs {', '.join(LABELS.values())} do the same."


def to_left(touch):
    """Search further to the left; the knob further right does the same."""
    return {"right": touch.settings["right"] - FURTHER}


def to_right(touch):
    """Search further to the right; the knob further right does the same."""
    return {"right": touch.settings["right"] + FURTHER}


def to_below(touch):
    """Search further down; the knob further up does the same."""
    return {"upward": touch.settings["upward"] - FURTHER}


def to_above(touch):
    """Search further up; the knob further up does the same."""
    return {"upward": touch.settings["upward"] + FURTHER}


MOVES = to_left, to_right, to_below, to_above


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the map, beside it the touched run, and below what the seeds say."""
    axes = figure.add_axes([0.6, 0.55, 0.245, 0.36])
    losses = draw_losses(axes)
    # Between the title and the axes there is room for how a run left them.
    axes.set_title("Loss of the touched cell", pad=18)
    return SimpleNamespace(map=draw_map(figure), losses=losses, seeds=draw_seeds(figure))


def update(artists, result, moment, pinned):
    """Move the artists to a map and the cell that is touched."""
    show_map(artists.map, result, pinned)
    end = result.run.completed_epochs
    update_losses(artists.losses, result.run, result.split, end, pinned and pinned.run,
                  pinned.label if pinned else "")  # fmt: skip
    show_seeds(artists.seeds, result, pinned)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say where the lowest loss is, what the seeds say of it, and how the touched cell does."""
    return " ".join(
        sentence
        for sentence in (about_progress(result), about_best(result), about_edges(result),
                         about_bad(result), about_touched(result))
        if sentence
    )  # fmt: skip


def about_progress(result):
    scores = result.map
    if result.only_touched:
        return "Only the touched cell is trained, with one seed."
    if result.stopped:
        return f"Stopped by hand: {count(scores.made)} of {count(scores.loss.size)} trainings."
    if scores.made < scores.loss.size:
        return f"{count(scores.made)} of {count(scores.loss.size)} trainings are made."
    return f"{count(scores.made)} complete trainings."


def about_best(result):
    """Say which cell is best, in how many cells the seeds would find it, and how many are alike."""
    scores = result.map
    if result.only_touched or scores.best is None:
        return ""
    row, column = scores.best
    place = f"{named(result.across, column)}" + (
        f", {named(result.up, row)}" if len(result.up[1]) > 1 else ""
    )
    loss = f"validation loss {short(scores.median[row, column])}"
    seeds = scores.loss.shape[2]
    if seeds == 1:
        return f"Lowest: {place}, {loss}, with a single seed."
    words = f"Lowest median of {seeds} seeds: {place}, {loss}."
    if not scores.chosen.any():
        return words
    return (
        f"{words} Each by itself, {scores.chosen[row, column]} of the seeds would choose this "
        f"cell; {cells(int(scores.region.sum()))} no higher than its worst seed."
    )


def cells(number):
    return "1 cell is" if number == 1 else f"{number} cells are"


def named(axis, place):
    name, values = axis
    return f"{LABELS[name]} {written(values[place])}"


def about_edges(result):
    """Say where to search further, if the best lies at an edge of the map."""
    if result.only_touched or not result.map.edges:
        return ""
    ways = [f"{SIDES[edge]} ({beyond(result, edge)})" for edge in result.further]
    if ways:
        return f"The best lies at the edge: search further {' and '.join(ways)}."
    return "The best lies at the edge, and there is nothing beyond."


def beyond(result, edge):
    """Name what lies beyond an edge."""
    name, values = result.across if edge in ("left", "right") else result.up
    below = edge in ("left", "down")
    return f"{LABELS[name]} {'below' if below else 'above'} {written(values[0 if below else -1])}"


def about_bad(result):
    """Count the cells that end no better than guessing, or not at all."""
    if result.only_touched:
        return ""
    useless, diverged = int(result.map.useless.sum()), int(result.map.diverged.sum())
    return f"No better than guessing: {useless}; diverged: {diverged}."


def about_touched(result):
    """Say how the touched cell does, with the first seed."""
    if result.run.status == "diverged":
        return "Touched: diverged."
    loss, right = result.own
    accuracy = f", {percent(right, 1)} of unseen samples right" if right == right else ""
    return f"Touched: validation loss {short(loss)}{accuracy}."


def brief(result, moment):
    """Say only how much is trained: which cell is lowest depends on last digits."""
    if result.stopped:
        return about_progress(result)
    if result.only_touched:
        return about_progress(result)
    rows, columns, seeds = result.map.loss.shape
    return f"{rows * columns} cells, {seeds} seed{'' if seeds == 1 else 's'} each."
