"""Panel C of lesson 10: early stopping, and how far it scatters from seed to seed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import Run, data
from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.overfitting.stopping import (
    SEEDS,
    TASKS,
    config_for,
    data_for,
    histories,
    loss_on_test,
    scatter,
    stop,
)
from lessons.numerals import count, short
from lessons.trainer import train
from lessons.verdict import guessing_loss
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.marks import label_ends
from widgets.panel import Panel
from widgets.style import (
    BLUE,
    GRAY,
    LIGHT,
    NORMAL,
    ORANGE,
    PINNED,
    RED,
    SMALL,
    TRAINING,
    VALIDATION,
)

SIZE = 8.6, 4.1
BLOCKS = ((0, 0, 445, 410), (445, 0, 860, 410))
LIMITS, LINE = (2e-2, 5.0), 0.14
SPREAD = 10, 50, 90


@dataclass(frozen=True, eq=False)
class Result:
    """A whole run, where it would have stopped, and the same for many seeds.

    Attributes: stopped, chosen, epochs; best, the epoch of the lowest validation loss of the whole
    run; test, the test loss at the chosen, the best and the last epoch; seeds, a History each.
    """

    settings: dict
    run: Run
    split: data.Split
    stopped: int = 0
    chosen: int = 0
    best: int = 0
    test: tuple = ()
    seeds: list | None = None
    rest: Callable | None = None

    @property
    def missed(self):
        """Whether a lower validation loss came after the stop."""
        return self.best > self.stopped

    @property
    def outcome(self):
        return f"test loss {short(self.test[0])}" if self.test else "stopped by hand"


def stopping(lang="en", **settings):
    """Stop a training when the validation loss has not fallen for a while; 30 seeds beside it.

    Parameters: settings, initial values of the knobs. Returns: a Panel, whose `run` goes to its
    end, so that one sees what was missed.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> early = stopping(epochs=10, patience=1)
    >>> len(early.result.run.val_loss)
    11
    >>> early.close()
    """
    knobs = [
        count_slider("patience", "patience", "Epochs without a new lowest validation loss, then "
                     "stop", 1, 1000, 20, 10, 0.125, width=420),
        log_slider("learning_rate", "learning rate η", "Of Adam", 1e-3, 1, 0.01, 0.25, width=300),
        choice("data", "data", "What the network has to learn", tuple(TASKS), "wave"),
        count_slider("epochs", "epochs", "The most that are made", 10, 1000, 1000, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, SEEDS - 1,
                   0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw_picture, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, blocks=BLOCKS, touch={"losses": to_patience},
    )  # fmt: skip


def to_patience(touch):
    """Drag the stop to an epoch; the knob patience does the same."""
    losses = touch.result.run.val_loss
    epoch = int(np.clip(round(touch.x), 1, len(losses) - 1))
    return {"patience": max(1, epoch - int(np.nanargmin(losses[: epoch + 1])))}


# --- compute ------------------------------------------------------------------------------------


# Histories of many seeds, by the settings that they depend on: patience is not among them.
tried = {}


def compute(settings, progress):
    """Train to the end, and look where patience would have ended it; other seeds follow."""
    key = settings["data"], settings["learning_rate"], settings["epochs"]
    split = load(settings["data"], settings["seed"])
    config = config_for(*key, settings["seed"])
    run = train(config, split, engine_at_hand(), progress, "fit")
    if run.status == "cancelled":
        return Result(settings, run, split)
    losses = run.val_loss[: run.completed_epochs + 1]
    stopped, chosen = stop(losses, settings["patience"])
    best = int(losses.argmin())
    test = tuple(loss_on_test(run, split, epoch, engine_at_hand())
                 for epoch in (chosen, best, run.completed_epochs))  # fmt: skip
    result = Result(settings, run, split, stopped, chosen, best, test)

    def try_seeds(progress):
        found = histories(*key, engine=engine_for_long_work(progress), progress=progress)
        if found is None:
            return replace(result, rest=None)
        tried[key] = found
        return replace(result, seeds=found, rest=None)

    if key in tried:
        return replace(result, seeds=tried[key])
    return replace(result, rest=try_seeds)


drawn = {}


def load(name, seed):
    """Draw a set once: sliding the patience leaves it as it is."""
    if (name, seed) not in drawn:
        drawn[name, seed] = data_for(name, seed)
    return drawn[name, seed]


# --- picture ------------------------------------------------------------------------------------


def draw_picture(figure):
    """Make the artists: one run on the left, the chosen epochs of many on the right."""
    losses = figure.add_axes([0.055, 0.12, 0.32, 0.69])
    seeds = figure.add_axes([0.585, 0.12, 0.388, 0.69])
    for axes, label in ((losses, "losses"), (seeds, "seeds")):
        axes.set(xscale="log", yscale="log", xlim=(1, 1000), ylim=LIMITS, label=label)
        axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
        axes.set_yticks([0.03, 0.1, 0.3, 1, 3], ["0.03", "0.1", "0.3", "1", "3"])
        axes.minorticks_off()
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    val, training = VALIDATION, TRAINING
    later = [losses.plot([], [], color=color, linewidth=0.9, linestyle=(0, (1, 1.5)))[0]
             for color in (val, training)]  # fmt: skip
    curves = [losses.plot([], [], color=color, linestyle=style)[0]
              for color, style in ((val, (0, (5, 1))), (training, "-"))]  # fmt: skip
    pinned = losses.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0]
    return SimpleNamespace(
        title=words(losses, 0, 1.105, transform=losses.transAxes, fontsize=NORMAL),
        note=words(losses, 0, 1.03, transform=losses.transAxes, fontsize=SMALL, color=RED),
        heading=words(seeds, 0, 1.18, transform=seeds.transAxes, fontsize=NORMAL),
        keys=[words(seeds, 0, y, transform=seeds.transAxes, fontsize=SMALL, color=color)
              for y, color in ((1.105, BLUE), (1.03, ORANGE))],
        stop=losses.axvline(1, color=RED, linewidth=1.2),
        later=later, curves=curves, pinned=pinned,
        exits=draw_exits(losses, [*later, pinned], values=False),
        guess=losses.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))),
        chosen=losses.plot([], [], "o", color=BLUE, ms=8, mec="white", zorder=6)[0],
        best=losses.plot([], [], "D", color=ORANGE, ms=6, mec="white", zorder=5)[0],
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (VALIDATION, TRAINING, GRAY, PINNED)],
        pairs=seeds.plot([], [], color=GRAY, linewidth=0.5)[0],
        of_best=seeds.plot([], [], "D", color=ORANGE, ms=4.5)[0],
        of_chosen=seeds.plot([], [], "o", color=BLUE, ms=5)[0],
        beyond=[seeds.plot([], [], "^", color=color, ms=7, clip_on=False, zorder=6)[0]
                for color in (BLUE, ORANGE)],
        this=seeds.plot([], [], "o", color=BLUE, ms=11, mfc="none", mew=1.4, zorder=6)[0],
        middles=[seeds.axhline(1, color=color, linewidth=1.6, linestyle=style)
                 for color, style in ((BLUE, "-"), (ORANGE, (0, (4, 2))), (GRAY, (0, (1, 2))))],
        middle_texts=[words(seeds, 0.99, 1, transform=seeds.get_yaxis_transform(), color=color,
                            fontsize=SMALL, ha="right", va=va, ground="white")
                      for color, va in ((GRAY, "bottom"),)],
        x_labels=[words(axes, 0.5, -0.085, transform=axes.transAxes, fontsize=NORMAL, ha="center",
                        va="top") for axes in (losses, seeds)],
        still=SimpleNamespace(axes=(losses, seeds)),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the run and to the seeds."""
    epochs = result.settings["epochs"]
    for axes in artists.still.axes:
        if axes.get_xlim() != (1, epochs):
            axes.set_xlim(1, epochs)
    artists.title.set_text("Loss of this run")
    artists.heading.set_text(f"Test loss at the epoch kept, {SEEDS} seeds")
    for text, told in zip(artists.x_labels, ("epoch", "epoch kept"), strict=True):
        text.set_text(told)
    show_run(artists, result, pinned)
    show_seeds(artists, result)


