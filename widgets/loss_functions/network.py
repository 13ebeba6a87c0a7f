"""Panel C of lesson 05: the same network trained with each loss that fits the task."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, decision_map
from lessons.engines import engine_at_hand, engine_for_long_work
from lessons.experiments.loss_functions.seeds import (
    SEEDS,
    Seeds,
    metric_at,
    metric_over_epochs,
    over_seeds,
)
from lessons.experiments.loss_functions.shares import (
    heaviest,
    losses_of_samples,
    recall,
)
from lessons.experiments.loss_functions.spoiled import NOISE, spoiled
from lessons.losses import LOSSES
from lessons.numerals import count, percent, short
from lessons.prediction import run_through
from lessons.side_by_side import train_side_by_side
from lessons.verdict import where_it_diverged
from widgets.artists import words
from widgets.knobs import (
    between,
    choice,
    count_slider,
    float_slider,
    int_slider,
    log_slider,
    slider,
)
from widgets.loss_curves import to_epoch
from widgets.loss_functions.answers import BOX, draw_answers, update_answers
from widgets.loss_functions.histories import draw_histories, update_histories
from widgets.loss_functions.names import COLORS, SHORT
from widgets.panel import Panel
from widgets.style import GRAY, SMALL

SIZE = 8.6, 4.6
BLOCKS = ((0, 0, 376, 460), (407, 0, 759, 122), (376, 122, 652, 460), (652, 122, 860, 460))
HIDDEN = (16, 16)
FITTING = {
    "classification": ("cross_entropy", "binary_cross_entropy", "brier", "hinge"),
    "regression": ("mse", "mae", "huber"),
}
# A validation loss that ends at more than this multiple of its lowest has risen.
RISEN = 1.2
RARE = 0.02, 0.05, 0.1, 0.2, 0.3, 0.5
# Of the table, in parts of the figure: the first column begins, the others end.
COLUMNS = 0.476, 0.679, 0.757, 0.828, 0.88


@dataclass(frozen=True, eq=False)
class Result:
    """A run for each loss, what a metric says of each at some epochs, and the data.

    seeds: how the shown loss goes with 20 seeds, once that has been tried.
    """

    runs: dict
    metrics: dict
    split: data.Split
    settings: dict
    seeds: Seeds | None = None
    rest: Callable | None = None

    @property
    def shown(self):
        """The loss whose run is shown: the chosen one, or the first that fits the task."""
        chosen = self.settings["loss"]
        return chosen if chosen in self.runs else next(iter(self.runs))

    @property
    def run(self) -> Run:
        return self.runs[self.shown]

    @property
    def outcome(self):
        return f"validation loss {short(self.run.val_loss[self.run.completed_epochs])}"


@dataclass(frozen=True, eq=False)
class Moment:
    """What the networks answer at an epoch.

    answers: of the shown loss probabilities over the plane, or of every loss a curve; losses: of
    all shown samples, with the shown loss; heavy: row numbers of the few that make up half of it;
    recalls: by loss, the share of class 1 that is found, NaN for values.
    """

    epoch: int
    answers: object
    losses: np.ndarray
    heavy: np.ndarray
    recalls: dict


def panel(lang="en", **settings):
    """Train the same network with each loss that fits the task, and compare losses and metrics.

    Parameters: settings, initial values of the knobs. Returns: a Panel, whose `run` is that of
    the shown loss, and whose `result.runs` has one for each.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> networks = panel(data="wave", epochs=20)
    >>> list(networks.result.runs)
    ['mse', 'mae', 'huber']
    >>> networks.close()
    """
    names = {SHORT[name]: name for losses in FITTING.values() for name in losses}
    knobs = [
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-4, 10, 0.01, 0.1, width=420),
        choice("loss", "shown loss", "Of all that are trained, the one in the picture", names,
               "cross_entropy", width=260),
        choice("samples", "samples", "Which samples are drawn, and ringed",
               ("validation", "training"), "validation", width=170),
        float_slider("wrong", "wrong labels", "Share of the training labels that are spoiled",
                     0, 0.4, 0.0, 0.05, width=270),
        slider("rare", "share of class 1", "Below 0.5, class 1 is rare in all parts of the data",
               RARE, 0.5, "a number from 0.02 to 0.5", between(0.02, 0.5), 270),
        count_slider("n", "training samples", "And as many for validation", 20, 1000, 100,
                     width=280),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 1000, 200, 10, 0.25),
        choice("optimizer", "optimizer", "How a gradient becomes a step",
               ("sgd", "momentum", "adam"), "adam", width=190),
        choice("data", "data", "What the network has to learn", tuple(NOISE), "moons"),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 3),
    ]  # fmt: skip
    made = Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
        touch={"losses": to_epoch, "metric": to_epoch_of_metric}, blocks=BLOCKS,
    )  # fmt: skip
    made.summary.layout.min_height = "58px"  # three lines, so that nothing below moves
    return made


def to_epoch_of_metric(touch):
    """Go to this epoch; the knob epoch does the same."""
    return to_epoch(touch)


# --- compute ------------------------------------------------------------------------------------


# How settings go with 20 seeds.
tried = {}


@lru_cache(maxsize=32)
def load(name, n, wrong, rare, seed):
    """Draw a spoiled set once: most knobs leave it as it is."""
    return spoiled(name, n, wrong, rare, seed)


def compute(settings, progress):
    """Train once per loss, all else the same; other seeds follow, for the loss that is shown."""
    split = load(*(settings[name] for name in ("data", "n", "wrong", "rare", "seed")))
    names = "learning_rate", "epochs", "optimizer", "seed"
    knobs = {name: settings[name] for name in names}
    fitting = FITTING[split.task]
    configs = [TrainConfig(hidden=HIDDEN, loss=loss, **knobs) for loss in fitting]
    runs = train_side_by_side(configs, split, engine_at_hand(), progress, "fit")
    metrics = {loss: metric_over_epochs(run, split, engine_at_hand())
               for loss, run in zip(fitting, runs, strict=True)}  # fmt: skip
    result = Result(dict(zip(fitting, runs, strict=True)), metrics, split, settings)

    drawn = tuple(settings[name] for name in ("data", "n", "wrong", "rare"))
    # It does not depend on the seed, so that sliding the seed finds it here.
    key = replace(result.run.config, seed=0), drawn

    def try_seeds(progress):
        found = over_seeds(result.run.config, lambda seed: load(*drawn, seed),
                           engine_for_long_work(progress), progress)  # fmt: skip
        if found is None:
            return replace(result, rest=None)
        tried[key] = found
        return replace(result, seeds=found, rest=None)

    if key in tried:
        return replace(result, seeds=tried[key])
    return result if progress.cancelled else replace(result, rest=try_seeds)


def frame(result, time):
    """Return what the networks answer at an epoch, or at the last one before a run stopped."""
    split, params = result.split, {}
    for name, run in result.runs.items():
        params[name] = run.snapshots[min(time, run.completed_epochs)]
    run = result.run
    X, y = shown_samples(result)
    losses = losses_of_samples(params[result.shown], run.config, X, y, engine_at_hand())
    if split.task == "regression":
        grid = np.linspace(*BOX["regression"][0], 121, dtype=np.float32)[:, None]
        answers = {name: run_through(params[name], one.config, grid, engine_at_hand())[:, 0]
                   for name, one in result.runs.items()}  # fmt: skip
        recalls = dict.fromkeys(params, np.nan)
    else:
        answers = decision_map(params[result.shown], run.config, *BOX[split.task],
                               engine=engine_at_hand())  # fmt: skip
        recalls = {name: recall(run_through(params[name], one.config, split.X_val,
                                            engine_at_hand()), split.y_val, name)
                   for name, one in result.runs.items()}  # fmt: skip
    return Moment(time, answers, losses, heaviest(losses), recalls)


def shown_samples(result):
    """Return inputs and targets of the part that is drawn."""
    if result.settings["samples"] == "validation":
        return result.split.X_val, result.split.y_val
    return result.split.X_train, result.split.y_train


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: answers on the left; on the right a table, losses and metrics."""
    answers, histories = draw_answers(figure), draw_histories(figure)

    def text(column, row, color=GRAY, **style):
        x, y = COLUMNS[column], 0.975 - 0.043 * row
        return words(figure.axes[0], x, y, transform=figure.transFigure, color=color, va="top",
                     fontsize=SMALL, ha="left" if column == 0 else "right", **style)  # fmt: skip

    return SimpleNamespace(
        answers=answers, histories=histories,
        heads=[text(column, 0) for column in range(5)],
        rows=[[text(column, row) for column in range(5)] for row in (1, 2, 3, 4)],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to the runs, as they stand at a moment."""
    update_answers(artists.answers, result, moment, *shown_samples(result))
    update_histories(artists.histories, result, moment.epoch, pinned)
    classes = result.split.task == "classification"
    metrics = ("accuracy", "recall") if classes else ("", "typical error")
    heads = "loss", "training", "validation", *metrics
    for head, told in zip(artists.heads, heads, strict=True):
        head.set_text(told)
    for k, cells in enumerate(artists.rows):
        name = list(result.runs)[k] if k < len(result.runs) else None
        for cell, told in zip(cells, row(result, moment, name), strict=True):
            cell.set_text(told)
            cell.set_color(COLORS.get(name, GRAY))
            cell.set_fontweight("bold" if name == result.shown else "normal")


def row(result, moment, name):
    """Return what the table says of a loss: its name, two losses, a metric or two."""
    if name is None:
        return [""] * 5
    run = result.runs[name]
    at = min(moment.epoch, run.completed_epochs)
    if run.status == "diverged" and moment.epoch > at:
        return [SHORT[name], "diverged", "", "", ""]
    metrics = ["", metric_in_words(result, name, at)]
    if result.split.task == "classification":
        metrics = [metrics[1], percent(moment.recalls[name])]
    return [SHORT[name], short(run.train_loss[at]), short(run.val_loss[at]), *metrics]


def metric_in_words(result, name, epoch):
    """Write accuracy or typical error of a loss at an epoch."""
    if result.split.task == "classification":
        return percent(result.runs[name].val_accuracy[epoch])
    return short(metric_at(result.runs[name], result.split, epoch, engine_at_hand()))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how the shown loss went, what the metric says beside it, and who makes up the loss."""
    run, name = result.run, result.shown
    if run.status == "cancelled":
        return "Stopped by hand."
    if run.status == "diverged":
        return f"{note(result)}{capital(SHORT[name])}: {where_it_diverged(run)}."
    best, at = run.best_epoch, min(moment.epoch, run.completed_epochs)
    what = "accuracy" if result.split.task == "classification" else "typical error"
    parts = [
        f"{note(result)}{capital(SHORT[name])} at epoch {count(at)}: validation loss "
        f"{short(run.val_loss[at])}, {what} {metric_in_words(result, name, at)}.",
        f"The lowest validation loss was {short(run.val_loss[best])}, at epoch {count(best)}, "
        f"with {what} {metric_in_words(result, name, best)}.",
    ]
    n = len(moment.heavy)
    if n:
        parts.append(
            f"Ringed: {count(n)} of {count(len(moment.losses))} {result.settings['samples']} "
            f"samples make up half of the loss."
        )
    if result.seeds is not None:
        parts.append(of_all_seeds(result.seeds, what))
    return " ".join(parts)


def of_all_seeds(seeds, what):
    """Say how many of the seeds end with a higher loss, and what the metric does meanwhile."""
    risen = seeds.factors > RISEN
    lower, higher = (int(np.sum(sign * seeds.changes[risen] > 1e-6)) for sign in (-1, 1))
    broken = SEEDS - len(seeds.factors)
    parts = [
        f"With {count(risen.sum())} of {count(SEEDS)} seeds the loss ends more than "
        f"{percent(RISEN - 1)} above its lowest"
    ]
    if risen.any():
        parts.append(f"of these, {what} is then lower with {lower}, higher with {higher}")
    if broken:
        parts.append(f"with {broken} it diverged")
    return "; ".join(parts) + "."


def brief(result, moment):
    """Say only what is the same on every machine: what was trained, and that a loss rose."""
    names = ", ".join(SHORT[name] for name in result.runs)
    run = result.run
    if run.status != "finished":
        ended = "it diverged" if run.status == "diverged" else "it was stopped"
    else:
        rose = run.val_loss[-1] > RISEN * run.val_loss[run.best_epoch]
        ended = f"its validation loss has {'' if rose else 'not '}risen again"
    return f"Trained with {names}. Shown: {SHORT[result.shown]}; {ended}."


def note(result):
    """Say that the chosen loss does not fit the task, where that is so."""
    chosen = result.settings["loss"]
    if chosen == result.shown:
        return ""
    what = "values" if LOSSES[chosen].task != "regression" else "classes"
    return f"{capital(SHORT[chosen])} is no loss for {what}. "


def capital(text):
    """Return a text that begins a sentence."""
    return text[0].upper() + text[1:]
