"""The predictions and goals of lesson 06; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import TrainConfig, data, train
from lessons.activations import softmax
from lessons.engines import engine_at_hand
from lessons.experiments.activations.saturation import count_dead, flat_shares
from lessons.experiments.activations.softmax import direct_softmax
from lessons.parameters import count_parameters
from lessons.plan import layer_sizes
from lessons.verdict import count
from widgets.activations.network import percent
from widgets.tasks import Choice, Goal, Goals, Prediction

LOGITS = np.array([2.0, 1.0, 0.0, -1.0], np.float32)
SEEDS = 20


def trained(activation, hidden=(16, 16), rate=0.2, seed=0, epochs=40):
    """Train on the spiral, as the panel does."""
    config = TrainConfig(
        activation=activation, hidden=hidden, learning_rate=rate, epochs=epochs, seed=seed
    )
    return train(config, data.spiral(seed=seed), engine_at_hand())


def right(run):
    """Return the share of unseen samples right at the end, in percent."""
    return percent(run.val_accuracy[run.completed_epochs])


def size(run):
    """Return how many weights and biases the network has."""
    return count(count_parameters(layer_sizes(run.config, data.spiral())))


def predict_depth():
    """Ask what more layers do for a network without activation functions."""

    def bends():
        one, six = (trained("identity", (16,) * depth, 0.02) for depth in (1, 6))
        return (
            "That is what layers do when there is something between them. Without it, one hidden "
            f"layer gets {right(one)} of the unseen samples right and six get {right(six)}: the "
            "edge is a straight line in both. A line of a line is a line."
        )

    def weights():
        large, small = trained("identity", (32,) * 6, 0.02), trained("relu")
        return (
            f"More weights are not more power here. Six layers of 32 units, {size(large)} weights "
            f"and biases without an activation: {right(large)} right. Two layers of 16, "
            f"{size(small)} weights and biases with ReLU between them: {right(small)}."
        )

    def straight():
        one, six = (trained("identity", (16,) * depth, 0.02) for depth in (1, 6))
        return (
            f"One hidden layer: {right(one)} of the unseen samples right, six: {right(six)}. "
            "Layers without an activation between them can be multiplied into a single one."
        )

    return Prediction(
        "A network without activation functions draws a straight edge between two classes. With "
        "more such layers, the edge …",
        [
            Choice("… can bend once more with every layer.", bends),
            Choice("… bends as soon as there are enough weights.", weights),
            Choice("… stays straight, however many layers there are.", straight, right=True),
        ],
    )


@cache
def gelu_wins(rate):
    """Count the seeds with which GELU has a lower training loss than ReLU: after 40, 100 epochs."""
    wins = np.zeros(2, int)
    for seed in range(SEEDS):
        gelu, relu = (trained(f, rate=rate, seed=seed, epochs=100) for f in ("gelu", "relu"))
        wins += gelu.train_loss[[40, 100]] < relu.train_loss[[40, 100]]
    return wins


def predict_gelu():
    """Ask whether GELU is always better than ReLU."""

    def result():
        (early, late), (slow, slow_late) = gelu_wins(0.2), gelu_wins(0.1)
        return (
            f"At rate 0.2 GELU has the lower loss with {early} of {SEEDS} seeds after 40 epochs, "
            f"and with {late} after 100. At rate 0.1, with {slow} and {slow_late}."
        )

    def always():
        return (
            "BERT and GPT-2 use it, and that is a good reason to try it; it is not a law. "
            f"{result()} Whoever had looked at one seed, one rate and one moment could have "
            "reported either."
        )

    def never():
        return (
            f"Simple and good are not opposites, but neither are they the same. {result()} "
            "Early in training GELU is ahead, later ReLU is."
        )

    def half():
        return (
            f"{result()} Which is ahead depends on when one looks, and on the rest of the "
            "setting. After 40 epochs the learning rate matters more than the choice between "
            "these two."
        )

    return Prediction(
        f"GELU against ReLU: the spiral, learning rate 0.2, 40 epochs, {SEEDS} seeds. GELU ends "
        "with the lower training loss …",
        [
            Choice("… with all seeds: it is the newer and better function.", always),
            Choice("… with roughly half of them.", half, right=True),
            Choice("… with none: in a small network, simple is best.", never),
        ],
    )


def predict_shift():
    """Ask what adding a constant to all logits does to softmax."""

    def numbers(z):
        return ", ".join(f"{p:.3f}" for p in softmax(z))

    def sharper():
        return (
            "e^102 is enormous, but so is e^101: every power grows by the same factor, e^100, and "
            f"it cancels. Before: {numbers(LOGITS)}; after: {numbers(LOGITS + 100)}. What counts "
            "is the difference between logits."
        )

    def flatter():
        return (
            "That would be so if ratios of logits counted: 102 to 101 is less than 2 to 1. But "
            f"e^z turns differences into ratios. Before: {numbers(LOGITS)}; after: "
            f"{numbers(LOGITS + 100)}. (Dividing all logits would level them: a temperature.)"
        )

    def same():
        direct = ", ".join(f"{p:.3g}" for p in direct_softmax(LOGITS + 100))
        return (
            f"Before: {numbers(LOGITS)}; after: {numbers(LOGITS + 100)}. The factor e^100 cancels. "
            f"On a computer it must cancel in time: computed just as it is written: {direct} "
            "(nan: not a number)."
        )

    return Prediction(
        "Softmax turns the logits 2, 1, 0, −1 into probabilities. Now 100 is added to all four. "
        "The probabilities …",
        [
            Choice("… become sharper: e^102 dwarfs all the others.", sharper),
            Choice("… become more alike: 102 and 101 are almost the same number.", flatter),
            Choice("… do not change.", same, right=True),
        ],
    )


def goals(panel):
    """Set three tasks on the panel of the networks."""
    return Goals(
        panel,
        [
            Goal("Make at least half of ReLU's hidden units dead.", half_dead),
            Goal("Spiral: sigmoid gets 90% of the unseen samples right.", sigmoid_learns),
            Goal("Find data on which identity gets 98% of the unseen samples right.", line_does),
        ],
    )


def half_dead(panel):
    run, split = panel.run, panel.result.split
    dead, units = count_dead(flat_shares(run.params, run.config, split.X_train))
    return dead >= units / 2


def sigmoid_learns(panel):
    run = panel.result.runs["sigmoid"]
    reached = run.val_accuracy[run.completed_epochs] >= 0.90
    return panel.computed["data"] == "spiral" and bool(reached)


def line_does(panel):
    run = panel.result.runs["identity"]
    return bool(run.val_accuracy[run.completed_epochs] >= 0.98)
