"""Samples are painted on the plane, and the network is trained with them while that is done."""

import numpy as np
import pytest
from panels import in_picture, kept, touch, xy

from lessons.experiments.playground.painting import ERASER, painted
from widgets import playground
from widgets.playground.brush import EXAMPLE

pytestmark = pytest.mark.usefixtures("compiled")

made = kept(playground.panel)


@pytest.fixture
def panel(made):
    made.set(**made.start)
    return made


def samples(panel):
    split = panel.result.samples
    X, y = (
        np.concatenate([getattr(split, f"{a}_{part}") for part in ("train", "val")]) for a in "Xy"
    )
    return X, y


def stroke(panel, *points):
    """Draw a stroke and take the pen up."""
    touch(panel, "plane", *points)
    panel.on_touch("plane", "up", *in_picture(panel, "plane", points[-1]))


def test_a_stroke_leaves_samples_of_the_brush_and_the_network_learns_them(panel):
    panel.set(epochs=10, brush=1)
    stroke(panel, (-1, 1), (0, 1), (1, 1))
    assert panel.settings["data"] == "painted"
    X, y = samples(panel)
    assert len(X) == 9 and (y == 1).all()
    assert np.abs(X[:, 1] - 1).max() < 0.5
    panel.set(brush=0)
    stroke(panel, (-1, -1), (1, -1))
    X, y = samples(panel)
    assert np.bincount(y).tolist() == [6, 9]
    shown = np.concatenate([np.transpose(xy(dots)) for dots in panel.artists.plane.training])
    assert len(shown) == len(panel.result.samples.X_train) == len(panel.result.split.X_train)


def test_it_is_trained_anew_while_the_stroke_is_drawn(panel):
    panel.set(epochs=10)
    runs = []
    for k, x in enumerate((-1, 0, 1)):
        at = in_picture(panel, "plane", (x, 0))
        panel.on_touch("plane", "move" if k else "down", *at)
        runs.append((panel.run, len(samples(panel)[0])))
    assert [count for _, count in runs] == [3, 6, 9]
    assert len({id(run) for run, _ in runs}) == 3
    before = panel.run
    panel.on_touch("plane", "up", *at)
    assert panel.run is before


def test_the_eraser_takes_samples_away_and_undo_and_clear_strokes(panel):
    panel.set(epochs=10, size=0.0)
    stroke(panel, (-2, 0))
    stroke(panel, (2, 0))
    panel.set(brush=ERASER, size=0.5)
    stroke(panel, (2, 0.2))
    assert set(samples(panel)[0][:, 0]) == {-2.0}
    touch(panel, "undo", (0.5, 0.5))
    assert set(samples(panel)[0][:, 0]) == {-2.0, 2.0}
    touch(panel, "clear", (0.5, 0.5))
    assert "These points are an example: paint your own on the plane." in str(panel)
    assert len(samples(panel)[0]) == len(painted(EXAMPLE)[0])
    stroke(panel, (0, 0))
    assert "example" not in str(panel)


def test_an_eraser_that_would_leave_nothing_does_nothing(panel):
    panel.set(epochs=10)
    stroke(panel, (0, 0))
    before = panel.settings["paint"]
    panel.set(brush=ERASER, size=1.0)
    stroke(panel, (0, 0))
    assert panel.settings["paint"] == before
    assert panel.message.value == ""


def test_what_was_painted_is_a_setting_that_comes_back(panel):
    panel.set(epochs=10)
    stroke(panel, (-1, 0), (1, 0.5))
    again = playground.panel(**panel.settings)
    assert np.array_equal(again.run.train_loss, panel.run.train_loss)
    again.close()
    with pytest.raises(ValueError, match="paint must be a text that was drawn"):
        panel.set(paint="scribble")


def test_one_class_and_a_single_sample_are_no_trouble(panel):
    panel.set(epochs=10, share=0.1, size=0.0)
    stroke(panel, (0.5, 0.5))
    assert panel.message.value == ""
    assert "of class 0 (blue)" in str(panel) or "unseen" in panel.moment.right


def test_a_stroke_beyond_the_plane_ends_at_its_edge(panel):
    panel.set(epochs=10, size=0.0)
    stroke(panel, (2, 0), (5, 0), (2.5, 0.5))
    assert np.abs(samples(panel)[0]).max() <= 2.7
    assert panel.message.value == ""
