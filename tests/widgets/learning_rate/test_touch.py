"""Lesson 03: what a hand does to the pictures themselves."""

import pytest
from panels import touch

from widgets import learning_rate

pytestmark = pytest.mark.usefixtures("compiled")


def test_touching_the_losses_of_the_network_moves_time():
    panel = learning_rate.panel(epochs=20)
    touch(panel, "losses", (7.2, 0.1))
    assert panel.settings["time"] == panel.moment.epoch == 7
    touch(panel, "losses", (7, 0.1), (-3, 0.1))
    assert panel.moment.epoch == 0
    touch(panel, "losses", (7, 0.1), (90, 1e5))
    assert panel.moment.epoch == 20
    panel.close()
