"""Panel A of lesson 04: three batch sizes in three races, each of them fair in its own way."""

from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons import TrainConfig, data
from lessons.engines import engine_at_hand
from lessons.experiments.batch_size.races import (
    BUDGETS,
    Racer,
    finish_lines,
    race,
    seconds_per_epoch,
    winner,
)
from lessons.experiments.batch_size.scaling import BASE, RULES, scaled_rate
from lessons.verdict import NO_BETTER_THAN_GUESSING, count, guessing_loss, short
from widgets.artists import words
from widgets.beliefs import after, draw_beliefs, look, update_beliefs
from widgets.data_sets import load
from widgets.edges import show_curve
from widgets.knobs import choice, count_slider, int_slider, log_slider
from widgets.learning_rate.network import SETS, Moment
from widgets.marks import label_ends
from widgets.panel import Panel
from widgets.style import BLACK, BROWN, GRAY, LIGHT, NORMAL, PINNED, RED, SKY, SMALL

SIZE = 8.6, 4.1
BLOCKS = (
    (0, 36, 340, 362), (294, 0, 672, 410), (650, 0, 850, 410),
)  # fmt: skip
LOSSES = 1e-4, 10.0
ONE, ALL, YOURS = SKY, BROWN, BLACK
KEPT = 32


@dataclass(frozen=True, eq=False)
class Result:
    """The racers by size, yours among them, the lines, the data, and the loss of guessing."""

    racers: list[Racer]
    yours: Racer
    lines: dict
    rule: str
    split: data.Split
    guess: float

    @property
    def run(self):
        return self.yours.run


