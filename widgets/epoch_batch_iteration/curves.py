"""Panel C of lesson 02: one run, too early, just right, and too late."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from lessons import Run, TrainConfig, data, predict, train
from lessons.engines import engine_at_hand
from lessons.epoch_batch_iteration import few_samples, stage, three_moments
from lessons.verdict import count, short
from widgets.artists import words
from widgets.knobs import count_slider, float_slider, int_slider
from widgets.loss_curves import LIMITS, draw_losses, update_losses
from widgets.panel import Panel
from widgets.style import BLUE, GRAY, GREEN, LIGHT, NORMAL, RED, SMALL, TRAINING, VALIDATION

SIZE = 8.6, 4.4
X_GRID = np.linspace(-4, 4, 161, dtype=np.float32)[:, None]
HEIGHTS = -2.6, 2.6
COLORS = {"underfit": BLUE, "just right": GREEN, "best yet": GREEN, "overfit": RED}


@dataclass(frozen=True, eq=False)
class Result:
    """A run, its data, three epochs of it, and the fits there, (3, points)."""

    run: Run
    split: data.Split
    moments: tuple
    fits: np.ndarray


@dataclass(frozen=True, eq=False)
class Moment:
    """The fit after some epochs, (points,), and what it is: underfit, just right, overfit."""

    epoch: int
    fit: np.ndarray
    stage: str


def fits(lang="en", **settings):
    """Scrub through one training that goes from underfitting to overfitting.

    A network of three hidden layers of tanh units learns sin x from a few noisy samples, with Adam
    at rate 0.002 and batches of at most 16.

    Parameters: settings, initial values of the knobs; `time` counts epochs. Returns: a Panel.
    Raises: ValueError that names the setting, what is allowed, and what came.

    >>> panel = fits(epochs=300)
    >>> early, right, late = panel.result.moments
    >>> early < right < late == 300
    True
    >>> panel.close()
    """
    knobs = [
        count_slider("samples", "samples N", "Training samples", 1, 256, 16),
        float_slider("noise", "noise", "Standard deviation of the error in y", 0, 1, 0.5, 0.1),
        int_slider("units", "units", "Units in each of three hidden layers", 1, 32, 32),
        count_slider("epochs", "epochs E", "Passes over the training set", 1, 3000, 1000, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data and first weights", 0, 20, 0),
    ]
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once, and look at the fit at three moments."""
    split = few_samples(settings["samples"], settings["noise"], settings["seed"])
    config = TrainConfig(
        hidden=(settings["units"],) * 3, activation="tanh", optimizer="adam", learning_rate=0.002,
        batch_size=16, epochs=settings["epochs"], seed=settings["seed"],
    )  # fmt: skip
    run = train(config, split, engine_at_hand(), progress)
    moments = three_moments(run.val_loss[: run.completed_epochs + 1])
    return Result(run, split, moments, np.array([fit_after(run, epoch) for epoch in moments]))


def fit_after(run, epoch):
    """Return the curve that the network draws after so many epochs."""
    return predict(run.snapshots[epoch], run.config, X_GRID)


def frame(result, time):
    """Return the fit at an epoch, or at the last before a run stopped."""
    run, epoch = result.run, min(time, result.run.completed_epochs)
    loss = run.val_loss[: run.completed_epochs + 1]
    return Moment(epoch, fit_after(run, epoch), stage(loss, epoch))


# --- picture ------------------------------------------------------------------------------------


