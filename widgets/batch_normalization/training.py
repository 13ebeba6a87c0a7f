"""Panel B of lesson 12: the same training without and with batch norm."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import PolyCollection

from lessons import Run, TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.batch_norm_effects import activation_inputs, percentiles, settled_loss
from lessons.engines import engine_at_hand
from lessons.initializers import INITIALIZERS
from lessons.verdict import count, guessing_loss, short, where_it_diverged
from widgets.artists import words
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.learning_rate.network import load
from widgets.marks import spread
from widgets.panel import Panel
from widgets.style import BLUE, GRAY, LIGHT, NORMAL, ORANGE, PINNED, RED, SMALL

SIZE = 8.6, 4.3
SETS = ("circle", "spiral", "xor", "gaussians", "moons")
WIDTH, DEEPEST = 16, 6
LOSSES = 1e-3, 10.0
REACH = 8
SHARES = 0.05, 0.25, 0.5, 0.75, 0.95
# The distributions are measured at so many epochs, and on so many training samples.
MOMENTS, SAMPLES = 25, 100
# As in a run's record: where the slope of the activation is below this, a unit hardly learns.
FLAT = 0.01
WITHOUT, WITH = ORANGE, BLUE
NAMES = "without", "with"


@dataclass(frozen=True, eq=False)
class Result:
    """Two runs, without and with batch norm, and the inputs of one unit of every layer.

    inputs: of each run, the epochs where they were measured, (S,), and their percentiles,
    (5, layers, S).
    """

    runs: tuple
    inputs: tuple
    split: data.Split
    settings: dict

    @property
    def run(self) -> Run:
        return self.runs[1]


def panel(lang="en", **settings):
    """Train without and with batch norm, all else the same, and watch what the layers are given.

    Parameters: settings, initial values of the knobs. Returns: a Panel, whose `run` is the one
    with batch norm.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> normalizing = panel()
    >>> normalizing
    4 layers of sigmoid, learning rate 0.1. Without batch norm: no better than guessing. \
With it: has learned.
    >>> normalizing.close()
    """
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-4, 1e2, 0.1),
        count_slider("batch_size", "batch size", "Samples per update, and per mean and variance",
                     1, 512, 32),
        int_slider("depth", "hidden layers", f"How many layers of {WIDTH} units", 1, DEEPEST, 4),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 300, 60, 10, 0.25),
        choice("activation", "activation", "Non-linearity of the hidden units",
               list(ACTIVATIONS), "sigmoid"),
        choice("init", "first weights", "What they are drawn from",
               list(INITIALIZERS), "he_normal"),
        choice("place", "batch norm", "Which side of the activation it sits on",
               ["before", "after"], "before"),
        choice("data", "data", "What the network has to learn", SETS, "circle"),
        int_slider("unit", "unit shown", "Which unit of each layer is shown", 1, WIDTH, 1),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"],
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train twice, and measure what one unit of every layer is given."""
    split = load(settings["data"], settings["seed"])
    names = "learning_rate", "batch_size", "epochs", "activation", "init", "seed"
    config = TrainConfig(
        hidden=(WIDTH,) * settings["depth"], **{name: settings[name] for name in names}
    )
    runs, inputs = [], []
    for k, place in enumerate((False, settings["place"])):
        run = train(replace(config, batch_norm=place), split, engine_at_hand(), progress.part())
        progress.report(k + 1, 2)
        runs.append(run)
        inputs.append(measure(run, split, settings["unit"] - 1))
    return Result(tuple(runs), tuple(inputs), split, settings)


