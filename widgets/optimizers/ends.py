"""Panel D of lesson 07: how dozens of complete trainings end, by optimizer and rate."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import TrainConfig
from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.optimizers.inputs import INPUTS, rescaled
from lessons.experiments.optimizers.sweeps import Sweeps, below, decades, sweep_seed
from lessons.numerals import count, fixed, short
from lessons.verdict import guessing_loss
from widgets.artists import words
from widgets.data_sets import load
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import choice, count_slider, int_slider
from widgets.optimizers.names import COLORS, NAMES, dashes, listed
from widgets.panel import Panel
from widgets.style import BLACK, GRAY, LIGHT, NORMAL, PINNED, SMALL

SIZE = 8.6, 3.9
BLOCKS = ((0, 0, 420, 390), (420, 0, 860, 390))
SETS = "spiral", "bumps", "moons", "circle", "xor", "gaussians", "digits"
RATES = tuple(float(f"{10**k:.2g}") for k in np.arange(-3, 1.01, 0.5))
LOSSES = 1e-4, 10.0
SEEDS = 3
LEARNS = 0.5


@dataclass(frozen=True, eq=False)
class Result:
    """Sweeps over the seeds that are made so far, and the loss of guessing.

    Attributes: sweeps; guess; settings; stopped, whether a hand ended it before its end.
    """

    sweeps: Sweeps
    guess: float
    settings: dict
    stopped: bool

    @property
    def rest(self):
        """What computes the other seeds, or None once all are made."""
        return None if self.stopped or self.seeds == SEEDS else self.with_all_seeds

    def with_all_seeds(self, progress):
        result, engine = self, engine_for_long_work(progress)
        while result.rest:
            result = extended(result, progress, engine)
        return result

    @property
    def seeds(self):
        return self.sweeps.loss.shape[2]

    @property
    def outcome(self):
        return f"{NAMES[ranked(self)[0]]} lowest, {short(lowest(self, ranked(self)[0]))}"


def rates(lang="en", **settings):
    """Train every optimizer at nine rates, with three seeds, and compare how it ends.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = rates(data="moons", epochs=3)
    >>> panel.result.sweeps.loss.shape
    (6, 9, 3)
    >>> panel.close()
    """
    knobs = [
        choice("data", "data", "What the network has to learn", SETS, "spiral"),
        choice("inputs", "inputs", "As they are, or badly scaled", INPUTS, INPUTS[0], width=260),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 300, 30, 10, 0.25),
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 32),
        choice("l2", "weight decay λ", "By the side in AdamW, through the gradient in the others",
               [0.0, 0.001, 0.01, 0.1, 1.0], 0.0),
        int_slider("seed", "seed", "The first of three draws of data, first weights and batches",
                   0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Train with the first seed; the others follow the first picture."""
    names = tuple(NAMES) if settings["l2"] else tuple(NAMES)[:-1]
    none = Sweeps(names, np.array(RATES), np.empty((len(names), len(RATES), 0)))
    first = Result(none, np.nan, settings, False)
    return extended(first, progress, engine_at_hand())


def extended(result, progress, engine):
    """Return a result with one more seed."""
    settings, sweeps = result.settings, result.sweeps
    seed = settings["seed"] + result.seeds
    split = rescaled(load(settings["data"], seed), settings["inputs"])
    config = TrainConfig(
        epochs=settings["epochs"], batch_size=settings["batch_size"], l2=settings["l2"], seed=seed
    )
    losses = sweep_seed(config, split, sweeps.names, RATES, engine, progress)
    loss = np.concatenate([sweeps.loss, losses[:, :, None]], axis=2)
    guess = guessing_loss(split) if np.isnan(result.guess) else result.guess
    return Result(replace(sweeps, loss=loss), guess, settings, progress.cancelled)


def lowest(result, name):
    """Return the median loss of an optimizer at its best rate."""
    sweeps = result.sweeps
    return float(sweeps.median[sweeps.names.index(name), sweeps.best(name)])


