"""Halving, pairs of settings, many knobs, the test in the loop, scales: counts and stored runs."""

import numpy as np
import pytest
from scipy.stats import norm, spearmanr

from lessons import train
from lessons.experiments.counted import draw
from lessons.experiments.search import chance, halving, in_the_loop, many_knobs, pairs, scales
from lessons.experiments.search.responses import SGD_L2, stored


def test_halving_keeps_the_best_of_each_rung():
    losses = np.random.default_rng(0).random((54, 61))
    best, (first, second, third) = halving.halve(losses)
    assert sorted(first) == list(range(54))
    assert set(second) == set(np.argsort(losses[:, 4])[:13])
    assert set(third) == set(sorted(second, key=lambda k: losses[k, 15])[:4])
    assert losses[best, 60] == min(losses[k, 60] for k in third)


def test_halving_costs_as_many_epochs_as_nine_full_trainings():
    assert halving.epochs_spent() == 54 * 4 + 13 * 11 + 4 * 45 == 539


def test_a_short_training_is_the_beginning_of_the_long_one():
    """So the losses at a rung can be read off the run that goes on."""
    config = halving.settings(halving.SEVEN, 3)[0]
    split = draw("spiral", 300, 0.1, 3, val=500, test=2000)
    long = train(config, split)
    short = train(pairs.replace(config, epochs=4), split)
    assert np.array_equal(long.val_loss[:5], short.val_loss)


def test_stored_halvings_are_of_these_searches():
    for case in (halving.TWO, halving.SEVEN):
        rows = chance.halved(case)
        assert all(len(values) == chance.REPETITIONS for values in rows.values())
        assert np.isnan(rows["grid"]).all() == (case == halving.SEVEN)
        assert set(rows["dropped at"]) <= {0, 1, 2}
    losses, dropped = halving.one_repetition(halving.TWO, 7)
    rows = chance.halved(halving.TWO)
    assert losses == pytest.approx([rows[way][7] for way in halving.WAYS], rel=0.2)
    assert dropped in (0, 1, 2)


def test_the_right_order_has_the_probability_of_two_normals():
    """Means of k seeds differ by δ ± √(2/k) with seeds of their own, by δ ± ε with the same."""
    common, own = np.random.default_rng(0).normal(size=(2, 2000))
    table = np.array([common, common + 0.3 + 0.1 * own])
    for many in (1, 5, 20):
        expected = norm.cdf(0.3 / np.sqrt(2 / many))
        assert pairs.right_order(table, many, paired=False) == pytest.approx(expected, abs=0.04)
        paired = norm.cdf(0.3 / np.sqrt(0.01 / many))
        assert pairs.right_order(table, many, paired=True) == pytest.approx(paired, abs=0.02)


@pytest.mark.parametrize("name", list(pairs.PAIRS))
def test_stored_pairs_are_of_these_trainings(name):
    table = chance.paired(name)
    assert table.shape == (2, pairs.MADE)
    assert table[0].mean() < table[1].mean()
    assert pairs.losses(name, 11) == pytest.approx(table[:, 11], rel=0.15)


def test_correlations_are_those_of_scipy():
    rng = np.random.default_rng(0)
    drawn, loss = rng.random((40, 6)), rng.random(40)
    expected = [spearmanr(values, loss).statistic for values in drawn.T]
    assert many_knobs.told(drawn, loss) == pytest.approx(expected)


def test_what_clearly_matters_is_found_and_what_does_not_is_a_coin():
    drawn, noise = many_knobs.places(), np.random.default_rng(1).normal(size=many_knobs.MADE)
    first, same = many_knobs.right_answers(-drawn[:, 0] + 0.1 * noise, 81)
    assert first == same[0] == 1
    assert same[1:].mean() < 0.8


def test_stored_runs_of_six_knobs():
    loss = chance.stored()["six knobs", "loss"]
    assert len(loss) == many_knobs.MADE
    assert np.isfinite(loss).all()
    assert many_knobs.made(20, 23) == pytest.approx(loss[20:23], rel=0.2)


def test_promise_and_truth_are_of_the_run_that_each_set_chose():
    table = np.array([[0.9, 0.95, 0.8], [0.97, 0.9, 0.8]])
    assert in_the_loop.promised_and_true(table) == pytest.approx(
        ((0.95 + 0.97) / 2, (0.9 + 0.9) / 2)
    )
    alike = np.random.default_rng(0).random((50, 2, 30))
    promised, true = np.transpose([in_the_loop.promised_and_true(one) for one in alike])
    assert promised.mean() == pytest.approx(30 / 31, abs=0.01)
    assert true.mean() == pytest.approx(0.5, abs=0.15)


def test_stored_runs_of_the_digits():
    tested = chance.tested()
    assert tested.shape == (chance.SPLITS, 2, in_the_loop.RUNS)
    assert in_the_loop.scores(5) == pytest.approx(tested[5], abs=0.02)


def test_rates_fall_evenly_on_their_scale():
    log = np.log10(scales.drawn_rates(1e-4, 10, logarithmic=True, repetitions=2000))
    assert log.mean() == pytest.approx(-1.5, abs=0.05)
    assert np.mean(log < -2.75) == pytest.approx(0.25, abs=0.02)
    linear = scales.drawn_rates(1e-4, 10, logarithmic=False, repetitions=2000)
    assert linear.mean() == pytest.approx(5, abs=0.1)
    assert np.mean(linear > 1) == pytest.approx(0.9, abs=0.02)


def test_rates_are_read_off_the_stored_map():
    assert scales.lowest(SGD_L2, np.array([[1e-4], [0.1]])) == pytest.approx(
        [stored(SGD_L2)[0, 1, 0], stored(SGD_L2)[1, 1, 30]]
    )
