"""The predictions and goals of lesson 02; their replies count and train on the spot."""

import numpy as np

from lessons import TrainConfig, train
from lessons.engines import engine_at_hand
from lessons.experiments.epoch_batch_iteration.counting import batches_per_epoch, last_batch
from lessons.numerals import count, percent, short
from widgets.epoch_batch_iteration.samples import NETWORK, load
from widgets.tasks import Choice, Goal, Goals, Prediction


def predict_updates():
    """Ask how many updates one epoch has, where the batch size divides the samples and not."""
    n, b = 1000, 64
    kept, left, rest = batches_per_epoch(n, b), batches_per_epoch(n, b, True), last_batch(n, b)
    even = batches_per_epoch(1200, 100)

    def rounded_down():
        return (
            f"{even} is right. But {left} complete batches of {b} are {count(left * b)} samples; "
            f"the other {rest} would never be seen in this epoch. They make one more batch, a "
            f"smaller one, unless you ask for drop_last: {kept} updates."
        )

    def plus_one():
        return (
            f"Many texts print N/B + 1, rounded down. For {count(n)} and {b} that is right: the 1 "
            f"is the smaller last batch. Where B divides N there is none: {count(1200)} samples "
            f"in batches of 100 are used up after {even}."
        )

    def sizes():
        return (
            f"100 and {b} are how many samples one update looks at, the batch sizes. How many "
            f"updates an epoch has is how many batches the samples fill: {even} and {kept}."
        )

    def right():
        return (
            f"{even} batches of 100 are {count(1200)} samples, and none is left. {left} complete "
            f"batches of {b} hold {count(left * b)}, and the last {rest} make a batch of their "
            f"own: {left} + 1 = {kept}."
        )

    return Prediction(
        f"{count(1200)} training samples in batches of 100; {count(n)} in batches of {b}, where "
        "the last, smaller batch is kept. How many updates does one epoch make?",
        [
            Choice(f"{even} and {left}", rounded_down),
            Choice(f"{even} and {kept}", right, right=True),
            Choice(f"{even + 1} and {kept}", plus_one),
            Choice(f"100 and {b}", sizes),
        ],
    )


def unseen_right(order, shuffle):
    """Train as the panel does at first, and return the share of unseen samples that are right."""
    run, _ = train_once(order, shuffle)
    return percent(run.val_accuracy[-1])


def train_once(order, shuffle, seed=0):
    """Train the panel's network on its data, stored in an order, shuffled or not."""
    split = load(1200, order, seed)
    config = TrainConfig(**NETWORK, batch_size=100, epochs=5, shuffle=shuffle, seed=seed)
    return train(config, split, engine_at_hand()), split


def predict_order():
    """Ask what it does to training if the samples are sorted by class and never shuffled."""

    def same():
        return (
            "Every sample is used once per epoch either way, and the mean of all batch gradients "
            "would be the same, if they were all taken at the same weights. But the weights move "
            f"after every batch. Shuffled, {unseen_right('sorted', True)} of the unseen samples "
            f"are right after five epochs; sorted and unshuffled, {unseen_right('sorted', False)}."
        )

    def easier():
        return (
            "Each class alone is easy indeed: the answer is always the same. That is what the "
            f"network learns, and then it unlearns it with the other class. "
            f"{unseen_right('sorted', False)} of the unseen samples are right, with shuffling "
            f"{unseen_right('sorted', True)}."
        )

    def last_class():
        run, _ = train_once("sorted", False)
        losses = run.batch_loss.reshape(5, -1)[1:]
        return (
            "From the second epoch to the fifth the loss of a batch falls to about "
            f"{short(np.median(losses.min(1)))} and jumps to about "
            f"{short(np.median(losses.max(1)))} where the other class begins. "
            f"{unseen_right('sorted', False)} of the unseen samples are right then, as many as by "
            f"guessing; with shuffling {unseen_right('sorted', True)}. In the end it learns both, "
            "and needs about 19 epochs for what takes 4 with shuffling: 95% of the unseen samples "
            "right."
        )

    return Prediction(
        "The file is sorted: first all samples of one class, then all of the other. Nobody "
        "shuffles. The network above is trained for five epochs in batches of 100, so that every "
        "sample is still used once per epoch. What happens?",
        [
            Choice("Nothing changes: the same samples, the same number of updates.", same),
            Choice("It learns faster: one class at a time is easier.", easier),
            Choice("It learns one class, forgets it while it learns the other, and so on.",
                   last_class, right=True),
        ],
    )  # fmt: skip


def goals(panel):
    """Set three tasks on the panel of the samples."""
    return Goals(
        panel,
        [
            Goal("Make exactly 160 updates with 1,000 samples and 10 epochs.", counted),
            Goal("Leave more than a third of the samples out of every epoch.", left_out),
            Goal(
                "Sorted data, no shuffling: 95% of the unseen samples right all the same, "
                "within 100 updates.",
                sorted_and_right,
            ),
        ],
    )


def counted(panel):
    settings = panel.computed
    return (
        (settings["samples"], settings["epochs"]) == (1000, 10)
        and panel.run is not None
        and panel.run.updates == 160
    )


def left_out(panel):
    share = np.mean(panel.moment.batch_of < 0)
    return panel.run is not None and bool(share > 1 / 3)


def sorted_and_right(panel):
    settings, run = panel.computed, panel.run
    if run is None or settings["order"] != "sorted" or settings["shuffle"]:
        return False
    within = run.epoch_starts <= 100
    return bool((run.val_accuracy[within] >= 0.95).any())
