"""What losses against capacity look like, in words: a U or none, and a second descent."""

import numpy as np

from lessons.experiments.overfitting.capacity import SEEDS
from lessons.numerals import count, short

# Losses below this are 0, but for rounding.
ROUNDING = 1e-12


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
    train_loss, val_loss = map(told, result.losses)
    parts = [f"{subject(result)}: training loss {train_loss}, validation loss {val_loss}."]
    many, model = result.curves, result.settings["model"]
    if result.settings["capacity"] >= result.settings["n"] - 1 and rounded(result):
        parts.append("Its coefficients are so large that rounding keeps it off the samples.")
    if many is not None:
        last, medians = last_place(result), np.median(many.val, axis=0)
        best = many.best_up_to(last)
        lowest, end = (size(model, many.capacities[place]) for place in (best, last))
        parts.append(
            f"Over {SEEDS} draws, up to {end}, the median validation loss is lowest, "
            f"{told(medians[best])}, at {lowest}. At {end} it is {told(medians[last])}, more than "
            f"a tenth above the lowest in {many.higher(last)} of {SEEDS} draws: {shape(result)}."
        )
        if last < len(many.capacities) - 1:
            below = int(np.sum(many.val[:, -1] < many.val[:, best]))
            goes = "comes down" if medians[-1] < medians[last] else "rises"
            parts.append(
                f"Beyond it, where many fits pass through all samples, it {goes} to "
                f"{told(medians[-1])}; below that of {lowest} in {below} of {SEEDS}."
            )
    return " ".join(parts)


def told(loss):
    """Write a loss; what only rounding has left of 0 has no digits worth showing.

    >>> told(0.123), told(3e-17)
    ('0.12', 'next to 0')
    """
    return "next to 0" if loss < ROUNDING else short(loss)


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
