"""The panels of lesson 03: every mark in their pictures says what the numbers say."""

import itertools
import warnings
from dataclasses import replace

import numpy as np
import panels
import pytest
from matplotlib.transforms import Bbox
from panels import xy

from lessons import TrainConfig, data, predict, train
from lessons.activations import ACTIVATIONS
from lessons.experiments.learning_rate import quadratic
from lessons.experiments.learning_rate.stability import largest_stable_learning_rate
from lessons.experiments.learning_rate.sweep import sweep
from lessons.verdict import guessing_loss, short
from widgets import learning_rate
from widgets.artists import Words
from widgets.beliefs import SHOWN_DIGITS, mix_colors, ranges
from widgets.learning_rate import network
from widgets.learning_rate.network import RATES
from widgets.loss_curves import LIMITS
from widgets.style import BLACK, CLASSES, RED

pytestmark = pytest.mark.usefixtures("compiled")

PLANES = ("spiral", "circle", "xor", "gaussians", "moons")


@pytest.fixture(scope="module")
def network_panel():
    panel = learning_rate.panel()
    yield panel
    panel.close()


@pytest.fixture
def panel(network_panel):
    """The panel of the network, as it is at first, for little money."""
    network_panel.set(**network_panel.start | {"epochs": 20, "time": 20})
    return network_panel


@pytest.fixture(scope="module")
def valley():
    panel = learning_rate.valley()
    yield panel
    panel.close()


@pytest.fixture(scope="module")
def sweep_panel():
    panel = learning_rate.sweep(epochs=2)
    yield panel
    panel.close()


@pytest.fixture
def swept(sweep_panel):
    """The panel of the sweep, as it was at first."""
    sweep_panel.set(**sweep_panel.start)
    return sweep_panel


# The network: losses


def test_curves_are_the_histories_of_the_run(panel):
    for rate in (1e-6, 0.1, 0.9, 30.0):
        panel.set(learning_rate=rate)
        expected = train(TrainConfig(learning_rate=rate, epochs=20), data.spiral())
        for curve, name in zip(
            panel.artists.losses.curves, ("val_loss", "train_loss"), strict=True
        ):
            x, y = xy(curve)
            assert np.array_equal(getattr(panel.run, name), getattr(expected, name), equal_nan=True)
            assert np.array_equal(x, np.arange(21))
            assert np.array_equal(y, getattr(expected, name), equal_nan=True)


def test_dots_and_line_mark_the_moment(panel):
    for time in (0, 7, 20):
        panel.set(time=time)
        losses = panel.artists.losses
        assert losses.now.get_xdata() == [time, time]
        for dot, history in zip(
            losses.dots, (panel.run.val_loss, panel.run.train_loss), strict=True
        ):
            assert [float(v[0]) for v in xy(dot)] == [time, history[time]]
        texts = [end.get_text() for end in losses.ends]
        assert f"training {short(panel.run.train_loss[time])}" in texts
        assert f"validation {short(panel.run.val_loss[time])}" in texts


def test_guessing_is_a_line_at_the_entropy_of_the_classes(panel):
    for name in (*PLANES, "digits"):
        panel.set(data=name, epochs=2)
        split = data.DATASETS[name]()
        shares = np.bincount(split.y_train) / len(split.y_train)
        level = -np.sum(shares * np.log(shares))
        assert panel.artists.losses.guess.get_ydata()[0] == pytest.approx(level, rel=1e-6)
        assert panel.artists.losses.still.axes.get_xlim() == (0, 2)


def test_a_divergence_is_marked_at_its_update(panel):
    panel.set(learning_rate=1e3, activation="identity")
    run, losses = panel.run, panel.artists.losses
    assert run.status == "diverged"
    per_epoch = len(run.batch_loss) / 20
    assert np.allclose(xy(losses.broken), [[run.stopped_at / per_epoch], [LIMITS[1]]])
    assert f"diverged at update {run.stopped_at + 1}" in losses.warning.get_text()
    assert f"diverged at update {run.stopped_at + 1};" in str(panel).replace(".", ";")
    x, y = xy(losses.lost)
    assert x[-1] == run.stopped_at / per_epoch
    assert y[-1] > LIMITS[1]
    # The same run, update by update: the last one that could be made was finite.
    assert np.isfinite(run.batch_loss[: run.stopped_at]).all()
    panel.set(learning_rate=0.1)
    assert losses.warning.get_text() == ""
    assert xy(losses.broken)[0].size == xy(losses.lost)[0].size == 0


