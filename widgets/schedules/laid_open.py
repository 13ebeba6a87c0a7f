"""Panel A of lesson 08: one schedule laid open, with the loss and the noise under the rate."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.schedules.noise import noise_along
from lessons.experiments.schedules.shapes import make
from lessons.numerals import count, finite, short
from lessons.verdict import where_it_diverged
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.marks import count_along, label_ends
from widgets.panel import Panel
from widgets.schedules.knobs import POINTS, all_knobs, idle
from widgets.schedules.names import NAMES, best_possible, limits, load, ticks
from widgets.style import (
    BLUE,
    GRADIENT,
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

SIZE = 8.6, 5.0
BLOCKS = ((0, 0, 860, 176), (0, 176, 860, 358), (0, 358, 860, 500))
NOISE = 1e-3, 30.0
# So many places of a curve are drawn, and of the noise so many moments measured.
DRAWN, MOMENTS = 600, 13


@dataclass(frozen=True, eq=False)
class Result:
    """A run, its data, and along it the gradient's length and noise, or None where not wanted.

    Attributes: run; split; epochs, at which noise, (2, epochs), was measured; settings.
    """

    run: Run
    split: data.Split
    epochs: list
    noise: np.ndarray | None
    settings: dict

    @property
    def updates(self):
        """The updates of the whole run."""
        return len(self.run.learning_rate)

    @property
    def shares(self):
        """The rates that were planned, as shares of η, (updates,); NaN after a plateau's end."""
        return self.run.learning_rate / self.settings["learning_rate"]

    @property
    def outcome(self):
        return f"training loss {finite(self.run.train_loss[-1])}"


def panel(lang="en", **settings):
    """Choose a schedule and slide its knobs, or drag its points: each time it trains anew.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> shown = panel(schedule="cosine", low=0.01, epochs=10)
    >>> shown.run.learning_rate[[0, 250]].round(3).tolist()
    [0.056, 0.028]
    >>> shown.close()
    """
    return Panel(
        all_knobs(), compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=lambda settings: settings["epochs"], touch={"rate": drag, "losses": to_epoch},
        blocks=BLOCKS, idle=idle,
    )  # fmt: skip


