"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.numerals import arrow, count, finite, fixed, number, percent, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (0.00012, "0.00012"),
        (0.099, "0.099"),
        (9.96, "10"),
        (99.6, "100"),
        (-1234, "−1,200"),
        (123456, "120,000"),
        (999_999, "1e6"),
        (1.5e6, "1.5e6"),
        (1.04e-5, "1e−5"),
        (0.00009999, "0.0001"),
        (-2.86e-29, "−2.9e−29"),
        (2e127, "2e127"),
        (float("inf"), "inf"),
        (float("-inf"), "−inf"),
    ],
)
def test_two_significant_digits(value, text):
    assert short(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 6))
def test_a_number_can_be_read_back(value, digits):
    text = number(value, digits)
    assert "-" not in text
    plain = text.replace(",", "").replace("−", "-")
    assert float(plain) == pytest.approx(float(f"{value:.{digits}g}"), rel=1e-12)


@pytest.mark.parametrize(
    ("n", "text"), [(0, "0"), (999, "999"), (1600, "1,600"), (1234567, "1,234,567"), (-3, "−3")]
)
def test_thousands_are_set_apart(n, text):
    assert count(n) == text


def test_percentages_stand_without_a_space():
    assert [percent(share) for share in (0, 0.05, 1)] == ["0%", "5%", "100%"]
    assert percent(-0.0512, 1) == "−5.1%"


def test_fixed_decimals_keep_their_zeros_and_no_zero_has_a_sign():
    assert [fixed(x, 2) for x in (-0.5, -0.001, 1234.5)] == ["−0.50", "0.00", "1,234.50"]


def test_losses_that_are_no_numbers_are_said_in_words():
    assert finite(float("nan")) == finite(float("inf")) == "not finite"
    assert arrow([0.94, 0.5, 0.0151], 2) == "0.94 → 0.015"
