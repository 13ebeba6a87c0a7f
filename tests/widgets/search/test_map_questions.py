"""The predictions and goals about the map: replies with figures, goals that runs reach."""

import pytest
from panels import check_answers

from lessons.experiments.search.settings512 import best
from widgets import search

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize(
    ("make", "facts"),
    [(search.predict_best, ["seed 0: rate", "batch size"]), (search.predict_fair, ["0."])],
)
def test_every_answer_has_a_reply_of_its_own_with_figures(make, facts):
    check_answers(make(), facts)


def test_nothing_is_reached_at_first_nor_by_choosing_seeds():
    panel = search.panel()
    goals = search.goals(panel)
    for seed in range(20):
        panel.set(seed=seed)
        assert goals.done == {}, seed
    goals.close()
    panel.close()


@pytest.mark.parametrize("seed", [0, 7, 13])
def test_a_map_that_is_moved_until_its_best_lies_inside(seed):
    panel = search.panel(seed=seed, seeds=1, up="units", right=-8)
    goals = search.goals(panel)
    panel.set(learning_rate=0.1)
    assert goals.done == {}
    # Of other data it is another map.
    panel.set(data="moons", right=-1)
    panel.set(data="spiral", right=-8)
    # Up to Adam's best, all three lie inside.
    panel.set(optimizer="adam", right=-2)
    assert goals.done == {}
    panel.set(right=-8)
    panel.set(right=-2)
    assert str(goals).startswith("Goals reached: 1 of 3"), str(panel)
    goals.close()
    panel.close()


def test_a_map_on_which_the_first_seed_fools():
    panel = search.panel(data="moons", seeds=1)
    goals = search.goals(panel)
    assert goals.done == {}
    for seed in range(6):
        panel.set(seed=seed, seeds=20)
        scores = panel.result.map
        one = scores.loss[..., 0]
        cell = divmod(int(one.argmin()), 8)
        assert (len(goals.done) > 0) >= (scores.median[cell] > 1.5 * scores.median.min())
        if goals.done:
            break
    assert len(goals.done) == 1
    goals.close()
    panel.close()


@pytest.fixture
def hunting():
    """The map, a seed to hunt with, and its goals."""
    panel = search.panel(seeds=0, seed=5)
    goals = search.goals(panel)
    yield panel, goals
    goals.close()
    panel.close()


def found(goals):
    return any("512" in goal.task for goal in goals.done)


@pytest.mark.parametrize("seed", range(20))
def test_a_hunt_can_be_won_with_every_seed(hunting, seed):
    panel, goals = hunting
    panel.set(seed=seed)
    assert not found(goals)
    settings = [(rate, size, units) for units in (64, 32, 128) for size in (2, 4, 8)
                for rate in (0.032, 0.1)]  # fmt: skip
    for rate, size, units in settings:
        panel.set(learning_rate=rate, batch_size=size, units=units)
        if found(goals):
            break
    assert found(goals), str(goals)


def test_a_hunt_counts_each_setting_once_and_ends_after_twenty(hunting):
    panel, goals = hunting
    assert "Hunt with seed 5: 1 of 20 trainings" in str(goals)
    panel.set(batch_size=64)
    panel.set(batch_size=32)
    assert "2 of 20" in str(goals)
    assert f"the best of 512 has {100 * best(5):.1f}%" in str(goals)
    for units in (1, 2, 4):
        for size in (2, 4, 8, 16, 32, 64, 128):
            panel.set(units=units, batch_size=size, learning_rate=0.0032)
    assert "23 of 20" in str(goals)
    panel.set(units=64, batch_size=4, learning_rate=0.1)
    assert panel.result.own[1] >= best(5) - 0.02
    assert not found(goals)


def test_who_has_seen_the_map_hunts_with_another_seed(hunting):
    panel, goals = hunting
    panel.set(seed=6, seeds=3)
    panel.set(seeds=0)
    assert "the map of seed 6: hunt with another one, such as 0." in str(goals)
    for settings in (
        {"seed": 6, "units": 64, "batch_size": 4, "learning_rate": 0.1},
        {"seed": 9, "epochs": 100},
        {"data": "moons", "epochs": 30},
    ):
        panel.set(**settings)
        assert not found(goals)
        assert "Hunt" not in str(goals)
    panel.set(data="spiral")
    assert "Hunt with seed 9" in str(goals)


def test_maps_of_many_seeds_leave_some_to_hunt_with(hunting):
    panel, goals = hunting
    panel.set(seed=0, seeds=20)
    panel.set(seeds=0)
    assert "the map of seed 0: hunt with another one, such as 1." in str(goals)
    panel.set(seed=1)
    assert "Hunt with seed 1" in str(goals)


def test_who_has_seen_all_maps_hunts_with_the_seed_seen_longest_ago(hunting):
    panel, goals = hunting
    for seed in (*range(20), 0):
        panel.set(seed=seed, seeds=1)
    panel.set(seeds=0)
    assert "hunt with another one, such as 1." in str(goals)
    panel.set(seed=1)
    assert "Hunt with seed 1" in str(goals)
