"""The predictions and goals of lesson 11; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.regularization import linear, masks, strengths, two_weights
from lessons.experiments.regularization.strengths import NONE, STOPPING
from lessons.numerals import fixed
from lessons.verdict import guessing_loss
from widgets.regularization.network import NEARLY, last, nearly_zero
from widgets.tasks import Choice, Goal, Goals, Prediction

MOONS = "moons, noise 0.5"


def predict_minimum():
    """Ask where the minimum goes as the penalty grows."""
    place, H = (1.3, 0.5), two_weights.hessian(5.0, 120.0)

    def walk():
        strong = 1.5, 8.0
        l2, l1 = (
            [f"({fixed(w[0], 2)}, {fixed(w[1], 2)})" for w in at(place, H, strong)]
            for at in (two_weights.with_l2, two_weights.with_l1)
        )
        return (
            f"At λ = 1.5 the minimum is at {l2[0]} with L2 and at {l1[0]} with L1; at λ = 8 at "
            f"{l2[1]} and {l1[1]}."
        )

    def same_way():
        return (
            "If all directions of the loss were equally steep, L2's walk would be that straight "
            f"line. They are not, and L1 does not pull towards 0 but towards the axes. {walk()}"
        )

    def right():
        return f"{walk()} L2's pull λw fades with the weight; L1's pull of λ does not."

    def both_axes():
        return (
            "What L2 takes from a weight is in proportion to it, so that a small one is hardly "
            f"pulled at any more, and none is ever removed. {walk()}"
        )

    return Prediction(
        "A loss over two weights has its minimum at (1.3, 0.5). A penalty is added, and its "
        "strength λ grows. Which way does the minimum go?",
        [
            Choice("Straight to 0, with L1 and with L2.", same_way),
            Choice(
                "With L1 onto an axis and along it to 0; with L2 towards 0 without ever reaching "
                "an axis for good.",
                right, right=True,
            ),
            Choice("Onto an axis with both: the smaller weight is removed first.", both_axes),
        ],
    )  # fmt: skip


def predict_zeros():
    """Ask how many weights are exactly 0 after gradient steps with L1."""

    def counted(rate):
        ends = [
            linear.descend(linear.problem(seed), step, 0.4, rate, 500)[-1]
            for step in (linear.sign_step, linear.proximal_step) for seed in range(20)
        ]  # fmt: skip
        zeros = (np.array(ends) == 0).reshape(2, -1).sum(axis=1)
        return f"Counted over 20 seeds at rate {rate}: {zeros[0]} of 400 weights are exactly 0"

    def most():
        return (
            "That is what the *minimum* looks like, and it is what libraries for the lasso give. "
            f"But the usual step, η·λ to the left or to the right, steps over 0. {counted(0.05)}."
        )

    def smaller():
        return (
            f"A smaller rate makes a smaller swing, not a zero. {counted(0.05)}. {counted(0.005)}."
        )

    def none():
        return f"{counted(0.05)}: the step λ·η has the same length on either side of 0."

    return Prediction(
        "A linear model has 20 weights, and 15 of them have nothing to say. It is trained with L1, "
        "by gradient steps with λ·sign(w) added to the gradient. How many weights are exactly 0 "
        "after 500 steps?",
        [
            Choice("Most of the 15: L1 makes exact zeros.", most),
            Choice("Most of the 15, if the learning rate is small enough.", smaller),
            Choice("None.", none, right=True),
        ],
    )


def predict_best():
    """Ask who makes the most of 80 noisy samples."""

    def told():
        made = strengths.stored(MOONS)
        medians = {kind: fixed(np.median(made.comparing[kind]), 2) for kind in strengths.KINDS}
        return (
            f"Medians of 20 draws: none {medians[NONE]}, early stopping {medians[STOPPING]}, L2 "
            f"{medians['L2']}; L2 ends below early stopping in {made.better('L2', STOPPING)}."
        )

    def stopping():
        return (
            "It looks at fresh samples, but it pays for them: 20 of 80 are not trained with, and "
            f"20 are few to choose an epoch by. {told()}"
        )

    def nothing():
        return f"It fits the noise, too: 0.5 is as large as the gap between the moons. {told()}"

    def all_of_them():
        return f"{told()} Its strength was chosen on other draws of the same task."

    return Prediction(
        "You have 80 noisy samples of the moons and nothing else. Which way to the lowest loss on "
        "unseen samples?",
        [
            Choice("Early stopping, with 20 of the 80 set aside to see when.", stopping),
            Choice("L2 of a strength known to suit the task, on all 80.", all_of_them, right=True),
            Choice("Train to the end: 80 samples are too few to hold back.", nothing),
        ],
    )


@cache
def dropped_out():
    """Train three layers of 32 units with dropout; return run and data."""
    split = data.moons(n=200, noise=0.2)
    return train(TrainConfig(hidden=(32,) * 3, dropout=0.5), split, engine_at_hand()), split


def predict_mean():
    """Ask whether the mean over masks is the answer without."""

    def measured():
        run, split = dropped_out()
        apart, same = masks.outputs_apart(run.params, run.config, split.X_val, draws=200)
        return (
            f"In a network trained just now they are {apart:.0%} apart (root mean square over "
            f"unseen samples); for {same:.0%} of the samples both name the same class."
        )

    def equal():
        return (
            "It makes the mean right that a layer is *given*. Then comes the activation, and the "
            f"mean of f(z) is not f of the mean of z. {measured()}"
        )

    def twice():
        return (
            "That was so in the first papers, and the weights were halved afterwards. Today the "
            f"units that stay are scaled up in training instead. {measured()}"
        )

    def differ():
        return f"{measured()} Through one linear layer they would agree."

    return Prediction(
        "A network with three hidden layers was trained with dropout, p = 0.5; units that stay "
        "count double. A mask says which units are left out. For one sample: the mean of its "
        "scores under 1,000 masks, and its score without any mask …",
        [
            Choice("… are the same: that is what the scaling is for.", equal),
            Choice("… differ by a factor of two: twice as many units take part.", twice),
            Choice("… differ, though what each layer is given has the right mean.", differ,
                   right=True),
        ],
    )  # fmt: skip


# --- goals --------------------------------------------------------------------------------------


def goals(panel):
    """Set three tasks on the panel that trains the network."""
    return Goals(
        panel,
        [
            Goal("Without any penalty (L1 and L2 at 0): by dropout or input noise end at least 10% "
                 "lower on unseen samples than without.", lower_without_penalty),
            Goal(f"Sparse: at least 80% of the weights within {NEARLY} of 0 at the end, and lower "
                 "on unseen samples than without.", sparse),
            Goal("Too much: with L2 alone make the network no better than guessing.", too_much),
        ],
    )  # fmt: skip


def finished(panel):
    return panel.result.run.status == "finished"


def lower_without_penalty(panel):
    knobs, result = panel.settings, panel.result
    return (
        finished(panel) and knobs["l1"] == knobs["l2"] == 0
        and last(result.run) <= 0.9 * last(result.without)
    )  # fmt: skip


def sparse(panel):
    result = panel.result
    weights = np.concatenate([layer.W.ravel() for layer in result.run.params])
    return (
        finished(panel) and nearly_zero(weights) >= 0.8
        and last(result.run) < last(result.without)
    )  # fmt: skip


def too_much(panel):
    knobs, result = panel.settings, panel.result
    others = knobs["l1"] + knobs["dropout"] + knobs["input_noise"]
    guess = guessing_loss(result.split)
    return (
        finished(panel) and knobs["l2"] > 0 and not others
        and result.run.train_loss[-1] >= 0.98 * guess
        and result.without.train_loss[-1] < 0.98 * guess
    )  # fmt: skip
