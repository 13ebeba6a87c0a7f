"""Lesson 05: what a hand does to the pictures themselves."""

import numpy as np
import pytest
from panels import kept, touch

from widgets import loss_functions

lines = kept(loss_functions.lines, scope="function")
margin = kept(loss_functions.margin, scope="function")
networks = kept(loss_functions.panel, epochs=10, scope="function")


def test_outliers_are_dragged_along_and_nothing_else(lines):
    before = lines.result.samples
    touch(lines, "samples", (1.2, 7.0), (3.2, 4.0))
    assert (lines.settings["out"], lines.settings["aside"]) == (3.0, 2.0)
    after = lines.result.samples
    assert np.array_equal(after.x[~after.moved], before.x[~before.moved])
    assert after.x[after.moved] == pytest.approx(before.x[before.moved] + 2)
    assert after.y[after.moved] == pytest.approx(before.y[before.moved] - 3)


def test_outliers_stop_where_the_knobs_end(lines):
    touch(lines, "samples", (1.2, 7.0), (90.0, 90.0))
    assert (lines.settings["out"], lines.settings["aside"]) == (8, 6)
    touch(lines, "samples", (1.2, 7.0), (-90.0, -90.0))
    assert (lines.settings["out"], lines.settings["aside"]) == (-5, 0)


@pytest.mark.parametrize("name", ["loss", "pull"])
def test_the_score_follows_the_pointer_along_the_curves(margin, name):
    touch(margin, name, (-3.0, 0.5), (2.44, 0.5))
    assert margin.settings["z"] == 2.4
    touch(margin, name, (-3.0, 0.5), (-90, 0.5))
    assert margin.settings["z"] == -8


def test_the_start_of_the_paths_is_dragged_up_and_down(margin):
    touch(margin, "path", (10.0, -5.0), (200.0, -2.0))
    assert margin.settings["z"] == -2.0


@pytest.mark.parametrize("name", ["losses", "metric"])
def test_touching_a_history_goes_to_that_epoch(networks, name):
    axes = next(axes for axes in networks.figure.axes if axes.get_label() == name)
    touch(networks, name, (4.2, np.mean(axes.get_ylim())))
    assert networks.settings["time"] == networks.moment.epoch == 4
