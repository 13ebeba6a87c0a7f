"""Losses: naive loops, gradients against finite differences, behavior far out."""

import math

import numpy as np
import pytest
from reference import NAIVE_LOSSES, central_difference, naive_softmax

from lessons.losses import LOSSES, answers, loss_name

every_loss = pytest.mark.parametrize("name", LOSSES)
shapes = pytest.mark.parametrize(("n", "k"), [(1, 1), (1, 3), (5, 2), (8, 4)])

TWO_CLASSES = [name for name, loss in LOSSES.items() if loss.task == "two classes"]
REGRESSION = [name for name, loss in LOSSES.items() if loss.task == "regression"]


def example(name, n, k, dtype=np.float64, scale=2.0):
    """Outputs and targets that fit a loss; two classes have one score, whatever k is."""
    rng = np.random.default_rng(n + 10 * k)
    task = LOSSES[name].task
    outputs = (scale * rng.normal(size=(n, 1 if task == "two classes" else k))).astype(dtype)
    if task == "regression":
        return outputs, rng.normal(size=(n, k)).astype(dtype)
    return outputs, rng.integers(0, 2 if task == "two classes" else k, n)


def scores(*values):
    """A column of scores, one per sample."""
    return np.array(values, float)[:, None]


@every_loss
@shapes
def test_values_against_a_loop(name, n, k):
    outputs, targets = example(name, n, k)
    expected = NAIVE_LOSSES[name](outputs, targets)
    assert LOSSES[name].function(outputs, targets) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@every_loss
@shapes
def test_gradient_is_the_slope(name, n, k):
    outputs, targets = example(name, n, k)
    loss = LOSSES[name]
    slope = central_difference(lambda z: loss.function(z, targets), outputs)
    assert loss.gradient(outputs, targets).shape == outputs.shape
    assert np.allclose(loss.gradient(outputs, targets), slope, rtol=1e-7, atol=1e-9)


@every_loss
def test_losses_are_means_over_the_batch(name):
    outputs, targets = example(name, 5, 3)
    loss = LOSSES[name]
    twice = np.concatenate([outputs, outputs]), np.concatenate([targets, targets])
    assert loss.function(*twice) == pytest.approx(loss.function(outputs, targets))
    assert np.allclose(2 * loss.gradient(*twice)[:5], loss.gradient(outputs, targets))


@every_loss
def test_float32_gives_float32_and_the_arguments_stay(name):
    outputs, targets = example(name, 5, 3, np.float32)
    before = outputs.copy(), targets.copy()
    loss = LOSSES[name]
    assert loss.function(outputs, targets).dtype == np.float32
    assert loss.gradient(outputs, targets).dtype == np.float32
    assert loss.prediction(outputs).dtype == np.float32
    assert np.array_equal(outputs, before[0])
    assert np.array_equal(targets, before[1])


@every_loss
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_outputs_give_finite_losses(name, dtype):
    outputs, targets = example(name, 6, 3, dtype, scale=1000.0)
    loss = LOSSES[name]
    assert np.isfinite(loss.function(outputs, targets))
    assert np.isfinite(loss.gradient(outputs, targets)).all()
    assert np.isfinite(loss.prediction(outputs)).all()


# Classification


def test_cross_entropy_is_exact_where_the_probability_is_almost_zero():
    outputs = np.array([[1000.0, 0.0], [0.0, 800.0]])
    loss = LOSSES["cross_entropy"]
    assert loss.function(outputs, np.array([1, 1])) == pytest.approx((1000 + 0) / 2)
    assert loss.gradient(outputs, np.array([1, 0])).tolist() == [[0.5, -0.5], [-0.5, 0.5]]


def test_cross_entropy_of_equal_scores_is_the_logarithm_of_their_number():
    loss = LOSSES["cross_entropy"].function(np.full((2, 7), 3.0), np.array([0, 6]))
    assert loss == pytest.approx(math.log(7))


def test_gradient_of_cross_entropy_sums_to_zero_for_each_sample():
    outputs, targets = example("cross_entropy", 8, 4)
    assert np.allclose(LOSSES["cross_entropy"].gradient(outputs, targets).sum(axis=1), 0)


def test_binary_cross_entropy_is_cross_entropy_of_the_scores_0_and_z():
    outputs, targets = example("binary_cross_entropy", 8, 1)
    both = np.concatenate([np.zeros_like(outputs), outputs], axis=1)
    one, two = LOSSES["binary_cross_entropy"], LOSSES["cross_entropy"]
    assert one.function(outputs, targets) == pytest.approx(two.function(both, targets))
    assert np.allclose(one.gradient(outputs, targets), two.gradient(both, targets)[:, 1:])
    assert np.allclose(one.prediction(outputs), two.prediction(both))


def test_binary_cross_entropy_is_exact_where_the_probability_is_almost_zero():
    loss = LOSSES["binary_cross_entropy"]
    assert loss.function(scores(1000, -800), np.array([0, 1])) == 900
    assert loss.function(scores(1000, -800), np.array([1, 0])) == 0
    # Near 0, where 1 + e^z would round to 1.
    assert loss.function(scores(-50), np.array([0])) == pytest.approx(math.exp(-50), rel=1e-12)


