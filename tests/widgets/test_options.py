"""Options and knobs are called the same on every panel, as the lessons call them."""

from collections import defaultdict

import pytest
from lesson_panels import PANELS

from lessons.activations import ACTIVATIONS
from lessons.initializers import INITIALIZERS
from widgets.options import menu, title


def test_every_option_has_a_name_of_its_own_in_print():
    for registry in (ACTIVATIONS, INITIALIZERS):
        names = menu(registry)
        assert list(names.values()) == list(registry)
        assert not any("_" in name for name in names)
    assert title("gelu_tanh") == "GELU (tanh)"


@pytest.fixture(scope="module")
def knobs(compiled):
    """All knobs of all panels, by field."""
    found = defaultdict(list)
    for make in PANELS.values():
        panel = make()
        for field, knob in panel.knobs.items():
            found[field].append(knob)
        panel.close()
    return found


def test_menus_show_names_in_print(knobs):
    for field, registry in (("activation", ACTIVATIONS), ("init", INITIALIZERS)):
        assert knobs[field]
        for knob in knobs[field]:
            assert dict(knob.control.options) == menu(registry)
            assert [knob.shown(name) for name in registry] == list(menu(registry))


@pytest.mark.parametrize("field", ["batch_size", "epochs", "activation", "data", "seed", "init"])
def test_a_knob_has_one_name(knobs, field):
    assert len({knob.label for knob in knobs[field]}) == 1


def test_the_width_of_layers_has_one_name(knobs):
    names = {knob.label for field in ("width", "units") for knob in knobs[field]}
    assert names == {"units per layer"}


def test_a_learning_rate_is_called_so(knobs):
    assert all(knob.label.startswith("learning rate η") for knob in knobs["learning_rate"])
