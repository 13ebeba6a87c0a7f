"""The panels of lesson 05: every mark in their pictures says what the numbers say."""

import warnings

import numpy as np
import pytest
from panels import check_words, kept, settle, xy

from lessons import TrainConfig, decision_map, train
from lessons.experiments.loss_functions.fits import NAMES, fit_lines, loss_and_pull
from lessons.experiments.loss_functions.margins import PULLS, losses_at
from lessons.experiments.loss_functions.seeds import Seeds
from lessons.experiments.loss_functions.shares import losses_of_samples
from lessons.experiments.loss_functions.spoiled import NOISE, spoiled
from widgets import loss_functions
from widgets.beliefs import mix_colors
from widgets.loss_functions import histories
from widgets.loss_functions.answers import BOX, VALUES
from widgets.loss_functions.margin import UPDATES
from widgets.loss_functions.network import FITTING, RARE, of_all_seeds

pytestmark = pytest.mark.usefixtures("compiled")


lines_panel = kept(loss_functions.lines)
margin_panel = kept(loss_functions.margin)
network_panel = kept(loss_functions.panel)


@pytest.fixture
def lines(lines_panel):
    lines_panel.set(**lines_panel.start)
    return lines_panel


@pytest.fixture
def margin(margin_panel):
    margin_panel.set(**margin_panel.start)
    return margin_panel


@pytest.fixture
def panel(network_panel):
    """The panel of the networks, as it is at first, for little money."""
    network_panel.set(**network_panel.start | {"epochs": 12, "time": 12})
    return network_panel


def number(text):
    return float(text.get_text().replace("−", "-").replace(",", "").rstrip("%"))