@pytest.mark.parametrize("name", TWO_CLASSES)
def test_two_classes_are_treated_alike(name):
    outputs, targets = example(name, 8, 1)
    loss = LOSSES[name]
    assert loss.function(-outputs, 1 - targets) == pytest.approx(loss.function(outputs, targets))
    swapped = loss.gradient(-outputs, 1 - targets)
    assert np.allclose(-swapped, loss.gradient(outputs, targets))


def test_hinge_asks_for_a_margin_of_one_and_nothing_beyond():
    loss, one = LOSSES["hinge"], np.array([1])
    for z, value, slope in [(1.5, 0, 0), (1, 0, 0), (0.5, 0.5, -1), (0, 1, -1), (-3, 4, -1)]:
        assert loss.function(scores(z), one) == value
        assert loss.gradient(scores(z), one).tolist() == [[slope]]


def test_brier_gives_up_where_it_is_wrong_and_sure_and_cross_entropy_does_not():
    wrong, zero = scores(30), np.array([0])
    assert LOSSES["brier"].function(wrong, zero) == pytest.approx(1)
    assert abs(LOSSES["brier"].gradient(wrong, zero)) < 1e-12
    assert LOSSES["binary_cross_entropy"].gradient(wrong, zero) == pytest.approx(1)


# Regression


@pytest.mark.parametrize("name", REGRESSION)
def test_residuals_of_zero_are_the_minimum(name):
    _, targets = example(name, 5, 2)
    assert LOSSES[name].function(targets, targets) == 0
    assert not LOSSES[name].gradient(targets, targets).any()


@pytest.mark.parametrize("sign", [-1, 1])
def test_huber_is_half_the_square_near_zero_and_a_line_farther_out(sign):
    loss, zero = LOSSES["huber"], np.zeros((1, 1))
    for r, value, slope in [(0.5, 0.125, 0.5), (1, 0.5, 1), (2, 1.5, 1), (100, 99.5, 1)]:
        assert loss.function(scores(sign * r), zero) == value
        assert loss.gradient(scores(sign * r), zero).tolist() == [[sign * slope]]


@pytest.mark.parametrize(("name", "best"), [("mse", 22.0), ("mae", 3.0), ("huber", 3.0)])
def test_an_outlier_moves_the_mean_but_not_the_median(name, best):
    targets = scores(1, 2, 3, 4, 100)
    grid = np.linspace(0, 30, 301)
    losses = [LOSSES[name].function(np.full((5, 1), value), targets) for value in grid]
    assert grid[np.argmin(losses)] == pytest.approx(best)


# Predictions


def test_predictions_are_probabilities_or_the_outputs_themselves():
    outputs, _ = example("cross_entropy", 4, 3)
    probabilities = LOSSES["cross_entropy"].prediction(outputs)
    assert np.allclose(probabilities, [naive_softmax(row) for row in outputs])
    for name in REGRESSION:
        assert np.array_equal(LOSSES[name].prediction(outputs), outputs)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "brier"])
def test_one_score_gives_the_probabilities_of_both_classes(name):
    p = LOSSES[name].prediction(scores(-2, 0, 0.7, 1000, -1000))
    expected = [naive_softmax([0, z]) for z in (-2, 0, 0.7)]
    assert np.allclose(p, [*expected, [0, 1], [1, 0]])


def test_hinge_knows_only_the_side():
    p = LOSSES["hinge"].prediction(scores(-2, -1e-9, 1e-9, 5))
    assert p.tolist() == [[1, 0], [1, 0], [0, 1], [0, 1]]


def test_answers_are_the_highest_score_or_the_side_of_zero():
    outputs = np.random.default_rng(0).normal(size=(9, 4))
    highest = [max(range(4), key=lambda k, row=row: row[k]) for row in outputs]
    assert answers(outputs, "classification").tolist() == highest
    sides = answers(scores(-2, -1e-30, 0, 1e-30, 5), "two classes")
    assert sides.tolist() == [0, 0, 0, 1, 1]
    # A single class is the highest, whatever its score.
    assert answers(scores(-2, 5), "classification").tolist() == [0, 0]


@pytest.mark.parametrize("name", [name for name in LOSSES if name not in REGRESSION])
def test_the_answer_is_the_class_of_the_highest_probability(name):
    outputs, _ = example(name, 30, 3)
    found = answers(outputs, LOSSES[name].task)
    assert np.array_equal(found, LOSSES[name].prediction(outputs).argmax(axis=1))


# Which loss fits which task


def test_auto_means_the_loss_of_the_task():
    for classes in (1, 2, 3):
        assert loss_name("auto", "classification", classes) == "cross_entropy"
    assert loss_name("auto", "regression", 0) == "mse"


@every_loss
@pytest.mark.parametrize(
    ("task", "classes", "words"),
    [
        ("classification", 1, "1 class"),
        ("classification", 2, "2 classes"),
        ("classification", 3, "3 classes"),
        ("regression", 0, "regression"),
    ],
)
def test_a_named_loss_must_fit_the_task(name, task, classes, words):
    own = LOSSES[name].task
    if own == task or (own == "two classes" and classes == 2):
        assert loss_name(name, task, classes) == name
    else:
        with pytest.raises(
            ValueError, match=rf"loss must be one of [\w, ]+ for {words}, got '{name}'"
        ) as caught:
            loss_name(name, task, classes)
        # What the error offers does fit.
        for offer in str(caught.value).split(" for ")[0].split("one of ")[1].split(", "):
            assert loss_name(offer, task, classes) == offer
