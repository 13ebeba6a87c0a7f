"""The panels of lesson 15: every mark in their pictures says what the numbers say."""

from dataclasses import replace

import numpy as np
import pytest
from panels import in_picture, kept, touch

from lessons import TrainConfig, data, load, predict, train
from lessons.experiments.digits.drawing import from_text, scan
from lessons.experiments.digits.hand import stored
from widgets import digits
from widgets.digits import drawing_pad as pads
from widgets.digits.cells import pixels

pytestmark = pytest.mark.usefixtures("compiled")

reading_panel = kept(lambda: digits.panel(epochs=10))
pad_panel = kept(digits.pad)


@pytest.fixture
def reading(reading_panel):
    reading_panel.set(**reading_panel.start)
    return reading_panel


@pytest.fixture
def pad(pad_panel):
    pad_panel.set(**pad_panel.start | {"strokes": ""})
    return pad_panel


# --- scans --------------------------------------------------------------------------------------


def answers(panel, epoch):
    split, run = panel.result.split, panel.run
    return predict(run.snapshots[epoch], run.config, split.X_val)


@pytest.mark.parametrize("time", [0, 4, 10])
def test_the_counts_are_those_of_the_epoch(reading, time):
    reading.set(time=time)
    given, truth = answers(reading, time).argmax(axis=1), reading.result.split.y_val
    for k, number in enumerate(reading.artists.matrix.numbers):
        n = int(np.sum((truth == k // 10) & (given == k % 10)))
        assert number.get_text() == (str(n) if n else "")
    assert f"{np.sum(given == truth)} of 359 validation scans" in str(reading)


def test_the_scans_of_a_cell_stand_there_the_surest_first(reading):
    touch(reading, "counts", (3.5, 3.5))
    assert (reading.settings["truth"], reading.settings["answer"]) == (3, 3)
    split, probabilities = reading.result.split, answers(reading, 10)
    cell = np.flatnonzero((split.y_val == 3) & (probabilities.argmax(axis=1) == 3))
    cell = cell[np.argsort(-probabilities[cell].max(axis=1), kind="stable")]
    for row, slot in zip(cell, reading.artists.cell.slots, strict=False):
        assert np.array_equal(slot.image.get_array(), pixels(split.X_val[row]))
        digit, share = slot.answers[0].get_text().rstrip("%").split(": ")
        assert digit == "3"
        assert abs(float(share) - 100 * probabilities[row, 3]) <= 0.51
    assert reading.artists.cell.more.get_text() == f"and {len(cell) - 6} more, less sure"
    x, y = reading.artists.matrix.chosen.get_data()
    assert (min(x), max(x), min(y), max(y)) == (3, 4, 3, 4)


def test_a_cell_without_scans_says_so(reading):
    reading.set(truth=0, answer=7)
    assert "0 read as 7, which did not happen" in str(reading)
    assert not any(slot.image.get_visible() for slot in reading.artists.cell.slots)


def test_the_pictures_of_units_are_the_change_of_their_weights(reading):
    for time in (0, 10):
        reading.set(time=time)
        run = reading.run
        change = (run.snapshots[time][0].W - run.snapshots[0][0].W).T
        sheet = reading.artists.units.sheets[0].get_array()[::-1]
        for k in range(3):
            shown = sheet[:8, 9 * k : 9 * k + 8].astype(int)
            blue, orange = shown[..., 2] > shown[..., 0] + 2, shown[..., 0] > shown[..., 2] + 2
            large = np.abs(change[k]).reshape(8, 8) > 0.1 * (np.abs(change).max() or 1)
            assert np.array_equal(blue & large, (change[k].reshape(8, 8) > 0) & large)
            assert np.array_equal(orange & large, (change[k].reshape(8, 8) < 0) & large)
            assert time or not (blue | orange).any()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"layers": 0}, "all 10 outputs"),
        ({"units": 256}, "the first 32 of 256 units"),
        ({"units": 1}, "one unit"),
        ({"learning_rate": 100.0, "layers": 3}, "all 32 units"),
    ],
)
def test_the_ends_of_the_knobs_show_something_true(reading, settings, words):
    reading.set(**settings)
    assert words in reading.artists.units.title.get_text()
    assert reading.message.value == ""


def test_knobs_of_hidden_layers_are_hidden_without_any(reading):
    reading.set(layers=0)
    assert reading.knobs["units"].control.layout.display == "none"
    reading.set(layers=1)
    assert reading.knobs["units"].control.layout.display is None


def test_momentum_counts_for_its_two_optimizers(reading):
    shown = {}
    for name in ("sgd", "momentum", "nesterov", "adam"):
        reading.set(optimizer=name)
        shown[name] = reading.knobs["momentum"].control.layout.display is None
    assert shown == {"sgd": False, "momentum": True, "nesterov": True, "adam": False}


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "nesterov", "momentum": 0.5, "schedule": "cosine"},
        {"init": "xavier_uniform", "batch_norm": True, "schedule": "one_cycle"},
    ],
)
def test_all_knobs_reach_the_training(reading, settings):
    reading.set(**settings)
    config = reading.run.config
    assert {field: getattr(config, field) for field in settings} == settings
    assert np.array_equal(reading.run.train_loss, train(config, data.digits()).train_loss)


