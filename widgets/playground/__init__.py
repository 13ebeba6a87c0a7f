"""The panel and tasks of lesson 14: everything at once, in one panel that stays calm."""

from widgets.playground.questions import goals, predict_depth, predict_squares
from widgets.playground.training import panel

__all__ = ["goals", "panel", "predict_depth", "predict_squares"]
