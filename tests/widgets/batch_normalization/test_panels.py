"""The panels of lesson 12: every mark in their pictures says what the numbers say."""

import itertools
import re
import warnings

import numpy as np
import panels
import pytest
from matplotlib.colors import to_rgb
from matplotlib.transforms import Bbox
from panels import kept, xy

from lessons import Progress, TrainConfig, data, predict, train
from lessons.activations import ACTIVATIONS, sigmoid
from lessons.experiments.batch_normalization.covariate_shift import activation_inputs
from lessons.experiments.batch_normalization.modes import answers_in_batches
from lessons.experiments.batch_normalization.rate_map import map_rates
from lessons.experiments.settled import settled_loss
from lessons.initializers import INITIALIZERS
from lessons.numerals import short
from lessons.verdict import guessing_loss
from widgets import batch_normalization
from widgets.artists import Words
from widgets.batch_normalization import layers, one_batch, rate_map, training, two_losses, two_modes
from widgets.pinned import Pinned
from widgets.style import BLUE, ORANGE

pytestmark = pytest.mark.usefixtures("compiled")


steps_panel = kept(batch_normalization.steps)
pair_panel = kept(lambda: batch_normalization.panel(epochs=10))
rates_panel = kept(lambda: batch_normalization.rates(epochs=2, depth=2))
modes_panel = kept(lambda: batch_normalization.modes(epochs=5))


@pytest.fixture
def steps(steps_panel):
    steps_panel.set(**steps_panel.start)
    return steps_panel


@pytest.fixture
def pair(pair_panel):
    pair_panel.set(**pair_panel.start)
    return pair_panel


@pytest.fixture
def rates(rates_panel):
    rates_panel.set(**rates_panel.start)
    return rates_panel


@pytest.fixture
def modes(modes_panel):
    modes_panel.set(**modes_panel.start)
    return modes_panel


# One batch


@pytest.mark.parametrize(
    "settings",
    [{}, {"gamma": 2.0, "beta": -1.0}, {"batch_size": 3}, {"spread": 0.01, "eps": 1e-3}],
)
def test_every_row_shows_its_formula(steps, settings):
    steps.set(**settings)
    knobs = steps.settings
    draw = np.random.default_rng(knobs["seed"]).exponential(size=knobs["batch_size"])
    z = knobs["mean"] + knobs["spread"] * (draw - 1)
    z_hat = (z - z.mean()) / np.sqrt(z.var() + knobs["eps"])
    out = knobs["gamma"] * z_hat + knobs["beta"]
    for row, (places, values) in enumerate(
        ((z, z), (z - z.mean(),) * 2, (z_hat, z_hat), (out, out), (out, sigmoid(out)))
    ):
        followed = [xy(dot) for dot in steps.artists.followed[row]]
        shown = np.concatenate([x for x, _ in followed] + [xy(steps.artists.dots[row])[0]])
        assert np.allclose(shown, np.clip(places, -one_batch.REACH, one_batch.REACH))
        numbers = [text.get_text() for text in steps.artists.table[row]]
        expected = [values.mean(), values.std(), *values[:4]]
        for text, value in itertools.zip_longest(numbers, expected):
            if value is None:
                assert text == ""
            else:
                assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.0051)
        if row < 4:
            assert xy(steps.artists.means[row])[0] == pytest.approx([places.mean()] * 2)
            ends = [places.mean() - places.std(), places.mean() + places.std()]
            assert xy(steps.artists.bars[row])[0] == pytest.approx(ends)
        else:
            assert all(y == pytest.approx(sigmoid(x)) for x, y in followed if len(x))


def test_a_sample_keeps_its_height_in_all_strips(steps):
    heights = [
        np.concatenate([xy(dot)[1] for dot in steps.artists.followed[row]]) for row in range(4)
    ]
    assert all(np.array_equal(heights[0], row) for row in heights)


def test_the_words_about_one_batch(steps):
    for settings, expected in (
        ({"batch_size": 2}, "With two samples ẑ is −1 and 1"),
        ({"batch_size": 1}, "A single sample is its own mean: ẑ is 0"),
        ({"spread": 0.0}, "All values are the same"),
        ({"spread": 0.003, "eps": 1e-3}, "ε = 0.001 is not small beside σ²"),
    ):
        steps.set(**steps.start | settings)
        assert expected in str(steps)
        if settings.get("batch_size") == 2:
            assert np.allclose(np.abs(steps.result.walk.z_hat), 1, atol=0.01)


