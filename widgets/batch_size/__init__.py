"""The panels and tasks of lesson 04: noise, three fair races, paths, memory and time."""

from widgets.batch_size.costs import cost
from widgets.batch_size.gradients import noise
from widgets.batch_size.questions import goals, predict_gap, predict_larger, predict_noise
from widgets.batch_size.races import panel
from widgets.batch_size.walks import paths

__all__ = [
    "cost", "goals", "noise", "panel", "paths", "predict_gap", "predict_larger", "predict_noise",
]  # fmt: skip
