"""What the kit teaches, as code to read and run: networks, losses, optimizers, training."""

from lessons import data
from lessons.config import TrainConfig
from lessons.network import decision_map, evaluate, gradient_at, loss_surface, predict
from lessons.run import Progress, Run
from lessons.trainer import train

__all__ = [
    "Progress",
    "Run",
    "TrainConfig",
    "data",
    "decision_map",
    "evaluate",
    "gradient_at",
    "loss_surface",
    "predict",
    "train",
]
