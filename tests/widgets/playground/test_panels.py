"""The panel of lesson 14: what is drawn is what the network is, and every knob reaches it."""

import numpy as np
import pytest
from panels import check_words, kept, settle, xy

from lessons import predict
from lessons.data.features import FEATURES
from widgets import playground
from widgets.playground import drawn, knobs
from widgets.playground.training import GRID, GROUND

pytestmark = pytest.mark.usefixtures("compiled")

made = kept(playground.panel)


@pytest.fixture
def panel(made):
    made.set(**made.start)
    return made


def tiles(panel):
    return panel.artists.network.tiles


# Knobs


def test_at_first_three_knobs_are_open_and_all_others_have_a_group(panel):
    grouped = [field for fields in knobs.GROUPS.values() for field in fields]
    assert len(set(grouped)) == len(grouped)
    assert [field for field in panel.knobs if field not in grouped] == [
        "data", "learning_rate", "activation",
    ]  # fmt: skip
    assert set(grouped) < set(panel.knobs)


@pytest.mark.parametrize(
    ("settings", "field", "value"),
    [
        ({"layers": 3, "units1": 4, "units3": 1}, "hidden", (4, 8, 1)),
        ({"layers": 0}, "hidden", ()),
        ({"optimizer": "adam"}, "optimizer", "adam"),
        ({"optimizer": "momentum", "momentum": 0.5}, "momentum", 0.5),
        ({"schedule": "cosine"}, "schedule", "cosine"),
        ({"batch_norm": True}, "batch_norm", True),
        ({"loss": "hinge"}, "loss", "hinge"),
        ({"data": "plane", "value_loss": "huber"}, "loss", "huber"),
        ({"clip_norm": 1.0}, "clip_norm", 1.0),
        ({"l1": 0.01}, "l1", 0.01),
        ({"l2": 0.01}, "l2", 0.01),
        ({"dropout": 0.5}, "dropout", 0.5),
        ({"init": "zeros"}, "init", "zeros"),
        ({"epochs": 30, "batch_size": 8}, "batch_size", 8),
    ],
)
def test_a_knob_is_a_field_of_the_run(panel, settings, field, value):
    panel.set(**settings)
    assert getattr(panel.run.config, field) == value


def test_noise_and_share_are_those_of_the_samples(panel):
    panel.set(share=0.8, noise=0.0)
    split = panel.result.split
    assert (len(split.X_train), len(split.X_val)) == (400, 100)
    panel.set(share=0.1)
    assert len(panel.result.split.X_train) == 50


def test_inputs_are_those_that_are_switched_on_and_never_none(panel):
    panel.set(f2=False, f5=True)
    assert panel.result.split.feature_names == ("x1", "x1·x2")
    panel.set(f1=False, f5=False)
    assert panel.result.split.feature_names == ("x1",)
    assert "All inputs are off: x1 stays." in str(panel)


# The network drawn


@pytest.mark.parametrize(
    "settings", [{}, {"layers": 0}, {"layers": 6, "units2": 3, "f3": True}, {"data": "bumps"}]
)
def test_there_is_a_tile_for_each_input_and_unit_and_a_line_for_each_weight(panel, settings):
    panel.set(**settings)
    params = panel.moment.params
    units = sum(layer.W.shape[0] for layer in params)
    assert len(tiles(panel).places) == len(tiles(panel).images) == units
    assert len(panel.artists.network.off.places) == len(FEATURES) - params[0].W.shape[0]
    ends = 0
    for line in panel.artists.network.lines:
        ends += np.isfinite(xy(line)[0]).sum()
    last = params[-1].W
    outputs = last.shape[0]  # of two outputs, the difference is drawn
    assert ends == 2 * (sum(layer.W.size for layer in params[:-1]) + outputs)


