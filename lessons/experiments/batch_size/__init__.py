"""Lesson 04: the noise of the gradient, the memory, the rate to use, and fair races."""

from lessons.experiments.batch_size.memory import (
    activation_bytes,
    parameter_bytes,
)
from lessons.experiments.batch_size.noise import (
    draw_batches,
    main_direction,
    unit,
)
from lessons.experiments.batch_size.scaling import (
    BASE,
    RULES,
    growing,
    scaled_rate,
)
from lessons.experiments.gradient_noise import (
    deviation,
    expected_noise,
    sample_gradients,
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
