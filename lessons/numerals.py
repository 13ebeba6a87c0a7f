"""Numbers as people read them: 1,600 and 5%, −0.96 and 2.9e−29.

Every number in a summary, on a knob or in a picture is written by one of these. What a program
reads, such as a setting or an error about one, keeps to Python's own notation.
"""

import math

# From here to there a number is readable without a power of ten, which is written as Python does,
# for short labels: 2e127.
SMALLEST, LARGEST = 1e-4, 1e6


def count(n):
    """Write a whole number, with commas between groups of thousands.

    >>> count(1600), count(-3)
    ('1,600', '−3')
    """
    return minus(f"{n:,}")


def percent(share, decimals=0):
    """Write a share of 1.

    >>> percent(0.05), percent(0.998, 1)
    ('5%', '99.8%')
    """
    return minus(f"{100 * share:.{decimals}f}%")


def short(value):
    """Write a number to two significant digits.

    >>> short(0.01234), short(0.5), short(12.3), short(-1234.0)
    ('0.012', '0.5', '12', '−1,200')
    """
    return number(value, 2)


def number(value, digits):
    """Write a number to so many significant digits, without zeros at the end.

    >>> number(0.88079, 4), number(123456, 6), number(1e-6, 6), number(2.86e-29, 2)
    ('0.8808', '123,456', '1e−6', '2.9e−29')
    """
    value = float(f"{value:.{digits}g}")
    if not math.isfinite(value):
        return minus(f"{value}")
    if value == 0:
        return "0"
    if not SMALLEST <= abs(value) < LARGEST:
        return with_power(value, digits)
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return minus(text.rstrip("0").rstrip(".") if "." in text else text)


def with_power(value, digits):
    """Write a number with a power of ten, of as few digits as that takes."""
    factor, power = f"{value:.{digits - 1}e}".split("e")
    factor = factor.rstrip("0").rstrip(".") if "." in factor else factor
    return minus(f"{factor}e{int(power)}")


def fixed(value, decimals):
    """Write a number with so many decimals.

    >>> fixed(-0.5, 2), fixed(1234.5, 1), fixed(-0.001, 2)
    ('−0.50', '1,234.5', '0.00')
    """
    # + 0.0 makes a 0 of -0.
    return minus(f"{round(float(value), decimals) + 0.0:,.{decimals}f}")


def finite(loss):
    """Write a loss to two significant digits, or say that it is none that can be written down.

    >>> finite(0.0123), finite(float("nan"))
    ('0.012', 'not finite')
    """
    return short(loss) if math.isfinite(loss) else "not finite"


def arrow(losses, epoch):
    """Write the first and the last loss of a history, as "0.94 → 0.015"."""
    return f"{finite(losses[0])} → {finite(losses[epoch])}"


def minus(text):
    """Write the sign as it is printed, not as it is typed.

    >>> minus("-0.5")
    '−0.5'
    """
    return text.replace("-", "−")
