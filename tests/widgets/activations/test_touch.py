"""Lesson 06: what a hand does to the pictures themselves."""

import numpy as np
import pytest
from panels import touch

from widgets import activations


@pytest.fixture
def function():
    panel = activations.functions()
    yield panel
    panel.close()


@pytest.fixture
def softmax():
    panel = activations.softmax()
    yield panel
    panel.close()


def test_z_follows_the_pointer_along_the_function(function):
    touch(function, "function", (-1.26, 0.3))
    assert function.settings["z"] == function.result.z == -1.25
    touch(function, "function", (2, 0.3), (0.5, 3))
    assert function.settings["z"] == 0.5
    for x, end in ((90, 6), (-90, -6)):
        touch(function, "function", (2, 0.3), (x, 0.3))
        assert function.settings["z"] == end


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("k", range(4))
def test_the_bar_that_is_dragged_follows_the_pointer(softmax, k, temperature):
    softmax.set(temperature=temperature, shift=20.0)
    before = softmax.settings
    for p in (0.1, 0.5, 0.8):
        touch(softmax, "bars", (k + 1.3, 0.02), (0.6, p))
        # A step of the knob is 0.5: nearer than that to the height asked for it cannot be.
        step = 0.25 / temperature
        reached = np.log(softmax.result.p[k] / (1 - softmax.result.p[k]))
        assert abs(reached - np.log(p / (1 - p))) <= step + 1e-9
    changed = {name for name in before if before[name] != softmax.settings[name]}
    assert changed <= {f"z{k + 1}"}


def test_bars_that_are_dragged_out_of_the_picture_stop_at_the_ends_of_the_knob(softmax):
    for y, end in ((5, 10), (-5, -10)):
        touch(softmax, "bars", (2, 0.3), (2, y))
        assert softmax.settings["z2"] == end
    touch(softmax, "bars", (40, 0.5))
    assert softmax.result.p[3] == pytest.approx(0.5, abs=0.07)
