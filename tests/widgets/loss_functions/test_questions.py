"""The questions of lesson 05 reply from runs, and its goals can be reached."""

import numpy as np
import pytest

from widgets import loss_functions
from widgets.loss_functions.questions import accuracy_lies, mae_resists, rises_alone

pytestmark = pytest.mark.usefixtures("compiled")

QUESTIONS = "predict_outlier", "predict_wrong", "predict_rise"


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_has_a_reply_with_figures_and_one_is_right(name):
    question = getattr(loss_functions, name)()
    assert sum(choice.right for choice in question.choices) == 1
    for choice in question.choices:
        question.choose(choice.answer)
        assert question.reply.startswith("Right." if choice.right else "Not quite.")
        assert any(letter.isdigit() for letter in question.reply)
        assert "nan" not in question.reply
    question.close()


def test_the_replies_say_what_the_lesson_says():
    outlier = loss_functions.predict_outlier()
    outlier.choose("… stays where it is.")
    assert "MAE's by 0.00" in outlier.reply
    wrong = loss_functions.predict_wrong()
    wrong.choose("… many more.")
    assert "6 updates" in wrong.reply
    assert "squared error 85" in wrong.reply
    for question in (outlier, wrong):
        question.close()


@pytest.fixture(scope="module")
def panel(compiled):
    made = loss_functions.panel()
    yield made
    made.close()


def test_goals_can_be_reached_and_are_not_at_first(panel):
    goals = loss_functions.goals(panel)
    assert not goals.done
    reached = (
        (rises_alone, {"seed": 2, "epochs": 1000, "time": 300}),
        (accuracy_lies, {"rare": 0.02, "epochs": 10}),
        (mae_resists, {"data": "wave", "wrong": 0.2, "epochs": 200}),
    )
    for number, (goal, settings) in enumerate(reached, 1):
        panel.set(**panel.start | {"time": None} | settings)
        assert goal(panel)
        assert len(goals.done) == number
    goals.close()


@pytest.mark.parametrize("seed", range(21))
def test_the_loss_doubles_and_accuracy_hardly_falls_with_any_seed(panel, seed):
    panel.set(**panel.start | {"seed": seed, "epochs": 1000, "time": None})
    run = panel.run
    loss, accuracy = run.val_loss, run.val_accuracy
    doubled = (np.arange(1001) > run.best_epoch) & (loss >= 2 * loss[run.best_epoch])
    there = np.flatnonzero(doubled & (accuracy > accuracy[run.best_epoch] - 0.0501))
    assert len(there) > 10
    panel.set(time=int(there[0]))
    assert rises_alone(panel)
    panel.set(time=int(run.best_epoch))
    assert not rises_alone(panel)


def test_playing_the_default_reaches_nothing(panel):
    panel.set(**panel.start | {"time": None})
    for epoch in range(0, 201, 5):
        panel.set(time=epoch)
        assert not (rises_alone(panel) or accuracy_lies(panel) or mae_resists(panel))


@pytest.mark.parametrize("seed", range(0, 21, 4))
def test_two_goals_can_be_reached_with_any_seed(panel, seed):
    panel.set(**panel.start | {"rare": 0.02, "epochs": 10, "seed": seed, "time": None})
    assert accuracy_lies(panel)
    panel.set(**panel.start | {"data": "wave", "wrong": 0.3, "seed": seed, "time": None})
    assert mae_resists(panel)


def test_a_run_that_broke_reaches_no_goal(panel):
    broken = {"data": "wave", "wrong": 0.2, "optimizer": "sgd", "learning_rate": 10.0}
    panel.set(**panel.start | broken | {"time": None})
    assert panel.result.runs["mse"].status == "diverged"
    assert not (mae_resists(panel) or rises_alone(panel) or accuracy_lies(panel))
