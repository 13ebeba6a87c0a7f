"""The panels of all lessons, for the tests that try each of them."""

import inspect

from widgets import (
    activations,
    batch_normalization,
    batch_size,
    digits,
    epoch_batch_iteration,
    gradients,
    learning_rate,
    loss_functions,
    nine_steps,
    optimizers,
    overfitting,
    playground,
    regularization,
    schedules,
    search,
)

LESSONS = nine_steps, epoch_batch_iteration, learning_rate, batch_size, loss_functions
LESSONS += activations, optimizers, schedules, gradients, overfitting, regularization
LESSONS += batch_normalization, search, playground, digits
PANELS = {
    f"{module.__name__.split('.')[1]}.{name}": make
    for module in LESSONS
    for name, make in inspect.getmembers(module, inspect.isfunction)
    if "settings" in inspect.signature(make).parameters and name not in ("predict", "goals")
}
