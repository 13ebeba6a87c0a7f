"""Lesson 01: what a hand does to the picture itself."""

import numpy as np
import pytest
from panels import touch

from lessons.experiments import nine_steps as lesson
from widgets import nine_steps
from widgets.nine_steps.landscape import W1, W3


@pytest.fixture
def panel():
    panel = nine_steps.panel()
    yield panel
    panel.close()


def test_touching_the_losses_shows_the_end_of_an_update(panel):
    touch(panel, "losses", (17.3, 0.1))
    assert panel.settings["time"] == 68
    assert (panel.moment.number, panel.moment.phase, panel.moment.done) == (17, 4, 17)
    assert panel.artists.losses.now.get_xdata()[0] == 17
    touch(panel, "losses", (17, 0.1), (-5, 0.1))
    assert panel.settings["time"] == panel.moment.done == 0
    touch(panel, "losses", (17, 0.1), (1e3, 0.1))
    assert panel.moment.done == 60


def start(panel):
    """Where the path in the landscape starts, which is where the training does."""
    x, y = np.transpose(panel.artists.landscape.path.get_data())[0]
    assert np.allclose((x, y), panel.result.training.weights[0, [0, 2]])
    return x, y


@pytest.mark.parametrize("seed", range(5))
def test_the_start_is_dragged_over_the_landscape(panel, seed):
    panel.set(seed=seed)
    first, drawn = panel.result.training.weights, lesson.initialize(seed)
    assert np.array_equal(first[0], drawn)
    for at in ((-1, 1.2), (0.4, -0.3)):
        touch(panel, "landscape", start(panel), at)
        # A step of the knobs is 0.05.
        assert np.allclose(start(panel), at, atol=0.026)
    assert panel.result.training.weights[0, 1] == drawn[1]
    assert "Start moved to w1 0." in str(panel)
    panel.set(shift_w1=0.0, shift_w3=0.0)
    assert np.array_equal(panel.result.training.weights, first)


@pytest.mark.parametrize("seed", range(21))
def test_every_corner_of_the_landscape_can_be_reached_and_nothing_beyond_the_knobs(panel, seed):
    for corner in ((W1[0], W3[0]), (W1[1], W3[1])):
        panel.set(**panel.start | {"seed": seed})
        touch(panel, "landscape", (0, 0), corner)
        assert np.allclose(start(panel), corner, atol=0.026)
    touch(panel, "landscape", (0, 0), (1e6, -1e6))
    assert (panel.settings["shift_w1"], panel.settings["shift_w3"]) == (4, -4)
