"""Panel C of lesson 04: what a batch costs, in bytes and in seconds on this machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace

import numpy as np

from lessons import TrainConfig
from lessons.data import circle
from lessons.engines import engine_at_hand
from lessons.experiments.batch_size.memory import activation_bytes, parameter_bytes
from lessons.experiments.batch_size.races import seconds_per_epoch
from lessons.verdict import count, short
from widgets.artists import words
from widgets.knobs import count_slider
from widgets.panel import Panel
from widgets.style import BLACK, BLUE, GRAY, LIGHT, PINNED, SMALL

SIZE = 8.6, 3.7
BLOCKS = ((0, 0, 430, 370), (430, 0, 860, 370))
LARGEST, SAMPLES = 512, 512
# No further round begins after so many seconds.
ROUNDS, REPEATS, PATIENCE = 3, 3, 2.0
# Every size up to 64, and beyond it multiples of 16 and what comes right after one.
SIZES = np.array([*range(1, 65), 65, 80, 81, 96, 97, 112, 128, 129, 192, 256, 257, 384, 512])
POWERS_OF_TWO = (SIZES & (SIZES - 1)) == 0
BYTES, SHARES, ZOOMED = (50, 6e6), (0.02, 1.8), (0.8, 2.3)
# Within 15% of the fastest, a larger batch is hardly worth it.
HARDLY_SLOWER = 1.15


@dataclass(frozen=True, eq=False)
class Result:
    """A network, a batch size, and seconds per sample for `SIZES`, once they are measured."""

    sizes: tuple
    batch_size: int
    seconds: np.ndarray | None = None
    rest: Callable | None = None

    @property
    def activations(self):
        return activation_bytes(self.sizes, self.batch_size)

    @property
    def parameters(self):
        return parameter_bytes(self.sizes)


def cost(lang="en", **settings):
    """Slide the batch size, and see what it takes: memory as computed, time as measured.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = cost(width=4)
    >>> panel
    Network 2-4-4-2, batch size 32: an update keeps 2.6 kB of activations; parameters and \
gradient take 340 B.
    >>> panel.close()
    """
    knobs = [
        count_slider("batch_size", "batch size", "Samples per update", 1, LARGEST, 32),
        count_slider(
            "width",
            "units per layer",
            "Units in each of the two hidden layers",
            4,
            64,
            16,
            width=290,
        ),
    ]
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        touch={"memory": to_batch_size, "times": to_batch_size},
        blocks=BLOCKS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------

# Seconds per sample by network and engine; sliding the batch size finds them here.
measured = {}


def compute(settings, progress):
    """Count the bytes; the times are measured afterwards, and kept."""
    width, batch_size = settings["width"], settings["batch_size"]
    sizes, engine = (2, width, width, 2), engine_at_hand()

    def measure(progress):
        seconds = measure_all(width, engine, progress)
        if seconds is None:
            return Result(sizes, batch_size)
        measured[width, engine] = seconds
        return Result(sizes, batch_size, seconds)

    if (width, engine) in measured:
        return Result(sizes, batch_size, measured[width, engine])
    return Result(sizes, batch_size, rest=None if progress.cancelled else measure)


def measure_all(width, engine, progress):
    """Time an epoch with every batch size, and return seconds per sample, or None if stopped."""
    seconds = np.full(len(SIZES), np.inf)
    # In rounds, so that what disturbs the machine for a while spoils no size.
    started = time.perf_counter()
    for done in range(ROUNDS * len(SIZES)):
        if progress.cancelled:
            return None
        k = done % len(SIZES)
        if k == 0 and time.perf_counter() - started > PATIENCE:
            break
        size = int(SIZES[k])
        # About as many samples for each, and no smaller last batch.
        n = max(2, size * max(1, round(SAMPLES / size)))
        config = TrainConfig(batch_size=size, hidden=(width, width))
        pace = seconds_per_epoch(config, sample(n), engine, REPEATS)
        seconds[k] = min(seconds[k], pace / n)
        progress.report(done + 1, ROUNDS * len(SIZES))
    return seconds


@cache
def sample(n):
    """Draw n training samples, and none to validate on."""
    return circle(n=n, val=0, test=0)


# --- touch --------------------------------------------------------------------------------------


def to_batch_size(touch):
    """Go to this batch size; the knob batch size does the same."""
    return {"batch_size": touch.x}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: bytes on the left, times on the right."""
    memory = figure.add_axes([0.075, 0.155, 0.375, 0.74])
    times = figure.add_axes([0.565, 0.155, 0.405, 0.4])
    zoom = figure.add_axes([0.565, 0.705, 0.405, 0.19])
    for axes, label in ((memory, "memory"), (times, "times")):
        axes.set_label(label)
        axes.set(xscale="log", yscale="log", xlim=(0.9, 620), xticks=[1, 4, 16, 64, 256])
        axes.set_xticklabels(["1", "4", "16", "64", "256"])
        axes.set_xlabel("batch size B", labelpad=1)
        axes.minorticks_off()
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    memory.set(ylim=BYTES, yticks=[1e2, 1e3, 1e4, 1e5, 1e6])
    memory.set_yticklabels(["100 B", "1 kB", "10 kB", "100 kB", "1 MB"])
    memory.set_title("Memory of an update")
    times.set(ylim=SHARES, yticks=[0.03, 0.1, 0.3, 1])
    times.set_yticklabels(["3%", "10%", "30%", "100%"])
    times.set_title("Time per sample, here; 100% is a batch of 1", pad=4)
    times.text(1, 0.041, "● multiple of 16", color=BLUE, fontsize=SMALL)
    times.text(1, 0.026, "○ power of two", color=BLACK, fontsize=SMALL)
    zoom.set(xlim=(13, 67), ylim=ZOOMED, xticks=[16, 32, 48, 64], yticks=[1, 1.5, 2])
    zoom.set_yticklabels(["1", "1.5", "2"])
    zoom.set_title("The same, enlarged; 1 is what 64 and more take", pad=4)
    return SimpleNamespace(
        zoom_line=zoom.plot([], [], color=GRAY, linewidth=0.8)[0],
        zoom_dots=zoom.plot([], [], "o", color=GRAY, ms=2.5)[0],
        zoom_multiples=zoom.plot([], [], "o", color=BLUE, ms=4.5)[0],
        zoom_powers=zoom.plot([], [], "o", mfc="none", mec=BLACK, ms=7, mew=1)[0],
        parameters=memory.plot([], [], color=GRAY, linewidth=1.4)[0],
        activations=memory.plot([], [], color=BLACK)[0],
        here=memory.plot([], [], "o", color=BLACK, ms=8)[0],
        texts=[
            words(memory, 0.03, height, transform=memory.transAxes, color=color, fontsize=SMALL)
            for height, color in ((0.935, BLACK), (0.865, GRAY))
        ],
        pinned=times.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0],
        line=times.plot([], [], color=GRAY, linewidth=0.8)[0],
        dots=times.plot([], [], "o", color=GRAY, ms=3)[0],
        multiples=times.plot([], [], "o", color=BLUE, ms=5)[0],
        powers=times.plot([], [], "o", mfc="none", mec=BLACK, ms=8, mew=1)[0],
        now=times.plot([], [], "o", color=BLACK, ms=8)[0],
        waiting=words(times, 0.3, 0.3, transform=times.transAxes, color=GRAY, ha="center"),
    )


