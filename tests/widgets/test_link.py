"""A link holds all that a panel shows, and what is wrong with one is said in words."""

import html
import re

import panels
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import blobs, look, put_on_screen, settle, slide

from widgets import learning_rate
from widgets.knobs import choice
from widgets.link import read, write
from widgets.stage import hear


@pytest.fixture(scope="module")
def panel():
    panel = panels.Fake().panel(n=20)
    yield panel
    panel.close()


@pytest.fixture(scope="module")
def other():
    """Another panel of the same kind, as on another machine."""
    other = panels.Fake().panel(rate=7.0)
    yield other
    other.close()


KNOBS = {
    "rate": st.floats(1e-3, 1e3),
    "n": st.integers(1, 500),
    "seed": st.integers(0, 9),
}


@given(
    knobs=st.fixed_dictionaries(KNOBS),
    pinned=st.none() | st.fixed_dictionaries({}, optional=KNOBS),
    part=st.floats(0, 1),
)
def test_another_panel_shows_the_same(panel, other, knobs, pinned, part):
    panel.set(**knobs, pinned=pinned, time=round(part * knobs["n"]))
    other.open(panel.link())
    assert other.settings == panel.settings
    assert look(other) == look(panel)
    assert other.link() == panel.link()
    other.set(seed=9, rate=3.0)
    other.on_reset(None)
    settle(other)
    assert other.settings == panel.settings


def test_what_a_link_does_not_say_is_as_at_first(panel, other):
    panel.set(n=20, time=None, pinned=None)
    other.set(n=10, time=3, pinned={"n": 2})
    other.open(panel.link())
    assert other.settings == panel.settings
    assert (other.settings["time"], other.settings["pinned"]) == (20, None)


@pytest.mark.parametrize("text", ["", "3", "null", "[1", "a&b=c#d", "ä → %", '"', "['x'] + 1"])
def test_every_word_passes(text):
    name, texts = read(write("a.b", {"words": text, "n": 3}))
    assert (name, texts) == ("a.b", {"words": text, "n": "3"})


def test_three_can_be_a_number_or_a_word(panel):
    assert panel.meant("n", "3") == 3
    assert panel.meant("mode", "slow") == "slow"
    knob = choice("size", "size", "", ["2", "3"], "2")
    try:
        panel.knobs["size"] = knob
        assert panel.meant("size", "3") == "3"
    finally:
        del panel.knobs["size"]
        knob.control.close()


PANEL = "#knobs=1&panel=panels"
WRONG = {
    "": "no link to a panel: ''",
    "#Epochs": "no link to a panel: '#Epochs'",
    "#panel=panels&knobs=1": "no link to a panel",
    "#knobs=1&panel=panels&n=3&n=4": "no link to a panel",
    "#knobs=1&panel=panels&n=%FF": "no link to a panel",
    "#knobs=1&panel=panels&n": "no link to a panel",
    "#knobs=2&panel=panels&n=3": "of version '2', and this kit reads version 1",
    "#knobs=1&panel=other": "for the panel other, not for panels",
    f"{PANEL}&n=0": "n must be a whole number from 1 to 500, got 0",
    f"{PANEL}&n=NaN": "n must be a whole number from 1 to 500, got nan",
    f"{PANEL}&n=ten": "n must be a whole number from 1 to 500, got 'ten'",
    f"{PANEL}&rate=1e999": "rate must be a number from 0.001 to 1000, got inf",
    f"{PANEL}&mode=quick": "mode must be one of plain, slow",
    f"{PANEL}&rat=3": "there is no knob 'rat', only rate, n, seed, mode, pinned, lang, time",
    f"{PANEL}&pinned=3": "pinned must be a dict of settings or None, got 3",
    f"{PANEL}&pinned=%7B%22n%22%3A0%7D": "n must be a whole number from 1 to 500, got 0",
    f"{PANEL}&time=30": "time must be a whole number from 0 to",
    f"{PANEL}&n={'[' * 100_000}": "n must be a whole number from 1 to 500, got '[[[",
}


@pytest.mark.parametrize("link", WRONG, ids=lambda link: link[:40])
def test_what_is_wrong_is_said_and_nothing_changes(panel, link):
    panel.set(n=20, time=7)
    before, start = look(panel), panel.start
    with pytest.raises(ValueError, match=re.escape(WRONG[link])):
        panel.open(link)
    assert look(panel) == before
    assert panel.start == start


def test_data_of_your_own_are_in_no_link(compiled):
    panel = learning_rate.panel(data=blobs(2), epochs=1)
    with pytest.raises(ValueError, match="a link cannot hold data, which is"):
        panel.link()
    panel.close()


@pytest.fixture
def told():
    """A panel in front of a page that tells of links."""
    panel = panels.Fake().panel()
    panel._repr_mimebundle_()
    yield lambda link: hear(panel.stage, {"link": link}, []), panel
    panel.close()


def test_the_link_of_a_page_is_followed_once(told):
    tell, panel = told
    link = f"{PANEL}&n=33&seed=4"
    tell(link)
    settle(panel)
    assert (panel.settings["n"], panel.settings["seed"]) == (33, 4)
    slide(panel, "n", 5)
    # As another view of the same panel does.
    tell(link)
    settle(panel)
    assert panel.settings["n"] == 5
    panel.on_reset(None)
    settle(panel)
    assert (panel.settings["n"], panel.settings["seed"]) == (33, 4)
    assert panel.message.value == ""


def test_a_page_tells_every_panel_of_a_link_for_one(told):
    tell, panel = told
    before = look(panel)
    tell("#knobs=1&panel=learning_rate.network&seed=4")
    assert look(panel) == before
    assert panel.message.value == ""


@pytest.mark.parametrize("link", ["#knobs=2&panel=panels", f"{PANEL}&n=0", "#knobs=1"])
def test_on_the_page_what_is_wrong_stands_below_the_picture(told, link):
    tell, panel = told
    before = look(panel)
    tell(link)
    assert html.unescape(panel.message.value).count(WRONG.get(link, "link")) == 1
    assert look(panel) == before
    # The page may only now tell how large it is.
    put_on_screen(panel, 400)
    assert panel.message.value != ""
    slide(panel, "seed", 3)
    settle(panel)
    assert panel.message.value == ""
