"""The predictions and goals of lesson 07: replies with figures, goals that runs reach."""

import pytest
from panels import check_answers

from widgets import optimizers
from widgets.optimizers.knobs import BEST, SAME

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize(
    ("make", "facts"),
    [
        (optimizers.predict_race, ["SGD 0.00054 at rate 0.018", "Adam 1e−8 at rate 1"]),
        (optimizers.predict_momentum, ["2(1 + μ) = 3.80", "at 3.9 the distance is 1.6e60"]),
        (optimizers.predict_rates, ["5 seeds"]),
    ],
)
def test_every_answer_has_a_reply_of_its_own_with_figures(make, facts):
    check_answers(make(), facts)


def test_goals_are_reached_by_what_they_ask_for_and_not_before():
    panel = optimizers.panel(steps=50)
    goals = optimizers.goals(panel)
    assert goals.done == {}
    for settings in (
        {"condition": 100, "learning_rate": 0.018, "momentum": 0.99, "steps": 200},
        {"surface": "plateau", "rates": BEST, "momentum": 0.9, "start_w1": 2, "start_w2": -2},
        {
            "surface": "rosenbrock",
            "rates": SAME,
            "learning_rate": 0.0032,
            "start_w1": -1,
            "start_w2": 0,
        },
    ):
        before = len(goals.done)
        panel.set(**settings)
        assert len(goals.done) == before + 1, settings
    panel.set(**panel.start)
    assert str(goals).startswith("Goals reached: 3 of 3")
    goals.close()
    panel.close()


def test_goals_are_not_given_away():
    panel = optimizers.panel(condition=10, angle=0, rates=BEST)
    goals = optimizers.goals(panel)
    for settings in (
        {"surface": "rosenbrock", "steps": 500},
        {"steps": 200, "start_w1": 0.95, "start_w2": 0},
        {"surface": "plateau", "start_w1": -1.5},
        {"rates": SAME, "start_w1": 2, "start_w2": 2, "learning_rate": 0.01},
        {"surface": "ravine", "condition": 100, "learning_rate": 0.1},
        {"learning_rate": 0.018, "momentum": 0.99, "show_momentum": False},
    ):
        panel.set(**settings)
        assert goals.done == {}, settings
    goals.close()
    panel.close()
