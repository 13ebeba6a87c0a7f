"""Lesson 11, the same knob elsewhere: the lines of other libraries mean what the table says."""

import inspect
import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso, Ridge
from sklearn.neural_network import MLPClassifier

from lessons import TrainConfig, data, train


def test_pytorchs_weight_decay_is_our_l2_on_all_parameters():
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(2, 1)
    before = [p.detach().clone() for p in layer.parameters()]
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=0.5)
    optimizer.zero_grad()
    (0 * layer(torch.zeros(1, 2)).sum()).backward()
    optimizer.step()
    for was, now in zip(before, layer.parameters(), strict=True):
        assert now.detach().numpy() == pytest.approx((was * (1 - 0.1 * 0.5)).numpy())


def test_pytorchs_dropout_scales_in_training_and_does_nothing_in_evaluation():
    torch = pytest.importorskip("torch")
    layer, ones = torch.nn.Dropout(p=0.5), torch.ones(1000)
    assert set(layer(ones).tolist()) == {0.0, 2.0}
    assert torch.equal(layer.eval()(ones), ones)


def test_scikit_learns_defaults():
    defaults = {
        estimator: inspect.signature(estimator).parameters["alpha"].default
        for estimator in (Ridge, Lasso, MLPClassifier)
    }
    assert list(defaults.values()) == [1.0, 1.0, 0.0001]


@pytest.mark.parametrize("batch", [16, 50])
def test_mlpclassifiers_alpha_is_our_strength_times_the_batch(batch):
    split = data.gaussians(n=200, noise=1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPClassifier(
            hidden_layer_sizes=(), solver="sgd", alpha=1.0, batch_size=batch, momentum=0.0,
            learning_rate_init=0.02, max_iter=300, tol=0, n_iter_no_change=1000, random_state=0,
        ).fit(split.X_train, split.y_train)  # fmt: skip
    config = TrainConfig(
        hidden=(), loss="binary_cross_entropy", l2=1.0 / batch, learning_rate=0.02, epochs=300,
        batch_size=batch, drop_last=200 % batch != 0,
    )  # fmt: skip
    ours = train(config, split).params[0].W
    # One unit each; batches come in another order.
    assert np.linalg.norm(theirs.coefs_[0]) == pytest.approx(np.linalg.norm(ours), rel=0.1)
