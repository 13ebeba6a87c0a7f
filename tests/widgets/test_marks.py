"""Marks that several pictures share."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from widgets.artists import words
from widgets.marks import label_ends, spread

LIMITS = 1e-2, 1e2
LINE = 0.3


@pytest.fixture
def ends():
    axes = Figure().add_subplot(yscale="log", ylim=LIMITS)
    return [words(axes, 0, 1) for _ in range(4)]


def shown(ends):
    """Return the texts at the ends, and their heights in powers of ten."""
    here = [end for end in ends if end.get_text()]
    return [end.get_text() for end in here], [np.log10(end.get_position()[1]) for end in here]


def test_spread_keeps_the_order_and_the_middle():
    apart = spread([0.2, 0.0, 0.1], 0.5)
    assert apart.argsort().tolist() == [1, 2, 0]
    assert np.diff(np.sort(apart)) == pytest.approx([0.5, 0.5])
    assert apart.mean() == pytest.approx(0.1)


def test_labels_that_have_room_stay_at_their_curves(ends):
    label_ends(ends, [1.0, 10.0], ["low", "high"], 3, LIMITS, LINE)
    texts, heights = shown(ends)
    assert texts == ["low", "high"]
    assert heights == pytest.approx([0, 1])
    assert ends[0].get_position()[0] == 3


@pytest.mark.parametrize("height", [1e-9, 1e-2, 1.0, 1e2, 1e9])
def test_labels_stay_apart_and_within_the_axis(ends, height):
    label_ends(ends, [height] * 4, ["a", "b", "c", "d"], 3, LIMITS, LINE)
    _, heights = shown(ends)
    assert np.diff(np.sort(heights)) == pytest.approx([LINE] * 3)
    assert min(heights) >= -2 - 1e-9
    assert max(heights) <= 2 + 1e-9


def test_a_curve_without_a_text_takes_no_room(ends):
    label_ends(ends, [1.0, 1.0, 1.0], ["a", "", None], 3, LIMITS, LINE)
    assert shown(ends) == (["a"], pytest.approx([0]))


def test_nothing_is_named_where_nothing_arrived(ends):
    label_ends(ends, [1.0, 2.0], ["a", "b"], 3, LIMITS, LINE)
    label_ends(ends, [1.0, np.nan], ["", ""], 3, LIMITS, LINE)
    assert shown(ends) == ([], [])