def update(artists, result, moment, pinned):
    """Move the artists to a network and a batch size."""
    ends = np.array([1, LARGEST])
    artists.activations.set_data(ends, activation_bytes(result.sizes, ends))
    artists.parameters.set_data(ends, [result.parameters] * 2)
    size, kept = result.batch_size, result.activations
    artists.here.set_data([size], [kept])
    artists.texts[0].set_text(f"activations of a batch of {size}: {in_bytes(kept)}")
    artists.texts[1].set_text(f"parameters and their gradient: {in_bytes(result.parameters)}")
    show_times(artists, result, pinned)


def show_times(artists, result, pinned):
    """Draw the times, as shares of that of a batch of one."""
    shares = np.full(len(SIZES), np.nan) if result.seconds is None else relative(result)
    close = (SIZES >= 16) & (SIZES <= 64)
    # Of many, so that one that was disturbed does not move all the others.
    zoomed = shares / np.median(shares[SIZES >= 64])
    everywhere, multiples = np.full(len(SIZES), True), SIZES % 16 == 0
    for line, zoom, some in (
        (artists.line, artists.zoom_line, everywhere),
        (artists.dots, artists.zoom_dots, everywhere),
        (artists.multiples, artists.zoom_multiples, multiples),
        (artists.powers, artists.zoom_powers, POWERS_OF_TWO),
    ):
        line.set_data(SIZES[some], shares[some])
        zoom.set_data(SIZES[some & close], zoomed[some & close])
    artists.waiting.set_text("measuring …" if result.rest else "")
    now = np.interp(result.batch_size, SIZES, shares)
    artists.now.set_data([result.batch_size], [now])
    artists.pinned.set_data([], [])
    if pinned and pinned.seconds is not None:
        artists.pinned.set_data(SIZES, relative(pinned))


def relative(result):
    """Return the time per sample, as a share of that of a batch of one."""
    return np.clip(result.seconds / result.seconds[0], *SHARES)


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say what the batch costs, and from where on larger ones gain little."""
    if result.seconds is None:
        return brief(result, moment)
    now = np.interp(result.batch_size, SIZES, result.seconds)
    enough = SIZES[np.argmax(result.seconds <= HARDLY_SLOWER * result.seconds.min())]
    one = f", against {nanoseconds(result.seconds[0])} with a batch of 1"
    return (
        f"{brief(result, moment)} Measured here: {nanoseconds(now)} per sample"
        f"{one if result.batch_size > 1 else ''}. The smallest batch within 15% of "
        f"the fastest: {enough}."
    )


def brief(result, moment):
    """Say what was computed; times are another machine's another time."""
    return (
        f"Network {'-'.join(map(str, result.sizes))}, batch size {result.batch_size}: an update "
        f"keeps {in_bytes(result.activations)} of activations; parameters and gradient take "
        f"{in_bytes(result.parameters)}."
    )


def in_bytes(number):
    """Write a number of bytes.

    >>> in_bytes(272), in_bytes(8704), in_bytes(2.5e6)
    ('270 B', '8.7 kB', '2.5 MB')
    """
    if number < 1e3:
        return f"{short(number)} B"
    return f"{short(number / 1e6)} MB" if number >= 1e6 else f"{short(number / 1e3)} kB"


def nanoseconds(seconds):
    """Write a short time."""
    return f"{count(round(1e9 * seconds))} ns"