def test_a_pinned_batch_stands_behind_as_rings(steps):
    steps.set(mean=2.0, gamma=2.0, pinned={"mean": 0.0, "gamma": 1.0})
    draw = np.random.default_rng(0).exponential(size=32)
    z = 1.5 * (draw - 1)
    z_hat = (z - z.mean()) / z.std()
    for row, places in enumerate((z, z - z.mean(), z_hat, z_hat, z_hat)):
        assert xy(steps.artists.pinned[row])[0] == pytest.approx(places, abs=1e-4)
    assert xy(steps.artists.pinned_means[0])[0] == pytest.approx([z.mean()] * 2)
    assert "mean of z 0" in steps.artists.pinned_text.get_text()
    steps.set(pinned=None)
    assert all(not len(xy(line)[0]) for line in steps.artists.pinned)


def test_the_table_has_heads_for_the_samples_that_are_there(steps):
    for size, shown in ((1, 3), (2, 4), (4, 6), (64, 6)):
        steps.set(batch_size=size)
        assert sum(text.get_text() != "" for text in steps.artists.heads) == shown


def test_gamma_and_beta_that_undo_are_praised_and_can_be_reached_by_hand(steps):
    for seed in range(5):
        steps.set(seed=seed, gamma=1.0, beta=0.0)
        assert "undo" not in str(steps)
        walk = steps.result.walk
        hand = {
            name: min((v for v in steps.knobs[name].steps), key=lambda v: abs(v - wanted))
            for name, wanted in (("gamma", np.sqrt(walk.var)), ("beta", walk.mean))
        }
        steps.set(**hand)
        assert "γ and β undo the normalization" in str(steps)
        assert np.allclose(steps.result.walk.scaled, walk.z, atol=0.2)


# Without and with


@pytest.mark.parametrize("settings", [{}, {"activation": "tanh", "depth": 2}])
def test_two_runs_that_differ_in_batch_norm_only(pair, settings):
    pair.set(**settings)
    knobs = pair.settings
    names = "learning_rate", "batch_size", "epochs", "activation", "init", "seed"
    for run, place, curve in zip(
        pair.result.runs, (False, True), pair.artists.losses.curves, strict=True
    ):
        config = TrainConfig(
            hidden=(16,) * knobs["depth"], batch_norm=place, **{name: knobs[name] for name in names}
        )
        expected = train(config, data.circle())
        assert np.array_equal(run.train_loss, expected.train_loss)
        assert np.array_equal(xy(curve)[1], np.clip(run.train_loss, *two_losses.LIMITS))
    assert pair.run is pair.result.runs[1]


def test_the_thin_curve_is_the_mean_of_every_epochs_batches(pair):
    run = pair.run
    x, y = xy(pair.artists.losses.batches)
    expected = run.batch_loss.reshape(10, -1).mean(axis=1)
    assert np.allclose(y, expected)
    assert np.allclose(x, np.arange(10) + 0.5)


def test_bands_hold_half_and_nine_tenths_of_the_samples(pair):
    pair.set(depth=3)
    X = data.circle().X_train[: training.SAMPLES]
    for run, row in zip(pair.result.runs, pair.artists.layers.rows, strict=True):
        z = activation_inputs(run, X, [0, 10])[..., training.UNIT]
        median = np.reshape(xy(row.median)[1], (3, -1))
        for layer in range(3):
            for band, share in zip(row.bands, (0.9, 0.5), strict=True):
                y = band.get_paths()[layer].vertices[:-1, 1]
                low, high = np.split(y, 2)
                for at, values in ((0, z[layer, 0]), (-1, z[layer, 1])):
                    ends = low[at], high[::-1][at]
                    held = np.mean((values >= ends[0] - 1e-6) & (values <= ends[1] + 1e-6))
                    assert held == pytest.approx(share, abs=0.02)
            assert median[layer, -2] == pytest.approx(np.median(z[layer, 1]), abs=0.2)


def test_the_shaded_zone_is_where_the_slope_is_below_a_hundredth(pair):
    for activation in ACTIVATIONS:
        low, high = layers.flat_zones(activation)
        slope = ACTIVATIONS[activation].derivative
        if low > -layers.REACH:
            assert (np.abs(slope(np.linspace(-layers.REACH, low - 0.02, 50))) < 0.01).all()
        if high < layers.REACH:
            assert (np.abs(slope(np.linspace(high + 0.02, layers.REACH, 50))) < 0.01).all()
    pair.set(activation="relu")
    bottom, top = pair.artists.layers.still.flat[:2]
    assert bottom.get_y() + bottom.get_height() == pytest.approx(0, abs=0.03)
    assert top.get_height() == 0


