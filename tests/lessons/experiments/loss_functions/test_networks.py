"""Spoiled data, the samples that make up a loss, and metrics."""

import numpy as np
import pytest

from lessons import TrainConfig, data, train
from lessons.experiments.loss_functions.shares import (
    heaviest,
    loss_of_guessing,
    losses_of_samples,
    recall,
    typical_error,
)
from lessons.experiments.loss_functions.spoiled import NOISE, TOO_HIGH, spoiled, with_one_hot
from lessons.losses import LOSSES

every_set = pytest.mark.parametrize("name", NOISE)
CLASSES = [name for name in NOISE if name != "wave"]


@every_set
def test_unspoiled_it_is_the_set_itself(name):
    plain = data.DATASETS[name](n=60, noise=NOISE[name], seed=3, val=0.4, test=0.2)
    split = spoiled(name, 60, seed=3)
    for part in ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test"):
        assert np.array_equal(getattr(plain, part), getattr(split, part))


@every_set
@pytest.mark.parametrize("wrong", [0.05, 0.2, 0.4])
def test_only_training_labels_are_spoiled_and_so_many(name, wrong):
    clean, split = spoiled(name, 100, seed=1), spoiled(name, 100, wrong, seed=1)
    changed = clean.y_train != split.y_train
    assert changed.sum() == round(100 * wrong)
    if split.task == "regression":
        assert (split.y_train - clean.y_train)[changed] == pytest.approx(TOO_HIGH, abs=1e-5)
    assert np.array_equal(clean.y_val, split.y_val)
    assert np.array_equal(clean.X_train, split.X_train)
    more = spoiled(name, 100, 0.4, seed=1)
    assert (more.y_train != clean.y_train)[changed].all()


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("rare", [0.02, 0.05, 0.3])
def test_a_rare_class_is_rare_in_all_parts(name, rare):
    split = spoiled(name, 100, rare=rare)
    for y, total in ((split.y_train, 100), (split.y_val, 100), (split.y_test, 50)):
        assert len(y) == total
        assert y.sum() == max(1, round(rare * total))


def test_one_hot_targets_are_values():
    split = with_one_hot(spoiled("moons", 20))
    assert split.task == "regression"
    run = train(TrainConfig(epochs=1), split, "numpy")
    assert run.config.loss == "mse"
    assert run.params[-1].W.shape[1] == 2


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_samples_make_up_the_loss(name):
    split = spoiled("wave" if LOSSES[name].task == "regression" else "moons", 40)
    run = train(TrainConfig(loss=name, epochs=3), split, "numpy")
    each = losses_of_samples(run.params, run.config, split.X_val, split.y_val)
    assert each.shape == (40,)
    assert each.mean() == pytest.approx(run.val_loss[-1], rel=1e-4)


def test_the_heaviest_are_the_fewest_that_make_up_a_share():
    losses = np.random.default_rng(0).exponential(size=50)
    for share in (0.1, 0.5, 0.9):
        rows = heaviest(losses, share)
        assert losses[rows].sum() >= share * losses.sum() > losses[rows[:-1]].sum()
        assert losses[rows].min() >= np.delete(losses, rows).max()
    assert len(heaviest(np.array([1.0, np.nan]))) == 0


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("share", [0.5, 0.1])
def test_no_constant_answer_has_less_loss_than_guessing(name, share):
    y = (np.arange(100) < 100 * share).astype(int)
    if LOSSES[name].task == "regression":
        y = y * 3.0 + np.linspace(0, 1, 100)
    columns = 2 if name == "cross_entropy" else 1
    targets = y[:, None] if LOSSES[name].task == "regression" else y
    found = [
        LOSSES[name].function(np.tile([z, 0.0][:columns], (100, 1)), targets)
        for z in np.linspace(-4, 4, 3201)
    ]
    assert min(found) == pytest.approx(loss_of_guessing(name, y), abs=1e-4)


def test_recall_counts_only_its_class():
    outputs = np.array([[2.0, 1.0], [0.0, 1.0], [0.0, 3.0], [5.0, 0.0]])
    assert recall(outputs, np.array([1, 1, 1, 0]), "cross_entropy") == pytest.approx(2 / 3)
    assert np.isnan(recall(outputs, np.zeros(4, int), "cross_entropy"))
    assert typical_error(np.array([[0.0], [0.0], [7.0]]), np.array([1.0, -2.0, 7.5])) == 1
