"""Knobs: what they allow, what they say to the rest, and what the page gets to see of them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lessons import data
from widgets import knobs

SPLIT = data.moons(n=20)
MAKERS = {
    "log_slider": lambda: knobs.log_slider("rate", "η", "A tip", 1e-6, 1e3, 0.1),
    "float_slider": lambda: knobs.float_slider("curve", "λ", "A tip", 1, 50, 10, 0.5),
    "count_slider": lambda: knobs.count_slider("batch", "B", "A tip", 1, 512, 32),
    "int_slider": lambda: knobs.int_slider("seed", "seed", "A tip", 0, 20, 3),
    "choice": lambda: knobs.choice("data", "data", "A tip", {"moons": "moons", "own": SPLIT},
                                   "moons"),
    "name_slider": lambda: knobs.name_slider("word", "word", "A tip",
                                             {"the first": "a", "then": "b", "last": "c"}, "b"),
    "switch": lambda: knobs.switch("shuffle", "shuffle", "A tip", True),
}  # fmt: skip
ALLOWED = {
    "log_slider": "rate must be a number from 1e-06 to 1000",
    "float_slider": "curve must be a number from 1 to 50",
    "count_slider": "batch must be a whole number from 1 to 512",
    "int_slider": "seed must be a whole number from 0 to 20",
    "choice": f"data must be one of moons, {SPLIT}",
    "name_slider": "word must be one of a, b, …, c",
    "switch": "shuffle must be True or False",
}
NUMBERS = ("log_slider", "float_slider", "count_slider", "int_slider")
WHOLE = ("count_slider", "int_slider")
every_kind = pytest.mark.parametrize("kind", MAKERS)
sliders = pytest.mark.parametrize("kind", NUMBERS)
whole_sliders = pytest.mark.parametrize("kind", WHOLE)

junk = (
    st.none()
    | st.booleans()
    | st.text()
    | st.complex_numbers()
    | st.binary()
    | st.lists(st.floats())
    | st.dictionaries(st.text(), st.integers())
    | st.sampled_from([math.nan, math.inf, -math.inf, 10**400, -1, -0.5, 1e9, object, SPLIT.X_val])
)


def refusal(knob, value):
    with pytest.raises(ValueError) as caught:
        knob.check(value)
    assert caught.value.__cause__ is None
    return str(caught.value)


@every_kind
def test_control_has_class_tip_and_name(kind):
    knob = MAKERS[kind]()
    assert f"knob-{knob.field}" in knob.control._dom_classes
    assert knob.control.tooltip == "A tip"
    assert knob.control.description
    knob.control.close()


@sliders
def test_sliders_are_live_and_keep_their_name_in_one_line(kind):
    control = MAKERS[kind]().control
    assert control.continuous_update
    assert control.style.description_width == "initial"
    control.close()


def test_a_slider_through_names_goes_through_them_in_their_order():
    knob = MAKERS["name_slider"]()
    assert knob.control.continuous_update
    assert knob.values == ["a", "b", "c"]
    assert [knob.shown(value) for value in knob.values] == ["the first", "then", "last"]
    assert not knob.is_menu and not knob.is_of_numbers
    knob.put(knob.check("c"))
    assert knob.control.label == "last"
    knob.control.close()


@every_kind
@given(value=junk)
def test_junk_is_refused_in_words(kind, value):
    assume(not (kind == "switch" and isinstance(value, bool)))
    knob = MAKERS[kind]()
    before = knob.value
    assert refusal(knob, value) == f"{ALLOWED[kind]}, got {value!r}"
    assert knob.value is before or knob.value == before
    knob.control.close()


@given(value=st.floats(1e-6, 1e3))
def test_every_number_of_a_log_slider_arrives_as_it_is(value):
    knob = MAKERS["log_slider"]()
    knob.put(knob.check(value))
    assert knob.value == value
    knob.control.close()


@pytest.mark.parametrize("low", [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.3, 1.0])
@pytest.mark.parametrize("high", [3.0, 10.0, 100.0, 1e3, 1e5])
def test_log_slider_reaches_both_ends_exactly(low, high):
    knob = knobs.log_slider("rate", "η", "", low, high, 1.0)
    for end in (low, high):
        knob.put(knob.check(end))
        assert knob.value == end
    for beyond in (np.nextafter(low, 0), np.nextafter(high, np.inf)):
        assert "rate must be" in refusal(knob, beyond)
    knob.control.close()


@pytest.mark.parametrize(("low", "high", "base"), [(1, 512, 2), (1, 1000, 10), (2, 300, 2)])
def test_count_slider_gives_every_whole_number_back(low, high, base):
    knob = knobs.count_slider("batch", "B", "", low, high, 32, base)
    for value in range(low, high + 1):
        knob.put(knob.check(value))
        assert knob.value == value
        assert type(knob.value) is int
    for beyond in (low - 1, high + 1):
        assert f"a whole number from {low} to {high}" in refusal(knob, beyond)
    knob.control.close()


def test_count_slider_steps_are_whole_numbers_a_factor_apart():
    powers = [value for _, value in MAKERS["count_slider"]().control.options]
    assert powers == [2**k for k in range(10)]
    decades = knobs.count_slider("epochs", "epochs", "", 1, 1000, 100, 10, 0.25)
    values = [value for _, value in decades.control.options]
    assert values == [1, 2, 3, 6, 10, 20, 30, 60, 100, 200, 300, 600, 1000]


def test_a_value_between_the_steps_becomes_a_step_and_is_shown_as_it_is():
    knob = MAKERS["count_slider"]()
    knob.put(knob.check(100))
    assert knob.value == 100
    assert knob.control.label == "100"
    labels = [label for label, _ in knob.control.options]
    assert labels[6:9] == ["64", "100", "128"]


def test_values_that_were_put_do_not_pile_up():
    knob = MAKERS["log_slider"]()
    steps = [value for _, value in knob.control.options]
    for value in np.geomspace(1e-6, 1e3, 77):
        knob.put(float(np.clip(value, 1e-6, 1e3)))
        assert len(knob.control.options) <= len(steps) + 1
    knob.put(0.12345678)
    assert knob.value == 0.12345678
    assert [v for _, v in knob.control.options] == sorted([*steps, 0.12345678])


def test_a_value_that_was_put_has_its_place_after_another_one_was_put():
    knob = MAKERS["log_slider"]()
    knob.put(6.0)
    place = knob.position(6.0)
    assert place == knob.control.label
    knob.put(3.0)
    assert knob.position(6.0) == place != knob.position(3.0) == knob.control.label


@pytest.mark.parametrize(("low", "high", "base"), [(1, 512, 2), (1, 500, 2), (3, 40, 10)])
def test_every_step_of_a_slider_is_allowed_and_the_ends_are_steps(low, high, base):
    made = [
        knobs.count_slider("batch", "B", "", low, high, 32, base),
        knobs.log_slider("rate", "η", "", low, high, 32),
        knobs.float_slider("curve", "λ", "", low, high, 32, 0.5),
    ]
    for knob in made:
        steps = [value for _, value in knob.control.options]
        assert (steps[0], steps[-1]) == (low, high)
        assert steps == sorted(set(steps))
        assert [knob.check(step) for step in steps] == steps
        knob.control.close()


@whole_sliders
@pytest.mark.parametrize("value", [3.0, 3.5, np.float64(3), Fraction(7, 2), "3", True])
def test_whole_numbers_are_not_made_from_others(kind, value):
    knob = MAKERS[kind]()
    assert refusal(knob, value) == f"{ALLOWED[kind]}, got {value!r}"
    knob.control.close()


@whole_sliders
def test_numpy_integers_are_whole_numbers(kind):
    knob = MAKERS[kind]()
    assert type(knob.check(np.int64(7))) is int
    knob.control.close()


@pytest.mark.parametrize("value", [2, np.float32(2), np.int8(2), Fraction(2)])
@pytest.mark.parametrize("kind", ["log_slider", "float_slider"])
def test_numbers_of_every_type_become_floats(kind, value):
    knob = MAKERS[kind]()
    assert type(knob.check(value)) is float
    assert knob.check(value) == 2
    knob.control.close()


def test_choice_takes_its_options_and_nothing_that_merely_looks_like_one():
    knob = MAKERS["choice"]()
    for value in ("moons", SPLIT):
        knob.put(knob.check(value))
        assert knob.value is value
    # An array that equals an option is still no option.
    for value in (np.array(["moons"]), np.array("moons"), "Moons", "own", ["moons"]):
        assert refusal(knob, value) == f"{ALLOWED['choice']}, got {value!r}"
    knob.control.close()


def test_a_switch_is_on_or_off_and_takes_nothing_that_merely_counts_as_that():
    knob = MAKERS["switch"]()
    for value in (False, True):
        knob.put(knob.check(value))
        assert knob.value is value
    for value in (0, 1, "on", np.bool_(True)):
        assert refusal(knob, value) == f"{ALLOWED['switch']}, got {value!r}"
    knob.control.close()


def test_options_may_be_a_sequence():
    knob = knobs.choice("activation", "activation", "", ("relu", "tanh"), "relu")
    assert knob.check("tanh") == "tanh"
    assert refusal(knob, "elu") == "activation must be one of relu, tanh, got 'elu'"
    knob.control.close()
