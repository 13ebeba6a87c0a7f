"""Lesson 10, sentence by sentence: what it says that fits and runs do, tried over many seeds."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.experiments.overfitting import capacity, folds, leakage, learning_curves, stopping
from lessons.experiments.overfitting.below import three_losses
from lessons.experiments.overfitting.best_of_many import optimism, settings
from lessons.experiments.overfitting.polynomials import fit
from lessons.experiments.overfitting.samples import draw
from lessons.experiments.overfitting.variance import GRID, decompose, measured_error, target
from lessons.prediction import run_through

pytestmark = pytest.mark.usefixtures("compiled")

X = GRID[:, None].astype(np.float32)


def spread(values, digits=2):
    """Write a median with the range around it."""
    low, middle, high = np.percentile(values, [0, 50, 100])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


# Capacity


@cache
def degrees(power, seeds):
    """Validation losses of degrees 3, 9, 12, 128 with 15 samples, (4, seeds), and of a constant."""
    val = capacity.of_polynomials(15, 0.3, power, (3, 9, 12, 128), seeds).val.T
    splits = [draw(15, 0.3, seed) for seed in seeds]
    constant = [np.mean((split.y_val - split.y_train.mean()) ** 2) for split in splits]
    return val, np.array(constant)


@pytest.mark.claim(
    "overfitting",
    "With 15 samples, degree 9 is more than a tenth above degree 3 in nearly every draw, and "
    "degree 12 is worse than a constant.",
    seeds=40,
)
def test_polynomials_have_a_u(seeds, measured):
    """Validation loss of degrees 3, 9 and 12, and of the mean of the training samples."""
    (three, nine, twelve, _), constant = degrees(0, seeds)
    above, worse = np.sum(nine > 1.1 * three), np.sum(twelve > constant)
    assert above > 0.85 * len(seeds)
    assert worse > 0.85 * len(seeds)
    measured(f"degree 9 above in {above} of {len(seeds)}, degree 12 worse than constant in {worse}")


@pytest.mark.claim(
    "overfitting",
    "With every degree the training loss falls, since each polynomial can do all that the ones "
    "before it can.",
    seeds=40,
)
def test_the_training_loss_falls_with_every_degree(seeds, measured):
    """Degrees 1 to 14, 15 samples; each degree is also fitted to the fit of the one before it."""
    losses = capacity.of_polynomials(15, 0.3, 0, range(1, 15), seeds).train
    falls = np.diff(losses, axis=1)
    assert (falls < 1e-9).all()
    for seed in seeds:
        split = draw(15, 0.3, seed)
        x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
        for degree in range(2, 8):
            before = fit(x, y, degree - 1)(x)
            assert fit(x, before, degree)(x) == pytest.approx(before, abs=1e-6)
    measured(f"in {falls.size} of {falls.size} steps; medians {np.median(losses[:, 0]):.2f} → "
             f"{np.median(losses[:, 11]):.4f} at degree 12")  # fmt: skip


@pytest.mark.claim(
    "overfitting",
    "From degree 12 to degree 128 the validation loss falls again in nearly every draw.",
    seeds=40,
)
def test_there_is_a_second_descent(seeds, measured):
    """Validation loss of degrees 12 and 128, both norms, 15 samples."""
    falls = [np.sum(val[3] < val[2]) for val, _ in (degrees(power, seeds) for power in (0, 1))]
    assert min(falls) > 0.85 * len(seeds)
    measured(f"in {falls[0]} of {len(seeds)}; high degrees costly: {falls[1]}")


@pytest.mark.claim(
    "overfitting",
    "If all coefficients count alike, it comes down to about that of a constant; if high degrees "
    "cost more, to about half of it.",
    seeds=40,
)
def test_the_second_descent_depends_on_what_is_small(seeds, measured):
    """Degree 128 over a constant, by norm, medians of the ratio."""
    ratios = [np.median(val[3] / constant) for val, constant in (degrees(p, seeds) for p in (0, 1))]
    assert 0.7 < ratios[0] < 1.2
    assert 0.3 < ratios[1] < 0.6
    measured(f"{ratios[0]:.2f} and {ratios[1]:.2f} times the loss of a constant")


@pytest.mark.claim("overfitting", "But in most draws it stays above degree 3.", seeds=40)
def test_the_second_descent_is_not_lower(seeds, measured):
    """Validation loss of degree 128 against that of degree 3, both norms."""
    above = [np.sum(val[3] > val[0]) for val, _ in (degrees(power, seeds) for power in (0, 1))]
    assert min(above) > 0.52 * len(seeds)
    measured(f"above in {above[0]} of {len(seeds)}; high degrees costly: {above[1]}")


@pytest.mark.claim(
    "overfitting",
    "With noise 0.3 the network has none: 128 units end more than a tenth above 3 units in only "
    "about half of the draws.",
    seeds=40,
)
def test_the_network_has_no_u(seeds, measured):
    """15 samples, 1,000 epochs, Adam 0.03; validation loss of 3 and of 128 units."""
    three, many = capacity.of_networks(15, 0.3, 1000, (3, 128), seeds).val.T
    above = np.sum(many > 1.1 * three)
    assert 0.25 * len(seeds) < above < 0.7 * len(seeds)
    assert np.median(many) < 1.3 * np.median(three)
    measured(f"in {above} of {len(seeds)}; medians {np.median(three):.2f}, {np.median(many):.2f}")


@pytest.mark.claim(
    "overfitting",
    "With noise 1 and 8 samples it has one: 128 units end above 1 unit in nearly every draw",
    seeds=40,
)
def test_with_much_noise_the_network_has_a_u(seeds, measured):
    """8 samples, noise 1, 1,000 epochs; validation loss of 1 and of 128 units."""
    one, many = capacity.of_networks(8, 1.0, 1000, (1, 128), seeds).val.T
    above = np.sum(many > one)
    assert above > 0.85 * len(seeds)
    measured(f"in {above} of {len(seeds)}; medians {np.median(one):.1f}, {np.median(many):.1f}")


@pytest.mark.claim(
    "overfitting",
    "On overlapping moons, 64 units end above 8 in nearly every seed, but their lowest losses on "
    "the way are about the same: there it is the epochs that overfit.",
)
def test_on_moons_epochs_overfit(seeds, measured):
    """60 samples, noise 0.5, two layers, SGD 0.1, 300 epochs; last and lowest validation loss."""
    small, large = (
        np.array([capacity.moons_losses(width, seed)[1:] for seed in seeds]).T for width in (8, 64)
    )
    above = np.sum(large[0] > small[0])
    ratio = np.median(large[1]) / np.median(small[1])
    assert above >= 17
    assert 0.85 < ratio < 1.15
    measured(f"64 above 8 in {above} of {len(seeds)}; lowest losses {ratio:.2f} times")


@pytest.mark.claim(
    "overfitting",
    "And with random features that are never trained, on digits, the error peaks where there are "
    "about as many features as samples, and falls below all that was before.",
)
def test_random_features_have_a_second_descent_that_pays(seeds, measured):
    """200 scans; share of errors with 60, 220 and 1,000 ReLU features, the output layer fitted."""
    errors = []
    for seed in seeds:
        split = data.digits(seed=seed)
        errors.append([capacity.random_features_error(k, split, seed) for k in (60, 220, 1000)])
    few, peak, many = np.transpose(errors)
    assert np.sum(peak > 1.5 * few) >= 17
    assert np.sum(many < few) >= 17
    measured(f"{few.mean():.0%}, {peak.mean():.0%}, {many.mean():.0%} errors")


# More data, or a larger model


@cache
def remedies(units, n, seeds):
    """Validation losses as they are, with four times the samples, and the units, (3, seeds)."""
    return learning_curves.remedies(units, n, 0.3, 500, seeds)


@pytest.mark.claim(
    "overfitting",
    "With more samples the training loss rises and the validation loss falls, until they meet at "
    "the noise.",
)
def test_learning_curves_meet_at_the_noise(seeds, measured):
    """32 units, Adam 0.03, 500 epochs; medians with 10, 40 and 160 samples, noise² 0.09."""
    curves = learning_curves.learning_curves(32, 0.3, 500, (10, 40, 160), seeds)
    train_loss, val_loss = curves.at(-1)
    assert (np.diff(train_loss) > 0).all()
    assert (np.diff(val_loss) < 0).all()
    assert 0.8 * 0.09 < train_loss[-1] < val_loss[-1] < 1.2 * 0.09
    told = (" → ".join(f"{loss:.2f}" for loss in losses) for losses in (train_loss, val_loss))
    measured("training {}, validation {}".format(*told))


@pytest.mark.claim(
    "overfitting",
    "With 32 units and 20 samples, four times the samples lower the validation loss more than "
    "four times the units do, in nearly every seed.",
)
def test_a_wide_gap_asks_for_data(seeds, measured):
    """Adam 0.03, 500 epochs of all samples; the panel's advice is asked, too."""
    now, data_, units = remedies(32, 20, seeds)
    more = np.sum(data_ < units)
    train_loss = learning_curves.histories(32, 20, 0.3, 500, seeds)[0, :, -1]
    assert learning_curves.advice(np.median(train_loss), np.median(now)) == "more data"
    assert more >= 17
    assert np.median(data_ / now) < 0.8
    measured(f"in {more} of {len(seeds)}; factors {np.median(data_ / now):.2f}, "
             f"{np.median(units / now):.2f}")  # fmt: skip


