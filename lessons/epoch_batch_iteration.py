"""Epoch, batch, iteration: how many updates there are, who is in which, and how batches differ."""

import math
from dataclasses import replace

import numpy as np

from lessons.checks import boolean, integer, not_negative
from lessons.network import gradient_at
from lessons.tables import Split
from lessons.trainer import draw_orders, make_plan

# Within 15 % of the lowest validation loss and 0.5 % of the first, a fit is as good as it gets.
HARDLY, SHARE_OF_FIRST = 0.15, 0.005


def batches_per_epoch(samples, batch_size, drop_last=False):
    """Count the batches, and so the updates, of one epoch: ⌈N/B⌉, or ⌊N/B⌋ with `drop_last`.

    Parameters: samples N, an integer ≥ 1; batch_size B, an integer ≥ 1; drop_last, whether to
    leave out the last batch where it is smaller than the others.
    Returns: an integer; 0 if B > N and the only batch is left out.
    Raises: ValueError that names the argument, what is allowed, and what came.

    >>> batches_per_epoch(1200, 100), batches_per_epoch(1000, 64)
    (12, 16)
    >>> batches_per_epoch(1000, 64, drop_last=True)
    15
    """
    n, b = integer(1)("samples", samples), integer(1)("batch_size", batch_size)
    return math.floor(n / b) if boolean("drop_last", drop_last) else math.ceil(n / b)


