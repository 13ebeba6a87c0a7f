"""The predictions and goals of lesson 02; their replies count and train on the spot."""

import numpy as np

from lessons import TrainConfig, train
from lessons.engines import engine_at_hand
from lessons.experiments.epoch_batch_iteration.counting import batches_per_epoch, last_batch
from lessons.verdict import count, short
from widgets.epoch_batch_iteration.samples import NETWORK, load
from widgets.tasks import Choice, Goal, Goals, Prediction


def predict_updates():
    """Ask how many updates one epoch has where the batch size does not divide the samples."""
    n, b = 1000, 64
    kept, left, rest = batches_per_epoch(n, b), batches_per_epoch(n, b, True), last_batch(n, b)

    def fifteen():
        return (
            f"Fifteen complete batches are {count(left * b)} samples. The other {rest} would never "
            f"be seen in this epoch. They make one more batch, a smaller one, unless you ask for "
            f"drop_last: {kept} updates."
        )

    def seventeen():
        return (
            f"Many texts print N/B + 1, rounded down. Here that would even be right: {n // b} + 1 "
            f"= {n // b + 1}. Rounding up first and then adding 1 counts the last batch twice. "
            f"And where B divides N, the formula is wrong: 1 200 samples in batches of 100 make "
            f"{batches_per_epoch(1200, 100)} batches, not {1200 // 100 + 1}."
        )

    def sixty_four():
        return (
            f"{b} is how many samples one update looks at, the batch size. How many updates an "
            f"epoch has is how many batches the samples fill: {kept}."
        )

    def sixteen():
        return (
            f"{left} complete batches of {b} hold {count(left * b)} samples. The last {rest} make "
            f"a batch of their own: {left} + 1 = {kept}."
        )

    return Prediction(
        f"{count(n)} training samples, batches of {b}. How many updates does one epoch make?",
        [
            Choice("15", fifteen),
            Choice("16", sixteen, right=True),
            Choice("17", seventeen),
            Choice("64", sixty_four),
        ],
    )


def unseen_right(order, shuffle):
    """Train as the panel does at first, and return the share of unseen samples that are right."""
    run, _ = train_once(order, shuffle)
    return f"{100 * run.val_accuracy[-1]:.0f}%"


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
            f"In every epoch the loss of a batch falls to about {short(np.median(losses.min(1)))} "
            f"and jumps to about {short(np.median(losses.max(1)))} where the other class begins. "
            f"{unseen_right('sorted', False)} of the unseen samples are right, as many as by "
            f"guessing; with shuffling {unseen_right('sorted', True)}."
        )

    return Prediction(
        "The file is sorted: first all samples of one class, then all of the other. Nobody "
        "shuffles. Every sample is still used once per epoch. What happens?",
        [
            Choice("Nothing changes: the same samples, the same number of updates.", same),
            Choice("It learns faster: one class at a time is easier.", easier),
            Choice("It learns one class, forgets it over the other, and so on.", last_class,
                   right=True),
        ],
    )  # fmt: skip


def goals(panel):
    """Set three tasks on the panel of the samples."""
    return Goals(
        panel,
        [
            Goal("Make exactly 160 updates with 1 000 samples and 10 epochs.", counted),
            Goal("Leave more than a third of the samples out of every epoch.", left_out),
            Goal(
                "Sorted data, no shuffling: 95 % of the unseen samples right all the same, "
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
