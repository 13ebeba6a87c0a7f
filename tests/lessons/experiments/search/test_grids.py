"""Grid against random: counts against probabilities that are computed otherwise."""

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

from lessons.experiments.search import responses
from lessons.experiments.search.grids import (
    AT_THE_ENDS,
    IN_THE_MIDDLES,
    Trained,
    Valley,
    contest,
    grid,
    random_points,
)


def test_a_grid_has_few_values_of_each_knob_and_random_points_many():
    for place, values in ((AT_THE_ENDS, [0, 0.5, 1]), (IN_THE_MIDDLES, [1 / 6, 0.5, 5 / 6])):
        points = grid(3, place)
        assert len(np.unique(points, axis=0)) == 9
        assert np.unique(points[:, 0]) == pytest.approx(values)
    drawn = random_points(3, 50)
    assert all(len(np.unique(one[:, knob])) == 9 for one in drawn for knob in (0, 1))
    assert ((drawn >= 0) & (drawn <= 1)).all()


@pytest.mark.parametrize("place", [AT_THE_ENDS, IN_THE_MIDDLES])
@pytest.mark.parametrize("side", [2, 3])
def test_where_one_knob_counts_random_wins_as_often_as_probability_says(place, side):
    """Of N random values none is nearer than the grid's with probability (1 − length)^N."""
    a = np.linspace(0, 1, 20_001)
    gap = np.abs(a - np.unique(grid(side, place)[:, 0])[:, None]).min(axis=0)
    nearer = np.minimum(a + gap, 1) - np.maximum(a - gap, 0)
    probability = np.mean(1 - (1 - nearer) ** (side * side))
    wins, losses = contest(Valley(0.0), side, place, 4000).wins
    assert wins + losses == 4000
    assert wins / 4000 == pytest.approx(probability, abs=0.03)


def test_a_valley_is_lowest_at_its_best_place():
    valley = Valley(0.5, seed=3)
    best = valley.best(6)
    assert valley.losses(best[:, None])[:, 0] == pytest.approx(np.zeros(6))
    moved = valley.losses((best + np.array([0.1, 0.2]))[:, None])[:, 0]
    assert moved == pytest.approx(np.full(6, 0.01 + 0.5 * 0.04))
    row, column = np.unravel_index(valley.map(5).argmin(), (64, 64))
    assert ((column + 0.5) / 64, (row + 0.5) / 64) == pytest.approx(tuple(best[5]), abs=0.01)


def test_a_map_is_read_between_its_cells_as_scipy_does():
    rng = np.random.default_rng(0)
    losses, points = np.exp(rng.normal(size=(2, 3, 5))), rng.random((5, 7, 2))
    read = Trained(losses, 0.25, 0.75).losses(points)
    for k in range(5):
        between = RegularGridInterpolator(
            (np.linspace(0, 1, 3), np.linspace(0, 1, 5)), np.log(losses[k % 2])
        )
        there = np.column_stack([points[k, :, 1], 0.25 + points[k, :, 0] / 2])
        assert read[k] == pytest.approx(np.exp(between(there)))
    corners = np.array([[[0, 0], [1, 0], [0, 1], [1, 1]]], float)
    assert Trained(losses).losses(corners)[0] == pytest.approx(
        losses[0][[0, 0, 2, 2], [0, 4, 0, 4]]
    )


def test_a_contest_counts_what_each_found():
    made = contest(responses.response(responses.SGD_L2, 0.001, 10), 3, AT_THE_ENDS, 40)
    assert np.array_equal(made.best[0], made.on_grid.min(axis=1))
    assert made.wins == (np.sum(made.best[1] < made.best[0]), np.sum(made.best[1] > made.best[0]))
    assert made.ratio == pytest.approx(np.median(made.at_random.min(1) / made.on_grid.min(1)))


@pytest.mark.parametrize("name", list(responses.MAPS))
def test_the_stored_maps_are_of_these_trainings(name):
    table = responses.stored(name)
    assert np.isfinite(table).all()
    assert table.max() <= responses.FAR
    configs = responses.configs(name, 4)
    # Middle row, low rates, where last digits do not matter much.
    cells = [len(responses.EXPONENTS) + k for k in (5, 15, 22)]
    made = responses.losses([configs[cell] for cell in cells], 4)
    assert made == pytest.approx(table[4].ravel()[cells], rel=0.05)
    assert responses.losses([configs[50]], 4)[0] <= responses.FAR


def test_a_response_begins_and_ends_at_its_rates():
    searched = responses.response(responses.SGD_L2, 0.01, 1.0)
    ends = searched.losses(np.array([[[0.0, 0.0], [1.0, 1.0]]]))[0]
    table = responses.stored(responses.SGD_L2)[0]
    assert responses.EXPONENTS[[20, 40]].tolist() == [-2, 0]
    assert ends == pytest.approx([table[0, 20], table[2, 40]])
