"""The panels and tasks of lesson 07: what momentum, RMSprop and Adam add to plain descent."""

from widgets.optimizers.ends import rates
from widgets.optimizers.momentum_map import momentum
from widgets.optimizers.moving_average import memory
from widgets.optimizers.questions import goals, predict_momentum, predict_race, predict_rates
from widgets.optimizers.race import panel

__all__ = [
    "goals", "memory", "momentum", "panel", "predict_momentum", "predict_race", "predict_rates",
    "rates",
]  # fmt: skip
