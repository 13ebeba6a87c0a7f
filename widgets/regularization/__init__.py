"""The panels and tasks of lesson 11: what L1, L2, dropout and noise do to weights and fit."""

from widgets.regularization.comparison import strengths
from widgets.regularization.decay import decay
from widgets.regularization.exact_zeros import zeros
from widgets.regularization.network import panel
from widgets.regularization.one_mask import dropout
from widgets.regularization.questions import (
    goals,
    predict_best,
    predict_mean,
    predict_minimum,
    predict_zeros,
)
from widgets.regularization.two_weights import minimum

__all__ = [
    "decay", "dropout", "goals", "minimum", "panel", "predict_best", "predict_mean",
    "predict_minimum", "predict_zeros", "strengths", "zeros",
]  # fmt: skip