def ranked(result):
    """Return the optimizers, the one that ends lowest at its best rate first."""
    return sorted(
        result.sweeps.names, key=lambda name: np.nan_to_num(lowest(result, name), nan=np.inf)
    )


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: loss against rate on the left, ranges and pairs on the right."""
    ends = figure.add_axes([0.06, 0.13, 0.4, 0.765])
    ranges = figure.add_axes([0.585, 0.13, 0.17, 0.765])
    ends.set(xscale="log", yscale="log", xlim=(RATES[0] / 1.3, RATES[-1] * 1.3), ylim=LOSSES)
    ends.set_xlabel("learning rate η", labelpad=1)
    ends.grid(axis="y", color=LIGHT, linewidth=0.6)
    ranges.set(xscale="log", xlim=ends.get_xlim(), ylim=(len(NAMES) - 0.4, -0.6), yticks=[])
    ranges.set_xlabel("rates that learn", labelpad=1)
    ranges.spines["left"].set_visible(False)
    for axes in (ends, ranges):
        axes.minorticks_off()
    curves = [ends.plot([], [], "o", color=color, ms=4, linewidth=1.5, linestyle=dashes(name))[0]
              for name, color in COLORS.items()]  # fmt: skip
    rows = [
        SimpleNamespace(
            learns=ranges.plot([], [], color=color, linewidth=3)[0],
            best=ranges.plot([], [], "o", color=color, ms=9, mec="white", zorder=4)[0],
            name=words(ranges, -0.04, k, name, transform=ranges.get_yaxis_transform(), ha="right",
                       color=color, fontsize=NORMAL, va="center"),
            lowest=words(ranges, 1.06, k, transform=ranges.get_yaxis_transform(), color=BLACK,
                         fontsize=SMALL, va="center"),
        )
        for k, (name, color) in enumerate(zip(NAMES.values(), COLORS.values(), strict=True))
    ]  # fmt: skip
    return SimpleNamespace(
        guess=ends.plot([], [], color=GRAY, linewidth=1, linestyle=(0, (1, 2)))[0],
        seeds=[ends.plot([], [], "o", color=color, ms=2)[0] for color in COLORS.values()],
        curves=curves,
        exits=draw_exits(ends, curves, values=False),
        pinned=ends.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))[0],
        pinned_text=words(ends, 0.02, 0.03, transform=ends.transAxes, color=PINNED,
                          fontsize=SMALL, ground="white"),
        rows=rows,
        title=words(ends, 0, 1.03, transform=ends.transAxes, fontsize=NORMAL),
        heading=words(ranges, 0, 1.03, transform=ranges.transAxes, fontsize=NORMAL),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the sweeps."""
    sweeps, medians = result.sweeps, result.sweeps.median
    made = int(np.sum(~np.isnan(sweeps.loss)))
    artists.title.set_text(f"Loss at the end of {count(made)} trainings, {result.seeds} seed"
                           f"{'' if result.seeds == 1 else 's'}")  # fmt: skip
    artists.heading.set_text("Lowest loss, each at its best rate")
    artists.guess.set_data([1e-9, 1e9], [result.guess, result.guess])
    for k, name in enumerate(NAMES):
        there = name in sweeps.names
        row, curve, seeds = artists.rows[k], artists.curves[k], artists.seeds[k]
        if there:
            show_curve(curve, sweeps.rates, np.maximum(medians[k], 1e-30))
            all_seeds = np.where(np.isfinite(sweeps.loss[k]), sweeps.loss[k], np.nan)
            seeds.set_data(np.repeat(sweeps.rates, result.seeds), all_seeds.ravel())
        else:
            curve.set_data([], [])
            seeds.set_data([], [])
        show_row(row, result, name if there else "adam")
        if not there:
            row.lowest.set_text("is Adam where λ = 0")
    show_exits(artists.exits, artists.curves)
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        best = ranked(pinned)[0]
        show_curve(artists.pinned, pinned.sweeps.rates,
                   pinned.sweeps.median[pinned.sweeps.names.index(best)])  # fmt: skip
        artists.pinned_text.set_text(f"{NAMES[best]}, {pinned.label}")


def show_row(row, result, name):
    """Show where an optimizer learns, its best rate, and in how many seeds it is below SGD."""
    sweeps = result.sweeps
    span = sweeps.span(name, LEARNS * result.guess)
    row.learns.set_data(([], []) if span is None else (sweeps.rates[list(span)], [y_of(row)] * 2))
    loss = lowest(result, name)
    if not np.isfinite(loss):
        row.best.set_data([], [])
        # NaN: it was stopped before these were trained.
        row.lowest.set_text("" if np.isnan(loss) else "diverged at every rate")
        return
    row.best.set_data([sweeps.rates[sweeps.best(name)]], [y_of(row)])
    won = "" if name == "sgd" else f", below SGD in {pairs(result, name)} of {result.seeds}"
    row.lowest.set_text(short(loss) + won)


def y_of(row):
    return row.name.get_position()[1]


def pairs(result, name):
    """Count the seeds in which an optimizer ends below SGD, each at its best rate."""
    return below(result.sweeps.at_best(name), result.sweeps.at_best("sgd"))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say who ends how low at which rate, how wide the ranges are, and count in pairs."""
    sweeps = result.sweeps
    made = int(np.sum(~np.isnan(sweeps.loss)))
    if result.stopped:
        return f"Stopped by hand: {count(made)} trainings are complete."
    order = ranked(result)
    lows = [
        f"{NAMES[name]} {short(lowest(result, name))} (η {short(sweeps.rates[sweeps.best(name)])})"
        for name in order
    ]
    wide = [
        f"{NAMES[name]} {fixed(decades(sweeps.rates, span), 1)}"
        for name in sweeps.names
        if (span := sweeps.span(name, LEARNS * result.guess))
    ]
    wins = [f"{NAMES[n]} in {pairs(result, n)}" for n in sweeps.names if n != "sgd"]
    learns = (
        f"Rates that end below half of guessing span, in powers of ten: {', '.join(wide)}."
        if wide else "No rate ends below half of guessing."
    )  # fmt: skip
    return (
        f"{count(made)} complete trainings, {result.seeds} seeds. Lowest median loss, each at its "
        f"best rate: {', '.join(lows)}. {learns} Below SGD, seed by seed: {listed(wins)} of "
        f"{result.seeds}."
    )


def brief(result, moment):
    """Say only how many were trained: orders of close losses depend on last digits."""
    if result.stopped:
        return describe(result, moment)
    made = int(np.sum(~np.isnan(result.sweeps.loss)))
    return f"{count(made)} complete trainings, {result.seeds} seeds, {len(RATES)} rates."
