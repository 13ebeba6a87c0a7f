"""The map of lesson 13: every mark in the picture says what the trainings say."""

import re
import threading

import numpy as np
import panels
import pytest
from panels import check_words, kept, settle, slide, touch, wait_for, xy

from lessons import data, train
from lessons.experiments.search.maps import LADDERS, config_of, map_of, score, score_map, window
from lessons.numerals import short
from widgets import search
from widgets.search import cells, map_picture

pytestmark = pytest.mark.usefixtures("compiled")

EPOCHS = 5
opened_panel = kept(lambda: search.panel(epochs=EPOCHS, seeds=1))


@pytest.fixture
def opened(opened_panel):
    opened_panel.set(**opened_panel.start)
    return opened_panel


@pytest.fixture
def untrained(monkeypatch):
    """Nothing is trained yet."""
    monkeypatch.setattr(cells, "trained", {})


def expected(panel):
    """The map, trained anew."""
    settings = panel.settings
    maps = [
        map_of(panel.result.across, panel.result.up, settings,
               data.DATASETS[settings["data"]](seed=seed), seed, settings["optimizer"])
        for seed in cells.seeds_of(settings)
    ]  # fmt: skip
    return score_map(maps, panel.result.split)


@pytest.mark.parametrize(
    "settings",
    [
        {"seeds": 3},
        {"across": "units", "up": "learning_rate", "optimizer": "adam"},
        {"data": "bumps", "up": "depth", "seed": 4},
        {"data": "moons", "across": "dropout", "up": "l2", "upward": 3},
    ],
)
def test_every_cell_is_the_training_of_its_settings(opened, settings):
    opened.set(**settings)
    assert np.array_equal(opened.result.map.loss, expected(opened).loss)
    split = opened.result.split
    config = config_of(opened.settings, opened.settings["optimizer"], opened.settings["seed"])
    assert np.array_equal(opened.run.val_loss, train(config, split).val_loss, equal_nan=True)


def test_the_more_color_the_lower_the_loss(opened):
    shown = opened.artists.map.cells.get_array().astype(int).sum(axis=2)
    median = opened.result.map.median
    order = np.argsort(np.nan_to_num(median, posinf=1e9).ravel())
    assert (np.diff(shown.ravel()[order]) >= 0).all()
    assert shown[opened.result.map.best] == shown.min()


def centers(line, scores):
    """The cells that a line of dots marks."""
    rows, columns = scores.median.shape
    x, y = xy(line)
    return {(int(b * rows), int(a * columns)) for a, b in zip(x, y, strict=True)}


def where(mask):
    return {tuple(map(int, cell)) for cell in np.argwhere(mask)}


@pytest.mark.parametrize("name", ["spiral", "bumps"])
def test_marks_stand_on_the_cells_that_they_are_about(opened, name):
    opened.set(data=name, seeds=3)
    marks, scores = opened.artists.map, opened.result.map
    assert scores.diverged.any() or name == "spiral"
    assert centers(marks.diverged, scores) == where(scores.diverged)
    assert centers(marks.useless, scores) == where(scores.useless)
    works = np.isfinite(scores.median) & ~scores.useless
    low = scores.loss.min(axis=2)
    ratio = np.where(works, scores.loss.max(axis=2), 1) / np.where(works, low, 1)
    finite = np.isfinite(scores.loss).all(axis=2)
    for dots, (at_least, below) in zip(
        marks.dots, ((1.3, 2), (2, 5), (5, np.inf)), strict=True
    ):  # fmt: skip
        wanted = where(finite & works & (ratio >= at_least) & (ratio < below))
        assert centers(dots, scores) & where(finite) == wanted


def framed(line, scores):
    """The cell that a frame is around."""
    rows, columns = scores.median.shape
    x, y = xy(line)
    return (int(y.mean() * rows), int(x.mean() * columns)) if len(x) else None


def test_a_star_is_in_the_best_and_a_frame_around_the_touched_cell(opened):
    opened.set(learning_rate=0.1, batch_size=16)
    marks, result = opened.artists.map, opened.result
    assert centers(marks.best, result.map) == {result.map.best}
    row, column = framed(marks.touched, result.map)
    assert result.across[1][column] == 0.1 and result.up[1][row] == 16
    opened.set(batch_size=1)
    assert framed(opened.artists.map.touched, result.map) is None
    assert "Touched: validation loss" in str(opened)


def test_the_outline_is_around_the_cells_that_are_as_good(opened):
    assert len(xy(opened.artists.map.region)[0]) == 0
    assert "outline: as good" not in [text.get_text() for text in opened.artists.map.legend]
    opened.set(seeds=3)
    scores = opened.result.map
    x, _ = xy(opened.artists.map.region)
    sides = np.isfinite(x).sum() // 2
    region = np.pad(scores.region, 1).astype(int)
    assert sides == np.abs(np.diff(region, axis=0)).sum() + np.abs(np.diff(region, axis=1)).sum()
    limit = scores.loss[scores.best].max()
    assert np.array_equal(scores.region, scores.median <= limit)


