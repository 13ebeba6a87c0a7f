"""The panels and tasks of lesson 02: what an epoch, a batch and an iteration are."""

from widgets.epoch_batch_iteration.curves import fits
from widgets.epoch_batch_iteration.directions import gradients
from widgets.epoch_batch_iteration.questions import goals, predict_order, predict_updates
from widgets.epoch_batch_iteration.samples import panel

__all__ = ["fits", "goals", "gradients", "panel", "predict_order", "predict_updates"]
