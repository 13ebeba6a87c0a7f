"""What is pinned is told apart from what is shown by the knobs that differ."""

import numpy as np
import pytest
from panels import Fake, settle, slide

from widgets import learning_rate, pinned
from widgets.fonts import width
from widgets.knobs import choice, int_slider, log_slider, switch

KNOBS = {
    knob.field: knob
    for knob in (
        log_slider("learning_rate", "learning rate η", "", 1e-6, 1e3, 0.1),
        log_slider("noise", "noise", "", 1e-2, 1e4, 1.0),
        int_slider("epochs", "epochs", "", 1, 10_000, 10),
        switch("shuffle", "shuffle", "", True),
        choice(
            "activation", "activation", "", {"ReLU": "relu", "GELU (tanh)": "gelu_tanh"}, "relu"
        ),
    )
}
NOW = {"learning_rate": 0.1, "noise": 1.0, "epochs": 10, "shuffle": True, "activation": "relu"}


@pytest.fixture
def fake():
    return Fake().panel()


def beside(**changes):
    return pinned.beside("result", KNOBS, NOW | changes, NOW)


@pytest.mark.parametrize(
    ("changes", "label", "differences"),
    [
        ({}, "pinned: the same", ()),
        ({"learning_rate": 1e-6}, "pinned: η 1e−6", ("learning rate η = 1e−6",)),
        ({"noise": 2000.0}, "noise 2,000", ("noise = 2,000",)),
        ({"epochs": 7}, "pinned: epochs 7", ("epochs = 7",)),
        ({"shuffle": False}, "pinned: shuffle off", ("shuffle = off",)),
        ({"activation": "gelu_tanh"}, "GELU (tanh)", ("activation = GELU (tanh)",)),
        (
            {"learning_rate": 0.5, "epochs": 7},
            "η 0.5, epochs 7",
            ("learning rate η = 0.5", "epochs = 7"),
        ),
        (
            {"noise": 2000.0, "epochs": 7, "shuffle": False},
            "pinned: 3 knobs",
            ("noise = 2,000", "epochs = 7", "shuffle = off"),
        ),
    ],
)
def test_the_knobs_that_differ_are_named(changes, label, differences):
    found = beside(**changes)
    assert found.differences == differences
    assert found.label == label
    assert width(found.label) <= pinned.ROOM


def test_a_pinned_result_has_all_that_the_result_has():
    found = pinned.beside(np.arange(3), KNOBS, NOW, NOW)
    assert found.shape == (3,)
    assert not hasattr(found, "nothing")


def test_a_summary_ends_with_what_is_pinned(fake):
    fake.set(rate=2.0, n=20, pinned={"n": 5})
    pinned_words = " Pinned, with n = 5."
    assert str(fake) == f"20 points at 2, shown to 20.{pinned_words}"
    assert repr(fake) == str(fake)
    fake.set(rate=4.0)
    assert str(fake).endswith(" Pinned, with rate = 2, n = 5.")
    fake.set(rate=2.0, n=5)
    assert "Pinned" not in str(fake)
    fake.set(n=6, pinned=None)
    assert "Pinned" not in str(fake)
    fake.close()


def test_update_gets_the_label_of_the_place_that_is_drawn(fake):
    labels = []
    update = fake.update

    def noting(artists, result, moment, before):
        labels.append(before and before.label)
        update(artists, result, moment, before)

    fake.update = noting
    fake.set(pinned={"n": 5})
    slide(fake, "rate", 2.0)
    settle(fake)
    assert labels == ["pinned: n 5", "pinned: rate 1, n 5"]
    fake.close()


def test_the_pinned_run_is_told_with_its_loss(compiled):
    panel = learning_rate.panel(epochs=5, pinned={"learning_rate": 1e-6})
    pinned_loss = panel.pinned.run.train_loss[-1]
    assert str(panel).endswith(
        f" Pinned, with learning rate η = 1e−6: training loss {pinned_loss:.2g}."
    )
    assert any(end.get_text() == "pinned: η 1e−6" for end in panel.artists.losses.ends)
    panel.set(activation="identity", pinned={"learning_rate": 1e3})
    assert panel.pinned.run.status == "diverged"
    assert ": diverged at update" in str(panel).split("Pinned, with learning rate η = 1,000")[1]
    panel.close()
