"""Least squares in Legendre's polynomials: against NumPy's own, and against the pseudo-inverse."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial as PowersOfX
from scipy.integrate import quad

from lessons.experiments.overfitting import capacity
from lessons.experiments.overfitting.polynomials import NORMS, basis, fit
from lessons.experiments.overfitting.samples import draw, truth

GRID = np.linspace(-2, 2, 57)


def samples(n, seed=0):
    split = draw(n, 0.3, seed)
    return split.X_train[:, 0].astype(float), split.y_train.astype(float)


@pytest.mark.parametrize("degree", [0, 1, 3, 6])
@pytest.mark.parametrize("power", NORMS.values())
def test_below_the_number_of_samples_it_is_the_fit_in_powers_of_x(degree, power):
    x, y = samples(15)
    expected = PowersOfX.fit(x, y, degree)(GRID)
    assert fit(x, y, degree, power)(GRID) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("degree", [10, 11, 20, 60])
@pytest.mark.parametrize("power", NORMS.values())
def test_beyond_it_is_the_pseudo_inverse_and_passes_through_all_samples(degree, power):
    x, y = samples(10, seed=3)
    found = fit(x, y, degree, power)
    expected = np.linalg.pinv(basis(x, degree, power), rcond=1e-14) @ y
    assert found.coefficients == pytest.approx(expected, rel=1e-5, abs=1e-8)
    assert found(x) == pytest.approx(y, abs=1e-6)


def test_no_other_polynomial_through_the_samples_has_smaller_coefficients():
    x, y = samples(8)
    A, c = basis(x, 20), fit(x, y, 20).coefficients
    rng = np.random.default_rng(0)
    for _ in range(20):
        step = rng.standard_normal(21)
        step -= np.linalg.pinv(A) @ (A @ step)  # what the samples do not see
        assert A @ (c + step) == pytest.approx(y, abs=1e-6)
        assert np.sum((c + step) ** 2) > np.sum(c**2)


@pytest.mark.parametrize(("j", "k"), [(0, 0), (3, 3), (2, 5), (7, 9)])
def test_the_basis_is_orthonormal_on_its_interval(j, k):
    product, _ = quad(lambda x: np.prod(basis(x, 9)[0, [j, k]]) / 4, -2, 2)
    assert product == pytest.approx(float(j == k), abs=1e-9)


def test_the_basis_stays_well_conditioned_where_powers_do_not():
    x = np.linspace(-2, 2, 400)
    assert np.linalg.cond(basis(x, 20)) < 3
    assert np.linalg.cond(np.vander(x, 21)) > 1e7


@pytest.mark.parametrize("power", NORMS.values())
def test_the_training_loss_only_falls_with_the_degree(power):
    for seed in range(5):
        split = draw(15, 0.3, seed)
        train_loss, _ = capacity.polynomial_losses(split, range(1, 15), power)
        assert (np.diff(train_loss) <= 1e-9).all()


def test_curves_hold_the_losses_of_single_fits():
    curves = capacity.of_polynomials(12, 0.2, degrees=(2, 30), seeds=(4, 5))
    split = draw(12, 0.2, 5)
    x, y = split.X_train[:, 0].astype(float), split.y_train.astype(float)
    found = fit(x, y, 30)
    assert curves.val[1, 1] == pytest.approx(np.mean((found(split.X_val[:, 0]) - split.y_val) ** 2))
    assert curves.train.shape == curves.val.shape == (2, 2)


def test_a_u_has_risen_again_in_most_draws():
    val = np.tile([0.5, 0.1, 0.2], (20, 1))
    assert capacity.Curves(np.arange(3), val, val).has_u(2)
    val[:6, 2] = 0.1
    curves = capacity.Curves(np.arange(3), val, val)
    assert curves.higher(2) == 14
    assert not curves.has_u(2)
    assert not curves.has_u(1)


def test_a_u_is_one_even_where_the_loss_is_lower_still_beyond_it():
    val = np.tile([0.5, 0.3, 40.0, 0.1], (20, 1))
    curves = capacity.Curves(np.arange(4), val, val)
    assert curves.best_up_to(2) == 1
    assert curves.has_u(2)
    assert not curves.has_u(3)


def test_parts_of_a_draw_are_as_large_as_asked_for_and_the_truth_is_that_of_the_data():
    split = draw(20, 0.0, 3, val=50, test=1000)
    assert [len(part) for part in (split.y_train, split.y_val, split.y_test)] == [20, 50, 1000]
    assert split.y_test == pytest.approx(truth(split.X_test[:, 0]), abs=1e-6)
    more = draw(40, 0.0, 3, val=50)
    assert np.array_equal(more.X_train[:20], split.X_train)
    assert np.array_equal(more.X_val, split.X_val)


def test_random_features_are_fitted_as_ridge_regression_without_a_penalty_would():
    """With a tiny penalty scikit-learn's ridge finds nearly the smallest fit: the same answers."""
    from sklearn.linear_model import Ridge

    from lessons import data

    split, rng = data.digits(seed=1), np.random.default_rng(1)
    W, b = rng.standard_normal((64, 400)) / 8, rng.uniform(-1, 1, 400)
    hidden = [np.maximum(X.astype(float) @ W + b, 0) for X in (split.X_train[:200], split.X_test)]
    ridge = Ridge(alpha=1e-7, fit_intercept=False, solver="svd")
    ridge.fit(hidden[0], np.eye(10)[split.y_train[:200]])
    wrong = np.mean(ridge.predict(hidden[1]).argmax(axis=1) != split.y_test)
    assert capacity.random_features_error(400, split, 1) == pytest.approx(wrong, abs=0.02)
