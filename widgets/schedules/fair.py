"""Panel B of lesson 08: all schedules, each at its own best peak, judged by other seeds."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

from lessons import TrainConfig
from lessons.engines import engine_for_long_work
from lessons.experiments.schedules.comparison import NAMES as COMPARED
from lessons.experiments.schedules.comparison import Ends, below, ends
from lessons.numerals import count, number, short
from lessons.progress import Stretch
from lessons.schedules import SCHEDULES
from widgets.artists import words
from widgets.knobs import choice, count_slider, int_slider
from widgets.panel import Panel
from widgets.schedules.names import NAMES, SETS, best_possible, limits, load, ticks
from widgets.style import BLACK, BLUE, GRAY, LIGHT, NORMAL, PINNED, SMALL, TRAINING, VALIDATION

SIZE = 8.6, 4.2
BLOCKS = ((0, 0, 250, 420), (250, 0, 520, 420), (520, 0, 860, 420))
PEAKS = 0.032, 0.056, 0.1, 0.18, 0.32, 0.56, 1.0
# Peaks are chosen by some seeds, and others judge.
CHOOSE, JUDGE, APART = 4, 10, 100
TRAININGS = len(COMPARED) * (len(PEAKS) * CHOOSE + JUDGE)
# So many rates of a schedule are drawn in its small picture.
DRAWN = 120


@dataclass(frozen=True, eq=False)
class Result:
    """The losses of the seeds that choose and of those that judge, as far as they are made.

    Attributes: swept, the Ends by which peaks are chosen; judged, training and validation losses
    at the best peak, (2, K, seeds); settings; stopped, whether a hand ended it before its end.
    """

    swept: Ends
    judged: np.ndarray
    settings: dict
    stopped: bool

    @property
    def rest(self):
        """What trains with the other seeds, or None once all are made."""
        return None if self.stopped or self.seeds == JUDGE else self.with_all_seeds

    def with_all_seeds(self, progress):
        result, engine = self, engine_for_long_work(progress)
        while result.rest:
            result = extended(result, Stretch(progress, result.trainings, TRAININGS), engine)
        if not result.stopped:
            compared[key_of(result.settings)] = result
        return result

    @property
    def choosing(self):
        """How many seeds that choose are made."""
        return self.swept.train.shape[2]

    @property
    def seeds(self):
        """How many seeds that judge are made."""
        return self.judged.shape[2]

    @property
    def trainings(self):
        return int(np.sum(~np.isnan(self.swept.train)) + np.sum(~np.isnan(self.judged[0])))

    def median(self, name, part=0):
        """Return the median loss of a schedule: of training, or with part 1 of validation."""
        losses = self.judged[part, COMPARED.index(name)]
        return float(np.median(losses)) if len(losses) else np.nan

    def wins(self, name):
        """Count the seeds with a lower training, and validation, loss than a constant rate's."""
        return [below(losses[COMPARED.index(name)], losses[0]) for losses in self.judged]

    @property
    def outcome(self):
        best = min(COMPARED, key=lambda name: np.nan_to_num(self.median(name), nan=np.inf))
        return f"{NAMES[best]} lowest, {short(self.median(best))}"


# Comparisons that are complete, by their settings.
compared = {}


def compare(lang="en", **settings):
    """Train with eight schedules at seven peaks, and compare them at their best with new seeds.

    Parameters: settings, initial values of the knobs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = compare(updates=100)
    >>> panel.result.judged.shape
    (2, 8, 10)
    >>> panel.close()
    """
    knobs = [
        choice("data", "data", "What the network has to learn", list(SETS), next(iter(SETS)),
               width=220),
        choice("batch_size", "batch size", "Samples per update; 500 is all of them",
               [4, 10, 20, 50, 100, 500], 10, width=150),
        count_slider("updates", "updates", "The same number for all", 100, 5000, 1000, 10, 0.1,
                     width=300),
        int_slider("seed", "seed", "The first of those that judge; others choose the peaks",
                   0, 20, 0),
    ]  # fmt: skip
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings, brief=brief,
        blocks=BLOCKS,
    )  # fmt: skip


