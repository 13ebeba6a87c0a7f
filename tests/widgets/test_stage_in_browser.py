"""The stage in a page of its own, with a kernel that is only played: what is seen is true."""

from pathlib import Path

import lab
import pytest

from widgets.stage import Stage

PAGE = Path(lab.__file__).with_name("stage_page.js").read_text("utf-8")
PLAY = """async ([source, options, moves]) => {
    const module = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
    const { default: stage } = await import(module);
    return makePage(stage, options).play(moves);
}"""
MOVES = 2500


@pytest.fixture(scope="module")
def page():
    with lab.browser() as page:
        yield page


@pytest.mark.parametrize(("seed", "delay"), [(1, 0), (2, 40)])
@pytest.mark.parametrize("ahead", [False, True])
def test_what_is_seen_belongs_to_the_knobs_at_every_moment(page, seed, delay, ahead):
    page.goto("about:blank")
    page.add_script_tag(content=PAGE)
    options = {"seed": seed, "delay": delay, "ahead": ahead}
    played = page.evaluate(PLAY, [Stage._esm, options, MOVES])
    assert played["problems"] == []
    assert played["painted"] > MOVES / 20
    assert (played["ofAhead"] > 0) == ahead
    assert page.errors == []
