"""The panel of lesson 14: everything at once, in one panel that stays calm."""

from widgets.playground.training import panel

__all__ = ["panel"]
