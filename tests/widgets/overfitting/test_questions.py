"""The predictions and goals of lesson 10: replies with figures, goals that runs reach."""

import pytest
from panels import settle

from widgets import overfitting

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.mark.parametrize(
    ("make", "fact"),
    [
        (overfitting.predict_capacity, "medians of 20 draws"),
        (overfitting.predict_help, "four times the units, 0.39 → 0.14"),
        (overfitting.predict_stop, "28 of 30 would still have reached"),
        (overfitting.predict_parts, "Slide the epoch"),
        (overfitting.predict_honest, "Mean of 20 tries"),
        (overfitting.predict_below, "half of the units out"),
    ],
)
def test_every_answer_has_a_reply_of_its_own(make, fact):
    prediction, replies = make(), []
    for choice in prediction.choices:
        prediction.choose(choice.answer)
        headline = "Right. " if choice.right else "Not quite. "
        assert prediction.reply.startswith(headline)
        replies.append(prediction.reply.removeprefix(headline))
        assert fact.lower() in prediction.reply.lower()
    assert len(set(replies)) == len(replies)
    assert sum(choice.right for choice in prediction.choices) == 1
    prediction.close()


@pytest.fixture(scope="module")
def panel(compiled):
    panel = overfitting.panel()
    settle(panel)
    yield panel
    panel.close()


def test_goals_are_reached_by_what_they_ask_for_and_not_before(panel):
    goals = overfitting.goals(panel)
    assert goals.done == {}
    for settings in (
        {"n": 60, "capacity": 9},
        {"n": 15, "capacity": 128, "norm": "high degrees costly"},
        {"model": "network", "n": 8, "noise": 1.0, "epochs": 300},
    ):
        before = len(goals.done)
        panel.set(**panel.start | settings)
        settle(panel)
        assert len(goals.done) == before + 1
    assert str(goals).startswith("Goals reached: 3 of 3")
    goals.close()


def test_goals_are_not_given_away(panel):
    panel.set(**panel.start)
    settle(panel)
    goals = overfitting.goals(panel)
    for settings in (
        {"capacity": 3, "n": 60},
        {"noise": 0.0, "n": 60, "capacity": 9},
        {"noise": 0.0, "capacity": 128},
        {"model": "network", "epochs": 30},
    ):
        panel.set(**panel.start | settings)
        settle(panel)
        assert goals.done == {}
    goals.close()


@pytest.mark.parametrize("seed", range(0, 21))
def test_whatever_the_seed_both_goals_of_polynomials_can_be_reached(panel, seed):
    def lowest(n, capacities, **settings):
        losses = []
        for capacity in capacities:
            panel.set(**panel.start | {"n": n, "seed": seed, "capacity": capacity} | settings)
            losses.append(panel.result.losses[1])
        return min(losses)

    assert lowest(60, (9, 10, 11, 12)) < 0.3
    assert min(lowest(n, (64, 128), norm="high degrees costly") for n in (8, 10, 12, 15)) < 1
