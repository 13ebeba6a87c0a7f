"""What a training run leaves behind, and the handle to watch and stop it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lessons.config import TrainConfig
from lessons.network import Params, unflatten


class Snapshots(Sequence):
    """The parameters at every epoch: `snapshots[e]` are those after e epochs.

    Holds the epochs that were completed; after a divergence these are fewer than planned.
    """

    def __init__(self, vectors, sizes, loss):
        self.vectors, self.sizes, self.loss = vectors, sizes, loss

    def __len__(self):
        return len(self.vectors)

    def __getitem__(self, epoch):
        return unflatten(self.vectors[epoch], self.sizes, self.loss)


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
        grad_norm: (updates, layers) Euclidean norm of each layer's gradient, W and b together.
        status: "finished", "diverged" (a loss, gradient or parameter was no longer finite),
            or "cancelled".
        stopped_at: the update (counted from 0) that could not be made, or after which the training
            loss was not finite, or None.
        params: the last parameters that were finite, a list of Layer.
        snapshots: parameters before training and after each completed epoch.
    """

    config: TrainConfig
    batch_loss: np.ndarray
    train_loss: np.ndarray
    val_loss: np.ndarray
    train_accuracy: np.ndarray
    val_accuracy: np.ndarray
    learning_rate: np.ndarray
    grad_norm: np.ndarray
    status: str
    stopped_at: int | None
    params: Params
    snapshots: Snapshots

    @property
    def updates(self):
        """How many updates were made."""
        return len(self.batch_loss) if self.stopped_at is None else self.stopped_at


class Progress:
    """Watch a run from another thread, and stop it.

    >>> progress = Progress()
    >>> progress.fraction
    0.0
    """

    def __init__(self):
        self.shared = np.zeros(2, dtype=np.int64)
        self.total = 1
        self.parts = []

    @property
    def fraction(self):
        """Share of the updates that are made, 0 to 1."""
        return float(self.shared[0] / self.total)

    @property
    def cancelled(self):
        """Whether the work was asked to stop."""
        return bool(self.shared[1])

    def report(self, done, total):
        """Say that `done` of `total` pieces are done, for work that is more than one run."""
        self.shared[0], self.total = done, total

    def cancel(self):
        """Ask the run to stop before its next update."""
        self.shared[1] = 1
        for part in self.parts:
            part.cancel()

    def part(self):
        """Return a Progress for one run of many, which is stopped together with this one."""
        part = Progress()
        self.parts.append(part)
        if self.cancelled:
            part.cancel()
        return part
