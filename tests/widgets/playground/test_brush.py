"""Samples are painted on the plane, and the network is trained with them while that is done."""

import json
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from panels import check_words, in_picture, kept, touch, xy

from lessons.experiments.playground.painting import ERASER, MOST, REACH, SPRAY, split_of
from widgets import playground
from widgets.playground.brush import EXAMPLE
from widgets.playground.training import GRID, PALE

FOUR = "0 30 -150 150 -120 150;1 30 150 150 120 150;2 30 150 -150 120 -150;3 30 -150 -150 -120 -150"

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


def places(panel):
    """Where samples are, to the nearest whole numbers."""
    return {tuple(np.rint(point)) for point in samples(panel)[0]}


def test_the_eraser_takes_samples_away_and_undo_the_last_stroke(panel):
    panel.set(epochs=10, size=0.1)
    stroke(panel, (-2, 0))
    stroke(panel, (2, 0))
    panel.set(brush=ERASER, size=1.0)
    stroke(panel, (2, 0.2))
    assert places(panel) == {(-2, 0)}
    touch(panel, "undo", (0.5, 0.5))
    assert places(panel) == {(-2, 0), (2, 0)}


@pytest.mark.parametrize("how", ["clear", "erase"])
def test_where_nothing_is_left_an_example_stands_and_undo_brings_all_back(panel, how):
    panel.set(epochs=10, size=0.1)
    stroke(panel, (-2, 0))
    if how == "clear":
        touch(panel, "clear", (0.5, 0.5))
    else:
        panel.set(brush=ERASER, size=1.0)
        stroke(panel, (-2, 0))
    assert "These points are an example: paint your own on the map." in str(panel)
    assert panel.artists.plane.right.get_text() == "an example: paint your own here"
    assert np.array_equal(samples(panel)[0], samples_of_example(panel))
    touch(panel, "undo", (0.5, 0.5))
    assert places(panel) == {(-2, 0)}
    assert "example" not in str(panel) + panel.artists.plane.right.get_text()


def samples_of_example(panel):
    split = split_of(EXAMPLE, panel.settings["share"])
    return np.concatenate([split.X_train, split.X_val])


def test_after_clear_a_stroke_begins_anew(panel):
    panel.set(epochs=10, size=0.1)
    stroke(panel, (-2, 0))
    touch(panel, "clear", (0.5, 0.5))
    stroke(panel, (1, 1))
    assert places(panel) == {(1, 1)}
    touch(panel, "undo", (0.5, 0.5))
    assert "example" in str(panel)


def test_undo_and_the_eraser_do_nothing_where_nothing_is_painted(panel):
    before = panel.settings | {"brush": ERASER}
    panel.set(brush=ERASER)
    stroke(panel, (0, 0))
    touch(panel, "undo", (0.5, 0.5))
    assert panel.settings == before


def test_other_data_leave_what_was_painted(panel):
    panel.set(epochs=10, size=0.1)
    stroke(panel, (-2, 0))
    panel.set(data="circle")
    touch(panel, "undo", (0.5, 0.5))
    assert panel.settings["data"] == "circle"
    stroke(panel, (2, 0))
    assert places(panel) == {(-2, 0), (2, 0)}


def test_the_palette_chooses_a_brush_and_shows_which_one_and_how_large(panel):
    palette = panel.artists.palette
    for row, kind in enumerate((0, 1, 2, 3, ERASER)):
        touch(panel, "brush", (0.5, row + 0.5))
        assert panel.settings["brush"] == kind
        assert sorted(set(xy(palette.chosen)[1])) == [row, row + 1]
    sizes = []
    for size in (0.1, 0.5, 1.0):
        panel.set(size=size)
        sizes.append(palette.dots[0].get_markersize())
    assert sizes == sorted(set(sizes))


def test_there_are_so_many_samples_and_no_more_and_it_is_said(panel):
    panel.set(epochs=1)
    there_and_back = [(x, y) for y in np.linspace(-2.5, 2.5, 9) for x in (-2.5, 2.5)]
    points = [
        point
        for (x, y), (u, v) in pairwise(there_and_back)
        for point in np.column_stack([np.linspace(x, u, 40), np.linspace(y, v, 40)])
    ]
    panel.touched("plane", "down", *in_picture(panel, "plane", points[0]))
    before = [in_picture(panel, "plane", point) for point in points[1:]]
    panel.touched("plane", "move", *before[-1], before[:-1])
    assert len(samples(panel)[0]) == MOST // SPRAY * SPRAY
    assert str(panel).endswith("More than 1,000 cannot be painted.")
    panel.on_touch("plane", "up", *before[-1])
    text = panel.settings["paint"]
    stroke(panel, (0, 0))
    assert panel.settings["paint"] == text
    panel.set(brush=ERASER)
    stroke(panel, (0, 0))
    assert len(samples(panel)[0]) < MOST // SPRAY * SPRAY
    assert panel.message.value == ""


def test_words_stay_in_the_picture_and_apart(panel):
    panel.set(data="painted")
    check_words(panel)
    stroke(panel, (0, 0))
    check_words(panel)


