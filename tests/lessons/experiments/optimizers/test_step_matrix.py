"""Momentum's step matrix: eigenvalues, edges, optimum, and runs that agree all over the map."""

import numpy as np
import pytest

from lessons.experiments.optimizers import step_matrix
from lessons.experiments.optimizers.step_matrix import METHODS

CONDITIONS = 1.0, 10.0, 100.0, 1000.0
PRODUCTS, MOMENTA = np.linspace(0.05, 4.4, 30), np.linspace(0, 0.99, 23)
both = pytest.mark.parametrize("method", METHODS)


@both
def test_the_matrix_is_a_step_of_the_textbook(method):
    rng = np.random.default_rng(0)
    for _ in range(50):
        curvature, rate, mu = rng.uniform(0.5, 50), rng.uniform(0, 0.1), rng.uniform(0, 0.99)
        w, v = rng.normal(size=(2, 1))
        after, velocity = METHODS[method](mu).update(w, curvature * w, v, rate)
        by_matrix = step_matrix.step_matrix(method, curvature, rate, mu) @ [w[0], v[0]]
        assert np.allclose(by_matrix, [after[0], velocity[0]])


@both
@pytest.mark.parametrize("kappa", CONDITIONS)
def test_the_map_is_the_larger_eigenvalue_of_numpy(method, kappa):
    for product in PRODUCTS:
        for mu in MOMENTA:
            matrices = [step_matrix.step_matrix(method, c, product / kappa, mu) for c in (1, kappa)]
            expected = max(np.abs(np.linalg.eigvals(matrix)).max() for matrix in matrices)
            computed = step_matrix.slowest(method, kappa, product, mu)
            assert computed == pytest.approx(expected, rel=1e-6)


@both
@pytest.mark.parametrize("kappa", CONDITIONS)
def test_runs_agree_with_the_map_everywhere(method, kappa):
    for product in PRODUCTS:
        for mu in MOMENTA:
            path = step_matrix.descend(method, [1.0, kappa], product / kappa, mu, 150)
            computed = float(step_matrix.slowest(method, kappa, product, mu))
            assert step_matrix.measured_factor(path) == pytest.approx(computed, rel=1e-9)


@both
@pytest.mark.parametrize("kappa", CONDITIONS[1:])
def test_at_the_optimum_two_eigenvalues_meet_and_runs_agree_less_closely(method, kappa):
    product, mu = step_matrix.best(method, kappa)
    path = step_matrix.descend(method, [1.0, kappa], product / kappa, mu, 200)
    computed = float(step_matrix.slowest(method, kappa, product, mu))
    assert step_matrix.measured_factor(path) == pytest.approx(computed, rel=1e-6)


@both
@pytest.mark.parametrize("kappa", CONDITIONS[1:])
def test_nothing_on_the_map_is_better_than_the_optimum(method, kappa):
    fine = step_matrix.slowest(
        method, kappa, np.linspace(0.01, 4.4, 800)[:, None], np.linspace(0, 0.999, 700)
    )
    best = float(step_matrix.slowest(method, kappa, *step_matrix.best(method, kappa)))
    assert best <= fine.min() <= 1.01 * best


@pytest.mark.parametrize("kappa", CONDITIONS)
def test_the_optimum_of_heavy_ball_has_its_formula(kappa):
    root = kappa**0.5
    best = step_matrix.slowest("heavy ball", kappa, *step_matrix.best("heavy ball", kappa))
    assert best == pytest.approx((root - 1) / (root + 1), abs=1e-7)


@both
@pytest.mark.parametrize("mu", [0.0, 0.3, 0.9, 0.99])
def test_runs_converge_below_the_edge_and_diverge_beyond(method, mu):
    edge = step_matrix.edge(method, mu)
    for share, converges in ((0.99, True), (1.01, False)):
        assert (step_matrix.factor(method, share * edge, mu) < 1) == converges
        path = step_matrix.descend(method, [1.0], share * edge, mu, 5000, [1.0])
        assert (np.nan_to_num(abs(path[-1, 0]), nan=np.inf) < 1) == converges


@pytest.mark.parametrize("mu", [0.2, 0.5, 0.9])
def test_where_it_swings_the_factor_is_the_root_of_momentum(mu):
    low, high = (1 - mu**0.5) ** 2, (1 + mu**0.5) ** 2
    inside = np.linspace(low + 1e-6, high - 1e-6, 20)
    assert step_matrix.swings("heavy ball", inside, mu).all()
    assert np.allclose(step_matrix.factor("heavy ball", inside, mu), mu**0.5)
    assert not step_matrix.swings("heavy ball", np.array([low - 1e-6, high + 1e-6]), mu).any()


def test_a_run_of_zeros_has_no_factor():
    assert np.isnan(step_matrix.measured_factor(np.zeros((10, 1))))
