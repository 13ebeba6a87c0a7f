"""Options and knobs are called the same on every panel, as the lessons call them."""

from lessons.activations import ACTIVATIONS
from lessons.initializers import INITIALIZERS
from widgets.options import menu, title


def test_every_option_has_a_name_of_its_own_in_print():
    for registry in (ACTIVATIONS, INITIALIZERS):
        names = menu(registry)
        assert list(names.values()) == list(registry)
        assert not any("_" in name for name in names)
    assert title("gelu_tanh") == "GELU (tanh)"
