"""The program in Keras: by its syntax, and by the names that Keras documents.

Keras is not among the kit's packages, so that no test here runs these programs.
"""

import ast
from dataclasses import replace

import pytest
from programs import check_clean
from reference import samples

from lessons import TrainConfig, data, train
from lessons.activations import ACTIVATIONS
from lessons.initializers import INITIALIZERS
from lessons.optimizers import OPTIMIZERS
from lessons.programs import program
from lessons.schedules import Cosine

SMALL = TrainConfig(
    hidden=(6, 5), activation="tanh", learning_rate=0.02, batch_size=8, epochs=3, dtype="float64"
)
EVERYTHING = {
    "batch_norm": True, "dropout": 0.2, "optimizer": "adamw", "l1": 0.01, "l2": 0.01,
    "clip_norm": 1.0, "patience": 3, "schedule": "cosine",
}  # fmt: skip
# The arguments of what the programs call, from the reference of Keras 3.
DOCUMENTED = {
    "SGD": "learning_rate momentum nesterov",
    "Adagrad": "learning_rate initial_accumulator_value epsilon",
    "RMSprop": "learning_rate rho epsilon",
    "Adam": "learning_rate beta_1 beta_2 epsilon",
    "AdamW": "learning_rate weight_decay beta_1 beta_2 epsilon",
    "ExponentialDecay": "initial_learning_rate decay_steps decay_rate staircase",
    "CosineDecay": "initial_learning_rate decay_steps alpha",
    "PolynomialDecay": "initial_learning_rate decay_steps end_learning_rate power",
    "SparseCategoricalCrossentropy": "from_logits",
    "BinaryCrossentropy": "from_logits",
    "Hinge": "",
    "MeanSquaredError": "",
    "MeanAbsoluteError": "",
    "Huber": "delta",
    "L1L2": "l1 l2",
    "Dense": "units kernel_regularizer",
    "Activation": "activation",
    "LeakyReLU": "negative_slope",
    "Dropout": "rate",
    "BatchNormalization": "momentum epsilon",
    "EarlyStopping": "monitor patience restore_best_weights",
    "LambdaCallback": "on_epoch_end",
    "fit": "x y batch_size epochs shuffle callbacks validation_data verbose",
    "compile": "optimizer loss",
    "exclude_from_weight_decay": "var_names",
    "gelu": "x approximate",
    "Input": "shape",
    "Sequential": "layers",
    "set_floatx": "value",
    "set_dtype_policy": "dtype",
    "set_random_seed": "seed",
    "convert_to_numpy": "x",
}
CLIPPING = {"clipvalue", "global_clipnorm"}  # of every optimizer
STEPPERS = {"SGD", "Adagrad", "RMSprop", "Adam", "AdamW"}


def text_of(changes, **shape):
    split = samples(n=43, **shape)
    return program(train(replace(SMALL, **changes), split, "numpy"), split, "keras")


def every_text():
    yield text_of({})
    yield text_of(EVERYTHING)
    yield text_of({"hidden": (), "seed": 2**40})
    yield text_of({"schedule": Cosine(0.02, 9, final=0.01), "clip_value": 0.5})
    yield from (text_of({"activation": name}) for name in ACTIVATIONS)
    yield from (text_of({"init": name}) for name in INITIALIZERS)
    yield from (text_of({"optimizer": name, "l2": 0.1}) for name in OPTIMIZERS)
    yield from (text_of({"schedule": name}) for name in ("step", "exponential", "polynomial"))
    yield from (text_of({"loss": name}, outputs=2) for name in ("hinge", "binary_cross_entropy"))
    yield from (text_of({"loss": name}, task="regression") for name in ("mse", "mae", "huber"))


def calls_of_keras(text):
    """Name and arguments, by position and by name, of what a program calls of Keras."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            root = ast.unparse(node.func).split(".")[0]
            if root in ("keras", "layers", "model", "optimizer"):
                yield node.func.attr, len(node.args), [word.arg for word in node.keywords]


def test_only_documented_names_are_called():
    called = set()
    for text in every_text():
        for name, positions, words in calls_of_keras(text):
            documented = DOCUMENTED[name].split()
            assert positions <= len(documented)
            rest = set(documented[positions:]) | (CLIPPING if name in STEPPERS else set())
            assert set(words) <= rest, (name, words)
            called.add(name)
    assert called == set(DOCUMENTED)


def test_its_programs_are_clean_and_fit_the_page(tmp_path):
    check_clean(every_text(), tmp_path)


def test_a_knob_is_there_only_where_it_is_in_use():
    plain, full = text_of({}), text_of(EVERYTHING)
    for word in ("Dropout", "BatchNormalization", "L1L2", "clipnorm", "EarlyStopping", "Decay"):
        assert word in full and word not in plain


def test_it_says_what_it_does_otherwise():
    full = text_of(EVERYTHING)
    for word in ("- seed: ", "- batch_norm: ", "- epsilon: ", "- patience: ", "- defaults: "):
        assert word in full
    assert "- l2: " in text_of({"l2": 0.1}) and "- l2: " not in full
    assert "- schedule: " in text_of({"optimizer": "momentum", "schedule": "cosine"})
    assert "- seed: " not in text_of({"shuffle": False})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loss": "brier"}, "loss='brier'"),
        ({"schedule": "one_cycle"}, "schedule='one_cycle'"),
        ({"drop_last": True}, "drop_last=True"),
        ({"batch_size": lambda epoch: 4}, "batch_size="),
        ({"clip_norm": 1.0, "clip_value": 1.0}, "clip_value=1.0 beside clip_norm"),
    ],
    ids=["loss", "schedule", "drop_last", "batch_size", "clip_value"],
)
def test_a_knob_that_it_does_not_have_is_an_error_in_words(changes, words):
    split = data.moons(n=40)
    run = train(replace(SMALL, **changes), split, "numpy")
    with pytest.raises(ValueError, match=f"Keras has no {words}"):
        program(run, split, "keras")