WIDE = (32, 10, 0.3), (32, 20, 0.3), (8, 20, 0.3), (32, 20, 0.1), (32, 40, 0.6)
NARROW = (1, 20, 0.3), (1, 160, 0.3), (2, 160, 0.3), (3, 40, 0.3), (1, 40, 0.1), (32, 80, 0.3)


def medians_of(case, seeds):
    """What the panel would advise, and by which factors more data and more units help."""
    units, n, noise = case
    train_loss = learning_curves.histories(units, n, noise, 500, seeds)[0, :, -1]
    now, data_, larger = np.median(learning_curves.remedies(units, n, noise, 500, seeds), axis=1)
    return learning_curves.advice(np.median(train_loss), now), data_ / now, larger / now


@pytest.mark.claim("overfitting", "more data should help.")
def test_the_panels_advice_is_right_where_the_gap_is_wide(seeds, measured):
    """Five cases of units, samples and noise: loss with four times the samples, and the units."""
    found = [medians_of(case, seeds) for case in WIDE]
    assert {advised for advised, *_ in found} == {"more data"}
    assert all(more < 0.9 and more < larger for _, more, larger in found)
    measured("; ".join(f"{more:.2f} and {larger:.2f} times" for _, more, larger in found))


@pytest.mark.claim(
    "overfitting",
    "more data would hardly help. A larger model may, unless what is left is noise.",
)
def test_the_panels_advice_is_right_where_the_gap_is_narrow(seeds, measured):
    """Six cases: the same; only where the loss is far above the noise a larger model helps."""
    found = [medians_of(case, seeds) for case in NARROW]
    assert {advised for advised, *_ in found} == {"a larger model"}
    assert all(more > 0.78 for _, more, _ in found)
    helped = [larger < 0.8 for *_, larger in found]
    assert helped == [True, True, True, False, True, False]
    measured("; ".join(f"{more:.2f} and {larger:.2f} times" for _, more, larger in found))


