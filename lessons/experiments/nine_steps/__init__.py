"""Lesson 01: the nine steps of training, on a model so small that all its numbers can be read."""

from lessons.experiments.nine_steps.parabola import (
    curvature,
    gradient,
    initialize,
    least_squares,
    level_line,
    loss,
    losses,
    predict,
    sample_gradients,
)
from lessons.experiments.nine_steps.thrown_ball import (
    Prepared,
    Scale,
    prepare,
    throw_ball,
    true_height,
)
from lessons.experiments.nine_steps.training import (
    Training,
    Update,
    last_weights,
    make_update,
    train,
)
from lessons.experiments.nine_steps.using import (
    best_of,
    predict_height,
    typical_error,
    weights_in_units,
)

__all__ = [
    "Prepared",
    "Scale",
    "Training",
    "Update",
    "best_of",
    "curvature",
    "gradient",
    "initialize",
    "last_weights",
    "least_squares",
    "level_line",
    "loss",
    "losses",
    "make_update",
    "predict",
    "predict_height",
    "prepare",
    "sample_gradients",
    "throw_ball",
    "train",
    "true_height",
    "typical_error",
    "weights_in_units",
]
