"""A link opens a panel in a real Lab just as it was, and no more once the learner has moved on."""

import lab

from widgets import learning_rate

LESSON = "00_start_here.ipynb"


def opened(page, server, link):
    page.errors.clear()
    lab.open_notebook(page, server, LESSON, end=link)
    lab.run_all(page)
    lab.settle(page)


def test_a_link_opens_a_panel_as_it_was_until_a_hand_moves(page, server, compiled):
    panel = learning_rate.panel(learning_rate=0.03, seed=7, pinned={"learning_rate": 1.0}, time=20)
    opened(page, server, panel.link())
    assert lab.summary(page) == str(panel)
    assert lab.reading(page, "learning_rate") == "0.03"
    assert lab.reading(page, "time") == "20"
    lab.press(page, "seed", "ArrowRight")
    moved = lab.look(page)
    assert moved[1] != str(panel)
    lab.save(page)
    lab.reload(page)
    assert lab.look(page) == moved
    lab.click(page, "reset")
    lab.settle(page)
    assert lab.summary(page) == str(panel)
    assert page.errors == []
    panel.close()


def test_a_link_of_a_later_version_is_refused_in_words(page, server):
    opened(page, server, "#knobs=2&panel=learning_rate.network")
    message = lab.panel(page).locator(".knobs-message").text_content()
    assert "this link is of version '2', and this kit reads version 1" in message
    assert page.errors == []
