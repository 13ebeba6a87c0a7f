"""Panel C of lesson 03: dozens of complete trainings, one per learning rate."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data
from lessons.activations import ACTIVATIONS
from lessons.engines import engine_at_hand
from lessons.experiments.learning_rate.rising_rate import find_cliff, range_test, running_average
from lessons.experiments.learning_rate.sweep import Sweep
from lessons.experiments.learning_rate.sweep import sweep as train_many
from lessons.verdict import NO_BETTER_THAN_GUESSING, guessing_loss, short
from widgets.artists import words
from widgets.data_sets import load
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import choice, count_slider, int_slider
from widgets.learning_rate.network import SETS
from widgets.options import menu
from widgets.panel import Panel
from widgets.style import BLUE, GRAY, LIGHT, NORMAL, PINNED, RED, SMALL, TRAINING, VALIDATION

SIZE = 8.6, 3.6
BLOCKS = ((0, -14, 455, 360), (455, -14, 860, 360))
LOW, HIGH, POINTS = 1e-4, 1e2, 37
LOSSES = 1e-5, 10.0
# Single batches are noisy: the range test averages over this share of its updates.
SMOOTHING = 0.03


@dataclass(frozen=True, eq=False)
class Result:
    """A sweep over learning rates, a run with a rising rate, its data, and guessing's loss."""

    sweep: Sweep
    run: Run
    split: data.Split
    guess: float


def sweep(lang="en", **settings):
    """Train at every learning rate from 0.0001 to 100, and compare how it ends.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = sweep(data="moons", epochs=20)
    >>> panel.result.sweep.rates.shape
    (37,)
    >>> panel.close()
    """
    knobs = [
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 32),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 1000, 30, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "relu"),
        choice("data", "data", "What the network has to learn", SETS, "moons"),
    ]  # fmt: skip
    return Panel(
        knobs,
        compute,
        draw,
        update,
        describe,
        SIZE,
        {"lang": lang} | settings,
        brief=brief,
        blocks=BLOCKS,
    )


def compute(settings, progress):
    """Train once per rate, and once with a rate that rises."""
    split = load(settings["data"], settings["seed"])
    config = TrainConfig(**{name: value for name, value in settings.items() if name != "data"})
    engine = engine_at_hand()
    rising = range_test(config, split, LOW, HIGH, config.epochs, engine, progress.part())
    swept = train_many(config, split, np.geomspace(LOW, HIGH, POINTS), engine, progress)
    return Result(swept, rising, split, guessing_loss(split))


def draw(figure):
    """Make the artists: on the left how complete runs end, on the right one with a rising rate."""
    ends = figure.add_axes([0.06, 0.17, 0.40, 0.72])
    rising = figure.add_axes([0.575, 0.17, 0.40, 0.72])
    guesses = []
    for axes in (ends, rising):
        axes.set(xscale="log", yscale="log", xlim=(LOW, HIGH), ylim=LOSSES)
        axes.set_xlabel("learning rate η", labelpad=1)
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
        guesses.append(axes.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))))
    guess_text = words(ends, 1.15 * HIGH, 1, "guessing", color=GRAY, fontsize=SMALL, va="center")
    batches = rising.plot([], [], color=GRAY, linewidth=0.6)[0]
    # At the smallest rates no loss is low, so that this corner is always free.
    for height, name, color in ((0.12, "training", TRAINING), (0.05, "validation", VALIDATION)):
        ends.text(0.03, height, name, transform=ends.transAxes, color=color, fontsize=SMALL)
    for height, name, color in ((0.12, "average of batches", TRAINING), (0.05, "batches", GRAY)):
        rising.text(0.03, height, name, transform=rising.transAxes, color=color, fontsize=SMALL)
    artists = SimpleNamespace(
        guesses=guesses, guess_text=guess_text, batches=batches,
        pinned=ends.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))[0],
        pinned_text=words(
            ends, 0.03, 0.185, transform=ends.transAxes, color=PINNED, fontsize=SMALL
        ),
        validation=ends.plot([], [], "o-", color=VALIDATION, ms=3, linewidth=1.2)[0],
        training=ends.plot([], [], "o-", color=TRAINING, ms=3, linewidth=1.2)[0],
        diverged=ends.plot([], [], "X", color=RED, ms=7, mec="white", clip_on=False)[0],
        diverged_text=words(
            ends, 1.03, 0.97, transform=ends.transAxes, color=RED, fontsize=SMALL, va="center"
        ),
        best=ends.plot([], [], color=BLUE, linewidth=1.2)[0],
        titles=[
            words(axes, 0, 1.04, transform=axes.transAxes, fontsize=NORMAL)
            for axes in (ends, rising)
        ],
        smooth=rising.plot([], [], color=TRAINING)[0],
        cliff=rising.plot([], [], color=RED, linewidth=1.2)[0],
        rest=words(rising, LOW, 2e-5, "the rest is left out", color=RED, fontsize=SMALL),
    )  # fmt: skip
    artists.exits = draw_exits(ends, curves(artists)), draw_exits(rising, [artists.smooth])
    return artists


