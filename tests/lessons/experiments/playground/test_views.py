"""Views of a network: the same numbers as the network itself gives, sample by sample."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from lessons import TrainConfig, data, predict, train
from lessons.activations import ACTIVATIONS
from lessons.experiments.playground.views import confusion, gradient_lengths, unit_maps


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_units_are_computed_layer_by_layer_by_hand(activation):
    split = data.spiral(n=60)
    config = TrainConfig(hidden=(5, 3), activation=activation, epochs=3, dtype="float64")
    params = train(config, split).params
    units, prediction = unit_maps(params, config, split.X_val)
    h, f = split.X_val.astype(float), ACTIVATIONS[activation].function
    for layer, shown in zip(params[:-1], units, strict=True):
        h = f(h @ layer.W + layer.b)
        assert np.allclose(shown, h)
    assert np.allclose(prediction, predict(params, config, split.X_val))


@pytest.mark.parametrize("settings", [{"batch_norm": True}, {"dropout": 0.5}, {"hidden": ()}])
def test_the_prediction_is_that_of_predict(settings):
    for split in (data.moons(n=60), data.bumps(n=60)):
        config = TrainConfig(epochs=3, **settings)
        params = train(config, split).params
        units, prediction = unit_maps(params, config, split.X_train)
        assert len(units) == len(config.hidden)
        assert np.allclose(prediction, predict(params, config, split.X_train), atol=1e-6)


def test_answers_are_counted_as_scikit_learn_counts_them():
    split = data.spiral(n=200, noise=0.3)
    config = TrainConfig(epochs=20)
    params = train(config, split).params
    answers = predict(params, config, split.X_val).argmax(axis=1)
    counts = confusion(params, config, split.X_val, split.y_val, 2)
    assert np.array_equal(counts, confusion_matrix(split.y_val, answers))
    assert counts.sum() == len(split.y_val)
    none = confusion(params, config, split.X_val[:0], split.y_val[:0], 2)
    assert np.array_equal(none, np.zeros((2, 2)))


def test_gradients_of_an_epoch_are_the_mean_of_its_updates():
    run = train(TrainConfig(batch_size=20, epochs=3), data.moons(n=50))
    assert np.allclose(gradient_lengths(run, 2), run.grad_norm[3:6].mean(axis=0))
    assert np.isnan(gradient_lengths(run, 0)).all()


def test_of_a_run_that_broke_only_what_was_done_counts():
    config = TrainConfig(learning_rate=1e4, epochs=5, batch_size=20)
    run = train(config, data.bumps(n=50))
    assert run.status == "diverged"
    epoch = run.stopped_at // 3 + 1
    lengths = gradient_lengths(run, epoch)
    assert lengths.shape == (3,)