def test_a_loss_beyond_the_axis_is_told(panel):
    panel.set(learning_rate=10.0, data="digits", activation="tanh")
    highest = panel.run.train_loss.max()
    assert panel.run.status == "finished"
    assert highest > LIMITS[1]
    assert panel.artists.losses.warning.get_text() == f"beyond this axis: up to {short(highest)}"


def test_a_pinned_curve_is_that_runs_training_loss(panel):
    panel.set(learning_rate=0.5)
    panel.set(learning_rate=0.02, epochs=10, pinned=panel.knob_settings())
    expected = train(TrainConfig(learning_rate=0.5, epochs=20), data.spiral()).train_loss
    x, y = xy(panel.artists.losses.pinned)
    assert np.array_equal(y, expected)
    assert np.array_equal(x, np.arange(21))
    assert any("0.5" in end.get_text() for end in panel.artists.losses.ends)
    assert xy(panel.artists.ruler.pinned)[0] == [0.5]
    panel.set(data="xor", learning_rate=0.5, epochs=20)
    assert any("spiral" in end.get_text() for end in panel.artists.losses.ends)


# The network: beliefs


@pytest.mark.parametrize("name", PLANES)
def test_the_map_is_what_predict_says(panel, name):
    panel.set(data=name, learning_rate=0.5)
    split, run = data.DATASETS[name](), panel.run
    rows, columns = panel.moment.beliefs.shape[:2]
    (left, right), (bottom, top) = ranges(split)
    drawn = panel.artists.beliefs.map.get_array()
    rng = np.random.default_rng(0)
    for row, column in rng.integers(0, (rows, columns), (50, 2)):
        # First row at the bottom; the value may belong to a pixel's corner or its middle.
        low = [left + column / columns * (right - left), bottom + row / rows * (top - bottom)]
        high = [left + (column + 1) / columns * (right - left),
                bottom + (row + 1) / rows * (top - bottom)]  # fmt: skip
        corners = predict(
            run.params, run.config, np.float32([*itertools.product(*zip(low, high, strict=True))])
        )
        believed = panel.moment.beliefs[row, column]
        assert (believed >= corners.min(axis=0) - 0.05).all()
        assert (believed <= corners.max(axis=0) + 0.05).all()
        assert np.array_equal(drawn[row, column], mix_colors(believed[None, None])[0, 0])


def test_samples_lie_where_they_are_in_the_colors_of_their_classes(panel):
    for name in PLANES:
        panel.set(data=name, epochs=1)
        split = data.DATASETS[name]()
        for k, points in enumerate(panel.artists.beliefs.classes):
            assert np.array_equal(np.transpose(xy(points)), split.X_train[split.y_train == k])
            assert points.get_color() == CLASSES[k]
        axes = panel.artists.beliefs.still.axes
        for limits, values in ((axes.get_xlim(), split.X_train[:, 0]),
                               (axes.get_ylim(), split.X_train[:, 1])):  # fmt: skip
            assert limits[0] < values.min() < values.max() < limits[1]


def test_a_sure_answer_has_the_color_of_its_class_and_an_even_one_is_white():
    pixels = mix_colors(np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1 / 3] * 3]], float))[0]
    assert len({tuple(pixel) for pixel in pixels.tolist()}) == 4
    assert (pixels[3] >= 254).all()
    for k in range(3):
        color = np.array([int(CLASSES[k][i : i + 2], 16) for i in (1, 3, 5)])
        assert np.abs(255 - 0.65 * (255 - color) - pixels[k]).max() <= 1
    assert (mix_colors(np.full((2, 2, 2), np.nan)) == 255).all()


