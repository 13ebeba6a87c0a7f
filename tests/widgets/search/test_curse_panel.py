"""The panel of the winner's curse: what is drawn is what was searched, and what is computed."""

import numpy as np
import pytest
from panels import kept, settle, slide, touch, xy

from lessons import Progress
from lessons.experiments.search.curse import RATES_TOO, expected_maximum
from lessons.numerals import fixed
from widgets import search
from widgets.search import winner

pytestmark = pytest.mark.usefixtures("compiled")

opened = kept(lambda: search.curse())


@pytest.fixture
def panel(opened):
    opened.set(**opened.start)
    settle(opened)
    return opened


def test_one_search_shows_its_first_n_runs_and_the_best_of_them(panel):
    panel.set(n=12, search=7)
    searches, artists = panel.result.searches, panel.artists
    truth, scores = xy(artists.dots)
    assert np.array_equal(scores, searches.scores[6, :12])
    assert np.array_equal(truth, searches.truth[6, :12])
    (x,), (y,) = xy(artists.chosen)
    assert (x, y) == (truth[scores.argmax()], scores.max())
    assert [float(v[0]) for v in xy(artists.real)] == [x, x]
    assert f"the best has {fixed(y, 3)}, truly {fixed(x, 3)}" in str(panel)


def test_the_means_and_what_is_computed(panel):
    panel.set(n=30, m=200)
    result, (promised, true, computed, alone) = panel.result, panel.artists.curves
    assert np.array_equal(xy(promised)[1], result.searches.promised)
    assert np.array_equal(xy(true)[1], result.searches.kept)
    luck = expected_maximum(30) * np.sqrt(result.d / 400)
    assert xy(computed)[1][29] == pytest.approx(result.searches.kept[29] + luck)
    assert xy(alone)[1][29] - xy(true)[1][29] > 2 * luck
    assert result.searches.luck[29] == pytest.approx(luck, abs=0.006)
    for text, line in zip(panel.artists.values, panel.artists.curves, strict=True):
        assert text.get_text() == fixed(xy(line)[1][29], 3)
    assert f"= {fixed(luck, 3)};" in str(panel)


def test_moving_n_trains_nothing(panel, monkeypatch):
    monkeypatch.setattr(winner, "train_all", None)
    slide(panel, "n", 77)
    assert xy(panel.artists.at)[0].tolist() == [77]
    assert panel.result.rest is None
    slide(panel, "m", 1000)
    assert panel.result.searches.scores.shape == (200, 100)


def test_a_touch_on_the_means_sets_n(panel):
    touch(panel, "means", (41.6, 0.9))
    assert panel.settings["n"] == 42
    assert xy(panel.artists.now)[0].tolist() == [42, 42]


def test_runs_whose_rates_differ_have_axes_of_their_own(panel):
    panel.set(differ=RATES_TOO, n=100)
    truth, scores = xy(panel.artists.dots)
    low, high = panel.artists.still.one.get_xlim()
    assert low <= truth.min() < truth.max() <= high
    assert low <= scores.min() < scores.max() <= high
    assert truth.max() - truth.min() > 0.2


def test_a_pinned_search_stays(panel):
    panel.set(pinned=panel.knob_settings(), m=20)
    promised, true = panel.artists.pinned
    assert np.array_equal(xy(promised)[1], winner.searched(("only the seed", 0), 100).promised)
    assert len(xy(true)[1]) == 100
    assert panel.artists.pinned_text.get_text() == "pinned: m 100"
    panel.set(pinned=None)
    assert len(xy(promised)[1]) == 0


def test_what_is_stored_does_not_depend_on_the_machine(panel):
    assert repr(panel) == "The best of 30 runs by 100 validation points, 200 searches."
    panel.set(n=1)
    assert repr(panel).startswith("1 run by 100")


def test_a_stopped_panel_says_so_and_can_begin_again(panel):
    plan = winner.Result({**panel.knob_settings(), "seed": 9})
    progress = Progress()
    progress.cancel()
    stopped = plan.rest(progress)
    assert stopped.rest is None
    assert winner.describe(stopped, None) == winner.brief(stopped, None) == "Stopped by hand."
    assert plan.rest is not None
    assert winner.describe(plan, None).endswith("under way.")
