"""Panel C of lesson 11: a network on few noisy samples, and four ways to hold it back."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data
from lessons.engines import engine_at_hand
from lessons.experiments.counted import draw as draw_samples
from lessons.experiments.regularization.input_noise import train_with_noise
from lessons.numerals import count, percent, short
from lessons.verdict import guessing_loss, where_it_diverged
from widgets.artists import words
from widgets.beliefs import draw_beliefs, look, update_beliefs
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import between, choice, count_slider, float_slider, int_slider, slider
from widgets.loss_curves import draw_scale, to_epoch, update_scale
from widgets.marks import label_ends
from widgets.panel import Panel
from widgets.style import BLACK, GRAY, ORANGE, PINNED, PURPLE, SMALL, TRAINING, VALIDATION

SIZE = 8.6, 3.9
BLOCKS = ((0, 0, 335, 390), (335, 0, 648, 390), (648, 0, 860, 390))
SETS = "moons", "spiral", "circle", "xor", "gaussians"
RATE, HIDDEN, UNSEEN = 0.1, (32, 32), 200
STRENGTHS = 0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0
DROPPED = 0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9
NOISES = 0.0, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0
LOSSES, LINE = (0.03, 3.0), 0.093
# What is closer to 0 than this counts as nearly 0.
NEARLY = 0.01
BINS = np.geomspace(1e-4, 10, 41)
WITHOUT = ORANGE


@dataclass(frozen=True, eq=False)
class Result:
    """A run, the same without any regularization, and their data."""

    run: Run
    without: Run
    split: data.Split
    settings: dict

    @property
    def outcome(self):
        return f"loss on unseen samples {short(last(self.run))}"


@dataclass(frozen=True, eq=False)
class Moment:
    """After some epochs: what the network believes, and all its weights as one vector."""

    epoch: int
    beliefs: np.ndarray
    weights: np.ndarray


def panel(lang="en", **settings):
    """Train a network on few noisy samples with L2, L1, dropout, noise on the inputs, or without.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> fit = panel(l2=0.0, dropout=0.3)
    >>> fit
    60 samples of moons, dropout 0.3. On unseen samples: lower than without.
    >>> fit.close()
    """
    knobs = [
        strength("l2", "L2 λ", "Half of it times the sum of squared weights", 0.01),
        strength("l1", "L1 λ", "It times the sum of the weights' sizes", 0.0),
        slider("dropout", "dropout p", "Share of hidden units left out in an update", DROPPED, 0.0,
               "a number from 0 to 0.9", between(0, 0.9), 270),
        slider("input_noise", "input noise s", "Deviation of the noise on the inputs in training",
               NOISES, 0.0, "a number from 0 to 2", between(0, 2), 270),
        count_slider("samples", "samples", "To train with", 10, 500, 60, 10, 0.125, 270),
        float_slider("noise", "noise of the data", "Standard deviation of the error in the data",
                     0, 1, 0.5, 0.05, 270),
        count_slider("epochs", "epochs", "Passes over the training set", 10, 1000, 300, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 2),
        choice("data", "data", "What the network has to learn", SETS, "moons"),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=lambda settings: settings["epochs"], frame=frame, touch={"losses": to_epoch},
        blocks=BLOCKS,
    )  # fmt: skip


def strength(field, label, tip, value):
    """A slider for the strength of a penalty, from 0 up to where nothing is left."""
    return slider(field, label, tip, STRENGTHS, value, "a number from 0 to 1", between(0, 1), 270)


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train as the knobs say, and without any regularization, which most knobs leave as it is."""
    where = tuple(settings[name] for name in ("data", "samples", "noise", "seed", "epochs"))
    split = samples_of(*where[:4])
    engine = engine_at_hand()
    without = plain_run(*where, engine)
    penalties = {name: settings[name] for name in ("l2", "l1", "dropout")}
    if not any(penalties.values()) and not settings["input_noise"]:
        return Result(without, without, split, settings)
    config = config_of(settings["epochs"], settings["seed"], **penalties)
    run = train_with_noise(config, split, settings["input_noise"], engine, progress)
    return Result(run, without, split, settings)