def compute(settings, progress):
    """Return what was compared before, or only the plan: one seed can take seconds."""
    none = Ends(COMPARED, PEAKS, np.empty((len(COMPARED), len(PEAKS), 0)))
    plan = Result(none, np.empty((2, len(COMPARED), 0)), settings, False)
    return compared.get(key_of(settings), plan)


def key_of(settings):
    return tuple(settings.values())


def extended(result, progress, engine):
    """Return a result with one more seed: first those that choose, then those that judge."""
    settings, swept = result.settings, result.swept
    if result.choosing < CHOOSE:
        pairs = [(name, peak) for name in COMPARED for peak in PEAKS]
        losses = seed_of(settings, settings["seed"] + APART + result.choosing, pairs, engine,
                         progress)  # fmt: skip
        train = np.concatenate([swept.train, losses[0].reshape(len(COMPARED), -1, 1)], axis=2)
        return replace(result, swept=replace(swept, train=train), stopped=progress.cancelled)
    pairs = [(name, swept.best(name)) for name in COMPARED]
    losses = seed_of(settings, settings["seed"] + result.seeds, pairs, engine, progress)
    judged = np.concatenate([result.judged, losses[:, :, None]], axis=2)
    return replace(result, judged=judged, stopped=progress.cancelled)


def seed_of(settings, seed, pairs, engine, progress):
    """Train once per pair of a schedule and a peak; return both losses, (2, pairs)."""
    split = load(settings["data"], seed)
    size = settings["batch_size"]
    epochs = max(1, round(settings["updates"] * size / len(split.X_train)))
    config = TrainConfig(batch_size=size, epochs=epochs, seed=seed)
    return ends(config, split, pairs, engine, progress).T


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: a row for each schedule, with its rate and the losses that it ends at."""
    rows = len(COMPARED)
    shapes = figure.add_axes([0.012, 0.13, 0.105, 0.76])
    train = figure.add_axes([0.305, 0.13, 0.285, 0.76])
    validation = figure.add_axes([0.62, 0.13, 0.235, 0.76])
    shapes.axis("off")
    shapes.set(xlim=(0, 1), ylim=(rows - 0.4, -0.6))
    for axes, name in ((train, "Training loss at the end"), (validation, "Validation loss")):
        axes.set(xscale="log", ylim=(rows - 0.4, -0.6), yticks=[], title=name)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=LIGHT, linewidth=0.6)
        axes.minorticks_off()
    across = validation.get_yaxis_transform()
    validation.text(1.04, 1.02, "below constant", transform=validation.transAxes, fontsize=SMALL,
                    color=GRAY)  # fmt: skip

    def row(k, name):
        return [
            shapes.plot([], [], color=BLUE, linewidth=1.6, clip_on=False)[0],
            *(axes.plot([], [], "o", color=tint, ms=4)[0]
              for axes, tint in ((train, TRAINING), (validation, VALIDATION))),
            *(axes.plot([], [], "|", color=tint, ms=21, mew=3, zorder=4)[0]
              for axes, tint in ((train, TRAINING), (validation, VALIDATION))),
            *(axes.plot([], [], ">", color=tint, ms=6, clip_on=False, zorder=5)[0]
              for axes, tint in ((train, TRAINING), (validation, VALIDATION))),
            *(axes.plot([], [], "D", color=PINNED, mfc="none", ms=7, mew=1.2, zorder=5)[0]
              for axes in (train, validation)),
            words(shapes, 1.12, k - 0.14, NAMES[name], color=BLACK, fontsize=NORMAL, va="center"),
            words(shapes, 1.12, k + 0.24, color=GRAY, fontsize=SMALL, va="center"),
            words(validation, 1.04, k, transform=across, color=BLACK, fontsize=SMALL, va="center"),
        ]  # fmt: skip

    return SimpleNamespace(
        best=validation.plot([], [], color=GRAY, linewidth=1, linestyle=(0, (1, 2)))[0],
        **{f"row{k}": row(k, name) for k, name in enumerate(COMPARED)},
        title=words(shapes, 0, 1.02, transform=shapes.transAxes, fontsize=NORMAL),
        pinned_text=words(train, 0, -0.125, transform=train.transAxes, color=PINNED,
                          fontsize=SMALL, va="center"),
        still=SimpleNamespace(train=train, validation=validation),
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the losses that are made so far."""
    name = result.settings["data"]
    for axes in vars(artists.still).values():
        if axes.get_xlim() != limits(name):
            axes.set_xlim(limits(name))
            axes.set_xticks(ticks(name), [f"{tick:g}" for tick in ticks(name)])
    best = best_possible(name)
    artists.best.set_data(([best, best], [-0.6, len(COMPARED)]) if best else ([], []))
    artists.title.set_text(
        f"Rate, best of {len(PEAKS)} peaks" if result.choosing == CHOOSE else "Choosing peaks …"
    )
    for k, name in enumerate(COMPARED):
        show_row(getattr(artists, f"row{k}"), k, name, result, pinned)
    artists.pinned_text.set_text(f"◇ {pinned.label}, median" if pinned else "")


