"""The panels and tasks of lesson 10: how far a fit can be trusted, and when to stop."""

from widgets.overfitting.capacity import panel
from widgets.overfitting.learning import learning
from widgets.overfitting.stopping import stopping
from widgets.overfitting.variance import variance

__all__ = ["learning", "panel", "stopping", "variance"]
