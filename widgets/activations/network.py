"""Panel C of lesson 06: one network, trained anew with every activation at every tick."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_rgb

from lessons import TrainConfig, data, decision_map
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.experiments.activations.collapse import boundary, collapse, line_in_box
from lessons.experiments.activations.saturation import FLAT, count_dead, flat_shares
from lessons.initializers import INITIALIZERS
from lessons.numerals import count, short
from lessons.parameters import count_parameters
from lessons.plan import layer_sizes
from lessons.side_by_side import train_side_by_side
from widgets.artists import Layer, PixelMap, words
from widgets.beliefs import after, mix_colors, ranges
from widgets.data_sets import load
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.options import menu, title
from widgets.panel import Panel
from widgets.style import BLACK, CLASSES, GRAY, NORMAL, PINNED, RED, SMALL

SETS = ("spiral", "circle", "xor", "gaussians", "moons")
# In units of 100 pixels: from one cell to the next, and the side of a map.
COLUMNS, PITCH, SIDE = 5, (1.716, 2.18), 1.5
# GELU's tanh form gives the same pictures as GELU; its place is taken by the legend.
SHOWN = [name for name in ACTIVATIONS if name != "gelu_tanh"]
ROWS = len(SHOWN) // COLUMNS + 1
SIZE = 8.6, 0.02 + ROWS * PITCH[1]
BLOCKS = [
    (100 * PITCH[0] * column, 100 * PITCH[1] * row, 100 * PITCH[0] * (column + 1),
     100 * PITCH[1] * (row + 1))
    for row in range(ROWS) for column in range(COLUMNS)
]  # fmt: skip
LEGEND = f"""In %: unseen samples
right. Maps: x1 across,
x2 up, in the color of the
class believed in.
Strips: a cell per unit,
a row per layer. Gray: for
how many samples its
slope is below {FLAT:g}; red:
for all, it is dead.
Dashed: the edge of the
identity layers when
multiplied into one.
Diverged: as it last was."""
# Small pictures: few points suffice, and samples would hide the map if all were shown.
MAP_POINTS, SHOWN_SAMPLES = 36, 120
# The summary stored in notebooks sorts runs by this share of right answers.
GOOD = 0.85
LITTLE, MUCH = 0.001, 1000
# A unit whose slope is flat for no sample, for nearly all, and for all of them.
LIVELY, FLAT_GRAY, DEAD = 240.0, 90.0, 255 * np.array(to_rgb(RED))


@dataclass(frozen=True, eq=False)
class Result:
    """A run for each activation, and their data."""

    runs: dict
    split: data.Split

    @property
    def run(self):
        return self.runs["relu"]


@dataclass(frozen=True, eq=False)
class Moment:
    """What the networks believe after some epochs, and what their units do.

    beliefs: of each activation, probabilities over the plane; shares: of each, one array for each
    layer with the share of samples for which a unit is flat; line: two points of the boundary of
    the collapsed identity network.
    """

    epoch: int
    beliefs: dict
    shares: dict
    line: np.ndarray


def panel(lang="en", **settings):
    """Train the same network with every activation, side by side, at every tick of a slider.

    Parameters: settings, initial values of the knobs. Returns: a Panel, whose `result.runs` has
    a run for each activation; `run` is that of ReLU.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> side_by_side = panel(data="gaussians", epochs=10)
    >>> len(side_by_side.result.runs), side_by_side.run.config.activation
    (9, 'relu')
    >>> side_by_side.close()
    """
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-4, 1e2, 0.2, width=440),
        int_slider("depth", "hidden layers", "How many layers of units lie between in and out",
                   1, 6, 2, width=380),
        count_slider("width", "units per layer", "The hidden size", 1, 32, 16, width=290),
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 32, width=255),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 1000, 40, 10, 0.25),
        choice("init", "first weights", "How the weights are drawn before training",
               menu(INITIALIZERS), "he_normal", width=210),
        choice("data", "data", "What the networks have to learn", SETS, "spiral", width=190),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0,
                   width=395),
    ]  # fmt: skip
    made = Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
        blocks=BLOCKS,
    )  # fmt: skip
    made.summary.layout.min_height = "58px"  # three lines, so that nothing below moves
    return made


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once per activation; all else is the same, the first weights too."""
    knobs = dict(settings)
    split = load(knobs.pop("data"), settings["seed"])
    hidden = (knobs.pop("width"),) * knobs.pop("depth")
    configs = [TrainConfig(hidden=hidden, activation=name, **knobs) for name in SHOWN]
    # The last of them take longest: begun first, they do not keep a core waiting at the end.
    runs = train_side_by_side(configs[::-1], split, engine_at_hand(), progress, "fit")[::-1]
    return Result(dict(zip(SHOWN, runs, strict=True)), split)