@pytest.mark.parametrize("settings", [{}, {"batch_norm": True}, {"layers": 0}])
def test_a_network_that_learned_standardized_pixels_takes_pixels(reading, settings, tmp_path):
    """Against scikit-learn's scaler; the same from the file, on the test set and on the pad."""
    from sklearn.preprocessing import StandardScaler

    reading.set(standardize=True, **settings)
    run, split = reading.run, data.digits()
    scaler = StandardScaler().fit(split.X_train)
    learned = replace(
        split, **{part: scaler.transform(getattr(split, part)).astype(np.float32)
                  for part in ("X_train", "X_val", "X_test")},
    )  # fmt: skip
    theirs = train(run.config, learned)
    expected = predict(theirs.params, theirs.config, learned.X_test)
    assert np.allclose(predict(run.params, run.config, split.X_test), expected, atol=2e-3)
    assert np.trace(reading.moment.counts) / 359 == pytest.approx(run.val_accuracy[-1])
    run.save(tmp_path / "digits.npz")
    trained = load(tmp_path / "digits.npz")
    assert np.array_equal(
        predict(trained.params, trained.config, split.X_test),
        predict(run.params, run.config, split.X_test),
    )


def test_the_pictures_of_units_show_what_was_trained_where_pixels_are_standardized(reading):
    reading.set(standardize=True)
    deviation = data.digits().X_train.std(axis=0)
    run = reading.run
    change = (run.params[0].W - run.snapshots[0][0].W).T * deviation
    told = reading.artists.units.scale.get_text().rsplit(" ", 1)[1]
    assert float(told) == pytest.approx(np.abs(change).max(), rel=0.06)


# --- the pad ------------------------------------------------------------------------------------


def bars(pad):
    return np.array([bar.get_width() for bar in pad.artists.bars.bars])


@pytest.mark.parametrize("placing", ["boxed", "centered", "as drawn"])
def test_the_bars_are_what_the_network_says_of_the_scan(pad, placing):
    pad.set(drawing="3-7", placing=placing, pen=4.0)
    strokes = from_text(stored()[36][1])
    image = scan(strokes, placing, 4.0)
    network = pads.trained()
    assert np.allclose(bars(pad), predict(network.params, network.config, image[None])[0])
    assert np.array_equal(pad.artists.images[1].get_array(), pixels(image))
    assert pad.artists.bars.meant.get_data() == ([-0.14], [3])


def test_a_hand_draws_strokes_and_the_answer_follows(pad):
    touch(pad, "pad", (0.3, 0.9), (0.4, 0.5), (0.5, 0.1))
    assert pad.settings["drawing"] == "own"
    assert pad.settings["strokes"] == "84 252 112 140 140 28"
    before = bars(pad)
    touch(pad, "pad", (0.2, 0.5), (0.8, 0.5))
    assert pad.settings["strokes"] == "84 252 112 140 140 28;56 140 224 140"
    assert not np.allclose(before, bars(pad))
    assert str(pad).startswith("Your drawing: read as ")
    # What is drawn beyond the edge stays at it.
    touch(pad, "pad", (0.5, 0.5), (3, -2))
    assert pad.settings["strokes"].endswith(";140 140 280 0")


def test_strokes_are_taken_back_and_wiped_away(pad):
    touch(pad, "pad", (0.3, 0.9), (0.4, 0.1))
    touch(pad, "pad", (0.1, 0.5), (0.9, 0.5))
    pad.on_touch("undo", "down", *in_picture(pad, "undo", (0.5, 0.5)))
    pad.on_touch("undo", "up", *in_picture(pad, "undo", (0.5, 0.5)))
    assert pad.settings["strokes"] == "84 252 112 28"
    pad.on_touch("clear", "down", *in_picture(pad, "clear", (0.5, 0.5)))
    assert pad.settings["drawing"] == "nothing"
    assert str(pad) == "Nothing is drawn yet."
    assert bars(pad).max() == 0
    # The next stroke begins a new drawing; the menu brings it back after a stored one.
    touch(pad, "pad", (0.5, 0.9), (0.5, 0.1))
    assert pad.settings["strokes"] == "140 252 140 28"
    pad.set(drawing="5-1")
    assert "Stored drawing" in str(pad)
    pad.set(drawing="own")
    assert pad.settings["strokes"] == "140 252 140 28"


def test_a_drawing_comes_back_with_the_settings(pad):
    touch(pad, "pad", (0.3, 0.9), (0.4, 0.1))
    other = digits.pad(**pad.settings)
    assert str(other) == str(pad)
    other.close()


def test_nonsense_is_refused_in_words(pad):
    for strokes in ("1 2 3", "x", "1 2;999 0", " ".join(["1 1"] * 3001)):
        with pytest.raises(ValueError, match="strokes must be a text that was drawn"):
            pad.set(strokes=strokes)
    with pytest.raises(ValueError, match="64 inputs and 10 classes"):
        digits.pad(train(TrainConfig(epochs=1), data.moons(), "numpy"))


def test_an_endless_drawing_ends(pad):
    rng = np.random.default_rng(0)
    for _ in range(5):
        touch(pad, "pad", *rng.random((800, 2))[:2])
        path = [tuple(in_picture(pad, "pad", point)) for point in rng.random((800, 2))]
        pad.on_touch("pad", "move", *path[-1], path[:-1])
        assert pad.message.value == ""
    assert pad.settings["strokes"].count(" ") < 2 * pads.MOST


def test_a_network_from_a_file_reads_on_the_pad(tmp_path, pad):
    pads.trained().save(tmp_path / "digits.npz")
    other = digits.pad(load(tmp_path / "digits.npz"))
    assert np.array_equal(bars(other), bars(pad))
    other.close()


def test_a_stroke_is_read_within_a_tick(pad):
    touch(pad, "pad", (0.3, 0.9), (0.4, 0.1))
    assert pad.timings["train"] < 0.1
