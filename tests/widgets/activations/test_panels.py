"""The panels of lesson 06: every mark in their pictures says what the numbers say."""

import warnings
from collections import Counter

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from panels import check_words, kept, xy

from lessons import TrainConfig, data, decision_map, predict, train
from lessons.activations import ACTIVATIONS, softmax
from lessons.experiments.activations.saturation import FLAT, flat_shares
from widgets import activations
from widgets.activations.formulas import FORMULAS
from widgets.activations.functions import HEIGHTS, Z
from widgets.activations.network import GOOD, MAP_POINTS, SETS, SHOWN, SHOWN_SAMPLES
from widgets.activations.probabilities import DOWN, UP
from widgets.beliefs import mix_colors, ranges
from widgets.options import title
from widgets.style import BLACK, CLASSES, RED

pytestmark = pytest.mark.usefixtures("compiled")

every_activation = pytest.mark.parametrize("name", ACTIVATIONS)


curve_panel = kept(activations.functions)
softmax_panel = kept(activations.softmax)
network_panel = kept(activations.panel)


@pytest.fixture
def curve(curve_panel):
    curve_panel.set(**curve_panel.start)
    return curve_panel


@pytest.fixture
def scores(softmax_panel):
    softmax_panel.set(**softmax_panel.start)
    return softmax_panel


@pytest.fixture
def panel(network_panel):
    """The panel of the networks, as it is at first, for little money."""
    network_panel.set(**network_panel.start | {"epochs": 6, "time": 6})
    return network_panel


