"""Drawings brought to the size of scans, varied images, and what is counted of them."""

import numpy as np
import pytest
from scipy import ndimage, stats
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix

from lessons import TrainConfig, data, predict, train
from lessons.experiments.digits import drawing, hand, looks, mistakes, peers, standard, varied
from lessons.experiments.digits.triangle import is_triangle

LINE = [np.array([[0.2, 0.1], [0.5, 0.9], [0.4, 0.3]])]


# --- drawings -----------------------------------------------------------------------------------


def test_dots_are_on_where_the_pen_was():
    """Against a pen that is put down at 20,000 places of the line."""
    stroke = np.array([[3.0, 4.0], [25.0, 28.0], [28.0, 9.5], [10.0, 9.5]])
    share = np.linspace(0, 3, 20_001)
    line = np.column_stack([np.interp(share, range(4), stroke[:, k]) for k in (0, 1)])
    on = np.zeros((32, 32), bool)
    for row, column in np.ndindex(32, 32):
        middle = column + 0.5, 32 - row - 0.5
        on[row, column] = (np.hypot(*(line - middle).T) <= 2.5).any()
    drawn = drawing.bitmap([stroke])
    assert not (on & ~drawn).any()
    assert (drawn & ~on).sum() <= 3  # just reached between two of the places


def test_blocks_are_counted_as_the_data_set_says():
    dots = np.random.default_rng(0).random((32, 32)) < 0.4
    counts = np.add.reduceat(
        np.add.reduceat(dots.astype(int), range(0, 32, 4), 0), range(0, 32, 4), 1
    )
    assert np.array_equal(drawing.counted(dots).reshape(8, 8) * 16, counts)
    assert load_digits().data.max() == 16


@pytest.mark.parametrize("factor", [0.3, 1, 2])
def test_a_boxed_drawing_does_not_depend_on_size_and_place(factor):
    moved = [factor * stroke + 0.07 for stroke in LINE]
    (boxed,), (again,) = (drawing.place(strokes) for strokes in (LINE, moved))
    assert np.allclose(boxed, again)
    assert np.allclose([boxed[:, 1].min(), boxed[:, 1].max()], [2.5, 29.5])
    assert np.isclose(boxed[:, 0].min() + boxed[:, 0].max(), 32)


def test_a_centered_drawing_keeps_its_size_and_one_as_drawn_its_place():
    (centered,), (raw,) = (drawing.place(LINE, how) for how in ("centered", "as drawn"))
    assert np.allclose(np.ptp(centered, axis=0), np.ptp(32 * LINE[0], axis=0))
    assert np.allclose(centered.min(axis=0) + centered.max(axis=0), 32)
    assert np.array_equal(raw, 32 * LINE[0])


def test_a_dot_and_nothing_can_be_read_too():
    assert drawing.scan([np.array([[0.9, 0.9]])]).reshape(8, 8)[3:5, 3:5].min() > 0.2
    assert drawing.scan([]).max() == 0


def test_a_drawing_as_text_comes_back():
    text = drawing.to_text(LINE)
    assert np.allclose(drawing.from_text(text)[0], LINE[0], atol=1 / 560)
    assert drawing.from_text("") == []
    for wrong in ("1", "1 2 3", "a b", "1 2;", "281 0", "-1 0", "1  2"):
        with pytest.raises(ValueError, match=r"stroke|invalid literal"):
            drawing.from_text(wrong)