@pytest.mark.claim("overfitting", "training loss about 0.33, validation loss about 0.4.", seeds=40)
def test_the_losses_in_the_question_are_those_of_runs(seeds, measured):
    """Wave, 20 samples, noise 0.3, 1 unit, Adam 0.03, 500 epochs: medians at the end."""
    found = learning_curves.histories(1, 20, 0.3, 500, seeds)[..., -1]
    train_loss, val_loss = np.median(found, axis=1)
    measured(f"{train_loss:.2f} and {val_loss:.2f}")
    assert 0.29 < train_loss < 0.37
    assert 0.36 < val_loss < 0.45


@pytest.mark.claim(
    "overfitting",
    "With 1 unit and 40 samples, four times the units lower it to less than half, and four times "
    "the samples hardly at all.",
)
def test_no_gap_and_a_high_loss_ask_for_a_larger_model(seeds, measured):
    """Adam 0.03, 500 epochs of all samples; the panel's advice is asked, too."""
    now, data_, units = remedies(1, 40, seeds)
    train_loss = learning_curves.histories(1, 40, 0.3, 500, seeds)[0, :, -1]
    assert learning_curves.advice(np.median(train_loss), np.median(now)) == "a larger model"
    assert np.sum(units < now / 2) >= 17
    assert np.median(data_ / now) > 0.85
    measured(f"factors {spread(units / now)} for the units, {spread(data_ / now)} for the samples")


