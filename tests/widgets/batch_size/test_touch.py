"""Lesson 04: what a hand does to the pictures themselves."""

import pytest
from panels import touch

from lessons.experiments.batch_size.races import BUDGETS
from widgets import batch_size

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize("budget", BUDGETS)
def test_touching_a_race_goes_to_the_epoch_in_which_yours_was_there(budget):
    panel = batch_size.panel(epochs=8)
    yours, line = panel.result.yours, panel.result.lines[budget]
    for epoch in (0, 3, 8):
        touch(panel, budget, (epoch * yours.epoch_costs(budget) / line, 0.1))
        assert panel.settings["time"] == panel.moment.epoch == epoch
    touch(panel, budget, (0.5, 0.1), (-4, 0.1))
    assert panel.moment.epoch == 0
    touch(panel, budget, (0.5, 0.1), (50, 0.1))
    assert panel.moment.epoch == 8
    panel.close()


def test_touching_the_detours_moves_time():
    panel = batch_size.paths()
    touch(panel, "detours", (40.4, 2))
    assert panel.settings["time"] == panel.moment == 40
    touch(panel, "detours", (40, 2), (1000, 2))
    assert panel.moment == 160
    panel.close()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (batch_size.noise, "law"),
        (batch_size.cost, "memory"),
        (batch_size.cost, "times"),
    ],
)
def test_touching_a_scale_of_batch_sizes_sets_the_size(make, name):
    panel = make()
    largest = panel.knobs["batch_size"].values[-1]
    for x, size in ((1, 1), (67, 64), (0.01, 1), (1e5, largest)):
        touch(panel, name, (8, 0.1), (x, 0.1))
        assert panel.settings["batch_size"] == panel.result.batch_size == size
    panel.close()
