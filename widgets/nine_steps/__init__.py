"""The panel and tasks of lesson 01: one update laid open, and the training that it belongs to."""

from widgets.nine_steps.questions import goals, predict_gradient, predict_test
from widgets.nine_steps.training import panel

__all__ = ["goals", "panel", "predict_gradient", "predict_test"]