def test_dots_and_lines_mark_the_moment(pair):
    for time in (0, 4, 10):
        pair.set(time=time)
        for run, dot in zip(pair.result.runs, pair.artists.losses.dots, strict=True):
            assert [float(v[0]) for v in xy(dot)] == [time, run.train_loss[time]]
        x = np.reshape(xy(pair.artists.layers.rows[0].now)[0], (4, 3))[:, 0]
        assert np.allclose(4 * x, np.arange(4) + 0.9 * time / 10)
        texts = [end.get_text() for end in pair.artists.losses.ends]
        assert f"with {short(pair.run.train_loss[time])}" in texts


def test_a_divergence_is_told_for_the_run_that_diverged(pair):
    pair.set(activation="relu", init="large_normal", learning_rate=1.0)
    assert [run.status for run in pair.result.runs] == ["diverged", "finished"]
    update = pair.result.runs[0].stopped_at
    assert np.allclose(xy(pair.artists.losses.lost[0]), [[update / 16], [two_losses.LIMITS[1]]])
    assert xy(pair.artists.losses.lost[1])[0].size == 0
    assert "without: diverged" in [end.get_text() for end in pair.artists.losses.ends]
    assert f"diverged at update {update + 1}." in str(pair)
    assert "Without batch norm: diverged. With it: has learned" in repr(pair)


