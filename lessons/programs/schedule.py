"""Schedules as the text of a program: a function `schedule(u)`."""

from lessons.programs.text import block
from lessons.schedules import (
    Constant,
    Cosine,
    Cyclical,
    Exponential,
    OneCycle,
    Polynomial,
    Step,
    Warmup,
)


def cosine(schedule):
    rest = f" + {schedule.final!r} * (1 - share)" if schedule.final else ""
    return (
        f"share = (1 + math.cos(math.pi * min(u / {schedule.updates}, 1))) / 2",
        f"return learning_rate * share{rest}",
    )


def polynomial(schedule):
    power = "" if schedule.power == 1 else f" ** {schedule.power!r}"
    return (f"return learning_rate * (1 - min(u / {schedule.updates}, 1)){power}",)


def one_cycle(schedule):
    updates = schedule.updates
    return (
        f"first, last, peak = learning_rate / 25, {updates - 1}, 0.3 * {updates} - 1",
        "if u <= peak:",
        "    start, end, t = first, learning_rate, u / peak",
        "else:",
        "    start, end = learning_rate, first / 1e4",
        "    t = min((u - peak) / (last - peak), 1)",
        "share = (1 + math.cos(math.pi * t)) / 2",
        "return start * share + end * (1 - share)",
    )


def cyclical(schedule):
    half = schedule.half_period
    return (
        f"share = 1 - abs(u % {2 * half} / {half} - 1)",
        f"return {schedule.low!r} * (1 - share) + {schedule.high!r} * share",
    )


# Of every kind of schedule, the lines that give the rate of update u.
FORMULAS = {
    Constant: lambda schedule: ("return learning_rate",),
    Step: lambda schedule: (
        f"return learning_rate * {schedule.factor!r} ** (u // {schedule.every})",
    ),
    Exponential: lambda schedule: (f"return learning_rate * {schedule.factor!r}**u",),
    Cosine: cosine,
    Polynomial: polynomial,
    OneCycle: one_cycle,
    Cyclical: cyclical,
}


def peak_of(schedule):
    """Return the rate that a program calls `learning_rate`, or None.

    >>> peak_of(Warmup(3, Constant(0.1))), peak_of(len)
    (0.1, None)
    """
    inner = schedule.after if isinstance(schedule, Warmup) else schedule
    return getattr(inner, "rate", None)


def has_formula(schedule):
    """Return whether a program can write its formula; else it needs all rates as numbers."""
    inner = schedule.after if isinstance(schedule, Warmup) else schedule
    return type(inner) in FORMULAS


def rate_text(schedule, name):
    """Return a function `schedule(u)`.

    Parameters: schedule, of which `has_formula` holds, or another, whose rates the program has;
    name, that stands in the config.

    >>> print(rate_text(Polynomial(0.1, 80), "polynomial").splitlines()[-1])
        return learning_rate * (1 - min(u / 80, 1))
    """
    title = f'schedule "{name}": ' if isinstance(name, str) else "schedule: "
    head = f'def schedule(u):\n    """{title}the learning rate of update u."""'
    if not has_formula(schedule):
        return head + "\n    return float(rates[u])"
    if not isinstance(schedule, Warmup):
        return block(head, *indented(FORMULAS[type(schedule)](schedule)))
    inner, rise = schedule.after, schedule.updates
    if isinstance(inner, Constant):
        return block(head, f"    return learning_rate * min((u + 1) / {rise + 1}, 1)")
    return block(
        "def after_warmup(u):",
        '    """The learning rate of update u, counted from the end of the warm-up."""',
        *indented(FORMULAS[type(inner)](inner)),
        "",
        "",
        head,
        f"    if u < {rise}:",
        f"        return after_warmup(0) * (u + 1) / {rise + 1}",
        f"    return after_warmup(u - {rise})",
    )


def indented(lines):
    return [f"    {line}" for line in lines]


def uses_math(schedule):
    """Return whether `rate_text` needs the module math."""
    return has_formula(schedule) and "math." in rate_text(schedule, "")


def plateau_text(schedule):
    """Return what a ReduceOnPlateau does after an epoch, with `val_loss`, and how it begins."""
    begin = ("rate, lowest, waited = learning_rate, math.inf, 0",)
    follow = (
        "# schedule: less than before, once the validation loss has stopped falling",
        f"if val_loss < lowest * (1 - {schedule.threshold!r}):",
        "    lowest, waited = val_loss, 0",
        f"elif waited < {schedule.patience}:",
        "    waited += 1",
        f"elif rate * (1 - {schedule.factor!r}) > 1e-8:",
        f"    rate, waited = rate * {schedule.factor!r}, 0",
    )
    return begin, follow
