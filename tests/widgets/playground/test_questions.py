"""The predictions and goals of lesson 14: replies with figures, goals that runs reach."""

import pytest
from panels import check_answers

from widgets import playground

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize(
    ("make", "facts"),
    [(playground.predict_squares, ["%"]), (playground.predict_depth, ["of 20", "solved"])],
)
def test_every_answer_has_a_reply_of_its_own_with_figures(make, facts):
    check_answers(make(), facts)


SINES = {"f6": True, "f7": True}
ADAM = {"optimizer": "adam", "activation": "tanh"}
REACHED = (
    SINES | ADAM | {"layers": 1, "units1": 3, "learning_rate": 0.03, "epochs": 300},
    ADAM | {"layers": 2, "units1": 8, "learning_rate": 0.05, "batch_size": 512, "epochs": 200},
    SINES | ADAM | {"layers": 0, "learning_rate": 0.03, "batch_size": 16, "epochs": 300},
)


@pytest.mark.parametrize("seed", range(0, 21, 4))
def test_goals_are_reached_by_what_they_ask_for(seed):
    panel = playground.panel(seed=seed)
    goals = playground.goals(panel)
    assert goals.done == {}
    for settings in REACHED:
        panel.set(**settings)
    assert len(goals.done) >= 2
    goals.close()
    panel.close()


def test_goals_are_not_given_away():
    panel = playground.panel()
    goals = playground.goals(panel)
    for settings in (
        {"layers": 0},
        {"layers": 2, "noise": 0.0, "optimizer": "adam", "batch_size": 512, "epochs": 200},
        {"noise": 0.1, "optimizer": "sgd", "batch_size": 16, "data": "circle", "layers": 0},
        {"f3": True, "f4": True},
        {"data": "xor", "f5": True},
    ):
        panel.set(**settings)
        assert goals.done == {}, settings
    goals.close()
    panel.close()