def compute(settings, progress):
    """Train with the schedule, and measure gradient and noise along the run."""
    split = load(settings["data"], settings["seed"])
    updates = settings["epochs"] * -(-len(split.X_train) // settings["batch_size"])
    knobs = settings | {"shares": [settings[f"point{k}"] for k in range(POINTS)]}
    rate = settings["learning_rate"]
    config = TrainConfig(
        learning_rate=rate, schedule=make(settings["schedule"], rate, updates, knobs),
        batch_size=settings["batch_size"], optimizer=settings["optimizer"],
        epochs=settings["epochs"], seed=settings["seed"],
    )  # fmt: skip
    run = train(config, split, engine_at_hand(), progress)
    last = min(run.completed_epochs, len(run.snapshots) - 1)
    epochs = np.unique(np.linspace(0, last, MOMENTS).round().astype(int)).tolist()
    noise = noise_along(run, split, epochs) if settings["noise"] else None
    return Result(run, split, epochs, noise, settings)


# --- touch --------------------------------------------------------------------------------------


def drag(touch):
    """Drag it; the knobs schedule, at 0%, at 20%, at 40%, at 60%, at 80%, at 100% do the same."""
    heights = heights_of(touch.result)
    share = np.clip(touch.start[0] / touch.result.updates, 0, 1)
    heights[round(share * (POINTS - 1))] = touch.y
    return {"schedule": "yours"} | {f"point{k}": height for k, height in enumerate(heights)}


def to_epoch(touch):
    """Go to this epoch; the knob epoch does the same."""
    return {"time": touch.x / touch.result.updates * touch.result.settings["epochs"]}


def heights_of(result):
    """Return the heights of the schedule where a broken line has its points."""
    if result.settings["schedule"] == "yours":
        return [result.settings[f"point{k}"] for k in range(POINTS)]
    places = np.linspace(0, result.updates - 1, POINTS).round().astype(int)
    return np.nan_to_num(result.shares[places]).tolist()


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: three axes with the same time, the rate above, the noise below."""
    rate = figure.add_axes([0.06, 0.7, 0.8, 0.235])
    losses = figure.add_axes([0.06, 0.335, 0.8, 0.265])
    noise = figure.add_axes([0.06, 0.085, 0.8, 0.155])
    rate.set(ylim=(0, 1.08), yticks=[0, 0.25, 0.5, 0.75, 1], label="rate")
    rate.set_yticklabels(["0", "¼ η", "½ η", "¾ η", "η"])
    losses.set(yscale="log", label="losses", title="Loss after each epoch")
    noise.set(yscale="log", ylim=NOISE, yticks=[1e-2, 1, 10])
    for axes in (rate, losses, noise):
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
        count_along(axes)
    noise.set_xlabel("updates", labelpad=1)
    noise.set_title("Gradient: length, and noise in a batch")
    for axes in (losses, noise):
        axes.minorticks_off()

    def line(axes, color, **options):
        return axes.plot([], [], color=color, **options)[0]

    dashed = {"linewidth": 1.4, "linestyle": (0, (4, 2))}
    pinned = line(rate, PINNED, **dashed), line(losses, PINNED, **dashed)
    curves = line(losses, VALIDATION, linestyle=(0, (5, 1))), line(losses, TRAINING)
    lengths = line(noise, GRADIENT), line(noise, ORANGE)
    return SimpleNamespace(
        best=line(losses, GRAY, linewidth=1, linestyle=(0, (1, 2))),
        all_pinned=list(pinned), all_curves=list(curves), all_lengths=list(lengths),
        rate=line(rate, BLUE),
        points=line(rate, BLUE, marker="o", linestyle="", ms=8, mfc="white", mew=1.6, zorder=5,
                    clip_on=False),
        title=words(rate, 0, 1.05, transform=rate.transAxes, fontsize=NORMAL),
        here=words(rate, 0, 1, color=BLUE, fontsize=SMALL, va="center"),
        nows=[line(axes, GRAY, linewidth=1, clip_on=False) for axes in (rate, losses, noise)],
        dots=[line(axes, color, marker="o", linestyle="", ms=6, mec="white", zorder=6)
              for axes, color in ((rate, BLUE), (losses, VALIDATION), (losses, TRAINING))],
        exits=draw_exits(rate, [pinned[0]], values=False)
        + draw_exits(losses, [*curves, pinned[1]], values=False)
        + draw_exits(noise, lengths, values=False),
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (VALIDATION, TRAINING, GRAY, PINNED)],
        noise_ends=[words(noise, 0, 1, color=color, fontsize=SMALL, va="center")
                    for color in (GRADIENT, ORANGE)],
        off=words(noise, 0.5, 0.5, transform=noise.transAxes, color=GRAY, fontsize=NORMAL,
                  ha="center", va="center"),
        warning=words(losses, 0.98, 0.86, transform=losses.transAxes, color=RED, fontsize=SMALL,
                      ha="right"),
        still=SimpleNamespace(rate=rate, losses=losses, noise=noise),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the run, up to its end, and mark the epoch that is shown."""
    updates, still = result.updates, vars(artists.still).values()
    if artists.still.rate.get_xlim() != (0, updates):
        for axes in still:
            axes.set_xlim(0, updates)
    set_scale(artists.still.losses, result.settings["data"])
    now = moment / result.settings["epochs"] * updates
    for line, axes in zip(artists.nows, still, strict=True):
        line.set_data([now, now], axes.get_ylim())
    show_rates(artists, result, now)
    show_losses(artists, result, moment, pinned)
    show_noise(artists, result)
    pinned_rates, _ = artists.all_pinned
    pinned_rates.set_data([], [])
    if pinned:
        at = places(pinned.updates)
        shares = pinned.run.learning_rate[at] / result.settings["learning_rate"]
        show_curve(pinned_rates, at, shares)
    show_exits(artists.exits, [pinned_rates, *artists.all_curves, artists.all_pinned[1],
                               *artists.all_lengths])  # fmt: skip


def set_scale(axes, name):
    """Fit the axis of losses to a data set, if it is another than before."""
    if axes.get_ylim() != limits(name):
        axes.set_ylim(limits(name))
        axes.set_yticks(ticks(name), [f"{tick:g}" for tick in ticks(name)])


def places(updates):
    """Return the updates at which a curve is drawn: all, or so many that nobody sees a gap."""
    return np.unique(np.linspace(0, updates - 1, DRAWN).round().astype(int))


def show_rates(artists, result, now):
    """Draw the rate of every update, and the points by which it can be dragged."""
    settings, shares, at = result.settings, result.shares, places(result.updates)
    artists.rate.set_data(at, shares[at])
    artists.points.set_data(np.linspace(0, result.updates, POINTS), heights_of(result))
    artists.points.set_mfc(BLUE if settings["schedule"] == "yours" else "white")
    share = shares[min(int(now), result.updates - 1)]
    artists.dots[0].set_data([now], [share])
    artists.here.set_text(f"rate {finite(share * settings['learning_rate'])}")
    artists.here.set_position((1.04 * result.updates, np.nan_to_num(share)))
    name = NAMES[settings["schedule"]]
    artists.title.set_text(f"Rate: {name}, η = {short(settings['learning_rate'])}")


def show_losses(artists, result, moment, pinned):
    """Draw the losses of the run, and those of the pinned one, over the updates."""
    run, settings = result.run, result.settings
    starts = np.arange(settings["epochs"] + 1) / settings["epochs"] * result.updates
    heights, texts = [], []
    histories = ("validation", run.val_loss), ("training", run.train_loss)
    for k, (name, losses) in enumerate(histories):
        show_curve(artists.all_curves[k], starts, losses)
        show_point(artists.dots[k + 1], starts[moment], losses[moment])
        heights.append(losses[moment])
        texts.append(f"{name} {short(losses[moment])}" if np.isfinite(losses[moment]) else "")
    best = best_possible(settings["data"])
    artists.best.set_data(([0, result.updates], [best, best]) if best else ([], []))
    heights.append(best or 1.0)
    texts.append("noise² 0.09" if best else "")
    artists.all_pinned[1].set_data([], [])
    if pinned:
        losses = pinned.run.train_loss
        show_curve(artists.all_pinned[1], np.linspace(0, pinned.updates, len(losses)), losses)
        heights.append(losses[-1])
        texts.append(pinned.label)
    low, high = limits(settings["data"])
    line = 0.12 * np.log10(high / low)
    label_ends(artists.ends, heights, texts, 1.02 * result.updates, (low, high), line)
    artists.warning.set_text(where_it_diverged(run) if run.status == "diverged" else "")


def show_noise(artists, result):
    """Draw the length of the gradient and the noise of a batch, where they were measured."""
    artists.off.set_text("" if result.settings["noise"] else "switch on gradient noise to see it")
    for line, end in zip(artists.all_lengths, artists.noise_ends, strict=True):
        line.set_data([], [])
        end.set_text("")
    if result.noise is None:
        return
    at = np.array(result.epochs) / result.settings["epochs"] * result.updates
    for line, values in zip(artists.all_lengths, result.noise, strict=True):
        # Of all samples there is no noise, and 0 has no place on this axis.
        show_curve(line, at, np.maximum(values, 1e-30))
    texts = [f"length {short(result.noise[0, -1])}", f"noise {short(result.noise[1, -1])}"]
    label_ends(artists.noise_ends, np.maximum(result.noise[:, -1], 1e-30), texts,
               1.02 * result.updates, NOISE, 0.85)  # fmt: skip


# --- words --------------------------------------------------------------------------------------


def plan(result):
    """Say what the schedule does, at the first, the middle and the last update."""
    rates, middle = result.run.learning_rate, result.updates // 2
    name = NAMES[result.settings["schedule"]]
    return (
        f"{name[0].upper()}{name[1:]}, η = {short(result.settings['learning_rate'])}, "
        f"{count(result.updates)} updates: rate {finite(rates[0])} at update 0, "
        f"{finite(rates[middle])} at {count(middle)}, {finite(rates[-1])} at the last; mean "
        f"{finite(np.nanmean(rates))}."
    )


def describe(result, moment):
    """Say what the schedule does, what the losses are, and how large the noise is."""
    run = result.run
    losses = f"{finite(run.train_loss[moment])}, validation {finite(run.val_loss[moment])}"
    told = f"{plan(result)} After epoch {moment}: training loss {losses}."
    if run.status == "diverged":
        return f"{told} It {where_it_diverged(run)}."
    if result.noise is not None:
        length, noise = result.noise[:, -1]
        told += (
            f" At the end the gradient has a length of {short(length)}, and the noise of a batch "
            f"is {short(noise)}."
        )
    return told


def brief(result, moment):
    """Say only what was planned: losses depend on last digits."""
    return plan(result)
