"""The panel of grid against random: points, projections, and all repetitions as they are."""

import numpy as np
import pytest
from panels import kept, slide, touch, xy

from lessons.experiments.search.grids import AT_THE_ENDS, Valley, contest
from lessons.experiments.search.responses import MAPS, response
from lessons.numerals import short
from widgets import search
from widgets.search.against import IDEAL, ticks_of

opened = kept(search.grids)


@pytest.fixture
def panel(opened):
    opened.set(**opened.start)
    return opened


def test_random_tries_nine_values_of_each_knob_and_the_grid_three(panel):
    assert [text.get_text() for text in panel.artists.seen] == [
        "grid: 3 × 3 values", "random: 9 × 9 values",
    ]  # fmt: skip
    for k, values in enumerate((3, 9)):
        x, y = xy(panel.artists.points[k])
        assert np.array_equal(xy(panel.artists.tops[k])[0], x)
        assert np.array_equal(xy(panel.artists.sides[k])[1], y)
        assert len(x) == 9
        assert len(np.unique(x.round(9))) == len(np.unique(y.round(9))) == values


def test_points_stand_at_their_rates_and_losses(panel):
    panel.set(low=0.01, high=1.0, repetition=8)
    made = contest(response(panel.settings["response"], 0.01, 1.0), 3, AT_THE_ENDS)
    x = xy(panel.artists.points[0])[0]
    # 0.0001 … 10 are five powers of ten.
    assert np.unique(x.round(9)) == pytest.approx([0.4, 0.6, 0.8])
    assert xy(panel.artists.points[1])[0] == pytest.approx(0.4 + 0.4 * made.random[7, :, 0])
    assert xy(panel.artists.columns[1])[1] == pytest.approx(made.at_random[7])
    assert xy(panel.artists.edges[1])[1] == pytest.approx([made.at_random[7].min()])
    assert np.unique(xy(panel.artists.frame)[0]) == pytest.approx([0.4, 0.8])
    assert f"at random {short(made.at_random[7].min())}" in str(panel)


def test_every_repetition_is_a_dot_and_is_counted(panel):
    made = contest(response(panel.settings["response"], 0.001, 10), 3, AT_THE_ENDS)
    assert np.array_equal(np.array(xy(panel.artists.dots)), made.best)
    wins, losses = made.wins
    assert [text.get_text() for text in panel.artists.won] == [
        f"grid lower in {losses}", f"random lower in {wins}",
    ]  # fmt: skip
    assert f"random is lower in {wins}, the grid in {losses}" in str(panel)
    slide(panel, "repetition", 33)
    assert [v[0] for v in xy(panel.artists.here)] == made.best[:, 32].tolist()
    assert repr(panel) == str(panel)


def test_a_touched_dot_is_the_repetition_that_is_shown(panel):
    touch(panel, "contest", panel.result.contest.best[:, 120])
    best = panel.result.contest.best
    assert best[:, panel.settings["repetition"] - 1].tolist() == best[:, 120].tolist()


def test_the_valley_has_its_weight_and_no_rates(panel):
    panel.set(response=IDEAL, weight=0.3, side=2, repetition=5)
    made = contest(Valley(0.3), 2, AT_THE_ENDS)
    assert panel.result.contest.wins == made.wins
    assert "knob 2 matters 0.3. 4 trainings" in str(panel)
    assert panel.artists.still.square.get_xlabel() == "knob 1"
    assert {"low", "high"} & set(panel.counting(panel.computed)) == set()
    a, b = Valley(0.3).best(5)[4]
    assert [v[0] for v in xy(panel.artists.lowest)] == pytest.approx([a, b], abs=0.01)
    panel.set(response="SGD: rate and batch size")
    assert "weight" not in panel.counting(panel.computed)
    labels = [label.get_text() for label in panel.artists.still.square.get_yticklabels()]
    assert labels == ["4", "16", "64", "256"]


@pytest.mark.parametrize("name", list(MAPS))
def test_every_map_has_ticks_at_its_values(name):
    (along, rates), (up, values), _ = ticks_of(name)
    assert dict(zip(rates, along, strict=True))["0.1"] == pytest.approx(0.6)
    assert len(up) == len(values) == len(MAPS[name].values)
    steps = np.log(MAPS[name].values) if MAPS[name].field != "momentum" else MAPS[name].values
    assert np.diff(steps) == pytest.approx(np.full(len(steps) - 1, np.diff(steps)[0]))


def test_a_pinned_contest_is_counted_beside(panel):
    wins = panel.result.contest.wins[0]
    panel.set(pinned=panel.knob_settings(), side=2)
    assert panel.artists.pinned_text.get_text().endswith(f": {wins}")
