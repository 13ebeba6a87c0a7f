"""Two training losses in one axis, without and with batch norm."""

from types import SimpleNamespace

import numpy as np

from lessons.numerals import short
from widgets.artists import words
from widgets.edges import draw_exits, show_curve, show_exits, show_point
from widgets.loss_curves import draw_scale, update_scale
from widgets.marks import label_ends
from widgets.style import BLUE, GRAY, ORANGE, PINNED, RED, SMALL

NAMES = "without", "with"
WITHOUT, WITH = ORANGE, BLUE
# What the axis shows; curves leave it for what lies beyond, with an arrow.
LIMITS = 1e-3, 10.0
# Labels need about this much room, in powers of ten.
LINE = 0.19


def draw_losses(axes):
    """Make the artists on axes with room for labels at their right."""
    scale = draw_scale(axes, LIMITS)
    axes.set_title("Training loss", pad=12)
    pinned = [
        axes.plot([], [], color=PINNED, linewidth=1.3, linestyle=style)[0]
        for style in ((0, (2, 2)), "-")
    ]
    batches = axes.plot([], [], color=WITH, linewidth=0.9, alpha=0.7)[0]
    curves = [axes.plot([], [], color=color)[0] for color in (WITHOUT, WITH)]
    return SimpleNamespace(
        **vars(scale),
        pinned=pinned, batches=batches, curves=curves,
        exits=draw_exits(axes, [*pinned, batches, *curves], values=False),
        dots=[axes.plot([], [], "o", color=color, ms=5, clip_on=False, zorder=4)[0]
              for color in (WITHOUT, WITH)],
        ends=[words(axes, 0, 1, color=color, fontsize=SMALL, va="center")
              for color in (WITHOUT, WITH, GRAY, WITH, PINNED)],
        lost=[axes.plot([], [], "X", color=RED, ms=9, mec="white", clip_on=False, zorder=6)[0]
              for _ in NAMES],
    )  # fmt: skip


def update_losses(artists, result, epoch, pinned):
    """Draw both histories, those of a pinned setting, and the moment that is shown."""
    epochs = result.run.config.epochs
    guess = update_scale(artists, result.run, result.split, epoch)
    each = len(result.run.batch_loss) // epochs
    heights, texts = [], []
    for k, (run, name) in enumerate(zip(result.runs, NAMES, strict=True)):
        show_curve(artists.curves[k], np.arange(epochs + 1), run.train_loss)
        at = min(epoch, run.completed_epochs)
        loss = run.train_loss[at]
        show_point(artists.dots[k], at, loss)
        # A run that was stopped at once has no losses at all.
        measured = np.isfinite(loss)
        heights.append(loss if measured else guess)
        texts.append(f"{name} {short(run.train_loss[at])}" if measured else "")
        artists.lost[k].set_data([], [])
        if run.status == "diverged":
            heights[-1], texts[-1] = LIMITS[1], f"{name}: diverged"
            artists.lost[k].set_data([run.stopped_at / each], [LIMITS[1]])
    met, text = show_batches(artists.batches, result.run, epoch)
    heights += [guess, met]
    texts += ["guessing", text]
    for line in artists.pinned:
        line.set_data([], [])
    if pinned:
        for run, line in zip(pinned.runs, artists.pinned, strict=True):
            show_curve(line, np.arange(len(run.train_loss)), run.train_loss)
        heights.append(pinned.run.train_loss[min(pinned.run.completed_epochs, epochs)])
        texts.append(pinned.label)
    show_exits(artists.exits, [*artists.pinned, artists.batches, *artists.curves])
    label_ends(artists.ends, heights, texts, 1.03 * epochs, LIMITS, LINE)


def show_batches(line, run, epoch):
    """Draw the losses of a run's batches; return that of the epoch which ends here, and its label.

    Before training there is none.
    """
    losses = in_batches(run)
    show_curve(line, np.arange(len(losses)) + 0.5, losses)
    line.set_marker("o" if len(losses) == 1 else "")
    shown = losses[min(epoch, len(losses)) - 1] if epoch and len(losses) else 1.0
    return shown, f"in batches {short(shown)}" if epoch and len(losses) else ""


def in_batches(run):
    """Return the mean loss of the batches of every epoch: in training mode, as they were met."""
    starts = run.epoch_starts[: run.completed_epochs + 1]
    sums = np.add.reduceat(run.batch_loss[: starts[-1]], starts[:-1]) if len(starts) > 1 else []
    return np.asarray(sums) / np.diff(starts)
