"""Every panel of every lesson in a real JupyterLab: each knob to both of its ends, and a reload."""

import lab
import pytest
from stored import LESSONS

# Of all controls of a panel that are seen: its field, and how it is moved.
CONTROLS = """panel => [...panel.querySelectorAll("[class*='knob-']")]
    .filter(node => node.checkVisibility()).map(node => ({
    field: [...node.classList].find(name => name.startsWith("knob-")).slice(5),
    kind: node.querySelector(".noUi-handle") ? "slider"
        : node.querySelector("select") ? "menu" : "switch",
    options: [...node.querySelectorAll("option")].map(option => option.value),
}))"""


@pytest.fixture(scope="module")
def page():
    """A page for which nothing is drawn ahead: here it would only take the processor's time."""
    with lab.browser(save_data=True) as page:
        yield page


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def panels(request, server, page):
    """The indices of the panels of a lesson, which was run from top to bottom."""
    page.errors.clear()
    lab.open_notebook(page, server, request.param.name)
    lab.run_all(page)
    yield range(page.locator(".jp-OutputArea-output .knobs-panel").count())
    assert page.errors == []
    assert lab.trouble(page) == []


def ends(page, panel, control):
    """Bring a control to one end and then to the other, or to each of its options."""
    field = control["field"]
    if control["kind"] == "slider":
        for fraction in (0, 1):
            before = lab.reading(page, field, panel)
            lab.drag(page, field, fraction, panel, moves=1)
            yield f"{field} at {fraction}", lab.reading(page, field, panel) != before
    elif control["kind"] == "menu":
        now = lab.knob(page, field, panel).locator("select").evaluate("menu => menu.value")
        for option in dict.fromkeys(control["options"][:: len(control["options"]) - 1]):
            if option == now:
                continue
            lab.choose(page, field, option, panel)
            yield f"{field}: {option}", True
    else:
        lab.knob(page, field, panel).locator("input").click()
        yield f"{field} switched", True


def test_every_knob_of_every_panel_goes_to_both_ends_and_shows_it(page, panels):
    assert len(panels) > 0
    for panel in panels:
        controls = lab.panel(page, panel).evaluate(CONTROLS)
        assert {"slider", "menu"} & {control["kind"] for control in controls}
        for control in controls:
            before, changes = lab.look(page, panel), []
            for what, moved in ends(page, panel, control):
                # Full batches for eight schedules take half a minute.
                after = lab.look(page, panel, timeout=120)
                changes.append(moved and after != before)
                before = after
                assert before[1], f"no words at {what} of panel {panel}"
                message = lab.panel(page, panel).locator(".knobs-message").text_content()
                assert message.strip() == "", f"{what} of panel {panel}: {message}"
            assert any(changes), f"{control['field']} of panel {panel} changes nothing"
            # The look before the next knob waits until that is done.
            lab.click(page, "reset", panel)


def test_every_panel_comes_back_after_a_reload(page, panels):
    before = [lab.look(page, panel) for panel in panels]
    lab.save(page)
    lab.reload(page)
    assert [lab.look(page, panel) for panel in panels] == before
