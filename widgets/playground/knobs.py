"""The knobs of the playground: three are open, the others stand in groups that fold away."""

from itertools import product

from lessons import TrainConfig
from lessons.activations import ACTIVATIONS
from lessons.data.features import FEATURES
from lessons.experiments.playground.painting import ERASER, strokes_of
from lessons.initializers import INITIALIZERS
from lessons.losses import LOSSES
from lessons.optimizers import OPTIMIZERS
from lessons.schedules import SCHEDULES
from widgets.knobs import (
    between,
    choice,
    count_slider,
    drawn,
    float_slider,
    int_slider,
    log_slider,
    slider,
    switch,
    whole,
)
from widgets.options import menu

CLASSES = ("spiral", "circle", "xor", "gaussians", "moons")
VALUES = ("plane", "bumps")
PAINTED = "painted"
# Of classes, which differ in shape, too.
MARKERS = "osD^"
COLORS = ("blue", "orange", "green", "purple")
BRUSHES = {f"{color}, class {k}": k for k, color in enumerate(COLORS)} | {"eraser": ERASER}
LAYERS, UNITS = 6, 8
STRENGTHS = (0.0, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)
OFF = "off"
LENGTHS = {OFF: None, "0.01": 0.01, "0.1": 0.1, "1": 1.0, "10": 10.0}
FEATURE_FIELDS = {f"f{k}": name for k, name in enumerate(FEATURES, start=1)}
LAYER, UNIT = range(1, LAYERS + 1), range(1, UNITS + 1)
UNIT_FIELDS = [f"units{k}" for k in LAYER]
OUTPUT = "output"
SHOWN = [OUTPUT, *(f"{layer}.{unit}" for layer, unit in product(LAYER, UNIT))]
MOMENTUM = ("momentum", "nesterov")
GROUPS = {
    "data": [
        "noise", "share", "seed", "brush", "size", "val", "discrete", *FEATURE_FIELDS, "paint",
    ],
    "network": ["layers", *UNIT_FIELDS, "init", "batch_norm", "shown"],
    "training": ["optimizer", "momentum", "schedule", "batch_size", "epochs", "loss", "value_loss",
                 "clip_norm", "seeds"],
    "regularization": ["l1", "l2", "dropout"],
}  # fmt: skip


def losses(*tasks):
    """Return the losses of these tasks for a menu, with the one that is the task's own first."""
    return menu([name for name, loss in LOSSES.items() if loss.task in tasks])


