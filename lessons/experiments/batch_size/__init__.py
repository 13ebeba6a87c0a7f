"""Lesson 04: the noise of the gradient, the memory, the rate to use, and fair races."""

from lessons.experiments.batch_size.memory import (
    activation_bytes,
    parameter_bytes,
)
from lessons.experiments.batch_size.noise import (
    deviation,
    draw_batches,
    expected_noise,
    main_direction,
    sample_gradients,
    unit,
)
from lessons.experiments.batch_size.scaling import (
    BASE,
    RULES,
    growing,
    scaled_rate,
)

__all__ = [
    "BASE",
    "RULES",
    "activation_bytes",
    "deviation",
    "draw_batches",
    "expected_noise",
    "growing",
    "main_direction",
    "parameter_bytes",
    "sample_gradients",
    "scaled_rate",
    "unit",
]
