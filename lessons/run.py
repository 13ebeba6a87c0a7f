"""What a training run leaves behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lessons.config import TrainConfig
from lessons.parameters import Params, unflatten
from lessons.saving import save


class Snapshots(Sequence):
    """The parameters at every epoch: `snapshots[e]` are those after e epochs (or e updates).

    Holds those that were completed; after a divergence these are fewer than planned. Where memory
    did not allow to keep all, `snapshots[e]` are the last ones that were kept until then.

    Attributes: vectors, the parameters that were kept, (kept, P); places, the epochs (or updates)
    that they belong to, (kept,).
    """

    def __init__(self, vectors, sizes, loss, batch_norm=False, places=None, last=None):
        self.vectors, self.sizes, self.loss, self.batch_norm = vectors, sizes, loss, batch_norm
        self.places = np.arange(len(vectors)) if places is None else places
        self.last = len(vectors) - 1 if last is None else last

    def __len__(self):
        return self.last + 1

    def __getitem__(self, epoch):
        place = range(len(self))[epoch]
        row = np.searchsorted(self.places, place, side="right") - 1
        return unflatten(self.vectors[row], self.sizes, self.loss, self.batch_norm)


def lowest(losses):
    """Return the place of the lowest loss, or None; what is not finite is never the lowest.

    >>> lowest([np.nan, 2.0, np.inf, 1.0]), lowest([np.nan, np.inf])
    (3, None)
    """
    losses = np.where(np.isfinite(losses), losses, np.inf)
    return int(losses.argmin()) if np.isfinite(losses).any() else None


def last_finite(losses):
    """Return the place of the last loss that is finite, or 0.

    >>> last_finite([np.inf, 2.0, 1.0, np.nan]), last_finite([np.nan])
    (2, 0)
    """
    return int(np.flatnonzero(np.isfinite(losses)).max(initial=0))


class Failure(NamedTuple):
    """Where a run first ceased to be finite: at which update, in what, and in which layer.

    quantity: "pre-activation", "batch loss", "gradient", "parameter", or "training loss" at the
    end of an epoch; layer: counted from 0, or None for a loss.
    """

    update: int
    quantity: str
    layer: int | None


@dataclass(frozen=True, eq=False)
class Run:
    """The record of one training run.

    Attributes:
        config: the TrainConfig, with its loss named.
        batch_loss: (updates,) mean loss of each batch, before its update, without penalties.
        train_loss, val_loss: (epochs + 1,) loss of the whole set before training and after each
            epoch; NaN after a run stopped, and for a set that is empty.
        train_accuracy, val_accuracy: (epochs + 1,) share of right answers; NaN for regression.
        learning_rate: (updates,) rate of each update.
        grad_norm: (updates, layers) Euclidean norm of each layer's gradient, all its parameters
            together, with penalties and before clipping.
        activation_mean, activation_std: (epochs + 1, hidden layers) of the layer's outputs, over
            all units and training samples, in evaluation mode.
        flat: (epochs + 1, hidden layers) share of units and samples where the activation's
            derivative is below 0.01: inactive, or saturated.
        dead: (epochs + 1, hidden layers) share of units for which that is so for every sample.
        epoch_starts: (epochs + 1,) the first update of each epoch, and the end of the last.
        status: "finished", "diverged" (a loss, gradient or parameter was no longer finite),
            "stopped_early", or "cancelled".
        stopped_at: how many updates were made when the run stopped before its end, or None; after
            a divergence that is the number (from 0) of the update that could not be made.
        failure: of a run that diverged, a Failure, else None.
        params: the last parameters that were finite, a list of Layer; with `patience` those of the
            epoch with the lowest validation loss, however the run ended.
        snapshots: parameters before training and after each completed epoch (or update).
        lone_last_batch: whether batch norm met a last batch of one sample, which has no variance.
    """

    config: TrainConfig
    batch_loss: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray
    train_accuracy: np.ndarray
    val_accuracy: np.ndarray
    learning_rate: np.ndarray
    grad_norm: np.ndarray
    activation_mean: np.ndarray
    activation_std: np.ndarray
    flat: np.ndarray
    dead: np.ndarray
    epoch_starts: np.ndarray
    status: str
    stopped_at: int | None
    failure: Failure | None
    params: Params
    snapshots: Snapshots
    lone_last_batch: bool = False

    @property
    def updates(self):
        """How many updates were made."""
        return len(self.batch_loss) if self.stopped_at is None else self.stopped_at

    @property
    def completed_epochs(self):
        """How many epochs were completed: the last that has losses."""
        return last_finite(self.train_loss)

    @property
    def best_epoch(self):
        """The epoch with the lowest validation loss, or None where none is finite."""
        return lowest(self.val_loss)

    def save(self, path):
        """Write the trained network to a `.npz` file, which `lessons.load` reads.

        It holds the parameters, and the settings as text; no histories and no snapshots.
        Parameters: path, a file; one that is there is replaced when the new one is complete.
        Raises: ValueError for settings that are functions, which no text can hold.
        """
        save(path, self.config, self.params)