def frame(result, time):
    """Return what the networks are at an epoch, or at the last epoch before a run stopped."""
    box, beliefs, shares = ranges(result.split), {}, {}
    for name, run in result.runs.items():
        params = run.snapshots[min(time, run.completed_epochs)]
        beliefs[name] = decision_map(params, run.config, *box, MAP_POINTS, engine_at_hand())
        shares[name] = flat_shares(params, run.config, result.split.X_train)
    straight = result.runs["identity"]
    one = collapse(straight.snapshots[min(time, straight.completed_epochs)])
    return Moment(time, beliefs, shares, line_in_box(*boundary(one), *box))


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: for each activation a map, its units below it, its results above it."""
    cells = {name: draw_cell(figure, k, name) for k, name in enumerate(SHOWN)}
    left, top = corner(len(SHOWN))
    figure.text(
        left / SIZE[0], top / SIZE[1], LEGEND, color=GRAY, fontsize=SMALL, va="top",
        linespacing=1.2,
    )  # fmt: skip
    line = cells["identity"].still.axes.plot(
        [], [], color=BLACK, linewidth=1.6, linestyle=(0, (3, 2)), zorder=6
    )[0]
    pinned = words(
        cells["identity"].still.axes, left / SIZE[0], (top - PITCH[1] + 0.06) / SIZE[1],
        transform=figure.transFigure, color=PINNED, fontsize=SMALL,
    )  # fmt: skip
    return SimpleNamespace(**cells, line=line, pinned=pinned, shown=None)


def corner(k):
    """Return where cell k begins: its left and its top, in units of 100 pixels."""
    row, column = divmod(k, COLUMNS)
    return 0.06 + column * PITCH[0], SIZE[1] - 0.06 - row * PITCH[1]


def draw_cell(figure, k, name):
    """Make the artists of one activation."""
    (left, top), (width, height) = corner(k), SIZE
    axes = figure.add_axes(
        [left / width, (top - 0.36 - SIDE) / height, SIDE / width, SIDE / height]
    )
    strip = figure.add_axes(
        [left / width, (top - 0.56 - SIDE) / height, SIDE / width, 0.16 / height]
    )
    for frame_ in (axes, strip):
        frame_.set(xticks=[], yticks=[])
        frame_.set(xlim=(0, 1), ylim=(0, 1))
        frame_.spines[:].set_visible(False)
    axes.text(0, 1.16, title(name), transform=axes.transAxes, fontweight="bold", fontsize=NORMAL)

    def text(x, y, color=BLACK, size=NORMAL, side="left"):
        return words(
            axes, x, y, transform=axes.transAxes, color=color, fontsize=size, ha=side, va="bottom"
        )

    return SimpleNamespace(
        map=PixelMap(axes),
        units=PixelMap(strip),
        samples=Layer(
            axes,
            [
                axes.plot([], [], marker, ms=3.4, mec="white", mew=0.7, color=color, ls="")[0]
                for marker, color in zip("os", CLASSES, strict=False)
            ],
        ),
        right=text(1, 1.135, side="right"),
        loss=text(0, 1.015, GRAY, SMALL),
        dead=text(1, 1.015, RED, SMALL, "right"),
        pinned=text(1, 1.015, PINNED, SMALL, "right"),
        still=SimpleNamespace(axes=axes),
    )


def update(artists, result, moment, pinned):
    """Move the artists to the runs, as they stand at a moment."""
    box = ranges(result.split)
    for name, run in result.runs.items():
        cell, epoch = getattr(artists, name), min(moment.epoch, run.completed_epochs)
        if artists.shown is not result.split:  # the samples stay until there are others
            show_samples(cell, result.split, box)
        cell.map.set_data(mix_colors(moment.beliefs[name]))
        cell.units.set_data(unit_colors(moment.shares[name]))
        cell.units.smooth = False
        broken = run.status == "diverged" and moment.epoch > epoch
        cell.right.set_text("diverged" if broken else percent(run.val_accuracy[epoch]))
        cell.right.set_color(RED if broken else BLACK)
        cell.right.set_fontsize(SMALL if broken else NORMAL)
        cell.loss.set_text(f"loss {loss_text(run.train_loss[epoch])}")
        before = pinned.runs[name] if pinned else None
        dead, _ = count_dead(moment.shares[name])
        cell.dead.set_text(f"{dead} dead" if dead and not pinned else "")
        cell.pinned.set_text(
            f"pinned {percent(before.val_accuracy[before.completed_epochs])}" if before else ""
        )
    artists.pinned.set_text(pinned.label if pinned else "")
    artists.shown = result.split
    artists.line.set_data(*place(moment.line, box).T)


def show_samples(cell, split, box):
    """Put some training samples on the map."""
    shown = slice(SHOWN_SAMPLES)
    for k, points in enumerate(cell.samples):
        points.set_data(*place(split.X_train[shown][split.y_train[shown] == k], box).T)


def place(points, box):
    """Return where points lie on a map, whose sides go from 0 to 1 for any data.

    Without limits that change, the background need never be drawn again.
    """
    low, high = np.transpose(box)
    return (points - low) / (high - low)


def unit_colors(shares):
    """Turn shares of flat samples into pixels: a row for each layer, the first on top."""
    share = np.array(shares)[::-1, :, None]
    pixels = LIVELY - share * (LIVELY - FLAT_GRAY)
    return np.where(share == 1, DEAD, pixels).round().astype(np.uint8)


def loss_text(loss):
    """Write a loss in the little room there is."""
    if loss < LITTLE:
        return f"< {LITTLE:g}"
    return f"> {count(MUCH)}" if loss > MUCH else short(loss)


def percent(share):
    """Write a share of right answers."""
    return f"{100 * share:.0f}%" if np.isfinite(share) else "–"


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how many answers are right with each activation, and which units are dead."""
    parts = [
        f"Unseen samples classified correctly, {after(moment.epoch)}: {accuracies(result, moment)}."
    ]
    dead = {name: count_dead(shares) for name, shares in moment.shares.items()}
    named = [f"{title(name)} {n}" for name, (n, _) in dead.items() if n]
    units = dead["relu"][1]
    parts.append(f"Dead, of {units} units: {', '.join(named)}." if named else "No unit is dead.")
    if any(run.status == "cancelled" for run in result.runs.values()):
        parts.append("Stopped by hand.")
    return f"{sizes(result)} {' '.join(parts)}"


