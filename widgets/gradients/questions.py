"""The predictions and goals of lesson 09; their replies look at runs made on the spot."""

from dataclasses import replace
from functools import cache

from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.gradients import symmetry
from lessons.experiments.gradients.chain import draw_chain
from lessons.experiments.settled import has_learned
from lessons.numerals import fixed, percent, short
from widgets.tasks import Choice, Goal, Goals, Prediction

LARGE, LAYERS = 16, 20
SEEDS = 5
DEEP = TrainConfig(hidden=(16,) * 8, learning_rate=1.0, epochs=30)
ALIKE = TrainConfig(hidden=(8, 8), init="constant", learning_rate=0.3, epochs=30)


def predict_chain():
    """Ask what the slope of sigmoid says about a layer."""

    def factors():
        chains = [
            draw_chain("sigmoid", "xavier_normal", 64, LAYERS, scale) for scale in (1, 4, LARGE)
        ]
        usual, four, sixteen = (fixed(chain.factor, 2) for chain in chains)
        return (
            f"A layer multiplies the gradient by {usual} with Xavier's weights, by {four} with 4 "
            f"times these, and by {sixteen} with 16 times these; after {LAYERS} layers that is "
            f"{short(chains[-1].gradient[0])} times what came in"
        )

    def vanishes():
        return (
            "So it is with usual weights. But a layer multiplies by its weights, too, and 1/4 says "
            f"nothing about these. {factors()}."
        )

    def saturated():
        return (
            "Most units are saturated, that is true, and their slope is next to nothing. But those "
            "few that are not pass on the gradient, times weights that are 16 times as large. "
            f"{factors()}."
        )

    def grows():
        return (
            "What counts is the mean square of weights times slope, not the slope alone. "
            f"{factors()}."
        )

    return Prediction(
        f"Sigmoid's slope is at most 1/4. A gradient goes back through {LAYERS} layers of sigmoid "
        "whose weights are 16 times as large as Xavier's. It …",
        [
            Choice("… vanishes: each layer leaves at most a quarter of it.", vanishes),
            Choice("… vanishes even faster: large weights saturate the units.", saturated),
            Choice("… grows.", grows, right=True),
        ],
    )


@cache
def with_clipping(limit):
    """Train a deep network at rate 1 with five seeds; return the runs and how many learned."""
    runs, learned = [], 0
    for seed in range(SEEDS):
        split = data.circle(seed=seed)
        config = replace(DEEP, clip_norm=limit, seed=seed)
        runs.append(train(config, split, engine_at_hand()))
        learned += has_learned(runs[-1], split)
    return runs, learned


def share_clipped(runs, limit):
    """Return the share of updates whose gradient was longer than the limit."""
    squares = [(run.grad_norm**2).sum(axis=1) for run in runs]
    return sum((s > limit**2).sum() for s in squares) / sum(len(s) for s in squares)


def predict_clipping():
    """Ask what it does to cut long gradients."""

    def counts():
        (_, before), (runs, after) = with_clipping(None), with_clipping(1.0)
        share = percent(share_clipped(runs, 1.0))
        return (
            f"Learned, of {SEEDS} seeds: {before} without clipping, {after} with it. It shortened "
            f"{share} of the updates"
        )

    def nothing():
        return (
            "The direction stays, but the length does not, and it is the length that throws the "
            f"weights off. {counts()}."
        )

    def slower():
        return f"Most gradients are shorter than 1, and these it does not touch. {counts()}."

    def learns():
        return f"{counts()}, nearly all of them early in the training."

    return Prediction(
        "Eight layers of ReLU at learning rate 1 do not learn: they die or diverge. Now each "
        "gradient that is longer than 1 is shortened to the length 1. What happens?",
        [
            Choice("Nothing much: the direction of the steps stays as it is.", nothing),
            Choice("It learns, but more slowly: all steps are shorter.", slower),
            Choice("It learns: a few steps were far too long, and only those are shorter now.",
                   learns, right=True),
        ],
    )  # fmt: skip


@cache
def alike(dropout):
    """Train from equal weights; return how many units differ, and whether it has learned."""
    split = data.circle(seed=0)
    run = train(replace(ALIKE, dropout=dropout), split, engine_at_hand())
    return symmetry.distinct_units(run.params, 0), has_learned(run, split)


def predict_symmetry():
    """Ask what becomes of units that begin alike."""

    def count_them():
        found, learned = alike(0.0)
        ended = "has learned" if learned else "has not learned"
        return f"After 30 epochs the first layer has {found} kind of unit, and the network {ended}"

    def differ():
        return (
            "Each unit sees all inputs and all samples of a batch, just as its neighbor does. So "
            f"both get the same gradient. {count_them()}."
        )

    def rounding():
        return (
            "Rounding is no luck: the same operations on the same numbers are rounded the same "
            f"way. {count_them()}."
        )

    def to_the_bit():
        found, _ = alike(0.2)
        return (
            f"{count_them()}. To break the symmetry takes something that treats units differently, "
            f"dropout say: with 0.2 of it there are {found} kinds."
        )

    return Prediction(
        "In a network with 8 units in each hidden layer, all weights of a layer begin with the "
        "same number. After training …",
        [
            Choice("… the units of a layer differ: training gives each its own job.", differ),
            Choice("… they differ a little: rounding errors break the symmetry.", rounding),
            Choice("… they are alike to the last bit.", to_the_bit, right=True),
        ],
    )


def goals(panel):
    """Return the tasks of the panel that trains deep networks."""

    def learned(panel):
        return has_learned(panel.result.run, panel.result.split)

    def fast(panel):
        knobs = panel.settings
        return knobs["depth"] >= 8 and knobs["learning_rate"] >= 1 and learned(panel)

    def sigmoid(panel):
        knobs = panel.settings
        return knobs["activation"] == "sigmoid" and knobs["depth"] >= 8 and learned(panel)

    def deep(panel):
        knobs = panel.settings
        return knobs["depth"] == 32 and not knobs["batch_norm"] and learned(panel)

    return Goals(
        panel,
        [
            Goal("At least 8 layers at a learning rate of 1 or more: it learns.", fast),
            Goal("At least 8 layers of sigmoid: it learns.", sigmoid),
            Goal("32 layers without batch norm: it learns.", deep),
        ],
    )