def test_numbers_in_cells_count_the_seeds_that_would_choose_them(opened):
    opened.set(seeds=3)
    texts = [text for text in opened.artists.map.chosen if text.get_text()]
    assert sum(int(text.get_text()) for text in texts) == 3
    scores, found = opened.result.map, {}
    for k in range(3):
        one = scores.loss[..., k]
        cell = np.unravel_index(one.argmin(), one.shape)
        found[cell] = found.get(cell, 0) + 1
    for text in texts:
        x, y = text.get_position()
        assert int(text.get_text()) == found[int(y * 8), int(x * 8)]
    opened.set(seeds=1)
    assert not any(text.get_text() for text in opened.artists.map.chosen)


def test_the_strip_of_seeds_shows_the_losses_of_the_best_and_the_touched_cell(opened):
    opened.set(seeds=3, pinned={"learning_rate": 0.1})
    pinned, touched, best = opened.artists.seeds.rows
    scores = opened.result.map
    assert sorted(xy(best.dots)[0]) == sorted(scores.loss[scores.best])
    assert sorted(xy(touched.dots)[0]) == sorted(scores.loss[opened.result.cell])
    assert xy(touched.median)[0] == [np.median(scores.loss[opened.result.cell])]
    column = opened.result.across[1].index(0.1)
    assert sorted(xy(pinned.dots)[0]) == sorted(scores.loss[opened.result.cell[0], column])
    opened.set(data="bumps", learning_rate=10.0, batch_size=2, pinned=None)
    assert len(xy(opened.artists.seeds.rows[1].beyond)[0]) == 1


# Where to search further


def lit(panel):
    return {edge for edge, arrow in vars(panel.artists.map.strips).items()
            if arrow.get_color() == map_picture.RED}  # fmt: skip


def test_where_the_best_lies_at_an_edge_the_panel_says_to_search_further(opened):
    # The best rate lies far above these.
    opened.set(right=-5, up="depth")
    assert opened.result.across[1][-1] == 0.032
    assert "right" in lit(opened)
    assert "search further to the right (learning rate η above 0.032)" in str(opened)
    before = opened.result.map.median.min()
    opened.set(right=-1)
    assert "right" not in lit(opened)
    assert "to the right" not in str(opened)
    assert opened.result.map.median.min() < before


def test_at_the_end_of_a_ladder_there_is_nothing_to_search(opened):
    # Without dropout it is best, and less than none there is not.
    opened.set(across="dropout", up="learning_rate", data="circle", epochs=20, seeds=3)
    edges = opened.result.map.edges
    assert "left" in edges
    assert "left" not in lit(opened)
    assert opened.artists.map.strips.left.get_text() == ""
    assert ("nothing beyond" in str(opened)) == (set(edges) == {"left"})


def test_where_the_best_lies_inside_nothing_is_said(opened):
    opened.set(up="depth", across="learning_rate", optimizer="adam", right=-1, epochs=20, seeds=3)
    assert opened.result.map.edges == ()
    assert not lit(opened)
    assert "further" not in str(opened)


def test_touching_a_strip_moves_the_map(opened):
    first = opened.result.across[1]
    touch(opened, "right", (0.5, 0.5))
    assert opened.result.across[1] == window("learning_rate", 9) != first
    touch(opened, "left", (0.5, 0.5))
    assert opened.result.across[1] == first
    touch(opened, "up", (0.5, 0.5))
    settle(opened)
    assert opened.result.up[1] == window("batch_size", 99)
    touch(opened, "down", (0.5, 0.5))
    touch(opened, "down", (0.5, 0.5))
    settle(opened)
    assert opened.result.up[1] == window("batch_size", 0)


def test_touching_a_cell_moves_the_two_knobs(opened):
    touch(opened, "map", (0.45, 0.3))
    settle(opened)
    assert opened.settings["learning_rate"] == opened.result.across[1][3]
    assert opened.settings["batch_size"] == opened.result.up[1][2]
    assert opened.result.cell == (2, 3)
    touch(opened, "map", (0.45, 0.3), (9, -9))
    settle(opened)
    assert opened.result.cell == (0, 7)


def test_of_one_knob_against_itself_there_is_one_row(opened):
    opened.set(up="learning_rate")
    assert opened.result.map.loss.shape == (1, 8, 1)
    touch(opened, "map", (0.3, 0.9))
    settle(opened)
    assert opened.result.cell == (0, 2)
    assert opened.knobs["upward"].control.layout.display == "none"


# Only what is touched


def test_only_the_touched_cell_is_trained_where_that_is_wanted(opened, untrained):
    opened.set(seeds=0)
    scores = opened.result.map
    assert scores.made == 1
    assert scores.loss[opened.result.cell] == score(opened.run)[0]
    assert cells.trained == {}
    assert repr(opened) == "Only the touched cell is trained, with one seed."


# Progress


