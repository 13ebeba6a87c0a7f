"""Lesson 08: what a hand does to the pictures themselves."""

import numpy as np
import pytest
from panels import kept, touch

from widgets import schedules
from widgets.schedules.knobs import POINTS

opened = kept(lambda: schedules.panel(epochs=20), scope="function")
floor = kept(schedules.floor, scope="function")


def heights(panel):
    return [panel.settings[f"point{k}"] for k in range(POINTS)]


def test_whatever_schedule_is_dragged_becomes_ones_own_line(opened):
    opened.set(schedule="polynomial")
    touch(opened, "rate", (405, 0.6), (700, 0.98))
    assert opened.settings["schedule"] == "yours"
    assert heights(opened) == [1.0, 0.8, 1.0, 0.4, 0.2, 0.0]
    assert opened.run.learning_rate[400] == pytest.approx(0.056)


def test_of_ones_own_line_only_the_dragged_point_moves(opened):
    opened.set(schedule="yours")
    before = heights(opened)
    touch(opened, "rate", (1000, 0.0), (1000, 5.0))
    assert heights(opened) == [*before[:-1], 1.0]


def test_touching_the_losses_goes_to_that_epoch(opened):
    axes = next(axes for axes in opened.figure.axes if axes.get_label() == "losses")
    touch(opened, "losses", (212, np.mean(axes.get_ylim())))
    assert opened.settings["time"] == opened.moment == 4


def test_touching_the_floors_sets_the_rate(floor):
    touch(floor, "floors", (0.11, 1e-2))
    assert floor.settings["learning_rate"] == pytest.approx(0.11)
