"""Predictions and goals: how they work, and that what they tell the learner is so."""

import html
import re

import numpy as np
import panels
import pytest

from lessons import TrainConfig, data, train
from lessons.verdict import guessing_loss, is_dead, short
from widgets import learning_rate, start
from widgets.tasks import Choice, Goal, Goals, Prediction

pytestmark = pytest.mark.usefixtures("compiled")

SEEDS = range(5)
QUIZZES = (start.predict, learning_rate.predict_large, learning_rate.predict_small)


@pytest.fixture
def quiz():
    def fails():
        raise RuntimeError("no <disk>")

    quiz = Prediction(
        "1 + 1?",
        [
            Choice("2", "Yes.", right=True),
            Choice("11", lambda: f"Joined, {'1' * 2}."),
            Choice("<b>", fails),
        ],
    )
    yield quiz
    quiz.close()


def plain(widget):
    """The text that a browser makes of a widget's HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", widget.value))


# How a prediction works


def test_nothing_is_chosen_or_replied_at_first(quiz):
    assert quiz.options.value is None
    assert quiz.answer.value == ""
    assert str(quiz) == repr(quiz) == "1 + 1?\n  ( ) 2\n  ( ) 11\n  ( ) <b>"


def test_every_answer_has_its_reply(quiz):
    for answer, reply in (("2", "Right. Yes."), ("11", "Not quite. Joined, 11.")):
        quiz.choose(answer)
        assert quiz.reply == reply
        assert reply in plain(quiz.answer)
        assert 'aria-live="polite"' in quiz.answer.value
        assert f"(x) {answer}\n" in str(quiz)
        assert str(quiz).endswith(reply)
        assert str(quiz).count("(x)") == 1


def test_a_click_does_what_choose_does(quiz):
    quiz.options.index = 1
    assert quiz.reply == "Not quite. Joined, 11."


def test_an_experiment_that_fails_says_so_in_words(quiz):
    quiz.choose("<b>")
    assert "The experiment failed: no <disk>." in plain(quiz.answer)
    quiz.choose("2")
    assert quiz.reply == "Right. Yes."


@pytest.mark.parametrize("answer", ["3", "", None, 2, ["2"]])
def test_an_answer_that_is_none_is_refused(quiz, answer):
    with pytest.raises(ValueError) as caught:
        quiz.choose(answer)
    assert str(caught.value) == f"answer must be one of '2', '11', '<b>', got {answer!r}"
    assert quiz.options.value is None


def test_close_frees_every_widget():
    before = panels.live_widgets()
    quiz = Prediction("?", [Choice("a", "b", True)])
    goals = Goals(fake := panels.Fake().panel(), [])
    assert panels.live_widgets() > before
    for thing in (quiz, goals, fake):
        thing.close()
    assert panels.live_widgets() == before


# How goals work


def test_goals_are_checked_on_every_change_and_stay_reached():
    panel = panels.Fake().panel()
    goals = Goals(
        panel,
        [
            Goal("Go high.", lambda panel: panel.settings["rate"] > 10),
            Goal("Go back.", lambda panel: panel.settings["time"] == 0),
        ],
    )
    assert str(goals) == "Goals reached: 0 of 2\n☐ Go high.\n☐ Go back."
    panels.slide(panel, "rate", 20.0)
    panels.settle(panel)
    assert str(goals) == "Goals reached: 1 of 2\n☑ Go high.\n☐ Go back."
    assert "☑ Go high.<br>☐ Go back." in goals.list.value
    panel.set(rate=1.0)
    assert str(goals).startswith("Goals reached: 1 of 2")
    panel.clock.value = 0
    assert str(goals) == "Goals reached: 2 of 2\n☑ Go high.\n☑ Go back."
    panel.close()
    goals.close()


def test_a_goal_that_is_reached_already_is_ticked_at_once():
    panel = panels.Fake().panel(rate=50.0)
    goals = Goals(panel, [Goal("Go high.", lambda panel: panel.settings["rate"] > 10)])
    assert str(goals).startswith("Goals reached: 1 of 1")
    goals.close()
    panel.close()


# The real ones


@pytest.mark.parametrize("make", QUIZZES)
def test_one_answer_is_right_and_every_one_is_answered_in_sentences(make):
    quiz = make()
    assert sum(choice.right for choice in quiz.choices) == 1
    assert len(quiz.choices) == 3
    replies = set()
    for choice in quiz.choices:
        quiz.choose(choice.answer)
        assert quiz.reply.startswith("Right. " if choice.right else "Not quite. ")
        assert quiz.reply.endswith(".")
        assert "failed" not in quiz.reply
        assert "nan" not in quiz.reply
        replies.add(quiz.reply)
    assert len(replies) == 3
    quiz.close()


def last(rate, epochs=100, seed=0):
    config = TrainConfig(learning_rate=rate, epochs=epochs, seed=seed)
    return train(config, data.spiral(seed=seed)).train_loss[-1]


def replies(quiz):
    texts = []
    for choice in quiz.choices:
        quiz.choose(choice.answer)
        texts.append(quiz.reply)
    quiz.close()
    return texts


def test_numbers_in_the_replies_are_those_of_the_runs():
    small, large = short(last(0.1)), short(last(10.0))
    guess = short(guessing_loss(data.spiral()))
    for text in replies(learning_rate.predict_large()):
        assert {small, large} <= set(re.findall(r"[\d.]+\d", text))
        assert set(re.findall(r"\d+\.\d+", text)) <= {small, large, guess, "0.1"}
    slow, long, fast = short(last(0.003)), short(last(0.003, 1000)), short(last(0.03))
    quiz = learning_rate.predict_small()
    assert f"still {slow} after 100 epochs" in quiz.question
    trapped, network, right = replies(quiz)
    assert f"goes from {slow} to {long}." in trapped
    assert f"ends at {small}." in network
    assert f"epochs ends at {long};" in right
    assert f"product, at {fast}." in right
    first = short(train(TrainConfig(learning_rate=0.3), data.circle()).train_loss[0])
    continued, again, _ = replies(start.predict())
    assert continued.count(first) == 2
    assert first in again


@pytest.mark.parametrize("seed", SEEDS)
def test_rate_10_is_worse_than_rate_01(seed):
    split = data.spiral(seed=seed)
    assert last(0.1, seed=seed) < 0.5 * guessing_loss(split)
    # "… has learned less, or nothing"; NaN after a divergence counts, too.
    assert not last(10.0, seed=seed) < 0.9 * guessing_loss(split)
    # "no gradient reaches the first layer any more"
    run = train(TrainConfig(learning_rate=10.0, seed=seed), split)
    assert is_dead(run)


@pytest.mark.parametrize("seed", SEEDS)
def test_rate_0001_is_slow_and_not_trapped(seed):
    slow, long, fast = last(0.001, seed=seed), last(0.001, 3000, seed), last(0.03, seed=seed)
    config = TrainConfig(learning_rate=0.001, seed=seed)
    curve = train(config, data.spiral(seed=seed)).train_loss
    # "the curve looks flat": its second half falls by less than a tenth.
    assert 0.9 * curve[50] < curve[-1] < curve[50]
    assert long < 0.7 * slow
    # "with the same product": nearer to each other than a fifth of the way that both went.
    assert abs(long - fast) < 0.2 * (curve[0] - fast)
    # "It is large enough"
    assert last(0.1, seed=seed) < 0.5 * slow


@pytest.mark.parametrize("seed", SEEDS)
def test_every_run_starts_from_the_same_weights(seed):
    runs = [
        train(TrainConfig(learning_rate=rate, seed=seed), data.circle(seed=seed))
        for rate in (0.1, 0.3)
    ]
    assert runs[0].train_loss[0] == runs[1].train_loss[0]
    assert runs[0].train_loss[1] != runs[1].train_loss[1]


# The goals of the lessons


@pytest.fixture
def network():
    panel = learning_rate.panel()
    yield panel
    panel.close()


QUICK = {"data": "spiral", "learning_rate": 0.5, "batch_size": 512, "epochs": 300}
DIGITS = {"data": "digits", "learning_rate": 0.1, "batch_size": 8, "epochs": 10}


def reached(goals):
    return [goal.task for goal in goals.goals if goal in goals.done]


@pytest.mark.slow
def test_goals_of_lesson_03_can_be_reached_and_are_not_by_themselves(network):
    goals = learning_rate.goals(network)
    diverge, quick, digits = (goal.task for goal in goals.goals)
    assert reached(goals) == []
    for seed in range(1, 5):
        network.set(seed=seed)
        assert reached(goals) == []
    network.set(seed=0, data="digits", epochs=10)
    assert digits not in reached(goals)
    network.set(**DIGITS)
    assert reached(goals) == [digits]
    network.set(**QUICK)
    assert reached(goals) == [quick, digits]
    network.set(learning_rate=1e3, activation="identity")
    assert network.run.status == "diverged"
    assert reached(goals) == [quick, digits]
    network.set(data="digits", activation="leaky_relu", learning_rate=10, epochs=10)
    assert network.run.status == "diverged"
    assert reached(goals) == [diverge, quick, digits]
    assert all(text.endswith(".") for text in goals.done.values())
    goals.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_goals_of_lesson_03_can_be_reached_with_other_seeds(network, seed):
    goals = learning_rate.goals(network)
    diverge, quick, digits = goals.goals
    network.set(**QUICK | {"seed": seed})
    assert quick in goals.done
    network.set(**DIGITS | {"seed": seed})
    assert digits in goals.done
    network.set(learning_rate=10, activation="leaky_relu")
    assert diverge in goals.done
    goals.close()


def test_300_updates_are_300(network):
    goals = learning_rate.goals(network)
    quick = goals.goals[1]
    for batch_size in (1, 7, 16, 32, 100, 512):
        for rate in (0.5, 1.0):
            network.set(learning_rate=rate, batch_size=batch_size, epochs=100)
            run, per_epoch = network.run, -(-500 // min(batch_size, 500))
            early = [run.val_loss[epoch] for epoch in range(101) if epoch * per_epoch <= 300]
            assert quick.reached(network) == bool(np.min(early) < 0.1)
    goals.close()


def test_a_goal_looks_at_the_run_that_is_shown_and_not_at_one_under_way(network):
    goals = learning_rate.goals(network)
    network.set(data="moons", learning_rate=0.5, epochs=10)
    assert (network.run.val_accuracy >= 0.95).any()
    # The hand has chosen the digits already, but the picture still shows the moons.
    network.muted = True
    panels.slide(network, "data", "digits")
    network.muted = False
    network.redraw()
    assert reached(goals) == []
    goals.close()


def test_goals_of_lesson_00():
    panel = learning_rate.panel(data="circle")
    goals = start.goals(panel)
    five, compare = (goal.task for goal in goals.goals)
    assert reached(goals) == []
    panel.clock.value = 4
    panel.pin.value = True
    assert reached(goals) == []
    panels.slide(panel, "learning_rate", 0.32)
    panels.settle(panel)
    assert reached(goals) == [compare]
    panel.clock.value = 5
    assert reached(goals) == [five, compare]
    panel.set(epochs=5, time=5, data="moons")
    goals.close()
    again = start.goals(panel)
    assert five not in reached(again)
    panel.set(data="circle", time=None)
    assert five in reached(again)
    again.close()
    panel.close()


def test_the_check_of_lesson_00_says_what_is_wrong(monkeypatch, capsys):
    start.check()
    assert capsys.readouterr().out.startswith("Everything works")
    monkeypatch.setattr(start, "PYTHON", (9, 9))
    with pytest.raises(RuntimeError, match=r"Python 9\.9 or newer is needed"):
        start.check()
    monkeypatch.setattr(start, "PYTHON", (3, 11))
    monkeypatch.setattr(start, "TrainConfig", lambda: TrainConfig(learning_rate=1e-6))
    with pytest.raises(RuntimeError, match="accuracy of only"):
        start.check()


def test_a_question_is_text_and_not_html():
    quiz = Prediction("Is 1 <b> 2 &amp; 3?", [Choice("yes", "Yes.", right=True)])
    assert quiz.box.children[0].value == "<b>Is 1 &lt;b&gt; 2 &amp;amp; 3?</b>"
    quiz.close()
