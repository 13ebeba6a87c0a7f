"""The predictions and goals of lesson 11: replies with figures, goals that runs reach."""

import pytest
from panels import check_answers

from widgets import regularization

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize(
    ("make", "facts"),
    [
        (regularization.predict_minimum, ["(0.96, 0.45)", "(1.14, 0.00)"]),
        (regularization.predict_zeros, ["0 of 400 weights"]),
        (regularization.predict_best, ["L2 0.31", "L2 ends below early stopping in 20"]),
        (regularization.predict_mean, ["apart", "name the same class"]),
    ],
)
def test_every_answer_has_a_reply_of_its_own_with_figures(make, facts):
    check_answers(make(), facts)


REACHED = (
    {"l2": 0.0, "input_noise": 0.3, "epochs": 1000},
    {"l2": 0.0, "l1": 0.01, "input_noise": 0.0, "epochs": 1000},
    {"l2": 1.0, "l1": 0.0, "epochs": 300},
)


@pytest.mark.parametrize("seed", [0, 2, 8, 12, 15])
def test_goals_are_reached_by_what_they_ask_for_whatever_the_seed(seed):
    panel = regularization.panel(seed=seed)
    goals = regularization.goals(panel)
    assert goals.done == {}
    for settings in REACHED:
        before = len(goals.done)
        panel.set(**settings)
        assert len(goals.done) == before + 1
    panel.set(**panel.start)
    assert str(goals).startswith("Goals reached: 3 of 3")
    goals.close()
    panel.close()


def test_goals_are_not_given_away():
    panel = regularization.panel()
    goals = regularization.goals(panel)
    for settings in (
        {"l2": 0.0},
        {"dropout": 0.9},
        {"dropout": 0.0, "l2": 0.1, "l1": 1.0},
        {"l2": 0.03, "l1": 0.0, "input_noise": 0.3},
    ):
        panel.set(**settings)
        assert goals.done == {}
    goals.close()
    panel.close()
