"""The panels and tasks of lesson 12: what batch norm computes, and what it buys."""

from widgets.batch_normalization.modes import modes
from widgets.batch_normalization.questions import goals, predict_evaluation, predict_output
from widgets.batch_normalization.rates import rates
from widgets.batch_normalization.steps import steps
from widgets.batch_normalization.training import panel

__all__ = ["goals", "modes", "panel", "predict_evaluation", "predict_output", "rates", "steps"]
