"""The predictions and goals of lesson 01; their replies look at trainings made on the spot."""

from functools import lru_cache

import numpy as np

from lessons.experiments import nine_steps
from lessons.numerals import fixed, short
from widgets.nine_steps.training import fate, load, way_down
from widgets.tasks import Choice, Goal, Goals, Prediction

REPETITIONS = 200
# As near to the target as it looks in the picture, in w1 and in w3.
ON_THE_CROSS = 0.15


def one_step(factor):
    """Return the training loss before and after `w ← w + factor·g` from the first weights."""
    x, y, w, g = first_gradient()
    return tuple(short(nine_steps.loss(v, x, y)) for v in (w, w + factor * g))


def first_gradient():
    """Return all training samples of seed 0, the first weights, and the gradient there."""
    ready, _ = load(0)
    x, y, w = ready.x_train, ready.y_train, nine_steps.initialize(0)
    return x, y, w, nine_steps.gradient(w, x, y)


def predict_gradient():
    """Ask what an update does to a weight whose gradient is positive."""
    g1 = f"{first_gradient()[3][0]:.1f}"

    def larger():
        before, after = one_step(+0.1)
        return (
            "The gradient does say where to go, but for someone who wants to climb: it points "
            f"uphill. A tenth of it added to the weights takes the loss from {before} to {after}; "
            f"subtracted, to {one_step(-0.1)[1]}."
        )

    def whole():
        before, after = one_step(-1.0)
        return (
            "The direction is right, the length is not. The gradient is a slope, not a distance: "
            "how far to go, the learning rate has to say. With all of the gradient as the step, "
            f"the loss goes from {before} to {after}; with a tenth of it, to {one_step(-0.1)[1]}. "
            "With other data, too, a tenth takes the loss down, and the whole mostly up."
        )

    def data():
        x, _, w, g = first_gradient()
        return (
            "The measurements stay as they are: x is given. What training changes are the "
            f"weights. One update with rate 0.1 takes w1 from {fixed(w[0], 2)} to "
            f"{fixed(w[0] - 0.1 * g[0], 2)}, and none of the {len(x)} times changes."
        )

    def smaller():
        before, after = one_step(-0.1)
        return (
            "The gradient points uphill, so the step goes against it; and the learning rate says "
            f"how far. One update with rate 0.1 takes the loss from {before} to {after}."
        )

    return Prediction(
        f"Over all training samples, the slope of the loss along the weight w1 is {g1}. The "
        "learning rate is η = 0.1. What does an update with all of them do?",
        [
            Choice(f"It makes w1 larger, by 0.1 · {g1}: the gradient says where to go.", larger),
            Choice(f"It makes w1 smaller, by {g1}.", whole),
            Choice(f"It makes w1 smaller, by 0.1 · {g1}.", smaller, right=True),
            Choice("It moves x, until the loss is lowest.", data),
        ],
    )


@lru_cache(maxsize=1)
def picked_by_test():
    """Return the mean test loss and the mean loss on new throws of models picked by the test."""
    picks = [nine_steps.best_of("test", seed) for seed in range(REPETITIONS)]
    return np.mean(picks, axis=0)


def predict_test():
    """Ask what the test loss of a model says that was picked by it."""

    def outcome():
        test, new = picked_by_test()
        return (
            f"Done {REPETITIONS} times, with other data each time: the loss reported is "
            f"{short(test)} on average, the loss on new measurements {short(new)}."
        )

    def same():
        return (
            "No weight was trained on the test samples, true. But the choice was: among 20 the "
            f"one is kept that suits these 8 samples by chance. {outcome()}"
        )

    def lower():
        return (
            "It is the best of 20 on these 8 samples. What made it the best is partly luck with "
            f"just these, and luck does not carry over. {outcome()}"
        )

    def higher():
        return f"The best of many scores is partly luck, and new data do not share it. {outcome()}"

    return Prediction(
        "You train 20 times on the same samples as above (rate 0.1, batches of 4, 60 updates), "
        "each time from other first weights and with other batches. You measure all 20 on the 8 "
        "test samples, keep the best, and report its test loss. "
        "What will its loss be on new measurements, on average?",
        [
            Choice("The same: no training used the test samples.", same),
            Choice("Lower: it is the best of 20, after all.", lower),
            Choice("Higher than reported.", higher, right=True),
        ],
    )


def goals(panel):
    """Set three tasks on the panel."""
    return Goals(
        panel,
        [
            Goal(
                "A good start does not save it: move the start of the path onto the blue cross, "
                "and with all 24 samples in a batch and a learning rate of 0.5 or less, make the "
                "training diverge.",
                diverged_from_the_cross,
            ),
            Goal("Be quick: at least 95% of the way down with at most 8 updates.", quick),
            Goal(
                "Find a step that misleads: with batches of 12, slide the phase to the end of an "
                "update that made the loss of its own batch lower, and that of all training "
                "samples higher.",
                misled,
            ),
        ],
    )


def diverged_from_the_cross(panel):
    settings, result = panel.computed, panel.result
    away = np.abs(result.training.weights[0] - result.best)[[0, 2]].max()
    gentle = settings["batch_size"] == 24 and settings["learning_rate"] <= 0.5
    return bool(gentle and away <= ON_THE_CROSS and fate(result).startswith("diverged"))


def quick(panel):
    return panel.computed["updates"] <= 8 and way_down(panel.result) >= 0.95


def misled(panel):
    losses, moment = panel.result.training.train_loss, panel.moment
    # Played past is not found.
    if panel.play.playing or moment.phase != 4 or panel.computed["batch_size"] != 12:
        return False
    update = moment.update
    lower = nine_steps.loss(update.new, update.x, update.y) < update.loss
    return bool(lower and losses[moment.number] > losses[moment.number - 1])