def test_digits_show_the_models_answers(panel):
    for time in (20, 0, 3):
        panel.set(data="digits", learning_rate=0.1, time=time)
        split = data.digits()
        n = SHOWN_DIGITS**2
        answers = predict(panel.run.snapshots[time], panel.run.config, split.X_val[:n]).argmax(1)
        right = answers == split.y_val[:n]
        for i, text in enumerate(panel.artists.beliefs.answers):
            assert text.get_text().lstrip("✗") == str(answers[i])
            assert text.get_text().startswith("✗") != right[i]
            assert text.get_color() == (BLACK if right[i] else RED)
            row, column = divmod(i, SHOWN_DIGITS)
            x, y = text.get_position()
            assert (int(x), int(y)) == (column, SHOWN_DIGITS - 1 - row)
        assert f"{right.sum()} of {n} right" in panel.artists.beliefs.title.get_text()


def test_digits_are_drawn_upright_in_reading_order(panel):
    panel.set(data="digits", epochs=1)
    sheet = panel.artists.beliefs.map.get_array()
    cell = len(sheet) // SHOWN_DIGITS
    for i in (0, 7, 35):
        row, column = divmod(i, SHOWN_DIGITS)
        # First row at the bottom.
        part = sheet[::-1][row * cell : (row + 1) * cell, column * cell : (column + 1) * cell, 0]
        ink = data.digits().X_val[i].reshape(8, 8)
        inked = 255 - part[2:10, 1:9].astype(float)
        assert np.corrcoef(inked.ravel(), ink.ravel())[0, 1] > 0.999


# The network: the scale of rates


def test_the_edge_of_the_scale_is_the_largest_stable_rate(panel):
    for settings in ({}, {"batch_size": 512}, {"activation": "tanh", "data": "moons"}):
        panel.set(**{"learning_rate": 0.3, "epochs": 100} | settings)
        values = {k: v for k, v in panel.knob_settings().items() if k != "data"}
        split = data.DATASETS[panel.settings["data"]]()
        expected = largest_stable_learning_rate(TrainConfig(**values), split)
        marks = panel.artists.ruler
        assert panel.result.stable == expected
        assert xy(marks.edge)[0].tolist() == [expected, expected]
        bar = marks.stable
        assert bar.get_x() + bar.get_width() == pytest.approx(expected)
        assert short(expected) in marks.label.get_text()
        assert f"about {short(expected)}." in str(panel)


def test_the_pointer_turns_red_beyond_the_edge(panel):
    panel.set(epochs=100)
    stable = panel.result.stable
    for rate, color in ((0.9 * stable, BLACK), (3 * stable, RED), (1e-6, BLACK), (1e3, RED)):
        panel.set(learning_rate=rate)
        assert xy(panel.artists.ruler.here)[0] == [rate]
        assert panel.artists.ruler.here.get_color() == color


def test_a_run_beyond_the_edge_that_learns_all_the_same_is_no_failure(panel):
    panel.set(epochs=100, learning_rate=0.3)
    for stable, color in ((0.2, BLACK), (0.4, BLACK)):
        network.update(panel.artists, replace(panel.result, stable=stable), panel.moment, None)
        assert panel.artists.ruler.here.get_color() == color
    panel.set(learning_rate=30)
    network.update(panel.artists, replace(panel.result, stable=0.2), panel.moment, None)
    assert panel.artists.ruler.here.get_color() == RED


def test_where_no_rate_learns_nothing_is_green_and_the_words_say_so():
    panel = learning_rate.panel(epochs=2)
    assert panel.artists.ruler.stable.get_width() == 0
    assert "No learning rate learns within 2 epochs." in str(panel)
    assert "none learns within 2 epochs" in panel.artists.ruler.label.get_text()
    panel.close()


# The network: your own data


