"""The predictions about chance: each answer has its own reply, from what was counted."""

import pytest
from panels import check_answers

from lessons.numerals import fixed
from widgets import search
from widgets.search.chance_questions import counted, searched

pytestmark = pytest.mark.usefixtures("compiled")


def test_the_replies_about_the_grid_count_the_repetitions():
    asked, other = counted()
    assert asked.wins[0] > 180 > 20 > other.wins[0]
    check_answers(search.predict_grid(), facts=["200 repetitions"])


def test_the_replies_about_the_best_of_thirty_say_promise_and_truth():
    found = searched().searches
    facts = [fixed(found.promised[29], 3), fixed(found.kept[29], 3)]
    assert found.promised[29] > found.kept[29] + 0.01
    check_answers(search.predict_score(), facts)
