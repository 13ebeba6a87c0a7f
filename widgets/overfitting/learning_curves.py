"""Panel B of lesson 10: loss against epochs and against samples, and what that advises."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import Run, data
from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.overfitting.capacity import wave_config
from lessons.experiments.overfitting.learning_curves import (
    MORE_DATA,
    SEEDS,
    SIZES,
    TIMES,
    LearningCurves,
    advice,
    learning_curves,
    remedies,
)
from lessons.experiments.overfitting.samples import draw
from lessons.numerals import count, short
from lessons.trainer import train
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import count_slider, float_slider, int_slider, slider, whole
from widgets.loss_curves import draw_losses, to_epoch, update_losses
from widgets.marks import label_ends
from widgets.panel import Panel
from widgets.style import BLUE, GRAY, LIGHT, NORMAL, PINNED, SMALL, TRAINING, VALIDATION

SIZE = 8.6, 3.9
BLOCKS = ((0, 0, 425, 390), (425, 0, 860, 390))
LIMITS, LINE = (1e-2, 2.0), 0.16


@dataclass(frozen=True, eq=False)
class Result:
    """One run, and once they are there, the learning curves and what helps.

    Attributes: curves, over all numbers of samples; helps, the validation losses of all seeds as it
    is, with four times the data, and four times the units, (3, seeds).
    """

    settings: dict
    run: Run
    split: data.Split
    curves: LearningCurves | None = None
    helps: np.ndarray | None = None
    rest: Callable | None = None

    @property
    def outcome(self):
        return f"validation loss {short(self.run.val_loss[self.run.completed_epochs])}"


def learning(lang="en", **settings):
    """Train one network on ever more samples, and ask what would help: data, or a larger model.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> curves = learning(units=1, epochs=100)
    >>> curves
    1 unit, 20 samples.
    >>> curves.close()
    """
    knobs = [
        count_slider("units", "units per layer", "Of the one hidden layer", 1, 32, 32, width=300),
        slider("n", "samples", "To learn from", SIZES, 20, "a whole number from 10 to 320",
               whole(10, 320), 260),
        float_slider("noise", "noise", "Standard deviation of the error in y", 0, 1, 0.3, 0.1,
                     width=260),
        count_slider("epochs", "epochs", "Updates with all samples, Adam 0.03", 10, 1000, 500, 10,
                     0.25),
        int_slider("seed", "seed", "Another draw of data and first weights, on the left", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw_picture, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], blocks=BLOCKS,
        touch={"losses": to_epoch, "samples": to_samples},
    )  # fmt: skip


def to_samples(touch):
    """Drag along the numbers of samples; the knob samples does the same."""
    return {"n": touch.x}


# --- compute ------------------------------------------------------------------------------------


# What was found of other seeds, by the settings that it depends on.
tried = {}


def compute(settings, progress):
    """Train one network; learning curves over five seeds follow the picture."""
    units, n, noise, epochs, seed = (
        settings[name] for name in ("units", "n", "noise", "epochs", "seed")
    )
    split = draw(n, noise, seed)
    run = train(wave_config(units, n, epochs, seed), split, engine_at_hand(), progress, "fit")
    result = Result(settings, run, split)

    def try_others(progress):
        engine = engine_for_long_work(progress)
        for key, find in (
            ((units, noise, epochs), learning_curves), ((units, n, noise, epochs), remedies),
        ):  # fmt: skip
            if key not in tried:
                found = find(*key, engine=engine, progress=progress)
                if found is None:
                    return replace(result, rest=None)
                tried[key] = found
        return found_before()

    def found_before():
        keys = (units, noise, epochs), (units, n, noise, epochs)
        if all(key in tried for key in keys):
            return replace(result, curves=tried[keys[0]], helps=tried[keys[1]])
        return None

    if progress.cancelled:
        return result
    return found_before() or replace(result, rest=try_others)


# --- picture ------------------------------------------------------------------------------------


def draw_picture(figure):
    """Make the artists: loss against epochs on the left, against samples on the right."""
    axes = figure.add_axes([0.56, 0.13, 0.29, 0.72])
    axes.set(xscale="log", yscale="log", xlim=(SIZES[0] / 1.1, SIZES[-1] * 1.1), ylim=LIMITS,
             label="samples")  # fmt: skip
    axes.set_xticks(SIZES, [str(size) for size in SIZES])
    axes.minorticks_off()
    axes.set_yticks([0.01, 0.03, 0.1, 0.3, 1], ["0.01", "0.03", "0.1", "0.3", "1"])
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    medians = [axes.plot([], [], color=color, linestyle=style)[0]
               for color, style in ((VALIDATION, (0, (5, 1))), (TRAINING, "-"))]  # fmt: skip
    pinned = axes.plot([], [], color=PINNED, linewidth=1.3, linestyle=(0, (2, 2)))[0]
    return SimpleNamespace(
        losses=draw_losses(figure.add_axes([0.055, 0.13, 0.29, 0.72])),
        heading=words(axes, 0, 1.09, transform=axes.transAxes, fontsize=NORMAL),
        key=words(axes, 0, 1.015, transform=axes.transAxes, fontsize=SMALL, color=GRAY),
        here=axes.axvline(1, color=BLUE, linewidth=1, clip_on=False),
        floor=axes.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))),
        seeds=[axes.plot([], [], "o", color=color, ms=2.5)[0] for color in (VALIDATION, TRAINING)],
        medians=medians, pinned=pinned, exits=draw_exits(axes, [*medians, pinned], values=False),
        larger=axes.plot([], [], "D", color=BLUE, ms=7, mec="white", clip_on=False, zorder=5)[0],
        ends=[words(axes, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (VALIDATION, TRAINING, GRAY, PINNED)],
        x_label=words(axes, 0.5, -0.09, transform=axes.transAxes, fontsize=NORMAL, ha="center",
                      va="top"),
    )  # fmt: skip


def update(artists, result, epoch, pinned):
    """Move the artists to a run and to the learning curves at an epoch."""
    label = pinned.label if pinned else ""
    update_losses(artists.losses, result.run, result.split, epoch, pinned and pinned.run, label)
    settings, curves = result.settings, result.curves
    artists.heading.set_text(f"Loss after {count(epoch)} epochs, against samples")
    artists.x_label.set_text("training samples")
    n, floor = settings["n"], max(settings["noise"] ** 2, 1e-30)
    artists.here.set_xdata([n, n])
    artists.floor.set_ydata([floor, floor])
    artists.key.set_text("")
    for line in (*artists.medians, *artists.seeds, artists.pinned, artists.larger):
        line.set_data([], [])
    heights, texts = [1.0, 1.0, floor, 1.0], ["", "", "noise²", ""]
    if curves is not None:
        at_end = epoch == settings["epochs"]
        more = f"; ◆ {TIMES} times the units" if at_end else ""
        artists.key.set_text(f"medians of {SEEDS} seeds{more}")
        at = curves.at(epoch)
        for k, (line, dots) in enumerate(zip(artists.medians, artists.seeds, strict=True)):
            losses = (curves.val, curves.train)[k][..., epoch]
            dots.set_data(np.repeat(curves.sizes, losses.shape[1]), losses.ravel())
            show_curve(line, curves.sizes, at[1 - k])
            heights[k], texts[k] = at[1 - k, -1], ("validation", "training")[k]
        if at_end:
            show_point(artists.larger, n, np.median(result.helps[2]))
            if artists.larger.get_marker() == "o":
                artists.larger.set_marker("D")
    if pinned and pinned.curves is not None:
        other = pinned.curves.at(min(epoch, pinned.settings["epochs"]))[1]
        show_curve(artists.pinned, pinned.curves.sizes, other)
        heights[3], texts[3] = other[-1], label
    show_exits(artists.exits, [*artists.medians, artists.pinned])
    label_ends(artists.ends, heights, texts, SIZES[-1] * 1.2, LIMITS, LINE)


# --- words --------------------------------------------------------------------------------------


def describe(result, epoch):
    """Say both losses, what their gap advises, and what was found when both were tried."""
    if result.run.status == "cancelled":
        return "Stopped by hand."
    run = result.run
    parts = [
        f"{subject(result)}, epoch {count(epoch)}: training loss {short(run.train_loss[epoch])}, "
        f"validation loss {short(run.val_loss[epoch])}."
    ]
    if result.curves is not None:
        train_loss, val_loss = ends(result)
        wide = "wide" if advised(result) == MORE_DATA else "narrow"
        parts.append(
            f"At the end, medians of {SEEDS} seeds: {short(train_loss)} and {short(val_loss)}. The "
            f"gap is {wide}: {what_to_do(result)}"
        )
        now, data_, units = np.median(result.helps, axis=1)
        parts.append(
            f"Tried: {TIMES} times the samples, {short(now)} → {short(data_)}; {TIMES} times the "
            f"units, {short(now)} → {short(units)}."
        )
    return " ".join(parts)


def what_to_do(result):
    """Say what the gap advises."""
    if advised(result) == MORE_DATA:
        return "more data should help."
    return "more data would hardly help. A larger model may, unless what is left is noise."


def brief(result, epoch):
    """Say only what was trained: the curves may not be there yet when a cell is stored."""
    return f"{subject(result)}."


def subject(result):
    units = result.settings["units"]
    plural = "" if units == 1 else "s"
    return f"{count(units)} unit{plural}, {count(result.settings['n'])} samples"


def ends(result):
    """Return the median training and validation loss at the end, with the shown samples."""
    place = list(result.curves.sizes).index(result.settings["n"])
    return result.curves.at(-1)[:, place]


def advised(result):
    return advice(*ends(result))
