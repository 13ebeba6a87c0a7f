"""The program in scikit-learn differs in what it says, and in nothing else.

The oracle: the kit, trained from scikit-learn's first weights in the order of the data.
"""

from dataclasses import replace

import numpy as np
import pytest
from programs import check_clean
from reference import samples

from lessons import TrainConfig, data, train
from lessons.parameters import Layer
from lessons.programs import program

SMALL = TrainConfig(
    hidden=(6, 5), activation="tanh", learning_rate=0.05, batch_size=8, epochs=4, shuffle=False,
    dtype="float64", seed=2**33 + 1,
)  # fmt: skip
CASES = {
    "three classes": ({}, {"outputs": 3}),
    "two classes": ({"loss": "binary_cross_entropy"}, {"outputs": 2}),
    "values": ({"loss": "mse"}, {"task": "regression", "outputs": 3}),
    "one value": ({"loss": "mse"}, {"task": "regression", "outputs": None}),
    "relu": ({"activation": "relu"}, {}),
    "sigmoid": ({"activation": "sigmoid"}, {}),
    "identity": ({"activation": "identity"}, {}),
    "linear": ({"hidden": ()}, {}),
    "momentum": ({"optimizer": "momentum", "momentum": 0.8}, {}),
    "nesterov": ({"optimizer": "nesterov"}, {}),
    "l2": ({"l2": 0.05}, {}),
    "l2 of values": ({"l2": 0.05, "loss": "mse"}, {"task": "regression", "outputs": 3}),
    "adam": ({"optimizer": "adam", "epsilon": 1e-12}, {}),
    "adam of values": (
        {"optimizer": "adam", "epsilon": 1e-12, "loss": "mse"},
        {"task": "regression", "outputs": None},
    ),
}


def names_after(text):
    names = {"__name__": "program"}
    exec(text, names)
    return names


@pytest.mark.parametrize("case", CASES)
def test_it_does_what_the_kit_does_from_its_weights(case):
    changes, shape = CASES[case]
    config, split = replace(SMALL, **changes), samples(n=48, **shape)
    text = program(train(config, split, "numpy"), split, "sklearn")
    still = text.replace("learning_rate = 0.05", "learning_rate = 1e-300")
    model = names_after(still)["model"]
    first = [Layer(W, b) for W, b in zip(model.coefs_, model.intercepts_, strict=True)]
    expected = train(config, split, "numpy", first=first).train_loss
    found = names_after(text)["train_loss"]
    assert np.isnan(found[0]) and len(found) == config.epochs + 1
    assert np.allclose(found[1:], expected[1:], rtol=1e-7)
    assert not np.isclose(found[1], found[-1], rtol=1e-3)


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "gelu"}, {"optimizer": "rmsprop"}, {"schedule": "cosine"}, {"l1": 0.1},
        {"dropout": 0.2}, {"batch_norm": True}, {"clip_norm": 1.0}, {"clip_value": 1.0},
        {"patience": 3}, {"drop_last": True}, {"loss": "hinge"},
    ],
    ids=str,
)  # fmt: skip
def test_a_knob_that_it_does_not_have_is_an_error_in_words(changes):
    split = data.moons(n=40)
    run = train(replace(SMALL, **changes), split, "numpy")
    ((name, value),) = changes.items()
    with pytest.raises(ValueError, match=f"networks have no {name}={value!r}: no program"):
        program(run, split, "sklearn")


def test_batches_that_grow_and_a_single_class_are_errors_in_words():
    split = data.moons(n=40)
    growing = train(replace(SMALL, batch_size=lambda epoch: 4 + epoch), split, "numpy")
    with pytest.raises(ValueError, match="networks have no batch_size="):
        program(growing, split, "sklearn")
    split = samples(outputs=1)
    with pytest.raises(ValueError, match="need at least two classes, got one"):
        program(train(SMALL, split, "numpy"), split, "sklearn")


def test_it_says_what_it_does_otherwise():
    split = data.moons(n=40)
    text = program(train(replace(SMALL, l2=0.1), split, "numpy"), split, "sklearn")
    for word in ("- init: ", "- seed: ", "- outputs: ", "- l2: alpha is divided"):
        assert word in text
    plain = program(train(SMALL, split, "numpy"), split, "sklearn")
    assert "- l2: alpha, which is 0.0001 by default, is 0." in plain
    assert "Adam" not in plain


def test_the_digits_come_from_scikit_learn_and_are_learned():
    split = data.digits()
    config = TrainConfig(hidden=(16,), epochs=5, learning_rate=0.3)
    run = train(config, split)
    text = program(run, split, "sklearn")
    assert len(text) < 4000
    losses = names_after(text)["train_loss"]
    assert losses[-1] < 0.5 * losses[1] and abs(np.log(losses[-1] / run.train_loss[-1])) < 1


def test_its_programs_are_clean_and_fit_the_page(tmp_path):
    texts = []
    for changes, shape in CASES.values():
        split = samples(n=48, **shape)
        texts.append(program(train(replace(SMALL, **changes), split, "numpy"), split, "sklearn"))
    check_clean(texts, tmp_path)
