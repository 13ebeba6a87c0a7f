"""Panel D of lesson 10: thirty fits to thirty draws, their bias and their variance."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run
from lessons.engines import engine_at_hand
from lessons.experiments.overfitting.capacity import wave_config
from lessons.experiments.overfitting.samples import HIGH, LOW, draw, truth
from lessons.experiments.overfitting.variance import (
    DRAWS,
    GRID,
    Parts,
    decompose,
    measured_error,
)
from lessons.numerals import count, fixed
from lessons.prediction import run_through
from lessons.trainer import train
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import count_slider, float_slider, int_slider
from widgets.loss_curves import to_epoch
from widgets.panel import Panel
from widgets.style import (
    BLACK,
    GRAY,
    GREEN,
    LIGHT,
    NORMAL,
    ORANGE,
    PINNED,
    PURPLE,
    SMALL,
)

SIZE = 8.6, 4.2
BLOCKS = ((0, 0, 400, 420), (400, 0, 860, 420))
HEIGHT, LIMITS = 2.2, (1e-3, 3.0)
MOMENTS = 25
X = GRID[:, None].astype(np.float32)
NAMES = "bias²", "variance", "noise", "their sum", "measured"
COLORS = ORANGE, PURPLE, GRAY, BLACK, GREEN


@dataclass(frozen=True, eq=False)
class Result:
    """Thirty runs on thirty draws, and at some epochs what their error consists of.

    Attributes: epochs, (M,); parts, of each of them; measured, mean and standard error, (M, 2).
    """

    settings: dict
    runs: list
    epochs: np.ndarray
    parts: list
    measured: np.ndarray

    @property
    def run(self) -> Run:
        return self.runs[0]

    @property
    def split(self):
        """What `run` was trained on."""
        return draw(self.settings["n"], self.settings["noise"], DRAWS * self.settings["seed"])

    @property
    def outcome(self):
        return f"expected error {fixed(self.parts[-1].total, 3)}" if self.parts else "stopped"


@dataclass(frozen=True, eq=False)
class Moment:
    """All fits at an epoch, (30, G), what their error consists of, and what was measured."""

    epoch: int
    fits: np.ndarray
    parts: Parts
    measured: tuple


def variance(lang="en", **settings):
    """Train thirty networks on thirty draws of the data, and take their error apart.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> thirty = variance(epochs=10)
    >>> len(thirty.result.runs)
    30
    >>> thirty.close()
    """
    knobs = [
        count_slider("units", "units per layer", "Of the one hidden layer", 1, 128, 32, width=300),
        count_slider("n", "samples", "In each of the thirty draws", 10, 320, 20, width=260),
        float_slider("noise", "noise", "Standard deviation of the error in y", 0, 1, 0.3, 0.1,
                     width=260),
        count_slider("epochs", "epochs", "Updates with all samples, Adam 0.03", 10, 1000, 1000, 10,
                     0.25),
        int_slider("seed", "seed", "Thirty other draws, and other first weights", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw_picture, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame, blocks=BLOCKS,
        touch={"parts": to_epoch},
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train thirty networks, each on a draw of its own and from first weights of its own."""
    n, runs = settings["n"], []
    for k in range(DRAWS):
        seed = DRAWS * settings["seed"] + k
        split = draw(n, settings["noise"], seed)
        config = wave_config(settings["units"], n, settings["epochs"], seed)
        runs.append(train(config, split, engine_at_hand(), progress.part(), "fit"))
        if runs[-1].status == "cancelled":
            return Result(settings, runs, np.array([]), [], np.empty((0, 2)))
        progress.report(k + 1, DRAWS)
    steps = np.geomspace(1, settings["epochs"], MOMENTS)
    epochs = np.unique(np.rint(steps).astype(int))
    parts = [parts_of(fits_at(runs, epoch), settings["noise"]) for epoch in epochs]
    measured = np.array([error_at(runs, epoch) for epoch in epochs])
    return Result(settings, runs, epochs, parts, measured)


def fits_at(runs, epoch):
    """Return what every network answers on the grid after an epoch, (30, G)."""
    return np.array([
        run_through(run.snapshots[epoch], run.config, X, engine_at_hand())[:, 0] for run in runs
    ], float)  # fmt: skip


def parts_of(fits, noise):
    return decompose(fits, truth(GRID), noise)


def error_at(runs, epoch):
    """Return mean and standard error of the errors on new samples, of each run its own."""
    return measured_error(np.array([run.val_loss[epoch] for run in runs]))


def frame(result, epoch):
    """Return all fits at an epoch, and what their error consists of; None if it was stopped."""
    if not result.parts:
        return None
    fits = fits_at(result.runs, epoch)
    return Moment(epoch, fits, parts_of(fits, result.settings["noise"]),
                  error_at(result.runs, epoch))  # fmt: skip


# --- picture ------------------------------------------------------------------------------------


