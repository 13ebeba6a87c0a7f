"""Panel F of lesson 11: L2 before batch norm does not hold a network back, it sets its steps."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, data
from lessons.engines import engine_at_hand
from lessons.experiments.regularization import scale_free
from lessons.numerals import count, short
from lessons.verdict import guessing_loss, where_it_diverged
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.knobs import between, int_slider, log_slider, slider
from widgets.loss_curves import draw_scale, to_epoch, update_scale
from widgets.marks import label_ends
from widgets.panel import Panel
from widgets.style import BLUE, GRAY, LIGHT, ORANGE, PINNED, SMALL
from widgets.touch import to_time

SIZE = 8.6, 3.6
BLOCKS = ((0, 0, 280, 360), (280, 0, 570, 360), (570, 0, 860, 360))
EPOCHS = 100
STRENGTHS = 0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2
LENGTHS, RATES, LOSSES = (0.1, 30.0), (3e-4, 3.0), (0.1, 3.0)
# Weights shorter than this are as good as none.
GONE = 1e-4
# The room of a line of text on axes of so many powers of ten.
ROOM = 0.06
WITH, WITHOUT = BLUE, ORANGE


@dataclass(frozen=True, eq=False)
class Result:
    """A run with batch norm, the same without, and their data.

    Attributes: lengths, of the first layer's weights in both runs, (2, epochs + 1); rates, the
    effective rates with batch norm, (epochs + 1,); NaN where a run had ended.
    """

    run: Run
    without: Run
    split: data.Split
    lengths: np.ndarray
    rates: np.ndarray

    @property
    def outcome(self):
        return f"effective rate {short(self.rates[-1])}"


def decay(lang="en", **settings):
    """Slide L2's λ on a network with batch norm and on one without.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = decay(l2=0.1)
    >>> panel.result.run.config.batch_norm, panel.result.without.config.batch_norm
    (True, False)
    >>> panel.close()
    """
    knobs = [
        slider("l2", "L2 λ", "Half of it times the sum of squared weights", STRENGTHS, 0.1,
               "a number from 0 to 0.2", between(0, 0.2), 300),
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   0.01, 1.0, 0.1, 0.125, 340),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        steps=lambda settings: EPOCHS,
        touch={"length": to_epoch_of_length, "effective rate": to_epoch_of_rate,
               "losses": to_epoch},
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Train with batch norm and without."""
    knobs = settings["learning_rate"], settings["l2"], settings["seed"]
    engine = engine_at_hand()
    runs = [
        scale_free.run_with(*knobs, batch_norm, EPOCHS, engine, progress)
        for batch_norm in (True, False)
    ]
    lengths = np.array([padded(scale_free.first_lengths(run)) for run in runs])
    rates = scale_free.effective(settings["learning_rate"], lengths[0])
    return Result(*runs, scale_free.noisy_spiral(settings["seed"]), lengths, rates)


def padded(values):
    """Fill up with NaN what a run that ended early has no values for."""
    return np.concatenate([values, np.full(EPOCHS + 1 - len(values), np.nan)])


# --- touch --------------------------------------------------------------------------------------


def to_epoch_of_length(touch):
    """Go to this epoch of the lengths; the knob epoch does the same."""
    return to_time(touch)