def test_cells_appear_while_the_others_are_trained_and_what_is_made_stays(opened, untrained):
    seen = []
    opened.on_change(lambda panel: seen.append(panel.result.map.made))
    # Small batches and wide layers, so that it takes a while.
    slide(opened, "epochs", 100)
    slide(opened, "up", "units")
    slide(opened, "batch_size", 8)
    slide(opened, "seeds", 20)
    wait_for(lambda: 0 < opened.result.map.made < 1280)
    wait_for(lambda: opened.working.layout.visibility == "visible")
    assert re.search(r"[\d,]+ of 1,280 trainings are made", str(opened))
    assert seen == sorted(seen) or 0 in seen
    opened.stop.click()
    settle(opened)
    assert str(opened).startswith("Stopped by hand: ")
    assert repr(opened).startswith("Stopped by hand: ")
    made = opened.result.map.made
    assert 0 < made < 1280
    slide(opened, "learning_rate", 0.1)
    wait_for(lambda: opened.result.settings["learning_rate"] == 0.1)
    assert opened.result.map.made >= made
    opened.listeners.clear()
    opened.on_stop(None)
    settle(opened)


def test_a_newer_move_takes_the_place_of_the_map(opened, untrained):
    slide(opened, "epochs", 100)
    slide(opened, "seeds", 20)
    wait_for(lambda: opened.result.map.loss.shape[2] == 20)
    job = opened.job
    slide(opened, "epochs", 5)
    assert job.progress.cancelled
    slide(opened, "seeds", 1)
    settle(opened)
    assert opened.result.map.made == 64


def test_cells_that_two_maps_share_are_trained_once(opened, untrained, monkeypatch):
    opened.set(seed=17)
    asked, scores = [], cells.scores
    monkeypatch.setattr(
        cells, "scores", lambda configs, *rest: asked.append(len(configs)) or scores(configs, *rest)
    )
    opened.set(right=2)
    assert asked == [16]


def test_no_more_is_kept_than_there_is_room_for(opened, untrained, monkeypatch):
    monkeypatch.setattr(cells, "MANY", 100)
    opened.set(seed=3)
    opened.set(seed=4)
    assert opened.result.map.made == 64
    assert len(cells.trained) <= 100


# Words


def test_the_words_name_the_best_cell_and_count_the_bad_ones(opened):
    opened.set(seeds=3)
    scores = opened.result.map
    row, column = scores.best
    text = str(opened)
    assert f"learning rate η {opened.result.across[1][column]:g}" in text.replace("−", "-")
    assert f"batch size {opened.result.up[1][row]}" in text
    assert f"validation loss {short(scores.median[row, column])}" in text
    assert f"No better than guessing: {scores.useless.sum()}" in text
    assert f"diverged: {scores.diverged.sum()}" in text
    assert repr(opened) == "64 cells, 3 seeds each."


@pytest.mark.parametrize("across", LADDERS)
def test_both_ends_of_every_window_have_words_that_fit(opened, across):
    for right in (-8, 8):
        opened.set(across=across, right=right, epochs=2)
        check_words(opened)


@pytest.mark.parametrize("field", LADDERS)
def test_both_ends_of_every_knob_show_something_true(opened, field):
    for value in (LADDERS[field][0], LADDERS[field][-1]):
        opened.set(**{field: value, "seeds": 0})
        assert getattr(opened.run.config, field, None) in (value, None)
        assert "Touched: " in str(opened)
        check_words(opened)


@pytest.mark.parametrize("settings", [{}, {"data": "bumps"}])
def test_what_a_run_beyond_the_axis_says_stays_clear_of_the_title(opened, settings):
    opened.set(learning_rate=100.0, seeds=0, **settings)
    losses, renderer = opened.artists.losses, opened.picture.canvas.get_renderer()
    assert losses.warning.get_text()
    title = losses.still.axes.title.get_window_extent(renderer)
    assert losses.warning.get_window_extent(renderer).y1 <= title.y0 + 1
    assert title.y1 <= opened.figure.bbox.height - 1


@pytest.mark.parametrize("name", ["moons", "xor", "circle", "bumps", "digits"])
def test_every_data_set_can_be_searched(opened, name):
    opened.set(data=name, epochs=2)
    assert opened.result.map.made == 64
    assert ("unseen samples right" in str(opened)) == (name != "bumps")
    check_words(opened)


def test_nothing_of_the_panel_waits_for_the_map(untrained, monkeypatch):
    """While the engine for long work is not there, the touched cell's run is shown."""
    gate = threading.Event()
    ready = cells.engine_for_long_work

    def later(progress):
        gate.wait(panels.DEADLINE)
        return ready(progress)

    monkeypatch.setattr(cells, "engine_for_long_work", later)
    monkeypatch.setattr("widgets.panel.compiling_for_long", lambda: True)
    panel = search.panel(epochs=2, seeds=1)
    assert panel.result.map.made == 0
    assert repr(panel) == "64 cells, 1 seed each."
    gate.set()
    wait_for(lambda: panel.result.map.made == 64)
    panel.close()