def check(panel, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        panel.set(**panel.start | settings)
        check_words(panel)
        assert "nan" not in str(panel)
        assert panel.message.value == ""


# Three lines


@pytest.mark.parametrize("settings", [{}, {"delta": 0.1, "seed": 4}, {"aside": 5.0, "out": -4.0}])
def test_lines_are_the_best_of_the_samples_that_are_drawn(lines, settings):
    lines.set(**settings)
    art = lines.artists
    drawn = np.concatenate([xy(art.samples), xy(art.outliers), xy(art.beyond)], axis=1)
    x, y = drawn[:, np.argsort(drawn[0])]
    assert len(x) == 24
    best = fit_lines(x, y, lines.settings["delta"])
    for name, line, cells in zip(NAMES, art.lines, art.table, strict=True):
        ends, heights = xy(line)
        assert heights == pytest.approx(best[name].at(ends), abs=1e-6)
        pull = loss_and_pull(name, y - best[name].at(x), lines.settings["delta"])[1]
        outlying = np.isin(x, xy(art.outliers)[0])
        assert number(cells[2]) == pytest.approx(pull[outlying].mean(), abs=0.006)


def test_every_sample_has_a_dot_on_every_curve_or_a_triangle_at_its_edge(lines):
    lines.set(out=8.0)
    for part, kind in ((lines.artists.pulls.loss, 0), (lines.artists.pulls.pull, 1)):
        low, high = part.dots[0].axes.get_ylim()
        for k, name in enumerate(NAMES):
            above = lines.result.above(name)
            values = loss_and_pull(name, above, 1.0)[kind]
            shown = [xy(marks[k])[0] for marks in (part.dots, part.higher, part.lower)]
            inside = (low <= values) & (values <= high)
            assert sorted(shown[0]) == pytest.approx(sorted(above[inside]))
            assert sum(map(len, shown)) == 24
            assert (xy(part.higher[k])[1] == high).all()
    assert lines.artists.pulls.loss.farthest.get_text().startswith("MSE: to ")


def test_a_constant_is_drawn_level_at_mean_and_median(lines):
    lines.set(model="constant", outliers=5)
    y = lines.result.samples.y
    for line, value in zip(lines.artists.lines, (y.mean(), np.median(y)), strict=False):
        assert xy(line)[1] == pytest.approx([value, value])


def test_with_no_outliers_nobody_speaks_of_them(lines):
    lines.set(outliers=0)
    assert "no outliers" in str(lines)
    assert len(xy(lines.artists.outliers)[0]) == 0
    assert "outliers" not in lines.artists.key.get_text()


LINES = [
    {"out": -5.0, "outliers": 12}, {"out": 8.0, "outliers": 12, "aside": 6.0}, {"out": 0.0},
    {"delta": 0.01}, {"delta": 100.0, "pinned": {"delta": 0.01}}, {"outliers": 0, "aside": 6.0},
    {"model": "constant", "outliers": 12, "out": 8.0, "pinned": {"model": "line"}},
    {"outliers": 1, "out": 0.0, "aside": 6.0, "seed": 20},
]  # fmt: skip


@pytest.mark.parametrize("settings", LINES)
def test_lines_at_their_extremes(lines, settings):
    check(lines, settings)


# One unit


@pytest.mark.parametrize("z", [-8.0, -5.0, 0.0, 1.0, 8.0])
def test_dots_stand_on_the_curves_at_the_score(margin, z):
    margin.set(z=z)
    loss = losses_at(np.array([z]))
    for k, name in enumerate(PULLS):
        values = loss[name][0], PULLS[name](z)
        for dots, value, cell in zip(
            margin.artists.dots, values, margin.artists.table[k], strict=False
        ):
            assert xy(dots[k]) == (pytest.approx([z]), pytest.approx([value]))
            assert number(cell) == pytest.approx(value, abs=0.006)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_paths_are_those_of_training_and_the_table_says_when_they_cross(margin, optimizer):
    margin.set(optimizer=optimizer)
    for k, name in enumerate(PULLS):
        updates, z = xy(margin.artists.paths[k])
        assert (updates[0], updates[-1], z[0]) == (0, UPDATES, -5)
        told = margin.artists.table[k][2].get_text()
        if name == "zero_one":
            assert told == "never"
            assert (z == -5).all()
        else:
            crossed = int(told.split()[0])
            assert z[crossed] > 0 >= z[crossed - 1]


def test_what_takes_too_long_is_said_to(margin):
    margin.set(z=-8.0, learning_rate=0.01)
    assert margin.artists.table[2][2].get_text() == "> 2,000"
    assert "squared error > 2,000" in str(margin)


MARGINS = [
    {"z": -8.0, "learning_rate": 10.0}, {"z": 8.0, "learning_rate": 10.0, "optimizer": "adam"},
    {"z": 0.0, "learning_rate": 0.01}, {"z": 1.0, "pinned": {"z": -8.0}},
]  # fmt: skip


@pytest.mark.parametrize("settings", MARGINS)
def test_margins_at_their_extremes(margin, settings):
    check(margin, settings)


# The networks


@pytest.mark.parametrize("data", ["moons", "wave"])
def test_each_fitting_loss_is_trained_with_all_else_the_same(panel, data):
    panel.set(data=data)
    split = spoiled(data, 100, seed=3)
    assert tuple(panel.result.runs) == FITTING[split.task]
    for loss, run in panel.result.runs.items():
        alone = train(
            TrainConfig(loss=loss, optimizer="adam", learning_rate=0.01, epochs=12, seed=3), split
        )
        assert np.array_equal(alone.val_loss, run.val_loss)


@pytest.mark.parametrize("samples", ["validation", "training"])
def test_ringed_are_those_that_make_up_half_of_the_loss(panel, samples):
    panel.set(samples=samples, wrong=0.2)
    split, run = panel.result.split, panel.run
    X, y = (split.X_val, split.y_val) if samples == "validation" else (split.X_train, split.y_train)
    losses = losses_of_samples(run.snapshots[12], run.config, X, y)
    ringed = np.array(xy(panel.artists.answers.rings)).T
    rows = [int(np.abs(X - point).sum(axis=1).argmin()) for point in ringed]
    assert len(set(rows)) == len(rows)
    assert losses[rows].sum() >= 0.5 * losses.sum() > np.sort(losses)[::-1][: len(rows) - 1].sum()
    assert f"{len(rows)} of 100 {samples}" in str(panel)
    drawn = [xy(points) for points in panel.artists.answers.classes]
    assert [len(x) for x, _ in drawn] == [*np.bincount(y), 0]


def test_the_map_is_what_the_shown_network_answers_at_the_moment(panel):
    panel.set(loss="brier", time=5)
    run = panel.result.runs["brier"]
    expected = mix_colors(decision_map(run.snapshots[5], run.config, *BOX["classification"]))
    assert np.abs(panel.artists.answers.map.get_array().astype(int) - expected).max() <= 2


def test_curves_are_losses_and_metrics(panel):
    panel.set(loss="hinge")
    art, run = panel.artists.histories, panel.result.runs["hinge"]
    assert xy(art.curves[0])[1] == pytest.approx(run.val_loss)
    assert xy(art.curves[1])[1] == pytest.approx(run.train_loss)
    for name, line in zip(histories.NAMES, art.metrics, strict=True):
        shown = panel.result.runs.get(name)
        assert xy(line)[1] == pytest.approx([] if shown is None else shown.val_accuracy)
    assert art.guess.get_ydata() == [1, 1]


def test_quartiles_of_twenty_seeds_follow_the_picture(panel):
    panel.set(n=30)
    settle(panel)
    seeds, lines = panel.result.seeds, panel.artists.histories.quartiles
    drawn = [xy(line) for line in lines]
    for (_, heights), expected in zip(drawn, [*seeds.losses, *seeds.metrics], strict=True):
        assert heights == pytest.approx(expected)
    risen = seeds.factors > 1.2
    lower, higher = (seeds.changes[risen] < 0).sum(), (seeds.changes[risen] > 0).sum()
    assert (
        f"With {risen.sum()} of 20 seeds the loss ends more than 20% above its lowest; of these, "
        f"accuracy is then lower with {lower}, higher with {higher}."
    ) in str(panel)
    assert "20 seeds" in panel.artists.histories.key.get_text()


def test_the_table_says_loss_accuracy_and_recall(panel):
    panel.set(rare=0.1)
    for cells, (name, run) in zip(panel.artists.rows, panel.result.runs.items(), strict=True):
        assert number(cells[1]) == pytest.approx(run.train_loss[-1], rel=0.06)
        assert number(cells[2]) == pytest.approx(run.val_loss[-1], rel=0.06)
        assert number(cells[3]) == pytest.approx(100 * run.val_accuracy[-1], abs=0.51)
        assert 0 <= number(cells[4]) <= 100
        assert cells[0].get_fontweight() == ("bold" if name == "cross_entropy" else "normal")


def test_values_have_a_curve_for_every_loss_and_a_typical_error(panel):
    panel.set(data="wave", wrong=0.1, loss="mae", samples="training")
    for name, line in zip(VALUES, panel.artists.answers.lines, strict=True):
        _, y = xy(line)
        assert y == pytest.approx(panel.moment.answers[name])
    _, y = xy(panel.artists.answers.classes.artists[2])
    assert y == pytest.approx(panel.result.split.y_train)
    assert panel.artists.rows[3][0].get_text() == ""
    assert "typical error" in str(panel)


def test_a_loss_that_does_not_fit_gives_way_and_the_words_say_so(panel):
    panel.set(loss="mse")
    assert panel.result.shown == "cross_entropy"
    assert str(panel).startswith("MSE is no loss for classes.")
    panel.set(data="wave", loss="hinge")
    assert panel.result.shown == "mse"
    assert str(panel).startswith("Hinge is no loss for values.")


def test_the_brief_says_whether_the_loss_rose(network_panel):
    network_panel.set(**network_panel.start)
    assert "has risen again" in repr(network_panel)
    network_panel.set(learning_rate=0.001)
    assert "has not risen again" in repr(network_panel)
    network_panel.set(data="wave", optimizer="sgd", learning_rate=10.0, epochs=20)
    assert repr(network_panel).startswith("Trained with MSE, MAE, Huber. Shown: MSE; it diverged.")


def seeds_with(factors, changes):
    """What 20 seeds found, if these finished."""
    return Seeds(None, None, None, np.array(factors, float), np.array(changes, float))


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        # Who did not rise says nothing of what accuracy does "then".
        (seeds_with([1.0] * 20, [-0.1] * 20),
         "With 0 of 20 seeds the loss ends more than 20% above its lowest."),
        (seeds_with([2.0] * 3 + [1.0] * 17, [0.1, -0.1, 0.0] + [-0.2] * 17),
         "With 3 of 20 seeds the loss ends more than 20% above its lowest; of these, accuracy is "
         "then lower with 1, higher with 1."),
        (seeds_with([1.0] * 12, [0.0] * 12),
         "With 0 of 20 seeds the loss ends more than 20% above its lowest; with 8 it diverged."),
    ],
)  # fmt: skip
def test_the_words_on_twenty_seeds_are_of_those_that_rose(seeds, words):
    assert of_all_seeds(seeds, "accuracy") == words


NETWORKS = [
    *({"data": name, "wrong": 0.4, "n": 20} for name in NOISE),
    *({"rare": share, "n": 20, "samples": "training"} for share in (RARE[0], RARE[3])),
    {"learning_rate": 10.0, "optimizer": "sgd", "data": "wave", "pinned": {"learning_rate": 0.1}},
    {"learning_rate": 10.0, "optimizer": "momentum", "loss": "hinge", "time": 3},
    {"learning_rate": 1e-4, "optimizer": "sgd", "pinned": {"rare": 0.3, "loss": "hinge"}},
    {"data": "wave", "learning_rate": 10.0, "time": 0, "wrong": 0.4},
]  # fmt: skip


@pytest.mark.parametrize("settings", NETWORKS)
def test_networks_at_their_extremes(panel, settings):
    check(panel, {"epochs": 12, "time": None} | settings)


def test_one_epoch_and_many(panel):
    check(panel, {"epochs": 1, "time": None})
    check(panel, {"epochs": 1000, "n": 20, "time": None})
