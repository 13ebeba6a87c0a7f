"""Weight decay meets batch norm: the picture says what both runs did."""

import numpy as np
import pytest
from panels import kept, xy

from lessons.experiments.regularization import scale_free
from widgets import regularization

pytestmark = pytest.mark.usefixtures("compiled")

decay_panel = kept(regularization.decay)


@pytest.fixture
def runs(decay_panel):
    decay_panel.set(**decay_panel.start)
    return decay_panel


@pytest.mark.parametrize("settings", [{}, {"l2": 0.0}, {"learning_rate": 1.0, "time": 12}])
def test_the_curves_are_lengths_rates_and_losses_of_both_runs(runs, settings):
    runs.set(**settings)
    knobs = runs.settings
    expected = [
        scale_free.run_with(knobs["learning_rate"], knobs["l2"], knobs["seed"], on, 100)
        for on in (True, False)
    ]
    lengths, rates, losses = runs.artists.plots
    for k, run in enumerate(expected):
        assert xy(lengths.curves[k])[1] == pytest.approx(scale_free.first_lengths(run))
        assert xy(losses.curves[k])[1] == pytest.approx(run.train_loss)
    assert xy(rates.curves[0])[1] == pytest.approx(scale_free.effective_rates(expected[0]))
    shown = scale_free.first_lengths(expected[0])[knobs["time"]]
    assert np.ravel(xy(lengths.dots[0])) == pytest.approx([knobs["time"], shown])


@pytest.mark.parametrize(
    "settings",
    [{"l2": 0.2, "learning_rate": 1.0, "seed": 2}, {"l2": 0.0, "learning_rate": 0.01}],
)
def test_the_extremes_are_said_in_words(runs, settings):
    runs.set(**settings)
    text = str(runs)
    assert ("nothing is left of W" in text) != ("the effective rate is" in text)
    assert "inf" not in text
    assert runs.message.value == ""


def test_a_pinned_run_is_drawn_and_named(runs):
    before = scale_free.effective_rates(runs.result.run)
    runs.set(pinned={"l2": runs.settings["l2"]}, l2=0.001)
    rates = runs.artists.plots[1]
    assert xy(rates.pinned)[1] == pytest.approx(before)
    assert [text.get_text() for text in rates.ends][-1] == "pinned"
    assert "Pinned, with L2 λ = 0.1" in str(runs)
