"""Panel B of lesson 07: what a moving average remembers, and how it begins."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons.experiments.optimizers import memory as averaging
from lessons.numerals import count, fixed, number, percent, short
from widgets.artists import words
from widgets.knobs import choice, count_slider, float_slider, int_slider, log_slider, switch
from widgets.marks import count_along
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRAY, GREEN, LIGHT, NORMAL, PINNED, PURPLE, RED, SMALL
from widgets.touch import to_time

SIZE = 8.6, 3.7
BLOCKS = ((0, 0, 475, 370), (475, 0, 860, 188), (475, 188, 860, 370))
# Adam's own; β₂ slides.
BETA1 = 0.9
VALUES, LENGTHS = (-3.2, 3.2), (0.09, 120.0)
# The weights are shown as far back as so many windows.
REACH = 4


@dataclass(frozen=True, eq=False)
class Result:
    """Noisy samples, their average, and Adam's steps without correction.

    Attributes: beta; corrected; signal, samples, averages, (T,); lengths of Adam's steps with
    this β₂ while the gradient stays the same, without correction, (T,).
    """

    beta: float
    corrected: bool
    signal: np.ndarray
    samples: np.ndarray
    averages: np.ndarray
    lengths: np.ndarray

    @property
    def outcome(self):
        return f"average {fixed(self.averages[-1], 2)} at the end"


def memory(lang="en", **settings):
    """Slide how fast a moving average forgets, and switch bias correction on and off.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = memory(signal="constant", noise=0.0, samples=20)
    >>> panel.result.averages[:2].round(2).tolist()
    [0.1, 0.19]
    >>> panel.close()
    """
    knobs = [
        log_slider("forget", "1 − β", "Weight of the newest value: how fast the average forgets",
                   1e-4, 1, 0.1),
        switch("corrected", "bias correction", "Divide by the sum of the weights so far, 1 − βᵗ",
               False),
        choice("signal", "signal", "What is under the noise", list(averaging.SIGNALS), "step"),
        float_slider("noise", "noise", "Standard deviation of what is added", 0, 1, 0.5, 0.05,
                     width=260),
        count_slider("samples", "samples", "How many values come, one after the other",
                     20, 5000, 200, 10, 0.1, width=300),
        int_slider("seed", "seed", "Another draw of the noise", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        steps=lambda settings: settings["samples"], time_label="sample",
        touch={"values": to_sample}, blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Draw the samples and average them."""
    beta, samples = 1 - settings["forget"], settings["samples"]
    signal, noisy = averaging.noisy_signal(
        settings["signal"], settings["noise"], samples, settings["seed"]
    )
    corrected = settings["corrected"]
    return Result(beta, corrected, signal, noisy, averaging.averages(noisy, beta, corrected),
                  averaging.adam_steps(BETA1, beta, samples, corrected=False))  # fmt: skip


