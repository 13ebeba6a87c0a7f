"""Panel C of lesson 08: how low a constant rate gets, on a quadratic and on networks."""

from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.schedules import floor as floors
from lessons.experiments.schedules.floor import RATES, SIZES, TASKS
from lessons.numerals import count, finite, number, short
from lessons.plan import schedule_rates
from lessons.schedules import SCHEDULES
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits
from widgets.knobs import choice, count_slider, float_slider, int_slider, log_slider
from widgets.marks import count_along, label_ends
from widgets.options import title
from widgets.panel import Panel
from widgets.schedules.names import NAMES
from widgets.style import (
    BLACK,
    BLUE,
    BROWN,
    GRAY,
    LIGHT,
    NORMAL,
    ORANGE,
    PINNED,
    PURPLE,
    RED,
    SMALL,
)

SIZE = 8.6, 3.9
BLOCKS = ((0, 0, 450, 390), (450, 0, 860, 390))
QUADRATIC = "noisy valley"
START, RUNS, SEEDS = 3.0, 30, 3
COLORS = ORANGE, RED, PURPLE, BROWN
CONSTANT, DECAYING = BLACK, BLUE
# The rates of the dots; on networks fewer, since they end where those diverge.
DOTS = (*RATES, 1.8, 3.2)
LINE = np.geomspace(0.01, 3.2, 161)
LIMITS = {
    QUADRATIC: (1e-6, 10.0), "a straight line": (1e-6, 10.0),
    "network, noise stays": (0.08, 0.5), "network that can fit all": (1e-5, 1.0),
}  # fmt: skip
DECAYS = "cosine", "step", "exponential", "polynomial", "warmup_cosine", "one_cycle"