def test_a_run_that_was_stopped_is_drawn(pair):
    progress = Progress()
    progress.cancel()
    result = training.compute(pair.knob_settings(), progress)
    assert {run.status for run in result.runs} == {"cancelled"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        training.update(pair.artists, result, 0, Pinned(result, "pinned: η 0.1", ()))
        pair.picture.render()
        assert "stopped by hand" in training.describe(result, 0)
    assert not any("nan" in end.get_text() for end in pair.artists.losses.ends)


def test_a_pinned_pair_is_drawn_behind(pair):
    pair.set(learning_rate=0.3, pinned={"learning_rate": 0.1, "epochs": 5})
    expected = train(
        TrainConfig(hidden=(16,) * 4, activation="sigmoid", epochs=5, batch_norm=True),
        data.circle(),
    )
    assert np.array_equal(xy(pair.artists.losses.pinned[1])[1], expected.train_loss)
    assert "η 0.1, epochs 5" in labels(pair.artists.losses)
    assert "Pinned, with learning rate η = 0.1, epochs = 5: without batch norm " in str(pair)


def test_losses_in_words_say_of_which_epochs_they_are(pair):
    for epochs, words in ((1, "last loss"), (10, "the last 2 epochs' median loss")):
        pair.set(epochs=epochs, time=epochs)
        for run in pair.result.runs:
            assert f"{words} {short(settled_loss(run))}" in str(pair)
    assert f"loss {short(pair.result.runs[0].train_loss[10])} without and " in str(pair)


def test_the_loss_in_batches_is_that_of_the_moment(pair):
    each = pair.run.batch_loss.reshape(10, -1).mean(axis=1)
    for time in (1, 4, 10):
        pair.set(time=time)
        assert f"in batches {short(each[time - 1])}" in labels(pair.artists.losses)
    pair.set(time=0)
    assert not any("in batches" in text for text in labels(pair.artists.losses))
    pair.set(epochs=1)
    assert pair.artists.losses.batches.get_marker() == "o"


def test_curves_leave_the_axis_and_are_marked_there(pair):
    pair.set(learning_rate=100.0)
    assert xy(pair.artists.losses.curves[0])[1].max() > two_losses.LIMITS[1]
    assert any(text.endswith("↑") for text in labels(pair.artists.losses))
    assert any(len(xy(exit.arrows[0])[0]) for exit in pair.artists.losses.exits)


def test_a_batch_cannot_have_more_samples_than_there_are(pair, modes):
    for panel in (pair, modes):
        panel.set(batch_size=512)
        assert "500 samples in a batch" in str(panel)
        assert "512" not in str(panel)


def labels(artists):
    return [end.get_text() for end in artists.ends]


# The map of rates


@pytest.mark.parametrize("place", ["before", "after"])
def test_cells_counts_and_crosses_of_the_map(rates, place):
    rates.set(place=place)
    configs = [
        TrainConfig(hidden=(16, 16), batch_norm=place, epochs=2, init=init)
        for init in rate_map.FIRST_WEIGHTS
    ]
    split = data.circle()
    expected = map_rates(configs, split, rate_map.RATES)
    assert np.array_equal(rates.result.map.loss, expected.loss, equal_nan=True)
    half = guessing_loss(split) / 2
    for k, (block, color) in enumerate(zip(rates.artists.blocks, (ORANGE, BLUE), strict=True)):
        loss = expected.loss[:, k]
        counts = np.sum(np.nan_to_num(loss, nan=np.inf) < half, axis=1)
        assert [text.get_text() for text in block.counts] == [f"{n} of 11" for n in counts]
        pixels = block.cells.get_array()[::-1].astype(float)
        # Lower is never paler, and what is low enough has nearly the full color.
        strength = (255 - pixels).sum(axis=2) / (255 * (1 - np.array(to_rgb(color)))).sum()
        order = np.argsort(np.nan_to_num(loss, nan=np.inf).ravel())
        assert (np.diff(strength.ravel()[order]) < 0.01).all()
        x, y = xy(block.diverged)
        crossed = {(round(2 * (a + 3)), int(b)) for a, b in zip(x, y, strict=True)}
        row, column = np.nonzero(np.isnan(loss))
        assert crossed == set(zip(column.tolist(), row.tolist(), strict=True))


def test_a_pinned_map_leaves_its_counts(rates):
    before = [text.get_text() for text in rates.artists.blocks[1].counts]
    rates.set(data="moons", pinned={"data": "circle"})
    pinned = [text.get_text() for text in rates.artists.blocks[1].before]
    assert [text.split()[1] for text in pinned] == [text.split()[0] for text in before]


def test_a_stopped_map_says_so(rates):
    progress = Progress()
    progress.cancel()
    result = rate_map.compute(rates.knob_settings(), progress)
    rate_map.update(rates.artists, result, None, None)
    assert rate_map.describe(result, None) == ("Stopped by hand: 0 of 110 trainings are complete.")
    assert rate_map.brief(result, None) == rate_map.describe(result, None)


# Two modes


@pytest.mark.parametrize("time", [0, 5])
def test_answers_of_both_modes(modes, time):
    modes.set(time=time)
    run, split = modes.run, data.moons()
    rows = [np.flatnonzero(split.y_val == k)[:4] for k in (0, 1)]
    params, points = run.snapshots[time], split.X_val[np.concatenate(rows)]
    alone = predict(params, run.config, points)[:, 1]
    assert np.array_equal(xy(modes.artists.alone)[0], alone)
    answers = answers_in_batches(params, run.config, points, split.X_train, 8, 40)
    x, y = xy(modes.artists.answers)
    assert np.array_equal(x, answers.ravel())
    assert np.array_equal(y, np.repeat(np.arange(8), 40))
    swing = float(re.search(r"up to (\d\.\d\d)", str(modes)).group(1))
    assert swing == pytest.approx(np.ptp(answers, axis=1).max(), abs=0.006)
    assert f" {'After 5 epochs' if time else 'Before training'} the loss is " in str(modes)


def test_losses_of_both_modes(modes):
    run = modes.run
    assert np.array_equal(xy(modes.artists.evaluated)[1], run.train_loss)
    means = run.batch_loss.reshape(5, -1).mean(axis=1)
    for time in (2, 5):
        modes.set(time=time)
        assert f"in batches {short(means[time - 1])}" in labels(modes.artists)
    assert np.allclose(xy(modes.artists.batches)[1][0], np.mean(run.batch_loss[:63]))


def test_both_modes_of_a_run_that_was_stopped(modes):
    progress = Progress()
    progress.cancel()
    result = two_modes.compute(modes.knob_settings(), progress)
    moment = two_modes.frame(result, 3)
    two_modes.update(modes.artists, result, moment, Pinned(result, "pinned: batch 8", ()))
    modes.picture.render()
    assert two_modes.describe(result, moment) == "Stopped by hand."
    assert not any("nan" in end.get_text() for end in modes.artists.ends)


def test_a_batch_of_one(modes):
    modes.set(batch_size=1)
    assert np.ptp(modes.moment.in_batches) < 1e-6
    assert "A batch of one is its own mean" in str(modes)
    assert modes.artists.dot.get_marker() == "^"
    loss = modes.run.train_loss[-1]
    assert f"evaluation {short(loss)}↑" in [end.get_text() for end in modes.artists.ends]
    assert loss > two_modes.LOSSES[1]


# Every menu, every end

STEPS = [
    {"batch_size": size, "spread": spread, "mean": mean, "gamma": sign * 4.0, "beta": sign * 5.0,
     "eps": eps}
    for size in (1, 2, 64)
    for spread, mean, sign, eps in
    ((0.0, -5.0, 1, 1e-8), (0.001, 5.0, -1, 1.0), (4.0, 5.0, 1, 1.0), (4.0, -5.0, -1, 1e-8))
]  # fmt: skip
PAIRS = [
    {"batch_size": 1, "epochs": 1, "depth": 1},
    {"batch_size": 1, "epochs": 3, "learning_rate": 100.0, "depth": 6},
    {"batch_size": 512, "epochs": 30, "learning_rate": 1e-4, "time": 7},
    {"epochs": 5, "learning_rate": 100.0, "depth": 6, "data": "spiral"},
    {"epochs": 5, "seed": 20, "pinned": {"learning_rate": 100.0, "activation": "identity"}},
]


def check(panel):
    """Nothing is cut off, no two labels overlap, nothing infinite is drawn, nothing is wrong."""
    shown = panels.pixels(panel)
    for edge in (shown[:2], shown[-2:], shown[:, :2], shown[:, -2:]):
        assert edge.min() > 240, f"something is cut off: {panel.settings}"
    width, height = panel.figure.bbox.size
    renderer = panel.picture.canvas.get_renderer()
    boxes = []
    for text in panel.picture.moving:
        if isinstance(text, Words) and text.get_text():
            box = text.get_window_extent(renderer)
            inside = 0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height
            assert inside, f"{text.get_text()!r} at {box}: {panel.settings}"
            boxes.append((text.get_text(), box))
        elif hasattr(text, "get_xdata"):
            assert not np.isinf(np.concatenate(xy(text))).any()
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        overlap = Bbox.intersection(a, b)
        apart = overlap is None or min(overlap.width, overlap.height) <= 3
        assert apart, f"{one!r} and {other!r}: {panel.settings}"
    assert "nan" not in str(panel)
    assert panel.message.value == ""


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("settings", STEPS)
def test_one_batch_at_its_extremes(steps, settings):
    steps.set(**settings)
    check(steps)


def test_two_runs_at_their_extremes_with_any_activation_and_first_weights(pair):
    for activation, settings in zip(ACTIVATIONS, itertools.cycle(PAIRS)):
        pair.set(**pair.start | {"time": None, "activation": activation} | settings)
        check(pair)
    for init in INITIALIZERS:
        pair.set(init=init, learning_rate=3.0, activation="relu", data="xor", epochs=3)
        check(pair)


@pytest.mark.parametrize(
    "settings",
    [
        {"depth": 1, "epochs": 1, "place": "after"},
        {"depth": 6, "epochs": 2, "pinned": {"epochs": 3}},
        {"epochs": 1, "activation": "identity", "data": "spiral", "seed": 20},
    ],
)
def test_the_map_at_its_extremes(rates, settings):
    rates.set(**settings)
    check(rates)


@pytest.mark.parametrize("size", [1, 2, 512])
def test_both_modes_at_their_extremes(modes, size):
    for name, momentum in zip(two_modes.SETS, itertools.cycle([1e-3, 1.0])):
        modes.set(batch_size=size, bn_momentum=momentum, data=name, epochs=2, time=1,
                  pinned={"batch_size": 2})  # fmt: skip
        check(modes)
    modes.set(epochs=1, time=0)
    check(modes)


# Tasks


def test_every_goal_can_be_reached_and_none_is_at_first():
    panel = batch_normalization.panel()
    goals = batch_normalization.goals(panel)
    assert len(goals.done) == 0
    panel.set(activation="relu", init="large_normal", learning_rate=0.8)
    assert len(goals.done) == 1
    panel.set(**panel.start | {"activation": "relu", "batch_size": 1, "learning_rate": 0.01})
    assert len(goals.done) == 2
    panel.set(**panel.start | {"activation": "tanh", "data": "spiral", "seed": 3})
    assert len(goals.done) == 3
    for one in (goals, panel):
        one.close()


def test_every_answer_gets_its_own_reply_and_one_is_right():
    for ask in (batch_normalization.predict_output, batch_normalization.predict_evaluation):
        prediction, replies = ask(), set()
        for choice in prediction.choices:
            prediction.choose(choice.answer)
            assert prediction.reply.startswith("Right." if choice.right else "Not quite.")
            replies.add(prediction.reply)
        assert len(replies) == len(prediction.choices)
        assert sum(choice.right for choice in prediction.choices) == 1
        prediction.close()


def test_the_same_settings_give_the_same_panel(pair):
    again = batch_normalization.panel(**pair.settings)
    assert panels.look(again) == panels.look(pair)
    again.close()