def show_run(artists, result, pinned):
    """Draw the run up to where it stops, thin what it would have been, and both epochs."""
    run, epochs = result.run, result.settings["epochs"]
    at, end = np.arange(epochs + 1), run.completed_epochs
    told = result.stopped < end
    artists.note.set_text(f"stops at {count(result.stopped)}" if told else "does not stop early")
    artists.stop.set_xdata([result.stopped if told else 1e-9] * 2)
    heights, texts = [], []
    for k, losses in enumerate((run.val_loss, run.train_loss)):
        show_curve(artists.later[k], at, losses)
        show_curve(artists.curves[k], at[: result.stopped + 1], losses[: result.stopped + 1])
        heights.append(losses[end])
        name = ("validation", "training")[k]
        texts.append(f"{name} {short(losses[end])}" if np.isfinite(losses[end]) else "")
    guess = guessing_loss(result.split)
    artists.guess.set_ydata([guess, guess])
    for dot, epoch in ((artists.chosen, result.chosen), (artists.best, result.best)):
        show_point(dot, max(epoch, 1), run.val_loss[epoch])
    if artists.best.get_marker() == "o":
        artists.best.set_marker("D")
    artists.pinned.set_data([], [])
    heights += [guess, 1.0]
    texts += ["guessing", ""]
    if pinned and pinned.test:
        losses = pinned.run.val_loss[: pinned.stopped + 1]
        show_curve(artists.pinned, np.arange(len(losses)), losses)
        heights[-1], texts[-1] = losses[-1], pinned.label
    show_exits(artists.exits, [*artists.later, artists.pinned])
    label_ends(artists.ends, heights, texts, epochs**1.03, LIMITS, LINE)