def curves(artists):
    """Return the curves on the left that may leave their axes."""
    return [artists.pinned, artists.validation, artists.training]


def update(artists, result, moment, pinned):
    """Move the artists to a sweep."""
    swept = result.sweep
    for guess in artists.guesses:
        guess.set_ydata([result.guess, result.guess])
    artists.guess_text.set_y(result.guess)
    show_curve(artists.training, swept.rates, swept.train_loss)
    show_curve(artists.validation, swept.rates, swept.val_loss)
    artists.diverged.set_data(swept.rates[swept.diverged], np.full(swept.diverged.sum(), LOSSES[1]))
    artists.diverged_text.set_text("diverged" if swept.diverged.any() else "")
    best = swept.best_rate
    artists.best.set_data([best, best] if best else [], LOSSES if best else [])
    ended = f", best at rate {short(best)}" if best else ""
    artists.titles[0].set_text(f"Loss at the end of {len(swept.rates)} trainings{ended}")
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        show_curve(artists.pinned, pinned.sweep.rates, pinned.sweep.train_loss)
        artists.pinned_text.set_text("pinned, training")
    show_exits(artists.exits[0], curves(artists))
    show_rising(artists, result.run)


def read_range_test(run):
    """Return the rates, the losses, their average, and the index of the cliff or None."""
    rates, losses = run.learning_rate[: run.updates], run.batch_loss[: run.updates]
    smooth = running_average(losses, 1 - 1 / max(5, SMOOTHING * len(losses)))
    cliff = find_cliff(smooth)
    return rates, losses, smooth, cliff if 0 <= cliff < len(rates) - 1 else None


def show_rising(artists, run):
    """Draw the range test up to its cliff: batch losses, and their running average."""
    rates, losses, smooth, cliff = read_range_test(run)
    found = cliff is not None
    # A little of what comes after shows that it is a cliff.
    shown = slice(int(1.1 * cliff) + 1 if found else None)
    show_curve(artists.batches, rates[shown], losses[shown])
    show_curve(artists.smooth, rates[shown], smooth[shown])
    show_exits(artists.exits[1], [artists.smooth])
    artists.cliff.set_data([rates[cliff]] * 2 if found else [], LOSSES if found else [])
    artists.rest.set_text("the rest is left out" if found else "")
    if found:
        late = rates[cliff] > 0.1
        artists.rest.set_ha("right" if late else "left")
        artists.rest.set_x(rates[cliff] / 1.2 if late else 1.2 * rates[cliff])
    where = f"cliff at {short(rates[cliff])}" if found else "no cliff found"
    artists.titles[1].set_text(f"Loss while the rate of one training rises: {where}")


def describe(result, moment):
    """Say which rates work, and what the range test would suggest."""
    swept = result.sweep
    made = len(swept.rates)
    if made < POINTS:
        return f"Stopped by hand: {made} of {POINTS} trainings are complete."
    if swept.best_rate is None:
        return f"None of {made} trainings ended with a finite loss."
    useful = useful_rates(result)
    lowest, best = short(np.nanmin(swept.train_loss)), short(swept.best_rate)
    parts = [
        f"{made} complete trainings, learning rates {short(LOW)} to {short(HIGH)}.",
        f"Lowest training loss {lowest} at rate {best};",
        f"better than guessing from {short(useful[0])} to {short(useful[1])};"
        if useful
        else "none better than guessing;",
        f"{swept.diverged.sum()} diverged.",
        f"The range test {cliff_read(result.run)}.",
    ]
    return " ".join(parts)


def cliff_read(run):
    """Say where the range test finds its cliff."""
    rates, _, _, cliff = read_range_test(run)
    return "finds no cliff" if cliff is None else f"reads a cliff at {short(rates[cliff])}"


def brief(result, moment):
    """Say only what does not depend on the last digits, as the edge of what is stable does."""
    made = len(result.sweep.rates)
    if made < POINTS or result.sweep.best_rate is None:
        return describe(result, moment)
    useful = useful_rates(result)
    first = f"better than guessing from rate {short(useful[0])}" if useful else ""
    return f"{made} complete trainings, {first or 'none better than guessing'}."


def useful_rates(result):
    """Return the ends of the range around the best rate where training beats guessing, or None."""
    return result.sweep.useful_range(NO_BETTER_THAN_GUESSING * result.guess)