def draw(figure):
    """Make the artists: the fit at this moment, the losses, and the fits at three moments."""
    now = figure.add_axes([0.05, 0.10, 0.40, 0.79])
    losses = figure.add_axes([0.535, 0.44, 0.315, 0.485])
    small = [figure.add_axes([left, 0.035, 0.135, 0.235]) for left in (0.535, 0.69, 0.845)]
    curves = draw_losses(losses)
    curves.x_label.set_position((0.5, -0.115))
    for end in curves.ends:  # beside the axes, whatever the scale of epochs
        end.set_transform(losses.get_yaxis_transform())
    losses.set_xscale("symlog", linthresh=1, linscale=0.5)
    now.set(xlim=(-4, 4), ylim=HEIGHTS, yticks=[-2, -1, 0, 1, 2])
    now.set_xlabel("x", labelpad=1)
    now.set_ylabel("y", labelpad=-4)
    for axes in small:
        axes.set(xlim=(-4, 4), ylim=HEIGHTS, xticks=[], yticks=[])
    pictures = [now, *small]
    for axes in pictures:
        axes.plot(X_GRID, np.sin(X_GRID), color=LIGHT, linewidth=1.4, zorder=0)
    key = (-4, "● training samples", TRAINING), (-1.1, "● unseen samples", VALIDATION)
    for x, name, color in (*key, (1.6, "— the true curve", GRAY)):
        now.text(x, 1.03 * HEIGHTS[1], name, color=color, fontsize=SMALL)
    return SimpleNamespace(
        unseen=now.plot([], [], "o", color=VALIDATION, ms=3, alpha=0.45, mew=0)[0],
        samples=[
            axes.plot([], [], "o", color=TRAINING, mew=0)[0] for axes in pictures
        ],
        fits=[axes.plot([], [], color=BLUE, linewidth=width)[0]
              for axes, width in zip(pictures, (2.2, 1.3, 1.3, 1.3), strict=True)],
        titles=[
            words(now, 0, 1.075, transform=now.transAxes, fontsize=NORMAL),
            *(words(axes, 0, 1.03, transform=axes.transAxes, fontsize=SMALL) for axes in small),
        ],
        losses=curves,
        # Moved with the rest: a new background at every tick would take too long.
        guess=curves.still.guess,
        moments=[
            losses.plot([], [], "o", ms=8, mec="white", zorder=8, clip_on=False)[0]
            for _ in range(3)
        ],
    )  # fmt: skip


def update(artists, result, moment, pinned):
    """Move the artists to a run, as it stands at a moment."""
    run, split = result.run, result.split
    artists.unseen.set_data(split.X_val[:, 0], split.y_val)
    many = len(split.X_train) > 64
    for samples, size in zip(artists.samples, (5, 2.2, 2.2, 2.2), strict=True):
        samples.set_data(split.X_train[:, 0], split.y_train)
        samples.set_markersize(size / 2 if many else size)
    for line, fit in zip(artists.fits, (moment.fit, *result.fits), strict=True):
        line.set_data(X_GRID[:, 0], np.clip(fit, -10, 10))
    for line, name in zip(artists.fits, (moment.stage, *stages(result)), strict=True):
        line.set_color(COLORS[name])
    artists.titles[0].set_text(f"The fit after epoch {count(moment.epoch)}: {moment.stage}")
    before = pinned.run if pinned else None
    label = f"N = {len(pinned.split.X_train)}" if pinned else ""
    update_losses(artists.losses, run, split, moment.epoch, before, label)
    for end in artists.losses.ends:
        end.set_x(1.035)
    show_moments(artists, result)


def stages(result):
    """Say what each of the three moments is."""
    last = result.moments[2]
    return [stage(result.run.val_loss[: last + 1], epoch) for epoch in result.moments]


def show_moments(artists, result):
    """Mark three moments on the curve of validation, and name the fits there."""
    loss = result.run.val_loss
    for k, (epoch, name) in enumerate(zip(result.moments, stages(result), strict=True)):
        artists.moments[k].set_data([epoch], [np.clip(loss[epoch], *LIMITS)])
        artists.moments[k].set_color(COLORS[name])
        artists.titles[k + 1].set_text(f"epoch {count(epoch)}: {name}")


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say how the losses went, and what the fit is at this moment."""
    run, (_, best, last) = result.run, result.moments
    n = len(result.split.X_train)
    parts = [
        f"{count(n)} training sample{'s' if n > 1 else ''}.",
        f"Validation loss {short(run.val_loss[0])}, lowest {short(run.val_loss[best])} after "
        f"epoch {count(best)}, {short(run.val_loss[last])} at the end; training loss "
        f"{short(run.train_loss[best])} then, {short(run.train_loss[last])} at the end.",
        f"Shown after epoch {count(moment.epoch)}: {moment.stage}.",
    ]
    if run.status == "cancelled":
        parts.append("Stopped by hand.")
    return " ".join(parts)


def brief(result, moment):
    """Say what does not hang on the last digits."""
    n = len(result.split.X_train)
    return (
        f"{count(n)} training sample{'s' if n > 1 else ''}. "
        f"Shown after epoch {count(moment.epoch)}: {moment.stage}."
    )