@pytest.mark.parametrize("classes", [2, 3, 4, 5])
def test_your_own_points(classes):
    split = panels.blobs(classes)
    panel = learning_rate.panel(data=split, epochs=30)
    assert panel.settings["data"] is split
    assert panel.run.train_accuracy[-1] > 0.5
    for k, points in enumerate(panel.artists.beliefs.classes):
        expected = split.X_train[split.y_train == k] if k < classes else np.empty((0, 2))
        assert np.array_equal(np.transpose(xy(points)), expected)
    axes = panel.artists.beliefs.still.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == split.feature_names
    panel.set(data="moons")
    panel.set(data=split, seed=3)
    again = learning_rate.panel(**panel.settings)
    assert panels.look(again) == panels.look(panel)
    for one in (again, panel):
        one.close()


@pytest.mark.parametrize("n", [400, 40])
def test_your_own_images(n):
    split = panels.blobs(3, features=64, n=n)
    panel = learning_rate.panel(data=split, epochs=5)
    shown = min(SHOWN_DIGITS**2, len(split.X_val))
    texts = [text.get_text() for text in panel.artists.beliefs.answers]
    assert all(text.lstrip("✗") in "012" for text in texts[:shown])
    assert not any(texts[shown:])
    assert f"of {shown} right" in panel.artists.beliefs.title.get_text()
    panel.close()


FAR = float(np.finfo(np.float32).max)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("features", [2, 64])
@pytest.mark.parametrize("rows", [[3e38], [FAR], [-FAR], [FAR, -FAR], [[FAR, -FAR]], [1e20, 1e30]])
def test_your_own_data_with_enormous_rows(rows, features):
    split = panels.blobs(2, features=features)
    X = split.X_train.copy()
    for x, row in zip(X, rows, strict=False):
        x[:2] = row
    panel = learning_rate.panel(data=replace(split, X_train=X), epochs=2)
    for rate in RATES:
        panel.set(learning_rate=rate, pinned={"data": "xor"})
        assert "nan" not in str(panel)
        assert np.isfinite(panel.figure.axes[0].axis()).all()
    assert panel.run.status == "diverged"
    panel.close()


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("place", [0, 1, -1e8, 3e38])
def test_your_own_samples_may_all_be_the_same(place):
    X = np.full((40, 2), place)
    panel = learning_rate.panel(data=data.from_arrays(X, np.arange(40) % 2), epochs=2)
    left, right, bottom, top = panel.figure.axes[0].axis()
    assert left < np.float32(place) < right
    assert bottom < np.float32(place) < top
    panel.close()


@pytest.mark.parametrize("low", [-1, 0, -FAR])
def test_your_own_images_may_have_negative_pixels(low):
    split = panels.blobs(2, features=64)
    image = np.linspace(low, max(1, -low), 64, dtype=np.float32)
    split = replace(split, X_val=np.tile(image, (len(split.X_val), 1)))
    panel = learning_rate.panel(data=split, epochs=1)
    sheet = panel.artists.beliefs.map.get_array()[::-1, :, 0].astype(int)
    assert (np.diff(sheet[2:10, 1:9].ravel()) < 0).all()
    assert (sheet[2, 1], sheet[9, 8]) == (255, 0)
    panel.close()


def test_your_own_data_without_a_validation_part():
    for features in (2, 64):
        X, y = np.random.default_rng(0).normal(size=(50, features)), np.arange(50) % 2
        split = data.from_arrays(X, y, val=0, test=0)
        panel = learning_rate.panel(data=split, epochs=3)
        assert "validation" not in str(panel)
        assert "nan" not in str(panel)
        assert "unseen" not in panel.artists.beliefs.title.get_text().lower()
        panel.close()


def test_data_that_the_panel_cannot_draw_is_refused_in_words():
    menu = "spiral, circle, xor, gaussians, moons, digits"
    cases = [
        (
            panels.blobs(2, features=3),
            "data must have 2 features, or 64 for images of 8 x 8, got 3",
        ),
        (panels.blobs(6), "data must have at most 5 classes, got 6"),
        (data.wave(), f"data must be one of {menu} or a Split with classes, got {data.wave()!r}"),
        (None, f"data must be one of {menu} or a Split with classes, got None"),
        (3, f"data must be one of {menu} or a Split with classes, got 3"),
        ("mnist", f"data must be one of {menu}, got 'mnist'"),
    ]
    before = panels.live_widgets()
    for given, text in cases:
        with pytest.raises(ValueError) as caught:
            learning_rate.panel(data=given)
        assert str(caught.value) == text
    del caught
    assert panels.live_widgets() == before


