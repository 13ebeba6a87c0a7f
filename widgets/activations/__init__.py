"""The panels and tasks of lesson 06: what activations do, and why there is a non-linearity."""

from widgets.activations.functions import functions
from widgets.activations.network import panel
from widgets.activations.probabilities import softmax
from widgets.activations.questions import goals, predict_depth, predict_gelu, predict_shift

__all__ = [
    "functions", "goals", "panel", "predict_depth", "predict_gelu", "predict_shift", "softmax",
]  # fmt: skip
