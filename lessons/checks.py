"""Checks of arguments: each says which one is wrong, what is allowed, and what came.

A check is a function `check(name, value) -> value` that raises ValueError.
"""

import math
from numbers import Integral, Real

import numpy as np


def require(ok, name, allowed, given):
    """Raise an error that says which argument, what is allowed, and what came, unless `ok`."""
    if not ok:
        raise ValueError(f"{name} must {allowed}, got {given}")


def integer(low):
    """Return a check for integers ≥ low."""

    def check(name, value):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
            raise ValueError(f"{name} must be an integer ≥ {low}, got {value!r}")
        return int(value)

    return check


def number(allowed, inside):
    """Return a check for finite numbers for which `inside(value)` holds."""

    def check(name, value):
        try:
            x = float(value) if isinstance(value, Real) else math.nan
        except OverflowError:  # an integer of more than 308 digits
            x = math.inf
        if isinstance(value, bool) or not (math.isfinite(x) and inside(x)):
            raise ValueError(f"{name} must be a number {allowed}, got {value!r}")
        return x

    return check


def one_of(options):
    """Return a check for one of the names in `options`."""

    def check(name, value):
        if not isinstance(value, str) or value not in options:
            raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")
        return str(value)

    return check


def or_none(check_value):
    """Return a check that also allows None, for knobs that can be off."""

    def check(name, value):
        if value is None:
            return None
        try:
            return check_value(name, value)
        except ValueError as error:
            raise ValueError(str(error).replace(", got", " or None, got")) from None

    return check


def boolean(name, value):
    """Check for True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, got {value!r}")
    return bool(value)


not_negative = number("≥ 0", lambda x: x >= 0)
positive = number("> 0", lambda x: x > 0)
share_below_one = number("≥ 0 and < 1", lambda x: 0 <= x < 1)
share = number("between 0 and 1", lambda x: 0 <= x <= 1)