@pytest.mark.claim(
    "overfitting",
    "With 32 units and 160 samples neither lowers it by a tenth in most seeds.",
)
def test_no_gap_and_a_low_loss_ask_for_nothing(seeds, measured):
    """Adam 0.03, 500 epochs of all samples."""
    now, data_, units = remedies(32, 160, seeds)
    lowered = [np.sum(other < 0.9 * now) for other in (data_, units)]
    assert max(lowered) <= 0.4 * len(seeds)
    assert np.median(now) < 1.15 * 0.3**2
    measured(f"samples in {lowered[0]}, units in {lowered[1]} of {len(seeds)}; now {spread(now)}")


@pytest.mark.claim(
    "overfitting",
    "With 20 samples, 32 units mostly have a wider gap than 1 unit, and in nearly every seed the "
    "lower validation loss.",
    seeds=40,
)
def test_a_gap_is_not_overfitting(seeds, measured):
    """Adam 0.03, 500 epochs of all samples; gap and validation loss of 32 units and of 1."""
    (many_train, many), (one_train, one) = (
        learning_curves.histories(units, 20, 0.3, 500, seeds)[..., -1] for units in (32, 1)
    )
    wider, lower = np.sum(many - many_train > one - one_train), np.sum(many < one)
    assert wider > 0.55 * len(seeds)
    assert lower > 0.85 * len(seeds)
    measured(f"wider in {wider}, lower in {lower} of {len(seeds)}")


# When to stop


@cache
def scatter(name, rate, epochs, patience, seeds):
    return stopping.scatter(whole_runs(name, rate, epochs, seeds), patience)


@cache
def whole_runs(name, rate, epochs, seeds):
    return stopping.histories(name, rate, epochs, seeds)


@pytest.mark.claim(
    "overfitting",
    "Nearly all of the 30 runs would have gone lower later; with patience 20, about a third.",
    seeds=30,
)
def test_a_short_patience_misses_nearly_all(seeds, measured):
    """Wave, 20 samples, 64 units, Adam 0.01, 1,000 epochs: a lower validation loss later?"""
    missed = [int(scatter("wave", 0.01, 1000, p, seeds).missed.sum()) for p in (5, 20)]
    assert missed[0] >= 25
    assert 5 <= missed[1] <= 17
    measured(f"patience 5: {missed[0]}, 20: {missed[1]} of {len(seeds)}")


@pytest.mark.claim(
    "overfitting",
    "Losses pause, and fall again: patience 5 ends far above the test loss of not stopping at "
    "all, patience 100 mostly below it.",
    seeds=30,
)
def test_patience_pays(seeds, measured):
    """Wave, as before: test loss of the kept epoch, and of the last one."""
    short, long = (scatter("wave", 0.01, 1000, patience, seeds) for patience in (5, 100))
    assert np.median(short.test) > 1.5 * np.median(short.at_end)
    below = int(np.sum(long.test < long.at_end))
    assert below > 0.6 * len(seeds)
    medians = [np.median(losses) for losses in (short.test, long.test, long.at_end)]
    measured(
        f"patience 5 {medians[0]:.2f}, 100 {medians[1]:.2f}, never {medians[2]:.2f}; 100 below "
        f"never in {below} of {len(seeds)}"
    )


