"""The panels and tasks of lesson 03: what happens when the step is too small, or too large."""

from widgets.learning_rate.network import panel
from widgets.learning_rate.quadratic import valley
from widgets.learning_rate.questions import goals, predict_large, predict_small
from widgets.learning_rate.rates import sweep

__all__ = ["goals", "panel", "predict_large", "predict_small", "sweep", "valley"]