def test_what_was_painted_is_a_setting_that_comes_back(panel):
    panel.set(epochs=10)
    stroke(panel, (-1, 0), (1, 0.5))
    # Plain: a file or a link can hold it.
    again = playground.panel(**json.loads(json.dumps(panel.settings)))
    assert again.settings == panel.settings
    assert np.array_equal(again.run.train_loss, panel.run.train_loss)
    again.set(data="moons", paint="")
    again.open(panel.link())
    assert again.settings == panel.settings and str(again) == str(panel)
    again.close()
    with pytest.raises(ValueError, match="paint must be a text that was drawn"):
        panel.set(paint="scribble")


def test_one_class_and_a_single_sample_are_no_trouble(panel):
    panel.set(epochs=10, share=0.1)
    stroke(panel, (0.5, 0.5))
    assert panel.message.value == ""
    assert len(panel.result.split.X_train) == 1
    assert "Your points: 1 to train with, 2 unseen." in str(panel)


def test_as_many_classes_as_are_painted_have_outputs_colors_and_counts(panel):
    panel.set(epochs=30)
    corners = [(-1.5, 1.5), (1.5, 1.5), (1.5, -1.5), (-1.5, -1.5)]
    for kind, (x, y) in enumerate(corners):
        panel.set(brush=kind)
        stroke(panel, *[(x + dx, y) for dx in np.linspace(-0.5, 0.5, 9)])
        classes = max(2, kind + 1)
        assert len(panel.moment.params[-1].b) == classes
        ends = [dot for dot in panel.artists.network.outputs if len(xy(dot)[0])]
        assert len(ends) == (classes if classes > 2 else 0)
        assert ("of class 3 (purple)" in str(panel)) == (kind == 3)
    # At each corner the map has the color of what was painted there.
    palette = panel.artists.palette.dots
    for (x, y), dots in zip(corners, palette, strict=True):
        row, column = (round((at + REACH) / (2 * REACH) * (GRID - 1)) for at in (y, x))
        pixel = panel.moment.large[row, column] / 255
        apart = [np.abs(pixel - pale(other.get_color())).sum() for other in palette]
        assert np.argmin(apart) == palette.index(dots)
    # All of the network's lines are there: each hidden unit with each output.
    weights = sum(layer.W.size for layer in panel.moment.params)
    drawn = sum(np.isfinite(xy(line)[0]).sum() for line in panel.artists.network.lines)
    assert drawn == 2 * weights
    panel.set(brush=ERASER, size=1.0)
    stroke(panel, *np.linspace((-2, -1.5), (2, -1.5), 20))
    assert len(panel.moment.params[-1].b) == 2


def pale(color):
    return 1 - PALE * (1 - np.array(to_rgb(color)))


def test_plain_colors_are_as_many_as_there_are_classes(panel):
    panel.set(epochs=30, data="painted", paint=FOUR, discrete=True)
    assert len(np.unique(panel.moment.large.reshape(-1, 3), axis=0)) <= 4


def test_dots_have_the_color_and_the_shape_of_their_class(panel):
    panel.set(epochs=1, data="painted", paint=FOUR)
    split = panel.result.samples
    for kind, button in enumerate(panel.artists.palette.dots):
        wanted = split.X_train[split.y_train == kind]
        (dots,) = [
            dots for dots in panel.artists.plane.training
            if dots.get_marker() == button.get_marker() and to_hex(dots.get_color()) ==
            button.get_color() and len(xy(dots)[0])
        ]  # fmt: skip
        assert np.array_equal(np.transpose(xy(dots)), wanted.astype(float))


def test_a_loss_of_two_classes_says_that_a_third_is_too_many(panel):
    panel.set(epochs=1, loss="hinge")
    stroke(panel, (0, 0))
    assert panel.message.value == ""
    panel.set(brush=2)
    panel.on_touch("plane", "down", *in_picture(panel, "plane", (1, 1)))
    assert "for 3 classes" in panel.message.value
    panel.set(loss="cross_entropy")
    assert panel.message.value == "" and len(panel.moment.params[-1].b) == 3


def test_without_unseen_samples_none_are_judged(panel):
    panel.set(epochs=10, share=0.9)
    seen = next(k for k in range(1, 9) if not len(split_of(strokes(k), 0.9).X_val))
    panel.set(data="painted", paint=strokes(seen))
    assert panel.artists.plane.right.get_text() == "no unseen samples"
    assert "0 unseen" in str(panel) and "Unseen samples right" not in str(panel)


def strokes(k):
    """Text of k strokes that are erased, and one more."""
    return ";".join(["0 10 0 0"] * k + [f"{ERASER} 50 0 0", "1 10 200 200"])


def test_a_stroke_beyond_the_plane_ends_at_its_edge(panel):
    panel.set(epochs=10)
    stroke(panel, (2, 0), (5, 0), (2.5, 0.5))
    assert np.abs(samples(panel)[0]).max() <= 2.7
    assert panel.message.value == ""