@pytest.mark.claim(
    "overfitting",
    "Over 30 seeds at least one in ten has it before epoch 60, and at least one in ten after "
    "epoch 500",
    seeds=30,
)
def test_the_best_epoch_scatters(seeds, measured):
    """Wave, as before: the epoch of the lowest validation loss of the whole run."""
    best = scatter("wave", 0.01, 1000, 1000, seeds).best
    early, late = np.sum(best < 60), np.sum(best > 500)
    assert early >= 3
    assert late >= 3
    measured(f"{early} before 60, {late} after 500, median {np.median(best):.0f}")


@pytest.mark.claim(
    "overfitting",
    "At rate 0.003 the best epoch comes later than at 0.03, and has about the same test loss.",
    seeds=30,
)
def test_the_rate_moves_the_epoch_not_the_loss(seeds, measured):
    """Wave, 64 units, Adam, up to 3,000 epochs at 0.003 and 1,000 at 0.03."""
    slow, fast = (scatter("wave", rate, epochs, epochs, seeds)
                  for rate, epochs in ((0.003, 3000), (0.03, 1000)))  # fmt: skip
    epochs = [np.median(found.best) for found in (slow, fast)]
    losses = [np.median(found.at_best) for found in (slow, fast)]
    assert epochs[0] > 1.5 * epochs[1]
    assert 0.75 < losses[0] / losses[1] < 1.33
    measured(f"epochs {epochs[0]:.0f}, {epochs[1]:.0f}; test loss {losses[0]:.3f}, {losses[1]:.3f}")


@pytest.mark.claim(
    "overfitting",
    "There patience 20 costs hardly anything, and at epoch 300 the test loss is more than twice "
    "as high.",
    seeds=30,
)
def test_on_the_moons_stopping_pays(seeds, measured):
    """Moons, 60 + 30 samples, noise 0.5, two layers of 32, Adam 0.01, 300 epochs."""
    found = scatter("moons", 0.01, 300, 20, seeds)
    kept, best, end = (np.median(v) for v in (found.test, found.at_best, found.at_end))
    assert kept < 1.1 * best
    assert end > 2 * kept
    measured(f"kept {kept:.2f}, best of the whole run {best:.2f}, at the end {end:.2f}")


# Bias and variance


@cache
def thirty(units, epochs, seeds, val=200):
    """For each seed, thirty networks on thirty draws of 20 samples: (parts, measured) by epoch."""
    found = []
    for seed in seeds:
        fits, errors = {e: [] for e in epochs}, {e: [] for e in epochs}
        for k in range(30):
            split = draw(20, 0.3, 30 * seed + k, val)
            config = capacity.wave_config(units, 20, epochs[-1], 30 * seed + k)
            run = train(config, split)
            for epoch in epochs:
                answers = run_through(run.snapshots[epoch], run.config, X, "auto")
                fits[epoch].append(answers[:, 0])
                errors[epoch].append(run.val_loss[epoch])
        found.append([
            (np.array(fits[e], float), decompose(np.array(fits[e], float), target(), 0.3),
             measured_error(np.array(errors[e])))
            for e in epochs
        ])  # fmt: skip
    return found


EPOCHS = 30, 200, 300, 1000


@pytest.mark.claim("overfitting", "They agree within two standard errors.")
def test_the_parts_add_up_to_the_measured_error(seeds, measured):
    """20 sets of 30 networks of 32 units: sum and measured error at epochs 30, 200, 300, 1,000."""
    apart = np.array([
        [abs(parts.total - mean) / np.hypot(parts.se, se) for _, parts, (mean, se) in row]
        for row in thirty(32, EPOCHS, seeds)
    ])  # fmt: skip
    assert apart.max() < 2
    measured(f"at most {apart.max():.1f} standard errors apart, in {apart.size} comparisons")


@pytest.mark.claim("overfitting", "That is subtracted: at epoch 300 it would be most of it.")
def test_uncorrected_bias_would_be_mostly_chance(seeds, measured):
    """20 sets of 30 networks of 32 units, epoch 300: bias² without and with the correction."""
    rows = [row[2] for row in thirty(32, EPOCHS, seeds)]
    uncorrected = np.array([np.mean((fits.mean(axis=0) - target()) ** 2) for fits, _, _ in rows])
    corrected = np.array([parts.bias2 for _, parts, _ in rows])
    assert np.median(corrected) < 0.5 * np.median(uncorrected)
    measured(f"medians {np.median(uncorrected):.4f} and {np.median(corrected):.4f}")


