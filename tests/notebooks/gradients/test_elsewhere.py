"""Lesson 09, the same knob elsewhere: the lines of other libraries mean what the table says."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from lessons.clipping import clip_by_norm, clip_by_value

N = 256


def test_pytorchs_first_weights():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    init, w = torch.nn.init, torch.empty(N, N)
    for draw, gain in (
        (lambda: init.kaiming_normal_(w, nonlinearity="relu"), 2),
        (lambda: init.xavier_normal_(w), 1),
        (lambda: init.orthogonal_(w), 1),
        (lambda: torch.nn.Linear(N, N).weight, 1 / 3),
    ):
        assert float(draw().detach().square().mean()) * N == pytest.approx(gain, rel=0.03)
    assert torch.nn.Linear(N, N).bias.detach().std() > 0


def test_pytorchs_clipping():
    torch = pytest.importorskip("torch")
    g = np.random.default_rng(0).normal(size=50)
    for ours, theirs in (
        (clip_by_norm(g, 1.0), lambda p: torch.nn.utils.clip_grad_norm_(p, 1.0)),
        (clip_by_value(g, 0.01), lambda p: torch.nn.utils.clip_grad_value_(p, 0.01)),
    ):
        parameter = torch.nn.Parameter(torch.zeros(50, dtype=torch.float64))
        parameter.grad = torch.tensor(g)
        theirs([parameter])
        assert np.allclose(ours, parameter.grad)


@pytest.mark.parametrize(("activation", "gain"), [("relu", 1), ("tanh", 1), ("logistic", 1 / 3)])
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_scikit_learns_first_weights(activation, gain):
    X, y = np.zeros((2, N)), [0, 1]
    net = MLPClassifier((N,), activation=activation, solver="sgd", learning_rate_init=1e-9,
                        max_iter=1, random_state=0).fit(X, y)  # fmt: skip
    W, b = net.coefs_[0], net.intercepts_[0]
    assert np.mean(W**2) * N == pytest.approx(gain, rel=0.03)
    assert np.abs(W).max() <= np.sqrt(6 * gain / (2 * N)) * (1 + 1e-6)
    assert b.std() > 0
    assert not {"clipnorm", "clip_norm", "clip_value"} & net.get_params().keys()
