"""The panels and tasks of lesson 08: rates that change during a run."""

from widgets.schedules.fair import compare
from widgets.schedules.floors import floor
from widgets.schedules.laid_open import panel
from widgets.schedules.questions import goals, predict_cut, predict_floor, predict_full_batches

__all__ = [
    "compare", "floor", "goals", "panel", "predict_cut", "predict_floor", "predict_full_batches",
]  # fmt: skip