@lru_cache(maxsize=8)
def samples_of(name, n, noise, seed):
    """Draw the data, with 200 unseen samples."""
    return draw_samples(name, n, noise, seed, val=UNSEEN)


@lru_cache(maxsize=8)
def plain_run(name, n, noise, seed, epochs, engine):
    """Train without regularization."""
    split = samples_of(name, n, noise, seed)
    return train_with_noise(config_of(epochs, seed), split, 0.0, engine)


def config_of(epochs, seed, **knobs):
    return TrainConfig(hidden=HIDDEN, learning_rate=RATE, epochs=epochs, seed=seed, **knobs)


def frame(result, time):
    """Ask the network about the plane, and collect its weights."""
    run = result.run
    epoch = min(time, run.completed_epochs)
    params = run.snapshots[epoch]
    weights = np.concatenate([layer.W.ravel() for layer in params])
    return Moment(epoch, look(params, run.config, result.split), weights)


def last(run):
    """Return the loss on unseen samples at the end of a run."""
    return float(run.val_loss[run.completed_epochs])


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: beliefs, losses, and how large the weights are."""
    beliefs = figure.add_axes([0.057, 0.125, 0.31, 0.684])
    losses = figure.add_axes([0.435, 0.125, 0.205, 0.765])
    sizes = figure.add_axes([0.805, 0.125, 0.18, 0.63])
    scale = draw_scale(losses, LOSSES)
    losses.set_title("Loss")
    losses.minorticks_off()
    losses.set_yticks([0.03, 0.1, 0.3, 1, 3], ["0.03", "0.1", "0.3", "1", "3"])
    sizes.set(xscale="log", xlim=(BINS[0], BINS[-1]), ylim=(0, 0.4), yticks=[0, 0.2, 0.4],
              xticks=[1e-4, 1e-2, 1])  # fmt: skip
    sizes.set_yticklabels(["0", "20%", "40%"])
    sizes.minorticks_off()
    sizes.set_xlabel("size |w|", labelpad=0)
    sizes.axvline(NEARLY, color=GRAY, linewidth=0.8)
    pinned = losses.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0]
    curves = [
        losses.plot([], [], color=color, linestyle=style, linewidth=width)[0]
        for color, style, width in (
            (WITHOUT, "-", 1.3), (TRAINING, "-", 1.3), (VALIDATION, (0, (5, 1)), 2.2),
        )
    ]  # fmt: skip
    note = {"fontsize": SMALL, "transform": sizes.transAxes}
    shares = [sizes.plot([], [], color=color, linewidth=width, drawstyle="steps-mid")[0]
              for color, width in ((WITHOUT, 1.2), (PURPLE, 2))]  # fmt: skip
    return SimpleNamespace(
        beliefs=draw_beliefs(beliefs),
        **vars(scale),
        pinned=pinned, curves=curves, exits=draw_exits(losses, [pinned, *curves], values=False),
        best=losses.plot([], [], "v", color=WITHOUT, ms=8, mec="white", zorder=5)[0],
        dots=[losses.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)[0]
              for color in (WITHOUT, TRAINING, VALIDATION)],
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (WITHOUT, TRAINING, VALIDATION, GRAY, PINNED)],
        best_text=words(losses, 1.02, 1.03, "▼ best epoch without", transform=losses.transAxes,
                        color=WITHOUT, fontsize=SMALL, ha="right"),
        shares=shares, high=draw_exits(sizes, shares, values=False),
        heading=words(sizes, 0, 1.25, color=BLACK, **note),
        near=[words(sizes, 0, y, color=color, **note)
              for y, color in ((1.15, PURPLE), (1.05, WITHOUT))],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a run, as it stands at a moment."""
    update_beliefs(artists.beliefs, result.split, moment.beliefs, moment.epoch)
    run, without = result.run, result.without
    epochs, guess = run.config.epochs, update_scale(artists, run, result.split, moment.epoch)
    histories = without.val_loss, run.train_loss, run.val_loss
    for curve, dot, history in zip(artists.curves, artists.dots, histories, strict=True):
        show_curve(curve, np.arange(epochs + 1), history)
        show_point(dot, moment.epoch, history[moment.epoch])
    best = without.best_epoch or 0
    artists.best.set_data([best], [without.val_loss[best]])
    heights = [history[moment.epoch] for history in histories]
    names = "without", "training", "unseen"
    texts = [
        f"{name} {short(value)}" if np.isfinite(value) else ""
        for name, value in zip(names, heights, strict=True)
    ]
    artists.pinned.set_data([], [])
    heights, texts = [*heights, guess], [*texts, "guessing"]
    if pinned:
        history = pinned.run.val_loss[: pinned.run.completed_epochs + 1]
        show_curve(artists.pinned, np.arange(len(history)), history)
        heights, texts = [*heights, history[-1]], [*texts, pinned.label]
    else:
        heights, texts = [*heights, guess], [*texts, ""]
    show_exits(artists.exits, [artists.pinned, *artists.curves])
    label_ends(artists.ends, heights, texts, 1.04 * epochs, LOSSES, LINE)
    show_sizes(artists, result, moment)


