"""The panels of lesson 10: every mark in their pictures says what the numbers say."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from panels import check_words, kept, settle, slide, touch, xy

from lessons import Progress, evaluate, train
from lessons.experiments.overfitting import capacity as experiment
from lessons.experiments.overfitting import learning_curves
from lessons.experiments.overfitting import stopping as stops
from lessons.experiments.overfitting.polynomials import fit
from lessons.experiments.overfitting.samples import draw, truth
from lessons.numerals import short
from lessons.prediction import run_through
from widgets import overfitting
from widgets.overfitting import capacity, early_stopping, shapes, thirty_fits
from widgets.overfitting import learning_curves as curves_panel

pytestmark = pytest.mark.usefixtures("compiled")

fits_panel = kept(overfitting.panel)
learning_panel = kept(lambda: overfitting.learning(epochs=30))
stopping_panel = kept(lambda: overfitting.stopping(epochs=60))
variance_panel = kept(lambda: overfitting.variance(epochs=30))


@pytest.fixture
def fits(fits_panel):
    fits_panel.set(**fits_panel.start)
    settle(fits_panel)
    return fits_panel


@pytest.fixture
def curves(learning_panel):
    learning_panel.set(**learning_panel.start)
    settle(learning_panel)
    return learning_panel


@pytest.fixture
def early(stopping_panel):
    stopping_panel.set(**stopping_panel.start)
    settle(stopping_panel)
    return stopping_panel


@pytest.fixture
def thirty(variance_panel):
    variance_panel.set(**variance_panel.start)
    return variance_panel


def turn(panel, **settings):
    """Set knobs, and wait for what follows the picture."""
    panel.set(**settings)
    settle(panel)


def check(panel, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        turn(panel, **panel.start | settings)
        check_words(panel)
        assert "nan" not in str(panel)
        assert panel.message.value == ""


# Capacity


@pytest.mark.parametrize("settings", [{}, {"capacity": 3, "n": 30}, {"seed": 4, "noise": 0.6}])
def test_four_polynomials_stand_as_they_were_fitted(fits, settings):
    turn(fits, **settings)
    knobs = fits.settings
    split = draw(knobs["n"], knobs["noise"], knobs["seed"])
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    for line, name, degree in zip(
        fits.artists.lines, fits.artists.names, (1, 3, 12, knobs["capacity"]), strict=True
    ):
        at, heights = xy(line)
        assert heights == pytest.approx(fit(x, y, degree)(at))
        assert name.get_text() == f"degree {degree}"
    assert np.array_equal(np.array(xy(fits.artists.samples)).T, np.c_[split.X_train, split.y_train])
    assert str(fits).startswith(
        f"Polynomial of degree {knobs['capacity']}, {knobs['n']} samples: training loss "
        f"{shapes.told(fits.result.losses[0])}"
    )


def test_networks_stand_as_they_were_trained(fits):
    turn(fits, model="network", capacity=4, epochs=30)
    split = draw(15, 0.3, 0)
    for line, units in zip(fits.artists.lines, (1, 3, 64, 4), strict=True):
        run = train(experiment.wave_config(units, 15, 30, 0), split)
        assert xy(line)[1] == pytest.approx(experiment.answers_of(run, capacity.GRID), abs=1e-6)
    assert fits.result.losses == pytest.approx((run.train_loss[-1], run.val_loss[-1]))
    assert fits.artists.names[0].get_text() == "1 unit"


def test_the_chosen_network_does_not_wait_for_those_beside_it():
    """One is trained at once; three follow, and then many draws."""
    settings = {
        "model": "network", "capacity": 5, "n": 12, "noise": 0.4, "norm": "all degrees alike",
        "epochs": 20, "seed": 19,
    }  # fmt: skip
    first = capacity.compute(settings, Progress())
    assert np.isfinite(first.answers).all(axis=1).tolist() == [False, False, False, True]
    second = first.rest(Progress())
    assert np.isfinite(second.answers).all()
    assert np.array_equal(second.answers[-1], first.answers[-1])
    assert second.losses == first.losses
    assert second.curves is None
    third = second.rest(Progress())
    assert third.curves is not None
    assert third.rest is None
    assert capacity.compute(settings, Progress()).curves is third.curves


def test_what_is_not_yet_there_is_said(fits):
    fits.set(model="network", epochs=10)
    result = fits.result
    answers = np.vstack([np.full((3, len(capacity.GRID)), np.nan), result.answers[-1:]])
    for shown, coming in ((replace(result, answers=answers), " …"), (result, "")):
        capacity.update(fits.artists, shown, None, None)
        names = [name.get_text() for name in fits.artists.names]
        assert [name.endswith(" …") for name in names[:3]] == [bool(coming)] * 3
        assert not names[3].endswith(" …")


def test_medians_and_quartiles_are_those_of_twenty_draws(fits):
    many = experiment.of_polynomials(15, 0.3)
    at, middle = xy(fits.artists.medians[0])
    assert at.tolist() == list(experiment.DEGREES)
    assert middle == pytest.approx(np.median(many.val, axis=0))
    assert xy(fits.artists.quartiles[3])[1] == pytest.approx(
        np.maximum(np.quantile(many.train, 0.75, axis=0), capacity.LEAST)
    )
    best = many.capacities[many.best_up_to(13)]
    assert f"up to degree 14, the median validation loss is lowest, {short(middle.min())}, at" in (
        str(fits)
    )
    assert f"at degree {best}. At degree 14 it is {short(middle[13])}, more than" in str(fits)
    assert repr(fits) == "Polynomial of degree 9, 15 samples. Over 20 draws, up to degree 14: a U."


def test_sliding_the_capacity_does_not_draw_again_what_it_does_not_change(fits):
    before = fits.result.curves
    for value in (3, 20, 128):
        slide(fits, "capacity", value)
        assert fits.result.curves is before
        assert fits.artists.here.get_xdata()[0] == value


def test_the_two_norms_differ_only_beyond_the_samples(fits):
    answers = {}
    for norm in ("all degrees alike", "high degrees costly"):
        for degree in (9, 40):
            fits.set(norm=norm, capacity=degree)
            answers[norm, degree] = fits.result.answers[-1]
    settle(fits)
    alike, costly = (
        [answers[norm, degree] for degree in (9, 40)]
        for norm in ("all degrees alike", "high degrees costly")
    )
    assert alike[0] == pytest.approx(costly[0])
    assert np.abs(alike[1] - costly[1]).max() > 0.1


def test_a_u_is_said_even_where_many_degrees_do_better_still(fits):
    """With noise 1 and 8 samples, degree 128 is no worse than a straight line, and 7 is awful."""
    turn(fits, n=8, noise=1.0)
    assert repr(fits).endswith("Over 20 draws, up to degree 7: a U.")
    assert ": a U. Beyond it, where many fits pass through all samples, it comes down" in str(fits)


def test_without_noise_the_loss_rises_beyond_the_samples(fits):
    turn(fits, n=12, noise=0.0)
    middle = xy(fits.artists.medians[0])[1]
    assert middle[-1] > middle[10]
    assert f"it rises to {short(middle[-1])}; below that of degree 11 in " in str(fits)


def test_what_rounding_has_left_of_a_loss_is_not_printed(fits):
    turn(fits, capacity=20)
    assert fits.result.losses[0] < 1e-20
    assert "training loss next to 0, validation loss" in str(fits)


def test_rounding_is_said(fits):
    turn(fits, n=60, capacity=64, seed=3)
    assert ("rounding keeps it off" in str(fits)) == (fits.result.losses[0] > 1e-6)
    turn(fits, n=15, capacity=64)
    assert "rounding" not in str(fits)


@pytest.mark.parametrize(
    "settings",
    [
        {"capacity": 1}, {"capacity": 128}, {"n": 8, "noise": 0.0}, {"n": 60, "noise": 1.0},
        {"model": "network", "capacity": 1, "epochs": 10}, {"capacity": 12, "seed": 20},
        {"model": "network", "capacity": 128, "epochs": 10, "noise": 0.0},
        {"norm": "high degrees costly", "capacity": 50, "pinned": {"n": 30}},
    ],
)  # fmt: skip
def test_extremes_of_capacity(fits, settings):
    check(fits, settings)


def test_touching_the_losses_moves_the_capacity(fits):
    touch(fits, "losses", (3.1, 1.0))
    assert fits.settings["capacity"] == 3
    touch(fits, "losses", (3.1, 1.0), (500, 1.0))
    assert fits.settings["capacity"] == 128


def test_a_pinned_fit_stands_behind(fits):
    turn(fits, capacity=3, pinned={"capacity": 9})
    split = draw(15, 0.3, 0)
    expected = fit(split.X_train[:, 0].astype(float), split.y_train.astype(float), 9)
    at, heights = xy(fits.artists.pinned_fit)
    assert heights == pytest.approx(expected(at))
    assert "Pinned, with capacity = 9" in str(fits)
    turn(fits, pinned=None)
    assert not len(xy(fits.artists.pinned_fit)[0])


# Learning curves


def test_learning_curves_are_medians_of_five_seeds_at_the_epoch_that_is_shown(curves):
    found = learning_curves.learning_curves(32, 0.3, 30)
    for epoch in (30, 7):
        curves.set(time=epoch)
        for k, losses in enumerate((found.val, found.train)):
            at, heights = xy(curves.artists.medians[k])
            assert at.tolist() == list(learning_curves.SIZES)
            assert heights == pytest.approx(np.median(losses[..., epoch], axis=1))
            assert xy(curves.artists.seeds[k])[1] == pytest.approx(losses[..., epoch].ravel())
        assert curves.artists.heading.get_text() == f"Loss after {epoch} epochs, against samples"


def test_both_remedies_are_said_and_one_is_drawn(curves):
    helps = np.median(learning_curves.remedies(32, 20, 0.3, 30), axis=1)
    now, data_, units = map(short, helps)
    assert f"{now} → {data_}; 4 times the units, {now} → {units}." in str(curves)
    assert xy(curves.artists.larger) == (pytest.approx([20]), pytest.approx([helps[2]]))
    assert "◆" in curves.artists.key.get_text()
    curves.set(time=3)
    assert not len(xy(curves.artists.larger)[0])
    assert "◆" not in curves.artists.key.get_text()


def test_what_a_cell_stores_does_not_depend_on_what_is_still_to_come(curves):
    """While the fast engine is compiled, a cell does not wait for the learning curves."""
    result = curves_panel.compute(curves.settings | {"noise": 0.7}, Progress())
    later = result.rest(Progress())
    assert result.curves is None
    assert later.curves is not None
    assert (
        curves_panel.brief(result, 30) == curves_panel.brief(later, 30) == "32 units, 20 samples."
    )


def test_advice_follows_the_gap(curves):
    turn(curves, epochs=300)
    assert curves_panel.advised(curves.result) == "more data"
    assert "The gap is wide: more data should help." in str(curves)
    turn(curves, units=1, n=160)
    assert curves_panel.advised(curves.result) == "a larger model"
    assert "unless what is left is noise" in str(curves)


@pytest.mark.parametrize(
    "settings",
    [
        {"units": 1}, {"n": 10, "noise": 0.0}, {"n": 320, "noise": 1.0}, {"epochs": 10, "time": 0},
        {"pinned": {"units": 1}}, {"seed": 20, "units": 2},
    ],
)  # fmt: skip
def test_extremes_of_learning(curves, settings):
    check(curves, settings)


def test_touching_learning_curves(curves):
    touch(curves, "samples", (75, 0.1))
    assert curves.settings["n"] == 80
    touch(curves, "losses", (12.2, 0.1))
    assert curves.settings["time"] == 12


# Early stopping


@pytest.mark.parametrize("name", stops.TASKS)
def test_stop_kept_and_best_are_marked(early, name):
    turn(early, data=name, patience=3, seed=2)
    result, losses = early.result, early.run.val_loss
    stopped, chosen = stops.stop(losses, 3)
    assert (result.stopped, result.chosen, result.best) == (stopped, chosen, losses.argmin())
    assert xy(early.artists.chosen) == (
        pytest.approx([max(chosen, 1)]), pytest.approx([losses[chosen]]),
    )  # fmt: skip
    assert early.artists.stop.get_xdata()[0] == stopped
    at, heights = xy(early.artists.curves[0])
    assert at[-1] == stopped
    assert heights == pytest.approx(losses[: stopped + 1])
    assert len(xy(early.artists.later[0])[0]) == 61
    split = stops.data_for(name, 2)
    loss, _ = evaluate(early.run.snapshots[chosen], early.run.config, split.X_test, split.y_test)
    assert result.test[0] == pytest.approx(loss, rel=1e-4)
    assert ("validation loss came later" in str(early)) == (losses.argmin() > stopped)


def test_thirty_seeds_are_dots_and_counted(early):
    found = stops.scatter(stops.histories("wave", 0.01, 60), 20)
    at, heights = xy(early.artists.of_chosen)
    assert at.tolist() == np.maximum(found.chosen, 1).tolist()
    assert heights == pytest.approx(found.test)
    assert f"came after the stop in {found.missed.sum()}." in str(early)
    assert f"Median test loss {short(np.median(found.test))}," in str(early)
    assert xy(early.artists.this)[0][0] == max(found.chosen[0], 1)
    before = early.result.seeds
    slide(early, "patience", 1)
    assert early.result.seeds is before
    assert xy(early.artists.of_chosen)[0].max() <= at.max()


def test_what_is_beyond_the_axis_is_an_arrow(early):
    turn(early, learning_rate=1.0, patience=1000)
    found = stops.scatter(early.result.seeds, 1000)
    high = early_stopping.LIMITS[1]
    beyond = np.sum(found.test > high)
    assert len(xy(early.artists.beyond[0])[0]) == beyond
    assert (xy(early.artists.beyond[0])[1] == high).all()


@pytest.mark.parametrize(
    "settings",
    [
        {"patience": 1}, {"patience": 1000}, {"data": "moons", "seed": 29}, {"epochs": 10},
        {"learning_rate": 1.0}, {"learning_rate": 0.001},
        {"patience": 3, "pinned": {"patience": 1}},
    ],
)  # fmt: skip
def test_extremes_of_stopping(early, settings):
    check(early, settings)


def test_dragging_the_stop_sets_the_patience(early):
    losses = early.run.val_loss
    touch(early, "losses", (30, 0.2))
    wanted = 30 - int(losses[:31].argmin())
    assert early.settings["patience"] == pytest.approx(max(1, wanted), rel=0.3)
    touch(early, "losses", (30, 0.2), (0.001, 0.2))
    assert early.settings["patience"] == 1


# Thirty fits


def test_fits_mean_and_parts_are_those_of_thirty_runs(thirty):
    for epoch in (30, 4):
        thirty.set(time=epoch)
        fits = []
        for seed in range(30):
            run = train(experiment.wave_config(32, 20, 30, seed), draw(20, 0.3, seed))
            fits.append(run_through(run.snapshots[epoch], run.config, thirty_fits.X, "numpy"))
        fits = np.array(fits, float)[..., 0]
        for line, answers in zip(thirty.artists.fits, fits, strict=True):
            assert xy(line)[1] == pytest.approx(answers, abs=1e-4)
        assert xy(thirty.artists.mean)[1] == pytest.approx(fits.mean(axis=0), abs=1e-4)
        spread = fits.var(axis=0, ddof=1).mean()
        bias2 = np.mean((fits.mean(axis=0) - truth(thirty_fits.GRID)) ** 2) - spread / 30
        told = [float(text.get_text().replace("−", "-")) for text in thirty.artists.values]
        assert told[:4] == pytest.approx([bias2, spread, 0.09, bias2 + spread + 0.09], abs=6e-4)
        errors = [run.val_loss[epoch] for run in thirty.result.runs]
        assert told[4] == pytest.approx(np.mean(errors), abs=6e-4)


def test_curves_of_the_parts_go_through_all_epochs(thirty):
    sums = [xy(line)[1] for line in thirty.artists.curves]
    assert sums[3] == pytest.approx([part.total for part in thirty.result.parts])
    assert xy(thirty.artists.dots)[1] == pytest.approx(thirty.result.measured[:, 0])
    assert xy(thirty.artists.curves[0])[0].tolist() == thirty.result.epochs.tolist()


def test_another_seed_has_other_draws(thirty):
    before = thirty.result.runs[0].val_loss
    thirty.set(seed=1)
    assert not np.array_equal(before, thirty.result.runs[0].val_loss)


@pytest.mark.parametrize(
    "settings",
    [
        {"units": 1, "time": 0}, {"units": 128, "n": 10, "epochs": 10, "time": 10},
        {"n": 320, "noise": 0.0}, {"noise": 1.0, "pinned": {"units": 1}},
    ],
)  # fmt: skip
def test_extremes_of_variance(thirty, settings):
    check(thirty, settings)


def test_touching_the_parts_moves_time(thirty):
    touch(thirty, "parts", (6.2, 0.1))
    assert thirty.settings["time"] == 6


MODULES = capacity, curves_panel, early_stopping, thirty_fits


@pytest.mark.parametrize("module", MODULES)
def test_a_stopped_computation_is_said_and_drawn(module, fits, curves, early, thirty):
    panel = dict(zip(MODULES, (fits, curves, early, thirty), strict=True))[module]
    progress = Progress()
    progress.cancel()
    settings = panel.knob_settings() | ({"model": "network"} if module is capacity else {})
    result = module.compute(settings, progress)
    moment = panel.frame(result, 0)
    panel.update(panel.artists, result, moment, None)
    assert panel.describe(result, moment) == "Stopped by hand."
