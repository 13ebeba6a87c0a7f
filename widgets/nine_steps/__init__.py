"""The panel and tasks of lesson 01: one update step by step, and the training it belongs to."""

from widgets.nine_steps.questions import goals, predict_gradient, predict_test
from widgets.nine_steps.training import panel

__all__ = ["goals", "panel", "predict_gradient", "predict_test"]
