"""The predictions and goals of lesson 10; their replies look at runs made on the spot."""

from dataclasses import replace

import numpy as np

from lessons import TrainConfig, data, train
from lessons.engines import engine_at_hand
from lessons.experiments.overfitting.below import three_losses
from lessons.experiments.overfitting.best_of_many import optimism
from lessons.experiments.overfitting.capacity import of_polynomials, wave_config
from lessons.experiments.overfitting.learning_curves import histories, remedies
from lessons.experiments.overfitting.samples import draw
from lessons.experiments.overfitting.stopping import histories as whole_runs
from lessons.experiments.overfitting.stopping import scatter
from lessons.numerals import count, short
from widgets.tasks import Choice, Goal, Goals, Prediction

SEEDS = range(10)


def predict_capacity():
    """Ask what the loss on new samples does as polynomials become more flexible."""

    def medians(*degrees):
        found = of_polynomials(15, 0.3, degrees=degrees)
        train_loss, val_loss = (np.median(losses, axis=0) for losses in (found.train, found.val))
        return list(map(short, train_loss)), list(map(short, val_loss))

    def falls():
        (few, many), (low, high) = medians(3, 12)
        return (
            f"The training loss does fall: {few} at degree 3, {many} at degree 12 (medians of 20 "
            f"draws). But the validation loss goes from {low} to {high}. The curve follows the "
            "errors of these 15 samples, and swings between them."
        )

    def rises():
        _, (low, peak, end) = medians(3, 14, 128)
        return (
            f"So it looks up to degree 14: {low} at degree 3, {peak} at 14 (medians of 20 draws). "
            f"But with more coefficients than samples there is a choice, and the smallest of all "
            f"fits through the samples swings less: {end} at degree 128."
        )

    def right():
        _, (low, peak, end) = medians(3, 14, 128)
        return (
            f"Medians of 20 draws: {low} at degree 3, {peak} at degree 14, {end} at degree 128. "
            "The second fall begins where many polynomials pass through all samples."
        )

    return Prediction(
        "Polynomials are fitted to 15 noisy samples: degree 1, 2, 3, and on to 128. What does the "
        "loss on new samples do?",
        [
            Choice("It falls with every degree: a better fit is a better fit.", falls),
            Choice("It falls, and then it only rises: the more flexible, the worse.", rises),
            Choice("It falls, rises enormously, and falls again beyond degree 14.", right,
                   right=True),
        ],
    )  # fmt: skip


def predict_help():
    """Ask what lowers the validation loss of a network with one unit."""

    def more():
        return f"It helps where the curves are apart. Here they have met. {tried()}"

    def tried():
        now, more, larger = np.median(remedies(1, 20, 0.3, 500, SEEDS, engine_at_hand()), axis=1)
        return (
            f"Medians of 10 seeds: four times the samples, {short(now)} → {short(more)}; four "
            f"times the units, {short(now)} → {short(larger)}."
        )

    def regularize():
        losses = []
        for seed in SEEDS:
            config = replace(wave_config(1, 20, 500, seed), l2=0.1)
            losses.append(train(config, draw(20, 0.3, seed), engine_at_hand()).val_loss[-1])
        now = np.median(histories(1, 20, 0.3, 500, SEEDS, engine_at_hand())[1, :, -1])
        return (
            "Some gap there is nearly always: a network has seen its training samples. Here the "
            "training loss itself is high: it underfits, and whatever holds it back makes that "
            f"worse. With L2 of strength 0.1: {short(now)} → {short(np.median(losses))}. {tried()}"
        )

    return Prediction(
        "A network with one unit and 20 samples of a wave, noise² = 0.09: training loss about "
        "0.33, validation loss about 0.4. What lowers the validation loss most?",
        [
            Choice("Regularize it: there is a gap, so it overfits.", regularize),
            Choice("Four times the samples: more data always helps.", more),
            Choice("Four times the units: it cannot even fit what it has seen.", tried, right=True),
        ],
    )


def predict_stop():
    """Ask what a short patience does to thirty runs."""

    def runs(patience):
        found = scatter(whole_runs("wave", 0.01, 1000, engine=engine_at_hand()), patience)
        middles = [short(np.median(v)) for v in (found.test, found.at_best, found.at_end)]
        return (
            f"{int(found.missed.sum())} of 30 would still have reached a lower validation loss. "
            f"Median test loss: {middles[0]} with patience {patience}, {middles[1]} at the best "
            f"epoch of the whole run, {middles[2]} at the end."
        )

    def same():
        best = scatter(whole_runs("wave", 0.01, 1000, engine=engine_at_hand()), 1000).best
        low, high = (count(int(epoch)) for epoch in np.percentile(best, (10, 90)))
        return (
            f"The lowest validation loss of the whole run is at epoch {low} in one seed and at "
            f"{high} in another (10% and 90% of 30 seeds). {runs(5)}"
        )

    def over():
        return f"It pauses, and falls on. {runs(5)} Twenty epochs of patience: {runs(20)}"

    return Prediction(
        "Thirty trainings, each with its own draw of 20 samples. Each is stopped as soon as its "
        "validation loss has set no new low for 5 epochs. Have they missed anything?",
        [
            Choice("No: a validation loss that has stopped falling is past its lowest.", over),
            Choice("No: all have their best epoch at about the same place.", same),
            Choice("Yes: nearly all would have gone lower later.", lambda: runs(5), right=True),
        ],
    )


