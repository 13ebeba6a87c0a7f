"""The questions, the goals and the counted test set of lesson 15."""

import re

import numpy as np
import pytest
from panels import touch

from lessons.experiments.digits.looks import Look
from lessons.experiments.digits.varied import drawn, right
from widgets import digits
from widgets.digits.drawing_pad import trained

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize("make", [digits.predict_drawn, digits.predict_varied])
def test_every_answer_has_a_reply_and_one_is_right(make):
    quiz = make()
    assert sum(choice.right for choice in quiz.choices) == 1
    for choice in quiz.choices:
        quiz.choose(choice.answer)
        assert quiz.reply.startswith("Right." if choice.right else "Not quite.")
    quiz.close()


def test_the_replies_report_what_the_network_reads():
    quiz = digits.predict_drawn()
    quiz.choose(quiz.choices[1].answer)
    told = [int(n) for n in re.findall(r"(\d+) of 100", quiz.reply)]
    assert told == [round(100 * right(trained(), *drawn(how))) for how in ("boxed", "as drawn")]
    quiz.close()


def test_the_first_look_reaches_the_goal_and_a_second_does_not(capsys, monkeypatch):
    panel = digits.panel(epochs=5)
    test = digits.test_set(panel)
    goals = digits.goals(panel, test)
    test.look()
    assert "First look: " in capsys.readouterr().out
    assert len(goals.done) == 0
    shares = iter([0.99, 0.99])
    monkeypatch.setattr("lessons.experiments.digits.looks.right", lambda *arguments: next(shares))
    test.look()
    out = capsys.readouterr().out
    assert "Second look: 99% of 359" in out and "you changed knowing it" in out
    assert len(goals.done) == 0
    panel.set(seed=1)  # other parts, another test set
    test.look()
    assert "First look" in capsys.readouterr().out
    assert len(goals.done) == 1
    assert [type(look) for look in test.made] == [Look] * 3
    goals.close(), panel.close()


def test_a_drawn_digit_reaches_its_goal_and_a_stored_one_does_not():
    pad = digits.pad(drawing="0-2")
    goals = digits.pad_goals(pad)
    assert goals.done == {}
    pad.set(meant=0)
    angle = np.linspace(0.5 * np.pi, 2.5 * np.pi, 30)
    ring = np.column_stack([0.5 + 0.25 * np.cos(angle), 0.5 + 0.4 * np.sin(angle)])
    touch(pad, "pad", *map(tuple, ring))
    assert pad.result.probabilities[0] > 0.9
    assert [goal.task[:4] for goal in goals.done] == ["Draw"]
    goals.close(), pad.close()


def test_a_triangle_can_fool_the_network():
    pad = digits.pad()
    goals = digits.pad_goals(pad)
    rng = np.random.default_rng(0)
    for _ in range(400):
        corners = rng.random((3, 2))
        strokes = " ".join(str(round(280 * x)) for x in corners[[0, 1, 2, 0]].ravel())
        pad.set(drawing="own", strokes=strokes)
        pad.set(meant=int(pad.result.probabilities.argmax()))
        if any(goal.task.startswith("Fool") for goal in goals.done):
            break
    else:
        pytest.fail("no triangle of 400 fooled it")
    goals.close(), pad.close()
