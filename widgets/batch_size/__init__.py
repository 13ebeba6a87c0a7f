"""The panels and tasks of lesson 04: noise, memory and time, and three fair races."""

from widgets.batch_size.costs import cost
from widgets.batch_size.gradients import noise
from widgets.batch_size.questions import goals, predict_gap, predict_larger, predict_noise
from widgets.batch_size.races import panel

__all__ = ["cost", "goals", "noise", "panel", "predict_gap", "predict_larger", "predict_noise"]
