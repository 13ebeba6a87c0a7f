"""In a real Lab only the knobs that count are there, for eyes, keyboard and ears alike."""

import lab
import pytest

LESSON, PANEL = "08_schedules.ipynb", 0
OF_SCHEDULES = {"warmup", "low", "periods", "factor", "power", "patience"}
POINTS = {f"point{k}" for k in range(6)}
SEEN = """panel => [...panel.querySelectorAll("[class*='knob-']")]
    .filter(node => node.checkVisibility())
    .map(node => [...node.classList].find(name => name.startsWith("knob-")).slice(5))"""
# Where the tab key has stopped, until it leaves the knobs.
STOPS = """panel => {
    const field = document.activeElement.closest("[class*='knob-']");
    return field && panel.contains(field)
        && [...field.classList].find(name => name.startsWith("knob-")).slice(5);
}"""


@pytest.fixture(scope="module")
def lesson(server, page):
    lab.open_notebook(page, server, LESSON)
    lab.run_all(page)
    return page


def seen(page):
    lab.settle(page, PANEL)
    return set(lab.panel(page, PANEL).evaluate(SEEN))


@pytest.mark.parametrize(
    ("schedule", "own"),
    [
        ("cosine", {"warmup", "low"}),
        ("one-cycle", set()),
        ("on plateau", {"factor", "patience"}),
        ("your own line", POINTS),
        ("step", {"warmup", "periods", "factor"}),
    ],
)
def test_a_schedule_shows_its_own_knobs(lesson, schedule, own):
    lab.choose(lesson, "schedule", schedule, PANEL)
    assert seen(lesson) & (OF_SCHEDULES | POINTS) == own
    assert {"learning_rate", "data", "seed", "time"} <= seen(lesson)


def test_the_tab_key_goes_by_what_is_hidden(lesson):
    lab.choose(lesson, "schedule", "cosine", PANEL)
    shown = seen(lesson) - {"time"}
    panel, stops = lab.panel(lesson, PANEL), []
    lab.knob(lesson, "schedule", PANEL).locator("select").focus()
    while (stop := panel.evaluate(STOPS)) and stop != "time":
        stops.append(stop)
        lesson.keyboard.press("Tab")
    assert set(stops) == shown


def test_what_is_hidden_keeps_its_value_through_a_reload(lesson):
    lab.choose(lesson, "schedule", "step", PANEL)
    lab.drag(lesson, "periods", 1, PANEL)
    assert lab.reading(lesson, "periods", PANEL) == "10"
    lab.choose(lesson, "schedule", "cosine", PANEL)
    before = lab.look(lesson, PANEL)
    lab.save(lesson)
    lab.reload(lesson)
    assert lab.look(lesson, PANEL) == before
    assert "periods" not in seen(lesson)
    lab.choose(lesson, "schedule", "step", PANEL)
    assert lab.reading(lesson, "periods", PANEL) == "10"
    assert lesson.errors == []
