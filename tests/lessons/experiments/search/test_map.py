"""Maps of trainings: what they say is what the trainings say."""

import threading

import numpy as np
import pytest

from lessons import Progress, data, train
from lessons.experiments.search import settings512
from lessons.experiments.search.maps import (
    LADDERS,
    SIDE,
    ScoreMap,
    config_of,
    last_start,
    map_of,
    score,
    score_map,
    scores,
    window,
)

pytestmark = pytest.mark.usefixtures("compiled")

BASE = {
    "learning_rate": 0.1, "batch_size": 32, "units": 8, "depth": 2, "l2": 0.0, "dropout": 0.0,
    "epochs": 8,
}  # fmt: skip


def of(losses, guess=0.7):
    """A map of one seed, or of several if there is a third axis."""
    losses = np.asarray(losses, float)
    return ScoreMap(losses if losses.ndim == 3 else losses[..., None], guess)


@pytest.mark.parametrize("name", LADDERS)
def test_windows_go_from_end_to_end_of_a_ladder_and_no_further(name):
    values = LADDERS[name]
    assert list(values) == sorted(values)
    first, last = window(name, -5), window(name, 99)
    assert first[0] == values[0] and last[-1] == values[-1]
    assert len(first) == len(last) == min(SIDE, len(values))
    assert window(name, last_start(name)) == last


def test_a_map_holds_the_losses_of_its_cells():
    split = data.moons(n=150, seed=3)
    rates, units = ("learning_rate", (0.01, 0.3)), ("units", (2, 8))
    losses = map_of(rates, units, BASE, split, 3, "adam")
    for row, width in enumerate(units[1]):
        for column, rate in enumerate(rates[1]):
            config = config_of(BASE | {"units": width, "learning_rate": rate}, "adam", 3)
            assert config.hidden == (width, width)
            run = train(config, split)
            assert losses[row, column] == np.median(run.val_loss[-2:])


def test_a_score_is_of_validation_and_infinite_after_a_divergence():
    split = data.bumps(n=100)
    run = train(config_of(BASE | {"learning_rate": 100.0}), split)
    assert run.status == "diverged"
    assert score(run)[0] == np.inf
    split = data.moons(n=150)
    run = train(config_of(BASE), split)
    loss, right = score(run)
    assert loss == np.median(run.val_loss[-2:])
    assert right == np.median(run.val_accuracy[-2:])


def test_scores_are_told_one_by_one_and_stop_when_asked_to():
    progress, told = Progress(), []
    configs = [config_of(BASE | {"epochs": 100}, seed=k) for k in range(30)]

    def keep(config, found):
        told.append(config)
        progress.cancel()

    found = scores(configs, data.spiral(), progress=progress, keep=keep)
    assert len(found) == 30
    assert 1 <= len(told) <= threading.active_count() + 8
    assert sum(one is not None for one in found) == len(told)


def test_the_best_is_the_lowest_median_and_each_seed_has_its_own():
    losses = np.array([[[0.1, 0.9, 0.8], [0.3, 0.2, 0.3]], [[0.4, 0.4, 0.1], [np.inf, 0.5, 0.6]]])
    scores = of(losses)
    assert np.allclose(scores.median, [[0.8, 0.3], [0.4, 0.6]])
    assert scores.best == (0, 1)
    assert scores.chosen.tolist() == [[1, 1], [1, 0]]
    assert scores.region.tolist() == [[False, True], [False, False]]
    assert scores.spread[0, 1] == pytest.approx(1.5)
    assert scores.spread[1, 1] == pytest.approx(1.2)


def test_a_map_that_is_half_trained_says_what_is_there():
    losses = np.full((2, 2, 2), np.nan)
    scores = of(losses)
    assert scores.best is None
    assert scores.edges == () and scores.made == 0
    assert not scores.region.any() and not scores.chosen.any()
    losses[1, 0, 0] = 0.2
    scores = of(losses)
    assert scores.best == (1, 0) and scores.made == 1
    assert np.isnan(scores.median[0]).all()
    assert (scores.spread == 1).all()


def test_what_diverged_or_ends_at_guessing_is_told_apart():
    scores = of([[0.1, 0.69], [np.inf, 0.9]], guess=0.7)
    assert scores.useless.tolist() == [[False, True], [False, True]]
    assert scores.diverged.tolist() == [[False, False], [True, False]]


@pytest.mark.parametrize(
    ("cell", "edges"),
    [((1, 1), ()), ((0, 1), ("down",)), ((2, 2), ("right", "up")), ((1, 0), ("left",))],
)
def test_edges_are_those_at_which_the_best_lies(cell, edges):
    losses = np.ones((3, 3))
    losses[cell] = 0.1
    assert of(losses).edges == edges


def test_of_a_single_row_nothing_is_an_edge_but_its_ends():
    assert of([[0.1, 0.2, 0.3]]).edges == ("left",)
    assert of([[0.2, 0.1, 0.3]]).edges == ()
    assert of([[0.2]]).edges == ()


def test_maps_of_several_seeds_become_one():
    made = [np.full((2, 3), float(k)) for k in range(3)]
    scores = score_map(made, data.moons())
    assert scores.loss.shape == (2, 3, 3)
    assert (scores.median == 1).all()
    assert scores.guess == pytest.approx(np.log(2), abs=0.01)


# 512 settings


def test_the_512_settings_differ_and_stand_in_the_table_in_this_order():
    found = settings512.settings()
    assert len({tuple(one.values()) for one in found}) == 512
    with settings512.TABLE.open() as file:
        rows = [row.split(",")[:3] for row in file.read().splitlines()]
    for one, row in zip(found, rows, strict=True):
        assert [one[name] for name in settings512.GRID] == [float(value) for value in row]


def test_what_is_stored_is_what_this_trainer_does():
    # Other machines' vectors part from it in single runs, hardly ever by much.
    every, seed = 16, 7
    some = settings512.settings()[::every]
    made = scores([config_of(one, seed=seed) for one in some], data.spiral(seed=seed))
    apart = np.abs([right for _, right in made] - settings512.stored()[::every, seed])
    assert np.mean(apart < 0.03) > 0.8
    assert np.median(apart) < 0.005


def test_more_tries_find_it_more_often():
    rng = np.random.default_rng(0)
    right = settings512.stored()[:, 1]
    good = right >= right.max() - 0.02
    for draws in (1, 5, 20):
        found = np.mean([good[rng.permutation(512)[:draws]].any() for _ in range(2000)])
        assert settings512.chance(1, draws) == pytest.approx(found, abs=0.04)