def panel(lang="en", **settings):
    """Slide the batch size; it races against a batch of one and against all samples at once.

    The learning rate is that of a batch of 32; other sizes get it scaled by the rule.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> racing = panel(epochs=2)
    >>> [racer.batch_size for racer in racing.result.racers]
    [1, 32, 500]
    >>> racing.close()
    """
    knobs = [
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 32),
        choice("rule", "scaling rule", "How the rate of the other batch sizes follows from it",
               list(RULES), "square root"),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 100, 10, 10, 0.25),
        log_slider("learning_rate", f"learning rate η of a batch of {BASE}",
                   "Length of a step per unit of gradient", 1e-3, 10, 0.1),
        choice("data", "data", "What the network has to learn", SETS, "circle"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
        touch={budget: to_epoch_in(budget) for budget in BUDGETS},
        blocks=BLOCKS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------

# Racers that have finished; sliding the batch size leaves the two extremes as they are.
finished = {}


def compute(settings, progress):
    """Train a batch of one, yours, and all samples, until each has crossed all three lines."""
    global finished
    split, engine = load(settings["data"], settings["seed"]), engine_at_hand()
    n = len(split.X_train)
    mine = min(settings["batch_size"], n)
    lines = finish_lines(
        TrainConfig(), split, settings["epochs"], pace(settings["data"], BASE, engine)
    )
    configs = {}
    for size in sorted({1, mine, n}):
        rate = scaled_rate(settings["learning_rate"], size, settings["rule"])
        config = TrainConfig(batch_size=size, learning_rate=rate, seed=settings["seed"])
        configs[config, settings["data"], settings["epochs"]] = config
    missing = {key: config for key, config in configs.items() if key not in finished}
    paces = [pace(settings["data"], config.batch_size, engine) for config in missing.values()]
    made = race(list(missing.values()), split, lines, paces, engine, progress)
    known = finished | dict(zip(missing, made, strict=True))
    if not progress.cancelled:
        finished = dict([*known.items()][-KEPT:])
    racers = [known[key] for key in configs]
    yours = next(racer for racer in racers if racer.batch_size == mine)
    return Result(racers, yours, lines, settings["rule"], split, guessing_loss(split))


@lru_cache
def pace(name, batch_size, engine):
    """Measure the seconds per epoch once, not at every move of a slider."""
    return seconds_per_epoch(TrainConfig(batch_size=batch_size), load(name, 0), engine)


def frame(result, time):
    """Return what your network believes after an epoch."""
    epoch = min(time, result.run.completed_epochs)
    return Moment(epoch, look(result.run.snapshots[epoch], result.run.config, result.split))


# --- touch --------------------------------------------------------------------------------------


def to_epoch_in(budget):
    """Return what a touch of the race for this budget does."""

    def to_epoch(touch):
        """Go to the epoch in which yours was here; the knob epoch does the same."""
        yours = touch.result.yours
        return {"time": touch.x * touch.result.lines[budget] / yours.epoch_costs(budget)}

    return to_epoch


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: beliefs on the left, the three races on the right."""
    axes = [figure.add_axes([0.41 + 0.197 * k, 0.25, 0.15, 0.57]) for k in range(3)]
    tracks = []
    for k, budget in enumerate(BUDGETS):
        axes[k].set(label=budget, yscale="log", ylim=LOSSES, xlim=(-0.03, 1), xticks=[0, 0.5, 1])
        axes[k].set_yticks([1e-4, 1e-3, 1e-2, 1e-1, 1])  # 10 would touch the title on the left
        axes[k].tick_params(labelbottom=False, labelleft=k == 0)
        axes[k].minorticks_off()
        axes[k].grid(axis="y", color=LIGHT, linewidth=0.6)
        axes[k].text(0, 1.15, f"Same {budget}", transform=axes[k].transAxes, fontsize=NORMAL)
        tracks.append(draw_track(axes[k]))
    axes[0].set_ylabel("training loss", labelpad=1)
    for exponent, label in zip(range(-4, 1), ("10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"), strict=True):
        axes[2].text(-0.05, 10.0**exponent, label, gid="narrow", fontsize=SMALL, color=GRAY,
                     transform=axes[2].get_yaxis_transform(), ha="right", va="center")  # fmt: skip
    below = {"y": -0.24, "fontsize": SMALL, "va": "top"}
    key = [words(track, 0, transform=track.transAxes, **below) for track in axes]
    words(axes[0], -0.55, text="learning rate of each:", transform=axes[0].transAxes, ha="right",
          gid="wide", **below)  # fmt: skip
    return SimpleNamespace(
        beliefs=draw_beliefs(figure.add_axes([0.055, 0.25, 0.272, 0.57])), tracks=tracks, key=key
    )


def draw_track(axes):
    """Make the artists of one race."""
    colors = ONE, ALL, YOURS
    return SimpleNamespace(
        pinned=axes.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0],
        curves=[axes.plot([], [], color=color)[0] for color in colors],
        ends=[axes.plot([], [], "o", color=color, ms=5, clip_on=False)[0] for color in colors],
        names=[words(axes, 1.05, 1, color=color, fontsize=SMALL, va="center") for color in colors],
        now=axes.plot([], [], "o", color=YOURS, ms=6, mfc="white", clip_on=False, zorder=5)[0],
        lost=axes.plot([], [], "X", color=RED, ms=8, mec="white", clip_on=False, zorder=6)[0],
        winner=words(axes, 0, 1.035, transform=axes.transAxes, fontsize=NORMAL, fontweight="bold"),
        line=words(axes, 1, -0.13, transform=axes.transAxes, fontsize=SMALL, ha="right"),
        begin=words(axes, 0, -0.13, "0", transform=axes.transAxes, fontsize=SMALL),
    )


def update(artists, result, moment, pinned):
    """Move the artists to the three races, as they stand at an epoch of yours."""
    update_beliefs(artists.beliefs, result.split, moment.beliefs, moment.epoch)
    for track, budget in zip(artists.tracks, BUDGETS, strict=True):
        update_track(track, budget, result, moment, pinned)
    for k, text in enumerate(artists.key):
        racer = result.racers[k] if k < len(result.racers) else None
        text.set_text(rate_of(racer, result) if racer else "")
        text.set_color(color_of(racer, result))


def update_track(track, budget, result, moment, pinned):
    """Draw the training losses up to the line, and say who is lowest there."""
    line = result.lines[budget]
    one, yours, everyone = entrants(result)
    in_order = one, everyone, yours
    heights, lost = [], []
    for racer, curve, end in zip(in_order, track.curves, track.ends, strict=True):
        x, y = path(racer, budget, line) if racer else ([], [])
        show_curve(curve, x, y)
        arrived = len(x) > 0 and np.isfinite(y[-1])
        end.set_data(([1], [np.clip(y[-1], *LOSSES)]) if arrived else ([], []))
        heights.append(y[-1] if arrived else LOSSES[1])
        if racer and racer.run.status == "diverged" and not arrived:
            lost.append(x[np.isfinite(y)].max(initial=0))
    track.lost.set_data(lost, [LOSSES[1]] * len(lost))
    arrivals = [len(end.get_xdata()) > 0 for end in track.ends]
    titles = [here and title(racer, result) for here, racer in zip(arrivals, in_order, strict=True)]
    label_ends(track.names, heights, titles, 1.06, LOSSES, line_of(LOSSES))
    best = leader(result, budget)
    track.winner.set_text(f"{name(best, result)} ahead" if best else nobody(result, budget))
    track.winner.set_color(color_of(best, result) if best else RED)
    spent = yours.epoch_costs(budget) * moment.epoch / line
    seen = spent <= 1
    loss = yours.run.train_loss[moment.epoch]
    track.now.set_data(([spent], [np.clip(loss, *LOSSES)]) if seen else ([], []))
    track.line.set_text(amount(line, budget))
    track.pinned.set_data([], [])
    if pinned:
        x, y = path(pinned.yours, budget, line)
        show_curve(track.pinned, x, y)


def leader(result, budget):
    """Return who has the lowest loss at a line; None if nobody there is better than guessing."""
    best = winner(result.racers, result.lines, budget)
    if best and best.loss_at(budget, result.lines[budget]) < NO_BETTER_THAN_GUESSING * result.guess:
        return best
    return None


def nobody(result, budget):
    """Say why a race has no winner."""
    arrived = winner(result.racers, result.lines, budget)
    return "none beats guessing" if arrived else "nobody arrived"


def entrants(result):
    """Return the batch of one, yours, and all, with None for an extreme that is yours."""
    one, everyone, yours = result.racers[0], result.racers[-1], result.yours
    return None if one is yours else one, yours, None if everyone is yours else everyone


def color_of(racer, result):
    """Return the color of a racer, in every race the same."""
    if racer is result.yours:
        return YOURS
    return ONE if racer is result.racers[0] else ALL


def path(racer, budget, line):
    """Return the way of a racer up to the line: shares of the budget, and losses."""
    spent = racer.spent(budget)
    before = spent < line * (1 - 1e-9)
    x = np.append(spent[before] / line, 1.0)
    return x, np.append(racer.loss[before], racer.loss_at(budget, line))


def line_of(limits):
    """Return the room that a line of text needs beside an axis with these limits."""
    return 0.066 * np.ptp(np.log10(limits))


def title(racer, result):
    """Name a racer in a word or two."""
    return "all" if racer.batch_size == len(result.split.X_train) else str(racer.batch_size)


def name(racer, result):
    """Name a racer in full."""
    everyone = racer.batch_size == len(result.split.X_train)
    return f"all {count(racer.batch_size)}" if everyone else f"batch of {racer.batch_size}"


def rate_of(racer, result):
    """Say which learning rate a racer has, and whether it was too much."""
    diverged = "\ndiverged" if racer.run.status == "diverged" else ""
    return f"{name(racer, result)}: η {short(racer.rate)}{diverged}"


def amount(line, budget):
    """Write how much of a budget there is."""
    if budget == "seconds":
        return f"{short(line)} s" if line >= 1 else f"{short(1000 * line)} ms"
    return f"{count(round(line))} {budget if line > 1 else budget[:-1]}"


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how yours did, and who is ahead at each line."""
    best = leader(result, "seconds")
    time = amount(result.lines["seconds"], "seconds")
    who = name(best, result) if best else nobody(result, "seconds")
    return f"{brief(result, moment)} After the same {time}, measured here: {who}."


def brief(result, moment):
    """Say all but what hangs on this machine's speed."""
    run, epochs = result.run, result.lines["epochs"]
    rate = short(run.config.learning_rate)
    own = name(result.yours, result)
    parts = [f"{own[0].upper()}{own[1:]}, learning rate {rate} (rule: {result.rule})."]
    if run.completed_epochs < epochs:
        parts.append("Stopped by hand." if run.status == "cancelled" else "It diverged.")
    else:
        loss, val = short(run.train_loss[epochs]), short(run.val_loss[epochs])
        updates = epochs * result.yours.updates
        spent = f"{amount(epochs, 'epochs')}, {amount(updates, 'updates')}"
        parts.append(f"After {spent}: training loss {loss}, validation {val}.")
    ahead = []
    for budget in BUDGETS[:2]:
        best = leader(result, budget)
        loss = short(best.loss_at(budget, result.lines[budget])) if best else ""
        who = f"{name(best, result)}, {loss}" if best else nobody(result, budget)
        ahead.append(f"after the same {amount(result.lines[budget], budget)}: {who}")
    parts.append(f"Lowest training loss {'; '.join(ahead)}.")
    lost = [racer for racer in result.racers if racer.run.status == "diverged"]
    parts += [f"Diverged: {name(racer, result)}." for racer in lost if racer is not result.yours]
    if moment.epoch < epochs and moment.epoch < run.completed_epochs:
        parts.append(f"Shown {after(moment.epoch)}.")
    return " ".join(parts)
