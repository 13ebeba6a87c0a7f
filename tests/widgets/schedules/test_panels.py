"""The panels of lesson 08: every mark in their pictures says what the numbers say."""

import numpy as np
import pytest
from panels import kept, settle, slide, wait_for, xy

from lessons import Progress, TrainConfig, data, train
from lessons.experiments.schedules import floor as floors
from lessons.experiments.schedules.comparison import NAMES as COMPARED
from lessons.experiments.schedules.comparison import below, ends
from lessons.experiments.schedules.noise import noise_along
from lessons.experiments.schedules.shapes import KNOBS, SHAPES
from lessons.numerals import short
from widgets import schedules
from widgets.schedules import fair
from widgets.schedules.fair import CHOOSE, JUDGE, PEAKS
from widgets.schedules.floors import COLORS, DOTS, QUADRATIC, SIZES
from widgets.schedules.knobs import OF_SCHEDULES, POINTS
from widgets.schedules.names import NAMES, SETS, best_possible, limits, ticks

pytestmark = pytest.mark.usefixtures("compiled")

opened = kept(lambda: schedules.panel(epochs=20))
comparing = kept(lambda: schedules.compare(updates=100))
flooring = kept(lambda: schedules.floor(updates=400))


@pytest.fixture
def open_panel(opened):
    opened.set(**opened.start)
    return opened


@pytest.fixture
def compared(comparing):
    comparing.set(**comparing.start)
    return comparing


@pytest.fixture
def floor(flooring):
    flooring.set(**flooring.start)
    return flooring


# One schedule laid open


@pytest.mark.parametrize("name", list(SHAPES))
def test_the_curve_is_the_rate_of_every_update_of_the_run(open_panel, name):
    open_panel.set(schedule=name, learning_rate=0.05, warmup=100)
    x, y = xy(open_panel.artists.rate)
    rates = open_panel.run.learning_rate
    assert len(rates) == 1000
    assert y == pytest.approx(rates[x.astype(int)] / 0.05)
    first, middle, last = rates[[0, 500, -1]]
    told = f"rate {short(first)} at update 0, {short(middle)} at 500, {short(last)} at the last; "
    told += f"mean {short(np.nanmean(rates))}."
    assert told in str(open_panel)
    assert told in repr(open_panel)
    shown = {field for field in (*OF_SCHEDULES, "point0") if field in open_panel.counting(
        open_panel.computed)}  # fmt: skip
    assert shown == {"point0" if knob == "shares" else knob for knob in KNOBS[name]}


def test_losses_and_rates_share_their_time(open_panel):
    open_panel.set(time=7)
    run, artists = open_panel.run, open_panel.artists
    for curve, losses in zip(artists.all_curves, (run.val_loss, run.train_loss), strict=True):
        assert np.array_equal(xy(curve)[0], np.arange(21) * 50)
        assert np.array_equal(xy(curve)[1], losses)
    assert {tuple(xy(line)[0]) for line in artists.nows} == {(350, 350)}
    assert [dot.get_xdata()[0] for dot in artists.dots] == [350, 350, 350]
    assert artists.dots[2].get_ydata()[0] == run.train_loss[7]
    assert {axes.get_xlim() for axes in vars(artists.still).values()} == {(0, 1000)}
    assert f"After epoch 7: training loss {short(run.train_loss[7])}" in str(open_panel)


def test_noise_is_measured_along_the_run_and_can_be_switched_off(open_panel):
    result, lines = open_panel.result, open_panel.artists.all_lengths
    measured = noise_along(result.run, result.split, result.epochs)
    for line, values in zip(lines, measured, strict=True):
        assert xy(line)[0] == pytest.approx(np.array(result.epochs) * 50)
        assert xy(line)[1] == pytest.approx(values)
    assert short(measured[1, -1]) in str(open_panel)
    open_panel.set(noise=False)
    assert all(len(xy(line)[0]) == 0 for line in lines)
    assert "gradient" not in str(open_panel)
    assert open_panel.artists.off.get_text()


def test_of_all_samples_there_is_no_noise(open_panel):
    open_panel.set(batch_size=500)
    assert (open_panel.result.noise[1] == 0).all()
    assert "noise of a batch is 0" in str(open_panel)
    assert open_panel.artists.noise_ends[1].get_text() == "noise 0↓"


