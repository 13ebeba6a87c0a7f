"""What losses against capacity look like, in words: a U or none, and a second descent."""

import numpy as np

from lessons.experiments.overfitting.capacity import SEEDS
from lessons.numerals import count, short


def size(model, capacity):
    """Name a capacity.

    >>> size("polynomial", 3), size("network", 1)
    ('degree 3', '1 unit')
    """
    if model == "polynomial":
        return f"degree {capacity}"
    return f"{capacity} unit{'' if capacity == 1 else 's'}"


def describe(result, moment):
    """Say both losses of the chosen capacity, and what the losses over many draws look like."""
    if result.stopped:
        return "Stopped by hand."
    train_loss, val_loss = map(short, result.losses)
    parts = [f"{subject(result)}: training loss {train_loss}, validation loss {val_loss}."]
    many, model = result.curves, result.settings["model"]
    if result.settings["capacity"] >= result.settings["n"] - 1 and rounded(result):
        parts.append("Its coefficients are so large that rounding keeps it off the samples.")
    if many is not None:
        best, medians = many.best, np.median(many.val, axis=0)
        last = last_place(result)
        parts.append(
            f"Over {SEEDS} draws the median validation loss is lowest, {short(medians[best])}, at "
            f"{size(model, many.capacities[best])}. At {size(model, many.capacities[last])} it is "
            f"{short(medians[last])}, more than a tenth above the lowest in {many.higher(last)} of "
            f"{SEEDS} draws: {shape(result)}."
        )
        if last < len(many.capacities) - 1:
            below = SEEDS - many.higher(len(many.capacities) - 1, 1.0)
            parts.append(
                f"Beyond it, where many fits pass through all samples, it comes down to "
                f"{short(medians[-1])}; below that of {size(model, many.capacities[best])} in "
                f"{below} of {SEEDS}."
            )
    return " ".join(parts)


def rounded(result):
    """Return whether a polynomial misses samples through which, but for rounding, it passes."""
    return result.settings["model"] == "polynomial" and result.losses[0] > 1e-6


def brief(result, moment):
    """Say what is fitted, and whether there is a U."""
    parts = [f"{subject(result)}."]
    if result.curves is not None:
        last = size(result.settings["model"], result.curves.capacities[last_place(result)])
        parts.append(f"Over {SEEDS} draws, up to {last}: {shape(result)}.")
    return " ".join(parts)


def subject(result):
    knobs = result.settings
    named = size(knobs["model"], knobs["capacity"])
    return f"{knobs['model'].capitalize()} of {named}, {count(knobs['n'])} samples"


def last_place(result):
    """Return the place of the largest capacity; of polynomials, that passes through all samples."""
    capacities = result.curves.capacities
    if result.settings["model"] == "network":
        return len(capacities) - 1
    return int(np.flatnonzero(capacities < result.settings["n"])[-1])


def shape(result):
    return "a U" if result.curves.has_u(last_place(result)) else "no U"