@pytest.mark.claim("overfitting", "Their mean error on new samples grows.")
def test_the_mean_error_grows(seeds, measured):
    """20 sets of 30 networks of 32 units: error on new samples at epochs 200 and 1,000."""
    found = np.array([[mean for _, _, (mean, _) in row] for row in thirty(32, EPOCHS, seeds)])
    grows = np.sum(found[:, 3] > found[:, 1])
    measured(
        f"in {grows} of {len(seeds)}; means {found[:, 1].mean():.2f}, {found[:, 3].mean():.2f}"
    )
    assert grows >= 18


@pytest.mark.claim("overfitting", "Their mean stays where it is: on the true curve.")
@pytest.mark.claim("overfitting", "From epoch 30 to 200 bias² nearly goes.")
@pytest.mark.claim(
    "overfitting",
    "From 200 to 1,000 it stays near 0, and the variance more than doubles in most sets of thirty.",
)
def test_epochs_raise_the_variance(seeds, measured):
    """20 sets of 30 networks of 32 units: bias² and variance at epochs 30, 200 and 1,000."""
    found = np.array([
        [(parts.bias2, parts.variance) for _, parts, _ in row]
        for row in thirty(32, EPOCHS, seeds)
    ])  # fmt: skip
    bias = np.median(found[:, :, 0], axis=0)
    doubled = np.sum(found[:, 3, 1] > 2 * found[:, 1, 1])
    assert bias[1] < 0.2 * bias[0]
    assert max(bias[1], bias[3]) < 0.02
    assert doubled > 0.6 * len(seeds)
    measured(f"bias² {bias[0]:.3f}, {bias[1]:.3f}, {bias[3]:.3f}; doubled in {doubled}")


@pytest.mark.claim(
    "overfitting",
    "At epoch 300, 128 units have no more variance than 8 in most sets.",
)
def test_units_do_not_raise_the_variance(seeds, measured):
    """20 sets of 30 networks of 8 and of 128 units, epoch 300."""
    eight, many = (
        np.array([row[0][1].variance for row in thirty(units, (300,), seeds, val=2)])
        for units in (8, 128)
    )
    lower = np.sum(many <= eight)
    assert lower > 0.6 * len(seeds)
    measured(f"lower in {lower} of {len(seeds)}; medians {np.median(eight):.3f}, "
             f"{np.median(many):.3f}")  # fmt: skip


@pytest.mark.claim("overfitting", "From degree 3 to degree 7 the variance grows more than tenfold.")
def test_degrees_raise_the_variance(seeds, measured):
    """20 sets of 30 polynomials, 20 samples each."""
    ratios, bias = [], []
    for seed in seeds:
        splits = [draw(20, 0.3, 30 * seed + k) for k in range(30)]
        three, seven = (
            decompose(np.array([polynomial_at_grid(s, degree) for s in splits]), target(), 0.3)
            for degree in (3, 7)
        )
        ratios.append(seven.variance / three.variance)
        bias.append(seven.bias2)
    assert np.sum(np.array(ratios) > 10) >= 18
    assert min(np.sum(np.array(bias) > 0), np.sum(np.array(bias) < 0)) >= 3
    measured(
        f"{np.median(ratios):.0f} times, at least {min(ratios):.0f}; bias² of degree 7 from "
        f"{min(bias):.1f} to {max(bias):.1f}"
    )


def polynomial_at_grid(split, degree):
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    return fit(x, y, degree)(GRID)


# Folds and leaks


@cache
def choices(seeds):
    return [folds.choose(30, 0.3, seed) for seed in seeds]