def to_epoch_of_rate(touch):
    """Go to this epoch of the effective rate; the knob epoch does the same."""
    return to_time(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: length of the first layer's weights, effective rate, training loss."""
    places = [figure.add_axes([left, 0.13, 0.21, 0.72]) for left in (0.05, 0.385, 0.715)]
    length, rate, losses = places
    scales = [draw_scale(axes, limits)
              for axes, limits in zip(places, (LENGTHS, RATES, LOSSES), strict=True)]  # fmt: skip
    for scale in scales[:2]:
        scale.guess.set_visible(False)
    length.set(label="length", yticks=[0.1, 1, 10])
    length.set_yticklabels(["0.1", "1", "10"])
    length.set_title("Length ‖W‖ of layer 1")
    rate.set(label="effective rate", yticks=[1e-3, 1e-2, 0.1, 1])
    rate.set_yticklabels(["0.001", "0.01", "0.1", "1"])
    rate.set_title("Effective rate η/‖W‖²")
    losses.set_yticks([0.1, 0.3, 1, 3], ["0.1", "0.3", "1", "3"])
    losses.set_title("Training loss")
    for axes in places:
        axes.minorticks_off()
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    return SimpleNamespace(
        plots=[draw_plot(axes, scale, colors) for axes, scale, colors in zip(
            places, scales, ((WITH, WITHOUT), (WITH,), (WITH, WITHOUT)), strict=True)],
        key=[words(length, x, 1.12, text, transform=length.transAxes, color=color, fontsize=SMALL)
             for x, text, color in ((0, "with batch norm", WITH), (0.62, "without", WITHOUT))],
    )  # fmt: skip


def draw_plot(axes, scale, colors):
    """Make the artists of one quantity against epochs: one curve per color, and the pinned one."""
    pinned = axes.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (2, 2)))[0]
    curves = [axes.plot([], [], color=color, linewidth=1.8)[0] for color in colors]
    return SimpleNamespace(
        **vars(scale), pinned=pinned, curves=curves,
        dots=[axes.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)[0]
              for color in colors],
        exits=draw_exits(axes, [*curves, pinned], values=False),
        ends=[words(axes, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (*colors, GRAY, PINNED)],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to both runs, as they stand after some epochs."""
    shown, before = histories(result), histories(pinned) if pinned else [[None]] * 3
    for plot, limits, lines, old in zip(
        artists.plots, (LENGTHS, RATES, LOSSES), shown, before, strict=True
    ):
        guess = update_scale(plot, result.run, result.split, moment)
        show_plot(plot, limits, lines, moment, old[0])
        heights = [line[moment] for line in lines]
        texts = [told(height) for height in heights]
        losses = limits is LOSSES
        heights, texts = [*heights, guess], [*texts, "guessing" if losses else ""]
        heights, texts = [*heights, 1], [*texts, ""]
        if pinned:
            heights[-1], texts[-1] = old[0][-1], "pinned"
        room = ROOM * np.log10(limits[1] / limits[0])
        label_ends(plot.ends, heights, texts, 1.04 * EPOCHS, limits, room)


def show_plot(plot, limits, lines, moment, old):
    """Draw the curves of one quantity."""
    epochs = np.arange(EPOCHS + 1)
    for curve, dot, line in zip(plot.curves, plot.dots, lines, strict=True):
        show_curve(curve, epochs, line)
        show_point(dot, moment, line[moment])
    plot.pinned.set_data([], [])
    if old is not None:
        show_curve(plot.pinned, epochs, old)
    show_exits(plot.exits, [*plot.curves, plot.pinned])


def histories(result):
    """Return what the three plots show, (epochs + 1,) each: of both runs, of one, of both."""
    losses = [run.train_loss for run in (result.run, result.without)]
    return result.lengths, [result.rates], losses


def told(value):
    """Write a value beside its curve, with little room.

    >>> told(0.123), told(3e-9), told(5e36), told(float("nan"))
    ('0.12', '≈ 0', 'huge', '')
    """
    if np.isnan(value):
        return ""
    return "huge" if value > 1e4 else short(value) if value >= GONE else "≈ 0"


# --- words --------------------------------------------------------------------------------------


def heading(result):
    config = result.run.config
    return f"Spiral with noise, L2 {short(config.l2)}, learning rate {short(config.learning_rate)}"


def describe(result, moment):
    """Say how long the weights are, what a step is worth, and who learns."""
    run, without = result.run, result.without
    if "cancelled" in (run.status, without.status):
        return "Stopped by hand."
    lengths, rate = result.lengths[:, moment], result.rates[moment]
    worth = "nothing is left of W" if lengths[0] < GONE else f"the effective rate is {short(rate)}"
    return (
        f"{heading(result)}, after {count(moment)} epochs. With batch norm ‖W‖ = "
        f"{short(lengths[0])} and {worth}; {ended(run, result)}. "
        f"Without batch norm ‖W‖ = {short(lengths[1])}; {ended(without, result)}."
    )


def ended(run, result):
    """Say where the training loss of a run ends."""
    if run.status == "diverged":
        return where_it_diverged(run)
    loss = run.train_loss[-1]
    guessing = ", no better than guessing" if loss > 0.98 * guessing_loss(result.split) else ""
    return f"the training loss ends at {short(loss)}{guessing}"


def brief(result, moment):
    """Say only what is the same on every machine."""
    return f"{heading(result)}, with batch norm and without, after {count(moment)} epochs."
