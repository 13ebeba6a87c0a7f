"""The panels and tasks of lesson 13: many settings, many seeds, and what they tell."""

from widgets.search.against import grids
from widgets.search.chance_questions import predict_grid, predict_score
from widgets.search.map import panel
from widgets.search.questions import goals, predict_best, predict_fair
from widgets.search.winner import curse

__all__ = [
    "curse",
    "goals",
    "grids",
    "panel",
    "predict_best",
    "predict_fair",
    "predict_grid",
    "predict_score",
]
