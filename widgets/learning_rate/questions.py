"""The predictions and goals of lesson 03; their replies look at runs made on the spot."""

from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.verdict import guessing_loss, short
from widgets.tasks import Choice, Goal, Goals, Prediction


def last_loss(rate, epochs=100):
    """Train on the spiral with one rate, and return the run's last training loss."""
    run = train(TrainConfig(learning_rate=rate, epochs=epochs), data.spiral(), engine_at_hand())
    return short(run.train_loss[run.completed_epochs])


def predict_large():
    """Ask what a rate far too large does."""

    def faster():
        return (
            "It would be, if a step a hundred times as long led a hundred times as far down. But "
            "such steps fly past every low place. Within a few updates they throw the network to "
            "where no gradient reaches its first layer any more: with rate 10 the loss ends at "
            f"{last_loss(10.0)}, with rate 0.1 at {last_loss(0.1)}."
        )

    def same_place():
        return (
            "Both would end in the same place if both could get into it. But with rate 10 the "
            "first steps throw the network to where no gradient reaches its first layer any more, "
            f"and it stays there: rate 0.1 ends at a loss of {last_loss(0.1)}, rate 10 at "
            f"{last_loss(10.0)}."
        )

    def worse():
        guess = short(guessing_loss(data.spiral()))
        return (
            f"Rate 0.1 ends at a loss of {last_loss(0.1)}, rate 10 at {last_loss(10.0)}, where "
            f"guessing would give {guess}. Steps that are too long do harm: here no gradient "
            "reaches the first layer any more."
        )

    return Prediction(
        "The network below tells two spirals apart well with learning rate 0.1. With rate 10, a "
        "hundred times larger, after the same number of updates it …",
        [
            Choice("… is further along, since it learned faster.", faster),
            Choice("… is at the same place; it only got there earlier.", same_place),
            Choice("… has learned less, or nothing.", worse, right=True),
        ],
    )


def predict_small():
    """Ask why a rate far too small seems stuck."""

    def trapped():
        return (
            "That is what many texts say. But a run that is trapped stays where it is. Give this "
            f"one 1,000 epochs instead of 100: its loss goes from {last_loss(0.003)} to "
            f"{last_loss(0.003, 1000)}. It was not trapped, only slow."
        )

    def too_small_network():
        return (
            f"The same network, with rate 0.1 and the same 1,600 updates, ends at "
            f"{last_loss(0.1)}. It is large enough; it just did not get far."
        )

    def slow():
        return (
            "Rate times number of updates is roughly how far it can go. Rate 0.003 for 1,000 "
            f"epochs ends at {last_loss(0.003, 1000)}; rate 0.03 for 100 epochs, with the same "
            f"product, at {last_loss(0.03)}."
        )

    return Prediction(
        f"With learning rate 0.003 the loss is still {last_loss(0.003)} after 100 epochs, and the "
        "curve looks flat. Why?",
        [
            Choice("It is trapped in a local minimum.", trapped),
            Choice("The network is too small for this problem.", too_small_network),
            Choice("The steps are too small for so few updates.", slow, right=True),
        ],
    )


def goals(panel):
    """Set three tasks on the panel of the network."""
    return Goals(
        panel,
        [
            Goal(
                "Break it: make a training on the digits diverge. (Hint: the activation identity "
                "cannot die.)",
                diverged,
            ),
            Goal("Spiral: validation loss below 0.10 within 300 updates.", quick_spiral),
            Goal("Digits: 95% of the unseen images right, with at most 10 epochs.", good_digits),
        ],
    )


def diverged(panel):
    return panel.computed["data"] == "digits" and panel.run.status == "diverged"


def quick_spiral(panel):
    run = panel.run
    updates_per_epoch = len(run.batch_loss) / run.config.epochs
    early = run.val_loss[: int(300 / updates_per_epoch) + 1]
    return panel.computed["data"] == "spiral" and bool((early < 0.10).any())


def good_digits(panel):
    run, settings = panel.run, panel.computed
    reached = bool((run.val_accuracy >= 0.95).any())
    return settings["data"] == "digits" and settings["epochs"] <= 10 and reached
