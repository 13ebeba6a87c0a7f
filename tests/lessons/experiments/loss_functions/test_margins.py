"""One unit: its pulls are the slopes of the kit's losses, its training is the kit's."""

import numpy as np
import pytest

from lessons.experiments.loss_functions.margins import (
    KIT,
    OPTIMIZERS,
    PULLS,
    TARGET,
    losses_at,
    updates_until_right,
)
from lessons.losses import LOSSES
from lessons.optimizers import SGD, Adam

SCORES = -800.0, -8.0, -5.0, -0.7, 0.0, 0.5, 1.0, 6.0, 800.0
KIT_OPTIMIZERS = {"sgd": SGD(), "adam": Adam(0.9, 0.999, 1e-8)}


@pytest.mark.parametrize("name", KIT)
@pytest.mark.parametrize("z", SCORES)
def test_pulls_are_the_kits_gradients(name, z):
    gradient = LOSSES[KIT[name]].gradient(np.array([[z]]), TARGET).item()
    assert PULLS[name](z) == pytest.approx(-gradient, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", KIT)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_is_that_of_the_kits_optimizers(name, optimizer):
    path = OPTIMIZERS[optimizer](PULLS[name], -2.0, 0.3, 50)
    kit, w = KIT_OPTIMIZERS[optimizer], np.array([-2.0])
    state = kit.init(w)
    for z in path[1:]:
        gradient = LOSSES[KIT[name]].gradient(w[None], TARGET)[0]
        w, state = kit.update(w, gradient, state, 0.3)
        assert z == pytest.approx(w.item(), abs=1e-9)


def test_the_zero_one_loss_counts_wrong_answers_and_moves_nothing():
    assert losses_at(np.array([-3.0, 0.0, 0.1]))["zero_one"].tolist() == [1, 1, 0]
    for train in OPTIMIZERS.values():
        assert set(train(PULLS["zero_one"], -5.0, 10.0, 100)) == {-5.0}


def test_until_right_counts_updates():
    assert updates_until_right([0.0, 0.0, 0.1, -1.0]) == 2
    assert updates_until_right([0.5]) == 0
    assert updates_until_right([-0.5, 0.0]) is None
