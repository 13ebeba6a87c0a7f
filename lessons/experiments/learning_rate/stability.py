"""The largest learning rate with which a training learns."""

from dataclasses import replace

from lessons.experiments.settled import has_learned
from lessons.progress import Progress
from lessons.trainer import train

FIRST, SMALLEST, LARGEST = 2.0**-6, 1e-7, 1e3
# Each bisection halves the gap between a factor of 2 and none.
BISECTIONS = 3


def largest_stable_learning_rate(config, split, engine="auto", progress=None):
    """Find the largest learning rate with which training learns, by trying.

    A rate counts if the complete run with it settles below half the loss of guessing: in the median
    of the last quarter of its epochs. What happens on the way there does not count. From 1/64 on,
    rates are doubled until one that learns is followed by one that does not; three bisections then
    narrow the gap to 9%. Only if none from 1/64 on learns are smaller ones tried.

    Parameters: config, a TrainConfig, whose own rate is ignored; split, a data set; engine, as in
    `train`; progress, through which the search can be watched and stopped.
    Returns: the rate, or None if none from 1e-7 to 1000 learns, or if the search was stopped.

    >>> from lessons import TrainConfig, data
    >>> 0.5 < largest_stable_learning_rate(TrainConfig(), data.spiral()) < 3
    True
    """
    progress = progress or Progress()

    def run_with(rate):
        return train(replace(config, learning_rate=rate), split, engine, progress.part(), "fit")

    def learns(rate):
        return has_learned(run_with(rate), split)

    low = last_before_failure(run_with, split) or first_below(learns)
    if low is None:
        return None
    high = 2 * low
    for _ in range(BISECTIONS):
        middle = (low * high) ** 0.5
        if learns(middle):
            low = middle
        else:
            high = middle
    return None if progress.cancelled else low


def last_before_failure(run_with, split):
    """Double the rate until one that learns is followed by one that does not; None if none learns.

    A rate that does not learn may yet be too small, but not if it diverges.
    """
    found, rate = None, FIRST
    while rate <= LARGEST:
        run = run_with(rate)
        if has_learned(run, split):
            found = rate
        elif found or run.status != "finished":
            break
        rate *= 2
    return found


def first_below(learns):
    """Halve the rate until one learns; None if none does."""
    rate = FIRST / 2
    while rate >= SMALLEST:
        if learns(rate):
            return rate
        rate /= 2
    return None
