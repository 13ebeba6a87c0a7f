"""The network is built by touching it; every touch is a knob."""

import pytest
from panels import kept, touch

from widgets import playground
from widgets.playground import drawn

pytestmark = pytest.mark.usefixtures("compiled")

made = kept(playground.panel)


@pytest.fixture
def panel(made):
    made.set(**made.start)
    return made


def at_sign(layer, layers, side):
    return drawn.column(layer, layers) + side * drawn.APART, drawn.COUNTS


@pytest.mark.parametrize(("side", "layers"), [(1, 3), (-1, 1)])
def test_signs_at_the_top_take_and_add_layers(panel, side, layers):
    touch(panel, "network", (drawn.LAYER_CONTROL + side * drawn.LAYERS_APART, drawn.HEADING))
    assert panel.settings["layers"] == layers


def test_there_are_never_fewer_layers_than_none_nor_more_than_six(panel):
    for side, end in ((1, 6), (-1, 0)):
        for _ in range(8):
            place = drawn.LAYER_CONTROL + side * drawn.LAYERS_APART, drawn.HEADING
            touch(panel, "network", place)
        assert panel.settings["layers"] == end


@pytest.mark.parametrize("layer", [1, 2])
def test_signs_above_a_layer_take_and_add_units(panel, layer):
    field = f"units{layer}"
    touch(panel, "network", at_sign(layer, 2, -1))
    assert panel.settings[field] == 7
    touch(panel, "network", at_sign(layer, 2, 1))
    touch(panel, "network", at_sign(layer, 2, 1))
    assert panel.settings[field] == 8


def test_an_input_is_switched(panel):
    place = drawn.INPUTS, drawn.row(2)
    touch(panel, "network", place)
    assert panel.settings["f3"] is True
    touch(panel, "network", place)
    assert panel.settings["f3"] is False


def test_a_unit_is_shown_large_and_touched_again_the_answer(panel):
    place = drawn.column(2, 2), drawn.row(4)
    touch(panel, "network", place)
    assert panel.settings["shown"] == "2.5"
    touch(panel, "network", place)
    assert panel.settings["shown"] == "output"


def test_a_hand_that_moves_on_after_a_touch_changes_nothing_more(panel):
    place = drawn.column(1, 2), drawn.row(0)
    touch(panel, "network", place, (place[0] + 3, place[1]), (300, 200), (10, 400))
    assert panel.settings["shown"] == "1.1"
    assert panel.settings["layers"] == 2


@pytest.mark.parametrize("place", [(200, 200), (drawn.END, 300), (drawn.INPUTS, 410)])
def test_elsewhere_nothing_happens(panel, place):
    before = panel.settings
    touch(panel, "network", place)
    assert panel.settings == before


def test_losses_lead_to_an_epoch(panel):
    touch(panel, "losses", (40, 0.1))
    assert panel.settings["time"] == 40
