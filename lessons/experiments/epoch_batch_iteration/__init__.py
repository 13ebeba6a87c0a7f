"""Lesson 02: how many updates, who is in which batch, how batches differ, and when to stop."""

from lessons.experiments.epoch_batch_iteration.batches import (
    batch_of_samples,
    cut,
    sample_orders,
    sort_by_class,
)
from lessons.experiments.epoch_batch_iteration.counting import (
    batches_per_epoch,
    epochs_for,
    last_batch,
    updates,
    where,
)
from lessons.experiments.epoch_batch_iteration.directions import (
    batch_gradients,
    compare,
)
from lessons.experiments.epoch_batch_iteration.fits import (
    few_samples,
    stage,
    three_moments,
)
from lessons.experiments.epoch_batch_iteration.rises import epochs_that_rise

__all__ = [
    "batch_gradients",
    "batch_of_samples",
    "batches_per_epoch",
    "compare",
    "cut",
    "epochs_for",
    "epochs_that_rise",
    "few_samples",
    "last_batch",
    "sample_orders",
    "sort_by_class",
    "stage",
    "three_moments",
    "updates",
    "where",
]
