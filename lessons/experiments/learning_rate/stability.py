"""The largest learning rate that keeps training on course."""

from dataclasses import replace

from lessons.progress import Progress
from lessons.trainer import train
from lessons.verdict import guessing_loss

# A loss a quarter above the first one (or above guessing) is no longer noise around a fall.
THROWN_OFF = 1.25
# Ending at three times the lowest loss, and not close to 0, a run has lost what it had learned.
LOST_AGAIN, CLOSE_TO_ZERO = 3, 0.1
# Between these shares of the loss of guessing, a run counts neither as learning nor as lost.
LEARNING, LOST = 0.95, 0.98
SMALLEST, LARGEST = 1e-7, 1e3


def largest_stable_learning_rate(config, split, engine="auto", progress=None):
    """Find the largest learning rate that keeps training on course, by trying.

    A rate is stable here if the complete run with it stays finite, never ends an epoch with a loss
    a quarter above the first one, does not end at three times its lowest loss (unless that is
    close to 0), and does not end at guessing where a smaller rate learned. Starting at 1/64, rates
    are raised by a factor of √2 until one fails; two bisections then narrow the gap to 9%.

    Parameters: config, a TrainConfig, whose own rate is ignored; split, a data set; engine, as in
    `train`; progress, through which the search can be watched and stopped.
    Returns: the rate, or None if even 1e-7 is not stable, or if the search was stopped.

    >>> from lessons import TrainConfig, data
    >>> 0.3 < largest_stable_learning_rate(TrainConfig(), data.spiral()) < 3
    True
    """
    guess = guessing_loss(split)
    progress = progress or Progress()
    learned = False

    def stable(rate):
        nonlocal learned
        run = train(replace(config, learning_rate=rate), split, engine, progress.part(), "fit")
        loss = run.train_loss
        if run.status != "finished" or loss.max() > THROWN_OFF * max(loss[0], guess):
            return False
        if loss[-1] > max(LOST_AGAIN * loss.min(), CLOSE_TO_ZERO * guess):
            return False
        learned = learned or loss[-1] < LEARNING * guess
        return not (learned and loss[-1] > LOST * guess)

    low = 2.0**-6
    while not stable(low):
        low /= 4
        if progress.cancelled or low < SMALLEST:
            return None
    high = low * 2**0.5
    while high < LARGEST and stable(high):
        low, high = high, high * 2**0.5
    for _ in range(2):
        middle = (low * high) ** 0.5
        if stable(middle):
            low = middle
        else:
            high = middle
    return None if progress.cancelled else low