def draw_picture(figure):
    """Make the artists: all fits on the left, the parts of the error over epochs on the right."""
    fits = figure.add_axes([0.05, 0.12, 0.39, 0.76])
    parts = figure.add_axes([0.53, 0.12, 0.445, 0.6])
    fits.set(xlim=(LOW, HIGH), ylim=(-HEIGHT, HEIGHT))
    fits.set_xlabel("x", labelpad=0)
    parts.set(xscale="log", yscale="log", xlim=(1, 1000), ylim=LIMITS, label="parts")
    parts.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    parts.set_yticks([0.001, 0.01, 0.1, 1], ["0.001", "0.01", "0.1", "1"])
    parts.minorticks_off()
    parts.grid(axis="y", color=LIGHT, linewidth=0.6)
    curves = [parts.plot([], [], color=color, linewidth=width)[0]
              for color, width in zip(COLORS[:4], (1.8, 1.8, 1.2, 2.2), strict=True)]  # fmt: skip
    pinned = parts.plot([], [], color=PINNED, linewidth=1.3, linestyle=(0, (2, 2)))[0]

    def text(x, row, color, **style):
        return words(parts, x, 1.41 - 0.08 * row, transform=parts.transAxes, color=color,
                     fontsize=SMALL, va="top", **style)  # fmt: skip

    return SimpleNamespace(
        fits=[fits.plot([], [], color=PURPLE, linewidth=0.9)[0] for _ in range(DRAWS)],
        truth=fits.plot(GRID, truth(GRID), color=BLACK, linewidth=1.4, linestyle=(0, (1, 1.5)))[0],
        mean=fits.plot([], [], color=ORANGE, linewidth=2.8)[0],
        title=words(fits, 0, 1.03, transform=fits.transAxes, fontsize=NORMAL),
        names=[text(0, row, color) for row, color in enumerate(COLORS)],
        values=[text(0.26, row, color) for row, color in enumerate(COLORS)],
        notes=[text(0.43, row, GRAY) for row in (3, 4)],
        curves=curves, pinned=pinned,
        bars=parts.plot([], [], color=GREEN, linewidth=1)[0],
        dots=parts.plot([], [], "o", color=GREEN, ms=4)[0],
        exits=draw_exits(parts, [*curves, pinned], values=False),
        now=parts.axvline(1, color=GRAY, linewidth=0.8, clip_on=False),
        pinned_text=words(parts, 0.99, 0.9, transform=parts.transAxes, color=PINNED,
                          fontsize=SMALL, ha="right", ground="white"),
        x_label=words(parts, 0.5, -0.1, transform=parts.transAxes, fontsize=NORMAL, ha="center",
                      va="top"),
        still=SimpleNamespace(axes=parts),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the fits of an epoch and to the parts of all."""
    axes, epochs = artists.still.axes, result.settings["epochs"]
    if axes.get_xlim() != (1, epochs):
        axes.set_xlim(1, epochs)
    artists.x_label.set_text("epoch")
    lines = *artists.fits, artists.mean, *artists.curves, artists.bars, artists.dots
    texts = *artists.names, *artists.values, *artists.notes, artists.pinned_text
    for line in (*lines, artists.pinned):
        line.set_data([], [])
    for text in texts:
        text.set_text("")
    artists.title.set_text("Stopped by hand")
    if moment is None:
        return
    artists.title.set_text(f"{DRAWS} fits after {count(moment.epoch)} epochs, and their mean")
    for line, fit in zip(artists.fits, moment.fits, strict=True):
        show_curve(line, GRID, fit)
    show_curve(artists.mean, GRID, moment.fits.mean(axis=0))
    artists.now.set_xdata([max(moment.epoch, 1)] * 2)
    show_parts(artists, result)
    show_table(artists, moment)
    if pinned and pinned.parts:
        show_curve(artists.pinned, pinned.epochs, [part.total for part in pinned.parts])
        artists.pinned_text.set_text(pinned.label)
    show_exits(artists.exits, [*artists.curves, artists.pinned])


def show_parts(artists, result):
    """Draw every part over the epochs, and the measured errors with their standard errors."""
    rows = [(p.bias2, p.variance, p.noise, p.total) for p in result.parts]
    for line, values in zip(artists.curves, np.transpose(rows), strict=True):
        # Corrected for chance, bias² may come out below 0, which has no place on this axis.
        show_curve(line, result.epochs, np.maximum(values, 1e-30))
    means, errors = result.measured.T
    artists.dots.set_data(result.epochs, means)
    low, high = (np.maximum(means + sign * errors, 1e-30) for sign in (-1, 1))
    gap = np.full(len(means), np.nan)
    at = np.ravel([result.epochs, result.epochs, gap], "F")
    artists.bars.set_data(at, np.ravel([low, high, gap], "F"))


def show_table(artists, moment):
    """Write the parts at this epoch, their sum, and what was measured."""
    parts, (mean, se) = moment.parts, moment.measured
    values = parts.bias2, parts.variance, parts.noise, parts.total, mean
    for name, told in zip(artists.names, NAMES, strict=True):
        name.set_text(told)
    for text, value in zip(artists.values, values, strict=True):
        text.set_text(fixed(value, 3))
    artists.notes[0].set_text(f"± {fixed(parts.se, 3)}")
    artists.notes[1].set_text(f"± {fixed(se, 3)}, on new samples")


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say all parts, and both sides of the equation."""
    if moment is None:
        return "Stopped by hand."
    parts, (mean, se) = moment.parts, moment.measured
    return (
        f"{subject(result)}, epoch {count(moment.epoch)}: bias² {fixed(parts.bias2, 3)} + variance "
        f"{fixed(parts.variance, 3)} + noise {fixed(parts.noise, 3)} = {fixed(parts.total, 3)} ± "
        f"{fixed(parts.se, 3)}; measured on new samples {fixed(mean, 3)} ± {fixed(se, 3)}. "
        f"{lowest(result)}"
    )


def lowest(result):
    """Say where the sum is lowest."""
    totals = [part.total for part in result.parts]
    best = int(np.argmin(totals))
    return f"Lowest near epoch {count(int(result.epochs[best]))}: {fixed(totals[best], 3)}."


def brief(result, moment):
    """Say only what was trained."""
    return "Stopped by hand." if moment is None else f"{subject(result)}: {DRAWS} fits."


def subject(result):
    units, n = result.settings["units"], result.settings["n"]
    return f"{count(units)} unit{'' if units == 1 else 's'}, {count(n)} samples"