@pytest.mark.claim(
    "overfitting",
    "Five folds miss the best degree nearly as often as a single split, in more than half of the "
    "draws",
    seeds=400,
)
def test_folds_hardly_choose_better(seeds, measured):
    """Degree 1, 3, 5, 7 or 9, 30 samples: how often is another one better in truth?"""
    found = choices(seeds)
    single = np.mean([choice.single != choice.right for choice in found])
    five = np.mean([choice.by_folds != choice.right for choice in found])
    assert five > 0.52
    assert 0.7 < five / single < 1
    measured(f"wrong: single split {single:.0%}, five folds {five:.0%}")


@pytest.mark.claim(
    "overfitting",
    "But in the worst tenth of the draws the choice of a single split has more than twice the "
    "error of the best one, that of five folds less than twice.",
    seeds=400,
)
def test_folds_cut_the_costly_tail(seeds, measured):
    """The same choices: the tenth percentile from above of true error over the best's."""
    found = choices(seeds)
    single = np.percentile([choice.cost(choice.single) for choice in found], 90)
    five = np.percentile([choice.cost(choice.by_folds) for choice in found], 90)
    assert single > 2.1
    assert five < 1.9
    measured(f"single split {single:.1f}, five folds {five:.1f} times the best")


@pytest.mark.claim(
    "overfitting", "And the estimate itself scatters less than half as much.", seeds=400
)
def test_folds_scatter_less(seeds, measured):
    """Standard deviation over draws of the estimated loss of degree 3."""
    single = np.std([choice.folds[0, 1] for choice in choices(seeds)])
    five = np.std([choice.folds[:, 1].mean() for choice in choices(seeds)])
    assert five < 0.5 * single
    measured(f"{single:.2f} and {five:.2f}")


@pytest.mark.claim(
    "overfitting",
    "Chosen with all labels in sight, features of pure noise reach far more than chance; chosen "
    "inside the folds, chance.",
)
def test_chosen_features_leak(seeds, measured):
    """Ten of 1,000 random features, 50 samples, five folds: accuracy of naive Bayes."""
    before, inside = np.transpose([leakage.accuracies(50, seed) for seed in seeds])
    assert before.min() > 0.65
    assert abs(inside.mean() - 0.5) < 0.08
    measured(f"{spread(before)} and {spread(inside)}")


@pytest.mark.claim(
    "overfitting",
    "Standardizing before the split leaks, too; here it changes next to nothing.",
    seeds=40,
)
def test_standardizing_first_hardly_leaks(seeds, measured):
    """50 samples, 10 features that tell: accuracy with all samples' mean and deviation, and not."""
    before, inside = np.transpose([leakage.standardized(50, seed) for seed in seeds])
    assert abs(np.mean(before - inside)) < 0.02
    assert before.mean() > 0.6
    measured(f"{before.mean():.3f} and {inside.mean():.3f}; at most "
             f"{np.abs(before - inside).max():.2f} apart")  # fmt: skip


# Traps


@pytest.mark.claim(
    "overfitting",
    "With 20 validation samples, the best of twenty settings has a test loss far above its "
    "validation loss; with 200 the two are close.",
    seeds=40,
)
def test_the_best_of_many_is_too_good(seeds, measured):
    """Moons, 60 samples, 20 random settings: the lowest validation loss, and its test loss."""
    few, many = (np.mean([optimism(20, val, seed) for seed in seeds], axis=0) for val in (20, 200))
    assert few[1] > 1.3 * few[0]
    assert many[1] < 1.2 * many[0]
    measured(f"20 samples: {few[0]:.2f}, test {few[1]:.2f}; 200: {many[0]:.2f}, {many[1]:.2f}")


@pytest.mark.claim(
    "overfitting", "The best epoch of the best setting has a validation loss of 0.25", seeds=40
)
def test_the_loss_in_the_question_is_that_of_runs(seeds, measured):
    """The same with 20 validation samples: mean of the lowest validation losses."""
    lowest = [optimism(20, 20, seed)[0] for seed in seeds]
    measured(f"{np.mean(lowest):.2f}")
    assert 0.2 < np.mean(lowest) < 0.3


