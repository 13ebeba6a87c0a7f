"""Marks that several pictures share."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from widgets import batch_normalization, epoch_batch_iteration, learning_rate, nine_steps
from widgets.artists import words
from widgets.marks import count_along, label_ends, spread

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


def test_spread_keeps_the_middle_of_those_in_each_others_way_and_moves_no_other():
    apart = spread([-7.0, 0.0, 0.1, 0.2, 9.0], 0.5)
    assert apart == pytest.approx([-7, -0.4, 0.1, 0.6, 9])


def test_spread_stays_between_its_bounds():
    assert spread([0.0, 0.0, 1.0, 1.0], 0.2, 0, 1) == pytest.approx([0, 0.2, 0.8, 1])
    # Where there is no room for all, they begin at the lower one.
    assert spread([0.5, 0.5, 0.5], 1, 0, 1) == pytest.approx([0, 1, 2])


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=7), st.floats(0, 2))
def test_spread_moves_labels_apart_and_not_further(heights, gap):
    heights = np.sort(heights)
    apart = spread(heights, gap)
    assert np.all(np.diff(apart) >= gap - 1e-9)
    assert apart.mean() == pytest.approx(heights.mean())
    # No other places that are apart are nearer, on the average of squares: small moves are worse.
    room = np.diff(apart) > gap + 1e-9
    for start, stop in runs_of(room):
        assert apart[start:stop].mean() == pytest.approx(heights[start:stop].mean(), abs=1e-6)


def runs_of(room):
    """Where the groups of labels that touch begin and end; room, whether there is some above."""
    borders = [0, *(np.flatnonzero(room) + 1), len(room) + 1]
    return list(itertools.pairwise(borders))


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


@pytest.mark.parametrize("scale", [1, 1e6, 1e-6, 1e120])
def test_labels_stand_in_the_order_of_their_values_beyond_the_axis_too(ends, scale):
    label_ends(ends, [460 * scale, 180 * scale, 890 * scale], ["b", "a", "c"], 3, LIMITS, LINE)
    texts, heights = shown(ends)
    in_order = [texts[k][0] for k in np.argsort(heights)]
    assert in_order == ["a", "b", "c"]
    assert -2 <= min(heights) < max(heights) <= 2


def test_a_label_beyond_the_axis_says_so_with_an_arrow(ends):
    label_ends(ends, [1e-9, 1.0, 1e9, np.nan], ["a", "b", "c", "d"], 3, LIMITS, LINE)
    texts, heights = shown(ends)
    assert texts == ["a↓", "b", "c↑", "d↑"]
    assert np.all(np.diff(heights) > 0)
    label_ends(ends, [LIMITS[0], LIMITS[1]], ["a", "b"], 3, LIMITS, LINE)
    assert shown(ends)[0] == ["a", "b"]


def test_a_curve_without_a_text_takes_no_room(ends):
    label_ends(ends, [1.0, 1.0, 1.0], ["a", "", None], 3, LIMITS, LINE)
    assert shown(ends) == (["a"], pytest.approx([0]))


def test_nothing_is_named_where_nothing_arrived(ends):
    label_ends(ends, [1.0, 2.0], ["a", "b"], 3, LIMITS, LINE)
    label_ends(ends, [1.0, np.nan], ["", ""], 3, LIMITS, LINE)
    assert shown(ends) == ([], [])


# Counts


@pytest.mark.parametrize("last", [1, 2, 3, 7, 60, 1000, 30_000])
def test_counts_have_whole_numbers_written_as_people_read_them(last):
    axes = Figure().add_subplot(xlim=(0, last))
    count_along(axes)
    labels = [tick.get_text() for tick in axes.get_xticklabels()]
    numbers = [int(label.replace(",", "")) for label in labels]
    assert numbers == axes.get_xticks().tolist()
    assert len(set(numbers)) == len(numbers) > 1
    assert labels == [f"{number:,}" for number in numbers]


@pytest.mark.parametrize(
    ("make", "settings", "labels"),
    [
        (nine_steps.panel, {"updates": 1, "time": 0}, ["losses"]),
        (epoch_batch_iteration.panel, {"epochs": 1}, ["losses"]),
        (epoch_batch_iteration.gradients, {"epochs": 1}, ["length"]),
        (epoch_batch_iteration.fits, {"epochs": 1}, ["losses"]),
        (learning_rate.valley, {"steps": 1}, ["losses"]),
        (learning_rate.panel, {"epochs": 1}, ["losses"]),
        (batch_normalization.panel, {"epochs": 1}, ["losses"]),
        (batch_normalization.modes, {"epochs": 1}, ["losses"]),
    ],
)
def test_one_epoch_or_step_is_not_cut_into_tenths(compiled, make, settings, labels):
    panel = make(**settings)
    found = {axes.get_label(): axes for axes in panel.figure.axes}
    for label in labels:
        low, high = found[label].get_xlim()
        ticks = [tick for tick in found[label].get_xticks() if low <= tick <= high]
        assert ticks == [0, 1]
        written = [tick.get_text() for tick in found[label].get_xticklabels()]
        assert {"0", "1"} <= set(written) and not any("." in text for text in written)
    panel.close()
