"""The panels and tasks of lesson 08: rates that change during a run."""

from widgets.schedules.fair import compare
from widgets.schedules.floors import floor
from widgets.schedules.laid_open import panel

__all__ = ["compare", "floor", "panel"]
