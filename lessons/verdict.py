"""How a run went, in words that its numbers bear out."""

import numpy as np

from lessons.numerals import arrow, count, finite, short

# Within 1% of the first loss, a run has not gone anywhere.
BARELY_MOVED = 0.01
# Within 2% of the loss of a constant answer, nothing has been learned from the inputs; 10% above
# it, it would be better to guess; 10% below it, little has been learned.
NO_BETTER_THAN_GUESSING, WORSE_THAN_GUESSING, HARDLY_BETTER = 0.98, 1.1, 0.9
# A typical epoch of the second half changes the loss by more than 10%, up or down.
JUMPING = 0.1
# A run that ends at twice its lowest loss, and not close to 0, has lost what it had.
LOST, CLOSE_TO_ZERO = 2, 0.1
# The last tenth of the epochs still took 5% off the loss, or made 3% of the whole way down.
STILL_FALLING, SHARE_OF_THE_WAY = 1.05, 0.03


def verdict(run, split):
    """Say in one clause how a run ended.

    Parameters: run, a Run; split, the data that it was trained on.
    Returns: a string without a full stop.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=200)
    >>> verdict(train(TrainConfig(learning_rate=1000.0), split), split)[:8]
    'diverged'
    """
    if run.status == "diverged":
        return where_it_diverged(run)
    if run.status == "cancelled":
        return "stopped by hand"
    if run.status == "stopped_early":
        return f"stopped early, {best_of_all(run)}"
    loss = run.train_loss
    first, last, highest = loss[0], loss[-1], loss.max()
    guess = guessing_loss(split)
    guessing = last > NO_BETTER_THAN_GUESSING * guess
    worse = "worse than" if last > WORSE_THAN_GUESSING * guess else "no better than"
    if is_dead(run) and guessing:
        return f"{worse} guessing, no gradient reaches the first layer any more"
    if last >= (1 - BARELY_MOVED) * first and highest <= (1 + BARELY_MOVED) * first:
        return "has barely moved, the steps are too small"
    if last >= first:
        return "ended higher than it began, the steps are too large"
    if guessing and highest > first:
        return f"{worse} guessing, the steps threw the network off"
    lowest = loss.min()
    if last > max(LOST * lowest, CLOSE_TO_ZERO * guess):
        epochs = loss.argmin()
        after = f"after {count(epochs)} epoch{'' if epochs == 1 else 's'}"
        return f"was better before, {short(lowest)} {after}"
    half = loss[(len(loss) - 1) // 2 :]
    changes = np.diff(np.log(np.maximum(half, np.finfo(float).tiny)))
    if np.median(np.abs(changes)) > JUMPING and np.mean(changes > 0) > 0.25:
        return "jumping up and down"
    before = loss[-1 - max(1, (len(loss) - 1) // 10)]
    if before > STILL_FALLING * last or before - last > SHARE_OF_THE_WAY * (first - last):
        return "still falling when stopped"
    if last > (1 + JUMPING) * before:
        return "jumping up and down"
    if last > HARDLY_BETTER * guess:
        return "on a plateau, hardly better than guessing"
    return "has leveled off"


def remarks(run):
    """Say what a reader of the summary should know besides: a list of sentences.

    >>> from lessons import TrainConfig, data, train
    >>> remarks(train(TrainConfig(batch_norm=True, batch_size=32, epochs=1), data.moons(n=33)))
    ['The last batch of an epoch is a single sample: batch norm takes its running averages there.']
    """
    sentences = []
    if run.lone_last_batch:
        sentences.append(
            "The last batch of an epoch is a single sample: batch norm takes its running averages "
            "there."
        )
    places = run.snapshots.places
    if len(places) == 1 < len(run.snapshots):
        sentences.append(
            "Memory is short: only the parameters before training are kept, and shown at every "
            "epoch."
        )
    elif len(places) < len(run.snapshots):
        sentences.append(
            "Memory is short: the parameters are kept only every "
            f"{count(int(places[1] - places[0]))} epochs, and between them the last ones are shown."
        )
    return sentences


def best_of_all(run):
    """Say when the validation loss was lowest, and so whose parameters a run with patience kept."""
    if run.best_epoch is None:
        return "validation never had a finite loss"
    if run.best_epoch == 0:
        return "nothing learned was better on validation than the start, which was kept"
    return f"validation was best after epoch {count(run.best_epoch)}"


def where_it_diverged(run):
    """Name the update that could not be made, or the last one before a loss was not finite.

    >>> from lessons import TrainConfig, data, train
    >>> where_it_diverged(train(TrainConfig(learning_rate=1e30), data.wave()))
    'diverged at update 2'
    """
    if run.failure and run.failure.quantity == "training loss":
        return f"diverged after update {count(run.stopped_at)}"
    return f"diverged at update {count(run.stopped_at + 1)}"


def outcome(run):
    """Say in three words how a run came out, for a comparison with another.

    >>> from lessons import TrainConfig, data, train
    >>> outcome(train(TrainConfig(epochs=50), data.moons(n=200)))
    'training loss 0.025'
    """
    if run.status == "diverged":
        return where_it_diverged(run)
    return f"training loss {finite(run.train_loss[run.completed_epochs])}"


def guessing_loss(split):
    """Loss of the best answer that ignores the inputs: entropy of the classes, or variance.

    >>> from lessons import data
    >>> round(guessing_loss(data.moons()), 3)
    0.693
    """
    y = split.y_train
    if split.task == "regression":
        return float(np.mean(np.var(y, axis=0, dtype=np.float64)))
    shares = np.bincount(y) / len(y)
    shares = shares[shares > 0]
    return float(-np.sum(shares * np.log(shares)))


def is_dead(run):
    """Return whether the last gradient of the first layer was exactly zero: no unit can learn."""
    return run.updates > 0 and bool(run.grad_norm[run.updates - 1, 0] == 0)


def describe_losses(run, split):
    """Describe a run in one sentence: losses, number of updates, verdict.

    >>> from lessons import TrainConfig, data, train
    >>> split = data.moons(n=200)
    >>> describe_losses(train(TrainConfig(epochs=50), split), split)
    'Training loss 1.1 → 0.025, validation 1 → 0.013; 350 updates; still falling when stopped.'
    """
    epoch = run.completed_epochs
    if run.status == "diverged":
        parts = [f"Training loss {finite(run.train_loss[0])} → not finite"]
    else:
        parts = [f"Training loss {arrow(run.train_loss, epoch)}"]
        if len(split.X_val):
            parts[0] += f", validation {arrow(run.val_loss, epoch)}"
    parts.append(f"{count(run.updates)} update{'' if run.updates == 1 else 's'}")
    parts.append(verdict(run, split))
    if run.config.patience and run.status != "stopped_early":
        parts.append(best_of_all(run))
    return "; ".join(parts) + "."