def test_lines_have_the_color_of_the_sign_and_the_width_of_the_size(panel):
    panel.set(layers=1, units1=1, f2=False)
    first, last = panel.moment.params
    weights = [first.W[0, 0], last.W[0, 1] - last.W[0, 0]]
    shown = [
        (line.get_color(), line.get_linewidth())
        for line in panel.artists.network.lines for _ in range(np.isfinite(xy(line)[0]).sum() // 2)
    ]  # fmt: skip
    colors = [drawn.POSITIVE if w > 0 else drawn.NEGATIVE for w in weights]
    widths = [drawn.WIDTHS[np.digitize(abs(w), drawn.EDGES)] for w in weights]
    wanted = list(zip(colors, widths, strict=True))
    assert sorted(shown) == sorted(wanted)


def test_the_large_map_is_the_answer_and_small_ones_are_the_units(panel):
    params, config = panel.moment.params, panel.run.config
    share = predict(params, config, GROUND)[:, 1].reshape(GRID, GRID)
    reddish = panel.moment.large[..., 0].astype(int) - panel.moment.large[..., 2]
    assert np.all(reddish[share > 0.6] > 0) and np.all(reddish[share < 0.4] < 0)
    h = np.maximum(GROUND @ params[0].W + params[0].b, 0)
    for unit, image in enumerate(panel.moment.units[0]):
        lit = h[:, unit].reshape(GRID, GRID)[::2, ::2] > 0.3 * h[:, unit].max()
        assert np.array_equal(lit & (image[..., 2] < 250), lit)


def test_a_unit_asked_for_is_shown_large_or_said_to_be_missing(panel):
    panel.set(shown="2.3")
    small = panel.moment.units[1][2].astype(int)
    large = panel.moment.large[::2, ::2].astype(int)
    assert np.corrcoef(small.ravel(), large.ravel())[0, 1] > 0.99
    assert panel.artists.plane.title.get_text().startswith("Unit 3 of layer 2")
    assert len(xy(panel.artists.network.chosen)[0]) == 1
    panel.set(layers=1)
    assert "There is no unit 2.3: the answer is shown." in str(panel)
    assert len(xy(panel.artists.network.chosen)[0]) == 0


def test_plain_colors_are_two(panel):
    panel.set(discrete=True)
    assert len(np.unique(panel.moment.large.reshape(-1, 3), axis=0)) <= 3


def test_gradients_stand_below_their_layers(panel):
    run = panel.run
    last = run.grad_norm[-16:].mean(axis=0)
    texts = [text.get_text() for text in panel.artists.network.lengths if text.get_text()]
    assert np.allclose([float(text) for text in texts], last, rtol=0.06)
    panel.set(time=0)
    assert not any(text.get_text() for text in panel.artists.network.lengths)


# Samples and words


@pytest.mark.parametrize("name", knobs.CLASSES + knobs.VALUES)
def test_samples_are_where_they_are(panel, name):
    panel.set(data=name, val=True)
    split = panel.result.samples
    for part, X in (("training", split.X_train), ("unseen", split.X_val)):
        points = np.concatenate(
            [np.transpose(xy(dots)) for dots in getattr(panel.artists.plane, part)]
        )
        assert sorted(map(tuple, points)) == sorted(map(tuple, X.astype(float)))
    panel.set(val=False)
    assert all(len(xy(dots)[0]) == 0 for dots in panel.artists.plane.unseen)


def test_answers_are_counted_for_the_moment(panel):
    for time in (0, 10, 100):
        panel.set(time=time)
        split, params = panel.result.split, panel.run.snapshots[time]
        right = predict(params, panel.run.config, split.X_val).argmax(axis=1) == split.y_val
        for k in (0, 1):
            of = split.y_val == k
            assert f"{right[of].sum()} of {of.sum()} of class {k}" in str(panel)


def test_a_band_comes_with_ten_seeds(panel):
    panel.set(epochs=10, seeds=True)
    settle(panel)
    assert panel.result.band.shape == (10, 11)
    assert np.array_equal(panel.result.band[0], panel.run.train_loss)
    assert all(len(xy(line)[0]) == 11 for line in panel.artists.band)
    assert "Ten seeds end at a training loss of" in str(panel)


@pytest.mark.parametrize(
    "settings",
    [
        {}, {"layers": 6}, {"learning_rate": 10.0, "data": "bumps"}, {"layers": 0, "f1": False},
        {"pinned": {"learning_rate": 0.01}}, {"epochs": 1000, "share": 0.1}, {"dropout": 0.9},
    ],
)  # fmt: skip
def test_words_stay_in_the_picture_and_apart(panel, settings):
    panel.set(**settings)
    check_words(panel)


def test_a_run_that_diverged_says_so_and_shows_what_is_finite(panel):
    panel.set(data="bumps", learning_rate=10.0, activation="identity")
    assert panel.run.status == "diverged"
    assert "diverged at update" in str(panel)
    assert panel.moment.large.shape == (GRID, GRID, 3)