def check(panel, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        panel.set(**panel.start | settings)
        check_words(panel)
        for line in panel.picture.moving:
            if hasattr(line, "get_xdata"):
                assert not np.isinf(np.concatenate(xy(line))).any()
        assert "nan" not in str(panel)
        assert panel.message.value == ""


# One function


@every_activation
def test_curves_are_the_function_and_its_derivative(curve, name):
    curve.set(activation=name)
    function, derivative = ACTIVATIONS[name]
    for line, exact in ((curve.artists.values, function), (curve.artists.slopes, derivative)):
        z, heights = xy(line)
        assert (z[0], z[-1]) == Z
        assert heights == pytest.approx(exact(z))
    assert curve.artists.name.get_text() == title(name)
    assert name in FORMULAS


@every_activation
@pytest.mark.parametrize("z", [-6.0, -1.3, 0.0, 0.5, 6.0])
def test_the_tangent_touches_the_curve_with_its_slope(curve, name, z):
    curve.set(activation=name, z=z)
    function, derivative = (f(np.array([z]))[0] for f in ACTIVATIONS[name])
    (left, right), (low, high) = xy(curve.artists.tangent)
    assert (high - low) / (right - left) == pytest.approx(derivative, abs=1e-6)
    assert [(left + right) / 2, (low + high) / 2] == pytest.approx([z, function], abs=1e-9)
    assert xy(curve.artists.value)[1] == pytest.approx([np.clip(function, *HEIGHTS)])
    # Beyond the axes it is an arrow: no dot stands where the function is not.
    marker = "^" if function > HEIGHTS[1] else "v" if function < HEIGHTS[0] else "o"
    assert curve.artists.value.get_marker() == marker
    assert xy(curve.artists.slope)[1] == pytest.approx([derivative])
    texts = [text.get_text().replace("−", "-") for text in curve.artists.texts]
    assert float(texts[0].split("= ")[1]) == pytest.approx(function, abs=1e-4)
    assert float(texts[1].split("= ")[1]) == pytest.approx(derivative, abs=1e-4)


@every_activation
def test_shaded_is_where_the_slope_is_small(curve, name):
    curve.set(activation=name)
    z = np.linspace(*Z, 997)[1:-1]
    shaded = np.zeros(len(z), bool)
    for bar in curve.artists.flat:
        shaded |= (bar.get_x() <= z) & (z <= bar.get_x() + bar.get_width())
    flat = np.abs(ACTIVATIONS[name].derivative(z)) < FLAT
    assert np.mean(shaded != flat) < 0.01
    at, largest = (values[0] for values in xy(curve.artists.steepest))
    assert largest == pytest.approx(ACTIVATIONS[name].derivative(z).max(), abs=1e-3)
    assert ACTIVATIONS[name].derivative(np.array([at]))[0] == pytest.approx(largest)


def test_z_stops_at_0_and_at_every_step_once(curve):
    steps = curve.knobs["z"].steps
    assert {0.0, 2.0, *Z} <= set(steps)
    assert np.diff(steps) == pytest.approx(np.full(len(steps) - 1, 0.05))


def test_no_more_flat_ranges_than_bars(curve):
    for name in ACTIVATIONS:
        curve.set(activation=name)
        assert len(curve.result.flat) <= len(curve.artists.flat)


def test_a_pinned_function_is_drawn_and_compared(curve):
    curve.set(activation="gelu", pinned={"activation": "gelu_tanh"})
    z, heights = xy(curve.artists.pinned[0])
    assert heights == pytest.approx(ACTIVATIONS["gelu_tanh"].function(z))
    apart = np.abs(ACTIVATIONS["gelu"].function(z) - heights).max()
    assert curve.artists.compared[1].get_text().startswith(f"at most {apart:.2g} apart")
    curve.set(activation="gelu_tanh")
    assert curve.artists.compared[1].get_text() == "the same"
    curve.set(pinned=None)
    assert [text.get_text() for text in curve.artists.compared] == ["", ""]


@every_activation
def test_functions_at_their_extremes(curve, name):
    for z, pinned in ((-6.0, None), (0.0, {"activation": "gelu_tanh"}), (6.0, {"z": -6.0})):
        check(curve, {"activation": name, "z": z, "pinned": pinned})


# Softmax


def number(text):
    return float(text.get_text().replace("−", "-").replace("≈ ", ""))


@pytest.mark.parametrize("seed", range(5))
def test_bars_are_softmax_and_the_constant_does_not_move_them(scores, seed):
    rng = np.random.default_rng(seed)
    z = [float(value) for value in rng.integers(-20, 21, 4) / 2]
    temperature = float(rng.choice([0.5, 1.0, 3.0]))
    names = {f"z{k + 1}": value for k, value in enumerate(z)}
    for shift in (0.0, 100.0, -150.0):
        scores.set(**names, temperature=temperature, shift=shift)
        heights = [bar.get_height() for bar in scores.artists.bars]
        assert heights == pytest.approx(softmax(np.array(z) / temperature), abs=1e-9)
        assert sum(heights) == pytest.approx(1)
        for top, height in zip(scores.artists.tops, heights, strict=True):
            assert number(top) == pytest.approx(height, rel=5e-3, abs=1e-9)


def rows(panel):
    return [[number(text) for text in row] for row in panel.artists.table]


@pytest.mark.parametrize(
    ("settings", "power", "cause"),
    [
        ({"shift": 100.0}, np.inf, "overflows"),
        ({"temperature": 0.01}, np.inf, "overflows"),
        ({"shift": -120.0}, 0, "is 0 for every logit"),
    ],
)
def test_the_direct_way_breaks_and_the_other_does_not(scores, settings, power, cause):
    scores.set(**settings)
    assert power in rows(scores)[2]
    assert np.isnan(rows(scores)[3]).any()
    assert cause in str(scores)
    for text in scores.artists.table[3]:
        assert (text.get_color() == RED) == (text.get_text() == "nan")
    assert np.isfinite(rows(scores)[4:]).all()
    assert sum(bar.get_height() for bar in scores.artists.bars) == pytest.approx(1)
    scores.set(**scores.start)
    assert "the same" in str(scores)
    assert RED not in [text.get_color() for text in scores.artists.table[3]]


@pytest.mark.parametrize("temperature", [0.5, 1.0, 5.0])
def test_the_matrix_holds_the_slopes_of_the_bars(scores, temperature):
    def heights():
        return np.array([bar.get_height() for bar in scores.artists.bars])

    scores.set(temperature=temperature)
    texts = [[text.get_text() for text in row] for row in scores.artists.slopes]
    for j, z in enumerate((2.0, 1.0, 0.0, -1.0)):
        scores.set(**{f"z{j + 1}": z + 0.01})
        after = heights()
        scores.set(**{f"z{j + 1}": z - 0.01})
        slopes = (after - heights()) / 0.02
        scores.set(**{f"z{j + 1}": z})
        for i, slope in enumerate(slopes):
            text = texts[i][j].replace("−", "-")
            written = 0 if text == "≈ 0" else float(text)
            assert written == pytest.approx(slope, rel=0.06, abs=1e-6)
    # The deeper the color, the larger the slope, and up has another color than down.
    pixels = scores.artists.map.get_array()[::-1].astype(int)
    for sign, color in ((1, UP), (-1, DOWN)):
        there = sign * scores.result.slopes > 0
        order = np.argsort(np.abs(scores.result.slopes[there]))
        assert (np.diff(pixels[there].sum(axis=1)[order]) <= 0).all()
        hue = 255 * (1 - np.array(to_rgb(color)))
        away = 255 - pixels[there][order[-1]]
        assert away / away.max() == pytest.approx(hue / hue.max(), abs=0.05)
    assert Counter(texts[i][j][0] for i, j in np.ndindex(4, 4)) == {"+": 4, "−": 12}


def test_colors_of_slopes_have_one_scale_at_any_temperature(scores):
    def paleness():
        return scores.artists.map.get_array()[-1, 0].sum()

    scores.set(temperature=1.0)
    pale = paleness()
    scores.set(temperature=100.0)
    assert paleness() > pale
    # Two digits, of a row that sums to 0 up to what they leave out.
    row = [number(text) for text in scores.artists.slopes[0]]
    assert all(row) and abs(sum(row)) < 2e-5


def test_no_pinned_mark_strikes_out_a_number(scores):
    for z1 in (1.9, 2.0, 2.3, 3.0):
        scores.set(z1=z1, pinned={"z1": 2.0})
        for top, mark in zip(scores.artists.tops, xy(scores.artists.pinned)[1], strict=True):
            assert not top.get_position()[1] < mark < top.get_position()[1] + 0.06


def test_pinned_probabilities_are_marked(scores):
    scores.set(temperature=4.0, pinned={"temperature": 1.0})
    _, heights = xy(scores.artists.pinned)
    assert heights == pytest.approx(softmax(np.array([2.0, 1.0, 0.0, -1.0])))
    assert "T 1" in scores.artists.pinned_text.get_text()


SCORES = [
    {"temperature": 0.01}, {"temperature": 100.0}, {"shift": 150.0}, {"shift": -150.0},
    {"temperature": 0.01, "shift": 150.0}, {"temperature": 0.01, "shift": -150.0},
    {"temperature": 100.0, "shift": 150.0, "z1": 10.0, "z4": -10.0},
    {name: 10.0 for name in ("z1", "z2", "z3", "z4")},
    {name: -10.0 for name in ("z1", "z2", "z3", "z4")},
    {"z1": -10.0, "z4": 10.0, "pinned": {"temperature": 0.01, "shift": -150.0}},
    {"z1": 10.0, "z2": 9.5, "z3": -9.5, "z4": -10.0, "temperature": 0.05},
]  # fmt: skip


@pytest.mark.parametrize("settings", SCORES)
def test_softmax_at_its_extremes(scores, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores.set(**settings)
    check_words(scores)
    assert scores.message.value == ""
    assert sum(bar.get_height() for bar in scores.artists.bars) == pytest.approx(1)


# The networks


def on_map(places, split):
    """What lies at places between 0 and 1 on a map."""
    low, high = np.transpose(ranges(split))
    return low + np.transpose(places) * (high - low)


def test_every_map_is_what_its_network_predicts(panel):
    split = data.spiral()
    for time in (6, 0, 3):
        panel.set(time=time)
        for name in SHOWN:
            config = TrainConfig(activation=name, learning_rate=0.2, epochs=6)
            run = train(config, split)
            params = run.snapshots[time]
            beliefs = decision_map(params, run.config, *ranges(split), MAP_POINTS)
            cell = getattr(panel.artists, name)
            assert np.abs(cell.map.get_array().astype(int) - mix_colors(beliefs)).max() <= 1
            assert cell.right.get_text() == f"{100 * run.val_accuracy[time]:.0f}%"


def test_samples_lie_where_they_are(panel):
    for name in SETS:
        panel.set(data=name)
        split = data.DATASETS[name]()
        for cell in (panel.artists.relu, panel.artists.gelu):
            for k, points in enumerate(cell.samples):
                X, y = split.X_train[:SHOWN_SAMPLES], split.y_train[:SHOWN_SAMPLES]
                assert on_map(xy(points), split) == pytest.approx(X[y == k], abs=1e-5)
                assert points.get_color() == CLASSES[k]
            assert cell.still.axes.get_xlim() == cell.still.axes.get_ylim() == (0, 1)


def test_strips_hold_a_cell_for_every_unit(panel):
    panel.set(depth=3, width=7, learning_rate=3.0, epochs=10, time=10)
    for name in ("relu", "tanh", "leaky_relu"):
        run = panel.result.runs[name]
        shares = flat_shares(run.params, run.config, panel.result.split.X_train)
        pixels = getattr(panel.artists, name).units.get_array()[::-1].astype(int)
        assert pixels.shape == (3, 7, 3)
        dead = 0
        for layer, unit in np.ndindex(3, 7):
            red, green, blue = pixels[layer, unit]
            if shares[layer][unit] == 1:
                dead += 1
                assert f"#{red:02x}{green:02x}{blue:02x}" == RED
            else:
                assert red == green == blue
                assert red == pytest.approx(240 - 150 * shares[layer][unit], abs=1)
        text = getattr(panel.artists, name).dead.get_text()
        assert text == (f"{dead} dead" if dead else "")
    assert panel.artists.relu.dead.get_text()
    assert "Dead, of 21 units: " in str(panel)


@pytest.mark.parametrize("depth", [1, 3])
def test_the_dashed_line_is_where_identity_cannot_decide(panel, depth):
    panel.set(depth=depth)
    for time in (1, 6):
        panel.set(time=time)
        ends = on_map(xy(panel.artists.line), panel.result.split)
        assert ends.shape == (2, 2)
        run = panel.result.runs["identity"]
        points = ends[0] + np.linspace(0, 1, 9)[:, None] * (ends[1] - ends[0])
        p = predict(run.snapshots[time], run.config, points)
        assert p == pytest.approx(np.full((9, 2), 0.5), abs=1e-3)


def test_a_divergence_is_told_and_its_last_map_stays(panel):
    panel.set(learning_rate=10.0, depth=4)
    run, cell = panel.result.runs["identity"], panel.artists.identity
    assert run.status == "diverged"
    assert (cell.right.get_text(), cell.right.get_color()) == ("diverged", RED)
    assert "identity diverged" in str(panel)
    panel.set(time=0)
    assert cell.right.get_color() == BLACK
    assert "identity diverged" not in str(panel)


def test_a_pinned_setting_is_compared_by_its_accuracy(panel):
    panel.set(pinned=panel.knob_settings(), learning_rate=0.01)
    for name in SHOWN:
        run = train(TrainConfig(activation=name, learning_rate=0.2, epochs=6), data.spiral())
        cell = getattr(panel.artists, name)
        assert cell.pinned.get_text() == f"pinned {100 * run.val_accuracy[-1]:.0f}%"
    panel.set(pinned=None)
    assert panel.artists.relu.pinned.get_text() == ""


def test_the_run_is_that_of_relu_and_all_are_at_hand(panel):
    assert list(panel.result.runs) == SHOWN
    assert panel.run is panel.result.runs["relu"]
    assert all(run.config.activation == name for name, run in panel.result.runs.items())


def test_the_stored_summary_sorts_by_share_right(panel):
    good, poor = repr(panel).split("right: ")[1].split(" Less: ")
    for name, run in panel.result.runs.items():
        group = good if run.val_accuracy[-1] >= GOOD else poor
        assert title(name) in group.rstrip(".").split(", ")


def test_a_run_cancelled_before_it_began_is_drawn(panel, monkeypatch):
    from widgets.activations import network

    train_all = network.train_side_by_side

    def stopped(configs, split, engine, progress, snapshots):
        progress.cancel()
        return train_all(configs, split, engine, progress, snapshots)

    monkeypatch.setattr(network, "train_side_by_side", stopped)
    panel.set(learning_rate=0.1)
    assert "Stopped by hand." in str(panel)
    check_words(panel)


EXTREMES = [
    {"learning_rate": 1e-4}, {"learning_rate": 1e2}, {"learning_rate": 2.0}, {"depth": 6},
    {"width": 1}, {"width": 1, "depth": 6}, {"width": 32, "depth": 6, "learning_rate": 5.0},
    {"batch_size": 1}, {"batch_size": 512}, {"epochs": 1}, {"init": "zeros"},
    {"init": "constant"}, {"init": "large_normal", "depth": 6}, {"init": "small_normal"},
    {"data": "gaussians", "learning_rate": 1.0, "epochs": 10, "pinned": {"data": "gaussians"}},
    {"seed": 20}, {"learning_rate": 3.0, "pinned": {"learning_rate": 0.2}}, {"time": 0},
]  # fmt: skip


@pytest.mark.parametrize("settings", EXTREMES)
def test_the_networks_at_their_extremes(panel, settings):
    check(panel, {"epochs": 4, "time": None} | settings)


@pytest.mark.parametrize("name", SETS)
def test_the_networks_on_all_data(panel, name):
    for rate in (0.2, 100.0):
        check(panel, {"epochs": 4, "time": None, "data": name, "learning_rate": rate})


@pytest.mark.parametrize(
    ("make", "settings", "message"),
    [
        (activations.panel, {"depth": 0}, "depth must be a whole number from 1 to 6, got 0"),
        (activations.panel, {"data": "digits"}, "data must be one of spiral, circle, xor"),
        (activations.functions, {"activation": "step"}, "activation must be one of identity"),
        (activations.softmax, {"temperature": 0}, "temperature must be a number from 0.01 to 100"),
    ],
)
def test_nonsense_is_refused_in_words(make, settings, message):
    with pytest.raises(ValueError, match=message):
        make(**settings)


def test_the_same_settings_give_the_same_panel(panel, scores, curve):
    for one, make in (
        (panel, activations.panel), (scores, activations.softmax), (curve, activations.functions),
    ):  # fmt: skip
        other = make(**one.settings)
        assert other.settings == one.settings
        assert str(other) == str(one)
        other.close()