@dataclass(frozen=True, eq=False)
class Result:
    """The two runs that are shown, and how runs end at all rates and batch sizes.

    Attributes: x, places of the losses, in updates; runs, losses of a constant and of a decaying
    rate, (2, x); expected, the same as computed, or None for networks; ends, by seed that is made,
    (seeds, sizes, rates); settings; stopped, whether a hand ended it before its end.
    """

    x: np.ndarray
    runs: np.ndarray
    expected: np.ndarray | None
    ends: np.ndarray
    settings: dict
    stopped: bool

    @property
    def rest(self):
        """What trains with other seeds, or None once all are made."""
        done = self.expected is not None or self.stopped or len(self.ends) == SEEDS
        return None if done else self.with_all_seeds

    def with_all_seeds(self, progress):
        result, engine = self, engine_for_long_work(progress)
        while result.rest:
            made = swept(result.settings, len(result.ends), engine, progress)
            result = replace(
                result, ends=np.concatenate([result.ends, [made]]), stopped=progress.cancelled
            )
        return result

    @property
    def rates(self):
        return DOTS if self.expected is not None else RATES

    @property
    def outcome(self):
        return f"constant {finite(self.settled)}, decaying {finite(self.runs[1, -1])}"

    @property
    def settled(self):
        """Mean loss of the constant rate in the last quarter."""
        with np.errstate(over="ignore"):
            return float(np.mean(self.runs[0, -max(1, len(self.x) // 4) :]))


def floor(lang="en", **settings):
    """Touch a rate: how low a constant one gets, for four batch sizes, and how low a falling one.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = floor(learning_rate=1.0, curvature=1.0, sigma=1.0, batch_size=50)
    >>> bool(abs(panel.result.settled / 0.01 - 1) < 0.1)
    True
    >>> panel.close()
    """
    knobs = [
        choice("task", "task", "What is trained", [QUADRATIC, *TASKS], QUADRATIC, width=240),
        log_slider("learning_rate", "learning rate η", "Constant, and the peak of the other",
                   0.01, 3.2, 0.32, 0.05, width=440),
        choice("batch_size", "batch size", "Samples per update", list(SIZES), 10, width=150),
        choice("schedule", "beside it", "The schedule of the other run, from the same rate",
               {NAMES.get(name, title(name)): name for name in DECAYS}, "cosine", width=220),
        log_slider("curvature", "curvature λ", "How steep the valley is", 0.1, 10, 1.0, 0.05,
                   width=300),
        float_slider("sigma", "noise σ", "Standard deviation of a sample's gradient",
                     0, 5, 1.0, 0.1, width=260),
        count_slider("updates", "updates", "Of every run", 100, 5000, 1000, 10, 0.1, width=300),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        touch={"floors": to_rate}, blocks=BLOCKS, idle=idle,
    )  # fmt: skip


def idle(settings):
    """Return the knobs of the quadratic where something else is trained."""
    return () if settings["task"] == QUADRATIC else ("curvature", "sigma")


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Descend on the quadratic; or train the two networks, all others follow."""
    if settings["task"] == QUADRATIC:
        return on_quadratic(settings)
    engine = engine_at_hand()
    histories = floors.histories(settings["task"], settings["seed"], settings["batch_size"],
                                 settings["learning_rate"], settings["updates"],
                                 ("constant", settings["schedule"]), engine, progress)  # fmt: skip
    x = np.linspace(0, settings["updates"], histories.shape[1])
    none = np.empty((0, len(SIZES), len(RATES)))
    return Result(x, histories, None, none, settings, progress.cancelled)


def on_quadratic(settings):
    """Descend with both schedules, and at all rates and batch sizes."""
    curvature, sigma, updates = settings["curvature"], settings["sigma"], settings["updates"]
    rate, size = settings["learning_rate"], settings["batch_size"]
    plans = np.array([
        schedule_rates(SCHEDULES[name](rate, updates, 1), updates)
        for name in ("constant", settings["schedule"])
    ]).T  # fmt: skip
    seeds = range(100 * settings["seed"], 100 * settings["seed"] + RUNS)
    losses = floors.descend(plans, curvature, sigma, size, START, seeds)
    expected = [floors.expected_losses(plan, curvature, sigma, size, START) for plan in plans.T]
    ends = measured(curvature, sigma, updates)
    with np.errstate(over="ignore", invalid="ignore"):
        runs = losses.mean(axis=2).T
        runs = np.where(np.isnan(runs), np.inf, runs)
    return Result(np.arange(updates + 1), runs, np.array(expected), ends[None], settings, False)


@lru_cache(maxsize=4)  # of most knobs they know nothing
def measured(curvature, sigma, updates):
    """Return where constant rates settle, with all batch sizes."""
    return floors.measured_floors(DOTS, curvature, sigma, SIZES, START, updates, RUNS)


def swept(settings, k, engine, progress):
    """Train at all rates with all batch sizes, with one more seed; return losses."""
    return floors.settled_losses(
        settings["task"], settings["seed"] + k, SIZES, RATES, settings["updates"], "constant",
        engine, progress,
    )  # fmt: skip


def to_rate(touch):
    """Train at this rate; the knob learning rate η does the same."""
    return {"learning_rate": touch.x}


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the two runs on the left, the floors against the rate on the right."""
    runs = figure.add_axes([0.06, 0.13, 0.335, 0.765])
    ends = figure.add_axes([0.585, 0.13, 0.395, 0.765])
    runs.set(yscale="log")
    ends.set(xscale="log", yscale="log", xlim=(0.0085, 3.8), label="floors")
    ends.set_xticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    runs.set_xlabel("updates", labelpad=1)
    ends.set_xlabel("learning rate η", labelpad=1)
    count_along(runs)
    runs.xaxis.get_major_locator().set_params(nbins=5)
    for axes in (runs, ends):
        axes.minorticks_off()
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)

    def lines(axes, colors, style, **options):
        return [axes.plot([], [], style, color=color, **options)[0] for color in colors]

    two = CONSTANT, DECAYING
    curves, exact = lines(runs, two, "-", linewidth=1.2), lines(runs, two, "--", linewidth=1.4)
    exact_floors = lines(ends, COLORS, "-", linewidth=1.6)
    joined = lines(ends, COLORS, "o-", linewidth=0.8, ms=5)
    for x, color, size in zip((0.57, 0.69, 0.78, 0.88), COLORS, SIZES, strict=True):
        name = f"batch {size}" if size == SIZES[0] else f"{size}"
        ends.text(x, 1.025, name, transform=ends.transAxes, color=color, fontsize=NORMAL,
                  ha="left" if size != SIZES[0] else "center")  # fmt: skip
    return SimpleNamespace(
        all_curves=curves, all_exact=exact, all_floors=exact_floors, all_dots=joined,
        rate=ends.plot([], [], color=GRAY, linewidth=1)[0],
        here=[ends.plot([], [], marker, color=color, ms=10, mec="white", zorder=6)[0]
              for marker, color in (("o", CONSTANT), ("D", DECAYING))],
        pinned=runs.plot([], [], color=PINNED, linewidth=1.4, linestyle=(0, (4, 2)))[0],
        exits=draw_exits(runs, curves, values=False),
        labels=[words(runs, 0, 1, color=color, fontsize=SMALL, va="center")
                for color in (*two, PINNED)],
        title=words(runs, 0, 1.025, transform=runs.transAxes, fontsize=NORMAL),
        heading=words(ends, 0, 1.025, transform=ends.transAxes, fontsize=NORMAL),
        still=SimpleNamespace(runs=runs, ends=ends),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the runs and to the floors that are made so far."""
    settings = result.settings
    scale = LIMITS[settings["task"]]
    for axes in vars(artists.still).values():
        if axes.get_ylim() != scale:
            axes.set_ylim(scale)
            axes.set_yticks(*marks(scale))
    if artists.still.runs.get_xlim() != (0, settings["updates"]):
        artists.still.runs.set_xlim(0, settings["updates"])
    line = settings["task"] == "a straight line"
    artists.title.set_text("Loss above the best line" if line else "Loss after each update"
                           if result.expected is not None else "Training loss")  # fmt: skip
    show_runs(artists, result, pinned, scale)
    artists.heading.set_text("Where it settles")
    rate = settings["learning_rate"]
    artists.rate.set_data([rate, rate], scale)
    medians = np.median(result.ends, axis=0) if len(result.ends) else None
    for k, size in enumerate(SIZES):
        dots, exact = artists.all_dots[k], artists.all_floors[k]
        dots.set_data([], [])
        exact.set_data([], [])
        if medians is not None:
            show_curve(dots, result.rates, np.maximum(medians[k], 1e-300))
            dots.set_linestyle("-" if result.expected is None else "")
        if result.expected is not None:
            values = [
                floors.floor(rate, settings["curvature"], settings["sigma"], size) for rate in LINE
            ]
            show_curve(exact, LINE, np.maximum(values, 1e-300))
    for dot, loss in zip(artists.here, (result.settled, result.runs[1, -1]), strict=True):
        dot.set_data(([rate], [loss]) if scale[0] <= loss <= scale[1] else ([], []))


def show_runs(artists, result, pinned, scale):
    """Draw the losses of the constant and of the falling rate, and those that are expected."""
    for k, curve in enumerate(artists.all_curves):
        show_curve(curve, result.x, np.maximum(result.runs[k], 1e-300))
        artists.all_exact[k].set_data([], [])
        if result.expected is not None:
            show_curve(artists.all_exact[k], result.x, np.maximum(result.expected[k], 1e-300))
    artists.pinned.set_data([], [])
    heights = [result.settled, result.runs[1, -1]]
    names = "constant", NAMES.get(result.settings["schedule"], title(result.settings["schedule"]))
    texts = [f"{name} {finite(loss)}" for name, loss in zip(names, heights, strict=True)]
    if pinned:
        show_curve(artists.pinned, pinned.x, np.maximum(pinned.runs[0], 1e-300))
        heights.append(pinned.settled)
        texts.append(pinned.label)
    show_exits(artists.exits, artists.all_curves)
    line = 0.052 * np.log10(scale[1] / scale[0])
    label_ends(artists.labels, heights, texts, 1.02 * result.settings["updates"], scale, line)


def marks(scale):
    """Return the ticks of an axis, and how they are written."""
    low, high = scale
    if high / low < 10:
        found = [0.08, 0.1, 0.15, 0.2, 0.3, 0.5]
        return found, [f"{tick:g}" for tick in found]
    powers = range(round(np.log10(low)), round(np.log10(high)) + 1)
    return [10.0**p for p in powers], [f"$10^{{{p}}}$" if p % 2 == 0 else "" for p in powers]


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say where the constant rate settles, where it should, and how low the falling one gets."""
    settings = result.settings
    rate, size = settings["learning_rate"], settings["batch_size"]
    name = NAMES.get(settings["schedule"], title(settings["schedule"]))
    falling = (
        f"{name[0].upper()}{name[1:]} from the same rate ends at {finite(result.runs[1, -1])}."
    )
    last = f"in the last quarter of {count(settings['updates'])} updates"
    if result.expected is None:
        trained = f" {count(result.ends.size)} trainings on the right." if len(result.ends) else ""
        if result.stopped:
            trained = " Stopped by hand."
        above = ", above that of the best line," if settings["task"] == "a straight line" else ""
        task = settings["task"]
        return (
            f"{task[0].upper()}{task[1:]}, batches of {size}: at a constant "
            f"rate of {short(rate)} the loss{above} {last} is {finite(result.settled)}. "
            f"{falling}{trained}"
        )
    product = rate * settings["curvature"]
    exact = floors.floor(rate, settings["curvature"], settings["sigma"], size)
    level = (
        f"no floor, since ηλ = {number(product, 3)} is not below 2" if product >= 2
        else f"the floor ησ²/(2B(2 − ηλ)) = {short(exact)}"
    )  # fmt: skip
    return (
        f"Noisy valley, λ = {short(settings['curvature'])}, σ = {short(settings['sigma'])}, "
        f"batches of {size}, constant rate {short(rate)}: {level}; measured {last}, "
        f"mean of {RUNS} runs: {finite(result.settled)}. {falling}"
    )


def brief(result, moment):
    """Say of networks only what was trained: losses depend on last digits."""
    if result.expected is not None or result.stopped:
        return describe(result, moment)
    return f"{count(result.ends.size)} trainings: {len(SIZES)} batch sizes, {len(RATES)} rates."
