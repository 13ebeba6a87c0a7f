"""Panel C of lesson 02: one run, too early, at its best, and too late."""

from dataclasses import dataclass

import numpy as np

from lessons import Run, TrainConfig, data, predict, train
from lessons.engines import engine_at_hand
from lessons.experiments.epoch_batch_iteration.fits import few_samples, stage, three_moments
from lessons.numerals import count, short
from lessons.verdict import outcome
from widgets.epoch_batch_iteration.three_fits import BLOCKS, SIZE, X_GRID, draw, update
from widgets.knobs import count_slider, float_slider, int_slider
from widgets.loss_curves import to_epoch
from widgets.panel import Panel


@dataclass(frozen=True, eq=False)
class Result:
    """A run, its data, and three moments of it."""

    run: Run
    split: data.Split
    moments: list

    @property
    def outcome(self):
        """How it came out, for a comparison with another setting."""
        return outcome(self.run)


@dataclass(frozen=True, eq=False)
class Moment:
    """The fit after some epochs, (points,), and what it is, in the words of `stage`."""

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
    >>> early.epoch < right.epoch < late.epoch == 300
    True
    >>> panel.close()
    """
    knobs = [
        count_slider("samples", "samples N", "Training samples", 1, 256, 16),
        float_slider("noise", "noise", "Standard deviation of the error in y", 0, 1, 0.5, 0.1),
        int_slider(
            "units", "units per layer", "Units in each of three hidden layers", 1, 32, 32, width=290
        ),
        count_slider("epochs", "epochs", "Passes over the training set", 1, 3000, 1000, 10, 0.25),
        int_slider("seed", "seed", "Another draw of data and first weights", 0, 20, 0),
    ]
    return Panel(
        knobs, compute, draw, update, describe, SIZE, {"lang": lang} | settings,
        brief=brief, steps=lambda settings: settings["epochs"], frame=frame,
        touch={"losses": to_epoch},
        blocks=BLOCKS,
    )  # fmt: skip


# --- compute ------------------------------------------------------------------------------------


def compute(settings, progress):
    """Train once, and look at the fit at three moments."""
    split = few_samples(settings["samples"], settings["noise"], settings["seed"])
    config = TrainConfig(
        hidden=(settings["units"],) * 3, activation="tanh", optimizer="adam", learning_rate=0.002,
        batch_size=16, epochs=settings["epochs"], seed=settings["seed"],
    )  # fmt: skip
    run = train(config, split, engine_at_hand(), progress, "fit")
    epochs = three_moments(run.val_loss[: run.completed_epochs + 1])
    return Result(run, split, [moment_after(run, epoch) for epoch in epochs])


def moment_after(run, epoch):
    """Return the curve that the network draws after so many epochs, and what to call it."""
    end = run.completed_epochs + 1
    name = stage(run.train_loss[:end], run.val_loss[:end], epoch)
    return Moment(epoch, predict(run.snapshots[epoch], run.config, X_GRID), name)


def frame(result, time):
    """Return the fit at an epoch, or at the last before a run stopped."""
    return moment_after(result.run, min(time, result.run.completed_epochs))


# --- words --------------------------------------------------------------------------------------


def describe(result, moment):
    """Say what the fit is at this moment, and how the losses went."""
    run, parts = result.run, [brief(result, moment)]
    _, best, last = (moment.epoch for moment in result.moments)
    if np.isfinite(run.val_loss[0]):
        parts.append(
            f"Validation loss {short(run.val_loss[0])}, lowest {short(run.val_loss[best])} after "
            f"epoch {count(best)}, {short(run.val_loss[last])} at the end; training loss "
            f"{short(run.train_loss[best])} then, {short(run.train_loss[last])} at the end."
        )
    if run.status == "cancelled":
        parts.append("Stopped by hand.")
    return " ".join(parts)


def brief(result, moment):
    """Say what does not depend on the last digits."""
    n = len(result.split.X_train)
    return (
        f"{count(n)} training sample{'s' if n > 1 else ''}. "
        f"Shown after epoch {count(moment.epoch)}: {moment.stage}."
    )
