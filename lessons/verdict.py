"""How a run went, in words that its numbers bear out."""

import numpy as np

from lessons.numerals import arrow, count, finite, short

# Within 1% of its first loss, a run has not gone anywhere; nor its parameters, within 10% of their
# size.
BARELY_MOVED, HARDLY_ANY_WAY = 0.01, 0.1
# Within 2% of the loss of a constant answer, nothing has been learned from the inputs; 10% above
# it, it would be better to guess; 10% below it, little has been learned.
NO_BETTER_THAN_GUESSING, WORSE_THAN_GUESSING, HARDLY_BETTER = 0.98, 1.1, 0.9
# Steps that are too large threw a network off, if meanwhile the loss was 10% above the first.
THROWN = 1.1
# Of the epochs of the second half, a half change the loss by more than 10%, up or down; or only a
# quarter of them.
JUMPING, OFTEN, AT_TIMES = 0.1, 0.5, 0.25
# A run that ends at twice its lowest loss, and not close to 0, has lost what it had. Below 1% of
# guessing, nobody minds its ups and downs.
LOST, CLOSE_TO_ZERO, ALL_BUT_ZERO = 2, 0.1, 0.01
# The last tenth of the epochs still took 3% off the loss, or made 3% of the whole way down.
STILL_FALLING = SHARE_OF_THE_WAY = 0.03
# A run that has hardly learned is about to, if the last tenth of the epochs took off more than 2%
# of the loss of guessing.
LEAVING = 0.02


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
    guess = guessing_loss(split)
    return where_it_stayed(run, guess) or where_it_went(run.train_loss, guess)


def where_it_stayed(run, guess):
    """Say of a run that has learned nothing what kept it from that; of another, return None."""
    loss, beside = run.train_loss, beside_guessing(run.train_loss[-1], guess)
    first, last, lowest, highest = loss[0], loss[-1], loss.min(), loss.max()
    learned = beside in ("", "hardly better than guessing")
    if is_dead(run) and not learned:
        before = " any more" if run.grad_norm[: run.updates, 0].any() else ""
        return f"{beside}, no gradient reaches the first layer{before}"
    if highest == 0:
        return "there is nothing to learn, the loss is 0 from the start"
    if lowest >= (1 - BARELY_MOVED) * first and highest <= (1 + BARELY_MOVED) * first:
        return f"has barely moved{', the steps are too small' if steps_were_small(run) else ''}"
    if HARDLY_BETTER * guess < lowest <= highest <= WORSE_THAN_GUESSING * guess:
        return None if fell_by(loss) > LEAVING * guess else f"{beside} for the whole run"
    if last >= first:
        return f"ended higher than it began{', the steps are too large' if only_steps(run) else ''}"
    if not learned and highest > THROWN * first and only_steps(run):
        return f"{beside}, the steps threw the network off"
    return None


def where_it_went(loss, guess):
    """Say of a run that ended lower than it began what its loss did."""
    beside = beside_guessing(loss[-1], guess)
    if loss[-1] > max(LOST * loss.min(), CLOSE_TO_ZERO * guess):
        return was_better(loss) + (beside and f", now {beside}")
    if is_jumping(loss, guess, OFTEN):
        return "jumping up and down" + (beside and f", {beside}")
    if is_falling(loss) or (beside and fell_by(loss) > LEAVING * guess):
        return "still falling when stopped" + (beside and f", {beside} so far")
    if loss[-1] < ALL_BUT_ZERO * guess:
        return "has come close to 0"
    if loss[-1] > (1 + JUMPING) * min(before_last(loss), middle(loss[len(loss) // 2 :])):
        return was_better(loss) + (beside and f", now {beside}")
    jumps = ", with jumps" if is_jumping(loss, guess, AT_TIMES) else ""
    return (f"on a plateau, {beside}" if beside else "has leveled off") + jumps


def beside_guessing(loss, guess):
    """Compare a loss with that of guessing, in words; empty where it is clearly lower.

    Where there is nothing to guess, as with a single class, there is no such comparison.

    >>> beside_guessing(3.0, 2.3), beside_guessing(2.2, 2.3), beside_guessing(0.5, 2.3)
    ('worse than guessing', 'hardly better than guessing', '')
    """
    if guess == 0 or loss <= HARDLY_BETTER * guess:
        return ""
    if loss <= NO_BETTER_THAN_GUESSING * guess:
        return "hardly better than guessing"
    worse = loss > WORSE_THAN_GUESSING * guess
    return "worse than guessing" if worse else "no better than guessing"


def was_better(loss):
    """Say where the loss was lowest."""
    epochs = loss.argmin()
    after = f"after {count(epochs)} epoch{'' if epochs == 1 else 's'}"
    return f"was better before, {short(loss.min())} {after}"


def is_jumping(loss, guess, share):
    """Return whether this share of the second half's epochs change the loss much, up and down."""
    half = loss[(len(loss) - 1) // 2 :]
    changes = np.diff(np.log(np.maximum(half, np.finfo(float).tiny)))
    much = np.count_nonzero(np.abs(changes) > JUMPING) >= share * len(changes)
    return much and 0.25 < np.mean(changes > 0) < 1 and half.max() > ALL_BUT_ZERO * guess


def is_falling(loss):
    """Return whether the last tenth of the epochs still brought the loss down."""
    before, fell = before_last(loss), fell_by(loss)
    return fell > STILL_FALLING * before or fell > SHARE_OF_THE_WAY * (loss[0] - loss[-1])


def fell_by(loss):
    """Return by how much the last tenth of the epochs brought the loss down, 0 if not at all."""
    before, now = before_last(loss), middle(loss[-tenth_of(loss) :])
    return max(0, before - max(now, loss[-1]))


def before_last(loss):
    """Return the typical loss of the tenth of the epochs before the last one."""
    return middle(loss[-2 * tenth_of(loss) : -tenth_of(loss)])


def middle(losses):
    """Return the median, the lower one of two: far quicker than `np.median` for so few."""
    return np.sort(losses)[(len(losses) - 1) // 2]


def tenth_of(loss):
    """Count a tenth of the epochs."""
    return max(1, (len(loss) - 1) // 10)


def steps_were_small(run):
    """Return whether the parameters are still close to where they were drawn."""
    first, last = run.snapshots.vectors[[0, -1]]
    return np.linalg.norm(last - first) <= HARDLY_ANY_WAY * np.linalg.norm(first)


def only_steps(run):
    """Return whether nothing but too large a step can have raised the loss of the training set.

    Penalties and dropout want something else than that loss; the running averages of batch norm
    are not there at once; without shuffling, the last batches of an epoch pull their own way.
    """
    config = run.config
    return config.shuffle and not (config.l1 or config.l2 or config.dropout or config.batch_norm)


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
    """Return whether in the last epoch every gradient of the first layer was exactly zero.

    Then no unit can learn. A single batch may well have none.
    """
    if not run.updates:
        return False
    begun = run.epoch_starts[run.epoch_starts < run.updates][-1]
    return not run.grad_norm[begun : run.updates, 0].any()


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