def accuracies(result, moment):
    """List the activations with their share of right answers."""
    texts = []
    for name, run in result.runs.items():
        epoch = min(moment.epoch, run.completed_epochs)
        broken = run.status == "diverged" and moment.epoch > epoch
        texts.append(f"{title(name)} {'diverged' if broken else percent(run.val_accuracy[epoch])}")
    return ", ".join(texts)


def sizes(result):
    """Say how large the network is, and where a batch cannot be as large as the knob says."""
    shape, samples = layer_sizes(result.run.config, result.split), len(result.split.X_train)
    total = count(count_parameters(shape))
    all_at_once = result.run.config.batch_size >= samples
    batch = f" All {count(samples)} samples in a batch." if all_at_once else ""
    return f"Layers {'–'.join(map(str, shape))}, {total} weights and biases.{batch}"


def brief(result, moment):
    """Say only who is clearly above the line, and who below, not the last samples."""
    good, poor = [], []
    for name, run in result.runs.items():
        share = run.val_accuracy[run.completed_epochs]
        (good if share >= GOOD else poor).append(title(name))
    return (
        f"{sizes(result)} At least {100 * GOOD:.0f}% of unseen samples right: "
        f"{', '.join(good) or 'none'}. Less: {', '.join(poor) or 'none'}."
    )