def predict_parts():
    """Ask which part of the expected error grows while training goes on."""

    def reply(words):
        return lambda: (
            f"{words} Slide the epoch below the next panel from 200 to 1,000, and watch the "
            "thirty curves and their mean."
        )

    return Prediction(
        "Thirty networks are trained on thirty draws of 20 samples, and go on from epoch 200 to "
        "1,000. Their mean error on new samples grows. Why?",
        [
            Choice("On average they move away from the true curve.", reply(
                "Their mean stays where it is: on the true curve.")),
            Choice("They move apart: each follows its own samples.", reply(
                "That part is called variance."), right=True),
            Choice("The noise in the new samples grows.", reply(
                "The noise is that of the data, and no training changes it.")),
        ],
    )  # fmt: skip


def predict_honest():
    """Ask what the best of twenty settings is worth on new data."""

    def reply(words):
        tries = [optimism(20, 20, seed, engine_at_hand()) for seed in range(20)]
        found = np.mean(tries, axis=0)
        return (
            f"{words} Mean of 20 tries: {short(found[0])} on the validation samples, "
            f"{short(found[1])} on the test. Of many numbers that scatter, the lowest is mostly "
            "one that was lucky."
        )

    return Prediction(
        "Twenty settings are tried on 60 samples. The best epoch of the best setting has a "
        "validation loss of 0.25, on 20 samples that no training has seen. On new samples it "
        "will have …",
        [
            Choice("… about 0.25: none of the 20 samples was trained on.",
                   lambda: reply("They were not trained on, but they did choose.")),
            Choice("… clearly more: they were used to choose.",
                   lambda: reply("The choice used them up."),
                   right=True),
            Choice("… clearly less: the other 19 settings were worse.",
                   lambda: reply("Mostly some of the 19 are better on new samples.")),
        ],
    )  # fmt: skip


def predict_below():
    """Ask why a validation loss lies below the training loss."""

    def last_losses(seed):
        config = TrainConfig(hidden=(32, 32), dropout=0.5, epochs=60, seed=seed)
        losses = three_losses(train(config, data.moons(seed=seed), engine_at_hand()))
        return [np.mean(values[-20:]) for values in losses]

    def reply():
        batches, after, val = map(short, np.mean([last_losses(seed) for seed in SEEDS], axis=0))
        return (
            f"Moons, 10 seeds, mean of the last 20 epochs: {batches} in the batches, with half of "
            f"the units out; the same samples asked afterwards, with all units, {after}; "
            f"validation {val}. Measured alike, the two are close."
        )

    def leak():
        return f"No sample is in both parts. {reply()}"

    def easier():
        return f"Both parts are drawn alike. {reply()}"

    return Prediction(
        "A network is trained with dropout: in every update half of its units are left out. The "
        "program prints the mean loss of the epoch's batches, and the validation loss. The "
        "validation loss is lower, in every epoch. Why?",
        [
            Choice("Validation samples must have got into the training set.", leak),
            Choice("The validation samples must be the easier ones.", easier),
            Choice("The two numbers were measured with different networks.", reply, right=True),
        ],
    )


def goals(panel):
    """Set three tasks on the panel of capacity."""
    return Goals(
        panel,
        [
            Goal("Harmless: with noise of 0.3 or more, degree 9 or higher, and a validation loss "
                 "below 0.3.", harmless),
            Goal("The second descent: with noise of 0.2 or more, a polynomial through all samples "
                 "(training loss below 0.000001), and a validation loss below 1.", descended),
            Goal("A U for the network: over 20 draws, 128 units end more than a tenth above the "
                 "best width in at least 15.", network_with_u),
        ],
    )  # fmt: skip


def harmless(panel):
    knobs, result = panel.settings, panel.result
    polynomial = knobs["model"] == "polynomial" and knobs["capacity"] >= 9
    return polynomial and knobs["noise"] >= 0.3 and result.losses[1] < 0.3 and not through(result)


def descended(panel):
    knobs, result = panel.settings, panel.result
    polynomial = knobs["model"] == "polynomial"
    return polynomial and knobs["noise"] >= 0.2 and through(result) and result.losses[1] < 1


def through(result):
    """Return whether a fit passes through all samples."""
    return result.losses[0] < 1e-6


def network_with_u(panel):
    many = panel.result.curves
    if panel.settings["model"] != "network" or many is None:
        return False
    return many.has_u(len(many.capacities) - 1)