def make_knobs():
    """Make all knobs, in the order in which they stand."""
    return [
        choice("data", "data", "What the network has to learn",
               menu(CLASSES + VALUES) | {"your own points": PAINTED}, "spiral"),
        log_slider("learning_rate", "learning rate η", "Length of a step per unit of gradient",
                   1e-4, 10.0, 0.1, 0.1, 330),
        choice("activation", "activation", "Non-linearity of the hidden units",
               menu(ACTIVATIONS), "relu"),
        # data
        float_slider("noise", "noise", "How far samples are from their clean place", 0, 0.6, 0.1,
                     0.05, 230),
        float_slider("share", "for training", "Share of the samples to train on", 0.1, 0.9, 0.5,
                     0.1, 250),
        int_slider("seed", "seed", "Another draw of data, first weights and batches", 0, 20, 0),
        choice("brush", "brush", "What a stroke on the large map leaves", BRUSHES, 0),
        float_slider("size", "brush size", "How far samples are from the stroke, and how far "
                     "the eraser reaches", 0.1, 1, 0.3, 0.1, 230),
        drawn("paint", "paint", strokes_of),
        switch("val", "unseen samples", "Show the samples that are kept from training", False),
        switch("discrete", "plain colors", "Color the plane by the answer, not by how sure it is",
               False),
        *(switch(field, name, f"Give the network {name}", name in ("x1", "x2"), 80)
          for field, name in FEATURE_FIELDS.items()),
        # network
        choice("layers", "hidden layers", "How many hidden layers", range(LAYERS + 1), 2, 150),
        *(int_slider(field, f"units {k}", f"Units of hidden layer {k}", 1, UNITS, UNITS, 170)
          for k, field in enumerate(UNIT_FIELDS, start=1)),
        choice("init", "first weights", "How the first weights are drawn", menu(INITIALIZERS),
               "he_normal", 240),
        switch("batch_norm", "batch norm", "Batch normalization of the hidden layers", False),
        choice("shown", "large map", "What is shown large: the answer, or a unit layer.unit",
               menu(SHOWN), OUTPUT),
        # training
        choice("optimizer", "optimizer", "How a gradient becomes a step", menu(OPTIMIZERS), "sgd"),
        slider("momentum", "momentum μ", "How much of the last step is kept",
               (0.0, 0.5, 0.8, 0.9, 0.95, 0.99), 0.9, "a number from 0 to 0.99", between(0, 0.99),
               230),
        choice("schedule", "schedule", "How the rate changes over the run", menu(SCHEDULES),
               "constant", 230),
        count_slider("batch_size", "batch size", "Samples per update", 1, 512, 16),
        slider("epochs", "epochs", "Passes over the training set",
               (1, 3, 10, 30, 50, 100, 200, 300, 1000), 100, "a whole number from 1 to 1000",
               whole(1, 1000), 220),
        choice("loss", "loss", "What is made small, for classes",
               losses("classification", "two classes"), "cross_entropy", 230),
        choice("value_loss", "loss", "What is made small, for values", losses("regression"), "mse"),
        choice("clip_norm", "clip gradient at", "Longest gradient that is let through", LENGTHS,
               None, 190),
        switch("seeds", "band over 10 seeds", "Train ten times with other luck, too", False),
        # regularization
        penalty("l1", "L1", "Strength of the penalty on the sum of |w|"),
        penalty("l2", "L2", "Strength of the penalty on half the sum of w²"),
        slider("dropout", "dropout p", "Share of hidden units left out in an update",
               (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9), 0.0, "a number from 0 to 0.9", between(0, 0.9),
               250),
    ]  # fmt: skip


def penalty(field, label, tip):
    return slider(field, label, tip, STRENGTHS, 0.0, "a number from 0 to 1", between(0, 1), 250)


def idle(settings):
    """Return the knobs that change nothing: of layers that are not there, or of another task."""
    hidden = UNIT_FIELDS[settings["layers"] :]
    if settings["layers"] == 0:
        hidden += ["activation", "batch_norm", "dropout"]
    if settings["optimizer"] not in MOMENTUM:
        hidden.append("momentum")
    hidden.append("loss" if settings["data"] in VALUES else "value_loss")
    if settings["data"] == PAINTED:
        hidden.append("noise")
    return hidden


def features_on(settings):
    """Return the names of the features that the network is given; x1 where all are off."""
    return [name for field, name in FEATURE_FIELDS.items() if settings[field]] or ["x1"]


def unit_of(shown, units):
    """Return layer and unit, from 0, of the map that is to be large, or None: the answer.

    Parameters: shown, as in the menu; units, a list for each hidden layer, or its units.
    """
    if shown == OUTPUT:
        return None
    layer, unit = (int(part) - 1 for part in shown.split("."))
    return (layer, unit) if layer < len(units) and unit < len(units[layer]) else None


def config_of(settings, seed=None):
    """Return the TrainConfig that the knobs ask for."""
    same = (
        "learning_rate", "activation", "init", "batch_norm", "optimizer", "momentum", "schedule",
        "batch_size", "epochs", "clip_norm", "l1", "l2", "dropout",
    )  # fmt: skip
    values = settings["data"] in VALUES
    return TrainConfig(
        hidden=tuple(settings[field] for field in UNIT_FIELDS[: settings["layers"]]),
        loss=settings["value_loss" if values else "loss"],
        seed=settings["seed"] if seed is None else seed,
        **{field: settings[field] for field in same},
    )
