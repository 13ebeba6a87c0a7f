"""The panels and tasks of lesson 10: how far a fit can be trusted, and when to stop."""

from widgets.overfitting.capacity import panel
from widgets.overfitting.early_stopping import stopping
from widgets.overfitting.learning_curves import learning
from widgets.overfitting.questions import (
    goals,
    predict_below,
    predict_capacity,
    predict_help,
    predict_honest,
    predict_parts,
    predict_stop,
)
from widgets.overfitting.thirty_fits import variance

__all__ = [
    "goals", "learning", "panel", "predict_below", "predict_capacity", "predict_help",
    "predict_honest", "predict_parts", "predict_stop", "stopping", "variance",
]  # fmt: skip
