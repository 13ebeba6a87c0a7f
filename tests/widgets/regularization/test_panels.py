"""The panels of lesson 11: every mark in their pictures says what the numbers say."""

from itertools import pairwise

import numpy as np
import pytest
from panels import kept, xy

from lessons import Progress
from lessons.experiments.regularization import linear, masks, strengths, two_weights
from lessons.network import forward
from lessons.regularization import penalty
from widgets import regularization
from widgets.regularization import drawn_network, exact_zeros, network

pytestmark = pytest.mark.usefixtures("compiled")

minimum_panel = kept(regularization.minimum)
zeros_panel = kept(regularization.zeros)
net_panel = kept(lambda: regularization.panel(epochs=60))
best_panel = kept(regularization.strengths)
masks_panel = kept(regularization.dropout)


@pytest.fixture
def walk(minimum_panel):
    minimum_panel.set(**minimum_panel.start)
    return minimum_panel


@pytest.fixture
def steps(zeros_panel):
    zeros_panel.set(**zeros_panel.start)
    return zeros_panel


@pytest.fixture
def net(net_panel):
    net_panel.set(**net_panel.start)
    return net_panel


@pytest.fixture
def best(best_panel):
    best_panel.set(**best_panel.start)
    return best_panel


@pytest.fixture
def mask(masks_panel):
    masks_panel.set(**masks_panel.start)
    return masks_panel


# Two weights


@pytest.mark.parametrize(
    "settings", [{}, {"strength": 0.01}, {"strength": 30.0}, {"condition": 20.0, "angle": 45.0}]
)
def test_the_dots_are_the_minima_and_both_lines_go_through_them(walk, settings):
    walk.set(**settings)
    knobs = walk.settings
    place = [knobs["minimum_w1"], knobs["minimum_w2"]]
    H = two_weights.hessian(knobs["condition"], knobs["angle"])
    for plane, at, p in zip(
        walk.artists.maps, (two_weights.with_l2, two_weights.with_l1), (2, 1), strict=True
    ):
        (here,) = at(place, H, [knobs["strength"]])
        assert np.ravel(xy(plane.here)) == pytest.approx(here)
        ellipse, line = (np.array(xy(part)).T for part in (plane.touching, plane.penalty))
        loss = two_weights.loss(here, place, H)
        assert two_weights.loss(ellipse, place, H) == pytest.approx(loss)
        sizes = [penalty(w, 1, 0) if p == 1 else penalty(w, 0, 1) for w in line]
        expected = penalty(here, 1, 0) if p == 1 else penalty(here, 0, 1)
        assert sizes == pytest.approx([expected] * len(sizes))
        path = np.array(xy(plane.walk)).T
        assert path[0] == pytest.approx(place)
        assert path[-1] == pytest.approx(at(place, H, [30.0])[0])


def test_the_words_about_two_weights(walk):
    walk.set(strength=30.0)
    assert "both weights are exactly 0" in str(walk)
    walk.set(strength=0.01)
    assert "no weight is 0" in str(walk)
    walk.set(strength=3.0, condition=20, angle=150, minimum_w1=1.5, minimum_w2=-0.1)
    (l2,) = two_weights.with_l2([1.5, -0.1], two_weights.hessian(20, 150), [3.0])
    assert ("w2 has grown" in str(walk)) == (l2[1] < -0.105)
    walk.set(pinned={"strength": 1.3})
    assert len(xy(walk.artists.maps[0].pinned)[0]) == 1
    assert "Pinned, with" in str(walk)


# Exact zeros


def test_the_sizes_are_those_of_the_weights_and_zeros_stand_apart(steps):
    for time in (0, 17, 300):
        steps.set(time=time)
        for k, step in enumerate((linear.sign_step, linear.proximal_step)):
            path = linear.descend(linear.problem(0), step, 0.4, 0.05, 300)
            now = np.abs(path[time])
            shown, rows = xy(steps.artists.sizes[k])
            assert np.array_equal(rows, np.arange(20))
            assert np.array_equal(shown == exact_zeros.ZERO, now == 0)
            there = now > 1e-6
            assert shown[there] == pytest.approx(now[there])
            assert f"{np.sum(now == 0)} of 20 exactly 0" in steps.artists.tally[k].get_text()
    assert "usual step: 0 of 20" in str(steps)


def test_the_path_is_drawn_and_the_strength_marked(steps):
    steps.set(l1=1.0, seed=2)
    expected = linear.lasso(linear.problem(2), linear.STRENGTHS)
    for k, line in zip(steps.artists.order, steps.artists.lasso, strict=True):
        assert xy(line)[1] == pytest.approx(expected[:, k])
    assert xy(steps.artists.now)[0] == pytest.approx([1, 1])


def test_too_large_a_rate_is_said_and_nothing_breaks(steps):
    steps.set(learning_rate=1.0, steps=1000)
    assert "both kinds of step diverge" in str(steps)
    steps.set(l1=linear.STRENGTHS[-1], learning_rate=0.05)
    assert "at the end of all steps it would be 20" in str(steps)


# The network


def test_the_curves_are_those_of_both_runs(net):
    net.set(l2=0.03)
    result = net.result
    plain = network.compute(net.settings | {"l2": 0.0}, Progress())
    assert plain.run is plain.without
    for curve, history in zip(
        net.artists.curves,
        (plain.run.val_loss, result.run.train_loss, result.run.val_loss),
        strict=True,
    ):
        assert xy(curve)[1] == pytest.approx(history)
    (epoch,), (loss,) = xy(net.artists.best)
    assert loss == plain.run.val_loss.min() == plain.run.val_loss[int(epoch)]
    assert f"{network.short(network.last(result.run))}, without at" in str(net)


