"""Panel C of lesson 09: units that begin alike, and what they become."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.experiments.gradients import symmetry as units
from lessons.experiments.settled import has_learned, learned_or_not
from lessons.initializers import INITIALIZERS
from lessons.numerals import count, short
from lessons.verdict import guessing_loss, where_it_diverged
from widgets.artists import words
from widgets.data_sets import load
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.marks import count_along
from widgets.options import menu, title
from widgets.panel import Panel
from widgets.style import BLUE, GRAY, LIGHT, NORMAL, ORANGE, PINNED, RED, SMALL, TRAINING
from widgets.touch import to_time

SIZE = 8.6, 3.9
BLOCKS = ((0, 0, 500, 390), (500, 0, 860, 196), (500, 196, 860, 390))
SETS = "circle", "spiral", "xor", "gaussians", "moons"
LAYERS = 2
WEIGHTS, LOSSES = (-3.0, 3.0), (1e-3, 10.0)
MOST = 16
COUNTS = 0.8, 20.0


@dataclass(frozen=True, eq=False)
class Result:
    """A run, and how many units of a layer differ.

    Attributes: run; split; weights, into each unit of the layer that is looked at, (epochs, in,
    units); distinct, of each layer the count at every epoch; settings.
    """

    run: Run
    split: data.Split
    weights: np.ndarray
    distinct: tuple
    settings: dict

    @property
    def outcome(self):
        return f"{told(self.distinct[self.layer][-1], self.settings['units'])} differ"

    @property
    def layer(self):
        return self.settings["layer"] - 1


def symmetry(lang="en", **settings):
    """Train from weights that are all 0, all alike, or random, and count the units that differ.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = symmetry(init="constant")
    >>> int(panel.result.distinct[0].max())
    1
    >>> panel.close()
    """
    knobs = [
        choice("init", "first weights", "What they are drawn from",
               menu(INITIALIZERS), "constant", width=240),
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "relu"),
        choice("dropout", "dropout", "Share of units that are left out in an update",
               [0.0, 0.1, 0.2, 0.5], 0.0),
        choice("layer", "hidden layer", "Whose weights are drawn", [1, 2], 1),
        count_slider("units", "units per layer", "Of each of the two hidden layers", 2, MOST, 8),
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-3, 10, 0.3, width=440),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 100, 30, 10, 0.25),
        choice("data", "data", "What the network has to learn", SETS, "circle"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=lambda settings: settings["epochs"],
        touch={"weights": to_epoch, "losses": to_epoch_of_loss}, blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Train, and compare the units bit for bit."""
    split = load(settings["data"], settings["seed"])
    names = "init", "activation", "dropout", "learning_rate", "epochs", "seed"
    config = TrainConfig(
        hidden=(settings["units"],) * LAYERS, **{name: settings[name] for name in names}
    )
    run = train(config, split, engine_at_hand(), progress)
    return Result(
        run, split, units.incoming(run, settings["layer"] - 1),
        tuple(units.history(run, layer) for layer in range(LAYERS)), settings,
    )  # fmt: skip


def to_epoch(touch):
    """Go to this epoch; the knob epoch does the same."""
    return to_time(touch)


