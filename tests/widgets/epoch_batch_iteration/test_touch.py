"""Lesson 02: what a hand does to the pictures themselves."""

import numpy as np
import pytest
from panels import touch

from widgets import epoch_batch_iteration
from widgets.epoch_batch_iteration.cells import grid
from widgets.epoch_batch_iteration.sheet import BAR, GRID

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture
def panel():
    panel = epoch_batch_iteration.panel()
    yield panel
    panel.close()


def middle(sample, samples):
    """Where the middle of a cell is."""
    rows, columns = np.nonzero(grid(samples, *GRID) == sample)
    return columns.mean() + 0.5, rows.mean() + 0.5


@pytest.mark.parametrize("update", [1, 15, 24, 25, 60])
def test_touching_the_loss_of_a_batch_goes_to_its_update(panel, update):
    at = panel.artists.batches.get_xdata()[update - 1]
    touch(panel, "losses", (at, 0.1))
    assert panel.settings["time"] == panel.moment.update == update
    assert panel.artists.losses.now.get_xdata()[0] == at


def test_time_stays_within_the_training(panel):
    touch(panel, "losses", (1, 0.1), (-1, 0.1))
    assert panel.moment.update == 0
    touch(panel, "losses", (1, 0.1), (70, 0.1))
    assert panel.moment.update == 60


@pytest.mark.parametrize("sample", [0, 17, 600, 1199])
def test_the_batch_of_a_touched_sample_lights_up(panel, sample):
    touch(panel, "cells", middle(sample, 1200))
    assert panel.moment.epoch == 2
    assert panel.moment.batch_of[sample] == panel.moment.batch - 1
    assert sample in panel.result.orders[1][100 * (panel.moment.batch - 1) :][:100]


def test_a_drag_over_the_cells_stays_in_its_epoch_and_beyond_them_changes_nothing(panel):
    touch(panel, "cells", middle(3, 1200), middle(900, 1200))
    assert panel.moment.batch_of[900] == panel.moment.batch - 1
    before = panel.settings
    touch(panel, "cells", middle(900, 1200), (-40, 100), (100, 1000), (1e5, -1e5))
    assert panel.settings == before


def test_a_sample_that_is_left_out_has_no_batch_to_go_to(panel):
    panel.set(batch_size=500, drop_last=True, time=3)
    before = panel.settings
    out = int(np.flatnonzero(panel.moment.batch_of < 0)[0])
    touch(panel, "cells", middle(out, 1200))
    assert panel.settings == before


def test_nothing_happens_where_no_batch_is_complete(panel):
    panel.set(batch_size=2048, drop_last=True, time=None)
    for name, point in (("losses", (1, 1)), ("cells", middle(5, 1200)), ("epoch", (100, 10))):
        touch(panel, name, point)
        assert panel.settings["time"] == 0


def test_the_bar_of_an_epoch_is_touched_where_a_batch_is(panel):
    for batch in (1, 5, 12):
        touch(panel, "epoch", (BAR[0] * (batch - 0.5) / 12, 10))
        assert (panel.moment.epoch, panel.moment.batch) == (2, batch)


@pytest.mark.parametrize("name", ["angle", "length"])
def test_touching_what_becomes_of_a_gradient_goes_to_where_its_epoch_begins(name):
    panel = epoch_batch_iteration.gradients()
    touch(panel, name, (3, 1))
    assert (panel.moment.epoch, panel.moment.batch) == (4, 1)
    assert panel.artists.now[0].get_xdata()[0] == 3
    touch(panel, name, (3, 1), (-9, 1))
    assert panel.moment.update == 1
    touch(panel, name, (3, 1), (9, 1))
    assert panel.moment.update == 60
    panel.close()


def test_touching_the_losses_of_the_fits_moves_time_on_its_scale_of_powers():
    panel = epoch_batch_iteration.fits(epochs=300)
    for epoch in (0, 1, 30, 300):
        touch(panel, "losses", (epoch, 0.1))
        assert panel.moment.epoch == epoch
    touch(panel, "losses", (30, 0.1), (1e6, 0.1))
    assert panel.moment.epoch == 300
    panel.close()
