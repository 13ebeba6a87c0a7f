"""Lesson 08, the same knob elsewhere: the lines of other libraries mean what the table says."""

import inspect

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from lessons.schedules import Cosine, OneCycle, ReduceOnPlateau, Step


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def rates(torch, make, updates, rate=0.1):
    """The rates of an optimizer under one of PyTorch's schedules."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate, momentum=0.9)
    scheduler, found = make(torch.optim.lr_scheduler, optimizer), []
    for _ in range(updates):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


@pytest.mark.parametrize(
    ("make", "ours"),
    [
        (lambda kit, o: kit.CosineAnnealingLR(o, T_max=100), Cosine(0.1, updates=100)),
        (lambda kit, o: kit.StepLR(o, step_size=30, gamma=0.1), Step(0.1, every=30, factor=0.1)),
        (lambda kit, o: kit.OneCycleLR(o, max_lr=0.1, total_steps=101), OneCycle(0.1, 101)),
        (lambda kit, o: kit.LambdaLR(o, Cosine(1.0, updates=100)), Cosine(0.1, updates=100)),
    ],
)
def test_pytorchs_schedules_stepped_once_per_update(torch, make, ours):
    assert rates(torch, make, 100) == pytest.approx([ours(u) for u in range(100)])


def test_one_cycle_moves_the_momentum_unless_told_otherwise(torch):
    for told, moved in (({}, True), ({"cycle_momentum": False}, False)):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
        torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=10, **told)
        assert (optimizer.param_groups[0]["momentum"] != 0.9) == moved


def test_pytorchs_plateau_waits_for_more_than_its_patience(torch):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    kit = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=10)
    ours = ReduceOnPlateau(0.1, patience=10)
    losses = [1.0] * 30
    found = []
    for loss in losses:
        kit.step(loss)
        found.append(optimizer.param_groups[0]["lr"])
    assert found == pytest.approx([ours.after(losses[: k + 1]) for k in range(30)])
    # The first loss is the best one, then ten that are not better, and the eleventh cuts.
    assert np.flatnonzero(np.array(found) < 0.1)[0] == 11


def test_scikit_learns_adaptive_rate_is_divided_by_five():
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.arange(60) % 2
    net = MLPClassifier((4,), solver="sgd", learning_rate="adaptive", learning_rate_init=0.1,
                        max_iter=300, tol=10.0, n_iter_no_change=3, random_state=0)  # fmt: skip
    net.fit(X, y)
    # Nothing falls by 10: it is divided until 1e-6, and then training stops.
    left = 0.1 / net._optimizer.learning_rate
    assert np.log(left) / np.log(5) == pytest.approx(round(np.log(left) / np.log(5)))
    defaults = inspect.signature(MLPClassifier).parameters
    assert defaults["n_iter_no_change"].default == 10
    assert defaults["power_t"].default == 0.5
    assert defaults["learning_rate"].default == "constant"
