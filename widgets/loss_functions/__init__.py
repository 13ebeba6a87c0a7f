"""The panels and tasks of lesson 05: what is minimized, and why the task decides."""

from widgets.loss_functions.lines import lines
from widgets.loss_functions.margin import margin
from widgets.loss_functions.network import panel
from widgets.loss_functions.questions import goals, predict_outlier, predict_rise, predict_wrong

__all__ = ["goals", "lines", "margin", "panel", "predict_outlier", "predict_rise", "predict_wrong"]
