"""The panels and tasks of lesson 12: what batch norm computes, and what it buys."""

from widgets.batch_normalization.one_batch import steps
from widgets.batch_normalization.questions import goals, predict_evaluation, predict_output
from widgets.batch_normalization.rate_map import rates
from widgets.batch_normalization.training import panel
from widgets.batch_normalization.two_modes import modes

__all__ = ["goals", "modes", "panel", "predict_evaluation", "predict_output", "rates", "steps"]