@pytest.mark.claim("overfitting", "Mostly some of the 19 are better on new samples.")
def test_others_would_have_been_better(seeds, measured):
    """The same: test loss of each setting at its best epoch, against that of the chosen one."""
    better = []
    for seed in seeds:
        split = draw(60, 0.5, seed, val=20, test=2000, name="moons")
        runs = [train(config, split) for config in settings(20, seed)]
        tests = [stopping.loss_on_test(run, split, run.best_epoch, "auto") for run in runs]
        chosen = int(np.argmin([np.nanmin(run.val_loss) for run in runs]))
        better.append(int(np.sum(np.array(tests) < tests[chosen])))
    some = np.sum(np.array(better) > 0)
    measured(f"in {some} of {len(seeds)}; {np.median(better):.0f} of the 19 in the median")
    assert some >= 15


@cache
def with_dropout(dropout, seeds):
    """Shares of epochs in which the validation loss is below batches, and below training."""
    shares = []
    for seed in seeds:
        config = TrainConfig(hidden=(32, 32), dropout=dropout, epochs=60, seed=seed)
        losses = three_losses(train(config, data.moons(seed=seed)))
        below = losses.val < losses.batches, losses.val < losses.train
        shares.append(
            [np.mean(values[part]) for part in (slice(None), slice(3)) for values in below]
        )
    return np.mean(shares, axis=0)


@pytest.mark.claim(
    "overfitting",
    "With dropout 0.5 it is below the mean of the batches in nearly every epoch, since that is "
    "measured with half of the units out; measured alike, it is so in a minority of epochs.",
)
def test_dropout_lifts_the_training_loss_that_is_reported(seeds, measured):
    """Moons, two layers of 32, SGD 0.1, 60 epochs: means of the batches, training, validation."""
    batches, alike, *_ = with_dropout(0.5, seeds)
    assert batches > 0.9
    assert alike < 0.5
    measured(f"below the batches in {batches:.0%} of epochs, below training loss in {alike:.0%}")


@pytest.mark.claim(
    "overfitting",
    "Without dropout it is below in most of the first three epochs, since the mean of an epoch's "
    "batches is made with weights that were still worse.",
)
def test_the_mean_of_an_epoch_is_late(seeds, measured):
    """The same without dropout: first three epochs, against the batches and against training."""
    _, _, batches, alike = with_dropout(0.0, seeds)
    assert batches > 0.6
    assert alike < batches - 0.15
    measured(f"below the batches in {batches:.0%}, below the training loss after it in {alike:.0%}")


@pytest.mark.claim(
    "overfitting",
    "And with 20 validation samples it is below in about half of all runs: that is luck.",
    seeds=40,
)
def test_a_small_validation_part_may_be_easier(seeds, measured):
    """Spiral, 500 samples, 60 epochs: last validation loss, 20 samples, against training loss."""
    runs = [
        train(TrainConfig(epochs=60, seed=seed), draw(500, 0.1, seed, val=20, name="spiral"))
        for seed in seeds
    ]
    below = np.sum([run.val_loss[-1] < run.train_loss[-1] for run in runs])
    assert 0.3 * len(seeds) < below < 0.7 * len(seeds)
    measured(f"in {below} of {len(seeds)}")


@pytest.mark.claim(
    "overfitting",
    "An L2 penalty, which pulls all weights towards 0 (lesson 11), makes its validation loss "
    "higher in nearly every seed.",
)
def test_regularizing_what_underfits_makes_it_worse(seeds, measured):
    """Wave, 20 samples, 1 unit, Adam 0.03, 500 epochs; L2 of 0.1 and none."""
    losses = {0.0: [], 0.1: []}
    for seed in seeds:
        for l2, found in losses.items():
            config = replace(capacity.wave_config(1, 20, 500, seed), l2=l2)
            found.append(train(config, draw(20, 0.3, seed)).val_loss[-1])
    none, penalty = np.array(losses[0.0]), np.array(losses[0.1])
    higher = np.sum(penalty > none)
    assert higher >= 16
    measured(f"in {higher} of {len(seeds)}; {np.median(none):.2f} → {np.median(penalty):.2f}")
