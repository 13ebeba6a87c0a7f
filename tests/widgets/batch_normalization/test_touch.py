"""Lesson 12: what a hand does to the pictures themselves."""

import numpy as np
import pytest
from panels import touch

from widgets import batch_normalization

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture(scope="module")
def panel():
    panel = batch_normalization.panel(epochs=20)
    yield panel
    panel.close()


def test_touching_the_losses_moves_time(panel):
    modes = batch_normalization.modes()
    for touched in (panel, modes):
        touch(touched, "losses", (7.3, 0.1))
        assert touched.settings["time"] == 7
        touch(touched, "losses", (7, 0.1), (-9, 0.1))
        assert touched.settings["time"] == 0
        touch(touched, "losses", (7, 0.1), (1e4, 0.1))
        assert touched.settings["time"] == touched.settings["epochs"]
    modes.close()


@pytest.mark.parametrize("layer", range(4))
@pytest.mark.parametrize("row", [0, 1])
def test_touching_what_a_layer_is_given_moves_time(panel, layer, row):
    name, artists = ("without", "with")[row], panel.artists.layers.rows[row]
    # Epochs 0 to 20 of all layers are on one line, with gaps.
    panel.set(time=12)
    there = artists.now.get_xdata()[3 * layer]
    panel.set(time=3)
    touch(panel, name, (there, 0))
    assert panel.settings["time"] == 12
    touch(panel, name, (there, 0), (2, 0))
    assert panel.settings["time"] == 20
    touch(panel, name, (there, 0), (-2, 0))
    assert panel.settings["time"] == 0


@pytest.mark.parametrize(("name", "row", "knob"), [("z", 0, "mean"), ("scaled", 3, "beta")])
def test_a_batch_is_dragged_as_a_whole(name, row, knob):
    panel = batch_normalization.steps()
    dot, before = panel.artists.followed[row][0], panel.settings
    (x,), (y,) = dot.get_data()
    touch(panel, name, (x, y), (x + 1.2, y), (x - 2.1, y))
    # Where it was taken hold of, it is under the pointer.
    assert np.allclose(dot.get_data(), [[x - 2.1], [y]])
    assert panel.settings == before | {knob: pytest.approx(before[knob] - 2.1)}
    for far, end in ((100, 5), (-100, -5)):
        touch(panel, name, (0, 0.5), (far, 9))
        assert panel.settings[knob] == end
    panel.close()