# The valley


@pytest.mark.parametrize("rate", [1e-3, 0.1, 2 / 11, 0.2, 0.21, 10.0])
def test_the_path_is_made_of_gradient_steps(valley, rate):
    valley.set(learning_rate=rate, curvature=10, steps=30, time=30)
    w = np.array([1.0, 0.7])
    for point in valley.result.path:
        assert np.allclose(point, w)
        w = w - rate * np.array([1.0, 10.0]) * w
    across, above, losses = valley.artists.paths
    path = np.clip(valley.result.path, -1e6, 1e6)
    assert np.allclose(np.transpose(xy(above)), path)
    assert np.allclose(xy(across)[0], path[:, 1])
    assert np.allclose(xy(across)[1], 5 * path[:, 1] ** 2)
    expected = 0.5 * (valley.result.path**2 * [1, 10]).sum(axis=1)
    assert np.allclose(xy(losses)[1], expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize(
    ("settings", "edge", "beyond"),
    [({"learning_rate": 10.0}, 0, 1e8), ({"learning_rate": 0.15, "steps": 200}, 1, 1e-8)],
)
def test_a_loss_leaves_the_axis_with_an_arrow_and_its_value(valley, settings, edge, beyond):
    valley.set(**valley.start | {"time": None} | settings)
    exit, line = valley.artists.exits[0], valley.artists.paths[2]
    (at,), (height,) = xy(exit.arrows[edge])
    assert height == beyond
    # The loss is on one side of the edge before, and on the other after.
    losses = np.log(valley.result.losses)
    assert np.interp(at, *[np.arange(len(losses)), losses]) == pytest.approx(np.log(beyond))
    assert exit.values[edge].get_text() == f"to {short(xy(line)[1][-1])}"
    assert exit.values[1 - edge].get_text() == ""
    assert valley.artists.heads[2].get_marker() == "^v"[edge]
    valley.set(time=1)
    assert exit.values[edge].get_text() == ""
    assert valley.artists.heads[2].get_marker() == "o"


def test_the_valley_at_every_step(valley):
    valley.set(learning_rate=0.15, steps=20)
    for time in (0, 3, 20, 1):
        valley.set(time=time)
        assert f"After {time} step{'' if time == 1 else 's'} the loss is " in str(valley)
        assert short(valley.result.losses[time]) in str(valley)
        assert [len(xy(line)[0]) for line in valley.artists.paths] == [time + 1] * 3
        for head, line in zip(valley.artists.heads, valley.artists.paths, strict=True):
            assert [v[0] for v in xy(head)] == [v[-1] for v in xy(line)]


@pytest.mark.parametrize("curvature", [1.0, 2.5, 10.0, 50.0])
def test_the_bound_of_the_valley_is_where_it_begins_to_grow(valley, curvature):
    valley.set(learning_rate=0.01, curvature=curvature, steps=100)
    bound, best = 2 / curvature, 2 / (1 + curvature)
    assert xy(valley.artists.ruler.edge)[0][0] == pytest.approx(bound)
    assert xy(valley.artists.best)[0][0] == pytest.approx(best)
    ends = {}
    for factor in (0.97, 1.03):
        valley.set(learning_rate=factor * bound)
        grows = valley.result.losses[-1] > valley.result.losses[0]
        assert grows == (factor > 1) == ("diverges" in str(valley))
        ends[factor] = valley.artists.ruler.here.get_color()
    assert (ends[0.97], ends[1.03]) == (BLACK, RED)
    slowest = [
        np.abs(quadratic.shrink_factors([1, curvature], rate)).max()
        for rate in (0.98 * best, best, 1.02 * best)
    ]
    assert slowest[1] == min(slowest)


def test_contours_are_lines_of_equal_loss(valley):
    valley.set(curvature=25)
    for contour in valley.artists.contours:
        losses = quadratic.loss(np.transpose(xy(contour)), np.array([1, 25]))
        assert np.ptp(losses) < 1e-9 * losses.max()


# The sweep


def test_every_point_of_the_sweep_is_a_complete_training(swept):
    swept.set(data="xor", batch_size=64, epochs=3)
    x, y = xy(swept.artists.training)
    assert np.allclose(x, np.geomspace(1e-4, 1e2, 37))
    for k in (0, 12, 25, 36):
        config = TrainConfig(learning_rate=float(x[k]), epochs=3, batch_size=64)
        run = train(config, data.xor())
        assert y[k] == run.train_loss[-1]
        assert xy(swept.artists.validation)[1][k] == run.val_loss[-1]


def test_the_best_rate_is_the_lowest_point_and_diverged_ones_are_crossed(swept):
    swept.set(data="moons", activation="identity", epochs=10)
    result = swept.result.sweep
    x = xy(swept.artists.training)[0]
    best = x[np.nanargmin(result.train_loss)]
    assert xy(swept.artists.best)[0][0] == best
    assert short(best) in swept.artists.titles[0].get_text()
    assert f"at rate {short(best)};" in str(swept)
    crossed = xy(swept.artists.diverged)[0]
    assert np.array_equal(crossed, x[~np.isfinite(result.train_loss)])
    assert len(crossed) > 0
    assert f"{len(crossed)} diverged" in str(swept)


def test_from_and_to_are_the_ends_of_what_beats_guessing(swept):
    for seed in (0, 5):
        swept.set(seed=seed, epochs=32)
        result = swept.result.sweep
        useful = result.train_loss < 0.98 * guessing_loss(data.moons(seed=seed))
        low, high = result.useful_range(0.98 * guessing_loss(data.moons(seed=seed)))
        inside = (result.rates >= low) & (result.rates <= high)
        assert useful[inside].all()
        assert low <= result.best_rate <= high
        edges = np.flatnonzero(inside)[[0, -1]] + [-1, 1]
        assert not any(useful[edge] for edge in edges if 0 <= edge < len(useful))
        assert f"from {short(low)} to {short(high)}" in str(swept)


def test_a_pinned_sweep_is_drawn_beside_the_new_one(swept):
    swept.set(epochs=3, seed=0, pinned={"data": "xor", "epochs": 2})
    expected = sweep(TrainConfig(epochs=2), data.xor(), np.geomspace(1e-4, 1e2, 37))
    drawn = xy(swept.artists.pinned)[1]
    assert np.array_equal(drawn, expected.train_loss, equal_nan=True)


def test_the_range_test_is_one_run_with_a_rising_rate(swept):
    swept.set(data="moons", epochs=20)
    x, y = xy(swept.artists.batches)
    run = swept.result.run
    assert np.array_equal(x, run.learning_rate[: len(x)])
    assert np.array_equal(y, run.batch_loss[: len(x)])
    assert np.allclose(np.diff(np.log(x)), np.log(x[1] / x[0]))
    assert x[0] == pytest.approx(1e-4)


# Every menu, every end


EXTREMES = [
    {},
    {"batch_size": 1, "epochs": 1},
    {"batch_size": 512, "epochs": 1},
    {"batch_size": 1, "epochs": 3, "learning_rate": 1e3},
    {"batch_size": 512, "epochs": 30, "learning_rate": 1e3},
    {"epochs": 10, "learning_rate": 1e-6, "time": 0},
    {"epochs": 10, "learning_rate": 3.0, "seed": 20, "time": 5},
    {"epochs": 5, "pinned": {"learning_rate": 1e3, "epochs": 20, "data": "digits"}},
    {"epochs": 1000, "batch_size": 512},
]
VALLEYS = [
    {"learning_rate": rate, "curvature": curvature, "steps": steps}
    for rate in (1e-3, 0.2, 2.0, 10.0)
    for curvature in (1, 50)
    for steps in (1, 200)
] + [
    {"learning_rate": rate, "curvature": 50, "steps": 200, "start_w1": w1, "start_w2": w2}
    for rate in (1e-3, 10.0)
    for w1, w2 in ((-1.25, 1.25), (0.0, -0.7), (0.0, 0.0))
]


def check_words(panel):
    """What leaves the picture shows on its edge, or, if it is far out, nowhere at all."""
    shown = panels.pixels(panel)
    for edge in (shown[:2], shown[-2:], shown[:, :2], shown[:, -2:]):
        assert edge.min() > 240, f"something is cut off: {panel.settings}"
    width, height = panel.figure.bbox.size
    renderer = panel.picture.canvas.get_renderer()
    for text in panel.picture.moving:
        if isinstance(text, Words) and text.get_text():
            box = text.get_window_extent(renderer)
            inside = 0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height
            assert inside, f"{text.get_text()!r} at {box}: {panel.settings}"


def check_ends(ends, renderer):
    """Labels at the ends of curves must be readable one by one."""
    boxes = [end.get_window_extent(renderer) for end in ends if end.get_text()]
    for one, other in itertools.combinations(boxes, 2):
        overlap = Bbox.intersection(one, other)
        assert overlap is None or min(overlap.width, overlap.height) <= 3


def check_finite(panel):
    """A line that is told to draw infinity draws nothing, or warns."""
    for line in panel.picture.moving:
        if hasattr(line, "get_xdata"):
            assert not np.isinf(np.concatenate(xy(line))).any()


@pytest.fixture
def found(monkeypatch):
    """No search for the stable rate takes time: one after the other finds what one can find."""
    rates = itertools.cycle([None, 1.2e-7, 0.0123, 1e3])
    monkeypatch.setattr(network, "stable_rates", {})
    monkeypatch.setattr(network, "largest_stable_learning_rate", lambda *arguments: next(rates))


@pytest.mark.parametrize("name", [*PLANES, "digits"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_choice_at_every_extreme_stays_in_the_picture(network_panel, found, name, activation):
    panel = network_panel
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for extreme in EXTREMES[:5] if name != "spiral" else EXTREMES:
            panel.set(
                **panel.start | {"time": None, "data": name, "activation": activation} | extreme
            )
            check_words(panel)
            check_finite(panel)
            check_ends(panel.artists.losses.ends, panel.picture.canvas.get_renderer())
            assert "nan" not in str(panel)
            assert panel.message.value == ""


@pytest.mark.parametrize("settings", VALLEYS)
def test_the_valley_at_its_extremes_stays_in_the_picture(valley, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        valley.set(**settings, time=None)
        for time in (settings["steps"], settings["steps"] // 2, 0):
            valley.set(time=time, pinned={"learning_rate": 0.1, "steps": 3})
            check_words(valley)
            check_finite(valley)
            assert "nan" not in str(valley)
    valley.set(time=None, pinned=None)


@pytest.mark.parametrize(
    "settings",
    [
        {"batch_size": 1, "epochs": 1},
        {"batch_size": 512, "epochs": 1},
        {"data": "digits", "epochs": 2},
        {"activation": "identity", "epochs": 30, "data": "xor"},
        {"activation": "sigmoid", "epochs": 2, "seed": 20},
        {"epochs": 2, "pinned": {"epochs": 3, "data": "spiral"}},
    ],
)
def test_the_sweep_at_its_extremes_stays_in_the_picture(swept, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        swept.set(**settings)
        check_words(swept)
        check_finite(swept)
        assert "nan" not in str(swept)


def test_batches_larger_than_the_data_are_told(panel):
    panel.set(batch_size=512)
    assert "The batch is all 500 samples." in str(panel)
    assert panel.run.updates == 20


def test_the_search_for_the_stable_rate_is_made_once_for_all_rates(panel, monkeypatch):
    searches = []
    search = network.largest_stable_learning_rate
    monkeypatch.setattr(
        network, "largest_stable_learning_rate",
        lambda *arguments: searches.append(1) or search(*arguments),
    )  # fmt: skip
    for rate in (0.01, 0.02, 0.03):
        panel.set(learning_rate=rate, epochs=13)
    assert len(searches) <= 1
    panel.set(epochs=14)
    assert len(searches) <= 2
