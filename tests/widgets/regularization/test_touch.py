"""Lesson 11: what a hand does to the pictures themselves."""

import pytest
from panels import touch

from widgets import regularization

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize("name", ["L2", "L1"])
def test_the_minimum_is_dragged_in_either_map(name):
    panel = regularization.minimum()
    touch(panel, name, (1.3, 0.5), (-0.7, 1.2))
    assert (panel.settings["minimum_w1"], panel.settings["minimum_w2"]) == (-0.7, 1.2)
    touch(panel, name, (0, 0), (99, -99))
    assert (panel.settings["minimum_w1"], panel.settings["minimum_w2"]) == (2, -2)
    touch(panel, f"{name} path", (1.0, 0.0), (0.1, 1.0))
    assert panel.settings["strength"] == pytest.approx(0.1)
    touch(panel, f"{name} path", (1.0, 0.0), (1e9, 1.0))
    assert panel.settings["strength"] == 30
    panel.close()


def test_the_descents_move_time_and_the_path_the_strength():
    panel = regularization.zeros(steps=100)
    for name, step in (("usual step", 12), ("proximal step", 70)):
        touch(panel, name, (step, 0.05))
        assert panel.settings["time"] == step
    touch(panel, "lasso", (1.0, 0.0))
    assert panel.settings["l1"] == pytest.approx(1.0)
    panel.close()


def test_losses_move_time_and_the_network_the_sample():
    panel = regularization.panel(epochs=30)
    touch(panel, "losses", (7.2, 0.5))
    assert panel.settings["time"] == 7
    panel.close()
    masked = regularization.dropout()
    touch(masked, "network", (0.5, 1.0))
    assert masked.settings["sample"] == 1
    touch(masked, "network", (0.5, 1.0), (0.5, 0.0))
    assert masked.settings["sample"] == 32
    masked.close()


def test_each_of_the_three_plots_of_weight_decay_moves_time():
    panel = regularization.decay()
    for epoch, name in enumerate(("length", "effective rate", "losses"), 40):
        touch(panel, name, (epoch + 0.3, 0.5))
        assert panel.settings["time"] == epoch
    panel.close()
