"""The panels and tasks of lesson 09: gradients that vanish and explode."""

from widgets.gradients.chain import chain
from widgets.gradients.questions import goals, predict_chain, predict_clipping, predict_symmetry
from widgets.gradients.symmetry import symmetry
from widgets.gradients.training import panel

__all__ = [
    "chain", "goals", "panel", "predict_chain", "predict_clipping", "predict_symmetry", "symmetry",
]  # fmt: skip
