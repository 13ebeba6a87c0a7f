"""The predictions and goals of lesson 09: replies with figures, goals that runs reach."""

import pytest
from panels import check_answers

from widgets import gradients

pytestmark = pytest.mark.usefixtures("compiled")

FAST = {"activation": "relu", "init": "he_normal", "learning_rate": 1.0, "clip_norm": 1.0}
SIGMOID = {"batch_norm": True, "learning_rate": 0.1, "epochs": 60}
DEEP = {"activation": "relu", "init": "he_normal", "depth": 32, "learning_rate": 0.01, "epochs": 60}


@pytest.mark.parametrize(
    ("make", "facts"),
    [
        (gradients.predict_chain, ["0.24 with Xavier's", "1.19 with 16 times"]),
        (gradients.predict_clipping, ["of 5 seeds"]),
        (gradients.predict_symmetry, ["After 30 epochs the first layer has 1 kind of unit"]),
    ],
)
def test_every_answer_has_a_reply_of_its_own_with_figures(make, facts):
    check_answers(make(), facts)


def test_clipping_is_told_as_it_came_out():
    prediction = gradients.predict_clipping()
    right = next(choice.answer for choice in prediction.choices if choice.right)
    prediction.choose(right)
    before, after = prediction.reply.split("seeds: ")[1].split(" with it")[0].split(", ")
    assert int(before.split()[0]) <= 1
    assert int(after.split()[0]) >= 4
    prediction.close()


@pytest.mark.parametrize("seed", [0, 7, 13])
def test_goals_are_reached_by_what_they_ask_for_and_not_before(seed):
    panel = gradients.panel(seed=seed)
    goals = gradients.goals(panel)
    assert goals.done == {}
    for number, settings in enumerate((FAST, SIGMOID, DEEP), 1):
        panel.set(**panel.start | settings)
        assert len(goals.done) == number
    assert str(goals).startswith("Goals reached: 3 of 3")
    goals.close()
    panel.close()


def test_goals_are_not_given_away():
    panel = gradients.panel()
    goals = gradients.goals(panel)
    for settings in (
        FAST | {"depth": 7},
        FAST | {"clip_norm": 0.0, "learning_rate": 3.0},
        SIGMOID | {"batch_norm": False},
        DEEP | {"batch_norm": True},
        DEEP | {"depth": 31},
    ):
        panel.set(**panel.start | settings)
        assert goals.done == {}
    goals.close()
    panel.close()
