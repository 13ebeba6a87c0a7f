"""What the kit teaches, as code to read and run: networks, losses, optimizers, training."""

from lessons import data
from lessons.config import TrainConfig
from lessons.evaluation import evaluate, gradient_at, loss_surface
from lessons.prediction import decision_map, predict
from lessons.progress import Progress
from lessons.run import Run
from lessons.saving import load
from lessons.trainer import train

__all__ = [
    "Classifier",
    "Progress",
    "Regressor",
    "Run",
    "TrainConfig",
    "data",
    "decision_map",
    "evaluate",
    "gradient_at",
    "load",
    "loss_surface",
    "predict",
    "train",
]


def __getattr__(name):
    """Import the estimators when they are asked for: scikit-learn takes a second to load."""
    if name in ("Classifier", "Regressor"):
        from lessons import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module 'lessons' has no attribute {name!r}")
