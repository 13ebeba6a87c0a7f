"""The predictions and goals of lesson 08; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.schedules import endings, floor
from lessons.numerals import number, percent, short
from widgets.schedules.names import SETS
from widgets.tasks import Choice, Goal, Goals, Prediction

WAVE, BUMPS, _, FITTED, _ = SETS


@cache
def cut():
    """Train for 60 epochs, divide the rate by ten; return the losses from then on."""
    load, _ = endings.TASKS["wave"]
    run = train(endings.config_of("wave", "a tenth of the rate", 0), load(0), engine_at_hand())
    return run.train_loss[endings.BEFORE :]


def predict_cut():
    """Ask what a tenth of the rate does to a loss that has stopped falling."""

    def fall():
        losses = cut()
        return (
            f"{number(losses[0], 3)} before the cut, {number(losses[3], 3)} three epochs later, "
            f"{number(losses[-1], 3)} after twenty"
        )

    def slower():
        return (
            "That would be so if the way were still long, and only the length of the steps "
            f"counted. But this run had come as far as its steps let it: {fall()}. What fell is "
            "what the noise of long steps had kept up."
        )

    def farther():
        return (
            f"Look how it goes on: {fall()}. Smaller steps take away what noise had added, and "
            "that is soon done. After that, they cover little way."
        )

    def at_once():
        losses = cut()
        whole = losses[0] - losses[-1]
        early = percent((losses[0] - losses[3]) / whole)
        return (
            f"{fall()}: {early} of the fall came in the first three epochs. You see the same in "
            "the panel below, at every stair."
        )

    return Prediction(
        "A network has learned for 60 epochs from noisy data, in batches of 10, at a constant "
        "rate. Its loss goes up and down, and falls no more. Now the rate is divided by ten. In "
        "the next 20 epochs the loss …",
        [
            Choice("… hardly changes: steps a tenth as long need ten times as many.", slower),
            Choice("… falls steadily, in all of the 20 epochs: exact steps lead on down.", farther),
            Choice("… drops within a few epochs, and then stays there.", at_once, right=True),
        ],
    )


@cache
def full_batches(schedule, rate):
    """Return the median loss after 600 updates with full batches, bumps with noise 0.3, 5 seeds."""
    ended = []
    for seed in range(5):
        config = TrainConfig(batch_size=500, epochs=600, learning_rate=rate, schedule=schedule,
                             seed=seed)  # fmt: skip
        split = data.bumps(noise=0.3, seed=seed)
        ended.append(train(config, split, engine_at_hand()).train_loss[-1])
    return number(float(np.median(np.nan_to_num(ended, nan=np.inf))), 3)


def predict_full_batches():
    """Ask whether decay helps where there is no noise of batches."""

    def both():
        return (
            f"constant {full_batches('constant', 0.1)}, cosine {full_batches('cosine', 0.1)} "
            "(median of 5 seeds)"
        )

    def cosine():
        return (
            f"With small batches it mostly does. Here: {both()}. There is no noise that small "
            "steps could calm, and they cover less way in the same number of updates."
        )

    def equal():
        return (
            "Equal updates are not equal ways: the cosine's rate is half the peak in the mean. "
            f"And there is no noise that would make up for it: {both()}."
        )

    def constant():
        return (
            f"{both()[0].upper()}{both()[1:]}. What can gain even here is a warm-up with a "
            "decay after it, for another reason: it stands a higher peak."
        )

    return Prediction(
        "Small batches make gradients noisy; full batches do not. The bumps, 600 updates with full "
        "batches: once at a constant rate of 0.1, once with a cosine decay from 0.1. Which one "
        "ends with the lower training loss?",
        [
            Choice("The cosine: to end with small steps always pays.", cosine),
            Choice("Neither: after the same number of updates they are at the same place.", equal),
            Choice("The constant rate.", constant, right=True),
        ],
    )


def predict_floor():
    """Ask what sets the level at which a constant rate stops."""

    def measured(rate, size):
        level = floor.measured_floors([rate], 1.0, 1.0, [size], 3.0, 4000, 30).item()
        return short(level)

    def levels():
        return (
            f"rate 0.1 and batches of 10 settle at {measured(0.1, 10)}, rate 0.05 at "
            f"{measured(0.05, 10)}, and rate 0.05 with batches of 20 at {measured(0.05, 20)}"
        )

    def zero():
        return (
            "However long it runs, every step adds new noise, as much as the last one took away: "
            f"{levels()}. Only a rate that falls gets lower and lower."
        )

    def half():
        return (
            "The batch makes the noise of the gradient, but the rate says how much of it gets into "
            f"the weights with each step: {levels()}."
        )

    def quarter():
        return f"In 4,000 updates: {levels()}. Half the rate, half; twice the batch, half again."

    return Prediction(
        "A valley of curvature 1, gradients with noise. At a constant rate of 0.1, with batches "
        "of 10, the loss stops falling at some level. At half that rate, with batches of 20, the "
        "loss stops at …",
        [
            Choice("… 0, like any rate that is small enough: it only takes longer.", zero),
            Choice("… half of it: noise comes from the batch, the rate only sets the pace.", half),
            Choice("… about a quarter of it.", quarter, right=True),
        ],
    )


def goals(panel):
    """Set three tasks on the panel that lays a schedule open."""
    return Goals(
        panel,
        [
            Goal("Wave in batches of 10, your own line with a mean rate of at least 0.05: end "
                 "within 0.5% of the lowest training loss of the whole run.", ends_at_its_lowest),
            Goal("Bumps in batches of 50, a peak of at least 0.5: training loss below 0.13 after "
                 "at most 60 epochs.", stands_a_high_peak),
            Goal("Moons with noise 0.1: training loss below 0.0001 after at most 100 epochs.",
                 fits_all),
        ],
    )  # fmt: skip


def peak(result):
    return float(np.nanmax(result.run.learning_rate))


def ends_at_its_lowest(panel):
    result, settings = panel.result, panel.result.settings
    if (settings["data"], settings["batch_size"], settings["schedule"]) != (WAVE, 10, "yours"):
        return False
    losses = result.run.train_loss
    mean = float(np.nanmean(result.run.learning_rate))
    return settings["epochs"] >= 20 and mean >= 0.05 and bool(losses[-1] <= 1.005 * losses.min())


def stands_a_high_peak(panel):
    result, settings = panel.result, panel.result.settings
    if (settings["data"], settings["batch_size"]) != (BUMPS, 50) or settings["epochs"] > 60:
        return False
    return peak(result) >= 0.5 and bool(result.run.train_loss[-1] < 0.13)


def fits_all(panel):
    result, settings = panel.result, panel.result.settings
    if settings["data"] != FITTED or settings["epochs"] > 100:
        return False
    return bool(result.run.train_loss[-1] < 1e-4)
