"""The predictions and goals of lesson 05; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import TrainConfig, train
from lessons.engines import engine_at_hand
from lessons.experiments.loss_functions.fits import fit_lines
from lessons.experiments.loss_functions.margins import PULLS, sgd, sigmoid, updates_until_right
from lessons.experiments.loss_functions.rising import rise
from lessons.experiments.loss_functions.samples import draw_samples
from lessons.experiments.loss_functions.spoiled import spoiled
from lessons.numerals import count, fixed, percent
from widgets.tasks import Choice, Goal, Goals, Prediction

SEEDS = 10
# Where the outliers' x are nearest to, the lines are compared.
AT = 1.2


def predict_outlier():
    """Ask what an outlier that moves further out does to the line of MAE."""

    def heights(out):
        samples = draw_samples("line", 24, 3, out, 0.0, seed=0)
        return {name: float(line.at(AT)) for name, line in fit_lines(*samples[:2], 1.0).items()}

    def moved(name):
        return fixed(heights(8.0)[name] - heights(4.0)[name], 2)

    def as_far():
        return (
            f"That is what the line of MSE does. From 4 to 8 up it rises by {moved('mse')} there, "
            f"and that of MAE by {moved('mae')}: to MAE it only matters on which side of the line "
            "a sample lies."
        )

    def half():
        return (
            "Each counts with its distance, so twice as far is twice the loss. But where the line "
            "settles is decided by slopes, and the slope of a distance does not grow. MSE's line "
            f"rises by {moved('mse')}, MAE's by {moved('mae')}."
        )

    def still():
        return (
            f"MSE's line rises by {moved('mse')}, MAE's by {moved('mae')}. The loss of the three "
            "grows; their pull on the line does not."
        )

    return Prediction(
        "Of 24 samples on a line, 3 have slipped 4 units up. Now they slip on, to 8 units up. The "
        "line with the least mean absolute error (MAE) …",
        [
            Choice("… moves up as much again: twice the error, twice the effect.", as_far),
            Choice("… moves up, but less, because it does not square.", half),
            Choice("… stays where it is.", still, right=True),
        ],
    )


def predict_wrong():
    """Ask how long squared error takes for a unit that is sure and wrong."""

    def updates(name):
        return count(updates_until_right(sgd(PULLS[name], -5.0, 1.0, 2000)))

    def numbers():
        return (
            f"With cross-entropy it takes {updates('cross_entropy')} updates until the score is "
            f"above 0, with squared error {updates('brier')}."
        )

    def harder():
        p = sigmoid(-5.0)
        return (
            f"The error 1 − p = {1 - p:.3f} is as large as it can be. But the slope has a second "
            f"factor, that of the sigmoid, p·(1 − p) = {p * (1 - p):.4f}, and it is almost 0 "
            f"there. {numbers()}"
        )

    def same():
        return (
            "Both are smallest at the same place. How to get there is another matter: that depends "
            f"on the slope where the unit is now. {numbers()}"
        )

    def many():
        return f"{numbers()} Where it is most wrong, squared error is flat."

    return Prediction(
        "A unit gives the score z = −5, so its probability of class 1 is p = σ(z) = 0.7%; the "
        "right answer is 1. It is trained with plain SGD at rate 1. Until its answer is right, "
        "squared error (p − 1)² takes …",
        [
            Choice("… fewer updates than cross-entropy: squares punish large errors.", harder),
            Choice("… about as many: both want p = 1.", same),
            Choice("… many more.", many, right=True),
        ],
    )


@cache
def rises():
    """Train with cross-entropy on as many draws of the moons, and say how each loss rose."""
    found = []
    for seed in range(SEEDS):
        split = spoiled("moons", 100, seed=seed)
        config = TrainConfig(optimizer="adam", learning_rate=0.01, epochs=200, seed=seed)
        found.append(rise(train(config, split, engine_at_hand()), split))
    return found


def predict_rise():
    """Ask what becomes of the answers when the validation loss doubles."""

    def numbers():
        factor = np.median([one.factor for one in rises()])
        points = 100 * np.mean([one.accuracy for one in rises()])
        change = f"{abs(points):.0f} points {'lower' if points < 0 else 'higher'}"
        return (
            f"In {SEEDS} trainings the loss ends at {factor:.1f} times its lowest (the median), "
            f"and accuracy {change} than it was there, on average."
        )

    def doubled():
        worst = np.median([one.worst_tenth for one in rises()])
        return (
            f"That would be so if all samples got worse alike. {numbers()} The worst tenth of the "
            f"samples make up {percent(worst)} of the loss."
        )

    def better():
        return (
            f"It happens, in {sum(one.accuracy > 0 for one in rises())} of {SEEDS}; more often it "
            f"falls a little. {numbers()}"
        )

    def little():
        share = np.median([one.better for one in rises()])
        return (
            f"{numbers()} {percent(share)} of the samples even have a lower loss than they had. A "
            "few, confidently wrong, outweigh them."
        )

    return Prediction(
        "Two overlapping moons, 100 samples to learn from. Late in the training, the validation "
        "loss (cross-entropy) is about twice as high as it was at its lowest. The share of right "
        "answers on the same validation samples is then, as a rule, …",
        [
            Choice("… much lower: about twice as many are wrong.", doubled),
            Choice("… a few points lower, or the same.", little, right=True),
            Choice("… mostly higher: loss and accuracy have little to do with each other.", better),
        ],
    )


def goals(panel):
    """Set three tasks on the panel of the networks."""
    return Goals(
        panel,
        [
            Goal(
                "At the epoch that is shown, the validation loss is at least twice its lowest, and "
                "accuracy at most 5 points below what it was there.",
                rises_alone,
            ),
            Goal(
                "Make accuracy lie: at least 95% right with cross-entropy, and not one sample of "
                "class 1 is found.",
                accuracy_lies,
            ),
            Goal(
                "Wave, with wrong labels: MAE's typical error is at most half of MSE's.",
                mae_resists,
            ),
        ],
    )


def rises_alone(panel):
    run, split = panel.run, panel.result.split
    if split.task != "classification" or run.status != "finished" or panel.moment is None:
        return False
    best, now = run.best_epoch, panel.moment.epoch
    risen = now > best and run.val_loss[now] >= 2 * run.val_loss[best]
    # Of 100 samples each is one point, but for rounding.
    return bool(risen and run.val_accuracy[best] - run.val_accuracy[now] < 0.0501)


def accuracy_lies(panel):
    run = panel.result.runs.get("cross_entropy")
    if run is None or panel.moment is None or panel.moment.epoch < run.config.epochs:
        return False
    found = panel.moment.recalls["cross_entropy"]
    return bool(run.val_accuracy[run.completed_epochs] >= 0.95 and found == 0)


def mae_resists(panel):
    if "mae" not in panel.result.runs or not panel.computed["wrong"]:
        return False
    last = {name: errors[-1] for name, (_, errors) in panel.result.metrics.items()}
    finished = all(panel.result.runs[name].status == "finished" for name in ("mse", "mae"))
    return bool(finished and last["mae"] <= last["mse"] / 2)
