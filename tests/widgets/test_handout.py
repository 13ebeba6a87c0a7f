"""A handout holds what a hand on the panel would show, and leaves the panel as it was."""

import base64
import io
import json
import re

import numpy as np
import panels
import pytest
from panels import look, pixels, put_on_screen, settle
from PIL import Image

from widgets import handout, learning_rate


@pytest.fixture
def panel():
    fake = panels.Fake()
    fake.gate.set()
    panel = fake.panel(rate=2.0, n=20, pinned={"rate": 5.0})
    yield panel
    panel.close()


@pytest.fixture
def made(panel, tmp_path):
    """Makes a handout; returns what its script is given, and the page."""

    def make(knobs, **options):
        page = panel.handout(tmp_path / "page.html", knobs, **options).read_text("utf-8")
        (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
        return json.loads(data), page

    return make


def image(frame):
    """The picture of a frame, as an array."""
    kind, text = frame["src"].split(",")
    assert kind == "data:image/webp;base64"
    return np.array(Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB"))


def test_every_frame_is_what_a_move_there_shows(panel, made):
    panel.set(rate=1.0, time=4)
    data, _ = made(["rate", "time"])
    for knob, line, field in zip(data["knobs"], data["lines"], ("rate", "time"), strict=True):
        assert len(knob["names"]) == len(line["frames"]) > 1
        for name, number in list(zip(knob["names"], line["frames"], strict=True))[::7]:
            now = {"rate": 1.0, "time": 4} | {field: float(name.replace(",", ""))}
            panel.set(rate=now["rate"], time=int(now["time"]))
            frame = data["frames"][number]
            assert frame["text"] == str(panel)
            assert np.abs(image(frame).astype(int) - pixels(panel)).mean() < 3


def test_a_grid_holds_all_pairs(panel, made):
    data, _ = made([("seed", "time")])
    (line,) = data["lines"]
    seeds, times = (knob["names"] for knob in data["knobs"])
    assert (len(seeds), len(times)) == (10, 21)
    assert len(line["frames"]) == 210
    texts = [data["frames"][number]["text"] for number in line["frames"]]
    assert [re.search(r"shown to (\d+)", text)[1] for text in texts] == times * 10


def test_what_is_shown_now_is_where_all_sliders_start(panel, made):
    panel.set(time=7, seed=3)
    data, _ = made(["rate", "seed", "time"])
    for knob, line in zip(data["knobs"], data["lines"], strict=True):
        assert data["frames"][line["frames"][knob["start"]]]["text"] == str(panel)
    texts = [frame["text"] for frame in data["frames"]]
    # That they share is there once.
    assert len(texts) == sum(len(line["frames"]) for line in data["lines"]) - 2


def test_positions_are_left_out_evenly_where_there_are_too_many(panel, made, monkeypatch):
    panel.set(rate=3.0)
    whole, page = made(["rate", "time", "seed"])
    assert "positions" not in page
    monkeypatch.setattr(handout, "LIMIT", len(page) // 4)
    thinned, less = made(["rate", "time", "seed"])
    assert len(less.encode()) <= len(page) // 4
    names = [[knob["names"] for knob in data["knobs"]] for data in (whole, thinned)]
    for kept, all_of_them in zip(*reversed(names), strict=True):
        assert {all_of_them[0], all_of_them[-1]} <= set(kept) <= set(all_of_them)
    rates = names[1][0]
    assert "3" in rates
    assert f"rate: {len(rates)} of its {len(names[0][0])} positions are on this page." in less
    # The ten seeds are few.
    assert names[1][2] == names[0][2]
    gaps = np.diff([names[0][0].index(name) for name in rates if name != "3"])
    assert gaps.max() - gaps.min() <= 1


def test_what_fits_on_no_page_is_refused(panel, made, monkeypatch):
    monkeypatch.setattr(handout, "LIMIT", 5_000)
    with pytest.raises(ValueError, match="5,000 bytes cannot hold so many knobs: \\['rate'\\]"):
        made(["rate"])


def test_the_page_says_where_the_other_knobs_are(panel, made):
    _, page = made(["rate"], title="A < B & C")
    assert "<title>A &lt; B &amp; C</title>" in page
    assert "Fixed: n 20, seed 0, mode plain." in page
    panel.set(hide=["seed"])
    assert "Fixed: n 20, mode plain." in made(["rate"])[1]
    assert "<h1>Panels</h1>" in made(["rate"])[1]


def test_the_panel_stays_as_it_was(panel, made):
    panel._repr_mimebundle_()
    put_on_screen(panel, 150)
    panel.set(time=4)
    before = look(panel)
    made(["rate", "time"])
    assert look(panel) == before
    assert panel.picture.shape["width"] <= 300


def test_what_follows_a_picture_is_awaited(tmp_path, compiled):
    panel = learning_rate.panel()
    settle(panel)
    assert "The largest rate that learns here is about" in str(panel)
    page = panel.handout(tmp_path / "page.html", ["activation"]).read_text("utf-8")
    assert page.count("The largest rate that learns here is about") > 1
    assert str(panel) in page
    panel.close()


WRONG = {
    "a word": ("rate", "knobs must be a list of what slides, got 'rate'"),
    "none": ([], "knobs must be a list of what slides, got []"),
    "unknown": (["x"], "knobs must be of rate, n, seed, mode, time, got 'x'"),
    "odd": ([3], "knobs must be a list of what slides, got 3"),
    "three": ([("rate", "n", "time")], "a knob or a pair of knobs, got ('rate', 'n', 'time')"),
    "twice": (["rate", ("rate", "n")], "rate can slide on a page only once"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_slide_is_refused(panel, made, case):
    knobs, words = WRONG[case]
    with pytest.raises(ValueError, match=re.escape(words)):
        made(knobs)


def test_a_knob_that_fails_somewhere_leaves_the_old_page_and_the_panel(panel, made, tmp_path):
    made(["rate"])
    page, before = (tmp_path / "page.html").read_bytes(), look(panel)
    with pytest.raises(ZeroDivisionError):
        made(["mode"])
    assert (tmp_path / "page.html").read_bytes() == page
    assert look(panel) == before
