"""A few samples that a network learns by heart, and three moments on the way there."""

import numpy as np

from lessons.checks import integer, not_negative
from lessons.data import Split
from lessons.run import lowest

# Within 15% of the lowest validation loss and 0.5% of the first, a fit is as good as it gets.
HARDLY, SHARE_OF_FIRST = 0.15, 0.005


def few_samples(n=16, noise=0.5, seed=0, val=60):
    """A few noisy samples of a wave, on which a flexible network overfits.

    `y = sin x + noise·ε`, `ε ~ N(0, 1)`, with one x drawn in each of n equal strips of -4 … 4, so
    that there are no wide gaps. The best possible MSE on unseen samples is noise².

    Parameters: n, training samples, an integer ≥ 1; noise ≥ 0; seed, an integer ≥ 0; val,
    validation samples, an integer ≥ 0, drawn in the same way.
    Returns: a Split with X (n, 1) float32 and y (n,) float32.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> few_samples(n=8)
    Split 'few samples' (regression): 8 training, 60 validation, 0 test samples; 1 features
    """
    sizes = integer(1)("n", n), integer(0)("val", val), 0
    noise, streams = not_negative("noise", noise), np.random.SeedSequence(integer(0)("seed", seed))
    arrays = []
    for size, stream in zip(sizes, streams.spawn(3), strict=True):
        rng = np.random.default_rng(stream)
        x = -4 + 8 * (np.arange(size) + rng.uniform(size=size)) / max(1, size)
        y = np.sin(x) + noise * rng.standard_normal(size)
        arrays += [x[:, None].astype(np.float32), y.astype(np.float32)]
    return Split(*arrays, "regression", (), "few samples", ("x",))


def three_moments(val_loss):
    """Find three moments of a run: too early, at its best, too late.

    At its best is the epoch of the lowest validation loss; too early the first at which half of the
    way there is made; too late the last.

    Parameters: val_loss, shape (epochs + 1,), before training and after each epoch; NaN counts as
    infinite. Returns: three epochs, in order.

    >>> three_moments([1.0, 0.7, 0.5, 0.2, 0.3, 0.6])
    (2, 3, 5)
    """
    loss = np.nan_to_num(np.asarray(val_loss, float), nan=np.inf, posinf=np.inf)
    best = lowest(loss) or 0
    half = int(np.flatnonzero(loss <= (loss[0] + loss[best]) / 2)[0])
    return min(half, best), best, len(loss) - 1


def stage(train_loss, val_loss, epoch):
    """Say what the fit after an epoch is, by the losses of its run.

    At its best is the unbroken time round the lowest validation loss in which it is hardly larger:
    by 15% of it and 0.5% of the first loss at most. As long as the run has not left that time,
    nobody knows whether the loss will fall further: it is only the best yet. What comes before is
    underfit; so is a fit that is hardly better than before training. What comes after is past the
    best, and overfit if meanwhile the training loss has fallen by 15% or more.

    Parameters: train_loss and val_loss, shapes (epochs + 1,); epoch, from 0.
    Returns: "underfit", "at its best", "best yet", "past its best" or "overfit".

    >>> train_loss, val_loss = [1.0, 0.7, 0.5, 0.2, 0.1, 0.1], [1.0, 0.7, 0.5, 0.2, 0.21, 0.6]
    >>> [stage(train_loss, val_loss, epoch) for epoch in (0, 3, 4, 5)]
    ['underfit', 'at its best', 'at its best', 'overfit']
    >>> stage(train_loss[:4], val_loss[:4], 3)
    'best yet'
    >>> stage([0.2] * 6, val_loss, 5)
    'past its best'
    """
    loss = np.asarray(val_loss, float)
    best = lowest(loss) or 0
    first = loss[0] if np.isfinite(loss[0]) else 0
    good = loss <= (1 + HARDLY) * loss[best] + SHARE_OF_FIRST * first
    near = good[min(epoch, best) : max(epoch, best) + 1].all()
    if epoch > best and not near:
        return "overfit" if train_loss[epoch] < (1 - HARDLY) * train_loss[best] else "past its best"
    if good[0] or not near:
        return "underfit"
    return "best yet" if good[best:].all() else "at its best"
