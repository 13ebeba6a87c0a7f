"""Lesson 03: what a hand does to the pictures themselves."""

import numpy as np
import pytest
from panels import touch

from widgets import learning_rate

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture
def valley():
    panel = learning_rate.valley()
    yield panel
    panel.close()


def test_touching_the_losses_of_the_network_moves_time():
    panel = learning_rate.panel(epochs=20)
    touch(panel, "losses", (7.2, 0.1))
    assert panel.settings["time"] == panel.moment.epoch == 7
    touch(panel, "losses", (7, 0.1), (-3, 0.1))
    assert panel.moment.epoch == 0
    touch(panel, "losses", (7, 0.1), (90, 1e5))
    assert panel.moment.epoch == 20
    panel.close()


def starts(panel):
    """Where the knobs, the path and the picture say that it starts."""
    settings, above = panel.settings, panel.artists.paths[1]
    knobs = settings["start_w1"], settings["start_w2"]
    assert tuple(panel.result.path[0]) == tuple(np.transpose(above.get_data())[0]) == knobs
    return knobs


def test_the_start_is_dragged_from_above(valley):
    assert starts(valley) == (1.0, 0.7)
    touch(valley, "above", (1, 0.7), (-0.5, 0.31))
    assert starts(valley) == (-0.5, 0.3)
    touch(valley, "above", (1, 0.7), (9, -9))
    assert starts(valley) == (1.25, -1.25)
    # Only what was asked for has moved, and Reset puts it back.
    assert valley.settings == valley.start | {"start_w1": 1.25, "start_w2": -1.25}
    valley.on_reset(None)
    assert starts(valley) == (1.0, 0.7)


def test_the_start_is_dragged_across_the_valley_and_stays_in_sight(valley):
    for w2, reached in ((-0.42, -0.4), (0.04, 0.05), (1.1, 1.1), (40, 1.25), (0.7, 0.7)):
        touch(valley, "across", (0.7, 2), (w2, -5))
        assert starts(valley) == (1.0, reached)
        x, height = np.transpose(valley.artists.paths[0].get_data())[0]
        assert x == reached
        assert height <= valley.artists.paths[0].axes.get_ylim()[1]


def test_touching_the_losses_of_the_valley_moves_time(valley):
    touch(valley, "losses", (12.4, 1e-3))
    assert valley.settings["time"] == valley.moment == 12
    touch(valley, "losses", (12, 1e-3), (99, 1e30))
    assert valley.moment == 30


@pytest.mark.parametrize(
    ("start", "rate", "end"),
    [
        ((1.0, 0.7), 0.25, "it diverges, along w2."),
        ((1.0, 0.7), 2.5, "it diverges, along w1 and w2."),
        ((1.0, 0.0), 2.5, "it diverges, along w1."),
        ((1.0, 0.0), 0.25, "it converges."),
        ((1.0, 0.0), 0.15, "it converges."),
        ((1.0, 0.0), 2.0, "it neither shrinks nor grows, along w1."),
        ((0.0, -0.5), 0.2, "it neither shrinks nor grows, along w2."),
        ((0.0, -0.5), 0.15, "it converges, zigzagging across the valley."),
        ((0.0, 0.0), 9.0, "it starts at the minimum and stays there."),
    ],
)
def test_the_words_are_true_of_every_start(valley, start, rate, end):
    valley.set(learning_rate=rate, start_w1=start[0], start_w2=start[1], steps=200)
    losses = valley.result.losses
    assert str(valley).endswith(end)
    assert ("diverges" in end) == (losses[-1] > losses[0] * (1 + 1e-9))
    assert ("converges" in end) == (losses[-1] < losses[0] * (1 - 1e-9))
    assert ("It starts at" in str(valley)) == (start != (1.0, 0.7))
