"""Knobs: the controls of a panel, each with the check of what it may be set to.

A knob is a control of ipywidgets plus a rule. Sliding cannot break the rule; `panel.set` can try,
and then hears which field, what is allowed, and what came.
"""

import math
from dataclasses import dataclass
from numbers import Integral, Real

import ipywidgets


@dataclass(frozen=True, eq=False)
class Knob:
    """One setting of a panel.

    Parameters: field, its name in `panel.settings`; control, the widget; allowed, in words;
    accept, a function that returns the value as the control wants it, or raises ValueError;
    read, a function that turns the control's value into the plain value of the setting.
    """

    field: str
    control: ipywidgets.DOMWidget
    allowed: str
    accept: object
    read: object = lambda value: value

    @property
    def value(self):
        return self.read(self.control.value)

    def check(self, value):
        """Return the value as the control wants it, or raise ValueError."""
        try:
            return self.accept(value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(f"{self.field} must be {self.allowed}, got {value!r}") from None


def log_slider(field, label, tip, low, high, value, step=0.05):
    """A slider for positive numbers whose ratio matters, like rates: equal steps are factors."""
    control = ipywidgets.FloatLogSlider(
        value=value, base=10, min=math.log10(low), max=math.log10(high), step=step,
        readout_format=".2g", **common(label, tip, 720),
    )  # fmt: skip
    return finish(Knob(field, control, f"a number from {low:g} to {high:g}", between(low, high)))


def float_slider(field, label, tip, low, high, value, step):
    """A slider for numbers whose difference matters."""
    control = ipywidgets.FloatSlider(
        value=value, min=low, max=high, step=step, readout_format=".3g", **common(label, tip, 270)
    )
    return finish(Knob(field, control, f"a number from {low:g} to {high:g}", between(low, high)))


def count_slider(field, label, tip, low, high, value, base=2, step=1):
    """A slider for whole numbers whose ratio matters, like batch sizes."""
    control = ipywidgets.FloatLogSlider(
        value=value, base=base, min=math.log(low, base), max=math.log(high, base), step=step,
        readout_format=".0f", **common(label, tip, 188),
    )  # fmt: skip
    allowed = f"a whole number from {low} to {high}"
    return finish(Knob(field, control, allowed, whole(low, high), round))


def int_slider(field, label, tip, low, high, value):
    """A slider for whole numbers whose difference matters, like seeds."""
    control = ipywidgets.IntSlider(value=value, min=low, max=high, **common(label, tip, 150))
    allowed = f"a whole number from {low} to {high}"
    return finish(Knob(field, control, allowed, whole(low, high)))


def choice(field, label, tip, options, value):
    """A menu. Parameters: options, a dict from what is shown to the plain value, or a sequence."""
    control = ipywidgets.Dropdown(options=options, value=value, **common(label, tip, 160))
    values = list(options.values()) if isinstance(options, dict) else list(options)

    def accept(given):
        for option in values:
            if given is option or (isinstance(given, type(option)) and given == option):
                return option
        raise ValueError

    return finish(Knob(field, control, "one of " + ", ".join(map(str, values)), accept))


def common(label, tip, width):
    """Return what all controls share."""
    style = {"description_width": "initial"}
    return {
        "description": label,
        "tooltip": tip,
        "style": style,
        "layout": ipywidgets.Layout(width=f"{width}px"),
    }


def finish(knob):
    """Give the control its CSS class and, for sliders, live values."""
    knob.control.add_class(f"knob-{knob.field}")
    if hasattr(knob.control, "continuous_update"):
        knob.control.continuous_update = True
    return knob


def between(low, high):
    """Return a check for finite numbers from low to high."""

    def accept(given):
        if isinstance(given, bool) or not isinstance(given, Real) or not low <= given <= high:
            raise ValueError
        return float(given)

    return accept


def whole(low, high):
    """Return a check for whole numbers from low to high."""

    def accept(given):
        if isinstance(given, bool) or not isinstance(given, Integral) or not low <= given <= high:
            raise ValueError
        return int(given)

    return accept