def show_sizes(artists, result, moment):
    """Draw how many of the weights are how large, with and without regularization."""
    params = result.without.snapshots[min(moment.epoch, result.without.completed_epochs)]
    plain = np.concatenate([layer.W.ravel() for layer in params])
    artists.heading.set_text(f"Sizes of the {count(len(plain))} weights")
    middles = np.sqrt(BINS[1:] * BINS[:-1])
    for line, weights in zip(artists.shares, (plain, moment.weights), strict=True):
        # What is smaller than the axis shows is counted at its left end.
        sizes = np.clip(np.abs(weights), BINS[0], BINS[-1])
        show_curve(line, middles, np.histogram(sizes, BINS)[0] / len(weights))
    show_exits(artists.high, artists.shares)
    for text, name, weights in zip(
        artists.near, ("nearly 0", "without"), (moment.weights, plain), strict=True
    ):
        text.set_text(f"{name}: {percent(nearly_zero(weights))}")


def nearly_zero(weights):
    """Return the share of weights that are closer to 0 than NEARLY."""
    return float(np.mean(np.abs(weights) < NEARLY))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how the loss on unseen samples compares, and what became of the weights."""
    run, without = result.run, result.without
    if run.status == "cancelled":
        return "Stopped by hand."
    if run.status == "diverged":
        return f"{heading(result)}: {where_it_diverged(run)}."
    best = without.best_epoch or 0
    parts = [f"{heading(result)}."]
    if run is without:
        parts.append(f"On unseen samples the loss ends at {short(last(run))}; ")
    else:
        parts.append(
            f"On unseen samples the loss ends at {short(last(run))}, without at "
            f"{short(last(without))}; "
        )
    parts[-1] += f"at the best epoch without, {count(best)}, it is {short(without.val_loss[best])}."
    parts.append(
        f"Training loss {short(run.train_loss[-1])}. After {count(moment.epoch)} epochs "
        f"{percent(nearly_zero(moment.weights))} of the weights are within {NEARLY} of 0."
    )
    if result.settings["l1"]:
        swing = short(RATE * result.settings["l1"])
        parts.append(f"L1's steps make weights swing around 0 by ηλ = {swing}.")
    if run.train_loss[-1] > 0.98 * guessing_loss(result.split):
        parts.append("It is no better than guessing: too much.")
    return " ".join(parts)


def heading(result):
    """Name the data and what holds the network back."""
    knobs = result.settings
    names = {"l2": "L2", "l1": "L1", "dropout": "dropout", "input_noise": "input noise"}
    used = [f"{name} {short(knobs[field])}" for field, name in names.items() if knobs[field]]
    return f"{count(knobs['samples'])} samples of {knobs['data']}, {', '.join(used) or 'without'}"


def brief(result, moment):
    """Say only what is the same on every machine: on which side of the other run it ends."""
    run, without = result.run, result.without
    if run is without or run.status != "finished":
        return f"{heading(result)}."
    share = last(run) / last(without)
    how = "lower than" if share < 0.97 else "higher than" if share > 1.03 else "about the same as"
    return f"{heading(result)}. On unseen samples: {how} without."
