"""Knobs: the controls of a panel, each with the check of what it may be set to.

A knob is a control of ipywidgets plus a rule. Sliding cannot break the rule; `panel.set` can try,
and then hears which field, what is allowed, and what came. A width is in CSS pixels.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real

import ipywidgets
import numpy as np

from lessons.numerals import number
from widgets.names import readable

# How the page writes a whole number, as `count` does.
WHOLE = ",d"


@dataclass(frozen=True, eq=False)
class Knob:
    """One setting of a panel.

    Parameters: field, its name in `panel.settings`; control, the widget; allowed, in words;
    accept, a function that returns the value as a plain value, or raises ValueError; name, a
    function that says how a value is written beside the slider; steps, the values that a slider
    goes through, where it has a list of them.
    """

    field: str
    control: ipywidgets.DOMWidget
    allowed: str
    accept: Callable
    name: Callable = str
    steps: tuple = ()

    @property
    def value(self):
        return self.control.value

    @property
    def values(self):
        """All that it can be moved to by hand, in this order; none of what is drawn."""
        control = self.control
        if self.is_drawn:
            return []
        if isinstance(control, ipywidgets.Checkbox):
            return [False, True]
        if isinstance(control, ipywidgets.IntSlider):
            return list(range(control.min, control.max + 1))
        return [value for _, value in control.options]

    @property
    def label(self):
        """Its name on the page."""
        return self.control.description

    @property
    def is_menu(self):
        return isinstance(self.control, ipywidgets.Dropdown)

    @property
    def is_of_numbers(self):
        """Whether its values themselves say which one comes after which."""
        return isinstance(self.value, Real) and not self.is_menu

    @property
    def is_drawn(self):
        """Whether it has no control that is seen: only a hand on the picture changes it."""
        return isinstance(self.control, ipywidgets.Text)

    def shown(self, value):
        """Return a value in the words of the page."""
        if self.is_menu:
            # Data of one's own have a name of their own.
            return readable(getattr(value, "name", self.position(value)), "your data")
        if isinstance(self.control, ipywidgets.Checkbox):
            return "on" if value else "off"
        return self.name(value)

    def position(self, value):
        """Return how the page calls the place of a value: by its name in a list, or by itself."""
        if not hasattr(self.control, "options"):
            return value
        # Between the steps is also a place once the control has gone on to another one.
        if self.steps:
            return self.name(value)
        return next(name for name, option in self.control.options if option == value)

    def check(self, value):
        """Return the value as the control wants it, or raise ValueError."""
        try:
            return self.accept(value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError(f"{self.field} must be {self.allowed}, got {value!r}") from None

    def put(self, value):
        """Set the control to a checked value, which for the time being becomes one of its steps.

        A slider of numbers with a fixed step would not do: the browser moves its value to the
        nearest step and sends that back, so that 100 becomes 128.
        """
        if self.steps and value not in (step for _, step in self.control.options):
            with self.control.hold_sync():
                self.control.options = [(self.name(s), s) for s in sorted({*self.steps, value})]
                self.control.value = value
        self.control.value = value


def log_slider(field, label, tip, low, high, value, step=0.05, width=720):
    """A slider for positive numbers whose ratio matters, like rates: equal steps are factors.

    Parameters: step, in powers of ten; the values are rounded to two digits, or to three where
    the steps are finer; width, that of a row, unless told otherwise.
    """
    digits = 2 if step > 0.02 else 3
    count = round((math.log10(high) - math.log10(low)) / step)
    values = [float(f"{low * 10 ** (k * step):.{digits}g}") for k in range(1, count)]
    values = [low, *values, high]
    allowed = f"a number from {low:g} to {high:g}"
    return slider(field, label, tip, values, value, allowed, between(low, high), width)


def float_slider(field, label, tip, low, high, value, step, width=300):
    """A slider for numbers whose difference matters."""
    # Sums of steps miss 0 by a last digit; + 0.0 makes a 0 of -0.
    values = [round(float(number), 10) + 0.0 for number in np.arange(low, high + step / 2, step)]
    allowed = f"a number from {low:g} to {high:g}"
    return slider(field, label, tip, values, value, allowed, between(low, high), width)


def count_slider(field, label, tip, low, high, value, base=2, step=1, width=250):
    """A slider for whole numbers whose ratio matters: powers of 2, or 1, 2, 3, 6, 10, 20, …."""
    count = round((math.log(high) - math.log(low)) / math.log(base) / step)
    values = {low * base ** (k * step) for k in range(count + 1)}
    values = {round(v) if base == 2 else int(float(f"{v:.1g}")) for v in values}
    values = sorted({low, high, *(v for v in values if v < high)})
    allowed = f"a whole number from {low} to {high}"
    return slider(field, label, tip, values, value, allowed, whole(low, high), width)


def slider(field, label, tip, values, value, allowed, accept, width):
    """A slider that goes through a list of values, to which the first one belongs."""
    values = sorted({*values, value})
    control = ipywidgets.SelectionSlider(
        options=[(written(v), v) for v in values], value=value, **common(label, tip, width)
    )
    return finish(Knob(field, control, allowed, accept, written, tuple(values)))


def written(value):
    """Write a value beside its slider; six digits tell all values apart."""
    return number(value, 6)


def int_slider(field, label, tip, low, high, value, width=220):
    """A slider for whole numbers whose difference matters, like seeds."""
    control = ipywidgets.IntSlider(
        value=value, min=low, max=high, readout_format=WHOLE, **common(label, tip, width)
    )
    allowed = f"a whole number from {low} to {high}"
    return finish(Knob(field, control, allowed, whole(low, high)))


def choice(field, label, tip, options, value, width=200):
    """A menu. Parameters: options, a dict from what is shown to the plain value, or a sequence."""
    if not isinstance(options, dict):
        options = {str(option): option for option in options}
    pairs, values = list(options.items()), list(options.values())
    control = ipywidgets.Dropdown(options=pairs, value=value, **common(label, tip, width))
    return finish(Knob(field, control, "one of " + ", ".join(map(str, values)), one_of(values)))


def name_slider(field, label, tip, options, value, width=300):
    """A slider through names, where a menu would be endless; arrow keys go through them in Lab.

    Parameters: options, a dict from what is shown to the plain value.
    """
    pairs, values = list(options.items()), list(options.values())
    names = {plain: name for name, plain in pairs}
    control = ipywidgets.SelectionSlider(options=pairs, value=value, **common(label, tip, width))
    allowed = f"one of {values[0]}, {values[1]}, …, {values[-1]}"
    return finish(Knob(field, control, allowed, one_of(values), names.get))


def one_of(values):
    """Return a check for the values of a list, each of its own type."""

    def accept(given):
        for value in values:
            if given is value or (isinstance(given, type(value)) and given == value):
                return value
        raise ValueError

    return accept


def switch(field, label, tip, value, width=150):
    """A box to tick: a setting that is on or off."""
    control = ipywidgets.Checkbox(value=value, indent=False, **common(label, tip, width))
    return finish(Knob(field, control, "True or False", boolean))


def drawn(field, label, check):
    """A text that a hand writes by drawing in the picture, and that no control shows.

    As a text it is a plain setting, and a place of its own for the frames of the page.

    Parameters: check, a function that raises ValueError for a text that means nothing.
    """

    def accept(given):
        if not isinstance(given, str):
            raise ValueError
        check(given)
        return given

    control = ipywidgets.Text(value="", description=label)
    control.layout.display = "none"
    return finish(Knob(field, control, "a text that was drawn", accept, lambda text: "another"))


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


def boolean(given):
    """Return True or False; what merely counts as one of them is refused."""
    if not isinstance(given, bool):
        raise ValueError
    return given


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