def to_sample(touch):
    """Go to this sample; the knob sample does the same."""
    return to_time(touch)


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: samples and average, the weights of the samples, Adam's steps."""
    values = figure.add_axes([0.06, 0.14, 0.475, 0.755])
    weights = figure.add_axes([0.64, 0.625, 0.34, 0.27])
    lengths = figure.add_axes([0.64, 0.14, 0.34, 0.27])
    values.set(ylim=VALUES, yticks=[-3, -2, -1, 0, 1, 2, 3])
    values.axhline(0, color=LIGHT, linewidth=0.8)
    values.set_xlabel("samples so far", labelpad=1)
    count_along(values)
    for x, name, color in ((0, "samples", GRAY), (0.23, "truth", GREEN),
                           (0.42, "moving average", BLUE)):  # fmt: skip
        values.text(x, 1.025, name, transform=values.transAxes, color=color, fontsize=NORMAL)
    weights.set(xlim=(0, REACH), ylim=(0, 1.08), xticks=range(REACH + 1), yticks=[0, 0.5, 1])
    weights.set_xlabel("windows ago", labelpad=0)
    weights.set_ylabel("share", labelpad=2)
    lengths.set(xscale="log", yscale="log", ylim=LENGTHS, yticks=[0.1, 1, 10, 100])
    lengths.set_yticklabels(["0.1 η", "1 η", "10 η", "100 η"])
    lengths.set_xlabel("updates", labelpad=1)
    lengths.set_title("Adam's steps, gradient constant, β₂ = β")
    lengths.minorticks_off()
    lengths.grid(axis="y", color=LIGHT, linewidth=0.6)
    values.set_label("values")
    return SimpleNamespace(
        samples=values.plot([], [], ".", color=GRAY, ms=3)[0],
        signal=values.plot([], [], color=GREEN, linewidth=1.2)[0],
        pinned=values.plot([], [], color=PINNED, linewidth=2, linestyle=(0, (4, 2)))[0],
        average=values.plot([], [], color=BLUE)[0],
        now=values.plot([], [], color=BLACK, linewidth=1, clip_on=False)[0],
        dot=values.plot([], [], "o", color=BLUE, ms=7, mec="white", zorder=5)[0],
        pinned_text=words(values, 0.02, 0.03, transform=values.transAxes, color=PINNED,
                          fontsize=SMALL),
        weight_title=words(weights, 0, 1.05, transform=weights.transAxes, fontsize=NORMAL),
        sum=weights.plot([], [], color=BLUE)[0],
        window=weights.plot([], [], color=PURPLE, linewidth=1)[0],
        window_text=words(weights, 1.06, 0.06, color=PURPLE, fontsize=SMALL),
        corrected=lengths.plot([], [], color=BLUE)[0],
        uncorrected=lengths.plot([], [], color=RED)[0],
        peak=lengths.plot([], [], "o", color=RED, ms=6, mec="white", zorder=5)[0],
        peak_text=words(lengths, 0.98, 0.96, transform=lengths.transAxes, color=RED,
                        fontsize=SMALL, ha="right", va="top", ground="white"),
        corrected_text=words(lengths, 0.98, 0.06, "corrected: 1 η", transform=lengths.transAxes,
                             color=BLUE, fontsize=SMALL, ha="right"),
        still=SimpleNamespace(values=values, lengths=lengths),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the samples, up to the one that is shown."""
    total = len(result.samples)
    if artists.still.values.get_xlim() != (0, total):
        artists.still.values.set_xlim(0, total)
        artists.still.lengths.set_xlim(1, total)
    at = np.arange(1, total + 1)
    artists.samples.set_data(at, result.samples)
    artists.signal.set_data(at, result.signal)
    artists.average.set_data(np.arange(moment + 1), [0, *result.averages[:moment]])
    artists.now.set_data([moment, moment], VALUES)
    artists.dot.set_data([moment], [value_at(result, moment)])
    show_weights(artists, result, moment)
    artists.corrected.set_data([1, total], [1, 1])
    artists.uncorrected.set_data(at, result.lengths)
    longest = int(result.lengths.argmax())
    artists.peak.set_data([longest + 1], [result.lengths[longest]])
    artists.peak_text.set_text(f"not corrected: {peak(result)}")
    artists.pinned.set_data([], [])
    artists.pinned_text.set_text("")
    if pinned:
        artists.pinned.set_data(np.arange(len(pinned.averages) + 1), [0, *pinned.averages])
        artists.pinned_text.set_text(pinned.label)


def show_weights(artists, result, moment):
    """Draw how much of the average comes from the newest samples, added up going back."""
    ago = np.linspace(0, REACH * averaging.window(result.beta), 121)
    held = np.minimum(ago, moment)
    share = 1 - result.beta**held
    if result.corrected and moment:
        share /= 1 - result.beta**moment
    artists.sum.set_data(np.linspace(0, REACH, 121), share)
    artists.window.set_data([1, 1], [0, 1.08])
    artists.window_text.set_text(f"window: {samples(averaging.window(result.beta))}")
    artists.weight_title.set_text("Weight of the newest samples, added up")


def value_at(result, moment):
    """Return the average after so many samples; before the first it is 0."""
    return result.averages[moment - 1] if moment else 0.0


def samples(size):
    """Write a number of samples.

    >>> samples(10.05), samples(1.0)
    ('10.05 samples', '1 sample')
    """
    return f"{number(size, 4)} sample{'' if size == 1 else 's'}"


def peak(result):
    """Say how long the longest step without correction is, and when."""
    longest = int(result.lengths.argmax())
    if result.lengths[longest] <= 1:
        return "1 η at most"
    return f"{short(result.lengths[longest])} η at update {count(longest + 1)}"


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how far back the average reaches, what it is, and what Adam's steps would be."""
    beta, window = result.beta, averaging.window(result.beta)
    calm = short(averaging.as_good_as(beta))
    total = 1 if result.corrected and moment else 1 - beta**moment
    how = "corrected" if result.corrected else "not corrected"
    truth = f", without noise {fixed(result.signal[moment - 1], 2)}" if moment else ""
    plural = "" if moment == 1 else "s"
    return (
        f"β = {number(beta, 6)}: window 1/(1 − β) = {samples(window)}, noise in the long run as "
        f"calm as in a mean of {calm}. After {count(moment)} sample{plural} the average, {how}, is "
        f"{fixed(value_at(result, moment), 2)}{truth}; the weights so far add up to "
        f"{percent(total)}. Adam with this β₂, not corrected: the longest step is {peak(result)}."
    )