def last_batch(samples, batch_size):
    """Size of the last batch of an epoch: N - B·⌊N/B⌋, or B where that is 0.

    Parameters, Raises: as `batches_per_epoch`. Returns: an integer from 1 to B.

    >>> last_batch(1000, 64), last_batch(1200, 100), last_batch(50, 64)
    (40, 100, 50)
    """
    n, b = integer(1)("samples", samples), integer(1)("batch_size", batch_size)
    return n - b * (n // b) or b


def updates(samples, batch_size, epochs, drop_last=False):
    """Count the updates of a whole training: epochs times batches per epoch.

    Parameters: epochs, an integer ≥ 1; the others as in `batches_per_epoch`, Raises too.

    >>> updates(1200, 100, epochs=5), updates(60_000, 100, epochs=10)
    (60, 6000)
    """
    return integer(1)("epochs", epochs) * batches_per_epoch(samples, batch_size, drop_last)


def epochs_for(iterations, samples, batch_size, drop_last=False):
    """Count the epochs that so many iterations make, the last one perhaps in part.

    Parameters: iterations, an integer ≥ 1; the others as in `batches_per_epoch`, Raises too; with
    `drop_last`, B must not be larger than N.
    Returns: a float.

    >>> epochs_for(30_000, 60_000, 100)
    50.0
    """
    per_epoch = batches_per_epoch(samples, batch_size, drop_last)
    if per_epoch == 0:
        raise ValueError(f"batch_size must be at most {samples} with drop_last, got {batch_size}")
    return integer(1)("iterations", iterations) / per_epoch


def where(update, samples, batch_size, drop_last=False):
    """Find the epoch and the batch that an update belongs to; all three are counted from 1.

    Parameters: update, an integer ≥ 1; the others as in `epochs_for`, Raises too.
    Returns: the number of the epoch, and the number of the batch within it.

    >>> where(1, 1200, 100), where(12, 1200, 100), where(13, 1200, 100)
    ((1, 1), (1, 12), (2, 1))
    """
    before = integer(1)("update", update) - 1
    epochs_for(1, samples, batch_size, drop_last)
    epoch, batch = divmod(before, batches_per_epoch(samples, batch_size, drop_last))
    return epoch + 1, batch + 1


def sample_orders(config, split):
    """Return the order in which the trainer takes the samples, epoch by epoch.

    Parameters: config, a TrainConfig; split, a data set of N training samples.
    Returns: sample numbers, shape (epochs, N). In epoch e, batch b is `orders[e, b*B : (b+1)*B]`.

    >>> from lessons import TrainConfig, data
    >>> config = TrainConfig(batch_size=2, epochs=2, shuffle=False)
    >>> sample_orders(config, data.moons(n=4)).tolist()
    [[0, 1, 2, 3], [0, 1, 2, 3]]
    """
    return np.concatenate(list(draw_orders(make_plan(config, split))))


def batch_of_samples(order, batch_size, drop_last=False):
    """Return which batch of an epoch each sample belongs to.

    Parameters, Raises: as `cut`. Returns: batch numbers from 0, shape (N,); -1 for those left out.

    >>> batch_of_samples([4, 0, 3, 1, 2], batch_size=2).tolist()
    [0, 1, 2, 1, 0]
    >>> batch_of_samples([4, 0, 3, 1, 2], batch_size=2, drop_last=True).tolist()
    [0, 1, -1, 1, 0]
    """
    count = batches_per_epoch(len(order), batch_size, drop_last)
    batch = np.arange(len(order)) // batch_size
    batch_of = np.empty(len(order), int)
    batch_of[order] = np.where(batch < count, batch, -1)
    return batch_of


def sort_by_class(split):
    """Return the same split with its training samples sorted by class, as many files are.

    >>> from lessons import data
    >>> sort_by_class(data.moons(n=6)).y_train.tolist()
    [0, 0, 0, 1, 1, 1]
    """
    order = np.argsort(split.y_train, kind="stable")
    return replace(split, X_train=split.X_train[order], y_train=split.y_train[order])


def cut(order, batch_size, drop_last=False):
    """Cut the order of an epoch into batches, as the trainer does.

    Parameters: order, the sample numbers of one epoch, shape (N,), as in `sample_orders`;
    batch_size and drop_last, as in `batches_per_epoch`, Raises too.
    Returns: a list of arrays of sample numbers, one for each batch.

    >>> [batch.tolist() for batch in cut(np.array([4, 0, 3, 1, 2]), batch_size=2)]
    [[4, 0], [3, 1], [2]]
    """
    count = batches_per_epoch(len(order), batch_size, drop_last)
    return [order[b * batch_size : (b + 1) * batch_size] for b in range(count)]


def batch_gradients(params, config, split, batches):
    """Compute the gradient of each of some batches, all at the same parameters.

    Over a whole epoch, their mean, weighted by the sizes of the batches, is the full gradient.

    Parameters: params and config, of a run; split, its data; batches, a list of arrays of sample
    numbers, as `cut` returns. Returns: gradients, shape (batches, P).

    >>> from lessons import TrainConfig, data, train
    >>> split, config = data.moons(n=50), TrainConfig(epochs=1, batch_size=20)
    >>> batches = cut(sample_orders(config, split)[0], config.batch_size)
    >>> batch_gradients(train(config, split).params, config, split, batches).shape
    (3, 354)
    """
    X, y = split.X_train, split.y_train
    return np.array([gradient_at(params, config, X[batch], y[batch]) for batch in batches])


def compare(gradient, full):
    """Compare a gradient with the full gradient: the angle between them, and its relative length.

    `angle = arccos(g·f / (‖g‖‖f‖))` in degrees, and `‖g‖ / ‖f‖`.

    Parameters: gradient g, shape (..., P); full, f, shape (P,).
    Returns: angle 0 … 180 and ratio ≥ 0, shapes (...); NaN where a gradient is zero and the
    angle, or the ratio, has no meaning.

    >>> [float(x.round(3)) for x in compare(np.array([1.0, 1.0]), np.array([2.0, 0.0]))]
    [45.0, 0.707]
    """
    g, f = np.asarray(gradient, float), np.asarray(full, float)
    lengths, length = np.linalg.norm(g, axis=-1), np.linalg.norm(f)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosine = np.clip(g @ f / (lengths * length), -1, 1)
        return np.degrees(np.arccos(cosine)), np.where(length > 0, lengths / length, np.nan)


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
    best = int(loss.argmin())
    half = int(np.flatnonzero(loss <= (loss[0] + loss[best]) / 2)[0])
    return min(half, best), best, len(loss) - 1


def stage(train_loss, val_loss, epoch):
    """Say what the fit after an epoch is, by the losses of its run.

    At its best is the unbroken time round the lowest validation loss in which it is hardly larger:
    by 15 % of it and 0.5 % of the first loss at most. As long as the run has not left that time,
    nobody knows whether the loss will fall further: it is only the best yet. What comes before is
    underfit; so is a fit that is hardly better than before training. What comes after is past the
    best, and overfit if meanwhile the training loss has fallen by 15 % or more.

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
    best = int(loss.argmin())
    good = loss <= (1 + HARDLY) * loss[best] + SHARE_OF_FIRST * loss[0]
    near = good[min(epoch, best) : max(epoch, best) + 1].all()
    if epoch > best and not near:
        return "overfit" if train_loss[epoch] < (1 - HARDLY) * train_loss[best] else "past its best"
    if good[0] or not near:
        return "underfit"
    return "best yet" if good[best:].all() else "at its best"
