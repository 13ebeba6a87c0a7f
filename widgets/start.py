"""The check, the prediction, the goals and the fresh copies of lesson 00."""

import sys

from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.numerals import short
from lessons.trouble import trouble
from widgets.originals import fresh_copy
from widgets.tasks import Choice, Goal, Goals, Prediction

__all__ = ["check", "fresh_copy", "goals", "predict"]

PYTHON = (3, 11)


def check():
    """Train once and see that the result is what it should be; say so, or raise what is wrong.

    Raises: RuntimeError that says what is wrong and what to do.

    >>> check()
    Everything works: a network trained here learns what it should.
    """
    if sys.version_info < PYTHON:
        raise RuntimeError(
            f"Python {PYTHON[0]}.{PYTHON[1]} or newer is needed, this is {sys.version}"
        )
    split = data.circle()
    run = train(TrainConfig(), split, engine_at_hand())
    if not run.val_accuracy[-1] > 0.95:
        raise RuntimeError(
            f"The circle was learned with an accuracy of only {run.val_accuracy[-1]:.0%}. "
            "Run `make clean` and `make lab` to install everything afresh."
        )
    print("Everything works: a network trained here learns what it should.")
    if trouble():
        print(trouble())


def predict():
    """Ask what a training at every tick means."""

    def continues():
        return (
            "Many demonstrations do that, and then the picture depends on all you did before. "
            "Here every move starts from the same first weights: the loss before training is "
            f"{first_loss(0.1)} with learning rate 0.1, and {first_loss(0.3)} with 0.3."
        )

    def again():
        return (
            "So what you see depends on the knobs alone. Both trainings begin with a loss of "
            f"{first_loss(0.1)}; only then do their ways part."
        )

    return Prediction(
        "You move the learning rate from 0.1 to 0.3. What will the panel show?",
        [
            Choice("The training so far, continued with the new rate.", continues),
            Choice("A whole new training from the same start, with the new rate.", again, True),
            Choice("Nothing, until I press a button.", "There is no such button. Just slide."),
        ],
    )


def first_loss(rate):
    """Return the loss before training, from a run with this rate."""
    run = train(TrainConfig(learning_rate=rate), data.circle(), engine_at_hand())
    return short(run.train_loss[0])


def goals(panel):
    """Set two tasks that need nothing but the controls."""
    return Goals(
        panel,
        [
            Goal("Show the circle after exactly 5 epochs.", is_after_five_epochs),
            Goal("Pin a curve, and show another learning rate beside it.", compares),
        ],
    )


def is_after_five_epochs(panel):
    return panel.computed["data"] == "circle" and panel.moment.epoch == 5


def compares(panel):
    pinned = panel.settings["pinned"]
    return pinned is not None and pinned["learning_rate"] != panel.computed["learning_rate"]