def to_epoch_of_loss(touch):
    """Go to this epoch of the loss; the knob epoch does the same."""
    return to_time(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: weights on the left, counts and loss on the right."""
    weights = figure.add_axes([0.06, 0.125, 0.5, 0.74])
    counts = figure.add_axes([0.655, 0.61, 0.26, 0.27])
    losses = figure.add_axes([0.655, 0.125, 0.26, 0.27])
    weights.set(ylim=WEIGHTS, yticks=[-3, -2, -1, 0, 1, 2, 3], label="weights")
    weights.axhline(0, color=LIGHT, linewidth=0.8, zorder=0)
    weights.set_xlabel("epochs", labelpad=1)
    counts.set(yscale="log", ylim=COUNTS)
    counts.set_yticks([1, 2, 4, 8, 16], ["1", "2", "4", "8", "16"])
    losses.set(yscale="log", ylim=LOSSES, label="losses")
    losses.set_xlabel("epochs", labelpad=1)
    losses.set_title("Training loss")
    counts.set_title("Units that differ, by a bit at least")
    for axes in (weights, counts, losses):
        axes.minorticks_off()
        count_along(axes)
    for axes in (counts, losses):
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    lines = [weights.plot([], [], color=color, linewidth=1.1)[0] for color in (BLUE, ORANGE)]
    loss = losses.plot([], [], color=TRAINING)[0]
    return SimpleNamespace(
        heading=words(weights, 0, 1.085, transform=weights.transAxes, fontsize=NORMAL),
        inputs=[words(weights, x, 1.015, transform=weights.transAxes, color=color, fontsize=SMALL)
                for x, color in ((0, BLUE), (0.3, ORANGE))],
        lines=lines,
        steps=[counts.plot([], [], color=color, linewidth=width, linestyle=style)[0]
               for color, width, style in ((BLUE, 3, "-"), (ORANGE, 1.6, (0, (4, 2))))],
        ends=[words(counts, 1.03, y, transform=counts.transAxes, color=color, fontsize=SMALL)
              for y, color in ((0.05, BLUE), (0.25, ORANGE))],
        loss=loss,
        guess=losses.plot([], [], color=GRAY, linewidth=1, linestyle=(0, (1, 2)))[0],
        pinned=losses.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0],
        pinned_text=words(losses, 0.03, 0.05, transform=losses.transAxes, color=PINNED,
                          fontsize=SMALL, ground="white"),
        dot=losses.plot([], [], "o", color=TRAINING, ms=5, clip_on=False, zorder=4)[0],
        loss_text=words(losses, 1.03, 0.5, transform=losses.transAxes, color=TRAINING,
                        fontsize=SMALL, va="center"),
        broken=words(losses, 1, 1.03, transform=losses.transAxes, color=RED, fontsize=SMALL,
                     ha="right"),
        now=[axes.plot([], [], color=GRAY, linewidth=1, clip_on=False)[0]
             for axes in (weights, counts, losses)],
        exits=draw_exits(weights, lines) + draw_exits(losses, [loss], values=False),
        still=SimpleNamespace(weights=weights, counts=counts, losses=losses),
    )  # fmt: skip


def update(artists, result, epoch, pinned):
    """Move the artists to a run, up to the epoch that is shown."""
    run, epochs = result.run, result.run.config.epochs
    for axes in vars(artists.still).values():
        if axes.get_xlim() != (0, epochs):
            axes.set_xlim(0, epochs)
    show_weights(artists, result, epoch)
    for step, distinct, end, name in zip(
        artists.steps, result.distinct, artists.ends, ("layer 1", "layer 2"), strict=True
    ):
        step.set_data(np.arange(len(distinct)), distinct)
        end.set_text(f"{name}: {distinct[min(epoch, len(distinct) - 1)]}")
    show_curve(artists.loss, np.arange(epochs + 1), run.train_loss)
    show_point(artists.dot, epoch, run.train_loss[epoch])
    guess = guessing_loss(result.split)
    artists.guess.set_data([0, epochs], [guess, guess])
    loss = run.train_loss[epoch]
    artists.loss_text.set_text(short(loss) if np.isfinite(loss) else "")
    artists.broken.set_text(where_it_diverged(run) if run.status == "diverged" else "")
    for line, ends in zip(artists.now, (WEIGHTS, COUNTS, LOSSES), strict=True):
        line.set_data([epoch, epoch], ends)
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        losses = pinned.run.train_loss[: pinned.run.completed_epochs + 1]
        show_curve(artists.pinned, np.arange(len(losses)), losses)
        artists.pinned_text.set_text(pinned.label)
    show_exits(artists.exits, [*artists.lines, artists.loss])


def show_weights(artists, result, epoch):
    """Draw every weight into the layer as a line; equal ones lie on each other."""
    shown = result.weights[: epoch + 1]
    n_in, layer = shown.shape[1], result.settings["layer"]
    groups = ([0], [1]) if layer == 1 else (list(range(n_in)), [])
    for line, rows in zip(artists.lines, groups, strict=True):
        x, y = with_gaps(shown[:, rows, :].reshape(len(shown), -1))
        show_curve(line, x, y)
        # At the start there is no line yet, only where it begins.
        line.set_marker("" if epoch else "o")
    number = n_in * shown.shape[2]
    now = len(np.unique(shown[-1] + 0.0))
    artists.heading.set_text(f"{count(number)} weights into layer {layer}, {count(now)} different")
    names = ("from input 1", "from input 2") if layer == 1 else ("from the units of layer 1", "")
    for text, name in zip(artists.inputs, names, strict=True):
        text.set_text(name)


def with_gaps(values):
    """Put many lines (points, lines) behind each other, with a gap after each: x and y.

    >>> [part.tolist() for part in with_gaps(np.array([[1.0], [2.0]]))]
    [[0.0, 1.0, nan], [1.0, 2.0, nan]]
    """
    points, lines = values.shape
    x = np.append(np.arange(points, dtype=float), np.nan)
    gap = np.full((1, lines), np.nan)
    return np.tile(x, lines), np.concatenate([values, gap]).T.ravel()


# --- words --------------------------------------------------------------------------------------


def describe(result, epoch):
    """Say how many units differ, what has moved, and how the training ended."""
    run, n = result.run, result.settings["units"]
    parts = [f"{heading(result)}."]
    if run.status == "cancelled":
        return f"{parts[0]} Stopped by hand."
    counts = [distinct[min(epoch, len(distinct) - 1)] for distinct in result.distinct]
    parts.append(
        f"After {passed(min(epoch, len(result.weights) - 1))} {told(counts[0], n)} of layer 1 "
        f"differ, and {told(counts[1], n)} of layer 2."
    )
    if not any(units.has_moved(run, layer) for layer in range(LAYERS + 1)):
        b = run.snapshots[-1][-1].b
        parts.append(
            "No weight has moved from its start"
            + ("; only the biases of the outputs have." if np.any(b != 0) else ".")
        )
    parts.append(f"{fate(result)}.")
    return " ".join(parts)


def heading(result):
    settings = result.settings
    dropout = f", dropout {settings['dropout']:g}" if settings["dropout"] else ""
    return f"First weights {title(settings['init'])}, {title(settings['activation'])}{dropout}"


def passed(epochs):
    return f"{count(epochs)} epoch{'' if epochs == 1 else 's'}"


def told(number, n):
    """Say how many of n units differ.

    >>> told(1, 8), told(8, 8), told(3, 8)
    ('none of 8 units', 'all of 8 units', '3 of 8 units')
    """
    if number == 1:
        return f"none of {n} units"
    return f"{'all' if number == n else number} of {n} units"


def fate(result):
    """Say how the training ended."""
    run = result.run
    if run.status == "diverged":
        return f"The run {where_it_diverged(run)}"
    return f"The network {learned_or_not(run, result.split)}"


def brief(result, epoch):
    """Say what is the same on every machine: counts, and whether it has learned."""
    counts = [told(distinct[-1], result.settings["units"]) for distinct in result.distinct]
    learned = "has learned" if has_learned(result.run, result.split) else "has not learned"
    return (
        f"{heading(result)}: {counts[0]} of layer 1 differ, and {counts[1]} of layer 2; the "
        f"network {learned}."
    )
