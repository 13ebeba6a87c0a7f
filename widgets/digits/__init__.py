"""The panels and tasks of lesson 15: a network that reads digits, scanned ones and drawn ones."""

from widgets.digits.drawing_pad import pad
from widgets.digits.looks import test_set
from widgets.digits.questions import goals, pad_goals, predict_drawn, predict_varied
from widgets.digits.training import panel

__all__ = ["goals", "pad", "pad_goals", "panel", "predict_drawn", "predict_varied", "test_set"]
