"""Lesson 01: what a hand does to the picture itself."""

import pytest
from panels import touch

from widgets import nine_steps


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
