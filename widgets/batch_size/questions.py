"""The predictions and goals of lesson 04; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import TrainConfig, data, evaluate, train
from lessons.engines import engine_at_hand
from lessons.experiments.batch_size.noise import draw_batches
from lessons.experiments.batch_size.races import BUDGETS
from lessons.experiments.gradient_noise import deviation, sample_gradients
from lessons.verdict import count, short
from widgets.batch_size.races import leader
from widgets.tasks import Choice, Goal, Goals, Prediction

# Few and noisy samples, and a network large enough to memorize them.
HIDDEN = (32, 32)


def predict_noise():
    """Ask how much calmer the gradient of a batch four times as large is."""

    def measured():
        before, after = measure_noise(16), measure_noise(64)
        return (
            f"Measured, 1,000 batches each: {short(before)} with batches of 16, {short(after)} "
            f"with batches of 64, {after / before:.1f} times as much"
        )

    def quarter():
        return (
            f"{measured()}. A quarter is what the variance falls to, the mean of the squared "
            "distances. The distance itself falls to its root, a half: errors that point in all "
            "directions cancel only in part, and the sum of 4 of them is 2 times as long."
        )

    def same():
        return (
            f"{measured()}. Each sample is as odd as before, but a mean over more of them "
            "evens out more of it."
        )

    def half():
        return f"{measured()}. To halve the noise takes four times the samples."

    return Prediction(
        "A batch gets 4 times larger, 64 samples instead of 16. The noise of its gradient, its "
        "typical distance from the gradient of all samples, …",
        [
            Choice("… falls to a quarter.", quarter),
            Choice("… falls to a half.", half, right=True),
            Choice("… stays: it is a mean either way.", same),
        ],
    )


@cache
def measure_noise(batch_size):
    """Measure the deviation of batch gradients, with the weights of a run after 5 epochs."""
    split, config = data.circle(), TrainConfig(epochs=5)
    params = train(config, split, engine_at_hand()).params
    each = sample_gradients(params, config, split.X_train, split.y_train)
    batches = draw_batches(len(each), batch_size, batches=1000, replacement=True)
    return deviation(batches @ each)


def predict_larger():
    """Ask what becomes of the loss when only the batch grows."""

    def losses():
        small, large = ends(32), ends(320)
        return (
            f"Batches of 32 make {count(small[1])} updates in 20 epochs and end at "
            f"{short(small[0])}; batches of 320 make {large[1]} and end at {short(large[0])}."
        )

    def lower():
        return (
            f"Each of its steps is better aimed, that is true; but it takes far fewer. {losses()}"
        )

    def same():
        return (
            "It has seen every sample as often. But what moves the weights are updates, not "
            f"samples. {losses()}"
        )

    def higher():
        return f"Fewer updates, at the same rate: it does not get as far. {losses()}"

    return Prediction(
        "The network learns the circle, with rate 0.1, for 20 epochs. Batches of 320 instead of "
        "32, and all else stays. At the end, the training loss is …",
        [
            Choice("… lower, because the gradient is more exact.", lower),
            Choice("… the same, because it has seen the same samples as often.", same),
            Choice("… higher.", higher, right=True),
        ],
    )


def ends(batch_size):
    """Train on the circle, and return the last training loss and the number of updates."""
    config = TrainConfig(batch_size=batch_size, epochs=20)
    run = train(config, data.circle(), engine_at_hand())
    return run.train_loss[-1], run.updates


def predict_gap():
    """Ask which batch overfits more in the same number of epochs."""

    def gaps():
        small, large = overfit(8), overfit(100)
        return (
            f"Training and validation loss: {short(small[0])} and {short(small[1])} with batches "
            f"of 8, {short(large[0])} and {short(large[1])} with all 100 at once"
        )

    def large():
        return (
            f"That is what one often reads. But: {gaps()}. In the same epochs the large batch has "
            "made a thirteenth of the updates. It is still far from having memorized its samples."
        )

    def same():
        return f"{gaps()}. The same epochs are not the same amount of training."

    def small():
        return (
            f"{gaps()}. The small batch has made 13 times as many updates, and so has come much "
            "further into memorizing its samples."
        )

    return Prediction(
        "100 noisy samples, 200 epochs, the same learning rate. Which batch size ends with the "
        "larger gap between validation and training loss?",
        [
            Choice("All 100 at once: large batches overfit.", large),
            Choice("Neither: they have seen the same data as often.", same),
            Choice("Batches of 8.", small, right=True),
        ],
    )


def overfit(batch_size, epochs=200, rate=0.1, seed=0):
    """Train on few noisy samples; return losses and the share of right answers on the test set.

    Returns: training loss, validation loss, share right, and the Run.
    """
    split = noisy_moons(seed)
    config = TrainConfig(
        hidden=HIDDEN, batch_size=batch_size, epochs=epochs, learning_rate=rate, seed=seed
    )
    run = train(config, split, engine_at_hand())
    right = evaluate(run.params, config, split.X_test, split.y_test)[1]
    return run.train_loss[-1], run.val_loss[-1], right, run


def noisy_moons(seed):
    """Draw 100 training samples that overlap, and 450 each for validation and test."""
    return data.moons(n=100, noise=0.5, seed=seed, val=0.45, test=0.45)


def goals(panel):
    """Set three tasks on the panel of the races."""
    return Goals(
        panel,
        [
            Goal(
                "Circle, all 500 in one batch: training loss below 0.25 in 20 epochs.", full_batch
            ),
            Goal(
                "Be ahead in all three races, with a batch size between 1 and all. (Hint: find a "
                "rate that is too much for both of these.)",
                ahead_everywhere,
            ),
            Goal("Digits: 90% of the unseen images right after at most 3 epochs.", quick_digits),
        ],
    )


def full_batch(panel):
    settings, yours = panel.computed, panel.result.yours
    fits = settings["data"] == "circle" and settings["epochs"] <= 20 and yours.updates == 1
    return fits and bool(yours.run.train_loss[settings["epochs"]] < 0.25)


def ahead_everywhere(panel):
    result = panel.result
    winners = [leader(result, budget) for budget in BUDGETS]
    return len(result.racers) == 3 and all(best is result.yours for best in winners)


def quick_digits(panel):
    settings = panel.computed
    early = panel.run.val_accuracy[: settings["epochs"] + 1]
    quick = settings["data"] == "digits" and settings["epochs"] <= 3
    return quick and bool(np.nanmax(early) >= 0.90)
