"""Painted samples: a stroke leaves what it says, keeps it while it goes on, and can be erased."""

import numpy as np
import pytest

from lessons.experiments.playground.painting import (
    ERASER,
    MOST,
    REACH,
    SPRAY,
    Stroke,
    painted,
    smile,
    split_of,
    strokes_of,
    to_text,
)

LINE = [[-1.0, 0.5], [0.0, 0.5], [1.0, 0.5]]


def text(*strokes):
    return ";".join(to_text(Stroke(kind, size, np.array(points))) for kind, size, points in strokes)


def test_a_text_brings_the_strokes_back():
    strokes = strokes_of(text((0, 0.2, LINE), (ERASER, 0.5, LINE[:1])))
    assert [(s.kind, s.size, s.points.tolist()) for s in strokes] == [
        (0, 0.2, LINE),
        (ERASER, 0.5, LINE[:1]),
    ]
    assert strokes_of("") == []


def test_each_point_leaves_three_samples_of_its_class_near_it():
    X, y, _ = painted(text((1, 0.2, LINE), (0, 0.0, [[2.0, -2.0]])))
    assert y.tolist() == [1] * 9 + [0] * 3
    assert np.allclose(X[9:], [2.0, -2.0])
    apart = np.linalg.norm(X[:9].reshape(3, SPRAY, 2) - np.array(LINE)[:, None], axis=2)
    assert apart.min() > 0 and apart.max() < 4 * 0.1


def test_the_spread_is_half_the_size():
    points = np.zeros((200, 2))
    X, _, _ = painted(text((0, 0.4, points)))
    assert np.std(X, axis=0) == pytest.approx([0.2, 0.2], rel=0.1)


def test_what_a_stroke_has_left_stays_while_it_goes_on_and_others_come():
    X, y, u = painted(text((1, 0.2, LINE[:2])))
    longer = painted(text((1, 0.2, LINE), (0, 0.2, LINE)))
    for before, after in zip((X, y, u), longer, strict=True):
        assert np.array_equal(after[: len(before)], before)


def test_an_eraser_takes_away_what_it_comes_near_and_nothing_else():
    drawn = (0, 0.0, LINE), (1, 0.0, [[0.0, -2.0]])
    X, y, _ = painted(text(*drawn, (ERASER, 0.3, [[0.0, 0.4]])))
    assert sorted(set(map(tuple, X))) == [(-1.0, 0.5), (0.0, -2.0), (1.0, 0.5)]
    assert np.bincount(y).tolist() == [6, 3]
    # What is painted later is not erased.
    X, _, _ = painted(text((ERASER, 3.0, [[0.0, 0.0]]), *drawn))
    assert len(X) == 12


def test_samples_stay_on_the_plane():
    X, _, _ = painted(text((0, 1.0, [[REACH, REACH]] * 50)))
    assert np.abs(X).max() == REACH


def test_a_set_has_both_parts_and_shares_them_out_as_asked():
    points = np.zeros((200, 2))
    written = text((0, 0.5, points))
    for share in (0.1, 0.5, 0.9):
        split = split_of(written, share)
        assert len(split.X_train) + len(split.X_val) == 600
        assert len(split.X_train) / 600 == pytest.approx(share, abs=0.06)
    # Who is trained with at a smaller share is so at a larger one.
    few, many = (set(map(tuple, split_of(written, share).X_train)) for share in (0.1, 0.9))
    assert few <= many


def test_one_tap_is_enough_to_train_with():
    split = split_of(text((1, 0.2, [[0.0, 0.0]])), 0.1)
    assert len(split.X_train) >= 1 and split.classes == (0, 1)


@pytest.mark.parametrize("written", ["", text((ERASER, 1.0, LINE))])
def test_without_samples_there_is_no_set(written):
    with pytest.raises(ValueError, match="nothing is painted"):
        split_of(written)


@pytest.mark.parametrize(
    "written",
    ["scribble", "0", "0 20", "0 20 50", "5 20 50 50", "0 -1 50 50", "0 20 271 0", "0 20 1.5 0",
     text((0, 0.1, [[0.0, 0.0]] * (MOST // SPRAY + 1)))],
)  # fmt: skip
def test_what_is_no_painting_is_refused(written):
    with pytest.raises(ValueError):
        strokes_of(written)


@pytest.mark.parametrize(("kinds", "classes"), [([0], 2), ([1], 2), ([0, 2], 3), ([3], 4)])
def test_there_are_as_many_classes_as_are_painted_and_at_least_two(kinds, classes):
    split = split_of(text(*[(kind, 0.2, LINE) for kind in kinds]))
    assert split.classes == tuple(range(classes))


def test_the_example_has_two_classes():
    split = split_of(smile())
    assert np.bincount(split.y_train).min() > 10