def measure(run, split, unit):
    """Return some epochs of a run, and the percentiles of one unit's inputs in every layer."""
    epochs = np.unique(np.rint(np.linspace(0, run.completed_epochs, MOMENTS)).astype(int))
    z = activation_inputs(run, split.X_train[:SAMPLES], epochs)
    return epochs, percentiles(z[..., unit], SHARES)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: losses on the left, on the right the inputs of every layer, twice."""
    losses = figure.add_axes([0.055, 0.13, 0.26, 0.77])
    losses.set(yscale="log", ylim=LOSSES)
    losses.set_title("Training loss", pad=12)
    losses.grid(axis="y", color=LIGHT, linewidth=0.6)
    rows = [figure.add_axes([0.47, bottom, 0.52, 0.33]) for bottom in (0.57, 0.13)]
    bands = []
    for axes, color in zip(rows, (WITHOUT, WITH), strict=True):
        axes.set(xlim=(0, 1), ylim=(-REACH, REACH), xticks=[], yticks=[-8, -4, 0, 4, 8])
        axes.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
        bands.append([axes.add_collection(PolyCollection([], color=color, alpha=alpha, lw=0))
                      for alpha in (0.25, 0.45)])  # fmt: skip
    rows[0].text(0, 1.16, "What one unit of each layer passes to its activation, epoch by epoch",
                 transform=rows[0].transAxes, fontsize=NORMAL)  # fmt: skip
    for axes, name, color in zip(rows, NAMES, (WITHOUT, WITH), strict=True):
        axes.text(0, -0.04, f"{name} batch norm", transform=axes.transAxes, color=color,
                  fontsize=SMALL, va="top")  # fmt: skip
    return SimpleNamespace(
        pinned=[losses.plot([], [], color=PINNED, linewidth=1.3, linestyle=style)[0]
                for style in ((0, (2, 2)), "-")],
        now=losses.axvline(0, color=GRAY, linewidth=0.8),
        batches=losses.plot([], [], color=WITH, linewidth=0.9, alpha=0.7)[0],
        curves=[losses.plot([], [], color=color)[0] for color in (WITHOUT, WITH)],
        dots=[losses.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)[0]
              for color in (WITHOUT, WITH)],
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (WITHOUT, WITH, GRAY, WITH, PINNED)],
        lost=[losses.plot([], [], "X", color=RED, ms=9, mec="white", clip_on=False, zorder=6)[0]
              for _ in NAMES],
        x_label=words(losses, 0.5, -0.085, transform=losses.transAxes, fontsize=NORMAL,
                      ha="center", va="top"),
        rows=[
            SimpleNamespace(
                bands=row_bands,
                median=axes.plot([], [], color=color, linewidth=1.6)[0],
                now=axes.plot([], [], color=GRAY, linewidth=0.8)[0],
                note=words(axes, 1, -0.04, transform=axes.transAxes, fontsize=SMALL,
                           ha="right", va="top"),
            )
            for axes, row_bands, color in zip(rows, bands, (WITHOUT, WITH), strict=True)
        ],
        layers=[words(rows[0], 0, 1.03, transform=rows[0].transAxes, color=GRAY, fontsize=SMALL)
                for _ in range(DEEPEST)],
        epochs=words(rows[1], 0.5, -0.17, transform=rows[1].transAxes, fontsize=NORMAL,
                     ha="center", va="top"),
        still=SimpleNamespace(
            losses=losses, rows=rows,
            guess=losses.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))),
            flat=[axes.axhspan(low, low, color=LIGHT, alpha=0.55, lw=0, zorder=-1)
                  for axes in rows for low in (-REACH, REACH)],
            flat_texts=[axes.text(0.01, y, "", transform=axes.get_yaxis_transform(), color=GRAY,
                                  fontsize=SMALL, va="center")
                        for axes in rows for y in (-REACH + 1.4, REACH - 1.4)],
        ),
    )  # fmt: skip


def update(artists, result, epoch, pinned):
    """Move the artists to two runs."""
    show_losses(artists, result, epoch, pinned)
    depth, activation = result.settings["depth"], result.settings["activation"]
    shade(artists.still, activation)
    for layer, text in enumerate(artists.layers):
        text.set_text(f"layer {layer + 1}" if layer < depth else "")
        text.set_x(layer / depth)
    artists.epochs.set_text(f"in every layer: epochs 0 to {result.run.config.epochs}")
    for row, (epochs, values) in zip(artists.rows, result.inputs, strict=True):
        starts = (np.arange(depth) / depth)[:, None]
        x = starts + 0.9 / depth * epochs / result.run.config.epochs
        at = np.clip(values, -REACH, REACH)
        for band, (low, high) in zip(row.bands, ((0, 4), (1, 3)), strict=True):
            band.set_verts([outline(x[k], at[low, k], at[high, k]) for k in range(depth)])
        row.median.set_data(with_gaps(x), with_gaps(at[2]))
        now = np.repeat(starts + 0.9 / depth * epoch / result.run.config.epochs, 2, axis=1)
        row.now.set_data(with_gaps(now), with_gaps(np.tile([-REACH, REACH], (depth, 1))))
        far = np.abs(values).max()
        row.note.set_text(
            f"beyond this axis: up to {short(far)}" if far > REACH
            else "line: median; bands: 50 % and 90 % of the samples"
        )  # fmt: skip
        row.note.set_color(RED if far > REACH else GRAY)


def outline(x, low, high):
    """Return the corners of the area between two curves; a single moment still has some width."""
    if len(x) == 1:
        x, low, high = np.append(x, x + 0.01), np.repeat(low, 2), np.repeat(high, 2)
    return np.column_stack([np.append(x, x[::-1]), np.append(low, high[::-1])])


def with_gaps(values):
    """Put the curves of all layers in one, with a gap after each."""
    return np.pad(np.asarray(values, float), ((0, 0), (0, 1)), constant_values=np.nan).ravel()


def flat_zones(activation):
    """Return below and above which value the activation is flat, its slope below 0.01.

    >>> [round(float(end), 1) for end in flat_zones("sigmoid")]
    [-4.6, 4.6]
    """
    z = np.linspace(-REACH, REACH, 801)
    steep = z[np.abs(ACTIVATIONS[activation].derivative(z)) >= FLAT]
    return steep[0], steep[-1]


def shade(still, activation):
    """Shade where the activation is flat; only another activation changes the background."""
    low, high = flat_zones(activation)
    for k, (span, text) in enumerate(zip(still.flat, still.flat_texts, strict=True)):
        bottom, top = ((-REACH, low), (high, REACH))[k % 2]
        if (span.get_y(), span.get_height()) != (bottom, top - bottom):
            span.set(y=bottom, height=top - bottom)
            text.set_text("flat" if top - bottom > 1 else "")


def show_losses(artists, result, epoch, pinned):
    """Draw both histories, those of a pinned setting, and the moment that is shown."""
    still, epochs = artists.still, result.run.config.epochs
    guess = guessing_loss(result.split)
    if still.losses.get_xlim() != (0, epochs):
        still.losses.set_xlim(0, epochs)
    if still.guess.get_ydata()[0] != guess:
        still.guess.set_ydata([guess, guess])
    each = len(result.run.batch_loss) // epochs
    artists.x_label.set_text(f"epochs, of {count(each)} update{'' if each == 1 else 's'}")
    artists.now.set_xdata([epoch, epoch])
    heights, texts = [], []
    for k, (run, name) in enumerate(zip(result.runs, NAMES, strict=True)):
        artists.curves[k].set_data(np.arange(epochs + 1), np.clip(run.train_loss, *LOSSES))
        at = min(epoch, run.completed_epochs)
        loss = np.clip(run.train_loss[at], *LOSSES)
        artists.dots[k].set_data([at], [loss])
        # A run that was stopped at once has no losses at all.
        measured = np.isfinite(loss)
        heights.append(loss if measured else guess)
        texts.append(f"{name} {short(run.train_loss[at])}" if measured else "")
        artists.lost[k].set_data([], [])
        if run.status == "diverged":
            texts[-1] = f"{name}: diverged"
            artists.lost[k].set_data([run.stopped_at / each], [LOSSES[1]])
    batches = in_batches(result.run)
    artists.batches.set_data(np.arange(len(batches)) + 0.5, np.clip(batches, *LOSSES))
    heights += [guess, np.clip(batches[-1] if len(batches) else guess, *LOSSES)]
    texts += ["guessing", f"in batches {short(batches[-1])}" if len(batches) else ""]
    for line in artists.pinned:
        line.set_data([], [])
    if pinned:
        for run, line in zip(pinned.runs, artists.pinned, strict=True):
            line.set_data(np.arange(len(run.train_loss)), np.clip(run.train_loss, *LOSSES))
        last = pinned.run.train_loss[pinned.run.completed_epochs]
        heights.append(np.clip(last, *LOSSES))
        texts.append("pinned, with")
    low, high = np.log10(LOSSES)
    apart = spread(np.log10(heights), 0.19)
    apart += max(0, low - apart.min()) - max(0, apart.max() - high)
    for end, height, text in zip(artists.ends, [*apart, 0], [*texts, ""], strict=False):
        end.set_position((1.03 * epochs, 10**height))
        end.set_text(text)


def in_batches(run):
    """Return the mean loss of the batches of every epoch: in training mode, as they were met."""
    starts = run.epoch_starts[: run.completed_epochs + 1]
    sums = np.add.reduceat(run.batch_loss[: starts[-1]], starts[:-1]) if len(starts) > 1 else []
    return np.asarray(sums) / np.diff(starts)


# --- words --------------------------------------------------------------------------------------


def describe(result, epoch):
    """Say how both trainings ended, and what the last layer was given in each."""
    depth = result.settings["depth"]
    parts = [f"{heading(result)}."]
    for run, (_, values), name in zip(result.runs, result.inputs, NAMES, strict=True):
        end = run.completed_epochs
        if run.status == "cancelled":
            parts.append(f"{name.capitalize()} batch norm: stopped by hand.")
            continue
        low, high = values[0, -1, -1], values[-1, -1, -1]
        ended = where_it_diverged(run) if run.status == "diverged" else fate(run, result.split)
        parts.append(
            f"{name.capitalize()} batch norm: loss {short(run.train_loss[0])} → "
            f"{short(run.train_loss[end])}, {ended}; at the end 90 % of what "
            f"unit {result.settings['unit']} of layer {depth} is given lies between "
            f"{short(low)} and {short(high)}."
        )
    stopped = any(run.status == "cancelled" for run in result.runs)
    if epoch < result.run.config.epochs and not stopped:
        losses = [short(run.train_loss[min(epoch, run.completed_epochs)]) for run in result.runs]
        parts.append(f"Shown: epoch {epoch}, loss {losses[0]} without and {losses[1]} with.")
    return " ".join(parts)


def brief(result, epoch):
    """Say only how both ended: the numbers of a deep network hang on the last digits."""
    ends = [fate(run, result.split) for run in result.runs]
    return f"{heading(result)}. Without batch norm: {ends[0]}. With it: {ends[1]}."


def heading(result):
    knobs = result.settings
    layers = f"{knobs['depth']} layer{'' if knobs['depth'] == 1 else 's'}"
    rate = short(knobs["learning_rate"])
    return f"{layers} of {knobs['activation']}, learning rate {rate}"


def fate(run, split):
    """Say in a few words what became of a training, by the median of its last quarter of epochs.

    A single epoch says little: with batch norm the loss in evaluation mode jumps.

    >>> split = data.moons()
    >>> fate(train(TrainConfig(), split), split)
    'has learned'
    """
    if run.status == "diverged":
        return "diverged"
    if run.status == "cancelled":
        return "stopped by hand"
    share = settled_loss(run) / guessing_loss(split)
    if share > 1.1:
        return "worse than guessing"
    if share > 0.95:
        return "no better than guessing"
    return "has learned little" if share > 0.5 else "has learned"
