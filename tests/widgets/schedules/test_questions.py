"""The predictions and goals of lesson 08: replies with figures, goals that runs reach."""

import pytest
from panels import check_answers

from widgets import schedules
from widgets.schedules.questions import BUMPS, FITTED, WAVE

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize(
    ("make", "facts"),
    [
        (schedules.predict_cut, ["before the cut", "three epochs later", "after twenty"]),
        (schedules.predict_full_batches, ["median of 5 seeds"]),
        (schedules.predict_floor, ["batches of 10 settle at 0.002", "at 0.001", "at 0.0006"]),
    ],
)
def test_every_answer_has_a_reply_of_its_own_with_figures(make, facts):
    check_answers(make(), facts)


STEPS = (
    {"schedule": "yours", "data": WAVE, **{f"point{k}": 1.0 for k in range(5)}},
    {"data": BUMPS, "batch_size": 50, "learning_rate": 0.56, "schedule": "cosine", "warmup": 300},
    {"data": FITTED, "batch_size": 10, "learning_rate": 1.0, "schedule": "constant", "warmup": 0,
     "epochs": 100},
)  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_goals_are_reached_by_what_they_ask_for_and_not_before(seed):
    panel = schedules.panel(seed=seed)
    goals = schedules.goals(panel)
    assert goals.done == {}
    for settings in STEPS:
        before = len(goals.done)
        panel.set(**settings)
        assert len(goals.done) == before + 1, settings
    panel.set(**panel.start)
    assert str(goals).startswith("Goals reached: 3 of 3")
    goals.close()
    panel.close()


@pytest.mark.parametrize("seed", range(3))
def test_goals_are_not_given_away(seed):
    panel = schedules.panel(seed=seed)
    goals = schedules.goals(panel)
    for settings in (
        {"schedule": "constant"},
        {"schedule": "yours"},
        {f"point{k}": 1.0 for k in range(6)},
        {"point1": 0.1, "point2": 0.1, "point3": 0.0, "point4": 0.0, "point5": 0.0},
        {"data": BUMPS, "batch_size": 50, "learning_rate": 0.56, "schedule": "constant"},
        {"schedule": "cosine"},
        {"data": FITTED, "batch_size": 10, "learning_rate": 0.1},
    ):
        panel.set(**settings)
        assert goals.done == {}, settings
    goals.close()
    panel.close()