def show_row(row, k, name, result, pinned):
    """Show one schedule: its shape, its losses and their median, and in how many it is lower."""
    shape, *marks, peak, wins = row[:9] + row[10:]
    shape.set_data(np.linspace(0, 1, DRAWN), k + 0.38 - 0.76 * outline(name))
    for part, losses in enumerate(result.judged[:, k]):
        dots, median, beyond, ghost = marks[part], marks[2 + part], marks[4 + part], marks[6 + part]
        high = dots.axes.get_xlim()[1]
        inside = losses[losses <= high]
        # Spread a little, so that none hides another.
        dots.set_data(inside, k + 0.3 * np.linspace(-1, 1, len(inside)))
        outside = np.sum(losses > high)
        beyond.set_data(([high], [k]) if outside else ([], []))
        middle = result.median(name, part)
        median.set_data(([middle], [k]) if middle <= high else ([], []))
        there = pinned and pinned.seeds
        ghost.set_data(([pinned.median(name, part)], [k]) if there else ([], []))
    peak.set_text(f"η {number(result.swept.best(name), 3)}" if result.choosing else "")
    won = " and ".join(map(str, result.wins(name)))
    wins.set_text("" if not result.seeds or not k else f"{won} of {result.seeds}")


def outline(name):
    """Return the shape of a schedule, as shares of its peak, (DRAWN,)."""
    if name == "reduce_on_plateau":
        # It follows the losses: here, as if they stopped falling twice.
        return np.repeat([1.0, 0.1, 0.01], DRAWN // 3)
    schedule = SCHEDULES[name](1.0, DRAWN, 1)
    return np.array([schedule(u) for u in range(DRAWN)])


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say who ends how low at which peak, and count seed by seed."""
    if result.stopped:
        return f"Stopped by hand: {count(result.trainings)} trainings are complete."
    if not result.seeds:
        return f"{count(TRAININGS)} trainings are under way: first those that choose the peaks."
    order = sorted(COMPARED, key=lambda name: np.nan_to_num(result.median(name), nan=np.inf))
    lows = [
        f"{NAMES[name]} {number(result.median(name), 3)} "
        f"(η {number(result.swept.best(name), 3)})"
        for name in order
    ]  # fmt: skip
    wins = [f"{NAMES[name]} in {' and '.join(map(str, result.wins(name)))}"
            for name in COMPARED[1:]]  # fmt: skip
    return (
        f"{count(result.trainings)} complete trainings. Median training loss of {result.seeds} "
        f"seeds, each at its best peak: {', '.join(lows)}. Lower than with a constant rate, in "
        f"training and in validation: {', '.join(wins)} of {result.seeds}."
    )


def brief(result, moment):
    """Say only the plan: orders of close losses depend on last digits, and progress on the engine.

    While the fast engine is being compiled, a cell does not wait for all seeds.
    """
    if result.stopped:
        return describe(result, moment)
    return (
        f"{len(COMPARED)} schedules at {len(PEAKS)} peaks with {CHOOSE} seeds, and each at its "
        f"best peak with {JUDGE} others: {count(TRAININGS)} trainings."
    )