def show_seeds(artists, result):
    """Draw of every seed the epoch it keeps and the best it could have had, joined by a line."""
    lines = artists.pairs, artists.of_best, artists.of_chosen, artists.this, *artists.beyond
    for line in lines:
        line.set_data([], [])
    for text in (*artists.keys, *artists.middle_texts):
        text.set_text("")
    for line in artists.middles:
        line.set_ydata([1e-9, 1e-9])
    if result.seeds is None:
        return
    found = scatter(result.seeds, result.settings["patience"])
    chosen, best = (np.maximum(epochs, 1) for epochs in (found.chosen, found.best))
    test, at_best = found.test, found.at_best
    gap = np.full(len(chosen), np.nan)
    artists.pairs.set_data(np.ravel([chosen, best, gap], "F"), np.ravel([test, at_best, gap], "F"))
    for dots, arrows, at, losses in (
        (artists.of_chosen, artists.beyond[0], chosen, test),
        (artists.of_best, artists.beyond[1], best, at_best),
    ):
        dots.set_data(at, losses)
        out = losses > LIMITS[1]
        arrows.set_data(at[out], np.full(out.sum(), LIMITS[1]))
    seed = result.settings["seed"]
    artists.this.set_data([chosen[seed]], [min(test[seed], LIMITS[1])])
    middles = [np.median(losses) for losses in (found.test, found.at_best, found.at_end)]
    for line, middle in zip(artists.middles, middles, strict=True):
        line.set_ydata([middle, middle])
    artists.keys[0].set_text(f"● with patience: {short(middles[0])}")
    artists.keys[1].set_text(f"◆ of the whole run: {short(middles[1])}")
    artists.middle_texts[0].set_text(f"last epoch: {short(middles[2])}")
    artists.middle_texts[0].set_position((0.99, np.clip(middles[2], *LIMITS)))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say where it stopped, what it went back to and missed, and how the seeds scatter."""
    if not result.test:
        return "Stopped by hand."
    kept, best, last = map(short, result.test)
    settings, end = result.settings, result.run.completed_epochs
    if result.stopped < end:
        parts = [f"Stops at epoch {count(result.stopped)} and goes back to {count(result.chosen)}, "
                 f"test loss {kept}."]  # fmt: skip
    else:
        parts = [f"Does not stop before epoch {count(end)}; keeps {count(result.chosen)}, test "
                 f"loss {kept}."]  # fmt: skip
    if result.missed:
        parts.append(
            f"A lower validation loss came later, at epoch {count(result.best)}, test loss {best}."
        )
    parts.append(f"Without stopping, at the end: {last}.")
    if result.seeds is not None:
        found = scatter(result.seeds, settings["patience"])
        low, middle, high = (count(int(e)) for e in np.percentile(found.chosen, SPREAD))
        losses = [short(np.median(values)) for values in (found.test, found.at_best, found.at_end)]
        parts.append(
            f"{SEEDS} seeds: keeps epoch {middle} in the middle, {low} to {high} in 80% of them; "
            f"a lower validation loss came after the stop in {int(found.missed.sum())}. Median "
            f"test loss {losses[0]}, of the best epoch of whole runs {losses[1]}, at the end "
            f"{losses[2]}."
        )
    return " ".join(parts)


def brief(result, moment):
    """Say only whether it stops before its end: epochs depend on last digits."""
    if not result.test:
        return "Stopped by hand."
    early = result.stopped < result.run.completed_epochs
    return f"Patience {count(result.settings['patience'])}: {'stops' if early else 'no'} early" + (
        "." if early else " stop."
    )
