"""Loss and metric of panel C against epochs, beside each other."""

from types import SimpleNamespace

import numpy as np

from lessons.experiments.loss_functions.shares import loss_of_guessing
from lessons.numerals import short
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.loss_functions.names import COLORS, SHORT
from widgets.marks import count_along, label_ends
from widgets.style import (
    BLACK,
    GRAY,
    LIGHT,
    NORMAL,
    PINNED,
    RED,
    SMALL,
    TRAINING,
    VALIDATION,
)

LIMITS = 1e-2, 10.0
LINE = 0.18
METRIC = {"classification": (0.3, 1.02), "regression": (0.0, 1.5)}
NAMES = "cross_entropy", "binary_cross_entropy", "brier", "hinge", "mse", "mae", "huber"


def draw_histories(figure):
    """Make two axes: the shown loss, in its own unit, and the metric of every run."""
    losses = figure.add_axes([0.485, 0.1, 0.15, 0.57])
    losses.set(yscale="log", ylim=LIMITS, label="losses")
    metric = figure.add_axes([0.8, 0.1, 0.185, 0.57])
    metric.set_label("metric")
    for axes in (losses, metric):
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
        axes.locator_params("x", nbins=4)
        count_along(axes)
        axes.set_xlabel("epochs", labelpad=0)

    def title(axes):
        return words(axes, 0, 1.03, transform=axes.transAxes, fontsize=NORMAL)

    curves = [losses.plot([], [], color=color, linestyle=style)[0]
              for color, style in ((VALIDATION, (0, (5, 1))), (TRAINING, "-"))]  # fmt: skip
    pinned = losses.plot([], [], color=PINNED, linewidth=1.2, linestyle=(0, (2, 2)))[0]
    return SimpleNamespace(
        titles=[title(losses), title(metric)],
        now=[axes.axvline(0, color=GRAY, linewidth=0.8, clip_on=False)
             for axes in (losses, metric)],
        guess=losses.axhline(1, color=GRAY, linewidth=1, linestyle=(0, (1, 2))),
        lowest=losses.plot([], [], "v", color=VALIDATION, ms=8, mec="white", zorder=6)[0],
        curves=curves, pinned=pinned,
        exits=draw_exits(losses, [*curves, pinned], values=False),
        dots=[losses.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)[0]
              for color in (VALIDATION, TRAINING)],
        ends=[words(losses, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (VALIDATION, TRAINING, GRAY, PINNED)],
        broken=words(losses, 0.5, 0.9, transform=losses.transAxes, color=RED, fontsize=SMALL,
                     ha="center", ground="white"),
        quartiles=[axes.plot([], [], color=GRAY, linewidth=0.9)[0]
                   for axes in (losses, losses, metric, metric)],
        key=words(metric, 0.98, 0.03, transform=metric.transAxes, color=GRAY, fontsize=SMALL,
                  ha="right", ground="white", zorder=5),
        metrics=[metric.plot([], [], color=COLORS[name])[0] for name in NAMES],
        here=metric.plot([], [], "o", color=BLACK, ms=5, clip_on=False, zorder=4)[0],
        still=SimpleNamespace(losses=losses, metric=metric),
    )  # fmt: skip


def update_histories(artists, result, epoch, pinned):
    """Draw the losses of the shown run, and the metrics of all."""
    run, epochs, task = result.run, result.run.config.epochs, result.split.task
    fit_axes(artists.still, epochs, METRIC[task])
    for line in artists.now:
        line.set_xdata([epoch, epoch])
    artists.titles[0].set_text(f"Loss: {SHORT[result.shown]}")
    artists.titles[1].set_text(
        "Accuracy, validation" if task == "classification" else "Typical error, validation"
    )
    show_losses(artists, result, epoch, pinned)
    diverged = run.status == "diverged"
    artists.broken.set_text("diverged" if diverged else "")
    for name, line in zip(NAMES, artists.metrics, strict=True):
        line.set_data(*result.metrics.get(name, ([], [])))
        line.set_linewidth(2.4 if name == result.shown else 1.2)
    show_seeds(artists, result.seeds)
    at, values = result.metrics[result.shown]
    show_point(artists.here, epoch, float(np.interp(epoch, at, values)))


def show_seeds(artists, seeds):
    """Draw the quartiles of 20 seeds, once they have been tried."""
    artists.key.set_text("gray: quartiles, 20 seeds" if seeds else "")
    if seeds is None:
        for line in artists.quartiles:
            line.set_data([], [])
        return
    at = np.arange(seeds.losses.shape[1])
    for line, losses in zip(artists.quartiles[:2], seeds.losses, strict=True):
        show_curve(line, at, losses)
    for line, metrics in zip(artists.quartiles[2:], seeds.metrics, strict=True):
        show_curve(line, seeds.epochs, metrics)


def fit_axes(still, epochs, limits):
    """Fit the axes to the run; only another length or task draws the background again."""
    for axes in (still.losses, still.metric):
        if axes.get_xlim() != (0, epochs):
            axes.set_xlim(0, epochs)
    if still.metric.get_ylim() != limits:
        still.metric.set_ylim(limits)


def show_losses(artists, result, epoch, pinned):
    """Draw validation and training loss, the lowest, guessing, and a pinned validation loss."""
    run, epochs = result.run, result.run.config.epochs
    heights, texts = [], []
    for (name, losses), curve, dot in zip(
        (("validation", run.val_loss), ("training", run.train_loss)),
        artists.curves, artists.dots, strict=True,
    ):  # fmt: skip
        show_curve(curve, np.arange(epochs + 1), losses)
        show_point(dot, epoch, losses[epoch])
        heights.append(losses[epoch])
        texts.append(f"{name} {short(losses[epoch])}" if np.isfinite(losses[epoch]) else "")
    best = run.best_epoch
    artists.lowest.set_data(
        ([], []) if best is None else ([best], [1.25 * np.clip(run.val_loss[best], *LIMITS)])
    )
    guess = loss_of_guessing(result.shown, result.split.y_train)
    artists.guess.set_ydata([guess, guess])
    heights.append(guess)
    texts.append("guessing")
    artists.pinned.set_data([], [])
    if pinned:
        losses = pinned.run.val_loss[: pinned.run.completed_epochs + 1]
        show_curve(artists.pinned, np.arange(len(losses)), losses)
        heights.append(losses[-1])
    texts.append(pinned.label if pinned else "")
    show_exits(artists.exits, [*artists.curves, artists.pinned])
    label_ends(artists.ends, heights, texts, 1.03 * epochs, LIMITS, LINE)
