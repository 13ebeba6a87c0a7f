"""The playground: any knob, any data set, and the whole training again at every tick."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import Run, data, train
from lessons.data.features import FEATURES, features_of, with_features
from lessons.engines import engine_at_hand
from lessons.experiments.playground.painting import REACH
from lessons.experiments.playground.samples import draw
from lessons.experiments.playground.views import confusion, gradient_lengths, unit_maps
from lessons.numerals import count, percent, short
from lessons.parameters import count_parameters, sizes_of
from lessons.side_by_side import train_side_by_side
from lessons.verdict import describe_losses
from widgets.beliefs import after, mix_colors
from widgets.loss_curves import draw_losses, to_epoch, update_losses
from widgets.panel import Panel
from widgets.playground.brush import (
    describe_painted,
    draw_palette,
    is_example,
    painted_samples,
    to_brush,
    to_nothing,
    to_one_less,
    to_stroke,
    update_palette,
)
from widgets.playground.drawn import (
    EDGE,
    LEFT,
    WIDTH,
    draw_network,
    signed,
    touched,
    update_network,
)
from widgets.playground.knobs import (
    COLORS,
    FEATURE_FIELDS,
    GROUPS,
    OUTPUT,
    PAINTED,
    config_of,
    features_on,
    idle,
    make_knobs,
    unit_of,
)
from widgets.playground.plane import draw_plane, update_plane
from widgets.style import GRAY

SIZE = 8.6, 4.2
BLOCKS = ((0, 0, 574, 420), (574, 0, 860, 420))
# Points along each side of a map; every other one is enough for a small one.
GRID = 48
SEEDS = 10
# The large map is paler than the samples on it.
PALE = 0.6
# The room that a line of text needs beside the small losses, in powers of ten.
LINE = 0.55


@dataclass(frozen=True, eq=False)
class Result:
    """A run, its data with the features, the same samples in the plane, and what the knobs say.

    band: training losses of ten runs, (10, epochs + 1), once they are there, or None.
    """

    run: Run
    split: data.Split
    samples: data.Split
    settings: dict
    band: np.ndarray | None = None
    rest: Callable | None = None


@dataclass(frozen=True, eq=False)
class Moment:
    """What the network is after some epochs.

    Attributes: epoch; params; inputs and units, images of features and of hidden units, by layer;
    large, the large image; right, words about the answers; counts, of answers by class, or None.
    """

    epoch: int
    params: list
    inputs: list
    units: list
    large: np.ndarray
    right: str
    counts: np.ndarray | None


def panel(lang="en", **settings):
    """Play with every knob at once; the whole run follows.

    Parameters: settings, initial values of the knobs.
    Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> play = panel(data="circle", layers=1, units1=4, epochs=50)
    >>> len(play.moment.units[0])
    4
    >>> play.close()
    """
    return Panel(
        make_knobs(), compute, draw_all, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
        touch={
            "network": touch_network, "losses": to_epoch, "plane": to_stroke, "brush": to_brush,
            "undo": to_one_less, "clear": to_nothing,
        },
        blocks=BLOCKS, idle=idle, groups=GROUPS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once; where a band is wanted, nine more times after that."""
    samples = samples_of(settings)
    split = with_features(samples, features_on(settings))
    config = config_of(settings)
    run = train(config, split, engine_at_hand(), progress, "fit")
    result = Result(run, split, samples, settings)

    def others(progress):
        configs = [config_of(settings, settings["seed"] + k) for k in range(1, SEEDS)]
        runs = train_side_by_side(configs, split, engine_at_hand(), progress, "ends")
        if progress.cancelled:
            return replace(result, rest=None)
        return replace(result, band=np.array([r.train_loss for r in (run, *runs)]), rest=None)

    wanted = settings["seeds"] and not progress.cancelled
    return replace(result, rest=others) if wanted else result


def samples_of(settings):
    """Return the samples that the knobs ask for, or those that a hand has painted."""
    if settings["data"] == PAINTED:
        return painted_samples(settings)
    return draw(*(settings[field] for field in ("data", "noise", "share", "seed")))


def frame(result, time):
    """Return what the network is at an epoch, or at the last epoch before a run stopped."""
    run, settings = result.run, result.settings
    epoch = min(time, run.completed_epochs)
    params = run.snapshots[epoch]
    units, prediction = unit_maps(params, run.config, features_of(GROUND, features_on(settings)))
    images = [[tile(values) for values in scaled(layer).T] for layer in units]
    chosen = unit_of(settings["shown"], images)
    large = scaled(units[chosen[0]])[:, chosen[1]] if chosen else prediction
    right, counts = answers(result, epoch, params)
    if is_example(settings):
        right = "an example: paint your own here"
    large = large_map(large, settings["discrete"])
    return Moment(epoch, params, INPUT_IMAGES, images, large, right, counts)