def test_the_points_lie_on_the_schedule_and_are_yours(open_panel):
    open_panel.set(schedule="cosine", low=1e-3)
    places, heights = xy(open_panel.artists.points)
    assert places == pytest.approx(np.linspace(0, 1000, POINTS))
    rates = open_panel.run.learning_rate[[0, 200, 400, 599, 799, 999]]
    assert heights == pytest.approx(rates / 0.056, abs=1e-9)
    chosen = {f"point{k}": height for k, height in enumerate((0, 0.5, 1, 0.5, 0.25, 0))}
    open_panel.set(schedule="yours", **chosen)
    assert xy(open_panel.artists.points)[1].tolist() == list(chosen.values())
    assert open_panel.run.learning_rate[400] == pytest.approx(0.056)
    assert open_panel.run.learning_rate[100] == pytest.approx(0.014)


def test_a_rate_that_is_too_large_is_told(open_panel):
    open_panel.set(schedule="constant", learning_rate=3.2)
    assert "It diverged at update" in str(open_panel)
    assert "diverged at update" in open_panel.artists.warning.get_text()
    open_panel.set(learning_rate=0.01)
    assert open_panel.artists.warning.get_text() == ""


def test_on_plateau_cuts_when_the_loss_has_stopped_falling(open_panel):
    open_panel.set(schedule="reduce_on_plateau", patience=0, factor=0.5, learning_rate=0.03)
    run = open_panel.run
    rates = run.learning_rate[::50]
    for epoch in range(1, 20):
        better = run.val_loss[epoch] < run.val_loss[1:epoch].min(initial=np.inf) * (1 - 1e-4)
        assert rates[epoch] == pytest.approx(rates[epoch - 1] * (1 if better else 0.5))


def test_a_pinned_run_stays_in_both_pictures(open_panel):
    knobs = {field: open_panel.settings[field] for field in open_panel.knobs}
    open_panel.set(pinned=knobs, schedule="constant", learning_rate=0.028)
    rates, losses = open_panel.artists.all_pinned
    assert xy(rates)[1][0] == pytest.approx(2)
    pinned = train(
        TrainConfig(schedule="step", learning_rate=0.056, batch_size=10, epochs=20),
        data.wave(noise=0.3),
    )
    assert np.array_equal(xy(losses)[1], pinned.train_loss)
    assert "Pinned, with schedule = step" in str(open_panel)


@pytest.mark.parametrize("name", list(SETS))
def test_every_set_has_an_axis_on_which_its_runs_are_seen(open_panel, name):
    open_panel.set(data=name, learning_rate=0.1, optimizer="momentum", epochs=30, factor=0.1)
    axes = open_panel.artists.still.losses
    assert axes.get_ylim() == limits(name)
    assert axes.get_yticks().tolist() == ticks(name)
    best = best_possible(name)
    assert (len(xy(open_panel.artists.best)[0]) == 2) == (best is not None)
    if best:
        assert best == pytest.approx(SETS[name][1] ** 2)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("field", ["warmup", "low", "periods", "factor", "power", "patience",
                                   "epochs", "batch_size", "learning_rate"])  # fmt: skip
def test_both_ends_of_every_knob_show_something_true(open_panel, field):
    for name in SHAPES:
        for value in (open_panel.knobs[field].values[0], open_panel.knobs[field].values[-1]):
            open_panel.set(schedule=name, epochs=3)
            open_panel.set(**{field: value})
            assert len(xy(open_panel.artists.rate)[0]) > 0
            assert NAMES[name][1:] in str(open_panel)


# All at once


def row(panel, k):
    return getattr(panel.artists, f"row{k}")


def test_peaks_are_chosen_by_seeds_that_do_not_judge(compared):
    result = compared.result
    config = TrainConfig(batch_size=10, epochs=2)
    pairs = [("cosine", peak) for peak in PEAKS]
    for k in range(CHOOSE):
        seed = 100 + k
        from_kit = ends(
            TrainConfig(batch_size=10, epochs=2, seed=seed), data.wave(noise=0.3, seed=seed), pairs
        )
        assert result.swept.train[COMPARED.index("cosine"), :, k] == pytest.approx(from_kit[:, 0])
    assert config.epochs * 50 == 100
    best = result.swept.best("cosine")
    losses = ends(TrainConfig(batch_size=10, epochs=2, seed=3), data.wave(noise=0.3, seed=3),
                  [("cosine", best)])  # fmt: skip
    assert result.judged[:, COMPARED.index("cosine"), 3] == pytest.approx(losses[0])


