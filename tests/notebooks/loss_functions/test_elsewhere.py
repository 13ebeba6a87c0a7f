"""Lesson 05, the same knob elsewhere: the lines of other libraries mean what the table says."""

import inspect

import numpy as np
import pytest
from sklearn.linear_model import HuberRegressor, QuantileRegressor, SGDClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor

from lessons.experiments.loss_functions.fits import fit_mae, huber
from lessons.experiments.loss_functions.samples import draw_samples
from lessons.losses import LOSSES

Z = np.array([[2.0, -1.0, 0.3], [0.1, 0.2, -3.0], [-5.0, 4.0, 1.0]])
T = np.array([0, 2, 1])
SCORES, ONES = np.array([[-5.0], [0.3], [2.0]]), np.array([1, 0, 1])
ANSWERS, VALUES = np.array([[0.2], [3.0], [-1.0]]), np.array([[0.0], [-1.0], [0.5]])


def ours(name, outputs, targets):
    return pytest.approx(float(LOSSES[name].function(outputs, targets)))


def test_pytorchs_losses():
    torch = pytest.importorskip("torch")
    nn, tensor = torch.nn, torch.tensor
    assert nn.CrossEntropyLoss()(tensor(Z), tensor(T)).item() == ours("cross_entropy", Z, T)
    scores, ones = tensor(SCORES[:, 0]), tensor(ONES.astype(float))
    expected = ours("binary_cross_entropy", SCORES, ONES)
    assert nn.BCEWithLogitsLoss()(scores, ones).item() == expected
    assert nn.BCELoss()(torch.sigmoid(scores), ones).item() == expected
    answers, values = tensor(ANSWERS), tensor(VALUES)
    assert nn.MSELoss()(answers, values).item() == ours("mse", ANSWERS, VALUES)
    assert nn.L1Loss()(answers, values).item() == ours("mae", ANSWERS, VALUES)
    assert nn.HuberLoss()(answers, values).item() == ours("huber", ANSWERS, VALUES)
    for delta in (0.1, 1.0, 3.0):
        exact = huber(ANSWERS - VALUES, delta).mean()
        assert nn.HuberLoss(delta=delta)(answers, values).item() == pytest.approx(exact)
        smooth = nn.SmoothL1Loss(beta=delta)(answers, values).item()
        assert smooth == pytest.approx(exact / delta)
    total = nn.MSELoss(reduction="sum")(answers, values).item()
    assert total == pytest.approx(3 * nn.MSELoss()(answers, values).item())


def test_scikit_learns_defaults():
    def default(estimator, name):
        return inspect.signature(estimator).parameters[name].default

    assert default(SGDClassifier, "loss") == "hinge"
    assert default(HuberRegressor, "epsilon") == 1.35


def test_scikit_learns_median_regression_needs_its_penalty_taken_away():
    samples = draw_samples("line", 24, 3, 6.0, 0.0, seed=0)
    best = fit_mae(samples.x, samples.y)
    plain, by_default = (
        QuantileRegressor(**alpha).fit(samples.x[:, None], samples.y)
        for alpha in ({"alpha": 0}, {})
    )
    assert plain.coef_[0] == pytest.approx(best.slope)
    assert plain.intercept_ == pytest.approx(best.offset)
    assert abs(by_default.coef_[0]) < 0.5 * best.slope


def test_scikit_learn_minimizes_half_the_mean_square_and_cross_entropy():
    X = np.random.default_rng(0).normal(size=(40, 2))
    net = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", alpha=0, max_iter=5000, tol=1e-12)
    y = X @ [1.0, -2.0] + X[:, 0] ** 2
    net.fit(X, y)
    half = np.mean((net.predict(X) - y) ** 2) / 2
    assert net.loss_ == pytest.approx(half, rel=1e-3)
    for classes in (2, 3):
        labels = np.arange(40) % classes
        judge = MLPClassifier(
            hidden_layer_sizes=(), solver="lbfgs", alpha=0, max_iter=2000, tol=1e-12
        )
        judge.fit(X, labels)
        p = judge.predict_proba(X)[np.arange(40), labels]
        assert judge.loss_ == pytest.approx(-np.log(p).mean(), rel=1e-3)