def large_map(values, discrete):
    """Make the large image of values from -1 to 1, or of the probabilities of two or more classes.

    Parameters: discrete, whether only which one it is counts, not how surely.
    """
    if values.ndim == 2 and values.shape[1] > 2:
        beliefs = np.eye(values.shape[1])[values.argmax(axis=1)] if discrete else values
        return mix_colors(beliefs.reshape(GRID, GRID, -1), PALE)
    answer = values[:, 1] * 2 - 1 if values.ndim == 2 else values
    return signed((np.sign(answer) if discrete else answer).reshape(GRID, GRID), PALE)


def scaled(values):
    """Bring what each unit gives into -1 to 1, by its largest size over the plane."""
    largest = np.abs(np.nan_to_num(values)).max(axis=0)
    return values / np.where(largest > 0, largest, 1)


def tile(values):
    """Make the small image of a unit."""
    return signed(values.reshape(GRID, GRID)[::2, ::2])


def answers(result, epoch, params):
    """Say how many answers are right; for classes, count them too."""
    split, run = result.split, result.run
    if split.task == "regression":
        return f"unseen samples: MSE {short(run.val_loss[epoch])}", None
    counts = confusion(params, run.config, split.X_val, split.y_val, len(split.classes))
    if not counts.any():
        return "no unseen samples", None
    return f"unseen samples: {percent(np.trace(counts) / counts.sum())} right", counts


def ground():
    """Return the points of the maps, (GRID², 2), row by row from the lower left."""
    x, y = np.meshgrid(*[np.linspace(-REACH, REACH, GRID, dtype=np.float32)] * 2)
    return np.column_stack([x.ravel(), y.ravel()])


GROUND = ground()
INPUT_IMAGES = [tile(values) for values in scaled(features_of(GROUND, list(FEATURES))).T]


def touch_network(touch):
    """Touch a unit to enlarge it, an input, − or +; the knobs behind data, network do the same.

    What is touched is what the pointer went down on.
    """
    return touched(*touch.start, touch.settings)


# --- picture ------------------------------------------------------------------------------------


def network_place():
    """Return where the network is drawn, in parts of the picture; names of inputs stand before."""
    width, height = 100 * SIZE[0], 100 * SIZE[1]
    return LEFT / width, EDGE / height, (WIDTH - LEFT) / width, 1 - 2 * EDGE / height


def draw_all(figure):
    """Make the artists: the network, the large map, the losses."""
    network = figure.add_axes(network_place())
    plane = figure.add_axes([0.723, 0.435, 0.225, 0.461])
    losses = draw_losses(figure.add_axes([0.723, 0.115, 0.145, 0.2]))
    axes = losses.still.axes
    losses.x_label.set_position((0.5, -0.22))
    # The title's place is needed for where a run diverged.
    axes.set_title("")
    axes.set_ylabel("loss", labelpad=-3)
    return SimpleNamespace(
        network=draw_network(network), plane=draw_plane(plane),
        palette=draw_palette(figure), losses=losses,
        band=[axes.plot([], [], color=GRAY, linewidth=1, zorder=1)[0] for _ in range(SEEDS)],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a moment of a run."""
    run = result.run
    lengths = gradient_lengths(run, moment.epoch)
    update_network(artists.network, result.settings, moment, lengths)
    update_plane(artists.plane, result, moment)
    update_palette(artists.palette, result.settings)
    before, label = (pinned.run, pinned.label) if pinned else (None, "")
    update_losses(artists.losses, run, result.split, moment.epoch, before, label, LINE)
    for k, line in enumerate(artists.band):
        shown = result.band is not None
        line.set_data(*((np.arange(run.config.epochs + 1), result.band[k]) if shown else ([], [])))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how the run went, which answers are right, and how large the network is."""
    run, split = result.run, result.split
    parts = [brief(result, moment), describe_losses(run, split)]
    if moment.counts is not None and run.status != "diverged":
        right, all_ = np.diag(moment.counts), moment.counts.sum(axis=1)
        counts = [f"{right[k]} of {all_[k]} of class {k} ({COLORS[k]})" for k in range(len(right))]
        parts.append(f"Unseen samples right {after(moment.epoch)}: {', '.join(counts)}.")
    parts.append(describe_painted(result))
    if not any(result.settings[field] for field in FEATURE_FIELDS):
        parts.append("All inputs are off: x1 stays.")
    shown = result.settings["shown"]
    if shown != OUTPUT and not unit_of(shown, moment.units):
        parts.append(f"There is no unit {shown}: the answer is shown.")
    if result.band is not None:
        ends = np.sort(result.band[:, -1])
        parts.append(f"Ten seeds end at a training loss of {short(ends[0])} to {short(ends[-1])}.")
    return " ".join(part for part in parts if part)


def brief(result, moment):
    """Say what is the same on every machine: how large the network is, and how it went."""
    sizes = sizes_of(moment.params)
    parameters = count_parameters(sizes, bool(result.run.config.batch_norm))
    return f"{'–'.join(map(str, sizes))} units, {count(parameters)} parameters."