def test_dots_medians_and_counts_are_those_of_the_seeds(compared):
    result = compared.result
    for k, name in enumerate(COMPARED):
        shape, train_dots, val_dots, train_median, val_median, *_, wins = row(compared, k)
        assert len(xy(shape)[0]) == fair.DRAWN
        for part, dots, median in ((0, train_dots, train_median), (1, val_dots, val_median)):
            losses = result.judged[part, k]
            high = dots.axes.get_xlim()[1]
            assert sorted(xy(dots)[0]) == sorted(losses[losses <= high])
            middle = np.median(losses)
            assert xy(median)[0].tolist() == ([middle] if middle <= high else [])
        if k:
            won = [below(result.judged[part, k], result.judged[part, 0]) for part in (0, 1)]
            assert wins.get_text() == f"{won[0]} and {won[1]} of {JUDGE}"
            assert f"{NAMES[name]} in {won[0]} and {won[1]}" in str(compared)


def test_all_make_the_same_number_of_updates_whatever_the_batch(compared, monkeypatch):
    made = []

    def note(config, split, pairs, *_):
        made.append(config)
        return np.ones((len(pairs), 2))

    monkeypatch.setattr(fair, "ends", note)
    for size in (10, 100, 500):
        compared.set(batch_size=size, updates=200)
    assert {config.epochs * 500 // config.batch_size for config in made} == {200}
    seeds = [config.seed for config in made[: CHOOSE + JUDGE]]
    assert seeds == [*range(100, 100 + CHOOSE), *range(JUDGE)]


def test_what_is_stored_is_the_plan_and_all_of_it_is_carried_out(compared):
    assert repr(compared).endswith("with 10 others: 304 trainings.")
    assert compared.result.trainings == 304
    first = fair.compute(dict(compared.computed), Progress())
    assert fair.brief(first, None) == repr(compared)


def test_every_shape_is_that_of_its_schedule():
    for name in COMPARED:
        shape = fair.outline(name)
        assert len(shape) == fair.DRAWN
        assert shape.max() == pytest.approx(1, abs=0.01)


def test_the_plan_is_shown_at_once_and_what_was_compared_is_kept(compiled):
    settings = {"data": next(iter(SETS)), "batch_size": 10, "updates": 100, "seed": 7}
    first = fair.compute(settings, Progress())
    assert (first.choosing, first.seeds, first.trainings) == (0, 0, 0)
    assert fair.describe(first, None).startswith("304 trainings are under way")
    whole = first.rest(Progress())
    assert whole.trainings == 304 and whole.rest is None
    assert fair.compute(settings, Progress()) is whole


def test_its_progress_only_grows_and_it_is_stopped_between_two_trainings(compiled):
    settings = {"data": next(iter(SETS)), "batch_size": 10, "updates": 100, "seed": 8}
    told = []

    class Watched(Progress):
        def report(self, done, total):
            told.append(done / total)
            if done == 100:
                self.cancel()

    stopped = fair.compute(settings, Progress()).rest(Watched())
    assert stopped.stopped and stopped.rest is None
    assert told[:100] == pytest.approx(np.arange(1, 101) / 304)
    # Those of the second seed that were done when the hand stopped it are kept.
    assert 56 < stopped.trainings <= 112
    assert fair.compute(settings, Progress()).trainings == 0


def test_a_hand_sees_the_plan_before_any_training_is_done(comparing, monkeypatch):
    """However slow they are: full batches take seconds for one seed."""
    comparing.set(**comparing.start)

    def endless(config, split, pairs, engine, progress):
        wait_for(lambda: progress.cancelled)
        return np.full((len(pairs), 2), np.nan)

    monkeypatch.setattr(fair, "ends", endless)
    slide(comparing, "batch_size", 500)
    assert "304 trainings are under way" in comparing.summary.value
    assert comparing.artists.title.get_text() == "Choosing peaks …"
    wait_for(lambda: comparing.working.layout.visibility == "visible")
    comparing.stop.click()
    settle(comparing)
    assert "Stopped by hand: 0 trainings" in str(comparing)


def test_what_is_pinned_is_named_by_its_batch_size(compared):
    compared.set(pinned=compared.knob_settings(), batch_size=20)
    assert compared.artists.pinned_text.get_text() == "◇ pinned: batch 10, median"
    compared.set(pinned=None)


# The floor


def test_lines_are_the_formula_and_dots_are_runs(floor):
    floor.set(curvature=2.0, sigma=1.5, learning_rate=0.1, batch_size=50, updates=1000)
    measured = floors.measured_floors(DOTS, 2.0, 1.5, SIZES, 3.0, 1000, 30)
    for k, size in enumerate(SIZES):
        x, y = xy(floor.artists.all_floors[k])
        for rate, value in zip(x[::20], y[::20], strict=True):
            exact = floors.floor(rate, 2.0, 1.5, size)
            assert value == pytest.approx(min(exact, 1e300))
        dots = xy(floor.artists.all_dots[k])
        assert dots[0].tolist() == list(DOTS)
        assert dots[1] == pytest.approx(np.minimum(measured[k], 1e300))
    level = floors.floor(0.1, 2.0, 1.5, 50)
    assert f"the floor ησ²/(2B(2 − ηλ)) = {short(level)}" in str(floor)
    assert floor.result.settled == pytest.approx(level, rel=0.1)


def test_both_runs_are_drawn_beside_what_is_expected(floor):
    floor.set(schedule="step", learning_rate=0.2)
    rates = np.repeat([0.2, 0.02, 0.002], 134)[:400]
    for k, plan in enumerate(([0.2] * 400, rates)):
        exact = floors.expected_losses(plan, 1.0, 1.0, 10, 3.0)
        assert xy(floor.artists.all_exact[k])[1] == pytest.approx(exact)
        mean = floors.descend(plan, 1.0, 1.0, 10, 3.0, range(30)).mean(axis=1)
        assert xy(floor.artists.all_curves[k])[1] == pytest.approx(mean)


def test_beyond_the_edge_there_is_no_floor(floor):
    floor.set(learning_rate=3.2)
    assert "no floor, since ηλ = 3.2 is not below 2" in str(floor)
    floor.set(sigma=0.0)
    assert "↑" in floor.artists.labels[0].get_text()
    floor.set(learning_rate=0.1)
    assert "the floor ησ²/(2B(2 − ηλ)) = 0;" in str(floor)


@pytest.mark.parametrize("task", list(floors.TASKS))
def test_on_networks_dots_are_medians_of_trainings(floor, task):
    floor.set(task=task, learning_rate=0.032, batch_size=50, updates=300)
    made = [floors.settled_losses(task, seed, SIZES, floors.RATES, 300) for seed in range(3)]
    for k in range(len(SIZES)):
        shown = xy(floor.artists.all_dots[k])[1]
        assert shown == pytest.approx(np.minimum(np.median(made, axis=0)[k], 1e300))
        assert len(xy(floor.artists.all_floors[k])[0]) == 0
    history = floors.histories(task, 0, 50, 0.032, 300, ["constant", "cosine"])
    for curve, losses in zip(floor.artists.all_curves, history, strict=True):
        assert xy(curve)[1] == pytest.approx(losses)
    assert repr(floor) == "108 trainings: 4 batch sizes, 9 rates."
    assert floor.artists.all_dots[0].get_color() == COLORS[0]


def test_a_network_that_diverges_is_told(floor):
    floor.set(task="network, noise stays", learning_rate=3.2)
    assert "is not finite" in str(floor)
    floor.set(task=QUADRATIC)
    assert str(floor).startswith("Noisy valley")


def test_the_pinned_run_is_that_of_the_constant_rate(floor):
    knobs = {field: floor.settings[field] for field in floor.knobs}
    floor.set(pinned=knobs, learning_rate=0.1)
    seeds = range(30)
    expected = floors.descend([0.32] * 400, 1.0, 1.0, 10, 3.0, seeds).mean(axis=1)
    assert xy(floor.artists.pinned)[1] == pytest.approx(expected)
    assert "Pinned, with learning rate η = 0.32: constant" in str(floor)
