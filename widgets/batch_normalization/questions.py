"""The predictions and goals of lesson 12; their replies look at runs made on the spot."""

from functools import cache

import numpy as np

from lessons import TrainConfig, data, predict, train
from lessons.engines import engine_at_hand
from lessons.experiments.batch_normalization import one_batch
from lessons.experiments.batch_normalization.modes import answers_in_batches
from lessons.experiments.settled import settled_loss
from lessons.numerals import fixed
from lessons.parameters import Layer, Params
from widgets.batch_normalization.training import fate
from widgets.tasks import Choice, Goal, Goals, Prediction


@cache
def trained():
    """Train two layers of 16 sigmoid units with batch norm on the spiral; return run and data."""
    split = data.spiral()
    config = TrainConfig(activation="sigmoid", batch_norm=True)
    return train(config, split, engine_at_hand()), split


def predict_output():
    """Ask what batch norm's output looks like once it has been trained."""

    def learned():
        gammas, betas = (
            np.concatenate([getattr(layer, name) for layer in trained()[0].params[:-1]])
            for name in ("gamma", "beta")
        )
        means, deviations = (
            f"from {fixed(values.min(), 1)} to {fixed(values.max(), 1)}"
            for values in (betas, np.abs(gammas))
        )
        return (
            f"After 100 epochs on the spiral the 32 units' means range {means}, and their standard "
            f"deviations {deviations}."
        )

    def always_standard():
        return (
            "So they are after the first half of it. But then every unit multiplies by a number γ "
            f"and adds a number β of its own, which are learned like weights. {learned()}"
        )

    def weights_decide():
        z = np.random.default_rng(0).normal(size=32)
        one, other = (one_batch.walk(z, 1.0, 0.0, 1e-5).z_hat for z in (z, 100 * z + 7))
        apart = np.abs(one - other).max()
        return (
            "The weights before it decide the shape, but neither mean nor scale: these are "
            "normalized away. Multiply 32 values by 100 and add 7, and what batch norm makes of "
            f"them changes by {apart:.3f}. Mean and scale are set by two numbers that are learned."
        )

    return Prediction(
        "A network was trained with batch norm in every hidden layer. Now you look at the values "
        "that one unit gets from it, over a whole batch. Their mean and standard deviation are …",
        [
            Choice("… 0 and 1, for every unit: that is what normalizing means.", always_standard),
            Choice("… two numbers that this unit has learned, like weights.", learned, right=True),
            Choice("… whatever the weights of the layer make them.", weights_decide),
        ],
    )


def predict_evaluation():
    """Ask whose mean and variance count when the network is used."""

    def of_the_batch():
        run, split = trained()
        answers = answers_in_batches(
            run.params, run.config, split.X_val, split.X_train, batch_size=8, draws=40
        )
        widest = np.ptp(answers, axis=1).max()
        return (
            "Then the answer for one sample would depend on which others you ask about at the same "
            "time: in batches of 8, some unseen point's probability of class 1 differs by "
            f"{widest:.1f}, with the same weights. And a single sample would be its own mean: "
            "every unit would give β, whatever you ask."
        )

    def of_the_training_set():
        return (
            "A good idea: those who invented batch norm did it so. But it takes another pass "
            "through many batches after the last step, and again whenever the weights have moved. "
            "Libraries instead collect the numbers on the way, as running averages over the "
            "batches, and so does this kit."
        )

    def running():
        return (
            "In training every batch moves the running averages a little towards its own mean and "
            "variance. In evaluation mode they are used as they are, so that one sample has one "
            "answer."
        )

    def none():
        run, split = trained()
        plain = Params([Layer(layer.W, layer.b) for layer in run.params], run.params.loss)
        without = predict(plain, TrainConfig(activation="sigmoid"), split.X_val)
        right = np.mean(without.argmax(axis=1) == split.y_val)
        return (
            "The layers above have learned with normalized values; others mean nothing to them. "
            f"With batch norm left out, the weights of this run get {100 * right:.0f}% of unseen "
            f"samples right; with it, {100 * run.val_accuracy[-1]:.0f}%."
        )

    return Prediction(
        "The network is trained. You ask it about one single sample. Whose mean and variance does "
        "batch norm use, here and in PyTorch and Keras?",
        [
            Choice("Those of the batch I ask about, as in training.", of_the_batch),
            Choice("None: it is switched off when the network is used.", none),
            Choice("Those of the training set, computed at the end.", of_the_training_set),
            Choice("Running averages, collected during training.", running, right=True),
        ],
    )


def goals(panel):
    """Set three tasks on the panel that trains without and with batch norm."""
    return Goals(
        panel,
        [
            Goal("Rescue: without batch norm it diverges, with it it has learned.", rescue),
            Goal("Break it: without batch norm it has learned, with it it has not.", broken),
            Goal(
                "Let batch norm lose: both have learned, and the loss without it is at most half "
                "as high (median of the last quarter of the epochs).",
                loses,
            ),
        ],
    )


def fates(panel):
    """Return in a few words what became of the runs without and with batch norm."""
    return [fate(run, panel.result.split) for run in panel.result.runs]


def rescue(panel):
    return fates(panel) == ["diverged", "has learned"]


def broken(panel):
    without, with_ = fates(panel)
    return without == "has learned" and with_ != "has learned"


def loses(panel):
    if fates(panel) != ["has learned", "has learned"]:
        return False
    without, with_ = map(settled_loss, panel.result.runs)
    return without <= with_ / 2
