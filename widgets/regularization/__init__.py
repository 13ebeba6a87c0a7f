"""The panels and tasks of lesson 11: what L1, L2, dropout and noise do to weights and fit."""

from widgets.regularization.dropout import dropout
from widgets.regularization.network import panel
from widgets.regularization.strengths import strengths
from widgets.regularization.two_weights import minimum
from widgets.regularization.zeros import zeros

__all__ = ["dropout", "minimum", "panel", "strengths", "zeros"]
