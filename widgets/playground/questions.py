"""The predictions and goals of lesson 14; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons.experiments.playground.solving import (
    EVEN,
    SINES,
    SOLVED,
    accuracies,
    count_solved,
    stays_solved,
)
from lessons.numerals import percent
from lessons.parameters import count_parameters, sizes_of
from widgets.tasks import Choice, Goal, Goals, Prediction

SEEDS = range(20)
FEW, UPDATES, LINEAR = 25, 200, 0.62


def predict_squares():
    """Ask what squares and the product do for the spiral."""

    @cache
    def middle(inputs, hidden=()):
        return percent(np.median(accuracies(SEEDS, inputs, hidden=hidden)))

    def told():
        return f"Median of 20 seeds: {middle(EVEN)} with them, and {middle(EVEN, (8, 8))} with two "

    def bend():
        return (
            "They do bend the line: on the circle two of them are all that is needed. Here they "
            f"do not help. {told()}layers of 8 units on top."
        )

    def some():
        return (
            f"Sines would do that: x1, x2 and their sines reach {middle(SINES)}. Squares know less "
            f"than x1 and x2 themselves. {told()}layers of 8 units on top."
        )

    def half():
        return (
            "Turn the plane by half a turn: x becomes −x, one arm becomes the other, and the "
            f"squares and the product stay as they are. {told()}layers of 8 units on top."
        )

    return Prediction(
        "The spiral, without hidden units. In place of x1 and x2 the network is given x1², x2² and "
        "x1·x2. How many of the unseen samples will it get right?",
        [
            Choice("Nearly all: squares bend the line.", bend),
            Choice("About two thirds: better than a straight line.", some),
            Choice("About half, as if it guessed.", half, right=True),
        ],
    )


def predict_depth():
    """Ask what mends six layers of tanh."""
    deep = {"hidden": (8,) * 6, "activation": "tanh", "optimizer": "adam"}

    @cache
    def solved(**settings):
        return f"{count_solved(SEEDS, **deep | settings)} of 20"

    def longer():
        return (
            "More steps of the same size bring no more. With 300 epochs "
            f"{solved(learning_rate=0.03, epochs=300)} are solved, with 100 "
            f"{solved(learning_rate=0.03)}."
        )

    def weights():
        return (
            "They keep the signal's size through the layers before the first step; what follows "
            f"are the same steps. {solved(learning_rate=0.03, init='xavier_normal')} are solved."
        )

    def smaller():
        return (
            f"At 0.003 {solved(learning_rate=0.003)} are solved, at 0.03 "
            f"{solved(learning_rate=0.03)}. What two layers stand is too much for six."
        )

    return Prediction(
        "Two layers of 8 tanh units solve the spiral with Adam at rate 0.03 with all of 20 seeds. "
        "Six layers nearly never do. Which single change mends that?",
        [
            Choice("Three times as many epochs.", longer),
            Choice("First weights that were made for tanh: Xavier's.", weights),
            Choice("A rate ten times smaller.", smaller, right=True),
        ],
    )


def goals(panel):
    """Set three tasks for the spiral."""
    return Goals(
        panel,
        [
            Goal(
                f"Solve the spiral with fewer than {FEW} parameters: at least {percent(SOLVED)} of "
                "the unseen samples right at the end.",
                lambda panel: on_spiral(panel) and solved(panel) and parameters(panel) < FEW,
            ),
            Goal(
                f"Solve it with at most {UPDATES} updates, and let it stay solved: at every epoch "
                "of the second half.",
                lambda panel: (
                    on_spiral(panel)
                    and panel.run.status == "finished"
                    and panel.run.updates <= UPDATES
                    and stays_solved(panel.run)
                ),
            ),
            Goal(
                f"Without hidden units, get more than {percent(LINEAR)} of them right.",
                lambda panel: (
                    on_spiral(panel)
                    and panel.computed["layers"] == 0
                    and last_share(panel) > LINEAR
                ),
            ),
        ],
    )


def on_spiral(panel):
    """Return whether the spiral is shown as it is at first: no easier, and enough to judge by."""
    knobs = panel.computed
    return knobs["data"] == "spiral" and knobs["noise"] >= 0.1 and knobs["share"] <= 0.5


def last_share(panel):
    """Return the share of unseen samples that are right at the end."""
    return panel.run.val_accuracy[panel.run.completed_epochs]


def solved(panel):
    return panel.run.status == "finished" and last_share(panel) >= SOLVED


def parameters(panel):
    config = panel.run.config
    return count_parameters(sizes_of(panel.run.params), bool(config.batch_norm))