def test_the_stored_drawings_are_those_that_the_script_makes():
    made = hand.draw_many(hand.EACH, seed=0)
    assert [digit for digit, _ in hand.stored()] == [k // 10 for k in range(100)]
    for (_, text), (_, strokes) in zip(hand.stored(), made, strict=True):
        now, then = (np.concatenate(s) for s in (strokes, drawing.from_text(text)))
        assert np.allclose(now, then, atol=0.003)
    assert hand.FILE.stat().st_size < 30_000


def test_boxed_drawings_have_the_format_of_the_scans():
    """Ink in every row of every scan; of the drawings, and about as much ink in all."""
    scans, (drawn, _) = load_digits().data / 16, varied.drawn("boxed")
    for images in (scans, drawn):
        assert (images.reshape(-1, 8, 8).max(axis=2) > 0).mean() > 0.999
    assert 0.75 < drawn.sum(axis=1).mean() / scans.sum(axis=1).mean() < 1.25


# --- varied images ------------------------------------------------------------------------------


def test_warped_images_are_those_of_scipy():
    rng = np.random.default_rng(0)
    images = data.digits().X_train[:20]
    matrices, shifts = rng.normal(0, 0.2, (20, 2, 2)) + np.eye(2), rng.uniform(-1, 1, (20, 2))
    for image, matrix, shift, ours in zip(
        images, matrices, shifts, varied.warped(images, matrices, shifts), strict=True
    ):
        offset = 3.5 - matrix @ (3.5 + shift)
        padded = np.pad(image.reshape(8, 8), 4)
        theirs = ndimage.affine_transform(
            padded, matrix, offset + 4 - matrix @ [4, 4], order=1, cval=0
        )[4:12, 4:12]
        assert np.allclose(ours.reshape(8, 8), theirs, atol=1e-6)


@pytest.mark.parametrize("kind", varied.VARIED)
def test_varied_images_are_images(kind):
    images = data.digits().X_train
    made = varied.VARIED[kind](images, np.random.default_rng(0))
    assert made.shape == images.shape
    assert made.dtype == np.float32
    assert made.min() >= 0 and made.max() <= 1
    assert 0.7 < made.sum() / images.sum() < 1.1
    assert not np.array_equal(made, images)


def test_training_sets_have_the_scans_first_and_as_many_as_they_should():
    split = data.digits()
    for kind in varied.KINDS:
        made = varied.training_set(split, kind, 0)
        assert np.array_equal(made.X_train[:1079], split.X_train)
        extra = 10 * varied.ADDED.get(kind, 0)
        assert len(made.y_train) == (1079 if kind == varied.PLAIN else 5 * (1079 + extra))
        assert made.X_test is split.X_test


def test_the_stored_table_is_what_runs_give(compiled):
    table = varied.stored_table()
    assert tuple(table) == varied.KINDS
    for k, kind in enumerate(varied.KINDS):
        again = np.array([varied.accuracies(kind, seed) for seed in (k, k + 9)])
        # Other machines' vectors round otherwise.
        assert np.abs(again.mean(axis=0) - table[kind][[k, k + 9]].mean(axis=0)).max() < 0.06


# --- standardized pixels -------------------------------------------------------------------------


def test_pixels_are_standardized_as_scikit_learn_does_it():
    from sklearn.preprocessing import StandardScaler

    split = data.digits(3)
    scaler = StandardScaler().fit(split.X_train)
    made, mean, deviation = standard.standardized(3)
    assert np.allclose(mean, scaler.mean_, atol=1e-6)
    assert np.allclose(deviation, scaler.scale_, atol=1e-6)
    for part in ("X_train", "X_val", "X_test"):
        expected = scaler.transform(getattr(split, part))
        assert np.allclose(getattr(made, part), expected, atol=1e-4)
        assert getattr(made, part).dtype == np.float32


def test_a_network_rewritten_for_pixels_gives_the_same_answers_at_every_epoch():
    made, mean, deviation = standard.standardized(0)
    config = TrainConfig(hidden=(8, 5), batch_norm=True, epochs=3, dtype="float64")
    run = train(config, made, "numpy")
    again, split = standard.for_pixels(run, mean, deviation), data.digits()
    for epoch in range(4):
        before = predict(run.snapshots[epoch], config, made.X_test, "numpy")
        after = predict(again.snapshots[epoch], config, split.X_test, "numpy")
        assert np.allclose(before, after, atol=1e-5)
    last = predict(again.params, config, split.X_test, "numpy")
    assert np.array_equal(last, after)


# --- peers --------------------------------------------------------------------------------------


def test_the_stored_peers_are_what_they_give(compiled):
    table = peers.stored_table()
    assert tuple(table) == peers.KINDS
    for kind in peers.KINDS:
        assert table[kind].shape == (20, 2)
        again = np.mean([peers.at_work(kind, seed)[0] for seed in (3, 4)])
        assert abs(again - table[kind][[3, 4], 0].mean()) < 0.015


def test_methods_are_compared_way_by_way():
    ours, *others = peers.compared()
    assert (ours.kind, ours.better, ours.longer) == (peers.OURS, 0, 1)
    for row in others:
        accuracy, seconds = peers.stored_table()[row.kind].T
        mine, my_seconds = peers.stored_table()[peers.OURS].T
        assert row.better == sum(a > b for a, b in zip(accuracy, mine, strict=True))
        assert row.longer == np.median(seconds / my_seconds)
        right = row.accuracy * 359
        theirs = stats.binomtest(round(right), 359).proportion_ci(method="wilson")
        assert np.allclose(row.interval, [theirs.low, theirs.high], atol=0.002)


# --- counts -------------------------------------------------------------------------------------


def test_confusion_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    truth, answers = rng.integers(10, size=(2, 300))
    assert np.array_equal(mistakes.confusion(truth, answers), confusion_matrix(truth, answers))


def test_the_change_of_the_first_layer_leaves_out_pixels_without_ink():
    split = data.digits()
    run = train(TrainConfig(hidden=(8,), epochs=3), split, "numpy")
    change = mistakes.first_layer_change(run, 3)
    never = split.X_train.max(axis=0) == 0
    assert never.any()
    assert np.array_equal(change[:, never], np.zeros((8, never.sum())))
    assert (mistakes.first_layer_change(run, 0) == 0).all()
    assert np.abs(change[:, ~never]).max() > 0


def test_the_interval_is_wilsons():
    for right, n in ((349, 359), (0, 100), (100, 100), (81, 100)):
        ours = looks.interval(right / n, n)
        theirs = stats.binomtest(right, n).proportion_ci(method="wilson")
        assert np.allclose(ours, [theirs.low, theirs.high], atol=1e-4)


def test_looks_are_counted():
    split = data.digits()
    run = train(TrainConfig(epochs=1), split, "numpy")
    test = looks.TestSet(split)
    made = [test.look(run) for _ in range(2)]
    assert [look.number for look in made] == [1, 2]
    assert made[0].accuracy == made[1].accuracy
    assert made[0].n == 359


# --- triangles ----------------------------------------------------------------------------------


def closed(*corners):
    return np.array([*corners, corners[0]], float)


def test_triangles_are_told_from_what_is_none():
    rng = np.random.default_rng(0)
    told = [is_triangle([closed(*rng.random((3, 2)))]) for _ in range(300)]
    assert 0.3 < np.mean(told) < 1  # the rest is too flat
    a, b, c = (0, 0), (1, 0.1), (0.4, 0.8)
    assert is_triangle([closed(a, b, c)])
    assert is_triangle([np.array([a, b], float), np.array([b, c], float), np.array([c, a], float)])
    trembling = [
        hand.smooth(closed(a, b, c)[[k, k + 1]]) + rng.normal(0, 0.02, 2) for k in range(3)
    ]
    assert is_triangle(trembling)
    assert not is_triangle([np.array([a, b, c], float)])  # one side is missing
    assert not is_triangle([closed(a, (1, 0), (1, 1), (0, 1))])
    assert not is_triangle([np.array([[0.5, 0.5]])])
    assert not is_triangle([])
    angle = np.linspace(0, 2 * np.pi, 50)
    assert not is_triangle([np.column_stack([np.cos(angle), np.sin(angle)])])


def test_no_stored_digit_is_a_triangle():
    assert not any(is_triangle(strokes) for _, strokes in hand.stored_drawings())