def test_the_histogram_counts_all_weights(net):
    for settings in ({}, {"l1": 0.03}, {"l2": 1.0}):
        net.set(**settings)
        for line in net.artists.shares:
            assert xy(line)[1].sum() == pytest.approx(1)
    weights = np.concatenate([layer.W.ravel() for layer in net.run.params])
    share = np.mean(np.abs(weights) < network.NEARLY)
    assert f"nearly 0: {100 * share:.0f}%" == net.artists.near[0].get_text()


@pytest.mark.parametrize(
    "settings",
    [
        {"l2": 1.0, "l1": 1.0, "dropout": 0.9, "input_noise": 2.0},
        {"samples": 10, "noise": 0.0},
        {"samples": 500, "noise": 1.0},
        {"epochs": 10, "input_noise": 0.3, "time": 3},
    ],
)
@pytest.mark.parametrize("name", ["moons", "spiral"])
def test_extremes_are_said_in_words(net, settings, name):
    net.set(**settings, data=name)
    assert str(net).startswith(f"{net.settings['samples']} samples of {name}")
    assert "no better than guessing" in str(net) or net.run.train_loss[-1] < 0.69


# At their best


@pytest.mark.parametrize("task", strengths.TASKS)
@pytest.mark.parametrize("against", ["none", "early stopping"])
def test_rows_and_curves_are_those_of_the_table(best, task, against):
    best.set(task=task, against=against)
    made = strengths.stored(task)
    for kind, plot in zip(strengths.STRENGTHS, best.artists.plots, strict=True):
        medians = [np.median(made.choosing[kind, s]) for s in strengths.STRENGTHS[kind]]
        assert xy(plot.curve)[1] == pytest.approx(medians)
        assert np.ravel(xy(plot.chosen)) == pytest.approx([made.best(kind), min(medians)])
    for row in best.artists.rows:
        kind = row.name.get_text()
        share = made.comparing[kind] / made.comparing[against]
        assert xy(row.median)[0] == pytest.approx([np.median(share)])
        assert row.tally.get_text().startswith(f"{np.sum(share < 1)} of 20")
        assert set(xy(row.dots)[0]) <= set(share)
    assert [row.name.get_text() for row in best.artists.rows].count(against) == 0


# Dropout


@pytest.mark.parametrize(
    "settings", [{}, {"depth": 1}, {"depth": 4, "dropout": 0.2}, {"dropout": 0.0}, {"time": 0}]
)
def test_crosses_are_the_units_left_out_of_this_update(mask, settings):
    mask.set(**settings)
    knobs, moment = mask.settings, mask.moment
    sizes = (32,) * 200
    drawn = masks.masks_of((8,) * knobs["depth"], knobs["dropout"], knobs["seed"], sizes)
    mine = [layer[knobs["sample"] - 1] for layer in drawn[knobs["time"]]]
    out = sum(int(np.sum(layer == 0)) for layer in mine)
    assert len(xy(mask.artists.network.out)[0]) == out
    assert len(xy(mask.artists.network.units)[0]) == 4 + 8 * knobs["depth"] - out
    assert moment.row == mask.result.batches[knobs["time"]][knobs["sample"] - 1]
    x = mask.result.split.X_train[moment.row]
    outputs, _ = forward(
        mask.run.snapshots[knobs["time"]], mask.run.config, x[None], True, masks.Given(mine)
    )
    assert moment.values[-1] == pytest.approx(outputs[0])
    written = [text.get_text() for text in mask.artists.network.values if text.get_text()]
    assert written[-2:] == [drawn_network.brief(value) for value in outputs[0]]


def test_lines_are_the_weights_that_take_part(mask):
    def segments(line):
        return np.sum(np.isnan(xy(line)[0]))

    drawn, kept_ = mask.artists.network, mask.moment.kept
    used = sum(int(a.sum() * b.sum()) for a, b in pairwise(kept_))
    assert sum(map(segments, drawn.lines)) == used
    everything = sum(len(a) * len(b) for a, b in pairwise(kept_))
    assert segments(drawn.idle) == everything - used


def test_the_lines_of_the_scores_are_mean_and_answer(mask):
    moment = mask.moment
    assert xy(mask.artists.mean)[0] == pytest.approx([moment.scores.mean()] * 2)
    assert xy(mask.artists.without)[0] == pytest.approx([moment.without] * 2)
    heights = xy(mask.artists.shares)[1]
    assert heights.sum() == pytest.approx(1)
    mask.set(dropout=0.0)
    assert "the same, to the luck of the draw" in str(mask)


def test_with_one_layer_only_the_outputs_are_compared(mask):
    mask.set(depth=1)
    assert [len(xy(dots)[0]) for dots in mask.artists.means] == [0, 0, 2]
    assert mask.artists.names[0].get_alpha() == 0


def test_wild_scores_are_said_in_words(mask):
    mask.set(dropout=0.9, depth=4, learning_rate=1.0)
    assert any(
        words in str(mask) for words in ("scatter too far", "no longer finite", "the same", "not")
    )
    assert mask.message.value == ""


def test_it_is_said_how_often_nothing_gets_through(mask):
    mask.set(dropout=0.9, depth=4)
    share = masks.nothing_passes((8,) * 4, 0.9)
    assert f"In {100 * share:.0f}% of all masks a layer is empty" in str(mask)
    mask.set(dropout=0.2)
    assert "a layer is empty" not in str(mask)


def test_tallies_stay_inside_the_picture(best):
    best.set(task="spiral")
    tallies = [row.tally.get_text() for row in best.artists.rows]
    assert any("beyond" in text for text in tallies)
    assert max(len(line) for text in tallies for line in text.split("\n")) <= len("20 of 20")
